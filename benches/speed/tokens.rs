//! Verifying, signing and refusing, beside the floor and other libraries: `cargo bench --bench tokens -- [TABLE...]`.

use std::{
    hint::black_box,
    process::{Command, ExitCode},
    time::{Duration, UNIX_EPOCH},
};

use fastjwt::{Algorithm, FastJwt};
use fastjwt_speed::{
    cases,
    contenders::{self, Floor, Map, ours_built},
    keys::{ALGORITHMS, Key},
    payload::{Extra, Flat, flat, now},
    table::{Table, ratio, spread, time},
    targets::{Bound, Targets},
    timing::{Case, by_the_clock, interleaved, quantile},
};

/// How many turns a case has.
const TURNS: usize = 200;

/// What arithmetic on two threads gets done, of one's, where both processors are free.
const FREE: f64 = 1.95;

/// Prints a table, and adds the figures in it that have a target.
type Measure = fn(&mut Targets);

const TABLES: &[(&str, Measure)] = &[
    ("verify", verify),
    ("sign", sign),
    ("refuse", refuse),
    ("cache", cache),
    ("growth", growth),
    ("threads", threads),
];

fn main() -> ExitCode {
    // cargo tells a benchmark that it is one.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(unknown) = chosen.iter().find(|name| TABLES.iter().all(|(table, _)| table != name)) {
        let names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        eprintln!("no table `{unknown}`; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    println!("thread CPU time, medians of {TURNS} turns that alternate, ± half the distance between the quartiles;");
    println!("where two threads run, the time by the clock until both have done as much as one alone");
    let mut targets = Targets::default();
    for (name, table) in TABLES {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            table(&mut targets);
        }
    }
    targets.print();
    ExitCode::SUCCESS
}

/// The same token for all, with the payload of all measurements.
fn verify(targets: &mut Targets) {
    for algorithm in ALGORITHMS {
        let [of_the_floor, faster, _] = against_the_others("verify", algorithm, cases::verify(algorithm));
        let limits = if algorithm == Algorithm::HS256 { [1.05, 0.65] } else { [1.03, 1.0] };
        targets.row(&format!("verify {algorithm}, of the floor"), of_the_floor, Bound::AtMost, limits, "");
        if algorithm == Algorithm::HS256 {
            targets.row("verify HS256, jsonwebtoken 11 takes", faster, Bound::AtLeast, [2.5, 4.0], " ×");
        }
    }
}

/// The same claims for all; fastjwt makes a `jti` and a csrf value besides, the others write ones that are given.
fn sign(targets: &mut Targets) {
    for algorithm in ALGORITHMS {
        let [of_the_floor, _, allocations] = against_the_others("sign", algorithm, cases::sign(algorithm));
        let limits = if algorithm == Algorithm::HS256 { [1.3, 1.05] } else { [1.05, 1.0] };
        targets.row(&format!("sign {algorithm}, of the floor"), of_the_floor, Bound::AtMost, limits, "");
        if algorithm == Algorithm::HS256 {
            targets.row("sign HS256, allocations", allocations, Bound::AtMost, [3.0, 1.0], "");
        }
    }
}

/// Gives what fastjwt came to: of the floor, of jsonwebtoken 11 the other way round, and its allocations.
fn against_the_others(what: &str, algorithm: Algorithm, cases: Vec<Case<'_>>) -> [f64; 3] {
    let timed = interleaved(cases, TURNS);
    let allocations = allocations(what, algorithm);
    let (floor, jsonwebtoken) = (&timed[0], timed.iter().find(|timed| timed.name == "jsonwebtoken 11"));
    let mut table = Table::new(&["", "time", "of the floor", "jsonwebtoken 11 takes", "allocations"]);
    let mut ours = [f64::NAN; 3];
    for (case, allocations) in timed.iter().zip(allocations) {
        let (of_the_floor, faster) = (case.ratio(floor), jsonwebtoken.map(|other| other.ratio(case)));
        if case.name == "fastjwt" {
            ours = [of_the_floor, faster.unwrap_or(f64::NAN), allocations.parse().unwrap_or(f64::NAN)];
        }
        let faster = faster.map_or_else(String::new, |faster| format!("{} ×", ratio(faster)));
        table.row([case.name.clone(), spread(case), ratio(of_the_floor), faster, allocations]);
    }
    let (first, rest) = what.split_at(1);
    table.print(&format!("{}{rest}, {algorithm}", first.to_uppercase()));
    ours
}

/// What is refused costs no more than what is accepted.
fn refuse(_: &mut Targets) {
    let timed = interleaved(cases::refuse(), TURNS);
    let mut table = Table::new(&["", "time", "of accepting", "of accepting 6 KiB", "allocations"]);
    for (case, allocations) in timed.iter().zip(allocations("refuse", Algorithm::HS256)) {
        let ratios = [ratio(case.ratio(&timed[0])), ratio(case.ratio(&timed[1]))];
        table.row([vec![case.name.clone(), spread(case)], ratios.to_vec(), vec![allocations]].concat());
    }
    table.print("Refuse, HS256");
}

/// How often each case asks for memory. Another program counts, since a memory that counts takes longer.
fn allocations(cases: &str, algorithm: Algorithm) -> Vec<String> {
    counted(&[cases, algorithm.as_str()]).lines().map(str::to_owned).collect()
}

fn counted(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_allocations")).args(arguments).output().expect("a program that counts");
    assert!(output.status.success(), "counting failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("numbers")
}

/// Hits of the cache of verified tokens, in random order, so many tokens alive, and of the floor of a cache. Two threads ask for tokens in
/// orders of their own; of one token alive, both for that.
fn cache(targets: &mut Targets) {
    let key = Key::new(Algorithm::HS256);
    let floor = Floor::new(&key);
    let columns = ["tokens alive", "a hit", "of the floor", "a map's", "of the floor", "a hit, 2 threads", "found"];
    let mut table = Table::new(&columns);
    for alive in [1, 10, 64, 10_000, 1_000_000] {
        let jwt = cases::caching(&key, alive);
        let tokens = cases::different(&floor, alive);
        let verify = |index: usize| jwt.verify_access_token::<Extra>(black_box(&tokens[index])).is_ok();
        assert!((0..alive).all(verify));
        let map = Map::new(&key, 2 * alive);
        let mapped = |index: usize| map.verify(black_box(&tokens[index])).is_some();
        assert!((0..alive).all(mapped));
        // Each beside the floor alone: they would empty each other's caches.
        let beside_floor = |hit: &dyn Fn(usize) -> bool| {
            let (mut next, mut floors_next) = (walk(alive, 0), walk(alive, 1));
            let cases = vec![
                Case::new("the floor", || {
                    black_box(floor.verify(black_box(&tokens[floors_next()])));
                }),
                Case::new("a hit", || {
                    black_box(hit(next()));
                }),
            ];
            let timed = interleaved(cases, TURNS);
            (spread(&timed[1]), timed[1].ratio(&timed[0]))
        };
        let ((own, own_ratio), (floor_of_a_cache, its_ratio)) = (beside_floor(&verify), beside_floor(&mapped));
        let asking = |thread: usize| {
            let mut next = walk(alive, thread);
            move || {
                black_box(verify(next()));
            }
        };
        let both: Vec<f64> = (0..9).map(|_| by_the_clock(2, 100_000, asking)).collect();
        match alive {
            64 => targets.row("a hit, 64 alive, of the floor", own_ratio, Bound::AtMost, [0.07, 0.045], ""),
            10_000 => targets.row("a hit, 10000 alive, of the floor", own_ratio, Bound::AtMost, [0.32, 0.25], ""),
            _ => {}
        }
        table.row([
            alive.to_string(),
            own,
            format!("{own_ratio:.3}"),
            floor_of_a_cache,
            format!("{its_ratio:.3}"),
            time(quantile(both, 0.5)),
            counted(&["found", &alive.to_string()]).trim().to_owned(),
        ]);
    }
    table.print("Cache of verified tokens, HS256");
}

/// Numbers below `count` in an order that no processor guesses, without an end; each walker has another.
fn walk(count: usize, walker: usize) -> impl FnMut() -> usize {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.rotate_left(u32::try_from(walker).unwrap_or_default());
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // The upper half of the product: a division would take a part of what a hit takes.
        usize::try_from((u128::from(state) * count as u128) >> 64).unwrap_or_default()
    }
}

/// Nothing grows faster than what it reads, and the number of keys makes no difference.
fn growth(_: &mut Targets) {
    let key = Key::new(Algorithm::HS256);
    let floor = Floor::new(&key);
    let jwt = ours_built(&key, |builder| builder);

    let sizes = [200, 400, 800, 1600, 3200, 6000].map(|size: usize| {
        // As few letters as can be, then more and more of the same.
        let [sub, jti, csrf] = ["1", "2", "3"].map(str::to_owned);
        let none = Flat { groups: Vec::new(), tenant: String::new(), scopes: Vec::new(), ..flat() };
        let base = Flat { sub, jti, csrf, ..none };
        let rest = size.saturating_sub(serde_json::to_vec(&base).expect("JSON").len());
        let flat = Flat { groups: vec!["group".to_owned(); rest / 8], ..base };
        let length = serde_json::to_vec(&flat).expect("JSON").len();
        (format!("payload of {length} bytes"), length, floor.sign(&flat))
    });
    grown(&floor, &jwt, "each further byte", &sizes);
    let scopes = [1, 3, 10, 50, 200].map(|count| {
        let scopes = (0..count).map(|number| format!("scope:{number}")).collect();
        (format!("{count} scopes"), count, floor.sign(&Flat { scopes, ..flat() }))
    });
    grown(&floor, &jwt, "each further scope", &scopes);

    let rings: Vec<(usize, FastJwt, String)> = [1_usize, 10, 100, 1000]
        .into_iter()
        .map(|count| {
            let jwt = ours_built(&key, |builder| builder);
            let end = UNIX_EPOCH + Duration::from_secs(now() + 3600);
            let keys: Vec<fastjwt::SigningKey> =
                (1..count).map(|_| fastjwt::SigningKey::generate(Algorithm::HS256).expect("a key")).collect();
            for key in &keys {
                jwt.keys().add_passive(key.verifying_key().clone(), end).expect("a key more");
            }
            // The last of them, since the one that signs is looked at first.
            let token = match keys.last() {
                None => floor.sign(&flat()),
                Some(last) => contenders::resigned(last, &flat()),
            };
            (count, jwt, token)
        })
        .collect();
    let cases =
        rings.iter().map(|(count, jwt, token)| cases::verifying(jwt, &format!("{count} keys"), token, true)).collect();
    let timed = interleaved(cases, TURNS);
    let mut table = Table::new(&["", "fastjwt", "of one key"]);
    for case in &timed {
        table.row([case.name.clone(), spread(case), ratio(case.ratio(&timed[0]))]);
    }
    table.print("Growth, HS256 verify: keys in the ring");
}

/// Tokens with more and more of something, and what each more of it takes.
fn grown(floor: &Floor, jwt: &FastJwt, each: &str, tokens: &[(String, usize, String)]) {
    let mut cases = Vec::new();
    for (name, _, token) in tokens {
        cases.push(cases::verifying(jwt, name, token, true));
        cases.push(Case::new("the floor", move || {
            black_box(floor.verify(black_box(token)));
        }));
    }
    let timed = interleaved(cases, TURNS);
    let mut table = Table::new(&["", "fastjwt", each, "the floor", each, "of the floor"]);
    let mut before: Option<[(f64, f64); 2]> = None;
    for (pair, (_, count, _)) in timed.chunks(2).zip(tokens) {
        let [ours, floor] = pair else { continue };
        let count = f64::from(u32::try_from(*count).unwrap_or_default());
        let now = [ours, floor].map(|timed| (count, timed.median()));
        let [more, floors] = [0, 1].map(|case| {
            let (count, median) = now[case];
            let slope = before.map(|before| (median - before[case].1) / (count - before[case].0));
            slope.map_or_else(String::new, |slope| format!("{:.1} ns", slope * 1e9))
        });
        table.row([ours.name.clone(), spread(ours), more, spread(floor), floors, ratio(ours.ratio(floor))]);
        before = Some(now);
    }
    table.print("Growth, HS256 verify");
}

/// Two threads verify twice as much as one, as far as the machine lets them: they share one instance of ours. The floor shares nothing
/// that changes, and arithmetic not even memory: where that has not got twice as much done right before and right after, the machine had no
/// two processors for us, and the turn says nothing of anybody.
fn threads(targets: &mut Targets) {
    let key = Key::new(Algorithm::HS256);
    let (reference, jwt) = (Floor::new(&key), ours_built(&key, |builder| builder));
    let token = reference.sign(&flat());
    let ours = || {
        let _ = black_box(jwt.verify_access_token::<Extra>(black_box(&token)));
    };
    let floor = || {
        black_box(reference.verify(black_box(&token)));
    };
    // Side by side, so that it takes all that a processor has: two halves of one would get in each other's way.
    let arithmetic = || {
        let step = |products: [u64; 8], factor: u64| products.map(|product| product.wrapping_mul(factor | 1));
        black_box((0..black_box(125)).fold(black_box([3; 8]), step));
    };
    let jobs: [(&str, &(dyn Fn() + Sync)); 3] =
        [("fastjwt", &ours), ("the floor", &floor), ("arithmetic alone", &arithmetic)];
    let mut times = jobs.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..400 {
        for ((_, job), (alone, both)) in jobs.iter().zip(&mut times) {
            alone.push(by_the_clock(1, 500, |_| job));
            both.push(by_the_clock(2, 500, |_| job));
        }
    }
    // Of neighbours in time: what else runs on the machine comes and goes.
    let throughputs = times
        .each_ref()
        .map(|(alone, both)| -> Vec<f64> { alone.iter().zip(both).map(|(alone, both)| 2.0 * alone / both).collect() });
    let [_, _, arithmetic] = &throughputs;
    let is_free: Vec<bool> = (0..arithmetic.len())
        .map(|turn| arithmetic[turn.saturating_sub(1)..=turn].iter().all(|throughput| *throughput >= FREE))
        .collect();
    let columns = ["", "1 thread", "2 threads, each", "throughput of 2, of 1", "with both processors free"];
    let mut table = Table::new(&columns);
    for (((name, _), (alone, both)), throughputs) in jobs.iter().zip(times).zip(&throughputs) {
        let free: Vec<f64> = throughputs
            .iter()
            .zip(&is_free)
            .filter_map(|(throughput, is_free)| is_free.then_some(*throughput))
            .collect();
        let of_all = quantile(throughputs.clone(), 0.5);
        // Of a few turns nothing can be said.
        let of_free = (free.len() >= 20).then(|| quantile(free, 0.5));
        if *name == "fastjwt" {
            let found = of_free.unwrap_or(of_all);
            targets.row("verify HS256, 2 threads, of 1", found, Bound::AtLeast, [1.9, 2.0], " ×");
        }
        let times = [alone, both].map(|times| time(quantile(times, 0.5)));
        let of_free = of_free.map_or_else(|| "never".to_owned(), ratio);
        table.row([&[(*name).to_owned()][..], &times, &[ratio(of_all), of_free]].concat());
    }
    let free = is_free.iter().filter(|is_free| **is_free).count();
    table.print(&format!("Threads, HS256 verify; both processors were free in {free} of {} turns", is_free.len()));
}

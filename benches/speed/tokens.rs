//! Verifying, signing and refusing, beside the floor and other libraries: `cargo bench --bench tokens -- [TABLE...]`.

use std::{hint::black_box, process::ExitCode};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, FastJwt};
use fastjwt_speed::{
    contenders::{self, Contender, Floor, ours_built},
    keys::{ALGORITHMS, Key},
    payload::{Extra, Flat, flat, now},
    table::{Table, ratio, spread, time},
    timing::{Case, Timed, interleaved, quantile, thread_time},
};

/// How many turns a case has.
const TURNS: usize = 200;

const TABLES: &[(&str, fn())] =
    &[("verify", verify), ("sign", sign), ("refuse", refuse), ("growth", growth), ("threads", threads)];

fn main() -> ExitCode {
    // cargo tells a benchmark that it is one.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(unknown) = chosen.iter().find(|name| TABLES.iter().all(|(table, _)| table != name)) {
        let names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        eprintln!("no table `{unknown}`; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    println!("thread CPU time, medians of {TURNS} turns that alternate, ± half the distance between the quartiles");
    for (name, table) in TABLES {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            table();
        }
    }
    ExitCode::SUCCESS
}

/// The same token for all, with the payload of all measurements.
fn verify() {
    for algorithm in ALGORITHMS {
        let key = Key::new(algorithm);
        let token = Floor::new(&key).sign(&flat());
        let contenders = contenders::all(&key);
        for Contender { name, verify, .. } in &contenders {
            assert!(verify(&token), "{name} refuses a good {algorithm} token");
        }
        let cases = contenders.iter().map(|contender| {
            Case::new(contender.name, || {
                black_box((contender.verify)(black_box(&token)));
            })
        });
        against_the_others(&format!("Verify, {algorithm}"), &interleaved(cases.collect(), TURNS));
    }
}

/// The same claims for all; fastjwt makes a `jti` and a csrf value besides, the others write ones that are given.
fn sign() {
    for algorithm in ALGORITHMS {
        let key = Key::new(algorithm);
        let contenders = contenders::all(&key);
        let verify = &contenders[0].verify;
        let cases = contenders.iter().filter_map(|contender| {
            let sign = contender.sign.as_ref()?;
            assert!(verify(&sign()), "the floor refuses what {} signed", contender.name);
            Some(Case::new(contender.name, || {
                black_box(sign());
            }))
        });
        against_the_others(&format!("Sign, {algorithm}"), &interleaved(cases.collect(), TURNS));
    }
}

fn against_the_others(heading: &str, timed: &[Timed]) {
    let (floor, jsonwebtoken) = (&timed[0], timed.iter().find(|timed| timed.name == "jsonwebtoken 11"));
    let mut table = Table::new(&["", "time", "of the floor", "jsonwebtoken 11 takes", "allocations"]);
    for case in timed {
        let faster = jsonwebtoken.map_or_else(String::new, |other| format!("{} ×", ratio(other.ratio(case))));
        table.row([case.name.clone(), spread(case), ratio(case.ratio(floor)), faster, case.allocations.to_string()]);
    }
    table.print(heading);
}

/// What is refused costs no more than what is accepted.
fn refuse() {
    const GARBAGE: usize = 6 * 1024;
    let key = Key::new(Algorithm::HS256);
    let jwt = ours_built(&key, |builder| builder);
    let floor = Floor::new(&key);
    let good = floor.sign(&flat());
    let (message, signature) = good.rsplit_once('.').expect("a signature");
    let (header, payload) = message.split_once('.').expect("a payload");
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let wrong = if signature.starts_with('A') { "B" } else { "A" };
    let long_header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(GARBAGE / 4 * 3));
    let many_members: Vec<String> = (0..500).map(|number| format!(r#""m{number}":{number}"#)).collect();
    let nested = format!(r#"{{"alg":"HS256","jwk":{}1{}}}"#, r#"{"a":"#.repeat(100), "}".repeat(100));
    let refused = [
        ("wrong signature", format!("{message}.{wrong}{}", &signature[1..])),
        ("expired", floor.sign(&Flat { exp: now() - 60, ..flat() })),
        ("another audience", floor.sign(&Flat { aud: "another".to_owned(), ..flat() })),
        ("another key", format!("{}.{payload}.{signature}", encode(r#"{"alg":"HS256","typ":"JWT","kid":"none"}"#))),
        ("`alg` is none", format!("{}.{payload}.{signature}", encode(r#"{"alg":"none","typ":"JWT"}"#))),
        ("6 KiB of one letter", "A".repeat(GARBAGE)),
        ("6 KiB of dots", ".".repeat(GARBAGE)),
        ("6 KiB of payload, wrong signature", format!("{header}.{}.{signature}", "A".repeat(GARBAGE))),
        ("6 KiB of header, no JSON", format!("{}.{payload}.{signature}", "A".repeat(GARBAGE))),
        ("6 KiB of header, one key id", format!("{}.{payload}.{signature}", encode(&long_header))),
        (
            "6 KiB of header, 500 members",
            format!("{}.{payload}.{signature}", encode(&format!("{{{}}}", many_members.join(",")))),
        ),
        ("a header with 100 objects in each other", format!("{}.{payload}.{signature}", encode(&nested))),
        ("6 KiB of signature", format!("{message}.{}", "A".repeat(GARBAGE))),
    ];
    let long = floor.sign(&Flat { tenant: "t".repeat(GARBAGE / 4 * 3), ..flat() });
    let mut cases = vec![verifying(&jwt, "accepted", &good, true), verifying(&jwt, "accepted, 6 KiB", &long, true)];
    cases.extend(refused.iter().map(|(name, token)| verifying(&jwt, name, token, false)));
    let timed = interleaved(cases, TURNS);
    let mut table = Table::new(&["", "time", "of accepting", "of accepting 6 KiB", "allocations"]);
    for case in &timed {
        let ratios = [ratio(case.ratio(&timed[0])), ratio(case.ratio(&timed[1]))];
        table
            .row([vec![case.name.clone(), spread(case)], ratios.to_vec(), vec![case.allocations.to_string()]].concat());
    }
    table.print("Refuse, HS256");
}

fn verifying<'c>(jwt: &'c FastJwt, name: &str, token: &'c str, accepted: bool) -> Case<'c> {
    assert_eq!(jwt.verify_access_token::<Extra>(token).is_ok(), accepted, "{name}");
    Case::new(name, move || {
        let _ = black_box(jwt.verify_access_token::<Extra>(black_box(token)));
    })
}

/// Nothing grows faster than what it reads, and the number of keys makes no difference.
fn growth() {
    let key = Key::new(Algorithm::HS256);
    let floor = Floor::new(&key);
    let jwt = ours_built(&key, |builder| builder);

    let sizes = [200, 400, 800, 1600, 3200, 6000].map(|size: usize| {
        let base = Flat { groups: Vec::new(), tenant: String::new(), scopes: Vec::new(), ..flat() };
        let rest = size.saturating_sub(serde_json::to_vec(&base).expect("JSON").len());
        let flat = Flat { groups: vec!["group".to_owned(); rest / 8], ..base };
        let length = serde_json::to_vec(&flat).expect("JSON").len();
        (format!("payload of {length} bytes"), floor.sign(&flat))
    });
    grown(&floor, &jwt, &sizes);
    let scopes = [1, 3, 10, 50, 200].map(|count| {
        let scopes = (0..count).map(|number| format!("scope:{number}")).collect();
        (format!("{count} scopes"), floor.sign(&Flat { scopes, ..flat() }))
    });
    grown(&floor, &jwt, &scopes);

    let rings: Vec<(usize, FastJwt, String)> = [1_usize, 10, 100, 1000]
        .into_iter()
        .map(|count| {
            let jwt = ours_built(&key, |builder| builder);
            let end = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
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
    let cases = rings.iter().map(|(count, jwt, token)| verifying(jwt, &format!("{count} keys"), token, true)).collect();
    let timed = interleaved(cases, TURNS);
    let mut table = Table::new(&["", "fastjwt", "of one key"]);
    for case in &timed {
        table.row([case.name.clone(), spread(case), ratio(case.ratio(&timed[0]))]);
    }
    table.print("Growth, HS256 verify: keys in the ring");
}

fn grown(floor: &Floor, jwt: &FastJwt, tokens: &[(String, String)]) {
    let mut cases = Vec::new();
    for (name, token) in tokens {
        cases.push(verifying(jwt, name, token, true));
        cases.push(Case::new("the floor", move || {
            black_box(floor.verify(black_box(token)));
        }));
    }
    let timed = interleaved(cases, TURNS);
    let mut table = Table::new(&["", "fastjwt", "of the first", "of the floor"]);
    for pair in timed.chunks(2) {
        let [ours, floor] = pair else { continue };
        table.row([ours.name.clone(), spread(ours), ratio(ours.ratio(&timed[0])), ratio(ours.ratio(floor))]);
    }
    table.print("Growth, HS256 verify");
}

/// Two threads verify twice as much as one: they share one instance.
fn threads() {
    const RUNS: u32 = 20_000;
    let key = Key::new(Algorithm::HS256);
    let jwt = ours_built(&key, |builder| builder);
    let token = Floor::new(&key).sign(&flat());
    let run = || {
        let start = thread_time();
        for _ in 0..RUNS {
            let _ = black_box(jwt.verify_access_token::<Extra>(black_box(&token)));
        }
        (thread_time() - start).as_secs_f64() / f64::from(RUNS)
    };
    let mut alone = Vec::new();
    let mut both = Vec::new();
    for _ in 0..20 {
        alone.push(run());
        std::thread::scope(|scope| {
            let other = scope.spawn(run);
            let own = run();
            both.push(f64::midpoint(own, other.join().expect("a thread that ends")));
        });
    }
    let (alone, both) = (quantile(alone, 0.5), quantile(both, 0.5));
    let mut table = Table::new(&["", "time on the processor", "throughput, of one"]);
    table.row(["1 thread".to_owned(), time(alone), ratio(1.0)]);
    table.row(["2 threads".to_owned(), time(both), ratio(2.0 * alone / both)]);
    table.print("Threads, HS256 verify");
}

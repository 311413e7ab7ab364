//! What a guarded handler costs a server beside an open one: `cargo bench --bench http -- [STARTS]`.
//!
//! The servers run side by side, each a process of this program, and are loaded in turns, axum alone next to each turn of another: what
//! else the machine does for a second slows both alike. They are started anew again and again, since each start is placed elsewhere in memory.

use std::{io, path::Path, process::ExitCode};

use fastjwt::Algorithm;
use fastjwt_speed::{
    load::{Load, Processors, Running},
    servers::{MANY, MANY_TOKENS, ONE_TOKEN, Server},
    table::{Table, ratio, time},
    targets::{Bound, Targets},
    timing::{quantile, standard_error},
};

const ALGORITHMS: [Algorithm; 2] = [Algorithm::HS256, Algorithm::ES256];

/// All servers but axum alone, beside which they are loaded.
const GUARDED: [Server; 5] =
    [Server::Fastjwt, Server::FastjwtCaching, Server::Map, Server::Jsonwebtoken, Server::AxumJwtAuth];

/// How often each server is started, if nothing else is said.
const STARTS: usize = 9;

/// How often each server is loaded with each file of tokens before it is started anew.
const ROUNDS: usize = 8;

/// Started so, it is one of the servers.
const SERVE: &str = "--serve";

fn main() -> ExitCode {
    // cargo tells a benchmark that it is one.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [SERVE, server, algorithm, folder] => serve(server, algorithm, Path::new(folder)),
        [] => measure(STARTS),
        [starts] if starts.parse::<usize>().is_ok_and(|starts| starts > 0) => measure(starts.parse().unwrap_or(STARTS)),
        _ => {
            eprintln!("usage: cargo bench --bench http -- [STARTS]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(server: &str, algorithm: &str, folder: &Path) -> io::Result<()> {
    let server = Server::ALL.into_iter().find(|known| known.name() == server);
    let algorithm = ALGORITHMS.into_iter().find(|known| known.as_str() == algorithm);
    let (Some(server), Some(algorithm)) = (server, algorithm) else {
        return Err(io::Error::other("no such server"));
    };
    server.serve(algorithm, folder, |port| println!("{port}"))
}

/// A guarded server with the tokens that it is loaded with.
struct Case {
    server: Server,
    algorithm: Algorithm,
    tokens: &'static str,
    turns: Vec<Turn>,
}

/// What a turn came to, and one of axum alone next to it.
struct Turn {
    own: Load,
    bare: Load,
}

impl Case {
    fn values(&self, tell: impl Fn(&Turn) -> f64) -> Vec<f64> {
        self.turns.iter().map(tell).collect()
    }

    fn median(&self, tell: impl Fn(&Turn) -> f64) -> f64 {
        quantile(self.values(tell), 0.5)
    }

    /// What a request costs more than with axum alone, in seconds.
    fn over(&self) -> f64 {
        self.median(|turn| turn.own.each - turn.bare.each)
    }

    /// By how much that may be off: what a median of so many turns differs from one time to the next.
    fn off(&self) -> f64 {
        standard_error(self.values(|turn| turn.own.each - turn.bare.each))
    }

    /// Requests a second of the processor, as a share of those of axum alone.
    fn rate(&self) -> f64 {
        self.median(|turn| turn.bare.each / turn.own.each)
    }
}

fn measure(starts: usize) -> io::Result<()> {
    let processors = Processors::choose()?;
    let mut cases = Vec::new();
    for algorithm in ALGORITHMS {
        for server in GUARDED {
            for tokens in [ONE_TOKEN, MANY_TOKENS] {
                cases.push(Case { server, algorithm, tokens, turns: Vec::new() });
            }
        }
    }
    for _ in 0..starts {
        load(processors, &mut cases)?;
    }
    println!(
        "GET /me over 64 connections to one thread, medians of {} turns beside as many of axum alone, {ROUNDS} after each of {starts} starts",
        starts * ROUNDS
    );
    println!("over axum alone: ± what such a median differs from one time to the next, its standard error");
    println!("busy: how much of the time the server was at work; with other work on its processor, read the CPU alone");
    for algorithm in ALGORITHMS {
        print(algorithm, &cases);
    }
    beside_floor(&cases);
    targets(&cases);
    Ok(())
}

/// Starts all servers and loads them in turns.
fn load(processors: Processors, cases: &mut [Case]) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut servers = Vec::new();
    for algorithm in ALGORITHMS {
        for server in Server::ALL {
            let tokens = folder.path().join(servers.len().to_string());
            let running = Running::start(&[SERVE, server.name(), algorithm.as_str()], &tokens, processors)?;
            let (good, forged) = running.tells_tokens_apart()?;
            if !good || forged == (server == Server::Bare) {
                return Err(io::Error::other(format!("{}, {algorithm}, does not guard its handler", server.name())));
            }
            servers.push((server, algorithm, running));
        }
    }
    let load = |wanted: (Server, Algorithm), tokens: &str| {
        let running = servers.iter().find(|(server, algorithm, _)| (*server, *algorithm) == wanted);
        running.ok_or_else(|| io::Error::other("no such server"))?.2.load(tokens)
    };
    // What is kept of the tokens is kept from here on: the second time comes to the last of many that take long to verify.
    for case in cases.iter().chain(cases.iter()) {
        load((case.server, case.algorithm), case.tokens)?;
    }
    // Axum alone comes first and second in turns, and the cases come back and forth: none always follows the same other one.
    for round in 0..ROUNDS {
        let mut turn = |case: &mut Case| -> io::Result<()> {
            let own = || load((case.server, case.algorithm), case.tokens);
            let bare = || load((Server::Bare, case.algorithm), case.tokens);
            let (own, bare) = if round % 2 == 0 {
                let bare = bare()?;
                (own()?, bare)
            } else {
                (own()?, bare()?)
            };
            case.turns.push(Turn { own, bare });
            Ok(())
        };
        if round % 4 < 2 {
            cases.iter_mut().try_for_each(&mut turn)?;
        } else {
            cases.iter_mut().rev().try_for_each(&mut turn)?;
        }
    }
    Ok(())
}

fn find<'c>(cases: &'c [Case], algorithm: Algorithm, server: Server, tokens: &str) -> &'c Case {
    let wanted = |case: &&Case| case.algorithm == algorithm && case.server == server && case.tokens == tokens;
    cases.iter().find(wanted).expect("every server is loaded with every file")
}

fn print(algorithm: Algorithm, cases: &[Case]) {
    let columns = [
        "",
        "tokens",
        "CPU a request",
        "over axum alone",
        "of jsonwebtoken's",
        "requests a second",
        "of axum's",
        "busy",
    ];
    let mut table = Table::new(&columns);
    let row = |server: Server, tokens: &str, loads: &[&Load], [over, share, rate]: [String; 3]| {
        let values = |tell: fn(&Load) -> f64| loads.iter().map(|load| tell(load)).collect::<Vec<_>>();
        let each = |share| quantile(values(|load| load.each), share);
        let spread = (each(0.75) - each(0.25)) / 2.0 / each(0.5);
        [
            server.name().to_owned(),
            number(tokens),
            format!("{} ± {:.0} %", time(each(0.5)), spread * 100.0),
            over,
            share,
            format!("{:.0}", quantile(values(|load| load.rate), 0.5)),
            rate,
            format!("{:.0} %", 100.0 * quantile(values(|load| load.busy), 0.5)),
        ]
    };
    for tokens in [ONE_TOKEN, MANY_TOKENS] {
        let beside = cases.iter().filter(|case| case.algorithm == algorithm && case.tokens == tokens);
        let loads: Vec<&Load> = beside.flat_map(|case| &case.turns).map(|turn| &turn.bare).collect();
        table.row(row(Server::Bare, tokens, &loads, [String::new(), String::new(), "100 %".to_owned()]));
    }
    for server in GUARDED {
        for tokens in [ONE_TOKEN, MANY_TOKENS] {
            let case = find(cases, algorithm, server, tokens);
            let loads: Vec<&Load> = case.turns.iter().map(|turn| &turn.own).collect();
            let over = format!("{} ± {}", time(case.over()), time(case.off()));
            let beside = [over, ratio(share(cases, case)), format!("{:.1} %", 100.0 * case.rate())];
            table.row(row(server, tokens, &loads, beside));
        }
    }
    table.print(&format!("GET /me, {algorithm}"));
}

/// What it costs more than axum alone, as a share of what jsonwebtoken by hand costs.
fn share(cases: &[Case], case: &Case) -> f64 {
    case.over() / find(cases, case.algorithm, Server::Jsonwebtoken, case.tokens).over()
}

/// What a request with the cache takes beside the least that a cache could.
fn beside_floor(cases: &[Case]) {
    let mut table = Table::new(&["", "tokens", "over the floor of a cache", "requests a second, of its"]);
    for algorithm in ALGORITHMS {
        for tokens in [ONE_TOKEN, MANY_TOKENS] {
            let [own, floor] =
                [Server::FastjwtCaching, Server::Map].map(|server| find(cases, algorithm, server, tokens));
            let over = format!("{} ± {}", time(own.over() - floor.over()), time(own.off().hypot(floor.off())));
            let rate = format!("{:.1} %", 100.0 * own.rate() / floor.rate());
            table.row([algorithm.to_string(), number(tokens), over, rate]);
        }
    }
    table.print("GET /me, fastjwt with its cache of tokens");
}

/// What must be reached, and what was.
fn targets(cases: &[Case]) {
    let mut targets = Targets::default();
    for tokens in [ONE_TOKEN, MANY_TOKENS] {
        let share = share(cases, find(cases, Algorithm::HS256, Server::Fastjwt, tokens));
        let what = format!("HS256, CPU over axum alone, of jsonwebtoken's by hand; tokens: {}", number(tokens));
        targets.row(&what, share, Bound::AtMost, [0.45, 0.33], "");
    }
    for tokens in [ONE_TOKEN, MANY_TOKENS] {
        // Of its time on the processor: where nothing else runs, the server has all of that.
        let rate = 100.0 * find(cases, Algorithm::ES256, Server::FastjwtCaching, tokens).rate();
        let what = format!("ES256 with the cache, requests a second, of axum alone; tokens: {}", number(tokens));
        targets.row(&what, rate, Bound::AtLeast, [95.0, 98.0], " %");
    }
    targets.print();
}

/// How many tokens a file has.
fn number(tokens: &str) -> String {
    if tokens == ONE_TOKEN { "1".to_owned() } else { MANY.to_string() }
}

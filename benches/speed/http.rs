//! What a guarded handler costs a server beside an open one: `cargo bench --bench http -- [STARTS]`.
//!
//! The servers run side by side, each a process of this program, and are loaded in turns. Where the system puts a process in memory makes
//! it a tenth quicker or slower for all of its life, so that they are started anew again and again.

use std::{io, path::Path, process::ExitCode};

use fastjwt::Algorithm;
use fastjwt_speed::{
    load::{Load, Processors, Running},
    servers::{MANY, MANY_TOKENS, ONE_TOKEN, Server},
    table::{Table, ratio, time},
    timing::quantile,
};

const ALGORITHMS: [Algorithm; 2] = [Algorithm::HS256, Algorithm::ES256];

/// How often each server is started, if nothing else is said.
const STARTS: usize = 9;

/// How often each server is loaded with each file of tokens before it is started anew.
const ROUNDS: usize = 4;

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

/// A server with the tokens that it is loaded with.
struct Case {
    server: Server,
    algorithm: Algorithm,
    tokens: &'static str,
    rounds: Vec<Load>,
}

impl Case {
    /// The median of what a round tells.
    fn median(&self, tell: impl Fn(&Load) -> f64) -> f64 {
        quantile(self.rounds.iter().map(tell).collect(), 0.5)
    }

    /// The median of what a round tells beside the same round of others.
    fn beside<const N: usize>(&self, others: [&Self; N], tell: impl Fn(&Load, [&Load; N]) -> f64) -> f64 {
        let rounds = self.rounds.iter().enumerate();
        quantile(rounds.map(|(round, load)| tell(load, others.map(|other| &other.rounds[round]))).collect(), 0.5)
    }

    /// Half the distance between the quartiles, as a share of the median.
    fn spread(&self) -> f64 {
        let each: Vec<f64> = self.rounds.iter().map(|load| load.each).collect();
        (quantile(each.clone(), 0.75) - quantile(each, 0.25)) / 2.0 / self.median(|load| load.each)
    }
}

fn measure(starts: usize) -> io::Result<()> {
    let processors = Processors::choose()?;
    let mut cases = Vec::new();
    for algorithm in ALGORITHMS {
        for server in Server::ALL {
            for tokens in [ONE_TOKEN, MANY_TOKENS] {
                cases.push(Case { server, algorithm, tokens, rounds: Vec::new() });
            }
        }
    }
    for _ in 0..starts {
        load(processors, &mut cases)?;
    }
    println!(
        "GET /me over 64 connections to one thread, medians of {ROUNDS} rounds of a quarter of a second after each of {starts} starts"
    );
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
    // The first round fills caches and warms up; back and forth, so that none always comes after the same other one.
    for round in 0..=ROUNDS {
        let mut load = |case: &mut Case| -> io::Result<()> {
            let is_its = |(server, algorithm, _): &&(Server, Algorithm, Running)| {
                (*server, *algorithm) == (case.server, case.algorithm)
            };
            let Some((.., running)) = servers.iter().find(is_its) else {
                return Err(io::Error::other("no such server"));
            };
            let load = running.load(case.tokens)?;
            if round > 0 {
                case.rounds.push(load);
            }
            Ok(())
        };
        if round % 2 == 0 {
            cases.iter_mut().try_for_each(&mut load)?;
        } else {
            cases.iter_mut().rev().try_for_each(&mut load)?;
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
    for server in Server::ALL {
        for tokens in [ONE_TOKEN, MANY_TOKENS] {
            let case = find(cases, algorithm, server, tokens);
            let (over, share) = if server == Server::Bare {
                Default::default()
            } else {
                (time(over(cases, case)), ratio(share(cases, case)))
            };
            let bare = find(cases, algorithm, Server::Bare, tokens);
            table.row([
                server.name().to_owned(),
                number(tokens),
                format!("{} ± {:.0} %", time(case.median(|load| load.each)), case.spread() * 100.0),
                over,
                share,
                format!("{:.0}", case.median(|load| load.rate)),
                format!("{:.0} %", 100.0 * case.beside([bare], |own, [bare]| own.rate / bare.rate)),
                format!("{:.0} %", 100.0 * case.median(|load| load.busy)),
            ]);
        }
    }
    table.print(&format!("GET /me, {algorithm}"));
}

/// What a request costs more than with axum alone, in seconds.
fn over(cases: &[Case], case: &Case) -> f64 {
    let bare = find(cases, case.algorithm, Server::Bare, case.tokens);
    case.beside([bare], |own, [bare]| own.each - bare.each)
}

/// That cost as a share of what jsonwebtoken by hand costs.
fn share(cases: &[Case], case: &Case) -> f64 {
    let bare = find(cases, case.algorithm, Server::Bare, case.tokens);
    let by_hand = find(cases, case.algorithm, Server::Jsonwebtoken, case.tokens);
    case.beside([bare, by_hand], |own, [bare, by_hand]| (own.each - bare.each) / (by_hand.each - bare.each))
}

/// What a request with the cache takes beside the least that a cache could.
fn beside_floor(cases: &[Case]) {
    let mut table = Table::new(&["", "tokens", "over the floor of a cache", "requests a second, of its"]);
    for algorithm in ALGORITHMS {
        for tokens in [ONE_TOKEN, MANY_TOKENS] {
            let [own, floor] =
                [Server::FastjwtCaching, Server::Map].map(|server| find(cases, algorithm, server, tokens));
            let over = own.beside([floor], |own, [floor]| own.each - floor.each);
            let rate = 100.0 * own.beside([floor], |own, [floor]| floor.each / own.each);
            table.row([algorithm.to_string(), number(tokens), time(over), format!("{rate:.0} %")]);
        }
    }
    table.print("GET /me, fastjwt with its cache of tokens");
}

/// What must be reached, and what was.
fn targets(cases: &[Case]) {
    let mut table = Table::new(&["", "tokens", "found", "must", "aim", ""]);
    let mut row = |what: &str, tokens: &str, found: String, [must, aim]: [&str; 2], [met, aimed]: [bool; 2]| {
        let verdict = if aimed { "aim" } else { "must" };
        let verdict = if met { verdict } else { "missed" };
        table.row([what, number(tokens).as_str(), found.as_str(), must, aim, verdict].map(str::to_owned));
    };
    for tokens in [ONE_TOKEN, MANY_TOKENS] {
        let share = share(cases, find(cases, Algorithm::HS256, Server::Fastjwt, tokens));
        let what = "HS256, CPU over axum alone, of jsonwebtoken's by hand";
        row(what, tokens, ratio(share), ["at most 0.45", "0.33"], [share <= 0.45, share <= 0.33]);
    }
    for tokens in [ONE_TOKEN, MANY_TOKENS] {
        let bare = find(cases, Algorithm::ES256, Server::Bare, tokens);
        let cached = find(cases, Algorithm::ES256, Server::FastjwtCaching, tokens);
        // Of its time on the processor: where nothing else runs, the server has all of that.
        let rate = 100.0 * cached.beside([bare], |own, [bare]| bare.each / own.each);
        let what = "ES256 with the cache, requests a second of the processor, of axum alone";
        row(what, tokens, format!("{rate:.0} %"), ["at least 95 %", "98 %"], [rate >= 95.0, rate >= 98.0]);
    }
    table.print("Targets");
}

/// How many tokens a file has.
fn number(tokens: &str) -> String {
    if tokens == ONE_TOKEN { "1".to_owned() } else { MANY.to_string() }
}

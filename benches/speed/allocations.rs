//! Counts how often memory is asked for, for `tokens`: `allocations verify|sign|refuse ALGORITHM`, a line a case; or
//! `allocations found TOKENS`, how many of so many tokens the cache finds again, since what it finds asks for none.

use std::process::ExitCode;

use allocation_counter::measure;
use fastjwt::Algorithm;
use fastjwt_speed::{
    cases,
    contenders::Floor,
    keys::{ALGORITHMS, Key},
    payload::Extra,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let algorithm = |name: &str| ALGORITHMS.into_iter().find(|algorithm| algorithm.as_str() == name);
    let cases = match arguments[..] {
        ["found", alive] => {
            let Ok(alive) = alive.parse() else { return ExitCode::from(2) };
            println!("{:.1} %", found(alive));
            return ExitCode::SUCCESS;
        }
        [cases, name] => match (cases, algorithm(name)) {
            ("verify", Some(algorithm)) => cases::verify(algorithm),
            ("sign", Some(algorithm)) => cases::sign(algorithm),
            ("refuse", Some(Algorithm::HS256)) => cases::refuse(),
            _ => return ExitCode::from(2),
        },
        _ => return ExitCode::from(2),
    };
    for mut case in cases {
        // What is kept was made when the case was.
        println!("{}", measure(&mut case.job).count_total);
    }
    ExitCode::SUCCESS
}

/// In percent.
fn found(alive: u32) -> f64 {
    let key = Key::new(Algorithm::HS256);
    let count = alive as usize;
    let (jwt, tokens) = (cases::caching(&key, count), cases::different(&Floor::new(&key), count));
    let verify = |token: &String| jwt.verify_access_token::<Extra>(token).is_ok();
    assert!(tokens.iter().all(verify), "a good token is refused");
    let is_found = |token: &&String| measure(|| assert!(verify(token), "a good token is refused")).count_total == 0;
    let found = u32::try_from(tokens.iter().filter(is_found).count()).unwrap_or_default();
    100.0 * f64::from(found) / f64::from(alive)
}

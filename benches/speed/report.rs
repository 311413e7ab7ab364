//! Puts what the measurements printed where it is shown: `report PRINTED WHERE`, called by `benches/report --write`.
//!
//! `PRINTED` is a folder with a text for each measurement that was made; `WHERE` says when and on which machine.

use std::{fmt::Write as _, fs, io, path::Path, process::ExitCode};

use fastjwt_speed::{
    plot::{Panel, svg},
    printed::Printed,
    servers::{MANY, Server},
};

/// The measurements, by the names of their texts and of their places in `benches/README.md`.
const MEASUREMENTS: [&str; 3] = ["tokens", "http", "compile-time"];

const VERIFY: &str = "Verify, HS256";
const SIGN: &str = "Sign, HS256";
const HTTP: [&str; 2] = ["GET /me, HS256", "GET /me, ES256"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [printed, place] = &arguments[..] else {
        eprintln!("usage: report PRINTED WHERE");
        return ExitCode::from(2);
    };
    match report(Path::new(printed), place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn report(folder: &Path, place: &str) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let details = root.join("benches/README.md");
    let mut texts = Vec::new();
    for name in MEASUREMENTS {
        match fs::read_to_string(folder.join(name)) {
            Ok(text) => {
                edit(&details, name, &format!("{place}:\n\n{}\n", text.trim()))?;
                texts.push((name, Printed::read(&text)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{name}: {error}")),
        }
    }
    let printed = |name| texts.iter().find(|(known, _)| *known == name).map(|(_, printed)| printed);
    let front = root.join("README.md");
    if let Some(tokens) = printed("tokens") {
        let panels = [
            panel(tokens, "Verify a token, HS256", VERIFY)?,
            panel(tokens, "Sign a token, HS256 (fastjwt makes its two ids as well)", SIGN)?,
        ];
        let drawing = svg(&panels, &format!("Processor time; shorter is better. {place}"));
        write(&root.join("benches/speed.svg"), &drawing)?;
        edit(&front, "tokens", &format!("{place}:\n\n{}", tokens_in_short(tokens)?))?;
    }
    if let Some(http) = printed("http") {
        edit(&front, "http", &format!("{place}:\n\n{}", http_in_short(http)?))?;
    }
    Ok(())
}

fn panel(tokens: &Printed, title: &str, heading: &str) -> Result<Panel, String> {
    let bar = |name: &str| Ok((name.to_owned(), tokens.microseconds(heading, name, "time")?));
    let bars = tokens.names(heading).into_iter().map(bar).collect::<Result<_, String>>()?;
    Ok(Panel { title: title.to_owned(), bars })
}

/// A line for each thing that is done with a token: ours, beside the floor and jsonwebtoken.
fn tokens_in_short(tokens: &Printed) -> Result<String, String> {
    let mut lines = "| | fastjwt | of the floor | jsonwebtoken 11 takes |\n|---|---:|---:|---:|\n".to_owned();
    for what in ["Verify", "Sign"] {
        for algorithm in ["HS256", "ES256", "EdDSA", "RS256"] {
            let heading = format!("{what}, {algorithm}");
            let cell = |column| tokens.cell(&heading, "fastjwt", column);
            let (time, floor, other) = (cell("time")?, cell("of the floor")?, cell("jsonwebtoken 11 takes")?);
            let time = time.split(" ±").next().unwrap_or(time);
            // A text can't fail to be written to.
            let _ = writeln!(lines, "| {} `{algorithm}` | {time} | {floor} | {other} |", what.to_lowercase());
        }
    }
    Ok(lines)
}

/// What a guarded handler costs a server more than an open one, with one token and with many.
fn http_in_short(http: &Printed) -> Result<String, String> {
    let mut lines = format!(
        "| `GET /me`, CPU a request | HS256 | {MANY} tokens in turn | ES256 | {MANY} tokens in turn |\n\
         |---|---:|---:|---:|---:|\n"
    );
    let mut names = http.names(HTTP[0]);
    // Each has a line for one token and then one for many.
    names.dedup();
    // Nobody would have it in front of a service.
    names.retain(|name| *name != Server::Map.name());
    for name in names {
        let is_bare = name == Server::Bare.name();
        let column = if is_bare { "CPU a request" } else { "over axum alone" };
        let mut cells = Vec::new();
        for heading in HTTP {
            for nth in [0, 1] {
                let cell = http.nth_cell(nth, heading, name, column)?;
                let time = cell.split(" ±").next().unwrap_or(cell);
                cells.push(if is_bare { time.to_owned() } else { format!("+ {time}") });
            }
        }
        let _ = writeln!(lines, "| {name} | {} |", cells.join(" | "));
    }
    Ok(lines)
}

/// Replaces what stands between `<!-- name -->` and `<!-- /name -->`.
fn edit(file: &Path, name: &str, content: &str) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let missing = || format!("{}: there is no place `<!-- {name} -->`", file.display());
    let (before, rest) = text.split_once(&format!("<!-- {name} -->\n")).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&format!("<!-- /{name} -->")).ok_or_else(missing)?;
    write(file, &format!("{before}<!-- {name} -->\n{content}<!-- /{name} -->{after}"))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

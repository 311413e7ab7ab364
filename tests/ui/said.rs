//! What the compiler says of the mistakes, without what differs from one machine to the next and with every change of other files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Errors and warnings of each source file, from cargo's messages in JSON: as a user reads them, apart from [`steady`].
pub(crate) fn by_case(messages: &str, root: &Path) -> BTreeMap<PathBuf, String> {
    let mut said = BTreeMap::<PathBuf, String>::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let (Some(case), Some(rendered)) =
            (message["target"]["src_path"].as_str(), message["message"]["rendered"].as_str())
        else {
            continue;
        };
        let of_interest = matches!(message["message"]["level"].as_str(), Some("error" | "warning"));
        // The compiler's sums at the end are of no use to a user, either.
        if of_interest && !rendered.starts_with("error: aborting due to") {
            let text = said.entry(case.into()).or_default();
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(steady(rendered, Path::new(case), root).trim_end());
            text.push('\n');
        }
    }
    said
}

/// One message: the case by its path in this package, other files by `$WORKSPACE`, `$CARGO` and `$RUST`, without line numbers.
fn steady(rendered: &str, case: &Path, root: &Path) -> String {
    let mut lines = Vec::new();
    let mut elsewhere = false;
    for line in rendered.lines() {
        let text = line.trim_start();
        // Where a type that was too long to be shown has been written to, in the target folder.
        if text.starts_with("= note: the full name for the type has been written to")
            || text.contains("using `--verbose` to print the full type")
        {
            continue;
        }
        let indent = line.len() - text.len();
        let arrow = ["--> ", "::: "].into_iter().find(|arrow| text.starts_with(arrow));
        if let Some(arrow) = arrow {
            let place;
            (place, elsewhere) = place_of(&text[arrow.len()..], case, root);
            lines.push(format!("{:indent$}{arrow}{place}", ""));
        } else if elsewhere && text.starts_with(|first: char| first.is_ascii_digit() || first == '|' || first == '.') {
            let numbers =
                line.len() - line.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == ' ').len();
            lines.push(format!("{:numbers$}{}", "", &line[numbers..]).trim_end().to_owned());
        } else {
            elsewhere = false;
            let others = text.strip_prefix("and ").and_then(|text| text.strip_suffix(" others"));
            if others.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit())) {
                lines.push(format!("{:indent$}and $N others", ""));
            } else {
                lines.push(line.trim_end().to_owned());
            }
        }
    }
    without_excess(&lines)
}

/// Where a message points, and whether that is in another file than the case.
fn place_of(place: &str, case: &Path, root: &Path) -> (String, bool) {
    let workspace = format!("{}/", root.display());
    if let Some(own) = place.strip_prefix(&*case.to_string_lossy()) {
        let package = root.join("tests/ui");
        let shown = case.strip_prefix(&package).unwrap_or(case);
        return (format!("{}{own}", shown.display()), false);
    }
    let file = place.trim_end_matches(|end: char| end.is_ascii_digit() || end == ':');
    let shown = if let Some((_, file)) = file.split_once("/rustlib/src/rust/library/") {
        format!("$RUST/{file}")
    } else if let Some((_, file)) = file.strip_prefix("/rustc/").and_then(|file| file.split_once("/library/")) {
        format!("$RUST/{file}")
    } else if let Some((_, file)) = file.split_once("/registry/src/").and_then(|(_, file)| file.split_once('/')) {
        let (package, file) = file.split_once('/').unwrap_or((file, ""));
        let name = package.rsplit_once('-').map_or(package, |(name, _)| name);
        format!("$CARGO/{name}-$VERSION/{file}")
    } else if let Some(file) = file.strip_prefix(&workspace) {
        format!("$WORKSPACE/{file}")
    } else {
        file.to_owned()
    };
    (shown, true)
}

/// Long line numbers of other files make the margin of the whole message wide: as narrow as the case's own numbers need it.
fn without_excess(lines: &[String]) -> String {
    let Some(wide) = lines.iter().find(|line| line.trim_start().starts_with("--> ")).map(|line| margin(line)) else {
        return lines.join("\n");
    };
    let needed =
        lines.iter().filter(|line| is_drawn(line)).map(|line| number(line).len()).max().unwrap_or_default().max(1);
    let excess = " ".repeat(wide.saturating_sub(needed));
    let mut narrow = String::new();
    // Below a heading of several lines, its further ones are indented as the heading is, not by the margin.
    let mut heading = true;
    for line in lines {
        let begins_heading = line.starts_with(|first: char| first.is_ascii_alphabetic());
        heading = begins_heading || heading && !is_drawn(line);
        // Lines that are left out are three points before the margin, in place of a number.
        let (points, rest) = if line.starts_with("...") { line.split_at(3) } else { ("", line.as_str()) };
        let kept = if heading { rest } else { rest.strip_prefix(&excess).unwrap_or(rest) };
        narrow.push_str(points);
        narrow.push_str(kept);
        narrow.push('\n');
    }
    narrow
}

/// How wide the margin of a line is, with the number in it.
fn margin(line: &str) -> usize {
    line.len() - line.trim_start_matches(|margin: char| margin.is_ascii_digit() || margin == ' ').len()
}

/// The number in a line's margin.
fn number(line: &str) -> &str {
    line[..margin(line)].trim()
}

/// Whether a line belongs to a drawing of code or points to one.
fn is_drawn(line: &str) -> bool {
    let rest = &line[margin(line)..];
    rest == "|" || ["--> ", "::: ", "| ", "= ", "+ ", "- ", "~ "].iter().any(|mark| rest.starts_with(mark))
}

//! Draws times as bars, in SVG that is read on a light page and on a dark one.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
/// Where the bars begin: the names stand to the left.
const NAMES: f64 = 160.0;
/// What the longest bar leaves for its figure.
const FIGURE: f64 = 80.0;
const ROW: f64 = 26.0;
const BAR: f64 = 18.0;
const TITLE: f64 = 34.0;

/// Colours that are read on white and on a dark grey; the page behind is not painted.
const STYLE: &str = "text{font:14px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\
    .title{font-weight:600}.note{font-size:12px;fill:#59636e}.bar{fill:#8c959f}.floor{fill:#c8d1da}.own{fill:#0969da}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.bar{fill:#6e7681}.floor{fill:#3d444d}.own{fill:#4493f8}}";

/// Bars below a title.
pub struct Panel {
    /// What is compared.
    pub title: String,
    /// Names, and microseconds.
    pub bars: Vec<(String, f64)>,
}

/// The drawing: the panels below each other, with one scale, and a note at the end. In each the shortest bar comes first.
#[must_use]
pub fn svg(panels: &[Panel], note: &str) -> String {
    let longest = panels.iter().flat_map(|panel| &panel.bars).map(|(_, time)| *time).fold(f64::MIN_POSITIVE, f64::max);
    let scale = (WIDTH - NAMES - FIGURE) / longest;
    let mut body = String::new();
    let mut y = MARGIN;
    for Panel { title, bars } in panels {
        text(&mut body, "title", 0.0, y + 16.0, title);
        y += TITLE;
        let mut bars: Vec<&(String, f64)> = bars.iter().collect();
        bars.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        for (name, time) in bars {
            let class = match name.as_str() {
                "fastjwt" => "own",
                "the floor" => "floor",
                _ => "bar",
            };
            let (baseline, length) = (y + BAR / 2.0 + 5.0, time * scale);
            text(&mut body, if class == "own" { "title" } else { "" }, 0.0, baseline, name);
            // Writing to a string can't fail.
            let _ = writeln!(
                body,
                r#"<rect class="{class}" x="{NAMES}" y="{y:.1}" width="{length:.1}" height="{BAR}" rx="2"/>"#
            );
            text(&mut body, "", NAMES + length + 8.0, baseline, &format!("{time:.2} µs"));
            y += ROW;
        }
        y += MARGIN;
    }
    text(&mut body, "note", 0.0, y + 4.0, note);
    let height = y + MARGIN;
    let label: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
    let label = escaped(&label.join("; "));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="{label}">
<style>{STYLE}</style>
{body}</svg>
"#
    )
}

fn text(body: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
    let _ = writeln!(body, r#"<text{class} x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_the_times_and_the_shortest_is_first() {
        let bars = [("slow & old", 4.0), ("fastjwt", 1.0), ("the floor", 2.0)];
        let bars = bars.map(|(name, time)| (name.to_owned(), time)).to_vec();
        let drawing = svg(&[Panel { title: "Verify".to_owned(), bars }], "a note");
        let part = |line: &str, name: &str| -> Option<String> {
            let (_, rest) = line.split_once(&format!(" {name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        let drawn: Vec<_> = drawing
            .lines()
            .filter(|line| line.starts_with("<rect"))
            .map(|line| (part(line, "class").unwrap(), part(line, "width").unwrap()))
            .collect();
        let expected = [("own", "120.0"), ("floor", "240.0"), ("bar", "480.0")];
        assert_eq!(drawn, expected.map(|(class, width)| (class.to_owned(), width.to_owned())));
        assert!(drawing.contains(">slow &amp; old<") && drawing.contains(">1.00 µs<"), "{drawing}");
    }
}

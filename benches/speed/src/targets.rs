//! What must be reached and what would be better, beside what was found: a line each, so that nobody has to look it up.

use crate::table::Table;

/// Which way a figure is good.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// The smaller, the better.
    AtMost,
    /// The larger, the better.
    AtLeast,
}

/// The figures so far.
pub struct Targets {
    table: Table,
    is_empty: bool,
}

impl Default for Targets {
    fn default() -> Self {
        Self { table: Table::new(&["", "found", "must", "aim", ""]), is_empty: true }
    }
}

impl Targets {
    /// A figure, in this unit if it has one, and what it must be and better were.
    pub fn row(&mut self, what: &str, found: f64, bound: Bound, [must, aim]: [f64; 2], unit: &str) {
        let (words, is_met): (_, fn(f64, f64) -> bool) = match bound {
            Bound::AtMost => ("at most", |found, limit| found <= limit),
            Bound::AtLeast => ("at least", |found, limit| found >= limit),
        };
        let verdict = match (is_met(found, must), is_met(found, aim)) {
            (true, true) => "aim",
            (true, false) => "must",
            (false, _) => "missed",
        };
        let digits = if must < 0.1 { 3 } else { 2 };
        let cells = [
            what.to_owned(),
            format!("{found:.digits$}{unit}"),
            format!("{words} {must}{unit}"),
            format!("{aim}{unit}"),
            verdict.to_owned(),
        ];
        self.table.row(cells);
        self.is_empty = false;
    }

    /// Prints them, if there are any.
    pub fn print(&self) {
        if !self.is_empty {
            self.table.print("Targets");
        }
    }
}

//! Prints what was measured, as tables that can stand in a README.

use crate::timing::Timed;

/// A table, a row at a time.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one, with the names of its columns.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|&name| name.to_owned()).collect()] }
    }

    /// Puts a row below the others.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Prints it under a heading.
    pub fn print(&self, heading: &str) {
        println!("\n{heading}\n");
        let columns = self.rows[0].len();
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
            .collect();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(
                    |(column, (cell, &width))| {
                        if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                    },
                )
                .collect();
            println!("| {} |", cells.join(" | "));
            if number == 0 {
                let lines: Vec<String> = widths
                    .iter()
                    .enumerate()
                    .map(|(column, &width)| if column == 0 { "-".repeat(width) } else { "-".repeat(width - 1) + ":" })
                    .collect();
                println!("| {} |", lines.join(" | "));
            }
        }
    }
}

/// Microseconds, or nanoseconds for what takes less than half of one.
#[must_use]
pub fn time(seconds: f64) -> String {
    if seconds < 0.5e-6 { format!("{:.0} ns", seconds * 1e9) } else { format!("{:.2} µs", seconds * 1e6) }
}

/// A median with its spread.
#[must_use]
pub fn spread(timed: &Timed) -> String {
    format!("{} ± {:.0} %", time(timed.median()), timed.spread() * 100.0)
}

/// A ratio.
#[must_use]
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

//! Reads the tables that the measurements print, so that what is shown elsewhere has the very figures.

/// What a measurement printed.
pub struct Printed {
    tables: Vec<Table>,
}

struct Table {
    heading: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Printed {
    /// Takes the tables out of a text; a table's heading is the last line above it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (mut tables, mut heading, mut inside) = (Vec::new(), "", false);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
                (heading, inside) = (line, false);
                continue;
            };
            let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
            match tables.last_mut() {
                Some(Table { rows, .. }) if inside => {
                    // The line below the names of the columns has no figures.
                    if !cells.iter().all(|cell| cell.chars().all(|letter| matches!(letter, '-' | ':'))) {
                        rows.push(cells);
                    }
                }
                _ => {
                    tables.push(Table { heading: heading.to_owned(), columns: cells, rows: Vec::new() });
                    inside = true;
                }
            }
        }
        Self { tables }
    }

    /// The first column of a table, from the top.
    #[must_use]
    pub fn names(&self, heading: &str) -> Vec<&str> {
        let table = self.tables.iter().find(|table| table.heading == heading);
        table.into_iter().flat_map(|table| &table.rows).filter_map(|row| row.first()).map(String::as_str).collect()
    }

    /// A cell of the first row with that name.
    ///
    /// # Errors
    /// If it was not printed; the text says what is missing.
    pub fn cell(&self, heading: &str, name: &str, column: &str) -> Result<&str, String> {
        self.nth_cell(0, heading, name, column)
    }

    /// A cell of a further row with that name, counted from 0.
    ///
    /// # Errors
    /// If it was not printed; the text says what is missing.
    pub fn nth_cell(&self, nth: usize, heading: &str, name: &str, column: &str) -> Result<&str, String> {
        let table = self.tables.iter().find(|table| table.heading == heading);
        let cell = table.and_then(|table| {
            let column = table.columns.iter().position(|known| known == column)?;
            let mut rows = table.rows.iter().filter(|row| row.first().is_some_and(|first| first == name));
            rows.nth(nth)?.get(column)
        });
        cell.map(String::as_str).ok_or_else(|| format!("nothing was printed for {heading}: {name}: {column}"))
    }

    /// The time in a cell, in microseconds, whatever its spread.
    ///
    /// # Errors
    /// If it was not printed, or is no time.
    pub fn microseconds(&self, heading: &str, name: &str, column: &str) -> Result<f64, String> {
        let cell = self.cell(heading, name, column)?;
        let mut words = cell.split(' ');
        let number = words.next().and_then(|number| number.parse::<f64>().ok());
        match (number, words.next()) {
            (Some(number), Some("µs")) => Ok(number),
            (Some(number), Some("ns")) => Ok(number / 1e3),
            _ => Err(format!("{heading}: {name}: {column}: `{cell}` is no time")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        thread CPU time, medians

        Verify, HS256

        |         |          time | of the floor |
        | ------- | ------------: | -----------: |
        | fastjwt | 2.03 µs ± 2 % |         1.00 |
        | other   |  466 ns ± 1 % |              |
        | fastjwt | 2.50 µs ± 3 % |         1.20 |

        Sign, HS256

        |         |          time |
        | ------- | ------------: |
        | fastjwt | 1.87 µs ± 1 % |
    ";

    #[test]
    fn a_cell_is_found_by_its_names() {
        let printed = Printed::read(TEXT);
        assert_eq!(printed.names("Verify, HS256"), ["fastjwt", "other", "fastjwt"]);
        assert_eq!(printed.nth_cell(1, "Verify, HS256", "fastjwt", "of the floor"), Ok("1.20"));
        assert!(printed.nth_cell(2, "Verify, HS256", "fastjwt", "of the floor").is_err());
        assert_eq!(printed.cell("Verify, HS256", "fastjwt", "of the floor"), Ok("1.00"));
        assert_eq!(printed.cell("Sign, HS256", "fastjwt", "time"), Ok("1.87 µs ± 1 %"));
        let missing = printed.cell("Sign, HS256", "fastjwt", "of the floor");
        assert_eq!(missing, Err("nothing was printed for Sign, HS256: fastjwt: of the floor".to_owned()));
    }

    #[test]
    fn times_have_one_unit() {
        let printed = Printed::read(TEXT);
        assert_eq!(printed.microseconds("Verify, HS256", "fastjwt", "time"), Ok(2.03));
        assert_eq!(printed.microseconds("Verify, HS256", "other", "time"), Ok(0.466));
        assert!(printed.microseconds("Verify, HS256", "fastjwt", "of the floor").is_err());
    }
}

//! CSV as RFC 4180 has it, in UTF-8, with lines that end in a line feed. What is missing is empty.

use super::{Cell, Column, Kind, Rows, rfc3339};
use std::io::Write;

pub struct Writer<W: Write> {
    out: W,
    kinds: Vec<Kind>,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W, columns: &[Column]) -> Result<Self, String> {
        let mut writer = Writer { out, kinds: columns.iter().map(|column| column.kind).collect() };
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        writer.line(&names)?;
        Ok(writer)
    }

    fn line(&mut self, words: &[String]) -> Result<(), String> {
        writeln!(self.out, "{}", words.join(",")).map_err(|error| error.to_string())
    }
}

impl<W: Write> Rows for Writer<W> {
    fn write(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), String> {
        for row in rows {
            let words: Vec<String> = row.iter().zip(&self.kinds).map(|(cell, kind)| word(cell, *kind)).collect();
            self.line(&words)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.out.flush().map_err(|error| error.to_string())
    }
}

fn word(cell: &Cell, kind: Kind) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => quoted(text),
        Cell::Whole(at) if kind == Kind::Instant => rfc3339(*at).unwrap_or_default(),
        Cell::Whole(value) => value.to_string(),
        Cell::Number(value) => value.to_string(),
    }
}

/// As a spreadsheet reads it back: in quotes where it has to be, and quotes twice.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_two_fields_or_lines_stands_in_quotes() {
        assert_eq!(quoted("air.delay"), "air.delay");
        assert_eq!(quoted("care, \"north\""), "\"care, \"\"north\"\"\"");
        assert_eq!(quoted("two\nlines"), "\"two\nlines\"");
    }
}

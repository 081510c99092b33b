//! What is wrong with a settings file, where, and what to do about it. A person reads these in a terminal or
//! beside the line in an editor, so each one stands alone: file, line, column, key, fault and cure.

use std::fmt;

/// One fault of a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name as the caller gave it.
    pub file: String,
    /// 1-based line; 0 when the fault belongs to no line.
    pub line: u32,
    /// 1-based column, in characters; 0 when the fault belongs to no column.
    pub column: u32,
    /// The dotted path of the key, e.g. `teams.care.hours` or `rules[2].when`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, in lower case.
    pub what: String,
    /// What to write instead.
    pub cure: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; {}", self.what, self.cure)
    }
}

/// Every fault found in one reading, in the order of the lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Sorts the faults by place, so that the same file always gives the same list.
    pub fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| (a.line, a.column, &a.key).cmp(&(b.line, b.column, &b.key)));
        Problems(problems)
    }

    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// One problem a line, without an end of line after the last.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, problem) in self.0.iter().enumerate() {
            if nth > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

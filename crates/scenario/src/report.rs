//! What is told of a scenario: a line for each field that was expected, for people or as JSON.

use serde_json::{Value, json};
use std::fmt;

/// One field of one expectation, or an entry of the timeline that was not taken as it should have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// `p1.status`.
    pub what: String,
    pub expected: String,
    pub found: String,
    pub passed: bool,
}

/// A scenario that was played.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub scenario: String,
    pub file: String,
    pub lines: Vec<Line>,
}

impl Report {
    pub fn passed(&self) -> usize {
        self.lines.iter().filter(|line| line.passed).count()
    }

    pub fn failed(&self) -> usize {
        self.lines.len() - self.passed()
    }

    /// The report as an object; a line of it holds what the line for people does.
    pub fn to_json(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            json!({
                "line": line.line,
                "field": line.what,
                "expected": line.expected,
                "found": line.found,
                "passed": line.passed,
            })
        });
        json!({
            "scenario": self.scenario,
            "file": self.file,
            "passed": self.passed(),
            "failed": self.failed(),
            "expectations": lines.collect::<Vec<_>>(),
        })
    }
}

/// `ok      lost-bag.yaml:41 p1.status: open`
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { file, line, what, expected, found, passed } = self;
        match passed {
            true => write!(f, "ok      {file}:{line} {what}: {expected}"),
            false => write!(f, "FAILED  {file}:{line} {what}: expected {expected}, found {found}"),
        }
    }
}

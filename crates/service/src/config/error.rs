//! What is wrong with a setting, said so that the reader can mend it: key, value, origin, problem, cure.

use super::tree::Origin;
use std::fmt;

/// One wrong setting. Its text names the key, the value (never a secret's), where it came from, and the cure.
///
/// A process that meets one ends with exit code 64 (see [`crate::process`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Details {
    key: Option<String>,
    /// The rest of the key, when the mistake is an entry of the table that was being read.
    entry: Option<String>,
    value: Option<String>,
    origin: Option<Origin>,
    problem: String,
    cure: String,
}

impl ConfigError {
    /// An error that no single setting is to blame for, such as a file that cannot be read.
    pub fn new(problem: impl fmt::Display, cure: impl fmt::Display) -> Self {
        ConfigError(Box::new(Details { problem: problem.to_string(), cure: cure.to_string(), ..Details::default() }))
    }

    /// The full name of the setting, such as `nats.profile`.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// Where the wrong value came from.
    pub fn origin(&self) -> Option<&Origin> {
        self.0.origin.as_ref()
    }

    /// The same error without the value, where that may hold a secret.
    pub fn without_value(mut self) -> Self {
        self.0.value = None;
        self
    }

    pub(super) fn entry(field: &str, problem: impl fmt::Display, cure: impl fmt::Display) -> Self {
        let mut error = Self::new(problem, cure);
        error.0.entry = Some(field.to_owned());
        error
    }

    pub(super) fn with_key(mut self, key: impl Into<String>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    pub(super) fn with_origin(mut self, origin: Origin) -> Self {
        self.0.origin = Some(origin);
        self
    }

    pub(super) fn with_value(mut self, value: Option<String>) -> Self {
        self.0.value = value;
        self
    }

    /// Adds a cure where none is known yet.
    pub(super) fn or_cure(mut self, cure: impl FnOnce() -> Option<String>) -> Self {
        if self.0.cure.is_empty() {
            self.0.cure = cure().unwrap_or_default();
        }
        self
    }

    pub(super) fn is_located(&self) -> bool {
        self.0.key.is_some()
    }

    pub(super) fn take_entry(&mut self) -> Option<String> {
        self.0.entry.take()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { key, value, origin, problem, cure, .. } = &*self.0;
        if let Some(origin) = origin
            && *origin != Origin::Default
        {
            write!(f, "{origin}: ")?;
        }
        match (key, value) {
            (Some(key), Some(value)) => write!(f, "{key} is {value}, but {problem}")?,
            (Some(key), None) => write!(f, "{key} {problem}")?,
            (None, _) => f.write_str(problem)?,
        }
        if !cure.is_empty() {
            write!(f, "; {cure}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl serde::de::Error for ConfigError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        let cure = match message.contains("socket address") {
            true => "write an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
            false => "",
        };
        ConfigError::new(format!("is refused: {message}"), cure)
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        ConfigError::new(format!("must be {}", plain(&expected.to_string())), "")
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        ConfigError::new(format!("must be {}", plain(&expected.to_string())), "")
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        // The reader finds unknown keys before serde does; this is for types that read a text of their own.
        ConfigError::new("is not a setting", suggest("", known.iter().copied()))
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        let cure = match nearest(given, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => String::new(),
        };
        ConfigError::new(format!("must be one of {}", known.join(", ")), cure)
    }

    fn missing_field(field: &'static str) -> Self {
        ConfigError::entry(field, "is missing", format!("add {field} to its section"))
    }
}

/// "did you mean x?", or the list of what there is.
pub(super) fn suggest<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(given, known.clone()) {
        return format!("did you mean {near}?");
    }
    let known: Vec<&str> = known.collect();
    match known.is_empty() {
        true => "remove it".to_owned(),
        false => format!("there are: {}", known.join(", ")),
    }
}

fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let limit = 1 + given.chars().count() / 4;
    known
        .map(|name| (distance(&given, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits between two words, a swap of neighbours counting as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let change = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = best;
        }
    }
    table[a.len()][b.len()]
}

/// Rust's names for types, in words.
fn plain(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "a sequence" => "a list",
        "path string" => "a path in quotes",
        "socket address" => "an address and a port, such as \"127.0.0.1:8080\"",
        other if other.starts_with("struct ") => "a table of settings",
        other if other.starts_with("a nonzero ") => "a whole number above 0",
        "a map" => "a table",
        other => other,
    };
    words.to_owned()
}

//! Values as they were written, each with its origin, before anyone says what type they should be.

use super::error::ConfigError;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the settings file.
    File { path: Arc<Path>, line: usize },
    /// An environment variable.
    Env { name: String },
    /// A flag of the command line, as written.
    Flag { flag: String },
    /// A file that holds a secret, named by a setting of another origin.
    SecretFile { path: PathBuf, named_by: Box<Origin> },
}

impl Origin {
    /// Which of two origins wins: flags over environment over file.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Origin::Default => 0,
            Origin::File { .. } => 1,
            Origin::Env { .. } => 2,
            Origin::Flag { .. } => 3,
            Origin::SecretFile { named_by, .. } => named_by.rank(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Env { name } => write!(f, "environment variable {name}"),
            Origin::Flag { flag } => write!(f, "flag {flag}"),
            Origin::SecretFile { path, named_by } => write!(f, "secret file {} ({named_by})", path.display()),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub value: Value,
    pub origin: Origin,
}

pub(super) type Table = BTreeMap<String, Node>;

#[derive(Debug, Clone)]
pub(super) enum Value {
    Table(Table),
    List(Vec<Node>),
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// Text of the environment or a flag: its type is what the setting asks for.
    Raw(String),
    /// The content of a secret is read only when a [`super::Secret`] asks for it.
    SecretFile(PathBuf),
}

impl Node {
    /// The value as an error shows it; `None` for what would be too much or too secret to show.
    pub fn shown(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Raw(text) => Some(format!("{:?}", clip(text))),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Table(_) => Some("a table".to_owned()),
            Value::List(_) => Some("a list".to_owned()),
            Value::SecretFile(_) => None,
        }
    }
}

fn clip(text: &str) -> String {
    const SHOWN_CHARS: usize = 80;
    match text.chars().count() > SHOWN_CHARS {
        true => text.chars().take(SHOWN_CHARS).chain("...".chars()).collect(),
        false => text.to_owned(),
    }
}

/// Reads a TOML document; every value remembers its line.
pub(super) fn parse_toml(text: &str, path: &Path) -> Result<Table, ConfigError> {
    let path: Arc<Path> = path.into();
    let at = |offset: usize| Origin::File { path: path.clone(), line: line_of(text, offset) };
    let document = DeTable::parse(text).map_err(|error| {
        let origin = at(error.span().map_or(0, |span| span.start));
        ConfigError::new(format!("is not TOML: {}", one_line(error.message())), "see https://toml.io for the syntax")
            .with_origin(origin)
            .with_key("the file")
    })?;
    from_table(document.get_ref(), &at)
}

/// Reads the list or table in the text of an environment variable or flag.
pub(super) fn parse_raw(text: &str, origin: &Origin) -> Result<Node, ConfigError> {
    let value = DeValue::parse(text).map_err(|error| {
        ConfigError::new(
            format!("must be a TOML value: {}", one_line(error.message())),
            "write for example [\"a\", \"b\"] or { key = 1 }",
        )
    })?;
    from_value(&value, &|_| origin.clone())
}

fn from_table(table: &DeTable<'_>, at: &dyn Fn(usize) -> Origin) -> Result<Table, ConfigError> {
    let mut nodes = Table::new();
    for (key, value) in table {
        let mut node = from_value(value, at)?;
        // A header's or key's own line is where the reader looks, not where its value happens to start.
        if matches!(node.value, Value::Table(_)) {
            node.origin = at(key.span().start);
        }
        nodes.insert(key.get_ref().clone().into_owned(), node);
    }
    Ok(nodes)
}

fn from_value(value: &Spanned<DeValue<'_>>, at: &dyn Fn(usize) -> Origin) -> Result<Node, ConfigError> {
    let origin = at(value.span().start);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => {
                let problem = format!("the number {number} is too large");
                return Err(ConfigError::new(problem, "use at most 9223372036854775807").with_origin(origin));
            }
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => {
                let problem = format!("{number} is not a number");
                return Err(ConfigError::new(problem, "write for example 0.5").with_origin(origin));
            }
        },
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => {
            let mut nodes = Vec::new();
            for item in items.iter() {
                nodes.push(from_value(item, at)?);
            }
            Value::List(nodes)
        }
        DeValue::Table(table) => Value::Table(from_table(table, at)?),
    };
    Ok(Node { value, origin })
}

/// Puts a value at a path, over what lower sources said; tables on the way are made as needed.
pub(super) fn insert(root: &mut Table, path: &[&str], node: Node) -> Result<(), ConfigError> {
    let Some((last, parents)) = path.split_last() else {
        return Ok(());
    };
    let mut table = root;
    for (depth, part) in parents.iter().enumerate() {
        let parent = table
            .entry((*part).to_owned())
            .or_insert_with(|| Node { value: Value::Table(Table::new()), origin: node.origin.clone() });
        let Value::Table(inner) = &mut parent.value else {
            let error = ConfigError::new("is no table, so nothing can be set below it", "set it as a whole");
            return Err(error.with_key(path[..=depth].join(".")).with_origin(node.origin));
        };
        table = inner;
    }
    table.insert((*last).to_owned(), node);
    Ok(())
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! All sources merged, before and after a section gives them types.

use super::de::De;
use super::error::{ConfigError, suggest};
use super::secret::{HIDDEN, is_secret_name};
use super::section::{At, Section};
use super::sources::{Sources, key_of, variable};
use super::tree::{self, Node, Origin, Table, Value};
use serde_json::Value as Json;
use std::fmt;
use std::path::Path;

/// Sections of this crate, which every process may have.
const SHARED: [&str; 4] = ["admin", "nats", "process", "telemetry"];
/// Settings files are small; a larger one is a mistake.
const FILE_MAX_BYTES: usize = 1024 * 1024;

/// Settings of all sources, merged. Cheap enough to clone once a service.
#[derive(Clone)]
pub struct Loaded {
    root: Table,
    /// Variables with our prefix that set nothing: a forgotten underscore hides among them.
    bystanders: Vec<String>,
}

/// One line of `earshot config show --origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Full name, such as `nats.profile`.
    pub key: String,
    /// The value as TOML; `(secret)` for a secret, `(unset)` for nothing.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Reads and merges all sources. Types are checked later, by [`Loaded::section`].
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let mut root = match &sources.file {
        Some(path) => read_file(path)?,
        None => Table::new(),
    };
    let mut bystanders = Vec::new();
    let mut env: Vec<_> = sources.env.iter().filter(|(_, value)| !value.is_empty()).collect();
    // A table given whole comes before the values inside it.
    env.sort();
    for (name, value) in env {
        let Some(key) = key_of(name) else {
            bystanders.push(name.clone());
            continue;
        };
        insert(&mut root, &key, value, Origin::Env { name: name.clone() })?;
    }
    for assignment in &sources.set {
        let Some((key, value)) = assignment.split_once('=') else {
            let cure = "write --set section.key=value";
            return Err(ConfigError::new(format!("--set {assignment:?} has no ="), cure));
        };
        insert(&mut root, key.trim(), value, Origin::Flag { flag: format!("--set {}", key.trim()) })?;
    }
    for given in &sources.overrides {
        insert(&mut root, &given.key, &given.value, Origin::Flag { flag: given.flag.clone() })?;
    }
    let loaded = Loaded { root, bystanders };
    loaded.check_sections(&sources.known_sections)?;
    Ok(loaded)
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        ConfigError::new(
            format!("cannot read the settings file {name}: {error}"),
            "check --config and EARSHOT_CONFIG, or write a file with `earshot config sample`",
        )
    })?;
    if bytes.len() > FILE_MAX_BYTES {
        let problem = format!("the settings file {name} has {} bytes", bytes.len());
        return Err(ConfigError::new(problem, format!("keep it under {FILE_MAX_BYTES}")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        ConfigError::new(format!("the settings file {name} is not UTF-8 at byte {offset}"), "save it as UTF-8")
    })?;
    tree::parse_toml(&text, path)
}

fn insert(root: &mut Table, key: &str, value: &str, origin: Origin) -> Result<(), ConfigError> {
    let path: Vec<&str> = key.split('.').collect();
    if path.len() < 2 || path.iter().any(|part| part.is_empty()) {
        let error = ConfigError::new("is no setting's name", "write section.key, such as nats.profile");
        return Err(error.with_key(format!("{key:?}")).with_origin(origin));
    }
    tree::insert(root, &path, Node { value: Value::Raw(value.to_owned()), origin })
}

/// Names sections only: values may be secrets.
impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("sections", &self.root.keys()).finish_non_exhaustive()
    }
}

impl Loaded {
    /// The settings of one section, checked: what nobody set has its default.
    ///
    /// # Errors
    /// An unknown key, a wrong type, a value out of range, a secret in the wrong place.
    pub fn section<T: Section>(&self) -> Result<T, ConfigError> {
        self.check_bystanders::<T>()?;
        let empty = Node { value: Value::Table(Table::new()), origin: Origin::Default };
        let node = self.root.get(T::NAME).unwrap_or(&empty);
        let section = T::deserialize(De { node, key: T::NAME.to_owned() }).map_err(cure_with_default::<T>)?;
        section.check(&At { loaded: self, section: T::NAME }).map_err(cure_with_default::<T>)?;
        Ok(section)
    }

    /// Where the value of a key came from; [`Origin::Default`] when nobody set it.
    pub fn origin(&self, key: &str) -> Origin {
        let parts: Vec<&str> = key.split('.').collect();
        self.node(&parts).map_or(Origin::Default, |node| node.origin.clone())
    }

    /// An error about a value that has the right type and yet cannot be: it names the key's origin by itself.
    ///
    /// `problem` continues the key ("names no directory"), `cure` says what to do.
    pub fn refuse(&self, key: &str, problem: &str, cure: &str) -> ConfigError {
        let error = ConfigError::new(problem, cure).with_key(key).with_origin(self.origin(key));
        if is_secret_name(key) {
            return error;
        }
        let parts: Vec<&str> = key.split('.').collect();
        let value = self.node(&parts).and_then(Node::shown);
        error.with_value(value)
    }

    /// Every setting of a section with its effective value and origin, in the order in which they are declared.
    ///
    /// # Errors
    /// As [`Loaded::section`].
    pub fn rows<T: Section>(&self) -> Result<Vec<Row>, ConfigError> {
        let section: T = self.section()?;
        let json = serde_json::to_value(&section).expect("settings are plain data");
        let mut rows = Vec::new();
        self.add_rows(T::NAME, &json, &mut rows);
        let order = |row: &Row| T::KEYS.iter().position(|key| is_key(&row.key, T::NAME, key.name));
        rows.sort_by_key(order);
        Ok(rows)
    }

    fn add_rows(&self, key: &str, value: &Json, rows: &mut Vec<Row>) {
        if let Json::Object(entries) = value
            && !entries.is_empty()
        {
            for (name, value) in entries {
                self.add_rows(&format!("{key}.{name}"), value, rows);
            }
            return;
        }
        let origin = match self.origin(key) {
            Origin::Default => self.secret_file_of(key),
            found => found,
        };
        let value = match value {
            Json::Null => "(unset)".to_owned(),
            Json::String(text) if text == HIDDEN => HIDDEN.to_owned(),
            _ if is_secret_name(key) => HIDDEN.to_owned(),
            value => super::sample::toml_value(value),
        };
        rows.push(Row { key: key.to_owned(), value, origin });
    }

    fn secret_file_of(&self, key: &str) -> Origin {
        let named = format!("{key}_file");
        let parts: Vec<&str> = named.split('.').collect();
        match self.node(&parts) {
            Some(Node { value: Value::Text(path) | Value::Raw(path), origin }) => {
                Origin::SecretFile { path: path.into(), named_by: Box::new(origin.clone()) }
            }
            _ => Origin::Default,
        }
    }

    fn node(&self, path: &[&str]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        let mut node = self.root.get(*first)?;
        for part in rest {
            let Value::Table(table) = &node.value else {
                return Some(node);
            };
            node = table.get(*part)?;
        }
        Some(node)
    }

    fn check_sections(&self, known: &[String]) -> Result<(), ConfigError> {
        for (name, node) in &self.root {
            let known = known.iter().map(String::as_str).chain(SHARED);
            if known.clone().any(|known| known == name) {
                if matches!(node.value, Value::Table(_)) {
                    continue;
                }
                let error = ConfigError::new("is a section, not a value", format!("write [{name}] and its keys below"));
                return Err(error.with_key(name).with_origin(node.origin.clone()));
            }
            let error = ConfigError::new("is no section", suggest(name, known));
            return Err(error.with_key(name).with_origin(node.origin.clone()));
        }
        Ok(())
    }

    /// `EARSHOT_NATS_PROFILE` would be passed over in silence, and its owner would wonder for an hour.
    fn check_bystanders<T: Section>(&self) -> Result<(), ConfigError> {
        for key in T::KEYS {
            let meant = variable(&format!("{}.{}", T::NAME, key.name));
            let mistaken = meant.replace("__", "_");
            if self.bystanders.contains(&mistaken) {
                let error = ConfigError::new(
                    "sets nothing: between section and key stand two underscores",
                    format!("write {meant}"),
                );
                return Err(error.with_key(mistaken));
            }
        }
        Ok(())
    }
}

fn is_key(full: &str, section: &str, key: &str) -> bool {
    let rest = full.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
    rest.and_then(|rest| rest.strip_prefix(key)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// When nothing better is known, the default is a value that works.
fn cure_with_default<T: Section>(error: ConfigError) -> ConfigError {
    let key = error.key().and_then(|key| key.strip_prefix(T::NAME)?.strip_prefix('.').map(str::to_owned));
    error.or_cure(|| {
        let defaults = serde_json::to_value(T::default()).expect("settings are plain data");
        match defaults.get(key?)? {
            Json::Null => None,
            value => Some(format!("the default is {}", super::sample::toml_value(value))),
        }
    })
}

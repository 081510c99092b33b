//! A settings file with every key, its default and its meaning, made from the sections themselves.

use super::section::{KeyDoc, Section, range_in_words};
use serde_json::Value as Json;
use std::fmt::Write as _;

/// A section as the sample shows it.
#[derive(Debug, Clone)]
pub struct SectionDoc {
    pub name: &'static str,
    about: &'static [&'static str],
    keys: &'static [KeyDoc],
    defaults: Json,
}

impl SectionDoc {
    /// The documentation of a section type.
    pub fn of<T: Section>() -> Self {
        SectionDoc {
            name: T::NAME,
            about: T::ABOUT,
            keys: T::KEYS,
            defaults: serde_json::to_value(T::default()).expect("settings are plain data"),
        }
    }
}

/// A whole settings file: every key stands commented out with its default, below its documentation.
///
/// A line to uncomment begins with `#` and no space, prose with `# `.
pub fn render_sample(sections: &[SectionDoc]) -> String {
    let mut out = String::from(
        "# Settings of Earshot. Every key stands here with its default: remove the # of what you change.\n\
         # Any key can be set by the environment as EARSHOT_<SECTION>__<KEY>, or by --set section.key=value.\n",
    );
    for section in sections {
        let _ = writeln!(out);
        comment(&mut out, section.about);
        let _ = writeln!(out, "[{}]", section.name);
        for key in section.keys {
            comment(&mut out, key.about);
            if let Some(range) = key.range {
                let _ = writeln!(out, "# Must be {}.", range_in_words(range));
            }
            let _ = writeln!(out, "{}", line_of(section.name, key, &section.defaults));
        }
    }
    out
}

fn line_of(section: &str, key: &KeyDoc, defaults: &Json) -> String {
    let name = key.name;
    if key.kind.contains("Secret") {
        let variable = super::sources::variable(&format!("{section}.{name}"));
        return format!("# {name} is a secret: set {name}_file or {variable}.");
    }
    match &defaults[name] {
        Json::Null => format!("# {name} is not set."),
        value => format!("#{name} = {}", toml_value(value)),
    }
}

fn comment(out: &mut String, lines: &[&str]) {
    for line in lines {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let _ = writeln!(out, "{}", format!("# {line}").trim_end());
    }
}

/// A value as TOML writes it on one line.
pub(super) fn toml_value(value: &Json) -> String {
    match value {
        Json::Null => "\"\"".to_owned(),
        Json::Array(items) => format!("[{}]", items.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(name, value)| format!("{} = {}", toml_key(name), toml_value(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        plain => plain_value(plain),
    }
}

fn toml_key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !name.is_empty() && name.chars().all(bare) {
        true => name.to_owned(),
        false => plain_value(&Json::String(name.to_owned())),
    }
}

/// JSON's escapes are TOML's, and numbers and booleans are the same; only DEL stands bare in JSON and may not in TOML.
fn plain_value(value: &Json) -> String {
    value.to_string().replace('\u{7f}', "\\u007f")
}

//! Reads nodes into the types that sections ask for.
//!
//! The type asked for decides how text of the environment is read, and every error is given the key, value and origin
//! of the innermost value that was being read.

use super::error::{ConfigError, suggest};
use super::secret::{self, is_secret_name};
use super::tree::{Node, Origin, Table, Value, parse_raw};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use std::path::PathBuf;

type Result<T, E = ConfigError> = std::result::Result<T, E>;

/// Larger files are not secrets but mistakes.
const SECRET_FILE_MAX_BYTES: u64 = 64 * 1024;

/// One value on its way into a type, with its full key.
pub(super) struct De<'a> {
    pub node: &'a Node,
    pub key: String,
}

impl De<'_> {
    fn located(&self, mut error: ConfigError) -> ConfigError {
        if error.is_located() {
            return error;
        }
        if let Some(entry) = error.take_entry() {
            let origin = match &self.node.value {
                Value::Table(table) => table.get(&entry).map(|node| node.origin.clone()),
                _ => None,
            };
            let key = format!("{}.{entry}", self.key);
            return error.with_key(key).with_origin(origin.unwrap_or_else(|| self.node.origin.clone()));
        }
        let value = if is_secret_name(&self.key) { None } else { self.node.shown() };
        error.with_key(&self.key).with_value(value).with_origin(self.node.origin.clone())
    }

    fn read<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        if matches!(self.node.value, Value::SecretFile(_)) {
            let error = ConfigError::new("is not a setting", format!("set {} itself", self.key));
            return Err(error.with_key(format!("{}_file", self.key)).with_origin(self.node.origin.clone()));
        }
        read().map_err(|error| self.located(error))
    }

    /// Text of the environment as the list or table that is asked for.
    fn parsed(&self, text: &str) -> Result<Node> {
        let origin = &self.node.origin;
        if text.starts_with(['[', '{']) {
            return parse_raw(text, origin).map_err(|error| self.located(error));
        }
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let items = items.map(|item| Node { value: Value::Raw(item.to_owned()), origin: origin.clone() });
        Ok(Node { value: Value::List(items.collect()), origin: origin.clone() })
    }

    fn table<'de, V: Visitor<'de>>(self, fields: Option<&'static [&'static str]>, visitor: V) -> Result<V::Value> {
        let parsed;
        let node = match &self.node.value {
            Value::Raw(text) if text.starts_with('{') => {
                parsed = self.parsed(text)?;
                &parsed
            }
            _ => self.node,
        };
        let Value::Table(table) = &node.value else {
            return self.read(|| self.plain(visitor));
        };
        let mut table = table.clone();
        if let Some(fields) = fields {
            name_secret_files(&mut table, fields, &self.key)?;
        }
        self.read(|| visitor.visit_map(Entries::of(table, &self.key, fields.unwrap_or_default())))
    }

    /// The value as it was written.
    fn plain<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value> {
        match &self.node.value {
            Value::Text(text) | Value::Raw(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::List(items) => {
                visitor.visit_seq(Items { items: items.clone().into_iter(), index: 0, key: &self.key })
            }
            Value::Table(table) => visitor.visit_map(Entries::of(table.clone(), &self.key, &[])),
            Value::SecretFile(_) => Err(ConfigError::new("is a secret", "")),
        }
    }

    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.read(|| {
            let Value::Raw(text) = &self.node.value else {
                return self.plain(visitor);
            };
            let text = text.replace('_', "");
            if let Ok(number) = text.parse::<i64>() {
                return visitor.visit_i64(number);
            }
            match text.parse::<u64>() {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => self.plain(visitor),
            }
        })
    }

    fn secret<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let fail = |problem: &str, cure: String| {
            let error = ConfigError::new(problem, cure).with_key(&self.key);
            Err(error.with_origin(self.node.origin.clone()))
        };
        let variable = super::sources::variable(&self.key);
        // What is made of the text may refuse it; that error must not show it.
        let made = |text: &str| {
            let made = visitor.visit_str(text);
            made.map_err(|error: ConfigError| error.with_key(&self.key).with_origin(self.node.origin.clone()))
        };
        match (&self.node.value, &self.node.origin) {
            (Value::SecretFile(path), _) => match read_secret(path) {
                Ok(text) => made(&text),
                Err(problem) => fail(&format!("cannot be had: {problem}"), "put the secret in that file, alone".into()),
            },
            (Value::Raw(text), Origin::Env { .. }) => made(text),
            (Value::Text(_) | Value::Raw(_), _) => fail(
                "is a secret and must not stand here",
                format!("put it in a file and name that with {}_file, or set {variable}", self.key),
            ),
            _ => fail("must be a secret text", format!("name a file with {}_file, or set {variable}", self.key)),
        }
    }
}

/// `password_file` sets `password`, where `password` is a setting and `password_file` is none. The higher source
/// wins; two of the same source are a mistake.
fn name_secret_files(table: &mut Table, fields: &[&str], key: &str) -> Result<()> {
    for field in fields {
        let named = format!("{field}_file");
        if fields.contains(&named.as_str()) {
            continue;
        }
        let Some(node) = table.get(&named) else { continue };
        let (Value::Text(path) | Value::Raw(path)) = &node.value else {
            let error = ConfigError::new("must be a path in quotes", "").with_origin(node.origin.clone());
            return Err(error.with_key(format!("{key}.{named}")));
        };
        let by_file = Node {
            value: Value::SecretFile(PathBuf::from(path)),
            origin: Origin::SecretFile { path: PathBuf::from(path), named_by: Box::new(node.origin.clone()) },
        };
        let direct = table.get(*field).map_or(0, |node| node.origin.rank());
        if direct == by_file.origin.rank() {
            let error = ConfigError::new(format!("is set beside {key}.{field}"), "keep one of the two");
            return Err(error.with_key(format!("{key}.{named}")).with_origin(node.origin.clone()));
        }
        table.remove(&named);
        if direct < by_file.origin.rank() {
            table.insert((*field).to_owned(), by_file);
        }
    }
    Ok(())
}

fn read_secret(path: &PathBuf) -> std::result::Result<String, String> {
    let name = path.display();
    let size = std::fs::metadata(path).map_err(|error| format!("{name}: {error}"))?.len();
    if size > SECRET_FILE_MAX_BYTES {
        return Err(format!("{name} has {size} bytes, and a secret at most {SECRET_FILE_MAX_BYTES}"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    match text.is_empty() {
        true => Err(format!("{name} is empty")),
        false => Ok(text.to_owned()),
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.integer(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for De<'_> {
    type Error = ConfigError;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.read(|| self.plain(visitor))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.read(|| match &self.node.value {
            Value::Raw(text) => match text.parse::<f64>() {
                Ok(number) => visitor.visit_f64(number),
                Err(_) => self.plain(visitor),
            },
            Value::Integer(number) => visitor.visit_f64(*number as f64),
            _ => self.plain(visitor),
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.read(|| match &self.node.value {
            Value::Raw(text) if text == "true" => visitor.visit_bool(true),
            Value::Raw(text) if text == "false" => visitor.visit_bool(false),
            _ => self.plain(visitor),
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let parsed;
        let node = match &self.node.value {
            Value::Raw(text) => {
                parsed = self.parsed(text)?;
                &parsed
            }
            _ => self.node,
        };
        self.read(|| match &node.value {
            Value::List(items) => {
                visitor.visit_seq(Items { items: items.clone().into_iter(), index: 0, key: &self.key })
            }
            _ => self.plain(visitor),
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.table(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.table(Some(fields), visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.value {
            Value::Raw(text) if text.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == secret::MARK {
            return self.secret(visitor);
        }
        let outer = De { node: self.node, key: self.key.clone() };
        visitor.visit_newtype_struct(self).map_err(|error| outer.located(error))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.read(|| match &self.node.value {
            Value::Text(text) | Value::Raw(text) => visitor.visit_enum(Variant { name: text, content: None }),
            Value::Table(table) => match table.iter().next() {
                Some((name, node)) if table.len() == 1 => {
                    let content = De { node, key: format!("{}.{name}", self.key) };
                    visitor.visit_enum(Variant { name, content: Some(content) })
                }
                _ => Err(ConfigError::new("must have one entry", suggest("", variants.iter().copied()))),
            },
            _ => Err(ConfigError::new(format!("must be one of {}", variants.join(", ")), "")),
        })
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct identifier ignored_any
    }
}

/// Types that check a text after they have read it err when the reader is done; the error belongs to this value.
fn read_into<'de, T: DeserializeSeed<'de>>(seed: T, node: &Node, key: String) -> Result<T::Value> {
    let outer = De { node, key: key.clone() };
    seed.deserialize(De { node, key }).map_err(|error| outer.located(error))
}

struct Items<'k> {
    items: std::vec::IntoIter<Node>,
    index: usize,
    key: &'k str,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = ConfigError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(node) = self.items.next() else {
            return Ok(None);
        };
        let key = format!("{}[{}]", self.key, self.index);
        self.index += 1;
        read_into(seed, &node, key).map(Some)
    }
}

struct Entries<'k> {
    entries: std::collections::btree_map::IntoIter<String, Node>,
    /// The value whose key was just read, with its full key.
    value: Option<(String, Node)>,
    key: &'k str,
    /// The fields of the struct that is read; none for a map.
    fields: &'static [&'static str],
}

impl<'k> Entries<'k> {
    fn of(table: Table, key: &'k str, fields: &'static [&'static str]) -> Self {
        Entries { entries: table.into_iter(), value: None, key, fields }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = ConfigError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((name, node)) = self.entries.next() else {
            return Ok(None);
        };
        let key = format!("{}.{name}", self.key);
        let origin = node.origin.clone();
        // Whatever the struct itself would do with a key that it does not know, nothing is ignored here.
        if !self.fields.is_empty() && !self.fields.contains(&name.as_str()) {
            let error = ConfigError::new("is not a setting", suggest(&name, self.fields.iter().copied()));
            return Err(error.with_key(key).with_origin(origin));
        }
        self.value = Some((key.clone(), node));
        let name: StrDeserializer<'_, ConfigError> = StrDeserializer::new(&name);
        // A name that the map's key type refuses.
        seed.deserialize(name).map(Some).map_err(|error| error.with_key(key).with_origin(origin))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (key, node) = self.value.take().ok_or_else(|| ConfigError::custom("a key comes before its value"))?;
        read_into(seed, &node, key)
    }
}

/// The name of an enum's variant, and what stands beside it.
struct Variant<'v> {
    name: &'v str,
    content: Option<De<'v>>,
}

impl<'de, 'v> EnumAccess<'de> for Variant<'v> {
    type Error = ConfigError;
    type Variant = Content<'v>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Content<'v>)> {
        let name: StrDeserializer<'_, ConfigError> = StrDeserializer::new(self.name);
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

struct Content<'v>(Option<De<'v>>);

impl<'v> Content<'v> {
    fn needed(self) -> Result<De<'v>> {
        self.0.ok_or_else(|| ConfigError::new("needs settings of its own", "write it as a table: { name = { ... } }"))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = ConfigError;

    fn unit_variant(self) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some(content) => {
                let error = ConfigError::new("takes no settings of its own", "write only its name, in quotes");
                Err(content.located(error))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.needed()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.needed()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.needed()?.table(Some(fields), visitor)
    }
}

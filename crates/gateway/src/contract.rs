//! The messages and methods of the contract as their descriptors tell them: what requests are held against, and what
//! the OpenAPI document is made from. Nothing about a message is written down a second time by hand.

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The contract that this binary was built with.
pub static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).expect("the embedded descriptors are a descriptor set");
    Contract::new(&files)
});

/// Our own packages; the well-known types have their own form of JSON.
const OURS: &str = "earshot.";
const TIMESTAMP: &str = "google.protobuf.Timestamp";

/// Everything that has a name.
#[derive(Debug, Default)]
pub struct Contract {
    pub messages: BTreeMap<String, Message>,
    pub enums: BTreeMap<String, Enum>,
    /// By full name, `package.Service/Method`.
    pub methods: BTreeMap<String, Method>,
    /// Full names.
    pub services: Vec<String>,
}

/// A message.
#[derive(Debug)]
pub struct Message {
    pub about: String,
    pub fields: Vec<Field>,
}

/// A field of a message.
#[derive(Debug)]
pub struct Field {
    /// As in the contract, `snake_case`.
    pub proto: String,
    /// As in JSON, `lowerCamelCase`.
    pub json: String,
    pub about: String,
    pub kind: Kind,
    pub repeated: bool,
    /// The choice that it belongs to: at most one field of a choice is set.
    pub choice: Option<String>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int32,
    Uint32,
    /// 64 bits are text in JSON, since a browser's numbers have 53.
    Int64,
    Uint64,
    Number,
    Text,
    Bytes,
    Timestamp,
    Enum(String),
    Message(String),
    /// From text to this.
    Map(Box<Kind>),
}

/// An enum: its values in their order.
#[derive(Debug)]
pub struct Enum {
    pub about: String,
    pub values: Vec<EnumValue>,
}

/// One value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    pub name: String,
    pub number: i32,
    pub about: String,
}

/// A method of a service.
#[derive(Debug)]
pub struct Method {
    pub about: String,
    pub input: String,
    pub output: String,
    pub streams_answers: bool,
}

impl Enum {
    /// What all values begin with, `PRIORITY_` for `PRIORITY_HIGH`; the short form of a value is the rest.
    pub fn prefix(&self) -> &str {
        let zero = self.values.first().map_or("", |value| value.name.as_str());
        zero.strip_suffix("UNSPECIFIED").unwrap_or_default()
    }

    /// The value that a text names, in full or short.
    pub fn value(&self, text: &str) -> Option<&EnumValue> {
        let prefix = self.prefix();
        self.values.iter().find(|value| value.name == text || value.name.strip_prefix(prefix) == Some(text))
    }
}

impl Message {
    /// The field of a JSON name or, as every reader of canonical JSON must allow, of its name in the contract.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.json == name || field.proto == name)
    }
}

impl Contract {
    fn new(files: &FileDescriptorSet) -> Self {
        let mut contract = Contract::default();
        let maps = map_entries(files);
        for file in files.file.iter().filter(|file| file.package().starts_with(OURS)) {
            contract.add_file(file, &maps);
        }
        contract
    }

    /// A message by its full name.
    pub fn message(&self, name: &str) -> &Message {
        self.messages.get(name).expect("descriptors are closed: every name they use is in them")
    }

    /// An enum by its full name.
    pub fn enumeration(&self, name: &str) -> &Enum {
        self.enums.get(name).expect("descriptors are closed: every name they use is in them")
    }

    fn add_file(&mut self, file: &FileDescriptorProto, maps: &HashMap<String, DescriptorProto>) {
        let comments = comments(file);
        let about = |path: &[i32]| comments.get(path).cloned().unwrap_or_default();
        for (place, message) in (0..).zip(&file.message_type) {
            let name = format!("{}.{}", file.package(), message.name());
            self.messages.insert(name, message_of(message, &[4, place], &about, maps));
        }
        for (place, enumeration) in (0..).zip(&file.enum_type) {
            let name = format!("{}.{}", file.package(), enumeration.name());
            self.enums.insert(name, enum_of(enumeration, &[5, place], &about));
        }
        for (place, service) in (0..).zip(&file.service) {
            let name = format!("{}.{}", file.package(), service.name());
            for (index, method) in (0..).zip(&service.method) {
                let found = Method {
                    about: about(&[6, place, 2, index]),
                    input: full_name(method.input_type()),
                    output: full_name(method.output_type()),
                    streams_answers: method.server_streaming(),
                };
                self.methods.insert(format!("{name}/{}", method.name()), found);
            }
            self.services.push(name);
        }
    }
}

fn full_name(type_name: &str) -> String {
    type_name.trim_start_matches('.').to_owned()
}

/// The messages that stand for the entries of maps, which nest in the message that has the map.
fn map_entries(files: &FileDescriptorSet) -> HashMap<String, DescriptorProto> {
    let mut entries = HashMap::new();
    for file in &files.file {
        for message in &file.message_type {
            for nested in &message.nested_type {
                if nested.options.as_ref().is_some_and(|options| options.map_entry()) {
                    entries.insert(format!("{}.{}.{}", file.package(), message.name(), nested.name()), nested.clone());
                }
            }
        }
    }
    entries
}

/// The comment before each thing, by the thing's path in the descriptor.
fn comments(file: &FileDescriptorProto) -> HashMap<Vec<i32>, String> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let said = locations.filter(|location| location.leading_comments.is_some());
    said.map(|location| {
        let lines = location.leading_comments().lines().map(str::trim);
        (location.path.clone(), lines.collect::<Vec<_>>().join(" ").trim().to_owned())
    })
    .collect()
}

fn message_of(
    message: &DescriptorProto,
    path: &[i32],
    about: &dyn Fn(&[i32]) -> String,
    maps: &HashMap<String, DescriptorProto>,
) -> Message {
    let fields = (0..).zip(&message.field).map(|(place, field): (i32, _)| {
        let entry = maps.get(&full_name(field.type_name()));
        // The choice that an `optional` field makes with itself is none.
        let choice = field.oneof_index.filter(|_| !field.proto3_optional()).and_then(|index| {
            usize::try_from(index)
                .ok()
                .and_then(|index| message.oneof_decl.get(index))
                .map(|choice| choice.name().to_owned())
        });
        Field {
            proto: field.name().to_owned(),
            json: field.json_name().to_owned(),
            about: about(&[path, &[2, place]].concat()),
            kind: entry.map_or_else(|| kind_of(field), map_kind),
            repeated: entry.is_none() && field.label() == Label::Repeated,
            choice,
        }
    });
    Message { about: about(path), fields: fields.collect() }
}

fn map_kind(entry: &DescriptorProto) -> Kind {
    let value = entry.field.iter().find(|field| field.name() == "value");
    Kind::Map(Box::new(kind_of(value.expect("the entry of a map has a value"))))
}

fn kind_of(field: &FieldDescriptorProto) -> Kind {
    match field.r#type() {
        Type::Bool => Kind::Bool,
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => Kind::Int32,
        Type::Uint32 | Type::Fixed32 => Kind::Uint32,
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => Kind::Int64,
        Type::Uint64 | Type::Fixed64 => Kind::Uint64,
        Type::Float | Type::Double => Kind::Number,
        Type::String => Kind::Text,
        Type::Bytes => Kind::Bytes,
        Type::Enum => Kind::Enum(full_name(field.type_name())),
        Type::Message | Type::Group => match full_name(field.type_name()) {
            name if name == TIMESTAMP => Kind::Timestamp,
            name => Kind::Message(name),
        },
    }
}

fn enum_of(enumeration: &EnumDescriptorProto, path: &[i32], about: &dyn Fn(&[i32]) -> String) -> Enum {
    let values = (0..).zip(&enumeration.value).map(|(place, value): (i32, _)| EnumValue {
        name: value.name().to_owned(),
        number: value.number(),
        about: about(&[path, &[2, place]].concat()),
    });
    Enum { about: about(path), values: values.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_both_names_their_kind_and_their_comment() {
        let summary = CONTRACT.message("earshot.conversation.v1.ConversationSummary");
        let version = summary.field("version").unwrap();
        assert_eq!(version.kind, Kind::Uint64);
        assert!(version.about.contains("what writes expect in `expected_version`"), "{}", version.about);
        assert_eq!(summary.field("conversation_id").unwrap().json, "conversationId");
        assert_eq!(summary.field("conversationId").unwrap().proto, "conversation_id");
        assert_eq!(summary.field("firstResponseSeconds").unwrap().choice, None, "optional is no choice");
        let rejected = CONTRACT.message("earshot.analytics.v1.IntakeRow").field("rejectedByReason").unwrap();
        assert_eq!((&rejected.kind, rejected.repeated), (&Kind::Map(Box::new(Kind::Uint64)), false));
        let post = CONTRACT.message("earshot.ingest.v1.IngestRequest").field("post").unwrap();
        assert_eq!(post.choice.as_deref(), Some("item"));
    }

    #[test]
    fn values_of_enums_have_a_short_form() {
        let status = CONTRACT.enumeration("earshot.conversation.v1.ConversationStatus");
        for text in ["OPEN", "CONVERSATION_STATUS_OPEN"] {
            assert_eq!(status.value(text).unwrap().number, 2);
        }
        assert!(status.value("open").is_none() && status.value("").is_none());
        for (name, enumeration) in &CONTRACT.enums {
            assert!(!enumeration.prefix().is_empty(), "{name} begins with a value that is not _UNSPECIFIED");
        }
    }
}

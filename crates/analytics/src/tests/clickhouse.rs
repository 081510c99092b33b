//! deploy/clickhouse/earshot.sql, held against the contract and the projection: every column that ClickHouse reads from the
//! log is a field of the same name and kind, every fact is known by its number, and its table of conversations has the
//! columns that an export writes.

use crate::export::{Column, Kind, Table};
use crate::local::Building;
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};
use std::collections::BTreeMap;

fn sql() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/clickhouse/earshot.sql");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What stands between the brackets after `head`.
fn inside<'a>(text: &'a str, head: &str) -> &'a str {
    let rest = &text[text.find(head).unwrap_or_else(|| panic!("{head} is not there")) + head.len()..];
    let open = rest.find('(').unwrap();
    let mut depth = 0;
    for (at, letter) in rest.char_indices().skip(open) {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 {
            return &rest[open + 1..at];
        }
    }
    panic!("{head} is not closed");
}

/// `name Type` of a list, by commas that stand in no brackets.
fn columns(list: &str) -> Vec<(String, String)> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, letter) in list.char_indices().chain([(list.len(), ',')]) {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if letter == ',' && depth == 0 {
            let (name, kind) = list[from..at].trim().split_once(' ').expect("a name and a type");
            found.push((name.to_owned(), kind.split_whitespace().collect::<Vec<_>>().join(" ")));
            from = at + 1;
        }
    }
    found
}

fn messages() -> BTreeMap<String, DescriptorProto> {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap();
    let named = |package: String, one: &DescriptorProto| (format!(".{package}.{}", one.name()), one.clone());
    let all = files.file.iter().flat_map(|file| file.message_type.iter().map(|one| named(file.package().into(), one)));
    all.collect()
}

/// Holds the columns of a tuple or a nest to the fields of a message.
fn hold(known: &BTreeMap<String, DescriptorProto>, message: &str, list: &str) {
    for (name, kind) in columns(list) {
        if name == "fact" && message.ends_with(".Fact") {
            facts(&known[message], &kind);
            continue;
        }
        let field = known[message].field.iter().find(|field| field.name() == name);
        let field = field.unwrap_or_else(|| panic!("{message} has no field {name}"));
        let fits = match field.r#type() {
            Type::String => kind == "String",
            Type::Bool => kind == "Bool",
            Type::Uint64 => kind == "UInt64",
            Type::Int64 => kind == "Int64",
            Type::Int32 => kind == "Int32",
            Type::Enum => kind.starts_with("Enum8("),
            Type::Message => kind.starts_with("Tuple(") || kind.starts_with("Nested("),
            _ => false,
        };
        assert!(fits, "{message}.{name} is no {kind}");
        if field.r#type() == Type::Message {
            hold(known, field.type_name(), inside(&kind, ""));
        }
    }
}

/// The choice of a fact: each by its name and number.
fn facts(fact: &DescriptorProto, kind: &str) {
    let mut listed: Vec<(String, i32)> = inside(kind, "Enum8")
        .split(',')
        .map(|one| {
            let (name, number) = one.split_once('=').unwrap();
            (name.trim().trim_matches('\'').to_owned(), number.trim().parse().unwrap())
        })
        .collect();
    let mut known: Vec<(String, i32)> =
        fact.field.iter().map(|field| (field.name().to_owned(), field.number())).collect();
    known.push(("no".to_owned(), 0));
    listed.sort();
    known.sort();
    assert_eq!(listed, known, "bring the list of facts in deploy/clickhouse/earshot.sql up to date");
}

#[test]
fn what_clickhouse_reads_of_the_log_is_in_the_contract() {
    let sql = sql();
    hold(&messages(), ".earshot.conversation.v1.Record", inside(&sql, "earshot.log_feed"));
    for personal in ["personal", "body", "text"] {
        assert!(!sql.contains(&format!("{personal} ")), "{personal} is not read");
    }
    let settings = &sql[sql.find("ENGINE = NATS").unwrap()..];
    assert!(settings.contains(&format!("nats_subjects = '{}'", wire::subjects::ALL)));
}

#[test]
fn its_conversations_have_the_columns_of_an_export() {
    let wanted =
        crate::export::columns_of(&mut Building::new().unwrap().finish().unwrap(), Table::Conversation).unwrap();
    let listed = columns(inside(&sql(), "earshot.conversation\n"));
    let names = |columns: &[(String, String)]| columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let expected: Vec<String> = wanted.iter().map(|column| column.name.clone()).collect();
    assert_eq!(names(&listed), expected);
    for ((name, kind), Column { kind: exported, .. }) in listed.iter().zip(&wanted) {
        let bare = kind.trim_start_matches("Nullable(").trim_start_matches("LowCardinality(").trim_end_matches(')');
        let fits = match exported {
            Kind::Text => bare == "String",
            Kind::Whole => bare == "Int64",
            Kind::Number => bare == "Float64",
            Kind::Instant => kind.contains("DateTime64(6, 'UTC')"),
        };
        assert!(fits, "{name} is exported as {exported:?}, and {kind} there");
    }
}

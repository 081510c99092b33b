//! The numbers of the contract, as they were given out: `tests/golden/fact-numbers.txt`. A line may be added to it
//! (`UPDATE_GOLDEN=1` does), none may change or go.

use crate::golden::{folder, update};
use conversation::Fact;
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorSet};
use std::collections::BTreeSet;

/// The files whose messages are stored; the rest are services, which `buf breaking` holds.
const STORED: [&str; 2] = ["earshot/conversation/v1/facts.proto", "earshot/conversation/v1/record.proto"];

fn descriptors() -> FileDescriptorSet {
    FileDescriptorSet::decode(wire::DESCRIPTORS).expect("the descriptor set is sound")
}

fn stored() -> (Vec<DescriptorProto>, Vec<EnumDescriptorProto>) {
    let files = descriptors().file.into_iter().filter(|file| STORED.contains(&file.name()));
    let (mut messages, mut enums) = (Vec::new(), Vec::new());
    for file in files {
        messages.extend(file.message_type);
        enums.extend(file.enum_type);
    }
    assert!(!messages.is_empty() && !enums.is_empty(), "the stored files are in the descriptor set");
    (messages, enums)
}

/// `PostReceived.post_key = 1 string`, one line for each field and enum value.
fn lines() -> BTreeSet<String> {
    let (messages, enums) = stored();
    let mut lines = BTreeSet::new();
    for message in &messages {
        assert!(message.nested_type.is_empty() && message.enum_type.is_empty(), "stored messages are not nested");
        for field in &message.field {
            let repeated = if field.label() == Label::Repeated { "repeated " } else { "" };
            let kind = match field.r#type() {
                Type::Message | Type::Enum => field.type_name().trim_start_matches('.').to_owned(),
                plain => plain.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
            };
            lines.insert(format!("{}.{} = {} {repeated}{kind}", message.name(), field.name(), field.number()));
        }
    }
    for kind in &enums {
        for value in &kind.value {
            lines.insert(format!("{}.{} = {}", kind.name(), value.name(), value.number()));
        }
    }
    lines
}

#[test]
fn numbers_once_given_out_never_change() {
    let path = folder().join("fact-numbers.txt");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let now = lines();
    let gone: Vec<_> = known.difference(&now).collect();
    assert!(gone.is_empty(), "these were given out and are in logs, so they must stay as they are: {gone:#?}");
    let new: Vec<_> = now.difference(&known).collect();
    if update() {
        let all: Vec<&str> = now.iter().map(String::as_str).collect();
        std::fs::write(&path, all.join("\n") + "\n").unwrap();
    } else {
        assert!(new.is_empty(), "run with UPDATE_GOLDEN=1 to give these out: {new:#?}");
    }
}

#[test]
fn the_facts_of_the_contract_are_the_facts_of_the_domain_in_the_order_of_the_flow() {
    let (messages, _) = stored();
    let fact = messages.iter().find(|message| message.name() == "Fact").expect("there is a Fact");
    let kinds: Vec<&str> = fact.field.iter().map(|field| field.type_name().rsplit('.').next().unwrap()).collect();
    assert_eq!(kinds, Fact::NAMES);
    for field in &fact.field {
        assert_eq!(field.oneof_index, Some(0), "{} is one of the facts", field.name());
    }
}

#[test]
fn every_enum_begins_unspecified() {
    for file in descriptors().file.into_iter().filter(|file| file.package().starts_with("earshot.")) {
        for kind in &file.enum_type {
            let first = kind.value.first().expect("an enum has a value");
            assert_eq!(first.number(), 0, "{}", kind.name());
            assert!(first.name().ends_with("_UNSPECIFIED"), "{}", first.name());
        }
    }
}

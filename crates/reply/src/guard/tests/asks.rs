//! The hard part: asking for personal data in public against asking to send it privately, in each language.

use super::*;
use std::collections::BTreeMap;

const TABLE: &str = include_str!("asks.tsv");

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[0], fields[1], fields[2])
    })
}

#[test]
fn asking_in_public_stops_and_asking_privately_passes() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (language, expected, text) in rows() {
        *counts.entry((language, expected)).or_default() += 1;
        let stopped = kinds(text, &Context { language, ..Context::default() })
            .contains(&(Kind::AsksPersonalDataInPublic, Severity::Stop));
        if stopped != (expected == "stop") {
            wrong.push(format!("{language} should {expected}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows().count(), wrong.join("\n"));
    assert_eq!(counts.len(), 30);
    assert!(counts.values().all(|count| *count >= 8), "{counts:?}");
}

#[test]
fn nothing_that_stops_in_public_stops_in_private() {
    for (language, _, text) in rows() {
        let context = Context { language, audience: Audience::Private, ..Context::default() };
        let found = kinds(text, &context);
        assert!(found.iter().all(|(_, severity)| *severity == Severity::Warning), "{text}: {found:?}");
    }
}

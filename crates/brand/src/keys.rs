//! The keys of the format, once: the reader refuses what is not here, the messages take their examples from here,
//! and a test holds the JSON schema in the documentation to it.

use document::shape::{Shape, may, must};

/// The only value of the key `earshot`: format and version.
pub(crate) const FORMAT: &str = "brand/v1";

pub(crate) const FILE: Shape = Shape {
    what: "the settings",
    keys: &[
        must("earshot", "earshot: brand/v1"),
        must("brand", "brand: aurora-air"),
        must("name", "name: Aurora Air"),
        must("timezone", "timezone: Europe/Tallinn"),
        may("holidays", "holidays: {country: EE, dates: [2026-12-31]}"),
        may("handles", "handles: [{network: x, account: auroraair, use: main}]"),
        must("teams", "teams: {care: {name: Care, hours: \"24/7\"}}"),
        may("people", "people: {dana: {name: Dana}}"),
        may("filters", "filters: [{name: contest, when: 'post.text.contains(\"#win\")'}]"),
        may("topics", "topics: [{name: air.lounge, any_of: [lounge, quiet room]}]"),
        may("rules", "rules: [{name: praise, when: 'class.intent == \"praise\"', team: care}]"),
        must("otherwise", "otherwise: {team: care, priority: normal, respond_within: 1h}"),
    ],
};

pub(crate) const HOLIDAYS: Shape =
    Shape { what: "holidays", keys: &[may("country", "country: EE"), may("dates", "dates: [2026-12-31]")] };

pub(crate) const HANDLE: Shape = Shape {
    what: "a handle",
    keys: &[must("network", "network: x"), must("account", "account: auroraair"), may("use", "use: main")],
};

pub(crate) const TEAM: Shape = Shape {
    what: "a team",
    keys: &[
        must("name", "name: Care"),
        must("hours", "hours: \"Mo-Fr 09:00-18:00\""),
        may("timezone", "timezone: Europe/Tallinn"),
        may("tier", "tier: first_line"),
        may("people", "people: [dana, mart]"),
    ],
};

pub(crate) const PERSON: Shape = Shape {
    what: "a person",
    keys: &[
        must("name", "name: Dana"),
        may("languages", "languages: [en, et]"),
        may("signature", "signature: \"^Dana\""),
    ],
};

pub(crate) const FILTER: Shape = Shape {
    what: "a filter",
    keys: &[must("name", "name: contest"), must("when", "when: 'post.text.contains(\"#win\")'")],
};

pub(crate) const TOPIC: Shape = Shape {
    what: "a topic",
    keys: &[
        must("name", "name: air.lounge"),
        must("any_of", "any_of: [lounge, quiet room]"),
        may("languages", "languages: [en, et]"),
    ],
};

pub(crate) const RULE: Shape = Shape {
    what: "a rule",
    keys: &[
        must("name", "name: angry-and-heard"),
        must("when", "when: 'class.intent == \"complaint\"'"),
        must("team", "team: care"),
        may("priority", "priority: high"),
        may("respond_within", "respond_within: 10m"),
    ],
};

pub(crate) const OTHERWISE: Shape = Shape {
    what: "otherwise",
    keys: &[
        must("team", "team: care"),
        may("priority", "priority: normal"),
        may("respond_within", "respond_within: 1h"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{HandleUse, Priority, Tier};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn schema() -> Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/brand-settings.schema.json");
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is in docs")).expect("it is JSON")
    }

    fn object<'s>(schema: &'s Value, name: &str) -> &'s Value {
        if name.is_empty() { schema } else { &schema["$defs"][name] }
    }

    /// The schema helps an editor, the parser decides; they may never differ in a key.
    #[test]
    fn the_schema_has_the_keys_of_the_parser() {
        let schema = schema();
        let shapes = [
            ("", &FILE),
            ("holidays", &HOLIDAYS),
            ("handle", &HANDLE),
            ("team", &TEAM),
            ("person", &PERSON),
            ("filter", &FILTER),
            ("topic", &TOPIC),
            ("rule", &RULE),
            ("otherwise", &OTHERWISE),
        ];
        for (name, shape) in shapes {
            let object = object(&schema, name);
            let keys: BTreeSet<&str> =
                object["properties"].as_object().expect(name).keys().map(String::as_str).collect();
            assert_eq!(keys, shape.names().into_iter().collect(), "keys of {}", shape.what);
            let required: BTreeSet<&str> = object["required"]
                .as_array()
                .map(|all| all.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            let musts = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            assert_eq!(required, musts, "required keys of {}", shape.what);
            assert_eq!(object["additionalProperties"], Value::Bool(false), "{}", shape.what);
        }
    }

    #[test]
    fn the_schema_has_the_choices_of_the_parser() {
        let schema = schema();
        let choices = |name: &str| -> Vec<String> {
            let all = schema["$defs"][name]["enum"].as_array().expect(name);
            all.iter().map(|one| one.as_str().expect("text").to_owned()).collect()
        };
        assert_eq!(choices("priority"), Priority::ALL.map(|(name, _)| name));
        assert_eq!(choices("tier"), Tier::ALL.map(|(name, _)| name));
        assert_eq!(choices("use"), HandleUse::ALL.map(|(name, _)| name));
        assert_eq!(schema["properties"]["earshot"]["const"], FORMAT);
    }
}

//! The keys of a scenario file, once.

use document::Shape;
use document::shape::{may, must};

/// The format and its version, as the optional key `format` has it.
pub const FORMAT: &str = "earshot/scenario-v1";

pub const FILE: Shape = Shape {
    what: "a scenario",
    keys: &[
        may("format", "format: earshot/scenario-v1"),
        must("scenario", "scenario: lost-bag"),
        may("proves", "proves: [A1, B2]"),
        must("brand", "brand: brands/airline.yaml"),
        must("timeline", "timeline: [{at: 2026-05-04T10:00:00Z, post: {...}}]"),
        may("expect", "expect: [{after: p1, conversation: p1, is: {status: open}}]"),
    ],
};

pub const ENTRY: Shape = Shape {
    what: "an entry of the timeline",
    keys: &[
        must("at", "at: 2026-05-04T10:00:00+02:00"),
        may("post", "post: {id: p1, channel: x, author: {id: ann}, text: \"...\"}"),
        may("engagement", "engagement: {post: p1, shares: 60}"),
        may("contact", "contact: {author: ann, via: phone, summary: \"...\"}"),
        may("agent", "agent: dana"),
        may("does", "does: {claim: p1}"),
        may("refused", "refused: CLAIMED_BY_SOMEONE_ELSE"),
        may("customer", "customer: {id: ann, opts_out_of_team: true}"),
        may("burst", "burst: {id: c, count: 60, over: 30m, channel: x, texts: [\"...\"]}"),
    ],
};

pub const POST: Shape = Shape {
    what: "a post",
    keys: &[
        must("id", "id: p1"),
        must("channel", "channel: x"),
        must("author", "author: {id: ann}"),
        must("text", "text: \"Where is my bag?\""),
        may("to", "to: main"),
        may("reply_to", "reply_to: p0"),
        may("private", "private: true"),
        may("attachments", "attachments: [{type: image/png, bytes: 120000}]"),
    ],
};

pub const AUTHOR: Shape = Shape {
    what: "an author",
    keys: &[
        must("id", "id: ann"),
        may("name", "name: Ann"),
        may("followers", "followers: 900"),
        may("region", "region: hudson"),
        may("timezone", "timezone: Europe/Tallinn"),
        may("tier", "tier: gold"),
    ],
};

pub const ATTACHMENT: Shape =
    Shape { what: "an attachment", keys: &[must("type", "type: image/png"), may("bytes", "bytes: 120000")] };

pub const ENGAGEMENT: Shape = Shape {
    what: "an engagement",
    keys: &[
        must("post", "post: p1"),
        may("shares", "shares: 60"),
        may("comments", "comments: 20"),
        may("likes", "likes: 5"),
        may("views", "views: 9000"),
    ],
};

pub const CONTACT: Shape = Shape {
    what: "a contact",
    keys: &[
        must("author", "author: ann"),
        may("channel", "channel: x"),
        must("via", "via: phone"),
        must("summary", "summary: \"Line cut, not restored\""),
    ],
};

pub const CUSTOMER: Shape = Shape {
    what: "a customer's choice",
    keys: &[must("id", "id: ann"), may("channel", "channel: x"), must("opts_out_of_team", "opts_out_of_team: true")],
};

pub const BURST: Shape = Shape {
    what: "a burst",
    keys: &[
        must("id", "id: c"),
        must("count", "count: 60"),
        must("over", "over: 30m"),
        must("channel", "channel: x"),
        may("region", "region: hudson"),
        must("texts", "texts: [\"No signal\"]"),
    ],
};

pub const DOES: Shape = Shape {
    what: "what an agent does",
    keys: &[
        may("claim", "claim: p1"),
        may("release", "release: p1"),
        may("reply", "reply: p1"),
        may("private_reply", "private_reply: p1"),
        may("note", "note: p1"),
        may("resolve", "resolve: p1"),
        may("reopen", "reopen: p1"),
        may("transfer", "transfer: p1"),
        may("escalate", "escalate: p1"),
        may("callback", "callback: p1"),
        may("presence", "presence: online"),
        may("text", "text: \"Hi Ann, ... ^Dana\""),
        may("outcome", "outcome: solved"),
        may("team", "team: crisis"),
        may("reason", "reason: \"needs the crisis team\""),
        may("time", "time: 2026-05-04T15:00:00+02:00"),
    ],
};

pub const EXPECTATION: Shape = Shape {
    what: "an expectation",
    keys: &[
        may("after", "after: p1"),
        may("at", "at: end"),
        may("conversation", "conversation: p1"),
        may("reply", "reply: 1"),
        may("is", "is: {status: open}"),
        may("entities", "entities: {booking_reference: QXTRLB}"),
        may("brand", "brand: {conversations: 1}"),
        may("events", "events: p1"),
        may("contain", "contain: [PostReceived, Routed]"),
        may("surge", "surge: {region: hudson, topic: outage}"),
        may("incident", "incident: {region: hudson, conversations_at_least: 80}"),
        may("overflow", "overflow: {from: care, conversations_at_least: 1}"),
        may("callback", "callback: {conversation: p1, due: true}"),
        may("mention", "mention: {post: p1, kept_as: competitor}"),
        may("filtered", "filtered: {rule: contest, posts: 60}"),
        may("shift_posts", "shift_posts: {morning: 1, evening: 1}"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{self, Field, Kind};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn docs(name: &str) -> String {
        std::fs::read_to_string(format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"))).expect("it is in docs")
    }

    fn properties(schema: &Value, name: &str) -> BTreeSet<String> {
        let object = if name.is_empty() { schema } else { &schema["$defs"][name] };
        assert_eq!(object["additionalProperties"], Value::Bool(false), "{name}");
        object["properties"].as_object().expect(name).keys().cloned().collect()
    }

    /// The schema helps an editor, the reader decides; they may never differ in a key.
    #[test]
    fn the_schema_has_the_keys_of_the_reader() {
        let schema: Value = serde_json::from_str(&docs("scenario.schema.json")).expect("it is JSON");
        let shapes = [
            ("", &FILE),
            ("entry", &ENTRY),
            ("post", &POST),
            ("author", &AUTHOR),
            ("attachment", &ATTACHMENT),
            ("engagement", &ENGAGEMENT),
            ("contact", &CONTACT),
            ("customer", &CUSTOMER),
            ("burst", &BURST),
            ("does", &DOES),
            ("expectation", &EXPECTATION),
        ];
        for (name, shape) in shapes {
            let names: BTreeSet<String> = shape.names().into_iter().map(str::to_owned).collect();
            assert_eq!(properties(&schema, name), names, "keys of {}", shape.what);
            let object = if name.is_empty() { &schema } else { &schema["$defs"][name] };
            let required: BTreeSet<&str> =
                object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let musts = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            assert_eq!(required, musts, "required keys of {}", shape.what);
        }
        assert_eq!(schema["properties"]["format"]["const"], FORMAT);
    }

    const TABLES: [(&str, &[Field], &[&str]); 10] = [
        ("conversation", fields::CONVERSATION, &[]),
        ("reply", fields::REPLY, &[]),
        ("brand", fields::BRAND, &[]),
        ("surge", fields::SURGE, &["region", "topic"]),
        ("incident", fields::INCIDENT, &["region"]),
        ("overflow", fields::OVERFLOW, &["from"]),
        ("callback", fields::CALLBACK, &["conversation"]),
        ("mention", fields::MENTION, &["post"]),
        ("filtered", fields::FILTERED, &["rule"]),
        ("shift_posts", fields::SHIFT_POSTS, &[]),
    ];

    #[test]
    fn the_schema_has_what_can_be_expected() {
        let schema: Value = serde_json::from_str(&docs("scenario.schema.json")).expect("it is JSON");
        for (name, table, which) in TABLES {
            let mut names: BTreeSet<String> = which.iter().map(ToString::to_string).collect();
            for field in table {
                names.insert(field.name.to_owned());
                if field.kind == Kind::Number {
                    names.extend(["_at_least", "_at_most"].map(|suffix| format!("{}{suffix}", field.name)));
                }
                let words = match field.kind {
                    Kind::Word(words) => Some((&schema["$defs"][name]["properties"][field.name]["enum"], words)),
                    Kind::Words(words) => {
                        Some((&schema["$defs"][name]["properties"][field.name]["items"]["enum"], words))
                    }
                    _ => None,
                };
                if let Some((known, words)) = words {
                    assert_eq!(known, &serde_json::json!(words), "words of {name}.{}", field.name);
                }
            }
            assert_eq!(properties(&schema, name), names, "fields of {name}");
        }
    }

    #[test]
    fn the_documentation_explains_every_field() {
        let page = docs("scenarios.md");
        for (name, table, _) in TABLES {
            for field in table {
                let row = page.lines().any(|line| {
                    line.starts_with(&format!("| `{}` |", field.name))
                        && line.ends_with(&format!("| {} |", field.means))
                });
                assert!(row, "docs/scenarios.md has no row for {name}.{}: {}", field.name, field.means);
            }
        }
    }

    #[test]
    fn every_finding_of_the_guard_can_be_expected() {
        let known: BTreeSet<&str> = reply::guard::Kind::ALL.into_iter().map(reply::guard::Kind::as_str).collect();
        assert_eq!(brand::FINDINGS.iter().copied().collect::<BTreeSet<&str>>(), known);
    }
}

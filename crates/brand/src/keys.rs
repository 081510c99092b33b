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
        may("capacity", "capacity: {public: 5, private: 5}"),
        may("listen", "listen: {any_of: [Aurora Air]}"),
        may("filters", "filters: [{name: contest, when: 'post.text.contains(\"#win\")'}]"),
        may("topics", "topics: [{name: air.lounge, any_of: [lounge, quiet room]}]"),
        may("rules", "rules: [{name: praise, when: 'class.intent == \"praise\"', team: care}]"),
        may("tone", "tone: {forbidden: [unfortunately], signature: required}"),
        may("replies", "replies: [{name: refund, language: en, text: \"Sorry, {customer}. ^{person}\"}]"),
        may("guard", "guard: {stop: [no_apology], off: [spelling]}"),
        may("approval", "approval: {people: [dana], crisis: on, findings: [deflection], by: [crisis]}"),
        may("notices", "notices: {out_of_hours: {en: \"We are back at {opens}.\"}}"),
        may("rises", "rises: {spread: {shares: 100}, escalate: off}"),
        may("surges", "surges: {window: 30m, at_least: 15}"),
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
        may("regions", "regions: [hudson]"),
        may("clock", "clock: team"),
        may("overflow", "overflow: [general]"),
        may("assign", "assign: pull"),
        may("return_after", "return_after: 15m"),
        may("picture", "picture: https://example.com/team.jpg"),
        may("shift_posts", "shift_posts: {morning: {network: x, text: \"Good morning from {people}\"}}"),
    ],
};

pub(crate) const PERSON: Shape = Shape {
    what: "a person",
    keys: &[
        must("name", "name: Dana"),
        may("languages", "languages: [en, et]"),
        may("signature", "signature: \"^Dana\""),
        may("skills", "skills: [billing]"),
        may("picture", "picture: https://example.com/dana.jpg"),
        may("capacity", "capacity: {public: 4, private: 6}"),
    ],
};

pub(crate) const CAPACITY: Shape =
    Shape { what: "a capacity", keys: &[may("public", "public: 5"), may("private", "private: 5")] };

pub(crate) const NEEDS: Shape = Shape { what: "needs", keys: &[may("skills", "skills: [billing]")] };

pub(crate) const FILTER: Shape = Shape {
    what: "a filter",
    keys: &[
        must("name", "name: contest"),
        may("as", "as: promotion"),
        may("when", "when: 'post.text.contains(\"#win\")'"),
        may("any_of", "any_of: [giveaway, RT to win]"),
        may("none_of", "none_of: [refund]"),
        may("languages", "languages: [en, et]"),
        may("authors", "authors: [dealbot]"),
        may("handles", "handles: [telnova]"),
    ],
};

/// The keys of a filter of which it has at least one.
pub(crate) const FILTER_SIGNS: &[&str] = &["when", "any_of", "none_of", "languages", "authors", "handles"];

pub(crate) const LISTEN: Shape = Shape {
    what: "what is listened for",
    keys: &[
        may("any_of", "any_of: [Aurora Air, AuroraAir]"),
        may("none_of", "none_of: [aurora borealis]"),
        may("languages", "languages: [en, et]"),
        may("authors", "authors: {exclude: [flightbot]}"),
    ],
};

pub(crate) const AUTHORS: Shape = Shape { what: "a set of authors", keys: &[may("exclude", "exclude: [flightbot]")] };

pub(crate) const TOPIC: Shape = Shape {
    what: "a topic",
    keys: &[
        must("name", "name: air.lounge"),
        must("any_of", "any_of: [lounge, quiet room]"),
        may("languages", "languages: [en, et]"),
    ],
};

pub(crate) const RISES: Shape = Shape {
    what: "what rises",
    keys: &[
        may("exposure", "exposure: {reach_hours: 10000}"),
        may("spread", "spread: {shares: 100}"),
        may("repeat_ask", "repeat_ask: {posts: 2}"),
        may("ping_pong", "ping_pong: {exchanges: 3}"),
        may("repeated_offers", "repeated_offers: {times: 2}"),
        may("churn", "churn: on"),
        may("influencer", "influencer: {followers: 50000}"),
        may("opportunity", "opportunity: on"),
        may("flare_up", "flare_up: {after: 1d, shares: 50}"),
        may("escalate", "escalate: {on: [spread, churn_risk]}"),
    ],
};

pub(crate) const EXPOSURE: Shape = Shape { what: "an exposure", keys: &[may("reach_hours", "reach_hours: 10000")] };

pub(crate) const SPREAD: Shape = Shape {
    what: "a spread",
    keys: &[
        may("shares", "shares: 100"),
        may("comments", "comments: 50"),
        may("views", "views: 50000"),
        may("per_hour", "per_hour: 100"),
        may("reach", "reach: 100000"),
    ],
};

pub(crate) const REPEAT_ASK: Shape = Shape { what: "a repeated question", keys: &[may("posts", "posts: 2")] };

pub(crate) const PING_PONG: Shape = Shape { what: "a ping-pong", keys: &[may("exchanges", "exchanges: 3")] };

pub(crate) const REPEATED_OFFERS: Shape = Shape { what: "a repeated offer", keys: &[may("times", "times: 2")] };

pub(crate) const INFLUENCER: Shape = Shape { what: "an influencer", keys: &[may("followers", "followers: 50000")] };

pub(crate) const FLARE_UP: Shape = Shape {
    what: "a flare-up",
    keys: &[may("after", "after: 1d"), may("shares", "shares: 50"), may("views", "views: 20000")],
};

pub(crate) const ESCALATE: Shape = Shape {
    what: "an escalation",
    keys: &[may("on", "on: [spread, churn_risk]"), may("team", "team: crisis"), may("back_after", "back_after: 6h")],
};

pub(crate) const SURGES: Shape = Shape {
    what: "surges",
    keys: &[
        may("window", "window: 30m"),
        may("at_least", "at_least: 15"),
        may("ratio", "ratio: 4.0"),
        may("quiet", "quiet: 60m"),
        may("baseline_hours", "baseline_hours: 24"),
    ],
};

pub(crate) const TONE: Shape = Shape {
    what: "a tone",
    keys: &[
        may("voice", "voice: [warm, short, no jokes about delays]"),
        may("examples", "examples: [{say: \"I look for it now.\", instead_of: \"Your request was forwarded.\"}]"),
        may("forbidden", "forbidden: [unfortunately]"),
        may("public_length", "public_length: 140"),
        may("require_apology", "require_apology: true"),
        may("signature", "signature: required"),
    ],
};

pub(crate) const EXAMPLE: Shape = Shape {
    what: "an example",
    keys: &[
        must("say", "say: \"I look for it now.\""),
        may("instead_of", "instead_of: \"Your request was forwarded.\""),
        may("why", "why: people answer for what they do"),
    ],
};

pub(crate) const REPLY: Shape = Shape {
    what: "a reply",
    keys: &[
        must("name", "name: refund"),
        must("language", "language: en"),
        must("text", "text: \"Sorry, {customer}. ^{person}\""),
        may("when", "when: 'class.topic == \"air.refund\"'"),
    ],
};

pub(crate) const GUARD: Shape = Shape {
    what: "the guard",
    keys: &[may("stop", "stop: [no_apology]"), may("warn", "warn: [wrong_addressee]"), may("off", "off: [spelling]")],
};

pub(crate) const APPROVAL: Shape = Shape {
    what: "an approval",
    keys: &[
        may("people", "people: [dana]"),
        may("crisis", "crisis: on"),
        may("findings", "findings: [deflection]"),
        may("by", "by: [crisis]"),
    ],
};

pub(crate) const NOTICES: Shape = Shape {
    what: "the notices",
    keys: &[
        may("out_of_hours", "out_of_hours: {en: \"We are back at {opens}.\"}"),
        may("moved_to_private", "moved_to_private: {en: \"We have sent you a private message.\"}"),
        may("received", "received: {en: \"We have your message and answer here.\"}"),
        may("callback_booked", "callback_booked: {en: \"We call you at {time} ({zone}).\"}"),
        may("callback_reminder", "callback_reminder: {en: \"We call you soon, at {time}.\"}"),
        may("callback_missed", "callback_missed: {en: \"We are sorry that nobody called at {time}.\"}"),
        may("remind_before", "remind_before: 15m"),
    ],
};

pub(crate) const SHIFT_POSTS: Shape = Shape {
    what: "the shift posts",
    keys: &[
        may("morning", "morning: {network: x, text: \"Good morning from {people}\"}"),
        may("evening", "evening: {network: x, text: \"Good night from {people}\"}"),
    ],
};

pub(crate) const SHIFT_POST: Shape = Shape {
    what: "a shift post",
    keys: &[must("network", "network: x"), must("text", "text: \"Good morning from {people}\"")],
};

pub(crate) const RULE: Shape = Shape {
    what: "a rule",
    keys: &[
        must("name", "name: angry-and-heard"),
        must("when", "when: 'class.intent == \"complaint\"'"),
        must("team", "team: care"),
        may("needs", "needs: {skills: [billing]}"),
        may("priority", "priority: high"),
        may("respond_within", "respond_within: 10m"),
        may("next_within", "next_within: 30m"),
        may("resolve_within", "resolve_within: 1d"),
        may("clock", "clock: calendar"),
        may("warn_before", "warn_before: 5m"),
    ],
};

pub(crate) const OTHERWISE: Shape = Shape {
    what: "otherwise",
    keys: &[
        must("team", "team: care"),
        may("priority", "priority: normal"),
        may("respond_within", "respond_within: 1h"),
        may("next_within", "next_within: 2h"),
        may("resolve_within", "resolve_within: 2d"),
        may("clock", "clock: calendar"),
        may("warn_before", "warn_before: 5m"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::Flag;
    use crate::guard::{FINDINGS, NEVER_SILENT};
    use crate::settings::{Assign, HandleUse, KeptAs, Priority, Tier, WallClock};
    use crate::targets::TargetClock;
    use crate::words::SignatureUse;
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
            ("capacity", &CAPACITY),
            ("needs", &NEEDS),
            ("tone", &TONE),
            ("guard", &GUARD),
            ("approval", &APPROVAL),
            ("example", &EXAMPLE),
            ("reply", &REPLY),
            ("notices", &NOTICES),
            ("shift_posts", &SHIFT_POSTS),
            ("shift_post", &SHIFT_POST),
            ("listen", &LISTEN),
            ("authors", &AUTHORS),
            ("rises", &RISES),
            ("exposure", &EXPOSURE),
            ("spread", &SPREAD),
            ("repeat_ask", &REPEAT_ASK),
            ("ping_pong", &PING_PONG),
            ("repeated_offers", &REPEATED_OFFERS),
            ("influencer", &INFLUENCER),
            ("flare_up", &FLARE_UP),
            ("escalate", &ESCALATE),
            ("surges", &SURGES),
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
        assert_eq!(choices("wall_clock"), WallClock::ALL.map(|(name, _)| name));
        assert_eq!(choices("assign"), Assign::ALL.map(|(name, _)| name));
        assert_eq!(choices("target_clock"), TargetClock::ALL.map(|(name, _)| name));
        assert_eq!(choices("flag"), Flag::NAMES);
        assert_eq!(choices("kept_as"), KeptAs::ALL.map(|(name, _)| name));
        assert_eq!(choices("signature"), SignatureUse::ALL.map(|(name, _)| name));
        assert_eq!(choices("finding"), FINDINGS);
        let quiet: Vec<&str> = FINDINGS.into_iter().filter(|kind| !NEVER_SILENT.contains(kind)).collect();
        assert_eq!(choices("quiet_finding"), quiet);
        assert_eq!(choices("use"), HandleUse::ALL.map(|(name, _)| name));
        assert_eq!(schema["properties"]["earshot"]["const"], FORMAT);
    }
}

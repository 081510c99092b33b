//! The AsyncAPI 3.0 document: the log's subjects with a message for each kind of fact, and the stream of events. It is made
//! from the contract's descriptors, so a new fact is in it by itself; the words are the contract's own comments.

use crate::contract::{CONTRACT, Field, Kind};
use crate::openapi::schema::{self, reference};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const RECORD: &str = "earshot.conversation.v1.Record";
const FACT: &str = "earshot.conversation.v1.Fact";
const CHANGE: &str = "earshot.conversation.v1.WatchConversationsResponse";
const MEASURES: &str = "earshot.analytics.v1.WatchResponse";
const NEWS: &str = "earshot.notifier.v1.ShownNews";
const WRITING: &str = "earshot.conversation.v1.Writing";
const JSON: &str = "application/json";

const ABOUT: &str = "\
What becomes of customers' posts, for programs that listen.

The log is the JetStream stream EVENTS: one message a decision, with all its facts, as protobuf of \
`earshot.conversation.v1.Record`. Its order on one subject is the order of the decisions. Payloads are shown here in their \
canonical JSON form. Messages are named after the fact that a listener looks for; a record may hold others beside it. \
Everything that can lead to a person stands in `personal` and `body`; whoever only counts does not need to read it.

Follow it with a durable pull consumer, acknowledge what is stored, and expect a message again after a crash: `id` is the \
same then. Nobody but Earshot publishes there.

Browsers and dashboards listen to the gateway's server-sent events instead: summaries and measures, nothing to fold.";

/// A kind of subject of the log.
struct Subjects {
    name: &'static str,
    address: &'static str,
    about: &'static str,
    /// Facts that stand here; those that nobody claims are of conversations.
    facts: &'static [&'static str],
}

const SUBJECTS: &[Subjects] = &[
    Subjects {
        name: "conversations",
        address: "earshot.{partition}.{brand}.conversation.{conversation}",
        about: "One customer's matter with a brand: its posts, and what was decided of it.",
        facts: &[],
    },
    Subjects {
        name: "customers",
        address: "earshot.{partition}.{brand}.customer.{customer}",
        about: "A customer, whatever he writes about.",
        facts: &[
            "customerTeamSet",
            "teamChoiceChanged",
            "customerProfiled",
            "answerWayChosen",
            "profilesLinked",
            "profilesUnlinked",
            "exceptionGranted",
            "promiseMade",
            "promiseKept",
        ],
    },
    Subjects {
        name: "filtered",
        address: "earshot.{partition}.{brand}.filtered.{post}",
        about: "A post that a rule kept out of the care queue.",
        facts: &["postFiltered", "postBroughtBack"],
    },
    Subjects {
        name: "brands",
        address: "earshot.{partition}.{brand}.brand",
        about: "A brand itself: settings, who is there, surges, and what its sources handed in.",
        facts: &["settingsPublished", "presenceChanged", "surgeDetected", "surgeEnded", "intakeCounted", "newsChosen"],
    },
    Subjects {
        name: "notices",
        address: "earshot.{partition}.{brand}.notice.{notice}",
        about: "Something that is said without a conversation: a shift's post, news for one of the brand's people.",
        facts: &[
            "shiftPostSubmitted",
            "personNoticeSubmitted",
            "personNoticeExtended",
            "noticeAttempted",
            "noticeSent",
            "noticeFailed",
            "noticeInDoubt",
        ],
    },
];

static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| serde_json::to_vec(&document()).expect("a JSON value can be written").into());

/// `GET /api/asyncapi.json`.
pub async fn serve() -> Response {
    let headers = [(header::CONTENT_TYPE, JSON), (header::CACHE_CONTROL, "no-cache")];
    (headers, DOCUMENT.clone()).into_response()
}

/// The whole document.
pub fn document() -> Value {
    let mut messages = Map::new();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for subjects in SUBJECTS {
        let names: Vec<String> = facts_of(subjects).map(message_name).collect();
        facts_of(subjects).for_each(|fact| drop(messages.insert(message_name(fact), of_fact(fact))));
        channels.insert(subjects.name.to_owned(), channel(subjects, &names));
        let id = format!("follow{}", upper_first(subjects.name));
        operations.insert(id, follows(subjects.name, "log", &names));
    }
    for (name, message) in events() {
        messages.insert(name.to_owned(), message);
    }
    let names = events().map(|(name, _)| name.to_owned());
    channels.insert("events".to_owned(), stream(&names));
    operations.insert("listenToEvents".to_owned(), follows("events", "gateway", &names));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Earshot",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/protobuf",
        "servers": {
            "log": {"host": "localhost:4222", "protocol": "nats", "description": "NATS with JetStream; `nats.url` of the settings."},
            "gateway": {"host": "localhost:8080", "protocol": "http", "description": "The gateway; `gateway.listen`."},
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schema::of(&CONTRACT, &[RECORD, CHANGE, MEASURES, NEWS, WRITING])},
    })
}

fn facts_of(subjects: &Subjects) -> impl Iterator<Item = &'static Field> {
    let claimed = |name: &str| SUBJECTS.iter().any(|other| other.facts.contains(&name));
    let (own, rest) = (subjects.facts, subjects.facts.is_empty());
    let here = move |fact: &&Field| own.contains(&fact.json.as_str()) || (rest && !claimed(&fact.json));
    CONTRACT.message(FACT).fields.iter().filter(here)
}

fn upper_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// `postReceived` as `PostReceived`.
fn message_name(fact: &Field) -> String {
    upper_first(&fact.json)
}

fn of_fact(fact: &Field) -> Value {
    let Kind::Message(name) = &fact.kind else { unreachable!("every fact is a message") };
    let about = match (&fact.about, &CONTRACT.message(name).about) {
        (own, _) if !own.is_empty() => own.clone(),
        (_, of_message) if !of_message.is_empty() => of_message.clone(),
        _ => format!("A record that holds {}.", message_name(fact)),
    };
    json!({
        "name": message_name(fact),
        "title": message_name(fact),
        "summary": about,
        "contentType": "application/protobuf",
        "payload": {
            "allOf": [
                reference(RECORD),
                {"properties": {"facts": {"contains": {"type": "object", "required": [fact.json]}}}},
            ],
        },
    })
}

fn channel(subjects: &Subjects, names: &[String]) -> Value {
    let known = [
        ("partition", "A number below 100 that spreads customers; two digits at most."),
        ("brand", "The brand's short name."),
        ("conversation", "The conversation's id, 32 hex digits."),
        ("customer", "The customer's id, 32 hex digits."),
        ("post", "The post's key, 32 hex digits."),
        ("notice", "The notice's id, 32 hex digits."),
    ];
    let mut parameters = Map::new();
    for (name, about) in known {
        if subjects.address.contains(&format!("{{{name}}}")) {
            parameters.insert(name.to_owned(), json!({"description": about}));
        }
    }
    json!({
        "address": subjects.address,
        "description": subjects.about,
        "servers": [{"$ref": "#/servers/log"}],
        "parameters": parameters,
        "messages": listed(names),
    })
}

fn stream(names: &[String]) -> Value {
    json!({
        "address": "/api/v1/events",
        "description": "Server-sent events; each message is one `event` with its name.",
        "servers": [{"$ref": "#/servers/gateway"}],
        "messages": listed(names),
    })
}

fn listed(names: &[String]) -> Value {
    let list = names.iter().map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")})));
    Value::Object(list.collect())
}

fn follows(channel: &str, server: &str, names: &[String]) -> Value {
    let messages = names.iter().map(|name| json!({"$ref": format!("#/channels/{channel}/messages/{name}")}));
    json!({
        "action": "receive",
        "summary": format!("Hear what is said on `{channel}` of the {server}."),
        "channel": {"$ref": format!("#/channels/{channel}")},
        "messages": messages.collect::<Vec<_>>(),
    })
}

/// What the stream of events says.
fn events() -> [(&'static str, Value); 5] {
    let message = |name: &str, about: &str, payload: Value| json!({"name": name, "title": name, "summary": about, "contentType": JSON, "payload": payload});
    [
        ("conversation", message("conversation", "A conversation as it is after a change.", reference(CHANGE))),
        (
            "measures",
            message("measures", "All measures by brand at first, then those that changed.", reference(MEASURES)),
        ),
        ("news", message("news", "Something happened to the work of the person whom `person` names.", reference(NEWS))),
        ("writing", message("writing", "Somebody writes an answer at this moment.", reference(WRITING))),
        (
            "reset",
            message("reset", "Forget what is known and load it again.", json!({"type": "object", "maxProperties": 0})),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::tests::references;
    use conversation::{BrandId, ConversationId, CustomerId, NoticeId, PostKey, Subject};
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_fact_is_a_message_of_one_channel() {
        let document = document();
        let mut heard = Vec::new();
        for (name, channel) in document["channels"].as_object().unwrap() {
            if name != "events" {
                heard.extend(channel["messages"].as_object().unwrap().keys().cloned());
            }
        }
        heard.sort();
        let mut facts: Vec<String> = conversation::Fact::NAMES.iter().map(|name| (*name).to_owned()).collect();
        facts.sort();
        assert_eq!(heard, facts);
        for claimed in SUBJECTS.iter().flat_map(|subjects| subjects.facts) {
            assert!(facts.contains(&upper_first(claimed)), "{claimed} is no fact");
        }
    }

    #[test]
    fn the_addresses_are_the_subjects_of_the_log() {
        let (brand, id) = (BrandId::new("aurora").unwrap(), uuid::Uuid::from_u128(7));
        let customer = CustomerId::from_uuid(id);
        let (conversation, post) = (ConversationId::from_uuid(id), PostKey::from_uuid(id));
        let subjects = [
            ("conversations", Subject::Conversation { brand: brand.clone(), customer, conversation }),
            ("customers", Subject::Customer { brand: brand.clone(), customer }),
            ("filtered", Subject::Filtered { brand: brand.clone(), customer, post }),
            ("notices", Subject::Notice { brand: brand.clone(), notice: NoticeId::from_uuid(id) }),
            ("brands", Subject::Brand { brand }),
        ];
        for (name, subject) in subjects {
            let address = SUBJECTS.iter().find(|known| known.name == name).unwrap().address;
            let said = wire::subjects::of(&subject);
            let (words, parts): (Vec<&str>, Vec<&str>) = (said.split('.').collect(), address.split('.').collect());
            assert_eq!(words.len(), parts.len(), "{said} {address}");
            let fits = words.iter().zip(&parts).all(|(word, part)| part.starts_with('{') || word == part);
            assert!(fits, "{said} {address}");
        }
    }

    /// What a parser of AsyncAPI 3.0 holds a document to, as far as this one goes.
    #[test]
    fn it_is_sound() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for target in &found {
            assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some(), "{target} leads nowhere");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/schemas/{name}")), "{name} is for nobody");
        }
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(text(&document["info"]["title"]) && text(&document["info"]["version"]));
        for server in document["servers"].as_object().unwrap().values() {
            assert!(text(&server["host"]) && text(&server["protocol"]));
        }
        for (name, channel) in document["channels"].as_object().unwrap() {
            let address = channel["address"].as_str().unwrap();
            let in_address: BTreeSet<&str> =
                address.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
            let none = Map::new();
            let parameters = channel["parameters"].as_object().unwrap_or(&none);
            assert_eq!(in_address, parameters.keys().map(String::as_str).collect(), "{name}");
        }
        for (id, operation) in document["operations"].as_object().unwrap() {
            assert!(["send", "receive"].contains(&operation["action"].as_str().unwrap()), "{id}");
            let own = format!("{}/messages/", operation["channel"]["$ref"].as_str().unwrap());
            let of_channel = |message: &Value| message["$ref"].as_str().unwrap().starts_with(&own);
            assert!(operation["messages"].as_array().unwrap().iter().all(of_channel), "{id}");
        }
    }

    #[test]
    fn the_published_document_is_this_one() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asyncapi.json");
        let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "run UPDATE_DOCS=1 cargo test -p earshot-gateway to bring docs/asyncapi.json up to date"
        );
    }
}

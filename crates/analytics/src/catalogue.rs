//! What every measure means, in words. The API serves these words, docs/measures.md holds them, and a test holds the two
//! to each other and to the fields of a row.

use wire::pb::analytics as pb;

/// One measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Its field in a row.
    pub name: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// What counts.
    pub definition: &'static str,
    /// Whose time it is measured on; empty where time plays no part.
    pub clock: &'static str,
    /// What does not count; empty where nothing is left out.
    pub left_out: &'static str,
}

impl Measure {
    /// The measure in the form of the contract: its definition says everything.
    pub fn to_pb(&self) -> pb::Measure {
        let parts = [self.definition, self.clock, self.left_out];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        pb::Measure {
            name: self.name.into(),
            title: self.title.into(),
            definition: parts.join(" "),
            unit: self.unit.into(),
        }
    }
}

const NETWORK_TIME: &str = "Measured on the network's own times; a post never counts as earlier than its network says, \
nor later than Earshot took it in.";
const UNTIMED: &str = "Not counted: conversations for which the network gave no time for the first post or for its \
answer.";
const WITHIN: &str = "Not counted: conversations for which the network gave no time for the first post or for its \
answer, and those neither answered in time nor old enough for the answer to have been due.";

const fn count(name: &'static str, title: &'static str, unit: &'static str, definition: &'static str) -> Measure {
    Measure { name, title, unit, definition, clock: "", left_out: "" }
}

const fn span(name: &'static str, title: &'static str, definition: &'static str) -> Measure {
    Measure { name, title, unit: "seconds", definition, clock: NETWORK_TIME, left_out: UNTIMED }
}

const fn within(name: &'static str, title: &'static str, definition: &'static str) -> Measure {
    Measure { name, title, unit: "share", definition, clock: NETWORK_TIME, left_out: WITHIN }
}

/// All measures, in the order of a row.
pub const MEASURES: &[Measure] = &[
    count(
        "conversations",
        "Conversations",
        "conversations",
        "One customer's matter with the brand that has at least one post, whatever its state. Conversations that \
         proved to be one count once, as the one that goes on. Always open + waiting + resolved.",
    ),
    count(
        "posts",
        "Posts",
        "posts",
        "Posts and private messages of customers in these conversations and in those merged into them, whether deleted \
         later or not.",
    ),
    count(
        "replies",
        "Replies",
        "replies",
        "Answers that reached the customer: sent through Earshot, or seen on the network. Those submitted, failed or in \
         doubt are none.",
    ),
    count(
        "open",
        "Open",
        "conversations",
        "The customer waits for the brand: a post of his has had no answer since, and the matter is not resolved. \
         Thanks, praise and noise after an answer ask for no other; a deleted post asks for none.",
    ),
    count(
        "waiting",
        "Waiting for the customer",
        "conversations",
        "Neither open nor resolved: the brand has answered, and the next word is the customer's.",
    ),
    count("resolved", "Resolved", "conversations", "Resolved and not come back since."),
    count(
        "reopened",
        "Reopened",
        "times",
        "How often a resolved matter came back, by a post of the customer that asks for something or by a person.",
    ),
    count(
        "hand_offs",
        "Hand-offs",
        "times",
        "How often a person handed a conversation to another team or person. Claiming and releasing are none.",
    ),
    count("escalated", "Escalated", "conversations", "Raised at least once, by a rule or by a person."),
    Measure {
        name: "breached",
        title: "Breached",
        unit: "conversations",
        definition: "At least one answer, the first or a later one, was not there when it was due by the brand's rules.",
        clock: "Measured on the deadline that was set, which starts with the first unanswered post.",
        left_out: "Not counted: conversations without a target, and history that was imported, for which no deadline runs.",
    },
    Measure {
        name: "answered",
        title: "Answered",
        unit: "conversations",
        definition: "Have a first response time, which the percentiles below are made of.",
        clock: "",
        left_out: UNTIMED,
    },
    span(
        "first_response_p50_seconds",
        "First response, median",
        "From the first post to the first answer after it: the time that half of the answered conversations did not \
         exceed. It is exact, over all of them. Where conversations were merged, the first post is the oldest of all \
         of them and the answer is one of the conversation that goes on, as its own page shows it.",
    ),
    span(
        "first_response_p90_seconds",
        "First response, 90th percentile",
        "The first response time that 90 of 100 answered conversations did not exceed.",
    ),
    span(
        "first_response_p99_seconds",
        "First response, 99th percentile",
        "The first response time that 99 of 100 answered conversations did not exceed.",
    ),
    within(
        "answered_within_10m",
        "Answered within 10 minutes",
        "Conversations whose first answer came within 600 seconds of the first post, of all that are at least 600 \
         seconds old or were answered in that time. Who never got an answer counts as not answered.",
    ),
    within(
        "answered_within_1h",
        "Answered within 1 hour",
        "Conversations whose first answer came within 3,600 seconds of the first post, of all that are at least 3,600 \
         seconds old or were answered in that time. Who never got an answer counts as not answered.",
    ),
    within(
        "answered_within_24h",
        "Answered within 24 hours",
        "Conversations whose first answer came within 86,400 seconds of the first post, of all that are at least \
         86,400 seconds old or were answered in that time. Who never got an answer counts as not answered.",
    ),
    count(
        "posts_per_resolution",
        "Posts per resolution",
        "posts per conversation",
        "The customers' posts in resolved conversations, divided by the number of these conversations. Absent while \
         none is resolved.",
    ),
    Measure {
        name: "one_touch_resolution_share",
        title: "Resolved in one touch",
        unit: "share",
        definition: "Of the resolved conversations with at least one answer: those with exactly one, without a \
                     hand-off, that never came back.",
        clock: "",
        left_out: "Not counted: conversations resolved without an answer.",
    },
    count(
        "praise",
        "Praise",
        "conversations",
        "The newest classified post of the conversation is praise or thanks, as the classifier reads it, or as a person \
         says who put it right. So it is with complaints, questions, requests and the language.",
    ),
    count(
        "complaints",
        "Complaints",
        "conversations",
        "The newest classified post of the conversation is a complaint.",
    ),
    count("questions", "Questions", "conversations", "The newest classified post of the conversation is a question."),
    count("requests", "Requests", "conversations", "The newest classified post of the conversation is a request."),
    Measure {
        name: "filtered",
        title: "Filtered",
        unit: "posts",
        definition: "Posts that a rule of the brand kept out of the care queue. They are in no conversation and in no \
                     other measure, and have neither a team nor a language.",
        clock: "A period holds those that were posted in it, by the network's time, or taken in, where it gives none.",
        left_out: "",
    },
    count(
        "replies_in_doubt",
        "Replies in doubt",
        "replies",
        "Replies of which nobody knows whether the network has them, and which wait for a person to say so.",
    ),
    Measure {
        name: "longest_wait_seconds",
        title: "Longest wait",
        unit: "seconds",
        definition: "How long the customer who has waited longest has been waiting now, since his first unanswered \
                     post: asking again does not restart it. Absent when nobody waits.",
        clock: "From the network's time of that post, or its arrival where the network gives none, until now.",
        left_out: "",
    },
    count(
        "classified",
        "Classified",
        "posts",
        "Posts of customers that the classifier has said something of. Each counts once, by its newest text and the \
         model that read it first.",
    ),
    count(
        "corrected",
        "Corrected",
        "posts",
        "Of the classified posts, those of which a person says something else than the classifier did, of whatever \
         head. One that a person has put back counts no more.",
    ),
    Measure {
        name: "corrected_share",
        title: "Corrected of classified",
        unit: "share",
        definition: "The corrected posts of the classified ones. `ListCorrections` has the same by head, model and \
                     language.",
        clock: "",
        left_out: "",
    },
];

/// docs/measures.md, whole.
pub fn document() -> String {
    let mut page = String::from(include_str!("measures_head.md"));
    for measure in MEASURES {
        let Measure { name, title, unit, definition, clock, left_out } = measure;
        page.push_str(&format!("\n### {title}\n\n`{name}`, in {unit}\n\n{definition}\n"));
        for part in [clock, left_out].into_iter().filter(|part| !part.is_empty()) {
            page.push_str(&format!("\n{part}\n"));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use wire::pb::analytics::MeasureRow;

    /// Every field is written out, so that a new one does not compile until it is here, and then is missed below.
    fn full() -> MeasureRow {
        MeasureRow {
            brand: "b".into(),
            team: "t".into(),
            channel: "c".into(),
            language: "l".into(),
            conversations: 1,
            posts: 1,
            replies: 1,
            open: 1,
            waiting: 1,
            resolved: 1,
            reopened: 1,
            hand_offs: 1,
            escalated: 1,
            breached: 1,
            answered: 1,
            first_response_p50_seconds: Some(1.0),
            first_response_p90_seconds: Some(1.0),
            first_response_p99_seconds: Some(1.0),
            answered_within_10m: Some(1.0),
            answered_within_1h: Some(1.0),
            answered_within_24h: Some(1.0),
            posts_per_resolution: Some(1.0),
            one_touch_resolution_share: Some(1.0),
            praise: 1,
            complaints: 1,
            questions: 1,
            requests: 1,
            filtered: 1,
            replies_in_doubt: 1,
            longest_wait_seconds: Some(1.0),
            classified: 1,
            corrected: 1,
            corrected_share: Some(1.0),
        }
    }

    /// `answered_within_10m` is `answeredWithin10m` in JSON.
    fn in_json(name: &str) -> String {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
    }

    #[test]
    fn every_measure_of_a_row_is_defined_once_and_nothing_else_is() {
        let row = serde_json::to_value(full()).unwrap();
        let mut fields: BTreeSet<String> = row.as_object().unwrap().keys().cloned().collect();
        for dimension in ["brand", "team", "channel", "language"] {
            assert!(fields.remove(dimension));
        }
        let defined: BTreeSet<String> = MEASURES.iter().map(|measure| in_json(measure.name)).collect();
        assert_eq!(defined, fields);
        assert_eq!(defined.len(), MEASURES.len());
    }

    #[test]
    fn the_document_says_what_the_code_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/measures.md");
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::write(&path, document()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == document(),
            "run UPDATE_DOCS=1 cargo test -p earshot-analytics to bring docs/measures.md up to date"
        );
    }
}

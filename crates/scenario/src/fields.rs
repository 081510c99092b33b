//! What an expectation can name, once: the reader refuses what is not here, the schema and the documentation are held to
//! it, and [`crate::expect`] has an answer for each.

/// One thing that can be expected.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// What it is, for the documentation.
    pub means: &'static str,
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of at least 0; `_at_least` and `_at_most` may follow the name.
    Number,
    /// A number that what is found must not exceed.
    Within,
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, all of which must be there; an empty list means none.
    Words(&'static [&'static str]),
    Text,
    Team,
    Person,
    /// A post of the scenario.
    Post,
}

const fn number(name: &'static str, means: &'static str) -> Field {
    Field { name, kind: Kind::Number, means }
}

const fn flag(name: &'static str, means: &'static str) -> Field {
    Field { name, kind: Kind::Flag, means }
}

const fn field(name: &'static str, kind: Kind, means: &'static str) -> Field {
    Field { name, kind, means }
}

pub const FLAGS: &[&str] = &[
    "churn_risk",
    "repeat_ask",
    "ping_pong",
    "repeated_offers",
    "flare_up",
    "surge",
    "opportunity",
    "influencer",
    "spread",
    "exposure",
];
const TOLD: &[&str] = &["out_of_hours", "received", "callback_booked", "callback_reminder", "callback_missed"];
const STATUS: &[&str] = &["open", "waiting_for_customer", "resolved"];
const PRIORITY: &[&str] = &["low", "normal", "high", "urgent"];
const INTENT: &[&str] = &["complaint", "question", "request", "praise", "noise", "other"];
const SENTIMENT: &[&str] = &["negative", "neutral", "positive"];
const SLA: &[&str] = &["none", "running", "met", "breached"];
const KEPT_AS: &[&str] = &["care", "competitor", "promotion", "filtered"];

/// Of a conversation.
pub const CONVERSATION: &[Field] = &[
    field("status", Kind::Word(STATUS), "where it stands"),
    field("team", Kind::Team, "the team that has it"),
    field("assignee", Kind::Person, "the person who has claimed it"),
    field("preferred_agent", Kind::Person, "the person who knows the case and should have it"),
    field("priority", Kind::Word(PRIORITY), "how much it presses"),
    field("intent", Kind::Word(INTENT), "what its newest post wants"),
    field("sentiment", Kind::Word(SENTIMENT), "how its newest post sounds"),
    field("language", Kind::Text, "the language of its newest post, as an ISO 639 code"),
    field("topic", Kind::Text, "what its newest post is about: `telecom.billing`, or the part after the dot"),
    flag("private", "whether its newest post or answer is a private message"),
    flag("escalated", "whether it was raised"),
    field("flags", Kind::Words(FLAGS), "what stands out about it"),
    field("suggestion", Kind::Word(&["call", "private"]), "what the desk suggests to do"),
    number("posts", "posts of the customer"),
    number("attachments", "files that came with them"),
    number("contacts_before", "contacts over other ways that are recorded with it"),
    number("touches", "answers that reached the customer"),
    number("handoffs", "times a person handed it to another team or person"),
    number("repeated_offers", "times the same was offered once more"),
    number("reopened", "times it came back"),
    number("first_response_s", "seconds from the first post to the first answer"),
    number("resolution_s", "seconds from the first post to the resolution"),
    number("exposure", "reach times the hours without an answer"),
    number("out_of_hours_notices", "times the customer was told when people are back"),
    field("told", Kind::Words(TOLD), "what the customer was told without anybody writing it"),
    field("sla", Kind::Word(SLA), "how it stands with its target"),
    field("ahead_of", Kind::Post, "a post of another conversation that it goes before in the queue of its team"),
];

/// Of a reply.
pub const REPLY: &[Field] = &[
    flag("sent", "whether it reached the network"),
    field("stopped_by", Kind::Word(&brand::FINDINGS), "what stopped it"),
    field("warnings", Kind::Words(&brand::FINDINGS), "what was pointed out before it went"),
    number("parts", "posts that it went out as"),
    flag("truncated", "whether any of its text is missing"),
];

/// Of a brand.
pub const BRAND: &[Field] = &[
    number("conversations", "all of them"),
    number("first_response_s", "the median of the seconds to the first answer"),
    number("resolution_s", "the median of the seconds to the resolution"),
    number("answered_within_10m", "the share, from 0 to 1"),
    number("answered_within_1h", "the share, from 0 to 1"),
    number("answered_within_24h", "the share, from 0 to 1"),
    number("one_touch_resolutions", "conversations resolved with one answer and no hand-off"),
    number("handoffs", "hand-offs of all conversations"),
];

pub const SURGE: &[Field] =
    &[field("recognised_within_posts", Kind::Within, "posts of the surge by which it must have been recognised")];
pub const INCIDENT: &[Field] = &[number("conversations", "conversations that are tied to it")];
pub const OVERFLOW: &[Field] = &[number("conversations", "conversations of the team that others serve")];
pub const CALLBACK: &[Field] =
    &[flag("due", "whether its time has come"), field("notified", Kind::Person, "who was told that it is due")];
pub const MENTION: &[Field] = &[field("kept_as", Kind::Word(KEPT_AS), "what became of the post")];
pub const FILTERED: &[Field] = &[
    number("posts", "posts that the rule kept out"),
    number("care_queue", "of these, those that stand in a conversation all the same"),
];
pub const SHIFT_POSTS: &[Field] =
    &[number("morning", "posts at the start of a shift"), number("evening", "posts at the end of one")];
/// One kind of entity; which one stands in the check.
pub const ENTITY: Field = field("entities", Kind::Text, "what was recognised, by kind");
pub const EVENTS: Field = field("contain", Kind::Words(&[]), "the facts of the conversation's log, in this order");

/// The kinds of entities, with their other names.
pub const ENTITIES: &[(&str, &str)] = &[
    ("booking", "booking"),
    ("booking_reference", "booking"),
    ("phone", "phone"),
    ("email", "email"),
    ("card", "card"),
    ("iban", "iban"),
    ("account", "account"),
    ("order", "order"),
    ("address", "address"),
    ("flight", "flight"),
    ("amount", "amount"),
    ("date", "date"),
];

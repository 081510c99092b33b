//! What a rule can ask: the documented, typed context of the brand's CEL expressions. The table [`FIELDS`] is the
//! contract; the documentation and the checker are held to it.

use crate::flags::Flag;
use crate::route::RouteInput;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use std::sync::OnceLock;

/// The type of a field, as far as the checker tells types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Text,
    /// Text that is always one of these.
    OneOf(&'static [&'static str]),
    /// Text that is the code of a language.
    Language,
    /// Text that is an industry and a matter, or empty.
    Topic,
    /// Text that is the id of a team of the brand, or empty.
    Team,
    /// A list of texts that are always of these.
    ListOf(&'static [&'static str]),
    Bool,
    Int,
    Double,
}

/// One field of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// `post.text`
    pub name: &'static str,
    pub kind: FieldType,
    /// One line for the documentation.
    pub meaning: &'static str,
}

pub(crate) const SENTIMENTS: &[&str] = &["negative", "neutral", "positive"];
pub(crate) const INTENTS: &[&str] = &["complaint", "question", "request", "praise", "noise", "other"];
/// The heads of the classifier that can be unsure.
pub(crate) const HEADS: &[&str] = &["language", "sentiment", "intent", "topic", "urgency", "churn", "call", "closing"];
pub(crate) const KINDS: &[&str] =
    &["booking", "phone", "email", "card", "iban", "account", "order", "address", "flight", "amount", "date"];
const USES: &[&str] = &["main", "care", ""];
const WEEKDAYS: &[&str] = &["mo", "tu", "we", "th", "fr", "sa", "su"];

const fn field(name: &'static str, kind: FieldType, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

/// Every field that an expression can name.
pub const FIELDS: &[Field] = &[
    field("post.text", FieldType::Text, "what the customer wrote, as received"),
    field("post.network", FieldType::Text, "`x`, `mastodon`, `whatsapp`, ..."),
    field("post.private", FieldType::Bool, "a direct message"),
    field("post.followers", FieldType::Int, "how many follow the author; 0 when the network does not say"),
    field(
        "post.handle_use",
        FieldType::OneOf(USES),
        "which account of the brand it addresses; empty when it only names the brand",
    ),
    field("post.region", FieldType::Text, "the customer's region; empty when unknown"),
    field("post.tier", FieldType::Text, "the customer's tier, e.g. `gold`; empty when unknown"),
    field("post.attachments", FieldType::Int, "files that came with it"),
    field("post.is_reply", FieldType::Bool, "it answers another post"),
    field("post.author", FieldType::Text, "the author's handle; empty when unknown"),
    field("post.language", FieldType::Language, "ISO 639 code as the network says; empty when it does not"),
    field("post.shares", FieldType::Int, "how often it was shared"),
    field("post.comments", FieldType::Int, "how many comments it has"),
    field("post.views", FieldType::Int, "how often it was seen"),
    field("class.language", FieldType::Language, "ISO 639 code, or `und`"),
    field("class.sentiment", FieldType::OneOf(SENTIMENTS), "how it sounds"),
    field("class.intent", FieldType::OneOf(INTENTS), "what it wants"),
    field("class.sentiment_confidence", FieldType::Double, "how sure the classifier is, from 0 to 1"),
    field("class.intent_confidence", FieldType::Double, "how sure the classifier is, from 0 to 1"),
    field("class.topic", FieldType::Topic, "what it is about, e.g. `air.delay`; a topic of the brand's own goes first"),
    field("class.industry", FieldType::Text, "the part of the topic before the dot, e.g. `air`"),
    field("class.topic_confidence", FieldType::Double, "how sure the classifier is, from 0 to 1"),
    field("class.urgent", FieldType::Bool, "harm or loss comes within hours unless somebody acts"),
    field("class.leaving", FieldType::Bool, "the customer leaves, or threatens to"),
    field("class.wants_call", FieldType::Bool, "the customer asks to be called"),
    field("class.thanks", FieldType::Bool, "the customer says that the matter is settled"),
    field("class.language_unsure", FieldType::Bool, "the language is only the best guess"),
    field("class.sentiment_unsure", FieldType::Bool, "the sentiment is only the best guess"),
    field("class.intent_unsure", FieldType::Bool, "the intent is only the best guess"),
    field("class.topic_unsure", FieldType::Bool, "the topic is only the best guess"),
    field("class.unsure", FieldType::ListOf(HEADS), "every answer that is only the best guess"),
    field("class.recognised", FieldType::ListOf(KINDS), "what stands in the text, each kind once"),
    field("conversation.posts", FieldType::Int, "posts of the customer, this one counted"),
    field("conversation.replies", FieldType::Int, "replies that were sent"),
    field("conversation.reopened", FieldType::Int, "times it was reopened"),
    field("conversation.contacts", FieldType::Int, "contacts over other ways: phone, mail, shop"),
    field("conversation.waiting_seconds", FieldType::Int, "how long the customer has waited; 0 when it is his turn"),
    field("conversation.flags", FieldType::ListOf(Flag::NAMES), "what has risen about it"),
    field("conversation.incident", FieldType::Bool, "it belongs to an incident that is on"),
    field("customer.conversations", FieldType::Int, "earlier conversations of the customer"),
    field("customer.exceptions", FieldType::Int, "exceptions that were made for the customer before"),
    field("customer.tenure_days", FieldType::Int, "for how many days the customer has been one; 0 when unknown"),
    field("customer.own_team", FieldType::Team, "the customer's own team, by assignment or region; empty when none"),
    field("customer.opted_out", FieldType::Bool, "the customer left the teams for the ordinary service"),
    field("brand.open", FieldType::Bool, "at least one team is there now; `open(\"care\")` asks for one team"),
    field("brand.hour", FieldType::Int, "hour of the day in the brand's time zone, 0 to 23"),
    field("brand.weekday", FieldType::OneOf(WEEKDAYS), "day of the week in the brand's time zone"),
];

/// The groups that fields belong to.
pub(crate) const GROUPS: &[&str] = &["post", "class", "conversation", "brand", "customer"];

/// The groups whose names no loop may give to its item. Groups that came later are free, since old rules may have them.
pub(crate) const GROUPS_OF_OLD: &[&str] = &["post", "class", "conversation", "brand"];

/// What only costs something when a rule asks for it.
pub(crate) trait Clock: Send + Sync {
    /// Whether the team with this index is there.
    fn team_open(&self, team: usize) -> bool;
    fn any_open(&self) -> bool;
    /// Hour of the day and index of the weekday from Monday, in the brand's zone.
    fn local(&self) -> (i64, usize);
}

/// The context of one evaluation: values stand ready to be borrowed, so that a rule allocates nothing to read them.
pub(crate) struct Facts<'v> {
    text: CelString<'v>,
    network: CelString<'v>,
    private: CelBool,
    followers: CelInt,
    handle_use: CelString<'v>,
    region: CelString<'v>,
    tier: CelString<'v>,
    attachments: CelInt,
    is_reply: CelBool,
    author: CelString<'v>,
    network_language: CelString<'v>,
    shares: CelInt,
    comments: CelInt,
    views: CelInt,
    language: CelString<'v>,
    sentiment: CelString<'v>,
    intent: CelString<'v>,
    sentiment_confidence: CelDouble,
    intent_confidence: CelDouble,
    topic: CelString<'v>,
    industry: CelString<'v>,
    topic_confidence: CelDouble,
    urgent: CelBool,
    leaving: CelBool,
    wants_call: CelBool,
    thanks: CelBool,
    language_unsure: CelBool,
    sentiment_unsure: CelBool,
    intent_unsure: CelBool,
    topic_unsure: CelBool,
    unsure: CelList<'v>,
    recognised: CelList<'v>,
    posts: CelInt,
    replies: CelInt,
    reopened: CelInt,
    contacts: CelInt,
    waiting_seconds: CelInt,
    flags: CelList<'v>,
    incident: CelBool,
    conversations: CelInt,
    exceptions: CelInt,
    tenure_days: CelInt,
    own_team: CelString<'v>,
    opted_out: CelBool,
    open: OnceLock<CelBool>,
    local: OnceLock<(CelInt, CelString<'static>)>,
    constants: &'v [Box<dyn Val>],
    clock: &'v dyn Clock,
}

impl<'v> Facts<'v> {
    pub fn new(input: &RouteInput<'v>, constants: &'v [Box<dyn Val>], clock: &'v dyn Clock) -> Self {
        let RouteInput { post, class, conversation, customer, .. } = input;
        Facts {
            text: post.text.into(),
            network: post.network.into(),
            private: post.private.into(),
            followers: int(post.followers),
            handle_use: post.handle_use.into(),
            region: post.region.into(),
            tier: post.tier.into(),
            attachments: int(post.attachments.into()),
            is_reply: post.is_reply.into(),
            author: post.author.into(),
            network_language: post.language.into(),
            shares: int(post.shares),
            comments: int(post.comments),
            views: int(post.views),
            language: class.language.into(),
            sentiment: class.sentiment.into(),
            intent: class.intent.into(),
            sentiment_confidence: confidence(class.sentiment_confidence),
            intent_confidence: confidence(class.intent_confidence),
            topic: class.topic.into(),
            industry: class.topic.split('.').next().unwrap_or("").into(),
            topic_confidence: confidence(class.topic_confidence),
            urgent: class.urgent.into(),
            leaving: class.leaving.into(),
            wants_call: class.wants_call.into(),
            thanks: class.thanks.into(),
            language_unsure: class.unsure.contains(&"language").into(),
            sentiment_unsure: class.unsure.contains(&"sentiment").into(),
            intent_unsure: class.unsure.contains(&"intent").into(),
            topic_unsure: class.unsure.contains(&"topic").into(),
            unsure: texts(class.unsure),
            recognised: texts(class.recognised),
            posts: int(conversation.posts.into()),
            replies: int(conversation.replies.into()),
            reopened: int(conversation.reopened.into()),
            contacts: int(conversation.contacts.into()),
            waiting_seconds: int(conversation.waiting_seconds),
            flags: names(conversation.flags.iter().map(Flag::as_str)),
            incident: conversation.incident.into(),
            conversations: int(customer.conversations.into()),
            exceptions: int(customer.exceptions.into()),
            tenure_days: int(customer.tenure_days.into()),
            own_team: customer.own_team.into(),
            opted_out: customer.opted_out.into(),
            open: OnceLock::new(),
            local: OnceLock::new(),
            constants,
            clock,
        }
    }

    fn local(&self) -> &(CelInt, CelString<'static>) {
        self.local.get_or_init(|| {
            let (hour, weekday) = self.clock.local();
            (hour.into(), CelString::from(WEEKDAYS[weekday]))
        })
    }
}

fn texts<'v>(all: &[&'v str]) -> CelList<'v> {
    names(all.iter().copied())
}

fn names<'v>(all: impl Iterator<Item = &'v str>) -> CelList<'v> {
    all.map(|text| Box::new(CelString::from(text)) as Box<dyn Val + 'v>).collect::<Vec<_>>().into()
}

fn int(count: u64) -> CelInt {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// A confidence as people write it: 0.9 from 32 bits is 0.9, not 0.89999998, so `>= 0.9` holds.
fn confidence(score: f32) -> CelDouble {
    ((f64::from(score) * 1e6).round() / 1e6).into()
}

/// The name under which the checker's rewriting refers to a constant: `@3`.
pub(crate) fn constant_name(index: usize) -> String {
    format!("@{index}")
}

/// The name under which the checker's rewriting asks whether a team is there: `?3`.
pub(crate) fn open_name(team: usize) -> String {
    format!("?{team}")
}

impl VariableResolver for Facts<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let value: &'b (dyn Val + 'b) = match name {
            "post.text" => &self.text,
            "post.network" => &self.network,
            "post.private" => &self.private,
            "post.followers" => &self.followers,
            "post.handle_use" => &self.handle_use,
            "post.region" => &self.region,
            "post.tier" => &self.tier,
            "post.attachments" => &self.attachments,
            "post.is_reply" => &self.is_reply,
            "post.author" => &self.author,
            "post.language" => &self.network_language,
            "post.shares" => &self.shares,
            "post.comments" => &self.comments,
            "post.views" => &self.views,
            "class.language" => &self.language,
            "class.sentiment" => &self.sentiment,
            "class.intent" => &self.intent,
            "class.sentiment_confidence" => &self.sentiment_confidence,
            "class.intent_confidence" => &self.intent_confidence,
            "class.topic" => &self.topic,
            "class.industry" => &self.industry,
            "class.topic_confidence" => &self.topic_confidence,
            "class.urgent" => &self.urgent,
            "class.leaving" => &self.leaving,
            "class.wants_call" => &self.wants_call,
            "class.thanks" => &self.thanks,
            "class.language_unsure" => &self.language_unsure,
            "class.sentiment_unsure" => &self.sentiment_unsure,
            "class.intent_unsure" => &self.intent_unsure,
            "class.topic_unsure" => &self.topic_unsure,
            "class.unsure" => &self.unsure,
            "class.recognised" => &self.recognised,
            "conversation.posts" => &self.posts,
            "conversation.replies" => &self.replies,
            "conversation.reopened" => &self.reopened,
            "conversation.contacts" => &self.contacts,
            "conversation.waiting_seconds" => &self.waiting_seconds,
            "conversation.flags" => &self.flags,
            "conversation.incident" => &self.incident,
            "customer.conversations" => &self.conversations,
            "customer.exceptions" => &self.exceptions,
            "customer.tenure_days" => &self.tenure_days,
            "customer.own_team" => &self.own_team,
            "customer.opted_out" => &self.opted_out,
            "brand.open" => self.open.get_or_init(|| self.clock.any_open().into()),
            "brand.hour" => &self.local().0,
            "brand.weekday" => &self.local().1,
            _ => return self.indexed(name),
        };
        Some(CowVal::Borrowed(value))
    }
}

impl Facts<'_> {
    fn indexed<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(index) = name.strip_prefix('@') {
            let constant: &'b (dyn Val + 'b) = self.constants.get(index.parse::<usize>().ok()?)?.as_ref();
            return Some(CowVal::Borrowed(constant));
        }
        let team = name.strip_prefix('?')?.parse().ok()?;
        Some(CowVal::owned(CelBool::from(self.clock.team_open(team))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NoClock;

    impl Clock for NoClock {
        fn team_open(&self, team: usize) -> bool {
            team == 1
        }

        fn any_open(&self) -> bool {
            true
        }

        fn local(&self) -> (i64, usize) {
            (23, 6)
        }
    }

    /// A field of the table that no value stands behind would fail at run time, on a customer's post.
    #[test]
    fn every_field_of_the_table_has_a_value_of_its_type() {
        let input = RouteInput::default();
        let facts = Facts::new(&input, &[], &NoClock);
        for field in FIELDS {
            let value = facts.resolve(field.name).unwrap_or_else(|| panic!("{} has a value", field.name));
            let expected = match field.kind {
                FieldType::Text | FieldType::OneOf(_) | FieldType::Language | FieldType::Topic | FieldType::Team => {
                    "string"
                }
                FieldType::ListOf(_) => "list",
                FieldType::Bool => "bool",
                FieldType::Int => "int",
                FieldType::Double => "double",
            };
            assert_eq!(value.get_type().name(), expected, "{}", field.name);
            let group = field.name.split('.').next().unwrap();
            assert!(GROUPS.contains(&group), "{group}");
        }
        assert!(facts.resolve("post.nothing").is_none());
        assert!(facts.resolve("@0").is_none());
        assert!(facts.resolve("@result").is_none());
        assert_eq!(facts.resolve("?1").unwrap().downcast_ref::<CelBool>(), Some(&CelBool::from(true)));
    }

    #[test]
    fn a_confidence_is_what_people_write() {
        assert_eq!(confidence(0.9), CelDouble::from(0.9));
        assert_eq!(confidence(0.35), CelDouble::from(0.35));
    }
}

//! The second chapter: what a post is. The classifier's answer is a fact with the version of the model that gave
//! it, so that "why" has an answer when the model is long gone.

use crate::fact::Fact;
use crate::ids::PostKey;
use crate::state::{Class, Conversation, Correction};
use crate::{Decision, Rejection};

/// One answer of the classifier with its confidence. The default, without a label, is that of a head that the model
/// did not have.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Scored {
    pub label: Box<str>,
    /// From 0 to 1, calibrated as far as the model is.
    pub confidence: f32,
    /// The label is the best guess, but the model says that it is not sure.
    pub unsure: bool,
    /// Codes, never the customer's words: e.g. `margin:0.41`, `runner_up:request`.
    pub reasons: Vec<String>,
}

impl Scored {
    /// Whether there was such a head.
    pub fn is_answer(&self) -> bool {
        !self.label.is_empty()
    }
}

/// One question that the classifier answers of every post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Head {
    Language,
    Sentiment,
    Intent,
    Topic,
    Urgency,
    Churn,
    Call,
    Closing,
}

impl Head {
    pub const ALL: [Head; 8] = [
        Head::Language,
        Head::Sentiment,
        Head::Intent,
        Head::Topic,
        Head::Urgency,
        Head::Churn,
        Head::Call,
        Head::Closing,
    ];

    /// As it stands in rules, reports and the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Head::Language => "language",
            Head::Sentiment => "sentiment",
            Head::Intent => "intent",
            Head::Topic => "topic",
            Head::Urgency => "urgency",
            Head::Churn => "churn",
            Head::Call => "call",
            Head::Closing => "closing",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Head::ALL.into_iter().find(|head| head.as_str() == text)
    }

    /// The labels of the head; none where the model brings its own: languages and topics.
    pub fn labels(self) -> Option<&'static [&'static str]> {
        match self {
            Head::Language | Head::Topic => None,
            Head::Sentiment => Some(&["negative", "neutral", "positive"]),
            Head::Intent => Some(&["complaint", "question", "request", "praise", "noise", "other"]),
            Head::Urgency => Some(&["urgent", "normal"]),
            Head::Churn => Some(&["leaving", "staying"]),
            Head::Call => Some(&["wanted", "none"]),
            Head::Closing => Some(&["thanks", "none"]),
        }
    }
}

/// A set of heads, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Heads(u8);

impl Heads {
    pub fn contains(self, head: Head) -> bool {
        self.0 & (1 << head as u8) != 0
    }

    pub fn set(&mut self, head: Head, within: bool) {
        let bit = 1 << head as u8;
        self.0 = if within { self.0 | bit } else { self.0 & !bit };
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Head> {
        Head::ALL.into_iter().filter(move |head| self.contains(*head))
    }
}

/// Something that stands in a post and names somebody or something: where it stands, never what it says.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Recognised {
    /// `booking`, `phone`, `email`, `card`, `iban`, `account`, `order`, `address`, `flight`, `amount`, `date`.
    pub kind: Box<str>,
    /// Bytes of the post's text.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
    /// From 0 to 1.
    pub confidence: f32,
}

/// A post was classified.
#[derive(Debug, Clone, PartialEq)]
pub struct PostClassified {
    pub post: PostKey,
    pub model_version: String,
    /// BCP 47 language, or `und`.
    pub language: Scored,
    /// `negative`, `neutral`, `positive`.
    pub sentiment: Scored,
    /// `complaint`, `question`, `request`, `praise`, `noise`, `other`.
    pub intent: Scored,
    /// An industry and a matter: `air.delay`.
    pub topic: Scored,
    /// `urgent`, `normal`.
    pub urgency: Scored,
    /// `leaving`, `staying`.
    pub churn: Scored,
    /// `wanted`, `none`.
    pub call: Scored,
    /// `thanks`, `none`.
    pub closing: Scored,
    pub recognised: Vec<Recognised>,
    /// Which one spoke: `compact`, `onnx:NAME`, `remote:NAME`, `compact (remote unavailable)`; empty in facts of older
    /// versions.
    pub backend: String,
    /// The edit that was read: 0 for the text as first received, else microseconds since the epoch of the edit.
    pub text_version: i64,
}

impl PostClassified {
    /// What it answers for a head.
    pub fn head(&self, head: Head) -> &Scored {
        match head {
            Head::Language => &self.language,
            Head::Sentiment => &self.sentiment,
            Head::Intent => &self.intent,
            Head::Topic => &self.topic,
            Head::Urgency => &self.urgency,
            Head::Churn => &self.churn,
            Head::Call => &self.call,
            Head::Closing => &self.closing,
        }
    }

    /// The same, to be changed.
    pub fn head_mut(&mut self, head: Head) -> &mut Scored {
        match head {
            Head::Language => &mut self.language,
            Head::Sentiment => &mut self.sentiment,
            Head::Intent => &mut self.intent,
            Head::Topic => &mut self.topic,
            Head::Urgency => &mut self.urgency,
            Head::Churn => &mut self.churn,
            Head::Call => &mut self.call,
            Head::Closing => &mut self.closing,
        }
    }
}

/// A person put right what the classifier said for one head; who did it stands in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassificationCorrected {
    pub post: PostKey,
    pub head: Head,
    /// What stood there; empty when nothing did.
    pub was: String,
    pub label: String,
    /// The model whose answer was put right.
    pub model_version: String,
    /// Of the text that the person saw, as in [`PostClassified`].
    pub text_version: i64,
}

/// Another model read a post again. Its answer stands beside the first one, which stays what the post is: nothing follows
/// from it. A head without a label was not asked, or the model has none.
#[derive(Debug, Clone, PartialEq)]
pub struct PostReclassified {
    pub class: PostClassified,
    /// The model whose answer was written first.
    pub was_model_version: String,
}

/// What a person says of a post.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectClassification {
    pub post: PostKey,
    pub head: Head,
    pub label: String,
    /// Topics of the brand's own, beside [`TOPICS`].
    pub brand_topics: Vec<String>,
}

/// The topics that every brand has.
pub const TOPICS: &[&str] = &[
    "air.baggage",
    "air.booking",
    "air.cabin",
    "air.cancellation",
    "air.checkin",
    "air.delay",
    "air.digital",
    "air.loyalty",
    "air.refund",
    "air.staff",
    "banking.account",
    "banking.app",
    "banking.branch",
    "banking.card",
    "banking.fees",
    "banking.fraud",
    "banking.loan",
    "banking.support",
    "banking.transfer",
    "general.account",
    "general.company",
    "general.food",
    "general.information",
    "general.other",
    "general.price",
    "general.product",
    "general.service",
    "retail.account",
    "retail.delivery",
    "retail.order",
    "retail.price",
    "retail.product",
    "retail.return",
    "retail.stock",
    "retail.store",
    "retail.support",
    "telecom.billing",
    "telecom.contract",
    "telecom.device",
    "telecom.installation",
    "telecom.outage",
    "telecom.roaming",
    "telecom.speed",
    "telecom.support",
];

pub(crate) fn correct(state: &Conversation, ask: &CorrectClassification) -> Decision {
    let Some(post) = state.post(&ask.post).filter(|post| post.received) else {
        return Err(Rejection::UnknownPost);
    };
    let Some(class) = &post.class else {
        return Err(Rejection::NotClassified);
    };
    let was = class.label(ask.head);
    if was == ask.label {
        return Ok(Vec::new());
    }
    // What the classifier said can always be said again, also by a model with labels of its own.
    if ask.label.is_empty() || (class.read_as(ask.head) != ask.label && !has_label(ask)) {
        return Err(Rejection::UnknownLabel { head: ask.head, known: known_labels(ask) });
    }
    Ok(vec![Fact::from(ClassificationCorrected {
        post: ask.post,
        head: ask.head,
        was: was.to_owned(),
        label: ask.label.clone(),
        model_version: class.model_version.to_string(),
        text_version: class.text_version,
    })])
}

fn has_label(ask: &CorrectClassification) -> bool {
    match ask.head {
        Head::Language => is_language(&ask.label),
        Head::Topic => TOPICS.contains(&ask.label.as_str()) || ask.brand_topics.contains(&ask.label),
        head => head.labels().is_some_and(|labels| labels.contains(&ask.label.as_str())),
    }
}

/// A language's code as BCP 47 begins it, and what may follow.
fn is_language(label: &str) -> bool {
    let mut parts = label.split('-');
    let code = parts.next().unwrap_or_default();
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase()) && parts.all(is_part)
}

fn known_labels(ask: &CorrectClassification) -> String {
    match ask.head {
        Head::Language => "the code of a language in small letters, e.g. `et`, or `und`".to_owned(),
        Head::Topic => {
            let own = ask.brand_topics.iter().map(String::as_str);
            TOPICS.iter().copied().chain(own).collect::<Vec<_>>().join(", ")
        }
        head => head.labels().unwrap_or_default().join(", "),
    }
}

/// The class is put right. If the conversation is about this post, and nobody has taken it on, the rules are asked
/// again: a correction of an older post is learned from, but moves nothing.
pub(crate) fn evolve_corrected(state: &mut Conversation, fact: &ClassificationCorrected) {
    let newest = state.newest_classified().map(|post| post.key);
    let awaits_rules = state.awaits_nobody_but_rules();
    // The record in hand is the newest that was seen.
    let cause = state.seen.last().copied();
    let post = state.post_mut(fact.post);
    let Some(class) = post.class.as_mut().filter(|class| class.text_version == fact.text_version) else { return };
    class.correct(fact.head, &fact.label);
    if awaits_rules && post.routed && newest == Some(fact.post) {
        post.reconsider = cause;
    }
}

/// Another model's answer is written once for each text and head, and never for the model that spoke first.
pub(crate) fn reclassify(state: &Conversation, class: &PostClassified) -> Decision {
    let Some(post) = state.post(&class.post).filter(|post| post.received) else {
        return Err(Rejection::UnknownPost);
    };
    let Some(first) = &post.class else {
        return Err(Rejection::NotClassified);
    };
    if first.text_version != class.text_version || *first.model_version == *class.model_version {
        return Ok(Vec::new());
    }
    let known = post.readings.iter().find(|reading| *reading.model_version == *class.model_version);
    let asked = Head::ALL.into_iter().filter(|head| class.head(*head).is_answer());
    if asked.clone().all(|head| known.is_some_and(|known| known.answered.contains(head))) {
        return Ok(Vec::new());
    }
    let was_model_version = first.model_version.to_string();
    Ok(vec![Fact::from(PostReclassified { class: class.clone(), was_model_version })])
}

pub(crate) fn evolve_reclassified(state: &mut Conversation, fact: &PostReclassified) {
    let class = &fact.class;
    let post = state.post_mut(class.post);
    if post.class.as_ref().is_none_or(|first| first.text_version != class.text_version) {
        return;
    }
    let same = |reading: &Class| *reading.model_version == *class.model_version;
    match post.readings.iter_mut().find(|reading| same(reading)) {
        Some(known) => known.take(class),
        None => post.readings.push(Class::of(class)),
    }
}

pub(crate) fn classify(state: &Conversation, class: &PostClassified) -> Decision {
    let Some(post) = state.post(&class.post) else {
        return Err(Rejection::UnknownPost);
    };
    let known = post.class.as_ref();
    if known.is_some_and(|known| known.text_version >= class.text_version) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(class.clone())])
}

pub(crate) fn evolve(state: &mut Conversation, fact: &PostClassified) {
    let post = state.post_mut(fact.post);
    if post.class.as_ref().is_some_and(|known| known.text_version > fact.text_version) {
        return;
    }
    let mut class = Class::of(fact);
    // What a person has said of this very text stays, whatever a classifier says of it later.
    let known = post.class.take().filter(|known| known.text_version == class.text_version);
    for correction in known.iter().flat_map(|known| &known.corrections) {
        let said = known.as_ref().map_or("", |known| known.label(correction.head));
        class.correct(correction.head, said);
    }
    // Other models' answers to another text say nothing of this one.
    post.readings.retain(|reading| reading.text_version == class.text_version);
    post.class = Some(class);
}

impl Class {
    fn of(fact: &PostClassified) -> Self {
        let mut recognised: Vec<Box<str>> = fact.recognised.iter().map(|found| found.kind.clone()).collect();
        recognised.sort_unstable();
        recognised.dedup();
        let mut class = Class {
            recognised: recognised.into(),
            model_version: fact.model_version.as_str().into(),
            text_version: fact.text_version,
            ..Class::default()
        };
        class.take(fact);
        class
    }

    /// Takes over what is answered.
    fn take(&mut self, fact: &PostClassified) {
        for head in Head::ALL {
            let answer = fact.head(head);
            if !answer.is_answer() {
                continue;
            }
            self.set_label(head, &answer.label);
            self.unsure.set(head, answer.unsure);
            match head {
                Head::Sentiment => self.sentiment_confidence = answer.confidence,
                Head::Intent => self.intent_confidence = answer.confidence,
                Head::Topic => self.topic_confidence = answer.confidence,
                // Rules do not ask how sure these are.
                Head::Language | Head::Urgency | Head::Churn | Head::Call | Head::Closing => {}
            }
        }
    }

    /// Takes what a person says for a head. A person is sure.
    fn correct(&mut self, head: Head, label: &str) {
        let read_as = self.read_as(head).to_owned();
        self.corrections.retain(|known| known.head != head);
        if read_as != label {
            self.corrections.push(Correction { head, read_as: read_as.into() });
        }
        self.set_label(head, label);
        self.unsure.set(head, false);
        match head {
            Head::Sentiment => self.sentiment_confidence = 1.0,
            Head::Intent => self.intent_confidence = 1.0,
            Head::Topic => self.topic_confidence = 1.0,
            Head::Language | Head::Urgency | Head::Churn | Head::Call | Head::Closing => {}
        }
    }
}

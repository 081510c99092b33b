//! The second chapter: what a post is. The classifier's answer is a fact with the version of the model that gave
//! it, so that "why" has an answer when the model is long gone.

use crate::fact::Fact;
use crate::ids::PostKey;
use crate::state::{Class, Conversation};
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
    post.class = Some(Class::of(fact));
}

impl Class {
    fn of(fact: &PostClassified) -> Self {
        let mut recognised: Vec<Box<str>> = fact.recognised.iter().map(|found| found.kind.clone()).collect();
        recognised.sort_unstable();
        recognised.dedup();
        let mut class = Class {
            sentiment_confidence: fact.sentiment.confidence,
            intent_confidence: fact.intent.confidence,
            topic_confidence: fact.topic.confidence,
            recognised: recognised.into(),
            text_version: fact.text_version,
            ..Class::default()
        };
        for head in Head::ALL {
            let answer = fact.head(head);
            class.set_label(head, &answer.label);
            class.unsure.set(head, answer.unsure);
        }
        class
    }
}

//! The second chapter: what a post is. The classifier's answer is a fact with the version of the model that gave
//! it, so that "why" has an answer when the model is long gone.

use crate::fact::Fact;
use crate::ids::PostKey;
use crate::state::{Class, Conversation};
use crate::{Decision, Rejection};

/// One answer of the classifier with its confidence.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Scored {
    pub label: Box<str>,
    /// From 0 to 1, calibrated as far as the model is.
    pub confidence: f32,
    /// Codes, never the customer's words: e.g. `margin:0.41`, `runner_up:request`.
    pub reasons: Vec<String>,
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
    /// The edit that was read: 0 for the text as first received, else microseconds since the epoch of the edit.
    pub text_version: i64,
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
    post.class = Some(Class {
        language: fact.language.label.clone(),
        sentiment: fact.sentiment.label.clone(),
        intent: fact.intent.label.clone(),
        sentiment_confidence: fact.sentiment.confidence,
        intent_confidence: fact.intent.confidence,
        text_version: fact.text_version,
    });
}

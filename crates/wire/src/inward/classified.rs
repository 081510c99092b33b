//! What the classifiers say, and what people put right.

use super::Read;
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::name;
use conversation::classified::{ClassificationCorrected, Head, PostClassified, PostReclassified, Recognised, Scored};

fn scored(field: &'static str, pb: Option<pb::Scored>) -> Read<Scored> {
    let pb = pb.ok_or(WireError::Missing { field })?;
    if pb.label.is_empty() {
        return Err(WireError::Missing { field });
    }
    if !(0.0..=1.0).contains(&pb.confidence) {
        return Err(WireError::Invalid { field, why: "the confidence is not between 0 and 1" });
    }
    Ok(Scored { label: pb.label.into(), confidence: pb.confidence, unsure: pb.unsure, reasons: pb.reasons })
}

/// The answer of a head that not every model has; the default when it is absent or has no label.
fn answer(field: &'static str, pb: Option<pb::Scored>) -> Read<Scored> {
    match pb.filter(|pb| !pb.label.is_empty()) {
        Some(pb) => scored(field, Some(pb)),
        None => Ok(Scored::default()),
    }
}

/// A kind is a short word of small letters, so that no text of a customer can stand in its place.
fn recognised(pb: pb::Recognised) -> Read<Recognised> {
    const FIELD: &str = "recognised";
    let is_word = (1..=32).contains(&pb.kind.len()) && pb.kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !is_word {
        return Err(WireError::Invalid { field: FIELD, why: "the kind is not a short word of small letters" });
    }
    if pb.start >= pb.end {
        return Err(WireError::Invalid { field: FIELD, why: "it ends before it starts" });
    }
    if !(0.0..=1.0).contains(&pb.confidence) {
        return Err(WireError::Invalid { field: FIELD, why: "the confidence is not between 0 and 1" });
    }
    Ok(Recognised { kind: pb.kind.into(), start: pb.start, end: pb.end, confidence: pb.confidence })
}

pub(super) fn post_classified(f: pb::PostClassified) -> Read<PostClassified> {
    if f.model_version.is_empty() {
        return Err(WireError::Missing { field: "model_version" });
    }
    Ok(PostClassified {
        post: name("post_key", &f.post_key)?,
        model_version: f.model_version,
        language: scored("language", f.language)?,
        sentiment: scored("sentiment", f.sentiment)?,
        intent: scored("intent", f.intent)?,
        topic: answer("topic", f.topic)?,
        urgency: answer("urgency", f.urgency)?,
        churn: answer("churn", f.churn)?,
        call: answer("call", f.call)?,
        closing: answer("closing", f.closing)?,
        recognised: f.recognised.into_iter().map(recognised).collect::<Read<_>>()?,
        backend: f.backend,
        text_version: f.text_version,
    })
}

pub(super) fn post_reclassified(f: pb::PostReclassified) -> Read<PostReclassified> {
    for (field, value) in [("model_version", &f.model_version), ("was_model_version", &f.was_model_version)] {
        if value.is_empty() {
            return Err(WireError::Missing { field });
        }
    }
    let class = PostClassified {
        post: name("post_key", &f.post_key)?,
        model_version: f.model_version,
        language: answer("language", f.language)?,
        sentiment: answer("sentiment", f.sentiment)?,
        intent: answer("intent", f.intent)?,
        topic: answer("topic", f.topic)?,
        urgency: answer("urgency", f.urgency)?,
        churn: answer("churn", f.churn)?,
        call: answer("call", f.call)?,
        closing: answer("closing", f.closing)?,
        recognised: f.recognised.into_iter().map(recognised).collect::<Read<_>>()?,
        backend: f.backend,
        text_version: f.text_version,
    };
    Ok(PostReclassified { class, was_model_version: f.was_model_version })
}

pub(super) fn classification_corrected(f: pb::ClassificationCorrected) -> Read<ClassificationCorrected> {
    for (field, value) in [("head", &f.head), ("label", &f.label), ("model_version", &f.model_version)] {
        if value.is_empty() {
            return Err(WireError::Missing { field });
        }
    }
    Ok(ClassificationCorrected {
        post: name("post_key", &f.post_key)?,
        head: Head::parse(&f.head).ok_or(WireError::Unknown { field: "head" })?,
        was: f.was,
        label: f.label,
        model_version: f.model_version,
        text_version: f.text_version,
    })
}

//! What the classifiers say, and what people put right.

use crate::pb::conversation as pb;
use conversation::classified::{ClassificationCorrected, PostClassified, PostReclassified, Recognised, Scored};

pub(crate) fn scored(known: &Scored) -> pb::Scored {
    pb::Scored {
        label: known.label.to_string(),
        confidence: known.confidence,
        reasons: known.reasons.clone(),
        unsure: known.unsure,
    }
}

/// A head that the model did not have is absent.
pub(crate) fn answer(known: &Scored) -> Option<pb::Scored> {
    known.is_answer().then(|| scored(known))
}

pub(crate) fn recognised(known: &Recognised) -> pb::Recognised {
    pb::Recognised { kind: known.kind.to_string(), start: known.start, end: known.end, confidence: known.confidence }
}

pub(super) fn post_classified(f: &PostClassified) -> pb::PostClassified {
    pb::PostClassified {
        post_key: f.post.to_string(),
        model_version: f.model_version.clone(),
        language: Some(scored(&f.language)),
        sentiment: Some(scored(&f.sentiment)),
        intent: Some(scored(&f.intent)),
        text_version: f.text_version,
        topic: answer(&f.topic),
        urgency: answer(&f.urgency),
        churn: answer(&f.churn),
        call: answer(&f.call),
        closing: answer(&f.closing),
        recognised: f.recognised.iter().map(recognised).collect(),
        backend: f.backend.clone(),
    }
}

pub(super) fn post_reclassified(
    PostReclassified { class, was_model_version }: &PostReclassified,
) -> pb::PostReclassified {
    pb::PostReclassified {
        post_key: class.post.to_string(),
        model_version: class.model_version.clone(),
        language: answer(&class.language),
        sentiment: answer(&class.sentiment),
        intent: answer(&class.intent),
        text_version: class.text_version,
        topic: answer(&class.topic),
        urgency: answer(&class.urgency),
        churn: answer(&class.churn),
        call: answer(&class.call),
        closing: answer(&class.closing),
        recognised: class.recognised.iter().map(recognised).collect(),
        backend: class.backend.clone(),
        was_model_version: was_model_version.clone(),
    }
}

pub(super) fn classification_corrected(f: &ClassificationCorrected) -> pb::ClassificationCorrected {
    pb::ClassificationCorrected {
        post_key: f.post.to_string(),
        head: f.head.as_str().into(),
        was: f.was.clone(),
        label: f.label.clone(),
        model_version: f.model_version.clone(),
        text_version: f.text_version,
    }
}

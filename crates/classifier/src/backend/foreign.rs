//! An answer of another service, checked before it may become a fact.
//!
//! Facts outlive the right to keep a customer's words, and nobody knows what another service writes into its reasons and
//! labels: what does not look like a code does not come in.

use crate::model::{Classification, Reason, Scored};
use conversation::classified::Head;
use recognise::{Kind, Recognised};
use wire::pb::classifier::ClassifyResponse;
use wire::pb::conversation as pb;

/// Longest label, reason or version in bytes.
const CODE_MAX_BYTES: usize = 64;
const REASONS_MAX: usize = 8;
/// Finds in one text that are taken over.
const RECOGNISED_MAX: usize = 64;

/// The answer to one text.
///
/// # Errors
/// What about it cannot be, in words of ours.
pub fn classification(response: ClassifyResponse, text: &str) -> Result<Classification, &'static str> {
    if !is_code(&response.model_version) {
        return Err("its answer names no version of a model");
    }
    Ok(Classification {
        language: required(Head::Language, response.language)?,
        sentiment: required(Head::Sentiment, response.sentiment)?,
        intent: required(Head::Intent, response.intent)?,
        topic: optional(Head::Topic, response.topic)?,
        urgency: optional(Head::Urgency, response.urgency)?,
        churn: optional(Head::Churn, response.churn)?,
        call: optional(Head::Call, response.call)?,
        closing: optional(Head::Closing, response.closing)?,
        recognised: all_recognised(&response.recognised, text),
        model_version: response.model_version,
    })
}

fn required(head: Head, scored: Option<pb::Scored>) -> Result<Scored, &'static str> {
    self::scored(head, scored.ok_or("its answer lacks the language, sentiment or intent")?)
}

/// Another service may have a model with fewer heads, or be of an age that knew fewer.
fn optional(head: Head, scored: Option<pb::Scored>) -> Result<Scored, &'static str> {
    let answered = scored.filter(|scored| !scored.label.is_empty());
    answered.map_or(Ok(Scored::default()), |scored| self::scored(head, scored))
}

/// What it found. Many a service finds nothing because it does not look, so that is looked for here.
fn all_recognised(found: &[pb::Recognised], text: &str) -> Vec<Recognised> {
    let mut all: Vec<_> = found.iter().filter_map(|found| recognised(found, text)).take(RECOGNISED_MAX).collect();
    if all.is_empty() {
        recognise::recognise(text, &mut all);
    }
    all
}

/// What it found, if it is a kind of ours and a place of this text.
fn recognised(found: &pb::Recognised, text: &str) -> Option<Recognised> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == found.kind)?;
    let at = found.start as usize..found.end as usize;
    let fits = !at.is_empty() && text.get(at.clone()).is_some() && (0.0..=1.0).contains(&found.confidence);
    fits.then_some(Recognised { kind, at, confidence: found.confidence })
}

fn scored(head: Head, scored: pb::Scored) -> Result<Scored, &'static str> {
    let known = match head.labels() {
        Some(labels) => labels.contains(&scored.label.as_str()),
        None if head == Head::Language => is_language(&scored.label),
        None => is_topic(&scored.label),
    };
    if !known {
        return Err("its answer has a label that is none of ours");
    }
    if !(0.0..=1.0).contains(&scored.confidence) {
        return Err("its answer has a confidence that is not between 0 and 1");
    }
    let reasons = scored.reasons.iter().filter_map(|reason| reason_of(reason)).take(REASONS_MAX).collect();
    Ok(Scored { label: scored.label, confidence: scored.confidence, unsure: scored.unsure, reasons })
}

/// `runner_up:question=0.12`, as we write it; anything else is dropped.
fn reason_of(text: &str) -> Option<Reason> {
    let (feature, weight) = text.rsplit_once('=')?;
    let weight: f32 = weight.parse().ok()?;
    let known = is_code(feature) && weight.is_finite();
    known.then(|| Reason { feature: feature.to_owned(), weight })
}

/// BCP 47 as far as languages of posts need it: `et`, `und`, `zh-Hant`.
fn is_language(label: &str) -> bool {
    let mut parts = label.split('-');
    let code = parts.next().unwrap_or_default();
    let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
    is_code && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// An industry and a matter: `air.delay`.
fn is_topic(label: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b"-_".contains(&b));
    is_code(label) && label.split_once('.').is_some_and(|(industry, matter)| is_word(industry) && is_word(matter))
}

fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'+');
    (1..=CODE_MAX_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pb(label: &str, reasons: &[&str]) -> Option<pb::Scored> {
        let reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
        Some(pb::Scored { label: label.into(), confidence: 0.5, reasons, unsure: false })
    }

    fn response() -> ClassifyResponse {
        ClassifyResponse {
            model_version: "abc".into(),
            language: pb("en", &[]),
            sentiment: pb("negative", &["margin=0.25", "I lost my bag=1.0", "runner_up:neutral=x"]),
            intent: pb("complaint", &[]),
            ..ClassifyResponse::default()
        }
    }

    #[test]
    fn an_answer_comes_in_without_what_is_no_code() {
        let found = |kind: &str, start, end| pb::Recognised { kind: kind.into(), start, end, confidence: 0.5 };
        let text = "My number is +372 5123 4567, call mé";
        let given = ClassifyResponse {
            topic: pb("air.baggage", &[]).map(|topic| pb::Scored { unsure: true, ..topic }),
            closing: pb("", &[]),
            recognised: vec![
                found("phone", 13, 27),
                found("my number", 0, 9),
                found("phone", 30, 3_000),
                found("phone", 0, text.len() as u32 - 1),
            ],
            ..response()
        };
        let class = classification(given, text).unwrap();
        assert_eq!((class.topic.label.as_str(), class.topic.unsure), ("air.baggage", true));
        assert_eq!((class.churn, class.closing), (Scored::default(), Scored::default()), "heads that it does not have");
        assert_eq!(class.recognised, [Recognised { kind: Kind::Phone, at: 13..27, confidence: 0.5 }]);
        assert!(!classification(response(), text).unwrap().recognised.is_empty(), "looked for here");
        assert_eq!(class.sentiment.label, "negative");
        assert_eq!(class.sentiment.reasons, [Reason { feature: "margin".into(), weight: 0.25 }]);
    }

    #[test]
    fn an_answer_that_cannot_be_is_refused() {
        let cases: [fn(&mut ClassifyResponse); 8] = [
            |response| response.model_version.clear(),
            |response| response.intent = None,
            |response| response.sentiment = pb("LABEL_0", &[]),
            |response| response.language = pb("lost", &[]),
            |response| response.topic = pb("my bag", &[]),
            |response| response.churn = pb("bag", &[]),
            |response| response.intent = pb("", &[]),
            |response| response.intent.as_mut().unwrap().confidence = f32::NAN,
        ];
        for (case, spoil) in cases.into_iter().enumerate() {
            let mut response = response();
            spoil(&mut response);
            let why = classification(response, "I lost my bag").unwrap_err();
            assert!(!why.contains("bag"), "case {case}: {why}");
        }
    }
}

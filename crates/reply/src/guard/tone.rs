//! How a draft sounds: the brand's own rules, shouting, arguing, the signature.

use super::{Code, Context, Finding, Kind};
use crate::fold::{Folded, fold, one_word};
use crate::marks::Sort;
use crate::reading::Reading;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn check(text: &str, reading: &Reading, context: &Context<'_>, findings: &mut Vec<Finding>) {
    forbidden(text, context.brand.forbidden, findings);
    if let Some(at) = shouting(text, reading, context.intent) {
        let reason = "this shouts: words in capitals, or several exclamation marks";
        findings.push(Finding::warning(Kind::Tone, at, reason, "write it calmly"));
    }
    for said in reading.words().filter(|said| said.code == Code::Arguing) {
        let reason = "this argues with the customer";
        findings.push(Finding::warning(
            Kind::Arguing,
            said.at.clone(),
            reason,
            "say what happens now instead of who was right",
        ));
    }
    if context.brand.signed && !is_signed(text, context) {
        let end = text.trim_end().len();
        let reason = "the brand's replies end with the name of the person who wrote them";
        findings.push(Finding::warning(Kind::Unsigned, end..end, reason, "add your signature at the end"));
    }
}

fn forbidden(text: &str, words: &[&str], findings: &mut Vec<Finding>) {
    if words.is_empty() {
        return;
    }
    let folded = Folded::of(text);
    for word in words.iter().map(|word| fold(word)).filter(|word| !word.is_empty()) {
        let alone = |start: usize, end: usize| {
            let (before, first) = (folded.text[..start].chars().next_back(), folded.text[start..].chars().next());
            let (last, after) = (folded.text[..end].chars().next_back(), folded.text[end..].chars().next());
            !one_word(before, first) && !one_word(last, after)
        };
        let hit = folded.text.match_indices(&word).find(|(start, hit)| alone(*start, start + hit.len()));
        if let Some((start, hit)) = hit {
            let at = folded.origin(start, start + hit.len());
            findings.push(Finding::warning(
                Kind::Tone,
                at,
                "the brand does not use this word",
                "say it in other words",
            ));
        }
    }
}

/// Three words in capitals one after another of which one is no abbreviation; three exclamation marks where the customer
/// has said something other than praise, which may be met with joy.
fn shouting(text: &str, reading: &Reading, intent: &str) -> Option<Range<usize>> {
    let marks = text.find("!!!").or_else(|| text.find("！！！")).filter(|_| !matches!(intent, "" | "praise"));
    if let Some(at) = marks {
        let end = text[at..].find(|sign| sign != '!' && sign != '！').map_or(text.len(), |length| at + length);
        return Some(at..end);
    }
    let mut run: Vec<Range<usize>> = Vec::new();
    for (start, word) in text.unicode_word_indices() {
        let at = start..start + word.len();
        let next = reading.marks.partition_point(|mark| mark.at.end <= start);
        let marked = reading.marks.get(next).is_some_and(|mark| mark.sort != Sort::Number && mark.at.start < at.end);
        let letters = word.chars().filter(|sign| sign.is_alphabetic()).count();
        let loud = letters >= 2 && word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase);
        let between = run.last().map_or("", |last| &text[last.end..start]);
        if between.contains(crate::sentences::is_stop) {
            run.clear();
        }
        if loud && !marked && !word.chars().any(char::is_numeric) {
            run.push(at);
            if run.len() >= 3 && run.iter().any(|word| word.len() >= 5) {
                return Some(run[0].start..run[run.len() - 1].end);
            }
        } else if letters >= 2 || marked {
            run.clear();
        }
    }
    None
}

/// Signed with the person's own signature or name, or, where neither is known, with what looks like one.
pub(crate) fn is_signed(text: &str, context: &Context<'_>) -> bool {
    let end = without_number(text.trim_end());
    let own: Vec<String> =
        [context.signature, context.person].into_iter().map(fold).filter(|own| !own.is_empty()).collect();
    let tail = fold(end.trim_end_matches(|sign: char| !sign.is_alphanumeric()));
    if !own.is_empty() {
        let ends = |own: &String| tail.ends_with(own.trim_end_matches(|sign: char| !sign.is_alphanumeric()));
        return own.iter().any(ends);
    }
    let last = end.rsplit(char::is_whitespace).next().unwrap_or_default();
    let name = last.trim_start_matches(['^', '*', '-', '~', '/', '–', '—']);
    name.len() < last.len() && name.chars().next().is_some_and(char::is_alphabetic)
}

/// A text without the number of its part, as `(2/3)`.
fn without_number(text: &str) -> &str {
    let Some((before, number)) = text.rsplit_once('(') else { return text };
    let is_number = number
        .strip_suffix(')')
        .is_some_and(|inner| inner.contains('/') && inner.chars().all(|sign| sign.is_ascii_digit() || sign == '/'));
    if is_number { before.trim_end() } else { text }
}

//! Whether a draft cares: regret for a complaint, help instead of another desk, nothing offered or asked again.

use super::{Code, Context, Finding, Kind, LEXICON};
use crate::acts::Acts;
use crate::reading::{Reading, Sentence};
use std::ops::Range;

pub(super) fn check(text: &str, reading: &Reading, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let regretted = context.earlier.is_some_and(|earlier| earlier.regretted);
    let known = LEXICON.language(context.language).is_some();
    if context.intent == "complaint" && known && !regretted && reading.says(Code::Apology).is_none() {
        let begin = text.len() - text.trim_start().len();
        let reason = "the customer complains, and this says no word of regret";
        findings.push(Finding::warning(Kind::NoApology, begin..begin, reason, "say that you are sorry, and for what"));
    }
    if let Some(at) = deflection(reading) {
        let reason = "this sends the customer elsewhere without help";
        findings.push(Finding::warning(Kind::Deflection, at, reason, "solve it here, or hand it over yourself"));
    }
    if let Some(earlier) = context.earlier {
        repetition(reading, earlier, findings);
    }
}

/// Whether the customer is sent to another desk, and nothing else helps.
pub(crate) fn sends_away(reading: &Reading) -> bool {
    deflection(reading).is_some()
}

/// Where the customer is sent to another desk, unless the draft helps besides. A link alone is no deflection.
fn deflection(reading: &Reading) -> Option<Range<usize>> {
    let at = reading.sentences.iter().find_map(sent_away)?;
    let helps = reading.says(Code::Help).is_some()
        || reading.offers().iter().any(|(code, _)| !matches!(*code, "link" | "wait" | "escalation"));
    (!helps).then_some(at)
}

fn sent_away(sentence: &Sentence) -> Option<Range<usize>> {
    let direct = sentence.words.iter().find(|word| word.code == Code::Deflect);
    let turn = || {
        let turn = sentence.words.iter().find(|word| word.code == Code::Turn)?;
        let to = |word: &&crate::reading::Said| word.code == Code::Desk && word.languages & turn.languages != 0;
        let desk = sentence.words.iter().find(|word| to(word) && word.at.start >= turn.at.start)?;
        Some(turn.at.start..desk.at.end.max(turn.at.end))
    };
    direct.map(|word| word.at.clone()).or_else(turn)
}

/// The same offer or the same question as in an earlier reply.
fn repetition(reading: &Reading, earlier: &Acts, findings: &mut Vec<Finding>) {
    let way_out = "read what the customer answered to it, and go on from there";
    // Patience, a link and a private way may be offered again.
    let again = |code: &str| !matches!(code, "wait" | "link" | "dm" | "apology_only" | "escalation");
    for (code, at) in reading.offers() {
        if again(code) && earlier.offers.contains(&code) {
            findings.push(Finding::warning(Kind::Repetition, at, format!("this was offered before ({code})"), way_out));
        }
    }
    for (code, at) in reading.asks() {
        if earlier.asks.contains(&code) {
            findings.push(Finding::warning(Kind::Repetition, at, format!("this was asked before ({code})"), way_out));
        }
    }
}

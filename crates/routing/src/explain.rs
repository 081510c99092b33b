//! "Why is this here?" in words, from the facts alone: each decision with what it was made of.

use conversation::classified::{Head, PostClassified};
use conversation::{Fact, Record};
use journal::Stored;
use wire::pb::conversation::Explanation;
use wire::{candidate_to_pb, timestamp};

/// The decisions among a conversation's records, oldest first.
pub fn explain(entries: &[Stored]) -> Vec<Explanation> {
    let mut explanations = Vec::new();
    let mut model_version = String::new();
    for stored in entries {
        for fact in &stored.record.facts {
            if let Fact::PostClassified(class) = fact {
                model_version.clone_from(&class.model_version);
            }
            if let Some(mut explanation) = of_fact(fact) {
                explanation.at = Some(timestamp(stored.record.occurred_at));
                explanation.sequence = stored.sequence;
                if matches!(fact, Fact::PostClassified(_) | Fact::Routed(_)) {
                    explanation.model_version.clone_from(&model_version);
                }
                explanation.notes.extend(who(&stored.record));
                explanations.push(explanation);
            }
        }
    }
    explanations
}

fn who(record: &Record) -> Option<String> {
    match &record.actor {
        conversation::Actor::Person(person) => Some(format!("done by {person}")),
        _ => None,
    }
}

/// What a fact says about where the conversation is; none for facts that moved nothing.
fn of_fact(fact: &Fact) -> Option<Explanation> {
    let text = match fact {
        Fact::PostClassified(class) => return Some(of_class("the classifier", class)),
        Fact::PostReclassified(fact) => {
            let mut explanation = of_class("another model", &fact.class);
            explanation.model_version.clone_from(&fact.class.model_version);
            explanation.notes.push(format!("nothing follows from it; model {} spoke first", fact.was_model_version));
            return Some(explanation);
        }
        Fact::ClassificationCorrected(fact) => {
            let was = if fact.was.is_empty() { "nothing" } else { &fact.was };
            let text = format!("a person corrected its {} from {was} to {}", fact.head.as_str(), fact.label);
            return Some(Explanation { text, model_version: fact.model_version.clone(), ..Explanation::default() });
        }
        Fact::Routed(routed) => {
            let text =
                format!("rule {} gave it to {} at {} priority", routed.rule, routed.team, routed.priority.as_str());
            return Some(Explanation {
                text,
                settings_version: routed.settings_version.clone(),
                candidates: routed.candidates.iter().map(candidate_to_pb).collect(),
                notes: routed.notes.clone(),
                ..Explanation::default()
            });
        }
        Fact::DeadlineSet(deadline) => {
            let text = format!(
                "an answer is due within {} seconds, by {}; the clock runs since {}",
                deadline.target_seconds, deadline.due_at, deadline.clock_started_at
            );
            let settings_version = deadline.settings_version.clone();
            return Some(Explanation { text, settings_version, ..Explanation::default() });
        }
        Fact::DeadlineBreached(breach) => format!("no answer came by {}", breach.due_at),
        Fact::Claimed(claimed) => format!("{} claimed it", claimed.person),
        Fact::Released(released) => format!("{} gave it back: {}", released.person, reason(&released.reason)),
        Fact::HandedOff(handed) => {
            let person = handed.to_person.as_ref().map(|person| format!(" ({person})")).unwrap_or_default();
            format!("{} handed it to {}{person}: {}", handed.by, handed.to_team, reason(&handed.reason))
        }
        Fact::Escalated(escalated) => {
            let team = escalated.to_team.as_ref().map(|team| format!(" to {team}")).unwrap_or_default();
            format!("it was escalated{team}: {}", reason(&escalated.reason))
        }
        Fact::Resolved(resolved) => format!("it was resolved as {:?}", resolved.outcome),
        Fact::Reopened(reopened) => format!("it was reopened: {}", reason(&reopened.reason)),
        Fact::Merged(merged) => format!("it goes on in {}: {}", merged.into, reason(&merged.reason)),
        Fact::Absorbed(absorbed) => format!("it took over {}: {}", absorbed.source, reason(&absorbed.reason)),
        // The others say what happened, not where the conversation belongs.
        _ => return None,
    };
    Some(Explanation { text, ..Explanation::default() })
}

/// What the classifier said of a post: every answer with how sure it is, and what it recognised by its kind only.
fn of_class(who: &str, class: &PostClassified) -> Explanation {
    let said = |head: Head| {
        let answer = class.head(head);
        let unsure = if answer.unsure { ", unsure" } else { "" };
        format!("{} ({:.0}%{unsure})", answer.label, answer.confidence * 100.0)
    };
    let answered = |head: &Head| class.head(*head).is_answer();
    let mut parts: Vec<String> = [Head::Intent, Head::Sentiment].into_iter().filter(answered).map(said).collect();
    parts.extend([Head::Language].into_iter().filter(answered).map(|head| format!("in {}", said(head))));
    parts.extend([Head::Topic].into_iter().filter(answered).map(|head| format!("about {}", said(head))));
    let text = match parts.is_empty() {
        true => format!("{who} read it"),
        false => format!("{who} read it as {}", parts.join(", ")),
    };
    let flags = [Head::Urgency, Head::Churn, Head::Call, Head::Closing].into_iter().filter(|head| {
        let yes = head.labels().and_then(|labels| labels.first().copied());
        yes == Some(&*class.head(*head).label)
    });
    let mut notes: Vec<String> = flags.map(|flag| format!("{} {}", flag.as_str(), said(flag))).collect();
    let mut kinds: Vec<&str> = class.recognised.iter().map(|found| &*found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        notes.push(format!("recognised in it: {}", kinds.join(", ")));
    }
    if !class.backend.is_empty() {
        notes.push(format!("answered by {}", class.backend));
    }
    Explanation { text, notes, ..Explanation::default() }
}

fn reason(reason: &str) -> &str {
    if reason.is_empty() { "no reason given" } else { reason }
}

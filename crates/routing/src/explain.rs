//! "Why is this here?" in words, from the facts alone: each decision with what it was made of.

use conversation::classified::{Head, PostClassified};
use conversation::deadlines::{DeadlineClock, DeadlineKind, DeadlineSet};
use conversation::placed::Placed;
use conversation::rising::FlagRaised;
use conversation::routed::Routed;
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
        Fact::Routed(routed) => return Some(of_route(routed)),
        Fact::Placed(placed) => return Some(of_place(placed)),
        Fact::Offered(offered) => {
            return Some(Explanation {
                text: format!("it was offered to {} until {}", offered.person, offered.until),
                settings_version: offered.settings_version.clone(),
                candidates: offered.candidates.iter().map(candidate_to_pb).collect(),
                ..Explanation::default()
            });
        }
        Fact::OfferLapsed(lapsed) => {
            format!("{} did not take it up: {}", lapsed.person, reason(&lapsed.reason))
        }
        Fact::FlagRaised(raised) => return Some(of_flag(raised)),
        Fact::FlagLowered(lowered) => {
            format!("the flag {} came down: {}", lowered.flag.as_str(), reason(&lowered.reason))
        }
        Fact::IncidentJoined(joined) => format!("it is part of incident {}", joined.incident),
        Fact::DeadlineSet(deadline) => return Some(of_clock(deadline)),
        Fact::DeadlineWarned(warned) => {
            format!("{} is due soon, by {}", awaited(warned.kind), warned.due_at)
        }
        Fact::DeadlineBreached(breach) => match breach.kind {
            DeadlineKind::FirstResponse | DeadlineKind::NextResponse => format!("no answer came by {}", breach.due_at),
            DeadlineKind::Resolution => format!("it was not solved by {}", breach.due_at),
        },
        Fact::Claimed(claimed) => {
            let team = claimed.team.as_ref().map(|team| format!(" for {team}, beside the first line"));
            format!("{} claimed it{}", claimed.person, team.unwrap_or_default())
        }
        Fact::Released(released) => format!("{} gave it back: {}", released.person, reason(&released.reason)),
        Fact::HandedOff(handed) => {
            let person = handed.to_person.as_ref().map(|person| format!(" ({person})")).unwrap_or_default();
            format!("{} handed it to {}{person}: {}", handed.by, handed.to_team, reason(&handed.reason))
        }
        Fact::Escalated(escalated) => {
            let team = escalated.to_team.as_ref().map(|team| format!(" to {team}")).unwrap_or_default();
            format!("it was escalated{team}: {}", reason(&escalated.reason))
        }
        Fact::Deescalated(down) => {
            let team = down.from_team.as_ref().map(|team| format!("; {team} is not needed any more"));
            format!("it was de-escalated: {}{}", reason(&down.reason), team.unwrap_or_default())
        }
        Fact::CallbackBooked(booked) => {
            let person = booked.person.as_ref().map(|person| format!(" by {person}")).unwrap_or_default();
            format!("the customer is to be called{person} at {}", booked.due_at)
        }
        Fact::CallbackDue(due) => format!("the call of {} is due", due.due_at),
        Fact::CallbackDone(done) => format!("{} called the customer", done.person),
        Fact::CallbackMissed(missed) => format!("nobody made the call of {}", missed.due_at),
        Fact::Resolved(resolved) => format!("it was resolved as {:?}", resolved.outcome),
        Fact::Reopened(reopened) => format!("it was reopened: {}", reason(&reopened.reason)),
        Fact::Merged(merged) => format!("it goes on in {}: {}", merged.into, reason(&merged.reason)),
        Fact::Absorbed(absorbed) => format!("it took over {}: {}", absorbed.source, reason(&absorbed.reason)),
        // The others say what happened, not where the conversation belongs.
        _ => return None,
    };
    Some(Explanation { text, ..Explanation::default() })
}

fn of_route(routed: &Routed) -> Explanation {
    let text = format!("rule {} gave it to {} at {} priority", routed.rule, routed.team, routed.priority.as_str());
    let mut notes = routed.notes.clone();
    if let Some(home) = &routed.home_team {
        let until = routed.away_until.map(|at| format!(" until {at}")).unwrap_or_default();
        notes.push(format!("it belongs to {home}; {} serves it{until}", routed.team));
    }
    if !routed.needs_skills.is_empty() {
        notes.push(format!("whoever takes it needs: {}", routed.needs_skills.join(", ")));
    }
    Explanation {
        text,
        settings_version: routed.settings_version.clone(),
        candidates: routed.candidates.iter().map(candidate_to_pb).collect(),
        notes,
        ..Explanation::default()
    }
}

fn of_place(placed: &Placed) -> Explanation {
    let text = match &placed.home_team {
        Some(home) => {
            let until = placed.until.map(|at| format!(" until {at}")).unwrap_or_default();
            format!("{} serves it for {home}{until}: {}", placed.team, reason(&placed.reason))
        }
        None => format!("it is with its own team {}: {}", placed.team, reason(&placed.reason)),
    };
    Explanation {
        text,
        settings_version: placed.settings_version.clone(),
        candidates: placed.candidates.iter().map(candidate_to_pb).collect(),
        ..Explanation::default()
    }
}

fn of_flag(raised: &FlagRaised) -> Explanation {
    let text = format!("the flag {} was raised: {}", raised.flag.as_str(), reason(&raised.reason));
    // A threshold of 0 is none: nothing was counted.
    let counted =
        (raised.threshold > 0.0).then(|| format!("measured {}, from {} on", raised.measured, raised.threshold));
    let notes = counted.into_iter().collect();
    Explanation { text, settings_version: raised.settings_version.clone(), notes, ..Explanation::default() }
}

fn of_clock(deadline: &DeadlineSet) -> Explanation {
    let clock = match deadline.clock {
        DeadlineClock::Calendar => "",
        DeadlineClock::Business => " of opening hours",
    };
    let text = format!(
        "{} is due within {} seconds{clock}, by {}; the clock runs since {}",
        awaited(deadline.kind),
        deadline.target_seconds,
        deadline.due_at,
        deadline.clock_started_at
    );
    Explanation { text, settings_version: deadline.settings_version.clone(), ..Explanation::default() }
}

fn awaited(kind: DeadlineKind) -> &'static str {
    match kind {
        DeadlineKind::FirstResponse | DeadlineKind::NextResponse => "an answer",
        DeadlineKind::Resolution => "a solution",
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::desk::Claimed;
    use conversation::rising::Flag;
    use conversation::{PersonId, TeamId};

    fn team(name: &str) -> TeamId {
        TeamId::new(name).unwrap()
    }

    fn told(fact: Fact) -> Explanation {
        of_fact(&fact).unwrap()
    }

    fn placed(home_team: Option<TeamId>) -> Fact {
        Fact::from(Placed {
            team: team("south"),
            home_team,
            until: Some("2024-05-02T05:00:00Z".parse().unwrap()),
            reason: "closed".into(),
            candidates: Vec::new(),
            settings_version: "s1".into(),
        })
    }

    #[test]
    fn a_stay_with_another_team_names_both() {
        let away = told(placed(Some(team("care"))));
        assert_eq!(away.text, "south serves it for care until 2024-05-02T05:00:00Z: closed");
        assert_eq!(away.settings_version, "s1");
        assert_eq!(told(placed(None)).text, "it is with its own team south: closed");
    }

    #[test]
    fn a_flag_says_what_was_measured_where_anything_was() {
        let raised = |threshold| FlagRaised {
            flag: Flag::Spread,
            reason: "shares".into(),
            measured: 206.0,
            threshold,
            settings_version: "s1".into(),
        };
        let counted = told(raised(100.0).into());
        assert_eq!(
            (counted.text.as_str(), &counted.notes[..]),
            ("the flag spread was raised: shares", &["measured 206, from 100 on".to_owned()][..])
        );
        assert_eq!(told(raised(0.0).into()).notes, Vec::<String>::new());
    }

    #[test]
    fn a_clock_says_what_is_awaited_and_by_which_hours() {
        let start = "2024-05-01T09:00:00Z".parse().unwrap();
        let calendar = DeadlineSet::by_calendar(DeadlineKind::NextResponse, start, 600, "s1");
        let since = "by 2024-05-01T09:10:00Z; the clock runs since 2024-05-01T09:00:00Z";
        assert_eq!(told(calendar.clone().into()).text, format!("an answer is due within 600 seconds, {since}"));
        let whole = DeadlineSet { kind: DeadlineKind::Resolution, clock: DeadlineClock::Business, ..calendar };
        let text = format!("a solution is due within 600 seconds of opening hours, {since}");
        assert_eq!(told(whole.into()).text, text);
    }

    #[test]
    fn the_second_seat_is_told_apart_from_the_first() {
        let claimed = |team| Fact::from(Claimed { person: PersonId::new("ana").unwrap(), team });
        assert_eq!(told(claimed(None)).text, "ana claimed it");
        assert_eq!(told(claimed(Some(team("crisis")))).text, "ana claimed it for crisis, beside the first line");
    }
}

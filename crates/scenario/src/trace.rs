//! What happened, minute by minute: the log of a played scenario as a person reads it. The texts are those of the scenario's
//! own file, so they are shown.

use crate::world::World;
use conversation::routed::Routed;
use conversation::{Actor, ConversationId, Fact, Record, Subject};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// A line for each fact, in the order of the log, with times on the clock of the brand.
pub fn lines(world: &World<'_>) -> Vec<String> {
    let zone = TimeZone::get(&world.brand.settings().timezone).unwrap_or(TimeZone::UTC);
    let mut names = BTreeMap::new();
    let mut lines = Vec::new();
    for stored in world.log.entries() {
        let record = &stored.record;
        let name = name(record, &mut names);
        let at = record.recorded_at.to_zoned(zone.clone()).strftime("%F %T");
        for fact in &record.facts {
            let details = details(fact);
            let gap = if details.is_empty() { "" } else { ": " };
            lines.push(format!("{at}  {name:<10} {} by {}{gap}{details}", fact.name(), who(&record.actor)));
        }
    }
    lines
}

/// A conversation is called by its first post, or by its customer while it has none.
fn name(record: &Record, names: &mut BTreeMap<ConversationId, String>) -> String {
    let Subject::Conversation { conversation, .. } = &record.subject else {
        return match &record.subject {
            Subject::Filtered { .. } => "filtered".to_owned(),
            Subject::Customer { .. } => "customer".to_owned(),
            Subject::Notice { .. } => "notice".to_owned(),
            Subject::Brand { .. } | Subject::Conversation { .. } => "brand".to_owned(),
        };
    };
    if let Some(known) = names.get(conversation) {
        return known.clone();
    }
    for fact in &record.facts {
        if let Fact::PostReceived(post) = fact {
            return names.entry(*conversation).or_insert_with(|| post.native_id.clone()).clone();
        }
    }
    "-".to_owned()
}

fn who(actor: &Actor) -> String {
    match actor {
        Actor::Service(name) => name.clone(),
        Actor::Person(person) => person.to_string(),
        Actor::Customer => "customer".to_owned(),
        Actor::Import => "import".to_owned(),
    }
}

fn details(fact: &Fact) -> String {
    match fact {
        Fact::PostReceived(fact) => format!("{} {:?}", fact.personal.author_id, fact.personal.text),
        Fact::PostEdited(fact) => format!("{:?}", fact.personal.text),
        Fact::EngagementObserved(fact) => {
            format!("{} shares, {} comments, {} likes, {} views", fact.shares, fact.comments, fact.likes, fact.views)
        }
        Fact::ContactRecorded(fact) => format!("{} {:?}", fact.via, fact.summary.text),
        Fact::PostFiltered(fact) => {
            format!("{} {:?} by rule {}", fact.post.native_id, fact.post.personal.text, fact.rule)
        }
        Fact::PostClassified(fact) => {
            let heads = [&fact.language, &fact.sentiment, &fact.intent, &fact.topic];
            let labels = heads.map(|head| format!("{}{}", head.label, if head.unsure { "?" } else { "" }));
            labels.join(" ")
        }
        Fact::Routed(fact) => routed(fact),
        Fact::Placed(fact) => format!("with {}: {}", fact.team, fact.reason),
        Fact::Offered(fact) => format!("to {} until {}", fact.person, fact.until),
        Fact::OfferLapsed(fact) => format!("{}: {}", fact.person, fact.reason),
        Fact::FlagRaised(fact) => {
            format!("{} at {} of {}: {}", fact.flag.as_str(), fact.measured, fact.threshold, fact.reason)
        }
        Fact::FlagLowered(fact) => format!("{}: {}", fact.flag.as_str(), fact.reason),
        Fact::CallbackBooked(fact) => format!("for {}", fact.due_at),
        Fact::CustomerTeamSet(fact) => format!("{} for the region {}", fact.team, fact.region),
        Fact::TeamChoiceChanged(fact) => if fact.opted_out { "ordinary service" } else { "own team" }.to_owned(),
        Fact::AnswerWayChosen(fact) => {
            let network = fact.way.network.as_ref().map_or("where he wrote", |network| network.as_str());
            if fact.way.in_private { format!("{network}, in private") } else { network.to_owned() }
        }
        Fact::SurgeDetected(fact) => {
            format!("{} {}: {} customers, {:.1} expected", fact.region, fact.topic, fact.seen, fact.expected)
        }
        Fact::Deescalated(fact) => fact.reason.clone(),
        Fact::DeadlineSet(fact) => format!("{} due {}", fact.kind.as_str(), fact.due_at),
        Fact::DeadlineBreached(fact) => format!("{} was due {}", fact.kind.as_str(), fact.due_at),
        Fact::Released(fact) => fact.reason.clone(),
        Fact::HandedOff(fact) => format!("to {}: {}", fact.to_team, fact.reason),
        Fact::Escalated(fact) => match &fact.to_team {
            Some(team) => format!("to {team}: {}", fact.reason),
            None => fact.reason.clone(),
        },
        Fact::NoteAdded(fact) => format!("{:?}", fact.body.text),
        Fact::ReplySubmitted(fact) => format!("{:?}", fact.body.text),
        Fact::ReplyFailed(fact) => fact.reason.clone(),
        Fact::ReplyInDoubt(fact) => fact.reason.clone(),
        Fact::ReplyProposed(fact) => format!("by {}, waits for {}", fact.person, fact.why.join(", ")),
        Fact::ReplyApproved(fact) => format!("by {}", fact.person),
        Fact::ReplySentBack(fact) => format!("by {}: {}", fact.person, fact.reason),
        Fact::ReplyGivenUp(fact) => fact.reason.clone(),
        Fact::WindowWarned(fact) => format!("closes {}", fact.closes_at),
        Fact::Reopened(fact) => fact.reason.clone(),
        Fact::Merged(fact) => fact.reason.clone(),
        Fact::Absorbed(fact) => fact.reason.clone(),
        Fact::PresenceChanged(fact) => {
            format!("{} is {}", fact.person, if fact.online { "online" } else { "offline" })
        }
        // The name of the fact says it all.
        _ => String::new(),
    }
}

fn routed(fact: &Routed) -> String {
    let notes = if fact.notes.is_empty() { String::new() } else { format!(" ({})", fact.notes.join("; ")) };
    format!("to {} at {} by rule {}{notes}", fact.team, fact.priority.as_str(), fact.rule)
}

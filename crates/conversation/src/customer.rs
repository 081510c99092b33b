//! The customer, whatever he writes about: the team that he belongs to, what other systems know of him, what was granted
//! and promised, and which other profiles are his. A story of its own beside the conversations, on a subject of its own.

use crate::fact::Fact;
use crate::ids::{ConversationId, CustomerId, Network, PersonId, PromiseId, RecordId, TeamId};
use crate::personal::Personal;
use crate::record::Record;
use crate::{Decision, Rejection};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The team that he belongs to, for good.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerTeamSet {
    pub team: TeamId,
    pub region: String,
    /// `region`, or what a person said.
    pub reason: String,
    pub settings_version: String,
}

/// He leaves the model of one team for the ordinary service, or comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamChoiceChanged {
    pub opted_out: bool,
    /// Who wrote it down; none when he did it himself.
    pub person: Option<PersonId>,
}

/// What another system knows of him. An empty field says nothing and takes nothing away.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerProfiled {
    pub tier: String,
    pub region: String,
    /// IANA name.
    pub timezone: String,
    pub customer_since: Option<Timestamp>,
}

/// The way by which he wants to be answered; the newest choice is the whole of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerWayChosen {
    pub way: AnswerWay,
    /// Who wrote it down.
    pub person: PersonId,
}

/// How a customer wants to be answered. The default is where he wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AnswerWay {
    /// That on which he wrote when none.
    pub network: Option<Network>,
    /// In private, wherever he wrote.
    pub in_private: bool,
}

/// Two profiles are one person.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilesLinked {
    pub other: CustomerId,
    pub person: PersonId,
    pub reason: String,
}

/// They are not.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilesUnlinked {
    pub other: CustomerId,
    pub person: PersonId,
    pub reason: String,
}

/// Something beyond the rules was granted.
#[derive(Debug, Clone, PartialEq)]
pub struct ExceptionGranted {
    pub conversation: Option<ConversationId>,
    pub person: PersonId,
    pub what: Personal,
}

/// Something was promised.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseMade {
    pub promise: PromiseId,
    pub conversation: Option<ConversationId>,
    pub person: PersonId,
    pub due_at: Option<Timestamp>,
    pub what: Personal,
}

/// And kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseKept {
    pub promise: PromiseId,
    pub person: PersonId,
}

/// What is known of a customer. It holds nothing that anybody wrote; the words stand in the log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Customer {
    pub team: Option<TeamId>,
    pub opted_out: bool,
    pub tier: Box<str>,
    pub region: Box<str>,
    pub timezone: Box<str>,
    pub customer_since: Option<Timestamp>,
    pub answer_way: AnswerWay,
    /// Other profiles of the same person, in order.
    pub linked: Vec<CustomerId>,
    /// When exceptions were granted.
    pub exceptions: Vec<Timestamp>,
    pub promises: Vec<Promise>,
    /// The records that are in here already.
    pub seen: Vec<RecordId>,
}

/// A promise, without its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    pub id: PromiseId,
    pub due_at: Option<Timestamp>,
    pub kept: bool,
}

/// Something to be done to a customer.
#[derive(Debug, Clone, PartialEq)]
pub enum CustomerCommand {
    SetTeam(CustomerTeamSet),
    ChooseTeam(TeamChoiceChanged),
    Profile(CustomerProfiled),
    ChooseAnswerWay(AnswerWayChosen),
    Link(ProfilesLinked),
    Unlink(ProfilesUnlinked),
    GrantException(ExceptionGranted),
    MakePromise { conversation: Option<ConversationId>, person: PersonId, due_at: Option<Timestamp>, what: Personal },
    KeepPromise(PromiseKept),
}

/// Answers a command about the customer `id` with the facts that it makes true; none for "already so".
pub fn decide(state: &Customer, id: CustomerId, command: &CustomerCommand, record: RecordId) -> Decision {
    if state.seen.contains(&record) {
        return Ok(Vec::new());
    }
    let fact: Fact = match command {
        // For good: a move to another region does not take the people away whom he knows.
        CustomerCommand::SetTeam(fact) if fact.reason == BY_REGION && state.team.is_some() => return Ok(Vec::new()),
        CustomerCommand::SetTeam(fact) if state.team.as_ref() == Some(&fact.team) => return Ok(Vec::new()),
        CustomerCommand::SetTeam(fact) => fact.clone().into(),
        CustomerCommand::ChooseTeam(fact) if state.opted_out == fact.opted_out => return Ok(Vec::new()),
        CustomerCommand::ChooseTeam(fact) => fact.clone().into(),
        CustomerCommand::Profile(fact) if state.agrees_with(fact) => return Ok(Vec::new()),
        CustomerCommand::Profile(fact) => fact.clone().into(),
        CustomerCommand::ChooseAnswerWay(fact) if state.answer_way == fact.way => return Ok(Vec::new()),
        CustomerCommand::ChooseAnswerWay(fact) => fact.clone().into(),
        CustomerCommand::Link(fact) => return link(state, id, fact),
        CustomerCommand::Unlink(fact) if !state.linked.contains(&fact.other) => return Ok(Vec::new()),
        CustomerCommand::Unlink(fact) => fact.clone().into(),
        CustomerCommand::GrantException(fact) => {
            said(&fact.what)?;
            fact.clone().into()
        }
        CustomerCommand::MakePromise { conversation, person, due_at, what } => {
            said(what)?;
            let promise = PromiseId::of(&id, &record);
            let (conversation, person) = (*conversation, person.clone());
            PromiseMade { promise, conversation, person, due_at: *due_at, what: what.clone() }.into()
        }
        CustomerCommand::KeepPromise(fact) => match state.promises.iter().find(|known| known.id == fact.promise) {
            None => return Err(Rejection::UnknownPromise),
            Some(known) if known.kept => return Ok(Vec::new()),
            Some(_) => fact.clone().into(),
        },
    };
    Ok(vec![fact])
}

/// The reason of a team that follows from the region.
pub const BY_REGION: &str = "region";

fn said(what: &Personal) -> Result<(), Rejection> {
    if what.text.trim().is_empty() { Err(Rejection::TextMissing) } else { Ok(()) }
}

fn link(state: &Customer, id: CustomerId, fact: &ProfilesLinked) -> Decision {
    if fact.other == id {
        return Err(Rejection::LinksToItself);
    }
    if fact.reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    if state.linked.contains(&fact.other) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(fact.clone())])
}

impl Customer {
    fn agrees_with(&self, fact: &CustomerProfiled) -> bool {
        let same = |known: &str, new: &str| new.is_empty() || known == new;
        same(&self.tier, &fact.tier)
            && same(&self.region, &fact.region)
            && same(&self.timezone, &fact.timezone)
            && fact.customer_since.is_none_or(|since| self.customer_since == Some(since))
    }
}

/// Folds one record into the state. A record that is in already changes nothing.
pub fn evolve(state: &mut Customer, record: &Record) {
    if state.seen.contains(&record.id) {
        return;
    }
    state.seen.push(record.id);
    for fact in &record.facts {
        evolve_fact(state, fact, record.occurred_at);
    }
}

fn evolve_fact(state: &mut Customer, fact: &Fact, at: Timestamp) {
    match fact {
        Fact::CustomerTeamSet(fact) => state.team = Some(fact.team.clone()),
        Fact::TeamChoiceChanged(fact) => state.opted_out = fact.opted_out,
        Fact::CustomerProfiled(fact) => {
            let texts = [
                (&mut state.tier, &fact.tier),
                (&mut state.region, &fact.region),
                (&mut state.timezone, &fact.timezone),
            ];
            for (known, new) in texts.into_iter().filter(|(_, new)| !new.is_empty()) {
                *known = new.as_str().into();
            }
            state.customer_since = fact.customer_since.or(state.customer_since);
        }
        Fact::AnswerWayChosen(fact) => state.answer_way = fact.way.clone(),
        Fact::ProfilesLinked(fact) => {
            if let Err(place) = state.linked.binary_search(&fact.other) {
                state.linked.insert(place, fact.other);
            }
        }
        Fact::ProfilesUnlinked(fact) => state.linked.retain(|other| *other != fact.other),
        Fact::ExceptionGranted(_) => state.exceptions.push(at),
        Fact::PromiseMade(fact) => {
            state.promises.push(Promise { id: fact.promise, due_at: fact.due_at, kept: false });
        }
        Fact::PromiseKept(fact) => {
            if let Some(known) = state.promises.iter_mut().find(|known| known.id == fact.promise) {
                known.kept = true;
            }
        }
        // Facts of conversations and of the brand never stand on a customer's subject.
        _ => {}
    }
}

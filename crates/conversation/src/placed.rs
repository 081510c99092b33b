//! Who serves it now. A conversation has a team of its own; while that one is closed or flooded another one serves it, and
//! it comes back by itself. Somebody who is free is offered what waits. All this follows from the brand's settings and the
//! clock, so it is decided outside of this crate and comes in with the command.

use crate::fact::Fact;
use crate::ids::{PersonId, TeamId};
use crate::routed::Candidate;
use crate::state::{Conversation, Offer};
use crate::{Decision, Rejection};
use jiff::Timestamp;

/// Another team serves it now, by the settings and not by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub team: TeamId,
    /// The team that it belongs to; none when `team` is its own.
    pub home_team: Option<TeamId>,
    /// When the home team is looked for again; none when it stays.
    pub until: Option<Timestamp>,
    /// `open`, `closed`, `flooded`, `opted_out`, `opted_in` or `no_team`.
    pub reason: String,
    pub candidates: Vec<Candidate>,
    pub settings_version: String,
}

/// It was offered to somebody who is free. Anybody of the team may still take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    pub person: PersonId,
    /// When it goes back to the queue unless he touches it.
    pub until: Timestamp,
    /// Everybody who was thought of, and what ruled him out.
    pub candidates: Vec<Candidate>,
    pub settings_version: String,
}

/// Whoever it was offered to did not touch it.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferLapsed {
    pub person: PersonId,
    /// `untouched` or `offline`.
    pub reason: String,
}

pub(crate) fn place(state: &Conversation, placed: &Placed) -> Decision {
    state.must_be_open()?;
    // What a person decided since stays: his hand-off, and his work on it.
    if state.placed_by_person || state.assignee.is_some() {
        return Ok(Vec::new());
    }
    let same = state.team.as_ref() == Some(&placed.team) && state.home_team == placed.home_team;
    if same && state.away_until == placed.until {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(placed.clone())])
}

pub(crate) fn offer(state: &Conversation, offered: &Offered) -> Decision {
    state.must_be_open()?;
    if let Some(holder) = &state.assignee {
        return Err(Rejection::ClaimedBySomeoneElse { person: holder.clone() });
    }
    match &state.offer {
        // Two copies of routing offer at once: the first one counts.
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![Fact::from(offered.clone())]),
    }
}

pub(crate) fn lapse(state: &Conversation, person: &PersonId, reason: &str, now: Timestamp) -> Decision {
    let Some(offer) = state.offer.as_ref().filter(|offer| offer.person == *person) else {
        return Ok(Vec::new());
    };
    if reason == UNTOUCHED && now < offer.until {
        return Err(Rejection::NotDue { due_at: offer.until });
    }
    Ok(vec![Fact::from(OfferLapsed { person: person.clone(), reason: reason.into() })])
}

/// An offer whose time is over.
pub const UNTOUCHED: &str = "untouched";
/// An offer to somebody who went offline.
pub const OFFLINE: &str = "offline";

pub(crate) fn evolve_placed(state: &mut Conversation, fact: &Placed) {
    state.team = Some(fact.team.clone());
    state.home_team.clone_from(&fact.home_team);
    state.away_until = fact.until;
    state.offer = None;
}

pub(crate) fn evolve_offered(state: &mut Conversation, fact: &Offered) {
    state.offer = Some(Offer { person: fact.person.clone(), until: fact.until });
}

pub(crate) fn evolve_lapsed(state: &mut Conversation, fact: &OfferLapsed) {
    if state.offer.as_ref().is_some_and(|offer| offer.person == fact.person) {
        state.offer = None;
        state.lapsed_offers.push(fact.person.clone());
    }
}

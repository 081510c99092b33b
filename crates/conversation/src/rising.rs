//! What needs more than its turn: flags with their reasons, and what they lead to. Whether a threshold is crossed is asked of
//! the brand's settings outside of this crate; what is counted is counted here, from the facts alone.

use crate::fact::Fact;
use crate::ids::{PersonId, TeamId};
use crate::resolved::Reopened;
use crate::state::{Conversation, Raised};
use crate::{Decision, Rejection};
use jiff::Timestamp;

/// Why a conversation needs more than its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Flag {
    /// The customer leaves, or threatens to.
    ChurnRisk,
    /// He asked again because nobody answered.
    RepeatAsk,
    /// It goes back and forth without an end.
    PingPong,
    /// The same thing was offered, or asked for, again.
    RepeatedOffers,
    /// An old matter spreads again.
    FlareUp,
    /// It is part of a surge.
    Surge,
    /// A wish or praise of somebody many listen to.
    Opportunity,
    /// Many listen to him.
    Influencer,
    /// It spreads, or spreads fast.
    Spread,
    /// Many have seen it unanswered.
    Exposure,
}

impl Flag {
    /// Every flag, in the order in which they are shown.
    pub const ALL: [Flag; 10] = [
        Flag::ChurnRisk,
        Flag::RepeatAsk,
        Flag::PingPong,
        Flag::RepeatedOffers,
        Flag::FlareUp,
        Flag::Surge,
        Flag::Opportunity,
        Flag::Influencer,
        Flag::Spread,
        Flag::Exposure,
    ];

    /// As it stands in facts, rules and scenarios.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::ChurnRisk => "churn_risk",
            Flag::RepeatAsk => "repeat_ask",
            Flag::PingPong => "ping_pong",
            Flag::RepeatedOffers => "repeated_offers",
            Flag::FlareUp => "flare_up",
            Flag::Surge => "surge",
            Flag::Opportunity => "opportunity",
            Flag::Influencer => "influencer",
            Flag::Spread => "spread",
            Flag::Exposure => "exposure",
        }
    }

    pub fn parse(text: &str) -> Option<Flag> {
        Flag::ALL.into_iter().find(|flag| flag.as_str() == text)
    }
}

/// A flag was raised.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagRaised {
    pub flag: Flag,
    /// A code for what was measured: `shares`, `per_hour`, `reach_hours`, `posts`, ...
    pub reason: String,
    pub measured: f64,
    /// From where on it is raised; 0 where nothing is counted.
    pub threshold: f64,
    pub settings_version: String,
}

/// What raised a flag is over.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagLowered {
    pub flag: Flag,
    pub reason: String,
}

/// The team that it was raised to is not needed any more; the first line keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deescalated {
    /// None when it came down by itself.
    pub by: Option<PersonId>,
    pub from_team: Option<TeamId>,
    pub reason: String,
}

pub(crate) fn raise(state: &Conversation, raised: &[FlagRaised]) -> Decision {
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if !state.opened {
        return Err(Rejection::NotOpened);
    }
    let new: Vec<&FlagRaised> = raised.iter().filter(|fact| !state.has_flag(fact.flag)).collect();
    let mut facts: Vec<Fact> = new.iter().map(|fact| Fact::from((*fact).clone())).collect();
    // An old matter that spreads again is work again, whatever was said when it was closed.
    if state.resolved_at.is_some() && new.iter().any(|fact| fact.flag == Flag::FlareUp) {
        facts.push(Fact::from(Reopened { post: None, person: None, reason: Flag::FlareUp.as_str().into() }));
    }
    Ok(facts)
}

pub(crate) fn lower(state: &Conversation, lowered: &[FlagLowered]) -> Decision {
    Ok(lowered.iter().filter(|fact| state.has_flag(fact.flag)).cloned().map(Fact::from).collect())
}

pub(crate) fn deescalate(state: &Conversation, by: Option<&PersonId>, reason: &str) -> Decision {
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    if state.escalation_team.is_none() && !state.escalated {
        return Ok(Vec::new());
    }
    let (by, from_team, reason) = (by.cloned(), state.escalation_team.clone(), reason.into());
    Ok(vec![Fact::from(Deescalated { by, from_team, reason })])
}

pub(crate) fn evolve_raised(state: &mut Conversation, fact: &FlagRaised, at: Timestamp) {
    if !state.has_flag(fact.flag) {
        state.flags.push(Raised { flag: fact.flag, at });
    }
}

pub(crate) fn evolve_lowered(state: &mut Conversation, fact: &FlagLowered) {
    state.flags.retain(|raised| raised.flag != fact.flag);
}

/// What spread and was looked at counts from now on; what it has gathered until then raises it no second time.
pub(crate) fn evolve_deescalated(state: &mut Conversation, at: Timestamp) {
    state.escalated = false;
    state.escalation_team = None;
    state.second = None;
    state.deescalated_at = Some(at);
    state.flags.retain(|raised| !matches!(raised.flag, Flag::Spread | Flag::Exposure | Flag::FlareUp));
}

//! The third chapter: whose work it is. The rules of the brand decide outside of this crate and come in as a
//! [`RouteDecision`]; here it is held against what has happened since, and becomes facts.

use crate::deadlines::{DeadlineSet, is_for_whoever_waits};
use crate::fact::Fact;
use crate::ids::{Network, PostKey, TeamId};
use crate::resolved::{self, Reopened};
use crate::state::{Class, Conversation, Post};
use crate::{Decision, Rejection};
use jiff::Timestamp;
use std::borrow::Cow;

/// How much it presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
}

/// A conversation was opened for its first post.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationOpened {
    pub post: PostKey,
    pub network: Network,
    pub private: bool,
}

/// A team or rule that could have been chosen, with its score and what ruled it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// `rule` or `team`.
    pub kind: String,
    pub name: String,
    pub score: f64,
    /// Why it was not chosen; empty for the one that was.
    pub excluded: String,
}

/// A post was given to a team.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    pub post: PostKey,
    pub rule: String,
    pub team: TeamId,
    pub priority: Priority,
    pub settings_version: String,
    pub candidates: Vec<Candidate>,
    /// What a reader of the decision should know, e.g. that a person's hand-off was kept.
    pub notes: Vec<String>,
    /// What it is about, after the brand's own topics.
    pub topic: String,
    /// The team that it belongs to when `team` serves it for a while.
    pub home_team: Option<TeamId>,
    /// When the home team is looked for again.
    pub away_until: Option<Timestamp>,
    /// What whoever takes it must know.
    pub needs_skills: Vec<String>,
}

/// What the brand's rules say about a post.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteDecision {
    pub post: PostKey,
    pub rule: String,
    pub team: TeamId,
    pub priority: Priority,
    pub settings_version: String,
    pub candidates: Vec<Candidate>,
    pub notes: Vec<String>,
    pub topic: String,
    pub home_team: Option<TeamId>,
    pub away_until: Option<Timestamp>,
    pub needs_skills: Vec<String>,
    /// The clocks that start with it, unless they run already: of the answer, of the whole matter.
    pub deadlines: Vec<DeadlineSet>,
}

pub(crate) fn route(state: &Conversation, decision: &RouteDecision) -> Decision {
    let Some(post) = state.post(&decision.post).filter(|post| post.received) else {
        return Err(Rejection::UnknownPost);
    };
    if post.routed && post.reconsider.is_none() {
        return Ok(Vec::new());
    }
    let backfill = post.backfill;
    let Some(class) = &post.class else {
        return Err(Rejection::NotClassified);
    };
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    let mut facts = Vec::with_capacity(3);
    if !state.opened {
        let network = state.network.clone().ok_or(Rejection::UnknownPost)?;
        facts.push(Fact::from(ConversationOpened { post: post.key, network, private: post.private }));
    }
    if state.resolved_at.is_some() && class.asks() {
        facts.push(Fact::from(reopening(post)));
    }
    facts.push(Fact::from(settle(state, decision)));
    if !backfill {
        facts.extend(deadlines(&as_routed(state, &decision.post), decision));
    }
    Ok(facts)
}

/// The conversation as a route of this post leaves it: open again when the post brings it back. The clocks that a
/// [`RouteDecision`] starts are reckoned on it.
pub fn as_routed<'s>(state: &'s Conversation, post: &PostKey) -> Cow<'s, Conversation> {
    let asks = |post: &&Post| post.class.as_ref().is_some_and(Class::asks);
    match state.post(post).filter(|_| state.resolved_at.is_some()).filter(asks) {
        None => Cow::Borrowed(state),
        Some(post) => {
            let mut after = state.clone();
            resolved::evolve_reopened(&mut after, &reopening(post), post.clock());
            Cow::Owned(after)
        }
    }
}

fn reopening(post: &Post) -> Reopened {
    Reopened { post: Some(post.key), person: None, reason: "customer_wrote_again".into() }
}

/// The rules' decision, less what people have decided: a hand-off stays, who has claimed it keeps it, and no later post
/// lowers the priority.
fn settle(state: &Conversation, decision: &RouteDecision) -> Routed {
    let mut routed = Routed {
        post: decision.post,
        rule: decision.rule.clone(),
        team: decision.team.clone(),
        priority: decision.priority,
        settings_version: decision.settings_version.clone(),
        candidates: decision.candidates.clone(),
        notes: decision.notes.clone(),
        topic: decision.topic.clone(),
        home_team: decision.home_team.clone(),
        away_until: decision.away_until,
        needs_skills: decision.needs_skills.clone(),
    };
    if state.post(&decision.post).is_some_and(|post| post.reconsider.is_some()) {
        routed.notes.push("asked again after a person corrected the classification".to_owned());
    }
    if let Some((team, why)) = settled_by_person(state).filter(|(team, _)| **team != decision.team) {
        routed.notes.push(format!("kept with {team}: {why}; the rule would choose {}", decision.team));
        routed.team = team.clone();
        (routed.home_team, routed.away_until) = (state.home_team.clone(), state.away_until);
    }
    if state.opened && state.resolved_at.is_none() && state.priority > decision.priority {
        routed.notes.push(format!("kept at {}: an open matter does not sink", state.priority.as_str()));
        routed.priority = state.priority;
    }
    routed
}

/// The team that people have settled on, and how.
fn settled_by_person(state: &Conversation) -> Option<(&TeamId, String)> {
    let team = state.team.as_ref()?;
    match &state.assignee {
        _ if state.placed_by_person => Some((team, "a person put it there".to_owned())),
        Some(person) => Some((team, format!("{person} is at work on it"))),
        None => None,
    }
}

/// The clocks that are not running yet, if anybody waits. Asking again does not start one anew.
fn deadlines(state: &Conversation, decision: &RouteDecision) -> impl Iterator<Item = Fact> {
    let new = decision.deadlines.iter().filter(|set| state.clock(set.kind).is_none());
    new.filter(|set| is_for_whoever_waits(state, set)).cloned().map(Fact::from)
}

pub(crate) fn evolve_opened(state: &mut Conversation, fact: &ConversationOpened, at: Timestamp) {
    state.opened = true;
    state.opened_at.get_or_insert(at);
    state.network.get_or_insert_with(|| fact.network.clone());
}

pub(crate) fn evolve_routed(state: &mut Conversation, fact: &Routed) {
    state.team = Some(fact.team.clone());
    state.priority = fact.priority;
    state.rule = fact.rule.as_str().into();
    state.settings_version = fact.settings_version.as_str().into();
    state.topic = fact.topic.as_str().into();
    state.home_team.clone_from(&fact.home_team);
    state.away_until = fact.away_until;
    state.needs_skills = fact.needs_skills.iter().map(|skill| skill.as_str().into()).collect();
    let post = state.post_mut(fact.post);
    post.routed = true;
    post.reconsider = None;
    post.pending_text = None;
    post.pending_author = None;
}

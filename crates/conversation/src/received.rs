//! The first chapter: what comes in. Posts, their edits and deletions in any order, the brand's own replies as
//! the network shows them, the spread of a post, and contacts over other ways.

use crate::fact::Fact;
use crate::ids::{BrandId, ConversationId, Network, PersonId, PostKey};
use crate::personal::Personal;
use crate::state::{Conversation, Post, Reply, ReplyStatus};
use crate::{Decision, Rejection};
use jiff::Timestamp;

/// Which of the brand's handles a post spoke to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum HandleUse {
    /// It names the brand, or nothing.
    #[default]
    None,
    Main,
    Care,
}

/// A customer's post or private message came in.
#[derive(Debug, Clone, PartialEq)]
pub struct PostReceived {
    pub post: PostKey,
    pub network: Network,
    /// The network's own id of the post, needed to answer it.
    pub native_id: String,
    /// The post it answers, by the network's id; empty when it answers none.
    pub parent_native_id: String,
    /// The first post of its thread, by the network's id; empty when unknown.
    pub root_native_id: String,
    pub private: bool,
    pub handle_use: HandleUse,
    /// The network's time; none when it gives none, and then no response time is measured on it.
    pub posted_at: Option<Timestamp>,
    /// Followers of the author; 0 when unknown.
    pub followers: u64,
    pub region: String,
    pub tier: String,
    /// The author's IANA time zone; empty when unknown.
    pub timezone: String,
    /// What Earshot took it from: `webhook`, `grpc`, `import`, ...
    pub source: String,
    /// History brought in later: it is kept and measured, but nobody is told and no deadline runs.
    pub backfill: bool,
    /// Made by the demo.
    pub demo: bool,
    /// A bystander's post: the conversation whose thread he spoke in.
    pub thread_of: Option<ConversationId>,
    /// A conversation in which a later post already waited for this one as its parent: both are one matter.
    pub awaited_in: Option<ConversationId>,
    /// The language that the network names, BCP 47; empty when it names none.
    pub language: String,
    pub personal: Personal,
}

/// The author changed a post.
#[derive(Debug, Clone, PartialEq)]
pub struct PostEdited {
    pub post: PostKey,
    pub edited_at: Timestamp,
    pub personal: Personal,
}

/// The author or the network took a post away.
#[derive(Debug, Clone, PartialEq)]
pub struct PostDeleted {
    pub post: PostKey,
    pub deleted_at: Timestamp,
}

/// How far a post has spread: totals as the network gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct EngagementObserved {
    pub post: PostKey,
    pub shares: u64,
    pub comments: u64,
    pub likes: u64,
    pub views: u64,
    pub observed_at: Timestamp,
}

/// The customer spoke to the brand another way (phone, mail, shop).
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRecorded {
    /// `phone`, `mail`, `shop`, ...
    pub via: String,
    pub contacted_at: Timestamp,
    /// What was said, in `text`.
    pub summary: Personal,
}

/// A rule of the brand kept a post out of the care queue. It stands on a subject of its own and opens nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct PostFiltered {
    pub rule: String,
    pub settings_version: String,
    pub kept_as: KeptAs,
    pub post: Box<PostReceived>,
}

/// What became of a post that was kept out of the care queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum KeptAs {
    #[default]
    Filtered,
    /// Contests, promotion and what answers them.
    Promotion,
    /// It speaks of a competitor.
    Competitor,
}

impl KeptAs {
    /// Every value.
    pub const ALL: [KeptAs; 3] = [KeptAs::Filtered, KeptAs::Promotion, KeptAs::Competitor];

    pub fn as_str(self) -> &'static str {
        match self {
            KeptAs::Filtered => "filtered",
            KeptAs::Promotion => "promotion",
            KeptAs::Competitor => "competitor",
        }
    }

    pub fn parse(text: &str) -> Option<KeptAs> {
        KeptAs::ALL.into_iter().find(|kept| kept.as_str() == text)
    }
}

/// A person brought a filtered post back: it goes on as any other. It stands on the filtered post's own subject.
#[derive(Debug, Clone, PartialEq)]
pub struct PostBroughtBack {
    pub post: PostKey,
    pub person: PersonId,
    pub reason: String,
}

/// A reply that the brand gave outside of Earshot, as the network or an import shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyObserved {
    pub post: PostKey,
    pub network: Network,
    pub native_id: String,
    pub parent_native_id: String,
    pub private: bool,
    pub posted_at: Option<Timestamp>,
    /// The person who wrote it, where known.
    pub person: Option<PersonId>,
    pub source: String,
    pub backfill: bool,
    pub personal: Personal,
}

/// The key of the post that `parent_native_id` names, if it names one.
pub fn parent_key(brand: &BrandId, network: &Network, parent_native_id: &str) -> Option<PostKey> {
    (!parent_native_id.is_empty()).then(|| PostKey::of(brand, network, parent_native_id))
}

pub(crate) fn receive(state: &Conversation, post: &PostReceived) -> Decision {
    if state.knows(&post.post) {
        return Ok(Vec::new());
    }
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    Ok(vec![Fact::from(post.clone())])
}

pub(crate) fn observe_reply(state: &Conversation, reply: &ReplyObserved) -> Decision {
    if state.knows(&reply.post) {
        return Ok(Vec::new());
    }
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    Ok(vec![Fact::from(reply.clone())])
}

pub(crate) fn edit(state: &Conversation, edit: &PostEdited) -> Decision {
    let newest = state.post(&edit.post).and_then(|post| post.edited_at);
    if newest.is_some_and(|at| at >= edit.edited_at) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(edit.clone())])
}

pub(crate) fn delete(state: &Conversation, delete: &PostDeleted) -> Decision {
    if state.post(&delete.post).is_some_and(|post| post.deleted_at.is_some()) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(delete.clone())])
}

pub(crate) fn observe(state: &Conversation, seen: &EngagementObserved) -> Decision {
    let Some(post) = state.post(&seen.post) else {
        return Err(Rejection::UnknownPost);
    };
    // The same totals again are not written, or a poll that finds nothing new would make the log grow.
    let stale = post.engagement_at.is_some_and(|at| at >= seen.observed_at);
    if stale || post.spread() == (seen.shares, seen.comments, seen.likes, seen.views) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(seen.clone())])
}

pub(crate) fn evolve_received(state: &mut Conversation, fact: &PostReceived, at: Timestamp) {
    if state.network.is_none() {
        state.network = Some(fact.network.clone());
    }
    if state.post(&fact.post).is_some_and(|known| known.received) {
        return;
    }
    state.backfill_only &= fact.backfill;
    state.demo |= fact.demo;
    let post = state.post_mut(fact.post);
    post.received = true;
    post.private = fact.private;
    post.backfill = fact.backfill;
    post.handle_use = fact.handle_use;
    post.posted_at = fact.posted_at;
    post.received_at = at;
    post.followers = fact.followers;
    post.native_id = fact.native_id.as_str().into();
    post.is_reply = !fact.parent_native_id.is_empty();
    post.attachments = fact.personal.attachments.len() as u32;
    post.language = fact.language.as_str().into();
    if !fact.personal.author_handle.is_empty() {
        post.pending_author = Some(fact.personal.author_handle.as_str().into());
    }
    // An edit that came first holds the newer text.
    if post.edited_at.is_none() {
        post.pending_text = Some(fact.personal.text.as_str().into());
    }
    if let Some(waiting) = fact.awaited_in.filter(|waiting| !state.absorbed.contains(waiting)) {
        state.to_absorb.push(waiting);
    }
    if !fact.region.is_empty() {
        state.region = fact.region.as_str().into();
    }
    if !fact.tier.is_empty() {
        state.tier = fact.tier.as_str().into();
    }
    if !fact.timezone.is_empty() {
        state.timezone = fact.timezone.as_str().into();
    }
}

pub(crate) fn evolve_edited(state: &mut Conversation, fact: &PostEdited) {
    let post = state.post_mut(fact.post);
    if post.edited_at.is_some_and(|at| at >= fact.edited_at) {
        return;
    }
    post.edited_at = Some(fact.edited_at);
    if post.routed {
        return;
    }
    post.pending_text = Some(fact.personal.text.as_str().into());
}

pub(crate) fn evolve_deleted(state: &mut Conversation, fact: &PostDeleted) {
    let post: &mut Post = state.post_mut(fact.post);
    post.deleted_at = Some(post.deleted_at.map_or(fact.deleted_at, |at| at.min(fact.deleted_at)));
}

pub(crate) fn evolve_engagement(state: &mut Conversation, fact: &EngagementObserved) {
    let post = state.post_mut(fact.post);
    if post.engagement_at.is_some_and(|at| at >= fact.observed_at) {
        return;
    }
    let shared = fact.shares.saturating_add(fact.comments);
    post.per_hour = per_hour(post, shared, fact.observed_at);
    post.engagement_at = Some(fact.observed_at);
    (post.shares, post.comments, post.likes, post.views) = (fact.shares, fact.comments, fact.likes, fact.views);
}

/// Shares and comments an hour since the totals before these; since it was posted when these are the first. Less than five
/// minutes count as five, so that two looks at one instant make no storm.
fn per_hour(post: &Post, shared: u64, at: Timestamp) -> f64 {
    let (since, known) = match post.engagement_at {
        Some(before) => (before, post.shares.saturating_add(post.comments)),
        None => (post.clock(), 0),
    };
    let seconds = at.duration_since(since).as_secs().max(300).unsigned_abs();
    // Whole shares and comments, so that a threshold of ten is met by ten and not by a hair less.
    let an_hour = u128::from(shared.saturating_sub(known)) * 3_600 / u128::from(seconds);
    an_hour as f64
}

pub(crate) fn evolve_observed_reply(state: &mut Conversation, fact: &ReplyObserved, at: Timestamp) {
    if state.network.is_none() {
        state.network = Some(fact.network.clone());
    }
    if state.reply_seen(&fact.post) {
        return;
    }
    crate::state::push(
        &mut state.replies,
        Reply {
            id: None,
            post: Some(fact.post),
            status: ReplyStatus::Sent,
            person: fact.person.clone(),
            private: fact.private,
            attempts: 0,
            at: fact.posted_at.unwrap_or(at),
            timed: fact.posted_at.is_some(),
            offers: Box::default(),
            asks: Box::default(),
            part: 1,
            parts: 1,
            notice: false,
            note: false,
            resumed: 0,
            failed: "".into(),
            given_up: false,
        },
    );
}

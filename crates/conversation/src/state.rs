//! What a conversation is after its facts so far. It holds no customer text but that of posts not yet routed, and
//! what can be derived from posts and replies (who waits, since when, first answer) is derived, so that facts may
//! come in any allowed order and end in the same state.

use crate::Rejection;
use crate::approval::{Proposal, SentBack};
use crate::callback::{CallbackStatus, GRACE_SECONDS};
use crate::classified::{Head, Heads};
use crate::deadlines::{DeadlineClock, DeadlineKind};
use crate::ids::{CallbackId, ConversationId, IncidentId, Network, PersonId, PostKey, RecordId, ReplyId, TeamId};
use crate::personal::PersonalText;
use crate::received::HandleUse;
use crate::resolved::Outcome;
use crate::rising::Flag;
use crate::routed::Priority;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Changes whenever the shape of [`Conversation`] or the meaning of a fold does, so that a checkpoint of an older one
/// is not read but rebuilt.
pub const STATE_VERSION: u32 = 6;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Posts are in, but it is not opened yet.
    New,
    /// The customer waits for the brand.
    Open,
    /// The brand has answered.
    WaitingForCustomer,
    Resolved,
    /// It goes on in another conversation.
    Merged,
}

/// One post of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub key: PostKey,
    /// False while only an edit or deletion of it has come.
    pub received: bool,
    pub native_id: Box<str>,
    pub private: bool,
    pub backfill: bool,
    pub is_reply: bool,
    pub handle_use: HandleUse,
    pub posted_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub followers: u64,
    pub attachments: u32,
    pub shares: u64,
    pub comments: u64,
    pub likes: u64,
    pub views: u64,
    pub engagement_at: Option<Timestamp>,
    /// Shares and comments an hour between the last two looks at it.
    pub per_hour: f64,
    /// What it is: the answer first written for its text, with what people put right.
    pub class: Option<Class>,
    /// What other models say of the same text. Nothing follows from it.
    pub readings: Vec<Class>,
    pub routed: bool,
    /// The correction after which the rules are asked about it again.
    pub reconsider: Option<RecordId>,
    /// The text while rules may still ask for it; dropped once the post is routed.
    pub pending_text: Option<PersonalText>,
    /// The author's handle, as long as the text.
    pub pending_author: Option<PersonalText>,
    /// The language that the network names; empty when it names none.
    pub language: Box<str>,
}

impl Post {
    fn unseen(key: PostKey) -> Self {
        Post {
            key,
            received: false,
            native_id: "".into(),
            private: false,
            backfill: false,
            is_reply: false,
            handle_use: HandleUse::None,
            posted_at: None,
            received_at: Timestamp::UNIX_EPOCH,
            edited_at: None,
            deleted_at: None,
            followers: 0,
            attachments: 0,
            shares: 0,
            comments: 0,
            likes: 0,
            views: 0,
            engagement_at: None,
            per_hour: 0.0,
            class: None,
            readings: Vec::new(),
            routed: false,
            reconsider: None,
            pending_text: None,
            pending_author: None,
            language: "".into(),
        }
    }

    /// When its clock starts: the network's time, but never later than Earshot saw it.
    pub fn clock(&self) -> Timestamp {
        self.posted_at.map_or(self.received_at, |at| at.min(self.received_at))
    }

    /// Shares, comments, likes, views.
    pub fn spread(&self) -> (u64, u64, u64, u64) {
        (self.shares, self.comments, self.likes, self.views)
    }
}

/// What the classifier said, as far as decisions need it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Class {
    pub language: Box<str>,
    pub sentiment: Box<str>,
    pub intent: Box<str>,
    /// Empty when the model had no such head.
    pub topic: Box<str>,
    pub sentiment_confidence: f32,
    pub intent_confidence: f32,
    pub topic_confidence: f32,
    /// The heads that say yes or no and say yes: urgent, leaving, wanted, thanks.
    pub flags: Heads,
    /// The heads that there is an answer of.
    pub answered: Heads,
    /// The heads whose label is only the best guess.
    pub unsure: Heads,
    /// The kinds of what was recognised in the text, each once.
    pub recognised: Box<[Box<str>]>,
    /// The heads of which a person says something else than the classifier did, in the order of the corrections.
    pub corrections: Vec<Correction>,
    /// The model that said it.
    pub model_version: Box<str>,
    pub text_version: i64,
}

/// A head that a person has put right; the class itself holds what the person said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    pub head: Head,
    /// What the classifier had said; empty when it had no such head.
    pub read_as: Box<str>,
}

impl Class {
    /// Whether the author wants something of the brand.
    pub fn asks(&self) -> bool {
        matches!(&*self.intent, "complaint" | "question" | "request")
    }

    /// What it says for a head; empty when the model had no such head.
    pub fn label(&self, head: Head) -> &str {
        match head {
            Head::Language => &self.language,
            Head::Sentiment => &self.sentiment,
            Head::Intent => &self.intent,
            Head::Topic => &self.topic,
            Head::Urgency | Head::Churn | Head::Call | Head::Closing => match head.labels() {
                Some([yes, _no]) if self.flags.contains(head) => yes,
                Some([_yes, no]) if self.answered.contains(head) => no,
                _ => "",
            },
        }
    }

    /// What the classifier said for a head, whatever a person said since.
    pub fn read_as(&self, head: Head) -> &str {
        let corrected = self.corrections.iter().find(|correction| correction.head == head);
        corrected.map_or_else(|| self.label(head), |correction| &correction.read_as)
    }

    /// Whether a person says something else for a head than the classifier did.
    pub fn is_corrected(&self, head: Head) -> bool {
        self.corrections.iter().any(|correction| correction.head == head)
    }

    pub(crate) fn set_label(&mut self, head: Head, label: &str) {
        match head {
            Head::Language => self.language = label.into(),
            Head::Sentiment => self.sentiment = label.into(),
            Head::Intent => self.intent = label.into(),
            Head::Topic => self.topic = label.into(),
            Head::Urgency | Head::Churn | Head::Call | Head::Closing => {
                self.flags.set(head, head.labels().is_some_and(|labels| labels.first() == Some(&label)));
            }
        }
        self.answered.set(head, !label.is_empty());
    }

    /// Thanks, praise and noise need no next answer.
    pub fn needs_no_answer(&self) -> bool {
        matches!(&*self.intent, "praise" | "noise")
    }
}

/// How far a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplyStatus {
    Submitted,
    /// The network is being called, or a crash came in between.
    Attempted,
    /// A try failed, another one is due.
    Retrying,
    Sent,
    Failed,
    /// Whether the network has it is unknown; a person decides.
    InDoubt,
}

impl ReplyStatus {
    /// Whether the notifier may still be working on it.
    pub fn on_its_way(self) -> bool {
        matches!(self, ReplyStatus::Submitted | ReplyStatus::Attempted | ReplyStatus::Retrying)
    }
}

/// One reply of the brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// None for a reply that was only observed on the network.
    pub id: Option<ReplyId>,
    /// The reply as a post of the network, where its id is known.
    pub post: Option<PostKey>,
    pub status: ReplyStatus,
    pub person: Option<PersonId>,
    pub private: bool,
    pub attempts: u32,
    /// When it was sent; before that, when its last step happened.
    pub at: Timestamp,
    /// False when the network gave no time, so that no figure is made of it.
    pub timed: bool,
    /// Codes of what it offers and asks for, in order.
    pub offers: Box<[Box<str>]>,
    pub asks: Box<[Box<str>]>,
    /// Which part it is, from 1, and of how many. The last one makes the answer whole.
    pub part: u32,
    pub parts: u32,
    /// Told by nobody; it answers nothing.
    pub notice: bool,
    /// It says in public that the answer before it stands in private.
    pub note: bool,
    /// How often it was sent once more after it had failed.
    pub resumed: u32,
    /// Why it failed, as a code; empty when it did not.
    pub failed: Box<str>,
    /// It failed, and a person has said that it is not sent any more.
    pub given_up: bool,
}

/// Somebody who is free was offered the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub person: PersonId,
    pub until: Timestamp,
}

/// A flag that is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raised {
    pub flag: Flag,
    pub at: Timestamp,
}

/// A call that the customer was promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    pub id: CallbackId,
    pub due_at: Timestamp,
    /// The customer's; empty when unknown.
    pub timezone: Box<str>,
    pub person: Option<PersonId>,
    pub status: CallbackStatus,
}

impl Callback {
    /// From when on it counts as missed.
    pub fn missed_at(&self) -> Timestamp {
        self.due_at.checked_add(jiff::SignedDuration::from_secs(GRACE_SECONDS)).unwrap_or(Timestamp::MAX)
    }
}

/// The clock that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    pub kind: DeadlineKind,
    pub clock_started_at: Timestamp,
    pub due_at: Timestamp,
    pub clock: DeadlineClock,
    /// When the team is warned; none when nobody is, or was already.
    pub warn_at: Option<Timestamp>,
    pub breached: bool,
    /// Since when the clock stands still because the customer is awaited.
    pub paused_at: Option<Timestamp>,
}

/// What was said last of a clock: that it will run out soon, or that it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub kind: DeadlineKind,
    pub due_at: Timestamp,
    pub late: bool,
}

/// How far the posts of a conversation have spread.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    pub shares: u64,
    pub comments: u64,
    pub views: u64,
    pub per_hour: f64,
}

/// A resolved matter, as far as it had spread by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    pub since: Timestamp,
    pub shares: u64,
    pub views: u64,
}

/// The state of one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub network: Option<Network>,
    /// Whether the newest post or answer is a private message.
    pub private: bool,
    pub demo: bool,
    /// All its posts are history brought in later.
    pub backfill_only: bool,
    pub opened: bool,
    pub opened_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub reopened: u32,
    pub reopened_at: Option<Timestamp>,
    /// Posts before this moment were settled by a resolution.
    pub settled_until: Option<Timestamp>,
    pub merged_into: Option<ConversationId>,
    pub absorbed: Vec<ConversationId>,
    pub absorbed_posts: Vec<PostKey>,
    pub first_absorbed_at: Option<Timestamp>,
    /// Conversations that prove to be the same matter and are still to be merged into this one.
    pub to_absorb: Vec<ConversationId>,
    pub posts: Vec<Post>,
    pub replies: Vec<Reply>,
    /// How often, and when last, the customer was told when people are back.
    pub notices: u32,
    pub noticed_at: Option<Timestamp>,
    /// Drafts that the reply guard stopped.
    pub stopped_drafts: u32,
    /// Replies that wait for somebody to agree to them, oldest first, and those that nobody agreed to.
    pub proposals: Vec<Proposal>,
    pub sent_back: Vec<SentBack>,
    /// The end of the private window that was warned of.
    pub window_warned: Option<Timestamp>,
    pub contacts: u32,
    pub notes: u32,
    pub team: Option<TeamId>,
    pub assignee: Option<PersonId>,
    /// Who works on it for the team that it was raised to, beside the first line.
    pub second: Option<PersonId>,
    pub priority: Priority,
    pub rule: Box<str>,
    /// What it is about, after the brand's own topics; empty until it is routed.
    pub topic: Box<str>,
    /// The team that it belongs to while another one serves it.
    pub home_team: Option<TeamId>,
    /// When the home team is looked for again.
    pub away_until: Option<Timestamp>,
    /// What whoever takes it must know.
    pub needs_skills: Box<[Box<str>]>,
    pub offer: Option<Offer>,
    /// Who was offered it and did not touch it, since it last changed hands.
    pub lapsed_offers: Vec<PersonId>,
    /// In the order in which they were raised.
    pub flags: Vec<Raised>,
    pub incident: Option<IncidentId>,
    pub callbacks: Vec<Callback>,
    /// The brand settings that routed it last.
    pub settings_version: Box<str>,
    /// A person put it with its team, so rules leave it there.
    pub placed_by_person: bool,
    pub hand_offs: u32,
    pub escalated: bool,
    pub escalation_team: Option<TeamId>,
    pub escalated_at: Option<Timestamp>,
    /// When the team that it was raised to was last sent away.
    pub deescalated_at: Option<Timestamp>,
    /// Who raised it; none when rules did, and then it comes down by itself.
    pub escalated_by: Option<PersonId>,
    /// How far it had spread when it was last resolved.
    pub at_rest: Option<Rest>,
    /// The clock of the answer that is awaited.
    pub deadline: Option<Deadline>,
    /// The clock of the whole matter.
    pub resolution: Option<Deadline>,
    /// The last word about each of the two clocks. A clock that is set anew to the same instant was told of already.
    pub told: Vec<Told>,
    pub breaches: u32,
    pub region: Box<str>,
    pub tier: Box<str>,
    /// The customer's; empty when unknown.
    pub timezone: Box<str>,
    /// The records that are in here already.
    pub seen: Vec<RecordId>,
    /// When the newest record happened.
    pub last_activity_at: Option<Timestamp>,
}

/// Adds to what mostly stays short. A list that grows by itself makes room for four at once, which costs a service that
/// holds a million conversations of one post more than all the rest.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() < 4 {
        list.reserve_exact(1);
    }
    list.push(item);
}

impl Default for Conversation {
    fn default() -> Self {
        Conversation {
            network: None,
            private: false,
            demo: false,
            backfill_only: true,
            opened: false,
            opened_at: None,
            resolved_at: None,
            outcome: None,
            reopened: 0,
            reopened_at: None,
            settled_until: None,
            merged_into: None,
            absorbed: Vec::new(),
            absorbed_posts: Vec::new(),
            first_absorbed_at: None,
            to_absorb: Vec::new(),
            posts: Vec::new(),
            replies: Vec::new(),
            notices: 0,
            noticed_at: None,
            stopped_drafts: 0,
            proposals: Vec::new(),
            sent_back: Vec::new(),
            window_warned: None,
            contacts: 0,
            notes: 0,
            team: None,
            assignee: None,
            second: None,
            priority: Priority::default(),
            rule: "".into(),
            topic: "".into(),
            home_team: None,
            away_until: None,
            needs_skills: Box::default(),
            offer: None,
            lapsed_offers: Vec::new(),
            flags: Vec::new(),
            incident: None,
            callbacks: Vec::new(),
            settings_version: "".into(),
            placed_by_person: false,
            hand_offs: 0,
            escalated: false,
            escalation_team: None,
            escalated_at: None,
            deescalated_at: None,
            escalated_by: None,
            at_rest: None,
            deadline: None,
            resolution: None,
            told: Vec::new(),
            breaches: 0,
            region: "".into(),
            tier: "".into(),
            timezone: "".into(),
            seen: Vec::new(),
            last_activity_at: None,
        }
    }
}

impl Conversation {
    pub fn status(&self) -> Status {
        if self.merged_into.is_some() {
            Status::Merged
        } else if self.resolved_at.is_some() {
            Status::Resolved
        } else if !self.opened {
            Status::New
        } else if self.waiting_since().is_some() {
            Status::Open
        } else {
            Status::WaitingForCustomer
        }
    }

    pub fn post(&self, key: &PostKey) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == *key)
    }

    pub(crate) fn post_mut(&mut self, key: PostKey) -> &mut Post {
        let at = self.posts.iter().position(|post| post.key == key).unwrap_or_else(|| {
            push(&mut self.posts, Post::unseen(key));
            self.posts.len() - 1
        });
        &mut self.posts[at]
    }

    pub fn reply(&self, id: &ReplyId) -> Option<&Reply> {
        self.replies.iter().find(|reply| reply.id.as_ref() == Some(id))
    }

    /// A reply that waits for somebody to agree to it.
    pub fn proposal(&self, id: &ReplyId) -> Option<&Proposal> {
        self.proposals.iter().find(|known| known.id == *id)
    }

    /// A reply that nobody agreed to.
    pub fn sent_back(&self, id: &ReplyId) -> Option<&SentBack> {
        self.sent_back.iter().find(|known| known.id == *id)
    }

    /// Whether a reply of this id was written, whatever became of it: it is not written twice.
    pub fn knows_reply(&self, id: &ReplyId) -> bool {
        self.reply(id).is_some() || self.proposal(id).is_some() || self.sent_back(id).is_some()
    }

    pub(crate) fn reply_mut(&mut self, id: &ReplyId) -> Option<&mut Reply> {
        self.replies.iter_mut().find(|reply| reply.id.as_ref() == Some(id))
    }

    /// Whether this post of the network is a reply of the brand that is already known here.
    pub fn reply_seen(&self, post: &PostKey) -> bool {
        self.replies.iter().any(|reply| reply.post.as_ref() == Some(post))
    }

    /// Whether this post of the network is in here already, as whatever it came.
    pub fn knows(&self, post: &PostKey) -> bool {
        self.post(post).is_some_and(|known| known.received)
            || self.reply_seen(post)
            || self.absorbed_posts.contains(post)
    }

    /// The customer's posts that are in, whether deleted later or not.
    pub fn received_posts(&self) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(|post| post.received)
    }

    pub fn newest_post(&self) -> Option<&Post> {
        self.received_posts().max_by_key(|post| post.clock())
    }

    pub fn first_post_at(&self) -> Option<Timestamp> {
        self.received_posts().map(Post::clock).chain(self.first_absorbed_at).min()
    }

    fn sent_replies(&self) -> impl Iterator<Item = &Reply> {
        self.replies
            .iter()
            .filter(|reply| reply.status == ReplyStatus::Sent && reply.part == reply.parts && !reply.notice)
    }

    /// How many answers the customer has got.
    pub fn answers(&self) -> usize {
        self.sent_replies().count()
    }

    /// When the brand first answered the first post.
    pub fn first_response_at(&self) -> Option<Timestamp> {
        let first_post = self.first_post_at()?;
        self.sent_replies().map(|reply| reply.at).filter(|at| *at >= first_post).min()
    }

    /// Seconds from the first post to the first answer; none while there is none, or when the network gave no times.
    pub fn first_response_seconds(&self) -> Option<i64> {
        let (asked, answered) = (self.first_post_at()?, self.first_response_at()?);
        let untimed_post = self.received_posts().any(|post| post.clock() == asked && post.posted_at.is_none());
        let untimed_reply = self.sent_replies().any(|reply| reply.at == answered && !reply.timed);
        (!untimed_post && !untimed_reply).then(|| answered.duration_since(asked).as_secs())
    }

    /// Since when the customer has been waiting: the first post that no answer has followed. Asking again does not
    /// restart it; thanks after an answer do not start it.
    pub fn waiting_since(&self) -> Option<Timestamp> {
        if self.resolved_at.is_some() || self.merged_into.is_some() {
            return None;
        }
        let last_answer = self.sent_replies().map(|reply| reply.at).max();
        let after_answer = |at: &Timestamp| last_answer.is_none_or(|answer| *at > answer);
        let unsettled = |at: &Timestamp| self.settled_until.is_none_or(|until| *at > until);
        self.received_posts()
            .filter(|post| post.deleted_at.is_none())
            .filter(|post| last_answer.is_none() || !post.class.as_ref().is_some_and(Class::needs_no_answer))
            .map(Post::clock)
            .chain(self.first_absorbed_at)
            .filter(unsettled)
            .chain(self.reopened_at)
            .filter(after_answer)
            .min()
    }

    /// The most followers of any of its posts' authors.
    pub fn reach(&self) -> u64 {
        self.posts.iter().map(|post| post.followers).max().unwrap_or(0)
    }

    pub fn has_flag(&self, flag: Flag) -> bool {
        self.flags.iter().any(|raised| raised.flag == flag)
    }

    /// The customer's posts that nobody has answered and that want an answer.
    pub fn unanswered_posts(&self) -> usize {
        let Some(since) = self.waiting_since() else { return 0 };
        let waits = |post: &&Post| post.deleted_at.is_none() && post.clock() >= since;
        self.received_posts().filter(waits).count()
    }

    /// How often the customer had to come back after an answer: posts after one that are no thanks, of which only the first
    /// after each answer counts.
    pub fn exchanges(&self) -> usize {
        let mut answers: Vec<Timestamp> = self.sent_replies().map(|reply| reply.at).collect();
        answers.sort_unstable();
        let ends = answers.iter().skip(1).copied().chain([Timestamp::MAX]);
        let comes_back = |(after, before): (&Timestamp, Timestamp)| {
            self.received_posts().any(|post| {
                let asks = !post.class.as_ref().is_some_and(Class::needs_no_answer);
                asks && post.deleted_at.is_none() && post.clock() > *after && post.clock() <= before
            })
        };
        answers.iter().zip(ends).filter(|pair| comes_back(*pair)).count()
    }

    /// How many replies offer what an earlier one offered already. What has failed has offered nothing.
    pub fn repeated_offers(&self) -> usize {
        repeated(self.said().map(|reply| &reply.offers))
    }

    /// How many replies ask for what an earlier one asked for already.
    pub fn repeated_asks(&self) -> usize {
        repeated(self.said().map(|reply| &reply.asks))
    }

    fn said(&self) -> impl Iterator<Item = &Reply> {
        self.replies.iter().filter(|reply| reply.status != ReplyStatus::Failed)
    }

    /// Followers times hours without an answer: how many have seen that nobody answers. Private messages are seen by nobody.
    pub fn exposure(&self, now: Timestamp) -> f64 {
        let Some(since) = self.waiting_since().filter(|_| !self.private) else { return 0.0 };
        let hours = now.duration_since(since).as_secs_f64().max(0.0) / 3_600.0;
        self.reach() as f64 * hours
    }

    /// Shares, comments and views of all its posts, and the fastest of them in shares and comments an hour.
    pub fn spread(&self) -> Spread {
        let mut spread = Spread::default();
        for post in &self.posts {
            spread.shares = spread.shares.saturating_add(post.shares);
            spread.comments = spread.comments.saturating_add(post.comments);
            spread.views = spread.views.saturating_add(post.views);
            spread.per_hour = spread.per_hour.max(post.per_hour);
        }
        spread
    }

    /// The newest classification, which is what the conversation is about now.
    pub fn class(&self) -> Option<&Class> {
        self.newest_classified()?.class.as_ref()
    }

    pub(crate) fn newest_classified(&self) -> Option<&Post> {
        self.received_posts().filter(|post| post.class.is_some()).max_by_key(|post| post.clock())
    }

    /// Posts that are classified and wait for a route, the first one or one after a correction.
    pub fn unrouted(&self) -> impl Iterator<Item = &Post> {
        let waits = |post: &&Post| !post.routed || post.reconsider.is_some();
        self.posts.iter().filter(|post| post.received && post.class.is_some()).filter(waits)
    }

    /// Whether it is open and no person has taken it on.
    pub(crate) fn awaits_nobody_but_rules(&self) -> bool {
        self.opened && self.resolved_at.is_none() && self.merged_into.is_none() && self.assignee.is_none()
    }

    /// When the clock of whoever waits starts. History makes nobody late: if it is what waits, the clock starts with the
    /// first live post after it.
    pub fn clock_start(&self) -> Option<Timestamp> {
        let since = self.waiting_since()?;
        if !self.received_posts().any(|post| post.backfill && post.clock() == since) {
            return Some(since);
        }
        let live = self.received_posts().filter(|post| !post.backfill && post.deleted_at.is_none());
        live.map(Post::clock).filter(|at| *at >= since).min()
    }

    /// Which answer the customer waits for: the first one, or the next.
    pub fn awaited_answer(&self) -> DeadlineKind {
        if self.first_response_at().is_some() { DeadlineKind::NextResponse } else { DeadlineKind::FirstResponse }
    }

    /// Whether the newest of its posts and answers is a private message; of two at one instant, whether either is.
    pub(crate) fn newest_is_private(&self) -> bool {
        let posts = self.received_posts().map(|post| (post.clock(), post.private));
        let answers = self.sent_replies().map(|reply| (reply.at, reply.private));
        posts.chain(answers).max().is_some_and(|(_, private)| private)
    }

    /// An answer reached the customer at this time: the clock it answers stops.
    pub(crate) fn answered(&mut self, at: Timestamp) {
        if self.deadline.as_ref().is_some_and(|deadline| deadline.clock_started_at <= at) {
            self.deadline = None;
        }
    }

    /// What was said of a clock that is due then; none when nothing was.
    pub(crate) fn told_of(&self, kind: DeadlineKind, due_at: Timestamp) -> Option<&Told> {
        self.told.iter().find(|told| told.kind == kind && told.due_at == due_at)
    }

    pub(crate) fn tell(&mut self, told: Told) {
        let of_matter = told.kind == DeadlineKind::Resolution;
        self.told.retain(|before| (before.kind == DeadlineKind::Resolution) != of_matter);
        push(&mut self.told, told);
    }

    /// The clock that a deadline of this kind runs on: answers share one.
    pub fn clock(&self, kind: DeadlineKind) -> Option<&Deadline> {
        match kind {
            DeadlineKind::FirstResponse | DeadlineKind::NextResponse => self.deadline.as_ref(),
            DeadlineKind::Resolution => self.resolution.as_ref(),
        }
    }

    pub(crate) fn clock_mut(&mut self, kind: DeadlineKind) -> &mut Option<Deadline> {
        match kind {
            DeadlineKind::FirstResponse | DeadlineKind::NextResponse => &mut self.deadline,
            DeadlineKind::Resolution => &mut self.resolution,
        }
    }

    pub(crate) fn must_be_open(&self) -> Result<(), Rejection> {
        match self.status() {
            Status::Open | Status::WaitingForCustomer => Ok(()),
            Status::New => Err(Rejection::NotOpened),
            Status::Resolved => Err(Rejection::AlreadyResolved),
            Status::Merged => {
                let target = self.merged_into.expect("a merged conversation names its target");
                Err(Rejection::MergedInto { target })
            }
        }
    }
}

/// How many of the lists hold something that a list before them held.
fn repeated<'r>(lists: impl Iterator<Item = &'r Box<[Box<str>]>>) -> usize {
    let mut known: Vec<&str> = Vec::new();
    let mut count = 0;
    for codes in lists {
        count += usize::from(codes.iter().any(|code| known.contains(&&**code)));
        known.extend(codes.iter().map(|code| &**code));
    }
    count
}

//! The outbox: every reply that is not sent yet, by conversation and in the order of submission. It is a fold of the log
//! and nothing else. It answers what waits for a person, and what is due when.

use crate::port::may_have_arrived;
use conversation::replied::MOVED_TO_PRIVATE;
use conversation::resumed::ResumedPart;
use conversation::state::ReplyStatus;
use conversation::{BrandId, ConversationId, CustomerId, Fact, Network, Record, ReplyId, Subject};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::Notify;

/// One reply that is not sent yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub reply: ReplyId,
    pub network: Network,
    /// It is no first part: it goes only when the one before it is there.
    pub follows: bool,
    pub status: ReplyStatus,
    pub attempts: u32,
    /// How often a person has sent it once more, and how many tries there were before the last time.
    pub resumed: u32,
    pub attempts_before: u32,
    /// Why the last try did not end as sent; empty before that.
    pub reason: Box<str>,
    /// Since when it has this status.
    pub since: Timestamp,
    pub retry_at: Option<Timestamp>,
    /// When the last try began.
    pub attempted_at: Option<Timestamp>,
    /// When the first of the tries began after which the network may have it, the last one not counted.
    pub doubted_at: Option<Timestamp>,
    /// The trace it was submitted in, as W3C trace context.
    pub traceparent: Option<Box<str>>,
}

impl Waiting {
    /// When the first try began after which the network may have it; none when it certainly has not.
    pub fn in_doubt_since(&self) -> Option<Timestamp> {
        let last = self.attempted_at.filter(|_| self.status == ReplyStatus::Attempted);
        self.doubted_at.or(last)
    }

    /// The how manieth of its tries one is since it was submitted, or sent once more by a person.
    pub fn nth(&self, attempt: u32) -> u32 {
        attempt.saturating_sub(self.attempts_before)
    }

    fn new(reply: ReplyId, network: &Network, follows: bool, since: Timestamp, traceparent: Option<&str>) -> Self {
        Waiting {
            reply,
            network: network.clone(),
            follows,
            status: ReplyStatus::Submitted,
            attempts: 0,
            resumed: 0,
            attempts_before: 0,
            reason: "".into(),
            since,
            retry_at: None,
            attempted_at: None,
            doubted_at: None,
            traceparent: traceparent.map(Into::into),
        }
    }

    fn doubt_last(&mut self) {
        self.doubted_at = self.doubted_at.or(self.attempted_at);
    }
}

/// The replies of one conversation that are not sent yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub brand: BrandId,
    pub customer: CustomerId,
    /// In the order of submission.
    pub replies: Vec<Waiting>,
    /// The sequence of the newest record that is in here.
    pub version: u64,
    /// Something outside of the log stands in the way until then, for this reason.
    #[serde(skip)]
    pub held: Option<(Timestamp, &'static str)>,
}

impl Line {
    fn new(brand: BrandId, customer: CustomerId) -> Self {
        Line { brand, customer, replies: Vec::new(), version: 0, held: None }
    }

    /// The line of a conversation from its records; none when they are of no conversation.
    pub fn of<'a>(subject: &Subject, records: impl IntoIterator<Item = (u64, &'a Record)>) -> Option<Self> {
        let Subject::Conversation { brand, customer, .. } = subject else { return None };
        let mut line = Line::new(brand.clone(), *customer);
        for (sequence, record) in records {
            line.fold(sequence, record, None);
        }
        Some(line)
    }

    /// The reply whose turn it is: the first that is neither sent nor failed nor left to a person. A later part of an answer
    /// waits until a person has said how the part before it ended.
    pub fn head(&self) -> Option<&Waiting> {
        let mut before_is_in_doubt = false;
        self.replies.iter().find(|reply| {
            before_is_in_doubt &= reply.follows;
            let its_turn = reply.status.on_its_way() && !before_is_in_doubt;
            before_is_in_doubt |= reply.status == ReplyStatus::InDoubt;
            its_turn
        })
    }

    fn get(&mut self, id: &ReplyId) -> Option<&mut Waiting> {
        self.replies.iter_mut().find(|reply| reply.reply == *id)
    }

    fn fold(&mut self, sequence: u64, record: &Record, traceparent: Option<&str>) {
        self.version = sequence;
        let at = record.recorded_at;
        for fact in &record.facts {
            self.fold_fact(fact, at, traceparent);
        }
    }

    fn fold_fact(&mut self, fact: &Fact, at: Timestamp, traceparent: Option<&str>) {
        match fact {
            Fact::ReplySubmitted(fact) if self.get(&fact.reply).is_none() => {
                // The public word of a private message follows it as a part does.
                let follows = fact.part > 1 || fact.notice == MOVED_TO_PRIVATE;
                self.replies.push(Waiting::new(fact.reply, &fact.network, follows, at, traceparent));
            }
            Fact::ReplyResumed(fact) => {
                for (index, part) in fact.replies.iter().enumerate() {
                    self.replies.retain(|reply| reply.reply != part.reply);
                    let waiting = Waiting::new(part.reply, &fact.network, index > 0, at, traceparent);
                    let ResumedPart { attempts, times, .. } = *part;
                    self.replies.push(Waiting { attempts, attempts_before: attempts, resumed: times, ..waiting });
                }
            }
            Fact::ReplyAttempted(fact) => {
                let Some(reply) = self.get(&fact.reply) else { return };
                if reply.status == ReplyStatus::Attempted {
                    reply.doubt_last();
                }
                reply.attempts = reply.attempts.max(fact.attempt);
                reply.attempted_at = Some(fact.attempted_at);
                reply.stand(ReplyStatus::Attempted, at);
            }
            Fact::ReplyFailed(fact) if fact.is_final => self.replies.retain(|reply| reply.reply != fact.reply),
            Fact::ReplyFailed(fact) => {
                let Some(reply) = self.get(&fact.reply) else { return };
                if may_have_arrived(&fact.reason) {
                    reply.doubt_last();
                }
                reply.stand(ReplyStatus::Retrying, at);
                reply.reason = fact.reason.as_str().into();
                reply.retry_at = fact.retry_at;
            }
            Fact::ReplyInDoubt(fact) => {
                let Some(reply) = self.get(&fact.reply) else { return };
                reply.stand(ReplyStatus::InDoubt, at);
                reply.reason = fact.reason.as_str().into();
            }
            Fact::ReplySent(fact) => self.replies.retain(|reply| reply.reply != fact.reply),
            // What customers write and people decide moves no reply.
            _ => {}
        }
    }
}

impl Waiting {
    fn stand(&mut self, status: ReplyStatus, since: Timestamp) {
        self.status = status;
        self.since = since;
        self.retry_at = None;
    }
}

/// All lines that are not empty, behind a lock that is never held across an await.
#[derive(Default)]
pub struct Outbox {
    lines: RwLock<HashMap<ConversationId, Line>>,
    /// The sequence of the newest record that was folded. Written and read under the lock of the lines.
    position: AtomicU64,
    changed: Notify,
}

/// What is due now, and when the next thing is.
#[derive(Debug, Default, PartialEq)]
pub struct Due {
    pub now: Vec<(Subject, Option<Box<str>>)>,
    pub next: Option<Timestamp>,
}

impl Outbox {
    pub fn read(&self) -> RwLockReadGuard<'_, HashMap<ConversationId, Line>> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<ConversationId, Line>> {
        self.lines.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with the lines of a checkpoint and the sequence that it stands for.
    pub fn restore(&self, lines: HashMap<ConversationId, Line>, as_of: u64) {
        let mut held = self.write();
        *held = lines;
        self.position.store(as_of, Ordering::Relaxed);
    }

    /// Folds a record of the log, in its order.
    pub fn fold(&self, sequence: u64, record: &Record, traceparent: Option<&str>) {
        let Subject::Conversation { brand, customer, conversation } = &record.subject else { return };
        let begins = |fact: &Fact| matches!(fact, Fact::ReplySubmitted(_) | Fact::ReplyResumed(_));
        let submits = record.facts.iter().any(begins);
        let mut lines = self.write();
        self.position.store(sequence, Ordering::Relaxed);
        let line = match lines.get_mut(conversation) {
            Some(line) => line,
            None if submits => lines.entry(*conversation).or_insert_with(|| Line::new(brand.clone(), *customer)),
            None => return,
        };
        if sequence > line.version {
            line.fold(sequence, record, traceparent);
        }
        // A line that was taken over from the log stays, though empty, until the log has come by here.
        if line.replies.is_empty() && sequence >= line.version {
            lines.remove(conversation);
        }
        self.changed.notify_one();
    }

    /// Takes over a line that was just read from the log itself.
    pub fn take_over(&self, conversation: ConversationId, mut line: Line) {
        let mut lines = self.write();
        // The log has come by here since it was read: what stands here is newer, also when nothing does.
        if line.version <= self.position.load(Ordering::Relaxed) {
            return;
        }
        let known = lines.get(&conversation);
        // An empty line is of use only where the log has yet to bring the end of what is known here.
        if known.map_or(line.replies.is_empty(), |known| known.version >= line.version) {
            return;
        }
        for reply in &mut line.replies {
            let old = known.and_then(|known| known.replies.iter().find(|old| old.reply == reply.reply));
            reply.traceparent = old.and_then(|old| old.traceparent.clone());
        }
        lines.insert(conversation, line);
        self.changed.notify_one();
    }

    /// Says that a conversation cannot go on before a time, for a reason that is not in the log.
    pub fn hold(&self, conversation: ConversationId, until: Timestamp, why: &'static str) {
        if let Some(line) = self.write().get_mut(&conversation) {
            line.held = Some((until, why));
        }
        self.changed.notify_one();
    }

    /// What held up the replies on a network for this reason is over.
    pub fn release(&self, network: &Network, why: &str) {
        for line in self.write().values_mut() {
            let held = line.held.is_some_and(|(_, held_by)| held_by == why);
            if held && line.head().is_some_and(|head| head.network == *network) {
                line.held = None;
            }
        }
        self.changed.notify_one();
    }

    /// What is due, but for conversations that are `busy`; `settle_after` is how long a try may be going on.
    pub fn due(&self, now: Timestamp, settle_after: SignedDuration, busy: impl Fn(&ConversationId) -> bool) -> Due {
        let mut due = Due::default();
        for (conversation, line) in self.read().iter() {
            let Some(head) = line.head().filter(|_| !busy(conversation)) else { continue };
            let at = match head.status {
                ReplyStatus::Retrying => head.retry_at.unwrap_or(head.since),
                ReplyStatus::Attempted => head.attempted_at.unwrap_or(head.since) + settle_after,
                // At once, whatever the clock of the machine says that took it.
                _ => now,
            };
            let at = line.held.map_or(at, |(until, _)| at.max(until));
            if at > now {
                due.next = Some(due.next.map_or(at, |next| next.min(at)));
                continue;
            }
            let (brand, customer) = (line.brand.clone(), line.customer);
            let subject = Subject::Conversation { brand, customer, conversation: *conversation };
            due.now.push((subject, head.traceparent.clone()));
        }
        due
    }

    /// Waits until something has changed since the last call.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests;

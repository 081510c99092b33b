//! The one place where an entry comes about: under one lock it is decided, written down, folded in and shown.

use crate::StartError;
use crate::faults::{Course, Fault, Faults, FaultsError};
use crate::ledger::{Answer, Entry, Ledger, Listed, Outcome, Refusal, Stats};
use crate::message::{Message, Post, Reply};
use crate::settings::Config;
use crate::store::{Store, StoreError};
use jiff::Timestamp;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::broadcast;

/// How many messages a page may fall behind before it has to load anew.
const MAX_LIVE_BACKLOG_MESSAGES: usize = 256;

pub(crate) struct Network {
    inner: Mutex<Inner>,
    live: broadcast::Sender<Listed>,
    max_known_replies: usize,
}

struct Inner {
    ledger: Ledger,
    course: Course,
    store: Option<Store>,
}

/// A reply as a brand wants it posted.
pub(crate) struct Send {
    pub(crate) key: String,
    pub(crate) reply: Reply,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Posted(Answer),
    Repeated(Answer),
    Full,
    RefusedByFault,
}

impl Network {
    /// The network as its store left it, and the posts that were not delivered yet.
    pub(crate) fn open(config: &Config) -> Result<(Self, Vec<Post>), StartError> {
        let mut ledger = Ledger::new(config.max_timeline_messages);
        let store = match &config.store {
            Some(path) => Some(Store::open(path, |entry| drop(ledger.apply(&entry)))?),
            None => None,
        };
        let undelivered = ledger.undelivered();
        let course = Course::new(config.faults.clone())?;
        let network = Network {
            inner: Mutex::new(Inner { ledger, course, store }),
            live: broadcast::channel(MAX_LIVE_BACKLOG_MESSAGES).0,
            max_known_replies: config.max_known_replies,
        };
        Ok((network, undelivered))
    }

    /// Posts a reply, or does not, as the faults say.
    pub(crate) fn send(&self, send: Send) -> Result<(Fault, Sent), StoreError> {
        let mut inner = self.lock();
        let fault = inner.course.next();
        let known = inner.ledger.answer(&send.key).cloned().filter(|_| inner.course.idempotent());
        let (outcome, sent) = if !fault.accepts() {
            (Outcome::Refused(Refusal::Fault), Sent::RefusedByFault)
        } else if let Some(answer) = known {
            (Outcome::Repeated { key: send.key }, Sent::Repeated(answer))
        } else if inner.ledger.known_replies() >= self.max_known_replies {
            (Outcome::Refused(Refusal::Full), Sent::Full)
        } else {
            let answer = Answer { id: send.reply.id.clone(), posted_at: send.reply.posted_at };
            (Outcome::Posted(Box::new(send.reply)), Sent::Posted(answer))
        };
        let struck = (fault != Fault::Ok).then_some(fault);
        self.commit(&mut inner, &Entry::Send { fault: struck, outcome })?;
        Ok((fault, sent))
    }

    /// Counts a send that is not even looked at.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Result<(), StoreError> {
        self.commit(&mut self.lock(), &Entry::Send { fault: None, outcome: Outcome::Refused(refusal) })
    }

    /// The answer that a key got; none at all when this network cannot be asked.
    pub(crate) fn look_up(&self, key: &str) -> Result<Option<Option<Answer>>, StoreError> {
        let mut inner = self.lock();
        if !inner.course.lookup() {
            return Ok(None);
        }
        let answer = inner.ledger.answer(key).cloned();
        self.commit(&mut inner, &Entry::Lookup { found: answer.is_some() })?;
        Ok(Some(answer))
    }

    /// Counts a look at what stands there; false when this network shows nothing.
    pub(crate) fn looked(&self, found: bool) -> Result<bool, StoreError> {
        let mut inner = self.lock();
        if !inner.course.lookup() {
            return Ok(false);
        }
        self.commit(&mut inner, &Entry::Lookup { found })?;
        Ok(true)
    }

    /// Takes a post; the post as it stands, and whether its id was there before.
    pub(crate) fn write(&self, mut post: Post) -> Result<(Post, bool), StoreError> {
        let mut inner = self.lock();
        if let Some(known) = inner.ledger.post(&post.post_id) {
            return Ok((known.clone(), true));
        }
        if let Some(parent) = &post.in_reply_to
            && post.thread_root.is_none()
        {
            post.thread_root = Some(inner.ledger.root_of(parent).unwrap_or(parent).to_owned());
        }
        self.commit(&mut inner, &Entry::Post(Box::new(post.clone())))?;
        Ok((post, false))
    }

    /// Notes that a post reached the brand's webhook, or was refused there for good.
    pub(crate) fn forwarded(&self, post_id: &str, delivered: bool) -> Result<(), StoreError> {
        self.commit(&mut self.lock(), &Entry::Forward { post_id: post_id.to_owned(), delivered })
    }

    pub(crate) fn stats(&self) -> Stats {
        self.lock().ledger.stats().clone()
    }

    pub(crate) fn faults(&self) -> Faults {
        self.lock().course.rest()
    }

    pub(crate) fn set_faults(&self, faults: Faults) -> Result<(), FaultsError> {
        let course = Course::new(faults)?;
        self.lock().course = course;
        Ok(())
    }

    /// All listed replies, newest first.
    pub(crate) fn replies(&self) -> Vec<Reply> {
        let inner = self.lock();
        let replies = inner.ledger.newest().filter_map(|listed| match &listed.message {
            Message::Reply(reply) => Some(reply.clone()),
            Message::Post(_) => None,
        });
        replies.collect()
    }

    /// A page of the timeline, newest first: up to `limit` messages before a place, of those that `keep` wants.
    pub(crate) fn page(&self, before: Option<u64>, limit: usize, keep: impl Fn(&Message) -> bool) -> Vec<Listed> {
        let inner = self.lock();
        let older = inner.ledger.newest().filter(|listed| before.is_none_or(|before| listed.sequence < before));
        older.filter(|listed| keep(&listed.message)).take(limit).cloned().collect()
    }

    /// What came after a place of the timeline, and everything that comes from now on, without a gap.
    pub(crate) fn follow(&self, after: Option<u64>) -> (Vec<Listed>, broadcast::Receiver<Listed>) {
        let inner = self.lock();
        let missed = after.map(|after| inner.ledger.after(after).cloned().collect()).unwrap_or_default();
        (missed, self.live.subscribe())
    }

    fn commit(&self, inner: &mut Inner, entry: &Entry) -> Result<(), StoreError> {
        if let Some(store) = &mut inner.store {
            store.append(entry)?;
        }
        if let Some(listed) = inner.ledger.apply(entry) {
            // Nobody has to be looking.
            let _ = self.live.send(listed);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it holds the lock")
    }
}

/// A new id on the network, never given before, not even by an earlier run.
pub(crate) fn new_id() -> String {
    format!("sb-{}", uuid::Uuid::now_v7().simple())
}

/// The network's clock, in milliseconds as networks give them.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

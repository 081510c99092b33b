//! Every send and every post is one entry; the counts, the known keys and the timeline are folded from them.
//!
//! Live and after a restart the same fold runs, so both tell the same. A reply is known by what it is (brand, reply,
//! part), not by the key it came with: a sender who makes up a new key for an old reply is counted as doubling it.

use crate::faults::Fault;
use crate::message::{Message, Post, Reply};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// What happened, as it stands in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A brand sent a reply.
    Send {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
        outcome: Outcome,
    },
    /// Someone asked for a reply by its key.
    Lookup { found: bool },
    /// A person wrote a post.
    Post(Box<Post>),
    /// A post was delivered to the brand's webhook, or given up.
    Forward { post_id: String, delivered: bool },
}

/// What became of a send.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Posted(Box<Reply>),
    /// The key was known: the first answer again.
    Repeated {
        key: String,
    },
    Refused(Refusal),
}

/// Why nothing was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    /// The signature is not right.
    Signature,
    /// Signed, but no reply.
    Malformed,
    /// `max_known_replies` are known.
    Full,
    /// The fault of this send.
    Fault,
}

/// The counts. `received` = `accepted` + `repeats` + the four `refused_...`; `accepted` = `distinct` + `doubled`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Sends that arrived, whatever became of them.
    pub received: u64,
    /// Sends that were posted for all to see.
    pub accepted: u64,
    /// Different replies among them; the parts of one reply count each.
    pub distinct: u64,
    /// Different replies among them; the parts of one reply count once.
    pub replies: u64,
    /// Sends with a known key, which got the first answer and were not posted again.
    pub repeats: u64,
    /// Replies that were posted again. This is what must never be more than 0.
    pub doubled: u64,
    pub refused_signature: u64,
    pub refused_malformed: u64,
    pub refused_full: u64,
    /// Sends of which nothing was posted because of a fault, hang-ups included.
    pub refused_fault: u64,
    /// How often each fault struck, by its name.
    pub faults: BTreeMap<String, u64>,
    /// Questions for a reply by its key, and how many were answered with one.
    pub lookups: u64,
    pub lookups_found: u64,
    /// What people wrote, how much of it reached the brand's webhook, and how much it refused for good.
    pub posts: u64,
    pub posts_delivered: u64,
    pub posts_refused: u64,
}

/// The first answer to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) posted_at: Timestamp,
}

/// A message with its place in the timeline.
#[derive(Clone, PartialEq, Serialize)]
pub(crate) struct Listed {
    pub(crate) sequence: u64,
    #[serde(flatten)]
    pub(crate) message: Message,
}

/// The fold.
#[derive(Default)]
pub(crate) struct Ledger {
    stats: Stats,
    by_key: HashMap<String, Answer>,
    /// The parts seen of each reply of a brand.
    parts: HashMap<(String, String), Vec<u32>>,
    timeline: VecDeque<Listed>,
    roots: HashMap<String, String>,
    undelivered: HashSet<String>,
    last_sequence: u64,
    max_timeline_messages: usize,
}

impl Ledger {
    pub(crate) fn new(max_timeline_messages: usize) -> Self {
        Ledger { max_timeline_messages, ..Ledger::default() }
    }

    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(crate) fn answer(&self, key: &str) -> Option<&Answer> {
        self.by_key.get(key)
    }

    /// How many replies are known by their key.
    pub(crate) fn known_replies(&self) -> usize {
        self.by_key.len()
    }

    /// The first post of the thread of a message that is still on the timeline.
    pub(crate) fn root_of(&self, id: &str) -> Option<&str> {
        self.roots.get(id).map(String::as_str)
    }

    pub(crate) fn post(&self, id: &str) -> Option<&Post> {
        self.timeline.iter().rev().find_map(|listed| match &listed.message {
            Message::Post(post) if post.post_id == id => Some(post),
            _ => None,
        })
    }

    /// The timeline, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Listed> {
        self.timeline.iter().rev()
    }

    /// What came after a place of the timeline, oldest first.
    pub(crate) fn after(&self, sequence: u64) -> impl Iterator<Item = &Listed> {
        self.timeline.iter().filter(move |listed| listed.sequence > sequence)
    }

    pub(crate) fn undelivered(&self) -> Vec<Post> {
        let waiting = self.timeline.iter().filter_map(|listed| match &listed.message {
            Message::Post(post) if self.undelivered.contains(&post.post_id) => Some(post.clone()),
            _ => None,
        });
        waiting.collect()
    }

    /// Takes an entry in; the message that it adds to the timeline, if it adds one.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Option<Listed> {
        match entry {
            Entry::Send { fault, outcome } => self.apply_send(*fault, outcome),
            Entry::Lookup { found } => {
                self.stats.lookups += 1;
                self.stats.lookups_found += u64::from(*found);
                None
            }
            Entry::Post(post) => {
                self.stats.posts += 1;
                self.undelivered.insert(post.post_id.clone());
                Some(self.list(Message::Post(Post::clone(post))))
            }
            Entry::Forward { post_id, delivered } => {
                self.undelivered.remove(post_id);
                self.stats.posts_delivered += u64::from(*delivered);
                self.stats.posts_refused += u64::from(!*delivered);
                None
            }
        }
    }

    fn apply_send(&mut self, fault: Option<Fault>, outcome: &Outcome) -> Option<Listed> {
        self.stats.received += 1;
        if let Some(fault) = fault {
            *self.stats.faults.entry(fault.name().to_owned()).or_default() += 1;
        }
        match outcome {
            Outcome::Posted(reply) => return Some(self.apply_reply(reply)),
            Outcome::Repeated { .. } => self.stats.repeats += 1,
            Outcome::Refused(Refusal::Signature) => self.stats.refused_signature += 1,
            Outcome::Refused(Refusal::Malformed) => self.stats.refused_malformed += 1,
            Outcome::Refused(Refusal::Full) => self.stats.refused_full += 1,
            Outcome::Refused(Refusal::Fault) => self.stats.refused_fault += 1,
        }
        None
    }

    fn apply_reply(&mut self, reply: &Reply) -> Listed {
        self.stats.accepted += 1;
        let parts = self.parts.entry((reply.brand.clone(), reply.reply_id.clone())).or_default();
        if parts.is_empty() {
            self.stats.replies += 1;
        }
        if parts.contains(&reply.part) {
            self.stats.doubled += 1;
        } else {
            parts.push(reply.part);
            self.stats.distinct += 1;
        }
        let answer = Answer { id: reply.id.clone(), posted_at: reply.posted_at };
        self.by_key.entry(reply.key.clone()).or_insert(answer);
        self.list(Message::Reply(reply.clone()))
    }

    fn list(&mut self, message: Message) -> Listed {
        self.last_sequence += 1;
        let listed = Listed { sequence: self.last_sequence, message };
        let (id, root) = match &listed.message {
            Message::Post(post) => (&post.post_id, post.thread_root.as_ref().unwrap_or(&post.post_id)),
            Message::Reply(reply) => {
                let parent = reply.in_reply_to.as_ref().unwrap_or(&reply.id);
                (&reply.id, self.roots.get(parent).unwrap_or(parent))
            }
        };
        self.roots.insert(id.clone(), root.clone());
        self.timeline.push_back(listed.clone());
        if self.timeline.len() > self.max_timeline_messages
            && let Some(old) = self.timeline.pop_front()
        {
            self.roots.remove(old.message.id());
            self.undelivered.remove(old.message.id());
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Author;

    fn reply(key: &str, reply_id: &str, part: u32) -> Entry {
        let reply = Reply {
            id: format!("id-{key}"),
            key: key.into(),
            reply_id: reply_id.into(),
            brand: "nordnet".into(),
            network: "x".into(),
            conversation: String::new(),
            in_reply_to: Some("p1".into()),
            private: false,
            text: "sorry".into(),
            part,
            parts: 2,
            posted_at: Timestamp::UNIX_EPOCH,
        };
        Entry::Send { fault: None, outcome: Outcome::Posted(Box::new(reply)) }
    }

    fn post(id: &str) -> Entry {
        Entry::Post(Box::new(Post {
            post_id: id.into(),
            brand: "nordnet".into(),
            network: "x".into(),
            author: Author { id: "a".into(), ..Author::default() },
            text: "hello?".into(),
            posted_at: Timestamp::UNIX_EPOCH,
            in_reply_to: None,
            private: false,
            handle_use: None,
            attachments: Vec::new(),
            thread_root: None,
        }))
    }

    #[test]
    fn an_old_reply_under_a_new_key_is_doubled() {
        let mut ledger = Ledger::new(10);
        for entry in [reply("k1", "r1", 1), reply("k2", "r1", 2), reply("k3", "r1", 1), reply("k4", "r2", 1)] {
            ledger.apply(&entry);
        }
        let stats = ledger.stats();
        assert_eq!((stats.received, stats.accepted, stats.distinct, stats.replies, stats.doubled), (4, 4, 3, 2, 1));
    }

    #[test]
    fn the_timeline_forgets_texts_but_not_keys() {
        let mut ledger = Ledger::new(2);
        for n in 0..5 {
            ledger.apply(&reply(&format!("k{n}"), &format!("r{n}"), 1));
        }
        assert_eq!(ledger.newest().map(|listed| listed.sequence).collect::<Vec<_>>(), [5, 4]);
        assert_eq!(ledger.known_replies(), 5);
        assert!(ledger.answer("k0").is_some());
        assert_eq!(ledger.root_of("id-k0"), None);
        ledger.apply(&reply("again", "r0", 1));
        assert_eq!(ledger.stats().doubled, 1);
    }

    #[test]
    fn a_post_waits_until_it_is_delivered() {
        let mut ledger = Ledger::new(10);
        ledger.apply(&post("p1"));
        ledger.apply(&post("p2"));
        ledger.apply(&Entry::Forward { post_id: "p1".into(), delivered: true });
        assert_eq!(ledger.undelivered().len(), 1);
        assert_eq!((ledger.stats().posts, ledger.stats().posts_delivered), (2, 1));
    }

    #[test]
    fn an_answer_to_an_answer_belongs_to_the_first_post() {
        let mut ledger = Ledger::new(10);
        ledger.apply(&post("p1"));
        ledger.apply(&reply("k1", "r1", 1));
        assert_eq!(ledger.root_of("id-k1"), Some("p1"));
    }
}

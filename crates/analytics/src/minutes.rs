//! What came in and what went out, minute by minute: posts by when they were posted, answers by when they were sent,
//! breaches by when they were noticed. History that is brought in later falls into its own minutes, and what has no
//! time of the network and is history falls into none.
//!
//! A minute's counts change by what a record changes in the state, so a record that comes twice counts once.

use conversation::state::{Post, Reply, ReplyStatus};
use conversation::{BrandId, Conversation, Fact, Record};
use jiff::Timestamp;
use std::collections::HashMap;

/// Changes of the counts of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    pub posts: i64,
    pub replies: i64,
    pub breaches: i64,
}

/// Changes not yet written, by brand and minute.
#[derive(Debug, Default)]
pub struct Minutes {
    changes: HashMap<BrandId, HashMap<i64, Change>>,
}

/// What a record may change in the minutes, as it was before the record.
pub struct Before(Option<Counted>);

/// The minutes that a conversation's posts and answers fall into.
struct Counted {
    posts: Vec<i64>,
    replies: Vec<i64>,
}

/// The minute of an instant: minutes since 1970.
pub fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// When a post counts as come in; none for history without a time.
pub fn posted(post: &Post) -> Option<Timestamp> {
    (post.received && (post.posted_at.is_some() || !post.backfill)).then(|| post.clock())
}

/// When an answer counts as gone out; none unless it is known to have reached the customer at a known time.
pub fn answered(reply: &Reply) -> Option<Timestamp> {
    (reply.status == ReplyStatus::Sent && reply.timed).then_some(reply.at)
}

fn counted(state: &Conversation) -> Counted {
    Counted {
        posts: state.posts.iter().filter_map(posted).map(minute_of).collect(),
        replies: state.replies.iter().filter_map(answered).map(minute_of).collect(),
    }
}

fn moves(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::PostReceived(_)
            | Fact::ReplyObserved(_)
            | Fact::ReplySubmitted(_)
            | Fact::ReplyAttempted(_)
            | Fact::ReplySent(_)
            | Fact::ReplyFailed(_)
            | Fact::ReplyInDoubt(_)
    )
}

/// To be asked before a record is folded, for [`Minutes::note`] after it.
pub fn before(state: &Conversation, record: &Record) -> Before {
    Before(record.facts.iter().any(moves).then(|| counted(state)))
}

impl Minutes {
    /// Notes what a record that was not seen before has changed.
    pub fn note(&mut self, brand: &BrandId, before: Before, state: &Conversation, record: &Record) {
        if let Before(Some(before)) = before {
            let after = counted(state);
            for (minutes, by) in [(&before.posts, -1), (&after.posts, 1)] {
                minutes.iter().for_each(|minute| self.change(brand, *minute).posts += by);
            }
            for (minutes, by) in [(&before.replies, -1), (&after.replies, 1)] {
                minutes.iter().for_each(|minute| self.change(brand, *minute).replies += by);
            }
        }
        for fact in &record.facts {
            if let Fact::DeadlineBreached(breach) = fact {
                self.change(brand, minute_of(breach.noticed_at)).breaches += 1;
            }
        }
    }

    fn change(&mut self, brand: &BrandId, minute: i64) -> &mut Change {
        if !self.changes.contains_key(brand) {
            self.changes.insert(brand.clone(), HashMap::new());
        }
        let minutes = self.changes.get_mut(brand).expect("it was put in above");
        minutes.entry(minute).or_default()
    }

    /// What is to be written.
    pub fn changes(&self) -> impl Iterator<Item = (&BrandId, i64, Change)> {
        let all =
            self.changes.iter().flat_map(|(brand, minutes)| minutes.iter().map(move |(at, by)| (brand, *at, *by)));
        all.filter(|(_, _, change)| *change != Change::default())
    }

    /// Everything was written.
    pub fn clear(&mut self) {
        self.changes.clear();
    }
}

//! What keeps an answer from leaving: somebody has to agree to it first, or the network's time for private messages runs
//! out before anybody has answered.

use conversation::state::ReplyStatus;
use conversation::window::OPEN_FOR;
use conversation::{Conversation, Fact, PersonId, ReplyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The part of a conversation's story that tells of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Held {
    proposals: Vec<Proposed>,
    pub windows_warned: u32,
    /// When the windows close of which somebody was warned.
    windows: Vec<Timestamp>,
    merged: bool,
}

/// A reply that somebody else has to agree to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Proposed {
    id: ReplyId,
    writer: PersonId,
    at: Timestamp,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum End {
    Approved { seconds: u32 },
    SentBack,
    TakenBack,
}

impl Held {
    /// Folds a fact of a record that was decided at `at`.
    pub fn evolve(&mut self, fact: &Fact, at: Timestamp) {
        match fact {
            Fact::ReplyProposed(fact) if !self.proposals.iter().any(|known| known.id == fact.proposal) => {
                self.proposals.push(Proposed { id: fact.proposal, writer: fact.person.clone(), at, end: None });
            }
            Fact::ReplyApproved(fact) => self.end(fact.proposal, |proposed| End::Approved {
                seconds: u32::try_from(at.duration_since(proposed.at).as_secs()).unwrap_or(0),
            }),
            Fact::ReplySentBack(fact) => self.end(fact.proposal, |proposed| match proposed.writer == fact.person {
                true => End::TakenBack,
                false => End::SentBack,
            }),
            Fact::WindowWarned(fact) => {
                self.windows_warned += 1;
                if !self.merged && !self.windows.contains(&fact.closes_at) {
                    self.windows.push(fact.closes_at);
                }
            }
            // The customer goes on in the other conversation, and so does what was still open of his window.
            Fact::Merged(_) => {
                self.merged = true;
                self.windows.retain(|closes_at| *closes_at <= at);
            }
            // Nothing else keeps an answer from leaving.
            _ => {}
        }
    }

    fn end(&mut self, id: ReplyId, end: impl FnOnce(&Proposed) -> End) {
        if let Some(proposed) = self.proposals.iter_mut().find(|known| known.id == id && known.end.is_none()) {
            proposed.end = Some(end(proposed));
        }
    }

    pub fn asked(&self) -> usize {
        self.proposals.len()
    }

    /// Seconds until each that was agreed to was.
    pub fn approval_seconds(&self) -> Vec<u32> {
        let taken = |proposed: &Proposed| match proposed.end {
            Some(End::Approved { seconds }) => Some(seconds),
            _ => None,
        };
        self.proposals.iter().filter_map(taken).collect()
    }

    pub fn sent_back(&self) -> usize {
        self.proposals.iter().filter(|proposed| proposed.end == Some(End::SentBack)).count()
    }

    /// When those close, or did, in which nobody has answered, and which no later message of the customer moved on.
    pub fn windows_unanswered(&self, state: &Conversation) -> Vec<Timestamp> {
        let unanswered = |closes_at: &&Timestamp| {
            let opened_at = closes_at.saturating_sub(OPEN_FOR).unwrap_or(Timestamp::MIN);
            let during = |at: Timestamp| opened_at < at && at <= **closes_at;
            let is_answer = |status: ReplyStatus, notice: bool| status == ReplyStatus::Sent && !notice;
            let answered = state.replies.iter().any(|reply| is_answer(reply.status, reply.notice) && during(reply.at));
            let moved = state.received_posts().any(|post| post.private && during(post.clock()));
            !answered && !moved
        };
        self.windows.iter().filter(unanswered).copied().collect()
    }
}

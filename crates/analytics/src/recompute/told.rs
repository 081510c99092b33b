//! What was told of a conversation besides its state, in plain lists.

use conversation::rising::Flag;
use conversation::state::ReplyStatus;
use conversation::{Conversation, CustomerId, Fact, PersonId, PostKey, Record, ReplyId};
use jiff::Timestamp;
use reply::{Codes, Manner};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Told {
    pub customer: Option<CustomerId>,
    /// How often each kind of fact was told.
    facts: BTreeMap<&'static str, u64>,
    flags: Vec<Flag>,
    overrides: u64,
    sent_away: u64,
    /// What was told of approvals, windows and merges, in the order of the log.
    held: Vec<(Timestamp, Fact)>,
    notices: Vec<(ReplyId, String)>,
    replies: Vec<(Option<ReplyId>, Option<PostKey>, Manner)>,
}

/// Who wrote a proposal and when, and what was said of it next.
type Proposal<'a> = (&'a PersonId, Timestamp, Option<&'a (Timestamp, Fact)>);

impl Told {
    pub fn note(&mut self, record: &Record) {
        let at = record.occurred_at;
        for fact in &record.facts {
            *self.facts.entry(fact.name()).or_default() += 1;
            match fact {
                Fact::FlagRaised(fact) => self.flags.push(fact.flag),
                Fact::Placed(fact) if fact.home_team.is_some() => self.sent_away += 1,
                Fact::ReplyProposed(_) | Fact::ReplyApproved(_) | Fact::ReplySentBack(_) => {
                    self.held.push((at, fact.clone()));
                }
                Fact::WindowWarned(_) | Fact::Merged(_) => self.held.push((at, fact.clone())),
                Fact::ReplyObserved(fact) => {
                    let person = fact.person.as_ref().map(ToString::to_string).unwrap_or_default();
                    self.replies.push((None, Some(fact.post), reply::manner(&fact.personal.text, &person)));
                }
                Fact::ReplySubmitted(fact) => {
                    if fact.part == 1 && !fact.overrode.is_empty() {
                        self.overrides += 1;
                    }
                    self.notices.push((fact.reply, fact.notice.clone()));
                    let mut manner = reply::manner(&fact.body.text, fact.person.as_str());
                    manner.offers = Codes::of(fact.offers.iter().map(String::as_str));
                    manner.asks = Codes::of(fact.asks.iter().map(String::as_str));
                    self.replies.push((Some(fact.reply), None, manner));
                }
                // Of the others it is enough to know how often.
                _ => {}
            }
        }
    }

    pub fn times(&self, fact: &str) -> u64 {
        self.facts.get(fact).copied().unwrap_or(0)
    }

    pub fn flagged(&self, flag: Flag) -> u64 {
        self.flags.iter().filter(|raised| **raised == flag).count() as u64
    }

    pub fn overrides(&self) -> u64 {
        self.overrides
    }

    pub fn sent_away(&self) -> u64 {
        self.sent_away
    }

    /// By the first word of each.
    fn proposals(&self) -> Vec<Proposal<'_>> {
        let mut known: Vec<ReplyId> = Vec::new();
        let mut proposals = Vec::new();
        for (nth, (at, fact)) in self.held.iter().enumerate() {
            let Fact::ReplyProposed(proposed) = fact else { continue };
            if known.contains(&proposed.proposal) {
                continue;
            }
            known.push(proposed.proposal);
            let ends = |(_, fact): &&(Timestamp, Fact)| match fact {
                Fact::ReplyApproved(approved) => approved.proposal == proposed.proposal,
                Fact::ReplySentBack(returned) => returned.proposal == proposed.proposal,
                _ => false,
            };
            proposals.push((&proposed.person, *at, self.held[nth..].iter().find(ends)));
        }
        proposals
    }

    pub fn proposed(&self) -> usize {
        self.proposals().len()
    }

    pub fn approval_seconds(&self) -> Vec<i64> {
        let mut seconds = Vec::new();
        for (_, asked, end) in self.proposals() {
            if let Some((at, Fact::ReplyApproved(_))) = end {
                seconds.push(at.duration_since(asked).as_secs().max(0));
            }
        }
        seconds
    }

    /// By somebody else than the writer.
    pub fn sent_back(&self) -> usize {
        let by_another = |writer: &PersonId, end: Option<&(Timestamp, Fact)>| match end {
            Some((_, Fact::ReplySentBack(returned))) => returned.person != *writer,
            _ => false,
        };
        self.proposals().into_iter().filter(|(writer, _, end)| by_another(writer, *end)).count()
    }

    /// When the windows close that were warned of; from a merge on they are those of the other conversation.
    pub fn windows(&self) -> Vec<Timestamp> {
        let merges = self.held.iter().enumerate().filter(|(_, (_, fact))| matches!(fact, Fact::Merged(_)));
        let merges: Vec<(usize, Timestamp)> = merges.map(|(nth, (at, _))| (nth, *at)).collect();
        let mut windows = Vec::new();
        for (nth, (_, fact)) in self.held.iter().enumerate() {
            let Fact::WindowWarned(warned) = fact else { continue };
            if merges.iter().all(|(merge, at)| *merge > nth && warned.closes_at <= *at) {
                windows.push(warned.closes_at);
            }
        }
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    /// How many notices of these kinds arrived.
    pub fn notices(&self, state: &Conversation, of: &[&str]) -> usize {
        let arrived = |id: &ReplyId| {
            let mut replies = state.replies.iter();
            replies.any(|reply| reply.id == Some(*id) && reply.status == ReplyStatus::Sent && reply.part == reply.parts)
        };
        self.notices.iter().filter(|(id, kind)| of.contains(&kind.as_str()) && arrived(id)).count()
    }

    /// The answers that arrived, each with all of its parts put together, in the order in which they were written down.
    pub fn answers(&self, state: &Conversation) -> Vec<Manner> {
        let mut whole = Vec::new();
        let mut open = Manner::default();
        let mut seen = Vec::new();
        for (id, post, manner) in &self.replies {
            let same = |reply: &&conversation::state::Reply| match id {
                Some(_) => reply.id == *id,
                None => reply.id.is_none() && reply.post == *post,
            };
            let Some(reply) = state.replies.iter().find(same) else { continue };
            if reply.notice || reply.status != ReplyStatus::Sent || seen.contains(&(id, post)) {
                continue;
            }
            seen.push((id, post));
            open.signed |= manner.signed;
            open.regrets |= manner.regrets;
            open.deflects |= manner.deflects;
            open.argues |= manner.argues;
            open.offers = open.offers.with(manner.offers);
            open.asks = open.asks.with(manner.asks);
            if reply.part == reply.parts {
                whole.push(std::mem::take(&mut open));
            }
        }
        whole
    }
}

//! What was told of a conversation besides its state, in plain lists.

use conversation::rising::Flag;
use conversation::state::ReplyStatus;
use conversation::{Conversation, CustomerId, Fact, PostKey, Record, ReplyId};
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
    replies: Vec<(Option<ReplyId>, Option<PostKey>, Manner)>,
}

impl Told {
    pub fn note(&mut self, record: &Record) {
        for fact in &record.facts {
            *self.facts.entry(fact.name()).or_default() += 1;
            match fact {
                Fact::FlagRaised(fact) => self.flags.push(fact.flag),
                Fact::Placed(fact) if fact.home_team.is_some() => self.sent_away += 1,
                Fact::ReplyObserved(fact) => {
                    let person = fact.person.as_ref().map(ToString::to_string).unwrap_or_default();
                    self.replies.push((None, Some(fact.post), reply::manner(&fact.personal.text, &person)));
                }
                Fact::ReplySubmitted(fact) => {
                    if fact.part == 1 && !fact.overrode.is_empty() {
                        self.overrides += 1;
                    }
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

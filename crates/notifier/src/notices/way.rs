//! Where a notice goes, and what the receiver offers to those who must not send anything twice.

use super::view::{Waiting, What};
use crate::networks::{Lane, Networks, NotNow};
use crate::port::{Abilities, LookUp, Message, Outcome, Person};
use crate::tell::{Doors, Hook, Letter, Mailer, People};
use conversation::told::EMAIL;
use conversation::{BrandId, ConversationId, Fact, Network, NoticeId, Record, ReplyId};
use jiff::Timestamp;
use lettre::Address;
use std::sync::Arc;

/// Every place that notices can go to.
#[derive(Clone)]
pub struct Ways {
    networks: Arc<Networks>,
    doors: Arc<Doors>,
    people: Arc<People>,
}

/// The place where one notice goes.
pub enum Way {
    Network(Network, Arc<Lane>),
    Hook(String, Arc<Hook>, Letter),
    Mail(Arc<Mailer>, Address, Letter),
}

impl Ways {
    pub fn new(networks: Arc<Networks>, doors: Arc<Doors>, people: Arc<People>) -> Ways {
        Ways { networks, doors, people }
    }

    /// The place of a notice; none when nothing says where it is.
    pub fn of(&self, notice: NoticeId, waiting: &Waiting) -> Option<Way> {
        match &waiting.what {
            What::ShiftPost { network, .. } => {
                self.networks.lane(network).map(|lane| Way::Network(network.clone(), lane))
            }
            What::Person { person, way, .. } => {
                let letter = Letter {
                    notice,
                    brand: waiting.brand.clone(),
                    person: person.clone(),
                    items: waiting.state.items.clone(),
                    console: self.doors.console.clone(),
                };
                if way == EMAIL {
                    // Where the person wants it now, not where it was to go when it was decided.
                    let address = self.people.chosen(&waiting.brand, person)?.email.parse().ok()?;
                    return Some(Way::Mail(Arc::clone(self.doors.mailer.as_ref()?), address, letter));
                }
                let hook = self.doors.hooks.get(way)?;
                Some(Way::Hook(way.clone(), Arc::clone(hook), letter))
            }
        }
    }
}

impl Way {
    /// The word for metrics.
    pub fn label(&self) -> &str {
        match self {
            Way::Network(_, lane) => &lane.label,
            Way::Hook(name, ..) => name,
            Way::Mail(..) => EMAIL,
        }
    }

    pub fn abilities(&self) -> Abilities {
        match self {
            Way::Network(_, lane) => lane.adapter.abilities(),
            Way::Hook(_, hook, _) => hook.abilities(),
            Way::Mail(mailer, ..) => mailer.abilities(),
        }
    }

    /// Why nothing can go there now.
    pub fn enter(&self, brand: &BrandId, notice: NoticeId, records: &[Record], now: Timestamp) -> Result<(), NotNow> {
        match self {
            Way::Network(network, lane) => lane.enter(&message(brand, network, notice, records), now),
            Way::Hook(..) | Way::Mail(..) => Ok(()),
        }
    }

    /// Sends it, once.
    pub async fn send(&self, brand: &BrandId, notice: NoticeId, records: &[Record], now: Timestamp) -> Outcome {
        match self {
            Way::Network(network, lane) => {
                let _call = lane.calls.acquire().await.expect("the calls of a lane are never closed");
                let message = message(brand, network, notice, records);
                let sending = lane.adapter.send(&message).await;
                // What was learnt of the network serves replies too; those that wait for it look again by themselves.
                lane.heard(&message, &sending, now);
                sending.outcome
            }
            Way::Hook(_, hook, letter) => hook.send(letter).await,
            Way::Mail(mailer, address, letter) => mailer.send(address, letter).await,
        }
    }

    /// Whether the receiver has it.
    pub async fn look_up(&self, brand: &BrandId, notice: NoticeId, records: &[Record]) -> LookUp {
        match self {
            Way::Network(network, lane) if lane.adapter.abilities().lookup => {
                lane.adapter.look_up(&message(brand, network, notice, records)).await
            }
            Way::Network(..) | Way::Hook(..) | Way::Mail(..) => LookUp::Impossible,
        }
    }
}

/// What a network knows it by. It answers nothing, so it stands where a reply has its conversation, too.
fn reply_of(notice: NoticeId) -> ReplyId {
    ReplyId::from_uuid(notice.as_uuid())
}

fn message(brand: &BrandId, network: &Network, notice: NoticeId, records: &[Record]) -> Message {
    let submitted = records.iter().find_map(|record| {
        record.facts.iter().find_map(|fact| match fact {
            Fact::ShiftPostSubmitted(fact) => Some((record.occurred_at, fact.text.clone())),
            _ => None,
        })
    });
    let (submitted_at, text) = submitted.unwrap_or_default();
    let tries = records.iter().flat_map(|record| &record.facts).filter_map(|fact| match fact {
        Fact::NoticeAttempted(fact) => Some(fact.attempt),
        // No other fact counts tries.
        _ => None,
    });
    Message {
        reply: reply_of(notice),
        brand: brand.clone(),
        network: network.clone(),
        conversation: ConversationId::from_uuid(notice.as_uuid()),
        in_reply_to: String::new(),
        root: String::new(),
        to: Person::default(),
        answers_public: true,
        private: false,
        text,
        language: String::new(),
        part: 1,
        parts: 1,
        attempt: tries.max().unwrap_or(0) + 1,
        submitted_at,
        late: false,
        tried_at: submitted_at,
        known: Vec::new(),
    }
}

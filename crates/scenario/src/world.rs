//! The world in which a scenario is played: the log in memory, the services' views of it, and a clock that jumps from event
//! to event. There is no waiting, no thread and no chance but that of a seed, so the same scenario gives the same log, bit
//! for bit.
//!
//! Whatever is written is delivered to those who follow the log; each makes the decisions of its service, until
//! nothing is called for any more. Only then does the clock go on.

mod acts;
mod course;
mod crash;
mod faults;
mod log;
mod others;
mod routing;

pub use faults::{Faults, LATE_MOST_SECONDS};
pub use log::{Log, Stored};

use crate::format::{Action, Entry};
use ::routing::View;
use analytics::recompute::Recomputed;
use brand::Brand;
use conversation::brand_facts::SettingsPublished;
use conversation::classified::PostClassified;
use conversation::customer::CustomerCommand;
use conversation::replied::ReplySubmitted;
use conversation::{
    Actor, BrandId, Context, Conversation, ConversationId, Customer, CustomerId, Decision, Fact, Network, NoticeId,
    PostKey, Record, RecordId, Rejection, ReplyId, Subject,
};
use faults::Lots;
use ingest::Places;
use jiff::Timestamp;
use journal::Draft;
use log::Appended;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Says what a post is: by its words, and by which edit of them (0 for the first).
pub type Classify<'m> = Box<dyn Fn(PostKey, &str, i64) -> PostClassified + 'm>;

/// Deliveries at one instant; more means that two decisions call for each other for ever.
const DELIVERIES_MAX: usize = 10_000;

/// What somebody who follows the log has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// The classifier reads the posts of a record.
    Classify { conversation: ConversationId, sequence: u64 },
    /// Routing looks at a conversation, or at the brand.
    Look(Look),
    /// The notifier takes the replies of a conversation further.
    Send(ConversationId),
    /// The notifier takes a word further that belongs to no conversation.
    SendNotice(NoticeId),
}

/// What routing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    At(ConversationId),
    AtBrand,
}

impl Delivery {
    /// Whether two must keep their order: the same reader and the same conversation.
    fn follows(&self, earlier: &Delivery) -> bool {
        match (self, earlier) {
            (Delivery::Classify { conversation, .. }, Delivery::Classify { conversation: other, .. }) => {
                conversation == other
            }
            _ => self == earlier,
        }
    }
}

/// Why something that was done was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// As other systems read it.
    pub code: String,
    pub why: String,
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Refusal { code: rejection.code().to_owned(), why: rejection.to_string() }
    }
}

/// A reply that a person wanted to give.
#[derive(Debug, Clone)]
pub struct Reply {
    pub conversation: Option<ConversationId>,
    /// None when it was refused.
    pub reply: Option<ReplyId>,
    /// The code of the refusal, in small letters.
    pub refused: Option<String>,
}

pub struct World<'m> {
    pub(crate) id: BrandId,
    pub(crate) brand: Arc<Brand>,
    classify: Classify<'m>,
    pub(crate) now: Timestamp,
    pub(crate) log: Log,
    pub(crate) places: Places,
    pub(crate) view: View,
    pub(crate) measures: Recomputed,
    /// In the order in which they were given.
    pub(crate) replies: Vec<Reply>,
    /// The network of each post that has come, by its id.
    networks: BTreeMap<String, Network>,
    waiting: VecDeque<Delivery>,
    /// When what is looked at again, and the same the other way round.
    timers: BTreeSet<(Timestamp, Look)>,
    looks: BTreeMap<Look, Timestamp>,
    /// What comes late, and when; of one instant in the order in which it was put off.
    late: BTreeMap<(Timestamp, u64), Delivery>,
    lots: Lots,
    /// A decision was lost before it was written.
    lost: bool,
    /// The bytes of routing's newest checkpoint.
    checkpoint: Option<Vec<u8>>,
}

impl<'m> World<'m> {
    /// A world in which nothing has happened but that the brand published its settings, at `begins`.
    pub fn new(brand: Arc<Brand>, classify: Classify<'m>, begins: Timestamp, faults: Faults) -> Self {
        let id = BrandId::new(brand.slug()).expect("checked settings have the short name of a brand");
        let mut world = World {
            id,
            brand,
            classify,
            now: begins,
            log: Log::default(),
            places: Places::default(),
            view: View::default(),
            measures: Recomputed::default(),
            replies: Vec::new(),
            networks: BTreeMap::new(),
            waiting: VecDeque::new(),
            timers: BTreeSet::new(),
            looks: BTreeMap::new(),
            late: BTreeMap::new(),
            lots: Lots::new(faults),
            lost: false,
            checkpoint: None,
        };
        world.publish();
        world
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Every conversation as it stands, in no order.
    pub fn conversations(&self) -> impl Iterator<Item = (&ConversationId, &::routing::Entry)> {
        self.view.conversations.iter().map(|(id, entry)| (id, &**entry))
    }

    /// Publishes the brand's settings as they are here; the same text twice is the same fact.
    fn publish(&mut self) {
        let settings = self.brand.settings();
        let fact = SettingsPublished {
            version: self.brand.version().to_owned(),
            yaml: settings.source().to_owned(),
            file: settings.file().to_owned(),
        };
        let record = Record {
            id: RecordId::caused("scenario", settings.source().as_bytes()),
            subject: Subject::Brand { brand: self.id.clone() },
            occurred_at: self.now,
            recorded_at: self.now,
            actor: Actor::Service("scenario".into()),
            caused_by: None,
            correlation: None,
            facts: vec![fact.into()],
        };
        let head = self.log.head(&record.subject);
        self.append(record, head);
    }

    /// Lets an entry of the timeline happen now, and all that follows from it at once. `nth` is its place in the timeline;
    /// of a burst only the post `of_burst` (from 0) happens.
    ///
    /// # Errors
    /// What was done is refused; nothing of it has happened.
    pub fn happen(&mut self, at: Timestamp, entry: &Entry, nth: usize, of_burst: u32) -> Result<(), Refusal> {
        self.now = at;
        let happened = match &entry.action {
            Action::Post(post) => self.post(post),
            Action::Burst(burst) => self.post(&burst.post(of_burst)),
            Action::Engagement(engagement) => self.engagement(engagement),
            Action::Contact(contact) => self.contact(contact, nth),
            Action::Agent(act) => self.act(act, nth),
            Action::Customer(choice) => self.choose(choice, nth),
        };
        self.settle();
        happened
    }

    /// When something has to be looked at again, though nothing happens to it before.
    pub fn next_timer(&self) -> Option<Timestamp> {
        let late = self.late.first_key_value().map(|((at, _), _)| *at);
        self.timers.first().map(|(at, _)| *at).into_iter().chain(late).min()
    }

    /// Lets the clock come to `at`: what is due by then is looked at.
    pub fn ring(&mut self, at: Timestamp) {
        self.now = at;
        while let Some((due, look)) = self.timers.first().copied().filter(|(due, _)| *due <= at) {
            self.timers.remove(&(due, look));
            self.looks.remove(&look);
            self.waiting.push_back(Delivery::Look(look));
        }
        while let Some(entry) = self.late.first_entry().filter(|entry| entry.key().0 <= at) {
            self.waiting.push_back(entry.remove());
        }
        self.settle();
    }

    /// Notes when something has to be looked at again, instead of what was noted before.
    fn note(&mut self, look: Look, at: Option<Timestamp>) {
        if let Some(known) = self.looks.remove(&look) {
            self.timers.remove(&(known, look));
        }
        if let Some(at) = at {
            self.looks.insert(look, at);
            self.timers.insert((at, look));
        }
    }

    /// Delivers what was written, and what is written because of it, until nothing is left.
    fn settle(&mut self) {
        // Routing that breaks off again and again before it has looked at everything would never get on.
        let mut crashes_left = 2_u32;
        for _ in 0..DELIVERIES_MAX {
            crashes_left = crashes_left.saturating_sub(self.may_crash(crashes_left).into());
            let Some(delivery) = self.next_delivery() else { return };
            if self.put_off(delivery) {
                continue;
            }
            let times = if self.lots.twice() { 2 } else { 1 };
            for _ in 0..times {
                self.deliver(delivery);
            }
            if std::mem::take(&mut self.lost) {
                // Whoever handled it broke off before he wrote, and finds it again when he is back.
                self.waiting.push_back(delivery);
            }
        }
        let newest = self.log.entries().iter().rev().take(6).flat_map(|stored| &stored.record.facts);
        let names: Vec<_> = newest.map(conversation::Fact::name).collect();
        panic!(
            "decisions of the same instant call for each other without end; the newest facts are {}",
            names.join(", ")
        );
    }

    /// The next delivery, or with faults any that need not wait for one before it.
    fn next_delivery(&mut self) -> Option<Delivery> {
        let drawn = *self.waiting.get(self.lots.which(self.waiting.len()))?;
        let first = self.waiting.iter().position(|earlier| drawn.follows(earlier))?;
        self.waiting.remove(first)
    }

    fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Classify { conversation, sequence } => {
                if let Some(stored) = self.log.get(sequence).cloned() {
                    self.classify(conversation, &stored.record);
                }
            }
            Delivery::Look(Look::At(conversation)) => self.attend(conversation),
            Delivery::Look(Look::AtBrand) => self.attend_brand(),
            Delivery::Send(conversation) => self.send(conversation),
            Delivery::SendNotice(notice) => self.send_notice(notice),
        }
    }

    /// Makes a decision about a customer; a refusal ends it.
    fn decide_customer(&mut self, customer: CustomerId, draft: Draft, command: &CustomerCommand) -> Option<Rejection> {
        let subject = Subject::Customer { brand: self.id.clone(), customer };
        let (state, version) = match self.view.customers.get(&customer) {
            Some(entry) => (entry.state.clone(), entry.version),
            None => (Customer::default(), 0),
        };
        match conversation::customer::decide(&state, customer, command, draft.record) {
            Ok(facts) if facts.is_empty() => None,
            Ok(facts) => {
                self.append(draft.record(&subject, facts), version);
                None
            }
            Err(rejection) => Some(rejection),
        }
    }

    /// Makes a decision of a service. A refusal ends it: the state has moved on.
    fn react(
        &mut self,
        conversation: ConversationId,
        draft: Draft,
        decide: impl Fn(&Conversation, &Context) -> Decision,
    ) {
        let Some(entry) = self.view.conversations.get(&conversation) else { return };
        let subject = entry.subject(conversation);
        if self.breaks_off() {
            return;
        }
        // Services log a refusal and go on; here the trace shows what was written, and that suffices.
        let _refused = self.transact(&subject, draft, decide).err();
    }

    /// The parts of a reply, in their order.
    pub(crate) fn parts_of(&self, conversation: &ConversationId, reply: ReplyId) -> Vec<&ReplySubmitted> {
        let records = self.log.of(conversation).map(|stored| stored.record.facts.as_slice());
        let of_reply = |facts: &&[Fact]| facts.iter().filter_map(submitted).any(|fact| fact.reply == reply);
        records.filter(of_reply).flatten().filter_map(submitted).collect()
    }

    /// Decides on a conversation as it stands, and writes the facts; false when it was already so.
    fn transact(
        &mut self,
        subject: &Subject,
        draft: Draft,
        decide: impl Fn(&Conversation, &Context) -> Decision,
    ) -> Result<bool, Rejection> {
        let conversation = subject.conversation().expect("only conversations are decided on");
        let context = Context { conversation, record: draft.record, now: draft.now };
        let (facts, version) = match self.view.conversations.get(&conversation) {
            Some(entry) => (decide(&entry.state, &context)?, entry.version),
            None => (decide(&Conversation::default(), &context)?, 0),
        };
        if facts.is_empty() {
            return Ok(false);
        }
        Ok(self.append(draft.record(subject, facts), version))
    }

    /// Writes a record down, brings it into the views, and delivers it.
    fn append(&mut self, record: Record, expected: u64) -> bool {
        let stored = match self.log.append(record, expected) {
            Appended::Written(stored) => stored,
            Appended::Duplicate => return false,
            Appended::Conflict => panic!("a view of the log lies behind it, though both are in one memory"),
        };
        let record = &stored.record;
        self.places.fold(record);
        let mut stirred = self.view.fold(stored.sequence, record);
        if record.subject.conversation().is_none() {
            // The view keeps its queues in no order.
            stirred.sort_unstable();
        }
        self.measures.add(record);
        if let Some(conversation) = record.subject.conversation() {
            self.waiting.push_back(Delivery::Classify { conversation, sequence: stored.sequence });
        }
        self.waiting.extend(stirred.into_iter().map(|stirred| Delivery::Look(Look::At(stirred))));
        if record.facts.iter().any(routing::moves_brand) {
            self.waiting.push_back(Delivery::Look(Look::AtBrand));
        }
        self.waiting.extend(record.subject.conversation().map(Delivery::Send));
        if let Subject::Notice { notice, .. } = record.subject {
            self.waiting.push_back(Delivery::SendNotice(notice));
        }
        true
    }
}

/// The part of a reply that a fact submits.
fn submitted(fact: &Fact) -> Option<&ReplySubmitted> {
    match fact {
        Fact::ReplySubmitted(fact) => Some(fact),
        _ => None,
    }
}

//! The view of everything: every conversation as it stands, every customer, every brand's settings, who is on. It is a fold of
//! the log and nothing else, so it may be thrown away at any time. It holds no lock and reads no clock, so that scenarios and
//! simulations run on it as the service does.

use crate::queue;
use brand::Brand;
use conversation::customer::Customer;
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Fact, PersonId, Record, Status, Story, Subject};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// One conversation with where it stands in the log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub brand: BrandId,
    pub customer: CustomerId,
    pub state: Conversation,
    /// The sequence of its newest record.
    pub version: u64,
}

impl Entry {
    pub fn subject(&self, conversation: ConversationId) -> Subject {
        Subject::Conversation { brand: self.brand.clone(), customer: self.customer, conversation }
    }
}

/// One customer with where his own story stands in the log.
#[derive(Debug, Clone)]
pub struct CustomerEntry {
    pub brand: BrandId,
    pub state: Customer,
    /// The sequence of the newest record about him; 0 when there is none.
    pub version: u64,
    /// In the order in which they came into the log.
    pub conversations: Vec<ConversationId>,
}

/// One brand with its settings in force.
#[derive(Debug, Clone)]
pub struct BrandEntry {
    pub brand: Arc<Brand>,
    /// None while the built-in settings are in force.
    pub published_at: Option<Timestamp>,
    pub presence: HashMap<PersonId, bool>,
    pub version: u64,
    /// What waits for each team, and what each person has.
    pub work: Work,
}

impl BrandEntry {
    pub fn builtin(id: &BrandId) -> Self {
        BrandEntry {
            brand: Arc::new(Brand::builtin(id.as_str())),
            published_at: None,
            presence: HashMap::new(),
            version: 0,
            work: Work::default(),
        }
    }

    pub fn is_online(&self, person: &PersonId) -> bool {
        self.presence.get(person).copied().unwrap_or(false)
    }
}

/// The queues and loads of a brand, kept beside the conversations so that nobody counts a million of them.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Waiting, and with nobody: by team, the most urgent first.
    pub waiting: HashMap<Box<str>, BTreeSet<queue::Key>>,
    /// What each person has in hand, or was offered.
    pub loads: HashMap<PersonId, Load>,
    /// What each person was offered and has not touched.
    pub offered: HashMap<PersonId, BTreeSet<ConversationId>>,
}

/// How much a person has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    pub public: u32,
    pub private: u32,
}

impl Work {
    fn count(&mut self, id: ConversationId, state: &Conversation, present: bool) {
        if !matches!(state.status(), Status::Open | Status::WaitingForCustomer) {
            return;
        }
        let offered = state.offer.as_ref().map(|offer| &offer.person).filter(|_| state.assignee.is_none());
        for person in state.assignee.iter().chain(state.second.iter()).chain(offered) {
            let load = self.loads.entry(person.clone()).or_default();
            let count = if state.private { &mut load.private } else { &mut load.public };
            *count = if present { *count + 1 } else { count.saturating_sub(1) };
        }
        if let Some(person) = offered {
            let offers = self.offered.entry(person.clone()).or_default();
            if present {
                offers.insert(id)
            } else {
                offers.remove(&id)
            };
        }
        let is_free = state.assignee.is_none() && offered.is_none() && state.status() == Status::Open;
        let Some(team) = state.team.as_ref().filter(|_| is_free) else { return };
        let queue = self.waiting.entry(team.as_str().into()).or_default();
        let key = queue::key(id, state);
        if present {
            queue.insert(key)
        } else {
            queue.remove(&key)
        };
    }
}

/// Everything, as of a sequence.
#[derive(Default)]
pub struct View {
    /// Boxed, so that the table grows by moving pointers.
    pub conversations: HashMap<ConversationId, Box<Entry>>,
    pub customers: HashMap<CustomerId, Box<CustomerEntry>>,
    pub brands: HashMap<BrandId, BrandEntry>,
    /// The newest sequence that is in here.
    pub as_of: u64,
}

impl View {
    /// Folds a record of the log, in its order.
    pub fn fold(&mut self, sequence: u64, record: &Record) {
        self.as_of = self.as_of.max(sequence);
        match &record.subject {
            Subject::Conversation { brand, customer, conversation } => {
                self.change(*conversation, brand, *customer, |entry| {
                    if entry.version < sequence {
                        conversation::evolve(&mut entry.state, record);
                        entry.version = sequence;
                    }
                });
            }
            Subject::Customer { brand, customer } => {
                let entry = self.customer_entry(brand, *customer);
                if entry.version < sequence {
                    entry.state.evolve(record);
                    entry.version = sequence;
                }
            }
            Subject::Brand { brand } => self.fold_brand(brand, sequence, record),
            Subject::Filtered { .. } => {}
        }
    }

    /// Puts a conversation in as it stands now, unless a newer one is in.
    pub fn put(&mut self, id: ConversationId, new: Entry) {
        let (brand, customer) = (new.brand.clone(), new.customer);
        self.change(id, &brand, customer, |entry| {
            if entry.version < new.version {
                *entry = new;
            }
        });
    }

    /// Changes a conversation and keeps queues and loads right.
    fn change(&mut self, id: ConversationId, brand: &BrandId, customer: CustomerId, how: impl FnOnce(&mut Entry)) {
        if !self.conversations.contains_key(&id) {
            self.customer_entry(brand, customer).conversations.push(id);
        }
        let work = &mut self.brands.entry(brand.clone()).or_insert_with(|| BrandEntry::builtin(brand)).work;
        let entry = self.conversations.entry(id).or_insert_with(|| {
            Box::new(Entry { brand: brand.clone(), customer, state: Conversation::default(), version: 0 })
        });
        work.count(id, &entry.state, false);
        how(entry);
        work.count(id, &entry.state, true);
    }

    fn customer_entry(&mut self, brand: &BrandId, customer: CustomerId) -> &mut CustomerEntry {
        self.customers.entry(customer).or_insert_with(|| {
            let (brand, state) = (brand.clone(), Customer::default());
            Box::new(CustomerEntry { brand, state, version: 0, conversations: Vec::new() })
        })
    }

    fn fold_brand(&mut self, id: &BrandId, sequence: u64, record: &Record) {
        let entry = self.brands.entry(id.clone()).or_insert_with(|| BrandEntry::builtin(id));
        entry.version = entry.version.max(sequence);
        for fact in &record.facts {
            match fact {
                Fact::SettingsPublished(settings) => publish(entry, &settings.yaml, &settings.file, record.recorded_at),
                Fact::PresenceChanged(presence) => {
                    entry.presence.insert(presence.person.clone(), presence.online);
                }
                // Facts of conversations and counts of intake say nothing about settings or presence.
                _ => {}
            }
        }
    }

    /// The conversation that an id leads to now, through all merges.
    pub fn resolve(&self, id: ConversationId) -> ConversationId {
        let mut at = id;
        // A chain of merges cannot be longer than the number of conversations; the bound only guards against a ring.
        for _ in 0..64 {
            match self.conversations.get(&at).and_then(|entry| entry.state.merged_into) {
                Some(target) => at = target,
                None => break,
            }
        }
        at
    }

    /// Whoever of the brand's people handled this customer before, the latest first: those who hold, or answered, one of his
    /// conversations or of a linked profile's.
    pub fn known_to(&self, customer: &CustomerId) -> Vec<PersonId> {
        let linked = self.customers.get(customer).map_or(&[][..], |entry| &entry.state.linked);
        let mut met: Vec<(Timestamp, PersonId)> = Vec::new();
        for entry in [customer].into_iter().chain(linked).filter_map(|id| self.customers.get(id)) {
            for conversation in entry.conversations.iter().filter_map(|id| self.conversations.get(id)) {
                let state = &conversation.state;
                let last = state.last_activity_at.unwrap_or(Timestamp::MIN);
                met.extend(state.assignee.iter().map(|person| (last, person.clone())));
                met.extend(state.replies.iter().filter_map(|reply| Some((reply.at, reply.person.clone()?))));
            }
        }
        met.sort_by(|a, b| b.cmp(a));
        let mut people: Vec<PersonId> = Vec::new();
        for (_, person) in met {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }
}

/// Puts settings into force. Settings that an older version of Earshot published and this one cannot read leave those
/// before them in force, and say so.
pub fn publish(entry: &mut BrandEntry, yaml: &str, file: &str, at: Timestamp) {
    match brand::Settings::parse(yaml, file).and_then(Brand::compile) {
        Ok(brand) => {
            entry.brand = Arc::new(brand);
            entry.published_at = Some(at);
        }
        Err(problems) => tracing::error!(
            brand = entry.brand.slug(),
            problems = problems.as_slice().len(),
            "published settings cannot be read by this version; the ones before them stay in force"
        ),
    }
}

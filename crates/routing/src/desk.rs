//! The view of everything: every conversation as it stands, every brand's settings, who is on. It is a fold of the
//! log and nothing else, so it may be thrown away at any time.

use brand::Brand;
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Fact, PersonId, Record, Subject};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::broadcast;

/// How many changes a slow watcher may fall behind before it is caught up from the view.
const CHANGES_KEPT: usize = 4_096;

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

/// One brand with its settings in force.
#[derive(Debug, Clone)]
pub struct BrandEntry {
    pub brand: Arc<Brand>,
    /// None while the built-in settings are in force.
    pub published_at: Option<Timestamp>,
    pub presence: HashMap<PersonId, bool>,
    pub version: u64,
}

impl BrandEntry {
    fn builtin(id: &BrandId) -> Self {
        BrandEntry {
            brand: Arc::new(Brand::builtin(id.as_str())),
            published_at: None,
            presence: HashMap::new(),
            version: 0,
        }
    }
}

/// A conversation changed.
#[derive(Debug, Clone)]
pub struct Changed {
    pub sequence: u64,
    pub conversation: ConversationId,
    pub fact_kinds: Vec<&'static str>,
}

#[derive(Default)]
pub struct View {
    /// Boxed, so that the table grows by moving pointers.
    pub conversations: HashMap<ConversationId, Box<Entry>>,
    pub brands: HashMap<BrandId, BrandEntry>,
    /// The newest sequence that is in here.
    pub as_of: u64,
}

/// The view behind a lock that is never held across an await, and the news of its changes.
pub struct Desk {
    view: RwLock<View>,
    changes: broadcast::Sender<Changed>,
}

impl Default for Desk {
    fn default() -> Self {
        Desk { view: RwLock::default(), changes: broadcast::channel(CHANGES_KEPT).0 }
    }
}

impl Desk {
    pub fn read(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, View> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn watch(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Folds a record of the log, in its order.
    pub fn fold(&self, sequence: u64, record: &Record) {
        self.write().fold(sequence, record);
        if let Some(conversation) = record.subject.conversation().filter(|_| self.changes.receiver_count() > 0) {
            let fact_kinds = record.facts.iter().map(Fact::name).collect();
            // No receiver is no loss: whoever watches later begins with the view.
            let _ = self.changes.send(Changed { sequence, conversation, fact_kinds });
        }
    }

    /// Takes over what a decision of this process has just made of a conversation, before the log brings it back.
    pub fn take_over(&self, subject: &Subject, state: Conversation, version: u64) {
        let Subject::Conversation { brand, customer, conversation } = subject else { return };
        let mut view = self.write();
        let known = view.conversations.get(conversation).map_or(0, |entry| entry.version);
        if known < version {
            let entry = Entry { brand: brand.clone(), customer: *customer, state, version };
            view.conversations.insert(*conversation, Box::new(entry));
        }
    }

    pub fn entry(&self, conversation: &ConversationId) -> Option<Entry> {
        self.read().conversations.get(conversation).map(|entry| (**entry).clone())
    }

    /// The settings in force for a brand; the built-in ones when it has published none.
    pub fn brand(&self, id: &BrandId) -> Arc<Brand> {
        if let Some(entry) = self.read().brands.get(id) {
            return Arc::clone(&entry.brand);
        }
        let mut view = self.write();
        Arc::clone(&view.brands.entry(id.clone()).or_insert_with(|| BrandEntry::builtin(id)).brand)
    }
}

impl View {
    pub fn fold(&mut self, sequence: u64, record: &Record) {
        self.as_of = self.as_of.max(sequence);
        match &record.subject {
            Subject::Conversation { brand, customer, conversation } => {
                let entry = self.conversations.entry(*conversation).or_insert_with(|| {
                    let (brand, state) = (brand.clone(), Conversation::default());
                    Box::new(Entry { brand, customer: *customer, state, version: 0 })
                });
                if entry.version < sequence {
                    conversation::evolve(&mut entry.state, record);
                    entry.version = sequence;
                }
            }
            Subject::Brand { brand } => self.fold_brand(brand, sequence, record),
            Subject::Filtered { .. } => {}
        }
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

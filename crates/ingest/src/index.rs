//! Where each post is, and which conversation of a customer is open: a view of the log, held in memory. It is a hint that
//! makes the common case quick; the log itself has the last word (see [`crate::receive`]). The dedupe of old posts rests
//! on it alone, so nothing is taken in before it has caught up, nor when it lies too far behind.

use crate::place;
use brand::Brand;
use conversation::received::parent_key;
use conversation::{BrandId, ConversationId, CustomerId, Fact, PostKey, Record, Subject};
use journal::{Entry, Journal, TailConfig};
use service::Process;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use wire::subjects;

/// A post of a customer or a reply of the brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub customer: CustomerId,
    pub conversation: ConversationId,
}

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Customer {
    /// The ordinal of the next conversation that would be opened.
    pub next_ordinal: u32,
    /// The conversation that his next post joins.
    pub open: Option<ConversationId>,
}

/// A post that a rule kept out.
struct Filtered {
    brand: BrandId,
    customer: CustomerId,
    rule: Box<str>,
    brought_back: bool,
}

impl Filtered {
    fn subject(&self, post: PostKey) -> Subject {
        Subject::Filtered { brand: self.brand.clone(), customer: self.customer, post }
    }
}

#[derive(Default)]
pub struct Places {
    posts: HashMap<PostKey, Known>,
    /// Posts that are not in yet, by those that answer, edit or delete them.
    awaited: HashMap<PostKey, Known>,
    /// What rules kept out.
    filtered: HashMap<PostKey, Filtered>,
    customers: HashMap<CustomerId, Customer>,
    brands: HashMap<BrandId, Arc<Brand>>,
}

/// The places behind a lock that is never held across an await.
#[derive(Default)]
pub struct Index {
    places: RwLock<Places>,
    ready: AtomicBool,
    lag: AtomicU64,
}

impl Index {
    pub fn read(&self) -> RwLockReadGuard<'_, Places> {
        self.places.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Places> {
        self.places.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Folds a record, whether the log brought it or this process has just written it. Twice is as once.
    pub fn fold(&self, record: &Record) {
        self.write().fold(record);
    }

    /// Whether posts may be taken in: it has caught up once and is no more than `lag_max` records behind.
    pub fn is_ready(&self, lag_max: u64) -> bool {
        self.ready.load(Ordering::Acquire) && self.lag.load(Ordering::Relaxed) <= lag_max
    }

    /// The settings in force for a brand.
    pub fn brand(&self, id: &BrandId) -> Arc<Brand> {
        if let Some(brand) = self.read().brands.get(id) {
            return Arc::clone(brand);
        }
        let builtin = || Arc::new(Brand::builtin(id.as_str()));
        Arc::clone(self.write().brands.entry(id.clone()).or_insert_with(builtin))
    }
}

impl Places {
    /// Where a post or reply is that is in already.
    pub fn post(&self, key: &PostKey) -> Option<Known> {
        self.posts.get(key).copied()
    }

    /// Where a post that is not in yet is waited for.
    pub fn awaited(&self, key: &PostKey) -> Option<Known> {
        self.awaited.get(key).copied()
    }

    /// The rule that kept a post out of the care queue.
    pub fn filtered_by(&self, key: &PostKey) -> Option<&str> {
        self.filtered.get(key).map(|filtered| &*filtered.rule)
    }

    /// Where the records of a post stand that a rule kept out.
    pub fn filtered_subject(&self, key: &PostKey) -> Option<Subject> {
        self.filtered.get(key).map(|filtered| filtered.subject(*key))
    }

    /// Posts that were brought back and are in no conversation yet.
    pub fn returning(&self) -> Vec<Subject> {
        let waits = |(key, filtered): &(&PostKey, &Filtered)| filtered.brought_back && !self.posts.contains_key(*key);
        self.filtered.iter().filter(waits).map(|(key, filtered)| filtered.subject(*key)).collect()
    }

    pub fn customer(&self, id: &CustomerId) -> Customer {
        self.customers.get(id).copied().unwrap_or_default()
    }

    /// Folds a record. Twice is as once.
    pub fn fold(&mut self, record: &Record) {
        match &record.subject {
            Subject::Conversation { brand, customer, conversation } => {
                self.note_conversation(*customer, *conversation);
                let at = Known { customer: *customer, conversation: *conversation };
                for fact in &record.facts {
                    self.fold_fact(brand, at, fact);
                }
            }
            Subject::Filtered { brand, customer, post } => {
                for fact in &record.facts {
                    match fact {
                        Fact::PostFiltered(fact) => {
                            let (brand, rule) = (brand.clone(), fact.rule.as_str().into());
                            let filtered = Filtered { brand, customer: *customer, rule, brought_back: false };
                            self.filtered.entry(*post).or_insert(filtered);
                        }
                        Fact::PostBroughtBack(_) => {
                            if let Some(filtered) = self.filtered.get_mut(post) {
                                filtered.brought_back = true;
                            }
                        }
                        // No other fact stands on such a subject.
                        _ => {}
                    }
                }
            }
            // Whose conversation a post belongs to does not hang on what is known of the customer.
            Subject::Customer { .. } | Subject::Notice { .. } => {}
            Subject::Brand { brand } => {
                for fact in &record.facts {
                    if let Fact::SettingsPublished(settings) = fact {
                        self.publish(brand, &settings.yaml, &settings.file);
                    }
                }
            }
        }
    }

    /// Learns how many conversations a customer has had. A conversation that is new here is the customer's open one.
    fn note_conversation(&mut self, id: CustomerId, conversation: ConversationId) {
        let customer = self.customers.entry(id).or_default();
        if ConversationId::of(&id, customer.next_ordinal) == conversation {
            customer.next_ordinal += 1;
            customer.open = Some(conversation);
        }
    }

    fn fold_fact(&mut self, brand: &BrandId, at: Known, fact: &Fact) {
        match fact {
            Fact::PostReceived(post) => {
                self.arrived(post.post, at);
                self.wait_for(parent_key(brand, &post.network, &post.parent_native_id), at);
            }
            Fact::ReplyObserved(reply) => {
                self.arrived(reply.post, at);
                self.wait_for(parent_key(brand, &reply.network, &reply.parent_native_id), at);
            }
            Fact::ReplySent(reply) => {
                if let Some(post) = reply.post {
                    self.arrived(post, at);
                }
            }
            Fact::PostEdited(edit) => self.wait_for(Some(edit.post), at),
            Fact::PostDeleted(deleted) => self.wait_for(Some(deleted.post), at),
            Fact::Resolved(_) => {
                let customer = self.customers.entry(at.customer).or_default();
                if customer.open == Some(at.conversation) {
                    customer.open = None;
                }
            }
            Fact::Reopened(_) => self.customers.entry(at.customer).or_default().open = Some(at.conversation),
            Fact::Merged(merged) => {
                let customer = self.customers.entry(at.customer).or_default();
                if customer.open == Some(at.conversation) {
                    let is_own = place::is_own(&at.customer, merged.into, customer.next_ordinal);
                    customer.open = Some(merged.into).filter(|_| is_own);
                }
            }
            // What people and the notifier do moves no post.
            _ => {}
        }
    }

    fn arrived(&mut self, post: PostKey, at: Known) {
        self.posts.insert(post, at);
        self.awaited.remove(&post);
    }

    fn wait_for(&mut self, post: Option<PostKey>, at: Known) {
        if let Some(post) = post.filter(|post| !self.posts.contains_key(post)) {
            self.awaited.entry(post).or_insert(at);
        }
    }

    fn publish(&mut self, id: &BrandId, yaml: &str, file: &str) {
        match brand::Settings::parse(yaml, file).and_then(Brand::compile) {
            Ok(brand) => {
                self.brands.insert(id.clone(), Arc::new(brand));
            }
            Err(problems) => tracing::error!(
                brand = %id,
                problems = problems.as_slice().len(),
                "published settings cannot be read by this version; the ones before them stay in force"
            ),
        }
    }
}

/// Follows the log until the process is asked to stop; tells once when it has caught up.
pub async fn follow(
    process: &Process,
    journal: &Journal,
    index: &Index,
    when_ready: impl FnOnce(),
) -> anyhow::Result<()> {
    let check = process.health.check("index");
    let metrics = service::metrics::for_service("ingest");
    let filters = [subjects::CONVERSATIONS, subjects::FILTERED, subjects::BRANDS].map(str::to_owned).to_vec();
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let mut when_ready = Some(when_ready);
    let mut become_ready = || {
        index.ready.store(true, Ordering::Release);
        check.ready();
        if let Some(tell) = when_ready.take() {
            tell();
        }
    };
    if process.shutdown.unless_begun(tail.pending()).await == Some(0) {
        become_ready();
    }
    while let Some(Some(item)) = process.shutdown.unless_begun(tail.next()).await {
        match &*item.entry {
            Entry::Record(record) => index.fold(record),
            Entry::Undecodable { reason } => {
                tracing::error!(sequence = item.sequence, reason, "a record cannot be read; its posts are not indexed");
            }
            Entry::Due(_) => {}
        }
        index.lag.store(item.pending, Ordering::Relaxed);
        metrics.lag("index", item.pending);
        if item.pending == 0 && !index.ready.load(Ordering::Acquire) {
            tracing::info!("the index has caught up with the log");
            become_ready();
        }
    }
    Ok(())
}

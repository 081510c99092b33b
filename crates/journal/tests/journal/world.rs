//! What every test needs: a journal, and records to put in it.

use conversation::brand_facts::PresenceChanged;
use conversation::received::ContactRecorded;
use conversation::{
    Actor, BrandId, Command, Context, Conversation, ConversationId, CustomerId, Decision, Fact, Network, PersonId,
    Personal, Record, RecordId, Subject,
};
use jiff::{SignedDuration, Timestamp};
use journal::testing::Server;
use journal::{Draft, Entry, Item, Journal, Tail, TailConfig};

pub struct World {
    pub journal: Journal,
    /// None for the twin.
    pub server: Option<Server>,
}

impl World {
    pub fn memory() -> Self {
        World { journal: Journal::memory(Timestamp::now()), server: None }
    }

    pub async fn jetstream() -> Self {
        // RUST_LOG=journal=debug shows what the journal does.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        let server = Server::start().await;
        World { journal: server.journal().await, server: Some(server) }
    }

    /// Lets the clock reach a moment: the twin's is turned, a server's runs by itself.
    pub fn reach(&self, moment: Timestamp) {
        self.journal.advance(moment);
    }
}

pub fn brand() -> BrandId {
    BrandId::new("aurora-air").unwrap()
}

pub fn customer(name: &str) -> CustomerId {
    CustomerId::of(&brand(), &Network::new("x").unwrap(), name)
}

/// The first conversation of a customer.
pub fn about(name: &str) -> Subject {
    let customer = customer(name);
    Subject::Conversation { brand: brand(), customer, conversation: ConversationId::of(&customer, 0) }
}

pub fn about_brand() -> Subject {
    Subject::Brand { brand: brand() }
}

pub fn id(cause: &str) -> RecordId {
    RecordId::caused("test", cause.as_bytes())
}

pub fn now() -> Timestamp {
    // Whole microseconds, as clocks give them.
    Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap()
}

pub fn soon(milliseconds: i64) -> Timestamp {
    now() + SignedDuration::from_millis(milliseconds)
}

pub fn contact(words: &str) -> ContactRecorded {
    ContactRecorded { via: "phone".to_owned(), contacted_at: now(), summary: Personal::text(words) }
}

pub fn draft(cause: &str) -> Draft {
    Draft {
        record: id(cause),
        occurred_at: now(),
        now: now(),
        actor: Actor::Service("test".to_owned()),
        caused_by: None,
        correlation: None,
    }
}

/// A record of one contact.
pub fn record(subject: &Subject, cause: &str) -> Record {
    draft(cause).record(subject, vec![Fact::from(contact(cause))])
}

pub fn presence(cause: &str, online: bool) -> Record {
    let person = PersonId::new("mara").unwrap();
    draft(cause).record(&about_brand(), vec![Fact::from(PresenceChanged { person, online })])
}

/// Decides to record a contact, once.
pub fn note_contact(words: &str) -> impl Fn(&Conversation, &Context) -> Decision + use<> {
    let command = Command::RecordContact(contact(words));
    move |state, context| conversation::decide(state, &command, context)
}

/// Appends `count` records of one conversation, causes `<name>-0` and so on.
pub async fn fill(journal: &Journal, name: &str, count: usize) -> Vec<u64> {
    let mut last = journal.last_of(&about(name)).await.unwrap();
    let mut sequences = Vec::new();
    for at in 0..count {
        last = journal.append(&record(&about(name), &format!("{name}-{at}")), last).await.unwrap().sequence;
        sequences.push(last);
    }
    sequences
}

/// Follows everything after a sequence.
pub fn follow(journal: &Journal, after_sequence: u64) -> Tail {
    journal.tail(TailConfig { filters: vec![wire::subjects::ALL.to_owned()], after_sequence })
}

pub async fn take(tail: &mut Tail, count: usize) -> Vec<Item> {
    let mut items = Vec::with_capacity(count);
    while items.len() < count {
        items.push(tail.next().await.expect("the journal is open"));
    }
    items
}

pub fn record_of(entry: &Entry) -> &Record {
    match entry {
        Entry::Record(record) => record,
        other => panic!("a record was expected, not {other:?}"),
    }
}

//! The desk as of a sequence, kept beside the log so that a start need not read all of it. A checkpoint is never
//! needed: one that is missing, older than this version's state or unreadable costs time, nothing else.

use crate::desk::Desk;
use crate::tellings::Telling;
use crate::view::{BrandEntry, CustomerEntry, Entry, View, publish};
use conversation::state::STATE_VERSION;
use conversation::surge::Stream;
use conversation::told::NewsChosen;
use conversation::{BrandId, Conversation, ConversationId, Customer, CustomerId, PersonId};
use jiff::Timestamp;
use journal::Journal;
use serde::{Deserialize, Serialize};

const NAME: &str = "routing-desk";
/// Changes with the shape of a checkpoint.
const VERSION: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Checkpoint {
    /// Of this file's own shape, and of the states in it.
    version: (u32, u32),
    as_of: u64,
    brands: Vec<BrandPart>,
    customers: Vec<CustomerPart>,
    conversations: Vec<ConversationPart>,
    /// What people are still to be told.
    untold: Vec<Telling>,
}

/// Customers about whom something is known beside their conversations, or who have several.
#[derive(Serialize, Deserialize)]
struct CustomerPart {
    id: CustomerId,
    brand: BrandId,
    version: u64,
    state: Customer,
    /// In the order in which they came into the log.
    conversations: Vec<ConversationId>,
}

#[derive(Serialize, Deserialize)]
struct BrandPart {
    id: BrandId,
    /// None while the built-in settings are in force.
    settings: Option<(String, String, Timestamp)>,
    presence: Vec<(PersonId, bool)>,
    went: Vec<(PersonId, Timestamp)>,
    chosen: Vec<NewsChosen>,
    version: u64,
    streams: Vec<(Box<str>, Box<str>, Stream)>,
    watched_since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct ConversationPart {
    id: ConversationId,
    brand: BrandId,
    customer: CustomerId,
    version: u64,
    state: Conversation,
    spreaders_reach: u64,
}

/// Loads the newest checkpoint into the desk and answers the sequence it stands for; 0 when there is none.
pub async fn load(journal: &Journal, desk: &Desk) -> u64 {
    let stored = match journal.load_checkpoint(NAME).await {
        Ok(Some((_, bytes))) => bytes,
        Ok(None) => return 0,
        Err(error) => {
            tracing::warn!(%error, "the checkpoint cannot be read; the whole log is");
            return 0;
        }
    };
    let Some(view) = decode(&stored) else {
        tracing::info!("the checkpoint is of another version; the whole log is read");
        return 0;
    };
    let as_of = view.as_of;
    *desk.write() = view;
    tracing::info!(sequence = as_of, "the desk begins with a checkpoint");
    as_of
}

/// The view in the bytes of a checkpoint; none when they are of another version, or no checkpoint.
pub fn decode(bytes: &[u8]) -> Option<View> {
    let checkpoint = postcard::from_bytes::<Checkpoint>(bytes).ok()?;
    (checkpoint.version == (VERSION, STATE_VERSION)).then(|| restore(checkpoint))
}

/// The bytes of a checkpoint of a view.
pub fn encode(view: &View) -> postcard::Result<Vec<u8>> {
    postcard::to_stdvec(&capture(view))
}

fn restore(checkpoint: Checkpoint) -> View {
    let mut view = View { as_of: checkpoint.as_of, untold: checkpoint.untold, ..View::default() };
    for part in checkpoint.brands {
        let mut entry = BrandEntry {
            presence: part.presence.into_iter().collect(),
            went: part.went.into_iter().collect(),
            chosen: part.chosen.into_iter().map(|chosen| (chosen.person.clone(), chosen)).collect(),
            version: part.version,
            watched_since: part.watched_since,
            streams: part.streams.into_iter().map(|(region, topic, stream)| ((region, topic), stream)).collect(),
            ..BrandEntry::builtin(&part.id)
        };
        if let Some((yaml, file, at)) = part.settings {
            publish(&mut entry, &yaml, &file, at);
        }
        view.brands.insert(part.id, entry);
    }
    for part in checkpoint.conversations {
        let ConversationPart { id, brand, customer, version, state, spreaders_reach } = part;
        view.put(id, Entry { brand, customer, state, version, spreaders_reach });
    }
    for part in checkpoint.customers {
        let CustomerPart { id, brand, version, state, conversations } = part;
        view.customers.insert(id, Box::new(CustomerEntry { brand, state, version, conversations }));
    }
    view
}

fn capture(view: &View) -> Checkpoint {
    let brands = view.brands.iter().map(|(id, entry)| BrandPart {
        id: id.clone(),
        settings: entry.published_at.map(|at| {
            let settings = entry.brand.settings();
            (settings.source().to_owned(), settings.file().to_owned(), at)
        }),
        presence: entry.presence.iter().map(|(person, online)| (person.clone(), *online)).collect(),
        went: entry.went.iter().map(|(person, at)| (person.clone(), *at)).collect(),
        chosen: entry.chosen.values().cloned().collect(),
        version: entry.version,
        watched_since: entry.watched_since,
        streams: entry
            .streams
            .iter()
            .map(|((region, topic), stream)| (region.clone(), topic.clone(), stream.clone()))
            .collect(),
    });
    // A decision that the view took over early may be newer than the checkpoint's sequence. That does no harm: its
    // record comes again and is skipped by its version.
    let conversations = view.conversations.iter().map(|(id, entry)| ConversationPart {
        id: *id,
        brand: entry.brand.clone(),
        customer: entry.customer,
        version: entry.version,
        state: entry.state.clone(),
        spreaders_reach: entry.spreaders_reach,
    });
    let told_of = |entry: &CustomerEntry| entry.version > 0 || entry.conversations.len() > 1;
    let customers = view.customers.iter().filter(|(_, entry)| told_of(entry)).map(|(id, entry)| CustomerPart {
        id: *id,
        brand: entry.brand.clone(),
        version: entry.version,
        state: entry.state.clone(),
        conversations: entry.conversations.clone(),
    });
    Checkpoint {
        version: (VERSION, STATE_VERSION),
        as_of: view.as_of,
        brands: brands.collect(),
        customers: customers.collect(),
        conversations: conversations.collect(),
        untold: view.untold.clone(),
    }
}

/// Saves the desk as it stands. A failure is said and does no harm.
pub async fn save(journal: &Journal, desk: &Desk) {
    let (as_of, encoded) = {
        let view = desk.read();
        (view.as_of, encode(&view))
    };
    let bytes = match encoded {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(%error, "the checkpoint cannot be made");
            return;
        }
    };
    if let Err(error) = journal.save_checkpoint(NAME, as_of, bytes.into()).await {
        tracing::warn!(%error, "the checkpoint was not saved");
    }
}

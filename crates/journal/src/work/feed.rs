//! Where work comes from and where its outcome goes: the same for both kinds of journal.

use crate::entry::Raw;
use crate::{jetstream, memory};

/// Whether a message comes from the log or from what was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    Log,
    /// Somebody asked to try it again.
    SetAside,
}

/// What names a held message: its source and its sequence there.
pub(crate) type Key = (Source, u64);

/// A message that was handed to this worker.
#[derive(Debug)]
pub(crate) struct Given {
    pub key: Key,
    /// The message as it stands in the log, also when it comes from what was set aside.
    pub raw: Raw,
    /// How often it was handed out, this time included.
    pub deliveries: u64,
    /// Where its outcome goes to.
    pub reply: String,
}

pub(crate) enum Feed {
    JetStream(Box<jetstream::Feed>),
    Memory(memory::Feed),
}

impl Feed {
    /// The next message; `room` is how many more the worker would hold, `idle` that nothing is running. Cancel-safe.
    pub async fn next(&mut self, room: usize, idle: bool) -> Given {
        match self {
            Feed::JetStream(feed) => feed.next(room, idle).await,
            Feed::Memory(feed) => feed.next().await,
        }
    }

    /// It is done, or `failed` for good and is set aside. When this gets lost, the message comes again.
    pub async fn done(&self, given: &Given, failed: bool) {
        match self {
            Feed::JetStream(feed) => feed.done(given, failed).await,
            Feed::Memory(feed) => feed.done(given, failed),
        }
    }

    /// It takes longer.
    pub async fn more_time(&self, given: &Given) {
        match self {
            Feed::JetStream(feed) => feed.more_time(given).await,
            // In memory a worker's death is seen at once, so there is no time to run out.
            Feed::Memory(_) => {}
        }
    }

    /// Somebody else may have it.
    pub async fn give_back(&self, given: &Given) {
        match self {
            Feed::JetStream(feed) => feed.give_back(given).await,
            Feed::Memory(feed) => feed.give_back(given),
        }
    }
}

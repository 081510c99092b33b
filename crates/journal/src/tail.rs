//! Following the log in order, for projections: nothing is acknowledged, the reader keeps its own position.

use crate::entry::Entry;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// Batches that may wait for a slow reader, of at most [`BATCH`] items each.
const BATCHES_AHEAD: usize = 8;
/// Items that are handed over at once.
pub(crate) const BATCH: usize = 256;

/// What to follow, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TailConfig {
    /// Subjects with wildcards, as in [`wire::subjects`]. They must not overlap. Empty means every record. Timers that
    /// have come due ([`wire::subjects::DUE`]) stand beside the log, under sequences of their own: they have a tail of
    /// their own.
    pub filters: Vec<String>,
    /// The position already known: the first item is the first match after it. 0 is from the start.
    pub after_sequence: u64,
}

/// One message of the log. Readers of one process share what it holds, so a clone costs little.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub sequence: u64,
    pub subject: Arc<str>,
    pub entry: Arc<Entry>,
    /// Bytes of its payload.
    pub size: usize,
    /// How many messages of the log, of whatever subject, were at most still to come. 0 means caught up: nothing that
    /// matches was there after this one.
    pub pending: u64,
    pub stored_at: Timestamp,
    /// The trace it was written in, as W3C trace context.
    pub traceparent: Option<Arc<str>>,
}

/// The log as it grows, in order, nothing missing and nothing twice, over lost connections and restarts of the
/// server. Dropping it ends the following.
pub struct Tail {
    batches: mpsc::Receiver<Vec<Item>>,
    ready: std::vec::IntoIter<Item>,
    left: watch::Receiver<Option<u64>>,
    _task: AbortOnDropHandle<()>,
}

impl Tail {
    pub(crate) fn start(follow: impl FnOnce(Feeder) -> JoinHandle<()>) -> Self {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let (left_sender, left) = watch::channel(None);
        let task = follow(Feeder { batches: sender, left: left_sender, batch: Vec::new(), seen: None });
        Tail { batches, ready: Vec::new().into_iter(), left, _task: AbortOnDropHandle::new(task) }
    }

    /// The next item; waits until there is one. None: the journal was closed, nothing will come any more.
    /// Cancel-safe: an item that was not returned comes with the next call.
    pub async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(item);
            }
            self.ready = self.batches.recv().await?.into_iter();
        }
    }

    /// As [`next`](Tail::next), with whatever else is there at once.
    pub(crate) async fn next_batch(&mut self) -> Option<Vec<Item>> {
        match self.ready.len() {
            0 => self.batches.recv().await,
            _ => Some(std::mem::take(&mut self.ready).collect()),
        }
    }

    /// 0 when the reader has caught up: nothing that matches is there beyond what [`next`](Tail::next) has returned.
    /// Otherwise `next` has something to return, and this is how many messages of the log are at most to come. Waits
    /// for the following to begin. Cancel-safe.
    pub async fn pending(&mut self) -> u64 {
        loop {
            if let Some(item) = self.ready.as_slice().first() {
                return 1 + item.pending;
            }
            // Looked at before the batches: what it counts as handed over is among them.
            let left = *self.left.borrow_and_update();
            match self.batches.try_recv() {
                Ok(batch) => {
                    self.ready = batch.into_iter();
                    continue;
                }
                Err(TryRecvError::Disconnected) => return 0,
                Err(TryRecvError::Empty) if left == Some(0) => return 0,
                Err(TryRecvError::Empty) => {}
            }
            tokio::select! {
                batch = self.batches.recv() => match batch {
                    Some(batch) => self.ready = batch.into_iter(),
                    None => return 0,
                },
                changed = self.left.changed() => if changed.is_err() {
                    return 0;
                },
            }
        }
    }
}

/// The other end of a tail.
///
/// An item says whether anything comes after it, but what comes may not be wanted. So while more is on its way, the
/// last item waits for it: then it tells the truth.
pub(crate) struct Feeder {
    batches: mpsc::Sender<Vec<Item>>,
    left: watch::Sender<Option<u64>>,
    batch: Vec<Item>,
    /// What was still to come after the last message, wanted or not.
    seen: Option<u64>,
}

/// The reader has gone.
pub(crate) struct Gone;

impl Feeder {
    /// The following begins, or begins anew, with so many messages to come.
    pub fn begins_with(&mut self, pending: u64) {
        self.seen = Some(pending);
        if self.batch.is_empty() {
            self.left.send_replace(self.seen);
        }
    }

    pub fn take(&mut self, item: Item) {
        self.seen = Some(item.pending);
        self.batch.push(item);
    }

    /// A message that is not wanted went by.
    pub fn skip(&mut self, pending: u64) {
        self.seen = Some(pending);
        if let Some(last) = self.batch.last_mut() {
            last.pending = pending;
        }
    }

    /// There is nothing more now, whatever was announced.
    pub fn caught_up(&mut self) {
        self.skip(0);
    }

    /// Whether an item waits to learn what comes after it.
    pub fn waits(&self) -> bool {
        !self.batch.is_empty()
    }

    /// Hands over what is known well enough.
    pub async fn hand_over(&mut self) -> Result<(), Gone> {
        let waiting = self.batch.pop_if(|last| last.pending > 0);
        self.send(waiting).await
    }

    /// Hands over everything.
    pub async fn hand_over_all(&mut self) -> Result<(), Gone> {
        self.send(None).await
    }

    async fn send(&mut self, waiting: Option<Item>) -> Result<(), Gone> {
        let batch = std::mem::take(&mut self.batch);
        self.batch.extend(waiting);
        if !batch.is_empty() {
            self.batches.send(batch).await.map_err(|_| Gone)?;
        }
        // Told after the items themselves, so that "nothing left" means that they are there.
        if self.batch.is_empty() {
            self.left.send_if_modified(|left| std::mem::replace(left, self.seen) != self.seen);
        }
        Ok(())
    }

    pub async fn gone(&self) {
        self.batches.closed().await;
    }
}

//! One reading of the log for all in this process who follow it. Each reads its past by itself; at the end of the log
//! they meet, and from there on every record comes from the server once, is decoded once, and is handed to all.
//!
//! The hub keeps a window of what came last. Whoever stands in it reads from it; whoever falls behind it, or comes when
//! there is no hub, reads for himself until he is back. So a slow reader holds up nobody.

use super::Log;
use crate::filters::Filters;
use crate::tail::{BATCH, Feeder, Item};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// What the window holds at most.
const WINDOW_ITEMS: usize = 8_192;
const WINDOW_BYTES: usize = 8 << 20;
/// With so many readers one reading for all is less work.
const WORTH_IT: usize = 2;
/// Between two tries to begin.
const PAUSE: Duration = Duration::from_secs(1);

struct Window {
    items: VecDeque<Item>,
    bytes: usize,
    /// Every record after this sequence, up to `end`, is in the window.
    after: u64,
    end: u64,
    /// Nothing was to come after `end`. What its last item announced may have been taken away, and only the one who reads
    /// from the server is told so.
    caught_up: bool,
}

#[derive(Default)]
struct Shared {
    /// There is one while the hub reads.
    window: Option<Window>,
    readers: usize,
    reading: Option<AbortOnDropHandle<()>>,
}

/// Where the readers of one connection meet.
pub(super) struct Hub {
    shared: Mutex<Shared>,
    /// The end of the window.
    moved: watch::Sender<u64>,
}

/// One reader's place; dropping it gives it up.
pub(super) struct Place {
    hub: Arc<Hub>,
    pub moved: watch::Receiver<u64>,
}

impl Hub {
    pub fn new() -> Arc<Self> {
        Arc::new(Hub { shared: Mutex::default(), moved: watch::Sender::new(0) })
    }

    fn locked(&self) -> MutexGuard<'_, Shared> {
        // No code that holds it can panic half-way through a change.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a reader in. With the second one the hub begins to read.
    pub fn join(self: &Arc<Self>, log: &Arc<Log>) -> Place {
        let mut shared = self.locked();
        shared.readers += 1;
        if shared.readers >= WORTH_IT && shared.reading.is_none() {
            let reading = tokio::spawn(read(Arc::downgrade(self), Arc::downgrade(log)));
            shared.reading = Some(AbortOnDropHandle::new(reading));
        }
        Place { hub: self.clone(), moved: self.moved.subscribe() }
    }

    fn begin(&self, after: u64) {
        let window = Window { items: VecDeque::new(), bytes: 0, after, end: after, caught_up: false };
        self.locked().window = Some(window);
        self.moved.send_replace(after);
    }

    fn push(&self, batch: Vec<Item>) {
        let mut shared = self.locked();
        let Some(window) = &mut shared.window else { return };
        window.caught_up = false;
        for item in batch {
            window.end = item.sequence;
            window.bytes += item.size;
            window.items.push_back(item);
        }
        while window.items.len() > WINDOW_ITEMS || window.bytes > WINDOW_BYTES {
            let Some(oldest) = window.items.pop_front() else { break };
            (window.after, window.bytes) = (oldest.sequence, window.bytes - oldest.size);
        }
        let end = window.end;
        drop(shared);
        self.moved.send_replace(end);
    }

    /// Nothing that was announced is still to come.
    fn caught_up(&self) {
        let mut shared = self.locked();
        let Some(window) = &mut shared.window else { return };
        window.caught_up = true;
        let end = window.end;
        drop(shared);
        self.moved.send_replace(end);
    }
}

impl Place {
    /// Whether everything after this sequence can be read here.
    pub fn covers(&self, after: u64) -> bool {
        let shared = self.hub.locked();
        shared.window.as_ref().is_some_and(|window| window.after <= after && after <= window.end)
    }

    /// Hands on what is wanted after this sequence, a batch at most; answers up to where, and none when it is not here.
    pub fn read(&self, after: u64, filters: &Filters, feeder: &mut Feeder) -> Option<u64> {
        let shared = self.hub.locked();
        let window = shared.window.as_ref().filter(|window| window.after <= after && after <= window.end)?;
        let from = window.items.partition_point(|item| item.sequence <= after);
        let mut read_to = after;
        for item in window.items.range(from..).take(BATCH) {
            read_to = item.sequence;
            match filters.want(&item.subject) {
                true => feeder.take(item.clone()),
                false => feeder.skip(item.pending),
            }
        }
        if read_to == window.end && window.caught_up {
            feeder.caught_up();
        }
        Some(read_to)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut shared = self.hub.locked();
        shared.readers -= 1;
        if shared.readers < WORTH_IT {
            (shared.window, shared.reading) = (None, None);
            // Whoever is left waits for what will not come here any more.
            self.hub.moved.send_modify(|_| {});
        }
    }
}

/// Reads from the end of the log on, for as long as there are readers.
async fn read(hub: Weak<Hub>, log: Weak<Log>) {
    let (after, mut tail) = loop {
        let Some(log) = log.upgrade() else { return };
        match log.last_sequence().await {
            Ok(after) => break (after, log.read_alone(Filters::new(&[]), after)),
            Err(error) => tracing::info!(%error, "until the end of the log is known, everybody reads for himself"),
        }
        drop(log);
        tokio::time::sleep(PAUSE).await;
    };
    match hub.upgrade() {
        Some(hub) => hub.begin(after),
        None => return,
    }
    loop {
        if tail.pending().await == 0 {
            let Some(hub) = hub.upgrade() else { return };
            hub.caught_up();
        }
        let Some(batch) = tail.next_batch().await else { return };
        let Some(hub) = hub.upgrade() else { return };
        hub.push(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Entry;
    use crate::tail::Tail;
    use jiff::Timestamp;

    fn item(sequence: u64, pending: u64) -> Item {
        Item {
            sequence,
            subject: "earshot.0.nordnet.conversation.c1".into(),
            entry: Arc::new(Entry::Undecodable { reason: "made up".to_owned() }),
            size: 1,
            pending,
            stored_at: Timestamp::UNIX_EPOCH,
            traceparent: None,
        }
    }

    /// A reader of everything that stands in the hub from the beginning.
    fn reader(hub: &Arc<Hub>) -> Tail {
        let mut place = Place { hub: hub.clone(), moved: hub.moved.subscribe() };
        Tail::start(|mut feeder| {
            tokio::spawn(async move {
                let mut after = 0;
                loop {
                    after = place.read(after, &Filters::new(&[]), &mut feeder).expect("it is in the window");
                    if feeder.hand_over_all().await.is_err() || place.moved.changed().await.is_err() {
                        return;
                    }
                }
            })
        })
    }

    #[tokio::test]
    async fn who_waits_for_what_was_announced_is_told_when_it_was_taken_away() {
        let hub = Hub::new();
        hub.locked().readers = WORTH_IT;
        hub.begin(0);
        let mut tail = reader(&hub);
        hub.push(vec![item(1, 1)]);
        assert_eq!(tail.pending().await, 2, "the item, and the one it announces");
        assert_eq!(tail.next().await.map(|item| item.sequence), Some(1));
        hub.caught_up();
        assert_eq!(tail.pending().await, 0);
        // and what comes all the same is not missed
        hub.push(vec![item(3, 0)]);
        assert_eq!(tail.next().await.map(|item| item.sequence), Some(3));
        assert_eq!(tail.pending().await, 0);
    }
}

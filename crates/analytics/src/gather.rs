//! Gathers what the log brings into batches that are worth a transaction: many records while history is read, few and
//! soon when it is live.

use futures::FutureExt;
use journal::{Item, Tail};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long history may be gathered before it is written; it sets how much is read again after a crash.
const HISTORY_WINDOW: Duration = Duration::from_secs(1);

/// The bounds of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub records_max: usize,
    /// How long a live record may wait for others.
    pub window: Duration,
}

/// What has come and is not taken yet.
pub struct Gather {
    tail: Tail,
    waiting: VecDeque<Item>,
    /// When the first of them came.
    since: Option<Instant>,
    bounds: Bounds,
    closed: bool,
}

impl Gather {
    pub fn new(tail: Tail, bounds: Bounds) -> Self {
        Gather { tail, waiting: VecDeque::new(), since: None, bounds, closed: false }
    }

    /// How much is still to come.
    pub async fn pending(&mut self) -> u64 {
        self.tail.pending().await
    }

    /// Waits until a batch is worth writing, or the log was closed. Cancel-safe: what has come stays.
    pub async fn ready(&mut self) {
        while !self.closed && self.waiting.len() < self.bounds.records_max {
            // What is there already is taken without asking the clock.
            if let Some(next) = self.tail.next().now_or_never() {
                self.put(next);
                continue;
            }
            let Some(since) = self.since else {
                let next = self.tail.next().await;
                self.put(next);
                continue;
            };
            let until = since + self.window();
            tokio::select! {
                biased;
                next = self.tail.next() => self.put(next),
                () = sleep_until(until) => return,
            }
        }
    }

    fn window(&self) -> Duration {
        let live = self.waiting.back().is_some_and(|item| item.pending == 0);
        if live { self.bounds.window } else { HISTORY_WINDOW }
    }

    fn put(&mut self, next: Option<Item>) {
        match next {
            Some(item) => {
                self.since.get_or_insert_with(Instant::now);
                self.waiting.push_back(item);
            }
            None => self.closed = true,
        }
    }

    /// The batch; the next one begins empty.
    pub fn take(&mut self) -> VecDeque<Item> {
        self.since = None;
        std::mem::take(&mut self.waiting)
    }

    /// Whether nothing will come any more.
    pub fn is_closed(&self) -> bool {
        self.closed && self.waiting.is_empty()
    }
}

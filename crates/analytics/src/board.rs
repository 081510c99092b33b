//! Live figures. Watchers who ask for the same share one board: it is made again when something was written, at most
//! every 250 ms, and every ten seconds in any case, since time alone moves the longest wait and the shares of those
//! answered in time. A watcher gets what differs from what he has.

use crate::query::Query;
use crate::reads::Reads;
use crate::store::Snapshot;
use service::{Clock, Shutdown};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::pb::analytics::{MeasureRow, MinuteCount, WatchResponse};

/// The shortest time between two changes.
const SHORTEST: Duration = Duration::from_millis(250);
/// Boards take at most one part in so many of the time, however many conversations there are.
const SHARE_OF_TIME: u32 = 4;
/// How often time alone makes a change.
const LONGEST: Duration = Duration::from_secs(10);

/// One version of a board.
#[derive(Debug, Clone, Default)]
pub struct Board {
    pub snapshot: Arc<Snapshot>,
    /// Counts the times when what time alone moves is to be told.
    pub beat: u64,
}

type Sender = watch::Sender<Option<Board>>;

/// All boards that somebody watches.
#[derive(Clone)]
pub struct Boards {
    reads: Reads,
    clock: Clock,
    shutdown: Shutdown,
    /// Counts commits.
    changed: watch::Receiver<u64>,
    open: Arc<Mutex<HashMap<Query, Sender>>>,
}

impl Boards {
    pub fn new(reads: Reads, clock: Clock, shutdown: Shutdown, changed: watch::Receiver<u64>) -> Self {
        Boards { reads, clock, shutdown, changed, open: Arc::default() }
    }

    /// The board of a query, its first version being made or there already.
    pub fn watch(&self, query: &Query) -> watch::Receiver<Option<Board>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = open.get(query) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(None);
        open.insert(query.clone(), sender.clone());
        tokio::spawn(self.clone().keep(query.clone(), sender));
        receiver
    }

    /// Makes the board again and again, until nobody watches it.
    async fn keep(self, query: Query, sender: Sender) {
        let mut changed = self.changed.clone();
        let mut beat = 0;
        let mut beaten = Instant::now();
        loop {
            changed.mark_unchanged();
            let began = Instant::now();
            match self.reads.snapshot(query.clone(), self.clock.now()).await {
                Ok(snapshot) => {
                    if beaten.elapsed() >= LONGEST {
                        beaten = began;
                        beat += 1;
                    }
                    sender.send_replace(Some(Board { snapshot: Arc::new(snapshot), beat }));
                }
                Err(error) => tracing::debug!(%error, "the figures cannot be read now"),
            }
            let pause = SHORTEST.max(began.elapsed() * SHARE_OF_TIME);
            tokio::select! {
                () = tokio::time::sleep_until(began + pause) => {}
                () = self.shutdown.begun() => return,
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep_until(beaten + LONGEST) => {}
                () = sender.closed() => {}
                () = self.shutdown.begun() => return,
            }
            if self.leave_if_unwatched(&query, &sender) {
                return;
            }
        }
    }

    fn leave_if_unwatched(&self, query: &Query, sender: &Sender) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock nobody can begin to watch in between.
        let unwatched = sender.receiver_count() == 0;
        if unwatched {
            open.remove(query);
        }
        unwatched
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// What one watcher has been told.
pub struct Told {
    query: Query,
    rows: BTreeMap<Vec<String>, MeasureRow>,
    minutes: Vec<MinuteCount>,
    beat: u64,
    first: bool,
}

impl Told {
    pub fn nothing(query: Query) -> Self {
        Told { query, rows: BTreeMap::new(), minutes: Vec::new(), beat: 0, first: true }
    }

    /// What a board has that the watcher was not told: everything at first, then the rows that differ, with figures of
    /// zero for a group that is no more; the minutes only when they have changed. None when there is nothing to tell.
    pub fn news(&mut self, board: &Board) -> Option<WatchResponse> {
        let snapshot = &board.snapshot;
        let mut gone = self.rows.clone();
        let mut rows = Vec::new();
        let mut moved = self.first || board.beat != self.beat;
        for row in &snapshot.rows {
            let known = gone.remove(&self.query.key(row));
            if known.as_ref() != Some(row) {
                moved |= known.is_none_or(|known| !same_but_for_time(&known, row));
                rows.push(row.clone());
            }
        }
        moved |= !gone.is_empty();
        rows.extend(gone.into_values().map(emptied));
        let minutes_moved = self.minutes != snapshot.minutes;
        if !(moved && (self.first || !rows.is_empty()) || minutes_moved) {
            return None;
        }
        let response = WatchResponse {
            sequence: snapshot.sequence,
            rows,
            snapshot: self.first,
            minutes: if minutes_moved { snapshot.minutes.clone() } else { Vec::new() },
        };
        let keyed = snapshot.rows.iter().map(|row| (self.query.key(row), row.clone()));
        self.rows = keyed.collect();
        self.minutes.clone_from(&snapshot.minutes);
        (self.beat, self.first) = (board.beat, false);
        Some(response)
    }
}

/// Whether two rows differ in nothing but how long the customer who waits longest has waited by now.
fn same_but_for_time(one: &MeasureRow, other: &MeasureRow) -> bool {
    let waits = one.longest_wait_seconds.is_some() == other.longest_wait_seconds.is_some();
    let timeless = MeasureRow { longest_wait_seconds: other.longest_wait_seconds, ..one.clone() };
    // A wait that has become shorter is somebody else's.
    let shorter = one.longest_wait_seconds.zip(other.longest_wait_seconds).is_some_and(|(was, is)| is < was);
    waits && !shorter && timeless == *other
}

/// The row of a group that has no conversation any more.
fn emptied(row: MeasureRow) -> MeasureRow {
    let MeasureRow { brand, team, channel, language, .. } = row;
    MeasureRow { brand, team, channel, language, ..MeasureRow::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Dimension;

    fn row(team: &str, open: u64, wait: Option<f64>) -> MeasureRow {
        MeasureRow { team: team.into(), conversations: open, open, longest_wait_seconds: wait, ..MeasureRow::default() }
    }

    fn board(sequence: u64, beat: u64, rows: &[MeasureRow]) -> Board {
        let snapshot = Snapshot { sequence, rows: rows.to_vec(), minutes: vec![MinuteCount::default()] };
        Board { snapshot: Arc::new(snapshot), beat }
    }

    #[test]
    fn a_watcher_is_told_everything_first_and_then_what_differs() {
        let query = Query { group_by: vec![Dimension::Team], ..Query::default() };
        let mut told = Told::nothing(query);
        let first = told.news(&board(5, 0, &[row("care", 2, Some(4.0)), row("crisis", 1, None)])).unwrap();
        assert!(first.snapshot && first.rows.len() == 2 && first.minutes.len() == 1 && first.sequence == 5);

        assert_eq!(
            told.news(&board(6, 0, &[row("care", 2, Some(5.0)), row("crisis", 1, None)])),
            None,
            "only time passed"
        );
        let beat = told.news(&board(6, 1, &[row("care", 2, Some(14.0)), row("crisis", 1, None)])).unwrap();
        assert_eq!((beat.snapshot, &beat.rows[..]), (false, &[row("care", 2, Some(14.0))][..]));
        assert!(beat.minutes.is_empty(), "they are told when they change");

        let next = told.news(&board(7, 1, &[row("care", 3, Some(15.0))])).unwrap();
        assert_eq!(
            next.rows,
            [row("care", 3, Some(15.0)), row("crisis", 0, None)],
            "a group that is no more has zeros"
        );
        assert_eq!(told.news(&board(8, 1, &[row("care", 3, Some(15.0))])), None);
        let shorter = told.news(&board(9, 1, &[row("care", 3, Some(2.0))])).unwrap();
        assert_eq!(shorter.rows.len(), 1, "somebody else waits longest now");
    }

    #[test]
    fn without_any_conversation_the_first_message_comes_all_the_same() {
        let mut told = Told::nothing(Query { group_by: vec![Dimension::Brand], ..Query::default() });
        let first = told.news(&board(0, 0, &[])).unwrap();
        assert!(first.snapshot && first.rows.is_empty());
        assert_eq!(told.news(&board(0, 1, &[])), None);
    }
}

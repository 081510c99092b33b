//! Lanes: one a subject. Only the head of a lane is worked on; while it waits for its next try the lane is parked,
//! and the other lanes go on.

use super::{Given, Key};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tokio::time::Instant;

/// From this delivery on a message may be what kills the worker, so it runs alone.
pub(super) const SUSPECT_AFTER: u64 = 4;
/// How many finished messages are remembered, to know them when their acknowledgement got lost.
const REMEMBERED: usize = 8_192;

/// One message in its lane.
pub(super) struct Piece {
    pub given: Given,
    /// Tries of this worker.
    pub tries: u32,
    /// Times it waited because something else was down; they are no tries.
    pub waits: u32,
    /// It is to be set aside, for this reason.
    pub verdict: Option<String>,
    /// When the server last heard of it.
    pub touched: Instant,
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<Piece>,
    /// Its head is running or parked.
    busy: bool,
}

/// All messages that this worker holds.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Arc<str>, Lane>,
    ready: VecDeque<Arc<str>>,
    parked: BinaryHeap<Reverse<(Instant, Arc<str>)>>,
    held: HashMap<Key, Arc<str>>,
    finished: HashSet<Key>,
    finished_order: VecDeque<Key>,
}

/// What a new message turned out to be.
pub(super) enum Taken {
    New,
    /// It is held already; its new reply address was noted.
    Held,
    /// It was finished, and the acknowledgement got lost.
    Finished(Given),
}

impl Lanes {
    pub fn take(&mut self, given: Given) -> Taken {
        if self.finished.contains(&given.key) {
            return Taken::Finished(given);
        }
        if let Some(subject) = self.held.get(&given.key) {
            let lane = self.lanes.get_mut(subject);
            let piece = lane.and_then(|lane| lane.queue.iter_mut().find(|piece| piece.given.key == given.key));
            if let Some(piece) = piece {
                piece.given.reply = given.reply;
                piece.touched = Instant::now();
            }
            return Taken::Held;
        }
        let subject: Arc<str> = given.raw.subject.as_str().into();
        self.held.insert(given.key, subject.clone());
        let lane = self.lanes.entry(subject.clone()).or_default();
        let touched = Instant::now();
        lane.queue.push_back(Piece { given, tries: 0, waits: 0, verdict: None, touched });
        if !lane.busy && lane.queue.len() == 1 {
            self.ready.push_back(subject);
        }
        Taken::New
    }

    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// The next lane whose head may run. A suspect waits until it is `alone`.
    pub fn start(&mut self, alone: bool) -> Option<(Arc<str>, &mut Piece)> {
        let subject = self.ready.front()?.clone();
        let lane = self.lanes.get_mut(&subject)?;
        let head = lane.queue.front_mut()?;
        if !alone && head.given.deliveries >= SUSPECT_AFTER {
            return None;
        }
        self.ready.pop_front();
        lane.busy = true;
        Some((subject, head))
    }

    pub fn head(&mut self, subject: &str) -> Option<&mut Piece> {
        self.lanes.get_mut(subject)?.queue.front_mut()
    }

    /// The head of a lane is finished.
    pub fn finish(&mut self, subject: &Arc<str>) -> Option<Piece> {
        let lane = self.lanes.get_mut(subject)?;
        let piece = lane.queue.pop_front()?;
        lane.busy = false;
        if lane.queue.is_empty() {
            self.lanes.remove(subject);
        } else {
            self.ready.push_back(subject.clone());
        }
        self.held.remove(&piece.given.key);
        self.remember(piece.given.key);
        Some(piece)
    }

    fn remember(&mut self, key: Key) {
        self.finished.insert(key);
        self.finished_order.push_back(key);
        if self.finished_order.len() > REMEMBERED
            && let Some(oldest) = self.finished_order.pop_front()
        {
            self.finished.remove(&oldest);
        }
    }

    /// The head of a lane is tried again at this time, and its lane waits for it.
    pub fn park(&mut self, subject: &Arc<str>, until: Instant) {
        self.parked.push(Reverse((until, subject.clone())));
    }

    /// When the next parked lane goes on.
    pub fn next_wake(&self) -> Option<Instant> {
        self.parked.peek().map(|Reverse((until, _))| *until)
    }

    /// Lets the lanes go on whose time has come.
    pub fn wake(&mut self, now: Instant) {
        while let Some(Reverse((until, _))) = self.parked.peek()
            && *until <= now
        {
            if let Some(Reverse((_, subject))) = self.parked.pop() {
                self.ready.push_back(subject);
            }
        }
    }

    /// Every held message that the server has not heard of since.
    pub fn untouched_since(&mut self, since: Instant) -> impl Iterator<Item = &mut Piece> {
        self.lanes.values_mut().flat_map(|lane| lane.queue.iter_mut()).filter(move |piece| piece.touched <= since)
    }

    /// Everything in lanes that nothing runs in, in the order of the log. What waits behind a running head stays, so
    /// that nobody else begins it before the head has ended.
    pub fn give_up_waiting(&mut self, running: &HashSet<Arc<str>>) -> Vec<Piece> {
        let mut given_up = Vec::new();
        self.lanes.retain(|subject, lane| {
            let keep = running.contains(subject);
            if !keep {
                given_up.extend(lane.queue.drain(..));
            }
            keep
        });
        self.ready.clear();
        self.parked.clear();
        for piece in &given_up {
            self.held.remove(&piece.given.key);
        }
        given_up.sort_by_key(|piece| piece.given.key);
        given_up
    }
}

//! One browser's way through the changes: where it joins, how it is caught up, and when it must begin afresh.

use super::feed::{Changes, Feed, Next, Told};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// How long a browser that cannot be caught up waits for routing to answer again.
const PAUSE: Duration = Duration::from_millis(250);

/// What a browser is told.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Change(Arc<Told>),
    /// Forget what you know and load it again; what comes after this position will be told.
    Reset {
        at: u64,
    },
}

/// One browser.
pub struct Listener {
    feed: Arc<Feed>,
    changed: watch::Receiver<()>,
    /// Empty for all brands.
    brand: String,
    /// The era that `place` belongs to, once it has joined.
    era: Option<u64>,
    place: Place,
}

enum Place {
    /// It has not joined yet. It has heard everything up to this position; `None` for what happens from now on.
    Outside(Option<u64>),
    /// It hears what is kept for all, and has heard everything up to here.
    Inside(u64),
    /// What it missed is kept no longer: routing catches it up until it is where the rest is kept.
    Behind(Box<CatchUp>),
}

struct CatchUp {
    heard: u64,
    told: usize,
    changes: Changes,
    _place: OwnedSemaphorePermit,
}

/// What a step came to.
enum Step {
    Say(Heard),
    /// Look again.
    Again,
    /// Look again when something has changed.
    Wait,
    /// Routing did not answer; look again after a pause.
    Pause,
}

impl Listener {
    /// A browser that has heard everything up to `after`, or wants what happens from now on.
    pub fn new(feed: Arc<Feed>, brand: String, after: Option<u64>) -> Self {
        let changed = feed.changes();
        Listener { feed, changed, brand, era: None, place: Place::Outside(after) }
    }

    /// What it hears next; waits until there is something.
    pub async fn next(&mut self) -> Heard {
        loop {
            // Seen before looking, so that a change while looking is seen too.
            self.changed.borrow_and_update();
            let step = match &mut self.place {
                Place::Outside(after) => {
                    let after = *after;
                    self.join(after).await
                }
                Place::Inside(heard) => {
                    let heard = *heard;
                    self.hear(heard)
                }
                Place::Behind(_) => self.catch_up().await,
            };
            match step {
                Step::Say(heard) => return heard,
                Step::Again => {}
                // The feed lives as long as the gateway does.
                Step::Wait => {
                    let _ = self.changed.changed().await;
                }
                Step::Pause => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Joins where it left off, or says that this cannot be.
    async fn join(&mut self, after: Option<u64>) -> Step {
        let (head, floor, era) = {
            let kept = self.feed.kept();
            if !kept.is_live() {
                return Step::Wait;
            }
            (kept.head(), kept.floor(), kept.era())
        };
        // Another log than the one it heard of: its position says nothing here.
        let foreign = self.era.replace(era).is_some_and(|known| known != era);
        let Some(after) = after else {
            self.place = Place::Inside(head);
            return Step::Again;
        };
        if foreign {
            return self.reset();
        }
        if after > head {
            match self.feed.has_reached(after).await {
                Ok(true) => {}
                Ok(false) => return self.reset(),
                Err(_) => return Step::Pause,
            }
        }
        if after >= floor {
            self.place = Place::Inside(after);
            return Step::Again;
        }
        self.open_catch_up(after).await
    }

    fn hear(&mut self, heard: u64) -> Step {
        let next = {
            let kept = self.feed.kept();
            if Some(kept.era()) == self.era { kept.next(heard, &self.brand) } else { Next::Lost }
        };
        match next {
            Next::Change(told) => {
                self.place = Place::Inside(told.sequence);
                Step::Say(Heard::Change(told))
            }
            Next::Nothing { heard } => {
                self.place = Place::Inside(heard);
                Step::Wait
            }
            // It was slower than what is kept is long.
            Next::Lost => self.reset(),
        }
    }

    fn reset(&mut self) -> Step {
        let (at, era) = {
            let kept = self.feed.kept();
            (kept.head(), kept.era())
        };
        self.era = Some(era);
        self.place = Place::Inside(at);
        Step::Say(Heard::Reset { at })
    }

    async fn open_catch_up(&mut self, heard: u64) -> Step {
        // After 0 would be from the beginning, which a watch cannot say; and too many at once would be a storm.
        let place = Arc::clone(&self.feed.catch_ups).try_acquire_owned();
        let (Ok(place), 1..) = (place, heard) else {
            return self.reset();
        };
        match self.feed.watch_for(heard, &self.brand).await {
            Ok(changes) => {
                self.place = Place::Behind(Box::new(CatchUp { heard, told: 0, changes, _place: place }));
                Step::Again
            }
            Err(_) => Step::Pause,
        }
    }

    async fn catch_up(&mut self) -> Step {
        let Place::Behind(catch_up) = &mut self.place else { return Step::Again };
        let (floor, era) = {
            let kept = self.feed.kept();
            (kept.floor(), kept.era())
        };
        let heard = catch_up.heard;
        if Some(era) != self.era || catch_up.told > self.feed.catch_up_max() {
            return self.reset();
        }
        if heard >= floor {
            self.place = Place::Inside(heard);
            return Step::Again;
        }
        match catch_up.changes.message().await {
            Ok(Some(change)) if change.sequence <= heard => Step::Again,
            Ok(Some(change)) => {
                catch_up.heard = change.sequence;
                catch_up.told += 1;
                Step::Say(Heard::Change(Arc::new(Told::from(change))))
            }
            // Routing went away; it goes on where it is once routing is back.
            Ok(None) | Err(_) => {
                self.place = Place::Outside(Some(heard));
                Step::Pause
            }
        }
    }
}

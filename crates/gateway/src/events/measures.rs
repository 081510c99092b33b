//! One watch of the measures for all browsers, followed while there are any: figures cost the more the more there is to
//! count. The figures as they stand are kept, each row with the time it last changed, so that a browser that is slow
//! hears the newest figures once instead of every one between.

use super::audience::Audience;
use crate::upstream::{Pause, Upstream};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tonic::Status;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{Dimension, MeasureRow, MinuteCount, WatchRequest, WatchResponse};

/// What the rows are grouped by, which is what the wallboard shows.
const GROUP_BY: [Dimension; 1] = [Dimension::Brand];

/// A browser that only loads its page anew finds the watch still there.
const LINGER: Duration = Duration::from_secs(30);

type Key = (String, String, String, String);

/// The figures as they stand. A `tick` is a message of analytics, counted here.
#[derive(Default)]
struct Known {
    tick: u64,
    /// The tick of the last snapshot: whoever heard less than that must forget what it knows.
    snapshot_at: u64,
    rows: BTreeMap<Key, (u64, MeasureRow)>,
    minutes: (u64, Vec<MinuteCount>),
    sequence: u64,
    /// The last message, which most browsers need as it came.
    newest: Arc<str>,
}

impl Known {
    fn take(&mut self, message: WatchResponse) {
        self.tick += 1;
        self.newest = json(&message);
        self.sequence = message.sequence;
        if message.snapshot {
            self.snapshot_at = self.tick;
            self.rows.clear();
        }
        for row in message.rows {
            let key = (row.brand.clone(), row.team.clone(), row.channel.clone(), row.language.clone());
            self.rows.insert(key, (self.tick, row));
        }
        if !message.minutes.is_empty() {
            self.minutes = (self.tick, message.minutes);
        }
    }

    /// What has changed since a tick, for one brand or, when it is empty, for all; `None` when nothing has.
    fn since(&self, tick: u64, brand: &str) -> Option<Arc<str>> {
        if tick == self.tick {
            return None;
        }
        if brand.is_empty() && tick + 1 == self.tick {
            return Some(Arc::clone(&self.newest));
        }
        let snapshot = tick < self.snapshot_at;
        let after = if snapshot { 0 } else { tick };
        let wanted = |row: &MeasureRow| brand.is_empty() || row.brand == brand;
        let rows = self.rows.values().filter(|(changed, row)| *changed > after && wanted(row));
        let rows: Vec<MeasureRow> = rows.map(|(_, row)| row.clone()).collect();
        // Minutes count all brands, so they are for those who hear of all.
        let minutes = match brand.is_empty() && self.minutes.0 > after {
            true => self.minutes.1.clone(),
            false => Vec::new(),
        };
        if !snapshot && rows.is_empty() && minutes.is_empty() {
            return None;
        }
        Some(json(&WatchResponse { sequence: self.sequence, rows, snapshot, minutes }))
    }
}

fn json(message: &WatchResponse) -> Arc<str> {
    serde_json::to_string(message).expect("a message of the contract has a JSON form").into()
}

/// The watch and what it has told.
pub struct Measures {
    analytics: Upstream,
    known: Mutex<Known>,
    audience: Audience,
}

/// One browser.
pub struct Figures {
    measures: Arc<Measures>,
    changed: watch::Receiver<()>,
    brand: String,
    tick: u64,
}

impl Measures {
    pub fn new(analytics: Upstream) -> Self {
        Measures { analytics, known: Mutex::default(), audience: Audience::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A browser that has heard nothing yet.
    pub fn listen(self: &Arc<Self>, brand: String) -> Figures {
        Figures { measures: Arc::clone(self), changed: self.audience.join(), brand, tick: 0 }
    }

    /// Follows analytics while anybody listens, through its restarts: each begins with a snapshot.
    pub async fn follow(&self) {
        loop {
            self.audience.follow(LINGER, self.follow_on()).await;
            // Who comes next is not shown what was true when the last one left.
            *self.known() = Known::default();
        }
    }

    async fn follow_on(&self) {
        let mut pause = Pause::default();
        loop {
            if let Err(status) = self.session(&mut pause).await {
                tracing::debug!(code = ?status.code(), "the watch of measures broke off");
            }
            pause.wait().await;
        }
    }

    async fn session(&self, pause: &mut Pause) -> Result<(), Status> {
        let group_by = GROUP_BY.map(i32::from).to_vec();
        let request = WatchRequest { group_by, ..WatchRequest::default() };
        let mut client = AnalyticsServiceClient::new(self.analytics.calls());
        let mut messages = client.watch(request).await?.into_inner();
        while let Some(message) = messages.message().await? {
            *pause = Pause::default();
            self.known().take(message);
            self.audience.tell();
        }
        Ok(())
    }
}

impl Figures {
    /// What the browser hears next; waits until there is something.
    pub async fn next(&mut self) -> Arc<str> {
        loop {
            self.changed.borrow_and_update();
            let (told, tick) = {
                let known = self.measures.known();
                (known.since(self.tick, &self.brand), known.tick)
            };
            self.tick = tick;
            if let Some(told) = told {
                return told;
            }
            // The measures live as long as the gateway does.
            let _ = self.changed.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(brand: &str, open: u64) -> MeasureRow {
        MeasureRow { brand: brand.to_owned(), open, ..MeasureRow::default() }
    }

    fn message(sequence: u64, snapshot: bool, rows: Vec<MeasureRow>, minutes: usize) -> WatchResponse {
        WatchResponse { sequence, rows, snapshot, minutes: vec![MinuteCount::default(); minutes] }
    }

    fn since(known: &Known, tick: u64, brand: &str) -> Value {
        known.since(tick, brand).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn whoever_comes_late_begins_with_a_snapshot_of_all() {
        let mut known = Known::default();
        assert_eq!(since(&known, 0, ""), Value::Null);
        known.take(message(1, true, vec![row("a", 1), row("b", 1)], 1));
        known.take(message(2, false, vec![row("b", 2)], 0));
        let expected = json!({
            "sequence": "2", "snapshot": true, "minutes": [{}],
            "rows": [{"brand": "a", "open": "1"}, {"brand": "b", "open": "2"}],
        });
        assert_eq!(since(&known, 0, ""), expected);
        assert_eq!(since(&known, 1, ""), json!({"sequence": "2", "rows": [{"brand": "b", "open": "2"}]}));
        assert_eq!(since(&known, 2, ""), Value::Null);
    }

    #[test]
    fn whoever_is_slow_hears_the_newest_figures_once() {
        let mut known = Known::default();
        known.take(message(1, true, vec![row("a", 1), row("b", 1)], 1));
        for open in 2..100 {
            known.take(message(open, false, vec![row("a", open)], 0));
        }
        assert_eq!(since(&known, 1, ""), json!({"sequence": "99", "rows": [{"brand": "a", "open": "99"}]}));
    }

    #[test]
    fn a_new_snapshot_takes_back_what_is_in_it_no_longer() {
        let mut known = Known::default();
        known.take(message(1, true, vec![row("a", 1), row("b", 1)], 0));
        known.take(message(2, false, vec![row("a", 2)], 0));
        known.take(message(1, true, vec![row("a", 1)], 0));
        let expected = json!({"sequence": "1", "snapshot": true, "rows": [{"brand": "a", "open": "1"}]});
        assert_eq!(since(&known, 1, ""), expected);
        assert_eq!(since(&known, 2, ""), expected);
    }

    #[test]
    fn one_brand_hears_its_own_rows() {
        let mut known = Known::default();
        known.take(message(1, true, vec![row("a", 1), row("b", 1)], 1));
        assert_eq!(
            since(&known, 0, "b"),
            json!({
                "sequence": "1", "snapshot": true, "rows": [{"brand": "b", "open": "1"}],
            })
        );
        known.take(message(2, false, vec![row("a", 2)], 1));
        assert_eq!(since(&known, 1, "b"), Value::Null);
    }
}

//! The loss ledger: seen = accepted + duplicate + filtered + rejected, by brand and source, as facts in the log, so that
//! "did we miss anything?" has an answer.

use crate::intake::{Outcome, Refused, Verdict};
use conversation::brand_facts::IntakeCounted;
use conversation::{Actor, BrandId, Record, RecordId, Subject};
use jiff::Timestamp;
use journal::Journal;
use service::{Clock, Shutdown};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The brand under which items are counted whose own cannot be read.
const UNASSIGNED: &str = "_unassigned";

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Counts {
    accepted: u64,
    duplicate: u64,
    filtered: u64,
    rejected: BTreeMap<&'static str, u64>,
}

struct Open {
    since: Timestamp,
    counts: HashMap<(BrandId, String), Counts>,
}

/// Counts since the last entry of the ledger.
pub struct Ledger(Mutex<Open>);

impl Ledger {
    pub fn new(since: Timestamp) -> Self {
        Ledger(Mutex::new(Open { since, counts: HashMap::new() }))
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what became of one item. What could not be taken now is not counted: it comes again.
    pub fn count(&self, brand: Option<&BrandId>, source: &str, outcome: &Result<Outcome, Refused>) {
        if matches!(outcome, Err(Refused::Unavailable)) {
            return;
        }
        let brand = brand.cloned().unwrap_or_else(|| BrandId::new(UNASSIGNED).expect("the name is a valid id"));
        let mut open = self.open();
        let counts = open.counts.entry((brand, source.to_owned())).or_default();
        match outcome {
            Ok(Outcome { verdict: Verdict::Accepted, .. }) => counts.accepted += 1,
            Ok(Outcome { verdict: Verdict::Duplicate, .. }) => counts.duplicate += 1,
            Ok(Outcome { verdict: Verdict::Filtered, .. }) => counts.filtered += 1,
            Err(refused) => *counts.rejected.entry(refused.reason()).or_default() += 1,
        }
    }

    /// Writes what was counted since the last time. What cannot be written is kept for the next time.
    pub async fn flush(&self, journal: &Journal, now: Timestamp) {
        let (since, counts) = {
            let mut open = self.open();
            (std::mem::replace(&mut open.since, now), std::mem::take(&mut open.counts))
        };
        for ((brand, source), counts) in counts {
            let record = entry(&brand, &source, &counts, since, now);
            if let Err(error) = journal.add(&record).await {
                tracing::warn!(%error, "the loss ledger could not be written; its counts are kept for the next time");
                let mut open = self.open();
                open.since = open.since.min(since);
                add(open.counts.entry((brand, source)).or_default(), counts);
            }
        }
    }
}

fn add(into: &mut Counts, more: Counts) {
    into.accepted += more.accepted;
    into.duplicate += more.duplicate;
    into.filtered += more.filtered;
    for (reason, count) in more.rejected {
        *into.rejected.entry(reason).or_default() += count;
    }
}

fn entry(brand: &BrandId, source: &str, counts: &Counts, from: Timestamp, until: Timestamp) -> Record {
    let rejected: Vec<_> = counts.rejected.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
    let sum: u64 = rejected.iter().map(|(_, count)| count).sum();
    let fact = IntakeCounted {
        source: source.to_owned(),
        from,
        until,
        seen: counts.accepted + counts.duplicate + counts.filtered + sum,
        accepted: counts.accepted,
        duplicate: counts.duplicate,
        filtered: counts.filtered,
        rejected,
    };
    // Several copies of the service count at the same time: each entry is one of its own.
    let id = RecordId::from_uuid(uuid::Uuid::now_v7());
    Record {
        id,
        subject: Subject::Brand { brand: brand.clone() },
        occurred_at: until,
        recorded_at: until,
        actor: Actor::Service("ingest".into()),
        caused_by: None,
        correlation: None,
        facts: vec![fact.into()],
    }
}

/// Writes the ledger every so often until the process is asked to stop.
pub async fn flush_until_end(ledger: Arc<Ledger>, journal: Journal, clock: Clock, shutdown: Shutdown, seconds: u64) {
    let mut every = tokio::time::interval(Duration::from_secs(seconds));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while shutdown.unless_begun(every.tick()).await.is_some() {
        ledger.flush(&journal, clock.now()).await;
    }
}

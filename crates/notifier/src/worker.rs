//! What was submitted just now: the log hands each record to one copy of the service, again after a crash, and sets aside
//! what cannot be read, so that a reply of a newer version waits for an upgrade and is not lost.

use crate::NAME;
use crate::send::Sender;
use journal::{Delivery, Entry, Journal, WorkConfig, WorkError};
use service::Process;
use service::metrics::{Outcome, ServiceMetrics};
use std::time::Instant;
use wire::subjects;

/// The fact that brings work.
const SUBMITTED: &str = "ReplySubmitted";

/// Runs until the process is asked to stop, and then until what it began is done.
pub async fn run(process: Process, journal: Journal, sender: Sender, in_flight_max: usize) -> anyhow::Result<()> {
    let config = WorkConfig {
        max_in_flight: in_flight_max,
        drain: crate::drain_limit(&process),
        facts: vec![SUBMITTED],
        ..WorkConfig::new(NAME, [subjects::CONVERSATIONS])
    };
    let metrics = service::metrics::for_service(NAME);
    let handler = move |delivery: Delivery| handle(sender.clone(), metrics.clone(), delivery);
    Ok(journal.work(config, process.shutdown.token(), handler).await?)
}

async fn handle(sender: Sender, metrics: ServiceMetrics, delivery: Delivery) -> Result<(), WorkError> {
    let Entry::Record(record) = delivery.entry else { return Ok(()) };
    let started = Instant::now();
    let sent = sender.go_on(&record.subject).await;
    let outcome = if sent.is_ok() { Outcome::Done } else { Outcome::Retried };
    metrics.processed(SUBMITTED, outcome, started.elapsed());
    sent.map_err(WorkError::from)
}

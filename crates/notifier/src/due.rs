//! Replies whose time has come: those just submitted, retries, tries whose maker is silent, replies that waited for one before them. What is due
//! follows from the outbox alone, so that a start makes good whatever a crash has left.

use crate::NAME;
use crate::outbox::{Due, Outbox};
use crate::send::Sender;
use conversation::{ConversationId, Subject};
use jiff::{SignedDuration, Timestamp};
use service::Process;
use service::metrics::Outcome;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

/// How long a conversation waits whose log could not be read or written.
const AFTER_ERROR: SignedDuration = SignedDuration::from_secs(5);

/// Runs until the process is asked to stop, and then until what it began is done.
pub async fn run(
    process: Process,
    outbox: Arc<Outbox>,
    sender: Sender,
    mut caught_up: watch::Receiver<bool>,
    settle_after: SignedDuration,
    in_flight_max: usize,
) -> anyhow::Result<()> {
    // Before that, replies would look as if they still waited that were sent long ago.
    if process.shutdown.unless_begun(caught_up.wait_for(|is| *is)).await.is_none() {
        return Ok(());
    }
    let clock = &process.clock;
    let mut tasks = JoinSet::new();
    let mut busy: HashSet<ConversationId> = HashSet::new();
    let mut running: HashMap<Id, ConversationId> = HashMap::new();
    while !process.shutdown.is_begun() {
        let Due { now, next } = outbox.due(clock.now(), settle_after, |conversation| busy.contains(conversation));
        let room = in_flight_max.saturating_sub(tasks.len());
        for (subject, traceparent) in now.into_iter().take(room) {
            let Some(conversation) = subject.conversation() else { continue };
            let task = tasks.spawn(go_on(sender.clone(), outbox.clone(), clock.now(), subject, traceparent));
            running.insert(task.id(), conversation);
            busy.insert(conversation);
        }
        tokio::select! {
            () = process.shutdown.begun() => break,
            Some(done) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                let id = match &done {
                    Ok((id, ())) => *id,
                    Err(error) => {
                        tracing::error!(%error, "the work on a reply ended early; it is taken up again");
                        error.id()
                    }
                };
                if let Some(conversation) = running.remove(&id) {
                    busy.remove(&conversation);
                    if done.is_err() {
                        outbox.hold(conversation, clock.now() + AFTER_ERROR, "error");
                    }
                }
            }
            () = outbox.changed() => {}
            () = until(clock, next) => {}
        }
    }
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(crate::drain_limit(&process), rest).await.is_err() {
        tracing::warn!("calls to networks were cut off; their replies are looked up at the next start");
    }
    Ok(())
}

async fn until(clock: &service::Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

async fn go_on(sender: Sender, outbox: Arc<Outbox>, now: Timestamp, subject: Subject, traceparent: Option<Box<str>>) {
    let Some(conversation) = subject.conversation() else { return };
    let span = tracing::info_span!("send due replies", otel.kind = "internal", %conversation);
    if let Some(traceparent) = traceparent {
        service::telemetry::set_parent(&span, &traceparent);
    }
    let started = Instant::now();
    let sent = sender.go_on(&subject).instrument(span).await;
    let outcome = if sent.is_ok() { Outcome::Done } else { Outcome::Retried };
    service::metrics::for_service(NAME).processed("ReplySubmitted", outcome, started.elapsed());
    if let Err(error) = sent {
        tracing::warn!(%conversation, %error, "a conversation's replies could not be sent; trying again");
        outbox.hold(conversation, now + AFTER_ERROR, "log_unavailable");
    }
}

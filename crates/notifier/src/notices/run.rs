//! Notices whose time has come. What is due follows from the view alone, so that a start makes good whatever a crash has
//! left.

use super::deliver::Courier;
use super::view::{Due, Notices};
use conversation::NoticeId;
use jiff::{SignedDuration, Timestamp};
use service::Process;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

/// How long a notice waits whose log could not be read or written.
const AFTER_ERROR: SignedDuration = SignedDuration::from_secs(5);
/// Notices that are worked on at once.
const IN_FLIGHT_MAX: usize = 32;

/// Runs until the process is asked to stop, and then until what it began is done.
pub async fn run(
    process: Process,
    notices: Arc<Notices>,
    courier: Courier,
    mut caught_up: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    // Before that, notices would look as if they still waited that were sent long ago.
    if process.shutdown.unless_begun(caught_up.wait_for(|is| *is)).await.is_none() {
        return Ok(());
    }
    let (clock, settle_after) = (&process.clock, courier.settle_after());
    let mut tasks = JoinSet::new();
    let mut busy: HashSet<NoticeId> = HashSet::new();
    let mut running: HashMap<Id, NoticeId> = HashMap::new();
    while !process.shutdown.is_begun() {
        let Due { now, next } = notices.due(clock.now(), settle_after, |notice| busy.contains(notice));
        let room = IN_FLIGHT_MAX.saturating_sub(tasks.len());
        for (brand, notice) in now.into_iter().take(room) {
            let (courier, notices, at) = (courier.clone(), Arc::clone(&notices), clock.now());
            let span = tracing::info_span!("send notice", otel.kind = "internal", %notice);
            let going_on = async move {
                if let Err(error) = courier.go_on(&brand, notice).await {
                    tracing::warn!(%notice, %error, "a notice could not be sent; trying again");
                    notices.hold(notice, at + AFTER_ERROR, "log_unavailable");
                }
            };
            let task = tasks.spawn(going_on.instrument(span));
            running.insert(task.id(), notice);
            busy.insert(notice);
        }
        tokio::select! {
            () = process.shutdown.begun() => break,
            Some(done) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                let id = match &done {
                    Ok((id, ())) => *id,
                    Err(error) => {
                        tracing::error!(%error, "the work on a notice ended early; it is taken up again");
                        error.id()
                    }
                };
                if let Some(notice) = running.remove(&id) {
                    busy.remove(&notice);
                    if done.is_err() {
                        notices.hold(notice, clock.now() + AFTER_ERROR, "error");
                    }
                }
            }
            () = notices.changed() => {}
            () = until(clock, next) => {}
        }
    }
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(crate::drain_limit(&process), rest).await.is_err() {
        tracing::warn!("notices were cut off in the middle; they are looked at again at the next start");
    }
    Ok(())
}

async fn until(clock: &service::Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

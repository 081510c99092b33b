//! Follows the log into the outbox, from its newest checkpoint on.

use crate::NAME;
use crate::metrics::Metrics;
use crate::outbox::{Line, Outbox};
use conversation::ConversationId;
use conversation::state::{ReplyStatus, STATE_VERSION};
use journal::{Entry, Journal, TailConfig};
use serde::{Deserialize, Serialize};
use service::Process;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use wire::subjects;

const CHECKPOINT: &str = "notifier-outbox";
/// Changes whenever the shape of an outbox line or the meaning of its fold does.
const VERSION: u32 = 4;
/// How often the outbox is counted.
const COUNT_EVERY: Duration = Duration::from_secs(2);

#[derive(Serialize, Deserialize)]
struct Checkpoint {
    version: (u32, u32),
    lines: HashMap<ConversationId, Line>,
}

/// Follows until the process is asked to stop; says so in `caught_up` when everything up to now is in the outbox.
pub async fn follow(
    process: Process,
    journal: Journal,
    outbox: Arc<Outbox>,
    caught_up: watch::Sender<bool>,
    checkpoint_seconds: u64,
) -> anyhow::Result<()> {
    let check = process.health.check("outbox");
    let (metrics, counts) = (service::metrics::for_service(NAME), Metrics::default());
    let mut position = load(&journal, &outbox).await;
    let filters = vec![subjects::CONVERSATIONS.to_owned()];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: position });
    let become_ready = || {
        check.ready();
        caught_up.send_replace(true);
        tracing::info!(conversations = outbox.read().len(), "the outbox is caught up with the log");
    };
    if process.shutdown.unless_begun(tail.pending()).await == Some(0) {
        become_ready();
    }
    let (mut saved, mut saved_at, mut counted_at) = (position, Instant::now(), None::<Instant>);
    while let Some(Some(item)) = process.shutdown.unless_begun(tail.next()).await {
        position = item.sequence;
        match &*item.entry {
            Entry::Record(record) => outbox.fold(item.sequence, record, item.traceparent.as_deref()),
            Entry::Undecodable { reason } => {
                tracing::error!(sequence = item.sequence, reason, "a record cannot be read; a reply in it is not seen");
                journal.set_aside_unread(NAME, item.sequence).await;
            }
            Entry::Due(_) => {}
        }
        metrics.lag("outbox", item.pending);
        if item.pending == 0 && !*caught_up.borrow() {
            become_ready();
        }
        if item.pending == 0 && counted_at.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            counted_at = Some(Instant::now());
            count(&outbox, &counts);
        }
        let save_now = checkpoint_seconds > 0 && saved_at.elapsed().as_secs() >= checkpoint_seconds;
        if save_now && *caught_up.borrow() {
            save(&journal, &outbox, position).await;
            (saved, saved_at) = (position, Instant::now());
        }
    }
    if checkpoint_seconds > 0 && *caught_up.borrow() && position > saved {
        save(&journal, &outbox, position).await;
    }
    Ok(())
}

/// Loads the newest checkpoint and answers the sequence it stands for; 0 when there is none of use.
async fn load(journal: &Journal, outbox: &Outbox) -> u64 {
    let (as_of, bytes) = match journal.load_checkpoint(CHECKPOINT).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return 0,
        Err(error) => {
            tracing::warn!(%error, "the checkpoint cannot be read; the whole log is");
            return 0;
        }
    };
    // A log that was made anew is shorter than what the checkpoint stands for.
    if journal.last_sequence().await.is_ok_and(|last| last < as_of) {
        tracing::warn!(sequence = as_of, "the checkpoint is of another log; the whole log is read");
        return 0;
    }
    match postcard::from_bytes::<Checkpoint>(&bytes) {
        Ok(checkpoint) if checkpoint.version == (VERSION, STATE_VERSION) => outbox.restore(checkpoint.lines, as_of),
        Ok(_) | Err(_) => {
            tracing::info!("the checkpoint is of another version; the whole log is read");
            return 0;
        }
    }
    tracing::info!(sequence = as_of, "the outbox begins with a checkpoint");
    as_of
}

/// Saves the outbox as it stands. A failure is said and does no harm.
async fn save(journal: &Journal, outbox: &Outbox, as_of: u64) {
    let checkpoint = Checkpoint { version: (VERSION, STATE_VERSION), lines: outbox.read().clone() };
    let bytes = postcard::to_stdvec(&checkpoint).expect("lines are plain data");
    if let Err(error) = journal.save_checkpoint(CHECKPOINT, as_of, bytes.into()).await {
        tracing::warn!(%error, "the checkpoint was not saved");
    }
}

fn count(outbox: &Outbox, metrics: &Metrics) {
    let mut counts = [0_u64; 4];
    for reply in outbox.read().values().flat_map(|line| &line.replies) {
        match reply.status {
            ReplyStatus::Submitted => counts[0] += 1,
            ReplyStatus::Attempted => counts[1] += 1,
            ReplyStatus::Retrying => counts[2] += 1,
            ReplyStatus::InDoubt => counts[3] += 1,
            ReplyStatus::Sent | ReplyStatus::Failed => {}
        }
    }
    for (status, replies) in ["submitted", "attempted", "retrying", "in_doubt"].into_iter().zip(counts) {
        metrics.outbox(status, replies);
    }
}

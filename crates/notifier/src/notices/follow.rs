//! Follows the log into the view of notices, from its newest checkpoint on.

use super::metrics::Metrics;
use super::view::{Notices, Waiting};
use crate::NAME;
use crate::tell::{KeptPeople, People};
use conversation::NoticeId;
use journal::{Entry, Journal, TailConfig};
use serde::{Deserialize, Serialize};
use service::Process;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use wire::subjects;

const CHECKPOINT: &str = "notifier-notices";
/// Changes whenever the shape of what is kept or the meaning of its fold does.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Checkpoint {
    version: u32,
    waiting: HashMap<NoticeId, Waiting>,
    people: KeptPeople,
}

/// Follows until the process is asked to stop; says so in `caught_up` when everything up to now is in the view.
pub async fn follow(
    process: Process,
    journal: Journal,
    notices: Arc<Notices>,
    people: Arc<People>,
    caught_up: watch::Sender<bool>,
    checkpoint_seconds: u64,
) -> anyhow::Result<()> {
    let check = process.health.check("notices");
    let (metrics, counts) = (service::metrics::for_service(NAME), Metrics::default());
    let mut position = load(&journal, &notices, &people).await;
    let filters = vec![subjects::NOTICES.to_owned(), subjects::BRANDS.to_owned()];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: position });
    let become_ready = || {
        check.ready();
        caught_up.send_replace(true);
    };
    if process.shutdown.unless_begun(tail.pending()).await == Some(0) {
        become_ready();
    }
    let (mut saved, mut saved_at) = (position, Instant::now());
    while let Some(Some(item)) = process.shutdown.unless_begun(tail.next()).await {
        position = item.sequence;
        match &*item.entry {
            Entry::Record(record) => {
                people.fold(item.sequence, record);
                notices.fold(item.sequence, record);
            }
            Entry::Undecodable { reason } => {
                tracing::error!(
                    sequence = item.sequence,
                    reason,
                    "a record cannot be read; a notice in it is not seen"
                );
                journal.set_aside_unread(NAME, item.sequence).await;
            }
            Entry::Due(_) => {}
        }
        metrics.lag("notices", item.pending);
        if item.pending == 0 {
            counts.open(&notices);
            if !*caught_up.borrow() {
                become_ready();
            }
        }
        let save_now = checkpoint_seconds > 0 && saved_at.elapsed().as_secs() >= checkpoint_seconds;
        if save_now && *caught_up.borrow() {
            save(&journal, &notices, &people, position).await;
            (saved, saved_at) = (position, Instant::now());
        }
    }
    if checkpoint_seconds > 0 && *caught_up.borrow() && position > saved {
        save(&journal, &notices, &people, position).await;
    }
    Ok(())
}

/// Loads the newest checkpoint and answers the sequence it stands for; 0 when there is none of use.
async fn load(journal: &Journal, notices: &Notices, people: &People) -> u64 {
    let (as_of, bytes) = match journal.load_checkpoint(CHECKPOINT).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return 0,
        Err(error) => {
            tracing::warn!(%error, "the checkpoint cannot be read; all notices are");
            return 0;
        }
    };
    // A log that was made anew is shorter than what the checkpoint stands for.
    if journal.last_sequence().await.is_ok_and(|last| last < as_of) {
        tracing::warn!(sequence = as_of, "the checkpoint is of another log; all notices are read");
        return 0;
    }
    match postcard::from_bytes::<Checkpoint>(&bytes) {
        Ok(checkpoint) if checkpoint.version == VERSION => {
            notices.restore(checkpoint.waiting);
            people.restore(checkpoint.people);
        }
        Ok(_) | Err(_) => {
            tracing::info!("the checkpoint is of another version; all notices are read");
            return 0;
        }
    }
    as_of
}

/// Saves the view as it stands. A failure is said and does no harm.
async fn save(journal: &Journal, notices: &Notices, people: &People, as_of: u64) {
    let checkpoint = Checkpoint { version: VERSION, waiting: notices.read().clone(), people: people.kept() };
    let bytes = postcard::to_stdvec(&checkpoint).expect("notices are plain data");
    if let Err(error) = journal.save_checkpoint(CHECKPOINT, as_of, bytes.into()).await {
        tracing::warn!(%error, "the checkpoint was not saved");
    }
}

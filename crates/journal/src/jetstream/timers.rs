//! Timers: a message that the server holds back until its time, on a subject of its own. Arming again replaces it,
//! taking it away cancels it, and it survives every restart.

use super::append::{Outcome, outcome};
use super::{Log, TIMERS};
use crate::JournalError;
use async_nats::header::{
    NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_TTL, NATS_SCHEDULE, NATS_SCHEDULE_NEXT, NATS_SCHEDULE_TARGET,
    NATS_SCHEDULE_TTL, NATS_SCHEDULER,
};
use async_nats::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use wire::{Due, subjects};

/// Whose last sequence the guard is about, when it is not the published subject's.
const GUARDED_SUBJECT: HeaderName = HeaderName::from_static("Nats-Expected-Last-Subject-Sequence-Subject");

/// How long what has come due can be read. A reader that was away longer asks the conversations themselves.
const DUE_KEPT: &str = "24h";

impl Log {
    /// Arms or replaces a timer; answers the sequence by which it can be cancelled for sure.
    pub async fn arm(&self, due: &Due) -> Result<u64, JournalError> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_SCHEDULE, format!("@at {}", due.due_at));
        headers.insert(NATS_SCHEDULE_TARGET, subjects::due(due));
        headers.insert(NATS_SCHEDULE_TTL, DUE_KEPT);
        self.publish(&subjects::timer(due), headers, wire::encode_due(due), "arm a timer").await
    }

    pub async fn cancel(&self, due: &Due) -> Result<bool, JournalError> {
        Ok(self.purge(TIMERS, &subjects::timer(due)).await? > 0)
    }

    /// Takes the timer away only if it is still the one that was armed with this sequence. The server does both
    /// steps as one; the message that carries them expires by itself.
    pub async fn cancel_armed(&self, due: &Due, armed: u64) -> Result<bool, JournalError> {
        let doing = "cancel a timer";
        let timer = subjects::timer(due);
        let subject = timer.replacen(".timer.", ".cancelled.", 1);
        let mut patience = self.patience(doing);
        let mut first = true;
        loop {
            let mut headers = HeaderMap::new();
            headers.insert(NATS_SCHEDULER, timer.as_str());
            headers.insert(NATS_SCHEDULE_NEXT, "purge");
            headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, HeaderValue::from(armed));
            headers.insert(GUARDED_SUBJECT, timer.as_str());
            headers.insert(NATS_MESSAGE_TTL, "1s");
            patience.connected().await?;
            match outcome(self.replies.ask(&subject, Some(headers), Bytes::from_static(b"cancelled")).await) {
                Outcome::Stored(_) | Outcome::KnownId(_) => return Ok(true),
                // Gone: it fired, or a first try whose answer got lost has cancelled it. Then nothing has come due.
                Outcome::Conflict if first => return Ok(false),
                Outcome::Conflict => return Ok(self.fired_after(due, armed).await?.is_none()),
                Outcome::Again(why) => patience.again(why).await?,
                Outcome::Refused(why) => return Err(JournalError::server(doing, why)),
            }
            first = false;
        }
    }

    async fn fired_after(&self, due: &Due, armed: u64) -> Result<Option<u64>, JournalError> {
        let fired = self.next_of(TIMERS, &subjects::due(due), armed).await?;
        Ok(fired.map(|raw| raw.sequence))
    }
}

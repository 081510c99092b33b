//! Appending: one record, one publish, guarded by the sequence that it must follow and by its own id.

use super::replies::Unanswered;
use super::{EVENTS, Log, headers};
use crate::entry::Appended;
use crate::{AppendError, JournalError};
use async_nats::{HeaderMap, Message, StatusCode};
use bytes::Bytes;
use conversation::Record;
use serde::Deserialize;

/// What the log takes as one message, payload and headers together.
const MESSAGE_LIMIT: usize = 1 << 20;
/// Room for the headers, and for those that the server adds on delivery.
const HEADROOM: usize = 16 << 10;

/// Somebody has written to the subject past the expected sequence.
const WRONG_LAST_SEQUENCE: u64 = 10071;
/// The same, while the other write is still on its way to the other servers: its outcome is open.
const WRONG_LAST_SEQUENCE_OPEN: u64 = 10164;

#[derive(Deserialize)]
struct Ack {
    #[serde(default, rename = "seq")]
    sequence: u64,
    #[serde(default)]
    duplicate: bool,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct Purged {
    #[serde(default)]
    purged: u64,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
pub(super) struct ApiError {
    pub code: u64,
    #[serde(default)]
    pub err_code: u64,
    #[serde(default)]
    pub description: String,
}

pub(super) enum Outcome {
    Stored(u64),
    /// The id is in the duplicate window, with this sequence.
    KnownId(u64),
    Conflict,
    /// Not written, or not known: the same publish may be repeated.
    Again(String),
    Refused(String),
}

impl Log {
    /// Appends a record after `expected`, the sequence of its subject's newest message (0: it has none).
    pub async fn append(&self, record: &Record, expected: u64) -> Result<Appended, AppendError> {
        let subject = wire::subjects::of(&record.subject);
        let payload = wire::encode(record);
        self.check_size(payload.len())?;
        let mut patience = self.patience("append a record");
        loop {
            patience.connected().await?;
            let answer = self.replies.ask(&subject, Some(headers::of(record, expected)), payload.clone()).await;
            match outcome(answer) {
                Outcome::Stored(sequence) => return Ok(Appended { sequence, duplicate: false }),
                Outcome::KnownId(sequence) => return self.earlier_try(sequence, subject).await,
                Outcome::Conflict => return self.conflict(record, &subject, expected).await,
                Outcome::Again(why) => patience.again(why).await?,
                Outcome::Refused(why) => return Err(JournalError::server("append a record", why).into()),
            }
        }
    }

    /// Publishes without a guard what is safe to publish twice; answers its sequence.
    pub(super) async fn publish(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
        doing: &'static str,
    ) -> Result<u64, JournalError> {
        let mut patience = self.patience(doing);
        loop {
            patience.connected().await?;
            match outcome(self.replies.ask(subject, Some(headers.clone()), payload.clone()).await) {
                Outcome::Stored(sequence) | Outcome::KnownId(sequence) => return Ok(sequence),
                Outcome::Conflict => return Err(JournalError::server(doing, "conflict without a guard")),
                Outcome::Again(why) => patience.again(why).await?,
                Outcome::Refused(why) => return Err(JournalError::server(doing, why)),
            }
        }
    }

    /// Stores bytes as they are, for tests of what cannot be read.
    #[cfg(feature = "testing")]
    pub async fn inject(&self, subject: &str, payload: Bytes) -> Result<u64, JournalError> {
        self.publish(subject, HeaderMap::new(), payload, "store bytes").await
    }

    /// Takes all messages of a subject away; answers how many.
    pub(super) async fn purge(&self, stream: &str, subject: &str) -> Result<u64, JournalError> {
        let doing = "purge a subject";
        let mut patience = self.patience(doing);
        let api = format!("$JS.API.STREAM.PURGE.{stream}");
        let request = serde_json::json!({"filter": subject}).to_string();
        loop {
            patience.connected().await?;
            let why = match self.replies.ask(&api, None, request.clone().into()).await {
                Err(unanswered) => unanswered.to_string(),
                Ok(answer) if answer.status == Some(StatusCode::NO_RESPONDERS) => "no server answers now".to_owned(),
                Ok(answer) => match serde_json::from_slice::<Purged>(&answer.payload) {
                    Ok(Purged { error: None, purged }) => return Ok(purged),
                    Ok(Purged { error: Some(error), .. }) if error.code < 500 => {
                        return Err(JournalError::server(doing, error.description));
                    }
                    Ok(Purged { error: Some(error), .. }) => error.description,
                    Err(error) => return Err(JournalError::server(doing, error)),
                },
            };
            patience.again(why).await?;
        }
    }

    pub(crate) fn check_size(&self, bytes: usize) -> Result<(), AppendError> {
        let limit = MESSAGE_LIMIT.min(self.client.max_payload()).saturating_sub(HEADROOM);
        match bytes > limit {
            true => Err(AppendError::TooLarge { bytes, limit }),
            false => Ok(()),
        }
    }

    /// The server knows the id: it is our own earlier try, unless the same cause led to a record elsewhere.
    async fn earlier_try(&self, sequence: u64, subject: String) -> Result<Appended, AppendError> {
        match self.get(sequence).await? {
            Some(stored) if stored.subject != subject => {
                Err(AppendError::Elsewhere { sequence, subject: stored.subject })
            }
            _ => Ok(Appended { sequence, duplicate: true }),
        }
    }

    /// A single server checks the expected sequence before the id, so a conflict may be with our own earlier try.
    /// Guarded as it was, that can only be the very next message of the subject.
    async fn conflict(&self, record: &Record, subject: &str, expected: u64) -> Result<Appended, AppendError> {
        let next = self.next_of(EVENTS, subject, expected + 1).await?;
        match next {
            Some(stored) if stored.message_id.as_deref() == Some(record.id.to_string().as_str()) => {
                Ok(Appended { sequence: stored.sequence, duplicate: true })
            }
            _ => Err(AppendError::Conflict { expected }),
        }
    }
}

pub(super) fn outcome(answer: Result<Message, Unanswered>) -> Outcome {
    let message = match answer {
        Ok(message) => message,
        Err(unanswered) => return Outcome::Again(unanswered.to_string()),
    };
    if message.status == Some(StatusCode::NO_RESPONDERS) {
        return Outcome::Again("no server leads the stream now".to_owned());
    }
    let ack: Ack = match serde_json::from_slice(&message.payload) {
        Ok(ack) => ack,
        Err(error) => return Outcome::Again(format!("the acknowledgement is not readable: {error}")),
    };
    match ack.error {
        None if ack.duplicate => Outcome::KnownId(ack.sequence),
        None => Outcome::Stored(ack.sequence),
        Some(error) if error.err_code == WRONG_LAST_SEQUENCE => Outcome::Conflict,
        Some(error) if error.err_code == WRONG_LAST_SEQUENCE_OPEN => Outcome::Again(error.description),
        // Full disk, too many in flight, no leader: it may pass.
        Some(error) if error.code >= 500 || error.code == 429 => Outcome::Again(error.description),
        Some(error) => Outcome::Refused(error.description),
    }
}

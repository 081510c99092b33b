//! Reading: one subject by batched direct get, which leaves no consumer behind, and single messages from the server
//! that leads the stream, whose answer is never old.

use super::append::ApiError;
use super::replies::Answers;
use super::{EVENTS, Log, headers};
use crate::JournalError;
use crate::entry::{self, Entry, Loaded, Raw, Stored};
use async_nats::header::{NATS_MESSAGE_ID, NATS_SEQUENCE, NATS_SUBJECT};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::RawMessage;
use async_nats::{HeaderName, Message, StatusCode};
use conversation::ConversationId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Messages of one page.
const PAGE: u64 = 1_000;
/// Bytes of one page: what may wait in memory when a reader is slow.
const PAGE_BYTES: u64 = 16 << 20;
const NUM_PENDING: HeaderName = HeaderName::from_static("Nats-Num-Pending");
const END_OF_PAGE: u16 = 204;
const NONE_FOUND: u16 = 404;

#[derive(Deserialize)]
struct Answer {
    error: Option<ApiError>,
    message: Option<RawMessage>,
}

impl Log {
    /// Every message of `subject` of `stream` from `from` on, in order. `subject` may be a filter.
    pub(super) async fn each(
        &self,
        stream: &str,
        subject: &str,
        from: u64,
        mut take: impl FnMut(Message, u64),
    ) -> Result<(), JournalError> {
        let mut patience = self.patience("read the log");
        let mut from = from.max(1);
        loop {
            let request = json!({"batch": PAGE, "max_bytes": PAGE_BYTES, "seq": from, "next_by_subj": subject});
            let page = self.page(stream, request, |message, sequence| {
                from = sequence + 1;
                take(message, sequence);
            });
            match page.await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(why) => patience.again(why).await?,
            }
        }
    }

    /// One page; answers how many messages are still to come after it.
    pub(super) async fn page(
        &self,
        stream: &str,
        request: Value,
        mut take: impl FnMut(Message, u64),
    ) -> Result<u64, String> {
        let subject = format!("$JS.API.DIRECT.GET.{stream}");
        self.patience("read the log").connected().await.map_err(|error| error.to_string())?;
        let answers = self.replies.ask_many(&subject, request.to_string().into()).await;
        let mut answers: Answers = answers.map_err(|unanswered| unanswered.to_string())?;
        loop {
            let message = answers.next().await.map_err(|unanswered| unanswered.to_string())?;
            match message.status.map(|status| status.as_u16()) {
                // The end is a status, never an empty payload.
                Some(END_OF_PAGE) => return Ok(headers::number(message.headers.as_ref(), NUM_PENDING).unwrap_or(0)),
                Some(NONE_FOUND) => return Ok(0),
                Some(status) if status == StatusCode::NO_RESPONDERS.as_u16() => {
                    return Err("no server answers for the stream now".to_owned());
                }
                Some(status) => return Err(format!("status {status} {}", message.description.unwrap_or_default())),
                None => {
                    let Some(sequence) = headers::number(message.headers.as_ref(), NATS_SEQUENCE) else {
                        return Err("a message came without its sequence".to_owned());
                    };
                    take(message, sequence);
                }
            }
        }
    }

    /// The records of a subject after `after`.
    pub async fn load(&self, subject: &str, after: u64) -> Result<Loaded, JournalError> {
        let mut loaded = Loaded { last_sequence: after, ..Loaded::default() };
        self.each(EVENTS, subject, after + 1, |message, sequence| {
            loaded.last_sequence = sequence;
            match entry::read(subject, &message.payload) {
                Some(Entry::Record(record)) => loaded.entries.push(Stored { sequence, record }),
                Some(Entry::Undecodable { reason }) => {
                    tracing::warn!(sequence, reason, "a record cannot be read");
                    loaded.undecodable.push(sequence);
                }
                Some(Entry::Due(_)) | None => {}
            }
        })
        .await?;
        Ok(loaded)
    }

    /// The records of a conversation of which only the id is known.
    pub async fn find(&self, conversation: &ConversationId) -> Result<Option<Loaded>, JournalError> {
        // The newest message first: the server finds it by its index of subjects, and then the subject is known.
        let filter = wire::subjects::any_conversation(conversation);
        let mut patience = self.patience("find a conversation");
        let subject = loop {
            let mut found = None;
            let request = json!({"batch": 1, "multi_last": [filter]});
            let page = self.page(EVENTS, request, |message, _| {
                found = headers::text(message.headers.as_ref(), NATS_SUBJECT).map(str::to_owned);
            });
            match page.await {
                Ok(_) => break found,
                Err(why) => patience.again(why).await?,
            }
        };
        match subject {
            Some(subject) => Ok(Some(self.load(&subject, 0).await?)),
            None => Ok(None),
        }
    }

    /// One message by its sequence, from the leader.
    pub async fn get(&self, sequence: u64) -> Result<Option<Raw>, JournalError> {
        Ok(self.message(EVENTS, json!({"seq": sequence})).await?.map(raw))
    }

    /// The first message of a subject at or after a sequence, from the leader.
    pub(super) async fn next_of(&self, stream: &str, subject: &str, from: u64) -> Result<Option<Raw>, JournalError> {
        Ok(self.message(stream, json!({"seq": from, "next_by_subj": subject})).await?.map(raw))
    }

    /// The newest message of a subject, from the leader.
    pub async fn last_of(&self, subject: &str) -> Result<Option<Raw>, JournalError> {
        Ok(self.message(EVENTS, json!({"last_by_subj": subject})).await?.map(raw))
    }

    pub(super) async fn message(&self, stream: &str, request: Value) -> Result<Option<StreamMessage>, JournalError> {
        let doing = "read a message";
        let mut patience = self.patience(doing);
        let subject = format!("$JS.API.STREAM.MSG.GET.{stream}");
        loop {
            patience.connected().await?;
            let why = match self.replies.ask(&subject, None, request.to_string().into()).await {
                Err(unanswered) => unanswered.to_string(),
                Ok(answer) if answer.status == Some(StatusCode::NO_RESPONDERS) => "no server answers now".to_owned(),
                Ok(answer) => match serde_json::from_slice::<Answer>(&answer.payload) {
                    Ok(Answer { message: Some(message), .. }) => {
                        let message = StreamMessage::try_from(message);
                        return message.map(Some).map_err(|error| JournalError::server(doing, error));
                    }
                    Ok(Answer { error: Some(error), .. }) if error.code == 404 => return Ok(None),
                    Ok(Answer { error: Some(error), .. }) if error.code < 500 => {
                        return Err(JournalError::server(doing, error.description));
                    }
                    Ok(Answer { error, .. }) => error.map(|error| error.description).unwrap_or_default(),
                    Err(error) => return Err(JournalError::server(doing, error)),
                },
            };
            patience.again(why).await?;
        }
    }

    /// The sequence of the newest message of the log, of whatever kind; 0 when it is empty.
    pub async fn last_sequence(&self) -> Result<u64, JournalError> {
        let mut patience = self.patience("look at the stream");
        loop {
            patience.connected().await?;
            let info = match self.context.get_stream_no_info(EVENTS).await {
                Ok(stream) => stream.get_info().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match info {
                Ok(info) => return Ok(info.state.last_sequence),
                Err(why) => patience.again(why).await?,
            }
        }
    }
}

fn raw(message: StreamMessage) -> Raw {
    let headers = Some(&message.headers);
    Raw {
        sequence: message.sequence,
        subject: message.subject.to_string(),
        stored_at: timestamp(message.time.unix_timestamp_nanos()),
        traceparent: headers::text(headers, headers::TRACEPARENT).map(str::to_owned),
        message_id: headers::text(headers, NATS_MESSAGE_ID).map(str::to_owned),
        payload: message.payload,
    }
}

pub(super) fn timestamp(nanoseconds: i128) -> Timestamp {
    Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

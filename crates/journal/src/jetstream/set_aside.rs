//! The stream SET_ASIDE: `set-aside.item.<service>.<sequence>` is what failed, `set-aside.retry.<service>.<sequence>`
//! somebody's wish to try it again. One message a subject, so that both are safe to repeat.

use super::read::timestamp;
use super::{Log, SET_ASIDE, headers};
use crate::JournalError;
use crate::entry::Raw;
use crate::set_aside::{SetAside, parse_id};
use async_nats::header::NATS_TIME_STAMP;
use async_nats::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use std::collections::HashSet;

const SERVICE: HeaderName = HeaderName::from_static("earshot-service");
const SEQUENCE: HeaderName = HeaderName::from_static("earshot-sequence");
const SUBJECT: HeaderName = HeaderName::from_static("earshot-subject");
const STORED_AT: HeaderName = HeaderName::from_static("earshot-stored-at");
const MESSAGE_ID: HeaderName = HeaderName::from_static("earshot-message-id");
const REASON: HeaderName = HeaderName::from_static("earshot-reason");
const ATTEMPTS: HeaderName = HeaderName::from_static("earshot-attempts");

const DOING: &str = "set work aside";

impl Log {
    pub async fn keep_set_aside(
        &self,
        service: &str,
        raw: &Raw,
        reason: &str,
        attempts: u32,
    ) -> Result<(), JournalError> {
        let mut headers = origin(service, raw);
        headers.insert(REASON, reason);
        headers.insert(ATTEMPTS, HeaderValue::from(u64::from(attempts)));
        self.publish(&item_subject(service, raw.sequence), headers, raw.payload.clone(), DOING).await?;
        Ok(())
    }

    pub async fn set_aside_list(&self) -> Result<Vec<SetAside>, JournalError> {
        let mut retrying = HashSet::new();
        self.each(SET_ASIDE, "set-aside.retry.>", 1, |message, _| {
            if let Some((item, _)) = item(message.headers.as_ref(), message.payload, Timestamp::UNIX_EPOCH) {
                retrying.insert(item.id);
            }
        })
        .await?;
        let mut items = Vec::new();
        self.each(SET_ASIDE, "set-aside.item.>", 1, |message, _| {
            let at = headers::text(message.headers.as_ref(), NATS_TIME_STAMP).and_then(|text| text.parse().ok());
            let at = at.unwrap_or(Timestamp::UNIX_EPOCH);
            items.extend(item(message.headers.as_ref(), message.payload, at).map(|(item, _)| item));
        })
        .await?;
        for item in &mut items {
            item.retrying = retrying.contains(&item.id);
        }
        Ok(items)
    }

    pub async fn set_aside_show(&self, id: &str) -> Result<(SetAside, Raw), JournalError> {
        let (service, sequence) = parse_id(id)?;
        let not_found = || JournalError::NotFound { what: format!("set-aside item {id}") };
        let last = json!({"last_by_subj": item_subject(service, sequence)});
        let found = self.message(SET_ASIDE, last).await?.ok_or_else(not_found)?;
        let at = timestamp(found.time.unix_timestamp_nanos());
        let (mut item, raw) = item(Some(&found.headers), found.payload, at).ok_or_else(not_found)?;
        let retry = json!({"last_by_subj": retry_subject(service, sequence)});
        item.retrying = self.message(SET_ASIDE, retry).await?.is_some();
        Ok((item, raw))
    }

    pub async fn ask_for_retry(&self, item: &SetAside, raw: &Raw) -> Result<(), JournalError> {
        let subject = retry_subject(&item.service, item.sequence);
        self.publish(&subject, origin(&item.service, raw), raw.payload.clone(), "ask for a retry").await?;
        Ok(())
    }

    /// It was tried again and is done: item and wish go.
    pub(super) async fn settle_retry(&self, service: &str, sequence: u64, failed: bool) -> Result<(), JournalError> {
        if !failed {
            self.purge(SET_ASIDE, &item_subject(service, sequence)).await?;
        }
        self.purge(SET_ASIDE, &retry_subject(service, sequence)).await?;
        Ok(())
    }
}

fn item_subject(service: &str, sequence: u64) -> String {
    format!("set-aside.item.{service}.{sequence}")
}

fn retry_subject(service: &str, sequence: u64) -> String {
    format!("set-aside.retry.{service}.{sequence}")
}

/// What a service listens to for wishes to try again.
pub(super) fn retries_of(service: &str) -> String {
    format!("set-aside.retry.{service}.*")
}

fn origin(service: &str, raw: &Raw) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SERVICE, service);
    headers.insert(SEQUENCE, HeaderValue::from(raw.sequence));
    headers.insert(SUBJECT, raw.subject.as_str());
    headers.insert(STORED_AT, raw.stored_at.to_string());
    if let Some(id) = &raw.message_id {
        headers.insert(MESSAGE_ID, id.as_str());
    }
    if let Some(traceparent) = &raw.traceparent {
        headers.insert(headers::TRACEPARENT, traceparent.as_str());
    }
    headers
}

/// An item, and the message of the log that it is about.
pub(super) fn item(headers: Option<&HeaderMap>, payload: Bytes, at: Timestamp) -> Option<(SetAside, Raw)> {
    let service = headers::text(headers, SERVICE)?.to_owned();
    let sequence = headers::number(headers, SEQUENCE)?;
    let subject = headers::text(headers, SUBJECT)?.to_owned();
    let stored_at = headers::text(headers, STORED_AT)?.parse().ok()?;
    let raw = Raw {
        sequence,
        subject: subject.clone(),
        payload,
        stored_at,
        traceparent: headers::text(headers, headers::TRACEPARENT).map(str::to_owned),
        message_id: headers::text(headers, MESSAGE_ID).map(str::to_owned),
    };
    let item = SetAside {
        id: format!("{service}.{sequence}"),
        service,
        sequence,
        subject,
        reason: headers::text(headers, REASON).unwrap_or_default().to_owned(),
        attempts: headers::number(headers, ATTEMPTS).unwrap_or(0).try_into().unwrap_or(u32::MAX),
        set_aside_at: at,
        retrying: false,
    };
    Some((item, raw))
}

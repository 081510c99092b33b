//! What stands beside a record: the server's guards, the trace, and CloudEvents in binary mode so that foreign tools
//! can read the stream. Of its attributes only those that it demands: the subject and the time stand in the message
//! itself, and every header costs the server and each reader.

use crate::entry::fact_names;
use crate::trace;
use async_nats::header::{NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_ID};
use async_nats::{HeaderMap, HeaderName, HeaderValue};
use conversation::Record;

pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const CE_SPECVERSION: HeaderName = HeaderName::from_static("ce-specversion");
const CE_ID: HeaderName = HeaderName::from_static("ce-id");
const CE_SOURCE: HeaderName = HeaderName::from_static("ce-source");
pub(super) const CE_TYPE: HeaderName = HeaderName::from_static("ce-type");

/// The headers of a record that must follow `expected` on its subject.
pub(super) fn of(record: &Record, expected: u64) -> HeaderMap {
    let id = record.id.to_string();
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, id.as_str());
    headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, HeaderValue::from(expected));
    if let Some(traceparent) = trace::current() {
        headers.insert(TRACEPARENT, traceparent);
    }
    headers.insert(CE_SPECVERSION, "1.0");
    headers.insert(CE_ID, id);
    headers.insert(CE_SOURCE, format!("/earshot/{}", record.subject.brand()));
    headers.insert(CE_TYPE, fact_names(record));
    headers
}

/// A header as text.
pub(super) fn text(headers: Option<&HeaderMap>, name: HeaderName) -> Option<&str> {
    headers?.get(name).map(HeaderValue::as_str)
}

/// A header as a number.
pub(super) fn number(headers: Option<&HeaderMap>, name: HeaderName) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

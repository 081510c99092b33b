//! The sender's side: headers for one try of one message.

use super::secret::Secrets;
use super::{ID, SIGNATURE, TIMESTAMP};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

/// The three headers of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Value of `webhook-id`.
    pub id: String,
    /// Value of `webhook-timestamp`: seconds since 1970.
    pub timestamp: String,
    /// Value of `webhook-signature`: one signature a key, separated by spaces.
    pub signature: String,
}

/// Signs one try: the same `id` on every try of a message, a fresh `now`, exactly the bytes that are sent.
///
/// `id` must be printable ASCII without a full stop (a UUID is), or receivers refuse it.
pub fn sign(secrets: &Secrets, id: &str, now: Timestamp, body: &[u8]) -> Signed {
    let timestamp = now.as_second().to_string();
    let signatures: Vec<String> = secrets.all().map(|(_, secret)| secret.signature(id, &timestamp, body)).collect();
    Signed { id: id.to_owned(), timestamp, signature: signatures.join(" ") }
}

impl Signed {
    /// As header names and values.
    ///
    /// # Errors
    /// The id has characters that a header cannot hold.
    pub fn headers(&self) -> Result<HeaderMap, http::header::InvalidHeaderValue> {
        let mut headers = HeaderMap::with_capacity(3);
        for (name, value) in [(ID, &self.id), (TIMESTAMP, &self.timestamp), (SIGNATURE, &self.signature)] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
        }
        Ok(headers)
    }
}

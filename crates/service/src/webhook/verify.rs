//! The receiver's side: who cannot prove the secret, in time, learns nothing but that.

use super::secret::{Secrets, Which};
use super::{ID, SIGNATURE, TIMESTAMP};
use http::HeaderMap;
use jiff::Timestamp;
use subtle::{Choice, ConstantTimeEq};

/// How far the sender's time may be from ours, in seconds, either way.
pub const TOLERANCE_SECONDS: i64 = 300;
/// Longer ids are no ids.
const ID_MAX_BYTES: usize = 256;

/// A message whose sender knows the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Value of `webhook-id`: the same for every try of a message, so it is the key against duplicates.
    pub id: String,
    /// When this try was signed.
    pub timestamp: Timestamp,
    /// Which key matched.
    pub matched: Which,
}

/// A message that is not to be trusted. Its text is the same for every cause, for the sender; [`Rejected::reason`]
/// is for metrics, `Debug` for our log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature could not be verified")]
pub enum Rejected {
    /// A header is not there.
    HeaderMissing(&'static str),
    /// A header is there more than once.
    HeaderRepeated(&'static str),
    /// A header is empty, or not what the scheme says.
    HeaderMalformed(&'static str),
    /// Signed longer ago than the tolerance.
    TooOld,
    /// Signed further ahead than the tolerance.
    TooNew,
    /// No signature is of version `v1`.
    NoKnownVersion,
    /// No signature matches.
    Mismatch,
}

impl Rejected {
    /// The cause, for metrics and nobody else.
    pub fn reason(&self) -> &'static str {
        match self {
            Rejected::HeaderMissing(_) => "signature_header_missing",
            Rejected::HeaderRepeated(_) => "signature_header_repeated",
            Rejected::HeaderMalformed(_) => "signature_header_malformed",
            Rejected::TooOld => "signature_too_old",
            Rejected::TooNew => "signature_too_new",
            Rejected::NoKnownVersion => "signature_version_unknown",
            Rejected::Mismatch => "signature_mismatch",
        }
    }
}

/// Verifies a message over the raw bytes received.
///
/// # Errors
/// Any doubt is a rejection: there is no "unsigned, accepted".
pub fn verify(secrets: &Secrets, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Verified, Rejected> {
    let id = only(headers, ID)?;
    let written = only(headers, TIMESTAMP)?;
    let signatures = only(headers, SIGNATURE)?;
    // A full stop in the id would let one signature stand for two messages, since it also ends the id.
    if id.len() > ID_MAX_BYTES || id.contains('.') {
        return Err(Rejected::HeaderMalformed(ID));
    }
    let timestamp = parse_seconds(written).ok_or(Rejected::HeaderMalformed(TIMESTAMP))?;
    let matched = matching(secrets, id, written, signatures, body)?;
    let age = now.as_second() - timestamp.as_second();
    if age > TOLERANCE_SECONDS {
        return Err(Rejected::TooOld);
    }
    if age < -TOLERANCE_SECONDS {
        return Err(Rejected::TooNew);
    }
    Ok(Verified { id: id.to_owned(), timestamp, matched })
}

/// The value of a header that must be there once, not empty, in printable ASCII.
fn only<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Rejected> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Rejected::HeaderMissing(name))?;
    if values.next().is_some() {
        return Err(Rejected::HeaderRepeated(name));
    }
    match value.to_str() {
        Ok(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(Rejected::HeaderMalformed(name)),
    }
}

fn parse_seconds(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// Which key made one of the signatures. Every signature is compared with every key, whatever matches before.
fn matching(secrets: &Secrets, id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> Result<Which, Rejected> {
    let given: Vec<&str> = signatures.split(' ').filter(|signature| signature.starts_with("v1,")).collect();
    if given.is_empty() {
        return Err(Rejected::NoKnownVersion);
    }
    let mut matched = None;
    for (which, secret) in secrets.all() {
        let expected = secret.signature(id, timestamp, body);
        let mut equal = Choice::from(0);
        for signature in &given {
            equal |= signature.as_bytes().ct_eq(expected.as_bytes());
        }
        if bool::from(equal) {
            matched = matched.or(Some(which));
        }
    }
    matched.ok_or(Rejected::Mismatch)
}

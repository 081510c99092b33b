//! Facts about the brand rather than a conversation: its settings, who is on, what came in from each source.

use crate::ids::PersonId;
use jiff::Timestamp;

/// Settings were published; every later decision names their version.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsPublished {
    /// A hash of the text, so that the same text is the same version.
    pub version: String,
    /// The whole settings file, so that it can be read again years later.
    pub yaml: String,
    /// The name of the file it came from, for messages.
    pub file: String,
}

/// A person came online or went.
#[derive(Debug, Clone, PartialEq)]
pub struct PresenceChanged {
    pub person: PersonId,
    pub online: bool,
}

/// The loss ledger: what a source handed in during a span of time, and what became of it.
/// seen = accepted + duplicate + filtered + the sum of rejected.
#[derive(Debug, Clone, PartialEq)]
pub struct IntakeCounted {
    pub source: String,
    pub from: Timestamp,
    pub until: Timestamp,
    pub seen: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    /// By reason code, in order of the code.
    pub rejected: Vec<(String, u64)>,
}

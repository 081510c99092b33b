//! The border between the log's bytes and the domain. Outward is `From` and cannot fail; inward is checked, and what
//! is missing or UNSPECIFIED is an error that names the field. Subjects are made here too, and only here.

pub mod due;
mod inward;
mod outward;
pub mod pb;
mod scalar;
pub mod subjects;

pub use due::{Due, decode_due, encode_due};
pub use scalar::{instant, timestamp};

use bytes::Bytes;
use conversation::Record;
use prost::Message;
use thiserror::Error;

/// The descriptor set of the whole contract, for reflection and for the OpenAPI document.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Why bytes are not a record. It names the field and never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    #[error("the bytes are not protobuf of this message")]
    NotProtobuf,
    #[error("field {field} is missing")]
    Missing { field: &'static str },
    #[error("field {field} has no value that this version knows")]
    Unknown { field: &'static str },
    #[error("field {field} is not valid: {why}")]
    Invalid { field: &'static str, why: &'static str },
}

/// A record as it is stored.
pub fn encode(record: &Record) -> Bytes {
    to_pb(record).encode_to_vec().into()
}

/// Reads a stored record, checking every field.
pub fn decode(bytes: &[u8]) -> Result<Record, WireError> {
    let record = pb::conversation::Record::decode(bytes).map_err(|_| WireError::NotProtobuf)?;
    Record::try_from_pb(record)
}

/// A record in the form of the contract, for timelines.
pub fn to_pb(record: &Record) -> pb::conversation::Record {
    outward::record(record)
}

/// Reads a record in the form of the contract.
pub trait TryFromPb: Sized {
    type Pb;
    fn try_from_pb(pb: Self::Pb) -> Result<Self, WireError>;
}

impl TryFromPb for Record {
    type Pb = pb::conversation::Record;
    fn try_from_pb(pb: Self::Pb) -> Result<Self, WireError> {
        inward::record(pb)
    }
}

/// The contract's name of a priority.
pub fn priority_to_pb(priority: conversation::routed::Priority) -> pb::conversation::Priority {
    outward::priority(priority)
}

/// The contract's name of a kind of deadline.
pub fn deadline_kind_to_pb(kind: conversation::deadlines::DeadlineKind) -> pb::conversation::DeadlineKind {
    outward::deadline_kind(kind)
}

/// The contract's name of the clock of a deadline.
pub fn deadline_clock_to_pb(clock: conversation::deadlines::DeadlineClock) -> pb::conversation::DeadlineClock {
    outward::deadline_clock(clock)
}

/// News, in the form of the contract.
pub fn news_to_pb(news: conversation::told::News) -> pb::conversation::News {
    outward::news(news)
}

/// News out of the contract.
///
/// # Errors
/// It is none that this version knows.
pub fn news_from_pb(value: i32) -> Result<conversation::told::News, WireError> {
    inward::news(value)
}

/// What a person chose, in the form of the contract.
pub fn news_chosen_to_pb(chosen: &conversation::told::NewsChosen) -> pb::conversation::NewsChosen {
    outward::news_chosen(chosen)
}

/// The contract's name of an outcome.
pub fn outcome_to_pb(outcome: conversation::resolved::Outcome) -> pb::conversation::Outcome {
    outward::outcome(outcome)
}

/// Reads an outcome; UNSPECIFIED is an error.
pub fn outcome_from_pb(value: i32) -> Result<conversation::resolved::Outcome, WireError> {
    inward::outcome(value)
}

/// Reads which handle a post spoke to; UNSPECIFIED is an error.
pub fn handle_use_from_pb(value: i32) -> Result<conversation::received::HandleUse, WireError> {
    inward::handle_use(value)
}

/// The contract's form of one classification.
pub fn scored_to_pb(scored: &conversation::classified::Scored) -> pb::conversation::Scored {
    outward::scored(scored)
}

/// The contract's form of a classification that not every model has; none when this one had no such head.
pub fn answer_to_pb(scored: &conversation::classified::Scored) -> Option<pb::conversation::Scored> {
    outward::answer(scored)
}

/// The contract's form of what was recognised in a post.
pub fn recognised_to_pb(recognised: &conversation::classified::Recognised) -> pb::conversation::Recognised {
    outward::recognised(recognised)
}

/// The contract's form of a candidate of a routing decision.
pub fn candidate_to_pb(candidate: &conversation::routed::Candidate) -> pb::conversation::Candidate {
    outward::candidate(candidate)
}

//! What measures count that belongs to no conversation: surges of a brand, and what customers were granted and promised.
//! Each has an id of its own, so a record that comes twice counts once.

use conversation::{BrandId, Fact, Record};
use jiff::Timestamp;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    pub kind: &'static str,
    pub key: [u8; 16],
    pub brand: BrandId,
    pub at: Timestamp,
}

pub const SURGE: &str = "surge";
pub const EXCEPTION: &str = "exception";
pub const PROMISE_MADE: &str = "promise_made";
pub const PROMISE_KEPT: &str = "promise_kept";

/// What of this a record tells.
pub fn of(brand: &BrandId, record: &Record) -> impl Iterator<Item = Happening> {
    let at = record.occurred_at;
    record.facts.iter().filter_map(move |fact| {
        let (kind, key, at) = match fact {
            Fact::SurgeDetected(fact) => (SURGE, fact.incident.as_uuid(), fact.first_post_at),
            // It has no id but that of the record.
            Fact::ExceptionGranted(_) => (EXCEPTION, record.id.as_uuid(), at),
            Fact::PromiseMade(fact) => (PROMISE_MADE, fact.promise.as_uuid(), at),
            Fact::PromiseKept(fact) => (PROMISE_KEPT, fact.promise.as_uuid(), at),
            // The others are told of a conversation, or are no deed.
            _ => return None,
        };
        Some(Happening { kind, key: key.into_bytes(), brand: brand.clone(), at })
    })
}

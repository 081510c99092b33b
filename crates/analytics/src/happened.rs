//! What measures count that belongs to no conversation: surges of a brand, what customers were granted and promised, and
//! what was told to the brand's people and posted at both ends of a shift. Each has an id of its own, so a record that comes
//! twice counts once.

use conversation::{BrandId, Fact, NoticeId, Record};
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

pub const NEWS: &str = "news";
pub const PERSON_NOTICE: &str = "person_notice";
pub const PERSON_NOTICE_SENT: &str = "person_notice_sent";
pub const PERSON_NOTICE_FAILED: &str = "person_notice_failed";
pub const SHIFT_POST: &str = "shift_post";
pub const SHIFT_POST_SENT: &str = "shift_post_sent";
pub const SHIFT_POST_FAILED: &str = "shift_post_failed";

/// What happened, in the order of the log: an end counts after its beginning only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Happened(Happening),
    Ended(Ended),
}

/// How a notice ended. What kind of notice it was stands in an earlier record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub notice: NoticeId,
    pub sent: bool,
}

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
            Fact::ShiftPostSubmitted(fact) => (SHIFT_POST, fact.notice.as_uuid(), at),
            Fact::PersonNoticeSubmitted(fact) => (PERSON_NOTICE, fact.notice.as_uuid(), at),
            // The others are told of a conversation, or are no deed.
            _ => return None,
        };
        Some(Happening { kind, key: key.into_bytes(), brand: brand.clone(), at })
    })
}

/// The piece of news that a record tells somebody; a record has one at most.
pub fn news(brand: &BrandId, record: &Record) -> Option<Happening> {
    let tells = |fact: &Fact| matches!(fact, Fact::PersonNoticeSubmitted(_) | Fact::PersonNoticeExtended(_));
    let key = record.id.as_uuid().into_bytes();
    record.facts.iter().any(tells).then(|| Happening { kind: NEWS, key, brand: brand.clone(), at: record.occurred_at })
}

/// The notices that ended with a record.
pub fn ended(record: &Record) -> impl Iterator<Item = Ended> {
    record.facts.iter().filter_map(|fact| match fact {
        Fact::NoticeSent(fact) => Some(Ended { notice: fact.notice, sent: true }),
        Fact::NoticeFailed(fact) if fact.is_final => Some(Ended { notice: fact.notice, sent: false }),
        // It goes on, or has not begun.
        _ => None,
    })
}

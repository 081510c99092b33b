//! The clocks.

use super::{Read, known};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{optional, required};
use conversation::deadlines::{DeadlineBreached, DeadlineClock, DeadlineKind, DeadlineSet, DeadlineWarned};

pub(crate) fn deadline_kind(value: i32) -> Read<DeadlineKind> {
    match known("kind", value)? {
        pb::DeadlineKind::Unspecified => Err(WireError::Unknown { field: "kind" }),
        pb::DeadlineKind::FirstResponse => Ok(DeadlineKind::FirstResponse),
        pb::DeadlineKind::NextResponse => Ok(DeadlineKind::NextResponse),
        pb::DeadlineKind::Resolution => Ok(DeadlineKind::Resolution),
    }
}

/// Facts of older versions name no clock: theirs was the calendar's.
fn deadline_clock(value: i32) -> Read<DeadlineClock> {
    match known("clock", value)? {
        pb::DeadlineClock::Unspecified | pb::DeadlineClock::Calendar => Ok(DeadlineClock::Calendar),
        pb::DeadlineClock::Business => Ok(DeadlineClock::Business),
    }
}

pub(super) fn deadline_set(f: pb::DeadlineSet) -> Read<DeadlineSet> {
    Ok(DeadlineSet {
        kind: deadline_kind(f.kind)?,
        clock_started_at: required("clock_started_at", f.clock_started_at)?,
        due_at: required("due_at", f.due_at)?,
        target_seconds: f.target_seconds,
        settings_version: f.settings_version,
        clock: deadline_clock(f.clock)?,
        warn_at: optional("warn_at", f.warn_at)?,
    })
}

pub(super) fn deadline_warned(f: pb::DeadlineWarned) -> Read<DeadlineWarned> {
    Ok(DeadlineWarned {
        kind: deadline_kind(f.kind)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

pub(super) fn deadline_breached(f: pb::DeadlineBreached) -> Read<DeadlineBreached> {
    Ok(DeadlineBreached {
        kind: deadline_kind(f.kind)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

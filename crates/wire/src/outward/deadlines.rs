//! The clocks.

use crate::pb::conversation as pb;
use crate::scalar::timestamp;
use conversation::deadlines::{DeadlineBreached, DeadlineClock, DeadlineKind, DeadlineSet, DeadlineWarned};

pub(crate) fn deadline_kind(kind: DeadlineKind) -> pb::DeadlineKind {
    match kind {
        DeadlineKind::FirstResponse => pb::DeadlineKind::FirstResponse,
        DeadlineKind::NextResponse => pb::DeadlineKind::NextResponse,
        DeadlineKind::Resolution => pb::DeadlineKind::Resolution,
    }
}

pub(crate) fn deadline_clock(clock: DeadlineClock) -> pb::DeadlineClock {
    match clock {
        DeadlineClock::Calendar => pb::DeadlineClock::Calendar,
        DeadlineClock::Business => pb::DeadlineClock::Business,
    }
}

pub(super) fn deadline_set(f: &DeadlineSet) -> pb::DeadlineSet {
    pb::DeadlineSet {
        kind: deadline_kind(f.kind).into(),
        clock_started_at: Some(timestamp(f.clock_started_at)),
        due_at: Some(timestamp(f.due_at)),
        target_seconds: f.target_seconds,
        settings_version: f.settings_version.clone(),
        clock: deadline_clock(f.clock).into(),
        warn_at: f.warn_at.map(timestamp),
    }
}

pub(super) fn deadline_warned(f: &DeadlineWarned) -> pb::DeadlineWarned {
    pb::DeadlineWarned {
        kind: deadline_kind(f.kind).into(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

pub(super) fn deadline_breached(f: &DeadlineBreached) -> pb::DeadlineBreached {
    pb::DeadlineBreached {
        kind: deadline_kind(f.kind).into(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

//! Words of the brand that belong to no conversation.

use super::{Read, known};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, required};
use conversation::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};

fn shift(value: i32) -> Read<Shift> {
    match known("shift", value)? {
        pb::Shift::Unspecified => Err(WireError::Unknown { field: "shift" }),
        pb::Shift::Morning => Ok(Shift::Morning),
        pb::Shift::Evening => Ok(Shift::Evening),
    }
}

pub(super) fn shift_post_submitted(f: pb::ShiftPostSubmitted) -> Read<ShiftPostSubmitted> {
    Ok(ShiftPostSubmitted {
        notice: name("notice_id", &f.notice_id)?,
        team: name("team", &f.team)?,
        shift: shift(f.shift)?,
        shift_at: required("shift_at", f.shift_at)?,
        network: name("network", &f.network)?,
        text: f.text,
        people: f.people.iter().map(|person| name("people", person)).collect::<Read<_>>()?,
        settings_version: f.settings_version,
    })
}

pub(super) fn notice_attempted(f: pb::NoticeAttempted) -> Read<NoticeAttempted> {
    if f.attempt == 0 {
        return Err(WireError::Missing { field: "attempt" });
    }
    Ok(NoticeAttempted {
        notice: name("notice_id", &f.notice_id)?,
        attempt: f.attempt,
        attempted_at: required("attempted_at", f.attempted_at)?,
    })
}

pub(super) fn notice_sent(f: pb::NoticeSent) -> Read<NoticeSent> {
    Ok(NoticeSent {
        notice: name("notice_id", &f.notice_id)?,
        native_id: f.native_id,
        sent_at: required("sent_at", f.sent_at)?,
        how: f.how,
    })
}

pub(super) fn notice_failed(f: pb::NoticeFailed) -> Read<NoticeFailed> {
    Ok(NoticeFailed {
        notice: name("notice_id", &f.notice_id)?,
        attempt: f.attempt,
        reason: f.reason,
        is_final: f.is_final,
        retry_at: optional("retry_at", f.retry_at)?,
    })
}

pub(super) fn notice_in_doubt(f: pb::NoticeInDoubt) -> Read<NoticeInDoubt> {
    Ok(NoticeInDoubt { notice: name("notice_id", &f.notice_id)?, attempt: f.attempt, reason: f.reason })
}

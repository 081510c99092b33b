//! Words of the brand that belong to no conversation.

use crate::pb::conversation as pb;
use crate::scalar::timestamp;
use conversation::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};

fn shift(shift: Shift) -> pb::Shift {
    match shift {
        Shift::Morning => pb::Shift::Morning,
        Shift::Evening => pb::Shift::Evening,
    }
}

pub(super) fn shift_post_submitted(f: &ShiftPostSubmitted) -> pb::ShiftPostSubmitted {
    pb::ShiftPostSubmitted {
        notice_id: f.notice.to_string(),
        team: f.team.to_string(),
        shift: shift(f.shift).into(),
        shift_at: Some(timestamp(f.shift_at)),
        network: f.network.to_string(),
        text: f.text.clone(),
        people: f.people.iter().map(ToString::to_string).collect(),
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn notice_attempted(f: &NoticeAttempted) -> pb::NoticeAttempted {
    pb::NoticeAttempted {
        notice_id: f.notice.to_string(),
        attempt: f.attempt,
        attempted_at: Some(timestamp(f.attempted_at)),
    }
}

pub(super) fn notice_sent(f: &NoticeSent) -> pb::NoticeSent {
    pb::NoticeSent {
        notice_id: f.notice.to_string(),
        native_id: f.native_id.clone(),
        sent_at: Some(timestamp(f.sent_at)),
        how: f.how.clone(),
    }
}

pub(super) fn notice_failed(f: &NoticeFailed) -> pb::NoticeFailed {
    pb::NoticeFailed {
        notice_id: f.notice.to_string(),
        attempt: f.attempt,
        reason: f.reason.clone(),
        is_final: f.is_final,
        retry_at: f.retry_at.map(timestamp),
    }
}

pub(super) fn notice_in_doubt(f: &NoticeInDoubt) -> pb::NoticeInDoubt {
    pb::NoticeInDoubt { notice_id: f.notice.to_string(), attempt: f.attempt, reason: f.reason.clone() }
}

//! The answer on its way out.

use super::personal;
use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use conversation::replied::{DraftStopped, ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::resumed::{ReplyGivenUp, ReplyResumed, ResumedPart};
use conversation::window::WindowWarned;

pub(super) fn draft_stopped(f: &DraftStopped) -> pb::DraftStopped {
    pb::DraftStopped {
        draft_id: f.draft.to_string(),
        person: f.person.to_string(),
        private: f.private,
        stops: f.stops.clone(),
    }
}

pub(super) fn reply_submitted(f: &ReplySubmitted) -> pb::ReplySubmitted {
    pb::ReplySubmitted {
        reply_id: f.reply.to_string(),
        person: f.person.to_string(),
        network: f.network.to_string(),
        private: f.private,
        in_reply_to: f.in_reply_to.to_string(),
        in_reply_to_native_id: f.in_reply_to_native_id.clone(),
        body: Some(personal(&f.body)),
        offers: f.offers.clone(),
        asks: f.asks.clone(),
        warnings: f.warnings.clone(),
        overrode: f.overrode.clone(),
        part: f.part,
        parts: f.parts,
        notice: f.notice.clone(),
    }
}

pub(super) fn reply_attempted(f: &ReplyAttempted) -> pb::ReplyAttempted {
    pb::ReplyAttempted {
        reply_id: f.reply.to_string(),
        attempt: f.attempt,
        attempted_at: Some(timestamp(f.attempted_at)),
    }
}

pub(super) fn reply_sent(f: &ReplySent) -> pb::ReplySent {
    pb::ReplySent {
        reply_id: f.reply.to_string(),
        native_id: f.native_id.clone(),
        post_key: or_empty(f.post.as_ref()),
        sent_at: Some(timestamp(f.sent_at)),
        how: f.how.clone(),
    }
}

pub(super) fn reply_failed(f: &ReplyFailed) -> pb::ReplyFailed {
    pb::ReplyFailed {
        reply_id: f.reply.to_string(),
        attempt: f.attempt,
        reason: f.reason.clone(),
        is_final: f.is_final,
        retry_at: f.retry_at.map(timestamp),
    }
}

pub(super) fn reply_in_doubt(f: &ReplyInDoubt) -> pb::ReplyInDoubt {
    pb::ReplyInDoubt { reply_id: f.reply.to_string(), attempt: f.attempt, reason: f.reason.clone() }
}

pub(super) fn reply_proposed(f: &ReplyProposed) -> pb::ReplyProposed {
    pb::ReplyProposed {
        proposal_id: f.proposal.to_string(),
        person: f.person.to_string(),
        why: f.why.clone(),
        replies: f.replies.iter().map(reply_submitted).collect(),
    }
}

pub(super) fn reply_approved(f: &ReplyApproved) -> pb::ReplyApproved {
    pb::ReplyApproved { proposal_id: f.proposal.to_string(), person: f.person.to_string() }
}

pub(super) fn reply_sent_back(f: &ReplySentBack) -> pb::ReplySentBack {
    pb::ReplySentBack { proposal_id: f.proposal.to_string(), person: f.person.to_string(), reason: f.reason.clone() }
}

pub(super) fn reply_resumed(f: &ReplyResumed) -> pb::ReplyResumed {
    let part = |part: &ResumedPart| pb::ResumedPart {
        reply_id: part.reply.to_string(),
        part: part.part,
        attempts: part.attempts,
        times: part.times,
    };
    let replies = f.replies.iter().map(part).collect();
    pb::ReplyResumed { person: f.person.to_string(), network: f.network.to_string(), replies }
}

pub(super) fn reply_given_up(f: &ReplyGivenUp) -> pb::ReplyGivenUp {
    pb::ReplyGivenUp { reply_id: f.reply.to_string(), person: f.person.to_string(), reason: f.reason.clone() }
}

pub(super) fn window_warned(f: &WindowWarned) -> pb::WindowWarned {
    pb::WindowWarned { closes_at: Some(timestamp(f.closes_at)), noticed_at: Some(timestamp(f.noticed_at)) }
}

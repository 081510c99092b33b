//! The answer on its way out.

use super::{Read, personal};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name, required};
use conversation::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use conversation::replied::{DraftStopped, ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::resumed::{ReplyGivenUp, ReplyResumed, ResumedPart};
use conversation::window::WindowWarned;

pub(super) fn draft_stopped(f: pb::DraftStopped) -> Read<DraftStopped> {
    Ok(DraftStopped {
        draft: name("draft_id", &f.draft_id)?,
        person: name("person", &f.person)?,
        private: f.private,
        stops: f.stops,
    })
}

pub(super) fn reply_submitted(f: pb::ReplySubmitted) -> Read<ReplySubmitted> {
    Ok(ReplySubmitted {
        reply: name("reply_id", &f.reply_id)?,
        person: name("person", &f.person)?,
        network: name("network", &f.network)?,
        private: f.private,
        in_reply_to: name("in_reply_to", &f.in_reply_to)?,
        in_reply_to_native_id: f.in_reply_to_native_id,
        body: personal("body", f.body)?,
        offers: f.offers,
        asks: f.asks,
        warnings: f.warnings,
        overrode: f.overrode,
        // Facts of older versions know no parts: it is the only one.
        part: f.part.max(1),
        parts: f.parts.max(1),
        notice: f.notice,
    })
}

pub(super) fn reply_attempted(f: pb::ReplyAttempted) -> Read<ReplyAttempted> {
    if f.attempt == 0 {
        return Err(WireError::Missing { field: "attempt" });
    }
    Ok(ReplyAttempted {
        reply: name("reply_id", &f.reply_id)?,
        attempt: f.attempt,
        attempted_at: required("attempted_at", f.attempted_at)?,
    })
}

pub(super) fn reply_sent(f: pb::ReplySent) -> Read<ReplySent> {
    Ok(ReplySent {
        reply: name("reply_id", &f.reply_id)?,
        native_id: f.native_id,
        post: optional_name("post_key", &f.post_key)?,
        sent_at: required("sent_at", f.sent_at)?,
        how: f.how,
    })
}

pub(super) fn reply_failed(f: pb::ReplyFailed) -> Read<ReplyFailed> {
    Ok(ReplyFailed {
        reply: name("reply_id", &f.reply_id)?,
        attempt: f.attempt,
        reason: f.reason,
        is_final: f.is_final,
        retry_at: optional("retry_at", f.retry_at)?,
    })
}

pub(super) fn reply_in_doubt(f: pb::ReplyInDoubt) -> Read<ReplyInDoubt> {
    Ok(ReplyInDoubt { reply: name("reply_id", &f.reply_id)?, attempt: f.attempt, reason: f.reason })
}

pub(super) fn reply_proposed(f: pb::ReplyProposed) -> Read<ReplyProposed> {
    if f.replies.is_empty() {
        return Err(WireError::Missing { field: "replies" });
    }
    Ok(ReplyProposed {
        proposal: name("proposal_id", &f.proposal_id)?,
        person: name("person", &f.person)?,
        why: f.why,
        replies: f.replies.into_iter().map(reply_submitted).collect::<Read<_>>()?,
    })
}

pub(super) fn reply_approved(f: pb::ReplyApproved) -> Read<ReplyApproved> {
    Ok(ReplyApproved { proposal: name("proposal_id", &f.proposal_id)?, person: name("person", &f.person)? })
}

pub(super) fn reply_sent_back(f: pb::ReplySentBack) -> Read<ReplySentBack> {
    let (proposal, person) = (name("proposal_id", &f.proposal_id)?, name("person", &f.person)?);
    Ok(ReplySentBack { proposal, person, reason: f.reason })
}

pub(super) fn reply_resumed(f: pb::ReplyResumed) -> Read<ReplyResumed> {
    let part = |f: pb::ResumedPart| -> Read<ResumedPart> {
        let reply = name("reply_id", &f.reply_id)?;
        Ok(ResumedPart { reply, part: f.part.max(1), attempts: f.attempts, times: f.times })
    };
    Ok(ReplyResumed {
        person: name("person", &f.person)?,
        network: name("network", &f.network)?,
        replies: f.replies.into_iter().map(part).collect::<Read<_>>()?,
    })
}

pub(super) fn reply_given_up(f: pb::ReplyGivenUp) -> Read<ReplyGivenUp> {
    Ok(ReplyGivenUp { reply: name("reply_id", &f.reply_id)?, person: name("person", &f.person)?, reason: f.reason })
}

pub(super) fn window_warned(f: pb::WindowWarned) -> Read<WindowWarned> {
    let (closes_at, noticed_at) = (required("closes_at", f.closes_at)?, required("noticed_at", f.noticed_at)?);
    Ok(WindowWarned { closes_at, noticed_at })
}

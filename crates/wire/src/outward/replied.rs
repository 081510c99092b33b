//! The answer on its way out.

use super::personal;
use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::replied::{DraftStopped, ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};

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

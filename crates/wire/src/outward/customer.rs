//! The customer, whatever he writes about.

use super::personal;
use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::customer::{AnswerWayChosen, CustomerProfiled, CustomerTeamSet, ExceptionGranted, PromiseMade};

pub(super) fn customer_team_set(f: &CustomerTeamSet) -> pb::CustomerTeamSet {
    pb::CustomerTeamSet {
        team: f.team.to_string(),
        region: f.region.clone(),
        reason: f.reason.clone(),
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn customer_profiled(f: &CustomerProfiled) -> pb::CustomerProfiled {
    pb::CustomerProfiled {
        tier: f.tier.clone(),
        region: f.region.clone(),
        timezone: f.timezone.clone(),
        customer_since: f.customer_since.map(timestamp),
    }
}

pub(super) fn answer_way_chosen(f: &AnswerWayChosen) -> pb::AnswerWayChosen {
    pb::AnswerWayChosen {
        network: or_empty(f.way.network.as_ref()),
        in_private: f.way.in_private,
        person: f.person.to_string(),
    }
}

pub(super) fn exception_granted(f: &ExceptionGranted) -> pb::ExceptionGranted {
    pb::ExceptionGranted {
        conversation_id: or_empty(f.conversation.as_ref()),
        person: f.person.to_string(),
        what: Some(personal(&f.what)),
    }
}

pub(super) fn promise_made(f: &PromiseMade) -> pb::PromiseMade {
    pb::PromiseMade {
        promise_id: f.promise.to_string(),
        conversation_id: or_empty(f.conversation.as_ref()),
        person: f.person.to_string(),
        due_at: f.due_at.map(timestamp),
        what: Some(personal(&f.what)),
    }
}

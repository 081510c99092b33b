//! The customer, whatever he writes about.

use super::{Read, personal};
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name};
use conversation::customer::{
    AnswerWay, AnswerWayChosen, CustomerProfiled, CustomerTeamSet, ExceptionGranted, PromiseMade,
};

pub(super) fn customer_team_set(f: pb::CustomerTeamSet) -> Read<CustomerTeamSet> {
    Ok(CustomerTeamSet {
        team: name("team", &f.team)?,
        region: f.region,
        reason: f.reason,
        settings_version: f.settings_version,
    })
}

pub(super) fn customer_profiled(f: pb::CustomerProfiled) -> Read<CustomerProfiled> {
    Ok(CustomerProfiled {
        tier: f.tier,
        region: f.region,
        timezone: f.timezone,
        customer_since: optional("customer_since", f.customer_since)?,
    })
}

pub(super) fn answer_way_chosen(f: pb::AnswerWayChosen) -> Read<AnswerWayChosen> {
    let way = AnswerWay { network: optional_name("network", &f.network)?, in_private: f.in_private };
    Ok(AnswerWayChosen { way, person: name("person", &f.person)? })
}

pub(super) fn exception_granted(f: pb::ExceptionGranted) -> Read<ExceptionGranted> {
    Ok(ExceptionGranted {
        conversation: optional_name("conversation_id", &f.conversation_id)?,
        person: name("person", &f.person)?,
        what: personal("what", f.what)?,
    })
}

pub(super) fn promise_made(f: pb::PromiseMade) -> Read<PromiseMade> {
    Ok(PromiseMade {
        promise: name("promise_id", &f.promise_id)?,
        conversation: optional_name("conversation_id", &f.conversation_id)?,
        person: name("person", &f.person)?,
        due_at: optional("due_at", f.due_at)?,
        what: personal("what", f.what)?,
    })
}

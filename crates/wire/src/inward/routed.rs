//! Whose work it is: routes, the team that serves it, offers.

use super::{Read, known};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name, required};
use conversation::placed::{Offered, Placed};
use conversation::routed::{Candidate, ConversationOpened, Priority, Routed};

fn priority(value: i32) -> Read<Priority> {
    match known("priority", value)? {
        pb::Priority::Unspecified => Err(WireError::Unknown { field: "priority" }),
        pb::Priority::Low => Ok(Priority::Low),
        pb::Priority::Normal => Ok(Priority::Normal),
        pb::Priority::High => Ok(Priority::High),
        pb::Priority::Urgent => Ok(Priority::Urgent),
    }
}

pub(super) fn conversation_opened(f: pb::ConversationOpened) -> Read<ConversationOpened> {
    Ok(ConversationOpened {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        private: f.private,
    })
}

fn candidate(pb: pb::Candidate) -> Candidate {
    Candidate { kind: pb.kind, name: pb.name, score: pb.score, excluded: pb.excluded }
}

pub(super) fn routed(f: pb::Routed) -> Read<Routed> {
    Ok(Routed {
        post: name("post_key", &f.post_key)?,
        rule: f.rule,
        team: name("team", &f.team)?,
        priority: priority(f.priority)?,
        settings_version: f.settings_version,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        notes: f.notes,
        topic: f.topic,
        home_team: optional_name("home_team", &f.home_team)?,
        away_until: optional("away_until", f.away_until)?,
        needs_skills: f.needs_skills,
    })
}

pub(super) fn placed(f: pb::Placed) -> Read<Placed> {
    Ok(Placed {
        team: name("team", &f.team)?,
        home_team: optional_name("home_team", &f.home_team)?,
        until: optional("until", f.until)?,
        reason: f.reason,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        settings_version: f.settings_version,
    })
}

pub(super) fn offered(f: pb::Offered) -> Read<Offered> {
    Ok(Offered {
        person: name("person", &f.person)?,
        until: required("until", f.until)?,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        settings_version: f.settings_version,
    })
}

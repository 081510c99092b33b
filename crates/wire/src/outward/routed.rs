//! Whose work it is: routes, the team that serves it, offers.

use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::placed::{Offered, Placed};
use conversation::routed::{Candidate, ConversationOpened, Priority, Routed};

pub(crate) fn priority(priority: Priority) -> pb::Priority {
    match priority {
        Priority::Low => pb::Priority::Low,
        Priority::Normal => pb::Priority::Normal,
        Priority::High => pb::Priority::High,
        Priority::Urgent => pb::Priority::Urgent,
    }
}

pub(super) fn conversation_opened(f: &ConversationOpened) -> pb::ConversationOpened {
    pb::ConversationOpened { post_key: f.post.to_string(), network: f.network.to_string(), private: f.private }
}

pub(crate) fn candidate(known: &Candidate) -> pb::Candidate {
    pb::Candidate {
        kind: known.kind.clone(),
        name: known.name.clone(),
        score: known.score,
        excluded: known.excluded.clone(),
    }
}

pub(super) fn routed(f: &Routed) -> pb::Routed {
    pb::Routed {
        post_key: f.post.to_string(),
        rule: f.rule.clone(),
        team: f.team.to_string(),
        priority: priority(f.priority).into(),
        settings_version: f.settings_version.clone(),
        candidates: f.candidates.iter().map(candidate).collect(),
        notes: f.notes.clone(),
        topic: f.topic.clone(),
        home_team: or_empty(f.home_team.as_ref()),
        away_until: f.away_until.map(timestamp),
        needs_skills: f.needs_skills.clone(),
    }
}

pub(super) fn placed(f: &Placed) -> pb::Placed {
    pb::Placed {
        team: f.team.to_string(),
        home_team: or_empty(f.home_team.as_ref()),
        until: f.until.map(timestamp),
        reason: f.reason.clone(),
        candidates: f.candidates.iter().map(candidate).collect(),
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn offered(f: &Offered) -> pb::Offered {
    pb::Offered {
        person: f.person.to_string(),
        until: Some(timestamp(f.until)),
        candidates: f.candidates.iter().map(candidate).collect(),
        settings_version: f.settings_version.clone(),
    }
}

//! The end of a matter, its return, and two that prove to be one.

use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::resolved::{Absorbed, Merged, Outcome, Reopened, Resolved};

pub(crate) fn outcome(outcome: Outcome) -> pb::Outcome {
    match outcome {
        Outcome::Solved => pb::Outcome::Solved,
        Outcome::Refused => pb::Outcome::Refused,
        Outcome::NoActionNeeded => pb::Outcome::NoActionNeeded,
        Outcome::WentQuiet => pb::Outcome::WentQuiet,
    }
}

pub(super) fn resolved(f: &Resolved) -> pb::Resolved {
    pb::Resolved { person: or_empty(f.person.as_ref()), outcome: outcome(f.outcome).into() }
}

pub(super) fn reopened(f: &Reopened) -> pb::Reopened {
    pb::Reopened { post_key: or_empty(f.post.as_ref()), person: or_empty(f.person.as_ref()), reason: f.reason.clone() }
}

pub(super) fn merged(f: &Merged) -> pb::Merged {
    pb::Merged { into: f.into.to_string(), reason: f.reason.clone(), person: or_empty(f.person.as_ref()) }
}

pub(super) fn absorbed(f: &Absorbed) -> pb::Absorbed {
    pb::Absorbed {
        source: f.source.to_string(),
        reason: f.reason.clone(),
        post_keys: f.posts.iter().map(ToString::to_string).collect(),
        first_post_at: f.first_post_at.map(timestamp),
        person: or_empty(f.person.as_ref()),
    }
}

//! The end of a matter, its return, and two that prove to be one.

use super::{Read, known};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name};
use conversation::resolved::{Absorbed, Merged, Outcome, Reopened, Resolved};

pub(crate) fn outcome(value: i32) -> Read<Outcome> {
    match known("outcome", value)? {
        pb::Outcome::Unspecified => Err(WireError::Unknown { field: "outcome" }),
        pb::Outcome::Solved => Ok(Outcome::Solved),
        pb::Outcome::Refused => Ok(Outcome::Refused),
        pb::Outcome::NoActionNeeded => Ok(Outcome::NoActionNeeded),
        pb::Outcome::WentQuiet => Ok(Outcome::WentQuiet),
    }
}

pub(super) fn resolved(f: pb::Resolved) -> Read<Resolved> {
    Ok(Resolved { person: optional_name("person", &f.person)?, outcome: outcome(f.outcome)? })
}

pub(super) fn reopened(f: pb::Reopened) -> Read<Reopened> {
    Ok(Reopened {
        post: optional_name("post_key", &f.post_key)?,
        person: optional_name("person", &f.person)?,
        reason: f.reason,
    })
}

pub(super) fn merged(f: pb::Merged) -> Read<Merged> {
    Ok(Merged { into: name("into", &f.into)?, reason: f.reason, person: optional_name("person", &f.person)? })
}

pub(super) fn absorbed(f: pb::Absorbed) -> Read<Absorbed> {
    Ok(Absorbed {
        source: name("source", &f.source)?,
        reason: f.reason,
        posts: f.post_keys.iter().map(|key| name("post_keys", key)).collect::<Read<_>>()?,
        first_post_at: optional("first_post_at", f.first_post_at)?,
        person: optional_name("person", &f.person)?,
    })
}

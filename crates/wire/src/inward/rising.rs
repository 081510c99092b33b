//! What needs more than its turn.

use super::Read;
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::optional_name;
use conversation::rising::{Deescalated, Flag, FlagRaised};

pub(super) fn flag(text: &str) -> Read<Flag> {
    Flag::parse(text).ok_or(WireError::Unknown { field: "flag" })
}

pub(super) fn flag_raised(f: pb::FlagRaised) -> Read<FlagRaised> {
    Ok(FlagRaised {
        flag: flag(&f.flag)?,
        reason: f.reason,
        measured: f.measured,
        threshold: f.threshold,
        settings_version: f.settings_version,
    })
}

pub(super) fn deescalated(f: pb::Deescalated) -> Read<Deescalated> {
    Ok(Deescalated {
        by: optional_name("by", &f.by)?,
        from_team: optional_name("from_team", &f.from_team)?,
        reason: f.reason,
    })
}

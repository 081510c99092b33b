//! What needs more than its turn.

use crate::pb::conversation as pb;
use crate::scalar::or_empty;
use conversation::rising::{Deescalated, FlagRaised};

pub(super) fn flag_raised(f: &FlagRaised) -> pb::FlagRaised {
    pb::FlagRaised {
        flag: f.flag.as_str().into(),
        reason: f.reason.clone(),
        measured: f.measured,
        threshold: f.threshold,
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn deescalated(f: &Deescalated) -> pb::Deescalated {
    pb::Deescalated { by: or_empty(f.by.as_ref()), from_team: or_empty(f.from_team.as_ref()), reason: f.reason.clone() }
}

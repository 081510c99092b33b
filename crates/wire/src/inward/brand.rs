//! The brand itself: settings, presence, intake, surges.

use super::Read;
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, required};
use conversation::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use conversation::surge::{SurgeDetected, SurgeEnded};

pub(super) fn surge_detected(f: pb::SurgeDetected) -> Read<SurgeDetected> {
    Ok(SurgeDetected {
        incident: name("incident_id", &f.incident_id)?,
        region: f.region,
        topic: f.topic,
        first_post_at: required("first_post_at", f.first_post_at)?,
        seen: f.seen,
        window_seconds: f.window_seconds,
        expected: f.expected,
        settings_version: f.settings_version,
    })
}

pub(super) fn surge_ended(f: pb::SurgeEnded) -> Read<SurgeEnded> {
    Ok(SurgeEnded {
        incident: name("incident_id", &f.incident_id)?,
        posts: f.posts,
        last_post_at: required("last_post_at", f.last_post_at)?,
    })
}

pub(super) fn settings_published(f: pb::SettingsPublished) -> Read<SettingsPublished> {
    if f.version.is_empty() {
        return Err(WireError::Missing { field: "version" });
    }
    Ok(SettingsPublished { version: f.version, yaml: f.yaml, file: f.file })
}

pub(super) fn presence_changed(f: pb::PresenceChanged) -> Read<PresenceChanged> {
    Ok(PresenceChanged { person: name("person", &f.person)?, online: f.online })
}

pub(super) fn intake_counted(f: pb::IntakeCounted) -> Read<IntakeCounted> {
    Ok(IntakeCounted {
        source: f.source,
        from: required("from", f.from)?,
        until: required("until", f.until)?,
        seen: f.seen,
        accepted: f.accepted,
        duplicate: f.duplicate,
        filtered: f.filtered,
        rejected: f.rejected.into_iter().map(|row| (row.reason, row.count)).collect(),
    })
}

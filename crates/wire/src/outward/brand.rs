//! The brand itself: settings, presence, intake, surges.

use crate::pb::conversation as pb;
use crate::scalar::timestamp;
use conversation::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use conversation::surge::{SurgeDetected, SurgeEnded};

pub(super) fn surge_detected(f: &SurgeDetected) -> pb::SurgeDetected {
    pb::SurgeDetected {
        incident_id: f.incident.to_string(),
        region: f.region.clone(),
        topic: f.topic.clone(),
        first_post_at: Some(timestamp(f.first_post_at)),
        seen: f.seen,
        window_seconds: f.window_seconds,
        expected: f.expected,
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn surge_ended(f: &SurgeEnded) -> pb::SurgeEnded {
    pb::SurgeEnded {
        incident_id: f.incident.to_string(),
        posts: f.posts,
        last_post_at: Some(timestamp(f.last_post_at)),
    }
}

pub(super) fn settings_published(f: &SettingsPublished) -> pb::SettingsPublished {
    pb::SettingsPublished { version: f.version.clone(), yaml: f.yaml.clone(), file: f.file.clone() }
}

pub(super) fn presence_changed(f: &PresenceChanged) -> pb::PresenceChanged {
    pb::PresenceChanged { person: f.person.to_string(), online: f.online }
}

pub(super) fn intake_counted(f: &IntakeCounted) -> pb::IntakeCounted {
    pb::IntakeCounted {
        source: f.source.clone(),
        from: Some(timestamp(f.from)),
        until: Some(timestamp(f.until)),
        seen: f.seen,
        accepted: f.accepted,
        duplicate: f.duplicate,
        filtered: f.filtered,
        rejected: f
            .rejected
            .iter()
            .map(|(reason, count)| pb::RejectedCount { reason: reason.clone(), count: *count })
            .collect(),
    }
}

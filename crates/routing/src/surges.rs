//! What the brand as a whole calls for: a surge begins, a surge is over. And the team that a customer belongs to.

use crate::view::{Entry, View};
use brand::Surges;
use conversation::customer::{BY_REGION, CustomerTeamSet};
use conversation::surge::{SurgeDetected, SurgeEnded, Threshold};
use conversation::{BrandId, Fact, IncidentId, RecordId, TeamId};
use jiff::{SignedDuration, Timestamp};

/// What is to be written about a brand at this instant, each with the id of its record. The same surge has the same id in every
/// copy of the service.
pub fn brand_needs(view: &View, id: &BrandId, now: Timestamp) -> Vec<(RecordId, Fact)> {
    let Some((known, threshold)) = view.brands.get(id).and_then(|known| Some((known, known.surge_threshold()?))) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for ((region, topic), stream) in &known.streams {
        if let Some(running) = stream.surge.as_ref().filter(|_| stream.ends(now, &threshold)) {
            let incident = running.incident;
            let fact = SurgeEnded { incident, posts: running.posts, last_post_at: running.last_post_at };
            found.push((record(b"surge-ended", incident), fact.into()));
            continue;
        }
        let Some(reading) = stream.beginning(now, &threshold) else { continue };
        let incident = IncidentId::of(id, region, topic, reading.first_post_at);
        let fact = SurgeDetected {
            incident,
            region: region.to_string(),
            topic: topic.to_string(),
            first_post_at: reading.first_post_at,
            seen: reading.seen,
            window_seconds: u32::try_from(threshold.window.as_secs()).unwrap_or(u32::MAX),
            expected: reading.expected,
            settings_version: known.brand.version().to_owned(),
        };
        found.push((record(b"surge", incident), fact.into()));
    }
    found
}

/// From when on many posts are a surge, as the brand's settings have it.
pub fn threshold(surges: &Surges) -> Threshold {
    Threshold {
        window: SignedDuration::from_secs(surges.window_seconds.into()),
        at_least: u32::try_from(surges.at_least).unwrap_or(u32::MAX),
        ratio: surges.ratio,
        quiet: SignedDuration::from_secs(surges.quiet_seconds.into()),
        baseline: SignedDuration::from_hours(i64::try_from(surges.baseline_hours).unwrap_or(i64::MAX / 3_600_000)),
    }
}

fn record(kind: &[u8], incident: IncidentId) -> RecordId {
    RecordId::caused(crate::react::NAME, &[kind, incident.as_uuid().as_bytes()].concat())
}

/// When a brand has to be looked at again if nothing happens: the end of the surges that are on.
pub fn brand_look_at(view: &View, id: &BrandId) -> Option<Timestamp> {
    let known = view.brands.get(id)?;
    let threshold = known.surge_threshold()?;
    known.streams.values().filter_map(|stream| stream.ends_at(&threshold)).min()
}

/// The team that a customer belongs to from now on, when his region has one and he has none yet.
pub fn customer_team(view: &View, entry: &Entry) -> Option<CustomerTeamSet> {
    let known = view.brands.get(&entry.brand)?;
    let has_one = view.customers.get(&entry.customer).is_some_and(|customer| customer.state.team.is_some());
    if has_one || !entry.state.opened || entry.state.backfill_only {
        return None;
    }
    let region = view.region_of(&entry.customer, &entry.state);
    let team = TeamId::new(known.brand.team_of_region(region)?).ok()?;
    let settings_version = known.brand.version().to_owned();
    Some(CustomerTeamSet { team, region: region.to_owned(), reason: BY_REGION.into(), settings_version })
}

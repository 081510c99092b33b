//! The measures over real courses of events: what the projection says of each scenario is what plain code says of the same log,
//! for every measure of the catalogue, present and former.

use crate::courses;
use crate::shipped::{MODEL, all};
use analytics::catalogue::{self, Named};
use analytics::local::Building;
use analytics::recompute::Recomputed;
use analytics::{Dimension, Query};
use conversation::Record;
use jiff::{SignedDuration, Timestamp};
use scenario::{Faults, Loaded, play};
use std::collections::BTreeSet;
use wire::pb::analytics::QueryFiguresRequest;

/// Random courses beside the scenarios.
const COURSES: u64 = 30;
/// Measures that no course moves, and that stories of analytics' own tests do. Whoever moves one takes it out here, so that
/// it goes on being held.
const UNMOVED: &[&str] = &[
    "replies_in_doubt",
    "guard_overrides",
    "deflections",
    "deflected_share",
    "repeated_questions",
    "argued_share",
    "exceptions",
    "promises_made",
    "promises_kept",
    "callbacks_done",
    "approvals_asked",
    "approvals_given",
    "approvals_sent_back",
    "approval_p50_seconds",
    "approval_p90_seconds",
    "windows_warned",
    "windows_closed",
    "received_notices",
    "callback_notices",
    "news_told",
    "news_messages",
    "news_delivered",
    "news_failed",
    "shift_posts_failed",
    "brought_back",
];

/// Holds all figures of a log to each other; answers the measures that have a value other than zero.
fn hold(of: &str, log: &[Record]) -> BTreeSet<String> {
    let mut building = Building::new().unwrap();
    let mut plain = Recomputed::default();
    for record in log {
        plain.add(record);
        building.add(record.clone()).unwrap();
    }
    let mut projection = building.finish().unwrap();
    let last = log.last().map_or(Timestamp::UNIX_EPOCH, |record| record.occurred_at);
    let now = last + SignedDuration::from_hours(1);
    let measures: Vec<Named> = catalogue::names().filter_map(|name| catalogue::find(&name)).collect();
    let mut moved = BTreeSet::new();
    for dimensions in groupings() {
        let zone = "Asia/Kolkata";
        let query = Query { group_by: dimensions.clone(), zone: zone.into(), ..Query::default() };
        let asked = QueryFiguresRequest {
            measures: measures.iter().map(Named::name).collect(),
            group_by: dimensions.iter().map(|dimension| dimension.to_pb()).collect(),
            time_zone: zone.into(),
            ..QueryFiguresRequest::default()
        };
        let found = projection.query_figures(asked, now).unwrap().rows;
        let expected = plain.figures(&query, &measures, now);
        assert_eq!(found.len(), expected.len(), "{of} by {dimensions:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{of} by {dimensions:?}");
        }
        let values = found.iter().flat_map(|row| &row.figures);
        moved.extend(values.filter(|one| one.value.unwrap_or(0.0) != 0.0).map(|one| one.measure.clone()));
    }
    moved
}

fn groupings() -> Vec<Vec<Dimension>> {
    use Dimension::{Channel, Hour, Person, Region, Team, Tier, Topic, Weekday};
    vec![vec![], vec![Team], vec![Topic, Channel, Hour], vec![Person, Region], vec![Tier, Weekday]]
}

#[test]
fn the_projection_says_what_plain_code_says_of_every_course() {
    let mut moved = BTreeSet::new();
    for Loaded { scenario, brand } in all() {
        let played = play(&scenario, &brand, &MODEL, Faults::default());
        let log: Vec<Record> = played.world.log().entries().iter().map(|one| Record::clone(&one.record)).collect();
        moved.extend(hold(&scenario.name, &log));
    }
    for seed in 0..COURSES {
        moved.extend(hold(&format!("EARSHOT_COURSE={seed}"), &courses::play(seed).unwrap()));
    }
    let unmoved: Vec<String> = catalogue::names().filter(|name| !moved.contains(name)).collect();
    assert_eq!(unmoved, UNMOVED, "these measures are zero in every course");
}

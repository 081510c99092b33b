//! What customers are told without anybody writing it, once each, with the times on their wall.

use crate::shipped::MODEL;
use brand::{Brand, Settings};
use conversation::Fact;
use scenario::{Faults, play};
use std::sync::Arc;

const BRAND: &str = r#"
earshot: brand/v1
brand: b
name: Aurora
timezone: UTC
handles: [{network: x, account: b, use: care}]
people: {dana: {name: Dana}}
teams: {care: {name: Care, hours: "Mo-Su 09:00-18:00", people: [dana]}}
otherwise: {team: care}
notices:
  out_of_hours: {en: "Back at {opens}."}
  received: {en: "{brand} has it."}
  callback_booked: {en: "We call at {time} ({zone})."}
  callback_reminder: {en: "Soon, at {time}."}
  callback_missed: {en: "Nobody called at {time}, sorry."}
  remind_before: 30m
"#;

/// Plays a timeline under all faults, and answers the codes and texts of what was told, in their order.
fn told(timeline: &str) -> Vec<String> {
    let yaml = format!(
        "scenario: s\nbrand: b.yaml\ntimeline:\n{timeline}expect:\n  - {{at: +3d, conversation: p1, is: {{posts_at_least: 1}}}}\n"
    );
    let read = scenario::read::scenario(&yaml, "s.yaml").unwrap_or_else(|found| panic!("{found:?}"));
    let brand = Arc::new(Brand::compile(Settings::parse(BRAND, "b.yaml").unwrap()).unwrap());
    let of = |faults| {
        let played = play(&read, &brand, &MODEL, faults);
        assert_eq!(played.report.failed(), 0, "{:?}", played.report.lines);
        let entries = played.world.log().entries();
        let facts = entries.iter().flat_map(|stored| stored.record.facts.clone());
        let told = facts.filter_map(|fact| match fact {
            Fact::ReplySubmitted(reply) if !reply.notice.is_empty() => Some(format!(
                "{} {} {}",
                reply.notice,
                if reply.private { "privately" } else { "in public" },
                reply.body.text
            )),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let calm = of(Faults::default());
    for seed in 0..3 {
        let faults = Faults { seed, twice_per_mille: 300, lost_per_mille: 300, ..Faults::default() };
        assert_eq!(of(faults), calm);
    }
    calm
}

/// A post of Mo, who lives in Tallinn.
fn post(id: &str, at: &str, private: bool) -> String {
    format!(
        "  - at: {at}\n    post: {{id: {id}, channel: x, private: {private}, author: {{id: mo, timezone: Europe/Tallinn}}, text: \"My line is down\", to: care}}\n"
    )
}

fn dana(at: &str, does: &str) -> String {
    format!("  - at: {at}\n    agent: dana\n    does: {{{does}}}\n")
}

#[test]
fn a_first_private_message_is_confirmed_while_people_are_there_and_only_then() {
    let open = "2026-06-01T10:00:00Z";
    assert_eq!(
        told(&[post("p1", open, true), post("p2", "+5m", true)].concat()),
        ["received privately Aurora has it."]
    );
    assert_eq!(told(&post("p1", open, false)), Vec::<String>::new(), "who writes in public sees it himself");
    let closed = post("p1", "2026-06-01T20:00:00Z", true);
    assert_eq!(told(&closed), ["out_of_hours privately Back at 2026-06-02 12:00."], "and that is all");
}

#[test]
fn a_call_is_confirmed_and_reminded_of_in_the_time_of_the_customer() {
    let booked = [
        post("p1", "2026-06-01T10:00:00Z", false),
        dana("+1m", "claim: p1"),
        dana("+1m", "callback: p1, time: 2026-06-01T15:00:00Z"),
    ]
    .concat();
    let both = [
        "callback_booked in public We call at 2026-06-01 18:00 (Europe/Tallinn).",
        "callback_reminder in public Soon, at 2026-06-01 18:00.",
    ];
    let missed = "callback_missed in public Nobody called at 2026-06-01 18:00, sorry.";
    assert_eq!(told(&booked), [both[0], both[1], missed]);
    let resolved = booked.clone() + &dana("+5m", "resolve: p1, outcome: solved");
    assert_eq!(told(&resolved), [both[0], both[1], missed], "a promise outlives the conversation");
}

#[test]
fn who_is_called_soon_is_not_reminded_of_it() {
    let soon = [
        post("p1", "2026-06-01T10:00:00Z", false),
        dana("+1m", "claim: p1"),
        dana("+1m", "callback: p1, time: 2026-06-01T10:20:00Z"),
    ];
    let told = told(&soon.concat());
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("callback_booked") && told[1].starts_with("callback_missed"), "{told:?}");
}

//! Settings of a brand, drawn by lot: small, so that every threshold is crossed now and then.

use super::chance::Chance;
use brand::{Brand, Settings};
use std::fmt::Write as _;
use std::sync::Arc;

pub const PEOPLE: &[&str] = &["ann", "bob", "cem", "dot", "eve"];
pub const TEAMS: &[&str] = &["north", "south", "general", "crisis"];
pub const REGIONS: &[&str] = &["north", "south", "west"];

const HOURS: &[&str] =
    &["24/7", "Mo-Su 09:00-17:00", "Mo-Fr 08:00-20:00", "Mo-Su 22:00-06:00", "Mo-Su 08:00-12:00,13:00-18:00"];
const ZONES: &[&str] = &["UTC", "Europe/Tallinn", "America/New_York", "Asia/Shanghai"];

/// The settings of one brand. `nth` makes each text one of its own.
pub fn settings(chance: &mut Chance, nth: u64) -> Arc<Brand> {
    let text = text(chance, nth);
    let settings = Settings::parse(&text, "course.yaml").unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    Arc::new(Brand::compile(settings).unwrap_or_else(|problems| panic!("{problems}\n{text}")))
}

fn text(chance: &mut Chance, nth: u64) -> String {
    let zone = chance.one(ZONES);
    let mut text = format!("earshot: brand/v1\nbrand: course\nname: Course {nth}\ntimezone: {zone}\nteams:\n");
    for team in TEAMS {
        text += &self::team(chance, team);
    }
    text += "people:\n";
    for person in PEOPLE {
        let language = chance.one(&["en", "et"]);
        // Somebody must know what a rule asks for.
        let skills = if *person == PEOPLE[0] || chance.percent(50) { "[refunds]" } else { "[]" };
        let capacity = format!("{{public: {}, private: {}}}", chance.below(4), chance.below(3));
        let _ = writeln!(
            text,
            "  {person}: {{name: {person}, languages: [{language}], skills: {skills}, capacity: {capacity}}}"
        );
    }
    text += &rises(chance);
    text += &rules(chance);
    text
}

fn team(chance: &mut Chance, team: &str) -> String {
    let hours = if team == "general" { "24/7" } else { chance.one(HOURS) };
    let tier = match team {
        "general" if chance.percent(80) => "general",
        "crisis" => "crisis",
        _ => "first_line",
    };
    let others: Vec<&str> = TEAMS.iter().copied().filter(|other| *other != team).collect();
    let overflow = chance.some(&others, 40).join(", ");
    let people = chance.some(PEOPLE, 60).join(", ");
    let regions = if REGIONS.contains(&team) { team } else { "" };
    let (clock, assign) = (chance.one(&["team", "customer"]), chance.one(&["offer", "offer", "pull"]));
    let minutes = chance.one(&[5, 15, 60]);
    format!(
        "  {team}:\n    name: {team}\n    hours: \"{hours}\"\n    tier: {tier}\n    clock: {clock}\n    assign: {assign}\n    \
         return_after: {minutes}m\n    people: [{people}]\n    regions: [{regions}]\n    overflow: [{overflow}]\n"
    )
}

fn rises(chance: &mut Chance) -> String {
    if chance.percent(10) {
        return "rises: off\nsurges: off\n".to_owned();
    }
    let (shares, followers, after) = (chance.one(&[5, 50]), chance.one(&[100, 10_000]), chance.one(&["5m", "1h"]));
    let back = chance.one(&["10m", "2h"]);
    let surges = match chance.below(5) {
        0 => "off".to_owned(),
        _ => format!(
            "{{window: {}, at_least: 4, ratio: 2.0, quiet: 20m, baseline_hours: 2}}",
            chance.one(&["10m", "30m"])
        ),
    };
    format!(
        "rises:\n  exposure: {{reach_hours: 500}}\n  spread: {{shares: {shares}, comments: 20, views: 1000, per_hour: 30, reach: 5000}}\n  \
         repeat_ask: {{posts: 2}}\n  ping_pong: {{exchanges: 2}}\n  influencer: {{followers: {followers}}}\n  \
         flare_up: {{after: {after}, shares: 5, views: 100}}\n  escalate: {{on: [spread, exposure, churn_risk, flare_up], back_after: {back}}}\n\
         surges: {surges}\n"
    )
}

fn rules(chance: &mut Chance) -> String {
    let clock = |chance: &mut Chance| chance.one(&["calendar", "business"]);
    let team = |chance: &mut Chance| chance.one(&["own", "own", "own", "general", "north", "south"]);
    let (c1, c2, c3) = (clock(chance), clock(chance), clock(chance));
    let (t1, t2, t3) = (team(chance), team(chance), team(chance));
    let (first, next, solve) =
        (chance.one(&["10m", "1h", "none"]), chance.one(&["20m", "2h"]), chance.one(&["4h", "1d"]));
    format!(
        "rules:\n  - {{name: leaving, when: 'class.leaving', team: {t1}, priority: high, respond_within: {first}, clock: {c1}, warn_before: 5m}}\n  \
         - {{name: refund, when: 'class.intent == \"request\"', team: {t2}, needs: {{skills: [refunds]}}, resolve_within: {solve}, clock: {c2}}}\n\
         otherwise: {{team: {t3}, respond_within: 1h, next_within: {next}, clock: {c3}, warn_before: 10m}}\n"
    )
}

//! Filters and rules: what stays out, and who gets the rest by when.

use super::{Names, OTHERWISE, bounded, signs};
use crate::expression::{self, Scope};
use crate::keys;
use crate::reader::{Fields, Reader};
use crate::settings::{Condition, Filter, KeptAs, Outcome, Priority, Rule};
use crate::suggest;
use crate::targets::{TargetClock, Targets};
use crate::tree;

/// The name under which posts are kept apart that the brand does not listen for.
pub(crate) const LISTEN: &str = "listen";

/// The team that stands for the customer's own.
pub(crate) const OWN: &str = "own";

pub(super) fn filters(reader: &mut Reader<'_>, top: &Fields<'_>, source: &str, names: &Names<'_>) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    let nodes = bounded(reader, top, "filters", "join conditions with ||");
    let mut seen = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("filters[{nth}]"), &keys::FILTER) else { continue };
        let name = rule_name(reader, &fields, &mut seen).filter(|name| is_free(reader, top, &fields, name));
        let kept_as = reader.choice_or(&fields, "as", &KeptAs::ALL, KeptAs::default());
        let when = condition(reader, &fields, source, Scope::Filter, &names.teams);
        let signs = signs::signs(reader, &fields);
        if !keys::FILTER_SIGNS.iter().any(|key| fields.get(key).is_some()) {
            let what = "does not say which posts it keeps out";
            reader.note(fields.place, &fields.path, what, "add `when`, or signs such as `any_of: [giveaway]`");
        }
        // A condition that is wrong has been noted, so the settings are refused either way.
        if let (Some(name), Some(kept_as)) = (name, kept_as) {
            filters.push(Filter { name, kept_as, when, signs, place: fields.place });
        }
    }
    filters
}

/// With `listen`, its name stands for what was not listened for.
fn is_free(reader: &mut Reader<'_>, top: &Fields<'_>, fields: &Fields<'_>, name: &str) -> bool {
    let taken = name == LISTEN && top.get(LISTEN).is_some();
    if taken {
        let place = fields.get("name").map_or(fields.place, |node| node.place);
        let what = "`listen` is the name of what the brand does not listen for";
        reader.note(place, &fields.path_of("name"), what, "choose another name");
    }
    !taken
}

pub(super) fn rules(
    reader: &mut Reader<'_>,
    top: &Fields<'_>,
    source: &str,
    names: &Names<'_>,
    otherwise: Option<&Outcome>,
) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let nodes = bounded(reader, top, "rules", "join conditions with ||");
    let mut seen = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("rules[{nth}]"), &keys::RULE) else { continue };
        let name = rule_name(reader, &fields, &mut seen);
        let when = condition(reader, &fields, source, Scope::Rule, &names.teams);
        let needs_skills = needs(reader, &fields, names);
        let outcome = outcome(reader, &fields, names, otherwise);
        if let (Some(name), Some(when), Some(outcome)) = (name, when, outcome) {
            rules.push(Rule { name, when, outcome: Outcome { needs_skills, ..outcome } });
        }
    }
    rules
}

/// A name that no earlier rule of the list has; decisions in the log quote it.
fn rule_name(reader: &mut Reader<'_>, fields: &Fields<'_>, seen: &mut Vec<(String, u32)>) -> Option<String> {
    let name = reader.slug(fields, "name", 64)?;
    let place = fields.get("name").map_or(fields.place, |node| node.place);
    let path = fields.path_of("name");
    if name == OTHERWISE {
        reader.note(
            place,
            &path,
            "`otherwise` is the name of what happens when no rule matches",
            "choose another name",
        );
        return None;
    }
    if let Some((_, line)) = seen.iter().find(|(known, _)| *known == name) {
        reader.note(place, &path, format!("`{name}` stands twice, first in line {line}"), "give each its own name");
        return None;
    }
    seen.push((name.clone(), place.line));
    Some(name)
}

pub(super) fn condition(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    source: &str,
    scope: Scope,
    teams: &[&str],
) -> Option<Condition> {
    let (text, place) = reader.text(fields, "when")?;
    let faults = expression::check(text, scope, teams);
    if faults.is_empty() {
        return Some(Condition { text: text.to_owned(), place });
    }
    for fault in faults {
        let exact = tree::place_within(source, place, text, fault.offset);
        reader.note(exact, &fields.path_of("when"), fault.what, fault.cure);
    }
    None
}

pub(super) fn otherwise(reader: &mut Reader<'_>, top: &Fields<'_>, names: &Names<'_>) -> Option<Outcome> {
    let fields = reader.fields(top.get(OTHERWISE)?, OTHERWISE, &keys::OTHERWISE)?;
    outcome(reader, &fields, names, None)
}

/// Team, priority and targets; what a rule leaves out is as under `otherwise`.
fn outcome(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    names: &Names<'_>,
    otherwise: Option<&Outcome>,
) -> Option<Outcome> {
    let team = team(reader, fields, names);
    let inherited = otherwise.map(|otherwise| otherwise.priority).unwrap_or_default();
    let priority = reader.choice_or(fields, "priority", &Priority::ALL, inherited);
    let targets = targets(reader, fields, otherwise.map(|otherwise| otherwise.targets).unwrap_or_default());
    Some(Outcome { team: team?, priority: priority?, targets, needs_skills: Vec::new() })
}

fn team(reader: &mut Reader<'_>, fields: &Fields<'_>, names: &Names<'_>) -> Option<String> {
    let (team, place) = reader.text(fields, "team")?;
    let path = fields.path_of("team");
    let called_own = names.teams.contains(&OWN);
    if team == OWN && names.regions && called_own {
        let cure = "give that team another name, so that `own` is the customer's";
        reader.note(place, &path, "`own` is both a team of this name and the customer's own team", cure);
    } else if team == OWN && !names.regions && !called_own {
        let cure = "add e.g. `regions: [hudson]` to the teams under `teams`, or name a team";
        reader.note(place, &path, "no team has regions, so no customer has a team of their own", cure);
    } else if team == OWN || names.teams.contains(&team) {
        return Some(team.to_owned());
    } else {
        let cure = format!("{} or add `{team}` under `teams`", suggest::cure(team, &names.teams));
        reader.note(place, &path, format!("there is no team `{team}`"), cure);
    }
    None
}

fn targets(reader: &mut Reader<'_>, fields: &Fields<'_>, inherited: Targets) -> Targets {
    let clock = reader.choice_or(fields, "clock", &TargetClock::ALL, inherited.clock).unwrap_or_default();
    let mut read = |key, inherited| if fields.get(key).is_some() { reader.target(fields, key) } else { inherited };
    Targets {
        first: read("respond_within", inherited.first),
        next: read("next_within", inherited.next),
        resolve: read("resolve_within", inherited.resolve),
        warn_before_seconds: read("warn_before", Some(inherited.warn_before_seconds)).unwrap_or(0),
        clock,
    }
}

fn needs(reader: &mut Reader<'_>, fields: &Fields<'_>, names: &Names<'_>) -> Vec<String> {
    let Some(node) = fields.get("needs") else { return Vec::new() };
    let Some(needs) = reader.fields(node, &fields.path_of("needs"), &keys::NEEDS) else { return Vec::new() };
    let known: Vec<&str> = names.skills.iter().map(String::as_str).collect();
    let mut skills = Vec::new();
    for (skill, place, path) in reader.texts(&needs, "skills") {
        if known.contains(&skill) {
            skills.push(skill.to_owned());
        } else {
            let cure = format!("{} or add `{skill}` to the `skills` of somebody", suggest::cure(skill, &known));
            reader.note(place, &path, format!("nobody has the skill `{skill}`"), cure);
        }
    }
    skills
}

//! From the YAML text to checked settings. Every section is read even when an earlier one is wrong; references are
//! checked against the names that are there, sound or not, so that one mistake is reported once.

use crate::expression::{self, Scope};
use crate::hours::{self, Calendar, Hours};
use crate::keys;
use crate::problem::{Problem, Problems};
use crate::reader::{Fields, Reader, is_slug, join};
use crate::settings::{
    Condition, Filter, Handle, HandleUse, Holidays, Outcome, Person, Priority, Rule, Settings, Team, Tier, Topic,
};
use crate::suggest;
use crate::topics;
use crate::tree::{self, Node, Place, Value};
use jiff::tz::TimeZone;

/// The largest settings file, in bytes: half of what one message of the log may carry.
pub const SETTINGS_MOST_BYTES: usize = 512 * 1024;
/// The most rules, filters and topics of a brand, each.
const MOST_RULES: usize = 500;
/// The most phrases of a topic.
const MOST_PHRASES: usize = 200;

/// The rule name that stands for "no rule matched".
pub(crate) const OTHERWISE: &str = "otherwise";

/// The names that references are held against.
struct Names<'t> {
    teams: Vec<&'t str>,
    people: Vec<&'t str>,
}

pub(crate) fn settings(yaml: &str, file: &str) -> Result<Settings, Problems> {
    let mut reader = Reader::new(file);
    if yaml.len() > SETTINGS_MOST_BYTES {
        let what = format!("is {} bytes, and at most {SETTINGS_MOST_BYTES} are read", yaml.len());
        reader.note(Place::default(), "", what, "move what is not needed out of it");
        return Err(Problems::new(reader.problems));
    }
    let root = tree::read(yaml, file).map_err(|problem| Problems::new(vec![problem]))?;
    if matches!(root.value, Value::Nothing) {
        reader.note(root.place, "", "is empty", "start with `earshot: brand/v1`");
        return Err(Problems::new(reader.problems));
    }
    if let Some(problem) = other_format(&mut reader, &root) {
        return Err(Problems::new(vec![problem]));
    }
    match whole(&mut reader, &root, yaml) {
        Some(settings) if reader.problems.is_empty() => Ok(settings),
        _ => Err(Problems::new(reader.problems)),
    }
}

/// A file of another format is not held against this one's keys.
fn other_format(reader: &mut Reader<'_>, root: &Node) -> Option<Problem> {
    let Value::Map(entries) = &root.value else { return None };
    let entry = entries.iter().find(|entry| entry.key == "earshot")?;
    let Value::Text(format) = &entry.value.value else { return None };
    if format == keys::FORMAT {
        return None;
    }
    let what = format!("`{format}` is not a format that is known here");
    reader.note(entry.value.place, "earshot", what, format!("write `earshot: {}`", keys::FORMAT));
    reader.problems.pop()
}

/// None when something that all settings have could not be read; the problems say what.
fn whole(reader: &mut Reader<'_>, root: &Node, source: &str) -> Option<Settings> {
    let top = reader.fields(root, "", &keys::FILE)?;
    reader.text(&top, "earshot");
    let brand = reader.slug(&top, "brand", 32);
    let name = reader.line(&top, "name");
    let zone = zone(reader, &top);
    let holidays = holidays(reader, &top);
    let calendar = Calendar::new(&holidays);
    let handles = handles(reader, &top);
    let raw_teams = reader.named(&top, "teams");
    let raw_people = reader.named(&top, "people");
    let names = Names {
        teams: raw_teams.iter().map(|(id, ..)| *id).collect(),
        people: raw_people.iter().map(|(id, ..)| *id).collect(),
    };
    if let Some(node) = top.get("teams").filter(|node| matches!(&node.value, Value::Map(all) if all.is_empty())) {
        reader.note(node.place, "teams", "has no team", "add one, e.g. `care: {name: Care, hours: \"24/7\"}`");
    }
    let own_zone = zone.as_ref().map(|(_, zone)| zone);
    let teams =
        raw_teams.iter().filter_map(|(id, _, node)| team(reader, id, node, &names, own_zone, &calendar)).collect();
    let people = raw_people.iter().filter_map(|(id, _, node)| person(reader, id, node)).collect();
    let filters = filters(reader, &top, source, &names);
    let topics = topics(reader, &top);
    let otherwise = otherwise(reader, &top, &names);
    let rules = rules(reader, &top, source, &names, otherwise.as_ref());
    Some(Settings {
        brand: brand?,
        name: name?,
        timezone: zone?.0,
        holidays,
        handles,
        teams,
        people,
        filters,
        topics,
        rules,
        otherwise: otherwise?,
        source: source.to_owned(),
        file: reader.file.to_owned(),
    })
}

fn zone(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<(String, TimeZone)> {
    let (name, place) = reader.text(fields, "timezone")?;
    if let Some(zone) = hours::zone(name) {
        return Some((name.to_owned(), zone));
    }
    let known = hours::zone_names();
    let cure = match suggest::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a name of the IANA time zone database, e.g. `Europe/Tallinn`".to_owned(),
    };
    reader.note(place, &fields.path_of("timezone"), format!("`{name}` is not a time zone"), cure);
    None
}

fn holidays(reader: &mut Reader<'_>, top: &Fields<'_>) -> Holidays {
    let mut holidays = Holidays::default();
    let Some(node) = top.get("holidays") else { return holidays };
    let Some(fields) = reader.fields(node, "holidays", &keys::HOLIDAYS) else { return holidays };
    if let Some((code, place)) = reader.text(&fields, "country") {
        if hours::is_country(code) {
            holidays.country = Some(code.to_owned());
        } else {
            let what = format!("`{code}` is not a country whose holidays are known");
            let cure = "write its two letters in capitals, e.g. `EE`, or list the days under `dates`";
            reader.note(place, "holidays.country", what, cure);
        }
    }
    for (text, place, path) in reader.texts(&fields, "dates") {
        match text.parse::<jiff::civil::Date>() {
            Ok(date) if text.len() == "2026-12-31".len() => holidays.dates.push(date),
            _ => reader.note(
                place,
                &path,
                format!("`{text}` is not a day"),
                "write it as year-month-day, e.g. `2026-12-31`",
            ),
        }
    }
    holidays.dates.sort_unstable();
    holidays
}

fn handles(reader: &mut Reader<'_>, top: &Fields<'_>) -> Vec<Handle> {
    let mut handles: Vec<Handle> = Vec::new();
    for (nth, node) in reader.list(top, "handles").iter().enumerate() {
        let path = format!("handles[{nth}]");
        let Some(fields) = reader.fields(node, &path, &keys::HANDLE) else { continue };
        let network = reader.slug(&fields, "network", 64);
        let account = reader.line(&fields, "account");
        let purpose = match fields.get("use") {
            Some(_) => reader.choice(&fields, "use", &HandleUse::ALL),
            None => Some(HandleUse::Main),
        };
        let (Some(network), Some(account), Some(purpose)) = (network, account, purpose) else { continue };
        let account = account.trim_start_matches('@').to_owned();
        let twice = |known: &Handle| known.network == network && known.account.eq_ignore_ascii_case(&account);
        if handles.iter().any(twice) {
            let what = format!("the account `{account}` on `{network}` stands twice");
            reader.note(fields.place, &path, what, "keep one of them");
            continue;
        }
        handles.push(Handle { network, account, purpose });
    }
    handles
}

fn team(
    reader: &mut Reader<'_>,
    id: &str,
    node: &Node,
    names: &Names<'_>,
    own_zone: Option<&TimeZone>,
    calendar: &Calendar,
) -> Option<Team> {
    let fields = reader.fields(node, &join("teams", id), &keys::TEAM)?;
    let name = reader.line(&fields, "name");
    let team_zone = fields.get("timezone").map(|_| zone(reader, &fields));
    let tier = match fields.get("tier") {
        Some(_) => reader.choice(&fields, "tier", &Tier::ALL)?,
        None => Tier::default(),
    };
    // With a zone that is wrong, the hours can still be held against the syntax.
    let in_zone = match &team_zone {
        Some(Some((_, zone))) => zone.clone(),
        Some(None) => TimeZone::UTC,
        None => own_zone.cloned().unwrap_or(TimeZone::UTC),
    };
    let hours = reader.text(&fields, "hours").map(|(text, place)| {
        if let Err(bad) = Hours::parse(text, in_zone, calendar) {
            reader.note(place, &fields.path_of("hours"), bad.what, bad.cure);
        }
        text.to_owned()
    });
    let mut people = Vec::new();
    for (person, place, path) in reader.texts(&fields, "people") {
        if names.people.contains(&person) {
            people.push(person.to_owned());
        } else {
            let cure = format!("{} or add `{person}` under `people`", suggest::cure(person, &names.people));
            reader.note(place, &path, format!("there is no person `{person}`"), cure);
        }
    }
    let timezone = team_zone.flatten().map(|(name, _)| name);
    Some(Team { id: id.to_owned(), name: name?, hours: hours?, timezone, tier, people })
}

fn person(reader: &mut Reader<'_>, id: &str, node: &Node) -> Option<Person> {
    let fields = reader.fields(node, &join("people", id), &keys::PERSON)?;
    let name = reader.line(&fields, "name");
    let signature = reader.line(&fields, "signature");
    let languages = languages(reader, &fields);
    Some(Person { id: id.to_owned(), name: name?, languages, signature })
}

fn languages(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<String> {
    let mut languages = Vec::new();
    for (code, place, path) in reader.texts(fields, "languages") {
        if is_language(code) {
            languages.push(code.to_owned());
        } else {
            reader.note(
                place,
                &path,
                format!("`{code}` is not the code of a language"),
                "write two or three small letters, e.g. `et`",
            );
        }
    }
    languages
}

/// ISO 639: two or three small letters.
pub(crate) fn is_language(code: &str) -> bool {
    (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase())
}

fn filters(reader: &mut Reader<'_>, top: &Fields<'_>, source: &str, names: &Names<'_>) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    let nodes = bounded(reader, top, "filters", "join conditions with ||");
    let mut seen = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("filters[{nth}]"), &keys::FILTER) else { continue };
        let name = rule_name(reader, &fields, &mut seen);
        let when = condition(reader, &fields, source, Scope::Filter, &names.teams);
        if let (Some(name), Some(when)) = (name, when) {
            filters.push(Filter { name, when });
        }
    }
    filters
}

/// A phrase that was read: folded, for which languages, and in which line.
type Phrase = (String, Vec<String>, u32);

fn topics(reader: &mut Reader<'_>, top: &Fields<'_>) -> Vec<Topic> {
    let nodes = bounded(reader, top, "topics", "keep those that rules or reports ask for");
    let mut topics = Vec::new();
    let mut names: Vec<(String, u32)> = Vec::new();
    let mut known: Vec<Phrase> = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("topics[{nth}]"), &keys::TOPIC) else { continue };
        let name = topic_name(reader, &fields, &mut names);
        let languages = languages(reader, &fields);
        let any_of = phrases(reader, &fields, &languages, &mut known);
        if let (Some(name), false) = (name, any_of.is_empty()) {
            topics.push(Topic { name, any_of, languages });
        }
    }
    topics
}

fn topic_name(reader: &mut Reader<'_>, fields: &Fields<'_>, seen: &mut Vec<(String, u32)>) -> Option<String> {
    let (name, place) = reader.text(fields, "name")?;
    let path = fields.path_of("name");
    if !is_topic(name) {
        let what = format!("`{name}` is not a topic");
        let cure = "write an industry, a dot and a matter in small letters, e.g. `air.lounge`";
        reader.note(place, &path, what, cure);
        return None;
    }
    if let Some((_, line)) = seen.iter().find(|(known, _)| known == name) {
        let what = format!("`{name}` stands twice, first in line {line}");
        reader.note(place, &path, what, "put the phrases of both under one");
        return None;
    }
    seen.push((name.to_owned(), place.line));
    Some(name.to_owned())
}

/// `air.delay`: two names with a dot between.
pub(crate) fn is_topic(text: &str) -> bool {
    text.split_once('.').is_some_and(|(industry, matter)| is_slug(industry, 32) && is_slug(matter, 32))
}

/// The phrases of a topic. One that an earlier topic has for the same posts would never be met, so it is a problem.
fn phrases(reader: &mut Reader<'_>, fields: &Fields<'_>, languages: &[String], known: &mut Vec<Phrase>) -> Vec<String> {
    let nodes = reader.list(fields, "any_of");
    if fields.get("any_of").is_some_and(|node| matches!(&node.value, Value::List(all) if all.is_empty())) {
        let (place, path) = (fields.get("any_of").map_or(fields.place, |node| node.place), fields.path_of("any_of"));
        reader.note(place, &path, "has no phrase", "add what customers write, e.g. `[lounge, quiet room]`");
    }
    if let Some(node) = nodes.get(MOST_PHRASES) {
        let what = format!("has {} phrases, and a topic has at most {MOST_PHRASES}", nodes.len());
        reader.note(node.place, &fields.path_of("any_of"), what, "keep those that tell the topic from others");
    }
    let mut phrases = Vec::new();
    for (text, place, path) in reader.texts(fields, "any_of") {
        let folded = topics::fold(text);
        if folded.is_empty() {
            reader.note(place, &path, "is empty", "write a word or a phrase, or take the line out");
            continue;
        }
        if text.chars().count() > 200 {
            reader.note(place, &path, "is longer than 200 characters", "shorten it");
            continue;
        }
        let meets = |theirs: &[String]| {
            theirs.is_empty() || languages.is_empty() || theirs.iter().any(|one| languages.contains(one))
        };
        if let Some((.., line)) = known.iter().find(|(other, theirs, _)| *other == folded && meets(theirs)) {
            let what = format!("`{text}` stands twice, first in line {line}");
            reader.note(place, &path, what, "keep one of them, or give the topics different `languages`");
            continue;
        }
        known.push((folded, languages.to_vec(), place.line));
        phrases.push(text.to_owned());
    }
    phrases
}

fn rules(
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
        let outcome = outcome(reader, &fields, names, otherwise);
        if let (Some(name), Some(when), Some(outcome)) = (name, when, outcome) {
            rules.push(Rule { name, when, outcome });
        }
    }
    rules
}

fn bounded<'t>(reader: &mut Reader<'_>, top: &Fields<'t>, key: &str, cure: &str) -> &'t [Node] {
    let nodes = reader.list(top, key);
    if nodes.len() > MOST_RULES {
        let what = format!("has {} entries, and at most {MOST_RULES} are tried on every post", nodes.len());
        reader.note(nodes[MOST_RULES].place, key, what, cure);
    }
    nodes
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

fn condition(
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

fn otherwise(reader: &mut Reader<'_>, top: &Fields<'_>, names: &Names<'_>) -> Option<Outcome> {
    let fields = reader.fields(top.get(OTHERWISE)?, OTHERWISE, &keys::OTHERWISE)?;
    outcome(reader, &fields, names, None)
}

/// Team, priority and target; what a rule leaves out is as under `otherwise`.
fn outcome(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    names: &Names<'_>,
    otherwise: Option<&Outcome>,
) -> Option<Outcome> {
    let team = reader.text(fields, "team").and_then(|(team, place)| {
        if names.teams.contains(&team) {
            return Some(team.to_owned());
        }
        let cure = format!("{} or add `{team}` under `teams`", suggest::cure(team, &names.teams));
        reader.note(place, &fields.path_of("team"), format!("there is no team `{team}`"), cure);
        None
    });
    let priority = match fields.get("priority") {
        Some(_) => reader.choice(fields, "priority", &Priority::ALL),
        None => Some(otherwise.map(|otherwise| otherwise.priority).unwrap_or_default()),
    };
    let respond_within_seconds = match fields.get("respond_within") {
        Some(_) => target(reader, fields),
        None => otherwise.and_then(|otherwise| otherwise.respond_within_seconds),
    };
    Some(Outcome { team: team?, priority: priority?, respond_within_seconds })
}

fn target(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<u32> {
    let (text, place) = reader.text(fields, "respond_within")?;
    if text == "none" {
        return None;
    }
    match crate::duration::seconds(text) {
        Ok(seconds) => Some(seconds),
        Err(reason) => {
            let cure = "write e.g. `10m`, `1h30m`, `2d`, or `none` for no target";
            reader.note(place, &fields.path_of("respond_within"), format!("`{text}` {reason}"), cure);
            None
        }
    }
}

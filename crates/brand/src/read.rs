//! From the YAML text to checked settings. Every section is read even when an earlier one is wrong; references are
//! checked against the names that are there, sound or not, so that one mistake is reported once.

mod approval;
mod guard;
mod rises;
mod rules;
mod signs;
mod teams;
mod topics;
mod words;

use crate::hours::{self, Calendar};
use crate::keys;
use crate::problem::{Problem, Problems};
use crate::reader::{Fields, Reader};
use crate::settings::{Capacity, Handle, HandleUse, Holidays, Settings};
use crate::suggest;
use crate::tree::{self, Node, Place, Value};
use jiff::tz::TimeZone;

pub(crate) use rules::{LISTEN, OWN};
pub(crate) use topics::is_topic;

/// The largest settings file, in bytes: half of what one message of the log may carry.
pub const SETTINGS_MOST_BYTES: usize = 512 * 1024;
/// The most rules, filters and topics of a brand, each.
const MOST_RULES: usize = 500;

/// The rule name that stands for "no rule matched".
pub(crate) const OTHERWISE: &str = "otherwise";

/// The names that references are held against.
struct Names<'t> {
    teams: Vec<&'t str>,
    people: Vec<&'t str>,
    /// Of all people together.
    skills: Vec<String>,
    /// Whether any team has regions, sound or not.
    regions: bool,
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
    if let Some(node) = top.get("teams").filter(|node| matches!(&node.value, Value::Map(all) if all.is_empty())) {
        reader.note(node.place, "teams", "has no team", "add one, e.g. `care: {name: Care, hours: \"24/7\"}`");
    }
    let capacity = teams::capacity(reader, &top, Capacity::default());
    let people: Vec<_> =
        raw_people.iter().filter_map(|(id, _, node)| teams::person(reader, id, node, capacity)).collect();
    let names = Names {
        teams: raw_teams.iter().map(|(id, ..)| *id).collect(),
        people: raw_people.iter().map(|(id, ..)| *id).collect(),
        skills: people.iter().flat_map(|person| person.skills.iter().cloned()).collect(),
        regions: raw_teams.iter().any(|(_, _, node)| node.has("regions")),
    };
    let own_zone = zone.as_ref().map(|(_, zone)| zone);
    let teams = teams::teams(reader, &raw_teams, &names, own_zone, &calendar, &handles);
    let listen = signs::listen(reader, &top);
    let filters = rules::filters(reader, &top, source, &names);
    let topics = topics::topics(reader, &top);
    let tone = words::tone(reader, &top);
    let replies = words::replies(reader, &top, source, &names);
    let notices = words::notices(reader, &top);
    let guard = guard::guard(reader, &top);
    let approval = approval::approval(reader, &top, &names);
    let rises = rises::rises(reader, &top, &names, &teams);
    let surges = rises::surges(reader, &top);
    let otherwise = rules::otherwise(reader, &top, &names);
    let rules = rules::rules(reader, &top, source, &names, otherwise.as_ref());
    let settings = Settings {
        brand: brand?,
        name: name?,
        timezone: zone?.0,
        holidays,
        handles,
        teams,
        people,
        capacity,
        listen,
        filters,
        topics,
        tone,
        replies,
        notices,
        guard,
        approval,
        rises,
        surges,
        rules,
        otherwise: otherwise?,
        source: source.to_owned(),
        file: reader.file.to_owned(),
    };
    approval::reachable(reader, &top, &settings);
    Some(settings)
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

fn bounded<'t>(reader: &mut Reader<'_>, top: &Fields<'t>, key: &str, cure: &str) -> &'t [Node] {
    let nodes = reader.list(top, key);
    if nodes.len() > MOST_RULES {
        let what = format!("has {} entries, and at most {MOST_RULES} are tried on every post", nodes.len());
        reader.note(nodes[MOST_RULES].place, key, what, cure);
    }
    nodes
}

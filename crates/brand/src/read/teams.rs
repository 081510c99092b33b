//! Teams and people: who works when, for whom, and what each person can.

use super::{Names, languages, words, zone};
use crate::hours::{Calendar, Hours};
use crate::keys;
use crate::reader::{Fields, Named, Reader, is_slug, join};
use crate::settings::{Assign, Capacity, Handle, Person, Team, Tier, WallClock};
use crate::suggest;
use crate::topics::fold;
use crate::tree::Node;
use crate::words::ShiftPosts;
use jiff::tz::TimeZone;

/// The most conversations a person can be said to hold at once, of each kind.
const CAPACITY_MOST: u64 = 1_000;
/// The longest address of a picture, in bytes.
const PICTURE_MOST_BYTES: usize = 500;
/// How long offered work waits for a first touch, when the settings do not say: 15 minutes.
const RETURN_AFTER_SECONDS: u32 = 15 * 60;

/// The regions that were read: folded, whose they are, and in which line.
type Regions<'t> = Vec<(String, &'t str, u32)>;

pub(super) fn teams<'t>(
    reader: &mut Reader<'_>,
    raw: &[Named<'t>],
    names: &Names<'_>,
    own_zone: Option<&TimeZone>,
    calendar: &Calendar,
    handles: &[Handle],
) -> Vec<Team> {
    let mut regions = Regions::new();
    let mut teams = Vec::with_capacity(raw.len());
    for (id, _, node) in raw {
        let Some(fields) = reader.fields(node, &join("teams", id), &keys::TEAM) else { continue };
        let people = references(reader, &fields, "people", "person", &names.people);
        let overflow = overflow(reader, &fields, id, names);
        let regions = team_regions(reader, &fields, id, &mut regions);
        let shift_posts = words::shift_posts(reader, &fields, handles);
        let team = team(reader, &fields, id, own_zone, calendar);
        teams.extend(team.map(|team| Team { people, overflow, regions, shift_posts, ..team }));
    }
    teams
}

/// A team as far as it stands for itself; what it says of others is added by the caller.
fn team(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    id: &str,
    own_zone: Option<&TimeZone>,
    calendar: &Calendar,
) -> Option<Team> {
    let name = reader.line(fields, "name");
    let team_zone = fields.get("timezone").map(|_| zone(reader, fields));
    let tier = reader.choice_or(fields, "tier", &Tier::ALL, Tier::default());
    // With a zone that is wrong, the hours can still be held against the syntax.
    let in_zone = match &team_zone {
        Some(Some((_, zone))) => zone.clone(),
        Some(None) => TimeZone::UTC,
        None => own_zone.cloned().unwrap_or(TimeZone::UTC),
    };
    let hours = reader.text(fields, "hours").map(|(text, place)| {
        if let Err(bad) = Hours::parse(text, in_zone, calendar) {
            reader.note(place, &fields.path_of("hours"), bad.what, bad.cure);
        }
        text.to_owned()
    });
    let clock = reader.choice_or(fields, "clock", &WallClock::ALL, WallClock::default());
    let assign = reader.choice_or(fields, "assign", &Assign::ALL, Assign::default());
    let return_after_seconds = reader.seconds(fields, "return_after").unwrap_or(RETURN_AFTER_SECONDS);
    let picture = picture(reader, fields);
    let timezone = team_zone.flatten().map(|(name, _)| name);
    Some(Team {
        id: id.to_owned(),
        name: name?,
        hours: hours?,
        timezone,
        tier: tier?,
        people: Vec::new(),
        regions: Vec::new(),
        clock: clock?,
        overflow: Vec::new(),
        assign: assign?,
        return_after_seconds,
        picture,
        shift_posts: ShiftPosts::default(),
    })
}

/// Texts that must each be one of the known names.
pub(super) fn references(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    what: &str,
    known: &[&str],
) -> Vec<String> {
    let mut found = Vec::new();
    let section = if what == "person" { "people" } else { "teams" };
    for (name, place, path) in reader.texts(fields, key) {
        if known.contains(&name) {
            found.push(name.to_owned());
        } else {
            let cure = format!("{} or add `{name}` under `{section}`", suggest::cure(name, known));
            reader.note(place, &path, format!("there is no {what} `{name}`"), cure);
        }
    }
    found
}

fn overflow(reader: &mut Reader<'_>, fields: &Fields<'_>, id: &str, names: &Names<'_>) -> Vec<String> {
    let mut overflow = references(reader, fields, "overflow", "team", &names.teams);
    if let Some(nth) = overflow.iter().position(|other| other == id) {
        let place = fields.get("overflow").map_or(fields.place, |node| node.place);
        reader.note(place, &fields.path_of("overflow"), "names the team itself", "name the teams that stand in for it");
        overflow.remove(nth);
    }
    overflow
}

/// Every customer has one team, so every region has.
fn team_regions<'t>(reader: &mut Reader<'_>, fields: &Fields<'_>, id: &'t str, known: &mut Regions<'t>) -> Vec<String> {
    let mut regions = Vec::new();
    for (region, place, path) in reader.texts(fields, "regions") {
        let folded = fold(region);
        if folded.is_empty() || region.chars().count() > 64 {
            reader.note(place, &path, "is not the name of a region", "write 1 to 64 characters, e.g. `hudson`");
        } else if let Some((_, team, line)) = known.iter().find(|(other, ..)| *other == folded) {
            let what = format!("`{region}` is a region of team `{team}` since line {line}");
            reader.note(place, &path, what, "a region belongs to one team; take it out of one of them");
        } else {
            known.push((folded, id, place.line));
            regions.push(region.to_owned());
        }
    }
    regions
}

/// The address of an image that customers may be shown, so nothing that is fetched in the clear.
fn picture(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<String> {
    let (text, place) = reader.text(fields, "picture")?;
    let host = text.strip_prefix("https://").unwrap_or("").split(['/', '?', '#']).next().unwrap_or("");
    let sound = !host.is_empty()
        && text.len() <= PICTURE_MOST_BYTES
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if sound {
        return Some(text.to_owned());
    }
    let what = format!("is not an https address of at most {PICTURE_MOST_BYTES} bytes");
    reader.note(place, &fields.path_of("picture"), what, "write e.g. `https://example.com/dana.jpg`");
    None
}

pub(super) fn person(reader: &mut Reader<'_>, id: &str, node: &Node, default: Capacity) -> Option<Person> {
    let fields = reader.fields(node, &join("people", id), &keys::PERSON)?;
    let name = reader.line(&fields, "name");
    let signature = reader.line(&fields, "signature");
    let languages = languages(reader, &fields);
    let skills = skills(reader, &fields);
    let picture = picture(reader, &fields);
    let capacity = capacity(reader, &fields, default);
    Some(Person { id: id.to_owned(), name: name?, languages, signature, skills, picture, capacity })
}

fn skills(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<String> {
    let mut skills = Vec::new();
    for (skill, place, path) in reader.texts(fields, "skills") {
        if is_slug(skill, 64) {
            skills.push(skill.to_owned());
        } else {
            let what = "is not a name: only a-z, 0-9, - and _ are allowed, at most 64 of them";
            reader.note(place, &path, what, "write it in small letters, e.g. `billing`");
        }
    }
    skills
}

/// What is not said is as in `default`.
pub(super) fn capacity(reader: &mut Reader<'_>, fields: &Fields<'_>, default: Capacity) -> Capacity {
    let Some(node) = fields.get("capacity") else { return default };
    let path = fields.path_of("capacity");
    let Some(fields) = reader.fields(node, &path, &keys::CAPACITY) else { return default };
    let mut read = |key, default| match reader.count(&fields, key, 0, CAPACITY_MOST) {
        Some(count) => u32::try_from(count).unwrap_or(default),
        None => default,
    };
    Capacity { public: read("public", default.public), private: read("private", default.private) }
}

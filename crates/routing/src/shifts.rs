//! Good morning and good evening: what a brand says in public when a team's shift begins and ends, with who is on. It follows
//! from the settings, the clock and who is online, so there is no timer to lose: whoever looks finds what is due, and the
//! notice's own subject lets it be written once.

use crate::view::{BrandEntry, View};
use brand::{ShiftEnd, ShiftTime};
use conversation::notice::{Shift, ShiftPostSubmitted};
use conversation::{BrandId, Network, NoticeId, PersonId, TeamId};
use jiff::{SignedDuration, Timestamp};

/// How late a shift post may be: after that nobody says good morning any more.
pub const LATE_MOST: SignedDuration = SignedDuration::from_mins(30);
/// Whoever went so shortly before the end of the shift was on.
const WENT_WITHIN: SignedDuration = SignedDuration::from_mins(60);

/// The shift posts that are due at this instant. One that names who is on waits for the first of them, as long as it may be
/// late; when nobody comes, nothing is said. The same post has the same id in every copy of the service.
pub fn shift_posts(view: &View, id: &BrandId, now: Timestamp) -> Vec<ShiftPostSubmitted> {
    let Some(known) = view.brands.get(id).filter(|known| known.brand.has_shift_posts()) else { return Vec::new() };
    let from = now.checked_sub(LATE_MOST).unwrap_or(Timestamp::MIN);
    let due = known.brand.shift_posts(from, now);
    due.iter().filter_map(|shift| submitted(known, id, shift)).collect()
}

/// When the next shift post of a brand is due.
pub fn next_shift_post(view: &View, id: &BrandId, now: Timestamp) -> Option<Timestamp> {
    view.brands.get(id)?.brand.next_shift_post(now)
}

/// A shift post as it would go out with whoever is on now; none when nobody is whom it could name.
pub fn submitted(known: &BrandEntry, id: &BrandId, shift: &ShiftTime<'_>) -> Option<ShiftPostSubmitted> {
    let on = on(known, shift);
    if on.is_empty() && shift.names_people() {
        return None;
    }
    let names: Vec<&str> = on.iter().map(|(_, name)| *name).collect();
    let team = TeamId::new(&shift.team.id).ok()?;
    Some(ShiftPostSubmitted {
        notice: NoticeId::of_shift(id, &team, shift.end.as_str(), shift.at),
        team,
        shift: match shift.end {
            ShiftEnd::Morning => Shift::Morning,
            ShiftEnd::Evening => Shift::Evening,
        },
        shift_at: shift.at,
        network: Network::new(&shift.post.network).ok()?,
        text: known.brand.shift_text(shift, &names),
        people: on.into_iter().map(|(id, _)| id).collect(),
        settings_version: known.brand.version().to_owned(),
    })
}

/// Who of the team is on, in the order of the settings; at its end also who has just gone.
fn on<'b>(known: &'b BrandEntry, shift: &ShiftTime<'_>) -> Vec<(PersonId, &'b str)> {
    let was_on = |person: &PersonId| {
        let went = known.went.get(person).filter(|_| shift.end == ShiftEnd::Evening);
        went.is_some_and(|went| shift.at.duration_since(*went) <= WENT_WITHIN)
    };
    let settings = known.brand.settings();
    let people = shift.team.people.iter().filter_map(|id| Some((PersonId::new(id).ok()?, settings.person(id)?)));
    let on = people.filter(|(id, _)| known.is_online(id) || was_on(id));
    on.map(|(id, person)| (id, person.name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use brand::{Brand, Settings};
    use std::sync::Arc;

    const YAML: &str = "earshot: brand/v1\nbrand: b\nname: Aurora\ntimezone: UTC\nhandles: [{network: x, account: a, use: care}]\n\
        teams:\n  care:\n    name: Care\n    hours: \"Mo-Su 09:00-18:00\"\n    people: [ivo, dana]\n    shift_posts: {morning: {network: x, text: \"Good morning from {people}\"}, evening: {network: x, text: \"Good night from {people}\"}}\n\
        people: {dana: {name: Dana}, ivo: {name: Ivo}}\notherwise: {team: care}\n";

    fn at(text: &str) -> Timestamp {
        format!("2026-06-01T{text}:00Z").parse().unwrap()
    }

    fn view(online: &[&str], went: &[(&str, &str)]) -> (View, BrandId) {
        let id = BrandId::new("b").unwrap();
        let mut entry = BrandEntry::builtin(&id);
        entry.brand = Arc::new(Brand::compile(Settings::parse(YAML, "b.yaml").unwrap()).unwrap());
        entry.presence = online.iter().map(|name| (PersonId::new(name).unwrap(), true)).collect();
        entry.went = went.iter().map(|(name, time)| (PersonId::new(name).unwrap(), at(time))).collect();
        let mut view = View::default();
        view.brands.insert(id.clone(), entry);
        (view, id)
    }

    fn texts(online: &[&str], went: &[(&str, &str)], now: &str) -> Vec<String> {
        let (view, id) = view(online, went);
        shift_posts(&view, &id, at(now)).into_iter().map(|post| post.text).collect()
    }

    #[test]
    fn it_is_due_from_its_time_on_and_not_much_later() {
        assert_eq!(texts(&["dana", "ivo"], &[], "08:59"), Vec::<String>::new());
        assert_eq!(texts(&["dana", "ivo"], &[], "09:00"), ["Good morning from Ivo & Dana"]);
        assert_eq!(texts(&["dana"], &[], "09:29"), ["Good morning from Dana"]);
        assert_eq!(texts(&["dana"], &[], "09:30"), Vec::<String>::new(), "half an hour is too late");
    }

    #[test]
    fn nobody_says_good_morning_for_nobody() {
        assert_eq!(texts(&[], &[("dana", "08:50")], "09:10"), Vec::<String>::new());
        assert_eq!(texts(&["somebody-else"], &[], "09:10"), Vec::<String>::new());
    }

    #[test]
    fn whoever_has_just_gone_was_on() {
        assert_eq!(texts(&["ivo"], &[("dana", "17:55")], "18:00"), ["Good night from Ivo & Dana"]);
        assert_eq!(texts(&[], &[("dana", "16:59")], "18:00"), Vec::<String>::new());
    }

    #[test]
    fn the_same_post_has_the_same_id_whoever_is_on_and_whenever_it_is_looked_at() {
        let notice = |online: &[&str], now: &str| {
            let (view, id) = view(online, &[]);
            shift_posts(&view, &id, at(now)).remove(0).notice
        };
        assert_eq!(notice(&["dana"], "09:00"), notice(&["ivo"], "09:20"));
        assert_ne!(notice(&["dana"], "09:00"), notice(&["dana"], "18:00"));
    }

    #[test]
    fn the_next_one_is_known_before() {
        let (view, id) = view(&[], &[]);
        assert_eq!(next_shift_post(&view, &id, at("09:00")), Some(at("18:00")));
        assert_eq!(next_shift_post(&View::default(), &id, at("09:00")), None);
    }
}

//! Good morning and good evening: what a brand says in public when a team's shift begins and ends, with who is on. It follows
//! from the settings, the clock and who is online, so there is no timer to lose: whoever looks finds what is due, and the
//! notice's own subject lets it be written once.

use crate::view::{BrandEntry, View};
use brand::{Brand, ShiftEnd, ShiftTime};
use conversation::notice::{Shift, ShiftPostSubmitted};
use conversation::{BrandId, Network, NoticeId, PersonId, TeamId};
use jiff::{SignedDuration, Timestamp};
use reply::length::Limit;
use std::sync::Arc;

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
    let text = text(known, shift, &on);
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
        text,
        people: on.into_iter().map(|(id, _)| id).collect(),
        settings_version: known.brand.version().to_owned(),
    })
}

/// The words with as many names as the network has room for; all of them when it has no room for one.
fn text(known: &BrandEntry, shift: &ShiftTime<'_>, on: &[(PersonId, &str)]) -> String {
    let names: Vec<&str> = on.iter().map(|(_, name)| *name).collect();
    let with = |count: usize| known.brand.shift_text(shift, &names[..count]);
    let fits = |text: &String| Limit::of(&shift.post.network, false).fits(text, 0);
    (1..=names.len()).rev().map(with).find(fits).unwrap_or_else(|| with(names.len()))
}

/// A shift post as it will go out, or would.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftPreview {
    pub at: Timestamp,
    pub team: String,
    pub shift: &'static str,
    pub network: String,
    pub text: String,
    pub people: Vec<PersonId>,
    /// Why it would not go out as it is: `nobody_on`, `too_long`.
    pub problem: Option<&'static str>,
}

/// The shift posts after `from` and not after `until`, with these people on whenever their team is.
pub fn preview_shift_posts(
    brand: &Arc<Brand>,
    on: &[PersonId],
    from: Timestamp,
    until: Timestamp,
) -> Vec<ShiftPreview> {
    let Ok(id) = BrandId::new(brand.slug()) else { return Vec::new() };
    let presence = on.iter().map(|person| (person.clone(), true)).collect();
    let known = BrandEntry { brand: Arc::clone(brand), presence, ..BrandEntry::builtin(&id) };
    let shown = |shift: &ShiftTime<'_>| {
        let posted = submitted(&known, &id, shift);
        let (text, people, problem) = match posted {
            None => (brand.shift_text(shift, &[]), Vec::new(), Some("nobody_on")),
            Some(post) => {
                let fits = Limit::of(&shift.post.network, false).fits(&post.text, 0);
                (post.text, post.people, (!fits).then_some("too_long"))
            }
        };
        let (team, network) = (shift.team.id.clone(), shift.post.network.clone());
        ShiftPreview { at: shift.at, team, shift: shift.end.as_str(), network, text, people, problem }
    };
    brand.shift_posts(from, until).iter().map(shown).collect()
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
    use brand::Settings;

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
    fn names_that_the_network_has_no_room_for_are_left_out() {
        let people: Vec<String> = (0..40).map(|nth| format!("p{nth:02}")).collect();
        let listed: String = people.iter().map(|id| format!("{id}: {{name: Somebody {id}}}, ")).collect();
        let yaml = YAML.replace("people: [ivo, dana]", &format!("people: [{}]", people.join(", ")));
        let yaml = yaml.replace("{dana: {name: Dana}, ivo: {name: Ivo}}", &format!("{{{listed}}}"));
        let brand = Arc::new(Brand::compile(Settings::parse(&yaml, "b.yaml").unwrap()).unwrap());
        let on: Vec<_> = people.iter().map(|id| PersonId::new(id).unwrap()).collect();
        let shown = preview_shift_posts(&brand, &on, at("08:00"), at("10:00"));
        let [post] = shown.as_slice() else { panic!("{shown:?}") };
        assert_eq!((post.people.len(), post.problem), (40, None));
        assert!(post.text.starts_with("Good morning from Somebody p00") && post.text.chars().count() <= 280);
        assert!(post.text.chars().count() > 250, "as many as there is room for: {}", post.text);
    }

    #[test]
    fn a_preview_says_what_would_not_go_out() {
        let brand = Arc::new(Brand::compile(Settings::parse(YAML, "b.yaml").unwrap()).unwrap());
        let nobody = preview_shift_posts(&brand, &[], at("08:00"), at("20:00"));
        assert_eq!(
            nobody.iter().map(|post| (post.shift, post.problem)).collect::<Vec<_>>(),
            [("morning", Some("nobody_on")), ("evening", Some("nobody_on")),]
        );
        let long = YAML.replace("Good night from {people}", &"so long ".repeat(50));
        let brand = Arc::new(Brand::compile(Settings::parse(&long, "b.yaml").unwrap()).unwrap());
        assert_eq!(preview_shift_posts(&brand, &[], at("17:00"), at("20:00"))[0].problem, Some("too_long"));
    }

    #[test]
    fn the_next_one_is_known_before() {
        let (view, id) = view(&[], &[]);
        assert_eq!(next_shift_post(&view, &id, at("09:00")), Some(at("18:00")));
        assert_eq!(next_shift_post(&View::default(), &id, at("09:00")), None);
    }
}

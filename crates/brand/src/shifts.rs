//! When the shifts of a team begin and end, and what is posted then. A shift is a working day: a break at noon ends none.

use crate::brand::Brand;
use crate::settings::Team;
use crate::templates::{self, fill};
use crate::words::ShiftPost;
use jiff::{SignedDuration, Timestamp};

/// Hours with less than this between them are one shift.
const BREAK_LONGEST: SignedDuration = SignedDuration::from_hours(4);
/// How far around a time hours are looked at, so that a shift is seen whole.
const AROUND: SignedDuration = SignedDuration::from_hours(48);
/// How far ahead the next shift post is looked for: what is further away is found by a later look.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Which end of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShiftEnd {
    Morning,
    Evening,
}

impl ShiftEnd {
    pub fn as_str(self) -> &'static str {
        match self {
            ShiftEnd::Morning => "morning",
            ShiftEnd::Evening => "evening",
        }
    }
}

/// A post that goes out when a shift begins, or ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShiftTime<'b> {
    pub at: Timestamp,
    pub end: ShiftEnd,
    pub team: &'b Team,
    pub post: &'b ShiftPost,
}

impl ShiftTime<'_> {
    /// Whether its words name who is on, so that it says nothing when nobody is.
    pub fn names_people(&self) -> bool {
        templates::gaps(&self.post.text).is_ok_and(|gaps| gaps.contains(&"people"))
    }
}

impl Brand {
    /// Whether any team posts when its shifts begin or end.
    pub fn has_shift_posts(&self) -> bool {
        self.settings().teams.iter().any(posts)
    }

    /// The shift posts of all teams whose time is after `from` and not after `until`, in order of time.
    pub fn shift_posts(&self, from: Timestamp, until: Timestamp) -> Vec<ShiftTime<'_>> {
        let mut found = Vec::new();
        for (team, hours) in self.settings().teams.iter().zip(&self.teams).filter(|(team, _)| posts(team)) {
            let (first, last) = (earlier(from), later(until));
            let mut shifts: Vec<(Timestamp, Timestamp)> = Vec::new();
            for (start, end) in hours.hours.spans(first, last) {
                match shifts.last_mut() {
                    Some(shift) if start.duration_since(shift.1) < BREAK_LONGEST => shift.1 = end,
                    _ => shifts.push((start, end)),
                }
            }
            let within = |at: Timestamp| at > from && at <= until;
            for (start, end) in shifts {
                // What was cut off where the look began, or ends, is no beginning and no end.
                let ends = [
                    (start, ShiftEnd::Morning, &team.shift_posts.morning, start > first),
                    (end, ShiftEnd::Evening, &team.shift_posts.evening, end < last),
                ];
                for (at, end, post, _) in ends.into_iter().filter(|(at, .., whole)| *whole && within(*at)) {
                    found.extend(post.iter().map(|post| ShiftTime { at, end, team, post }));
                }
            }
        }
        found.sort_by_key(|shift| (shift.at, shift.end));
        found
    }

    /// When the next shift post after this instant is due; none when there is none within two weeks.
    pub fn next_shift_post(&self, after: Timestamp) -> Option<Timestamp> {
        if !self.has_shift_posts() {
            return None;
        }
        let until = after.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        self.shift_posts(after, until).first().map(|shift| shift.at)
    }

    /// The words of a shift post with these people's names in them, in their order.
    pub fn shift_text(&self, shift: &ShiftTime<'_>, people: &[&str]) -> String {
        let people = names(people);
        let values = [("people", people.as_str()), ("team", &shift.team.name), ("brand", &self.settings().name)];
        fill(&shift.post.text, &values)
    }
}

fn posts(team: &Team) -> bool {
    team.shift_posts.morning.is_some() || team.shift_posts.evening.is_some()
}

fn earlier(at: Timestamp) -> Timestamp {
    at.checked_sub(AROUND).unwrap_or(Timestamp::MIN)
}

fn later(at: Timestamp) -> Timestamp {
    at.checked_add(AROUND).unwrap_or(Timestamp::MAX)
}

/// `Dana, Ivo & Li`: no word of any language stands between the names.
fn names(people: &[&str]) -> String {
    match people {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} & {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn brand(hours: &str, zone: &str) -> Brand {
        let yaml = format!(
            "earshot: brand/v1\nbrand: b\nname: Aurora\ntimezone: {zone}\nhandles: [{{network: x, account: aurora, use: care}}]\n\
             teams:\n  care:\n    name: Care\n    hours: \"{hours}\"\n    shift_posts:\n      morning: {{network: x, text: \"Good morning from {{people}}, {{team}} of {{brand}}\"}}\n      evening: {{network: x, text: \"We are back tomorrow\"}}\n\
             otherwise: {{team: care}}\n"
        );
        Brand::compile(Settings::parse(&yaml, "b.yaml").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ends(brand: &Brand, from: &str, until: &str) -> Vec<(String, &'static str)> {
        let found = brand.shift_posts(at(from), at(until));
        found.iter().map(|shift| (shift.at.to_string(), shift.end.as_str())).collect()
    }

    #[test]
    fn a_break_at_noon_ends_no_shift_and_a_night_does() {
        let office = brand("Mo-Fr 09:00-12:00,13:00-18:00", "Europe/Tallinn");
        let of_monday = ends(&office, "2026-06-01T00:00:00+03:00", "2026-06-02T00:00:00+03:00");
        let expected = [("2026-06-01T06:00:00Z", "morning"), ("2026-06-01T15:00:00Z", "evening")];
        assert_eq!(of_monday, expected.map(|(at, end)| (at.to_owned(), end)));
        assert_eq!(ends(&office, "2026-06-06T00:00:00+03:00", "2026-06-07T23:00:00+03:00"), [], "a weekend");
    }

    #[test]
    fn its_time_is_in_once_whichever_way_the_looks_are_cut() {
        let office = brand("Mo-Su 09:00-18:00", "Europe/Tallinn");
        // Over the change to winter time too, and in steps that cut shifts in the middle.
        let (mut from, last) = (at("2026-10-20T00:00:00Z"), at("2026-10-30T00:00:00Z"));
        let mut seen = Vec::new();
        while from < last {
            let until = from + SignedDuration::from_mins(437);
            seen.extend(office.shift_posts(from, until).iter().map(|shift| (shift.at, shift.end)));
            from = until;
        }
        let whole = office.shift_posts(at("2026-10-20T00:00:00Z"), from);
        assert_eq!(seen, whole.iter().map(|shift| (shift.at, shift.end)).collect::<Vec<_>>());
        assert_eq!(seen.len(), 20);
    }

    #[test]
    fn a_team_that_is_always_there_begins_and_ends_nothing() {
        let always = brand("24/7", "UTC");
        assert!(always.has_shift_posts());
        assert_eq!(ends(&always, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"), []);
        assert_eq!(always.next_shift_post(at("2026-06-01T00:00:00Z")), None);
    }

    #[test]
    fn a_shift_over_midnight_begins_and_ends_on_two_days() {
        let night = brand("Fr 22:00-02:00", "UTC");
        assert_eq!(
            ends(&night, "2026-06-05T00:00:00Z", "2026-06-07T00:00:00Z"),
            [("2026-06-05T22:00:00Z", "morning"), ("2026-06-06T02:00:00Z", "evening")]
                .map(|(at, end)| (at.to_owned(), end))
        );
        assert_eq!(night.next_shift_post(at("2026-06-05T22:00:00Z")), Some(at("2026-06-06T02:00:00Z")));
    }

    #[test]
    fn the_words_name_who_is_on() {
        let office = brand("Mo-Su 09:00-18:00", "UTC");
        let posts = office.shift_posts(at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
        let [morning, evening] = posts.as_slice() else { panic!("{posts:?}") };
        assert!(morning.names_people() && !evening.names_people());
        let text = |people: &[&str]| office.shift_text(morning, people);
        assert_eq!(text(&["Dana"]), "Good morning from Dana, Care of Aurora");
        assert_eq!(text(&["Dana", "Ivo", "{brand}"]), "Good morning from Dana, Ivo & {brand}, Care of Aurora");
    }
}

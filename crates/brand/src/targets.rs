//! By when: the targets of a decision, and the instant at which one of them is due, by the calendar or by the hours
//! of the team that has the conversation.

use crate::brand::Brand;
use crate::hours::Hours;
use crate::settings::word;
use jiff::{SignedDuration, Timestamp};

/// How long before a target somebody is warned, when the settings do not say: five minutes.
const WARN_BEFORE_SECONDS: u32 = 5 * 60;
/// One step of looking for open hours: 28 days, in seconds.
const STEP_SECONDS: i64 = 28 * 86_400;
/// So many steps in a row without an open hour mean that the team never opens: a year and a month.
const EMPTY_STEPS_MOST: usize = 14;
/// Nothing is due later than this many steps: about ten years.
const STEPS_MOST: usize = 130;

/// Which hours a target counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TargetClock {
    #[default]
    Calendar,
    /// The open hours of the team that has the conversation.
    Business,
}

impl TargetClock {
    pub(crate) const ALL: [(&'static str, TargetClock); 2] =
        [("calendar", TargetClock::Calendar), ("business", TargetClock::Business)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// By when a conversation is to be moved on, in seconds; none for no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Targets {
    /// Until the first answer.
    pub first: Option<u32>,
    /// Until each later answer.
    pub next: Option<u32>,
    /// Until it is solved.
    pub resolve: Option<u32>,
    pub clock: TargetClock,
    /// How long before each target somebody is warned; 0 for no warning.
    pub warn_before_seconds: u32,
}

impl Default for Targets {
    fn default() -> Self {
        Targets {
            first: None,
            next: None,
            resolve: None,
            clock: TargetClock::Calendar,
            warn_before_seconds: WARN_BEFORE_SECONDS,
        }
    }
}

impl Brand {
    /// The instant at which a target of `seconds` is due that began to run at `started`.
    ///
    /// The calendar's clock always runs. The business clock runs while the team is open for a customer in this IANA zone;
    /// for a team that does not open for a year, or whose open hours would take ten years, the calendar's counts instead,
    /// and so it does when there is no such team.
    pub fn due(
        &self,
        team: &str,
        started: Timestamp,
        seconds: u32,
        clock: TargetClock,
        customer_timezone: Option<&str>,
    ) -> Timestamp {
        let by_calendar = after(started, i64::from(seconds));
        match (clock, self.named(team)) {
            (TargetClock::Business, Some(team)) => {
                let hours = self.teams[team].hours_for(customer_timezone);
                by_business(&hours, started, seconds).unwrap_or(by_calendar)
            }
            _ => by_calendar,
        }
    }
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Walks the open spans until they add up; none when they do not.
fn by_business(hours: &Hours, started: Timestamp, seconds: u32) -> Option<Timestamp> {
    let mut left = SignedDuration::from_secs(seconds.into());
    let mut from = started;
    let mut empty = 0;
    for _ in 0..STEPS_MOST {
        let until = after(from, STEP_SECONDS);
        let spans = hours.spans(from, until);
        empty = if spans.is_empty() { empty + 1 } else { 0 };
        if empty > EMPTY_STEPS_MOST {
            return None;
        }
        for (start, end) in spans {
            // Hours are told to the second, the start may be within one.
            let open = end.duration_since(start.max(from));
            if open >= left {
                return start.max(from).checked_add(left).ok();
            }
            left -= open.max(SignedDuration::ZERO);
        }
        from = until;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use proptest::prelude::*;

    fn brand(zone: &str, hours: &str) -> Brand {
        let yaml = format!(
            "earshot: brand/v1\nbrand: b\nname: B\ntimezone: {zone}\nteams: {{care: {{name: Care, hours: '{hours}', clock: customer}}}}\n\
             otherwise: {{team: care}}\n"
        );
        Brand::compile(Settings::parse(&yaml, "f").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_calendar_adds_and_business_waits_for_the_morning() {
        let brand = brand("Europe/Tallinn", "Mo-Fr 09:00-18:00");
        let friday = at("2026-06-05T17:30:00+03:00");
        let due = |clock, zone| brand.due("care", friday, 3_600, clock, zone);
        assert_eq!(due(TargetClock::Calendar, None), at("2026-06-05T18:30:00+03:00"));
        assert_eq!(due(TargetClock::Business, None), at("2026-06-08T09:30:00+03:00"));
        assert_eq!(due(TargetClock::Business, Some("America/New_York")), at("2026-06-05T11:30:00-04:00"));
        assert_eq!(brand.due("nobody", friday, 60, TargetClock::Business, None), at("2026-06-05T17:31:00+03:00"));
        let saturday = at("2026-06-06T12:00:00.5+03:00");
        assert_eq!(
            brand.due("care", saturday, 9 * 3_600, TargetClock::Business, None),
            at("2026-06-08T18:00:00+03:00")
        );
    }

    #[test]
    fn a_team_that_never_opens_falls_back_to_the_calendar() {
        for never in ["24/7 off", "2020 Mo-Fr 09:00-18:00"] {
            let due = brand("UTC", never).due("care", at("2026-06-05T00:00:00Z"), 60, TargetClock::Business, None);
            assert_eq!(due, at("2026-06-05T00:01:00Z"), "{never}");
        }
        let rarely = brand("UTC", "Dec 24 10:00-10:01");
        let due = |seconds| rarely.due("care", at("2026-12-25T00:00:00Z"), seconds, TargetClock::Business, None);
        assert_eq!(due(90), at("2028-12-24T10:00:30Z"));
        assert_eq!(due(90 * 86_400), at("2027-03-25T00:00:00Z"), "what would take ten years");
        assert_eq!(brand("UTC", "24/7").due("care", Timestamp::MAX, 60, TargetClock::Business, None), Timestamp::MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        /// Held against counting minute by minute, over both changes of the clocks.
        #[test]
        fn business_time_is_what_counting_open_minutes_gives(
            hours in prop::sample::select(vec![
                "Mo-Fr 09:00-18:00", "24/7", "Mo-Su 22:00-02:00", "Mo-Su 03:15-03:45", "Su 02:00-05:00; We 10:00-10:30",
            ]),
            zone in prop::sample::select(vec!["Europe/Tallinn", "America/New_York", "Australia/Lord_Howe", "UTC"]),
            around in prop::sample::select(vec!["2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2026-04-03T00:00:00Z", "2026-06-01T00:00:00Z"]),
            begin in 0_i64..5_000,
            minutes in 1_u32..700,
        ) {
            let brand = brand(zone, hours);
            let started = after(at(around), begin * 60);
            let (mut now, mut open) = (started, 0);
            while open < minutes {
                open += u32::from(brand.team_open("care", now));
                now = after(now, 60);
            }
            prop_assert_eq!(brand.due("care", started, minutes * 60, TargetClock::Business, None), now);
        }
    }
}

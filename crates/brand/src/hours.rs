//! When a team is there. Hours are written in the syntax of OpenStreetMap's `opening_hours` and are meant by the
//! clock on the team's wall: a team is open at an instant when that clock, at that instant, shows an open time. So an
//! hour that the change to winter time repeats is open twice, and one that summer time skips is never missed.

use crate::settings::Holidays;
use chrono::{NaiveDate, NaiveDateTime};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use opening_hours::localization::Country;
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};
use std::sync::Arc;

/// How far ahead an opening is looked for: 400 days, in seconds.
const HORIZON_SECONDS: i64 = 400 * 86_400;

/// A time zone of the bundled database: the machine's own would make the same settings decide differently elsewhere.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// The names of all zones, for "did you mean".
pub(crate) fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

/// Whether the code is one of a country whose holidays are known.
pub(crate) fn is_country(code: &str) -> bool {
    code.parse::<Country>().is_ok()
}

/// The days that `PH` means.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    holidays: ContextHolidays,
    /// Whether the brand named any holidays at all.
    declared: bool,
}

impl Calendar {
    pub fn new(holidays: &Holidays) -> Calendar {
        let country: Option<Country> = holidays.country.as_deref().and_then(|code| code.parse().ok());
        let national = country.map(Country::holidays).unwrap_or_default();
        let mut public = national.get_public().clone();
        for date in &holidays.dates {
            if let Some(date) = naive_date(*date) {
                public.insert(date);
            }
        }
        let declared = holidays.country.is_some() || !holidays.dates.is_empty();
        Calendar { holidays: ContextHolidays::new(Arc::new(public), Arc::default()), declared }
    }
}

/// What is wrong with written hours, and its cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadHours {
    pub what: String,
    pub cure: String,
}

/// The hours of one team in its zone.
#[derive(Debug, Clone)]
pub(crate) struct Hours {
    expression: OpeningHours,
    zone: TimeZone,
}

impl Hours {
    pub fn parse(text: &str, zone: TimeZone, calendar: &Calendar) -> Result<Hours, BadHours> {
        let expression: OpeningHours = text.parse().map_err(|error| unreadable(text, &format!("{error}")))?;
        let words = words_outside_quotes(text);
        let has = |word: &str| words.iter().any(|one| one.eq_ignore_ascii_case(word));
        if let Some(sun) = ["sunrise", "sunset", "dawn", "dusk"].into_iter().find(|word| has(word)) {
            return Err(BadHours {
                what: format!("names {sun}, which is at another time every day"),
                cure: "write the time, e.g. `Mo-Fr 09:00-18:00`".to_owned(),
            });
        }
        if has("SH") {
            return Err(BadHours {
                what: "names school holidays, which the settings cannot list".to_owned(),
                cure: "write the dates, e.g. `Jul 01-Aug 15 off`, or use PH with `holidays: {dates: [...]}`".to_owned(),
            });
        }
        if has("PH") && !calendar.declared {
            return Err(BadHours {
                what: "names public holidays, but the settings do not say which days these are".to_owned(),
                cure: "add `holidays: {country: EE}` or `holidays: {dates: [2026-12-31]}`".to_owned(),
            });
        }
        let context = Context::default().with_holidays(calendar.holidays.clone());
        Ok(Hours { expression: expression.with_context(context), zone })
    }

    /// The same hours by the clock on another wall.
    pub fn in_zone(&self, zone: TimeZone) -> Hours {
        Hours { expression: self.expression.clone(), zone }
    }

    /// The zone whose clock the hours are meant by.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether somebody is there at this instant.
    pub fn open(&self, at: Timestamp) -> bool {
        wall_clock(at, self.zone.to_offset(at)).is_some_and(|clock| self.expression.is_open(clock))
    }

    /// The first instant from `at` on at which somebody is there; none within the next 400 days.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let until = at.checked_add(jiff::SignedDuration::from_secs(HORIZON_SECONDS)).unwrap_or(Timestamp::MAX);
        for (from, until, offset) in self.segments(at, until) {
            if let Some(span) = self.spans_of_segment(from, until, offset).next() {
                return Some(span.0);
            }
        }
        None
    }

    /// The open spans between two instants, in order; neighbours that touch are one.
    pub fn spans(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, until, offset) in self.segments(from, until) {
            for (start, end) in self.spans_of_segment(from, until, offset) {
                match spans.last_mut() {
                    Some(last) if last.1 >= start => last.1 = last.1.max(end),
                    _ => spans.push((start, end)),
                }
            }
        }
        spans
    }

    /// Cuts a stretch of time where the zone's offset changes: within one piece the wall clock runs evenly.
    fn segments(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp, Offset)> {
        let mut next = from;
        std::iter::from_fn(move || {
            if next >= until {
                return None;
            }
            let start = next;
            let change = self.zone.following(start).next().map_or(until, |change| change.timestamp());
            next = change.min(until);
            Some((start, next, self.zone.to_offset(start)))
        })
    }

    fn spans_of_segment(
        &self,
        from: Timestamp,
        until: Timestamp,
        offset: Offset,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let clocks = wall_clock(from, offset).zip(wall_clock(until, offset));
        let ranges = clocks.map(|(from, until)| self.expression.iter_range(from, until));
        ranges
            .into_iter()
            .flatten()
            .filter(|range| range.kind == RuleKind::Open)
            .filter_map(move |range| Some((instant(range.range.start, offset)?, instant(range.range.end, offset)?)))
    }
}

/// What a clock with this offset shows; none outside of the years that calendars know.
fn wall_clock(at: Timestamp, offset: Offset) -> Option<NaiveDateTime> {
    let shown = offset.to_datetime(at);
    let time = shown.time();
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    naive_date(shown.date())?.and_hms_opt(
        u32::try_from(hour).ok()?,
        u32::try_from(minute).ok()?,
        u32::try_from(second).ok()?,
    )
}

fn naive_date(date: jiff::civil::Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::from(date.year()), u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?)
}

fn instant(clock: NaiveDateTime, offset: Offset) -> Option<Timestamp> {
    let seconds = clock.and_utc().timestamp() - i64::from(offset.seconds());
    Timestamp::from_second(seconds).ok()
}

/// The parser's message is several lines with a drawing; what matters of it is the place.
fn unreadable(text: &str, message: &str) -> BadHours {
    let place = message
        .split_once("--> ")
        .and_then(|(_, rest)| rest.lines().next())
        .and_then(|place| place.rsplit(':').next())
        .and_then(|column| column.trim().parse::<usize>().ok());
    let what = match place {
        Some(column) => format!("`{text}` is not in the opening_hours syntax from character {column} on"),
        None => format!("`{text}` is not in the opening_hours syntax: {}", message.lines().next().unwrap_or_default()),
    };
    let cure = "write e.g. `24/7`, `Mo-Fr 09:00-18:00` or `Mo-Su 07:00-23:00; PH off`".to_owned();
    BadHours { what, cure }
}

/// The words of an expression, less its comments, which stand in quotes.
fn words_outside_quotes(text: &str) -> Vec<&str> {
    let outside = text.split('"').step_by(2);
    outside.flat_map(|part| part.split(|c: char| !c.is_ascii_alphabetic())).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str, zone_name: &str) -> Hours {
        Hours::parse(text, zone(zone_name).unwrap(), &Calendar::default()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn open_by_the_clock_on_the_wall() {
        let office = hours("Mo-Fr 09:00-18:00", "Europe/Tallinn");
        assert!(!office.open(at("2026-06-01T08:59:59+03:00")));
        assert!(office.open(at("2026-06-01T09:00:00+03:00")));
        assert!(office.open(at("2026-06-01T17:59:59+03:00")));
        assert!(!office.open(at("2026-06-01T18:00:00+03:00")));
        assert!(!office.open(at("2026-06-06T12:00:00+03:00")), "a Saturday");
        // The same wall clock in winter is another instant.
        assert!(office.open(at("2026-12-01T09:00:00+02:00")));
        assert!(!office.open(at("2026-12-01T09:00:00+03:00")));
    }

    #[test]
    fn a_shift_over_midnight_belongs_to_the_day_it_began() {
        let night = hours("Fr 22:00-02:00", "UTC");
        assert!(night.open(at("2026-06-05T23:00:00Z")));
        assert!(night.open(at("2026-06-06T01:59:00Z")));
        assert!(!night.open(at("2026-06-06T02:00:00Z")));
        assert!(!night.open(at("2026-06-06T22:30:00Z")));
    }

    #[test]
    fn summer_time_skips_an_hour_and_the_opening_is_the_first_instant_after_it() {
        // On 2026-03-29 clocks in Tallinn go from 03:00 to 04:00.
        let early = hours("Mo-Su 03:30-05:00", "Europe/Tallinn");
        let before = at("2026-03-29T00:30:00Z");
        assert!(!early.open(before));
        assert_eq!(early.next_opening(before), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(
            early.spans(at("2026-03-29T00:00:00Z"), at("2026-03-29T12:00:00Z")),
            vec![(at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z"))]
        );
    }

    #[test]
    fn winter_time_repeats_an_hour_and_the_team_is_there_both_times() {
        // On 2026-10-25 clocks in Tallinn go from 04:00 back to 03:00.
        let early = hours("Mo-Su 03:00-03:30", "Europe/Tallinn");
        assert_eq!(
            early.spans(at("2026-10-25T00:00:00Z"), at("2026-10-25T12:00:00Z")),
            vec![
                (at("2026-10-25T00:00:00Z"), at("2026-10-25T00:30:00Z")),
                (at("2026-10-25T01:00:00Z"), at("2026-10-25T01:30:00Z")),
            ]
        );
        let always = hours("24/7", "Europe/Tallinn");
        let week = (at("2026-10-19T00:00:00Z"), at("2026-10-26T00:00:00Z"));
        assert_eq!(always.spans(week.0, week.1), vec![week]);
    }

    #[test]
    fn the_next_opening_is_now_when_open_and_none_when_never() {
        let office = hours("Mo-Fr 09:00-18:00", "America/New_York");
        let friday_evening = at("2026-06-05T22:30:00Z");
        assert_eq!(office.next_opening(friday_evening), Some(at("2026-06-08T13:00:00Z")));
        let monday = at("2026-06-08T14:15:16Z");
        assert_eq!(office.next_opening(monday), Some(monday));
        assert_eq!(hours("24/7 off", "UTC").next_opening(monday), None);
        assert_eq!(hours("2020 Mo-Fr 09:00-18:00", "UTC").next_opening(monday), None);
    }

    #[test]
    fn holidays_of_the_country_and_of_the_brand() {
        let dates = vec![jiff::civil::date(2026, 6, 1)];
        let calendar = Calendar::new(&Holidays { country: Some("EE".to_owned()), dates });
        let zone = zone("Europe/Tallinn").unwrap();
        let office = Hours::parse("Mo-Fr 09:00-18:00; PH off", zone, &calendar).unwrap();
        assert!(!office.open(at("2026-02-24T12:00:00+02:00")), "Estonia's independence day");
        assert!(!office.open(at("2026-06-01T12:00:00+03:00")), "a day of the brand's own");
        assert!(office.open(at("2026-06-02T12:00:00+03:00")));
    }

    #[test]
    fn hours_that_would_mean_something_else_are_refused() {
        let parse = |text: &str| Hours::parse(text, TimeZone::UTC, &Calendar::default()).unwrap_err();
        assert!(parse("nine to five").what.contains("opening_hours syntax"));
        assert!(parse("Mo-Fr 09:00-25:99").what.contains("opening_hours syntax"));
        assert!(parse("sunrise-sunset").what.contains("sunrise"));
        assert!(parse("Mo-Fr 09:00-18:00; PH off").cure.contains("holidays"));
        assert!(parse("Mo-Fr 09:00-18:00; SH off").what.contains("school"));
        assert!(
            Hours::parse("Mo-Fr 09:00-18:00 \"ring at dusk, PH too\"", TimeZone::UTC, &Calendar::default()).is_ok(),
            "a comment is only a comment"
        );
    }

    #[test]
    fn years_outside_of_the_calendar_are_closed_rather_than_a_crash() {
        let office = hours("Mo-Fr 09:00-18:00", "UTC");
        assert!(!office.open(Timestamp::MIN));
        assert!(!office.open(Timestamp::MAX));
        assert_eq!(office.next_opening(Timestamp::MAX), None);
        let _ = office.next_opening(Timestamp::MIN);
    }
}

//! The hours of a week in which nobody is on. A schedule looks whole until somebody adds up the zones, the holidays
//! and the night when the clocks change.

use crate::brand::Brand;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use std::fmt;

/// A stretch of time in which no team is on, in the brand's time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub from: Zoned,
    pub until: Zoned,
}

/// `Sunday 02:00-04:00 nobody is on`
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} nobody is on", stretch(&self.from, &self.until))
    }
}

/// `Sunday 02:00-04:00`, by the clocks of the two.
fn stretch(from: &Zoned, until: &Zoned) -> String {
    let day = |date: Date| day_name(date.weekday());
    let starts = format!("{} {}", day(from.date()), from.strftime("%H:%M"));
    let midnight = until.time() == Time::midnight();
    if until.date() == from.date() {
        format!("{starts}-{}", until.strftime("%H:%M"))
    } else if midnight && from.date().tomorrow().is_ok_and(|next| next == until.date()) {
        format!("{starts}-24:00")
    } else {
        format!("{starts}-{} {}", day(until.date()), until.strftime("%H:%M"))
    }
}

/// A stretch of the week in which no team is on, over a year to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// By the brand's clock: `Sunday 02:00-04:00`.
    pub when: String,
    /// The same by the clocks of the teams' other zones: `America/Los_Angeles` and `Saturday 16:00-18:00`.
    pub elsewhere: Vec<(String, String)>,
    /// The days on which it begins.
    pub dates: Vec<Date>,
}

/// `Sunday 02:00-04:00 nobody is on, every week (America/Los_Angeles: Saturday 16:00-18:00)`
impl fmt::Display for Uncovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} nobody is on, ", self.when)?;
        match self.dates.as_slice() {
            dates if dates.len() == WEEKS => f.write_str("every week")?,
            [first, .., last] if self.dates.len() > DATES_SHOWN => {
                write!(f, "{} times from {first} to {last}", self.dates.len())?;
            }
            dates => write!(f, "on {}", dates.iter().map(Date::to_string).collect::<Vec<_>>().join(", "))?,
        }
        let elsewhere: Vec<String> = self.elsewhere.iter().map(|(zone, when)| format!("{zone}: {when}")).collect();
        if elsewhere.is_empty() { Ok(()) } else { write!(f, " ({})", elsewhere.join(", ")) }
    }
}

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// A year and a day, so that each change of the clocks is in it.
const WEEKS: usize = 53;
/// Up to so many days are told one by one.
const DATES_SHOWN: usize = 4;

impl Brand {
    /// Every stretch of the week in which no team is on, over the 53 weeks from the one that holds this day: those of
    /// every week, and those that only a holiday or a change of the clocks brings. A team whose clock is the customer's
    /// counts by its own zone.
    pub fn coverage(&self, from: Date) -> Vec<Uncovered> {
        let zones = self.other_zones();
        let mut all: Vec<Uncovered> = Vec::new();
        let weeks = (0..).step_by(7).take(WEEKS);
        for gap in
            weeks.filter_map(|days: i64| from.checked_add(days.days()).ok()).flat_map(|week| self.coverage_gaps(week))
        {
            let when = stretch(&gap.from, &gap.until);
            let there = |zone: &(String, TimeZone)| {
                let (from, until) = (gap.from.with_time_zone(zone.1.clone()), gap.until.with_time_zone(zone.1.clone()));
                (zone.0.clone(), stretch(&from, &until))
            };
            let elsewhere: Vec<_> = zones.iter().map(there).collect();
            match all.iter_mut().find(|known| known.when == when && known.elsewhere == elsewhere) {
                Some(known) => known.dates.push(gap.from.date()),
                None => all.push(Uncovered { when, elsewhere, dates: vec![gap.from.date()] }),
            }
        }
        all
    }

    /// The zones of teams that are not the brand's.
    fn other_zones(&self) -> Vec<(String, TimeZone)> {
        let mut zones: Vec<(String, TimeZone)> = Vec::new();
        for zone in self.teams.iter().map(|team| team.hours.zone()).filter(|zone| **zone != self.zone) {
            let name = zone.iana_name().unwrap_or("UTC");
            if !zones.iter().any(|(known, _)| known == name) {
                zones.push((name.to_owned(), zone.clone()));
            }
        }
        zones
    }

    /// The stretches without any team, in the week that holds this day: from Monday 00:00 to the next Monday 00:00 by
    /// the brand's clock, which is 167 or 169 hours when the clocks change. Holidays count.
    pub fn coverage_gaps(&self, week: Date) -> Vec<Gap> {
        let monday = week.checked_sub(i64::from(week.weekday().to_monday_zero_offset()).days());
        let next = monday.clone().and_then(|monday| monday.checked_add(7.days()));
        let start = |date: Date| date.to_zoned(self.zone.clone()).ok().map(|start| start.timestamp());
        let (Some(from), Some(until)) = (monday.ok().and_then(start), next.ok().and_then(start)) else {
            return Vec::new();
        };
        let mut spans: Vec<_> = self.teams.iter().flat_map(|team| team.hours.spans(from, until)).collect();
        spans.sort_unstable();
        let mut gaps = Vec::new();
        let mut covered = from;
        for (start, end) in spans {
            if start > covered {
                gaps.push(self.gap(covered, start));
            }
            covered = covered.max(end);
        }
        if covered < until {
            gaps.push(self.gap(covered, until));
        }
        gaps
    }

    fn gap(&self, from: Timestamp, until: Timestamp) -> Gap {
        Gap { from: from.to_zoned(self.zone.clone()), until: until.to_zoned(self.zone.clone()) }
    }
}

//! The hours of a week in which nobody is on. A schedule looks whole until somebody adds up the zones, the holidays
//! and the night when the clocks change.

use crate::brand::Brand;
use jiff::civil::{Date, Time, Weekday};
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
        let day = |date: Date| day_name(date.weekday());
        write!(f, "{} {}-", day(self.from.date()), self.from.strftime("%H:%M"))?;
        let midnight = self.until.time() == Time::midnight();
        if self.until.date() == self.from.date() {
            write!(f, "{}", self.until.strftime("%H:%M"))?;
        } else if midnight && self.from.date().tomorrow().is_ok_and(|next| next == self.until.date()) {
            f.write_str("24:00")?;
        } else {
            write!(f, "{} {}", day(self.until.date()), self.until.strftime("%H:%M"))?;
        }
        f.write_str(" nobody is on")
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

impl Brand {
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

//! Who is there when, and when nobody is.

use crate::SMALLEST;
use brand::{Brand, Settings};
use jiff::Timestamp;
use jiff::civil::date;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with_teams(zone: &str, teams: &str) -> Brand {
    let yaml = format!(
        "earshot: brand/v1\nbrand: test\nname: Test\ntimezone: {zone}\nholidays: {{country: EE}}\nteams:\n{teams}otherwise: {{team: care}}\n"
    );
    Brand::compile(Settings::parse(&yaml, "f").unwrap_or_else(|problems| panic!("{problems}"))).unwrap()
}

fn gaps(brand: &Brand, week: jiff::civil::Date) -> Vec<String> {
    brand.coverage_gaps(week).iter().map(ToString::to_string).collect()
}

#[test]
fn a_team_is_there_by_its_own_clock() {
    let brand = with_teams(
        "Europe/Tallinn",
        "  care: {name: Care, hours: \"Mo-Fr 09:00-17:00\"}\n  night: {name: Night, hours: \"Mo-Fr 09:00-17:00\", timezone: America/Los_Angeles}\n",
    );
    let noon_in_tallinn = at("2026-06-01T09:00:00Z");
    assert!(brand.team_open("care", noon_in_tallinn));
    assert!(!brand.team_open("night", noon_in_tallinn));
    assert!(!brand.team_open("nobody", noon_in_tallinn));
    assert!(brand.open(noon_in_tallinn));
    assert_eq!(brand.next_opening("night", noon_in_tallinn), Some(at("2026-06-01T16:00:00Z")));
    assert_eq!(brand.next_opening("care", noon_in_tallinn), Some(noon_in_tallinn));
    assert_eq!(brand.next_opening("nobody", noon_in_tallinn), None);
}

#[test]
fn the_hours_of_a_week_when_nobody_is_on() {
    let brand = with_teams(
        "Europe/Tallinn",
        "  care: {name: Care, hours: \"Mo-Sa 00:00-24:00; Su 00:00-02:00, 04:00-24:00\"}\n",
    );
    assert_eq!(gaps(&brand, date(2026, 6, 3)), ["Sunday 02:00-04:00 nobody is on"]);
    let gap = &brand.coverage_gaps(date(2026, 6, 7))[0];
    assert_eq!((gap.from.timestamp(), gap.until.timestamp()), (at("2026-06-06T23:00:00Z"), at("2026-06-07T01:00:00Z")));
}

#[test]
fn teams_in_other_zones_close_the_gap_until_the_clocks_change() {
    // Together a whole day, except in the weeks in which America has summer time and Europe has not.
    let brand = with_teams(
        "Europe/Tallinn",
        "  care: {name: Care, hours: \"Mo-Su 08:00-20:00\"}\n  west: {name: West, hours: \"Mo-Su 13:00-01:00\", timezone: America/New_York}\n",
    );
    assert_eq!(gaps(&brand, date(2026, 6, 3)), Vec::<String>::new());
    assert_eq!(gaps(&brand, date(2026, 2, 3)), Vec::<String>::new());
    let between = gaps(&brand, date(2026, 3, 18));
    assert_eq!(between.len(), 7, "{between:?}");
    assert_eq!(between[0], "Monday 07:00-08:00 nobody is on");
}

#[test]
fn the_night_when_the_clocks_change_is_counted_as_it_is() {
    let brand = with_teams("Europe/Tallinn", "  care: {name: Care, hours: \"Mo-Su 00:00-03:00, 05:00-24:00\"}\n");
    // On 2026-03-29 the hour from 03:00 to 04:00 does not exist: only one hour is uncovered.
    let spring = brand.coverage_gaps(date(2026, 3, 29));
    let sunday = spring.last().unwrap();
    assert_eq!(sunday.until.timestamp().as_second() - sunday.from.timestamp().as_second(), 3_600);
    // On 2026-10-25 it happens twice: three hours.
    let autumn = brand.coverage_gaps(date(2026, 10, 25));
    let sunday = autumn.last().unwrap();
    assert_eq!(sunday.until.timestamp().as_second() - sunday.from.timestamp().as_second(), 3 * 3_600);
    assert_eq!((spring.len(), autumn.len()), (7, 7));
}

#[test]
fn a_week_around_the_clock_has_no_gap_even_when_it_is_longer_or_shorter() {
    let brand = Brand::compile(Settings::parse(SMALLEST, "f").unwrap()).unwrap();
    for week in [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)] {
        assert_eq!(brand.coverage_gaps(week), Vec::new());
    }
}

#[test]
fn nights_weekends_and_holidays_are_named() {
    let brand = with_teams("Europe/Tallinn", "  care: {name: Care, hours: \"Mo-Fr 09:00-18:00; PH off\"}\n");
    assert_eq!(
        gaps(&brand, date(2026, 6, 24)),
        [
            "Monday 00:00-09:00 nobody is on",
            // Tuesday and Wednesday are Estonia's Victory Day and Midsummer.
            "Monday 18:00-Thursday 09:00 nobody is on",
            "Thursday 18:00-Friday 09:00 nobody is on",
            "Friday 18:00-Monday 00:00 nobody is on",
        ]
    );
    let closed = with_teams("UTC", "  care: {name: Care, hours: \"off\"}\n");
    assert_eq!(gaps(&closed, date(2026, 6, 24)), ["Monday 00:00-Monday 00:00 nobody is on"]);
    let evening = with_teams("UTC", "  care: {name: Care, hours: \"Mo-Sa 00:00-24:00; Su 00:00-18:00\"}\n");
    assert_eq!(gaps(&evening, date(2026, 6, 24)), ["Sunday 18:00-24:00 nobody is on"]);
}

#[test]
fn the_ends_of_the_calendar_are_no_crash() {
    let brand = Brand::compile(Settings::parse(SMALLEST, "f").unwrap()).unwrap();
    let _ = brand.coverage_gaps(jiff::civil::Date::MAX);
    let _ = brand.coverage_gaps(jiff::civil::Date::MIN);
}

fn year(brand: &Brand) -> Vec<String> {
    brand.coverage(date(2026, 6, 3)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_year_s_schedule_names_what_is_uncovered_every_week() {
    let brand = with_teams(
        "Europe/Tallinn",
        "  care: {name: Care, hours: \"Mo-Sa 00:00-24:00; Su 00:00-02:00, 04:00-24:00\"}\n",
    );
    // On 2027-03-28 the clocks go from 03:00 to 04:00, on 2026-10-25 from 04:00 back to 03:00: the words stay.
    assert_eq!(year(&brand), ["Sunday 02:00-04:00 nobody is on, every week"]);
    let always = with_teams("UTC", "  care: {name: Care, hours: \"24/7\"}\n");
    assert_eq!(year(&always), Vec::<String>::new());
    let never = with_teams("UTC", "  care: {name: Care, hours: \"24/7 off\"}\n");
    assert_eq!(year(&never), ["Monday 00:00-Monday 00:00 nobody is on, every week"]);
}

#[test]
fn a_year_s_schedule_finds_holidays_and_the_weeks_between_two_changes_of_the_clocks() {
    let holiday = with_teams("Europe/Tallinn", "  care: {name: Care, hours: \"24/7; Dec 24 08:00-24:00\"}\n");
    assert_eq!(year(&holiday), ["Thursday 00:00-08:00 nobody is on, on 2026-12-24"]);
    // Europe and America change their clocks in different weeks; between, an hour of every working day is bare.
    let brand = with_teams(
        "Europe/Tallinn",
        "  care: {name: Care, hours: \"Mo-Su 08:00-20:00\"}\n  night: {name: Night, hours: \"Mo-Su 13:00-25:00\", timezone: America/New_York}\n",
    );
    let all = year(&brand);
    assert_eq!(all.len(), 8, "{all:#?}");
    assert_eq!(
        all[1],
        "Monday 07:00-08:00 nobody is on, on 2026-10-26, 2027-03-15, 2027-03-22 (America/New_York: Monday 01:00-02:00)"
    );
    let back = "Sunday 07:00-08:00 nobody is on, on 2026-11-01 (America/New_York: Sunday 01:00-01:00)";
    assert_eq!(all[7], back, "the hour that New York has twice");
    let monday = &brand.coverage(date(2026, 6, 3))[1];
    assert_eq!(monday.dates[0], date(2026, 10, 26));
}

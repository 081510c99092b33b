//! When a whole region writes at once: what is read, when it begins and when it is over.

use crate::world::*;
use conversation::surge::{DEVIATIONS, Stream, SurgeDetected, Threshold};
use conversation::{CustomerId, IncidentId};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;

const WINDOW: i64 = 30;
const BASELINE: i64 = 24 * 60;
const QUIET: i64 = 60;

fn threshold() -> Threshold {
    Threshold {
        window: SignedDuration::from_mins(WINDOW),
        at_least: 15,
        ratio: 4.0,
        quiet: SignedDuration::from_mins(QUIET),
        baseline: SignedDuration::from_mins(BASELINE),
    }
}

fn author(n: u32) -> CustomerId {
    CustomerId::of(&brand(), &network(), &format!("author {n}"))
}

fn second(seconds: i64) -> Timestamp {
    minute(0).checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// What routing writes when a surge begins now, folded in; false when none does.
fn detect(stream: &mut Stream, now: Timestamp) -> bool {
    let threshold = threshold();
    let reading = stream.read(now, &threshold).filter(|reading| stream.begins(reading, &threshold));
    assert_eq!(stream.beginning(now, &threshold), reading, "what is asked with every post says the same");
    let Some(reading) = reading else { return false };
    let fact = SurgeDetected {
        incident: IncidentId::of(&brand(), "north", "grid.outage", reading.first_post_at),
        region: "north".into(),
        topic: "grid.outage".into(),
        first_post_at: reading.first_post_at,
        seen: reading.seen,
        window_seconds: threshold.window.as_secs() as u32,
        expected: reading.expected,
        settings_version: "s1".into(),
    };
    stream.begin(&fact, now);
    true
}

/// A day of about two posts an hour, of somebody else each time. It ends in minute 0.
fn quiet_day() -> Stream {
    let mut stream = Stream::default();
    for n in 0..48_u32 {
        // Not like clockwork.
        let at = second(i64::from(n) * 1_800 - 24 * 3_600 + i64::from(n * 7 % 13) * 60);
        stream.add(at, author(1_000 + n), &threshold());
        assert!(n < 2 || !detect(&mut stream, at), "post {n} of a quiet day");
    }
    stream
}

/// After the quiet day, a customer every fifteen seconds from minute 10 to minute 40; detected as it comes in.
fn outage() -> (Stream, u32) {
    let (mut stream, mut detected_at) = (quiet_day(), None);
    for n in 0..120_u32 {
        let at = second(600 + i64::from(n) * 15);
        stream.add(at, author(n), &threshold());
        if detect(&mut stream, at) {
            assert_eq!(detected_at.replace(n + 1), None, "one incident");
        }
    }
    (stream, detected_at.expect("120 customers in half an hour are a surge"))
}

/// The last minute, from `from` on, in which the surge is still on.
fn ends_in(stream: &Stream, from: i64) -> i64 {
    (from..from + 1_000).find(|at| stream.ends(minute(*at), &threshold())).expect("it ends")
}

#[test]
fn a_burst_after_a_quiet_day_is_recognised_within_forty_posts() {
    let (stream, posts) = outage();
    assert!(posts <= 40, "recognised at post {posts}");
    let surge = stream.surge.as_ref().expect("it is on");
    assert_eq!((surge.first_post_at, surge.posts), (second(600), 120), "all of the outage, and nothing before it");
    assert_eq!(surge.last_post_at, second(600 + 119 * 15));
}

#[test]
fn fewer_than_the_least_are_none_however_quiet_it_was() {
    let mut stream = quiet_day();
    for n in 0..13 {
        let at = second(600 + n * 15);
        stream.add(at, author(n as u32), &threshold());
        assert!(!detect(&mut stream, at), "post {n}");
    }
}

#[test]
fn one_who_writes_a_hundred_times_is_no_surge() {
    let mut stream = quiet_day();
    for n in 0..100 {
        let at = second(600 + n * 10);
        stream.add(at, author(1), &threshold());
        assert!(!detect(&mut stream, at), "post {n}");
    }
    assert!(stream.read(minute(25), &threshold()).unwrap().seen <= 3);
}

#[test]
fn a_steady_busy_stream_is_no_surge() {
    let mut stream = Stream::watched_since(minute(0));
    let mut row = 1_u64;
    let mut at = 0;
    // About forty an hour for two days, unevenly.
    for n in 0..1_920_u32 {
        row = row.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        at += 20 + (row >> 33) as i64 % 140;
        stream.add(second(at), author(n), &threshold());
        assert!(!detect(&mut stream, second(at)), "post {n}");
    }
    let reading = stream.read(second(at), &threshold()).unwrap();
    assert!(reading.seen >= threshold().at_least && reading.expected > 15.0, "it is busy: {reading:?}");
}

#[test]
fn a_young_stream_has_a_past_only_if_it_was_watched() {
    let burst = |mut stream: Stream, from: i64| {
        (0..20_u32).any(|n| {
            let at = second(from * 60 + i64::from(n) * 15);
            stream.add(at, author(n), &threshold());
            detect(&mut stream, at)
        })
    };
    assert!(burst(Stream::default(), 0), "nothing is known but the posts themselves");
    assert!(burst(Stream::watched_since(minute(-600)), 0), "ten hours of silence");
    assert!(!burst(Stream::watched_since(minute(0)), 5), "who watches since five minutes knows nothing of the past");
}

#[test]
fn it_begins_when_all_three_hold() {
    let stream = Stream::default();
    let reading = |seen: u32, expected: f64| conversation::surge::Reading { seen, expected, first_post_at: minute(0) };
    let begins = |seen, expected| stream.begins(&reading(seen, expected), &threshold());
    assert!(begins(15, 0.0) && !begins(14, 0.0), "at least so many");
    assert!(begins(40, 10.0) && !begins(39, 10.0), "so many times the usual");
    let loose = Threshold { ratio: 1.0, ..threshold() };
    // Four standard deviations of a hundred are forty.
    assert_eq!(DEVIATIONS, 4.0);
    assert!(stream.begins(&reading(140, 100.0), &loose) && !stream.begins(&reading(139, 100.0), &loose));
}

#[test]
fn while_one_is_on_no_other_begins() {
    let (mut stream, _) = outage();
    assert!(!detect(&mut stream, minute(40)));
    let incident = stream.surge.as_ref().unwrap().incident;
    stream.end(IncidentId::of(&brand(), "south", "grid.outage", minute(0)));
    assert!(stream.surge.is_some(), "another one ended");
    stream.end(incident);
    assert_eq!(stream.surge, None);
    assert_eq!((stream.ends_at(&threshold()), stream.ends(minute(900), &threshold())), (None, false));
}

#[test]
fn it_is_over_when_it_has_been_quiet_for_so_long() {
    let (stream, _) = outage();
    // The window is less than half full once the last but so many has left it, half an hour after he wrote.
    let half = i64::from(stream.surge.as_ref().unwrap().began_with.div_ceil(2));
    let loud_until = second(600 + (120 - half) * 15 + WINDOW * 60);
    assert_eq!(stream.surge.as_ref().unwrap().loud_until, loud_until);
    let over = loud_until.checked_add(threshold().quiet).unwrap();
    assert_eq!(stream.ends_at(&threshold()), Some(over));
    assert!(stream.ends(over, &threshold()));
    assert!(!stream.ends(over.checked_sub(SignedDuration::from_nanos(1)).unwrap(), &threshold()));
}

#[test]
fn it_begins_with_a_post_and_not_with_the_silence_after_it() {
    let mut stream = quiet_day();
    for n in 0..15_u32 {
        stream.add(second(600 + i64::from(n) * 15), author(n), &threshold());
    }
    let newest = second(600 + 14 * 15);
    let found = stream.beginning(newest, &threshold());
    assert!(found.is_some());
    // Whoever comes back after a crash reads what he would have read.
    let later = |minutes: i64| newest.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    assert_eq!(stream.beginning(later(WINDOW - 1), &threshold()), found);
    assert_eq!(stream.beginning(later(WINDOW), &threshold()), None, "by then it is history");
}

#[test]
fn what_an_ended_one_counted_begins_no_other() {
    let (mut stream, _) = outage();
    let incident = stream.surge.as_ref().unwrap().incident;
    let generous = Threshold { at_least: 3, ratio: 1.0, ..threshold() };
    stream.end(incident);
    assert_eq!(stream.beginning(minute(41), &generous), None);
    let mut begun = None;
    for n in 0..60_u32 {
        let at = minute(42).checked_add(SignedDuration::from_secs(i64::from(n) * 5)).unwrap();
        stream.add(at, author(9_000 + n), &generous);
        begun = begun.or_else(|| stream.beginning(at, &generous));
    }
    let begun = begun.expect("a second wave is a surge of its own");
    assert_eq!(begun.first_post_at, minute(42));
}

#[test]
fn the_usual_trickle_after_it_does_not_keep_it_on() {
    let (mut stream, _) = outage();
    let silent = ends_in(&stream, 40);
    for n in 0..20_u32 {
        stream.add(minute(45 + i64::from(n) * 30), author(2_000 + n), &threshold());
    }
    // One of them may be the last that half a window needs, and no more.
    assert!(ends_in(&stream, 40) <= silent + 1, "two an hour are far from half of what began it");
}

#[test]
fn it_stays_on_while_many_write() {
    let (mut stream, _) = outage();
    // Ten customers a window, to minute 217.
    for n in 0..60_u32 {
        stream.add(minute(40 + i64::from(n) * 3), author(3_000 + n), &threshold());
    }
    // It began with fifteen, of which eight are half: the eighth last leaves the window in minute 226.
    assert_eq!(ends_in(&stream, 40), 226 + QUIET);
}

#[test]
fn the_same_few_who_write_on_do_not_keep_it_on() {
    let (mut stream, _) = outage();
    let silent = ends_in(&stream, 40);
    for n in 0..300_u32 {
        stream.add(second(2_400 + i64::from(n) * 60), author(4_000 + n % 3), &threshold());
    }
    assert!(ends_in(&stream, 40) <= silent + 30, "three customers are three customers");
}

#[test]
fn a_post_that_comes_late_is_put_where_it_belongs() {
    let (mut stream, _) = outage();
    let before = stream.surge.clone().unwrap();
    // From before the surge: it is none of it. From within: it is, and keeps nothing on.
    stream.add(minute(-60), author(5_000), &threshold());
    assert_eq!(stream.surge.as_ref().unwrap().posts, before.posts);
    stream.add(minute(20), author(5_001), &threshold());
    let after = stream.surge.clone().unwrap();
    assert_eq!((after.posts, after.last_post_at), (before.posts + 1, before.last_post_at));
    assert_eq!(after.loud_until, before.loud_until);
    assert_eq!(stream.read(minute(25), &threshold()).unwrap().seen, 62, "61 of the outage and the late one");
}

#[test]
fn a_stream_reads_back_as_it_was_written() {
    let (stream, _) = outage();
    let bytes = postcard::to_stdvec(&stream).unwrap();
    assert_eq!(postcard::from_bytes::<Stream>(&bytes).unwrap(), stream);
}

/// How full a window is that ends at this instant, counted one by one.
fn customers(posts: &[(i64, u32)], now: i64) -> usize {
    let within = posts.iter().filter(|(at, _)| *at > now - WINDOW && *at <= now);
    within.map(|(_, who)| who).collect::<BTreeSet<_>>().len()
}

proptest! {
    #[test]
    fn a_reading_is_a_plain_count(
        posts in prop::collection::vec((0..3_000_i64, 0..12_u32), 1..80), ahead in -200..2_000_i64, watched in prop::option::of(-500..500_i64),
    ) {
        let mut stream = watched.map_or_else(Stream::default, |at| Stream::watched_since(minute(at)));
        posts.iter().for_each(|(at, who)| stream.add(minute(*at), author(*who), &threshold()));
        let newest = posts.iter().map(|(at, _)| *at).max().unwrap();
        let first = posts.iter().map(|(at, _)| *at).min().unwrap();
        let now = newest + ahead;
        let from = now - WINDOW;
        let kept = newest - BASELINE - WINDOW;
        let window: Vec<i64> = posts.iter().map(|(at, _)| *at).filter(|at| *at >= kept && *at > from && *at <= now).collect();
        let since = watched.unwrap_or(first).max(from - BASELINE).max(kept);
        let windows = (from - since).max(0) as f64 / WINDOW as f64;
        let reading = stream.read(minute(now), &threshold());
        if window.is_empty() || (windows < 1.0 && watched.is_some()) {
            prop_assert_eq!(reading, None);
            return Ok(());
        }
        let reading = reading.expect("somebody wrote within the window");
        prop_assert_eq!(reading.seen as usize, customers(&posts, now));
        prop_assert_eq!(reading.first_post_at, minute(*window.iter().min().unwrap()));
        let before = posts.iter().filter(|(at, _)| *at >= since && *at <= from).count();
        let expected = if windows < 1.0 { 0.0 } else { before as f64 / windows };
        prop_assert!((reading.expected - expected).abs() < 1e-9, "{} instead of {}", reading.expected, expected);
    }

    /// Up to when it was loud is what one finds who looks at every minute.
    #[test]
    fn loud_until_is_when_the_window_last_held_half(posts in prop::collection::vec((0..300_i64, 0..30_u32), 0..120)) {
        let mut stream = Stream::default();
        let opening: Vec<(i64, u32)> = (0..20).map(|n| (0, n)).collect();
        opening.iter().for_each(|(at, who)| stream.add(minute(*at), author(*who), &threshold()));
        prop_assert!(detect(&mut stream, minute(0)));
        posts.iter().for_each(|(at, who)| stream.add(minute(*at), author(*who), &threshold()));
        let all = [opening, posts].concat();
        // A post of minute 0 is out of the window of minute 30: the first minute that is not loud any more is the end.
        let last_loud = (0..=340).rev().find(|now| customers(&all, *now) >= 10).expect("it began");
        prop_assert_eq!(stream.surge.as_ref().unwrap().loud_until, minute(last_loud + 1));
    }
}

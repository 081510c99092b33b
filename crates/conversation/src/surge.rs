//! When a whole region writes at once: the facts of a surge, and how one is recognised.
//!
//! The method is a rate test on a sliding window, for each region and topic by itself. The number of customers who wrote
//! within the window is held against what such a window has held in the hours before (the mean of the baseline, the window
//! itself left out; there posts are counted and not customers, which asks a little more where people write often). A surge is on when three things hold: at least `at_least` customers, at least `ratio` times the
//! expected number, and more than the expected number by [`DEVIATIONS`] standard deviations of a Poisson count, so that a
//! quiet topic does not cry wolf over a handful of posts. It is over when the window has held less than half of the customers
//! that began it for `quiet`. A customer counts once a window, however often he writes.

use crate::Decision;
use crate::fact::Fact;
use crate::ids::{CustomerId, IncidentId};
use crate::rising::{Flag, FlagRaised};
use crate::state::Conversation;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// More posts of a region about a matter than its own past hours explain.
#[derive(Debug, Clone, PartialEq)]
pub struct SurgeDetected {
    pub incident: IncidentId,
    pub region: String,
    pub topic: String,
    /// The oldest post of the window that showed it.
    pub first_post_at: Timestamp,
    /// Customers in that window.
    pub seen: u32,
    pub window_seconds: u32,
    /// How many such a window has had in the hours before.
    pub expected: f64,
    pub settings_version: String,
}

/// It is over.
#[derive(Debug, Clone, PartialEq)]
pub struct SurgeEnded {
    pub incident: IncidentId,
    /// Posts from the first to the last.
    pub posts: u32,
    pub last_post_at: Timestamp,
}

/// On a conversation: it is part of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentJoined {
    pub incident: IncidentId,
}

/// How many standard deviations of a Poisson count above the expected number a window must be.
pub const DEVIATIONS: f64 = 4.0;

/// From when on a surge is one, as a brand sets it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    pub window: SignedDuration,
    pub at_least: u32,
    pub ratio: f64,
    /// How long it must have been quiet to be over.
    pub quiet: SignedDuration,
    /// How much of the past is the measure of what is usual.
    pub baseline: SignedDuration,
}

/// One region's posts about one topic, as far back as the baseline goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stream {
    /// In order of time.
    posts: VecDeque<(Timestamp, CustomerId)>,
    /// Since when this stream is watched, as [`Stream::watched_since`] says it.
    watched_since: Option<Timestamp>,
    /// The oldest post ever taken in.
    first_post_at: Option<Timestamp>,
    /// The surge that is on.
    pub surge: Option<Running>,
    /// The newest post when the last surge ended. Those up to it were that one's, and begin no other.
    ended_with: Option<Timestamp>,
}

/// A surge that is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub incident: IncidentId,
    pub detected_at: Timestamp,
    /// Customers in the window when it began.
    pub began_with: u32,
    /// The oldest post of that window.
    pub first_post_at: Timestamp,
    /// Posts since then.
    pub posts: u32,
    pub last_post_at: Timestamp,
    /// Up to when the window has held at least half of the customers that it began with.
    pub loud_until: Timestamp,
}

/// What a stream says of itself now.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub seen: u32,
    pub expected: f64,
    pub first_post_at: Timestamp,
}

/// A window before its customers are counted.
struct Usual {
    /// Where its posts stand.
    window: Range<usize>,
    posts: u32,
    expected: f64,
    first_post_at: Timestamp,
}

/// The streams of a brand, by region and topic.
pub type Streams = BTreeMap<(Box<str>, Box<str>), Stream>;

impl Stream {
    /// A stream that is known to have been watched since then, with or without posts: its silence is a past too, and while
    /// that is shorter than a window nothing is read. A default stream knows no more than its posts; its first one begins it.
    pub fn watched_since(at: Timestamp) -> Stream {
        Stream { watched_since: Some(at), ..Stream::default() }
    }

    /// Takes in a post. Posts that come late are put where they belong.
    pub fn add(&mut self, at: Timestamp, customer: CustomerId, threshold: &Threshold) {
        self.first_post_at = Some(self.first_post_at.map_or(at, |first| first.min(at)));
        let place = self.posts.iter().rposition(|(known, _)| *known <= at).map_or(0, |place| place + 1);
        self.posts.insert(place, (at, customer));
        let oldest = self.kept_since(threshold);
        while self.posts.front().is_some_and(|(at, _)| *at < oldest) {
            self.posts.pop_front();
        }
        let Some(mut running) = self.surge.take() else { return };
        running.posts += u32::from(at >= running.first_post_at);
        running.last_post_at = running.last_post_at.max(at);
        running.loud_until = self.loud_until(&running, threshold.window);
        self.surge = Some(running);
    }

    /// Posts from before this time are dropped: no window that ends with the newest one looks back so far.
    fn kept_since(&self, threshold: &Threshold) -> Timestamp {
        let newest = self.posts.back().map_or(Timestamp::MIN, |(at, _)| *at);
        newest.checked_sub(threshold.baseline + threshold.window).unwrap_or(Timestamp::MIN)
    }

    /// The window that ends now, beside what is usual.
    pub fn read(&self, now: Timestamp, threshold: &Threshold) -> Option<Reading> {
        self.usual(now, threshold).map(|usual| self.counted(&usual))
    }

    fn counted(&self, usual: &Usual) -> Reading {
        let customers = self.posts.range(usual.window.clone()).map(|(_, customer)| *customer);
        Reading { seen: distinct(customers), expected: usual.expected, first_post_at: usual.first_post_at }
    }

    fn usual(&self, now: Timestamp, threshold: &Threshold) -> Option<Usual> {
        let from = now.checked_sub(threshold.window).unwrap_or(Timestamp::MIN);
        let begin = self.posts.partition_point(|(at, _)| *at <= from);
        let own = begin.max(self.ended_with.map_or(0, |last| self.posts.partition_point(|(at, _)| *at <= last)));
        let end = self.posts.partition_point(|(at, _)| *at <= now);
        let first_post_at = self.posts.get(own).filter(|_| own < end)?.0;
        let baseline = from.checked_sub(threshold.baseline).unwrap_or(Timestamp::MIN);
        let since = self.watched_since.or(self.first_post_at)?.max(baseline).max(self.kept_since(threshold));
        let past = from.duration_since(since).as_secs_f64().max(0.0);
        let windows = past / threshold.window.as_secs_f64().max(1.0);
        if windows < 1.0 && self.watched_since.is_some() {
            return None;
        }
        let before = begin.saturating_sub(self.posts.partition_point(|(at, _)| *at < since));
        // With less than one window of past, the window itself is all there is to know, and nothing is expected.
        let expected = if windows < 1.0 { 0.0 } else { before as f64 / windows };
        let posts = u32::try_from(end - own).unwrap_or(u32::MAX);
        Some(Usual { window: own..end, posts, expected, first_post_at })
    }

    /// What the window that ends with the newest post holds, when a surge begins with it. A surge begins with a post and not with
    /// silence after it, so whoever asks later, or after a crash, reads the same; only what is older than a window begins none.
    /// It is asked with every post, so it counts the customers only when the posts alone would be enough: a busy day costs no
    /// more than a quiet one.
    pub fn beginning(&self, now: Timestamp, threshold: &Threshold) -> Option<Reading> {
        let newest = self.posts.back()?.0.min(now);
        let usual = self.usual(newest, threshold).filter(|_| now.duration_since(newest) < threshold.window)?;
        let at_most = Reading { seen: usual.posts, expected: usual.expected, first_post_at: usual.first_post_at };
        let reading = self.begins(&at_most, threshold).then(|| self.counted(&usual))?;
        self.begins(&reading, threshold).then_some(reading)
    }

    /// Whether a surge begins with what was read.
    pub fn begins(&self, reading: &Reading, threshold: &Threshold) -> bool {
        let seen = f64::from(reading.seen);
        self.surge.is_none()
            && reading.seen >= threshold.at_least
            && seen >= threshold.ratio * reading.expected
            && seen >= reading.expected + DEVIATIONS * reading.expected.sqrt()
    }

    /// Whether the surge that is on is over at this instant.
    pub fn ends(&self, now: Timestamp, threshold: &Threshold) -> bool {
        self.surge.as_ref().is_some_and(|running| now.duration_since(running.loud_until) >= threshold.quiet)
    }

    /// When to look again whether it is over; none while no surge is on.
    pub fn ends_at(&self, threshold: &Threshold) -> Option<Timestamp> {
        self.surge.as_ref()?.loud_until.checked_add(threshold.quiet).ok()
    }

    /// When the window last comes to hold less than half of the customers that the surge began with, as far as is known. A
    /// window is fullest just before its oldest post leaves it, so it is enough to look at those instants, from the newest
    /// back to what is known already.
    fn loud_until(&self, running: &Running, window: SignedDuration) -> Timestamp {
        let half = running.began_with.div_ceil(2).max(1) as usize;
        let mut inside: BTreeMap<CustomerId, u32> = BTreeMap::new();
        let mut end = self.posts.len();
        for (oldest, customer) in self.posts.iter().rev() {
            let leaves = oldest.checked_add(window).unwrap_or(Timestamp::MAX);
            if leaves <= running.loud_until {
                break;
            }
            *inside.entry(*customer).or_default() += 1;
            while let Some((_, later)) = end.checked_sub(1).map(|at| self.posts[at]).filter(|(at, _)| *at >= leaves) {
                end -= 1;
                match inside.get_mut(&later) {
                    Some(count) if *count > 1 => *count -= 1,
                    _ => drop(inside.remove(&later)),
                }
            }
            if inside.len() >= half {
                return leaves;
            }
        }
        running.loud_until
    }

    /// Who wrote from an instant on, each once.
    pub fn customers_since(&self, since: Timestamp) -> Vec<CustomerId> {
        let begin = self.posts.partition_point(|(at, _)| *at < since);
        let mut customers: Vec<CustomerId> = self.posts.range(begin..).map(|(_, customer)| *customer).collect();
        customers.sort_unstable();
        customers.dedup();
        customers
    }

    /// Folds the beginning of a surge.
    pub fn begin(&mut self, fact: &SurgeDetected, at: Timestamp) {
        let before = self.posts.partition_point(|(known, _)| *known < fact.first_post_at);
        let posts = u32::try_from(self.posts.len() - before).unwrap_or(u32::MAX);
        let mut running = Running {
            incident: fact.incident,
            detected_at: at,
            began_with: fact.seen,
            first_post_at: fact.first_post_at,
            // Whoever did not see the posts has the fact's word for them.
            posts: posts.max(fact.seen),
            last_post_at: self.posts.back().map_or(at, |(newest, _)| *newest),
            loud_until: at,
        };
        running.loud_until = self.loud_until(&running, SignedDuration::from_secs(i64::from(fact.window_seconds)));
        self.surge = Some(running);
    }

    /// Folds the end of a surge.
    pub fn end(&mut self, incident: IncidentId) {
        if self.surge.as_ref().is_some_and(|running| running.incident == incident) {
            self.surge = None;
            self.ended_with = self.posts.back().map(|(newest, _)| *newest);
        }
    }
}

pub(crate) fn join(state: &Conversation, incident: IncidentId) -> Decision {
    state.must_be_open()?;
    if state.incident == Some(incident) {
        return Ok(Vec::new());
    }
    let mut facts = vec![Fact::from(IncidentJoined { incident })];
    if !state.has_flag(Flag::Surge) {
        let reason = "incident".into();
        let settings_version = state.settings_version.to_string();
        facts.push(Fact::from(FlagRaised {
            flag: Flag::Surge,
            reason,
            measured: 0.0,
            threshold: 0.0,
            settings_version,
        }));
    }
    Ok(facts)
}

fn distinct(customers: impl Iterator<Item = CustomerId>) -> u32 {
    let mut all: Vec<CustomerId> = customers.collect();
    all.sort_unstable();
    all.dedup();
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

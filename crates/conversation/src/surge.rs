//! When a whole region writes at once: the facts of a surge, and how one is recognised.
//!
//! The method is a rate test on a sliding window, for each region and topic by itself. The number of customers who wrote
//! within the window is held against what such a window has held in the hours before (the mean of the baseline, the window
//! itself left out). A surge is on when three things hold: at least `at_least` customers, at least `ratio` times the
//! expected number, and more than the expected number by [`DEVIATIONS`] standard deviations of a Poisson count, so that a
//! quiet topic does not cry wolf over a handful of posts. It is over when the window has held less than half of what began
//! it for `quiet`. A customer counts once a window, however often he writes.

use crate::Decision;
use crate::fact::Fact;
use crate::ids::{CustomerId, IncidentId, PostKey};
use crate::rising::{Flag, FlagRaised};
use crate::state::Conversation;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

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
    /// When each post was posted, by whom, and which one: in order.
    posts: VecDeque<(Timestamp, CustomerId, PostKey)>,
    /// Since when this stream is watched: a young one has no past to compare with.
    since: Option<Timestamp>,
    /// The surge that is on.
    pub surge: Option<Running>,
}

/// A surge that is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub incident: IncidentId,
    /// The oldest post of the window that showed it.
    pub first_post_at: Timestamp,
    pub detected_at: Timestamp,
    /// Customers in the window when it began.
    pub began_with: u32,
    pub posts: u32,
    pub last_post_at: Timestamp,
    /// The last instant at which the window was at least half full.
    pub loud_until: Timestamp,
}

/// What a stream says of itself now.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub seen: u32,
    pub expected: f64,
    pub first_post_at: Timestamp,
}

/// The streams of a brand, by region and topic.
pub type Streams = BTreeMap<(Box<str>, Box<str>), Stream>;

impl Stream {
    /// Takes in a post. One that comes late is put where it belongs, one that comes again changes nothing.
    pub fn add(&mut self, at: Timestamp, customer: CustomerId, post: PostKey, threshold: &Threshold) {
        let new = (at, customer, post);
        // Nearly always the newest; so look from the end.
        let place = self.posts.iter().rposition(|known| *known <= new).map_or(0, |place| place + 1);
        if place.checked_sub(1).and_then(|before| self.posts.get(before)) == Some(&new) {
            return;
        }
        self.since = Some(self.since.map_or(at, |since| since.min(at)));
        self.posts.insert(place, new);
        if let Some(running) = &mut self.surge {
            running.posts += 1;
            running.last_post_at = running.last_post_at.max(at);
        }
        let newest = self.posts.back().map_or(at, |(at, ..)| *at);
        let oldest = newest.checked_sub(threshold.baseline + threshold.window).unwrap_or(Timestamp::MIN);
        while self.posts.front().is_some_and(|(at, ..)| *at < oldest) {
            self.posts.pop_front();
        }
    }

    /// The window that ends now, beside what is usual.
    pub fn read(&self, now: Timestamp, threshold: &Threshold) -> Option<Reading> {
        let from = now.checked_sub(threshold.window).unwrap_or(Timestamp::MIN);
        let begin = self.posts.partition_point(|(at, ..)| *at <= from);
        let end = self.posts.partition_point(|(at, ..)| *at <= now);
        let first_post_at = self.posts.range(begin..end).next()?.0;
        let seen = distinct(self.posts.range(begin..end).map(|(_, customer, _)| *customer));
        let since = self.since?.max(from.checked_sub(threshold.baseline).unwrap_or(Timestamp::MIN));
        let past = from.duration_since(since).as_secs_f64().max(0.0);
        let windows = past / threshold.window.as_secs_f64().max(1.0);
        // With less than one window of past, the window itself is all there is to know, and nothing is expected.
        let expected = if windows < 1.0 { 0.0 } else { begin as f64 / windows };
        Some(Reading { seen, expected, first_post_at })
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
        self.surge
            .as_ref()
            .is_some_and(|running| now.duration_since(self.loud_until(running, threshold)) >= threshold.quiet)
    }

    /// When to look again whether it is over; none while no surge is on.
    pub fn ends_at(&self, threshold: &Threshold) -> Option<Timestamp> {
        let running = self.surge.as_ref()?;
        self.loud_until(running, threshold).checked_add(threshold.quiet).ok()
    }

    /// The last instant at which the window held at least half of what the surge began with.
    fn loud_until(&self, running: &Running, threshold: &Threshold) -> Timestamp {
        let half = (running.began_with / 2).max(1) as usize;
        let newest = self.posts.len();
        let Some(nth) = newest.checked_sub(half).and_then(|at| self.posts.get(at)) else { return running.loud_until };
        nth.0.checked_add(threshold.window).unwrap_or(Timestamp::MAX).min(running.last_post_at.max(running.loud_until))
    }

    /// Who wrote from an instant on, each once.
    pub fn customers_since(&self, since: Timestamp) -> Vec<CustomerId> {
        let begin = self.posts.partition_point(|(at, ..)| *at < since);
        let mut customers: Vec<CustomerId> = self.posts.range(begin..).map(|(_, customer, _)| *customer).collect();
        customers.sort_unstable();
        customers.dedup();
        customers
    }

    /// Folds the beginning of a surge.
    pub fn begin(&mut self, fact: &SurgeDetected, at: Timestamp) {
        let running = Running {
            incident: fact.incident,
            first_post_at: fact.first_post_at,
            detected_at: at,
            began_with: fact.seen,
            posts: fact.seen,
            last_post_at: at,
            loud_until: at,
        };
        self.surge = Some(running);
    }

    /// Folds the end of a surge.
    pub fn end(&mut self, incident: IncidentId) {
        if self.surge.as_ref().is_some_and(|running| running.incident == incident) {
            self.surge = None;
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

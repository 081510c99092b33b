//! How soon a surge is recognised, and how often one is cried on ordinary days: real posts of customers with their times, each
//! classified by the shipped model, watched by the method of `conversation::surge` with the thresholds of a brand that sets none.
//!
//! `cargo run --release -p earshot-scenario --example surges -- FILE [QUIET_FROM QUIET_TO]`: FILE is a set of posts as JSON lines, gzipped,
//! with `ts`, `text` and `labels.brand`; the dates bound the days that count as quiet, the second one excluded. A stream is a
//! brand's posts of one topic. Two things are printed: every surge of the file, with the alarms of the quiet days; and after how many
//! posts of a burst it is recognised, when 120 customers in 30 minutes are added to each stream at each full hour of the
//! quiet days, one burst at a time.

use classifier::model::Model;
use conversation::surge::{Stream, SurgeDetected, Threshold};
use conversation::{BrandId, CustomerId, IncidentId, Network};
use flate2::read::MultiGzDecoder;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

const BURST_POSTS: i32 = 120;
const BURST_LASTS: SignedDuration = SignedDuration::from_mins(30);
const SOON: usize = 40;

/// Brand and topic.
type Key = (String, String);
/// In order of time.
type Posts = Vec<(Timestamp, CustomerId)>;

/// What is watched, from when on, and which of it is quiet.
struct Watched {
    streams: BTreeMap<Key, Posts>,
    since: Timestamp,
    quiet: std::ops::Range<Timestamp>,
    threshold: Threshold,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = arguments.first() else {
        eprintln!(
            "usage: surges FILE [QUIET_FROM QUIET_TO]: a set of posts with times, and the quiet days as YYYY-MM-DD"
        );
        std::process::exit(2);
    };
    let day = |at: usize| arguments.get(at).map(|text| midnight(text.parse().expect("a date as YYYY-MM-DD")));
    let streams = read(file);
    let times = || streams.values().flatten().map(|(at, _)| *at);
    let since = times().min().expect("the file has posts with times");
    let last = times().max().expect("the file has posts with times");
    let quiet = day(1).unwrap_or(since)..day(2).unwrap_or(last);
    let threshold = routing::threshold(&brand::Surges::default());
    let watched = Watched { streams, since, quiet, threshold };
    watched.on_its_own();
    watched.with_bursts();
}

impl Watched {
    fn on_its_own(&self) {
        let mut quiet = 0;
        for ((brand, topic), posts) in &self.streams {
            for (at, reading) in self.alarms(posts) {
                let what = format!("{brand} / {topic}");
                println!("{at}  {what:<40} {} customers, {:.1} expected", reading.0, reading.1);
                quiet += usize::from(self.quiet.contains(&at));
            }
        }
        let brands = self.streams.keys().map(|(brand, _)| brand).collect::<BTreeSet<_>>().len();
        let brand_days = self.quiet.end.duration_since(self.quiet.start).as_secs_f64() / 86_400.0 * brands as f64;
        println!(
            "{} posts in {} streams of {brands} brands; quiet from {} to {}: {quiet} alarms in {brand_days:.0} brand-days, {:.2} each",
            self.streams.values().map(Vec::len).sum::<usize>(),
            self.streams.len(),
            self.quiet.start,
            self.quiet.end,
            quiet as f64 / brand_days
        );
    }

    fn with_bursts(&self) {
        let (mut needed, mut missed) = (Vec::new(), 0);
        for posts in self.streams.values() {
            let mut begins = self.quiet.start;
            while begins < self.quiet.end {
                match self.recognised_after(posts, begins) {
                    Some(count) => needed.push(count),
                    None => missed += 1,
                }
                begins += SignedDuration::from_hours(1);
            }
        }
        needed.sort_unstable();
        let at = |share: f64| needed.get((needed.len() as f64 * share) as usize).copied().unwrap_or(0);
        println!(
            "{} bursts of {BURST_POSTS} customers: {} recognised within {SOON} posts, {} later, {missed} not; posts until recognised: \
             median {}, p90 {}, p99 {}, most {}",
            needed.len() + missed,
            needed.iter().filter(|count| **count <= SOON).count(),
            needed.iter().filter(|count| **count > SOON).count(),
            at(0.5),
            at(0.9),
            at(0.99),
            needed.last().copied().unwrap_or(0)
        );
    }

    /// How many posts of a burst that begins at this instant were there when a surge was recognised.
    fn recognised_after(&self, posts: &Posts, begins: Timestamp) -> Option<usize> {
        let burst = (0..BURST_POSTS).map(|n| (begins + BURST_LASTS * n / BURST_POSTS, customer(&format!("burst {n}"))));
        let burst: Posts = burst.collect();
        let until = begins + BURST_LASTS;
        let mut all: Posts =
            posts.iter().filter(|(at, _)| *at <= until).copied().chain(burst.iter().copied()).collect();
        all.sort_unstable();
        // A surge that is on already takes the burst in; that one is recognised at once.
        let (at, _) = self.alarms(&all).into_iter().rev().find(|(at, _)| *at + self.threshold.quiet > begins)?;
        let of_burst: HashSet<CustomerId> = burst.iter().map(|(_, customer)| *customer).collect();
        Some(all.iter().filter(|(posted, customer)| *posted <= at && of_burst.contains(customer)).count())
    }

    /// Every surge that a stream shows, as routing would see it, with the customers seen and expected: it looks with each post,
    /// and silence ends a surge.
    fn alarms(&self, posts: &Posts) -> Vec<(Timestamp, (u32, f64))> {
        let mut stream = Stream::watched_since(self.since);
        let mut found = Vec::new();
        let brand = BrandId::new("measured").expect("a sound id");
        for (at, customer) in posts {
            if let Some(incident) =
                stream.surge.as_ref().filter(|_| stream.ends(*at, &self.threshold)).map(|on| on.incident)
            {
                stream.end(incident);
            }
            stream.add(*at, *customer, &self.threshold);
            let Some(reading) = stream.beginning(*at, &self.threshold) else { continue };
            let fact = SurgeDetected {
                incident: IncidentId::of(&brand, "", "", reading.first_post_at),
                region: String::new(),
                topic: String::new(),
                first_post_at: reading.first_post_at,
                seen: reading.seen,
                window_seconds: u32::try_from(self.threshold.window.as_secs()).expect("a window is short"),
                expected: reading.expected,
                settings_version: String::new(),
            };
            stream.begin(&fact, *at);
            found.push((*at, (reading.seen, reading.expected)));
        }
        found
    }
}

/// Every brand's posts by what the shipped model says they are about.
fn read(file: &str) -> BTreeMap<Key, Posts> {
    let model = Model::shipped();
    let reader = BufReader::new(MultiGzDecoder::new(File::open(file).expect("the file can be opened")));
    let mut streams: BTreeMap<Key, Posts> = BTreeMap::new();
    for line in reader.lines() {
        let row: Value = serde_json::from_str(&line.expect("the file is gzipped text")).expect("a line is JSON");
        let (Some(at), Some(text)) = (row["ts"].as_str().and_then(instant), row["text"].as_str()) else { continue };
        let brand = row["labels"]["brand"].as_str().unwrap_or_default().to_owned();
        let topic = model.classify(text).topic.label.to_string();
        // What is about nothing in particular is no stream.
        if !topic.is_empty() && !topic.ends_with(".other") {
            let author = customer(row["id"].as_str().unwrap_or_default());
            streams.entry((brand, topic)).or_default().push((at, author));
        }
    }
    streams.values_mut().for_each(|posts| posts.sort_unstable());
    streams
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

fn midnight(date: Date) -> Timestamp {
    date.to_zoned(TimeZone::UTC).expect("a day of our time").timestamp()
}

fn customer(id: &str) -> CustomerId {
    let brand = BrandId::new("measured").expect("a sound id");
    CustomerId::of(&brand, &Network::new("x").expect("a sound network"), id)
}

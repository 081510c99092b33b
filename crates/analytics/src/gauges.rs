//! The trade's own figures on the metrics page, for alerts: how fast first answers are, how many wait, and for how long.

use crate::fold::FirstResponse;
use crate::reads::Reads;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Gauge, Histogram};
use service::{Clock, Shutdown};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often those who wait are counted.
const EVERY: Duration = Duration::from_secs(5);
/// Bounds of first response times, in seconds: half a minute to two days, and the spans people are promised.
const RESPONSE_SECONDS: [f64; 14] = [
    30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 43_200.0, 86_400.0,
    172_800.0,
];

/// The instruments. Cheap to clone.
#[derive(Clone)]
pub struct Gauges {
    first_response: Histogram<f64>,
    open: Gauge<u64>,
    queue_age: Gauge<f64>,
}

impl Gauges {
    pub fn new() -> Self {
        let meter = service::metrics::meter();
        Gauges {
            first_response: meter
                .f64_histogram("earshot.first_response.seconds")
                .with_description(
                    "Seconds from a customer's first post to the first answer, of answers given since the start",
                )
                .with_boundaries(RESPONSE_SECONDS.to_vec())
                .build(),
            open: meter
                .u64_gauge("earshot.conversations.open")
                .with_description("Conversations whose customer waits for the brand")
                .build(),
            queue_age: meter
                .f64_gauge("earshot.queue.age")
                .with_unit("s")
                .with_description(
                    "Seconds that the customer who has waited longest has been waiting; 0 when nobody waits",
                )
                .build(),
        }
    }

    /// A first answer was given just now.
    pub fn first_response(&self, answer: &FirstResponse) {
        let labels = [brand(answer.brand.as_str()), KeyValue::new("channel", answer.channel.clone())];
        self.first_response.record(answer.seconds as f64, &labels);
    }

    /// Counts those who wait every few seconds, until the process stops.
    pub async fn keep(self, reads: Reads, clock: Clock, shutdown: Shutdown) {
        let mut known = BTreeSet::new();
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while shutdown.unless_begun(every.tick()).await.is_some() {
            // What cannot be read is said by whoever is asked for it; here the last figures stand.
            let Ok(found) = reads.open_by_brand().await else { continue };
            let now = clock.now();
            // A brand for which nobody waits any more has no row, and must not keep its last figure.
            let mut silent = std::mem::take(&mut known);
            for row in found {
                let age = row.oldest.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
                self.open.record(row.count, &[brand(&row.brand)]);
                self.queue_age.record(age, &[brand(&row.brand)]);
                silent.remove(&row.brand);
                known.insert(row.brand);
            }
            for name in silent {
                self.open.record(0, &[brand(&name)]);
                self.queue_age.record(0.0, &[brand(&name)]);
                known.insert(name);
            }
        }
    }
}

fn brand(name: &str) -> KeyValue {
    KeyValue::new("brand", name.to_owned())
}

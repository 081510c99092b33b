//! What is counted of replies. Labels are few: networks that the settings name, outcomes, states.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, UpDownCounter};
use std::time::Duration;

/// Bounds of waits from a submission to a sent reply, in seconds.
const WAITS: [f64; 12] = [0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0];

/// The instruments of the notifier; clones are the same.
#[derive(Debug, Clone)]
pub struct Metrics {
    attempts: Counter<u64>,
    lookups: Counter<u64>,
    seconds: Histogram<f64>,
    wait: Histogram<f64>,
    outbox: Gauge<u64>,
    down: UpDownCounter<i64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = service::metrics::meter();
        Metrics {
            attempts: meter
                .u64_counter("earshot.reply.attempts")
                .with_description("Tries to send a reply, by network and outcome")
                .build(),
            lookups: meter
                .u64_counter("earshot.reply.lookups")
                .with_description("Replies looked up after a doubt, by network and what was found")
                .build(),
            seconds: meter
                .f64_histogram("earshot.reply.attempt.duration")
                .with_unit("s")
                .with_description("Seconds of one try to send a reply, by network and outcome")
                .build(),
            wait: meter
                .f64_histogram("earshot.reply.wait")
                .with_unit("s")
                .with_description("Seconds from the submission of a reply to its being sent, by network")
                .with_boundaries(WAITS.to_vec())
                .build(),
            outbox: meter
                .u64_gauge("earshot.outbox.replies")
                .with_description("Replies that are not sent yet, by status")
                .build(),
            down: meter
                .i64_up_down_counter("earshot.networks.down")
                .with_description("Networks that fail again and again and are left alone")
                .build(),
        }
    }
}

impl Metrics {
    pub fn attempt(&self, network: &str, outcome: &'static str, took: Duration) {
        let labels = [KeyValue::new("network", network.to_owned()), KeyValue::new("outcome", outcome)];
        self.attempts.add(1, &labels);
        self.seconds.record(took.as_secs_f64(), &labels);
    }

    pub fn lookup(&self, network: &str, found: &'static str) {
        self.lookups.add(1, &[KeyValue::new("network", network.to_owned()), KeyValue::new("outcome", found)]);
    }

    /// A reply was sent so long after it was submitted.
    pub fn sent(&self, network: &str, wait: Duration) {
        self.wait.record(wait.as_secs_f64(), &[KeyValue::new("network", network.to_owned())]);
    }

    pub fn outbox(&self, status: &'static str, replies: u64) {
        self.outbox.record(replies, &[KeyValue::new("status", status)]);
    }

    /// A network is known, and is not left alone.
    pub fn known(&self, network: &str) {
        self.down.add(0, &[KeyValue::new("network", network.to_owned())]);
    }

    /// A network is left alone from now on, or works again.
    pub fn down(&self, network: &str, down: bool) {
        self.down.add(if down { 1 } else { -1 }, &[KeyValue::new("network", network.to_owned())]);
    }
}

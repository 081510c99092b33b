//! What the log costs the service that uses it: records written and how long that took, decisions made anew, work set
//! aside. Labels are names of services and of facts, never more.

use crate::AppendError;
use crate::entry::Appended;
use conversation::{Fact, Record};
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};
use opentelemetry::{KeyValue, Value};
use std::time::Duration;

/// Bounds of the durations, in seconds.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The instruments of one service.
#[derive(Debug)]
pub(crate) struct Metrics {
    service: &'static str,
    appended: Counter<u64>,
    append_seconds: Histogram<f64>,
    conflicts: Counter<u64>,
    set_aside: Counter<u64>,
    lag: Gauge<u64>,
}

impl Metrics {
    pub fn new(meter: &Meter, service: &'static str) -> Self {
        Metrics {
            service,
            appended: meter
                .u64_counter("messaging.client.sent.messages")
                .with_description("Records appended to the log, by service and kind of their first fact")
                .build(),
            append_seconds: meter
                .f64_histogram("messaging.client.operation.duration")
                .with_unit("s")
                .with_description("Seconds from publish to acknowledgement")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            conflicts: meter
                .u64_counter("earshot.append.conflicts")
                .with_description("Appends that met a newer record and were decided again")
                .build(),
            set_aside: meter
                .u64_counter("earshot.set_aside.records")
                .with_description("Records set aside, by service and reason: undecodable, or refused for good")
                .build(),
            lag: meter
                .u64_gauge("earshot.consumer.lag")
                .with_description("Records of the log that a consumer has not settled yet")
                .build(),
        }
    }

    /// An append has ended.
    pub fn append(&self, record: &Record, took: Duration, ended: &Result<Appended, AppendError>) {
        match ended {
            Ok(appended) if !appended.duplicate => {
                let fact = label("fact", record.facts.first().map_or("none", Fact::name));
                self.appended.add(1, &[self.service(), fact, nats()]);
                let labels = [self.service(), label("messaging.operation.name", "send"), nats()];
                self.append_seconds.record(took.as_secs_f64(), &labels);
            }
            Err(AppendError::Conflict { .. }) => self.conflicts.add(1, &[self.service()]),
            // It was there already, or the log cannot be reached, which the caller says.
            Ok(_) | Err(_) => {}
        }
    }

    pub fn set_aside(&self, reason: &'static str) {
        self.set_aside.add(1, &[self.service(), label("reason", reason)]);
    }

    /// How many messages the service's queue has yet to be given.
    pub fn lag(&self, messages: u64) {
        self.lag.record(messages, &[self.service(), label("consumer", self.service)]);
    }

    fn service(&self) -> KeyValue {
        label("service", self.service)
    }
}

fn label(name: &'static str, value: &'static str) -> KeyValue {
    KeyValue::new(name, Value::from(value))
}

fn nats() -> KeyValue {
    label("messaging.system", "nats")
}

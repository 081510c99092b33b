//! What is counted of notices. Labels are few: ways that the settings name, outcomes, states.

use super::view::Notices;
use conversation::notice::NoticeStatus;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};

#[derive(Debug, Clone)]
pub struct Metrics {
    attempts: Counter<u64>,
    open: Gauge<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = service::metrics::meter();
        Metrics {
            attempts: meter
                .u64_counter("earshot.notice.attempts")
                .with_description("Tries to send a notice, by way and outcome")
                .build(),
            open: meter
                .u64_gauge("earshot.notices.open")
                .with_description("Notices that are not done yet, by status")
                .build(),
        }
    }
}

impl Metrics {
    pub fn attempt(&self, way: &str, outcome: &'static str) {
        self.attempts.add(1, &[KeyValue::new("way", way.to_owned()), KeyValue::new("outcome", outcome)]);
    }

    pub fn open(&self, notices: &Notices) {
        use NoticeStatus::{Attempted, InDoubt, Retrying, Submitted};
        let read = notices.read();
        for status in [Submitted, Attempted, Retrying, InDoubt] {
            let count = read.values().filter(|waiting| waiting.state.status == status).count();
            self.open.record(count as u64, &[KeyValue::new("status", status.as_str())]);
        }
    }
}

//! What the classifier counts beside what every service does: who answered, and in what batches.

use crate::backend::Answer;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Bounds of the number of texts in a batch.
const TEXTS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// Bounds of the seconds of a batch: from a linear model's to a remote one's.
const SECONDS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];

/// The instruments. Labels are names of backends: one or two a process, from its settings.
#[derive(Debug, Clone)]
pub struct Metrics {
    texts: Counter<u64>,
    batch_texts: Histogram<f64>,
    batch_seconds: Histogram<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = service::metrics::meter();
        Metrics {
            texts: meter
                .u64_counter("earshot.classifier.texts")
                .with_description("Texts that were classified, by the backend that answered")
                .build(),
            batch_texts: meter
                .f64_histogram("earshot.classifier.batch.texts")
                .with_description("Texts in one batch to the backend")
                .with_boundaries(TEXTS.to_vec())
                .build(),
            batch_seconds: meter
                .f64_histogram("earshot.classifier.batch.duration")
                .with_unit("s")
                .with_description("Seconds that the backend took for one batch")
                .with_boundaries(SECONDS.to_vec())
                .build(),
        }
    }
}

impl Metrics {
    /// A batch was answered.
    pub fn batch(&self, answers: &[Answer], took: Duration) {
        let mut by_backend: HashMap<&Arc<str>, u64> = HashMap::new();
        for answer in answers {
            *by_backend.entry(&answer.backend).or_default() += 1;
        }
        for (backend, texts) in by_backend {
            self.texts.add(texts, &[KeyValue::new("backend", Arc::clone(backend))]);
        }
        self.batch_texts.record(answers.len() as f64, &[]);
        self.batch_seconds.record(took.as_secs_f64(), &[]);
    }
}

//! How often people put the classifier right: the first sign on the metrics page that a model does not fit any more. The
//! shares, by language and over any time, come from analytics.

use conversation::classified::Head;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

/// Counts corrections; clones are the same.
#[derive(Debug, Clone)]
pub struct Corrections(Counter<u64>);

impl Default for Corrections {
    fn default() -> Self {
        let counter = service::metrics::meter()
            .u64_counter("earshot.classifier.corrections")
            .with_description("Answers of the classifier that people corrected, by head and model")
            .build();
        Corrections(counter)
    }
}

impl Corrections {
    pub fn count(&self, head: Head, model_version: &str) {
        let labels = [KeyValue::new("head", head.as_str()), KeyValue::new("model_version", model_version.to_owned())];
        self.0.add(1, &labels);
    }
}

//! What is counted, and the Prometheus page that shows it.
//!
//! The instruments follow the messaging, HTTP and RPC conventions of OpenTelemetry, and every label is a `&'static str`
//! or a small number: no text of a customer, no id and no handle can become one, and no storm can make the page grow.

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, MeterProvider as _};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::TextEncoder;
use std::sync::OnceLock;
use std::time::Duration;

/// Bounds of durations, in seconds: from a record folded to a person's answer awaited.
const SECONDS: [f64; 15] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

struct Page {
    registry: prometheus::Registry,
    // Instruments report through it as long as it lives.
    provider: SdkMeterProvider,
}

static PAGE: OnceLock<Page> = OnceLock::new();

fn page() -> &'static Page {
    PAGE.get_or_init(|| {
        let registry = prometheus::Registry::new();
        let reader = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .without_target_info()
            .build()
            .expect("a new registry has no collector to collide with");
        Page { registry, provider: SdkMeterProvider::builder().with_reader(reader).build() }
    })
}

/// The meter for instruments of a service's own, such as `earshot.first_response.seconds`. All end on one page.
///
/// Keep labels few and bounded: brand, team, channel, language, outcome; never an id, a handle or a text.
pub fn meter() -> Meter {
    page().provider.meter("earshot")
}

/// The page, in the text format of Prometheus.
pub fn render() -> String {
    let mut out = String::new();
    if let Err(error) = TextEncoder::new().encode_utf8(&page().registry.gather(), &mut out) {
        tracing::error!(%error, "the metrics page cannot be written");
    }
    out
}

/// How the handling of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Handled, with or without new facts.
    Done,
    /// Seen before; nothing was to be done.
    Duplicate,
    /// Failed, to be tried again.
    Retried,
    /// Given up and kept in SET_ASIDE.
    SetAside,
}

impl Outcome {
    fn label(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Duplicate => "duplicate",
            Outcome::Retried => "retried",
            Outcome::SetAside => "set_aside",
        }
    }
}

/// The instruments that every service has. Cheap to clone; make one at start with [`for_service`] and pass it on.
#[derive(Debug, Clone)]
pub struct ServiceMetrics {
    service: &'static str,
    consumed: Counter<u64>,
    process_seconds: Histogram<f64>,
    lag: Gauge<u64>,
    rejected: Counter<u64>,
}

/// The instruments of one service, labelled with its name.
pub fn for_service(service: &'static str) -> ServiceMetrics {
    let meter = meter();
    let seconds = |name: &'static str, about: &'static str| {
        meter.f64_histogram(name).with_unit("s").with_description(about).with_boundaries(SECONDS.to_vec()).build()
    };
    ServiceMetrics {
        service,
        consumed: meter
            .u64_counter("messaging.client.consumed.messages")
            .with_description("Messages taken from the log, by service, kind of fact and outcome")
            .build(),
        process_seconds: seconds("messaging.process.duration", "Seconds from taking a message to settling it"),
        lag: meter
            .u64_gauge("earshot.consumer.lag")
            .with_description("Records of the log that a consumer has not settled yet")
            .build(),
        rejected: meter
            .u64_counter("earshot.requests.rejected")
            .with_description("Requests refused before anything was done, by service and reason")
            .build(),
    }
}

impl ServiceMetrics {
    /// A message of the log was handled. `fact` is the kind of its (first) fact, such as `PostReceived`.
    pub fn processed(&self, fact: &'static str, outcome: Outcome, took: Duration) {
        self.consumed.add(1, &[self.service(), label("fact", fact), label("outcome", outcome.label()), nats()]);
        self.process_seconds.record(took.as_secs_f64(), &[self.service(), label("fact", fact), nats()]);
    }

    /// How many records a consumer has yet to settle.
    pub fn lag(&self, consumer: &'static str, records: u64) {
        self.lag.record(records, &[self.service(), label("consumer", consumer)]);
    }

    /// A request was refused before anything was done: a bad signature, a body over the limit. `reason` is one of the
    /// service's own words, such as [`crate::webhook::Rejected::reason`].
    pub fn rejected(&self, reason: &'static str) {
        self.rejected.add(1, &[self.service(), label("reason", reason)]);
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

/// Requests that a listener answered; [`crate::http`] and [`crate::grpc`] record them by themselves.
#[derive(Debug, Clone)]
pub(crate) struct RequestMetrics {
    http_seconds: Histogram<f64>,
    grpc_seconds: Histogram<f64>,
}

pub(crate) fn for_requests() -> &'static RequestMetrics {
    static REQUESTS: OnceLock<RequestMetrics> = OnceLock::new();
    REQUESTS.get_or_init(|| {
        let seconds = |name: &'static str, about: &'static str| {
            meter().f64_histogram(name).with_unit("s").with_description(about).with_boundaries(SECONDS.to_vec()).build()
        };
        RequestMetrics {
            http_seconds: seconds("http.server.request.duration", "Seconds to the head of an HTTP response"),
            grpc_seconds: seconds("rpc.server.call.duration", "Seconds to the head of the answer of a gRPC call"),
        }
    })
}

impl RequestMetrics {
    /// `route` is the template of the router, never the path that was asked for.
    pub fn http(&self, service: &'static str, method: &'static str, route: String, status: u16, took: Duration) {
        let labels = [
            label("service", service),
            label("http.request.method", method),
            KeyValue::new("http.route", route),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ];
        self.http_seconds.record(took.as_secs_f64(), &labels);
    }

    /// `method` is the full name of a method that is served, never the path that was asked for.
    pub fn grpc(&self, service: &'static str, method: String, code: &'static str, took: Duration) {
        let labels = [
            label("service", service),
            label("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", method),
            label("rpc.response.status_code", code),
        ];
        self.grpc_seconds.record(took.as_secs_f64(), &labels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_on_the_page() {
        let metrics = for_service("metrics_test");
        metrics.processed("PostReceived", Outcome::Done, Duration::from_millis(3));
        metrics.processed("PostReceived", Outcome::Duplicate, Duration::from_millis(1));
        metrics.lag("routing", 42);
        metrics.rejected("signature_mismatch");
        let page = render();
        for line in [
            r#"messaging_client_consumed_messages_total{fact="PostReceived",messaging_system="nats",outcome="done",service="metrics_test"} 1"#,
            r#"messaging_process_duration_seconds_count{fact="PostReceived",messaging_system="nats",service="metrics_test"} 2"#,
            r#"earshot_consumer_lag{consumer="routing",service="metrics_test"} 42"#,
            r#"earshot_requests_rejected_total{reason="signature_mismatch",service="metrics_test"} 1"#,
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\nis not in\n{page}");
        }
    }

    #[test]
    fn services_in_one_process_share_the_page_without_mixing() {
        for_service("metrics_one").rejected("signature_mismatch");
        for_service("metrics_two").rejected("signature_mismatch");
        let page = render();
        assert!(
            page.contains(r#"earshot_requests_rejected_total{reason="signature_mismatch",service="metrics_one"} 1"#),
            "{page}"
        );
        assert!(
            page.contains(r#"earshot_requests_rejected_total{reason="signature_mismatch",service="metrics_two"} 1"#),
            "{page}"
        );
    }
}

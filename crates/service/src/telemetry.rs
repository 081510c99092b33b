//! Logs for people and machines, and traces that follow one post across services.
//!
//! A trace crosses the log in the `traceparent` header of a message: who appends takes it from [`inject_current`],
//! who handles one record continues it with [`set_parent`], who handles many or replays points back at them with
//! [`link_remote`]. Without an OTLP endpoint spans cost next to nothing and all of this is silent.
//!
//! A collector that is absent delays nothing: traces are sent by a thread of their own, kept for a while, then dropped.

mod export;
mod json;

use crate::config::{self, LogFormat};
use opentelemetry::trace::{SpanContext, TraceContextExt, TracerProvider as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::io::IsTerminal;
use std::time::Duration;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

/// The header that carries a trace, in messages of the log, HTTP and gRPC alike.
pub const TRACEPARENT: &str = "traceparent";
/// How long the last traces may take to leave.
const FLUSH_LIMIT: Duration = Duration::from_secs(3);
/// Libraries whose spans would drown ours, and whose errors we report in our own words.
const OTHERS: [&str; 7] = ["h2", "hyper", "hyper_util", "tonic", "tower", "rustls", "opentelemetry"];

/// Logs and traces cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The endpoint is no URL, or its TLS cannot be set up.
    #[error("telemetry.otlp_endpoint cannot be used: {0}")]
    Endpoint(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// Who reads the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service: its logs are collected.
    Service,
    /// A tool: a person reads what it says, so `auto` is text, also in a pipe.
    Tool,
}

/// Logs and traces at work; [`Running::flush`] sends what is left.
#[derive(Debug, Default)]
#[must_use = "traces that were not flushed at the end are lost"]
pub struct Running(Option<SdkTracerProvider>);

/// Starts logs, and traces when an endpoint is set. `service` is the name that traces carry, such as `ingest`.
///
/// Call it within a tokio runtime. The first call in a process decides; a later one changes nothing, so that tests may
/// run several processes in one.
///
/// # Errors
/// The endpoint is no URL. A collector that cannot be reached is no error.
pub fn start(service: &str, kind: Kind, settings: &config::Telemetry) -> Result<Running, TelemetryError> {
    let provider = match &settings.otlp_endpoint {
        Some(endpoint) => Some(export::provider(service, endpoint, settings.sample_ratio)?),
        None => None,
    };
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer().with_tracer(provider.tracer("earshot")).with_filter(spans_of_interest())
    });
    let subscriber = Registry::default().with(traces).with(log_layer(kind, settings));
    match tracing::subscriber::set_global_default(subscriber) {
        Ok(()) => Ok(Running(provider)),
        // Another start came first: its provider is the one that spans go to.
        Err(_) => Ok(Running(None)),
    }
}

impl Running {
    /// Sends what is left, for at most three seconds. It blocks: call it outside of async code, while the runtime
    /// still runs.
    pub fn flush(self) {
        let Some(provider) = self.0 else { return };
        if let Err(error) = provider.shutdown_with_timeout(FLUSH_LIMIT) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Are logs JSON, in this process on this terminal?
pub(crate) fn is_json(kind: Kind, format: LogFormat) -> bool {
    match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => kind == Kind::Service && !std::io::stderr().is_terminal(),
    }
}

fn log_layer<S>(kind: Kind, settings: &config::Telemetry) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let filter = log_filter(&settings.log_level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if is_json(kind, settings.log_format) {
        return lines.json().event_format(json::WithTrace::default()).with_filter(filter).boxed();
    }
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    lines.with_ansi(std::io::stderr().is_terminal() && !no_color).with_filter(filter).boxed()
}

fn log_filter(level: &str) -> Targets {
    // The settings were checked, so this holds; if not, too much is better than nothing.
    let asked: Targets = level.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    if asked.iter().any(|(target, _)| target.starts_with("opentelemetry")) {
        return asked;
    }
    // A collector that is away is reported once by the exporter, not each second by the library.
    asked.with_target("opentelemetry", LevelFilter::OFF)
}

fn spans_of_interest() -> Targets {
    let quiet = OTHERS.map(|target| (target, LevelFilter::OFF));
    Targets::new().with_default(LevelFilter::INFO).with_targets(quiet)
}

/// The `traceparent` of the current span, for the header of a message; `None` when there is no trace.
pub fn inject_current() -> Option<String> {
    inject(&Span::current())
}

/// The `traceparent` of a span.
pub fn inject(span: &Span) -> Option<String> {
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then(|| {
        let flags = u8::from(context.is_sampled());
        format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id())
    })
}

/// Makes a span the child of a remote one, for the handling of a single record. Call it before the span is entered;
/// later, or with a malformed header, it changes nothing.
pub fn set_parent(span: &Span, traceparent: &str) {
    if span.is_disabled() {
        return;
    }
    if let Some(remote) = parse(traceparent) {
        let parent = opentelemetry::Context::new().with_remote_span_context(remote);
        // Without traces there is no layer to tell; that is no error.
        let _ = span.set_parent(parent);
    }
}

/// As [`set_parent`], from the headers of a request, if they have a `traceparent`.
pub fn set_parent_from(span: &Span, headers: &http::HeaderMap) {
    if let Some(traceparent) = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()) {
        set_parent(span, traceparent);
    }
}

/// Links a span to a remote one: for batches, and for whatever happens long after. A malformed header changes nothing.
pub fn link_remote(span: &Span, traceparent: &str) {
    if let Some(remote) = parse(traceparent) {
        span.add_link(remote);
    }
}

/// Reads a W3C `traceparent`.
fn parse(traceparent: &str) -> Option<SpanContext> {
    use opentelemetry::propagation::TextMapPropagator;
    let carrier = std::collections::HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = opentelemetry_sdk::propagation::TraceContextPropagator::new().extract(&carrier);
    let remote = context.span().span_context().clone();
    remote.is_valid().then_some(remote)
}

#[cfg(test)]
mod tests;

//! Sending traces to a collector that may not be there.

use super::TelemetryError;
use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    Sampler, SamplingDecision, SamplingResult, SdkTracerProvider, ShouldSample, SpanData, SpanExporter,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// One attempt to send, in seconds.
const EXPORT_LIMIT: Duration = Duration::from_secs(5);

/// A provider that sends to `endpoint`; it connects when the first traces leave.
pub(super) fn provider(service: &str, endpoint: &str, ratio: f64) -> Result<SdkTracerProvider, TelemetryError> {
    let otlp = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_LIMIT)
        .build()
        .map_err(TelemetryError::Endpoint)?;
    let exporter = SaidOnce { inner: otlp, endpoint: endpoint.to_owned(), failing: AtomicBool::new(false) };
    Ok(SdkTracerProvider::builder()
        .with_resource(resource(service))
        .with_sampler(FollowThePost { ratio })
        .with_batch_exporter(exporter)
        .build())
}

fn resource(service: &str) -> Resource {
    Resource::builder()
        .with_service_name(format!("earshot-{service}"))
        .with_attribute(KeyValue::new("service.namespace", "earshot"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

/// An exporter that says once that the collector is away, and once that it is back.
#[derive(Debug)]
struct SaidOnce<E> {
    inner: E,
    endpoint: String,
    failing: AtomicBool,
}

impl<E: SpanExporter> SpanExporter for SaidOnce<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.inner.export(batch).await;
        let was_failing = self.failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(endpoint = self.endpoint, %error, "traces cannot be sent; trying on, the work is not affected");
            }
            Ok(()) if was_failing => tracing::info!(endpoint = self.endpoint, "traces are sent again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, limit: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(limit)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// Keeps a share of new traces, and whatever continues or links to a kept one, so that a post's way is kept whole.
#[derive(Debug, Clone)]
pub(super) struct FollowThePost {
    pub ratio: f64,
}

impl ShouldSample for FollowThePost {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let parent_span = parent.map(|parent| parent.span().span_context().clone()).filter(|span| span.is_valid());
        let keep = match parent_span {
            Some(parent) => parent.is_sampled(),
            None if !links.is_empty() => links.iter().any(|link| link.span_context.is_sampled()),
            None => {
                let by_ratio = Sampler::TraceIdRatioBased(self.ratio);
                return by_ratio.should_sample(parent, trace_id, name, kind, attributes, links);
            }
        };
        SamplingResult {
            decision: if keep { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop },
            attributes: Vec::new(),
            trace_state: parent.map(|parent| parent.span().span_context().trace_state().clone()).unwrap_or_default(),
        }
    }
}

use super::*;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};

const REMOTE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const REMOTE_NOT_KEPT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// Runs `work` with traces kept in memory, and answers the spans that ended.
fn traced(ratio: f64, work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(export::FollowThePost { ratio })
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(Registry::default().with(layer), work);
    exporter.get_finished_spans().unwrap()
}

#[test]
fn a_trace_goes_on_from_header_to_header() {
    let spans = traced(1.0, || {
        let span = tracing::info_span!("process earshot.>");
        set_parent(&span, REMOTE);
        let header = span.in_scope(|| inject_current()).unwrap();
        assert!(header.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{header}");
        assert!(header.ends_with("-01"), "{header}");
    });
    assert_eq!(spans[0].parent_span_id.to_string(), "00f067aa0ba902b7");
}

#[test]
fn a_batch_links_to_what_it_handles() {
    let spans = traced(0.0, || {
        let span = tracing::info_span!("settle batch");
        link_remote(&span, REMOTE);
        span.in_scope(|| {});
    });
    assert_eq!(spans.len(), 1, "what links to a kept trace is kept");
    assert_eq!(spans[0].links[0].span_context.span_id().to_string(), "00f067aa0ba902b7");
    assert_ne!(spans[0].span_context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[test]
fn the_first_step_decides_what_is_kept() {
    let spans = traced(1.0, || {
        let span = tracing::info_span!("process");
        set_parent(&span, REMOTE_NOT_KEPT);
        span.in_scope(|| {});
    });
    assert!(spans.is_empty());
    let new = traced(0.0, || tracing::info_span!("receive").in_scope(|| {}));
    assert!(new.is_empty());
}

#[test]
fn malformed_headers_change_nothing() {
    for bad in ["", "00", "00-xyz-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "💥"]
    {
        let spans = traced(1.0, || {
            let span = tracing::info_span!("process");
            set_parent(&span, bad);
            link_remote(&span, bad);
            span.in_scope(|| {});
        });
        assert_eq!(spans.len(), 1, "{bad}");
        assert!(spans[0].links.iter().next().is_none(), "{bad}");
    }
}

#[test]
fn without_traces_there_is_no_header_and_no_panic() {
    tracing::subscriber::with_default(Registry::default(), || {
        let span = tracing::info_span!("process");
        set_parent(&span, REMOTE);
        assert_eq!(span.in_scope(inject_current), None);
    });
}

#[test]
fn an_absent_collector_delays_neither_start_nor_end() {
    crate::process::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    // Port 9 of this machine: nobody listens.
    let provider = export::provider("ingest", "http://127.0.0.1:9", 1.0).unwrap();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        tracing::info_span!("receive").in_scope(|| {});
    });
    Running(Some(provider)).flush();
}

#[test]
fn an_endpoint_that_is_no_url_is_an_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    let error = export::provider("ingest", "http://[bad", 1.0).unwrap_err();
    assert!(error.to_string().contains("telemetry.otlp_endpoint"), "{error}");
}

#[test]
fn the_library_of_traces_is_quiet_unless_asked() {
    let quiet = log_filter("info,journal=debug");
    assert!(!quiet.would_enable("opentelemetry_sdk", &tracing::Level::ERROR));
    assert!(quiet.would_enable("journal", &tracing::Level::DEBUG));
    assert!(log_filter("info,opentelemetry=warn").would_enable("opentelemetry", &tracing::Level::WARN));
}

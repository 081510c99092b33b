use super::*;
use crate::{grpc, health::Health, listen, shutdown::Shutdown};
use opentelemetry_proto::tonic::collector::trace::v1 as collector;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
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
        let header = span.in_scope(inject_current).unwrap();
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

/// What a log layer writes.
#[derive(Clone, Default)]
struct Page(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_json_line_names_its_trace_and_is_json_without_one() {
    let page = Page::default();
    let writer = page.clone();
    let provider = SdkTracerProvider::builder().build();
    let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
    let lines = lines.json().event_format(json::WithTrace::default());
    tracing::subscriber::with_default(Registry::default().with(traces).with(lines), || {
        tracing::info!(records = 3, "outside");
        let span = tracing::info_span!("process", sequence = 7);
        set_parent(&span, REMOTE);
        span.in_scope(|| tracing::warn!("inside \"quotes\" and }}"));
    });
    let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["message"], "outside");
    assert_eq!(lines[0]["records"], 3);
    assert_eq!(lines[0]["trace_id"], serde_json::Value::Null);
    assert_eq!(lines[1]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(lines[1]["span_id"].as_str().unwrap().len(), 16);
    assert_eq!(lines[1]["spans"][0]["sequence"], 7);
}

#[test]
fn people_read_text_and_machines_read_json() {
    assert!(is_json(Kind::Service, LogFormat::Json) && is_json(Kind::Tool, LogFormat::Json));
    assert!(!is_json(Kind::Service, LogFormat::Text));
    assert!(!is_json(Kind::Tool, LogFormat::Auto), "a tool in a pipe is still read by a person");
}

/// A collector that hands on what it is sent.
struct Collector(tokio::sync::mpsc::UnboundedSender<collector::ExportTraceServiceRequest>);

#[tonic::async_trait]
impl collector::trace_service_server::TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<collector::ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<collector::ExportTraceServiceResponse>, tonic::Status> {
        self.0.send(request.into_inner()).unwrap();
        Ok(tonic::Response::new(collector::ExportTraceServiceResponse::default()))
    }
}

#[test]
fn spans_reach_a_collector_under_the_name_of_their_service() {
    crate::process::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let (health, shutdown) = (Health::new(), Shutdown::new(60));
    let serving = runtime.block_on(async {
        let listener = listen::bind("test.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let collector = collector::trace_service_server::TraceServiceServer::new(Collector(sender));
        let routes = tonic::service::Routes::new(collector);
        grpc::serve("collector_test", listener, routes, &[], &health, shutdown.clone()).await
    });

    let provider = export::provider("ingest", &format!("http://{}", serving.address()), 1.0).unwrap();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        let span = tracing::info_span!("process", conversation = "c-1");
        set_parent(&span, REMOTE);
        span.in_scope(|| {});
    });
    Running(Some(provider)).flush();

    let request = received.blocking_recv().unwrap();
    let resource = request.resource_spans[0].resource.as_ref().unwrap();
    let name = resource.attributes.iter().find(|attribute| attribute.key == "service.name").unwrap();
    let name = name.value.as_ref().and_then(|value| value.value.clone());
    assert_eq!(name, Some(Value::StringValue("earshot-ingest".to_owned())));
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(span.name, "process");
    assert_eq!(span.parent_span_id, [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
    shutdown.begin();
    assert_eq!(runtime.block_on(serving.ended()), Ok(()));
}

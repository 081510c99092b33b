//! One post is one trace, through every service, across the log.

use crate::system::{Apart, DANA, SERVICES, post, until};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// One span, as far as it matters here.
#[derive(Debug, Clone)]
struct Span {
    service: String,
    name: String,
    trace: Vec<u8>,
    id: Vec<u8>,
    /// Traces that it points at.
    links: Vec<Vec<u8>>,
}

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut kept = self.0.lock().unwrap();
        for resource in request.into_inner().resource_spans {
            let attributes = resource.resource.map(|resource| resource.attributes).unwrap_or_default();
            let name = attributes.into_iter().find(|attribute| attribute.key == "service.name");
            let name = name.and_then(|attribute| attribute.value?.value);
            let service = match name {
                Some(Value::StringValue(name)) => name,
                other => panic!("a service has a name: {other:?}"),
            };
            for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                let links = span.links.into_iter().map(|link| link.trace_id).collect();
                let (service, name) = (service.clone(), span.name);
                kept.push(Span { service, name, trace: span.trace_id, id: span.span_id, links });
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn collect() -> (Collector, String) {
    let collector = Collector::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tonic::transport::Server::builder().add_service(TraceServiceServer::new(collector.clone()));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    (collector, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_one_trace_through_all_services() {
    // given all services, which send their traces
    let (collector, url) = collect().await;
    let system = Apart::start_with(&[&format!("telemetry.otlp_endpoint={url}")]).await;
    system.publish("traced").await;

    // when a post comes in and is answered over the gateway
    let id = system.post(post("traced", "1", "a", "SECRETWORD is broken")).await;
    system.routed(&id).await;
    let write = serde_json::json!({"person": DANA, "requestId": "1"});
    let reply = serde_json::json!({"write": write, "text": "SECRETANSWER"});
    let taken = system.post_json(&format!("/api/v1/conversations/{id}/replies"), reply).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    system.sent(&id).await;

    // then every record of the conversation carries the trace it was written in
    let log = system.log().await;
    let of_post: Vec<_> = log.iter().filter(|item| item.subject.ends_with(&id)).collect();
    let traces: Vec<_> =
        of_post.iter().map(|item| item.traceparent.clone().expect("it was written in a trace")).collect();
    let trace_of = |header: &Arc<str>| header.split('-').nth(1).unwrap().to_owned();
    let received = trace_of(&traces[0]);
    let in_trace: BTreeSet<String> = traces.iter().map(trace_of).collect();
    assert!(in_trace.len() <= 2, "the post and its answer are one trace each: {in_trace:?}");

    // and the collector sees the way in through ingest, classifier, routing and analytics, and the way out
    let way_in = ["earshot-analytics", "earshot-classifier", "earshot-ingest", "earshot-routing"];
    services_in(&collector, &received, &way_in).await;
    let answered = trace_of(traces.last().unwrap());
    services_in(&collector, &answered, &["earshot-gateway", "earshot-notifier", "earshot-routing"]).await;

    // and no span holds what anybody wrote
    let kept = collector.0.lock().unwrap().clone();
    assert!(kept.iter().all(|span| !span.name.contains("SECRET")));
    let ids: BTreeSet<_> = kept.iter().map(|span| &span.id).collect();
    assert_eq!(ids.len(), kept.len(), "each span is sent once");
    assert_eq!(SERVICES.len(), 6);
}

/// Waits until spans of all these services are in the trace, or point at it.
async fn services_in(collector: &Collector, trace: &str, wanted: &[&str]) {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut seen = BTreeMap::<String, BTreeSet<String>>::new();
    let found = async || {
        for span in collector.0.lock().unwrap().iter() {
            if hex(&span.trace) == trace || span.links.iter().any(|link| hex(link) == trace) {
                seen.entry(span.service.clone()).or_default().insert(span.name.clone());
            }
        }
        wanted.iter().all(|service| seen.contains_key(*service)).then_some(())
    };
    until(&format!("trace {trace} goes through {wanted:?}"), found).await;
}

//! One trace across the log.

use crate::work::{config, start};
use crate::world::{World, about, record};
use journal::WorkError;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::sync::mpsc;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// The trace of the current span, as hex digits.
fn trace_id() -> String {
    tracing::Span::current().context().span().span_context().trace_id().to_string()
}

async fn a_handler_goes_on_with_the_trace_of_the_record(world: World) {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    // Of this thread, which runs everything here.
    let _tracing = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let written = async {
        world.journal.append(&record(&about("ann"), "1"), 0).await.unwrap();
        trace_id()
    };
    let written = written.instrument(tracing::info_span!("receive")).await;
    let stored = world.journal.get(1).await.unwrap().unwrap().traceparent.expect("the trace is kept");
    assert!(stored.contains(&written), "{stored} is not of trace {written}");

    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, config("routing"), move |delivery| {
        let sender = sender.clone();
        async move { sender.send((trace_id(), delivery.traceparent)).map_err(|_| WorkError::retry("the test is over")) }
    });
    assert_eq!(got.recv().await.unwrap(), (written, Some(stored)));
    working.stop().await;
}

#[tokio::test]
async fn on_the_twin() {
    a_handler_goes_on_with_the_trace_of_the_record(World::memory()).await;
}

#[tokio::test]
async fn on_a_server() {
    a_handler_goes_on_with_the_trace_of_the_record(World::jetstream().await).await;
}

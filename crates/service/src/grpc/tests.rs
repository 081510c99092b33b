use super::*;
use crate::shutdown::DrainTimeout;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus as Answer;
use tonic_health::pb::health_client::HealthClient;

const NAME: &str = "earshot.test.v1.TestService";

async fn start(health: &Health, shutdown: &Shutdown) -> Serving {
    let listener = crate::listen::bind("test.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
    serve("grpc_test", listener, Routes::default(), &[NAME], health, shutdown.clone()).await
}

async fn client(serving: &Serving) -> HealthClient<tonic::transport::Channel> {
    HealthClient::new(connect(serving).await)
}

async fn connect(serving: &Serving) -> tonic::transport::Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", serving.address())).unwrap();
    endpoint.connect().await.unwrap()
}

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test]
async fn the_health_service_says_what_the_checks_say() {
    crate::process::install_crypto();
    let (health, shutdown) = (Health::new(), Shutdown::new(60));
    let check = health.check("test.log");
    let serving = start(&health, &shutdown).await;
    let mut client = client(&serving).await;
    for name in ["", NAME] {
        let answer = client.check(about(name)).await.unwrap().into_inner();
        assert_eq!(answer.status(), Answer::NotServing, "{name}");
    }
    let mut watch = client.watch(about(NAME)).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), Answer::NotServing);
    check.ready();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), Answer::Serving);
    check.degraded("no connection");
    assert_eq!(watch.message().await.unwrap().unwrap().status(), Answer::NotServing);

    // An open watch does not hold up the end.
    shutdown.begin();
    assert_eq!(serving.ended().await, Ok::<(), DrainTimeout>(()));
    while let Ok(Some(last)) = watch.message().await {
        assert_eq!(last.status(), Answer::NotServing);
    }
}

#[tokio::test]
async fn calls_are_counted_and_methods_that_are_not_served_are_one_label() {
    crate::process::install_crypto();
    let (health, shutdown) = (Health::new(), Shutdown::new(60));
    let serving = start(&health, &shutdown).await;
    let mut known = client(&serving).await;
    known.check(about("")).await.unwrap();
    let missing = known.check(about("earshot.other.v1.OtherService")).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);

    let mut stranger = tonic::client::Grpc::new(connect(&serving).await);
    stranger.ready().await.unwrap();
    let codec = health_codec();
    let path = http::uri::PathAndQuery::from_static("/some.invented.Service/Method");
    let refused = stranger.unary(tonic::Request::new(about("")), path, codec).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);

    let page = metrics::render();
    let counted = |method: &str, code: &str| {
        page.lines().any(|line| {
            line.contains("rpc_server_call_duration_seconds_count")
                && line.contains("grpc_test")
                && line.contains(&format!(r#"rpc_method="{method}""#))
                && line.contains(&format!(r#"rpc_response_status_code="{code}""#))
        })
    };
    assert!(counted("grpc.health.v1.Health/Check", "OK"), "{page}");
    assert!(counted("grpc.health.v1.Health/Check", "NOT_FOUND"), "{page}");
    assert!(counted("unknown", "UNIMPLEMENTED"), "{page}");
    assert!(!page.contains("invented"));
    shutdown.begin();
}

fn health_codec() -> tonic_prost::ProstCodec<HealthCheckRequest, tonic_health::pb::HealthCheckResponse> {
    tonic_prost::ProstCodec::default()
}

#[tokio::test]
async fn a_call_carries_the_trace_of_its_caller() {
    use opentelemetry::trace::TracerProvider as _;
    use tracing_subscriber::layer::SubscriberExt;
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _traced = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let span = tracing::info_span!("caller");
    let request = span.in_scope(|| with_trace(tonic::Request::new(()))).unwrap();
    let sent = request.metadata().get(telemetry::TRACEPARENT).unwrap().to_str().unwrap().to_owned();
    assert_eq!(Some(sent), telemetry::inject(&span));
}

//! The service over a real connection, on a log in memory: other systems ask, posts are written down.

use super::fake::{Fake, Manner};
use classifier::serve::{self, Started};
use futures::StreamExt;
use jiff::Timestamp;
use journal::Journal;
use service::config::{Sources, load};
use service::{Clock, Process};
use std::time::Duration;
use tokio::sync::mpsc;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};
use wire::pb::classifier::classifier_service_client::ClassifierServiceClient;
use wire::pb::classifier::classify_stream_response::Result as Outcome;
use wire::pb::classifier::{ClassifyRequest, ClassifyStreamRequest};

struct World {
    process: Process,
    started: Started,
    client: ClassifierServiceClient<Channel>,
}

async fn start(set: &[&str]) -> World {
    let mut all = vec!["classifier.listen=127.0.0.1:0".to_owned()];
    all.extend(set.iter().map(|setting| format!("classifier.{setting}")));
    let sources = Sources { set: all, known_sections: vec!["classifier".to_owned()], ..Sources::default() };
    let process = Process::for_tests("classifier", load(&sources).unwrap(), Clock::System);
    serve::check(&process).unwrap();
    let started = serve::start(process.clone(), Journal::memory(Timestamp::now())).await.unwrap();
    let client = ClassifierServiceClient::connect(format!("http://{}", started.grpc)).await.unwrap();
    World { process, started, client }
}

fn request(id: usize, text: &str) -> ClassifyStreamRequest {
    ClassifyStreamRequest { id: id.to_string(), text: text.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_text_a_call() {
    let mut world = start(&[]).await;
    let answer = world.client.classify(ClassifyRequest { text: "where is my bag?".into() }).await.unwrap().into_inner();
    assert_eq!((answer.backend.as_str(), answer.model_version), ("compact", world.started.model_version.clone()));
    assert_eq!(answer.language.unwrap().label, "en");
    let long = "geheim ".repeat(20_000);
    let refused = world.client.classify(ClassifyRequest { text: long }).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().starts_with("text has 140000 bytes") && !format!("{refused:?}").contains("geheim"));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_texts_over_one_call() {
    let mut world = start(&[]).await;
    const TEXTS: usize = 3_000;
    let texts = futures::stream::iter((0..TEXTS).map(|id| match id % 100 {
        7 => request(id, &"x".repeat(200_000)),
        _ => request(id, "tere, kus on minu pakk?"),
    }));
    let mut answers = world.client.classify_stream(texts).await.unwrap().into_inner();
    let mut seen = 0;
    while let Some(answer) = answers.next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.id, seen.to_string(), "in the order of the texts");
        match answer.result.unwrap() {
            Outcome::Classification(class) => assert_eq!(class.language.unwrap().label, "et"),
            Outcome::Error(error) => {
                assert_eq!((seen % 100, error.reason.as_str(), error.field.as_str()), (7, "INVALID_ARGUMENT", "text"));
            }
        }
        seen += 1;
    }
    assert_eq!(seen, TEXTS);
    // and the page of metrics tells who answered
    let page = service::metrics::render();
    assert!(page.contains(r#"earshot_classifier_texts_total{backend="compact"}"#), "{page}");
    assert!(page.contains("earshot_classifier_batch_texts_count") && page.contains(r#"reason="text_too_long""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_not_read() {
    let mut world = start(&[]).await;
    // given a client that sends for ever and reads nothing, with little room for what it does not read
    let endpoint = Endpoint::from_shared(format!("http://{}", world.started.grpc)).unwrap();
    let channel = endpoint.initial_stream_window_size(65_535).connect().await.unwrap();
    let mut client = ClassifierServiceClient::new(channel);
    let (send, receive) = mpsc::channel(1);
    let texts = futures::stream::unfold(receive, async |mut receive: mpsc::Receiver<ClassifyStreamRequest>| {
        receive.recv().await.map(|request| (request, receive))
    });
    let answers = client.classify_stream(texts).await.unwrap().into_inner();
    let text = "where is my bag? ".repeat(1_000);
    let mut sent = 0;
    // when it sends on, then it stands still once windows and places are full
    while tokio::time::timeout(Duration::from_secs(2), send.send(request(sent, &text))).await.is_ok() {
        sent += 1;
        assert!(sent < 2_000, "nobody stops it");
    }
    // and others are answered meanwhile
    world.client.classify(ClassifyRequest { text: "hello".into() }).await.unwrap();
    // when it reads, all that it sent is answered
    drop(send);
    assert_eq!(answers.count().await, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_an_open_stream_with_the_reason() {
    let mut world = start(&[]).await;
    let (send, receive) = mpsc::channel(8);
    let texts = futures::stream::unfold(receive, async |mut receive: mpsc::Receiver<ClassifyStreamRequest>| {
        receive.recv().await.map(|request| (request, receive))
    });
    let mut answers = world.client.classify_stream(texts).await.unwrap().into_inner();
    send.send(request(1, "hello")).await.unwrap();
    assert_eq!(answers.next().await.unwrap().unwrap().id, "1");
    world.process.shutdown.begin();
    let status = answers.next().await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    tokio::time::timeout(Duration::from_secs(10), world.started.ended).await.expect("in time").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_may_ask_another() {
    let other = Fake::new(Manner::Answers).listen().await;
    let url = format!("remote.url=http://{}", other.address);
    let mut world = start(&["backend=remote", &url, "remote.name=big"]).await;
    let answer = world.client.classify(ClassifyRequest { text: "hello".into() }).await.unwrap().into_inner();
    assert_eq!((answer.backend.as_str(), answer.model_version.as_str()), ("remote:big", "elsewhere-7"));
}

#[test]
fn settings_that_cannot_be_are_refused_with_key_and_cure() {
    let cases: [(&[&str], &str, &str); 5] = [
        (&["backend=onnx"], "classifier.onnx.model", "docs/classifier-backends.md"),
        (&["backend=remote"], "classifier.remote.url", "http://HOST:PORT"),
        (&["backend=other"], "classifier.backend", "compact"),
        (&["onnx.labels=good,bad"], "classifier.onnx.labels", "negative, neutral, positive"),
        (&["remote.deadline_millis=0"], "classifier.remote.deadline_millis", "from 1 to 60000"),
    ];
    for (set, key, cure) in cases {
        let set = set.iter().map(|setting| format!("classifier.{setting}")).collect();
        let sources = Sources { set, known_sections: vec!["classifier".to_owned()], ..Sources::default() };
        let process = Process::for_tests("classifier", load(&sources).unwrap(), Clock::System);
        let error = serve::check(&process).unwrap_err().to_string();
        assert!(error.contains(key) && error.contains(cure), "{key}: {error}");
    }
}

//! What a backend costs: texts a second and the time of one, by each way to it.
//!
//! `cargo run --release -p earshot-classifier --example backends [TEXTS]`; with `EARSHOT_ONNXRUNTIME` also a transformer: that of
//! `MODEL` (a model.onnx beside its tokenizer.json), else the tests' own of three words, which shows what the way costs alone.
//! The last line is JSON.

#[allow(dead_code, clippy::unwrap_used, reason = "it is made for the tests, which need more of it and may unwrap")]
#[path = "../tests/backends/tiny.rs"]
mod tiny;

use classifier::backend::onnx::Onnx;
use classifier::backend::remote::Remote;
use classifier::backend::{Backend, Compact, OnnxSettings, RemoteSettings};
use classifier::model::Model;
use classifier::serve;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use journal::Journal;
use service::config::{Sources, load};
use service::{Clock, Process};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use wire::pb::classifier::classifier_service_client::ClassifierServiceClient;
use wire::pb::classifier::{ClassifyRequest, ClassifyStreamRequest};

const TEXT: &str =
    "My bag has not arrived since Tuesday and nobody answers your phone, can you please tell me where it is now?";

/// One way: its name, texts a second of one core or all, and microseconds of one text alone.
type Row = (String, f64, f64);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let texts: usize = std::env::args().nth(1).map_or(Ok(20_000), |texts| texts.parse())?;
    let model = Arc::new(Model::shipped());
    let began = Instant::now();
    for _ in 0..texts {
        std::hint::black_box(model.classify(TEXT));
    }
    let direct = began.elapsed().as_secs_f64();
    let mut rows: Vec<Row> = vec![("called in place".into(), texts as f64 / direct, direct * 1e6 / texts as f64)];
    let compact = Compact::new(Arc::clone(&model));
    rows.push(measure("compact", &compact, texts).await);
    rows.extend(over_grpc(texts).await?);
    let url = serve_one().await?;
    let remote = Remote::open(&RemoteSettings { url: Some(url), ..RemoteSettings::default() }, Arc::clone(&model))?;
    rows.push(measure("remote, same machine", &remote, texts).await);
    if std::env::var_os("EARSHOT_ONNXRUNTIME").is_some() {
        let folder = tempfile::tempdir()?;
        let file = std::env::var_os("MODEL").map_or_else(|| tiny::write(folder.path()), PathBuf::from);
        let settings = OnnxSettings { library: Some(tiny::library()), model: Some(file), ..OnnxSettings::default() };
        rows.push(measure("onnx", &Onnx::open(&settings, model)?, texts).await);
    }
    for (name, rate, alone) in &rows {
        println!("{name:<24} {rate:>10.0} texts/s {alone:>10.1} us alone");
    }
    let json: Vec<_> = rows
        .iter()
        .map(|(name, rate, alone)| serde_json::json!({"way": name, "texts_per_second": rate, "alone_micros": alone}))
        .collect();
    println!("{}", serde_json::Value::from(json));
    Ok(())
}

/// Batches as full as the backend likes them, as many at once as it likes; then one text at a time.
async fn measure(name: &str, backend: &dyn Backend, texts: usize) -> Row {
    let batch: Arc<[String]> = vec![TEXT.to_owned(); backend.batch_max()].into();
    let batches = texts.div_ceil(batch.len());
    let began = Instant::now();
    let calls = stream::iter((0..batches).map(|_| backend.classify(Arc::clone(&batch))));
    calls.buffer_unordered(backend.batches_max()).for_each(async |_| ()).await;
    let rate = (batches * batch.len()) as f64 / began.elapsed().as_secs_f64();
    let one: Arc<[String]> = vec![TEXT.to_owned()].into();
    let alone = (texts / 20).max(1);
    let began = Instant::now();
    for _ in 0..alone {
        backend.classify(Arc::clone(&one)).await;
    }
    (name.to_owned(), rate, began.elapsed().as_secs_f64() * 1e6 / alone as f64)
}

/// Classify one by one, and ClassifyStream with all.
async fn over_grpc(texts: usize) -> anyhow::Result<Vec<Row>> {
    let mut client = ClassifierServiceClient::connect(serve_one().await?).await?;
    let alone = (texts / 20).max(1);
    let began = Instant::now();
    for _ in 0..alone {
        client.classify(ClassifyRequest { text: TEXT.to_owned() }).await?;
    }
    let alone = began.elapsed().as_secs_f64() * 1e6 / alone as f64;
    let began = Instant::now();
    let asked = stream::iter((0..texts).map(|id| ClassifyStreamRequest { id: id.to_string(), text: TEXT.to_owned() }));
    let answered = client.classify_stream(asked).await?.into_inner().count().await;
    anyhow::ensure!(answered == texts, "{answered} answers to {texts} texts");
    Ok(vec![("ClassifyStream".into(), texts as f64 / began.elapsed().as_secs_f64(), alone)])
}

/// The service with the built-in model, on a log in memory; its address.
async fn serve_one() -> anyhow::Result<String> {
    let sources = Sources {
        set: vec!["classifier.listen=127.0.0.1:0".to_owned()],
        known_sections: vec!["classifier".to_owned()],
        ..Sources::default()
    };
    let process = Process::for_tests("classifier", load(&sources)?, Clock::System);
    let started = serve::start(process, Journal::memory(Timestamp::now())).await?;
    Ok(format!("http://{}", started.grpc))
}

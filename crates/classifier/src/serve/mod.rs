//! The service around the backend: it reads every post of the log, says what it is, and writes that down with the version of
//! the model. It serves the same answers for text that is not in the log.

mod batches;
mod grpc;
mod metrics;
mod stream;
mod worker;

use crate::backend::onnx::Onnx;
use crate::backend::{self, Answer, Backend, BackendKind, OnnxSettings, Refused, RemoteSettings};
use crate::model::Model;
use anyhow::Context as _;
use batches::Batches;
use conversation::PostKey;
use conversation::classified::{PostClassified, Recognised, Scored};
use journal::{Delivery, Journal, WorkConfig};
use service::Process;
use service::config::ConfigError;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinHandle;
use wire::subjects;
use worker::Worker;

pub use worker::{Text, draft, text_of};

const NAME: &str = "classifier";
const SERVICES: &[&str] = &["earshot.classifier.v1.ClassifierService"];

service::section! {
    /// The classifier: what every post is.
    #[derive(Clone)]
    pub struct Settings in "classifier" {
        /// Address of the gRPC listener (ClassifierService).
        pub listen: SocketAddr = "127.0.0.1:7430".parse().expect("an address"),
        /// The model file that `earshot classifier train` made; the one inside the program when absent.
        pub model: Option<PathBuf> = None,
        /// Posts on their way to the log at once.
        #[range(1..=65_536)]
        pub posts_in_flight_max: usize = 256,
        /// Who answers: compact (the model above), onnx (a transformer in this process answers one head and the model above
        /// the others) or remote (another ClassifierService; the model above while it is away).
        pub backend: BackendKind = BackendKind::Compact,
        /// The transformer, for backend = "onnx": model and tokenizer (files), name (what facts call it), head and its labels
        /// in the order of the outputs, max_tokens, batch_max, threads (0 is one a core), and library (the libonnxruntime,
        /// else ORT_DYLIB_PATH names it). See docs/classifier-backends.md.
        pub onnx: OnnxSettings = OnnxSettings::default(),
        /// The other ClassifierService, for backend = "remote": url, name (what facts call it), deadline_millis (of one
        /// answer) and probe_seconds (how often one that is away is asked).
        pub remote: RemoteSettings = RemoteSettings::default(),
    }
    check |settings, at| {
        let checked = settings.onnx.check().and_then(|()| settings.remote.check());
        checked.map_err(|refused| at.refuse(refused.key, &refused.problem, &refused.cure))
    }
}

/// What a started service tells.
pub struct Started {
    pub grpc: SocketAddr,
    /// The model that is in use.
    pub model_version: String,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

/// Runs the classifier until the process is asked to stop.
pub async fn run(process: Process, journal: Journal) -> anyhow::Result<()> {
    start(process, journal).await?.ended.await.context("the classifier stopped unexpectedly")?
}

/// Whether the settings are sound, the files they name included; a transformer itself is opened by [`start`] only.
///
/// # Errors
/// A setting or the file that it names is wrong.
pub fn check(process: &Process) -> anyhow::Result<()> {
    let settings: Settings = process.config.section()?;
    if settings.model.is_some() {
        load(process, &settings)?;
    }
    let checked = match settings.backend {
        BackendKind::Compact => Ok(()),
        BackendKind::Onnx => Onnx::check(&settings.onnx),
        BackendKind::Remote => settings.remote.check_in_use(),
    };
    checked.map_err(|refused| refuse(process, &refused))?;
    Ok(())
}

fn refuse(process: &Process, refused: &Refused) -> ConfigError {
    process.config.refuse(&format!("classifier.{}", refused.key), &refused.problem, &refused.cure)
}

fn load(process: &Process, settings: &Settings) -> Result<Model, ConfigError> {
    let Some(path) = &settings.model else { return Ok(Model::shipped()) };
    Model::load(path).map_err(|error| {
        let cure = "give a file that `earshot classifier train` made";
        process.config.refuse("classifier.model", &error.to_string(), cure)
    })
}

/// Loads the models, binds the listener, begins to work, and returns.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "classifier");
    let settings: Settings = process.config.section()?;
    let backend = open(&process, &settings).await?;
    let model_version = backend.model_version();
    tracing::info!(backend = backend.name(), model_version, "classifying");
    let batches = Batches::start(backend, metrics::Metrics::default());
    let listener = service::listen::bind("classifier.listen", settings.listen).await?;
    let routes = grpc::routes(&batches, &process.shutdown)?;
    let serving =
        service::grpc::serve(NAME, listener, routes, SERVICES, &process.health, process.shutdown.clone()).await;
    let grpc = serving.address();
    let worker = Worker {
        batches,
        journal: journal.clone(),
        clock: process.clock.clone(),
        metrics: service::metrics::for_service(NAME),
    };
    let config = WorkConfig {
        max_in_flight: settings.posts_in_flight_max,
        drain: process.shutdown.drain_limit(),
        facts: vec!["PostReceived", "PostEdited"],
        ..WorkConfig::new(NAME, [subjects::CONVERSATIONS])
    };
    process.health.check("classifier.log").ready();
    let ended = tokio::spawn(async move {
        let handler = move |delivery: Delivery| {
            let worker = worker.clone();
            async move { worker.handle(delivery).await }
        };
        journal.work(config, process.shutdown.token(), handler).await?;
        serving.ended().await?;
        Ok(())
    });
    Ok(Started { grpc, model_version, ended })
}

/// Opens what answers, off the runtime's threads: a transformer takes seconds.
async fn open(process: &Process, settings: &Settings) -> anyhow::Result<Arc<dyn Backend>> {
    let (process, settings) = (process.clone(), settings.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let compact = Arc::new(load(&process, &settings)?);
        backend::open(settings.backend, &settings.onnx, &settings.remote, compact)
            .map_err(|refused| refuse(&process, &refused))
    });
    Ok(opened.await.context("opening the classifier's backend broke off")??)
}

/// What the built-in model's kind says of a post, as the fact that goes into the log.
pub fn classify(model: &Model, post: PostKey, text: &str, text_version: i64) -> PostClassified {
    fact(Answer { classification: model.classify(text), backend: backend::COMPACT.into() }, post, text_version)
}

/// An answer as the fact that goes into the log.
fn fact(answer: Answer, post: PostKey, text_version: i64) -> PostClassified {
    let class = answer.classification;
    PostClassified {
        post,
        model_version: class.model_version,
        language: scored(class.language),
        sentiment: scored(class.sentiment),
        intent: scored(class.intent),
        topic: scored(class.topic),
        urgency: scored(class.urgency),
        churn: scored(class.churn),
        call: scored(class.call),
        closing: scored(class.closing),
        recognised: class.recognised.into_iter().map(recognised).collect(),
        backend: answer.backend.to_string(),
        text_version,
    }
}

fn scored(known: crate::model::Scored) -> Scored {
    let reasons = known.reasons.iter().map(|reason| format!("{}={:.2}", reason.feature, reason.weight)).collect();
    let confidence = known.confidence.clamp(0.0, 1.0);
    Scored { label: known.label.into(), confidence, unsure: known.unsure, reasons }
}

fn recognised(found: recognise::Recognised) -> Recognised {
    // No more is read of a text than a few thousand characters, so its places fit.
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Recognised {
        kind: found.kind.as_str().into(),
        start: place(found.at.start),
        end: place(found.at.end),
        confidence: found.confidence,
    }
}

//! The service around the model: it reads every post of the log, says what it is, and writes that down with the version of
//! the model. It serves the same answers for text that is not in the log.

use crate::model::{Classification, Model};
use anyhow::Context as _;
use conversation::classified::{PostClassified, Scored};
use conversation::{Actor, Command, Conversation, Fact, PostKey, Record, RecordId, Rejection};
use jiff::Timestamp;
use journal::{Delivery, Draft, Entry, Journal, TransactError, WorkConfig, WorkError};
use service::config::ConfigError;
use service::grpc::MESSAGE_MAX_BYTES;
use service::metrics::{Outcome, ServiceMetrics};
use service::{Clock, Process, problem};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use wire::pb::classifier::classifier_service_server::{ClassifierService, ClassifierServiceServer};
use wire::pb::classifier::{ClassifyRequest, ClassifyResponse};
use wire::subjects;

const NAME: &str = "classifier";
/// What answers: the model inside the program.
const BACKEND: &str = "compact";
const SERVICES: &[&str] = &["earshot.classifier.v1.ClassifierService"];

service::section! {
    /// The classifier: language, sentiment and intent of every post.
    #[derive(Clone)]
    pub struct Settings in "classifier" {
        /// Address of the gRPC listener (ClassifierService).
        pub listen: SocketAddr = "127.0.0.1:7430".parse().expect("an address"),
        /// The model file that `earshot classifier train` made; the one inside the program when absent.
        pub model: Option<PathBuf> = None,
        /// Posts on their way to the log at once.
        #[range(1..=65_536)]
        pub posts_in_flight_max: usize = 256,
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

/// Whether the settings are sound, the model file included.
///
/// # Errors
/// A setting or the file that it names is wrong.
pub fn check(process: &Process) -> anyhow::Result<()> {
    let settings: Settings = process.config.section()?;
    if settings.model.is_some() {
        load(process, &settings)?;
    }
    Ok(())
}

fn load(process: &Process, settings: &Settings) -> Result<Model, ConfigError> {
    let Some(path) = &settings.model else { return Ok(Model::shipped()) };
    Model::load(path).map_err(|error| {
        let cure = "give a file that `earshot classifier train` made";
        process.config.refuse("classifier.model", &error.to_string(), cure)
    })
}

/// Loads the model, binds the listener, begins to work, and returns.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "classifier");
    let settings: Settings = process.config.section()?;
    let model = load(&process, &settings)?;
    let model = Arc::new(model);
    let model_version = model.version().to_owned();
    let listener = service::listen::bind("classifier.listen", settings.listen).await?;
    let serving =
        service::grpc::serve(NAME, listener, routes(&model)?, SERVICES, &process.health, process.shutdown.clone())
            .await;
    let grpc = serving.address();
    let worker = Worker {
        model,
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

#[derive(Clone)]
struct Worker {
    model: Arc<Model>,
    journal: Journal,
    clock: Clock,
    metrics: ServiceMetrics,
}

/// A text to classify: which post, which version of its text.
struct Text<'a> {
    post: PostKey,
    text: &'a str,
    version: i64,
    backfill: bool,
}

/// What a fact gives the classifier to read.
fn text_of(fact: &Fact) -> Option<Text<'_>> {
    match fact {
        Fact::PostReceived(fact) => {
            Some(Text { post: fact.post, text: &fact.personal.text, version: 0, backfill: fact.backfill })
        }
        Fact::PostEdited(fact) => Some(Text {
            post: fact.post,
            text: &fact.personal.text,
            version: fact.edited_at.as_microsecond(),
            backfill: false,
        }),
        // Nothing else brings a customer's words.
        _ => None,
    }
}

impl Worker {
    async fn handle(&self, delivery: Delivery) -> Result<(), WorkError> {
        let Entry::Record(record) = &delivery.entry else { return Ok(()) };
        for fact in &record.facts {
            let Some(text) = text_of(fact) else { continue };
            let started = Instant::now();
            let outcome = self.classify(&delivery, record, &text).await?;
            self.metrics.processed(fact.name(), outcome, started.elapsed());
        }
        Ok(())
    }

    async fn classify(&self, delivery: &Delivery, record: &Record, text: &Text<'_>) -> Result<Outcome, WorkError> {
        let class = classify(&self.model, text.post, text.text, text.version);
        let now = self.clock.now();
        let cause = [text.post.as_uuid().as_bytes().as_slice(), &text.version.to_be_bytes()].concat();
        let draft = Draft {
            record: RecordId::caused(NAME, &cause),
            occurred_at: if text.backfill { record.occurred_at } else { now },
            now,
            actor: Actor::Service(NAME.into()),
            caused_by: Some(record.id),
            correlation: record.correlation.or(Some(record.id)),
        };
        // The record in hand is enough to decide on: whatever could change the decision stands after it, and then the
        // expected sequence no longer holds and the whole conversation is read.
        let mut state = Conversation::default();
        conversation::evolve(&mut state, record);
        let command = Command::ClassifyPost(Box::new(class));
        let hint = Some((state, delivery.sequence));
        let decide =
            |state: &Conversation, context: &conversation::Context| conversation::decide(state, &command, context);
        match self.journal.transact(&record.subject, draft, hint, decide).await {
            Ok(done) if done.record.is_some() => Ok(Outcome::Done),
            Ok(_) | Err(TransactError::Elsewhere { .. }) => Ok(Outcome::Duplicate),
            Err(TransactError::Rejected(Rejection::MergedInto { .. })) => Ok(Outcome::Done),
            Err(TransactError::Rejected(rejection)) => Err(WorkError::poison(rejection.code())),
            Err(TransactError::Journal(error)) if error.is_unavailable() => {
                Err(WorkError::Unavailable { why: error.to_string() })
            }
            Err(error) => Err(WorkError::retry(error.to_string())),
        }
    }
}

/// The verb of this service: what a text is, as the fact that goes into the log.
pub fn classify(model: &Model, post: PostKey, text: &str, text_version: i64) -> PostClassified {
    let Classification { language, sentiment, intent, model_version, .. } = model.classify(text);
    PostClassified {
        post,
        model_version,
        language: scored(language),
        sentiment: scored(sentiment),
        intent: scored(intent),
        topic: Scored::default(),
        urgency: Scored::default(),
        churn: Scored::default(),
        call: Scored::default(),
        closing: Scored::default(),
        recognised: Vec::new(),
        backend: BACKEND.to_owned(),
        text_version,
    }
}

fn scored(known: crate::model::Scored) -> Scored {
    let reasons = known.reasons.iter().map(|reason| format!("{}={:.2}", reason.feature, reason.weight)).collect();
    Scored { label: known.label.into(), confidence: known.confidence.clamp(0.0, 1.0), unsure: false, reasons }
}

fn routes(model: &Arc<Model>) -> anyhow::Result<Routes> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let service = ClassifierServiceServer::new(Classify(Arc::clone(model)));
    Ok(Routes::new(service.max_decoding_message_size(MESSAGE_MAX_BYTES)).add_service(reflection))
}

struct Classify(Arc<Model>);

/// Texts of posts are at most this long; longer ones are no posts.
const TEXT_MAX_BYTES: usize = 131_072;

#[tonic::async_trait]
impl ClassifierService for Classify {
    async fn classify(&self, request: Request<ClassifyRequest>) -> Result<Response<ClassifyResponse>, Status> {
        let text = request.into_inner().text;
        if text.len() > TEXT_MAX_BYTES {
            let what = format!("has {} bytes", text.len());
            return Err(problem::invalid_argument("text", &what, &format!("use at most {TEXT_MAX_BYTES} bytes")));
        }
        let nobody = PostKey::from_uuid(uuid::Uuid::nil());
        let class = classify(&self.0, nobody, &text, Timestamp::UNIX_EPOCH.as_microsecond());
        Ok(Response::new(ClassifyResponse {
            model_version: class.model_version,
            language: Some(wire::scored_to_pb(&class.language)),
            sentiment: Some(wire::scored_to_pb(&class.sentiment)),
            intent: Some(wire::scored_to_pb(&class.intent)),
            topic: wire::answer_to_pb(&class.topic),
            urgency: wire::answer_to_pb(&class.urgency),
            churn: wire::answer_to_pb(&class.churn),
            call: wire::answer_to_pb(&class.call),
            closing: wire::answer_to_pb(&class.closing),
            recognised: class.recognised.iter().map(wire::recognised_to_pb).collect(),
            backend: class.backend,
        }))
    }
}

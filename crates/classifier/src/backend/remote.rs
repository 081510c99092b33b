//! Another ClassifierService: a bigger model on a machine of its own, or somebody else's.
//!
//! A text has a deadline, after which the compact model answers it. After a few lost answers in a row the other service
//! counts as away and is not asked at all: the flow of posts never waits for it more than that. Meanwhile a probe asks every
//! few seconds, and whoever answers it is asked again.

use super::breaker::Breaker;
use super::{Answer, Backend, Compact, Refused, RemoteSettings, foreign};
use crate::model::Model;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Gauge;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use wire::pb::classifier::ClassifyRequest;
use wire::pb::classifier::classifier_service_client::ClassifierServiceClient;

/// A silent connection is asked after so long whether it is still there, and has so long to answer.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(5);
/// Calls for one batch; they share the connection.
const BATCH_MAX: usize = 32;
const BATCHES_MAX: usize = 8;
/// What a probe asks; nobody's words.
const PROBE_TEXT: &str = "is anybody there?";

type Client = ClassifierServiceClient<InterceptedService<Channel, fn(Request<()>) -> Result<Request<()>, Status>>>;

/// A client of another ClassifierService, with the compact model for when it is away.
pub struct Remote {
    asked: Arc<Asked>,
    in_stead: Compact,
    prober: AbortHandle,
}

/// What the calls and the probe share.
struct Asked {
    client: Client,
    name: Arc<str>,
    deadline: Duration,
    breaker: Breaker,
    given_up: Notify,
    /// What it said last; the compact model's before.
    model_version: Mutex<String>,
    available: Gauge<u64>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq)]
enum Lost {
    /// This text is not to its liking; others may be.
    Text,
    /// It is away, too slow, or says what cannot be.
    Service(&'static str),
}

impl Remote {
    /// Prepares the connection, which is made when it is first needed. Needs a runtime.
    ///
    /// # Errors
    /// The address cannot be one.
    pub fn open(settings: &RemoteSettings, compact: Arc<Model>) -> Result<Self, Refused> {
        settings.check()?;
        let uri = settings.uri()?;
        let name: Arc<str> = format!("remote:{}", settings.name(&uri)).into();
        let deadline = Duration::from_millis(settings.deadline_millis);
        let channel = channel(uri, deadline)
            .map_err(|error| Refused::new("remote.url", error.to_string(), "write http://HOST:PORT"))?;
        let available = service::metrics::meter()
            .u64_gauge("earshot.classifier.remote.available")
            .with_description("1 while the other ClassifierService answers, 0 while the built-in model does")
            .build();
        available.record(1, &[backend_label(&name)]);
        let asked = Arc::new(Asked {
            client: ClassifierServiceClient::with_interceptor(channel, service::grpc::with_trace),
            name,
            deadline,
            breaker: Breaker::default(),
            given_up: Notify::new(),
            model_version: Mutex::new(compact.version().to_owned()),
            available,
        });
        let probing = tokio::spawn(Arc::clone(&asked).probe(Duration::from_secs(settings.probe_seconds)));
        let in_stead = Compact::in_stead(compact, "remote");
        Ok(Remote { asked, in_stead, prober: probing.abort_handle() })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.prober.abort();
    }
}

#[tonic::async_trait]
impl Backend for Remote {
    fn name(&self) -> &str {
        &self.asked.name
    }

    fn model_version(&self) -> String {
        self.asked.model_version.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn batches_max(&self) -> usize {
        BATCHES_MAX
    }

    async fn classify(&self, texts: Arc<[String]>) -> Vec<Answer> {
        if !self.asked.breaker.lets_through() {
            return self.in_stead.classify(texts).await;
        }
        // The other side gathers them again; here each keeps its own deadline and its own fate.
        let calls = texts.iter().map(|text| self.asked.answer(text));
        let answers = futures::future::join_all(calls).await;
        if answers.iter().all(Option::is_some) {
            return answers.into_iter().flatten().collect();
        }
        let lost = texts.iter().zip(&answers).filter(|(_, answer)| answer.is_none());
        let lost: Arc<[String]> = lost.map(|(text, _)| text.clone()).collect();
        let mut in_stead = self.in_stead.classify(lost).await.into_iter();
        answers.into_iter().filter_map(|answer| answer.or_else(|| in_stead.next())).collect()
    }
}

impl Asked {
    /// An answer in time, or none; either is remembered.
    async fn answer(&self, text: &str) -> Option<Answer> {
        match self.ask(text).await {
            Ok(answer) => {
                self.came_back();
                Some(answer)
            }
            Err(Lost::Text) => None,
            Err(Lost::Service(why)) => {
                self.lost(why);
                None
            }
        }
    }

    async fn ask(&self, text: &str) -> Result<Answer, Lost> {
        let mut request = Request::new(ClassifyRequest { text: text.to_owned() });
        request.set_timeout(self.deadline);
        let mut client = self.client.clone();
        // The other side may not keep the deadline that it was told.
        let call = tokio::time::timeout(self.deadline, client.classify(request));
        let response = match call.await {
            Ok(Ok(response)) => response.into_inner(),
            Ok(Err(status)) if status.code() == Code::InvalidArgument => return Err(Lost::Text),
            Ok(Err(status)) => return Err(Lost::Service(why(status.code()))),
            Err(_) => return Err(Lost::Service("no answer within the deadline")),
        };
        let classification = foreign::classification(response, text).map_err(Lost::Service)?;
        let mut version = self.model_version.lock().unwrap_or_else(PoisonError::into_inner);
        version.clone_from(&classification.model_version);
        Ok(Answer { classification, backend: Arc::clone(&self.name) })
    }

    fn lost(&self, why: &'static str) {
        if self.breaker.failed() {
            tracing::warn!(backend = %self.name, why, "the other classifier is away: the built-in model answers meanwhile");
            self.available.record(0, &[backend_label(&self.name)]);
            self.given_up.notify_one();
        }
    }

    fn came_back(&self) {
        if self.breaker.succeeded() {
            tracing::info!(backend = %self.name, "the other classifier is back");
            self.available.record(1, &[backend_label(&self.name)]);
        }
    }

    /// Asks one that was given up until it answers, again and again for ever.
    async fn probe(self: Arc<Self>, pause: Duration) {
        loop {
            self.given_up.notified().await;
            while !self.breaker.lets_through() {
                tokio::time::sleep(pause).await;
                // Whoever refuses this text is there.
                if !matches!(self.ask(PROBE_TEXT).await, Err(Lost::Service(_))) {
                    self.came_back();
                }
            }
        }
    }
}

fn channel(uri: tonic::transport::Uri, deadline: Duration) -> Result<Channel, tonic::transport::Error> {
    let tls = uri.scheme_str() == Some("https");
    let mut endpoint = Endpoint::from(uri)
        .connect_timeout(deadline)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true);
    if tls {
        endpoint = endpoint.tls_config(ClientTlsConfig::new().with_native_roots())?;
    }
    Ok(endpoint.connect_lazy())
}

fn backend_label(name: &Arc<str>) -> KeyValue {
    KeyValue::new("backend", Arc::clone(name))
}

/// A status in words of ours: what the other side says about it may quote the text.
fn why(code: Code) -> &'static str {
    match code {
        Code::Unavailable => "it cannot be reached",
        Code::DeadlineExceeded | Code::Cancelled => "no answer within the deadline",
        Code::ResourceExhausted => "it has too much to do",
        Code::Unauthenticated | Code::PermissionDenied => "it does not let us ask",
        Code::Unimplemented => "it is no ClassifierService",
        _ => "it failed",
    }
}

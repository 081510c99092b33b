//! ClassifierService, for texts that are not in the log: one at a time, or any number over one call.

use super::batches::{Batches, Unanswered};
use super::{NAME, fact, stream};
use crate::backend::Answer;
use conversation::PostKey;
use futures::stream::BoxStream;
use jiff::Timestamp;
use service::grpc::MESSAGE_MAX_BYTES;
use service::metrics::ServiceMetrics;
use service::{Shutdown, problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use wire::pb::classifier::classifier_service_server::{ClassifierService, ClassifierServiceServer};
use wire::pb::classifier::{ClassifyRequest, ClassifyResponse, ClassifyStreamRequest, ClassifyStreamResponse};

/// Texts of posts are at most this long; longer ones are no posts.
const TEXT_MAX_BYTES: usize = 131_072;
/// Streams at once; each has a bounded number of texts under way.
const STREAMS_MAX: usize = 64;
/// How long a call waits for room before it is told that there is none.
const ROOM_WITHIN: Duration = Duration::from_millis(500);
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// The service with its reflection.
///
/// # Errors
/// The descriptors cannot be read; a test would have said so.
pub fn routes(batches: &Batches, shutdown: &Shutdown) -> anyhow::Result<Routes> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let service = ClassifierServiceServer::new(Classify {
        batches: batches.clone(),
        shutdown: shutdown.clone(),
        streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        metrics: service::metrics::for_service(NAME),
    });
    Ok(Routes::new(service.max_decoding_message_size(MESSAGE_MAX_BYTES)).add_service(reflection))
}

struct Classify {
    batches: Batches,
    shutdown: Shutdown,
    streams: Arc<Semaphore>,
    metrics: ServiceMetrics,
}

#[tonic::async_trait]
impl ClassifierService for Classify {
    async fn classify(&self, request: Request<ClassifyRequest>) -> Result<Response<ClassifyResponse>, Status> {
        let text = request.into_inner().text;
        if let Some(fault) = text_fault(&text) {
            self.metrics.rejected("text_too_long");
            return Err(problem::invalid_argument("text", &fault.what, &fault.cure));
        }
        match self.batches.classify_soon(text, ROOM_WITHIN).await {
            Ok(answer) => Ok(Response::new(response(answer))),
            Err(Unanswered::Busy) => {
                self.metrics.rejected("classifier_busy");
                let message = "too many texts wait to be classified; send fewer at once, or run more copies";
                Err(problem::resource_exhausted("CLASSIFIER_BUSY", message, Some(COME_BACK_AFTER)))
            }
            Err(broken @ Unanswered::Broken) => Err(problem::internal(&broken)),
        }
    }

    type ClassifyStreamStream = BoxStream<'static, Result<ClassifyStreamResponse, Status>>;

    async fn classify_stream(
        &self,
        request: Request<Streaming<ClassifyStreamRequest>>,
    ) -> Result<Response<Self::ClassifyStreamStream>, Status> {
        let Ok(place) = Arc::clone(&self.streams).try_acquire_owned() else {
            self.metrics.rejected("streams_busy");
            let message = format!("{STREAMS_MAX} streams are open; use fewer, each takes any number of texts");
            return Err(problem::resource_exhausted("STREAMS_BUSY", &message, Some(COME_BACK_AFTER)));
        };
        let batches = self.batches.clone();
        let answers = stream::answers(request.into_inner(), batches, self.metrics.clone(), self.shutdown.clone());
        Ok(Response::new(stream::holding(answers, place)))
    }
}

/// What is wrong with a field of a request, in words that hold nothing of it.
pub struct Fault {
    pub what: String,
    pub cure: String,
}

/// What is wrong with a text, if anything.
pub fn text_fault(text: &str) -> Option<Fault> {
    (text.len() > TEXT_MAX_BYTES).then(|| Fault {
        what: format!("has {} bytes", text.len()),
        cure: format!("use at most {TEXT_MAX_BYTES} bytes"),
    })
}

/// The contract's form of an answer; a head that the model does not have is absent.
pub fn response(answer: Answer) -> ClassifyResponse {
    let nobody = PostKey::from_uuid(uuid::Uuid::nil());
    let class = fact(answer, nobody, Timestamp::UNIX_EPOCH.as_microsecond());
    ClassifyResponse {
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
    }
}

//! Any number of texts over one call, with answers in the order of the texts.
//!
//! Nothing here runs by itself: the next text is taken when the transport asks for the next answer, and so many texts at most
//! are under way. A client that reads slowly is thereby read slowly, and no queue grows for it.

use super::batches::{Batches, Unanswered};
use super::grpc::{Fault, response, text_fault};
use futures::stream::{BoxStream, Stream, StreamExt};
use service::metrics::ServiceMetrics;
use service::{Shutdown, problem};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;
use wire::pb::classifier::classify_stream_response::Result as Outcome;
use wire::pb::classifier::{ClassifyError, ClassifyStreamRequest, ClassifyStreamResponse};

/// Texts of one stream that are under way.
pub const IN_FLIGHT_MAX: usize = 32;
/// Longest id in bytes.
const ID_MAX_BYTES: usize = 128;
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// The answers to the texts of a stream. It ends with the texts, or as `UNAVAILABLE` when the process is asked to stop, after
/// the answers to all texts that were taken.
pub fn answers(
    texts: impl Stream<Item = Result<ClassifyStreamRequest, Status>> + Send + Unpin + 'static,
    batches: Batches,
    metrics: ServiceMetrics,
    shutdown: Shutdown,
) -> BoxStream<'static, Result<ClassifyStreamResponse, Status>> {
    let taken = futures::stream::unfold(Some(texts), move |texts| {
        let shutdown = shutdown.clone();
        async move {
            let mut texts = texts?;
            match shutdown.unless_begun(texts.next()).await {
                Some(Some(Ok(request))) => Some((Ok(request), Some(texts))),
                Some(Some(Err(status))) => Some((Err(status), None)),
                Some(None) => None,
                None => Some((Err(stopping()), None)),
            }
        }
    });
    let answered = taken.map(move |taken| {
        let (batches, metrics) = (batches.clone(), metrics.clone());
        async move { Ok(answer(taken?, &batches, &metrics).await) }
    });
    answered.buffered(IN_FLIGHT_MAX).boxed()
}

/// The same stream, keeping a place among the open ones until it ends.
pub fn holding<T: Send + 'static>(stream: BoxStream<'static, T>, place: OwnedSemaphorePermit) -> BoxStream<'static, T> {
    stream
        .map(move |item| {
            let _kept = &place;
            item
        })
        .boxed()
}

async fn answer(request: ClassifyStreamRequest, batches: &Batches, metrics: &ServiceMetrics) -> ClassifyStreamResponse {
    let ClassifyStreamRequest { mut id, text } = request;
    let outcome = if id.len() > ID_MAX_BYTES {
        metrics.rejected("id_too_long");
        let what = format!("has {} bytes", id.len());
        cut(&mut id, ID_MAX_BYTES);
        let cure = format!("use at most {ID_MAX_BYTES} bytes; the answer has the first of them");
        Outcome::Error(invalid("id", &Fault { what, cure }))
    } else if let Some(fault) = text_fault(&text) {
        metrics.rejected("text_too_long");
        Outcome::Error(invalid("text", &fault))
    } else {
        match batches.classify(text).await {
            Ok(answer) => Outcome::Classification(response(answer)),
            Err(unanswered) => Outcome::Error(broken(unanswered)),
        }
    };
    ClassifyStreamResponse { id, result: Some(outcome) }
}

fn invalid(field: &str, fault: &Fault) -> ClassifyError {
    ClassifyError {
        reason: "INVALID_ARGUMENT".into(),
        field: field.into(),
        message: format!("{field} {}; {}", fault.what, fault.cure),
    }
}

fn broken(unanswered: Unanswered) -> ClassifyError {
    tracing::error!(error = %unanswered, "a text of a stream has no answer");
    let message = "an internal error, logged on the server; send the text again".to_owned();
    ClassifyError { reason: "INTERNAL".into(), field: String::new(), message }
}

fn stopping() -> Status {
    let message = "the classifier is stopping; send the texts that have no answer to another one";
    problem::unavailable("STOPPING", message, COME_BACK_AFTER)
}

fn cut(text: &mut String, bytes: usize) {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::super::batches::tests::{Gated, settle};
    use super::super::metrics::Metrics;
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tonic::Code;

    fn request(id: &str, text: &str) -> ClassifyStreamRequest {
        ClassifyStreamRequest { id: id.into(), text: text.into() }
    }

    fn start(
        texts: impl Stream<Item = Result<ClassifyStreamRequest, Status>> + Send + Unpin + 'static,
        backend: &Arc<Gated>,
        shutdown: &Shutdown,
    ) -> BoxStream<'static, Result<ClassifyStreamResponse, Status>> {
        let batches = Batches::start(backend.clone(), Metrics::default());
        answers(texts, batches, service::metrics::for_service("stream_test"), shutdown.clone())
    }

    #[tokio::test]
    async fn answers_come_in_order_with_their_ids() {
        let backend = Gated::new();
        backend.open.add_permits(1_000);
        let texts = futures::stream::iter((0..100).map(|id| Ok(request(&id.to_string(), "where is my bag"))));
        let answers: Vec<_> = start(texts, &backend, &Shutdown::new(1)).collect().await;
        let ids: Vec<String> = answers.iter().map(|answer| answer.as_ref().unwrap().id.clone()).collect();
        assert_eq!(ids, (0..100).map(|id| id.to_string()).collect::<Vec<_>>());
        for answer in answers {
            let Some(Outcome::Classification(class)) = answer.unwrap().result else { panic!("no classification") };
            assert_eq!((class.backend.as_str(), class.language.unwrap().label.as_str()), ("compact", "en"));
        }
    }

    #[tokio::test]
    async fn who_does_not_read_is_not_read() {
        // given an endless source of texts, and a backend that takes its time
        let backend = Gated::new();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let texts = futures::stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(request("x", "a text"))
        });
        let mut answers = start(texts, &backend, &Shutdown::new(1));
        // when nobody reads an answer, nothing is taken
        settle().await;
        assert_eq!(taken.load(Ordering::Relaxed), 0);
        // when the first is waited for, only so many are
        let first = tokio::time::timeout(Duration::from_millis(50), answers.next()).await;
        assert!(first.is_err(), "the backend is not open yet");
        assert_eq!(taken.load(Ordering::Relaxed), IN_FLIGHT_MAX);
        // when the backend answers and one is read, one more is taken
        backend.open.add_permits(1_000);
        answers.next().await.unwrap().unwrap();
        settle().await;
        assert!(taken.load(Ordering::Relaxed) <= IN_FLIGHT_MAX + 1);
    }

    #[tokio::test]
    async fn a_wrong_text_is_told_by_its_field_and_the_stream_goes_on() {
        let backend = Gated::new();
        backend.open.add_permits(1_000);
        let long = "geheim ".repeat(20_000);
        let long_id = "ü".repeat(100);
        let texts = [request("1", &long), request(&long_id, "geheim"), request("3", "fine"), request("4", "panic")];
        let texts = futures::stream::iter(texts.into_iter().map(Ok).collect::<Vec<_>>());
        let answers: Vec<_> = start(texts, &backend, &Shutdown::new(1)).map(Result::unwrap).collect().await;
        let told = |place: usize| match answers[place].result.as_ref().unwrap() {
            Outcome::Error(error) => (error.reason.as_str(), error.field.as_str(), error.message.as_str()),
            Outcome::Classification(_) => ("", "", ""),
        };
        assert_eq!((told(0).0, told(0).1), ("INVALID_ARGUMENT", "text"));
        assert!(told(0).2.contains("140000 bytes") && !told(0).2.contains("geheim"), "{}", told(0).2);
        assert_eq!((told(1).0, told(1).1), ("INVALID_ARGUMENT", "id"));
        assert!(long_id.starts_with(&answers[1].id) && answers[1].id.len() == 128);
        // the last two shared a batch that broke off, or not; the last has none in any case
        assert_eq!(told(3).0, "INTERNAL");
    }

    #[tokio::test]
    async fn a_stop_answers_what_was_taken_and_says_why_it_ends() {
        let backend = Gated::new();
        let shutdown = Shutdown::new(1);
        let open_end = futures::stream::iter([Ok(request("1", "a")), Ok(request("2", "b"))]);
        let texts = open_end.chain(futures::stream::pending()).boxed();
        let mut answers = start(texts, &backend, &shutdown);
        assert!(tokio::time::timeout(Duration::from_millis(20), answers.next()).await.is_err());
        shutdown.begin();
        backend.open.add_permits(1_000);
        assert_eq!(answers.next().await.unwrap().unwrap().id, "1");
        assert_eq!(answers.next().await.unwrap().unwrap().id, "2");
        assert_eq!(answers.next().await.unwrap().unwrap_err().code(), Code::Unavailable);
        assert!(answers.next().await.is_none());
    }
}

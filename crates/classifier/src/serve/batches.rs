//! One bounded queue before the backend, for posts of the log and texts of others alike.
//!
//! Nobody waits for a batch to fill up: whatever waits when the backend is free goes together. A quiet service answers each
//! text at once, a busy one has full batches. When the queue is full, whoever brings more waits.

use super::metrics::Metrics;
use crate::backend::{Answer, Backend};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Texts that wait for the backend, at most.
const WAITING_MAX: usize = 256;

/// The way to the backend. Clones share the queue; when the last is gone, it ends.
#[derive(Clone)]
pub struct Batches {
    queue: mpsc::Sender<Waiting>,
}

struct Waiting {
    text: String,
    answer: oneshot::Sender<Answer>,
}

/// Why a text has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The queue stayed full for as long as the caller would wait.
    #[error("too many texts wait to be classified")]
    Busy,
    /// The backend broke off; a defect.
    #[error("the classifier broke off before it answered")]
    Broken,
}

impl Batches {
    /// Begins to take texts to the backend. Needs a runtime.
    pub fn start(backend: Arc<dyn Backend>, metrics: Metrics) -> Self {
        Self::with_room(backend, metrics, WAITING_MAX)
    }

    fn with_room(backend: Arc<dyn Backend>, metrics: Metrics, room: usize) -> Self {
        let (queue, waiting) = mpsc::channel(room);
        tokio::spawn(serve(backend, metrics, waiting));
        Batches { queue }
    }

    /// What a text is; waits for room as long as it takes.
    ///
    /// # Errors
    /// [`Unanswered::Broken`].
    pub async fn classify(&self, text: String) -> Result<Answer, Unanswered> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { text, answer }).await.map_err(|_| Unanswered::Broken)?;
        answered.await.map_err(|_| Unanswered::Broken)
    }

    /// What a text is, for a caller who would rather hear that there is no room.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn classify_soon(&self, text: String, room_within: Duration) -> Result<Answer, Unanswered> {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(Waiting { text, answer }) {
            Ok(()) => {}
            Err(TrySendError::Closed(_)) => return Err(Unanswered::Broken),
            Err(TrySendError::Full(waiting)) => {
                let room = tokio::time::timeout(room_within, self.queue.send(waiting));
                room.await.map_err(|_| Unanswered::Busy)?.map_err(|_| Unanswered::Broken)?;
            }
        }
        answered.await.map_err(|_| Unanswered::Broken)
    }
}

async fn serve(backend: Arc<dyn Backend>, metrics: Metrics, mut waiting: mpsc::Receiver<Waiting>) {
    let free = Arc::new(Semaphore::new(backend.batches_max()));
    let mut batch = Vec::new();
    loop {
        // First a free hand, then the texts: those that come meanwhile go along.
        let hand = Arc::clone(&free).acquire_owned().await.expect("the semaphore is never closed");
        if waiting.recv_many(&mut batch, backend.batch_max()).await == 0 {
            return;
        }
        // Whoever no longer waits, a call that was broken off, costs nothing.
        batch.retain(|waiting| !waiting.answer.is_closed());
        if batch.is_empty() {
            continue;
        }
        let (batch, backend, metrics) = (std::mem::take(&mut batch), Arc::clone(&backend), metrics.clone());
        tokio::spawn(async move {
            run(backend.as_ref(), &metrics, batch).await;
            drop(hand);
        });
    }
}

async fn run(backend: &dyn Backend, metrics: &Metrics, batch: Vec<Waiting>) {
    let started = Instant::now();
    let (texts, callers): (Vec<String>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.text, waiting.answer)).unzip();
    let answers = backend.classify(texts.into()).await;
    metrics.batch(&answers, started.elapsed());
    for (caller, answer) in callers.into_iter().zip(answers) {
        // He may have left meanwhile.
        let _ = caller.send(answer);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::backend::Compact;
    use crate::model::Model;
    use std::sync::Mutex;

    /// A backend that answers when it is told to, and writes down what it was given.
    pub struct Gated {
        compact: Compact,
        pub open: Semaphore,
        pub given: Mutex<Vec<usize>>,
    }

    impl Gated {
        pub fn new() -> Arc<Self> {
            let compact = Compact::new(Arc::new(Model::shipped()));
            Arc::new(Gated { compact, open: Semaphore::new(0), given: Mutex::default() })
        }
    }

    #[tonic::async_trait]
    impl Backend for Gated {
        fn name(&self) -> &str {
            "gated"
        }
        fn model_version(&self) -> String {
            self.compact.model_version()
        }
        fn batch_max(&self) -> usize {
            4
        }
        fn batches_max(&self) -> usize {
            1
        }
        async fn classify(&self, texts: Arc<[String]>) -> Vec<Answer> {
            self.given.lock().unwrap().push(texts.len());
            self.open.acquire().await.unwrap().forget();
            assert!(!texts.iter().any(|text| text == "panic"), "asked to");
            self.compact.classify(texts).await
        }
    }

    /// Lets everything happen that can happen without the gate.
    pub async fn settle() {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_waits_goes_together_and_each_has_its_own_answer() {
        let backend = Gated::new();
        let batches = Batches::start(backend.clone(), Metrics::default());
        let texts = ["thank you so much, great service", "where is my bag", "", "oui", "danke", "ok"];
        let calls: Vec<_> = texts
            .into_iter()
            .map(|text| {
                let batches = batches.clone();
                tokio::spawn(async move { batches.classify(text.to_owned()).await })
            })
            .collect();
        settle().await;
        backend.open.add_permits(100);
        let model = Model::shipped();
        for (text, call) in texts.into_iter().zip(calls) {
            assert_eq!(call.await.unwrap().unwrap().classification, model.classify(text), "{text:?}");
        }
        let given = backend.given.lock().unwrap().clone();
        assert_eq!(given.iter().sum::<usize>(), texts.len());
        assert!(given.iter().all(|texts| *texts <= 4) && given.len() < texts.len(), "{given:?}");
    }

    #[tokio::test]
    async fn a_full_queue_is_told_and_those_who_left_are_not_answered() {
        let backend = Gated::new();
        let batches = Batches::with_room(backend.clone(), Metrics::default(), 1);
        // given one text with the backend, and one that fills the queue
        let first = tokio::spawn({
            let batches = batches.clone();
            async move { batches.classify("a".into()).await }
        });
        settle().await;
        let second = tokio::spawn({
            let batches = batches.clone();
            async move { batches.classify("b".into()).await }
        });
        settle().await;
        // when one more comes, then it is told
        let refused = batches.classify_soon("c".into(), Duration::from_millis(1)).await;
        assert_eq!(refused.unwrap_err(), Unanswered::Busy);
        // when the second leaves, then the backend never sees it
        second.abort();
        backend.open.add_permits(100);
        first.await.unwrap().unwrap();
        batches.classify("d".into()).await.unwrap();
        assert_eq!(*backend.given.lock().unwrap(), [1, 1]);
    }

    #[tokio::test]
    async fn a_batch_that_breaks_off_is_told_and_the_next_is_answered() {
        let backend = Gated::new();
        backend.open.add_permits(100);
        let batches = Batches::start(backend, Metrics::default());
        assert_eq!(batches.classify("panic".into()).await.unwrap_err(), Unanswered::Broken);
        batches.classify("fine".into()).await.unwrap();
    }
}

//! The posts of the log: each is read, classified, and written down with who spoke.

use super::batches::{Batches, Unanswered};
use super::{NAME, fact};
use conversation::{Actor, Command, Conversation, Fact, PostKey, Record, RecordId, Rejection};
use jiff::Timestamp;
use journal::{Delivery, Draft, Entry, Journal, TransactError, WorkError};
use service::Clock;
use service::metrics::{Outcome, ServiceMetrics};
use std::time::Instant;

/// Classifies what the log delivers. Clones share everything.
#[derive(Clone)]
pub struct Worker {
    pub batches: Batches,
    pub journal: Journal,
    pub clock: Clock,
    pub metrics: ServiceMetrics,
}

/// A text to classify: which post, which version of its text (0, or when it was edited, in microseconds).
pub struct Text<'a> {
    pub post: PostKey,
    pub text: &'a str,
    pub version: i64,
    backfill: bool,
}

/// What a fact gives the classifier to read.
pub fn text_of(fact: &Fact) -> Option<Text<'_>> {
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

/// What the record of a classification says about its origin: `record` brought the text, and it was read at `now`. The same text has
/// the same id, so that it is written once, whoever reads it.
pub fn draft(text: &Text<'_>, record: &Record, now: Timestamp) -> Draft {
    let cause = [text.post.as_uuid().as_bytes().as_slice(), &text.version.to_be_bytes()].concat();
    Draft {
        record: RecordId::caused(NAME, &cause),
        occurred_at: now,
        now,
        actor: Actor::Service(NAME.into()),
        caused_by: Some(record.id),
        correlation: record.correlation.or(Some(record.id)),
    }
}

impl Worker {
    /// Handles one message of the log.
    ///
    /// # Errors
    /// The log is away, the post is to be tried again, or it cannot be classified.
    pub async fn handle(&self, delivery: Delivery) -> Result<(), WorkError> {
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
        let answer = self.batches.classify(text.text.to_owned()).await;
        let answer = answer.map_err(|unanswered: Unanswered| WorkError::retry(unanswered.to_string()))?;
        let class = fact(answer, text.post, text.version);
        let read = draft(text, record, self.clock.now());
        let draft = Draft { occurred_at: if text.backfill { record.occurred_at } else { read.now }, ..read };
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

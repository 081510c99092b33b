//! The verb of this service: put an item with its conversation and write it down. The index says where it belongs; the
//! log decides. When the log knows more (another copy of the service was quicker, the matter was resolved a moment ago),
//! the item is placed again.

use crate::Settings;
use crate::index::Index;
use crate::intake::{self, Item, Outcome, Refused, Verdict};
use crate::ledger::Ledger;
use crate::plan::{self, NAME, Plan, Write};
use bytes::Bytes;
use conversation::{BrandId, Context, Conversation, Fact, Record};
use journal::{AppendError, Journal, Raw, TransactError};
use service::Clock;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many conversations of a customer's chain may be tried before the item is sent back to come again.
const PLACES_MAX: usize = 16;

/// Takes items in. Clones share everything.
#[derive(Clone)]
pub struct Receiver {
    pub(crate) journal: Journal,
    pub(crate) index: Arc<Index>,
    ledger: Arc<Ledger>,
    pub(crate) clock: Clock,
    text_max_bytes: usize,
    index_lag_max: u64,
}

impl Receiver {
    pub(crate) fn new(
        journal: Journal,
        index: Arc<Index>,
        ledger: Arc<Ledger>,
        clock: Clock,
        settings: &Settings,
    ) -> Self {
        let (text_max_bytes, index_lag_max) = (settings.text_max_bytes, settings.index_lag_max_records);
        Receiver { journal, index, ledger, clock, text_max_bytes, index_lag_max }
    }

    /// Takes one item in and counts what became of it under its source.
    ///
    /// # Errors
    /// [`Refused::Invalid`] names the field and the cure; [`Refused::Unavailable`] asks for the item again.
    pub async fn receive(&self, item: Item, source: &str) -> Result<Outcome, Refused> {
        let brand = item.brand().clone();
        let outcome = self.take(item, source).await;
        self.ledger.count(Some(&brand), source, &outcome);
        outcome
    }

    /// Counts an item that could not even be read.
    pub fn refuse(&self, brand: Option<&BrandId>, source: &str, refused: Refused) -> Refused {
        self.ledger.count(brand, source, &Err(refused.clone()));
        refused
    }

    /// Keeps a signed body that cannot be read, so that it is not lost with the mistake of its sender.
    pub async fn keep_aside(&self, body: &[u8], reason: &'static str) {
        // It has no place in the log, so it is named by its content: the same body again is the same item.
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let raw = Raw {
            sequence: hasher.finish(),
            subject: "webhook".to_owned(),
            payload: Bytes::copy_from_slice(body),
            stored_at: self.clock.now(),
            traceparent: None,
            message_id: None,
        };
        if let Err(error) = self.journal.set_aside(NAME, &raw, reason, 1).await {
            tracing::warn!(%error, reason, "a body that cannot be read could not be kept aside");
        }
    }

    async fn take(&self, item: Item, source: &str) -> Result<Outcome, Refused> {
        intake::check(&item, self.text_max_bytes)?;
        if !self.index.is_ready(self.index_lag_max) {
            return Err(Refused::Unavailable);
        }
        let brand = self.index.brand(item.brand());
        let plan = plan::plan(&self.index.read(), &brand, item, source, self.clock.now())?;
        self.carry_out(plan).await
    }

    /// Carries out what is to be done with an item.
    pub(crate) async fn carry_out(&self, plan: Plan) -> Result<Outcome, Refused> {
        match plan {
            Plan::Seen(outcome) => Ok(outcome),
            Plan::Filter(record) => self.write_filtered(*record).await,
            Plan::Write(write) => self.write(*write).await,
        }
    }

    /// Writes a command to the conversation it is placed with; where the log knows better, to the one it leads to.
    async fn write(&self, mut write: Write) -> Result<Outcome, Refused> {
        let post = write.post;
        for _ in 0..PLACES_MAX {
            // A conversation that is not opened yet has no records: the first one goes in without reading anything.
            let hint = (!write.place.exists).then(|| (Conversation::default(), 0));
            let draft = write.draft(self.clock.now());
            let decide = |state: &Conversation, context: &Context| write.decide(state, context);
            match self.journal.transact(&write.subject(), draft, hint, decide).await {
                Ok(done) => {
                    let verdict = if done.record.is_some() { Verdict::Accepted } else { Verdict::Duplicate };
                    if let Some(record) = &done.record {
                        self.index.fold(record);
                    }
                    let conversation = Some(write.place.conversation);
                    return Ok(Outcome { verdict, conversation, post, rule: String::new() });
                }
                Err(TransactError::Rejected(rejection)) => {
                    let moved = write.move_on(&self.index.read(), &rejection);
                    if !moved {
                        return Err(plan::refused(&rejection));
                    }
                }
                // Another copy of the service has written it to another conversation a moment ago.
                Err(TransactError::Elsewhere { .. }) => {
                    return Ok(Outcome { verdict: Verdict::Duplicate, conversation: None, post, rule: String::new() });
                }
                Err(error) => {
                    tracing::warn!(%error, "an item could not be written to the log; its sender is asked to send it again");
                    return Err(Refused::Unavailable);
                }
            }
        }
        Err(Refused::Unavailable)
    }

    async fn write_filtered(&self, record: Record) -> Result<Outcome, Refused> {
        let verdict = match self.journal.append(&record, 0).await {
            Ok(appended) if !appended.duplicate => Verdict::Filtered,
            // Somebody else has written it a moment ago.
            Ok(_) | Err(AppendError::Conflict { .. } | AppendError::Elsewhere { .. }) => Verdict::Duplicate,
            Err(error) => {
                tracing::warn!(%error, "an item could not be written to the log; its sender is asked to send it again");
                return Err(Refused::Unavailable);
            }
        };
        self.index.fold(&record);
        let kept = record.facts.iter().find_map(|fact| match fact {
            Fact::PostFiltered(fact) => Some((fact.post.post, fact.rule.clone())),
            _ => None,
        });
        let (post, rule) = kept.unzip();
        Ok(Outcome { verdict, conversation: None, post, rule: rule.unwrap_or_default() })
    }
}

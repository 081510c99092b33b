//! Load, decide, append, and again on conflict: how every decision becomes a record.

use crate::entry::{Appended, Loaded};
use crate::{AppendError, Journal, JournalError, TransactError};
use conversation::{Actor, Context, Conversation, Decision, Fact, Record, RecordId, Story, Subject};
use jiff::Timestamp;
use std::time::Duration;

/// How often a decision is made anew after others wrote first.
pub const MAX_ROUNDS: u32 = 5;

/// The parts of a record that do not depend on what is decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Derived from the cause ([`RecordId::caused`]), so that the same cause is written once, however often it comes.
    pub record: RecordId,
    pub occurred_at: Timestamp,
    /// The time by which the decision is made and recorded.
    pub now: Timestamp,
    pub actor: Actor,
    pub caused_by: Option<RecordId>,
    pub correlation: Option<RecordId>,
}

/// What a transaction ended in.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<S = Conversation> {
    /// The conversation, or the customer, after it, with the record folded in.
    pub state: S,
    /// The sequence of the subject's newest record; pass it back with the state as a hint.
    pub version: u64,
    /// What this call wrote. None: it was already so.
    pub record: Option<Record>,
}

struct Known<S> {
    state: S,
    version: u64,
    /// Straight from the log in this round, rather than a hint of the caller's.
    fresh: bool,
}

impl Journal {
    /// Makes a decision about a conversation and writes it: load (or take the hint), decide, append after the newest
    /// record that the decision saw. When somebody else wrote first, it loads and decides again, at most
    /// [`MAX_ROUNDS`] times. Safe to repeat: the same [`Draft::record`] is written once.
    ///
    /// # Errors
    /// [`TransactError::Rejected`] with the decision's own reason; it is never given on a stale view.
    pub async fn transact(
        &self,
        subject: &Subject,
        draft: Draft,
        hint: Option<(Conversation, u64)>,
        decide: impl Fn(&Conversation, &Context) -> Decision,
    ) -> Result<Done, TransactError> {
        let Some(conversation) = subject.conversation() else {
            return Err(JournalError::configuration("subject", "only a conversation is decided on").into());
        };
        let context = Context { conversation, record: draft.record, now: draft.now };
        self.transact_on(subject, draft, hint, |state| decide(state, &context)).await
    }

    /// As [`Journal::transact`], for the story of any subject.
    ///
    /// # Errors
    /// As [`Journal::transact`].
    pub async fn transact_on<S: Story>(
        &self,
        subject: &Subject,
        draft: Draft,
        hint: Option<(S, u64)>,
        decide: impl Fn(&S) -> Decision,
    ) -> Result<Done<S>, TransactError> {
        let mut hint = hint;
        for round in 0..MAX_ROUNDS {
            if round > 1 {
                tokio::time::sleep(Duration::from_millis(2 << round)).await;
            }
            let known = match hint.take() {
                Some((state, version)) => Known { state, version, fresh: false },
                None => self.known(subject).await?,
            };
            let facts = match decide(&known.state) {
                Ok(facts) => facts,
                Err(rejection) => match self.is_newest(subject, &known).await? {
                    true => return Err(rejection.into()),
                    false => continue,
                },
            };
            if facts.is_empty() {
                match self.is_newest(subject, &known).await? {
                    true => return Ok(Done { state: known.state, version: known.version, record: None }),
                    false => continue,
                }
            }
            let record = draft.clone().record(subject, facts);
            match self.append(&record, known.version).await {
                Ok(appended) => return self.done(subject, known, record, appended).await,
                Err(AppendError::Conflict { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        Err(TransactError::TooManyConflicts { rounds: MAX_ROUNDS })
    }

    async fn known<S: Story>(&self, subject: &Subject) -> Result<Known<S>, JournalError> {
        let Loaded { entries, last_sequence, undecodable } = self.load(subject).await?;
        if !undecodable.is_empty() {
            tracing::warn!(sequences = ?undecodable, "deciding without records that this version cannot read");
        }
        let state = S::fold(entries.iter().map(|stored| &stored.record));
        Ok(Known { state, version: last_sequence, fresh: true })
    }

    /// A refusal must not rest on an old view: a caller's hint may be old, and with three servers a read may come
    /// from one that is a moment behind. An append needs no such care, since the log itself guards it.
    async fn is_newest<S>(&self, subject: &Subject, known: &Known<S>) -> Result<bool, JournalError> {
        if known.fresh && !self.reads_may_lag() {
            return Ok(true);
        }
        Ok(self.last_of(subject).await? == known.version)
    }

    async fn done<S: Story>(
        &self,
        subject: &Subject,
        known: Known<S>,
        record: Record,
        appended: Appended,
    ) -> Result<Done<S>, TransactError> {
        // It was there, and others may have written since. Ours is what an earlier try of this call wrote, to the last
        // field; what another copy of the service wrote for the same cause bears its own time, and was already so.
        if appended.duplicate {
            let Loaded { entries, last_sequence, .. } = self.load(subject).await?;
            let state = S::fold(entries.iter().map(|stored| &stored.record));
            let ours = entries.iter().any(|stored| stored.sequence == appended.sequence && stored.record == record);
            return Ok(Done { state, version: last_sequence, record: ours.then_some(record) });
        }
        let mut state = known.state;
        state.evolve(&record);
        Ok(Done { state, version: appended.sequence, record: Some(record) })
    }
}

impl Draft {
    /// The record with these facts.
    pub fn record(self, subject: &Subject, facts: Vec<Fact>) -> Record {
        Record {
            id: self.record,
            subject: subject.clone(),
            occurred_at: self.occurred_at,
            recorded_at: self.now,
            actor: self.actor,
            caused_by: self.caused_by,
            correlation: self.correlation,
            facts,
        }
    }
}

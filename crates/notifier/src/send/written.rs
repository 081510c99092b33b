//! What is written down of a reply, and under which id. What came of a try has an id that follows from the try, so that it
//! is written once whoever finds it out. A try has an id of its own each time: two that want to make the same try must
//! not both believe that the record is theirs.

use super::{Inner, Try, Turn};
use crate::NAME;
use crate::networks::Lane;
use crate::outbox::Waiting;
use crate::port::{Reason, Receipt};
use crate::promise::{self, ELSEWHERE_WAIT, Step};
use conversation::replied::{ReplyFailed, ReplyInDoubt, ReplySent};
use conversation::{Actor, Command, Context, Conversation, PostKey, RecordId, Rejection};
use jiff::Timestamp;
use journal::{Done, Draft, TransactError};
use std::time::Duration;

impl Inner {
    /// Writes down that a try begins. None: somebody else has moved the conversation on, and nothing may be sent.
    pub(super) async fn attempt(&self, turn: &Turn<'_>) -> Result<Option<Try>, TransactError> {
        let (reply, before) = (turn.reply(), turn.waiting);
        let attempt = before.attempts + 1;
        let at = self.clock.now();
        let own = uuid::Uuid::now_v7();
        let cause = [cause(before, b"attempt", attempt).as_slice(), own.as_bytes()].concat();
        let draft = self.draft(turn, &cause, at);
        let after_doubt = before.status == conversation::state::ReplyStatus::Attempted;
        let command = Command::AttemptReply { reply, after_doubt };
        let decide = |state: &Conversation, context: &Context| {
            // It is in by an earlier try of this call, whose answer was lost.
            if state.seen.contains(&context.record) {
                return Ok(Vec::new());
            }
            let known = state.reply(&reply).ok_or(Rejection::UnknownReply)?;
            if known.attempts != before.attempts || known.status != before.status {
                return Err(Rejection::ReplyNotSendable { status: known.status });
            }
            let earlier = state.replies.iter().take_while(|other| other.id != Some(reply));
            if earlier.filter(|other| other.id.is_some()).any(|other| other.status.on_its_way()) {
                return Err(Rejection::ReplyOnItsWay);
            }
            conversation::decide(state, &command, context)
        };
        match self.write(turn, draft, turn.known.clone(), decide).await {
            Ok(done) => Ok(Some(Try { attempt, at, known: (done.state, done.version) })),
            Err(TransactError::Rejected(rejection)) => {
                tracing::debug!(%reply, reason = rejection.code(), "another one has the reply in hand");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The network has it.
    pub(super) async fn confirm(
        &self,
        turn: &Turn<'_>,
        lane: &Lane,
        tried: Try,
        receipt: &Receipt,
        how: &str,
    ) -> Result<Step, TransactError> {
        let now = self.clock.now();
        let submitted_at = turn.submitted.occurred_at;
        // The network's time, unless its clock says what cannot be; else ours.
        let ours = if how == "answered" { now } else { tried.at };
        let sent_at = receipt.posted_at.unwrap_or(ours).min(now).max(submitted_at);
        let native_id = receipt.native_id.clone();
        let brand = turn.subject.brand();
        let post = (!native_id.is_empty()).then(|| PostKey::of(brand, &turn.fact.network, &native_id));
        let sent = ReplySent { reply: turn.reply(), native_id, post, sent_at, how: how.to_owned() };
        let waited = sent_at.duration_since(submitted_at);
        self.metrics.sent(&lane.label, Duration::try_from(waited).unwrap_or_default());
        self.result(turn, tried, b"sent", sent_at, Command::ConfirmReply(sent)).await
    }

    /// It did not arrive; it is tried again at `retry_at`.
    pub(super) async fn failed(
        &self,
        turn: &Turn<'_>,
        tried: Try,
        reason: &Reason,
        retry_at: Timestamp,
    ) -> Result<Step, TransactError> {
        let retry_at = Some(retry_at);
        let failed = ReplyFailed {
            reply: turn.reply(),
            attempt: tried.attempt,
            reason: reason.code().to_owned(),
            is_final: false,
            retry_at,
        };
        self.result(turn, tried, b"failed", self.clock.now(), Command::FailReply(failed)).await
    }

    /// It did not arrive, and is not tried again.
    pub(super) async fn failed_for_good(
        &self,
        turn: &Turn<'_>,
        tried: Try,
        reason: &Reason,
    ) -> Result<Step, TransactError> {
        tracing::warn!(reply = %turn.reply(), conversation = %turn.conversation, reason = reason.code(), "a reply failed");
        let failed = ReplyFailed {
            reply: turn.reply(),
            attempt: tried.attempt,
            reason: reason.code().to_owned(),
            is_final: true,
            retry_at: None,
        };
        self.result(turn, tried, b"gave up", self.clock.now(), Command::FailReply(failed)).await
    }

    /// Whether it arrived cannot be known; a person decides.
    pub(super) async fn doubted(&self, turn: &Turn<'_>, tried: Try, reason: &Reason) -> Result<Step, TransactError> {
        tracing::warn!(reply = %turn.reply(), conversation = %turn.conversation, reason = reason.code(),
            "whether a reply arrived cannot be known; a person must settle it");
        let doubt = ReplyInDoubt { reply: turn.reply(), attempt: tried.attempt, reason: reason.code().to_owned() };
        self.result(turn, tried, b"in doubt", self.clock.now(), Command::DoubtReply(doubt)).await
    }

    /// Writes what came of a try, unless a later one has begun since.
    async fn result(
        &self,
        turn: &Turn<'_>,
        tried: Try,
        what: &[u8],
        occurred_at: Timestamp,
        command: Command,
    ) -> Result<Step, TransactError> {
        let reply = turn.reply();
        let draft = self.draft(turn, &cause(turn.waiting, what, tried.attempt), occurred_at);
        let decide = |state: &Conversation, context: &Context| {
            let known = state.reply(&reply).ok_or(Rejection::UnknownReply)?;
            // A reply that is there is there, whichever try brought it.
            let overtaken = known.attempts != tried.attempt && !matches!(command, Command::ConfirmReply(_));
            if overtaken { Ok(Vec::new()) } else { conversation::decide(state, &command, context) }
        };
        match self.write(turn, draft, tried.known, decide).await {
            Ok(Done { record: Some(_), .. }) => Ok(Step::Moved),
            Ok(Done { record: None, .. }) => Ok(Step::Later(self.clock.now() + ELSEWHERE_WAIT, "in_hand")),
            Err(TransactError::Rejected(rejection)) => {
                tracing::warn!(%reply, reason = rejection.code(), "the outcome of a try came too late");
                Ok(Step::Later(self.clock.now() + ELSEWHERE_WAIT, "in_hand"))
            }
            Err(error) => Err(error),
        }
    }

    async fn write(
        &self,
        turn: &Turn<'_>,
        draft: Draft,
        known: (Conversation, u64),
        decide: impl Fn(&Conversation, &Context) -> conversation::Decision,
    ) -> Result<Done, TransactError> {
        let context = Context { conversation: turn.conversation, record: draft.record, now: draft.now };
        let wait = |error: &TransactError| {
            tracing::warn!(reply = %turn.reply(), %error, "a reply's next step is not written yet; trying again");
        };
        let log = (&self.journal, &self.shutdown);
        promise::write(log, turn.subject, draft, known, |state| decide(state, &context), wait).await
    }

    fn draft(&self, turn: &Turn<'_>, cause: &[u8], occurred_at: Timestamp) -> Draft {
        Draft {
            record: RecordId::caused(NAME, cause),
            occurred_at,
            now: self.clock.now().max(occurred_at),
            actor: Actor::Service(NAME.into()),
            caused_by: Some(turn.submitted.id),
            correlation: turn.submitted.correlation,
        }
    }
}

/// How this service names what leads to a record. What was sent once more may end without a try as it did before.
fn cause(waiting: &Waiting, what: &[u8], attempt: u32) -> Vec<u8> {
    let id = *waiting.reply.as_uuid().as_bytes();
    match waiting.resumed {
        0 => [&id[..], what, &attempt.to_be_bytes()].concat(),
        times => [&id[..], what, &attempt.to_be_bytes(), b"resumed", &times.to_be_bytes()].concat(),
    }
}

//! What is written down of a notice, and under which id. What came of a try has an id that follows from the try, so that it is
//! written once whoever finds it out. A try has an id of its own each time: two that want to make the same try must not
//! both believe that the record is theirs.

use super::deliver::{Inner, Try, Turn};
use crate::NAME;
use crate::port::{Reason, Receipt};
use crate::promise::{self, ELSEWHERE_WAIT, Step};
use conversation::notice::{Notice, NoticeCommand, NoticeFailed, NoticeInDoubt, NoticeSent, NoticeStatus, decide};
use conversation::{Actor, NoticeId, RecordId, Rejection};
use jiff::Timestamp;
use journal::{Done, Draft, TransactError};

impl Inner {
    /// Writes down that a try begins. None: somebody else has moved the notice on, and nothing may be sent.
    pub(super) async fn attempt(&self, turn: &Turn) -> Result<Option<Try>, TransactError> {
        let (notice, before, at) = (turn.notice, turn.state(), self.clock.now());
        let attempt = before.attempts + 1;
        let own = uuid::Uuid::now_v7();
        let cause = [cause(notice, b"attempt", attempt).as_slice(), own.as_bytes()].concat();
        let draft = self.draft(turn, &cause, at);
        let record = draft.record;
        let after_doubt = before.status == NoticeStatus::Attempted;
        let command = NoticeCommand::Attempt { notice, at, after_doubt };
        let decide = |state: &Notice| {
            // It is in by an earlier try of this call, whose answer was lost.
            if state.seen.contains(&record) {
                return Ok(Vec::new());
            }
            if state.attempts != before.attempts || state.status != before.status {
                return Err(Rejection::NoticeNotSendable { status: state.status });
            }
            decide(state, &command, record)
        };
        match self.write(turn, draft, (before.clone(), turn.waiting.version), decide).await {
            Ok(done) => Ok(Some(Try { attempt, at, known: (done.state, done.version) })),
            Err(TransactError::Rejected(rejection)) => {
                tracing::debug!(%notice, reason = rejection.code(), "another one has the notice in hand");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The receiver has it.
    pub(super) async fn confirm(
        &self,
        turn: &Turn,
        tried: Try,
        receipt: &Receipt,
        how: &str,
    ) -> Result<Step, TransactError> {
        let now = self.clock.now();
        let submitted_at = turn.records.first().map_or(now, |record| record.occurred_at);
        let ours = if how == "answered" { now } else { tried.at };
        let sent_at = receipt.posted_at.unwrap_or(ours).min(now).max(submitted_at);
        let native_id = receipt.native_id.clone();
        let sent = NoticeSent { notice: turn.notice, native_id, sent_at, how: how.to_owned() };
        self.result(turn, tried, b"sent", sent_at, NoticeCommand::Confirm(sent)).await
    }

    /// It did not arrive. It is tried again at `retry_at`, or not any more.
    pub(super) async fn failed(
        &self,
        turn: &Turn,
        tried: Try,
        reason: &Reason,
        retry_at: Option<Timestamp>,
    ) -> Result<Step, TransactError> {
        let (notice, attempt, is_final) = (turn.notice, tried.attempt, retry_at.is_none());
        if is_final {
            tracing::warn!(%notice, reason = reason.code(), "a notice failed");
        }
        let failed = NoticeFailed { notice, attempt, reason: reason.code().to_owned(), is_final, retry_at };
        let what: &[u8] = if is_final { b"gave up" } else { b"failed" };
        self.result(turn, tried, what, self.clock.now(), NoticeCommand::Fail(failed)).await
    }

    /// Whether it arrived cannot be known; a person decides.
    pub(super) async fn doubted(&self, turn: &Turn, tried: Try, reason: &Reason) -> Result<Step, TransactError> {
        tracing::warn!(notice = %turn.notice, reason = reason.code(), "whether a notice arrived cannot be known");
        let doubt = NoticeInDoubt { notice: turn.notice, attempt: tried.attempt, reason: reason.code().to_owned() };
        self.result(turn, tried, b"in doubt", self.clock.now(), NoticeCommand::Doubt(doubt)).await
    }

    /// Writes what came of a try, unless a later one has begun since.
    async fn result(
        &self,
        turn: &Turn,
        tried: Try,
        what: &[u8],
        occurred_at: Timestamp,
        command: NoticeCommand,
    ) -> Result<Step, TransactError> {
        let draft = self.draft(turn, &cause(turn.notice, what, tried.attempt), occurred_at);
        let record = draft.record;
        let decide = |state: &Notice| {
            // What is there is there, whichever try brought it.
            let overtaken = state.attempts != tried.attempt && !matches!(command, NoticeCommand::Confirm(_));
            if overtaken { Ok(Vec::new()) } else { decide(state, &command, record) }
        };
        match self.write(turn, draft, tried.known, decide).await {
            Ok(Done { record: Some(_), .. }) => Ok(Step::Moved),
            Ok(Done { record: None, .. }) => Ok(Step::Later(self.clock.now() + ELSEWHERE_WAIT, "in_hand")),
            Err(TransactError::Rejected(rejection)) => {
                tracing::warn!(notice = %turn.notice, reason = rejection.code(), "the outcome of a try came too late");
                Ok(Step::Later(self.clock.now() + ELSEWHERE_WAIT, "in_hand"))
            }
            Err(error) => Err(error),
        }
    }

    async fn write(
        &self,
        turn: &Turn,
        draft: Draft,
        known: (Notice, u64),
        decide: impl Fn(&Notice) -> conversation::Decision,
    ) -> Result<Done<Notice>, TransactError> {
        let wait = |error: &TransactError| {
            tracing::warn!(notice = %turn.notice, %error, "a notice's next step is not written yet; trying again");
        };
        promise::write((&self.journal, &self.shutdown), &turn.subject, draft, known, decide, wait).await
    }

    fn draft(&self, turn: &Turn, cause: &[u8], occurred_at: Timestamp) -> Draft {
        let first = turn.records.first();
        Draft {
            record: RecordId::caused(NAME, cause),
            occurred_at,
            now: self.clock.now().max(occurred_at),
            actor: Actor::Service(NAME.into()),
            caused_by: first.map(|record| record.id),
            correlation: first.and_then(|record| record.correlation),
        }
    }
}

/// How this service names what leads to a record.
fn cause(notice: NoticeId, what: &[u8], attempt: u32) -> Vec<u8> {
    [notice.as_uuid().as_bytes().as_slice(), what, &attempt.to_be_bytes()].concat()
}

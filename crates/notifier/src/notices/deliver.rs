//! How a notice is sent once, or ends as unknown: the protocol of replies, on a subject of its own.
//!
//! A try is written down before it is made; one whose maker is silent is left alone until it cannot be going on any more,
//! and then looked up, repeated where that does no harm, or left to a person.

use super::Rules;
use super::metrics::Metrics;
use super::view::{Notices, Waiting};
use super::way::{Way, Ways};
use crate::port::{Abilities, LookUp, Outcome, Reason, may_have_arrived};
use crate::promise::{self, Doubt, ELSEWHERE_WAIT, STEPS_MAX, Step, Unfound};
use conversation::notice::{Notice, NoticeStatus};
use conversation::{BrandId, NoticeId, Record, Subject};
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, TransactError};
use service::{Clock, Shutdown};
use std::sync::Arc;
use std::time::Duration;

/// Sends notices. Clones share everything.
#[derive(Clone)]
pub struct Courier(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub journal: Journal,
    pub notices: Arc<Notices>,
    pub ways: Ways,
    pub rules: Rules,
    pub clock: Clock,
    pub shutdown: Shutdown,
    pub metrics: Metrics,
}

/// One notice, with all that is known of it.
pub(super) struct Turn {
    pub subject: Subject,
    pub notice: NoticeId,
    pub waiting: Waiting,
    pub records: Vec<Record>,
    /// Something was written on it that this version cannot read.
    pub unreadable: bool,
}

/// A try that is written down.
pub(super) struct Try {
    pub attempt: u32,
    pub at: Timestamp,
    /// The notice after that, and its version.
    pub known: (Notice, u64),
}

impl Courier {
    pub fn new(
        journal: Journal,
        notices: Arc<Notices>,
        ways: Ways,
        rules: Rules,
        clock: Clock,
        shutdown: Shutdown,
    ) -> Courier {
        let metrics = Metrics::default();
        Courier(Arc::new(Inner { journal, notices, ways, rules, clock, shutdown, metrics }))
    }

    pub fn settle_after(&self) -> SignedDuration {
        self.0.rules.settle_after
    }

    /// Takes a notice as far as it can go now. Safe to call at any time and any number of times, here and in other
    /// copies.
    ///
    /// # Errors
    /// The log cannot be read or written. A result that could not be written is looked for again later.
    pub async fn go_on(&self, brand: &BrandId, notice: NoticeId) -> Result<(), TransactError> {
        let subject = Subject::Notice { brand: brand.clone(), notice };
        for _ in 0..STEPS_MAX {
            let loaded = self.0.journal.load(&subject).await?;
            let records = loaded.entries.iter().map(|stored| (stored.sequence, &stored.record));
            let Some(waiting) = Waiting::of(&subject, records) else { return Ok(()) };
            self.0.notices.take_over(notice, waiting.clone());
            if !waiting.state.status.on_its_way() {
                return Ok(());
            }
            let unreadable = !loaded.undecodable.is_empty();
            let waiting = Waiting { version: loaded.last_sequence, ..waiting };
            let records = loaded.entries.into_iter().map(|stored| stored.record).collect();
            let turn = Turn { subject: subject.clone(), notice, waiting, records, unreadable };
            if let Step::Later(until, why) = self.0.step(&turn).await? {
                self.0.notices.hold(notice, until, why);
                return Ok(());
            }
        }
        tracing::error!(%notice, "a notice did not come to an end; it is left for later");
        self.0.notices.hold(notice, self.0.clock.now() + ELSEWHERE_WAIT, "busy");
        Ok(())
    }
}

impl Turn {
    pub fn brand(&self) -> &BrandId {
        self.subject.brand()
    }

    pub fn state(&self) -> &Notice {
        &self.waiting.state
    }

    /// Why its last try did not end as sent.
    fn last_reason(&self) -> Reason {
        match (self.state().status, &*self.state().reason) {
            (NoticeStatus::Attempted, _) | (_, "") => Reason::NO_RESULT,
            (_, code) => Reason::again(code),
        }
    }

    /// The last try that is written down.
    fn last_try(&self) -> Try {
        let state = self.state();
        let at = state.attempted_at.unwrap_or(self.waiting.since);
        Try { attempt: state.attempts, at, known: (state.clone(), self.waiting.version) }
    }
}

impl Inner {
    async fn step(&self, turn: &Turn) -> Result<Step, TransactError> {
        let now = self.clock.now();
        if let Some(until) = turn.waiting.due_at(self.rules.settle_after).filter(|due| *due > now) {
            return Ok(Step::Later(until, "in_hand"));
        }
        // It may say that the notice is sent.
        if turn.unreadable {
            return self.leave_to_person(turn, &Reason::UNREADABLE).await;
        }
        let Some(way) = self.ways.of(turn.notice, &turn.waiting) else {
            return self.end(turn, None, turn.last_try(), Reason::NO_TARGET).await;
        };
        if turn.state().in_doubt_since().is_some()
            && let Some(step) = self.settle_doubt(turn, &way).await?
        {
            return Ok(step);
        }
        if turn.state().attempts >= self.rules.attempts_max(&turn.waiting.what) {
            return self.end(turn, Some(&way), turn.last_try(), turn.last_reason()).await;
        }
        if let Err(not_now) = way.enter(turn.brand(), turn.notice, &turn.records, self.clock.now()) {
            return Ok(Step::Later(not_now.until, not_now.why));
        }
        match self.attempt(turn).await? {
            Some(begun) => self.try_once(turn, &way, begun).await,
            None => Ok(Step::Moved),
        }
    }

    /// Makes a try that was written down, and writes down what came of it.
    async fn try_once(&self, turn: &Turn, way: &Way, begun: Try) -> Result<Step, TransactError> {
        // The log was away for so long that others may take the try for lost: it must not be made now.
        if self.clock.now() > begun.at + self.rules.settle_after / 4 {
            return self.fail(turn, way, begun, Reason::NOT_BEGUN, None).await;
        }
        let outcome = way.send(turn.brand(), turn.notice, &turn.records, self.clock.now()).await;
        self.metrics.attempt(way.label(), outcome.name());
        let reason = outcome.reason();
        tracing::info!(notice = %turn.notice, outcome = outcome.name(), reason = reason.as_ref().map(Reason::code), "tried");
        match outcome {
            Outcome::Sent(receipt) => self.confirm(turn, begun, &receipt, "answered").await,
            Outcome::Refused { reason, is_final: true } => self.end(turn, Some(way), begun, reason).await,
            Outcome::Refused { reason, is_final: false } => self.fail(turn, way, begun, reason, None).await,
            Outcome::RateLimited { retry_after } => {
                self.fail(turn, way, begun, Reason::RATE_LIMITED, retry_after).await
            }
            Outcome::Stopped { reason, .. } => self.end(turn, Some(way), begun, reason).await,
            Outcome::Busy { reason, retry_after } | Outcome::Failed { reason, retry_after } => {
                self.fail(turn, way, begun, reason, retry_after).await
            }
            Outcome::Unknown { reason } => self.unknown(turn, way, begun, reason).await,
        }
    }

    /// The receiver does not have this try: it is tried again, if that is not too often.
    async fn fail(
        &self,
        turn: &Turn,
        way: &Way,
        tried: Try,
        reason: Reason,
        at_least: Option<Duration>,
    ) -> Result<Step, TransactError> {
        if tried.attempt >= self.rules.attempts_max(&turn.waiting.what) {
            return self.end(turn, Some(way), tried, reason).await;
        }
        let retry_at = self.clock.now() + self.wait_after(turn, tried.attempt, at_least);
        self.failed(turn, tried, &reason, Some(retry_at)).await
    }

    /// The receiver may have this try.
    async fn unknown(&self, turn: &Turn, way: &Way, tried: Try, reason: Reason) -> Result<Step, TransactError> {
        let abilities = way.abilities();
        if let LookUp::Found(receipt) = way.look_up(turn.brand(), turn.notice, &turn.records).await {
            return self.confirm(turn, tried, &receipt, "looked_up").await;
        }
        let since = turn.state().in_doubt_since().unwrap_or(tried.at);
        let retry_at = self.clock.now() + self.wait_after(turn, tried.attempt, None);
        let doubt = Doubt { since: Some(since), ..self.doubt(turn, abilities) };
        if doubt.may_repeat(retry_at) && tried.attempt < self.rules.attempts_max(&turn.waiting.what) {
            return self.failed(turn, tried, &reason, Some(retry_at)).await;
        }
        if abilities.lookup {
            // It may be on its way inside of the network: it is looked up again once it must have come out.
            return Ok(Step::Later(tried.at + self.rules.settle_after, "in_doubt"));
        }
        self.doubted(turn, tried, &reason).await
    }

    /// Before a notice is sent again that may have arrived. None: it may be sent again.
    async fn settle_doubt(&self, turn: &Turn, way: &Way) -> Result<Option<Step>, TransactError> {
        let (doubt, now) = (self.doubt(turn, way.abilities()), self.clock.now());
        let found = way.look_up(turn.brand(), turn.notice, &turn.records).await;
        if let LookUp::Found(receipt) = &found {
            return self.confirm(turn, turn.last_try(), receipt, "looked_up").await.map(Some);
        }
        match doubt.unfound(&found, now, turn.last_reason()) {
            Unfound::Repeat => Ok(None),
            Unfound::Later(until, why) => Ok(Some(Step::Later(until, why))),
            Unfound::Person(reason) => self.leave_to_person(turn, &reason).await.map(Some),
        }
    }

    /// No try is made any more. It has failed, unless an earlier try may have brought it there after all.
    async fn end(&self, turn: &Turn, way: Option<&Way>, tried: Try, reason: Reason) -> Result<Step, TransactError> {
        if turn.state().in_doubt_since().is_none() {
            return self.failed(turn, tried, &reason, None).await;
        }
        let found = match way {
            Some(way) => way.look_up(turn.brand(), turn.notice, &turn.records).await,
            None => LookUp::Impossible,
        };
        match (found, way) {
            (LookUp::Found(receipt), _) => self.confirm(turn, tried, &receipt, "looked_up").await,
            (LookUp::Missing, Some(way)) if self.doubt(turn, way.abilities()).is_certain(self.clock.now()) => {
                let reason = if may_have_arrived(reason.code()) { Reason::NOT_ARRIVED } else { reason };
                self.failed(turn, tried, &reason, None).await
            }
            _ => self.doubted(turn, tried, &reason).await,
        }
    }

    /// What is in doubt of a notice whose receiver has these abilities.
    fn doubt(&self, turn: &Turn, abilities: Abilities) -> Doubt {
        Doubt {
            abilities,
            since: turn.state().in_doubt_since(),
            last_try: turn.state().attempted_at,
            settle_after: self.rules.settle_after,
            patience: self.rules.patience,
        }
    }

    /// A person decides. One that was never tried is begun first, since only a try can be in doubt.
    async fn leave_to_person(&self, turn: &Turn, reason: &Reason) -> Result<Step, TransactError> {
        let tried = match turn.state().status {
            NoticeStatus::Submitted => match self.attempt(turn).await? {
                Some(begun) => begun,
                None => return Ok(Step::Moved),
            },
            _ => turn.last_try(),
        };
        self.doubted(turn, tried, reason).await
    }

    /// How long to wait after so many tries, and never less than the receiver asks for.
    fn wait_after(&self, turn: &Turn, attempts: u32, at_least: Option<Duration>) -> SignedDuration {
        let (notice, waits) = (turn.notice, self.rules.waits(&turn.waiting.what));
        // Spread, so that what failed together is not tried together; the same for the same try.
        let spread = f64::from((notice.as_uuid().as_u128() as u32).rotate_left(attempts) % 1_000) / 1_000.0;
        promise::wait_after(waits, attempts, spread, at_least)
    }
}

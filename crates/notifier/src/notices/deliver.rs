//! How a notice is sent once, or ends as unknown: the protocol of replies, on a subject of its own.
//!
//! A try is written down before it is made; one whose maker is silent is left alone until it cannot be going on any more,
//! and then looked up, repeated where that does no harm, or left to a person.

use super::Rules;
use super::metrics::Metrics;
use super::view::{Notices, Waiting};
use super::way::{Way, Ways};
use crate::port::{Abilities, Idempotency, LookUp, Outcome, Reason, may_have_arrived};
use conversation::notice::{Notice, NoticeStatus};
use conversation::{BrandId, NoticeId, Record, Subject};
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, TransactError};
use service::{Clock, Shutdown};
use std::sync::Arc;
use std::time::Duration;

/// Steps of one notice in a row, each of which writes something; more means that something is wrong.
const STEPS_MAX: u32 = 1_000;
/// How long a notice waits that somebody else is working on.
pub(super) const ELSEWHERE_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// Waits between two look-ups of a receiver that cannot be asked now.
const LOOK_AGAIN_FIRST: SignedDuration = SignedDuration::from_secs(1);
const LOOK_AGAIN_LONGEST: SignedDuration = SignedDuration::from_secs(60);

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

/// What a step led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Something was written, or somebody else wrote: look again.
    Moved,
    /// Nothing more can be done before then.
    Later(Timestamp, &'static str),
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

/// Whether a repetition does no harm now: the receiver knows its key, or has never had it.
fn may_repeat(abilities: &Abilities, in_doubt_since: Option<Timestamp>, at: Timestamp) -> bool {
    match (in_doubt_since, abilities.idempotency) {
        (None, _) => true,
        (Some(since), Idempotency::Key { valid_for }) => at.duration_since(since) < valid_for,
        (Some(_), Idempotency::None) => false,
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
        if let Some(since) = turn.state().in_doubt_since()
            && let Some(step) = self.settle_doubt(turn, &way, since).await?
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
        if may_repeat(&abilities, Some(since), retry_at) && tried.attempt < self.rules.attempts_max(&turn.waiting.what)
        {
            return self.failed(turn, tried, &reason, Some(retry_at)).await;
        }
        if abilities.lookup {
            // It may be on its way inside of the network: it is looked up again once it must have come out.
            return Ok(Step::Later(tried.at + self.rules.settle_after, "in_doubt"));
        }
        self.doubted(turn, tried, &reason).await
    }

    /// Before a notice is sent again that may have arrived. None: it may be sent again.
    async fn settle_doubt(&self, turn: &Turn, way: &Way, since: Timestamp) -> Result<Option<Step>, TransactError> {
        let (abilities, now) = (way.abilities(), self.clock.now());
        let found = way.look_up(turn.brand(), turn.notice, &turn.records).await;
        if let LookUp::Found(receipt) = &found {
            return self.confirm(turn, turn.last_try(), receipt, "looked_up").await.map(Some);
        }
        if may_repeat(&abilities, Some(since), now) {
            return Ok(None);
        }
        match found {
            LookUp::Missing if self.is_certain(turn, &abilities) => return Ok(None),
            LookUp::Missing if abilities.lookup_is_certain => {
                let last = turn.state().attempted_at.unwrap_or(now);
                return Ok(Some(Step::Later(last + self.rules.settle_after, "in_doubt")));
            }
            LookUp::Failed(_) if now < since + self.rules.patience => {
                let wait = (now.duration_since(since) / 4).clamp(LOOK_AGAIN_FIRST, LOOK_AGAIN_LONGEST);
                return Ok(Some(Step::Later(now + wait, "lookup_failed")));
            }
            _ => {}
        }
        let reason = match abilities.idempotency {
            Idempotency::Key { .. } => Reason::KEY_EXPIRED,
            Idempotency::None => turn.last_reason(),
        };
        self.leave_to_person(turn, &reason).await.map(Some)
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
            (LookUp::Missing, Some(way)) if self.is_certain(turn, &way.abilities()) => {
                let reason = if may_have_arrived(reason.code()) { Reason::NOT_ARRIVED } else { reason };
                self.failed(turn, tried, &reason, None).await
            }
            _ => self.doubted(turn, tried, &reason).await,
        }
    }

    /// Whether a look-up that has just found nothing proves that nothing is there.
    fn is_certain(&self, turn: &Turn, abilities: &Abilities) -> bool {
        let last = turn.state().attempted_at.unwrap_or(Timestamp::UNIX_EPOCH);
        abilities.lookup_is_certain && self.clock.now() >= last + self.rules.settle_after
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
        let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(waits.len() - 1);
        // Spread, so that what failed together is not tried together; the same for the same try.
        let spread = f64::from((notice.as_uuid().as_u128() as u32).rotate_left(attempts) % 1_000) / 1_000.0;
        let wait = SignedDuration::from_secs_f64(waits[index] * (0.8 + 0.4 * spread));
        wait.max(at_least.and_then(|least| SignedDuration::try_from(least).ok()).unwrap_or_default())
    }
}

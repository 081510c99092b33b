//! What keeps the promise of replies ([`crate::send`]) and of notices ([`crate::notices`]) alike: when a repetition does no harm,
//! what follows when a look-up finds nothing, how long to wait, and that what came of a try is written down.

use crate::port::{Abilities, Idempotency, LookUp, Reason};
use conversation::{Decision, Story, Subject};
use jiff::{SignedDuration, Timestamp};
use journal::{Done, Draft, Journal, TransactError};
use service::Shutdown;
use std::time::Duration;

/// Steps of one line of work in a row, each of which writes something; more means that something is wrong.
pub const STEPS_MAX: u32 = 1_000;
/// How long something waits that somebody else is working on.
pub const ELSEWHERE_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// Waits between two look-ups of a network that cannot be asked now.
const LOOK_AGAIN_FIRST: SignedDuration = SignedDuration::from_secs(1);
const LOOK_AGAIN_LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// The first and the longest pause between two tries to write while the log cannot be reached.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_LONGEST: Duration = Duration::from_secs(5);

/// What a step led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something was written, or somebody else wrote: look again.
    Moved,
    /// Nothing more can be done before then.
    Later(Timestamp, &'static str),
}

/// Something that may have arrived: what its network offers, and the times that count.
#[derive(Debug, Clone, Copy)]
pub struct Doubt {
    pub abilities: Abilities,
    /// When the first try began that may have arrived; none while there is none.
    pub since: Option<Timestamp>,
    /// When the last try began.
    pub last_try: Option<Timestamp>,
    /// How long a try without a result may still be going on.
    pub settle_after: SignedDuration,
    /// For how long a network that cannot be asked now is asked again.
    pub patience: SignedDuration,
}

/// What follows from a look-up that did not find it.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfound {
    /// It may be sent again.
    Repeat,
    Later(Timestamp, &'static str),
    /// A person decides.
    Person(Reason),
}

impl Doubt {
    /// Whether a repetition does no harm then: the network knows its key, or has never had it.
    pub fn may_repeat(&self, at: Timestamp) -> bool {
        match (self.since, self.abilities.idempotency) {
            (None, _) => true,
            (Some(since), Idempotency::Key { valid_for }) => at.duration_since(since) < valid_for,
            (Some(_), Idempotency::None) => false,
        }
    }

    /// Whether a look-up that has just found nothing proves that nothing is there.
    pub fn is_certain(&self, now: Timestamp) -> bool {
        let last = self.last_try.unwrap_or(Timestamp::UNIX_EPOCH);
        self.abilities.lookup_is_certain && now >= last + self.settle_after
    }

    /// What to do before it is sent again, after a look-up that did not find it.
    pub fn unfound(&self, found: &LookUp, now: Timestamp, last_reason: Reason) -> Unfound {
        if self.may_repeat(now) {
            return Unfound::Repeat;
        }
        let since = self.since.unwrap_or(now);
        match found {
            LookUp::Missing if self.is_certain(now) => return Unfound::Repeat,
            LookUp::Missing if self.abilities.lookup_is_certain => {
                return Unfound::Later(self.last_try.unwrap_or(now) + self.settle_after, "in_doubt");
            }
            LookUp::Failed(_) if now < since + self.patience => {
                let wait = (now.duration_since(since) / 4).clamp(LOOK_AGAIN_FIRST, LOOK_AGAIN_LONGEST);
                return Unfound::Later(now + wait, "lookup_failed");
            }
            _ => {}
        }
        Unfound::Person(match self.abilities.idempotency {
            Idempotency::Key { .. } => Reason::KEY_EXPIRED,
            Idempotency::None => last_reason,
        })
    }
}

/// How long to wait after so many tries: the schedule, of which the last goes on; `spread` (0 to 1), so that what failed together is
/// not tried together; and never less than the network asks for.
pub fn wait_after(waits: &[f64], tries: u32, spread: f64, at_least: Option<Duration>) -> SignedDuration {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX).min(waits.len() - 1);
    let wait = SignedDuration::from_secs_f64(waits[index] * (0.8 + 0.4 * spread));
    wait.max(at_least.and_then(|least| SignedDuration::try_from(least).ok()).unwrap_or_default())
}

/// Writes as long as it takes: what is not written of a try has to be found out again, or asked of a person. While the process
/// stops, it tries once more and no longer. `wait` is told each error after which it tries again.
///
/// # Errors
/// The decision refuses, or the process stops and the log still cannot be reached.
pub async fn write<S: Story>(
    (journal, shutdown): (&Journal, &Shutdown),
    subject: &Subject,
    draft: Draft,
    known: (S, u64),
    decide: impl Fn(&S) -> Decision,
    wait: impl Fn(&TransactError),
) -> Result<Done<S>, TransactError> {
    let mut hint = Some(known);
    let mut pause = PAUSE_FIRST;
    loop {
        match journal.transact_on(subject, draft.clone(), hint.take(), &decide).await {
            Err(error) if is_transient(&error) => wait(&error),
            ended => return ended,
        }
        if shutdown.unless_begun(tokio::time::sleep(pause)).await.is_none() {
            return journal.transact_on(subject, draft, None, &decide).await;
        }
        pause = (pause * 2).min(PAUSE_LONGEST);
    }
}

fn is_transient(error: &TransactError) -> bool {
    match error {
        TransactError::Journal(error) => error.is_unavailable(),
        TransactError::TooManyConflicts { .. } => true,
        TransactError::Rejected(_) | TransactError::Elsewhere { .. } | TransactError::TooLarge { .. } => false,
    }
}

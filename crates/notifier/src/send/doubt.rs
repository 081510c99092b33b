//! What becomes of a reply that did not simply arrive: tried again, given up, looked up, or left to a person.

use super::{Inner, Step, Try, Turn};
use crate::networks::Lane;
use crate::port::{LookUp, Message, Reason, may_have_arrived};
use crate::promise::{Doubt, Unfound};
use conversation::state::ReplyStatus;
use jiff::Timestamp;
use journal::TransactError;
use std::time::Duration;

impl Inner {
    /// The network does not have this try: it is tried again, if that is not too often.
    pub(super) async fn fail(
        &self,
        turn: &Turn<'_>,
        lane: &Lane,
        tried: Try,
        reason: Reason,
        at_least: Option<Duration>,
    ) -> Result<Step, TransactError> {
        if turn.waiting.nth(tried.attempt) >= self.settings.attempts_max {
            return self.end(turn, Some(lane), Some(tried), reason).await;
        }
        let wait = self.wait_after(turn.waiting, tried.attempt, at_least);
        let retry_at = self.clock.now() + wait;
        self.failed(turn, tried, &reason, retry_at).await
    }

    /// No try is made any more. It has failed, unless an earlier try may have brought it there after all.
    ///
    /// `tried` is a try that was just made and did not arrive; none when no more is made.
    pub(super) async fn end(
        &self,
        turn: &Turn<'_>,
        lane: Option<&Lane>,
        tried: Option<Try>,
        reason: Reason,
    ) -> Result<Step, TransactError> {
        let Some(since) = turn.waiting.in_doubt_since() else {
            return self.failed_for_good(turn, tried.unwrap_or_else(|| turn.last_try()), &reason).await;
        };
        let found = match lane {
            Some(lane) => self.look_up(turn, lane, since).await,
            None => LookUp::Impossible,
        };
        match (found, lane) {
            (LookUp::Found(receipt), Some(lane)) => {
                self.confirm(turn, lane, tried.unwrap_or_else(|| turn.last_try()), &receipt, "looked_up").await
            }
            (LookUp::Missing, Some(lane))
                if self.doubt(turn, lane.adapter.abilities()).is_certain(self.clock.now()) =>
            {
                let reason = if may_have_arrived(reason.code()) { Reason::NOT_ARRIVED } else { reason };
                self.failed_for_good(turn, tried.unwrap_or_else(|| turn.last_try()), &reason).await
            }
            _ => self.leave_to_person(turn, tried, &reason).await,
        }
    }

    /// The network may have this try.
    pub(super) async fn unknown(
        &self,
        turn: &Turn<'_>,
        lane: &Lane,
        tried: Try,
        reason: Reason,
    ) -> Result<Step, TransactError> {
        let abilities = lane.adapter.abilities();
        let since = turn.waiting.in_doubt_since().unwrap_or(tried.at);
        if abilities.lookup
            && let LookUp::Found(receipt) = self.look_up(turn, lane, since).await
        {
            return self.confirm(turn, lane, tried, &receipt, "looked_up").await;
        }
        let retry_at = self.clock.now() + self.wait_after(turn.waiting, tried.attempt, None);
        let doubt = Doubt { since: Some(since), ..self.doubt(turn, abilities) };
        if doubt.may_repeat(retry_at) && turn.waiting.nth(tried.attempt) < self.settings.attempts_max {
            return self.failed(turn, tried, &reason, retry_at).await;
        }
        if abilities.lookup {
            // It may be on its way inside of the network: it is looked up again once it must have come out.
            return Ok(Step::Later(tried.at + self.settings.settle_after(), "in_doubt"));
        }
        self.doubted(turn, tried, &reason).await
    }

    /// Before a reply is sent again that may have arrived. None: it may be sent again.
    pub(super) async fn settle_doubt(
        &self,
        turn: &Turn<'_>,
        lane: &Lane,
        since: Timestamp,
    ) -> Result<Option<Step>, TransactError> {
        let (doubt, now) = (self.doubt(turn, lane.adapter.abilities()), self.clock.now());
        let found = self.look_up(turn, lane, since).await;
        if let LookUp::Found(receipt) = &found {
            return self.confirm(turn, lane, turn.last_try(), receipt, "looked_up").await.map(Some);
        }
        match doubt.unfound(&found, now, turn.last_reason()) {
            Unfound::Repeat => Ok(None),
            Unfound::Later(until, why) => Ok(Some(Step::Later(until, why))),
            Unfound::Person(reason) => self.leave_to_person(turn, None, &reason).await.map(Some),
        }
    }

    /// Looks for what the first try that may have arrived, or one after it, has brought there.
    async fn look_up(&self, turn: &Turn<'_>, lane: &Lane, since: Timestamp) -> LookUp {
        if !lane.adapter.abilities().lookup {
            return LookUp::Impossible;
        }
        let found = lane
            .adapter
            .look_up(&Message { tried_at: since, ..turn.message(turn.waiting.attempts, self.clock.now()) })
            .await;
        self.metrics.lookup(&lane.label, found.name());
        let reason = if let LookUp::Failed(reason) = &found { Some(reason.code()) } else { None };
        tracing::info!(conversation = %turn.conversation, reply = %turn.reply(), found = found.name(), reason, "looked up");
        found
    }

    /// A person decides. Only a try can be in doubt: for a reply that waits for its next one, that one is begun, and not
    /// made.
    pub(super) async fn leave_to_person(
        &self,
        turn: &Turn<'_>,
        tried: Option<Try>,
        reason: &Reason,
    ) -> Result<Step, TransactError> {
        let tried = match tried {
            Some(tried) => tried,
            None if turn.waiting.status == ReplyStatus::Attempted => turn.last_try(),
            None => match self.attempt(turn).await? {
                Some(begun) => begun,
                None => return Ok(Step::Moved),
            },
        };
        self.doubted(turn, tried, reason).await
    }
}

impl Turn<'_> {
    /// The last try that is written down.
    fn last_try(&self) -> Try {
        let at = self.waiting.attempted_at.unwrap_or(self.submitted.occurred_at);
        Try { attempt: self.waiting.attempts, at, known: self.known.clone() }
    }
}

//! How a reply is sent once, or ends as unknown, and never twice.
//!
//! 1. A try is written down before the network is called. The log's expected-sequence guard lets one of all that want
//!    to make it write it down, and only that one calls; a second copy of the service, or this one after a crash, finds
//!    the try and leaves it alone until it cannot be going on any more.
//! 2. The network is called, once.
//! 3. What came of it is written down: sent, failed (and when it is tried again), or in doubt.
//!
//! A try after which the network may have the reply is never simply repeated: the reply is looked up; if it cannot be, or
//! nothing is found, it is sent again only where that does no harm (the network knows the key, or its look-up is certain);
//! else a person decides. So is a reply that is refused at last after a try that may have arrived: nobody is told that it
//! failed while it may stand there.
//!
//! A conversation's replies go one after another, each after the one before is sent, failed or left to a person.

mod doubt;
mod written;

use crate::circuit::Change;
use crate::metrics::Metrics;
use crate::networks::{Lane, NETWORK_DOWN, Networks};
use crate::outbox::{Line, Outbox, Waiting};
use crate::port::{Abilities, Message, Outcome, Person, Reason};
use crate::promise::{self, Doubt, ELSEWHERE_WAIT, STEPS_MAX, Step};
use crate::settings::Settings;
use conversation::received::PostReceived;
use conversation::replied::ReplySubmitted;
use conversation::state::ReplyStatus;
use conversation::{Conversation, ConversationId, Fact, Record, ReplyId, Subject, window};
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, Loaded, TransactError};
use service::{Clock, Shutdown};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;

/// Sends what waits in the outbox. Clones share everything.
#[derive(Clone)]
pub struct Sender(Arc<Inner>);

struct Inner {
    journal: Journal,
    outbox: Arc<Outbox>,
    networks: Arc<Networks>,
    clock: Clock,
    shutdown: Shutdown,
    settings: Settings,
    metrics: Metrics,
}

/// One reply whose turn it is, with all that is known of it.
struct Turn<'a> {
    subject: &'a Subject,
    conversation: ConversationId,
    waiting: &'a Waiting,
    /// The record it was submitted in.
    submitted: &'a Record,
    fact: &'a ReplySubmitted,
    /// The post it answers by the network's own id: the customer's, or the part of the answer before this one.
    in_reply_to: &'a str,
    /// The customer's post that it answers.
    post: Option<&'a PostReceived>,
    /// What the network calls the replies of this conversation that it has.
    sent: Vec<&'a str>,
    /// Something was written since then that this version cannot read.
    unreadable: bool,
    /// The conversation, and its version.
    known: (Conversation, u64),
}

/// A try that is written down.
struct Try {
    attempt: u32,
    at: Timestamp,
    /// The conversation after that, and its version.
    known: (Conversation, u64),
}

impl Sender {
    pub fn new(
        journal: Journal,
        outbox: Arc<Outbox>,
        networks: Arc<Networks>,
        clock: Clock,
        shutdown: Shutdown,
        settings: Settings,
        metrics: Metrics,
    ) -> Self {
        Sender(Arc::new(Inner { journal, outbox, networks, clock, shutdown, settings, metrics }))
    }

    /// Sends what can be sent of a conversation now, until nothing is left or something has to be waited for. Safe to
    /// call at any time and any number of times, here and in other copies.
    ///
    /// # Errors
    /// The log cannot be read or written. A result that could not be written is looked for again later.
    pub async fn go_on(&self, subject: &Subject) -> Result<(), TransactError> {
        let Some(conversation) = subject.conversation() else { return Ok(()) };
        for _ in 0..STEPS_MAX {
            let loaded = self.0.journal.load(subject).await?;
            let records = loaded.entries.iter().map(|stored| (stored.sequence, &stored.record));
            let Some(line) = Line::of(subject, records) else { return Ok(()) };
            self.0.outbox.take_over(conversation, line.clone());
            let Some(turn) = line.head().and_then(|head| turn(subject, conversation, head, &loaded)) else {
                return Ok(());
            };
            if let Step::Later(until, why) = self.0.step(turn).await? {
                self.0.outbox.hold(conversation, until, why);
                return Ok(());
            }
        }
        tracing::error!(%conversation, "a conversation's replies did not come to an end; they are left for later");
        self.0.outbox.hold(conversation, self.0.clock.now() + ELSEWHERE_WAIT, "busy");
        Ok(())
    }
}

fn turn<'a>(
    subject: &'a Subject,
    conversation: ConversationId,
    waiting: &'a Waiting,
    loaded: &'a Loaded,
) -> Option<Turn<'a>> {
    let facts = || loaded.entries.iter().flat_map(|stored| stored.record.facts.iter().map(move |fact| (stored, fact)));
    let (stored, fact) = facts().find_map(|(stored, fact)| match fact {
        Fact::ReplySubmitted(fact) if fact.reply == waiting.reply => Some((stored, fact)),
        _ => None,
    })?;
    let unreadable = loaded.undecodable.iter().any(|sequence| *sequence > stored.sequence);
    let known = (conversation::fold(loaded.records()), loaded.last_sequence);
    let before = stored.record.facts.iter().find_map(|other| match other {
        Fact::ReplySubmitted(other) if other.part + 1 == fact.part => Some(other.reply),
        _ => None,
    });
    let in_reply_to = facts().find_map(|(_, known)| match known {
        // A network that gives no id cannot be told which part it is; then all of them answer the customer.
        Fact::ReplySent(sent) if Some(sent.reply) == before && !sent.native_id.is_empty() => Some(&*sent.native_id),
        _ => None,
    });
    let in_reply_to = in_reply_to.unwrap_or(&fact.in_reply_to_native_id);
    let posts = || {
        facts().filter_map(|(_, known)| match known {
            Fact::PostReceived(post) => Some(post),
            // No other fact says who wrote.
            _ => None,
        })
    };
    let post = posts().find(|post| post.post == fact.in_reply_to).or_else(|| posts().next_back());
    let sent = facts().filter_map(|(_, known)| match known {
        Fact::ReplySent(sent) => Some(&*sent.native_id),
        Fact::ReplyObserved(seen) => Some(&*seen.native_id),
        // Nothing else brings an id of a reply.
        _ => None,
    });
    let sent = sent.filter(|id| !id.is_empty()).collect();
    let submitted = &stored.record;
    Some(Turn { subject, conversation, waiting, submitted, fact, in_reply_to, post, sent, unreadable, known })
}

impl Turn<'_> {
    fn reply(&self) -> ReplyId {
        self.waiting.reply
    }

    /// Why its last try did not end as sent.
    fn last_reason(&self) -> Reason {
        match (self.waiting.status, &*self.waiting.reason) {
            (ReplyStatus::Attempted, _) | (_, "") => Reason::NO_RESULT,
            (_, code) => Reason::again(code),
        }
    }

    /// The reply as it goes out with this try.
    fn message(&self, attempt: u32, now: Timestamp) -> Message {
        let post = self.post;
        let to = post
            .map(|post| Person { id: post.personal.author_id.clone(), handle: post.personal.author_handle.clone() });
        Message {
            reply: self.reply(),
            brand: self.subject.brand().clone(),
            network: self.fact.network.clone(),
            conversation: self.conversation,
            in_reply_to: self.in_reply_to.to_owned(),
            root: post.map(|post| post.root_native_id.clone()).unwrap_or_default(),
            to: to.unwrap_or_default(),
            answers_public: post.is_some_and(|post| !post.private),
            private: self.fact.private,
            text: self.fact.body.text.clone(),
            language: post.map(|post| post.language.clone()).unwrap_or_default(),
            part: self.fact.part,
            parts: self.fact.parts,
            attempt,
            submitted_at: self.submitted.occurred_at,
            late: self.fact.private && window::window(&self.known.0).is_some_and(|window| window.closes_at <= now),
            tried_at: self.waiting.in_doubt_since().unwrap_or(self.submitted.occurred_at),
            known: self.sent.iter().map(|id| (*id).to_owned()).collect(),
        }
    }
}

impl Inner {
    async fn step(&self, turn: Turn<'_>) -> Result<Step, TransactError> {
        let now = self.clock.now();
        let due_at = match turn.waiting.status {
            ReplyStatus::Retrying => turn.waiting.retry_at,
            ReplyStatus::Attempted => turn.waiting.attempted_at.map(|at| at + self.settings.settle_after()),
            _ => None,
        };
        if let Some(until) = due_at.filter(|due_at| *due_at > now) {
            return Ok(Step::Later(until, "in_hand"));
        }
        // It may say that the reply is sent.
        if turn.unreadable {
            return self.leave_to_person(&turn, None, &Reason::UNREADABLE).await;
        }
        let Some(lane) = self.networks.lane(&turn.fact.network) else {
            return self.end(&turn, None, None, Reason::NO_TARGET).await;
        };
        if turn.fact.body.text.chars().count() > lane.adapter.abilities().text_max_characters {
            return self.end(&turn, Some(&lane), None, Reason::TEXT_TOO_LONG).await;
        }
        let _call = lane.calls.acquire().await.expect("the calls of a lane are never closed");
        if let Some(not_now) = lane.down(self.clock.now()) {
            return Ok(Step::Later(not_now.until, not_now.why));
        }
        if let Some(since) = turn.waiting.in_doubt_since()
            && let Some(step) = self.settle_doubt(&turn, &lane, since).await?
        {
            return Ok(step);
        }
        if turn.waiting.nth(turn.waiting.attempts) >= self.settings.attempts_max {
            return self.end(&turn, Some(&lane), None, turn.last_reason()).await;
        }
        if let Err(not_now) = lane.enter(&turn.message(turn.waiting.attempts + 1, self.clock.now()), self.clock.now()) {
            return Ok(Step::Later(not_now.until, not_now.why));
        }
        match self.attempt(&turn).await? {
            Some(begun) => self.try_once(&turn, &lane, begun).await,
            None => Ok(Step::Moved),
        }
    }

    /// Makes a try that was written down, and writes down what came of it.
    async fn try_once(&self, turn: &Turn<'_>, lane: &Lane, begun: Try) -> Result<Step, TransactError> {
        // The log was away for so long that others may take the try for lost: it must not be made now. The other half of
        // the margin is for clocks that differ.
        if self.clock.now() > begun.at + self.settings.margin() / 2 {
            return self.fail(turn, lane, begun, Reason::NOT_BEGUN, None).await;
        }
        let outcome = self.call(turn, lane, begun.attempt).await;
        match outcome {
            Outcome::Sent(receipt) => self.confirm(turn, lane, begun, &receipt, "answered").await,
            Outcome::Refused { reason, is_final: true } => self.end(turn, Some(lane), Some(begun), reason).await,
            Outcome::Refused { reason, is_final: false } => self.fail(turn, lane, begun, reason, None).await,
            Outcome::RateLimited { retry_after } => {
                self.fail(turn, lane, begun, Reason::RATE_LIMITED, retry_after).await
            }
            Outcome::Stopped { reason, .. } => self.end(turn, Some(lane), Some(begun), reason).await,
            Outcome::Busy { reason, retry_after } | Outcome::Failed { reason, retry_after } => {
                self.fail(turn, lane, begun, reason, retry_after).await
            }
            Outcome::Unknown { reason } => self.unknown(turn, lane, begun, reason).await,
        }
    }

    /// The one call of a try.
    async fn call(&self, turn: &Turn<'_>, lane: &Lane, attempt: u32) -> Outcome {
        let span = tracing::info_span!(
            "send reply",
            otel.kind = "client",
            conversation = %turn.conversation,
            reply = %turn.reply(),
            network = %turn.fact.network,
            attempt,
            outcome = tracing::field::Empty,
        );
        let started = Instant::now();
        let message = turn.message(attempt, self.clock.now());
        let sending = lane.adapter.send(&message).instrument(span.clone()).await;
        let took = started.elapsed();
        let outcome = &sending.outcome;
        span.record("outcome", outcome.name());
        if lane.heard(&message, &sending, self.clock.now()) == Some(Change::Closed) {
            self.outbox.release(&turn.fact.network, NETWORK_DOWN);
        }
        self.metrics.attempt(&lane.label, outcome.name(), took);
        let reason = outcome.reason();
        let reason = reason.as_ref().map(Reason::code);
        span.in_scope(|| tracing::info!(outcome = outcome.name(), reason, took_ms = took.as_millis() as u64, "tried"));
        sending.outcome
    }

    /// What is in doubt of a reply on a network with these abilities.
    fn doubt(&self, turn: &Turn<'_>, abilities: Abilities) -> Doubt {
        Doubt {
            abilities,
            since: turn.waiting.in_doubt_since(),
            last_try: turn.waiting.attempted_at,
            settle_after: self.settings.settle_after(),
            patience: SignedDuration::from_secs_f64(self.settings.lookup_patience_seconds),
        }
    }

    fn wait_after(&self, waiting: &Waiting, attempt: u32, at_least: Option<Duration>) -> SignedDuration {
        let (waits, tries) = (&self.settings.retry_waits_seconds, waiting.nth(attempt));
        promise::wait_after(waits, tries, spread(&waiting.reply, attempt), at_least)
    }
}

/// A number from 0 to 1 that is the same for the same try of the same reply.
fn spread(reply: &ReplyId, attempt: u32) -> f64 {
    let id = reply.as_uuid().as_u128() as u64;
    let mixed = (id ^ u64::from(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

//! What has its time, a reply or a notice: just submitted, tried again, with a maker who is silent, or waiting for one before it. What is
//! due follows from a view of the log alone, so that a start makes good whatever a crash has left.

use crate::NAME;
use crate::outbox::{Due, Outbox};
use crate::send::Sender;
use conversation::{ConversationId, Subject};
use jiff::{SignedDuration, Timestamp};
use service::Process;
use service::metrics::Outcome;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

/// How long something waits whose log could not be read or written.
pub const AFTER_ERROR: SignedDuration = SignedDuration::from_secs(5);

/// What is due now, each with what is known of it, and when the next is.
pub type Found<W> = (Vec<(<W as Work>::Key, <W as Work>::Job)>, Option<Timestamp>);

/// Work of which some has its time.
pub trait Work: Sized + Send + Sync + 'static {
    /// What is worked on by one at a time.
    type Key: Copy + Eq + Hash + Send + Sync;
    /// What is known of it when its time has come.
    type Job: Send;

    /// Said when the work on one of them ended early.
    const ENDED_EARLY: &str;
    /// Said when the process stops and some of it does not end.
    const CUT_OFF: &str;

    /// What is due, but for what is `busy`, and when the next is.
    fn due(&self, now: Timestamp, busy: impl Fn(&Self::Key) -> bool) -> Found<Self>;

    /// Says that one cannot go on before a time, for a reason that is not in the log.
    fn hold(&self, key: Self::Key, until: Timestamp, why: &'static str);

    /// Waits until something has changed since the last call.
    fn changed(&self) -> impl Future<Output = ()> + Send;

    /// Takes one as far as it can go now.
    fn go_on(&self, key: Self::Key, job: Self::Job, now: Timestamp) -> impl Future<Output = ()> + Send + 'static;
}

/// Works until the process is asked to stop, and then until what it began is done.
pub async fn run<W: Work>(
    process: Process,
    work: W,
    mut caught_up: watch::Receiver<bool>,
    in_flight_max: usize,
) -> anyhow::Result<()> {
    // Before that, what was sent long ago would look as if it still waited.
    if process.shutdown.unless_begun(caught_up.wait_for(|is| *is)).await.is_none() {
        return Ok(());
    }
    let clock = &process.clock;
    let mut tasks = JoinSet::new();
    let mut busy: HashSet<W::Key> = HashSet::new();
    let mut running: HashMap<Id, W::Key> = HashMap::new();
    while !process.shutdown.is_begun() {
        let (now, next) = work.due(clock.now(), |key| busy.contains(key));
        let room = in_flight_max.saturating_sub(tasks.len());
        for (key, job) in now.into_iter().take(room) {
            let task = tasks.spawn(work.go_on(key, job, clock.now()));
            running.insert(task.id(), key);
            busy.insert(key);
        }
        tokio::select! {
            () = process.shutdown.begun() => break,
            Some(done) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                let id = match &done {
                    Ok((id, ())) => *id,
                    Err(error) => {
                        tracing::error!(%error, "{}", W::ENDED_EARLY);
                        error.id()
                    }
                };
                if let Some(key) = running.remove(&id) {
                    busy.remove(&key);
                    if done.is_err() {
                        work.hold(key, clock.now() + AFTER_ERROR, "error");
                    }
                }
            }
            () = work.changed() => {}
            () = until(clock, next) => {}
        }
    }
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(crate::drain_limit(&process), rest).await.is_err() {
        tracing::warn!("{}", W::CUT_OFF);
    }
    Ok(())
}

async fn until(clock: &service::Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

/// The replies of the outbox, a conversation at a time.
pub struct Replies {
    pub outbox: Arc<Outbox>,
    pub sender: Sender,
    pub settle_after: SignedDuration,
}

impl Work for Replies {
    type Key = ConversationId;
    /// The subject of the conversation, and the trace that the reply belongs to.
    type Job = (Subject, Option<Box<str>>);

    const ENDED_EARLY: &str = "the work on a reply ended early; it is taken up again";
    const CUT_OFF: &str = "calls to networks were cut off; their replies are looked up at the next start";

    fn due(&self, now: Timestamp, busy: impl Fn(&ConversationId) -> bool) -> Found<Self> {
        let Due { now, next } = self.outbox.due(now, self.settle_after, busy);
        let of_conversation = |job: Self::Job| Some((job.0.conversation()?, job));
        (now.into_iter().filter_map(of_conversation).collect(), next)
    }

    fn hold(&self, conversation: ConversationId, until: Timestamp, why: &'static str) {
        self.outbox.hold(conversation, until, why);
    }

    fn changed(&self) -> impl Future<Output = ()> + Send {
        self.outbox.changed()
    }

    fn go_on(
        &self,
        conversation: ConversationId,
        (subject, traceparent): Self::Job,
        now: Timestamp,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (sender, outbox) = (self.sender.clone(), Arc::clone(&self.outbox));
        async move {
            let span = tracing::info_span!("send due replies", otel.kind = "internal", %conversation);
            if let Some(traceparent) = traceparent {
                service::telemetry::set_parent(&span, &traceparent);
            }
            let started = Instant::now();
            let sent = sender.go_on(&subject).instrument(span).await;
            let outcome = if sent.is_ok() { Outcome::Done } else { Outcome::Retried };
            service::metrics::for_service(NAME).processed("ReplySubmitted", outcome, started.elapsed());
            if let Err(error) = sent {
                tracing::warn!(%conversation, %error, "a conversation's replies could not be sent; trying again");
                outbox.hold(conversation, now + AFTER_ERROR, "log_unavailable");
            }
        }
    }
}

//! What the log calls for. Following the log never fails and has no effects; effects follow from the state it leaves:
//! posts without a route, deadlines without a timer, matters that prove to be one.

use crate::Settings;
use crate::checkpoint;
use crate::desk::{Desk, Entry};
use crate::route::route;
use conversation::deadlines::DeadlineKind;
use conversation::resolved::Absorbed;
use conversation::{Actor, Command, ConversationId, Fact, PersonalText, PostKey, RecordId, Rejection, Subject};
use jiff::Timestamp;
use journal::{Done, Draft, Entry as LogEntry, Item, Journal, TailConfig, TransactError};
use service::{Clock, Process};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tracing::Instrument;
use wire::{Due, subjects};

/// How this service signs its records.
pub const NAME: &str = "routing";
/// The first and the longest pause between two tries while the log cannot be reached.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LONGEST: Duration = Duration::from_secs(10);

/// Something that a conversation's state calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    Route(PostKey),
    Arm(Due),
    Disarm(Due),
    PassDeadline { kind: DeadlineKind, due_at: Timestamp },
    Absorb(ConversationId),
}

impl Need {
    /// What is done about it, for traces.
    fn name(&self) -> &'static str {
        match self {
            Need::Route(_) => "route post",
            Need::Arm(_) => "arm timer",
            Need::Disarm(_) => "disarm timer",
            Need::PassDeadline { .. } => "pass deadline",
            Need::Absorb(_) => "merge conversations",
        }
    }
}

/// Carries out what is needed, several at once, and brings the outcome back to the desk.
#[derive(Clone)]
pub struct Reactor {
    journal: Journal,
    desk: Arc<Desk>,
    clock: Clock,
    slots: Arc<Semaphore>,
    slots_count: u32,
}

impl Reactor {
    pub fn new(journal: Journal, desk: Arc<Desk>, clock: Clock, settings: &Settings) -> Self {
        let slots_count = u32::try_from(settings.decisions_in_flight_max).expect("the range of the setting fits");
        let slots = Arc::new(Semaphore::new(settings.decisions_in_flight_max));
        Reactor { journal, desk, clock, slots, slots_count }
    }

    /// Decides one command for one conversation from the view, writes the facts, and brings them into the view.
    pub async fn decide(
        &self,
        conversation: ConversationId,
        entry: Entry,
        draft: Draft,
        command: &Command,
    ) -> Result<Done, TransactError> {
        let subject = entry.subject(conversation);
        let hint = Some((entry.state, entry.version));
        let done = self
            .journal
            .transact(&subject, draft, hint, |state, context| conversation::decide(state, command, context))
            .await?;
        self.desk.take_over(&subject, done.state.clone(), done.version);
        Ok(done)
    }

    /// Starts on a need as soon as there is a free slot. What comes of it goes on with the trace of what called for it.
    async fn begin(&self, conversation: ConversationId, need: Need, traceparent: Option<&str>) {
        let slot = Arc::clone(&self.slots).acquire_owned().await.expect("the slots are never closed");
        let reactor = self.clone();
        let span = tracing::info_span!("react", otel.name = need.name(), otel.kind = "consumer", %conversation);
        if let Some(traceparent) = traceparent {
            service::telemetry::set_parent(&span, traceparent);
        }
        let meeting = async move {
            reactor.meet(conversation, &need).await;
            drop(slot);
        };
        tokio::spawn(meeting.instrument(span));
    }

    /// Waits until everything begun is done.
    pub async fn idle(&self) {
        let _all = self.slots.acquire_many(self.slots_count).await.expect("the slots are never closed");
    }

    /// Meets a need, trying again while the log cannot be reached. A refusal ends it: the state has moved on.
    async fn meet(&self, conversation: ConversationId, need: &Need) {
        let mut pause = RETRY_FIRST;
        loop {
            let met = match need {
                Need::Route(post) => self.route(conversation, *post).await,
                Need::Arm(due) => self.journal.arm(due).await.map(drop).map_err(TransactError::from),
                Need::Disarm(due) => self.journal.cancel(due).await.map(drop).map_err(TransactError::from),
                Need::PassDeadline { kind, due_at } => self.pass_deadline(conversation, *kind, *due_at).await,
                Need::Absorb(source) => self.absorb(*source, conversation, "same_thread", None).await,
            };
            match met {
                Ok(()) => return,
                Err(TransactError::Rejected(rejection)) => {
                    tracing::debug!(%conversation, reason = rejection.code(), "the state has moved on");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%conversation, %error, retry_ms = pause.as_millis() as u64, "a decision is tried again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY_LONGEST);
                }
            }
        }
    }

    fn draft(&self, cause: &[&[u8]], occurred_at: Option<Timestamp>) -> Draft {
        let now = self.clock.now();
        Draft {
            record: RecordId::caused(NAME, &cause.concat()),
            occurred_at: occurred_at.unwrap_or(now),
            now,
            actor: Actor::Service(NAME.into()),
            caused_by: None,
            correlation: None,
        }
    }

    async fn route(&self, conversation: ConversationId, post: PostKey) -> Result<(), TransactError> {
        let Some(entry) = self.desk.entry(&conversation) else { return Ok(()) };
        let brand = self.desk.brand(&entry.brand);
        let subject = entry.subject(conversation);
        let known = entry.state.post(&post);
        let occurred_at = known.filter(|post| post.backfill).map(|post| post.clock());
        // Asked again after a correction, it is a decision of its own, and reads the words that the state has let go.
        let again = known.and_then(|post| post.reconsider);
        let (draft, text) = match again {
            None => (self.draft(&[b"route", post.as_uuid().as_bytes()], occurred_at), None),
            Some(correction) => {
                let draft =
                    self.draft(&[b"reroute", post.as_uuid().as_bytes(), correction.as_uuid().as_bytes()], occurred_at);
                (Draft { caused_by: Some(correction), ..draft }, self.words(&subject, &post).await?)
            }
        };
        let now = self.clock.now();
        let done = self
            .journal
            .transact(&subject, draft, Some((entry.state, entry.version)), |state, context| {
                // The rules are asked again after a conflict: what they ask about may have changed.
                match route(&brand, state, &post, text.as_deref(), now) {
                    Some(decision) => conversation::decide(state, &Command::RoutePost(decision), context),
                    None => Ok(Vec::new()),
                }
            })
            .await?;
        self.desk.take_over(&subject, done.state, done.version);
        Ok(())
    }

    /// The newest words of a post, from the log.
    async fn words(&self, subject: &Subject, post: &PostKey) -> Result<Option<PersonalText>, TransactError> {
        let loaded = self.journal.load(subject).await?;
        let mut newest: Option<(Option<Timestamp>, &str)> = None;
        for fact in loaded.records().flat_map(|record| &record.facts) {
            let (at, text) = match fact {
                Fact::PostReceived(fact) if fact.post == *post => (None, &fact.personal.text),
                Fact::PostEdited(fact) if fact.post == *post => (Some(fact.edited_at), &fact.personal.text),
                // No other fact brings a customer's words.
                _ => continue,
            };
            if newest.is_none_or(|(known, _)| known < at) {
                newest = Some((at, text));
            }
        }
        Ok(newest.map(|(_, text)| text.into()))
    }

    async fn pass_deadline(
        &self,
        conversation: ConversationId,
        kind: DeadlineKind,
        due_at: Timestamp,
    ) -> Result<(), TransactError> {
        let Some(entry) = self.desk.entry(&conversation) else { return Ok(()) };
        let cause: [&[u8]; 3] = [b"deadline", kind.as_str().as_bytes(), &due_at.as_nanosecond().to_be_bytes()];
        let draft = self.draft(&cause, None);
        match self.decide(conversation, entry, draft, &Command::PassDeadline { kind, due_at }).await {
            // The server's clock may run ahead of ours by a little; the timer is armed again rather than lost.
            Err(TransactError::Rejected(Rejection::NotDue { .. })) => {
                let Some(entry) = self.desk.entry(&conversation) else { return Ok(()) };
                let due = Due { brand: entry.brand, customer: entry.customer, conversation, kind, due_at };
                self.journal.arm(&due).await.map(drop).map_err(TransactError::from)
            }
            other => other.map(|_| ()),
        }
    }

    /// Makes `source` go on in `target`: first the one that ends says so, then the one that goes on takes its posts.
    /// A crash in between is found by [`needs`], since the source then names a target that does not know it.
    pub async fn absorb(
        &self,
        source: ConversationId,
        target: ConversationId,
        reason: &str,
        by: Option<(conversation::PersonId, RecordId)>,
    ) -> Result<(), TransactError> {
        let (Some(from), Some(_)) = (self.desk.entry(&source), self.desk.entry(&target)) else { return Ok(()) };
        let person = by.as_ref().map(|(person, _)| person.clone());
        let mut draft = self.draft(&[b"merge", source.as_uuid().as_bytes(), target.as_uuid().as_bytes()], None);
        if let Some((person, request)) = &by {
            draft.record = *request;
            draft.actor = Actor::Person(person.clone());
        }
        let merge = Command::MergeInto { target, reason: reason.into(), person: person.clone() };
        let done = self.decide(source, from, draft, &merge).await?;
        let posts = done.state.posts.iter().filter(|post| post.received).map(|post| post.key);
        let replies = done.state.replies.iter().filter_map(|reply| reply.post);
        let absorbed = Absorbed {
            source,
            reason: reason.into(),
            posts: posts.chain(replies).collect(),
            first_post_at: done.state.first_post_at(),
            person,
        };
        let Some(into) = self.desk.entry(&target) else { return Ok(()) };
        let draft = self.draft(&[b"absorb", source.as_uuid().as_bytes(), target.as_uuid().as_bytes()], None);
        self.decide(target, into, draft, &Command::Absorb(absorbed)).await.map(|_| ())
    }
}

/// What a conversation's state calls for, whatever brought it there.
pub fn needs(conversation: ConversationId, entry: &Entry, now: Timestamp) -> Vec<Need> {
    let state = &entry.state;
    let mut needs = Vec::new();
    if state.merged_into.is_some() {
        // Whether the target has taken it over is asked of the target, see `catch_up`.
        return needs;
    }
    needs.extend(state.unrouted().map(|post| Need::Route(post.key)));
    needs.extend(state.to_absorb.iter().filter(|source| **source != conversation).map(|source| Need::Absorb(*source)));
    if let Some(deadline) = state.deadline.as_ref().filter(|deadline| !deadline.breached) {
        if deadline.due_at <= now {
            needs.push(Need::PassDeadline { kind: deadline.kind, due_at: deadline.due_at });
        } else {
            needs.push(Need::Arm(due_of(conversation, entry, deadline.kind, deadline.due_at)));
        }
    }
    needs
}

fn due_of(conversation: ConversationId, entry: &Entry, kind: DeadlineKind, due_at: Timestamp) -> Due {
    Due { brand: entry.brand.clone(), customer: entry.customer, conversation, kind, due_at }
}

/// What a record that has just come calls for: the needs of the state, less what did not change by it.
fn needs_of_change(
    conversation: ConversationId,
    before: Option<conversation::state::Deadline>,
    entry: &Entry,
    now: Timestamp,
) -> Vec<Need> {
    let mut found = needs(conversation, entry, now);
    let after = entry.state.deadline.as_ref();
    let same = before.as_ref() == after;
    found.retain(|need| !(same && matches!(need, Need::Arm(_) | Need::PassDeadline { .. })));
    if let Some(gone) = before.filter(|gone| !gone.breached && after.is_none()) {
        found.push(Need::Disarm(due_of(conversation, entry, gone.kind, gone.due_at)));
    }
    found
}

/// Follows the log until the process is asked to stop: fold, then do what the state calls for.
pub async fn follow(
    process: &Process,
    journal: &Journal,
    desk: &Arc<Desk>,
    reactor: &Reactor,
    settings: &Settings,
) -> anyhow::Result<()> {
    let check = process.health.check("desk");
    let metrics = service::metrics::for_service(NAME);
    let after_sequence = checkpoint::load(journal, desk).await;
    let filters = [subjects::CONVERSATIONS, subjects::BRANDS].map(str::to_owned).to_vec();
    let mut tail = journal.tail(TailConfig { filters, after_sequence });
    // What came due before is found by `catch_up`; once more does no harm.
    let mut timers = journal.tail(TailConfig { filters: vec![subjects::DUE.to_owned()], after_sequence: 0 });
    let mut live = process.shutdown.unless_begun(tail.pending()).await == Some(0);
    let mut checkpointed = Instant::now();
    if live {
        catch_up(desk, reactor, process.clock.now()).await;
        check.ready();
    }
    loop {
        let next = async {
            tokio::select! {
                biased;
                item = tail.next() => item,
                item = timers.next(), if live => item,
            }
        };
        let Some(Some(item)) = process.shutdown.unless_begun(next).await else { break };
        let pending = item.pending;
        let started = Instant::now();
        let of_timer = matches!(*item.entry, LogEntry::Due(_));
        let kind = handle(journal, desk, reactor, item, live).await;
        metrics.processed(kind, service::metrics::Outcome::Done, started.elapsed());
        metrics.lag(if of_timer { "timers" } else { "desk" }, pending);
        if !live && pending == 0 {
            live = true;
            catch_up(desk, reactor, process.clock.now()).await;
            tracing::info!(conversations = desk.read().conversations.len(), "the desk is caught up with the log");
            check.ready();
        }
        if live && settings.checkpoint_seconds > 0 && checkpointed.elapsed().as_secs() >= settings.checkpoint_seconds {
            checkpointed = Instant::now();
            checkpoint::save(journal, desk).await;
        }
    }
    process.shutdown.drain(reactor.idle()).await?;
    if live {
        checkpoint::save(journal, desk).await;
    }
    Ok(())
}

/// Once everything up to now is in the view: what a crash or a standstill has left undone.
async fn catch_up(desk: &Desk, reactor: &Reactor, now: Timestamp) {
    let mut undone = Vec::new();
    {
        let view = desk.read();
        for (conversation, entry) in &view.conversations {
            undone.extend(needs(*conversation, entry, now).into_iter().map(|need| (*conversation, need)));
            let Some(target) = entry.state.merged_into else { continue };
            let taken = view.conversations.get(&target).is_some_and(|into| into.state.absorbed.contains(conversation));
            if !taken {
                undone.push((target, Need::Absorb(*conversation)));
            }
        }
    }
    for (conversation, need) in undone {
        reactor.begin(conversation, need, None).await;
    }
}

/// Folds one item and starts what it calls for. Answers the kind of the first fact, for the metrics.
async fn handle(journal: &Journal, desk: &Desk, reactor: &Reactor, item: Item, live: bool) -> &'static str {
    let now = reactor.clock.now();
    match &*item.entry {
        LogEntry::Record(record) => {
            let kind = record.facts.first().map_or("none", conversation::Fact::name);
            let Subject::Conversation { conversation, .. } = &record.subject else {
                desk.fold(item.sequence, record);
                return kind;
            };
            let before = desk.read().conversations.get(conversation).and_then(|entry| entry.state.deadline.clone());
            // A decision of this process is in the view before the log brings it back; its deadline is new all the same.
            let before =
                before.filter(|_| !record.facts.iter().any(|fact| matches!(fact, conversation::Fact::DeadlineSet(_))));
            desk.fold(item.sequence, record);
            let found = match desk.read().conversations.get(conversation).filter(|_| live) {
                Some(entry) => needs_of_change(*conversation, before, entry, now),
                None => Vec::new(),
            };
            for need in found {
                reactor.begin(*conversation, need, item.traceparent.as_deref()).await;
            }
            kind
        }
        LogEntry::Due(due) => {
            // A deadline that is not in the view yet is found past when it comes.
            let stands = desk.read().conversations.get(&due.conversation).is_some_and(|entry| {
                let deadline = entry.state.deadline.as_ref().filter(|deadline| !deadline.breached);
                deadline.is_some_and(|deadline| (deadline.kind, deadline.due_at) == (due.kind, due.due_at))
            });
            if stands {
                let need = Need::PassDeadline { kind: due.kind, due_at: due.due_at };
                reactor.begin(due.conversation, need, item.traceparent.as_deref()).await;
            }
            "DeadlineDue"
        }
        LogEntry::Undecodable { reason } => {
            tracing::error!(sequence = item.sequence, reason, "a record cannot be read and is set aside");
            journal.set_aside_unread(NAME, item.sequence).await;
            "undecodable"
        }
    }
}

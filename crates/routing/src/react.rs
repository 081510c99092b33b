//! What the log calls for. Following the log never fails and has no effects; effects follow from the state it leaves:
//! posts without a route, deadlines without a timer, matters that prove to be one.

use crate::Settings;
use crate::checkpoint;
use crate::desk::Desk;
use crate::needs::{Need, look_at, needs};
use crate::plan::{self, Around, Origin};
use crate::view::Entry;
use conversation::resolved::Absorbed;
use conversation::{Actor, Command, ConversationId, Fact, PersonalText, PostKey, RecordId, Subject};
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

/// What is carried out for a conversation.
enum Job {
    Meet(Need),
    SetTimer(Due),
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
        let span = tracing::info_span!("react", otel.name = need.name(), otel.kind = "consumer", %conversation);
        if let Some(traceparent) = traceparent {
            service::telemetry::set_parent(&span, traceparent);
        }
        self.spawn(conversation, Job::Meet(need), span).await;
    }

    /// Sets the timer of a conversation to what the desk has noted for it, or takes it away.
    async fn set_timer(&self, due: Due) {
        let span = tracing::info_span!("react", otel.name = "set timer", conversation = %due.conversation);
        self.spawn(due.conversation, Job::SetTimer(due), span).await;
    }

    async fn spawn(&self, conversation: ConversationId, job: Job, span: tracing::Span) {
        let slot = Arc::clone(&self.slots).acquire_owned().await.expect("the slots are never closed");
        let reactor = self.clone();
        let working = async move {
            reactor.insist(conversation, &job).await;
            drop(slot);
        };
        tokio::spawn(working.instrument(span));
    }

    /// Waits until everything begun is done.
    pub async fn idle(&self) {
        let _all = self.slots.acquire_many(self.slots_count).await.expect("the slots are never closed");
    }

    /// Tries until it is done, while the log cannot be reached. A refusal ends it: the state has moved on.
    async fn insist(&self, conversation: ConversationId, job: &Job) {
        let mut pause = RETRY_FIRST;
        loop {
            match self.work(conversation, job).await {
                Ok(()) => return,
                Err(TransactError::Rejected(rejection)) => {
                    tracing::debug!(%conversation, reason = rejection.code(), "the state has moved on");
                    return;
                }
                Err(error) => {
                    let retry_ms = pause.as_millis() as u64;
                    tracing::warn!(%conversation, %error, retry_ms, "a decision is tried again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY_LONGEST);
                }
            }
        }
    }

    async fn work(&self, conversation: ConversationId, job: &Job) -> Result<(), TransactError> {
        match job {
            Job::Meet(Need::Absorb(source)) => self.absorb(*source, conversation, SAME_THREAD, None).await,
            Job::Meet(Need::HandOver(target)) => self.absorb(conversation, *target, SAME_THREAD, None).await,
            Job::Meet(need) => self.answer(conversation, need).await,
            Job::SetTimer(due) => self.arm(due).await,
        }
    }

    /// Two that set a timer at once may overtake each other, so each looks again whether what it set is still wanted.
    async fn arm(&self, due: &Due) -> Result<(), TransactError> {
        loop {
            let wanted = self.desk.timer(&due.conversation);
            match wanted {
                Some(due_at) => self.journal.arm(&Due { due_at, ..due.clone() }).await.map(drop)?,
                None => self.journal.cancel(due).await.map(drop)?,
            }
            if self.desk.timer(&due.conversation) == wanted {
                return Ok(());
            }
        }
    }

    fn draft(&self, origin: Origin) -> Draft {
        let now = self.clock.now();
        Draft {
            record: RecordId::caused(NAME, &origin.cause),
            occurred_at: origin.occurred_at.unwrap_or(now),
            now,
            actor: Actor::Service(NAME.into()),
            caused_by: origin.caused_by,
            correlation: None,
        }
    }

    /// Decides what a need calls for, on the state as it is when it is written.
    async fn answer(&self, conversation: ConversationId, need: &Need) -> Result<(), TransactError> {
        let (Some(entry), Some(around)) = (self.desk.entry(&conversation), self.around(conversation)) else {
            return Ok(());
        };
        let subject = entry.subject(conversation);
        let draft = self.draft(plan::origin(&entry.state, conversation, need));
        let words = match plan::wants_words(&entry.state, need) {
            Some(post) => self.words(&subject, &post).await?,
            None => None,
        };
        let now = draft.now;
        let done = self
            .journal
            .transact(&subject, draft, Some((entry.state, entry.version)), |state, context| {
                // Asked again after a conflict: what is decided on may have changed.
                match plan::command(&around, state, need, words.as_deref(), now) {
                    Some(command) => conversation::decide(state, &command, context),
                    None => Ok(Vec::new()),
                }
            })
            .await?;
        self.desk.take_over(&subject, done.state, done.version);
        Ok(())
    }

    fn around(&self, conversation: ConversationId) -> Option<Around> {
        Around::of(&self.desk.read(), conversation)
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
        let of = |kind: &[u8]| Origin {
            cause: [kind, source.as_uuid().as_bytes(), target.as_uuid().as_bytes()].concat(),
            occurred_at: None,
            caused_by: None,
        };
        let mut draft = self.draft(of(b"merge"));
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
        let draft = self.draft(of(b"absorb"));
        self.decide(target, into, draft, &Command::Absorb(absorbed)).await.map(|_| ())
    }
}

/// Why two conversations are one, when nobody said so.
const SAME_THREAD: &str = "same_thread";

fn due_of(conversation: ConversationId, entry: &Entry, due_at: Timestamp) -> Due {
    Due { brand: entry.brand.clone(), customer: entry.customer, conversation, kind: None, due_at }
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
    let mut timers = Vec::new();
    {
        let view = desk.read();
        for (conversation, entry) in &view.conversations {
            undone.extend(needs(&view, *conversation, now).into_iter().map(|need| (*conversation, need)));
            let look = look_at(entry).filter(|look| *look > now);
            timers.extend(look.map(|look| due_of(*conversation, entry, look)));
        }
    }
    for (conversation, need) in undone {
        reactor.begin(conversation, need, None).await;
    }
    for due in timers {
        desk.note_timer(due.conversation, Some(due.due_at));
        reactor.set_timer(due).await;
    }
}

/// Folds one item and starts what it calls for. Answers the kind of the first fact, for the metrics.
async fn handle(journal: &Journal, desk: &Desk, reactor: &Reactor, item: Item, live: bool) -> &'static str {
    match &*item.entry {
        LogEntry::Record(record) => {
            let kind = record.facts.first().map_or("none", conversation::Fact::name);
            let Subject::Conversation { conversation, .. } = &record.subject else {
                desk.fold(item.sequence, record);
                return kind;
            };
            desk.fold(item.sequence, record);
            if live {
                attend(desk, reactor, *conversation, item.traceparent.as_deref()).await;
            }
            kind
        }
        LogEntry::Due(due) => {
            // What is not in the view yet is found when it comes.
            desk.note_timer(due.conversation, None);
            attend(desk, reactor, due.conversation, item.traceparent.as_deref()).await;
            "DeadlineDue"
        }
        LogEntry::Undecodable { reason } => {
            tracing::error!(sequence = item.sequence, reason, "a record cannot be read and is set aside");
            journal.set_aside_unread(NAME, item.sequence).await;
            "undecodable"
        }
    }
}

/// Starts what a conversation calls for now, and sets its timer for what it will call for.
async fn attend(desk: &Desk, reactor: &Reactor, conversation: ConversationId, traceparent: Option<&str>) {
    let now = reactor.clock.now();
    let (found, timer) = {
        let view = desk.read();
        let Some(entry) = view.conversations.get(&conversation) else { return };
        // What is due already is met now, and needs no timer.
        let look = look_at(entry).filter(|look| *look > now);
        let news = desk.note_timer(conversation, look);
        (needs(&view, conversation, now), news.then(|| due_of(conversation, entry, look.unwrap_or(now))))
    };
    for need in found {
        reactor.begin(conversation, need, traceparent).await;
    }
    if let Some(due) = timer {
        reactor.set_timer(due).await;
    }
}

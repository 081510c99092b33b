//! What the log calls for. Following the log never fails and has no effects; effects follow from the state it leaves:
//! posts without a route, deadlines without a timer, matters that prove to be one. What goes out without anybody writing it is in
//! [`notices`].

mod notices;

use crate::Settings;
use crate::checkpoint;
use crate::desk::Desk;
use crate::needs::{Need, look_at, needs};
use crate::plan::{self, Around, Origin};
use crate::shifts::shift_posts;
use crate::surges::{brand_look_at, brand_needs, customer_team};
use crate::tellings::{Telling, is_news, tellings};
use crate::view::{BrandEntry, Entry};
use conversation::customer::{CustomerCommand, CustomerTeamSet};
use conversation::notice::ShiftPostSubmitted;
use conversation::{
    Actor, BrandId, Command, ConversationId, Customer, CustomerId, Fact, PersonalText, PostKey, RecordId, Subject,
};
use jiff::Timestamp;
use journal::{
    AppendError, Done, Draft, Entry as LogEntry, Item, Journal, JournalError, Loaded, TailConfig, TransactError,
};
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
const BETWEEN_LOOKS_AT_BRANDS: Duration = Duration::from_secs(15);

/// What is carried out for a conversation.
enum Job {
    Meet(ConversationId, Need),
    SetTimer(Due),
    SetTeam { brand: BrandId, customer: CustomerId, fact: CustomerTeamSet },
    Tell { brand: BrandId, version: u64, record: RecordId, fact: Box<Fact> },
    PostShift { brand: BrandId, fact: Box<ShiftPostSubmitted> },
    TellPerson(Box<Telling>),
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
        self.spawn(Job::Meet(conversation, need), span).await;
    }

    /// Sets the timer of a conversation to what the desk has noted for it, or takes it away.
    async fn set_timer(&self, due: Due) {
        let span = tracing::info_span!("react", otel.name = "set timer", conversation = %due.conversation);
        self.spawn(Job::SetTimer(due), span).await;
    }

    /// Writes down the team that a customer belongs to from now on.
    async fn set_team_of(&self, brand: BrandId, customer: CustomerId, fact: CustomerTeamSet) {
        let span = tracing::info_span!("react", otel.name = "set the customer's team", %customer);
        self.spawn(Job::SetTeam { brand, customer, fact }, span).await;
    }

    async fn spawn(&self, job: Job, span: tracing::Span) {
        let slot = Arc::clone(&self.slots).acquire_owned().await.expect("the slots are never closed");
        let reactor = self.clone();
        let working = async move {
            reactor.insist(&job).await;
            drop(slot);
        };
        tokio::spawn(working.instrument(span));
    }

    /// Waits until everything begun is done.
    pub async fn idle(&self) {
        let _all = self.slots.acquire_many(self.slots_count).await.expect("the slots are never closed");
    }

    /// Tries until it is done, while the log cannot be reached. A refusal ends it: the state has moved on.
    async fn insist(&self, job: &Job) {
        let mut pause = RETRY_FIRST;
        loop {
            match self.work(job).await {
                Ok(()) => return,
                Err(TransactError::Rejected(rejection)) => {
                    tracing::debug!(reason = rejection.code(), "the state has moved on");
                    return;
                }
                Err(error) => {
                    let retry_ms = pause.as_millis() as u64;
                    tracing::warn!(%error, retry_ms, "a decision is tried again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY_LONGEST);
                }
            }
        }
    }

    async fn work(&self, job: &Job) -> Result<(), TransactError> {
        match job {
            Job::Meet(into, Need::Absorb(source)) => self.absorb(*source, *into, plan::SAME_THREAD, None).await,
            Job::Meet(source, Need::HandOver(target)) => self.absorb(*source, *target, plan::SAME_THREAD, None).await,
            Job::Meet(conversation, need) => self.answer(*conversation, need).await,
            Job::SetTimer(due) => self.arm(due).await,
            Job::SetTeam { brand, customer, fact } => self.set_team(brand, *customer, fact).await,
            Job::Tell { brand, version, record, fact } => self.tell_of_brand(brand, *version, *record, fact).await,
            Job::PostShift { brand, fact } => self.post_shift(brand, fact).await,
            Job::TellPerson(telling) => self.tell_person(telling).await,
        }
    }

    async fn set_team(
        &self,
        brand: &BrandId,
        customer: CustomerId,
        fact: &CustomerTeamSet,
    ) -> Result<(), TransactError> {
        let cause = [b"team".as_slice(), customer.as_uuid().as_bytes()].concat();
        let draft = self.draft(Origin { cause, occurred_at: None, caused_by: None });
        let (subject, record) = (Subject::Customer { brand: brand.clone(), customer }, draft.record);
        let command = CustomerCommand::SetTeam(fact.clone());
        let decide = |state: &Customer| conversation::customer::decide(state, customer, &command, record);
        self.journal.transact_on(&subject, draft, None, decide).await.map(drop)
    }

    /// Writes a fact about the brand after what was read of it. When somebody else wrote first, whoever reads that looks again.
    async fn tell_of_brand(
        &self,
        brand: &BrandId,
        version: u64,
        record: RecordId,
        fact: &Fact,
    ) -> Result<(), TransactError> {
        let now = self.clock.now();
        let actor = Actor::Service(NAME.into());
        let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
        let record = draft.record(&Subject::Brand { brand: brand.clone() }, vec![fact.clone()]);
        match self.journal.append(&record, version).await {
            Ok(_) | Err(AppendError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
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
        let (Some(entry), Some(around)) = (self.desk.entry(&conversation), self.around(conversation, need)) else {
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
            .transact(&subject, draft, Some((entry.state.clone(), entry.version)), |state, context| {
                // Asked again after a conflict: what is decided on may have changed.
                match plan::command(&around, &entry, state, need, words.as_deref(), now) {
                    Some(command) => conversation::decide(state, &command, context),
                    None => Ok(Vec::new()),
                }
            })
            .await?;
        self.desk.take_over(&subject, done.state, done.version);
        Ok(())
    }

    fn around(&self, conversation: ConversationId, need: &Need) -> Option<Around> {
        Around::of(&self.desk.read(), conversation, need)
    }

    /// The records of a conversation, from the log.
    pub async fn load(&self, subject: &Subject) -> Result<Loaded, JournalError> {
        self.journal.load(subject).await
    }

    /// The newest words of a post, from the log.
    async fn words(&self, subject: &Subject, post: &PostKey) -> Result<Option<PersonalText>, TransactError> {
        let loaded = self.journal.load(subject).await?;
        Ok(plan::newest_words(loaded.records(), post))
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
        let mut draft = self.draft(plan::of_merge(b"merge", source, target));
        if let Some((person, request)) = &by {
            draft.record = *request;
            draft.actor = Actor::Person(person.clone());
        }
        let merge = Command::MergeInto { target, reason: reason.into(), person: person.clone() };
        let done = self.decide(source, from, draft, &merge).await?;
        let absorbed = plan::absorbed(source, &done.state, reason, person);
        let Some(into) = self.desk.entry(&target) else { return Ok(()) };
        let draft = self.draft(plan::of_merge(b"absorb", source, target));
        self.decide(target, into, draft, &Command::Absorb(absorbed)).await.map(|_| ())
    }
}

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
    let filters = [subjects::CONVERSATIONS, subjects::CUSTOMERS, subjects::BRANDS].map(str::to_owned).to_vec();
    let mut tail = journal.tail(TailConfig { filters, after_sequence });
    // What came due before is found by `catch_up`; once more does no harm.
    let mut timers = journal.tail(TailConfig { filters: vec![subjects::DUE.to_owned()], after_sequence: 0 });
    let mut live = process.shutdown.unless_begun(tail.pending()).await == Some(0);
    let mut checkpointed = Instant::now();
    // That a surge is over is said by posts that do not come, and that a shift begins by the clock: so by no record.
    let mut ticks = tokio::time::interval(BETWEEN_LOOKS_AT_BRANDS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    if live {
        catch_up(desk, reactor, process.clock.now()).await;
        check.ready();
    }
    loop {
        let next = async {
            tokio::select! {
                biased;
                item = tail.next() => item.map(Some),
                item = timers.next(), if live => item.map(Some),
                _ = ticks.tick(), if live => Some(None),
            }
        };
        let Some(Some(next)) = process.shutdown.unless_begun(next).await else { break };
        let Some(item) = next else {
            attend_brands(desk, reactor).await;
            continue;
        };
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
    let (mut undone, mut timers, mut teams) = (Vec::new(), Vec::new(), Vec::new());
    let brands: Vec<BrandId> = desk.read().brands.keys().cloned().collect();
    {
        let view = desk.read();
        for (conversation, entry) in &view.conversations {
            undone.extend(needs(&view, *conversation, now).into_iter().map(|need| (*conversation, need)));
            let look = look_at(&view, entry, now).filter(|look| *look > now);
            timers.extend(look.map(|look| due_of(*conversation, entry, look)));
            teams.extend(customer_team(&view, entry).map(|fact| (entry.brand.clone(), entry.customer, fact)));
        }
    }
    reactor.tell(desk.untold()).await;
    for (conversation, need) in undone {
        reactor.begin(conversation, need, None).await;
    }
    for (brand, customer, fact) in teams {
        reactor.set_team_of(brand, customer, fact).await;
    }
    for brand in brands {
        attend_brand(desk, reactor, &brand).await;
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
            let stirred = desk.fold(item.sequence, record);
            let told = match is_news(record) {
                true => tellings(&desk.read(), record, reactor.clock.now()),
                false => Vec::new(),
            };
            if !told.is_empty() {
                desk.note_untold(&told);
            }
            if live {
                reactor.tell(told).await;
                for conversation in stirred {
                    attend(desk, reactor, conversation, item.traceparent.as_deref()).await;
                }
                let brand = record.subject.brand();
                if record.facts.iter().any(moves_surges) {
                    attend_surges(desk, reactor, brand).await;
                }
                if record.facts.iter().any(moves_shifts) {
                    attend_shifts(desk, reactor, brand).await;
                }
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

/// Whether a fact may begin or end a surge.
fn moves_surges(fact: &Fact) -> bool {
    matches!(fact, Fact::Routed(_) | Fact::SettingsPublished(_))
}

/// Whether a fact may be what a shift post waits for: whoever comes online. A post of a customer is not; days of opening hours are
/// not read for each of those.
fn moves_shifts(fact: &Fact) -> bool {
    matches!(fact, Fact::PresenceChanged(_) | Fact::SettingsPublished(_))
}

/// Whether surges that are on are over, and shifts have begun or ended.
async fn attend_brands(desk: &Desk, reactor: &Reactor) {
    let on: Vec<BrandId> = {
        let view = desk.read();
        let changes = |known: &BrandEntry| known.brand.has_shift_posts();
        let brands = view.brands.iter();
        brands
            .filter(|(id, known)| changes(known) || brand_look_at(&view, id).is_some())
            .map(|(id, _)| id.clone())
            .collect()
    };
    for brand in on {
        attend_brand(desk, reactor, &brand).await;
    }
}

/// Writes what the brand as a whole calls for.
async fn attend_brand(desk: &Desk, reactor: &Reactor, brand: &BrandId) {
    attend_shifts(desk, reactor, brand).await;
    attend_surges(desk, reactor, brand).await;
}

/// Posts what is due of the brand's shifts.
async fn attend_shifts(desk: &Desk, reactor: &Reactor, brand: &BrandId) {
    let due = shift_posts(&desk.read(), brand, reactor.clock.now());
    for fact in due.into_iter().filter(|fact| !desk.knows_shift_post(&fact.notice)) {
        let span = tracing::info_span!("react", otel.name = "post at a shift", %brand, team = %fact.team);
        reactor.spawn(Job::PostShift { brand: brand.clone(), fact: Box::new(fact) }, span).await;
    }
}

/// Writes which surges have begun or ended. Somebody who was first leaves nothing to write.
async fn attend_surges(desk: &Desk, reactor: &Reactor, brand: &BrandId) {
    let (found, version) = {
        let view = desk.read();
        let version = view.brands.get(brand).map_or(0, |known| known.version);
        (brand_needs(&view, brand, reactor.clock.now()), version)
    };
    for (record, fact) in found {
        reactor
            .spawn(Job::Tell { brand: brand.clone(), version, record, fact: Box::new(fact) }, brand_span(brand))
            .await;
    }
}

fn brand_span(brand: &BrandId) -> tracing::Span {
    tracing::info_span!("react", otel.name = "tell of surge", %brand)
}

/// Starts what a conversation calls for now, and sets its timer for what it will call for.
async fn attend(desk: &Desk, reactor: &Reactor, conversation: ConversationId, traceparent: Option<&str>) {
    let now = reactor.clock.now();
    let (found, timer, team) = {
        let view = desk.read();
        let Some(entry) = view.conversations.get(&conversation) else { return };
        let team = customer_team(&view, entry).map(|fact| (entry.brand.clone(), entry.customer, fact));
        // What is due already is met now, and needs no timer.
        let look = look_at(&view, entry, now).filter(|look| *look > now);
        let news = desk.note_timer(conversation, look);
        (needs(&view, conversation, now), news.then(|| due_of(conversation, entry, look.unwrap_or(now))), team)
    };
    if let Some((brand, customer, fact)) = team {
        reactor.set_team_of(brand, customer, fact).await;
    }
    for need in found {
        reactor.begin(conversation, need, traceparent).await;
    }
    if let Some(due) = timer {
        reactor.set_timer(due).await;
    }
}

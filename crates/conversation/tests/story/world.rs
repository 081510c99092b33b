//! A small world to tell stories in: one brand, one customer, a few posts and people, and a clock in minutes.

use conversation::callback::BookCallback;
use conversation::classified::{CorrectClassification, Head, PostClassified, Scored};
use conversation::deadlines::{DeadlineKind, DeadlineSet};
use conversation::placed::{Offered, Placed};
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, PostDeleted, PostEdited, PostReceived, ReplyObserved,
};
use conversation::replied::{ReplyFailed, ReplyInDoubt, ReplySent, SubmitReply};
use conversation::resolved::{Absorbed, Outcome};
use conversation::rising::{Flag, FlagLowered, FlagRaised};
use conversation::routed::{Priority, RouteDecision, as_routed};
use conversation::{
    Actor, BrandId, CallbackId, Command, Context, Conversation, ConversationId, CustomerId, Decision, Fact, IncidentId,
    Network, PersonId, Personal, PostKey, Record, RecordId, ReplyId, Subject, TeamId,
};
use jiff::{SignedDuration, Timestamp};

/// The answer is due this many minutes after the question, unless a test says otherwise.
pub const TARGET_MINUTES: i64 = 10;

/// The time that is so many minutes into the story.
pub fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2024-05-01T09:00:00Z".parse().unwrap();
    start.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

pub fn brand() -> BrandId {
    BrandId::new("aurora-air").unwrap()
}

pub fn network() -> Network {
    Network::new("x").unwrap()
}

pub fn customer() -> CustomerId {
    CustomerId::of(&brand(), &network(), "author-7")
}

/// The customer's n-th matter; the stories are told of matter 0.
pub fn matter(n: u32) -> ConversationId {
    ConversationId::of(&customer(), n)
}

pub fn post(n: u8) -> PostKey {
    PostKey::of(&brand(), &network(), &format!("post-{n}"))
}

pub fn person(name: &str) -> PersonId {
    PersonId::new(name).unwrap()
}

pub fn team(name: &str) -> TeamId {
    TeamId::new(name).unwrap()
}

/// Post n as the network hands it over, posted in this minute.
pub fn received(n: u8, posted: i64) -> PostReceived {
    PostReceived {
        post: post(n),
        network: network(),
        native_id: format!("post-{n}"),
        parent_native_id: String::new(),
        root_native_id: String::new(),
        private: false,
        handle_use: HandleUse::Main,
        posted_at: Some(minute(posted)),
        followers: 120,
        region: "north".into(),
        tier: "gold".into(),
        timezone: "Europe/Helsinki".into(),
        source: "webhook".into(),
        backfill: false,
        demo: false,
        thread_of: None,
        awaited_in: None,
        language: String::new(),
        personal: Personal::text("text as received"),
    }
}

pub fn edited(n: u8, at: i64) -> PostEdited {
    PostEdited { post: post(n), edited_at: minute(at), personal: Personal::text(format!("text edited at {at}")) }
}

pub fn deleted(n: u8, at: i64) -> PostDeleted {
    PostDeleted { post: post(n), deleted_at: minute(at) }
}

pub fn engaged(n: u8, totals: u64, at: i64) -> EngagementObserved {
    let [shares, comments, likes, views] = [totals, totals * 2, totals * 3, totals * 100];
    EngagementObserved { post: post(n), shares, comments, likes, views, observed_at: minute(at) }
}

/// The brand's own post n, seen on the network.
pub fn observed(n: u8, posted: i64) -> ReplyObserved {
    ReplyObserved {
        post: post(n),
        network: network(),
        native_id: format!("post-{n}"),
        parent_native_id: "post-1".into(),
        private: false,
        posted_at: Some(minute(posted)),
        person: None,
        source: "webhook".into(),
        backfill: false,
        personal: Personal::text("an answer given elsewhere"),
    }
}

pub fn contact(at: i64) -> ContactRecorded {
    ContactRecorded { via: "phone".into(), contacted_at: minute(at), summary: Personal::text("line was cut") }
}

pub fn classified(n: u8, intent: &str) -> PostClassified {
    let scored = |label: &str| Scored {
        label: label.into(),
        confidence: 0.9,
        unsure: false,
        reasons: vec!["margin:0.41".into()],
    };
    PostClassified {
        post: post(n),
        model_version: "m1".into(),
        language: scored("en"),
        sentiment: scored("neutral"),
        intent: scored(intent),
        topic: scored("air.delay"),
        urgency: scored("normal"),
        churn: scored("staying"),
        call: scored("none"),
        closing: scored("none"),
        recognised: Vec::new(),
        backend: "compact".into(),
        text_version: 0,
    }
}

/// A person says that post n is something else.
pub fn correction(n: u8, head: Head, label: &str) -> CorrectClassification {
    CorrectClassification { post: post(n), head, label: label.into(), brand_topics: vec!["air.lounge".into()] }
}

/// A clock of this many seconds for whoever waits. [`Story::when`] reckons it on the state it meets, as the service does.
pub fn target(seconds: u32) -> DeadlineSet {
    DeadlineSet::by_calendar(DeadlineKind::FirstResponse, minute(0), seconds, "s1")
}

/// The same for the whole matter.
pub fn whole_matter(seconds: u32) -> DeadlineSet {
    DeadlineSet::by_calendar(DeadlineKind::Resolution, minute(0), seconds, "s1")
}

/// To team `care`, normal priority, an answer within [`TARGET_MINUTES`].
pub fn decision(n: u8) -> RouteDecision {
    RouteDecision {
        post: post(n),
        rule: "default".into(),
        team: team("care"),
        priority: Priority::Normal,
        settings_version: "s1".into(),
        candidates: Vec::new(),
        notes: Vec::new(),
        topic: "air.delay".into(),
        home_team: None,
        away_until: None,
        needs_skills: Vec::new(),
        deadlines: vec![target(TARGET_MINUTES as u32 * 60)],
    }
}

pub fn sent(reply: ReplyId, at: i64) -> ReplySent {
    ReplySent { reply, native_id: "r-1".into(), post: Some(post(200)), sent_at: minute(at), how: "answered".into() }
}

pub fn failed(reply: ReplyId, attempt: u32, is_final: bool) -> ReplyFailed {
    ReplyFailed { reply, attempt, reason: "http_500".into(), is_final, retry_at: None }
}

pub fn doubted(reply: ReplyId, attempt: u32) -> ReplyInDoubt {
    ReplyInDoubt { reply, attempt, reason: "connection_lost".into() }
}

pub fn absorbed(source: u32, posts: &[u8], first: i64) -> Absorbed {
    Absorbed {
        source: matter(source),
        reason: "same_thread".into(),
        posts: posts.iter().map(|n| post(*n)).collect(),
        first_post_at: Some(minute(first)),
        person: None,
    }
}

pub fn submission(name: &str) -> SubmitReply {
    SubmitReply::plain(person(name), "we are on it")
}

/// Another team serves it until this minute, or its own one again when no home is named.
pub fn placed(to: &str, home: Option<&str>, until: Option<i64>) -> Placed {
    Placed {
        team: team(to),
        home_team: home.map(team),
        until: until.map(minute),
        reason: if home.is_some() { "closed".into() } else { "open".into() },
        candidates: Vec::new(),
        settings_version: "s1".into(),
    }
}

pub fn offered(name: &str, until: i64) -> Offered {
    Offered { person: person(name), until: minute(until), candidates: Vec::new(), settings_version: "s1".into() }
}

pub fn raised(flag: Flag) -> FlagRaised {
    let (measured, threshold) = (206.0, 100.0);
    FlagRaised { flag, reason: "shares".into(), measured, threshold, settings_version: "s1".into() }
}

pub fn lowered(flag: Flag) -> FlagLowered {
    FlagLowered { flag, reason: "answered".into() }
}

pub fn incident(topic: &str) -> IncidentId {
    IncidentId::of(&brand(), "north", topic, minute(0))
}

pub fn escalate(to_team: Option<&str>, reason: &str) -> Command {
    Command::Escalate { by: Some(person("ana")), to_team: to_team.map(team), reason: reason.into() }
}

pub fn deescalate(reason: &str) -> Command {
    Command::Deescalate { by: Some(person("ana")), reason: reason.into() }
}

pub fn release(name: &str) -> Command {
    Command::Release { person: person(name), reason: "end of shift".into() }
}

/// A person takes it for a team beside the first line.
pub fn claim_for(name: &str, to: &str) -> Command {
    Command::Claim { person: person(name), team: Some(team(to)) }
}

/// A call in this minute.
pub fn call(at: i64) -> BookCallback {
    let (by, person) = (person("ana"), Some(person("ben")));
    BookCallback { by, due_at: minute(at), timezone: "Europe/Helsinki".into(), person }
}

/// A person takes it for its team.
pub fn claim(name: &str) -> Command {
    Command::Claim { person: person(name), team: None }
}

pub fn solved() -> Command {
    Command::Resolve { person: Some(person("ana")), outcome: Outcome::Solved }
}

/// The kinds of facts that a decision answered.
pub fn names(decision: &Decision) -> Vec<&'static str> {
    decision.as_ref().expect("a decision").iter().map(Fact::name).collect()
}

/// A record of matter 0 with these facts.
pub fn record(id: RecordId, at: Timestamp, facts: Vec<Fact>) -> Record {
    Record {
        id,
        subject: Subject::Conversation { brand: brand(), customer: customer(), conversation: matter(0) },
        occurred_at: at,
        recorded_at: at,
        actor: Actor::Service("story".into()),
        caused_by: None,
        correlation: None,
        facts,
    }
}

pub fn cause(text: &str) -> RecordId {
    RecordId::caused("story", text.as_bytes())
}

/// The same clock for whoever waits in this state; none when nobody does.
fn reckon(state: &Conversation, set: &DeadlineSet) -> Option<DeadlineSet> {
    let kind = if set.kind == DeadlineKind::Resolution { set.kind } else { state.awaited_answer() };
    let new = DeadlineSet::by_calendar(kind, state.clock_start()?, set.target_seconds, &set.settings_version);
    let warn_at = set.warn_at.map(|at| new.due_at - set.due_at.duration_since(at));
    Some(DeadlineSet { clock: set.clock, warn_at, ..new })
}

/// A conversation as it goes on, with the records that made it.
#[derive(Debug, Clone)]
pub struct Story {
    pub state: Conversation,
    pub records: Vec<Record>,
    pub now: Timestamp,
    asked: u32,
}

impl Story {
    pub fn new() -> Self {
        Story { state: Conversation::default(), records: Vec::new(), now: minute(0), asked: 0 }
    }

    pub fn at(&mut self, minutes: i64) -> &mut Self {
        self.now = minute(minutes);
        self
    }

    /// The context of a new request.
    pub fn context(&mut self) -> Context {
        self.asked += 1;
        self.context_of(cause(&format!("request {}", self.asked)))
    }

    pub fn context_of(&self, record: RecordId) -> Context {
        Context { conversation: matter(0), record, now: self.now }
    }

    /// Asks for something; what it makes true is folded in.
    pub fn when(&mut self, command: &Command) -> Decision {
        let context = self.context();
        self.when_in(command, &context)
    }

    pub fn when_in(&mut self, command: &Command, context: &Context) -> Decision {
        let decision = conversation::decide(&self.state, &self.reckoned(command), context);
        if let Ok(facts) = decision.clone()
            && !facts.is_empty()
        {
            let record = record(context.record, context.now, facts);
            conversation::evolve(&mut self.state, &record);
            self.records.push(record);
        }
        decision
    }

    /// A route with its clocks as the service reckons them: for whoever waits once the post is routed.
    fn reckoned(&self, command: &Command) -> Command {
        let Command::RoutePost(decision) = command else { return command.clone() };
        let state = as_routed(&self.state, &decision.post);
        let deadlines = decision.deadlines.iter().filter_map(|set| reckon(&state, set)).collect();
        Command::RoutePost(RouteDecision { deadlines, ..decision.clone() })
    }

    /// What happened before: it must have been possible.
    pub fn given(&mut self, command: Command) -> &mut Self {
        let facts = self.when(&command).unwrap_or_else(|rejection| panic!("{command:?} was refused: {rejection}"));
        assert!(!facts.is_empty(), "{command:?} changed nothing");
        self
    }

    /// Post n comes in this minute and goes all the way to a team.
    pub fn writes(&mut self, n: u8, minutes: i64, intent: &str) -> &mut Self {
        self.at(minutes)
            .given(Command::ReceivePost(Box::new(received(n, minutes))))
            .given(Command::ClassifyPost(Box::new(classified(n, intent))))
            .given(Command::RoutePost(decision(n)))
    }

    /// A reply is submitted.
    pub fn submits(&mut self, name: &str) -> ReplyId {
        // Where the customer wrote last.
        let private = self.state.newest_post().is_some_and(|post| post.private);
        self.given(Command::SubmitReply(SubmitReply { private, ..submission(name) }));
        self.state.replies.last().and_then(|reply| reply.id).expect("the reply just submitted")
    }

    pub fn attempts(&mut self, reply: ReplyId) -> &mut Self {
        self.given(Command::AttemptReply { reply, after_doubt: false })
    }

    /// A reply of this person reaches the customer in this minute.
    pub fn answers(&mut self, name: &str, minutes: i64) -> ReplyId {
        let reply = self.at(minutes).submits(name);
        let key = PostKey::of(&brand(), &network(), &format!("answer {}", self.asked));
        let sent = ReplySent { post: Some(key), ..sent(reply, minutes) };
        self.attempts(reply).given(Command::ConfirmReply(sent));
        reply
    }

    /// A call in this minute is promised.
    pub fn books(&mut self, at: i64) -> CallbackId {
        self.given(Command::BookCallback(call(at)));
        self.state.callbacks.last().expect("the callback just booked").id
    }

    /// The clock of the answer that the customer waits for, started anew.
    pub fn restart(&self, set: DeadlineSet) -> Command {
        Command::StartDeadline(reckon(&self.state, &set).unwrap_or(set))
    }

    pub fn pass(&self, kind: DeadlineKind, due: i64) -> Command {
        Command::PassDeadline { kind, due_at: minute(due) }
    }

    /// When the running clock is up, in minutes.
    pub fn due(&self) -> Option<i64> {
        let deadline = self.state.deadline.as_ref()?;
        Some(deadline.due_at.duration_since(minute(0)).as_mins())
    }

    /// Since when the customer waits, in minutes.
    pub fn waits_since(&self) -> Option<i64> {
        self.state.waiting_since().map(|since| since.duration_since(minute(0)).as_mins())
    }
}

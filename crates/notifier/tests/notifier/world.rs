//! A log, a sandbox network, and notifiers between them that can be killed at any moment.

use conversation::received::{HandleUse, PostReceived};
use conversation::replied::SubmitReply;
use conversation::routed::ConversationOpened;
use conversation::state::ReplyStatus;
use conversation::{
    Actor, BrandId, Command, Conversation, ConversationId, CustomerId, Fact, Network, PersonId, Personal, PostKey,
    Record, RecordId, ReplyId, Subject,
};
use jiff::{SignedDuration, Timestamp};
use journal::{Draft, Entry, Journal, TailConfig};
use sandbox::{Config, Faults, Running, Sandbox, Stats};
use service::clock::VirtualClock;
use service::webhook::{Secret, Secrets};
use service::{Clock, Process, Shutdown};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Runtime;

pub const TIMEOUT: Duration = Duration::from_millis(1_500);
/// After that a try without a result is taken for lost.
pub const SETTLE: Duration = Duration::from_millis(3_000);

pub struct World {
    pub journal: Journal,
    pub network: Running,
    pub secret: Secret,
    /// The secret before that one.
    pub previous: Option<Secret>,
    /// Settings of the notifiers that are started from now on.
    pub settings: Vec<String>,
    /// Secrets of the notifiers that are started from now on, by the end of their names.
    pub env: Vec<(String, String)>,
    /// How long ago people do what they do.
    pub ago: SignedDuration,
    /// The network that customers write on.
    pub on: Network,
    /// Below the networks of the settings, those that have a token: the brand's name, by which the sandbox knows the account.
    pub tokens: Vec<String>,
}

/// A running copy of the notifier, on a runtime of its own, which dies with it.
pub struct Copy {
    runtime: Option<Runtime>,
    process: Process,
    pub grpc: SocketAddr,
    ended: tokio::task::JoinHandle<anyhow::Result<()>>,
}

pub fn brand() -> BrandId {
    BrandId::new("nordnet").unwrap()
}

pub fn network() -> Network {
    Network::new("x").unwrap()
}

/// The conversation of the n-th customer.
pub fn subject(number: u32) -> Subject {
    subject_on(&network(), number)
}

pub fn subject_on(network: &Network, number: u32) -> Subject {
    let customer = CustomerId::of(&brand(), network, &format!("author-{number}"));
    Subject::Conversation { brand: brand(), customer, conversation: ConversationId::of(&customer, 0) }
}

impl World {
    /// A log in memory, and a network with these faults.
    pub async fn new(faults: Faults) -> Self {
        Self::on(Journal::memory(Timestamp::now()), faults).await
    }

    /// The same with customers on another network.
    pub async fn on_network(name: &str, faults: Faults) -> Self {
        World { on: Network::new(name).unwrap(), ..Self::new(faults).await }
    }

    /// The conversation of the n-th customer.
    fn subject(&self, number: u32) -> Subject {
        subject_on(&self.on, number)
    }

    pub async fn on(journal: Journal, faults: Faults) -> Self {
        let secret = Secret::generate();
        let config = Config { faults, ..Config::new(Secrets::new(secret.clone())) };
        let network = Sandbox::start(config, Shutdown::new(5)).await.unwrap();
        let url = network.url();
        let settings = [
            "listen=127.0.0.1:0".to_owned(),
            format!("url={url}/replies"),
            format!("lookup_url={url}/replies/by-key/{{key}}"),
            "allow_private_targets=true".to_owned(),
            format!("timeout_seconds={}", TIMEOUT.as_secs_f64()),
            format!("margin_seconds={}", (SETTLE - TIMEOUT).as_secs_f64()),
            "retry_waits_seconds=[0.05]".to_owned(),
            "circuit_failures=1000".to_owned(),
            "sends_burst_max=1000".to_owned(),
        ];
        World {
            journal,
            network,
            secret,
            previous: None,
            settings: settings.to_vec(),
            env: Vec::new(),
            ago: SignedDuration::ZERO,
            on: self::network(),
            tokens: Vec::new(),
        }
    }

    /// Sets one more setting, without its section.
    pub fn with(mut self, setting: &str) -> Self {
        self.settings.push(setting.to_owned());
        self
    }

    /// Sets one more secret.
    pub fn with_env(mut self, name: &str, secret: &str) -> Self {
        self.env.push((format!("EARSHOT_NOTIFIER__{name}"), secret.to_owned()));
        self
    }

    pub fn without_lookup(self) -> Self {
        self.with("lookup_url=")
    }

    /// The settings as a process reads them.
    pub fn config(&self) -> service::config::Loaded {
        let secret = |name: &str, secret: &Secret| (format!("EARSHOT_NOTIFIER__{name}"), secret.reveal());
        let mut env = vec![secret("SECRET", &self.secret)];
        env.extend(self.env.iter().cloned());
        env.extend(self.previous.iter().map(|previous| secret("PREVIOUS_SECRET", previous)));
        env.extend(self.tokens.iter().map(|of| {
            let of = of.to_uppercase().replace('.', "__");
            (format!("EARSHOT_NOTIFIER__NETWORKS__{of}__TOKEN"), brand().to_string())
        }));
        let sources = service::config::Sources {
            set: self.settings.iter().map(|setting| format!("notifier.{setting}")).collect(),
            env,
            known_sections: vec!["notifier".to_owned()],
            ..service::config::Sources::default()
        };
        service::config::load(&sources).unwrap()
    }

    /// Starts a copy of the notifier and waits until it is ready.
    pub async fn start(&self) -> Copy {
        self.start_on(self.journal.clone()).await
    }

    pub async fn start_on(&self, journal: Journal) -> Copy {
        self.start_with(journal, Clock::System).await
    }

    /// Starts a copy whose time stands still until it is moved.
    pub async fn start_in_stopped_time(&self) -> (Copy, VirtualClock) {
        let (clock, hands) = Clock::virtual_at(Timestamp::now());
        (self.start_with(self.journal.clone(), clock).await, hands)
    }

    async fn start_with(&self, journal: Journal, clock: Clock) -> Copy {
        let process = Process::for_tests("notifier", self.config(), clock);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let started = runtime.spawn(notifier::start(process.clone(), journal)).await.unwrap().unwrap();
        process.health.ready().await;
        Copy { runtime: Some(runtime), process, grpc: started.grpc, ended: started.ended }
    }

    /// Opens the n-th customer's conversation, with one post.
    pub async fn open(&self, number: u32) {
        self.open_as(number, &format!("post-{number}"), false).await;
    }

    /// The same with a post of this id.
    pub async fn open_as(&self, number: u32, native_id: &str, private: bool) {
        let post = PostKey::of(&brand(), &self.on, native_id);
        let author = Personal {
            author_id: format!("author-{number}"),
            author_handle: format!("author{number}"),
            ..Personal::text("where is it?")
        };
        let received = PostReceived {
            post,
            network: self.on.clone(),
            native_id: native_id.to_owned(),
            parent_native_id: String::new(),
            root_native_id: String::new(),
            private,
            handle_use: HandleUse::None,
            posted_at: None,
            followers: 0,
            region: String::new(),
            tier: String::new(),
            timezone: String::new(),
            source: "test".into(),
            backfill: false,
            demo: false,
            thread_of: None,
            awaited_in: None,
            language: String::new(),
            personal: author,
        };
        let opened = ConversationOpened { post, network: self.on.clone(), private };
        let now = Timestamp::now();
        let record = Record {
            id: RecordId::caused("test", format!("open-{number}").as_bytes()),
            subject: self.subject(number),
            occurred_at: now,
            recorded_at: now,
            actor: Actor::Customer,
            caused_by: None,
            correlation: None,
            facts: vec![Fact::from(received), Fact::from(opened)],
        };
        self.journal.append(&record, 0).await.unwrap();
    }

    /// Carries out a command as routing does.
    pub async fn command(&self, number: u32, request: &str, command: Command) {
        let now = Timestamp::now() - self.ago;
        let record = RecordId::caused("request", format!("{number} {request}").as_bytes());
        let draft =
            Draft { record, occurred_at: now, now, actor: Actor::Person(dana()), caused_by: None, correlation: None };
        let decide =
            |state: &Conversation, context: &conversation::Context| conversation::decide(state, &command, context);
        self.journal.transact(&self.subject(number), draft, None, decide).await.unwrap();
    }

    /// Submits a reply in the n-th customer's conversation, and answers its id.
    pub async fn submit(&self, number: u32, text: &str) -> ReplyId {
        self.submit_as(number, text, SubmitReply::plain(dana(), text)).await
    }

    /// Submits this reply, as one request.
    pub async fn submit_as(&self, number: u32, request: &str, reply: SubmitReply) -> ReplyId {
        self.command(number, request, Command::SubmitReply(reply)).await;
        let record = RecordId::caused("request", format!("{number} {request}").as_bytes());
        ReplyId::of(&self.subject(number).conversation().unwrap(), &record)
    }

    pub async fn open_and_submit(&self, number: u32) -> ReplyId {
        self.open(number).await;
        self.submit(number, "on our way").await
    }

    /// Waits until the conversations are as wanted.
    pub async fn until(&self, wanted: impl Fn(&HashMap<ConversationId, Conversation>) -> bool) {
        let mut states: HashMap<ConversationId, Conversation> = HashMap::new();
        let filters = vec![wire::subjects::CONVERSATIONS.to_owned()];
        let mut tail = self.journal.tail(TailConfig { filters, after_sequence: 0 });
        while !wanted(&states) {
            let item = tail.next().await.expect("the journal is not closed");
            if let Entry::Record(record) = &*item.entry
                && let Some(conversation) = record.subject.conversation()
            {
                conversation::evolve(states.entry(conversation).or_default(), record);
            }
        }
    }

    /// Waits until a reply has a status.
    pub async fn until_reply(&self, number: u32, reply: ReplyId, status: ReplyStatus) {
        let conversation = self.subject(number).conversation().unwrap();
        let is = |state: &Conversation| state.reply(&reply).is_some_and(|reply| reply.status == status);
        self.until(|states| states.get(&conversation).is_some_and(is)).await;
    }

    /// Waits until so many replies are there and none is on its way.
    pub async fn until_settled(&self, replies: usize) {
        self.until(|states| {
            let all = states.values().flat_map(|state| &state.replies);
            all.clone().count() == replies && all.clone().all(|reply| !reply.status.on_its_way())
        })
        .await;
    }

    pub async fn facts(&self, number: u32) -> Vec<Fact> {
        let loaded = self.journal.load(&self.subject(number)).await.unwrap();
        loaded.records().flat_map(|record| record.facts.clone()).collect()
    }

    /// What happened to a reply after its submission, in short.
    pub async fn story(&self, number: u32, reply: ReplyId) -> Vec<String> {
        let facts = self.facts(number).await.into_iter();
        let told = facts.filter_map(|fact| match fact {
            Fact::ReplyAttempted(fact) if fact.reply == reply => Some(format!("attempt {}", fact.attempt)),
            Fact::ReplySent(fact) if fact.reply == reply => Some(format!("sent {}", fact.how)),
            Fact::ReplyFailed(fact) if fact.reply == reply => {
                Some(format!("{} {}", if fact.is_final { "gave up" } else { "failed" }, fact.reason))
            }
            Fact::ReplyInDoubt(fact) if fact.reply == reply => Some(format!("in doubt {}", fact.reason)),
            _ => None,
        });
        told.collect()
    }

    pub fn stats(&self) -> Stats {
        self.network.stats()
    }

    /// Nothing was posted twice, and so many replies stand there.
    pub fn assert_posted(&self, replies: u64) {
        let stats = self.stats();
        assert_eq!((stats.doubled, stats.distinct), (0, replies), "{stats:?}");
    }
}

pub fn dana() -> PersonId {
    PersonId::new("dana").unwrap()
}

impl Copy {
    /// As `kill -9`: nothing of it runs on.
    pub fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// As SIGTERM: it finishes what it has in hand.
    pub async fn stop(mut self) {
        self.process.shutdown.begin();
        (&mut self.ended).await.unwrap().unwrap();
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

//! The live demo: a file of conversations played as if it happened now. Customers write through the signed webhook,
//! agents claim, answer and resolve over gRPC, and the notifier takes their answers to the sandbox: nothing is faked but
//! the people.
//!
//! What lies before the start of the play is brought in at once, with its times moved to just before now, so that the
//! wallboard has a past. How far the play has come is kept in a file; the next start goes on from there.

use crate::up::Addresses;
use anyhow::Context as _;
use conversation::RecordId;
use ingest::conversations_file::{self, Defaults, Message, Role};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use service::webhook::{Secrets, sign};
use service::{Process, Shutdown};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tonic::transport::Channel;
use tonic::{Code, Status};
use wire::pb::brand::brand_service_client::BrandServiceClient;
use wire::pb::brand::{ListBrandsRequest, SetPresenceRequest};
use wire::pb::conversation::Outcome;
use wire::pb::desk::desk_service_client::DeskServiceClient;
use wire::pb::desk::{ClaimRequest, ResolveRequest, SubmitReplyRequest, Write};

/// A pause in a file is never longer than this in life.
const PAUSE_LONGEST: Duration = Duration::from_secs(30);
/// Lines without a time follow each other by so much.
const UNTIMED_STEP: SignedDuration = SignedDuration::from_secs(20);
/// How often an agent tries again while a post is not routed yet, and how long in between.
const AGENT_TRIES: u32 = 120;
const AGENT_PAUSE: Duration = Duration::from_millis(500);
/// An agent takes up to so many seconds to type.
const TYPING_SECONDS: u64 = 4;

/// Minutes since midnight of `HH:MM`.
pub fn minute_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// What is played.
pub struct Play {
    /// In the order of their times.
    messages: Vec<Message>,
    /// The instant of the file at which the play begins; what lies before is there at once.
    begins: Timestamp,
    demo: bool,
    name: String,
    speed: f64,
    seed: u64,
    state: PathBuf,
}

impl Play {
    /// The demo's day, from this minute on.
    pub fn of_demo(text: &str, from_minute: Option<i64>) -> anyhow::Result<Self> {
        let read = conversations_file::read_lines(text.as_bytes(), &defaults())?;
        let first = read.messages.iter().find_map(|message| message.at).context("the demo has no times")?;
        let midnight = Timestamp::from_second(first.as_second() - first.as_second().rem_euclid(86_400))?;
        let begins = midnight.checked_add(SignedDuration::from_mins(from_minute.unwrap_or(0)))?;
        Ok(Play::new(read.messages, begins, true, "demo"))
    }

    /// A file of conversations, from its first message on.
    pub fn of_file(file: &Path) -> anyhow::Result<Self> {
        let read = conversations_file::read(file, &defaults())?;
        for line in read.bad.iter().take(5) {
            tracing::warn!(line = line.number, reason = line.reason, "a line of the file cannot be played");
        }
        anyhow::ensure!(!read.messages.is_empty(), "{} has no messages that can be played", file.display());
        let begins = read.messages.iter().filter_map(|message| message.at).min().unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Play::new(read.messages, begins, false, &file.display().to_string()))
    }

    fn new(mut messages: Vec<Message>, begins: Timestamp, demo: bool, name: &str) -> Self {
        let mut untimed = begins;
        for message in &mut messages {
            if message.at.is_none() {
                untimed = untimed.checked_add(UNTIMED_STEP).unwrap_or(untimed);
                message.at = Some(untimed);
            }
        }
        messages.sort_by_key(|message| message.at);
        Play { messages, begins, demo, name: name.to_owned(), speed: 1.0, seed: 0, state: PathBuf::new() }
    }

    /// Whether an agent answers in this message's thread after it and before the play begins.
    fn answered_before_it_begins(&self, index: usize) -> bool {
        let thread = &self.messages[index].line.thread;
        let later = self.messages[index..].iter().take_while(|message| message.at.is_some_and(|at| at < self.begins));
        later.filter(|message| message.line.thread == *thread).any(|message| message.line.role == Role::Agent)
    }

    /// How fast, with which seed, and where its state is kept.
    pub fn at(self, speed: f64, seed: u64, state: PathBuf) -> Self {
        Play { speed, seed, state, ..self }
    }
}

fn defaults() -> Defaults {
    Defaults { brand: None, network: conversation::Network::new("x").expect("x is a name") }
}

/// How far the play has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    name: String,
    /// The day is played again and again, each time with ids of its own.
    run: u32,
    /// The next message of this run.
    next: usize,
}

impl State {
    fn load(play: &Play) -> Self {
        let stored = std::fs::read(&play.state).ok().and_then(|bytes| serde_json::from_slice::<State>(&bytes).ok());
        let fresh = || State { name: play.name.clone(), ..State::default() };
        stored.filter(|state| state.name == play.name && state.next <= play.messages.len()).unwrap_or_else(fresh)
    }

    fn save(&self, file: &Path) {
        let written = serde_json::to_vec(self).map_err(anyhow::Error::from).and_then(|bytes| {
            let fresh = file.with_extension("new");
            std::fs::write(&fresh, bytes)?;
            Ok(std::fs::rename(&fresh, file)?)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "how far the demo has come cannot be kept");
        }
    }
}

/// Plays.
pub struct Player {
    play: Play,
    stage: Stage,
    shutdown: Shutdown,
}

/// What the people in the play act on. Clones share everything.
#[derive(Clone)]
struct Stage {
    http: reqwest::Client,
    webhook: String,
    secrets: Arc<Secrets>,
    desk: DeskServiceClient<Channel>,
    brands: BrandServiceClient<Channel>,
    /// Where each message of this run went, by its id in the file.
    conversations: Arc<Mutex<HashMap<String, String>>>,
    demo: bool,
    run: u32,
}

impl Player {
    pub fn new(play: Play, addresses: &Addresses, secrets: Secrets, process: &Process) -> anyhow::Result<Self> {
        let routing = tonic::transport::Endpoint::from_shared(addresses.routing.clone())?.connect_lazy();
        let stage = Stage {
            http: reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?,
            webhook: addresses.webhook.clone(),
            secrets: Arc::new(secrets),
            desk: DeskServiceClient::new(routing.clone()),
            brands: BrandServiceClient::new(routing),
            conversations: Arc::default(),
            demo: play.demo,
            run: 0,
        };
        Ok(Player { play, stage, shutdown: process.shutdown.clone() })
    }

    /// Plays until the process is asked to stop: the demo begins its day anew, a file is played once.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let shutdown = self.shutdown.clone();
        let mut state = State::load(&self.play);
        if shutdown.unless_begun(self.stage.come_online(self.play.seed)).await.is_none() {
            return Ok(());
        }
        loop {
            self.stage.run = state.run;
            if shutdown.unless_begun(self.play_once(&mut state)).await.is_none() {
                return Ok(());
            }
            if !self.play.demo {
                tracing::info!("the file is played to its end");
                shutdown.begun().await;
                return Ok(());
            }
            state = State { name: state.name, run: state.run + 1, next: 0 };
            state.save(&self.play.state);
            self.stage.conversations.lock().await.clear();
        }
    }

    async fn play_once(&self, state: &mut State) {
        let resumed = state.next > 0;
        // A second start goes on where the first stopped, as if no time had passed.
        let at = |index: usize| self.play.messages[index].at.expect("every message was given a time");
        let mut virtual_now = if resumed { at(state.next - 1).max(self.play.begins) } else { self.play.begins };
        if !resumed {
            tracing::info!(messages = self.play.messages.len(), speed = self.play.speed, "the play begins");
        }
        while state.next < self.play.messages.len() {
            let message = &self.play.messages[state.next];
            let due = at(state.next);
            if due < self.play.begins {
                let ago = self.play.begins.duration_since(due);
                self.stage.past(message, ago, self.play.answered_before_it_begins(state.next)).await;
            } else {
                tokio::time::sleep(self.pause(virtual_now, due)).await;
                virtual_now = due.max(virtual_now);
                self.stage.live(message, self.typing(state.next)).await;
            }
            state.next += 1;
            state.save(&self.play.state);
        }
    }

    fn pause(&self, from: Timestamp, to: Timestamp) -> Duration {
        let seconds = to.duration_since(from).as_secs_f64().max(0.0) / self.play.speed;
        Duration::from_secs_f64(seconds.min(PAUSE_LONGEST.as_secs_f64()))
    }

    /// How long an agent takes to type, by the seed: the same seed plays the same way.
    fn typing(&self, index: usize) -> Duration {
        let mut x = self.play.seed.wrapping_add(index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x ^= x >> 31;
        Duration::from_millis(x % (TYPING_SECONDS * 1000))
    }
}

impl Stage {
    /// Everybody comes to work but one in seven, by the seed.
    async fn come_online(&mut self, seed: u64) {
        let Ok(response) = self.brands.list_brands(ListBrandsRequest {}).await else { return };
        for brand in response.into_inner().brands {
            for (index, person) in brand.people.iter().enumerate() {
                if (seed.wrapping_add(index as u64)) % 7 == 6 {
                    continue;
                }
                let request = SetPresenceRequest {
                    brand: brand.brand.clone(),
                    person: person.person.clone(),
                    online: true,
                    request_id: format!("demo-online-{}", uuid::Uuid::now_v7()),
                };
                if let Err(status) = self.brands.set_presence(request).await {
                    tracing::warn!(reason = status.message(), "a person of the demo could not come online");
                }
            }
        }
    }

    fn id(&self, id: &str) -> String {
        if self.run == 0 { id.to_owned() } else { format!("{id}~{}", self.run) }
    }

    /// What happened before the play began: posts and answers alike are seen on the network, with times in the past. What
    /// was answered then is history; what was not still waits, and burns.
    async fn past(&self, message: &Message, ago: SignedDuration, answered: bool) {
        let posted_at = Timestamp::now().checked_sub(ago).unwrap_or_else(|_| Timestamp::now());
        self.write(message, posted_at, answered).await;
        if message.line.resolve.is_some() {
            self.act(message, Duration::ZERO, false).await;
        }
    }

    async fn live(&self, message: &Message, typing: Duration) {
        match message.line.role {
            Role::Customer => self.write(message, Timestamp::now(), false).await,
            Role::Agent => self.act(message, typing, true).await,
        }
    }

    /// A post on the network, forwarded to the brand's webhook as networks do: again until it is taken.
    async fn write(&self, message: &Message, posted_at: Timestamp, history: bool) {
        let body = self.body(message, posted_at, history).to_string();
        let id = format!("demo_{}_{}", self.run, RecordId::caused("demo", message.line.id.as_bytes()));
        for _ in 0..AGENT_TRIES {
            let signed = sign(&self.secrets, &id, Timestamp::now(), body.as_bytes());
            let Ok(headers) = signed.headers() else { return };
            let sent = self.http.post(&self.webhook).headers(headers).body(body.clone()).send().await;
            match sent {
                Ok(response) if response.status().is_success() => {
                    self.remember(message, response.json().await.unwrap_or_default()).await;
                    return;
                }
                Ok(response) if response.status().is_client_error() => {
                    tracing::warn!(status = response.status().as_u16(), "a post of the play was refused");
                    return;
                }
                Ok(_) | Err(_) => tokio::time::sleep(AGENT_PAUSE).await,
            }
        }
    }

    fn body(&self, message: &Message, posted_at: Timestamp, history: bool) -> serde_json::Value {
        let line = &message.line;
        let by_brand = line.role == Role::Agent;
        json!({
            "type": "post.created",
            "timestamp": Timestamp::now().to_string(),
            "data": {
                "brand": message.brand.as_str(),
                "network": message.network.as_str(),
                "post_id": self.id(&line.id),
                "author": {
                    "id": self.id(&message.author_id), "name": line.name, "handle": line.author,
                    "followers": line.followers, "region": line.region, "tier": line.tier,
                },
                "text": line.text,
                "posted_at": posted_at.to_string(),
                "in_reply_to": line.in_reply_to.as_deref().map(|id| self.id(id)),
                "thread_root": self.id(&message.root),
                "private": line.private,
                "handle_use": line.handle_use,
                "attachments": line.attachments.iter()
                    .map(|known| json!({"type": known.media_type, "bytes": known.bytes})).collect::<Vec<_>>(),
                "demo": self.demo,
                "backfill": history,
                "by_brand": by_brand,
                "customer_id": by_brand.then(|| self.id(&message.customer_id)),
                "person": message.person.as_ref().map(ToString::to_string).filter(|_| by_brand),
            }
        })
    }

    async fn remember(&self, message: &Message, answer: serde_json::Value) {
        if let Some(id) = answer["items"][0]["conversation_id"].as_str() {
            self.conversations.lock().await.insert(message.line.id.clone(), id.to_owned());
        }
    }

    /// The conversation that an agent's line belongs to.
    async fn conversation(&self, message: &Message) -> Option<String> {
        let known = self.conversations.lock().await;
        let parent = message.line.in_reply_to.as_deref().unwrap_or(&message.root);
        known.get(&message.line.id).or_else(|| known.get(parent)).or_else(|| known.get(&message.root)).cloned()
    }

    /// An agent's line: claim, answer, resolve, each again until the one before has gone through. The play goes on.
    async fn act(&self, message: &Message, typing: Duration, answers: bool) {
        let (Some(conversation), Some(person)) = (self.conversation(message).await, message.person.clone()) else {
            return;
        };
        let desk = self.desk.clone();
        let write = |what: &str| {
            let request_id = format!("demo-{what}-{}-{}", self.run, RecordId::caused(what, message.line.id.as_bytes()));
            let person = person.to_string();
            Some(Write { conversation_id: conversation.clone(), person, request_id, expected_version: 0 })
        };
        let claim = ClaimRequest { write: write("claim") };
        let reply = SubmitReplyRequest {
            write: write("reply"),
            text: message.line.text.clone(),
            private: message.line.private,
            ..SubmitReplyRequest::default()
        };
        let resolve = ResolveRequest { write: write("resolve"), outcome: Outcome::Solved.into() };
        let resolves = message.line.resolve.is_some();
        tokio::spawn(async move {
            tokio::time::sleep(typing).await;
            if answers {
                // Somebody else may have claimed it; then the answer below is refused and the play goes on without.
                let _ = again(|| {
                    let (mut desk, claim) = (desk.clone(), claim.clone());
                    async move { desk.claim(claim).await.map(drop) }
                })
                .await;
                let answered = again(|| {
                    let (mut desk, reply) = (desk.clone(), reply.clone());
                    async move { desk.submit_reply(reply).await.map(drop) }
                });
                if let Err(status) = answered.await {
                    tracing::debug!(reason = status.message(), "an answer of the play was refused");
                    return;
                }
            }
            if !resolves {
                return;
            }
            let resolved = again(|| {
                let (mut desk, resolve) = (desk.clone(), resolve.clone());
                async move { desk.resolve(resolve).await.map(drop) }
            });
            if let Err(status) = resolved.await {
                tracing::debug!(reason = status.message(), "a resolution of the play was refused");
            }
        });
    }
}

/// Tries again while it is too early: the post is not routed yet, a reply is on its way, routing is away.
async fn again<F: Future<Output = Result<(), Status>>>(mut deed: impl FnMut() -> F) -> Result<(), Status> {
    use tonic_types::StatusExt;
    let mut last = Ok(());
    for _ in 0..AGENT_TRIES {
        last = deed().await;
        let Err(status) = &last else { return last };
        let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
        let early = matches!(reason.as_str(), "NOT_OPENED" | "REPLY_ON_ITS_WAY")
            || matches!(status.code(), Code::NotFound | Code::Unavailable);
        if !early {
            return last;
        }
        tokio::time::sleep(AGENT_PAUSE).await;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_or_refused() {
        assert_eq!(minute_of_day("12:30"), Some(750));
        for wrong in ["", "12", "24:00", "12:60", "a:b", "-1:00"] {
            assert_eq!(minute_of_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_demo_can_be_played_wholly() {
        let text = include_str!("../../../demo/day.jsonl");
        let read = conversations_file::read_lines(text.as_bytes(), &defaults()).unwrap();
        assert!(read.bad.is_empty(), "{:?}", read.bad);
        let play = Play::of_demo(text, Some(750)).unwrap();
        assert!(play.messages.is_sorted_by_key(|message| message.at));
        assert!(play.messages.iter().any(|message| message.at.unwrap() < play.begins));
        assert!(play.messages.iter().any(|message| message.at.unwrap() > play.begins));
    }

    #[test]
    fn a_second_start_goes_on_where_the_first_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let line = r#"{"id":"1","thread":"t","role":"customer","author":"7","ts":null,"in_reply_to":null,"text":"a","meta":{"brand":"b"}}"#;
        let file = dir.path().join("day.jsonl");
        std::fs::write(&file, line).unwrap();
        let play = || Play::of_file(&file).unwrap().at(1.0, 1, dir.path().join("state.json"));
        assert_eq!(State::load(&play()).next, 0);
        State { next: 1, ..State::load(&play()) }.save(&play().state);
        assert_eq!(State::load(&play()).next, 1);
        let other = Play { name: "another".into(), ..play() };
        assert_eq!(State::load(&other).next, 0, "another file begins at its start");
    }
}

//! A client of a system through all its doors: signed webhooks, gRPC, JSON over HTTP, the command line, and the log itself.

use super::process::earshot;
use super::settings::settings;
use super::until;
use conversation::Conversation;
use jiff::Timestamp;
use journal::{Entry, Item, Journal, JournalConfig, TailConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use service::webhook::{Secrets, sign};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Output;
use tokio::sync::OnceCell;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{Filter, MeasureRow, QueryRequest};
use wire::pb::brand::PublishSettingsRequest;
use wire::pb::brand::brand_service_client::BrandServiceClient;
use wire::pb::conversation::conversation_service_client::ConversationServiceClient;
use wire::pb::conversation::fact::Fact;
use wire::pb::conversation::{
    ConversationSummary, GetConversationRequest, GetConversationResponse, ListConversationsRequest, Outcome,
};
use wire::pb::desk::desk_service_client::DeskServiceClient;
use wire::pb::desk::{AddNoteRequest, ClaimRequest, ResolveRequest, SubmitReplyRequest, Write};
use wire::pb::ingest::ingest_service_client::IngestServiceClient;
use wire::pb::notifier::ListOutboxRequest;
use wire::pb::notifier::notification_service_client::NotificationServiceClient;

/// Where a system listens: what matters here of the line that `earshot up --json` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Addresses {
    pub webhook: String,
    pub ingest: String,
    pub routing: String,
    pub notifier: String,
    pub analytics: String,
    pub console: String,
    pub nats: String,
    pub admin: String,
}

/// What an HTTP door answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

pub struct Client {
    pub http: reqwest::Client,
    pub at: Addresses,
    secrets: Secrets,
    config: PathBuf,
    journal: OnceCell<Journal>,
}

impl Client {
    /// `config` is the settings file by which tools find the system.
    pub fn new(at: Addresses, secrets: Secrets, config: PathBuf) -> Self {
        Client { http: reqwest::Client::new(), at, secrets, config, journal: OnceCell::new() }
    }

    /// Puts the settings of the tests into force for a brand, and waits until posts are judged by them: ingest reads
    /// them from the log too.
    pub async fn publish(&self, brand: &str) {
        self.put_into_force(brand).await;
        self.ingest_caught_up().await;
    }

    /// The same with settings of its own.
    pub async fn publish_yaml(&self, brand: &str, yaml: String) {
        self.put_yaml_into_force(brand, yaml).await;
        self.ingest_caught_up().await;
    }

    async fn put_into_force(&self, brand: &str) {
        self.put_yaml_into_force(brand, settings(brand)).await;
    }

    async fn put_yaml_into_force(&self, brand: &str, yaml: String) {
        let request =
            PublishSettingsRequest { yaml, file: format!("{brand}.yaml"), request_id: Uuid::now_v7().to_string() };
        assert!(self.brands().publish_settings(request).await.unwrap().into_inner().changed);
    }

    /// Waits until ingest has read everything that is in the log now. It reads in order, so the filters of a brand that
    /// was published last tell; that brand is nobody else's, since a probe that comes too early is a post like others.
    pub async fn ingest_caught_up(&self) {
        let brand = &format!("barrier-{}", Uuid::now_v7().simple())[..32];
        self.put_into_force(brand).await;
        until("ingest knows the brand's filters", async || {
            // Each probe is somebody else: one that came too early opens a conversation, which the next would join.
            let id = Uuid::now_v7().to_string();
            let probe = post(brand, &format!("probe-{id}"), &format!("nobody-{id}"), "#giveaway");
            let answer = self.send("post.created", json!([probe])).await;
            (answer.body["filtered"] == 1).then_some(())
        })
        .await;
    }

    /// Sends a signed webhook.
    pub async fn send(&self, kind: &str, data: Value) -> Answer {
        let body = json!({"type": kind, "timestamp": Timestamp::now().to_string(), "data": data});
        self.send_bytes(body.to_string().into_bytes()).await
    }

    pub async fn send_bytes(&self, body: Vec<u8>) -> Answer {
        self.send_signed(&self.secrets, Timestamp::now(), body).await
    }

    pub async fn send_signed(&self, secrets: &Secrets, at: Timestamp, body: Vec<u8>) -> Answer {
        let signed = sign(secrets, &Uuid::now_v7().to_string(), at, &body);
        let request = self.http.post(&self.at.webhook).headers(signed.headers().unwrap());
        answer(request.header("content-type", "application/json").body(body)).await
    }

    /// What webhooks of this system are signed with.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Sends a post that is taken; answers its conversation.
    pub async fn post(&self, data: Value) -> String {
        let sent = self.send("post.created", data).await;
        assert_eq!((sent.status, &sent.body["accepted"]), (200, &json!(1)), "{sent:?}");
        sent.body["items"][0]["conversation_id"].as_str().unwrap().to_owned()
    }

    /// Asks the gateway.
    pub async fn get_json(&self, path: &str) -> Answer {
        answer(self.http.get(format!("{}{path}", self.at.console))).await
    }

    pub async fn post_json(&self, path: &str, body: Value) -> Answer {
        let request = self.http.post(format!("{}{path}", self.at.console));
        answer(request.header("content-type", "application/json").body(body.to_string())).await
    }

    pub fn conversations(&self) -> ConversationServiceClient<Channel> {
        ConversationServiceClient::new(channel(&self.at.routing))
    }

    pub fn desk(&self) -> DeskServiceClient<Channel> {
        DeskServiceClient::new(channel(&self.at.routing))
    }

    pub fn brands(&self) -> BrandServiceClient<Channel> {
        BrandServiceClient::new(channel(&self.at.routing))
    }

    pub fn intake(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(channel(&self.at.ingest))
    }

    pub fn analytics(&self) -> AnalyticsServiceClient<Channel> {
        AnalyticsServiceClient::new(channel(&self.at.analytics))
    }

    pub async fn get(&self, id: &str) -> Option<GetConversationResponse> {
        let request = GetConversationRequest { conversation_id: id.to_owned(), at: None };
        self.conversations().get_conversation(request).await.ok().map(tonic::Response::into_inner)
    }

    /// The summary of a conversation once it is as wanted.
    pub async fn when(
        &self,
        id: &str,
        what: &str,
        wanted: impl Fn(&ConversationSummary) -> bool,
    ) -> ConversationSummary {
        until(&format!("conversation {id}: {what}"), async || {
            let shown = self.get(id).await?.conversation;
            shown.filter(&wanted)
        })
        .await
    }

    pub async fn routed(&self, id: &str) -> ConversationSummary {
        self.when(id, "it is routed", |shown| !shown.team.is_empty()).await
    }

    pub async fn sent(&self, id: &str) -> ConversationSummary {
        self.when(id, "the reply is sent", |shown| shown.newest_reply == "sent").await
    }

    /// All conversations of a brand.
    pub async fn list(&self, brand: &str) -> Vec<ConversationSummary> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let asked = ListConversationsRequest {
                brand: brand.to_owned(),
                page_size: 200,
                page_token,
                ..ListConversationsRequest::default()
            };
            let page = self.conversations().list_conversations(asked).await.unwrap().into_inner();
            found.extend(page.conversations);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    }

    pub async fn claim(&self, id: &str, person: &str) {
        let request = ClaimRequest { write: write(id, person) };
        self.desk().claim(request).await.unwrap();
    }

    /// Submits a reply; answers its id.
    pub async fn reply(&self, id: &str, person: &str, text: &str) -> String {
        let request = SubmitReplyRequest { write: write(id, person), text: text.to_owned(), ..Default::default() };
        self.desk().submit_reply(request).await.unwrap().into_inner().reply_id
    }

    pub async fn note(&self, id: &str, person: &str, text: &str) {
        let request = AddNoteRequest { write: write(id, person), text: text.to_owned() };
        self.desk().add_note(request).await.unwrap();
    }

    pub async fn resolve(&self, id: &str, person: &str) {
        let request = ResolveRequest { write: write(id, person), outcome: Outcome::Solved.into() };
        self.desk().resolve(request).await.unwrap();
    }

    /// The measures of a brand in one row, once they are as wanted.
    pub async fn measured(&self, brand: &str, what: &str, wanted: impl Fn(&MeasureRow) -> bool) -> MeasureRow {
        until(&format!("measures of {brand}: {what}"), async || {
            let filter = Filter { brand: brand.to_owned(), ..Filter::default() };
            let request = QueryRequest { filter: Some(filter), group_by: Vec::new() };
            let response = self.analytics().query(request).await.ok()?.into_inner();
            response.rows.into_iter().next().filter(|row| wanted(row))
        })
        .await
    }

    /// Waits until nothing is left to do: every post is routed, every reply has come to an end, everything is measured.
    pub async fn quiet(&self) {
        let mut before = None;
        until("nothing is left to do", async || {
            let now = self.measured_up_to().await?;
            // The log is only read when nothing moves any more.
            let moves = before.replace(now) != Some(now);
            (!moves && self.is_settled(now).await).then_some(())
        })
        .await;
    }

    /// How far the log is measured, once no reply is on its way.
    async fn measured_up_to(&self) -> Option<u64> {
        let mut notifier = NotificationServiceClient::new(channel(&self.at.notifier));
        let outbox = notifier.list_outbox(ListOutboxRequest::default()).await.ok()?.into_inner();
        let measured = self.analytics().query(QueryRequest::default()).await.ok()?.into_inner();
        outbox.entries.is_empty().then_some(measured.as_of_sequence)
    }

    async fn is_settled(&self, measured: u64) -> bool {
        let log = self.log().await;
        let mut states = HashMap::<_, Conversation>::new();
        for record in records(&log) {
            if let Some(id) = record.subject.conversation() {
                conversation::evolve(states.entry(id).or_default(), record);
            }
        }
        let waits = |state: &Conversation| {
            let unclassified = state.received_posts().any(|post| post.class.is_none());
            let unrouted = state.unrouted().next().is_some();
            state.merged_into.is_none() && (unclassified || unrouted || !state.to_absorb.is_empty())
        };
        measured >= log.last().map_or(0, |item| item.sequence) && !states.values().any(waits)
    }

    /// Everything in the log, from its beginning to its end now.
    pub async fn log(&self) -> Vec<Item> {
        let journal = self.journal().await;
        let mut tail = journal.tail(TailConfig { filters: wanted_subjects(), after_sequence: 0 });
        let mut left = tail.pending().await;
        let mut items = Vec::new();
        while left > 0 {
            let item = tail.next().await.expect("a log has an end only when it is closed");
            left = item.pending;
            items.push(item);
        }
        items
    }

    /// How many customers' posts of a brand the log holds, and how many that a filter kept out.
    pub async fn posts_of(&self, brand: &str) -> (u64, u64) {
        let (mut posts, mut filtered) = (0, 0);
        let log = self.log().await;
        for record in records(&log).filter(|record| record.subject.brand().as_str() == brand) {
            for fact in &record.facts {
                posts += u64::from(matches!(fact, conversation::Fact::PostReceived(_)));
                filtered += u64::from(matches!(fact, conversation::Fact::PostFiltered(_)));
            }
        }
        (posts, filtered)
    }

    /// The log itself.
    pub async fn journal(&self) -> &Journal {
        let urls = vec![self.at.nats.clone()];
        let config = JournalConfig { urls, name: "test".to_owned(), ..JournalConfig::default() };
        self.journal.get_or_init(async || Journal::connect(config).await.unwrap()).await
    }

    pub async fn last_sequence(&self) -> u64 {
        self.journal().await.last_sequence().await.unwrap()
    }

    /// Runs a tool of the command line on this system.
    pub async fn tool(&self, args: &[&str]) -> Output {
        self.tool_command(args).output().await.unwrap()
    }

    /// Starts one that the test may kill.
    pub fn spawn_tool(&self, args: &[&str]) -> tokio::process::Child {
        self.tool_command(args).stdout(std::process::Stdio::null()).spawn().unwrap()
    }

    fn tool_command(&self, args: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(earshot());
        command.arg("--config").arg(&self.config).args(args).kill_on_drop(true);
        command
    }

    /// The last line that a tool printed, as JSON.
    pub async fn tool_json(&self, args: &[&str]) -> Value {
        let output = self.tool(args).await;
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{args:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(text.lines().last().unwrap_or("null")).unwrap()
    }

    /// Holds what routing serves against the whole log read anew, once nothing moves any more.
    pub async fn verify(&self) -> Value {
        until("every conversation is compared", async || {
            let report = self.tool_json(&["replay", "--verify", "--json"]).await;
            assert_eq!(report["different"], 0, "{report}");
            (report["compared"] == report["conversations"]).then_some(report)
        })
        .await
    }
}

fn wanted_subjects() -> Vec<String> {
    use wire::subjects::{BRANDS, CONVERSATIONS, FILTERED};
    [CONVERSATIONS, BRANDS, FILTERED].map(str::to_owned).to_vec()
}

fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned()).unwrap().connect_lazy()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, body }
}

/// What a write over JSON carries, as a new intention; its path names the conversation.
pub fn asked_by(person: &str) -> Value {
    json!({"person": person, "requestId": Uuid::now_v7().to_string()})
}

/// What a request over JSON is answered that has to be taken.
pub async fn done(system: &Client, path: &str, body: Value) -> Value {
    let answer = system.post_json(path, body).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

/// What every write carries, as a new intention.
pub fn write(id: &str, person: &str) -> Option<Write> {
    Some(Write {
        conversation_id: id.to_owned(),
        person: person.to_owned(),
        request_id: Uuid::now_v7().to_string(),
        expected_version: 0,
    })
}

/// A post of a customer, just written on the network x.
pub fn post(brand: &str, id: &str, author: &str, text: &str) -> Value {
    json!({
        "brand": brand, "network": "x", "post_id": id, "text": text,
        "author": {"id": author, "name": "Somebody", "followers": 12},
        "posted_at": Timestamp::now().to_string(),
    })
}

/// A post that answers another one.
pub fn answering(parent: &str, mut data: Value) -> Value {
    data["in_reply_to"] = json!(parent);
    data
}

/// The records among what the log holds.
pub fn records(log: &[Item]) -> impl Iterator<Item = &conversation::Record> {
    log.iter().filter_map(|item| match &*item.entry {
        Entry::Record(record) => Some(record),
        Entry::Due(_) | Entry::Undecodable { .. } => None,
    })
}

/// The facts of a timeline, in order.
pub fn facts(shown: &GetConversationResponse) -> Vec<Fact> {
    let records = shown.timeline.iter().filter_map(|entry| entry.record.as_ref());
    records.flat_map(|record| &record.facts).filter_map(|fact| fact.fact.clone()).collect()
}

/// A conversation without what time and others have a say in, so that two looks at it can be compared.
pub fn lasting(shown: ConversationSummary) -> ConversationSummary {
    ConversationSummary { score: Vec::new(), exposure: 0.0, preferred_person: String::new(), ..shown }
}

//! The load: real texts through the signed webhook, and the log watched for the record that routed each.

use super::histogram;
use super::system::{BRAND, System};
use conversation::{BrandId, Fact, Network, PostKey};
use hdrhistogram::Histogram;
use ingest::conversations_file::{self, Defaults, Role};
use jiff::Timestamp;
use journal::{Entry, TailConfig};
use serde_json::json;
use service::webhook::sign;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{Filter, QueryRequest};
use wire::subjects;

/// How long nothing may come before the run is given up.
const STANDSTILL: Duration = Duration::from_secs(60);
/// How often the log and the figures are looked at, and how long nothing must have come.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const QUIET: Duration = Duration::from_millis(500);
const NETWORK: &str = "x";

/// Texts of customers, to be sent in turn.
pub struct Texts(Vec<String>);

impl Texts {
    pub fn read(files: &[PathBuf]) -> anyhow::Result<Self> {
        let defaults = Defaults { brand: Some(BrandId::new(BRAND)?), network: Network::new(NETWORK)? };
        let mut messages = Vec::new();
        for file in files {
            messages.extend(conversations_file::read(file, &defaults)?.messages);
        }
        if files.is_empty() {
            let day = include_str!("../../../../demo/day.jsonl");
            messages = conversations_file::read_lines(day.as_bytes(), &defaults)?.messages;
        }
        let texts: Vec<_> = messages
            .into_iter()
            .filter(|message| message.line.role == Role::Customer && !message.line.text.is_empty())
            .map(|message| message.line.text)
            .collect();
        anyhow::ensure!(!texts.is_empty(), "there are no customers' posts in the files");
        Ok(Texts(texts))
    }

    fn of(&self, number: u32) -> &str {
        &self.0[number as usize % self.0.len()]
    }
}

fn post(run: &str, number: u32, text: &str) -> serde_json::Value {
    json!({
        "brand": BRAND, "network": NETWORK, "post_id": format!("{run}-{number}"),
        "author": {"id": format!("{run}-{number}"), "followers": number % 20_000},
        "text": text, "posted_at": Timestamp::now().to_string(),
    })
}

fn key(run: &str, number: u32) -> PostKey {
    let (brand, network) = (BrandId::new(BRAND).expect("a name"), Network::new(NETWORK).expect("a name"));
    PostKey::of(&brand, &network, &format!("{run}-{number}"))
}

/// Sends signed webhooks.
#[derive(Clone)]
struct Sender {
    http: reqwest::Client,
    url: String,
    secrets: Arc<service::webhook::Secrets>,
}

impl Sender {
    fn new(system: &System) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().tcp_nodelay(true).build()?;
        Ok(Sender { http, url: system.webhook.clone(), secrets: Arc::new(system.secrets.clone()) })
    }

    async fn send(&self, data: serde_json::Value) -> anyhow::Result<()> {
        let now = Timestamp::now();
        let body = json!({"type": "post.created", "timestamp": now.to_string(), "data": data}).to_string();
        let id = uuid::Uuid::now_v7().simple().to_string();
        let headers = sign(&self.secrets, &id, now, body.as_bytes()).headers()?;
        let response = self.http.post(&self.url).headers(headers).body(body).send().await?;
        anyhow::ensure!(response.status().is_success(), "the webhook answered {}", response.status());
        response.bytes().await?;
        Ok(())
    }
}

pub struct Throughput {
    pub routed_per_second: f64,
    pub measured_per_second: f64,
}

/// When the last of so many posts was routed, by the log's own clock, and at which sequence; none while fewer are.
async fn last_routed(system: &System, after_sequence: u64, count: u32) -> Option<(Timestamp, u64)> {
    let filters = vec![subjects::CONVERSATIONS.to_owned()];
    let mut tail = system.journal.tail(TailConfig { filters, after_sequence });
    let mut left = count;
    while tail.pending().await > 0 {
        let item = tail.next().await?;
        let Entry::Record(record) = &*item.entry else { continue };
        let routed = record.facts.iter().filter(|fact| matches!(fact, Fact::Routed(_))).count();
        left = left.saturating_sub(u32::try_from(routed).unwrap_or(u32::MAX));
        if left == 0 {
            return Some((item.stored_at, item.sequence));
        }
    }
    None
}

/// Watches the log for the records that route posts of this run, and when they come.
fn watch_routed(system: &System, after_sequence: u64) -> mpsc::UnboundedReceiver<(PostKey, Instant)> {
    let filters = vec![subjects::CONVERSATIONS.to_owned()];
    let mut tail = system.journal.tail(TailConfig { filters, after_sequence });
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(item) = tail.next().await {
            let Entry::Record(record) = &*item.entry else { continue };
            for fact in &record.facts {
                if let Fact::Routed(routed) = fact
                    && sender.send((routed.post, Instant::now())).is_err()
                {
                    return;
                }
            }
        }
    });
    receiver
}

/// As many posts as fast as they are taken; the time runs from the first call to the last post routed.
pub async fn throughput(
    system: &System,
    texts: &Texts,
    count: u32,
    batch: u16,
    calls: u16,
) -> anyhow::Result<Throughput> {
    let run = uuid::Uuid::now_v7().simple().to_string();
    let after_sequence = system.journal.last_sequence().await?;
    let sender = Sender::new(system)?;
    let next = Arc::new(AtomicU32::new(0));
    let texts: Arc<Vec<String>> = Arc::new((0..count).map(|number| texts.of(number).to_owned()).collect());
    let (started, began_at) = (Instant::now(), Timestamp::now());
    let mut senders = JoinSet::new();
    for _ in 0..calls {
        let (sender, next, texts, run) = (sender.clone(), Arc::clone(&next), Arc::clone(&texts), run.clone());
        senders.spawn(async move {
            loop {
                let from = next.fetch_add(u32::from(batch), Ordering::Relaxed);
                if from >= count {
                    return anyhow::Ok(());
                }
                let numbers = from..(from + u32::from(batch)).min(count);
                let posts: Vec<_> = numbers.map(|number| post(&run, number, &texts[number as usize])).collect();
                sender.send(posts.into()).await?;
            }
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    // Whoever measures takes little of what he measures: the log is only looked at until nothing more comes, and read
    // when that is over.
    let mut analytics = AnalyticsServiceClient::connect(system.analytics.clone()).await?;
    // Of no conversation, so that answering costs next to nothing.
    let filter = Filter { brand: "none".to_owned(), ..Filter::default() };
    let nothing = QueryRequest { filter: Some(filter), ..QueryRequest::default() };
    let mut looks: Vec<(Instant, u64)> = Vec::new();
    let (mut log_end, mut grown_at) = (0, Instant::now());
    let (routed_at, last_sequence) = loop {
        tokio::time::sleep(LOOK_EVERY).await;
        looks.push((Instant::now(), analytics.query(nothing.clone()).await?.into_inner().as_of_sequence));
        let end = system.journal.last_sequence().await?;
        if end > log_end {
            (log_end, grown_at) = (end, Instant::now());
        }
        anyhow::ensure!(grown_at.elapsed() < STANDSTILL, "routing stood still");
        if grown_at.elapsed() > QUIET
            && looks.last().is_some_and(|(_, as_of)| *as_of >= log_end)
            && let Some(found) = last_routed(system, after_sequence, count).await
        {
            break found;
        }
    };
    let routed = routed_at.duration_since(began_at).as_secs_f64();
    let measured = looks.iter().find(|(_, as_of)| *as_of >= last_sequence).map_or(started, |(at, _)| *at);
    let measured = measured.duration_since(started).as_secs_f64();
    Ok(Throughput { routed_per_second: f64::from(count) / routed, measured_per_second: f64::from(count) / measured })
}

/// Microseconds from the call to the routing record, at a fixed rate, one post a call.
pub async fn latency(system: &System, texts: &Texts, rate: u32, seconds: u32) -> anyhow::Result<Histogram<u64>> {
    let run = uuid::Uuid::now_v7().simple().to_string();
    let mut routed = watch_routed(system, system.journal.last_sequence().await?);
    let sender = Sender::new(system)?;
    let total = rate * seconds;
    let mut sent_at: HashMap<PostKey, Instant> = HashMap::with_capacity(total as usize);
    let mut every = tokio::time::interval(Duration::from_secs_f64(1.0 / f64::from(rate)));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut calls = JoinSet::new();
    for number in 0..total {
        // The clock of a post runs from when it was due, so that a slow moment is not hidden by sending less.
        let due = every.tick().await;
        sent_at.insert(key(&run, number), due.into_std());
        let (sender, data) = (sender.clone(), post(&run, number, texts.of(number)));
        calls.spawn(async move { sender.send(data).await });
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    let mut found = histogram();
    let mut left = total;
    while left > 0 {
        let heard = tokio::time::timeout(STANDSTILL, routed.recv()).await;
        let Ok(Some((post, at))) = heard else { anyhow::bail!("routing stood still") };
        let Some(sent) = sent_at.remove(&post) else { continue };
        left -= 1;
        let took = at.saturating_duration_since(sent).as_micros();
        found.saturating_record(u64::try_from(took).unwrap_or(u64::MAX).max(1));
    }
    Ok(found)
}

//! The load: real texts through the signed webhook, and the log watched for the record that routed each.

use super::histogram;
use super::system::{BRAND, System};
use async_nats::jetstream;
use async_nats::jetstream::consumer::{DeliverPolicy, push};
use conversation::{BrandId, Fact, Network, PostKey};
use futures::StreamExt;
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
use wire::pb::analytics::QueryRequest;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::subjects;

/// How long nothing may come before the run is given up.
const STANDSTILL: Duration = Duration::from_secs(60);
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

/// Counts the posts that are routed, by what the headers of the records say: how many by each, when, and at which
/// sequence. Whoever measures should take little of what he measures.
async fn count_routed(system: &System) -> anyhow::Result<mpsc::UnboundedReceiver<(u32, Instant, u64)>> {
    let config = push::OrderedConfig {
        deliver_subject: system.client.new_inbox(),
        deliver_policy: DeliverPolicy::New,
        filter_subject: subjects::CONVERSATIONS.to_owned(),
        headers_only: true,
        ..push::OrderedConfig::default()
    };
    let stream = jetstream::new(system.client.clone()).get_stream("EVENTS").await?;
    let mut messages = stream.create_consumer(config).await?.messages().await?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            let facts = message.headers.as_ref().and_then(|headers| headers.get("ce-type"));
            let routed = facts.map_or(0, |facts| facts.as_str().split(',').filter(|name| *name == "Routed").count());
            let Ok(info) = message.info() else { return };
            let heard = (u32::try_from(routed).unwrap_or(u32::MAX), Instant::now(), info.stream_sequence);
            if routed > 0 && sender.send(heard).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
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
    let mut routed = count_routed(system).await?;
    let sender = Sender::new(system)?;
    let next = Arc::new(AtomicU32::new(0));
    let texts: Arc<Vec<String>> = Arc::new((0..count).map(|number| texts.of(number).to_owned()).collect());
    let started = Instant::now();
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
    let (mut last_at, mut last_sequence) = (started, 0);
    let mut left = count;
    while left > 0 {
        let heard = tokio::time::timeout(STANDSTILL, routed.recv()).await;
        let Ok(Some((posts, at, sequence))) = heard else { anyhow::bail!("routing stood still") };
        (left, last_at, last_sequence) = (left.saturating_sub(posts), at, sequence);
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    let mut analytics = AnalyticsServiceClient::connect(system.analytics.clone()).await?;
    while analytics.query(QueryRequest::default()).await?.into_inner().as_of_sequence < last_sequence {
        anyhow::ensure!(last_at.elapsed() < STANDSTILL, "analytics stood still");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let measured = started.elapsed().as_secs_f64();
    let routed = last_at.duration_since(started).as_secs_f64();
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

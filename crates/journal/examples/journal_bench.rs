//! What the journal costs over the bare server, in one run on one server:
//! `cargo run --release -p earshot-journal --example journal_bench [records]`.
//!
//! Bare means the client library alone: a publish with message id and expected sequence, an ordered push or pull
//! read. The journal writes real records with all headers and reads them back decoded. Ratios carry over to other
//! machines, rates do not.

use async_nats::jetstream::consumer::{DeliverPolicy, pull, push};
use async_nats::jetstream::{self, message::PublishMessage};
use bytes::Bytes;
use conversation::received::ContactRecorded;
use conversation::{Actor, BrandId, ConversationId, CustomerId, Fact, Network, Personal, Record, RecordId, Subject};
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use journal::testing::Server;
use journal::{Journal, TailConfig, WorkConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use wire::subjects;

const IN_FLIGHT: usize = 1_024;
const PER_CONVERSATION: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let records: usize = std::env::args().nth(1).map_or(Ok(200_000), |text| text.parse())?;
    let conversations = (records / PER_CONVERSATION).max(IN_FLIGHT);
    let server = Server::start().await;
    let journal = server.journal().await;
    let context = jetstream::new(async_nats::connect(server.url()).await?);

    let clock = Clock { server: server.pid() };
    println!("append, {IN_FLIGHT} in flight                        rate ratio  CPU us server/client");
    let (bare, cpu) = clock.time(bare_appends(&context, records / 2)).await?;
    rate("bare guarded publish, 256 B", bare, 1.0, cpu);
    let (ours, cpu) = clock.time(appends(&journal, conversations, records)).await?;
    rate("journal.append", ours, ours / bare, cpu);
    println!("append, one at a time");
    let (p50, p99) = append_latency(&journal).await?;
    println!("  journal.append p50 {p50:?} p99 {p99:?}");

    let total = journal.last_sequence().await?;
    println!("read {total} records in order");
    let (push_rate, cpu) = clock.time(bare_push(&context, total, &[])).await?;
    rate("bare ordered push", push_rate, 1.0, cpu);
    let (filtered, cpu) = clock.time(bare_push(&context, total, &[subjects::CONVERSATIONS])).await?;
    rate("  filtered by the server", filtered, filtered / push_rate, cpu);
    let (pull_rate, cpu) = clock.time(bare_pull(&context, total)).await?;
    rate("bare ordered pull", pull_rate, pull_rate / push_rate, cpu);
    let (tail_rate, cpu) = clock.time(tail(&journal, &[subjects::ALL])).await?;
    rate("journal.tail, everything", tail_rate, tail_rate / push_rate, cpu);
    let (tail_rate, cpu) = clock.time(tail(&journal, &[subjects::CONVERSATIONS, subjects::FILTERED])).await?;
    rate("journal.tail, two filters", tail_rate, tail_rate / push_rate, cpu);
    let (work_rate, cpu) = clock.time(work(&journal, total)).await?;
    rate("journal.work, empty handler", work_rate, work_rate / push_rate, cpu);

    println!("read one of {conversations} conversations");
    let (p50, p99, most) = latency(2_000, |at| {
        let (journal, subject) = (journal.clone(), subject(at * 4_999 % conversations));
        async move { journal.load(&subject).await.map(|loaded| loaded.entries.len()) }
    })
    .await?;
    println!("  journal.load p50 {p50:?} p99 {p99:?}, {most} records read");
    let (p50, p99, most) = latency(2_000, |at| {
        let journal = journal.clone();
        let id = subject(at * 4_999 % conversations).conversation();
        async move { journal.find(&id.expect("it is one")).await.map(|found| found.map_or(0, |f| f.entries.len())) }
    })
    .await?;
    println!("  journal.find p50 {p50:?} p99 {p99:?}, {most} records read");
    Ok(())
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Processor time of server and client, which carries over to a busy machine better than a rate.
struct Clock {
    server: Option<u32>,
}

/// How many were done, and in which time.
type Did = (usize, Duration);

impl Clock {
    /// Runs it; answers its rate and the microseconds of server and client for each.
    async fn time<E>(&self, run: impl Future<Output = Result<Did, E>>) -> Result<(f64, (f64, f64)), E> {
        let (server, client) = (cpu(self.server), cpu(Some(std::process::id())));
        let (count, took) = run.await?;
        let each = |used: f64| used * 1e6 / count as f64;
        let used = (each(cpu(self.server) - server), each(cpu(Some(std::process::id())) - client));
        Ok((count as f64 / took.as_secs_f64(), used))
    }
}

/// Seconds of processor time that a process has used; 0 where there is no /proc.
fn cpu(pid: Option<u32>) -> f64 {
    let stat = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()).unwrap_or_default();
    // After the name, which may hold spaces: the 12th and 13th field, in hundredths.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ').skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn rate(name: &str, per_second: f64, ratio: f64, (server, client): (f64, f64)) {
    println!("  {name:<32} {per_second:>9.0}/s  {ratio:.2}   {server:>5.1} {client:>5.1}");
}

fn subject(at: usize) -> Subject {
    let brand = BrandId::new("aurora-air").expect("it is a good name");
    let network = Network::new("x").expect("it is a good name");
    let customer = CustomerId::of(&brand, &network, &at.to_string());
    Subject::Conversation { brand, customer, conversation: ConversationId::of(&customer, 0) }
}

fn record(subject: &Subject, cause: &str) -> Record {
    let now = Timestamp::now();
    let summary = Personal::text("The customer phoned about the same matter and was told to wait for a call.");
    Record {
        id: RecordId::caused("bench", cause.as_bytes()),
        subject: subject.clone(),
        occurred_at: now,
        recorded_at: now,
        actor: Actor::Service("bench".to_owned()),
        caused_by: None,
        correlation: None,
        facts: vec![Fact::from(ContactRecorded { via: "phone".to_owned(), contacted_at: now, summary })],
    }
}

/// The publish that every figure is compared with. Its subjects are kept out of the stream of records.
async fn bare_appends(context: &jetstream::Context, count: usize) -> Result<Did, Failed> {
    let config = jetstream::stream::Config {
        name: "BARE".to_owned(),
        subjects: vec!["bare.>".to_owned()],
        duplicate_window: Duration::from_secs(120),
        ..jetstream::stream::Config::default()
    };
    let _ = context.delete_stream("BARE").await;
    context.create_stream(config).await?;
    let payload = Bytes::from(vec![b'x'; 256]);
    let began = Instant::now();
    let mut acks = futures::stream::FuturesOrdered::new();
    for at in 0..count {
        if acks.len() >= IN_FLIGHT {
            let ack: Option<Result<jetstream::publish::PublishAck, _>> = acks.next().await;
            ack.transpose()?;
        }
        let message = PublishMessage::build()
            .payload(payload.clone())
            .message_id(format!("{:032x}", at + began.elapsed().as_nanos() as usize))
            .expected_last_subject_sequence(0);
        acks.push_back(context.send_publish(format!("bare.{at}"), message).await?.into_future());
    }
    while let Some(ack) = acks.next().await {
        ack?;
    }
    let took = began.elapsed();
    context.delete_stream("BARE").await?;
    Ok((count, took))
}

async fn appends(journal: &Journal, conversations: usize, records: usize) -> Result<Did, journal::AppendError> {
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (journal, next) = (journal.clone(), next.clone());
        writers.spawn(async move {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                if at >= conversations {
                    return Ok::<(), journal::AppendError>(());
                }
                let subject = subject(at);
                let mut last = 0;
                for turn in 0..(records / conversations).max(1) {
                    last = journal.append(&record(&subject, &format!("{at}-{turn}")), last).await?.sequence;
                }
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.expect("a writer does not panic")?;
    }
    Ok((conversations * (records / conversations).max(1), began.elapsed()))
}

async fn append_latency(journal: &Journal) -> Result<(Duration, Duration), journal::AppendError> {
    let subject = subject(usize::MAX);
    let mut last = 0;
    let mut took = Vec::new();
    for at in 0..5_000 {
        let record = record(&subject, &format!("latency-{at}"));
        let began = Instant::now();
        last = journal.append(&record, last).await?.sequence;
        took.push(began.elapsed());
    }
    Ok(percentiles(took))
}

fn percentiles(mut took: Vec<Duration>) -> (Duration, Duration) {
    took.sort_unstable();
    (took[took.len() / 2], took[took.len() * 99 / 100])
}

/// Takes so many messages.
async fn drain<E>(
    mut messages: impl Stream<Item = Result<jetstream::Message, E>> + Unpin,
    total: u64,
    began: Instant,
) -> Result<Did, Failed>
where
    Failed: From<E>,
{
    for _ in 0..total {
        messages.next().await.ok_or("the messages ended")??;
    }
    Ok((total as usize, began.elapsed()))
}

async fn bare_push(context: &jetstream::Context, total: u64, filters: &[&str]) -> Result<Did, Failed> {
    let config = push::OrderedConfig {
        deliver_subject: context.client().new_inbox(),
        deliver_policy: DeliverPolicy::All,
        filter_subjects: filters.iter().map(ToString::to_string).collect(),
        ..push::OrderedConfig::default()
    };
    let began = Instant::now();
    let consumer = context.get_stream("EVENTS").await?.create_consumer(config).await?;
    drain(consumer.messages().await?, total, began).await
}

async fn bare_pull(context: &jetstream::Context, total: u64) -> Result<Did, Failed> {
    let config = pull::OrderedConfig { deliver_policy: DeliverPolicy::All, ..pull::OrderedConfig::default() };
    let began = Instant::now();
    let consumer = context.get_stream("EVENTS").await?.create_consumer(config).await?;
    drain(consumer.messages().await?, total, began).await
}

async fn tail(journal: &Journal, filters: &[&str]) -> Result<Did, journal::JournalError> {
    let began = Instant::now();
    let mut tail =
        journal.tail(TailConfig { filters: filters.iter().map(ToString::to_string).collect(), after_sequence: 0 });
    let mut read = 0_u64;
    while tail.pending().await > 0 {
        tail.next().await;
        read += 1;
    }
    Ok((read as usize, began.elapsed()))
}

async fn work(journal: &Journal, total: u64) -> Result<Did, journal::JournalError> {
    let (shutdown, handled) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
    let began = Instant::now();
    let config = WorkConfig { max_in_flight: 256, ..WorkConfig::new("bench", [subjects::CONVERSATIONS]) };
    let stop = shutdown.clone();
    let counted = handled.clone();
    journal
        .work(config, shutdown, move |_| {
            if counted.fetch_add(1, Ordering::Relaxed) + 1 == total {
                stop.cancel();
            }
            async { Ok(()) }
        })
        .await?;
    Ok((total as usize, began.elapsed()))
}

/// How long reads take, and the most records that one of them gave.
async fn latency<F, R>(count: usize, read: impl Fn(usize) -> R) -> Result<(Duration, Duration, usize), F>
where
    R: Future<Output = Result<usize, F>>,
{
    let (mut took, mut most) = (Vec::new(), 0);
    for at in 0..count {
        let began = Instant::now();
        most = most.max(read(at).await?);
        took.push(began.elapsed());
    }
    let (p50, p99) = percentiles(took);
    Ok((p50, p99, most))
}

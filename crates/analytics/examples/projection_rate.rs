//! How fast the projection is built, against the bare ordered read of the same log in the same run, and how long queries
//! take over it:
//!
//!     cargo run --release -p earshot-analytics --example projection_rate -- 100000
//!
//! The number is that of conversations, of eight records each, a thousand of them at a time. It needs a nats-server on
//! PATH or in `EARSHOT_NATS_SERVER`. The last line is JSON.

#![allow(clippy::unwrap_used, reason = "a measurement may panic: nobody runs it for anybody else")]

#[path = "../src/testing.rs"]
mod testing;

use analytics::recompute::recompute;
use conversation::Record;
use futures::StreamExt;
use journal::testing::Server;
use journal::{Journal, TailConfig};
use service::config::{self, Sources};
use service::{Clock, Process};
use std::path::Path;
use std::time::{Duration, Instant};
use testing::{At, Script};
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{Dimension, QueryRequest};
use wire::subjects;

const AT_ONCE: usize = 1_000;

fn conversation(number: usize) -> Vec<Record> {
    const BRANDS: [&str; 3] = ["aurora-air", "nordnet", "basil-and-bean"];
    const TEAMS: [&str; 4] = ["care", "sales", "crisis", "technical"];
    const INTENTS: [&str; 4] = ["complaint", "question", "request", "praise"];
    const LANGUAGES: [&str; 6] = ["en", "et", "bn", "ko", "zh", "de"];
    let mut script = Script::new(BRANDS[number % 3]);
    let (name, post) = (format!("c{number}"), format!("p{number}"));
    let asked = i64::try_from(number / 50).expect("a small number");
    script.post(&name, &post, At::minute(asked));
    script.route(&name, &post, TEAMS[number % 4], INTENTS[number / 3 % 4], LANGUAGES[number % 6]);
    script.submit(&name, "r1", At::minute(asked + 1 + asked % 90));
    script.confirm(&name, "r1", &format!("r{number}"), At::minute(asked + 2 + asked % 90));
    if !number.is_multiple_of(3) {
        script.resolve(&name, At::minute(asked + 100));
    } else {
        script.escalate(&name, At::minute(asked + 100));
    }
    script.edit(&name, &post, At::minute(asked + 200));
    script.records
}

/// Writes a thousand conversations at a time, each in its order.
async fn fill(journal: &Journal, conversations: usize) {
    futures::stream::iter(0..conversations)
        .for_each_concurrent(AT_ONCE, |number| async move {
            let mut expected = 0;
            for record in conversation(number) {
                expected = journal.append(&record, expected).await.expect("the log takes it").sequence;
            }
        })
        .await;
}

/// Seconds to read the log in order and do nothing with it.
async fn bare_read(journal: &Journal) -> (u64, f64) {
    let began = Instant::now();
    let filters =
        [subjects::CONVERSATIONS, subjects::FILTERED, subjects::BRANDS, subjects::CUSTOMERS, subjects::NOTICES]
            .map(str::to_owned)
            .to_vec();
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let total = tail.pending().await;
    for _ in 0..total {
        tail.next().await;
    }
    (total, began.elapsed().as_secs_f64())
}

fn process(directory: &Path) -> Process {
    let mut sources = Sources { known_sections: vec!["analytics".into()], ..Sources::default() };
    let data_dir = format!("analytics.data_dir={}", directory.display());
    sources.set = vec![data_dir, "analytics.listen=127.0.0.1:0".into()];
    Process::for_tests("analytics", config::load(&sources).expect("the settings are right"), Clock::System)
}

/// Seconds of processor time that this process has used.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn resident_mib() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4_096.0 / 1_048_576.0
}

async fn query_times(address: std::net::SocketAddr) -> anyhow::Result<Vec<(&'static str, Duration, Duration)>> {
    let mut client = AnalyticsServiceClient::connect(format!("http://{address}")).await?;
    let mut told = Vec::new();
    let brand = Dimension::Brand;
    let all = [Dimension::Brand, Dimension::Team, Dimension::Channel, Dimension::Language];
    for (name, group_by) in [("total", vec![]), ("by brand", vec![brand]), ("by all four", all.to_vec())] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let began = Instant::now();
            let group_by = group_by.iter().map(|dimension| (*dimension).into()).collect();
            client.query(QueryRequest { filter: None, group_by }).await?;
            times.push(began.elapsed());
        }
        times.sort();
        told.push((name, times[10], times[19]));
    }
    Ok(told)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let conversations = std::env::args().nth(1).map_or(Ok(50_000), |text| text.parse())?;
    let server = Server::start().await;
    let journal = server.journal().await;
    let began = Instant::now();
    fill(&journal, conversations).await;
    println!("{conversations} conversations written in {:.1} s", began.elapsed().as_secs_f64());

    let directory = tempfile::tempdir()?;
    let mut ratios = Vec::new();
    for round in 0..3 {
        let (records, bare) = bare_read(&journal).await;
        let data = directory.path().join(format!("round-{round}"));
        let (began, processor) = (Instant::now(), processor_seconds());
        let process = process(&data);
        let started = analytics::start(process.clone(), journal.clone()).await?;
        process.health.ready().await;
        let built = began.elapsed().as_secs_f64();
        let processor = processor_seconds() - processor;
        let (raw, rate) = (records as f64 / bare, records as f64 / built);
        ratios.push((rate / raw, rate, raw));
        println!(
            "{records} records: bare read {raw:.0}/s, projection {rate:.0}/s ({:.2} of it), {processor:.1} s of processor, \
             {:.0} MiB resident",
            rate / raw,
            resident_mib()
        );
        if round == 0 {
            for (name, median, worst) in query_times(started.grpc).await? {
                println!("  query {name}: median {median:.1?}, worst of 20 {worst:.1?}");
            }
            let began = Instant::now();
            let plain = recompute(&journal, None).await;
            println!("  recomputed in plain code: {} records in {:.1} s", plain.records, began.elapsed().as_secs_f64());
            let found = analytics::verify(&journal, &data, jiff::Timestamp::now()).await?;
            println!("  {} figures compared with it, {} differ", found.figures, found.differences.len());
        }
        process.shutdown.begin();
        started.ended.await??;
        let size = std::fs::metadata(data.join("analytics-v1.sqlite"))?.len();
        println!("  file {:.0} bytes a conversation", size as f64 / conversations as f64);
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (ratio, rate, raw) = ratios[1];
    println!(
        "{}",
        serde_json::json!({"projection_to_raw_ratio": ratio, "projection_records_per_s": rate, "raw_records_per_s": raw})
    );
    Ok(())
}

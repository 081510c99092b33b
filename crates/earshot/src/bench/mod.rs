//! `earshot bench`: how fast a post goes from webhook to routed and to measured, against what the same nats-server does
//! with bare guarded publishes and a bare chain of three hops in the same run. Rates depend on the machine; the ratios
//! say something on any.
//!
//! It starts a system of its own (`earshot up --no-demo`) in a directory that is gone afterwards.

mod chain;
mod load;
mod raw;
mod system;

use crate::services::usage;
use hdrhistogram::Histogram;
use load::Texts;
use serde::Serialize;
use service::config::Sources;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use system::System;

#[derive(clap::Args)]
#[command(after_help = "Use a release build; a debug build measures the compiler.

Examples:
  earshot bench
  earshot bench --posts conversations.jsonl.gz --count 100000 --json | tail -1")]
pub struct Args {
    /// Real posts to send, a file of conversations; posts of the demo when absent
    #[arg(long, value_name = "FILE")]
    posts: Vec<PathBuf>,
    /// How many posts the throughput is measured on
    #[arg(long, default_value_t = 40_000, value_parser = clap::value_parser!(u32).range(100..))]
    count: u32,
    /// Posts in one webhook call, for the throughput; networks send up to 1,000 at once
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    batch: u16,
    /// Webhook calls on their way at once, for the throughput
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    calls: u16,
    /// Posts a second at which latency is measured, one a call
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds that latency is measured
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// End with one line of JSON
    #[arg(long)]
    json: bool,
}

/// Percentiles in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Percentiles {
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Percentiles {
    /// Of a histogram of microseconds.
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        Percentiles { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), max_ms: histogram.max() as f64 / 1000.0 }
    }
}

/// An empty histogram of microseconds, up to ten minutes.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 600_000_000, 3).expect("the bounds are sound")
}

#[derive(Debug, Serialize)]
struct Report {
    posts: u32,
    batch: u16,
    raw_guarded_per_s: f64,
    routed_per_s: f64,
    routed_to_raw_ratio: f64,
    measured_per_s: f64,
    rate_per_s: u32,
    webhook_to_routed: Percentiles,
    three_hops: Percentiles,
    p99_to_three_hops_ratio: f64,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("bench", sources, async move |_process| {
        if cfg!(debug_assertions) {
            eprintln!("this is a debug build: its figures say little");
        }
        let texts = Texts::read(&args.posts).map_err(|error| usage(format!("--posts: {error}")))?;
        let say = |what: &str| eprintln!("{what}");
        say("starting a system of its own");
        let system = System::start().await?;
        say("raw guarded publishes, 5 s");
        let raw_before = raw::guarded_per_second(&system.nats, Duration::from_secs(5)).await?;
        say(&format!("{} posts through the webhook, {} a call", args.count, args.batch));
        let throughput = load::throughput(&system, &texts, args.count, args.batch, args.calls).await?;
        // The machine may have been slower or faster before; the mean of both sides is the fairer reference.
        let raw_after = raw::guarded_per_second(&system.nats, Duration::from_secs(5)).await?;
        let raw = (raw_before + raw_after) / 2.0;
        say(&format!("three bare hops at {}/s, {} s", args.rate, args.seconds));
        let hops = chain::three_hops(&system.nats, args.rate, args.seconds).await?;
        say(&format!("webhook to routed at {}/s, {} s", args.rate, args.seconds));
        let latency = load::latency(&system, &texts, args.rate, args.seconds).await?;
        let (latency, hops) = (Percentiles::of(&latency), Percentiles::of(&hops));
        let report = Report {
            posts: args.count,
            batch: args.batch,
            raw_guarded_per_s: raw,
            routed_per_s: throughput.routed_per_second,
            routed_to_raw_ratio: throughput.routed_per_second / raw,
            measured_per_s: throughput.measured_per_second,
            rate_per_s: args.rate,
            p99_to_three_hops_ratio: latency.p99_ms / hops.p99_ms,
            webhook_to_routed: latency,
            three_hops: hops,
        };
        system.stop().await;
        match args.json {
            true => println!("{}", serde_json::to_string(&report)?),
            false => show(&report),
        }
        Ok(())
    })
}

fn show(report: &Report) {
    println!("raw guarded publishes    {:>10.0}/s", report.raw_guarded_per_s);
    println!("webhook to routed        {:>10.0}/s   ratio {:.3}", report.routed_per_s, report.routed_to_raw_ratio);
    println!("webhook to measured      {:>10.0}/s", report.measured_per_s);
    let line = |name: &str, p: &Percentiles| {
        println!(
            "{name:<24} p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            p.p50_ms, p.p90_ms, p.p99_ms, p.max_ms
        );
    };
    println!("at {}/s:", report.rate_per_s);
    line("webhook to routed", &report.webhook_to_routed);
    line("three bare hops", &report.three_hops);
    println!("p99 ratio                {:>10.1}", report.p99_to_three_hops_ratio);
}

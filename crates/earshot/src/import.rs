//! `earshot import`: history from files, through ingest's own door.

use crate::progress;
use crate::services::{grpc_url, usage};
use conversation::{BrandId, Network};
use ingest::conversations_file::Defaults;
use ingest::import::{Import, Progress, Report, import};
use service::config::Sources;
use std::path::PathBuf;
use std::process::ExitCode;

/// How many bad lines are named before the rest is only counted.
const BAD_LINES_NAMED: usize = 20;

#[derive(clap::Args)]
#[command(after_help = "A file is JSON Lines, plain or gzip, one message a line (docs/conversation-files.md).
Importing the same file again changes nothing.

Examples:
  earshot import conversations.jsonl.gz
  earshot import --brand aurora-air --network x history/*.jsonl --json | tail -1")]
pub struct Args {
    /// Files of conversations
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// gRPC address of ingest; the one in the settings when absent
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// The brand of every message; the one that the file names when absent
    #[arg(long)]
    brand: Option<String>,
    /// The network of messages that name none
    #[arg(long, default_value = "x")]
    network: String,
    /// Messages on their way at once
    #[arg(long, default_value_t = 128, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    in_flight: u16,
    /// End with one line of JSON: seen, accepted, duplicate, filtered, rejected
    #[arg(long)]
    json: bool,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("import", sources, async move |process: service::Process| {
        let settings: ingest::Settings = process.config.section()?;
        let to = grpc_url(args.to, settings.grpc_listen);
        let brand = args.brand.as_deref().map(BrandId::new).transpose();
        let brand = brand.map_err(|error| usage(format!("--brand: {error}")))?;
        let network = Network::new(&args.network).map_err(|error| usage(format!("--network: {error}")))?;
        let job = Import {
            files: args.files,
            to: to.clone(),
            defaults: Defaults { brand, network },
            in_flight: usize::from(args.in_flight),
        };
        let bar = progress::bar(0, "messages", args.json);
        let (mut named, mut waiting) = (0, false);
        let report = import(&job, |progress| match progress {
            Progress::File { lines, .. } => bar.inc_length(lines),
            Progress::Done(lines) => {
                bar.inc(lines);
                if std::mem::take(&mut waiting) {
                    bar.set_message("");
                }
            }
            Progress::Waiting => {
                if !std::mem::replace(&mut waiting, true) {
                    bar.set_message(format!("waiting for ingest at {to}"));
                }
            }
            Progress::Bad { file, line } => {
                named += 1;
                if named <= BAD_LINES_NAMED {
                    let text = format!("{}:{}: {}: {}", file.display(), line.number, line.reason, line.what);
                    bar.suspend(|| eprintln!("{text}"));
                }
            }
        })
        .await?;
        bar.finish_and_clear();
        if named > BAD_LINES_NAMED {
            eprintln!("and {} more lines that cannot be taken", named - BAD_LINES_NAMED);
        }
        show(&report, args.json)
    })
}

fn show(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    let rate = if report.seconds > 0.0 { report.seen as f64 / report.seconds } else { 0.0 };
    println!("{} messages seen in {:.1} s ({rate:.0}/s)", report.seen, report.seconds);
    println!("  {} accepted", report.accepted);
    println!("  {} duplicate", report.duplicate);
    println!("  {} filtered", report.filtered);
    println!("  {} rejected", report.rejected);
    for (reason, count) in &report.rejected_by_reason {
        println!("    {count} {reason}");
    }
    Ok(())
}

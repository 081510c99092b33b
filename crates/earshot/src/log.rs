//! `earshot tail`: the log as it grows. It prints what happened, not what customers wrote.

use crate::services::connect_tool;
use conversation::Fact;
use journal::{Entry, TailConfig};
use service::Process;
use service::config::Sources;
use std::process::ExitCode;
use wire::subjects;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot tail
  earshot tail --from 1 --until-end --json")]
pub struct Args {
    /// Begin after this sequence; with the newest record when absent
    #[arg(long, value_name = "SEQUENCE")]
    from: Option<u64>,
    /// Stop at the end of the log instead of waiting for more
    #[arg(long)]
    until_end: bool,
    /// A line of JSON a record; the texts of customers are in it
    #[arg(long)]
    json: bool,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("tail", sources, async move |process: Process| {
        let journal = connect_tool(&process).await?;
        let after_sequence = match args.from {
            Some(from) => from.saturating_sub(1),
            None => journal.last_sequence().await?,
        };
        let filters = [subjects::CONVERSATIONS, subjects::BRANDS, subjects::FILTERED].map(str::to_owned).to_vec();
        let mut tail = journal.tail(TailConfig { filters, after_sequence });
        if args.until_end && tail.pending().await == 0 {
            return Ok(());
        }
        while let Some(Some(item)) = process.shutdown.unless_begun(tail.next()).await {
            match (&*item.entry, args.json) {
                (Entry::Record(record), true) => {
                    let shown = serde_json::json!({"sequence": item.sequence, "record": wire::to_pb(record)});
                    println!("{shown}");
                }
                (Entry::Record(record), false) => {
                    let kinds: Vec<_> = record.facts.iter().map(Fact::name).collect();
                    let of = record.subject.conversation().map(|id| id.to_string()).unwrap_or_default();
                    println!(
                        "{} {} {} {of} {}",
                        item.sequence,
                        record.recorded_at,
                        record.subject.brand(),
                        kinds.join(",")
                    );
                }
                (Entry::Undecodable { reason }, _) => println!("{} cannot be read: {reason}", item.sequence),
                (Entry::Due(_), _) => {}
            }
            if args.until_end && item.pending == 0 {
                break;
            }
        }
        Ok(())
    })
}

//! `earshot set-aside`: what could not be handled, why, and another try.

use crate::services::connect_tool;
use comfy_table::{Table, presets};
use journal::Journal;
use service::Process;
use service::config::Sources;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot set-aside list
  earshot set-aside show classifier.4711
  earshot set-aside retry classifier.4711
  earshot set-aside retry --service classifier")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Name everything that was set aside, the oldest first
    List {
        /// A line of JSON an item
        #[arg(long)]
        json: bool,
    },
    /// Print one item, with the bytes it was made of in hex
    Show { id: String },
    /// Have the service try it again
    Retry {
        #[arg(required_unless_present = "service", conflicts_with = "service")]
        ids: Vec<String>,
        /// All that this service set aside
        #[arg(long, value_name = "NAME")]
        service: Option<String>,
    },
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("set-aside", sources, async move |process: Process| {
        let journal = connect_tool(&process).await?;
        match args.command {
            Command::List { json } => {
                let items = journal.set_aside_list().await?;
                if json {
                    for item in &items {
                        println!("{}", shown(item));
                    }
                    return Ok(());
                }
                if items.is_empty() {
                    println!("nothing is set aside");
                    return Ok(());
                }
                let mut table = Table::new();
                table.load_style(presets::NOTHING).set_header(["id", "reason", "attempts", "since", "retrying"]);
                for item in &items {
                    let retrying = if item.retrying { "yes" } else { "" };
                    table.add_row([
                        item.id.clone(),
                        item.reason.clone(),
                        item.attempts.to_string(),
                        item.set_aside_at.to_string(),
                        retrying.to_owned(),
                    ]);
                }
                println!("{table}");
            }
            Command::Show { id } => {
                let (item, raw) = journal.set_aside_show(&id).await?;
                println!("{}", shown(&item));
                println!("{} bytes:", raw.payload.len());
                for line in raw.payload.chunks(32) {
                    let hex: String = line.iter().map(|byte| format!("{byte:02x}")).collect();
                    println!("  {hex}");
                }
            }
            Command::Retry { ids, service } => {
                let ids = match service {
                    Some(service) => of_service(&journal, &service).await?,
                    None => ids,
                };
                for id in &ids {
                    let (item, _) = journal.set_aside_show(id).await?;
                    takes_again(&item.service)?;
                    journal.set_aside_retry(id).await?;
                    println!("{id} will be tried again");
                }
            }
        }
        Ok(())
    })
}

/// What a service set aside and nobody has asked about.
async fn of_service(journal: &Journal, service: &str) -> anyhow::Result<Vec<String>> {
    takes_again(service)?;
    let items = journal.set_aside_list().await?;
    let ours = items.into_iter().filter(|item| item.service == service && !item.retrying);
    let ids: Vec<String> = ours.map(|item| item.id).collect();
    if ids.is_empty() {
        println!("{service} has set nothing aside that is not being tried again");
    }
    Ok(ids)
}

fn takes_again(service: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        journal::can_retry(service),
        "{service} takes nothing twice; what it could not read stays in the log, and a version that can read it does so by \
         itself"
    );
    Ok(())
}

fn shown(item: &journal::SetAside) -> serde_json::Value {
    serde_json::json!({
        "id": item.id,
        "service": item.service,
        "sequence": item.sequence,
        "subject": item.subject,
        "reason": item.reason,
        "attempts": item.attempts,
        "set_aside_at": item.set_aside_at.to_string(),
        "retrying": item.retrying,
    })
}

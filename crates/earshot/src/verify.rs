//! `earshot replay --verify`: the whole log read again from the start, and every conversation held against what routing
//! serves now. Live state must be replayed state, to the last field.

use crate::progress;
use crate::services::{connect_tool, grpc_url};
use conversation::{Conversation, ConversationId, Fact, Subject};
use journal::{Entry, Journal, TailConfig};
use routing::summarise;
use serde::Serialize;
use service::Process;
use service::config::Sources;
use std::collections::HashMap;
use std::process::ExitCode;
use wire::pb::conversation::conversation_service_client::ConversationServiceClient;
use wire::pb::conversation::{ConversationSummary, ListConversationsRequest};
use wire::subjects;

#[derive(clap::Args)]
#[command(after_help = "Example:
  earshot replay --verify --json | tail -1")]
pub struct Args {
    /// Hold the replayed state against what routing serves
    #[arg(long)]
    verify: bool,
    /// gRPC address of routing; the one in the settings when absent
    #[arg(long, value_name = "URL")]
    routing: Option<String>,
    /// End with one line of JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    records: u64,
    undecodable: u64,
    conversations: usize,
    /// Customers' posts in conversations.
    posts: u64,
    /// The brand's replies that were only observed.
    observed_replies: u64,
    filtered: u64,
    replies_sent: u64,
    seconds: f64,
    records_per_second: f64,
    /// Compared with routing, when asked to.
    compared: usize,
    different: usize,
}

struct Replayed {
    brand: conversation::BrandId,
    customer: conversation::CustomerId,
    state: Conversation,
    version: u64,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("replay", sources, async move |process: Process| {
        let journal = connect_tool(&process).await?;
        let (mut report, replayed) = replay(&journal, args.json).await?;
        if args.verify {
            let settings: routing::Settings = process.config.section()?;
            let url = grpc_url(args.routing, settings.listen);
            compare(&url, &replayed, &mut report).await?;
        }
        match args.json {
            true => println!("{}", serde_json::to_string(&report)?),
            false => show(&report, args.verify),
        }
        match report.different {
            0 => Ok(()),
            count => anyhow::bail!("{count} conversations differ between the log and routing"),
        }
    })
}

async fn replay(journal: &Journal, quiet: bool) -> anyhow::Result<(Report, HashMap<ConversationId, Replayed>)> {
    let started = std::time::Instant::now();
    let filters = [subjects::CONVERSATIONS, subjects::BRANDS, subjects::FILTERED].map(str::to_owned).to_vec();
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let mut report = Report::default();
    let mut replayed: HashMap<ConversationId, Replayed> = HashMap::new();
    // So many messages at most: those of other subjects are passed over.
    let mut left = tail.pending().await;
    let bar = progress::bar(left, "messages", quiet);
    while left > 0 {
        let Some(item) = tail.next().await else { break };
        bar.inc(left.saturating_sub(item.pending));
        left = item.pending;
        let Entry::Record(record) = item.entry else {
            report.undecodable += 1;
            continue;
        };
        report.records += 1;
        for fact in &record.facts {
            match fact {
                Fact::PostReceived(_) => report.posts += 1,
                Fact::ReplyObserved(_) => report.observed_replies += 1,
                Fact::PostFiltered(_) => report.filtered += 1,
                Fact::ReplySent(_) => report.replies_sent += 1,
                // The others are not counted here.
                _ => {}
            }
        }
        if let Subject::Conversation { brand, customer, conversation } = &record.subject {
            let entry = replayed.entry(*conversation).or_insert_with(|| Replayed {
                brand: brand.clone(),
                customer: *customer,
                state: Conversation::default(),
                version: 0,
            });
            conversation::evolve(&mut entry.state, &record);
            entry.version = item.sequence;
        }
    }
    bar.finish_and_clear();
    report.conversations = replayed.len();
    report.seconds = started.elapsed().as_secs_f64();
    report.records_per_second = report.records as f64 / report.seconds.max(f64::EPSILON);
    Ok((report, replayed))
}

/// Compares every conversation that routing serves at the same version.
async fn compare(url: &str, replayed: &HashMap<ConversationId, Replayed>, report: &mut Report) -> anyhow::Result<()> {
    let mut client = ConversationServiceClient::connect(url.to_owned()).await?;
    let mut served: HashMap<String, ConversationSummary> = HashMap::new();
    let mut page_token = String::new();
    loop {
        let request = ListConversationsRequest { page_size: 200, page_token, ..ListConversationsRequest::default() };
        let response = client.list_conversations(request).await?.into_inner();
        served.extend(response.conversations.into_iter().map(|one| (one.conversation_id.clone(), one)));
        page_token = response.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    for (id, known) in replayed {
        let Some(live) = served.get(&id.to_string()) else {
            report.different += 1;
            eprintln!("conversation {id} is in the log and not in routing");
            continue;
        };
        // One that has moved on since the replay began is not comparable, and no difference.
        if live.version > known.version {
            continue;
        }
        report.compared += 1;
        let expected = summarise(*id, &known.brand, &known.customer, &known.state, known.version);
        if *live != expected {
            report.different += 1;
            eprintln!("conversation {id} differs at version {}", known.version);
        }
    }
    Ok(())
}

fn show(report: &Report, verified: bool) {
    println!(
        "{} records of {} conversations replayed in {:.1} s ({:.0}/s)",
        report.records, report.conversations, report.seconds, report.records_per_second
    );
    println!("  {} posts, {} replies observed, {} sent", report.posts, report.observed_replies, report.replies_sent);
    println!("  {} posts filtered, {} records that cannot be read", report.filtered, report.undecodable);
    if verified {
        println!("  {} conversations compared with routing, {} differ", report.compared, report.different);
    }
}

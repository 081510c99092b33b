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
use std::time::{Duration, Instant};
use tonic::Code;
use tonic::transport::Channel;
use wire::pb::conversation::conversation_service_client::ConversationServiceClient;
use wire::pb::conversation::{ConversationSummary, GetConversationRequest, ListConversationsRequest};
use wire::subjects;

/// How long routing may take to read what the replay has read.
const ROUTING_WAIT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

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
    let started = Instant::now();
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
        let Entry::Record(record) = &*item.entry else {
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
            conversation::evolve(&mut entry.state, record);
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
    let newest = replayed.values().map(|known| known.version).max().unwrap_or(0);
    caught_up(&mut client, newest).await?;
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
        let live = match served.remove(&id.to_string()) {
            Some(live) => live,
            // It may have moved from one page to another while they were read.
            None => match alone(&mut client, id).await? {
                Some(live) => live,
                None => {
                    report.different += 1;
                    eprintln!("conversation {id} is in the log and not in routing");
                    continue;
                }
            },
        };
        // One that has moved on since the replay began, or into another, is not comparable, and no difference.
        if live.version > known.version || live.conversation_id != id.to_string() {
            continue;
        }
        report.compared += 1;
        // What time and other conversations have a say in does not follow from this one's records.
        let live = ConversationSummary {
            score: Vec::new(),
            exposure: 0.0,
            preferred_person: String::new(),
            answer_network: String::new(),
            answer_in_private: false,
            ..live
        };
        let expected = summarise(*id, &known.brand, &known.customer, &known.state, known.version);
        if live != expected {
            report.different += 1;
            eprintln!("conversation {id} differs at version {}", known.version);
        }
    }
    Ok(())
}

/// One conversation as routing serves it, or the one that it has gone on in; none when routing does not know it.
async fn alone(
    client: &mut ConversationServiceClient<Channel>,
    id: &ConversationId,
) -> anyhow::Result<Option<ConversationSummary>> {
    let request = GetConversationRequest { conversation_id: id.to_string(), at: None };
    match client.get_conversation(request).await {
        Ok(response) => Ok(response.into_inner().conversation),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}

/// Waits until routing has read as far as the replay has: what it has not read yet is no difference.
async fn caught_up(client: &mut ConversationServiceClient<Channel>, newest: u64) -> anyhow::Result<()> {
    let until = Instant::now() + ROUTING_WAIT;
    loop {
        let request = ListConversationsRequest { page_size: 1, ..ListConversationsRequest::default() };
        let as_of = client.list_conversations(request).await?.into_inner().as_of_sequence;
        if as_of >= newest {
            return Ok(());
        }
        if Instant::now() > until {
            anyhow::bail!("routing stands at {as_of} of {newest} and has not caught up; see its log, then try again");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
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

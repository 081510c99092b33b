//! `earshot scorecard`: brands, teams, people or periods side by side, of the running system or of files of conversations
//! that no system has ever seen.

mod files;
mod page;

use crate::asked::{By, Which};
use crate::services::{grpc_url, usage};
use analytics::scorecard::Card;
use conversation::Network;
use files::Read;
use ingest::conversations_file::Defaults;
use jiff::Timestamp;
use service::Process;
use service::config::Sources;
use std::path::PathBuf;
use std::process::ExitCode;
use tonic::transport::Channel;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{
    Behind, GetScorecardRequest, GetScorecardResponse, ListBehindRequest, ListBehindResponse, Part,
};

#[derive(clap::Args)]
#[command(
    after_help = "Without files it asks the running system. With files (docs/conversation-files.md) it needs none: they are
taken in as an import would take them, classified and measured in memory. A directory stands for its conv*.jsonl and
conv*.jsonl.gz. docs/scorecard.md explains the heads, the points and how sure they are.

Examples:
  earshot scorecard                                           the brands of the running system
  earshot scorecard --by person --brand aurora-air --from 2026-05-01T00:00:00Z
  earshot scorecard history/                                  the brands of a directory of conversations
  earshot scorecard --measures --smallest-sample 10 a.jsonl.gz b.jsonl.gz
  earshot scorecard --behind came_back_share --of aurora-air history/"
)]
pub struct Args {
    /// Files of conversations, or directories with some; the running system when there are none
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What is set side by side
    #[arg(long, value_enum, default_value_t = By::Brand, value_name = "DIMENSION")]
    by: By,
    #[command(flatten)]
    which: Which,
    /// The time zone of days, weeks, months and hours, e.g. Europe/Tallinn; UTC when absent
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    time_zone: String,
    /// The smallest sample of which points are given; the scorecard's own when absent
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    smallest_sample: Option<u32>,
    /// Another scorecard (docs/scorecard.md) than that of the settings; for files only
    #[arg(long, value_name = "FILE", requires = "files")]
    card: Option<PathBuf>,
    /// Show every measure that the heads are made of, with its value, interval and sample
    #[arg(long)]
    measures: bool,
    /// List what stands behind a measure instead, for the row that --of names
    #[arg(long, value_name = "MEASURE", conflicts_with = "measures")]
    behind: Option<String>,
    /// Whose conversations --behind lists: a brand, team ... as the rows are named
    #[arg(long, value_name = "ROW", requires = "behind")]
    of: Option<String>,
    /// With --behind: what could have counted and did not
    #[arg(long, requires = "behind")]
    not_counted: bool,
    /// With --behind: how many are listed at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER", requires = "behind")]
    most: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// gRPC address of analytics; the one in the settings when absent
    #[arg(long, value_name = "URL", conflicts_with = "files")]
    analytics: Option<String>,
}

/// Who answers.
enum Answers {
    Service(AnalyticsServiceClient<Channel>),
    Files(Box<Read>, Card, Timestamp),
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("scorecard", sources, async move |process: Process| {
        let settings: analytics::Settings = process.config.section()?;
        let mut answers = match args.files.is_empty() {
            true => {
                let url = grpc_url(args.analytics.clone(), settings.listen);
                Answers::Service(AnalyticsServiceClient::connect(url).await?)
            }
            false => {
                let card = match &args.card {
                    Some(file) => read_card(file)?,
                    None => analytics::card(&process, &settings)?,
                };
                let now = process.clock.now();
                let defaults = Defaults { brand: None, network: Network::new("x")? };
                Answers::Files(Box::new(files::read(&args.files, &defaults, now, args.json)?), card, now)
            }
        };
        match &args.behind {
            Some(measure) => behind(&args, &mut answers, measure).await,
            None => scorecard(&args, &mut answers).await,
        }
    })
}

fn read_card(file: &std::path::Path) -> anyhow::Result<Card> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| usage(format!("{name} cannot be read: {error}")))?;
    Card::parse(&text).map_err(|error| usage(format!("{name}: {error}")))
}

async fn scorecard(args: &Args, answers: &mut Answers) -> anyhow::Result<()> {
    let request = GetScorecardRequest {
        filter: Some(args.which.filter()?),
        side_by_side: args.by.dimension().into(),
        time_zone: args.time_zone.clone(),
        smallest_sample: args.smallest_sample.unwrap_or(0),
    };
    let found: GetScorecardResponse = match answers {
        Answers::Service(client) => client.get_scorecard(request).await?.into_inner(),
        Answers::Files(read, card, now) => read.projection.scorecard(request, card, *now)?,
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
        return Ok(());
    }
    if let Answers::Files(read, ..) = answers {
        println!("{}", read.summary());
    }
    print!("{}", page::scorecard(&found, args.measures));
    Ok(())
}

async fn behind(args: &Args, answers: &mut Answers, measure: &str) -> anyhow::Result<()> {
    let mut filter = args.which.filter()?;
    if let Some(of) = &args.of {
        args.by.narrow(&mut filter, of.clone())?;
    }
    let part = if args.not_counted { Part::NotCounted } else { Part::Counted };
    let mut request = ListBehindRequest {
        measure: measure.to_owned(),
        filter: Some(filter),
        part: part.into(),
        time_zone: args.time_zone.clone(),
        page_size: 500,
        page_token: String::new(),
    };
    let mut listed: Vec<Behind> = Vec::new();
    let mut more = true;
    while more && listed.len() < args.most {
        let page: ListBehindResponse = match answers {
            Answers::Service(client) => client.list_behind(request.clone()).await?.into_inner(),
            Answers::Files(read, _, now) => read.projection.list_behind(request.clone(), *now)?,
        };
        listed.extend(page.behind);
        more = !page.next_page_token.is_empty();
        request.page_token = page.next_page_token;
    }
    let more = more || listed.len() > args.most;
    listed.truncate(args.most);
    let thread = |one: &Behind| match &*answers {
        Answers::Files(read, ..) => read.thread(&one.conversation_id),
        Answers::Service(_) => "",
    };
    if args.json {
        for one in &listed {
            let mut line = serde_json::to_value(one)?;
            if !thread(one).is_empty() {
                line["thread"] = thread(one).into();
            }
            println!("{line}");
        }
        return Ok(());
    }
    print!("{}", page::behind(&listed, &thread, more));
    Ok(())
}

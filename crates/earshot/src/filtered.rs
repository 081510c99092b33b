//! `earshot filtered`: posts that rules kept out of the care queue. They are listed and brought back, and new filters are
//! tried on stored posts before customers meet them.

use crate::services::{grpc_url, usage};
use comfy_table::{Table, presets};
use service::Process;
use service::config::Sources;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wire::pb::ingest::ingest_service_client::IngestServiceClient;
use wire::pb::ingest::{
    BringBackPostRequest, FilteredPost, ListFilteredPostsRequest, PreviewFiltersRequest, PreviewFiltersResponse,
};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot filtered list aurora-air --as promotion
  earshot filtered list aurora-air --search refund --json
  earshot filtered bring-back aurora-air 9c1e... --person dana --reason 'a real customer'
  earshot filtered preview brands/aurora-air.yaml --posts 5000")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// gRPC address of ingest; the one in the settings when absent
    #[arg(long, global = true, value_name = "URL")]
    ingest: Option<String>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List what was kept out, the newest first, with the rule that did it
    List {
        brand: String,
        /// Only what this rule kept out
        #[arg(long, value_name = "RULE")]
        rule: Option<String>,
        /// Only what was kept as this: filtered, promotion, competitor
        #[arg(long = "as", value_name = "KIND")]
        kept_as: Option<String>,
        /// Only posts whose text holds this, in any case
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        most: usize,
        /// A line of JSON a post; the texts of customers are in it
        #[arg(long)]
        json: bool,
    },
    /// Let a post that was kept out go on as any other
    BringBack {
        brand: String,
        /// The post's key, as `list` shows it
        post: String,
        /// Who decides it: a short name of the brand's settings
        #[arg(long, value_name = "PERSON")]
        person: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Try the filters of a settings file on stored posts; publishes nothing
    Preview {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How many of the newest stored posts are tried, at most 10000
        #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
        posts: u32,
        /// Print JSON; the texts of customers are in it
        #[arg(long)]
        json: bool,
    },
}

type Client = IngestServiceClient<tonic::transport::Channel>;

/// What one page of a listing holds.
const PAGE: i32 = 100;
/// How much of a text a line shows.
const SHOWN_CHARS: usize = 80;

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("filtered", sources, async move |process: Process| {
        let settings: ingest::Settings = process.config.section()?;
        let mut client = IngestServiceClient::connect(grpc_url(args.ingest, settings.grpc_listen)).await?;
        match args.command {
            Command::List { brand, rule, kept_as, search, most, json } => {
                let wanted = ListFilteredPostsRequest {
                    brand,
                    rule: rule.unwrap_or_default(),
                    kept_as: kept_as.unwrap_or_default(),
                    search: search.unwrap_or_default(),
                    page_size: PAGE,
                    page_token: String::new(),
                };
                let posts = list(&mut client, wanted, most).await?;
                tell_posts(&posts, json)
            }
            Command::BringBack { brand, post, person, reason } => {
                // The same words twice are the same wish, so a repeated command does nothing new.
                let request_id = format!("bring-back {post}");
                let request = BringBackPostRequest { brand, post_key: post, person, reason, request_id };
                let done = client.bring_back_post(request).await?.into_inner();
                let how = if done.changed { "brought back" } else { "was back already" };
                println!("{how}: conversation {}", done.conversation_id);
                Ok(())
            }
            Command::Preview { file, posts, json } => {
                let (brand, yaml) = settings_of(&file)?;
                let preview = client.preview_filters(PreviewFiltersRequest { brand, yaml, posts }).await?.into_inner();
                tell_preview(&preview, json)
            }
        }
    })
}

async fn list(
    client: &mut Client,
    mut wanted: ListFilteredPostsRequest,
    most: usize,
) -> anyhow::Result<Vec<FilteredPost>> {
    let mut posts = Vec::new();
    while posts.len() < most {
        let page = client.list_filtered_posts(wanted.clone()).await?.into_inner();
        posts.extend(page.posts);
        if page.next_page_token.is_empty() {
            break;
        }
        wanted.page_token = page.next_page_token;
    }
    posts.truncate(most);
    Ok(posts)
}

/// The brand that a file is about, with its text. What is wrong with it is said before anything is asked.
fn settings_of(file: &Path) -> anyhow::Result<(String, String)> {
    let name = file.display().to_string();
    let yaml = std::fs::read_to_string(file).map_err(|error| usage(format!("{name} cannot be read: {error}")))?;
    match brand::Settings::parse(&yaml, &name).and_then(brand::Brand::compile) {
        Ok(brand) => Ok((brand.settings().brand.clone(), yaml)),
        Err(problems) => {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(usage(problems.join("\n")))
        }
    }
}

fn tell_posts(posts: &[FilteredPost], json: bool) -> anyhow::Result<()> {
    if json {
        for post in posts {
            println!("{}", serde_json::to_string(post)?);
        }
        return Ok(());
    }
    if posts.is_empty() {
        println!("nothing was kept out that fits");
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["post", "kept as", "rule", "posted", "back", "text"]);
    for post in posts {
        let posted = post.posted_at.as_ref().and_then(|at| wire::instant(at).ok());
        table.add_row([
            post.post_key.clone(),
            post.kept_as.clone(),
            post.rule.clone(),
            posted.map(|at| at.to_string()).unwrap_or_default(),
            if post.brought_back { "yes".to_owned() } else { String::new() },
            harmless(&post.text),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// The beginning of a customer's words, with control characters escaped.
fn harmless(text: &str) -> String {
    format!("{:?}", text.chars().take(SHOWN_CHARS).collect::<String>())
}

fn tell_preview(preview: &PreviewFiltersResponse, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(preview)?);
        return Ok(());
    }
    println!(
        "{} stored posts tried; {} that are kept out today would come through",
        preview.tried, preview.let_through
    );
    for filter in &preview.filters {
        let (caught, in_care) = (filter.caught, filter.in_care_today);
        println!("{} (as {}): would catch {caught}, of which {in_care} are in care today", filter.rule, filter.kept_as);
        for post in &filter.examples {
            println!("    {}", harmless(&post.text));
        }
    }
    Ok(())
}

//! `earshot brand`: settings checked on disk, and published to a running system.

use crate::services::{grpc_url, usage};
use service::config::Sources;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wire::pb::brand::PublishSettingsRequest;
use wire::pb::brand::brand_service_client::BrandServiceClient;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot brand check brands/*.yaml
  earshot brand publish brands/aurora-air.yaml")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Check settings: every fault with its file, line, key and cure
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// One line of JSON a file
        #[arg(long)]
        json: bool,
    },
    /// Put settings into force
    Publish {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// gRPC address of routing; the one in the settings when absent
        #[arg(long, value_name = "URL")]
        routing: Option<String>,
    },
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("brand", sources, async move |process: service::Process| match args.command {
        Command::Check { files, json } => check(&files, json),
        Command::Publish { files, routing } => {
            let settings: routing::Settings = process.config.section()?;
            let routing = grpc_url(routing, settings.listen);
            for file in &files {
                let yaml = read(file)?;
                let published = publish(&routing, &file.display().to_string(), yaml).await?;
                println!("{}: {}", file.display(), published);
            }
            Ok(())
        }
    })
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).map_err(|error| usage(format!("{} cannot be read: {error}", file.display())))
}

fn check(files: &[PathBuf], json: bool) -> anyhow::Result<()> {
    let mut wrong = 0;
    for file in files {
        let name = file.display().to_string();
        let result = brand::Settings::parse(&read(file)?, &name).and_then(brand::Brand::compile);
        if json {
            let problems = result.as_ref().err().map(|problems| problems.iter().map(ToString::to_string).collect());
            let problems: Vec<String> = problems.unwrap_or_default();
            let version = result.as_ref().ok().map(|brand| brand.version().to_owned());
            println!("{}", serde_json::json!({"file": name, "version": version, "problems": problems}));
        }
        match result {
            Ok(brand) => {
                if !json {
                    println!("{name}: ok, version {}", brand.version());
                    tell_gaps(&brand);
                }
            }
            Err(problems) => {
                wrong += problems.as_slice().len();
                if !json {
                    println!("{problems}");
                }
            }
        }
    }
    match wrong {
        0 => Ok(()),
        count => anyhow::bail!("{count} problems in the settings"),
    }
}

/// Names the hours of the coming week in which no team is on.
fn tell_gaps(brand: &brand::Brand) {
    let today = jiff::Zoned::now().date();
    for gap in brand.coverage_gaps(today) {
        println!("  nobody is on: {gap}");
    }
}

/// Publishes settings and says what came of it.
pub async fn publish(routing: &str, file: &str, yaml: String) -> anyhow::Result<String> {
    let mut client = BrandServiceClient::connect(routing.to_owned()).await?;
    // The id is that of the text: publishing the same text twice is one intention.
    let request_id = format!("publish-{}", conversation::RecordId::caused("publish", yaml.as_bytes()));
    let request = PublishSettingsRequest { yaml, file: file.to_owned(), request_id };
    let response = client.publish_settings(request).await.map_err(|status| anyhow::anyhow!("{}", status.message()))?;
    let response = response.into_inner();
    let what = if response.changed { "published" } else { "already in force" };
    Ok(format!("{} {what}, version {}", response.brand, response.settings_version))
}

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
  earshot brand check --strict --json brands/aurora-air.yaml
  earshot brand publish brands/aurora-air.yaml")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Check settings: every fault with its file, line, key and cure; then, as warnings, rules that can never match and
    /// hours in which nobody is on
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// One line of JSON a file
        #[arg(long)]
        json: bool,
        /// Fail on warnings too
        #[arg(long)]
        strict: bool,
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
        Command::Check { files, json, strict } => check(&files, json, strict),
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

/// What came of checking one file.
struct Checked {
    file: String,
    /// None when there are problems.
    version: Option<String>,
    problems: Vec<String>,
    /// Rules and filters that can never match.
    warnings: Vec<String>,
    /// The hours of the coming year in which nobody is on.
    uncovered: Vec<String>,
}

impl Checked {
    fn new(file: String, yaml: &str, today: jiff::civil::Date) -> Checked {
        let brand = match brand::Settings::parse(yaml, &file).and_then(brand::Brand::compile) {
            Ok(brand) => brand,
            Err(found) => {
                let problems = found.iter().map(ToString::to_string).collect();
                return Checked { file, version: None, problems, warnings: Vec::new(), uncovered: Vec::new() };
            }
        };
        let warnings = brand.warnings().iter().map(ToString::to_string).collect();
        let uncovered = brand.coverage(today).iter().map(ToString::to_string).collect();
        Checked { file, version: Some(brand.version().to_owned()), problems: Vec::new(), warnings, uncovered }
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "file": self.file,
            "version": self.version,
            "problems": self.problems,
            "warnings": self.warnings,
            "uncovered": self.uncovered,
        })
    }

    fn tell(&self) {
        for problem in &self.problems {
            println!("{problem}");
        }
        if let Some(version) = &self.version {
            println!("{}: ok, version {version}", self.file);
        }
        for warning in &self.warnings {
            println!("  warning: {warning}");
        }
        for stretch in &self.uncovered {
            println!("  warning: {stretch}");
        }
    }
}

fn check(files: &[PathBuf], json: bool, strict: bool) -> anyhow::Result<()> {
    let today = jiff::Zoned::now().date();
    let (mut problems, mut warnings) = (0, 0);
    for file in files {
        let checked = Checked::new(file.display().to_string(), &read(file)?, today);
        problems += checked.problems.len();
        warnings += checked.warnings.len() + checked.uncovered.len();
        if json {
            println!("{}", checked.json());
        } else {
            checked.tell();
        }
    }
    if problems > 0 {
        anyhow::bail!("{problems} problems in the settings");
    }
    if strict && warnings > 0 {
        anyhow::bail!("{warnings} warnings about the settings, and --strict allows none");
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(more: &str) -> Checked {
        let yaml = format!(
            "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\nteams: {{care: {{name: Care, hours: \"Mo-Sa 00:00-24:00; Su 04:00-24:00\"}}}}\n\
             otherwise: {{team: care}}\n{more}"
        );
        Checked::new("b.yaml".into(), &yaml, jiff::civil::date(2026, 6, 1))
    }

    #[test]
    fn sound_settings_have_a_version_and_warnings() {
        let rules =
            "rules:\n  - {name: a, when: post.private, team: care}\n  - {name: b, when: post.private, team: care}\n";
        let json = checked(rules).json();
        assert_eq!(json["problems"], serde_json::json!([]));
        assert_eq!(json["version"].as_str().map(str::len), Some(32));
        assert_eq!(json["uncovered"], serde_json::json!(["Sunday 00:00-04:00 nobody is on, every week"]));
        let warning = json["warnings"][0].as_str().expect("rule b is never reached");
        assert!(warning.starts_with("b.yaml:9:21: rules[1].when: can never match: rule `a` before it"), "{warning}");
    }

    #[test]
    fn settings_with_problems_have_nothing_else() {
        let wrong = checked("rules: [{name: a, when: post.privat, team: care}]\n");
        assert_eq!((wrong.version.is_none(), wrong.problems.len()), (true, 1));
        assert!(wrong.warnings.is_empty() && wrong.uncovered.is_empty());
    }
}

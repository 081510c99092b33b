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
  earshot brand shifts --on dana,ivo brands/aurora-air.yaml
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
    /// Show what would be posted when shifts begin and end; posts nothing
    Shifts {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Who is on, by their short names; everybody when absent
        #[arg(long, value_name = "PEOPLE", value_delimiter = ',')]
        on: Option<Vec<String>>,
        /// From when on; now when absent
        #[arg(long, value_name = "TIME")]
        from: Option<jiff::Timestamp>,
        /// How many days
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
        /// One line of JSON a post
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
        Command::Check { files, json, strict } => check(&files, json, strict),
        Command::Shifts { file, on, from, days, json } => {
            let posts = shifts(&file, &read(&file)?, on, from.unwrap_or_else(jiff::Timestamp::now), days)?;
            posts.iter().for_each(|post| println!("{}", if json { json_of(post).to_string() } else { line_of(post) }));
            Ok(())
        }
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
        let mut warnings = brand.warnings();
        warnings.extend(routing::check_words(&brand));
        warnings.sort_by_key(|warning| (warning.line, warning.column));
        let warnings = warnings.iter().map(ToString::to_string).collect();
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

/// The shift posts of settings on disk.
fn shifts(
    file: &Path,
    yaml: &str,
    on: Option<Vec<String>>,
    from: jiff::Timestamp,
    days: u32,
) -> anyhow::Result<Vec<routing::ShiftPreview>> {
    let file = file.display().to_string();
    let brand = brand::Settings::parse(yaml, &file).and_then(brand::Brand::compile);
    let brand = brand.map_err(|found| {
        let first = found.iter().next().map(ToString::to_string).unwrap_or_default();
        usage(format!("{first}\n`earshot brand check {file}` shows every fault"))
    })?;
    let known: Vec<&str> = brand.settings().people.iter().map(|person| person.id.as_str()).collect();
    let on = on.unwrap_or_else(|| known.iter().map(|id| (*id).to_owned()).collect());
    if let Some(unknown) = on.iter().find(|id| !known.contains(&id.as_str())) {
        return Err(usage(format!("{file} has no person `{unknown}`; it has: {}", known.join(", "))));
    }
    let on: Vec<conversation::PersonId> = on.iter().filter_map(|id| conversation::PersonId::new(id).ok()).collect();
    let until = from.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(days)))?;
    Ok(routing::preview_shift_posts(&std::sync::Arc::new(brand), &on, from, until))
}

fn line_of(post: &routing::ShiftPreview) -> String {
    let problem = post.problem.map(|problem| format!("  [{problem}]")).unwrap_or_default();
    format!("{}  {} {} on {}: {}{problem}", post.at, post.team, post.shift, post.network, post.text)
}

fn json_of(post: &routing::ShiftPreview) -> serde_json::Value {
    let people: Vec<&str> = post.people.iter().map(conversation::PersonId::as_str).collect();
    serde_json::json!({
        "at": post.at.to_string(),
        "team": post.team,
        "shift": post.shift,
        "network": post.network,
        "text": post.text,
        "people": people,
        "problem": post.problem,
    })
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
    fn shift_posts_are_shown_with_whoever_is_said_to_be_on() {
        let yaml = "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\nhandles: [{network: x, account: b, use: care}]\n\
            people: {dana: {name: Dana}, ivo: {name: Ivo}}\nteams:\n  care: {name: Care, hours: \"Mo-Su 09:00-18:00\", people: [dana, ivo], \
            shift_posts: {morning: {network: x, text: \"Good morning from {people}\"}}}\notherwise: {team: care}\n";
        let file = Path::new("b.yaml");
        let from: jiff::Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let show = |on: Option<&[&str]>| {
            let on = on.map(|on| on.iter().map(|id| (*id).to_owned()).collect());
            shifts(file, yaml, on, from, 1)
        };
        let all = show(None).unwrap();
        assert_eq!(line_of(&all[0]), "2026-06-01T09:00:00Z  care morning on x: Good morning from Dana & Ivo");
        let nobody = show(Some(&[])).unwrap();
        assert_eq!(json_of(&nobody[0])["problem"], "nobody_on");
        let unknown = show(Some(&["mo"])).unwrap_err().to_string();
        assert!(unknown.contains("no person `mo`") && unknown.contains("dana, ivo"), "{unknown}");
    }

    #[test]
    fn settings_with_problems_have_nothing_else() {
        let wrong = checked("rules: [{name: a, when: post.privat, team: care}]\n");
        assert_eq!((wrong.version.is_none(), wrong.problems.len()), (true, 1));
        assert!(wrong.warnings.is_empty() && wrong.uncovered.is_empty());
    }
}

//! `earshot config`: every setting with where it comes from, and a sample file.

use service::config::{Admin, Loaded, Nats, ProcessSettings, Row, Section, SectionDoc, Sources, Telemetry};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print every setting in force
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print a settings file with every key, its default and its meaning
    Sample,
}

macro_rules! sections {
    ($do:ident) => {{
        let mut found = Vec::new();
        found.extend($do::<Nats>()?);
        found.extend($do::<ProcessSettings>()?);
        found.extend($do::<Telemetry>()?);
        found.extend($do::<Admin>()?);
        found.extend($do::<ingest::Settings>()?);
        found.extend($do::<classifier::serve::Settings>()?);
        found.extend($do::<routing::Settings>()?);
        found.extend($do::<notifier::Settings>()?);
        found.extend($do::<analytics::Settings>()?);
        found.extend($do::<gateway::Settings>()?);
        found
    }};
}

pub fn main(args: &Args, sources: &Sources) -> ExitCode {
    match args.command {
        Command::Sample => match sample() {
            Ok(text) => {
                print!("{text}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("earshot config: {error:#}");
                ExitCode::FAILURE
            }
        },
        Command::Show { origin } => service::tool("config", sources, async move |process: service::Process| {
            for row in rows(&process.config)? {
                match origin {
                    true => println!("{} = {}  # {}", row.key, row.value, row.origin),
                    false => println!("{} = {}", row.key, row.value),
                }
            }
            Ok(())
        }),
    }
}

/// The sample file; a test holds that it is read without complaint.
pub fn sample() -> anyhow::Result<String> {
    fn doc<T: Section>() -> anyhow::Result<Vec<SectionDoc>> {
        Ok(vec![SectionDoc::of::<T>()])
    }
    let docs: Vec<SectionDoc> = sections!(doc);
    Ok(service::config::render_sample(&docs))
}

fn rows(config: &Loaded) -> anyhow::Result<Vec<Row>> {
    let mut found = Vec::new();
    found.extend(config.rows::<Nats>()?);
    found.extend(config.rows::<ProcessSettings>()?);
    found.extend(config.rows::<Telemetry>()?);
    found.extend(config.rows::<Admin>()?);
    found.extend(config.rows::<ingest::Settings>()?);
    found.extend(config.rows::<classifier::serve::Settings>()?);
    found.extend(config.rows::<routing::Settings>()?);
    found.extend(config.rows::<notifier::Settings>()?);
    found.extend(config.rows::<analytics::Settings>()?);
    found.extend(config.rows::<gateway::Settings>()?);
    Ok(found)
}

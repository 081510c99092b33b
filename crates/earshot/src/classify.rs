//! `earshot classifier`: the service, and the tools that make its models and try them.

use crate::progress;
use crate::services::{connect_tool, usage};
use anyhow::Context as _;
use classifier::cli::{self, EvalOptions, ExplainOptions, TrainOptions};
use classifier::corrections::{self, CorrectionsOptions};
use classifier::reclassify::{self, ReclassifyOptions};
use classifier::train::Progress;
use conversation::BrandId;
use conversation::classified::Head;
use jiff::Timestamp;
use service::Process;
use service::config::Sources;
use std::fs::File;
use std::io::{BufReader, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Without a subcommand it runs the service.

Examples:
  earshot classifier train --data sets/ --out my.model
  earshot classifier eval --json sets/sentiment_et_valence.jsonl.gz
  earshot classifier explain \"my hub is ancient, can I get the new one?\"
  earshot classifier classify posts.jsonl > answers.jsonl
  earshot classifier corrections --out corrections.jsonl --since 2026-05-01T00:00:00Z
  earshot classifier reclassify --model new.model --dry-run
  earshot classifier reclassify --model new.model --brand aurora-air --only intent,topic --report changes.json")]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Train a model from labelled sets; the same input gives the same file, to the byte
    Train {
        /// The directory with the sets that the manifest names
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Where to write the model; NAME.model in the current directory when absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Another manifest than the one inside the program
        #[arg(long, value_name = "FILE")]
        manifest: Option<PathBuf>,
        /// Which of the manifest's models to make: shipped (open licences), research or umsab (for measuring only)
        #[arg(long, default_value = "shipped", value_name = "NAME")]
        model: String,
        /// End with one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Measure a model on labelled files: macro-F1, accuracy, calibration error
    Eval {
        #[arg(required_unless_present = "card", value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Measure on all sets of the manifest that are in --data, and write the model's card
        #[arg(long, value_name = "FILE", requires = "data")]
        card: Option<PathBuf>,
        /// The directory with the sets, for --card
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Print who was taken for whom
        #[arg(long)]
        confusion: bool,
        /// A model file, or the name of a model that was trained into this directory; the one inside the program when absent
        #[arg(long, value_name = "NAME|FILE")]
        model: Option<PathBuf>,
        /// Another manifest than the one inside the program
        #[arg(long, value_name = "FILE")]
        manifest: Option<PathBuf>,
        /// Measure also on rows that the model learned from
        #[arg(long)]
        all_rows: bool,
        /// One line of JSON a file, head and language
        #[arg(long)]
        json: bool,
    },
    /// Show what in a text decided
    Explain {
        text: String,
        /// A model file, or the name of a model that was trained into this directory; the one inside the program when absent
        #[arg(long, value_name = "NAME|FILE")]
        model: Option<PathBuf>,
        /// Fragments a head at most
        #[arg(long, default_value_t = 8)]
        fragments: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Classify JSON lines with `id` and `text`, in the same order
    Classify {
        /// The file; standard input when absent
        file: Option<PathBuf>,
        /// A model file, or the name of a model that was trained into this directory; the one inside the program when absent
        #[arg(long, value_name = "NAME|FILE")]
        model: Option<PathBuf>,
    },
    /// Read the posts of the log again with another model and write its answers beside the first ones; nothing else
    /// changes, and running it twice writes nothing
    Reclassify(Reclassify),
    /// Export what people corrected, from the log, as a set to train with; customers' words are in it
    Corrections {
        /// Where to write the set, JSON lines; readable by its owner only
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Of this brand only
        #[arg(long)]
        brand: Option<String>,
        /// Only what was corrected from this instant on (RFC 3339)
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// End with one line of JSON: rows, labels by head, and what was left out
        #[arg(long)]
        json: bool,
    },
}

/// What `earshot classifier reclassify` is told.
#[derive(clap::Args)]
struct Reclassify {
    /// A model file; the one inside the program when absent
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Of this brand only
    #[arg(long)]
    brand: Option<String>,
    /// Posts that were posted from this instant on (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Posts that were posted before this instant (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only these heads, e.g. intent,topic; all when absent
    #[arg(long, value_name = "HEADS", value_delimiter = ',')]
    only: Vec<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// End with one line of JSON
    #[arg(long)]
    json: bool,
    /// Write the report as JSON to this file, too
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    let Some(command) = args.command else {
        return crate::services::main("classifier", sources, classifier::serve::check, classifier::serve::run);
    };
    // What reads the log finds the system that runs here, as the other tools do.
    let sources = match command {
        Command::Corrections { .. } | Command::Reclassify(_) => &crate::services::tool_sources(sources.clone()),
        _ => sources,
    };
    service::tool("classifier", sources, async move |process: Process| match command {
        Command::Train { data, out, manifest, model, json } => {
            let out = out.unwrap_or_else(|| PathBuf::from(format!("{model}.model")));
            train(&TrainOptions { data, manifest, variant: model, out }, json)
        }
        Command::Eval { files, card, data, model, manifest, all_rows, confusion, json } => {
            let options = EvalOptions { model, manifest, files, all_rows };
            if let (Some(card), Some(data)) = (card, data) {
                let text = cli::card(&options, &data)?;
                std::fs::write(&card, text).with_context(|| format!("cannot write {}", card.display()))?;
                println!("{} written", card.display());
            }
            let measures = cli::eval(&options)?;
            match json {
                true => print!("{}", classifier::eval::json_lines(&measures)),
                false if measures.is_empty() => {}
                false => println!("{}", classifier::eval::table(&measures)),
            }
            if confusion && !json {
                println!("{}", classifier::eval::confusions(&measures));
            }
            Ok(())
        }
        Command::Explain { text, model, fragments, json } => {
            let explanations = cli::explain(&ExplainOptions { model, text, fragments })?;
            match json {
                true => println!("{}", serde_json::to_string_pretty(&explanations)?),
                false => println!("{}", cli::explanation_table(&explanations)),
            }
            Ok(())
        }
        Command::Classify { file, model } => classify(file.as_deref(), model.as_deref()),
        Command::Reclassify(args) => reread(&process, args).await,
        Command::Corrections { out, brand, since, json } => {
            let (brand, since) = (brand_of(brand)?, time("--since", since)?);
            export(&process, &CorrectionsOptions { out, brand, since }, json).await
        }
    })
}

fn brand_of(brand: Option<String>) -> anyhow::Result<Option<BrandId>> {
    let brand = brand.map(BrandId::new).transpose();
    brand.map_err(|error| usage(format!("--brand: {error}")))
}

fn time(option: &str, text: Option<String>) -> anyhow::Result<Option<Timestamp>> {
    let time = text.map(|text| text.parse()).transpose();
    time.map_err(|_| usage(format!("{option} is not a time; give it in RFC 3339, e.g. 2026-05-04T11:00:00Z")))
}

fn heads_of(names: &[String]) -> anyhow::Result<Vec<Head>> {
    let known = Head::ALL.map(Head::as_str).join(", ");
    let head = |name: &String| {
        Head::parse(name).ok_or_else(|| usage(format!("--only: there is no head {name:?}; use some of: {known}")))
    };
    names.iter().map(head).collect()
}

async fn reread(process: &Process, args: Reclassify) -> anyhow::Result<()> {
    let options = ReclassifyOptions {
        brand: brand_of(args.brand)?,
        since: time("--since", args.since)?,
        until: time("--until", args.until)?,
        only: heads_of(&args.only)?,
        dry_run: args.dry_run,
    };
    let model = cli::open_model(args.model.as_deref())?;
    let journal = connect_tool(process).await?;
    let bar = progress::bar(0, "conversations", args.json);
    let (now, stop) = (|| process.clock.now(), || process.shutdown.is_begun());
    let report = reclassify::reclassify(&journal, &model, &options, now, stop, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    if let Some(path) = &args.report {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(path, text)
            .map_err(|error| usage(format!("--report {}: {error}; give another file", path.display())))?;
    }
    match args.json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print!("{}", reclassify::table(&report)),
    }
    Ok(())
}

async fn export(process: &Process, options: &CorrectionsOptions, json: bool) -> anyhow::Result<()> {
    let journal = connect_tool(process).await?;
    let bar = progress::bar(0, "messages", json);
    let report = corrections::export(&journal, options, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    match json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print!("{}", corrections::table(&report, &options.out)),
    }
    Ok(())
}

fn train(options: &TrainOptions, json: bool) -> anyhow::Result<()> {
    let bar = progress::bar(0, "rows", json);
    let mut step = String::new();
    let report = cli::train(options, &mut |progress| {
        let (name, done, of) = match progress {
            Progress::Reading { set, number, of } => (format!("reading {set}"), number, of),
            Progress::Learning { head, pass, passes, done, of } => {
                (format!("{head}, pass {pass} of {passes}"), done, of)
            }
        };
        if name != step {
            bar.set_length(of as u64);
            bar.set_message(name.clone());
            step = name;
        }
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    println!("{}: version {}, {} bytes", report.out.display(), report.version, report.bytes);
    for (head, rows) in &report.learned {
        println!("  {head}: learned from {rows} rows");
    }
    println!("  {}", report.licence);
    Ok(())
}

fn classify(file: Option<&Path>, model: Option<&Path>) -> anyhow::Result<()> {
    let model = cli::open_model(model)?;
    match file {
        Some(path) => {
            let opened = File::open(path)
                .map_err(|error| crate::services::usage(format!("{} cannot be opened: {error}", path.display())))?;
            cli::classify(&model, BufReader::new(opened), stdout().lock())?;
        }
        None => {
            cli::classify(&model, stdin().lock(), stdout().lock())?;
        }
    }
    Ok(())
}

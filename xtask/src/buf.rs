//! The contract's guard: buf's lint and breaking checks over `proto/`, by the version pinned in `tools/`.

use crate::process::{capture, find, run as run_command};
use crate::{Failure, Outcome, console, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Where a person says what to compare with: a commit, tag or branch.
const VARIABLE: &str = "EARSHOT_BUF_AGAINST";

/// How to come by a buf.
pub const CURE: &str = "on Linux install Node.js 20 or later (npm brings the pinned one), elsewhere put buf on PATH";

/// Whether there is a buf, or npm to fetch it with.
pub fn available() -> bool {
    pinned().is_some() || find("buf").is_some()
}

/// `buf lint` over the contract.
///
/// # Errors
/// When a rule is broken, or there is no buf.
pub fn lint() -> Outcome {
    run_command(buf()?.arg("lint"))
}

/// What a breaking check came to.
pub enum Compared {
    With(String),
    /// Why there is nothing to compare with.
    Nothing(String),
}

/// `buf breaking` against the last release, else where this branch left main, else the commit before.
///
/// # Errors
/// When the contract breaks, or buf or git fail.
pub fn breaking() -> Outcome<Compared> {
    let (commit, why) = match baseline() {
        Ok(found) => found,
        Err(reason) => return Ok(Compared::Nothing(reason)),
    };
    let listed = capture(git().args(["ls-tree", "--name-only", "-r", &commit, "--", "proto/"]))?;
    if !listed.lines().any(|name| name.ends_with(".proto")) {
        return Ok(Compared::Nothing(format!("{why} has no proto/ yet")));
    }
    let before = unpacked(&commit)?;
    run_command(buf()?.arg("breaking").arg("--against").arg(&before))?;
    Ok(Compared::With(why))
}

/// buf, from the checkout's root: the pinned one where npm has it for this platform, else the one on PATH.
fn buf() -> Outcome<Command> {
    let mut command = Command::new(program()?);
    command.current_dir(workspace::root());
    Ok(command)
}

fn program() -> Outcome<PathBuf> {
    if let Some(package) = pinned() {
        let tools = workspace::root().join("tools");
        console::install_locked(&tools)?;
        return Ok(tools.join("node_modules/@bufbuild").join(package).join("bin/buf"));
    }
    find("buf").ok_or_else(|| Failure::new(format!("no buf on this machine: {CURE}")))
}

/// The npm package that holds buf for this platform, when there is one and npm to install it.
fn pinned() -> Option<&'static str> {
    find("npm")?;
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("buf-linux-x64"),
        ("linux", "aarch64") => Some("buf-linux-aarch64"),
        _ => None,
    }
}

fn git() -> Command {
    let mut command = Command::new("git");
    command.current_dir(workspace::root());
    command
}

/// The commit to compare with and a sentence saying which it is; `Err` says why there is none.
fn baseline() -> Result<(String, String), String> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let named = named.to_string_lossy().into_owned();
        let commit = resolve(&named).ok_or_else(|| format!("{VARIABLE} names {named:?}, which git does not know"))?;
        return Ok((commit, named));
    }
    let head = resolve("HEAD").ok_or("this is no git checkout with a commit")?;
    if let Ok(tag) = capture(git().args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]))
        && let Some(commit) = resolve(&tag)
    {
        return Ok((commit, format!("release {tag}")));
    }
    if let Ok(fork) = capture(git().args(["merge-base", "HEAD", "origin/main"]))
        && fork != head
    {
        let short = fork[..fork.len().min(10)].to_string();
        return Ok((fork, format!("{short}, where this branch left main")));
    }
    match resolve("HEAD~1") {
        Some(commit) => Ok((commit, "the commit before this one".to_string())),
        None => Err("there is no release, no other branch and no earlier commit".to_string()),
    }
}

fn resolve(name: &str) -> Option<String> {
    capture(git().args(["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])).ok()
}

/// The contract as it was at a commit, laid out under target/. Unlike buf's own `.git#ref=`, this works in shallow
/// clones and linked work trees too.
fn unpacked(commit: &str) -> Outcome<PathBuf> {
    let dir =
        workspace::target_dir("buf-against").map_err(|error| Failure::new(format!("cannot make a folder: {error}")))?;
    let before = dir.join(commit);
    if before.join("proto").is_dir() {
        return Ok(before);
    }
    std::fs::create_dir_all(&before)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", before.display())))?;
    let archive = dir.join(format!("{commit}.tar"));
    capture(git().args(["archive", "--format=tar", "--output"]).arg(&archive).args([commit, "proto"]))?;
    capture(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&before))?;
    let _ = std::fs::remove_file(&archive);
    // The rules of today judge the contract of then.
    let rules = workspace::root().join("buf.yaml");
    std::fs::copy(&rules, before.join("buf.yaml"))
        .map_err(|error| Failure::new(format!("cannot copy {}: {error}", rules.display())))?;
    Ok(before)
}

//! The web console: a Vite project whose built files the binary embeds.
//!
//! Without npm everything else still works; the binary then says on its page that it was built without a console.

use crate::process::{find, run as run_command};
use crate::{Failure, Outcome, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The folders of the console that are made, not written.
const MADE: [&str; 5] = ["node_modules", "dist", "gen", "shots", "coverage"];

/// What building the console came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Built {
    Now,
    Already,
    /// There is no npm on this machine.
    WithoutNpm,
}

/// `cargo xtask console`: builds it.
pub fn run(args: &[String]) -> Outcome {
    if crate::helped(args, "Builds the web console when its sources are newer.\n\nUsage: cargo xtask console") {
        return Ok(());
    }
    match build()? {
        Built::Now => println!("the console is built"),
        Built::Already => println!("the console is built already; nothing changed"),
        Built::WithoutNpm => println!("{}", without_npm()),
    }
    Ok(())
}

pub fn without_npm() -> &'static str {
    "no npm on PATH: the console is left out (the binary says so on its page; the APIs are all there); \
     install Node.js 20 or later to have it"
}

/// The folder of the console's sources.
pub fn folder() -> PathBuf {
    workspace::root().join("crates/console")
}

/// Builds the console when its sources are newer than what was built.
///
/// # Errors
/// When npm fails.
pub fn build() -> Outcome<Built> {
    if find("npm").is_none() {
        return Ok(Built::WithoutNpm);
    }
    let built_at = modified(&folder().join("dist/index.html"));
    // The types of the API are made from the contract.
    let changed_at = newest(&folder()).max(newest(&workspace::root().join("proto")));
    if built_at.is_some() && changed_at <= built_at {
        return Ok(Built::Already);
    }
    install()?;
    npm(&["run", "build"])?;
    Ok(Built::Now)
}

/// Installs the locked packages when the lock is newer than what is installed.
pub fn install() -> Outcome {
    install_locked(&folder())
}

/// `npm ci` in a folder, unless what is there came from its present lock file.
pub fn install_locked(folder: &Path) -> Outcome {
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    let locked = modified(&folder.join("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    run_command(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// Runs npm in the console's folder.
pub fn npm(args: &[&str]) -> Outcome {
    run_command(Command::new("npm").args(args).current_dir(folder()))
}

/// The scripts that the console's package.json has, of those asked for.
///
/// # Errors
/// When package.json cannot be read.
pub fn scripts<'a>(wanted: &[&'a str]) -> Outcome<Vec<&'a str>> {
    let path = folder().join("package.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    Ok(wanted.iter().copied().filter(|name| text.contains(&format!("\"{name}\":"))).collect())
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|meta| meta.modified()).ok()
}

/// When the newest source below a folder was changed; `None` for a folder that is absent or empty.
fn newest(folder: &Path) -> Option<SystemTime> {
    let mut latest = None;
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        latest = latest.max(if path.is_dir() { newest(&path) } else { modified(&path) });
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_does_not_count_as_a_source() {
        let dir = std::env::temp_dir().join(format!("earshot-xtask-console-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("dist")).unwrap();
        std::fs::write(dir.join("dist/index.html"), "").unwrap();
        assert_eq!(newest(&dir), None);
        std::fs::create_dir_all(dir.join("src")).unwrap();
        std::fs::write(dir.join("src/main.ts"), "").unwrap();
        assert_eq!(newest(&dir), modified(&dir.join("src/main.ts")));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

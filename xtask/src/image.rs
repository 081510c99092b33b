//! `cargo xtask image`: the container image from a static binary made on this machine, without pulling anything.
//!
//! `docker build -f deploy/Dockerfile .` is the usual way; this one serves air-gapped machines and the deploy test.

use crate::process::{capture, cargo, find, run as run_command};
use crate::{Failure, Outcome, console, nats, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

const HELP: &str = "\
Builds the container images of Earshot from a static binary made on this machine; pulls nothing.

Usage: cargo xtask image [--debug] [--tag NAME] [--stage-only]

  --debug       package the debug build (faster to make)
  --tag NAME    the image's name (default earshot:local); the log's server gets the same with `-nats` before the colon
  --stage-only  only lay out the files under target/image, and print the folder";

/// Where Linux systems keep the certificate authorities that outgoing TLS trusts.
const AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

struct Options {
    debug: bool,
    tag: String,
    stage_only: bool,
}

pub fn run(args: &[String]) -> Outcome {
    if crate::helped(args, HELP) {
        return Ok(());
    }
    let options = parse(args)?;
    let docker = find("docker");
    if docker.is_none() && !options.stage_only {
        return Err(Failure::new("no docker on PATH: install Docker, or use --stage-only"));
    }
    let folder = stage(options.debug)?;
    println!("staged in {}", folder.display());
    if let Some(docker) = docker.filter(|_| !options.stage_only) {
        build(&docker, &folder, "earshot", &options.tag)?;
        build(&docker, &folder, "nats", &nats_tag(&options.tag))?;
    }
    Ok(())
}

fn parse(args: &[String]) -> Outcome<Options> {
    let mut options = Options { debug: false, tag: "earshot:local".to_string(), stage_only: false };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--debug" => options.debug = true,
            "--stage-only" => options.stage_only = true,
            "--tag" => {
                options.tag =
                    args.next().ok_or_else(|| Failure::usage("--tag needs a name, e.g. earshot:local"))?.clone();
            }
            other => return Err(Failure::usage(format!("unknown option `{other}`\n\n{HELP}"))),
        }
    }
    Ok(options)
}

/// `earshot:local` becomes `earshot-nats:local`.
fn nats_tag(tag: &str) -> String {
    match tag.rsplit_once(':') {
        Some((name, version)) if !version.contains('/') => format!("{name}-nats:{version}"),
        _ => format!("{tag}-nats"),
    }
}

/// Lays out what the image holds, so that the build context is these files and nothing else.
fn stage(debug: bool) -> Outcome<PathBuf> {
    let binary = static_binary(debug)?;
    let folder =
        workspace::target_dir("image").map_err(|error| Failure::new(format!("cannot make a folder: {error}")))?;
    copy(&binary, &folder.join("earshot"))?;
    copy(&nats::server()?, &folder.join("nats-server"))?;
    let authorities = AUTHORITIES
        .iter()
        .map(Path::new)
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::new(format!("no certificate authorities found in {}", AUTHORITIES.join(", "))))?;
    copy(authorities, &folder.join("ca-certificates.crt"))?;
    // Folders that the image's user owns; a volume mounted there takes its owner over.
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|error| Failure::new(format!("cannot make {}: {error}", data.display())))?;
    Ok(folder)
}

/// Builds `earshot` without a shared library, for the target this machine compiles for anyway.
///
/// Naming the target keeps the flag off build scripts and procedural macros, which must stay dynamic.
fn static_binary(debug: bool) -> Outcome<PathBuf> {
    let triple = host()?;
    if !triple.contains("linux") {
        return Err(Failure::new(format!("an image holds a Linux binary, this is {triple}: use `docker build`")));
    }
    console::build()?;
    let mut build = cargo();
    build
        .args(["build", "--locked", "--package", "earshot", "--bin", "earshot", "--target", &triple])
        .env("RUSTFLAGS", "-C target-feature=+crt-static");
    if !debug {
        build.arg("--release");
    }
    run_command(&mut build)?;
    Ok(workspace::target().join(&triple).join(if debug { "debug" } else { "release" }).join("earshot"))
}

fn host() -> Outcome<String> {
    let said = capture(Command::new("rustc").arg("-vV"))?;
    said.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_string)
        .ok_or_else(|| Failure::new("rustc -vV names no host"))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    std::fs::copy(from, to)
        .map(|_| ())
        .map_err(|error| Failure::new(format!("cannot copy {} to {}: {error}", from.display(), to.display())))
}

fn build(docker: &Path, folder: &Path, target: &str, tag: &str) -> Outcome {
    run_command(
        Command::new(docker)
            .args(["build", "--target", target, "--tag", tag, "--file"])
            .arg(workspace::root().join("deploy/Dockerfile.prebuilt"))
            .arg(folder),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_servers_image_is_named_after_ours() {
        assert_eq!(nats_tag("earshot:local"), "earshot-nats:local");
        assert_eq!(nats_tag("example.org:5000/care/earshot"), "example.org:5000/care/earshot-nats");
        assert_eq!(nats_tag("example.org:5000/earshot:1"), "example.org:5000/earshot-nats:1");
    }
}

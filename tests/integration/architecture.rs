//! The rules of the map, held: which crate may know which, what the pure core may touch, what every file begins with.
//!
//! A rule that fails here is not a style remark: `conversation` without I/O is what makes replay and simulation
//! possible, and services that do not know each other are what makes the log their only contract.

use cargo_metadata::{DependencyKind, Edition, Metadata, MetadataCommand, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each of our crates may depend on, of ours. A crate that is not listed is not allowed to exist.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("conversation", &[]),
    ("document", &[]),
    ("recognise", &[]),
    ("reply", &[]),
    ("brand", &["conversation", "document"]),
    ("wire", &["brand", "conversation"]),
    ("journal", &["conversation", "wire"]),
    ("service", &[]),
    ("ingest", SERVICE_MAY_USE),
    ("classifier", &["brand", "conversation", "journal", "recognise", "service", "wire"]),
    ("routing", &["brand", "conversation", "journal", "recognise", "reply", "service", "wire"]),
    ("notifier", SERVICE_MAY_USE),
    ("analytics", &["brand", "conversation", "journal", "reply", "service", "wire"]),
    ("gateway", SERVICE_MAY_USE),
    ("sandbox", &["service"]),
    ("scenario", SCENARIO_MAY_USE),
    ("xtask", &[]),
    ("earshot", EVERYTHING),
];
const SERVICE_MAY_USE: &[&str] = &["brand", "conversation", "journal", "service", "wire"];
/// It plays the services' decisions and starts none of them.
const SCENARIO_MAY_USE: &[&str] =
    &["analytics", "brand", "classifier", "conversation", "document", "ingest", "journal", "reply", "routing", "wire"];
const EVERYTHING: &[&str] = &[
    "analytics",
    "brand",
    "classifier",
    "conversation",
    "document",
    "gateway",
    "ingest",
    "journal",
    "notifier",
    "reply",
    "routing",
    "sandbox",
    "scenario",
    "service",
    "wire",
];

/// Crates that do I/O, keep time or draw lots: none may be reached from the pure core, over any number of steps.
const IMPURE: [&str; 15] = [
    "async-nats",
    "async-std",
    "axum",
    "fastrand",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tonic",
    "tower",
];

/// Of these two versions would be two worlds whose types do not fit.
const ONE_VERSION: [&str; 10] =
    ["async-nats", "axum", "hyper", "opentelemetry", "prost", "rusqlite", "rustls", "tokio", "tonic", "tower"];

/// What the pure core may not say: the outside world by its names in Rust.
const IMPURE_WORDS: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "now_v7",
    "async fn",
    ".await",
];

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let ours = our_packages(&metadata);
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut wrong = Vec::new();
    for (name, package) in &ours {
        if *name == "tests" {
            continue;
        }
        let Some(may_use) = allowed.get(name) else {
            wrong.push(format!("crate `{name}` has no place in the map: add it to MAY_USE and to ARCHITECTURE.md"));
            continue;
        };
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            let used = short(&dependency.name);
            if ours.contains_key(used) && !may_use.contains(&used) {
                wrong.push(format!("`{name}` depends on `{used}`, but may only on {may_use:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_core_reaches_no_io() {
    let metadata = metadata();
    for core in ["conversation", "document", "recognise", "reply", "brand"] {
        let reached = reached(&metadata, core);
        let impure: Vec<&str> = IMPURE.into_iter().filter(|name| reached.contains(*name)).collect();
        assert!(impure.is_empty(), "`{core}` must stay pure, but reaches {impure:?}");
    }
    // The contract is pure too, but for generated gRPC stubs, which need tonic; a runtime is still not its business.
    let wire = our_packages(&metadata)["wire"];
    let direct: Vec<&str> = wire
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| ["tokio", "async-nats", "axum", "reqwest", "rusqlite", "hyper"].contains(name))
        .collect();
    assert!(direct.is_empty(), "`wire` must not depend on {direct:?}");
}

#[test]
fn the_pure_core_speaks_of_no_outside_world() {
    let mut wrong = Vec::new();
    for core in ["conversation", "document", "brand"] {
        for path in rust_files(&root().join("crates").join(core).join("src")) {
            let text = read(&path);
            for (number, line) in text.lines().take_while(|line| *line != "#[cfg(test)]").enumerate() {
                let code = line.trim_start();
                if code.starts_with("//") {
                    continue;
                }
                for word in IMPURE_WORDS.into_iter().filter(|word| says(code, word)) {
                    wrong.push(format!("{}:{}: `{word}`", shown(&path), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "what a decision needs comes in with the command:\n{}", wrong.join("\n"));
}

#[test]
fn one_version_of_what_must_fit_together() {
    let metadata = metadata();
    for name in ONE_VERSION {
        let versions: BTreeSet<String> = metadata
            .packages
            .iter()
            .filter(|package| package.name.as_str() == name)
            .map(|package| package.version.to_string())
            .collect();
        assert_eq!(versions.len(), 1, "one version of {name}, not {versions:?}");
    }
}

#[test]
fn every_crate_has_the_workspace_s_edition_licence_and_lints() {
    let metadata = metadata();
    let workspace = read(&root().join("Cargo.toml"));
    assert!(workspace.contains("unsafe_code = \"forbid\""), "the workspace forbids unsafe code");
    for (name, package) in our_packages(&metadata) {
        assert_eq!(package.edition, Edition::E2024, "{name}");
        assert_eq!(package.license.as_deref(), Some("Apache-2.0"), "{name}");
        assert_eq!(package.publish.as_deref(), Some(&[][..]), "{name} is not for publishing");
        assert!(package.rust_version.is_some(), "{name} names the oldest Rust it builds with");
        let manifest = read(package.manifest_path.as_std_path());
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not inherit the workspace's lints");
        for dependency in &package.dependencies {
            assert!(
                dependency.path.is_some() || dependency.source.as_ref().is_some_and(|source| source.is_crates_io()),
                "{name} takes {} from elsewhere than crates.io",
                dependency.name
            );
        }
    }
}

#[test]
fn every_module_begins_with_its_part_of_the_story() {
    let mut files = rust_files(&root().join("crates"));
    files.extend(rust_files(&root().join("xtask")));
    files.extend(rust_files(&root().join("tests")));
    // The tests of a module need no story of their own.
    files.retain(|path| path.file_name().is_none_or(|name| name != "tests.rs"));
    let without: Vec<String> =
        files.iter().filter(|path| !read(path).trim_start().starts_with("//!")).map(|path| shown(path)).collect();
    assert!(without.is_empty(), "these begin without `//!`:\n{}", without.join("\n"));
}

/// Whether a line holds a word, and not only a longer one that begins with it.
fn says(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let next = code[at + word.len()..].chars().next();
        next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
    })
}

/// Commits are for every machine: no path of the one they were made on, no private mirror of a registry.
#[test]
fn no_file_names_a_machine_or_a_mirror() {
    // Put together here, so that this file does not name them itself.
    let names = [
        ["/wor", "k/main"],
        ["/wor", "k/shared"],
        ["/wor", "k/."],
        ["/tmp/", "brief"],
        ["/tmp/", "nats/"],
        ["/root", "/"],
        ["artifac", "tory"],
        ["\"reso", "lved\": \"http"],
    ]
    .map(|parts| parts.concat());
    let mut wrong = Vec::new();
    for path in tracked_files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            let line = line.to_ascii_lowercase();
            for name in names.iter().filter(|name| line.contains(name.as_str())) {
                wrong.push(format!("{path}:{}: names {name}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn metadata() -> Metadata {
    let options = vec!["--locked".to_string()];
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).other_options(options).exec().unwrap()
}

/// A crate's name as the code uses it: packages are `earshot-<name>`, libraries `<name>`.
fn short(package: &str) -> &str {
    package.strip_prefix("earshot-").unwrap_or(package)
}

fn our_packages(metadata: &Metadata) -> BTreeMap<&str, &Package> {
    metadata.workspace_packages().into_iter().map(|package| (short(&package.name), package)).collect()
}

/// The names of all crates that a crate's own code is linked with, over any number of steps.
fn reached(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut reached = BTreeSet::new();
    let mut waiting = vec![&our_packages(metadata)[name].id];
    while let Some(id) = waiting.pop() {
        for dependency in &nodes[id].deps {
            let linked = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if linked && reached.insert(metadata[&dependency.pkg].name.to_string()) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    reached
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != "node_modules" {
                    waiting.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn tracked_files() -> Vec<String> {
    let output = Command::new("git").arg("ls-files").current_dir(root()).output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect()
        }
        _ => {
            eprintln!("skipped: this is no git checkout, so there is no list of its files");
            Vec::new()
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

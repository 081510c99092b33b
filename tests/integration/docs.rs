//! What is written down is so: samples load, commands exist, help helps.

use crate::system::earshot;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn run(args: &[&str]) -> Output {
    // Of a directory of its own, so that a system that runs in the checkout is not found.
    Command::new(earshot()).args(args).current_dir(std::env::temp_dir()).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The subcommands that a help text lists.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
    let rows = listed.lines().take_while(|line| line.starts_with("  ") || line.is_empty());
    let names = rows.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_help_and_the_longer_ones_an_example() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let mut todo: Vec<Vec<String>> = subcommands(&text(&help)).into_iter().map(|name| vec![name]).collect();
    assert!(todo.len() >= 18, "{todo:?}");
    while let Some(path) = todo.pop() {
        let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
        args.push("--help");
        let help = run(&args);
        let shown = text(&help);
        assert!(help.status.success() && shown.contains("Usage: earshot"), "{path:?}: {shown}");
        if [
            "up",
            "import",
            "explain",
            "tail",
            "replay",
            "set-aside",
            "healthcheck",
            "brand",
            "scenario",
            "filtered",
            "customer",
        ]
        .contains(&path[0].as_str())
            && path.len() == 1
        {
            assert!(shown.contains("Example"), "{path:?} shows how it is used: {shown}");
        }
        todo.extend(subcommands(&shown).into_iter().map(|name| [path.clone(), vec![name]].concat()));
    }
}

#[test]
fn every_sample_of_settings_loads() {
    let dir = TempDir::new().unwrap();
    let sample = run(&["config", "sample"]);
    assert!(sample.status.success(), "{}", text(&sample));
    let sample = String::from_utf8(sample.stdout).unwrap();
    // As it is, every line a comment, and with every default written out.
    let set: String = sample
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    for (name, sample) in [("sample.toml", &sample), ("set.toml", &set)] {
        let file = dir.path().join(name);
        std::fs::write(&file, sample).unwrap();
        let shown = run(&["--config", file.to_str().unwrap(), "config", "show", "--origin"]);
        assert!(shown.status.success(), "{name}: {}", text(&shown));
        for section in [
            "nats",
            "process",
            "telemetry",
            "admin",
            "ingest",
            "classifier",
            "routing",
            "notifier",
            "analytics",
            "gateway",
        ] {
            assert!(
                text(&shown).contains(&format!("\n{section}.")) || text(&shown).starts_with(&format!("{section}.")),
                "{section}"
            );
        }
    }
}

#[test]
fn every_brand_in_the_repository_is_sound() {
    let folder = root().join("demo/brands");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut args = vec!["brand", "check"];
    args.extend(
        files
            .iter()
            .filter(|file| file.extension().is_some_and(|kind| kind == "yaml"))
            .map(|file| file.to_str().unwrap()),
    );
    assert!(args.len() >= 5, "three brands of the demo: {args:?}");
    let checked = run(&args);
    assert!(checked.status.success(), "{}", text(&checked));
    // and the example of the description
    let page = std::fs::read_to_string(root().join("docs/brand-settings.md")).unwrap();
    let yaml = page
        .split("```yaml\n")
        .find_map(|part| part.starts_with("earshot: brand/v1").then(|| part.split("```").next().unwrap()));
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("example.yaml");
    std::fs::write(&file, yaml.unwrap()).unwrap();
    let checked = run(&["brand", "check", file.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", text(&checked));
}

#[test]
fn every_command_and_flag_in_the_documents_exists() {
    let mut seen = BTreeSet::new();
    let mut pages = vec![root().join("README.md"), root().join("deploy/README.md"), root().join("CONTRIBUTING.md")];
    pages.extend(std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    for page in pages.iter().filter(|page| page.extension().is_some_and(|kind| kind == "md")) {
        for command in commands_in(&std::fs::read_to_string(page).unwrap()) {
            let words: Vec<&str> = command.split_whitespace().collect();
            let (path, flags) = parts(&words);
            let shown = help_of(&path);
            for flag in flags {
                assert!(shown.contains(flag), "{}: `{command}`: {flag} is not in its help:\n{shown}", page.display());
            }
            seen.insert(path.join(" "));
        }
    }
    for command in ["import", "explain", "conversation show", "replay", "bench", "doctor", "classifier train", "up"] {
        assert!(seen.contains(command), "{command} is described: {seen:?}");
    }
}

/// The commands of the binary that a page shows: lines of code that begin with it, and code within lines.
fn commands_in(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.extend(command(line.trim().trim_start_matches("$ ")));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(command));
        }
    }
    found
}

/// `earshot ...`, and `cargo xtask up -- ...`, which hands its flags on.
fn command(code: &str) -> Option<String> {
    let code = code.split(['#', ';', '>']).next()?.split(" | ").next()?.trim();
    let given = match code.strip_prefix("cargo xtask up --") {
        Some(flags) => format!("up {flags}"),
        None => code.strip_prefix("earshot ")?.to_owned(),
    };
    given.starts_with(|first: char| first.is_ascii_lowercase()).then(|| given.replace("...", ""))
}

/// The path of subcommands, and the flags.
fn parts<'a>(words: &[&'a str]) -> (Vec<String>, Vec<&'a str>) {
    let mut path: Vec<String> = Vec::new();
    for word in words {
        let known = subcommands(&help_of(&path));
        // `train|eval` stands for each of them.
        let one = word.split('|').next().unwrap();
        match known.iter().any(|name| name == one) {
            true => path.push(one.to_owned()),
            false => break,
        }
    }
    assert!(!path.is_empty(), "`earshot {}` is no command", words.join(" "));
    let flags = words.iter().filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap());
    (path, flags.collect())
}

fn help_of(path: &[String]) -> String {
    let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
    args.push("--help");
    let help = run(&args);
    assert!(help.status.success(), "earshot {}: {}", path.join(" "), text(&help));
    text(&help)
}

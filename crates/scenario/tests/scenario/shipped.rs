//! The scenarios that come with Earshot: the acceptance tests of what it must do.

use classifier::model::Model;
use scenario::{Faults, Line, Loaded, play};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub static MODEL: LazyLock<Model> = LazyLock::new(Model::shipped);

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}

/// All scenarios, as `earshot scenario run` reads them.
pub fn all() -> Vec<Loaded> {
    files().iter().map(|file| scenario::load(file).unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// What later versions will keep. A line that begins to hold is taken out here, so that it goes on holding.
const NOT_YET: &[&str] = &[];

#[test]
fn what_is_expected_is_found() {
    let mut failed = BTreeSet::new();
    let mut told = Vec::new();
    for Loaded { scenario, brand } in all() {
        let played = play(&scenario, &brand, &MODEL, Faults::default());
        for line in played.report.lines.iter().filter(|line| !line.passed) {
            failed.insert(key(&scenario.name, line));
            told.push(line.to_string());
        }
    }
    let not_yet: BTreeSet<String> = NOT_YET.iter().map(ToString::to_string).collect();
    assert!(
        failed == not_yet,
        "these fail:\n{}\n\nthese hold now: {:#?}",
        told.join("\n"),
        not_yet.difference(&failed)
    );
}

fn key(scenario: &str, line: &Line) -> String {
    format!("{scenario}:{} {}", line.line, line.what)
}

#[test]
fn the_example_of_the_documentation_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/scenarios.md")).unwrap();
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("brands")).unwrap();
    std::fs::copy(root.join("tests/scenarios/brands/airline.yaml"), folder.path().join("brands/airline.yaml")).unwrap();
    let file = folder.path().join("lost-bag.yaml");
    std::fs::write(&file, example).unwrap();
    let Loaded { scenario, brand } = scenario::load(&file).unwrap();
    let report = play(&scenario, &brand, &MODEL, Faults::default()).report;
    let told: Vec<String> = report.lines.iter().map(ToString::to_string).collect();
    assert!(report.failed() == 0 && report.passed() == 5, "{}", told.join("\n"));
}

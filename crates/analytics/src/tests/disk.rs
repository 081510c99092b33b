//! A full disk: the service stays up, says so, loses nothing, and goes on when there is space.

use super::support::{Running, assert_same, items, later, open, process};
use crate::store::Trouble;
use crate::testing::{At, Script};
use crate::verify;
use journal::Journal;
use service::health::State;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set for the test that runs on a small disk of its own.
const SMALL_DISK: &str = "EARSHOT_TEST_SMALL_DISK";

fn story(conversations: usize) -> Script {
    let mut story = Script::new("aurora");
    for number in 0..conversations {
        let (name, post) = (format!("c{number}"), format!("p{number}"));
        story.post(&name, &post, At::minute(0));
        story.route(&name, &post, "care", "question", "en");
        story.answer(&name, &format!("r{number}"), At::minute(5));
    }
    story
}

#[test]
fn a_commit_that_meets_a_full_disk_is_made_good_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let story = story(300);
    let all = items(&story.records);
    let mut work = open(directory.path(), 100);
    work.add(all[..400].iter().cloned().collect());
    work.step().unwrap();
    work.store().limit_growth(3);
    for portion in [&all[400..800], &all[800..]] {
        work.add(portion.iter().cloned().collect());
        let error = work.step().unwrap_err();
        assert_eq!((error.trouble, work.position().sequence), (Trouble::Full, 400));
        let advice = error.advice(directory.path(), 400);
        assert!(advice.contains("is full; free space") && advice.contains("at sequence 400"), "{advice}");
    }
    assert_same(directory.path(), &story.records[..400], later());
    work.store().limit_growth(1_000_000);
    work.step().unwrap();
    assert_same(directory.path(), &story.records, later());
    drop(work);
    assert_same(directory.path(), &story.records, later());
}

/// Runs a test of this file in a mount namespace where `directory` is a file system of `bytes` bytes. None where such a
/// thing cannot be had.
fn on_small_disk(test: &str, directory: &Path, bytes: u64) -> Option<std::process::Output> {
    let mount = format!("mount -t tmpfs -o size={bytes} none '{}'", directory.display());
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).env(SMALL_DISK, directory);
        command
    };
    if !unshare(&mount).output().is_ok_and(|output| output.status.success()) {
        return None;
    }
    let binary = std::env::current_exe().unwrap();
    let run = format!("{mount} && exec '{}' --exact tests::disk::{test} --ignored --nocapture", binary.display());
    Some(unshare(&run).output().unwrap())
}

#[test]
fn the_service_outlives_a_full_disk() {
    let directory = tempfile::tempdir().unwrap();
    let Some(output) = on_small_disk("inside_a_small_disk", directory.path(), 3 << 20) else {
        eprintln!("skipped: this machine does not let a test mount a small file system");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Fills what is left of the disk, less so many bytes.
fn ballast(directory: &Path, leave: usize) -> PathBuf {
    let path = directory.join("ballast");
    // The disk is smaller than this.
    let mut bytes = vec![1_u8; 8 << 20];
    let _ = std::fs::write(&path, &bytes);
    let fits = usize::try_from(std::fs::metadata(&path).unwrap().len()).unwrap();
    bytes.truncate(fits.saturating_sub(leave));
    std::fs::write(&path, &bytes).unwrap();
    path
}

async fn is_full(running: &Running) -> String {
    let mut checks = running.process.health.watch();
    let full = |state: &State| matches!(state, State::Degraded { why } if why.contains("is full"));
    let checks = checks.wait_for(|checks| checks.get("projection").is_some_and(full)).await.unwrap();
    match &checks["projection"] {
        State::Degraded { why } => why.clone(),
        state => panic!("{state:?}"),
    }
}

#[tokio::test]
#[ignore = "run by the_service_outlives_a_full_disk on a disk of its own"]
async fn inside_a_small_disk() {
    let disk = PathBuf::from(std::env::var_os(SMALL_DISK).unwrap());
    let story = story(400);
    let journal = Journal::memory(At::minute(0));
    let (some, others) = story.records.split_at(200);
    Script { records: some.to_vec(), ..story.clone() }.write(&journal).await;

    // Full before anything is there.
    let full = ballast(&disk, 0);
    let running = Running::start(process(&disk.join("data"), later()), &journal).await;
    let why = is_full(&running).await;
    assert!(why.contains("set analytics.data_dir to another disk") && !running.process.health.is_ready(), "{why}");
    std::fs::remove_file(full).unwrap();
    running.process.health.ready().await;
    assert_eq!(running.reached(200).await.rows[0].conversations, 50);

    // Full in the middle: what was written answers, and what comes waits.
    let full = ballast(&disk, 100 << 10);
    Script { records: others.to_vec(), ..story.clone() }.write(&journal).await;
    let why = is_full(&running).await;
    assert!(why.contains("measures stand at sequence"), "{why}");
    assert!(running.total().await.conversations >= 50);
    std::fs::remove_file(full).unwrap();
    running.process.health.ready().await;
    assert_eq!(running.reached(1_600).await.rows[0].conversations, 400);
    let found = verify(&journal, &disk.join("data"), later()).await.unwrap();
    assert!(found.differences.is_empty(), "{found:?}");
    running.stop().await;
}

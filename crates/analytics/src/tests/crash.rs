//! Restarts, versions, broken files, other logs, other processes.

use super::support::{Running, items, later, main_file, names, open, process, total, write};
use crate::store::files::Files;
use crate::testing::{At, Script};
use crate::verify;
use jiff::Timestamp;
use journal::Journal;
use rusqlite::Connection;
use std::path::Path;

fn story(conversations: usize) -> Script {
    let mut story = Script::new("aurora");
    for number in 0..conversations {
        let name = format!("c{number}");
        story.post(&name, &format!("p{number}"), At::minute(0));
        story.route(&name, &format!("p{number}"), "care", "question", "en");
        story.answer(&name, &format!("r{number}"), At::minute(number as i64));
    }
    story
}

async fn journal_with(script: &Script) -> Journal {
    let journal = Journal::memory(At::minute(0));
    script.write(&journal).await;
    journal
}

async fn verified(journal: &Journal, directory: &Path, now: Timestamp) {
    let found = verify(journal, directory, now).await.unwrap();
    assert!(found.figures > 50 && found.differences.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_restart_goes_on_where_the_file_stands() {
    let directory = tempfile::tempdir().unwrap();
    let mut script = story(20);
    let journal = journal_with(&script).await;
    let running = Running::start(process(directory.path(), later()), &journal).await;
    running.process.health.ready().await;
    let first = running.reached(80).await;
    assert_eq!((first.sequence, first.rows[0].conversations), (80, 20));
    running.stop().await;
    let told = script.records.len();
    script.post("late", "p", At::minute(50));
    script.breach("c3", At::minute(51));
    for record in &script.records[told..] {
        journal.add(record).await.unwrap();
    }
    let running = Running::start(process(directory.path(), later()), &journal).await;
    assert_eq!(running.reached(82).await.rows[0].conversations, 21);
    verified(&journal, directory.path(), later()).await;
    running.stop().await;
    assert_eq!(names(directory.path()), ["analytics-v1.lock", "analytics-v1.sqlite"], "nothing is left beside it");
}

#[tokio::test]
async fn a_file_of_another_version_is_rebuilt_beside_it() {
    let script = story(10);
    let journal = journal_with(&script).await;
    for pragma in ["UPDATE meta SET value = 0 WHERE name = 'state_version'", "PRAGMA user_version = 0"] {
        let directory = tempfile::tempdir().unwrap();
        write(&mut open(directory.path(), 100), &items(&script.records[..4]));
        Connection::open(main_file(directory.path())).unwrap().execute_batch(pragma).unwrap();
        let running = Running::start(process(directory.path(), later()), &journal).await;
        assert_eq!(running.reached(40).await.rows[0].conversations, 10, "{pragma}");
        // It answers from the new file a moment before that takes its place.
        running.process.health.ready().await;
        verified(&journal, directory.path(), later()).await;
        running.stop().await;
        assert_eq!(names(directory.path()), ["analytics-v1.lock", "analytics-v1.sqlite"]);
    }
}

#[test]
fn an_outdated_file_answers_until_the_new_one_takes_its_place() {
    let script = story(10);
    let directory = tempfile::tempdir().unwrap();
    write(&mut open(directory.path(), 100), &items(&script.records[..4]));
    let outdate = "UPDATE meta SET value = 0 WHERE name = 'state_version'";
    Connection::open(main_file(directory.path())).unwrap().execute_batch(outdate).unwrap();
    let files = Files::new(directory.path());
    let reads = crate::reads::Reads::new(1);

    let begun = files.begin().unwrap();
    assert!(begun.rebuilds && begun.serves == files.main() && begun.writes == files.next());
    let mut work = crate::work::Work::new(begun, 100);
    write(&mut work, &items(&script.records)[..20]);
    assert_eq!(total(directory.path(), later()).conversations, 1, "the old one answers");
    drop(work);

    let begun = files.begin().unwrap();
    let mut work = crate::work::Work::new(begun, 100);
    assert_eq!(work.position().sequence, 20, "a rebuild goes on after a crash");
    write(&mut work, &items(&script.records)[20..]);
    let mut work = work.promote(&files, &reads).unwrap();
    assert_eq!((total(directory.path(), later()).conversations, work.rebuilds), (10, false));
    write(&mut work, &[]);
    drop(work);

    // A crash between taking the old one away and putting the new one in its place.
    std::fs::rename(files.main(), files.next()).unwrap();
    let begun = files.begin().unwrap();
    assert_eq!((begun.store.position().sequence, begun.rebuilds), (40, false));
}

#[tokio::test]
async fn a_broken_file_is_moved_aside_and_rebuilt() {
    let script = story(10);
    let journal = journal_with(&script).await;
    for broken in [&b"not a database, whatever its name says, and long enough to be read"[..], &[0_u8; 8192]] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(main_file(directory.path()), broken).unwrap();
        let running = Running::start(process(directory.path(), later()), &journal).await;
        assert_eq!(running.reached(40).await.rows[0].conversations, 10);
        running.stop().await;
        let names = names(directory.path());
        assert!(names[0].starts_with("analytics-v1.corrupt-") && names.len() == 3, "{names:?}");
    }
}

#[tokio::test]
async fn a_file_that_breaks_while_it_is_used_is_moved_aside_and_rebuilt() {
    let directory = tempfile::tempdir().unwrap();
    let mut script = story(10);
    let journal = journal_with(&script).await;
    write(&mut open(directory.path(), 100), &items(&script.records[..12]));
    // Stored as the log has it, so that the file is taken for its own.
    let stored_at = journal.get(12).await.unwrap().unwrap().stored_at.as_nanosecond().to_string();
    let connection = Connection::open(main_file(directory.path())).unwrap();
    connection.execute("UPDATE meta SET value = ?1 WHERE name = 'stored_at_nanoseconds'", [stored_at]).unwrap();
    connection.execute("UPDATE state SET state = x'ffffffff'", []).unwrap();
    drop(connection);
    let told = script.records.len();
    script.edit("c0", "p0", At::minute(60));
    journal.add(&script.records[told]).await.unwrap();
    let running = Running::start(process(directory.path(), later()), &journal).await;
    assert_eq!(running.reached(41).await.rows[0].conversations, 10);
    verified(&journal, directory.path(), later()).await;
    running.stop().await;
    assert!(names(directory.path())[0].starts_with("analytics-v1.corrupt-"));
}

#[tokio::test]
async fn a_file_made_from_another_log_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let journal = journal_with(&story(10)).await;
    let running = Running::start(process(directory.path(), later()), &journal).await;
    running.reached(40).await;
    running.stop().await;
    // Shorter than the file's position, and as long with other messages.
    for conversations in [3, 12] {
        let other = Journal::memory(At::minute(conversations));
        story(conversations as usize).write(&other).await;
        let running = Running::start(process(directory.path(), later()), &other).await;
        assert_eq!(running.reached(conversations as u64 * 4).await.rows[0].conversations, conversations as u64);
        verified(&other, directory.path(), later()).await;
        running.stop().await;
    }
    let kept = names(directory.path());
    assert_eq!(kept.iter().filter(|name| name.contains("other-log")).count(), 2, "{kept:?}");
}

#[tokio::test]
async fn a_second_process_on_the_same_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let journal = journal_with(&story(1)).await;
    let running = Running::start(process(directory.path(), later()), &journal).await;
    let Err(error) = crate::start(process(directory.path(), later()), journal.clone()).await else {
        panic!("two writers");
    };
    let directory_name = directory.path().display();
    assert_eq!(
        error.to_string(),
        format!(
            "another process writes the projection in {directory_name}; stop it, or set analytics.data_dir to another \
             directory"
        )
    );
    running.stop().await;
    Running::start(process(directory.path(), later()), &journal).await.stop().await;
}

#[tokio::test]
async fn a_directory_that_cannot_be_used_is_a_wrong_setting() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, "x").unwrap();
    let Err(error) = crate::start(process(&file.join("below"), later()), Journal::memory(later())).await else {
        panic!("a file is no directory");
    };
    assert_eq!(service::process::exit_code(&error), std::process::ExitCode::from(64));
    assert!(error.to_string().contains("analytics.data_dir"), "{error}");
}

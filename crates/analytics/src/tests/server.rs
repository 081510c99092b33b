//! Against a real nats-server: following, its death, a restart of both, a record that cannot be read.

use super::support::{Running, later, names, process};
use crate::testing::{At, Script};
use crate::verify;
use journal::testing::{Server, inject};

fn story(brand: &str, conversations: usize) -> Script {
    let mut story = Script::new(brand);
    for number in 0..conversations {
        let (name, post) = (format!("c{number}"), format!("p{number}"));
        story.post(&name, &post, At::minute(0));
        story.route(&name, &post, "care", "question", "en");
        story.submit(&name, "r", At::minute(1));
        story.confirm(&name, "r", &format!("r{number}"), At::minute(2));
    }
    story
}

#[tokio::test]
async fn the_projection_follows_a_real_log_over_crashes_of_server_and_service() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start().await;
    let journal = server.journal().await;
    story("aurora", 40).write(&journal).await;
    let last = journal.last_sequence().await.unwrap();
    let running = Running::start(process(directory.path(), later()), &journal).await;
    running.process.health.ready().await;
    assert_eq!(running.reached(last).await.rows[0].conversations, 40);

    server.restart().await;
    story("basil", 10).write(&journal).await;
    let last = journal.last_sequence().await.unwrap();
    assert_eq!(running.reached(last).await.rows[0].replies, 50);
    running.stop().await;

    let unreadable = inject(&journal, "earshot.0.aurora.conversation.0", "not a record".into()).await.unwrap();
    let mut more = story("carl", 1);
    more.count("webhook", 1, &[], At::minute(3));
    more.write(&journal).await;
    let running = Running::start(process(directory.path(), later()), &journal).await;
    let last = journal.last_sequence().await.unwrap();
    assert!(last > unreadable);
    assert_eq!(running.reached(last).await.rows[0].conversations, 51);
    let found = verify(&journal, directory.path(), later()).await.unwrap();
    assert_eq!((found.sequence, &found.differences[..]), (last, &[][..]));
    running.stop().await;
    assert_eq!(names(directory.path()), ["analytics-v1.lock", "analytics-v1.sqlite"], "the file was taken for its own");
}

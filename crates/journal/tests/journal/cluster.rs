//! Three servers with three copies: what differs from one server.

use crate::work::{config, start};
use crate::world::{about, draft, fill, follow, note_contact, record, take};
use journal::testing::Cluster;
use journal::{AppendError, WorkError};
use std::sync::Arc;
use tokio::sync::Semaphore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_keep_the_same_promises() {
    let mut cluster = Cluster::start().await;
    let journal = cluster.journal().await;

    // A cluster looks at the id before the guard, and answers "duplicate" where one server answers "conflict".
    let written = record(&about("ann"), "1");
    let first = journal.append(&written, 0).await.unwrap();
    let again = journal.append(&written, 0).await.unwrap();
    assert_eq!((again.sequence, again.duplicate), (first.sequence, true));
    let elsewhere = journal.append(&record(&about("bea"), "1"), 0).await;
    assert!(matches!(elsewhere, Err(AppendError::Elsewhere { sequence, .. }) if sequence == first.sequence));
    let conflict = journal.append(&record(&about("ann"), "2"), 0).await;
    assert_eq!(conflict, Err(AppendError::Conflict { expected: 0 }));

    let handled = Arc::new(Semaphore::new(0));
    let working = start(&journal, config("routing"), {
        let handled = handled.clone();
        move |_| {
            handled.add_permits(1);
            async { Ok::<(), WorkError>(()) }
        }
    });
    let mut racers = tokio::task::JoinSet::new();
    for writer in 0..10 {
        let journal = journal.clone();
        racers.spawn(async move {
            let words = format!("contact-{writer}");
            while journal.transact(&about("ann"), draft(&words), None, note_contact(&words)).await.is_err() {}
        });
    }
    racers.join_all().await;
    let mut tail = follow(&journal, 0);
    assert_eq!(take(&mut tail, 11).await.len(), 11);

    // One of three dies: the other two go on.
    cluster.servers[0].kill9().await;
    fill(&journal, "cem", 20).await;
    assert_eq!(take(&mut tail, 20).await.len(), 20);
    let loaded = journal.load(&about("ann")).await.unwrap();
    assert_eq!(conversation::fold(loaded.records()).contacts, 11);
    handled.acquire_many(31).await.unwrap().forget();
    working.stop().await;
}

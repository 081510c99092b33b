//! What fails for good is set aside, the flow goes on, and it can be tried again.

use crate::work::{config, start};
use crate::world::{World, about, fill, id, record_of};
use bytes::Bytes;
use journal::testing::inject;
use journal::{JournalError, WorkConfig, WorkError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use wire::subjects;

crate::both!(
    poison_is_set_aside_and_the_flow_goes_on,
    what_fails_too_often_is_set_aside,
    what_cannot_be_read_is_set_aside_at_once,
    a_retry_brings_it_back,
    a_retry_that_fails_again_stays_set_aside,
    an_unknown_item_is_told,
);

fn quick(service: &str) -> WorkConfig {
    WorkConfig { max_attempts: 3, ..config(service) }
}

fn soon(why: &str) -> WorkError {
    WorkError::Retry { why: why.to_owned(), after: Some(Duration::from_millis(2)) }
}

async fn poison_is_set_aside_and_the_flow_goes_on(world: World) {
    fill(&world.journal, "ann", 3).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, quick("routing"), move |delivery| {
        let sender = sender.clone();
        async move {
            let record = record_of(&delivery.entry).id;
            if record == id("ann-1") {
                return Err(WorkError::poison("NO_SUCH_TEAM\r\nsecond line"));
            }
            sender.send(record).map_err(|_| WorkError::retry("the test is over"))
        }
    });
    assert_eq!((got.recv().await, got.recv().await), (Some(id("ann-0")), Some(id("ann-2"))));
    working.stop().await;
    let items = world.journal.set_aside_list().await.unwrap();
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!((item.id.as_str(), item.service.as_str(), item.sequence), ("routing.2", "routing", 2));
    assert_eq!(item.subject, subjects::of(&about("ann")));
    assert_eq!((item.reason.as_str(), item.attempts, item.retrying), ("NO_SUCH_TEAM  second line", 1, false));
    let (shown, raw) = world.journal.set_aside_show("routing.2").await.unwrap();
    assert_eq!(&shown, item);
    assert_eq!(raw, world.journal.get(2).await.unwrap().unwrap());
}

async fn what_fails_too_often_is_set_aside(world: World) {
    fill(&world.journal, "ann", 2).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, quick("routing"), move |delivery| {
        let sender = sender.clone();
        async move {
            sender.send((delivery.sequence, delivery.attempt)).unwrap();
            if delivery.sequence == 1 { Err(soon("BUSY")) } else { Ok(()) }
        }
    });
    let mut tries = Vec::new();
    while tries.last() != Some(&(2, 1)) {
        tries.push(got.recv().await.unwrap());
    }
    assert_eq!(tries, [(1, 1), (1, 2), (1, 3), (2, 1)]);
    working.stop().await;
    let items = world.journal.set_aside_list().await.unwrap();
    assert_eq!((items[0].reason.as_str(), items[0].attempts), ("BUSY", 3));
}

async fn what_cannot_be_read_is_set_aside_at_once(world: World) {
    let subject = subjects::of(&about("ann"));
    let broken = inject(&world.journal, &subject, Bytes::from_static(b"\xffgarbage")).await.unwrap();
    fill(&world.journal, "ann", 1).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, quick("routing"), move |delivery| {
        let told = sender.send(delivery.sequence);
        async move { told.map_err(|_| WorkError::retry("the test is over")) }
    });
    assert_eq!(got.recv().await, Some(broken + 1), "the handler never sees it");
    working.stop().await;
    let (item, raw) = world.journal.set_aside_show(&format!("routing.{broken}")).await.unwrap();
    assert!(item.reason.starts_with("undecodable: "), "{}", item.reason);
    assert_eq!(raw.payload, Bytes::from_static(b"\xffgarbage"));
}

async fn a_retry_brings_it_back(world: World) {
    fill(&world.journal, "ann", 2).await;
    let mended = Arc::new(AtomicBool::new(false));
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, quick("routing"), {
        let mended = mended.clone();
        move |delivery| {
            let (mended, sender) = (mended.clone(), sender.clone());
            async move {
                if delivery.sequence == 1 && !mended.load(Ordering::SeqCst) {
                    return Err(WorkError::poison("BROKEN"));
                }
                sender.send((delivery.sequence, delivery.retried, delivery.entry)).unwrap();
                Ok(())
            }
        }
    });
    assert_eq!(got.recv().await.unwrap().0, 2);
    assert_eq!(world.journal.set_aside_list().await.unwrap().len(), 1);
    mended.store(true, Ordering::SeqCst);
    world.journal.set_aside_retry("routing.1").await.unwrap();
    let (sequence, retried, entry) = got.recv().await.unwrap();
    assert_eq!((sequence, retried, record_of(&entry).id), (1, true, id("ann-0")));
    working.stop().await;
    assert!(world.journal.set_aside_list().await.unwrap().is_empty(), "what is done leaves the list");
}

async fn a_retry_that_fails_again_stays_set_aside(world: World) {
    fill(&world.journal, "ann", 1).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, quick("routing"), move |delivery| {
        let told = sender.send(delivery.retried);
        async move {
            told.map_err(|_| WorkError::retry("the test is over"))?;
            Err(if delivery.retried { WorkError::poison("STILL_BROKEN") } else { WorkError::poison("BROKEN") })
        }
    });
    assert_eq!(got.recv().await, Some(false));
    while world.journal.set_aside_list().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.journal.set_aside_retry("routing.1").await.unwrap();
    assert_eq!(got.recv().await, Some(true));
    loop {
        let items = world.journal.set_aside_list().await.unwrap();
        assert_eq!(items.len(), 1, "it is never lost on the way");
        if items[0].reason == "STILL_BROKEN" && !items[0].retrying {
            break;
        }
        tokio::task::yield_now().await;
    }
    working.stop().await;
}

async fn an_unknown_item_is_told(world: World) {
    let unknown = world.journal.set_aside_show("routing.7").await;
    assert!(matches!(unknown, Err(JournalError::NotFound { .. })), "{unknown:?}");
    assert!(matches!(world.journal.set_aside_retry("routing.7").await, Err(JournalError::NotFound { .. })));
    assert!(matches!(world.journal.set_aside_show("x").await, Err(JournalError::Configuration { .. })));
}

//! Following the log.

use crate::world::{World, about, fill, follow, id, presence, record, record_of, soon, take};
use bytes::Bytes;
use conversation::deadlines::DeadlineKind;
use journal::testing::inject;
use journal::{Due, Entry, TailConfig};
use wire::subjects;

crate::both!(
    everything_comes_in_order_from_the_start,
    following_goes_on_from_the_middle,
    filters_narrow_what_comes,
    an_empty_log_is_caught_up_at_once,
    timers_that_wait_are_no_entries,
    what_cannot_be_read_comes_as_such,
    a_slow_reader_gets_everything,
    readers_that_meet_get_everything_once,
    giving_up_on_next_loses_nothing,
);

async fn everything_comes_in_order_from_the_start(world: World) {
    fill(&world.journal, "ann", 3).await;
    let mut tail = follow(&world.journal, 0);
    assert_eq!(tail.pending().await, 3);
    let items = take(&mut tail, 3).await;
    assert_eq!(items.iter().map(|item| item.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(items.iter().map(|item| item.pending).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(tail.pending().await, 0);
    assert_eq!(record_of(&items[0].entry).id, id("ann-0"));
    assert_eq!(*items[0].subject, subjects::of(&about("ann")));
    // What is written later comes as well.
    fill(&world.journal, "bea", 1).await;
    assert_eq!(record_of(&take(&mut tail, 1).await[0].entry).id, id("bea-0"));
}

async fn following_goes_on_from_the_middle(world: World) {
    fill(&world.journal, "ann", 5).await;
    let mut tail = follow(&world.journal, 3);
    let items = take(&mut tail, 2).await;
    assert_eq!(items.iter().map(|item| item.sequence).collect::<Vec<_>>(), [4, 5]);
}

async fn filters_narrow_what_comes(world: World) {
    fill(&world.journal, "ann", 1).await;
    world.journal.add(&presence("here", true)).await.unwrap();
    fill(&world.journal, "bea", 1).await;
    let filters = vec![subjects::BRANDS.to_owned(), subjects::any_conversation(&about("bea").conversation().unwrap())];
    let mut tail = world.journal.tail(TailConfig { filters, after_sequence: 0 });
    let ids: Vec<_> = take(&mut tail, 2).await.iter().map(|item| record_of(&item.entry).id).collect();
    assert_eq!(ids, [id("here"), id("bea-0")]);
}

async fn an_empty_log_is_caught_up_at_once(world: World) {
    let mut tail = follow(&world.journal, 0);
    assert_eq!(tail.pending().await, 0);
}

/// More than readers of one process keep for each other, so that the slow one has to catch up by himself.
const MANY: usize = 9_000;

async fn readers_that_meet_get_everything_once(world: World) {
    let journal = &world.journal;
    fill(journal, "ann", 3).await;
    let brands =
        TailConfig { filters: vec![subjects::BRANDS.to_owned(), subjects::FILTERED.to_owned()], after_sequence: 0 };
    let (mut all, mut late, mut slow, mut few) =
        (follow(journal, 0), follow(journal, 2), follow(journal, 0), journal.tail(brands));
    assert_eq!(sequences(&take(&mut all, 3).await), [1, 2, 3]);
    assert_eq!(sequences(&take(&mut late, 1).await), [3]);
    // One after another and all at once, some of it wanted by all and some by few.
    fill(journal, "bea", 20).await;
    let writers = (0..30).map(|at| async move { fill(journal, &format!("cay-{at}"), MANY / 30).await });
    futures::future::join_all(writers).await;
    let marker = journal.add(&presence("marker", true)).await.unwrap().sequence;
    let everything: Vec<u64> = (1..=marker).collect();
    assert_eq!(sequences(&take(&mut all, MANY + 21).await), everything[3..]);
    assert_eq!(sequences(&take(&mut few, 1).await), [marker]);
    assert_eq!(sequences(&take(&mut slow, MANY + 24).await), everything);
    // A reader goes, another comes, and the rest go on.
    drop(all);
    let mut new = follow(journal, marker - 10);
    fill(journal, "dan", 2).await;
    assert_eq!(sequences(&take(&mut new, 12).await), (marker - 9..=marker + 2).collect::<Vec<_>>());
    assert_eq!(sequences(&take(&mut late, MANY + 23).await), (4..=marker + 2).collect::<Vec<_>>());
    assert_eq!(sequences(&take(&mut slow, 2).await), [marker + 1, marker + 2]);
    assert_eq!((slow.pending().await, late.pending().await, few.pending().await), (0, 0, 0));
    // The last one left reads for himself.
    drop((new, late, few));
    fill(journal, "eve", 2).await;
    assert_eq!(sequences(&take(&mut slow, 2).await), [marker + 3, marker + 4]);
}

fn sequences(items: &[journal::Item]) -> Vec<u64> {
    items.iter().map(|item| item.sequence).collect()
}

async fn timers_that_wait_are_no_entries(world: World) {
    fill(&world.journal, "ann", 1).await;
    let due = due("ann", soon(3_600_000));
    world.journal.arm(&due).await.unwrap();
    let mut tail = follow(&world.journal, 0);
    assert_eq!(tail.pending().await, 1);
    assert_eq!(take(&mut tail, 1).await[0].pending, 0);
    world.journal.cancel(&due).await.unwrap();
    fill(&world.journal, "bea", 1).await;
    assert_eq!(record_of(&take(&mut tail, 1).await[0].entry).id, id("bea-0"));
}

fn due(name: &str, due_at: jiff::Timestamp) -> Due {
    let conversation = about(name).conversation().unwrap();
    let (brand, customer) = (crate::world::brand(), crate::world::customer(name));
    Due { brand, customer, conversation, kind: Some(DeadlineKind::FirstResponse), due_at }
}

async fn what_cannot_be_read_comes_as_such(world: World) {
    inject(&world.journal, &subjects::of(&about("ann")), Bytes::from_static(b"\xff")).await.unwrap();
    let mut tail = follow(&world.journal, 0);
    let item = take(&mut tail, 1).await.remove(0);
    assert!(matches!(*item.entry, Entry::Undecodable { .. }));
}

async fn a_slow_reader_gets_everything(world: World) {
    const MANY: usize = 5_000;
    let mut tail = follow(&world.journal, 0);
    // The reader has asked and then turns to something else, while more is written than is read ahead for it.
    assert_eq!(tail.pending().await, 0);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..10 {
        let journal = world.journal.clone();
        writers.spawn(async move { fill(&journal, &format!("w{writer}"), MANY / 10).await });
    }
    writers.join_all().await;
    let sequences: Vec<u64> = take(&mut tail, MANY).await.iter().map(|item| item.sequence).collect();
    assert_eq!(sequences, (1..=MANY as u64).collect::<Vec<_>>());
}

async fn giving_up_on_next_loses_nothing(world: World) {
    let mut tail = follow(&world.journal, 0);
    let writer = tokio::spawn({
        let journal = world.journal.clone();
        async move { fill(&journal, "ann", 200).await }
    });
    let mut sequences = Vec::new();
    while sequences.len() < 200 {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            item = tail.next() => sequences.push(item.unwrap().sequence),
        }
        if let Some(item) = futures::FutureExt::now_or_never(tail.next()) {
            sequences.push(item.unwrap().sequence);
        }
    }
    writer.await.unwrap();
    assert_eq!(sequences, (1..=200).collect::<Vec<u64>>());
    let last = world.journal.append(&record(&about("bea"), "last"), 0).await.unwrap();
    assert_eq!(take(&mut tail, 1).await[0].sequence, last.sequence);
}

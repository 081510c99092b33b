//! Timers.

use crate::world::{World, about, brand, customer, now, soon, take};
use conversation::deadlines::DeadlineKind;
use jiff::Timestamp;
use journal::{Due, Entry, Item, Journal, Tail, TailConfig};

crate::both!(
    a_timer_fires_at_its_time_and_not_before,
    arming_again_replaces_it,
    a_cancelled_timer_never_fires,
    a_guarded_cancel_knows_which_timer_it_means,
    a_timer_in_the_past_fires_at_once,
    kinds_and_conversations_are_timers_of_their_own,
);

fn due(name: &str, kind: DeadlineKind, due_at: Timestamp) -> Due {
    let conversation = about(name).conversation().unwrap();
    Due { brand: brand(), customer: customer(name), conversation, kind: Some(kind), due_at }
}

fn first(name: &str, due_at: Timestamp) -> Due {
    due(name, DeadlineKind::FirstResponse, due_at)
}

/// What comes due, from the first on.
fn follow(journal: &Journal) -> Tail {
    journal.tail(TailConfig { filters: vec![wire::subjects::DUE.to_owned()], after_sequence: 0 })
}

fn fired(item: &Item) -> &Due {
    match &*item.entry {
        Entry::Due(due) => due,
        other => panic!("a timer was expected, not {other:?}"),
    }
}

async fn a_timer_fires_at_its_time_and_not_before(world: World) {
    let timer = first("ann", soon(400));
    world.journal.arm(&timer).await.unwrap();
    let mut tail = follow(&world.journal);
    assert_eq!(tail.pending().await, 0);
    world.reach(timer.due_at);
    let item = take(&mut tail, 1).await.remove(0);
    assert_eq!(fired(&item), &timer);
    assert_eq!(*item.subject, wire::subjects::due(&timer));
    assert!(item.stored_at >= timer.due_at, "it fired {:?} early", timer.due_at - item.stored_at);
    // It fires once: there is nothing left to cancel.
    assert!(!world.journal.cancel(&timer).await.unwrap());
}

async fn arming_again_replaces_it(world: World) {
    let sooner = first("ann", soon(300));
    let later = first("ann", soon(600));
    world.journal.arm(&sooner).await.unwrap();
    world.journal.arm(&later).await.unwrap();
    let sentinel = first("bea", soon(900));
    world.journal.arm(&sentinel).await.unwrap();
    let mut tail = follow(&world.journal);
    world.reach(sentinel.due_at);
    let items = take(&mut tail, 2).await;
    assert_eq!((fired(&items[0]), fired(&items[1])), (&later, &sentinel));
}

async fn a_cancelled_timer_never_fires(world: World) {
    let timer = first("ann", soon(300));
    world.journal.arm(&timer).await.unwrap();
    assert!(world.journal.cancel(&timer).await.unwrap());
    assert!(!world.journal.cancel(&timer).await.unwrap(), "it is gone already");
    let sentinel = first("bea", soon(600));
    world.journal.arm(&sentinel).await.unwrap();
    let mut tail = follow(&world.journal);
    world.reach(sentinel.due_at);
    assert_eq!(fired(&take(&mut tail, 1).await[0]), &sentinel);
}

async fn a_guarded_cancel_knows_which_timer_it_means(world: World) {
    let timer = first("ann", soon(3_600_000));
    let old = world.journal.arm(&timer).await.unwrap();
    let armed = world.journal.arm(&timer).await.unwrap();
    assert!(!world.journal.cancel_armed(&timer, old).await.unwrap(), "it was replaced");
    assert!(world.journal.cancel_armed(&timer, armed).await.unwrap());
    assert!(!world.journal.cancel_armed(&timer, armed).await.unwrap(), "it is cancelled already");
    assert!(!world.journal.cancel(&timer).await.unwrap(), "nothing is left of it");
    // One that has fired cannot be cancelled.
    let quick = first("bea", soon(200));
    let armed = world.journal.arm(&quick).await.unwrap();
    let mut tail = follow(&world.journal);
    world.reach(quick.due_at);
    assert_eq!(fired(&take(&mut tail, 1).await[0]), &quick);
    assert!(!world.journal.cancel_armed(&quick, armed).await.unwrap());
}

async fn a_timer_in_the_past_fires_at_once(world: World) {
    let timer = first("ann", now() - jiff::SignedDuration::from_secs(60));
    world.journal.arm(&timer).await.unwrap();
    let mut tail = follow(&world.journal);
    assert_eq!(fired(&take(&mut tail, 1).await[0]), &timer);
}

async fn kinds_and_conversations_are_timers_of_their_own(world: World) {
    let timers = [first("ann", soon(200)), due("ann", DeadlineKind::NextResponse, soon(400)), first("bea", soon(600))];
    for timer in &timers {
        world.journal.arm(timer).await.unwrap();
    }
    let mut tail = follow(&world.journal);
    world.reach(timers[2].due_at);
    let items = take(&mut tail, 3).await;
    for (item, timer) in items.iter().zip(&timers) {
        assert_eq!(fired(item), timer);
    }
}

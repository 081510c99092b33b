//! Working on the log.

use crate::world::{World, about, brand, customer, draft, fill, id, note_contact, presence, record, record_of, soon};
use bytes::Bytes;
use conversation::RecordId;
use conversation::deadlines::DeadlineKind;
use journal::testing::inject;
use journal::{Delivery, Due, Entry, Journal, JournalError, WorkConfig, WorkError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::subjects;

crate::both!(
    every_message_is_handled_once,
    a_new_worker_goes_on_where_the_last_one_ended,
    one_subject_is_handled_in_order_and_others_at_once,
    what_a_dead_worker_held_comes_again_in_order,
    a_failure_holds_up_its_own_subject_only,
    a_panic_is_a_failure,
    what_is_down_is_waited_for,
    timers_are_work_too,
    only_records_with_wanted_facts_are_handled,
    two_services_work_for_themselves,
    two_workers_share_the_work,
    shutting_down_lets_handlers_end,
    wrong_settings_are_refused,
    what_kills_its_worker_again_and_again_is_set_aside,
    what_a_dead_worker_held_goes_to_a_living_one,
);

/// A worker in the background.
pub struct Working {
    pub shutdown: CancellationToken,
    pub task: JoinHandle<Result<(), JournalError>>,
}

impl Working {
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}

pub fn config(service: &str) -> WorkConfig {
    WorkConfig::new(service, [subjects::CONVERSATIONS, subjects::BRANDS])
}

pub fn start<H, F>(journal: &Journal, config: WorkConfig, handler: H) -> Working
where
    H: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), WorkError>> + Send + 'static,
{
    let (journal, shutdown) = (journal.clone(), CancellationToken::new());
    let task = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { journal.work(config, shutdown, handler).await }
    });
    Working { shutdown, task }
}

/// A worker that only tells what it got.
fn start_telling(journal: &Journal, config: WorkConfig) -> (Working, mpsc::UnboundedReceiver<Delivery>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let working = start(journal, config, move |delivery| {
        let told = sender.send(delivery);
        async move { told.map_err(|_| WorkError::retry("the test is over")) }
    });
    (working, receiver)
}

async fn take(receiver: &mut mpsc::UnboundedReceiver<Delivery>, count: usize) -> Vec<Delivery> {
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count {
        taken.push(receiver.recv().await.expect("the worker is alive"));
    }
    taken
}

async fn every_message_is_handled_once(world: World) {
    let (working, mut got) = start_telling(&world.journal, config("classifier"));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..20 {
        let journal = world.journal.clone();
        writers.spawn(async move { fill(&journal, &format!("w{writer}"), 50).await });
    }
    writers.join_all().await;
    let mut sequences: Vec<u64> = take(&mut got, 1_000).await.iter().map(|delivery| delivery.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=1_000).collect::<Vec<u64>>());
    working.stop().await;
    assert!(got.try_recv().is_err(), "nothing came twice");
}

async fn a_new_worker_goes_on_where_the_last_one_ended(world: World) {
    fill(&world.journal, "ann", 3).await;
    let (working, mut got) = start_telling(&world.journal, config("classifier"));
    let first = take(&mut got, 3).await;
    assert!(first.iter().all(|delivery| delivery.attempt == 1 && !delivery.retried));
    working.stop().await;
    fill(&world.journal, "bea", 1).await;
    let (working, mut got) = start_telling(&world.journal, config("classifier"));
    assert_eq!(record_of(&take(&mut got, 1).await[0].entry).id, id("bea-0"));
    working.stop().await;
    assert!(got.try_recv().is_err(), "what was done does not come again");
}

async fn one_subject_is_handled_in_order_and_others_at_once(world: World) {
    // No handler ends before one of each conversation is running: they must run at once. Each notes the order of its
    // own conversation.
    let running = Arc::new(tokio::sync::Barrier::new(4));
    let order: Arc<Mutex<HashMap<String, Vec<u64>>>> = Arc::default();
    let ended = Arc::new(Semaphore::new(0));
    for turn in 0..10 {
        for name in ["ann", "bea", "cem", "dov"] {
            let last = world.journal.last_of(&about(name)).await.unwrap();
            world.journal.append(&record(&about(name), &format!("{name}-{turn}")), last).await.unwrap();
        }
    }
    let working = start(&world.journal, config("routing"), {
        let (order, ended) = (order.clone(), ended.clone());
        move |delivery| {
            let (running, order, ended) = (running.clone(), order.clone(), ended.clone());
            async move {
                running.wait().await;
                order.lock().unwrap().entry(delivery.subject).or_default().push(delivery.sequence);
                ended.add_permits(1);
                Ok(())
            }
        }
    });
    let _all = ended.acquire_many(40).await.unwrap();
    working.stop().await;
    let order = order.lock().unwrap();
    assert_eq!(order.len(), 4);
    assert!(order.values().all(|sequences| sequences.len() == 10 && sequences.is_sorted()), "{order:?}");
}

async fn what_a_dead_worker_held_comes_again_in_order(world: World) {
    fill(&world.journal, "ann", 6).await;
    let started = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, config("notifier"), {
        let started = started.clone();
        move |delivery| {
            let started = started.clone();
            async move {
                if delivery.sequence <= 2 {
                    return Ok(());
                }
                started.add_permits(1);
                std::future::pending().await
            }
        }
    });
    // It dies while it handles the third, with the others in its hands.
    let _third = started.acquire().await.unwrap();
    working.task.abort();
    assert!(working.task.await.is_err());
    fill(&world.journal, "bea", 1).await;
    let last = world.journal.last_of(&about("ann")).await.unwrap();
    world.journal.append(&record(&about("ann"), "newer"), last).await.unwrap();

    let (working, mut got) = start_telling(&world.journal, config("notifier"));
    let all = take(&mut got, 6).await;
    let of_ann = all.iter().filter(|delivery| delivery.subject == subjects::of(&about("ann")));
    let of_ann: Vec<(u64, u32)> = of_ann.map(|delivery| (delivery.sequence, delivery.attempt)).collect();
    assert_eq!(of_ann, [(3, 2), (4, 2), (5, 2), (6, 2), (8, 1)]);
    working.stop().await;
}

async fn a_failure_holds_up_its_own_subject_only(world: World) {
    fill(&world.journal, "ann", 2).await;
    fill(&world.journal, "bea", 2).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let others_done = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, config("routing"), {
        let failing = id("ann-0");
        move |delivery| {
            let (sender, others_done) = (sender.clone(), others_done.clone());
            async move {
                let record = record_of(&delivery.entry).id;
                let ann = delivery.subject == subjects::of(&about("ann"));
                if !ann {
                    others_done.add_permits(1);
                } else if record == failing {
                    // Fails until the other conversation is through.
                    if others_done.available_permits() < 2 {
                        return Err(WorkError::Retry { why: "not yet".into(), after: Some(Duration::from_millis(5)) });
                    }
                    if delivery.attempt < 3 {
                        return Err(WorkError::Retry { why: "again".into(), after: Some(Duration::from_millis(5)) });
                    }
                }
                sender.send((record, delivery.attempt)).unwrap();
                Ok(())
            }
        }
    });
    let mut order = Vec::new();
    while order.len() < 4 {
        order.push(got.recv().await.unwrap());
    }
    let of_ann: Vec<RecordId> =
        order.iter().map(|(record, _)| *record).filter(|record| [id("ann-0"), id("ann-1")].contains(record)).collect();
    assert_eq!(of_ann, [id("ann-0"), id("ann-1")], "what follows a failure waits for it");
    let attempts = order.iter().find(|(record, _)| *record == id("ann-0")).unwrap().1;
    assert!(attempts >= 3);
    working.stop().await;
    assert!(world.journal.set_aside_list().await.unwrap().is_empty());
}

async fn a_panic_is_a_failure(world: World) {
    fill(&world.journal, "ann", 1).await;
    let (sender, mut got) = mpsc::unbounded_channel();
    let working = start(&world.journal, config("routing"), move |delivery| {
        let sender = sender.clone();
        async move {
            assert!(delivery.attempt > 1, "this panic is part of the test");
            sender.send(delivery.attempt).map_err(|_| WorkError::retry("the test is over"))
        }
    });
    assert_eq!(got.recv().await, Some(2));
    working.stop().await;
}

async fn what_is_down_is_waited_for(world: World) {
    fill(&world.journal, "ann", 1).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let (sender, mut got) = mpsc::unbounded_channel();
    let limited = WorkConfig { max_attempts: 1, ..config("routing") };
    let working = start(&world.journal, limited, {
        let tries = tries.clone();
        move |delivery| {
            let (tries, sender) = (tries.clone(), sender.clone());
            async move {
                if tries.fetch_add(1, Ordering::SeqCst) < 3 {
                    return Err(WorkError::Unavailable { why: "the network is down".into() });
                }
                sender.send(delivery.attempt).map_err(|_| WorkError::retry("the test is over"))
            }
        }
    });
    assert_eq!(got.recv().await, Some(1), "waiting is no attempt");
    working.stop().await;
    assert!(world.journal.set_aside_list().await.unwrap().is_empty());
}

async fn timers_are_work_too(world: World) {
    let conversation = about("ann").conversation().unwrap();
    let due_at = soon(200);
    let kind = DeadlineKind::FirstResponse;
    let timer = Due { brand: brand(), customer: customer("ann"), conversation, kind: Some(kind), due_at };
    let (working, mut got) = start_telling(&world.journal, WorkConfig::new("routing", [subjects::DUE]));
    world.journal.arm(&timer).await.unwrap();
    world.reach(due_at);
    assert_eq!(take(&mut got, 1).await[0].entry, Entry::Due(timer));
    working.stop().await;
}

async fn only_records_with_wanted_facts_are_handled(world: World) {
    let wanting = WorkConfig { facts: vec!["PresenceChanged"], ..config("routing") };
    let (working, mut got) = start_telling(&world.journal, wanting);
    fill(&world.journal, "ann", 3).await;
    world.journal.add(&presence("here", true)).await.unwrap();
    // What cannot be read may hold anything, so it is looked at.
    let subject = subjects::of(&about("cay"));
    let broken = inject(&world.journal, &subject, Bytes::from_static(b"\xffgarbage")).await.unwrap();
    assert_eq!(record_of(&take(&mut got, 1).await[0].entry).id, id("here"));
    while !world.journal.set_aside_list().await.unwrap().iter().any(|item| item.sequence == broken) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    working.stop().await;
    // The others are done: whoever comes next begins after them.
    let (next, mut got) = start_telling(&world.journal, config("routing"));
    fill(&world.journal, "bea", 1).await;
    assert_eq!(record_of(&take(&mut got, 1).await[0].entry).id, id("bea-0"));
    next.stop().await;
}

async fn two_services_work_for_themselves(world: World) {
    let (routing, mut routed) = start_telling(&world.journal, config("routing"));
    let (notifier, mut notified) = start_telling(&world.journal, config("notifier"));
    fill(&world.journal, "ann", 3).await;
    assert_eq!(take(&mut routed, 3).await.len(), 3);
    assert_eq!(take(&mut notified, 3).await.len(), 3);
    routing.stop().await;
    notifier.stop().await;
}

async fn two_workers_share_the_work(world: World) {
    let handled: Arc<Mutex<Vec<u64>>> = Arc::default();
    let ended = Arc::new(Semaphore::new(0));
    let worker = || {
        let (handled, ended) = (handled.clone(), ended.clone());
        start(&world.journal, config("classifier"), move |delivery| {
            let (handled, ended) = (handled.clone(), ended.clone());
            async move {
                handled.lock().unwrap().push(delivery.sequence);
                ended.add_permits(1);
                Ok(())
            }
        })
    };
    let (one, other) = (worker(), worker());
    for name in ["ann", "bea", "cem", "dov"] {
        fill(&world.journal, name, 100).await;
    }
    let _all = ended.acquire_many(400).await.unwrap();
    one.stop().await;
    other.stop().await;
    let mut handled = handled.lock().unwrap().clone();
    handled.sort_unstable();
    assert_eq!(handled, (1..=400).collect::<Vec<u64>>(), "each message went to one of them");
}

async fn shutting_down_lets_handlers_end(world: World) {
    fill(&world.journal, "ann", 2).await;
    let (started, may_end) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let working = start(&world.journal, config("routing"), {
        let (journal, started, may_end) = (world.journal.clone(), started.clone(), may_end.clone());
        move |delivery| {
            let (journal, started, may_end) = (journal.clone(), started.clone(), may_end.clone());
            async move {
                started.add_permits(1);
                let _turn = may_end.acquire().await.unwrap();
                let cause = format!("handled-{}", delivery.sequence);
                journal.transact(&about("bea"), draft(&cause), None, note_contact(&cause)).await?;
                Ok(())
            }
        }
    });
    let _started = started.acquire().await.unwrap();
    working.shutdown.cancel();
    may_end.add_permits(10);
    working.task.await.unwrap().unwrap();
    // The one that ran has ended, the one that waited behind it was not begun.
    assert_eq!(world.journal.load(&about("bea")).await.unwrap().entries.len(), 1);
    let (working, mut got) = start_telling(&world.journal, config("routing"));
    let mut next: Vec<_> = take(&mut got, 2).await.iter().map(|delivery| record_of(&delivery.entry).id).collect();
    next.sort_unstable();
    let mut wanted = [id("ann-1"), id("handled-1")];
    wanted.sort_unstable();
    assert_eq!(next, wanted);
    working.stop().await;
}

async fn wrong_settings_are_refused(world: World) {
    let nothing = |_: Delivery| async { Ok(()) };
    for wrong in [
        WorkConfig::new("Routing", [subjects::ALL]),
        WorkConfig::new("a.b", [subjects::ALL]),
        WorkConfig::new("routing", [subjects::CONVERSATIONS, subjects::DUE]),
        WorkConfig::new("routing", Vec::<String>::new()),
        WorkConfig { facts: vec!["PostRecieved"], ..config("routing") },
        WorkConfig { max_in_flight: 0, ..config("routing") },
        WorkConfig { ack_wait: Duration::from_millis(10), ..config("routing") },
    ] {
        let refused = world.journal.work(wrong.clone(), CancellationToken::new(), nothing).await;
        assert!(matches!(refused, Err(JournalError::Configuration { .. })), "{wrong:?}: {refused:?}");
    }
}

async fn what_kills_its_worker_again_and_again_is_set_aside(world: World) {
    fill(&world.journal, "ann", 1).await;
    fill(&world.journal, "bea", 1).await;
    let fragile = WorkConfig { max_attempts: 2, ..config("routing") };
    let mut deaths = 0;
    while world.journal.set_aside_list().await.unwrap().is_empty() {
        let (dying, mut died) = mpsc::unbounded_channel();
        let working = start(&world.journal, fragile.clone(), move |delivery| {
            let dying = dying.clone();
            async move {
                if delivery.sequence == 1 {
                    dying.send(()).map_err(|_| WorkError::retry("the test is over"))?;
                    std::future::pending::<()>().await;
                }
                Ok(())
            }
        });
        // Either the handler hangs and the worker is killed, or the worker has learned and sets it aside.
        loop {
            if died.try_recv().is_ok() {
                deaths += 1;
                break;
            }
            if !world.journal.set_aside_list().await.unwrap().is_empty() {
                break;
            }
            tokio::task::yield_now().await;
        }
        working.task.abort();
        assert!(working.task.await.is_err());
    }
    assert_eq!(deaths, 4);
    let items = world.journal.set_aside_list().await.unwrap();
    assert_eq!((items.len(), items[0].sequence), (1, 1), "only what killed it, not what was held beside it");
    assert!(items[0].reason.contains("died 4 times"), "{}", items[0].reason);
}

async fn what_a_dead_worker_held_goes_to_a_living_one(world: World) {
    let short = WorkConfig { ack_wait: Duration::from_secs(1), ..config("routing") };
    let held = Arc::new(Semaphore::new(0));
    let dying = start(&world.journal, short.clone(), {
        let held = held.clone();
        move |_| {
            held.add_permits(1);
            std::future::pending()
        }
    });
    fill(&world.journal, "ann", 1).await;
    let _held = held.acquire().await.unwrap();
    let (living, mut got) = start_telling(&world.journal, short);
    fill(&world.journal, "bea", 1).await;
    dying.task.abort();
    assert!(dying.task.await.is_err());
    let mut sequences: Vec<u64> = take(&mut got, 2).await.iter().map(|delivery| delivery.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [1, 2]);
    living.stop().await;
}

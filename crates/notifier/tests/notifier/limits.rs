//! Networks that want to be left alone, settings that leave a reply no way, and replies that cannot go.

use crate::outbox::list_until;
use crate::world::{World, subject};
use conversation::state::ReplyStatus::{Failed, Retrying, Sent};
use jiff::SignedDuration;
use sandbox::{Fault, Faults};
use std::time::{Duration, Instant};
use wire::pb::notifier::OutboxEntry;

#[tokio::test]
async fn without_a_target_a_reply_fails_at_once_and_says_why() {
    let world = World::new(Faults::default()).await.with("url=");
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Failed).await;
    assert_eq!(world.story(1, reply).await, ["gave up no_target"]);
}

#[tokio::test]
async fn a_text_that_is_too_long_is_not_sent() {
    let world = World::new(Faults::default()).await.with("text_max_characters=9");
    let _copy = world.start().await;
    world.open(1).await;
    let fits = world.submit(1, "nine 字字字 ").await;
    world.until_reply(1, fits, Sent).await;
    let long = world.submit(1, "ten 字字字 ab").await;
    world.until_reply(1, long, Failed).await;
    assert_eq!(world.story(1, long).await, ["gave up text_too_long"]);
    world.assert_posted(1);
}

#[tokio::test]
async fn a_429_holds_back_every_reply_of_the_account() {
    let world = World::new(Faults::sequence([Fault::RateLimited { retry_after_seconds: 30 }])).await;
    let (copy, hands) = world.start_in_stopped_time().await;
    let first = world.open_and_submit(1).await;
    world.until_reply(1, first, Retrying).await;
    for number in 2..8 {
        world.open_and_submit(number).await;
    }
    let held = |entry: &OutboxEntry| entry.status == "submitted" && entry.reason == "rate_limited";
    list_until(&copy, |entries| entries.iter().filter(|entry| held(entry)).count() == 6).await;
    assert_eq!(world.stats().received, 1, "nobody runs into the same wall");
    hands.advance(SignedDuration::from_secs(40));
    world.until_settled(7).await;
    assert_eq!(world.stats().received, 8);
    assert_eq!(world.story(2, only_reply(&world, 2).await).await, ["attempt 1", "sent answered"]);
    world.assert_posted(7);
}

async fn only_reply(world: &World, number: u32) -> conversation::ReplyId {
    let loaded = world.journal.load(&subject(number)).await.unwrap();
    conversation::fold(loaded.records()).replies[0].id.unwrap()
}

#[tokio::test]
async fn a_rate_is_kept() {
    let world = World::new(Faults::default()).await.with("sends_per_minute_max=600").with("sends_burst_max=2");
    let _copy = world.start().await;
    let begun = Instant::now();
    for number in 0..7 {
        world.open_and_submit(number).await;
    }
    world.until_settled(7).await;
    // Two at once, and five more at ten a second.
    assert!(begun.elapsed() >= Duration::from_millis(450), "{:?}", begun.elapsed());
    world.assert_posted(7);
}

#[tokio::test]
async fn a_network_that_is_down_gets_one_reply_at_a_time_and_uses_up_no_tries() {
    let faults = Faults { lookup: false, ..Faults::always(Fault::ServerError) };
    let world = World::new(faults).await.with("circuit_failures=3").with("circuit_open_seconds=10");
    let world = world.with("calls_per_network_max=1");
    let (copy, hands) = world.start_in_stopped_time().await;
    for number in 0..10 {
        world.open_and_submit(number).await;
    }
    // All of them wait again, each for its next try or for the network.
    let waits =
        |entry: &OutboxEntry| entry.retry_at.as_ref().is_some_and(|at| wire::instant(at).unwrap() > hands.now());
    for sends in 3..8 {
        while world.stats().received < sends {
            tokio::task::yield_now().await;
        }
        list_until(&copy, |entries| entries.iter().filter(|entry| waits(entry)).count() == 10).await;
        assert_eq!(world.stats().received, sends);
        if sends == 7 {
            world.network.set_faults(Faults::default()).unwrap();
        }
        hands.advance(SignedDuration::from_secs(11));
    }
    world.until_settled(10).await;
    assert_eq!(world.stats().received, 3 + 4 + 10);
    world.assert_posted(10);
}

#[tokio::test]
async fn replies_go_on_as_soon_as_the_network_works_again() {
    // It fails once; the probe after that is answered, and then nobody waits any more.
    let faults = Faults { lookup: false, ..Faults::sequence([Fault::ServerError]) };
    let world = World::new(faults).await.with("circuit_failures=1").with("circuit_open_seconds=20");
    let world = world.with("calls_per_network_max=1");
    let (copy, hands) = world.start_in_stopped_time().await;
    for number in 0..10 {
        world.open_and_submit(number).await;
    }
    let down = |entry: &OutboxEntry| entry.reason == "network_down";
    list_until(&copy, |entries| entries.iter().filter(|entry| down(entry)).count() == 9).await;
    hands.advance(SignedDuration::from_secs(30));
    world.until_settled(10).await;
    assert_eq!(world.stats().received, 11);
    world.assert_posted(10);
}

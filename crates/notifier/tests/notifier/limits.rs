//! Networks that want to be left alone, settings that leave a reply no way, and replies that cannot go.

use crate::world::{World, subject};
use conversation::state::ReplyStatus::{Failed, Sent};
use sandbox::{Fault, Faults};
use std::time::{Duration, Instant};

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
    let world = World::new(Faults::sequence([Fault::RateLimited { retry_after_seconds: 1 }])).await;
    let _copy = world.start().await;
    let first = world.open_and_submit(1).await;
    world.until_reply(1, first, conversation::state::ReplyStatus::Retrying).await;
    let begun = Instant::now();
    for number in 2..8 {
        world.open_and_submit(number).await;
    }
    world.until_settled(7).await;
    assert!(begun.elapsed() > Duration::from_millis(700), "{:?}", begun.elapsed());
    assert_eq!(world.stats().received, 8, "one was refused, and nobody ran into the same wall");
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
async fn a_network_that_is_down_is_left_alone_and_uses_up_no_tries() {
    let faults = Faults { lookup: false, ..Faults::always(Fault::ServerError) };
    let world = World::new(faults).await;
    let world = world.with("circuit_failures=3").with("circuit_open_seconds=0.3").with("calls_per_network_max=1");
    let _copy = world.start().await;
    for number in 0..10 {
        world.open_and_submit(number).await;
    }
    while world.stats().received < 3 {
        tokio::task::yield_now().await;
    }
    let opened = world.stats().received;
    // While it is left alone, one probe in 0.3 s is all that it gets.
    tokio::time::sleep(Duration::from_millis(800)).await;
    let probes = world.stats().received - opened;
    assert!((1..=4).contains(&probes), "{probes} probes");
    world.network.set_faults(Faults::default()).unwrap();
    world.until_settled(10).await;
    let mut attempts = 0;
    for number in 0..10 {
        let story = world.story(number, only_reply(&world, number).await).await;
        attempts += story.iter().filter(|step| step.starts_with("attempt")).count();
    }
    assert!(attempts <= 20, "{attempts} tries of 10 replies");
    world.assert_posted(10);
}

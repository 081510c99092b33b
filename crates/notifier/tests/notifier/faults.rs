//! Each fault of the sandbox, against a network that knows repeated keys and can be asked.

use crate::world::{World, brand, network, subject};
use conversation::state::ReplyStatus::{Failed, InDoubt, Retrying, Sent};
use conversation::{Fact, PostKey};
use sandbox::{Config, Fault, Faults, Sandbox};
use service::Shutdown;
use service::webhook::Secrets;

async fn one(fault: Fault) -> (World, Vec<String>) {
    let world = World::new(Faults::sequence([fault])).await;
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_settled(1).await;
    let story = world.story(1, reply).await;
    (world, story)
}

#[tokio::test]
async fn a_reply_is_sent_as_what_the_network_calls_it() {
    let (world, story) = one(Fault::Ok).await;
    assert_eq!(story, ["attempt 1", "sent answered"]);
    world.assert_posted(1);
    let posted = &world.network.replies()[0];
    let facts = world.facts(1).await;
    let Some(Fact::ReplySent(sent)) = facts.last() else { panic!("{facts:?}") };
    assert_eq!(posted.key, posted.reply_id);
    assert_eq!((posted.text.as_str(), posted.in_reply_to.as_deref()), ("on our way", Some("post-1")));
    assert_eq!(posted.conversation, subject(1).conversation().unwrap().to_string());
    // By this key ingest finds the thread when the customer answers.
    assert_eq!(sent.post, Some(PostKey::of(&brand(), &network(), &posted.id)));
    assert_eq!((sent.native_id.as_str(), sent.sent_at), (posted.id.as_str(), posted.posted_at));
}

#[tokio::test]
async fn what_did_not_arrive_is_tried_again() {
    for (fault, reason) in [
        (Fault::RateLimited { retry_after_seconds: 1 }, "rate_limited"),
        (Fault::Unavailable { retry_after_seconds: 1 }, "http_503"),
    ] {
        let (world, story) = one(fault).await;
        let failed = format!("failed {reason}");
        assert_eq!(story, ["attempt 1", &failed, "attempt 2", "sent answered"], "{fault}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_looked_up_before_it_is_sent_again() {
    for (fault, reason) in
        [(Fault::ServerError, "unknown_http_500"), (Fault::DropBeforeAccept, "unknown_connection_lost")]
    {
        let (world, story) = one(fault).await;
        let failed = format!("failed {reason}");
        assert_eq!(story, ["attempt 1", &failed, "attempt 2", "sent answered"], "{fault}");
        assert_eq!((world.stats().lookups, world.stats().lookups_found), (2, 0), "after the fault and before the next");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn what_arrived_without_an_answer_is_found() {
    let late = Fault::Slow { delay_ms: 60_000 };
    for fault in [Fault::AcceptThenDrop, Fault::Garbage, late] {
        let (world, story) = one(fault).await;
        assert_eq!(story, ["attempt 1", "sent looked_up"], "{fault}");
        assert_eq!(world.stats().received, 1, "{fault}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let (world, story) = one(Fault::Slow { delay_ms: 200 }).await;
    assert_eq!(story, ["attempt 1", "sent answered"]);
    world.assert_posted(1);
}

#[tokio::test]
async fn what_is_refused_has_failed() {
    for (fault, reason) in
        [(Fault::BadRequest, "refused_400"), (Fault::Unauthorized, "refused_401"), (Fault::Gone, "refused_410")]
    {
        let (world, story) = one(fault).await;
        assert_eq!(story, ["attempt 1".to_owned(), format!("gave up {reason}")], "{fault}");
        world.assert_posted(0);
    }
}

#[tokio::test]
async fn without_a_look_up_the_key_keeps_it_single() {
    for fault in [Fault::AcceptThenDrop, Fault::Garbage, Fault::DropBeforeAccept] {
        let world = World::new(Faults { lookup: false, ..Faults::sequence([fault]) }).await;
        let _copy = world.start().await;
        let reply = world.open_and_submit(1).await;
        world.until_reply(1, reply, Sent).await;
        assert_eq!(world.story(1, reply).await.len(), 4, "{fault}");
        assert_eq!(world.stats().repeats, u64::from(fault.accepts()), "{fault}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn a_reply_that_is_never_taken_fails_after_the_last_try() {
    let faults = Faults::always(Fault::RateLimited { retry_after_seconds: 0 });
    let world = World::new(faults).await.with("attempts_max=3").with("retry_waits_seconds=[0.01]");
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Failed).await;
    let story = world.story(1, reply).await;
    assert_eq!(story.last().unwrap(), "gave up rate_limited");
    assert_eq!(world.stats().received, 3);
    world.assert_posted(0);
}

#[tokio::test]
async fn the_last_try_in_doubt_is_left_to_a_person_and_proven_absence_is_a_failure() {
    let world = World::new(Faults::always(Fault::DropBeforeAccept)).await.with("attempts_max=2");
    let copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, InDoubt).await;
    copy.stop().await;

    let world = world.with("lookup_is_certain=true");
    let _copy = world.start().await;
    let reply = world.open_and_submit(2).await;
    world.until_reply(2, reply, Failed).await;
    assert_eq!(world.story(2, reply).await.last().unwrap(), "gave up not_arrived");
    world.assert_posted(0);
}

#[tokio::test]
async fn a_reply_that_may_be_there_is_not_called_failed_because_a_later_try_is_refused() {
    let faults = Faults { lookup: false, ..Faults::sequence([Fault::AcceptThenDrop, Fault::Gone]) };
    let world = World::new(faults).await;
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, InDoubt).await;
    assert_eq!(world.story(1, reply).await.last().unwrap(), "in doubt refused_410");
    world.assert_posted(1);
}

#[tokio::test]
async fn a_network_that_is_not_there_is_tried_until_it_is() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let world = World::new(Faults::default()).await;
    let world =
        world.with(&format!("url=http://{address}/replies")).with(&format!("lookup_url=http://{address}/{{key}}"));
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Retrying).await;
    assert_eq!(world.story(1, reply).await[..2], ["attempt 1", "failed connect_failed"]);
    let config = Config { listen: address, ..Config::new(Secrets::new(world.secret.clone())) };
    let network = Sandbox::start(config, Shutdown::new(5)).await.unwrap();
    world.until_reply(1, reply, Sent).await;
    assert_eq!((network.stats().doubled, network.stats().distinct, network.stats().lookups), (0, 1, 0));
}

#[tokio::test]
async fn a_storm_of_faults_posts_every_reply_once() {
    let chances = [
        (Fault::ServerError, 0.15),
        (Fault::AcceptThenDrop, 0.15),
        (Fault::DropBeforeAccept, 0.15),
        (Fault::Garbage, 0.1),
        (Fault::RateLimited { retry_after_seconds: 0 }, 0.05),
        (Fault::Slow { delay_ms: 30 }, 0.2),
    ];
    for (lookup, seed) in [(true, 1), (false, 2)] {
        let faults = Faults { chances: chances.into(), seed, lookup, ..Faults::default() };
        let world = World::new(faults).await.with("attempts_max=100").with("retry_waits_seconds=[0.01]");
        let _copy = world.start().await;
        for number in 0..60 {
            world.open_and_submit(number).await;
        }
        world.until_settled(60).await;
        let stats = world.stats();
        assert!(stats.faults.values().sum::<u64>() > 20, "{stats:?}");
        world.assert_posted(60);
    }
}

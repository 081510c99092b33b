//! The same over a real nats-server, which dies too; and records that cannot be read.

use crate::world::{World, subject};
use bytes::Bytes;
use conversation::state::ReplyStatus::{InDoubt, Sent};
use journal::testing::{Server, inject};
use sandbox::{Fault, Faults};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_jetstream_replies_are_sent_once_though_everything_dies() {
    let mut server = Server::start().await;
    let chances = [(Fault::ServerError, 0.1), (Fault::AcceptThenDrop, 0.15), (Fault::Slow { delay_ms: 30 }, 0.2)];
    let faults = Faults { chances: chances.into(), seed: 5, ..Faults::default() };
    let world = World::on(server.journal().await, faults).await.with("attempts_max=100");
    let mut copies = Vec::new();
    for _ in 0..2 {
        // Each with a connection of its own, as two processes have.
        copies.push(world.start_on(server.journal().await).await);
    }
    for number in 0..12 {
        world.open(number).await;
        for text in ["one", "two"] {
            world.submit(number, text).await;
        }
        match number {
            4 => copies.remove(0).kill(),
            7 => server.restart().await,
            9 => copies.push(world.start_on(server.journal().await).await),
            _ => {}
        }
    }
    world.until_settled(24).await;
    world.assert_posted(24);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_set_aside_and_the_flow_goes_on() {
    let world = World::new(Faults::default()).await;
    let _copy = world.start().await;
    let garbage = Bytes::from_static(b"\xff\xfe not a record");
    inject(&world.journal, &wire::subjects::of(&subject(9)), garbage).await.unwrap();
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Sent).await;
    let set_aside = loop {
        let found = world.journal.set_aside_list().await.unwrap();
        if !found.is_empty() {
            break found;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(set_aside.len(), 1);
}

#[tokio::test]
async fn a_reply_is_not_sent_over_a_record_that_may_say_it_is() {
    let world = World::new(Faults::default()).await;
    let reply = world.open_and_submit(1).await;
    inject(&world.journal, &wire::subjects::of(&subject(1)), Bytes::from_static(b"\xff a newer version"))
        .await
        .unwrap();
    let _copy = world.start().await;
    world.until_reply(1, reply, InDoubt).await;
    assert_eq!(world.stats().received, 0);
    let next = world.submit(1, "submitted after it").await;
    world.until_reply(1, next, Sent).await;
    world.assert_posted(1);
}

//! Networks that do not know a repeated key: a reply that may have arrived is looked up, and where that proves nothing a
//! person decides.

use crate::world::{SETTLE, World, dana};
use conversation::Command;
use conversation::state::ReplyStatus::{Failed, InDoubt, Sent};
use sandbox::{Fault, Faults};
use std::time::Instant;

async fn without_keys(faults: Faults) -> World {
    World::new(Faults { idempotent: false, ..faults }).await.with("idempotent=false")
}

#[tokio::test]
async fn without_key_and_look_up_a_person_decides() {
    for fault in [Fault::AcceptThenDrop, Fault::DropBeforeAccept, Fault::Garbage, Fault::ServerError] {
        let faults = Faults { lookup: false, ..Faults::sequence([fault]) };
        let world = without_keys(faults).await.without_lookup();
        let _copy = world.start().await;
        let reply = world.open_and_submit(1).await;
        world.until_reply(1, reply, InDoubt).await;
        assert_eq!(world.stats().received, 1, "{fault}");
        world.assert_posted(u64::from(fault.accepts()));

        // The next reply does not wait for the person.
        let next = world.submit(1, "and one more thing").await;
        world.until_reply(1, next, Sent).await;

        let arrived = fault.accepts();
        world.command(1, "settle", Command::SettleReply { reply, arrived }).await;
        world.until_reply(1, reply, if arrived { Sent } else { Failed }).await;
        let last = world.story(1, reply).await.pop().unwrap();
        assert_eq!(last, if arrived { "sent settled" } else { "gave up settled_not_arrived" });
        world.assert_posted(1 + u64::from(arrived));
    }
}

#[tokio::test]
async fn what_a_person_knows_not_to_be_there_goes_out_again_in_one_step() {
    let faults = [Fault::DropBeforeAccept, Fault::Ok];
    let world = without_keys(Faults { lookup: false, ..Faults::sequence(faults) }).await.without_lookup();
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, InDoubt).await;
    world.command(1, "again", Command::SendAgain { reply, person: dana() }).await;
    world.until_reply(1, reply, Sent).await;
    let told =
        ["attempt 1", "in doubt unknown_connection_lost", "gave up settled_not_arrived", "attempt 2", "sent answered"];
    assert_eq!(world.story(1, reply).await, told);
    world.assert_posted(1);
}

#[tokio::test]
async fn a_look_up_of_a_network_that_is_asked_in_vain_says_that_it_cannot() {
    // The setting names a look-up, but the network answers 501.
    let world = without_keys(Faults { lookup: false, ..Faults::sequence([Fault::AcceptThenDrop]) }).await;
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, InDoubt).await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "in doubt unknown_no_result"]);
    world.assert_posted(1);
}

#[tokio::test]
async fn what_is_found_is_sent_and_what_is_not_found_is_left_to_a_person() {
    let world = without_keys(Faults::sequence([Fault::AcceptThenDrop, Fault::DropBeforeAccept])).await;
    let _copy = world.start().await;
    let found = world.open_and_submit(1).await;
    world.until_reply(1, found, Sent).await;
    assert_eq!(world.story(1, found).await, ["attempt 1", "sent looked_up"]);
    let missing = world.open_and_submit(2).await;
    world.until_reply(2, missing, InDoubt).await;
    world.assert_posted(1);
}

#[tokio::test]
async fn certain_absence_allows_another_try_once_the_first_cannot_be_going_on() {
    let faults = Faults::sequence([Fault::DropBeforeAccept, Fault::AcceptThenDrop]);
    let world = without_keys(faults).await.with("lookup_is_certain=true");
    let _copy = world.start().await;
    let begun = Instant::now();
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Sent).await;
    assert!(begun.elapsed() >= SETTLE);
    assert_eq!(world.story(1, reply).await, ["attempt 1", "attempt 2", "sent looked_up"]);
    world.assert_posted(1);
}

#[tokio::test]
async fn a_key_is_worth_nothing_once_the_network_has_forgotten_it() {
    // A key of an hour is the shortest that can be set; the try before is two hours old.
    let world = World::new(Faults { idempotent: false, lookup: false, ..Faults::default() }).await;
    let world = world.with("idempotency_hours=1");
    let reply = world.open_and_submit(1).await;
    crate::crash::write_attempt(&world, 1, reply, jiff::SignedDuration::from_hours(2)).await;
    crate::crash::post(&world, reply).await;
    let _copy = world.start().await;
    world.until_reply(1, reply, InDoubt).await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "in doubt unknown_key_expired"]);
    world.assert_posted(1);
}

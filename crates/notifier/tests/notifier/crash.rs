//! Deaths at every step: after the try was written down, while it was made, after the network took it, after the result
//! was written. What is left is the log and the network, so each case is set up as exactly that; and then at random.

use crate::world::{Copy, World, brand, network, subject};
use conversation::replied::ReplyAttempted;
use conversation::state::ReplyStatus::{InDoubt, Sent};
use conversation::{Actor, Fact, Record, RecordId, ReplyId};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault, Faults};
use service::webhook::{self, Secrets};
use std::collections::HashMap;
use std::time::Duration;

/// Writes a try as a notifier wrote it that died this long ago.
pub async fn write_attempt(world: &World, number: u32, reply: ReplyId, ago: SignedDuration) {
    let expected = world.journal.last_of(&subject(number)).await.unwrap();
    let at = Timestamp::now() - ago;
    let record = Record {
        id: RecordId::caused("notifier", reply.as_uuid().as_bytes()),
        subject: subject(number),
        occurred_at: at,
        recorded_at: at,
        actor: Actor::Service("notifier".into()),
        caused_by: None,
        correlation: None,
        facts: vec![Fact::from(ReplyAttempted { reply, attempt: 1, attempted_at: at })],
    };
    world.journal.append(&record, expected).await.unwrap();
}

/// Posts a reply on the network as a notifier did that died before it heard the answer.
pub async fn post(world: &World, reply: ReplyId) {
    let body = serde_json::json!({"type": "reply.send", "data": {
        "reply_id": reply.to_string(), "brand": brand().as_str(), "network": network().as_str(), "text": "on our way",
    }});
    let body = body.to_string().into_bytes();
    let secrets = Secrets::new(world.secret.clone());
    let signed = webhook::sign(&secrets, &reply.to_string(), Timestamp::now(), &body);
    let url = format!("{}/replies", world.network.url());
    service::process::install_crypto();
    let sent = reqwest::Client::new().post(url).headers(signed.headers().unwrap()).body(body).send().await.unwrap();
    assert!(sent.status().is_success());
}

/// What a network offers, and how a reply ends on it whose notifier died in the middle.
struct Case {
    idempotent: bool,
    lookup: bool,
    certain: bool,
    /// The reply had not reached the network; the reply had.
    ends: [&'static [&'static str]; 2],
}

const CASES: [Case; 5] = [
    Case {
        idempotent: true,
        lookup: true,
        certain: false,
        ends: [&["attempt 1", "attempt 2", "sent answered"], &["attempt 1", "sent looked_up"]],
    },
    Case {
        idempotent: true,
        lookup: false,
        certain: false,
        ends: [&["attempt 1", "attempt 2", "sent answered"], &["attempt 1", "attempt 2", "sent answered"]],
    },
    Case {
        idempotent: false,
        lookup: true,
        certain: true,
        ends: [&["attempt 1", "attempt 2", "sent answered"], &["attempt 1", "sent looked_up"]],
    },
    Case {
        idempotent: false,
        lookup: true,
        certain: false,
        ends: [&["attempt 1", "in doubt unknown_no_result"], &["attempt 1", "sent looked_up"]],
    },
    Case {
        idempotent: false,
        lookup: false,
        certain: false,
        ends: [&["attempt 1", "in doubt unknown_no_result"], &["attempt 1", "in doubt unknown_no_result"]],
    },
];

#[tokio::test]
async fn a_death_between_try_and_result_is_made_good_or_shown_to_a_person() {
    for case in CASES {
        for arrived in [false, true] {
            let faults = Faults { idempotent: case.idempotent, lookup: case.lookup, ..Faults::default() };
            let world = World::new(faults).await;
            let world = world.with(&format!("idempotent={}", case.idempotent));
            let world = world.with(&format!("lookup_is_certain={}", case.certain));
            let reply = world.open_and_submit(1).await;
            write_attempt(&world, 1, reply, SignedDuration::from_secs(60)).await;
            if arrived {
                post(&world, reply).await;
            }
            let _copy = world.start().await;
            world.until_settled(1).await;
            let ends = case.ends[usize::from(arrived)];
            assert_eq!(world.story(1, reply).await, ends);
            world.assert_posted(u64::from(arrived || ends.len() == 3));
        }
    }
}

#[tokio::test]
async fn a_try_that_may_be_going_on_elsewhere_is_left_alone() {
    let world = World::new(Faults::default()).await;
    let reply = world.open_and_submit(1).await;
    write_attempt(&world, 1, reply, SignedDuration::ZERO).await;
    let begun = std::time::Instant::now();
    let _copy = world.start().await;
    world.until_reply(1, reply, Sent).await;
    assert!(begun.elapsed() >= crate::world::TIMEOUT, "{:?}", begun.elapsed());
    world.assert_posted(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_that_want_the_same_replies_at_the_same_time_send_each_once() {
    // A network that would post each repetition, and is slow enough for all to meet in the middle.
    let slow = Faults::always(Fault::Slow { delay_ms: 50 });
    let world = World::new(Faults { idempotent: false, lookup: false, ..slow }).await;
    let mut world = world.with("idempotent=false").without_lookup();
    // They have waited for so long that every copy takes them up as soon as it is there.
    world.ago = SignedDuration::from_mins(5);
    for number in 0..40 {
        world.open_and_submit(number).await;
    }
    let _copies = tokio::join!(world.start(), world.start(), world.start());
    world.until_settled(40).await;
    assert_eq!(world.stats().received, 40);
    world.assert_posted(40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_that_find_the_same_lost_tries_make_each_once_more() {
    let slow = Faults::always(Fault::Slow { delay_ms: 50 });
    let world = World::new(Faults { idempotent: false, ..slow }).await;
    let mut world = world.with("idempotent=false").with("lookup_is_certain=true");
    world.ago = SignedDuration::from_mins(5);
    for number in 0..40 {
        let reply = world.open_and_submit(number).await;
        write_attempt(&world, number, reply, SignedDuration::from_mins(4)).await;
    }
    let _copies = tokio::join!(world.start(), world.start(), world.start());
    world.until_settled(40).await;
    assert_eq!(world.stats().received, 40);
    world.assert_posted(40);
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_call_posts_it_once() {
    let world = World::new(Faults::sequence([Fault::Slow { delay_ms: 60_000 }])).await;
    let copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    while world.stats().accepted == 0 {
        tokio::task::yield_now().await;
    }
    copy.kill();
    assert_eq!(world.story(1, reply).await, ["attempt 1"]);
    let _copy = world.start().await;
    world.until_reply(1, reply, Sent).await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "sent looked_up"]);
    assert_eq!(world.stats().received, 1);
}

#[tokio::test]
async fn a_stop_finishes_the_call_in_hand() {
    let world = World::new(Faults::sequence([Fault::Slow { delay_ms: 300 }])).await;
    let copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    while world.stats().accepted == 0 {
        tokio::task::yield_now().await;
    }
    copy.stop().await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "sent answered"]);
}

#[tokio::test]
async fn replies_of_a_conversation_keep_their_order() {
    let faults = Faults::sequence([Fault::RateLimited { retry_after_seconds: 0 }, Fault::DropBeforeAccept]);
    let world = World::new(faults).await;
    let _copy = world.start().await;
    world.open(1).await;
    for text in ["one", "two", "three", "four"] {
        world.submit(1, text).await;
    }
    world.until_settled(4).await;
    let mut texts: Vec<String> = world.network.replies().into_iter().map(|reply| reply.text).collect();
    texts.reverse();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    world.assert_posted(4);
}

/// Replies to several conversations, several each, while copies of the notifier are killed and started.
async fn deaths(world: &World, conversations: u32, each: u32, copies: usize, kills: u32) {
    let mut running: Vec<Copy> = Vec::new();
    for number in 0..conversations {
        world.open(number).await;
    }
    for kill in 0..kills {
        while running.len() < copies {
            running.push(world.start().await);
        }
        // Some of the replies come now, the rest later.
        for number in (0..conversations).filter(|number| number % kills == kill) {
            for reply in 0..each {
                world.submit(number, &format!("{number} {reply}")).await;
            }
        }
        // Any moment is right for a death; each round takes another one.
        let sends = world.stats().received + u64::from(kill % 5);
        let moment = async {
            while world.stats().received < sends {
                tokio::task::yield_now().await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(300), moment).await;
        running.remove(0).kill();
    }
    running.push(world.start().await);
    world.until_settled((conversations * each) as usize).await;
}

/// The replies of each conversation, oldest first.
fn posted(world: &World) -> HashMap<String, Vec<String>> {
    let mut posted: HashMap<String, Vec<String>> = HashMap::new();
    for reply in world.network.replies().into_iter().rev() {
        posted.entry(reply.conversation).or_default().push(reply.text);
    }
    posted
}

fn chances() -> Faults {
    let chances = [
        (Fault::ServerError, 0.1),
        (Fault::AcceptThenDrop, 0.1),
        (Fault::DropBeforeAccept, 0.1),
        (Fault::Garbage, 0.1),
        (Fault::Slow { delay_ms: 40 }, 0.3),
    ];
    Faults { chances: chances.into(), ..Faults::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deaths_at_random_moments_post_every_reply_once_and_in_order() {
    for (seed, copies) in [(11, 1), (12, 2), (13, 3)] {
        let world = World::new(Faults { seed, ..chances() }).await.with("attempts_max=100");
        deaths(&world, 24, 3, copies, 12).await;
        world.assert_posted(72);
        for (conversation, texts) in posted(&world) {
            let mut sorted = texts.clone();
            sorted.sort();
            assert_eq!(texts, sorted, "{conversation}");
            assert_eq!(texts.len(), 3, "{conversation}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_keys_deaths_leave_doubts_but_nothing_twice_and_nothing_false() {
    let faults = Faults { seed: 14, idempotent: false, ..chances() };
    let world = World::new(faults).await.with("idempotent=false").without_lookup();
    deaths(&world, 24, 3, 2, 12).await;
    let stats = world.stats();
    assert_eq!((stats.doubled, stats.repeats), (0, 0), "{stats:?}");
    let mut doubts = 0;
    let there: Vec<String> = world.network.replies().into_iter().map(|reply| reply.reply_id).collect();
    for number in 0..24 {
        let loaded = world.journal.load(&subject(number)).await.unwrap();
        for reply in conversation::fold(loaded.records()).replies {
            let stands = there.contains(&reply.id.unwrap().to_string());
            match reply.status {
                Sent => assert!(stands, "said to be sent, but it is not there"),
                InDoubt => doubts += 1,
                _ => assert!(!stands, "said to have failed, but it is there"),
            }
        }
    }
    assert!(doubts > 0, "a storm without doubts proves nothing");
}

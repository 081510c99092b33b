//! Every network's own language, against the sandbox that speaks it: each fault ends as the network's rules say, and nothing
//! stands twice.

use crate::world::{World, dana, subject_on};
use conversation::replied::SubmitReply;
use conversation::state::ReplyStatus::{Failed, InDoubt, Sent};
use conversation::{Fact, Network, Personal, ReplyId};
use sandbox::{Fault, Faults};

/// The languages, and whether each knows a repetition, and whether it can be asked.
pub const LANGUAGES: [(&str, bool, bool); 11] = [
    ("x", false, true),
    ("mastodon", true, false),
    ("telegram", false, false),
    ("bluesky", true, true),
    ("whatsapp", false, false),
    ("facebook", false, true),
    ("instagram", false, true),
    ("line", true, false),
    ("reddit", false, true),
    ("slack", false, true),
    ("sms", false, true),
];

/// The id of the customer's post, as the network's connector gives it.
fn post_of(language: &str, number: u32) -> String {
    match language {
        "telegram" => format!("70{number}:{number}"),
        "slack" => format!("C{number}:1700000{number}.000100"),
        "bluesky" => format!("at://did:plc:author/app.bsky.feed.post/3k{number}"),
        "reddit" => format!("t1_{number}"),
        _ => format!("90{number}"),
    }
}

pub async fn world(language: &str, faults: Faults) -> World {
    let world = World::on_network(language, faults).await;
    let url = world.network.url();
    let mut world = world.with(&format!("networks.{language}.protocol={language}"));
    world = world.with(&format!("networks.{language}.url={url}/native/{language}"));
    world = world
        .with(&format!("networks.{language}.account=nordnet"))
        .with(&format!("networks.{language}.sender=+3725550100"));
    world.tokens.push(language.to_owned());
    world
}

impl World {
    async fn open_native(&self, language: &str, number: u32, private: bool) {
        self.open_as(number, &post_of(language, number), private).await;
    }
}

async fn answered(world: &World, language: &str, private: bool) -> ReplyId {
    world.open_native(language, 1, private).await;
    let reply = SubmitReply { private, ..SubmitReply::plain(dana(), "on & on, see https://care.example/1 ^Dana") };
    world.submit_as(1, "one", reply).await
}

async fn story(language: &str, fault: Fault) -> (World, Vec<String>) {
    let private = matches!(language, "whatsapp" | "line" | "sms" | "telegram");
    let world = world(language, Faults::sequence([fault])).await;
    let _copy = world.start().await;
    let reply = answered(&world, language, private).await;
    world.until_settled(1).await;
    let story = world.story(1, reply).await;
    (world, story)
}

#[tokio::test]
async fn every_network_takes_a_reply_and_says_what_it_calls_it() {
    for (language, ..) in LANGUAGES {
        let (world, story) = story(language, Fault::Ok).await;
        assert_eq!(story, ["attempt 1", "sent answered"], "{language}");
        let posted = &world.network.replies()[0];
        let facts = world.facts(1).await;
        let Some(Fact::ReplySent(sent)) = facts.last() else { panic!("{facts:?}") };
        assert_eq!(sent.native_id, posted.id, "{language}");
        let words = posted.text.trim_start_matches("@author1 ");
        assert_eq!(words, "on & on, see https://care.example/1 ^Dana", "{language}");
        let expected = post_of(language, 1);
        let stands_under = posted.in_reply_to.as_deref().unwrap_or(&posted.conversation);
        assert!(stands_under == expected || stands_under == "author-1", "{language}: {stands_under}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn a_private_message_goes_to_the_person() {
    for (language, to) in [("x", "author-1"), ("facebook", "author-1"), ("instagram", "author-1")] {
        let world = world(language, Faults::sequence([Fault::AcceptThenDrop])).await;
        let _copy = world.start().await;
        let reply = answered(&world, language, true).await;
        world.until_reply(1, reply, Sent).await;
        assert_eq!(world.story(1, reply).await, ["attempt 1", "sent looked_up"], "{language}");
        let posted = &world.network.replies()[0];
        assert_eq!((posted.private, posted.conversation.as_str()), (true, to), "{language}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn a_429_is_waited_for_in_every_language() {
    for (language, ..) in LANGUAGES {
        let (world, story) = story(language, Fault::RateLimited { retry_after_seconds: 1 }).await;
        assert_eq!(story, ["attempt 1", "failed rate_limited", "attempt 2", "sent answered"], "{language}");
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn an_error_of_the_server_is_made_good_without_doubling() {
    for (language, key, lookup) in LANGUAGES {
        let (world, story) = story(language, Fault::ServerError).await;
        assert_eq!(story.last().unwrap(), "sent answered", "{language}");
        // Telegram and WhatsApp say themselves that they have not taken it.
        let maybe = !matches!(language, "telegram" | "whatsapp");
        let failed = if maybe { "failed unknown_http_500" } else { "failed http_500" };
        if key || lookup || !maybe {
            let kept = story.iter().any(|step| step == failed);
            // Where only a look-up tells, the same try is taken up again once it cannot be going on.
            assert!(kept || (lookup && !key), "{language}: {story:?}");
        }
        world.assert_posted(1);
    }
}

#[tokio::test]
async fn half_sent_is_found_or_known_by_its_key_or_left_to_a_person() {
    for (language, key, lookup) in LANGUAGES {
        for fault in [Fault::AcceptThenDrop, Fault::Garbage] {
            let (world, story) = story(language, fault).await;
            let last = story.last().unwrap();
            match (key, lookup) {
                (_, true) => assert_eq!(last, "sent looked_up", "{language} {fault}: {story:?}"),
                (true, false) => assert_eq!(last, "sent answered", "{language} {fault}: {story:?}"),
                (false, false) => assert!(last.starts_with("in doubt unknown_"), "{language} {fault}: {story:?}"),
            }
            world.assert_posted(1);
        }
    }
}

#[tokio::test]
async fn dropped_before_it_was_taken_is_sent_again_only_where_that_is_known() {
    for (language, key, lookup) in LANGUAGES {
        let (world, story) = story(language, Fault::DropBeforeAccept).await;
        if key || lookup {
            assert_eq!(story.last().unwrap(), "sent answered", "{language}: {story:?}");
            world.assert_posted(1);
        } else {
            assert_eq!(story, ["attempt 1", "in doubt unknown_connection_lost"], "{language}");
            world.assert_posted(0);
        }
    }
}

#[tokio::test]
async fn what_a_network_never_takes_has_failed_at_once() {
    for (language, ..) in LANGUAGES {
        for fault in [Fault::BadRequest, Fault::Unauthorized] {
            let (world, story) = story(language, fault).await;
            assert_eq!(story.len(), 2, "{language} {fault}: {story:?}");
            assert!(story[1].starts_with("gave up refused_"), "{language} {fault}: {story:?}");
            world.assert_posted(0);
        }
    }
}

#[tokio::test]
async fn the_same_words_again_are_not_taken_for_the_first_time() {
    // The second one is lost, and only the first one stands there: it must not pass for the second.
    let world = world("x", Faults::sequence([Fault::Ok, Fault::DropBeforeAccept])).await;
    let _copy = world.start().await;
    world.open_native("x", 1, false).await;
    let thanks = || SubmitReply::plain(dana(), "Thank you!");
    let first = world.submit_as(1, "one", thanks()).await;
    world.until_reply(1, first, Sent).await;
    let second = world.submit_as(1, "two", thanks()).await;
    world.until_reply(1, second, Sent).await;
    assert_eq!(world.story(1, second).await.last().unwrap(), "sent answered");
    assert_eq!(world.stats().accepted, 2);
}

#[tokio::test]
async fn parts_answer_one_another_and_go_one_after_another() {
    for language in ["x", "mastodon", "bluesky", "facebook", "slack"] {
        let world = world(language, Faults::sequence([Fault::AcceptThenDrop])).await;
        let _copy = world.start().await;
        world.open_native(language, 1, false).await;
        let parts = vec!["one (1/3)".to_owned(), "two (2/3)".to_owned(), "three (3/3)".to_owned()];
        let reply = SubmitReply { parts, body: Personal::text("one two three"), ..SubmitReply::plain(dana(), "") };
        world.submit_as(1, "parts", reply).await;
        world.until_settled(3).await;
        let mut posted = world.network.replies();
        posted.reverse();
        let texts: Vec<&str> = posted.iter().map(|reply| reply.text.trim_start_matches("@author1 ")).collect();
        assert_eq!(texts, ["one (1/3)", "two (2/3)", "three (3/3)"], "{language}");
        // In Slack a thread has one root.
        if language != "slack" {
            assert_eq!(posted[1].in_reply_to.as_deref(), Some(&*posted[0].id), "{language}");
            assert_eq!(posted[2].in_reply_to.as_deref(), Some(&*posted[1].id), "{language}");
        }
        world.assert_posted(3);
    }
}

#[tokio::test]
async fn a_brand_without_an_account_and_a_network_without_lists_say_so() {
    let mut nobody = world("x", Faults::default()).await;
    nobody.tokens.clear();
    let mut nobody = nobody.with("networks.x.accounts.sudnet.account=sudnet");
    nobody.tokens.push("x.accounts.sudnet".to_owned());
    let _copy = nobody.start().await;
    let reply = answered(&nobody, "x", false).await;
    nobody.until_reply(1, reply, Failed).await;
    assert_eq!(nobody.story(1, reply).await.last().unwrap(), "gave up no_account");

    let faults = Faults { lookup: false, ..Faults::sequence([Fault::AcceptThenDrop]) };
    let blind = world("x", faults).await.with("lookup_patience_seconds=0");
    let _copy = blind.start().await;
    let reply = answered(&blind, "x", false).await;
    blind.until_reply(1, reply, InDoubt).await;
    blind.assert_posted(1);
}

#[tokio::test]
async fn a_networks_limits_are_kept_and_its_meters_obeyed() {
    let world = world("telegram", Faults::default()).await;
    let (_copy, hands) = world.start_in_stopped_time().await;
    // One a second to a chat, and others beside it.
    world.open_native("telegram", 1, true).await;
    world.open_native("telegram", 2, true).await;
    for (number, request) in [(1, "a"), (1, "b"), (2, "c")] {
        let reply = SubmitReply { private: true, ..SubmitReply::plain(dana(), request) };
        world.submit_as(number, request, reply).await;
    }
    let network = Network::new("telegram").unwrap();
    let conversation = subject_on(&network, 2).conversation().unwrap();
    world
        .until(|states| {
            states.get(&conversation).is_some_and(|state| state.replies.iter().any(|reply| reply.status == Sent))
        })
        .await;
    while world.stats().accepted < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.stats().accepted, 2);
    hands.advance(jiff::SignedDuration::from_secs(1));
    world.until_settled(3).await;
    world.assert_posted(3);
}

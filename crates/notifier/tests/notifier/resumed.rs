//! Answers that did not go out whole: what is left of them goes out once a person says so, in its order, and no sooner.

use crate::world::{World, dana};
use conversation::replied::{MOVED_TO_PRIVATE, SubmitReply};
use conversation::state::ReplyStatus::{Failed, InDoubt, Sent, Submitted};
use conversation::{Command, Conversation, Fact, Personal, ReplyId};
use sandbox::{Fault, Faults};

fn in_three() -> SubmitReply {
    let parts = vec!["one (1/3)".to_owned(), "two (2/3)".to_owned(), "three (3/3)".to_owned()];
    SubmitReply { parts, body: Personal::text("one two three"), ..SubmitReply::plain(dana(), "") }
}

/// The replies of the first customer's conversation, in the order in which they were submitted.
async fn submitted(world: &World) -> Vec<ReplyId> {
    let facts = world.facts(1).await.into_iter();
    facts.filter_map(|fact| if let Fact::ReplySubmitted(fact) = fact { Some(fact.reply) } else { None }).collect()
}

async fn resume(world: &World, request: &str, reply: ReplyId) {
    world.command(1, request, Command::ResumeReply { reply, person: dana() }).await;
}

fn posted(world: &World) -> Vec<(String, Option<String>, String)> {
    let mut posted = world.network.replies();
    posted.reverse();
    posted.into_iter().map(|reply| (reply.text, reply.in_reply_to, reply.id)).collect()
}

#[tokio::test]
async fn the_rest_of_an_answer_goes_out_when_a_person_says_so_and_answers_what_is_there() {
    let refused = Fault::BadRequest;
    let world = World::new(Faults::sequence([Fault::Ok, refused, refused, Fault::DropBeforeAccept])).await;
    let copy = world.start().await;
    world.open(1).await;
    world.submit_as(1, "parts", in_three()).await;
    let parts = submitted(&world).await;
    world.until_reply(1, parts[2], Failed).await;
    assert_eq!(world.story(1, parts[1]).await, ["attempt 1", "gave up refused_400"]);
    assert_eq!(world.story(1, parts[2]).await, ["gave up earlier_part_failed"]);
    world.assert_posted(1);

    // It fails once more, and the notifier dies; what a person wants then is found in the log.
    resume(&world, "again", parts[1]).await;
    let failed_again = |state: &Conversation| {
        let is = |part: ReplyId| state.reply(&part).is_some_and(|part| part.resumed == 1 && part.status == Failed);
        is(parts[1]) && is(parts[2])
    };
    world.until(|states| states.values().any(failed_again)).await;
    copy.kill();
    resume(&world, "and again", parts[2]).await;
    let _copy = world.start().await;
    world.until_reply(1, parts[2], Sent).await;
    assert_eq!(world.story(1, parts[1]).await.last().unwrap(), "sent answered");
    let posted = posted(&world);
    let texts: Vec<&str> = posted.iter().map(|(text, ..)| text.as_str()).collect();
    assert_eq!(texts, ["one (1/3)", "two (2/3)", "three (3/3)"]);
    assert_eq!(posted[1].1.as_ref(), Some(&posted[0].2), "it answers the part that was there");
    assert_eq!(posted[2].1.as_ref(), Some(&posted[1].2));
    world.assert_posted(3);
}

#[tokio::test]
async fn what_is_sent_once_more_has_all_its_tries_again() {
    let busy = || Fault::Unavailable { retry_after_seconds: 0 };
    let world = World::new(Faults::sequence([busy(), busy(), busy()])).await.with("attempts_max=2");
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Failed).await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "failed http_503", "attempt 2", "gave up http_503"]);
    resume(&world, "again", reply).await;
    world.until_reply(1, reply, Sent).await;
    let story = world.story(1, reply).await;
    assert_eq!(story[4..], ["attempt 3", "failed http_503", "attempt 4", "sent answered"]);
}

#[tokio::test]
async fn what_fails_without_a_try_fails_each_time_it_is_wanted() {
    let world = World::new(Faults::default()).await.with("text_max_characters=3");
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Failed).await;
    for request in ["again", "and again"] {
        resume(&world, request, reply).await;
        let resumed = |facts: &[Fact]| facts.iter().filter(|fact| matches!(fact, Fact::ReplyResumed(_))).count();
        let wanted = resumed(&world.facts(1).await) + 1;
        while world.story(1, reply).await.len() < wanted {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(world.story(1, reply).await, ["gave up text_too_long"; 3]);
    world.assert_posted(0);
}

#[tokio::test]
async fn nobody_reads_of_a_private_message_that_is_not_known_to_be_there() {
    // The message may have arrived, and nobody can look.
    let faults = Faults { idempotent: false, lookup: false, ..Faults::sequence([Fault::AcceptThenDrop]) };
    let world = World::new(faults).await.with("idempotent=false").without_lookup();
    let _copy = world.start().await;
    world.open(1).await;
    let public_note = "We wrote to you in private.".to_owned();
    let reply = SubmitReply { private: true, public_note, ..SubmitReply::plain(dana(), "Here it is") };
    world.submit_as(1, "moved", reply).await;
    let both = submitted(&world).await;
    world.until_reply(1, both[0], InDoubt).await;
    let state = |states: Vec<Fact>| {
        states.into_iter().any(|fact| matches!(fact, Fact::ReplyAttempted(fact) if fact.reply == both[1]))
    };
    assert!(!state(world.facts(1).await));
    world.until_reply(1, both[1], Submitted).await;

    world.command(1, "it is there", Command::SettleReply { reply: both[0], arrived: true }).await;
    world.until_reply(1, both[1], Sent).await;
    let facts = world.facts(1).await;
    let note = facts.iter().find_map(|fact| match fact {
        Fact::ReplySubmitted(fact) if fact.reply == both[1] => Some((fact.private, fact.notice.as_str())),
        _ => None,
    });
    assert_eq!(note, Some((false, MOVED_TO_PRIVATE)));
    assert_eq!(posted(&world).len(), 2);
    assert!(!posted(&world)[1].0.contains("Here it is"));
}

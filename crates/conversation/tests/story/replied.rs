//! The answer on its way out: sent once, or ended as failed, or in doubt until a person settles it.

use crate::world::*;
use conversation::replied::{ReplyFailed, ReplySent, SubmitReply};
use conversation::state::ReplyStatus::{self, Attempted, Failed, InDoubt, Retrying, Sent, Submitted};
use conversation::{Command, Fact, Personal, Rejection, ReplyId, Status};

/// A conversation with a reply that has come this far, in its first try unless it is only submitted.
fn reply_that_is(status: ReplyStatus) -> (Story, ReplyId) {
    let mut story = Story::new();
    story.writes(1, 0, "question").at(4);
    let reply = story.submits("ana");
    if status == Submitted {
        return (story, reply);
    }
    story.attempts(reply);
    match status {
        Submitted | Attempted => &mut story,
        Retrying => story.given(Command::FailReply(failed(reply, 1, false))),
        Failed => story.given(Command::FailReply(failed(reply, 1, true))),
        InDoubt => story.given(Command::DoubtReply(doubted(reply, 1))),
        Sent => story.given(Command::ConfirmReply(sent(reply, 4))),
    };
    assert_eq!(story.state.reply(&reply).unwrap().status, status);
    (story, reply)
}

const ALL: [ReplyStatus; 6] = [Submitted, Attempted, Retrying, Sent, Failed, InDoubt];

/// The status that the command leads to from each status of [`ALL`]; none where it is refused.
fn leads(command: impl Fn(ReplyId) -> Command) -> Vec<Option<ReplyStatus>> {
    let lead = |status| {
        let (mut story, reply) = reply_that_is(status);
        let answer = story.when(&command(reply));
        answer.ok().map(|_| story.state.reply(&reply).unwrap().status)
    };
    ALL.into_iter().map(lead).collect()
}

#[test]
fn each_step_of_a_reply_leads_where_it_may() {
    let attempt = |after_doubt| move |reply| Command::AttemptReply { reply, after_doubt };
    let settle = |arrived| move |reply| Command::SettleReply { reply, arrived };
    let fail = |is_final| move |reply| Command::FailReply(failed(reply, 1, is_final));
    let [a, r, s, f, d] = [Attempted, Retrying, Sent, Failed, InDoubt].map(Some);
    let confirm = |reply| Command::ConfirmReply(sent(reply, 5));
    let doubt = |reply| Command::DoubtReply(doubted(reply, 1));
    // From, in this order: Submitted, Attempted, Retrying, Sent, Failed, InDoubt.
    assert_eq!(leads(attempt(false)), [a, None, a, None, None, None], "a try");
    assert_eq!(leads(attempt(true)), [a, a, a, None, None, None], "a try after a look-up");
    assert_eq!(leads(confirm), [s, s, s, s, None, s], "the network has it");
    assert_eq!(leads(fail(false)), [r, r, r, None, f, None], "a failed try");
    assert_eq!(leads(fail(true)), [f, f, f, None, f, f], "the last failed try");
    assert_eq!(leads(doubt), [None, d, None, None, None, d], "a doubt");
    assert_eq!(leads(settle(true)), [None, None, None, s, None, s], "a person says that it arrived");
    assert_eq!(leads(settle(false)), [None, None, None, None, f, f], "a person says that it did not");
}

#[test]
fn tries_are_counted_and_a_reply_sent_is_an_answer() {
    let (mut story, reply) = reply_that_is(Retrying);
    let facts = story.at(6).when(&Command::AttemptReply { reply, after_doubt: false }).unwrap();
    let [Fact::ReplyAttempted(attempt)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((attempt.attempt, attempt.attempted_at), (2, minute(6)));
    assert_eq!(story.state.status(), Status::Open, "nothing has reached the customer yet");
    story.given(Command::ConfirmReply(sent(reply, 6)));
    assert_eq!((story.state.status(), story.state.answers()), (Status::WaitingForCustomer, 1));
    assert_eq!(story.state.first_response_seconds(), Some(6 * 60));
    assert!(story.state.reply_seen(&post(200)));
}

#[test]
fn how_an_earlier_try_ended_says_nothing_about_the_one_on_its_way() {
    let (mut story, reply) = reply_that_is(Attempted);
    // A second instance looked the first try up, knows that it did not arrive, and tries again.
    story.given(Command::AttemptReply { reply, after_doubt: true });
    for is_final in [false, true] {
        assert_eq!(story.when(&Command::FailReply(failed(reply, 1, is_final))), Ok(vec![]));
    }
    let again = Command::AttemptReply { reply, after_doubt: false };
    assert_eq!(story.when(&again), Err(Rejection::ReplyNotSendable { status: Attempted }));
}

#[test]
fn a_doubt_never_leads_to_another_try_by_itself() {
    let (mut story, reply) = reply_that_is(InDoubt);
    let no_more = Err(Rejection::ReplyNotSendable { status: InDoubt });
    assert_eq!(story.when(&Command::FailReply(failed(reply, 1, false))), no_more);
    for after_doubt in [false, true] {
        assert_eq!(story.when(&Command::AttemptReply { reply, after_doubt }), no_more);
    }
    assert_eq!(story.state.status(), Status::Open, "the customer may still be waiting");
}

#[test]
fn a_settled_reply_arrived_with_its_last_try() {
    let (mut story, reply) = reply_that_is(InDoubt);
    story.writes(2, 8, "complaint").at(30);
    let facts = story.when(&Command::SettleReply { reply, arrived: true }).unwrap();
    let Fact::ReplySent(sent) = &facts[0] else { panic!("{facts:?}") };
    assert_eq!((sent.sent_at, sent.how.as_str()), (minute(4), "settled"));
    assert_eq!((story.state.status(), story.waits_since()), (Status::Open, Some(8)), "what came later waits on");
    assert_eq!(story.due(), Some(18));
}

#[test]
fn a_settled_reply_that_did_not_arrive_has_failed_for_good() {
    let (mut story, reply) = reply_that_is(InDoubt);
    let facts = story.when(&Command::SettleReply { reply, arrived: false }).unwrap();
    let [Fact::ReplyFailed(ReplyFailed { reason, is_final: true, attempt: 1, .. })] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(reason, "settled_not_arrived");
    assert_eq!(story.state.answers(), 0);
}

#[test]
fn an_unknown_reply_is_refused() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    let reply = ReplyId::of(&matter(1), &cause("elsewhere"));
    for command in [
        Command::AttemptReply { reply, after_doubt: false },
        Command::ConfirmReply(sent(reply, 1)),
        Command::FailReply(failed(reply, 1, true)),
        Command::DoubtReply(doubted(reply, 1)),
        Command::SettleReply { reply, arrived: true },
    ] {
        assert_eq!(story.when(&command), Err(Rejection::UnknownReply), "{command:?}");
    }
}

#[test]
fn a_reply_is_one_reply_for_one_request_and_says_what_it_answers() {
    let mut story = Story::new();
    let submit = Command::SubmitReply(submission("ana"));
    assert_eq!(story.when(&submit), Err(Rejection::NotOpened));
    story.writes(1, 0, "question").writes(2, 3, "question");
    let context = story.context();
    let facts = story.when_in(&submit, &context).unwrap();
    let [Fact::ReplySubmitted(reply)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(reply.reply, ReplyId::of(&matter(0), &context.record));
    assert_eq!((reply.in_reply_to, reply.in_reply_to_native_id.as_str()), (post(2), "post-2"), "the newest post");
    assert_eq!(story.when_in(&submit, &context), Ok(vec![]));
    assert_eq!(story.state.replies.len(), 1);
}

#[test]
fn a_reply_needs_a_text_and_a_post_of_this_conversation() {
    let mut story = Story::new();
    story.writes(1, 0, "question").at(2).given(Command::EditPost(edited(3, 1)));
    let submit = |change: fn(&mut SubmitReply)| {
        let mut submit = submission("ana");
        change(&mut submit);
        Command::SubmitReply(submit)
    };
    let empty = submit(|reply| reply.body = Personal::text("  "));
    assert_eq!(story.when(&empty), Err(Rejection::TextMissing));
    for unknown in
        [submit(|reply| reply.in_reply_to = Some(post(9))), submit(|reply| reply.in_reply_to = Some(post(3)))]
    {
        assert_eq!(story.when(&unknown), Err(Rejection::UnknownPost));
    }
    story.given(submit(|reply| reply.in_reply_to = Some(post(1))));
}

#[test]
fn a_reply_goes_to_the_newest_post_that_is_still_there() {
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 3, "question").at(4).given(Command::DeletePost(deleted(2, 4)));
    let facts = story.when(&Command::SubmitReply(submission("ana"))).unwrap();
    let [Fact::ReplySubmitted(reply)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(reply.in_reply_to, post(1));
}

#[test]
fn a_private_reply_makes_the_conversation_private_once_it_is_sent() {
    let mut story = Story::new();
    story.writes(1, 0, "complaint").at(3);
    let facts = story.when(&Command::SubmitReply(SubmitReply { private: true, ..submission("ana") })).unwrap();
    let [Fact::ReplySubmitted(submitted)] = &facts[..] else { panic!("{facts:?}") };
    let reply = submitted.reply;
    story.attempts(reply);
    assert!(!story.state.private);
    story.given(Command::ConfirmReply(ReplySent { post: None, native_id: String::new(), ..sent(reply, 3) }));
    assert!(story.state.private);
}

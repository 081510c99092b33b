//! The end of a matter, its return, and two matters that prove to be one.

use crate::world::*;
use conversation::resolved::Outcome;
use conversation::{Command, Fact, Rejection, Status};

fn merge(into: u32) -> Command {
    Command::MergeInto { target: matter(into), reason: "same_thread".into(), person: None }
}

fn absorb(source: u32, posts: &[u8], first: i64) -> Command {
    Command::Absorb(absorbed(source, posts, first))
}

fn reopen(reason: &str) -> Command {
    Command::Reopen { person: person("ben"), reason: reason.into() }
}

#[test]
fn a_matter_is_resolved_once() {
    let mut story = Story::new();
    assert_eq!(story.when(&solved()), Err(Rejection::NotOpened));
    story.writes(1, 0, "question").at(9).given(solved());
    assert_eq!((story.state.status(), story.state.outcome), (Status::Resolved, Some(Outcome::Solved)));
    assert_eq!((story.state.resolved_at, story.due(), story.waits_since()), (Some(minute(9)), None, None));
    let refused = Command::Resolve { person: None, outcome: Outcome::Refused };
    assert_eq!(story.when(&refused), Ok(vec![]));
    assert_eq!(story.state.outcome, Some(Outcome::Solved));
}

#[test]
fn nothing_ends_while_a_reply_is_on_its_way() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    let reply = story.submits("ana");
    for end in [solved(), merge(1)] {
        assert_eq!(story.when(&end), Err(Rejection::ReplyOnItsWay), "submitted");
    }
    story.attempts(reply);
    assert_eq!(story.when(&solved()), Err(Rejection::ReplyOnItsWay), "attempted");
    story.given(Command::FailReply(failed(reply, 1, false)));
    assert_eq!(story.when(&solved()), Err(Rejection::ReplyOnItsWay), "to be tried again");
    story.given(Command::FailReply(failed(reply, 1, true))).given(solved());
}

#[test]
fn a_person_can_bring_a_matter_back() {
    let mut story = Story::new();
    assert_eq!(story.when(&reopen("why")), Err(Rejection::NotOpened));
    story.writes(1, 0, "question").answers("ana", 5);
    assert_eq!(story.when(&reopen("why")), Ok(vec![]), "it is open already");
    story.at(6).given(solved());
    assert_eq!(story.when(&reopen(" ")), Err(Rejection::ReasonMissing));
    story.at(20).given(reopen("the refund did not arrive"));
    assert_eq!((story.state.status(), story.waits_since()), (Status::Open, Some(20)));
    assert_eq!((story.state.reopened, story.state.outcome, story.state.resolved_at), (1, None, None));
    story.answers("ana", 25);
    assert_eq!(story.state.status(), Status::WaitingForCustomer);
}

#[test]
fn what_a_resolution_settled_stays_settled_after_a_return() {
    let mut story = Story::new();
    story.writes(1, 0, "question").at(9).given(solved()); // never answered
    story.writes(2, 30, "complaint");
    assert_eq!(story.waits_since(), Some(30), "not since the first post");
    assert_eq!(story.due(), Some(30 + TARGET_MINUTES));
}

#[test]
fn a_merged_conversation_names_the_one_that_goes_on() {
    let elsewhere = Err(Rejection::MergedInto { target: matter(1) });
    let mut story = Story::new();
    story.writes(1, 0, "question").at(2).given(Command::ReceivePost(Box::new(received(2, 2))));
    story.given(Command::ClassifyPost(Box::new(classified(2, "question")))).given(merge(1));
    assert_eq!((story.state.status(), story.due(), story.waits_since()), (Status::Merged, None, None));
    for command in [
        Command::ReceivePost(Box::new(received(3, 3))),
        Command::ObserveReply(Box::new(observed(9, 3))),
        Command::RoutePost(decision(2)),
        Command::SubmitReply(submission("ana")),
        solved(),
        reopen("why"),
        merge(2),
        absorb(2, &[], 0),
    ] {
        assert_eq!(story.when(&command), elsewhere, "{command:?}");
    }
    for already in [merge(1), Command::ReceivePost(Box::new(received(1, 0)))] {
        assert_eq!(story.when(&already), Ok(vec![]), "{already:?}");
    }
}

#[test]
fn the_one_that_goes_on_holds_the_other_one_s_posts() {
    let mut story = Story::new();
    story.writes(1, 10, "complaint").answers("ana", 12);
    story.given(absorb(1, &[7, 8], 4));
    assert_eq!(story.when(&absorb(1, &[7, 8], 4)), Ok(vec![]));
    assert!(story.state.knows(&post(7)) && story.state.knows(&post(8)));
    for again in [Command::ReceivePost(Box::new(received(7, 4))), Command::ObserveReply(Box::new(observed(8, 4)))] {
        assert_eq!(story.when(&again), Ok(vec![]), "it is in here already: {again:?}");
    }
    assert_eq!(story.state.first_post_at(), Some(minute(4)));
    assert_eq!(story.state.first_response_seconds(), Some(8 * 60));
}

#[test]
fn an_answer_to_an_absorbed_post_makes_no_negative_figure() {
    let mut story = Story::new();
    story.writes(1, 10, "complaint").given(absorb(1, &[7], 4));
    story.at(11).given(Command::ObserveReply(Box::new(observed(9, 6))));
    assert_eq!(story.state.first_response_seconds(), Some(2 * 60));
}

#[test]
fn of_several_absorbed_ones_the_oldest_post_counts() {
    for order in [[1, 2], [2, 1]] {
        let mut story = Story::new();
        story.writes(1, 10, "complaint");
        for source in order {
            story.given(absorb(source, &[], i64::from(source)));
        }
        assert_eq!(story.waits_since(), Some(1), "{order:?}");
    }
}

#[test]
fn no_merge_goes_round_in_a_ring() {
    let mut story = Story::new();
    story.writes(1, 10, "complaint");
    assert_eq!(story.when(&merge(0)), Err(Rejection::MergesIntoItself));
    assert_eq!(story.when(&absorb(0, &[], 1)), Err(Rejection::MergesIntoItself));
    story.given(absorb(1, &[], 1));
    assert_eq!(story.when(&merge(1)), Err(Rejection::MergesIntoItself), "that one is in here");
    story.given(merge(2));
}

#[test]
fn what_proves_to_be_the_same_matter_waits_to_be_absorbed() {
    let mut story = Story::new();
    let parent = conversation::received::PostReceived { awaited_in: Some(matter(1)), ..received(1, 0) };
    story.given(Command::ReceivePost(Box::new(parent)));
    assert_eq!(story.state.to_absorb, [matter(1)]);
    story.given(absorb(1, &[2], 3));
    assert_eq!(story.state.to_absorb, []);
}

#[test]
fn a_rejection_says_its_code_and_no_customer_s_word() {
    let rejections = [
        (Rejection::NotOpened, "NOT_OPENED"),
        (Rejection::AlreadyResolved, "ALREADY_RESOLVED"),
        (Rejection::MergedInto { target: matter(1) }, "MERGED"),
        (Rejection::MergesIntoItself, "MERGES_INTO_ITSELF"),
        (Rejection::ClaimedBySomeoneElse { person: person("ana") }, "CLAIMED_BY_SOMEONE_ELSE"),
        (Rejection::UnknownPost, "UNKNOWN_POST"),
        (Rejection::NotClassified, "NOT_CLASSIFIED"),
        (Rejection::UnknownReply, "UNKNOWN_REPLY"),
        (Rejection::ReplyNotSendable { status: conversation::state::ReplyStatus::Sent }, "REPLY_NOT_SENDABLE"),
        (Rejection::ReplyNotInDoubt { status: conversation::state::ReplyStatus::Sent }, "REPLY_NOT_IN_DOUBT"),
        (Rejection::ReplyOnItsWay, "REPLY_ON_ITS_WAY"),
        (Rejection::ReasonMissing, "REASON_MISSING"),
        (Rejection::TextMissing, "TEXT_MISSING"),
        (Rejection::NotDue { due_at: minute(1) }, "NOT_DUE"),
    ];
    for (rejection, code) in rejections {
        assert_eq!(rejection.code(), code);
        let text = rejection.to_string();
        assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
    }
}

#[test]
fn every_decision_names_a_kind_of_fact_once() {
    let names: std::collections::BTreeSet<_> = Fact::NAMES.iter().collect();
    assert_eq!(names.len(), Fact::NAMES.len());
}

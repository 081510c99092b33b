//! Whole conversations, from the first word to the last, with the figures they must end in.

use crate::world::*;
use conversation::received::PostReceived;
use conversation::routed::Priority;
use conversation::{Command, Fact, Rejection, Status};

/// A traveller writes in private, one person takes it and answers once, the traveller thanks.
#[test]
fn one_touch_and_a_thank_you() {
    let mut story = Story::new();
    let message = PostReceived { private: true, ..received(1, 0) };
    story
        .given(Command::ReceivePost(Box::new(message)))
        .given(Command::ClassifyPost(Box::new(classified(1, "request"))));
    story.given(Command::RoutePost(decision(1)));
    story.at(4).given(claim("dana"));
    story.answers("dana", 100);
    story.writes(2, 105, "praise");
    story
        .at(106)
        .given(Command::Resolve { person: Some(person("dana")), outcome: conversation::resolved::Outcome::Solved });
    assert_eq!(story.state.status(), Status::Resolved);
    assert_eq!((story.state.answers(), story.state.hand_offs), (1, 0));
    assert_eq!(story.state.first_response_seconds(), Some(6_000));
    assert_eq!(story.state.assignee, Some(person("dana")));
    assert_eq!(story.state.received_posts().count(), 2);
}

/// A phone call that solved nothing, a post that spreads, an escalation, the answer, the thanks.
#[test]
fn a_call_before_a_storm_after() {
    let mut story = Story::new();
    story.at(-38).given(Command::RecordContact(contact(-38)));
    story.writes(1, 0, "complaint");
    for (at, totals) in [(30, 45), (70, 118), (130, 206)] {
        story.at(at).given(Command::ObserveEngagement(engaged(1, totals, at)));
    }
    let timer = story.pass(conversation::deadlines::DeadlineKind::FirstResponse, TARGET_MINUTES);
    story.given(timer).given(Command::Escalate { by: None, to_team: Some(team("crisis")), reason: "spread".into() });
    assert_eq!((story.state.priority, story.state.breaches), (Priority::Urgent, 1));
    story.at(152).given(claim("lin"));
    story.answers("lin", 182);
    story.writes(2, 249, "praise").at(252).given(solved());
    let state = &story.state;
    assert_eq!((state.status(), state.reopened, state.hand_offs), (Status::Resolved, 0, 0));
    assert_eq!((state.first_response_seconds(), state.contacts), (Some(10_920), 1));
    let kinds: Vec<&str> = story.records.iter().flat_map(|record| &record.facts).map(Fact::name).collect();
    let expected = [
        "ContactRecorded",
        "PostReceived",
        "PostClassified",
        "ConversationOpened",
        "Routed",
        "EngagementObserved",
        "DeadlineBreached",
        "Escalated",
        "Claimed",
        "ReplySubmitted",
        "ReplySent",
        "PostReceived",
        "Resolved",
    ];
    let mut rest = kinds.iter();
    for kind in expected {
        assert!(rest.any(|known| *known == kind), "{kind} is missing, in this order, from {kinds:?}");
    }
}

/// A question nobody answers is asked again, and then answered beside the point, again and again.
#[test]
fn asked_again_and_again() {
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 215, "noise");
    assert_eq!((story.due(), story.waits_since()), (Some(TARGET_MINUTES), Some(0)));
    story.answers("kim", 225);
    assert_eq!(story.state.first_response_seconds(), Some(225 * 60));
    for (n, at) in [(3, 231), (4, 241), (5, 249), (6, 256)] {
        story.writes(n, at, "complaint");
        assert_eq!(story.state.status(), Status::Open);
        if n < 6 {
            story.answers("kim", at + 4);
            assert_eq!(story.state.status(), Status::WaitingForCustomer);
        }
    }
    assert_eq!((story.state.received_posts().count(), story.state.answers()), (6, 4));
    assert_eq!(story.state.first_response_seconds(), Some(225 * 60), "the first answer stays the first");
}

/// A public complaint moves to private; the customer is answered there.
#[test]
fn from_public_to_private() {
    let mut story = Story::new();
    story.writes(1, 0, "complaint").answers("sam", 36);
    let message = PostReceived { private: true, parent_native_id: "post-1".into(), ..received(2, 45) };
    story.at(45).given(Command::ReceivePost(Box::new(message)));
    assert!(story.state.private);
    story.given(Command::ClassifyPost(Box::new(classified(2, "request")))).given(Command::RoutePost(decision(2)));
    assert_eq!((story.state.status(), story.state.first_response_seconds()), (Status::Open, Some(2_160)));
}

/// Every step of a life, each allowed only in its place.
#[test]
fn a_matter_goes_round_twice_and_ends() {
    let mut story = Story::new();
    let status = |story: &Story| story.state.status();
    assert_eq!(status(&story), Status::New);
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    assert_eq!(status(&story), Status::New);
    assert_eq!(story.when(&claim("ana")), Err(Rejection::NotOpened));
    story.given(Command::ClassifyPost(Box::new(classified(1, "complaint")))).given(Command::RoutePost(decision(1)));
    assert_eq!(status(&story), Status::Open);
    story.answers("ana", 5);
    assert_eq!(status(&story), Status::WaitingForCustomer);
    story.at(6).given(solved());
    assert_eq!(status(&story), Status::Resolved);
    story.writes(2, 50, "complaint");
    assert_eq!(status(&story), Status::Open);
    story.answers("ana", 55);
    story.at(56).given(solved());
    assert_eq!((status(&story), story.state.reopened), (Status::Resolved, 1));
    story.given(Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: Some(person("ana")) });
    assert_eq!(status(&story), Status::Merged);
    assert_eq!(conversation::fold(&story.records), story.state);
}

//! Too late is said when it is true, once, and never of an answered customer.

use crate::world::*;
use conversation::deadlines::DeadlineKind::{self, FirstResponse, NextResponse};
use conversation::routed::RouteDecision;
use conversation::{Command, Fact, Rejection, Status};
use jiff::Timestamp;

/// What the timer's arrival at the due time of `due` is answered with in minute `now`.
fn pass(story: &mut Story, kind: DeadlineKind, due: i64, now: i64) -> Result<Vec<&'static str>, Rejection> {
    let command = story.pass(kind, due);
    story.at(now).when(&command).map(|facts| facts.iter().map(Fact::name).collect())
}

#[test]
fn a_deadline_is_breached_when_it_is_due_and_only_once() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    assert_eq!(pass(&mut story, FirstResponse, 10, 9), Err(Rejection::NotDue { due_at: minute(10) }));
    assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec!["DeadlineBreached"]));
    assert_eq!(pass(&mut story, FirstResponse, 10, 11), Ok(vec![]));
    assert_eq!(story.state.breaches, 1);
    story.writes(2, 12, "complaint");
    assert_eq!(story.due(), Some(10), "asking again starts no second clock");
    assert!(story.state.deadline.as_ref().unwrap().breached, "nor does it wind up the first one again");
    assert_eq!(pass(&mut story, FirstResponse, 10, 13), Ok(vec![]));
}

#[test]
fn after_the_answer_no_deadline_is_breached() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 9);
    assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec![]));
    assert_eq!(story.state.breaches, 0);
}

#[test]
fn an_answer_after_the_breach_stops_the_clock_but_not_the_fact() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    pass(&mut story, FirstResponse, 10, 10).unwrap();
    story.answers("ana", 15);
    assert_eq!((story.state.deadline.clone(), story.state.breaches), (None, 1));
    assert_eq!(story.state.first_response_seconds(), Some(15 * 60));
}

#[test]
fn a_timer_of_another_clock_does_nothing() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    assert_eq!(pass(&mut story, NextResponse, 10, 30), Ok(vec![]), "another kind");
    assert_eq!(pass(&mut story, FirstResponse, 9, 30), Ok(vec![]), "another time");
    assert_eq!(pass(&mut Story::new(), FirstResponse, 9, 30), Ok(vec![]), "no clock at all");
}

#[test]
fn no_deadline_is_breached_on_what_is_resolved_merged_or_deleted() {
    let merge = Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None };
    for end in [solved(), merge, Command::DeletePost(deleted(1, 5))] {
        let mut story = Story::new();
        story.writes(1, 0, "question").at(5).given(end.clone());
        assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec![]), "{end:?}");
        assert_eq!((story.state.deadline.clone(), story.state.breaches), (None, 0), "{end:?}");
    }
}

#[test]
fn an_answer_that_crossed_with_the_next_question_leaves_a_clock_for_it() {
    let mut story = Story::new();
    story.writes(1, 0, "question").at(4);
    let reply = story.submits("ana");
    story.attempts(reply).writes(2, 6, "question");
    // The network took the reply in minute 5; its answer reached us only now.
    let facts = story.at(7).when(&Command::ConfirmReply(sent(reply, 5)));
    assert_eq!(names(&facts), ["ReplySent", "DeadlineSet"]);
    assert_eq!((story.state.status(), story.waits_since(), story.due()), (Status::Open, Some(6), Some(16)));
    assert_eq!(story.state.deadline.as_ref().unwrap().kind, NextResponse);
    assert_eq!(pass(&mut story, FirstResponse, 10, 12), Ok(vec![]), "the answered question was not late");
    assert_eq!(pass(&mut story, NextResponse, 16, 16), Ok(vec!["DeadlineBreached"]));
}

#[test]
fn a_late_report_of_an_answer_given_elsewhere_leaves_a_clock_for_what_came_after_it() {
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 6, "complaint").at(9);
    let facts = story.when(&Command::ObserveReply(Box::new(observed(9, 3))));
    assert_eq!(names(&facts), ["ReplyObserved", "DeadlineSet"]);
    assert_eq!(story.due(), Some(16));
}

#[test]
fn a_late_report_of_an_answer_from_before_the_question_stops_nothing() {
    let mut story = Story::new();
    story.writes(1, 5, "question").at(9).given(Command::ObserveReply(Box::new(observed(9, 3))));
    assert_eq!((story.due(), story.waits_since()), (Some(15), Some(5)));
    assert_eq!(story.state.first_response_seconds(), None, "it answered something else");
}

#[test]
fn only_history_waits_and_nobody_is_late() {
    let mut story = Story::new();
    let history = conversation::received::PostReceived { backfill: true, ..received(2, 3) };
    story.writes(1, 0, "question").at(8).given(Command::ReceivePost(Box::new(history)));
    story.given(Command::DeletePost(deleted(1, 8)));
    assert_eq!((story.due(), story.waits_since()), (None, Some(3)));
}

#[test]
fn when_the_waiting_post_is_deleted_the_clock_goes_on_from_the_next_one() {
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 6, "complaint").at(8);
    let facts = story.when(&Command::DeletePost(deleted(1, 8)));
    assert_eq!(names(&facts), ["PostDeleted", "DeadlineSet"]);
    assert_eq!((story.due(), story.state.deadline.as_ref().unwrap().kind), (Some(16), FirstResponse));
    assert_eq!(names(&story.when(&Command::DeletePost(deleted(2, 9)))), ["PostDeleted"]);
    assert_eq!((story.due(), story.state.status()), (None, Status::WaitingForCustomer));
    story.writes(3, 20, "question");
    assert_eq!(story.due(), Some(30), "a new post gets a clock of its own");
}

#[test]
fn an_edit_into_thanks_stops_the_clock() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 5);
    story.writes(2, 6, "question").at(7);
    let edited = conversation::classified::PostClassified { text_version: 1, ..classified(2, "praise") };
    story.given(Command::ClassifyPost(Box::new(edited)));
    assert_eq!((story.due(), story.waits_since()), (None, None));
}

#[test]
fn a_target_beyond_the_end_of_time_is_held_to_it() {
    let mut story = Story::new();
    let last = conversation::received::PostReceived { posted_at: Some(Timestamp::MAX), ..received(1, 0) };
    story.now = Timestamp::MAX;
    story.given(Command::ReceivePost(Box::new(last))).given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    let never = RouteDecision { deadlines: vec![target(u32::MAX)], ..decision(1) };
    story.given(Command::RoutePost(never));
    assert_eq!(story.state.deadline.as_ref().unwrap().due_at, Timestamp::MAX);
}

#[test]
fn a_kind_reads_back_from_its_name() {
    for kind in [FirstResponse, NextResponse] {
        assert_eq!(DeadlineKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(DeadlineKind::parse("last-response"), None);
}

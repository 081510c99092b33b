//! Too late is said when it is true, once, and never of an answered customer.

use crate::world::*;
use conversation::deadlines::DeadlineKind::{self, FirstResponse, NextResponse, Resolution};
use conversation::deadlines::{DeadlineClock, DeadlineSet};
use conversation::routed::RouteDecision;
use conversation::{Command, Fact, Rejection, Status};
use jiff::{SignedDuration, Timestamp};

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
    for kind in [FirstResponse, NextResponse, Resolution] {
        assert_eq!(DeadlineKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(DeadlineKind::parse("last-response"), None);
}

/// Routed with these clocks.
fn with_clocks(deadlines: Vec<DeadlineSet>) -> Story {
    let mut story = Story::new();
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    story.given(Command::RoutePost(RouteDecision { deadlines, ..decision(1) }));
    story
}

/// With a warning so many minutes before it is due.
fn warned(set: DeadlineSet, before: i64) -> DeadlineSet {
    DeadlineSet { warn_at: set.due_at.checked_sub(SignedDuration::from_mins(before)).ok(), ..set }
}

fn business(set: DeadlineSet) -> DeadlineSet {
    DeadlineSet { clock: DeadlineClock::Business, ..set }
}

fn warn(story: &mut Story, kind: DeadlineKind, due: i64, now: i64) -> Result<Vec<&'static str>, Rejection> {
    let command = Command::WarnOfDeadline { kind, due_at: minute(due) };
    story.at(now).when(&command).map(|facts| facts.iter().map(Fact::name).collect())
}

#[test]
fn the_team_is_warned_once_before_it_is_late() {
    let mut story = with_clocks(vec![warned(target(600), 2)]);
    assert_eq!(warn(&mut story, FirstResponse, 10, 7), Err(Rejection::NotDue { due_at: minute(8) }));
    assert_eq!(warn(&mut story, NextResponse, 10, 8), Ok(vec![]), "another kind");
    assert_eq!(warn(&mut story, FirstResponse, 9, 8), Ok(vec![]), "another clock");
    assert_eq!(warn(&mut story, FirstResponse, 10, 8), Ok(vec!["DeadlineWarned"]));
    assert_eq!(warn(&mut story, FirstResponse, 10, 9), Ok(vec![]));
    assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec!["DeadlineBreached"]));
}

#[test]
fn nobody_is_warned_of_what_is_answered_late_or_without_a_warning() {
    let mut answered = with_clocks(vec![warned(target(600), 2)]);
    answered.answers("ana", 5);
    assert_eq!(warn(&mut answered, FirstResponse, 10, 8), Ok(vec![]));
    let mut late = with_clocks(vec![warned(target(600), 2)]);
    pass(&mut late, FirstResponse, 10, 10).unwrap();
    assert_eq!(warn(&mut late, FirstResponse, 10, 11), Ok(vec![]));
    let mut plain = with_clocks(vec![target(600)]);
    assert_eq!(warn(&mut plain, FirstResponse, 10, 9), Ok(vec![]));
}

#[test]
fn a_clock_that_goes_on_keeps_its_warning() {
    let mut story = with_clocks(vec![warned(target(600), 2)]);
    story.writes(2, 6, "complaint").at(8).given(Command::DeletePost(deleted(1, 8)));
    let running = story.state.deadline.clone().unwrap();
    assert_eq!((running.due_at, running.warn_at), (minute(16), Some(minute(14))));
}

#[test]
fn the_clock_of_the_matter_runs_beside_the_clock_of_the_answer() {
    let mut story = with_clocks(vec![target(600), warned(whole_matter(3_600), 10)]);
    let due = story.state.resolution.as_ref().map(|open| open.due_at);
    assert_eq!((story.due(), due), (Some(10), Some(minute(60))));
    assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec!["DeadlineBreached"]));
    assert_eq!(warn(&mut story, Resolution, 60, 50), Ok(vec!["DeadlineWarned"]));
    assert_eq!(pass(&mut story, Resolution, 60, 60), Ok(vec!["DeadlineBreached"]));
    assert_eq!(story.state.breaches, 2);
}

#[test]
fn the_clock_of_the_matter_stands_still_while_the_customer_is_awaited() {
    let mut story = with_clocks(vec![target(600), whole_matter(3_600)]);
    story.answers("ana", 20);
    assert_eq!(story.state.resolution.as_ref().unwrap().paused_at, Some(minute(20)));
    assert_eq!(pass(&mut story, Resolution, 60, 61), Ok(vec![]), "it stands still");
    let restart = story.restart(whole_matter(3_600));
    assert_eq!(story.when(&restart), Ok(vec![]), "nobody waits");
    story.writes(2, 90, "question");
    assert_eq!(story.state.resolution.as_ref().unwrap().paused_at, Some(minute(20)), "a post alone does not start it");
    // Forty minutes were left of it.
    let left = DeadlineSet { due_at: minute(130), clock_started_at: minute(90), ..whole_matter(3_600) };
    let facts = story.when(&Command::StartDeadline(left.clone()));
    assert_eq!(names(&facts), ["DeadlineSet"]);
    assert_eq!(story.when(&Command::StartDeadline(left)), Ok(vec![]), "it runs already");
    assert_eq!(pass(&mut story, Resolution, 60, 129), Ok(vec![]), "the clock from before the pause");
    assert_eq!(pass(&mut story, Resolution, 130, 130), Ok(vec!["DeadlineBreached"]));
}

#[test]
fn the_clock_of_the_matter_ends_with_it_and_begins_anew_with_its_return() {
    let mut story = with_clocks(vec![target(600), whole_matter(3_600)]);
    story.answers("ana", 5);
    story.at(6).given(solved());
    assert_eq!(story.state.resolution, None);
    story.at(30).given(Command::ReceivePost(Box::new(received(2, 30))));
    story.given(Command::ClassifyPost(Box::new(classified(2, "complaint"))));
    let again = RouteDecision { deadlines: vec![target(600), whole_matter(3_600)], ..decision(2) };
    let facts = story.when(&Command::RoutePost(again));
    assert_eq!(names(&facts), ["Reopened", "Routed", "DeadlineSet", "DeadlineSet"]);
    assert_eq!(story.state.resolution.as_ref().map(|open| open.due_at), Some(minute(90)));
    let merge = Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None };
    story.given(merge);
    assert_eq!((&story.state.resolution, &story.state.deadline), (&None, &None));
}

#[test]
fn a_clock_by_opening_hours_stops_with_its_wait_and_is_not_carried_on() {
    // An answer that crossed with the next question.
    let mut story = with_clocks(vec![business(target(600))]);
    story.at(4);
    let reply = story.submits("ana");
    story.attempts(reply).writes(2, 6, "question");
    assert_eq!(names(&story.at(7).when(&Command::ConfirmReply(sent(reply, 5)))), ["ReplySent"]);
    assert_eq!((story.due(), story.waits_since()), (None, Some(6)));
    // The post that it ran for was taken away.
    let mut story = with_clocks(vec![business(target(600))]);
    story.writes(2, 6, "complaint").at(8);
    assert_eq!(names(&story.when(&Command::DeletePost(deleted(1, 8)))), ["PostDeleted"]);
    assert_eq!((story.due(), story.waits_since()), (None, Some(6)));
    // Whoever knows the hours starts it for the post that waits.
    let restart = story.restart(business(target(600)));
    assert_eq!(names(&story.when(&restart)), ["DeadlineSet"]);
    assert_eq!((story.due(), story.state.deadline.as_ref().unwrap().clock), (Some(16), DeadlineClock::Business));
    assert_eq!(story.when(&restart), Ok(vec![]));
}

#[test]
fn a_clock_set_anew_to_the_same_instant_is_told_of_once() {
    let overnight =
        |started: i64, target: u32| business(DeadlineSet::by_calendar(FirstResponse, minute(started), target, "s1"));
    let restarted = |late: bool| {
        let mut story = with_clocks(vec![warned(overnight(0, 600), 2)]);
        story.writes(2, 6, "complaint");
        assert_eq!(warn(&mut story, FirstResponse, 10, 8), Ok(vec!["DeadlineWarned"]));
        if late {
            assert_eq!(pass(&mut story, FirstResponse, 10, 10), Ok(vec!["DeadlineBreached"]));
        }
        story.at(11).given(Command::DeletePost(deleted(1, 11)));
        assert_eq!(story.due(), None);
        // By opening hours the second post is due when the first one was.
        story.given(Command::StartDeadline(warned(overnight(6, 240), 2)));
        story
    };
    let mut late = restarted(true);
    let clock = late.state.deadline.clone().unwrap();
    assert_eq!((clock.breached, clock.warn_at, late.state.breaches), (true, None, 1));
    assert_eq!(pass(&mut late, FirstResponse, 10, 12), Ok(vec![]));
    let mut only_warned = restarted(false);
    let clock = only_warned.state.deadline.clone().unwrap();
    assert_eq!((clock.breached, clock.warn_at), (false, None));
    assert_eq!(pass(&mut only_warned, FirstResponse, 10, 12), Ok(vec!["DeadlineBreached"]));
}

#[test]
fn a_clock_is_started_for_whoever_waits_and_for_nobody_else() {
    let mut story = with_clocks(Vec::new());
    story.writes(2, 6, "complaint").answers("ana", 7);
    assert_eq!(story.when(&Command::StartDeadline(target(600))), Ok(vec![]), "it is answered");
    story.writes(3, 20, "question");
    let mut plain = story.clone();
    assert_eq!(plain.due(), Some(30));
    // Reckoned before the answer came, it would be a clock for what is answered.
    story
        .at(21)
        .given(Command::DeletePost(deleted(3, 21)))
        .at(22)
        .given(Command::ReceivePost(Box::new(received(4, 22))));
    assert_eq!(story.due(), None);
    assert_eq!(story.when(&Command::StartDeadline(target(600))), Ok(vec![]));
    story.given(solved());
    assert_eq!(story.when(&Command::StartDeadline(target(600))), Err(Rejection::AlreadyResolved));
    plain.given(Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None });
    let merged = Err(Rejection::MergedInto { target: matter(1) });
    assert_eq!(plain.when(&Command::StartDeadline(target(600))), merged);
}

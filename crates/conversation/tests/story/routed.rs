//! Whose work it is: rules decide, what people have decided stays.

use crate::world::*;
use conversation::received::PostReceived;
use conversation::routed::{Priority, RouteDecision};
use conversation::{Command, Fact, Rejection, Status};

fn routed(facts: &[Fact]) -> &conversation::routed::Routed {
    let routed = facts.iter().find_map(|fact| if let Fact::Routed(routed) = fact { Some(routed) } else { None });
    routed.expect("a Routed")
}

#[test]
fn the_first_post_opens_the_conversation_and_starts_the_clock() {
    let mut story = Story::new();
    story
        .given(Command::ReceivePost(Box::new(received(1, 0))))
        .given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    assert_eq!(story.state.unrouted().count(), 1);
    let facts = story.at(1).when(&Command::RoutePost(decision(1)));
    assert_eq!(names(&facts), ["ConversationOpened", "Routed", "DeadlineSet"]);
    assert_eq!((story.state.status(), story.state.team.clone()), (Status::Open, Some(team("care"))));
    assert_eq!(story.due(), Some(TARGET_MINUTES), "from the post, not from the routing");
    assert_eq!(story.state.unrouted().count(), 0);
    assert_eq!(story.when(&Command::RoutePost(decision(1))), Ok(vec![]));
}

#[test]
fn a_post_is_routed_only_when_it_is_here_and_classified() {
    let mut story = Story::new();
    assert_eq!(story.when(&Command::RoutePost(decision(1))), Err(Rejection::UnknownPost));
    story.given(Command::EditPost(edited(1, 1)));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    assert_eq!(story.when(&Command::RoutePost(decision(1))), Err(Rejection::UnknownPost), "only an edit has come");
    story.given(Command::ReceivePost(Box::new(received(2, 1))));
    assert_eq!(story.when(&Command::RoutePost(decision(2))), Err(Rejection::NotClassified));
    assert_eq!(story.when(&Command::RoutePost(decision(1))), Err(Rejection::UnknownPost), "nor with another post in");
}

#[test]
fn asking_again_does_not_restart_the_clock() {
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 6, "complaint").writes(3, 8, "noise");
    assert_eq!((story.due(), story.waits_since()), (Some(TARGET_MINUTES), Some(0)));
}

#[test]
fn a_target_that_comes_with_a_later_post_counts_from_the_first_one_that_waits() {
    let mut story = Story::new();
    let no_target = RouteDecision { deadlines: Vec::new(), ..decision(1) };
    story
        .given(Command::ReceivePost(Box::new(received(1, 0))))
        .given(Command::ClassifyPost(Box::new(classified(1, "noise"))));
    assert_eq!(names(&story.when(&Command::RoutePost(no_target))), ["ConversationOpened", "Routed"]);
    story.writes(2, 4, "complaint");
    assert_eq!(story.due(), Some(TARGET_MINUTES));
}

#[test]
fn thanks_after_an_answer_start_no_clock() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 5);
    story.writes(2, 7, "praise");
    assert_eq!((story.state.status(), story.due()), (Status::WaitingForCustomer, None));
}

#[test]
fn a_question_after_an_answer_starts_the_clock_of_the_next_answer() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 5);
    story.writes(2, 7, "question");
    let deadline = story.state.deadline.as_ref().unwrap();
    assert_eq!(deadline.kind, conversation::deadlines::DeadlineKind::NextResponse);
    assert_eq!(story.due(), Some(7 + TARGET_MINUTES));
}

#[test]
fn no_clock_runs_for_history() {
    let mut story = Story::new();
    story.given(Command::ReceivePost(Box::new(PostReceived { backfill: true, ..received(1, 0) })));
    story.given(Command::ClassifyPost(Box::new(classified(1, "complaint"))));
    assert_eq!(names(&story.when(&Command::RoutePost(decision(1)))), ["ConversationOpened", "Routed"]);
    assert_eq!(story.state.status(), Status::Open);
}

#[test]
fn a_live_post_after_unanswered_history_waits_since_then() {
    let mut story = Story::new();
    story.given(Command::ReceivePost(Box::new(PostReceived { backfill: true, ..received(1, -500_000) })));
    story.given(Command::ClassifyPost(Box::new(classified(1, "complaint")))).given(Command::RoutePost(decision(1)));
    story.writes(2, 5, "complaint");
    assert_eq!(story.due(), Some(5 + TARGET_MINUTES));
}

#[test]
fn a_hand_off_by_a_person_is_kept_by_later_rules() {
    let mut story = Story::new();
    story.writes(1, 0, "question").given(Command::HandOff {
        by: person("ana"),
        to_team: team("crisis"),
        to_person: Some(person("ben")),
        reason: "press is asking".into(),
    });
    story.at(3).given(Command::ReceivePost(Box::new(received(2, 3))));
    story.given(Command::ClassifyPost(Box::new(classified(2, "complaint"))));
    let facts = story.when(&Command::RoutePost(decision(2))).unwrap();
    assert_eq!(routed(&facts).team, team("crisis"));
    assert!(routed(&facts).notes[0].contains("kept with crisis"), "{:?}", routed(&facts).notes);
    assert_eq!(story.state.team, Some(team("crisis")));
    assert_eq!(story.state.assignee, Some(person("ben")));
}

#[test]
fn what_somebody_has_claimed_is_not_moved_from_under_him() {
    let mut story = Story::new();
    story.writes(1, 0, "question").given(claim("ana"));
    let claimed_in = story.state.team.clone().unwrap();
    let elsewhere = RouteDecision { team: team("crisis"), priority: Priority::Urgent, ..decision(2) };
    story.at(3).given(Command::ReceivePost(Box::new(received(2, 3))));
    story.given(Command::ClassifyPost(Box::new(classified(2, "complaint"))));
    let facts = story.when(&Command::RoutePost(elsewhere.clone())).unwrap();
    assert_eq!((&routed(&facts).team, routed(&facts).priority), (&claimed_in, Priority::Urgent));
    assert!(routed(&facts).notes[0].contains("ana is at work on it; the rule would choose crisis"));
    // Once she lets go, the next post goes where the rule says.
    story.given(Command::Release { person: person("ana"), reason: "shift_end".into() });
    story.at(4).given(Command::ReceivePost(Box::new(received(3, 4))));
    story.given(Command::ClassifyPost(Box::new(classified(3, "complaint"))));
    let facts = story.when(&Command::RoutePost(RouteDecision { post: post(3), ..elsewhere })).unwrap();
    assert_eq!(routed(&facts).team, team("crisis"));
}

#[test]
fn the_priority_of_an_open_matter_rises_and_never_sinks() {
    use Priority::{High, Low, Normal, Urgent};
    for (first, second, then) in
        [(Normal, Low, Normal), (Normal, High, High), (Urgent, Low, Urgent), (High, High, High), (Low, Urgent, Urgent)]
    {
        let mut story = Story::new();
        story.given(Command::ReceivePost(Box::new(received(1, 0))));
        story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
        story.given(Command::RoutePost(RouteDecision { priority: first, ..decision(1) }));
        story.at(2).given(Command::ReceivePost(Box::new(received(2, 2))));
        story.given(Command::ClassifyPost(Box::new(classified(2, "question"))));
        let facts = story.when(&Command::RoutePost(RouteDecision { priority: second, ..decision(2) })).unwrap();
        assert_eq!(story.state.priority, then, "{first:?} then {second:?}");
        assert_eq!(routed(&facts).notes.len(), usize::from(first > second), "it says that it was kept");
    }
}

#[test]
fn after_a_resolution_the_rules_choose_the_priority_anew() {
    let mut story = Story::new();
    story.writes(1, 0, "complaint");
    story.given(Command::Escalate { by: None, to_team: None, reason: "reach".into() });
    story.answers("ana", 5);
    story.at(6).given(solved());
    story.writes(2, 60, "complaint");
    assert_eq!((story.state.status(), story.state.priority), (Status::Open, Priority::Normal));
}

#[test]
fn after_a_resolution_what_asks_reopens_and_what_thanks_does_not() {
    for (intent, reopens) in [
        ("complaint", true),
        ("question", true),
        ("request", true),
        ("praise", false),
        ("noise", false),
        ("other", false),
    ] {
        let mut story = Story::new();
        story.writes(1, 0, "complaint").answers("ana", 5);
        story.at(6).given(solved());
        story.at(30).given(Command::ReceivePost(Box::new(received(2, 30))));
        story.given(Command::ClassifyPost(Box::new(classified(2, intent))));
        let facts = story.at(31).when(&Command::RoutePost(decision(2)));
        let (expected, status): (&[&str], _) = if reopens {
            (&["Reopened", "Routed", "DeadlineSet"], Status::Open)
        } else {
            (&["Routed"], Status::Resolved)
        };
        assert_eq!(names(&facts), expected, "{intent}");
        assert_eq!((story.state.status(), story.state.reopened), (status, u32::from(reopens)), "{intent}");
        assert_eq!(story.due(), reopens.then_some(30 + TARGET_MINUTES), "{intent}: it waits since the new post");
        assert_eq!(story.state.received_posts().count(), 2, "the post is part of the matter all the same");
    }
}

#[test]
fn a_post_that_an_answer_has_followed_reopens_without_a_clock() {
    let mut story = Story::new();
    story.writes(1, 0, "complaint").answers("ana", 5);
    story.at(6).given(solved());
    // Written before the answer, but it came after the resolution.
    story.at(8).given(Command::ReceivePost(Box::new(received(2, 3))));
    story.given(Command::ClassifyPost(Box::new(classified(2, "complaint"))));
    assert_eq!(names(&story.when(&Command::RoutePost(decision(2)))), ["Reopened", "Routed"]);
    assert_eq!((story.state.status(), story.due()), (Status::WaitingForCustomer, None));
}

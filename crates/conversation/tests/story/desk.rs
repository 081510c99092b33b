//! What people do besides answering: claim, release, hand off, escalate, note.

use crate::world::*;
use conversation::routed::Priority;
use conversation::{Command, Fact, NoteId, Personal, Rejection};

fn hand_off(to_team: &str, to_person: Option<&str>, reason: &str) -> Command {
    Command::HandOff {
        by: person("ana"),
        to_team: team(to_team),
        to_person: to_person.map(person),
        reason: reason.into(),
    }
}

fn note(text: &str) -> Command {
    Command::AddNote { person: person("ana"), body: Personal::text(text) }
}

fn open() -> Story {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    story
}

#[test]
fn the_desk_works_only_on_what_is_open() {
    let works = [claim("ana"), release("ana"), hand_off("crisis", None, "why"), escalate(None, "why")];
    let mut resolved = open();
    resolved.given(solved());
    let mut merged = open();
    merged.given(Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None });
    for command in works {
        assert_eq!(Story::new().when(&command), Err(Rejection::NotOpened), "{command:?}");
        assert_eq!(resolved.clone().when(&command), Err(Rejection::AlreadyResolved), "{command:?}");
        assert_eq!(merged.clone().when(&command), Err(Rejection::MergedInto { target: matter(1) }), "{command:?}");
    }
}

#[test]
fn one_person_has_a_conversation() {
    let taken = Err(Rejection::ClaimedBySomeoneElse { person: person("ana") });
    let mut story = open();
    assert_eq!(story.when(&release("ana")), Ok(vec![]), "nobody has it");
    story.given(claim("ana"));
    assert_eq!(story.when(&claim("ana")), Ok(vec![]));
    assert_eq!(story.when(&claim("ben")), taken);
    assert_eq!(story.when(&release("ben")), taken);
    assert_eq!(story.when(&Command::SubmitReply(submission("ben"))), taken);
    story.given(release("ana"));
    assert_eq!(story.when(&release("ana")), Ok(vec![]));
    story.given(claim("ben"));
    assert_eq!(story.state.assignee, Some(person("ben")));
}

#[test]
fn a_hand_off_has_a_reason_and_says_where_it_came_from() {
    let mut story = open();
    story.given(claim("ana"));
    assert_eq!(story.when(&hand_off("crisis", None, "  ")), Err(Rejection::ReasonMissing));
    let facts = story.when(&hand_off("crisis", Some("ben"), "press is asking")).unwrap();
    let [Fact::HandedOff(handed)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((handed.from_team.clone(), handed.to_team.clone()), (Some(team("care")), team("crisis")));
    assert_eq!(story.state.assignee, Some(person("ben")));
    assert_eq!(story.when(&hand_off("crisis", Some("ben"), "press is asking")), Ok(vec![]), "it is there already");
    story.given(hand_off("care", None, "it is calm again"));
    assert_eq!((story.state.hand_offs, story.state.assignee.clone()), (2, None));
}

#[test]
fn an_escalation_is_urgent_and_keeps_the_team_that_is_on_it() {
    let mut story = open();
    assert_eq!(story.when(&escalate(None, "")), Err(Rejection::ReasonMissing));
    story.given(escalate(Some("crisis"), "reach"));
    assert_eq!((story.state.priority, story.state.escalated), (Priority::Urgent, true));
    for again in [escalate(Some("crisis"), "reach"), escalate(None, "speed")] {
        assert_eq!(story.when(&again), Ok(vec![]), "{again:?}");
    }
    story.given(escalate(Some("legal"), "a threat"));
    assert_eq!(story.state.escalation_team, Some(team("legal")));
    assert_eq!(story.state.team, Some(team("care")), "the first line keeps the customer");
}

#[test]
fn a_matter_that_came_back_can_be_escalated_again() {
    let mut story = open();
    story.given(escalate(Some("crisis"), "reach")).given(solved()).writes(2, 60, "complaint");
    assert_eq!(story.state.priority, Priority::Normal);
    story.given(escalate(None, "it flares up"));
    assert_eq!(story.state.priority, Priority::Urgent);
    assert_eq!(story.state.escalation_team, Some(team("crisis")));
}

#[test]
fn a_note_has_a_text_and_is_one_note_for_one_request() {
    let mut story = open();
    assert_eq!(story.when(&note(" \n")), Err(Rejection::TextMissing));
    let context = story.context();
    let facts = story.when_in(&note("he is a lawyer"), &context).unwrap();
    let [Fact::NoteAdded(added)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(added.note, NoteId::of(&matter(0), &context.record));
    assert_eq!(story.when_in(&note("he is a lawyer"), &context), Ok(vec![]));
    assert_eq!(story.state.notes, 1);
    story.given(solved()).given(note("and it held"));
    story.given(Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None });
    assert_eq!(story.when(&note("too late")), Err(Rejection::MergedInto { target: matter(1) }));
}

//! A call that was promised is booked, comes due, and is done or missed; it is never forgotten.

use crate::world::*;
use conversation::callback::{BookCallback, CallbackStatus};
use conversation::{CallbackId, Command, Fact, Rejection};

fn open() -> Story {
    let mut story = Story::new();
    story.writes(1, 0, "request");
    story
}

fn done(callback: CallbackId) -> Command {
    Command::FinishCallback { callback, person: person("ben") }
}

fn status(story: &Story) -> CallbackStatus {
    story.state.callbacks[0].status
}

#[test]
fn a_call_is_booked_ahead_on_what_is_open() {
    assert_eq!(Story::new().when(&Command::BookCallback(call(30))), Err(Rejection::NotOpened));
    let mut story = open();
    story.at(30);
    for past in [29, 30] {
        assert_eq!(story.when(&Command::BookCallback(call(past))), Err(Rejection::CallbackInThePast), "{past}");
    }
    story.books(31);
    let known = &story.state.callbacks[0];
    assert_eq!((known.due_at, &*known.timezone), (minute(31), "Europe/Helsinki"));
    assert_eq!((&known.person, known.status), (&Some(person("ben")), CallbackStatus::Booked));
    story.given(solved());
    assert_eq!(story.when(&Command::BookCallback(call(40))), Err(Rejection::AlreadyResolved));
}

#[test]
fn one_request_is_one_call() {
    let mut story = open();
    let context = story.context();
    let facts = story.when_in(&Command::BookCallback(call(30)), &context).unwrap();
    let [Fact::CallbackBooked(booked)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(booked.callback, CallbackId::of(&matter(0), &context.record));
    assert_eq!(story.when_in(&Command::BookCallback(call(30)), &context), Ok(vec![]));
    story.books(30);
    assert_eq!(story.state.callbacks.len(), 2, "another request is another call");
}

#[test]
fn a_call_comes_due_at_its_time_and_is_done() {
    let mut story = open();
    let callback = story.books(30);
    let due = Command::CallbackComesDue(callback);
    assert_eq!(story.at(29).when(&due), Err(Rejection::NotDue { due_at: minute(30) }));
    let facts = story.at(30).when(&due).unwrap();
    let [Fact::CallbackDue(fact)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((&fact.person, fact.noticed_at), (&Some(person("ben")), minute(30)), "ben is told");
    assert_eq!(story.when(&due), Ok(vec![]));
    story.at(33).given(done(callback));
    assert_eq!(status(&story), CallbackStatus::Done);
    assert_eq!(story.when(&done(callback)), Ok(vec![]));
    for late in [due, Command::MissCallback(callback)] {
        assert_eq!(story.at(90).when(&late), Ok(vec![]), "{late:?}");
    }
}

#[test]
fn a_call_that_nobody_made_is_missed_and_may_still_be_made() {
    let mut story = open();
    let callback = story.books(30);
    let miss = Command::MissCallback(callback);
    assert_eq!(story.at(50).when(&miss), Ok(vec![]), "nobody was told yet");
    story.at(50).given(Command::CallbackComesDue(callback));
    let mut early = story.clone();
    assert_eq!(early.at(44).when(&miss), Err(Rejection::NotDue { due_at: minute(45) }), "a quarter of an hour's grace");
    story.at(51).given(miss.clone());
    assert_eq!(status(&story), CallbackStatus::Missed);
    assert_eq!(story.when(&miss), Ok(vec![]));
    story.at(60).given(done(callback));
    assert_eq!(status(&story), CallbackStatus::Done, "late is better than never");
}

#[test]
fn a_call_made_early_never_comes_due() {
    let mut story = open();
    let callback = story.books(30);
    story.at(10).given(done(callback));
    assert_eq!(story.at(30).when(&Command::CallbackComesDue(callback)), Ok(vec![]));
}

#[test]
fn a_call_outlives_the_end_of_the_matter() {
    let mut story = open();
    let callback = story.books(30);
    story.given(solved());
    assert_eq!(names(&story.at(30).when(&Command::CallbackComesDue(callback))), ["CallbackDue"]);
}

#[test]
fn a_call_of_another_conversation_is_unknown() {
    let mut story = open();
    let elsewhere = CallbackId::of(&matter(1), &cause("elsewhere"));
    for command in [Command::CallbackComesDue(elsewhere), done(elsewhere), Command::MissCallback(elsewhere)] {
        assert_eq!(story.when(&command), Err(Rejection::UnknownCallback), "{command:?}");
    }
}

#[test]
fn a_call_may_be_for_whoever_is_there() {
    let mut story = open();
    story.given(Command::BookCallback(BookCallback { person: None, timezone: String::new(), ..call(30) }));
    let callback = story.state.callbacks[0].id;
    let facts = story.at(30).when(&Command::CallbackComesDue(callback)).unwrap();
    assert!(matches!(&facts[..], [Fact::CallbackDue(due)] if due.person.is_none()), "{facts:?}");
}

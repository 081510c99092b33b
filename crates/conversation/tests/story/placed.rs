//! Who serves it: another team while its own is closed, somebody who is free while it waits, and people before both.

use crate::world::*;
use conversation::placed::{OFFLINE, UNTOUCHED};
use conversation::routed::RouteDecision;
use conversation::{Command, Fact, Rejection};

fn place(to: &str, home: Option<&str>, until: Option<i64>) -> Command {
    Command::Place(placed(to, home, until))
}

fn offer(name: &str, until: i64) -> Command {
    Command::Offer(offered(name, until))
}

fn lapse(name: &str, reason: &'static str) -> Command {
    Command::LapseOffer { person: person(name), reason }
}

fn hand_off(to_team: &str) -> Command {
    Command::HandOff { by: person("ana"), to_team: team(to_team), to_person: None, reason: "knows more".into() }
}

fn open() -> Story {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    story
}

#[test]
fn another_team_serves_it_for_a_while_and_it_comes_back() {
    let mut story = open();
    assert_eq!(names(&story.when(&place("south", Some("care"), Some(600)))), ["Placed"]);
    let state = &story.state;
    assert_eq!((&state.team, &state.home_team), (&Some(team("south")), &Some(team("care"))));
    assert_eq!(state.away_until, Some(minute(600)));
    assert_eq!(story.when(&place("south", Some("care"), Some(600))), Ok(vec![]), "it is there already");
    assert_eq!(names(&story.when(&place("south", Some("care"), Some(900)))), ["Placed"], "it stays longer");
    story.at(900).given(place("care", None, None));
    assert_eq!((&story.state.team, &story.state.home_team), (&Some(team("care")), &None));
    assert_eq!((story.state.away_until, story.state.placed_by_person), (None, false));
}

#[test]
fn a_route_can_place_it_at_once() {
    let mut story = Story::new();
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    let away = RouteDecision {
        team: team("south"),
        home_team: Some(team("care")),
        away_until: Some(minute(600)),
        needs_skills: vec!["fi".into()],
        ..decision(1)
    };
    story.given(Command::RoutePost(away));
    let state = &story.state;
    assert_eq!((&state.team, &state.home_team), (&Some(team("south")), &Some(team("care"))));
    assert_eq!((&*state.topic, state.needs_skills.len()), ("air.delay", 1));
    assert_eq!(story.when(&place("south", Some("care"), Some(600))), Ok(vec![]));
}

#[test]
fn a_person_s_hand_off_and_his_work_stay() {
    let mut story = open();
    story.given(hand_off("crisis"));
    assert_eq!(story.when(&place("south", Some("care"), Some(600))), Ok(vec![]), "a person put it there");
    assert_eq!(story.state.team, Some(team("crisis")));

    let mut story = open();
    story.given(claim("ana"));
    assert_eq!(story.when(&place("south", Some("care"), Some(600))), Ok(vec![]), "ana is at work on it");
    story.given(release("ana")).given(place("south", Some("care"), Some(600)));
    story.given(hand_off("care"));
    assert_eq!((&story.state.home_team, story.state.away_until), (&None, None), "a hand-off ends the stay");
}

#[test]
fn only_what_is_open_is_placed_or_offered() {
    let mut resolved = open();
    resolved.given(solved());
    let mut merged = open();
    merged.given(Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None });
    for command in [place("south", None, None), offer("ana", 5)] {
        assert_eq!(Story::new().when(&command), Err(Rejection::NotOpened), "{command:?}");
        assert_eq!(resolved.clone().when(&command), Err(Rejection::AlreadyResolved), "{command:?}");
        assert_eq!(merged.clone().when(&command), Err(Rejection::MergedInto { target: matter(1) }), "{command:?}");
    }
}

#[test]
fn it_is_offered_to_one_person_and_the_first_offer_counts() {
    let mut story = open();
    story.given(offer("ana", 5));
    assert_eq!(story.when(&offer("ben", 6)), Ok(vec![]), "two copies of routing offered at once");
    assert_eq!(story.state.offer.as_ref().map(|offer| &offer.person), Some(&person("ana")));
    // An offer binds nobody: another one of the team may take it.
    story.given(claim("ben"));
    assert_eq!(story.state.offer, None);
    let taken = Err(Rejection::ClaimedBySomeoneElse { person: person("ben") });
    assert_eq!(story.when(&offer("ana", 9)), taken);
}

#[test]
fn an_offer_lapses_when_its_time_is_over_or_he_has_left() {
    let mut story = open();
    story.given(offer("ana", 5)).at(4);
    assert_eq!(story.when(&lapse("ana", UNTOUCHED)), Err(Rejection::NotDue { due_at: minute(5) }));
    assert_eq!(story.when(&lapse("ben", UNTOUCHED)), Ok(vec![]), "it was not his");
    let facts = story.at(5).when(&lapse("ana", UNTOUCHED)).unwrap();
    let [Fact::OfferLapsed(lapsed)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((&lapsed.person, &*lapsed.reason), (&person("ana"), "untouched"));
    assert_eq!(story.when(&lapse("ana", UNTOUCHED)), Ok(vec![]));
    story.given(offer("ben", 20)).at(6).given(lapse("ben", OFFLINE));
    assert_eq!(story.state.lapsed_offers, [person("ana"), person("ben")]);
    story.given(claim("cho"));
    assert_eq!(story.state.lapsed_offers, [], "it changed hands");
}

#[test]
fn what_is_placed_handed_off_resolved_or_merged_is_offered_to_nobody() {
    let merge = Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None };
    for ends in [place("south", Some("care"), Some(600)), hand_off("crisis"), solved(), merge] {
        let mut story = open();
        story.given(offer("ana", 5)).given(ends.clone());
        assert_eq!(story.state.offer, None, "{ends:?}");
        assert_eq!(story.at(9).when(&lapse("ana", UNTOUCHED)), Ok(vec![]), "{ends:?}");
    }
}

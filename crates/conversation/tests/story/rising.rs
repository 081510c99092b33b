//! What needs more than its turn: flags, the team that it is raised to beside the first line, and what is counted for both.

use crate::world::*;
use conversation::placed::UNTOUCHED;
use conversation::received::{EngagementObserved, PostReceived};
use conversation::replied::SubmitReply;
use conversation::rising::Flag;
use conversation::routed::Priority;
use conversation::{Command, Fact, Rejection, Status};

fn raise(flags: &[Flag]) -> Command {
    Command::RaiseFlags(flags.iter().copied().map(raised).collect())
}

fn lower(flags: &[Flag]) -> Command {
    Command::LowerFlags(flags.iter().copied().map(lowered).collect())
}

fn merge() -> Command {
    Command::MergeInto { target: matter(1), reason: "same_thread".into(), person: None }
}

fn open() -> Story {
    let mut story = Story::new();
    story.writes(1, 0, "complaint");
    story
}

/// Open, raised to the crisis team.
fn raised_to_crisis() -> Story {
    let mut story = open();
    story.given(escalate(Some("crisis"), "spread"));
    story
}

#[test]
fn a_flag_is_raised_once_and_lowered_once() {
    let mut story = open();
    story.given(raise(&[Flag::Spread]));
    let facts = story.at(2).when(&raise(&[Flag::Spread, Flag::Exposure])).unwrap();
    let [Fact::FlagRaised(new)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(new.flag, Flag::Exposure, "the other one is up already");
    let up: Vec<_> = story.state.flags.iter().map(|raised| (raised.flag, raised.at)).collect();
    assert_eq!(up, [(Flag::Spread, minute(0)), (Flag::Exposure, minute(2))]);
    assert_eq!(names(&story.when(&lower(&[Flag::Spread, Flag::ChurnRisk]))), ["FlagLowered"]);
    assert_eq!(story.when(&lower(&[Flag::Spread])), Ok(vec![]));
    assert!(story.state.has_flag(Flag::Exposure) && !story.state.has_flag(Flag::Spread));
    assert_eq!(story.at(5).when(&raise(&[Flag::Spread])).unwrap().len(), 1, "it may rise again");
}

#[test]
fn flags_are_raised_on_what_is_opened_and_goes_on() {
    assert_eq!(Story::new().when(&raise(&[Flag::Spread])), Err(Rejection::NotOpened));
    let mut merged = open();
    merged.given(merge());
    assert_eq!(merged.when(&raise(&[Flag::Spread])), Err(Rejection::MergedInto { target: matter(1) }));
}

#[test]
fn a_flare_up_brings_a_closed_matter_back_and_no_other_flag_does() {
    let mut story = open();
    story.answers("ana", 5);
    story.at(6).given(solved());
    assert_eq!(names(&story.at(60).when(&raise(&[Flag::Spread]))), ["FlagRaised"]);
    assert_eq!(story.state.status(), Status::Resolved);
    let facts = story.at(61).when(&raise(&[Flag::FlareUp])).unwrap();
    let [Fact::FlagRaised(_), Fact::Reopened(reopened)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((&reopened.person, &*reopened.reason), (&None, "flare_up"));
    assert_eq!((story.state.status(), story.waits_since()), (Status::Open, Some(61)));
    assert_eq!(story.when(&raise(&[Flag::FlareUp])), Ok(vec![]));
}

#[test]
fn part_of_an_incident_is_under_the_flag_of_the_surge() {
    let mut story = open();
    let join = Command::JoinIncident(incident("air.delay"));
    assert_eq!(names(&story.when(&join)), ["IncidentJoined", "FlagRaised"]);
    assert_eq!(story.state.incident, Some(incident("air.delay")));
    assert!(story.state.has_flag(Flag::Surge));
    assert_eq!(story.when(&join), Ok(vec![]));
    assert_eq!(names(&story.when(&Command::JoinIncident(incident("air.baggage")))), ["IncidentJoined"]);
    story.given(solved());
    assert_eq!(story.when(&join), Err(Rejection::AlreadyResolved));
}

#[test]
fn what_was_raised_comes_down_with_a_reason() {
    let mut story = raised_to_crisis();
    story.given(claim_for("ben", "crisis"));
    assert_eq!(story.when(&deescalate(" ")), Err(Rejection::ReasonMissing));
    let facts = story.at(9).when(&deescalate("it is calm again")).unwrap();
    let [Fact::Deescalated(down)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((&down.by, &down.from_team), (&Some(person("ana")), &Some(team("crisis"))));
    let state = &story.state;
    assert_eq!((state.escalated, &state.escalation_team, &state.second), (false, &None, &None));
    assert_eq!((state.deescalated_at, &state.team), (Some(minute(9)), &Some(team("care"))));
    assert_eq!(story.when(&deescalate("it is calm again")), Ok(vec![]));
    assert_eq!(open().when(&deescalate("nothing was raised")), Ok(vec![]));
    story.at(12).given(escalate(Some("crisis"), "it spreads again"));
    assert_eq!((story.state.escalated, story.state.priority), (true, Priority::Urgent));
    story.given(merge());
    assert_eq!(story.when(&deescalate("too late")), Err(Rejection::MergedInto { target: matter(1) }));
}

#[test]
fn two_tiers_sit_on_one_conversation_and_each_may_reply() {
    let mut story = raised_to_crisis();
    story.given(claim("ana")).given(claim_for("ben", "crisis"));
    let state = &story.state;
    assert_eq!((&state.assignee, &state.second), (&Some(person("ana")), &Some(person("ben"))));
    assert_eq!(story.when(&claim_for("ben", "crisis")), Ok(vec![]));
    let by_ben = Err(Rejection::ClaimedBySomeoneElse { person: person("ben") });
    assert_eq!(story.when(&claim_for("cho", "crisis")), by_ben);
    for name in ["ana", "ben"] {
        assert_eq!(names(&story.when(&Command::SubmitReply(submission(name)))), ["ReplySubmitted"], "{name}");
    }
    let by_ana = Err(Rejection::ClaimedBySomeoneElse { person: person("ana") });
    assert_eq!(story.when(&Command::SubmitReply(submission("cho"))), by_ana);
    // For a team that it was not raised to, it is the first line's seat.
    assert_eq!(story.when(&claim_for("cho", "legal")), by_ana);
}

#[test]
fn each_tier_leaves_its_own_seat() {
    let mut story = raised_to_crisis();
    story.given(claim("ana")).given(claim_for("ben", "crisis"));
    story.given(release("ben"));
    assert_eq!((&story.state.assignee, &story.state.second), (&Some(person("ana")), &None));
    story.given(claim_for("ben", "crisis")).given(release("ana"));
    assert_eq!((&story.state.assignee, &story.state.second), (&None, &Some(person("ben"))));
    // Whoever sits on both leaves both.
    story.given(claim("ben")).given(release("ben"));
    assert_eq!((&story.state.assignee, &story.state.second), (&None, &None));
    assert_eq!(story.when(&release("ben")), Ok(vec![]));
}

#[test]
fn another_team_that_it_is_raised_to_takes_the_seat() {
    let mut story = raised_to_crisis();
    story.given(claim_for("ben", "crisis"));
    assert_eq!(story.when(&escalate(Some("crisis"), "it goes on")), Ok(vec![]), "it is with them already");
    story.given(escalate(Some("legal"), "a threat"));
    assert_eq!(story.state.second, None);
    story.given(claim_for("cho", "legal"));
    assert_eq!(story.state.second, Some(person("cho")));
}

#[test]
fn the_second_seat_leaves_the_offer_to_the_first_line() {
    let mut story = raised_to_crisis();
    story.given(Command::Offer(offered("ana", 5))).given(claim_for("ben", "crisis"));
    assert_eq!(story.state.offer.as_ref().map(|offer| &offer.person), Some(&person("ana")));
    story.at(5).given(Command::LapseOffer { person: person("ana"), reason: UNTOUCHED });
    assert_eq!((&story.state.offer, &story.state.second), (&None, &Some(person("ben"))));
}

#[test]
fn an_exchange_is_an_answer_that_the_customer_comes_back_after() {
    let mut story = open();
    assert_eq!(story.state.exchanges(), 0);
    story.answers("ana", 5);
    assert_eq!(story.state.exchanges(), 0, "he has not come back");
    story.writes(2, 7, "question").writes(3, 8, "question");
    assert_eq!(story.state.exchanges(), 1, "asking again after one answer is one coming back");
    story.answers("ana", 10);
    story.writes(4, 12, "praise");
    assert_eq!(story.state.exchanges(), 1, "thanks are no coming back");
    story.answers("ana", 15);
    story.writes(5, 20, "complaint");
    assert_eq!(story.state.exchanges(), 2);
    story.at(21).given(Command::DeletePost(deleted(5, 21)));
    assert_eq!(story.state.exchanges(), 1, "he took it back");
}

fn offering(story: &mut Story, offers: &[&str], asks: &[&str]) -> conversation::ReplyId {
    let codes = |codes: &[&str]| codes.iter().copied().map(String::from).collect();
    let reply = SubmitReply { offers: codes(offers), asks: codes(asks), ..submission("ana") };
    story.given(Command::SubmitReply(reply));
    story.state.replies.last().and_then(|reply| reply.id).expect("the reply just submitted")
}

#[test]
fn the_same_offer_or_question_twice_is_seen() {
    let mut story = open();
    offering(&mut story, &["technician"], &["phone"]);
    offering(&mut story, &["call"], &[]);
    assert_eq!((story.state.repeated_offers(), story.state.repeated_asks()), (0, 0));
    offering(&mut story, &["technician", "call"], &["phone"]);
    assert_eq!((story.state.repeated_offers(), story.state.repeated_asks()), (1, 1), "one reply is one repetition");
    offering(&mut story, &["call"], &["account"]);
    assert_eq!((story.state.repeated_offers(), story.state.repeated_asks()), (2, 1));
}

#[test]
fn what_never_arrived_has_offered_nothing() {
    let mut story = open();
    let reply = offering(&mut story, &["technician"], &["phone"]);
    story.attempts(reply).given(Command::FailReply(failed(reply, 1, true)));
    offering(&mut story, &["technician"], &["phone"]);
    assert_eq!((story.state.repeated_offers(), story.state.repeated_asks()), (0, 0));
}

#[test]
fn exposure_is_followers_times_hours_without_an_answer_in_public() {
    let mut story = open();
    assert_eq!(story.state.exposure(minute(90)), 180.0, "120 followers, an hour and a half");
    assert_eq!(story.state.exposure(minute(-5)), 0.0, "a clock behind the post's makes no less than nothing");
    story.answers("ana", 100);
    assert_eq!(story.state.exposure(minute(600)), 0.0);
    let mut story = Story::new();
    let message = PostReceived { private: true, ..received(1, 0) };
    story.given(Command::ReceivePost(Box::new(message)));
    assert_eq!(story.state.exposure(minute(600)), 0.0, "nobody sees a private message");
}

#[test]
fn spread_adds_up_and_its_speed_is_that_of_the_fastest_post() {
    let mut story = open();
    // 3 shares and 6 comments since it was posted half an hour ago.
    story.at(30).given(Command::ObserveEngagement(engaged(1, 3, 30)));
    assert_eq!(story.state.spread().per_hour, 18.0);
    // 9 more in ten minutes.
    story.at(40).given(Command::ObserveEngagement(engaged(1, 6, 40)));
    assert_eq!(story.state.spread().per_hour, 54.0);
    story.writes(2, 50, "complaint").given(Command::ObserveEngagement(engaged(2, 1, 50)));
    let spread = story.state.spread();
    assert_eq!((spread.shares, spread.comments, spread.views), (7, 14, 700));
    assert_eq!(spread.per_hour, 54.0, "3 in what counts as five minutes are 36 an hour");
    // Totals that sink are no speed, and the greatest of them break nothing.
    story.at(60).given(Command::ObserveEngagement(engaged(1, 5, 60)));
    assert_eq!(story.state.spread().per_hour, 36.0);
    let most = EngagementObserved { shares: u64::MAX, comments: u64::MAX, views: u64::MAX, ..engaged(1, 9, 70) };
    story.at(70).given(Command::ObserveEngagement(most));
    assert_eq!((story.state.spread().shares, story.state.spread().comments), (u64::MAX, u64::MAX));
}

#[test]
fn a_flag_reads_back_from_its_name() {
    for flag in Flag::ALL {
        assert_eq!(Flag::parse(flag.as_str()), Some(flag));
    }
    assert_eq!(Flag::parse("white"), None);
}

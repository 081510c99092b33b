//! What a person says of a post goes before what a classifier said, and the rules are asked again where that matters.

use crate::world::*;
use conversation::classified::{Head, PostClassified};
use conversation::received::PostReceived;
use conversation::routed::{Priority, RouteDecision};
use conversation::{Command, Conversation, Fact, Rejection, Status};

fn correct(n: u8, head: Head, label: &str) -> Command {
    Command::CorrectClassification(correction(n, head, label))
}

fn waits_for_rules(state: &Conversation) -> bool {
    state.unrouted().next().is_some()
}

#[test]
fn a_correction_says_what_stood_there_and_whose_answer_it_was() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    let facts = story.at(3).when(&correct(1, Head::Intent, "complaint")).unwrap();
    let [Fact::ClassificationCorrected(fact)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((fact.post, fact.head, fact.text_version), (post(1), Head::Intent, 0));
    assert_eq!((&*fact.was, &*fact.label, &*fact.model_version), ("question", "complaint", "m1"));
    let class = story.state.class().unwrap();
    assert_eq!((class.label(Head::Intent), class.read_as(Head::Intent)), ("complaint", "question"));
    assert!(class.is_corrected(Head::Intent) && !class.is_corrected(Head::Topic));
    assert_eq!((class.intent_confidence, class.unsure.contains(Head::Intent)), (1.0, false), "a person is sure");
    assert_eq!(story.when(&correct(1, Head::Intent, "complaint")), Ok(vec![]), "so it is already");
}

#[test]
fn a_correction_names_a_post_and_a_label_that_there_are() {
    let mut story = Story::new();
    assert_eq!(story.when(&correct(1, Head::Intent, "praise")), Err(Rejection::UnknownPost));
    story.given(Command::EditPost(edited(1, 1)));
    assert_eq!(story.when(&correct(1, Head::Intent, "praise")), Err(Rejection::UnknownPost), "only an edit has come");
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    assert_eq!(story.when(&correct(1, Head::Intent, "praise")), Err(Rejection::NotClassified));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    for (head, label, names) in [
        (Head::Intent, "complain", "complaint, question, request, praise, noise, other"),
        (Head::Sentiment, "", "negative, neutral, positive"),
        (Head::Urgency, "yes", "urgent, normal"),
        (Head::Call, "thanks", "wanted, none"),
        (Head::Topic, "air.lunge", "telecom.support, air.lounge"),
        (Head::Language, "Estonian", "the code of a language in small letters"),
    ] {
        let refused = story.when(&correct(1, head, label)).unwrap_err();
        assert!(matches!(&refused, Rejection::UnknownLabel { head: of, .. } if *of == head), "{refused}");
        assert!(refused.to_string().contains(names), "{refused}");
    }
    for (head, label) in [(Head::Topic, "air.lounge"), (Head::Topic, "retail.delivery"), (Head::Language, "pt-BR")] {
        story.given(correct(1, head, label));
    }
}

#[test]
fn what_a_model_had_no_answer_for_can_be_said_by_a_person_and_taken_back() {
    let mut story = Story::new();
    let labels_of_its_own = PostClassified {
        topic: conversation::classified::Scored { label: "rail.seat".into(), ..Default::default() },
        urgency: Default::default(),
        ..classified(1, "question")
    };
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    story.given(Command::ClassifyPost(Box::new(labels_of_its_own)));
    story.given(correct(1, Head::Urgency, "urgent"));
    assert_eq!(story.state.class().unwrap().read_as(Head::Urgency), "");
    story.given(correct(1, Head::Topic, "air.cabin")).given(correct(1, Head::Topic, "rail.seat"));
    let class = story.state.class().unwrap();
    assert!(!class.is_corrected(Head::Topic), "the classifier was right after all");
    assert_eq!(class.label(Head::Topic), "rail.seat");
}

#[test]
fn a_classifier_never_overwrites_what_a_person_said_of_the_same_text() {
    let mut story = Story::new();
    story.writes(1, 0, "question").given(correct(1, Head::Intent, "complaint"));
    assert_eq!(story.when(&Command::ClassifyPost(Box::new(classified(1, "noise")))), Ok(vec![]));
    // Nor does a fact that no decision of today would write.
    let again = PostClassified { model_version: "m2".into(), ..classified(1, "noise") };
    let record = record(cause("again"), minute(9), vec![again.into()]);
    conversation::evolve(&mut story.state, &record);
    let class = story.state.class().unwrap();
    assert_eq!((class.label(Head::Intent), class.read_as(Head::Intent)), ("complaint", "noise"));
    // Of another text it says what it likes.
    story.given(Command::EditPost(edited(1, 10)));
    let edited = PostClassified { text_version: minute(10).as_microsecond(), ..classified(1, "praise") };
    story.given(Command::ClassifyPost(Box::new(edited)));
    assert_eq!(story.state.class().unwrap().label(Head::Intent), "praise");
    assert!(story.state.class().unwrap().corrections.is_empty());
}

#[test]
fn the_rules_are_asked_again_for_an_open_matter_that_nobody_has_taken_on() {
    let mut story = Story::new();
    story.writes(1, 0, "question").given(correct(1, Head::Intent, "complaint"));
    assert!(waits_for_rules(&story.state));
    let other = RouteDecision { team: team("crisis"), priority: Priority::High, ..decision(1) };
    let facts = story.when(&Command::RoutePost(other.clone()));
    assert_eq!(names(&facts), ["Routed"], "the clock that runs goes on");
    let Ok([Fact::Routed(routed)]) = facts.as_deref() else { panic!("{facts:?}") };
    assert_eq!(routed.notes, ["asked again after a person corrected the classification"]);
    assert_eq!((story.state.team.clone(), story.state.priority), (Some(team("crisis")), Priority::High));
    assert!(!waits_for_rules(&story.state), "once");
    assert_eq!(story.when(&Command::RoutePost(other)), Ok(vec![]));
}

#[test]
fn nothing_moves_what_is_closed_taken_on_or_about_another_post() {
    // Taken on.
    let mut story = Story::new();
    story.writes(1, 0, "question").given(claim("ana"));
    story.given(correct(1, Head::Intent, "complaint"));
    assert!(!waits_for_rules(&story.state));
    // Resolved.
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 2);
    story.given(solved()).given(correct(1, Head::Intent, "complaint"));
    assert!(!waits_for_rules(&story.state));
    assert_eq!(story.state.status(), Status::Resolved);
    assert_eq!(story.when(&Command::RoutePost(decision(1))), Ok(vec![]));
    // Merged.
    let mut story = Story::new();
    story.writes(1, 0, "question");
    story.given(Command::MergeInto { target: matter(1), reason: "same".into(), person: None });
    story.given(correct(1, Head::Intent, "complaint"));
    assert!(!waits_for_rules(&story.state));
    // About a newer post.
    let mut story = Story::new();
    story.writes(1, 0, "question").writes(2, 5, "complaint").given(correct(1, Head::Intent, "praise"));
    assert!(!waits_for_rules(&story.state));
    assert_eq!(story.state.post(&post(1)).unwrap().class.as_ref().unwrap().label(Head::Intent), "praise");
}

#[test]
fn whoever_comes_before_the_rules_decides_himself() {
    for ends in [claim("ana"), solved()] {
        let mut story = Story::new();
        story.writes(1, 0, "question").given(correct(1, Head::Intent, "complaint"));
        story.given(ends.clone());
        assert!(!waits_for_rules(&story.state), "{ends:?}");
        assert_eq!(story.when(&Command::RoutePost(decision(1))), Ok(vec![]), "{ends:?}");
    }
}

#[test]
fn a_correction_starts_and_ends_the_wait_as_the_class_itself_would() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 5);
    story.writes(2, 9, "praise");
    assert_eq!((story.waits_since(), story.due()), (None, None));
    story.at(10).given(correct(2, Head::Intent, "complaint"));
    assert_eq!(story.waits_since(), Some(9));
    story.given(Command::RoutePost(decision(2)));
    assert_eq!(story.due(), Some(9 + TARGET_MINUTES), "from the post, not from the correction");
    story.at(11).given(correct(2, Head::Intent, "noise"));
    assert_eq!((story.waits_since(), story.due()), (None, None));
}

#[test]
fn a_correction_of_a_post_that_is_not_routed_yet_is_what_the_rules_see() {
    let mut story = Story::new();
    story.given(Command::ReceivePost(Box::new(PostReceived { tier: "gold".into(), ..received(1, 0) })));
    story.given(Command::ClassifyPost(Box::new(classified(1, "noise")))).given(correct(1, Head::Intent, "complaint"));
    assert_eq!(names(&story.when(&Command::RoutePost(decision(1)))), ["ConversationOpened", "Routed", "DeadlineSet"]);
    assert!(!waits_for_rules(&story.state));
}

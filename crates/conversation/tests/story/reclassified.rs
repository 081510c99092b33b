//! What another model says of a post stands beside what it is, and nothing follows from it.

use crate::world::*;
use conversation::classified::{Head, PostClassified, Scored};
use conversation::{Command, Fact, Rejection};

/// What model `m2` says of post n.
fn reread(n: u8, intent: &str) -> PostClassified {
    PostClassified { model_version: "m2".into(), ..classified(n, intent) }
}

fn reclassify(class: PostClassified) -> Command {
    Command::ReclassifyPost(Box::new(class))
}

#[test]
fn both_answers_stand_side_by_side() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    let facts = story.at(60).when(&reclassify(reread(1, "complaint"))).unwrap();
    let [Fact::PostReclassified(fact)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((&*fact.class.model_version, &*fact.was_model_version), ("m2", "m1"));
    let post = story.state.post(&post(1)).unwrap();
    assert_eq!(post.class.as_ref().unwrap().label(Head::Intent), "question");
    assert_eq!((post.readings.len(), post.readings[0].label(Head::Intent)), (1, "complaint"));
    assert_eq!((&*post.readings[0].model_version, &*post.class.as_ref().unwrap().model_version), ("m2", "m1"));
}

#[test]
fn it_is_written_once_for_each_model_and_text_and_not_for_the_first_model() {
    let mut story = Story::new();
    assert_eq!(story.when(&reclassify(reread(1, "noise"))), Err(Rejection::UnknownPost));
    story.given(Command::ReceivePost(Box::new(received(1, 0))));
    assert_eq!(story.when(&reclassify(reread(1, "noise"))), Err(Rejection::NotClassified));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    assert_eq!(story.when(&reclassify(classified(1, "noise"))), Ok(vec![]), "the model that spoke first");
    story.given(reclassify(reread(1, "complaint")));
    assert_eq!(story.when(&reclassify(reread(1, "noise"))), Ok(vec![]), "once");
    story.given(reclassify(PostClassified { model_version: "m3".into(), ..classified(1, "noise") }));
    assert_eq!(story.state.post(&post(1)).unwrap().readings.len(), 2);
    let of_another_text = PostClassified { text_version: 9, ..reread(1, "noise") };
    assert_eq!(story.when(&reclassify(of_another_text)), Ok(vec![]));
    // An edit is another text, of which no other model has said anything yet.
    story.given(Command::EditPost(edited(1, 5)));
    let text_version = minute(5).as_microsecond();
    story.given(Command::ClassifyPost(Box::new(PostClassified { text_version, ..classified(1, "praise") })));
    assert!(story.state.post(&post(1)).unwrap().readings.is_empty());
    story.given(reclassify(PostClassified { text_version, ..reread(1, "noise") }));
}

#[test]
fn heads_can_be_asked_one_after_the_other() {
    let mut story = Story::new();
    story.writes(1, 0, "question");
    let only = |head: Head| {
        let mut class = reread(1, "complaint");
        let others = Head::ALL.into_iter().filter(|other| *other != head);
        others.for_each(|other| *class.head_mut(other) = Scored::default());
        class
    };
    story.given(reclassify(only(Head::Topic))).given(reclassify(only(Head::Intent)));
    assert_eq!(story.when(&reclassify(only(Head::Topic))), Ok(vec![]));
    let readings = &story.state.post(&post(1)).unwrap().readings;
    assert_eq!(readings.len(), 1);
    let labels = [Head::Topic, Head::Intent, Head::Sentiment].map(|head| readings[0].label(head));
    assert_eq!(labels, ["air.delay", "complaint", ""]);
    story.given(reclassify(reread(1, "complaint"))); // what was not asked yet
}

#[test]
fn nothing_follows_from_it() {
    let mut open = Story::new();
    open.writes(1, 0, "question");
    let mut answered = Story::new();
    answered.writes(1, 0, "question").answers("ana", 5);
    answered.writes(2, 7, "praise");
    let mut resolved = Story::new();
    resolved.writes(1, 0, "question").answers("ana", 5);
    resolved.given(solved());
    let mut merged = Story::new();
    merged.writes(1, 0, "question");
    merged.given(Command::MergeInto { target: matter(1), reason: "same".into(), person: None });
    for (name, story) in
        [("open", &mut open), ("answered", &mut answered), ("resolved", &mut resolved), ("merged", &mut merged)]
    {
        let newest = story.state.newest_post().unwrap().key;
        let mut before = story.state.clone();
        let facts = story.at(90).when(&reclassify(PostClassified { post: newest, ..reread(1, "complaint") }));
        assert_eq!(names(&facts), ["PostReclassified"], "{name}");
        assert_eq!(story.state.unrouted().count(), 0, "{name}: no rule is asked");
        // But for the answer itself and the record that brought it, the state is as it was.
        let mut after = story.state.clone();
        after.posts.iter_mut().for_each(|post| post.readings.clear());
        (before.seen, after.seen) = (Vec::new(), Vec::new());
        assert_eq!(after, before, "{name}");
    }
}

#[test]
fn the_next_decision_uses_what_was_first_written_or_what_a_person_said() {
    let mut story = Story::new();
    story.writes(1, 0, "question").answers("ana", 5);
    story.given(reclassify(reread(1, "praise")));
    assert_eq!(story.state.class().unwrap().label(Head::Intent), "question");
    story.given(Command::CorrectClassification(correction(1, Head::Intent, "complaint")));
    let class = story.state.class().unwrap();
    assert_eq!((class.label(Head::Intent), class.read_as(Head::Intent)), ("complaint", "question"));
    assert_eq!(story.state.post(&post(1)).unwrap().readings[0].label(Head::Intent), "praise");
}

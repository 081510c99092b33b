//! What a post is, and what it is after an edit.

use crate::world::*;
use conversation::classified::PostClassified;
use conversation::{Command, Rejection};

#[test]
fn a_post_must_be_known_to_be_classified() {
    let mut story = Story::new();
    assert_eq!(story.when(&Command::ClassifyPost(classified(1, "complaint"))), Err(Rejection::UnknownPost));
}

#[test]
fn only_a_newer_text_is_classified_again() {
    let mut story = Story::new();
    let newer = PostClassified { text_version: 60_000_000, ..classified(1, "praise") };
    story.given(Command::ReceivePost(Box::new(received(1, 0)))).given(Command::ClassifyPost(classified(1, "question")));
    assert_eq!(story.when(&Command::ClassifyPost(classified(1, "noise"))), Ok(vec![]), "the same text");
    story.given(Command::ClassifyPost(newer.clone()));
    assert_eq!(story.when(&Command::ClassifyPost(newer)), Ok(vec![]));
    assert_eq!(story.when(&Command::ClassifyPost(classified(1, "noise"))), Ok(vec![]), "an older text");
    assert_eq!(&*story.state.class().unwrap().intent, "praise");
}

#[test]
fn the_conversation_is_about_its_newest_classified_post() {
    let mut story = Story::new();
    story.writes(1, 10, "complaint").writes(2, 12, "question");
    story.at(20).given(Command::ReceivePost(Box::new(received(3, 5)))); // came late
    story.given(Command::ClassifyPost(classified(3, "praise")));
    assert_eq!(&*story.state.class().unwrap().intent, "question");
}

#[test]
fn what_a_post_asks_decides_who_waits_once_there_was_an_answer() {
    for (intent, waits) in [
        ("complaint", true),
        ("question", true),
        ("request", true),
        ("other", true),
        ("praise", false),
        ("noise", false),
    ] {
        let mut story = Story::new();
        story.writes(1, 0, "question").answers("ana", 5);
        story.writes(2, 9, intent);
        assert_eq!(story.waits_since().is_some(), waits, "{intent}");
        assert_eq!(story.due().is_some(), waits, "{intent}");
    }
}

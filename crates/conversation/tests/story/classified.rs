//! What a post is, and what it is after an edit.

use crate::world::*;
use conversation::classified::{Head, PostClassified, Recognised, Scored};
use conversation::{Command, Rejection};

#[test]
fn a_post_must_be_known_to_be_classified() {
    let mut story = Story::new();
    assert_eq!(story.when(&Command::ClassifyPost(Box::new(classified(1, "complaint")))), Err(Rejection::UnknownPost));
}

#[test]
fn only_a_newer_text_is_classified_again() {
    let mut story = Story::new();
    let newer = PostClassified { text_version: 60_000_000, ..classified(1, "praise") };
    story
        .given(Command::ReceivePost(Box::new(received(1, 0))))
        .given(Command::ClassifyPost(Box::new(classified(1, "question"))));
    assert_eq!(story.when(&Command::ClassifyPost(Box::new(classified(1, "noise")))), Ok(vec![]), "the same text");
    story.given(Command::ClassifyPost(Box::new(newer.clone())));
    assert_eq!(story.when(&Command::ClassifyPost(Box::new(newer))), Ok(vec![]));
    assert_eq!(story.when(&Command::ClassifyPost(Box::new(classified(1, "noise")))), Ok(vec![]), "an older text");
    assert_eq!(&*story.state.class().unwrap().intent, "praise");
}

#[test]
fn the_conversation_is_about_its_newest_classified_post() {
    let mut story = Story::new();
    story.writes(1, 10, "complaint").writes(2, 12, "question");
    story.at(20).given(Command::ReceivePost(Box::new(received(3, 5)))); // came late
    story.given(Command::ClassifyPost(Box::new(classified(3, "praise"))));
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

fn scored(label: &str, unsure: bool) -> Scored {
    Scored { label: label.into(), confidence: 0.5, unsure, reasons: Vec::new() }
}

#[test]
fn the_state_keeps_of_every_head_what_rules_ask_for() {
    let mut story = Story::new();
    let recognised = |kind: &str, start| Recognised { kind: kind.into(), start, end: start + 4, confidence: 0.9 };
    story.given(Command::ReceivePost(Box::new(received(1, 0)))).given(Command::ClassifyPost(Box::new(
        PostClassified {
            topic: scored("air.baggage", true),
            urgency: scored("urgent", false),
            churn: scored("leaving", true),
            call: scored("wanted", false),
            closing: scored("thanks", false),
            recognised: vec![recognised("phone", 9), recognised("booking", 0), recognised("phone", 30)],
            ..classified(1, "complaint")
        },
    )));
    let class = story.state.class().unwrap();
    let labels = Head::ALL.map(|head| class.label(head));
    assert_eq!(labels, ["en", "neutral", "complaint", "air.baggage", "urgent", "leaving", "wanted", "thanks"]);
    assert_eq!(class.unsure.iter().map(Head::as_str).collect::<Vec<_>>(), ["topic", "churn"]);
    assert_eq!(class.recognised.iter().map(|kind| &**kind).collect::<Vec<_>>(), ["booking", "phone"], "each once");
}

#[test]
fn a_fact_of_an_older_version_leaves_the_newer_heads_unanswered() {
    let mut story = Story::new();
    let older = PostClassified {
        topic: Scored::default(),
        urgency: Scored::default(),
        churn: Scored::default(),
        call: Scored::default(),
        closing: Scored::default(),
        backend: String::new(),
        ..classified(1, "question")
    };
    story.given(Command::ReceivePost(Box::new(received(1, 0)))).given(Command::ClassifyPost(Box::new(older)));
    let class = story.state.class().unwrap();
    assert_eq!(Head::ALL.map(|head| class.label(head)), ["en", "neutral", "question", "", "", "", "", ""]);
    assert!(class.unsure.is_empty() && class.recognised.is_empty());
}

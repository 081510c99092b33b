//! Wrong files: every fault with its place and its cure, all of them at once.

use std::path::Path;

fn problems(yaml: &str) -> Vec<String> {
    let problems = scenario::read::scenario(yaml, "s.yaml").unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

/// A scenario with this timeline and these expectations.
fn with(timeline: &str, expect: &str) -> String {
    format!("scenario: s\nbrand: b.yaml\ntimeline:\n{timeline}expect:\n{expect}")
}

const POST: &str =
    "  - at: 2026-05-04T10:00:00Z\n    post: {id: p1, channel: x, author: {id: ann}, text: \"Where is my bag?\"}\n";

#[test]
fn a_right_file_is_read() {
    let text = with(POST, "  - {after: p1, conversation: p1, is: {status: open, posts_at_least: 1}}\n");
    let read = scenario::read::scenario(&text, "s.yaml").unwrap();
    assert_eq!((read.timeline.len(), read.expectations.len(), read.expectations[0].checks.len()), (1, 1, 2));
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = with(
        "  - at: yesterday\n    post: {id: p1, chanel: x, author: {id: ann}, text: hi}\n  - at: +5m\n    agent: dana\n",
        "  - {conversation: p9, is: {statu: open, posts: many, flags: [churn_rsk]}}\n",
    );
    assert_eq!(
        problems(&text),
        [
            "s.yaml:4:9: timeline[0].at: `yesterday` is not a time; write it in RFC 3339, e.g. \
             `2026-05-04T10:00:00+02:00`, or as an offset from the one before, e.g. `+1h30m`",
            "s.yaml:5:11: timeline[0].post.channel: is missing; add `channel: x`",
            "s.yaml:5:20: timeline[0].post.chanel: is not a key of a post; did you mean `channel`?",
            "s.yaml:6:5: timeline[1].does: is missing; say what he does, e.g. `does: {claim: p1}`",
            "s.yaml:6:9: timeline[1].at: is an offset, but there is no time before it; begin with a time in RFC 3339",
            "s.yaml:9:20: expect[0].conversation: there is no post `p9` in the timeline; did you mean `p1`?",
            "s.yaml:9:29: expect[0].is.statu: is not something that can be expected here; did you mean `status`?",
            "s.yaml:9:49: expect[0].is.posts: is text, but must be a number; write e.g. `3`",
            "s.yaml:9:63: expect[0].is.flags: `churn_rsk` is not known here; did you mean `churn_risk`?",
        ]
    );
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (timeline, expect, told) in [
        (
            "  - at: 2026-05-04T09:00:00Z\n    post: {id: p2, channel: x, author: {id: ann}, text: again}\n",
            "",
            "is before the entry above it",
        ),
        ("  - at: +1m\n    post: {id: p1, channel: x, author: {id: ann}, text: again}\n", "", "`p1` stands twice"),
        ("  - at: +1m\n    agent: dana\n    does: {claim: p1, note: p1, text: x}\n", "", "says several things at once"),
        ("  - at: +1m\n    agent: dana\n    does: {claim: p1, text: x}\n", "", "does not go with `claim`"),
        ("  - at: +1m\n    agent: dana\n    does: {reply: p1}\n", "", "does.text: is missing"),
        ("  - at: +1m\n", "", "says nothing that happens"),
        ("  - at: +1m\n    contact: {author: bob, via: phone, summary: called}\n", "", "his network is not known"),
        ("", "  - {after: p1, at: end, conversation: p1, is: {posts: 1}}\n", "both `after` and `at`"),
        ("", "  - {after: p1, conversation: p1, is: {}}\n", "names nothing that is expected"),
        ("", "  - {reply: 1, is: {sent: true}}\n", "but the timeline has 0 replies"),
        ("", "  - {events: p1, contain: [PostRecieved]}\n", "did you mean `PostReceived`?"),
        ("", "  - {at: 2026-05-04T09:00:00Z, conversation: p1, is: {posts: 1}}\n", "is before the timeline begins"),
        ("", "  - {filtered: {rule: contest}}\n", "names nothing that is expected"),
        ("", "  - {conversation: p1, entities: {passport: X}}\n", "is not a kind that is recognised"),
    ] {
        let told_of = problems(&with(&format!("{POST}{timeline}"), expect));
        assert!(told_of.iter().any(|problem| problem.contains(told)), "{told}: {told_of:#?}");
    }
}

#[test]
fn another_version_of_the_format_is_not_held_against_this_one() {
    assert_eq!(
        problems("format: earshot/scenario-v9\nstory: x\n"),
        [
            "s.yaml:1:9: format: `earshot/scenario-v9` is not a format that is known here; write `format: earshot/scenario-v1`"
        ]
    );
}

#[test]
fn names_that_the_settings_do_not_have_are_told_with_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\nteams: {care: {name: Care, hours: \"24/7\"}}\n\
                    people: {dana: {name: Dana}}\notherwise: {team: care}\n";
    std::fs::write(folder.path().join("b.yaml"), settings).unwrap();
    let file = folder.path().join("s.yaml");
    let text = with(
        &format!("{POST}  - at: +1m\n    agent: dena\n    does: {{transfer: p1, team: crae, reason: x}}\n"),
        "  - {conversation: p1, is: {team: carre}}\n",
    );
    std::fs::write(&file, text).unwrap();
    let told = scenario::load(Path::new(&file)).unwrap_err().to_string();
    for meant in [
        "timeline[1].agent: the settings b.yaml have no person `dena`; did you mean `dana`?",
        "no team `crae`",
        "no team `carre`",
    ] {
        assert!(told.contains(meant), "{meant}: {told}");
    }
    std::fs::remove_file(folder.path().join("b.yaml")).unwrap();
    let told = scenario::load(Path::new(&file)).unwrap_err().to_string();
    assert!(told.contains(":2:8: brand: ") && told.contains("cannot be read"), "{told}");
}

//! What the measures say of stories whose figures can be counted on the fingers.

use super::support::{assert_same, items, later, open, read, total, write};
use crate::query::{Dimension, Filter, Query};
use crate::testing::{At, Script};
use conversation::classified::Head;
use wire::pb::analytics::{ListCorrectionsRequest, MeasureRow};

fn measured(script: &Script) -> MeasureRow {
    let directory = tempfile::tempdir().unwrap();
    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&script.records));
    assert_same(directory.path(), &script.records, later());
    assert_same(directory.path(), &script.records, At::minute(7));
    total(directory.path(), later())
}

#[test]
fn a_day_in_figures() {
    let mut day = Script::new("aurora");
    // Answered in 5 minutes, resolved in one touch.
    day.post("a", "a1", At::minute(0));
    day.route("a", "a1", "care", "question", "en");
    day.answer("a", "ra", At::minute(5));
    day.resolve("a", At::minute(6));
    // Answered in 30 minutes after asking again, handed off, resolved, come back.
    day.post("b", "b1", At::minute(0));
    day.route("b", "b1", "care", "complaint", "et");
    day.post("b", "b2", At::minute(20));
    day.hand_off("b", "crisis", At::minute(25));
    day.answer("b", "rb", At::minute(30));
    day.resolve("b", At::minute(31));
    day.reopen("b", At::minute(40));
    day.breach("b", At::minute(50));
    // Praise that nobody has thanked for yet.
    day.post("c", "c1", At::minute(10));
    day.route("c", "c1", "care", "praise", "bn");
    day.escalate("c", At::minute(11));
    // A reply in doubt is no answer.
    day.post("d", "d1", At::minute(12));
    day.submit("d", "rd", At::minute(13));
    day.doubt("d", "rd", At::minute(14));
    day.filter("spammer", "s1", At::minute(3));

    let row = measured(&day);
    assert_eq!((row.conversations, row.posts, row.replies), (4, 5, 2));
    assert_eq!((row.open, row.waiting, row.resolved), (3, 0, 1));
    assert_eq!((row.reopened, row.hand_offs, row.escalated, row.breached), (1, 1, 1, 1));
    assert_eq!((row.praise, row.complaints, row.questions, row.requests), (1, 1, 1, 0));
    assert_eq!((row.filtered, row.replies_in_doubt, row.answered), (1, 1, 2));
    assert_eq!(row.first_response_p50_seconds, Some(300.0));
    assert_eq!(row.first_response_p90_seconds, Some(1_800.0));
    assert_eq!(row.answered_within_10m, Some(0.25));
    assert_eq!(row.answered_within_1h, Some(0.5));
    assert_eq!((row.posts_per_resolution, row.one_touch_resolution_share), (Some(1.0), Some(1.0)));
    let two_days = 2 * 24 * 3_600;
    assert_eq!(row.longest_wait_seconds, Some(f64::from(two_days - 10 * 60)), "the praise has waited since minute 10");
}

#[test]
fn an_answer_that_is_not_due_yet_is_neither_in_time_nor_late() {
    let directory = tempfile::tempdir().unwrap();
    let mut day = Script::new("aurora");
    day.post("a", "a1", At::minute(0));
    day.post("b", "b1", At::minute(0));
    day.answer("b", "rb", At::minute(2));
    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&day.records));
    let within = |minute: i64| total(directory.path(), At::minute(minute)).answered_within_10m;
    assert_eq!(within(5), Some(1.0), "the open one has five minutes left");
    assert_eq!(within(10), Some(0.5), "now it was due");
    let other = Query { filter: Filter { brand: "nobody".into(), ..Filter::default() }, ..Query::default() };
    let none = read(directory.path(), &other, later()).rows.remove(0);
    assert_eq!(none, MeasureRow::default(), "one row of zeros, and no shares");
}

#[test]
fn history_is_measured_on_its_own_times_where_they_are_known() {
    let mut history = Script::new("aurora");
    history.backfill = true;
    history.post("a", "a1", At::minute(-60 * 24 * 365));
    history.answer("a", "ra", At::minute(-60 * 24 * 365 + 7));
    history.untimed_post("b", "b1", At::minute(0));
    history.untimed_answer("b", "rb", At::minute(0));
    history.post("c", "c1", At::minute(-100));
    history.untimed_answer("c", "rc", At::minute(0));
    let row = measured(&history);
    assert_eq!((row.conversations, row.replies, row.answered), (3, 3, 1));
    assert_eq!(row.first_response_p99_seconds, Some(420.0));
    assert_eq!(
        (row.answered_within_10m, row.answered_within_24h),
        (Some(1.0), Some(1.0)),
        "what nobody knows is left out"
    );
}

#[test]
fn merged_conversations_count_once_whichever_record_comes_first() {
    for absorbed_first in [false, true] {
        let mut story = Script::new("aurora");
        story.post("old", "o1", At::minute(0));
        story.route("old", "o1", "care", "complaint", "en");
        story.hand_off("old", "crisis", At::minute(1));
        story.breach("old", At::minute(2));
        story.answer("old", "ro", At::minute(3));
        story.post("new", "n1", At::minute(4));
        story.route("new", "n1", "sales", "question", "ko");
        if absorbed_first {
            story.absorb("old", "new", At::minute(5));
            story.merge("old", "new", At::minute(5));
        } else {
            story.merge("old", "new", At::minute(5));
            story.absorb("old", "new", At::minute(5));
        }
        story.answer("new", "rn", At::minute(6));
        let row = measured(&story);
        assert_eq!((row.conversations, row.posts, row.replies), (1, 2, 2));
        assert_eq!((row.hand_offs, row.breached, row.questions, row.complaints), (1, 1, 1, 0));
        assert_eq!(
            row.first_response_p50_seconds,
            Some(360.0),
            "from the oldest post to the answer of the one that goes on"
        );

        // It goes on in a third; a reply of the first is settled late, and a late edit comes to it.
        story.post("third", "t1", At::minute(7));
        story.merge("new", "third", At::minute(8));
        story.absorb("new", "third", At::minute(8));
        story.edit("old", "o1", At::minute(9));
        story.submit("old", "late", At::minute(9));
        story.doubt("old", "late", At::minute(9));
        let row = measured(&story);
        assert_eq!((row.conversations, row.posts, row.replies, row.replies_in_doubt), (1, 3, 2, 1));
        assert_eq!((row.open, row.waiting, row.hand_offs), (1, 0, 1));
    }
}

#[test]
fn merges_that_lead_round_in_a_ring_still_count_once() {
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.post("b", "b1", At::minute(1));
    story.post("c", "c1", At::minute(2));
    story.merge("c", "a", At::minute(3));
    story.merge("a", "b", At::minute(4));
    story.merge("b", "a", At::minute(4));
    let row = measured(&story);
    assert_eq!((row.conversations, row.posts), (1, 3));
}

#[test]
fn a_conversation_merged_into_one_that_is_not_known_yet_waits_for_it() {
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.merge("a", "b", At::minute(1));
    assert_eq!(measured(&story).conversations, 0);
    story.post("b", "b1", At::minute(2));
    let row = measured(&story);
    assert_eq!((row.conversations, row.posts), (1, 2));
}

#[test]
fn an_answer_seen_on_the_network_and_confirmed_is_one() {
    let mut story = Script::new("aurora");
    story.post("a", "p1", At::minute(0));
    story.submit("a", "r", At::minute(1));
    story.answer("a", "r1", At::minute(2));
    story.confirm("a", "r", "r1", At::minute(3));
    let row = measured(&story);
    assert_eq!((row.replies, row.first_response_p50_seconds), (1, Some(180.0)));
}

#[test]
fn what_comes_twice_counts_once() {
    let mut story = Script::new("aurora");
    story.post("a", "p1", At::minute(0));
    story.answer("a", "r1", At::minute(1));
    story.breach("a", At::minute(2));
    story.filter("s", "s1", At::minute(1));
    let once = measured(&story);
    let again = story.records.clone();
    story.records.extend(again);
    assert_eq!(measured(&story), once);
}

#[test]
fn edits_and_deletions_that_come_early_or_late_open_nothing() {
    let mut story = Script::new("aurora");
    story.edit("a", "p1", At::minute(0));
    story.delete("b", "p2", At::minute(0));
    assert_eq!(measured(&story).conversations, 0, "no post of theirs has come");
    story.post("a", "p1", At::minute(-1));
    story.post("b", "p2", At::minute(-1));
    let row = measured(&story);
    assert_eq!((row.conversations, row.posts, row.open, row.waiting), (2, 2, 1, 1), "a deleted post asks for nothing");
}

#[test]
fn groups_and_filters_take_what_they_name() {
    let directory = tempfile::tempdir().unwrap();
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.route("a", "a1", "care", "question", "en");
    story.post("b", "b1", At::minute(60));
    story.route("b", "b1", "sales", "question", "et");
    story.filter("s", "s1", At::minute(30));
    let mut other = Script::new("basil");
    other.network = conversation::Network::new("mastodon").unwrap();
    other.post("a", "a1", At::minute(0));
    story.records.extend(other.records);
    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&story.records));
    let ask = |group_by: &[Dimension], filter: Filter| {
        let query = Query { group_by: group_by.to_vec(), filter, ..Query::default() };
        let rows = read(directory.path(), &query, later()).rows;
        assert_eq!(rows, super::support::recomputed(&story.records).rows(&query, later()), "{query:?}");
        rows
    };
    let rows = ask(&[Dimension::Team, Dimension::Brand], Filter::default());
    let groups: Vec<_> = rows.iter().map(|row| (&*row.team, &*row.brand, row.conversations, row.filtered)).collect();
    assert_eq!(
        groups,
        [("", "aurora", 0, 1), ("", "basil", 1, 0), ("care", "aurora", 1, 0), ("sales", "aurora", 1, 0)]
    );
    let named = |row: &MeasureRow| (row.channel.clone(), row.conversations);
    let rows = ask(&[Dimension::Channel], Filter::default());
    assert_eq!(rows.iter().map(named).collect::<Vec<_>>(), [("mastodon".into(), 1), ("x".into(), 2)]);
    let count = |filter: Filter| ask(&[], filter).remove(0).conversations;
    assert_eq!(count(Filter { team: "care".into(), ..Filter::default() }), 1);
    assert_eq!(count(Filter { channel: "x".into(), language: "et".into(), ..Filter::default() }), 1);
    let period = |from: i64, until: i64| Filter {
        from: Some(At::minute(from)),
        until: Some(At::minute(until)),
        ..Filter::default()
    };
    assert_eq!(count(period(0, 60)), 2, "the end of a period is not in it");
    assert_eq!(ask(&[], period(0, 60))[0].filtered, 1);
    assert_eq!(ask(&[], period(31, 61))[0].filtered, 0);
    assert_eq!(count(period(60, 61)), 1);
}

#[test]
fn what_people_put_right_is_counted_by_head_model_and_language() {
    let directory = tempfile::tempdir().unwrap();
    let mut story = Script::new("aurora");
    for (name, intent, language) in [("a", "question", "en"), ("b", "question", "et"), ("c", "praise", "en")] {
        story.post(name, name, At::minute(0));
        story.route(name, name, "care", intent, language);
    }
    story.correct("a", "a", Head::Intent, "complaint", At::minute(1));
    story.correct("a", "a", Head::Language, "et", At::minute(2));
    story.correct("b", "b", Head::Intent, "praise", At::minute(3));
    story.correct("b", "b", Head::Intent, "question", At::minute(4)); // right after all
    story.correct("c", "c", Head::Topic, "air.delay", At::minute(5)); // which the model had no answer for
    let row = measured(&story);
    assert_eq!((row.classified, row.corrected, row.corrected_share), (3, 2, Some(2.0 / 3.0)));
    assert_eq!((row.complaints, row.questions, row.praise), (1, 1, 1), "a person's word is what counts");

    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&story.records));
    let ask = |asked: ListCorrectionsRequest| {
        let rows = super::support::corrections(directory.path(), &asked);
        rows.into_iter().map(|row| (row.language, row.head, row.model_version, row.classified, row.corrected)).collect()
    };
    let rows: Vec<_> = ask(ListCorrectionsRequest { head: "intent".into(), ..Default::default() });
    let expected = [("en", 2, 1), ("et", 1, 0)]
        .map(|(language, classified, corrected)| (language.into(), "intent".into(), "m".into(), classified, corrected));
    assert_eq!(rows, expected);
    let heads: Vec<(String, String, String, u64, u64)> =
        ask(ListCorrectionsRequest { language: "en".into(), ..Default::default() });
    let heads: Vec<_> = heads.iter().map(|row| (row.1.as_str(), row.3, row.4)).collect();
    assert_eq!(heads, [("intent", 2, 1), ("language", 2, 1), ("sentiment", 2, 0)], "by what the classifier read");
    assert!(ask(ListCorrectionsRequest { brand: "basil".into(), ..Default::default() }).is_empty());
}

#[test]
fn no_word_of_a_customer_is_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut story = Script::new("aurora");
    story.post("a", "native-id-of-a-post", At::minute(0));
    story.edit("a", "native-id-of-a-post", At::minute(1));
    story.submit("a", "r1", At::minute(2));
    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&story.records));
    work.close();
    let bytes = std::fs::read(super::support::main_file(directory.path())).unwrap();
    for word in ["secret words", "native-id-of-a-post", "our answer"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
}

//! What the desk did and how answers were made, in stories whose figures can be counted on the fingers.

use super::support::{assert_same, items, later, open, write};
use crate::catalogue;
use crate::query::Query;
use crate::reads;
use crate::store::figures::{Figures, figures};
use crate::store::files::Files;
use crate::testing::{At, Script};
use conversation::callback::{CallbackBooked, CallbackDone};
use conversation::customer::{ExceptionGranted, PromiseKept, PromiseMade};
use conversation::replied::{DraftStopped, ReplySubmitted};
use conversation::{CallbackId, Fact, PersonId, Personal, PromiseId, RecordId, ReplyId};

/// Holds the story to plain code, and answers one figure of it.
fn told(script: &Script) -> impl Fn(&str) -> Option<f64> + use<> {
    let directory = tempfile::tempdir().unwrap();
    let mut work = open(directory.path(), 100);
    write(&mut work, &items(&script.records));
    assert_same(directory.path(), &script.records, later());
    move |name: &str| {
        let mut connection = reads::open(&Files::new(directory.path()).main()).unwrap();
        let measures = vec![catalogue::find(name).unwrap()];
        let asked = Figures { query: Query::default(), measures, histograms: false };
        figures(&mut connection, &asked, later()).unwrap().rows[0].figures[0].value
    }
}

fn ana() -> PersonId {
    PersonId::new("ana").unwrap()
}

fn request(name: &str) -> RecordId {
    RecordId::caused("test", name.as_bytes())
}

#[test]
fn answers_are_read_for_how_they_were_made() {
    let mut day = Script::new("aurora");
    for name in ["a", "b"] {
        day.post(name, &format!("{name}1"), At::minute(0));
        day.route(name, &format!("{name}1"), "care", "complaint", "en");
    }
    day.say("a", "r1", "We are so sorry! Please call us on 0800 100 200. ^Kim", At::minute(5));
    day.say("b", "r2", "Can I have your order number please?", At::minute(6));
    day.post("b", "b2", At::minute(7));
    day.say("b", "r3", "As we already told you, it is late.", At::minute(8));
    let value = told(&day);
    assert_eq!((value("deflections"), value("deflected_share")), (Some(1.0), Some(1.0 / 3.0)));
    assert_eq!((value("signed_share"), value("argued_share")), (Some(1.0 / 3.0), Some(1.0 / 3.0)));
    assert_eq!(value("apologised_share"), Some(0.5), "one of the two complaints");
    assert_eq!((value("exchanges_per_conversation"), value("came_back_share")), (Some(0.5), Some(0.5)));
}

#[test]
fn what_is_asked_and_offered_again_is_counted() {
    let mut day = Script::new("aurora");
    day.post("a", "p1", At::minute(0));
    for (nth, offers) in [(1, "wait"), (2, "wait"), (3, "refund"), (4, "refund")] {
        let reply = format!("r{nth}");
        day.submit("a", &reply, At::minute(nth * 10));
        let submitted = newest(&mut day);
        submitted.offers = vec![offers.into()];
        submitted.asks = if nth < 3 { vec!["order".into()] } else { Vec::new() };
        day.confirm("a", &reply, &format!("n{nth}"), At::minute(nth * 10 + 1));
        day.post("a", &format!("p{}", nth + 1), At::minute(nth * 10 + 5));
    }
    let value = told(&day);
    assert_eq!(value("repeated_questions"), Some(1.0), "the order was asked for twice");
    assert_eq!(value("repeated_offers"), Some(1.0), "patience may be offered again, money not");
    assert_eq!((value("repeated_share"), value("exchanges_per_conversation")), (Some(0.5), Some(4.0)));
}

#[test]
fn what_people_do_beside_answering_is_counted() {
    let mut day = Script::new("aurora");
    day.post("a", "p1", At::minute(0));
    let conversation = day.id("a");
    // A draft is stopped, then sent all the same with a reason.
    let draft = DraftStopped {
        draft: ReplyId::of(&conversation, &request("draft")),
        person: ana(),
        private: false,
        stops: vec!["asks_for_data".into()],
    };
    day.put("a", At::minute(1), vec![draft.into()]);
    day.submit("a", "r1", At::minute(2));
    newest(&mut day).overrode = "she asked for it".into();
    day.doubt("a", "r1", At::minute(3));
    // A call is booked and made.
    let callback = CallbackId::of(&conversation, &request("call"));
    let booked = CallbackBooked { callback, due_at: At::minute(60), timezone: String::new(), person: None, by: ana() };
    day.put("a", At::minute(4), vec![booked.into()]);
    day.put("a", At::minute(61), vec![CallbackDone { callback, person: ana() }.into()]);
    // Something is granted and promised, and one of two promises is kept.
    let what = || Personal::text("a secret of the customer's");
    let exception = ExceptionGranted { conversation: None, person: ana(), what: what() };
    day.of_customer("a", At::minute(5), vec![exception.into()]);
    for name in ["first", "second"] {
        let promise = PromiseId::of(&day.customer("a"), &request(name));
        let made = PromiseMade { promise, conversation: None, person: ana(), due_at: None, what: what() };
        day.of_customer("a", At::minute(6), vec![made.into()]);
    }
    let promise = PromiseId::of(&day.customer("a"), &request("first"));
    day.of_customer("a", At::minute(7), vec![PromiseKept { promise, person: ana() }.into()]);
    // Of two posts that were kept out one comes back.
    day.filter("spammer", "s1", At::minute(8));
    day.filter("customer", "s2", At::minute(8));
    day.bring_back("customer", "s2", At::minute(9));

    let value = told(&day);
    for (name, expected) in [
        ("guard_stops", 1.0),
        ("guard_overrides", 1.0),
        ("replies_in_doubt", 1.0),
        ("callbacks", 1.0),
        ("callbacks_done", 1.0),
        ("callbacks_missed", 0.0),
        ("exceptions", 1.0),
        ("promises_made", 2.0),
        ("promises_kept", 1.0),
        ("filtered", 2.0),
        ("brought_back", 1.0),
    ] {
        assert_eq!(value(name), Some(expected), "{name}");
    }
}

/// The newest submission, to write something into it.
fn newest(day: &mut Script) -> &mut ReplySubmitted {
    let facts = day.records.iter_mut().rev().flat_map(|record| &mut record.facts);
    let mut submitted = facts.filter_map(|fact| if let Fact::ReplySubmitted(fact) = fact { Some(fact) } else { None });
    submitted.next().unwrap()
}

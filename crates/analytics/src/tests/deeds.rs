//! What the desk did and how answers were made, in stories whose figures can be counted on the fingers.

use super::support::{assert_same, items, later, open, write};
use crate::catalogue;
use crate::query::Query;
use crate::reads;
use crate::store::figures::{Figures, figures};
use crate::store::files::Files;
use crate::testing::{At, Script};
use conversation::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use conversation::callback::{CallbackBooked, CallbackDone};
use conversation::customer::{ExceptionGranted, PromiseKept, PromiseMade};
use conversation::notice::{NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};
use conversation::replied::{CALLBACK_BOOKED, DraftStopped, MOVED_TO_PRIVATE, OUT_OF_HOURS, RECEIVED, ReplySubmitted};
use conversation::told::{CONSOLE, EMAIL, Item, News, PersonNoticeExtended, PersonNoticeSubmitted};
use conversation::window::WindowWarned;
use conversation::{CallbackId, Fact, NoticeId, PersonId, Personal, PromiseId, RecordId, ReplyId, TeamId};
use jiff::Timestamp;

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

#[test]
fn replies_that_somebody_agrees_to_are_counted_and_timed() {
    let mut day = Script::new("aurora");
    let dana = || PersonId::new("dana").unwrap();
    for (name, minutes) in [("a", Some(2)), ("b", Some(30)), ("c", None), ("d", None), ("e", None)] {
        day.post(name, &format!("{name}1"), At::minute(0));
        let proposal = day.reply(name, "r");
        let why = vec!["person".to_owned()];
        let proposed = ReplyProposed { proposal, person: ana(), why, replies: Vec::new() };
        day.put(name, At::minute(10), vec![proposed.into()]);
        if let Some(minutes) = minutes {
            let approved = ReplyApproved { proposal, person: dana() };
            day.put(name, At::minute(10 + minutes), vec![approved.into()]);
        }
    }
    // One is not agreed to, one is taken back, one still waits.
    for (name, person) in [("c", dana()), ("d", ana())] {
        let proposal = day.reply(name, "r");
        let back = ReplySentBack { proposal, person, reason: "too cold".into() };
        day.put(name, At::minute(12), vec![back.into()]);
    }
    let value = told(&day);
    assert_eq!((value("approvals_asked"), value("approvals_given")), (Some(5.0), Some(2.0)));
    assert_eq!(value("approvals_sent_back"), Some(1.0));
    assert_eq!((value("approval_p50_seconds"), value("approval_p90_seconds")), (Some(120.0), Some(1_800.0)));
}

#[test]
fn a_window_that_was_warned_of_closed_unless_somebody_answered_or_the_customer_wrote_again() {
    let mut day = Script::new("aurora");
    let (warned_at, closes_at) = (At::minute(22 * 60), At::minute(24 * 60));
    let warn = |day: &mut Script, name: &str, noticed_at: Timestamp, closes_at: Timestamp| {
        day.put(name, noticed_at, vec![WindowWarned { closes_at, noticed_at }.into()]);
    };
    for name in ["left", "late", "answered", "again", "merged"] {
        day.private_post(name, &format!("{name}1"), At::minute(0));
        warn(&mut day, name, warned_at, closes_at);
    }
    day.answer("late", "r1", At::minute(24 * 60 + 1));
    day.answer("answered", "r2", At::minute(24 * 60));
    day.private_post("again", "again2", At::minute(23 * 60));
    // That one opened until the 47th hour, and closes then.
    warn(&mut day, "again", At::minute(45 * 60), At::minute(47 * 60));
    // The customer goes on elsewhere, before it closed.
    day.post("other", "o1", At::minute(0));
    day.merge("merged", "other", At::minute(23 * 60));
    day.absorb("merged", "other", At::minute(23 * 60));
    // And one is still open when the figures are read.
    day.private_post("open", "open1", At::minute(47 * 60));
    warn(&mut day, "open", later(), At::minute(71 * 60));
    let value = told(&day);
    assert_eq!(value("windows_warned"), Some(7.0));
    assert_eq!(value("windows_closed"), Some(3.0), "left, late, and again in the end");
}

#[test]
fn what_customers_are_told_without_anybody_writing_it_is_counted_once_it_is_there() {
    let mut day = Script::new("aurora");
    day.private_post("a", "p1", At::minute(0));
    let kinds = [OUT_OF_HOURS, OUT_OF_HOURS, RECEIVED, CALLBACK_BOOKED, MOVED_TO_PRIVATE];
    for (nth, kind) in kinds.into_iter().enumerate() {
        let reply = format!("r{nth}");
        day.submit("a", &reply, At::minute(1));
        newest(&mut day).notice = kind.into();
        match nth {
            1 => day.doubt("a", &reply, At::minute(2)),
            _ => day.confirm("a", &reply, &format!("n{nth}"), At::minute(2)),
        }
    }
    let value = told(&day);
    assert_eq!((value("out_of_hours_notices"), value("received_notices")), (Some(1.0), Some(1.0)));
    assert_eq!((value("callback_notices"), value("replies")), (Some(1.0), Some(0.0)), "they answer nothing");
}

#[test]
fn news_and_shift_posts_are_counted_by_how_they_ended() {
    let mut day = Script::new("aurora");
    let item = |name: &str| Item { news: News::Assigned, conversation: None, at: At::minute(0), cause: request(name) };
    let submitted = |notice: NoticeId, way: &str, name: &str| PersonNoticeSubmitted {
        notice,
        person: ana(),
        way: way.into(),
        due_at: At::minute(1),
        item: item(name),
    };
    let sent = |notice: NoticeId, how: &str| NoticeSent {
        notice,
        native_id: String::new(),
        sent_at: At::minute(2),
        how: how.into(),
    };
    let failed = |notice: NoticeId, is_final: bool| NoticeFailed {
        notice,
        attempt: 1,
        reason: "connect_failed".into(),
        is_final,
        retry_at: None,
    };
    let [shown, mailed, lost, doubted] =
        ["shown", "mailed", "lost", "doubted"].map(|name| NoticeId::of_news(&ana(), EMAIL, name, request(name)));
    day.of_notice(shown, At::minute(0), vec![submitted(shown, CONSOLE, "1").into(), sent(shown, "shown").into()]);
    day.of_notice(shown, At::minute(1), vec![submitted(shown, CONSOLE, "2").into()]);
    for notice in [mailed, lost, doubted] {
        day.of_notice(notice, At::minute(2), vec![submitted(notice, EMAIL, "3").into()]);
    }
    day.of_notice(mailed, At::minute(3), vec![PersonNoticeExtended { notice: mailed, item: item("4") }.into()]);
    day.of_notice(mailed, At::minute(4), vec![failed(mailed, false).into()]);
    day.of_notice(mailed, At::minute(5), vec![sent(mailed, "answered").into()]);
    day.of_notice(lost, At::minute(5), vec![failed(lost, true).into()]);
    let doubt = NoticeInDoubt { notice: doubted, attempt: 1, reason: "timeout".into() };
    day.of_notice(doubted, At::minute(5), vec![doubt.into()]);

    let team = TeamId::new("care").unwrap();
    for (hour, arrives) in [(8, true), (16, false)] {
        let notice = NoticeId::of_shift(&day.brand, &team, "morning", At::minute(hour * 60));
        let post = ShiftPostSubmitted {
            notice,
            team: team.clone(),
            shift: Shift::Morning,
            shift_at: At::minute(hour * 60),
            network: day.network.clone(),
            text: "Good morning!".into(),
            people: vec![ana()],
            settings_version: "s".into(),
        };
        let end: Fact = if arrives { sent(notice, "answered").into() } else { failed(notice, true).into() };
        day.of_notice(notice, At::minute(hour * 60), vec![post.into()]);
        day.of_notice(notice, At::minute(hour * 60 + 1), vec![end]);
    }
    let value = told(&day);
    for (name, expected) in [
        ("news_told", 6.0),
        ("news_messages", 4.0),
        ("news_delivered", 2.0),
        ("news_failed", 1.0),
        ("shift_posts", 2.0),
        ("shift_posts_sent", 1.0),
        ("shift_posts_failed", 1.0),
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

//! A word of the brand that belongs to no conversation: out once, or known not to be, or left to a person.

use crate::world::*;
use conversation::notice::{
    Notice, NoticeAttempted, NoticeCommand, NoticeFailed, NoticeInDoubt, NoticeSent, NoticeStatus, Shift,
    ShiftPostSubmitted, decide,
};
use conversation::told::{CONSOLE, ITEMS_MOST, Item, News, PersonNoticeSubmitted};
use conversation::{Actor, Decision, NoticeId, Record, RecordId, Rejection, Story as _, Subject};
use proptest::prelude::*;

fn id() -> NoticeId {
    NoticeId::of_shift(&brand(), &team("care"), "morning", minute(0))
}

fn submit() -> NoticeCommand {
    NoticeCommand::SubmitShiftPost(ShiftPostSubmitted {
        notice: id(),
        team: team("care"),
        shift: Shift::Morning,
        shift_at: minute(0),
        network: network(),
        text: "Good morning from Ana".into(),
        people: vec![person("ana")],
        settings_version: "s1".into(),
    })
}

fn attempt(at: i64) -> NoticeCommand {
    NoticeCommand::Attempt { notice: id(), at: minute(at), after_doubt: false }
}

fn again(at: i64) -> NoticeCommand {
    NoticeCommand::Attempt { notice: id(), at: minute(at), after_doubt: true }
}

fn sent() -> NoticeCommand {
    let (native_id, sent_at, how) = ("n1".into(), minute(1), "answered".into());
    NoticeCommand::Confirm(NoticeSent { notice: id(), native_id, sent_at, how })
}

fn failed(attempt: u32, reason: &str, is_final: bool) -> NoticeCommand {
    let retry_at = (!is_final).then(|| minute(9));
    NoticeCommand::Fail(NoticeFailed { notice: id(), attempt, reason: reason.into(), is_final, retry_at })
}

fn doubt(attempt: u32) -> NoticeCommand {
    NoticeCommand::Doubt(NoticeInDoubt { notice: id(), attempt, reason: "unknown_timeout".into() })
}

fn settle(arrived: bool) -> NoticeCommand {
    NoticeCommand::Settle { notice: id(), arrived, now: minute(60) }
}

/// Decides, and folds what was decided.
fn step(state: &mut Notice, command: &NoticeCommand, record: RecordId) -> Decision {
    let facts = decide(state, command, record)?;
    if !facts.is_empty() {
        state.evolve(&Record {
            id: record,
            subject: Subject::Notice { brand: brand(), notice: id() },
            occurred_at: minute(0),
            recorded_at: minute(0),
            actor: Actor::Service("notifier".into()),
            caused_by: None,
            correlation: None,
            facts: facts.clone(),
        });
    }
    Ok(facts)
}

fn after(commands: &[NoticeCommand]) -> Notice {
    let mut state = Notice::default();
    for (nth, command) in commands.iter().enumerate() {
        step(&mut state, command, RecordId::caused("test", &nth.to_be_bytes())).unwrap();
    }
    state
}

fn ask(state: &Notice, command: &NoticeCommand) -> Decision {
    decide(state, command, RecordId::caused("test", b"next"))
}

#[test]
fn it_is_submitted_once_tried_and_sent() {
    let state = after(&[submit(), attempt(0), sent()]);
    assert_eq!((state.status, state.attempts), (NoticeStatus::Sent, 1));
    for late in [submit(), sent(), settle(true)] {
        assert_eq!(ask(&state, &late), Ok(vec![]), "{late:?}");
    }
    let over = Err(Rejection::NoticeNotSendable { status: NoticeStatus::Sent });
    for late in [attempt(5), again(5), failed(1, "http_503", true), doubt(1)] {
        assert_eq!(ask(&state, &late), over, "{late:?}");
    }
}

#[test]
fn what_was_tried_is_tried_again_only_when_that_does_no_harm() {
    let state = after(&[submit(), attempt(0)]);
    assert_eq!(state.in_doubt_since(), Some(minute(0)), "nobody knows yet");
    assert_eq!(ask(&state, &attempt(1)), Err(Rejection::NoticeNotSendable { status: NoticeStatus::Attempted }));
    let next = NoticeAttempted { notice: id(), attempt: 2, attempted_at: minute(1) };
    assert_eq!(ask(&state, &again(1)), Ok(vec![next.into()]));
    let state = after(&[submit(), attempt(0), failed(1, "connect_failed", false)]);
    assert_eq!((state.status, state.retry_at, state.in_doubt_since()), (NoticeStatus::Retrying, Some(minute(9)), None));
    let state = after(&[submit(), attempt(0), failed(1, "unknown_timeout", false), attempt(9)]);
    assert_eq!(state.in_doubt_since(), Some(minute(0)), "the first try may have arrived");
}

#[test]
fn a_doubt_is_for_a_person() {
    let state = after(&[submit(), attempt(0), doubt(1)]);
    assert_eq!(ask(&state, &again(1)), Err(Rejection::NoticeNotSendable { status: NoticeStatus::InDoubt }));
    assert_eq!(
        ask(&state, &failed(1, "http_500", false)),
        Err(Rejection::NoticeNotSendable { status: NoticeStatus::InDoubt })
    );
    assert_eq!(after(&[submit(), attempt(0), doubt(1), settle(true)]).status, NoticeStatus::Sent);
    assert_eq!(after(&[submit(), attempt(0), doubt(1), settle(false)]).status, NoticeStatus::Failed);
    let late = after(&[submit(), attempt(0), failed(1, "unknown_timeout", false), doubt(1)]);
    assert_eq!(late.status, NoticeStatus::InDoubt, "no try is made any more that would do no harm");
    let waiting = after(&[submit()]);
    assert_eq!(ask(&waiting, &settle(true)), Err(Rejection::NoticeNotInDoubt { status: NoticeStatus::Submitted }));
}

#[test]
fn what_nobody_submitted_is_not_known() {
    for command in [attempt(0), sent(), failed(1, "x", true), doubt(1), settle(true)] {
        assert_eq!(ask(&Notice::default(), &command), Err(Rejection::UnknownNotice));
    }
}

proptest! {
    /// Whatever is asked for, in whatever order and however often.
    #[test]
    fn it_is_sent_at_most_once_and_never_tried_blindly(picks in prop::collection::vec((0..10_usize, 0..6_u8), 0..40)) {
        let all = [
            submit(), attempt(1), again(2), sent(), failed(1, "http_503", false), failed(2, "unknown_http_500", false),
            failed(3, "refused_400", true), doubt(1), settle(true), settle(false),
        ];
        let mut state = Notice::default();
        let (mut sends, mut attempts) = (0, 0);
        for (pick, cause) in picks {
            let before = state.clone();
            let record = RecordId::caused("test", &[cause, u8::try_from(pick).unwrap()]);
            let Ok(facts) = step(&mut state, &all[pick], record) else { continue };
            let again = step(&mut state.clone(), &all[pick], record);
            prop_assert!(again.is_ok_and(|facts| facts.is_empty()) || facts.is_empty(), "the same cause twice");
            for fact in &facts {
                match fact.name() {
                    "NoticeSent" => sends += 1,
                    "NoticeAttempted" => {
                        attempts += 1;
                        prop_assert!(before.status.on_its_way(), "{:?} is not tried", before.status);
                    }
                    _ => {}
                }
            }
            prop_assert!(sends <= 1, "it is there once");
            prop_assert_eq!(state.attempts, attempts);
        }
    }
}

fn tell(way: &str, number: usize) -> NoticeCommand {
    let cause = RecordId::caused("news", &number.to_be_bytes());
    let item = Item { news: News::Assigned, conversation: None, at: minute(0), cause };
    let way = way.to_owned();
    NoticeCommand::TellPerson(PersonNoticeSubmitted {
        notice: id(),
        person: person("ana"),
        way,
        due_at: minute(5),
        item,
    })
}

#[test]
fn news_come_together_until_they_go_out() {
    let mut gathered = after(&[tell("ops", 1), tell("ops", 2), tell("ops", 1)]);
    assert_eq!((gathered.status, gathered.items.len()), (NoticeStatus::Submitted, 2));
    gathered = after(&[tell("ops", 1), attempt(5)]);
    assert_eq!(ask(&gathered, &tell("ops", 1)), Ok(Vec::new()), "it is in");
    let status = NoticeStatus::Attempted;
    assert_eq!(ask(&gathered, &tell("ops", 2)), Err(Rejection::NoticeNotSendable { status }), "too late for this one");
    let many: Vec<_> = (0..=ITEMS_MOST).map(|number| tell("ops", number)).collect();
    let status = NoticeStatus::Submitted;
    assert_eq!(ask(&after(&many[..ITEMS_MOST]), &many[ITEMS_MOST]), Err(Rejection::NoticeNotSendable { status }));
}

#[test]
fn what_is_on_the_console_is_there_and_is_added_to() {
    let shown = after(&[tell(CONSOLE, 1), tell(CONSOLE, 2), tell(CONSOLE, 2)]);
    assert_eq!((shown.status, shown.items.len()), (NoticeStatus::Sent, 2));
    assert_eq!(ask(&shown, &attempt(9)), Err(Rejection::NoticeNotSendable { status: NoticeStatus::Sent }));
}

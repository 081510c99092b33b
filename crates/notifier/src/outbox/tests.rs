//! Given records of a conversation, when they are folded, then the outbox shows what waits, and when it is due.

use super::*;
use conversation::replied::{ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::{Actor, PersonId, Personal, PostKey, RecordId};

const SETTLE: SignedDuration = SignedDuration::from_secs(20);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn subject() -> Subject {
    let brand = BrandId::new("nordnet").unwrap();
    let customer = CustomerId::of(&brand, &network(), "author");
    Subject::Conversation { brand, customer, conversation: ConversationId::of(&customer, 0) }
}

fn conversation() -> ConversationId {
    subject().conversation().unwrap()
}

fn network() -> Network {
    Network::new("x").unwrap()
}

fn reply(number: u8) -> ReplyId {
    ReplyId::of(&conversation(), &RecordId::caused("request", &[number]))
}

fn submitted(number: u8) -> Fact {
    let post = PostKey::of(&BrandId::new("nordnet").unwrap(), &network(), "p1");
    Fact::from(ReplySubmitted {
        reply: reply(number),
        person: PersonId::new("dana").unwrap(),
        network: network(),
        private: false,
        in_reply_to: post,
        in_reply_to_native_id: "p1".into(),
        body: Personal::text("on our way"),
        offers: Vec::new(),
        asks: Vec::new(),
        warnings: Vec::new(),
        overrode: String::new(),
        part: 1,
        parts: 1,
        notice: String::new(),
    })
}

fn attempted(number: u8, attempt: u32, second: i64) -> Fact {
    Fact::from(ReplyAttempted { reply: reply(number), attempt, attempted_at: at(second) })
}

fn failed(number: u8, attempt: u32, reason: &str, retry: i64) -> Fact {
    let (reply, retry_at) = (reply(number), Some(at(retry)));
    Fact::from(ReplyFailed { reply, attempt, reason: reason.into(), is_final: false, retry_at })
}

fn sent(number: u8) -> Fact {
    let (native_id, how) = ("sb-1".to_owned(), "answered".to_owned());
    Fact::from(ReplySent { reply: reply(number), native_id, post: None, sent_at: at(0), how })
}

fn record(second: i64, fact: Fact) -> Record {
    Record {
        id: RecordId::caused("test", &second.to_be_bytes()),
        subject: subject(),
        occurred_at: at(second),
        recorded_at: at(second),
        actor: Actor::Service("notifier".into()),
        caused_by: None,
        correlation: None,
        facts: vec![fact],
    }
}

/// The second of a record is its sequence too.
fn outbox(facts: impl IntoIterator<Item = (i64, Fact)>) -> Outbox {
    let outbox = Outbox::default();
    for (second, fact) in facts {
        outbox.fold(u64::try_from(second).unwrap(), &record(second, fact), Some("trace"));
    }
    outbox
}

/// When the conversation is due, as seen at the beginning of time.
fn due_at(outbox: &Outbox) -> Option<Timestamp> {
    outbox.due(at(0), SETTLE, |_| false).next
}

#[test]
fn each_step_has_its_time() {
    let outbox = outbox([(1, submitted(1))]);
    assert_eq!(outbox.due(at(0), SETTLE, |_| false).now.len(), 1, "a reply just submitted goes at once");
    outbox.fold(2, &record(2, attempted(1, 1, 2)), None);
    assert_eq!(due_at(&outbox), Some(at(22)));
    outbox.fold(3, &record(3, failed(1, 1, "rate_limited", 90)), None);
    assert_eq!(due_at(&outbox), Some(at(90)));
    assert_eq!(outbox.due(at(90), SETTLE, |_| false).now, vec![(subject(), Some("trace".into()))]);
    assert_eq!(outbox.due(at(90), SETTLE, |_| true), Due::default());
    outbox.fold(4, &record(4, attempted(1, 2, 90)), None);
    outbox.fold(5, &record(5, sent(1)), None);
    assert!(outbox.read().is_empty());
}

#[test]
fn the_next_reply_waits_for_the_one_before_and_passes_one_in_doubt() {
    let outbox = outbox([(1, submitted(1)), (2, submitted(2)), (3, attempted(1, 1, 3))]);
    assert_eq!(outbox.read()[&conversation()].head().unwrap().reply, reply(1));
    let doubt = ReplyInDoubt { reply: reply(1), attempt: 1, reason: "unknown_timeout".into() };
    outbox.fold(4, &record(4, Fact::from(doubt)), None);
    assert_eq!(outbox.read()[&conversation()].head().unwrap().reply, reply(2));
    assert_eq!(outbox.due(at(4), SETTLE, |_| false).now.len(), 1);
}

#[test]
fn a_try_that_may_have_arrived_is_remembered_over_the_next_ones() {
    let doubt = |outbox: &Outbox| outbox.read()[&conversation()].replies[0].in_doubt_since();
    let outbox = outbox([(1, submitted(1)), (2, attempted(1, 1, 2)), (3, failed(1, 1, "http_503", 4))]);
    assert_eq!(doubt(&outbox), None);
    outbox.fold(5, &record(5, attempted(1, 2, 5)), None);
    assert_eq!(doubt(&outbox), Some(at(5)), "it is going on, or its result is lost");
    outbox.fold(6, &record(6, failed(1, 2, "unknown_timeout", 7)), None);
    outbox.fold(8, &record(8, attempted(1, 3, 8)), None);
    outbox.fold(9, &record(9, failed(1, 3, "rate_limited", 10)), None);
    assert_eq!(doubt(&outbox), Some(at(5)));
}

#[test]
fn a_try_without_a_result_before_the_next_one_counts_as_doubt() {
    let outbox = outbox([(1, submitted(1)), (2, attempted(1, 1, 2)), (3, attempted(1, 2, 30))]);
    let line = &outbox.read()[&conversation()];
    assert_eq!((line.replies[0].in_doubt_since(), line.replies[0].attempts), (Some(at(2)), 2));
}

#[test]
fn a_line_read_from_the_log_is_ahead_until_the_log_comes_by() {
    let facts = [(1, submitted(1)), (2, attempted(1, 1, 2)), (3, sent(1))];
    let records: Vec<Record> = facts.iter().map(|(second, fact)| record(*second, fact.clone())).collect();
    let line = |count: usize| Line::of(&subject(), (1..).zip(&records[..count])).unwrap();
    // A try is through before the log has brought anything: nothing is kept of it.
    let outbox = Outbox::default();
    outbox.take_over(conversation(), line(3));
    assert!(outbox.read().is_empty());
    // It has begun, then ended, before the log brings the records one by one.
    outbox.take_over(conversation(), line(2));
    assert_eq!(outbox.read()[&conversation()].replies.len(), 1);
    outbox.take_over(conversation(), line(3));
    for (sequence, record) in (1..).zip(&records) {
        outbox.fold(sequence, record, Some("trace"));
        assert!(outbox.read().get(&conversation()).is_none_or(|line| line.replies.is_empty()), "{sequence}");
    }
    assert!(outbox.read().is_empty());
}

#[test]
fn a_line_read_before_the_log_came_by_changes_nothing_after() {
    let facts = [(1, submitted(1)), (2, attempted(1, 1, 2)), (3, sent(1))];
    let records: Vec<Record> = facts.iter().map(|(second, fact)| record(*second, fact.clone())).collect();
    let outbox = Outbox::default();
    // Somebody reads the log while the try of another copy is going on, and is slow to say so.
    let read_early = Line::of(&subject(), (1..).zip(&records[..2])).unwrap();
    for (sequence, record) in (1..).zip(&records) {
        outbox.fold(sequence, record, None);
    }
    outbox.take_over(conversation(), read_early.clone());
    assert!(outbox.read().is_empty(), "it is sent, and nothing would ever take it away again");
    // Nor does it where more has happened since.
    outbox.fold(4, &record(4, submitted(2)), None);
    outbox.take_over(conversation(), read_early);
    assert_eq!(outbox.read()[&conversation()].replies.len(), 1);
}

#[test]
fn what_is_held_is_not_due_before() {
    let outbox = outbox([(1, submitted(1))]);
    outbox.hold(conversation(), at(60), "network_down");
    assert_eq!(due_at(&outbox), Some(at(60)));
    assert_eq!(outbox.due(at(60), SETTLE, |_| false).now.len(), 1);
    outbox.release(&network(), "rate_limited");
    assert_eq!(due_at(&outbox), Some(at(60)));
    outbox.release(&network(), "network_down");
    assert_eq!(outbox.due(at(0), SETTLE, |_| false).now.len(), 1);
}

#[test]
fn a_checkpoint_reads_back() {
    let outbox = outbox([(1, submitted(1)), (2, attempted(1, 1, 2)), (3, failed(1, 1, "unknown_timeout", 9))]);
    let lines = outbox.read().clone();
    let bytes = postcard::to_stdvec(&lines).unwrap();
    assert_eq!(postcard::from_bytes::<HashMap<ConversationId, Line>>(&bytes).unwrap(), lines);
}

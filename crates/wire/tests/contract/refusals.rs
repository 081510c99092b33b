//! Nothing from outside is trusted: what must be there must be there and be sound, what is new is let through, and a
//! refusal names the field, never the value.

use crate::canon;
use crate::fields::{at_path, change, holding, join, number, split};
use conversation::Fact;
use conversation::deadlines::DeadlineClock;
use conversation::received::KeptAs;
use wire::pb::conversation as pb;
use wire::{TryFromPb, WireError, decode, decode_due, encode, encode_due};

/// A record's facts, and its own fields by number.
const FACTS: u64 = 10;

/// The fields of each fact that must be there, by number; the error names the field. All others may be missing: an
/// empty text, a zero, a false, or none.
const REQUIRED: &[(&str, &[(u64, &str)])] = &[
    ("PostReceived", &[(1, "post_key"), (2, "network"), (3, "native_id"), (7, "handle_use"), (18, "personal")]),
    ("PostEdited", &[(1, "post_key"), (2, "edited_at"), (3, "personal")]),
    ("PostDeleted", &[(1, "post_key"), (2, "deleted_at")]),
    ("EngagementObserved", &[(1, "post_key"), (6, "observed_at")]),
    ("ContactRecorded", &[(2, "contacted_at"), (3, "summary")]),
    ("PostFiltered", &[(3, "post")]),
    ("PostBroughtBack", &[(1, "post_key"), (2, "person")]),
    ("ReplyObserved", &[(1, "post_key"), (2, "network"), (10, "personal")]),
    ("PostClassified", &[(1, "post_key"), (2, "model_version"), (3, "language"), (4, "sentiment"), (5, "intent")]),
    ("ClassificationCorrected", &[(1, "post_key"), (2, "head"), (4, "label"), (5, "model_version")]),
    ("PostReclassified", &[(1, "post_key"), (2, "model_version"), (14, "was_model_version")]),
    ("ConversationOpened", &[(1, "post_key"), (2, "network")]),
    ("Routed", &[(1, "post_key"), (3, "team"), (4, "priority")]),
    ("Placed", &[(1, "team")]),
    ("Offered", &[(1, "person"), (2, "until")]),
    ("OfferLapsed", &[(1, "person")]),
    ("FlagRaised", &[(1, "flag")]),
    ("FlagLowered", &[(1, "flag")]),
    ("IncidentJoined", &[(1, "incident_id")]),
    ("DeadlineSet", &[(1, "kind"), (2, "clock_started_at"), (3, "due_at")]),
    ("DeadlineWarned", &[(1, "kind"), (2, "due_at"), (3, "noticed_at")]),
    ("DeadlineBreached", &[(1, "kind"), (2, "due_at"), (3, "noticed_at")]),
    ("Claimed", &[(1, "person")]),
    ("Released", &[(1, "person")]),
    ("HandedOff", &[(1, "by"), (3, "to_team")]),
    ("Escalated", &[]),
    ("Deescalated", &[]),
    ("NoteAdded", &[(1, "note_id"), (2, "person"), (3, "body")]),
    ("CallbackBooked", &[(1, "callback_id"), (2, "due_at"), (5, "by")]),
    ("CallbackDue", &[(1, "callback_id"), (2, "due_at"), (4, "noticed_at")]),
    ("CallbackDone", &[(1, "callback_id"), (2, "person")]),
    ("CallbackMissed", &[(1, "callback_id"), (2, "due_at"), (3, "noticed_at")]),
    ("DraftStopped", &[(1, "draft_id"), (2, "person")]),
    ("ReplyProposed", &[(1, "proposal_id"), (2, "person"), (4, "replies")]),
    ("ReplyApproved", &[(1, "proposal_id"), (2, "person")]),
    ("ReplySentBack", &[(1, "proposal_id"), (2, "person")]),
    ("ReplySubmitted", &[(1, "reply_id"), (2, "person"), (3, "network"), (5, "in_reply_to"), (7, "body")]),
    ("ReplyAttempted", &[(1, "reply_id"), (2, "attempt"), (3, "attempted_at")]),
    ("ReplySent", &[(1, "reply_id"), (4, "sent_at")]),
    ("ReplyFailed", &[(1, "reply_id")]),
    ("ReplyInDoubt", &[(1, "reply_id")]),
    ("ReplyResumed", &[(1, "person"), (2, "network")]),
    ("ReplyGivenUp", &[(1, "reply_id"), (2, "person")]),
    ("WindowWarned", &[(1, "closes_at"), (2, "noticed_at")]),
    ("Resolved", &[(2, "outcome")]),
    ("Reopened", &[]),
    ("Merged", &[(1, "into")]),
    ("Absorbed", &[(1, "source")]),
    ("CustomerTeamSet", &[(1, "team")]),
    ("TeamChoiceChanged", &[]),
    ("CustomerProfiled", &[]),
    ("AnswerWayChosen", &[(3, "person")]),
    ("ProfilesLinked", &[(1, "other_customer_id"), (2, "person")]),
    ("ProfilesUnlinked", &[(1, "other_customer_id"), (2, "person")]),
    ("ExceptionGranted", &[(2, "person"), (3, "what")]),
    ("PromiseMade", &[(1, "promise_id"), (3, "person"), (5, "what")]),
    ("PromiseKept", &[(1, "promise_id"), (2, "person")]),
    ("SettingsPublished", &[(1, "version")]),
    ("PresenceChanged", &[(1, "person")]),
    ("SurgeDetected", &[(1, "incident_id"), (4, "first_post_at")]),
    ("SurgeEnded", &[(1, "incident_id"), (3, "last_post_at")]),
    ("ShiftPostSubmitted", &[(1, "notice_id"), (2, "team"), (3, "shift"), (4, "shift_at"), (5, "network")]),
    ("PersonNoticeSubmitted", &[(1, "notice_id"), (2, "person"), (3, "way"), (4, "due_at"), (5, "item")]),
    ("PersonNoticeExtended", &[(1, "notice_id"), (2, "item")]),
    ("NewsChosen", &[(1, "person")]),
    ("NoticeAttempted", &[(1, "notice_id"), (2, "attempt"), (3, "attempted_at")]),
    ("NoticeSent", &[(1, "notice_id"), (3, "sent_at")]),
    ("NoticeFailed", &[(1, "notice_id")]),
    ("NoticeInDoubt", &[(1, "notice_id")]),
    ("IntakeCounted", &[(2, "from"), (3, "until")]),
];

fn field_of(error: &WireError) -> &'static str {
    match error {
        WireError::NotProtobuf => "none",
        WireError::Missing { field } | WireError::Unknown { field } | WireError::Invalid { field, .. } => field,
    }
}

fn without(bytes: &[u8], number: u64) -> Vec<u8> {
    let fields: Vec<_> = split(bytes).into_iter().filter(|field| field.number != number).collect();
    join(&fields)
}

/// The bytes of the canonical record of this fact, and the path to the fact's own message.
fn bytes_of(name: &str) -> (Vec<u8>, [u64; 2]) {
    let bytes = encode(&canon::record(name)).to_vec();
    let kind = split(&at_path(&bytes, &[FACTS]))[0].number;
    (bytes, [FACTS, kind])
}

#[test]
fn a_fact_lacks_only_what_it_may_lack() {
    let known: Vec<&str> = REQUIRED.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, Fact::NAMES, "every fact says what it needs");
    for (name, required) in REQUIRED {
        let (bytes, path) = bytes_of(name);
        let mut numbers: Vec<u64> = split(&at_path(&bytes, &path)).iter().map(|field| field.number).collect();
        numbers.dedup();
        for (number, _) in *required {
            assert!(numbers.contains(number), "{name}: the canonical record sets field {number}");
        }
        for number in numbers {
            let lacking = decode(&change(&bytes, &path, &|message| without(message, number)));
            match required.iter().find(|(needed, _)| *needed == number) {
                Some((_, field)) => {
                    let error = lacking.expect_err(&format!("{name} without {field}"));
                    assert_eq!(field_of(&error), *field, "{name}: {error}");
                }
                None => assert!(lacking.is_ok(), "{name} without field {number}: {lacking:?}"),
            }
        }
    }
}

#[test]
fn every_field_of_a_canonical_record_is_set() {
    for name in Fact::NAMES {
        let (bytes, path) = bytes_of(name);
        let record = decode(&bytes).unwrap();
        let mut numbers: Vec<u64> = split(&at_path(&bytes, &path)).iter().map(|field| field.number).collect();
        numbers.dedup();
        let last = *numbers.iter().max().unwrap();
        assert_eq!(numbers.len() as u64, last, "{name} leaves a field unset, so its golden bytes would not hold it");
        assert_eq!(record.facts.len(), 1);
    }
}

#[test]
fn a_record_lacks_only_what_it_may_lack() {
    let needs = |name: &str, number: u64| match (name, number) {
        (_, 1) => Some("id"),
        (_, 2) => Some("brand"),
        // Without a customer, a record of his own is one about the brand.
        ("PromiseKept", 3) => None,
        (_, 3) => Some("customer_id"),
        (_, 5) => Some("occurred_at"),
        (_, 6) => Some("recorded_at"),
        (_, 7) => Some("actor"),
        (_, 10) => Some("facts"),
        // Fields 4 and 11, conversation and filtered post: without either, a record is about the customer himself.
        _ => None,
    };
    for name in ["Claimed", "PostFiltered", "PromiseKept", "PresenceChanged"] {
        let (bytes, _) = bytes_of(name);
        for field in split(&bytes) {
            let lacking = decode(&without(&bytes, field.number)).map_err(|error| field_of(&error));
            match needs(name, field.number) {
                Some(needed) => assert_eq!(lacking, Err(needed), "{name}"),
                None => assert!(lacking.is_ok(), "{name} without field {}", field.number),
            }
        }
    }
}

/// The canonical record of this fact, changed.
fn changed(name: &str, change: impl FnOnce(&mut pb::Record)) -> Result<conversation::Record, WireError> {
    let mut record = wire::to_pb(&canon::record(name));
    change(&mut record);
    conversation::Record::try_from_pb(record)
}

/// The same, for the fact in it.
macro_rules! changed_fact {
    ($name:ident, $change:expr) => {
        changed(stringify!($name), |record| match record.facts[0].fact.as_mut() {
            Some(pb::fact::Fact::$name(fact)) => {
                let change: &dyn Fn(&mut pb::$name) = &$change;
                change(fact);
            }
            other => panic!("{other:?}"),
        })
    };
}

#[test]
fn an_enum_is_a_value_that_this_version_knows() {
    for value in [0, 99, -1] {
        let unknown = |field| Err(WireError::Unknown { field });
        assert_eq!(changed_fact!(PostReceived, |fact| fact.handle_use = value), unknown("handle_use"));
        let filtered = changed_fact!(PostFiltered, |fact| fact.post.as_mut().unwrap().handle_use = value);
        assert_eq!(filtered, unknown("handle_use"));
        assert_eq!(changed_fact!(Routed, |fact| fact.priority = value), unknown("priority"));
        assert_eq!(changed_fact!(DeadlineSet, |fact| fact.kind = value), unknown("kind"));
        assert_eq!(changed_fact!(DeadlineBreached, |fact| fact.kind = value), unknown("kind"));
        assert_eq!(changed_fact!(DeadlineWarned, |fact| fact.kind = value), unknown("kind"));
        assert_eq!(changed_fact!(Resolved, |fact| fact.outcome = value), unknown("outcome"));
        let corrected = changed_fact!(ClassificationCorrected, |fact| fact.head = format!("head {value}"));
        assert_eq!(corrected, unknown("head"));
        assert_eq!(changed_fact!(FlagRaised, |fact| fact.flag = format!("flag {value}")), unknown("flag"));
        assert_eq!(changed_fact!(FlagLowered, |fact| fact.flag = String::new()), unknown("flag"));
        let actor = changed("Claimed", |record| record.actor.as_mut().unwrap().kind = value);
        assert_eq!(actor, unknown("actor.kind"));
        assert!(wire::outcome_from_pb(value).is_err() && wire::handle_use_from_pb(value).is_err());
    }
}

/// Facts of versions that did not have the enum yet leave it unspecified, and mean what was true of all of them then.
#[test]
fn an_enum_that_is_younger_than_its_fact_may_be_unspecified() {
    let calendar = changed_fact!(DeadlineSet, |fact| fact.clock = 0).unwrap();
    let Fact::DeadlineSet(set) = &calendar.facts[0] else { panic!("{calendar:?}") };
    assert_eq!(set.clock, DeadlineClock::Calendar);
    let plain = changed_fact!(PostFiltered, |fact| fact.kept_as = 0).unwrap();
    let Fact::PostFiltered(filtered) = &plain.facts[0] else { panic!("{plain:?}") };
    assert_eq!(filtered.kept_as, KeptAs::Filtered);
    for value in [99, -1] {
        let clock = changed_fact!(DeadlineSet, |fact| fact.clock = value);
        assert_eq!(clock, Err(WireError::Unknown { field: "clock" }));
        let kept_as = changed_fact!(PostFiltered, |fact| fact.kept_as = value);
        assert_eq!(kept_as, Err(WireError::Unknown { field: "kept_as" }));
    }
}

#[test]
fn an_id_is_an_id_and_its_text_is_not_repeated() {
    let bad = || String::from("Zak's account 8820");
    let refused = [
        (changed("Claimed", |record| record.id = bad()), "id"),
        (changed("Claimed", |record| record.brand = bad()), "brand"),
        (changed("Claimed", |record| record.customer_id = bad()), "customer_id"),
        (changed("Claimed", |record| record.conversation_id = bad()), "conversation_id"),
        (changed("Claimed", |record| record.caused_by = bad()), "caused_by"),
        (changed("Claimed", |record| record.correlation = bad()), "correlation"),
        (changed("Claimed", |record| record.actor.as_mut().unwrap().name = bad()), "actor.name"),
        (changed("PostFiltered", |record| record.filtered_post_key = bad()), "filtered_post_key"),
        (changed("PromiseKept", |record| record.customer_id = bad()), "customer_id"),
        (changed_fact!(PostReceived, |fact| fact.post_key = bad()), "post_key"),
        (changed_fact!(PostReceived, |fact| fact.network = bad()), "network"),
        (changed_fact!(PostReceived, |fact| fact.thread_of = bad()), "thread_of"),
        (changed_fact!(PostReceived, |fact| fact.awaited_in = bad()), "awaited_in"),
        (changed_fact!(ReplyObserved, |fact| fact.person = bad()), "person"),
        (changed_fact!(Routed, |fact| fact.team = bad()), "team"),
        (changed_fact!(HandedOff, |fact| fact.from_team = bad()), "from_team"),
        (changed_fact!(HandedOff, |fact| fact.to_person = bad()), "to_person"),
        (changed_fact!(Escalated, |fact| fact.by = bad()), "by"),
        (changed_fact!(NoteAdded, |fact| fact.note_id = bad()), "note_id"),
        (changed_fact!(ReplySubmitted, |fact| fact.in_reply_to = bad()), "in_reply_to"),
        (changed_fact!(ReplySent, |fact| fact.post_key = bad()), "post_key"),
        (changed_fact!(Reopened, |fact| fact.post_key = bad()), "post_key"),
        (changed_fact!(Merged, |fact| fact.into = bad()), "into"),
        (changed_fact!(Routed, |fact| fact.home_team = bad()), "home_team"),
        (changed_fact!(Placed, |fact| fact.home_team = bad()), "home_team"),
        (changed_fact!(Claimed, |fact| fact.team = bad()), "team"),
        (changed_fact!(Deescalated, |fact| fact.from_team = bad()), "from_team"),
        (changed_fact!(IncidentJoined, |fact| fact.incident_id = bad()), "incident_id"),
        (changed_fact!(CallbackBooked, |fact| fact.callback_id = bad()), "callback_id"),
        (changed_fact!(ProfilesLinked, |fact| fact.other_customer_id = bad()), "other_customer_id"),
        (changed_fact!(PromiseMade, |fact| fact.promise_id = bad()), "promise_id"),
        (changed_fact!(PromiseMade, |fact| fact.conversation_id = bad()), "conversation_id"),
        (changed_fact!(Absorbed, |fact| fact.post_keys[1] = bad()), "post_keys"),
        (changed_fact!(Absorbed, |fact| fact.post_keys[0].clear()), "post_keys"),
    ];
    for (answer, field) in refused {
        let error = answer.expect_err(field);
        assert_eq!(field_of(&error), field, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(field) && !shown.contains("8820"), "{shown}");
    }
}

#[test]
fn a_confidence_is_a_share() {
    for confidence in [f32::NAN, f32::INFINITY, -0.01, 1.01] {
        let set = |scored: &mut Option<pb::Scored>| scored.as_mut().unwrap().confidence = confidence;
        let refused = [
            (changed_fact!(PostClassified, |fact| set(&mut fact.language)), "language"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.sentiment)), "sentiment"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.intent)), "intent"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.topic)), "topic"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.urgency)), "urgency"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.churn)), "churn"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.call)), "call"),
            (changed_fact!(PostClassified, |fact| set(&mut fact.closing)), "closing"),
            (changed_fact!(PostClassified, |fact| fact.recognised[1].confidence = confidence), "recognised"),
        ];
        for (answer, field) in refused {
            assert!(matches!(answer, Err(WireError::Invalid { field: at, .. }) if at == field), "{confidence}");
        }
    }
    let unlabelled = changed_fact!(PostClassified, |fact| fact.intent.as_mut().unwrap().label.clear());
    assert_eq!(unlabelled, Err(WireError::Missing { field: "intent" }));
}

/// A kind is a word of the contract: a text that got into its place by mistake is not let through, nor repeated.
#[test]
fn what_was_recognised_has_a_kind_and_a_place() {
    for kind in ["", "Zak", "0049 30 8820", "a word", &"a".repeat(33)] {
        let error = changed_fact!(PostClassified, |fact| fact.recognised[0].kind = kind.into()).expect_err(kind);
        assert_eq!(field_of(&error), "recognised");
        assert!(!error.to_string().contains("8820"), "{error}");
    }
    let backward = changed_fact!(PostClassified, |fact| fact.recognised[0].end = fact.recognised[0].start);
    assert!(matches!(backward, Err(WireError::Invalid { field: "recognised", .. })));
    let of_later = changed_fact!(PostClassified, |fact| fact.recognised[0].kind = "passport".into());
    assert!(of_later.is_ok(), "a later version may recognise more");
}

#[test]
fn a_head_without_a_label_is_one_that_the_model_did_not_have() {
    let blank = changed_fact!(PostClassified, |fact| fact.topic.as_mut().unwrap().label.clear()).unwrap();
    let absent = changed_fact!(PostClassified, |fact| fact.topic = None).unwrap();
    assert_eq!(blank, absent);
    let Fact::PostClassified(class) = &absent.facts[0] else { panic!("{absent:?}") };
    assert!(!class.topic.is_answer() && class.urgency.is_answer());
}

#[test]
fn a_time_is_in_range() {
    for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000)] {
        let bad = || Some(pbjson_types::Timestamp { seconds, nanos });
        let answers = [
            (changed("Claimed", |record| record.occurred_at = bad()), "occurred_at"),
            (changed_fact!(PostReceived, |fact| fact.posted_at = bad()), "posted_at"),
            (changed_fact!(DeadlineSet, |fact| fact.due_at = bad()), "due_at"),
            (changed_fact!(ReplyFailed, |fact| fact.retry_at = bad()), "retry_at"),
            (changed_fact!(DeadlineSet, |fact| fact.warn_at = bad()), "warn_at"),
            (changed_fact!(Routed, |fact| fact.away_until = bad()), "away_until"),
            (changed_fact!(Placed, |fact| fact.until = bad()), "until"),
            (changed_fact!(Offered, |fact| fact.until = bad()), "until"),
            (changed_fact!(PromiseMade, |fact| fact.due_at = bad()), "due_at"),
            (changed_fact!(CustomerProfiled, |fact| fact.customer_since = bad()), "customer_since"),
        ];
        for (answer, field) in answers {
            assert!(matches!(answer, Err(WireError::Invalid { field: at, .. }) if at == field), "{field}");
        }
    }
}

#[test]
fn a_record_is_about_one_thing_and_done_by_somebody() {
    let both = changed("Claimed", |record| record.filtered_post_key = record.conversation_id.clone());
    assert!(matches!(both, Err(WireError::Invalid { field: "filtered_post_key", .. })));
    let both = changed("Claimed", |record| record.notice_id = record.conversation_id.clone());
    assert!(matches!(both, Err(WireError::Invalid { field: "notice_id", .. })));
    let nameless = changed("Routed", |record| record.actor.as_mut().unwrap().name.clear());
    assert_eq!(nameless, Err(WireError::Missing { field: "actor.name" }));
    let empty = changed("Routed", |record| record.facts[0].fact = None);
    assert_eq!(empty, Err(WireError::Unknown { field: "fact" }));
}

#[test]
fn a_deadline_that_comes_due_is_checked_too() {
    let bytes = encode_due(&canon::due());
    for (number, field) in [(1, "brand"), (2, "customer_id"), (3, "conversation_id"), (5, "due_at")] {
        let error = decode_due(&without(&bytes, number)).expect_err(field);
        assert_eq!(field_of(&error), field);
    }
    // Of no kind: the conversation is looked at for whatever its state calls for.
    assert_eq!(decode_due(&without(&bytes, 4)), Ok(wire::Due { kind: None, ..canon::due() }));
    let later_kind = [without(&bytes, 4), number(4, 99)].concat();
    assert_eq!(decode_due(&later_kind), Err(WireError::Unknown { field: "kind" }));
    assert_eq!(decode_due(&bytes[..bytes.len() - 1]), Err(WireError::NotProtobuf));
}

/// A later version may add fields anywhere; this one reads on.
#[test]
fn fields_that_a_later_version_added_are_let_through() {
    let added = [number(1_000, 7), holding(1_001, b"later")].concat();
    for name in Fact::NAMES {
        let (bytes, path) = bytes_of(name);
        for depth in 0..=path.len() {
            let later = change(&bytes, &path[..depth], &|message| [message.to_vec(), added.clone()].concat());
            assert_ne!(later, bytes);
            assert_eq!(decode(&later), Ok(canon::record(name)), "{name} at depth {depth}");
        }
    }
    let due = [encode_due(&canon::due()).to_vec(), added].concat();
    assert_eq!(decode_due(&due), Ok(canon::due()));
}

/// A fact that only a later version knows is refused whole: leaving it out would be a different history.
#[test]
fn a_fact_that_a_later_version_added_is_refused() {
    let (bytes, _) = bytes_of("Claimed");
    let later = change(&bytes, &[FACTS], &|_| holding(999, b""));
    assert_eq!(decode(&later), Err(WireError::Unknown { field: "fact" }));
    let beside = [bytes, holding(FACTS, &holding(999, b""))].concat();
    assert_eq!(decode(&beside), Err(WireError::Unknown { field: "fact" }));
}

#[test]
fn bytes_that_are_no_protobuf_are_refused() {
    for bytes in [&b"\xff\xff\xff"[..], b"\x0a\x05ab", b"{\"id\":1}"] {
        assert_eq!(decode(bytes), Err(WireError::NotProtobuf));
    }
    assert_eq!(decode(b""), Err(WireError::Missing { field: "brand" }));
    let not_utf8 = holding(1, b"\xff\xfe");
    assert_eq!(decode(&not_utf8), Err(WireError::NotProtobuf));
}

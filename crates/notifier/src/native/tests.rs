//! Each network's rules as a table: what it answers, and what follows from it.

use super::*;
use crate::port::Person;
use conversation::{ConversationId, CustomerId, Network, RecordId, ReplyId};
use jiff::ToSpan;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json as value;
use std::time::Duration;

const NOW: i64 = 1_700_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Answer {
    let mut map = HeaderMap::new();
    for (name, text) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(text).unwrap());
    }
    let retry_after = headers.iter().find(|(name, _)| *name == "retry-after");
    let retry_after = retry_after.and_then(|(_, text)| crate::answer::retry_after(text, now()));
    Answer { status, retry_after, body: Some(body.to_string().into_bytes()), headers: map }
}

fn message(network: &str) -> Message {
    let brand = conversation::BrandId::new("nordnet").unwrap();
    let network = Network::new(network).unwrap();
    let customer = CustomerId::of(&brand, &network, "1");
    let conversation = ConversationId::of(&customer, 0);
    Message {
        reply: ReplyId::of(&conversation, &RecordId::caused("t", b"1")),
        brand,
        network,
        conversation,
        in_reply_to: "900".into(),
        root: String::new(),
        to: Person { id: "42".into(), handle: "maija@example.social".into() },
        answers_public: true,
        private: false,
        text: "On & on: https://care.example/1 ^Dana".into(),
        language: String::new(),
        part: 1,
        parts: 1,
        attempt: 1,
        submitted_at: now(),
        late: false,
        tried_at: now(),
        known: Vec::new(),
    }
}

/// How an outcome is told: the words that a reply's story would have.
fn told(dialect: Dialect, answer: &Answer, attempt: u32) -> String {
    let wait = |wait: &Option<Duration>| wait.map_or(String::new(), |wait| format!(" {}s", wait.as_secs()));
    match dialect.verdict(answer, attempt, now()) {
        Said::Moved(chat) => format!("moved {chat}"),
        Said::Expired => "expired".into(),
        Said::Ended(Outcome::Sent(receipt)) => format!("sent {}", receipt.native_id),
        Said::Ended(Outcome::Refused { reason, .. }) => reason.code().to_owned(),
        Said::Ended(Outcome::RateLimited { retry_after }) => format!("rate_limited{}", wait(&retry_after)),
        Said::Ended(Outcome::Busy { reason, retry_after }) => format!("busy {reason}{}", wait(&retry_after)),
        Said::Ended(Outcome::Stopped { reason, pause }) => format!("stopped {reason} {}s", pause.as_secs()),
        Said::Ended(Outcome::Failed { reason, retry_after }) => format!("retry {reason}{}", wait(&retry_after)),
        Said::Ended(Outcome::Unknown { reason }) => reason.code().to_owned(),
    }
}

fn holds(dialect: Dialect, rows: &[(u16, &[(&'static str, &str)], Value, &str)]) {
    for (status, headers, body, expected) in rows {
        assert_eq!(told(dialect, &answer(*status, headers, body), 1), *expected, "{dialect:?} {status} {body}");
    }
}

fn of_code(code: u64) -> Value {
    value!({ "error": { "code": code, "message": "words of the network" } })
}

#[test]
fn x_retries_a_429_at_its_reset_and_looks_before_it_repeats_a_500() {
    let reset = (NOW + 90).to_string();
    holds(
        Dialect::X,
        &[
            (201, &[], value!({ "data": { "id": "17", "text": "t" } }), "sent 17"),
            (201, &[], value!({ "data": { "dm_event_id": "18" } }), "sent 18"),
            (201, &[], value!({ "data": {} }), "unknown_answer"),
            (429, &[("x-rate-limit-reset", &reset)], value!({}), "rate_limited 90s"),
            (500, &[], value!({}), "unknown_http_500"),
            (502, &[], value!({}), "unknown_http_502"),
            (503, &[], value!({}), "unknown_http_503"),
            (503, &[("retry-after", "7")], value!({}), "retry http_503 7s"),
            (504, &[], value!({}), "unknown_http_504"),
            (400, &[], value!({}), "refused_400"),
            (401, &[], value!({}), "refused_401"),
            (403, &[], value!({}), "refused_403"),
            (404, &[], value!({}), "refused_404"),
        ],
    );
}

#[test]
fn meta_goes_by_its_codes() {
    let usage = |code| value!({ "error": { "code": code, "error_subcode": 2_018_278 } });
    for dialect in [Dialect::Facebook, Dialect::Instagram] {
        holds(
            dialect,
            &[
                (200, &[], value!({ "id": "1_2" }), "sent 1_2"),
                (200, &[], value!({ "message_id": "m_3", "recipient_id": "9" }), "sent m_3"),
                (500, &[], of_code(1), "unknown_http_500"),
                (500, &[], of_code(2), "unknown_http_500"),
                (400, &[], of_code(4), "rate_limited 300s"),
                (400, &[], of_code(17), "rate_limited 300s"),
                (400, &[("retry-after", "9")], of_code(32), "rate_limited 9s"),
                (400, &[], of_code(613), "rate_limited 300s"),
                (400, &[], of_code(80_001), "rate_limited 300s"),
                (400, &[], of_code(80_014), "rate_limited 300s"),
                (400, &[], of_code(10_900), "sent "),
                (400, &[], of_code(10), "refused_code_10"),
                (400, &[], usage(10), "refused_window_closed"),
                (400, &[], of_code(10_903), "refused_window_closed"),
                (400, &[], of_code(100), "refused_code_100"),
                (400, &[], of_code(190), "refused_token"),
                (403, &[], of_code(200), "refused_code_200"),
                (403, &[], of_code(299), "refused_code_299"),
                (400, &[], of_code(368), "refused_spam"),
                (400, &[], of_code(551), "refused_blocked"),
                (502, &[], value!("bad gateway"), "unknown_http_502"),
            ],
        );
    }
}

#[test]
fn whatsapp_waits_longer_for_one_person_each_time_and_stops_at_spam() {
    holds(
        Dialect::Whatsapp,
        &[
            (200, &[], value!({ "messages": [{ "id": "wamid.1" }] }), "sent wamid.1"),
            (429, &[], of_code(130_429), "rate_limited"),
            (400, &[], of_code(80_007), "rate_limited"),
            (400, &[], of_code(4), "rate_limited"),
            (400, &[], of_code(131_056), "busy rate_limited 4s"),
            (500, &[], of_code(131_000), "retry http_500"),
            (503, &[], of_code(2), "retry http_503"),
            (400, &[], of_code(131_026), "refused_blocked"),
            (400, &[], of_code(131_047), "refused_window_closed"),
            (400, &[], of_code(131_048), "stopped refused_spam 86400s"),
            (400, &[], of_code(131_049), "refused_code_131049"),
            (400, &[], of_code(131_051), "refused_code_131051"),
            (400, &[], of_code(100), "refused_code_100"),
            (401, &[], of_code(190), "refused_token"),
            (403, &[], of_code(368), "refused_spam"),
            (502, &[], value!("bad gateway"), "unknown_http_502"),
        ],
    );
    let pair = answer(400, &[], &of_code(131_056));
    let waits: Vec<String> = (1..=7).map(|attempt| told(Dialect::Whatsapp, &pair, attempt)).collect();
    let expected = [4, 16, 64, 256, 1024, 1024, 1024].map(|seconds| format!("busy rate_limited {seconds}s"));
    assert_eq!(waits, expected);
}

#[test]
fn telegram_says_itself_what_it_has_not_taken() {
    let failed = |code: u16| value!({ "ok": false, "error_code": code });
    let later = value!({ "ok": false, "parameters": { "retry_after": 11 } });
    let moved = value!({ "ok": false, "parameters": { "migrate_to_chat_id": -1_001_234 } });
    let sent = value!({ "ok": true, "result": { "message_id": 5, "date": NOW, "chat": { "id": -77 } } });
    holds(
        Dialect::Telegram,
        &[
            (200, &[], sent, "sent -77:5"),
            (429, &[], later, "rate_limited 11s"),
            (400, &[], moved, "moved -1001234"),
            (500, &[], failed(500), "retry http_500"),
            (502, &[], value!("<html>"), "unknown_http_502"),
            (400, &[], failed(400), "refused_400"),
            (401, &[], failed(401), "refused_401"),
            (403, &[], failed(403), "refused_blocked"),
        ],
    );
}

#[test]
fn mastodon_bluesky_and_line_know_a_repetition() {
    let reset = (now() + 30.seconds()).to_string();
    let epoch = (NOW + 30).to_string();
    holds(
        Dialect::Mastodon,
        &[
            (200, &[], value!({ "id": "1", "created_at": "2023-11-14T22:13:20.000Z" }), "sent 1"),
            (429, &[("x-ratelimit-reset", &reset)], value!({}), "rate_limited 30s"),
            (500, &[], value!({}), "unknown_http_500"),
            (401, &[], value!({}), "refused_401"),
            (403, &[], value!({}), "refused_403"),
            (404, &[], value!({}), "refused_404"),
            (422, &[], value!({}), "refused_422"),
        ],
    );
    holds(
        Dialect::Bluesky,
        &[
            (200, &[], value!({ "uri": "at://d/p/k", "cid": "c" }), "sent at://d/p/k"),
            (400, &[], value!({ "error": "InvalidSwap" }), "unknown_http_400"),
            (400, &[], value!({ "error": "ExpiredToken" }), "expired"),
            (400, &[], value!({ "error": "InvalidRequest" }), "refused_400"),
            (429, &[("ratelimit-reset", &epoch)], value!({}), "rate_limited 30s"),
            (502, &[], value!({}), "unknown_http_502"),
        ],
    );
    holds(
        Dialect::Line,
        &[
            (200, &[], value!({ "sentMessages": [{ "id": "461" }] }), "sent 461"),
            (409, &[], value!({ "sentMessages": [{ "id": "461" }] }), "sent 461"),
            (409, &[], value!({ "message": "accepted" }), "sent "),
            (429, &[("retry-after", "3")], value!({}), "rate_limited 3s"),
            (500, &[], value!({}), "unknown_http_500"),
            (400, &[], value!({}), "refused_400"),
        ],
    );
}

#[test]
fn reddit_and_slack_say_errors_with_the_status_200() {
    let errors = |code: &str| value!({ "json": { "errors": [[code, "words", "field"]], "ratelimit": 42.5 } });
    holds(
        Dialect::Reddit,
        &[
            (
                200,
                &[],
                value!({ "json": { "errors": [], "data": { "things": [{ "data": { "name": "t1_x" } }] } } }),
                "sent t1_x",
            ),
            (200, &[], errors("RATELIMIT"), "rate_limited 42s"),
            (200, &[], errors("THREAD_LOCKED"), "refused_post_gone"),
            (200, &[], errors("NO_TEXT"), "refused_200"),
            (429, &[("x-ratelimit-reset", "17")], value!({}), "rate_limited 17s"),
            (500, &[], value!({}), "unknown_http_500"),
            (403, &[], value!({}), "refused_403"),
        ],
    );
    let error = |code: &str| value!({ "ok": false, "error": code });
    holds(
        Dialect::Slack,
        &[
            (200, &[], value!({ "ok": true, "channel": "C1", "ts": "1700000000.000100" }), "sent C1:1700000000.000100"),
            (429, &[("retry-after", "30")], error("ratelimited"), "rate_limited 30s"),
            (200, &[], error("ratelimited"), "rate_limited"),
            (200, &[], error("internal_error"), "unknown_http_500"),
            (500, &[], value!({}), "unknown_http_500"),
            (200, &[], error("channel_not_found"), "refused_200"),
            (200, &[], error("token_revoked"), "refused_token"),
        ],
    );
    holds(
        Dialect::Sms,
        &[
            (201, &[], value!({ "sid": "SM1", "status": "queued" }), "sent SM1"),
            (429, &[("retry-after", "2")], value!({ "code": 20_429 }), "rate_limited 2s"),
            (400, &[], value!({ "code": 21_610 }), "refused_blocked"),
            (400, &[], value!({ "code": 21_211 }), "refused_400"),
            (500, &[], value!({}), "unknown_http_500"),
        ],
    );
}

#[test]
fn meters_are_read_before_the_wall_is_met() {
    let reset = (NOW + 60).to_string();
    let ease = |dialect, headers: &[(&'static str, &str)]| {
        let until = meters::ease(dialect, &answer(200, headers, &value!({})), now());
        until.map(|until| until.duration_since(now()).as_secs())
    };
    let x = |left| ease(Dialect::X, &[("x-rate-limit-remaining", left), ("x-rate-limit-reset", &reset)]);
    assert_eq!((x("0"), x("1"), x("many")), (Some(60), None, None));
    let bluesky = |left| ease(Dialect::Bluesky, &[("ratelimit-remaining", left), ("ratelimit-reset", &reset)]);
    assert_eq!((bluesky("2"), bluesky("3")), (Some(60), None));
    let reddit = |left| ease(Dialect::Reddit, &[("x-ratelimit-remaining", left), ("x-ratelimit-reset", "99")]);
    assert_eq!((reddit("0.0"), reddit("5.0")), (Some(99), None));
    let app = |percent: u32| ease(Dialect::Facebook, &[("x-app-usage", &format!(r#"{{"call_count":{percent}}}"#))]);
    assert_eq!((app(79), app(80), app(90), app(95)), (None, Some(1), Some(11), Some(300)));
    let of_page = r#"{"17":[{"type":"pages","call_count":40,"estimated_time_to_regain_access":12}]}"#;
    assert_eq!(ease(Dialect::Instagram, &[("x-business-use-case-usage", of_page)]), Some(720));
}

#[test]
fn every_network_names_its_limits_and_its_way_of_being_asked() {
    for dialect in Dialect::ALL {
        let account = Account { id: "nordnet".into(), sender: "+1".into() };
        let can_ask = dialect.look_up(&account, &message(dialect.as_str())).is_some() || dialect == Dialect::Bluesky;
        assert_eq!(can_ask, dialect.abilities().lookup, "{dialect:?}");
    }
    let shown = |dialect: Dialect| {
        let limits = dialect.limits();
        limits.iter().map(|limit| (limit.scope, limit.points, limit.per.as_secs())).collect::<Vec<_>>()
    };
    assert_eq!(shown(Dialect::Mastodon), [(Scope::Account, 300, 300)]);
    assert_eq!(shown(Dialect::Whatsapp), [(Scope::Account, 80, 1), (Scope::Chat, 45, 270)]);
    assert_eq!(shown(Dialect::Telegram), [(Scope::Account, 30, 1), (Scope::Chat, 1, 1), (Scope::Group, 20, 60)]);
    assert_eq!(shown(Dialect::X)[0], (Scope::Account, 100, 900));
}

#[test]
fn a_private_word_goes_to_the_person_and_never_stands_in_public() {
    let account = Account { id: "nordnet".into(), sender: "+1".into() };
    for dialect in Dialect::ALL {
        let private = Message { private: true, ..message(dialect.as_str()) };
        let Ok(request) = dialect.request(&account, &private) else {
            assert!(matches!(dialect, Dialect::Reddit | Dialect::Bluesky), "{dialect:?}");
            continue;
        };
        let (path, body) = (
            request.segments.join("/"),
            match &request.body {
                Body::Json(body) => body.to_string(),
                Body::Form(fields) => format!("{fields:?}"),
                Body::None => String::new(),
            },
        );
        let private_way = match dialect {
            Dialect::X => path == "2/dm_conversations/with/42/messages",
            Dialect::Mastodon => body.contains("\"visibility\":\"direct\""),
            Dialect::Facebook | Dialect::Instagram => path == "nordnet/messages" && body.contains("comment_id"),
            Dialect::Slack => body.contains("\"channel\":\"42\""),
            _ => body.contains("42"),
        };
        assert!(private_way, "{dialect:?}: {path} {body}");
    }
}

#[test]
fn a_reply_is_known_by_its_words_its_place_and_its_time() {
    let account = Account { id: "nordnet".into(), sender: String::new() };
    let post = |id: &str, parent: &str, text: &str, seconds: i64| {
        let at = (now() + seconds.seconds()).to_string();
        value!({ "id": id, "text": text, "created_at": at, "referenced_tweets": [{ "type": "replied_to", "id": parent }] })
    };
    let words = "On &amp; on: https://t.co/x ^Dana";
    let look = |posts: Vec<Value>, known: &[&str]| {
        let known = known.iter().map(|id| (*id).to_owned()).collect();
        let message = Message { known, ..message("x") };
        Dialect::X.found(&account, &message, &answer(200, &[], &value!({ "data": posts })))
    };
    assert!(matches!(look(vec![post("1", "900", words, 1)], &[]), LookUp::Found(_)));
    assert_eq!(look(vec![post("1", "901", words, 1)], &[]), LookUp::Missing, "under another post");
    assert_eq!(look(vec![post("1", "900", "On & off ^Dana", 1)], &[]), LookUp::Missing, "in other words");
    assert_eq!(look(vec![post("1", "900", words, -3600)], &[]), LookUp::Missing, "older");
    assert_eq!(look(vec![post("1", "900", words, 1)], &["1"]), LookUp::Missing, "another reply");
    let full = (0..100).map(|n| post(&n.to_string(), "900", "other", 1)).collect();
    assert_eq!(look(full, &[]), LookUp::Failed(Reason::LOOK_UP_INCOMPLETE));
    let back_to_before = (0..100).map(|n| post(&n.to_string(), "900", "other", -n * 2)).collect();
    assert_eq!(look(back_to_before, &[]), LookUp::Missing, "a full page that reaches back behind the try shows all");
    let off = Dialect::X.found(&account, &message("x"), &answer(403, &[], &value!({})));
    assert_eq!(off, LookUp::Failed(Reason::http(403)));
}

#[test]
fn a_record_key_is_the_replys_own_and_sorts_by_time() {
    let first = message("bluesky");
    let key = bluesky::record_key(&first);
    assert_eq!((key.len(), &key), (13, &bluesky::record_key(&Message { attempt: 9, ..first.clone() })));
    let part = bluesky::record_key(&Message { part: 2, ..first.clone() });
    let later = bluesky::record_key(&Message { submitted_at: now() + 1.second(), ..first.clone() });
    assert!(key < part && part < later);
    let session = bluesky::Session { did: "did:plc:n".into(), token: "t".into() };
    let request = bluesky::request(&session, &first, None).unwrap();
    let Body::Json(body) = request.body else { panic!() };
    let (from, to) =
        (&body["record"]["facets"][0]["index"]["byteStart"], &body["record"]["facets"][0]["index"]["byteEnd"]);
    let link = &first.text[from.as_u64().unwrap() as usize..to.as_u64().unwrap() as usize];
    assert_eq!((link, body["swapRecord"].is_null()), ("https://care.example/1", true));
}

#[test]
fn past_the_first_day_a_message_says_that_a_person_writes() {
    let account = Account { id: "nordnet".into(), sender: String::new() };
    let asked = |language, late, answers_public| {
        let of = Message { private: true, late, answers_public, ..message(language) };
        let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == language).unwrap();
        let Body::Json(body) = dialect.request(&account, &of).unwrap().body else { panic!() };
        (body["messaging_type"].clone(), body["tag"].clone())
    };
    let person = (value!("MESSAGE_TAG"), value!("HUMAN_AGENT"));
    assert_eq!(asked("facebook", false, false), (value!("RESPONSE"), Value::Null));
    assert_eq!((asked("facebook", true, false), asked("instagram", true, false)), (person.clone(), person));
    assert_eq!(asked("facebook", true, true), (Value::Null, Value::Null), "a private reply to a comment has no window");
}

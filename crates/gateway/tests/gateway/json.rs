//! JSON over HTTP: every endpoint asks its method and says the answer again; whatever is wrong is said in words.

use crate::fake::Fake;
use crate::world::World;
use http::StatusCode;
use serde_json::{Value, json};
use service::problem;

/// Method, path, body; the gRPC method it must ask, the request that must arrive there, and some of the answer.
pub type Case = (&'static str, &'static str, Value, &'static str, Value, (&'static str, Value));

fn cases() -> Vec<Case> {
    [
        first_steps(),
        crate::desk_cases::cases(),
        crate::measure_cases::cases(),
        crate::reply_cases::cases(),
        crate::set_aside_cases::cases(),
    ]
    .concat()
}

fn first_steps() -> Vec<Case> {
    let write = || json!({"person": "dana", "requestId": "q1", "expectedVersion": "7"});
    let full = || json!({"conversationId": "c1", "person": "dana", "requestId": "q1", "expectedVersion": "7"});
    let (get, post, done) = ("GET", "POST", || ("/changed", json!(true)));
    vec![
        (
            get,
            "/api/v1/conversations?brand=nordnet&status=OPEN&status=RESOLVED&minPriority=HIGH&unassigned=true&pageSize=9",
            Value::Null,
            "ListConversations",
            json!({
                "brand": "nordnet", "status": ["CONVERSATION_STATUS_OPEN", "CONVERSATION_STATUS_RESOLVED"],
                "minPriority": "PRIORITY_HIGH", "unassigned": true, "pageSize": 9,
            }),
            ("/conversations/0/reach", json!("9007199254740993")),
        ),
        (
            get,
            "/api/v1/conversations/c1?at=2026-03-01T10:30:00%2B01:00",
            Value::Null,
            "GetConversation",
            json!({"conversationId": "c1", "at": "2026-03-01T09:30:00+00:00"}),
            ("/timeline/0/record/facts/0/postReceived/handleUse", json!("HANDLE_USE_CARE")),
        ),
        (
            get,
            "/api/v1/conversations/c1/history?pageSize=20&pageToken=20",
            Value::Null,
            "ListHistory",
            json!({"conversationId": "c1", "pageSize": 20, "pageToken": "20"}),
            ("", json!({})),
        ),
        (
            get,
            "/api/v1/conversations/c1/explanation",
            Value::Null,
            "ExplainConversation",
            json!({"conversationId": "c1"}),
            ("/explanations/0/text", json!("because")),
        ),
        (post, "/api/v1/conversations/c1/claim", json!({"write": write()}), "Claim", json!({"write": full()}), done()),
        (
            post,
            "/api/v1/conversations/c1/release",
            json!({"write": write(), "reason": "shift ends"}),
            "Release",
            json!({"write": full(), "reason": "shift ends"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/hand-off",
            json!({"write": write(), "toTeam": "billing", "toPerson": "", "reason": "money"}),
            "HandOff",
            json!({"write": full(), "toTeam": "billing", "reason": "money"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/escalate",
            json!({"write": write(), "reason": "press"}),
            "Escalate",
            json!({"write": full(), "reason": "press"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/notes",
            json!({"write": write(), "text": "called back"}),
            "AddNote",
            json!({"write": full(), "text": "called back"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/replies",
            json!({"write": full(), "text": "Sorry!", "private": true, "inReplyTo": "p1"}),
            "SubmitReply",
            json!({"write": full(), "text": "Sorry!", "private": true, "inReplyTo": "p1"}),
            ("/replyId", json!("y1")),
        ),
        (
            post,
            "/api/v1/conversations/c1/replies/y1/settle",
            json!({"write": write(), "replyId": "y1", "arrived": true}),
            "SettleReply",
            json!({"write": full(), "replyId": "y1", "arrived": true}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/resolve",
            json!({"write": write(), "outcome": "SOLVED"}),
            "Resolve",
            json!({"write": full(), "outcome": "OUTCOME_SOLVED"}),
            ("/conversation/status", json!("CONVERSATION_STATUS_OPEN")),
        ),
        (
            post,
            "/api/v1/conversations/c1/reopen",
            json!({"write": write(), "reason": "again"}),
            "Reopen",
            json!({"write": full(), "reason": "again"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/merge",
            json!({"write": write(), "intoConversationId": "c2", "reason": "same matter"}),
            "Merge",
            json!({"write": full(), "intoConversationId": "c2", "reason": "same matter"}),
            done(),
        ),
        (
            post,
            "/api/v1/conversations/c1/classification",
            json!({"write": write(), "postKey": "p1", "head": "intent", "label": "complaint"}),
            "CorrectClassification",
            json!({"write": full(), "postKey": "p1", "head": "intent", "label": "complaint"}),
            done(),
        ),
        (
            get,
            "/api/v1/measures?groupBy=BRAND&groupBy=DIMENSION_TEAM&brand=nordnet&from=2026-03-01T00:00:00Z",
            Value::Null,
            "Query",
            json!({
                "groupBy": ["DIMENSION_BRAND", "DIMENSION_TEAM"],
                "filter": {"brand": "nordnet", "from": "2026-03-01T00:00:00+00:00"},
            }),
            ("/rows/0/answeredWithin1h", json!(0.0)),
        ),
        (
            get,
            "/api/v1/measures/catalogue",
            Value::Null,
            "ListMeasures",
            json!({}),
            ("/measures/0/name", json!("open")),
        ),
        (
            get,
            "/api/v1/corrections?brand=nordnet&head=intent",
            Value::Null,
            "ListCorrections",
            json!({"brand": "nordnet", "head": "intent"}),
            ("/rows/0/corrected", json!("2")),
        ),
        (
            get,
            "/api/v1/intake?brand=nordnet",
            Value::Null,
            "ListIntake",
            json!({"brand": "nordnet"}),
            ("/rows/0/rejectedByReason/no_post_id", json!("2")),
        ),
        (
            get,
            "/api/v1/outbox?inDoubtOnly=true",
            Value::Null,
            "ListOutbox",
            json!({"inDoubtOnly": true}),
            ("/entries/0/status", json!("in_doubt")),
        ),
        (
            get,
            "/api/v1/notices?brand=nordnet",
            Value::Null,
            "ListNotices",
            json!({"brand": "nordnet"}),
            ("/notices/0/kind", json!("shift_post")),
        ),
        (
            post,
            "/api/v1/brands/nordnet/notices/n1/settle",
            json!({"person": "dana", "arrived": true, "requestId": "r1"}),
            "SettleNotice",
            json!({"brand": "nordnet", "noticeId": "n1", "person": "dana", "arrived": true, "requestId": "r1"}),
            ("/changed", json!(true)),
        ),
        (
            get,
            "/api/v1/conversations/c1/ready-replies?person=dana&private=true",
            Value::Null,
            "SuggestReplies",
            json!({"conversationId": "c1", "person": "dana", "private": true}),
            ("/suggestions/0/name", json!("bag")),
        ),
        (
            get,
            "/api/v1/brands/nordnet/people/dana/news",
            Value::Null,
            "ListNews",
            json!({"brand": "nordnet", "person": "dana"}),
            ("/news/0/news", json!("NEWS_SURGE")),
        ),
        (
            get,
            "/api/v1/brands/nordnet/people/dana/news-choice",
            Value::Null,
            "GetNewsChoice",
            json!({"brand": "nordnet", "person": "dana"}),
            ("/isDefault", json!(true)),
        ),
        (
            post,
            "/api/v1/brands/nordnet/people/dana/news-choice",
            json!({"choice": {"email": "d@b.example", "ways": [{"way": "email", "news": ["NEWS_SURGE"]}]}, "requestId": "r1"}),
            "SetNewsChoice",
            json!({
                "brand": "nordnet", "person": "dana", "requestId": "r1",
                "choice": {"email": "d@b.example", "ways": [{"way": "email", "news": ["NEWS_SURGE"]}]},
            }),
            ("/changed", json!(true)),
        ),
        (
            get,
            "/api/v1/brands/nordnet/news-choices",
            Value::Null,
            "ListNewsChoices",
            json!({"brand": "nordnet"}),
            ("/choices/0/person", json!("dana")),
        ),
        (
            post,
            "/api/v1/brands/nordnet/shift-posts/preview",
            json!({"days": 2, "people": ["dana"]}),
            "PreviewShiftPosts",
            json!({"brand": "nordnet", "days": 2, "people": ["dana"]}),
            ("/posts/0/shift", json!("morning")),
        ),
        (get, "/api/v1/brands", Value::Null, "ListBrands", json!({}), ("/brands/0/brand", json!("nordnet"))),
        (
            get,
            "/api/v1/brands/nordnet",
            Value::Null,
            "GetBrand",
            json!({"brand": "nordnet"}),
            ("/brand/people/0/online", json!(true)),
        ),
        (
            post,
            "/api/v1/brands/check",
            json!({"yaml": "brand: nordnet", "file": "nordnet.yaml"}),
            "CheckSettings",
            json!({"yaml": "brand: nordnet", "file": "nordnet.yaml"}),
            ("/problems/0/line", json!(3)),
        ),
        (
            post,
            "/api/v1/brands",
            json!({"yaml": "brand: nordnet", "requestId": "q1"}),
            "PublishSettings",
            json!({"yaml": "brand: nordnet", "requestId": "q1"}),
            ("/settingsVersion", json!("v2")),
        ),
        (
            post,
            "/api/v1/brands/nordnet/presence",
            json!({"brand": "nordnet", "person": "dana", "online": true, "requestId": "q1"}),
            "SetPresence",
            json!({"brand": "nordnet", "person": "dana", "online": true, "requestId": "q1"}),
            done(),
        ),
        (
            post,
            "/api/v1/classify",
            json!({"text": "wo ist mein Paket?"}),
            "Classify",
            json!({"text": "wo ist mein Paket?"}),
            ("/intent/confidence", json!(0.5)),
        ),
        (
            post,
            "/api/v1/posts",
            json!({"post": {"brand": "nordnet", "network": "x", "postId": "1", "author": {"followers": 7}}}),
            "Ingest",
            json!({
                "post": {"brand": "nordnet", "network": "x", "postId": "1", "author": {"followers": "7"}},
                "source": "json",
            }),
            ("/verdict", json!("VERDICT_ACCEPTED")),
        ),
    ]
}

#[tokio::test]
async fn every_endpoint_asks_its_service_and_says_the_answer_again() {
    let fake = Fake::default();
    fake.play().position = 7;
    let world = World::start_as(&[], fake).await;
    // Nobody listens to the stream of events, so nothing else is asked.
    for (method, path, body, rpc, asked, (pointer, answered)) in cases() {
        world.fake.play().asked.clear();
        let answer = if method == "GET" { world.get(path).await } else { world.post(path, &body).await };
        assert_eq!(answer.status, StatusCode::OK, "{method} {path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert_eq!(world.fake.asked(rpc), [asked], "{method} {path}");
        assert_eq!(answer.json().pointer(pointer), Some(&answered), "{method} {path}: {}", answer.text);
    }
    let document = world.get("/api/openapi.json").await.json();
    let listed: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    // The stream of events and the two documents are no calls.
    assert_eq!(listed, cases().len() + 3, "an endpoint has no case here");
}

#[tokio::test]
async fn what_a_service_refuses_is_a_problem_with_its_reason_and_field() {
    let world = World::start().await;
    let body = json!({"write": {"person": "dana", "requestId": "q1"}});
    for (refusal, status, reason, field) in [
        (
            problem::failed_precondition("CLAIMED_BY_SOMEONE_ELSE", "sam has it", &[("person", "sam")]),
            409,
            "CLAIMED_BY_SOMEONE_ELSE",
            None,
        ),
        (problem::aborted("VERSION_MISMATCH", "changed since", &[]), 409, "VERSION_MISMATCH", None),
        (problem::not_found("conversation", "c1"), 404, "NOT_FOUND", None),
        (
            problem::invalid_argument("write.request_id", "has 0 characters", "give 1 to 128"),
            400,
            "INVALID_ARGUMENT",
            Some("write.requestId"),
        ),
        (problem::permission_denied("NOT_A_SUPERVISOR", "ask one"), 403, "NOT_A_SUPERVISOR", None),
    ] {
        world.fake.play().refusals.insert("Claim", refusal);
        let answer = world.post("/api/v1/conversations/c1/claim", &body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let told = answer.json();
        assert_eq!(told["reason"], reason);
        assert_eq!(told["status"], status);
        assert_eq!(told.get("field").and_then(Value::as_str), field, "{told}");
        assert!(told["type"].as_str().unwrap().starts_with("urn:earshot:problem:"), "{told}");
    }
}

#[tokio::test]
async fn a_defect_behind_the_door_is_not_shown() {
    let world = World::start().await;
    let secret = tonic::Status::internal("panicked at the text of a customer");
    world.fake.play().refusals.insert("ListBrands", secret);
    let answer = world.get("/api/v1/brands").await;
    assert_eq!((answer.status.as_u16(), answer.json()["reason"].clone()), (500, json!("INTERNAL")));
    assert!(!answer.text.contains("customer"), "{}", answer.text);
}

#[tokio::test]
async fn bad_input_names_its_field_and_is_never_repeated() {
    let world = World::start().await;
    let words = "Ms Tamm's words";
    for (path, body, field) in [
        ("/api/v1/conversations/c1/notes", json!({"write": {"requestId": 7}, "text": "x"}), "write.requestId"),
        ("/api/v1/conversations/c1/notes", json!({"text": [words]}), "text"),
        ("/api/v1/conversations/c1/notes", json!({"txt": words}), "txt"),
        ("/api/v1/conversations/c1/notes", json!({"write": {"conversationId": words}}), "write.conversationId"),
        ("/api/v1/conversations/c1/resolve", json!({"outcome": words}), "outcome"),
        ("/api/v1/conversations/c1/claim", json!({"write": words}), "write"),
        ("/api/v1/posts", json!({"post": {"postedAt": words}}), "post.postedAt"),
        ("/api/v1/posts", json!({"post": {}, "edit": {}}), "post"),
    ] {
        let answer = world.post(path, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        let told = answer.json();
        assert_eq!((&told["reason"], &told["field"]), (&json!("INVALID_ARGUMENT"), &json!(field)), "{told}");
        assert!(!answer.text.contains("Tamm"), "{}", answer.text);
    }
    for (path, field) in [
        ("/api/v1/conversations?status=open", "status[0]"),
        ("/api/v1/conversations?pageSize=many", "pageSize"),
        ("/api/v1/conversations?colour=red", "colour"),
        ("/api/v1/conversations/c1?at=yesterday", "at"),
        ("/api/v1/measures?groupBy=CENTURY", "groupBy[0]"),
        ("/api/v1/outbox?inDoubtOnly=yes", "inDoubtOnly"),
        ("/api/v1/events?after=now", "after"),
    ] {
        let answer = world.get(path).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (400, &json!(field)), "{path}");
    }
    assert_eq!(world.fake.asked("AddNote").len() + world.fake.asked("Ingest").len(), 0, "nothing wrong is passed on");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let world = World::start_with(&["body_max_bytes=1024"]).await;
    let path = "/api/v1/classify";
    let send = |body: Vec<u8>, kind: &'static str| {
        world.send(world.request("POST", path).header("content-type", kind).body(body))
    };
    let json = "application/json";
    for (body, kind, status, reason) in [
        (b"{\"text\": ".to_vec(), json, 400, "INVALID_ARGUMENT"),
        (b"{\"text\": \"\xff\xfe\"}".to_vec(), json, 400, "INVALID_ARGUMENT"),
        (Vec::new(), json, 400, "INVALID_ARGUMENT"),
        (b"[]".to_vec(), json, 400, "INVALID_ARGUMENT"),
        (vec![b'['; 1024], json, 400, "INVALID_ARGUMENT"),
        (vec![b' '; 1025], json, 413, "BODY_TOO_LARGE"),
        (b"{}".to_vec(), "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"text=x".to_vec(), "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let answer = send(body, kind).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (status, &serde_json::json!(reason)));
    }
    let with_charset = send(b"{\"text\": \"x\"}".to_vec(), "Application/JSON; charset=utf-8").await;
    assert_eq!(with_charset.status, StatusCode::OK);
    // Without a declared length the limit holds all the same.
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {json}\r\n");
    let chunk = format!("401\r\n{}\r\n", " ".repeat(1025));
    let answer = world.raw(format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn what_is_no_endpoint_is_a_problem_too() {
    let world = World::start().await;
    for (method, path, status, reason, allow) in [
        ("GET", "/api/v1/nothing", 404, "NO_SUCH_ENDPOINT", None),
        ("GET", "/api", 404, "NO_SUCH_ENDPOINT", None),
        ("GET", "/api/v1/conversations/", 404, "NO_SUCH_ENDPOINT", None),
        ("POST", "/earshot.desk.v1.DeskService/Fire", 404, "NO_SUCH_ENDPOINT", None),
        ("DELETE", "/api/v1/conversations/c1", 405, "METHOD_NOT_ALLOWED", Some("GET,HEAD")),
        ("GET", "/api/v1/conversations/c1/claim", 405, "METHOD_NOT_ALLOWED", Some("POST")),
        ("POST", "/", 405, "METHOD_NOT_ALLOWED", Some("GET, HEAD")),
    ] {
        let answer = world.send(world.request(method, path)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (status, &json!(reason)), "{method} {path}");
        assert_eq!(answer.headers.get("allow").map(|allow| allow.to_str().unwrap()), allow, "{method} {path}");
    }
    let options = world.send(world.request("OPTIONS", "/api/v1/brands")).await;
    assert_eq!((options.status.as_u16(), options.headers["allow"].to_str().unwrap()), (204, "GET,HEAD,POST"));
    assert!(!options.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "no other site may ask");
    let head = world.send(world.request("HEAD", "/api/v1/brands")).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn a_large_answer_is_compressed_for_those_who_ask() {
    let world = World::start().await;
    let head = "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let compressed = world.raw(format!("{head}accept-encoding: gzip\r\n\r\n").as_bytes()).await;
    assert!(compressed.contains("content-encoding: gzip"), "{compressed}");
    let plain = world.raw(format!("{head}\r\n").as_bytes()).await;
    assert!(!plain.contains("content-encoding"), "{plain}");
}

//! Posts and records that cannot be taken.

use crate::system::{Apart, Client, DANA, Up, post, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use service::webhook::{Secret, Secrets};
use tonic::Code;
use wire::pb::brand::{CheckSettingsRequest, PublishSettingsRequest};
use wire::pb::ingest::ingest_request::Item;
use wire::pb::ingest::{Author, IngestRequest, Post};

fn body(data: Value) -> Vec<u8> {
    json!({"type": "post.created", "data": data}).to_string().into_bytes()
}

/// Whatever was refused, a good post goes its way.
async fn a_good_post_is_routed(system: &Client, brand: &str) {
    let id = system.post(post(brand, "good", "polite", "Where is my parcel?")).await;
    system.routed(&id).await;
    assert_eq!(system.list(brand).await.len(), 1, "nothing of what was refused is there");
}

/// What is set aside, as `reason`, by whom it was.
async fn set_aside(system: &Client) -> Vec<Value> {
    let listed = system.tool(&["set-aside", "list", "--json"]).await;
    String::from_utf8(listed.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_signature_is_refused_without_saying_why() {
    let system = Up::start().await;
    let somebody_else = Secrets::new(Secret::generate());
    let refused = system.send_signed(&somebody_else, Timestamp::now(), body(post("b", "1", "a", "hi"))).await;
    assert_eq!((refused.status, &refused.body["reason"]), (401, &json!("SIGNATURE")), "{refused:?}");
    let unsigned = system.http.post(&system.at.webhook).body(body(post("b", "1", "a", "hi"))).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    a_good_post_is_routed(&system, "b").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_or_early_timestamp_is_refused() {
    let system = Up::start().await;
    let keys = system.secrets().clone();
    for minutes in [-6, 6] {
        let at = Timestamp::now() + SignedDuration::from_mins(minutes);
        let refused = system.send_signed(&keys, at, body(post("b", "1", "a", "hi"))).await;
        assert_eq!((refused.status, &refused.body["reason"]), (401, &json!("SIGNATURE")), "{refused:?}");
    }
    a_good_post_is_routed(&system, "b").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_and_a_text_of_one_mebibyte_are_refused() {
    let system = Up::start().await;
    let mebibyte = "a".repeat(1 << 20);
    let refused = system.send("post.created", post("b", "1", "a", &mebibyte)).await;
    assert_eq!((refused.status, &refused.body["reason"]), (413, &json!("BODY_TOO_LARGE")), "{refused:?}");
    assert!(refused.body["detail"].as_str().unwrap().contains("1048576 bytes"), "{refused:?}");

    // gRPC takes larger messages: there the text itself is named
    let author = Some(Author { id: "a".into(), ..Author::default() });
    let (brand, network, post_id) = ("b".to_owned(), "x".to_owned(), "1".to_owned());
    let item = Post { brand, network, post_id, author, text: mebibyte, ..Post::default() };
    let request = IngestRequest { item: Some(Item::Post(item)), source: String::new() };
    let refused = system.intake().ingest(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("text has 1048576 bytes, at most 131072 are taken"), "{refused}");

    // and the longest text that is taken goes the whole way
    let longest = "é".repeat(131_072 / 2);
    let id = system.post(post("long", "1", "a", &longest)).await;
    system.routed(&id).await;
    a_good_post_is_routed(&system, "b").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_kept_aside() {
    let system = Up::start().await;
    let deep = format!("{{\"type\":\"post.created\",\"data\":{}{}}}", "[".repeat(100), "]".repeat(100));
    let bodies: [(&str, Vec<u8>); 4] = [
        ("malformed JSON", br#"{"type":"post.created","data":{"text":"my card is 4111"#.to_vec()),
        ("not what the description says", br#"[1, 2, 3]"#.to_vec()),
        ("invalid UTF-8", b"{\"type\":\"post.created\",\"data\":{\"text\":\"\xff\xfe\"}}".to_vec()),
        ("nested too deep", deep.into_bytes()),
    ];
    for (at, (what, body)) in bodies.into_iter().enumerate() {
        let refused = system.send_bytes(body).await;
        assert_eq!((refused.status, &refused.body["reason"]), (400, &json!("MALFORMED_BODY")), "{what}: {refused:?}");
        assert!(!refused.body.to_string().contains("4111"), "the answer never repeats what a customer wrote");
        let kept = set_aside(&system).await;
        assert_eq!(kept.len(), at + 1, "{what} is kept: {kept:?}");
        assert!(kept.iter().all(|item| item["service"] == "ingest" && item["reason"] == "malformed"), "{kept:?}");
    }
    // It can be looked at, with its bytes.
    let id = set_aside(&system).await[0]["id"].as_str().unwrap().to_owned();
    let shown = String::from_utf8(system.tool(&["set-aside", "show", &id]).await.stdout).unwrap();
    assert!(shown.contains("bytes:"), "{shown}");
    a_good_post_is_routed(&system, "b").await;
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_without_an_id_is_refused_and_its_neighbours_are_taken() {
    let system = Up::start().await;
    let nameless = post("b", "", "a", "Who am I?");
    let refused = system.send("post.created", nameless.clone()).await;
    assert_eq!((refused.status, &refused.body["reason"]), (400, &json!("INVALID_ITEM")), "{refused:?}");
    let detail = refused.body["detail"].as_str().unwrap();
    assert_eq!(detail, "post_id is missing; give the network's own id, as a string");

    let mut nobody = post("b", "2", "", "Who am I?");
    let mut no_time = post("b", "3", "a", "When was it?");
    no_time["posted_at"] = json!("yesterday");
    nobody["author"].as_object_mut().unwrap().remove("id");
    let neighbours = json!([nameless, nobody, no_time, post("b", "4", "a", "I am fine"), {"brand": 7}]);
    let answer = system.send("post.created", neighbours).await;
    let body = &answer.body;
    assert_eq!((answer.status, &body["accepted"], &body["rejected"]), (200, &json!(1), &json!(4)), "{answer:?}");
    let fields: Vec<_> =
        body["items"].as_array().unwrap().iter().map(|item| item["refused"]["field"].clone()).collect();
    assert_eq!(fields, [json!("post_id"), json!("author.id"), json!("posted_at"), Value::Null, json!("data")]);
    // the loss ledger counts them all
    let sums = until("the ledger has them", async || {
        let rows = system.get_json("/api/v1/intake").await.body["rows"].as_array().cloned()?;
        let of = |name: &str| rows.iter().filter_map(|row| row[name].as_str()?.parse::<u64>().ok()).sum::<u64>();
        (of("seen") == 6).then(|| (of("accepted"), of("rejected")))
    })
    .await;
    assert_eq!(sums, (1, 5));
}

/// Has the classifier try again what it set aside of a subject; answers whether that is set aside anew.
async fn tried_again(system: &Client, subject: &str) -> bool {
    let path = "/api/v1/set-aside?service=classifier";
    let listed = async || system.get_json(path).await.body["items"].as_array().cloned().unwrap_or_default();
    let conversation = subject.rsplit('.').next().unwrap();
    let item = async || listed().await.into_iter().find(|item| item["conversationId"] == conversation);
    let before = item().await.unwrap();
    assert_eq!((&before["kind"], &before["brand"]), (&json!("conversation"), &json!("raw")), "{before}");
    assert!(before["reason"].as_str().unwrap().starts_with("undecodable: "), "{before}");

    let id = before["itemId"].as_str().unwrap();
    let shown = system.get_json(&format!("/api/v1/set-aside/{id}")).await;
    assert_eq!((shown.status, &shown.body["subject"]), (200, &json!(subject)), "{shown:?}");
    assert!(!shown.body.to_string().contains("no record"), "the answer never repeats what stands in it: {shown:?}");
    let of_routing = id.replace("classifier", "routing");
    let body = json!({"person": "dana"});
    let refused = system.post_json(&format!("/api/v1/set-aside/{of_routing}/retry"), body.clone()).await;
    assert_eq!((refused.status, &refused.body["reason"]), (409, &json!("NOT_TRIED_AGAIN")), "{refused:?}");

    let asked = system.post_json(&format!("/api/v1/set-aside/{id}/retry"), body).await;
    assert_eq!((asked.status, &asked.body["changed"]), (200, &json!(true)), "{asked:?}");
    until("the classifier has tried it again", async || {
        let now = item().await?;
        (now["setAsideAt"] != before["setAsideAt"] && now["retrying"].is_null()).then_some(true)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_does_not_decode_is_set_aside_and_the_flow_goes_on() {
    // given an open conversation
    let system = Up::start().await;
    system.publish("raw").await;
    let id = system.post(post("raw", "1", "a", "The door is locked")).await;
    system.routed(&id).await;
    let log = system.log().await;
    let subject = log.iter().find(|item| item.subject.ends_with(&id)).unwrap().subject.to_string();

    // when bytes that are no record stand in the log, one of them in the middle of that conversation
    let raw = async_nats::connect(&system.at.nats).await.unwrap();
    let stream = async_nats::jetstream::new(raw);
    let elsewhere = format!("earshot.3.raw.conversation.{}", "0".repeat(32));
    for subject in [subject.clone(), elsewhere.clone()] {
        stream.publish(subject, "\u{fffd} no record".into()).await.unwrap().await.unwrap();
    }

    // then who would have worked on them sets them aside
    let kept = until("each service has set them aside", async || {
        let kept = set_aside(&system).await;
        let by = |service: &str| kept.iter().filter(|item| item["service"] == service).count() == 2;
        ["classifier", "routing", "notifier"].into_iter().all(by).then_some(kept)
    })
    .await;
    assert!(kept.iter().all(|item| !item["reason"].as_str().unwrap().is_empty()), "{kept:?}");
    assert!(kept.iter().any(|item| item["subject"] == elsewhere.as_str()));

    // who looks sees them, without what is in them, and may have the classifier try again
    let tried = tried_again(&system, &elsewhere).await;
    assert!(tried, "it cannot be read the second time either, and stays");

    // and the conversation goes on around it: what comes in, what people do, what goes out
    assert_eq!(system.post(post("raw", "2", "a", "Hello?")).await, id);
    system.when(&id, "the next post is routed", |shown| shown.posts == 2).await;
    system.reply(&id, DANA, "We are coming.").await;
    system.sent(&id).await;
    system.resolve(&id, DANA).await;
    let row = system.measured("raw", "it is resolved", |row| row.resolved == 1).await;
    assert_eq!((row.posts, row.replies), (2, 1));
    let report = system.tool_json(&["replay", "--verify", "--json"]).await;
    assert_eq!((&report["undecodable"], &report["different"]), (&json!(2), &json!(0)), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_of_a_brand_are_named_with_file_line_key_and_cure() {
    let system = Apart::prepare(&[]).await;
    let wrong = [
        ("  care: {name: Care,", "  care: {nmae: Care,", "teams.care.nmae", "did you mean `name`?"),
        ("respond_within: 2s", "respond_within: [2]", "rules[1].respond_within", "10m"),
        ("team: crisis", "team: crysis", "rules[0].team", "there is no team `crysis`; did you mean `crisis`?"),
        ("post.text.contains(\"CRISIS\")", "post.txt == 1", "rules[0].when", "did you mean `text`?"),
    ];
    for (right, instead, key, cure) in wrong {
        let yaml = crate::system::settings("wrong").replacen(right, instead, 1);
        let line = 1 + yaml.lines().position(|line| line.contains(instead)).unwrap();
        let file = system.dir.path().join("wrong.yaml");
        std::fs::write(&file, yaml).unwrap();
        let checked = system.tool(&["brand", "check", file.to_str().unwrap()]).await;
        let said = String::from_utf8(checked.stdout).unwrap();
        assert_eq!(checked.status.code(), Some(1), "{key}: {said}");
        let found = said.lines().find(|found| found.contains(&format!("wrong.yaml:{line}:")) && found.contains(key));
        assert!(found.is_some_and(|found| found.contains(cure)), "{key} in line {line}, {cure}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_not_published_by_any_door() {
    let system = Up::start().await;
    let yaml = crate::system::settings("b").replacen("team: crisis", "team: crysis", 1);
    let (file, request_id) = ("b.yaml".to_owned(), "1".to_owned());
    let request = PublishSettingsRequest { yaml: yaml.clone(), file: file.clone(), request_id };
    let refused = system.brands().publish_settings(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("did you mean `crisis`?"), "{refused}");
    let json = json!({"yaml": yaml, "file": file, "requestId": "2"});
    let refused = system.post_json("/api/v1/brands", json).await;
    assert_eq!((refused.status, &refused.body["field"]), (400, &json!("yaml")), "{refused:?}");
    let problems = system.brands().check_settings(CheckSettingsRequest { yaml, file }).await.unwrap().into_inner();
    assert_eq!((problems.problems.len(), problems.problems[0].key.as_str()), (1, "rules[0].team"));
    assert!(problems.problems[0].line > 10 && !problems.problems[0].cure.is_empty());
    let brands = system.get_json("/api/v1/brands").await.body;
    assert_eq!(brands["brands"].as_array().map_or(0, Vec::len), 0, "{brands}");
}

//! What people say of a post, and what a newer model says of it, in a whole system.

use crate::system::{Client, DANA, MART, Up, facts, post, records, settings, until, write};
use conversation::Fact as Known;
use serde_json::{Value, json};
use std::path::Path;
use wire::pb::brand::PublishSettingsRequest;
use wire::pb::conversation::fact::Fact;
use wire::pb::conversation::{ConversationStatus, Priority};
use wire::pb::desk::CorrectClassificationRequest;

/// The settings of the tests, with rules that ask for what only a person can say here.
async fn publish(system: &Client, brand: &str) {
    system.publish(brand).await;
    let rules = "
topics:
  - {name: air.lounge, any_of: [lounge]}
rules:
  - {name: lounge, when: 'class.topic == \"air.lounge\"', team: crisis, priority: high}
  - {name: stranded, when: 'class.urgent && post.text.contains(\"stranded\")', team: crisis, priority: urgent}
";
    let plain = settings(brand);
    let (before, after) = plain.split_once("\nrules:").unwrap();
    let rest = after.split_once("\notherwise:").unwrap().1;
    let yaml = format!("{before}{rules}otherwise:{rest}");
    let request = PublishSettingsRequest { yaml, file: "rules.yaml".into(), request_id: "rules".into() };
    assert!(system.brands().publish_settings(request).await.unwrap().into_inner().changed);
}

fn post_key(shown: &wire::pb::conversation::GetConversationResponse) -> String {
    let found = facts(shown).into_iter().find_map(|fact| match fact {
        Fact::PostReceived(post) => Some(post.post_key),
        _ => None,
    });
    found.expect("a post")
}

async fn key_of(system: &Client, id: &str) -> String {
    post_key(&system.get(id).await.unwrap())
}

async fn correct(system: &Client, id: &str, head: &str, label: &str) -> Result<bool, tonic::Status> {
    let request = CorrectClassificationRequest {
        write: write(id, DANA),
        post_key: key_of(system, id).await,
        head: head.into(),
        label: label.into(),
    };
    Ok(system.desk().correct_classification(request).await?.into_inner().changed)
}

/// How often the log says that a conversation was routed.
async fn routes(system: &Client, id: &str) -> usize {
    facts(&system.get(id).await.unwrap()).iter().filter(|fact| matches!(fact, Fact::Routed(_))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_correction_asks_the_rules_again_and_is_counted_and_learned_from() {
    let system = Up::start().await;
    publish(&system, "right").await;

    // given a post that the rules leave with care, and one that is about a topic of the brand's own
    let id = system.post(post("right", "1", "a", "I am stranded at the gate")).await;
    let before = system.routed(&id).await;
    assert_eq!((before.team.as_str(), before.rule.as_str()), ("care", "otherwise"));
    let lounge = system.post(post("right", "2", "b", "The LOUNGE was closed")).await;
    assert_eq!(system.routed(&lounge).await.rule, "lounge");

    // when a person says, over JSON, that it is urgent, the rules are asked again, with the words of the post
    let path = format!("/api/v1/conversations/{id}/classification");
    let key = key_of(&system, &id).await;
    let body = json!({
        "write": {"person": DANA, "requestId": "c1"}, "postKey": key, "head": "urgency", "label": "urgent",
    });
    for changed in [true, false] {
        let answer = system.post_json(&path, body.clone()).await;
        let told = answer.body["changed"].as_bool().unwrap_or(false);
        assert_eq!((answer.status, told), (200, changed), "{answer:?}");
    }
    let after = system.when(&id, "it is routed anew", |shown| shown.rule == "stranded").await;
    assert_eq!((after.team.as_str(), after.priority()), ("crisis", Priority::Urgent));
    assert_eq!((routes(&system, &id).await, after.due_at), (2, before.due_at), "once, and the clock goes on");
    let why = system.tool(&["explain", &id]).await;
    let why = String::from_utf8(why.stdout).unwrap();
    for part in ["a person corrected its urgency from nothing to urgent", "done by dana", "asked again after a person"]
    {
        assert!(why.contains(part), "{part}: {why}");
    }

    // and what a person says of a topic goes before the brand's own phrases
    assert!(correct(&system, &lounge, "topic", "air.staff").await.unwrap());
    system.when(&lounge, "the phrase counts no more", |shown| shown.rule == "otherwise").await;

    // and nothing else can be said, each refusal naming what can
    for (head, label, part) in [
        ("urgency", "very", "urgent, normal"),
        ("mood", "grim", "language, sentiment, intent"),
        ("topic", "air.lunge", "air.lounge"),
    ] {
        let refused = correct(&system, &id, head, label).await.unwrap_err();
        assert!(refused.code() == tonic::Code::InvalidArgument && refused.message().contains(part), "{refused:?}");
    }
    let body = json!({"write": {"person": DANA, "requestId": "c2"}, "postKey": "00".repeat(16), "head": "intent", "label": "praise"});
    let refused = system.post_json(&path, body).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!("postKey")), "{refused:?}");

    // a resolved matter learns and stays as it is; one that somebody has claimed stays with him
    let closed = system.post(post("right", "3", "c", "stranded again")).await;
    system.routed(&closed).await;
    system.resolve(&closed, MART).await;
    assert!(correct(&system, &closed, "urgency", "urgent").await.unwrap());
    let claimed = system.post(post("right", "4", "d", "stranded once more")).await;
    system.routed(&claimed).await;
    system.claim(&claimed, MART).await;
    assert!(correct(&system, &claimed, "urgency", "urgent").await.unwrap());
    // What routing does about it would stand before what it does about a later post.
    let later = system.post(post("right", "5", "e", "where is my bag")).await;
    system.routed(&later).await;
    system.quiet().await;
    for id in [&closed, &claimed] {
        assert_eq!(
            (routes(&system, id).await, system.get(id).await.unwrap().conversation.unwrap().team.as_str()),
            (1, "care")
        );
    }
    assert_eq!(system.get(&closed).await.unwrap().conversation.unwrap().status(), ConversationStatus::Resolved);

    // then the measures count it, by head and model
    correct(&system, &later, "intent", "complaint").await.unwrap();
    let row = system.measured("right", "the corrections are counted", |row| row.corrected >= 1).await;
    assert_eq!(row.classified, 5);
    let rows = until("the gateway shows the corrections", async || {
        let told = system.get_json("/api/v1/corrections?brand=right&head=intent").await.body;
        told["rows"][0]["classified"].is_string().then_some(told)
    })
    .await;
    assert!(rows["rows"][0]["modelVersion"].as_str().is_some_and(|version| !version.is_empty()), "{rows}");
    let metrics = system.http.get(format!("{}/metrics", system.at.admin)).send().await.unwrap().text().await.unwrap();
    let counted = metrics.lines().find(|line| line.starts_with("earshot_classifier_corrections_total{"));
    assert!(counted.is_some_and(|line| line.contains("head=")), "{metrics}");

    // and the export has what people said, and only that
    let out = system.dir.path().join("corrections.jsonl");
    let report = system
        .tool_json(&["classifier", "corrections", "--brand", "right", "--json", "--out", out.to_str().unwrap()])
        .await;
    let rows = rows_of(&out);
    assert_eq!(report["rows"], rows.len());
    let stranded = rows.iter().find(|row| row["text"] == "I am stranded at the gate").unwrap();
    assert_eq!((&stranded["id"], &stranded["labels"]), (&json!(key), &json!({"urgency": "urgent"})));
    system.verify().await;
}

fn rows_of(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_of_a_merged_conversation_is_corrected_by_the_id_of_the_one_that_goes_on() {
    let system = Up::start().await;
    publish(&system, "both").await;
    let old = system.post(post("both", "1", "a", "The lift is broken")).await;
    system.routed(&old).await;
    let key = key_of(&system, &old).await;
    let new = system.post(post("both", "2", "b", "So it is here")).await;
    system.routed(&new).await;
    let merge = wire::pb::desk::MergeRequest {
        write: write(&old, DANA),
        into_conversation_id: new.clone(),
        reason: "the same lift".into(),
    };
    system.desk().merge(merge).await.unwrap();
    let request = CorrectClassificationRequest {
        write: write(&new, DANA),
        post_key: key,
        head: "topic".into(),
        label: "general.service".into(),
    };
    let done = system.desk().correct_classification(request).await.unwrap().into_inner();
    assert_eq!((done.changed, done.conversation.unwrap().conversation_id), (true, new.clone()));
    let log = system.log().await;
    let corrected =
        records(&log).find(|record| record.facts.iter().any(|fact| matches!(fact, Known::ClassificationCorrected(_))));
    assert_eq!(corrected.unwrap().subject.conversation().unwrap().to_string(), old, "where the post stands");
    system.verify().await;
}

//! What people say of a post, and what a newer model says of it, in a whole system.

use crate::system::{Client, DANA, MART, Up, facts, lasting, post, records, settings, until, write};
use conversation::Fact as Known;
use serde_json::{Value, json};
use std::collections::HashMap;
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
  - {name: stranded, when: 'class.urgent && post.text.contains(\"blue seats\")', team: crisis, priority: urgent}
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
    let id = system.post(post("right", "1", "a", "I like the blue seats")).await;
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
    for part in ["a person corrected its urgency from normal to urgent", "done by dana", "asked again after a person"] {
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
    let closed = system.post(post("right", "3", "c", "blue seats again")).await;
    system.routed(&closed).await;
    system.resolve(&closed, MART).await;
    assert!(correct(&system, &closed, "urgency", "urgent").await.unwrap());
    let claimed = system.post(post("right", "4", "d", "blue seats once more")).await;
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
    let stranded = rows.iter().find(|row| row["text"] == "I like the blue seats").unwrap();
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
    let merge = || wire::pb::desk::MergeRequest {
        write: write(&old, DANA),
        into_conversation_id: new.clone(),
        reason: "the same lift".into(),
    };
    let refused = system.desk().merge(merge()).await.unwrap_err();
    assert!(refused.message().contains("link their profiles"), "{refused}");
    link_customers_of(&system, &old, &new).await;
    system.desk().merge(merge()).await.unwrap();
    let request = CorrectClassificationRequest {
        write: write(&new, DANA),
        post_key: key,
        head: "topic".into(),
        label: "banking.loan".into(),
    };
    let done = system.desk().correct_classification(request).await.unwrap().into_inner();
    assert_eq!((done.changed, done.conversation.unwrap().conversation_id), (true, new.clone()));
    let log = system.log().await;
    let corrected =
        records(&log).find(|record| record.facts.iter().any(|fact| matches!(fact, Known::ClassificationCorrected(_))));
    assert_eq!(corrected.unwrap().subject.conversation().unwrap().to_string(), old, "where the post stands");
    system.verify().await;
}

/// Their two profiles prove to be one person.
async fn link_customers_of(system: &Up, one: &str, other: &str) {
    let mut customers = Vec::new();
    for id in [one, other] {
        let shown = system.get_json(&format!("/api/v1/conversations/{id}")).await.body;
        customers.push(shown["conversation"]["customerId"].as_str().unwrap().to_owned());
    }
    let body = json!({
        "write": {"person": DANA, "requestId": "linked"},
        "otherCustomerId": customers[1],
        "reason": "the same phone number",
    });
    let done = system.post_json(&format!("/api/v1/customers/{}/links", customers[0]), body).await;
    assert_eq!(done.status, 200, "{done:?}");
}

/// A model of its own: the shipped one learned from more.
async fn other_model(system: &Up) -> String {
    let data = system.dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let posts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/classifier/data/posts.jsonl");
    std::fs::copy(posts, data.join("posts.jsonl")).unwrap();
    let heads = json!({"language": {"weight": 1}, "sentiment": {"weight": 8}, "intent": {"weight": 8}});
    let set = json!({"file": "posts.jsonl", "licence": "own", "terms": "of the tests", "heads": heads});
    let manifest = data.join("manifest.json");
    std::fs::write(
        &manifest,
        json!({"models": {"shipped": {"licence": "open", "purpose": "of the tests"}}, "sets": [set]}).to_string(),
    )
    .unwrap();
    let (out, data) = (data.join("other.model"), data.display().to_string());
    let (out, manifest) = (out.display().to_string(), manifest.display().to_string());
    let args = ["classifier", "train", "--json", "--manifest", &manifest, "--data", &data, "--out", &out];
    assert_eq!(system.tool_json(&args).await["out"], out);
    out
}

/// The records of conversations that stand in the log after so many of them. Sources count what they took beside them.
async fn told(system: &Client, after: usize) -> Vec<conversation::Record> {
    let log = system.log().await;
    let told = records(&log).filter(|record| record.subject.conversation().is_some());
    told.skip(after).cloned().collect()
}

/// Everything that a reader of the desk sees, but for how far the log is.
async fn seen(system: &Client, brand: &str) -> Vec<wire::pb::conversation::ConversationSummary> {
    let mut shown: Vec<_> = system.list(brand).await.into_iter().map(lasting).collect();
    shown.iter_mut().for_each(|one| one.version = 0);
    shown.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_reads_everything_again_and_nothing_follows_from_it() {
    let system = Up::start().await;
    system.publish("again").await;

    // given open, claimed, corrected, answered and resolved matters, and a post that its customer took back
    let texts = [
        "Where is my bag?",
        "Worst service ever, never again",
        "Thank you, great crew!",
        "ok",
        "Please cancel my booking",
        "RT to win a free flight",
    ];
    let mut ids = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        ids.push(system.post(post("again", &format!("{at}"), &format!("customer-{at}"), text)).await);
    }
    for id in &ids {
        system.routed(id).await;
    }
    system.claim(&ids[0], MART).await;
    assert!(correct(&system, &ids[1], "urgency", "urgent").await.unwrap());
    system.reply(&ids[2], DANA, "You are welcome!").await;
    system.sent(&ids[2]).await;
    system.resolve(&ids[2], DANA).await;
    let gone = json!({
        "brand": "again", "network": "x", "post_id": "5", "author_id": "customer-5",
        "at": jiff::Timestamp::now().to_string(),
    });
    assert_eq!(system.send("post.deleted", gone).await.status, 200);
    system.quiet().await;
    let (before, end) = (seen(&system, "again").await, told(&system, 0).await.len());
    let figures = system.measured("again", "all are classified", |row| row.classified == 6).await;
    let replies = system.sandbox.stats().replies;

    // when another model is tried, nothing is written
    let model = other_model(&system).await;
    let run = async |more: &[&str]| {
        let args = [&["classifier", "reclassify", "--json", "--brand", "again", "--model", &model], more].concat();
        system.tool_json(&args).await
    };
    let tried = run(&["--dry-run"]).await;
    assert_eq!((&tried["posts"], &tried["written"], &tried["deleted"]), (&json!(5), &json!(5), &json!(1)), "{tried}");
    assert_eq!(told(&system, end).await, []);

    // when it reads a part, then everything, its answers stand beside the first ones, once
    let file = system.dir.path().join("report.json");
    let part = run(&["--only", "intent", "--report", file.to_str().unwrap()]).await;
    assert_eq!((&part["written"], &part["unsure"].as_object().unwrap().len()), (&json!(5), &1), "{part}");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept, part);
    let whole = run(&[]).await;
    assert_eq!((&whole["posts"], &whole["written"], &whole["already"]), (&json!(5), &json!(5), &json!(0)), "{whole}");
    let beside = told(&system, end).await;
    assert_eq!(beside.len(), 10);
    let other_facts =
        beside.iter().flat_map(|record| &record.facts).filter(|fact| !matches!(fact, Known::PostReclassified(_)));
    assert_eq!(other_facts.count(), 0, "no route, no clock, no reply");
    for again in [run(&[]).await, run(&["--only", "intent,language"]).await, run(&["--dry-run"]).await] {
        assert_eq!(
            (&again["posts"], &again["written"], &again["already"]),
            (&json!(5), &json!(0), &json!(5)),
            "{again}"
        );
    }
    assert_eq!(told(&system, end + 10).await, [], "a second run writes nothing");
    let changed: u64 = whole["changed"]["intent"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.values())
        .flat_map(|one| one.as_object().unwrap().values().map(|count| count.as_u64().unwrap()))
        .sum();
    assert!(changed <= 5 && kept["changed"]["intent"] == whole["changed"]["intent"], "{whole}");

    // then nothing follows from it: no route, no timer, no reply, no other state, no other figure
    let later = system.post(post("again", "late", "customer-late", "And now?")).await;
    system.routed(&later).await;
    system.quiet().await;
    let since = told(&system, end + 10).await;
    assert!(since.iter().all(|record| record.subject.conversation().is_some_and(|id| id.to_string() == later)));
    let mut after = seen(&system, "again").await;
    after.retain(|one| one.conversation_id != later);
    assert_eq!(after, before);
    assert_eq!(system.sandbox.stats().replies, replies);
    let row = system.measured("again", "the late one counts", |row| row.classified == 7).await;
    assert_eq!((row.corrected, row.resolved, row.praise), (figures.corrected, figures.resolved, figures.praise));
    let models = system.get_json("/api/v1/corrections?brand=again&head=intent").await.body;
    assert!(
        models["rows"].as_array().unwrap().iter().all(|row| row["modelVersion"] != whole["model_version"]),
        "{models}"
    );

    // and both are shown
    let why = String::from_utf8(system.tool(&["explain", &ids[1]]).await.stdout).unwrap();
    let shown = String::from_utf8(system.tool(&["conversation", "show", &ids[1]]).await.stdout).unwrap();
    let version = whole["model_version"].as_str().unwrap();
    for part in ["the classifier read it as", "another model read it as", "nothing follows from it", version] {
        assert!(why.contains(part), "{part}: {why}");
    }
    for part in ["urgency urgent (corrected)", "PostReclassified", &format!("model {version}, beside it")] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let wrong = system.tool(&["classifier", "reclassify", "--only", "mood"]).await;
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(wrong.status.code() == Some(2) && said.contains("language, sentiment, intent"), "{said}");
    system.verify().await;
}

/// How often each post was read again, so far.
async fn readings(system: &Client) -> HashMap<conversation::PostKey, usize> {
    let mut readings = HashMap::new();
    for record in told(system, 0).await {
        for fact in record.facts {
            if let Known::PostReclassified(fact) = fact {
                *readings.entry(fact.class.post).or_default() += 1;
            }
        }
    }
    readings
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_of_everything_that_is_killed_goes_on_where_it_was_and_writes_nothing_twice() {
    const POSTS: usize = 300;
    let system = Up::start().await;
    system.publish("killed").await;
    for at in 0..POSTS {
        let sent = post("killed", &at.to_string(), &format!("customer-{at}"), "Where is my bag?");
        assert_eq!(system.send("post.created", sent).await.status, 200);
    }
    system.measured("killed", "all are classified", |row| row.classified == POSTS as u64).await;
    let model = other_model(&system).await;
    let args = ["classifier", "reclassify", "--json", "--model", &model];

    // killed as soon as something is written
    let mut running = system.spawn_tool(&args);
    until("it has begun to write", async || (!readings(&system).await.is_empty()).then_some(())).await;
    running.kill().await.unwrap();
    let before = readings(&system).await;

    let report = system.tool_json(&args).await;
    let after = readings(&system).await;
    assert_eq!(report["posts"], POSTS, "{report}");
    assert_eq!(report["written"], POSTS - before.len(), "{report}");
    assert_eq!((after.len(), after.values().max()), (POSTS, Some(&1)));
    system.verify().await;
}

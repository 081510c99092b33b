//! A post's whole way through a real system in one process, over each of its doors, and what the tools tell of it after.

use crate::system::{DANA, MART, Up, answering, facts, lasting, post, until};
use jiff::Timestamp;
use serde_json::json;
use wire::pb::conversation::fact::Fact;
use wire::pb::conversation::{ConversationStatus, ListConversationsRequest, Priority, SlaState};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_routed_answered_once_resolved_and_measured() {
    // given a brand whose rules send a word to the crisis desk
    let system = Up::start().await;
    system.publish("flow").await;

    // when a signed post with that word comes in, it is classified and routed by the rule
    let id = system.post(post("flow", "1", "maarja", "CRISIS: my bag is lost and nobody answers")).await;
    let routed = system.routed(&id).await;
    assert_eq!((routed.team.as_str(), routed.rule.as_str()), ("crisis", "crisis"));
    assert_eq!((routed.priority(), routed.status()), (Priority::Urgent, ConversationStatus::Open));
    assert_eq!(routed.sla(), SlaState::Running, "an answer is due in ten minutes");
    assert!(!routed.intent.is_empty() && !routed.sentiment.is_empty() && !routed.language.is_empty());

    // then it is in the queue of that team, and in no other
    for (team, count) in [("crisis", 1), ("care", 0)] {
        let request = ListConversationsRequest { brand: "flow".into(), team: team.into(), ..Default::default() };
        let listed = system.conversations().list_conversations(request).await.unwrap().into_inner();
        assert_eq!(listed.total_size, count, "{team}");
    }

    // and a person claims it, answers it, and the network has the answer once
    system.claim(&id, MART).await;
    let reply = system.reply(&id, MART, "We have found it, Maarja.").await;
    let answered = system.sent(&id).await;
    assert_eq!((answered.assignee.as_str(), answered.answers), (MART, 1));
    assert_eq!((answered.status(), answered.sla()), (ConversationStatus::WaitingForCustomer, SlaState::Met));
    let posted = system.sandbox.replies();
    assert_eq!(posted.len(), 1);
    assert_eq!((&posted[0].reply_id, posted[0].in_reply_to.as_deref()), (&reply, Some("1")));
    let stats = system.sandbox.stats();
    assert_eq!((stats.received, stats.replies, stats.doubled), (1, 1, 0));
    let told = facts(&system.get(&id).await.unwrap());
    assert!(told.iter().any(|fact| matches!(fact, Fact::ReplySent(sent) if sent.reply_id == reply)));

    // and once it is resolved, the measures show a conversation that was answered in time and needed one touch
    system.resolve(&id, MART).await;
    let row = system.measured("flow", "it is resolved", |row| row.resolved == 1).await;
    assert_eq!((row.conversations, row.posts, row.replies, row.open, row.waiting), (1, 1, 1, 0, 0));
    assert_eq!((row.answered_within_10m, row.answered_within_1h), (Some(1.0), Some(1.0)));
    assert_eq!((row.posts_per_resolution, row.one_touch_resolution_share), (Some(1.0), Some(1.0)));
    assert_eq!(row.breached, 0);
    let report = system.verify().await;
    assert_eq!((system.posts_of("flow").await, &report["replies_sent"]), ((1, 0), &json!(1)), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_way_goes_over_json() {
    let system = Up::start().await;
    system.publish("json").await;
    let item = json!({"post": {
        "brand": "json", "network": "x", "postId": "1", "author": {"id": "ahmed"}, "text": "CRISIS: where is my order?",
        "postedAt": Timestamp::now().to_string(),
    }});

    // when a post is put in by JSON, its conversation is in the list, routed
    let taken = system.post_json("/api/v1/posts", item.clone()).await;
    assert_eq!((taken.status, &taken.body["verdict"]), (200, &json!("VERDICT_ACCEPTED")), "{taken:?}");
    let again = system.post_json("/api/v1/posts", item).await;
    assert_eq!(again.body["verdict"], "VERDICT_DUPLICATE");
    let id = taken.body["conversationId"].as_str().unwrap();
    let listed = until("the gateway lists it for its team", async || {
        let listed = system.get_json("/api/v1/conversations?brand=json&team=crisis").await.body;
        (listed["totalSize"] == 1).then_some(listed)
    })
    .await;
    assert_eq!(listed["conversations"][0]["conversationId"], id);
    assert_eq!(listed["conversations"][0]["priority"], "PRIORITY_URGENT");

    // and a person works on it by JSON, each intention said twice and done once
    let path = |deed: &str| format!("/api/v1/conversations/{id}/{deed}");
    let write = |request: &str| json!({"person": MART, "requestId": request});
    let deeds = [
        ("claim", json!({"write": write("c")})),
        ("replies", json!({"write": write("r"), "text": "It is on its way."})),
        ("notes", json!({"write": write("n"), "text": "The driver was ill."})),
    ];
    for (deed, body) in deeds {
        for changed in [true, false] {
            let answer = system.post_json(&path(deed), body.clone()).await;
            let told = answer.body["changed"].as_bool().unwrap_or(false);
            assert_eq!((answer.status, told), (200, changed), "{deed}: {answer:?}");
        }
    }
    system.sent(id).await;
    let theirs = json!({"write": {"person": DANA, "requestId": "d"}});
    let refused = system.post_json(&path("claim"), theirs).await;
    assert_eq!((refused.status, &refused.body["reason"]), (409, &json!("CLAIMED_BY_SOMEONE_ELSE")), "{refused:?}");
    let resolved = system.post_json(&path("resolve"), json!({"write": write("s"), "outcome": "OUTCOME_SOLVED"})).await;
    assert_eq!(resolved.body["conversation"]["status"], "CONVERSATION_STATUS_RESOLVED", "{resolved:?}");
    assert_eq!(system.sandbox.stats().replies, 1);

    // then conversation, explanation and measures tell it
    let shown = system.get_json(&format!("/api/v1/conversations/{id}")).await.body;
    assert_eq!(shown["conversation"]["answers"], 1);
    assert!(shown["timeline"].as_array().unwrap().len() >= 8, "{shown}");
    let why = system.get_json(&path("explanation")).await.body.to_string();
    assert!(why.contains("rule crisis gave it to crisis at urgent priority"), "{why}");
    let row = until("the gateway shows the measures", async || {
        let measures = system.get_json("/api/v1/measures?groupBy=BRAND&brand=json").await.body;
        (measures["rows"][0]["resolved"] == "1").then(|| measures["rows"][0].clone())
    })
    .await;
    assert_eq!((&row["answeredWithin10m"], &row["postsPerResolution"]), (&json!(1.0), &json!(1.0)), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_tell_why_and_how_it_was_before() {
    let system = Up::start().await;
    system.publish("tools").await;
    let id = system.post(post("tools", "1", "li", "The app is broken")).await;
    system.routed(&id).await;
    let before = system.get(&id).await.unwrap().timeline.last().unwrap().record.clone().unwrap().recorded_at.unwrap();
    let before = wire::instant(&before).unwrap().to_string();
    system.reply(&id, DANA, "Please update it.").await;
    system.sent(&id).await;

    // as of then there was no reply, whatever has happened since
    let then = system.tool(&["conversation", "show", &id, "--at", &before]).await;
    let then = String::from_utf8(then.stdout).unwrap();
    assert!(then.contains("posts       1, answers 0") && !then.contains("ReplySubmitted"), "{then}");
    let now = String::from_utf8(system.tool(&["conversation", "show", &id]).await.stdout).unwrap();
    assert!(now.contains("posts       1, answers 1") && now.contains("ReplySent"), "{now}");
    let over_http = system.get_json(&format!("/api/v1/conversations/{id}?at={before}")).await.body;
    assert_eq!(over_http["conversation"].get("answers"), None, "{over_http}");

    // the explanation names rule, team, settings and model
    let why = String::from_utf8(system.tool(&["explain", &id]).await.stdout).unwrap();
    for part in ["the classifier read it as", "rule otherwise gave it to care", "settings ", "model ", "rule crisis"] {
        assert!(why.contains(part), "{part}: {why}");
    }

    // and the log can be read to its end, by people and by programs
    let tailed = system.tool(&["tail", "--from", "1", "--until-end", "--json"]).await;
    let tailed = String::from_utf8(tailed.stdout).unwrap();
    assert!(tailed.lines().any(|line| line.contains("replySent")), "{tailed}");
    let aside = String::from_utf8(system.tool(&["set-aside", "list"]).await.stdout).unwrap();
    assert_eq!(aside.trim(), "nothing is set aside");
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_as_by_ctrl_c_it_goes_on_where_it_was() {
    // given a system that was stopped with an open conversation
    let mut system = Up::start().await;
    system.publish("again").await;
    let id = system.post(post("again", "1", "jaan", "It does not work")).await;
    let before = system.routed(&id).await;
    let status = system.stop().await;
    assert!(status.success(), "{status}");

    // when it starts again on what it left, everything is as it was
    system.start_again().await;
    let after = system.routed(&id).await;
    assert_eq!(lasting(after), lasting(before));

    // and goes on: a post seen before changes nothing, the next one joins, an answer goes out
    let seen = system.send("post.created", post("again", "1", "jaan", "It does not work")).await;
    assert_eq!(seen.body["duplicate"], 1, "{seen:?}");
    assert_eq!(system.post(answering("1", post("again", "2", "jaan", "Hello?"))).await, id);
    system.reply(&id, DANA, "We look into it.").await;
    system.sent(&id).await;
    assert_eq!(system.sandbox.stats().doubled, 0);
    system.verify().await;
    assert!(system.stop().await.success());
}

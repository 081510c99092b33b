//! Whose conversation a post is: threads in any order, the same post and the same customer at once, matters that come
//! back, edits and deletions before their post.

use crate::system::{Apart, DANA, Up, answering, facts, lasting, post, until, write};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wire::pb::conversation::fact::Fact;
use wire::pb::conversation::{ConversationStatus, ConversationSummary};
use wire::pb::desk::AddNoteRequest;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_joins_its_parent_and_a_second_post_joins_what_is_open() {
    let system = Up::start().await;
    let first = system.post(post("join", "1", "a", "My phone is dead")).await;
    assert_eq!(system.post(answering("1", post("join", "2", "a", "It was new"))).await, first);
    assert_eq!(
        system.post(post("join", "3", "a", "Is anybody there?")).await,
        first,
        "he has not begun another matter"
    );
    let other = system.post(post("join", "4", "b", "My phone is dead")).await;
    assert_ne!(other, first, "another customer has his own");
    let elsewhere = post("join", "5", "a", "My phone is dead");
    let elsewhere = system.post(Value::Object(on_network("bluesky", elsewhere))).await;
    assert_ne!(elsewhere, first, "somebody of this name on another network is somebody else");

    let shown = system.when(&first, "all are in", |shown| shown.posts == 3).await;
    assert_eq!(shown.status(), ConversationStatus::Open);
    assert_eq!(system.list("join").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_came_first_and_its_parent_are_one_conversation() {
    let system = Up::start().await;
    let child = system.post(answering("p", post("child", "c", "a", "and it is still broken"))).await;
    let parent = system.post(post("child", "p", "a", "The lift is broken")).await;
    assert_eq!(parent, child);
    // also when they come at the same instant
    let pairs = (0..20).map(|at| {
        let (parent, child) = (format!("p{at}"), format!("c{at}"));
        let author = format!("author-{at}");
        let first = post("child", &parent, &author, "The lift is broken");
        let second = answering(&parent, post("child", &child, &author, "and it is still broken"));
        futures::future::join(system.post(first), system.post(second))
    });
    for (parent, child) in join_all(pairs).await {
        assert_eq!(parent, child);
    }
    until("each pair is one conversation of two posts", async || {
        let listed = system.list("child").await;
        (listed.len() == 21 && listed.iter().all(|one| one.posts == 2)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_conversations_that_prove_to_be_one_are_merged_and_both_ids_work() {
    // given a resolved matter, and a later post that waits for a parent nobody has seen
    let system = Up::start().await;
    let old = system.post(post("merge", "r", "a", "The lift is broken")).await;
    system.routed(&old).await;
    system.resolve(&old, DANA).await;
    let new = system.post(answering("p", post("merge", "c", "a", "and the stairs are closed"))).await;
    assert_ne!(new, old, "what answers nothing known is a matter of its own once the old one is resolved");
    system.routed(&new).await;

    // when the parent comes and belongs to the old matter, both are one
    let parent = system.post(answering("r", post("merge", "p", "a", "It is broken again"))).await;
    assert_eq!(parent, old);
    let merged = system.when(&new, "it goes on in the old one", |shown| shown.conversation_id == old).await;
    assert_eq!(merged.conversation_id, old);
    let all = until("its history holds both", async || {
        let shown = system.get(&old).await?;
        let posts = facts(&shown).iter().filter(|fact| matches!(fact, Fact::PostReceived(_))).count();
        (posts == 3).then_some(shown)
    })
    .await;
    assert!(facts(&all).iter().any(|fact| matches!(fact, Fact::Merged(merged) if merged.into == old)));

    // and both ids keep working, for reading, for writing, and for what comes in
    let note = AddNoteRequest { write: write(&new, DANA), text: "by the id that was merged away".into() };
    let noted = system.desk().add_note(note).await.unwrap().into_inner();
    assert_eq!((noted.changed, noted.conversation.unwrap().conversation_id), (true, old.clone()));
    assert_eq!(system.post(answering("c", post("merge", "d", "a", "Still nothing"))).await, old);
    for id in [&old, &new] {
        let shown = system.tool(&["conversation", "show", id]).await;
        assert!(shown.status.success());
        assert_eq!(
            system.get_json(&format!("/api/v1/conversations/{id}")).await.body["conversation"]["conversationId"],
            old
        );
    }
    system.quiet().await;
    let row = system.measured("merge", "it counts once", |row| row.conversations == 1).await;
    assert_eq!(row.posts, 4);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_end_thanks_join_complaints_reopen_and_anything_else_is_new() {
    let system = Up::start().await;
    for customer in ["thankful", "angry", "busy"] {
        let id = system.post(post("after", customer, customer, "My order never came")).await;
        system.routed(&id).await;
        system.reply(&id, DANA, "It is on its way.").await;
        system.sent(&id).await;
        system.resolve(&id, DANA).await;
    }
    system.ingest_caught_up().await;
    let replies = system.sandbox.replies();
    let reply_to = |customer: &str| {
        let reply = replies.iter().find(|reply| reply.in_reply_to.as_deref() == Some(customer)).unwrap();
        (reply.id.clone(), reply.conversation.clone())
    };

    // thanks, in answer to the reply: it is his conversation, and it stays resolved
    let (reply, id) = reply_to("thankful");
    let thanks = answering(&reply, post("after", "t2", "thankful", "Thank you so much, you are wonderful!"));
    assert_eq!(system.post(thanks).await, id);
    let thanked = system.when(&id, "the thanks are routed", |shown| shown.posts == 2 && shown.intent == "praise").await;
    assert_eq!((thanked.status(), thanked.reopened), (ConversationStatus::Resolved, 0));

    // a complaint, in answer to the reply: the matter is back
    let (reply, id) = reply_to("angry");
    let complaint = "This is terrible, it is still not here and nobody helps me. Worst service ever!";
    assert_eq!(system.post(answering(&reply, post("after", "a2", "angry", complaint))).await, id);
    let back = system.when(&id, "it is reopened", |shown| shown.reopened == 1).await;
    assert_eq!(back.status(), ConversationStatus::Open);

    // a post that answers nothing: another matter
    let (_, id) = reply_to("busy");
    let new = system.post(post("after", "b2", "busy", "Do you have this in blue?")).await;
    assert_ne!(new, id);
    system.routed(&new).await;
    let old = system.get(&id).await.unwrap().conversation.unwrap();
    assert_eq!((old.posts, old.status()), (1, ConversationStatus::Resolved));
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bystander_gets_a_conversation_of_his_own_that_names_the_thread() {
    let system = Up::start().await;
    let thread = system.post(post("by", "1", "customer", "No hot water since Monday")).await;
    let own = system.post(answering("1", post("by", "2", "neighbour", "Same here! Please help me too"))).await;
    assert_ne!(own, thread);
    system.routed(&own).await;
    let told = facts(&system.get(&own).await.unwrap());
    let linked = told.iter().any(|fact| matches!(fact, Fact::PostReceived(post) if post.thread_of == thread));
    assert!(linked, "{told:?}");
    // what he writes on belongs to him, and what the customer writes to the customer
    assert_eq!(system.post(answering("2", post("by", "3", "neighbour", "It is cold"))).await, own);
    assert_eq!(system.post(answering("3", post("by", "4", "customer", "So sorry for you"))).await, thread);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_post_a_hundred_times_at_once_is_taken_once() {
    let system = Up::start().await;
    let one = post("same", "1", "a", "Where is my parcel?");
    let answers = join_all((0..100).map(|_| system.send("post.created", one.clone()))).await;
    let sum = |verdict: &str| answers.iter().map(|answer| answer.body[verdict].as_u64().unwrap_or(0)).sum::<u64>();
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!((sum("accepted"), sum("duplicate"), sum("rejected")), (1, 99, 0));
    // and once more in one body
    let body = system.send("post.created", json!(vec![one; 50])).await;
    assert_eq!(body.body["duplicate"], 50);

    system.quiet().await;
    let listed = system.list("same").await;
    assert_eq!((listed.len(), listed[0].posts), (1, 1));
    let row = system.measured("same", "it is measured", |row| row.posts > 0).await;
    assert_eq!((row.conversations, row.posts), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_at_two_doors_at_once_has_one_conversation() {
    // given two copies of ingest
    let mut system = Apart::prepare(&[]).await;
    system.start_nats().await;
    for (service, copy) in [("ingest", 0), ("ingest", 1), ("classifier", 0), ("routing", 0)] {
        system.begin(service, copy);
        system.ready(service, copy).await;
    }
    let other = system.through_ingest(1);

    // when each of forty customers writes two posts at the same instant, one at each door
    let meetings = (0..40).map(|at| {
        let author = format!("customer-{at}");
        let one = system.post(post("doors", &format!("{at}-a"), &author, "My line is down"));
        let two = other.post(post("doors", &format!("{at}-b"), &author, "Why does nobody answer?"));
        futures::future::join(one, two)
    });
    for (one, two) in join_all(meetings).await {
        assert_eq!(one, two, "both are in the same conversation");
    }

    // then there are forty conversations of two posts, and the same post at both doors is taken once
    until("each customer has one conversation of two posts", async || {
        let listed = system.list("doors").await;
        (listed.len() == 40 && listed.iter().all(|one| one.posts == 2 && !one.team.is_empty())).then_some(())
    })
    .await;
    let meetings = (0..40).map(|at| {
        let same = post("twice", &format!("{at}"), &format!("customer-{at}"), "My line is down");
        futures::future::join(system.send("post.created", same.clone()), other.send("post.created", same))
    });
    for (one, two) in join_all(meetings).await {
        let sum = |verdict: &str| one.body[verdict].as_u64().unwrap() + two.body[verdict].as_u64().unwrap();
        assert_eq!((sum("accepted"), sum("duplicate")), (1, 1));
    }
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn post_edit_and_deletion_end_the_same_in_every_order() {
    let system = Up::start().await;
    let now = Timestamp::now();
    let after = |seconds: i64| (now + SignedDuration::from_secs(seconds)).to_string();
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut ends = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let (id, author) = (format!("post-{at}"), format!("author-{at}"));
        let change = |text: &str, seconds: i64| {
            let at = after(seconds);
            json!({"brand": "orders", "network": "x", "post_id": id, "author_id": author, "text": text, "at": at})
        };
        let mut created = post("orders", &id, &author, "Your app lost my booking");
        created["posted_at"] = json!(after(-3));
        let items = [
            ("post.created", created),
            ("post.edited", change("Your app lost my booking, twice", -2)),
            ("post.deleted", change("", -1)),
        ];
        let mut conversations = Vec::new();
        for item in order {
            let (kind, data) = items[*item].clone();
            let taken = system.send(kind, data).await;
            assert_eq!(taken.body["accepted"], 1, "{order:?} {kind}: {taken:?}");
            conversations.push(taken.body["items"][0]["conversation_id"].as_str().unwrap().to_owned());
        }
        assert!(conversations.iter().all(|one| *one == conversations[0]), "{order:?} is one conversation");
        ends.push(conversations.remove(0));
    }
    system.quiet().await;
    let mut shown = Vec::new();
    for id in &ends {
        let end = system.when(id, "it is routed", |shown| !shown.team.is_empty()).await;
        // What is their own: names, times of this run, the length of their story, and what was raised while the first
        // words still stood.
        let general = ConversationSummary {
            flags: Vec::new(),
            escalated: false,
            priority: 0,
            conversation_id: String::new(),
            customer_id: String::new(),
            last_activity_at: None,
            version: 0,
            ..lasting(end)
        };
        shown.push(general);
    }
    for (order, end) in orders.iter().zip(&shown) {
        assert_eq!(end, &shown[0], "{order:?} ends as {:?}", orders[0]);
    }
    assert_eq!((shown[0].posts, shown[0].waiting_since), (1, None), "nobody waits for an answer to a deleted post");
    system.verify().await;
}

fn on_network(network: &str, mut data: Value) -> serde_json::Map<String, Value> {
    data["network"] = json!(network);
    data.as_object().unwrap().clone()
}

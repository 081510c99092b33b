//! Replies that wait for a person, over JSON as other systems ask: somebody has to agree, half an answer is to go on, a matter
//! goes on in private, a network takes no message any more.

use crate::system::{Client, DANA, MART, Up, asked_by, done, facts, post, settings, until};
use conversation::replied::MOVED_TO_PRIVATE;
use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault as Wrong, Faults};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::pb::brand::PublishSettingsRequest;
use wire::pb::conversation::fact::Fact;

async fn refused(system: &Client, path: &str, body: Value) -> Value {
    let answer = system.post_json(path, body).await;
    assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    answer.body
}

/// The settings of the tests, and these beside them.
async fn publish(system: &Client, brand: &str, more: &str) {
    let request = PublishSettingsRequest {
        yaml: format!("{}{more}", settings(brand)),
        file: format!("{brand}.yaml"),
        request_id: Uuid::now_v7().to_string(),
    };
    system.brands().publish_settings(request).await.unwrap();
    system.ingest_caught_up().await;
}

async fn fact_names(system: &Client, id: &str) -> Vec<&'static str> {
    let all = facts(&system.get(id).await.unwrap());
    let named = all.iter().filter_map(|fact| match fact {
        Fact::ReplyProposed(_) => Some("proposed"),
        Fact::ReplyApproved(_) => Some("approved"),
        Fact::ReplySentBack(_) => Some("sent back"),
        Fact::ReplySubmitted(_) => Some("submitted"),
        Fact::ReplyResumed(_) => Some("resumed"),
        Fact::ReplyGivenUp(_) => Some("given up"),
        Fact::ReplySent(_) => Some("sent"),
        // What else happens is not what these tests are about.
        _ => None,
    });
    named.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_persons_reply_leaves_when_somebody_who_may_agrees() {
    let system = Up::start().await;
    publish(&system, "agreed", "approval: {people: [dana]}\n").await;
    let id = system.post(post("agreed", "1", "zak", "Where is my engineer?")).await;
    system.routed(&id).await;
    let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");

    // a draft says so before, and what is sent waits, however often it is sent
    let told = done(&system, &path("draft"), json!({"person": DANA, "text": "He is on his way."})).await;
    assert_eq!(told["waitsFor"], json!(["person"]), "{told}");
    let request = json!({"write": asked_by(DANA), "text": "He is on his way."});
    let waits = done(&system, &path("replies"), request.clone()).await;
    let again = done(&system, &path("replies"), request).await;
    assert_eq!((&waits["changed"], &again["changed"]), (&json!(true), &Value::Null), "{again}");
    assert_eq!((&waits["waitsFor"], &again["waitsFor"]), (&json!(["person"]), &json!(["person"])));
    let proposal = waits["replyId"].as_str().unwrap().to_owned();
    let shown = &waits["conversation"]["proposals"];
    assert_eq!((&shown[0]["person"], &shown[0]["why"]), (&json!(DANA), &json!(["person"])), "{shown}");
    let listed = system.get_json("/api/v1/conversations?brand=agreed&waitsForApproval=true").await;
    assert_eq!(listed.body["conversations"][0]["conversationId"], json!(id), "{listed:?}");

    // nobody ends it, and who may not agree cannot
    let ends = json!({"write": asked_by(DANA), "outcome": "SOLVED"});
    assert_eq!(refused(&system, &path("resolve"), ends).await["reason"], "REPLY_WAITS_FOR_APPROVAL");
    let deed = |proposal: &str, what: &str| path(&format!("proposals/{proposal}/{what}"));
    let own = refused(&system, &deed(&proposal, "approve"), json!({"write": asked_by(DANA)})).await;
    assert_eq!(own["reason"], "MAY_NOT_APPROVE", "{own}");

    // it is sent back with a reason, once; then there is nothing to agree to
    refused(&system, &deed(&proposal, "send-back"), json!({"write": asked_by(MART), "reason": " "})).await;
    let back = json!({"write": asked_by(MART), "reason": "we do not know that"});
    let answer = done(&system, &deed(&proposal, "send-back"), back).await;
    assert_eq!(answer["conversation"]["proposals"], Value::Null, "{answer}");
    let late = refused(&system, &deed(&proposal, "approve"), json!({"write": asked_by(MART)})).await;
    assert_eq!(late["reason"], "UNKNOWN_PROPOSAL", "{late}");
    let news = until("she is told", async || {
        let answer = system.get_json(&format!("/api/v1/brands/agreed/people/{DANA}/news")).await;
        let news = answer.body["news"].as_array().cloned().unwrap_or_default();
        (!news.is_empty()).then_some(news)
    });
    assert_eq!(news.await[0]["news"], "NEWS_REPLY_SENT_BACK");

    // another one is agreed to, and leaves as what she wrote
    assert_eq!(system.sandbox.stats().received, 0);
    let better = json!({"write": asked_by(DANA), "text": "We are looking for him."});
    let waits = done(&system, &path("replies"), better).await;
    let proposal = waits["replyId"].as_str().unwrap().to_owned();
    done(&system, &deed(&proposal, "approve"), json!({"write": asked_by(MART)})).await;
    system.sent(&id).await;
    let posted = system.sandbox.replies();
    assert_eq!((posted.len(), posted[0].text.as_str()), (1, "We are looking for him."));
    // what he writes himself leaves at once
    done(&system, &path("replies"), json!({"write": asked_by(MART), "text": "He is there."})).await;
    system.when(&id, "both are sent", |shown| shown.answers == 2).await;
    let expected = ["proposed", "sent back", "proposed", "approved", "submitted", "sent", "submitted", "sent"];
    assert_eq!(fact_names(&system, &id).await, expected);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_goes_on_or_is_given_up_in_one_step() {
    let system = Up::start().await;
    system.publish("half").await;
    system.sandbox.set_faults(Faults::sequence([Wrong::Ok, Wrong::BadRequest])).unwrap();
    let id = system.post(post("half", "1", "andy", "Can I get the new hub please?")).await;
    system.routed(&id).await;
    let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");
    let sentence = "We have looked at the line and at the hub and at everything between them for you today. ";
    let long = || json!({"write": asked_by(DANA), "text": sentence.repeat(5)});
    done(&system, &path("replies"), long()).await;
    let shown = system.when(&id, "a part of it failed", |shown| shown.unfinished.is_some()).await;
    let open = shown.unfinished.unwrap();
    assert_eq!((open.part, open.parts, open.parts_sent, open.reason.as_str()), (2, 2, 1, "refused_400"));

    // a wish twice is one wish
    let resume = path(&format!("replies/{}/resume", open.reply_id));
    let request = json!({"write": asked_by(DANA)});
    done(&system, &resume, request.clone()).await;
    done(&system, &resume, request).await;
    let shown = system.when(&id, "it is whole", |shown| shown.answers == 1).await;
    assert_eq!(shown.unfinished, None);
    assert_eq!((system.sandbox.stats().distinct, system.sandbox.stats().doubled), (2, 0));

    // the next one is given up, which takes a reason
    system.sandbox.set_faults(Faults::sequence([Wrong::Ok, Wrong::BadRequest])).unwrap();
    done(&system, &path("replies"), long()).await;
    let shown = system.when(&id, "a part of it failed", |shown| shown.unfinished.is_some()).await;
    let give_up = path(&format!("replies/{}/give-up", shown.unfinished.unwrap().reply_id));
    refused(&system, &give_up, json!({"write": asked_by(DANA), "reason": ""})).await;
    let given_up = done(&system, &give_up, json!({"write": asked_by(DANA), "reason": "told him by phone"})).await;
    assert_eq!(given_up["conversation"]["unfinished"], Value::Null, "{given_up}");
    assert_eq!(system.sandbox.stats().distinct, 3);
    assert_eq!(fact_names(&system, &id).await.iter().filter(|name| **name == "resumed").count(), 1);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_goes_on_in_private_with_a_word_in_public_in_one_step() {
    let system = Up::start().await;
    system.publish("silent").await;
    publish(&system, "moved", "notices: {moved_to_private: {en: \"{customer} we wrote to you.\"}}\n").await;
    let mut ids = Vec::new();
    for brand in ["silent", "moved"] {
        let mut asked = post(brand, "1", "zak", "My account is locked, this is the third day!");
        asked["author"]["handle"] = json!("zak");
        let id = system.post(asked).await;
        system.routed(&id).await;
        ids.push(id);
    }
    let path = |id: &str| format!("/api/v1/conversations/{id}/replies");
    let moves = || json!({"write": asked_by(DANA), "text": "I am so sorry. What is your account number?", "moveToPrivate": true});

    // a brand without words of its own has to say something, and the guard reads that too
    let silent = refused(&system, &path(&ids[0]), moves()).await;
    assert!(silent.to_string().contains("public_note"), "{silent}");
    let mut tells = moves();
    tells["publicNote"] = json!("We wrote to you about account 8820 1145 9.");
    assert_eq!(refused(&system, &path(&ids[0]), tells).await["reason"], "DRAFT_STOPPED");
    let beside = json!({"write": asked_by(DANA), "text": "Sorry!", "publicNote": "We wrote to you."});
    refused(&system, &path(&ids[0]), beside).await;

    // the brand's own words follow the message
    let id = &ids[1];
    done(&system, &path(id), moves()).await;
    let shown = system.when(id, "both are there", |shown| shown.newest_reply == "sent").await;
    assert_eq!((shown.answers, shown.private), (1, true), "one conversation, one answer");
    let mut posted = system.sandbox.replies();
    posted.reverse();
    let told: Vec<(bool, &str)> = posted.iter().map(|reply| (reply.private, reply.text.as_str())).collect();
    assert_eq!(told, [(true, "I am so sorry. What is your account number?"), (false, "@zak we wrote to you.")]);
    let notice = facts(&system.get(id).await.unwrap()).into_iter().find_map(|fact| match fact {
        Fact::ReplySubmitted(fact) if !fact.private => Some(fact.notice),
        _ => None,
    });
    assert_eq!(notice.as_deref(), Some(MOVED_TO_PRIVATE));
    let mut answer = post("moved", "2", "zak", "12 34 56 78, thanks");
    answer["private"] = json!(true);
    assert_eq!(system.post(answer).await, *id, "it goes on where it was");
    system.verify().await;
}

/// A customer who asks in private is answered there, and what he wants otherwise holds from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_by_the_way_that_the_customer_chose() {
    let system = Up::start().await;
    publish(&system, "way", "notices: {callback_booked: {en: \"We call you at {time}.\"}}\n").await;
    let mut asked = post("way", "1", "zak", "My account is locked");
    asked["private"] = json!(true);
    let id = system.post(asked).await;
    let customer = system.routed(&id).await.customer_id;
    let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");
    let aloud = || json!({"write": asked_by(DANA), "text": "It is open again."});
    assert_eq!(refused(&system, &path("replies"), aloud()).await["reason"], "ASKED_IN_PRIVATE");

    // He asks in public, too: that is answered there, unless he wants it otherwise.
    system.post(post("way", "2", "zak", "Is anybody there?")).await;
    system.when(&id, "both are there", |shown| shown.posts == 2 && !shown.private).await;
    let draft = || json!({"person": DANA, "text": "It is open again."});
    let kinds = |told: &Value| {
        let all = told["findings"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["kind"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&done(&system, &path("draft"), draft()).await), Vec::<String>::new());
    let choose = |network: &str| json!({"write": asked_by(DANA), "network": network, "inPrivate": true});
    let way = format!("/api/v1/customers/{customer}/answer-way");
    let unknown = refused(&system, &way, choose("pigeon")).await;
    assert!(unknown.to_string().contains("use one of: "), "{unknown}");
    let chosen = done(&system, &way, choose("")).await;
    assert_eq!(chosen["customer"]["answerInPrivate"], json!(true), "{chosen}");
    assert_eq!(kinds(&done(&system, &path("draft"), draft()).await), ["other_way"]);

    let due_at = Timestamp::now() + SignedDuration::from_mins(30);
    done(&system, &path("claim"), json!({"write": asked_by(DANA)})).await;
    done(&system, &path("callbacks"), json!({"write": asked_by(DANA), "dueAt": due_at.to_string()})).await;
    let told = until("he is told", async || system.sandbox.replies().into_iter().next()).await;
    assert!(told.private && told.text.starts_with("We call you at"), "{told:?}");
    let shown = String::from_utf8(system.tool(&["customer", "show", &customer]).await.stdout).unwrap();
    assert!(shown.contains("answered    in private"), "{shown}");
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_shown_warned_of_and_never_written_past() {
    let system = Up::start().await;
    system.publish("windows").await;
    let asked = async |customer: &str, hours: i64| {
        let mut asked = post("windows", customer, customer, "Where is my bag?");
        let at = Timestamp::now() - SignedDuration::from_hours(hours);
        (asked["network"], asked["private"], asked["posted_at"]) =
            (json!("instagram"), json!(true), json!(at.to_string()));
        let id = system.post(asked).await;
        system.routed(&id).await;
        (id, at)
    };
    let (soon, at) = asked("soon", 23).await;
    let shown =
        system.when(&soon, "somebody is warned", |shown| shown.window.is_some_and(|window| window.warned)).await;
    let window = shown.window.unwrap();
    let hours = |time: Option<_>| wire::instant(&time.unwrap()).unwrap().duration_since(at).as_hours();
    assert_eq!((hours(window.closes_at), hours(window.person_until)), (24, 7 * 24));

    let (closed, _) = asked("closed", 8 * 24).await;
    let path = format!("/api/v1/conversations/{closed}/replies");
    let late = refused(&system, &path, json!({"write": asked_by(DANA), "text": "Here it is", "private": true})).await;
    assert_eq!(late["reason"], "WINDOW_CLOSED", "{late}");
    assert!(late.to_string().contains("answer in public"), "it says the way out: {late}");
    assert_eq!(system.sandbox.stats().received, 0);
    system.verify().await;
}

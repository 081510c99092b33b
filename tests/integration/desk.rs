//! What people do at the desk beyond answering, over JSON as other systems do it: the reply guard, callbacks, two tiers, the
//! whole customer, and posts that filters kept out.

use crate::system::{DANA, MART, Up, asked_by, done, facts, post, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wire::pb::conversation::WatchConversationsRequest;
use wire::pb::conversation::fact::Fact;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_stops_is_not_sent_and_can_be_sent_in_private_or_by_who_answers_for_it() {
    let system = Up::start().await;
    system.publish("guarded").await;
    let id = system.post(post("guarded", "1", "zak", "Your engineer never turned up, third day off work")).await;
    system.routed(&id).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    let asks = "I am so sorry. Please post your account number here.";

    // a draft can be asked about, and nothing is written
    let told = done(&system, &format!("/api/v1/conversations/{id}/draft"), json!({"person": DANA, "text": asks})).await;
    assert_eq!(told["findings"][0]["kind"], "asks_personal_data_in_public", "{told}");
    assert_eq!((&told["findings"][0]["stops"], &told["parts"][0]), (&json!(true), &json!(asks)), "{told}");

    // sent in public it is stopped, however often, and nothing goes out
    let request = json!({"write": asked_by(DANA), "text": asks});
    for _ in 0..2 {
        let refused = system.post_json(&path, request.clone()).await;
        assert_eq!((refused.status, &refused.body["reason"]), (409, &json!("DRAFT_STOPPED")), "{refused:?}");
    }
    // only who answers for it may override the guard
    let over =
        |person: &str| json!({"write": asked_by(person), "text": asks, "overrideReason": "the customer asked for it"});
    let refused = system.post_json(&path, over(DANA)).await;
    assert_eq!(refused.body["reason"], "MAY_NOT_OVERRIDE", "{refused:?}");
    let sent = done(&system, &path, over(MART)).await;
    assert_eq!(sent["findings"][0]["stops"], true, "{sent}");

    // in private nothing is wrong with it; what he tells there is known again in public
    done(&system, &path, json!({"write": asked_by(DANA), "text": asks, "private": true})).await;
    system.when(&id, "both are sent", |shown| shown.answers == 2).await;
    let mut told = post("guarded", "2", "zak", "account 8820 1145 9, phone 07700 900123");
    told["private"] = json!(true);
    assert_eq!(system.post(told).await, id);
    system.when(&id, "his message is routed", |shown| shown.posts == 2 && shown.private).await;
    let shows = json!({"write": asked_by(DANA), "text": "Thanks Zak, found 88201145-9, engineer booked."});
    let refused = system.post_json(&path, shows).await;
    assert_eq!(refused.body["reason"], "DRAFT_STOPPED", "{refused:?}");

    let shown = system.get(&id).await.unwrap();
    let stopped: Vec<_> = facts(&shown)
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::DraftStopped(fact) => Some(fact.stops.join(",")),
            _ => None,
        })
        .collect();
    assert_eq!(stopped, ["asks_personal_data_in_public", "personal_data_in_public"]);
    assert_eq!(system.sandbox.stats().replies, 2);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_an_answer_is_told_to_those_who_watch_and_written_down_nowhere() {
    let system = Up::start().await;
    system.publish("typing").await;
    let id = system.post(post("typing", "1", "zak", "Is anybody there?")).await;
    system.routed(&id).await;
    let position = system.get(&id).await.unwrap().conversation.unwrap().version;
    let request = |brand: &str| WatchConversationsRequest { start_after_sequence: position, brand: brand.to_owned() };
    let mut client = system.conversations();
    let mut watch = client.watch_conversations(request("typing")).await.unwrap().into_inner();
    let draft = json!({"person": DANA, "text": "Yes, I am looking into it"});
    done(&system, &format!("/api/v1/conversations/{id}/draft"), draft).await;
    let told = loop {
        let change = watch.message().await.unwrap().expect("the watch goes on");
        if let Some(writing) = change.writing {
            assert_eq!((change.sequence, change.conversation), (0, None), "it is no change");
            break writing;
        }
    };
    assert_eq!((told.conversation_id, told.person), (id.clone(), DANA.to_owned()));
    // The timeline knows nothing of it, and the note that comes after it is the next thing that the log tells.
    let note = json!({"write": asked_by(DANA), "text": "asked the depot"});
    done(&system, &format!("/api/v1/conversations/{id}/notes"), note).await;
    let shown = system.get(&id).await.unwrap();
    assert!(facts(&shown).iter().all(|fact| !matches!(fact, Fact::ReplySubmitted(_) | Fact::DraftStopped(_))));
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_reply_goes_out_in_parts_that_follow_each_other() {
    let system = Up::start().await;
    system.publish("long").await;
    let id = system.post(post("long", "1", "andy", "Can I get the new hub please?")).await;
    system.routed(&id).await;
    let sentence = "We have looked at the line and at the hub and at everything between them for you today. ";
    let body = json!({"write": asked_by(DANA), "text": sentence.repeat(5)});
    done(&system, &format!("/api/v1/conversations/{id}/replies"), body).await;
    let sent = system.when(&id, "all parts are sent", |shown| shown.answers == 1).await;
    assert_eq!(sent.answers, 1, "three parts are one answer");
    let told = facts(&system.get(&id).await.unwrap());
    let parts: Vec<(u32, u32)> = told
        .iter()
        .filter_map(|fact| match fact {
            Fact::ReplySubmitted(fact) => Some((fact.part, fact.parts)),
            _ => None,
        })
        .collect();
    assert_eq!(parts, [(1, 2), (2, 2)]);
    assert_eq!((system.sandbox.stats().replies, system.sandbox.stats().doubled), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tiers_work_on_one_conversation_and_a_promised_call_comes_due() {
    let system = Up::start().await;
    system.publish("tiers").await;
    let id = system.post(post("tiers", "1", "liis", "The heating is off again")).await;
    system.routed(&id).await;
    let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");

    // two claim at once: one gets it, the other is told who has it
    done(&system, &path("claim"), json!({"write": asked_by(DANA)})).await;
    let refused = system.post_json(&path("claim"), json!({"write": asked_by(MART)})).await;
    assert_eq!(refused.body["reason"], "CLAIMED_BY_SOMEONE_ELSE", "{refused:?}");

    // raised to the crisis desk the first line keeps it, and the other tier has a seat of its own
    done(&system, &path("escalate"), json!({"write": asked_by(DANA), "reason": "third time"})).await;
    let shown = done(&system, &path("claim"), json!({"write": asked_by(MART)})).await;
    let shown = &shown["conversation"];
    assert_eq!((&shown["assignee"], &shown["second"]), (&json!(DANA), &json!(MART)), "{shown}");
    assert_eq!(shown["escalationTeam"], "crisis");
    let down = done(&system, &path("deescalate"), json!({"write": asked_by(MART), "reason": "solved"})).await;
    assert_eq!((&down["conversation"]["assignee"], &down["conversation"]["second"]), (&json!(DANA), &Value::Null));

    // a call is booked ahead, comes due by itself, and is done
    let past = json!({"write": asked_by(DANA), "dueAt": "2020-01-01T00:00:00Z"});
    assert_eq!(system.post_json(&path("callbacks"), past).await.body["reason"], "CALLBACK_IN_THE_PAST");
    let due_at = (Timestamp::now() + SignedDuration::from_secs(2)).to_string();
    let zone = "Europe/Tallinn";
    let body = json!({"write": asked_by(DANA), "dueAt": due_at, "timezone": zone, "caller": DANA});
    let booked = done(&system, &path("callbacks"), body).await;
    let callback = booked["callbackId"].as_str().unwrap().to_owned();
    system.when(&id, "the call is due", |shown| shown.callbacks.iter().any(|call| call.status == 2)).await;
    done(&system, &path(&format!("callbacks/{callback}/done")), json!({"write": asked_by(DANA)})).await;
    let shown = system.when(&id, "the call is done", |shown| shown.callbacks.iter().any(|call| call.status == 3)).await;
    assert_eq!(shown.callbacks[0].timezone, zone);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_claim_at_the_same_instant_one_gets_it_and_the_other_learns_who() {
    let system = Up::start().await;
    system.publish("race").await;
    for round in 0..12 {
        let id = system.post(post("race", &round.to_string(), &format!("customer-{round}"), "Where is my bag?")).await;
        system.routed(&id).await;
        let path = format!("/api/v1/conversations/{id}/claim");
        let (first, second) = (json!({"write": asked_by(DANA)}), json!({"write": asked_by(MART)}));
        let (dana, mart) =
            tokio::join!(system.post_json(&path, first.clone()), system.post_json(&path, second.clone()));
        let (winner, refused) = if dana.status == 200 { (DANA, mart) } else { (MART, dana) };
        assert_eq!((refused.status, &refused.body["reason"]), (409, &json!("CLAIMED_BY_SOMEONE_ELSE")), "{refused:?}");
        assert!(refused.body.to_string().contains(winner), "{refused:?}");
        let shown = system.when(&id, "somebody has it", |shown| !shown.assignee.is_empty()).await;
        assert_eq!(shown.assignee, winner, "round {round}");
        // whoever has it may ask again, and nothing changes
        let again = if winner == DANA { first } else { second };
        assert_ne!(done(&system, &path, again).await["changed"], true);
    }
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_customer_is_seen_and_profiles_are_linked() {
    let system = Up::start().await;
    system.publish("whole").await;
    let id = system.post(post("whole", "1", "mari", "Where is my parcel?")).await;
    let other = system.post(post("whole", "2", "mari-at-work", "Where is my parcel, again?")).await;
    let customer = system.routed(&id).await.customer_id;
    let second = system.routed(&other).await.customer_id;
    let path = |what: &str| format!("/api/v1/customers/{customer}{what}");

    done(&system, &path("/profile"), json!({"write": asked_by(DANA), "tier": "gold", "region": "tartu"})).await;
    let wrong = system.post_json(&path("/profile"), json!({"write": asked_by(DANA), "timezone": "Tartu"})).await;
    assert_eq!((wrong.status, &wrong.body["reason"]), (400, &json!("INVALID_ARGUMENT")), "{wrong:?}");
    let what = json!({"write": asked_by(DANA), "conversationId": id, "what": "free delivery, once"});
    let granted = asked_by(DANA);
    for _ in 0..2 {
        let again = json!({"write": granted, "conversationId": id, "what": what["what"]});
        done(&system, &path("/exceptions"), again).await;
    }
    let promised = json!({"write": asked_by(DANA), "conversationId": id, "what": "it comes on Friday"});
    let promise = done(&system, &path("/promises"), promised).await["promiseId"].as_str().unwrap().to_owned();
    done(&system, &path(&format!("/promises/{promise}/kept")), json!({"write": asked_by(DANA)})).await;
    let link = json!({"write": asked_by(DANA), "otherCustomerId": second, "reason": "she said so"});
    done(&system, &path("/links"), link).await;

    let shown = system.get_json(&path("")).await.body;
    assert_eq!(
        (&shown["customer"]["tier"], &shown["customer"]["region"]),
        (&json!("gold"), &json!("tartu")),
        "{shown}"
    );
    assert_eq!(shown["conversations"].as_array().unwrap().len(), 2, "those of both profiles");
    assert_eq!((shown["exceptions"].as_array().unwrap().len(), &shown["promises"][0]["kept"]), (1, &json!(true)));
    let from_other_side = system.get_json(&format!("/api/v1/customers/{second}")).await.body;
    assert_eq!(from_other_side["conversations"].as_array().unwrap().len(), 2, "{from_other_side}");
    let told = String::from_utf8(system.tool(&["customer", "show", &customer]).await.stdout).unwrap();
    for said in ["gold", "tartu", "2 conversations", "free delivery, once", "(kept)", &second] {
        assert!(told.contains(said), "{said}: {told}");
    }
    let face = system.get_json(&path("/team")).await.body;
    assert_eq!((&face["name"], face["people"].as_array().unwrap().len()), (&json!("Care"), 2), "{face}");
    let unlink = json!({"write": asked_by(DANA), "otherCustomerId": second, "reason": "two sisters"});
    done(&system, &path("/unlink"), unlink).await;
    assert_eq!(system.get_json(&path("")).await.body["conversations"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_filter_kept_out_is_found_and_comes_back_once() {
    let system = Up::start().await;
    system.publish("kept").await;
    let sent = system.send("post.created", post("kept", "1", "tom", "win it! #giveaway")).await;
    assert_eq!(sent.body["filtered"], 1, "{sent:?}");
    system.post(post("kept", "2", "lea", "My order never came")).await;

    let listed = system.get_json("/api/v1/brands/kept/filtered?search=WIN").await.body;
    let found = &listed["posts"][0];
    assert_eq!(
        (&found["rule"], &found["keptAs"], found["broughtBack"] == true),
        (&json!("contest"), &json!("filtered"), false)
    );
    assert!(system.get_json("/api/v1/brands/kept/filtered?search=nothing").await.body["posts"][0].is_null());

    // a new rule is tried on what is stored before it is tried on customers
    let yaml = "earshot: brand/v1\nbrand: kept\nname: Kept\ntimezone: UTC\nteams: {care: {name: Care, hours: '24/7'}}\n\
                filters: [{name: orders, any_of: [order]}]\notherwise: {team: care}\n";
    let preview = done(&system, "/api/v1/brands/kept/filters/preview", json!({"yaml": yaml})).await;
    let filter = &preview["filters"][0];
    assert_eq!(
        (&preview["tried"], &filter["caught"], &filter["inCareToday"]),
        (&json!(2), &json!(1), &json!(1)),
        "{preview}"
    );
    assert_eq!(preview["letThrough"], 1, "the contest would come through");

    let path = format!("/api/v1/brands/kept/filtered/{}/bring-back", found["postKey"].as_str().unwrap());
    let no_reason = json!({"person": DANA, "requestId": "r0"});
    assert_eq!(system.post_json(&path, no_reason).await.status, 400);
    let body = json!({"person": DANA, "reason": "a real customer", "requestId": "r1"});
    let back = done(&system, &path, body.clone()).await;
    let id = back["conversationId"].as_str().unwrap();
    assert_eq!(back["changed"], true, "{back}");
    system.routed(id).await;
    assert_ne!(done(&system, &path, body).await["changed"], true, "once");
    until("it is marked", async || {
        let listed = system.get_json("/api/v1/brands/kept/filtered").await.body;
        (listed["posts"][0]["broughtBack"] == true).then_some(())
    })
    .await;
    let row = system.tool_json(&["filtered", "list", "kept", "--as", "filtered", "--search", "win", "--json"]).await;
    assert_eq!((&row["rule"], &row["broughtBack"]), (&json!("contest"), &json!(true)), "{row}");
    let key = row["postKey"].as_str().unwrap();
    let again = ["filtered", "bring-back", "kept", key, "--person", DANA, "--reason", "he asked"];
    let said = String::from_utf8(system.tool(&again).await.stdout).unwrap();
    assert!(said.contains("was back already") && said.contains(id), "{said}");
    let file = system.dir.path().join("kept.yaml");
    std::fs::write(&file, yaml).unwrap();
    let file = file.to_str().unwrap();
    let said = String::from_utf8(system.tool(&["filtered", "preview", file]).await.stdout).unwrap();
    assert!(said.contains("2 stored posts tried") && said.contains("orders (as filtered): would catch 1"), "{said}");
    let unknown = system.tool(&["filtered", "bring-back", "kept", "nonsense", "--person", DANA, "--reason", "x"]).await;
    assert!(!unknown.status.success(), "{unknown:?}");
    assert_eq!(system.send("post.created", post("kept", "1", "tom", "win it! #giveaway")).await.body["duplicate"], 1);
    system.verify().await;
}

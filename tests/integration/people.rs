//! What goes out without anybody writing it, on the whole system: words to customers, news for the brand's people, and posts at the
//! ends of shifts; once, also when everything stops in between.

use crate::system::{Client, DANA, MART, Up, asked_by, done, post, until};
use jiff::{SignedDuration, Timestamp};
use sandbox::Reply;
use serde_json::json;
use uuid::Uuid;

const NOTICES: &str = r#"
notices:
  received: {en: "{brand} has your message."}
  callback_booked: {en: "We call you at {time} ({zone})."}
  callback_reminder: {en: "We call you soon, at {time}."}
  callback_missed: {en: "Sorry that nobody called."}
  remind_before: 1m
"#;

/// The replies at the network, once there are so many.
async fn at_the_network(system: &Up, count: usize) -> Vec<Reply> {
    let what = format!("{count} replies at the network");
    until(&what, async || Some(system.sandbox.replies()).filter(|replies| replies.len() >= count)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_told_once_what_they_would_ask() {
    let mut system = Up::start().await;
    system.publish_yaml("telling", crate::system::settings("telling") + NOTICES).await;
    let mut private = post("telling", "1", "liis", "The heating is off");
    private["private"] = json!(true);
    let id = system.post(private).await;
    system.routed(&id).await;
    let told = at_the_network(&system, 1).await;
    assert_eq!((told[0].text.as_str(), told[0].private), ("A brand of the tests has your message.", true));

    let due_at = Timestamp::now() + SignedDuration::from_mins(30);
    let path = format!("/api/v1/conversations/{id}/callbacks");
    done(&system, &format!("/api/v1/conversations/{id}/claim"), json!({"write": asked_by(DANA)})).await;
    let zone = "Asia/Dhaka";
    done(&system, &path, json!({"write": asked_by(DANA), "dueAt": due_at.to_string(), "timezone": zone})).await;
    let told = at_the_network(&system, 2).await;
    let wall = due_at.in_tz(zone).unwrap().strftime("%Y-%m-%d %H:%M");
    assert!(told.iter().any(|told| told.text == format!("We call you at {wall} ({zone}).")), "{told:?}");

    // Soon, so that the reminder's time has come: the confirmation is reminder enough. Stopped and started, nothing is said again.
    let soon = Timestamp::now() + SignedDuration::from_secs(10);
    let booked = done(&system, &path, json!({"write": asked_by(DANA), "dueAt": soon.to_string()})).await;
    let told = at_the_network(&system, 3).await;
    assert!(
        told.iter().any(|told| told.text.ends_with("(UTC).")),
        "the brand's zone, since his is not known: {told:?}"
    );
    system.stop().await;
    system.start_again().await;
    let call = booked["callbackId"].as_str().unwrap();
    system.when(&id, "the second call is due", |shown| shown.callbacks.iter().any(|call| call.status == 2)).await;
    let finish = format!("{path}/{call}/done");
    done(&system, &finish, json!({"write": asked_by(DANA)})).await;
    system.quiet().await;
    assert_eq!((system.sandbox.stats().replies, system.sandbox.stats().doubled), (3, 0));
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_what_happens_to_their_work_as_they_chose() {
    let mut system = Up::start().await;
    system.publish("news").await;
    let id = system.post(post("news", "1", "liis", "The heating is off again")).await;
    system.routed(&id).await;
    let of = |person: &str| format!("/api/v1/brands/news/people/{person}/news");
    let kinds = async |system: &Client, person: &str, count: usize| {
        until("the news are there", async || {
            let answer = system.get_json(&of(person)).await;
            let news = answer.body["news"].as_array().cloned().unwrap_or_default();
            let kinds: Vec<_> = news.iter().map(|news| news["news"].as_str().unwrap().to_owned()).collect();
            (kinds.len() >= count).then_some(kinds)
        })
        .await
    };

    done(&system, &format!("/api/v1/conversations/{id}/claim"), json!({"write": asked_by(DANA)})).await;
    let hand_off = json!({"write": asked_by(DANA), "toTeam": "care", "toPerson": MART, "reason": "knows the house"});
    done(&system, &format!("/api/v1/conversations/{id}/hand-off"), hand_off).await;
    assert_eq!(kinds(&system, MART, 1).await, ["NEWS_ASSIGNED"]);
    system.post(post("news", "2", "liis", "Hello?")).await;
    assert_eq!(kinds(&system, MART, 2).await, ["NEWS_REPLY_TO_ME", "NEWS_ASSIGNED"]);
    let answer = system.get_json(&of(DANA)).await;
    assert_eq!(answer.body["news"].as_array().map_or(0, Vec::len), 0, "she did it herself: {answer:?}");

    // Mart wants nothing more but surges; what is chosen holds after a restart, and nothing is told again.
    let choice = json!({"ways": [{"way": "console", "news": ["NEWS_SURGE"]}]});
    let chosen = json!({"requestId": Uuid::now_v7().to_string(), "choice": choice});
    let path = format!("/api/v1/brands/news/people/{MART}/news-choice");
    assert_eq!(done(&system, &path, chosen).await["changed"], true);
    let pigeon = json!({"requestId": "r", "choice": {"ways": [{"way": "pigeon", "news": ["NEWS_SURGE"]}]}});
    assert_eq!(system.post_json(&path, pigeon).await.status, 400);
    system.stop().await;
    system.start_again().await;
    system.post(post("news", "3", "liis", "Hello??")).await;
    system.when(&id, "the third post is there", |shown| shown.posts == 3).await;
    system.quiet().await;
    assert_eq!(kinds(&system, MART, 2).await, ["NEWS_REPLY_TO_ME", "NEWS_ASSIGNED"]);
    system.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_begins_says_good_morning_once() {
    let mut system = Up::start().await;
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let minutes = |minutes: i64| (&now + SignedDuration::from_mins(minutes)).strftime("%H:%M").to_string();
    // A shift that began a few minutes ago, wherever the day is.
    let hours = format!("Mo-Su {}-{}", minutes(-5), minutes(120));
    let posts = "shift_posts: {morning: {network: x, text: \"Good morning from {people}\"}}";
    let yaml = crate::system::settings("shifts").replacen(
        "care: {name: Care, hours: \"24/7\"",
        &format!("care: {{name: Care, {posts}, hours: \"{hours}\""),
        1,
    );
    let yaml =
        yaml.replacen("timezone: UTC\n", "timezone: UTC\nhandles: [{network: x, account: shifts, use: care}]\n", 1);
    system.publish_yaml("shifts", yaml).await;
    let online = json!({"person": DANA, "online": true, "requestId": Uuid::now_v7().to_string()});
    done(&system, "/api/v1/brands/shifts/presence", online).await;
    let told = at_the_network(&system, 1).await;
    assert_eq!((told[0].text.as_str(), &told[0].in_reply_to), ("Good morning from Dana", &None));
    let preview =
        done(&system, "/api/v1/brands/shifts/shift-posts/preview", json!({"days": 2, "people": [MART]})).await;
    assert_eq!(preview["posts"][0]["text"], "Good morning from Mart", "{preview}");
    system.stop().await;
    system.start_again().await;
    let online = json!({"person": MART, "online": true, "requestId": Uuid::now_v7().to_string()});
    done(&system, "/api/v1/brands/shifts/presence", online).await;
    system.quiet().await;
    assert_eq!(system.sandbox.replies().len(), 1);
    let open = system.get_json("/api/v1/notices").await;
    assert_eq!(open.body["notices"].as_array().map_or(0, Vec::len), 0, "{open:?}");
}

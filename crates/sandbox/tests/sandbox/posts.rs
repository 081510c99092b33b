//! What people write: kept, and delivered to the brand's webhook, signed, until it is taken or refused.

use super::{Net, client, secrets};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Response;
use sandbox::{Config, Sandbox};
use serde_json::{Value, json};
use service::Shutdown;
use service::webhook::{Secrets, verify};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

/// A brand's webhook that answers with the given statuses, then 202, and passes on what it got.
struct Brand {
    url: String,
    secrets: Secrets,
    got: mpsc::UnboundedReceiver<(String, Value)>,
}

#[derive(Clone)]
struct Webhook {
    secrets: Secrets,
    statuses: Arc<Mutex<Vec<StatusCode>>>,
    tell: mpsc::UnboundedSender<(String, Value)>,
}

async fn take(State(webhook): State<Webhook>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let verified = verify(&webhook.secrets, &headers, &body, jiff::Timestamp::now()).expect("posts are signed");
    webhook.tell.send((verified.id, serde_json::from_slice(&body).unwrap())).unwrap();
    let mut statuses = webhook.statuses.lock().await;
    if statuses.is_empty() { StatusCode::ACCEPTED } else { statuses.remove(0) }
}

impl Brand {
    async fn answering(statuses: &[StatusCode]) -> Brand {
        let (tell, got) = mpsc::unbounded_channel();
        let secrets = secrets();
        let webhook = Webhook { secrets: secrets.clone(), statuses: Arc::new(Mutex::new(statuses.to_vec())), tell };
        let router = axum::Router::new().route("/hook", post(take)).with_state(webhook);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Brand { url, secrets, got }
    }

    async fn net(&self) -> Net {
        Net::with(|config| config.delivering_to(&self.url, self.secrets.clone())).await
    }
}

fn draft() -> Value {
    json!({
        "brand": "nordnet",
        "network": "x",
        "author": { "id": "17", "name": "Merike", "handle": "merike", "followers": 340, "region": "saaremaa", "tier": "gold" },
        "text": "levi läinud 😬",
        "handle_use": "care",
        "attachments": [{ "type": "image/png", "bytes": 2048 }],
    })
}

async fn write(net: &Net, draft: &Value) -> Response {
    net.client.post(net.url("/posts")).json(draft).send().await.unwrap()
}

#[tokio::test]
async fn a_post_reaches_the_brand_in_the_generic_form() {
    let mut brand = Brand::answering(&[]).await;
    let net = brand.net().await;
    let response = write(&net, &draft()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let said: Value = response.json().await.unwrap();
    assert_eq!(said["delivery"], "delivered");

    let (id, got) = brand.got.recv().await.unwrap();
    let post_id = said["post_id"].as_str().unwrap();
    assert_eq!(id, format!("msg_{post_id}"));
    assert_eq!((&got["type"], &got["timestamp"]), (&json!("post.created"), &said["posted_at"]));
    let data = &got["data"];
    assert_eq!(data["post_id"], *post_id);
    assert_eq!(data["author"], draft()["author"]);
    assert_eq!(data["attachments"], json!([{ "type": "image/png", "bytes": 2048, "url": "" }]));
    assert_eq!(
        (&data["private"], &data["handle_use"], &data["text"]),
        (&json!(false), &json!("care"), &draft()["text"])
    );
    assert_eq!((net.stats().posts, net.stats().posts_delivered), (1, 1));
}

#[tokio::test]
async fn an_answer_carries_its_parent_and_the_first_post_of_the_thread() {
    let mut brand = Brand::answering(&[]).await;
    let net = brand.net().await;
    let first: Value = write(&net, &draft()).await.json().await.unwrap();
    let mut reply = super::reply("r1", 1, 1);
    reply["data"]["in_reply_to"] = first["post_id"].clone();
    let reply: Value = net.send_body("k1", &reply).await.unwrap().json().await.unwrap();
    let mut second = draft();
    second["in_reply_to"] = reply["id"].clone();
    write(&net, &second).await;

    let root = brand.got.recv().await.unwrap().1;
    assert_eq!(root["data"].get("thread_root"), None);
    let answer = brand.got.recv().await.unwrap().1;
    assert_eq!((&answer["data"]["in_reply_to"], &answer["data"]["thread_root"]), (&reply["id"], &first["post_id"]));
}

#[tokio::test]
async fn a_brand_that_is_down_gets_the_post_later_under_the_same_id() {
    let down = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::INTERNAL_SERVER_ERROR];
    let mut brand = Brand::answering(&down).await;
    let net = brand.net().await;
    let said: Value = write(&net, &draft()).await.json().await.unwrap();
    assert_eq!(said["delivery"], "later");
    let tries = [brand.got.recv().await.unwrap(), brand.got.recv().await.unwrap(), brand.got.recv().await.unwrap()];
    assert!(tries.iter().all(|(id, body)| *id == tries[0].0 && *body == tries[0].1));
}

#[tokio::test]
async fn a_refused_post_is_not_tried_again() {
    let mut brand = Brand::answering(&[StatusCode::BAD_REQUEST]).await;
    let net = brand.net().await;
    let said: Value = write(&net, &draft()).await.json().await.unwrap();
    assert_eq!(said["delivery"], "refused");
    assert_eq!(net.stats().posts_refused, 1);
    // The next message that the brand gets is the next post.
    let first = brand.got.recv().await.unwrap().0;
    write(&net, &draft()).await;
    assert_ne!(brand.got.recv().await.unwrap().0, first);
}

#[tokio::test]
async fn what_was_not_delivered_is_delivered_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut brand = Brand::answering(&[StatusCode::TOO_MANY_REQUESTS]).await;
    let config = Config { store: Some(dir.path().join("s.jsonl")), ..Config::new(secrets()) };

    // Given a post that no brand was there for
    let running = Sandbox::start(config.clone(), Shutdown::new(5)).await.unwrap();
    let net = Net { running, secrets: config.reply_secrets.clone(), client: client() };
    let said: Value = write(&net, &draft()).await.json().await.unwrap();
    assert_eq!(said["delivery"], "off");
    net.running.stop().await;

    // When the network starts again beside the brand
    let config = config.delivering_to(&brand.url, brand.secrets.clone());
    let running = Sandbox::start(config, Shutdown::new(5)).await.unwrap();

    // Then the brand gets it, although it refuses the first try
    let (id, _) = brand.got.recv().await.unwrap();
    assert_eq!(id, format!("msg_{}", said["post_id"].as_str().unwrap()));
    assert_eq!(brand.got.recv().await.unwrap().0, id);
    running.stop().await;
}

#[tokio::test]
async fn a_post_handed_in_twice_is_one_post() {
    let net = Net::start().await;
    let mut known = draft();
    known["post_id"] = json!("p1");
    assert_eq!(write(&net, &known).await.status(), StatusCode::CREATED);
    let again = write(&net, &known).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.json::<Value>().await.unwrap()["repeated"], true);
    assert_eq!(net.stats().posts, 1);
}

#[tokio::test]
async fn a_malformed_post_is_refused_by_its_field() {
    let net = Net::start().await;
    for (field, value, word) in [
        ("brand", json!(" "), "brand"),
        ("text", json!(""), "text"),
        ("author", json!({ "id": "" }), "author.id"),
        ("handle_use", json!("promo"), "handle_use"),
        ("colour", json!("red"), "colour"),
        ("posted_at", json!("yesterday"), "posted_at"),
    ] {
        let mut wrong = draft();
        wrong[field] = value;
        let response = write(&net, &wrong).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{field}");
        let problem: Value = response.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(word), "{problem}");
    }
    let foreign = net.client.post(net.url("/posts")).header("content-type", "text/plain").body(draft().to_string());
    assert_eq!(foreign.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(net.stats().posts, 0);
}

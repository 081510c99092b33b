//! What stands on the wire: what a network is sent on each try, and answers that only a hostile or broken one gives.

use crate::world::World;
use conversation::state::ReplyStatus::{InDoubt, Retrying, Sent};
use jiff::Timestamp;
use sandbox::Faults;
use service::webhook::{self, Secret, Secrets};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone)]
struct Seen {
    head: String,
    body: Vec<u8>,
}

/// A network that answers each request with the next of these bytes and hangs up; the last one is used from then on.
async fn raw(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/replies", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        let mut answer = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read(&mut stream).await;
            kept.lock().unwrap().push(request);
            answer = answers.next().unwrap_or(answer);
            // A sender that has heard enough hangs up first.
            let _ = stream.write_all(&answer).await;
        }
    });
    (url, seen)
}

async fn read(stream: &mut TcpStream) -> Seen {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            // Nothing more comes, or it is TLS, which this network does not speak.
            if count == 0 || bytes.first() == Some(&0x16) {
                return Seen { head: String::new(), body: bytes };
            }
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Seen { head, body: bytes[end + 4..].to_vec() };
        }
    }
}

fn header(seen: &Seen, name: &str) -> String {
    let found = seen.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_else(|| panic!("no {name} in {}", seen.head)).to_owned()
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn taken() -> Vec<u8> {
    answer("201 Created", "", r#"{"id":"native-1"}"#)
}

async fn world(url: &str) -> World {
    World::new(Faults::default()).await.with(&format!("url={url}")).without_lookup()
}

#[tokio::test]
async fn each_try_has_the_same_id_and_body_and_a_signature_of_its_own() {
    let retry_at = Timestamp::now() + jiff::SignedDuration::from_secs(2);
    let date = jiff::fmt::rfc2822::to_string(&retry_at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let busy = answer("503 Service Unavailable", &format!("retry-after: {date}\r\n"), "");
    let (url, seen) = raw(vec![busy, taken()]).await;
    let mut world = world(&url).await;
    let previous = Secret::generate();
    world.previous = Some(previous.clone());
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Sent).await;

    let seen = seen.lock().unwrap().clone();
    let [first, second] = seen.as_slice() else { panic!("{} tries", seen.len()) };
    assert_eq!(first.body, second.body);
    for (try_, secret) in [(first, &world.secret), (second, &previous)] {
        assert!(try_.head.starts_with("POST /replies HTTP/1.1"), "{}", try_.head);
        assert_eq!(header(try_, "webhook-id"), reply.to_string());
        let mut headers = reqwest::header::HeaderMap::new();
        for name in [webhook::ID, webhook::TIMESTAMP, webhook::SIGNATURE] {
            headers.insert(name, header(try_, name).parse().unwrap());
        }
        // The secret and the one before it: a receiver that changes over knows one of the two.
        webhook::verify(&Secrets::new(secret.clone()), &headers, &try_.body, Timestamp::now()).unwrap();
    }
    let seconds = |seen: &Seen| header(seen, "webhook-timestamp").parse::<i64>().unwrap();
    assert!(seconds(second) >= retry_at.as_second(), "the date of retry-after is obeyed");
    assert_ne!(header(first, "webhook-signature"), header(second, "webhook-signature"));
    let body: serde_json::Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(body["type"], "reply.send");
    assert_eq!((&body["data"]["part"], &body["data"]["parts"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let world = World::new(Faults::default()).await;
    let location = format!("location: {}/replies\r\n", world.network.url());
    let (url, seen) = raw(vec![answer("307 Temporary Redirect", &location, "")]).await;
    let world = world.with(&format!("url={url}")).without_lookup().with("retry_waits_seconds=[3600]");
    let _copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Retrying).await;
    assert_eq!(world.story(1, reply).await, ["attempt 1", "failed refused_307"]);
    assert_eq!((world.stats().received, seen.lock().unwrap().len()), (0, 1));
}

#[tokio::test]
async fn an_answer_that_is_too_long_cut_off_or_none_leaves_the_reply_in_doubt() {
    let long = answer("201 Created", "", &format!(r#"{{"id":"n","padding":"{}"}}"#, "x".repeat(70_000)));
    let cut = b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"id\":".to_vec();
    let no_http = b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec();
    for (bytes, reason) in [
        (long, "unknown_answer"),
        (cut, "unknown_answer"),
        (no_http, "unknown_connection_lost"),
        (Vec::new(), "unknown_connection_lost"),
    ] {
        let (url, _) = raw(vec![bytes]).await;
        let world = world(&url).await.with("idempotent=false");
        let _copy = world.start().await;
        let reply = world.open_and_submit(1).await;
        world.until_reply(1, reply, InDoubt).await;
        assert_eq!(world.story(1, reply).await, ["attempt 1".to_owned(), format!("in doubt {reason}")]);
    }
}

#[tokio::test]
async fn a_target_that_cannot_prove_itself_or_must_not_be_spoken_to_gets_nothing() {
    let (url, seen) = raw(vec![taken()]).await;
    let port = url.rsplit(':').next().unwrap().to_owned();
    let cases = [
        // It speaks no TLS.
        (format!("https://127.0.0.1:{port}"), true, "connect_failed"),
        // A name, looked up on every try, that leads to this machine.
        (format!("https://localhost:{port}"), false, "address_refused"),
        ("https://no-such-host.invalid/".to_owned(), false, "name_not_resolved"),
    ];
    for (url, private, reason) in cases {
        let world = world(&url).await.with("retry_waits_seconds=[3600]");
        let world = world.with(&format!("allow_private_targets={private}"));
        let _copy = world.start().await;
        let reply = world.open_and_submit(1).await;
        world.until_reply(1, reply, Retrying).await;
        assert_eq!(world.story(1, reply).await, ["attempt 1".to_owned(), format!("failed {reason}")], "{url}");
    }
    assert!(seen.lock().unwrap().iter().all(|seen| !seen.head.contains("webhook-id")));
}

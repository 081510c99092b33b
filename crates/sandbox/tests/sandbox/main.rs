//! The sandbox over its HTTP API, as the notifier, a test or a browser uses it.

#![allow(clippy::unwrap_used, reason = "a test that fails says where by itself")]

mod counting;
mod faults;
mod page;
mod posts;
mod refusals;

use reqwest::{Client, Response, StatusCode};
use sandbox::{Config, Faults, Running, Sandbox, Stats};
use serde_json::{Value, json};
use service::Shutdown;
use service::webhook::{Secret, Secrets, sign};

/// A running sandbox, and a brand that knows its secret.
struct Net {
    running: Running,
    secrets: Secrets,
    client: Client,
}

fn client() -> Client {
    // Only the first of all tests installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

fn secrets() -> Secrets {
    Secrets::new(Secret::generate())
}

impl Net {
    async fn start() -> Net {
        Net::with(|config| config).await
    }

    async fn faulty(faults: Faults) -> Net {
        Net::with(|config| Config { faults, ..config }).await
    }

    async fn with(change: impl FnOnce(Config) -> Config) -> Net {
        let secrets = secrets();
        let config = change(Config::new(secrets.clone()));
        let running = Sandbox::start(config, Shutdown::new(5)).await.unwrap();
        Net { running, secrets, client: client() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url())
    }

    /// Sends the reply `reply_id` under `key`.
    async fn send(&self, key: &str, reply_id: &str) -> reqwest::Result<Response> {
        self.send_body(key, &reply(reply_id, 1, 1)).await
    }

    async fn send_body(&self, key: &str, body: &Value) -> reqwest::Result<Response> {
        let body = serde_json::to_vec(body).unwrap();
        let headers = sign(&self.secrets, key, jiff::Timestamp::now(), &body).headers().unwrap();
        self.client.post(self.url("/replies")).headers(headers).body(body).send().await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.client.get(self.url(path)).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn put_faults(&self, faults: &Value) -> (StatusCode, Value) {
        let response = self.client.put(self.url("/faults")).json(faults).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    fn stats(&self) -> Stats {
        self.running.stats()
    }
}

fn reply(reply_id: &str, part: u32, parts: u32) -> Value {
    json!({
        "type": "reply.send",
        "timestamp": "2026-03-12T13:09:26Z",
        "data": {
            "reply_id": reply_id,
            "brand": "nordnet",
            "network": "x",
            "in_reply_to": "nordnet-19-1",
            "conversation": "c1",
            "private": false,
            "text": "Meie pool, paraku. ^Juhan",
            "part": part,
            "parts": parts,
        }
    })
}

//! Standard Webhooks to a URL. The `webhook-id` is the reply's id and the same on every try; time and signature are fresh each
//! time.

use crate::answer;
use crate::http::{self, Exchange};
use crate::port::{Abilities, LookUp, Message, Outcome, Reason};
use crate::target::Permit;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Url};
use serde::Serialize;
use service::Clock;
use service::webhook::{self, Secrets};
use std::time::Duration;

/// Stands for the key in the URL of look-ups.
pub const KEY: &str = "{key}";

/// One network behind a URL.
#[derive(Debug)]
pub struct Webhook {
    send: Door,
    look_up: Option<Door>,
    secrets: Secrets,
    abilities: Abilities,
    clock: Clock,
}

/// How to reach one URL.
#[derive(Debug)]
struct Door {
    client: Client,
    /// Checked; with [`KEY`] in it for look-ups.
    url: String,
}

/// Where a webhook goes and how it proves itself.
#[derive(Debug, Clone)]
pub struct Config {
    pub url: (Url, Permit),
    /// With [`KEY`] in it.
    pub look_up: Option<(String, Permit)>,
    pub secrets: Secrets,
    pub abilities: Abilities,
    /// For the whole of one call.
    pub timeout: Duration,
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    timestamp: jiff::Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    reply_id: String,
    brand: &'a str,
    network: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    in_reply_to: &'a str,
    conversation: String,
    private: bool,
    text: &'a str,
    part: u32,
    parts: u32,
}

impl Webhook {
    /// # Errors
    /// The HTTP client cannot be made, for want of TLS roots for example.
    pub fn new(config: Config, clock: Clock) -> Result<Self, reqwest::Error> {
        let door = |url: String, permit| Ok(Door { client: http::client(permit, config.timeout)?, url });
        let (url, permit) = config.url;
        let look_up = config.look_up.map(|(url, permit)| door(url, permit)).transpose()?;
        let send = door(url.into(), permit)?;
        Ok(Webhook { send, look_up, secrets: config.secrets, abilities: config.abilities, clock })
    }

    pub fn abilities(&self) -> Abilities {
        self.abilities
    }

    pub async fn send(&self, message: &Message) -> Outcome {
        let body = body(message);
        let Some(headers) = self.sign(&message.key(), &body) else {
            return Outcome::Failed { reason: Reason::REQUEST_INVALID, retry_after: None };
        };
        let request = self.send.client.post(&self.send.url).headers(headers).body(body);
        let request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match http::exchange(request, self.clock.now()).await {
            Exchange::Answered(answer) => answer::to_send(&answer),
            Exchange::NotArrived(reason) => Outcome::Failed { reason, retry_after: None },
            Exchange::Lost(reason) => Outcome::Unknown { reason },
        }
    }

    pub async fn look_up(&self, key: &str) -> LookUp {
        let Some(door) = &self.look_up else { return LookUp::Impossible };
        // The question is signed as well, over no body, for a network that shows replies only to whoever sent them.
        let Some(headers) = self.sign(key, &[]) else { return LookUp::Failed(Reason::REQUEST_INVALID) };
        let question = door.client.get(door.url.replace(KEY, key)).headers(headers);
        match http::exchange(question, self.clock.now()).await {
            Exchange::Answered(answer) => answer::to_look_up(&answer),
            Exchange::NotArrived(reason) | Exchange::Lost(reason) => LookUp::Failed(reason),
        }
    }

    fn sign(&self, key: &str, body: &[u8]) -> Option<HeaderMap> {
        webhook::sign(&self.secrets, key, self.clock.now(), body).headers().ok()
    }
}

/// The same bytes on every try.
fn body(message: &Message) -> Vec<u8> {
    let envelope = Envelope {
        r#type: "reply.send",
        timestamp: message.submitted_at,
        data: Data {
            reply_id: message.key(),
            brand: message.brand.as_str(),
            network: message.network.as_str(),
            in_reply_to: &message.in_reply_to,
            conversation: message.conversation.to_string(),
            private: message.private,
            text: &message.text,
            part: message.part,
            parts: message.parts,
        },
    };
    serde_json::to_vec(&envelope).expect("strings and numbers are always JSON")
}

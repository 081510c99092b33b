//! The first adapter: Standard Webhooks to a URL. The `webhook-id` is the reply's id and the same on every try; time and
//! signature are fresh each time. Every try is a connection of its own, so that what it is told of one that breaks is
//! about this reply and no other, and so that the address is looked at anew.

use crate::answer::{self, Answer};
use crate::port::{Abilities, LookUp, Message, Outcome, Reason};
use crate::target::{CheckedResolver, Permit, Refused};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use serde::Serialize;
use service::Clock;
use service::webhook::{self, Secrets};
use std::time::Duration;

/// As much of an answer as is read.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// The largest share of the time limit that connecting may take, and its limit: what is left is for the answer.
const CONNECT_SHARE: f64 = 0.5;
const CONNECT_MAX: Duration = Duration::from_secs(10);
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
        let door = |url: String, permit| Ok(Door { client: client(permit, config.timeout)?, url });
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
        match request.send().await {
            Ok(response) => answer::to_send(&self.read(response).await),
            Err(error) => match not_arrived(&error) {
                Some(reason) => Outcome::Failed { reason, retry_after: None },
                None if error.is_timeout() => Outcome::Unknown { reason: Reason::TIMEOUT },
                None => Outcome::Unknown { reason: Reason::CONNECTION_LOST },
            },
        }
    }

    pub async fn look_up(&self, key: &str) -> LookUp {
        let Some(door) = &self.look_up else { return LookUp::Impossible };
        // The question is signed as well, over no body, for a network that shows replies only to whoever sent them.
        let Some(headers) = self.sign(key, &[]) else { return LookUp::Failed(Reason::REQUEST_INVALID) };
        match door.client.get(door.url.replace(KEY, key)).headers(headers).send().await {
            Ok(response) => answer::to_look_up(&self.read(response).await),
            Err(error) if error.is_timeout() => LookUp::Failed(Reason::TIMEOUT),
            Err(error) => LookUp::Failed(not_arrived(&error).unwrap_or(Reason::CONNECTION_LOST)),
        }
    }

    fn sign(&self, key: &str, body: &[u8]) -> Option<HeaderMap> {
        webhook::sign(&self.secrets, key, self.clock.now(), body).headers().ok()
    }

    /// Reads the head, and the body up to the limit. The time limit of the call covers this too.
    async fn read(&self, mut response: Response) -> Answer {
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = header.and_then(|value| answer::retry_after(value, self.clock.now()));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_MAX_BYTES => body.extend_from_slice(&chunk),
                Ok(None) => return Answer { status, retry_after, body: Some(body) },
                Ok(Some(_)) | Err(_) => return Answer { status, retry_after, body: None },
            }
        }
    }
}

pub fn client(permit: Permit, timeout: Duration) -> Result<Client, reqwest::Error> {
    service::process::install_crypto();
    Client::builder()
        .dns_resolver(CheckedResolver(permit))
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would connect to addresses that nobody looked at.
        .no_proxy()
        .pool_max_idle_per_host(0)
        .http1_only()
        .no_gzip()
        // Nothing but the protocol of this service sends anything twice.
        .retry(reqwest::retry::never())
        .connect_timeout(timeout.mul_f64(CONNECT_SHARE).min(CONNECT_MAX))
        .timeout(timeout)
        .user_agent(concat!("Earshot/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Why a request cannot have arrived; None when it may have.
pub fn not_arrived(error: &reqwest::Error) -> Option<Reason> {
    if error.is_builder() {
        return Some(Reason::REQUEST_INVALID);
    }
    if !error.is_connect() {
        return None;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(at) = cause {
        if at.is::<Refused>() {
            return Some(Reason::ADDRESS_REFUSED);
        }
        cause = at.source();
    }
    Some(match (error.is_dns(), error.is_timeout()) {
        (true, _) => Reason::NAME_NOT_RESOLVED,
        (_, true) => Reason::CONNECT_TIMEOUT,
        _ => Reason::CONNECT_FAILED,
    })
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
            part: 1,
            parts: 1,
        },
    };
    serde_json::to_vec(&envelope).expect("strings and numbers are always JSON")
}

//! The door to a network that is spoken to in its own language: accounts with their proofs, and the calls.

use super::{Account, Body, Dialect, Proof, Request, Said, bluesky, meters};
use crate::answer::Answer;
use crate::http::{self, Exchange};
use crate::port::{Abilities, LookUp, Message, Outcome, Reason};
use crate::target::Permit;
use conversation::BrandId;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use service::Clock;
use service::config::Secret;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use tokio::sync::Mutex;

/// Calls of one try: begin a session, ask for the post, send, and one of these again.
const CALLS_MAX: u32 = 2;

/// Where a network is and in whose name it is spoken to.
#[derive(Debug, Clone)]
pub struct Config {
    pub dialect: Dialect,
    pub base: (Url, Permit),
    pub abilities: Abilities,
    /// For brands that have none of their own.
    pub account: Option<Proven>,
    pub accounts: HashMap<BrandId, Proven>,
    /// For the whole of one call.
    pub timeout: Duration,
}

/// An account with what proves it.
#[derive(Debug, Clone)]
pub struct Proven {
    pub account: Account,
    pub token: Secret,
}

/// One network.
pub struct Native {
    config: Config,
    client: Client,
    clock: Clock,
    sessions: Mutex<HashMap<BrandId, bluesky::Session>>,
}

/// What a send ended in, and until when the account should wait by what the network says beside its answer.
pub struct Sending {
    pub outcome: Outcome,
    pub ease: Option<Timestamp>,
}

impl From<Outcome> for Sending {
    fn from(outcome: Outcome) -> Self {
        Sending { outcome, ease: None }
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Native({})", self.config.dialect.as_str())
    }
}

impl Native {
    /// # Errors
    /// The HTTP client cannot be made, for want of TLS roots for example.
    pub fn new(config: Config, clock: Clock) -> Result<Self, reqwest::Error> {
        let client = http::client(config.base.1, config.timeout)?;
        Ok(Native { config, client, clock, sessions: Mutex::default() })
    }

    pub fn dialect(&self) -> Dialect {
        self.config.dialect
    }

    pub fn abilities(&self) -> Abilities {
        self.config.abilities
    }

    fn proven(&self, brand: &BrandId) -> Option<&Proven> {
        self.config.accounts.get(brand).or(self.config.account.as_ref())
    }

    pub async fn send(&self, message: &Message) -> Sending {
        let Some(proven) = self.proven(&message.brand) else {
            return Outcome::Refused { reason: Reason::NO_ACCOUNT, is_final: true }.into();
        };
        let mut moved = None;
        for _ in 0..CALLS_MAX {
            let renamed;
            let message = match moved.take() {
                Some(chat) => {
                    renamed = message.to_chat(chat);
                    &renamed
                }
                None => message,
            };
            let (request, token) = match self.prepare(proven, message).await {
                Ok(ready) => ready,
                Err(outcome) => return outcome.into(),
            };
            let answer = match self.call(proven, &request, token.as_deref()).await {
                Exchange::Answered(answer) => answer,
                Exchange::NotArrived(reason) => return Outcome::Failed { reason, retry_after: None }.into(),
                Exchange::Lost(reason) => return Outcome::Unknown { reason }.into(),
            };
            let now = self.clock.now();
            let ease = meters::ease(self.config.dialect, &answer, now);
            match self.config.dialect.verdict(&answer, message.attempt, now) {
                Said::Ended(outcome) => return Sending { outcome, ease },
                Said::Moved(chat) => moved = Some(chat),
                Said::Expired => drop(self.sessions.lock().await.remove(&message.brand)),
            }
        }
        Outcome::Failed { reason: Reason::SESSION_UNREADABLE, retry_after: None }.into()
    }

    /// What has to be known before the call that sends; nothing is posted by asking.
    async fn prepare(&self, proven: &Proven, message: &Message) -> Result<(Request, Option<String>), Outcome> {
        let refused = |reason| Outcome::Refused { reason, is_final: true };
        if self.config.dialect.proof() != Proof::Session {
            return Ok((self.config.dialect.request(&proven.account, message).map_err(refused)?, None));
        }
        let session = self.session(proven, &message.brand).await?;
        let thread = match bluesky::parent(&session, message) {
            Some(question) => {
                let answer = self.ask(proven, &question, Some(&session.token)).await?;
                if expired(&answer) {
                    self.sessions.lock().await.remove(&message.brand);
                    return Err(Outcome::Failed { reason: Reason::SESSION_OVER, retry_after: None });
                }
                Some(bluesky::thread(&answer)?)
            }
            None => None,
        };
        let request = bluesky::request(&session, message, thread.as_ref()).map_err(refused)?;
        Ok((request, Some(session.token)))
    }

    /// The session of a brand: the one that is begun, or a new one.
    async fn session(&self, proven: &Proven, brand: &BrandId) -> Result<bluesky::Session, Outcome> {
        let mut sessions = self.sessions.lock().await;
        if let Some(session) = sessions.get(brand) {
            return Ok(session.clone());
        }
        let question = bluesky::begin(&proven.account.id, proven.token.expose());
        let session = bluesky::begun(&self.ask(proven, &question, None).await?)?;
        sessions.insert(brand.clone(), session.clone());
        Ok(session)
    }

    async fn ask(&self, proven: &Proven, question: &Request, token: Option<&str>) -> Result<Answer, Outcome> {
        match self.call(proven, question, token).await {
            Exchange::Answered(answer) => Ok(answer),
            Exchange::NotArrived(reason) => Err(Outcome::Failed { reason, retry_after: None }),
            // It was only a question: whether it arrived matters to nobody.
            Exchange::Lost(_) => Err(Outcome::Failed { reason: Reason::CONNECT_FAILED, retry_after: None }),
        }
    }

    pub async fn look_up(&self, message: &Message) -> LookUp {
        let Some(proven) = self.proven(&message.brand) else { return LookUp::Impossible };
        if self.config.dialect.proof() == Proof::Session {
            return self.look_up_record(proven, message).await;
        }
        let Some(question) = self.config.dialect.look_up(&proven.account, message) else { return LookUp::Impossible };
        match self.call(proven, &question, None).await {
            Exchange::Answered(answer) => self.config.dialect.found(&proven.account, message, &answer),
            Exchange::NotArrived(reason) | Exchange::Lost(reason) => LookUp::Failed(reason),
        }
    }

    async fn look_up_record(&self, proven: &Proven, message: &Message) -> LookUp {
        let Ok(session) = self.session(proven, &message.brand).await else {
            return LookUp::Failed(Reason::SESSION_OVER);
        };
        match self.call(proven, &bluesky::look_up(&session, message), Some(&session.token)).await {
            Exchange::Answered(answer) => {
                if expired(&answer) {
                    self.sessions.lock().await.remove(&message.brand);
                }
                bluesky::found(&answer, message)
            }
            Exchange::NotArrived(reason) | Exchange::Lost(reason) => LookUp::Failed(reason),
        }
    }

    /// Makes one call. `token` is that of a session, where there is one.
    async fn call(&self, proven: &Proven, request: &Request, token: Option<&str>) -> Exchange {
        let Some((url, headers, body)) = self.wire(proven, request, token) else {
            return Exchange::NotArrived(Reason::REQUEST_INVALID);
        };
        let call = if request.post { self.client.post(url) } else { self.client.get(url) };
        http::exchange(call.headers(headers).body(body), self.clock.now()).await
    }

    /// The URL, the headers and the body of a call; none when an id cannot stand in a header.
    fn wire(&self, proven: &Proven, request: &Request, token: Option<&str>) -> Option<(Url, HeaderMap, Vec<u8>)> {
        let mut url = self.config.base.0.clone();
        {
            let mut path = url.path_segments_mut().ok()?;
            path.pop_if_empty();
            if self.config.dialect.proof() == Proof::InPath {
                path.push(&format!("bot{}", proven.token.expose()));
            }
            path.extend(&request.segments);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
        }
        let proof = match self.config.dialect.proof() {
            Proof::Bearer => Some(format!("Bearer {}", proven.token.expose())),
            Proof::Session => token.map(|token| format!("Bearer {token}")),
            Proof::Basic => Some(http::basic(&proven.account.id, proven.token.expose())),
            Proof::InPath => None,
        };
        if let Some(proof) = proof {
            let mut proof = HeaderValue::from_str(&proof).ok()?;
            proof.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, proof);
        }
        let (kind, body) = match &request.body {
            Body::None => return Some((url, headers, Vec::new())),
            Body::Json(value) => ("application/json", serde_json::to_vec(value).ok()?),
            Body::Form(fields) => ("application/x-www-form-urlencoded", http::form(fields).into_bytes()),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Some((url, headers, body))
    }
}

fn expired(answer: &Answer) -> bool {
    super::json(answer).is_some_and(|said| said["error"] == "ExpiredToken")
}

//! One HTTP call, and what can be said of it: answered, certainly not arrived, or lost. Every call is a connection of its own,
//! so that what is told of one that breaks is about this reply and no other, and so that the address is looked at anew.

use crate::answer::{self, Answer};
use crate::port::Reason;
use crate::target::{CheckedResolver, Permit, Refused};
use base64::Engine;
use jiff::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, Url};
use std::time::Duration;

/// As much of an answer as is read.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// A look-up shows many posts.
const ANSWER_MAX_BYTES_OF_GET: usize = 1024 * 1024;
/// The largest share of the time limit that connecting may take, and its limit: what is left is for the answer.
const CONNECT_SHARE: f64 = 0.5;
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How a call went.
pub enum Exchange {
    Answered(Answer),
    /// It cannot have arrived.
    NotArrived(Reason),
    /// It may have.
    Lost(Reason),
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

/// Makes a call. Its error is never shown: it may name a URL with a token in it.
pub async fn exchange(call: RequestBuilder, now: Timestamp) -> Exchange {
    let (client, request) = call.build_split();
    let request = match request {
        Ok(request) => request,
        Err(_) => return Exchange::NotArrived(Reason::REQUEST_INVALID),
    };
    let most = if request.method() == reqwest::Method::GET { ANSWER_MAX_BYTES_OF_GET } else { ANSWER_MAX_BYTES };
    match client.execute(request).await {
        Ok(response) => Exchange::Answered(read(response, most, now).await),
        Err(error) => match not_arrived(&error) {
            Some(reason) => Exchange::NotArrived(reason),
            None if error.is_timeout() => Exchange::Lost(Reason::TIMEOUT),
            None => Exchange::Lost(Reason::CONNECTION_LOST),
        },
    }
}

/// Reads the head, and the body up to the limit. The time limit of the call covers this too.
async fn read(mut response: Response, most: usize, now: Timestamp) -> Answer {
    let headers = response.headers().clone();
    let header = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| answer::retry_after(value, now));
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let body = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= most => body.extend_from_slice(&chunk),
            Ok(None) => break Some(body),
            Ok(Some(_)) | Err(_) => break None,
        }
    };
    Answer { status, retry_after, body, headers }
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

/// User and password as a header says them.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

/// Fields as a form.
pub fn form(fields: &[(&'static str, String)]) -> String {
    // A URL's query is written as a form is.
    let mut url = Url::parse("form:/").expect("it is a URL");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

//! Notices by webhook: signed as replies are, with the notice's id as `webhook-id` on every try, or in the form that Slack
//! and what speaks like it read, where the URL is the secret and nothing knows a repetition.

use super::letter::Letter;
use crate::answer::{self, Answer};
use crate::http::{client, not_arrived};
use crate::port::{Abilities, Idempotency, Outcome, Reason, Receipt};
use crate::target::Permit;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Url};
use service::Clock;
use service::webhook::{self, Secrets};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a receiver of Standard Webhooks knows an id at least: longer than all tries take.
const KEY_VALID: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How a notice is written for its receiver.
#[derive(Debug, Clone)]
pub enum Form {
    /// Standard Webhooks.
    Signed(Secrets),
    /// `{"text": ...}`.
    Slack,
}

/// One URL that notices go to.
#[derive(Debug)]
pub struct Hook {
    form: Form,
    client: Client,
    url: Url,
    clock: Clock,
    /// The receiver said that it is gone: nothing is sent there any more until the next start.
    gone: AtomicBool,
}

impl Hook {
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(
        form: Form,
        (url, permit): (Url, Permit),
        timeout: Duration,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        Ok(Hook { form, client: client(permit, timeout)?, url, clock, gone: AtomicBool::new(false) })
    }

    pub fn abilities(&self) -> Abilities {
        let idempotency = match self.form {
            Form::Signed(_) => Idempotency::Key { valid_for: KEY_VALID },
            Form::Slack => Idempotency::None,
        };
        Abilities { idempotency, lookup: false, lookup_is_certain: false, text_max_characters: usize::MAX }
    }

    /// Sends it, once.
    pub async fn send(&self, letter: &Letter) -> Outcome {
        if self.gone.load(Ordering::Relaxed) {
            return Outcome::Refused { reason: Reason::refused(410), is_final: true };
        }
        let body = match &self.form {
            Form::Signed(_) => letter.json(),
            Form::Slack => serde_json::to_vec(&serde_json::json!({"text": letter.text()})).unwrap_or_default(),
        };
        let Some(headers) = self.headers(letter, &body) else {
            return Outcome::Failed { reason: Reason::REQUEST_INVALID, retry_after: None };
        };
        let request = self.client.post(self.url.clone()).headers(headers).body(body);
        let request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match request.send().await {
            Ok(response) => {
                let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let retry_after = header.and_then(|value| answer::retry_after(value, self.clock.now()));
                self.heard(response.status().as_u16(), retry_after)
            }
            Err(error) => match not_arrived(&error) {
                Some(reason) => Outcome::Failed { reason, retry_after: None },
                None if error.is_timeout() => Outcome::Unknown { reason: Reason::TIMEOUT },
                None => Outcome::Unknown { reason: Reason::CONNECTION_LOST },
            },
        }
    }

    /// The head of an answer says all: its body is the receiver's business.
    fn heard(&self, status: u16, retry_after: Option<Duration>) -> Outcome {
        if (200..300).contains(&status) {
            return Outcome::Sent(Receipt::default());
        }
        if status == 410 {
            self.gone.store(true, Ordering::Relaxed);
            tracing::warn!("a receiver of notices is gone; nothing is sent there until the next start");
        }
        answer::to_send(&Answer { status, retry_after, body: None, headers: HeaderMap::new() })
    }

    fn headers(&self, letter: &Letter, body: &[u8]) -> Option<HeaderMap> {
        let now: Timestamp = self.clock.now();
        match &self.form {
            Form::Signed(secrets) => webhook::sign(secrets, &letter.notice.to_string(), now, body).headers().ok(),
            Form::Slack => Some(HeaderMap::new()),
        }
    }
}

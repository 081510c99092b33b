//! How a post reaches the brand: a signed webhook, tried again with the same id until the brand takes or refuses it.

use crate::message::Post;
use crate::network::{Network, now};
use crate::settings::IngestTarget;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use service::Shutdown;
use service::webhook;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// Deliveries that are under way at the same time.
const MAX_DELIVERIES: usize = 32;
/// How long a brand may take to answer, in seconds.
const TIMEOUT_SECONDS: u64 = 15;
/// Waits between the tries; the last one is used from then on.
const WAITS_MS: [u64; 7] = [100, 300, 1_000, 2_000, 5_000, 10_000, 30_000];
/// The longest `Retry-After` that is obeyed, in seconds.
const MAX_RETRY_AFTER_SECONDS: u64 = 60;

/// How the delivery of a post began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstTry {
    Delivered,
    /// The brand does not want it; it is not tried again.
    Refused,
    /// It is tried again.
    Later,
}

/// One try.
enum Try {
    Delivered,
    Refused,
    Failed { retry_after: Option<Duration> },
}

/// Delivers posts to one webhook.
pub(crate) struct Forwarder {
    client: reqwest::Client,
    target: IngestTarget,
    network: Arc<Network>,
    permits: Semaphore,
    shutdown: Shutdown,
}

/// The generic webhook form.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: &'a Post,
}

impl Forwarder {
    pub(crate) fn new(target: IngestTarget, network: Arc<Network>, shutdown: Shutdown) -> Result<Self, reqwest::Error> {
        // The first provider of a process stays; a process that chose one keeps it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(TIMEOUT_SECONDS))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Forwarder { client, target, network, permits: Semaphore::new(MAX_DELIVERIES), shutdown })
    }

    /// Begins the delivery of a post. The answer tells of the first try; the delivery goes on without it.
    pub(crate) fn begin(self: &Arc<Self>, post: Post) -> oneshot::Receiver<FirstTry> {
        let (tell, told) = oneshot::channel();
        let forwarder = self.clone();
        tokio::spawn(async move {
            let shutdown = forwarder.shutdown.clone();
            // A post that is cut off here is delivered after the next start, if there is a store.
            let _ = shutdown.unless_begun(forwarder.deliver(post, tell)).await;
        });
        told
    }

    async fn deliver(&self, post: Post, tell: oneshot::Sender<FirstTry>) {
        let mut tell = Some(tell);
        let mut waits = WAITS_MS.iter();
        let mut wait = Duration::ZERO;
        loop {
            let outcome = self.attempt(&post).await;
            let first = match outcome {
                Try::Delivered => FirstTry::Delivered,
                Try::Refused => FirstTry::Refused,
                Try::Failed { .. } => FirstTry::Later,
            };
            if first != FirstTry::Later
                && let Err(error) = self.network.forwarded(&post.post_id, first == FirstTry::Delivered)
            {
                tracing::error!(%error, "the sandbox cannot write its store");
            }
            if let Some(tell) = tell.take() {
                // The writer may have gone.
                let _ = tell.send(first);
            }
            let Try::Failed { retry_after } = outcome else { return };
            wait = waits.next().map_or(wait, |ms| Duration::from_millis(*ms));
            tokio::time::sleep(retry_after.unwrap_or(wait)).await;
        }
    }

    async fn attempt(&self, post: &Post) -> Try {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let envelope = Envelope { r#type: "post.created", timestamp: post.posted_at, data: post };
        let Ok(body) = serde_json::to_vec(&envelope) else { return Try::Refused };
        let id = format!("msg_{}", header_safe(&post.post_id));
        let signed = webhook::sign(&self.target.secrets, &id, now(), &body);
        let Ok(headers) = signed.headers() else { return Try::Refused };
        let request = self.client.post(&self.target.url).headers(headers).body(body);
        match request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).send().await {
            Ok(response) => judge(&response),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "a post was not delivered; it is tried again");
                Try::Failed { retry_after: None }
            }
        }
    }
}

fn judge(response: &reqwest::Response) -> Try {
    let status = response.status();
    if status.is_success() {
        return Try::Delivered;
    }
    let again = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
        || status.is_server_error();
    tracing::warn!(status = status.as_u16(), again, "the brand's webhook did not take a post");
    if !again {
        return Try::Refused;
    }
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    Try::Failed { retry_after: seconds.map(|seconds| Duration::from_secs(seconds.min(MAX_RETRY_AFTER_SECONDS))) }
}

/// Ids that were handed in may be anything; a webhook id is printable ASCII without a full stop.
fn header_safe(id: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.chars().all(safe) {
        return id.to_owned();
    }
    // Written as hexadecimal, so that two ids never become one.
    id.bytes().fold("x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::header_safe;

    #[test]
    fn any_post_id_makes_a_webhook_id_of_its_own() {
        assert_eq!(header_safe("sb-1_a"), "sb-1_a");
        assert_eq!(header_safe("a.b"), "x612e62");
        assert_ne!(header_safe("帖"), header_safe("子"));
    }
}

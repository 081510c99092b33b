//! The generic webhook: `POST /webhooks/generic`, signed by Standard Webhooks. The order is fixed: size, encoding,
//! signature over the raw bytes, timestamp, parse, append, and only then 200.
//!
//! | Answer | When |
//! |---|---|
//! | 200 | every item is in the log, was in it already, was filtered, or can never be taken (with its reason) |
//! | 400 | the body is signed but cannot be read; it is kept aside |
//! | 401 | the signature does not verify; the answer never says why |
//! | 413, 415 | the body is too large, or compressed |
//! | 503 | the log cannot take it now; send it again after `Retry-After` |

use crate::Settings;
use crate::intake::{Author, Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict};
use crate::receive::Receiver;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use conversation::received::HandleUse;
use conversation::{Attachment, BrandId, Network, PersonId};
use futures::StreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service::Clock;
use service::metrics::ServiceMetrics;
use service::problem::Problem;
use service::webhook::{Secrets, verify};
use std::sync::Arc;

/// The source under which the ledger counts what comes in here.
const SOURCE: &str = "webhook";
const RETRY_AFTER_SECONDS: u64 = 2;
const ITEMS_MAX: usize = 1_000;
const JSON_DEPTH_MAX: usize = 64;
/// Items of one body that are on their way to the log at once.
const ITEMS_IN_FLIGHT: usize = 32;

#[derive(Clone)]
struct Web {
    receiver: Receiver,
    secrets: Option<Arc<Secrets>>,
    clock: Clock,
    metrics: ServiceMetrics,
    body_max_bytes: usize,
}

pub fn router(receiver: Receiver, secrets: Option<Secrets>, settings: &Settings, clock: Clock) -> Router {
    if secrets.is_none() {
        tracing::warn!("ingest.webhook_secret is not set: every webhook will be refused");
    }
    let metrics = service::metrics::for_service("ingest");
    let body_max_bytes = settings.body_max_bytes;
    let web = Web { receiver, secrets: secrets.map(Arc::new), clock, metrics, body_max_bytes };
    Router::new()
        .route("/webhooks/generic", post(receive))
        .layer(DefaultBodyLimit::max(body_max_bytes))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "UNKNOWN_ENDPOINT").detail("post to /webhooks/generic").into_response()
        })
        .with_state(web)
}

async fn receive(State(web): State<Web>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    match take_in(&web, &headers, body).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn take_in(
    web: &Web,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Box<Problem>> {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            web.metrics.rejected("body_too_large");
            let detail = format!("the body is larger than {} bytes; send fewer items at once", web.body_max_bytes);
            return Err(Box::new(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE").detail(detail)));
        }
        Err(_) => {
            web.metrics.rejected("body_unreadable");
            let problem = Problem::new(StatusCode::BAD_REQUEST, "BODY_UNREADABLE").detail("the body ended too early");
            return Err(Box::new(problem));
        }
    };
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        web.metrics.rejected("content_encoding");
        let detail = "send the body as it is, without Content-Encoding";
        return Err(Box::new(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_ENCODING").detail(detail)));
    }
    authenticate(web, headers, &body)?;
    let items = match read(&body) {
        Ok(items) => items,
        Err(unreadable) => {
            web.metrics.rejected("body_malformed");
            let refused = Refused::invalid("malformed", "body", "cannot be read", "see the webhook's description");
            web.receiver.refuse(None, SOURCE, refused);
            web.receiver.keep_aside(&body, "malformed").await;
            return Err(unreadable);
        }
    };
    answer(take(web, items).await)
}

fn authenticate(web: &Web, headers: &HeaderMap, body: &[u8]) -> Result<(), Box<Problem>> {
    let unauthorised = |reason| {
        web.metrics.rejected(reason);
        Box::new(Problem::new(StatusCode::UNAUTHORIZED, "SIGNATURE").detail("the signature could not be verified"))
    };
    let secrets = web.secrets.as_ref().ok_or_else(|| unauthorised("no_secret_configured"))?;
    verify(secrets, headers, body, web.clock.now()).map(|_| ()).map_err(|rejected| unauthorised(rejected.reason()))
}

/// What became of one item of a body.
#[derive(Serialize)]
struct Answer {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_key: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Why>,
}

#[derive(Serialize)]
struct Why {
    reason: &'static str,
    field: String,
    detail: String,
}

/// What became of a whole body.
#[derive(Serialize)]
struct Answers {
    accepted: usize,
    duplicate: usize,
    filtered: usize,
    rejected: usize,
    items: Vec<Answer>,
}

async fn take(web: &Web, items: Vec<Result<Item, Refused>>) -> Vec<Result<Outcome, Refused>> {
    let receiver = &web.receiver;
    let one = |item: Result<Item, Refused>| async move {
        match item {
            Ok(item) => receiver.receive(item, SOURCE).await,
            Err(refused) => Err(receiver.refuse(None, SOURCE, refused)),
        }
    };
    futures::stream::iter(items).map(one).buffered(ITEMS_IN_FLIGHT).collect().await
}

fn answer(outcomes: Vec<Result<Outcome, Refused>>) -> Result<Response, Box<Problem>> {
    // One item that could not be written has the whole body sent again; the others are duplicates then.
    if outcomes.iter().any(|outcome| matches!(outcome, Err(Refused::Unavailable))) {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "LOG_UNAVAILABLE")
            .detail("the log cannot take it now; send it again")
            .retry_after(RETRY_AFTER_SECONDS);
        return Err(Box::new(problem));
    }
    if let [Err(Refused::Invalid { reason: _, field, what, cure })] = outcomes.as_slice() {
        let detail = format!("{field} {what}; {cure}");
        let problem = Problem::new(StatusCode::BAD_REQUEST, "INVALID_ITEM").detail(&detail).field(*field, detail);
        return Err(Box::new(problem));
    }
    let count = |wanted| outcomes.iter().flatten().filter(|outcome| outcome.verdict == wanted).count();
    let answers = Answers {
        accepted: count(Verdict::Accepted),
        duplicate: count(Verdict::Duplicate),
        filtered: count(Verdict::Filtered),
        rejected: outcomes.iter().filter(|outcome| outcome.is_err()).count(),
        items: outcomes.iter().map(answer_of).collect(),
    };
    Ok(axum::Json(answers).into_response())
}

fn answer_of(outcome: &Result<Outcome, Refused>) -> Answer {
    match outcome {
        Ok(outcome) => Answer {
            verdict: outcome.verdict.as_str(),
            conversation_id: outcome.conversation.map(|id| id.to_string()),
            post_key: outcome.post.map(|key| key.to_string()),
            rule: outcome.rule.clone(),
            refused: None,
        },
        Err(refused) => Answer {
            verdict: "rejected",
            conversation_id: None,
            post_key: None,
            rule: String::new(),
            refused: Some(Why {
                reason: refused.reason(),
                field: match refused {
                    Refused::Invalid { field, .. } => (*field).to_owned(),
                    Refused::Unavailable => String::new(),
                },
                detail: refused.to_string(),
            }),
        },
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    timestamp: Option<String>,
    data: Data,
}

/// One item, or many of the same kind.
#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    Many(Vec<serde_json::Value>),
    One(serde_json::Value),
}

#[derive(Deserialize)]
struct PostData {
    brand: String,
    network: String,
    #[serde(default)]
    post_id: String,
    #[serde(default)]
    author: AuthorData,
    #[serde(default)]
    text: String,
    posted_at: Option<String>,
    #[serde(default)]
    in_reply_to: Option<String>,
    #[serde(default)]
    thread_root: Option<String>,
    #[serde(default)]
    private: bool,
    handle_use: Option<String>,
    #[serde(default)]
    attachments: Vec<AttachmentData>,
    #[serde(default)]
    backfill: bool,
    #[serde(default)]
    demo: bool,
    #[serde(default)]
    by_brand: bool,
    #[serde(default)]
    customer_id: Option<String>,
    person: Option<String>,
    language: Option<String>,
}

#[derive(Deserialize, Default)]
struct AuthorData {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    handle: Option<String>,
    #[serde(default)]
    followers: Option<u64>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    tier: Option<String>,
    #[serde(default)]
    timezone: Option<String>,
}

#[derive(Deserialize)]
struct AttachmentData {
    #[serde(rename = "type", default)]
    media_type: String,
    #[serde(default)]
    bytes: u64,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
struct ChangeData {
    brand: String,
    network: String,
    #[serde(default)]
    post_id: String,
    #[serde(default)]
    author_id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    shares: u64,
    #[serde(default)]
    comments: u64,
    #[serde(default)]
    likes: u64,
    #[serde(default)]
    views: u64,
    #[serde(default)]
    via: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    request_id: String,
}

/// Reads a body. The body as a whole may be unreadable; a single item of it may be refused on its own.
fn read(body: &[u8]) -> Result<Vec<Result<Item, Refused>>, Box<Problem>> {
    let malformed = |detail: &str| Box::new(Problem::new(StatusCode::BAD_REQUEST, "MALFORMED_BODY").detail(detail));
    if std::str::from_utf8(body).is_err() {
        return Err(malformed("the body is not UTF-8"));
    }
    if depth(body) > JSON_DEPTH_MAX {
        return Err(malformed(&format!("the JSON is nested deeper than {JSON_DEPTH_MAX}")));
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        // Only the place: serde's own message may repeat what the customer wrote.
        malformed(&format!(
            "the JSON at line {}, column {} is not an object with type, timestamp and data",
            error.line(),
            error.column()
        ))
    })?;
    let items = match body.data {
        Data::One(item) => vec![item],
        Data::Many(items) => items,
    };
    if items.len() > ITEMS_MAX {
        return Err(malformed(&format!("data has {} items; send at most {ITEMS_MAX} at once", items.len())));
    }
    let sent_at = body.timestamp.as_deref();
    Ok(items.into_iter().map(|item| read_item(&body.kind, sent_at, item)).collect())
}

/// How deep the JSON is nested, without reading it.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => quoted = false,
            (true, _) => {}
            (false, b'"') => quoted = true,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

fn read_item(kind: &str, sent_at: Option<&str>, item: serde_json::Value) -> Result<Item, Refused> {
    let wrong =
        |_| Refused::invalid("malformed", "data", "has a field of the wrong type", "see the webhook's description");
    match kind {
        "post.created" => {
            let data: PostData = serde_json::from_value(item).map_err(wrong)?;
            Ok(Item::Post(Box::new(read_post(data)?)))
        }
        "post.edited" | "post.deleted" | "engagement.observed" | "contact.recorded" => {
            let data: ChangeData = serde_json::from_value(item).map_err(wrong)?;
            read_change(kind, sent_at, data)
        }
        _ => Err(Refused::invalid(
            "unknown_type",
            "type",
            "is not known",
            "use post.created, post.edited, post.deleted, engagement.observed or contact.recorded",
        )),
    }
}

pub(crate) fn brand(text: &str) -> Result<BrandId, Refused> {
    BrandId::new(text)
        .map_err(|invalid| Refused::invalid("invalid_brand", "brand", invalid.why, "give the brand's short name"))
}

pub(crate) fn network(text: &str) -> Result<Network, Refused> {
    Network::new(text)
        .map_err(|invalid| Refused::invalid("invalid_network", "network", invalid.why, "give the network's short name"))
}

fn time(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, Refused> {
    let wrong =
        |_| Refused::invalid("invalid_time", field, "is not a time", "give it in RFC 3339, e.g. 2026-05-04T10:00:00Z");
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(wrong)).transpose()
}

pub(crate) fn handle_use(text: &str) -> Result<Option<HandleUse>, Refused> {
    match text {
        "" => Ok(None),
        "none" => Ok(Some(HandleUse::None)),
        "main" => Ok(Some(HandleUse::Main)),
        "care" => Ok(Some(HandleUse::Care)),
        _ => {
            Err(Refused::invalid("invalid_handle_use", "handle_use", "is not known", "use main, care, or leave it out"))
        }
    }
}

pub(crate) fn person(text: &str) -> Result<Option<PersonId>, Refused> {
    let wrong = |invalid: conversation::ids::InvalidId| {
        Refused::invalid(
            "invalid_person",
            "person",
            invalid.why,
            "give the person's short name in the brand's settings",
        )
    };
    (!text.is_empty()).then(|| PersonId::new(text).map_err(wrong)).transpose()
}

fn read_post(data: PostData) -> Result<Post, Refused> {
    let attachment = |known: AttachmentData| Attachment {
        media_type: known.media_type,
        size_bytes: known.bytes,
        url: known.url.unwrap_or_default(),
    };
    Ok(Post {
        brand: brand(&data.brand)?,
        network: network(&data.network)?,
        native_id: data.post_id,
        author: Author {
            id: data.author.id,
            name: data.author.name.unwrap_or_default(),
            handle: data.author.handle.unwrap_or_default(),
            followers: data.author.followers.unwrap_or(0),
            region: data.author.region.unwrap_or_default(),
            tier: data.author.tier.unwrap_or_default(),
            timezone: data.author.timezone.unwrap_or_default(),
        },
        text: data.text,
        posted_at: time("posted_at", data.posted_at.as_deref())?,
        in_reply_to: data.in_reply_to.unwrap_or_default(),
        thread_root: data.thread_root.unwrap_or_default(),
        private: data.private,
        handle_use: handle_use(data.handle_use.as_deref().unwrap_or(""))?,
        attachments: data.attachments.into_iter().map(attachment).collect(),
        backfill: data.backfill,
        demo: data.demo,
        by_brand: data.by_brand,
        customer_id: data.customer_id.unwrap_or_default(),
        person: person(data.person.as_deref().unwrap_or(""))?,
        language: data.language.unwrap_or_default(),
    })
}

fn read_change(kind: &str, sent_at: Option<&str>, data: ChangeData) -> Result<Item, Refused> {
    let at = time("at", data.at.as_deref().or(sent_at))?
        .ok_or_else(|| Refused::invalid("missing_time", "at", "is missing", "say when it happened, in RFC 3339"))?;
    let (brand, network, native_id) = (brand(&data.brand)?, network(&data.network)?, data.post_id);
    let author_id = data.author_id;
    Ok(match kind {
        "post.edited" => Item::Edit(Edit { brand, network, native_id, author_id, text: data.text, edited_at: at }),
        "post.deleted" => Item::Deletion(Deletion { brand, network, native_id, author_id, deleted_at: at }),
        "engagement.observed" => Item::Engagement(Engagement {
            brand,
            network,
            native_id,
            shares: data.shares,
            comments: data.comments,
            likes: data.likes,
            views: data.views,
            observed_at: at,
        }),
        _ => Item::Contact(Contact {
            brand,
            network,
            author_id,
            via: data.via,
            summary: data.summary,
            contacted_at: at,
            request_id: data.request_id,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_strings() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}]}"#), 3);
        assert_eq!(depth("[".repeat(65).as_bytes()), 65);
    }

    #[test]
    fn a_body_that_cannot_be_read_says_where_and_not_what() {
        let problem = read(br#"{"type":"post.created","data":{"text":"my card is 4111"#).map(|_| ()).unwrap_err();
        let shown = format!("{problem:?}");
        assert!(shown.contains("line 1") && !shown.contains("4111"), "{shown}");
        assert!(read(b"\xff\xfe{}").is_err());
    }

    #[test]
    fn a_post_without_an_id_or_with_a_wrong_time_names_the_field() {
        let item = |json: &str| read(json.as_bytes()).unwrap().remove(0);
        let refused = item(r#"{"type":"post.created","data":{"brand":"b","network":"x","posted_at":"yesterday"}}"#);
        assert!(matches!(refused, Err(Refused::Invalid { field: "posted_at", .. })));
        let refused = item(r#"{"type":"post.created","data":{"brand":"No Slug","network":"x"}}"#);
        assert!(matches!(refused, Err(Refused::Invalid { field: "brand", .. })));
        let refused = item(r#"{"type":"unheard.of","data":{}}"#);
        assert!(matches!(refused, Err(Refused::Invalid { field: "type", .. })));
        let post =
            item(r#"{"type":"post.created","data":{"brand":"b","network":"x","author":{"id":"1"},"text":"hi"}}"#);
        let checked = crate::intake::check(&post.unwrap(), 1_000);
        assert!(matches!(checked, Err(Refused::Invalid { field: "post_id", reason: "missing_id", .. })));
    }
}

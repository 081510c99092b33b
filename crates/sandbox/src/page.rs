//! The network as a person sees it: a page with the timeline, live, and a box to write a post.
//!
//! Messages are made into HTML here and only here, with every word of a person escaped; the page puts the pieces in
//! as they come. Its policy allows no script but its own, should that ever fail.

use crate::Shared;
use crate::ledger::Listed;
use crate::message::Message;
use crate::replies::{next, query_problem};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::Deserialize;
use serde_json::json;
use service::Shutdown;
use service::problem::Problem;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

const PAGE: &str = include_str!("page/page.html");
const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/page.css");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Messages that the page begins with.
const FIRST_MESSAGES: usize = 100;
const MAX_PAGE_MESSAGES: usize = 1_000;
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /`
pub(crate) async fn page(State(shared): State<Shared>) -> Response {
    let newest = shared.network.page(None, FIRST_MESSAGES, |_| true);
    let last = newest.first().map_or(0, |listed| listed.sequence);
    let messages: String = newest.iter().map(fragment).collect();
    let brands: String = shared.brands.iter().map(|brand| format!("<option value=\"{}\">", escape(brand))).collect();
    // The messages come last: nothing that a person wrote is searched for a mark.
    let html =
        PAGE.replace("{{last}}", &last.to_string()).replace("{{brands}}", &brands).replace("{{messages}}", &messages);
    asset("text/html; charset=utf-8", html)
}

/// `GET /page.js`
pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT.to_owned())
}

/// `GET /page.css`
pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE.to_owned())
}

fn asset(kind: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}

/// What `GET /timeline` may be asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimelineQuery {
    limit: Option<usize>,
    before: Option<u64>,
    brand: Option<String>,
}

/// `GET /timeline`: posts and replies, newest first; `next` is the `before` of the next page.
pub(crate) async fn timeline(
    State(shared): State<Shared>,
    query: Result<Query<TimelineQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| query_problem(&error))?;
    let limit = query.limit.unwrap_or(FIRST_MESSAGES).clamp(1, MAX_PAGE_MESSAGES);
    let messages = shared.network.page(query.before, limit, |message| {
        let brand = match message {
            Message::Post(post) => &post.brand,
            Message::Reply(reply) => &reply.brand,
        };
        query.brand.as_ref().is_none_or(|wanted| wanted == brand)
    });
    Ok(Json(json!({ "messages": messages, "next": next(&messages, limit) })).into_response())
}

/// Where the live timeline begins, for a first connection; later ones say it by `Last-Event-ID`.
#[derive(Deserialize)]
pub(crate) struct LiveQuery {
    after: Option<u64>,
}

/// `GET /timeline/live`: each message as a piece of HTML; `id` is its place, `reset` says that some were missed.
pub(crate) async fn live(
    State(shared): State<Shared>,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let (missed, live) = shared.network.follow(resumed.or(query.after));
    let events = events(Follower { missed: missed.into(), live, shutdown: shared.shutdown.clone() });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    ([(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))], sse)
}

struct Follower {
    missed: VecDeque<Listed>,
    live: broadcast::Receiver<Listed>,
    shutdown: Shutdown,
}

fn events(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(follower, |mut follower| async move {
        if let Some(listed) = follower.missed.pop_front() {
            return Some((Ok(event(&listed)), follower));
        }
        // A page that is still open does not hold up the end of the process.
        let next = follower.shutdown.unless_begun(follower.live.recv()).await?;
        let event = match next {
            Ok(listed) => event(&listed),
            Err(RecvError::Lagged(_)) => Event::default().event("reset").data("load anew"),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), follower))
    })
}

fn event(listed: &Listed) -> Event {
    Event::default().event("message").id(listed.sequence.to_string()).data(fragment(listed))
}

/// A message as a piece of HTML.
fn fragment(listed: &Listed) -> String {
    let mut html = String::new();
    // Writing into a string cannot fail.
    let _ = match &listed.message {
        Message::Post(post) => write!(
            html,
            "<li class=\"post{private}\" data-brand=\"{brand}\"><header><b dir=\"auto\">{name}</b> <span>{handle}</span> \
             to <a>{brand}</a> on {network}{lock}<time datetime=\"{at}\">{clock}</time></header><p dir=\"auto\">{text}</p>{files}{parent}</li>",
            private = if post.private { " private" } else { "" },
            brand = escape(&post.brand),
            name = escape(if post.author.name.is_empty() { &post.author.id } else { &post.author.name }),
            handle = escape(&post.author.handle),
            network = escape(&post.network),
            lock = if post.private { ", in private" } else { "" },
            at = post.posted_at,
            clock = post.posted_at.strftime("%H:%M:%S UTC"),
            text = escape(&post.text),
            files = files(post.attachments.len()),
            parent = parent(post.in_reply_to.as_deref()),
        ),
        Message::Reply(reply) => write!(
            html,
            "<li class=\"reply{private}\" data-brand=\"{brand}\" data-id=\"{id}\" data-network=\"{network}\"><header><b>{brand}</b> \
             answers on {network}{lock}{part}<time datetime=\"{at}\">{clock}</time></header><p dir=\"auto\">{text}</p>{parent}\
             <button type=\"button\">Answer</button></li>",
            private = if reply.private { " private" } else { "" },
            brand = escape(&reply.brand),
            id = escape(&reply.id),
            network = escape(&reply.network),
            lock = if reply.private { ", in private" } else { "" },
            part = if reply.parts > 1 { format!(", part {} of {}", reply.part, reply.parts) } else { String::new() },
            at = reply.posted_at,
            clock = reply.posted_at.strftime("%H:%M:%S UTC"),
            text = escape(&reply.text),
            parent = parent(reply.in_reply_to.as_deref()),
        ),
    };
    html
}

fn files(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "<small>1 attachment</small>".to_owned(),
        many => format!("<small>{many} attachments</small>"),
    }
}

fn parent(id: Option<&str>) -> String {
    id.map(|id| format!("<small>in answer to <bdi>{}</bdi></small>", escape(id))).unwrap_or_default()
}

/// Text that is safe between tags and in quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\r' => safe.push_str("&#13;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Author, Post};
    use jiff::Timestamp;

    fn hostile(text: &str) -> Post {
        Post {
            post_id: text.into(),
            brand: text.into(),
            network: text.into(),
            author: Author { id: text.into(), name: text.into(), handle: text.into(), ..Author::default() },
            text: text.into(),
            posted_at: Timestamp::UNIX_EPOCH,
            in_reply_to: Some(text.into()),
            private: true,
            handle_use: None,
            attachments: Vec::new(),
            thread_root: None,
        }
    }

    #[test]
    fn no_field_of_a_post_becomes_markup() {
        for text in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onclick='x", "</li></ol><h1>"] {
            let listed = Listed { sequence: 1, message: Message::Post(hostile(text)) };
            let html = fragment(&listed);
            assert!(!html.contains(text), "{html}");
            assert_eq!(html.matches("<li").count(), 1);
            assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<h1"), "{html}");
        }
    }

    #[test]
    fn what_people_write_is_not_taken_for_a_mark_of_the_page() {
        let marks = ["{{last}}", "{{brands}}", "{{messages}}"];
        assert!(marks.iter().all(|mark| PAGE.matches(mark).count() == 1));
        assert!(PAGE.find("{{messages}}") > PAGE.find("{{brands}}"));
    }
}

//! The stream of events: what changes, to every browser that listens, as server-sent events.
//!
//! One watch of conversations ([`feed`]) and one of measures ([`measures`]) feed all browsers; the number of browsers
//! costs the services behind nothing. A browser loads what it shows (the snapshot), notes the position of the log that
//! the snapshot stands for (`asOfSequence`), and asks for everything after it. When it comes back it says what it heard
//! last and misses nothing ([`listener`]); when that can no longer be had it is told to begin afresh, which is also what
//! becomes of one that is too slow: nothing is kept for it alone.

mod audience;
mod feed;
mod listener;
mod measures;
mod news;

use crate::api::refused;
use crate::upstream::Upstreams;
use crate::{Gateway, Shutdown};
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use feed::Feed;
use futures::stream::{self, Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use listener::{Heard, Listener};
use measures::Measures;
use news::News;
use opentelemetry::metrics::UpDownCounter;
use serde::Deserialize;
use service::problem::Problem;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use wire::pb::conversation::Writing;

/// Browsers come back after so long.
const RETRY: Duration = Duration::from_secs(2);
/// So often something is said even when nothing happens, so that a dead connection is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What all browsers hear.
pub struct Events {
    feed: Arc<Feed>,
    measures: Arc<Measures>,
    news: Arc<News>,
}

/// What narrows the stream, and where it goes on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    brand: String,
    /// Whose news are told too; nobody's when empty.
    #[serde(default)]
    person: String,
    #[serde(default)]
    after: String,
}

impl Events {
    pub fn new(upstreams: &Upstreams, kept_max: usize) -> Self {
        let routing = upstreams.owner("earshot.conversation.v1.ConversationService").expect("routing is an upstream");
        let analytics = upstreams.owner("earshot.analytics.v1.AnalyticsService").expect("analytics is an upstream");
        let notifier = upstreams.owner("earshot.notifier.v1.NotificationService").expect("the notifier is an upstream");
        Events {
            news: Arc::new(News::new(notifier.clone())),
            feed: Arc::new(Feed::new(routing.clone(), kept_max)),
            measures: Arc::new(Measures::new(analytics.clone())),
        }
    }

    /// Follows the services until shutdown begins.
    pub fn follow(&self, shutdown: &Shutdown) -> Vec<JoinHandle<()>> {
        let (feed, measures, news) = (Arc::clone(&self.feed), Arc::clone(&self.measures), Arc::clone(&self.news));
        let (first, second, third) = (shutdown.clone(), shutdown.clone(), shutdown.clone());
        vec![
            tokio::spawn(async move {
                third.unless_begun(news.follow()).await;
            }),
            tokio::spawn(async move {
                first.unless_begun(feed.follow()).await;
            }),
            tokio::spawn(async move {
                second.unless_begun(measures.follow()).await;
            }),
        ]
    }

    /// All that one browser hears, from where it left off, until shutdown begins.
    fn told(
        &self,
        after: Option<u64>,
        brand: String,
        person: String,
        shutdown: Shutdown,
    ) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
        let listener = Listener::new(Arc::clone(&self.feed), brand.clone(), after);
        let conversations = stream::unfold(listener, |mut listener| async move {
            let event = match listener.next().await {
                Heard::Change(told) => {
                    Event::default().event("conversation").id(told.sequence.to_string()).data(told.data())
                }
                Heard::Reset { at } => Event::default().event("reset").id(at.to_string()).data("{}"),
            };
            Some((event, listener))
        });
        let writing = stream::unfold((self.feed.writing(), brand.clone()), |(mut writing, brand)| async move {
            let data = writes(&mut writing, &brand).await?;
            Some((Event::default().event("writing").data(data), (writing, brand)))
        });
        let news = match person.as_str() {
            "" => stream::pending().boxed(),
            _ => stream::unfold(self.news.listen(brand.clone(), person), |mut news| async move {
                let data = news.next().await;
                Some((Event::default().event("news").data(data), news))
            })
            .boxed(),
        };
        let measures = stream::unfold(self.measures.listen(brand), |mut measures| async move {
            let data = measures.next().await;
            Some((Event::default().event("measures").data(&*data), measures))
        });
        // The first bytes go out at once, so that a browser knows that it is connected.
        let hello = stream::once(async { Event::default().retry(RETRY).comment("earshot") });
        let listening = Listening::begin();
        hello
            .chain(stream::select(
                stream::select(conversations.boxed(), writing.boxed()),
                stream::select(measures.boxed(), news),
            ))
            .take_until(async move { shutdown.begun().await })
            .map(move |event| {
                let _counted = &listening;
                Ok(event)
            })
    }
}

/// Who of a brand, or of all, writes next; what was missed is not told any more.
async fn writes(writing: &mut broadcast::Receiver<Arc<Writing>>, brand: &str) -> Option<String> {
    loop {
        match writing.recv().await {
            Ok(somebody) if brand.is_empty() || somebody.brand == brand => {
                return Some(serde_json::to_string(&*somebody).expect("a message of the contract has a JSON form"));
            }
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return None,
        }
    }
}

/// `GET /api/v1/events`.
pub async fn stream(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return refused(wrong("the query is not understood; known are brand, person, after", None));
    };
    // What a browser heard last is newer than the address it first asked for.
    let heard = headers.get("last-event-id").filter(|id| !id.is_empty());
    let after = match heard.map(|id| id.to_str().ok().and_then(|id| id.parse().ok())) {
        Some(Some(id)) => Some(id),
        // A browser cannot mend what it remembers; past the end of any log it is told to begin afresh.
        Some(None) => Some(u64::MAX),
        None if asked.after.is_empty() => None,
        None => match asked.after.parse() {
            Ok(after) => Some(after),
            Err(_) => return refused(wrong("after must be a position of the log", Some("after"))),
        },
    };
    let told = gateway.events.told(after, asked.brand, asked.person, gateway.shutdown.clone());
    let mut response = Sse::new(told).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("here")).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that collects before it sends would hold events back.
    answer.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn wrong(detail: &str, field: Option<&str>) -> Problem {
    let problem = Problem::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT").detail(detail);
    match field {
        Some(field) => problem.field(field, detail),
        None => problem,
    }
}

/// How many listen, for the page of metrics.
static STREAMS: LazyLock<UpDownCounter<i64>> = LazyLock::new(|| {
    service::metrics::meter()
        .i64_up_down_counter("earshot.gateway.event_streams")
        .with_description("Browsers and others that listen to the stream of events")
        .build()
});

/// Counts one that listens, until it is dropped.
struct Listening;

impl Listening {
    fn begin() -> Self {
        STREAMS.add(1, &[]);
        Listening
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        STREAMS.add(-1, &[]);
    }
}

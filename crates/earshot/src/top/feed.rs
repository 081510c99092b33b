//! Where the figures come from: the gateway's JSON, read again whenever its stream of events says that something changed.

use super::board::{Answers, Board, Lost, Seen};
use anyhow::Context as _;
use futures::StreamExt;
use reqwest::{Client, Url};
use serde::de::DeserializeOwned;
use service::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use wire::pb::brand::{ListBrandsResponse, ListIncidentsResponse};

/// How many of those who wait are read.
const LISTED: &str = "50";
/// Between two readings at least, however much happens.
const PAUSE: Duration = Duration::from_secs(1);
/// And at most: time alone makes things late.
const LONGEST: Duration = Duration::from_secs(10);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The gateway, and which brand is shown; all when it is empty.
#[derive(Clone)]
pub struct Feed {
    client: Client,
    url: Url,
    brand: String,
    clock: Clock,
}

impl Feed {
    pub fn new(url: String, brand: String, clock: Clock) -> anyhow::Result<Feed> {
        let url = Url::parse(&url).with_context(|| format!("{url} is no address of a gateway"))?;
        let client = Client::builder().connect_timeout(PATIENCE).build()?;
        Ok(Feed { client, url, brand, clock })
    }

    /// Everything as it is now.
    pub async fn read(&self) -> anyhow::Result<Board> {
        let brand = ("brand", self.brand.as_str());
        let (by_brand, waiting) = ([brand, ("groupBy", "BRAND")], [brand, ("status", "OPEN"), ("pageSize", LISTED)]);
        let measures = self.get("/api/v1/measures", &by_brand);
        let conversations = self.get("/api/v1/conversations", &waiting);
        let brands = self.get("/api/v1/brands", &[]);
        let (measures, conversations, brands) = tokio::try_join!(measures, conversations, brands)?;
        let ListBrandsResponse { mut brands } = brands;
        brands.retain(|known| self.brand.is_empty() || known.brand == self.brand);
        let mut incidents = Vec::new();
        for known in &brands {
            let path = format!("/api/v1/brands/{}/incidents", known.brand);
            let found: ListIncidentsResponse = self.get(&path, &[]).await?;
            incidents.push((known.brand.clone(), found.incidents));
        }
        Ok(Board::of(&Answers { measures, conversations, brands, incidents }, self.clock.now()))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, asked: &[(&str, &str)]) -> anyhow::Result<T> {
        let given: Vec<_> = asked.iter().filter(|(_, value)| !value.is_empty()).collect();
        let mut url = self.url.join(path)?;
        url.query_pairs_mut().extend_pairs(given);
        let sent = self.client.get(url).timeout(PATIENCE).send().await;
        let answer = sent.map_err(|error| anyhow::anyhow!("{} does not answer: {}", self.url, cause(&error)))?;
        let status = answer.status();
        let bytes = answer.bytes().await.with_context(|| format!("{} broke off", self.url))?;
        if !status.is_success() {
            let problem: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
            anyhow::bail!("{path}: {status} {}", problem["detail"].as_str().unwrap_or_default());
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{path} answers something else than expected"))
    }

    /// Reads again and again, and tells what it sees, until nobody looks any more.
    pub async fn follow(self, seen: watch::Sender<Seen>) {
        let changed = Arc::new(Notify::new());
        let listening = tokio::spawn(self.clone().listen(Arc::clone(&changed)));
        while !seen.is_closed() {
            let read = self.read().await;
            let now = self.clock.now();
            seen.send_modify(|seen| match read {
                Ok(board) => *seen = Seen { board: Some(board), lost: None },
                // Since when it is lost stays; why is the newest reason.
                Err(error) => {
                    let since = seen.lost.as_ref().map_or(now, |lost| lost.since);
                    seen.lost = Some(Lost { since, why: format!("{error:#}") });
                }
            });
            tokio::time::sleep(PAUSE).await;
            tokio::select! {
                () = changed.notified() => {}
                () = tokio::time::sleep(LONGEST) => {}
                () = seen.closed() => {}
            }
        }
        listening.abort();
    }

    /// Says that something changed, whenever an event comes; comes back when the stream ends.
    async fn listen(self, changed: Arc<Notify>) {
        loop {
            if let Ok(url) = self.url.join("/api/v1/events")
                && let Ok(answer) = self.client.get(url).send().await
            {
                let mut stream = answer.bytes_stream();
                while let Some(Ok(bytes)) = stream.next().await {
                    // A line that begins with a colon is no event but a sign of life.
                    if !bytes.starts_with(b":") {
                        changed.notify_one();
                    }
                }
            }
            changed.notify_one();
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The innermost cause, which is what a person can act on.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::answers;
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A gateway that answers each path with what it is given, until it is dropped; events end at once.
    async fn gateway() -> (String, tokio::task::JoinHandle<()>) {
        service::process::install_crypto();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut asked = vec![0; 4_096];
                let count = socket.read(&mut asked).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&asked[..count]).lines().next().unwrap_or_default().to_owned();
                let body = body(&line);
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _gone = socket.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        (url, serving)
    }

    fn body(line: &str) -> String {
        let known = answers();
        let path = line.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/api/v1/measures" => serde_json::to_string(&known.measures).unwrap(),
            "/api/v1/conversations" => serde_json::to_string(&known.conversations).unwrap(),
            "/api/v1/brands" => serde_json::to_string(&ListBrandsResponse { brands: known.brands }).unwrap(),
            path if path.ends_with("/incidents") => {
                let incidents = known.incidents.into_iter().flat_map(|(_, all)| all).collect();
                serde_json::to_string(&ListIncidentsResponse { incidents }).unwrap()
            }
            _ => String::new(),
        }
    }

    #[tokio::test]
    async fn the_board_is_read_and_a_lost_gateway_is_told_with_the_last_board() {
        let (url, serving) = gateway().await;
        let feed = Feed::new(url, String::new(), Clock::System).unwrap();
        let board = feed.read().await.unwrap();
        assert_eq!((board.brands.len(), board.burning.len(), board.surges.len()), (2, 3, 1));
        let (sender, mut seeing) = watch::channel(Seen::default());
        let following = tokio::spawn(feed.follow(sender));
        let first = seeing.wait_for(|seen| seen.board.is_some()).await.unwrap().clone();
        assert_eq!(first.lost, None);
        serving.abort();
        let lost = seeing.wait_for(|seen| seen.lost.is_some()).await.unwrap().clone();
        assert!(lost.board.is_some(), "what was seen last stays");
        assert!(lost.lost.unwrap().why.contains("does not answer"));
        following.abort();
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let refused = Feed::new("nowhere".into(), String::new(), Clock::System).err().unwrap().to_string();
        assert!(refused.contains("nowhere is no address"), "{refused}");
    }
}

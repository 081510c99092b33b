//! One watch of the news for people, for all browsers, followed while anybody listens for somebody. Who comes hears what stands on
//! the person's console and then what comes; whoever hears it twice knows it by its sequence.

use super::audience::Audience;
use crate::upstream::{Pause, Upstream};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tonic::Status;
use wire::pb::notifier::notification_service_client::NotificationServiceClient;
use wire::pb::notifier::{ShownNews, WatchNewsRequest};

/// A browser that only loads its page anew finds the watch still there.
const LINGER: Duration = Duration::from_secs(30);
/// As much as is kept of all people, as the notifier does.
const KEPT_MOST: usize = 20_000;

/// The watch and what it has told, the oldest first.
pub struct News {
    notifier: Upstream,
    kept: Mutex<VecDeque<ShownNews>>,
    audience: Audience,
}

/// One browser, which listens for one person.
pub struct Reader {
    news: Arc<News>,
    changed: watch::Receiver<()>,
    brand: String,
    person: String,
    heard: u64,
}

impl News {
    pub fn new(notifier: Upstream) -> Self {
        News { notifier, kept: Mutex::default(), audience: Audience::default() }
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<ShownNews>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A browser that has heard nothing yet.
    pub fn listen(self: &Arc<Self>, brand: String, person: String) -> Reader {
        Reader { news: Arc::clone(self), changed: self.audience.join(), brand, person, heard: 0 }
    }

    /// Follows the notifier while anybody listens, through its restarts.
    pub async fn follow(&self) {
        loop {
            self.audience.follow(LINGER, self.follow_on()).await;
            self.kept().clear();
        }
    }

    async fn follow_on(&self) {
        let mut pause = Pause::default();
        loop {
            if let Err(status) = self.session(&mut pause).await {
                tracing::debug!(code = ?status.code(), "the watch of news broke off");
            }
            pause.wait().await;
        }
    }

    async fn session(&self, pause: &mut Pause) -> Result<(), Status> {
        let after_sequence = self.kept().back().map_or(0, |newest| newest.sequence);
        let mut client = NotificationServiceClient::new(self.notifier.calls());
        let request = WatchNewsRequest { after_sequence, ..WatchNewsRequest::default() };
        let mut messages = client.watch_news(request).await?.into_inner();
        while let Some(message) = messages.message().await? {
            *pause = Pause::default();
            if let Some(news) = message.news {
                self.take(news);
            }
        }
        Ok(())
    }

    fn take(&self, news: ShownNews) {
        let mut kept = self.kept();
        if kept.back().is_some_and(|newest| newest.sequence >= news.sequence) {
            return;
        }
        kept.push_back(news);
        if kept.len() > KEPT_MOST {
            kept.pop_front();
        }
        drop(kept);
        self.audience.tell();
    }
}

impl Reader {
    /// What the browser hears next; waits until there is something. For nobody there is nothing.
    pub async fn next(&mut self) -> String {
        loop {
            self.changed.borrow_and_update();
            if let Some(news) = self.after() {
                self.heard = news.sequence;
                return serde_json::to_string(&news).expect("a message of the contract has a JSON form");
            }
            // The news live as long as the gateway does.
            let _ = self.changed.changed().await;
        }
    }

    fn after(&self) -> Option<ShownNews> {
        let kept = self.news.kept();
        let from = kept.partition_point(|news| news.sequence <= self.heard);
        let mut rest = kept.iter().skip(from);
        let wanted =
            |news: &&ShownNews| news.person == self.person && (self.brand.is_empty() || news.brand == self.brand);
        rest.find(wanted).cloned()
    }
}

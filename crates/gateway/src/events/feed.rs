//! One watch of conversations for all browsers, and the newest changes of it, kept for those who come back.
//!
//! What is kept reaches from `floor` to `head`, two positions of the log, without a gap: every change after the floor
//! and up to the head is in here, once. When the watch breaks it goes on after the head. Only when the log behind is
//! another one (restored, emptied) is everything forgotten, in a new `era`, and everyone told to begin afresh.
//!
//! The watch begins with the first browser and ends a while after the last: a storm that nobody looks at costs nothing here.

use super::audience::Audience;
use crate::upstream::{Pause, Upstream};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, watch};
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use wire::pb::conversation::conversation_service_client::ConversationServiceClient;
use wire::pb::conversation::{
    ConversationStatus, ListConversationsRequest, WatchConversationsRequest, WatchConversationsResponse, Writing,
};

/// Browsers at once that are caught up by a watch of their own, since what they missed is kept here no longer.
const CATCH_UPS_MAX: usize = 64;
/// Routing that has just started reads the log; it is asked again after so long, and so often while it stands still,
/// before its log counts as another one.
const BEHIND_PAUSE: Duration = Duration::from_millis(250);
const BEHIND_STILL_MAX: u32 = 20;

/// How long changes are still kept for browsers that have left: a train through a tunnel, a laptop that was shut.
const LINGER: Duration = Duration::from_secs(600);

/// How many words of who writes a slow browser may fall behind; it is told again with the next letters.
const WRITING_KEPT: usize = 64;

/// What a watch tells.
pub type Changes = Streaming<WatchConversationsResponse>;

/// One change.
#[derive(Debug, PartialEq)]
pub struct Told {
    /// Its position in the log.
    pub sequence: u64,
    pub brand: String,
    change: WatchConversationsResponse,
    /// Its JSON, made when the first browser asks for it.
    data: OnceLock<Box<str>>,
}

/// What is kept.
#[derive(Debug, Default)]
pub struct Kept {
    changes: VecDeque<Arc<Told>>,
    floor: u64,
    head: u64,
    /// The highest position that routing is known to have reached.
    reached: u64,
    live: bool,
    era: u64,
}

/// What a listener at a position hears next.
#[derive(Debug, PartialEq)]
pub enum Next {
    Change(Arc<Told>),
    /// What it should hear next is kept no longer.
    Lost,
    /// Nothing yet; it has heard everything up to this position.
    Nothing {
        heard: u64,
    },
}

impl Kept {
    pub fn floor(&self) -> u64 {
        self.floor
    }

    pub fn head(&self) -> u64 {
        self.head
    }

    pub fn era(&self) -> u64 {
        self.era
    }

    /// Is the watch connected? Only then is the head the present.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// What comes after a position, for one brand or, when it is empty, for all.
    pub fn next(&self, after: u64, brand: &str) -> Next {
        if after < self.floor {
            return Next::Lost;
        }
        let from = self.changes.partition_point(|told| told.sequence <= after);
        let mut rest = self.changes.iter().skip(from);
        match rest.find(|told| brand.is_empty() || told.brand == brand) {
            Some(told) => Next::Change(Arc::clone(told)),
            None => Next::Nothing { heard: after.max(self.head) },
        }
    }

    /// Takes a change in; false when it was told before.
    fn tell(&mut self, told: Told, kept_max: usize) -> bool {
        if told.sequence <= self.head {
            return false;
        }
        self.head = told.sequence;
        self.reached = self.reached.max(told.sequence);
        self.changes.push_back(Arc::new(told));
        if self.changes.len() > kept_max
            && let Some(oldest) = self.changes.pop_front()
        {
            self.floor = oldest.sequence;
        }
        true
    }

    /// Forgets everything and begins at a position.
    fn begin(&mut self, position: u64) {
        *self = Kept { floor: position, head: position, reached: position, era: self.era + 1, ..Kept::default() };
    }
}

/// The watch and what is kept of it.
pub struct Feed {
    routing: Upstream,
    kept_max: usize,
    kept: Mutex<Kept>,
    audience: Audience,
    /// Who writes an answer at this moment: it passes by, and has no place among the changes.
    writing: broadcast::Sender<Arc<Writing>>,
    asking: tokio::sync::Mutex<()>,
    pub catch_ups: Arc<Semaphore>,
}

impl Feed {
    pub fn new(routing: Upstream, kept_max: usize) -> Self {
        Feed {
            routing,
            kept_max,
            kept: Mutex::default(),
            audience: Audience::default(),
            writing: broadcast::channel(WRITING_KEPT).0,
            asking: tokio::sync::Mutex::default(),
            catch_ups: Arc::new(Semaphore::new(CATCH_UPS_MAX)),
        }
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For one more browser; changes whenever what is kept does.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.audience.join()
    }

    /// For one more browser: who writes an answer from now on.
    pub fn writing(&self) -> broadcast::Receiver<Arc<Writing>> {
        self.writing.subscribe()
    }

    /// So many changes a browser is caught up by; one that missed more begins afresh sooner than it would hear them all.
    pub fn catch_up_max(&self) -> usize {
        self.kept_max
    }

    /// A watch for one listener, from a position on.
    pub async fn watch_for(&self, after: u64, brand: &str) -> Result<Changes, Status> {
        watch(self.routing.streams(), after, brand).await
    }

    /// Has the log come to a position? One question to routing answers for all who wonder at the same time.
    pub async fn has_reached(&self, position: u64) -> Result<bool, Status> {
        if position <= self.kept().reached {
            return Ok(true);
        }
        let _one_at_a_time = self.asking.lock().await;
        if position <= self.kept().reached {
            return Ok(true);
        }
        let era = self.kept().era;
        let reached = self.position().await?;
        let mut kept = self.kept();
        if kept.era == era {
            kept.reached = kept.reached.max(reached);
        }
        Ok(position <= reached)
    }

    /// How far routing has come in the log.
    async fn position(&self) -> Result<u64, Status> {
        // Any list says it; hardly any conversation is in this one.
        let status = vec![ConversationStatus::Merged.into()];
        let request = ListConversationsRequest { status, page_size: 1, ..ListConversationsRequest::default() };
        let mut client = ConversationServiceClient::new(self.routing.calls());
        let listed = client.list_conversations(request).await?;
        Ok(listed.into_inner().as_of_sequence)
    }

    /// Follows routing while anybody listens, through its restarts.
    pub async fn follow(&self) {
        loop {
            self.audience.follow(LINGER, self.follow_on()).await;
            self.kept().live = false;
        }
    }

    async fn follow_on(&self) {
        let mut pause = Pause::default();
        let mut known = false;
        loop {
            if let Err(status) = self.session(&mut known, &mut pause).await {
                tracing::debug!(code = ?status.code(), "the watch of conversations broke off");
            }
            self.kept().live = false;
            pause.wait().await;
        }
    }

    /// One connection: finds where to go on, and goes on until it breaks. `known` is true once there was one.
    async fn session(&self, known: &mut bool, pause: &mut Pause) -> Result<(), Status> {
        let position = self.position().await?;
        let head = self.kept().head;
        if !*known {
            self.begin(position);
            *known = true;
        } else if position < head {
            self.wait_for(head, position).await?;
        } else if head == 0 && position > 0 {
            // "After 0" cannot be said, since 0 stands for the present.
            self.begin(position);
        }
        let head = self.kept().head;
        let mut changes = watch(self.routing.calls(), head, "").await?;
        if head == 0 {
            // The log was empty: whatever came between the question and the watch is in neither.
            let position = self.position().await?;
            if position > 0 {
                self.begin(position);
                changes = watch(self.routing.calls(), position, "").await?;
            }
        }
        *pause = Pause::default();
        self.kept().live = true;
        self.audience.tell();
        while let Some(change) = changes.message().await? {
            self.tell(change);
        }
        Ok(())
    }

    /// Waits while routing, just started, reads the log up to where it was; when it stays behind, the log is another.
    async fn wait_for(&self, head: u64, mut position: u64) -> Result<(), Status> {
        let mut still = 0;
        while position < head {
            if still == BEHIND_STILL_MAX {
                tracing::warn!(position, head, "the log ends before what was told of it; all listeners begin afresh");
                self.begin(position);
                return Ok(());
            }
            tokio::time::sleep(BEHIND_PAUSE).await;
            let now = self.position().await?;
            still = if now == position { still + 1 } else { 0 };
            position = now;
        }
        Ok(())
    }

    fn begin(&self, position: u64) {
        self.kept().begin(position);
        self.audience.tell();
    }

    fn tell(&self, mut change: WatchConversationsResponse) {
        if let Some(writing) = change.writing.take() {
            // No receiver is no loss: nobody looks.
            let _ = self.writing.send(Arc::new(writing));
            return;
        }
        if self.kept().tell(Told::from(change), self.kept_max) {
            self.audience.tell();
        }
    }
}

/// A watch of a brand, or of all, from a position on; 0 stands for the present.
async fn watch(channel: Channel, after: u64, brand: &str) -> Result<Changes, Status> {
    let request = WatchConversationsRequest { start_after_sequence: after, brand: brand.to_owned() };
    let mut client = ConversationServiceClient::new(channel);
    client.watch_conversations(request).await.map(tonic::Response::into_inner)
}

impl From<WatchConversationsResponse> for Told {
    fn from(change: WatchConversationsResponse) -> Self {
        let brand = change.conversation.as_ref().map(|conversation| conversation.brand.clone()).unwrap_or_default();
        Told { sequence: change.sequence, brand, change, data: OnceLock::new() }
    }
}

impl Told {
    /// The `WatchConversationsResponse` as JSON.
    pub fn data(&self) -> &str {
        let json = || serde_json::to_string(&self.change).expect("a message of the contract has a JSON form");
        self.data.get_or_init(|| json().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sequence: u64, brand: &str) -> Told {
        let change = WatchConversationsResponse { sequence, ..WatchConversationsResponse::default() };
        Told { sequence, brand: brand.to_owned(), change, data: OnceLock::new() }
    }

    fn sequence(next: Next) -> Option<u64> {
        match next {
            Next::Change(told) => Some(told.sequence),
            _ => None,
        }
    }

    fn kept(begin: u64, changes: &[(u64, &str)], max: usize) -> Kept {
        let mut kept = Kept::default();
        kept.begin(begin);
        for (sequence, brand) in changes {
            kept.tell(told(*sequence, brand), max);
        }
        kept
    }

    #[test]
    fn each_position_hears_what_comes_after_it() {
        let kept = kept(10, &[(12, "a"), (15, "b"), (16, "a")], 8);
        assert_eq!(sequence(kept.next(10, "")), Some(12));
        assert_eq!(sequence(kept.next(13, "")), Some(15));
        assert_eq!(sequence(kept.next(12, "a")), Some(16));
        assert_eq!(kept.next(16, ""), Next::Nothing { heard: 16 });
        assert_eq!(kept.next(9, ""), Next::Lost, "what came before the beginning is not known");
    }

    #[test]
    fn a_brand_that_is_quiet_does_not_fall_behind() {
        let kept = kept(10, &[(12, "a"), (15, "a")], 8);
        assert_eq!(kept.next(10, "b"), Next::Nothing { heard: 15 });
    }

    #[test]
    fn a_position_ahead_of_the_watch_waits_for_what_comes_after_it() {
        let mut kept = kept(10, &[], 8);
        assert_eq!(kept.next(20, ""), Next::Nothing { heard: 20 });
        kept.tell(told(19, "a"), 8);
        kept.tell(told(21, "a"), 8);
        assert_eq!(sequence(kept.next(20, "")), Some(21));
    }

    #[test]
    fn only_the_newest_are_kept_and_none_is_taken_twice() {
        let mut kept = kept(0, &[(1, "a"), (2, "a"), (3, "a")], 2);
        assert_eq!(kept.next(0, ""), Next::Lost);
        assert_eq!(sequence(kept.next(1, "")), Some(2));
        assert!(!kept.tell(told(3, "a"), 2) && !kept.tell(told(1, "a"), 2));
        assert_eq!(kept.next(3, ""), Next::Nothing { heard: 3 });
    }
}

//! Conversations as they are, as they were, and as they change.

use super::{conversation_id, unreadable};
use crate::desk::{Changed, Desk, Writing};
use crate::explain::explain;
use crate::queue;
use crate::summary::{status, summary};
use crate::view::Entry;
use conversation::ConversationId;
use jiff::Timestamp;
use journal::{Journal, Stored};
use service::{Clock, Shutdown, problem};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use wire::pb::conversation::conversation_service_server::ConversationService;
use wire::pb::conversation::{
    ConversationSummary, ExplainConversationRequest, ExplainConversationResponse, GetConversationRequest,
    GetConversationResponse, ListConversationsRequest, ListConversationsResponse, ListHistoryRequest,
    ListHistoryResponse, TimelineEntry, WatchConversationsRequest, WatchConversationsResponse,
};

const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 200;
/// Changes on their way to one watcher; when it is slower, it is caught up from the view.
const WATCH_BUFFER: usize = 256;

pub struct Conversations {
    pub desk: Arc<Desk>,
    pub clock: Clock,
    pub journal: Journal,
    pub shutdown: Shutdown,
}

/// How many to skip and how many to give, of a page size and a token.
fn page(size: i32, token: &str) -> Result<(usize, usize), Status> {
    let size = match usize::try_from(size) {
        Ok(0) => PAGE_DEFAULT,
        Ok(size) => size.min(PAGE_MAX),
        Err(_) => return Err(problem::invalid_argument("page_size", "is negative", "give 1 to 200, or 0 for 50")),
    };
    let skip = match token {
        "" => 0,
        token => token.parse().map_err(|_| {
            problem::invalid_argument("page_token", "was not given by this service", "begin without one")
        })?,
    };
    Ok((skip, size))
}

fn next_token(skip: usize, given: usize, total: usize) -> String {
    if skip + given < total { (skip + given).to_string() } else { String::new() }
}

impl Conversations {
    /// The records of a conversation and of all that was merged into it, in the order of the log.
    async fn history(&self, id: ConversationId) -> Result<Vec<Stored>, Status> {
        let mut entries = Vec::new();
        let mut todo = vec![id];
        let mut seen = Vec::new();
        while let Some(next) = todo.pop() {
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            let loaded = match self.desk.entry(&next) {
                Some(entry) => Some(self.journal.load(&entry.subject(next)).await.map_err(|error| unreadable(&error))?),
                None => self.journal.find(&next).await.map_err(|error| unreadable(&error))?,
            };
            let Some(loaded) = loaded else { continue };
            let state = conversation::fold(loaded.records());
            todo.extend(state.absorbed);
            entries.extend(loaded.entries);
        }
        entries.sort_by_key(|stored| stored.sequence);
        match entries.is_empty() {
            true => Err(problem::not_found("conversation", &id.to_string())),
            false => Ok(entries),
        }
    }

    fn summary(&self, id: ConversationId, entry: &Entry, now: Timestamp) -> ConversationSummary {
        summary(&self.desk.read(), id, entry, now)
    }

    /// The conversation as it was at an instant, from the records that were written by then.
    async fn as_of(&self, id: ConversationId, at: Timestamp) -> Result<GetConversationResponse, Status> {
        let mut entries = self.history(id).await?;
        entries.retain(|stored| stored.record.recorded_at <= at);
        let own: Vec<_> = entries.iter().filter(|stored| stored.record.subject.conversation() == Some(id)).collect();
        let Some(last) = own.last() else {
            return Err(problem::not_found("conversation at that time", &id.to_string()));
        };
        let conversation::Subject::Conversation { brand, customer, .. } = &last.record.subject else {
            return Err(problem::not_found("conversation", &id.to_string()));
        };
        let entry = Entry {
            brand: brand.clone(),
            customer: *customer,
            state: conversation::fold(own.iter().map(|stored| &stored.record)),
            version: last.sequence,
            spreaders_reach: 0,
        };
        Ok(GetConversationResponse { conversation: Some(self.summary(id, &entry, at)), timeline: timeline(&entries) })
    }
}

fn timeline(entries: &[Stored]) -> Vec<TimelineEntry> {
    entries
        .iter()
        .map(|stored| TimelineEntry { sequence: stored.sequence, record: Some(wire::to_pb(&stored.record)) })
        .collect()
}

fn wanted(request: &ListConversationsRequest, entry: &Entry) -> bool {
    let state = &entry.state;
    let name = |asked: &str, has: Option<&str>| asked.is_empty() || has == Some(asked);
    let class = state.class();
    let current: i32 = status(state.status()).into();
    name(&request.brand, Some(entry.brand.as_str()))
        && name(&request.team, state.team.as_ref().map(|team| team.as_str()))
        && name(&request.assignee, state.assignee.as_ref().map(|person| person.as_str()))
        && (request.status.is_empty() || request.status.contains(&current))
        && name(&request.network, state.network.as_ref().map(|network| network.as_str()))
        && name(&request.language, class.map(|class| &*class.language))
        && name(&request.intent, class.map(|class| &*class.intent))
        && i32::from(wire::priority_to_pb(state.priority)) >= request.min_priority
        && !(request.unassigned && state.assignee.is_some())
        && name(&request.offered_to, state.offer.as_ref().map(|offer| offer.person.as_str()))
        && (request.incident_id.is_empty()
            || state.incident.is_some_and(|incident| incident.to_string() == request.incident_id))
        && !(request.waits_for_approval && state.proposals.is_empty())
}

#[tonic::async_trait]
impl ConversationService for Conversations {
    type WatchConversationsStream = Pin<Box<dyn Stream<Item = Result<WatchConversationsResponse, Status>> + Send>>;

    async fn get_conversation(
        &self,
        request: Request<GetConversationRequest>,
    ) -> Result<Response<GetConversationResponse>, Status> {
        let request = request.into_inner();
        let id = conversation_id("conversation_id", &request.conversation_id)?;
        if let Some(at) = request.at {
            let at = wire::instant(&at)
                .map_err(|error| problem::invalid_argument("at", &error.to_string(), "give a time in RFC 3339"))?;
            return Ok(Response::new(self.as_of(id, at).await?));
        }
        let id = self.desk.read().resolve(id);
        let entries = self.history(id).await?;
        let conversation = match self.desk.entry(&id) {
            Some(entry) => self.summary(id, &entry, self.clock.now()),
            None => return Err(problem::not_found("conversation", &id.to_string())),
        };
        let timeline = timeline(&entries);
        Ok(Response::new(GetConversationResponse { conversation: Some(conversation), timeline }))
    }

    async fn list_conversations(
        &self,
        request: Request<ListConversationsRequest>,
    ) -> Result<Response<ListConversationsResponse>, Status> {
        let request = request.into_inner();
        let (skip, size) = page(request.page_size, &request.page_token)?;
        let now = self.clock.now();
        let view = self.desk.read();
        let mut keys: Vec<_> = view
            .conversations
            .iter()
            .filter(|(_, entry)| wanted(&request, entry))
            .map(|(id, entry)| queue::key_of(*id, entry))
            .collect();
        let total = keys.len();
        let end = (skip + size).min(total);
        // Only the asked page needs to be in order, not a million behind it.
        if end < total {
            keys.select_nth_unstable(end);
            keys.truncate(end);
        }
        keys.sort_unstable();
        let conversations: Vec<ConversationSummary> = keys
            .get(skip.min(end)..)
            .unwrap_or_default()
            .iter()
            .filter_map(|key| view.conversations.get(&key.2).map(|entry| summary(&view, key.2, entry, now)))
            .collect();
        Ok(Response::new(ListConversationsResponse {
            next_page_token: next_token(skip, conversations.len(), total),
            total_size: i32::try_from(total).unwrap_or(i32::MAX),
            as_of_sequence: view.as_of,
            conversations,
        }))
    }

    async fn list_history(
        &self,
        request: Request<ListHistoryRequest>,
    ) -> Result<Response<ListHistoryResponse>, Status> {
        let request = request.into_inner();
        let id = conversation_id("conversation_id", &request.conversation_id)?;
        let (skip, size) = page(request.page_size, &request.page_token)?;
        let all = self.history(id).await?;
        let given: Vec<_> = all.iter().skip(skip).take(size).cloned().collect();
        let next_page_token = next_token(skip, given.len(), all.len());
        Ok(Response::new(ListHistoryResponse { entries: timeline(&given), next_page_token }))
    }

    async fn watch_conversations(
        &self,
        request: Request<WatchConversationsRequest>,
    ) -> Result<Response<Self::WatchConversationsStream>, Status> {
        let request = request.into_inner();
        let (sender, receiver) = mpsc::channel(WATCH_BUFFER);
        let watch = Watch { desk: Arc::clone(&self.desk), clock: self.clock.clone(), brand: request.brand, sender };
        let (changes, writing) = (self.desk.watch(), self.desk.watch_writing());
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            // A watcher that has gone away ends its watch; that is no error.
            let _ = shutdown.unless_begun(watch.run(changes, writing, request.start_after_sequence)).await;
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn explain_conversation(
        &self,
        request: Request<ExplainConversationRequest>,
    ) -> Result<Response<ExplainConversationResponse>, Status> {
        let id = conversation_id("conversation_id", &request.into_inner().conversation_id)?;
        let id = self.desk.read().resolve(id);
        let entries = self.history(id).await?;
        let conversation = self.desk.entry(&id).map(|entry| self.summary(id, &entry, self.clock.now()));
        Ok(Response::new(ExplainConversationResponse { conversation, explanations: explain(&entries) }))
    }
}

/// One watcher.
struct Watch {
    desk: Arc<Desk>,
    clock: Clock,
    brand: String,
    sender: mpsc::Sender<Result<WatchConversationsResponse, Status>>,
}

/// The watcher has gone away.
struct Gone;

impl Watch {
    async fn run(
        self,
        mut changes: broadcast::Receiver<Changed>,
        mut writing: broadcast::Receiver<Writing>,
        start_after: u64,
    ) -> Result<(), Gone> {
        let mut sent = start_after;
        if start_after > 0 {
            sent = self.catch_up(sent).await?;
        }
        loop {
            let change = tokio::select! {
                change = changes.recv() => change,
                somebody = writing.recv() => {
                    // Who writes is told as it happens; what was missed is of yesterday.
                    if let Ok(somebody) = somebody {
                        self.send_writing(somebody).await?;
                    }
                    continue;
                }
            };
            match change {
                Ok(change) if change.sequence <= sent => {}
                Ok(change) => {
                    sent = change.sequence;
                    self.send(change).await?;
                }
                Err(broadcast::error::RecvError::Lagged(_)) => sent = self.catch_up(sent).await?,
                Err(broadcast::error::RecvError::Closed) => return Ok(()),
            }
        }
    }

    /// Sends every conversation that changed after a sequence, as it stands now, and answers how far that reaches. What a
    /// decision of this process has put on the desk before the log brought it is left to come live, or others between
    /// would be passed over.
    async fn catch_up(&self, after: u64) -> Result<u64, Gone> {
        let (mut changed, as_of): (Vec<_>, u64) = {
            let view = self.desk.read();
            let as_of = view.as_of;
            let changed =
                view.conversations.iter().filter(|(_, entry)| after < entry.version && entry.version <= as_of);
            (changed.map(|(id, entry)| (entry.version, *id)).collect(), as_of)
        };
        changed.sort_unstable();
        for (sequence, conversation) in changed {
            self.send(Changed { sequence, conversation, fact_kinds: Vec::new() }).await?;
        }
        Ok(after.max(as_of))
    }

    async fn send(&self, change: Changed) -> Result<(), Gone> {
        let found = {
            let view = self.desk.read();
            let entry = view.conversations.get(&change.conversation);
            entry
                .filter(|entry| self.brand.is_empty() || entry.brand.as_str() == self.brand)
                .map(|entry| summary(&view, change.conversation, entry, self.clock.now()))
        };
        let Some(conversation) = found else { return Ok(()) };
        let message = WatchConversationsResponse {
            writing: None,
            sequence: change.sequence,
            conversation: Some(conversation),
            fact_kinds: change.fact_kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        self.sender.send(Ok(message)).await.map_err(|_| Gone)
    }

    async fn send_writing(&self, writing: Writing) -> Result<(), Gone> {
        if !self.brand.is_empty() && writing.brand.as_str() != self.brand {
            return Ok(());
        }
        let writing = wire::pb::conversation::Writing {
            conversation_id: writing.conversation.to_string(),
            brand: writing.brand.to_string(),
            person: writing.person.to_string(),
            at: Some(wire::timestamp(writing.at)),
        };
        let message = WatchConversationsResponse { writing: Some(writing), ..WatchConversationsResponse::default() };
        self.sender.send(Ok(message)).await.map_err(|_| Gone)
    }
}

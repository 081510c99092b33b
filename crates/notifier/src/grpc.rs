//! The outbox, for people: what is on its way and what waits for them.

use crate::notices::Counter;
use crate::outbox::{Line, Outbox, Waiting};
use crate::tell::{NewsStream, Wishes};
use conversation::state::ReplyStatus;
use conversation::{BrandId, ConversationId};
use jiff::Timestamp;
use service::{Clock, problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use wire::pb::notifier::notification_service_server::{NotificationService, NotificationServiceServer};
use wire::pb::notifier::{
    GetNewsChoiceRequest, GetNewsChoiceResponse, ListNewsChoicesRequest, ListNewsChoicesResponse, ListNewsRequest,
    ListNewsResponse, ListNoticesRequest, ListNoticesResponse, ListOutboxRequest, ListOutboxResponse, OutboxEntry,
    SetNewsChoiceRequest, SetNewsChoiceResponse, SettleNoticeRequest, SettleNoticeResponse, WatchNewsRequest,
};

/// The services on this listener, for the health service.
pub const SERVICES: &[&str] = &["earshot.notifier.v1.NotificationService"];
/// The most entries of one answer; the oldest are in it.
const ENTRIES_MAX: usize = 10_000;
const RETRY_AFTER: Duration = Duration::from_secs(2);

pub fn routes(
    outbox: Arc<Outbox>,
    caught_up: watch::Receiver<bool>,
    clock: Clock,
    counter: Counter,
    wishes: Wishes,
) -> anyhow::Result<Routes> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let service = NotificationServiceServer::new(Notifications { outbox, caught_up, clock, counter, wishes });
    Ok(Routes::new(service).add_service(reflection))
}

struct Notifications {
    outbox: Arc<Outbox>,
    caught_up: watch::Receiver<bool>,
    clock: Clock,
    counter: Counter,
    wishes: Wishes,
}

#[tonic::async_trait]
impl NotificationService for Notifications {
    async fn list_outbox(&self, request: Request<ListOutboxRequest>) -> Result<Response<ListOutboxResponse>, Status> {
        let ListOutboxRequest { brand, in_doubt_only } = request.into_inner();
        if !*self.caught_up.borrow() {
            let message = "the outbox is not caught up with the log yet; try again";
            return Err(problem::unavailable("NOT_CAUGHT_UP", message, RETRY_AFTER));
        }
        let brand = match brand.as_str() {
            "" => None,
            name => Some(BrandId::new(name).map_err(|_| {
                problem::invalid_argument("brand", "is not a brand's id", "give its id, or nothing for all brands")
            })?),
        };
        let now = self.clock.now();
        let mut found = Vec::new();
        for (conversation, line) in self.outbox.read().iter() {
            if brand.as_ref().is_some_and(|brand| line.brand != *brand) {
                continue;
            }
            for reply in line.replies.iter().filter(|reply| !in_doubt_only || reply.status == ReplyStatus::InDoubt) {
                found.push((reply.since, entry(*conversation, line, reply, now)));
            }
        }
        found.sort_by(|one, other| (one.0, &one.1.reply_id).cmp(&(other.0, &other.1.reply_id)));
        found.truncate(ENTRIES_MAX);
        let entries = found.into_iter().map(|(_, entry)| entry).collect();
        Ok(Response::new(ListOutboxResponse { entries }))
    }

    async fn list_notices(
        &self,
        request: Request<ListNoticesRequest>,
    ) -> Result<Response<ListNoticesResponse>, Status> {
        self.counter.list(&request.into_inner()).map(Response::new)
    }

    async fn settle_notice(
        &self,
        request: Request<SettleNoticeRequest>,
    ) -> Result<Response<SettleNoticeResponse>, Status> {
        self.counter.settle(request.into_inner()).await.map(Response::new)
    }

    async fn get_news_choice(
        &self,
        request: Request<GetNewsChoiceRequest>,
    ) -> Result<Response<GetNewsChoiceResponse>, Status> {
        self.wishes.get(&request.into_inner()).map(Response::new)
    }

    async fn set_news_choice(
        &self,
        request: Request<SetNewsChoiceRequest>,
    ) -> Result<Response<SetNewsChoiceResponse>, Status> {
        self.wishes.set(request.into_inner()).await.map(Response::new)
    }

    async fn list_news_choices(
        &self,
        request: Request<ListNewsChoicesRequest>,
    ) -> Result<Response<ListNewsChoicesResponse>, Status> {
        self.wishes.list(&request.into_inner()).map(Response::new)
    }

    async fn list_news(&self, request: Request<ListNewsRequest>) -> Result<Response<ListNewsResponse>, Status> {
        self.wishes.news(&request.into_inner()).map(Response::new)
    }

    type WatchNewsStream = NewsStream;

    async fn watch_news(&self, request: Request<WatchNewsRequest>) -> Result<Response<NewsStream>, Status> {
        self.wishes.watch(request.into_inner()).map(Response::new)
    }
}

fn entry(conversation: ConversationId, line: &Line, waiting: &Waiting, now: Timestamp) -> OutboxEntry {
    let status = match waiting.status {
        ReplyStatus::Submitted => "submitted",
        ReplyStatus::Attempted => "attempted",
        ReplyStatus::Retrying => "retrying",
        ReplyStatus::InDoubt => "in_doubt",
        ReplyStatus::Sent => "sent",
        ReplyStatus::Failed => "failed",
    };
    // What holds up the one whose turn it is stands in no fact.
    let is_head = line.head().is_some_and(|head| head.reply == waiting.reply);
    let held = line.held.filter(|(until, _)| is_head && *until > now);
    let retry_at = waiting.retry_at.max(held.map(|(until, _)| until));
    let reason = match (&*waiting.reason, held) {
        ("", Some((_, why))) => why,
        (reason, _) => reason,
    };
    OutboxEntry {
        brand: line.brand.to_string(),
        conversation_id: conversation.to_string(),
        reply_id: waiting.reply.to_string(),
        network: waiting.network.to_string(),
        status: status.to_owned(),
        attempts: waiting.attempts,
        reason: reason.to_owned(),
        since: Some(wire::timestamp(waiting.since)),
        retry_at: retry_at.map(wire::timestamp),
    }
}

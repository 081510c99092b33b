//! The way in for other systems: one item, or a stream of them that is held back to what the log can take.

use crate::intake::{Author, Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict};
use crate::receive::Receiver;
use crate::webhook::{brand, network, person};
use conversation::Attachment;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use service::grpc::MESSAGE_MAX_BYTES;
use service::problem;
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use wire::pb::conversation::RejectedCount;
use wire::pb::ingest::ingest_request::Item as PbItem;
use wire::pb::ingest::ingest_service_server::{IngestService, IngestServiceServer};
use wire::pb::ingest::{
    IngestRequest, IngestResponse, IngestStreamRequest, IngestStreamResponse, RejectedItem, Verdict as PbVerdict,
};

pub const SERVICES: &[&str] = &["earshot.ingest.v1.IngestService"];
/// The source that the ledger counts an item under when it names none.
const SOURCE: &str = "grpc";
const SOURCE_MAX_BYTES: usize = 64;
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How many refused items a stream's answer names one by one.
const REJECTED_NAMED_MAX: usize = 1_000;

pub fn routes(receiver: Receiver, in_flight_max: usize) -> anyhow::Result<Routes> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let service = IngestServiceServer::new(Ingest { receiver, in_flight_max });
    Ok(Routes::new(service.max_decoding_message_size(MESSAGE_MAX_BYTES)).add_service(reflection))
}

struct Ingest {
    receiver: Receiver,
    in_flight_max: usize,
}

impl Ingest {
    async fn take(&self, request: IngestRequest) -> Result<Outcome, Refused> {
        let source = match request.source.as_str() {
            "" => SOURCE,
            source if source.len() <= SOURCE_MAX_BYTES => source,
            _ => {
                let refused = Refused::invalid("too_long", "source", "has more than 64 bytes", "shorten it");
                return Err(self.receiver.refuse(None, SOURCE, refused));
            }
        };
        match read(request.item) {
            Ok(item) => self.receiver.receive(item, source).await,
            Err(refused) => Err(self.receiver.refuse(None, source, refused)),
        }
    }
}

#[tonic::async_trait]
impl IngestService for Ingest {
    async fn ingest(&self, request: Request<IngestRequest>) -> Result<Response<IngestResponse>, Status> {
        let outcome = self.take(request.into_inner()).await.map_err(|refused| status(&refused))?;
        Ok(Response::new(IngestResponse {
            verdict: verdict(outcome.verdict).into(),
            conversation_id: outcome.conversation.map(|id| id.to_string()).unwrap_or_default(),
            post_key: outcome.post.map(|key| key.to_string()).unwrap_or_default(),
            rule: outcome.rule,
        }))
    }

    async fn ingest_stream(
        &self,
        request: Request<Streaming<IngestStreamRequest>>,
    ) -> Result<Response<IngestStreamResponse>, Status> {
        let mut incoming = request.into_inner();
        let mut counts = Counts::default();
        let mut in_flight = FuturesUnordered::new();
        let mut index = 0_u64;
        // While the log is full with ours, nothing more is read, and HTTP/2's flow control holds the sender back.
        while let Some(message) = incoming.message().await? {
            if in_flight.len() >= self.in_flight_max
                && let Some((index, outcome)) = in_flight.next().await
            {
                counts.add(index, outcome)?;
            }
            let item = message.item.unwrap_or_default();
            let at = index;
            in_flight.push(async move { (at, self.take(item).await) });
            index += 1;
        }
        while let Some((index, outcome)) = in_flight.next().await {
            counts.add(index, outcome)?;
        }
        Ok(Response::new(counts.response()))
    }
}

#[derive(Default)]
struct Counts {
    accepted: u64,
    duplicate: u64,
    filtered: u64,
    rejected: BTreeMap<&'static str, u64>,
    named: Vec<RejectedItem>,
}

impl Counts {
    /// Counts an item; one that could not be written ends the stream, so that its sender sends it again.
    fn add(&mut self, index: u64, outcome: Result<Outcome, Refused>) -> Result<(), Status> {
        match outcome {
            Ok(outcome) => match outcome.verdict {
                Verdict::Accepted => self.accepted += 1,
                Verdict::Duplicate => self.duplicate += 1,
                Verdict::Filtered => self.filtered += 1,
            },
            Err(refused @ Refused::Unavailable) => return Err(status(&refused)),
            Err(Refused::Invalid { reason, field, what, cure }) => {
                *self.rejected.entry(reason).or_default() += 1;
                if self.named.len() < REJECTED_NAMED_MAX {
                    let message = format!("{field} {what}; {cure}");
                    self.named.push(RejectedItem { index, reason: reason.into(), field: field.into(), message });
                }
            }
        }
        Ok(())
    }

    fn response(self) -> IngestStreamResponse {
        let rejected: Vec<_> = self
            .rejected
            .iter()
            .map(|(reason, count)| RejectedCount { reason: (*reason).into(), count: *count })
            .collect();
        let refused: u64 = rejected.iter().map(|row| row.count).sum();
        IngestStreamResponse {
            seen: self.accepted + self.duplicate + self.filtered + refused,
            accepted: self.accepted,
            duplicate: self.duplicate,
            filtered: self.filtered,
            rejected,
            rejected_items: self.named,
        }
    }
}

fn status(refused: &Refused) -> Status {
    match refused {
        Refused::Invalid { field, what, cure, .. } => problem::invalid_argument(field, what, cure),
        Refused::Unavailable => problem::unavailable("LOG_UNAVAILABLE", &refused.to_string(), RETRY_AFTER),
    }
}

fn verdict(verdict: Verdict) -> PbVerdict {
    match verdict {
        Verdict::Accepted => PbVerdict::Accepted,
        Verdict::Duplicate => PbVerdict::Duplicate,
        Verdict::Filtered => PbVerdict::Filtered,
    }
}

fn time(field: &'static str, at: Option<pbjson_types::Timestamp>) -> Result<Option<jiff::Timestamp>, Refused> {
    let wrong =
        |_| Refused::invalid("invalid_time", field, "is out of range", "give a time between the years 1 and 9999");
    at.map(|at| wire::instant(&at).map_err(wrong)).transpose()
}

fn required(field: &'static str, at: Option<pbjson_types::Timestamp>) -> Result<jiff::Timestamp, Refused> {
    time(field, at)?.ok_or_else(|| Refused::invalid("missing_time", field, "is missing", "say when it happened"))
}

fn read(item: Option<PbItem>) -> Result<Item, Refused> {
    let item =
        item.ok_or_else(|| Refused::invalid("malformed", "item", "is missing", "give a post, edit or the like"))?;
    Ok(match item {
        PbItem::Post(post) => Item::Post(Box::new(read_post(post)?)),
        PbItem::Edit(edit) => Item::Edit(Edit {
            brand: brand(&edit.brand)?,
            network: network(&edit.network)?,
            native_id: edit.post_id,
            author_id: edit.author_id,
            text: edit.text,
            edited_at: required("edited_at", edit.edited_at)?,
        }),
        PbItem::Deletion(deletion) => Item::Deletion(Deletion {
            brand: brand(&deletion.brand)?,
            network: network(&deletion.network)?,
            native_id: deletion.post_id,
            author_id: deletion.author_id,
            deleted_at: required("deleted_at", deletion.deleted_at)?,
        }),
        PbItem::Engagement(seen) => Item::Engagement(Engagement {
            brand: brand(&seen.brand)?,
            network: network(&seen.network)?,
            native_id: seen.post_id,
            shares: seen.shares,
            comments: seen.comments,
            likes: seen.likes,
            views: seen.views,
            observed_at: required("observed_at", seen.observed_at)?,
        }),
        PbItem::Contact(contact) => Item::Contact(Contact {
            brand: brand(&contact.brand)?,
            network: network(&contact.network)?,
            author_id: contact.author_id,
            via: contact.via,
            summary: contact.summary,
            contacted_at: required("contacted_at", contact.contacted_at)?,
            request_id: contact.request_id,
        }),
    })
}

fn read_post(post: wire::pb::ingest::Post) -> Result<Post, Refused> {
    let author = post.author.unwrap_or_default();
    let handle_use = match post.handle_use {
        0 => None,
        value => Some(wire::handle_use_from_pb(value).map_err(|_| {
            Refused::invalid(
                "invalid_handle_use",
                "handle_use",
                "is not known",
                "use one of HandleUse, or leave it out",
            )
        })?),
    };
    let attachment = |known: wire::pb::conversation::Attachment| Attachment {
        media_type: known.media_type,
        size_bytes: known.size_bytes,
        url: known.url,
    };
    Ok(Post {
        brand: brand(&post.brand)?,
        network: network(&post.network)?,
        native_id: post.post_id,
        author: Author {
            id: author.id,
            name: author.name,
            handle: author.handle,
            followers: author.followers,
            region: author.region,
            tier: author.tier,
            timezone: author.timezone,
        },
        text: post.text,
        posted_at: time("posted_at", post.posted_at)?,
        in_reply_to: post.in_reply_to,
        thread_root: post.thread_root,
        private: post.private,
        handle_use,
        attachments: post.attachments.into_iter().map(attachment).collect(),
        backfill: post.backfill,
        demo: post.demo,
        by_brand: post.by_brand,
        customer_id: post.customer_id,
        person: person(&post.person)?,
    })
}

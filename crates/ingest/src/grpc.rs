//! The way in for other systems: one item, or a stream of them that is held back to what the log can take.

use crate::intake::{Author, Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict};
use crate::kept::{self, Wanted};
use crate::receive::Receiver;
use crate::webhook::{brand, network, person};
use conversation::received::{KeptAs, PostFiltered, PostReceived};
use conversation::{Attachment, PostKey, RecordId};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use journal::JournalError;
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
    BringBackPostRequest, BringBackPostResponse, FilteredPost, IngestRequest, IngestResponse, IngestStreamRequest,
    IngestStreamResponse, ListFilteredPostsRequest, ListFilteredPostsResponse, PreviewFiltersRequest,
    PreviewFiltersResponse, PreviewedFilter, RejectedItem, Verdict as PbVerdict,
};

pub const SERVICES: &[&str] = &["earshot.ingest.v1.IngestService"];
/// The source that the ledger counts an item under when it names none.
const SOURCE: &str = "grpc";
/// Filtered posts of a page, when the request does not say, and at most.
const PAGE: usize = 50;
const PAGE_MOST: usize = 500;
/// Stored posts that a preview tries, when the request does not say, and at most.
const PREVIEW: usize = 1_000;
const PREVIEW_MOST: usize = 10_000;
/// How many posts a preview shows for each filter.
const EXAMPLES: usize = 5;
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

/// A post that was kept out, in the form of the contract.
fn filtered_post(fact: &PostFiltered, brought_back: bool) -> FilteredPost {
    FilteredPost {
        rule: fact.rule.clone(),
        kept_as: fact.kept_as.as_str().to_owned(),
        settings_version: fact.settings_version.clone(),
        brought_back,
        ..stored_post(&fact.post)
    }
}

fn stored_post(post: &PostReceived) -> FilteredPost {
    FilteredPost {
        post_key: post.post.to_string(),
        network: post.network.to_string(),
        posted_at: post.posted_at.map(wire::timestamp),
        author_name: post.personal.author_name.clone(),
        author_handle: post.personal.author_handle.clone(),
        text: post.personal.text.clone(),
        ..FilteredPost::default()
    }
}

fn unreadable(error: &JournalError) -> Status {
    tracing::warn!(%error, "a request could not be read from the log");
    problem::unavailable("LOG_UNAVAILABLE", "the log cannot be reached; try again", RETRY_AFTER)
}

/// How many to skip, written into the token of a page.
fn skipped(token: &str) -> Result<usize, Status> {
    let wrong = |_| problem::invalid_argument("page_token", "is not one of ours", "give next_page_token as it came");
    if token.is_empty() { Ok(0) } else { token.parse().map_err(wrong) }
}

#[tonic::async_trait]
impl IngestService for Ingest {
    async fn list_filtered_posts(
        &self,
        request: Request<ListFilteredPostsRequest>,
    ) -> Result<Response<ListFilteredPostsResponse>, Status> {
        let request = request.into_inner();
        let brand = brand(&request.brand).map_err(|refused| status(&refused))?;
        if !request.kept_as.is_empty() && KeptAs::parse(&request.kept_as).is_none() {
            let known: Vec<&str> = KeptAs::ALL.into_iter().map(KeptAs::as_str).collect();
            let cure = format!("use one of: {}", known.join(", "));
            return Err(problem::invalid_argument("kept_as", "is nothing that posts are kept as", &cure));
        }
        let skip = skipped(&request.page_token)?;
        let size = usize::try_from(request.page_size).unwrap_or(0).clamp(0, PAGE_MOST);
        let size = if size == 0 { PAGE } else { size };
        let wanted = Wanted { rule: request.rule, kept_as: request.kept_as, search: request.search };
        let kept = self.receiver.kept(&brand, &wanted, skip + size + 1).await.map_err(|error| unreadable(&error))?;
        let more = kept.len() > skip + size;
        let page = kept.iter().skip(skip).take(size).map(|kept| filtered_post(&kept.fact, kept.brought_back));
        let next_page_token = if more { (skip + size).to_string() } else { String::new() };
        Ok(Response::new(ListFilteredPostsResponse { posts: page.collect(), next_page_token }))
    }

    async fn bring_back_post(
        &self,
        request: Request<BringBackPostRequest>,
    ) -> Result<Response<BringBackPostResponse>, Status> {
        let request = request.into_inner();
        brand(&request.brand).map_err(|refused| status(&refused))?;
        let key = PostKey::parse(&request.post_key)
            .map_err(|_| problem::invalid_argument("post_key", "is not a post's key", "give its 32 hex digits"))?;
        let person = person(&request.person).map_err(|refused| status(&refused))?;
        let person = person.ok_or_else(|| {
            problem::invalid_argument("person", "is empty", "give the person's short name in the brand's settings")
        })?;
        if request.reason.trim().is_empty() {
            return Err(problem::invalid_argument("reason", "is empty", "say why in a few words"));
        }
        let count = request.request_id.chars().count();
        if !(1..=128).contains(&count) {
            let cure = "give 1 to 128 characters that are new for each intention";
            return Err(problem::invalid_argument("request_id", &format!("has {count} characters"), cure));
        }
        let scope = [key.as_uuid().as_bytes(), request.request_id.as_bytes()].concat();
        let record = RecordId::caused("request", &scope);
        let outcome = self.receiver.bring_back(key, &person, &request.reason, record).await;
        let outcome = outcome.map_err(|refused| status(&refused))?;
        Ok(Response::new(BringBackPostResponse {
            changed: outcome.verdict == Verdict::Accepted,
            conversation_id: outcome.conversation.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }

    async fn preview_filters(
        &self,
        request: Request<PreviewFiltersRequest>,
    ) -> Result<Response<PreviewFiltersResponse>, Status> {
        let request = request.into_inner();
        let brand = brand(&request.brand).map_err(|refused| status(&refused))?;
        let settings = ::brand::Settings::parse(&request.yaml, "settings.yaml").and_then(::brand::Brand::compile);
        let settings = settings.map_err(|problems| {
            let first = problems.as_slice().first();
            let what = first.map(|p| format!("is not valid at line {}: {}: {}", p.line, p.key, p.what));
            let cure = "call BrandService.CheckSettings for all of its faults";
            problem::invalid_argument("yaml", &what.unwrap_or_default(), cure)
        })?;
        let most = usize::try_from(request.posts).unwrap_or(PREVIEW_MOST).min(PREVIEW_MOST);
        let most = if most == 0 { PREVIEW } else { most };
        let posts = self.receiver.stored(&brand, most).await.map_err(|error| unreadable(&error))?;
        let (filters, let_through) = kept::preview(&settings, &posts, EXAMPLES);
        let shown = |at: &usize| {
            posts.get(*at).map(|stored| FilteredPost {
                rule: stored.kept_by.clone().unwrap_or_default(),
                ..stored_post(&stored.post)
            })
        };
        let filters = filters.into_iter().map(|filter| PreviewedFilter {
            rule: filter.rule,
            kept_as: filter.kept_as.to_owned(),
            caught: filter.caught,
            in_care_today: filter.in_care_today,
            examples: filter.examples.iter().filter_map(shown).collect(),
        });
        let tried = u32::try_from(posts.len()).unwrap_or(u32::MAX);
        Ok(Response::new(PreviewFiltersResponse { tried, filters: filters.collect(), let_through }))
    }

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

/// What came in, in terms of this crate.
pub fn read(item: Option<PbItem>) -> Result<Item, Refused> {
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
        language: post.language,
    })
}

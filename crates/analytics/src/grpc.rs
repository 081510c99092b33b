//! What analytics serves. Handlers convert, call one verb, and convert.

pub mod ask;

use crate::board::{Board, Boards, Told};
use crate::catalogue;
use crate::query::{self, Query};
use crate::reads::{ReadError, Reads};
use crate::scorecard::{self, Card};
use conversation::classified::Head;
use service::grpc::MESSAGE_MAX_BYTES;
use service::{Clock, Shutdown, problem};
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use wire::pb::analytics::analytics_service_server::{AnalyticsService, AnalyticsServiceServer};
use wire::pb::analytics::{
    Filter, GetScorecardRequest, GetScorecardResponse, ListBehindRequest, ListBehindResponse, ListCorrectionsRequest,
    ListCorrectionsResponse, ListIntakeRequest, ListIntakeResponse, ListMeasuresRequest, ListMeasuresResponse,
    QueryFiguresRequest, QueryFiguresResponse, QueryRequest, QueryResponse, WatchRequest, WatchResponse,
};

/// The services on this listener, for the health service.
pub const SERVICES: &[&str] = &["earshot.analytics.v1.AnalyticsService"];
/// How long a caller should wait while there is no projection.
const RETRY_AFTER: Duration = Duration::from_secs(2);

pub struct Analytics {
    pub reads: Reads,
    pub boards: Boards,
    pub card: Card,
    pub clock: Clock,
    pub shutdown: Shutdown,
}

pub fn routes(analytics: Analytics) -> anyhow::Result<Routes> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let service = AnalyticsServiceServer::new(analytics).max_decoding_message_size(MESSAGE_MAX_BYTES);
    Ok(Routes::new(service).add_service(reflection))
}

fn unreadable(error: &ReadError) -> Status {
    match error {
        ReadError::NotThere => {
            problem::unavailable("PROJECTION_UNAVAILABLE", "the projection is being made; try again", RETRY_AFTER)
        }
        error => {
            tracing::warn!(%error, "the projection could not be read");
            problem::unavailable("PROJECTION_UNAVAILABLE", "the projection cannot be read now; try again", RETRY_AFTER)
        }
    }
}

#[tonic::async_trait]
impl AnalyticsService for Analytics {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<WatchResponse, Status>> + Send>>;

    async fn query(&self, request: Request<QueryRequest>) -> Result<Response<QueryResponse>, Status> {
        let request = request.into_inner();
        let query = Query::read(request.filter, &request.group_by)?;
        let found = self.reads.snapshot(query, self.clock.now()).await.map_err(|error| unreadable(&error))?;
        Ok(Response::new(QueryResponse { rows: found.rows, as_of_sequence: found.sequence }))
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let request = request.into_inner();
        let filter = Filter { brand: request.brand, ..Filter::default() };
        let query = Query::read(Some(filter), &request.group_by)?;
        let board = self.boards.watch(&query);
        let (sender, receiver) = mpsc::channel(1);
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let telling = tell(board, Told::nothing(query), request.start_after_sequence, sender);
            shutdown.unless_begun(telling).await;
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn query_figures(
        &self,
        request: Request<QueryFiguresRequest>,
    ) -> Result<Response<QueryFiguresResponse>, Status> {
        let asked = ask::figures(request.into_inner())?;
        let found = self.reads.figures(asked, self.clock.now()).await.map_err(|error| unreadable(&error))?;
        Ok(Response::new(found.into()))
    }

    async fn list_behind(&self, request: Request<ListBehindRequest>) -> Result<Response<ListBehindResponse>, Status> {
        let asked = ask::behind(request.into_inner())?;
        let page = self.reads.behind(asked, self.clock.now()).await.map_err(|error| unreadable(&error))?;
        Ok(Response::new(page.into()))
    }

    async fn get_scorecard(
        &self,
        request: Request<GetScorecardRequest>,
    ) -> Result<Response<GetScorecardResponse>, Status> {
        let asked = ask::side_by_side(request.into_inner(), &self.card)?;
        let card = asked.card.clone();
        let read = self.reads.side_by_side(asked, self.clock.now()).await;
        let (sequence, entries) = read.map_err(|error| unreadable(&error))?;
        let scored = tokio::task::spawn_blocking(move || scorecard::answer(&card, entries, sequence)).await;
        Ok(Response::new(scored.map_err(|_| unreadable(&ReadError::Ended))?))
    }

    async fn list_measures(&self, _: Request<ListMeasuresRequest>) -> Result<Response<ListMeasuresResponse>, Status> {
        let of = |chapter: &'static catalogue::Chapter| chapter.measures.iter().map(|one| one.to_pb(chapter.name));
        let measures = catalogue::CHAPTERS.iter().flat_map(of).collect();
        Ok(Response::new(ListMeasuresResponse { measures }))
    }

    async fn list_intake(&self, request: Request<ListIntakeRequest>) -> Result<Response<ListIntakeResponse>, Status> {
        let brand = query::name("brand", request.into_inner().brand)?;
        let rows = self.reads.intake(brand).await.map_err(|error| unreadable(&error))?;
        Ok(Response::new(ListIntakeResponse { rows }))
    }

    async fn list_corrections(
        &self,
        request: Request<ListCorrectionsRequest>,
    ) -> Result<Response<ListCorrectionsResponse>, Status> {
        let asked = request.into_inner();
        let asked = ListCorrectionsRequest {
            brand: query::name("brand", asked.brand)?,
            language: query::name("language", asked.language)?,
            head: head(asked.head)?,
            model_version: query::name("model_version", asked.model_version)?,
        };
        let rows = self.reads.corrections(asked).await.map_err(|error| unreadable(&error))?;
        Ok(Response::new(ListCorrectionsResponse { rows }))
    }
}

fn head(name: String) -> Result<String, Status> {
    if name.is_empty() || Head::parse(&name).is_some() {
        return Ok(name);
    }
    let heads: Vec<&str> = Head::ALL.into_iter().map(Head::as_str).collect();
    let cure = format!("use one of: {}", heads.join(", "));
    Err(problem::invalid_argument("head", "is nothing that a classifier answers", &cure))
}

/// Tells a watcher what is new, as soon as the projection has reached the sequence that he asked for. A slow watcher
/// misses versions in between, never the newest.
async fn tell(
    mut board: watch::Receiver<Option<Board>>,
    mut told: Told,
    start_after_sequence: u64,
    sender: mpsc::Sender<Result<WatchResponse, Status>>,
) {
    loop {
        let current = board.borrow_and_update().clone();
        let current = current.filter(|board| board.snapshot.sequence >= start_after_sequence);
        if let Some(news) = current.and_then(|board| told.news(&board))
            && sender.send(Ok(news)).await.is_err()
        {
            return;
        }
        tokio::select! {
            changed = board.changed() => if changed.is_err() {
                return;
            },
            () = sender.closed() => return,
        }
    }
}

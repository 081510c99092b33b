//! What the played analytics service answers.

use super::{Fake, Told};
use std::collections::HashMap;
use tonic::{Request, Response, Status, async_trait};
use wire::pb::analytics::analytics_service_server::AnalyticsService;
use wire::pb::analytics::*;

#[async_trait]
impl AnalyticsService for Fake {
    type WatchStream = Told<WatchResponse>;

    async fn query(&self, request: Request<QueryRequest>) -> Result<Response<QueryResponse>, Status> {
        let row = MeasureRow { brand: "nordnet".into(), open: 3, answered_within_1h: Some(0.0), ..Default::default() };
        self.answer("Query", request, QueryResponse { rows: vec![row], as_of_sequence: 7 }).await
    }
    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let mut sent = 0;
        let stream = self.stream(move |play| {
            let found = play.measures[sent.min(play.measures.len())..].to_vec();
            sent += found.len();
            found
        });
        self.answer("Watch", request, stream).await
    }
    async fn list_measures(
        &self,
        request: Request<ListMeasuresRequest>,
    ) -> Result<Response<ListMeasuresResponse>, Status> {
        let measures = vec![Measure { name: "open".into(), ..Default::default() }];
        self.answer("ListMeasures", request, ListMeasuresResponse { measures }).await
    }
    async fn list_corrections(
        &self,
        request: Request<ListCorrectionsRequest>,
    ) -> Result<Response<ListCorrectionsResponse>, Status> {
        let row = CorrectionRow { head: "intent".into(), classified: 8, corrected: 2, ..CorrectionRow::default() };
        self.answer("ListCorrections", request, ListCorrectionsResponse { rows: vec![row] }).await
    }
    async fn list_intake(&self, request: Request<ListIntakeRequest>) -> Result<Response<ListIntakeResponse>, Status> {
        let rejected_by_reason = HashMap::from([("no_post_id".to_owned(), 2)]);
        let row = IntakeRow { source: "json".into(), seen: 5, rejected: 2, rejected_by_reason, ..Default::default() };
        self.answer("ListIntake", request, ListIntakeResponse { rows: vec![row] }).await
    }
    async fn query_figures(
        &self,
        request: Request<QueryFiguresRequest>,
    ) -> Result<Response<QueryFiguresResponse>, Status> {
        let histogram = Some(Histogram { bucket: vec![0, 150], count: vec![1, 9_007_199_254_740_993] });
        let figure = Figure { measure: "open".into(), value: Some(0.0), sample: 9, histogram, ..Figure::default() };
        let row = FigureRow { weekday: "7".into(), figures: vec![figure], ..FigureRow::default() };
        self.answer("QueryFigures", request, QueryFiguresResponse { rows: vec![row], as_of_sequence: 7 }).await
    }
    async fn list_behind(&self, request: Request<ListBehindRequest>) -> Result<Response<ListBehindResponse>, Status> {
        let behind = Behind { conversation_id: "c1".into(), value: 60.0, ..Behind::default() };
        let page = ListBehindResponse { behind: vec![behind], next_page_token: "60.1".into(), as_of_sequence: 7 };
        self.answer("ListBehind", request, page).await
    }
    async fn get_scorecard(
        &self,
        request: Request<GetScorecardRequest>,
    ) -> Result<Response<GetScorecardResponse>, Status> {
        let score = Some(Score { points: Some(0.0), low: Some(0.0), high: Some(9.5) });
        let row = ScorecardRow { name: "nordnet".into(), conversations: 40, score, ..ScorecardRow::default() };
        let card = GetScorecardResponse { rows: vec![row], smallest_sample: 20, ..GetScorecardResponse::default() };
        self.answer("GetScorecard", request, card).await
    }
}

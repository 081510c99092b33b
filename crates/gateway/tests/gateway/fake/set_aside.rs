//! What routing, played, answers of what was set aside.

use super::Fake;
use tonic::{Request, Response, Status, async_trait};
use wire::pb::set_aside::set_aside_service_server::SetAsideService;
use wire::pb::set_aside::*;

fn item() -> SetAsideItem {
    SetAsideItem {
        item_id: "classifier.7".into(),
        service: "classifier".into(),
        sequence: 7,
        tries: 3,
        can_retry: true,
        ..Default::default()
    }
}

#[async_trait]
impl SetAsideService for Fake {
    async fn list_set_aside(
        &self,
        request: Request<ListSetAsideRequest>,
    ) -> Result<Response<ListSetAsideResponse>, Status> {
        let services = vec![SetAsideCount { service: "classifier".into(), items: 1, ..Default::default() }];
        let answer = ListSetAsideResponse { items: vec![item()], services, ..Default::default() };
        self.answer("ListSetAside", request, answer).await
    }
    async fn get_set_aside(
        &self,
        request: Request<GetSetAsideRequest>,
    ) -> Result<Response<GetSetAsideResponse>, Status> {
        let answer = GetSetAsideResponse { item: Some(item()), size_bytes: 9, ..Default::default() };
        self.answer("GetSetAside", request, answer).await
    }
    async fn retry_set_aside(
        &self,
        request: Request<RetrySetAsideRequest>,
    ) -> Result<Response<RetrySetAsideResponse>, Status> {
        self.answer("RetrySetAside", request, RetrySetAsideResponse { item: Some(item()), changed: true }).await
    }
    async fn retry_all_set_aside(
        &self,
        request: Request<RetryAllSetAsideRequest>,
    ) -> Result<Response<RetryAllSetAsideResponse>, Status> {
        self.answer("RetryAllSetAside", request, RetryAllSetAsideResponse { retried: 5, left: 0 }).await
    }
}

//! The services behind the gateway, played: they note what they are asked, answer what the test says, and keep a log
//! that outlives their being killed.

mod analytics;
mod set_aside;

use pbjson_types::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{mpsc, watch};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming, async_trait};
use wire::pb::analytics::WatchResponse;
use wire::pb::brand::brand_service_server::BrandService;
use wire::pb::brand::*;
use wire::pb::classifier::classifier_service_server::ClassifierService;
use wire::pb::classifier::*;
use wire::pb::conversation::conversation_service_server::ConversationService;
use wire::pb::conversation::*;
use wire::pb::customer::customer_service_server::CustomerService;
use wire::pb::customer::*;
use wire::pb::desk::desk_service_server::DeskService;
use wire::pb::desk::*;
use wire::pb::ingest::ingest_service_server::IngestService;
use wire::pb::ingest::*;
use wire::pb::notifier::notification_service_server::NotificationService;
use wire::pb::notifier::*;

type Told<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// All services. Clones are the same.
#[derive(Clone, Default)]
pub struct Fake(Arc<State>);

#[derive(Default)]
struct State {
    play: Mutex<Play>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
pub struct Play {
    /// Every call: the method and the request as JSON.
    pub asked: Vec<(&'static str, Value)>,
    /// What a method answers instead of its answer.
    pub refusals: HashMap<&'static str, Status>,
    /// Methods that never answer.
    pub silent: Vec<&'static str>,
    /// How far the log has come.
    pub position: u64,
    pub changes: Vec<WatchConversationsResponse>,
    /// Who writes: told to those who watch already.
    pub writing: Vec<Writing>,
    pub measures: Vec<WatchResponse>,
    pub news: Vec<ShownNews>,
}

pub fn summary(id: &str, brand: &str, version: u64) -> ConversationSummary {
    ConversationSummary {
        conversation_id: id.to_owned(),
        brand: brand.to_owned(),
        status: ConversationStatus::Open.into(),
        priority: Priority::High.into(),
        posts: 2,
        reach: 9_007_199_254_740_993,
        first_post_at: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        first_response_seconds: Some(0),
        version,
        ..ConversationSummary::default()
    }
}

impl Fake {
    pub fn play(&self) -> MutexGuard<'_, Play> {
        self.0.play.lock().unwrap()
    }

    /// Changes the play and tells all who wait for a change.
    pub fn then(&self, change: impl FnOnce(&mut Play)) {
        change(&mut self.play());
        self.0.changed.send_replace(());
    }

    /// One more change of a conversation, at the next position of the log.
    pub fn append(&self, brand: &str) -> u64 {
        self.append_text(brand, "")
    }

    pub fn append_text(&self, brand: &str, rule: &str) -> u64 {
        let mut sequence = 0;
        self.then(|play| {
            play.position += 1;
            sequence = play.position;
            let conversation = ConversationSummary { rule: rule.to_owned(), ..summary("c1", brand, sequence) };
            let conversation = Some(conversation);
            play.changes.push(WatchConversationsResponse {
                sequence,
                conversation,
                fact_kinds: vec!["Routed".into()],
                writing: None,
            });
        });
        sequence
    }

    /// Waits until the play is as wanted.
    pub async fn until(&self, wanted: impl Fn(&Play) -> bool) {
        let mut changed = self.0.changed.subscribe();
        while !wanted(&self.play()) {
            changed.changed().await.unwrap();
        }
    }

    /// The requests that a method was asked with.
    pub fn asked(&self, method: &str) -> Vec<Value> {
        self.play().asked.iter().filter(|(name, _)| *name == method).map(|(_, request)| request.clone()).collect()
    }

    async fn answer<Req: Serialize, Res>(
        &self,
        method: &'static str,
        request: Request<Req>,
        answer: Res,
    ) -> Result<Response<Res>, Status> {
        let request = serde_json::to_value(request.into_inner()).unwrap();
        self.then(|play| play.asked.push((method, request)));
        if self.play().silent.contains(&method) {
            std::future::pending::<()>().await;
        }
        match self.play().refusals.get(method) {
            Some(status) => Err(status.clone()),
            None => Ok(Response::new(answer)),
        }
    }

    /// Sends what `next` finds, from a place on, as it comes.
    fn stream<T: Send + 'static>(&self, mut next: impl FnMut(&Play) -> Vec<T> + Send + 'static) -> Told<T> {
        let (sender, receiver) = mpsc::channel(16);
        let fake = self.clone();
        let mut changed = self.0.changed.subscribe();
        tokio::spawn(async move {
            loop {
                let found = next(&fake.play());
                for one in found {
                    if sender.send(Ok(one)).await.is_err() {
                        return;
                    }
                }
                changed.changed().await.unwrap();
            }
        });
        Box::pin(ReceiverStream::new(receiver))
    }
}

fn done(version: u64) -> DeskResponse {
    DeskResponse { conversation: Some(summary("c1", "nordnet", version)), changed: true }
}

#[async_trait]
impl ConversationService for Fake {
    type WatchConversationsStream = Told<WatchConversationsResponse>;

    async fn get_conversation(
        &self,
        request: Request<GetConversationRequest>,
    ) -> Result<Response<GetConversationResponse>, Status> {
        let received = PostReceived { post_key: "p1".into(), handle_use: HandleUse::Care.into(), ..Default::default() };
        let fact = Fact { fact: Some(fact::Fact::PostReceived(received)) };
        let record = Record { id: "r1".into(), facts: vec![fact], ..Default::default() };
        let timeline = vec![TimelineEntry { sequence: 7, record: Some(record) }];
        let answer = GetConversationResponse { conversation: Some(summary("c1", "nordnet", 7)), timeline };
        self.answer("GetConversation", request, answer).await
    }

    async fn list_conversations(
        &self,
        request: Request<ListConversationsRequest>,
    ) -> Result<Response<ListConversationsResponse>, Status> {
        let answer = ListConversationsResponse {
            conversations: vec![summary("c1", "nordnet", 7)],
            next_page_token: "50".into(),
            total_size: 51,
            as_of_sequence: self.play().position,
        };
        self.answer("ListConversations", request, answer).await
    }

    async fn list_history(
        &self,
        request: Request<ListHistoryRequest>,
    ) -> Result<Response<ListHistoryResponse>, Status> {
        self.answer("ListHistory", request, ListHistoryResponse::default()).await
    }

    async fn watch_conversations(
        &self,
        request: Request<WatchConversationsRequest>,
    ) -> Result<Response<Self::WatchConversationsStream>, Status> {
        let asked = request.get_ref().clone();
        let mut sent = if asked.start_after_sequence == 0 { self.play().position } else { asked.start_after_sequence };
        let mut written = self.play().writing.len();
        let stream = self.stream(move |play| {
            let is_new = |change: &&WatchConversationsResponse| {
                let brand = change.conversation.as_ref().map(|conversation| conversation.brand.as_str());
                change.sequence > sent && (asked.brand.is_empty() || brand == Some(&asked.brand))
            };
            let mut found: Vec<_> = play.changes.iter().filter(is_new).cloned().collect();
            sent = found.last().map_or(sent, |change| change.sequence);
            for somebody in play.writing.iter().skip(written).cloned() {
                found.push(WatchConversationsResponse { writing: Some(somebody), ..Default::default() });
            }
            written = play.writing.len();
            found
        });
        self.answer("WatchConversations", request, stream).await
    }

    async fn explain_conversation(
        &self,
        request: Request<ExplainConversationRequest>,
    ) -> Result<Response<ExplainConversationResponse>, Status> {
        let explanation = Explanation { text: "because".into(), sequence: 7, ..Default::default() };
        let answer = ExplainConversationResponse { conversation: None, explanations: vec![explanation] };
        self.answer("ExplainConversation", request, answer).await
    }
}

#[async_trait]
impl DeskService for Fake {
    async fn claim(&self, request: Request<ClaimRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Claim", request, done(8)).await
    }
    async fn release(&self, request: Request<ReleaseRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Release", request, done(8)).await
    }
    async fn hand_off(&self, request: Request<HandOffRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("HandOff", request, done(8)).await
    }
    async fn escalate(&self, request: Request<EscalateRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Escalate", request, done(8)).await
    }
    async fn add_note(&self, request: Request<AddNoteRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("AddNote", request, done(8)).await
    }
    async fn submit_reply(
        &self,
        request: Request<SubmitReplyRequest>,
    ) -> Result<Response<SubmitReplyResponse>, Status> {
        let answer = SubmitReplyResponse { reply_id: "y1".into(), changed: true, ..Default::default() };
        self.answer("SubmitReply", request, answer).await
    }
    async fn settle_reply(&self, request: Request<SettleReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("SettleReply", request, done(8)).await
    }
    async fn resume_reply(&self, request: Request<ResumeReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("ResumeReply", request, done(8)).await
    }
    async fn give_up_reply(&self, request: Request<GiveUpReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("GiveUpReply", request, done(8)).await
    }
    async fn approve_reply(&self, request: Request<ApproveReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("ApproveReply", request, done(8)).await
    }
    async fn send_back_reply(&self, request: Request<SendBackReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("SendBackReply", request, done(8)).await
    }
    async fn resolve(&self, request: Request<ResolveRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Resolve", request, done(8)).await
    }
    async fn reopen(&self, request: Request<ReopenRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Reopen", request, done(8)).await
    }
    async fn correct_classification(
        &self,
        request: Request<CorrectClassificationRequest>,
    ) -> Result<Response<DeskResponse>, Status> {
        self.answer("CorrectClassification", request, done(8)).await
    }
    async fn suggest_replies(
        &self,
        request: Request<SuggestRepliesRequest>,
    ) -> Result<Response<SuggestRepliesResponse>, Status> {
        let suggestion = ReplySuggestion { name: "bag".into(), parts: 1, ..Default::default() };
        self.answer("SuggestReplies", request, SuggestRepliesResponse { suggestions: vec![suggestion] }).await
    }
    async fn check_draft(&self, request: Request<CheckDraftRequest>) -> Result<Response<CheckDraftResponse>, Status> {
        self.answer("CheckDraft", request, CheckDraftResponse { parts: vec!["one".into()], ..Default::default() }).await
    }
    async fn deescalate(&self, request: Request<DeescalateRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Deescalate", request, done(8)).await
    }
    async fn book_callback(
        &self,
        request: Request<BookCallbackRequest>,
    ) -> Result<Response<BookCallbackResponse>, Status> {
        self.answer(
            "BookCallback",
            request,
            BookCallbackResponse { callback_id: "k1".into(), changed: true, ..Default::default() },
        )
        .await
    }
    async fn finish_callback(&self, request: Request<FinishCallbackRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("FinishCallback", request, done(8)).await
    }
    async fn merge(&self, request: Request<MergeRequest>) -> Result<Response<DeskResponse>, Status> {
        self.answer("Merge", request, done(8)).await
    }
}

/// The customer of every answer.
fn known() -> Customer {
    Customer { customer_id: "c7".into(), team: "care".into(), ..Default::default() }
}

fn noted() -> CustomerResponse {
    CustomerResponse { customer: Some(known()), changed: true }
}

#[async_trait]
impl CustomerService for Fake {
    async fn get_customer(
        &self,
        request: Request<GetCustomerRequest>,
    ) -> Result<Response<GetCustomerResponse>, Status> {
        self.answer("GetCustomer", request, GetCustomerResponse { customer: Some(known()), ..Default::default() }).await
    }
    async fn profile_customer(
        &self,
        request: Request<ProfileCustomerRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        self.answer("ProfileCustomer", request, noted()).await
    }
    async fn choose_team(&self, request: Request<ChooseTeamRequest>) -> Result<Response<CustomerResponse>, Status> {
        self.answer("ChooseTeam", request, noted()).await
    }
    async fn choose_answer_way(
        &self,
        request: Request<ChooseAnswerWayRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        self.answer("ChooseAnswerWay", request, noted()).await
    }
    async fn set_team(&self, request: Request<SetTeamRequest>) -> Result<Response<CustomerResponse>, Status> {
        self.answer("SetTeam", request, noted()).await
    }
    async fn link_profiles(&self, request: Request<LinkProfilesRequest>) -> Result<Response<CustomerResponse>, Status> {
        self.answer("LinkProfiles", request, noted()).await
    }
    async fn unlink_profiles(
        &self,
        request: Request<UnlinkProfilesRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        self.answer("UnlinkProfiles", request, noted()).await
    }
    async fn grant_exception(
        &self,
        request: Request<GrantExceptionRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        self.answer("GrantException", request, noted()).await
    }
    async fn keep_promise(&self, request: Request<KeepPromiseRequest>) -> Result<Response<CustomerResponse>, Status> {
        self.answer("KeepPromise", request, noted()).await
    }
    async fn make_promise(
        &self,
        request: Request<MakePromiseRequest>,
    ) -> Result<Response<MakePromiseResponse>, Status> {
        self.answer(
            "MakePromise",
            request,
            MakePromiseResponse { promise_id: "m1".into(), changed: true, ..Default::default() },
        )
        .await
    }
    async fn get_team_face(
        &self,
        request: Request<GetTeamFaceRequest>,
    ) -> Result<Response<GetTeamFaceResponse>, Status> {
        self.answer("GetTeamFace", request, GetTeamFaceResponse { team: "care".into(), ..Default::default() }).await
    }
}

#[async_trait]
impl BrandService for Fake {
    async fn list_brands(&self, request: Request<ListBrandsRequest>) -> Result<Response<ListBrandsResponse>, Status> {
        let brands = vec![Brand { brand: "nordnet".into(), ..Default::default() }];
        self.answer("ListBrands", request, ListBrandsResponse { brands }).await
    }
    async fn get_brand(&self, request: Request<GetBrandRequest>) -> Result<Response<GetBrandResponse>, Status> {
        let people =
            vec![Person { person: "dana".into(), languages: vec!["en".into()], online: true, ..Default::default() }];
        let brand = Brand { brand: "nordnet".into(), people, ..Default::default() };
        self.answer("GetBrand", request, GetBrandResponse { brand: Some(brand) }).await
    }
    async fn check_settings(
        &self,
        request: Request<CheckSettingsRequest>,
    ) -> Result<Response<CheckSettingsResponse>, Status> {
        let problem = Problem { line: 3, key: "teams".into(), ..Default::default() };
        let answer = CheckSettingsResponse { problems: vec![problem], settings_version: String::new() };
        self.answer("CheckSettings", request, answer).await
    }
    async fn publish_settings(
        &self,
        request: Request<PublishSettingsRequest>,
    ) -> Result<Response<PublishSettingsResponse>, Status> {
        let answer = PublishSettingsResponse { brand: "nordnet".into(), settings_version: "v2".into(), changed: true };
        self.answer("PublishSettings", request, answer).await
    }
    async fn list_incidents(
        &self,
        request: Request<ListIncidentsRequest>,
    ) -> Result<Response<ListIncidentsResponse>, Status> {
        self.answer(
            "ListIncidents",
            request,
            ListIncidentsResponse { incidents: vec![Incident { region: "harju".into(), ..Default::default() }] },
        )
        .await
    }
    async fn preview_shift_posts(
        &self,
        request: Request<PreviewShiftPostsRequest>,
    ) -> Result<Response<PreviewShiftPostsResponse>, Status> {
        let post = ShiftPostPreview { shift: "morning".into(), text: "Good morning".into(), ..Default::default() };
        self.answer("PreviewShiftPosts", request, PreviewShiftPostsResponse { posts: vec![post] }).await
    }
    async fn set_presence(
        &self,
        request: Request<SetPresenceRequest>,
    ) -> Result<Response<SetPresenceResponse>, Status> {
        self.answer("SetPresence", request, SetPresenceResponse { changed: true }).await
    }
}

#[async_trait]
impl IngestService for Fake {
    async fn list_filtered_posts(
        &self,
        request: Request<ListFilteredPostsRequest>,
    ) -> Result<Response<ListFilteredPostsResponse>, Status> {
        self.answer(
            "ListFilteredPosts",
            request,
            ListFilteredPostsResponse {
                posts: vec![FilteredPost { rule: "contest".into(), ..Default::default() }],
                ..Default::default()
            },
        )
        .await
    }
    async fn bring_back_post(
        &self,
        request: Request<BringBackPostRequest>,
    ) -> Result<Response<BringBackPostResponse>, Status> {
        self.answer("BringBackPost", request, BringBackPostResponse { changed: true, conversation_id: "c1".into() })
            .await
    }
    async fn preview_filters(
        &self,
        request: Request<PreviewFiltersRequest>,
    ) -> Result<Response<PreviewFiltersResponse>, Status> {
        self.answer("PreviewFilters", request, PreviewFiltersResponse { tried: 9, ..Default::default() }).await
    }
    async fn ingest(&self, request: Request<IngestRequest>) -> Result<Response<IngestResponse>, Status> {
        let answer = IngestResponse { verdict: Verdict::Accepted.into(), post_key: "p1".into(), ..Default::default() };
        self.answer("Ingest", request, answer).await
    }
    async fn ingest_stream(
        &self,
        _: Request<Streaming<IngestStreamRequest>>,
    ) -> Result<Response<IngestStreamResponse>, Status> {
        Err(Status::unimplemented("not played"))
    }
}

#[async_trait]
impl ClassifierService for Fake {
    async fn classify(&self, request: Request<ClassifyRequest>) -> Result<Response<ClassifyResponse>, Status> {
        let intent =
            Some(Scored { label: "question".into(), confidence: 0.5, reasons: vec!["mark".into()], unsure: false });
        let answer = ClassifyResponse { model_version: "m1".into(), intent, ..Default::default() };
        self.answer("Classify", request, answer).await
    }

    type ClassifyStreamStream = tokio_stream::Empty<Result<ClassifyStreamResponse, Status>>;

    async fn classify_stream(
        &self,
        _: Request<Streaming<ClassifyStreamRequest>>,
    ) -> Result<Response<Self::ClassifyStreamStream>, Status> {
        Err(Status::unimplemented("not played"))
    }
}

#[async_trait]
impl NotificationService for Fake {
    async fn list_outbox(&self, request: Request<ListOutboxRequest>) -> Result<Response<ListOutboxResponse>, Status> {
        let entry = OutboxEntry { reply_id: "y1".into(), status: "in_doubt".into(), attempts: 1, ..Default::default() };
        self.answer("ListOutbox", request, ListOutboxResponse { entries: vec![entry] }).await
    }
    async fn list_notices(
        &self,
        request: Request<ListNoticesRequest>,
    ) -> Result<Response<ListNoticesResponse>, Status> {
        let notice = OpenNotice { notice_id: "n1".into(), kind: "shift_post".into(), ..Default::default() };
        self.answer("ListNotices", request, ListNoticesResponse { notices: vec![notice] }).await
    }
    async fn settle_notice(
        &self,
        request: Request<SettleNoticeRequest>,
    ) -> Result<Response<SettleNoticeResponse>, Status> {
        self.answer("SettleNotice", request, SettleNoticeResponse { changed: true }).await
    }
    async fn get_news_choice(
        &self,
        request: Request<GetNewsChoiceRequest>,
    ) -> Result<Response<GetNewsChoiceResponse>, Status> {
        let answer = GetNewsChoiceResponse { is_default: true, ways: vec!["console".into()], ..Default::default() };
        self.answer("GetNewsChoice", request, answer).await
    }
    async fn set_news_choice(
        &self,
        request: Request<SetNewsChoiceRequest>,
    ) -> Result<Response<SetNewsChoiceResponse>, Status> {
        self.answer("SetNewsChoice", request, SetNewsChoiceResponse { changed: true }).await
    }
    async fn list_news_choices(
        &self,
        request: Request<ListNewsChoicesRequest>,
    ) -> Result<Response<ListNewsChoicesResponse>, Status> {
        let choices = vec![NewsChoice { person: "dana".into(), ..Default::default() }];
        self.answer("ListNewsChoices", request, ListNewsChoicesResponse { choices, ways: Vec::new() }).await
    }
    async fn list_news(&self, request: Request<ListNewsRequest>) -> Result<Response<ListNewsResponse>, Status> {
        let news = ShownNews { news: News::Surge.into(), sequence: 7, ..Default::default() };
        self.answer("ListNews", request, ListNewsResponse { news: vec![news] }).await
    }

    type WatchNewsStream = Told<WatchNewsResponse>;

    async fn watch_news(&self, request: Request<WatchNewsRequest>) -> Result<Response<Self::WatchNewsStream>, Status> {
        let mut sent = request.get_ref().after_sequence;
        let stream = self.stream(move |play| {
            let found: Vec<_> = play.news.iter().filter(|news| news.sequence > sent).cloned().collect();
            sent = found.last().map_or(sent, |news| news.sequence);
            found.into_iter().map(|news| WatchNewsResponse { news: Some(news) }).collect()
        });
        self.answer("WatchNews", request, stream).await
    }
}

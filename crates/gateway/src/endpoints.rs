//! The one table of what can be asked over HTTP. It makes the router and the OpenAPI document, so that neither can know
//! an endpoint that the other does not.

use crate::contract::{CONTRACT, Message};
use crate::read::{Param, params};
use crate::upstream::{Call, call};
use wire::pb::{analytics, brand, classifier, conversation, customer, desk, ingest, notifier, set_aside};

/// How an endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// One thing that can be asked.
#[derive(Debug)]
pub struct Endpoint {
    pub verb: Verb,
    /// With the parameters of the path in braces.
    pub path: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    pub answer: Answer,
}

/// Where the answer comes from.
#[derive(Debug)]
pub enum Answer {
    /// A service answers.
    Rpc(Rpc),
    /// The stream of events.
    Events,
    /// The OpenAPI document.
    Document,
    /// The AsyncAPI document.
    AsyncDocument,
}

/// A call of a service.
#[derive(Debug)]
pub struct Rpc {
    /// Full name, `package.Service/Method`.
    pub name: &'static str,
    /// Which parameter of the path fills which field of the request.
    pub bound: &'static [(&'static str, &'static str)],
    /// What fields hold when the request leaves them out.
    pub defaults: &'static [(&'static str, &'static str)],
    pub call: Call,
}

impl Rpc {
    /// The message of the request.
    pub fn input(&self) -> &'static str {
        &CONTRACT.methods[self.name].input
    }

    /// The message of the answer.
    pub fn output(&self) -> &'static str {
        &CONTRACT.methods[self.name].output
    }

    /// The parameters of the query when it is asked by GET.
    pub fn params(&self) -> Vec<Param<'static>> {
        let message: &'static Message = CONTRACT.message(self.input());
        let bound: Vec<&str> = self.bound.iter().map(|(_, field)| *field).collect();
        params(&CONTRACT, message, &bound)
    }
}

const ID: &[(&str, &str)] = &[("id", "conversationId")];
const WRITE: &[(&str, &str)] = &[("id", "write.conversationId")];
const SETTLE: &[(&str, &str)] = &[("id", "write.conversationId"), ("replyId", "replyId")];
const PROPOSAL: &[(&str, &str)] = &[("id", "write.conversationId"), ("proposalId", "proposalId")];
const CUSTOMER: &[(&str, &str)] = &[("id", "customerId")];
const CUSTOMER_WRITE: &[(&str, &str)] = &[("id", "write.customerId")];
const BRAND: &[(&str, &str)] = &[("brand", "brand")];
const PERSON: &[(&str, &str)] = &[("brand", "brand"), ("person", "person")];
const ITEM: &[(&str, &str)] = &[("itemId", "itemId")];
const NOTICE: &[(&str, &str)] = &[("brand", "brand"), ("noticeId", "noticeId")];
/// What the loss ledger counts posts under that come in here and name no source.
const SOURCE: &[(&str, &str)] = &[("source", "json")];

const fn rpc(name: &'static str, bound: &'static [(&'static str, &'static str)], call: Call) -> Answer {
    Answer::Rpc(Rpc { name, bound, defaults: &[], call })
}

const fn get(path: &'static str, summary: &'static str, answer: Answer) -> Endpoint {
    Endpoint { verb: Verb::Get, path, summary, answer }
}

const fn post(path: &'static str, summary: &'static str, answer: Answer) -> Endpoint {
    Endpoint { verb: Verb::Post, path, summary, answer }
}

/// A deed of a person on a conversation.
const fn deed(path: &'static str, summary: &'static str, name: &'static str, call: Call) -> Endpoint {
    post(path, summary, rpc(name, WRITE, call))
}

/// All of them, in the order of the document.
pub const ENDPOINTS: &[Endpoint] = &[
    get(
        "/api/v1/conversations",
        "Conversations in order of urgency",
        rpc(
            "earshot.conversation.v1.ConversationService/ListConversations",
            &[],
            call::<conversation::ListConversationsRequest, conversation::ListConversationsResponse>,
        ),
    ),
    get(
        "/api/v1/conversations/{id}",
        "One conversation with its timeline, now or as it was",
        rpc(
            "earshot.conversation.v1.ConversationService/GetConversation",
            ID,
            call::<conversation::GetConversationRequest, conversation::GetConversationResponse>,
        ),
    ),
    get(
        "/api/v1/conversations/{id}/history",
        "The records of a conversation, in pages",
        rpc(
            "earshot.conversation.v1.ConversationService/ListHistory",
            ID,
            call::<conversation::ListHistoryRequest, conversation::ListHistoryResponse>,
        ),
    ),
    get(
        "/api/v1/conversations/{id}/explanation",
        "Why a conversation is where it is",
        rpc(
            "earshot.conversation.v1.ConversationService/ExplainConversation",
            ID,
            call::<conversation::ExplainConversationRequest, conversation::ExplainConversationResponse>,
        ),
    ),
    deed(
        "/api/v1/conversations/{id}/claim",
        "Takes a conversation on",
        "earshot.desk.v1.DeskService/Claim",
        call::<desk::ClaimRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/release",
        "Gives a conversation back to its team",
        "earshot.desk.v1.DeskService/Release",
        call::<desk::ReleaseRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/hand-off",
        "Hands a conversation to another team or person",
        "earshot.desk.v1.DeskService/HandOff",
        call::<desk::HandOffRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/escalate",
        "Escalates a conversation",
        "earshot.desk.v1.DeskService/Escalate",
        call::<desk::EscalateRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/notes",
        "Adds a note that the customer never sees",
        "earshot.desk.v1.DeskService/AddNote",
        call::<desk::AddNoteRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/replies",
        "Submits a reply to the customer",
        "earshot.desk.v1.DeskService/SubmitReply",
        call::<desk::SubmitReplyRequest, desk::SubmitReplyResponse>,
    ),
    post(
        "/api/v1/conversations/{id}/replies/{replyId}/settle",
        "Says how a reply in doubt ended",
        rpc("earshot.desk.v1.DeskService/SettleReply", SETTLE, call::<desk::SettleReplyRequest, desk::DeskResponse>),
    ),
    post(
        "/api/v1/conversations/{id}/replies/{replyId}/resume",
        "Sends once more what failed of an answer",
        rpc("earshot.desk.v1.DeskService/ResumeReply", SETTLE, call::<desk::ResumeReplyRequest, desk::DeskResponse>),
    ),
    post(
        "/api/v1/conversations/{id}/replies/{replyId}/give-up",
        "Says that what failed of an answer is not sent any more",
        rpc("earshot.desk.v1.DeskService/GiveUpReply", SETTLE, call::<desk::GiveUpReplyRequest, desk::DeskResponse>),
    ),
    post(
        "/api/v1/conversations/{id}/proposals/{proposalId}/approve",
        "Agrees to a reply that waits for it; it leaves",
        rpc(
            "earshot.desk.v1.DeskService/ApproveReply",
            PROPOSAL,
            call::<desk::ApproveReplyRequest, desk::DeskResponse>,
        ),
    ),
    post(
        "/api/v1/conversations/{id}/proposals/{proposalId}/send-back",
        "Does not agree to a reply that waits for it, and says why",
        rpc(
            "earshot.desk.v1.DeskService/SendBackReply",
            PROPOSAL,
            call::<desk::SendBackReplyRequest, desk::DeskResponse>,
        ),
    ),
    deed(
        "/api/v1/conversations/{id}/resolve",
        "Resolves a conversation",
        "earshot.desk.v1.DeskService/Resolve",
        call::<desk::ResolveRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/reopen",
        "Reopens a conversation",
        "earshot.desk.v1.DeskService/Reopen",
        call::<desk::ReopenRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/merge",
        "Ends a conversation in another one of the same matter",
        "earshot.desk.v1.DeskService/Merge",
        call::<desk::MergeRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/classification",
        "Puts right what the classifier said of a post",
        "earshot.desk.v1.DeskService/CorrectClassification",
        call::<desk::CorrectClassificationRequest, desk::DeskResponse>,
    ),
    post(
        "/api/v1/conversations/{id}/draft",
        "What the reply guard says of a draft, and its parts",
        rpc("earshot.desk.v1.DeskService/CheckDraft", ID, call::<desk::CheckDraftRequest, desk::CheckDraftResponse>),
    ),
    deed(
        "/api/v1/conversations/{id}/deescalate",
        "Sends the team away that a conversation was raised to",
        "earshot.desk.v1.DeskService/Deescalate",
        call::<desk::DeescalateRequest, desk::DeskResponse>,
    ),
    deed(
        "/api/v1/conversations/{id}/callbacks",
        "Books a call",
        "earshot.desk.v1.DeskService/BookCallback",
        call::<desk::BookCallbackRequest, desk::BookCallbackResponse>,
    ),
    post(
        "/api/v1/conversations/{id}/callbacks/{callbackId}/done",
        "Says that the customer was called",
        rpc(
            "earshot.desk.v1.DeskService/FinishCallback",
            &[("id", "write.conversationId"), ("callbackId", "callbackId")],
            call::<desk::FinishCallbackRequest, desk::DeskResponse>,
        ),
    ),
    get(
        "/api/v1/customers/{id}",
        "All that is known of a customer, with his conversations",
        rpc(
            "earshot.customer.v1.CustomerService/GetCustomer",
            CUSTOMER,
            call::<customer::GetCustomerRequest, customer::GetCustomerResponse>,
        ),
    ),
    get(
        "/api/v1/customers/{id}/team",
        "The people who look after a customer, as he may be shown them",
        rpc(
            "earshot.customer.v1.CustomerService/GetTeamFace",
            CUSTOMER,
            call::<customer::GetTeamFaceRequest, customer::GetTeamFaceResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/profile",
        "Writes down what another system knows of a customer",
        rpc(
            "earshot.customer.v1.CustomerService/ProfileCustomer",
            CUSTOMER_WRITE,
            call::<customer::ProfileCustomerRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/team-choice",
        "A customer leaves the model of one team, or comes back",
        rpc(
            "earshot.customer.v1.CustomerService/ChooseTeam",
            CUSTOMER_WRITE,
            call::<customer::ChooseTeamRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/answer-way",
        "A customer wants to be answered on another network, or in private",
        rpc(
            "earshot.customer.v1.CustomerService/ChooseAnswerWay",
            CUSTOMER_WRITE,
            call::<customer::ChooseAnswerWayRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/team",
        "Gives a customer another team of his own",
        rpc(
            "earshot.customer.v1.CustomerService/SetTeam",
            CUSTOMER_WRITE,
            call::<customer::SetTeamRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/links",
        "Two profiles are one person",
        rpc(
            "earshot.customer.v1.CustomerService/LinkProfiles",
            CUSTOMER_WRITE,
            call::<customer::LinkProfilesRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/unlink",
        "Two profiles are not one person",
        rpc(
            "earshot.customer.v1.CustomerService/UnlinkProfiles",
            CUSTOMER_WRITE,
            call::<customer::UnlinkProfilesRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/exceptions",
        "Writes down what was granted beyond the rules",
        rpc(
            "earshot.customer.v1.CustomerService/GrantException",
            CUSTOMER_WRITE,
            call::<customer::GrantExceptionRequest, customer::CustomerResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/promises",
        "Writes down what was promised",
        rpc(
            "earshot.customer.v1.CustomerService/MakePromise",
            CUSTOMER_WRITE,
            call::<customer::MakePromiseRequest, customer::MakePromiseResponse>,
        ),
    ),
    post(
        "/api/v1/customers/{id}/promises/{promiseId}/kept",
        "Says that a promise was kept",
        rpc(
            "earshot.customer.v1.CustomerService/KeepPromise",
            &[("id", "write.customerId"), ("promiseId", "promiseId")],
            call::<customer::KeepPromiseRequest, customer::CustomerResponse>,
        ),
    ),
    get(
        "/api/v1/measures",
        "Measures, grouped",
        rpc(
            "earshot.analytics.v1.AnalyticsService/Query",
            &[],
            call::<analytics::QueryRequest, analytics::QueryResponse>,
        ),
    ),
    get(
        "/api/v1/measures/catalogue",
        "What every measure means",
        rpc(
            "earshot.analytics.v1.AnalyticsService/ListMeasures",
            &[],
            call::<analytics::ListMeasuresRequest, analytics::ListMeasuresResponse>,
        ),
    ),
    get(
        "/api/v1/figures",
        "Any measures by any dimensions, with their samples and how sure they are",
        rpc(
            "earshot.analytics.v1.AnalyticsService/QueryFigures",
            &[],
            call::<analytics::QueryFiguresRequest, analytics::QueryFiguresResponse>,
        ),
    ),
    get(
        "/api/v1/figures/{measure}/behind",
        "The conversations behind a figure",
        rpc(
            "earshot.analytics.v1.AnalyticsService/ListBehind",
            &[("measure", "measure")],
            call::<analytics::ListBehindRequest, analytics::ListBehindResponse>,
        ),
    ),
    get(
        "/api/v1/scorecard",
        "Brands, teams, people or periods side by side on three heads",
        rpc(
            "earshot.analytics.v1.AnalyticsService/GetScorecard",
            &[],
            call::<analytics::GetScorecardRequest, analytics::GetScorecardResponse>,
        ),
    ),
    get(
        "/api/v1/corrections",
        "How often people put the classifier right, by head, model and language",
        rpc(
            "earshot.analytics.v1.AnalyticsService/ListCorrections",
            &[],
            call::<analytics::ListCorrectionsRequest, analytics::ListCorrectionsResponse>,
        ),
    ),
    get(
        "/api/v1/intake",
        "The loss ledger: what came in and what became of it",
        rpc(
            "earshot.analytics.v1.AnalyticsService/ListIntake",
            &[],
            call::<analytics::ListIntakeRequest, analytics::ListIntakeResponse>,
        ),
    ),
    get(
        "/api/v1/outbox",
        "Replies that are not sent yet",
        rpc(
            "earshot.notifier.v1.NotificationService/ListOutbox",
            &[],
            call::<notifier::ListOutboxRequest, notifier::ListOutboxResponse>,
        ),
    ),
    get(
        "/api/v1/conversations/{id}/ready-replies",
        "Ready replies that fit a conversation, filled and checked",
        rpc(
            "earshot.desk.v1.DeskService/SuggestReplies",
            ID,
            call::<desk::SuggestRepliesRequest, desk::SuggestRepliesResponse>,
        ),
    ),
    get(
        "/api/v1/notices",
        "Words of the brands that belong to no conversation and are not sent yet",
        rpc(
            "earshot.notifier.v1.NotificationService/ListNotices",
            &[],
            call::<notifier::ListNoticesRequest, notifier::ListNoticesResponse>,
        ),
    ),
    post(
        "/api/v1/brands/{brand}/notices/{noticeId}/settle",
        "Says how a notice in doubt ended",
        rpc(
            "earshot.notifier.v1.NotificationService/SettleNotice",
            NOTICE,
            call::<notifier::SettleNoticeRequest, notifier::SettleNoticeResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}/people/{person}/news",
        "What stands on a person's console, of the last 24 hours",
        rpc(
            "earshot.notifier.v1.NotificationService/ListNews",
            PERSON,
            call::<notifier::ListNewsRequest, notifier::ListNewsResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}/people/{person}/news-choice",
        "How a person wants to be told what happens",
        rpc(
            "earshot.notifier.v1.NotificationService/GetNewsChoice",
            PERSON,
            call::<notifier::GetNewsChoiceRequest, notifier::GetNewsChoiceResponse>,
        ),
    ),
    post(
        "/api/v1/brands/{brand}/people/{person}/news-choice",
        "Says how a person wants to be told what happens",
        rpc(
            "earshot.notifier.v1.NotificationService/SetNewsChoice",
            PERSON,
            call::<notifier::SetNewsChoiceRequest, notifier::SetNewsChoiceResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}/news-choices",
        "How the people of a brand want to be told what happens",
        rpc(
            "earshot.notifier.v1.NotificationService/ListNewsChoices",
            BRAND,
            call::<notifier::ListNewsChoicesRequest, notifier::ListNewsChoicesResponse>,
        ),
    ),
    get(
        "/api/v1/brands",
        "The brands",
        rpc(
            "earshot.brand.v1.BrandService/ListBrands",
            &[],
            call::<brand::ListBrandsRequest, brand::ListBrandsResponse>,
        ),
    ),
    post(
        "/api/v1/brands",
        "Publishes a brand's settings",
        rpc(
            "earshot.brand.v1.BrandService/PublishSettings",
            &[],
            call::<brand::PublishSettingsRequest, brand::PublishSettingsResponse>,
        ),
    ),
    post(
        "/api/v1/brands/check",
        "Says what is wrong with settings, and publishes nothing",
        rpc(
            "earshot.brand.v1.BrandService/CheckSettings",
            &[],
            call::<brand::CheckSettingsRequest, brand::CheckSettingsResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}",
        "One brand with its settings",
        rpc("earshot.brand.v1.BrandService/GetBrand", BRAND, call::<brand::GetBrandRequest, brand::GetBrandResponse>),
    ),
    post(
        "/api/v1/brands/{brand}/presence",
        "Says that a person is at work, or no longer",
        rpc(
            "earshot.brand.v1.BrandService/SetPresence",
            BRAND,
            call::<brand::SetPresenceRequest, brand::SetPresenceResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}/incidents",
        "The surges that are on",
        rpc(
            "earshot.brand.v1.BrandService/ListIncidents",
            BRAND,
            call::<brand::ListIncidentsRequest, brand::ListIncidentsResponse>,
        ),
    ),
    post(
        "/api/v1/brands/{brand}/shift-posts/preview",
        "What will be posted when shifts begin and end",
        rpc(
            "earshot.brand.v1.BrandService/PreviewShiftPosts",
            BRAND,
            call::<brand::PreviewShiftPostsRequest, brand::PreviewShiftPostsResponse>,
        ),
    ),
    get(
        "/api/v1/brands/{brand}/filtered",
        "Posts that rules kept out of the care queue, the newest first",
        rpc(
            "earshot.ingest.v1.IngestService/ListFilteredPosts",
            BRAND,
            call::<ingest::ListFilteredPostsRequest, ingest::ListFilteredPostsResponse>,
        ),
    ),
    post(
        "/api/v1/brands/{brand}/filtered/{postKey}/bring-back",
        "Lets a filtered post go on as any other",
        rpc(
            "earshot.ingest.v1.IngestService/BringBackPost",
            &[("brand", "brand"), ("postKey", "postKey")],
            call::<ingest::BringBackPostRequest, ingest::BringBackPostResponse>,
        ),
    ),
    post(
        "/api/v1/brands/{brand}/filters/preview",
        "What the filters of these settings would have caught of stored posts",
        rpc(
            "earshot.ingest.v1.IngestService/PreviewFilters",
            BRAND,
            call::<ingest::PreviewFiltersRequest, ingest::PreviewFiltersResponse>,
        ),
    ),
    get(
        "/api/v1/set-aside",
        "What services could not work on, the oldest first",
        rpc(
            "earshot.setaside.v1.SetAsideService/ListSetAside",
            &[],
            call::<set_aside::ListSetAsideRequest, set_aside::ListSetAsideResponse>,
        ),
    ),
    get(
        "/api/v1/set-aside/{itemId}",
        "One message that was set aside, without what a customer wrote",
        rpc(
            "earshot.setaside.v1.SetAsideService/GetSetAside",
            ITEM,
            call::<set_aside::GetSetAsideRequest, set_aside::GetSetAsideResponse>,
        ),
    ),
    post(
        "/api/v1/set-aside/{itemId}/retry",
        "Has a service try again what it set aside",
        rpc(
            "earshot.setaside.v1.SetAsideService/RetrySetAside",
            ITEM,
            call::<set_aside::RetrySetAsideRequest, set_aside::RetrySetAsideResponse>,
        ),
    ),
    post(
        "/api/v1/set-aside/retry-all",
        "Has a service try again all that it set aside",
        rpc(
            "earshot.setaside.v1.SetAsideService/RetryAllSetAside",
            &[],
            call::<set_aside::RetryAllSetAsideRequest, set_aside::RetryAllSetAsideResponse>,
        ),
    ),
    post(
        "/api/v1/classify",
        "Classifies a text that is not in the log",
        rpc(
            "earshot.classifier.v1.ClassifierService/Classify",
            &[],
            call::<classifier::ClassifyRequest, classifier::ClassifyResponse>,
        ),
    ),
    post(
        "/api/v1/posts",
        "Takes in a post, an edit, a deletion, engagement or a contact; its source is `json` when it names none",
        Answer::Rpc(Rpc {
            name: "earshot.ingest.v1.IngestService/Ingest",
            bound: &[],
            defaults: SOURCE,
            call: call::<ingest::IngestRequest, ingest::IngestResponse>,
        }),
    ),
    get("/api/v1/events", "What changes, as it changes", Answer::Events),
    get("/api/openapi.json", "This document", Answer::Document),
    get("/api/asyncapi.json", "The log and the stream of events, for those who listen", Answer::AsyncDocument),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Kind;
    use crate::upstream::Upstreams;
    use std::collections::BTreeSet;

    fn rpcs() -> impl Iterator<Item = (&'static Endpoint, &'static Rpc)> {
        ENDPOINTS.iter().filter_map(|endpoint| match &endpoint.answer {
            Answer::Rpc(rpc) => Some((endpoint, rpc)),
            _ => None,
        })
    }

    #[tokio::test]
    async fn every_endpoint_calls_a_unary_method_that_exists_and_has_an_owner() {
        let upstreams = Upstreams::connect(&crate::Settings::default()).unwrap();
        for (endpoint, rpc) in rpcs() {
            let method = CONTRACT.methods.get(rpc.name).unwrap_or_else(|| panic!("{} has no method", endpoint.path));
            assert!(!method.streams_answers, "{}", endpoint.path);
            upstreams.owner_of_method(rpc.name);
        }
        for service in &CONTRACT.services {
            assert!(upstreams.owner(service).is_some(), "{service} has no owner");
        }
    }

    #[test]
    fn every_parameter_of_a_path_fills_a_field() {
        for (endpoint, rpc) in rpcs() {
            let in_path: BTreeSet<&str> =
                endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            let filled: BTreeSet<&str> = rpc.bound.iter().map(|(name, _)| *name).collect();
            assert_eq!(in_path, filled, "{}", endpoint.path);
            let fields = rpc.bound.iter().map(|(_, field)| field);
            for field in fields.chain(rpc.defaults.iter().map(|(field, _)| field)) {
                let mut message = CONTRACT.message(rpc.input());
                let mut kind = &Kind::Message(rpc.input().to_owned());
                for name in field.split('.') {
                    let found = message.fields.iter().find(|field| field.json == name).expect(field);
                    kind = &found.kind;
                    if let Kind::Message(name) = kind {
                        message = CONTRACT.message(name);
                    }
                }
                assert_eq!(*kind, Kind::Text, "{field}");
            }
        }
    }

    #[test]
    fn every_parameter_of_a_query_can_be_written_in_one() {
        for (endpoint, rpc) in rpcs().filter(|(endpoint, _)| endpoint.verb == Verb::Get) {
            let mut seen = BTreeSet::new();
            for param in rpc.params() {
                let name = &param.field.json;
                assert!(!matches!(param.field.kind, Kind::Message(_) | Kind::Map(_)), "{} {name}", endpoint.path);
                assert!(seen.insert(name.clone()), "{} has {name} twice", endpoint.path);
            }
        }
    }
}

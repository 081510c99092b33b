//! What services could not work on, shown to people who can have it tried again. What a customer wrote is in no answer.

use super::unreadable;
use conversation::PersonId;
use futures::{StreamExt, TryStreamExt, stream};
use journal::{Entry, Journal, JournalError, Raw, SetAside};
use service::problem;
use std::collections::BTreeMap;
use tonic::{Request, Response, Status};
use wire::pb::set_aside::set_aside_service_server::SetAsideService;
use wire::pb::set_aside::{
    GetSetAsideRequest, GetSetAsideResponse, ListSetAsideRequest, ListSetAsideResponse, RetryAllSetAsideRequest,
    RetryAllSetAsideResponse, RetrySetAsideRequest, RetrySetAsideResponse, SetAsideCount, SetAsideItem,
};

/// Items of a page, when none are asked for and at most.
const PAGE: usize = 100;
const PAGE_MOST: usize = 500;
/// How many items one call has tried again, and how many it asks for at once.
const RETRIES_MOST: usize = 1_000;
const RETRIES_AT_ONCE: usize = 32;

pub struct Items {
    pub journal: Journal,
}

/// What a message is about, by its subject: kind, brand and conversation, where it has them.
fn about(subject: &str) -> (&str, &str, &str) {
    let tokens: Vec<&str> = subject.split('.').collect();
    match tokens.as_slice() {
        ["earshot", _, brand, "conversation", id] => ("conversation", brand, id),
        ["earshot", _, brand, kind, ..] => (kind, brand, ""),
        ["timers", _, brand, _, id, ..] => ("timer", brand, id),
        _ => (subject, "", ""),
    }
}

fn shown(item: &SetAside) -> SetAsideItem {
    let (kind, brand, conversation) = about(&item.subject);
    SetAsideItem {
        item_id: item.id.clone(),
        service: item.service.clone(),
        sequence: item.sequence,
        kind: kind.to_owned(),
        brand: brand.to_owned(),
        conversation_id: conversation.to_owned(),
        reason: item.reason.clone(),
        tries: item.attempts,
        set_aside_at: Some(wire::timestamp(item.set_aside_at)),
        retrying: item.retrying,
        can_retry: item.can_retry(),
    }
}

fn details(item: &SetAside, raw: &Raw) -> GetSetAsideResponse {
    let facts = match raw.entry() {
        Some(Entry::Record(record)) => Some(record.facts.iter().map(|fact| fact.name().to_owned()).collect()),
        Some(Entry::Due(_)) => Some(Vec::new()),
        Some(Entry::Undecodable { .. }) | None => None,
    };
    let trace = raw.traceparent.as_deref().and_then(|header| header.split('-').nth(1));
    GetSetAsideResponse {
        item: Some(shown(item)),
        subject: raw.subject.clone(),
        stored_at: Some(wire::timestamp(raw.stored_at)),
        size_bytes: raw.payload.len() as u64,
        readable: facts.is_some(),
        facts: facts.unwrap_or_default(),
        record_id: raw.message_id.clone().unwrap_or_default(),
        trace_id: trace.unwrap_or_default().to_owned(),
    }
}

fn counts(items: &[SetAside]) -> Vec<SetAsideCount> {
    let mut counts: BTreeMap<&str, SetAsideCount> = BTreeMap::new();
    for item in items {
        let count = counts.entry(&item.service).or_default();
        count.service.clone_from(&item.service);
        count.items += 1;
        count.retrying += u32::from(item.retrying);
        count.can_retry = item.can_retry();
    }
    counts.into_values().collect()
}

fn failed(error: &JournalError, id: &str) -> Status {
    match error {
        JournalError::NotFound { .. } => problem::not_found("set-aside item", id),
        JournalError::Configuration { .. } => {
            problem::invalid_argument("item_id", "is no item's id", "give it as SERVICE.SEQUENCE, as the list shows it")
        }
        error => unreadable(error),
    }
}

fn checked_person(text: &str) -> Result<PersonId, Status> {
    PersonId::new(text).map_err(|invalid| {
        problem::invalid_argument("person", invalid.why, "give the person's short name in the brand's settings")
    })
}

fn never_again(service: &str) -> Status {
    let what = format!(
        "{service} takes nothing twice; what it could not read stays in the log, and a version that can read it does so \
         by itself"
    );
    problem::failed_precondition("NOT_TRIED_AGAIN", &what, &[("service", service)])
}

fn page(request: &ListSetAsideRequest) -> Result<(usize, usize), Status> {
    let size = usize::try_from(request.page_size).ok().filter(|size| *size <= PAGE_MOST).ok_or_else(|| {
        let what = format!("is {}", request.page_size);
        problem::invalid_argument("page_size", &what, &format!("use 1 to {PAGE_MOST}, or 0 for {PAGE}"))
    })?;
    let skip = match request.page_token.as_str() {
        "" => 0,
        token => token.parse().map_err(|_| {
            problem::invalid_argument("page_token", "is not one of ours", "give next_page_token as it came")
        })?,
    };
    Ok((skip, if size == 0 { PAGE } else { size }))
}

#[tonic::async_trait]
impl SetAsideService for Items {
    async fn list_set_aside(
        &self,
        request: Request<ListSetAsideRequest>,
    ) -> Result<Response<ListSetAsideResponse>, Status> {
        let request = request.into_inner();
        let (skip, size) = page(&request)?;
        let all = self.journal.set_aside_list().await.map_err(|error| unreadable(&error))?;
        let wanted = |item: &&SetAside| request.service.is_empty() || item.service == request.service;
        let mut rest = all.iter().filter(wanted).skip(skip);
        let items = rest.by_ref().take(size).map(shown).collect();
        let next_page_token = if rest.next().is_some() { (skip + size).to_string() } else { String::new() };
        Ok(Response::new(ListSetAsideResponse { items, next_page_token, services: counts(&all) }))
    }

    async fn get_set_aside(
        &self,
        request: Request<GetSetAsideRequest>,
    ) -> Result<Response<GetSetAsideResponse>, Status> {
        let id = request.into_inner().item_id;
        let (item, raw) = self.journal.set_aside_show(&id).await.map_err(|error| failed(&error, &id))?;
        Ok(Response::new(details(&item, &raw)))
    }

    async fn retry_set_aside(
        &self,
        request: Request<RetrySetAsideRequest>,
    ) -> Result<Response<RetrySetAsideResponse>, Status> {
        let RetrySetAsideRequest { item_id: id, person } = request.into_inner();
        let person = checked_person(&person)?;
        let (item, _) = self.journal.set_aside_show(&id).await.map_err(|error| failed(&error, &id))?;
        if !item.can_retry() {
            return Err(never_again(&item.service));
        }
        if !item.retrying {
            self.journal.set_aside_retry(&id).await.map_err(|error| failed(&error, &id))?;
            tracing::info!(item = id, %person, "what was set aside is tried again");
        }
        let now = SetAsideItem { retrying: true, ..shown(&item) };
        Ok(Response::new(RetrySetAsideResponse { item: Some(now), changed: !item.retrying }))
    }

    async fn retry_all_set_aside(
        &self,
        request: Request<RetryAllSetAsideRequest>,
    ) -> Result<Response<RetryAllSetAsideResponse>, Status> {
        let RetryAllSetAsideRequest { service, person } = request.into_inner();
        let person = checked_person(&person)?;
        if service.is_empty() {
            return Err(problem::invalid_argument("service", "is empty", "name one of the list's services"));
        }
        if !journal::can_retry(&service) {
            return Err(never_again(&service));
        }
        let all = self.journal.set_aside_list().await.map_err(|error| unreadable(&error))?;
        let ours = all.iter().filter(|item| item.service == service && !item.retrying);
        let mut now: Vec<String> = ours.map(|item| item.id.clone()).collect();
        let later = now.split_off(now.len().min(RETRIES_MOST));
        let retried: u32 = stream::iter(now)
            .map(|id| self.retry(id))
            .buffer_unordered(RETRIES_AT_ONCE)
            .try_fold(0, |sum, one| std::future::ready(Ok(sum + u32::from(one))))
            .await?;
        tracing::info!(service, retried, %person, "what was set aside is tried again");
        Ok(Response::new(RetryAllSetAsideResponse { retried, left: u32::try_from(later.len()).unwrap_or(u32::MAX) }))
    }
}

impl Items {
    /// Asks for another try; false when the item has gone in the meantime.
    async fn retry(&self, id: String) -> Result<bool, Status> {
        match self.journal.set_aside_retry(&id).await {
            Ok(()) => Ok(true),
            Err(JournalError::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&error, &id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use tonic::Code;

    const SECRET: &str = "my card is 4111 1111 1111 1111";

    /// One message that the classifier and routing have set aside, and a body of ingest's.
    async fn kept() -> Items {
        let journal = Journal::memory(Timestamp::UNIX_EPOCH);
        let subject = "earshot.3.aurora.conversation.00112233445566778899aabbccddeeff";
        let raw = |sequence: u64, subject: &str| Raw {
            sequence,
            subject: subject.to_owned(),
            payload: SECRET.as_bytes().to_vec().into(),
            stored_at: Timestamp::UNIX_EPOCH,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            message_id: None,
        };
        for (service, sequence, subject) in
            [("classifier", 7, subject), ("routing", 7, subject), ("classifier", 9, subject), ("ingest", 41, "webhook")]
        {
            journal.set_aside(service, &raw(sequence, subject), "undecodable: bad tag", 1).await.unwrap();
        }
        Items { journal }
    }

    async fn list(items: &Items, request: ListSetAsideRequest) -> ListSetAsideResponse {
        items.list_set_aside(Request::new(request)).await.unwrap().into_inner()
    }

    #[tokio::test]
    async fn what_was_set_aside_is_listed_by_service_and_in_pages() {
        let items = kept().await;
        let all = list(&items, ListSetAsideRequest::default()).await;
        let told: Vec<_> = all.services.iter().map(|of| (of.service.as_str(), of.items, of.can_retry)).collect();
        assert_eq!(told, [("classifier", 2, true), ("ingest", 1, false), ("routing", 1, false)]);
        let webhook = all.items.iter().find(|item| item.service == "ingest").unwrap();
        assert_eq!((webhook.kind.as_str(), webhook.brand.as_str()), ("webhook", ""));

        let of_classifier = ListSetAsideRequest { service: "classifier".into(), page_size: 1, ..Default::default() };
        let first = list(&items, of_classifier.clone()).await;
        let item = &first.items[0];
        assert_eq!(
            (item.item_id.as_str(), item.kind.as_str(), item.brand.as_str()),
            ("classifier.7", "conversation", "aurora")
        );
        let next = ListSetAsideRequest { page_token: first.next_page_token, ..of_classifier };
        let last = list(&items, next).await;
        assert_eq!((last.items[0].item_id.as_str(), last.next_page_token.as_str()), ("classifier.9", ""));
    }

    #[tokio::test]
    async fn an_item_is_shown_without_what_is_in_it() {
        let items = kept().await;
        let request = GetSetAsideRequest { item_id: "classifier.7".into() };
        let shown = items.get_set_aside(Request::new(request)).await.unwrap().into_inner();
        assert_eq!((shown.size_bytes, shown.readable), (SECRET.len() as u64, false));
        assert_eq!(shown.trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert!(!format!("{shown:?}").contains("4111"), "{shown:?}");
    }

    #[tokio::test]
    async fn one_or_all_of_a_service_are_tried_again_once() {
        let items = kept().await;
        let one = || Request::new(RetrySetAsideRequest { item_id: "classifier.7".into(), person: "ana".into() });
        assert!(items.retry_set_aside(one()).await.unwrap().into_inner().changed);
        assert!(!items.retry_set_aside(one()).await.unwrap().into_inner().changed, "somebody has asked already");
        let all = || Request::new(RetryAllSetAsideRequest { service: "classifier".into(), person: "ana".into() });
        assert_eq!(items.retry_all_set_aside(all()).await.unwrap().into_inner().retried, 1, "the other one");
        assert_eq!(items.retry_all_set_aside(all()).await.unwrap().into_inner().retried, 0);
        assert!(list(&items, ListSetAsideRequest::default()).await.services[0].retrying == 2);
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_refused_with_its_cure() {
        let items = kept().await;
        for (id, person, code, said) in [
            ("routing.7", "ana", Code::FailedPrecondition, "takes nothing twice"),
            ("classifier.8", "ana", Code::NotFound, "classifier.8"),
            ("classifier", "ana", Code::InvalidArgument, "SERVICE.SEQUENCE"),
            ("classifier.7", "", Code::InvalidArgument, "short name"),
        ] {
            let request = RetrySetAsideRequest { item_id: id.into(), person: person.into() };
            let refused = items.retry_set_aside(Request::new(request)).await.unwrap_err();
            assert_eq!(refused.code(), code, "{id}: {refused}");
            assert!(refused.message().contains(said), "{id}: {refused}");
        }
        let all = |service: &str| RetryAllSetAsideRequest { service: service.into(), person: "ana".into() };
        let refused = items.retry_all_set_aside(Request::new(all(""))).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        let refused = items.retry_all_set_aside(Request::new(all("routing"))).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        for (page_size, page_token) in [(-1, ""), (501, ""), (0, "x")] {
            let request = ListSetAsideRequest { page_size, page_token: page_token.into(), ..Default::default() };
            let refused = items.list_set_aside(Request::new(request)).await.unwrap_err();
            assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
        }
    }
}

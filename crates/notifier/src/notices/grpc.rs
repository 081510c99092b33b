//! Notices, for people: which are on their way, which are in doubt, and how one in doubt ended.

use super::view::{Notices, Waiting, What};
use conversation::notice::{Notice, NoticeCommand, NoticeStatus, decide};
use conversation::{Actor, BrandId, NoticeId, PersonId, RecordId, Subject};
use jiff::Timestamp;
use journal::{Draft, Journal, TransactError};
use service::{Clock, problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tonic::Status;
use wire::pb::notifier::{
    ListNoticesRequest, ListNoticesResponse, OpenNotice, SettleNoticeRequest, SettleNoticeResponse,
};

/// The most entries of one answer; the oldest are in it.
const ENTRIES_MAX: usize = 10_000;
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Where people ask about notices.
pub struct Counter {
    pub journal: Journal,
    pub notices: Arc<Notices>,
    pub caught_up: watch::Receiver<bool>,
    pub clock: Clock,
}

impl Counter {
    /// The notices that are not done.
    ///
    /// # Errors
    /// The view is not caught up; the brand's id is none.
    pub fn list(&self, request: &ListNoticesRequest) -> Result<ListNoticesResponse, Status> {
        if !*self.caught_up.borrow() {
            let message = "the notices are not caught up with the log yet; try again";
            return Err(problem::unavailable("NOT_CAUGHT_UP", message, RETRY_AFTER));
        }
        let brand = match request.brand.as_str() {
            "" => None,
            name => Some(brand_id(name)?),
        };
        let now = self.clock.now();
        let read = self.notices.read();
        let wanted = |waiting: &Waiting| {
            brand.as_ref().is_none_or(|brand| waiting.brand == *brand)
                && (!request.in_doubt_only || waiting.state.status == NoticeStatus::InDoubt)
        };
        let mut found: Vec<_> = read.iter().filter(|(_, waiting)| wanted(waiting)).collect();
        found.sort_by_key(|(notice, waiting)| (waiting.since, **notice));
        found.truncate(ENTRIES_MAX);
        Ok(ListNoticesResponse { notices: found.into_iter().map(|(id, waiting)| shown(*id, waiting, now)).collect() })
    }

    /// A person says how a notice in doubt ended.
    ///
    /// # Errors
    /// Something in the request is wrong, there is no such notice, it is not in doubt, or the log is away.
    pub async fn settle(&self, request: SettleNoticeRequest) -> Result<SettleNoticeResponse, Status> {
        let brand = brand_id(&request.brand)?;
        let notice = NoticeId::parse(&request.notice_id)
            .map_err(|_| problem::invalid_argument("notice_id", "is not a notice's id", "give its 32 hex digits"))?;
        let person = PersonId::new(&request.person)
            .map_err(|invalid| problem::invalid_argument("person", invalid.why, "give the person's short name"))?;
        if !(1..=128).contains(&request.request_id.chars().count()) {
            let cure = "give 1 to 128 characters that are new for each intention";
            return Err(problem::invalid_argument("request_id", "is too short or too long", cure));
        }
        let now = self.clock.now();
        let record =
            RecordId::caused("request", &[notice.as_uuid().as_bytes(), request.request_id.as_bytes()].concat());
        let actor = Actor::Person(person);
        let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
        let command = NoticeCommand::Settle { notice, arrived: request.arrived, now };
        let subject = Subject::Notice { brand, notice };
        let decide = |state: &Notice| decide(state, &command, record);
        match self.journal.transact_on(&subject, draft, None, decide).await {
            Ok(done) => Ok(SettleNoticeResponse { changed: done.record.is_some() }),
            Err(TransactError::Rejected(conversation::Rejection::UnknownNotice)) => {
                Err(problem::not_found("notice", &notice.to_string()))
            }
            Err(TransactError::Rejected(rejection)) => {
                Err(problem::failed_precondition(rejection.code(), &rejection.to_string(), &[]))
            }
            Err(error) => {
                tracing::warn!(%error, "a request could not be written to the log");
                Err(problem::unavailable("LOG_UNAVAILABLE", "the log cannot be reached; try again", RETRY_AFTER))
            }
        }
    }
}

fn brand_id(text: &str) -> Result<BrandId, Status> {
    BrandId::new(text).map_err(|_| problem::invalid_argument("brand", "is not a brand's id", "give its short name"))
}

fn shown(notice: NoticeId, waiting: &Waiting, now: Timestamp) -> OpenNotice {
    let held = waiting.held.filter(|(until, _)| *until > now);
    let retry_at = waiting.state.retry_at.max(held.map(|(until, _)| until));
    let reason = match (&*waiting.state.reason, held) {
        ("", Some((_, why))) => why,
        (reason, _) => reason,
    };
    let open = OpenNotice {
        brand: waiting.brand.to_string(),
        notice_id: notice.to_string(),
        status: waiting.state.status.as_str().to_owned(),
        attempts: waiting.state.attempts,
        reason: reason.to_owned(),
        since: Some(wire::timestamp(waiting.since)),
        retry_at: retry_at.map(wire::timestamp),
        ..OpenNotice::default()
    };
    match &waiting.what {
        What::ShiftPost { team, shift, network, .. } => OpenNotice {
            kind: "shift_post".to_owned(),
            team: team.to_string(),
            shift: shift.as_str().to_owned(),
            network: network.to_string(),
            ..open
        },
        What::Person { person, way, .. } => OpenNotice {
            kind: "person".to_owned(),
            person: person.to_string(),
            way: way.clone(),
            items: u32::try_from(waiting.state.items.len()).unwrap_or(u32::MAX),
            ..open
        },
    }
}

//! All that a person of the brand does with a conversation.

use super::replies::named_reply;
use super::{checked_text, conversation_id, failed, request_record};
use crate::corrections::Corrections;
use crate::desk::Desk;
use crate::react::Reactor;
use crate::summary::summary;
use crate::view::Entry;
use brand::Tier;
use conversation::callback::BookCallback;
use conversation::classified::{CorrectClassification, Head};
use conversation::{
    Actor, CallbackId, Command, ConversationId, PersonId, Personal, PostKey, RecordId, Rejection, TeamId,
};
use journal::{Done, Draft, TransactError};
use service::{Clock, problem};
use std::sync::Arc;
use tonic::{Request, Response, Status};
use wire::pb::conversation::ConversationSummary;
use wire::pb::desk::desk_service_server::DeskService;
use wire::pb::desk::{
    AddNoteRequest, ApproveReplyRequest, BookCallbackRequest, BookCallbackResponse, CheckDraftRequest,
    CheckDraftResponse, ClaimRequest, CorrectClassificationRequest, DeescalateRequest, DeskResponse, EscalateRequest,
    FinishCallbackRequest, GiveUpReplyRequest, HandOffRequest, MergeRequest, ReleaseRequest, ReopenRequest,
    ResolveRequest, ResumeReplyRequest, SendBackReplyRequest, SettleReplyRequest, SubmitReplyRequest,
    SubmitReplyResponse, SuggestRepliesRequest, SuggestRepliesResponse, Write,
};

pub struct Work {
    pub desk: Arc<Desk>,
    pub reactor: Reactor,
    pub clock: Clock,
    pub corrections: Corrections,
}

/// A write whose parts are checked.
pub(super) struct Checked {
    pub conversation: ConversationId,
    pub entry: Entry,
    pub person: PersonId,
    pub record: RecordId,
}

impl Work {
    pub(super) fn check(&self, write: Option<Write>) -> Result<Checked, Status> {
        let write =
            write.ok_or_else(|| problem::invalid_argument("write", "is missing", "say who does what to which"))?;
        let named = conversation_id("write.conversation_id", &write.conversation_id)?;
        let conversation = self.desk.read().resolve(named);
        let entry =
            self.desk.entry(&conversation).ok_or_else(|| problem::not_found("conversation", &named.to_string()))?;
        let person = self.person(&entry, "write.person", &write.person)?;
        let record = request_record(named.as_uuid().as_bytes(), &write.request_id)?;
        let repeated = entry.state.seen.contains(&record);
        if !repeated && write.expected_version != 0 && write.expected_version != entry.version {
            let found = entry.version.to_string();
            let message = "the conversation has changed since; read it again";
            return Err(problem::aborted("VERSION_CHANGED", message, &[("version", &found)]));
        }
        Ok(Checked { conversation, entry, person, record })
    }

    /// A person of the brand, as named in its settings. A brand without published settings takes anyone's word.
    pub(super) fn person(&self, entry: &Entry, field: &str, name: &str) -> Result<PersonId, Status> {
        let person = PersonId::new(name).map_err(|invalid| {
            problem::invalid_argument(field, invalid.why, "give the person's short name in the brand's settings")
        })?;
        let brand = self.desk.brand(&entry.brand);
        let settings = brand.settings();
        if !settings.people.is_empty() && settings.person(name).is_none() {
            let cure = format!("use one of the people in the settings of {}", entry.brand);
            return Err(problem::invalid_argument(field, "is not a person of this brand", &cure));
        }
        Ok(person)
    }

    /// The conversation that holds a post of the customer: the one named, or one of those merged into it.
    fn holder(&self, id: ConversationId, entry: Entry, post: &PostKey) -> Result<(ConversationId, Entry), Status> {
        let has = |entry: &Entry| entry.state.post(post).is_some_and(|post| post.received);
        if has(&entry) {
            return Ok((id, entry));
        }
        let mut todo = entry.state.absorbed;
        let mut seen = vec![id];
        while let Some(next) = todo.pop() {
            let Some(entry) = self.desk.entry(&next).filter(|_| !seen.contains(&next)) else { continue };
            seen.push(next);
            if has(&entry) {
                return Ok((next, entry));
            }
            todo.extend(entry.state.absorbed);
        }
        let cure = "name a post of the customer as it stands in the conversation's history";
        Err(problem::invalid_argument("post_key", "is no post of this conversation", cure))
    }

    fn team(&self, entry: &Entry, name: &str) -> Result<TeamId, Status> {
        let brand = self.desk.brand(&entry.brand);
        let known: Vec<&str> = brand.settings().teams.iter().map(|team| team.id.as_str()).collect();
        match TeamId::new(name) {
            Ok(team) if known.contains(&name) => Ok(team),
            _ => {
                let cure = format!("use one of: {}", known.join(", "));
                Err(problem::invalid_argument("to_team", "is not a team of this brand", &cure))
            }
        }
    }

    /// The same write on the conversation in which the callback was booked: the one named, or one merged into it.
    fn caller(&self, checked: Checked, callback: &CallbackId) -> Checked {
        let has = |entry: &Entry| entry.state.callbacks.iter().any(|known| known.id == *callback);
        let mut todo = checked.entry.state.absorbed.clone();
        let mut seen = Vec::new();
        while let Some(next) = todo.pop().filter(|_| !has(&checked.entry)) {
            let Some(entry) = self.desk.entry(&next).filter(|_| !seen.contains(&next)) else { continue };
            if has(&entry) {
                return Checked { conversation: next, entry, ..checked };
            }
            seen.push(next);
            todo.extend(entry.state.absorbed);
        }
        checked
    }

    /// The team that it was raised to, when the person is of that team and not of the one that has it: he takes it on beside
    /// the first line.
    fn second_seat(&self, checked: &Checked) -> Option<TeamId> {
        let brand = self.desk.brand(&checked.entry.brand);
        let state = &checked.entry.state;
        let is_of = |team: &TeamId| {
            let team = brand.settings().team(team.as_str());
            team.is_some_and(|team| team.people.iter().any(|person| person == checked.person.as_str()))
        };
        let raised_to = state.escalation_team.clone().filter(|raised_to| state.team.as_ref() != Some(raised_to))?;
        let first_line = state.team.as_ref().is_some_and(is_of);
        // Somebody of both teams takes the free seat, the first line's first.
        let seat_taken = state.assignee.as_ref().is_some_and(|holder| *holder != checked.person);
        (is_of(&raised_to) && (!first_line || seat_taken)).then_some(raised_to)
    }

    pub(super) async fn act(&self, checked: Checked, command: Command) -> Result<(ConversationSummary, bool), Status> {
        let Checked { conversation, entry, person, record } = checked;
        let draft = self.draft(record, person);
        let done =
            self.reactor.decide(conversation, entry.clone(), draft, &command).await.map_err(|error| failed(&error))?;
        Ok(self.outcome(conversation, entry, done))
    }

    fn draft(&self, record: RecordId, person: PersonId) -> Draft {
        let now = self.clock.now();
        Draft { record, occurred_at: now, now, actor: Actor::Person(person), caused_by: None, correlation: None }
    }

    fn outcome(&self, conversation: ConversationId, entry: Entry, done: Done) -> (ConversationSummary, bool) {
        let changed = done.record.is_some();
        let entry = Entry { state: done.state, version: done.version, ..entry };
        (self.summary(conversation, &entry), changed)
    }

    fn summary(&self, conversation: ConversationId, entry: &Entry) -> ConversationSummary {
        summary(&self.desk.read(), conversation, entry, self.clock.now())
    }

    async fn answer(&self, checked: Checked, command: Command) -> Result<Response<DeskResponse>, Status> {
        let (conversation, changed) = self.act(checked, command).await?;
        Ok(Response::new(DeskResponse { conversation: Some(conversation), changed }))
    }
}

#[tonic::async_trait]
impl DeskService for Work {
    async fn deescalate(&self, request: Request<DeescalateRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let command = Command::Deescalate { by: Some(checked.person.clone()), reason: request.reason };
        self.answer(checked, command).await
    }

    async fn book_callback(
        &self,
        request: Request<BookCallbackRequest>,
    ) -> Result<Response<BookCallbackResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let due_at = request.due_at.as_ref().map(wire::instant).and_then(Result::ok).ok_or_else(|| {
            problem::invalid_argument("due_at", "is missing or no time", "give a time in RFC 3339, in the future")
        })?;
        let timezone = match request.timezone.as_str() {
            "" => {
                let view = self.desk.read();
                view.timezone_of(&checked.entry.customer, &checked.entry.state).to_owned()
            }
            zone if jiff::tz::TimeZone::get(zone).is_ok() => zone.to_owned(),
            _ => {
                let cure = "give an IANA name, e.g. Europe/Tallinn";
                return Err(problem::invalid_argument("timezone", "is not a time zone", cure));
            }
        };
        let person = match request.caller.as_str() {
            "" => None,
            name => Some(self.person(&checked.entry, "caller", name)?),
        };
        let callback_id = CallbackId::of(&checked.conversation, &checked.record).to_string();
        let ask = BookCallback { by: checked.person.clone(), due_at, timezone, person };
        let (conversation, changed) = self.act(checked, Command::BookCallback(ask)).await?;
        Ok(Response::new(BookCallbackResponse { conversation: Some(conversation), changed, callback_id }))
    }

    async fn finish_callback(&self, request: Request<FinishCallbackRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let callback = CallbackId::parse(&request.callback_id).map_err(|_| {
            problem::invalid_argument("callback_id", "is not a callback's id", "give its 32 hex digits")
        })?;
        let checked = self.caller(checked, &callback);
        let command = Command::FinishCallback { callback, person: checked.person.clone() };
        self.answer(checked, command).await
    }

    async fn claim(&self, request: Request<ClaimRequest>) -> Result<Response<DeskResponse>, Status> {
        let checked = self.check(request.into_inner().write)?;
        let command = Command::Claim { person: checked.person.clone(), team: self.second_seat(&checked) };
        self.answer(checked, command).await
    }

    async fn release(&self, request: Request<ReleaseRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let command = Command::Release { person: checked.person.clone(), reason: request.reason };
        self.answer(checked, command).await
    }

    async fn hand_off(&self, request: Request<HandOffRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let to_team = self.team(&checked.entry, &request.to_team)?;
        let to_person = match request.to_person.as_str() {
            "" => None,
            name => Some(self.person(&checked.entry, "to_person", name)?),
        };
        let command = Command::HandOff { by: checked.person.clone(), to_team, to_person, reason: request.reason };
        self.answer(checked, command).await
    }

    async fn escalate(&self, request: Request<EscalateRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let to_team = match request.to_team.as_str() {
            "" => {
                let brand = self.desk.brand(&checked.entry.brand);
                let crisis = brand.settings().teams.iter().find(|team| team.tier == Tier::Crisis);
                crisis.and_then(|team| TeamId::new(&team.id).ok())
            }
            name => Some(self.team(&checked.entry, name)?),
        };
        let command = Command::Escalate { by: Some(checked.person.clone()), to_team, reason: request.reason };
        self.answer(checked, command).await
    }

    async fn add_note(&self, request: Request<AddNoteRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("text", &request.text)?;
        let checked = self.check(request.write)?;
        let command = Command::AddNote { person: checked.person.clone(), body: Personal::text(request.text) };
        self.answer(checked, command).await
    }

    async fn submit_reply(
        &self,
        request: Request<SubmitReplyRequest>,
    ) -> Result<Response<SubmitReplyResponse>, Status> {
        self.submit(request.into_inner()).await.map(Response::new)
    }

    async fn check_draft(&self, request: Request<CheckDraftRequest>) -> Result<Response<CheckDraftResponse>, Status> {
        self.look_at_draft(request.into_inner()).await.map(Response::new)
    }

    async fn suggest_replies(
        &self,
        request: Request<SuggestRepliesRequest>,
    ) -> Result<Response<SuggestRepliesResponse>, Status> {
        self.suggestions(request.into_inner()).await.map(Response::new)
    }

    async fn settle_reply(&self, request: Request<SettleReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        let SettleReplyRequest { write, reply_id, arrived, send_again } = request.into_inner();
        if arrived && send_again {
            let cure = "leave one of both out: what is there is not sent again";
            return Err(problem::invalid_argument("send_again", "stands beside arrived", cure));
        }
        let checked = self.check(write)?;
        let reply = named_reply("reply_id", &reply_id)?;
        let person = checked.person.clone();
        let command = match send_again {
            true => Command::SendAgain { reply, person },
            false => Command::SettleReply { reply, arrived },
        };
        self.answer(checked, command).await
    }

    async fn resume_reply(&self, request: Request<ResumeReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        let ResumeReplyRequest { write, reply_id } = request.into_inner();
        let checked = self.check(write)?;
        let command =
            Command::ResumeReply { reply: named_reply("reply_id", &reply_id)?, person: checked.person.clone() };
        self.answer(checked, command).await
    }

    async fn give_up_reply(&self, request: Request<GiveUpReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        let GiveUpReplyRequest { write, reply_id, reason } = request.into_inner();
        checked_text("reason", &reason)?;
        let checked = self.check(write)?;
        let (reply, person) = (named_reply("reply_id", &reply_id)?, checked.person.clone());
        self.answer(checked, Command::GiveUpReply { reply, person, reason }).await
    }

    async fn approve_reply(&self, request: Request<ApproveReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        let ApproveReplyRequest { write, proposal_id } = request.into_inner();
        let checked = self.check(write)?;
        let proposal = named_reply("proposal_id", &proposal_id)?;
        let command = self.approval(&checked, proposal).await?;
        self.answer(checked, command).await
    }

    async fn send_back_reply(&self, request: Request<SendBackReplyRequest>) -> Result<Response<DeskResponse>, Status> {
        let SendBackReplyRequest { write, proposal_id, reason } = request.into_inner();
        checked_text("reason", &reason)?;
        let checked = self.check(write)?;
        let proposal = named_reply("proposal_id", &proposal_id)?;
        let command = self.sending_back(&checked, proposal, reason)?;
        self.answer(checked, command).await
    }

    async fn correct_classification(
        &self,
        request: Request<CorrectClassificationRequest>,
    ) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        let head = Head::parse(&request.head).ok_or_else(|| {
            let heads: Vec<&str> = Head::ALL.into_iter().map(Head::as_str).collect();
            let cure = format!("use one of: {}", heads.join(", "));
            problem::invalid_argument("head", "is nothing that a classifier answers", &cure)
        })?;
        let post = PostKey::parse(&request.post_key)
            .map_err(|_| problem::invalid_argument("post_key", "is not a post's key", "give its 32 hex digits"))?;
        let checked = self.check(request.write)?;
        let (conversation, entry) = self.holder(checked.conversation, checked.entry, &post)?;
        let brand = self.desk.brand(&entry.brand);
        let brand_topics = brand.settings().topics.iter().map(|topic| topic.name.clone()).collect();
        let read_by =
            entry.state.post(&post).and_then(|post| post.class.as_ref()).map(|class| class.model_version.clone());
        let command =
            Command::CorrectClassification(CorrectClassification { post, head, label: request.label, brand_topics });
        let draft = self.draft(checked.record, checked.person);
        let done = match self.reactor.decide(conversation, entry.clone(), draft, &command).await {
            Err(TransactError::Rejected(Rejection::UnknownLabel { known, .. })) => {
                let what = format!("is no label of {}", head.as_str());
                return Err(problem::invalid_argument("label", &what, &format!("use one of: {known}")));
            }
            other => other.map_err(|error| failed(&error))?,
        };
        if done.record.is_some() {
            self.corrections.count(head, read_by.as_deref().unwrap_or_default());
        }
        let (mut shown, changed) = self.outcome(conversation, entry, done);
        if conversation != checked.conversation
            && let Some(entry) = self.desk.entry(&checked.conversation)
        {
            shown = self.summary(checked.conversation, &entry);
        }
        Ok(Response::new(DeskResponse { conversation: Some(shown), changed }))
    }

    async fn resolve(&self, request: Request<ResolveRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let outcome = wire::outcome_from_pb(request.outcome).map_err(|_| {
            let cure = "use OUTCOME_SOLVED, OUTCOME_REFUSED, OUTCOME_NO_ACTION_NEEDED or OUTCOME_WENT_QUIET";
            problem::invalid_argument("outcome", "is missing or unknown", cure)
        })?;
        let command = Command::Resolve { person: Some(checked.person.clone()), outcome };
        self.answer(checked, command).await
    }

    async fn reopen(&self, request: Request<ReopenRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let command = Command::Reopen { person: checked.person.clone(), reason: request.reason };
        self.answer(checked, command).await
    }

    async fn merge(&self, request: Request<MergeRequest>) -> Result<Response<DeskResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let source = conversation_id(
            "write.conversation_id",
            request.write.as_ref().map_or("", |write| write.conversation_id.as_str()),
        )?;
        let target = conversation_id("into_conversation_id", &request.into_conversation_id)?;
        let (target, into) = {
            let view = self.desk.read();
            let target = view.resolve(target);
            (target, view.conversations.get(&target).map(|entry| (**entry).clone()))
        };
        let into = into.ok_or_else(|| problem::not_found("conversation", &request.into_conversation_id))?;
        let checked = self.check(request.write)?;
        if source == target {
            let cure = "name another conversation";
            return Err(problem::invalid_argument("into_conversation_id", "is the same conversation", cure));
        }
        let from = self.desk.entry(&source).ok_or_else(|| problem::not_found("conversation", &source.to_string()))?;
        if from.brand != into.brand {
            let cure = "merge conversations of one brand only";
            return Err(problem::invalid_argument("into_conversation_id", "is another brand's conversation", cure));
        }
        if !self.desk.read().is_one_person(&from.customer, &into.customer) {
            let message = "a conversation is one customer's matter, and these are of two: link their profiles first when \
                           they are one person";
            let (one, other) = (from.customer.to_string(), into.customer.to_string());
            let metadata = [("customer_id", one.as_str()), ("other_customer_id", other.as_str())];
            return Err(problem::failed_precondition("PROFILES_NOT_LINKED", message, &metadata));
        }
        let before = into.version;
        let by = Some((checked.person, checked.record));
        self.reactor.absorb(source, target, &request.reason, by).await.map_err(|error| failed(&error))?;
        let entry = self.desk.entry(&target).unwrap_or(into);
        let changed = entry.version != before;
        Ok(Response::new(DeskResponse { conversation: Some(self.summary(target, &entry)), changed }))
    }
}

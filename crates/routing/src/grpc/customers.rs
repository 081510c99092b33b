//! The customer as a whole: what is known of him, what was granted and promised, which profiles are his, and who looks after
//! him.

use super::{checked_text, conversation_id, failed, request_record, unreadable};
use crate::desk::Desk;
use crate::offers;
use crate::summary::summary;
use crate::view::{CustomerEntry, View};
use conversation::customer::{
    AnswerWay, AnswerWayChosen, CustomerCommand, CustomerProfiled, CustomerTeamSet, ExceptionGranted, ProfilesLinked,
    ProfilesUnlinked, PromiseKept, TeamChoiceChanged,
};
use conversation::{
    Actor, ConversationId, CustomerId, Fact, Network, PersonId, Personal, PromiseId, RecordId, Status as Stands,
    Subject, TeamId,
};
use journal::{Draft, Journal, Stored};
use service::{Clock, problem};
use std::sync::Arc;
use tonic::{Request, Response, Status};
use wire::pb::customer::customer_service_server::CustomerService;
use wire::pb::customer::{
    ChooseAnswerWayRequest, ChooseTeamRequest, Contact, Customer, CustomerResponse, Exception, Face,
    GetCustomerRequest, GetCustomerResponse, GetTeamFaceRequest, GetTeamFaceResponse, GrantExceptionRequest,
    KeepPromiseRequest, LinkProfilesRequest, MakePromiseRequest, MakePromiseResponse, ProfileCustomerRequest, Promise,
    SetTeamRequest, UnlinkProfilesRequest, Write,
};
use wire::{WireError, timestamp};

pub struct Customers {
    pub desk: Arc<Desk>,
    pub journal: Journal,
    pub clock: Clock,
}

/// A write whose parts are checked.
struct Checked {
    customer: CustomerId,
    entry: CustomerEntry,
    person: PersonId,
    record: RecordId,
}

fn customer_id(field: &str, text: &str) -> Result<CustomerId, Status> {
    CustomerId::parse(text)
        .map_err(|_| problem::invalid_argument(field, "is not a customer's id", "give its 32 hex digits"))
}

/// The instant that a field of a request names.
fn instant(field: &str, read: Option<Result<jiff::Timestamp, WireError>>) -> Result<Option<jiff::Timestamp>, Status> {
    read.transpose().map_err(|_| problem::invalid_argument(field, "is not a time", "give a time in RFC 3339"))
}

impl Customers {
    fn entry(&self, field: &str, text: &str) -> Result<(CustomerId, CustomerEntry), Status> {
        let id = customer_id(field, text)?;
        let found = self.desk.read().customers.get(&id).map(|entry| (**entry).clone());
        Ok((id, found.ok_or_else(|| problem::not_found("customer", &id.to_string()))?))
    }

    fn check(&self, write: Option<Write>) -> Result<Checked, Status> {
        let write =
            write.ok_or_else(|| problem::invalid_argument("write", "is missing", "say who does what to which"))?;
        let (customer, entry) = self.entry("write.customer_id", &write.customer_id)?;
        let person = PersonId::new(&write.person).map_err(|invalid| {
            let cure = "give the person's short name in the brand's settings";
            problem::invalid_argument("write.person", invalid.why, cure)
        })?;
        let brand = self.desk.brand(&entry.brand);
        let settings = brand.settings();
        if !settings.people.is_empty() && settings.person(person.as_str()).is_none() {
            let cure = format!("use one of the people in the settings of {}", entry.brand);
            return Err(problem::invalid_argument("write.person", "is not a person of this brand", &cure));
        }
        let record = request_record(customer.as_uuid().as_bytes(), &write.request_id)?;
        Ok(Checked { customer, entry, person, record })
    }

    /// Writes down what a command makes true; answers whether anything changed.
    async fn write(&self, checked: &Checked, command: &CustomerCommand) -> Result<bool, Status> {
        let subject = Subject::Customer { brand: checked.entry.brand.clone(), customer: checked.customer };
        self.write_on(&subject, checked.customer, checked.record, &checked.person, command).await
    }

    async fn write_on(
        &self,
        subject: &Subject,
        customer: CustomerId,
        record: RecordId,
        person: &PersonId,
        command: &CustomerCommand,
    ) -> Result<bool, Status> {
        let now = self.clock.now();
        let actor = Actor::Person(person.clone());
        let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
        let decide = |state: &conversation::Customer| conversation::customer::decide(state, customer, command, record);
        let done = self.journal.transact_on(subject, draft, None, decide).await.map_err(|error| failed(&error))?;
        if let Some(record) = &done.record {
            self.desk.fold(done.version, record);
        }
        Ok(done.record.is_some())
    }

    fn shown(&self, customer: CustomerId) -> Customer {
        let view = self.desk.read();
        view.customers.get(&customer).map(|entry| shown(&view, customer, entry)).unwrap_or_default()
    }

    async fn answer(&self, checked: Checked, command: CustomerCommand) -> Result<Response<CustomerResponse>, Status> {
        let changed = self.write(&checked, &command).await?;
        let customer = Some(self.shown(checked.customer));
        Ok(Response::new(CustomerResponse { customer, changed }))
    }

    /// What stands about a customer in the log, with the words, and the contacts of his conversations.
    async fn history(&self, customers: &[(CustomerId, CustomerEntry)]) -> Result<Vec<Stored>, Status> {
        let mut entries = Vec::new();
        for (customer, entry) in customers {
            let subject = Subject::Customer { brand: entry.brand.clone(), customer: *customer };
            entries.extend(self.journal.load(&subject).await.map_err(|error| unreadable(&error))?.entries);
            for conversation in &entry.conversations {
                let known = self.desk.entry(conversation).filter(|known| known.state.contacts > 0);
                let Some(known) = known else { continue };
                let loaded = self.journal.load(&known.subject(*conversation)).await;
                entries.extend(loaded.map_err(|error| unreadable(&error))?.entries);
            }
        }
        entries.sort_by_key(|stored| stored.sequence);
        Ok(entries)
    }

    /// The customer and the profiles that people have linked to his, through all links.
    fn family(&self, customer: CustomerId) -> Vec<(CustomerId, CustomerEntry)> {
        let view = self.desk.read();
        let mut family: Vec<(CustomerId, CustomerEntry)> = Vec::new();
        let mut todo = vec![customer];
        while let Some(next) = todo.pop() {
            let Some(entry) = view.customers.get(&next) else { continue };
            if family.iter().all(|(known, _)| *known != next) {
                todo.extend(&entry.state.linked);
                family.push((next, (**entry).clone()));
            }
        }
        family
    }

    /// A network on which he can be answered: he, or a linked profile of his, has written there.
    fn written_on(&self, customer: CustomerId, name: &str) -> Result<Network, Status> {
        let mut known: Vec<Network> = Vec::new();
        for (_, entry) in self.family(customer) {
            let conversations = entry.conversations.iter().filter_map(|id| self.desk.entry(id));
            known.extend(conversations.filter_map(|entry| entry.state.network));
        }
        known.sort_unstable();
        known.dedup();
        let found = known.iter().find(|network| network.as_str() == name).cloned();
        found.ok_or_else(|| {
            let known: Vec<&str> = known.iter().map(Network::as_str).collect();
            let cure = format!("link his profile there first, or use one of: {}", known.join(", "));
            problem::invalid_argument("network", "is none on which this customer has written", &cure)
        })
    }

    /// The other side of a link; both sides know of it, so that it is found from either.
    async fn link(
        &self,
        checked: Checked,
        other: &str,
        command: impl Fn(CustomerId) -> CustomerCommand,
    ) -> Result<Response<CustomerResponse>, Status> {
        let (other, entry) = self.entry("other_customer_id", other)?;
        if entry.brand != checked.entry.brand {
            let cure = "link profiles of one brand only";
            return Err(problem::invalid_argument("other_customer_id", "is another brand's customer", cure));
        }
        let changed = self.write(&checked, &command(other)).await?;
        let back = RecordId::caused("link-back", checked.record.as_uuid().as_bytes());
        let subject = Subject::Customer { brand: entry.brand, customer: other };
        let changed_back = self.write_on(&subject, other, back, &checked.person, &command(checked.customer)).await?;
        let customer = Some(self.shown(checked.customer));
        Ok(Response::new(CustomerResponse { customer, changed: changed || changed_back }))
    }
}

fn shown(view: &View, id: CustomerId, entry: &CustomerEntry) -> Customer {
    let state = &entry.state;
    let of = |id: &ConversationId| view.conversations.get(id);
    let newest = entry.conversations.iter().rev().find_map(of);
    let linked = state.linked.iter().filter_map(|id| view.customers.get(id));
    let all: Vec<_> =
        [entry].into_iter().chain(linked.map(|entry| &**entry)).flat_map(|entry| &entry.conversations).collect();
    let open = all
        .iter()
        .filter_map(|id| of(id))
        .filter(|entry| matches!(entry.state.status(), Stands::New | Stands::Open | Stands::WaitingForCustomer));
    let none = conversation::Conversation::default();
    let said = newest.map_or(&none, |newest| &newest.state);
    let preferred = newest.and_then(|newest| offers::preferred(view, newest));
    Customer {
        brand: entry.brand.to_string(),
        customer_id: id.to_string(),
        team: state.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        opted_out: state.opted_out,
        tier: view.tier_of(&id, said).to_owned(),
        region: view.region_of(&id, said).to_owned(),
        timezone: view.timezone_of(&id, said).to_owned(),
        customer_since: state.customer_since.map(timestamp),
        linked_customer_ids: state.linked.iter().map(ToString::to_string).collect(),
        preferred_person: preferred.map(|person| person.to_string()).unwrap_or_default(),
        conversations: u32::try_from(all.len()).unwrap_or(u32::MAX),
        open_conversations: u32::try_from(open.count()).unwrap_or(u32::MAX),
        exceptions: u32::try_from(state.exceptions.len()).unwrap_or(u32::MAX),
        answer_network: state.answer_way.network.as_ref().map(ToString::to_string).unwrap_or_default(),
        answer_in_private: state.answer_way.in_private,
    }
}

/// What was said, granted and promised, in the order of the log.
fn told(entries: &[Stored]) -> (Vec<Contact>, Vec<Exception>, Vec<Promise>) {
    let (mut contacts, mut exceptions, mut promises) = (Vec::new(), Vec::new(), Vec::<Promise>::new());
    let text = |id: Option<&ConversationId>| id.map(ToString::to_string).unwrap_or_default();
    for Stored { record, .. } in entries {
        for fact in &record.facts {
            match fact {
                Fact::ContactRecorded(fact) => contacts.push(Contact {
                    via: fact.via.clone(),
                    contacted_at: Some(timestamp(fact.contacted_at)),
                    summary: fact.summary.text.clone(),
                    conversation_id: text(record.subject.conversation().as_ref()),
                }),
                Fact::ExceptionGranted(fact) => exceptions.push(Exception {
                    granted_at: Some(timestamp(record.occurred_at)),
                    person: fact.person.to_string(),
                    conversation_id: text(fact.conversation.as_ref()),
                    what: fact.what.text.clone(),
                }),
                Fact::PromiseMade(fact) => promises.push(Promise {
                    promise_id: fact.promise.to_string(),
                    made_at: Some(timestamp(record.occurred_at)),
                    person: fact.person.to_string(),
                    conversation_id: text(fact.conversation.as_ref()),
                    due_at: fact.due_at.map(timestamp),
                    what: fact.what.text.clone(),
                    kept: false,
                }),
                Fact::PromiseKept(fact) => {
                    let id = fact.promise.to_string();
                    promises.iter_mut().filter(|known| known.promise_id == id).for_each(|known| known.kept = true);
                }
                // The others say nothing that a person should read here.
                _ => {}
            }
        }
    }
    (contacts, exceptions, promises)
}

fn optional_conversation(text: &str) -> Result<Option<ConversationId>, Status> {
    if text.is_empty() { Ok(None) } else { conversation_id("conversation_id", text).map(Some) }
}

#[tonic::async_trait]
impl CustomerService for Customers {
    async fn get_customer(
        &self,
        request: Request<GetCustomerRequest>,
    ) -> Result<Response<GetCustomerResponse>, Status> {
        let (id, _) = self.entry("customer_id", &request.into_inner().customer_id)?;
        let family = self.family(id);
        let (contacts, exceptions, promises) = told(&self.history(&family).await?);
        let now = self.clock.now();
        let view = self.desk.read();
        let all = family.iter().flat_map(|(_, entry)| &entry.conversations);
        let known = all.filter_map(|id| view.conversations.get(id).map(|entry| (*id, entry)));
        let mut conversations: Vec<_> = known.map(|(id, entry)| summary(&view, id, entry, now)).collect();
        conversations.sort_by_key(|entry| std::cmp::Reverse(entry.version));
        let customer = view.customers.get(&id).map(|entry| shown(&view, id, entry));
        Ok(Response::new(GetCustomerResponse { customer, conversations, contacts, exceptions, promises }))
    }

    async fn profile_customer(
        &self,
        request: Request<ProfileCustomerRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let zone_is_known = request.timezone.is_empty() || jiff::tz::TimeZone::get(&request.timezone).is_ok();
        if !zone_is_known {
            let cure = "give an IANA name, e.g. Europe/Tallinn";
            return Err(problem::invalid_argument("timezone", "is not a time zone", cure));
        }
        let customer_since = instant("customer_since", request.customer_since.as_ref().map(wire::instant))?;
        let (tier, region, timezone) = (request.tier, request.region, request.timezone);
        for (field, text) in [("tier", &tier), ("region", &region)] {
            checked_text(field, text)?;
        }
        let profile = CustomerProfiled { tier, region, timezone, customer_since };
        self.answer(checked, CustomerCommand::Profile(profile)).await
    }

    async fn choose_team(&self, request: Request<ChooseTeamRequest>) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let person = Some(checked.person.clone());
        let choice = TeamChoiceChanged { opted_out: request.opted_out, person };
        self.answer(checked, CustomerCommand::ChooseTeam(choice)).await
    }

    async fn choose_answer_way(
        &self,
        request: Request<ChooseAnswerWayRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let network = match request.network.as_str() {
            "" => None,
            name => Some(self.written_on(checked.customer, name)?),
        };
        let way = AnswerWay { network, in_private: request.in_private };
        let chosen = AnswerWayChosen { way, person: checked.person.clone() };
        self.answer(checked, CustomerCommand::ChooseAnswerWay(chosen)).await
    }

    async fn set_team(&self, request: Request<SetTeamRequest>) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let brand = self.desk.brand(&checked.entry.brand);
        let known = brand.settings().team(&request.team).and_then(|team| TeamId::new(&team.id).ok());
        let Some(team) = known else {
            let names: Vec<&str> = brand.settings().teams.iter().map(|team| team.id.as_str()).collect();
            let cure = format!("use one of: {}", names.join(", "));
            return Err(problem::invalid_argument("team", "is not a team of this brand", &cure));
        };
        if request.reason.trim().is_empty() {
            return Err(problem::invalid_argument("reason", "is empty", "say why in a few words"));
        }
        let settings_version = brand.version().to_owned();
        // By a person's word even if the word is "region": that one is kept for what follows from the settings.
        let reason = format!("person: {}", request.reason);
        let set = CustomerTeamSet { team, region: String::new(), reason, settings_version };
        self.answer(checked, CustomerCommand::SetTeam(set)).await
    }

    async fn link_profiles(&self, request: Request<LinkProfilesRequest>) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let (person, reason) = (checked.person.clone(), request.reason);
        let command =
            |other| CustomerCommand::Link(ProfilesLinked { other, person: person.clone(), reason: reason.clone() });
        self.link(checked, &request.other_customer_id, command).await
    }

    async fn unlink_profiles(
        &self,
        request: Request<UnlinkProfilesRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        checked_text("reason", &request.reason)?;
        let checked = self.check(request.write)?;
        let (person, reason) = (checked.person.clone(), request.reason);
        let command =
            |other| CustomerCommand::Unlink(ProfilesUnlinked { other, person: person.clone(), reason: reason.clone() });
        self.link(checked, &request.other_customer_id, command).await
    }

    async fn grant_exception(
        &self,
        request: Request<GrantExceptionRequest>,
    ) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        checked_text("what", &request.what)?;
        let checked = self.check(request.write)?;
        let conversation = optional_conversation(&request.conversation_id)?;
        let (person, what) = (checked.person.clone(), Personal::text(request.what));
        let granted = ExceptionGranted { conversation, person, what };
        self.answer(checked, CustomerCommand::GrantException(granted)).await
    }

    async fn make_promise(
        &self,
        request: Request<MakePromiseRequest>,
    ) -> Result<Response<MakePromiseResponse>, Status> {
        let request = request.into_inner();
        checked_text("what", &request.what)?;
        let checked = self.check(request.write)?;
        let conversation = optional_conversation(&request.conversation_id)?;
        let due_at = instant("due_at", request.due_at.as_ref().map(wire::instant))?;
        let (person, what) = (checked.person.clone(), Personal::text(request.what));
        let command = CustomerCommand::MakePromise { conversation, person, due_at, what };
        let changed = self.write(&checked, &command).await?;
        let promise_id = PromiseId::of(&checked.customer, &checked.record).to_string();
        let customer = Some(self.shown(checked.customer));
        Ok(Response::new(MakePromiseResponse { customer, changed, promise_id }))
    }

    async fn keep_promise(&self, request: Request<KeepPromiseRequest>) -> Result<Response<CustomerResponse>, Status> {
        let request = request.into_inner();
        let checked = self.check(request.write)?;
        let promise = PromiseId::parse(&request.promise_id)
            .map_err(|_| problem::invalid_argument("promise_id", "is not a promise's id", "give its 32 hex digits"))?;
        let kept = PromiseKept { promise, person: checked.person.clone() };
        self.answer(checked, CustomerCommand::KeepPromise(kept)).await
    }

    async fn get_team_face(
        &self,
        request: Request<GetTeamFaceRequest>,
    ) -> Result<Response<GetTeamFaceResponse>, Status> {
        let (id, entry) = self.entry("customer_id", &request.into_inner().customer_id)?;
        let view = self.desk.read();
        let known = view.brands.get(&entry.brand).ok_or_else(|| problem::not_found("brand", entry.brand.as_str()))?;
        let settings = known.brand.settings();
        let newest = entry.conversations.iter().rev().find_map(|id| view.conversations.get(id));
        let serves = newest.and_then(|newest| newest.state.home_team.as_ref().or(newest.state.team.as_ref()));
        let own = entry.state.team.as_ref().filter(|_| !entry.state.opted_out);
        let team = own.or(serves).and_then(|team| settings.team(team.as_str()));
        let team = team.ok_or_else(|| problem::not_found("team of the customer", &id.to_string()))?;
        let now = self.clock.now();
        let face = |person: &String| {
            let person = settings.person(person)?;
            let online = PersonId::new(&person.id).is_ok_and(|id| known.is_online(&id));
            let picture = person.picture.clone().unwrap_or_default();
            Some(Face { name: person.name.clone(), picture, online })
        };
        Ok(Response::new(GetTeamFaceResponse {
            team: team.id.clone(),
            name: team.name.clone(),
            picture: team.picture.clone().unwrap_or_default(),
            hours: team.hours.clone(),
            is_open: known.brand.team_open(&team.id, now),
            next_opening: known.brand.next_opening(&team.id, now).map(timestamp),
            people: team.people.iter().filter_map(face).collect(),
        }))
    }
}

//! The brands' settings: checked, published as facts, and shown with who is on.

use super::{failed, request_record, unreadable};
use crate::desk::Desk;
use crate::shifts::preview_shift_posts;
use crate::view::{BrandEntry, View};
use conversation::brand_facts::{PresenceChanged, SettingsPublished};
use conversation::classified::TOPICS;
use conversation::{Actor, BrandId, Fact, IncidentId, PersonId, RecordId, Subject};
use jiff::{SignedDuration, Timestamp};
use journal::{Draft, Journal, TransactError};
use service::{Clock, problem};
use std::sync::Arc;
use tonic::{Request, Response, Status};
use wire::pb::brand::brand_service_server::BrandService;
use wire::pb::brand::{
    Brand, CheckSettingsRequest, CheckSettingsResponse, GetBrandRequest, GetBrandResponse, Incident, ListBrandsRequest,
    ListBrandsResponse, ListIncidentsRequest, ListIncidentsResponse, Person, PreviewShiftPostsRequest,
    PreviewShiftPostsResponse, Problem, PublishSettingsRequest, PublishSettingsResponse, SetPresenceRequest,
    SetPresenceResponse, ShiftPostPreview, Team, Tone, ToneExample,
};
use wire::timestamp;

pub struct Brands {
    pub desk: Arc<Desk>,
    pub journal: Journal,
    pub clock: Clock,
}

fn shown(id: &BrandId, entry: &BrandEntry, now: Timestamp, with_yaml: bool) -> Brand {
    let brand = &entry.brand;
    let settings = brand.settings();
    let teams = settings.teams.iter().map(|team| Team {
        team: team.id.clone(),
        name: team.name.clone(),
        hours: team.hours.clone(),
        is_open: brand.team_open(&team.id, now),
        next_opening: brand.next_opening(&team.id, now).map(timestamp),
        people: team.people.clone(),
    });
    let people = settings.people.iter().map(|person| Person {
        person: person.id.clone(),
        name: person.name.clone(),
        signature: person.signature.clone().unwrap_or_default(),
        languages: person.languages.clone(),
        online: PersonId::new(&person.id).is_ok_and(|id| entry.presence.get(&id).copied().unwrap_or(false)),
    });
    let own = settings.topics.iter().map(|topic| topic.name.as_str());
    let topics = TOPICS.iter().copied().chain(own.filter(|name| !TOPICS.contains(name))).map(str::to_owned);
    Brand {
        brand: id.to_string(),
        name: settings.name.clone(),
        settings_version: brand.version().to_owned(),
        published_at: entry.published_at.map(timestamp),
        teams: teams.collect(),
        people: people.collect(),
        topics: topics.collect(),
        tone: Some(tone(&settings.tone)),
        yaml: if with_yaml { settings.source().to_owned() } else { String::new() },
    }
}

fn tone(tone: &::brand::Tone) -> Tone {
    let example = |example: &::brand::Example| ToneExample {
        say: example.say.clone(),
        instead_of: example.instead_of.clone(),
        why: example.why.clone(),
    };
    Tone {
        voice: tone.voice.clone(),
        examples: tone.examples.iter().map(example).collect(),
        forbidden: tone.forbidden.clone(),
        require_apology: tone.require_apology,
        signed: tone.signature == ::brand::SignatureUse::Required,
    }
}

/// The faults of settings, in the form of the contract.
fn problems(yaml: &str, file: &str) -> Result<::brand::Brand, Vec<Problem>> {
    let file = if file.is_empty() { "settings.yaml" } else { file };
    ::brand::Settings::parse(yaml, file).and_then(::brand::Brand::compile).map_err(|found| {
        found
            .iter()
            .map(|problem| Problem {
                file: problem.file.clone(),
                line: problem.line,
                column: problem.column,
                key: problem.key.clone(),
                what: problem.what.clone(),
                cure: problem.cure.clone(),
            })
            .collect()
    })
}

impl Brands {
    fn brand_id(text: &str) -> Result<BrandId, Status> {
        BrandId::new(text)
            .map_err(|invalid| problem::invalid_argument("brand", invalid.why, "give the brand's short name"))
    }

    /// The brand as it was at an instant, from the records that were written by then: with its settings of that time, or the
    /// built-in ones, and with who was on.
    async fn as_of(&self, id: &BrandId, at: Timestamp) -> Result<Brand, Status> {
        let loaded =
            self.journal.load(&Subject::Brand { brand: id.clone() }).await.map_err(|error| unreadable(&error))?;
        if loaded.entries.is_empty() && !self.desk.read().brands.contains_key(id) {
            return Err(problem::not_found("brand", id.as_str()));
        }
        let mut view = View::default();
        for stored in loaded.entries.iter().filter(|stored| stored.record.recorded_at <= at) {
            view.fold(stored.sequence, &stored.record);
        }
        let entry = view.brands.remove(id).unwrap_or_else(|| BrandEntry::builtin(id));
        Ok(shown(id, &entry, at, true))
    }

    /// Writes a fact about a brand; a request that was written already changes nothing.
    async fn write(&self, id: &BrandId, record: RecordId, actor: Actor, fact: Fact) -> Result<bool, Status> {
        let now = self.clock.now();
        let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
        let record = draft.record(&Subject::Brand { brand: id.clone() }, vec![fact]);
        let appended = self.journal.add(&record).await.map_err(|error| failed(&TransactError::from(error)))?;
        self.desk.fold(appended.sequence, &record);
        Ok(!appended.duplicate)
    }
}

/// The surges that are on, with what is tied to them.
fn incidents(view: &View, id: &BrandId) -> Vec<Incident> {
    let Some(known) = view.brands.get(id) else { return Vec::new() };
    let on = known.streams.iter().filter_map(|(of, stream)| Some((of, stream.surge.as_ref()?)));
    let tied = |incident: IncidentId| {
        let entries = view.conversations.values().filter(|entry| entry.brand == *id);
        entries.filter(|entry| entry.state.incident == Some(incident)).count()
    };
    on.map(|((region, topic), running)| Incident {
        incident_id: running.incident.to_string(),
        region: region.to_string(),
        topic: topic.to_string(),
        first_post_at: Some(timestamp(running.first_post_at)),
        detected_at: Some(timestamp(running.detected_at)),
        posts: running.posts,
        conversations: u32::try_from(tied(running.incident)).unwrap_or(u32::MAX),
        team: known.brand.team_of_region(region).unwrap_or_default().to_owned(),
    })
    .collect()
}

/// Settings that somebody handed in, or a refusal with the first of their faults.
fn sound(yaml: &str, file: &str) -> Result<::brand::Brand, Status> {
    problems(yaml, file).map_err(|found| {
        let first =
            found.first().map(|p| format!("{}:{}:{}: {}: {}; {}", p.file, p.line, p.column, p.key, p.what, p.cure));
        let what = format!("has {} problems; the first: {}", found.len(), first.unwrap_or_default());
        problem::invalid_argument("yaml", &what, "call CheckSettings for all of them")
    })
}

/// The days of a preview when the request names none, and the most.
const PREVIEW_DAYS: u32 = 7;
const PREVIEW_DAYS_MAX: u32 = 31;

#[tonic::async_trait]
impl BrandService for Brands {
    async fn preview_shift_posts(
        &self,
        request: Request<PreviewShiftPostsRequest>,
    ) -> Result<Response<PreviewShiftPostsResponse>, Status> {
        let request = request.into_inner();
        let id = Self::brand_id(&request.brand)?;
        let person = |text: &String| {
            PersonId::new(text)
                .map_err(|invalid| problem::invalid_argument("people", invalid.why, "give people's short names"))
        };
        let named: Vec<PersonId> = request.people.iter().map(person).collect::<Result<_, _>>()?;
        let (in_force, online) = {
            let view = self.desk.read();
            let entry = view.brands.get(&id).ok_or_else(|| problem::not_found("brand", id.as_str()))?;
            let online = entry.presence.iter().filter(|(_, online)| **online).map(|(person, _)| person.clone());
            (Arc::clone(&entry.brand), online.collect::<Vec<_>>())
        };
        let brand = if request.yaml.is_empty() { in_force } else { Arc::new(sound(&request.yaml, "")?) };
        let out_of_range = |_| problem::invalid_argument("from", "is out of range", "give a time of these centuries");
        let from = request.from.as_ref().map(wire::instant).transpose().map_err(out_of_range)?;
        let from = from.unwrap_or_else(|| self.clock.now());
        let days = if request.days == 0 { PREVIEW_DAYS } else { request.days };
        if days > PREVIEW_DAYS_MAX {
            let cure = format!("use at most {PREVIEW_DAYS_MAX}");
            return Err(problem::invalid_argument("days", &format!("is {days}"), &cure));
        }
        let until = from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
        let on = if named.is_empty() { online } else { named };
        let posts = preview_shift_posts(&brand, &on, from, until).into_iter().map(|post| ShiftPostPreview {
            at: Some(timestamp(post.at)),
            team: post.team,
            shift: post.shift.to_owned(),
            network: post.network,
            text: post.text,
            people: post.people.iter().map(ToString::to_string).collect(),
            problem: post.problem.unwrap_or_default().to_owned(),
        });
        Ok(Response::new(PreviewShiftPostsResponse { posts: posts.collect() }))
    }

    async fn list_incidents(
        &self,
        request: Request<ListIncidentsRequest>,
    ) -> Result<Response<ListIncidentsResponse>, Status> {
        let id = Self::brand_id(&request.into_inner().brand)?;
        let incidents = incidents(&self.desk.read(), &id);
        Ok(Response::new(ListIncidentsResponse { incidents }))
    }

    async fn list_brands(&self, _: Request<ListBrandsRequest>) -> Result<Response<ListBrandsResponse>, Status> {
        let now = self.clock.now();
        let view = self.desk.read();
        let mut brands: Vec<_> = view.brands.iter().map(|(id, entry)| shown(id, entry, now, false)).collect();
        brands.sort_by(|a, b| a.brand.cmp(&b.brand));
        Ok(Response::new(ListBrandsResponse { brands }))
    }

    async fn get_brand(&self, request: Request<GetBrandRequest>) -> Result<Response<GetBrandResponse>, Status> {
        let request = request.into_inner();
        let id = Self::brand_id(&request.brand)?;
        if let Some(at) = request.at {
            let at = wire::instant(&at)
                .map_err(|error| problem::invalid_argument("at", &error.to_string(), "give a time in RFC 3339"))?;
            return Ok(Response::new(GetBrandResponse { brand: Some(self.as_of(&id, at).await?) }));
        }
        let view = self.desk.read();
        let entry = view.brands.get(&id).ok_or_else(|| problem::not_found("brand", id.as_str()))?;
        let brand = shown(&id, entry, self.clock.now(), true);
        Ok(Response::new(GetBrandResponse { brand: Some(brand) }))
    }

    async fn check_settings(
        &self,
        request: Request<CheckSettingsRequest>,
    ) -> Result<Response<CheckSettingsResponse>, Status> {
        let request = request.into_inner();
        let response = match problems(&request.yaml, &request.file) {
            Ok(brand) => CheckSettingsResponse { problems: Vec::new(), settings_version: brand.version().to_owned() },
            Err(problems) => CheckSettingsResponse { problems, settings_version: String::new() },
        };
        Ok(Response::new(response))
    }

    async fn publish_settings(
        &self,
        request: Request<PublishSettingsRequest>,
    ) -> Result<Response<PublishSettingsResponse>, Status> {
        let request = request.into_inner();
        let brand = sound(&request.yaml, &request.file)?;
        let id = Self::brand_id(brand.slug())?;
        let version = brand.version().to_owned();
        let in_force = self
            .desk
            .read()
            .brands
            .get(&id)
            .is_some_and(|entry| entry.published_at.is_some() && entry.brand.version() == version);
        let mut changed = false;
        if !in_force {
            let record = request_record(id.as_str().as_bytes(), &request.request_id)?;
            let fact = SettingsPublished { version: version.clone(), yaml: request.yaml, file: request.file };
            changed = self.write(&id, record, Actor::Service(crate::react::NAME.into()), fact.into()).await?;
        }
        Ok(Response::new(PublishSettingsResponse { brand: id.to_string(), settings_version: version, changed }))
    }

    async fn set_presence(
        &self,
        request: Request<SetPresenceRequest>,
    ) -> Result<Response<SetPresenceResponse>, Status> {
        let request = request.into_inner();
        let id = Self::brand_id(&request.brand)?;
        let person = PersonId::new(&request.person)
            .map_err(|invalid| problem::invalid_argument("person", invalid.why, "give the person's short name"))?;
        let current = {
            let view = self.desk.read();
            let entry = view.brands.get(&id).ok_or_else(|| problem::not_found("brand", id.as_str()))?;
            if entry.brand.settings().person(person.as_str()).is_none() {
                let cure = format!("use one of the people in the settings of {id}");
                return Err(problem::invalid_argument("person", "is not a person of this brand", &cure));
            }
            entry.presence.get(&person).copied().unwrap_or(false)
        };
        if current == request.online {
            return Ok(Response::new(SetPresenceResponse { changed: false }));
        }
        let record = request_record(id.as_str().as_bytes(), &request.request_id)?;
        let fact = PresenceChanged { person: person.clone(), online: request.online };
        let changed = self.write(&id, record, Actor::Person(person), fact.into()).await?;
        Ok(Response::new(SetPresenceResponse { changed }))
    }
}

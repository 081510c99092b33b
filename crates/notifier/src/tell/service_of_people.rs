//! What people ask about the news for them, and how they say how they want to be told.

use super::people::{People, Shown};
use conversation::told::{NewsChosen, Quiet, WayChoice};
use conversation::{Actor, BrandId, Fact, PersonId, RecordId, Subject};
use futures::{Stream, StreamExt as _, stream};
use jiff::tz::TimeZone;
use journal::{Draft, Journal};
use lettre::Address;
use service::{Clock, Shutdown, problem};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tonic::Status;
use wire::pb::conversation as facts;
use wire::pb::notifier::{
    GetNewsChoiceRequest, GetNewsChoiceResponse, ListNewsChoicesRequest, ListNewsChoicesResponse, ListNewsRequest,
    ListNewsResponse, NewsChoice, SetNewsChoiceRequest, SetNewsChoiceResponse, ShownNews, WatchNewsRequest,
    WatchNewsResponse,
};

const RETRY_AFTER: Duration = Duration::from_secs(2);
/// The most ways that one person is told by, and the longest time for which news are gathered.
const WAYS_MOST: usize = 16;
const DIGEST_MOST_MINUTES: u32 = 24 * 60;

/// Where people say how they want to be told.
pub struct Wishes {
    pub journal: Journal,
    pub people: Arc<People>,
    pub caught_up: watch::Receiver<bool>,
    pub clock: Clock,
    pub shutdown: Shutdown,
    /// The names of all ways that there are.
    pub ways: Vec<String>,
}

pub type NewsStream = Pin<Box<dyn Stream<Item = Result<WatchNewsResponse, Status>> + Send>>;

impl Wishes {
    /// # Errors
    /// The view is not caught up; something in the request is no name.
    pub fn get(&self, request: &GetNewsChoiceRequest) -> Result<GetNewsChoiceResponse, Status> {
        self.ready()?;
        let (brand, person) = (brand_id(&request.brand)?, person_id(&request.person)?);
        let chosen = self.people.chosen(&brand, &person);
        let is_default = chosen.is_none();
        let choice = shown_choice(&chosen.unwrap_or_else(|| NewsChosen::unsaid(person)));
        Ok(GetNewsChoiceResponse { choice: Some(choice), is_default, ways: self.ways.clone() })
    }

    /// # Errors
    /// As [`Wishes::get`].
    pub fn list(&self, request: &ListNewsChoicesRequest) -> Result<ListNewsChoicesResponse, Status> {
        self.ready()?;
        let choices = self.people.all_chosen(&brand_id(&request.brand)?).iter().map(shown_choice).collect();
        Ok(ListNewsChoicesResponse { choices, ways: self.ways.clone() })
    }

    /// Writes down what a person chose.
    ///
    /// # Errors
    /// A part of the choice makes no sense, and the log is away.
    pub async fn set(&self, request: SetNewsChoiceRequest) -> Result<SetNewsChoiceResponse, Status> {
        self.ready()?;
        let brand = brand_id(&request.brand)?;
        if !(1..=128).contains(&request.request_id.chars().count()) {
            let cure = "give 1 to 128 characters that are new for each intention";
            return Err(problem::invalid_argument("request_id", "is too short or too long", cure));
        }
        let missing = || problem::invalid_argument("choice", "is missing", "say how the person wants to be told");
        let chosen = self.chosen(person_id(&request.person)?, request.choice.ok_or_else(missing)?)?;
        if self.people.chosen(&brand, &chosen.person).as_ref() == Some(&chosen) {
            return Ok(SetNewsChoiceResponse { changed: false });
        }
        let cause = [brand.as_str().as_bytes(), b" ", request.request_id.as_bytes()].concat();
        let (record, now) = (RecordId::caused("request", &cause), self.clock.now());
        let actor = Actor::Person(chosen.person.clone());
        let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
        let record = draft.record(&Subject::Brand { brand }, vec![Fact::from(chosen)]);
        match self.journal.add(&record).await {
            Ok(appended) => {
                self.people.fold(appended.sequence, &record);
                Ok(SetNewsChoiceResponse { changed: !appended.duplicate })
            }
            Err(error) => {
                tracing::warn!(%error, "a request could not be written to the log");
                Err(problem::unavailable("LOG_UNAVAILABLE", "the log cannot be reached; try again", RETRY_AFTER))
            }
        }
    }

    fn chosen(&self, person: PersonId, choice: NewsChoice) -> Result<NewsChosen, Status> {
        let email = choice.email.trim();
        if !email.is_empty() && (email.len() > 254 || email.parse::<Address>().is_err()) {
            return Err(problem::invalid_argument(
                "choice.email",
                "is no address",
                "write for example dana@example.com",
            ));
        }
        if !choice.timezone.is_empty() && TimeZone::get(&choice.timezone).is_err() {
            let cure = "write an IANA name such as Europe/Tallinn, or nothing for the brand's";
            return Err(problem::invalid_argument("choice.timezone", "is not known", cure));
        }
        if choice.ways.len() > WAYS_MOST {
            let cure = format!("name at most {WAYS_MOST}");
            return Err(problem::invalid_argument("choice.ways", "are too many", &cure));
        }
        let mut ways: Vec<WayChoice> = Vec::with_capacity(choice.ways.len());
        for way in choice.ways {
            let way = self.way(way)?;
            if ways.iter().any(|known| known.way == way.way) {
                return Err(problem::invalid_argument("choice.ways", "name a way twice", "name each once"));
            }
            ways.push(way);
        }
        if ways.iter().any(|way| way.way == conversation::told::EMAIL) && email.is_empty() {
            let cure = "give the address, or choose another way";
            return Err(problem::invalid_argument("choice.email", "is missing", cure));
        }
        let quiet = choice.quiet.map(quiet).transpose()?;
        Ok(NewsChosen { person, email: email.into(), timezone: choice.timezone, quiet, ways })
    }

    fn way(&self, choice: facts::WayChoice) -> Result<WayChoice, Status> {
        if !self.ways.contains(&choice.way) {
            let cure = format!("use one of: {}", self.ways.join(", "));
            return Err(problem::invalid_argument("choice.ways.way", "is no way that the notifier has", &cure));
        }
        if choice.digest_minutes > DIGEST_MOST_MINUTES {
            let cure = format!("gather for at most {DIGEST_MOST_MINUTES}");
            return Err(problem::invalid_argument("choice.ways.digest_minutes", "is too long", &cure));
        }
        let unknown = || problem::invalid_argument("choice.ways.news", "are not known", "name known news");
        let news = choice.news.iter().map(|news| wire::news_from_pb(*news).map_err(|_| unknown()));
        let mut news: Vec<_> = news.collect::<Result<_, _>>()?;
        news.sort_unstable();
        news.dedup();
        Ok(WayChoice { way: choice.way, news, digest_minutes: choice.digest_minutes })
    }

    /// # Errors
    /// As [`Wishes::get`].
    pub fn news(&self, request: &ListNewsRequest) -> Result<ListNewsResponse, Status> {
        self.ready()?;
        let (brand, person) = (brand_id(&request.brand)?, person_id(&request.person)?);
        let wanted = |shown: &Shown| shown.brand == brand && shown.person == person;
        let (mut found, _) = self.people.shown(wanted, 0, self.clock.now());
        found.reverse();
        Ok(ListNewsResponse { news: found.iter().map(shown_news).collect() })
    }

    /// News as they come, beginning with those after a position of the log.
    ///
    /// # Errors
    /// As [`Wishes::get`].
    pub fn watch(&self, request: WatchNewsRequest) -> Result<NewsStream, Status> {
        self.ready()?;
        let brand = Some(&request.brand).filter(|text| !text.is_empty()).map(|text| brand_id(text)).transpose()?;
        let person = Some(&request.person).filter(|text| !text.is_empty()).map(|text| person_id(text)).transpose()?;
        let wanted = move |shown: &Shown| {
            brand.as_ref().is_none_or(|brand| shown.brand == *brand)
                && person.as_ref().is_none_or(|person| shown.person == *person)
        };
        let (found, live) = self.people.shown(&wanted, request.after_sequence, self.clock.now());
        let live = stream::unfold(Some(live), |live| async move {
            let mut live = live?;
            match live.recv().await {
                Ok(shown) => Some((Ok(shown), Some(live))),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let status = Status::data_loss("too slow; watch again after the last sequence");
                    Some((Err(status), None))
                }
                Err(broadcast::error::RecvError::Closed) => None,
            }
        });
        let all = stream::iter(found.into_iter().map(Ok)).chain(live);
        let told = all.filter_map(move |next| {
            let kept = match next {
                Ok(shown) => wanted(&shown).then(|| Ok(WatchNewsResponse { news: Some(shown_news(&shown)) })),
                Err(status) => Some(Err(status)),
            };
            std::future::ready(kept)
        });
        let shutdown = self.shutdown.clone();
        Ok(Box::pin(told.take_until(async move { shutdown.begun().await })))
    }

    fn ready(&self) -> Result<(), Status> {
        if *self.caught_up.borrow() {
            return Ok(());
        }
        let message = "the notices are not caught up with the log yet; try again";
        Err(problem::unavailable("NOT_CAUGHT_UP", message, RETRY_AFTER))
    }
}

fn brand_id(text: &str) -> Result<BrandId, Status> {
    BrandId::new(text).map_err(|_| problem::invalid_argument("brand", "is not a brand's id", "give its short name"))
}

fn person_id(text: &str) -> Result<PersonId, Status> {
    PersonId::new(text)
        .map_err(|invalid| problem::invalid_argument("person", invalid.why, "give the person's short name"))
}

fn quiet(quiet: facts::QuietHours) -> Result<Quiet, Status> {
    let minute = |minute: u32| u16::try_from(minute).ok().filter(|minute| *minute < 1_440);
    match (minute(quiet.from_minute), minute(quiet.until_minute)) {
        (Some(from_minute), Some(until_minute)) => Ok(Quiet { from_minute, until_minute }),
        _ => Err(problem::invalid_argument("choice.quiet", "is no time of the day", "write minutes from 0 to 1439")),
    }
}

fn shown_choice(chosen: &NewsChosen) -> NewsChoice {
    let facts::NewsChosen { person, email, timezone, quiet, ways } = wire::news_chosen_to_pb(chosen);
    NewsChoice { person, email, timezone, quiet, ways }
}

fn shown_news(shown: &Shown) -> ShownNews {
    ShownNews {
        sequence: shown.sequence,
        notice_id: shown.notice.to_string(),
        brand: shown.brand.to_string(),
        person: shown.person.to_string(),
        news: wire::news_to_pb(shown.item.news).into(),
        conversation_id: shown.item.conversation.map(|id| id.to_string()).unwrap_or_default(),
        at: Some(wire::timestamp(shown.item.at)),
    }
}

//! Who is offered what waits. Of the people of the team who are online, know what is asked for and have a hand free: first whoever
//! knows the customer, then who speaks his language, then who has least to do.
//!
//! Two offers at one instant by two copies of the service may both find the same hand free; so a person may hold one
//! conversation more than his capacity for each copy that runs, until the next look. Nobody is offered the same conversation
//! twice, for the log lets one offer stand.

use crate::plan::Around;
use crate::view::{BrandEntry, Entry, Load, View};
use brand::{Brand, Capacity, Fit};
use conversation::placed::Offered;
use conversation::routed::Candidate;
use conversation::{Conversation, ConversationId, PersonId, Status};
use jiff::{SignedDuration, Timestamp};

/// Somebody of the team, as he stood when it was looked for somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Colleague {
    pub person: PersonId,
    pub online: bool,
    pub load: Load,
    /// 0 for whoever handled the customer last, 1 for the one before him; none for who never did.
    pub known: Option<usize>,
}

/// Points for whoever handled the customer last; each one before him counts one less.
const KNOWS_THE_CUSTOMER: f64 = 100.0;

/// The people of the team that a conversation waits for.
pub fn colleagues(view: &View, entry: &Entry) -> Vec<Colleague> {
    let (Some(known), Some(team)) = (view.brands.get(&entry.brand), &entry.state.team) else { return Vec::new() };
    let met = view.known_to(&entry.customer);
    let people = known.brand.settings().team(team.as_str()).map_or(&[][..], |team| &team.people);
    let colleague = |id: &String| {
        let person = PersonId::new(id).ok()?;
        Some(Colleague {
            online: known.is_online(&person),
            load: known.work.loads.get(&person).copied().unwrap_or_default(),
            known: met.iter().position(|met| *met == person),
            person,
        })
    };
    people.iter().filter_map(colleague).collect()
}

/// Whoever handled the customer before and still works for the team, the latest first: the one he would like to meet again.
pub fn preferred(view: &View, entry: &Entry) -> Option<PersonId> {
    let known = view.brands.get(&entry.brand)?;
    let team = entry.state.home_team.as_ref().or(entry.state.team.as_ref())?;
    let team = known.brand.settings().team(team.as_str())?;
    view.known_to(&entry.customer).into_iter().find(|person| team.people.iter().any(|id| id == person.as_str()))
}

/// Whether a conversation waits for somebody whom it can be offered to.
pub fn waits(known: &BrandEntry, state: &Conversation) -> bool {
    let free = state.status() == Status::Open && state.assignee.is_none() && state.offer.is_none();
    free && !state.backfill_only && state.team.as_ref().is_some_and(|team| known.brand.offers(team.as_str()))
}

/// How far into a queue it is looked for something that whoever is free can take.
const LOOKED_THROUGH_MAX: usize = 1_000;

/// The most urgent that waits for a team and that somebody of it can take now. Whoever is free may not know what the first
/// one asks for, or have left it untouched; that keeps nothing from him that comes after it.
pub fn next(view: &View, known: &BrandEntry, team: &str) -> Option<ConversationId> {
    let queue = known.work.waiting.get(team).filter(|_| known.brand.offers(team))?;
    let settings = known.brand.settings();
    let people = &settings.team(team)?.people;
    let free = people.iter().filter_map(|id| {
        let person = PersonId::new(id).ok().filter(|person| known.is_online(person))?;
        let capacity = settings.person(id).map(|person| person.capacity).unwrap_or_default();
        let load = known.work.loads.get(&person).copied().unwrap_or_default();
        (load.public < capacity.public || load.private < capacity.private).then_some((person, load, capacity))
    });
    let free: Vec<(PersonId, Load, Capacity)> = free.collect();
    if free.is_empty() {
        return None;
    }
    let could = |id: &ConversationId| {
        view.conversations.get(id).is_some_and(|entry| {
            let state = &entry.state;
            waits(known, state)
                && free.iter().any(|(person, load, capacity)| can_take(&known.brand, state, person, *load, *capacity))
        })
    };
    queue.iter().take(LOOKED_THROUGH_MAX).map(|(.., id)| *id).find(could)
}

fn can_take(brand: &Brand, state: &Conversation, person: &PersonId, load: Load, capacity: Capacity) -> bool {
    let (has, most) = in_hand(state, load, capacity);
    has < most
        && !state.lapsed_offers.contains(person)
        && fit(brand, state, person).is_none_or(|fit| fit.excluded.is_none())
}

/// How many of its kind a person has, and can have.
fn in_hand(state: &Conversation, load: Load, capacity: Capacity) -> (u32, u32) {
    if state.private { (load.private, capacity.private) } else { (load.public, capacity.public) }
}

fn fit(brand: &Brand, state: &Conversation, person: &PersonId) -> Option<Fit> {
    let skills: Vec<&str> = state.needs_skills.iter().map(|skill| &**skill).collect();
    let language = state.class().map_or("", |class| &class.language);
    brand.fits(person.as_str(), &skills, language)
}

/// Whom it is offered to now; none when nobody can take it.
pub fn offered(around: &Around, state: &Conversation, now: Timestamp) -> Option<Offered> {
    let team = state.team.as_ref()?;
    let mut candidates: Vec<Candidate> =
        around.colleagues.iter().map(|colleague| weigh(around, state, colleague)).collect();
    // The highest score; of equals whoever has least to do, then by name, so that every copy finds the same one.
    let load = |name: &str| {
        let colleague = around.colleagues.iter().find(|colleague| colleague.person.as_str() == name);
        colleague.map_or(0, |colleague| colleague.load.public + colleague.load.private)
    };
    candidates.sort_by(|a, b| {
        let free = |candidate: &Candidate| !candidate.excluded.is_empty();
        (free(a).cmp(&free(b)))
            .then(b.score.total_cmp(&a.score))
            .then_with(|| load(&a.name).cmp(&load(&b.name)))
            .then_with(|| a.name.cmp(&b.name))
    });
    let best = candidates.first().filter(|best| best.excluded.is_empty())?;
    let person = PersonId::new(&best.name).ok()?;
    let return_after = around.brand.settings().team(team.as_str())?.return_after_seconds;
    let until = now.checked_add(SignedDuration::from_secs(return_after.into())).unwrap_or(Timestamp::MAX);
    for other in candidates.iter_mut().skip(1).filter(|other| other.excluded.is_empty()) {
        other.excluded = "another one fits better".into();
    }
    Some(Offered { person, until, candidates, settings_version: around.brand.version().into() })
}

fn weigh(around: &Around, state: &Conversation, colleague: &Colleague) -> Candidate {
    let name = colleague.person.as_str();
    let fit = fit(&around.brand, state, &colleague.person);
    let capacity = around.brand.settings().person(name).map(|person| person.capacity).unwrap_or_default();
    let (has, most) = in_hand(state, colleague.load, capacity);
    let excluded = if !colleague.online {
        "is offline".to_owned()
    } else if has >= most {
        format!("has {has} of {most} in hand")
    } else if state.lapsed_offers.contains(&colleague.person) {
        "did not touch it when it was offered".to_owned()
    } else {
        fit.as_ref().and_then(|fit| fit.excluded.clone()).unwrap_or_default()
    };
    let knows = colleague.known.map_or(0.0, |place| (KNOWS_THE_CUSTOMER - place as f64).max(10.0));
    let score = knows + fit.map_or(0.0, |fit| f64::from(fit.score));
    Candidate { kind: "person".into(), name: name.into(), score, excluded }
}

//! What must hold at every step, whatever happens. It is found from the log alone, with a fold of its own, and not from the
//! view that routing decides on.

use brand::Brand;
use conversation::callback::CallbackStatus;
use conversation::state::Deadline;
use conversation::{Command, Conversation, ConversationId, Fact, PersonId, Record, Status, Subject};
use jiff::Timestamp;
use routing::{Around, View};
use scenario::world::{Stored, World};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

type Held = Result<(), String>;

/// What was read of the log so far.
#[derive(Default)]
pub struct Holds {
    read: usize,
    states: BTreeMap<ConversationId, Conversation>,
    online: HashMap<PersonId, bool>,
    /// The settings in force, and the versions of all that ever were.
    brand: Option<Arc<Brand>>,
    versions: HashSet<String>,
    /// Clocks that were warned of, or ran out: the conversation, the kind, and when it was due.
    told: HashSet<(ConversationId, &'static str, Timestamp, bool)>,
    /// Surges that are on, by region and topic.
    surges: HashMap<(String, String), conversation::IncidentId>,
}

fn hold(holds: bool, what: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { Err(what()) }
}

fn is_open(state: &Conversation) -> bool {
    matches!(state.status(), Status::Open | Status::WaitingForCustomer)
}

impl Holds {
    /// Whether everything holds now.
    pub fn check(&mut self, world: &World<'_>) -> Held {
        let new: Vec<Stored> = world.log().entries()[self.read..].to_vec();
        self.read += new.len();
        for stored in &new {
            self.record(world, &stored.record).map_err(|fault| format!("record {}: {fault}", stored.sequence))?;
        }
        self.states_hold(world)?;
        // While something is still to be delivered, what it will lead to is still to be done.
        if world.has_late() { Ok(()) } else { self.nothing_is_undone(world) }
    }

    fn record(&mut self, world: &World<'_>, record: &Record) -> Held {
        for fact in &record.facts {
            self.version_is_known(fact)?;
        }
        match &record.subject {
            Subject::Conversation { conversation, .. } => self.of_conversation(*conversation, record),
            Subject::Brand { .. } => record.facts.iter().try_for_each(|fact| self.of_brand(world, fact)),
            Subject::Customer { .. } | Subject::Filtered { .. } | Subject::Notice { .. } => Ok(()),
        }
    }

    /// Every decision says which settings, or which model, made it.
    fn version_is_known(&self, fact: &Fact) -> Held {
        let version = match fact {
            Fact::Routed(fact) => &fact.settings_version,
            Fact::Placed(fact) => &fact.settings_version,
            Fact::Offered(fact) => &fact.settings_version,
            Fact::FlagRaised(fact) => &fact.settings_version,
            Fact::DeadlineSet(fact) => &fact.settings_version,
            Fact::SurgeDetected(fact) => &fact.settings_version,
            Fact::CustomerTeamSet(fact) => &fact.settings_version,
            Fact::PostClassified(fact) => {
                return hold(!fact.model_version.is_empty(), || "a class without a model".into());
            }
            // No other fact is a decision by settings.
            _ => return Ok(()),
        };
        hold(self.versions.contains(version), || format!("{} by unknown settings {version:?}", fact.name()))
    }

    fn of_brand(&mut self, world: &World<'_>, fact: &Fact) -> Held {
        match fact {
            Fact::SettingsPublished(fact) => {
                self.versions.insert(fact.version.clone());
                self.brand = Some(Arc::clone(world.brand()));
                return hold(world.brand().version() == fact.version, || "other settings were published".into());
            }
            Fact::PresenceChanged(fact) => drop(self.online.insert(fact.person.clone(), fact.online)),
            Fact::SurgeDetected(fact) => {
                let known = self.surges.insert((fact.region.clone(), fact.topic.clone()), fact.incident);
                return hold(known.is_none(), || "a surge began while it was on".into());
            }
            Fact::SurgeEnded(fact) => {
                let before = self.surges.len();
                self.surges.retain(|_, incident| *incident != fact.incident);
                return hold(self.surges.len() + 1 == before, || "a surge ended that was not on".into());
            }
            // No other fact of the brand is written in a course.
            _ => {}
        }
        Ok(())
    }

    fn of_conversation(&mut self, id: ConversationId, record: &Record) -> Held {
        let before = self.states.get(&id).cloned().unwrap_or_default();
        for fact in &record.facts {
            self.fact(id, &before, fact)?;
        }
        let after = self.states.entry(id).or_default();
        conversation::evolve(after, record);
        let only_raised = record.facts.iter().all(|fact| matches!(fact, Fact::Escalated(_)));
        let same = before.team == after.team && before.assignee == after.assignee;
        hold(!only_raised || same, || "to raise it took it from the first line".into())
    }

    fn fact(&mut self, id: ConversationId, before: &Conversation, fact: &Fact) -> Held {
        match fact {
            Fact::Offered(fact) => self.may_be_offered(before, &fact.person),
            Fact::Claimed(fact) => {
                let seat = if fact.team.is_some() { &before.second } else { &before.assignee };
                hold(seat.is_none(), || format!("{} took what {seat:?} has", fact.person))
            }
            Fact::Placed(_) => hold(before.assignee.is_none() && !before.placed_by_person, || {
                "it was taken away from who works on it".into()
            }),
            Fact::FlagRaised(fact) => {
                hold(!before.has_flag(fact.flag), || format!("{} was raised while up", fact.flag.as_str()))
            }
            Fact::FlagLowered(fact) => {
                hold(before.has_flag(fact.flag), || format!("{} was lowered while down", fact.flag.as_str()))
            }
            Fact::DeadlineWarned(fact) => {
                let is_first = self.told.insert((id, fact.kind.as_str(), fact.due_at, false));
                hold(is_first, || format!("warned twice of {} {}", fact.kind.as_str(), fact.due_at))
            }
            Fact::DeadlineBreached(fact) => {
                let is_first = self.told.insert((id, fact.kind.as_str(), fact.due_at, true));
                hold(is_first && fact.noticed_at >= fact.due_at, || "late twice, or too early".into())
            }
            Fact::CallbackDue(fact) => hold(fact.noticed_at >= fact.due_at, || "a callback came due too early".into()),
            Fact::IncidentJoined(fact) => hold(before.incident != Some(fact.incident), || "joined twice".into()),
            // Of the others the state says what holds.
            _ => Ok(()),
        }
    }

    /// An offer goes to one who is there, works for the team, and has a hand free; and to one only.
    fn may_be_offered(&self, before: &Conversation, person: &PersonId) -> Held {
        let free = before.assignee.is_none() && before.offer.is_none();
        hold(free, || {
            format!("offered to {person} while {:?} has it, offered to {:?}", before.assignee, before.offer)
        })?;
        hold(self.is_online(person), || format!("offered to {person}, who is not there"))?;
        let settings = self.brand.as_ref().map(|brand| brand.settings()).ok_or("offered without settings")?;
        let team = before.team.as_ref().and_then(|team| settings.team(team.as_str()));
        let belongs = team.is_some_and(|team| team.people.iter().any(|id| id == person.as_str()));
        hold(belongs, || format!("offered to {person} of another team than {:?}", before.team))?;
        let known = settings.person(person.as_str()).ok_or("offered to somebody unknown")?;
        let most = if before.private { known.capacity.private } else { known.capacity.public };
        let has =
            self.states.values().filter(|state| state.private == before.private && has_in_hand(state, person)).count();
        hold(has < most as usize, || format!("offered to {person}, who has {has} of {most}"))
    }

    fn is_online(&self, person: &PersonId) -> bool {
        self.online.get(person).copied().unwrap_or(false)
    }

    /// What holds of every state by itself.
    fn states_hold(&self, world: &World<'_>) -> Held {
        let view = world.view();
        hold(view.conversations.len() == self.states.len(), || "the view has other conversations than the log".into())?;
        for (id, state) in &self.states {
            let same = view.conversations.get(id).is_some_and(|entry| entry.state == *state);
            hold(same, || format!("{id}: the view is not what the log says"))?;
            hold(!is_open(state) || state.team.is_some(), || format!("{id}: open and with no team"))?;
            let twice = state.assignee.is_some() && state.offer.is_some();
            hold(!twice, || format!("{id}: held by one and offered to another"))?;
        }
        self.queues_hold(view, world.now())
    }

    /// The queues hold what waits, each once, in the order of the score.
    fn queues_hold(&self, view: &View, now: Timestamp) -> Held {
        let mut waiting = 0;
        for known in view.brands.values() {
            for (team, queue) in &known.work.waiting {
                let mut before = f64::MAX;
                for (_, _, id) in queue {
                    let state = self.states.get(id).ok_or("what nobody knows waits")?;
                    let is_there = waits(state) && state.team.as_ref().is_some_and(|own| own.as_str() == &**team);
                    hold(is_there, || format!("{id}: waits for {team} and should not"))?;
                    let score: f64 = routing::score(state, now).iter().map(|part| part.points).sum();
                    hold(score <= before + 0.02, || {
                        format!("{id}: with {score} after {before} in the queue of {team}")
                    })?;
                    before = score;
                    waiting += 1;
                }
            }
        }
        let expected = self.states.values().filter(|state| waits(state) && state.team.is_some()).count();
        hold(waiting == expected, || format!("{waiting} wait in queues, and {expected} should"))
    }

    /// Whatever is due was done: nothing is called for that a look now would still find.
    fn nothing_is_undone(&self, world: &World<'_>) -> Held {
        let (view, now) = (world.view(), world.now());
        for (id, state) in &self.states {
            self.nothing_is_late(id, state, now)?;
            self.is_home(world, id, state)?;
            let entry = &view.conversations[id];
            for need in routing::needs(view, *id, now) {
                let done = is_met(view, *id, &need, now) || comes_soon(world, *id, state, &need);
                hold(done, || format!("{id}: {need:?} is undone; {}", told(state)))?;
            }
            hold(routing::customer_team(view, entry).is_none(), || format!("{id}: the customer's team is not set"))?;
            let Some(look) = routing::look_at(view, entry, now).filter(|look| *look > now) else { continue };
            let noted = world.looks_at(*id);
            hold(noted.is_some_and(|noted| noted <= look), || {
                format!("{id}: is to be looked at {look} and that is noted for {noted:?}; {}", told(state))
            })?;
        }
        let of_brand = routing::brand_needs(view, world.id(), now);
        hold(of_brand.is_empty(), || {
            format!("{:?} is not written", of_brand.iter().map(|(_, fact)| fact.name()).collect::<Vec<_>>())
        })
    }

    fn nothing_is_late(&self, id: &ConversationId, state: &Conversation, now: Timestamp) -> Held {
        let runs = |clock: &&Deadline| !clock.breached && clock.paused_at.is_none() && state.merged_into.is_none();
        for clock in [&state.deadline, &state.resolution].into_iter().flatten().filter(runs) {
            hold(clock.due_at > now, || {
                format!("{id}: {} was due {} and nobody said so", clock.kind.as_str(), clock.due_at)
            })?;
            hold(clock.warn_at.is_none_or(|at| at > now), || {
                format!("{id}: was not warned of {}", clock.kind.as_str())
            })?;
        }
        for callback in &state.callbacks {
            let forgotten = match callback.status {
                CallbackStatus::Booked => callback.due_at <= now,
                CallbackStatus::Due => callback.missed_at() <= now,
                CallbackStatus::Done | CallbackStatus::Missed => false,
            };
            hold(!forgotten, || format!("{id}: a callback of {} is forgotten", callback.due_at))?;
        }
        let Some(offer) = state.offer.as_ref().filter(|_| is_open(state)) else { return Ok(()) };
        hold(self.is_online(&offer.person), || format!("{id}: offered to {}, who has gone", offer.person))?;
        hold(offer.until > now, || format!("{id}: {} did not touch it and it did not go back", offer.person))
    }

    /// What another team serves while its own is closed comes home when that opens, unless somebody works on it.
    fn is_home(&self, world: &World<'_>, id: &ConversationId, state: &Conversation) -> Held {
        let free = is_open(state) && state.assignee.is_none() && !state.placed_by_person && !state.backfill_only;
        let (Some(home), Some(brand)) = (state.home_team.as_ref().filter(|_| free), &self.brand) else { return Ok(()) };
        let entry = &world.view().conversations[id];
        let opted_out = world.view().customers.get(&entry.customer).is_some_and(|customer| customer.state.opted_out);
        let floods = self.surges.keys().any(|(region, _)| brand.team_of_region(region) == Some(home.as_str()));
        // Settings that came since may have another rule for it, or let nobody stand in for anybody.
        let settled = opted_out || floods || brand.settings().team(home.as_str()).is_none() || !brand.stands_in();
        let zone = Some(world.view().timezone_of(&entry.customer, &entry.state)).filter(|zone| !zone.is_empty());
        let home_is_open = brand.team_open_for(home.as_str(), world.now(), zone);
        hold(settled || !home_is_open, || format!("{id}: {home} is open and it did not come home; {}", told(state)))
    }

    /// What holds once nothing happens any more.
    pub fn at_the_end(&self, world: &World<'_>) -> Held {
        hold(!world.has_late(), || "something was never delivered".into())?;
        for (id, state) in &self.states {
            let booked = |status| matches!(status, CallbackStatus::Booked | CallbackStatus::Due);
            let forgotten = state.callbacks.iter().any(|callback| booked(callback.status));
            hold(!forgotten, || format!("{id}: a callback was neither done nor missed"))?;
            let goes_on = state.merged_into.is_some();
            let unread = state.received_posts().any(|post| post.class.is_none());
            let unrouted = state.received_posts().any(|post| !post.routed) && !goes_on;
            hold(!unread && !unrouted, || format!("{id}: a post was never read, or routed"))?;
            let sending = state.replies.iter().any(|reply| reply.status.on_its_way());
            hold(!sending, || format!("{id}: a reply is on its way for ever"))?;
        }
        same_view(&world.replayed(), world.view())
    }
}

fn waits(state: &Conversation) -> bool {
    state.status() == Status::Open && state.assignee.is_none() && state.offer.is_none()
}

fn has_in_hand(state: &Conversation, person: &PersonId) -> bool {
    let offered = state.offer.as_ref().filter(|_| state.assignee.is_none()).map(|offer| &offer.person);
    is_open(state) && [state.assignee.as_ref(), state.second.as_ref(), offered].contains(&Some(person))
}

/// Whether a look that found this need would write nothing.
fn is_met(view: &View, id: ConversationId, need: &routing::Need, now: Timestamp) -> bool {
    let entry = &view.conversations[&id];
    let Some(around) = Around::of(view, id, need) else { return true };
    let command: Option<Command> = routing::command(&around, entry, &entry.state, need, None, now);
    let record = conversation::RecordId::caused(routing::NAME, &routing::origin(&entry.state, id, need).cause);
    let context = conversation::Context { conversation: id, record, now };
    command.is_none_or(|command| {
        conversation::decide(&entry.state, &command, &context).is_ok_and(|facts| facts.is_empty())
    })
}

/// Exposure is looked at a second after it has come, and what is resolved when something happens to it.
fn comes_soon(world: &World<'_>, id: ConversationId, state: &Conversation, need: &routing::Need) -> bool {
    let soon = world.now() + jiff::SignedDuration::from_secs(2);
    // What happened to a resolved one is done; only new settings can find more in it, and they look at what is open.
    let settled = matches!(need, routing::Need::Rise | routing::Need::Deescalate) && state.status() == Status::Resolved;
    // Whom a flood moves depends on who comes first.
    let floods = world.view().brands.values().any(|known| known.streams.values().any(|stream| stream.surge.is_some()));
    let in_flood = *need == routing::Need::Place && floods;
    settled || in_flood || *need == routing::Need::Rise && world.looks_at(id).is_some_and(|at| at <= soon)
}

fn told(state: &Conversation) -> String {
    format!(
        "{:?}, team {:?}, home {:?} until {:?}, rule {}, assignee {:?}, offer {:?}, deadline {:?}, resolution {:?}, merged {:?}",
        state.status(),
        state.team,
        state.home_team,
        state.away_until,
        state.rule,
        state.assignee,
        state.offer,
        state.deadline,
        state.resolution,
        state.merged_into
    )
}

/// Whether two views say the same of everything.
fn same_view(one: &View, other: &View) -> Held {
    hold(one.as_of == other.as_of, || "the views are of different times".into())?;
    for (id, entry) in &one.conversations {
        let same = other.conversations.get(id).is_some_and(|other| {
            entry.state == other.state
                && entry.version == other.version
                && entry.spreaders_reach == other.spreaders_reach
        });
        hold(same, || format!("{id}: replay says something else"))?;
    }
    for (id, entry) in &one.customers {
        let same = other.customers.get(id).is_some_and(|other| {
            let same_state = entry.state == other.state && entry.version == other.version;
            same_state && entry.conversations == other.conversations
        });
        hold(same, || format!("{id}: replay says something else of the customer"))?;
    }
    for (id, known) in &one.brands {
        let Some(others) = other.brands.get(id) else { return Err("a brand is missing".into()) };
        hold(known.version == others.version, || "the brand is of different times".into())?;
        hold(known.brand.version() == others.brand.version(), || "other settings are in force".into())?;
        hold(known.presence == others.presence, || "others are there".into())?;
        hold(known.streams == others.streams, || "the streams differ".into())?;
        hold(known.watched_since == others.watched_since, || "watched for another time".into())?;
        hold(work(&known.work) == work(&others.work), || "the queues or the loads differ".into())?;
    }
    Ok(())
}

/// Queues, loads and offers, without those that are empty.
fn work(work: &routing::Work) -> impl PartialEq + use<> {
    let waiting: BTreeMap<_, _> = work
        .waiting
        .iter()
        .filter(|(_, queue)| !queue.is_empty())
        .map(|(team, queue)| (team.clone(), queue.clone()))
        .collect();
    let loads: BTreeMap<_, _> = work
        .loads
        .iter()
        .map(|(person, load)| (person.clone(), (load.public, load.private)))
        .filter(|(_, load)| *load != (0, 0))
        .collect();
    let offered: BTreeMap<_, _> = work
        .offered
        .iter()
        .filter(|(_, offers)| !offers.is_empty())
        .map(|(person, offers)| (person.clone(), offers.clone()))
        .collect();
    (waiting, loads, offered)
}

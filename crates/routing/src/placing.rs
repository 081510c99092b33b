//! Who serves a conversation now, by the clock and the settings, and the clocks that opening hours drive.

use crate::plan::Around;
use crate::route::candidate;
use crate::view::{BrandEntry, Entry, View};
use brand::{Because, Brand, Serving, ServingInput, TargetClock, Targets};
use conversation::deadlines::{DeadlineClock, DeadlineKind, DeadlineSet};
use conversation::placed::Placed;
use conversation::{Conversation, PersonId, Status, TeamId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The teams of whose regions an incident is on.
pub fn surging(entry: &BrandEntry) -> Vec<Box<str>> {
    let on = entry.streams.iter().filter(|(_, stream)| stream.surge.is_some());
    let mut teams: Vec<Box<str>> =
        on.filter_map(|((region, _), _)| entry.brand.team_of_region(region)).map(Into::into).collect();
    teams.sort_unstable();
    teams.dedup();
    teams
}

/// The teams that have more waiting than their people can hold, while an incident of one of their regions is on. Only then do
/// others help by themselves: a queue that is long on a usual day is a matter for the plan of shifts.
pub fn flooded(entry: &BrandEntry) -> Vec<Box<str>> {
    let waiting = |team: &str| entry.work.waiting.get(team).map_or(0, BTreeSet::len);
    surging(entry).into_iter().filter(|team| waiting(team) > hands(entry, team)).collect()
}

/// How many conversations the people of a team who are online can hold at once.
fn hands(entry: &BrandEntry, team: &str) -> usize {
    let settings = entry.brand.settings();
    let people = settings.team(team).map_or(&[][..], |team| &team.people);
    let online = people
        .iter()
        .filter_map(|id| settings.person(id))
        .filter(|person| PersonId::new(&person.id).is_ok_and(|id| entry.is_online(&id)));
    online.map(|person| (person.capacity.public + person.capacity.private) as usize).sum()
}

/// What [`Brand::serving`] is asked for the customer of a conversation.
fn ask<'a>(around: &'a Around, flooded: &'a [&'a str], at: Timestamp) -> ServingInput<'a> {
    ServingInput {
        home: around.customer.team.as_ref().map(|team| team.as_str()),
        opted_out: around.customer.opted_out,
        region: &around.region,
        at,
        customer_timezone: around.zone(),
        flooded,
    }
}

/// Whether time or a change of settings may move a conversation: it waits with a team, nobody holds it and no person has put
/// it there.
pub fn may_move(brand: &Brand, state: &Conversation) -> bool {
    let open = matches!(state.status(), Status::Open | Status::WaitingForCustomer);
    open && brand.stands_in() && state.assignee.is_none() && !state.placed_by_person && !state.backfill_only
}

/// Where a conversation goes now, when that is not where it is.
pub fn placed(around: &Around, state: &Conversation, now: Timestamp) -> Option<Placed> {
    let brand = &around.brand;
    if !may_move(brand, state) {
        return None;
    }
    let flooded: Vec<&str> = around.flooded.iter().map(|team| &**team).collect();
    let serving = brand.serving_for_rule(&state.rule, &ask(around, &flooded, now))?;
    let away = serving.home.as_ref().filter(|home| **home != serving.serves);
    // What went to another team in a flood stays there until it is over: that it went is often what ended the flood, and it
    // would come and go without end.
    let helped = state.away_until.is_none() && state.home_team.as_ref().is_some_and(|home| around.surges_for(home));
    if helped && serving.because == Because::Open || stays_in_flood(around, state, &serving, now) {
        return None;
    }
    let team = TeamId::new(&*serving.serves).ok()?;
    let home_team = away.and_then(|home| TeamId::new(&**home).ok());
    if state.team.as_ref() == Some(&team) && state.home_team == home_team && state.away_until == serving.until {
        return None;
    }
    Some(Placed {
        team,
        home_team,
        until: serving.until,
        reason: serving.because.as_str().into(),
        candidates: serving.candidates.iter().map(candidate).collect(),
        settings_version: brand.version().into(),
    })
}

/// Whether it stays with the open team that serves it because some team is flooded. A flood takes a conversation away from its
/// own team and no further: two that help each other would hand it to and fro without end.
fn stays_in_flood(around: &Around, state: &Conversation, serving: &Serving, now: Timestamp) -> bool {
    let Some(team) = state.team.as_ref().filter(|_| !around.flooded.is_empty()) else { return false };
    let is_own = serving.home.as_ref().is_some_and(|home| **home == *team.as_str());
    let leaves_own = is_own && serving.because == Because::Flooded;
    let comes_home = serving.because == Because::Open;
    !leaves_own && !comes_home && around.brand.team_open_for(team.as_str(), now, around.zone())
}

/// When the clock on the wall may move a conversation: when any team that could serve it opens or closes. None when it cannot.
pub fn moves_at(view: &View, brand: &Brand, entry: &Entry, now: Timestamp) -> Option<Timestamp> {
    let state = &entry.state;
    if !may_move(brand, state) {
        return None;
    }
    let customer = view.customers.get(&entry.customer).map(|entry| &entry.state);
    let ask = ServingInput {
        home: customer.and_then(|customer| customer.team.as_ref()).map(TeamId::as_str),
        opted_out: customer.is_some_and(|customer| customer.opted_out),
        region: view.region_of(&entry.customer, state),
        at: now,
        customer_timezone: Some(view.timezone_of(&entry.customer, state)).filter(|zone| !zone.is_empty()),
        flooded: &[],
    };
    brand.serving_may_change(&state.rule, &ask)
}

/// The clocks that start with a decision at `now`: of the answer that is awaited, of the whole matter.
pub fn deadlines(around: &Around, state: &Conversation, team: &str, targets: &Targets) -> Vec<DeadlineSet> {
    let Some(started) = state.clock_start() else { return Vec::new() };
    let answer = state.awaited_answer();
    let answer_within = match answer {
        DeadlineKind::NextResponse => targets.next.or(targets.first),
        DeadlineKind::FirstResponse | DeadlineKind::Resolution => targets.first,
    };
    let wanted = [(answer, answer_within), (DeadlineKind::Resolution, targets.resolve)];
    let set =
        |(kind, seconds): (DeadlineKind, Option<u32>)| Some(clock(around, team, kind, started, seconds?, targets));
    wanted.into_iter().filter_map(set).collect()
}

fn clock(
    around: &Around,
    team: &str,
    kind: DeadlineKind,
    started: Timestamp,
    target_seconds: u32,
    targets: &Targets,
) -> DeadlineSet {
    let due_at = around.brand.due(team, started, target_seconds, targets.clock, around.zone());
    // A target shorter than the warning would be warned of at once, which helps nobody.
    let warns = targets.warn_before_seconds > 0 && target_seconds > targets.warn_before_seconds;
    let before = SignedDuration::from_secs(targets.warn_before_seconds.into());
    DeadlineSet {
        kind,
        clock_started_at: started,
        due_at,
        target_seconds,
        settings_version: around.brand.version().into(),
        clock: match targets.clock {
            TargetClock::Calendar => DeadlineClock::Calendar,
            TargetClock::Business => DeadlineClock::Business,
        },
        warn_at: warns.then(|| due_at.checked_sub(before).ok()).flatten(),
    }
}

/// The clocks that should run and do not: one that stood still while the customer was awaited, one that ran by opening hours
/// until an answer crossed with the next post.
pub fn stopped(brand: &Brand, state: &Conversation) -> Option<DeadlineKind> {
    if state.backfill_only || state.status() != Status::Open {
        return None;
    }
    if state.resolution.as_ref().is_some_and(|open| open.paused_at.is_some()) {
        return Some(DeadlineKind::Resolution);
    }
    let targets = brand.targets_of_rule(&state.rule)?;
    // What ran by opening hours ends when an answer crosses with a post; what was reopened by no post never began.
    let ended = targets.clock == TargetClock::Business || state.reopened_at.is_some();
    let is_wanted = ended && state.deadline.is_none() && state.clock_start().is_some();
    // A first target that the rule never had is not made up; nor is one that already was missed.
    let has_one = match state.awaited_answer() {
        DeadlineKind::NextResponse => targets.next.or(targets.first).is_some(),
        DeadlineKind::FirstResponse | DeadlineKind::Resolution => targets.first.is_some(),
    };
    let all_routed = state.unrouted().next().is_none();
    (is_wanted && has_one && all_routed).then(|| state.awaited_answer())
}

/// The clock that goes on: of the whole matter with what is left of it, of an answer anew.
pub fn restart(around: &Around, state: &Conversation, kind: DeadlineKind) -> Option<DeadlineSet> {
    let targets = around.brand.targets_of_rule(&state.rule)?;
    let team = state.home_team.as_ref().or(state.team.as_ref())?.as_str().to_owned();
    if kind != DeadlineKind::Resolution {
        return deadlines(around, state, &team, &Targets { resolve: None, ..targets }).into_iter().next();
    }
    let open = state.resolution.as_ref()?;
    let clock_of = match open.clock {
        DeadlineClock::Calendar => TargetClock::Calendar,
        DeadlineClock::Business => TargetClock::Business,
    };
    let left = around.brand.seconds_between(&team, open.paused_at?, open.due_at, clock_of, around.zone());
    let targets = Targets { clock: clock_of, ..targets };
    Some(clock(around, &team, kind, state.waiting_since()?, left, &targets))
}

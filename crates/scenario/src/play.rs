//! A scenario from its first entry to its end: entries, timers and expectations in order of time.

use crate::expect;
use crate::format::{Action, Entry, Moment, Scenario};
use crate::report::{Line, Report};
use crate::world::{Classify, Faults, Refusal, World};
use brand::Brand;
use classifier::model::Model;
use jiff::Timestamp;
use std::sync::Arc;

/// What was played: what came of the expectations, and the world as it is at the end.
pub struct Played<'m> {
    pub report: Report,
    pub world: World<'m>,
}

/// One thing that happens: the entry, and the post of it if it is a burst.
struct Event<'s> {
    at: Timestamp,
    nth: usize,
    of_burst: u32,
    entry: &'s Entry,
}

impl Event<'_> {
    /// The id of the post that comes with it.
    fn post(&self) -> Option<String> {
        match &self.entry.action {
            Action::Post(post) => Some(post.id.clone()),
            Action::Burst(burst) => Some(format!("{}{}", burst.id, self.of_burst + 1)),
            _ => None,
        }
    }
}

/// Plays a scenario. The same scenario, settings, model and faults give the same log, bit for bit.
///
/// At one instant entries come first, in the order of the file, then timers, then what is expected.
pub fn play<'m>(scenario: &Scenario, brand: &Arc<Brand>, model: &'m Model, faults: Faults) -> Played<'m> {
    let events = events(scenario);
    let classify: Classify<'m> =
        Box::new(|post, text, version| classifier::serve::classify(model, post, text, version));
    let begins = events.first().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
    let mut player = Player {
        scenario,
        world: World::new(Arc::clone(brand), classify, begins, faults),
        lines: scenario.expectations.iter().map(|_| Vec::new()).collect(),
        acts: Vec::new(),
    };
    for event in &events {
        player.let_pass(event.at, false);
        player.happen(event);
    }
    let end = player.end(&events);
    player.let_pass(end, true);
    player.expect(|moment| *moment == Moment::End);
    let Player { world, lines, acts, .. } = player;
    let lines = acts.into_iter().chain(lines.into_iter().flatten()).collect();
    Played { report: Report { scenario: scenario.name.clone(), file: scenario.file.clone(), lines }, world }
}

/// In order of time; those of one instant in the order of the file.
fn events(scenario: &Scenario) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    for (nth, entry) in scenario.timeline.iter().enumerate() {
        let Action::Burst(burst) = &entry.action else {
            events.push(Event { at: entry.at, nth, of_burst: 0, entry });
            continue;
        };
        for of_burst in 0..burst.count {
            let at = entry.at.checked_add(burst.offset(of_burst)).unwrap_or(Timestamp::MAX);
            events.push(Event { at, nth, of_burst, entry });
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

struct Player<'s, 'm> {
    scenario: &'s Scenario,
    world: World<'m>,
    /// By expectation.
    lines: Vec<Vec<Line>>,
    /// Entries that were refused though they should not have been, or the other way round.
    acts: Vec<Line>,
}

impl Player<'_, '_> {
    /// Lets timers ring and looks at what is expected before `until`, or with it.
    fn let_pass(&mut self, until: Timestamp, inclusive: bool) {
        let within = |at: &Timestamp| if inclusive { *at <= until } else { *at < until };
        let mut looked_at: Option<Timestamp> = None;
        loop {
            let timer = self.world.next_timer().filter(within);
            let moments = self.scenario.expectations.iter().filter_map(|expectation| match expectation.moment {
                Moment::At(at) => Some(at),
                Moment::After(_) | Moment::End => None,
            });
            let from = self.world.now;
            let later = |at: &Timestamp| *at >= from && looked_at.is_none_or(|looked_at| *at > looked_at);
            let expected = moments.filter(within).filter(later).min();
            match (timer, expected) {
                (None, None) => return,
                (Some(timer), expected) if expected.is_none_or(|at| timer <= at) => self.world.ring(timer.max(from)),
                (_, Some(at)) => {
                    self.world.now = at;
                    self.expect(|moment| *moment == Moment::At(at));
                    looked_at = Some(at);
                }
                (Some(_), None) => unreachable!("a timer without an expectation rings above"),
            }
        }
    }

    fn happen(&mut self, event: &Event<'_>) {
        let happened = self.world.happen(event.at, event.entry, event.nth, event.of_burst);
        self.acts.extend(refusal(self.scenario, event, happened.err()));
        if let Some(post) = event.post() {
            self.expect(|moment| matches!(moment, Moment::After(after) if *after == post));
        }
    }

    fn expect(&mut self, is_now: impl Fn(&Moment) -> bool) {
        for (nth, expectation) in self.scenario.expectations.iter().enumerate() {
            if is_now(&expectation.moment) && self.lines[nth].is_empty() {
                self.lines[nth] = expect::lines(&self.world, &self.scenario.file, expectation);
            }
        }
    }

    /// The end: after the last event and the last moment that is named.
    fn end(&self, events: &[Event<'_>]) -> Timestamp {
        let moments = self.scenario.expectations.iter().filter_map(|expectation| match expectation.moment {
            Moment::At(at) => Some(at),
            Moment::After(_) | Moment::End => None,
        });
        events.iter().map(|event| event.at).chain(moments).max().unwrap_or(self.world.now)
    }
}

/// An entry must be taken, unless it says by which refusal it must be met. A reply is let off: what became of it is asked by
/// its number.
fn refusal(scenario: &Scenario, event: &Event<'_>, refused: Option<Refusal>) -> Option<Line> {
    let (expected, is_reply) = match &event.entry.action {
        Action::Agent(act) => (act.refused.as_deref(), matches!(act.deed, crate::format::Deed::Reply { .. })),
        _ => (None, false),
    };
    let line = |expected: &str, found: String, passed| Line {
        file: scenario.file.clone(),
        line: event.entry.place.line,
        what: format!("timeline[{}]", event.nth),
        expected: expected.to_owned(),
        found,
        passed,
    };
    match (expected, refused) {
        (None, None) => None,
        (None, Some(_)) if is_reply => None,
        (None, Some(refusal)) => Some(line("taken", format!("refused: {} ({})", refusal.code, refusal.why), false)),
        (Some(expected), None) => Some(line(&format!("refused: {expected}"), "taken".to_owned(), false)),
        (Some(expected), Some(refusal)) => {
            let passed = expected == refusal.code;
            Some(line(&format!("refused: {expected}"), format!("refused: {}", refusal.code), passed))
        }
    }
}

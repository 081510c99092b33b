//! What time alone does to a conversation that waits: who serves it at another hour, when that changes, and how much of a
//! target is left when a clock goes on after a pause.

use crate::brand::{Brand, CompiledOutcome};
use crate::serving::{Serving, ServingInput};
use crate::settings::Assign;
use crate::targets::{TargetClock, Targets};
use jiff::{SignedDuration, Timestamp};

impl Brand {
    /// Whether any team has others to stand in for it, so that time alone can move a conversation.
    pub fn stands_in(&self) -> bool {
        self.teams.iter().any(|team| !team.overflow.is_empty() || !team.regions.is_empty())
    }

    /// Who serves at this instant what the rule of this name gave away; none when the settings have no such rule any more.
    pub fn serving_for_rule(&self, rule: &str, ask: &ServingInput<'_>) -> Option<Serving> {
        Some(match self.outcome_of(rule)?.team {
            Some(team) => self.serving_named(team, ask),
            None => self.serving(ask),
        })
    }

    /// When it may be another team that serves what the rule of this name gave away: the next opening or closing of any that
    /// could. None when time changes nothing within eight days.
    pub fn serving_may_change(&self, rule: &str, ask: &ServingInput<'_>) -> Option<Timestamp> {
        let line = match self.outcome_of(rule)?.team {
            Some(team) if self.teams[team].overflow.is_empty() => return None,
            Some(team) => self.line(team),
            None => match self.home(ask).filter(|_| !ask.opted_out) {
                Some(home) => self.line(home),
                None => self.ordinary(),
            },
        };
        line.into_iter().filter_map(|team| self.next_change(team, ask.at, ask.customer_timezone)).min()
    }

    fn outcome_of(&self, rule: &str) -> Option<&CompiledOutcome> {
        match rule {
            crate::read::OTHERWISE => Some(&self.otherwise),
            _ => self.rules.iter().find(|known| &*known.name == rule).map(|known| &known.outcome),
        }
    }

    /// The targets of the rule of this name; none when the settings have no such rule any more.
    pub fn targets_of_rule(&self, rule: &str) -> Option<Targets> {
        let settings = self.settings();
        match rule {
            crate::read::OTHERWISE => Some(settings.otherwise.targets),
            _ => settings.rules.iter().find(|known| known.name == rule).map(|known| known.outcome.targets),
        }
    }

    /// When the team next opens or closes after this instant, for a customer in this IANA zone; none within eight days.
    fn next_change(&self, team: usize, at: Timestamp, customer_timezone: Option<&str>) -> Option<Timestamp> {
        let hours = self.teams[team].hours_for(customer_timezone);
        let horizon = at.checked_add(SignedDuration::from_hours(8 * 24)).unwrap_or(Timestamp::MAX);
        let spans = hours.spans(at, horizon);
        let edges = spans.into_iter().flat_map(|(start, end)| [start, end]);
        edges.into_iter().find(|edge| *edge > at && *edge < horizon)
    }

    /// How many seconds of a clock lie between two instants: what is left of a target when it is paused.
    pub fn seconds_between(
        &self,
        team: &str,
        from: Timestamp,
        until: Timestamp,
        clock: TargetClock,
        customer_timezone: Option<&str>,
    ) -> u32 {
        let seconds = match (clock, self.named(team)) {
            (TargetClock::Business, Some(team)) if from < until => {
                let spans = self.teams[team].hours_for(customer_timezone).spans(from, until);
                spans.iter().map(|(start, end)| end.duration_since(*start).as_secs()).sum()
            }
            _ => until.duration_since(from).as_secs(),
        };
        u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
    }

    /// Whether what waits for this team is offered to somebody who is free.
    pub fn offers(&self, team: &str) -> bool {
        self.settings().team(team).is_some_and(|team| team.assign == Assign::Offer)
    }
}

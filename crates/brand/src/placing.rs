//! What time alone does to a conversation that waits: who serves it at another hour, when that changes, and how much of a
//! target is left when a clock goes on after a pause.

use crate::brand::Brand;
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
        let outcome = match rule {
            crate::read::OTHERWISE => &self.otherwise,
            _ => &self.rules.iter().find(|known| &*known.name == rule)?.outcome,
        };
        Some(match outcome.team {
            Some(team) => self.serving_named(team, ask),
            None => self.serving(ask),
        })
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
    pub fn next_change(&self, team: &str, at: Timestamp, customer_timezone: Option<&str>) -> Option<Timestamp> {
        let hours = self.teams[self.named(team)?].hours_for(customer_timezone);
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

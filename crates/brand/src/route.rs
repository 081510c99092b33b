//! Who gets a post. The first rule that holds decides, and the decision keeps what was tried before it and why that
//! did not hold: "why did this come to us?" has an answer years later.

use crate::brand::{Brand, CompiledOutcome};
use crate::expression;
use crate::facts::{Clock, Facts};
use crate::read::OTHERWISE;
use crate::serving::{Serving, ServingInput};
use crate::settings::Priority;
use crate::targets::Targets;
use crate::views::{ClassView, ConversationView, CustomerView, PostView};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// All that a routing decision depends on, besides the settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct RouteInput<'a> {
    /// The instant the decision is for: it comes with the command, no clock is read.
    pub at: Timestamp,
    pub post: PostView<'a>,
    pub class: ClassView<'a>,
    pub conversation: ConversationView,
    pub customer: CustomerView<'a>,
    /// Ids of the teams that have more than they can handle at this instant.
    pub flooded: &'a [&'a str],
}

/// Who gets a post, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The rule that decided, or `otherwise`.
    pub rule: Arc<str>,
    /// Who serves at this instant; [`Decision::serving`] tells whose it is.
    pub team: Arc<str>,
    pub priority: Priority,
    /// Seconds until the first answer is due, by the clock of the targets; none for no target.
    pub respond_within_seconds: Option<u32>,
    pub targets: Targets,
    /// Skills that whoever takes it must have.
    pub needs_skills: Vec<Arc<str>>,
    /// Whose it is, who serves, and until when.
    pub serving: Serving,
    /// Whether the team is there at the instant of the decision.
    pub team_open: bool,
    pub settings_version: Arc<str>,
    /// The rules in the order they were tried, the deciding one last, then the team.
    pub candidates: Vec<Candidate>,
    /// What a reader of the decision should know; never anything a customer wrote.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CandidateKind {
    Rule,
    Team,
}

impl CandidateKind {
    pub fn as_str(self) -> &'static str {
        match self {
            CandidateKind::Rule => "rule",
            CandidateKind::Team => "team",
        }
    }
}

/// A rule or team that could have been chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub kind: CandidateKind,
    pub name: Arc<str>,
    /// 1 for the one that was chosen, 0 for the others.
    pub score: f64,
    /// Why it was not chosen; none for the one that was.
    pub excluded: Option<Cow<'static, str>>,
}

impl Brand {
    /// Decides who gets a post. A rule that cannot be evaluated counts as not holding and is noted with its reason, so
    /// no fault of a rule loses a post.
    pub fn route(&self, input: &RouteInput<'_>) -> Decision {
        let input = &self.with_own_team(input);
        let clock = At::of(self, input);
        let facts = Facts::new(input, &self.constants, &clock);
        let context = expression::context(&facts);
        let mut candidates = Vec::with_capacity(self.rules.len() + 2);
        let mut notes = Vec::new();
        for rule in &self.rules {
            match rule.when.holds(&context) {
                Ok(true) => return self.decision(&rule.name, &rule.outcome, input, candidates, notes),
                Ok(false) => candidates.push(excluded(&rule.name, "does not hold".into())),
                Err(reason) => {
                    notes.push(format!("rule {} {reason}", rule.name));
                    candidates.push(excluded(&rule.name, reason));
                }
            }
        }
        self.decision(&OTHERWISE.into(), &self.otherwise, input, candidates, notes)
    }

    /// The same input, in which a customer without a team has that of the region.
    pub(crate) fn with_own_team<'a>(&'a self, input: &RouteInput<'a>) -> RouteInput<'a> {
        let own_team = match input.customer.own_team {
            "" => self.team_of_region(input.post.region).unwrap_or(""),
            assigned => assigned,
        };
        RouteInput { customer: CustomerView { own_team, ..input.customer }, ..*input }
    }

    fn decision(
        &self,
        rule: &Arc<str>,
        outcome: &CompiledOutcome,
        input: &RouteInput<'_>,
        mut candidates: Vec<Candidate>,
        mut notes: Vec<String>,
    ) -> Decision {
        let customer = &input.customer;
        let ask = ServingInput {
            home: known(customer.own_team),
            opted_out: customer.opted_out,
            region: input.post.region,
            at: input.at,
            customer_timezone: known(customer.timezone),
            flooded: input.flooded,
        };
        let serving = match outcome.team {
            Some(team) => self.serving_named(team, &ask),
            None => self.serving(&ask),
        };
        notes.extend(serving.note());
        candidates.push(Candidate::chosen(CandidateKind::Rule, rule));
        candidates.extend(serving.candidates.iter().cloned());
        Decision {
            rule: Arc::clone(rule),
            team: Arc::clone(&serving.serves),
            priority: outcome.priority,
            respond_within_seconds: outcome.targets.first,
            targets: outcome.targets,
            needs_skills: outcome.needs_skills.clone(),
            team_open: serving.open,
            serving,
            settings_version: Arc::clone(&self.version),
            candidates,
            notes,
        }
    }
}

/// What is empty is not known.
fn known(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Candidate {
    pub(crate) fn chosen(kind: CandidateKind, name: &Arc<str>) -> Candidate {
        Candidate { kind, name: Arc::clone(name), score: 1.0, excluded: None }
    }
}

fn excluded(name: &Arc<str>, reason: Cow<'static, str>) -> Candidate {
    Candidate { kind: CandidateKind::Rule, name: Arc::clone(name), score: 0.0, excluded: Some(reason) }
}

/// The brand at one instant.
pub(crate) struct At<'b> {
    brand: &'b Brand,
    at: Timestamp,
    customer_timezone: Option<&'b str>,
}

impl<'b> At<'b> {
    pub fn of(brand: &'b Brand, input: &RouteInput<'b>) -> At<'b> {
        At { brand, at: input.at, customer_timezone: known(input.customer.timezone) }
    }
}

impl Clock for At<'_> {
    fn team_open(&self, team: usize) -> bool {
        self.brand.teams.get(team).is_some_and(|team| team.hours_for(self.customer_timezone).open(self.at))
    }

    fn any_open(&self) -> bool {
        (0..self.brand.teams.len()).any(|team| self.team_open(team))
    }

    fn local(&self) -> (i64, usize) {
        let local = self.brand.zone.to_datetime(self.at);
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        (i64::from(local.hour()), weekday)
    }
}

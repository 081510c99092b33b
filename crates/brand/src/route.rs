//! Who gets a post. The first rule that holds decides, and the decision keeps what was tried before it and why that
//! did not hold: "why did this come to us?" has an answer years later.

use crate::brand::{Brand, CompiledOutcome};
use crate::expression;
use crate::facts::{ClassView, Clock, ConversationView, Facts, PostView};
use crate::read::OTHERWISE;
use crate::settings::Priority;
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// All that a routing decision depends on, besides the settings.
#[derive(Debug, Clone, Copy)]
pub struct RouteInput<'a> {
    /// The instant the decision is for: it comes with the command, no clock is read.
    pub at: Timestamp,
    pub post: PostView<'a>,
    pub class: ClassView<'a>,
    pub conversation: ConversationView,
}

/// Who gets a post, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The rule that decided, or `otherwise`.
    pub rule: Arc<str>,
    pub team: Arc<str>,
    pub priority: Priority,
    /// Seconds of calendar time until an answer is due; none for no target.
    pub respond_within_seconds: Option<u32>,
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
        let clock = At { brand: self, at: input.at };
        let facts = Facts::new(&input.post, &input.class, &input.conversation, &self.constants, &clock);
        let context = expression::context(&facts);
        let mut candidates = Vec::with_capacity(self.rules.len() + 2);
        let mut notes = Vec::new();
        for rule in &self.rules {
            match rule.when.holds(&context) {
                Ok(true) => return self.decision(&rule.name, &rule.outcome, input.at, candidates, notes),
                Ok(false) => candidates.push(excluded(&rule.name, "does not hold".into())),
                Err(reason) => {
                    notes.push(format!("rule {} {reason}", rule.name));
                    candidates.push(excluded(&rule.name, reason));
                }
            }
        }
        self.decision(&OTHERWISE.into(), &self.otherwise, input.at, candidates, notes)
    }

    fn decision(
        &self,
        rule: &Arc<str>,
        outcome: &CompiledOutcome,
        at: Timestamp,
        mut candidates: Vec<Candidate>,
        mut notes: Vec<String>,
    ) -> Decision {
        let team = &self.teams[outcome.team];
        let team_open = team.hours.open(at);
        if !team_open {
            notes.push(format!("team {} is closed at this hour", team.id));
        }
        candidates.push(chosen(CandidateKind::Rule, rule));
        candidates.push(chosen(CandidateKind::Team, &team.id));
        Decision {
            rule: Arc::clone(rule),
            team: Arc::clone(&team.id),
            priority: outcome.priority,
            respond_within_seconds: outcome.respond_within_seconds,
            team_open,
            settings_version: Arc::clone(&self.version),
            candidates,
            notes,
        }
    }
}

fn excluded(name: &Arc<str>, reason: Cow<'static, str>) -> Candidate {
    Candidate { kind: CandidateKind::Rule, name: Arc::clone(name), score: 0.0, excluded: Some(reason) }
}

fn chosen(kind: CandidateKind, name: &Arc<str>) -> Candidate {
    Candidate { kind, name: Arc::clone(name), score: 1.0, excluded: None }
}

/// The brand at one instant.
struct At<'b> {
    brand: &'b Brand,
    at: Timestamp,
}

impl Clock for At<'_> {
    fn team_open(&self, team: usize) -> bool {
        self.brand.teams.get(team).is_some_and(|team| team.hours.open(self.at))
    }

    fn any_open(&self) -> bool {
        self.brand.open(self.at)
    }

    fn local(&self) -> (i64, usize) {
        let local = self.brand.zone.to_datetime(self.at);
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        (i64::from(local.hour()), weekday)
    }
}

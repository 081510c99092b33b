//! A brand that can act: its rules compiled, its hours ready to be asked. Everything here is a pure function of the
//! settings and of what is handed in, so the same log and settings give the same answers, bit for bit, anywhere.

use crate::expression::{self, Expression, Fault, Scope};
use crate::facts::Clock;
use crate::filters::CompiledFilter;
use crate::hours::{self, Calendar, Hours};
use crate::problem::{Problem, Problems};
use crate::read::OWN;
use crate::settings::{Condition, HandleUse, Outcome, Priority, Settings, Tier, WallClock};
use crate::signs::{CompiledListen, CompiledSigns};
use crate::targets::Targets;
use crate::topics::{self, Topics};
use crate::tree::{Place, place_within};
use cel::common::value::Val;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::sync::Arc;

/// The settings of a brand, compiled. Cheap to ask and safe to share between threads.
#[derive(Debug)]
pub struct Brand {
    pub(crate) settings: Settings,
    pub(crate) version: Arc<str>,
    pub(crate) zone: TimeZone,
    pub(crate) teams: Vec<TeamHours>,
    pub(crate) listen: Option<CompiledListen>,
    pub(crate) filters: Vec<CompiledFilter>,
    topics: Topics,
    pub(crate) rules: Vec<CompiledRule>,
    /// By the number of a ready reply: for which posts it is offered.
    pub(crate) replies: Vec<Option<Expression>>,
    pub(crate) otherwise: CompiledOutcome,
    /// Lists and patterns of all expressions, built once.
    pub(crate) constants: Vec<Box<dyn Val>>,
}

#[derive(Debug)]
pub(crate) struct TeamHours {
    pub id: Arc<str>,
    pub hours: Hours,
    pub clock: WallClock,
    pub tier: Tier,
    /// Folded names of the regions whose customers are the team's.
    pub regions: Vec<String>,
    /// Indices into [`Brand::teams`].
    pub overflow: Vec<usize>,
}

impl TeamHours {
    /// The hours as they are for a customer in this zone.
    pub fn hours_for(&self, customer_timezone: Option<&str>) -> Cow<'_, Hours> {
        let theirs = match self.clock {
            WallClock::Team => None,
            WallClock::Customer => customer_timezone.and_then(hours::zone),
        };
        theirs.map_or(Cow::Borrowed(&self.hours), |zone| Cow::Owned(self.hours.in_zone(zone)))
    }
}

#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub name: Arc<str>,
    pub when: Expression,
    pub outcome: CompiledOutcome,
}

#[derive(Debug, Clone)]
pub(crate) struct CompiledOutcome {
    /// Index into [`Brand::teams`]; none for the customer's own.
    pub team: Option<usize>,
    pub priority: Priority,
    pub targets: Targets,
    pub needs_skills: Vec<Arc<str>>,
}

impl Brand {
    /// Makes settings act.
    ///
    /// # Errors
    /// The faults of the settings. Those that [`Settings::parse`] gave have none.
    pub fn compile(settings: Settings) -> Result<Brand, Problems> {
        Compiler { settings: &settings, problems: Vec::new(), constants: Vec::new() }.run()
    }

    /// The brand as it is until it publishes settings: one team, `care`, that is always there, normal priority, an
    /// hour for the first answer. So nothing is lost for want of settings.
    pub fn builtin(slug: &str) -> Brand {
        Brand::compile(Settings::builtin(slug)).expect("the built-in settings have no rule that could be wrong")
    }

    /// 32 hex digits that stand for the text of the settings; every decision carries them.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The brand's short name, as in ids and subjects.
    pub fn slug(&self) -> &str {
        &self.settings.brand
    }

    /// What the brand's account on this network is for; none when it is not one of the brand's.
    pub fn handle_use(&self, network: &str, account: &str) -> Option<HandleUse> {
        self.settings.handle_use(network, account)
    }

    /// The topic of the brand's own that this text is about, by its phrases: it goes before the classifier's. None when
    /// no phrase stands in it. `language` is the post's, or `und`.
    pub fn topic(&self, text: &str, language: &str) -> Option<&str> {
        self.topics.of(text, language)
    }

    /// Whether somebody of the team is there at this instant; false for a team that is not there at all.
    pub fn team_open(&self, team: &str, at: Timestamp) -> bool {
        self.team_open_for(team, at, None)
    }

    /// As [`Brand::team_open`], for a customer in this IANA zone: a team whose clock is the customer's may be closed for
    /// one and open for another. A zone that is not known counts as none, and then the team's own clock counts.
    pub fn team_open_for(&self, team: &str, at: Timestamp, customer_timezone: Option<&str>) -> bool {
        self.named(team).is_some_and(|team| self.teams[team].hours_for(customer_timezone).open(at))
    }

    /// Whether somebody of any team is there at this instant.
    pub fn open(&self, at: Timestamp) -> bool {
        self.teams.iter().any(|team| team.hours.open(at))
    }

    /// The first instant from `at` on at which the team is there, `at` itself included; none when that is not within
    /// the next 400 days or there is no such team.
    pub fn next_opening(&self, team: &str, at: Timestamp) -> Option<Timestamp> {
        self.teams[self.named(team)?].hours.next_opening(at)
    }

    /// The index of a team.
    pub(crate) fn named(&self, team: &str) -> Option<usize> {
        self.teams.iter().position(|known| *known.id == *team)
    }
}

/// Filters ask nothing about time; the checker sees to it.
pub(crate) struct NoClock;

impl Clock for NoClock {
    fn team_open(&self, _team: usize) -> bool {
        false
    }

    fn any_open(&self) -> bool {
        false
    }

    fn local(&self) -> (i64, usize) {
        (0, 0)
    }
}

struct Compiler<'s> {
    settings: &'s Settings,
    problems: Vec<Problem>,
    constants: Vec<Box<dyn Val>>,
}

impl Compiler<'_> {
    fn run(mut self) -> Result<Brand, Problems> {
        let settings = self.settings;
        let zone = self.zone(&settings.timezone, "timezone");
        let teams = self.teams(&zone);
        let ids: Vec<&str> = settings.teams.iter().map(|team| team.id.as_str()).collect();
        let mut filters = Vec::with_capacity(settings.filters.len());
        for (nth, filter) in settings.filters.iter().enumerate() {
            let key = format!("filters[{nth}].when");
            let when = filter.when.as_ref().and_then(|when| self.expression(when, Scope::Filter, &ids, &key));
            let (name, signs) = (filter.name.as_str().into(), CompiledSigns::new(&filter.signs));
            filters.push(CompiledFilter { name, kept_as: filter.kept_as, signs, when });
        }
        let mut rules = Vec::with_capacity(settings.rules.len());
        for (nth, rule) in settings.rules.iter().enumerate() {
            let when = self.expression(&rule.when, Scope::Rule, &ids, &format!("rules[{nth}].when"));
            let outcome = self.outcome(&rule.outcome, &ids, &format!("rules[{nth}].team"));
            let both = when.zip(outcome);
            rules.extend(both.map(|(when, outcome)| CompiledRule { name: rule.name.as_str().into(), when, outcome }));
        }
        let mut replies = Vec::with_capacity(settings.replies.len());
        for (nth, reply) in settings.replies.iter().enumerate() {
            let key = format!("replies[{nth}].when");
            replies.push(reply.when.as_ref().and_then(|when| self.expression(when, Scope::Rule, &ids, &key)));
        }
        let otherwise = self.outcome(&settings.otherwise, &ids, "otherwise.team");
        let (Some(otherwise), true) = (otherwise, self.problems.is_empty()) else {
            return Err(Problems::new(self.problems));
        };
        let version = settings.version().into();
        let topics = Topics::new(&settings.topics);
        let settings = settings.clone();
        let listen = settings.listen.as_ref().map(CompiledListen::new);
        Ok(Brand {
            settings,
            version,
            zone,
            teams,
            listen,
            filters,
            topics,
            rules,
            replies,
            otherwise,
            constants: self.constants,
        })
    }

    fn teams(&mut self, zone: &TimeZone) -> Vec<TeamHours> {
        let settings = self.settings;
        let calendar = Calendar::new(&settings.holidays);
        let index = |id: &String| settings.teams.iter().position(|team| team.id == *id);
        let mut teams = Vec::with_capacity(settings.teams.len());
        for team in &settings.teams {
            let zone = match &team.timezone {
                Some(name) => self.zone(name, &format!("teams.{}.timezone", team.id)),
                None => zone.clone(),
            };
            match Hours::parse(&team.hours, zone, &calendar) {
                Ok(hours) => teams.push(TeamHours {
                    id: team.id.as_str().into(),
                    hours,
                    clock: team.clock,
                    tier: team.tier,
                    regions: team.regions.iter().map(|region| topics::fold(region)).collect(),
                    overflow: team.overflow.iter().filter_map(index).collect(),
                }),
                Err(bad) => self.note(Place::default(), &format!("teams.{}.hours", team.id), bad.what, &bad.cure),
            }
        }
        teams
    }

    fn zone(&mut self, name: &str, key: &str) -> TimeZone {
        hours::zone(name).unwrap_or_else(|| {
            let what = format!("`{name}` is not a time zone");
            self.note(
                Place::default(),
                key,
                what,
                "write a name of the IANA time zone database, e.g. `Europe/Tallinn`",
            );
            TimeZone::UTC
        })
    }

    fn outcome(&mut self, outcome: &Outcome, teams: &[&str], key: &str) -> Option<CompiledOutcome> {
        let team = teams.iter().position(|id| *id == outcome.team);
        if team.is_none() && outcome.team != OWN {
            let what = format!("there is no team `{}`", outcome.team);
            self.note(Place::default(), key, what, "name a team that is under `teams`");
            return None;
        }
        let needs_skills = outcome.needs_skills.iter().map(|skill| skill.as_str().into()).collect();
        let Outcome { priority, targets, .. } = *outcome;
        Some(CompiledOutcome { team, priority, targets, needs_skills })
    }

    fn expression(&mut self, when: &Condition, scope: Scope, teams: &[&str], key: &str) -> Option<Expression> {
        match expression::compile(&when.text, scope, teams, &mut self.constants) {
            Ok(expression) => Some(expression),
            Err(faults) => {
                for Fault { offset, what, cure } in faults {
                    let place = place_within(&self.settings.source, when.place, &when.text, offset);
                    self.note(place, key, what, &cure);
                }
                None
            }
        }
    }

    fn note(&mut self, place: Place, key: &str, what: String, cure: &str) {
        self.problems.push(Problem {
            file: self.settings.file.clone(),
            line: place.line,
            column: place.column,
            key: key.to_owned(),
            what,
            cure: cure.to_owned(),
        });
    }
}

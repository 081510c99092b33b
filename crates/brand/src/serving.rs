//! Who serves a customer now. Each customer has a team of their own; when it is closed or flooded others stand in, and
//! the conversation goes home when it opens. And who of a team fits best.

use crate::brand::Brand;
use crate::route::{Candidate, CandidateKind};
use crate::settings::Tier;
use crate::topics::fold;
use jiff::Timestamp;
use std::sync::Arc;

/// All that [`Brand::serving`] depends on, besides the settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServingInput<'a> {
    /// Id of the customer's own team; when there is none or it is no team any more, the region decides.
    pub home: Option<&'a str>,
    /// The customer left the team model for the ordinary service.
    pub opted_out: bool,
    /// Empty when unknown.
    pub region: &'a str,
    pub at: Timestamp,
    /// IANA name, for teams whose hours hang on the customer's clock.
    pub customer_timezone: Option<&'a str>,
    /// Ids of the teams that have more than they can handle.
    pub flooded: &'a [&'a str],
}

/// Why the team serves that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Because {
    /// Home is open.
    Open,
    /// Home is closed.
    Closed,
    /// Home is open and has more than it can handle.
    Flooded,
    /// The customer left the team model.
    OptedOut,
    /// The customer has no team of their own.
    NoTeam,
}

impl Because {
    pub fn as_str(self) -> &'static str {
        match self {
            Because::Open => "open",
            Because::Closed => "closed",
            Because::Flooded => "flooded",
            Because::OptedOut => "opted_out",
            Because::NoTeam => "no_team",
        }
    }
}

/// Whose a conversation is, and who serves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Serving {
    /// The team it belongs to; none when the customer has none.
    pub home: Option<Arc<str>>,
    pub serves: Arc<str>,
    /// When it goes back home: the next opening of `home` while another team stands in because it is closed.
    pub until: Option<Timestamp>,
    pub because: Because,
    /// Whether the team that serves is there.
    pub open: bool,
    /// The teams that were considered, the chosen one last.
    pub candidates: Vec<Candidate>,
}

impl Serving {
    /// What a reader of a decision should know; none when home serves and is open.
    pub(crate) fn note(&self) -> Option<String> {
        let Serving { serves, home, .. } = self;
        let stands_in = home.as_ref().filter(|home| *home != serves);
        let note = match (stands_in, self.because, self.until) {
            (Some(home), Because::Closed, Some(until)) => {
                format!("team {home} is closed at this hour, team {serves} serves until {until}")
            }
            (Some(home), Because::Closed, None) => format!("team {home} is closed at this hour, team {serves} serves"),
            (Some(home), Because::Flooded, _) => {
                format!("team {home} has more than it can handle, team {serves} serves")
            }
            (_, Because::OptedOut, _) => format!("the customer left the teams, team {serves} serves"),
            (_, Because::NoTeam, _) => format!("the customer has no team of their own, team {serves} serves"),
            _ if !self.open => return Some(format!("team {serves} is closed at this hour")),
            _ => return None,
        };
        let closed = if self.open { "" } else { " and is closed too" };
        Some(format!("{note}{closed}"))
    }
}

/// How well a person fits a conversation. The higher the better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// 2 for the language, 1 for every skill that is asked for.
    pub score: u32,
    /// Whether the person speaks the language; false when it is not known.
    pub speaks: bool,
    /// Why the person cannot take it: the skill that is missing.
    pub excluded: Option<String>,
}

impl Brand {
    /// The id of the team whose customers live in this region. Case and width make no difference.
    pub fn team_of_region(&self, region: &str) -> Option<&str> {
        self.team_in(region).map(|team| &*self.teams[team].id)
    }

    fn team_in(&self, region: &str) -> Option<usize> {
        let region = fold(region);
        self.teams.iter().position(|team| team.regions.contains(&region))
    }

    /// Who serves a customer: the own team when it is open and not flooded; else the first of its overflow teams, else of
    /// the teams of tier `general`, that is; else the own team. A team that is open and flooded goes before one that is
    /// closed. Customers without a team, or who left theirs, get the teams of tier `general`.
    pub fn serving(&self, ask: &ServingInput<'_>) -> Serving {
        let home = self.home(ask);
        match home {
            Some(home) if !ask.opted_out => self.serving_home(home, ask),
            _ => {
                let line = self.ordinary();
                let because = if ask.opted_out { Because::OptedOut } else { Because::NoTeam };
                let (serves, candidates) = self.first_able(&line, ask);
                let open = self.is_open(serves, ask);
                let home = home.map(|home| Arc::clone(&self.teams[home].id));
                Serving { home, serves: Arc::clone(&self.teams[serves].id), until: None, because, open, candidates }
            }
        }
    }

    /// Who serves what a rule gives to this team: the team itself, unless it has teams to stand in for it.
    pub(crate) fn serving_named(&self, team: usize, ask: &ServingInput<'_>) -> Serving {
        if !self.teams[team].overflow.is_empty() {
            return self.serving_home(team, ask);
        }
        let id = &self.teams[team].id;
        let open = self.is_open(team, ask);
        Serving {
            home: Some(Arc::clone(id)),
            serves: Arc::clone(id),
            until: None,
            because: if open { Because::Open } else { Because::Closed },
            open,
            candidates: vec![Candidate::chosen(CandidateKind::Team, id)],
        }
    }

    fn serving_home(&self, home: usize, ask: &ServingInput<'_>) -> Serving {
        let (serves, candidates) = self.first_able(&self.line(home), ask);
        let because = match (self.is_open(home, ask), self.is_flooded(home, ask)) {
            (true, false) => Because::Open,
            (true, true) => Because::Flooded,
            (false, _) => Because::Closed,
        };
        let back = || self.teams[home].hours_for(ask.customer_timezone).next_opening(ask.at);
        Serving {
            home: Some(Arc::clone(&self.teams[home].id)),
            serves: Arc::clone(&self.teams[serves].id),
            until: if because == Because::Closed && serves != home { back() } else { None },
            because,
            open: self.is_open(serves, ask),
            candidates,
        }
    }

    /// The customer's own team.
    pub(crate) fn home(&self, ask: &ServingInput<'_>) -> Option<usize> {
        ask.home.and_then(|id| self.named(id)).or_else(|| self.team_in(ask.region))
    }

    /// A team and those that stand in for it, in the order in which they are asked.
    pub(crate) fn line(&self, home: usize) -> Vec<usize> {
        let mut line = vec![home];
        let general = (0..self.teams.len()).filter(|team| self.teams[*team].tier == Tier::General);
        for team in self.teams[home].overflow.iter().copied().chain(general) {
            if !line.contains(&team) {
                line.push(team);
            }
        }
        line
    }

    /// The first of a line of teams that is open and not flooded, else the first that is open, else the first. With
    /// those that were passed over, each with its reason.
    fn first_able(&self, line: &[usize], ask: &ServingInput<'_>) -> (usize, Vec<Candidate>) {
        let able = |team: &usize| self.is_open(*team, ask) && !self.is_flooded(*team, ask);
        let open = |team: &usize| self.is_open(*team, ask);
        let found = line.iter().position(able);
        let chosen = found.or_else(|| line.iter().position(open)).unwrap_or(0);
        let considered = found.map_or(line, |chosen| &line[..chosen]);
        let mut candidates: Vec<Candidate> = considered
            .iter()
            .filter(|team| **team != line[chosen])
            .map(|team| Candidate {
                kind: CandidateKind::Team,
                name: Arc::clone(&self.teams[*team].id),
                score: 0.0,
                excluded: Some(
                    if open(team) { "has more than it can handle" } else { "is closed at this hour" }.into(),
                ),
            })
            .collect();
        candidates.push(Candidate::chosen(CandidateKind::Team, &self.teams[line[chosen]].id));
        (line[chosen], candidates)
    }

    /// The ordinary service: the teams of tier `general`; where there is none, the team that `otherwise` names; else
    /// those that no region belongs to; else all.
    pub(crate) fn ordinary(&self) -> Vec<usize> {
        let of = |which: &dyn Fn(usize) -> bool| (0..self.teams.len()).filter(|team| which(*team)).collect::<Vec<_>>();
        let choices = [
            of(&|team| self.teams[team].tier == Tier::General),
            self.otherwise.team.into_iter().collect(),
            of(&|team| self.teams[team].regions.is_empty()),
        ];
        choices.into_iter().find(|teams| !teams.is_empty()).unwrap_or_else(|| of(&|_| true))
    }

    fn is_open(&self, team: usize, ask: &ServingInput<'_>) -> bool {
        self.teams[team].hours_for(ask.customer_timezone).open(ask.at)
    }

    fn is_flooded(&self, team: usize, ask: &ServingInput<'_>) -> bool {
        ask.flooded.contains(&&*self.teams[team].id)
    }

    /// How well a person fits what is asked for: 2 points for the language, 1 for every skill. A missing skill excludes, a
    /// missing language only lowers, since a colleague or a translation may help. None when there is no such person.
    pub fn fits(&self, person: &str, needs_skills: &[&str], language: &str) -> Option<Fit> {
        let person = self.settings.person(person)?;
        let speaks = person.languages.iter().any(|spoken| spoken == language);
        let has = |skill: &&&str| person.skills.iter().any(|own| own == **skill);
        let skills = u32::try_from(needs_skills.iter().filter(has).count()).unwrap_or(u32::MAX);
        let missing = needs_skills.iter().find(|skill| !has(skill));
        let score = skills.saturating_add(if speaks { 2 } else { 0 });
        Some(Fit { score, speaks, excluded: missing.map(|skill| format!("lacks the skill {skill}")) })
    }
}

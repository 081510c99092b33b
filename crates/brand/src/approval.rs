//! Whose replies, and which, leave only when somebody else of the brand has agreed to them.

use crate::settings::{Settings, Tier};

/// Which replies wait for somebody to agree to them. Without settings none does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approval {
    /// Ids of people all of whose replies wait: those who are new.
    pub people: Vec<String>,
    /// Whether replies wait where a team of tier crisis has the conversation, or was called.
    pub crisis: bool,
    /// Findings of the reply guard with which a reply waits.
    pub findings: Vec<String>,
    /// Ids of the teams whose people may agree; those of tier crisis when empty, and everybody when there is none.
    pub by: Vec<String>,
}

/// A reply is held against the settings.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub person: &'a str,
    /// A team of tier crisis has the conversation, or was called.
    pub in_crisis: bool,
    /// What the reply guard found, each kind once.
    pub findings: &'a [String],
}

impl Settings {
    /// Why a reply waits for somebody to agree to it, as codes: `person`, `crisis`, `finding:KIND`. Empty when it leaves at once.
    pub fn waits_for(&self, written: &Written<'_>) -> Vec<String> {
        let approval = &self.approval;
        let mut why = Vec::new();
        if approval.people.iter().any(|person| person == written.person) {
            why.push("person".to_owned());
        }
        if approval.crisis && written.in_crisis {
            why.push("crisis".to_owned());
        }
        let found = written.findings.iter().filter(|kind| approval.findings.contains(kind));
        why.extend(found.map(|kind| format!("finding:{kind}")));
        why
    }

    /// Whether a person may agree to what others wrote. A brand that names no people takes anyone's word.
    pub fn may_approve(&self, person: &str) -> bool {
        self.people.is_empty() || self.approvers().any(|id| id == person)
    }

    /// Everybody who may agree to what others wrote; somebody of two teams is named twice.
    pub fn approvers(&self) -> impl Iterator<Item = &str> {
        let named = |id: &str| self.approval.by.iter().any(|team| team == id);
        let has_crisis = self.teams.iter().any(|team| team.tier == Tier::Crisis);
        let everybody = self.approval.by.is_empty() && !has_crisis;
        let of_teams = self.teams.iter().filter(move |team| match self.approval.by.is_empty() {
            true => team.tier == Tier::Crisis,
            false => named(&team.id),
        });
        let in_teams = of_teams.flat_map(|team| team.people.iter());
        let all = self.people.iter().filter(move |_| everybody).map(|person| &person.id);
        in_teams.chain(all).map(String::as_str)
    }
}

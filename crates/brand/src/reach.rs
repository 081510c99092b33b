//! Rules and filters that can never match: because what they ask for contradicts itself, or because those before them
//! take everything they would. A search over what the conditions ask, with bounded work; where it cannot tell it says
//! nothing, so what it says is so.

mod formula;
mod solve;

use crate::brand::Brand;
use crate::problem::Problem;
use crate::settings::Filter;
use crate::tree::Place;
use formula::{Builder, Condition, Formula};
use solve::{Goal, Search};

/// A rule or a filter as the search sees it.
struct Step<'s> {
    /// `rules[3].when`
    key: String,
    name: &'s str,
    place: Place,
    condition: Condition,
}

impl Brand {
    /// What is right but cannot be meant: every rule and filter that can never match. In the order of the file.
    pub fn warnings(&self) -> Vec<Problem> {
        let mut warnings = self.unreachable("filter", &self.filter_steps());
        warnings.extend(self.unreachable("rule", &self.rule_steps()));
        warnings.sort_by_key(|warning| (warning.line, warning.column));
        warnings
    }

    fn builder(&self) -> Builder {
        let always = |team: &&crate::settings::Team| team.hours.trim() == "24/7";
        Builder::new(self.settings.teams.iter().filter(always).map(|team| team.id.clone()).collect())
    }

    fn rule_steps(&self) -> (Builder, Vec<Step<'_>>) {
        let mut builder = self.builder();
        let mut steps = Vec::with_capacity(self.settings.rules.len());
        for (nth, rule) in self.settings.rules.iter().enumerate() {
            let Some(condition) = builder.condition(&rule.when.text) else { continue };
            steps.push(Step { key: format!("rules[{nth}].when"), name: &rule.name, place: rule.when.place, condition });
        }
        (builder, steps)
    }

    fn filter_steps(&self) -> (Builder, Vec<Step<'_>>) {
        let mut builder = self.builder();
        let mut steps = Vec::with_capacity(self.settings.filters.len());
        for (nth, filter) in self.settings.filters.iter().enumerate() {
            let when = match &filter.when {
                None => Some(Condition { formula: Formula::Known(true), fallible: false }),
                Some(when) => builder.condition(&when.text),
            };
            let Some(when) = when else { continue };
            let formula = Formula::All(vec![signs(&mut builder, filter), when.formula]);
            let condition = Condition { formula, fallible: when.fallible };
            steps.push(Step { key: format!("filters[{nth}]"), name: &filter.name, place: filter.place, condition });
        }
        (builder, steps)
    }

    fn unreachable(&self, what: &str, (builder, steps): &(Builder, Vec<Step<'_>>)) -> Vec<Problem> {
        let mut search = Search::new(&builder.atoms);
        let mut warnings = Vec::new();
        for (nth, step) in steps.iter().enumerate() {
            if let Some((why, cure)) = never(&mut search, what, step, &steps[..nth]) {
                warnings.push(Problem {
                    file: self.settings.file.clone(),
                    line: step.place.line,
                    column: step.place.column,
                    key: step.key.clone(),
                    what: format!("can never match: {why}"),
                    cure,
                });
            }
        }
        warnings
    }
}

/// Why a step never matches, and the cure; none when it can, or when that cannot be told.
fn never(search: &mut Search<'_>, what: &str, step: &Step<'_>, before: &[Step<'_>]) -> Option<(String, String)> {
    let wanted = Goal { formula: &step.condition.formula, holds: true };
    if search.satisfiable(&[wanted]) == Some(false) {
        let why = "what it asks for contradicts itself".to_owned();
        return Some((why, "join alternatives with ||, or take one of them out".to_owned()));
    }
    // A condition that may fail may also not hold where it would, so it takes nothing for certain.
    let before: Vec<&Step<'_>> = before.iter().filter(|step| !step.condition.fallible).collect();
    let mut goals = vec![wanted];
    goals.extend(before.iter().map(|step| past(step)));
    if search.satisfiable(&goals) != Some(false) {
        return None;
    }
    let alone = before.iter().find(|earlier| search.satisfiable(&[wanted, past(earlier)]) == Some(false));
    let (why, cure) = match alone {
        Some(earlier) => (
            format!("{what} `{}` before it takes everything it would", earlier.name),
            format!("move it before `{}`, or make that one narrower", earlier.name),
        ),
        None => (
            format!("the {what}s before it together take everything it would"),
            "move it up, or take it out".to_owned(),
        ),
    };
    Some((why, cure))
}

/// That an earlier step lets a post go on.
fn past<'f>(step: &'f Step<'_>) -> Goal<'f> {
    Goal { formula: &step.condition.formula, holds: false }
}

/// The signs of a filter. How phrases and handles follow from each other is not asked.
fn signs(builder: &mut Builder, filter: &Filter) -> Formula {
    let mut all = Vec::new();
    let signs = &filter.signs;
    for (kind, texts, holds) in [
        ("phrase", &signs.any_of, true),
        ("phrase", &signs.none_of, false),
        ("language", &signs.languages, true),
        ("author", &signs.authors, true),
        ("handle", &signs.handles, true),
    ] {
        if texts.is_empty() {
            continue;
        }
        let any = texts.iter().map(|text| builder.free(format!("{kind}:{}", crate::topics::fold(text)))).collect();
        all.push(if holds { Formula::Any(any) } else { Formula::Not(Box::new(Formula::Any(any))) });
    }
    Formula::All(all)
}

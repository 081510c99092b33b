//! The search: whether values of the atoms can be found for which all goals come out as wanted. It assigns one atom at
//! a time and steps back where the values of a field contradict each other.

use super::formula::{Atom, Formula};
use crate::facts::{Field, FieldType};
use std::collections::BTreeMap;

/// Steps of one question, and of all questions about a file; a step looks at one part of a formula or one atom.
const STEPS_MOST: u32 = 50_000;
const STEPS_MOST_OF_ALL: u32 = 5_000_000;
/// How many atoms may be assigned at once; the search calls itself once for each.
const DEEPEST: usize = 2_000;

/// What a formula is to come out as.
#[derive(Clone, Copy)]
pub(super) struct Goal<'f> {
    pub formula: &'f Formula,
    pub holds: bool,
}

pub(super) struct Search<'a> {
    atoms: &'a [Atom],
    values: Vec<Option<bool>>,
    /// By field: the atoms about it, which can contradict each other. The industry is a part of the topic.
    related: BTreeMap<&'static str, Vec<usize>>,
    /// By field of text: the atom that says what it is.
    fixed: BTreeMap<&'static str, usize>,
    steps: u32,
    steps_of_all: u32,
}

/// The work is used up.
struct TooMuch;

impl<'a> Search<'a> {
    pub fn new(atoms: &'a [Atom]) -> Search<'a> {
        let mut related: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (nth, atom) in atoms.iter().enumerate() {
            if let Some(field) = atom.field() {
                related.entry(subject(field)).or_default().push(nth);
            }
        }
        Search { atoms, values: vec![None; atoms.len()], related, fixed: BTreeMap::new(), steps: 0, steps_of_all: 0 }
    }

    /// Whether all goals can be met at once; none when the work is used up before that is known.
    pub fn satisfiable(&mut self, goals: &[Goal<'_>]) -> Option<bool> {
        self.steps = 0;
        self.values.fill(None);
        self.fixed.clear();
        self.meet(goals, 0).ok()
    }

    fn meet(&mut self, goals: &[Goal<'_>], depth: usize) -> Result<bool, TooMuch> {
        let mut rest = goals;
        let open = loop {
            let Some((goal, later)) = rest.split_first() else { return Ok(true) };
            match self.value(goal.formula)? {
                Some(known) if known == goal.holds => rest = later,
                Some(_) => return Ok(false),
                None => break goal,
            }
        };
        if depth == DEEPEST {
            return Err(TooMuch);
        }
        let waits_for = self.undecided(open.formula, open.holds)?;
        let (atom, first) = waits_for.expect("what is not known waits for an atom");
        for value in [first, !first] {
            self.assign(atom, Some(value));
            // What was met stays met, whatever is assigned later.
            if self.consistent(atom)? && self.meet(rest, depth + 1)? {
                return Ok(true);
            }
        }
        self.assign(atom, None);
        Ok(false)
    }

    fn assign(&mut self, atom: usize, value: Option<bool>) {
        self.values[atom] = value;
        if let Atom::Is { field, .. } = &self.atoms[atom] {
            if value == Some(true) {
                self.fixed.insert(field.name, atom);
            } else if self.fixed.get(field.name) == Some(&atom) {
                self.fixed.remove(field.name);
            }
        }
    }

    /// What is assigned to an atom, or follows: a text that is one value is no other.
    fn known(&self, atom: usize) -> Option<bool> {
        self.values[atom].or_else(|| match &self.atoms[atom] {
            Atom::Is { field, .. } if self.fixed.contains_key(field.name) => Some(false),
            _ => None,
        })
    }

    /// What a formula comes out as, as far as the assigned atoms tell.
    fn value(&mut self, formula: &Formula) -> Result<Option<bool>, TooMuch> {
        self.steps(1)?;
        match formula {
            Formula::Known(known) => Ok(Some(*known)),
            Formula::Atom(atom) => Ok(self.known(*atom)),
            Formula::Not(inner) => Ok(self.value(inner)?.map(|value| !value)),
            Formula::All(parts) => self.joined(parts, false),
            Formula::Any(parts) => self.joined(parts, true),
        }
    }

    /// `decides` is what one part alone makes of the whole.
    fn joined(&mut self, parts: &[Formula], decides: bool) -> Result<Option<bool>, TooMuch> {
        let mut all_known = true;
        for part in parts {
            match self.value(part)? {
                Some(value) if value == decides => return Ok(Some(decides)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        Ok(all_known.then_some(!decides))
    }

    /// An atom that an undecided formula waits for, and the value that brings it nearer to what is wanted.
    fn undecided(&mut self, formula: &Formula, wanted: bool) -> Result<Option<(usize, bool)>, TooMuch> {
        match formula {
            Formula::Known(_) => Ok(None),
            Formula::Atom(atom) => Ok(self.known(*atom).is_none().then_some((*atom, wanted))),
            Formula::Not(inner) => self.undecided(inner, !wanted),
            Formula::All(parts) | Formula::Any(parts) => {
                for part in parts {
                    if self.value(part)?.is_none() {
                        return self.undecided(part, wanted);
                    }
                }
                Ok(None)
            }
        }
    }

    fn steps(&mut self, count: u32) -> Result<(), TooMuch> {
        self.steps = self.steps.saturating_add(count);
        self.steps_of_all = self.steps_of_all.saturating_add(count);
        if self.steps > STEPS_MOST || self.steps_of_all > STEPS_MOST_OF_ALL { Err(TooMuch) } else { Ok(()) }
    }

    /// Whether the field of this atom can have a value that fits all that is assigned.
    fn consistent(&mut self, atom: usize) -> Result<bool, TooMuch> {
        let atoms = self.atoms;
        let Some(field) = atoms[atom].field() else { return Ok(true) };
        let mut said = Vec::new();
        let related = &self.related[subject(field)];
        let work = u32::try_from(related.len()).unwrap_or(u32::MAX);
        for other in related {
            said.extend(self.values[*other].map(|value| (&atoms[*other], value)));
        }
        self.steps(work)?;
        Ok(match field.kind {
            FieldType::Int | FieldType::Double => number_exists(field, &said),
            _ => text_exists(&said),
        })
    }
}

/// What a field is about: two that cannot be told apart are one.
fn subject(field: &'static Field) -> &'static str {
    if field.name == "class.industry" { "class.topic" } else { field.name }
}

/// Whether a text fits what is said of it: it is one at most, none of those it is not, and one of those it can be. What
/// is said of the industry is said of the topic.
fn text_exists(said: &[(&Atom, bool)]) -> bool {
    let is = |wanted: bool| {
        said.iter().filter_map(move |(atom, value)| match atom {
            Atom::Is { field, value: text } if *value == wanted => Some((*field, text.as_str())),
            _ => None,
        })
    };
    for (field, text) in is(true) {
        let other = |(theirs, value): (&Field, &str)| theirs.name == field.name && value != text;
        let same = |(theirs, value): (&Field, &str)| theirs.name == field.name && value == text;
        if is(true).any(other) || is(false).any(same) {
            return false;
        }
        if field.name == "class.topic" {
            let industry = text.split('.').next().unwrap_or("");
            let of_industry = |(theirs, _): &(&Field, &str)| theirs.name == "class.industry";
            if is(true).filter(of_industry).any(|(_, value)| value != industry)
                || is(false).filter(of_industry).any(|(_, value)| value == industry)
            {
                return false;
            }
        }
    }
    let Some((field, _)) = is(false).next() else { return true };
    match field.kind {
        FieldType::OneOf(all) => all.iter().any(|one| !is(false).any(|(_, not)| not == *one)),
        _ => true,
    }
}

/// Whether a number fits what is said of it. Counts are whole and never negative, a confidence is from 0 to 1.
fn number_exists(field: &Field, said: &[(&Atom, bool)]) -> bool {
    let whole = field.kind == FieldType::Int;
    let highest = match field.name {
        "brand.hour" => 23.0,
        _ if whole => f64::INFINITY,
        _ => 1.0,
    };
    // The bounds, each with whether it is itself left out.
    let (mut low, mut high) = ((0.0, false), (highest, false));
    let (mut equals, mut never) = (None, Vec::new());
    for (atom, value) in said {
        match (atom, value) {
            (Atom::AtMost { bound, strict, .. }, true) if *bound < high.0 || (*bound == high.0 && *strict) => {
                high = (*bound, *strict);
            }
            (Atom::AtMost { bound, .. }, false) if whole => low.0 = f64::max(low.0, bound + 1.0),
            (Atom::AtMost { bound, strict, .. }, false) if *bound > low.0 || (*bound == low.0 && !strict) => {
                low = (*bound, !strict);
            }
            (Atom::Equals { value, .. }, true) => match equals {
                Some(other) if other != *value => return false,
                _ => equals = Some(*value),
            },
            (Atom::Equals { value, .. }, false) => never.push(*value),
            _ => {}
        }
    }
    let fits = |number: f64| {
        let above = number > low.0 || (number == low.0 && !low.1);
        let below = number < high.0 || (number == high.0 && !high.1);
        above && below && !never.contains(&number)
    };
    if let Some(number) = equals {
        return fits(number);
    }
    if !whole && low.0 < high.0 {
        return true;
    }
    // Of the whole numbers from the lowest on, one more than are left out has to do.
    let mut number = low.0;
    (0..=never.len()).any(|_| {
        let found = fits(number);
        number += 1.0;
        found
    })
}

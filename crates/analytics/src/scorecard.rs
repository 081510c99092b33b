//! The scorecard: brands, teams, people or periods side by side on three heads. A head is made of measures of the catalogue,
//! each with a weight and the two values that have 0 and 100 points; `docs/scorecard.md` explains it, and a file of the
//! operator's may say otherwise ([`Card::parse`]).
//!
//! How sure the points are is told by a bootstrap: conversations are dealt into blocks by their number, as many blocks are
//! drawn again and again with replacement, and the points are worked out of each draw. The dice are always the same ones,
//! so the same log gives the same points and the same bounds.

use crate::catalogue::{self, Form, Named};
use serde::Deserialize;
use thiserror::Error;
use wire::pb::analytics as pb;

/// How many blocks the conversations of all rows are dealt into.
pub const BLOCKS: usize = 256;
/// How often blocks are drawn.
const DRAWS: usize = 400;
const DICE: u64 = 0x5eed_0f5c_0eca_4d00;

/// What a scorecard is made of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The smallest sample of which points are given.
    #[serde(default = "smallest_sample")]
    pub smallest_sample: u32,
    #[serde(rename = "head")]
    pub heads: Vec<Head>,
}

fn smallest_sample() -> u32 {
    20
}

/// One head.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub name: HeadName,
    pub weight: f64,
    #[serde(rename = "measure")]
    pub components: Vec<Component>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadName {
    Clarity,
    Speed,
    Personality,
}

impl HeadName {
    pub const ALL: [HeadName; 3] = [HeadName::Clarity, HeadName::Speed, HeadName::Personality];

    pub fn as_str(self) -> &'static str {
        match self {
            HeadName::Clarity => "clarity",
            HeadName::Speed => "speed",
            HeadName::Personality => "personality",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            HeadName::Clarity => "Clarity and efficiency",
            HeadName::Speed => "Speed",
            HeadName::Personality => "Personality",
        }
    }
}

/// One measure's part in a head.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    #[serde(rename = "name")]
    pub measure: String,
    pub weight: f64,
    /// The value that has 0 points, and the one that has 100.
    pub worst: f64,
    pub best: f64,
}

/// Why a file is no scorecard.
#[derive(Debug, Error)]
pub enum CardError {
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    #[error("{0} is no share and no mean of the catalogue, so it has no points; see docs/measures.md")]
    Measure(String),
    #[error("{0} has a weight that is not above 0")]
    Weight(String),
    #[error("{0} has the same value for 0 and for 100 points")]
    Anchors(String),
    #[error("it must have each of the heads clarity, speed and personality once, and each of them a measure")]
    Heads,
}

const DEFAULT: &str = include_str!("scorecard.toml");

impl Default for Card {
    fn default() -> Self {
        Card::parse(DEFAULT).expect("the scorecard that comes with Earshot is sound, as a test says")
    }
}

impl Card {
    /// Reads a scorecard in TOML.
    ///
    /// # Errors
    /// Names what is wrong with it, with the line where there is one.
    pub fn parse(text: &str) -> Result<Card, CardError> {
        let card: Card = toml::from_str(text)?;
        let named = |name: HeadName| card.heads.iter().filter(|head| head.name == name).count() == 1;
        if !HeadName::ALL.into_iter().all(named) || card.heads.iter().any(|head| head.components.is_empty()) {
            return Err(CardError::Heads);
        }
        for head in &card.heads {
            if head.weight.is_nan() || head.weight <= 0.0 {
                return Err(CardError::Weight(head.name.as_str().to_owned()));
            }
            head.components.iter().try_for_each(Component::check)?;
        }
        Ok(card)
    }

    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.heads.iter().flat_map(|head| &head.components)
    }

    /// The measures of all heads, in their order.
    pub fn measures(&self) -> Vec<Named> {
        self.components().map(Component::named).collect()
    }

    pub fn to_pb(&self) -> Vec<pb::ScorecardHead> {
        let component = |component: &Component| pb::ScorecardComponent {
            measure: component.measure.clone(),
            title: component.named().measure.title.into(),
            weight: component.weight,
            worst: component.worst,
            best: component.best,
        };
        let head = |head: &Head| pb::ScorecardHead {
            name: head.name.as_str().into(),
            title: head.name.title().into(),
            weight: head.weight,
            components: head.components.iter().map(component).collect(),
        };
        self.heads.iter().map(head).collect()
    }
}

impl Component {
    fn check(&self) -> Result<(), CardError> {
        let form = catalogue::find(&self.measure).map(|named| named.form);
        if !matches!(form, Some(Form::Share { .. } | Form::Ratio { .. })) {
            return Err(CardError::Measure(self.measure.clone()));
        }
        if self.weight.is_nan() || self.weight <= 0.0 {
            return Err(CardError::Weight(self.measure.clone()));
        }
        match (self.best - self.worst).abs() > f64::EPSILON {
            true => Ok(()),
            false => Err(CardError::Anchors(self.measure.clone())),
        }
    }

    pub fn named(&self) -> Named {
        catalogue::find(&self.measure).expect("it was looked up when the card was read")
    }

    fn points(&self, value: f64) -> f64 {
        ((value - self.worst) / (self.best - self.worst) * 100.0).clamp(0.0, 100.0)
    }
}

/// What one block adds to each component: the part and the base.
pub type Block = Vec<(f64, f64)>;

/// One brand, team, person or period, as it was measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    pub name: String,
    pub conversations: u64,
    /// One for each component, in the order of the card.
    pub figures: Vec<pb::Figure>,
    pub blocks: Vec<Block>,
}

/// Points of the heads, in their order, and of all together.
struct Points {
    heads: Vec<Option<f64>>,
    all: Option<f64>,
}

/// The mean of what there is, by weight; none when that is less than half of what there should be.
fn weighted(parts: impl Iterator<Item = (f64, Option<f64>)>) -> Option<f64> {
    let (mut sum, mut there, mut whole) = (0.0, 0.0, 0.0);
    for (weight, points) in parts {
        whole += weight;
        if let Some(points) = points {
            sum += weight * points;
            there += weight;
        }
    }
    (there > 0.0 && there * 2.0 >= whole).then(|| sum / there)
}

fn points(card: &Card, values: &[Option<f64>]) -> Points {
    let mut values = values.iter().copied();
    let mut heads = Vec::new();
    for head in &card.heads {
        let parts = head.components.iter().map(|component| {
            let value = values.next().flatten();
            (component.weight, value.map(|value| component.points(value)))
        });
        heads.push(weighted(parts.collect::<Vec<_>>().into_iter()));
    }
    let all = weighted(card.heads.iter().map(|head| head.weight).zip(heads.iter().copied()));
    Points { heads, all }
}

/// The whole answer: the rows with their points, and what they are made of.
pub fn answer(card: &Card, entries: Vec<Entry>, as_of_sequence: u64) -> pb::GetScorecardResponse {
    let rows = score(card, entries, card.smallest_sample);
    pb::GetScorecardResponse { heads: card.to_pb(), rows, smallest_sample: card.smallest_sample, as_of_sequence }
}

/// Gives points, the best first; those of whom too little is known come last, without.
pub fn score(card: &Card, entries: Vec<Entry>, smallest_sample: u32) -> Vec<pb::ScorecardRow> {
    let mut rows: Vec<_> = entries.into_iter().map(|entry| row(card, entry, u64::from(smallest_sample))).collect();
    let order = |row: &pb::ScorecardRow| row.score.as_ref().and_then(|score| score.points);
    rows.sort_by(|one, other| {
        let (first, second) = (order(one), order(other));
        second.partial_cmp(&first).unwrap_or(std::cmp::Ordering::Equal).then_with(|| one.name.cmp(&other.name))
    });
    rows
}

fn row(card: &Card, entry: Entry, smallest_sample: u64) -> pb::ScorecardRow {
    let known: Vec<bool> = entry.figures.iter().map(|figure| figure.sample >= smallest_sample.max(1)).collect();
    let value = |(figure, known): (&pb::Figure, &bool)| figure.value.filter(|_| *known);
    let values: Vec<Option<f64>> = entry.figures.iter().zip(&known).map(value).collect();
    let own = points(card, &values);
    let drawn = if own.heads.iter().any(Option::is_some) { draws(card, &entry.blocks, &known) } else { Vec::new() };
    let score = |points: Option<f64>, of: &dyn Fn(&Points) -> Option<f64>| {
        let Some(points) = points else { return pb::Score::default() };
        let bounds = bounds(drawn.iter().filter_map(of).collect());
        let (low, high) = (bounds.map(|(low, _)| low), bounds.map(|(_, high)| high));
        pb::Score { points: Some(points), low, high }
    };
    let mut figures = entry.figures.into_iter().zip(values);
    let heads = card.heads.iter().enumerate().map(|(at, head)| {
        let components = head.components.iter().map(|component| {
            let (figure, value) = figures.next().expect("there is a figure for each component");
            pb::ComponentScore { figure: Some(figure), points: value.map(|value| component.points(value)) }
        });
        pb::HeadScore {
            head: head.name.as_str().into(),
            components: components.collect(),
            score: Some(score(own.heads[at], &|drawn| drawn.heads[at])),
        }
    });
    let heads = heads.collect();
    let all = score(own.all, &|drawn| drawn.all);
    pb::ScorecardRow { name: entry.name, conversations: entry.conversations, score: Some(all), heads }
}

/// The points of as many draws; none of fewer than two blocks, which tell nothing of each other.
fn draws(card: &Card, blocks: &[Block], known: &[bool]) -> Vec<Points> {
    if blocks.len() < 2 {
        return Vec::new();
    }
    let mut dice = DICE;
    let draw = |_| {
        let mut sums = vec![(0.0, 0.0); known.len()];
        for _ in 0..blocks.len() {
            let block = &blocks[throw(&mut dice, blocks.len())];
            for (sum, add) in sums.iter_mut().zip(block) {
                sum.0 += add.0;
                sum.1 += add.1;
            }
        }
        let value = |((part, of), known): (&(f64, f64), &bool)| (*known && *of > 0.0).then(|| part / of);
        points(card, &sums.iter().zip(known).map(value).collect::<Vec<_>>())
    };
    (0..DRAWS).map(draw).collect()
}

/// SplitMix64, to a number below `sides`.
fn throw(dice: &mut u64, sides: usize) -> usize {
    *dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *dice;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    usize::try_from(mixed % sides as u64).expect("it is below a number of sides")
}

/// Between which values 95 of 100 lie.
fn bounds(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = |share: f64| ((last as f64) * share).round() as usize;
    Some((values[place(0.025)], values[place(0.975)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, conversations: u64, good: bool) -> Entry {
        let card = Card::default();
        let figure = |component: &Component| {
            let value = if good { component.best } else { (component.best + component.worst) / 2.0 };
            pb::Figure {
                measure: component.measure.clone(),
                value: Some(value),
                sample: conversations,
                ..Default::default()
            }
        };
        let figures: Vec<pb::Figure> = card.components().map(figure).collect();
        let block = |nth: u64| {
            // Blocks differ by turns, and their mean is the value.
            let sway = if nth.is_multiple_of(2) { 0.02 } else { -0.02 };
            figures.iter().map(|figure| ((figure.value.unwrap() + sway) * 10.0, 10.0)).collect()
        };
        Entry { name: name.into(), conversations, blocks: (0..40).map(block).collect(), figures }
    }

    #[test]
    fn the_best_come_first_and_those_of_whom_too_little_is_known_last() {
        let card = Card::default();
        let rows = score(&card, vec![entry("small", 5, true), entry("half", 50, false), entry("good", 50, true)], 20);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["good", "half", "small"]);
        let all = |at: usize| rows[at].score.unwrap();
        assert!(all(0).points > Some(97.0) && all(1).points.is_some_and(|points| (points - 50.0).abs() < 1e-6));
        assert!(all(1).low < all(1).points && all(1).points < all(1).high);
        assert_eq!(all(2), pb::Score::default());
        assert_eq!(rows[2].heads[0].components[0].points, None);
        assert_eq!(rows[2].heads[0].components[0].figure.as_ref().unwrap().sample, 5, "but it is shown");
    }

    #[test]
    fn the_same_conversations_have_the_same_bounds() {
        let card = Card::default();
        let twice = || score(&card, vec![entry("one", 50, false)], 20);
        assert_eq!(twice(), twice());
    }

    #[test]
    fn a_head_of_which_less_than_half_is_known_has_no_points() {
        let card = Card::default();
        let mut one = entry("one", 50, true);
        let speed = card.heads.iter().position(|head| head.name == HeadName::Speed).unwrap();
        let first = card.heads[..speed].iter().map(|head| head.components.len()).sum::<usize>();
        let many = card.heads[speed].components.len();
        one.figures[first..first + many - 1].iter_mut().for_each(|figure| figure.sample = 0);
        let rows = score(&card, vec![one], 20);
        assert_eq!(rows[0].heads[speed].score.unwrap(), pb::Score::default());
        assert!(rows[0].score.unwrap().points.is_some(), "two of three heads are more than half");
    }

    #[test]
    fn a_file_that_makes_no_sense_is_named() {
        let wrong = |from: &str, to: &str| Card::parse(&DEFAULT.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(wrong("came_back_share", "posts").starts_with("posts is no share"));
        assert!(wrong("came_back_share", "nonsense").starts_with("nonsense is no share"));
        assert!(wrong("weight = 2", "weight = 0").contains("weight that is not above 0"));
        assert!(wrong("name = \"speed\"", "name = \"clarity\"").starts_with("it must have each"));
        assert!(wrong("smallest_sample", "smallest").contains("smallest"), "an unknown key is named with its line");
    }
}

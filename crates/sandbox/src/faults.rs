//! What goes wrong with a send, said in one notation everywhere: `429:2`, `slow:1500`, `accept-then-drop`.
//!
//! A plan is a sequence, used up one send at a time, and after it probabilities drawn from a seed. Two switches take away what a
//! friendly network offers: looking a reply up, and knowing a repeated key.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;

/// The longest delay that can be asked for, in milliseconds.
pub const MAX_DELAY_MS: u64 = 600_000;
/// The longest `Retry-After` that can be asked for, in seconds.
pub const MAX_RETRY_AFTER_SECONDS: u64 = 86_400;

/// One way in which a network answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fault {
    /// No fault.
    Ok,
    /// 429 with `Retry-After`; nothing is posted.
    RateLimited { retry_after_seconds: u64 },
    /// 500; nothing is posted.
    ServerError,
    /// 503 with `Retry-After`; nothing is posted.
    Unavailable { retry_after_seconds: u64 },
    /// 400; nothing is posted.
    BadRequest,
    /// 401, as if access had been withdrawn; nothing is posted.
    Unauthorized,
    /// 410; nothing is posted.
    Gone,
    /// Posted at once, answered after so many milliseconds.
    Slow { delay_ms: u64 },
    /// Posted, and the connection closed without an answer.
    AcceptThenDrop,
    /// The connection closed without an answer; nothing is posted.
    DropBeforeAccept,
    /// Posted, and answered 201 with a body that is no JSON.
    Garbage,
}

/// What goes wrong from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// What happens to the next sends, one each.
    pub sequence: Vec<Fault>,
    /// Begin the sequence again at its end.
    pub repeat: bool,
    /// After the sequence: the probability of each fault; the rest is none.
    pub chances: BTreeMap<Fault, f64>,
    /// The same seed makes the same faults in the same order.
    pub seed: u64,
    /// Replies can be looked up by key.
    pub lookup: bool,
    /// A second send with the same key is not posted again.
    pub idempotent: bool,
}

/// A fault, or a plan, that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultsError {
    #[error(
        "{0:?} is no fault; faults are ok, 429[:seconds], 500, 503[:seconds], 400, 401, 410, slow:milliseconds, \
         accept-then-drop, drop-before-accept, garbage"
    )]
    Unknown(String),
    #[error("{0:?} waits too long; at most 600000 ms for slow and 86400 s for 429 and 503")]
    TooLong(String),
    #[error("chances must be from 0 to 1 and sum to 1 at most, these sum to {0}")]
    Chances(f64),
}

impl Default for Faults {
    fn default() -> Self {
        Faults {
            sequence: Vec::new(),
            repeat: false,
            chances: BTreeMap::new(),
            seed: 1,
            lookup: true,
            idempotent: true,
        }
    }
}

impl Faults {
    /// A sequence, and no faults after it.
    pub fn sequence(faults: impl IntoIterator<Item = Fault>) -> Self {
        Faults { sequence: faults.into_iter().collect(), ..Faults::default() }
    }

    /// The same fault for every send.
    pub fn always(fault: Fault) -> Self {
        Faults { sequence: vec![fault], repeat: true, ..Faults::default() }
    }

    /// Holds what the types cannot say.
    ///
    /// # Errors
    /// [`FaultsError::Chances`].
    pub fn check(&self) -> Result<(), FaultsError> {
        let sum: f64 = self.chances.values().sum();
        // A sum such as 0.1 + 0.2 + 0.7 may be a hair over 1.
        if self.chances.values().all(|chance| (0.0..=1.0).contains(chance)) && sum <= 1.0 + 1e-9 {
            return Ok(());
        }
        Err(FaultsError::Chances(sum))
    }
}

impl Fault {
    /// The name without its parameter: the label under which it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Ok => "ok",
            Fault::RateLimited { .. } => "429",
            Fault::ServerError => "500",
            Fault::Unavailable { .. } => "503",
            Fault::BadRequest => "400",
            Fault::Unauthorized => "401",
            Fault::Gone => "410",
            Fault::Slow { .. } => "slow",
            Fault::AcceptThenDrop => "accept-then-drop",
            Fault::DropBeforeAccept => "drop-before-accept",
            Fault::Garbage => "garbage",
        }
    }

    /// Is the reply posted all the same?
    pub fn accepts(self) -> bool {
        matches!(self, Fault::Ok | Fault::Slow { .. } | Fault::AcceptThenDrop | Fault::Garbage)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Fault::RateLimited { retry_after_seconds } | Fault::Unavailable { retry_after_seconds } => {
                write!(f, "{name}:{retry_after_seconds}")
            }
            Fault::Slow { delay_ms } => write!(f, "{name}:{delay_ms}"),
            _ => f.write_str(name),
        }
    }
}

impl FromStr for Fault {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let unknown = || FaultsError::Unknown(text.to_owned());
        let (name, parameter) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number.parse::<u64>().map_err(|_| unknown())?)),
            None => (text, None),
        };
        let retry_after_seconds = parameter.unwrap_or(1);
        let fault = match (name, parameter) {
            ("429", _) => Fault::RateLimited { retry_after_seconds },
            ("503", _) => Fault::Unavailable { retry_after_seconds },
            ("slow", Some(delay_ms)) => Fault::Slow { delay_ms },
            ("ok", None) => Fault::Ok,
            ("500", None) => Fault::ServerError,
            ("400", None) => Fault::BadRequest,
            ("401", None) => Fault::Unauthorized,
            ("410", None) => Fault::Gone,
            ("accept-then-drop", None) => Fault::AcceptThenDrop,
            ("drop-before-accept", None) => Fault::DropBeforeAccept,
            ("garbage", None) => Fault::Garbage,
            _ => return Err(unknown()),
        };
        let limit = if name == "slow" { MAX_DELAY_MS } else { MAX_RETRY_AFTER_SECONDS };
        if parameter.is_some_and(|number| number > limit) {
            return Err(FaultsError::TooLong(text.to_owned()));
        }
        Ok(fault)
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultsError;
    fn try_from(text: String) -> Result<Self, FaultsError> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

/// A plan that is being carried out.
#[derive(Debug)]
pub(crate) struct Course {
    plan: Faults,
    ahead: VecDeque<Fault>,
    random: u64,
}

impl Course {
    pub(crate) fn new(plan: Faults) -> Result<Self, FaultsError> {
        plan.check()?;
        Ok(Course { ahead: plan.sequence.iter().copied().collect(), random: plan.seed, plan })
    }

    /// The plan as it stands: what is used up of the sequence is gone from it.
    pub(crate) fn rest(&self) -> Faults {
        Faults { sequence: self.ahead.iter().copied().collect(), ..self.plan.clone() }
    }

    pub(crate) fn lookup(&self) -> bool {
        self.plan.lookup
    }

    pub(crate) fn idempotent(&self) -> bool {
        self.plan.idempotent
    }

    /// What happens to the next send.
    pub(crate) fn next(&mut self) -> Fault {
        if let Some(fault) = self.ahead.pop_front() {
            if self.plan.repeat {
                self.ahead.push_back(fault);
            }
            return fault;
        }
        let mut drawn = self.draw();
        for (fault, chance) in &self.plan.chances {
            if drawn < *chance {
                return *fault;
            }
            drawn -= chance;
        }
        Fault::Ok
    }

    /// A number from 0 to less than 1 (SplitMix64).
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_as_it_is_written() {
        for text in [
            "ok",
            "429:7",
            "500",
            "503:0",
            "400",
            "401",
            "410",
            "slow:1500",
            "accept-then-drop",
            "drop-before-accept",
            "garbage",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        assert_eq!("429".parse(), Ok(Fault::RateLimited { retry_after_seconds: 1 }));
        for text in ["", "slow", "slow:x", "ok:1", "404", "500:3", "429:-1"] {
            assert_eq!(text.parse::<Fault>(), Err(FaultsError::Unknown(text.to_owned())), "{text}");
        }
        assert!(matches!("slow:600001".parse::<Fault>(), Err(FaultsError::TooLong(_))));
    }

    #[test]
    fn a_sequence_is_used_up_and_shows_what_is_left() {
        let mut course = Course::new(Faults::sequence([Fault::ServerError, Fault::Gone])).unwrap();
        assert_eq!(course.next(), Fault::ServerError);
        assert_eq!(course.rest().sequence, [Fault::Gone]);
        assert_eq!(course.next(), Fault::Gone);
        assert_eq!(course.next(), Fault::Ok);
    }

    #[test]
    fn a_repeated_sequence_never_ends() {
        let mut course = Course::new(Faults::always(Fault::Garbage)).unwrap();
        assert!((0..100).all(|_| course.next() == Fault::Garbage));
    }

    #[test]
    fn chances_follow_the_seed_and_their_size() {
        let plan = |seed| Faults {
            chances: BTreeMap::from([(Fault::ServerError, 0.25), (Fault::AcceptThenDrop, 0.05)]),
            seed,
            ..Faults::default()
        };
        let drawn = |seed| {
            let mut course = Course::new(plan(seed)).unwrap();
            (0..10_000).map(|_| course.next()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let errors = drawn(7).iter().filter(|fault| **fault == Fault::ServerError).count();
        assert!((2_300..2_700).contains(&errors), "{errors}");
        let drops = drawn(7).iter().filter(|fault| **fault == Fault::AcceptThenDrop).count();
        assert!((400..600).contains(&drops), "{drops}");
    }

    #[test]
    fn impossible_plans_are_refused() {
        let over = Faults { chances: BTreeMap::from([(Fault::Gone, 0.7), (Fault::Ok, 0.4)]), ..Faults::default() };
        assert!(over.check().is_err());
        let negative = Faults { chances: BTreeMap::from([(Fault::Gone, -0.1)]), ..Faults::default() };
        assert!(negative.check().is_err());
        let tenths = Faults {
            chances: BTreeMap::from([(Fault::Gone, 0.1), (Fault::Ok, 0.2), (Fault::Garbage, 0.7)]),
            ..Faults::default()
        };
        assert_eq!(tenths.check(), Ok(()));
        assert!(serde_json::from_str::<Faults>(r#"{"sequense":[]}"#).is_err());
    }
}

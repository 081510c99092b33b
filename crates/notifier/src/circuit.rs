//! A network that fails again and again is left alone for a while, then asked with one reply: replies that wait do not
//! use up their tries on it, and it is not beaten while it is down.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of one network.
#[derive(Debug)]
pub struct Circuit {
    failures_max: u32,
    open_for: SignedDuration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Timestamp,
    },
    /// One reply is on its way as the probe. If nothing is heard of it until then, the next one is it.
    Probing {
        until: Timestamp,
    },
}

impl Circuit {
    /// Opens after so many failures in a row, for that long.
    pub fn new(failures_max: u32, open_for: SignedDuration) -> Self {
        Circuit { failures_max, open_for, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks to send. None: go on. Otherwise when to ask again.
    pub fn enter(&self, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => None,
            State::Open { until } | State::Probing { until } if now < until => Some(until),
            State::Open { .. } | State::Probing { .. } => {
                *state = State::Probing { until: now + self.open_for };
                None
            }
        }
    }

    /// Until when it is left alone, without asking to send.
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        match *self.lock() {
            State::Open { until } | State::Probing { until } if now < until => Some(until),
            _ => None,
        }
    }

    /// Says how a send went. Answers whether that opened or closed it.
    pub fn heard(&self, healthy: bool, now: Timestamp) -> Option<Change> {
        let mut state = self.lock();
        let was_open = !matches!(*state, State::Closed { .. });
        let failures = match *state {
            State::Closed { failures } => failures,
            State::Open { .. } | State::Probing { .. } => self.failures_max,
        };
        *state = match healthy {
            true => State::Closed { failures: 0 },
            false if failures + 1 >= self.failures_max => State::Open { until: now + self.open_for },
            false => State::Closed { failures: failures + 1 },
        };
        match (was_open, matches!(*state, State::Closed { .. })) {
            (true, true) => Some(Change::Closed),
            (false, false) => Some(Change::Opened),
            _ => None,
        }
    }
}

/// What just became of a circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Opened,
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_after_a_probe_that_works() {
        let circuit = Circuit::new(3, SignedDuration::from_secs(30));
        circuit.heard(false, at(0));
        circuit.heard(false, at(0));
        assert_eq!(circuit.heard(true, at(0)), None);
        circuit.heard(false, at(1));
        circuit.heard(false, at(1));
        assert_eq!(circuit.enter(at(1)), None);
        assert_eq!(circuit.heard(false, at(2)), Some(Change::Opened));
        assert_eq!(circuit.enter(at(31)), Some(at(32)));
        // One probe goes, the others wait for what it brings.
        assert_eq!(circuit.enter(at(32)), None);
        assert_eq!((circuit.enter(at(33)), circuit.open_until(at(33))), (Some(at(62)), Some(at(62))));
        assert_eq!(circuit.heard(true, at(34)), Some(Change::Closed));
        assert_eq!(circuit.enter(at(34)), None);
    }

    #[test]
    fn a_probe_that_fails_opens_it_again_and_one_that_is_lost_gives_way() {
        let circuit = Circuit::new(1, SignedDuration::from_secs(10));
        assert_eq!(circuit.heard(false, at(0)), Some(Change::Opened));
        assert_eq!(circuit.enter(at(10)), None);
        assert_eq!(circuit.heard(false, at(11)), None);
        assert_eq!(circuit.enter(at(20)), Some(at(21)));
        assert_eq!(circuit.enter(at(21)), None);
        assert_eq!(circuit.enter(at(31)), None);
    }
}

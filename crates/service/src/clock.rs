//! The time, passed in: real in a process, set by hand in a simulation.
//!
//! Nothing that decides may ask the operating system for the time; it is given a [`Clock`], or an instant.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Where the time comes from. Clones of a virtual clock share one time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The operating system's.
    #[default]
    System,
    /// One that stands still until someone moves it.
    Virtual(VirtualClock),
}

/// A clock that is moved by hand, forwards only.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<watch::Sender<Timestamp>>);

impl Clock {
    /// A clock that stands at `start`, to be moved through [`VirtualClock`].
    pub fn virtual_at(start: Timestamp) -> (Clock, VirtualClock) {
        let hands = VirtualClock(Arc::new(watch::Sender::new(start)));
        (Clock::Virtual(hands.clone()), hands)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Virtual(hands) => hands.now(),
        }
    }

    /// Waits until the time is `until` or later. On a virtual clock it waits for someone to move it there.
    pub async fn sleep_until(&self, until: Timestamp) {
        match self {
            Clock::System => loop {
                // The system's time may be set back or forth while we sleep, so it is looked at again.
                const LOOK_AGAIN: Duration = Duration::from_secs(30);
                let left = until.duration_since(Timestamp::now());
                let Ok(left) = Duration::try_from(left) else { return };
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LOOK_AGAIN)).await;
            },
            Clock::Virtual(hands) => {
                let mut seen = hands.0.subscribe();
                // The sender lives as long as `hands`, so this ends only when the time has come.
                let _ = seen.wait_for(|now| *now >= until).await;
            }
        }
    }

    /// Waits for a time span; a negative one is none.
    pub async fn sleep(&self, span: SignedDuration) {
        let until = self.now().saturating_add(span).unwrap_or(Timestamp::MAX);
        self.sleep_until(until).await;
    }
}

impl VirtualClock {
    /// The time it shows.
    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    /// Moves it to a time; an earlier one than it shows changes nothing.
    pub fn set(&self, to: Timestamp) {
        self.0.send_if_modified(|now| {
            let forwards = to > *now;
            if forwards {
                *now = to;
            }
            forwards
        });
    }

    /// Moves it on by a time span.
    pub fn advance(&self, span: SignedDuration) {
        self.set(self.now().saturating_add(span).unwrap_or(Timestamp::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_virtual_clock_moves_forwards_only_and_its_clones_with_it() {
        let (clock, hands) = Clock::virtual_at(at("2026-03-01T10:18:00Z"));
        let clone = clock.clone();
        hands.set(at("2026-03-01T13:20:00Z"));
        hands.set(at("2026-03-01T12:00:00Z"));
        assert_eq!(clock.now(), at("2026-03-01T13:20:00Z"));
        hands.advance(SignedDuration::from_mins(67));
        assert_eq!(clone.now(), at("2026-03-01T14:27:00Z"));
    }

    #[tokio::test]
    async fn a_sleeper_on_a_virtual_clock_wakes_when_the_time_has_come() {
        let (clock, hands) = Clock::virtual_at(at("2026-03-01T10:00:00Z"));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(at("2026-03-01T11:00:00Z")).await;
                clock.now()
            }
        });
        hands.set(at("2026-03-01T10:59:59Z"));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        hands.set(at("2026-03-01T11:00:00Z"));
        assert_eq!(sleeper.await.unwrap(), at("2026-03-01T11:00:00Z"));
    }

    #[tokio::test]
    async fn the_past_is_not_waited_for() {
        Clock::System.sleep_until(Timestamp::UNIX_EPOCH).await;
        Clock::System.sleep(SignedDuration::from_secs(-5)).await;
    }
}

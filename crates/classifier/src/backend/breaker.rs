//! Whether another service is worth asking: after a few failures in a row it is not, until a probe says otherwise.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// One lost answer is an accident; so many in a row are a service that is away.
const FAILURES_MAX: u32 = 3;

/// Counts failures in a row. Asking and telling cost one atomic each, since every text of a storm does it.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: AtomicU32,
    open: AtomicBool,
}

impl Breaker {
    /// Whether to ask.
    pub fn lets_through(&self) -> bool {
        !self.open.load(Ordering::Relaxed)
    }

    /// It answered in time. True: it had been given up, and is back.
    pub fn succeeded(&self) -> bool {
        self.failures.store(0, Ordering::Relaxed);
        self.open.swap(false, Ordering::Relaxed)
    }

    /// It did not. True: from now on it is given up.
    pub fn failed(&self) -> bool {
        let before = self.failures.fetch_add(1, Ordering::Relaxed);
        before + 1 >= FAILURES_MAX && !self.open.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_it_once_and_an_answer_closes_it() {
        let breaker = Breaker::default();
        assert!(!breaker.failed() && !breaker.failed());
        // an answer between them starts the count again
        assert!(!breaker.succeeded());
        assert!(!breaker.failed() && !breaker.failed());
        assert!(breaker.lets_through());
        assert!(breaker.failed(), "the third in a row");
        assert!(!breaker.lets_through());
        assert!(!breaker.failed(), "it is told once");
        assert!(breaker.succeeded(), "that it is back is told too");
        assert!(breaker.lets_through() && !breaker.succeeded());
    }
}

//! Is this process ready, and if not, why not.
//!
//! Each part of a process has a named check and says by itself how it is. The process is ready when every check is;
//! `/readyz` lists them all, so that the one to blame is found without a log.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// How one part of a process is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Not there yet.
    Starting,
    /// Doing its work.
    Ready,
    /// Cannot do its work now, and goes on trying.
    Degraded {
        /// What is missing, for an operator. Never text of a customer, never a secret.
        why: String,
    },
    /// Asked to stop.
    Stopping,
}

impl State {
    fn word(&self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Ready => "ready",
            State::Degraded { .. } => "degraded",
            State::Stopping => "stopping",
        }
    }
}

/// All checks of a process. Clones are the same registry.
#[derive(Debug, Clone)]
pub struct Health(Arc<watch::Sender<BTreeMap<String, State>>>);

/// The check of one part; that part reports through it. Clones are the same check.
#[derive(Debug, Clone)]
pub struct Check {
    health: Health,
    name: String,
}

/// All checks at one moment, as `/readyz` shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Is every check ready, and is there at least one?
    pub ready: bool,
    /// Each check by name.
    pub checks: BTreeMap<String, State>,
}

impl Health {
    /// A registry without checks: a process that has named none is not ready.
    pub fn new() -> Self {
        Health(Arc::new(watch::Sender::new(BTreeMap::new())))
    }

    /// Adds a check, which begins as [`State::Starting`]. Name it as `<service>.<part>`, such as `ingest.log`.
    pub fn check(&self, name: &str) -> Check {
        let check = Check { health: self.clone(), name: name.to_owned() };
        check.set(State::Starting);
        check
    }

    /// How all checks are now.
    pub fn report(&self) -> Report {
        let checks = self.0.borrow().clone();
        Report { ready: is_ready(&checks), checks }
    }

    /// Is every check ready?
    pub fn is_ready(&self) -> bool {
        is_ready(&self.0.borrow())
    }

    /// Waits until every check is ready.
    pub async fn ready(&self) {
        // The sender lives in `self`, so the wait ends only when all are ready.
        let _ = self.0.subscribe().wait_for(is_ready).await;
    }

    /// Every check is stopping from now on: load balancers send no more.
    pub fn stopping(&self) {
        self.0.send_modify(|checks| {
            for state in checks.values_mut() {
                *state = State::Stopping;
            }
        });
    }

    /// A receiver that changes with the checks, for those who pass the state on.
    pub fn watch(&self) -> watch::Receiver<BTreeMap<String, State>> {
        self.0.subscribe()
    }
}

impl Default for Health {
    fn default() -> Self {
        Health::new()
    }
}

impl Check {
    /// The part does its work.
    pub fn ready(&self) {
        self.set(State::Ready);
    }

    /// The part cannot do its work now; `why` names what is missing and, if there is one, the cure.
    pub fn degraded(&self, why: impl Into<String>) {
        self.set(State::Degraded { why: why.into() });
    }

    /// Reports a state. What is stopping stays so.
    pub fn set(&self, state: State) {
        self.health.0.send_if_modified(|checks| {
            let known = checks.get(&self.name);
            if known == Some(&State::Stopping) || known == Some(&state) {
                return false;
            }
            match &state {
                State::Degraded { why } => tracing::warn!(check = self.name, why, "degraded"),
                state => tracing::info!(check = self.name, state = state.word(), "health"),
            }
            checks.insert(self.name.clone(), state);
            true
        });
    }
}

pub(crate) fn is_ready(checks: &BTreeMap<String, State>) -> bool {
    !checks.is_empty() && checks.values().all(|state| *state == State::Ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_every_part_is() {
        let health = Health::new();
        assert!(!health.is_ready(), "a process that has named no check is not ready");
        let (log, listener) = (health.check("ingest.log"), health.check("ingest.listener"));
        log.ready();
        assert!(!health.is_ready());
        listener.ready();
        assert!(health.is_ready());
        log.degraded("no connection to nats://127.0.0.1:4222");
        assert!(!health.is_ready());
    }

    #[test]
    fn a_report_names_the_one_to_blame() {
        let health = Health::new();
        health.check("ingest.log").degraded("no connection");
        health.check("ingest.listener").ready();
        assert_eq!(
            serde_json::to_value(health.report()).unwrap(),
            serde_json::json!({"ready": false, "checks": {
                "ingest.listener": {"state": "ready"},
                "ingest.log": {"state": "degraded", "why": "no connection"},
            }})
        );
    }

    #[test]
    fn what_is_stopping_does_not_become_ready_again() {
        let health = Health::new();
        let log = health.check("ingest.log");
        health.stopping();
        log.ready();
        assert_eq!(health.report().checks["ingest.log"], State::Stopping);
    }

    #[tokio::test]
    async fn ready_waits_for_the_last_part() {
        let health = Health::new();
        let (a, b) = (health.check("a"), health.check("b"));
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.ready().await }
        });
        a.ready();
        b.ready();
        waiting.await.unwrap();
    }
}

//! Working on the log: every message that matches is handled by one of the service's workers, acknowledged when it is
//! done, tried again when it is not, and set aside when it will not work.

mod feed;
mod lanes;
mod run;

pub(crate) use feed::{Feed, Given, Key, Source};

use crate::entry::Entry;
use crate::{Journal, JournalError, WorkError};
use conversation::Fact;
use jiff::Timestamp;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a service works on, and how hard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkConfig {
    /// The service's name, `a-z`, `0-9`, `-`: workers of the same name share the work, and their position in the log
    /// is kept under it.
    pub service: String,
    /// Subjects with wildcards, as in [`wire::subjects`]. They must not overlap, and be either of records or of timers.
    pub filters: Vec<String>,
    /// Names of facts ([`Fact::name`](conversation::Fact::name)): a record with none of them is done without its
    /// handler, mostly without being read. Empty for every record.
    pub facts: Vec<&'static str>,
    /// How many messages are handled at once.
    pub max_in_flight: usize,
    /// How long after a worker's death its messages go to another one. A handler may take longer: the worker asks for
    /// more time while it runs.
    pub ack_wait: Duration,
    /// How often a message is tried before it is set aside.
    pub max_attempts: u32,
    /// How long handlers may go on after the shutdown was asked for.
    pub drain: Duration,
}

impl Default for WorkConfig {
    fn default() -> Self {
        WorkConfig {
            service: String::new(),
            filters: Vec::new(),
            facts: Vec::new(),
            max_in_flight: 64,
            ack_wait: Duration::from_secs(30),
            max_attempts: 8,
            drain: Duration::from_secs(10),
        }
    }
}

impl WorkConfig {
    /// A service's work, with the usual limits.
    pub fn new(service: impl Into<String>, filters: impl IntoIterator<Item = impl Into<String>>) -> Self {
        WorkConfig {
            service: service.into(),
            filters: filters.into_iter().map(Into::into).collect(),
            ..WorkConfig::default()
        }
    }

    /// Whether the handler is to see a record with these facts, their names joined by `,`.
    pub(crate) fn wants_facts(&self, names: &str) -> bool {
        self.facts.is_empty() || names.split(',').any(|name| self.facts.contains(&name))
    }

    fn check(&self) -> Result<(), JournalError> {
        crate::set_aside::check_service(&self.service)?;
        if self.filters.is_empty() {
            return Err(JournalError::configuration("filters", "it is empty; name the subjects to work on"));
        }
        let about_timers = |filter: &String| crate::filters::is_about_timers(filter);
        if self.filters.iter().any(about_timers) && !self.filters.iter().all(about_timers) {
            return Err(JournalError::configuration("filters", "records and timers are worked on apart"));
        }
        if let Some(unknown) = self.facts.iter().find(|name| !Fact::NAMES.contains(name)) {
            return Err(JournalError::configuration("facts", format!("there is no fact `{unknown}`")));
        }
        if self.max_in_flight == 0 || self.max_attempts == 0 {
            return Err(JournalError::configuration("max_in_flight, max_attempts", "both must be at least 1"));
        }
        if self.ack_wait < Duration::from_secs(1) {
            return Err(JournalError::configuration("ack_wait", "it must be at least 1 s"));
        }
        Ok(())
    }

    /// How many messages a worker takes from the server: those in flight and those that wait in their lanes.
    pub(crate) fn max_held(&self) -> usize {
        (self.max_in_flight * 4).max(256)
    }
}

/// One message to be handled.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub sequence: u64,
    pub subject: String,
    /// A record, or a timer that has come due; what cannot be read never reaches the handler.
    pub entry: Entry,
    /// 1 for the first time.
    pub attempt: u32,
    pub stored_at: Timestamp,
    /// The trace it was written in; the handler already runs in a span of it.
    pub traceparent: Option<String>,
    /// It was set aside before, and somebody asked to try it again.
    pub retried: bool,
}

impl Journal {
    /// Handles every message that matches, until `shutdown`. Runs as long as the service does: lost connections,
    /// restarts of the server and a missing consumer are waited for.
    ///
    /// - Messages of one subject are handled one after another, in order; different subjects at once. With several
    ///   workers of one service alive, two of them may hold messages of one subject; the guard of the log keeps what
    ///   they write right.
    /// - A message is acknowledged after its handler answered `Ok`, so a handler sees a message again after a crash:
    ///   it must be safe to repeat, which [`transact`](Journal::transact) is.
    /// - What fails is tried again with growing delay while its subject waits and the others go on, then set aside
    ///   with its reason. What cannot be read is set aside at once. A handler that panics has failed.
    /// - After `shutdown` nothing new is begun, handlers have [`WorkConfig::drain`] to end, the rest goes back.
    ///
    /// # Errors
    /// Only what trying again does not cure: a wrong setting, a refusal of the server.
    pub async fn work<H, F>(
        &self,
        config: WorkConfig,
        shutdown: CancellationToken,
        handler: H,
    ) -> Result<(), JournalError>
    where
        H: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), WorkError>> + Send + 'static,
    {
        config.check()?;
        let feed = tokio::select! {
            feed = self.feed(&config) => feed?,
            () = shutdown.cancelled() => return Ok(()),
        };
        run::Worker::new(self.clone(), config, feed, handler).run(shutdown).await;
        Ok(())
    }
}

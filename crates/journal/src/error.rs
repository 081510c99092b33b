//! What can go wrong at the border to the log. Every message says what was tried and what to do; none holds what a
//! customer wrote.

use conversation::Rejection;
use std::time::Duration;
use thiserror::Error;

/// Why the journal could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalError {
    /// A setting is wrong; nothing was tried.
    #[error("{field}: {why}")]
    Configuration { field: String, why: String },
    /// Older servers ignore the newer guards in silence, so nothing may be written through them.
    #[error(
        "nats-server at {url} is version {found}, but Earshot needs 2.15.0 or later: older ones ignore its guards in \
         silence; install a newer nats-server, or name one by EARSHOT_NATS_SERVER"
    )]
    TooOld { url: String, found: String },
    #[error("nats-server at {url} has no JetStream; start it with -js, or with a jetstream block in its configuration")]
    NoJetStream { url: String },
    #[error("nats-server at {url} refused the connection ({why}); check nats.credentials_file and the url")]
    Refused { url: String, why: String },
    /// The stream, or the server that keeps it, does less than the profile promises.
    #[error("{what} is {found}, but must be {wanted}; {cure}")]
    BelowProfile { what: String, found: String, wanted: String, cure: String },
    /// Nothing is known to be wrong but the way there: trying again later is right.
    #[error("could not {doing}: {why}; the log cannot be reached now, try again")]
    Unavailable { doing: &'static str, why: String },
    /// The server answered that it will not.
    #[error("could not {doing}: the server answered {why}")]
    Server { doing: &'static str, why: String },
    #[error("{what} was not found; `earshot set-aside list` names what is there")]
    NotFound { what: String },
    /// The stream was made anew or restored from a backup since.
    #[error(
        "asked to go on after sequence {after_sequence}, but the stream ends at {last_sequence}: it was made anew or \
         restored; delete the projection and let it be rebuilt"
    )]
    AheadOfLog { after_sequence: u64, last_sequence: u64 },
}

/// Why a record was not appended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    /// Somebody else wrote to the subject first: load it again and decide again.
    #[error("the subject has moved on past sequence {expected}; load it again and decide again")]
    Conflict { expected: u64 },
    /// The same cause has already led to a record about something else.
    #[error("the record's id is taken by sequence {sequence} on {subject}")]
    Elsewhere { sequence: u64, subject: String },
    #[error("the record has {bytes} bytes, the log takes at most {limit}; split the decision or shorten its text")]
    TooLarge { bytes: usize, limit: usize },
    /// Whether it was written may be unknown. Appending the same record again is safe.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Why a decision did not become a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransactError {
    /// The decision was no.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("others wrote to the conversation first, {rounds} times in a row; try again")]
    TooManyConflicts { rounds: u32 },
    #[error("the record's id is taken by sequence {sequence} on {subject}")]
    Elsewhere { sequence: u64, subject: String },
    #[error("the record has {bytes} bytes, the log takes at most {limit}; split the decision or shorten its text")]
    TooLarge { bytes: usize, limit: usize },
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Why a piece of work is not done.
///
/// Reasons are kept with what is set aside and shown to operators: name kinds and codes, never a customer's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkError {
    /// It failed this time. It is tried again after the delay, or after a growing one, and set aside after
    /// `max_attempts`.
    #[error("{why}")]
    Retry { why: String, after: Option<Duration> },
    /// It will never work: set aside at once.
    #[error("{why}")]
    Poison { why: String },
    /// What everything needs is down, the log itself for example. It is tried again for as long as that takes; it is
    /// no attempt and nothing is set aside.
    #[error("{why}")]
    Unavailable { why: String },
}

impl WorkError {
    /// It failed this time, for this reason.
    pub fn retry(why: impl Into<String>) -> Self {
        WorkError::Retry { why: why.into(), after: None }
    }

    /// It will never work, for this reason.
    pub fn poison(why: impl Into<String>) -> Self {
        WorkError::Poison { why: why.into() }
    }
}

impl JournalError {
    pub(crate) fn unavailable(doing: &'static str, why: impl ToString) -> Self {
        JournalError::Unavailable { doing, why: why.to_string() }
    }

    pub(crate) fn server(doing: &'static str, why: impl ToString) -> Self {
        JournalError::Server { doing, why: why.to_string() }
    }

    pub(crate) fn configuration(field: impl Into<String>, why: impl ToString) -> Self {
        JournalError::Configuration { field: field.into(), why: why.to_string() }
    }

    /// Whether trying again later is right.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, JournalError::Unavailable { .. })
    }
}

impl From<AppendError> for TransactError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { .. } => TransactError::TooManyConflicts { rounds: 1 },
            AppendError::Elsewhere { sequence, subject } => TransactError::Elsewhere { sequence, subject },
            AppendError::TooLarge { bytes, limit } => TransactError::TooLarge { bytes, limit },
            AppendError::Journal(error) => TransactError::Journal(error),
        }
    }
}

impl From<JournalError> for WorkError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Unavailable { .. } => WorkError::Unavailable { why: error.to_string() },
            other => WorkError::retry(other.to_string()),
        }
    }
}

impl From<AppendError> for WorkError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Journal(error) => error.into(),
            AppendError::Conflict { .. } => WorkError::retry(error.to_string()),
            AppendError::Elsewhere { .. } | AppendError::TooLarge { .. } => WorkError::poison(error.to_string()),
        }
    }
}

/// A rejection is poison: where a service expects one, it handles it before this conversion.
impl From<TransactError> for WorkError {
    fn from(error: TransactError) -> Self {
        match error {
            TransactError::Journal(error) => error.into(),
            TransactError::TooManyConflicts { .. } => WorkError::retry(error.to_string()),
            TransactError::Rejected(rejection) => WorkError::poison(format!("rejected: {}", rejection.code())),
            TransactError::Elsewhere { .. } | TransactError::TooLarge { .. } => WorkError::poison(error.to_string()),
        }
    }
}

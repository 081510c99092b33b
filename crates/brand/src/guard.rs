//! How grave a brand takes what the reply guard finds.

/// What the reply guard finds, as findings are called in settings and facts.
pub const FINDINGS: [&str; 11] = [
    "personal_data_in_public",
    "asks_personal_data_in_public",
    "wrong_addressee",
    "other_way",
    "tone",
    "no_apology",
    "arguing",
    "unsigned",
    "deflection",
    "repetition",
    "spelling",
];

/// Findings that hurt somebody when they go out unseen: a brand may let them pass with a warning, and never in silence.
pub const NEVER_SILENT: [&str; 3] = ["personal_data_in_public", "asks_personal_data_in_public", "wrong_addressee"];

/// Findings that a brand takes otherwise than the guard does; none stands in two lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gravity {
    /// The reply is not sent as it is.
    pub stop: Vec<String>,
    /// The person may send it all the same.
    pub warn: Vec<String>,
    /// Nothing is said.
    pub off: Vec<String>,
}

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Stop,
    Warn,
    Off,
}

impl Gravity {
    /// How the brand takes a finding of this kind; none for as the guard does.
    pub fn of(&self, kind: &str) -> Option<Taken> {
        let lists = [(&self.stop, Taken::Stop), (&self.warn, Taken::Warn), (&self.off, Taken::Off)];
        lists.into_iter().find(|(kinds, _)| kinds.iter().any(|known| known == kind)).map(|(_, taken)| taken)
    }
}

//! What can rise about a conversation: each a word that people, rules and reports share.

use crate::settings::word;

/// One thing that has risen about a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// The customer leaves, or threatens to.
    ChurnRisk,
    /// Asked again, since nobody answered.
    RepeatAsk,
    /// To and fro without a solution.
    PingPong,
    /// An old matter that spreads again.
    FlareUp,
    /// One of many about the same matter from the same region.
    Surge,
    /// A wish, or praise that many hear.
    Opportunity,
    /// Many follow the customer.
    Influencer,
    /// Shared, commented or seen by many.
    Spread,
    /// Many have long seen that nobody answers.
    Exposure,
}

impl Flag {
    pub(crate) const ALL: [(&'static str, Flag); 9] = [
        ("churn_risk", Flag::ChurnRisk),
        ("repeat_ask", Flag::RepeatAsk),
        ("ping_pong", Flag::PingPong),
        ("flare_up", Flag::FlareUp),
        ("surge", Flag::Surge),
        ("opportunity", Flag::Opportunity),
        ("influencer", Flag::Influencer),
        ("spread", Flag::Spread),
        ("exposure", Flag::Exposure),
    ];

    pub(crate) const NAMES: &'static [&'static str] = &[
        "churn_risk",
        "repeat_ask",
        "ping_pong",
        "flare_up",
        "surge",
        "opportunity",
        "influencer",
        "spread",
        "exposure",
    ];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }

    /// The flag of this name.
    pub fn named(name: &str) -> Option<Flag> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, flag)| *flag)
    }
}

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(u16);

impl Flags {
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u16) != 0
    }

    /// The flags of the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().map(|(_, flag)| flag).filter(move |flag| self.contains(*flag))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        Flags(flags.into_iter().fold(0, |set, flag| set | 1 << flag as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_names_are_the_table_s() {
        let set: Flags = [Flag::Exposure, Flag::ChurnRisk, Flag::Exposure].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Flag::ChurnRisk, Flag::Exposure]);
        assert!(!set.contains(Flag::Spread));
        assert_eq!(Flag::ALL.map(|(name, _)| name), Flag::NAMES);
        for (name, flag) in Flag::ALL {
            assert_eq!((Flag::named(name), flag.as_str()), (Some(flag), name));
        }
        assert_eq!(Flag::named("calm"), None);
    }
}

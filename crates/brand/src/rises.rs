//! What makes a conversation rise before its turn, and what counts as a surge: the thresholds of a brand, with defaults
//! that hold for a brand that says nothing. Whoever watches the log asks them; nothing is watched here.

use crate::brand::Brand;
use crate::flags::{Flag, Flags};

/// The thresholds at which conversations rise. What is none is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rises {
    pub exposure: Option<Exposure>,
    pub spread: Option<Spread>,
    pub repeat_ask: Option<RepeatAsk>,
    pub ping_pong: Option<PingPong>,
    pub repeated_offers: Option<RepeatedOffers>,
    /// Whether somebody who leaves, or threatens to, rises.
    pub churn: bool,
    pub influencer: Option<Influencer>,
    /// Whether a wish, or praise by somebody with [`Influencer::followers`], rises.
    pub opportunity: bool,
    pub flare_up: Option<FlareUp>,
    pub escalate: Option<Escalate>,
}

/// Raises [`Flag::Exposure`]: many have long seen that nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// Followers of the author times hours without an answer.
    pub reach_hours: u64,
}

/// Raises [`Flag::Spread`] when any of these is reached; none never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    pub shares: Option<u64>,
    pub comments: Option<u64>,
    pub views: Option<u64>,
    /// Shares and comments of one hour.
    pub per_hour: Option<u64>,
    /// Followers of those who spread it.
    pub reach: Option<u64>,
}

/// Raises [`Flag::RepeatAsk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatAsk {
    /// Posts of the customer since the last answer.
    pub posts: u64,
}

/// Raises [`Flag::PingPong`] while nothing is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PingPong {
    /// Times that the customer wrote again after an answer of the brand.
    pub exchanges: u64,
}

/// Suggests another way when the same is offered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedOffers {
    /// How often the same was offered.
    pub times: u64,
}

/// Raises [`Flag::Influencer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Influencer {
    pub followers: u64,
}

/// Raises [`Flag::FlareUp`] when an old conversation, solved or refused, spreads again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlareUp {
    /// How long it must have been at rest.
    pub after_seconds: u32,
    /// New shares since; none never is enough.
    pub shares: Option<u64>,
    /// New views since; none never is enough.
    pub views: Option<u64>,
}

/// Which flags bring a conversation to another team, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalate {
    pub on: Flags,
    /// Id of the team it goes to; none when the brand has no team of tier `crisis` and names no other.
    pub team: Option<String>,
    /// It comes down again when no threshold was crossed for so long and the customer does not wait.
    pub back_after_seconds: u32,
}

/// When a whole region writes at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surges {
    /// The stretch of time in which posts are counted.
    pub window_seconds: u32,
    /// Posts in the window below which nothing is a surge.
    pub at_least: u64,
    /// How many times the usual number of posts it takes.
    pub ratio: f64,
    /// It is over when the ratio was not reached for so long.
    pub quiet_seconds: u32,
    /// How far back the usual number is taken from.
    pub baseline_hours: u64,
}

impl Default for Rises {
    fn default() -> Self {
        Rises {
            exposure: Some(Exposure::default()),
            spread: Some(Spread::default()),
            repeat_ask: Some(RepeatAsk::default()),
            ping_pong: Some(PingPong::default()),
            repeated_offers: Some(RepeatedOffers::default()),
            churn: true,
            influencer: Some(Influencer::default()),
            opportunity: true,
            flare_up: Some(FlareUp::default()),
            escalate: Some(Escalate::default()),
        }
    }
}

impl Rises {
    /// Nothing rises.
    pub(crate) fn off() -> Rises {
        Rises {
            exposure: None,
            spread: None,
            repeat_ask: None,
            ping_pong: None,
            repeated_offers: None,
            churn: false,
            influencer: None,
            opportunity: false,
            flare_up: None,
            escalate: None,
        }
    }
}

impl Default for Exposure {
    fn default() -> Self {
        Exposure { reach_hours: 10_000 }
    }
}

impl Default for Spread {
    fn default() -> Self {
        Spread { shares: Some(100), comments: Some(50), views: Some(50_000), per_hour: Some(100), reach: Some(100_000) }
    }
}

impl Default for RepeatAsk {
    fn default() -> Self {
        RepeatAsk { posts: 2 }
    }
}

impl Default for PingPong {
    fn default() -> Self {
        PingPong { exchanges: 3 }
    }
}

impl Default for RepeatedOffers {
    fn default() -> Self {
        RepeatedOffers { times: 2 }
    }
}

impl Default for Influencer {
    fn default() -> Self {
        Influencer { followers: 50_000 }
    }
}

impl Default for FlareUp {
    fn default() -> Self {
        FlareUp { after_seconds: 86_400, shares: Some(50), views: Some(20_000) }
    }
}

impl Default for Escalate {
    fn default() -> Self {
        let on = [Flag::Spread, Flag::Exposure, Flag::ChurnRisk, Flag::FlareUp].into_iter().collect();
        Escalate { on, team: None, back_after_seconds: 6 * 3_600 }
    }
}

impl Default for Surges {
    fn default() -> Self {
        Surges { window_seconds: 30 * 60, at_least: 15, ratio: 4.0, quiet_seconds: 3_600, baseline_hours: 24 }
    }
}

impl Brand {
    /// The thresholds at which conversations rise.
    pub fn rises(&self) -> &Rises {
        &self.settings.rises
    }

    /// When a region's posts are a surge; none when the brand wants none recognised.
    pub fn surges(&self) -> Option<&Surges> {
        self.settings.surges.as_ref()
    }
}

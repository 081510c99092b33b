//! The networks, each in its lane: its adapter, its circuit, how many calls at once, how often, and until when a brand is
//! to wait on it.

use crate::circuit::{Change, Circuit};
use crate::metrics::Metrics;
use crate::native::door::{Native, Sending};
use crate::pace::{Going, Limit, Pace};
use crate::port::{Adapter, Message, Outcome};
use crate::settings::{Rate, Settings, Way};
use crate::webhook::Webhook;
use conversation::{BrandId, Network};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use service::Clock;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The least time that a brand waits on a network after being told to wait.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// All networks that replies can go to.
pub struct Networks {
    default: Option<Arc<Adapter>>,
    named: BTreeMap<Network, Named>,
    rate: Rate,
    lanes: Mutex<HashMap<Network, Arc<Lane>>>,
    calls_max: usize,
    circuit_failures: u32,
    circuit_open_for: SignedDuration,
    metrics: Metrics,
}

/// A network that the settings name.
struct Named {
    adapter: Option<Arc<Adapter>>,
    rate: Rate,
    limits: Vec<Limit>,
}

/// One network.
pub struct Lane {
    pub adapter: Arc<Adapter>,
    /// The network's name if the settings name it, else `other`: networks are many, labels must be few.
    pub label: String,
    /// Calls at once.
    pub calls: Semaphore,
    circuit: Circuit,
    rate: DefaultKeyedRateLimiter<BrandId>,
    pace: Pace,
    /// Until when a brand is to wait, in public and in private, which networks count apart.
    pauses: Mutex<HashMap<(BrandId, bool), Timestamp>>,
    metrics: Metrics,
}

/// Why replies wait on a network that is left alone.
pub const NETWORK_DOWN: &str = "network_down";

/// Why a reply cannot go now, and when to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNow {
    pub until: Timestamp,
    pub why: &'static str,
}

impl Networks {
    /// # Errors
    /// An HTTP client cannot be made.
    pub fn new(settings: &Settings, clock: &Clock, metrics: Metrics) -> Result<Self, reqwest::Error> {
        let webhooks = settings.checked_webhooks();
        let adapter = |way| -> Result<_, reqwest::Error> {
            Ok(Arc::new(match way {
                Way::Webhook(config) => Adapter::StandardWebhooks(Webhook::new(config, clock.clone())?),
                Way::Native(config) => Adapter::Native(Box::new(Native::new(config, clock.clone())?)),
            }))
        };
        let mut named = BTreeMap::new();
        for (network, known) in webhooks.named {
            let (rate, limits) = (known.rate, known.limits);
            named.insert(network, Named { adapter: known.way.map(adapter).transpose()?, rate, limits });
        }
        Ok(Networks {
            default: webhooks.default.map(Way::Webhook).map(adapter).transpose()?,
            named,
            rate: webhooks.rate,
            lanes: Mutex::default(),
            calls_max: settings.calls_per_network_max,
            circuit_failures: settings.circuit_failures,
            circuit_open_for: SignedDuration::from_secs_f64(settings.circuit_open_seconds),
            metrics,
        })
    }

    /// Whether any network has a place to send to.
    pub fn is_empty(&self) -> bool {
        self.default.is_none() && self.named.values().all(|named| named.adapter.is_none())
    }

    /// The lane of a network; none when nothing says where it is.
    pub fn lane(&self, network: &Network) -> Option<Arc<Lane>> {
        let named = self.named.get(network);
        let (adapter, rate, limits) = match named {
            Some(named) => (named.adapter.as_ref()?, named.rate, &named.limits[..]),
            None => (self.default.as_ref()?, self.rate, &[][..]),
        };
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(network.clone()).or_insert_with(|| {
            let label = named.map_or_else(|| "other".to_owned(), |_| network.to_string());
            self.metrics.known(&label);
            Arc::new(Lane {
                adapter: Arc::clone(adapter),
                label,
                calls: Semaphore::new(self.calls_max),
                circuit: Circuit::new(self.circuit_failures, self.circuit_open_for),
                rate: RateLimiter::keyed(quota(rate)),
                pace: Pace::new(limits.to_vec()),
                pauses: Mutex::default(),
                metrics: self.metrics.clone(),
            })
        });
        Some(Arc::clone(lane))
    }
}

fn quota(rate: Rate) -> Quota {
    let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(rate.per_minute)).allow_burst(at_least_one(rate.burst))
}

impl Lane {
    /// Whether it is left alone now, so that nothing may even be asked of it.
    pub fn down(&self, now: Timestamp) -> Option<NotNow> {
        self.circuit.open_until(now).map(|until| NotNow { until, why: NETWORK_DOWN })
    }

    /// Asks to send a reply. Going on uses up one send of its rate.
    pub fn enter(&self, message: &Message, now: Timestamp) -> Result<(), NotNow> {
        let (brand, private) = (&message.brand, message.private);
        let paused = self.pauses().get(&(brand.clone(), private)).copied();
        if let Some(until) = paused.filter(|until| *until > now) {
            return Err(NotNow { until, why: "rate_limited" });
        }
        if let Err(not_yet) = self.rate.check_key(brand) {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            return Err(NotNow { until: now + wait, why: "rate" });
        }
        let (chat, group, points) = self.adapter.counted(message);
        let going = Going { account: brand.as_str(), chat: &chat, group, private, points };
        self.pace.enter(&going, now).map_err(|until| NotNow { until, why: "rate" })?;
        match self.circuit.enter(now) {
            Some(until) => Err(NotNow { until, why: NETWORK_DOWN }),
            None => Ok(()),
        }
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<(BrandId, bool), Timestamp>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a brand wait, unless it waits for longer already.
    fn pause(&self, brand: &BrandId, private: bool, until: Timestamp) {
        let mut pauses = self.pauses();
        let known = pauses.entry((brand.clone(), private)).or_insert(until);
        *known = until.max(*known);
    }

    /// Learns from what a send ended in. Answers whether the network is left alone from now on, or works again.
    pub fn heard(&self, message: &Message, sending: &Sending, now: Timestamp) -> Option<Change> {
        let (brand, outcome) = (&message.brand, &sending.outcome);
        let change = self.circuit.heard(outcome.shows_health(), now);
        match change {
            Some(Change::Opened) => {
                tracing::warn!(network = self.label, "a network fails again and again; it is left alone for a while");
                self.metrics.down(&self.label, true);
            }
            Some(Change::Closed) => {
                tracing::info!(network = self.label, "a network works again");
                self.metrics.down(&self.label, false);
            }
            None => {}
        }
        match outcome {
            Outcome::RateLimited { retry_after } => {
                let until = now + retry_after.unwrap_or(PAUSE_MIN).max(PAUSE_MIN);
                self.pause(brand, message.private, until);
            }
            Outcome::Stopped { reason, pause } => {
                tracing::error!(network = self.label, %brand, reason = reason.code(),
                    "the network takes nothing more from this account for a while; look at the account there");
                self.pause(brand, false, now + *pause);
                self.pause(brand, true, now + *pause);
            }
            _ => {}
        }
        if let Some(until) = sending.ease {
            self.pause(brand, message.private, until);
        }
        change
    }
}

//! The networks, each in its lane: its adapter, its circuit, how many calls at once, how often, and until when a brand is
//! to wait on it.

use crate::circuit::{Change, Circuit};
use crate::metrics::Metrics;
use crate::port::{Adapter, Outcome};
use crate::settings::{Rate, Settings};
use crate::webhook::Webhook;
use conversation::{BrandId, Network};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use service::Clock;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The least time that a brand waits on a network after being told to wait.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// All networks that replies can go to.
pub struct Networks {
    default: Option<Arc<Adapter>>,
    named: BTreeMap<Network, (Option<Arc<Adapter>>, Rate)>,
    rate: Rate,
    lanes: Mutex<HashMap<Network, Arc<Lane>>>,
    calls_max: usize,
    circuit_failures: u32,
    circuit_open_for: SignedDuration,
    metrics: Metrics,
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
    pauses: Mutex<HashMap<BrandId, Timestamp>>,
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
        let adapter = |config| -> Result<_, reqwest::Error> {
            Ok(Arc::new(Adapter::StandardWebhooks(Webhook::new(config, clock.clone())?)))
        };
        let mut named = BTreeMap::new();
        for (network, (config, rate)) in webhooks.named {
            named.insert(network, (config.map(adapter).transpose()?, rate));
        }
        Ok(Networks {
            default: webhooks.default.map(adapter).transpose()?,
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
        self.default.is_none() && self.named.values().all(|(adapter, _)| adapter.is_none())
    }

    /// The lane of a network; none when nothing says where it is.
    pub fn lane(&self, network: &Network) -> Option<Arc<Lane>> {
        let named = self.named.get(network);
        let (adapter, rate) = match named {
            Some((adapter, rate)) => (adapter.as_ref()?, *rate),
            None => (self.default.as_ref()?, self.rate),
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

    /// Asks to send for a brand. Going on uses up one send of its rate.
    pub fn enter(&self, brand: &BrandId, now: Timestamp) -> Result<(), NotNow> {
        let paused = self.pauses.lock().unwrap_or_else(PoisonError::into_inner).get(brand).copied();
        if let Some(until) = paused.filter(|until| *until > now) {
            return Err(NotNow { until, why: "rate_limited" });
        }
        if let Err(not_yet) = self.rate.check_key(brand) {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            return Err(NotNow { until: now + wait, why: "rate" });
        }
        match self.circuit.enter(now) {
            Some(until) => Err(NotNow { until, why: NETWORK_DOWN }),
            None => Ok(()),
        }
    }

    /// Learns from what a send ended in. Answers whether the network is left alone from now on, or works again.
    pub fn heard(&self, brand: &BrandId, outcome: &Outcome, now: Timestamp) -> Option<Change> {
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
        if let Outcome::RateLimited { retry_after } = outcome {
            let until = now + retry_after.unwrap_or(PAUSE_MIN).max(PAUSE_MIN);
            self.pauses.lock().unwrap_or_else(PoisonError::into_inner).insert(brand.clone(), until);
        }
        change
    }
}

//! Words of the brand that belong to no conversation, and their way out: the posts at the ends of shifts, and news for the
//! brand's people. They go out as replies
//! do, by the same lanes and under the same promise: once, or known not to be there, or left to a person.
//!
//! - [`view`]: every notice that is not done, a fold of the log ([`mod@follow`]);
//! - [`run`]: what of them is due;
//! - [`deliver`]: the protocol of one notice, [`written`]: its facts;
//! - [`way`]: where it goes; [`grpc`]: what people see of it, and settle.

mod deliver;
mod follow;
mod grpc;
mod metrics;
mod run;
mod view;
mod way;
mod written;

pub use deliver::Courier;
pub use follow::follow;
pub use grpc::Counter;
pub use run::{IN_FLIGHT_MAX, Letters};
pub use view::Notices;
use view::What;
pub use way::Ways;

use crate::settings::Settings;
use jiff::SignedDuration;

/// How often a notice is tried, and with what between.
#[derive(Debug, Clone)]
pub struct Rules {
    attempts_max: u32,
    retry_waits_seconds: Vec<f64>,
    tell_waits_seconds: Vec<f64>,
    /// How long a try without a result may still be going on, by whoever began it.
    pub settle_after: SignedDuration,
    /// For how long a receiver that cannot be asked now is asked again.
    pub patience: SignedDuration,
}

impl Rules {
    pub fn of(settings: &Settings) -> Rules {
        Rules {
            attempts_max: settings.attempts_max,
            retry_waits_seconds: settings.retry_waits_seconds.clone(),
            tell_waits_seconds: settings.tell_waits_seconds.clone(),
            settle_after: settings.settle_after(),
            patience: SignedDuration::from_secs_f64(settings.lookup_patience_seconds),
        }
    }

    /// How often it is tried: news for a person once more than there are waits.
    pub fn attempts_max(&self, what: &What) -> u32 {
        match what {
            What::ShiftPost { .. } => self.attempts_max,
            What::Person { .. } => u32::try_from(self.tell_waits_seconds.len()).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// The waits between the tries, of which the last goes on.
    pub fn waits(&self, what: &What) -> &[f64] {
        match what {
            What::ShiftPost { .. } => &self.retry_waits_seconds,
            What::Person { .. } => &self.tell_waits_seconds,
        }
    }
}

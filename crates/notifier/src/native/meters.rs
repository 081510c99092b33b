//! What a network says of how much is left, beside its answers: an account that has used up its share waits until the network
//! counts anew, and does not run into a 429 first.

use super::Dialect;
use crate::answer::Answer;
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// The longest wait that a meter may ask for.
const WAIT_MAX: Duration = Duration::from_secs(24 * 3600);
/// From this percentage on an account goes slower, and from the second one it stops.
const SLOW_AT: f64 = 80.0;
const STOP_AT: f64 = 95.0;
/// How long it stops when no time is told.
const STOP_FOR: Duration = Duration::from_secs(300);

/// Until when the account should wait, by what the network says beside its answer.
pub fn ease(dialect: Dialect, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let wait = match dialect {
        Dialect::X => used_up(answer, "x-rate-limit-remaining", 1.0).then(|| reset(answer, "x-rate-limit-reset", now)),
        Dialect::Mastodon => {
            used_up(answer, "x-ratelimit-remaining", 1.0).then(|| reset(answer, "x-ratelimit-reset", now))
        }
        Dialect::Bluesky => {
            let cost = f64::from(dialect.cost());
            used_up(answer, "ratelimit-remaining", cost).then(|| reset(answer, "ratelimit-reset", now))
        }
        Dialect::Reddit => {
            used_up(answer, "x-ratelimit-remaining", 1.0).then(|| seconds(answer, "x-ratelimit-reset", now))
        }
        Dialect::Facebook | Dialect::Instagram | Dialect::Whatsapp => Some(usage(answer)),
        Dialect::Telegram | Dialect::Line | Dialect::Slack | Dialect::Sms => None,
    }??;
    (wait > Duration::ZERO).then(|| now + wait)
}

fn used_up(answer: &Answer, name: &str, cost: f64) -> bool {
    answer.header(name).and_then(|left| left.parse::<f64>().ok()).is_some_and(|left| left < cost)
}

/// How long until the instant that a header names: seconds since 1970, or a time in words. Else what `Retry-After` says.
pub fn reset(answer: &Answer, name: &str, now: Timestamp) -> Option<Duration> {
    let at = answer.header(name).and_then(super::same::time);
    let wait = at.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO));
    wait.map(|wait| wait.min(WAIT_MAX)).or(answer.retry_after)
}

/// How long a header says in seconds. Else what `Retry-After` says.
pub fn seconds(answer: &Answer, name: &str, _now: Timestamp) -> Option<Duration> {
    let seconds = answer.header(name).and_then(|text| text.parse::<f64>().ok()).filter(|seconds| *seconds >= 0.0);
    seconds.map(|seconds| Duration::from_secs_f64(seconds.min(86_400.0))).or(answer.retry_after)
}

/// How long to wait by Meta's percentages, of the app and of each of its uses.
fn usage(answer: &Answer) -> Option<Duration> {
    let read = |name| answer.header(name).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let (mut most, mut minutes) = (0.0_f64, 0.0_f64);
    let mut look = |one: &Value| {
        for name in ["call_count", "total_cputime", "total_time"] {
            most = most.max(one[name].as_f64().unwrap_or(0.0));
        }
        minutes = minutes.max(one["estimated_time_to_regain_access"].as_f64().unwrap_or(0.0));
    };
    if let Some(app) = read("x-app-usage") {
        look(&app);
    }
    if let Some(Value::Object(uses)) = read("x-business-use-case-usage") {
        uses.values().filter_map(Value::as_array).flatten().for_each(look);
    }
    if minutes > 0.0 {
        return Some(Duration::from_secs_f64(minutes * 60.0).min(WAIT_MAX));
    }
    match most {
        most if most >= STOP_AT => Some(STOP_FOR),
        // The nearer to the end, the longer between two replies.
        most if most >= SLOW_AT => Some(Duration::from_secs_f64(1.0 + most - SLOW_AT)),
        _ => None,
    }
}

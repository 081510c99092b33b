//! The order of work: one documented score. A point is a minute: whoever scores ten points more stands where he would stand
//! had he waited ten minutes longer, so that nobody waits for ever behind others who burn.
//!
//! | Part | Points |
//! |---|---|
//! | late | minutes past the time by which an answer is due, negative before it; without a target it is due a day after the wait began |
//! | priority | urgent +240, high +60, normal 0, low -120 |
//! | breached | +60 once the target is missed |
//! | each flag | churn_risk +60, spread +60, flare_up +60, exposure +45, repeat_ask +30, ping_pong +30, influencer +30, opportunity +20, surge +10, repeated_offers +10 |
//! | reach | +10 for every tenfold of the followers from a hundred on |
//! | escalated | +60 |
//!
//! Time moves all scores alike, so the order changes only with facts. Who waits for the brand goes before who does not.

use crate::view::Entry;
use conversation::rising::Flag;
use conversation::routed::Priority;
use conversation::{Conversation, ConversationId, Status};
use jiff::{SignedDuration, Timestamp};

/// Sorts ascending: the smallest key is the most urgent. The id makes the order total, so that pages do not overlap.
pub type Key = (u8, Timestamp, ConversationId);

/// A part of the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// `late`, `priority`, `breached`, `reach`, `escalated` or the name of a flag.
    pub name: &'static str,
    /// Minutes.
    pub points: f64,
}

/// Where a conversation stands among the others.
pub fn key(conversation: ConversationId, state: &Conversation) -> Key {
    let rank = match state.status() {
        Status::Open => 0,
        Status::New => 1,
        Status::WaitingForCustomer => 2,
        Status::Resolved => 3,
        Status::Merged => 4,
    };
    let at = match due(state) {
        Some(due) => due.checked_sub(bonus(state)).unwrap_or(Timestamp::MIN),
        // Nobody waits: the newest first.
        None => {
            let newest = state.last_activity_at.unwrap_or(Timestamp::UNIX_EPOCH);
            Timestamp::from_second(-newest.as_second()).unwrap_or(Timestamp::MAX)
        }
    };
    (rank, at, conversation)
}

/// Where a conversation of the desk stands.
pub fn key_of(conversation: ConversationId, entry: &Entry) -> Key {
    key(conversation, &entry.state)
}

/// The score of a conversation that waits, part by part; empty when nobody waits.
pub fn score(state: &Conversation, now: Timestamp) -> Vec<Part> {
    let Some(due) = due(state) else { return Vec::new() };
    let late = now.duration_since(due).as_secs_f64() / 60.0;
    let mut parts = vec![Part { name: "late", points: late }];
    parts.extend(bonuses(state).filter(|part| part.points != 0.0));
    parts
}

/// When an answer is due to whoever waits: by the target, or a day after the wait began.
fn due(state: &Conversation) -> Option<Timestamp> {
    if state.status() != Status::Open {
        return None;
    }
    let since = state.waiting_since()?;
    let day = SignedDuration::from_hours(24);
    Some(state.deadline.as_ref().map_or(since.checked_add(day).unwrap_or(Timestamp::MAX), |open| open.due_at))
}

fn bonus(state: &Conversation) -> SignedDuration {
    let minutes: f64 = bonuses(state).map(|part| part.points).sum();
    SignedDuration::from_secs((minutes * 60.0).round() as i64)
}

fn bonuses(state: &Conversation) -> impl Iterator<Item = Part> {
    let part = |name, points| Part { name, points };
    let breached = state.deadline.as_ref().is_some_and(|open| open.breached);
    let priority = match state.priority {
        Priority::Urgent => 240.0,
        Priority::High => 60.0,
        Priority::Normal => 0.0,
        Priority::Low => -120.0,
    };
    let fixed = [
        part("priority", priority),
        part("breached", if breached { 60.0 } else { 0.0 }),
        part("reach", tenfolds(state.reach()) * 10.0),
        part("escalated", if state.escalated { 60.0 } else { 0.0 }),
    ];
    fixed.into_iter().chain(state.flags.iter().map(move |raised| part(raised.flag.as_str(), of_flag(raised.flag))))
}

/// Whole tenfolds from a hundred on, so that no platform's logarithm has a say in the order.
fn tenfolds(followers: u64) -> f64 {
    f64::from((followers / 100).checked_ilog10().map_or(0, |tenfolds| tenfolds + 1))
}

fn of_flag(flag: Flag) -> f64 {
    match flag {
        Flag::ChurnRisk | Flag::Spread | Flag::FlareUp => 60.0,
        Flag::Exposure => 45.0,
        Flag::RepeatAsk | Flag::PingPong | Flag::Influencer => 30.0,
        Flag::Opportunity => 20.0,
        Flag::Surge | Flag::RepeatedOffers => 10.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::deadlines::{DeadlineClock, DeadlineKind};
    use conversation::state::{Deadline, Raised};
    use conversation::{BrandId, CustomerId, Network};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
    }

    fn id(name: &str) -> ConversationId {
        let customer = CustomerId::of(&BrandId::new("b").unwrap(), &Network::new("x").unwrap(), name);
        ConversationId::of(&customer, 0)
    }

    fn waits(since: i64, target: Option<i64>) -> Conversation {
        let mut state = Conversation { opened: true, ..Conversation::default() };
        state.reopened_at = Some(at(since));
        state.deadline = target.map(|minutes| Deadline {
            kind: DeadlineKind::FirstResponse,
            clock_started_at: at(since),
            due_at: at(since + minutes),
            clock: DeadlineClock::Calendar,
            warn_at: None,
            breached: false,
            paused_at: None,
        });
        state
    }

    #[test]
    fn what_burns_comes_first() {
        let calm = waits(0, Some(60));
        let older = waits(-30, Some(60));
        let mut breached = waits(-20, Some(60));
        breached.deadline.as_mut().unwrap().breached = true;
        let urgent = Conversation { priority: Priority::Urgent, ..waits(60, Some(60)) };
        let mut leaving = waits(10, Some(60));
        leaving.flags.push(Raised { flag: Flag::ChurnRisk, at: at(10) });
        let no_target = waits(-90, None);
        let mut all = [
            ("calm", calm),
            ("no target", no_target),
            ("urgent", urgent),
            ("leaving", leaving),
            ("older", older),
            ("breached", breached),
        ];
        all.sort_by_key(|(name, state)| key(id(name), state));
        let order: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(order, ["urgent", "breached", "leaving", "older", "calm", "no target"]);
    }

    #[test]
    fn the_parts_of_the_score_make_the_order() {
        let mut state = Conversation { priority: Priority::High, ..waits(0, Some(60)) };
        state.flags.push(Raised { flag: Flag::RepeatAsk, at: at(5) });
        let parts = score(&state, at(90));
        let expected = [("late", 30.0), ("priority", 60.0), ("repeat_ask", 30.0)];
        assert_eq!(parts, expected.map(|(name, points)| Part { name, points }));
        let total: f64 = parts.iter().map(|part| part.points).sum();
        let (_, stands_at, _) = key(id("a"), &state);
        assert_eq!(at(90).duration_since(stands_at).as_secs_f64() / 60.0, total, "the key is the score, turned round");
    }

    #[test]
    fn reach_counts_in_tenfolds() {
        let points: Vec<f64> = [0, 99, 100, 999, 1_000, 100_000].map(tenfolds).to_vec();
        assert_eq!(points, [0.0, 0.0, 1.0, 1.0, 2.0, 4.0]);
    }
}

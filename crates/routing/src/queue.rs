//! The order of work: what burns comes first. Those who wait go before those who do not; among them the breached
//! first, then by priority, then by when an answer is due, then by how long they have waited.

use crate::desk::Entry;
use conversation::routed::Priority;
use conversation::{ConversationId, Status};
use jiff::Timestamp;
use std::cmp::Reverse;

/// Sorts ascending: the smallest key is the most urgent. The id makes the order total, so that pages do not overlap.
pub type Key = (u8, Reverse<bool>, Reverse<Priority>, Timestamp, Timestamp, Reverse<Timestamp>, ConversationId);

pub fn key(conversation: ConversationId, entry: &Entry) -> Key {
    let state = &entry.state;
    let status = state.status();
    let rank = match status {
        Status::Open => 0,
        Status::New => 1,
        Status::WaitingForCustomer => 2,
        Status::Resolved => 3,
        Status::Merged => 4,
    };
    let waits = status == Status::Open;
    let breached = waits && state.deadline.as_ref().is_some_and(|deadline| deadline.breached);
    let due = state.deadline.as_ref().filter(|_| waits).map_or(Timestamp::MAX, |deadline| deadline.due_at);
    let waiting = state.waiting_since().filter(|_| waits).unwrap_or(Timestamp::MAX);
    let priority = if waits { state.priority } else { Priority::Low };
    let newest = state.last_activity_at.unwrap_or(Timestamp::MIN);
    (rank, Reverse(breached), Reverse(priority), due, waiting, Reverse(newest), conversation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::deadlines::DeadlineKind;
    use conversation::state::Deadline;
    use conversation::{BrandId, Conversation, CustomerId, Network, PostKey};

    fn entry(minute: i64, priority: Priority, breached: Option<bool>) -> (ConversationId, Entry) {
        let brand = BrandId::new("b").unwrap();
        let network = Network::new("x").unwrap();
        let customer = CustomerId::of(&brand, &network, &format!("{minute}{priority:?}{breached:?}"));
        let at = Timestamp::from_second(1_700_000_000 + minute * 60).unwrap();
        let mut state = Conversation { opened: true, priority, ..Conversation::default() };
        state.reopened_at = Some(at);
        state.deadline = breached.map(|breached| Deadline {
            kind: DeadlineKind::FirstResponse,
            clock_started_at: at,
            due_at: at.checked_add(jiff::SignedDuration::from_mins(60)).unwrap(),
            breached,
        });
        let _ = PostKey::of(&brand, &network, "1");
        (ConversationId::of(&customer, 0), Entry { brand, customer, state, version: 1 })
    }

    #[test]
    fn what_burns_comes_first() {
        let mut all = [
            ("calm", entry(0, Priority::Normal, Some(false))),
            ("breached", entry(50, Priority::Normal, Some(true))),
            ("urgent", entry(60, Priority::Urgent, Some(false))),
            ("older", entry(-30, Priority::Normal, Some(false))),
            ("no target", entry(-90, Priority::Normal, None)),
        ];
        all.sort_by_key(|(_, (id, entry))| key(*id, entry));
        let order: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(order, ["breached", "urgent", "older", "calm", "no target"]);
    }
}

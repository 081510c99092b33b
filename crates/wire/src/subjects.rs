//! The subjects of the log: `earshot.<partition>.<brand>.<kind>[.<id>...]`. The subject is the unit of order and of
//! the expected-sequence guard; what kind of fact a record holds stands in its payload.
//!
//! Timers stand beside the log, under a root of their own: they are no facts, every one replaces another or is taken
//! away, and what the server does for that it would do to all who follow the log.

use crate::due::Due;
use conversation::ids::{PARTITIONS, partition};
use conversation::{BrandId, ConversationId, CustomerId, Subject};

/// Every record.
pub const ALL: &str = "earshot.>";
/// The records of all conversations.
pub const CONVERSATIONS: &str = "earshot.*.*.conversation.*";
/// The records about the brands themselves.
pub const BRANDS: &str = "earshot.*.*.brand";
/// The records about customers, whatever they write about.
pub const CUSTOMERS: &str = "earshot.*.*.customer.*";
/// Posts that rules kept out of the care queue.
pub const FILTERED: &str = "earshot.*.*.filtered.*";
/// Words of the brand that belong to no conversation.
pub const NOTICES: &str = "earshot.*.*.notice.*";
/// Timers that have come due.
pub const DUE: &str = "timers.*.*.due.>";
/// Everything about timers: those that wait, which the server holds, and those that have come due.
pub const TIMERS: &str = "timers.>";

fn prefix(brand: &BrandId, customer: Option<&CustomerId>) -> String {
    const { assert!(PARTITIONS <= 100, "a partition is at most two digits") };
    format!("earshot.{}.{brand}", partition(brand, customer))
}

fn of_timer(kind: &str, due: &Due) -> String {
    let Due { brand, customer, conversation, .. } = due;
    format!("timers.{}.{brand}.{kind}.{conversation}.{}", partition(brand, Some(customer)), due.what())
}

/// Where the records of a subject stand.
pub fn of(subject: &Subject) -> String {
    match subject {
        Subject::Conversation { brand, customer, conversation } => {
            format!("{}.conversation.{conversation}", prefix(brand, Some(customer)))
        }
        Subject::Customer { brand, customer } => format!("{}.customer.{customer}", prefix(brand, Some(customer))),
        Subject::Filtered { brand, customer, post } => format!("{}.filtered.{post}", prefix(brand, Some(customer))),
        Subject::Brand { brand } => format!("{}.brand", prefix(brand, None)),
        Subject::Notice { brand, notice } => format!("{}.notice.{notice}", prefix(brand, None)),
    }
}

/// A filter of all conversations of a brand, or of every brand.
pub fn conversations_of(brand: Option<&BrandId>) -> String {
    match brand {
        Some(brand) => format!("earshot.*.{brand}.conversation.*"),
        None => CONVERSATIONS.to_owned(),
    }
}

/// A filter that finds a conversation when only its id is known.
pub fn any_conversation(conversation: &ConversationId) -> String {
    format!("earshot.*.*.conversation.{conversation}")
}

/// Where a timer waits. Arming it again on the same subject replaces it.
pub fn timer(due: &Due) -> String {
    of_timer("timer", due)
}

/// Where a timer arrives when it comes due.
pub fn due(due: &Due) -> String {
    of_timer("due", due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::Network;

    #[test]
    fn a_subject_holds_nothing_that_a_customer_chose() {
        let brand = BrandId::new("aurora-air").unwrap();
        let customer = CustomerId::of(&brand, &Network::new("x").unwrap(), "the.handle *>");
        let conversation = ConversationId::of(&customer, 0);
        let subject = of(&Subject::Conversation { brand, customer, conversation });
        assert!(!subject.contains("handle"));
        assert_eq!(subject.split('.').count(), 5);
        assert!(subject.ends_with(&conversation.to_string()));
    }

    #[test]
    fn the_partition_is_what_the_server_computes() {
        // FNV-1a 32 of "a" is 0xe40c292c, as published with the algorithm.
        let brand = BrandId::new("a").unwrap();
        assert_eq!(partition(&brand, None), 0xe40c_292c_u32 % PARTITIONS);
    }
}

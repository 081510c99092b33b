//! One record = one decision = one message of the log: all facts of a decision are stored together or not at all.

use crate::fact::Fact;
use crate::ids::{BrandId, ConversationId, CustomerId, NoticeId, PersonId, PostKey, RecordId};
use jiff::Timestamp;

/// What a record is about: a conversation of a customer, or the brand itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Conversation {
        brand: BrandId,
        customer: CustomerId,
        conversation: ConversationId,
    },
    /// A customer, whatever he writes about.
    Customer {
        brand: BrandId,
        customer: CustomerId,
    },
    /// A post that a rule kept out of the care queue.
    Filtered {
        brand: BrandId,
        customer: CustomerId,
        post: PostKey,
    },
    /// Settings, presence, counts of intake.
    Brand {
        brand: BrandId,
    },
    /// A word of the brand that belongs to no conversation.
    Notice {
        brand: BrandId,
        notice: NoticeId,
    },
}

impl Subject {
    pub fn brand(&self) -> &BrandId {
        match self {
            Subject::Conversation { brand, .. }
            | Subject::Customer { brand, .. }
            | Subject::Filtered { brand, .. }
            | Subject::Notice { brand, .. }
            | Subject::Brand { brand } => brand,
        }
    }

    /// Whose story this is; none for what is about the brand as a whole.
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Subject::Conversation { customer, .. }
            | Subject::Customer { customer, .. }
            | Subject::Filtered { customer, .. } => Some(*customer),
            Subject::Brand { .. } | Subject::Notice { .. } => None,
        }
    }

    /// The conversation, for records that are about one.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Subject::Conversation { conversation, .. } => Some(*conversation),
            Subject::Customer { .. } | Subject::Filtered { .. } | Subject::Brand { .. } | Subject::Notice { .. } => {
                None
            }
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A service of Earshot, by its name.
    Service(String),
    /// A person of the brand.
    Person(PersonId),
    /// The customer, through a network.
    Customer,
    /// An import of history.
    Import,
}

/// One record of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: RecordId,
    pub subject: Subject,
    /// When it happened, by the clock of whoever did it.
    pub occurred_at: Timestamp,
    /// When Earshot wrote it down.
    pub recorded_at: Timestamp,
    pub actor: Actor,
    /// The record or request that led to this one.
    pub caused_by: Option<RecordId>,
    /// The first record of the chain: the post that all this follows from.
    pub correlation: Option<RecordId>,
    /// Never empty.
    pub facts: Vec<Fact>,
}

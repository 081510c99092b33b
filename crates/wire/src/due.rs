//! What a scheduled message carries when a deadline comes due.

use crate::scalar::{name, required};
use crate::{WireError, inward, outward, pb, timestamp};
use bytes::Bytes;
use conversation::deadlines::DeadlineKind;
use conversation::{BrandId, ConversationId, CustomerId};
use jiff::Timestamp;
use prost::Message;

/// When a conversation is looked at again, as a timer. Each kind has a timer of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub brand: BrandId,
    pub customer: CustomerId,
    pub conversation: ConversationId,
    /// None: it is looked at for whatever its state calls for.
    pub kind: Option<DeadlineKind>,
    pub due_at: Timestamp,
}

impl Due {
    /// What it is for, as it stands in the timer's subject.
    pub fn what(&self) -> &'static str {
        self.kind.map_or("look", DeadlineKind::as_str)
    }
}

pub fn encode_due(due: &Due) -> Bytes {
    let message = pb::conversation::DeadlineDue {
        brand: due.brand.to_string(),
        customer_id: due.customer.to_string(),
        conversation_id: due.conversation.to_string(),
        kind: due.kind.map_or(pb::conversation::DeadlineKind::Unspecified, outward::deadline_kind).into(),
        due_at: Some(timestamp(due.due_at)),
    };
    message.encode_to_vec().into()
}

pub fn decode_due(bytes: &[u8]) -> Result<Due, WireError> {
    let message = pb::conversation::DeadlineDue::decode(bytes).map_err(|_| WireError::NotProtobuf)?;
    Ok(Due {
        brand: name("brand", &message.brand)?,
        customer: name("customer_id", &message.customer_id)?,
        conversation: name("conversation_id", &message.conversation_id)?,
        kind: (message.kind != 0).then(|| inward::deadline_kind(message.kind)).transpose()?,
        due_at: required("due_at", message.due_at)?,
    })
}

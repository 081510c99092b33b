//! What a scheduled message carries when a deadline comes due.

use crate::scalar::{name, required};
use crate::{WireError, inward, outward, pb, timestamp};
use bytes::Bytes;
use conversation::deadlines::DeadlineKind;
use conversation::{BrandId, ConversationId, CustomerId};
use jiff::Timestamp;
use prost::Message;

/// A deadline of a conversation, as a timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub brand: BrandId,
    pub customer: CustomerId,
    pub conversation: ConversationId,
    pub kind: DeadlineKind,
    pub due_at: Timestamp,
}

pub fn encode_due(due: &Due) -> Bytes {
    let message = pb::conversation::DeadlineDue {
        brand: due.brand.to_string(),
        customer_id: due.customer.to_string(),
        conversation_id: due.conversation.to_string(),
        kind: outward::deadline_kind(due.kind).into(),
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
        kind: inward::deadline_kind(message.kind)?,
        due_at: required("due_at", message.due_at)?,
    })
}

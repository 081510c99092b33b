//! Names of things. Every id is checked where it is made, so the rest of the code never asks again whether
//! it is sound. Ids that could lead to a person are derived by a hash: the log's subjects are not encrypted,
//! so no handle and no name may stand in one.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;
use uuid::Uuid;

/// Why a text is not an id. It never repeats the text, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} is not valid: {why}")]
pub struct InvalidId {
    pub field: &'static str,
    pub why: &'static str,
}

/// A short name out of `a-z`, `0-9` and `-`: safe in a subject, a file name and a metric label.
fn check_slug(field: &'static str, text: &str, longest: usize) -> Result<(), InvalidId> {
    let wrong = |why| Err(InvalidId { field, why });
    if text.is_empty() {
        return wrong("it is empty; use a-z, 0-9 and -");
    }
    if text.len() > longest {
        return wrong("it is too long; brands have at most 32 characters, other names 64");
    }
    if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_') {
        return wrong("only a-z, 0-9, - and _ are allowed");
    }
    Ok(())
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $field:literal, $longest:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text: 1 to the longest allowed length of `a-z`, `0-9`, `-`, `_`.
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                check_slug($field, text.as_ref(), $longest)?;
                Ok(Self(text.as_ref().into()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.into()
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    };
}

slug!(
    /// A brand, e.g. `aurora-air`.
    BrandId, "brand", 32
);
slug!(
    /// A network, e.g. `x`, `mastodon`, `whatsapp`. The set is open: a new network needs no new code here.
    Network, "network", 64
);
slug!(
    /// A person who answers for a brand, as named in its settings.
    PersonId, "person", 64
);
slug!(
    /// A team of a brand, as named in its settings.
    TeamId, "team", 64
);

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// Reads the simple (32 hex digits) or hyphenated form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| InvalidId { field: $field, why: "it is not 32 hex digits" })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(self.0.as_simple(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }
    };
}

opaque!(
    /// One author on one network, to one brand.
    CustomerId, "customer_id"
);
opaque!(
    /// One customer's matter with one brand.
    ConversationId, "conversation_id"
);
opaque!(
    /// One post or private message, by the network's own id.
    PostKey, "post_key"
);
opaque!(
    /// One reply of the brand.
    ReplyId, "reply_id"
);
opaque!(
    /// One record of the log, and what it was caused by.
    RecordId, "record_id"
);
opaque!(
    /// One internal note.
    NoteId, "note_id"
);
opaque!(
    /// One call that a customer was promised.
    CallbackId, "callback_id"
);
opaque!(
    /// One promise to a customer.
    PromiseId, "promise_id"
);
opaque!(
    /// What makes a whole region write at once.
    IncidentId, "incident_id"
);
opaque!(
    /// A word of the brand that belongs to no conversation.
    NoticeId, "notice_id"
);

/// A hash over named parts, each preceded by its length so that no two lists of parts collide.
fn derive(kind: &str, parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl CustomerId {
    /// The author with this id on this network, as this brand's customer.
    pub fn of(brand: &BrandId, network: &Network, native_author_id: &str) -> Self {
        let parts = [brand.as_str().as_bytes(), network.as_str().as_bytes(), native_author_id.as_bytes()];
        Self(derive("customer", &parts))
    }
}

impl ConversationId {
    /// The `ordinal`-th matter (from 0) of a customer. Two ingest instances that meet a customer's post at
    /// the same instant derive the same id, and the log's expected-sequence guard lets one of them open it.
    pub fn of(customer: &CustomerId, ordinal: u32) -> Self {
        Self(derive("conversation", &[customer.0.as_bytes(), &ordinal.to_be_bytes()]))
    }
}

impl PostKey {
    /// The post with this id on this network, as seen by this brand.
    pub fn of(brand: &BrandId, network: &Network, native_post_id: &str) -> Self {
        let parts = [brand.as_str().as_bytes(), network.as_str().as_bytes(), native_post_id.as_bytes()];
        Self(derive("post", &parts))
    }
}

impl RecordId {
    /// The id of the record that `cause` makes `service` write: the same cause always gives the same id, so a
    /// retry is recognised however late it comes.
    pub fn caused(service: &str, cause: &[u8]) -> Self {
        Self(derive("record", &[service.as_bytes(), cause]))
    }
}

impl ReplyId {
    /// The reply of one request, so that a repeated request is the same reply.
    pub fn of(conversation: &ConversationId, request: &RecordId) -> Self {
        Self(derive("reply", &[conversation.0.as_bytes(), request.0.as_bytes()]))
    }
}

impl ReplyId {
    /// The n-th part, from 1, of the reply of one request; the first part is the reply itself.
    pub fn of_part(conversation: &ConversationId, request: &RecordId, part: u32) -> Self {
        match part {
            0 | 1 => ReplyId::of(conversation, request),
            _ => Self(derive("reply", &[conversation.0.as_bytes(), request.0.as_bytes(), &part.to_be_bytes()])),
        }
    }
}

impl NoteId {
    /// The note of one request, so that a repeated request is the same note.
    pub fn of(conversation: &ConversationId, request: &RecordId) -> Self {
        Self(derive("note", &[conversation.0.as_bytes(), request.0.as_bytes()]))
    }
}

impl CallbackId {
    /// The callback of one request, so that a repeated request is the same callback.
    pub fn of(conversation: &ConversationId, request: &RecordId) -> Self {
        Self(derive("callback", &[conversation.0.as_bytes(), request.0.as_bytes()]))
    }
}

impl PromiseId {
    /// The promise of one request, so that a repeated request is the same promise.
    pub fn of(customer: &CustomerId, request: &RecordId) -> Self {
        Self(derive("promise", &[customer.0.as_bytes(), request.0.as_bytes()]))
    }
}

impl IncidentId {
    /// The incident that the surge of a region and topic is, which began with this post: two copies of routing that see it
    /// at the same instant name it alike.
    pub fn of(brand: &BrandId, region: &str, topic: &str, first_post_at: jiff::Timestamp) -> Self {
        let at = first_post_at.as_nanosecond().to_be_bytes();
        Self(derive("incident", &[brand.as_str().as_bytes(), region.as_bytes(), topic.as_bytes(), &at]))
    }
}

impl NoticeId {
    /// The post of a team at one end (`morning`, `evening`) of the shift that begins or ends at this instant.
    pub fn of_shift(brand: &BrandId, team: &TeamId, shift: &str, at: jiff::Timestamp) -> Self {
        let (brand, team) = (brand.as_str().as_bytes(), team.as_str().as_bytes());
        Self(derive("shift", &[brand, team, shift.as_bytes(), &at.as_nanosecond().to_be_bytes()]))
    }

    /// One piece of news for a person that goes at once.
    pub fn of_news(person: &PersonId, way: &str, news: &str, cause: RecordId) -> Self {
        let person = person.as_str().as_bytes();
        Self(derive("news", &[person, way.as_bytes(), news.as_bytes(), cause.as_uuid().as_bytes()]))
    }

    /// All news of a person that go by this way at this time.
    pub fn of_digest(brand: &BrandId, person: &PersonId, way: &str, due_at: jiff::Timestamp) -> Self {
        let (brand, person) = (brand.as_str().as_bytes(), person.as_str().as_bytes());
        Self(derive("digest", &[brand, person, way.as_bytes(), &due_at.as_nanosecond().to_be_bytes()]))
    }
}

/// How many partitions the log's subjects are spread over.
pub const PARTITIONS: u32 = 16;

/// FNV-1a 32 of the brand and the customer, modulo [`PARTITIONS`]: what nats-server's own `partition()`
/// computes over the same two tokens, so the server can check it.
pub fn partition(brand: &BrandId, customer: Option<&CustomerId>) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    feed(brand.as_str().as_bytes());
    if let Some(customer) = customer {
        feed(customer.to_string().as_bytes());
    }
    hash % PARTITIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_refuses_what_a_subject_cannot_hold() {
        for wrong in ["", "Aurora", "a.b", "a b", "a>", "*", "é", &"a".repeat(33)] {
            assert!(BrandId::new(wrong).is_err(), "{wrong:?} must be refused");
        }
        assert_eq!(BrandId::new("aurora-air").unwrap().as_str(), "aurora-air");
    }

    #[test]
    fn derived_ids_do_not_collide_over_the_borders_of_their_parts() {
        let brand = BrandId::new("b").unwrap();
        let one = PostKey::of(&brand, &Network::new("x").unwrap(), "1a");
        let other = PostKey::of(&brand, &Network::new("x1").unwrap(), "a");
        assert_ne!(one, other);
        assert_eq!(one, PostKey::of(&brand, &Network::new("x").unwrap(), "1a"));
    }

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = CustomerId::of(&BrandId::new("b").unwrap(), &Network::new("x").unwrap(), "42");
        assert_eq!(CustomerId::parse(&id.to_string()), Ok(id));
        assert_eq!(id.to_string().len(), 32);
    }
}

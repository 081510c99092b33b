//! What comes in, whatever brought it, and how it is checked. Everything a customer or another system can get wrong is
//! named here with its field and its cure, and nothing of its content is repeated.

use conversation::received::HandleUse;
use conversation::{Attachment, BrandId, ConversationId, Network, PersonId, PostKey};
use jiff::Timestamp;

/// The author of a post.
#[derive(Clone, Default, PartialEq)]
pub struct Author {
    pub id: String,
    pub name: String,
    pub handle: String,
    pub followers: u64,
    pub region: String,
    pub tier: String,
    pub timezone: String,
}

/// A post of a customer, or a reply of the brand seen on the network.
#[derive(Clone, PartialEq)]
pub struct Post {
    pub brand: BrandId,
    pub network: Network,
    pub native_id: String,
    pub author: Author,
    pub text: String,
    pub posted_at: Option<Timestamp>,
    pub in_reply_to: String,
    pub thread_root: String,
    pub private: bool,
    /// None: found out from the handles that the text names.
    pub handle_use: Option<HandleUse>,
    pub attachments: Vec<Attachment>,
    pub backfill: bool,
    pub demo: bool,
    /// The brand's own reply; then `customer_id` may say whom it speaks to.
    pub by_brand: bool,
    pub customer_id: String,
    pub person: Option<PersonId>,
    /// The language that the network names, BCP 47; empty when it names none.
    pub language: String,
}

#[derive(Clone, PartialEq)]
pub struct Edit {
    pub brand: BrandId,
    pub network: Network,
    pub native_id: String,
    pub author_id: String,
    pub text: String,
    pub edited_at: Timestamp,
}

#[derive(Clone, PartialEq)]
pub struct Deletion {
    pub brand: BrandId,
    pub network: Network,
    pub native_id: String,
    pub author_id: String,
    pub deleted_at: Timestamp,
}

#[derive(Clone, PartialEq)]
pub struct Engagement {
    pub brand: BrandId,
    pub network: Network,
    pub native_id: String,
    pub shares: u64,
    pub comments: u64,
    pub likes: u64,
    pub views: u64,
    pub observed_at: Timestamp,
}

#[derive(Clone, PartialEq)]
pub struct Contact {
    pub brand: BrandId,
    pub network: Network,
    pub author_id: String,
    pub via: String,
    pub summary: String,
    pub contacted_at: Timestamp,
    pub request_id: String,
}

/// One item that comes in.
#[derive(Clone, PartialEq)]
pub enum Item {
    Post(Box<Post>),
    Edit(Edit),
    Deletion(Deletion),
    Engagement(Engagement),
    Contact(Contact),
}

impl Item {
    pub fn brand(&self) -> &BrandId {
        match self {
            Item::Post(item) => &item.brand,
            Item::Edit(item) => &item.brand,
            Item::Deletion(item) => &item.brand,
            Item::Engagement(item) => &item.brand,
            Item::Contact(item) => &item.brand,
        }
    }
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// It was in already, minutes or months ago; nothing changed.
    Duplicate,
    /// A rule of the brand kept it out of the care queue.
    Filtered,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Duplicate => "duplicate",
            Verdict::Filtered => "filtered",
        }
    }
}

/// What became of an item, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    pub conversation: Option<ConversationId>,
    pub post: Option<PostKey>,
    /// The filter that kept it out, now or when it was first seen.
    pub rule: String,
}

/// Why an item was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It will never be taken as it is.
    #[error("{field} {what}; {cure}")]
    Invalid { reason: &'static str, field: &'static str, what: String, cure: &'static str },
    /// It may be taken later: send it again.
    #[error("the log cannot take it now; send it again")]
    Unavailable,
}

impl Refused {
    pub fn invalid(reason: &'static str, field: &'static str, what: impl Into<String>, cure: &'static str) -> Self {
        Refused::Invalid { reason, field, what: what.into(), cure }
    }

    /// The code by which the loss ledger counts it.
    pub fn reason(&self) -> &'static str {
        match self {
            Refused::Invalid { reason, .. } => reason,
            Refused::Unavailable => "unavailable",
        }
    }
}

/// Bounds of what is taken. Native ids of all networks stay well below the first.
const ID_MAX_BYTES: usize = 512;
const NAME_MAX_BYTES: usize = 1_024;
const URL_MAX_BYTES: usize = 4_096;
const ATTACHMENTS_MAX: usize = 64;

fn id(field: &'static str, text: &str) -> Result<(), Refused> {
    if text.is_empty() {
        return Err(Refused::invalid("missing_id", field, "is missing", "give the network's own id, as a string"));
    }
    bounded(field, text, ID_MAX_BYTES)
}

fn bounded(field: &'static str, text: &str, most: usize) -> Result<(), Refused> {
    if text.len() > most {
        let what = format!("has {} bytes, at most {most} are taken", text.len());
        return Err(Refused::invalid("too_long", field, what, "shorten it"));
    }
    Ok(())
}

/// Checks what the types do not hold yet.
pub fn check(item: &Item, text_max_bytes: usize) -> Result<(), Refused> {
    match item {
        Item::Post(post) => check_post(post, text_max_bytes),
        Item::Edit(edit) => {
            id("post_id", &edit.native_id)?;
            id("author_id", &edit.author_id)?;
            bounded("text", &edit.text, text_max_bytes)
        }
        Item::Deletion(deletion) => {
            id("post_id", &deletion.native_id)?;
            id("author_id", &deletion.author_id)
        }
        Item::Engagement(engagement) => id("post_id", &engagement.native_id),
        Item::Contact(contact) => {
            id("author_id", &contact.author_id)?;
            id("request_id", &contact.request_id)?;
            id("via", &contact.via)?;
            bounded("summary", &contact.summary, text_max_bytes)
        }
    }
}

fn check_post(post: &Post, text_max_bytes: usize) -> Result<(), Refused> {
    id("post_id", &post.native_id)?;
    if !post.by_brand {
        id("author.id", &post.author.id)?;
    }
    bounded("author.id", &post.author.id, ID_MAX_BYTES)?;
    bounded("customer_id", &post.customer_id, ID_MAX_BYTES)?;
    bounded("in_reply_to", &post.in_reply_to, ID_MAX_BYTES)?;
    bounded("thread_root", &post.thread_root, ID_MAX_BYTES)?;
    for (field, text) in [
        ("author.name", &post.author.name),
        ("author.handle", &post.author.handle),
        ("author.region", &post.author.region),
        ("author.tier", &post.author.tier),
        ("author.timezone", &post.author.timezone),
    ] {
        bounded(field, text, NAME_MAX_BYTES)?;
    }
    bounded("text", &post.text, text_max_bytes)?;
    if post.attachments.len() > ATTACHMENTS_MAX {
        let what = format!("has {} entries, at most {ATTACHMENTS_MAX} are taken", post.attachments.len());
        return Err(Refused::invalid("too_many_attachments", "attachments", what, "send fewer"));
    }
    for attachment in &post.attachments {
        bounded("attachments.type", &attachment.media_type, NAME_MAX_BYTES)?;
        bounded("attachments.url", &attachment.url, URL_MAX_BYTES)?;
    }
    if post.text.is_empty() && post.attachments.is_empty() {
        return Err(Refused::invalid("empty", "text", "is empty", "give a text or an attachment"));
    }
    Ok(())
}

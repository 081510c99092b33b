//! Whose conversation a post belongs to. A pure decision over the index:
//!
//! 1. its parent's conversation, when the author is that conversation's customer (the parent may be a post of his or the
//!    brand's reply to him), also when the child came first;
//! 2. else the author's own open conversation with the brand on that network: asking again is not a second matter;
//! 3. else it opens one.
//!
//! A bystander who speaks in somebody else's thread gets a conversation of his own, linked to that thread.

use crate::index::{Known, Places};
use conversation::{ConversationId, CustomerId, PostKey};

/// Where a post goes, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub conversation: ConversationId,
    /// False for the next, not yet opened conversation of the customer.
    pub exists: bool,
    /// It belongs there even when the matter is resolved, because it answers something in it.
    pub by_thread: bool,
    /// Somebody else's conversation whose thread it stands in.
    pub thread_of: Option<ConversationId>,
    /// Another conversation of the same customer that waited for this post: both are one matter.
    pub awaited_in: Option<ConversationId>,
}

/// What the decision needs to know of a post.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub customer: CustomerId,
    pub post: PostKey,
    pub parent: Option<PostKey>,
    pub root: Option<PostKey>,
}

pub fn place(places: &Places, asked: &Asked) -> Place {
    let of_thread = [asked.parent, asked.root].into_iter().flatten().find_map(|key| find(places, &key, asked));
    let awaited = places.awaited(&asked.post).filter(|known| known.customer == asked.customer);
    let own = of_thread.filter(|known| known.customer == asked.customer).or(awaited);
    let mut place = match own {
        Some(known) => {
            Place { conversation: known.conversation, exists: true, by_thread: true, thread_of: None, awaited_in: None }
        }
        None => open_or_next(places, &asked.customer),
    };
    place.thread_of = of_thread.filter(|known| known.customer != asked.customer).map(|known| known.conversation);
    place.awaited_in = awaited.map(|known| known.conversation).filter(|waiting| *waiting != place.conversation);
    place
}

/// The thread's post itself, or where it is waited for by the same customer.
fn find(places: &Places, key: &PostKey, asked: &Asked) -> Option<Known> {
    let waiting = || places.awaited(key).filter(|known| known.customer == asked.customer);
    places.post(key).or_else(waiting)
}

/// The customer's open conversation, else the next one.
pub fn open_or_next(places: &Places, customer: &CustomerId) -> Place {
    let known = places.customer(customer);
    let next = ConversationId::of(customer, known.next_ordinal);
    Place {
        conversation: known.open.unwrap_or(next),
        exists: known.open.is_some(),
        by_thread: false,
        thread_of: None,
        awaited_in: None,
    }
}

/// The conversation after this one in the customer's chain: for when the log knows more of it than the index.
/// Those that the index knows are passed over: a later one may have been merged back into this one, and would lead here again.
pub fn after(customer: &CustomerId, conversation: ConversationId, hint: u32) -> ConversationId {
    ConversationId::of(customer, ordinal(customer, conversation, hint).map_or(hint, |ordinal| hint.max(ordinal + 1)))
}

/// Whether a conversation is one of the customer's own. A person may merge one into another customer's, whose records stand on
/// that customer's subject: what he writes next is not written there.
pub fn is_own(customer: &CustomerId, conversation: ConversationId, hint: u32) -> bool {
    ordinal(customer, conversation, hint).is_some()
}

fn ordinal(customer: &CustomerId, conversation: ConversationId, hint: u32) -> Option<u32> {
    (0..hint.saturating_add(64)).find(|ordinal| ConversationId::of(customer, *ordinal) == conversation)
}

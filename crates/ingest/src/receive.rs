//! The verb of this service: put an item with its conversation and write it down. The index says where it belongs; the
//! log decides. When the log knows more (another copy of the service was quicker, the matter was resolved a moment ago),
//! the item is placed again.

use crate::Settings;
use crate::index::{Index, Places};
use crate::intake::{self, Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict};
use crate::ledger::Ledger;
use crate::place::{self, Asked, Place};
use brand::PostView;
use bytes::Bytes;
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, PostDeleted, PostEdited, PostFiltered, PostReceived, ReplyObserved,
    parent_key,
};
use conversation::{
    Actor, BrandId, Command, Conversation, ConversationId, CustomerId, Network, Personal, PostKey, Record, RecordId,
    Rejection, Status, Subject,
};
use jiff::Timestamp;
use journal::{AppendError, Draft, Journal, Raw, TransactError};
use service::Clock;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

const NAME: &str = "ingest";
/// How many conversations of a customer's chain may be tried before the item is sent back to come again.
const PLACES_MAX: usize = 16;

/// Takes items in. Clones share everything.
#[derive(Clone)]
pub struct Receiver {
    journal: Journal,
    index: Arc<Index>,
    ledger: Arc<Ledger>,
    clock: Clock,
    text_max_bytes: usize,
    index_lag_max: u64,
}

/// A command on its way to a conversation.
struct Placed {
    brand: BrandId,
    customer: CustomerId,
    place: Place,
    /// What the record is derived from; none for items that may come again with the same content.
    cause: Vec<u8>,
    actor: Actor,
    occurred_at: Timestamp,
}

impl Receiver {
    pub(crate) fn new(
        journal: Journal,
        index: Arc<Index>,
        ledger: Arc<Ledger>,
        clock: Clock,
        settings: &Settings,
    ) -> Self {
        let (text_max_bytes, index_lag_max) = (settings.text_max_bytes, settings.index_lag_max_records);
        Receiver { journal, index, ledger, clock, text_max_bytes, index_lag_max }
    }

    /// Takes one item in and counts what became of it under its source.
    ///
    /// # Errors
    /// [`Refused::Invalid`] names the field and the cure; [`Refused::Unavailable`] asks for the item again.
    pub async fn receive(&self, item: Item, source: &str) -> Result<Outcome, Refused> {
        let brand = item.brand().clone();
        let outcome = self.take(item, source).await;
        self.ledger.count(Some(&brand), source, &outcome);
        outcome
    }

    /// Counts an item that could not even be read.
    pub fn refuse(&self, brand: Option<&BrandId>, source: &str, refused: Refused) -> Refused {
        self.ledger.count(brand, source, &Err(refused.clone()));
        refused
    }

    /// Keeps a signed body that cannot be read, so that it is not lost with the mistake of its sender.
    pub async fn keep_aside(&self, body: &[u8], reason: &'static str) {
        // It has no place in the log, so it is named by its content: the same body again is the same item.
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let raw = Raw {
            sequence: hasher.finish(),
            subject: "webhook".to_owned(),
            payload: Bytes::copy_from_slice(body),
            stored_at: self.clock.now(),
            traceparent: None,
            message_id: None,
        };
        if let Err(error) = self.journal.set_aside(NAME, &raw, reason, 1).await {
            tracing::warn!(%error, reason, "a body that cannot be read could not be kept aside");
        }
    }

    async fn take(&self, item: Item, source: &str) -> Result<Outcome, Refused> {
        intake::check(&item, self.text_max_bytes)?;
        if !self.index.is_ready(self.index_lag_max) {
            return Err(Refused::Unavailable);
        }
        match item {
            Item::Post(post) if post.by_brand => self.take_reply(*post, source).await,
            Item::Post(post) => self.take_post(*post, source).await,
            Item::Edit(edit) => self.take_edit(edit).await,
            Item::Deletion(deletion) => self.take_deletion(deletion).await,
            Item::Engagement(engagement) => self.take_engagement(engagement).await,
            Item::Contact(contact) => self.take_contact(contact).await,
        }
    }

    async fn take_post(&self, post: Post, source: &str) -> Result<Outcome, Refused> {
        let now = self.clock.now();
        let customer = CustomerId::of(&post.brand, &post.network, &post.author.id);
        let key = PostKey::of(&post.brand, &post.network, &post.native_id);
        let place = {
            let places = self.index.read();
            if let Some(outcome) = seen(&places, key) {
                return Ok(outcome);
            }
            let parent = parent_key(&post.brand, &post.network, &post.in_reply_to);
            let root = parent_key(&post.brand, &post.network, &post.thread_root).filter(|root| *root != key);
            place::place(&places, &Asked { customer, post: key, parent, root })
        };
        let brand = self.index.brand(&post.brand);
        let handle_use = post.handle_use.unwrap_or_else(|| handle_named(&brand, &post));
        let occurred_at = post.posted_at.map_or(now, |at| at.min(now));
        let (id, network, backfill) = (post.brand.clone(), post.network.clone(), post.backfill);
        let received = received(post, key, &place, handle_use, source);
        // What answers something or goes on with an open matter is never filtered, nor is a private message.
        if !place.exists
            && !received.private
            && let Some(rule) = filter(&brand, &received, &network)
        {
            let version = brand.version().to_owned();
            return self.write_filtered(id, customer, received, rule, version, occurred_at).await;
        }
        let actor = if backfill { Actor::Import } else { Actor::Customer };
        let cause = [b"post".as_slice(), key.as_uuid().as_bytes()].concat();
        let placed = Placed { brand: id, customer, place, cause, actor, occurred_at };
        self.write(placed, Command::ReceivePost(Box::new(received)), Some(key)).await
    }

    /// A reply of the brand that was given outside of Earshot. It belongs where the post is that it answers, else to the
    /// customer whom it names.
    async fn take_reply(&self, post: Post, source: &str) -> Result<Outcome, Refused> {
        let now = self.clock.now();
        let key = PostKey::of(&post.brand, &post.network, &post.native_id);
        let parent = parent_key(&post.brand, &post.network, &post.in_reply_to);
        let named =
            (!post.customer_id.is_empty()).then(|| CustomerId::of(&post.brand, &post.network, &post.customer_id));
        let (customer, place) = {
            let places = self.index.read();
            if let Some(outcome) = seen(&places, key) {
                return Ok(outcome);
            }
            let answered = parent.and_then(|parent| places.post(&parent));
            let Some(customer) = answered.map(|known| known.customer).or(named) else {
                return Err(Refused::invalid(
                    "reply_without_customer",
                    "in_reply_to",
                    "names no known post, and customer_id is empty",
                    "say which post it answers or whom it speaks to",
                ));
            };
            (customer, place::place(&places, &Asked { customer, post: key, parent, root: None }))
        };
        let reply = ReplyObserved {
            post: key,
            network: post.network,
            native_id: post.native_id,
            parent_native_id: post.in_reply_to,
            private: post.private,
            posted_at: post.posted_at,
            person: post.person,
            source: source.to_owned(),
            backfill: post.backfill,
            personal: Personal {
                author_id: post.author.id,
                author_name: post.author.name,
                author_handle: post.author.handle,
                text: post.text,
                attachments: post.attachments,
            },
        };
        let occurred_at = post.posted_at.map_or(now, |at| at.min(now));
        let actor = if post.backfill { Actor::Import } else { Actor::Service(NAME.into()) };
        let cause = [b"post".as_slice(), key.as_uuid().as_bytes()].concat();
        let placed = Placed { brand: post.brand, customer, place, cause, actor, occurred_at };
        self.write(placed, Command::ObserveReply(Box::new(reply)), Some(key)).await
    }

    /// Where an edit or deletion goes: to its post, else to where its author's posts go, to wait there.
    fn place_of(&self, key: PostKey, customer: CustomerId) -> (CustomerId, Place) {
        let places = self.index.read();
        match places.post(&key).or_else(|| places.awaited(&key)) {
            Some(known) => {
                let conversation = known.conversation;
                let place = Place { conversation, exists: true, by_thread: true, thread_of: None, awaited_in: None };
                (known.customer, place)
            }
            None => (customer, place::open_or_next(&places, &customer)),
        }
    }

    async fn take_edit(&self, edit: Edit) -> Result<Outcome, Refused> {
        let key = PostKey::of(&edit.brand, &edit.network, &edit.native_id);
        let (customer, place) = self.place_of(key, CustomerId::of(&edit.brand, &edit.network, &edit.author_id));
        let at = edit.edited_at.as_nanosecond().to_be_bytes();
        let cause = [b"edit".as_slice(), key.as_uuid().as_bytes(), &at].concat();
        let occurred_at = edit.edited_at.min(self.clock.now());
        let placed = Placed { brand: edit.brand, customer, place, cause, actor: Actor::Customer, occurred_at };
        let personal = Personal { author_id: edit.author_id, text: edit.text, ..Personal::default() };
        let command = Command::EditPost(PostEdited { post: key, edited_at: edit.edited_at, personal });
        self.write(placed, command, Some(key)).await
    }

    async fn take_deletion(&self, deletion: Deletion) -> Result<Outcome, Refused> {
        let key = PostKey::of(&deletion.brand, &deletion.network, &deletion.native_id);
        let (customer, place) =
            self.place_of(key, CustomerId::of(&deletion.brand, &deletion.network, &deletion.author_id));
        let cause = [b"delete".as_slice(), key.as_uuid().as_bytes()].concat();
        let occurred_at = deletion.deleted_at.min(self.clock.now());
        let placed = Placed { brand: deletion.brand, customer, place, cause, actor: Actor::Customer, occurred_at };
        let command = Command::DeletePost(PostDeleted { post: key, deleted_at: deletion.deleted_at });
        self.write(placed, command, Some(key)).await
    }

    async fn take_engagement(&self, seen: Engagement) -> Result<Outcome, Refused> {
        let key = PostKey::of(&seen.brand, &seen.network, &seen.native_id);
        let Some(known) = self.index.read().post(&key) else {
            return Err(Refused::invalid("unknown_post", "post_id", "names no known post", "send the post first"));
        };
        let counts = [seen.shares, seen.comments, seen.likes, seen.views].map(u64::to_be_bytes).concat();
        let at = seen.observed_at.as_nanosecond().to_be_bytes();
        let cause = [b"spread".as_slice(), key.as_uuid().as_bytes(), &at, &counts].concat();
        let place = Place {
            conversation: known.conversation,
            exists: true,
            by_thread: true,
            thread_of: None,
            awaited_in: None,
        };
        let occurred_at = seen.observed_at.min(self.clock.now());
        let actor = Actor::Service(NAME.into());
        let placed = Placed { brand: seen.brand, customer: known.customer, place, cause, actor, occurred_at };
        let command = Command::ObserveEngagement(EngagementObserved {
            post: key,
            shares: seen.shares,
            comments: seen.comments,
            likes: seen.likes,
            views: seen.views,
            observed_at: seen.observed_at,
        });
        self.write(placed, command, Some(key)).await
    }

    async fn take_contact(&self, contact: Contact) -> Result<Outcome, Refused> {
        let customer = CustomerId::of(&contact.brand, &contact.network, &contact.author_id);
        let place = place::open_or_next(&self.index.read(), &customer);
        let cause = [b"contact".as_slice(), customer.as_uuid().as_bytes(), contact.request_id.as_bytes()].concat();
        let occurred_at = contact.contacted_at.min(self.clock.now());
        let actor = Actor::Service(NAME.into());
        let placed = Placed { brand: contact.brand, customer, place, cause, actor, occurred_at };
        let summary = Personal { author_id: contact.author_id, text: contact.summary, ..Personal::default() };
        let command =
            Command::RecordContact(ContactRecorded { via: contact.via, contacted_at: contact.contacted_at, summary });
        self.write(placed, command, None).await
    }

    /// Writes a command to the conversation it is placed with; where the log knows better, to the one it leads to.
    async fn write(&self, placed: Placed, command: Command, post: Option<PostKey>) -> Result<Outcome, Refused> {
        let mut place = placed.place;
        for _ in 0..PLACES_MAX {
            let subject = Subject::Conversation {
                brand: placed.brand.clone(),
                customer: placed.customer,
                conversation: place.conversation,
            };
            let now = self.clock.now();
            let draft = Draft {
                record: RecordId::caused(NAME, &placed.cause),
                occurred_at: placed.occurred_at,
                now,
                actor: placed.actor.clone(),
                caused_by: None,
                correlation: None,
            };
            // A conversation that is not opened yet has no records: the first one goes in without reading anything.
            let hint = (!place.exists).then(|| (Conversation::default(), 0));
            let written = self
                .journal
                .transact(&subject, draft, hint, |state, context| {
                    if state.status() == Status::Resolved && !place.by_thread && !knows(state, post) {
                        return Err(Rejection::AlreadyResolved);
                    }
                    conversation::decide(state, &command, context)
                })
                .await;
            match written {
                Ok(done) => {
                    let verdict = if done.record.is_some() { Verdict::Accepted } else { Verdict::Duplicate };
                    if let Some(record) = &done.record {
                        self.index.fold(record);
                    }
                    let conversation = Some(place.conversation);
                    return Ok(Outcome { verdict, conversation, post, rule: String::new() });
                }
                Err(TransactError::Rejected(Rejection::MergedInto { target })) => {
                    place = Place { conversation: target, exists: true, ..place };
                }
                // The matter was resolved: this is the customer's next one.
                Err(TransactError::Rejected(Rejection::AlreadyResolved)) => {
                    let hint = self.index.read().customer(&placed.customer).next_ordinal;
                    let next: ConversationId = place::after(&placed.customer, place.conversation, hint);
                    place = Place { conversation: next, exists: false, ..place };
                }
                Err(TransactError::Rejected(rejection)) => {
                    return Err(Refused::invalid(
                        "refused",
                        "post_id",
                        rejection.to_string(),
                        "nothing; it is not needed",
                    ));
                }
                // Another copy of the service has written it to another conversation a moment ago.
                Err(TransactError::Elsewhere { .. }) => {
                    return Ok(Outcome { verdict: Verdict::Duplicate, conversation: None, post, rule: String::new() });
                }
                Err(error) => {
                    tracing::warn!(%error, "an item could not be written to the log; its sender is asked to send it again");
                    return Err(Refused::Unavailable);
                }
            }
        }
        Err(Refused::Unavailable)
    }

    async fn write_filtered(
        &self,
        brand: BrandId,
        customer: CustomerId,
        post: PostReceived,
        rule: String,
        settings_version: String,
        occurred_at: Timestamp,
    ) -> Result<Outcome, Refused> {
        let key = post.post;
        let fact = PostFiltered { rule: rule.clone(), settings_version, post: Box::new(post) };
        let record = Record {
            id: RecordId::caused(NAME, &[b"filtered".as_slice(), key.as_uuid().as_bytes()].concat()),
            subject: Subject::Filtered { brand, customer, post: key },
            occurred_at,
            recorded_at: self.clock.now(),
            actor: Actor::Service(NAME.into()),
            caused_by: None,
            correlation: None,
            facts: vec![fact.into()],
        };
        let verdict = match self.journal.append(&record, 0).await {
            Ok(appended) if !appended.duplicate => Verdict::Filtered,
            // Somebody else has written it a moment ago.
            Ok(_) | Err(AppendError::Conflict { .. } | AppendError::Elsewhere { .. }) => Verdict::Duplicate,
            Err(error) => {
                tracing::warn!(%error, "an item could not be written to the log; its sender is asked to send it again");
                return Err(Refused::Unavailable);
            }
        };
        self.index.fold(&record);
        Ok(Outcome { verdict, conversation: None, post: Some(key), rule })
    }
}

fn knows(state: &Conversation, post: Option<PostKey>) -> bool {
    post.is_some_and(|post| state.knows(&post))
}

fn seen(places: &Places, key: PostKey) -> Option<Outcome> {
    let (known, rule) = (places.post(&key), places.filtered_by(&key));
    (known.is_some() || rule.is_some()).then(|| Outcome {
        verdict: Verdict::Duplicate,
        conversation: known.map(|known| known.conversation),
        post: Some(key),
        rule: rule.unwrap_or_default().to_owned(),
    })
}

fn received(post: Post, key: PostKey, place: &Place, handle_use: HandleUse, source: &str) -> PostReceived {
    PostReceived {
        post: key,
        network: post.network,
        native_id: post.native_id,
        parent_native_id: post.in_reply_to,
        root_native_id: post.thread_root,
        private: post.private,
        handle_use,
        posted_at: post.posted_at,
        followers: post.author.followers,
        region: post.author.region,
        tier: post.author.tier,
        timezone: post.author.timezone,
        source: source.to_owned(),
        backfill: post.backfill,
        demo: post.demo,
        thread_of: place.thread_of,
        awaited_in: place.awaited_in,
        personal: Personal {
            author_id: post.author.id,
            author_name: post.author.name,
            author_handle: post.author.handle,
            text: post.text,
            attachments: post.attachments,
        },
    }
}

/// Which of the brand's handles the text names: the care handle wins over the main one.
fn handle_named(brand: &brand::Brand, post: &Post) -> HandleUse {
    let text = post.text.to_lowercase();
    let mut found = HandleUse::None;
    for handle in brand.settings().handles.iter().filter(|handle| handle.network == post.network.as_str()) {
        if !text.contains(&format!("@{}", handle.account.to_lowercase())) {
            continue;
        }
        match handle.purpose {
            brand::HandleUse::Care => return HandleUse::Care,
            brand::HandleUse::Main => found = HandleUse::Main,
        }
    }
    found
}

fn filter(brand: &brand::Brand, post: &PostReceived, network: &Network) -> Option<String> {
    let view = PostView {
        text: &post.personal.text,
        network: network.as_str(),
        private: post.private,
        followers: post.followers,
        handle_use: match post.handle_use {
            HandleUse::None => "",
            HandleUse::Main => "main",
            HandleUse::Care => "care",
        },
        region: &post.region,
        tier: &post.tier,
        attachments: u32::try_from(post.personal.attachments.len()).unwrap_or(u32::MAX),
        is_reply: !post.parent_native_id.is_empty(),
        author: &post.personal.author_handle,
        ..PostView::default()
    };
    brand.filter(&view).map(str::to_owned)
}

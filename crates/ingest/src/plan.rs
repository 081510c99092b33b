//! What is to be done with an item, by what the index knows of the log: a pure decision, which [`crate::receive`] carries out
//! and a simulation can play. When the log then knows more, the item is placed again ([`Write::move_on`]).

use crate::index::Places;
use crate::intake::{Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict};
use crate::kept;
use crate::place::{self, Asked, Place};
use brand::Brand;
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, KeptAs, PostDeleted, PostEdited, PostFiltered, PostReceived,
    ReplyObserved, parent_key,
};
use conversation::{
    Actor, BrandId, Command, Context, Conversation, ConversationId, CustomerId, Decision, Personal, PostKey, Record,
    RecordId, Rejection, Status, Subject,
};
use jiff::Timestamp;
use journal::Draft;

/// How this service signs its records.
pub const NAME: &str = "ingest";

/// What is to be done with an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Nothing: it is in already.
    Seen(Outcome),
    /// A rule of the brand keeps it out of the care queue: this is the first record of its subject.
    Filter(Box<Record>),
    /// It goes to a conversation.
    Write(Box<Write>),
}

/// A command on its way to a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    pub brand: BrandId,
    pub customer: CustomerId,
    pub place: Place,
    /// What the record is derived from; none for items that may come again with the same content.
    pub cause: Vec<u8>,
    pub actor: Actor,
    pub occurred_at: Timestamp,
    pub command: Command,
    /// The post that it is about, if it is about one.
    pub post: Option<PostKey>,
}

impl Write {
    pub fn subject(&self) -> Subject {
        let conversation = self.place.conversation;
        Subject::Conversation { brand: self.brand.clone(), customer: self.customer, conversation }
    }

    pub fn draft(&self, now: Timestamp) -> Draft {
        Draft {
            record: RecordId::caused(NAME, &self.cause),
            occurred_at: self.occurred_at,
            now,
            actor: self.actor.clone(),
            caused_by: None,
            correlation: None,
        }
    }

    /// The decision on the conversation as the log has it.
    ///
    /// # Errors
    /// As [`conversation::decide`]; [`Write::move_on`] knows what a rejection means for it.
    pub fn decide(&self, state: &Conversation, context: &Context) -> Decision {
        let known = self.post.is_some_and(|post| state.knows(&post));
        if state.status() == Status::Resolved && !self.place.by_thread && !known {
            return Err(Rejection::AlreadyResolved);
        }
        conversation::decide(state, &self.command, context)
    }

    /// Places it again after the log has refused it; false when it is refused for good.
    pub fn move_on(&mut self, places: &Places, rejection: &Rejection) -> bool {
        let hint = places.customer(&self.customer).next_ordinal;
        match rejection {
            Rejection::MergedInto { target } if place::is_own(&self.customer, *target, hint) => {
                self.place = Place { conversation: *target, exists: true, ..self.place };
                true
            }
            // The matter was resolved, or goes on as another customer's: this is the customer's next one.
            Rejection::AlreadyResolved | Rejection::MergedInto { .. } => {
                let next = place::after(&self.customer, self.place.conversation, hint);
                self.place = Place { conversation: next, exists: false, ..self.place };
                true
            }
            _ => false,
        }
    }
}

/// A rejection that another place does not help against.
pub fn refused(rejection: &Rejection) -> Refused {
    Refused::invalid("refused", "post_id", rejection.to_string(), "nothing; it is not needed")
}

/// What is to be done with an item that [`crate::intake::check`] has passed, by the settings of its brand.
///
/// # Errors
/// [`Refused::Invalid`] names the field and the cure.
pub fn plan(places: &Places, brand: &Brand, item: Item, source: &str, now: Timestamp) -> Result<Plan, Refused> {
    match item {
        Item::Post(post) if post.by_brand => reply(places, *post, source, now),
        Item::Post(post) => Ok(self::post(places, brand, *post, source, now)),
        Item::Edit(item) => Ok(edit(places, item, now)),
        Item::Deletion(item) => Ok(deletion(places, item, now)),
        Item::Engagement(item) => engagement(places, item, now),
        Item::Contact(item) => Ok(contact(places, item, now)),
    }
}

fn write(write: Write) -> Plan {
    Plan::Write(Box::new(write))
}

fn post(places: &Places, brand: &Brand, post: Post, source: &str, now: Timestamp) -> Plan {
    let customer = CustomerId::of(&post.brand, &post.network, &post.author.id);
    let key = PostKey::of(&post.brand, &post.network, &post.native_id);
    if let Some(outcome) = seen(places, key) {
        return Plan::Seen(outcome);
    }
    let parent = parent_key(&post.brand, &post.network, &post.in_reply_to);
    let root = parent_key(&post.brand, &post.network, &post.thread_root).filter(|root| *root != key);
    let place = place::place(places, &Asked { customer, post: key, parent, root });
    let handle_use = post.handle_use.unwrap_or_else(|| handle_named(brand, &post));
    let occurred_at = post.posted_at.map_or(now, |at| at.min(now));
    let (id, backfill) = (post.brand.clone(), post.backfill);
    let received = received(post, key, &place, handle_use, source);
    // What answers something or goes on with an open matter is never filtered, nor is a private message.
    if !place.exists
        && !received.private
        && let Some(rule) = filter(brand, &received)
    {
        let version = brand.version().to_owned();
        return Plan::Filter(Box::new(filtered(id, customer, received, rule, version, (occurred_at, now))));
    }
    let actor = if backfill { Actor::Import } else { Actor::Customer };
    let cause = [b"post".as_slice(), key.as_uuid().as_bytes()].concat();
    let command = Command::ReceivePost(Box::new(received));
    write(Write { brand: id, customer, place, cause, actor, occurred_at, command, post: Some(key) })
}

/// A post that a person brought back: it goes where it would go if it came in now, whatever the filters say of it.
pub fn returned(places: &Places, brand: &BrandId, post: &PostReceived, now: Timestamp) -> Plan {
    let customer = CustomerId::of(brand, &post.network, &post.personal.author_id);
    let parent = parent_key(brand, &post.network, &post.parent_native_id);
    let root = parent_key(brand, &post.network, &post.root_native_id).filter(|root| *root != post.post);
    let place = place::place(places, &Asked { customer, post: post.post, parent, root });
    let received = PostReceived { thread_of: place.thread_of, awaited_in: place.awaited_in, ..post.clone() };
    let occurred_at = post.posted_at.map_or(now, |at| at.min(now));
    let cause = [b"post".as_slice(), post.post.as_uuid().as_bytes()].concat();
    let (actor, post) = (Actor::Customer, Some(post.post));
    let command = Command::ReceivePost(Box::new(received));
    write(Write { brand: brand.clone(), customer, place, cause, actor, occurred_at, command, post })
}

fn filtered(
    brand: BrandId,
    customer: CustomerId,
    post: PostReceived,
    (rule, kept_as): (String, KeptAs),
    settings_version: String,
    (occurred_at, recorded_at): (Timestamp, Timestamp),
) -> Record {
    let key = post.post;
    let fact = PostFiltered { rule, settings_version, kept_as, post: Box::new(post) };
    Record {
        id: RecordId::caused(NAME, &[b"filtered".as_slice(), key.as_uuid().as_bytes()].concat()),
        subject: Subject::Filtered { brand, customer, post: key },
        occurred_at,
        recorded_at,
        actor: Actor::Service(NAME.into()),
        caused_by: None,
        correlation: None,
        facts: vec![fact.into()],
    }
}

/// A reply of the brand that was given outside of Earshot. It belongs where the post is that it answers, else to the
/// customer whom it names.
fn reply(places: &Places, post: Post, source: &str, now: Timestamp) -> Result<Plan, Refused> {
    let key = PostKey::of(&post.brand, &post.network, &post.native_id);
    if let Some(outcome) = seen(places, key) {
        return Ok(Plan::Seen(outcome));
    }
    let parent = parent_key(&post.brand, &post.network, &post.in_reply_to);
    let named = (!post.customer_id.is_empty()).then(|| CustomerId::of(&post.brand, &post.network, &post.customer_id));
    let answered = parent.and_then(|parent| places.post(&parent));
    let Some(customer) = answered.map(|known| known.customer).or(named) else {
        return Err(Refused::invalid(
            "reply_without_customer",
            "in_reply_to",
            "names no known post, and customer_id is empty",
            "say which post it answers or whom it speaks to",
        ));
    };
    let place = place::place(places, &Asked { customer, post: key, parent, root: None });
    let occurred_at = post.posted_at.map_or(now, |at| at.min(now));
    let actor = if post.backfill { Actor::Import } else { Actor::Service(NAME.into()) };
    let cause = [b"post".as_slice(), key.as_uuid().as_bytes()].concat();
    let brand = post.brand.clone();
    let command = Command::ObserveReply(Box::new(observed(post, key, source)));
    Ok(write(Write { brand, customer, place, cause, actor, occurred_at, command, post: Some(key) }))
}

fn observed(post: Post, key: PostKey, source: &str) -> ReplyObserved {
    ReplyObserved {
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
    }
}

/// Belonging to a conversation, whatever its state, because it is about something in it.
fn of_thread(conversation: ConversationId) -> Place {
    Place { conversation, exists: true, by_thread: true, thread_of: None, awaited_in: None }
}

/// Where an edit or deletion goes: to its post, else to where its author's posts go, to wait there.
fn place_of(places: &Places, key: PostKey, customer: CustomerId) -> (CustomerId, Place) {
    match places.post(&key).or_else(|| places.awaited(&key)) {
        Some(known) => (known.customer, of_thread(known.conversation)),
        None => (customer, place::open_or_next(places, &customer)),
    }
}

fn edit(places: &Places, edit: Edit, now: Timestamp) -> Plan {
    let key = PostKey::of(&edit.brand, &edit.network, &edit.native_id);
    let (customer, place) = place_of(places, key, CustomerId::of(&edit.brand, &edit.network, &edit.author_id));
    let at = edit.edited_at.as_nanosecond().to_be_bytes();
    let cause = [b"edit".as_slice(), key.as_uuid().as_bytes(), &at].concat();
    let (brand, actor, occurred_at) = (edit.brand, Actor::Customer, edit.edited_at.min(now));
    let personal = Personal { author_id: edit.author_id, text: edit.text, ..Personal::default() };
    let command = Command::EditPost(PostEdited { post: key, edited_at: edit.edited_at, personal });
    write(Write { brand, customer, place, cause, actor, occurred_at, command, post: Some(key) })
}

fn deletion(places: &Places, deletion: Deletion, now: Timestamp) -> Plan {
    let key = PostKey::of(&deletion.brand, &deletion.network, &deletion.native_id);
    let author = CustomerId::of(&deletion.brand, &deletion.network, &deletion.author_id);
    let (customer, place) = place_of(places, key, author);
    let cause = [b"delete".as_slice(), key.as_uuid().as_bytes()].concat();
    let (brand, actor, occurred_at) = (deletion.brand, Actor::Customer, deletion.deleted_at.min(now));
    let command = Command::DeletePost(PostDeleted { post: key, deleted_at: deletion.deleted_at });
    write(Write { brand, customer, place, cause, actor, occurred_at, command, post: Some(key) })
}

fn engagement(places: &Places, seen: Engagement, now: Timestamp) -> Result<Plan, Refused> {
    let key = PostKey::of(&seen.brand, &seen.network, &seen.native_id);
    let Some(known) = places.post(&key) else {
        return Err(Refused::invalid("unknown_post", "post_id", "names no known post", "send the post first"));
    };
    let counts = [seen.shares, seen.comments, seen.likes, seen.views].map(u64::to_be_bytes).concat();
    let at = seen.observed_at.as_nanosecond().to_be_bytes();
    let cause = [b"spread".as_slice(), key.as_uuid().as_bytes(), &at, &counts].concat();
    let (customer, place) = (known.customer, of_thread(known.conversation));
    let (actor, occurred_at) = (Actor::Service(NAME.into()), seen.observed_at.min(now));
    let command = Command::ObserveEngagement(EngagementObserved {
        post: key,
        shares: seen.shares,
        comments: seen.comments,
        likes: seen.likes,
        views: seen.views,
        observed_at: seen.observed_at,
    });
    Ok(write(Write { brand: seen.brand, customer, place, cause, actor, occurred_at, command, post: Some(key) }))
}

fn contact(places: &Places, contact: Contact, now: Timestamp) -> Plan {
    let customer = CustomerId::of(&contact.brand, &contact.network, &contact.author_id);
    let place = place::open_or_next(places, &customer);
    let cause = [b"contact".as_slice(), customer.as_uuid().as_bytes(), contact.request_id.as_bytes()].concat();
    let (actor, occurred_at) = (Actor::Service(NAME.into()), contact.contacted_at.min(now));
    let summary = Personal { author_id: contact.author_id, text: contact.summary, ..Personal::default() };
    let command =
        Command::RecordContact(ContactRecorded { via: contact.via, contacted_at: contact.contacted_at, summary });
    write(Write { brand: contact.brand, customer, place, cause, actor, occurred_at, command, post: None })
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
        language: post.language,
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

/// The rule that keeps a post out of the care queue, and as what; none lets it through.
fn filter(brand: &Brand, post: &PostReceived) -> Option<(String, KeptAs)> {
    let filtering = brand.filter_explained(&kept::view(post));
    let kept_as = match filtering.kept_as {
        brand::KeptAs::Filtered => KeptAs::Filtered,
        brand::KeptAs::Promotion => KeptAs::Promotion,
        brand::KeptAs::Competitor => KeptAs::Competitor,
    };
    filtering.rule.map(|rule| (rule.to_owned(), kept_as))
}

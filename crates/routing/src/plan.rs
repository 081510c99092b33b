//! What is decided about a need: the cause that names the record, and the command that the state then answers. Pure, so that the
//! service and a scenario in virtual time decide alike; the service only adds the writing and the trying again.

use crate::needs::Need;
use crate::notice::{self, Word};
use crate::offers::{self, Colleague};
use crate::placing;
use crate::rise;
use crate::route::route;
use crate::view::{Entry, View};
use brand::Brand;
use conversation::deadlines::DeadlineKind;
use conversation::replied::Notify;
use conversation::resolved::Absorbed;
use conversation::state::Post;
use conversation::{
    Command, Conversation, ConversationId, Customer, Fact, PersonId, PersonalText, PostKey, Record, RecordId, Status,
    TeamId,
};
use jiff::Timestamp;
use std::sync::Arc;

/// What a decision depends on beside the conversation itself, as it stood when the need was found.
#[derive(Debug, Clone)]
pub struct Around {
    pub brand: Arc<Brand>,
    pub customer: Customer,
    /// Conversations of the customer that began before this one.
    pub earlier: u32,
    /// The customer's, wherever it is known from; empty when unknown.
    pub region: Box<str>,
    pub timezone: Box<str>,
    pub tier: Box<str>,
    /// Teams that have more than their people can hold while an incident of their region is on.
    pub flooded: Vec<Box<str>>,
    /// Teams of whose regions an incident is on.
    pub surging: Vec<Box<str>>,
    /// Followers of the bystanders who spoke in its threads.
    pub spreaders_reach: u64,
    /// The people whom it could be offered to; only when that is what is decided.
    pub colleagues: Vec<Colleague>,
}

impl Around {
    /// A brand, and a customer of whom nothing is known.
    pub fn alone(brand: Arc<Brand>) -> Around {
        Around {
            brand,
            customer: Customer::default(),
            earlier: 0,
            region: "".into(),
            timezone: "".into(),
            tier: "".into(),
            flooded: Vec::new(),
            surging: Vec::new(),
            spreaders_reach: 0,
            colleagues: Vec::new(),
        }
    }

    /// What stands around a conversation for this need; none when the view does not have it.
    pub fn of(view: &View, conversation: ConversationId, need: &Need) -> Option<Around> {
        let entry = view.conversations.get(&conversation)?;
        let known = view.brands.get(&entry.brand);
        let customer = view.customers.get(&entry.customer);
        let before = |entry: &crate::view::CustomerEntry| {
            entry.conversations.iter().position(|id| *id == conversation).unwrap_or(entry.conversations.len())
        };
        let colleagues = match need {
            Need::Offer => offers::colleagues(view, entry),
            _ => Vec::new(),
        };
        Some(Around {
            brand: known
                .map_or_else(|| Arc::new(Brand::builtin(entry.brand.as_str())), |known| Arc::clone(&known.brand)),
            customer: customer.map(|entry| entry.state.clone()).unwrap_or_default(),
            earlier: customer.map_or(0, |entry| u32::try_from(before(entry)).unwrap_or(u32::MAX)),
            region: view.region_of(&entry.customer, &entry.state).into(),
            timezone: view.timezone_of(&entry.customer, &entry.state).into(),
            tier: view.tier_of(&entry.customer, &entry.state).into(),
            flooded: known.map(placing::flooded).unwrap_or_default(),
            surging: known.map(placing::surging).unwrap_or_default(),
            spreaders_reach: entry.spreaders_reach,
            colleagues,
        })
    }

    /// Whether an incident is on in a region of this team.
    pub fn surges_for(&self, team: &TeamId) -> bool {
        self.surging.iter().any(|surging| **surging == *team.as_str())
    }

    /// The customer's IANA zone, where it is known.
    pub fn zone(&self) -> Option<&str> {
        Some(&*self.timezone).filter(|zone| !zone.is_empty())
    }

    /// The conversation in this state, as the thresholds are held against it.
    fn entry(&self, known: &Entry, state: &Conversation) -> Entry {
        Entry { state: state.clone(), spreaders_reach: self.spreaders_reach, ..known.clone() }
    }
}

/// What the record of a decision says about its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Names the record: the same cause is written once, however often it comes.
    pub cause: Vec<u8>,
    /// When it happened; now when none.
    pub occurred_at: Option<Timestamp>,
    pub caused_by: Option<RecordId>,
}

/// The origin of what is decided about a need.
pub fn origin(state: &Conversation, conversation: ConversationId, need: &Need) -> Origin {
    let plain = |parts: &[&[u8]]| Origin { cause: parts.concat(), occurred_at: None, caused_by: None };
    // What follows from the state as a whole is caused by the newest record in it.
    let newest = state.seen.last().map(|record| *record.as_uuid().as_bytes()).unwrap_or_default();
    let of_state = |kind: &[u8]| plain(&[kind, conversation.as_uuid().as_bytes(), &newest]);
    // Two conversations are often due at the same instant.
    let of_clock = |what: &[u8], kind: DeadlineKind, due_at: Timestamp| {
        let due_at = due_at.as_nanosecond().to_be_bytes();
        plain(&[what, conversation.as_uuid().as_bytes(), kind.as_str().as_bytes(), &due_at])
    };
    match need {
        Need::Route(post) => of_route(state, post),
        Need::PassDeadline { kind, due_at } => of_clock(b"deadline", *kind, *due_at),
        Need::WarnOfDeadline { kind, due_at } => of_clock(b"warning", *kind, *due_at),
        Need::CallbackComesDue(callback) => plain(&[b"callback-due", callback.as_uuid().as_bytes()]),
        Need::MissCallback(callback) => plain(&[b"callback-missed", callback.as_uuid().as_bytes()]),
        Need::Absorb(source) => of_merge(b"merge", *source, conversation),
        Need::HandOver(target) => of_merge(b"merge", conversation, *target),
        Need::JoinIncident(incident) => {
            plain(&[b"incident", conversation.as_uuid().as_bytes(), incident.as_uuid().as_bytes()])
        }
        Need::StartDeadline(kind) => of_state(kind.as_str().as_bytes()),
        Need::Rise => of_state(b"rise"),
        Need::Calm => of_state(b"calm"),
        Need::Escalate => of_state(b"escalate"),
        Need::Deescalate => of_state(b"deescalate"),
        Need::Place => of_state(b"place"),
        Need::Offer => of_state(b"offer"),
        Need::LapseOffer(_) => of_state(b"lapse"),
        Need::Tell(word) => match word.cause(conversation) {
            Some(cause) => plain(&[&cause]),
            None => of_state(b"notice"),
        },
        Need::WarnOfWindow { closes_at } => {
            plain(&[b"window", conversation.as_uuid().as_bytes(), &closes_at.as_nanosecond().to_be_bytes()])
        }
    }
}

fn of_route(state: &Conversation, post: &PostKey) -> Origin {
    let known = state.post(post);
    let occurred_at = known.filter(|post| post.backfill).map(Post::clock);
    // Asked again after a correction, it is a decision of its own.
    let caused_by = known.and_then(|post| post.reconsider);
    let post = post.as_uuid();
    let cause = match caused_by {
        None => [b"route".as_slice(), post.as_bytes()].concat(),
        Some(correction) => [b"reroute".as_slice(), post.as_bytes(), correction.as_uuid().as_bytes()].concat(),
    };
    Origin { cause, occurred_at, caused_by }
}

/// Why two conversations are one, when nobody said so.
pub const SAME_THREAD: &str = "same_thread";

/// The origin of one half of a merge: `merge` on the one that ends, `absorb` on the one that goes on.
pub fn of_merge(half: &[u8], source: ConversationId, target: ConversationId) -> Origin {
    let cause = [half, source.as_uuid().as_bytes(), target.as_uuid().as_bytes()].concat();
    Origin { cause, occurred_at: None, caused_by: None }
}

/// What the conversation that goes on takes over from the one that ended in this state.
pub fn absorbed(source: ConversationId, state: &Conversation, reason: &str, person: Option<PersonId>) -> Absorbed {
    let posts = state.received_posts().map(|post| post.key);
    let replies = state.replies.iter().filter_map(|reply| reply.post);
    let posts = posts.chain(replies).collect();
    Absorbed { source, reason: reason.into(), posts, first_post_at: state.first_post_at(), person }
}

/// The newest words of a post, from the records of its conversation.
pub fn newest_words<'r>(records: impl IntoIterator<Item = &'r Record>, post: &PostKey) -> Option<PersonalText> {
    let mut newest: Option<(Option<Timestamp>, &str)> = None;
    for fact in records.into_iter().flat_map(|record| &record.facts) {
        let (at, text) = match fact {
            Fact::PostReceived(fact) if fact.post == *post => (None, &fact.personal.text),
            Fact::PostEdited(fact) if fact.post == *post => (Some(fact.edited_at), &fact.personal.text),
            // No other fact brings a customer's words.
            _ => continue,
        };
        if newest.is_none_or(|(known, _)| known < at) {
            newest = Some((at, text));
        }
    }
    newest.map(|(_, text)| text.into())
}

/// Whether the words of the post, which the state has let go, are needed for the decision.
pub fn wants_words(state: &Conversation, need: &Need) -> Option<PostKey> {
    match need {
        Need::Route(post) => state.post(post).filter(|post| post.reconsider.is_some()).map(|post| post.key),
        _ => None,
    }
}

/// The command that answers a need of a conversation in this state; none when the state does not call for it any more, and for
/// merges, which are two decisions.
pub fn command(
    around: &Around,
    known: &Entry,
    state: &Conversation,
    need: &Need,
    words: Option<&str>,
    now: Timestamp,
) -> Option<Command> {
    let brand = &around.brand;
    match need {
        Need::Route(post) => route(around, state, post, words, now).map(Command::RoutePost),
        Need::PassDeadline { kind, due_at } => Some(Command::PassDeadline { kind: *kind, due_at: *due_at }),
        Need::WarnOfDeadline { kind, due_at } => Some(Command::WarnOfDeadline { kind: *kind, due_at: *due_at }),
        Need::StartDeadline(kind) => placing::restart(around, state, *kind).map(Command::StartDeadline),
        Need::CallbackComesDue(callback) => Some(Command::CallbackComesDue(*callback)),
        Need::MissCallback(callback) => Some(Command::MissCallback(*callback)),
        Need::JoinIncident(incident) => matches!(state.status(), Status::Open | Status::WaitingForCustomer)
            .then_some(Command::JoinIncident(*incident)),
        Need::Rise => some(rise::raised(brand, &around.entry(known, state), now)).map(Command::RaiseFlags),
        Need::Calm => some(rise::lowered(state)).map(Command::LowerFlags),
        Need::Escalate => rise::escalation(brand, state),
        Need::Deescalate => rise::calm_at(brand, state)
            .filter(|calm| *calm <= now)
            .map(|_| Command::Deescalate { by: None, reason: "calm".into() }),
        Need::Place => placing::placed(around, state, now).map(Command::Place),
        Need::Offer => offers::offered(around, state, now).map(Command::Offer),
        Need::LapseOffer(reason) => {
            let person = state.offer.as_ref()?.person.clone();
            Some(Command::LapseOffer { person, reason })
        }
        Need::Tell(word) => {
            notice::text(around, state, *word, now).map(|text| Command::Notify(notify(around, *word, &text)))
        }
        Need::WarnOfWindow { closes_at } => Some(Command::WarnOfWindow { closes_at: *closes_at }),
        Need::Absorb(_) | Need::HandOver(_) => None,
    }
}

/// Where the customer wants to be told.
fn notify(around: &Around, word: Word, text: &str) -> Notify {
    Notify { notice: word.code(), text: text.into(), in_private: around.customer.answer_way.in_private }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

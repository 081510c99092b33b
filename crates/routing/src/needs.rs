//! What a conversation's state calls for, and when it has to be looked at again. Both follow from the state alone, whatever
//! brought it there, so a crash at any moment is made good by the next look.

use crate::notice::{self, Word};
use crate::plan::Around;
use crate::view::{BrandEntry, Entry, View};
use crate::{offers, placing, rise};
use conversation::callback::CallbackStatus;
use conversation::deadlines::DeadlineKind;
use conversation::placed::{OFFLINE, UNTOUCHED};
use conversation::state::{Callback, Deadline};
use conversation::{CallbackId, Conversation, ConversationId, IncidentId, PostKey, window};
use jiff::Timestamp;

/// Something that a conversation's state calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    Route(PostKey),
    /// Another conversation proves to be the same matter: this one takes it over.
    Absorb(ConversationId),
    /// It goes on in another one, which does not know it yet.
    HandOver(ConversationId),
    WarnOfDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    PassDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    /// A clock goes on that stood still.
    StartDeadline(DeadlineKind),
    CallbackComesDue(CallbackId),
    MissCallback(CallbackId),
    /// Thresholds are crossed.
    Rise,
    /// What raised a flag is over.
    Calm,
    Escalate,
    Deescalate,
    JoinIncident(IncidentId),
    /// Another team serves it, or its own one again.
    Place,
    Offer,
    /// `untouched` or `offline`.
    LapseOffer(&'static str),
    /// The customer is told something.
    Tell(Word),
    /// The customer waits in private, and soon nobody can answer him there.
    WarnOfWindow {
        closes_at: Timestamp,
    },
}

impl Need {
    /// What is done about it, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Need::Route(_) => "route post",
            Need::Absorb(_) | Need::HandOver(_) => "merge conversations",
            Need::WarnOfDeadline { .. } => "warn of deadline",
            Need::PassDeadline { .. } => "pass deadline",
            Need::StartDeadline(_) => "start deadline",
            Need::Rise => "raise flags",
            Need::Calm => "lower flags",
            Need::Escalate => "escalate",
            Need::Deescalate => "de-escalate",
            Need::JoinIncident(_) => "join incident",
            Need::Place => "place with a team",
            Need::Offer => "offer",
            Need::Tell(_) => "tell the customer",
            Need::LapseOffer(_) => "take back an offer",
            Need::CallbackComesDue(_) => "callback comes due",
            Need::MissCallback(_) => "miss callback",
            Need::WarnOfWindow { .. } => "warn of the window",
        }
    }
}

/// What a conversation calls for at this instant.
pub fn needs(view: &View, conversation: ConversationId, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    let Some(entry) = view.conversations.get(&conversation) else { return needs };
    let state = &entry.state;
    // A promise to call outlives a merge.
    needs.extend(state.callbacks.iter().filter_map(|callback| of_callback(callback, now)));
    if let Some(target) = state.merged_into {
        let taken = view.conversations.get(&target).is_some_and(|into| into.state.absorbed.contains(&conversation));
        // A crash between the two halves of a merge: the one that goes on does not know it yet.
        if !taken && view.conversations.contains_key(&target) {
            needs.push(Need::HandOver(target));
        }
        return needs;
    }
    needs.extend(state.unrouted().map(|post| Need::Route(post.key)));
    needs.extend(state.to_absorb.iter().filter(|source| **source != conversation).map(|source| Need::Absorb(*source)));
    needs.extend(clocks(state).filter_map(|deadline| of_clock(deadline, now)));
    needs.extend(of_window(state, now));
    if let Some(known) = view.brands.get(&entry.brand).filter(|_| state.opened) {
        needs.extend(of_settings(view, known, conversation, entry, now));
    }
    needs
}

fn of_callback(callback: &Callback, now: Timestamp) -> Option<Need> {
    match callback.status {
        CallbackStatus::Booked if callback.due_at <= now => Some(Need::CallbackComesDue(callback.id)),
        CallbackStatus::Due if callback.missed_at() <= now => Some(Need::MissCallback(callback.id)),
        CallbackStatus::Booked | CallbackStatus::Due | CallbackStatus::Done | CallbackStatus::Missed => None,
    }
}

/// What is closed already is said where somebody wants to write.
fn of_window(state: &Conversation, now: Timestamp) -> Option<Need> {
    let (at, window) = window::warn_at(state)?;
    (at <= now && now < window.closes_at).then_some(Need::WarnOfWindow { closes_at: window.closes_at })
}

/// What the brand's settings call for.
fn of_settings(
    view: &View,
    known: &BrandEntry,
    conversation: ConversationId,
    entry: &Entry,
    now: Timestamp,
) -> Vec<Need> {
    let (brand, state) = (&known.brand, &entry.state);
    let mut needs = Vec::new();
    needs.extend((!rise::raised(brand, entry, now).is_empty()).then_some(Need::Rise));
    needs.extend((!rise::lowered(state).is_empty()).then_some(Need::Calm));
    needs.extend(rise::escalation(brand, state).map(|_| Need::Escalate));
    needs.extend(rise::calm_at(brand, state).filter(|calm| *calm <= now).map(|_| Need::Deescalate));
    needs.extend(placing::stopped(brand, state).map(Need::StartDeadline));
    needs.extend(incident(view, known, entry).map(Need::JoinIncident));
    if notice::may_be_due(brand, state) {
        let around = Around::of(view, conversation, &Need::Tell(Word::OutOfHours));
        let words = around.map(|around| notice::words(&around, conversation, state, now)).unwrap_or_default();
        needs.extend(words.into_iter().map(Need::Tell));
    }
    if placing::may_move(brand, state) {
        let around = Around::of(view, conversation, &Need::Place);
        needs.extend(around.and_then(|around| placing::placed(&around, state, now)).map(|_| Need::Place));
    }
    match &state.offer {
        Some(offer) if !known.is_online(&offer.person) => needs.push(Need::LapseOffer(OFFLINE)),
        Some(offer) if offer.until <= now => needs.push(Need::LapseOffer(UNTOUCHED)),
        Some(_) => {}
        // To be placed with another team goes first.
        None if needs.contains(&Need::Place) || !offers::waits(known, state) => {}
        None => {
            let around = Around::of(view, conversation, &Need::Offer);
            needs.extend(around.and_then(|around| offers::offered(&around, state, now)).map(|_| Need::Offer));
        }
    }
    needs
}

/// The incident that a conversation belongs to and has not joined.
fn incident(view: &View, known: &BrandEntry, entry: &Entry) -> Option<IncidentId> {
    let state = &entry.state;
    let open = state.resolved_at.is_none() && state.incident.is_none() && !state.backfill_only;
    if !open || known.streams.is_empty() {
        return None;
    }
    let running = known.incident(view.region_of(&entry.customer, state), &state.topic)?;
    state.newest_post().is_some_and(|post| post.clock() >= running.first_post_at).then_some(running.incident)
}

/// The clocks that run.
fn clocks(state: &Conversation) -> impl Iterator<Item = &Deadline> {
    let runs = |deadline: &&Deadline| !deadline.breached && deadline.paused_at.is_none();
    [&state.deadline, &state.resolution].into_iter().flatten().filter(runs)
}

fn of_clock(deadline: &Deadline, now: Timestamp) -> Option<Need> {
    let (kind, due_at) = (deadline.kind, deadline.due_at);
    if due_at <= now {
        return Some(Need::PassDeadline { kind, due_at });
    }
    deadline.warn_at.filter(|at| *at <= now).map(|_| Need::WarnOfDeadline { kind, due_at })
}

/// When, after this instant, a conversation has to be looked at again if nothing happens to it before; none when time alone
/// changes nothing. What is due by now is a need and stands in no way of what comes later.
pub fn look_at(view: &View, entry: &Entry, now: Timestamp) -> Option<Timestamp> {
    let state = &entry.state;
    let of_callbacks = state.callbacks.iter().filter_map(|callback| match callback.status {
        CallbackStatus::Booked => Some(callback.due_at),
        CallbackStatus::Due => Some(callback.missed_at()),
        CallbackStatus::Done | CallbackStatus::Missed => None,
    });
    if state.merged_into.is_some() {
        return of_callbacks.filter(|at| *at > now).min();
    }
    let of_clocks = clocks(state).flat_map(|deadline| deadline.warn_at.into_iter().chain([deadline.due_at]));
    let brand = view.brands.get(&entry.brand).filter(|_| state.opened).map(|known| &known.brand);
    let of_settings = brand.into_iter().flat_map(|brand| {
        let moves_at = placing::moves_at(view, brand, entry, now);
        let reminders = notice::remind_at(brand, state).map(Some);
        [rise::exposed_at(brand, state), rise::calm_at(brand, state), moves_at].into_iter().chain(reminders)
    });
    let of_offer = state.offer.iter().map(|offer| offer.until);
    let of_window = window::warn_at(state).map(|(at, _)| at);
    let all = of_clocks.chain(of_callbacks).chain(of_settings.flatten()).chain(of_offer).chain(of_window);
    all.filter(|at| *at > now).min()
}

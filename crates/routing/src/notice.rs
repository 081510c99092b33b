//! What customers are told without anybody writing it: when people are back, that a private message is here, and when they
//! are called. What was told is known by the id of the reply, which follows from the word: so each is told once.

use crate::plan::Around;
use crate::react::NAME;
use brand::{Brand, Translations};
use conversation::callback::CallbackStatus;
use conversation::classified::Head;
use conversation::replied::{CALLBACK_BOOKED, CALLBACK_MISSED, CALLBACK_REMINDER, OUT_OF_HOURS, RECEIVED};
use conversation::state::{Callback, Reply};
use conversation::{CallbackId, Conversation, ConversationId, RecordId, ReplyId, Status};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// After that, nobody is told any more that a message came in.
const NEWS_FOR: SignedDuration = SignedDuration::from_mins(10);
/// After that, an excuse for a call that nobody made is none.
const EXCUSE_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Something that the customer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nobody is there, and people are back then.
    OutOfHours,
    /// His private message is here.
    Received,
    CallbackBooked(CallbackId),
    CallbackReminder(CallbackId),
    CallbackMissed(CallbackId),
}

impl Word {
    /// The code on the reply.
    pub fn code(self) -> &'static str {
        match self {
            Word::OutOfHours => OUT_OF_HOURS,
            Word::Received => RECEIVED,
            Word::CallbackBooked(_) => CALLBACK_BOOKED,
            Word::CallbackReminder(_) => CALLBACK_REMINDER,
            Word::CallbackMissed(_) => CALLBACK_MISSED,
        }
    }

    /// What names the record that says it; none for what may be said again and follows from the state.
    pub(crate) fn cause(self, conversation: ConversationId) -> Option<Vec<u8>> {
        let of = |id: uuid::Uuid| [b"word-", self.code().as_bytes(), id.as_bytes().as_slice()].concat();
        match self {
            Word::OutOfHours => None,
            Word::Received => Some(of(conversation.as_uuid())),
            Word::CallbackBooked(call) | Word::CallbackReminder(call) | Word::CallbackMissed(call) => {
                Some(of(call.as_uuid()))
            }
        }
    }

    fn texts(self, brand: &Brand) -> &Translations {
        let notices = &brand.settings().notices;
        match self {
            Word::OutOfHours => &notices.out_of_hours,
            Word::Received => &notices.received,
            Word::CallbackBooked(_) => &notices.callback_booked,
            Word::CallbackReminder(_) => &notices.callback_reminder,
            Word::CallbackMissed(_) => &notices.callback_missed,
        }
    }

    fn has_texts(self, brand: &Brand) -> bool {
        !self.texts(brand).texts.is_empty()
    }

    /// The reply in which it was said.
    fn said(self, conversation: ConversationId, state: &Conversation) -> Option<&Reply> {
        let record = RecordId::caused(NAME, &self.cause(conversation)?);
        state.reply(&ReplyId::of(&conversation, &record))
    }
}

/// What the customer is to be told now.
pub fn words(around: &Around, conversation: ConversationId, state: &Conversation, now: Timestamp) -> Vec<Word> {
    if state.backfill_only {
        return Vec::new();
    }
    let of_calls = state.callbacks.iter().filter_map(|call| of_call(&around.brand, conversation, state, call, now));
    let mut words: Vec<Word> = of_calls.collect();
    words.extend(opens(around, state, now).map(|_| Word::OutOfHours));
    words.extend(is_news(around, conversation, state, now).then_some(Word::Received));
    words
}

/// Whether anything could be told at all.
pub fn may_be_due(brand: &Brand, state: &Conversation) -> bool {
    let notices = &brand.settings().notices;
    let waits = state.status() == Status::Open && !state.backfill_only && state.assignee.is_none();
    let of_calls = [&notices.callback_booked, &notices.callback_reminder, &notices.callback_missed];
    let has_call = !state.callbacks.is_empty() && of_calls.iter().any(|words| !words.texts.is_empty());
    has_call || waits && [&notices.out_of_hours, &notices.received].iter().any(|words| !words.texts.is_empty())
}

/// When, after this instant, a customer is reminded of a call.
pub fn remind_at(brand: &Brand, state: &Conversation) -> impl Iterator<Item = Timestamp> {
    let has_words = !brand.settings().notices.callback_reminder.texts.is_empty();
    let booked = state.callbacks.iter().filter(move |call| has_words && call.status == CallbackStatus::Booked);
    booked.map(|call| reminder(brand, call))
}

fn reminder(brand: &Brand, call: &Callback) -> Timestamp {
    call.due_at - SignedDuration::from_secs(brand.settings().notices.remind_before_seconds.into())
}

fn of_call(
    brand: &Brand,
    conversation: ConversationId,
    state: &Conversation,
    call: &Callback,
    now: Timestamp,
) -> Option<Word> {
    let fresh = |word: Word| word.has_texts(brand) && word.said(conversation, state).is_none();
    let (booked, reminder_word) = (Word::CallbackBooked(call.id), Word::CallbackReminder(call.id));
    match call.status {
        CallbackStatus::Booked if call.due_at > now => {
            if fresh(booked) {
                return Some(booked);
            }
            // Whoever was told when the reminder was due already knows.
            let knows = booked.said(conversation, state).is_some_and(|reply| reply.at >= reminder(brand, call));
            (fresh(reminder_word) && reminder(brand, call) <= now && !knows).then_some(reminder_word)
        }
        CallbackStatus::Missed => {
            let missed = Word::CallbackMissed(call.id);
            (fresh(missed) && now.duration_since(call.due_at) < EXCUSE_FOR).then_some(missed)
        }
        CallbackStatus::Booked | CallbackStatus::Due | CallbackStatus::Done => None,
    }
}

/// Whether a customer's first private message has just come in, and nobody has said anything to him.
fn is_news(around: &Around, conversation: ConversationId, state: &Conversation, now: Timestamp) -> bool {
    let (brand, word) = (&around.brand, Word::Received);
    let waits = state.status() == Status::Open && state.assignee.is_none() && state.unrouted().next().is_none();
    let Some(team) = state.team.as_ref().filter(|_| waits && word.has_texts(brand) && state.replies.is_empty()) else {
        return false;
    };
    let newest = state.received_posts().max_by_key(|post| post.clock());
    let fresh = newest.is_some_and(|post| post.private && now.duration_since(post.clock()) < NEWS_FOR);
    fresh && brand.team_open_for(team.as_str(), now, around.zone()) && word.said(conversation, state).is_none()
}

/// When people are back, if the customer is to be told now: nobody is there, and he was not told since the team went.
fn opens(around: &Around, state: &Conversation, now: Timestamp) -> Option<Timestamp> {
    let brand = &around.brand;
    let waits = state.status() == Status::Open && state.assignee.is_none() && state.unrouted().next().is_none();
    if !waits || state.backfill_only || !Word::OutOfHours.has_texts(brand) {
        return None;
    }
    let team = state.team.as_ref()?.as_str();
    if brand.team_open_for(team, now, around.zone()) {
        return None;
    }
    let told = state.noticed_at.and_then(|at| brand.next_opening(team, at));
    if state.noticed_at.is_some() && told.is_none_or(|opens| opens > now) {
        return None;
    }
    brand.next_opening(team, now)
}

/// The words to the customer, in his language and with the times on his wall; none when there is nothing to say now.
pub fn text(around: &Around, state: &Conversation, word: Word, now: Timestamp) -> Option<String> {
    let brand = &around.brand;
    let language = state.class().map_or("", |class| class.label(Head::Language));
    let words = word.texts(brand).in_language(language)?;
    let (at, zone) = match word {
        Word::OutOfHours => (opens(around, state, now)?, None),
        Word::Received => (now, None),
        Word::CallbackBooked(id) | Word::CallbackReminder(id) | Word::CallbackMissed(id) => {
            let call = state.callbacks.iter().find(|call| call.id == id)?;
            let still = match word {
                Word::CallbackMissed(_) => call.status == CallbackStatus::Missed,
                _ => call.status == CallbackStatus::Booked && call.due_at > now,
            };
            still.then_some((call.due_at, Some(&*call.timezone)))?
        }
    };
    let candidates = [zone, around.zone(), Some(brand.settings().timezone.as_str())];
    let known = candidates.into_iter().flatten().find_map(|name| Some((name, TimeZone::get(name).ok()?)));
    let (zone, timezone) = known.unwrap_or(("UTC", TimeZone::UTC));
    let at = at.to_zoned(timezone).strftime("%Y-%m-%d %H:%M").to_string();
    // Nobody's name stands in the state; whoever wants it in the text greets without it.
    let brand = brand.settings().name.as_str();
    let values = [("opens", at.as_str()), ("time", &at), ("zone", zone), ("customer", ""), ("brand", brand)];
    Some(brand::fill(words, &values))
}

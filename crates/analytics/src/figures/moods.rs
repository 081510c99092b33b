//! What a customer's posts say of how he feels: from the first to the last, whether he complains, thanks or leaves. It is
//! what the classifier said, or a person who put it right.

use super::count;
use conversation::Conversation;
use conversation::classified::Head;
use conversation::state::{Class, Post};

fn classified(state: &Conversation) -> impl Iterator<Item = (&Post, &Class)> {
    state.received_posts().filter_map(|post| post.class.as_ref().map(|class| (post, class)))
}

/// What the brand calls the matter; else what the classifier calls it.
pub fn topic(state: &Conversation) -> &str {
    match &*state.topic {
        "" => state.class().map_or("", |class| &class.topic),
        own => own,
    }
}

fn value(class: &Class) -> Option<i64> {
    match &*class.sentiment {
        "negative" => Some(-1),
        "neutral" => Some(0),
        "positive" => Some(1),
        _ => None,
    }
}

/// The sentiment of the oldest and of the newest post that has one; no last one when they are the same.
pub fn first_and_last(state: &Conversation) -> (Option<i64>, Option<i64>) {
    let felt = || classified(state).filter_map(|(post, class)| value(class).map(|value| (post, value)));
    let first = felt().min_by_key(|(post, _)| (post.clock(), post.key));
    let last = felt().max_by_key(|(post, _)| (post.clock(), post.key));
    let other = first.zip(last).is_some_and(|((first, _), (last, _))| first.key != last.key);
    (first.map(|(_, value)| value), last.filter(|_| other).map(|(_, value)| value))
}

fn leaves(class: &Class) -> bool {
    class.flags.contains(Head::Churn)
}

/// Whether the newest classified post neither leaves nor is negative.
pub fn is_content(state: &Conversation) -> bool {
    state.class().is_some_and(|class| !leaves(class) && value(class) != Some(-1))
}

pub fn complaints(state: &Conversation) -> i64 {
    count(classified(state).filter(|(_, class)| &*class.intent == "complaint").count())
}

pub fn leaving(state: &Conversation) -> i64 {
    count(classified(state).filter(|(_, class)| leaves(class)).count())
}

/// Posts after the first answer that thank, or are praise.
pub fn thanks(state: &Conversation) -> i64 {
    let Some(answered) = state.first_response_at() else { return 0 };
    let thank = |class: &Class| class.flags.contains(Head::Closing) || &*class.intent == "praise";
    count(classified(state).filter(|(post, class)| post.clock() > answered && thank(class)).count())
}

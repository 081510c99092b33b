//! Every measure of the catalogue in plain code: what one conversation, with all that was merged into it, adds.

use super::Family;
use conversation::callback::CallbackStatus;
use conversation::classified::Head;
use conversation::rising::Flag;
use conversation::state::{Class, Post, Reply, ReplyStatus};
use conversation::{Conversation, CustomerId};
use jiff::Timestamp;
use reply::{Codes, Manner};

/// What a measure is made of.
pub enum Plain {
    /// So many each.
    Sum(fn(&Family<'_>, Timestamp) -> f64),
    /// Whether it is part of the sample, and whether it hits.
    Share(fn(&Family<'_>, Timestamp) -> Option<bool>),
    /// So many of so many.
    Ratio(fn(&Family<'_>) -> (u64, u64)),
    Spans(fn(&Family<'_>) -> Vec<i64>, usize),
    LongestWait,
    Customers,
    WeekHours,
    Filtered,
    BroughtBack,
    Happening,
}

use Plain::{Ratio, Share, Spans, Sum};

/// By the name of the catalogue; none for a name that it does not have.
pub fn plain(name: &str) -> Option<Plain> {
    Some(match name {
        "conversations" => Sum(|_, _| 1.0),
        "posts" => Sum(|family, _| family.sum(|state| state.received_posts().count() as u64) as f64),
        "open" => Sum(|family, _| f64::from(u8::from(is_open(family)))),
        "waiting" => Sum(|family, _| f64::from(u8::from(!is_open(family) && family.root.resolved_at.is_none()))),
        "resolved" => Sum(|family, _| f64::from(u8::from(family.root.resolved_at.is_some()))),
        "reopened" => Sum(|family, _| family.sum(|state| u64::from(state.reopened)) as f64),
        "flare_ups" => Sum(|family, _| family.told.iter().map(|told| told.flagged(Flag::FlareUp)).sum::<u64>() as f64),
        "escalated" => Sum(|family, _| {
            let now = family.members.iter().any(|state| state.escalated);
            f64::from(u8::from(now || family.times("Escalated") > 0))
        }),
        "escalated@1" => Sum(|family, _| f64::from(u8::from(family.members.iter().any(|state| state.escalated)))),
        "deescalated" => Sum(|family, _| family.times("Deescalated") as f64),
        "in_incident" => Sum(|family, _| f64::from(u8::from(family.root.incident.is_some()))),
        "praise" => Sum(|family, _| intent(family, "praise")),
        "complaints" => Sum(|family, _| intent(family, "complaint")),
        "questions" => Sum(|family, _| intent(family, "question")),
        "requests" => Sum(|family, _| intent(family, "request")),
        "went_private_share" => Share(|family, _| Some(went_private(family.root))),
        "exposure" => Sum(exposure),
        "callbacks" => Sum(|family, _| family.sum(|state| state.callbacks.len() as u64) as f64),
        "callbacks_done" => Sum(|family, _| callbacks(family, CallbackStatus::Done)),
        "callbacks_missed" => Sum(|family, _| callbacks(family, CallbackStatus::Missed)),
        "contacts" => Sum(|family, _| family.times("ContactRecorded") as f64),
        "offers_lapsed" => Sum(|family, _| family.times("OfferLapsed") as f64),
        "placed_away" => Sum(|family, _| family.told.iter().map(|told| told.sent_away()).sum::<u64>() as f64),
        "warned" => Sum(|family, _| family.times("DeadlineWarned") as f64),
        "breached" => Sum(|family, _| f64::from(u8::from(family.sum(|state| u64::from(state.breaches)) > 0))),
        "classified" => Sum(|family, _| classes(family).count() as f64),
        "corrected" => {
            Sum(|family, _| classes(family).filter(|(_, class)| !class.corrections.is_empty()).count() as f64)
        }
        "corrected_share" => Ratio(|family| {
            let put_right = classes(family).filter(|(_, class)| !class.corrections.is_empty()).count();
            (put_right as u64, classes(family).count() as u64)
        }),
        "customers" => Plain::Customers,
        "week_hours_covered_share" => Plain::WeekHours,
        "longest_wait_seconds" => Plain::LongestWait,
        "filtered" => Plain::Filtered,
        "brought_back" => Plain::BroughtBack,
        "surges" | "exceptions" | "promises_made" | "promises_kept" => Plain::Happening,
        "news_told" | "news_messages" | "news_delivered" | "news_failed" => Plain::Happening,
        "shift_posts" | "shift_posts_sent" | "shift_posts_failed" => Plain::Happening,
        name => return of_held(name).or_else(|| of_answers(name)).or_else(|| of_moods(name)),
    })
}

fn of_held(name: &str) -> Option<Plain> {
    fn approvals(family: &Family<'_>) -> Vec<i64> {
        let own = family.members.iter().position(|state| std::ptr::eq(*state, family.root));
        own.map(|at| family.told[at].approval_seconds()).unwrap_or_default()
    }
    fn notices(family: &Family<'_>, of: &[&str]) -> f64 {
        let told = family.members.iter().zip(&family.told);
        told.map(|(state, told)| told.notices(state, of)).sum::<usize>() as f64
    }
    Some(match name {
        "approvals_asked" => Sum(|family, _| family.told.iter().map(|told| told.proposed()).sum::<usize>() as f64),
        "approvals_given" => {
            Sum(|family, _| family.told.iter().map(|told| told.approval_seconds().len()).sum::<usize>() as f64)
        }
        "approvals_sent_back" => Sum(|family, _| family.told.iter().map(|told| told.sent_back()).sum::<usize>() as f64),
        "approval_p50_seconds" => Spans(approvals, 50),
        "approval_p90_seconds" => Spans(approvals, 90),
        "windows_warned" => Sum(|family, _| family.times("WindowWarned") as f64),
        "windows_closed" => Sum(|family, now| {
            let members = family.members.iter().zip(&family.told);
            let closed = |(state, told): (&&Conversation, &&super::told::Told)| {
                let mut windows = told.windows();
                windows.retain(|closes_at| *closes_at <= now && !was_answered(state, *closes_at));
                windows.len()
            };
            members.map(closed).sum::<usize>() as f64
        }),
        "out_of_hours_notices" => Sum(|family, _| notices(family, &["out_of_hours"])),
        "received_notices" => Sum(|family, _| notices(family, &["received"])),
        "callback_notices" => {
            Sum(|family, _| notices(family, &["callback_booked", "callback_reminder", "callback_missed"]))
        }
        _ => return None,
    })
}

/// Whether an answer came in the day before a window closed, or the customer wrote again in private.
fn was_answered(state: &Conversation, closes_at: Timestamp) -> bool {
    let hours_before = |at: Timestamp| closes_at.duration_since(at).as_secs_f64() / 3_600.0;
    let within = |at: Timestamp| (0.0..24.0).contains(&hours_before(at));
    let arrived = |reply: &Reply| reply.status == ReplyStatus::Sent && !reply.notice && within(reply.at);
    state.replies.iter().any(arrived) || state.received_posts().any(|post| post.private && within(post.clock()))
}

fn of_answers(name: &str) -> Option<Plain> {
    Some(match name {
        "replies" => Sum(|family, _| answers(family) as f64),
        "unanswered" => Sum(|family, _| f64::from(u8::from(answers(family) == 0))),
        "answered_share" => Share(|family, _| Some(answers(family) > 0)),
        "praise_answered_share" => Share(|family, _| (intent(family, "praise") > 0.0).then(|| answers(family) > 0)),
        "replies_in_doubt" => Sum(|family, _| {
            let doubted = |reply: &&Reply| reply.status == ReplyStatus::InDoubt;
            family.sum(|state| state.replies.iter().filter(doubted).count() as u64) as f64
        }),
        "guard_stops" => Sum(|family, _| family.times("DraftStopped") as f64),
        "guard_overrides" => Sum(|family, _| family.told.iter().map(|told| told.overrides()).sum::<u64>() as f64),
        "posts_per_resolution" => Ratio(|family| of_resolved(family, |state| state.received_posts().count() as u64)),
        "touches_per_resolution" => Ratio(|family| of_resolved(family, |state| state.answers() as u64)),
        "one_touch_resolution_share" => {
            Share(|family, _| (family.root.resolved_at.is_some() && answers(family) > 0).then(|| family.is_one_touch()))
        }
        "came_back_share" => {
            Share(|family, _| (answers(family) > 0).then(|| family.sum(|state| state.exchanges() as u64) > 0))
        }
        "exchanges_per_conversation" => Ratio(|family| match answers(family) {
            0 => (0, 0),
            _ => (family.sum(|state| state.exchanges() as u64), 1),
        }),
        "hand_offs" => Sum(|family, _| family.sum(|state| u64::from(state.hand_offs)) as f64),
        "handed_off_share" => Share(|family, _| {
            let handed_on = family.sum(|state| u64::from(state.hand_offs)) > 0;
            (!family.root.backfill_only).then_some(handed_on)
        }),
        "deflections" => Sum(|family, _| made(family, |answer| answer.deflects).0 as f64),
        "deflected_share" => Ratio(|family| made(family, |answer| answer.deflects)),
        "signed_share" => Ratio(|family| made(family, |answer| answer.signed)),
        "argued_share" => Ratio(|family| made(family, |answer| answer.argues)),
        "repeated_questions" => Sum(|family, _| repeated(family, |answer| answer.asks) as f64),
        "repeated_offers" => Sum(|family, _| repeated(family, |answer| answer.offers) as f64),
        "repeated_share" => Ratio(|family| {
            let both = repeated(family, |answer| answer.asks) + repeated(family, |answer| answer.offers);
            (both, made(family, |_| true).1)
        }),
        name => return of_speed(name),
    })
}

fn of_speed(name: &str) -> Option<Plain> {
    fn first(family: &Family<'_>) -> Vec<i64> {
        family.root.first_response_seconds().into_iter().collect()
    }
    fn to_resolution(family: &Family<'_>) -> Vec<i64> {
        let root = family.root;
        let (Some(asked), Some(done)) = (root.first_post_at(), root.resolved_at) else { return Vec::new() };
        match root.received_posts().any(|post| post.posted_at.is_none() && post.clock() == asked) {
            true => Vec::new(),
            false => vec![done.duration_since(asked).as_secs().max(0)],
        }
    }
    Some(match name {
        "answered" => Sum(|family, _| first(family).len() as f64),
        "first_response_p50_seconds" => Spans(first, 50),
        "first_response_p90_seconds" => Spans(first, 90),
        "first_response_p99_seconds" => Spans(first, 99),
        "answered_within_10m" => Share(|family, now| within(family.root, 600, now)),
        "answered_within_1h" => Share(|family, now| within(family.root, 3_600, now)),
        "answered_within_24h" => Share(|family, now| within(family.root, 86_400, now)),
        "next_answers" => Sum(|family, _| family.members.iter().map(|state| next(state).len()).sum::<usize>() as f64),
        "next_response_p50_seconds" => Spans(|family| next(family.root), 50),
        "next_response_p90_seconds" => Spans(|family| next(family.root), 90),
        "next_response_p99_seconds" => Spans(|family| next(family.root), 99),
        "next_within_1h_share" => Ratio(|family| {
            let all: Vec<i64> = family.members.iter().flat_map(|state| next(state)).collect();
            (all.iter().filter(|seconds| **seconds <= 3_600).count() as u64, all.len() as u64)
        }),
        "resolution_p50_seconds" => Spans(to_resolution, 50),
        "resolution_p90_seconds" => Spans(to_resolution, 90),
        _ => return None,
    })
}

fn of_moods(name: &str) -> Option<Plain> {
    Some(match name {
        "apologised_share" => Share(|family, _| {
            let complains = classes(family).any(|(_, class)| &*class.intent == "complaint");
            let (regrets, read) = made(family, |answer| answer.regrets);
            (complains && read > 0).then_some(regrets > 0)
        }),
        "thanked_share" => Share(|family, _| {
            let thanks = |state: &Conversation| {
                let answered = state.first_response_at();
                let after = |post: &Post| answered.is_some_and(|at| post.clock() > at);
                let kind = |class: &Class| &*class.intent == "praise" || class.label(Head::Closing) == "thanks";
                state.received_posts().any(|post| after(post) && post.class.as_ref().is_some_and(kind))
            };
            (answers(family) > 0).then(|| family.members.iter().any(|state| thanks(state)))
        }),
        "sentiment_lifted_share" => Share(|family, _| match felt(family.root).as_slice() {
            [-1, .., last] if answers(family) > 0 => Some(*last >= 0),
            _ => None,
        }),
        "sentiment_change" => Sum(|family, _| match felt(family.root).as_slice() {
            [first, .., last] => (last - first) as f64,
            _ => 0.0,
        }),
        "churn_flagged" => Sum(|family, _| f64::from(u8::from(leaves(family)))),
        "churn_saved_share" => Share(|family, _| {
            let newest =
                family.root.received_posts().filter(|post| post.class.is_some()).max_by_key(|post| post.clock());
            let class = newest.and_then(|post| post.class.as_ref());
            let content =
                class.is_some_and(|class| &*class.sentiment != "negative" && class.label(Head::Churn) != "leaving");
            leaves(family).then(|| content && !is_open(family))
        }),
        _ => return None,
    })
}

fn is_open(family: &Family<'_>) -> bool {
    family.root.resolved_at.is_none() && family.root.waiting_since().is_some()
}

fn answers(family: &Family<'_>) -> u64 {
    family.sum(|state| state.answers() as u64)
}

fn intent(family: &Family<'_>, wanted: &str) -> f64 {
    f64::from(u8::from(family.root.class().is_some_and(|class| &*class.intent == wanted)))
}

fn classes<'a>(family: &'a Family<'_>) -> impl Iterator<Item = (&'a Post, &'a Class)> {
    let posts = family.members.iter().flat_map(|state| state.received_posts());
    posts.filter_map(|post| post.class.as_ref().map(|class| (post, class)))
}

fn leaves(family: &Family<'_>) -> bool {
    classes(family).any(|(_, class)| class.label(Head::Churn) == "leaving")
        || family.told.iter().any(|told| told.flagged(Flag::ChurnRisk) > 0)
}

/// -1, 0 and 1 of every post that has a sentiment, the oldest first.
fn felt(state: &Conversation) -> Vec<i64> {
    let mut felt: Vec<_> = state
        .received_posts()
        .filter_map(|post| {
            let value = match &*post.class.as_ref()?.sentiment {
                "negative" => -1,
                "neutral" => 0,
                "positive" => 1,
                _ => return None,
            };
            Some((post.clock(), post.key, value))
        })
        .collect();
    felt.sort_unstable();
    felt.into_iter().map(|(_, _, value)| value).collect()
}

fn callbacks(family: &Family<'_>, wanted: CallbackStatus) -> f64 {
    family.sum(|state| state.callbacks.iter().filter(|known| known.status == wanted).count() as u64) as f64
}

fn exposure(family: &Family<'_>, now: Timestamp) -> f64 {
    let root = family.root;
    let Some(since) = root.waiting_since().filter(|_| is_open(family) && !root.private) else { return 0.0 };
    let reach = root.posts.iter().map(|post| post.followers).max().unwrap_or(0).min(10_000_000_000);
    reach as f64 * (now.as_microsecond() - since.as_microsecond()).div_euclid(1_000_000).max(0) as f64
}

fn went_private(state: &Conversation) -> bool {
    let mut posts: Vec<_> = state.received_posts().collect();
    posts.sort_by_key(|post| post.clock());
    let Some(first) = posts.first() else { return false };
    !first.private && (posts.iter().any(|post| post.private) || sent(state).iter().any(|reply| reply.private))
}

fn sent(state: &Conversation) -> Vec<&Reply> {
    let mut sent: Vec<_> = state.replies.iter().collect();
    sent.retain(|reply| reply.status == ReplyStatus::Sent && !reply.notice && reply.part == reply.parts);
    sent
}

/// Seconds from each first post after an answer that asks for another one to the next answer.
fn next(state: &Conversation) -> Vec<i64> {
    let Some(mut answered) = state.first_response_at() else { return Vec::new() };
    let asks = |post: &&Post| {
        let thanks = post.class.as_ref().is_some_and(|class| matches!(&*class.intent, "praise" | "noise"));
        post.deleted_at.is_none() && !thanks
    };
    let mut spans = Vec::new();
    loop {
        let later: Vec<_> = state.received_posts().filter(asks).filter(|post| post.clock() > answered).collect();
        let Some(asked) = later.iter().map(|post| post.clock()).min() else { return spans };
        let Some(answer) = sent(state).into_iter().filter(|reply| reply.at >= asked).min_by_key(|reply| reply.at)
        else {
            return spans;
        };
        let timed = later.iter().filter(|post| post.clock() == asked).map(|post| post.posted_at.is_some()).min();
        if timed == Some(true) && answer.timed {
            spans.push(answer.at.duration_since(asked).as_secs());
        }
        answered = answer.at;
    }
}

fn of_resolved(family: &Family<'_>, count: fn(&Conversation) -> u64) -> (u64, u64) {
    match family.root.resolved_at {
        Some(_) => (family.sum(count), 1),
        None => (0, 0),
    }
}

/// How many answers were made so, and how many there are.
fn made(family: &Family<'_>, so: fn(&Manner) -> bool) -> (u64, u64) {
    let answers = || family.members.iter().zip(&family.told).flat_map(|(state, told)| told.answers(state));
    (answers().filter(so).count() as u64, answers().count() as u64)
}

fn repeated(family: &Family<'_>, said: fn(&Manner) -> Codes) -> u64 {
    let mut count = 0;
    for (state, told) in family.members.iter().zip(&family.told) {
        let answers = told.answers(state);
        for (at, answer) in answers.iter().enumerate() {
            let earlier = answers[..at].iter().map(said).fold(Codes::default(), Codes::with);
            count += u64::from(said(answer).repeats(earlier));
        }
    }
    count
}

fn within(root: &Conversation, seconds: i64, now: Timestamp) -> Option<bool> {
    let asked = root.first_post_at()?;
    if root.received_posts().any(|post| post.clock() == asked && post.posted_at.is_none()) {
        return None;
    }
    match root.first_response_seconds() {
        Some(taken) if taken <= seconds => Some(true),
        // An answer whose time nobody knows.
        None if root.first_response_at().is_some() => None,
        _ => (now.duration_since(asked) >= jiff::SignedDuration::from_secs(seconds)).then_some(false),
    }
}

/// The hours of the week, from Monday on, in which posts came and in which answers went out.
pub fn week_hours(families: &[Family<'_>]) -> (Vec<i64>, Vec<i64>) {
    let hour = |at: Timestamp| (at.as_second().div_euclid(3_600) + 3 * 24).rem_euclid(7 * 24);
    let (mut posts, mut answers) = (Vec::new(), Vec::new());
    for root in families.iter().map(|family| family.root) {
        posts.extend(root.received_posts().filter(|post| post.posted_at.is_some()).map(|post| hour(post.clock())));
        answers.extend(sent(root).iter().filter(|reply| reply.timed).map(|reply| hour(reply.at)));
    }
    for hours in [&mut posts, &mut answers] {
        hours.sort_unstable();
        hours.dedup();
    }
    (posts, answers)
}

pub fn customers(families: &[Family<'_>]) -> usize {
    let mut customers: Vec<CustomerId> = families.iter().filter_map(|family| family.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    customers.len()
}

//! What the answers of a conversation say of it: how long each but the first took, who gave the first, in which hours of
//! the week they went out, and whether they took it from public to private.

use conversation::state::{Class, Reply, ReplyStatus};
use conversation::{Conversation, PersonId};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The hours of a week.
pub const WEEK_HOURS: usize = 7 * 24;
/// A bit for each: first those in which posts came, then those in which answers went out.
pub const WEEK_HOURS_BYTES: usize = 2 * WEEK_HOURS / 8;

/// The answers that reached the customer, the oldest first.
fn sent(state: &Conversation) -> Vec<&Reply> {
    let is_answer = |reply: &&Reply| reply.status == ReplyStatus::Sent && reply.part == reply.parts && !reply.notice;
    let mut sent: Vec<&Reply> = state.replies.iter().filter(is_answer).collect();
    sent.sort_by_key(|reply| reply.at);
    sent
}

/// Who gave the first answer; empty when nobody did, or nobody knows.
pub fn first_by(state: &Conversation) -> &str {
    let Some(first) = state.first_response_at() else { return "" };
    let by = sent(state).into_iter().find(|reply| reply.at == first).and_then(|reply| reply.person.as_ref());
    by.map_or("", PersonId::as_str)
}

/// Seconds from each post that came after an answer and asked for another one to the answer that followed. Of several
/// posts before one answer the first counts; deleted posts, thanks, praise and noise ask for none.
pub fn next_seconds(state: &Conversation) -> Vec<u32> {
    let answers = sent(state);
    let Some(first) = state.first_response_at() else { return Vec::new() };
    let asks = |class: Option<&Class>| !class.is_some_and(Class::needs_no_answer);
    let mut asked: Vec<_> = state
        .received_posts()
        .filter(|post| post.deleted_at.is_none() && asks(post.class.as_ref()))
        .map(|post| (post.clock(), post.posted_at.is_some()))
        .collect();
    asked.sort_unstable();
    let mut spans = Vec::new();
    let mut last = first;
    for (at, timed) in asked {
        if at <= last {
            continue;
        }
        let Some(answer) = answers.iter().find(|answer| answer.at >= at) else { break };
        if timed && answer.timed {
            spans.push(u32::try_from(answer.at.duration_since(at).as_secs()).unwrap_or(u32::MAX));
        }
        last = answer.at;
    }
    spans
}

/// In UTC, from Monday 00:00 on; a post or an answer without a time of the network falls into no hour.
pub fn week_hours(state: &Conversation) -> Option<[u8; WEEK_HOURS_BYTES]> {
    let mut hours = [0_u8; WEEK_HOURS_BYTES];
    let mut set = |from: usize, at: Timestamp| {
        let bit = from + hour_of_week(at);
        hours[bit / 8] |= 1 << (bit % 8);
    };
    state.received_posts().filter_map(|post| post.posted_at.map(|_| post.clock())).for_each(|at| set(0, at));
    sent(state).into_iter().filter(|reply| reply.timed).for_each(|reply| set(WEEK_HOURS, reply.at));
    (hours != [0; WEEK_HOURS_BYTES]).then_some(hours)
}

fn hour_of_week(at: Timestamp) -> usize {
    let local = at.to_zoned(TimeZone::UTC);
    let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
    day * 24 + usize::try_from(local.hour()).unwrap_or_default()
}

/// Whether the first post was public and a later post or answer is private.
pub fn went_private(state: &Conversation) -> bool {
    let Some(first) = state.received_posts().min_by_key(|post| post.clock()) else { return false };
    let later = state.received_posts().any(|post| post.private) || sent(state).iter().any(|reply| reply.private);
    !first.private && later
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{At, Script};

    #[test]
    fn an_answer_after_the_first_is_measured_from_the_post_that_asked_for_it() {
        let mut story = Script::new("aurora");
        story.post("a", "p1", At::minute(0));
        story.post("a", "p2", At::minute(1));
        story.answer("a", "r1", At::minute(5));
        assert!(next_seconds(&story.state("a")).is_empty(), "that was the first");
        story.post("a", "p3", At::minute(10));
        story.post("a", "p4", At::minute(12));
        story.answer("a", "r2", At::minute(20));
        story.answer("a", "r3", At::minute(21));
        story.post("a", "p5", At::minute(30));
        assert_eq!(next_seconds(&story.state("a")), [600], "from the first of the two; the last one waits");
        story.untimed_answer("a", "r4", At::minute(40));
        assert_eq!(next_seconds(&story.state("a")), [600], "of that answer nobody knows the time");
        let hours = week_hours(&story.state("a")).unwrap();
        // The story begins on a Monday at nine.
        assert_eq!((hours[1], hours[WEEK_HOURS / 8 + 1]), (2, 2));
        assert_eq!(hours.iter().map(|byte| byte.count_ones()).sum::<u32>(), 2);
    }
}

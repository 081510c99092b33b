//! What one conversation counts for. All measures are sums, shares and percentiles of these figures, and all of them
//! follow from the folded state alone, so it does not matter how often or in what portions the log was read.

use conversation::state::{Post, Reply, ReplyStatus};
use conversation::{Conversation, Network, TeamId};
use jiff::Timestamp;

/// Where a conversation stands. Every conversation stands in exactly one place, so the three add up to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The customer waits for the brand, whether its first post is routed yet or not.
    Open,
    /// The brand has answered, or nothing is left that asks for an answer.
    Waiting,
    Resolved,
}

impl Standing {
    fn of(state: &Conversation) -> Self {
        if state.resolved_at.is_some() {
            Standing::Resolved
        } else if state.waiting_since().is_some() {
            Standing::Open
        } else {
            Standing::Waiting
        }
    }

    /// As it stands in the projection.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Waiting => "waiting",
            Standing::Resolved => "resolved",
        }
    }
}

/// The figures of one conversation. Times are microseconds since 1970, spans are seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures<'a> {
    pub team: &'a str,
    pub channel: &'a str,
    pub language: &'a str,
    pub intent: &'a str,
    pub standing: Standing,
    pub first_post_at: Option<i64>,
    /// When the first post was posted, where a response time can be measured on it: not if the network gave no time
    /// for the post or for its answer.
    pub asked_at: Option<i64>,
    pub first_response_seconds: Option<i64>,
    pub waiting_since: Option<i64>,
    pub tally: Tally,
}

/// The part that adds up when two conversations prove to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub posts: i64,
    pub replies: i64,
    pub in_doubt: i64,
    pub reopened: i64,
    pub hand_offs: i64,
    pub breaches: i64,
    /// Posts that were classified, and those that a person says otherwise of.
    pub classified: i64,
    pub corrected: i64,
    pub escalated: bool,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.posts += other.posts;
        self.replies += other.replies;
        self.in_doubt += other.in_doubt;
        self.reopened += other.reopened;
        self.hand_offs += other.hand_offs;
        self.breaches += other.breaches;
        self.classified += other.classified;
        self.corrected += other.corrected;
        self.escalated |= other.escalated;
    }
}

impl<'a> Figures<'a> {
    pub fn of(state: &'a Conversation) -> Self {
        let class = state.class();
        Figures {
            team: state.team.as_ref().map_or("", TeamId::as_str),
            channel: state.network.as_ref().map_or("", Network::as_str),
            language: class.map_or("", |class| &class.language),
            intent: class.map_or("", |class| &class.intent),
            standing: Standing::of(state),
            first_post_at: state.first_post_at().map(Timestamp::as_microsecond),
            asked_at: asked_at(state).map(Timestamp::as_microsecond),
            first_response_seconds: state.first_response_seconds(),
            waiting_since: state.waiting_since().map(Timestamp::as_microsecond),
            tally: Tally {
                posts: count(state.received_posts().count()),
                replies: count(state.answers()),
                in_doubt: count(state.replies.iter().filter(|reply| in_doubt(reply)).count()),
                reopened: i64::from(state.reopened),
                hand_offs: i64::from(state.hand_offs),
                breaches: i64::from(state.breaches),
                classified: count(state.received_posts().filter(|post| post.class.is_some()).count()),
                corrected: count(state.received_posts().filter(|post| is_corrected(post)).count()),
                escalated: state.escalated,
            },
        }
    }
}

fn is_corrected(post: &Post) -> bool {
    post.class.as_ref().is_some_and(|class| !class.corrections.is_empty())
}

fn in_doubt(reply: &Reply) -> bool {
    reply.status == ReplyStatus::InDoubt
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The time of the first post, unless it or its answer has none of the network's.
fn asked_at(state: &Conversation) -> Option<Timestamp> {
    let first = state.first_post_at()?;
    let untimed = state.received_posts().any(|post| post.clock() == first && post.posted_at.is_none());
    let answer_untimed = state.first_response_at().is_some() && state.first_response_seconds().is_none();
    (!untimed && !answer_untimed).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{At, Script};

    #[test]
    fn a_conversation_stands_in_exactly_one_place() {
        let mut script = Script::new("aurora");
        script.post("a", "p1", At::minute(0));
        assert_eq!(Figures::of(&script.state("a")).standing, Standing::Open, "it waits before it is routed, too");
        script.route("a", "p1", "care", "complaint", "en");
        script.answer("a", "r1", At::minute(5));
        assert_eq!(Figures::of(&script.state("a")).standing, Standing::Waiting);
        script.resolve("a", At::minute(9));
        let state = script.state("a");
        let figures = Figures::of(&state);
        assert_eq!((figures.standing, figures.first_response_seconds), (Standing::Resolved, Some(300)));
        assert_eq!((figures.team, figures.channel, figures.language, figures.intent), ("care", "x", "en", "complaint"));
        assert_eq!((figures.tally.posts, figures.tally.replies, figures.waiting_since), (1, 1, None));
    }

    #[test]
    fn no_response_time_is_made_of_times_that_nobody_knows() {
        let mut untimed_post = Script::new("aurora");
        untimed_post.untimed_post("a", "p1", At::minute(0));
        untimed_post.answer("a", "r1", At::minute(5));
        let state = untimed_post.state("a");
        assert_eq!((Figures::of(&state).asked_at, Figures::of(&state).first_response_seconds), (None, None));

        let mut untimed_answer = Script::new("aurora");
        untimed_answer.post("a", "p1", At::minute(0));
        assert!(Figures::of(&untimed_answer.state("a")).asked_at.is_some(), "while unanswered the post's time counts");
        untimed_answer.untimed_answer("a", "r1", At::minute(5));
        let state = untimed_answer.state("a");
        assert_eq!((Figures::of(&state).asked_at, Figures::of(&state).tally.replies), (None, 1));
    }
}

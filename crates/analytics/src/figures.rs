//! What one conversation counts for. All measures are sums, shares and percentiles of these figures, and all of them
//! follow from the folded state and course alone, so it does not matter how often or in what portions the log was read.

mod answers;
mod moods;

pub use answers::WEEK_HOURS_BYTES;

use crate::course::Course;
use conversation::callback::CallbackStatus;
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
    pub topic: &'a str,
    /// Who gave the first answer.
    pub person: &'a str,
    pub region: &'a str,
    pub tier: &'a str,
    pub standing: Standing,
    pub first_post_at: Option<i64>,
    /// When the first post was posted, where a response time can be measured on it: not if the network gave no time
    /// for the post or for its answer.
    pub asked_at: Option<i64>,
    pub first_response_seconds: Option<i64>,
    pub waiting_since: Option<i64>,
    /// From the first post to the resolution that it rests in.
    pub resolution_seconds: Option<i64>,
    /// Of every answer after the first, since the post that asked for it.
    pub next_response_seconds: Vec<u32>,
    /// Until each reply that somebody had to agree to was agreed to.
    pub approval_seconds: Vec<u32>,
    /// When the newest window closes, or did, of those that were warned of and in which nobody has answered.
    pub window_closes_at: Option<i64>,
    /// The hours of the week in which posts came and answers went; none when it has neither at a known time.
    pub week_hours: Option<[u8; WEEK_HOURS_BYTES]>,
    /// -1, 0 or 1: of the oldest classified post, and of the newest where that is another one.
    pub sentiment_first: Option<i64>,
    pub sentiment_last: Option<i64>,
    /// The newest classified post neither leaves nor is negative.
    pub content: bool,
    /// The most followers of whoever wrote.
    pub reach: i64,
    /// Whoever waits does so in public.
    pub public: bool,
    /// It began in public and went on in private.
    pub went_private: bool,
    pub in_incident: bool,
    pub tally: Tally,
}

macro_rules! tally {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {
        /// The part that adds up when two conversations prove to be one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Tally {
            $( $(#[doc = $doc])* pub $name: i64, )*
        }

        impl Tally {
            /// The columns of the projection.
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($name)),*];

            pub fn add(&mut self, other: &Tally) {
                $( self.$name += other.$name; )*
            }

            /// In the order of the columns.
            pub fn values(&self) -> impl Iterator<Item = i64> {
                [$(self.$name),*].into_iter()
            }

            /// Reads a row that has the columns from the first one on.
            pub fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Tally> {
                let mut at = 0..;
                let mut next = || row.get::<_, i64>(at.next().unwrap_or_default());
                Ok(Tally { $( $name: next()? ),* })
            }
        }
    };
}

tally!(
    posts,
    replies,
    in_doubt,
    reopened,
    hand_offs,
    breaches,
    /// Posts that were classified, and those that a person says otherwise of.
    classified,
    corrected,
    /// Raised now, or never sent back.
    escalated,
    escalations,
    deescalations,
    flare_ups,
    /// Answers after which the customer had to come back.
    exchanges,
    /// Answers after the first, and those that came within an hour, where the times are known.
    next_answers,
    next_within_1h,
    /// Answers whose text is in the log, and how they were made.
    answers_read,
    signed,
    regrets,
    deflections,
    argued,
    repeated_offers,
    repeated_asks,
    /// Posts that complain, that thank for an answer, and signs that the customer leaves.
    complaint_posts,
    thanks_posts,
    churn_signs,
    guard_stops,
    guard_overrides,
    warned,
    offers_lapsed,
    placed_away,
    callbacks,
    callbacks_done,
    callbacks_missed,
    contacts,
    /// Replies that somebody else had to agree to, and what became of them.
    approvals_asked,
    approvals_given,
    approvals_sent_back,
    /// Windows that were warned of, and those in which nobody has answered, closed or not.
    windows_warned,
    windows_unanswered,
    /// Notices that reached the customer, by what they say.
    notices_out_of_hours,
    notices_received,
    notices_of_calls,
);

impl<'a> Figures<'a> {
    pub fn of(state: &'a Conversation, course: &Course) -> Self {
        let class = state.class();
        let (sentiment_first, sentiment_last) = moods::first_and_last(state);
        let next_response_seconds = answers::next_seconds(state);
        let windows = course.held.windows_unanswered(state);
        let approval_seconds = course.held.approval_seconds();
        let mut tally = tally(state, course, &next_response_seconds);
        tally.approvals_given = count(approval_seconds.len());
        tally.windows_unanswered = count(windows.len());
        Figures {
            team: state.team.as_ref().map_or("", TeamId::as_str),
            channel: state.network.as_ref().map_or("", Network::as_str),
            language: class.map_or("", |class| &class.language),
            intent: class.map_or("", |class| &class.intent),
            topic: moods::topic(state),
            person: answers::first_by(state),
            region: &state.region,
            tier: &state.tier,
            standing: Standing::of(state),
            first_post_at: state.first_post_at().map(Timestamp::as_microsecond),
            asked_at: asked_at(state).map(Timestamp::as_microsecond),
            first_response_seconds: state.first_response_seconds(),
            waiting_since: state.waiting_since().map(Timestamp::as_microsecond),
            resolution_seconds: resolution_seconds(state),
            next_response_seconds,
            approval_seconds,
            window_closes_at: windows.into_iter().max().map(Timestamp::as_microsecond),
            week_hours: answers::week_hours(state),
            sentiment_first,
            sentiment_last,
            content: moods::is_content(state),
            reach: i64::try_from(state.reach()).unwrap_or(i64::MAX).min(REACH_MAX),
            public: !state.private,
            went_private: answers::went_private(state),
            in_incident: state.incident.is_some(),
            tally,
        }
    }
}

/// More people than there are; so that sums of reach and time stay within a number.
const REACH_MAX: i64 = 10_000_000_000;

fn tally(state: &Conversation, course: &Course, next_response_seconds: &[u32]) -> Tally {
    let made = course.answers(state);
    let told = course.notices(state);
    let callbacks =
        |wanted: CallbackStatus| count(state.callbacks.iter().filter(|callback| callback.status == wanted).count());
    Tally {
        posts: count(state.received_posts().count()),
        replies: count(state.answers()),
        in_doubt: count(state.replies.iter().filter(|reply| in_doubt(reply)).count()),
        reopened: i64::from(state.reopened),
        hand_offs: i64::from(state.hand_offs),
        breaches: i64::from(state.breaches),
        classified: count(state.received_posts().filter(|post| post.class.is_some()).count()),
        corrected: count(state.received_posts().filter(|post| is_corrected(post)).count()),
        escalated: i64::from(state.escalated),
        escalations: i64::from(course.escalations),
        deescalations: i64::from(course.deescalations),
        flare_ups: i64::from(course.flare_ups),
        exchanges: count(state.exchanges()),
        next_answers: count(next_response_seconds.len()),
        next_within_1h: count(next_response_seconds.iter().filter(|seconds| **seconds <= 3_600).count()),
        answers_read: made.read,
        signed: made.signed,
        regrets: made.regrets,
        deflections: made.deflects,
        argued: made.argues,
        repeated_offers: made.repeated_offers,
        repeated_asks: made.repeated_asks,
        complaint_posts: moods::complaints(state),
        thanks_posts: moods::thanks(state),
        churn_signs: moods::leaving(state) + i64::from(course.churn_raised),
        guard_stops: i64::from(state.stopped_drafts),
        guard_overrides: i64::from(course.overrides),
        warned: i64::from(course.warned),
        offers_lapsed: i64::from(course.offers_lapsed),
        placed_away: i64::from(course.placed_away),
        callbacks: count(state.callbacks.len()),
        callbacks_done: callbacks(CallbackStatus::Done),
        callbacks_missed: callbacks(CallbackStatus::Missed),
        contacts: i64::from(state.contacts),
        approvals_asked: count(course.held.asked()),
        approvals_sent_back: count(course.held.sent_back()),
        windows_warned: i64::from(course.held.windows_warned),
        notices_out_of_hours: told.out_of_hours,
        notices_received: told.received,
        notices_of_calls: told.of_calls,
        // They follow from lists that the figures keep, too.
        ..Tally::default()
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

/// From the first post, where the network gave its time, to the resolution, which is on our own clock.
fn resolution_seconds(state: &Conversation) -> Option<i64> {
    let (first, resolved) = (state.first_post_at()?, state.resolved_at?);
    let untimed = state.received_posts().any(|post| post.clock() == first && post.posted_at.is_none());
    (!untimed).then(|| resolved.duration_since(first).as_secs().max(0))
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
        let state = script.state("a");
        assert_eq!(figures(&state).standing, Standing::Open, "it waits before it is routed, too");
        script.route("a", "p1", "care", "complaint", "en");
        script.answer("a", "r1", At::minute(5));
        assert_eq!(figures(&script.state("a")).standing, Standing::Waiting);
        script.resolve("a", At::minute(9));
        let state = script.state("a");
        let figures = figures(&state);
        assert_eq!((figures.standing, figures.first_response_seconds), (Standing::Resolved, Some(300)));
        assert_eq!((figures.team, figures.channel, figures.language, figures.intent), ("care", "x", "en", "complaint"));
        assert_eq!((figures.tally.posts, figures.tally.replies, figures.waiting_since), (1, 1, None));
        assert_eq!(figures.resolution_seconds, Some(540));
    }

    fn figures(state: &Conversation) -> Figures<'_> {
        Figures::of(state, &Course::default())
    }

    #[test]
    fn no_response_time_is_made_of_times_that_nobody_knows() {
        let mut untimed_post = Script::new("aurora");
        untimed_post.untimed_post("a", "p1", At::minute(0));
        untimed_post.answer("a", "r1", At::minute(5));
        let state = untimed_post.state("a");
        assert_eq!((figures(&state).asked_at, figures(&state).first_response_seconds), (None, None));

        let mut untimed_answer = Script::new("aurora");
        untimed_answer.post("a", "p1", At::minute(0));
        assert!(figures(&untimed_answer.state("a")).asked_at.is_some(), "while unanswered the post's time counts");
        untimed_answer.untimed_answer("a", "r1", At::minute(5));
        let state = untimed_answer.state("a");
        assert_eq!((figures(&state).asked_at, figures(&state).tally.replies), (None, 1));
    }
}

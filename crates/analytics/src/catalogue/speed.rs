//! Speed: how long customers wait.

use super::{Form, Measure, NETWORK_TIME, Spans, UNTIMED, count, measure, part, share, sum};

const WITHIN: &str = "Not counted: conversations for which the network gave no time for the first post or for its \
answer, and those neither answered in time nor old enough for the answer to have been due.";
const NEXT: &str = "Not counted: answers for which the network gave no time, or none for the post they answer.";
const RESOLUTION: &str =
    "From the network's time of the first post, around the clock, to the time at which a person resolved it.";

const fn span(
    name: &'static str,
    title: &'static str,
    spans: Spans,
    percent: u64,
    definition: &'static str,
) -> Measure {
    measure(name, title, "seconds", Form::Percentile { spans, percent }, definition)
}

pub const MEASURES: &[Measure] = &[
    count(
        "answered",
        "Answered with a known time",
        "first_response_seconds IS NOT NULL",
        "Have a first response time, which the percentiles below are made of.",
    )
    .without(UNTIMED),
    span(
        "first_response_p50_seconds",
        "First response, median",
        Spans::FirstResponse,
        50,
        "From the first post to the first answer after it: the time that half of the answered conversations did not \
         exceed. It is exact, over all of them. Where conversations were merged, the first post is the oldest of all \
         of them and the answer is one of the conversation that goes on, as its own page shows it.",
    )
    .on(NETWORK_TIME)
    .without(UNTIMED),
    span(
        "first_response_p90_seconds",
        "First response, 90th percentile",
        Spans::FirstResponse,
        90,
        "The first response time that 90 of 100 answered conversations did not exceed.",
    )
    .on(NETWORK_TIME)
    .without(UNTIMED),
    span(
        "first_response_p99_seconds",
        "First response, 99th percentile",
        Spans::FirstResponse,
        99,
        "The first response time that 99 of 100 answered conversations did not exceed.",
    )
    .on(NETWORK_TIME)
    .without(UNTIMED),
    share(
        "answered_within_10m",
        "Answered within 10 minutes",
        "coalesce(first_response_seconds <= 600, 0)",
        "asked_at IS NOT NULL AND (coalesce(first_response_seconds <= 600, 0) OR asked_at <= :now - 600000000)",
        "Conversations whose first answer came within 600 seconds of the first post, of all that are at least 600 \
         seconds old or were answered in that time. Who never got an answer counts as not answered.",
    )
    .on(NETWORK_TIME)
    .without(WITHIN),
    share(
        "answered_within_1h",
        "Answered within 1 hour",
        "coalesce(first_response_seconds <= 3600, 0)",
        "asked_at IS NOT NULL AND (coalesce(first_response_seconds <= 3600, 0) OR asked_at <= :now - 3600000000)",
        "Conversations whose first answer came within 3,600 seconds of the first post, of all that are at least 3,600 \
         seconds old or were answered in that time. Who never got an answer counts as not answered.",
    )
    .on(NETWORK_TIME)
    .without(WITHIN),
    share(
        "answered_within_24h",
        "Answered within 24 hours",
        "coalesce(first_response_seconds <= 86400, 0)",
        "asked_at IS NOT NULL AND (coalesce(first_response_seconds <= 86400, 0) OR asked_at <= :now - 86400000000)",
        "Conversations whose first answer came within 86,400 seconds of the first post, of all that are at least \
         86,400 seconds old or were answered in that time. Who never got an answer counts as not answered.",
    )
    .on(NETWORK_TIME)
    .without(WITHIN),
    sum(
        "next_answers",
        "Next answers with a known time",
        "answers",
        "next_answers",
        "Answers after the first that followed a post which asked for one. Of several posts before one answer the first \
         counts.",
    )
    .since(2)
    .without(NEXT),
    span(
        "next_response_p50_seconds",
        "Next response, median",
        Spans::NextResponse,
        50,
        "From a post that came after an answer and asked for another to the answer that followed it: the time that half \
         of these answers did not exceed. It is exact. Deleted posts, thanks, praise and noise ask for none; where \
         conversations were merged, it is of the one that goes on.",
    )
    .since(2)
    .on(NETWORK_TIME)
    .without(NEXT),
    span(
        "next_response_p90_seconds",
        "Next response, 90th percentile",
        Spans::NextResponse,
        90,
        "The next response time that 90 of 100 of these answers did not exceed.",
    )
    .since(2)
    .on(NETWORK_TIME)
    .without(NEXT),
    span(
        "next_response_p99_seconds",
        "Next response, 99th percentile",
        Spans::NextResponse,
        99,
        "The next response time that 99 of 100 of these answers did not exceed.",
    )
    .since(2)
    .on(NETWORK_TIME)
    .without(NEXT),
    part(
        "next_within_1h_share",
        "Next answers within 1 hour",
        "next_within_1h",
        "next_answers",
        "Of the answers after the first: those that came within 3,600 seconds of the post that asked for them.",
    )
    .since(2)
    .on(NETWORK_TIME)
    .without(NEXT),
    span(
        "resolution_p50_seconds",
        "Resolution, median",
        Spans::Resolution,
        50,
        "From the first post to the resolution that the matter rests in: the time that half of the resolved conversations \
         did not exceed. It is exact.",
    )
    .since(2)
    .on(RESOLUTION)
    .without("Not counted: conversations that are not resolved, and those for whose first post the network gave no time."),
    span(
        "resolution_p90_seconds",
        "Resolution, 90th percentile",
        Spans::Resolution,
        90,
        "The time to the resolution that 90 of 100 resolved conversations did not exceed.",
    )
    .since(2)
    .on(RESOLUTION)
    .without("Not counted: conversations that are not resolved, and those for whose first post the network gave no time."),
    measure(
        "longest_wait_seconds",
        "Longest wait",
        "seconds",
        Form::LongestWait,
        "How long the customer who has waited longest has been waiting now, since his first unanswered \
         post: asking again does not restart it. Absent when nobody waits.",
    )
    .on("From the network's time of that post, or its arrival where the network gives none, until now."),
    count(
        "breached",
        "Breached",
        "breaches > 0",
        "At least one answer, the first or a later one, or the resolution was not there when it was due by the brand's \
         rules.",
    )
    .on("Measured on the deadline that was set, which starts with the first unanswered post and runs by the calendar or in \
         business hours, as the settings say.")
    .without("Not counted: conversations without a target, and history that was imported, for which no deadline runs.")
    .by("targets and their clocks"),
    sum(
        "warned",
        "Warned",
        "times",
        "warned",
        "How often a team was warned that a clock would run out soon.",
    )
    .since(2)
    .on("On the deadline's own clock, by the calendar or in business hours.")
    .by("when a team is warned"),
    measure(
        "week_hours_covered_share",
        "Hours of the week that are covered",
        "share",
        Form::WeekHours,
        "Of the 168 hours of a week, those in which customers' posts came: the share in which at least one answer went \
         out, in whichever week. Sunday from 2 to 3 counts once, however many Sundays there were.",
    )
    .since(2)
    .on("On the network's own times, in UTC.")
    .without("Not counted: posts and answers for which the network gave no time."),
];

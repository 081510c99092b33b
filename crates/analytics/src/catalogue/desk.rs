//! The desk: who was offered what, who was called, and what the classifier was put right in.

use super::{Form, Measure, Spans, measure, part, sum};

const fn approval(name: &'static str, title: &'static str, percent: u64, definition: &'static str) -> Measure {
    measure(name, title, "seconds", Form::Percentile { spans: Spans::Approval, percent }, definition)
        .since(3)
        .on("Measured on Earshot's own clock, around the clock.")
        .without("Not counted: replies that were sent back, taken back, or still wait.")
}

pub const MEASURES: &[Measure] = &[
    sum(
        "offers_lapsed",
        "Offers that lapsed",
        "times",
        "offers_lapsed",
        "How often somebody who was offered a conversation did not touch it in time, or went offline.",
    )
    .since(2)
    .by("how long an offer stands"),
    sum(
        "placed_away",
        "Served by another team",
        "times",
        "placed_away",
        "How often a conversation went to another team for a while, because its own was closed or flooded.",
    )
    .since(2)
    .by("hours of teams, and who serves instead"),
    sum("callbacks", "Callbacks booked", "callbacks", "callbacks", "Calls that customers were promised.").since(2),
    sum("callbacks_done", "Callbacks done", "callbacks", "callbacks_done", "Of these, those that were made.").since(2),
    sum(
        "callbacks_missed",
        "Callbacks missed",
        "callbacks",
        "callbacks_missed",
        "Of these, those that nobody made within a quarter of an hour of their time, and nobody has made since.",
    )
    .since(2),
    sum(
        "approvals_asked",
        "Replies to be agreed to",
        "replies",
        "approvals_asked",
        "Replies that had to be agreed to by somebody else before they could leave.",
    )
    .since(3)
    .by("whose replies, and which, have to be agreed to"),
    sum(
        "approvals_given",
        "Replies agreed to",
        "replies",
        "approvals_given",
        "Of these, those that somebody agreed to; they left.",
    )
    .since(3),
    sum(
        "approvals_sent_back",
        "Replies sent back",
        "replies",
        "approvals_sent_back",
        "Of these, those that somebody did not agree to.",
    )
    .since(3)
    .without("Not counted: those that their writer took back."),
    approval("approval_p50_seconds", "Time to agreement, median", 50, "From a reply being proposed to somebody agreeing to it: the time that half of these replies did not exceed. It is exact; where conversations were merged, it is of the one that goes on."),
    approval("approval_p90_seconds", "Time to agreement, 90th percentile", 90, "The time to agreement that 90 of 100 of these replies did not exceed."),
    sum(
        "windows_warned",
        "Warned that a messaging window closes",
        "windows",
        "windows_warned",
        "How often a customer waited in private and the time in which the network takes messages to him was about to end.",
    )
    .since(3)
    .on("The end is 24 hours after the customer's newest private message, by the network's time."),
    sum(
        "windows_closed",
        "Messaging windows that closed before an answer",
        "windows",
        "windows_unanswered - (coalesce(window_closes_at, 0) > :now)",
        "Of the windows that were warned of, those that closed before any answer reached the customer and before he wrote \
         again, which opens it anew.",
    )
    .since(3)
    .on("The end is 24 hours after the customer's newest private message, by the network's time.")
    .without("Not counted: windows of a conversation that was merged into another one before they closed."),
    sum(
        "classified",
        "Classified",
        "posts",
        "classified",
        "Posts of customers that the classifier has said something of. Each counts once, by its newest text and the \
         model that read it first.",
    ),
    sum(
        "corrected",
        "Corrected",
        "posts",
        "corrected",
        "Of the classified posts, those of which a person says something else than the classifier did, of whatever \
         head. One that a person has put back counts no more.",
    ),
    part(
        "corrected_share",
        "Corrected of classified",
        "corrected",
        "classified",
        "The corrected posts of the classified ones. `ListCorrections` has the same by head, model and language.",
    ),
];

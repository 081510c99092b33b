//! The desk: who was offered what, who was called, and what the classifier was put right in.

use super::{Measure, part, sum};

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

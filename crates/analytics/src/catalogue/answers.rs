//! What the brand said, and whether it said anything.

use super::{Measure, count, share, sum};

pub const MEASURES: &[Measure] = &[
    sum(
        "replies",
        "Replies",
        "replies",
        "replies",
        "Answers that reached the customer: sent through Earshot, or seen on the network. Those submitted, failed or in \
         doubt are none; the parts of one answer are one; notices that nobody wrote are none.",
    ),
    count(
        "unanswered",
        "Never answered",
        "replies = 0",
        "No answer has reached the customer, whatever became of the matter.",
    )
    .since(2),
    share(
        "answered_share",
        "Answered at all",
        "replies > 0",
        "1",
        "Of all conversations: those with at least one answer.",
    )
    .since(2),
    share(
        "praise_answered_share",
        "Praise that was answered",
        "replies > 0",
        "intent = 'praise'",
        "Of the conversations that are praise: those with at least one answer.",
    )
    .since(2),
    sum(
        "replies_in_doubt",
        "Replies in doubt",
        "replies",
        "in_doubt",
        "Replies of which nobody knows whether the network has them, and which wait for a person to say so.",
    ),
    sum(
        "guard_stops",
        "Drafts that the guard stopped",
        "drafts",
        "guard_stops",
        "Drafts that would have shown or asked for personal data in public, or spoken to somebody else, and did not leave.",
    )
    .since(2)
    .by("what the reply guard knows of the brand"),
    sum(
        "guard_overrides",
        "Sent against the guard",
        "replies",
        "guard_overrides",
        "Replies that a person sent although the guard stopped them, with a reason.",
    )
    .since(2),
];

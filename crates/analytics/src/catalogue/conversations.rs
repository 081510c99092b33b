//! How many matters there are, and where they stand.

use super::{Form, Former, Measure, count, measure, share, sum};

pub const MEASURES: &[Measure] = &[
    count(
        "conversations",
        "Conversations",
        "1",
        "One customer's matter with the brand that has at least one post, whatever its state. Conversations that \
         proved to be one count once, as the one that goes on. Always open + waiting + resolved.",
    ),
    sum(
        "posts",
        "Posts",
        "posts",
        "posts",
        "Posts and private messages of customers in these conversations and in those merged into them, whether deleted \
         later or not.",
    ),
    count(
        "open",
        "Open",
        "standing = 'open'",
        "The customer waits for the brand: a post of his has had no answer since, and the matter is not resolved. \
         Thanks, praise and noise after an answer ask for no other; a deleted post asks for none.",
    ),
    count(
        "waiting",
        "Waiting for the customer",
        "standing = 'waiting'",
        "Neither open nor resolved: the brand has answered, and the next word is the customer's.",
    ),
    count("resolved", "Resolved", "standing = 'resolved'", "Resolved and not come back since."),
    sum(
        "reopened",
        "Reopened",
        "times",
        "reopened",
        "How often a resolved matter came back, by a post of the customer that asks for something or by a person.",
    ),
    sum(
        "flare_ups",
        "Flare-ups",
        "times",
        "flare_ups",
        "How often a resolved matter spread again so far that it came back by itself.",
    )
    .since(2)
    .by("when a matter flares up"),
    Measure {
        former: &[Former {
            since: 1,
            definition: "Is raised now: one that was sent back down did not count.",
            form: Form::Count("escalated > 0"),
        }],
        ..count(
            "escalated",
            "Escalated",
            "escalations > 0 OR escalated > 0",
            "Raised at least once, by a rule or by a person, whether it was sent back down later or not.",
        )
        .since(2)
        .by("what raises a conversation")
    },
    sum(
        "deescalated",
        "Sent back down",
        "times",
        "deescalations",
        "How often the team that a conversation was raised to was sent away again.",
    )
    .since(2),
    count(
        "in_incident",
        "Part of a surge",
        "in_incident",
        "They belong to an incident: a whole region wrote at once about one matter.",
    )
    .since(2)
    .by("when a surge is one"),
    count(
        "praise",
        "Praise",
        "intent = 'praise'",
        "The newest classified post of the conversation is praise or thanks, as the classifier reads it, or as a person \
         says who put it right. So it is with complaints, questions, requests and the language.",
    ),
    count(
        "complaints",
        "Complaints",
        "intent = 'complaint'",
        "The newest classified post of the conversation is a complaint.",
    ),
    count("questions", "Questions", "intent = 'question'", "The newest classified post of the conversation is a question."),
    count("requests", "Requests", "intent = 'request'", "The newest classified post of the conversation is a request."),
    share(
        "went_private_share",
        "Went on in private",
        "went_private",
        "1",
        "Of all conversations: those whose first post was public and that have a private message, of the customer or of \
         the brand.",
    )
    .since(2),
    measure(
        "exposure",
        "Exposure of those who wait",
        "follower-hours",
        Form::Sum {
            of: "CASE WHEN standing = 'open' AND public THEN reach * max(0, (:now - waiting_since) / 1000000) ELSE 0 END",
            per: 3_600,
        },
        "How many may have seen that nobody answers: of each customer who waits in public, his followers times the hours \
         of his wait, added up.",
    )
    .since(2)
    .on("From the network's time of the first unanswered post, or its arrival where the network gives none, until now.")
    .without("Not counted: private messages."),
];

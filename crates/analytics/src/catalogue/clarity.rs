//! Clarity and efficiency: how much it takes until a matter is done.

use super::{FROM_TEXT, Form, Measure, measure, part, share, sum};

pub const MEASURES: &[Measure] = &[
    measure(
        "posts_per_resolution",
        "Posts per resolution",
        "posts per conversation",
        Form::Ratio { part: "CASE WHEN standing = 'resolved' THEN posts ELSE 0 END", of: "standing = 'resolved'" },
        "The customers' posts in resolved conversations, divided by the number of these conversations. Absent while \
         none is resolved.",
    ),
    measure(
        "touches_per_resolution",
        "Touches per resolution",
        "answers per conversation",
        Form::Ratio { part: "CASE WHEN standing = 'resolved' THEN replies ELSE 0 END", of: "standing = 'resolved'" },
        "The answers in resolved conversations, divided by the number of these conversations.",
    )
    .since(2),
    share(
        "one_touch_resolution_share",
        "Resolved in one touch",
        "replies = 1 AND hand_offs = 0 AND reopened = 0",
        "standing = 'resolved' AND replies > 0",
        "Of the resolved conversations with at least one answer: those with exactly one, without a hand-off, that never \
         came back.",
    )
    .without("Not counted: conversations resolved without an answer."),
    share(
        "came_back_share",
        "Came back after an answer",
        "exchanges > 0",
        "replies > 0",
        "Of the answered conversations: those whose customer had to come back after an answer, with something other than \
         thanks, praise or noise.",
    )
    .since(2),
    measure(
        "exchanges_per_conversation",
        "Times that the customer came back",
        "times per conversation",
        Form::Ratio { part: "CASE WHEN replies > 0 THEN exchanges ELSE 0 END", of: "replies > 0" },
        "How often customers had to come back after an answer, divided by the answered conversations.",
    )
    .since(2),
    sum(
        "hand_offs",
        "Hand-offs",
        "times",
        "hand_offs",
        "How often a person handed a conversation to another team or person. Claiming and releasing are none.",
    ),
    share(
        "handed_off_share",
        "Handed off",
        "hand_offs > 0",
        "NOT history",
        "Of all conversations: those that a person handed on at least once.",
    )
    .since(2)
    .without("Not counted: history that was imported, of which nobody knows who handed it on."),
    sum(
        "deflections",
        "Deflections",
        "answers",
        "deflections",
        "Answers that send the customer to another desk, phone, portal or form while nothing else in them helps. A link \
         that solves is none; whoever asks for a private message stays with the customer.",
    )
    .since(2)
    .without(FROM_TEXT),
    part(
        "deflected_share",
        "Answers that deflect",
        "deflections",
        "answers_read",
        "The deflections of all answers.",
    )
    .since(2)
    .without(FROM_TEXT),
    sum(
        "repeated_questions",
        "Questions asked again",
        "answers",
        "repeated_asks",
        "Answers that ask for something that an earlier answer in the conversation asked for already.",
    )
    .since(2)
    .without(FROM_TEXT),
    sum(
        "repeated_offers",
        "Offers made again",
        "answers",
        "repeated_offers",
        "Answers that offer something that an earlier answer in the conversation offered already. Patience, a link and a \
         private way may be offered again.",
    )
    .since(2)
    .without(FROM_TEXT),
    part(
        "repeated_share",
        "Answers that repeat",
        "repeated_asks + repeated_offers",
        "answers_read",
        "Questions asked again and offers made again, divided by all answers.",
    )
    .since(2)
    .without(FROM_TEXT),
];

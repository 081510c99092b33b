//! What is told without anybody writing it: to customers, to the public, and to the brand's own people.

use super::{Form, Measure, measure, sum};
use crate::happened;

const OF_A_BRAND: &str = "They belong to the brand, and have neither a team nor a channel.";
const SUBMITTED: &str = "A period holds those that were written down in it, by Earshot's own clock.";

/// What belongs to a brand and to no conversation.
const fn of_brand(name: &'static str, title: &'static str, kind: &'static str, definition: &'static str) -> Measure {
    measure(name, title, "messages", Form::Happening(kind), definition).since(3).on(SUBMITTED).without(OF_A_BRAND)
}

pub const MEASURES: &[Measure] = &[
    sum(
        "out_of_hours_notices",
        "Told that the team is closed",
        "notices",
        "notices_out_of_hours",
        "Notices that reached a customer who waited while the team was closed. They are no answers.",
    )
    .since(3)
    .without("Not counted: those that failed or are in doubt.")
    .by("the words for it, and the hours of teams"),
    sum(
        "received_notices",
        "Told that we have it",
        "notices",
        "notices_received",
        "Notices that reached a customer who wrote a first private message, before anybody had answered. They are no \
         answers.",
    )
    .since(3)
    .without("Not counted: those that failed or are in doubt.")
    .by("the words for it"),
    sum(
        "callback_notices",
        "Told of a call",
        "notices",
        "notices_of_calls",
        "Notices that reached a customer about a call: that it is booked, that it is near, that nobody made it.",
    )
    .since(3)
    .without("Not counted: those that failed or are in doubt.")
    .by("the words for it"),
    measure(
        "news_told",
        "News for the brand's people",
        "pieces of news",
        Form::Happening(happened::NEWS),
        "What somebody of the brand's people was told of his work, by each of the ways that he chose.",
    )
    .since(3)
    .on("A period holds those that were written down in it, by Earshot's own clock.")
    .without(OF_A_BRAND),
    of_brand(
        "news_messages",
        "Messages with news",
        happened::PERSON_NOTICE,
        "Messages to the brand's people. One holds one piece of news, or several that were gathered; what stands on a \
         person's console is one, too.",
    ),
    of_brand(
        "news_delivered",
        "Messages with news that arrived",
        happened::PERSON_NOTICE_SENT,
        "Of these, those that their receiver took, that a person says arrived, or that stand on the console.",
    ),
    of_brand(
        "news_failed",
        "Messages with news that failed",
        happened::PERSON_NOTICE_FAILED,
        "Of these, those that did not arrive and are not tried again. Those in doubt are neither delivered nor failed.",
    ),
    of_brand(
        "shift_posts",
        "Shift posts",
        happened::SHIFT_POST,
        "Posts that say in public that a team's shift begins or ends.",
    )
    .by("which teams post, and what"),
    of_brand(
        "shift_posts_sent",
        "Shift posts that went out",
        happened::SHIFT_POST_SENT,
        "Of these, those that stand there.",
    ),
    of_brand(
        "shift_posts_failed",
        "Shift posts that failed",
        happened::SHIFT_POST_FAILED,
        "Of these, those that did not go out and are not tried again.",
    ),
];

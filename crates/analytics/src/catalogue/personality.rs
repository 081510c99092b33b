//! Personality: whether people answer people.

use super::{FROM_TEXT, Measure, part, share, sum};

pub const MEASURES: &[Measure] = &[
    part(
        "signed_share",
        "Answers that are signed",
        "signed",
        "answers_read",
        "Answers that end with the name or sign of the person who wrote them, as `^Kim` or `- Dana`, of all answers.",
    )
    .since(2)
    .without(FROM_TEXT),
    share(
        "apologised_share",
        "Complaints met with regret",
        "regrets > 0",
        "complaint_posts > 0 AND answers_read > 0",
        "Of the answered conversations with at least one complaint: those in which at least one answer says a word of \
         regret. The words are those of the reply guard, in fifteen languages.",
    )
    .since(2)
    .without(FROM_TEXT),
    part(
        "argued_share",
        "Answers that argue",
        "argued",
        "answers_read",
        "Answers that argue with the customer (\"as we already told you\"), of all answers.",
    )
    .since(2)
    .without(FROM_TEXT),
    share(
        "thanked_share",
        "Customers who thank",
        "thanks_posts > 0",
        "replies > 0",
        "Of the answered conversations: those with a post after the first answer that thanks or praises.",
    )
    .since(2),
    share(
        "sentiment_lifted_share",
        "From bad to better",
        "coalesce(sentiment_last >= 0, 0)",
        "coalesce(sentiment_first = -1 AND sentiment_last IS NOT NULL, 0) AND replies > 0",
        "Of the answered conversations that began with a negative post and have another one with a sentiment: those whose \
         newest one is not negative.",
    )
    .since(2),
    sum(
        "sentiment_change",
        "Change of sentiment",
        "steps",
        "coalesce(sentiment_last - sentiment_first, 0)",
        "Of each conversation the sentiment of the newest post less that of the first (negative -1, neutral 0, positive \
         1), added up. A conversation with one post adds nothing.",
    )
    .since(2),
];

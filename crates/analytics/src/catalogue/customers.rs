//! Customers: how many, how often, and whether they stay.

use super::{Form, Measure, count, measure, share, sum};
use crate::happened;

pub const MEASURES: &[Measure] = &[
    measure(
        "customers",
        "Customers",
        "customers",
        Form::Customers,
        "How many customers the conversations are of. Two profiles of one person are two.",
    )
    .since(2),
    sum(
        "contacts",
        "Contacts by other ways",
        "contacts",
        "contacts",
        "Calls, letters and visits that were written down beside the posts.",
    )
    .since(2),
    count(
        "churn_flagged",
        "Customers who leave or threaten to",
        "churn_signs > 0",
        "At least one post says that the customer leaves, as the classifier reads it or a person put it right, or the \
         conversation was flagged so.",
    )
    .since(2)
    .by("from when on the flag of leaving is raised"),
    share(
        "churn_saved_share",
        "Customers who stayed",
        "content AND standing <> 'open'",
        "churn_signs > 0",
        "Of the conversations in which a customer leaves or threatens to: those in which nobody waits any more and whose \
         newest classified post neither leaves nor is negative.",
    )
    .since(2),
    measure(
        "exceptions",
        "Exceptions granted",
        "exceptions",
        Form::Happening(happened::EXCEPTION),
        "Something beyond the rules that was granted to a customer.",
    )
    .since(2)
    .on("A period holds those that were granted in it.")
    .without("They are in no conversation's figures, and have neither a team nor a channel."),
    measure(
        "promises_made",
        "Promises made",
        "promises",
        Form::Happening(happened::PROMISE_MADE),
        "What customers were promised.",
    )
    .since(2)
    .on("A period holds those that were made in it.")
    .without("They are in no conversation's figures, and have neither a team nor a channel."),
    measure(
        "promises_kept",
        "Promises kept",
        "promises",
        Form::Happening(happened::PROMISE_KEPT),
        "Promises of which a person said that they were kept.",
    )
    .since(2)
    .on("A period holds those that were kept in it, whenever they were made.")
    .without("They are in no conversation's figures, and have neither a team nor a channel."),
];

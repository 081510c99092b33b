//! What came in and did not become work, and when a whole region wrote at once.

use super::{Form, Measure, measure};
use crate::happened;

const PERIOD: &str =
    "A period holds those that were posted in it, by the network's time, or taken in, where it gives none.";

pub const MEASURES: &[Measure] = &[
    measure(
        "filtered",
        "Filtered",
        "posts",
        Form::Filtered { brought_back: false },
        "Posts that a rule of the brand kept out of the care queue. They are in no conversation and in no \
         other measure, and have neither a team nor a language.",
    )
    .on(PERIOD)
    .by("filters"),
    measure(
        "brought_back",
        "Brought back",
        "posts",
        Form::Filtered { brought_back: true },
        "Filtered posts that a person let go on as any other.",
    )
    .since(2)
    .on(PERIOD),
    measure(
        "surges",
        "Surges",
        "incidents",
        Form::Happening(happened::SURGE),
        "How often a region wrote more about a matter than its own past hours explain.",
    )
    .since(2)
    .on("A period holds those whose first post was posted in it.")
    .without("They belong to the brand, and have neither a team nor a channel.")
    .by("when a surge is one"),
];

//! The model's card: what it is, what it learned from, how good it is and where it is not, written by the program that
//! measured it, so that it cannot say more than was measured.

use std::fmt::Write;

use crate::eval::Measure;
use crate::manifest::{HeadName, Manifest};
use crate::model::Model;

/// The card in Markdown. `missing` are sets that were not there to be measured on.
pub fn card(model: &Model, manifest: &Manifest, measures: &[Measure], missing: &[String]) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut card, model, manifest, measures, missing);
    card
}

fn write(
    card: &mut String,
    model: &Model,
    manifest: &Manifest,
    measures: &[Measure],
    missing: &[String],
) -> std::fmt::Result {
    writeln!(card, "# Card of the model {}\n", model.version())?;
    writeln!(card, "Written by `earshot classifier eval --card FILE --data SETS`; do not edit.\n")?;
    writeln!(card, "{}\n", INTRODUCTION)?;
    writeln!(card, "## Heads\n\n| head | labels | features kept | table |\n|---|---|---|---|")?;
    for (name, head) in model.heads() {
        let labels = match head.labels.len() {
            0..=8 => head.labels.join(", "),
            many => format!("{many}"),
        };
        let kib = (head.kept.bitmap().len() + head.rows.len()) / 1024;
        let asked = if name.is_common() { "" } else { " (asked by name)" };
        writeln!(card, "| {}{asked} | {labels} | {} | {kib} KiB |", name.as_str(), head.kept.count())?;
    }
    writeln!(card, "\n## What it learned from\n\n{}\n", model.licence())?;
    writeln!(card, "## Measured\n\n{MEASURED}\n")?;
    writeln!(card, "| set | learned from | head | language | rows | macro-F1 | accuracy | ECE | by chance |")?;
    writeln!(card, "|---|---|---|---|---|---|---|---|---|")?;
    for m in measures {
        let learned = if model.learned_from(&m.file) { "yes" } else { "no" };
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        let (f1, accuracy) = (percent(m.macro_f1), percent(m.accuracy));
        let (ece, chance) = (percent(m.ece), percent(m.ece_by_chance));
        writeln!(
            card,
            "| {} | {learned} | {} | {} | {} | {f1} | {accuracy} | {ece} | {chance} |",
            m.file, m.head, m.language, m.n
        )?;
    }
    if !missing.is_empty() {
        writeln!(card, "\nNot there when it was measured: {}.", missing.join(", "))?;
    }
    writeln!(card, "\n## Who is taken for whom\n\nOn the project's own posts that it never saw.\n")?;
    let own = manifest.sets.iter().find(|set| set.stem() == "posts").map(|set| set.stem());
    for m in measures.iter().filter(|m| Some(m.file.as_str()) == own && m.head != HeadName::LANGUAGE.as_str()) {
        confusion(card, m)?;
    }
    writeln!(card, "{WEAK}")
}

fn confusion(card: &mut String, measure: &Measure) -> std::fmt::Result {
    let Some(confusion) = &measure.confusion else { return Ok(()) };
    let labels: Vec<&String> = confusion.keys().collect();
    let names = labels.iter().map(|label| label.as_str()).collect::<Vec<_>>().join(" | ");
    writeln!(card, "| {}: right, then answered | {names} |\n|---|{}", measure.head, "---|".repeat(labels.len()))?;
    for (right, given) in confusion {
        let counts = labels.iter().map(|label| given.get(*label).copied().unwrap_or_default().to_string());
        writeln!(card, "| {right} | {} |", counts.collect::<Vec<_>>().join(" | "))?;
    }
    writeln!(card)
}

const INTRODUCTION: &str = "A compact linear model for posts to brands, in one file: words, word pairs and character n-grams of
the normal form, hashed; a second copy of words and pairs under the language; for each head one-vs-rest machines over features
that are weighted by their naive-Bayes ratio or its root; signed bytes; temperatures by language. It is meant for sorting and routing posts
to people who read them, and for counting. It is not meant for decisions about a person.";

const MEASURED: &str = "In per cent. Of sets that it learned from, only their test parts, which it never saw; of all others every
row. A head chooses among the labels that a set uses. Recipes were chosen with a look at such figures, so on texts of another
kind expect a little less. ECE is the distance between confidence and accuracy in fifteen steps; beside it stands what chance alone
makes of it with so few rows.";

const WEAK: &str = "## What it cannot do

- French, Spanish, Italian, German, Portuguese, Arabic and Hindi have few open posts with sentiment: there it knows what was
  written for the project, and is weaker on news, politics and irony than a model trained on that benchmark.
- Topics, urgency and churn were learned from some thousand posts and lines written for the project: a guess below the
  threshold is marked as unsure, and rules should ask for that.
- Posts written for the project are clearer than what some customers write. Its labels were given by one author and checked by
  a second reading of 330 posts (see `crates/classifier/data/README.md`).
- Closely related languages are taken for each other (Croatian and Serbian, the Arabic dialects, Malay and Indonesian), and so is
  romanised Hindi for English when half of its words are English.";

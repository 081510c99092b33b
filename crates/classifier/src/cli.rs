//! What `earshot classifier train`, `eval`, `explain` and `classify` do, without the command line: the binary wraps these.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::eval::{self, EvalError, Measure};
use crate::files;
use crate::manifest::{Manifest, ManifestError};
use crate::model::{Classification, Explanation, Model, ModelError};
use crate::train::{self, Progress, Recipe, TrainError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No model could be trained.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A measure could not be taken.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// The trained model cannot be written.
    #[error("cannot write the model to {path}: {source}; give another --out")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line to be classified is not a post.
    #[error("line {line}, column {column}: not a post; expected a JSON object with \"text\"")]
    Line {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Posts cannot be read, or answers not written.
    #[error("cannot go on after {lines} lines: {source}")]
    Stream {
        /// Lines that were answered.
        lines: usize,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The model of a file, of `NAME.model` when there is one, or the one inside the program, whose name is `shipped`.
pub fn open_model(name: Option<&Path>) -> Result<Model, CliError> {
    let Some(name) = name else { return Ok(Model::shipped()) };
    let mut trained = name.as_os_str().to_owned();
    trained.push(".model");
    let trained = PathBuf::from(trained);
    Ok(match name.exists() {
        true => Model::load(name)?,
        false if trained.exists() => Model::load(&trained)?,
        false if name.as_os_str() == "shipped" => Model::shipped(),
        false => Model::load(name)?,
    })
}

/// The manifest of a file, or the one inside the program.
pub fn open_manifest(file: Option<&Path>) -> Result<Manifest, CliError> {
    Ok(match file {
        Some(file) => Manifest::load(file)?,
        None => Manifest::shipped(),
    })
}

/// What to train.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// The directory with the sets of the manifest.
    pub data: PathBuf,
    /// Another manifest than the one inside the program.
    pub manifest: Option<PathBuf>,
    /// Which of the manifest's models to make.
    pub variant: String,
    /// Where to write the model; written whole or not at all.
    pub out: PathBuf,
}

/// What was trained.
#[derive(Clone, Debug, Serialize)]
pub struct TrainReport {
    /// Where the model is.
    pub out: PathBuf,
    /// Its version.
    pub version: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Rows that each head learned from.
    pub learned: Vec<(String, usize)>,
    /// Its licence note.
    pub licence: String,
}

/// Trains a model and writes it.
pub fn train(options: &TrainOptions, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<TrainReport, CliError> {
    let manifest = open_manifest(options.manifest.as_deref())?;
    let variant = manifest.variant(&options.variant)?;
    let recipe = if variant.roomy { Recipe::roomy } else { Recipe::of };
    let trained = train::train(&manifest, &options.data, variant, recipe, progress)?;
    let bytes = trained.model.to_bytes();
    let model = Model::from_bytes(&options.out.display().to_string(), bytes.clone())?;
    files::write_whole(&options.out, &bytes, &mut OpenOptions::new())
        .map_err(|source| CliError::Write { path: options.out.clone(), source })?;
    Ok(TrainReport {
        out: options.out.clone(),
        version: model.version().to_owned(),
        bytes: bytes.len(),
        learned: trained.learned,
        licence: model.licence().to_owned(),
    })
}

/// What to measure.
#[derive(Clone, Debug, Default)]
pub struct EvalOptions {
    /// Another model than the one inside the program.
    pub model: Option<PathBuf>,
    /// Another manifest than the one inside the program.
    pub manifest: Option<PathBuf>,
    /// Labelled files, plain or gzip.
    pub files: Vec<PathBuf>,
    /// Also measure on rows that the model learned from.
    pub all_rows: bool,
}

/// Measures a model on every file; print the result with [`eval::table`] or [`eval::json_lines`].
pub fn eval(options: &EvalOptions) -> Result<Vec<Measure>, CliError> {
    let model = open_model(options.model.as_deref())?;
    let manifest = open_manifest(options.manifest.as_deref())?;
    let mut measures = Vec::new();
    for file in &options.files {
        measures.extend(eval::measure(&model, &manifest, file, options.all_rows)?);
    }
    Ok(measures)
}

/// Measures a model on all sets of its manifest that are in `data` and gives its card.
pub fn card(options: &EvalOptions, data: &Path) -> Result<String, CliError> {
    let model = open_model(options.model.as_deref())?;
    let manifest = open_manifest(options.manifest.as_deref())?;
    let (measures, missing) = eval::measure_sets(&model, &manifest, data)?;
    Ok(crate::card::card(&model, &manifest, &measures, &missing))
}

/// What to explain.
#[derive(Clone, Debug)]
pub struct ExplainOptions {
    /// Another model than the one inside the program.
    pub model: Option<PathBuf>,
    /// The post.
    pub text: String,
    /// Fragments a head at most.
    pub fragments: usize,
}

/// Explains what the model says of a post, by head; print it with [`explanation_table`].
pub fn explain(options: &ExplainOptions) -> Result<Vec<Explanation>, CliError> {
    Ok(open_model(options.model.as_deref())?.explain(&options.text, options.fragments))
}

/// An explanation for a person at a terminal.
pub fn explanation_table(explanations: &[Explanation]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["head", "answer", "next", "spoke for it", "spoke against it"]);
    for explanation in explanations {
        let side = |keep: fn(f32) -> bool| {
            let kept = explanation.fragments.iter().filter(|fragment| keep(fragment.weight));
            kept.map(|fragment| format!("{} {:+.2}", fragment.text, fragment.weight)).collect::<Vec<_>>().join("\n")
        };
        let share = |share: f32| format!("{:.0} %", share * 100.0);
        let next = explanation.labels.iter().filter(|(label, _)| *label != explanation.answer.label).take(2);
        table.add_row([
            explanation.head.clone(),
            format!("{} {}", explanation.answer.label, share(explanation.answer.confidence)),
            next.map(|(label, p)| format!("{label} {}", share(*p))).collect::<Vec<_>>().join("\n"),
            side(|weight| weight > 0.0),
            side(|weight| weight < 0.0),
        ]);
    }
    table.to_string()
}

/// A post to be classified.
#[derive(Deserialize)]
struct Post {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
}

/// A post's answer; holds no text.
#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    #[serde(flatten)]
    classification: Classification,
}

/// Classifies JSON Lines with `id` and `text` into JSON Lines in the same order; gives how many.
pub fn classify(model: &Model, mut input: impl BufRead, mut output: impl Write) -> Result<usize, CliError> {
    let mut bytes = Vec::new();
    let mut lines = 0;
    loop {
        bytes.clear();
        let stream = |source| CliError::Stream { lines, source };
        if input.read_until(b'\n', &mut bytes).map_err(stream)? == 0 {
            output.flush().map_err(stream)?;
            return Ok(lines);
        }
        // The message of serde_json may quote the line, which is a customer's text.
        let post: Post = serde_json::from_slice(&bytes)
            .map_err(|error| CliError::Line { line: lines + 1, column: error.column() })?;
        let answer = Answer { id: post.id, classification: model.classify(&post.text) };
        serde_json::to_writer(&mut output, &answer).map_err(|error| stream(error.into()))?;
        output.write_all(b"\n").map_err(stream)?;
        lines += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifies_a_stream_line_by_line() {
        let model = Model::shipped();
        let input = "{\"id\":7,\"text\":\"where is my bag\"}\n{\"text\":\"\"}\n";
        let mut output = Vec::new();
        assert_eq!(classify(&model, input.as_bytes(), &mut output).unwrap(), 2);
        let lines: Vec<serde_json::Value> =
            String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["id"], 7);
        assert_eq!(lines[0]["model_version"], model.version());
        assert_eq!(lines[1]["language"]["label"], "und");
    }

    #[test]
    fn a_line_that_is_no_post_is_named_but_not_quoted() {
        let model = Model::shipped();
        let input = "{\"text\":\"fine\"}\n{\"text\":[\"secret\"]}\n";
        let error = classify(&model, input.as_bytes(), Vec::new()).unwrap_err().to_string();
        assert!(error.starts_with("line 2") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn an_explanation_shows_what_decided() {
        let options = ExplainOptions { model: None, text: "thank you so much, great service".into(), fragments: 8 };
        let explained = explain(&options).unwrap();
        let heads: Vec<&str> = explained.iter().map(|explanation| explanation.head.as_str()).collect();
        assert_eq!(heads[..3], ["language", "sentiment", "intent"]);
        assert_eq!(explained[1].answer.label, "positive");
        assert!(!explained[1].fragments.is_empty());
        assert!(explanation_table(&explained).contains("positive"));
    }

    #[test]
    fn a_missing_model_is_named() {
        let error = open_model(Some(Path::new("none.model"))).unwrap_err().to_string();
        assert!(error.contains("none.model") && error.contains("earshot classifier train"), "{error}");
    }
}

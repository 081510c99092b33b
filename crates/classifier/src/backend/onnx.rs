//! A transformer for sequence classification, of the class of XLM-T: it answers one head, the compact model the others.
//!
//! The files are what `optimum-cli export onnx` writes: `model.onnx` with inputs `input_ids`, `attention_mask` and perhaps
//! `token_type_ids`, an output `logits`, and `tokenizer.json`. Both are tried out when they are opened, so that a model which
//! cannot answer is told at the start and not with the first post.

use super::{Answer, Backend, Compact, OnnxSettings, Refused, blocking, runtime};
use crate::model::{Classification, Model, Reason, Scored, top_two};
use conversation::classified::Head;
use ort::session::{Session, SessionInputValue};
use ort::value::{Outlet, Tensor, TensorElementType, ValueType};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokenizers::{Tokenizer, TruncationParams};

/// A token is rarely longer; what is beyond would be cut after it was read.
const TOKEN_BYTES: usize = 32;
/// No majority for the best label: the transformer would rather not have answered.
const SURE_FROM: f32 = 0.5;
/// What a model is tried out with; nobody's words.
const TRIAL: [&str; 2] = ["a first text", "and a second one"];
const EXPORT: &str = "export it as docs/classifier-backends.md says";

/// The transformer with the compact model beside it.
pub struct Onnx {
    transformer: Arc<Transformer>,
    compact: Arc<Model>,
    in_stead: Compact,
    name: Arc<str>,
    version: String,
    batch_max: usize,
}

/// The model itself: texts in, one head's answers out.
struct Transformer {
    /// ONNX Runtime runs one batch at a time, on all its threads.
    session: Mutex<Session>,
    tokenizer: Tokenizer,
    head: Head,
    labels: Vec<String>,
    max_tokens: usize,
    padding: i64,
}

impl Onnx {
    /// Loads the library, the model and the tokenizer and tries them out. Takes seconds for a model of usual size.
    ///
    /// # Errors
    /// What cannot be, by its setting.
    pub fn open(settings: &OnnxSettings, compact: Arc<Model>) -> Result<Self, Refused> {
        check_files(settings)?;
        let (model, tokenizer) = settings.files()?;
        let session = runtime::session(model, settings.threads).map_err(|error| {
            let problem = format!("names {}, which ONNX Runtime cannot open: {error}", model.display());
            Refused::new("onnx.model", problem, EXPORT)
        })?;
        check_inputs(session.inputs())?;
        check_output(session.outputs(), &settings.labels)?;
        let tokenizer = open_tokenizer(&tokenizer, settings.max_tokens)?;
        let transformer = Transformer {
            padding: padding(&tokenizer),
            session: Mutex::new(session),
            tokenizer,
            head: settings.head()?,
            labels: settings.labels.clone(),
            max_tokens: settings.max_tokens,
        };
        transformer.try_out()?;
        let digest = digest(model).map_err(|error| unreadable("onnx.model", model, &error))?;
        Ok(Onnx {
            transformer: Arc::new(transformer),
            name: format!("onnx:{}", settings.name(model)).into(),
            version: format!("{}+{digest}", compact.version()),
            in_stead: Compact::in_stead(Arc::clone(&compact), "onnx"),
            compact,
            batch_max: settings.batch_max,
        })
    }

    /// Whether what the settings name is there and of the right kind, without opening the model, which takes long.
    ///
    /// # Errors
    /// What cannot be, by its setting.
    pub fn check(settings: &OnnxSettings) -> Result<(), Refused> {
        check_files(settings)?;
        let (_, tokenizer) = settings.files()?;
        open_tokenizer(&tokenizer, settings.max_tokens).map(drop)
    }
}

#[tonic::async_trait]
impl Backend for Onnx {
    fn name(&self) -> &str {
        &self.name
    }

    /// Both models spoke: `COMPACT+TRANSFORMER`.
    fn model_version(&self) -> String {
        self.version.clone()
    }

    fn batch_max(&self) -> usize {
        self.batch_max
    }

    fn batches_max(&self) -> usize {
        1
    }

    async fn classify(&self, texts: Arc<[String]>) -> Vec<Answer> {
        let (transformer, compact, asked) =
            (Arc::clone(&self.transformer), Arc::clone(&self.compact), Arc::clone(&texts));
        let answered = blocking(move || {
            let classes: Vec<Classification> = asked.iter().map(|text| compact.classify(text)).collect();
            // A text that breaks the tokenizer must not come back again and again.
            let heads = catch_unwind(AssertUnwindSafe(|| transformer.answer(&asked)));
            let heads = heads.unwrap_or_else(|_| Err(Failed("it broke off".into())))?;
            Ok::<_, Failed>((classes, heads))
        });
        let (classes, heads) = match answered.await {
            Ok(answered) => answered,
            Err(failed) => {
                tracing::error!(backend = %self.name, why = failed.0, "the transformer failed: the built-in model answers");
                return self.in_stead.classify(texts).await;
            }
        };
        let answers = classes.into_iter().zip(heads).map(|(mut classification, scored)| {
            if let Some(scored) = scored {
                *classification.head_mut(self.transformer.head) = scored;
            }
            classification.model_version.clone_from(&self.version);
            Answer { classification, backend: Arc::clone(&self.name) }
        });
        answers.collect()
    }
}

/// Why a run had no answer, in words that hold nothing of a text.
#[derive(Debug)]
struct Failed(String);

impl From<ort::Error> for Failed {
    fn from(error: ort::Error) -> Self {
        Failed(format!("{:?}", error.code()))
    }
}

impl Transformer {
    /// The head's answer to each text; none where there is nothing to read.
    fn answer(&self, texts: &[String]) -> Result<Vec<Option<Scored>>, Failed> {
        let mut scored = vec![None; texts.len()];
        let places: Vec<usize> = (0..texts.len()).filter(|place| !texts[*place].trim().is_empty()).collect();
        if places.is_empty() {
            return Ok(scored);
        }
        let read: Vec<String> = places.iter().map(|place| as_trained(&texts[*place], self.max_tokens)).collect();
        let logits = self.run(&read)?;
        for (place, logits) in places.into_iter().zip(logits.chunks_exact(self.labels.len())) {
            scored[place] = Some(self.score(logits));
        }
        Ok(scored)
    }

    /// One row of logits a text, in one run of the model.
    fn run(&self, texts: &[String]) -> Result<Vec<f32>, Failed> {
        let mut rows = Vec::with_capacity(texts.len());
        for text in texts {
            // The error of the tokenizer may quote what it could not read.
            let encoding = self.tokenizer.encode_fast(text.as_str(), true);
            rows.push(encoding.map_err(|_| Failed("the tokenizer cannot read a text".into()))?);
        }
        let longest = rows.iter().map(|row| row.get_ids().len()).max().unwrap_or(0).max(1);
        let shape = [rows.len(), longest];
        let mut ids = Vec::with_capacity(rows.len() * longest);
        let mut mask = Vec::with_capacity(rows.len() * longest);
        for row in &rows {
            let padded = longest - row.get_ids().len();
            ids.extend(row.get_ids().iter().map(|id| i64::from(*id)).chain(std::iter::repeat_n(self.padding, padded)));
            mask.extend(std::iter::repeat_n(1_i64, longest - padded).chain(std::iter::repeat_n(0, padded)));
        }
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mut inputs: Vec<(Cow<'static, str>, SessionInputValue<'static>)> = Vec::new();
        for input in session.inputs() {
            let (name, values) = match input.name() {
                "input_ids" => ("input_ids", std::mem::take(&mut ids)),
                "attention_mask" => ("attention_mask", std::mem::take(&mut mask)),
                _ => ("token_type_ids", vec![0; rows.len() * longest]),
            };
            inputs.push((name.into(), Tensor::from_array((shape, values))?.into()));
        }
        let outputs = session.run(inputs)?;
        let logits = outputs.get("logits").unwrap_or(&outputs[0]);
        let (shape, logits) = logits.try_extract_tensor::<f32>()?;
        if **shape != [rows.len() as i64, self.labels.len() as i64] || logits.iter().any(|logit| !logit.is_finite()) {
            return Err(Failed(format!("it answers {} texts with {:?} numbers", rows.len(), &**shape)));
        }
        Ok(logits.to_vec())
    }

    fn score(&self, logits: &[f32]) -> Scored {
        let highest = logits.iter().copied().fold(f32::MIN, f32::max);
        let mut shares: Vec<f32> = logits.iter().map(|logit| (logit - highest).exp()).collect();
        let sum: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        let (best, second) = top_two(&shares);
        let reason = |feature: String, weight| Reason { feature, weight };
        Scored {
            label: self.labels[best].clone(),
            confidence: shares[best],
            unsure: shares[best] < SURE_FROM,
            reasons: vec![
                reason("onnx".to_owned(), 1.0),
                reason("margin".to_owned(), shares[best] - shares[second]),
                reason(format!("runner_up:{}", self.labels[second]), shares[second]),
            ],
        }
    }

    /// A model that belongs to another tokenizer, or has other outputs than labels, shows it here.
    fn try_out(&self) -> Result<(), Refused> {
        match self.run(&TRIAL.map(str::to_owned)) {
            Ok(_) => Ok(()),
            Err(failed) => Err(Refused::new(
                "onnx.model",
                format!("cannot answer a text: {}", failed.0),
                format!("give the tokenizer and the labels it was trained with, or {EXPORT}"),
            )),
        }
    }
}

/// What the models of this class were trained on: names of people and addresses of pages as one word each. Cut where no
/// token that counts can be.
fn as_trained(text: &str, max_tokens: usize) -> String {
    let mut end = text.len().min(max_tokens * TOKEN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let word = |word: &'_ str| match word {
        word if word.len() > 1 && word.starts_with('@') => "@user".to_owned(),
        word if word.starts_with("http://") || word.starts_with("https://") => "http".to_owned(),
        word => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn check_files(settings: &OnnxSettings) -> Result<(), Refused> {
    settings.check()?;
    let (model, tokenizer) = settings.files()?;
    for (key, file) in [("onnx.model", model), ("onnx.tokenizer", tokenizer.as_path())] {
        std::fs::File::open(file).map_err(|error| unreadable(key, file, &error))?;
    }
    runtime::load(settings.library.as_deref())
}

fn unreadable(key: &'static str, file: &Path, error: &std::io::Error) -> Refused {
    Refused::new(key, format!("names {}, which cannot be read: {error}", file.display()), EXPORT)
}

fn open_tokenizer(file: &Path, max_tokens: usize) -> Result<Tokenizer, Refused> {
    let refused = |error: tokenizers::Error| {
        let problem = format!("names {}, which is no tokenizer: {error}", file.display());
        Refused::new("onnx.tokenizer", problem, "give the file tokenizer.json that belongs to the model")
    };
    let mut tokenizer = Tokenizer::from_file(file).map_err(refused)?;
    let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(refused)?;
    Ok(tokenizer)
}

/// What fills up short rows; the mask hides it, and a model without a mask was trained with it.
fn padding(tokenizer: &Tokenizer) -> i64 {
    let given = tokenizer.get_padding().map(|padding| padding.pad_id);
    let known = || ["<pad>", "[PAD]"].iter().find_map(|token| tokenizer.token_to_id(token));
    given.or_else(known).unwrap_or(0).into()
}

fn check_inputs(inputs: &[Outlet]) -> Result<(), Refused> {
    let known = ["input_ids", "attention_mask", "token_type_ids"];
    let refused = |problem: String| Err(Refused::new("onnx.model", problem, EXPORT));
    if !inputs.iter().any(|input| input.name() == "input_ids") {
        return refused("has no input `input_ids`: it is no model of text".into());
    }
    for input in inputs {
        if !known.contains(&input.name()) {
            return refused(format!("has an input `{}` that a classifier of text does not have", input.name()));
        }
        if input.dtype().tensor_type() != Some(TensorElementType::Int64) {
            return refused(format!("has an input `{}` that is no tensor of int64", input.name()));
        }
    }
    Ok(())
}

/// The number of outputs, where the model states it; trying it out shows the rest.
fn check_output(outputs: &[Outlet], labels: &[String]) -> Result<(), Refused> {
    let output = outputs.iter().find(|output| output.name() == "logits").or_else(|| outputs.first());
    let Some(ValueType::Tensor { ty: TensorElementType::Float32, shape, .. }) = output.map(Outlet::dtype) else {
        return Err(Refused::new("onnx.model", "has no output of float32", EXPORT));
    };
    match shape.last() {
        Some(&width) if width > 0 && width != labels.len() as i64 => Err(Refused::new(
            "onnx.labels",
            format!("has {} labels, and the model {width} outputs", labels.len()),
            "name each output of the model, in order",
        )),
        _ => Ok(()),
    }
}

/// Names the content of a file: 12 hexadecimal digits.
fn digest(file: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(file)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            bytes => hash.update(&buffer[..bytes]),
        }
    }
    Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_read_as_in_training() {
        assert_eq!(as_trained("@kaja see https://example.org/x ! @ a@b", 16), "@user see http ! @ a@b");
        let long = "õ".repeat(1_000);
        let cut = as_trained(&long, 8);
        assert!(cut.len() <= 8 * TOKEN_BYTES && long.starts_with(&cut));
    }
}

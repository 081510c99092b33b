//! The settings of the backends, and what can be said against them without opening anything.

use super::Refused;
use conversation::classified::Head;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

const TOKENS: RangeInclusive<usize> = 8..=8_192;
const BATCH: RangeInclusive<usize> = 1..=256;
const THREADS: RangeInclusive<usize> = 0..=256;
const DEADLINE_MILLIS: RangeInclusive<u64> = 1..=60_000;
const PROBE_SECONDS: RangeInclusive<u64> = 1..=3_600;
const NAME_MAX_BYTES: usize = 64;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// The built-in linear model.
    #[default]
    Compact,
    /// A transformer for one head, in this process; the other heads are the built-in model's.
    Onnx,
    /// Another ClassifierService; the built-in model while it is away.
    Remote,
}

/// `[classifier.onnx]`: a transformer for sequence classification in ONNX, with the tokenizer it was trained with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OnnxSettings {
    /// The model file.
    pub model: Option<PathBuf>,
    /// The file `tokenizer.json` of the model; beside the model when absent.
    pub tokenizer: Option<PathBuf>,
    /// What facts call it; the model file's name without its ending when absent.
    pub name: Option<String>,
    /// The head that it answers.
    pub head: String,
    /// Its labels, in the order of its outputs.
    pub labels: Vec<String>,
    /// Longer texts are cut to so many tokens.
    pub max_tokens: usize,
    /// Texts in one run of the model.
    pub batch_max: usize,
    /// Threads of one run; 0 is one a core.
    pub threads: usize,
    /// The library of ONNX Runtime; the one that ORT_DYLIB_PATH names, or the system's, when absent.
    pub library: Option<PathBuf>,
}

impl Default for OnnxSettings {
    fn default() -> Self {
        OnnxSettings {
            model: None,
            tokenizer: None,
            name: None,
            head: Head::Sentiment.as_str().to_owned(),
            labels: ["negative", "neutral", "positive"].map(str::to_owned).into(),
            max_tokens: 256,
            batch_max: 16,
            threads: 0,
            library: None,
        }
    }
}

impl OnnxSettings {
    /// Whether the values can be, before any file is looked at.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), Refused> {
        let head = self.head()?;
        within("onnx.max_tokens", self.max_tokens, &TOKENS)?;
        within("onnx.batch_max", self.batch_max, &BATCH)?;
        within("onnx.threads", self.threads, &THREADS)?;
        if let Some(name) = &self.name {
            check_name("onnx.name", name)?;
        }
        self.check_labels(head)
    }

    /// The head that it answers.
    ///
    /// # Errors
    /// There is no such head.
    pub fn head(&self) -> Result<Head, Refused> {
        Head::parse(&self.head).ok_or_else(|| {
            let heads = Head::ALL.map(Head::as_str).join(", ");
            Refused::new("onnx.head", "is no head of the classifier", format!("use one of {heads}"))
        })
    }

    /// A label that rules and measures do not know would be an answer that nobody hears.
    fn check_labels(&self, head: Head) -> Result<(), Refused> {
        let refused = |problem: String, cure: String| Err(Refused::new("onnx.labels", problem, cure));
        if self.labels.len() < 2 {
            return refused("has fewer than two labels".into(), "name each output of the model, in order".into());
        }
        for (place, label) in self.labels.iter().enumerate() {
            if self.labels[..place].contains(label) {
                return refused(
                    format!("names {label:?} twice"),
                    "name each output of the model once, in order".into(),
                );
            }
            match head.labels() {
                Some(known) if !known.contains(&label.as_str()) => {
                    let cure = format!("use {}", known.join(", "));
                    return refused(format!("has {label:?}, which is no label of the head {}", head.as_str()), cure);
                }
                None if !is_plain(label) => {
                    return refused(format!("has {label:?}"), "use letters, digits, `-`, `_` and `.`".into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The model file, and its tokenizer.
    ///
    /// # Errors
    /// No model is named.
    pub(super) fn files(&self) -> Result<(&Path, PathBuf), Refused> {
        let Some(model) = self.model.as_deref() else {
            let cure = "name the file model.onnx of an exported model, see docs/classifier-backends.md";
            return Err(Refused::new("onnx.model", "is not set, and classifier.backend is onnx", cure));
        };
        let beside = || model.with_file_name("tokenizer.json");
        Ok((model, self.tokenizer.clone().unwrap_or_else(beside)))
    }

    /// What facts call it.
    pub(super) fn name(&self, model: &Path) -> String {
        self.name.clone().unwrap_or_else(|| {
            let stem = model.file_stem().unwrap_or_default().to_string_lossy();
            let plain = |c: char| if is_plain_char(c) { c } else { '_' };
            stem.chars().take(NAME_MAX_BYTES).map(plain).collect()
        })
    }
}

/// `[classifier.remote]`: another ClassifierService.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemoteSettings {
    /// Where it is: `http://HOST:PORT` or `https://HOST:PORT`.
    pub url: Option<String>,
    /// What facts call it; its host when absent.
    pub name: Option<String>,
    /// Milliseconds that an answer may take before the built-in model gives it.
    pub deadline_millis: u64,
    /// Seconds between two questions to one that is away.
    pub probe_seconds: u64,
}

impl Default for RemoteSettings {
    fn default() -> Self {
        RemoteSettings { url: None, name: None, deadline_millis: 1_000, probe_seconds: 5 }
    }
}

impl RemoteSettings {
    /// Whether the values can be; nothing is asked.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), Refused> {
        within("remote.deadline_millis", self.deadline_millis, &DEADLINE_MILLIS)?;
        within("remote.probe_seconds", self.probe_seconds, &PROBE_SECONDS)?;
        if let Some(name) = &self.name {
            check_name("remote.name", name)?;
        }
        match &self.url {
            Some(_) => self.uri().map(drop),
            None => Ok(()),
        }
    }

    /// Whether there is one to ask.
    ///
    /// # Errors
    /// It is not set, or a value cannot be.
    pub fn check_in_use(&self) -> Result<(), Refused> {
        self.check()?;
        self.uri().map(drop)
    }

    /// Its address.
    ///
    /// # Errors
    /// It is not set, or no address.
    pub(super) fn uri(&self) -> Result<tonic::transport::Uri, Refused> {
        let refused =
            |problem: &str| Refused::new("remote.url", problem, "write http://HOST:PORT or https://HOST:PORT");
        let Some(url) = &self.url else {
            return Err(refused("is not set, and classifier.backend is remote"));
        };
        let uri: tonic::transport::Uri = url.parse().map_err(|_| refused("is no address"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(refused("does not begin with http:// or https://"));
        }
        if uri.path() != "/" || uri.query().is_some() || url.contains('@') {
            return Err(refused("has more than a host and a port"));
        }
        Ok(uri)
    }

    /// What facts call it.
    pub(super) fn name(&self, uri: &tonic::transport::Uri) -> String {
        self.name.clone().unwrap_or_else(|| uri.host().unwrap_or("remote").to_owned())
    }
}

fn within<T: PartialOrd + std::fmt::Display>(
    key: &'static str,
    value: T,
    range: &RangeInclusive<T>,
) -> Result<(), Refused> {
    if range.contains(&value) {
        return Ok(());
    }
    let cure = format!("use a number from {} to {}", range.start(), range.end());
    Err(Refused::new(key, format!("is {value}"), cure))
}

/// A name stands in every fact and in metrics: short, and nothing but a name.
fn check_name(key: &'static str, name: &str) -> Result<(), Refused> {
    if is_plain(name) {
        return Ok(());
    }
    let cure = format!("use 1 to {NAME_MAX_BYTES} letters, digits, `-`, `_` and `.`");
    Err(Refused::new(key, "cannot be a name", cure))
}

fn is_plain(name: &str) -> bool {
    (1..=NAME_MAX_BYTES).contains(&name.len()) && name.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(checked: Result<(), Refused>) -> String {
        checked.unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_can_be() {
        OnnxSettings::default().check().unwrap();
        RemoteSettings::default().check().unwrap();
    }

    #[test]
    fn what_cannot_be_is_named_with_a_cure() {
        let labels = |labels: &[&str]| OnnxSettings {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..OnnxSettings::default()
        };
        let cases = [
            (OnnxSettings { head: "mood".into(), ..OnnxSettings::default() }, "onnx.head", "sentiment"),
            (OnnxSettings { max_tokens: 0, ..OnnxSettings::default() }, "onnx.max_tokens", "from 8 to 8192"),
            (OnnxSettings { batch_max: 0, ..OnnxSettings::default() }, "onnx.batch_max", "from 1 to 256"),
            (OnnxSettings { name: Some("my model".into()), ..OnnxSettings::default() }, "onnx.name", "letters"),
            (labels(&["negative"]), "onnx.labels", "each output"),
            (labels(&["negative", "negative"]), "onnx.labels", "once"),
            (labels(&["LABEL_0", "LABEL_1"]), "onnx.labels", "negative, neutral, positive"),
        ];
        for (settings, key, cure) in cases {
            let said = said(settings.check());
            assert!(said.contains(key) && said.contains(cure), "{said}");
        }
        for url in ["nowhere", "ftp://host:1", "http://host:1/path", "http://user:word@host:1"] {
            let said = said(RemoteSettings { url: Some(url.into()), ..RemoteSettings::default() }.check());
            assert!(said.contains("remote.url") && said.contains("http://HOST:PORT"), "{url}: {said}");
        }
    }

    #[test]
    fn a_model_is_called_by_its_file_unless_it_is_named() {
        let settings = OnnxSettings::default();
        assert_eq!(settings.name(Path::new("models/xlm t.onnx")), "xlm_t");
        let named = OnnxSettings { name: Some("mood-2".into()), ..settings };
        assert_eq!(named.name(Path::new("models/xlm-t.onnx")), "mood-2");
    }
}

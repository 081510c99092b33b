//! Who answers what a text is: a port with three adapters.
//!
//! [`Compact`] is the built-in model and the default. [`onnx`] runs a transformer for one head beside it, [`remote`] asks
//! another ClassifierService. A backend always answers: what cannot be had elsewhere is answered by the compact model, and
//! each answer says who spoke, so that a fact of today can be judged when the settings have long changed.

mod breaker;
mod foreign;
pub mod onnx;
pub mod remote;
mod runtime;
mod settings;

pub use settings::{BackendKind, OnnxSettings, RemoteSettings};

use crate::model::{Classification, Model};
use std::sync::Arc;
use std::thread::available_parallelism;

/// The name of the built-in model's answers.
pub const COMPACT: &str = "compact";
/// Texts for one thread at a time: enough that waking it costs little, so few that the first does not wait for long.
const COMPACT_BATCH_MAX: usize = 16;

/// What a text is, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub classification: Classification,
    /// `compact`, `onnx:NAME`, `remote:NAME`, or the compact model in their stead: `compact (remote unavailable)`.
    pub backend: Arc<str>,
}

/// Something that says what texts are.
#[tonic::async_trait]
pub trait Backend: Send + Sync {
    /// What its answers carry while nothing fails.
    fn name(&self) -> &str;

    /// The version of the model behind it; changes when the model does.
    fn model_version(&self) -> String;

    /// Texts that are worth giving to one call.
    fn batch_max(&self) -> usize;

    /// Calls that are worth having under way at once.
    fn batches_max(&self) -> usize;

    /// Says of each text what it is, in the same order, and never fails. Threads of the runtime stay free meanwhile.
    async fn classify(&self, texts: Arc<[String]>) -> Vec<Answer>;
}

/// The built-in linear model.
#[derive(Debug, Clone)]
pub struct Compact {
    model: Arc<Model>,
    name: Arc<str>,
}

impl Compact {
    pub fn new(model: Arc<Model>) -> Self {
        Compact { model, name: COMPACT.into() }
    }

    /// Its answers in place of another backend's, under a name that says so.
    fn in_stead(model: Arc<Model>, of: &str) -> Self {
        Compact { model, name: format!("{COMPACT} ({of} unavailable)").into() }
    }

    /// One answer, on the thread of the caller.
    fn answer(&self, text: &str) -> Answer {
        Answer { classification: self.model.classify(text), backend: Arc::clone(&self.name) }
    }
}

#[tonic::async_trait]
impl Backend for Compact {
    fn name(&self) -> &str {
        &self.name
    }

    fn model_version(&self) -> String {
        self.model.version().to_owned()
    }

    fn batch_max(&self) -> usize {
        COMPACT_BATCH_MAX
    }

    fn batches_max(&self) -> usize {
        available_parallelism().map_or(1, usize::from)
    }

    async fn classify(&self, texts: Arc<[String]>) -> Vec<Answer> {
        let compact = self.clone();
        blocking(move || texts.iter().map(|text| compact.answer(text)).collect()).await
    }
}

/// The backend that the settings choose; `compact` is the model that the others fall back on.
///
/// # Errors
/// A setting of the chosen one, or a file that it names, cannot be.
pub fn open(
    kind: BackendKind,
    onnx: &OnnxSettings,
    remote: &RemoteSettings,
    compact: Arc<Model>,
) -> Result<Arc<dyn Backend>, Refused> {
    Ok(match kind {
        BackendKind::Compact => Arc::new(Compact::new(compact)),
        BackendKind::Onnx => Arc::new(onnx::Onnx::open(onnx, compact)?),
        BackendKind::Remote => Arc::new(remote::Remote::open(remote, compact)?),
    })
}

/// Runs work that fills a core on the threads that are meant for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and with it whoever waits for this.
            Err(_) => std::future::pending().await,
        },
    }
}

/// A setting of a backend that cannot be: which, what is wrong with it, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("classifier.{key} {problem}; {cure}")]
pub struct Refused {
    /// Within the section, such as `onnx.model`.
    pub key: &'static str,
    pub problem: String,
    pub cure: String,
}

impl Refused {
    fn new(key: &'static str, problem: impl Into<String>, cure: impl Into<String>) -> Self {
        Refused { key, problem: problem.into(), cure: cure.into() }
    }
}

//! ONNX Runtime, loaded from a library that the operator gives: the binary grows by the bindings only, and machines
//! without it run everything else.

use super::Refused;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variable that other programs use for the same.
const VARIABLE: &str = "ORT_DYLIB_PATH";
const KEY: &str = "onnx.library";

/// Makes the library ready for use, once a process; a second call with another library keeps the first.
///
/// # Errors
/// It cannot be loaded, is not ONNX Runtime, or is too old.
pub fn load(named: Option<&Path>) -> Result<(), Refused> {
    // glibc lets such a binary load the library, and it falls over in the first call.
    if cfg!(target_feature = "crt-static") {
        let cure = "use a build for the usual target, or backend = \"remote\", see docs/classifier-backends.md";
        return Err(Refused::new(
            KEY,
            "cannot be used: this binary is statically linked and can load no library",
            cure,
        ));
    }
    let library = named.map_or_else(by_environment, Path::to_path_buf);
    let environment = ort::init_from(&library).map_err(|error| refused(&library, &error))?;
    // False: it was made ready before, which is what we want.
    let _ = environment.with_name("earshot").with_telemetry(false).with_logger(Arc::new(log)).commit();
    Ok(())
}

fn by_environment() -> PathBuf {
    let named = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
    named.map_or_else(
        || format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX).into(),
        PathBuf::from,
    )
}

fn refused(library: &Path, error: &ort::LoadDynamicError) -> Refused {
    let library = library.display();
    let problem = match error {
        ort::LoadDynamicError::Dlopen { error, .. } => format!("cannot load {library}: {error}"),
        ort::LoadDynamicError::MissingApi { .. } => format!("names {library}, which is not ONNX Runtime"),
        ort::LoadDynamicError::BadVersion { version_str, .. } => {
            format!("names {library}, which is ONNX Runtime {version_str}")
        }
    };
    let least = ort::MINOR_VERSION;
    Refused::new(
        KEY,
        problem,
        format!(
            "name the libonnxruntime of ONNX Runtime 1.{least} or later here or in {VARIABLE}, see docs/classifier-backends.md"
        ),
    )
}

/// Errors come back from the call that had them; told here too they would name tokens of a post. Warnings repeat with
/// every run.
fn log(level: LogLevel, _category: &str, _id: &str, _location: &str, message: &str) {
    match level {
        LogLevel::Fatal => tracing::error!(target: "onnxruntime", message),
        LogLevel::Warning => tracing::debug!(target: "onnxruntime", message),
        LogLevel::Error | LogLevel::Info | LogLevel::Verbose => {}
    }
}

/// Opens a model file. Threads that wait for work sleep, since the machine has other things to do.
///
/// # Errors
/// What ONNX Runtime says.
pub fn session(model: &Path, threads: usize) -> Result<Session, ort::Error> {
    let builder = Session::builder()?.with_optimization_level(GraphOptimizationLevel::Level3)?;
    let mut builder = builder.with_log_level(LogLevel::Warning)?.with_intra_op_spinning(false)?;
    if threads > 0 {
        builder = builder.with_intra_threads(threads)?;
    }
    builder.commit_from_file(model)
}

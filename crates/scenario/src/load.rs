//! A scenario from its file, with the brand settings that it names.

use crate::format::Scenario;
use crate::read;
use brand::{Brand, Settings};
use document::{Problem, Problems};
use std::path::Path;
use std::sync::Arc;

/// A scenario with the brand that it is about.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub scenario: Scenario,
    pub brand: Arc<Brand>,
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: String, source: std::io::Error },
    /// The scenario or its brand settings are wrong.
    #[error(transparent)]
    Wrong(#[from] Problems),
}

/// Reads a scenario file and the brand settings that it names, and checks both.
///
/// # Errors
/// The file cannot be read, or every fault of it; faults of the settings are told once the scenario itself is right.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    let file = path.display().to_string();
    let yaml = std::fs::read_to_string(path).map_err(|source| LoadError::Unreadable { file: file.clone(), source })?;
    let scenario = read::scenario(&yaml, &file)?;
    let settings = settings(path, &scenario)?;
    scenario.check_names(&settings)?;
    let brand = Arc::new(Brand::compile(settings)?);
    Ok(Loaded { scenario, brand })
}

fn settings(path: &Path, scenario: &Scenario) -> Result<Settings, Problems> {
    let named = &scenario.brand;
    let path = path.parent().unwrap_or(Path::new("")).join(&named.name);
    match std::fs::read_to_string(&path) {
        Ok(yaml) => Settings::parse(&yaml, &path.display().to_string()),
        Err(error) => Err(Problems::new(vec![Problem {
            file: scenario.file.clone(),
            line: named.place.line,
            column: named.place.column,
            key: named.key.clone(),
            what: format!("`{}` cannot be read: {error}", path.display()),
            cure: "name the brand settings by their path from this file".to_owned(),
        }])),
    }
}

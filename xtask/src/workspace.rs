//! Where things are: the checkout, and the folder cargo builds into.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the checkout").to_path_buf()
}

/// Cargo's target folder. xtask runs from `<target>/debug`, so this follows whatever cargo was told.
pub fn target() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| exe.ancestors().nth(2).map(Path::to_path_buf));
    beside.unwrap_or_else(|| root().join("target"))
}

/// A folder of the target folder for things that xtask makes; created when absent.
///
/// # Errors
/// When the folder cannot be made.
pub fn target_dir(name: &str) -> std::io::Result<PathBuf> {
    let dir = target().join(name);
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// The path of the `earshot` binary of a cargo profile folder (`debug` or `release`).
pub fn earshot(profile: &str) -> PathBuf {
    target().join(profile).join(format!("earshot{}", std::env::consts::EXE_SUFFIX))
}

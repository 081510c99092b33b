//! Files that are there whole or not at all.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

/// Writes `bytes` to `path`, created as `open` says: whoever reads it, a service that reloads its model too, finds the old
/// content or the new one, never half of it.
pub fn write_whole(path: &Path, bytes: &[u8], open: &mut OpenOptions) -> std::io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = open.write(true).create(true).truncate(true).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

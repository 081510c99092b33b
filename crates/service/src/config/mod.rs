//! Settings: one TOML file, then the environment, then flags; every value keeps its origin.
//!
//! A process declares what it needs as sections (see [`section!`](crate::section)) and asks for them:
//!
//! ```no_run
//! # use service::config::{self, Nats, Sources};
//! let mut sources = Sources::new(&["nats", "ingest"]);
//! sources.file = Some("earshot.toml".into());
//! let loaded = config::load(&sources)?;
//! let nats: Nats = loaded.section()?;
//! # Ok::<(), service::config::ConfigError>(())
//! ```
//!
//! - File: `[nats]` then `profile = "single"`.
//! - Environment: `EARSHOT_NATS__PROFILE=single` (two underscores between levels; an empty variable counts as unset;
//!   names are lower case in the file, so name what the environment should reach with letters, digits and `_`).
//! - Flags: `--set nats.profile=single`, or a flag of the process's own, given as an [`Override`].
//!
//! Text from the environment and flags is read as what the setting is: a number, a list (`a,b` or `["a", "b"]`),
//! a table (`{ a = 1 }`). An unknown section or key, a wrong type and a value out of range are errors that name key,
//! value, origin and cure, and end the process with code 64 before anything is opened.
//!
//! A [`Secret`] `password` is never written in the file or a flag: it comes from the variable
//! `EARSHOT_<SECTION>__PASSWORD`, or from the file that the setting `password_file` names.

mod de;
mod error;
mod loaded;
mod sample;
mod secret;
mod section;
mod shared;
mod sources;
mod tree;

#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub use loaded::{Loaded, Row, load};
pub use sample::{SectionDoc, render_sample};
pub use secret::Secret;
pub(crate) use secret::{HIDDEN, read_secret};
pub use section::{At, KeyDoc, Section};
pub use shared::{Admin, LogFormat, Nats, ProcessSettings, Profile, Telemetry};
pub use sources::{ConfigArgs, Override, Sources};
pub use tree::Origin;

#[doc(hidden)]
pub use serde;

//! Where settings come from, in the order in which they win: file, environment, flags.

use std::path::PathBuf;

const PREFIX: &str = "EARSHOT_";

/// What [`super::load`] reads. Nothing is read that is not named here, so a test owns its whole world.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The settings file; it must exist when it is named.
    pub file: Option<PathBuf>,
    /// Environment variables; [`Sources::new`] takes those of the process.
    pub env: Vec<(String, String)>,
    /// Values of `--set`, each `section.key=value`.
    pub set: Vec<String>,
    /// Values of a process's own flags; they win over `--set`.
    pub overrides: Vec<Override>,
    /// Every section that any process of Earshot has; any other is an unknown section. Those of this crate
    /// (`nats`, `process`, `telemetry`, `admin`) are always known.
    pub known_sections: Vec<String>,
}

/// The value of a flag that stands for a setting, such as `--listen` for `ingest.listen`.
#[derive(Debug, Clone)]
pub struct Override {
    /// The full name of the setting, such as `ingest.listen`.
    pub key: String,
    /// The text as given; it is read as what the setting is.
    pub value: String,
    /// The flag as the user wrote it, for errors and listings: `--listen`.
    pub flag: String,
}

/// The flags that every subcommand shares; `#[command(flatten)]` them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConfigArgs {
    /// Settings file (TOML); `earshot config sample` writes one with every key explained
    #[arg(long, env = "EARSHOT_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Set one value, over file and environment; may be repeated
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", global = true)]
    pub set: Vec<String>,
}

impl Sources {
    /// Nothing but the environment of this process.
    pub fn new(known_sections: &[&str]) -> Self {
        // A variable that is not Unicode cannot be one of ours by name or is refused by its value's reader.
        let env = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        Sources {
            env,
            known_sections: known_sections.iter().map(|name| (*name).to_owned()).collect(),
            ..Sources::default()
        }
    }

    /// The environment of this process, and the shared flags.
    pub fn with_args(known_sections: &[&str], args: &ConfigArgs) -> Self {
        Sources { file: args.config.clone(), set: args.set.clone(), ..Sources::new(known_sections) }
    }

    /// Adds the value of a flag, if it was given.
    pub fn override_with(mut self, key: &str, flag: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.overrides.push(Override { key: key.to_owned(), value: value.to_string(), flag: flag.to_owned() });
        }
        self
    }
}

/// The environment variable that sets a key: `nats.profile` is `EARSHOT_NATS__PROFILE`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The key that a variable sets; `None` for variables that are not settings.
pub(super) fn key_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?;
    name.contains("__").then(|| name.to_lowercase().replace("__", "."))
}

//! What the sandbox can be told at start: the section `[sandbox]`, and the checked [`Config`] that comes of it.
//!
//! Tests build a [`Config`] directly; a process reads [`Settings`] and turns them into one.

use crate::faults::{Fault, Faults, FaultsError};
use service::webhook::{Secret, SecretError, Secrets};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

service::section! {
    /// The project's own network, for the demo and for tests. It is no place for real customers.
    #[derive(Clone)]
    pub struct Settings in "sandbox" {
        /// Address of the network: its page, its posting API, its faults. Port 0 takes any free port.
        pub listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 7490)),
        /// Standard Webhooks secret (whsec_...) that brands sign their replies with; set by reply_secret_file or
        /// EARSHOT_SANDBOX__REPLY_SECRET.
        pub reply_secret: Option<service::config::Secret> = None,
        /// Where posts go: the brand's webhook, http://... or https://...; unset keeps them here.
        pub ingest_url: Option<String> = None,
        /// Standard Webhooks secret that posts are signed with.
        pub ingest_secret: Option<service::config::Secret> = None,
        /// File that keeps every send and post, one JSON object a line, so that counts survive a restart.
        pub store: Option<PathBuf> = None,
        /// Brands that the page offers to write to; any other name may be typed.
        pub brands: Vec<String> = Vec::new(),
        /// What happens to the next sends, in this order: ok, 429[:retry_after_s], 500, 503[:retry_after_s], 400, 401, 410,
        /// slow:MS, accept-then-drop, drop-before-accept, garbage.
        pub fault_sequence: Vec<String> = Vec::new(),
        /// Begin the sequence again at its end.
        pub fault_repeat: bool = false,
        /// Probability of a fault after the sequence, such as "accept-then-drop=0.1".
        pub fault_chances: Vec<String> = Vec::new(),
        /// Seed of these probabilities: the same seed makes the same faults in the same order.
        pub fault_seed: u64 = 1,
        /// Replies can be looked up by the key they were sent with.
        pub lookup: bool = true,
        /// A second send with the same key gets the first answer, and is not posted again.
        pub idempotent: bool = true,
        /// How many replies are known by their key; when that many were posted, further ones are refused with 507.
        #[range(1..=100_000_000)]
        pub max_known_replies: usize = 1_000_000,
        /// How many messages the timeline keeps with their text; the oldest leave it.
        #[range(1..=10_000_000)]
        pub max_timeline_messages: usize = 10_000,
    }
    check |settings, at| {
        if settings.reply_secret.is_none() {
            return Err(at.refuse("reply_secret", "is not set", "name a file with sandbox.reply_secret_file"));
        }
        Config::from_settings(settings).map(drop).map_err(|error| {
            at.refuse(error.key, &error.problem, error.cure).without_value()
        })
    }
}

/// A setting that says something impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sandbox.{key}: {problem}; {cure}")]
pub struct ConfigError {
    pub key: &'static str,
    pub problem: String,
    pub cure: &'static str,
}

/// How the network is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Loopback by default; port 0 takes any free port.
    pub listen: SocketAddr,
    /// What replies are signed with.
    pub reply_secrets: Secrets,
    /// Where posts are delivered; none keeps them here.
    pub ingest: Option<IngestTarget>,
    pub faults: Faults,
    /// File for the entries.
    pub store: Option<PathBuf>,
    pub brands: Vec<String>,
    pub max_known_replies: usize,
    pub max_timeline_messages: usize,
}

/// The brand's webhook.
#[derive(Debug, Clone)]
pub struct IngestTarget {
    pub url: String,
    pub secrets: Secrets,
}

impl Config {
    /// A network on a free port of loopback that behaves well and delivers nothing.
    pub fn new(reply_secrets: Secrets) -> Self {
        let defaults = Settings::default();
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            reply_secrets,
            ingest: None,
            faults: Faults::default(),
            store: None,
            brands: Vec::new(),
            max_known_replies: defaults.max_known_replies,
            max_timeline_messages: defaults.max_timeline_messages,
        }
    }

    /// Delivers posts to a brand's webhook.
    pub fn delivering_to(mut self, url: impl Into<String>, secrets: Secrets) -> Self {
        self.ingest = Some(IngestTarget { url: url.into(), secrets });
        self
    }

    /// Reads secrets and faults.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key and never a secret.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let reply_secret = settings.reply_secret.as_ref().ok_or_else(|| ConfigError {
            key: "reply_secret",
            problem: "is not set".to_owned(),
            cure: "name a file with sandbox.reply_secret_file",
        })?;
        Ok(Config {
            listen: settings.listen,
            reply_secrets: secrets("reply_secret", reply_secret)?,
            ingest: ingest(settings)?,
            faults: faults(settings)?,
            store: settings.store.clone(),
            brands: settings.brands.clone(),
            max_known_replies: settings.max_known_replies,
            max_timeline_messages: settings.max_timeline_messages,
        })
    }
}

fn secrets(key: &'static str, secret: &service::config::Secret) -> Result<Secrets, ConfigError> {
    let secret = Secret::parse(secret.expose()).map_err(|error: SecretError| ConfigError {
        key,
        problem: error.to_string(),
        cure: "make one and give both sides the same",
    })?;
    Ok(Secrets::new(secret))
}

fn ingest(settings: &Settings) -> Result<Option<IngestTarget>, ConfigError> {
    let Some(url) = &settings.ingest_url else { return Ok(None) };
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ConfigError {
            key: "ingest_url",
            problem: "must begin with http:// or https://".to_owned(),
            cure: "write the address of the brand's webhook",
        });
    }
    let secret = settings.ingest_secret.as_ref().ok_or_else(|| ConfigError {
        key: "ingest_secret",
        problem: "is not set, but ingest_url is".to_owned(),
        cure: "name a file with sandbox.ingest_secret_file",
    })?;
    Ok(Some(IngestTarget { url: url.clone(), secrets: secrets("ingest_secret", secret)? }))
}

fn faults(settings: &Settings) -> Result<Faults, ConfigError> {
    let sequence: Result<Vec<Fault>, FaultsError> = settings.fault_sequence.iter().map(|text| text.parse()).collect();
    let sequence = sequence.map_err(|error| ConfigError {
        key: "fault_sequence",
        problem: error.to_string(),
        cure: "write for example [\"429:2\", \"accept-then-drop\", \"ok\"]",
    })?;
    let chances = chances(&settings.fault_chances)?;
    let faults = Faults {
        sequence,
        repeat: settings.fault_repeat,
        chances,
        seed: settings.fault_seed,
        lookup: settings.lookup,
        idempotent: settings.idempotent,
    };
    faults.check().map_err(|error| ConfigError {
        key: "fault_chances",
        problem: error.to_string(),
        cure: "make them sum to 1 at most",
    })?;
    Ok(faults)
}

fn chances(texts: &[String]) -> Result<BTreeMap<Fault, f64>, ConfigError> {
    let mut chances = BTreeMap::new();
    for text in texts {
        let read = text.split_once('=').and_then(|(fault, chance)| {
            Some((fault.trim().parse::<Fault>().ok()?, chance.trim().parse::<f64>().ok()?))
        });
        let (fault, chance) = read.ok_or_else(|| ConfigError {
            key: "fault_chances",
            problem: format!("{text:?} is no fault and probability"),
            cure: "write for example [\"500=0.05\", \"slow:2000=0.1\"]",
        })?;
        chances.insert(fault, chance);
    }
    Ok(chances)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let secret = Secret::generate().reveal();
        Settings { reply_secret: Some(service::config::Secret::new(secret)), ..Settings::default() }
    }

    fn problem(settings: &Settings) -> (&'static str, String) {
        let error = Config::from_settings(settings).unwrap_err();
        (error.key, error.to_string())
    }

    #[test]
    fn flags_and_json_say_faults_in_the_same_words() {
        let settings = Settings {
            fault_sequence: vec!["429:2".into(), "ok".into()],
            fault_chances: vec!["slow:20=0.25".into()],
            idempotent: false,
            ..settings()
        };
        let faults = Config::from_settings(&settings).unwrap().faults;
        let json = r#"{"sequence":["429:2","ok"],"chances":{"slow:20":0.25},"seed":1,"idempotent":false}"#;
        assert_eq!(faults, serde_json::from_str(json).unwrap());
    }

    #[test]
    fn what_is_wrong_names_its_key() {
        let (key, text) = problem(&Settings { fault_sequence: vec!["teapot".into()], ..settings() });
        assert_eq!(key, "fault_sequence");
        assert!(text.contains("teapot"), "{text}");
        assert_eq!(problem(&Settings { fault_chances: vec!["500".into()], ..settings() }).0, "fault_chances");
        assert_eq!(problem(&Settings { fault_chances: vec!["500=2".into()], ..settings() }).0, "fault_chances");
        assert_eq!(problem(&Settings { ingest_url: Some("ftp://x".into()), ..settings() }).0, "ingest_url");
        assert_eq!(problem(&Settings { ingest_url: Some("http://x".into()), ..settings() }).0, "ingest_secret");
        assert_eq!(problem(&Settings { reply_secret: None, ..settings() }).0, "reply_secret");
    }

    #[test]
    fn a_wrong_secret_is_not_repeated_in_the_error() {
        let wrong = service::config::Secret::new("hunter2");
        let (key, text) = problem(&Settings { reply_secret: Some(wrong), ..settings() });
        assert_eq!(key, "reply_secret");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

//! How to reach the log and what it must promise.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What the log must survive. Start-up refuses a log that is below its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// One server that syncs to disk each second: a power cut may cost the last second, a crash of the server nothing.
    #[default]
    Laptop,
    /// One server that syncs every record before it acknowledges it.
    Single,
    /// Three servers, each with a copy, each syncing every record before it acknowledges it.
    Cluster,
}

impl Profile {
    /// How many servers keep a copy.
    pub fn replicas(self) -> usize {
        match self {
            Profile::Laptop | Profile::Single => 1,
            Profile::Cluster => 3,
        }
    }

    /// Whether every record must be on disk before it is acknowledged.
    pub fn syncs_always(self) -> bool {
        !matches!(self, Profile::Laptop)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Laptop => "laptop",
            Profile::Single => "single",
            Profile::Cluster => "cluster",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How to reach the log.
#[derive(Clone, PartialEq, Eq)]
pub struct JournalConfig {
    /// `nats://host:port` or `tls://host:port`, one a server. A user and password in them never reach a log line.
    pub urls: Vec<String>,
    pub profile: Profile,
    /// The content of a NATS `.creds` file; it is never shown.
    pub credentials: Option<String>,
    /// The client's name, as `nats server report connections` shows it.
    pub name: String,
    /// Monitoring addresses of the servers (`http://host:8222`), one a server.
    ///
    /// A client's connection tells a server's version and a stream's replicas, but not how often the server syncs to
    /// disk: that stands in the server's own configuration, and only the system account and the monitoring port show
    /// it. With these addresses start-up checks it and refuses a server below the profile; without them it says in
    /// the log that it could not be checked.
    pub monitor_urls: Vec<String>,
    /// How long an append or a read goes on trying while the log cannot be reached, before it answers
    /// [`Unavailable`](crate::JournalError::Unavailable).
    pub patience: Duration,
}

impl Default for JournalConfig {
    fn default() -> Self {
        JournalConfig {
            urls: vec!["nats://127.0.0.1:4222".to_owned()],
            profile: Profile::default(),
            credentials: None,
            name: "earshot".to_owned(),
            monitor_urls: Vec::new(),
            patience: Duration::from_secs(30),
        }
    }
}

impl fmt::Debug for JournalConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalConfig")
            .field("urls", &self.safe_urls())
            .field("profile", &self.profile)
            .field("credentials", &self.credentials.as_ref().map(|_| "set"))
            .field("name", &self.name)
            .field("monitor_urls", &self.monitor_urls)
            .field("patience", &self.patience)
            .finish()
    }
}

impl JournalConfig {
    /// The addresses without user and password.
    pub fn safe_urls(&self) -> String {
        let safe: Vec<String> = self.urls.iter().map(|url| without_user(url)).collect();
        safe.join(", ")
    }
}

/// An address as it may stand in a log line.
pub(crate) fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("nats", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_shows() {
        let config = JournalConfig {
            urls: vec!["nats://earshot:s3cr@t@nats-1:4222".to_owned(), "nats-2:4222".to_owned()],
            ..JournalConfig::default()
        };
        assert_eq!(config.safe_urls(), "nats://nats-1:4222, nats://nats-2:4222");
        assert!(!format!("{config:?}").contains("s3cr"));
    }
}

//! The sections that every process has: `[nats]`, `[process]`, `[telemetry]`, `[admin]`.

use super::Secret;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};

/// How safely the log keeps what it acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// One server, synced to disk each second: a power cut may cost a second of posts.
    #[default]
    Laptop,
    /// One server, synced before each acknowledgement.
    Single,
    /// Three servers, each record on all of them, synced before each acknowledgement.
    Cluster,
}

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// Text for people; in colour on a terminal, unless NO_COLOR is set.
    Text,
}

crate::section! {
    /// How to reach the NATS servers that hold the log.
    #[derive(Clone)]
    pub struct Nats in "nats" {
        /// Servers, tried in order: nats://HOST:PORT, or tls://HOST:PORT.
        pub url: Vec<String> = vec!["nats://127.0.0.1:4222".to_owned()],
        /// How safely the log keeps what it acknowledged: laptop (one server, synced each second), single (one server,
        /// always synced) or cluster (three servers, always synced). A process refuses to start on a stream below it.
        pub profile: Profile = Profile::Laptop,
        /// Content of a NATS credentials file; name the file with credentials_file.
        pub credentials: Option<Secret> = None,
        /// Monitoring addresses of the servers, such as ["http://127.0.0.1:8222"], one each: how often a server syncs to
        /// disk is only told there. Without them that part of the profile is not checked, and the log says so.
        pub monitor_url: Vec<String> = Vec::new(),
        /// How many seconds to wait for the servers at start before giving up; 0 waits for ever. While it waits the
        /// process says so in its log and is not ready.
        #[range(0..=86_400)]
        pub connect_wait_seconds: u64 = 0,
    }
    check |nats, at| {
        if nats.url.is_empty() {
            return Err(at.refuse("url", "names no server", "write for example [\"nats://127.0.0.1:4222\"]"));
        }
        for url in &nats.url {
            let scheme = url.split_once("://").map(|(scheme, _)| scheme);
            if !matches!(scheme, Some("nats" | "tls" | "ws" | "wss")) {
                return Err(at.refuse("url", "must begin with nats:// or tls://", "write for example nats://nats-1:4222"));
            }
            if url.contains('@') {
                let error = at.refuse("url", "holds a password", "name a file with nats.credentials_file");
                return Err(error.without_value());
            }
        }
        Ok(())
    }
}

crate::section! {
    /// How a process lives and ends.
    #[derive(Clone)]
    pub struct ProcessSettings in "process" {
        /// Seconds that a stopping process has to finish what it began, before it ends anyway. Give the supervisor
        /// (docker stop, Kubernetes) more than that.
        #[range(1..=600)]
        pub drain_seconds: u64 = 20,
        /// Threads that do the work; 0 is one a core.
        #[range(0..=1024)]
        pub worker_threads: usize = 0,
    }
}

crate::section! {
    /// Logs and traces. No text of a customer is in either, and nothing is sent to us.
    #[derive(Clone)]
    pub struct Telemetry in "telemetry" {
        /// What is logged: error, warn, info, debug, trace, or a filter such as "info,journal=debug".
        pub log_level: String = "info".to_owned(),
        /// auto (text on a terminal, JSON elsewhere), json or text.
        pub log_format: LogFormat = LogFormat::Auto,
        /// Where traces go by OTLP over gRPC, such as "http://127.0.0.1:4317"; unset means nowhere.
        pub otlp_endpoint: Option<String> = None,
        /// Share of new traces that is kept, from 0 to 1; the later steps of a post follow the choice of its first.
        /// Under heavy traffic 0.01 is plenty.
        #[range(0.0..=1.0)]
        pub sample_ratio: f64 = 1.0,
    }
    check |telemetry, at| {
        if !is_log_filter(&telemetry.log_level) {
            let cure = "write for example info, or info,journal=debug";
            return Err(at.refuse("log_level", "is no log filter", cure));
        }
        if let Some(endpoint) = &telemetry.otlp_endpoint
            && !endpoint.starts_with("http://")
            && !endpoint.starts_with("https://")
        {
            let cure = "write for example http://127.0.0.1:4317";
            return Err(at.refuse("otlp_endpoint", "must begin with http:// or https://", cure));
        }
        Ok(())
    }
}

crate::section! {
    /// The page for operators: /livez, /readyz, /metrics.
    #[derive(Clone)]
    pub struct Admin in "admin" {
        /// Address of the page. Port 0 takes any free port, which the log then names. Processes that share a machine
        /// need one each.
        pub listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 7400)),
    }
}

/// A level, and levels of single targets. A lone word that is no level would be taken for a target by the parser,
/// and silence all others.
fn is_log_filter(text: &str) -> bool {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    let is_level = |part: &str| part.trim().parse::<LevelFilter>().is_ok();
    text.parse::<Targets>().is_ok() && text.split(',').all(|part| part.contains('=') || is_level(part))
}

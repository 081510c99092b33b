//! How each service becomes a process: settings checked, the log connected, the service run.

use journal::{Journal, JournalConfig};
use service::config::{Nats, Profile, Section, Sources};
use service::{Process, process};
use std::process::ExitCode;
use std::time::Duration;

/// Every section that the settings file may have.
pub const SECTIONS: &[&str] = &["ingest", "classifier", "routing", "notifier", "analytics", "gateway", "sandbox"];

/// Runs one service on the log until the process is asked to stop. Its settings are `check`ed before the log is looked
/// for, so that a wrong one is told at once, also while NATS is away.
pub fn main<F, R>(name: &'static str, sources: &Sources, check: fn(&Process) -> anyhow::Result<()>, run: F) -> ExitCode
where
    F: FnOnce(Process, Journal) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    service::main(name, sources, async move |process: Process| {
        check(&process)?;
        let Some(journal) = connect(&process).await? else { return Ok(()) };
        run(process, journal).await
    })
}

/// Whether the section of a service is sound.
pub fn section<S: Section>(process: &Process) -> anyhow::Result<()> {
    process.config.section::<S>()?;
    Ok(())
}

/// How to reach the log, as the settings say.
pub fn journal_config(process: &Process) -> anyhow::Result<JournalConfig> {
    let nats: Nats = process.config.section()?;
    Ok(JournalConfig {
        urls: nats.url,
        profile: match nats.profile {
            Profile::Laptop => journal::Profile::Laptop,
            Profile::Single => journal::Profile::Single,
            Profile::Cluster => journal::Profile::Cluster,
        },
        credentials: nats.credentials.map(|credentials| credentials.expose().to_owned()),
        name: format!("earshot-{}", process.name),
        monitor_urls: nats.monitor_url,
        ..JournalConfig::default()
    })
}

/// Connects to the log, waiting for it as long as the settings allow. None: the process was asked to stop before.
pub async fn connect(process: &Process) -> anyhow::Result<Option<Journal>> {
    let nats: Nats = process.config.section()?;
    let check = process.health.check("log");
    check.degraded(format!("waiting for NATS at {}", nats.url.join(", ")));
    let config = journal_config(process)?;
    let connecting = async {
        match nats.connect_wait_seconds {
            0 => Ok(Journal::connect(config).await?),
            seconds => match tokio::time::timeout(Duration::from_secs(seconds), Journal::connect(config)).await {
                Ok(connected) => Ok(connected?),
                Err(_) => anyhow::bail!(
                    "no NATS server answered at {} within {seconds} s; start it, or set nats.url",
                    nats.url.join(", ")
                ),
            },
        }
    };
    let Some(journal) = process.shutdown.unless_begun(connecting).await else { return Ok(None) };
    let journal = journal?;
    check.ready();
    Ok(Some(journal))
}

/// The log for a tool, which does not wait for ever.
pub async fn connect_tool(process: &Process) -> anyhow::Result<Journal> {
    let nats: Nats = process.config.section()?;
    let config = journal_config(process)?;
    match tokio::time::timeout(Duration::from_secs(10), Journal::connect(config)).await {
        Ok(journal) => Ok(journal?),
        Err(_) => anyhow::bail!(
            "no NATS server answered at {}; start it, or say where it is with --set nats.url=... or --data-dir DIR",
            nats.url.join(", ")
        ),
    }
}

/// Where `earshot up` writes the settings of the running system, below its data directory, for the tools to find it.
pub const RUNNING_SETTINGS: &str = "earshot.toml";
/// The data directory of `earshot up` when none is given.
pub const DATA_DIR: &str = ".earshot";

/// The sources of a tool: those given, else the system that `earshot up` runs from this directory.
pub fn tool_sources(mut sources: Sources) -> Sources {
    let running = std::path::Path::new(DATA_DIR).join(RUNNING_SETTINGS);
    if sources.file.is_none() && running.is_file() {
        sources.file = Some(running);
    }
    sources
}

/// The gRPC address of a service: the one given, else the one in the settings.
pub fn grpc_url(given: Option<String>, listen: std::net::SocketAddr) -> String {
    given.unwrap_or_else(|| format!("http://{listen}"))
}

/// The local network as a process.
pub async fn sandbox(process: Process) -> anyhow::Result<()> {
    let settings: ::sandbox::Settings = process.config.section()?;
    let check = process.health.check("sandbox.listener");
    let running =
        ::sandbox::Sandbox::start(::sandbox::Config::from_settings(&settings)?, process.shutdown.clone()).await?;
    check.ready();
    running.ended().await;
    Ok(())
}

/// A tool's wrong use, which exits with 2.
pub fn usage(message: impl Into<String>) -> anyhow::Error {
    process::Usage(message.into()).into()
}

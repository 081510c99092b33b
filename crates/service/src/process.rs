//! One call that is `main`: settings, logs, signals, the admin page, the work, the exit code.
//!
//! ```no_run
//! # use service::{Process, config::Sources};
//! # async fn run(process: Process) -> anyhow::Result<()> { process.shutdown.begun().await; Ok(()) }
//! fn main() -> std::process::ExitCode {
//!     service::main("ingest", &Sources::new(&["ingest"]), run)
//! }
//! ```
//!
//! | Exit code | Meaning |
//! |---|---|
//! | 0 | done, or stopped as asked |
//! | 1 | failed |
//! | 2 | used wrongly: flags or arguments ([`Usage`]) |
//! | 64 | a setting is wrong ([`ConfigError`]) |

use crate::admin;
use crate::clock::Clock;
use crate::config::{self, ConfigError, Loaded, Origin, ProcessSettings, Sources, Telemetry};
use crate::health::Health;
use crate::shutdown::Shutdown;
use crate::telemetry::{self, Kind};
use std::future::Future;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

/// Stack of a worker thread; only what is used of it takes memory.
const WORKER_STACK_BYTES: usize = 8 * 1024 * 1024;
/// Exit code of a wrong setting.
pub const CONFIG_EXIT_CODE: u8 = 64;
/// Exit code of a wrong use.
pub const USAGE_EXIT_CODE: u8 = 2;
/// How long tasks that nobody waits for may hold up the end.
const RUNTIME_END_LIMIT: Duration = Duration::from_secs(1);

/// What a running process gives to its work. Clones share everything.
#[derive(Debug, Clone)]
pub struct Process {
    /// The name that was given to [`main`] or [`tool`].
    pub name: &'static str,
    /// All settings.
    pub config: Loaded,
    /// Where parts report how they are.
    pub health: Health,
    /// When to stop.
    pub shutdown: Shutdown,
    /// The time.
    pub clock: Clock,
    /// Where the admin page is; `None` for a tool.
    pub admin: Option<SocketAddr>,
}

/// A command was used wrongly. As the error of `run` it ends the process with code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Process {
    /// The same process under the name of a part, for `earshot up`, which runs all services in one.
    pub fn named(&self, name: &'static str) -> Self {
        Process { name, ..self.clone() }
    }

    /// A process for tests: given settings, no signals, no admin page.
    pub fn for_tests(name: &'static str, config: Loaded, clock: Clock) -> Self {
        Process { name, config, health: Health::new(), shutdown: Shutdown::new(20), clock, admin: None }
    }
}

/// Runs a service until its work ends or a signal has it stopped. Parses no arguments: `sources` says all.
///
/// Before `run` begins: settings are read and the shared sections checked, logs and traces work, signals are heeded
/// and the admin page answers. `run` should check its own sections before it opens anything, end when
/// `process.shutdown` begins, and have finished within `process.drain_seconds` then: await
/// [`Serving::ended`](crate::http::Serving::ended) of its listeners, and its consumers, before it returns.
pub fn main<F, R>(name: &'static str, sources: &Sources, run: F) -> ExitCode
where
    F: FnOnce(Process) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    run_to_exit(name, sources, Kind::Service, run)
}

/// Runs a tool, such as `earshot import`: as [`main`], without an admin page, and with logs for a person.
pub fn tool<F, R>(name: &'static str, sources: &Sources, run: F) -> ExitCode
where
    F: FnOnce(Process) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    run_to_exit(name, sources, Kind::Tool, run)
}

/// Installs ring as the provider of TLS. [`main`] does it; a test that speaks TLS or HTTP may have to.
pub fn install_crypto() {
    // Only the first installation counts, and all of ours are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The exit code that an error calls for, wherever in its chain the cause stands.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(code_of(error))
}

fn code_of(error: &anyhow::Error) -> u8 {
    if error.chain().any(|cause| cause.is::<ConfigError>()) {
        return CONFIG_EXIT_CODE;
    }
    match error.chain().any(|cause| cause.is::<Usage>()) {
        true => USAGE_EXIT_CODE,
        false => 1,
    }
}

fn run_to_exit<F, R>(name: &'static str, sources: &Sources, kind: Kind, run: F) -> ExitCode
where
    F: FnOnce(Process) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    install_crypto();
    match prepare_and_run(name, sources, kind, run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("earshot {name}: {error:#}");
            exit_code(&error)
        }
    }
}

fn prepare_and_run<F, R>(name: &'static str, sources: &Sources, kind: Kind, run: F) -> anyhow::Result<()>
where
    F: FnOnce(Process) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    let config = config::load(sources)?;
    let settings: ProcessSettings = config.section()?;
    let telemetry = telemetry_for(kind, &config)?;
    let admin: config::Admin = config.section()?;

    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if settings.worker_threads > 0 {
        runtime.worker_threads(settings.worker_threads);
    }
    // Rules of brand settings are parsed on these threads, and a deep one needs room.
    let runtime = runtime.thread_stack_size(WORKER_STACK_BYTES).enable_all().build()?;
    let running = {
        let _context = runtime.enter();
        telemetry::start(name, kind, &telemetry)?
    };
    let shutdown = Shutdown::new(settings.drain_seconds);
    let process = Process { name, config, health: Health::new(), shutdown, clock: Clock::System, admin: None };
    let admin_listen = (kind == Kind::Service).then_some(admin.listen);
    let result = runtime.block_on(supervise(process, admin_listen, run));
    // The plain line on stderr is for people; a collector of JSON wants the same as an event.
    if let Err(error) = &result
        && telemetry::is_json(kind, telemetry.log_format)
    {
        tracing::error!(error = format!("{error:#}"), "ended with an error");
    }
    running.flush();
    runtime.shutdown_timeout(RUNTIME_END_LIMIT);
    result
}

/// A tool speaks to a person: it reports what goes wrong, unless more was asked for.
fn telemetry_for(kind: Kind, config: &Loaded) -> Result<Telemetry, ConfigError> {
    let mut telemetry: Telemetry = config.section()?;
    if kind == Kind::Tool && config.origin("telemetry.log_level") == Origin::Default {
        telemetry.log_level = "warn".to_owned();
    }
    Ok(telemetry)
}

async fn supervise<F, R>(mut process: Process, admin_listen: Option<SocketAddr>, run: F) -> anyhow::Result<()>
where
    F: FnOnce(Process) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    let Process { health, shutdown, .. } = process.clone();
    shutdown.on_signals()?;
    // The admin page outlives the drain: operators want to see it.
    let admin_shutdown = Shutdown::new(0);
    if let Some(listen) = admin_listen {
        process.admin = Some(admin::serve(listen, health.clone(), admin_shutdown.clone()).await?);
    }
    tokio::spawn({
        let (health, shutdown) = (health.clone(), shutdown.clone());
        async move {
            shutdown.begun().await;
            health.stopping();
        }
    });
    let name = process.name;
    let result = shutdown.drain(run(process)).await;
    shutdown.begin();
    admin_shutdown.begin();
    match result {
        Ok(result) => result,
        Err(timeout) => anyhow::bail!("{name} {timeout}"),
    }
}

#[cfg(test)]
mod tests;

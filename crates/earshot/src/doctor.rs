//! `earshot doctor`: a line for each thing that must be right, with the cure where it is not.

use crate::services::{SECTIONS, journal_config};
use service::Process;
use service::config::{Nats, Sources};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

pub fn main(sources: &Sources) -> ExitCode {
    service::tool("doctor", sources, async move |process: Process| {
        let mut findings = Findings::default();
        findings.add("settings", Ok(format!("read; sections {}", SECTIONS.join(", "))));
        findings.add("nats-server", binary().await);
        findings.add("log", log(&process).await);
        for (key, address) in listeners(&process)? {
            findings.add(&format!("port of {key}"), port(address));
        }
        findings.add("clock", clock());
        findings.add("disk", disk());
        findings.end()
    })
}

#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn add(&mut self, what: &str, finding: Result<String, String>) {
        match finding {
            Ok(fine) => println!("ok    {what}: {fine}"),
            Err(cure) => {
                self.wrong += 1;
                println!("wrong {what}: {cure}");
            }
        }
    }

    fn end(self) -> anyhow::Result<()> {
        match self.wrong {
            0 => Ok(()),
            count => anyhow::bail!("{count} things are wrong"),
        }
    }
}

async fn binary() -> Result<String, String> {
    match journal::nats_server::find().await {
        Ok(binary) => Ok(format!("{} {}", binary.path.display(), binary.version)),
        Err(error) => Err(format!("{error} (only `earshot up` needs it)")),
    }
}

async fn log(process: &Process) -> Result<String, String> {
    let nats: Nats = process.config.section().map_err(|error| error.to_string())?;
    let config = journal_config(process).map_err(|error| error.to_string())?;
    match tokio::time::timeout(Duration::from_secs(3), journal::Journal::connect(config)).await {
        Ok(Ok(journal)) => match journal.last_sequence().await {
            Ok(sequence) => {
                Ok(format!("{} answers; profile {:?}; {sequence} records", nats.url.join(", "), nats.profile))
            }
            Err(error) => Err(error.to_string()),
        },
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no server answers at {}; start one, or `earshot up`", nats.url.join(", "))),
    }
}

fn listeners(process: &Process) -> anyhow::Result<Vec<(&'static str, SocketAddr)>> {
    let ingest: ingest::Settings = process.config.section()?;
    let routing: routing::Settings = process.config.section()?;
    let classifier: classifier::serve::Settings = process.config.section()?;
    let notifier: notifier::Settings = process.config.section()?;
    let analytics: analytics::Settings = process.config.section()?;
    let gateway: gateway::Settings = process.config.section()?;
    Ok(vec![
        ("ingest.listen", ingest.listen),
        ("ingest.grpc_listen", ingest.grpc_listen),
        ("routing.listen", routing.listen),
        ("classifier.listen", classifier.listen),
        ("notifier.listen", notifier.listen),
        ("analytics.listen", analytics.listen),
        ("gateway.listen", gateway.listen),
    ])
}

fn port(address: SocketAddr) -> Result<String, String> {
    match std::net::TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Ok(format!("{address} is in use: by Earshot if it runs, else choose another"))
        }
        Err(error) => Err(format!("{address} cannot be listened on: {error}; choose another address")),
    }
}

fn clock() -> Result<String, String> {
    let now = jiff::Timestamp::now();
    let earliest: jiff::Timestamp = "2025-01-01T00:00:00Z".parse().expect("the text is a time");
    match now > earliest {
        true => Ok(now.to_string()),
        false => Err(format!("it says {now}; set it, since signatures and deadlines depend on it")),
    }
}

/// Whether this directory can be written to, with room for some records.
fn disk() -> Result<String, String> {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let probe = here.join(format!(".earshot-doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, vec![0_u8; 1 << 20]);
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Ok(format!("{} can be written to", here.display())),
        Err(error) => {
            Err(format!("{} cannot be written to: {error}; free space or choose another --data-dir", here.display()))
        }
    }
}

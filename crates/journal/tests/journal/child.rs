//! The nats-server child of `earshot up`.

use journal::nats_server::{NatsServer, NatsServerConfig, NatsServerError};
use journal::{Journal, JournalConfig};
use std::path::Path;

fn config_of(child: &NatsServer) -> JournalConfig {
    JournalConfig {
        urls: vec![child.url().to_owned()],
        monitor_urls: vec![child.monitor_url().to_owned()],
        ..JournalConfig::default()
    }
}

fn pid(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("nats-server.pid")).unwrap().trim().to_owned()
}

async fn kill(pid: &str) {
    assert!(tokio::process::Command::new("kill").args(["-9", pid]).status().await.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_child_comes_back_on_its_port_and_ends_gracefully() {
    let dir = tempfile::tempdir().unwrap();
    let child = NatsServer::start(NatsServerConfig::new(dir.path())).await.unwrap();
    let journal = Journal::connect(config_of(&child)).await.unwrap();
    crate::world::fill(&journal, "ann", 1).await;

    // A second one on the same directory would destroy the first one's data.
    let second = NatsServer::start(NatsServerConfig::new(dir.path())).await;
    assert!(matches!(second, Err(NatsServerError::InUse { .. })));
    // A port that is taken is named.
    let port: u16 = child.url().rsplit_once(':').unwrap().1.parse().unwrap();
    let other = tempfile::tempdir().unwrap();
    let taken = NatsServer::start(NatsServerConfig { port, ..NatsServerConfig::new(other.path()) }).await;
    assert_eq!(taken.err().unwrap().to_string(), NatsServerError::PortInUse { port }.to_string());

    kill(&pid(dir.path())).await;
    crate::world::fill(&journal, "bea", 1).await;
    assert_eq!(journal.last_sequence().await.unwrap(), 2);

    child.stop().await;
    let log = std::fs::read_to_string(dir.path().join("nats-server.log")).unwrap();
    assert!(log.contains("Server Exiting"), "it ended by itself");

    // What it kept is there for the next one.
    let child = NatsServer::start(NatsServerConfig::new(dir.path())).await.unwrap();
    let journal = Journal::connect(config_of(&child)).await.unwrap();
    assert_eq!(journal.last_sequence().await.unwrap(), 2);
    child.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_a_killed_run_left_behind_is_ended_first() {
    let dir = tempfile::tempdir().unwrap();
    let orphan = journal::testing::Server::start_in(dir.path(), journal::testing::Sync::EachSecond).await;
    let before = pid(dir.path());
    let child = NatsServer::start(NatsServerConfig::new(dir.path())).await.unwrap();
    assert_ne!(pid(dir.path()), before);
    assert_ne!(child.url(), orphan.url());
    child.stop().await;
}

//! What only a real server does: it dies and comes back, is too old, or stays away.

use crate::work::{config, start};
use crate::world::{World, about, draft, fill, follow, note_contact, record, take};
use journal::testing::{Server, Sync};
use journal::{Journal, JournalConfig, JournalError, Profile, WorkConfig, WorkError};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_goes_on_over_a_killed_server_with_nothing_missing_or_doubled() {
    let mut world = World::jetstream().await;
    fill(&world.journal, "ann", 100).await;
    let mut tail = follow(&world.journal, 0);
    let mut sequences: Vec<u64> = take(&mut tail, 50).await.iter().map(|item| item.sequence).collect();
    for name in ["bea", "cem", "dov"] {
        let server = world.server.as_mut().unwrap();
        server.kill9().await;
        server.restart().await;
        fill(&world.journal, name, 50).await;
    }
    sequences.extend(take(&mut tail, 200).await.iter().map(|item| item.sequence));
    assert_eq!(sequences, (1..=250).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_and_work_go_on_over_a_killed_server() {
    const WRITERS: usize = 8;
    const EACH: usize = 60;
    let mut world = World::jetstream().await;
    let handled: Arc<Mutex<HashSet<u64>>> = Arc::default();
    let new = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, config("routing"), {
        let (handled, new) = (handled.clone(), new.clone());
        move |delivery| {
            if handled.lock().unwrap().insert(delivery.sequence) {
                new.add_permits(1);
            }
            async { Ok::<(), WorkError>(()) }
        }
    });
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let journal = world.journal.clone();
        writers.spawn(async move {
            let name = format!("w{writer}");
            let mut hint = None;
            for at in 0..EACH {
                let cause = format!("{name}-{at}");
                let done = journal.transact(&about(&name), draft(&cause), hint, note_contact(&cause)).await.unwrap();
                hint = Some((done.state, done.version));
            }
        });
    }
    // Each time some of the work is done, the server dies.
    for part in [50, 100, 100] {
        new.acquire_many(part).await.unwrap().forget();
        let server = world.server.as_mut().unwrap();
        server.kill9().await;
        server.restart().await;
    }
    writers.join_all().await;
    let rest = (WRITERS * EACH) as u32 - 250;
    new.acquire_many(rest).await.unwrap().forget();
    working.stop().await;
    for writer in 0..WRITERS {
        let loaded = world.journal.load(&about(&format!("w{writer}"))).await.unwrap();
        let state = conversation::fold(loaded.records());
        assert_eq!((loaded.entries.len(), state.contacts), (EACH, EACH as u32), "nothing lost, nothing doubled");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_is_an_error_and_not_a_hang() {
    let mut server = Server::start().await;
    let patience = std::time::Duration::from_millis(300);
    let journal = Journal::connect(JournalConfig { patience, ..server.config() }).await.unwrap();
    server.kill9().await;
    let failed = journal.append(&record(&about("ann"), "1"), 0).await.unwrap_err();
    assert!(failed.to_string().contains("try again"), "{failed}");
    assert!(journal.load(&about("ann")).await.unwrap_err().is_unavailable());
    // And it is well again when the server is.
    server.restart().await;
    while journal.append(&record(&about("ann"), "1"), 0).await.is_err() {}
    assert_eq!(journal.load(&about("ann")).await.unwrap().entries.len(), 1);
}

/// What this thread logs.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Logged {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_server_that_is_absent_at_the_start_is_waited_for_and_that_is_said() {
    let mut server = Server::start().await;
    let config = JournalConfig { urls: vec![server.url().replace("nats://", "nats://me:s3cret@")], ..server.config() };
    server.kill9().await;
    let logged = Logged::default();
    let writer = logged.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let connecting = tokio::spawn(Journal::connect(config));
    while !logged.text().contains("waiting for nats-server") {
        tokio::task::yield_now().await;
    }
    assert!(!connecting.is_finished());
    assert!(logged.text().contains(&server.url()) && !logged.text().contains("s3cret"), "{}", logged.text());
    server.restart().await;
    let journal = connecting.await.unwrap().unwrap();
    assert!(logged.text().contains("nats-server is there now"));
    assert!(logged.text().contains("how often nats-server syncs to disk was not checked"));
    fill(&journal, "ann", 1).await;
}

/// A server that says it is this version, and answers pings.
async fn stub(version: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let info = format!(
                    r#"INFO {{"server_id":"S","server_name":"old","version":"{version}","proto":1,"go":"go1","host":"127.0.0.1","port":{},"headers":true,"max_payload":1048576,"jetstream":true}}"#,
                    address.port()
                );
                write.write_all(format!("{info}\r\n").as_bytes()).await.unwrap();
                let mut lines = BufReader::new(read).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line.starts_with("PING") && write.write_all(b"PONG\r\n").await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("nats://{address}")
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused_by_its_version() {
    let url = stub("2.9.25").await;
    let refused = Journal::connect(JournalConfig { urls: vec![url.clone()], ..JournalConfig::default() }).await;
    let error = refused.err().expect("it must be refused");
    assert_eq!(error, JournalError::TooOld { url, found: "2.9.25".to_owned() });
    let text = error.to_string();
    assert!(text.contains("2.9.25") && text.contains("2.15.0") && text.contains("install a newer"), "{text}");
}

#[tokio::test]
async fn a_wrong_url_is_refused_by_its_key() {
    for (urls, key) in [(vec![], "nats.urls"), (vec!["nats://:x:".to_owned()], "nats.urls[0]")] {
        let refused = Journal::connect(JournalConfig { urls, ..JournalConfig::default() }).await;
        assert!(refused.err().unwrap().to_string().starts_with(key));
    }
    let credentials = Some("s3cret, but no credentials".to_owned());
    let refused = Journal::connect(JournalConfig { credentials, ..JournalConfig::default() }).await;
    let text = refused.err().unwrap().to_string();
    assert!(text.starts_with("nats.credentials_file") && !text.contains("s3cret"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_below_the_profile_is_refused_with_the_cure() {
    let server = Server::start().await;
    let monitored = |profile| JournalConfig { monitor_urls: vec![server.monitor_url()], profile, ..server.config() };
    Journal::connect(monitored(Profile::Laptop)).await.unwrap();
    let error = Journal::connect(monitored(Profile::Single)).await.err().unwrap().to_string();
    assert!(error.contains("sync_interval: always") && error.contains(&server.monitor_url()), "{error}");
    let error = Journal::connect(monitored(Profile::Cluster)).await.err().unwrap().to_string();
    assert!(error.contains("replicas") && error.contains("--replicas 3"), "{error}");
    let strict = Server::start_with(Sync::Always).await;
    Journal::connect(JournalConfig { monitor_urls: vec![strict.monitor_url()], ..strict.config() }).await.unwrap();
    let error = Journal::connect(JournalConfig { profile: Profile::Cluster, ..Server::start().await.config() }).await;
    let error = error.err().unwrap().to_string();
    assert!(error.contains("number of servers") && error.contains("profile `single`"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_forgets_is_refused_with_the_cure() {
    let server = Server::start().await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let config = async_nats::jetstream::stream::Config {
        name: "EVENTS".to_owned(),
        subjects: vec!["earshot.>".to_owned()],
        max_age: std::time::Duration::from_secs(3_600),
        allow_direct: true,
        ..Default::default()
    };
    context.create_stream(config).await.unwrap();
    let error = Journal::connect(server.config()).await.err().unwrap().to_string();
    assert!(error.contains("max_age of stream EVENTS") && error.contains("--max-age 0"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_somebody_deletes_is_made_again() {
    let world = World::jetstream().await;
    let new = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, config("routing"), {
        let new = new.clone();
        move |_| {
            new.add_permits(1);
            async { Ok::<(), WorkError>(()) }
        }
    });
    fill(&world.journal, "ann", 1).await;
    new.acquire().await.unwrap().forget();
    let client = async_nats::connect(world.server.as_ref().unwrap().url()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    context.delete_consumer_from_stream("routing", "EVENTS").await.unwrap();
    fill(&world.journal, "bea", 1).await;
    // Its position is gone with it, so the first one may come again; the second one must.
    new.acquire().await.unwrap().forget();
    working.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_may_take_longer_than_ack_wait() {
    let world = World::jetstream().await;
    let ack_wait = std::time::Duration::from_secs(1);
    let ended = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, WorkConfig { ack_wait, ..config("routing") }, {
        let ended = ended.clone();
        move |_| {
            let ended = ended.clone();
            async move {
                // The time itself is what is tested.
                tokio::time::sleep(ack_wait * 3).await;
                ended.add_permits(1);
                Ok::<(), WorkError>(())
            }
        }
    });
    fill(&world.journal, "ann", 1).await;
    ended.acquire().await.unwrap().forget();
    working.stop().await;
    let client = async_nats::connect(world.server.as_ref().unwrap().url()).await.unwrap();
    let stream = async_nats::jetstream::new(client).get_stream("EVENTS").await.unwrap();
    let info = stream.consumer_info("routing").await.unwrap();
    assert_eq!((info.delivered.consumer_sequence, info.num_ack_pending), (1, 0), "it was delivered once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutting_down_does_not_wait_for_a_server_that_is_gone() {
    let mut world = World::jetstream().await;
    let started = Arc::new(Semaphore::new(0));
    let working = start(&world.journal, config("routing"), {
        let started = started.clone();
        move |_| {
            started.add_permits(1);
            async { Err(WorkError::Unavailable { why: "the server is gone".into() }) }
        }
    });
    fill(&world.journal, "ann", 1).await;
    started.acquire().await.unwrap().forget();
    world.server.as_mut().unwrap().kill9().await;
    while world.journal.is_connected() {
        tokio::task::yield_now().await;
    }
    working.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_tools_read_the_headers() {
    let world = World::jetstream().await;
    let written = record(&about("ann"), "1");
    world.journal.append(&written, 0).await.unwrap();
    let client = async_nats::connect(world.server.as_ref().unwrap().url()).await.unwrap();
    let stream = async_nats::jetstream::new(client).get_stream("EVENTS").await.unwrap();
    let message = stream.direct_get(1).await.unwrap();
    let header = |name: &str| message.headers.get(name).map(|value| value.as_str().to_owned()).unwrap_or_default();
    assert_eq!(header("ce-specversion"), "1.0");
    assert_eq!(header("ce-id"), written.id.to_string());
    assert_eq!(header("ce-source"), "/earshot/aurora-air");
    assert_eq!(header("ce-type"), "ContactRecorded");
    assert_eq!(header("Nats-Msg-Id"), written.id.to_string());
    assert_eq!(header("Nats-Expected-Last-Subject-Sequence"), "0");
}

#[tokio::test]
async fn a_monitoring_address_of_something_else_is_told() {
    let server = Server::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").await.unwrap();
    });
    let refused = Journal::connect(JournalConfig { monitor_urls: vec![url.clone()], ..server.config() }).await;
    let text = refused.err().unwrap().to_string();
    assert!(text.starts_with("nats.monitor_urls[0]") && text.contains(&url), "{text}");
}

//! Processes that cannot start, or must wait: they say what is wrong and what to do, and wrong settings end them with 64
//! before they open anything.

use crate::system::{Apart, Leashed, SERVICES, earshot, log_of, nats_server, post, until};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Runs the binary to its end.
async fn run(args: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(earshot());
    command.args(args).env("EARSHOT_NATS_SERVER", nats_server().await).kill_on_drop(true);
    command.output().await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_end_every_service_with_64_before_it_opens_anything() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("earshot.toml");
    let path = file.to_str().unwrap();
    // nobody listens there: a process that went on would wait for ever
    let nats = "[nats]\nurl = [\"nats://127.0.0.1:1\"]\n";
    let wrong = [
        ("[ingest]\nlistn = \"127.0.0.1:0\"\n", "ingest", "ingest.listn", "did you mean listen?"),
        ("[routing]\nlisten = 7\n", "routing", "routing.listen", "127.0.0.1:"),
        ("[classifier]\nposts_in_flight_max = 0\n", "classifier", "classifier.posts_in_flight_max", "1"),
        ("[classifier.onnx]\nhead = \"mood\"\n", "classifier", "classifier.onnx.head", "sentiment"),
        ("[classifier.remote]\nurl = \"nowhere\"\n", "classifier", "classifier.remote.url", "http://HOST:PORT"),
        ("[notifier]\nurl = \"ftp://x\"\n", "notifier", "notifier.url", "http"),
        ("[analytics]\ndata_dir = \"\"\n", "analytics", "analytics.data_dir", "name a directory"),
        ("[gateway]\nrouting = \"nowhere\"\n", "gateway", "gateway.routing", "http://HOST:PORT"),
        ("[ingset]\n", "ingest", "ingset", "ingest"),
        ("[ingest]\nlisten = \n", "ingest", "earshot.toml", ""),
    ];
    for (text, service, key, cure) in wrong {
        std::fs::write(&file, format!("{nats}{text}")).unwrap();
        let ended = run(&["--config", path, "--set", "admin.listen=127.0.0.1:0", service]).await;
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(64), "{text}: {said}");
        assert!(said.contains(key) && said.contains(cure) && said.contains("earshot.toml"), "{text}: {said}");
        assert!(!said.contains("waiting for nats-server"), "{text} is said before anything is opened: {said}");
    }
    let secret = run(&["--set", "admin.listen=127.0.0.1:0", "--set", "ingest.webhook_secret=hunter2", "ingest"]).await;
    assert_eq!(secret.status.code(), Some(64));
    assert!(!said(&secret).contains("hunter2"), "a secret is never shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_file_that_is_cut_is_named_and_ends_the_classifier_with_64() {
    let dir = TempDir::new().unwrap();
    let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/classifier/model/earshot.model"));
    let whole = whole.unwrap();
    let cut = dir.path().join("cut.model");
    for bytes in [whole.len() - 1, whole.len() / 2, 20, 0] {
        std::fs::write(&cut, &whole[..bytes]).unwrap();
        let setting = format!("classifier.model={}", cut.display());
        let ended = run(&[
            "--set",
            "nats.url=nats://127.0.0.1:1",
            "--set",
            "admin.listen=127.0.0.1:0",
            "--set",
            &setting,
            "classifier",
        ])
        .await;
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(64), "{bytes} bytes: {said}");
        assert!(said.contains("cut.model") && said.contains("earshot classifier train"), "{bytes} bytes: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_is_not_there_ends_the_classifier_with_64() {
    // given files in the place of model and tokenizer, and no library, or one that is something else
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("some.file");
    std::fs::write(&file, b"no library, no model").unwrap();
    let name = file.to_str().unwrap();
    for library in ["/nowhere/libonnxruntime.so", name] {
        let ended = run(&[
            "--set",
            "nats.url=nats://127.0.0.1:1",
            "--set",
            "admin.listen=127.0.0.1:0",
            "--set",
            "classifier.backend=onnx",
            "--set",
            &format!("classifier.onnx.model={name}"),
            "--set",
            &format!("classifier.onnx.tokenizer={name}"),
            "--set",
            &format!("classifier.onnx.library={library}"),
            "classifier",
        ])
        .await;
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(64), "{said}");
        for part in ["classifier.onnx.library", library, "ONNX Runtime 1.17 or later", "ORT_DYLIB_PATH"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_a_service_waits_says_so_and_goes_on_when_it_comes() {
    // given all services, and no nats-server
    let mut system = Apart::prepare(&[]).await;
    for service in SERVICES {
        system.begin(service, 0);
    }
    // then each that needs the log says that it waits, and what for
    let nats = format!("nats://127.0.0.1:{}", system.ports.of("nats"));
    for service in SERVICES.into_iter().filter(|service| *service != "gateway") {
        let page = system.admin(service, 0, "/readyz");
        let told = until(&format!("{service} says that it waits"), async || {
            let answer = system.http.get(&page).send().await.ok()?;
            let status = answer.status().as_u16();
            let text = answer.text().await.ok()?;
            text.contains("waiting for NATS").then_some((status, text))
        })
        .await;
        assert!(told.0 == 503 && told.1.contains(&nats), "{service}: {told:?}");
        let log = system.said_by(service, 0);
        until(&format!("{service} logs it"), async || log_of(&log).contains("waiting for nats-server").then_some(()))
            .await;
    }
    // and when it comes, they go on
    system.start_nats().await;
    for service in SERVICES {
        system.ready(service, 0).await;
    }
    system.publish("late").await;
    let id = system.post(post("late", "1", "a", "Is anybody there?")).await;
    system.routed(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nats_server_that_is_too_old_is_refused_with_the_cure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nats = format!("nats.url=nats://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            tokio::spawn(speak_as_an_old_server(client));
        }
    });
    for service in ["ingest", "routing", "analytics"] {
        let ended = run(&["--set", &nats, "--set", "admin.listen=127.0.0.1:0", service]).await;
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(1), "{service}: {said}");
        assert!(said.contains("2.9.25") && said.contains("2.15"), "{service}: {said}");
    }
    server.abort();
}

/// As much of the protocol as a client needs to see who it speaks to.
async fn speak_as_an_old_server(mut client: TcpStream) -> std::io::Result<()> {
    let info = concat!(
        r#"INFO {"server_id":"OLD","server_name":"old","version":"2.9.25","proto":1,"host":"127.0.0.1","port":4222,"#,
        r#""headers":true,"jetstream":true,"max_payload":1048576}"#,
        "\r\n"
    );
    client.write_all(info.as_bytes()).await?;
    let (read, mut write) = client.split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("PING") {
            write.write_all(b"PONG\r\n").await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named_with_its_setting_and_the_cure() {
    let mut system = Apart::prepare(&[]).await;
    system.start_nats().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let config = system.dir.path().join("earshot.toml");
    let config = config.to_str().unwrap();
    let listeners =
        SERVICES.map(|service| format!("{service}.listen")).into_iter().chain(["ingest.grpc_listen".into()]);
    for key in listeners {
        let service = key.split('.').next().unwrap();
        let (set, analytics) =
            (format!("{key}={port}"), format!("analytics.data_dir={}/a", system.dir.path().display()));
        let set =
            ["--config", config, "--set", &set, "--set", "admin.listen=127.0.0.1:0", "--set", &analytics, service];
        let ended = run(&set).await;
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(1), "{key}: {said}");
        let cure = format!("set {key} to a free port");
        assert!(said.contains(&port) && said.contains(&cure), "{key}: {said}");
    }
    let admin = format!("admin.listen={port}");
    let ended = run(&["--config", config, "--set", &admin, "routing"]).await;
    assert!(!ended.status.success() && said(&ended).contains("set admin.listen to a free port"), "{}", said(&ended));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_system_on_the_same_directory_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().to_str().unwrap();
    let mut command = Command::new(earshot());
    command.args(["up", "--no-demo", "--free-ports", "--json", "--data-dir", path]);
    command.env("EARSHOT_NATS_SERVER", nats_server().await);
    let out = dir.path().join("out.json");
    command.stdout(Stdio::from(std::fs::File::create(&out).unwrap()));
    let mut first = Leashed::start(&mut command, "TERM", &dir.path().join("first.log"));
    until("the first is up", async || {
        assert!(first.ended().is_none(), "{}", first.said());
        log_of(&out).ends_with('\n').then_some(())
    })
    .await;
    let second = run(&["up", "--no-demo", "--free-ports", "--data-dir", path]).await;
    assert_eq!(second.status.code(), Some(1), "{}", said(&second));
    assert!(said(&second).contains("in use by another earshot"), "{}", said(&second));
    assert!(first.ended().is_none(), "the first goes on");
}

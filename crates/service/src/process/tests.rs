use super::*;
use crate::config::Override;

fn sources(settings: &[(&str, &str)]) -> Sources {
    let overrides = settings.iter().map(|(key, value)| Override {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
        flag: format!("--set {key}"),
    });
    Sources { overrides: overrides.collect(), ..Sources::default() }
}

fn run<R: Future<Output = anyhow::Result<()>>>(settings: &[(&str, &str)], work: impl FnOnce(Process) -> R) -> u8 {
    let any_port = [("admin.listen", "127.0.0.1:0")];
    let all: Vec<_> = any_port.iter().chain(settings).copied().collect();
    match prepare_and_run("test", &sources(&all), Kind::Service, work) {
        Ok(()) => 0,
        Err(error) => code_of(&error),
    }
}

#[test]
fn work_that_ends_well_is_zero_and_sees_its_surroundings() {
    let code = run(&[], |process| async move {
        let admin = process.admin.unwrap();
        assert_ne!(admin.port(), 0);
        assert_eq!(process.name, "test");
        tokio::net::TcpStream::connect(admin).await?;
        Ok(())
    });
    assert_eq!(code, 0);
}

#[test]
fn failure_is_one_wrong_use_two_and_a_wrong_setting_64() {
    assert_eq!(run(&[], |_| async { anyhow::bail!("the log is gone") }), 1);
    assert_eq!(run(&[], |_| async { Err(anyhow::Error::from(Usage("no FILE".into())).context("import")) }), 2);
    let wrong = |process: Process| async move {
        Err(anyhow::Error::from(process.config.refuse("nats.url", "is wrong", "mend it")).context("routing"))
    };
    assert_eq!(run(&[], wrong), 64);
}

#[test]
fn a_wrong_shared_setting_ends_the_process_before_its_work_begins() {
    for (key, value) in [("process.drain_seconds", "0"), ("telemetry.log_format", "xml"), ("admin.listn", "x")] {
        let code = run(&[(key, value)], |_| async { panic!("the work must not begin") });
        assert_eq!(code, 64, "{key}");
    }
}

#[test]
fn a_stop_from_within_drains_and_is_success() {
    let code = run(&[], |process| async move {
        let check = process.health.check("test.part");
        check.ready();
        process.shutdown.begin();
        process.shutdown.begun().await;
        Ok(())
    });
    assert_eq!(code, 0);
}

#[test]
fn an_admin_port_in_use_names_address_key_and_cure() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let sources = sources(&[("admin.listen", &address)]);
    let error = prepare_and_run("test", &sources, Kind::Service, |_| async { Ok(()) }).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains(&address) && text.contains("admin.listen") && text.contains("free port"), "{text}");
    assert_eq!(code_of(&error), 1);
}

#[test]
fn a_tool_has_no_admin_page() {
    let work = |process: Process| async move {
        assert_eq!(process.admin, None);
        Ok(())
    };
    assert!(prepare_and_run("test", &sources(&[]), Kind::Tool, work).is_ok());
}

#[test]
fn a_tool_is_quiet_unless_asked() {
    let level = |kind, settings: &[(&str, &str)]| {
        let config = config::load(&sources(settings)).unwrap();
        telemetry_for(kind, &config).unwrap().log_level
    };
    assert_eq!(level(Kind::Tool, &[]), "warn");
    assert_eq!(level(Kind::Tool, &[("telemetry.log_level", "info")]), "info");
    assert_eq!(level(Kind::Service, &[]), "info");
}

/// Tells the test that runs as a child what to be.
const CHILD: &str = "SERVICE_TEST_CHILD";

/// The other half of the tests of signals: they run this one in a process of its own.
#[test]
fn as_a_child() {
    let Ok(kind) = std::env::var(CHILD) else { return };
    let settings =
        [("admin.listen", "127.0.0.1:0"), ("process.drain_seconds", "600"), ("telemetry.log_format", "json")];
    let code = prepare_and_run("child", &sources(&settings), Kind::Service, async |process| {
        println!("started");
        process.shutdown.begun().await;
        println!("stopping");
        match kind.as_str() {
            "drains" => Ok(()),
            "hangs" => std::future::pending().await,
            other => anyhow::bail!("no such child: {other}"),
        }
    });
    println!("ended {}", code.is_ok());
}

struct Child {
    process: std::process::Child,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
}

impl Child {
    fn start(kind: &str) -> Self {
        use std::io::BufRead;
        let mut process = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::tests::as_a_child", "--nocapture"])
            .env(CHILD, kind)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines();
        Child { process, lines }
    }

    fn wait_for(&mut self, text: &str) {
        let found = self.lines.by_ref().any(|line| line.unwrap().contains(text));
        assert!(found, "the child did not say {text}");
    }

    fn signal(&self, name: &str) {
        let sent =
            std::process::Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
}

#[test]
fn a_signal_drains() {
    for signal in ["TERM", "INT"] {
        let mut child = Child::start("drains");
        child.wait_for("started");
        child.signal(signal);
        child.wait_for("stopping");
        child.wait_for("ended true");
        assert_eq!(child.process.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut child = Child::start("hangs");
    child.wait_for("started");
    child.signal("TERM");
    child.wait_for("stopping");
    child.signal("TERM");
    assert_eq!(child.process.wait().unwrap().code(), Some(1));
}

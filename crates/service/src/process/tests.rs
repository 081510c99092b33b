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
    match prepare_and_run("test", &sources(&all), true, work) {
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
    let error = prepare_and_run("test", &sources, true, |_| async { Ok(()) }).unwrap_err();
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
    assert!(prepare_and_run("test", &sources(&[]), false, work).is_ok());
}

//! `kill -9` of everything in turn, while history comes in and answers go out: nothing is lost, nothing is doubled.

mod history;

use crate::system::{Apart, Client, DANA, Up, post, records, until, write};
use conversation::Fact;
use history::History;
use sandbox::{Fault, Faults};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;
use uuid::Uuid;
use wire::pb::desk::SubmitReplyRequest;

/// Customers who are answered while everything dies.
const ANSWERED: usize = 28;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_nothing_is_lost_or_doubled() {
    // given all services, a network that fails in every way, customers who wait, and a file of history
    let mut system = Apart::start().await;
    system.publish("killed").await;
    let chances =
        [("accept-then-drop", 0.15), ("drop-before-accept", 0.1), ("500", 0.1), ("garbage", 0.05), ("slow:30", 0.2)];
    let chances = chances.map(|(fault, chance)| (fault.parse::<Fault>().unwrap(), chance));
    system.sandbox.set_faults(Faults { chances: BTreeMap::from(chances), ..Faults::default() }).unwrap();
    let mut waiting = Vec::new();
    for at in 0..ANSWERED {
        waiting
            .push(system.post(post("killed", &format!("live-{at}"), &format!("live-author-{at}"), "It is dead")).await);
    }
    for id in &waiting {
        system.routed(id).await;
    }
    let file = system.dir.path().join("history.jsonl");
    let history = History::write(&file, "killed", 450);

    // when each of them is killed in turn while the import runs, and people go on answering
    let began = Instant::now();
    let import = import(&system, &file);
    let mut answered = 0;
    let mut met = system.last_sequence().await;
    let victims = ["ingest", "nats", "routing", "classifier", "notifier", "analytics", "gateway"];
    for victim in victims.into_iter().cycle().take(2 * victims.len()) {
        met = past(&system, met + 100, || import.is_finished()).await;
        let a_share = &waiting[answered..answered + ANSWERED / (2 * victims.len())];
        answer_all(&system, a_share).await;
        answered += a_share.len();
        let over = import.is_finished();
        eprintln!(
            "{:>6.1} s: {met} records, {victim} is killed{}",
            began.elapsed().as_secs_f64(),
            if over { " after the import" } else { "" }
        );
        system.crash(victim).await;
        if victim != "nats" {
            system.ready(victim, 0).await;
        }
    }
    eprintln!("{:>6.1} s: all are back", began.elapsed().as_secs_f64());
    let imported = import.await.unwrap();
    eprintln!("{:>6.1} s: the import has ended", began.elapsed().as_secs_f64());
    let report = report_of(&imported);

    // then every line has its verdict, and the log holds each message once
    system.quiet().await;
    eprintln!("{:>6.1} s: nothing is left to do", began.elapsed().as_secs_f64());
    history.holds(&report);
    let replayed = system.verify().await;
    let in_log = |name: &str| replayed[name].as_u64().unwrap();
    let posts = history.posts + ANSWERED as u64;
    assert_eq!(system.posts_of("killed").await, (posts, history.filtered), "{replayed}");
    assert_eq!((in_log("observed_replies"), in_log("undecodable")), (history.replies, 0), "{replayed}");
    each_thing_happened_once(&system).await;

    // and each answer is on the network once
    let stats = system.sandbox.stats();
    assert_eq!((stats.replies, stats.distinct, stats.doubled), (ANSWERED as u64, ANSWERED as u64, 0), "{stats:?}");
    assert_eq!(in_log("replies_sent"), ANSWERED as u64, "{replayed}");
    let row = system.measured("killed", "all is measured", |row| row.posts == posts).await;
    assert_eq!(row.replies, history.replies + ANSWERED as u64);
    assert_eq!(row.conversations, system.list("killed").await.len() as u64);
    let aside = system.tool(&["set-aside", "list"]).await;
    assert_eq!(String::from_utf8(aside.stdout).unwrap().trim(), "nothing is set aside");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_of_real_people_comes_in_to_the_last_line() {
    let Some(file) = shared_data().map(|folder| folder.join("conv_ibm_twitter.jsonl.gz")).filter(|file| file.is_file())
    else {
        eprintln!("skipped: there is no shared data beside this checkout; name its folder with EARSHOT_SHARED_DATA");
        return;
    };
    let system = Up::start().await;
    let report = system.tool_json(&["import", file.to_str().unwrap(), "--json"]).await;
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("seen"), 1_593, "{report}");
    assert_eq!(
        count("seen"),
        count("accepted") + count("duplicate") + count("filtered") + count("rejected"),
        "{report}"
    );
    system.quiet().await;
    let replayed = system.verify().await;
    let in_log = |name: &str| replayed[name].as_u64().unwrap();
    assert_eq!(
        in_log("posts") + in_log("observed_replies") + in_log("filtered"),
        count("accepted") + count("filtered")
    );
    let again = system.tool_json(&["import", file.to_str().unwrap(), "--json"]).await;
    assert_eq!(
        (&again["accepted"], &again["seen"]),
        (&Value::from(0), &report["seen"]),
        "a second import changes nothing"
    );
    each_thing_happened_once(&system).await;
}

/// The folder of real data: where EARSHOT_SHARED_DATA says, else beside the checkout.
fn shared_data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("EARSHOT_SHARED_DATA").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn import(system: &Apart, file: &Path) -> tokio::task::JoinHandle<Output> {
    let mut command = tokio::process::Command::new(crate::system::earshot());
    command.args(["import", "--json", "--in-flight", "16", "--to", &system.at.ingest]).arg(file).kill_on_drop(true);
    tokio::spawn(async move { command.output().await.unwrap() })
}

fn report_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// Waits until the log has grown past a sequence, or nothing more comes in; answers where it is.
async fn past(system: &Apart, sequence: u64, over: impl Fn() -> bool) -> u64 {
    until("the log grows", async || {
        let now = system.last_sequence().await;
        (now >= sequence || over()).then_some(now)
    })
    .await
}

/// A text of its own that holds no digits: the guard may take those of an id for the last ones of a card.
fn letters(id: Uuid) -> String {
    id.simple()
        .to_string()
        .bytes()
        .map(|sign| char::from(b'g' + char::from(sign).to_digit(16).unwrap_or(0) as u8))
        .collect()
}

/// Answers as an impatient person does: the same intention again until it is taken.
async fn answer_all(system: &Client, conversations: &[String]) {
    for id in conversations {
        let request = SubmitReplyRequest {
            write: write(id, DANA),
            text: format!("We are on it ({})", letters(Uuid::now_v7())),
            ..SubmitReplyRequest::default()
        };
        until("the reply is taken", async || system.desk().submit_reply(request.clone()).await.ok()).await;
    }
}

/// Holds that every post was received, classified and routed once, and every reply submitted and sent once.
pub async fn each_thing_happened_once(system: &Client) {
    let mut times: HashMap<(&'static str, String), u32> = HashMap::new();
    let log = system.log().await;
    for record in records(&log) {
        for fact in &record.facts {
            let of = match fact {
                Fact::PostReceived(fact) => fact.post.to_string(),
                Fact::ReplyObserved(fact) => fact.post.to_string(),
                Fact::PostClassified(fact) => format!("{} {}", fact.post, fact.text_version),
                Fact::Routed(fact) => fact.post.to_string(),
                Fact::ConversationOpened(_) => record.subject.conversation().unwrap().to_string(),
                Fact::ReplySubmitted(fact) => fact.reply.to_string(),
                Fact::ReplySent(fact) => fact.reply.to_string(),
                Fact::DeadlineBreached(fact) => format!("{:?} {}", record.subject.conversation(), fact.due_at),
                // What may happen more than once.
                _ => continue,
            };
            *times.entry((fact.name(), of)).or_default() += 1;
        }
    }
    let doubled: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
}

//! The API of a running service.

use super::support::{Running, later, process, process_with};
use crate::testing::{At, Script};
use conversation::Record;
use jiff::SignedDuration;
use journal::Journal;
use service::Clock;
use wire::pb::analytics::{
    Dimension, Filter, ListIntakeRequest, ListMeasuresRequest, QueryRequest, WatchRequest, WatchResponse,
};

async fn add(journal: &Journal, records: &[Record]) {
    for record in records {
        journal.add(record).await.unwrap();
    }
}

#[tokio::test]
async fn figures_are_asked_for_by_group_and_period() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::memory(At::minute(0));
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.route("a", "a1", "care", "question", "en");
    story.count("webhook", 7, &[("too_long", 2)], At::minute(1));
    story.count("webhook", 1, &[("too_long", 1), ("malformed", 1)], At::minute(2));
    story.write(&journal).await;
    let running = Running::start(process(directory.path(), later()), &journal).await;
    running.reached(5).await;
    let request = QueryRequest {
        filter: Some(Filter { brand: "aurora".into(), ..Filter::default() }),
        group_by: vec![Dimension::Team.into(), Dimension::Language.into()],
    };
    let rows = running.query(request).await;
    assert_eq!((&*rows[0].team, &*rows[0].language, &*rows[0].brand, rows[0].open), ("care", "en", "", 1));
    let wrong = QueryRequest { group_by: vec![9], ..QueryRequest::default() };
    assert_eq!(running.client.clone().query(wrong).await.unwrap_err().code(), tonic::Code::InvalidArgument);

    let ledger = running.client.clone().list_intake(ListIntakeRequest::default()).await.unwrap().into_inner().rows;
    assert_eq!((ledger.len(), &*ledger[0].source, ledger[0].accepted, ledger[0].rejected), (1, "webhook", 8, 4));
    assert_eq!(ledger[0].seen, 8 + 4 + 2 + 4, "accepted, duplicate, filtered, rejected");
    assert_eq!(ledger[0].rejected_by_reason["too_long"], 3);

    let measures = running.client.clone().list_measures(ListMeasuresRequest {}).await.unwrap().into_inner().measures;
    assert_eq!(measures.len(), crate::catalogue::measures().count());
    assert!(measures.iter().all(|measure| !measure.definition.is_empty() && !measure.unit.is_empty()));
    running.stop().await;
}

/// The next message of a watch.
async fn next(watch: &mut tonic::Streaming<WatchResponse>) -> WatchResponse {
    watch.message().await.unwrap().unwrap()
}

#[tokio::test]
async fn a_watch_begins_with_everything_and_goes_on_with_what_changes() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::memory(At::minute(0));
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.route("a", "a1", "care", "question", "en");
    story.write(&journal).await;
    let running = Running::start(process(directory.path(), At::minute(10)), &journal).await;
    let request =
        WatchRequest { group_by: vec![Dimension::Team.into()], start_after_sequence: 3, ..WatchRequest::default() };
    let mut watch = running.client.clone().watch(request.clone()).await.unwrap().into_inner();
    let first = next(&mut watch).await;
    assert!(first.snapshot && first.sequence == 3 && first.minutes.len() == 60);
    assert_eq!(first.minutes[10].posts, 1, "ten minutes ago, newest first");
    assert_eq!((first.rows.len(), &*first.rows[0].team, first.rows[0].open), (1, "care", 1));

    let told = story.records.len();
    story.hand_off("a", "crisis", At::minute(5));
    add(&journal, &story.records[told..]).await;
    let second = next(&mut watch).await;
    assert_eq!((second.snapshot, second.sequence, second.minutes.len()), (false, 4, 0));
    let rows: Vec<_> = second.rows.iter().map(|row| (&*row.team, row.conversations)).collect();
    assert_eq!(rows, [("crisis", 1), ("care", 0)], "the group that is no more is told with zeros");

    // What changes nothing that is measured is not told; the answer after it is.
    let told = story.records.len();
    story.edit("a", "a1", At::minute(6));
    story.answer("a", "r1", At::minute(7));
    add(&journal, &story.records[told..told + 1]).await;
    let mut later = running.client.clone().watch(WatchRequest { start_after_sequence: 5, ..request }).await.unwrap();
    assert_eq!(next(later.get_mut()).await.sequence, 5);
    add(&journal, &story.records[told + 1..]).await;
    let third = next(&mut watch).await;
    assert_eq!((third.sequence, third.rows[0].replies, third.minutes[3].replies), (6, 1, 1));
    running.stop().await;
    assert!(watch.message().await.is_ok(), "a watch ends with the service, without an error");
}

#[tokio::test]
async fn watchers_who_ask_the_same_share_a_board_that_ends_with_the_last() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::memory(At::minute(0));
    let reads = crate::reads::Reads::new(1);
    drop(super::support::open(directory.path(), 100));
    reads.point_at(super::support::main_file(directory.path()));
    let (_changed, changes) = tokio::sync::watch::channel(0);
    let shutdown = service::Shutdown::new(1);
    let boards = crate::board::Boards::new(reads, Clock::System, shutdown, changes);
    let query = crate::Query::default();
    let mut one = boards.watch(&query);
    let other = boards.watch(&query);
    assert_eq!(boards.count(), 1);
    assert!(one.wait_for(Option::is_some).await.is_ok());
    drop((one, other));
    // The board leaves by itself; who comes meanwhile gets either it or a new one, and either serves him.
    while boards.count() > 0 {
        tokio::task::yield_now().await;
    }
    let mut again = boards.watch(&query);
    assert!(again.wait_for(Option::is_some).await.is_ok());
    drop(journal);
}

#[tokio::test]
async fn time_alone_moves_the_longest_wait() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::memory(At::minute(0));
    let mut story = Script::new("aurora");
    story.post("a", "a1", At::minute(0));
    story.write(&journal).await;
    let (clock, hands) = Clock::virtual_at(At::minute(3));
    let running = Running::start(process_with(directory.path(), clock, &[]), &journal).await;
    running.reached(1).await;
    assert_eq!(running.total().await.longest_wait_seconds, Some(180.0));
    assert_eq!(running.total().await.answered_within_10m, None);
    hands.advance(SignedDuration::from_mins(7));
    let row = running.total().await;
    assert_eq!((row.longest_wait_seconds, row.answered_within_10m), (Some(600.0), Some(0.0)));
    running.stop().await;
}

#[tokio::test]
async fn the_metrics_page_shows_the_trades_figures() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::memory(At::minute(0));
    let mut story = Script::new("metrics-brand");
    story.post("old", "o1", At::minute(0));
    story.answer("old", "ro", At::minute(1));
    story.post("a", "a1", At::minute(2));
    story.write(&journal).await;
    let running = Running::start(process(directory.path(), At::minute(3)), &journal).await;
    running.process.health.ready().await;
    let told = story.records.len();
    story.answer("a", "ra", At::minute(4));
    add(&journal, &story.records[told..]).await;
    running.reached(4).await;
    let page = service::metrics::render();
    let count = r#"earshot_first_response_seconds_count{brand="metrics-brand",channel="x"} 1"#;
    assert!(page.lines().any(|line| line == count), "only the one answered while it ran:\n{page}");
    assert!(page.contains(r#"earshot_consumer_lag{consumer="projection",service="analytics"}"#), "{page}");
    running.stop().await;
}

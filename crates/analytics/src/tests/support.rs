//! What the tests share: items without a log, a projection without a service, a service without a process.

use crate::catalogue;
use crate::query::{Dimension, Filter, Query};
use crate::reads;
use crate::recompute::Recomputed;
use crate::store::figures::Figures;
use crate::store::files::{Begun, Files};
use crate::store::{self, Snapshot};
use crate::testing::At;
use crate::work::Work;
use conversation::Record;
use jiff::Timestamp;
use journal::{Entry, Item, Journal};
use service::config::{self, Sources};
use service::{Clock, Process};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tonic::transport::Channel;
use wire::pb::analytics::analytics_service_client::AnalyticsServiceClient;
use wire::pb::analytics::{
    CorrectionRow, ListCorrectionsRequest, MeasureRow, QueryRequest, WatchRequest, WatchResponse,
};

/// Two days into every story: all is old enough to have been answered.
pub fn later() -> Timestamp {
    At::minute(2 * 24 * 60)
}

/// Records as the log hands them over, from sequence 1 on.
pub fn items(records: &[Record]) -> Vec<Item> {
    let count = records.len() as u64;
    let numbered = records.iter().zip(1..);
    numbered.map(|(record, sequence)| item(record, sequence, count - sequence)).collect()
}

fn item(record: &Record, sequence: u64, pending: u64) -> Item {
    Item {
        sequence,
        subject: wire::subjects::of(&record.subject).into(),
        entry: Arc::new(Entry::Record(record.clone())),
        size: 0,
        pending,
        stored_at: At::second(i64::try_from(sequence).unwrap()),
        traceparent: None,
    }
}

/// Opens the projection in a directory to write it.
pub fn open(directory: &Path, keep: usize) -> Work {
    Work::new(begin(directory), keep)
}

pub fn begin(directory: &Path) -> Begun {
    Files::new(directory).begin().unwrap()
}

/// Folds and commits a portion.
pub fn write(work: &mut Work, items: &[Item]) {
    work.add(items.iter().cloned().collect());
    work.step().unwrap();
}

pub fn recomputed(records: &[Record]) -> Recomputed {
    let mut recomputed = Recomputed::default();
    records.iter().for_each(|record| recomputed.add(record));
    recomputed
}

/// Every grouping that tests look at.
pub fn queries() -> Vec<Query> {
    use Dimension::{Brand, Channel, Language, Team};
    let groupings = [vec![], vec![Brand], vec![Team, Brand], vec![Language], vec![Brand, Team, Channel, Language]];
    groupings.into_iter().map(|group_by| Query { group_by, ..Query::default() }).collect()
}

/// Every dimension by itself and some together, in a zone with daylight saving time, and filters of every kind.
pub fn figure_queries() -> Vec<Query> {
    let zone = "America/New_York".to_owned();
    let by = |group_by: &[Dimension]| Query { group_by: group_by.to_vec(), zone: zone.clone(), ..Query::default() };
    let mut queries = vec![by(&[]), by(&[Dimension::Brand, Dimension::Person, Dimension::Hour])];
    queries.extend(Dimension::ALL.map(|dimension| by(&[dimension])));
    let filters = [
        Filter { team: "care".into(), ..Filter::default() },
        Filter { person: "ana".into(), weekday: "1".into(), ..Filter::default() },
        Filter { hour: "04".into(), from: Some(At::minute(10)), until: Some(At::minute(80)), ..Filter::default() },
        Filter { without: vec![Dimension::Team, Dimension::Language], ..Filter::default() },
    ];
    queries.extend(filters.map(|filter| Query { filter, ..by(&[Dimension::Channel]) }));
    queries
}

pub fn read(directory: &Path, query: &Query, now: Timestamp) -> Snapshot {
    let mut connection = reads::open(&Files::new(directory).main()).unwrap();
    store::snapshot(&mut connection, query, now).unwrap()
}

pub fn corrections(directory: &Path, asked: &ListCorrectionsRequest) -> Vec<CorrectionRow> {
    let mut connection = reads::open(&Files::new(directory).main()).unwrap();
    store::corrections(&mut connection, asked).unwrap()
}

/// The projection says what the log says.
pub fn assert_same(directory: &Path, records: &[Record], now: Timestamp) {
    let expected = recomputed(records);
    let mut connection = reads::open(&Files::new(directory).main()).unwrap();
    for query in queries() {
        let found = store::snapshot(&mut connection, &query, now).unwrap();
        assert_eq!(found.rows, expected.rows(&query, now), "{query:?}");
        assert_eq!(found.minutes, expected.minutes("", now));
    }
    for query in figure_queries() {
        let measures: Vec<_> = catalogue::names().map(|name| catalogue::find(&name).unwrap()).collect();
        let asked = Figures { query: query.clone(), measures, histograms: false };
        let found = store::figures::figures(&mut connection, &asked, now).unwrap();
        let expected = expected.figures(&query, &asked.measures, now);
        for (found, expected) in found.rows.iter().zip(&expected) {
            assert_eq!(found, expected, "{query:?}");
        }
        assert_eq!(found.rows.len(), expected.len(), "{query:?}");
    }
    assert_eq!(store::intake(&mut connection, "").unwrap(), expected.intake());
    let all = ListCorrectionsRequest::default();
    assert_eq!(store::corrections(&mut connection, &all).unwrap(), expected.corrections());
}

/// The one row of all conversations.
pub fn total(directory: &Path, now: Timestamp) -> MeasureRow {
    read(directory, &Query::default(), now).rows.remove(0)
}

/// A process with a projection in `directory`, on a clock that stands.
pub fn process(directory: &Path, now: Timestamp) -> Process {
    process_with(directory, Clock::virtual_at(now).0, &[])
}

pub fn process_with(directory: &Path, clock: Clock, set: &[&str]) -> Process {
    let mut sources = Sources { known_sections: vec!["analytics".into()], ..Sources::default() };
    sources.set = vec![
        format!("analytics.data_dir={}", directory.display()),
        "analytics.listen=127.0.0.1:0".into(),
        "analytics.commit_milliseconds=1".into(),
    ];
    sources.set.extend(set.iter().map(|text| (*text).to_owned()));
    Process::for_tests("analytics", config::load(&sources).unwrap(), clock)
}

/// A running service.
pub struct Running {
    pub process: Process,
    pub client: AnalyticsServiceClient<Channel>,
    ended: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Running {
    pub async fn start(process: Process, journal: &Journal) -> Self {
        let started = crate::start(process.clone(), journal.clone()).await.unwrap();
        let client = AnalyticsServiceClient::connect(format!("http://{}", started.grpc)).await.unwrap();
        Running { process, client, ended: started.ended }
    }

    /// Waits until the projection has reached a sequence.
    pub async fn reached(&self, sequence: u64) -> WatchResponse {
        let request = WatchRequest { start_after_sequence: sequence, ..WatchRequest::default() };
        let mut watch = self.client.clone().watch(request).await.unwrap().into_inner();
        watch.message().await.unwrap().unwrap()
    }

    pub async fn query(&self, request: QueryRequest) -> Vec<MeasureRow> {
        self.client.clone().query(request).await.unwrap().into_inner().rows
    }

    pub async fn total(&self) -> MeasureRow {
        self.query(QueryRequest::default()).await.remove(0)
    }

    /// Stops as a process stops, with its drain.
    pub async fn stop(self) {
        self.process.shutdown.begin();
        drop(self.client);
        self.ended.await.unwrap().unwrap();
    }
}

/// The files of a directory, by name.
pub fn names(directory: &Path) -> Vec<String> {
    let found = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub fn main_file(directory: &Path) -> PathBuf {
    Files::new(directory).main()
}

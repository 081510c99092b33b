//! The projection without the service: a tool builds one of its own, from the log or from records in hand, in a directory
//! that goes with it, or reads the one of the running service. The tables, the statements and the answers are the same.

use crate::grpc::ask;
use crate::query::Query;
use crate::reads;
use crate::scorecard::{self, Card};
use crate::store::files::Files;
use crate::store::{self, Fitness, StoreError, while_doing};
use crate::work::Work;
use conversation::Record;
use jiff::Timestamp;
use journal::{Entry, Item, Journal, TailConfig};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use thiserror::Error;
use tonic::Status;
use wire::pb::analytics::{
    GetScorecardRequest, GetScorecardResponse, ListBehindRequest, ListBehindResponse, QueryFiguresRequest,
    QueryFiguresResponse,
};
use wire::subjects;

/// Records written in one transaction.
const COMMIT_RECORDS: usize = 20_000;
/// Conversations kept in memory while it is built.
const IN_MEMORY: usize = 200_000;

/// Why a tool has no answer.
#[derive(Debug, Error)]
pub enum LocalError {
    /// What was asked for makes no sense; the message names the field and the cure.
    #[error("{0}")]
    Asked(String),
    #[error("there is no projection in {0}; start the analytics service, or set analytics.data_dir to where it is")]
    Absent(PathBuf),
    #[error("the projection is of another version; the running service rebuilds it, try again then")]
    Outdated,
    #[error("the place for a projection of its own cannot be made: {0}")]
    Place(std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Status> for LocalError {
    fn from(status: Status) -> Self {
        LocalError::Asked(status.message().to_owned())
    }
}

/// A projection that is being built.
pub struct Building {
    directory: TempDir,
    work: Work,
    waiting: VecDeque<Item>,
    sequence: u64,
}

impl Building {
    /// An empty one.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn new() -> Result<Building, LocalError> {
        let directory = tempfile::tempdir().map_err(LocalError::Place)?;
        let work = Work::new(Files::new(directory.path()).begin()?, IN_MEMORY);
        Ok(Building { directory, work, waiting: VecDeque::new(), sequence: 0 })
    }

    /// Adds the next record of a log that is nowhere else.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, record: Record) -> Result<(), LocalError> {
        self.sequence += 1;
        let item = Item {
            sequence: self.sequence,
            subject: subjects::of(&record.subject).into(),
            stored_at: record.recorded_at,
            entry: Arc::new(Entry::Record(record)),
            size: 0,
            pending: 0,
            traceparent: None,
        };
        self.take(item)
    }

    fn take(&mut self, item: Item) -> Result<(), LocalError> {
        self.waiting.push_back(item);
        if self.waiting.len() >= COMMIT_RECORDS {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), LocalError> {
        self.work.add(std::mem::take(&mut self.waiting));
        Ok(self.work.step()?)
    }

    /// Writes what is left, and opens it for questions.
    ///
    /// # Errors
    /// The file cannot be written or read.
    pub fn finish(mut self) -> Result<Projection, LocalError> {
        self.write()?;
        let Building { directory, work, .. } = self;
        work.close();
        let connection = reads::open(&Files::new(directory.path()).main())?;
        Ok(Projection { connection, _directory: Some(directory) })
    }
}

/// Builds one from the whole log as it is now. `read` is told how many messages were read, and how many are left.
///
/// # Errors
/// There is no place for it, or it cannot be written.
pub async fn of_log(journal: &Journal, mut read: impl FnMut(u64, u64)) -> Result<Projection, LocalError> {
    let mut tail = journal.tail(TailConfig { filters: crate::followed(), after_sequence: 0 });
    let mut building = Building::new()?;
    let mut left = tail.pending().await;
    while left > 0 {
        let Some(item) = tail.next().await else { break };
        read(left.saturating_sub(item.pending), item.pending);
        left = item.pending;
        building.take(item)?;
    }
    building.finish()
}

/// A projection that can be asked what AnalyticsService can be asked.
pub struct Projection {
    connection: Connection,
    /// It goes when this goes; none for one that is the service's.
    _directory: Option<TempDir>,
}

impl Projection {
    /// The one of the service; it may run meanwhile.
    ///
    /// # Errors
    /// There is none that this version reads.
    pub fn of_service(data_dir: &Path) -> Result<Projection, LocalError> {
        let files = Files::new(data_dir);
        if !files.main().is_file() {
            return Err(LocalError::Absent(data_dir.to_owned()));
        }
        let connection = reads::open(&files.main())?;
        match store::fitness(&connection)? {
            Fitness::Fit => Ok(Projection { connection, _directory: None }),
            Fitness::Empty | Fitness::Outdated { .. } => Err(LocalError::Outdated),
        }
    }

    /// As `QueryFigures`.
    ///
    /// # Errors
    /// What is asked for makes no sense, or the file cannot be read.
    pub fn query_figures(
        &mut self,
        request: QueryFiguresRequest,
        now: Timestamp,
    ) -> Result<QueryFiguresResponse, LocalError> {
        let asked = ask::figures(request)?;
        let found = store::figures::figures(&mut self.connection, &asked, now).map_err(unreadable)?;
        Ok(found.into())
    }

    /// As `ListBehind`.
    ///
    /// # Errors
    /// What is asked for makes no sense, or the file cannot be read.
    pub fn list_behind(
        &mut self,
        request: ListBehindRequest,
        now: Timestamp,
    ) -> Result<ListBehindResponse, LocalError> {
        let asked = ask::behind(request)?;
        Ok(store::behind::behind(&mut self.connection, &asked, now).map_err(unreadable)?.into())
    }

    /// As `GetScorecard`, by a scorecard of the caller's.
    ///
    /// # Errors
    /// What is asked for makes no sense, or the file cannot be read.
    pub fn scorecard(
        &mut self,
        request: GetScorecardRequest,
        card: &Card,
        now: Timestamp,
    ) -> Result<GetScorecardResponse, LocalError> {
        let asked = ask::side_by_side(request, card)?;
        let found = store::side_by_side::side_by_side(&mut self.connection, &asked, now);
        let (sequence, entries) = found.map_err(unreadable)?;
        Ok(scorecard::answer(&asked.card, entries, sequence))
    }

    /// The file, for those who read it as a whole.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// A question for live figures, in the form of the contract.
pub(crate) fn query(request: &QueryFiguresRequest) -> Result<Query, LocalError> {
    Ok(Query::read_any(request.filter.clone(), &request.group_by, request.time_zone.clone())?)
}

pub(crate) fn unreadable(error: rusqlite::Error) -> LocalError {
    LocalError::Store(while_doing("reading the projection")(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{At, Script};
    use crate::tests::support::later;
    use wire::pb::analytics::{Dimension, Part};

    fn built() -> Projection {
        let mut day = Script::new("aurora");
        for (nth, name) in ["a", "b", "c"].into_iter().enumerate() {
            day.post(name, &format!("{name}1"), At::minute(0));
            if nth > 0 {
                day.answer(name, &format!("r{name}"), At::minute(50 * nth as i64));
            }
        }
        let mut building = Building::new().unwrap();
        day.records.into_iter().for_each(|record| building.add(record).unwrap());
        building.finish().unwrap()
    }

    #[test]
    fn records_in_hand_are_measured_as_those_of_the_log() {
        let mut projection = built();
        let asked = QueryFiguresRequest {
            measures: vec!["answered_within_1h".into(), "conversations".into()],
            group_by: vec![Dimension::Brand.into()],
            ..QueryFiguresRequest::default()
        };
        let found = projection.query_figures(asked, later()).unwrap();
        assert_eq!(found.as_of_sequence, 5);
        let values: Vec<_> = found.rows[0].figures.iter().map(|figure| figure.value).collect();
        assert_eq!(values, [Some(1.0 / 3.0), Some(3.0)]);
        let late = ListBehindRequest {
            measure: "answered_within_1h".into(),
            part: Part::NotCounted.into(),
            ..ListBehindRequest::default()
        };
        assert_eq!(projection.list_behind(late, later()).unwrap().behind.len(), 2);
        let few = GetScorecardRequest { smallest_sample: 3, ..GetScorecardRequest::default() };
        let card = projection.scorecard(few.clone(), &Card::default(), later()).unwrap();
        assert_eq!((card.rows.len(), card.smallest_sample), (1, 3));
        assert!(card.rows[0].heads[1].score.unwrap().points.is_some(), "speed is known of three");
        let strict = GetScorecardRequest { smallest_sample: 0, ..few };
        let card = projection.scorecard(strict, &Card::default(), later()).unwrap();
        assert!(card.rows[0].score.unwrap().points.is_none(), "three are fewer than the card asks for");
    }

    #[test]
    fn what_makes_no_sense_is_named_and_a_missing_file_too() {
        let asked = ListBehindRequest { measure: "luck".into(), ..ListBehindRequest::default() };
        let refused = built().list_behind(asked, later()).unwrap_err().to_string();
        assert!(refused.starts_with("measure is no measure of the catalogue"), "{refused}");
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(Projection::of_service(empty.path()), Err(LocalError::Absent(_))));
    }
}

//! Every notice that is not done: on its way, or in doubt and waiting for a person. A fold of the log and nothing else.

use conversation::notice::{Notice, NoticeStatus, Shift};
use conversation::told::CONSOLE;
use conversation::{BrandId, Fact, Network, NoticeId, PersonId, Record, Story as _, Subject, TeamId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::Notify;

/// What a notice is, without its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    ShiftPost {
        team: TeamId,
        shift: Shift,
        shift_at: Timestamp,
        network: Network,
    },
    /// News for a person, not before `due_at`.
    Person {
        person: PersonId,
        way: String,
        due_at: Timestamp,
    },
}

/// One notice that is not done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub brand: BrandId,
    pub what: What,
    pub state: Notice,
    /// Since when it has its status.
    pub since: Timestamp,
    /// The sequence of its newest record.
    pub version: u64,
    /// Something outside of the log stands in the way until then, for this reason.
    #[serde(skip)]
    pub held: Option<(Timestamp, &'static str)>,
}

impl Waiting {
    /// A notice from its records; none when they submit nothing.
    pub fn of<'a>(subject: &Subject, records: impl IntoIterator<Item = (u64, &'a Record)>) -> Option<Waiting> {
        let mut found: Option<Waiting> = None;
        for (sequence, record) in records {
            match &mut found {
                Some(waiting) => waiting.fold(sequence, record),
                None => found = Waiting::begun(subject, sequence, record),
            }
        }
        found
    }

    fn begun(subject: &Subject, sequence: u64, record: &Record) -> Option<Waiting> {
        let Subject::Notice { brand, .. } = subject else { return None };
        let what = record.facts.iter().find_map(what)?;
        let (brand, since) = (brand.clone(), record.recorded_at);
        let mut begun = Waiting { brand, what, state: Notice::default(), since, version: 0, held: None };
        begun.fold(sequence, record);
        Some(begun)
    }

    fn fold(&mut self, sequence: u64, record: &Record) {
        let before = self.state.status;
        self.state.evolve(record);
        self.version = sequence;
        // More news put off nothing.
        if self.state.status != before {
            self.since = record.recorded_at;
        }
    }

    /// Nothing is left to do, by itself or by a person.
    fn is_done(&self) -> bool {
        let settled = matches!(self.state.status, NoticeStatus::Sent | NoticeStatus::Failed);
        // Nobody asks a person whether news for a person arrived; that it is not known stands in the log.
        settled || self.state.status == NoticeStatus::InDoubt && matches!(self.what, What::Person { .. })
    }

    /// When the next step is due; none while it waits for a person.
    pub fn due_at(&self, settle_after: SignedDuration) -> Option<Timestamp> {
        let at = match self.state.status {
            NoticeStatus::Submitted => match &self.what {
                What::ShiftPost { .. } => self.since,
                What::Person { due_at, .. } => self.since.max(*due_at),
            },
            NoticeStatus::Retrying => self.state.retry_at.unwrap_or(self.since),
            NoticeStatus::Attempted => self.state.attempted_at.unwrap_or(self.since) + settle_after,
            NoticeStatus::Unknown | NoticeStatus::InDoubt | NoticeStatus::Sent | NoticeStatus::Failed => return None,
        };
        Some(self.held.map_or(at, |(until, _)| at.max(until)))
    }
}

fn what(fact: &Fact) -> Option<What> {
    match fact {
        Fact::ShiftPostSubmitted(fact) => Some(What::ShiftPost {
            team: fact.team.clone(),
            shift: fact.shift,
            shift_at: fact.shift_at,
            network: fact.network.clone(),
        }),
        // What is for the console is there when it is written down.
        Fact::PersonNoticeSubmitted(fact) if fact.way != CONSOLE => {
            Some(What::Person { person: fact.person.clone(), way: fact.way.clone(), due_at: fact.due_at })
        }
        // No other fact begins a notice.
        _ => None,
    }
}

/// All notices that are not done, behind a lock that is never held across an await.
#[derive(Default)]
pub struct Notices {
    waiting: RwLock<HashMap<NoticeId, Waiting>>,
    changed: Notify,
}

/// What is due now, and when the next thing is.
#[derive(Debug, Default, PartialEq)]
pub struct Due {
    pub now: Vec<(BrandId, NoticeId)>,
    pub next: Option<Timestamp>,
}

impl Notices {
    pub fn read(&self) -> RwLockReadGuard<'_, HashMap<NoticeId, Waiting>> {
        self.waiting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<NoticeId, Waiting>> {
        self.waiting.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with what a checkpoint held.
    pub fn restore(&self, waiting: HashMap<NoticeId, Waiting>) {
        *self.write() = waiting;
    }

    /// Folds a record of the log, in its order.
    pub fn fold(&self, sequence: u64, record: &Record) {
        let Subject::Notice { notice, .. } = &record.subject else { return };
        let mut all = self.write();
        match all.get_mut(notice) {
            Some(known) if sequence > known.version => known.fold(sequence, record),
            Some(_) => {}
            None => all.extend(Waiting::begun(&record.subject, sequence, record).map(|begun| (*notice, begun))),
        }
        // One that was taken over from the log stays, though done, until the log has come by here.
        if all.get(notice).is_some_and(|known| known.is_done() && sequence >= known.version) {
            all.remove(notice);
        }
        self.changed.notify_one();
    }

    /// Takes over a notice that was just read from the log itself; one that is not known any more is done.
    pub fn take_over(&self, notice: NoticeId, newer: Waiting) {
        if let Some(known) = self.write().get_mut(&notice).filter(|known| known.version < newer.version) {
            *known = newer;
        }
        self.changed.notify_one();
    }

    /// Says that a notice cannot go on before a time, for a reason that is not in the log.
    pub fn hold(&self, notice: NoticeId, until: Timestamp, why: &'static str) {
        if let Some(known) = self.write().get_mut(&notice) {
            known.held = Some((until, why));
        }
        self.changed.notify_one();
    }

    /// What is due, but for notices that are `busy`.
    pub fn due(&self, now: Timestamp, settle_after: SignedDuration, busy: impl Fn(&NoticeId) -> bool) -> Due {
        let mut due = Due::default();
        for (notice, waiting) in self.read().iter().filter(|(notice, _)| !busy(notice)) {
            match waiting.due_at(settle_after) {
                Some(at) if at > now => due.next = Some(due.next.map_or(at, |next| next.min(at))),
                Some(_) => due.now.push((waiting.brand.clone(), *notice)),
                None => {}
            }
        }
        due
    }

    /// Waits until something has changed since the last call.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::notice::{NoticeAttempted, NoticeInDoubt, NoticeSent, ShiftPostSubmitted};
    use conversation::{Actor, RecordId};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + seconds).unwrap()
    }

    fn brand() -> BrandId {
        BrandId::new("b").unwrap()
    }

    fn id() -> NoticeId {
        NoticeId::of_shift(&brand(), &TeamId::new("care").unwrap(), "morning", at(0))
    }

    fn record(seconds: i64, fact: Fact) -> Record {
        Record {
            id: RecordId::caused("test", &seconds.to_be_bytes()),
            subject: Subject::Notice { brand: brand(), notice: id() },
            occurred_at: at(seconds),
            recorded_at: at(seconds),
            actor: Actor::Service("test".into()),
            caused_by: None,
            correlation: None,
            facts: vec![fact],
        }
    }

    fn submitted() -> Fact {
        ShiftPostSubmitted {
            notice: id(),
            team: TeamId::new("care").unwrap(),
            shift: Shift::Morning,
            shift_at: at(0),
            network: Network::new("x").unwrap(),
            text: "Good morning".into(),
            people: Vec::new(),
            settings_version: "s".into(),
        }
        .into()
    }

    fn attempted(seconds: i64) -> Fact {
        NoticeAttempted { notice: id(), attempt: 1, attempted_at: at(seconds) }.into()
    }

    #[test]
    fn a_notice_is_due_at_once_then_when_its_try_must_be_over_and_is_gone_when_it_is_sent() {
        let settle = SignedDuration::from_secs(20);
        let notices = Notices::default();
        notices.fold(1, &record(0, submitted()));
        assert_eq!(notices.due(at(0), settle, |_| false), Due { now: vec![(brand(), id())], next: None });
        assert_eq!(notices.due(at(0), settle, |_| true), Due::default());
        notices.fold(2, &record(5, attempted(5)));
        assert_eq!(notices.due(at(6), settle, |_| false), Due { now: vec![], next: Some(at(25)) });
        notices.hold(id(), at(40), "rate");
        assert_eq!(notices.due(at(26), settle, |_| false).next, Some(at(40)));
        let sent = NoticeSent { notice: id(), native_id: String::new(), sent_at: at(6), how: "answered".into() };
        notices.fold(3, &record(6, sent.into()));
        assert!(notices.read().is_empty());
    }

    #[test]
    fn one_in_doubt_waits_for_a_person_and_an_old_record_changes_nothing() {
        let notices = Notices::default();
        notices.fold(1, &record(0, submitted()));
        let doubt = NoticeInDoubt { notice: id(), attempt: 1, reason: "unknown_timeout".into() };
        let records = [record(0, submitted()), record(1, attempted(1)), record(2, doubt.into())];
        let newer = Waiting::of(&records[0].subject, (1..).zip(&records)).unwrap();
        notices.take_over(id(), newer);
        notices.fold(2, &records[1]);
        assert_eq!(notices.read()[&id()].state.status, NoticeStatus::InDoubt);
        assert_eq!(notices.due(at(9_999), SignedDuration::ZERO, |_| false), Due::default());
    }
}

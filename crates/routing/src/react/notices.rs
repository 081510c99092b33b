//! What routing writes down for others to take out: posts at the ends of shifts, and news for people. Each stands on a subject of its
//! own, under an id that follows from its cause, so that whoever is first writes it.

use super::{Job, NAME, Reactor};
use crate::plan::Origin;
use crate::tellings::Telling;
use conversation::notice::{Notice, ShiftPostSubmitted};
use conversation::{Actor, BrandId, Subject};
use journal::{AppendError, Draft, TransactError};

impl Reactor {
    /// Writes down that a shift post is to go out. Whoever was first wrote the same one.
    pub(super) async fn post_shift(&self, brand: &BrandId, fact: &ShiftPostSubmitted) -> Result<(), TransactError> {
        let cause = [b"shift".as_slice(), fact.notice.as_uuid().as_bytes()].concat();
        let draft = self.draft(Origin { cause, occurred_at: None, caused_by: None });
        let subject = Subject::Notice { brand: brand.clone(), notice: fact.notice };
        let record = draft.record(&subject, vec![fact.clone().into()]);
        match self.journal.append(&record, 0).await {
            Ok(_) | Err(AppendError::Conflict { .. }) => {
                self.desk.note_shift_post(fact.notice, fact.shift_at);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes down that somebody is told something, in the first notice that takes it.
    pub(super) async fn tell_person(&self, telling: &Telling) -> Result<(), TransactError> {
        let (now, record, item) = (self.clock.now(), telling.record(NAME), &telling.item);
        let mut told = Ok(());
        for notice in telling.notices() {
            let draft = Draft {
                record,
                occurred_at: item.at,
                now,
                actor: Actor::Service(NAME.into()),
                caused_by: Some(item.cause),
                correlation: None,
            };
            // What goes at once is nearly always the first of its notice.
            let hint = telling.goes_alone().then(|| (Notice::default(), 0));
            let decide = |state: &Notice| telling.decide(notice, state, record);
            told = self.journal.transact_on(&telling.subject(notice), draft, hint, decide).await.map(drop);
            if !matches!(told, Err(TransactError::Rejected(_))) {
                break;
            }
        }
        // Refused by all of them, it has gone out.
        if matches!(told, Ok(()) | Err(TransactError::Rejected(_))) {
            self.desk.note_told(telling);
        }
        told
    }

    /// Starts on everything that people are to be told.
    pub(super) async fn tell(&self, tellings: Vec<Telling>) {
        for telling in tellings {
            let span = tracing::info_span!("react", otel.name = "tell a person", news = telling.item.news.as_str());
            self.spawn(Job::TellPerson(Box::new(telling)), span).await;
        }
    }
}

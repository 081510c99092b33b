//! How each person wants to be told, and what stands on the console for him: a fold of the log.

use conversation::told::{CONSOLE, Item, NewsChosen};
use conversation::{BrandId, Fact, NoticeId, PersonId, Record};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::broadcast;

/// News on the console are kept so long, and so many of them.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
const KEPT_MOST: usize = 20_000;
/// How many a slow watcher may fall behind.
const BEHIND_MOST: usize = 1_024;

/// One piece of news on somebody's console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub sequence: u64,
    pub notice: NoticeId,
    pub brand: BrandId,
    pub person: PersonId,
    pub item: Item,
}

/// What is kept of people, for a checkpoint too.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptPeople {
    chosen: BTreeMap<(BrandId, PersonId), NewsChosen>,
    /// The oldest first.
    shown: VecDeque<Shown>,
    as_of: u64,
}

/// All people, behind a lock that is never held across an await, and the news as they come.
pub struct People {
    kept: RwLock<KeptPeople>,
    news: broadcast::Sender<Shown>,
}

impl Default for People {
    fn default() -> Self {
        People { kept: RwLock::default(), news: broadcast::channel(BEHIND_MOST).0 }
    }
}

impl People {
    fn read(&self) -> RwLockReadGuard<'_, KeptPeople> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn kept(&self) -> KeptPeople {
        self.read().clone()
    }

    pub fn restore(&self, kept: KeptPeople) {
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
    }

    /// Folds a record of the log, in its order.
    pub fn fold(&self, sequence: u64, record: &Record) {
        let brand = record.subject.brand();
        for fact in &record.facts {
            match fact {
                Fact::NewsChosen(chosen) => {
                    let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                    kept.chosen.insert((brand.clone(), chosen.person.clone()), chosen.clone());
                }
                Fact::PersonNoticeSubmitted(told) if told.way == CONSOLE => {
                    let (notice, person, item) = (told.notice, told.person.clone(), told.item.clone());
                    self.show(Shown { sequence, notice, brand: brand.clone(), person, item });
                }
                // Nothing else says how people are told, or is read on the console.
                _ => {}
            }
        }
    }

    fn show(&self, shown: Shown) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if shown.sequence <= kept.as_of {
            return;
        }
        kept.as_of = shown.sequence;
        kept.shown.push_back(shown.clone());
        let newest = shown.item.at;
        while kept.shown.len() > KEPT_MOST
            || kept.shown.front().is_some_and(|oldest| newest.duration_since(oldest.item.at) > KEPT_FOR)
        {
            kept.shown.pop_front();
        }
        // Sent under the lock, so that whoever lists and then listens misses nothing. No watcher is no loss.
        let _ = self.news.send(shown);
    }

    /// What a person chose; none when he said nothing.
    pub fn chosen(&self, brand: &BrandId, person: &PersonId) -> Option<NewsChosen> {
        self.read().chosen.get(&(brand.clone(), person.clone())).cloned()
    }

    /// What all people of a brand chose.
    pub fn all_chosen(&self, brand: &BrandId) -> Vec<NewsChosen> {
        let kept = self.read();
        kept.chosen.iter().filter(|((of, _), _)| of == brand).map(|(_, chosen)| chosen.clone()).collect()
    }

    /// The news on a console after a position of the log, the oldest first, and those that come from now on.
    pub fn shown(
        &self,
        wanted: impl Fn(&Shown) -> bool,
        after: u64,
        now: Timestamp,
    ) -> (Vec<Shown>, broadcast::Receiver<Shown>) {
        let kept = self.read();
        let fresh = |shown: &&Shown| now.duration_since(shown.item.at) <= KEPT_FOR && shown.sequence > after;
        let found = kept.shown.iter().filter(fresh).filter(|shown| wanted(shown)).cloned().collect();
        (found, self.news.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::told::{EMAIL, News, PersonNoticeSubmitted};
    use conversation::{Actor, RecordId, Subject};

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + hours * 3_600).unwrap()
    }

    fn told(people: &People, sequence: u64, hours: i64, way: &str) {
        let brand = BrandId::new("b").unwrap();
        let person = PersonId::new("dana").unwrap();
        let cause = RecordId::caused("t", &sequence.to_be_bytes());
        let item = Item { news: News::Assigned, conversation: None, at: at(hours), cause };
        let notice = NoticeId::of_news(&person, way, "assigned", cause);
        let fact = PersonNoticeSubmitted { notice, person, way: way.into(), due_at: at(hours), item };
        people.fold(
            sequence,
            &Record {
                id: cause,
                subject: Subject::Notice { brand, notice },
                occurred_at: at(hours),
                recorded_at: at(hours),
                actor: Actor::Service("t".into()),
                caused_by: None,
                correlation: None,
                facts: vec![fact.into()],
            },
        );
    }

    #[test]
    fn the_console_shows_a_day_and_no_e_mail() {
        let people = People::default();
        told(&people, 1, 0, CONSOLE);
        told(&people, 2, 1, EMAIL);
        told(&people, 3, 2, CONSOLE);
        told(&people, 3, 2, CONSOLE);
        let sequences = |after, hours| {
            let (shown, _) = people.shown(|_| true, after, at(hours));
            shown.iter().map(|shown| shown.sequence).collect::<Vec<_>>()
        };
        assert_eq!((sequences(0, 3), sequences(1, 3), sequences(0, 25)), (vec![1, 3], vec![3], vec![3]));
        told(&people, 4, 26, CONSOLE);
        assert_eq!(people.kept().shown.len(), 2, "what is older than a day is let go");
        let (_, mut live) = people.shown(|_| true, 0, at(26));
        told(&people, 5, 26, CONSOLE);
        assert_eq!(live.try_recv().unwrap().sequence, 5);
    }
}

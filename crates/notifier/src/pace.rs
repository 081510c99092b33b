//! How much a network takes: so many replies of an account, or to one chat, in any span of so many seconds. The spans
//! slide, so that the end of one and the beginning of the next do not add up to twice as much.

use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// Past that many counted chats, those are forgotten that have been silent for longer than their span.
const COUNTED_MAX: usize = 10_000;

/// Whose replies are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Account,
    Chat,
    /// A chat of several people.
    Group,
}

/// Which replies are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Any,
    Public,
    Private,
}

/// So many points in any span of so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub scope: Scope,
    pub kind: Kind,
    pub points: u32,
    pub per: SignedDuration,
}

/// A reply as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    pub account: &'a str,
    pub chat: &'a str,
    pub group: bool,
    pub private: bool,
    pub points: u32,
}

/// What was sent lately.
#[derive(Debug)]
pub struct Pace {
    limits: Vec<Limit>,
    counted: Mutex<HashMap<(usize, String), Counted>>,
}

#[derive(Debug, Default)]
struct Counted {
    points: u32,
    sent: VecDeque<(Timestamp, u32)>,
}

impl Counted {
    fn forget(&mut self, before: Timestamp) {
        while let Some((_, points)) = self.sent.front().copied().filter(|(at, _)| *at <= before) {
            self.points -= points;
            self.sent.pop_front();
        }
    }

    /// When enough of what was sent has left the span for so many points more.
    fn room_at(&self, limit: &Limit, points: u32) -> Option<Timestamp> {
        let mut over = (self.points + points).saturating_sub(limit.points);
        for (at, points) in &self.sent {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(*points);
            if over == 0 {
                return Some(*at + limit.per);
            }
        }
        None
    }
}

impl Pace {
    pub fn new(limits: Vec<Limit>) -> Self {
        Pace { limits, counted: Mutex::default() }
    }

    /// Asks to send. Going on is counted. Otherwise when to ask again.
    pub fn enter(&self, going: &Going<'_>, now: Timestamp) -> Result<(), Timestamp> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut until = None;
        let mut keys = Vec::with_capacity(self.limits.len());
        for (index, limit) in self.limits.iter().enumerate() {
            let Some(key) = limit.key(going) else { continue };
            let key = (index, key);
            if let Some(known) = counted.get_mut(&key) {
                known.forget(now - limit.per);
                until = until.max(known.room_at(limit, going.points));
            }
            keys.push(key);
        }
        if let Some(until) = until {
            return Err(until);
        }
        if counted.len() > COUNTED_MAX {
            let limits = &self.limits;
            counted.retain(|(index, _), known| {
                known.forget(now - limits[*index].per);
                !known.sent.is_empty()
            });
        }
        for key in keys {
            let known = counted.entry(key).or_default();
            known.points += going.points;
            known.sent.push_back((now, going.points));
        }
        Ok(())
    }
}

impl Limit {
    /// What a reply is counted under; none when this limit is not about it.
    fn key(&self, going: &Going<'_>) -> Option<String> {
        let counts = match self.kind {
            Kind::Any => true,
            Kind::Public => !going.private,
            Kind::Private => going.private,
        };
        match self.scope {
            _ if !counts => None,
            Scope::Account => Some(going.account.to_owned()),
            Scope::Chat => Some(format!("{} {}", going.account, going.chat)),
            Scope::Group => going.group.then(|| format!("{} {}", going.account, going.chat)),
        }
    }
}

impl FromStr for Limit {
    type Err = &'static str;

    /// `account 100/900`, `private account 15/900`, `chat 1/6`: points and seconds.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "is no limit";
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let (points, seconds) = words.pop().and_then(|last| last.split_once('/')).ok_or(WRONG)?;
        let points: u32 = points.parse().ok().filter(|points| (1..=1_000_000).contains(points)).ok_or(WRONG)?;
        let seconds: i64 = seconds.parse().ok().filter(|seconds| (1..=2_678_400).contains(seconds)).ok_or(WRONG)?;
        let (kind, scope) = match words[..] {
            [scope] => (Kind::Any, scope),
            ["public", scope] => (Kind::Public, scope),
            ["private", scope] => (Kind::Private, scope),
            _ => return Err(WRONG),
        };
        let scope = match scope {
            "account" => Scope::Account,
            "chat" => Scope::Chat,
            "group" => Scope::Group,
            _ => return Err(WRONG),
        };
        Ok(Limit { scope, kind, points, per: SignedDuration::from_secs(seconds) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    fn to(chat: &str) -> Going<'_> {
        Going { account: "nordnet", chat, group: false, private: false, points: 1 }
    }

    fn pace(limits: &[&str]) -> Pace {
        Pace::new(limits.iter().map(|limit| limit.parse().unwrap()).collect())
    }

    #[test]
    fn a_span_slides_and_is_never_passed() {
        let pace = pace(&["account 3/10"]);
        for second in [0, 4, 8] {
            assert_eq!(pace.enter(&to("a"), at(second * 1_000)), Ok(()));
        }
        assert_eq!(pace.enter(&to("b"), at(9_999)), Err(at(10_000)));
        assert_eq!(pace.enter(&to("b"), at(10_000)), Ok(()));
        // The one of second 4 is still in the span.
        assert_eq!(pace.enter(&to("b"), at(10_001)), Err(at(14_000)));
        let other = Going { account: "sudnet", ..to("b") };
        assert_eq!(pace.enter(&other, at(10_001)), Ok(()));
    }

    #[test]
    fn the_narrowest_limit_holds_and_a_refusal_uses_up_nothing() {
        let pace = pace(&["account 2/60", "chat 1/1"]);
        assert_eq!(pace.enter(&to("a"), at(0)), Ok(()));
        for _ in 0..5 {
            assert_eq!(pace.enter(&to("a"), at(500)), Err(at(1_000)));
        }
        assert_eq!(pace.enter(&to("b"), at(600)), Ok(()));
        assert_eq!(pace.enter(&to("c"), at(700)), Err(at(60_000)));
    }

    #[test]
    fn a_burst_is_one_span_and_then_the_rate() {
        // 45 at once, and the next one once the first has left the span.
        let pace = pace(&["chat 45/270"]);
        assert!((0..45).all(|second| pace.enter(&to("a"), at(second * 1_000)).is_ok()));
        assert_eq!(pace.enter(&to("a"), at(45_000)), Err(at(270_000)));
    }

    #[test]
    fn points_groups_and_kinds_are_counted_apart() {
        let pace = pace(&["account 5/60", "group 1/60", "private account 1/60"]);
        let heavy = Going { points: 3, ..to("a") };
        assert_eq!(pace.enter(&heavy, at(0)), Ok(()));
        assert_eq!(pace.enter(&heavy, at(1)), Err(at(60_000)));
        let pace = self::pace(&["group 1/60", "private account 1/60"]);
        let group = Going { group: true, ..to("-1") };
        let private = Going { private: true, ..to("b") };
        assert_eq!((pace.enter(&group, at(0)), pace.enter(&group, at(1))), (Ok(()), Err(at(60_000))));
        assert_eq!((pace.enter(&private, at(2)), pace.enter(&private, at(3))), (Ok(()), Err(at(60_002))));
        assert_eq!(pace.enter(&to("b"), at(4)), Ok(()));
    }

    #[test]
    fn limits_are_read_or_refused() {
        let read = "private account 15/900".parse::<Limit>().unwrap();
        assert_eq!((read.scope, read.kind, read.points, read.per.as_secs()), (Scope::Account, Kind::Private, 15, 900));
        for wrong in ["", "account", "15/900", "account 0/9", "account 9/0", "team 1/1", "public private chat 1/1"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }
}

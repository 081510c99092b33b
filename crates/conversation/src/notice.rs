//! A word of the brand that belongs to no conversation: the post at the beginning or the end of a shift, or news for one of
//! its people. Each has a story and
//! a subject of its own: its first record can be written once only, whoever decides it, and neither the brand's own
//! subject, on which presence and counts come and go, nor any conversation stands in its way.
//!
//! From there it goes out as a reply does: a try is written down before it is made, and what may have arrived is never
//! simply sent again.

use crate::fact::Fact;
use crate::ids::{Network, NoticeId, PersonId, RecordId, TeamId};
use crate::record::Record;
use crate::told::{CONSOLE, ITEMS_MOST, Item, PersonNoticeExtended, PersonNoticeSubmitted};
use crate::{Decision, Rejection, Story};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which end of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shift {
    Morning,
    Evening,
}

impl Shift {
    pub fn as_str(self) -> &'static str {
        match self {
            Shift::Morning => "morning",
            Shift::Evening => "evening",
        }
    }
}

/// A team's shift begins, or ends, and says so in public.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftPostSubmitted {
    pub notice: NoticeId,
    pub team: TeamId,
    pub shift: Shift,
    /// When the shift begins, or ends, by the team's hours.
    pub shift_at: Timestamp,
    pub network: Network,
    /// The brand's own words, with the people's names in them.
    pub text: String,
    /// Who is on, or was.
    pub people: Vec<PersonId>,
    pub settings_version: String,
}

/// A try to send begins. It is written down before anybody is called.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeAttempted {
    pub notice: NoticeId,
    /// From 1.
    pub attempt: u32,
    pub attempted_at: Timestamp,
}

/// It is there.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeSent {
    pub notice: NoticeId,
    /// The receiver's own id of it; empty when it gives none.
    pub native_id: String,
    pub sent_at: Timestamp,
    /// `answered` by the receiver, `looked_up` after a doubt, `settled` by a person, or `shown` on the console.
    pub how: String,
}

/// It did not arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeFailed {
    pub notice: NoticeId,
    pub attempt: u32,
    /// A code such as `connect_failed`; never the receiver's text.
    pub reason: String,
    pub is_final: bool,
    pub retry_at: Option<Timestamp>,
}

/// Whether it arrived cannot be known. It is never sent again by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeInDoubt {
    pub notice: NoticeId,
    pub attempt: u32,
    pub reason: String,
}

/// How far a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum NoticeStatus {
    /// There is none yet.
    #[default]
    Unknown,
    Submitted,
    Attempted,
    Retrying,
    InDoubt,
    Sent,
    Failed,
}

impl NoticeStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeStatus::Unknown => "unknown",
            NoticeStatus::Submitted => "submitted",
            NoticeStatus::Attempted => "attempted",
            NoticeStatus::Retrying => "retrying",
            NoticeStatus::InDoubt => "in_doubt",
            NoticeStatus::Sent => "sent",
            NoticeStatus::Failed => "failed",
        }
    }

    /// Whether something is still to be done about it by itself.
    pub fn on_its_way(self) -> bool {
        matches!(self, NoticeStatus::Submitted | NoticeStatus::Attempted | NoticeStatus::Retrying)
    }
}

/// What the records of one notice add up to. It holds nothing that anybody wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Notice {
    pub status: NoticeStatus,
    pub attempts: u32,
    /// When the last try began.
    pub attempted_at: Option<Timestamp>,
    pub retry_at: Option<Timestamp>,
    /// When the first of the tries began after which it may have arrived, the last one not counted.
    pub doubted_at: Option<Timestamp>,
    /// Why the last try did not end as sent; empty before that.
    pub reason: Box<str>,
    /// What a person is told; empty for a post.
    pub items: Vec<Item>,
    /// The records that are in here already.
    pub seen: Vec<RecordId>,
}

/// Something to be done about a notice.
#[derive(Debug, Clone, PartialEq)]
pub enum NoticeCommand {
    SubmitShiftPost(ShiftPostSubmitted),
    /// Begins a notice to a person, or adds to one that has not gone out yet.
    TellPerson(PersonNoticeSubmitted),
    /// Begins a try. `after_doubt`: the last one is known not to have arrived, or a repetition does no harm.
    Attempt {
        notice: NoticeId,
        at: Timestamp,
        after_doubt: bool,
    },
    Confirm(NoticeSent),
    Fail(NoticeFailed),
    Doubt(NoticeInDoubt),
    /// A person says how one in doubt ended.
    Settle {
        notice: NoticeId,
        arrived: bool,
        now: Timestamp,
    },
}

/// Answers a command with the facts that it makes true; none for "already so".
pub fn decide(state: &Notice, command: &NoticeCommand, record: RecordId) -> Decision {
    if state.seen.contains(&record) {
        return Ok(Vec::new());
    }
    match command {
        NoticeCommand::SubmitShiftPost(_) if state.status != NoticeStatus::Unknown => Ok(Vec::new()),
        NoticeCommand::SubmitShiftPost(fact) => Ok(vec![Fact::from(fact.clone())]),
        NoticeCommand::TellPerson(fact) => tell(state, fact),
        _ if state.status == NoticeStatus::Unknown => Err(Rejection::UnknownNotice),
        NoticeCommand::Attempt { notice, at, after_doubt } => attempt(state, *notice, *at, *after_doubt),
        NoticeCommand::Confirm(sent) => confirm(state, sent),
        NoticeCommand::Fail(failed) => fail(state, failed),
        NoticeCommand::Doubt(doubt) => match state.status {
            NoticeStatus::InDoubt => Ok(Vec::new()),
            NoticeStatus::Attempted | NoticeStatus::Retrying => Ok(vec![Fact::from(doubt.clone())]),
            status => Err(Rejection::NoticeNotSendable { status }),
        },
        NoticeCommand::Settle { notice, arrived, now } => settle(state, *notice, *arrived, *now),
    }
}

fn tell(state: &Notice, fact: &PersonNoticeSubmitted) -> Decision {
    let item = &fact.item;
    if state.items.iter().any(|known| known.cause == item.cause && known.news == item.news) {
        return Ok(Vec::new());
    }
    match state.status {
        // What is written down is on the console: nothing has to be sent.
        NoticeStatus::Unknown if fact.way == CONSOLE => {
            let how = "shown".to_owned();
            let sent = NoticeSent { notice: fact.notice, native_id: String::new(), sent_at: fact.due_at, how };
            Ok(vec![Fact::from(fact.clone()), Fact::from(sent)])
        }
        NoticeStatus::Sent if fact.way == CONSOLE && state.items.len() < ITEMS_MOST => {
            Ok(vec![Fact::from(fact.clone())])
        }
        NoticeStatus::Unknown => Ok(vec![Fact::from(fact.clone())]),
        NoticeStatus::Submitted if state.items.len() < ITEMS_MOST => {
            Ok(vec![Fact::from(PersonNoticeExtended { notice: fact.notice, item: item.clone() })])
        }
        status => Err(Rejection::NoticeNotSendable { status }),
    }
}

fn attempt(state: &Notice, notice: NoticeId, at: Timestamp, after_doubt: bool) -> Decision {
    let may = match state.status {
        NoticeStatus::Submitted | NoticeStatus::Retrying => true,
        NoticeStatus::Attempted => after_doubt,
        NoticeStatus::Unknown | NoticeStatus::InDoubt | NoticeStatus::Sent | NoticeStatus::Failed => false,
    };
    if !may {
        return Err(Rejection::NoticeNotSendable { status: state.status });
    }
    Ok(vec![Fact::from(NoticeAttempted { notice, attempt: state.attempts + 1, attempted_at: at })])
}

fn confirm(state: &Notice, sent: &NoticeSent) -> Decision {
    match state.status {
        NoticeStatus::Sent => Ok(Vec::new()),
        NoticeStatus::Failed => Err(Rejection::NoticeNotSendable { status: state.status }),
        _ => Ok(vec![Fact::from(sent.clone())]),
    }
}

fn fail(state: &Notice, failed: &NoticeFailed) -> Decision {
    // How an earlier try ended says nothing about the one that is on its way now.
    if failed.attempt < state.attempts {
        return Ok(Vec::new());
    }
    match state.status {
        NoticeStatus::Failed => Ok(Vec::new()),
        NoticeStatus::Retrying if !failed.is_final && state.attempts == failed.attempt => Ok(Vec::new()),
        NoticeStatus::Sent => Err(Rejection::NoticeNotSendable { status: state.status }),
        NoticeStatus::InDoubt if !failed.is_final => Err(Rejection::NoticeNotSendable { status: state.status }),
        _ => Ok(vec![Fact::from(failed.clone())]),
    }
}

fn settle(state: &Notice, notice: NoticeId, arrived: bool, now: Timestamp) -> Decision {
    match (state.status, arrived) {
        (NoticeStatus::Sent, true) | (NoticeStatus::Failed, false) => Ok(Vec::new()),
        (NoticeStatus::InDoubt, true) => {
            let sent_at = state.attempted_at.unwrap_or(now);
            Ok(vec![Fact::from(NoticeSent { notice, native_id: String::new(), sent_at, how: "settled".into() })])
        }
        (NoticeStatus::InDoubt, false) => Ok(vec![Fact::from(NoticeFailed {
            notice,
            attempt: state.attempts,
            reason: "settled_not_arrived".into(),
            is_final: true,
            retry_at: None,
        })]),
        (status, _) => Err(Rejection::NoticeNotInDoubt { status }),
    }
}

impl Story for Notice {
    fn evolve(&mut self, record: &Record) {
        if self.seen.contains(&record.id) {
            return;
        }
        self.seen.push(record.id);
        for fact in &record.facts {
            self.evolve_fact(fact);
        }
    }
}

impl Notice {
    /// When the first try began after which it may have arrived; none when it certainly has not.
    pub fn in_doubt_since(&self) -> Option<Timestamp> {
        let last = self.attempted_at.filter(|_| self.status == NoticeStatus::Attempted);
        self.doubted_at.or(last)
    }

    fn evolve_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::ShiftPostSubmitted(_) if self.status == NoticeStatus::Unknown => self.stand(NoticeStatus::Submitted),
            Fact::PersonNoticeSubmitted(fact) if self.status == NoticeStatus::Unknown => {
                self.stand(NoticeStatus::Submitted);
                self.items.push(fact.item.clone());
            }
            // The console's go on being added to.
            Fact::PersonNoticeSubmitted(fact) => self.items.push(fact.item.clone()),
            Fact::PersonNoticeExtended(fact) => self.items.push(fact.item.clone()),
            Fact::NoticeAttempted(fact) => {
                if self.status == NoticeStatus::Attempted {
                    self.doubted_at = self.doubted_at.or(self.attempted_at);
                }
                self.attempts = self.attempts.max(fact.attempt);
                self.attempted_at = Some(fact.attempted_at);
                self.stand(NoticeStatus::Attempted);
            }
            Fact::NoticeSent(_) => self.stand(NoticeStatus::Sent),
            Fact::NoticeFailed(fact) => {
                // What such a reason begins with leaves open whether it arrived.
                if fact.reason.starts_with(MAYBE) {
                    self.doubted_at = self.doubted_at.or(self.attempted_at);
                }
                self.stand(if fact.is_final { NoticeStatus::Failed } else { NoticeStatus::Retrying });
                self.reason = fact.reason.as_str().into();
                self.retry_at = fact.retry_at.filter(|_| !fact.is_final);
            }
            Fact::NoticeInDoubt(fact) => {
                self.stand(NoticeStatus::InDoubt);
                self.reason = fact.reason.as_str().into();
            }
            // Facts of conversations, customers and the brand never stand on a notice's subject.
            _ => {}
        }
    }

    fn stand(&mut self, status: NoticeStatus) {
        self.status = status;
        self.retry_at = None;
    }
}

/// What a reason begins with when the try may have arrived.
pub const MAYBE: &str = "unknown_";

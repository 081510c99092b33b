//! What measures need of a conversation's course besides its state: how each answer was made, and how often things
//! happened that the state forgets when they are over, such as a flag that was lowered. It holds no word of anybody.

use crate::held::Held;
use conversation::replied::{
    CALLBACK_BOOKED, CALLBACK_MISSED, CALLBACK_REMINDER, OUT_OF_HOURS, RECEIVED, ReplySubmitted,
};
use conversation::rising::Flag;
use conversation::state::{Conversation, Reply, ReplyStatus};
use conversation::{Fact, PostKey, Record, ReplyId};
use reply::{Codes, Manner};
use serde::{Deserialize, Serialize};

/// The part of a conversation's story that its state does not keep.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Course {
    /// In the order of the log.
    said: Vec<Said>,
    pub held: Held,
    pub churn_raised: u32,
    pub flare_ups: u32,
    pub escalations: u32,
    pub deescalations: u32,
    pub warned: u32,
    pub overrides: u32,
    pub offers_lapsed: u32,
    pub placed_away: u32,
}

/// One reply, or one part of it, as its text was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    id: Option<ReplyId>,
    post: Option<PostKey>,
    marks: u8,
    offers: u32,
    asks: u32,
    /// What it tells when nobody wrote it.
    notice: Told,
}

/// What a notice tells a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Told {
    #[default]
    Nothing,
    OutOfHours,
    Received,
    OfCall,
}

impl Told {
    fn of(notice: &str) -> Told {
        match notice {
            OUT_OF_HOURS => Told::OutOfHours,
            RECEIVED => Told::Received,
            CALLBACK_BOOKED | CALLBACK_REMINDER | CALLBACK_MISSED => Told::OfCall,
            _ => Told::Nothing,
        }
    }
}

/// Notices that reached the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notices {
    pub out_of_hours: i64,
    pub received: i64,
    pub of_calls: i64,
}

const SIGNED: u8 = 1;
const REGRETS: u8 = 2;
const DEFLECTS: u8 = 4;
const ARGUES: u8 = 8;

/// What the answers of a conversation add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    pub read: i64,
    pub signed: i64,
    pub regrets: i64,
    pub deflects: i64,
    pub argues: i64,
    /// Answers with an offer, or a question, that an earlier one had.
    pub repeated_offers: i64,
    pub repeated_asks: i64,
}

impl Course {
    /// Folds a record that the conversation's state has not seen before.
    pub fn evolve(&mut self, record: &Record) {
        for fact in &record.facts {
            self.evolve_fact(fact);
            self.held.evolve(fact, record.occurred_at);
        }
    }

    fn evolve_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::ReplyObserved(fact) => {
                let person = fact.person.as_ref().map_or("", |person| person.as_str());
                let manner = reply::manner(&fact.personal.text, person);
                self.say(Said::new(None, Some(fact.post), manner));
            }
            Fact::ReplySubmitted(fact) => self.submitted(fact),
            Fact::FlagRaised(fact) => match fact.flag {
                Flag::ChurnRisk => self.churn_raised += 1,
                Flag::FlareUp => self.flare_ups += 1,
                // The others are measured by what raised them.
                _ => {}
            },
            Fact::Escalated(_) => self.escalations += 1,
            Fact::Deescalated(_) => self.deescalations += 1,
            Fact::DeadlineWarned(_) => self.warned += 1,
            Fact::OfferLapsed(_) => self.offers_lapsed += 1,
            Fact::Placed(fact) => self.placed_away += u32::from(fact.home_team.is_some()),
            // The state keeps what measures need of the others.
            _ => {}
        }
    }

    /// What a draft offers and asks was written down when it was checked; how it sounds is read here.
    fn submitted(&mut self, fact: &ReplySubmitted) {
        self.overrides += u32::from(!fact.overrode.is_empty() && fact.part == 1);
        let manner = Manner {
            offers: Codes::of(fact.offers.iter().map(String::as_str)),
            asks: Codes::of(fact.asks.iter().map(String::as_str)),
            ..reply::manner(&fact.body.text, fact.person.as_str())
        };
        self.say(Said { notice: Told::of(&fact.notice), ..Said::new(Some(fact.reply), None, manner) });
    }

    fn say(&mut self, said: Said) {
        if !self.said.iter().any(|known| (known.id, known.post) == (said.id, said.post)) {
            self.said.push(said);
        }
    }

    /// How the answers that reached the customer were made. Parts are one answer, which counts when its last part was
    /// sent; notices are none.
    pub fn answers(&self, state: &Conversation) -> Answers {
        let mut answers = Answers::default();
        let (mut offered, mut asked) = (Codes::default(), Codes::default());
        let mut parts = Said::nothing();
        for said in &self.said {
            let Some(reply) = said.of(state).filter(|reply| reply.status == ReplyStatus::Sent && !reply.notice) else {
                continue;
            };
            parts.join(said);
            if reply.part != reply.parts {
                continue;
            }
            let whole = std::mem::replace(&mut parts, Said::nothing());
            let (offers, asks) = (Codes::from_bits(whole.offers), Codes::from_bits(whole.asks));
            let has = |mark: u8| i64::from(whole.marks & mark != 0);
            answers.read += 1;
            answers.signed += has(SIGNED);
            answers.regrets += has(REGRETS);
            answers.deflects += has(DEFLECTS);
            answers.argues += has(ARGUES);
            answers.repeated_offers += i64::from(offers.repeats(offered));
            answers.repeated_asks += i64::from(asks.repeats(asked));
            (offered, asked) = (offered.with(offers), asked.with(asks));
        }
        answers
    }
}

impl Course {
    /// The notices that reached the customer, each with all of its parts.
    pub fn notices(&self, state: &Conversation) -> Notices {
        let mut notices = Notices::default();
        for said in &self.said {
            let arrived = |reply: &&Reply| reply.status == ReplyStatus::Sent && reply.part == reply.parts;
            let once = i64::from(said.of(state).filter(arrived).is_some());
            match said.notice {
                Told::Nothing => {}
                Told::OutOfHours => notices.out_of_hours += once,
                Told::Received => notices.received += once,
                Told::OfCall => notices.of_calls += once,
            }
        }
        notices
    }
}

impl Said {
    fn new(id: Option<ReplyId>, post: Option<PostKey>, manner: Manner) -> Said {
        let Manner { signed, regrets, deflects, argues, offers, asks } = manner;
        let marks = [(signed, SIGNED), (regrets, REGRETS), (deflects, DEFLECTS), (argues, ARGUES)];
        let marks = marks.into_iter().filter(|(has, _)| *has).fold(0, |marks, (_, mark)| marks | mark);
        Said { id, post, marks, offers: offers.bits(), asks: asks.bits(), notice: Told::Nothing }
    }

    fn nothing() -> Said {
        Said { id: None, post: None, marks: 0, offers: 0, asks: 0, notice: Told::Nothing }
    }

    fn join(&mut self, part: &Said) {
        self.marks |= part.marks;
        self.offers |= part.offers;
        self.asks |= part.asks;
    }

    /// The reply as the state has it; none when it proved to be another one that is there already.
    fn of<'s>(&self, state: &'s Conversation) -> Option<&'s Reply> {
        match self.id {
            Some(id) => state.reply(&id),
            None => state.replies.iter().find(|reply| reply.id.is_none() && reply.post == self.post),
        }
    }
}

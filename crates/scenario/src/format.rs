//! A scenario as it is played: what happens when, and what must have come of it. A value of [`Scenario`] has been read and
//! checked by [`crate::read`]; times are instants, and every post that is named is there.

use crate::fields::Field;
use conversation::resolved::Outcome;
use conversation::{Network, PersonId, TeamId};
use document::{Place, Problem, Problems, suggest};
use jiff::{SignedDuration, Timestamp};

/// One scenario file.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file's name as the caller gave it.
    pub file: String,
    pub name: String,
    /// The requirements that it proves: `B2`.
    pub proves: Vec<String>,
    /// The path of the brand's settings as it is written, relative to the file.
    pub brand: Named,
    /// In order of time.
    pub timeline: Vec<Entry>,
    /// In the order of the file.
    pub expectations: Vec<Expectation>,
}

/// A name of something that another file has, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: String,
    pub place: Place,
    /// The dotted path of the key.
    pub key: String,
}

/// Something that happens.
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: Timestamp,
    pub place: Place,
    pub action: Action,
}

#[derive(Debug, Clone)]
pub enum Action {
    Post(Box<Post>),
    Engagement(Engagement),
    Contact(Contact),
    Agent(Act),
    Customer(Choice),
    Burst(Burst),
}

/// A public post or a private message.
#[derive(Debug, Clone)]
pub struct Post {
    /// The network's id, unique in the scenario.
    pub id: String,
    pub channel: Network,
    pub author: Author,
    pub text: String,
    pub to: Option<To>,
    pub reply_to: Option<String>,
    pub private: bool,
    pub attachments: Vec<Attachment>,
}

/// The handle that a post was addressed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Main,
    Care,
}

/// Who posts. What a later post of the same author leaves out is as in the earlier one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Author {
    pub id: String,
    pub name: Option<String>,
    pub followers: Option<u64>,
    pub region: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    pub tier: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Media type.
    pub kind: String,
    pub bytes: u64,
}

/// The spread of a post: totals as the network gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct Engagement {
    pub post: String,
    pub shares: u64,
    pub comments: u64,
    pub likes: u64,
    pub views: u64,
}

/// A contact over another way than a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub author: String,
    /// The network on which the author is known.
    pub channel: Network,
    /// `phone`, `mail`, `shop`, ...
    pub via: String,
    pub summary: String,
}

/// What a person of the brand does.
#[derive(Debug, Clone)]
pub struct Act {
    pub person: PersonId,
    pub named: Named,
    pub deed: Deed,
    /// The code of the refusal that it must meet; none when it must be accepted.
    pub refused: Option<String>,
}

/// A conversation is named by any of its posts.
#[derive(Debug, Clone)]
pub enum Deed {
    Claim { post: String },
    Release { post: String },
    Reply { post: String, text: String, private: bool },
    Note { post: String, text: String },
    Resolve { post: String, outcome: Outcome },
    Reopen { post: String, reason: String },
    Transfer { post: String, team: TeamId, named: Named, reason: String },
    Escalate { post: String, reason: String },
    Callback { post: String, time: Timestamp },
    Presence { online: bool },
}

/// What a customer chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub author: String,
    pub channel: Network,
    pub opts_out_of_team: bool,
}

/// Many posts by as many authors, spread evenly over a time. Their ids are that of the burst and a number from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    pub id: String,
    pub count: u32,
    pub over: SignedDuration,
    pub channel: Network,
    pub region: Option<String>,
    /// In turn; at least one.
    pub texts: Vec<String>,
}

impl Burst {
    /// How long after its beginning the `nth` post (from 0) comes.
    pub fn offset(&self, nth: u32) -> SignedDuration {
        let nanos = self.over.as_nanos() * i128::from(nth) / i128::from(self.count.max(1));
        SignedDuration::from_nanos_i128(nanos)
    }

    /// The `nth` post, from 0.
    pub fn post(&self, nth: u32) -> Post {
        let id = format!("{}{}", self.id, nth + 1);
        let author = Author { id: format!("{id}-author"), region: self.region.clone(), ..Author::default() };
        let text = self.texts[nth as usize % self.texts.len()].clone();
        let channel = self.channel.clone();
        Post { id, channel, author, text, to: None, reply_to: None, private: false, attachments: Vec::new() }
    }
}

/// What must be so, at one moment, of one thing.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub moment: Moment,
    pub about: About,
    /// At least one.
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// Right after this post was handled.
    After(String),
    At(Timestamp),
    /// After the last entry and the last moment that any expectation names.
    End,
}

/// What an expectation is about. Conversations are named by any of their posts.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    Conversation(String),
    Entities(String),
    /// From 1: replies in public and in private count together.
    Reply(usize),
    Brand,
    Events(String),
    Surge {
        region: Option<String>,
        topic: Option<String>,
    },
    Incident {
        region: Option<String>,
    },
    Overflow {
        from: String,
    },
    Callback(String),
    Mention(String),
    Filtered {
        rule: Option<String>,
    },
    ShiftPosts,
}

/// One field with what it must be.
#[derive(Debug, Clone)]
pub struct Check {
    pub field: &'static Field,
    /// The kind of an entity, where the field is one; else empty.
    pub entity: String,
    pub compare: Compare,
    pub expected: Expected,
    pub place: Place,
    pub key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    AtLeast,
    AtMost,
}

impl Compare {
    /// What is added to the field's name for it.
    pub fn suffix(self) -> &'static str {
        match self {
            Compare::Equal => "",
            Compare::AtLeast => "_at_least",
            Compare::AtMost => "_at_most",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Number(f64),
    Flag(bool),
    Word(String),
    /// All of them must be there; an empty list means none.
    Words(Vec<String>),
    /// All of them must be there in this order; others may lie between.
    Sequence(Vec<String>),
}

impl Scenario {
    /// Holds the names of people and teams against the settings of the brand.
    ///
    /// # Errors
    /// Every name that the settings do not have, with its place.
    pub fn check_names(&self, settings: &brand::Settings) -> Result<(), Problems> {
        let teams: Vec<&str> = settings.teams.iter().map(|team| team.id.as_str()).collect();
        let people: Vec<&str> = settings.people.iter().map(|person| person.id.as_str()).collect();
        let mut problems = Vec::new();
        for entry in &self.timeline {
            let Action::Agent(act) = &entry.action else { continue };
            self.hold(&act.named, "person", &people, &mut problems);
            if let Deed::Transfer { named, .. } = &act.deed {
                self.hold(named, "team", &teams, &mut problems);
            }
        }
        for check in self.expectations.iter().flat_map(|expectation| &expectation.checks) {
            let Expected::Word(name) = &check.expected else { continue };
            let named = Named { name: name.clone(), place: check.place, key: check.key.clone() };
            match check.field.kind {
                crate::fields::Kind::Team => self.hold(&named, "team", &teams, &mut problems),
                crate::fields::Kind::Person => self.hold(&named, "person", &people, &mut problems),
                _ => {}
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::new(problems)) }
    }

    fn hold(&self, named: &Named, what: &str, known: &[&str], problems: &mut Vec<Problem>) {
        // Settings without any person leave it open who works for the brand, as the desk does.
        if known.contains(&named.name.as_str()) || known.is_empty() {
            return;
        }
        problems.push(Problem {
            file: self.file.clone(),
            line: named.place.line,
            column: named.place.column,
            key: named.key.clone(),
            what: format!("the settings {} have no {what} `{}`", self.brand.name, named.name),
            cure: suggest::cure(&named.name, known),
        });
    }
}

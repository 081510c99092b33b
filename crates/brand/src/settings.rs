//! What a brand has said about itself: who it is, where it speaks, who works when, and who gets what. A value of
//! [`Settings`] has been read and checked; [`Brand::compile`](crate::Brand::compile) makes it act.

use crate::approval::Approval;
use crate::guard::Gravity;
use crate::problem::Problems;
use crate::read;
use crate::rises::{Rises, Surges};
use crate::targets::Targets;
use crate::tree::Place;
use crate::words::{Notices, ReadyReply, ShiftPosts, Tone};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The settings of one brand, together with the text they were read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `a-z`, `0-9`, `-`, `_`; at most 32 characters.
    pub brand: String,
    /// The brand's name as people write it.
    pub name: String,
    /// IANA name of the zone in which the brand lives, e.g. `Europe/Tallinn`.
    pub timezone: String,
    pub holidays: Holidays,
    pub handles: Vec<Handle>,
    /// In the order of the file.
    pub teams: Vec<Team>,
    /// In the order of the file.
    pub people: Vec<Person>,
    /// How much a person can hold who says nothing else.
    pub capacity: Capacity,
    /// What a public post that addresses no handle must have to be the brand's; none when all are.
    pub listen: Option<Listen>,
    /// Tried in order on every public post and message before anything else; the first that matches keeps it out.
    pub filters: Vec<Filter>,
    /// Matters that the brand has a word for beside those that the classifier knows, in the order of the file.
    pub topics: Vec<Topic>,
    pub tone: Tone,
    /// Replies that are ready, in the order of the file.
    pub replies: Vec<ReadyReply>,
    pub notices: Notices,
    /// How grave it takes what the reply guard finds.
    pub guard: Gravity,
    /// Which replies wait for somebody to agree to them.
    pub approval: Approval,
    /// At which thresholds conversations rise.
    pub rises: Rises,
    /// When many posts are a surge; none when none is to be recognised.
    pub surges: Option<Surges>,
    /// Tried in order on every classified post; the first that matches decides.
    pub rules: Vec<Rule>,
    /// What happens when no rule matches.
    pub otherwise: Outcome,
    pub(crate) source: String,
    pub(crate) file: String,
}

/// The days that `PH` means in opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    /// ISO 3166-1 alpha-2 code whose national holidays count, e.g. `EE`.
    pub country: Option<String>,
    /// Further days, in order and without repetition.
    pub dates: Vec<jiff::civil::Date>,
}

/// An account of the brand on a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    pub network: String,
    /// Without a leading `@`.
    pub account: String,
    pub purpose: HandleUse,
}

/// What an account is for. A post to either reaches care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandleUse {
    Main,
    Care,
}

/// A group of people with common hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    pub id: String,
    pub name: String,
    /// In the syntax of OpenStreetMap's `opening_hours`.
    pub hours: String,
    /// The zone the hours are in; the brand's when absent.
    pub timezone: Option<String>,
    pub tier: Tier,
    /// Ids of [`Person`]s.
    pub people: Vec<String>,
    /// Customers of these regions belong to the team; no region stands in two teams.
    pub regions: Vec<String>,
    /// On whose wall the clock hangs that the hours are meant by.
    pub clock: WallClock,
    /// Ids of the teams that serve when this one is closed or flooded, in order.
    pub overflow: Vec<String>,
    pub assign: Assign,
    /// Seconds of calendar time after which an offered conversation that nobody touched goes back.
    pub return_after_seconds: u32,
    /// An https address of an image that customers may be shown.
    pub picture: Option<String>,
    /// What it posts when its shift begins and ends.
    pub shift_posts: ShiftPosts,
}

/// On whose wall the clock hangs that opening hours are meant by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WallClock {
    #[default]
    Team,
    /// The customer's; the team's while the customer's zone is not known.
    Customer,
}

/// How waiting work finds a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Assign {
    /// People take it from the queue.
    #[default]
    Pull,
    /// It is offered to somebody who is free.
    Offer,
}

/// How many conversations a person can hold at once, by kind of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Capacity {
    pub public: u32,
    pub private: u32,
}

impl Default for Capacity {
    fn default() -> Self {
        Capacity { public: 5, private: 5 }
    }
}

/// What a team is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tier {
    #[default]
    FirstLine,
    Crisis,
    Engagement,
    General,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// ISO 639 codes in lower case.
    pub languages: Vec<String>,
    /// How replies of this person end, e.g. `^Dana`.
    pub signature: Option<String>,
    /// What the person can do that not everybody can, e.g. `billing`.
    pub skills: Vec<String>,
    /// An https address of an image that customers may be shown.
    pub picture: Option<String>,
    pub capacity: Capacity,
}

/// A rule that keeps posts out of the care queue. All that it says must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub name: String,
    pub kept_as: KeptAs,
    pub when: Option<Condition>,
    pub signs: Signs,
    pub(crate) place: Place,
}

/// What a post is kept as that a filter holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeptAs {
    #[default]
    Filtered,
    /// Advertising, of the brand's own or of others.
    Promotion,
    /// It is about a competitor.
    Competitor,
}

/// Signs of a post. What is empty is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signs {
    /// Phrases of which one stands in the text.
    pub any_of: Vec<String>,
    /// Phrases of which none stands in the text.
    pub none_of: Vec<String>,
    /// ISO 639 codes, of which one is what the network says.
    pub languages: Vec<String>,
    /// Handles of which one wrote it, without `@`.
    pub authors: Vec<String>,
    /// Handles of which one is named in the text, without `@`.
    pub handles: Vec<String>,
}

/// What a public post that addresses no handle must have to be the brand's. What is empty is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listen {
    /// Phrases of which one stands in the text.
    pub any_of: Vec<String>,
    /// Phrases of which none stands in the text.
    pub none_of: Vec<String>,
    /// ISO 639 codes, of which one is what the network says, or it says none.
    pub languages: Vec<String>,
    /// Handles of which none wrote it, without `@`.
    pub exclude_authors: Vec<String>,
}

/// A matter that the brand has a word for. It stands for the classifier's topic when a phrase stands in the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// An industry and a matter: `air.lounge`.
    pub name: String,
    /// At least one; each is looked for as whole words in any case.
    pub any_of: Vec<String>,
    /// ISO 639 codes in lower case; posts of any language when empty.
    pub languages: Vec<String>,
}

/// A rule that decides who gets a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub name: String,
    pub when: Condition,
    pub outcome: Outcome,
}

/// Where a post goes, how much it presses and by when it is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Id of a [`Team`], or `own` for the customer's own.
    pub team: String,
    pub priority: Priority,
    pub targets: Targets,
    /// Skills that whoever takes it must have.
    pub needs_skills: Vec<String>,
}

/// A CEL expression and where it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub text: String,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub(crate) const ALL: [(&'static str, Priority); 4] =
        [("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High), ("urgent", Priority::Urgent)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl WallClock {
    pub(crate) const ALL: [(&'static str, WallClock); 2] =
        [("team", WallClock::Team), ("customer", WallClock::Customer)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl Assign {
    pub(crate) const ALL: [(&'static str, Assign); 2] = [("pull", Assign::Pull), ("offer", Assign::Offer)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl KeptAs {
    pub(crate) const ALL: [(&'static str, KeptAs); 3] =
        [("filtered", KeptAs::Filtered), ("promotion", KeptAs::Promotion), ("competitor", KeptAs::Competitor)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl Tier {
    pub(crate) const ALL: [(&'static str, Tier); 4] = [
        ("first_line", Tier::FirstLine),
        ("crisis", Tier::Crisis),
        ("engagement", Tier::Engagement),
        ("general", Tier::General),
    ];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl HandleUse {
    pub(crate) const ALL: [(&'static str, HandleUse); 2] = [("main", HandleUse::Main), ("care", HandleUse::Care)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// The word for a value of a table that lists all of them.
pub(crate) fn word<T: PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, value)| *value == one).map(|(name, _)| *name).expect("the table lists every value")
}

impl Settings {
    /// Reads settings and checks all of them: keys, types, references, zones, hours, lengths of time and rules.
    ///
    /// `file` is only a name for the messages. Nothing is opened.
    ///
    /// # Errors
    /// Every fault that was found, each with its place and its cure.
    pub fn parse(yaml: &str, file: &str) -> Result<Settings, Problems> {
        read::settings(yaml, file)
    }

    /// The YAML text, byte for byte as it was read: what is published as a fact and can be read again years later.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The name of the file as given to [`Settings::parse`].
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The version of these settings: the first 16 bytes of the SHA-256 of the text, as 32 hex digits. The same text
    /// is the same version on every machine.
    pub fn version(&self) -> String {
        let digest = Sha256::digest(self.source.as_bytes());
        let mut hex = String::with_capacity(32);
        for byte in &digest[..16] {
            write!(hex, "{byte:02x}").expect("writing to a string never fails");
        }
        hex
    }

    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// What the brand's account on this network is for; none when it is not one of the brand's. A leading `@` and
    /// the case of ASCII letters make no difference.
    pub fn handle_use(&self, network: &str, account: &str) -> Option<HandleUse> {
        let account = account.trim_start_matches('@');
        let found = self
            .handles
            .iter()
            .find(|handle| handle.network == network && handle.account.eq_ignore_ascii_case(account))?;
        Some(found.purpose)
    }

    /// What a brand has that published nothing: one team that is always there and an hour for the first answer.
    pub(crate) fn builtin(slug: &str) -> Settings {
        let quoted = serde_json::to_string(slug).expect("text always has a JSON form");
        let source = |brand: &str| {
            format!(
                "# Built in: used until the brand publishes settings of its own.\nearshot: brand/v1\nbrand: {brand}\n\
                 name: {brand}\ntimezone: UTC\nteams:\n  care: {{name: Care, hours: \"24/7\"}}\n\
                 otherwise: {{team: care, priority: normal, respond_within: 1h}}\n"
            )
        };
        // Read like any other's, under a name that is sound; the brand's own may be anything.
        let read = read::settings(&source("built-in"), "built in");
        let settings = read.expect("the built-in settings have no fault");
        Settings { brand: slug.to_owned(), name: slug.to_owned(), source: source(&quoted), ..settings }
    }
}

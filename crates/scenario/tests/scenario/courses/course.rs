//! A course of events, drawn by lot from a seed, and played in virtual time with everything going wrong that can.

use super::chance::Chance;
use super::holds::Holds;
use super::settings::{self, PEOPLE, REGIONS, TEAMS};
use conversation::callback::{BookCallback, CallbackStatus};
use conversation::classified::{CorrectClassification, Head, PostClassified, Scored};
use conversation::customer::{CustomerCommand, CustomerProfiled, ProfilesLinked, TeamChoiceChanged};
use conversation::replied::SubmitReply;
use conversation::resolved::Outcome;
use conversation::{BrandId, Command, ConversationId, CustomerId, Network, PersonId, PostKey, Record, TeamId};
use ingest::{Author, Contact, Deletion, Edit, Engagement, Item, Post};
use jiff::{SignedDuration, Timestamp};
use scenario::world::World;
use scenario::{Faults, LATE_MOST_SECONDS};

/// Rings of the clock between two events; more means that it stands still.
const RINGS_MAX: usize = 2_000;
/// Records that are told of a course that fails.
const TOLD: usize = 12;
const GAPS_SECONDS: &[i64] = &[0, 0, 1, 20, 90, 300, 700, 2_000, 4_000, 12_000, 40_000];

pub struct Course {
    chance: Chance,
    pub world: World<'static>,
    pub holds: Holds,
    now: Timestamp,
    nth: usize,
    /// The ids of the posts that came in, with their authors.
    posts: Vec<(String, String)>,
}

/// Plays the course of a seed.
///
/// # Errors
/// What does not hold, and when.
pub fn play(seed: u64) -> Result<Course, String> {
    let mut course = Course::new(seed);
    course.check()?;
    let events = 5 + course.chance.below(36);
    for _ in 0..events {
        let at = course.now + SignedDuration::from_secs(course.chance.one(GAPS_SECONDS));
        course.let_pass(at)?;
        course.happen();
        course.check()?;
    }
    let end = course.now + SignedDuration::from_hours(50);
    course.let_pass(end)?;
    // What was put off at the very end still comes.
    for _ in 0..RINGS_MAX {
        if !course.world.has_late() {
            break;
        }
        let at = course.now + SignedDuration::from_secs(LATE_MOST_SECONDS);
        course.let_pass(at)?;
    }
    course.holds.at_the_end(&course.world).map_err(|fault| course.told(&fault))?;
    Ok(course)
}

/// What a post is stands in its words: intent, topic, sentiment, language, and `leaving` or nothing.
fn classify(post: PostKey, text: &str, text_version: i64) -> PostClassified {
    let mut words = text.split(' ');
    let mut next = || Scored { label: words.next().unwrap_or("").into(), confidence: 0.9, ..Scored::default() };
    let (intent, topic, sentiment, language, churn) = (next(), next(), next(), next(), next());
    let none = Scored::default();
    PostClassified {
        post,
        model_version: "by-lot".into(),
        language,
        sentiment,
        intent,
        topic,
        urgency: none.clone(),
        churn,
        call: none.clone(),
        closing: none,
        recognised: Vec::new(),
        backend: "compact".into(),
        text_version,
    }
}

fn person(name: &str) -> PersonId {
    PersonId::new(name).unwrap()
}

fn network() -> Network {
    Network::new("x").unwrap()
}

impl Course {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let often = |chance: &mut Chance, most: u64| if chance.percent(50) { chance.below(most) as u32 } else { 0 };
        let faults = Faults {
            seed,
            twice_per_mille: often(&mut chance, 200),
            lost_per_mille: often(&mut chance, 200),
            late_per_mille: often(&mut chance, 100),
            crash_per_mille: often(&mut chance, 30),
            unsent_per_mille: often(&mut chance, 500),
            any_order: chance.percent(50),
        };
        let brand = settings::settings(&mut chance, 0);
        let begins = Timestamp::from_second(1_780_000_000 + chance.below(700_000) as i64).unwrap();
        let world = World::new(brand, Box::new(classify), begins, faults);
        let mut course = Course { chance, world, holds: Holds::default(), now: begins, nth: 0, posts: Vec::new() };
        for person in PEOPLE {
            if course.chance.percent(60) {
                course.presence(person, true);
            }
        }
        course
    }

    fn brand(&self) -> BrandId {
        self.world.id().clone()
    }

    fn nth(&mut self) -> usize {
        self.nth += 10;
        self.nth
    }

    fn told(&self, fault: &str) -> String {
        let entries = self.world.log().entries();
        let newest = entries.iter().rev().take(TOLD).rev().map(|stored| {
            let Record { subject, occurred_at, facts, .. } = &*stored.record;
            let names: Vec<_> = facts.iter().map(conversation::Fact::name).collect();
            let of = subject.conversation().map_or("brand or customer".to_owned(), |id| id.to_string());
            format!("\n  {} {occurred_at} {of} {}", stored.sequence, names.join(", "))
        });
        format!("{fault}\nat {}, after{}", self.world.now(), newest.collect::<String>())
    }

    fn check(&mut self) -> Result<(), String> {
        let checked = self.holds.check(&self.world);
        checked.map_err(|fault| self.told(&fault))
    }

    /// Lets the clock come to `until`.
    fn let_pass(&mut self, until: Timestamp) -> Result<(), String> {
        for _ in 0..RINGS_MAX {
            let Some(at) = self.world.next_timer().filter(|at| *at <= until) else {
                self.now = until;
                return Ok(());
            };
            self.now = self.now.max(at);
            self.world.ring(self.now);
            self.check()?;
        }
        Err(self.told("the clock rings without end"))
    }

    fn happen(&mut self) {
        match self.chance.below(100) {
            0..28 => self.post(),
            28..31 => self.burst(),
            31..35 => self.change_post(),
            35..41 => self.engagement(),
            41..43 => self.contact(),
            43..51 => {
                let (who, online) = (self.chance.one(PEOPLE), self.chance.percent(60));
                self.presence(who, online);
            }
            51..53 => {
                self.nth();
                let brand = settings::settings(&mut self.chance, self.nth as u64);
                self.world.settings_change(self.now, brand);
            }
            53..58 => self.customer(),
            58..61 => self.merge(),
            61..66 => self.claim_at_once(),
            _ => self.work(),
        }
    }

    fn author(&mut self) -> String {
        format!("author{}", self.chance.below(5))
    }

    fn words(&mut self) -> String {
        let intent = self.chance.one(&["complaint", "question", "request", "praise", "noise"]);
        let topic = self.chance.one(&["air.delay", "air.delay", "air.refund", "air.other"]);
        let sentiment = self.chance.one(&["negative", "neutral", "positive"]);
        let (language, churn) = (self.chance.one(&["en", "et"]), self.chance.one(&["leaving", "staying", "staying"]));
        format!("{intent} {topic} {sentiment} {language} {churn}")
    }

    /// A post as it stands without anything said about it.
    fn plain(&mut self, native_id: &str, author: &str) -> Post {
        Post {
            brand: self.brand(),
            network: network(),
            native_id: native_id.to_owned(),
            author: Author { id: author.to_owned(), handle: author.to_owned(), ..Author::default() },
            text: self.words(),
            posted_at: Some(self.now),
            in_reply_to: String::new(),
            thread_root: String::new(),
            private: false,
            handle_use: None,
            attachments: Vec::new(),
            backfill: false,
            demo: false,
            by_brand: false,
            customer_id: String::new(),
            person: None,
            language: String::new(),
        }
    }

    /// The id of a post that came, and its author.
    fn known_post(&mut self) -> (String, String) {
        let at = self.chance.below(self.posts.len() as u64) as usize;
        self.posts[at].clone()
    }

    fn post(&mut self) {
        let (native_id, author) = (format!("p{}", self.posts.len()), self.author());
        let mut post = self.plain(&native_id, &author);
        // A parent that is known, by him or another one; or the next one, which has not come yet.
        post.in_reply_to = match self.chance.below(10) {
            0..4 if !self.posts.is_empty() => self.known_post().0,
            4 => format!("p{}", self.posts.len() + 1),
            _ => String::new(),
        };
        post.private = self.chance.percent(20);
        post.backfill = self.chance.percent(5);
        post.by_brand = !post.in_reply_to.is_empty() && self.chance.percent(10);
        post.posted_at = match self.chance.below(10) {
            0 => None,
            1 | 2 => Some(self.now - SignedDuration::from_secs(self.chance.below(5_000) as i64)),
            _ => Some(self.now),
        };
        post.author.followers = self.chance.one(&[0, 10, 500, 20_000]);
        if self.chance.percent(60) {
            post.author.region = self.chance.one(REGIONS).to_owned();
            post.author.timezone = self.chance.one(&["", "Asia/Shanghai", "America/New_York"]).to_owned();
        }
        self.take_in(post, &author);
    }

    fn take_in(&mut self, post: Post, author: &str) {
        self.posts.push((post.native_id.clone(), author.to_owned()));
        // A reply of the brand to a post that never came is refused; nothing else is.
        let by_brand = post.by_brand;
        let taken = self.world.take_in(self.now, Item::Post(Box::new(post)));
        assert!(taken.is_ok() || by_brand, "a post was refused: {taken:?}");
    }

    /// Many write of the same at once.
    fn burst(&mut self) {
        let (region, text) = (self.chance.one(REGIONS).to_owned(), self.words());
        for nth in 0..4 + self.chance.below(5) {
            let (native_id, author) = (format!("p{}", self.posts.len()), format!("many{nth}"));
            let mut post = self.plain(&native_id, &author);
            (post.author.region, post.text) = (region.clone(), text.clone());
            self.take_in(post, &author);
        }
    }

    /// The words of a post change, or it is taken away.
    fn change_post(&mut self) {
        if self.posts.is_empty() {
            return;
        }
        let (native_id, author_id) = self.known_post();
        let (brand, network, now) = (self.brand(), network(), self.now);
        let item = if self.chance.percent(50) {
            let text = self.words();
            Item::Edit(Edit { brand, network, native_id, author_id, text, edited_at: now })
        } else {
            Item::Deletion(Deletion { brand, network, native_id, author_id, deleted_at: now })
        };
        self.try_in(item);
    }

    /// It may be refused: the post may have gone elsewhere, or been a reply of the brand.
    fn try_in(&mut self, item: Item) {
        let _refused = self.world.take_in(self.now, item);
    }

    fn engagement(&mut self) {
        if self.posts.is_empty() {
            return;
        }
        let native_id = self.known_post().0;
        let mut total = || self.chance.one(&[0, 1, 6, 60, 5_000]);
        let (shares, comments, likes, views) = (total(), total(), total(), total());
        let (brand, network, observed_at) = (self.brand(), network(), self.now);
        self.try_in(Item::Engagement(Engagement {
            brand,
            network,
            native_id,
            shares,
            comments,
            likes,
            views,
            observed_at,
        }));
    }

    fn contact(&mut self) {
        let author_id = self.author();
        let request_id = self.nth().to_string();
        self.try_in(Item::Contact(Contact {
            brand: self.brand(),
            network: network(),
            author_id,
            via: "phone".into(),
            summary: "called".into(),
            contacted_at: self.now,
            request_id,
        }));
    }

    fn presence(&mut self, name: &str, online: bool) {
        let nth = self.nth();
        self.world.person_is(self.now, &person(name), online, nth);
    }

    fn customer(&mut self) {
        let (id, brand) = (self.author(), self.brand());
        let customer = CustomerId::of(&brand, &network(), &id);
        let (by, nth) = (person(self.chance.one(PEOPLE)), self.nth());
        let command = match self.chance.below(3) {
            0 => CustomerCommand::ChooseTeam(TeamChoiceChanged { opted_out: self.chance.percent(60), person: None }),
            1 => CustomerCommand::Profile(CustomerProfiled {
                tier: "gold".into(),
                region: self.chance.one(REGIONS).to_owned(),
                timezone: self.chance.one(&["", "Europe/Tallinn"]).to_owned(),
                customer_since: None,
            }),
            _ => {
                let other = CustomerId::of(&brand, &network(), &self.author());
                CustomerCommand::Link(ProfilesLinked { other, person: by, reason: "same person".into() })
            }
        };
        // To link a profile to itself is refused.
        let _refused = self.world.customer_changes(self.now, customer, &command, nth);
    }

    /// One of the conversations, in the order of their ids.
    fn conversation(&mut self) -> Option<ConversationId> {
        let mut all: Vec<_> = self.world.conversations().map(|(id, _)| *id).collect();
        all.sort_unstable();
        (!all.is_empty()).then(|| self.chance.one(&all))
    }

    /// Two matters of one customer.
    fn merge(&mut self) {
        let (Some(source), Some(target)) = (self.conversation(), self.conversation()) else { return };
        let customer = |id| self.world.view().conversations[&id].customer;
        if customer(source) != customer(target) {
            return;
        }
        let (by, nth) = (person(self.chance.one(PEOPLE)), self.nth());
        self.world.person_merges(self.now, &by, source, target, nth);
    }

    /// Two people take the same conversation at one instant: at most one of them gets it.
    fn claim_at_once(&mut self) {
        let Some(conversation) = self.conversation() else { return };
        let (first, nth) = (self.chance.below(PEOPLE.len() as u64) as usize, self.nth());
        let claims = [first, (first + 1) % PEOPLE.len()]
            .map(|at| (person(PEOPLE[at]), Command::Claim { person: person(PEOPLE[at]), team: None }));
        let done = self.world.people_do_at_once(self.now, conversation, &claims, nth);
        assert!(done.iter().filter(|done| done.is_ok()).count() <= 1, "two people have one conversation");
    }

    fn work(&mut self) {
        let Some(conversation) = self.conversation() else { return };
        let state = self.world.view().conversations[&conversation].state.clone();
        // Mostly whoever has it.
        let holder = state.assignee.clone().filter(|_| self.chance.percent(70));
        let by = holder.unwrap_or_else(|| person(self.chance.one(PEOPLE)));
        let team = TeamId::new(self.chance.one(TEAMS)).unwrap();
        let reason = || "because".to_owned();
        let command = match self.chance.below(17) {
            0..3 => Command::Claim { person: by.clone(), team: None },
            3 => Command::Claim { person: by.clone(), team: state.escalation_team.clone() },
            4 => Command::Release { person: by.clone(), reason: String::new() },
            5 => {
                let to_person = self.chance.percent(50).then(|| person(self.chance.one(PEOPLE)));
                Command::HandOff { by: by.clone(), to_team: team, to_person, reason: reason() }
            }
            6 => Command::Escalate {
                by: Some(by.clone()),
                to_team: self.chance.percent(70).then_some(team),
                reason: reason(),
            },
            7 => Command::Deescalate { by: Some(by.clone()), reason: reason() },
            8..11 => Command::SubmitReply(SubmitReply {
                private: self.chance.percent(20),
                offers: vec!["refund".into()],
                ..SubmitReply::plain(by.clone(), "We look into it")
            }),
            11 | 12 => Command::Resolve { person: Some(by.clone()), outcome: Outcome::Solved },
            13 => Command::Reopen { person: by.clone(), reason: reason() },
            14 => Command::BookCallback(BookCallback {
                by: by.clone(),
                due_at: self.now + SignedDuration::from_secs(60 + self.chance.below(40_000) as i64),
                timezone: String::new(),
                person: self.chance.percent(50).then(|| by.clone()),
            }),
            15 => {
                let due = state.callbacks.iter().find(|callback| callback.status == CallbackStatus::Due);
                let Some(callback) = due.or(state.callbacks.first()).map(|callback| callback.id) else { return };
                Command::FinishCallback { callback, person: by.clone() }
            }
            _ => {
                let Some(post) = state.received_posts().next().map(|post| post.key) else { return };
                let label = self.chance.one(&["complaint", "praise", "request"]).to_owned();
                Command::CorrectClassification(CorrectClassification {
                    post,
                    head: Head::Intent,
                    label,
                    brand_topics: Vec::new(),
                })
            }
        };
        let nth = self.nth();
        // Much of what people try is refused; what must never be taken is told by `Holds`.
        let _refused = self.world.person_does(self.now, &by, conversation, &command, nth);
    }
}

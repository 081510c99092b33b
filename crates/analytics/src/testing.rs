//! Stories to measure: records of conversations that are named by a word, without the services that would write them.

#![allow(dead_code, reason = "tests and the rate example use different parts")]

use conversation::brand_facts::IntakeCounted;
use conversation::classified::{ClassificationCorrected, Head, PostClassified, Scored};
use conversation::deadlines::{DeadlineBreached, DeadlineKind};
use conversation::desk::{Escalated, HandedOff};
use conversation::received::{
    HandleUse, KeptAs, PostBroughtBack, PostDeleted, PostEdited, PostFiltered, PostReceived, ReplyObserved,
};
use conversation::replied::{ReplyAttempted, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::resolved::{Absorbed, Merged, Outcome, Reopened, Resolved};
use conversation::rising::Deescalated;
use conversation::routed::{ConversationOpened, Priority, Routed};
use conversation::{
    Actor, BrandId, Conversation, ConversationId, CustomerId, Fact, Network, NoticeId, PersonId, Personal, PostKey,
    Record, RecordId, ReplyId, Subject, TeamId,
};
use jiff::{SignedDuration, Timestamp};
use journal::Journal;

/// Times of a story.
pub struct At;

impl At {
    /// The time that is so many minutes into the story.
    pub fn minute(minutes: i64) -> Timestamp {
        At::second(minutes * 60)
    }

    pub fn second(seconds: i64) -> Timestamp {
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        start.checked_add(SignedDuration::from_secs(seconds)).unwrap()
    }
}

/// A story of one brand, as the records that tell it.
#[derive(Debug, Clone)]
pub struct Script {
    pub brand: BrandId,
    pub network: Network,
    /// Posts are history brought in later.
    pub backfill: bool,
    pub records: Vec<Record>,
}

impl Script {
    pub fn new(brand: &str) -> Self {
        Script {
            brand: BrandId::new(brand).unwrap(),
            network: Network::new("x").unwrap(),
            backfill: false,
            records: Vec::new(),
        }
    }

    pub fn customer(&self, name: &str) -> CustomerId {
        CustomerId::of(&self.brand, &Network::new("x").unwrap(), name)
    }

    pub fn id(&self, name: &str) -> ConversationId {
        ConversationId::of(&self.customer(name), 0)
    }

    pub fn key(&self, post: &str) -> PostKey {
        PostKey::of(&self.brand, &self.network, post)
    }

    pub fn reply(&self, name: &str, reply: &str) -> ReplyId {
        ReplyId::of(&self.id(name), &RecordId::caused("reply", reply.as_bytes()))
    }

    /// The state of a conversation after all that was told.
    pub fn state(&self, name: &str) -> Conversation {
        let id = self.id(name);
        conversation::fold(self.records.iter().filter(|record| record.subject.conversation() == Some(id)))
    }

    pub fn put(&mut self, name: &str, at: Timestamp, facts: Vec<Fact>) {
        let subject = Subject::Conversation {
            brand: self.brand.clone(),
            customer: self.customer(name),
            conversation: self.id(name),
        };
        self.record(subject, at, facts);
    }

    fn record(&mut self, subject: Subject, at: Timestamp, facts: Vec<Fact>) {
        // Many stories of one brand may stand in one log.
        let cause = format!("{subject:?}/{}", self.records.len());
        self.records.push(Record {
            id: RecordId::caused("story", cause.as_bytes()),
            subject,
            occurred_at: at,
            recorded_at: at,
            actor: Actor::Service("story".into()),
            caused_by: None,
            correlation: None,
            facts,
        });
    }

    fn received(&self, post: &str, posted_at: Option<Timestamp>) -> PostReceived {
        PostReceived {
            post: self.key(post),
            network: self.network.clone(),
            native_id: post.into(),
            parent_native_id: String::new(),
            root_native_id: String::new(),
            private: false,
            handle_use: HandleUse::Care,
            posted_at,
            followers: 10,
            region: String::new(),
            tier: String::new(),
            timezone: String::new(),
            source: "story".into(),
            backfill: self.backfill,
            demo: false,
            thread_of: None,
            awaited_in: None,
            language: String::new(),
            personal: Personal::text("my secret words"),
        }
    }

    pub fn post(&mut self, name: &str, post: &str, at: Timestamp) {
        let fact = self.received(post, Some(at));
        self.put(name, at, vec![fact.into()]);
    }

    pub fn untimed_post(&mut self, name: &str, post: &str, at: Timestamp) {
        let fact = self.received(post, None);
        self.put(name, at, vec![fact.into()]);
    }

    pub fn private_post(&mut self, name: &str, post: &str, at: Timestamp) {
        let fact = PostReceived { private: true, ..self.received(post, Some(at)) };
        self.put(name, at, vec![fact.into()]);
    }

    pub fn edit(&mut self, name: &str, post: &str, at: Timestamp) {
        let personal = Personal::text("my other secret words");
        self.put(name, at, vec![PostEdited { post: self.key(post), edited_at: at, personal }.into()]);
    }

    pub fn delete(&mut self, name: &str, post: &str, at: Timestamp) {
        self.put(name, at, vec![PostDeleted { post: self.key(post), deleted_at: at }.into()]);
    }

    /// Classified and routed in two records, at the time of the newest record.
    pub fn route(&mut self, name: &str, post: &str, team: &str, intent: &str, language: &str) {
        let at = self.records.last().map_or(At::minute(0), |record| record.occurred_at);
        let scored = |label: &str| Scored { label: label.into(), confidence: 0.9, ..Scored::default() };
        let class = PostClassified {
            post: self.key(post),
            model_version: "m".into(),
            language: scored(language),
            sentiment: scored("neutral"),
            intent: scored(intent),
            topic: Scored::default(),
            urgency: Scored::default(),
            churn: Scored::default(),
            call: Scored::default(),
            closing: Scored::default(),
            recognised: Vec::new(),
            backend: "compact".into(),
            text_version: 0,
        };
        self.put(name, at, vec![class.into()]);
        let opened = ConversationOpened { post: self.key(post), network: self.network.clone(), private: false };
        let routed = Routed {
            post: self.key(post),
            rule: "r".into(),
            team: TeamId::new(team).unwrap(),
            priority: Priority::Normal,
            settings_version: "s".into(),
            candidates: Vec::new(),
            notes: Vec::new(),
            topic: String::new(),
            home_team: None,
            away_until: None,
            needs_skills: Vec::new(),
        };
        self.put(name, at, vec![opened.into(), routed.into()]);
    }

    /// A person puts right what the classifier said.
    pub fn correct(&mut self, name: &str, post: &str, head: Head, label: &str, at: Timestamp) {
        let state = self.state(name);
        let class = state.post(&self.key(post)).and_then(|post| post.class.as_ref());
        let fact = ClassificationCorrected {
            post: self.key(post),
            head,
            was: class.map_or_else(String::new, |class| class.label(head).to_owned()),
            label: label.into(),
            model_version: class.map_or_else(|| "m".into(), |class| class.model_version.to_string()),
            text_version: 0,
        };
        self.put(name, at, vec![fact.into()]);
    }

    /// An answer seen on the network.
    pub fn answer(&mut self, name: &str, reply: &str, at: Timestamp) {
        self.observe(name, reply, "our answer", at, Some(at));
    }

    pub fn untimed_answer(&mut self, name: &str, reply: &str, at: Timestamp) {
        self.observe(name, reply, "our answer", at, None);
    }

    /// An answer in these words.
    pub fn say(&mut self, name: &str, reply: &str, text: &str, at: Timestamp) {
        self.observe(name, reply, text, at, Some(at));
    }

    fn observe(&mut self, name: &str, reply: &str, text: &str, at: Timestamp, posted_at: Option<Timestamp>) {
        let fact = ReplyObserved {
            post: self.key(reply),
            network: self.network.clone(),
            native_id: reply.into(),
            parent_native_id: String::new(),
            private: false,
            posted_at,
            person: None,
            source: "story".into(),
            backfill: self.backfill,
            personal: Personal::text(text),
        };
        self.put(name, at, vec![fact.into()]);
    }

    pub fn submit(&mut self, name: &str, reply: &str, at: Timestamp) {
        let fact = ReplySubmitted {
            reply: self.reply(name, reply),
            person: PersonId::new("ana").unwrap(),
            network: self.network.clone(),
            private: false,
            in_reply_to: self.key("p1"),
            in_reply_to_native_id: "p1".into(),
            body: Personal::text("our answer"),
            offers: Vec::new(),
            asks: Vec::new(),
            warnings: Vec::new(),
            overrode: String::new(),
            part: 1,
            parts: 1,
            notice: String::new(),
        };
        let reply = fact.reply;
        self.put(name, at, vec![fact.into()]);
        self.put(name, at, vec![ReplyAttempted { reply, attempt: 1, attempted_at: at }.into()]);
    }

    /// The network has it, under this id of a post.
    pub fn confirm(&mut self, name: &str, reply: &str, post: &str, at: Timestamp) {
        let (reply, post) = (self.reply(name, reply), Some(self.key(post)));
        let fact = ReplySent { reply, native_id: String::new(), post, sent_at: at, how: "answered".into() };
        self.put(name, at, vec![fact.into()]);
    }

    pub fn doubt(&mut self, name: &str, reply: &str, at: Timestamp) {
        let fact = ReplyInDoubt { reply: self.reply(name, reply), attempt: 1, reason: "lost".into() };
        self.put(name, at, vec![fact.into()]);
    }

    pub fn resolve(&mut self, name: &str, at: Timestamp) {
        self.put(name, at, vec![Resolved { person: None, outcome: Outcome::Solved }.into()]);
    }

    pub fn reopen(&mut self, name: &str, at: Timestamp) {
        self.put(name, at, vec![Reopened { post: None, person: None, reason: "again".into() }.into()]);
    }

    pub fn hand_off(&mut self, name: &str, team: &str, at: Timestamp) {
        let fact = HandedOff {
            by: PersonId::new("ana").unwrap(),
            from_team: None,
            to_team: TeamId::new(team).unwrap(),
            to_person: None,
            reason: "knows more".into(),
        };
        self.put(name, at, vec![fact.into()]);
    }

    pub fn escalate(&mut self, name: &str, at: Timestamp) {
        self.put(name, at, vec![Escalated { by: None, to_team: None, reason: "spread".into() }.into()]);
    }

    pub fn deescalate(&mut self, name: &str, at: Timestamp) {
        self.put(name, at, vec![Deescalated { by: None, from_team: None, reason: "it is over".into() }.into()]);
    }

    pub fn breach(&mut self, name: &str, at: Timestamp) {
        let kind = DeadlineKind::FirstResponse;
        self.put(name, at, vec![DeadlineBreached { kind, due_at: at, noticed_at: at }.into()]);
    }

    /// `source` goes on in `target`: the record of the one that ends.
    pub fn merge(&mut self, source: &str, target: &str, at: Timestamp) {
        let into = self.id(target);
        self.put(source, at, vec![Merged { into, reason: "same".into(), person: None }.into()]);
    }

    /// And the record of the one that goes on.
    pub fn absorb(&mut self, source: &str, target: &str, at: Timestamp) {
        let state = self.state(source);
        let fact = Absorbed {
            source: self.id(source),
            reason: "same".into(),
            posts: state.received_posts().map(|post| post.key).collect(),
            first_post_at: state.first_post_at(),
            person: None,
        };
        self.put(target, at, vec![fact.into()]);
    }

    /// A rule keeps a post out of the care queue.
    pub fn filter(&mut self, author: &str, post: &str, at: Timestamp) {
        let fact = PostFiltered {
            rule: "ads".into(),
            settings_version: "s".into(),
            kept_as: KeptAs::Filtered,
            post: Box::new(self.received(post, Some(at))),
        };
        let subject =
            Subject::Filtered { brand: self.brand.clone(), customer: self.customer(author), post: self.key(post) };
        self.record(subject, at, vec![fact.into()]);
    }

    /// A person brings back a post that was filtered.
    pub fn bring_back(&mut self, author: &str, post: &str, at: Timestamp) {
        let person = PersonId::new("ana").unwrap();
        let fact = PostBroughtBack { post: self.key(post), person, reason: "a customer".into() };
        let subject =
            Subject::Filtered { brand: self.brand.clone(), customer: self.customer(author), post: self.key(post) };
        self.record(subject, at, vec![fact.into()]);
    }

    /// What is known of a customer, whatever he writes about.
    pub fn of_customer(&mut self, name: &str, at: Timestamp, facts: Vec<Fact>) {
        let subject = Subject::Customer { brand: self.brand.clone(), customer: self.customer(name) };
        self.record(subject, at, facts);
    }

    /// What happens to a word of the brand that belongs to no conversation.
    pub fn of_notice(&mut self, notice: NoticeId, at: Timestamp, facts: Vec<Fact>) {
        self.record(Subject::Notice { brand: self.brand.clone(), notice }, at, facts);
    }

    /// What happens to the brand itself.
    pub fn of_brand(&mut self, at: Timestamp, facts: Vec<Fact>) {
        self.record(Subject::Brand { brand: self.brand.clone() }, at, facts);
    }

    pub fn count(&mut self, source: &str, accepted: u64, rejected: &[(&str, u64)], at: Timestamp) {
        let rejected: Vec<_> = rejected.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
        let seen = accepted + 3 + rejected.iter().map(|(_, count)| count).sum::<u64>();
        let fact = IntakeCounted {
            source: source.into(),
            from: at,
            until: at,
            seen,
            accepted,
            duplicate: 2,
            filtered: 1,
            rejected,
        };
        self.record(Subject::Brand { brand: self.brand.clone() }, at, vec![fact.into()]);
    }

    /// Writes the story to a log.
    pub async fn write(&self, journal: &Journal) {
        for record in &self.records {
            journal.add(record).await.unwrap();
        }
    }
}

//! What comes in from outside: posts, their spread and contacts by way of ingest's plan, and what people do by way of the
//! desk's commands.

use super::{Refusal, Reply, World};
use crate::format::{Act, Choice, Contact, Deed, Engagement, Post, To};
use brand::Tier;
use conversation::brand_facts::PresenceChanged;
use conversation::callback::BookCallback;
use conversation::customer::{CustomerCommand, TeamChoiceChanged};
use conversation::received::HandleUse;
use conversation::replied::SubmitReply;
use conversation::{
    Actor, Attachment, Command, ConversationId, CustomerId, Fact, Network, PersonId, Personal, PostKey, Record,
    RecordId, ReplyId, Subject, TeamId,
};
use ingest::{Item, Plan, Write};
use jiff::Timestamp;
use journal::Draft;
use routing::Asked;

/// What posts are said to come from.
const SOURCE: &str = "scenario";
/// The longest text that ingest takes by default, in bytes.
const TEXT_MOST_BYTES: usize = 131_072;
/// How many conversations of a customer's chain may be tried, as in ingest.
const PLACES_MAX: usize = 16;

impl World<'_> {
    pub(super) fn post(&mut self, post: &Post) -> Result<(), Refusal> {
        self.networks.entry(post.id.clone()).or_insert_with(|| post.channel.clone());
        let author = &post.author;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let attachments = post.attachments.iter();
        self.take(Item::Post(Box::new(ingest::Post {
            brand: self.id.clone(),
            network: post.channel.clone(),
            native_id: post.id.clone(),
            author: ingest::Author {
                id: author.id.clone(),
                name: text(&author.name),
                handle: author.id.clone(),
                followers: author.followers.unwrap_or(0),
                region: text(&author.region),
                tier: text(&author.tier),
                timezone: text(&author.timezone),
            },
            text: post.text.clone(),
            posted_at: Some(self.now),
            in_reply_to: text(&post.reply_to),
            thread_root: String::new(),
            private: post.private,
            handle_use: post.to.map(|to| match to {
                To::Main => HandleUse::Main,
                To::Care => HandleUse::Care,
            }),
            attachments: attachments
                .map(|file| Attachment { media_type: file.kind.clone(), size_bytes: file.bytes, url: String::new() })
                .collect(),
            backfill: false,
            demo: false,
            by_brand: false,
            customer_id: String::new(),
            person: None,
            language: String::new(),
        })))
    }

    pub(super) fn engagement(&mut self, seen: &Engagement) -> Result<(), Refusal> {
        let network = self.network_of(&seen.post);
        self.take(Item::Engagement(ingest::Engagement {
            brand: self.id.clone(),
            network,
            native_id: seen.post.clone(),
            shares: seen.shares,
            comments: seen.comments,
            likes: seen.likes,
            views: seen.views,
            observed_at: self.now,
        }))
    }

    pub(super) fn contact(&mut self, contact: &Contact, nth: usize) -> Result<(), Refusal> {
        self.take(Item::Contact(ingest::Contact {
            brand: self.id.clone(),
            network: contact.channel.clone(),
            author_id: contact.author.clone(),
            via: contact.via.clone(),
            summary: contact.summary.clone(),
            contacted_at: self.now,
            request_id: format!("entry-{nth}"),
        }))
    }

    /// Takes an item in as ingest does.
    pub(super) fn take(&mut self, item: Item) -> Result<(), Refusal> {
        let refused = |error: ingest::Refused| Refusal { code: error.reason().to_owned(), why: error.to_string() };
        ingest::check(&item, TEXT_MOST_BYTES).map_err(refused)?;
        let plan = ingest::plan(&self.places, &self.brand, item, SOURCE, self.now).map_err(refused)?;
        match plan {
            Plan::Seen(_) => Ok(()),
            Plan::Filter(record) => {
                self.append(*record, 0);
                Ok(())
            }
            Plan::Write(write) => self.write(*write),
        }
    }

    fn write(&mut self, mut write: Write) -> Result<(), Refusal> {
        for _ in 0..PLACES_MAX {
            let draft = write.draft(self.now);
            let written = self.transact(&write.subject(), draft, |state, context| write.decide(state, context));
            match written {
                Ok(_) => return Ok(()),
                Err(rejection) if write.move_on(&self.places, &rejection) => {}
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Err(Refusal { code: "unavailable".into(), why: "no conversation of the customer takes it".into() })
    }

    pub(super) fn act(&mut self, act: &Act, nth: usize) -> Result<(), Refusal> {
        let cause = RecordId::caused(SOURCE, &nth.to_be_bytes());
        if let Deed::Presence { online } = act.deed {
            self.presence(&act.person, online, cause);
            return Ok(());
        }
        let post = act.deed.post().expect("only presence names no post");
        let Some(conversation) = self.conversation_of(post) else {
            if let Deed::Reply { .. } = act.deed {
                self.replies.push(Reply { conversation: None, reply: None, refused: None });
            }
            return Err(Refusal { code: "UNKNOWN_POST".into(), why: format!("`{post}` is in no conversation") });
        };
        let command = self.command(act, conversation);
        let entry = &self.view.conversations[&conversation];
        let subject = entry.subject(conversation);
        let draft = Draft {
            record: cause,
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Person(act.person.clone()),
            caused_by: None,
            correlation: None,
        };
        let written = self.transact(&subject, draft, |state, context| conversation::decide(state, &command, context));
        if let Command::SubmitReply(submit) = &command {
            let stopped = submit.stops.first().cloned();
            let refused = written.as_ref().err().map(|rejection| rejection.code().to_ascii_lowercase()).or(stopped);
            let reply = refused.is_none().then(|| ReplyId::of(&conversation, &cause));
            self.replies.push(Reply { conversation: Some(conversation), reply, refused });
        }
        written.map(drop).map_err(Refusal::from)
    }

    /// What the desk makes of a deed on a conversation.
    fn command(&self, act: &Act, conversation: ConversationId) -> Command {
        let person = act.person.clone();
        match &act.deed {
            Deed::Claim { .. } => Command::Claim { person, team: None },
            Deed::Release { .. } => Command::Release { person, reason: String::new() },
            Deed::Note { text, .. } => Command::AddNote { person, body: Personal::text(text) },
            Deed::Resolve { outcome, .. } => Command::Resolve { person: Some(person), outcome: *outcome },
            Deed::Reopen { reason, .. } => Command::Reopen { person, reason: reason.clone() },
            Deed::Transfer { team, reason, .. } => {
                Command::HandOff { by: person, to_team: team.clone(), to_person: None, reason: reason.clone() }
            }
            Deed::Escalate { reason, .. } => {
                let teams = &self.brand.settings().teams;
                let crisis = teams.iter().find(|team| team.tier == Tier::Crisis);
                let to_team = crisis.and_then(|team| TeamId::new(&team.id).ok());
                Command::Escalate { by: Some(person), to_team, reason: reason.clone() }
            }
            Deed::Reply { post, text, private } => {
                let key = PostKey::of(&self.id, &self.network_of(post), post);
                let is_own = self.view.conversations[&conversation].state.post(&key).is_some_and(|post| post.received);
                // A post that came with a merge is answered as the matter it went on in.
                self.submission(&person, conversation, is_own.then_some(key), *private, text)
            }
            Deed::Callback { time, .. } => self.callback(person, conversation, *time),
            Deed::Presence { .. } => unreachable!("presence is of no conversation"),
        }
    }

    /// A reply as the guard lets it leave. One that no number of parts holds is submitted whole, and the network cuts it.
    fn submission(
        &self,
        person: &PersonId,
        conversation: ConversationId,
        in_reply_to: Option<PostKey>,
        private: bool,
        text: &str,
    ) -> Command {
        let facts = self.log.of(&conversation).flat_map(|stored| &stored.record.facts);
        let wrote: Vec<&Personal> = facts.filter_map(written).collect();
        let newest = wrote.last();
        let asked = Asked {
            person,
            in_reply_to,
            private,
            text,
            public_note: "",
            overrode: "",
            handle: newest.map_or("", |personal| &personal.author_handle),
            name: newest.map_or("", |personal| &personal.author_name),
            customer_wrote: wrote.iter().map(|personal| personal.text.as_str()).collect(),
            way: self.view.answer_way(&self.view.conversations[&conversation].customer),
        };
        let state = &self.view.conversations[&conversation].state;
        let checked = routing::check_draft(&self.brand, state, &asked);
        Command::SubmitReply(checked.command(&asked).unwrap_or_else(|_| SubmitReply {
            in_reply_to,
            private,
            ..SubmitReply::plain(person.clone(), text)
        }))
    }

    /// Whoever books a call makes it.
    fn callback(&self, person: PersonId, conversation: ConversationId, due_at: Timestamp) -> Command {
        let entry = &self.view.conversations[&conversation];
        let timezone = self.view.timezone_of(&entry.customer, &entry.state).to_owned();
        Command::BookCallback(BookCallback { by: person.clone(), due_at, timezone, person: Some(person) })
    }

    pub(super) fn choose(&mut self, choice: &Choice, nth: usize) -> Result<(), Refusal> {
        let customer = CustomerId::of(&self.id, &choice.channel, &choice.author);
        let draft = Draft {
            record: RecordId::caused(SOURCE, &nth.to_be_bytes()),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Customer,
            caused_by: None,
            correlation: None,
        };
        let fact = TeamChoiceChanged { opted_out: choice.opts_out_of_team, person: None };
        match self.decide_customer(customer, draft, &CustomerCommand::ChooseTeam(fact)) {
            None => Ok(()),
            Some(rejection) => Err(rejection.into()),
        }
    }

    pub(super) fn presence(&mut self, person: &PersonId, online: bool, id: RecordId) {
        let subject = Subject::Brand { brand: self.id.clone() };
        let fact = PresenceChanged { person: person.clone(), online };
        let record = Record {
            id,
            subject: subject.clone(),
            occurred_at: self.now,
            recorded_at: self.now,
            actor: Actor::Person(person.clone()),
            caused_by: None,
            correlation: None,
            facts: vec![fact.into()],
        };
        let head = self.log.head(&subject);
        self.append(record, head);
    }

    /// The network of a post of the scenario that has come already; of any other, one on which there is no such post.
    pub(crate) fn network_of(&self, post: &str) -> Network {
        self.networks.get(post).cloned().unwrap_or_else(|| Network::new("none").expect("a short name"))
    }

    /// The conversation that a post leads to now, through all merges.
    pub(crate) fn conversation_of(&self, post: &str) -> Option<ConversationId> {
        let key = PostKey::of(&self.id, &self.network_of(post), post);
        self.places.post(&key).map(|known| self.view.resolve(known.conversation))
    }
}

/// What a customer wrote, in a fact that brings it.
fn written(fact: &Fact) -> Option<&Personal> {
    match fact {
        Fact::PostReceived(post) => Some(&post.personal),
        _ => None,
    }
}

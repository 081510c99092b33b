//! A course of events that stands in no file: whatever can happen to a brand, one thing at a time. Each lets all that follows
//! from it happen too, as [`World::happen`] does.

use super::log::Appended;
use super::{Look, Refusal, World};
use ::routing::View;
use brand::Brand;
use conversation::customer::CustomerCommand;
use conversation::{Actor, Command, Context, ConversationId, CustomerId, PersonId, RecordId};
use ingest::Item;
use jiff::Timestamp;
use journal::Draft;
use std::sync::Arc;

/// What causes things that stand in no file.
const COURSE: &str = "course";

impl World<'_> {
    /// The view that routing decides on.
    pub fn view(&self) -> &View {
        &self.view
    }

    pub fn brand(&self) -> &Arc<Brand> {
        &self.brand
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn id(&self) -> &conversation::BrandId {
        &self.id
    }

    /// Whether something that was written has not been delivered yet.
    pub fn has_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// When a conversation is looked at again, though nothing happens to it before.
    pub fn looks_at(&self, conversation: ConversationId) -> Option<Timestamp> {
        self.looks.get(&Look::At(conversation)).copied()
    }

    /// An item comes in.
    ///
    /// # Errors
    /// It is refused, as ingest refuses it.
    pub fn take_in(&mut self, at: Timestamp, item: Item) -> Result<(), Refusal> {
        self.now = at;
        let taken = self.take(item);
        self.settle();
        taken
    }

    /// A person does something to a conversation; `nth` names what he does, so that the same twice is done once.
    ///
    /// # Errors
    /// It is refused, as the desk refuses it.
    pub fn person_does(
        &mut self,
        at: Timestamp,
        person: &PersonId,
        conversation: ConversationId,
        command: &Command,
        nth: usize,
    ) -> Result<(), Refusal> {
        self.now = at;
        let Some(entry) = self.view.conversations.get(&conversation) else {
            return Err(Refusal { code: "NOT_FOUND".into(), why: "there is no such conversation".into() });
        };
        let subject = entry.subject(conversation);
        let draft = self.of_person(person, nth);
        let written = self.transact(&subject, draft, |state, context| conversation::decide(state, command, context));
        self.settle();
        written.map(drop).map_err(Refusal::from)
    }

    /// Several people do something to the same conversation at one instant: each decides on what he saw before any of them
    /// wrote. The log takes the first one; the others decide anew. They are named `nth` and the numbers after it.
    ///
    /// # Panics
    /// The log takes a record that was decided on something older.
    pub fn people_do_at_once(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        doing: &[(PersonId, Command)],
        nth: usize,
    ) -> Vec<Result<(), Refusal>> {
        self.now = at;
        let Some(entry) = self.view.conversations.get(&conversation).map(|entry| (**entry).clone()) else {
            return Vec::new();
        };
        let (subject, mut done) = (entry.subject(conversation), Vec::new());
        for (of_nth, (person, command)) in doing.iter().enumerate() {
            let draft = self.of_person(person, nth + of_nth);
            let context = Context { conversation, record: draft.record, now: draft.now };
            let seen = conversation::decide(&entry.state, command, &context).unwrap_or_default();
            let moved = self.log.head(&subject) != entry.version;
            if moved && !seen.is_empty() {
                let stale = self.log.append(draft.clone().record(&subject, seen), entry.version);
                assert!(matches!(stale, Appended::Conflict), "the log took what was decided on an older state");
            }
            let written =
                self.transact(&subject, draft, |state, context| conversation::decide(state, command, context));
            done.push(written.map(drop).map_err(Refusal::from));
        }
        self.settle();
        done
    }

    /// A person says that two conversations are one matter.
    pub fn person_merges(
        &mut self,
        at: Timestamp,
        person: &PersonId,
        source: ConversationId,
        target: ConversationId,
        nth: usize,
    ) {
        self.now = at;
        let target = self.view.resolve(target);
        if source != target {
            let by = Some((person.clone(), self.of_person(person, nth).record));
            self.absorb(source, target, "one matter", by);
        }
        self.settle();
    }

    /// Something is done to a customer.
    ///
    /// # Errors
    /// It is refused.
    pub fn customer_changes(
        &mut self,
        at: Timestamp,
        customer: CustomerId,
        command: &CustomerCommand,
        nth: usize,
    ) -> Result<(), Refusal> {
        self.now = at;
        let record = RecordId::caused(COURSE, &nth.to_be_bytes());
        let actor = Actor::Customer;
        let draft = Draft { record, occurred_at: at, now: at, actor, caused_by: None, correlation: None };
        let refused = self.decide_customer(customer, draft, command);
        self.settle();
        refused.map_or(Ok(()), |rejection| Err(rejection.into()))
    }

    /// A person comes, or goes.
    pub fn person_is(&mut self, at: Timestamp, person: &PersonId, online: bool, nth: usize) {
        self.now = at;
        self.presence(person, online, RecordId::caused(COURSE, &nth.to_be_bytes()));
        self.settle();
    }

    /// The brand publishes settings; the same text twice is the same fact.
    pub fn settings_change(&mut self, at: Timestamp, brand: Arc<Brand>) {
        self.now = at;
        self.brand = brand;
        self.publish();
        self.settle();
    }

    fn of_person(&self, person: &PersonId, nth: usize) -> Draft {
        Draft {
            record: RecordId::caused(COURSE, &nth.to_be_bytes()),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Person(person.clone()),
            caused_by: None,
            correlation: None,
        }
    }
}

//! Routing in the world: what a conversation, its customer and the brand call for, as [`routing::needs`] and its like say, and
//! the decision on each.

use super::{Look, World};
use conversation::customer::CustomerCommand;
use conversation::notice::ShiftPostSubmitted;
use conversation::{Actor, Command, ConversationId, Fact, PersonId, PersonalText, PostKey, RecordId, Subject};
use journal::Draft;
use routing::{Around, NAME, Need, Origin, SAME_THREAD};

impl World<'_> {
    /// Does what a conversation calls for now, and notes when to look at it again.
    pub(super) fn attend(&mut self, conversation: ConversationId) {
        self.set_team(conversation);
        for need in routing::needs(&self.view, conversation, self.now) {
            self.meet(conversation, &need);
        }
        let entry = self.view.conversations.get(&conversation);
        // What is due already was met above, or comes again with the record that calls for it.
        let look = entry.and_then(|entry| routing::look_at(&self.view, entry, self.now));
        self.note(Look::At(conversation), look.filter(|look| *look > self.now));
    }

    /// Writes what the brand as a whole calls for: surges that begin and end.
    pub(super) fn attend_brand(&mut self) {
        if self.breaks_off() {
            return;
        }
        let subject = Subject::Brand { brand: self.id.clone() };
        for (record, fact) in routing::brand_needs(&self.view, &self.id, self.now) {
            let draft = self.routing_draft(Origin { cause: Vec::new(), occurred_at: None, caused_by: None });
            let record = Draft { record, ..draft }.record(&subject, vec![fact]);
            let head = self.log.head(&subject);
            self.append(record, head);
        }
        for fact in routing::shift_posts(&self.view, &self.id, self.now) {
            self.post_shift(fact);
        }
        let shift = routing::next_shift_post(&self.view, &self.id, self.now);
        let look = routing::brand_look_at(&self.view, &self.id).into_iter().chain(shift).min();
        self.note(Look::AtBrand, look.filter(|look| *look > self.now));
    }

    /// Writes down that a shift post is to go out, unless it is.
    fn post_shift(&mut self, fact: ShiftPostSubmitted) {
        let subject = Subject::Notice { brand: self.id.clone(), notice: fact.notice };
        if self.log.head(&subject) == 0 {
            let cause = [b"shift".as_slice(), fact.notice.as_uuid().as_bytes()].concat();
            let draft = self.routing_draft(Origin { cause, occurred_at: None, caused_by: None });
            self.append(draft.record(&subject, vec![fact.into()]), 0);
        }
    }

    fn set_team(&mut self, conversation: ConversationId) {
        let Some(entry) = self.view.conversations.get(&conversation) else { return };
        let Some(fact) = routing::customer_team(&self.view, entry) else { return };
        let customer = entry.customer;
        if self.breaks_off() {
            return;
        }
        let cause = [b"team".as_slice(), customer.as_uuid().as_bytes()].concat();
        let draft = self.routing_draft(Origin { cause, occurred_at: None, caused_by: None });
        self.decide_customer(customer, draft, &CustomerCommand::SetTeam(fact));
    }

    fn meet(&mut self, conversation: ConversationId, need: &Need) {
        match need {
            Need::Absorb(source) => self.absorb(*source, conversation, SAME_THREAD, None),
            Need::HandOver(target) => self.absorb(conversation, *target, SAME_THREAD, None),
            _ => self.answer(conversation, need),
        }
    }

    fn routing_draft(&self, origin: Origin) -> Draft {
        Draft {
            record: RecordId::caused(NAME, &origin.cause),
            occurred_at: origin.occurred_at.unwrap_or(self.now),
            now: self.now,
            actor: Actor::Service(NAME.into()),
            caused_by: origin.caused_by,
            correlation: None,
        }
    }

    fn answer(&mut self, conversation: ConversationId, need: &Need) {
        let Some(entry) = self.view.conversations.get(&conversation).map(|entry| (**entry).clone()) else { return };
        let Some(around) = Around::of(&self.view, conversation, need) else { return };
        let words = routing::wants_words(&entry.state, need).and_then(|post| self.words(&conversation, &post));
        let draft = self.routing_draft(routing::origin(&entry.state, conversation, need));
        let now = self.now;
        self.react(conversation, draft, |state, context| {
            match routing::command(&around, &entry, state, need, words.as_deref(), now) {
                Some(command) => conversation::decide(state, &command, context),
                None => Ok(Vec::new()),
            }
        });
    }

    /// The newest words of a post.
    pub(crate) fn words(&self, conversation: &ConversationId, post: &PostKey) -> Option<PersonalText> {
        routing::newest_words(self.log.of(conversation).map(|stored| &*stored.record), post)
    }

    /// Makes `source` go on in `target`: first the one that ends says so, then the one that goes on takes its posts.
    pub(super) fn absorb(
        &mut self,
        source: ConversationId,
        target: ConversationId,
        reason: &str,
        by: Option<(PersonId, RecordId)>,
    ) {
        let mut draft = self.routing_draft(routing::of_merge(b"merge", source, target));
        let person = by.as_ref().map(|(person, _)| person.clone());
        if let Some((person, request)) = by {
            (draft.record, draft.actor) = (request, Actor::Person(person));
        }
        let merge = Command::MergeInto { target, reason: reason.into(), person: person.clone() };
        self.react(source, draft, |state, context| conversation::decide(state, &merge, context));
        let Some(ended) = self.view.conversations.get(&source) else { return };
        if ended.state.merged_into != Some(target) {
            return;
        }
        let command = Command::Absorb(routing::absorbed(source, &ended.state, reason, person));
        let draft = self.routing_draft(routing::of_merge(b"absorb", source, target));
        self.react(target, draft, |state, context| conversation::decide(state, &command, context));
    }
}

/// Whether the brand has to be looked at because of a fact.
pub(super) fn moves_brand(fact: &Fact) -> bool {
    let of_surges = matches!(fact, Fact::Routed(_) | Fact::SurgeDetected(_) | Fact::SurgeEnded(_));
    // Whoever comes online may be the one a shift post waits for.
    of_surges || matches!(fact, Fact::SettingsPublished(_) | Fact::PresenceChanged(_))
}

//! Routing in the world: what a conversation's state calls for, as [`routing::needs`] says, and the decision on each.

use super::World;
use conversation::deadlines::DeadlineKind;
use conversation::resolved::Absorbed;
use conversation::{Actor, Command, ConversationId, Fact, PersonalText, PostKey, RecordId};
use jiff::Timestamp;
use journal::Draft;
use routing::Need;

const NAME: &str = "routing";

impl World<'_> {
    /// Meets all that a conversation calls for now; what a decision then calls for comes with its record.
    pub(super) fn route_conversation(&mut self, conversation: ConversationId) {
        let Some(entry) = self.view.conversations.get(&conversation) else { return };
        for need in routing::needs(conversation, entry, self.now) {
            self.meet(conversation, &need);
        }
    }

    fn meet(&mut self, conversation: ConversationId, need: &Need) {
        match need {
            Need::Route(post) => self.route_post(conversation, *post),
            Need::PassDeadline { kind, due_at } => self.pass_deadline(conversation, *kind, *due_at),
            Need::Absorb(source) => self.absorb(*source, conversation),
            // Timers follow from the state here: see `World::next_timer`.
            Need::Arm(_) | Need::Disarm(_) => {}
        }
    }

    fn service_draft(&self, cause: &[&[u8]]) -> Draft {
        Draft {
            record: RecordId::caused(NAME, &cause.concat()),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Service(NAME.into()),
            caused_by: None,
            correlation: None,
        }
    }

    fn route_post(&mut self, conversation: ConversationId, post: PostKey) {
        let Some(entry) = self.view.conversations.get(&conversation) else { return };
        let again = entry.state.post(&post).and_then(|post| post.reconsider);
        let (draft, text) = match again {
            None => (self.service_draft(&[b"route", post.as_uuid().as_bytes()]), None),
            Some(correction) => {
                let draft =
                    self.service_draft(&[b"reroute", post.as_uuid().as_bytes(), correction.as_uuid().as_bytes()]);
                (Draft { caused_by: Some(correction), ..draft }, self.words(&conversation, &post))
            }
        };
        let (brand, now) = (self.brand.clone(), self.now);
        self.react(conversation, draft, |state, context| {
            match routing::route(&brand, state, &post, text.as_deref(), now) {
                Some(decision) => conversation::decide(state, &Command::RoutePost(decision), context),
                None => Ok(Vec::new()),
            }
        });
    }

    /// The newest words of a post.
    pub(crate) fn words(&self, conversation: &ConversationId, post: &PostKey) -> Option<PersonalText> {
        let mut newest: Option<(Option<Timestamp>, PersonalText)> = None;
        for fact in self.log.of(conversation).flat_map(|stored| &stored.record.facts) {
            let (at, text) = match fact {
                Fact::PostReceived(fact) if fact.post == *post => (None, &fact.personal.text),
                Fact::PostEdited(fact) if fact.post == *post => (Some(fact.edited_at), &fact.personal.text),
                // No other fact brings a customer's words.
                _ => continue,
            };
            if newest.as_ref().is_none_or(|(known, _)| *known < at) {
                newest = Some((at, text.as_str().into()));
            }
        }
        newest.map(|(_, text)| text)
    }

    fn pass_deadline(&mut self, conversation: ConversationId, kind: DeadlineKind, due_at: Timestamp) {
        let cause: [&[u8]; 3] = [b"deadline", kind.as_str().as_bytes(), &due_at.as_nanosecond().to_be_bytes()];
        let draft = self.service_draft(&cause);
        let command = Command::PassDeadline { kind, due_at };
        self.react(conversation, draft, |state, context| conversation::decide(state, &command, context));
    }

    /// Makes `source` go on in `target`: first the one that ends says so, then the one that goes on takes its posts.
    fn absorb(&mut self, source: ConversationId, target: ConversationId) {
        let reason = "same_thread";
        if !self.view.conversations.contains_key(&source) {
            return;
        }
        let draft = self.service_draft(&[b"merge", source.as_uuid().as_bytes(), target.as_uuid().as_bytes()]);
        let merge = Command::MergeInto { target, reason: reason.into(), person: None };
        self.react(source, draft, |state, context| conversation::decide(state, &merge, context));
        let Some(from) = self.view.conversations.get(&source) else { return };
        if from.state.merged_into != Some(target) {
            return;
        }
        let posts = from.state.received_posts().map(|post| post.key);
        let replies = from.state.replies.iter().filter_map(|reply| reply.post);
        let absorbed = Absorbed {
            source,
            reason: reason.into(),
            posts: posts.chain(replies).collect(),
            first_post_at: from.state.first_post_at(),
            person: None,
        };
        let draft = self.service_draft(&[b"absorb", source.as_uuid().as_bytes(), target.as_uuid().as_bytes()]);
        let command = Command::Absorb(absorbed);
        self.react(target, draft, |state, context| conversation::decide(state, &command, context));
    }
}

//! The classifier and the notifier in the world: what a post is, and how a reply gets to its network.

use super::World;
use conversation::notice::{Notice, NoticeCommand, NoticeFailed, NoticeSent, NoticeStatus};
use conversation::replied::{ReplyFailed, ReplySent};
use conversation::state::ReplyStatus;
use conversation::{
    Actor, Command, ConversationId, Fact, NoticeId, PostKey, Record, RecordId, ReplyId, Story as _, Subject,
};
use journal::Draft;

/// Tries to send a reply before it has failed for good.
const ATTEMPTS_MAX: u32 = 3;

impl World<'_> {
    /// Says what the posts of a record are.
    pub(super) fn classify(&mut self, conversation: ConversationId, record: &Record) {
        for fact in &record.facts {
            let (post, text, version) = match fact {
                Fact::PostReceived(fact) => (fact.post, &fact.personal.text, 0),
                Fact::PostEdited(fact) => (fact.post, &fact.personal.text, fact.edited_at.as_microsecond()),
                // Nothing else brings a customer's words.
                _ => continue,
            };
            let class = (self.classify)(post, text, version);
            let cause = [post.as_uuid().as_bytes().as_slice(), &version.to_be_bytes()].concat();
            let draft = Draft {
                record: RecordId::caused("classifier", &cause),
                occurred_at: self.now,
                now: self.now,
                actor: Actor::Service("classifier".into()),
                caused_by: Some(record.id),
                correlation: record.correlation.or(Some(record.id)),
            };
            let command = Command::ClassifyPost(Box::new(class));
            self.react(conversation, draft, |state, context| conversation::decide(state, &command, context));
        }
    }

    /// Takes the reply whose turn it is one step further: a try is written down, then the network has it, or with faults has
    /// it not. The network of a scenario always answers at once.
    pub(super) fn send(&mut self, conversation: ConversationId) {
        let Some(entry) = self.view.conversations.get(&conversation) else { return };
        let Some(waiting) = entry.state.replies.iter().find(|reply| reply.status.on_its_way()) else { return };
        let (Some(reply), status, attempts) = (waiting.id, waiting.status, waiting.attempts) else { return };
        let (what, attempt, command) = if status != ReplyStatus::Attempted {
            (b"attempt".as_slice(), attempts + 1, Command::AttemptReply { reply, after_doubt: false })
        } else if self.lots.unsent() {
            let (reason, is_final) = ("unavailable".into(), attempts >= ATTEMPTS_MAX);
            let failed = ReplyFailed { reply, attempt: attempts, reason, is_final, retry_at: None };
            (b"failed".as_slice(), attempts, Command::FailReply(failed))
        } else {
            (b"sent".as_slice(), attempts, Command::ConfirmReply(self.receipt(reply, conversation)))
        };
        let cause = [reply.as_uuid().as_bytes().as_slice(), what, &attempt.to_be_bytes()].concat();
        let draft = Draft {
            record: RecordId::caused("notifier", &cause),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Service("notifier".into()),
            caused_by: None,
            correlation: None,
        };
        self.react(conversation, draft, |state, context| conversation::decide(state, &command, context));
    }

    /// Takes a word further that belongs to no conversation, as [`World::send`] does a reply.
    pub(super) fn send_notice(&mut self, notice: NoticeId) {
        let subject = Subject::Notice { brand: self.id.clone(), notice };
        let state =
            Notice::fold(self.log.entries().iter().map(|stored| &*stored.record).filter(|of| of.subject == subject));
        if !state.status.on_its_way() || self.breaks_off() {
            return;
        }
        let attempt = state.attempts;
        let (what, command) = if state.status != NoticeStatus::Attempted {
            (b"attempt".as_slice(), NoticeCommand::Attempt { notice, at: self.now, after_doubt: false })
        } else if self.lots.unsent() {
            let (reason, is_final) = ("unavailable".into(), attempt >= ATTEMPTS_MAX);
            let failed = NoticeFailed { notice, attempt, reason, is_final, retry_at: None };
            (b"failed".as_slice(), NoticeCommand::Fail(failed))
        } else {
            let (native_id, how) = (format!("notice-{notice}"), "answered".into());
            (b"sent".as_slice(), NoticeCommand::Confirm(NoticeSent { notice, native_id, sent_at: self.now, how }))
        };
        let cause = [notice.as_uuid().as_bytes().as_slice(), what, &attempt.to_be_bytes()].concat();
        let draft = Draft {
            record: RecordId::caused("notifier", &cause),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Service("notifier".into()),
            caused_by: None,
            correlation: None,
        };
        if let Ok(facts) = conversation::notice::decide(&state, &command, draft.record) {
            let head = self.log.head(&subject);
            self.append(draft.record(&subject, facts), head);
        }
    }

    fn receipt(&self, reply: ReplyId, conversation: ConversationId) -> ReplySent {
        let native_id = format!("reply-{reply}");
        let network = self.view.conversations.get(&conversation).and_then(|entry| entry.state.network.as_ref());
        let post = network.map(|network| PostKey::of(&self.id, network, &native_id));
        ReplySent { reply, native_id, post, sent_at: self.now, how: "answered".into() }
    }
}

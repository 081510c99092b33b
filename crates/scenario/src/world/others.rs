//! The classifier and the notifier in the world: what a post is, and how a reply gets to its network.

use super::World;
use classifier::serve;
use conversation::notice::{Notice, NoticeCommand, NoticeFailed, NoticeSent, NoticeStatus};
use conversation::replied::{ReplyFailed, ReplySent};
use conversation::state::ReplyStatus;
use conversation::{Actor, Command, ConversationId, NoticeId, PostKey, Record, RecordId, ReplyId, Story as _, Subject};
use journal::Draft;

/// Tries to send a reply before it has failed for good.
const ATTEMPTS_MAX: u32 = 3;

impl World<'_> {
    /// Says what the posts of a record are.
    pub(super) fn classify(&mut self, conversation: ConversationId, record: &Record) {
        for fact in &record.facts {
            let Some(text) = serve::text_of(fact) else { continue };
            let class = (self.classify)(text.post, text.text, text.version);
            let draft = serve::draft(&text, record, self.now);
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
        let draft = self.notifier_draft(reply.as_uuid().as_bytes(), what, attempt);
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
        let draft = self.notifier_draft(notice.as_uuid().as_bytes(), what, attempt);
        if let Ok(facts) = conversation::notice::decide(&state, &command, draft.record) {
            let head = self.log.head(&subject);
            self.append(draft.record(&subject, facts), head);
        }
    }

    /// What came of a try, or that it begins: the same of the same try is written once.
    fn notifier_draft(&self, of: &[u8], what: &[u8], attempt: u32) -> Draft {
        Draft {
            record: RecordId::caused("notifier", &[of, what, &attempt.to_be_bytes()].concat()),
            occurred_at: self.now,
            now: self.now,
            actor: Actor::Service("notifier".into()),
            caused_by: None,
            correlation: None,
        }
    }

    fn receipt(&self, reply: ReplyId, conversation: ConversationId) -> ReplySent {
        let native_id = format!("reply-{reply}");
        let network = self.view.conversations.get(&conversation).and_then(|entry| entry.state.network.as_ref());
        let post = network.map(|network| PostKey::of(&self.id, network, &native_id));
        ReplySent { reply, native_id, post, sent_at: self.now, how: "answered".into() }
    }
}

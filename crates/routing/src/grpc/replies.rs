//! What leaves, and what stands in its way: the guard, somebody who has to agree, a message that is to be private.

use super::desk::{Checked, Work};
use super::{checked_text, conversation_id, unreadable};
use crate::desk::Writing;
use crate::draft::{self, Asked};
use crate::needs::Need;
use crate::plan::Around;
use crate::ready::{Known, suggest};
use conversation::approval::ApproveReply;
use conversation::customer::AnswerWay;
use conversation::{Command, ConversationId, Fact, PersonId, Personal, PostKey, RecordId, ReplyId};
use reply::guard::{Finding, Severity};
use service::problem;
use tonic::Status;
use wire::pb::desk::{
    CheckDraftRequest, CheckDraftResponse, DraftFinding, ReplySuggestion, SubmitReplyRequest, SubmitReplyResponse,
    SuggestRepliesRequest, SuggestRepliesResponse,
};

/// A reply or a proposal by its id.
pub(super) fn named_reply(field: &str, id: &str) -> Result<ReplyId, Status> {
    ReplyId::parse(id).map_err(|_| problem::invalid_argument(field, "is not a reply's id", "give its 32 hex digits"))
}

impl Work {
    pub(super) async fn submit(&self, request: SubmitReplyRequest) -> Result<SubmitReplyResponse, Status> {
        checked_text("text", &request.text)?;
        checked_text("public_note", &request.public_note)?;
        let checked = self.check(request.write)?;
        let in_reply_to = match request.in_reply_to.as_str() {
            "" => None,
            key => Some(PostKey::parse(key).map_err(|_| {
                problem::invalid_argument("in_reply_to", "is not a post's key", "give its 32 hex digits")
            })?),
        };
        let brand = self.desk.brand(&checked.entry.brand);
        if !request.override_reason.is_empty() && !draft::may_override(&brand, &checked.person) {
            let message = "only somebody of the crisis team may send what the guard stops";
            return Err(problem::failed_precondition("MAY_NOT_OVERRIDE", message, &[]));
        }
        let (id, reply) = (checked.conversation, ReplyId::of(&checked.conversation, &checked.record));
        let words = self.customer_words(&checked).await?;
        let private = request.private || request.move_to_private;
        let note = match request.move_to_private {
            true => self.public_note(&checked, in_reply_to, &request.public_note, &words)?,
            false => stands_beside(private, request.public_note)?,
        };
        let asked = Asked {
            in_reply_to,
            private,
            public_note: &note,
            overrode: &request.override_reason,
            ..words.asked(&checked.person, &request.text)
        };
        let found = draft::check(&brand, &checked.entry.state, &asked);
        let (findings, stops) = (shown(&found), found.kinds(Severity::Stop).join(","));
        let stopping = found.findings.iter().chain(&found.note_findings).find(|one| one.severity == Severity::Stop);
        let way_out = stopping.map_or("", |finding| finding.way_out);
        let command = found.command(&asked).map_err(|too_long| {
            let cure = too_long.error.to_string();
            problem::invalid_argument(too_long.field, "does not fit into the parts that the network allows", &cure)
        })?;
        let (conversation, changed) = self.act(checked, Command::SubmitReply(command)).await?;
        let entry = self.desk.entry(&id);
        let state = entry.as_ref().map(|entry| &entry.state);
        let stands = state.is_some_and(|state| state.knows_reply(&reply));
        if !stops.is_empty() && !stands {
            let metadata = [("stops", stops.as_str()), ("way_out", way_out)];
            return Err(problem::failed_precondition("DRAFT_STOPPED", "the reply guard stops this draft", &metadata));
        }
        let proposal = state.and_then(|state| state.proposal(&reply));
        let waits_for =
            proposal.map(|known| known.why.iter().map(|code| code.to_string()).collect()).unwrap_or_default();
        let (conversation, reply_id) = (Some(conversation), reply.to_string());
        Ok(SubmitReplyResponse { conversation, changed, reply_id, findings, waits_for })
    }

    /// Writes nothing.
    pub(super) async fn look_at_draft(&self, request: CheckDraftRequest) -> Result<CheckDraftResponse, Status> {
        checked_text("text", &request.text)?;
        checked_text("public_note", &request.public_note)?;
        let named = conversation_id("conversation_id", &request.conversation_id)?;
        let id: ConversationId = self.desk.read().resolve(named);
        let entry = self.desk.entry(&id).ok_or_else(|| problem::not_found("conversation", &named.to_string()))?;
        let person = self.person(&entry, "person", &request.person)?;
        let brand = self.desk.brand(&entry.brand);
        let checked = Checked { conversation: id, entry, person, record: RecordId::caused("draft", &[]) };
        self.desk.writes(Writing {
            conversation: id,
            brand: checked.entry.brand.clone(),
            person: checked.person.clone(),
            at: self.clock.now(),
        });
        let words = self.customer_words(&checked).await?;
        let private = request.private || request.move_to_private;
        let public_note = match request.move_to_private {
            true => self.public_note(&checked, None, &request.public_note, &words)?,
            false => stands_beside(private, request.public_note)?,
        };
        let asked = Asked { private, public_note: &public_note, ..words.asked(&checked.person, &request.text) };
        let found = draft::check(&brand, &checked.entry.state, &asked);
        let findings = shown(&found);
        let too_long = found.parts.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let (parts, waits_for) = (found.parts.unwrap_or_default(), found.waits_for);
        Ok(CheckDraftResponse { findings, parts, too_long, waits_for, public_note })
    }

    /// The ready replies that fit, held against the guard.
    pub(super) async fn suggestions(&self, request: SuggestRepliesRequest) -> Result<SuggestRepliesResponse, Status> {
        let named = conversation_id("conversation_id", &request.conversation_id)?;
        let id = self.desk.read().resolve(named);
        let entry = self.desk.entry(&id).ok_or_else(|| problem::not_found("conversation", &named.to_string()))?;
        let person = self.person(&entry, "person", &request.person)?;
        let checked = Checked { conversation: id, entry, person, record: RecordId::caused("suggestion", &[]) };
        let words = self.customer_words(&checked).await?;
        let state = &checked.entry.state;
        let around = Around::of(&self.desk.read(), id, &Need::Calm);
        let newest = state.received_posts().max_by_key(|post| post.clock());
        let (Some(around), Some(post)) = (around, newest) else { return Ok(SuggestRepliesResponse::default()) };
        let known = Known {
            person: &checked.person,
            customer: &words.name,
            handle: &words.handle,
            private: request.private,
            post: post.key,
            text: words.wrote.last().map_or("", String::as_str),
        };
        let suggestions = suggest(&around, state, &known, self.clock.now()).into_iter().map(|ready| ReplySuggestion {
            name: ready.name,
            language: ready.language,
            text: ready.text,
            missing: ready.missing,
            reasons: ready.reasons,
            findings: ready.findings.iter().map(finding).collect(),
            parts: ready.parts,
        });
        Ok(SuggestRepliesResponse { suggestions: suggestions.collect() })
    }

    /// What is said in public when a matter goes on in private. Where the customer wrote in private, nothing has to be.
    fn public_note(
        &self,
        checked: &Checked,
        in_reply_to: Option<PostKey>,
        written: &str,
        words: &CustomerWords,
    ) -> Result<String, Status> {
        let state = &checked.entry.state;
        if draft::target(state, in_reply_to.as_ref()).is_none_or(|post| post.private) {
            return Ok(String::new());
        }
        if !written.trim().is_empty() {
            return Ok(written.to_owned());
        }
        let brand = self.desk.brand(&checked.entry.brand);
        draft::moved_to_private(&brand, state, &words.handle).ok_or_else(|| {
            let what = "is empty, and the brand has no words for it";
            problem::invalid_argument("public_note", what, "write it, or set notices.moved_to_private in the settings")
        })
    }

    /// What was proposed, from the log, and that this person agrees to it.
    pub(super) async fn approval(&self, checked: &Checked, proposal: ReplyId) -> Result<Command, Status> {
        let brand = self.desk.brand(&checked.entry.brand);
        if !brand.settings().may_approve(checked.person.as_str()) {
            return Err(may_not_approve());
        }
        let subject = checked.entry.subject(checked.conversation);
        let loaded = self.reactor.load(&subject).await.map_err(|error| unreadable(&error))?;
        let proposed = loaded.records().flat_map(|record| &record.facts).find_map(|fact| match fact {
            Fact::ReplyProposed(fact) if fact.proposal == proposal => Some(fact.replies.clone()),
            // No other fact says what was proposed.
            _ => None,
        });
        let (person, replies) = (checked.person.clone(), proposed.unwrap_or_default());
        Ok(Command::ApproveReply(ApproveReply { proposal, person, replies }))
    }

    /// That this person does not agree to it, or takes back what he wrote.
    pub(super) fn sending_back(&self, checked: &Checked, proposal: ReplyId, reason: String) -> Result<Command, Status> {
        let brand = self.desk.brand(&checked.entry.brand);
        let own = checked.entry.state.proposal(&proposal).is_some_and(|known| known.person == checked.person);
        if !own && !brand.settings().may_approve(checked.person.as_str()) {
            return Err(may_not_approve());
        }
        Ok(Command::SendBackReply { proposal, person: checked.person.clone(), reason })
    }

    /// What the customer is called and what he wrote, from the log: the guard must know it, the desk does not keep it.
    async fn customer_words(&self, checked: &Checked) -> Result<CustomerWords, Status> {
        let subject = checked.entry.subject(checked.conversation);
        let loaded = self.reactor.load(&subject).await.map_err(|error| unreadable(&error))?;
        let mut words =
            CustomerWords { way: self.desk.read().answer_way(&checked.entry.customer), ..CustomerWords::default() };
        for fact in loaded.records().flat_map(|record| &record.facts) {
            if let Fact::PostReceived(post) = fact {
                let Personal { author_handle, author_name, text, .. } = &post.personal;
                (words.handle, words.name) = (author_handle.clone(), author_name.clone());
                words.wrote.push(text.clone());
            }
        }
        Ok(words)
    }
}

/// A public word stands beside a private answer only.
fn stands_beside(private: bool, note: String) -> Result<String, Status> {
    match private || note.trim().is_empty() {
        true => Ok(note),
        false => {
            let what = "is given, but the reply is public itself";
            Err(problem::invalid_argument("public_note", what, "leave it out, or set private"))
        }
    }
}

fn may_not_approve() -> Status {
    let message =
        "the brand's settings let others agree to replies: somebody of the teams in approval.by, or of the crisis team";
    problem::failed_precondition("MAY_NOT_APPROVE", message, &[])
}

/// What the customer is called, what he wrote, and how he wants to be answered.
#[derive(Default)]
struct CustomerWords {
    way: AnswerWay,
    handle: String,
    name: String,
    wrote: Vec<String>,
}

impl CustomerWords {
    /// A public answer to the newest post.
    fn asked<'a>(&'a self, person: &'a PersonId, text: &'a str) -> Asked<'a> {
        let customer_wrote = self.wrote.iter().map(String::as_str).collect();
        let (handle, name) = (self.handle.as_str(), self.name.as_str());
        let (in_reply_to, private, public_note, overrode) = (None, false, "", "");
        let way = self.way.clone();
        Asked { person, in_reply_to, private, text, public_note, overrode, handle, name, customer_wrote, way }
    }
}

/// The findings in the form of the contract.
fn shown(found: &draft::Checked) -> Vec<DraftFinding> {
    let of_note = found.note_findings.iter().map(|one| DraftFinding { in_public_note: true, ..finding(one) });
    found.findings.iter().map(finding).chain(of_note).collect()
}

fn finding(known: &Finding) -> DraftFinding {
    let count = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    DraftFinding {
        kind: known.kind.as_str().to_owned(),
        stops: known.severity == Severity::Stop,
        start: count(known.at.start),
        end: count(known.at.end),
        reason: known.reason.clone(),
        way_out: known.way_out.to_owned(),
        correction: known.correction.clone().unwrap_or_default(),
        in_public_note: false,
    }
}

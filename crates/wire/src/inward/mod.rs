//! Contract to domain. Nothing is trusted: ids and names are checked, what must be there must be there, and an enum
//! that is UNSPECIFIED or newer than this version is an error.

mod brand;
mod classified;
mod customer;
mod deadlines;
mod desk;
mod notice;
mod received;
mod replied;
mod resolved;
mod rising;
mod routed;

pub(crate) use deadlines::deadline_kind;
pub(crate) use received::handle_use;
pub(crate) use resolved::outcome;

use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional_name, required};
use brand::{intake_counted, presence_changed, settings_published, surge_detected, surge_ended};
use classified::{classification_corrected, post_classified, post_reclassified};
use conversation::callback::CallbackDone;
use conversation::customer::{ProfilesLinked, ProfilesUnlinked, PromiseKept, TeamChoiceChanged};
use conversation::desk::{Claimed, Released};
use conversation::placed::OfferLapsed;
use conversation::received::PostBroughtBack;
use conversation::rising::FlagLowered;
use conversation::surge::IncidentJoined;
use conversation::{Actor, Attachment, Fact, Personal, Record, Subject};
use customer::{answer_way_chosen, customer_profiled, customer_team_set, exception_granted, promise_made};
use deadlines::{deadline_breached, deadline_set, deadline_warned};
use desk::{callback_booked, callback_due, callback_missed, escalated, handed_off, note_added};
pub(crate) use notice::news;
use notice::{
    news_chosen, notice_attempted, notice_failed, notice_in_doubt, notice_sent, person_notice_extended,
    person_notice_submitted, shift_post_submitted,
};
use received::{
    contact_recorded, engagement_observed, post_deleted, post_edited, post_filtered, post_received, reply_observed,
};
use replied::{
    draft_stopped, reply_approved, reply_attempted, reply_failed, reply_given_up, reply_in_doubt, reply_proposed,
    reply_resumed, reply_sent, reply_sent_back, reply_submitted, window_warned,
};
use resolved::{absorbed, merged, reopened, resolved};
use rising::{deescalated, flag, flag_raised};
use routed::{conversation_opened, offered, placed, routed};

type Read<T> = Result<T, WireError>;

pub(crate) fn record(pb: pb::Record) -> Read<Record> {
    let subject = subject(&pb)?;
    if pb.facts.is_empty() {
        return Err(WireError::Missing { field: "facts" });
    }
    Ok(Record {
        id: name("id", &pb.id)?,
        subject,
        occurred_at: required("occurred_at", pb.occurred_at)?,
        recorded_at: required("recorded_at", pb.recorded_at)?,
        actor: actor(pb.actor)?,
        caused_by: optional_name("caused_by", &pb.caused_by)?,
        correlation: optional_name("correlation", &pb.correlation)?,
        facts: pb.facts.into_iter().map(fact).collect::<Read<_>>()?,
    })
}

/// A record says what it is about by the ids that it has; a set that leaves this open is an error.
fn subject(pb: &pb::Record) -> Read<Subject> {
    let brand = name("brand", &pb.brand)?;
    let customer = || name("customer_id", &pb.customer_id);
    if !pb.notice_id.is_empty() {
        if !(pb.customer_id.is_empty() && pb.conversation_id.is_empty() && pb.filtered_post_key.is_empty()) {
            return Err(WireError::Invalid { field: "notice_id", why: "a notice belongs to no customer" });
        }
        return Ok(Subject::Notice { brand, notice: name("notice_id", &pb.notice_id)? });
    }
    match (pb.conversation_id.is_empty(), pb.filtered_post_key.is_empty()) {
        (false, true) => {
            let conversation = name("conversation_id", &pb.conversation_id)?;
            Ok(Subject::Conversation { brand, customer: customer()?, conversation })
        }
        (true, false) => {
            let post = name("filtered_post_key", &pb.filtered_post_key)?;
            Ok(Subject::Filtered { brand, customer: customer()?, post })
        }
        (true, true) if pb.customer_id.is_empty() => Ok(Subject::Brand { brand }),
        (true, true) => Ok(Subject::Customer { brand, customer: customer()? }),
        (false, false) => {
            Err(WireError::Invalid { field: "filtered_post_key", why: "a filtered post belongs to no conversation" })
        }
    }
}

fn actor(pb: Option<pb::Actor>) -> Read<Actor> {
    let pb = pb.ok_or(WireError::Missing { field: "actor" })?;
    match pb.kind() {
        pb::ActorKind::Unspecified => Err(WireError::Unknown { field: "actor.kind" }),
        pb::ActorKind::Service if pb.name.is_empty() => Err(WireError::Missing { field: "actor.name" }),
        pb::ActorKind::Service => Ok(Actor::Service(pb.name)),
        pb::ActorKind::Person => Ok(Actor::Person(name("actor.name", &pb.name)?)),
        pb::ActorKind::Customer => Ok(Actor::Customer),
        pb::ActorKind::Import => Ok(Actor::Import),
    }
}

fn fact(pb: pb::Fact) -> Read<Fact> {
    use pb::fact::Fact as In;
    Ok(match pb.fact.ok_or(WireError::Unknown { field: "fact" })? {
        In::PostReceived(f) => post_received(f)?.into(),
        In::PostEdited(f) => post_edited(f)?.into(),
        In::PostDeleted(f) => post_deleted(f)?.into(),
        In::EngagementObserved(f) => engagement_observed(f)?.into(),
        In::ContactRecorded(f) => contact_recorded(f)?.into(),
        In::PostFiltered(f) => post_filtered(f)?.into(),
        In::PostBroughtBack(f) => PostBroughtBack {
            post: name("post_key", &f.post_key)?,
            person: name("person", &f.person)?,
            reason: f.reason,
        }
        .into(),
        In::ReplyObserved(f) => reply_observed(f)?.into(),
        In::PostClassified(f) => post_classified(f)?.into(),
        In::ClassificationCorrected(f) => classification_corrected(f)?.into(),
        In::PostReclassified(f) => post_reclassified(f)?.into(),
        In::ConversationOpened(f) => conversation_opened(f)?.into(),
        In::Routed(f) => routed(f)?.into(),
        In::Placed(f) => placed(f)?.into(),
        In::Offered(f) => offered(f)?.into(),
        In::OfferLapsed(f) => OfferLapsed { person: name("person", &f.person)?, reason: f.reason }.into(),
        In::FlagRaised(f) => flag_raised(f)?.into(),
        In::FlagLowered(f) => FlagLowered { flag: flag(&f.flag)?, reason: f.reason }.into(),
        In::IncidentJoined(f) => IncidentJoined { incident: name("incident_id", &f.incident_id)? }.into(),
        In::DeadlineSet(f) => deadline_set(f)?.into(),
        In::DeadlineWarned(f) => deadline_warned(f)?.into(),
        In::DeadlineBreached(f) => deadline_breached(f)?.into(),
        In::Claimed(f) => Claimed { person: name("person", &f.person)?, team: optional_name("team", &f.team)? }.into(),
        In::Released(f) => Released { person: name("person", &f.person)?, reason: f.reason }.into(),
        In::HandedOff(f) => handed_off(f)?.into(),
        In::Escalated(f) => escalated(f)?.into(),
        In::Deescalated(f) => deescalated(f)?.into(),
        In::CallbackBooked(f) => callback_booked(f)?.into(),
        In::CallbackDue(f) => callback_due(f)?.into(),
        In::CallbackDone(f) => {
            CallbackDone { callback: name("callback_id", &f.callback_id)?, person: name("person", &f.person)? }.into()
        }
        In::CallbackMissed(f) => callback_missed(f)?.into(),
        In::NoteAdded(f) => note_added(f)?.into(),
        In::DraftStopped(f) => draft_stopped(f)?.into(),
        In::ReplySubmitted(f) => reply_submitted(f)?.into(),
        In::ReplyAttempted(f) => reply_attempted(f)?.into(),
        In::ReplySent(f) => reply_sent(f)?.into(),
        In::ReplyFailed(f) => reply_failed(f)?.into(),
        In::ReplyInDoubt(f) => reply_in_doubt(f)?.into(),
        In::ReplyProposed(f) => reply_proposed(f)?.into(),
        In::ReplyApproved(f) => reply_approved(f)?.into(),
        In::ReplySentBack(f) => reply_sent_back(f)?.into(),
        In::ReplyResumed(f) => reply_resumed(f)?.into(),
        In::ReplyGivenUp(f) => reply_given_up(f)?.into(),
        In::WindowWarned(f) => window_warned(f)?.into(),
        In::Resolved(f) => resolved(f)?.into(),
        In::Reopened(f) => reopened(f)?.into(),
        In::Merged(f) => merged(f)?.into(),
        In::Absorbed(f) => absorbed(f)?.into(),
        In::CustomerTeamSet(f) => customer_team_set(f)?.into(),
        In::TeamChoiceChanged(f) => {
            TeamChoiceChanged { opted_out: f.opted_out, person: optional_name("person", &f.person)? }.into()
        }
        In::CustomerProfiled(f) => customer_profiled(f)?.into(),
        In::AnswerWayChosen(f) => answer_way_chosen(f)?.into(),
        In::ProfilesLinked(f) => ProfilesLinked {
            other: name("other_customer_id", &f.other_customer_id)?,
            person: name("person", &f.person)?,
            reason: f.reason,
        }
        .into(),
        In::ProfilesUnlinked(f) => ProfilesUnlinked {
            other: name("other_customer_id", &f.other_customer_id)?,
            person: name("person", &f.person)?,
            reason: f.reason,
        }
        .into(),
        In::ExceptionGranted(f) => exception_granted(f)?.into(),
        In::PromiseMade(f) => promise_made(f)?.into(),
        In::PromiseKept(f) => {
            PromiseKept { promise: name("promise_id", &f.promise_id)?, person: name("person", &f.person)? }.into()
        }
        In::SurgeDetected(f) => surge_detected(f)?.into(),
        In::SurgeEnded(f) => surge_ended(f)?.into(),
        In::ShiftPostSubmitted(f) => shift_post_submitted(f)?.into(),
        In::PersonNoticeSubmitted(f) => person_notice_submitted(f)?.into(),
        In::PersonNoticeExtended(f) => person_notice_extended(f)?.into(),
        In::NewsChosen(f) => news_chosen(f)?.into(),
        In::NoticeAttempted(f) => notice_attempted(f)?.into(),
        In::NoticeSent(f) => notice_sent(f)?.into(),
        In::NoticeFailed(f) => notice_failed(f)?.into(),
        In::NoticeInDoubt(f) => notice_in_doubt(f)?.into(),
        In::SettingsPublished(f) => settings_published(f)?.into(),
        In::PresenceChanged(f) => presence_changed(f)?.into(),
        In::IntakeCounted(f) => intake_counted(f)?.into(),
    })
}

fn personal(field: &'static str, pb: Option<pb::Personal>) -> Read<Personal> {
    let pb = pb.ok_or(WireError::Missing { field })?;
    Ok(Personal {
        author_id: pb.author_id,
        author_name: pb.author_name,
        author_handle: pb.author_handle,
        text: pb.text,
        attachments: pb.attachments.into_iter().map(attachment).collect(),
    })
}

fn attachment(pb: pb::Attachment) -> Attachment {
    Attachment { media_type: pb.media_type, size_bytes: pb.size_bytes, url: pb.url }
}

fn known<T: TryFrom<i32>>(field: &'static str, value: i32) -> Read<T> {
    T::try_from(value).map_err(|_| WireError::Unknown { field })
}

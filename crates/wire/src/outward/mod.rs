//! Domain to contract. Nothing here can fail.

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

pub(crate) use classified::{answer, recognised, scored};
pub(crate) use deadlines::{deadline_clock, deadline_kind};
pub(crate) use resolved::outcome;
pub(crate) use routed::{candidate, priority};

use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use brand::{intake_counted, presence_changed, settings_published, surge_detected, surge_ended};
use classified::{classification_corrected, post_classified, post_reclassified};
use conversation::callback::CallbackDone;
use conversation::customer::{ProfilesLinked, ProfilesUnlinked, PromiseKept, TeamChoiceChanged};
use conversation::desk::Claimed;
use conversation::placed::OfferLapsed;
use conversation::rising::FlagLowered;
use conversation::surge::IncidentJoined;
use conversation::{Actor, Attachment, Fact, Personal, Record, Subject};
use customer::{answer_way_chosen, customer_profiled, customer_team_set, exception_granted, promise_made};
use deadlines::{deadline_breached, deadline_set, deadline_warned};
use desk::{callback_booked, callback_due, callback_missed, escalated, handed_off, note_added, released};
pub(crate) use notice::{news, news_chosen};
use notice::{
    notice_attempted, notice_failed, notice_in_doubt, notice_sent, person_notice_extended, person_notice_submitted,
    shift_post_submitted,
};
use received::{
    contact_recorded, engagement_observed, post_brought_back, post_deleted, post_edited, post_filtered, post_received,
    reply_observed,
};
use replied::{
    draft_stopped, reply_approved, reply_attempted, reply_failed, reply_given_up, reply_in_doubt, reply_proposed,
    reply_resumed, reply_sent, reply_sent_back, reply_submitted, window_warned,
};
use resolved::{absorbed, merged, reopened, resolved};
use rising::{deescalated, flag_raised};
use routed::{conversation_opened, offered, placed, routed};

pub(crate) fn record(record: &Record) -> pb::Record {
    let (mut customer_id, mut conversation_id, mut filtered_post_key) = (String::new(), String::new(), String::new());
    let mut notice_id = String::new();
    match &record.subject {
        Subject::Conversation { customer, conversation, .. } => {
            customer_id = customer.to_string();
            conversation_id = conversation.to_string();
        }
        Subject::Filtered { customer, post, .. } => {
            customer_id = customer.to_string();
            filtered_post_key = post.to_string();
        }
        Subject::Customer { customer, .. } => customer_id = customer.to_string(),
        Subject::Notice { notice, .. } => notice_id = notice.to_string(),
        Subject::Brand { .. } => {}
    }
    pb::Record {
        id: record.id.to_string(),
        brand: record.subject.brand().to_string(),
        customer_id,
        conversation_id,
        occurred_at: Some(timestamp(record.occurred_at)),
        recorded_at: Some(timestamp(record.recorded_at)),
        actor: Some(actor(&record.actor)),
        caused_by: or_empty(record.caused_by.as_ref()),
        correlation: or_empty(record.correlation.as_ref()),
        facts: record.facts.iter().map(|known| pb::Fact { fact: Some(fact(known)) }).collect(),
        filtered_post_key,
        notice_id,
    }
}

fn actor(actor: &Actor) -> pb::Actor {
    let (kind, name) = match actor {
        Actor::Service(name) => (pb::ActorKind::Service, name.clone()),
        Actor::Person(person) => (pb::ActorKind::Person, person.to_string()),
        Actor::Customer => (pb::ActorKind::Customer, String::new()),
        Actor::Import => (pb::ActorKind::Import, String::new()),
    };
    pb::Actor { kind: kind.into(), name }
}

fn fact(known: &Fact) -> pb::fact::Fact {
    use pb::fact::Fact as Out;
    match known {
        Fact::PostReceived(f) => Out::PostReceived(post_received(f)),
        Fact::PostEdited(f) => Out::PostEdited(post_edited(f)),
        Fact::PostDeleted(f) => Out::PostDeleted(post_deleted(f)),
        Fact::EngagementObserved(f) => Out::EngagementObserved(engagement_observed(f)),
        Fact::ContactRecorded(f) => Out::ContactRecorded(contact_recorded(f)),
        Fact::PostFiltered(f) => Out::PostFiltered(post_filtered(f)),
        Fact::PostBroughtBack(f) => Out::PostBroughtBack(post_brought_back(f)),
        Fact::ReplyObserved(f) => Out::ReplyObserved(reply_observed(f)),
        Fact::PostClassified(f) => Out::PostClassified(post_classified(f)),
        Fact::ClassificationCorrected(f) => Out::ClassificationCorrected(classification_corrected(f)),
        Fact::PostReclassified(f) => Out::PostReclassified(post_reclassified(f)),
        Fact::ConversationOpened(f) => Out::ConversationOpened(conversation_opened(f)),
        Fact::Routed(f) => Out::Routed(routed(f)),
        Fact::Placed(f) => Out::Placed(placed(f)),
        Fact::Offered(f) => Out::Offered(offered(f)),
        Fact::OfferLapsed(OfferLapsed { person, reason }) => {
            Out::OfferLapsed(pb::OfferLapsed { person: person.to_string(), reason: reason.clone() })
        }
        Fact::FlagRaised(f) => Out::FlagRaised(flag_raised(f)),
        Fact::FlagLowered(FlagLowered { flag, reason }) => {
            Out::FlagLowered(pb::FlagLowered { flag: flag.as_str().into(), reason: reason.clone() })
        }
        Fact::IncidentJoined(IncidentJoined { incident }) => {
            Out::IncidentJoined(pb::IncidentJoined { incident_id: incident.to_string() })
        }
        Fact::DeadlineSet(f) => Out::DeadlineSet(deadline_set(f)),
        Fact::DeadlineWarned(f) => Out::DeadlineWarned(deadline_warned(f)),
        Fact::DeadlineBreached(f) => Out::DeadlineBreached(deadline_breached(f)),
        Fact::Claimed(Claimed { person, team }) => {
            Out::Claimed(pb::Claimed { person: person.to_string(), team: or_empty(team.as_ref()) })
        }
        Fact::Released(f) => Out::Released(released(f)),
        Fact::HandedOff(f) => Out::HandedOff(handed_off(f)),
        Fact::Escalated(f) => Out::Escalated(escalated(f)),
        Fact::Deescalated(f) => Out::Deescalated(deescalated(f)),
        Fact::CallbackBooked(f) => Out::CallbackBooked(callback_booked(f)),
        Fact::CallbackDue(f) => Out::CallbackDue(callback_due(f)),
        Fact::CallbackDone(CallbackDone { callback, person }) => {
            Out::CallbackDone(pb::CallbackDone { callback_id: callback.to_string(), person: person.to_string() })
        }
        Fact::CallbackMissed(f) => Out::CallbackMissed(callback_missed(f)),
        Fact::NoteAdded(f) => Out::NoteAdded(note_added(f)),
        Fact::DraftStopped(f) => Out::DraftStopped(draft_stopped(f)),
        Fact::ReplySubmitted(f) => Out::ReplySubmitted(reply_submitted(f)),
        Fact::ReplyAttempted(f) => Out::ReplyAttempted(reply_attempted(f)),
        Fact::ReplySent(f) => Out::ReplySent(reply_sent(f)),
        Fact::ReplyFailed(f) => Out::ReplyFailed(reply_failed(f)),
        Fact::ReplyInDoubt(f) => Out::ReplyInDoubt(reply_in_doubt(f)),
        Fact::ReplyProposed(f) => Out::ReplyProposed(reply_proposed(f)),
        Fact::ReplyApproved(f) => Out::ReplyApproved(reply_approved(f)),
        Fact::ReplySentBack(f) => Out::ReplySentBack(reply_sent_back(f)),
        Fact::ReplyResumed(f) => Out::ReplyResumed(reply_resumed(f)),
        Fact::ReplyGivenUp(f) => Out::ReplyGivenUp(reply_given_up(f)),
        Fact::WindowWarned(f) => Out::WindowWarned(window_warned(f)),
        Fact::Resolved(f) => Out::Resolved(resolved(f)),
        Fact::Reopened(f) => Out::Reopened(reopened(f)),
        Fact::Merged(f) => Out::Merged(merged(f)),
        Fact::Absorbed(f) => Out::Absorbed(absorbed(f)),
        Fact::CustomerTeamSet(f) => Out::CustomerTeamSet(customer_team_set(f)),
        Fact::TeamChoiceChanged(TeamChoiceChanged { opted_out, person }) => {
            Out::TeamChoiceChanged(pb::TeamChoiceChanged { opted_out: *opted_out, person: or_empty(person.as_ref()) })
        }
        Fact::CustomerProfiled(f) => Out::CustomerProfiled(customer_profiled(f)),
        Fact::AnswerWayChosen(f) => Out::AnswerWayChosen(answer_way_chosen(f)),
        Fact::ProfilesLinked(ProfilesLinked { other, person, reason }) => Out::ProfilesLinked(pb::ProfilesLinked {
            other_customer_id: other.to_string(),
            person: person.to_string(),
            reason: reason.clone(),
        }),
        Fact::ProfilesUnlinked(ProfilesUnlinked { other, person, reason }) => {
            Out::ProfilesUnlinked(pb::ProfilesUnlinked {
                other_customer_id: other.to_string(),
                person: person.to_string(),
                reason: reason.clone(),
            })
        }
        Fact::ExceptionGranted(f) => Out::ExceptionGranted(exception_granted(f)),
        Fact::PromiseMade(f) => Out::PromiseMade(promise_made(f)),
        Fact::PromiseKept(PromiseKept { promise, person }) => {
            Out::PromiseKept(pb::PromiseKept { promise_id: promise.to_string(), person: person.to_string() })
        }
        Fact::SurgeDetected(f) => Out::SurgeDetected(surge_detected(f)),
        Fact::SurgeEnded(f) => Out::SurgeEnded(surge_ended(f)),
        Fact::ShiftPostSubmitted(f) => Out::ShiftPostSubmitted(shift_post_submitted(f)),
        Fact::PersonNoticeSubmitted(f) => Out::PersonNoticeSubmitted(person_notice_submitted(f)),
        Fact::PersonNoticeExtended(f) => Out::PersonNoticeExtended(person_notice_extended(f)),
        Fact::NewsChosen(f) => Out::NewsChosen(news_chosen(f)),
        Fact::NoticeAttempted(f) => Out::NoticeAttempted(notice_attempted(f)),
        Fact::NoticeSent(f) => Out::NoticeSent(notice_sent(f)),
        Fact::NoticeFailed(f) => Out::NoticeFailed(notice_failed(f)),
        Fact::NoticeInDoubt(f) => Out::NoticeInDoubt(notice_in_doubt(f)),
        Fact::SettingsPublished(f) => Out::SettingsPublished(settings_published(f)),
        Fact::PresenceChanged(f) => Out::PresenceChanged(presence_changed(f)),
        Fact::IntakeCounted(f) => Out::IntakeCounted(intake_counted(f)),
    }
}

fn personal(known: &Personal) -> pb::Personal {
    pb::Personal {
        author_id: known.author_id.clone(),
        author_name: known.author_name.clone(),
        author_handle: known.author_handle.clone(),
        text: known.text.clone(),
        attachments: known.attachments.iter().map(attachment).collect(),
    }
}

fn attachment(known: &Attachment) -> pb::Attachment {
    pb::Attachment { media_type: known.media_type.clone(), size_bytes: known.size_bytes, url: known.url.clone() }
}

//! Domain to contract. Nothing here can fail.

use crate::pb::conversation as pb;
use crate::scalar::{or_empty, timestamp};
use conversation::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use conversation::callback::{CallbackBooked, CallbackDone, CallbackDue, CallbackMissed};
use conversation::classified::{ClassificationCorrected, PostClassified, PostReclassified, Recognised, Scored};
use conversation::customer::{
    CustomerProfiled, CustomerTeamSet, ExceptionGranted, ProfilesLinked, ProfilesUnlinked, PromiseKept, PromiseMade,
    TeamChoiceChanged,
};
use conversation::deadlines::{DeadlineBreached, DeadlineClock, DeadlineKind, DeadlineSet, DeadlineWarned};
use conversation::desk::{Claimed, Escalated, HandedOff, NoteAdded, Released};
use conversation::placed::{OfferLapsed, Offered, Placed};
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, KeptAs, PostBroughtBack, PostDeleted, PostEdited, PostFiltered,
    PostReceived, ReplyObserved,
};
use conversation::replied::{ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::resolved::{Absorbed, Merged, Outcome, Reopened, Resolved};
use conversation::rising::{Deescalated, FlagLowered, FlagRaised};
use conversation::routed::{Candidate, ConversationOpened, Priority, Routed};
use conversation::surge::{IncidentJoined, SurgeDetected, SurgeEnded};
use conversation::{Actor, Attachment, Fact, Personal, Record, Subject};

pub(crate) fn record(record: &Record) -> pb::Record {
    let (mut customer_id, mut conversation_id, mut filtered_post_key) = (String::new(), String::new(), String::new());
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
        Fact::ReplySubmitted(f) => Out::ReplySubmitted(reply_submitted(f)),
        Fact::ReplyAttempted(f) => Out::ReplyAttempted(reply_attempted(f)),
        Fact::ReplySent(f) => Out::ReplySent(reply_sent(f)),
        Fact::ReplyFailed(f) => Out::ReplyFailed(reply_failed(f)),
        Fact::ReplyInDoubt(f) => Out::ReplyInDoubt(reply_in_doubt(f)),
        Fact::Resolved(f) => Out::Resolved(resolved(f)),
        Fact::Reopened(f) => Out::Reopened(reopened(f)),
        Fact::Merged(f) => Out::Merged(merged(f)),
        Fact::Absorbed(f) => Out::Absorbed(absorbed(f)),
        Fact::CustomerTeamSet(f) => Out::CustomerTeamSet(customer_team_set(f)),
        Fact::TeamChoiceChanged(TeamChoiceChanged { opted_out, person }) => {
            Out::TeamChoiceChanged(pb::TeamChoiceChanged { opted_out: *opted_out, person: or_empty(person.as_ref()) })
        }
        Fact::CustomerProfiled(f) => Out::CustomerProfiled(customer_profiled(f)),
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

pub(crate) fn priority(priority: Priority) -> pb::Priority {
    match priority {
        Priority::Low => pb::Priority::Low,
        Priority::Normal => pb::Priority::Normal,
        Priority::High => pb::Priority::High,
        Priority::Urgent => pb::Priority::Urgent,
    }
}

pub(crate) fn outcome(outcome: Outcome) -> pb::Outcome {
    match outcome {
        Outcome::Solved => pb::Outcome::Solved,
        Outcome::Refused => pb::Outcome::Refused,
        Outcome::NoActionNeeded => pb::Outcome::NoActionNeeded,
        Outcome::WentQuiet => pb::Outcome::WentQuiet,
    }
}

pub(crate) fn deadline_kind(kind: DeadlineKind) -> pb::DeadlineKind {
    match kind {
        DeadlineKind::FirstResponse => pb::DeadlineKind::FirstResponse,
        DeadlineKind::NextResponse => pb::DeadlineKind::NextResponse,
        DeadlineKind::Resolution => pb::DeadlineKind::Resolution,
    }
}

pub(crate) fn deadline_clock(clock: DeadlineClock) -> pb::DeadlineClock {
    match clock {
        DeadlineClock::Calendar => pb::DeadlineClock::Calendar,
        DeadlineClock::Business => pb::DeadlineClock::Business,
    }
}

fn kept_as(kept_as: KeptAs) -> pb::KeptAs {
    match kept_as {
        KeptAs::Filtered => pb::KeptAs::Filtered,
        KeptAs::Promotion => pb::KeptAs::Promotion,
        KeptAs::Competitor => pb::KeptAs::Competitor,
    }
}

fn handle_use(handle_use: HandleUse) -> pb::HandleUse {
    match handle_use {
        HandleUse::None => pb::HandleUse::None,
        HandleUse::Main => pb::HandleUse::Main,
        HandleUse::Care => pb::HandleUse::Care,
    }
}

fn post_received(f: &PostReceived) -> pb::PostReceived {
    pb::PostReceived {
        post_key: f.post.to_string(),
        network: f.network.to_string(),
        native_id: f.native_id.clone(),
        parent_native_id: f.parent_native_id.clone(),
        root_native_id: f.root_native_id.clone(),
        private: f.private,
        handle_use: handle_use(f.handle_use).into(),
        posted_at: f.posted_at.map(timestamp),
        followers: f.followers,
        region: f.region.clone(),
        tier: f.tier.clone(),
        timezone: f.timezone.clone(),
        source: f.source.clone(),
        backfill: f.backfill,
        demo: f.demo,
        thread_of: or_empty(f.thread_of.as_ref()),
        awaited_in: or_empty(f.awaited_in.as_ref()),
        language: f.language.clone(),
        personal: Some(personal(&f.personal)),
    }
}

fn post_edited(f: &PostEdited) -> pb::PostEdited {
    pb::PostEdited {
        post_key: f.post.to_string(),
        edited_at: Some(timestamp(f.edited_at)),
        personal: Some(personal(&f.personal)),
    }
}

fn post_deleted(f: &PostDeleted) -> pb::PostDeleted {
    pb::PostDeleted { post_key: f.post.to_string(), deleted_at: Some(timestamp(f.deleted_at)) }
}

fn engagement_observed(f: &EngagementObserved) -> pb::EngagementObserved {
    pb::EngagementObserved {
        post_key: f.post.to_string(),
        shares: f.shares,
        comments: f.comments,
        likes: f.likes,
        views: f.views,
        observed_at: Some(timestamp(f.observed_at)),
    }
}

fn contact_recorded(f: &ContactRecorded) -> pb::ContactRecorded {
    pb::ContactRecorded {
        via: f.via.clone(),
        contacted_at: Some(timestamp(f.contacted_at)),
        summary: Some(personal(&f.summary)),
    }
}

fn post_filtered(f: &PostFiltered) -> pb::PostFiltered {
    pb::PostFiltered {
        rule: f.rule.clone(),
        settings_version: f.settings_version.clone(),
        post: Some(post_received(&f.post)),
        kept_as: kept_as(f.kept_as).into(),
    }
}

fn post_brought_back(f: &PostBroughtBack) -> pb::PostBroughtBack {
    pb::PostBroughtBack { post_key: f.post.to_string(), person: f.person.to_string(), reason: f.reason.clone() }
}

fn reply_observed(f: &ReplyObserved) -> pb::ReplyObserved {
    pb::ReplyObserved {
        post_key: f.post.to_string(),
        network: f.network.to_string(),
        native_id: f.native_id.clone(),
        parent_native_id: f.parent_native_id.clone(),
        private: f.private,
        posted_at: f.posted_at.map(timestamp),
        person: or_empty(f.person.as_ref()),
        source: f.source.clone(),
        backfill: f.backfill,
        personal: Some(personal(&f.personal)),
    }
}

pub(crate) fn scored(known: &Scored) -> pb::Scored {
    pb::Scored {
        label: known.label.to_string(),
        confidence: known.confidence,
        reasons: known.reasons.clone(),
        unsure: known.unsure,
    }
}

/// A head that the model did not have is absent.
pub(crate) fn answer(known: &Scored) -> Option<pb::Scored> {
    known.is_answer().then(|| scored(known))
}

pub(crate) fn recognised(known: &Recognised) -> pb::Recognised {
    pb::Recognised { kind: known.kind.to_string(), start: known.start, end: known.end, confidence: known.confidence }
}

fn post_classified(f: &PostClassified) -> pb::PostClassified {
    pb::PostClassified {
        post_key: f.post.to_string(),
        model_version: f.model_version.clone(),
        language: Some(scored(&f.language)),
        sentiment: Some(scored(&f.sentiment)),
        intent: Some(scored(&f.intent)),
        text_version: f.text_version,
        topic: answer(&f.topic),
        urgency: answer(&f.urgency),
        churn: answer(&f.churn),
        call: answer(&f.call),
        closing: answer(&f.closing),
        recognised: f.recognised.iter().map(recognised).collect(),
        backend: f.backend.clone(),
    }
}

fn post_reclassified(PostReclassified { class, was_model_version }: &PostReclassified) -> pb::PostReclassified {
    pb::PostReclassified {
        post_key: class.post.to_string(),
        model_version: class.model_version.clone(),
        language: answer(&class.language),
        sentiment: answer(&class.sentiment),
        intent: answer(&class.intent),
        text_version: class.text_version,
        topic: answer(&class.topic),
        urgency: answer(&class.urgency),
        churn: answer(&class.churn),
        call: answer(&class.call),
        closing: answer(&class.closing),
        recognised: class.recognised.iter().map(recognised).collect(),
        backend: class.backend.clone(),
        was_model_version: was_model_version.clone(),
    }
}

fn classification_corrected(f: &ClassificationCorrected) -> pb::ClassificationCorrected {
    pb::ClassificationCorrected {
        post_key: f.post.to_string(),
        head: f.head.as_str().into(),
        was: f.was.clone(),
        label: f.label.clone(),
        model_version: f.model_version.clone(),
        text_version: f.text_version,
    }
}

fn conversation_opened(f: &ConversationOpened) -> pb::ConversationOpened {
    pb::ConversationOpened { post_key: f.post.to_string(), network: f.network.to_string(), private: f.private }
}

pub(crate) fn candidate(known: &Candidate) -> pb::Candidate {
    pb::Candidate {
        kind: known.kind.clone(),
        name: known.name.clone(),
        score: known.score,
        excluded: known.excluded.clone(),
    }
}

fn routed(f: &Routed) -> pb::Routed {
    pb::Routed {
        post_key: f.post.to_string(),
        rule: f.rule.clone(),
        team: f.team.to_string(),
        priority: priority(f.priority).into(),
        settings_version: f.settings_version.clone(),
        candidates: f.candidates.iter().map(candidate).collect(),
        notes: f.notes.clone(),
        topic: f.topic.clone(),
        home_team: or_empty(f.home_team.as_ref()),
        away_until: f.away_until.map(timestamp),
        needs_skills: f.needs_skills.clone(),
    }
}

fn placed(f: &Placed) -> pb::Placed {
    pb::Placed {
        team: f.team.to_string(),
        home_team: or_empty(f.home_team.as_ref()),
        until: f.until.map(timestamp),
        reason: f.reason.clone(),
        candidates: f.candidates.iter().map(candidate).collect(),
        settings_version: f.settings_version.clone(),
    }
}

fn offered(f: &Offered) -> pb::Offered {
    pb::Offered {
        person: f.person.to_string(),
        until: Some(timestamp(f.until)),
        candidates: f.candidates.iter().map(candidate).collect(),
        settings_version: f.settings_version.clone(),
    }
}

fn flag_raised(f: &FlagRaised) -> pb::FlagRaised {
    pb::FlagRaised {
        flag: f.flag.as_str().into(),
        reason: f.reason.clone(),
        measured: f.measured,
        threshold: f.threshold,
        settings_version: f.settings_version.clone(),
    }
}

fn deescalated(f: &Deescalated) -> pb::Deescalated {
    pb::Deescalated { by: or_empty(f.by.as_ref()), from_team: or_empty(f.from_team.as_ref()), reason: f.reason.clone() }
}

fn callback_booked(f: &CallbackBooked) -> pb::CallbackBooked {
    pb::CallbackBooked {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        timezone: f.timezone.clone(),
        person: or_empty(f.person.as_ref()),
        by: f.by.to_string(),
    }
}

fn callback_due(f: &CallbackDue) -> pb::CallbackDue {
    pb::CallbackDue {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        person: or_empty(f.person.as_ref()),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

fn callback_missed(f: &CallbackMissed) -> pb::CallbackMissed {
    pb::CallbackMissed {
        callback_id: f.callback.to_string(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

fn customer_team_set(f: &CustomerTeamSet) -> pb::CustomerTeamSet {
    pb::CustomerTeamSet {
        team: f.team.to_string(),
        region: f.region.clone(),
        reason: f.reason.clone(),
        settings_version: f.settings_version.clone(),
    }
}

fn customer_profiled(f: &CustomerProfiled) -> pb::CustomerProfiled {
    pb::CustomerProfiled {
        tier: f.tier.clone(),
        region: f.region.clone(),
        timezone: f.timezone.clone(),
        customer_since: f.customer_since.map(timestamp),
    }
}

fn exception_granted(f: &ExceptionGranted) -> pb::ExceptionGranted {
    pb::ExceptionGranted {
        conversation_id: or_empty(f.conversation.as_ref()),
        person: f.person.to_string(),
        what: Some(personal(&f.what)),
    }
}

fn promise_made(f: &PromiseMade) -> pb::PromiseMade {
    pb::PromiseMade {
        promise_id: f.promise.to_string(),
        conversation_id: or_empty(f.conversation.as_ref()),
        person: f.person.to_string(),
        due_at: f.due_at.map(timestamp),
        what: Some(personal(&f.what)),
    }
}

fn surge_detected(f: &SurgeDetected) -> pb::SurgeDetected {
    pb::SurgeDetected {
        incident_id: f.incident.to_string(),
        region: f.region.clone(),
        topic: f.topic.clone(),
        first_post_at: Some(timestamp(f.first_post_at)),
        seen: f.seen,
        window_seconds: f.window_seconds,
        expected: f.expected,
        settings_version: f.settings_version.clone(),
    }
}

fn surge_ended(f: &SurgeEnded) -> pb::SurgeEnded {
    pb::SurgeEnded {
        incident_id: f.incident.to_string(),
        posts: f.posts,
        last_post_at: Some(timestamp(f.last_post_at)),
    }
}

fn deadline_set(f: &DeadlineSet) -> pb::DeadlineSet {
    pb::DeadlineSet {
        kind: deadline_kind(f.kind).into(),
        clock_started_at: Some(timestamp(f.clock_started_at)),
        due_at: Some(timestamp(f.due_at)),
        target_seconds: f.target_seconds,
        settings_version: f.settings_version.clone(),
        clock: deadline_clock(f.clock).into(),
        warn_at: f.warn_at.map(timestamp),
    }
}

fn deadline_warned(f: &DeadlineWarned) -> pb::DeadlineWarned {
    pb::DeadlineWarned {
        kind: deadline_kind(f.kind).into(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

fn deadline_breached(f: &DeadlineBreached) -> pb::DeadlineBreached {
    pb::DeadlineBreached {
        kind: deadline_kind(f.kind).into(),
        due_at: Some(timestamp(f.due_at)),
        noticed_at: Some(timestamp(f.noticed_at)),
    }
}

fn released(f: &Released) -> pb::Released {
    pb::Released { person: f.person.to_string(), reason: f.reason.clone() }
}

fn handed_off(f: &HandedOff) -> pb::HandedOff {
    pb::HandedOff {
        by: f.by.to_string(),
        from_team: or_empty(f.from_team.as_ref()),
        to_team: f.to_team.to_string(),
        to_person: or_empty(f.to_person.as_ref()),
        reason: f.reason.clone(),
    }
}

fn escalated(f: &Escalated) -> pb::Escalated {
    pb::Escalated { by: or_empty(f.by.as_ref()), to_team: or_empty(f.to_team.as_ref()), reason: f.reason.clone() }
}

fn note_added(f: &NoteAdded) -> pb::NoteAdded {
    pb::NoteAdded { note_id: f.note.to_string(), person: f.person.to_string(), body: Some(personal(&f.body)) }
}

fn reply_submitted(f: &ReplySubmitted) -> pb::ReplySubmitted {
    pb::ReplySubmitted {
        reply_id: f.reply.to_string(),
        person: f.person.to_string(),
        network: f.network.to_string(),
        private: f.private,
        in_reply_to: f.in_reply_to.to_string(),
        in_reply_to_native_id: f.in_reply_to_native_id.clone(),
        body: Some(personal(&f.body)),
        offers: f.offers.clone(),
        asks: f.asks.clone(),
    }
}

fn reply_attempted(f: &ReplyAttempted) -> pb::ReplyAttempted {
    pb::ReplyAttempted {
        reply_id: f.reply.to_string(),
        attempt: f.attempt,
        attempted_at: Some(timestamp(f.attempted_at)),
    }
}

fn reply_sent(f: &ReplySent) -> pb::ReplySent {
    pb::ReplySent {
        reply_id: f.reply.to_string(),
        native_id: f.native_id.clone(),
        post_key: or_empty(f.post.as_ref()),
        sent_at: Some(timestamp(f.sent_at)),
        how: f.how.clone(),
    }
}

fn reply_failed(f: &ReplyFailed) -> pb::ReplyFailed {
    pb::ReplyFailed {
        reply_id: f.reply.to_string(),
        attempt: f.attempt,
        reason: f.reason.clone(),
        is_final: f.is_final,
        retry_at: f.retry_at.map(timestamp),
    }
}

fn reply_in_doubt(f: &ReplyInDoubt) -> pb::ReplyInDoubt {
    pb::ReplyInDoubt { reply_id: f.reply.to_string(), attempt: f.attempt, reason: f.reason.clone() }
}

fn resolved(f: &Resolved) -> pb::Resolved {
    pb::Resolved { person: or_empty(f.person.as_ref()), outcome: outcome(f.outcome).into() }
}

fn reopened(f: &Reopened) -> pb::Reopened {
    pb::Reopened { post_key: or_empty(f.post.as_ref()), person: or_empty(f.person.as_ref()), reason: f.reason.clone() }
}

fn merged(f: &Merged) -> pb::Merged {
    pb::Merged { into: f.into.to_string(), reason: f.reason.clone(), person: or_empty(f.person.as_ref()) }
}

fn absorbed(f: &Absorbed) -> pb::Absorbed {
    pb::Absorbed {
        source: f.source.to_string(),
        reason: f.reason.clone(),
        post_keys: f.posts.iter().map(ToString::to_string).collect(),
        first_post_at: f.first_post_at.map(timestamp),
        person: or_empty(f.person.as_ref()),
    }
}

fn settings_published(f: &SettingsPublished) -> pb::SettingsPublished {
    pb::SettingsPublished { version: f.version.clone(), yaml: f.yaml.clone(), file: f.file.clone() }
}

fn presence_changed(f: &PresenceChanged) -> pb::PresenceChanged {
    pb::PresenceChanged { person: f.person.to_string(), online: f.online }
}

fn intake_counted(f: &IntakeCounted) -> pb::IntakeCounted {
    pb::IntakeCounted {
        source: f.source.clone(),
        from: Some(timestamp(f.from)),
        until: Some(timestamp(f.until)),
        seen: f.seen,
        accepted: f.accepted,
        duplicate: f.duplicate,
        filtered: f.filtered,
        rejected: f
            .rejected
            .iter()
            .map(|(reason, count)| pb::RejectedCount { reason: reason.clone(), count: *count })
            .collect(),
    }
}

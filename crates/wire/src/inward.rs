//! Contract to domain. Nothing is trusted: ids and names are checked, what must be there must be there, and an enum
//! that is UNSPECIFIED or newer than this version is an error.

use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, optional_name, required};
use conversation::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use conversation::callback::{CallbackBooked, CallbackDone, CallbackDue, CallbackMissed};
use conversation::classified::{ClassificationCorrected, Head, PostClassified, PostReclassified, Recognised, Scored};
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
use conversation::rising::{Deescalated, Flag, FlagLowered, FlagRaised};
use conversation::routed::{Candidate, ConversationOpened, Priority, Routed};
use conversation::surge::{IncidentJoined, SurgeDetected, SurgeEnded};
use conversation::{Actor, Attachment, Fact, Personal, Record, Subject};

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
        In::ReplySubmitted(f) => reply_submitted(f)?.into(),
        In::ReplyAttempted(f) => reply_attempted(f)?.into(),
        In::ReplySent(f) => reply_sent(f)?.into(),
        In::ReplyFailed(f) => reply_failed(f)?.into(),
        In::ReplyInDoubt(f) => reply_in_doubt(f)?.into(),
        In::Resolved(f) => resolved(f)?.into(),
        In::Reopened(f) => reopened(f)?.into(),
        In::Merged(f) => merged(f)?.into(),
        In::Absorbed(f) => absorbed(f)?.into(),
        In::CustomerTeamSet(f) => customer_team_set(f)?.into(),
        In::TeamChoiceChanged(f) => {
            TeamChoiceChanged { opted_out: f.opted_out, person: optional_name("person", &f.person)? }.into()
        }
        In::CustomerProfiled(f) => customer_profiled(f)?.into(),
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

fn priority(value: i32) -> Read<Priority> {
    match known("priority", value)? {
        pb::Priority::Unspecified => Err(WireError::Unknown { field: "priority" }),
        pb::Priority::Low => Ok(Priority::Low),
        pb::Priority::Normal => Ok(Priority::Normal),
        pb::Priority::High => Ok(Priority::High),
        pb::Priority::Urgent => Ok(Priority::Urgent),
    }
}

pub(crate) fn outcome(value: i32) -> Read<Outcome> {
    match known("outcome", value)? {
        pb::Outcome::Unspecified => Err(WireError::Unknown { field: "outcome" }),
        pb::Outcome::Solved => Ok(Outcome::Solved),
        pb::Outcome::Refused => Ok(Outcome::Refused),
        pb::Outcome::NoActionNeeded => Ok(Outcome::NoActionNeeded),
        pb::Outcome::WentQuiet => Ok(Outcome::WentQuiet),
    }
}

pub(crate) fn deadline_kind(value: i32) -> Read<DeadlineKind> {
    match known("kind", value)? {
        pb::DeadlineKind::Unspecified => Err(WireError::Unknown { field: "kind" }),
        pb::DeadlineKind::FirstResponse => Ok(DeadlineKind::FirstResponse),
        pb::DeadlineKind::NextResponse => Ok(DeadlineKind::NextResponse),
        pb::DeadlineKind::Resolution => Ok(DeadlineKind::Resolution),
    }
}

/// Facts of older versions name no clock: theirs was the calendar's.
fn deadline_clock(value: i32) -> Read<DeadlineClock> {
    match known("clock", value)? {
        pb::DeadlineClock::Unspecified | pb::DeadlineClock::Calendar => Ok(DeadlineClock::Calendar),
        pb::DeadlineClock::Business => Ok(DeadlineClock::Business),
    }
}

/// Facts of older versions do not say it: they were filtered.
fn kept_as(value: i32) -> Read<KeptAs> {
    match known("kept_as", value)? {
        pb::KeptAs::Unspecified | pb::KeptAs::Filtered => Ok(KeptAs::Filtered),
        pb::KeptAs::Promotion => Ok(KeptAs::Promotion),
        pb::KeptAs::Competitor => Ok(KeptAs::Competitor),
    }
}

fn flag(text: &str) -> Read<Flag> {
    Flag::parse(text).ok_or(WireError::Unknown { field: "flag" })
}

pub(crate) fn handle_use(value: i32) -> Read<HandleUse> {
    match known("handle_use", value)? {
        pb::HandleUse::Unspecified => Err(WireError::Unknown { field: "handle_use" }),
        pb::HandleUse::None => Ok(HandleUse::None),
        pb::HandleUse::Main => Ok(HandleUse::Main),
        pb::HandleUse::Care => Ok(HandleUse::Care),
    }
}

fn post_received(f: pb::PostReceived) -> Read<PostReceived> {
    if f.native_id.is_empty() {
        return Err(WireError::Missing { field: "native_id" });
    }
    Ok(PostReceived {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        native_id: f.native_id,
        parent_native_id: f.parent_native_id,
        root_native_id: f.root_native_id,
        private: f.private,
        handle_use: handle_use(f.handle_use)?,
        posted_at: optional("posted_at", f.posted_at)?,
        followers: f.followers,
        region: f.region,
        tier: f.tier,
        timezone: f.timezone,
        source: f.source,
        backfill: f.backfill,
        demo: f.demo,
        thread_of: optional_name("thread_of", &f.thread_of)?,
        awaited_in: optional_name("awaited_in", &f.awaited_in)?,
        language: f.language,
        personal: personal("personal", f.personal)?,
    })
}

fn post_edited(f: pb::PostEdited) -> Read<PostEdited> {
    Ok(PostEdited {
        post: name("post_key", &f.post_key)?,
        edited_at: required("edited_at", f.edited_at)?,
        personal: personal("personal", f.personal)?,
    })
}

fn post_deleted(f: pb::PostDeleted) -> Read<PostDeleted> {
    Ok(PostDeleted { post: name("post_key", &f.post_key)?, deleted_at: required("deleted_at", f.deleted_at)? })
}

fn engagement_observed(f: pb::EngagementObserved) -> Read<EngagementObserved> {
    Ok(EngagementObserved {
        post: name("post_key", &f.post_key)?,
        shares: f.shares,
        comments: f.comments,
        likes: f.likes,
        views: f.views,
        observed_at: required("observed_at", f.observed_at)?,
    })
}

fn contact_recorded(f: pb::ContactRecorded) -> Read<ContactRecorded> {
    Ok(ContactRecorded {
        via: f.via,
        contacted_at: required("contacted_at", f.contacted_at)?,
        summary: personal("summary", f.summary)?,
    })
}

fn post_filtered(f: pb::PostFiltered) -> Read<PostFiltered> {
    let post = f.post.ok_or(WireError::Missing { field: "post" })?;
    Ok(PostFiltered {
        rule: f.rule,
        settings_version: f.settings_version,
        kept_as: kept_as(f.kept_as)?,
        post: Box::new(post_received(post)?),
    })
}

fn reply_observed(f: pb::ReplyObserved) -> Read<ReplyObserved> {
    Ok(ReplyObserved {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        native_id: f.native_id,
        parent_native_id: f.parent_native_id,
        private: f.private,
        posted_at: optional("posted_at", f.posted_at)?,
        person: optional_name("person", &f.person)?,
        source: f.source,
        backfill: f.backfill,
        personal: personal("personal", f.personal)?,
    })
}

fn scored(field: &'static str, pb: Option<pb::Scored>) -> Read<Scored> {
    let pb = pb.ok_or(WireError::Missing { field })?;
    if pb.label.is_empty() {
        return Err(WireError::Missing { field });
    }
    if !(0.0..=1.0).contains(&pb.confidence) {
        return Err(WireError::Invalid { field, why: "the confidence is not between 0 and 1" });
    }
    Ok(Scored { label: pb.label.into(), confidence: pb.confidence, unsure: pb.unsure, reasons: pb.reasons })
}

/// The answer of a head that not every model has; the default when it is absent or has no label.
fn answer(field: &'static str, pb: Option<pb::Scored>) -> Read<Scored> {
    match pb.filter(|pb| !pb.label.is_empty()) {
        Some(pb) => scored(field, Some(pb)),
        None => Ok(Scored::default()),
    }
}

/// A kind is a short word of small letters, so that no text of a customer can stand in its place.
fn recognised(pb: pb::Recognised) -> Read<Recognised> {
    const FIELD: &str = "recognised";
    let is_word = (1..=32).contains(&pb.kind.len()) && pb.kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !is_word {
        return Err(WireError::Invalid { field: FIELD, why: "the kind is not a short word of small letters" });
    }
    if pb.start >= pb.end {
        return Err(WireError::Invalid { field: FIELD, why: "it ends before it starts" });
    }
    if !(0.0..=1.0).contains(&pb.confidence) {
        return Err(WireError::Invalid { field: FIELD, why: "the confidence is not between 0 and 1" });
    }
    Ok(Recognised { kind: pb.kind.into(), start: pb.start, end: pb.end, confidence: pb.confidence })
}

fn post_classified(f: pb::PostClassified) -> Read<PostClassified> {
    if f.model_version.is_empty() {
        return Err(WireError::Missing { field: "model_version" });
    }
    Ok(PostClassified {
        post: name("post_key", &f.post_key)?,
        model_version: f.model_version,
        language: scored("language", f.language)?,
        sentiment: scored("sentiment", f.sentiment)?,
        intent: scored("intent", f.intent)?,
        topic: answer("topic", f.topic)?,
        urgency: answer("urgency", f.urgency)?,
        churn: answer("churn", f.churn)?,
        call: answer("call", f.call)?,
        closing: answer("closing", f.closing)?,
        recognised: f.recognised.into_iter().map(recognised).collect::<Read<_>>()?,
        backend: f.backend,
        text_version: f.text_version,
    })
}

fn post_reclassified(f: pb::PostReclassified) -> Read<PostReclassified> {
    for (field, value) in [("model_version", &f.model_version), ("was_model_version", &f.was_model_version)] {
        if value.is_empty() {
            return Err(WireError::Missing { field });
        }
    }
    let class = PostClassified {
        post: name("post_key", &f.post_key)?,
        model_version: f.model_version,
        language: answer("language", f.language)?,
        sentiment: answer("sentiment", f.sentiment)?,
        intent: answer("intent", f.intent)?,
        topic: answer("topic", f.topic)?,
        urgency: answer("urgency", f.urgency)?,
        churn: answer("churn", f.churn)?,
        call: answer("call", f.call)?,
        closing: answer("closing", f.closing)?,
        recognised: f.recognised.into_iter().map(recognised).collect::<Read<_>>()?,
        backend: f.backend,
        text_version: f.text_version,
    };
    Ok(PostReclassified { class, was_model_version: f.was_model_version })
}

fn classification_corrected(f: pb::ClassificationCorrected) -> Read<ClassificationCorrected> {
    for (field, value) in [("head", &f.head), ("label", &f.label), ("model_version", &f.model_version)] {
        if value.is_empty() {
            return Err(WireError::Missing { field });
        }
    }
    Ok(ClassificationCorrected {
        post: name("post_key", &f.post_key)?,
        head: Head::parse(&f.head).ok_or(WireError::Unknown { field: "head" })?,
        was: f.was,
        label: f.label,
        model_version: f.model_version,
        text_version: f.text_version,
    })
}

fn conversation_opened(f: pb::ConversationOpened) -> Read<ConversationOpened> {
    Ok(ConversationOpened {
        post: name("post_key", &f.post_key)?,
        network: name("network", &f.network)?,
        private: f.private,
    })
}

fn candidate(pb: pb::Candidate) -> Candidate {
    Candidate { kind: pb.kind, name: pb.name, score: pb.score, excluded: pb.excluded }
}

fn routed(f: pb::Routed) -> Read<Routed> {
    Ok(Routed {
        post: name("post_key", &f.post_key)?,
        rule: f.rule,
        team: name("team", &f.team)?,
        priority: priority(f.priority)?,
        settings_version: f.settings_version,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        notes: f.notes,
        topic: f.topic,
        home_team: optional_name("home_team", &f.home_team)?,
        away_until: optional("away_until", f.away_until)?,
        needs_skills: f.needs_skills,
    })
}

fn placed(f: pb::Placed) -> Read<Placed> {
    Ok(Placed {
        team: name("team", &f.team)?,
        home_team: optional_name("home_team", &f.home_team)?,
        until: optional("until", f.until)?,
        reason: f.reason,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        settings_version: f.settings_version,
    })
}

fn offered(f: pb::Offered) -> Read<Offered> {
    Ok(Offered {
        person: name("person", &f.person)?,
        until: required("until", f.until)?,
        candidates: f.candidates.into_iter().map(candidate).collect(),
        settings_version: f.settings_version,
    })
}

fn flag_raised(f: pb::FlagRaised) -> Read<FlagRaised> {
    Ok(FlagRaised {
        flag: flag(&f.flag)?,
        reason: f.reason,
        measured: f.measured,
        threshold: f.threshold,
        settings_version: f.settings_version,
    })
}

fn deescalated(f: pb::Deescalated) -> Read<Deescalated> {
    Ok(Deescalated {
        by: optional_name("by", &f.by)?,
        from_team: optional_name("from_team", &f.from_team)?,
        reason: f.reason,
    })
}

fn callback_booked(f: pb::CallbackBooked) -> Read<CallbackBooked> {
    Ok(CallbackBooked {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        timezone: f.timezone,
        person: optional_name("person", &f.person)?,
        by: name("by", &f.by)?,
    })
}

fn callback_due(f: pb::CallbackDue) -> Read<CallbackDue> {
    Ok(CallbackDue {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        person: optional_name("person", &f.person)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

fn callback_missed(f: pb::CallbackMissed) -> Read<CallbackMissed> {
    Ok(CallbackMissed {
        callback: name("callback_id", &f.callback_id)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

fn customer_team_set(f: pb::CustomerTeamSet) -> Read<CustomerTeamSet> {
    Ok(CustomerTeamSet {
        team: name("team", &f.team)?,
        region: f.region,
        reason: f.reason,
        settings_version: f.settings_version,
    })
}

fn customer_profiled(f: pb::CustomerProfiled) -> Read<CustomerProfiled> {
    Ok(CustomerProfiled {
        tier: f.tier,
        region: f.region,
        timezone: f.timezone,
        customer_since: optional("customer_since", f.customer_since)?,
    })
}

fn exception_granted(f: pb::ExceptionGranted) -> Read<ExceptionGranted> {
    Ok(ExceptionGranted {
        conversation: optional_name("conversation_id", &f.conversation_id)?,
        person: name("person", &f.person)?,
        what: personal("what", f.what)?,
    })
}

fn promise_made(f: pb::PromiseMade) -> Read<PromiseMade> {
    Ok(PromiseMade {
        promise: name("promise_id", &f.promise_id)?,
        conversation: optional_name("conversation_id", &f.conversation_id)?,
        person: name("person", &f.person)?,
        due_at: optional("due_at", f.due_at)?,
        what: personal("what", f.what)?,
    })
}

fn surge_detected(f: pb::SurgeDetected) -> Read<SurgeDetected> {
    Ok(SurgeDetected {
        incident: name("incident_id", &f.incident_id)?,
        region: f.region,
        topic: f.topic,
        first_post_at: required("first_post_at", f.first_post_at)?,
        seen: f.seen,
        window_seconds: f.window_seconds,
        expected: f.expected,
        settings_version: f.settings_version,
    })
}

fn surge_ended(f: pb::SurgeEnded) -> Read<SurgeEnded> {
    Ok(SurgeEnded {
        incident: name("incident_id", &f.incident_id)?,
        posts: f.posts,
        last_post_at: required("last_post_at", f.last_post_at)?,
    })
}

fn deadline_set(f: pb::DeadlineSet) -> Read<DeadlineSet> {
    Ok(DeadlineSet {
        kind: deadline_kind(f.kind)?,
        clock_started_at: required("clock_started_at", f.clock_started_at)?,
        due_at: required("due_at", f.due_at)?,
        target_seconds: f.target_seconds,
        settings_version: f.settings_version,
        clock: deadline_clock(f.clock)?,
        warn_at: optional("warn_at", f.warn_at)?,
    })
}

fn deadline_warned(f: pb::DeadlineWarned) -> Read<DeadlineWarned> {
    Ok(DeadlineWarned {
        kind: deadline_kind(f.kind)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

fn deadline_breached(f: pb::DeadlineBreached) -> Read<DeadlineBreached> {
    Ok(DeadlineBreached {
        kind: deadline_kind(f.kind)?,
        due_at: required("due_at", f.due_at)?,
        noticed_at: required("noticed_at", f.noticed_at)?,
    })
}

fn handed_off(f: pb::HandedOff) -> Read<HandedOff> {
    Ok(HandedOff {
        by: name("by", &f.by)?,
        from_team: optional_name("from_team", &f.from_team)?,
        to_team: name("to_team", &f.to_team)?,
        to_person: optional_name("to_person", &f.to_person)?,
        reason: f.reason,
    })
}

fn escalated(f: pb::Escalated) -> Read<Escalated> {
    Ok(Escalated { by: optional_name("by", &f.by)?, to_team: optional_name("to_team", &f.to_team)?, reason: f.reason })
}

fn note_added(f: pb::NoteAdded) -> Read<NoteAdded> {
    Ok(NoteAdded {
        note: name("note_id", &f.note_id)?,
        person: name("person", &f.person)?,
        body: personal("body", f.body)?,
    })
}

fn reply_submitted(f: pb::ReplySubmitted) -> Read<ReplySubmitted> {
    Ok(ReplySubmitted {
        reply: name("reply_id", &f.reply_id)?,
        person: name("person", &f.person)?,
        network: name("network", &f.network)?,
        private: f.private,
        in_reply_to: name("in_reply_to", &f.in_reply_to)?,
        in_reply_to_native_id: f.in_reply_to_native_id,
        body: personal("body", f.body)?,
        offers: f.offers,
        asks: f.asks,
    })
}

fn reply_attempted(f: pb::ReplyAttempted) -> Read<ReplyAttempted> {
    if f.attempt == 0 {
        return Err(WireError::Missing { field: "attempt" });
    }
    Ok(ReplyAttempted {
        reply: name("reply_id", &f.reply_id)?,
        attempt: f.attempt,
        attempted_at: required("attempted_at", f.attempted_at)?,
    })
}

fn reply_sent(f: pb::ReplySent) -> Read<ReplySent> {
    Ok(ReplySent {
        reply: name("reply_id", &f.reply_id)?,
        native_id: f.native_id,
        post: optional_name("post_key", &f.post_key)?,
        sent_at: required("sent_at", f.sent_at)?,
        how: f.how,
    })
}

fn reply_failed(f: pb::ReplyFailed) -> Read<ReplyFailed> {
    Ok(ReplyFailed {
        reply: name("reply_id", &f.reply_id)?,
        attempt: f.attempt,
        reason: f.reason,
        is_final: f.is_final,
        retry_at: optional("retry_at", f.retry_at)?,
    })
}

fn reply_in_doubt(f: pb::ReplyInDoubt) -> Read<ReplyInDoubt> {
    Ok(ReplyInDoubt { reply: name("reply_id", &f.reply_id)?, attempt: f.attempt, reason: f.reason })
}

fn resolved(f: pb::Resolved) -> Read<Resolved> {
    Ok(Resolved { person: optional_name("person", &f.person)?, outcome: outcome(f.outcome)? })
}

fn reopened(f: pb::Reopened) -> Read<Reopened> {
    Ok(Reopened {
        post: optional_name("post_key", &f.post_key)?,
        person: optional_name("person", &f.person)?,
        reason: f.reason,
    })
}

fn merged(f: pb::Merged) -> Read<Merged> {
    Ok(Merged { into: name("into", &f.into)?, reason: f.reason, person: optional_name("person", &f.person)? })
}

fn absorbed(f: pb::Absorbed) -> Read<Absorbed> {
    Ok(Absorbed {
        source: name("source", &f.source)?,
        reason: f.reason,
        posts: f.post_keys.iter().map(|key| name("post_keys", key)).collect::<Read<_>>()?,
        first_post_at: optional("first_post_at", f.first_post_at)?,
        person: optional_name("person", &f.person)?,
    })
}

fn settings_published(f: pb::SettingsPublished) -> Read<SettingsPublished> {
    if f.version.is_empty() {
        return Err(WireError::Missing { field: "version" });
    }
    Ok(SettingsPublished { version: f.version, yaml: f.yaml, file: f.file })
}

fn presence_changed(f: pb::PresenceChanged) -> Read<PresenceChanged> {
    Ok(PresenceChanged { person: name("person", &f.person)?, online: f.online })
}

fn intake_counted(f: pb::IntakeCounted) -> Read<IntakeCounted> {
    Ok(IntakeCounted {
        source: f.source,
        from: required("from", f.from)?,
        until: required("until", f.until)?,
        seen: f.seen,
        accepted: f.accepted,
        duplicate: f.duplicate,
        filtered: f.filtered,
        rejected: f.rejected.into_iter().map(|row| (row.reason, row.count)).collect(),
    })
}

//! One record for each kind of fact, every field of it set, with values that never change: what the golden bytes say.

use conversation::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use conversation::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use conversation::callback::{CallbackBooked, CallbackDone, CallbackDue, CallbackMissed};
use conversation::classified::{ClassificationCorrected, Head, PostClassified, PostReclassified, Recognised, Scored};
use conversation::customer::{
    AnswerWay, AnswerWayChosen, CustomerProfiled, CustomerTeamSet, ExceptionGranted, ProfilesLinked, ProfilesUnlinked,
    PromiseKept, PromiseMade, TeamChoiceChanged,
};
use conversation::deadlines::{DeadlineBreached, DeadlineClock, DeadlineKind, DeadlineSet, DeadlineWarned};
use conversation::desk::{Claimed, Escalated, HandedOff, NoteAdded, Released};
use conversation::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};
use conversation::placed::{OfferLapsed, Offered, Placed};
use conversation::received::{
    ContactRecorded, EngagementObserved, HandleUse, KeptAs, PostBroughtBack, PostDeleted, PostEdited, PostFiltered,
    PostReceived, ReplyObserved,
};
use conversation::replied::{DraftStopped, ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use conversation::resolved::{Absorbed, Merged, Outcome, Reopened, Resolved};
use conversation::resumed::{ReplyGivenUp, ReplyResumed, ResumedPart};
use conversation::rising::{Deescalated, Flag, FlagLowered, FlagRaised};
use conversation::routed::{Candidate, ConversationOpened, Priority, Routed};
use conversation::surge::{IncidentJoined, SurgeDetected, SurgeEnded};
use conversation::told::{Item, News, NewsChosen, PersonNoticeExtended, PersonNoticeSubmitted, Quiet, WayChoice};
use conversation::window::WindowWarned;
use conversation::{
    Actor, Attachment, BrandId, CallbackId, ConversationId, CustomerId, Fact, IncidentId, Network, NoteId, NoticeId,
    PersonId, Personal, PostKey, PromiseId, Record, RecordId, ReplyId, Subject, TeamId,
};
use jiff::Timestamp;
use uuid::Uuid;
use wire::Due;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An id whose digits count up from this one.
fn id(first: u8) -> Uuid {
    Uuid::from_bytes(std::array::from_fn(|n| first.wrapping_add(n as u8)))
}

fn brand() -> BrandId {
    BrandId::new("aurora-air").unwrap()
}

fn person(name: &str) -> PersonId {
    PersonId::new(name).unwrap()
}

fn team(name: &str) -> TeamId {
    TeamId::new(name).unwrap()
}

fn network() -> Network {
    Network::new("mastodon").unwrap()
}

fn post() -> PostKey {
    PostKey::from_uuid(id(0x30))
}

fn reply() -> ReplyId {
    ReplyId::from_uuid(id(0x50))
}

fn callback() -> CallbackId {
    CallbackId::from_uuid(id(0x80))
}

fn incident() -> IncidentId {
    IncidentId::from_uuid(id(0x90))
}

fn notice() -> NoticeId {
    NoticeId::from_uuid(id(0xb0))
}

fn promise() -> PromiseId {
    PromiseId::from_uuid(id(0xa0))
}

fn conversation() -> ConversationId {
    ConversationId::from_uuid(id(0x20))
}

fn candidate(kind: &str, name: &str, score: f64, excluded: &str) -> Candidate {
    Candidate { kind: kind.into(), name: name.into(), score, excluded: excluded.into() }
}

fn personal(text: &str) -> Personal {
    Personal {
        author_id: "author-7".into(),
        author_name: "Mari Tamm".into(),
        author_handle: "@mari".into(),
        text: text.into(),
        attachments: vec![Attachment {
            media_type: "image/png".into(),
            size_bytes: 240_000,
            url: "https://media.example/1.png".into(),
        }],
    }
}

fn scored(label: &str, confidence: f32) -> Scored {
    let reasons = vec!["margin:0.41".into(), "runner_up:request".into()];
    Scored { label: label.into(), confidence, unsure: false, reasons }
}

fn unsure(label: &str, confidence: f32) -> Scored {
    Scored { unsure: true, ..scored(label, confidence) }
}

fn recognised(kind: &str, start: u32, end: u32) -> Recognised {
    Recognised { kind: kind.into(), start, end, confidence: 0.75 }
}

fn post_received() -> PostReceived {
    PostReceived {
        post: post(),
        network: network(),
        native_id: "1100042".into(),
        parent_native_id: "1100041".into(),
        root_native_id: "1100040".into(),
        private: true,
        handle_use: HandleUse::Care,
        posted_at: Some(at("2024-05-01T09:00:00.123456789Z")),
        followers: 8_200,
        region: "harju".into(),
        tier: "gold".into(),
        timezone: "Europe/Tallinn".into(),
        source: "webhook".into(),
        backfill: true,
        demo: true,
        thread_of: Some(ConversationId::from_uuid(id(0x60))),
        awaited_in: Some(ConversationId::from_uuid(id(0x61))),
        language: "et".into(),
        personal: personal("Lend jäi ära, mis nüüd? 🛫"),
    }
}

fn reply_submitted() -> ReplySubmitted {
    ReplySubmitted {
        reply: reply(),
        person: person("dana"),
        network: network(),
        private: true,
        in_reply_to: post(),
        in_reply_to_native_id: "1100042".into(),
        body: personal("Kohe vaatame. ^Dana"),
        offers: vec!["technician".into(), "call".into()],
        asks: vec!["phone".into()],
        warnings: vec!["spelling".into()],
        overrode: "the customer asked for it".into(),
        part: 2,
        parts: 3,
        notice: "out_of_hours".into(),
    }
}

fn reply_observed() -> ReplyObserved {
    ReplyObserved {
        post: post(),
        network: network(),
        native_id: "1100043".into(),
        parent_native_id: "1100042".into(),
        private: true,
        posted_at: Some(at("2024-05-01T09:06:00Z")),
        person: Some(person("dana")),
        source: "import".into(),
        backfill: true,
        personal: personal("Kohe vaatame. ^Dana"),
    }
}

fn post_classified() -> PostClassified {
    PostClassified {
        post: post(),
        model_version: "m1".into(),
        language: scored("et", 0.98),
        sentiment: scored("negative", 0.75),
        intent: scored("complaint", 1.0),
        topic: unsure("air.cancellation", 0.5),
        urgency: scored("urgent", 0.875),
        churn: scored("staying", 0.75),
        call: unsure("wanted", 0.5),
        closing: scored("none", 1.0),
        recognised: vec![recognised("booking", 8, 14), recognised("phone", 20, 32)],
        backend: "compact".into(),
        text_version: 1_714_554_120_000_000,
    }
}

fn routed() -> Routed {
    let candidates =
        vec![candidate("rule", "complaints", 1.0, "chosen"), candidate("rule", "praise", 0.25, "condition_false")];
    Routed {
        post: post(),
        rule: "complaints".into(),
        team: team("care"),
        priority: Priority::High,
        settings_version: "9f2c".into(),
        candidates,
        notes: vec!["out_of_hours".into()],
        topic: "air.cancellation".into(),
        home_team: Some(team("care-north")),
        away_until: Some(at("2024-05-02T05:00:00Z")),
        needs_skills: vec!["et".into(), "refunds".into()],
    }
}

fn intake_counted() -> IntakeCounted {
    IntakeCounted {
        source: "webhook".into(),
        from: at("2024-05-01T09:00:00Z"),
        until: at("2024-05-01T09:01:00Z"),
        seen: 10,
        accepted: 4,
        duplicate: 3,
        filtered: 1,
        rejected: vec![("bad_signature".into(), 1), ("too_large".into(), 1)],
    }
}

/// The canonical fact of this kind.
fn fact(name: &str) -> Fact {
    let reason = String::from("a reason");
    match name {
        "PostReceived" => post_received().into(),
        "PostEdited" => PostEdited {
            post: post(),
            edited_at: at("2024-05-01T09:02:00Z"),
            personal: personal("Lend jäi ära. Mis nüüd saab?"),
        }
        .into(),
        "PostDeleted" => PostDeleted { post: post(), deleted_at: at("2024-05-01T09:03:00Z") }.into(),
        "EngagementObserved" => EngagementObserved {
            post: post(),
            shares: 206,
            comments: 97,
            likes: 5,
            views: 140_000,
            observed_at: at("2024-05-01T11:10:00Z"),
        }
        .into(),
        "ContactRecorded" => ContactRecorded {
            via: "phone".into(),
            contacted_at: at("1969-12-31T23:59:59.25Z"),
            summary: personal("asked for a refund"),
        }
        .into(),
        "PostFiltered" => PostFiltered {
            rule: "contest".into(),
            settings_version: "9f2c".into(),
            kept_as: KeptAs::Promotion,
            post: Box::new(post_received()),
        }
        .into(),
        "ReplyObserved" => reply_observed().into(),
        "PostClassified" => post_classified().into(),
        "ClassificationCorrected" => ClassificationCorrected {
            post: post(),
            head: Head::Intent,
            was: "question".into(),
            label: "complaint".into(),
            model_version: "m1".into(),
            text_version: 1_714_554_120_000_000,
        }
        .into(),
        "PostReclassified" => PostReclassified {
            class: PostClassified { model_version: "m2".into(), ..post_classified() },
            was_model_version: "m1".into(),
        }
        .into(),
        "ConversationOpened" => ConversationOpened { post: post(), network: network(), private: true }.into(),
        "Routed" => routed().into(),
        "DeadlineSet" => DeadlineSet {
            kind: DeadlineKind::FirstResponse,
            clock_started_at: at("2024-05-01T09:00:00Z"),
            due_at: at("2024-05-01T09:10:00Z"),
            target_seconds: 600,
            settings_version: "9f2c".into(),
            clock: DeadlineClock::Business,
            warn_at: Some(at("2024-05-01T09:08:00Z")),
        }
        .into(),
        "DeadlineBreached" => DeadlineBreached {
            kind: DeadlineKind::NextResponse,
            due_at: at("2024-05-01T09:10:00Z"),
            noticed_at: at("2024-05-01T09:10:00.5Z"),
        }
        .into(),
        "Claimed" => Claimed { person: person("dana"), team: Some(team("crisis")) }.into(),
        "Released" => Released { person: person("dana"), reason }.into(),
        "HandedOff" => HandedOff {
            by: person("dana"),
            from_team: Some(team("care")),
            to_team: team("crisis"),
            to_person: Some(person("ben")),
            reason,
        }
        .into(),
        "Escalated" => Escalated { by: Some(person("dana")), to_team: Some(team("crisis")), reason }.into(),
        "NoteAdded" => {
            NoteAdded { note: NoteId::from_uuid(id(0x70)), person: person("dana"), body: personal("a lawyer") }.into()
        }
        _ => fact_of_the_end(name, reason),
    }
}

fn fact_of_the_end(name: &str, reason: String) -> Fact {
    match name {
        "ReplySubmitted" => reply_submitted().into(),
        "ReplyProposed" => ReplyProposed {
            proposal: reply(),
            person: person("lee"),
            why: vec!["person".into(), "finding:tone".into()],
            replies: vec![reply_submitted()],
        }
        .into(),
        "ReplyApproved" => ReplyApproved { proposal: reply(), person: person("dana") }.into(),
        "ReplySentBack" => {
            ReplySentBack { proposal: reply(), person: person("dana"), reason: "too short".into() }.into()
        }
        "ReplyResumed" => ReplyResumed {
            person: person("dana"),
            network: network(),
            replies: vec![ResumedPart { reply: reply(), part: 2, attempts: 12, times: 1 }],
        }
        .into(),
        "ReplyGivenUp" => {
            ReplyGivenUp { reply: reply(), person: person("dana"), reason: "answered by phone".into() }.into()
        }
        "WindowWarned" => {
            WindowWarned { closes_at: at("2024-05-02T09:00:00Z"), noticed_at: at("2024-05-02T07:00:00Z") }.into()
        }
        "DraftStopped" => DraftStopped {
            draft: reply(),
            person: person("dana"),
            private: true,
            stops: vec!["personal_data_in_public".into()],
        }
        .into(),
        "ReplyAttempted" => {
            ReplyAttempted { reply: reply(), attempt: 2, attempted_at: at("2024-05-01T09:05:00Z") }.into()
        }
        "ReplySent" => ReplySent {
            reply: reply(),
            native_id: "1100043".into(),
            post: Some(post()),
            sent_at: at("2024-05-01T09:05:01Z"),
            how: "answered".into(),
        }
        .into(),
        "ReplyFailed" => ReplyFailed {
            reply: reply(),
            attempt: 1,
            reason: "http_500".into(),
            is_final: true,
            retry_at: Some(at("2024-05-01T09:05:30Z")),
        }
        .into(),
        "ReplyInDoubt" => ReplyInDoubt { reply: reply(), attempt: 2, reason: "connection_lost".into() }.into(),
        "Resolved" => Resolved { person: Some(person("dana")), outcome: Outcome::WentQuiet }.into(),
        "Reopened" => Reopened { post: Some(post()), person: Some(person("dana")), reason }.into(),
        "Merged" => Merged { into: ConversationId::from_uuid(id(0x62)), reason, person: Some(person("dana")) }.into(),
        "Absorbed" => Absorbed {
            source: ConversationId::from_uuid(id(0x63)),
            reason,
            posts: vec![post(), PostKey::from_uuid(id(0x31))],
            first_post_at: Some(at("2024-05-01T08:00:00Z")),
            person: Some(person("dana")),
        }
        .into(),
        "SettingsPublished" => SettingsPublished {
            version: "9f2c".into(),
            yaml: "brand: aurora-air\nname: Aurora Air\n".into(),
            file: "aurora-air.yaml".into(),
        }
        .into(),
        "PresenceChanged" => PresenceChanged { person: person("dana"), online: true }.into(),
        "IntakeCounted" => intake_counted().into(),
        _ => fact_of_the_desk(name, reason),
    }
}

fn fact_of_the_desk(name: &str, reason: String) -> Fact {
    match name {
        "PostBroughtBack" => PostBroughtBack { post: post(), person: person("dana"), reason }.into(),
        "Placed" => Placed {
            team: team("care-south"),
            home_team: Some(team("care-north")),
            until: Some(at("2024-05-02T05:00:00Z")),
            reason: "closed".into(),
            candidates: vec![candidate("team", "care-south", 2.0, ""), candidate("team", "care-north", 1.0, "closed")],
            settings_version: "9f2c".into(),
        }
        .into(),
        "Offered" => Offered {
            person: person("dana"),
            until: at("2024-05-01T09:03:00Z"),
            candidates: vec![candidate("person", "dana", 0.5, ""), candidate("person", "ben", 0.25, "busy")],
            settings_version: "9f2c".into(),
        }
        .into(),
        "OfferLapsed" => OfferLapsed { person: person("dana"), reason: "untouched".into() }.into(),
        "FlagRaised" => FlagRaised {
            flag: Flag::Spread,
            reason: "shares".into(),
            measured: 206.0,
            threshold: 100.0,
            settings_version: "9f2c".into(),
        }
        .into(),
        "FlagLowered" => FlagLowered { flag: Flag::Exposure, reason: "answered".into() }.into(),
        "IncidentJoined" => IncidentJoined { incident: incident() }.into(),
        "Deescalated" => Deescalated { by: Some(person("dana")), from_team: Some(team("crisis")), reason }.into(),
        "DeadlineWarned" => DeadlineWarned {
            kind: DeadlineKind::Resolution,
            due_at: at("2024-05-01T17:00:00Z"),
            noticed_at: at("2024-05-01T16:00:00.5Z"),
        }
        .into(),
        "CallbackBooked" => CallbackBooked {
            callback: callback(),
            due_at: at("2024-05-01T12:00:00Z"),
            timezone: "Europe/Tallinn".into(),
            person: Some(person("ben")),
            by: person("dana"),
        }
        .into(),
        "CallbackDue" => CallbackDue {
            callback: callback(),
            due_at: at("2024-05-01T12:00:00Z"),
            person: Some(person("ben")),
            noticed_at: at("2024-05-01T12:00:00.5Z"),
        }
        .into(),
        "CallbackDone" => CallbackDone { callback: callback(), person: person("ben") }.into(),
        "CallbackMissed" => CallbackMissed {
            callback: callback(),
            due_at: at("2024-05-01T12:00:00Z"),
            noticed_at: at("2024-05-01T12:15:00Z"),
        }
        .into(),
        _ => fact_beside_conversations(name, reason),
    }
}

fn fact_beside_conversations(name: &str, reason: String) -> Fact {
    let other = CustomerId::from_uuid(id(0x11));
    match name {
        "CustomerTeamSet" => CustomerTeamSet {
            team: team("care-north"),
            region: "harju".into(),
            reason: "region".into(),
            settings_version: "9f2c".into(),
        }
        .into(),
        "TeamChoiceChanged" => TeamChoiceChanged { opted_out: true, person: Some(person("dana")) }.into(),
        "CustomerProfiled" => CustomerProfiled {
            tier: "gold".into(),
            region: "harju".into(),
            timezone: "Europe/Tallinn".into(),
            customer_since: Some(at("2011-04-09T02:18:00Z")),
        }
        .into(),
        "AnswerWayChosen" => AnswerWayChosen {
            way: AnswerWay { network: Network::new("whatsapp").ok(), in_private: true },
            person: person("dana"),
        }
        .into(),
        "ProfilesLinked" => ProfilesLinked { other, person: person("dana"), reason }.into(),
        "ProfilesUnlinked" => ProfilesUnlinked { other, person: person("dana"), reason }.into(),
        "ExceptionGranted" => ExceptionGranted {
            conversation: Some(conversation()),
            person: person("dana"),
            what: personal("a second refund"),
        }
        .into(),
        "PromiseMade" => PromiseMade {
            promise: promise(),
            conversation: Some(conversation()),
            person: person("dana"),
            due_at: Some(at("2024-05-03T12:00:00Z")),
            what: personal("a letter by Friday"),
        }
        .into(),
        "PromiseKept" => PromiseKept { promise: promise(), person: person("dana") }.into(),
        "SurgeDetected" => SurgeDetected {
            incident: incident(),
            region: "harju".into(),
            topic: "air.cancellation".into(),
            first_post_at: at("2024-05-01T08:40:00Z"),
            seen: 17,
            window_seconds: 1_800,
            expected: 0.75,
            settings_version: "9f2c".into(),
        }
        .into(),
        "SurgeEnded" => {
            SurgeEnded { incident: incident(), posts: 121, last_post_at: at("2024-05-01T09:40:00Z") }.into()
        }
        "ShiftPostSubmitted" => ShiftPostSubmitted {
            notice: notice(),
            team: team("care"),
            shift: Shift::Evening,
            shift_at: at("2024-05-01T15:00:00Z"),
            network: network(),
            text: "Good night from Dana and Ivo".into(),
            people: vec![person("dana"), person("ivo")],
            settings_version: "9f2c".into(),
        }
        .into(),
        "PersonNoticeSubmitted" => PersonNoticeSubmitted {
            notice: notice(),
            person: person("dana"),
            way: "email".into(),
            due_at: at("2024-05-01T15:00:00Z"),
            item: item(News::DeadlineWarning),
        }
        .into(),
        "PersonNoticeExtended" => PersonNoticeExtended { notice: notice(), item: item(News::ReplyFailed) }.into(),
        "NewsChosen" => NewsChosen {
            person: person("dana"),
            email: "dana@aurora.example".into(),
            timezone: "Europe/Tallinn".into(),
            quiet: Some(Quiet { from_minute: 1_320, until_minute: 420 }),
            ways: vec![
                WayChoice { way: "email".into(), news: News::ALL[..9].to_vec(), digest_minutes: 60 },
                WayChoice { way: "ops".into(), news: vec![News::Surge], digest_minutes: 0 },
            ],
        }
        .into(),
        "NoticeAttempted" => {
            NoticeAttempted { notice: notice(), attempt: 2, attempted_at: at("2024-05-01T15:00:02Z") }.into()
        }
        "NoticeSent" => NoticeSent {
            notice: notice(),
            native_id: "n-77".into(),
            sent_at: at("2024-05-01T15:00:03Z"),
            how: "answered".into(),
        }
        .into(),
        "NoticeFailed" => NoticeFailed {
            notice: notice(),
            attempt: 2,
            reason: "connect_failed".into(),
            is_final: true,
            retry_at: Some(at("2024-05-01T15:01:00Z")),
        }
        .into(),
        "NoticeInDoubt" => NoticeInDoubt { notice: notice(), attempt: 2, reason: "unknown_timeout".into() }.into(),
        unknown => panic!("{unknown} has no canonical form yet: add one here, then run with UPDATE_GOLDEN=1"),
    }
}

fn item(news: News) -> Item {
    let cause = RecordId::from_uuid(id(0x77));
    Item { news, conversation: Some(conversation()), at: at("2024-05-01T14:40:00Z"), cause }
}

/// The canonical record that holds this kind of fact.
pub fn record(name: &str) -> Record {
    let customer = CustomerId::from_uuid(id(0x10));
    let subject = match name {
        "SettingsPublished" | "PresenceChanged" | "NewsChosen" | "IntakeCounted" | "SurgeDetected" | "SurgeEnded" => {
            Subject::Brand { brand: brand() }
        }
        "ShiftPostSubmitted"
        | "PersonNoticeSubmitted"
        | "PersonNoticeExtended"
        | "NoticeAttempted"
        | "NoticeSent"
        | "NoticeFailed"
        | "NoticeInDoubt" => Subject::Notice { brand: brand(), notice: notice() },
        "PostFiltered" | "PostBroughtBack" => Subject::Filtered { brand: brand(), customer, post: post() },
        "CustomerTeamSet" | "TeamChoiceChanged" | "CustomerProfiled" | "AnswerWayChosen" | "ProfilesLinked"
        | "ProfilesUnlinked" | "ExceptionGranted" | "PromiseMade" | "PromiseKept" => {
            Subject::Customer { brand: brand(), customer }
        }
        _ => Subject::Conversation { brand: brand(), customer, conversation: conversation() },
    };
    let actor = match name {
        "PostReceived" | "PostEdited" | "PostDeleted" => Actor::Customer,
        "ReplyObserved" => Actor::Import,
        "Claimed"
        | "Released"
        | "HandedOff"
        | "NoteAdded"
        | "ReplySubmitted"
        | "ReplyProposed"
        | "ReplyApproved"
        | "ReplySentBack"
        | "ReplyResumed"
        | "ReplyGivenUp"
        | "ClassificationCorrected"
        | "PostBroughtBack"
        | "CallbackBooked"
        | "CallbackDone"
        | "ProfilesLinked"
        | "ProfilesUnlinked"
        | "ExceptionGranted"
        | "PromiseMade"
        | "PromiseKept" => Actor::Person(person("dana")),
        _ => Actor::Service("routing".into()),
    };
    Record {
        id: RecordId::from_uuid(id(0x01)),
        subject,
        occurred_at: at("2024-05-01T09:00:01.5Z"),
        recorded_at: at("2024-05-01T09:00:02Z"),
        actor,
        caused_by: Some(RecordId::from_uuid(id(0x02))),
        correlation: Some(RecordId::from_uuid(id(0x03))),
        facts: vec![fact(name)],
    }
}

/// The canonical message of a deadline that comes due: it waits in the log too.
pub fn due() -> Due {
    Due {
        brand: brand(),
        customer: CustomerId::from_uuid(id(0x10)),
        conversation: conversation(),
        kind: Some(DeadlineKind::FirstResponse),
        due_at: at("2024-05-01T09:10:00Z"),
    }
}

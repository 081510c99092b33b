//! Facts and records made from a number, every field of them, with no thought for whether they make sense together.
//! The contract's tests read this file too: what can be said can be written.

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

/// Stands in everything personal that chance makes, and nowhere else.
pub const SECRET: &str = "\u{1f512}";

/// A row of numbers that looks like chance and is always the same for the same start.
pub struct Chance {
    row: u64,
    first: Timestamp,
    last: Timestamp,
}

impl Chance {
    /// Its times are from all of time.
    pub fn new(start: u64) -> Self {
        Chance { row: start, first: Timestamp::MIN, last: Timestamp::MAX }
    }

    /// Its times are of this era, whose years have four digits.
    #[allow(dead_code, reason = "the contract's tests use it, for JSON")]
    pub fn of_this_era(start: u64) -> Self {
        let first = "0001-01-01T00:00:00Z".parse().unwrap();
        Chance { first, ..Chance::new(start) }
    }

    pub fn number(&mut self) -> u64 {
        // SplitMix64.
        self.row = self.row.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.row;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.coin() { Some(make(self)) } else { None }
    }

    fn several<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(3)).map(|_| make(self)).collect()
    }

    /// Small, huge, or anything.
    fn count(&mut self) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => u64::MAX,
            2 => self.below(1_000),
            _ => self.number(),
        }
    }

    /// Any text, of any script, and possibly none.
    fn text(&mut self) -> String {
        const PIECES: [&str; 9] = ["a", " ", "0.1元", "né", "\u{202e}", "\n", "👩‍👩‍👧", "\"{}", "\0"];
        (0..self.below(6)).map(|_| self.of(&PIECES)).collect()
    }

    fn some_text(&mut self) -> String {
        format!("{}.", self.text())
    }

    fn secret(&mut self) -> String {
        format!("{}{SECRET}{}", self.text(), self.text())
    }

    fn slug(&mut self) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..=self.below(32).min(30)).map(|_| char::from(self.of(LETTERS))).collect()
    }

    fn time(&mut self) -> Timestamp {
        let (first, last) = (self.first.as_nanosecond(), self.last.as_nanosecond());
        match self.below(8) {
            0 => self.first,
            1 => self.last,
            _ => {
                let wide = i128::from(self.number()) << 32 | i128::from(self.number() >> 32);
                Timestamp::from_nanosecond(first + wide.rem_euclid(last - first)).unwrap()
            }
        }
    }

    fn uuid(&mut self) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(self.number(), self.number())
    }

    fn post(&mut self) -> PostKey {
        PostKey::from_uuid(self.uuid())
    }

    fn reply(&mut self) -> ReplyId {
        ReplyId::from_uuid(self.uuid())
    }

    fn submitted(&mut self) -> ReplySubmitted {
        ReplySubmitted {
            reply: self.reply(),
            person: self.person(),
            network: self.network(),
            private: self.coin(),
            in_reply_to: self.post(),
            in_reply_to_native_id: self.text(),
            body: self.personal(),
            offers: self.several(Self::text),
            asks: self.several(Self::text),
            warnings: self.several(Self::text),
            overrode: self.text(),
            part: self.below(5) as u32 + 1,
            parts: self.below(5) as u32 + 1,
            notice: self.text(),
        }
    }

    fn conversation(&mut self) -> ConversationId {
        ConversationId::from_uuid(self.uuid())
    }

    fn record_id(&mut self) -> RecordId {
        RecordId::from_uuid(self.uuid())
    }

    fn customer(&mut self) -> CustomerId {
        CustomerId::from_uuid(self.uuid())
    }

    fn callback(&mut self) -> CallbackId {
        CallbackId::from_uuid(self.uuid())
    }

    fn promise(&mut self) -> PromiseId {
        PromiseId::from_uuid(self.uuid())
    }

    fn incident(&mut self) -> IncidentId {
        IncidentId::from_uuid(self.uuid())
    }

    fn notice(&mut self) -> NoticeId {
        NoticeId::from_uuid(self.uuid())
    }

    fn brand(&mut self) -> BrandId {
        BrandId::new(self.slug()).unwrap()
    }

    fn network(&mut self) -> Network {
        Network::new(self.slug()).unwrap()
    }

    fn person(&mut self) -> PersonId {
        PersonId::new(self.slug()).unwrap()
    }

    fn team(&mut self) -> TeamId {
        TeamId::new(self.slug()).unwrap()
    }

    fn personal(&mut self) -> Personal {
        let attachment = |chance: &mut Self| Attachment {
            media_type: chance.secret(),
            size_bytes: chance.count(),
            url: chance.secret(),
        };
        Personal {
            author_id: self.secret(),
            author_name: self.secret(),
            author_handle: self.secret(),
            text: self.secret(),
            attachments: self.several(attachment),
        }
    }

    fn scored(&mut self) -> Scored {
        let confidence = match self.below(3) {
            0 => 0.0,
            1 => 1.0,
            _ => self.below(1_024) as f32 / 1_024.0,
        };
        Scored { label: self.some_text().into(), confidence, unsure: self.coin(), reasons: self.several(Self::text) }
    }

    fn answer(&mut self) -> Scored {
        self.maybe(Self::scored).unwrap_or_default()
    }

    fn recognised(&mut self) -> Recognised {
        let start = self.below(1_000) as u32;
        let end = start + 1 + self.below(40) as u32;
        Recognised {
            kind: self.of(&["phone", "iban", "order"]).into(),
            start,
            end,
            confidence: self.scored().confidence,
        }
    }

    fn kind(&mut self) -> DeadlineKind {
        self.of(&[DeadlineKind::FirstResponse, DeadlineKind::NextResponse, DeadlineKind::Resolution])
    }

    fn flag(&mut self) -> Flag {
        self.of(&Flag::ALL)
    }

    /// In 1/1024ths, which JSON keeps to the last bit.
    fn measure(&mut self) -> f64 {
        self.below(1 << 24) as f64 / 1_024.0 - 8_192.0
    }

    fn candidate(&mut self) -> Candidate {
        Candidate { kind: self.text(), name: self.text(), score: self.measure(), excluded: self.text() }
    }

    fn post_received(&mut self) -> PostReceived {
        PostReceived {
            post: self.post(),
            network: self.network(),
            native_id: self.some_text(),
            parent_native_id: self.text(),
            root_native_id: self.text(),
            private: self.coin(),
            handle_use: self.of(&[HandleUse::None, HandleUse::Main, HandleUse::Care]),
            posted_at: self.maybe(Self::time),
            followers: self.count(),
            region: self.text(),
            tier: self.text(),
            timezone: self.text(),
            source: self.text(),
            backfill: self.coin(),
            demo: self.coin(),
            thread_of: self.maybe(Self::conversation),
            awaited_in: self.maybe(Self::conversation),
            language: self.text(),
            personal: self.personal(),
        }
    }

    fn reply_observed(&mut self) -> ReplyObserved {
        ReplyObserved {
            post: self.post(),
            network: self.network(),
            native_id: self.text(),
            parent_native_id: self.text(),
            private: self.coin(),
            posted_at: self.maybe(Self::time),
            person: self.maybe(Self::person),
            source: self.text(),
            backfill: self.coin(),
            personal: self.personal(),
        }
    }

    fn routed(&mut self) -> Routed {
        Routed {
            post: self.post(),
            rule: self.text(),
            team: self.team(),
            priority: self.of(&[Priority::Low, Priority::Normal, Priority::High, Priority::Urgent]),
            settings_version: self.text(),
            candidates: self.several(Self::candidate),
            notes: self.several(Self::text),
            topic: self.text(),
            home_team: self.maybe(Self::team),
            away_until: self.maybe(Self::time),
            needs_skills: self.several(Self::text),
        }
    }

    fn intake_counted(&mut self) -> IntakeCounted {
        IntakeCounted {
            source: self.text(),
            from: self.time(),
            until: self.time(),
            seen: self.count(),
            accepted: self.count(),
            duplicate: self.count(),
            filtered: self.count(),
            rejected: self.several(|chance| (chance.text(), chance.count())),
        }
    }

    /// A fact of this kind.
    pub fn fact(&mut self, name: &str) -> Fact {
        match name {
            "PostReceived" => self.post_received().into(),
            "PostFiltered" => PostFiltered {
                rule: self.text(),
                settings_version: self.text(),
                kept_as: self.of(&KeptAs::ALL),
                post: Box::new(self.post_received()),
            }
            .into(),
            "ReplyObserved" => self.reply_observed().into(),
            "Routed" => self.routed().into(),
            "IntakeCounted" => self.intake_counted().into(),
            _ => self.small_fact(name),
        }
    }

    fn small_fact(&mut self, name: &str) -> Fact {
        let attempt = self.below(u64::from(u32::MAX)) as u32 + 1;
        match name {
            "PostEdited" => PostEdited { post: self.post(), edited_at: self.time(), personal: self.personal() }.into(),
            "PostDeleted" => PostDeleted { post: self.post(), deleted_at: self.time() }.into(),
            "EngagementObserved" => EngagementObserved {
                post: self.post(),
                shares: self.count(),
                comments: self.count(),
                likes: self.count(),
                views: self.count(),
                observed_at: self.time(),
            }
            .into(),
            "ContactRecorded" => {
                ContactRecorded { via: self.text(), contacted_at: self.time(), summary: self.personal() }.into()
            }
            "PostClassified" => PostClassified {
                post: self.post(),
                model_version: self.some_text(),
                language: self.scored(),
                sentiment: self.scored(),
                intent: self.scored(),
                topic: self.answer(),
                urgency: self.answer(),
                churn: self.answer(),
                call: self.answer(),
                closing: self.answer(),
                recognised: self.several(Self::recognised),
                backend: self.text(),
                text_version: self.number() as i64,
            }
            .into(),
            "ClassificationCorrected" => ClassificationCorrected {
                post: self.post(),
                head: self.of(&Head::ALL),
                was: self.text(),
                label: self.some_text(),
                model_version: self.some_text(),
                text_version: self.number() as i64,
            }
            .into(),
            "PostReclassified" => PostReclassified {
                class: PostClassified {
                    post: self.post(),
                    model_version: self.some_text(),
                    language: self.answer(),
                    sentiment: self.answer(),
                    intent: self.answer(),
                    topic: self.answer(),
                    urgency: self.answer(),
                    churn: self.answer(),
                    call: self.answer(),
                    closing: self.answer(),
                    recognised: self.several(Self::recognised),
                    backend: self.text(),
                    text_version: self.number() as i64,
                },
                was_model_version: self.some_text(),
            }
            .into(),
            "ConversationOpened" => {
                ConversationOpened { post: self.post(), network: self.network(), private: self.coin() }.into()
            }
            "DeadlineSet" => DeadlineSet {
                kind: self.kind(),
                clock_started_at: self.time(),
                due_at: self.time(),
                target_seconds: self.number() as u32,
                settings_version: self.text(),
                clock: self.of(&[DeadlineClock::Calendar, DeadlineClock::Business]),
                warn_at: self.maybe(Self::time),
            }
            .into(),
            "DeadlineBreached" => {
                DeadlineBreached { kind: self.kind(), due_at: self.time(), noticed_at: self.time() }.into()
            }
            "Claimed" => Claimed { person: self.person(), team: self.maybe(Self::team) }.into(),
            "Released" => Released { person: self.person(), reason: self.text() }.into(),
            "HandedOff" => HandedOff {
                by: self.person(),
                from_team: self.maybe(Self::team),
                to_team: self.team(),
                to_person: self.maybe(Self::person),
                reason: self.text(),
            }
            .into(),
            "Escalated" => {
                Escalated { by: self.maybe(Self::person), to_team: self.maybe(Self::team), reason: self.text() }.into()
            }
            "NoteAdded" => {
                NoteAdded { note: NoteId::from_uuid(self.uuid()), person: self.person(), body: self.personal() }.into()
            }
            "ReplySubmitted" => self.submitted().into(),
            "ReplyProposed" => ReplyProposed {
                proposal: self.reply(),
                person: self.person(),
                why: self.several(Self::text),
                replies: (0..=self.below(2)).map(|_| self.submitted()).collect(),
            }
            .into(),
            "ReplyApproved" => ReplyApproved { proposal: self.reply(), person: self.person() }.into(),
            "ReplySentBack" => {
                ReplySentBack { proposal: self.reply(), person: self.person(), reason: self.text() }.into()
            }
            "ReplyResumed" => {
                let part = |chance: &mut Self| ResumedPart {
                    reply: chance.reply(),
                    part: chance.below(5) as u32 + 1,
                    attempts: chance.below(9) as u32,
                    times: chance.below(9) as u32,
                };
                ReplyResumed { person: self.person(), network: self.network(), replies: self.several(part) }.into()
            }
            "ReplyGivenUp" => ReplyGivenUp { reply: self.reply(), person: self.person(), reason: self.text() }.into(),
            "WindowWarned" => WindowWarned { closes_at: self.time(), noticed_at: self.time() }.into(),
            "DraftStopped" => DraftStopped {
                draft: self.reply(),
                person: self.person(),
                private: self.coin(),
                stops: self.several(Self::text),
            }
            .into(),
            "ReplyAttempted" => ReplyAttempted { reply: self.reply(), attempt, attempted_at: self.time() }.into(),
            "ReplySent" => ReplySent {
                reply: self.reply(),
                native_id: self.text(),
                post: self.maybe(Self::post),
                sent_at: self.time(),
                how: self.text(),
            }
            .into(),
            "ReplyFailed" => ReplyFailed {
                reply: self.reply(),
                attempt,
                reason: self.text(),
                is_final: self.coin(),
                retry_at: self.maybe(Self::time),
            }
            .into(),
            "ReplyInDoubt" => ReplyInDoubt { reply: self.reply(), attempt, reason: self.text() }.into(),
            "Resolved" => Resolved {
                person: self.maybe(Self::person),
                outcome: self.of(&[Outcome::Solved, Outcome::Refused, Outcome::NoActionNeeded, Outcome::WentQuiet]),
            }
            .into(),
            "Reopened" => {
                Reopened { post: self.maybe(Self::post), person: self.maybe(Self::person), reason: self.text() }.into()
            }
            "Merged" => {
                Merged { into: self.conversation(), reason: self.text(), person: self.maybe(Self::person) }.into()
            }
            "Absorbed" => Absorbed {
                source: self.conversation(),
                reason: self.text(),
                posts: self.several(Self::post),
                first_post_at: self.maybe(Self::time),
                person: self.maybe(Self::person),
            }
            .into(),
            "SettingsPublished" => {
                SettingsPublished { version: self.some_text(), yaml: self.text(), file: self.text() }.into()
            }
            "PresenceChanged" => PresenceChanged { person: self.person(), online: self.coin() }.into(),
            _ => self.fact_of_the_desk(name),
        }
    }

    fn fact_of_the_desk(&mut self, name: &str) -> Fact {
        match name {
            "PostBroughtBack" => {
                PostBroughtBack { post: self.post(), person: self.person(), reason: self.text() }.into()
            }
            "Placed" => Placed {
                team: self.team(),
                home_team: self.maybe(Self::team),
                until: self.maybe(Self::time),
                reason: self.text(),
                candidates: self.several(Self::candidate),
                settings_version: self.text(),
            }
            .into(),
            "Offered" => Offered {
                person: self.person(),
                until: self.time(),
                candidates: self.several(Self::candidate),
                settings_version: self.text(),
            }
            .into(),
            "OfferLapsed" => OfferLapsed { person: self.person(), reason: self.text() }.into(),
            "FlagRaised" => FlagRaised {
                flag: self.flag(),
                reason: self.text(),
                measured: self.measure(),
                threshold: self.measure(),
                settings_version: self.text(),
            }
            .into(),
            "FlagLowered" => FlagLowered { flag: self.flag(), reason: self.text() }.into(),
            "IncidentJoined" => IncidentJoined { incident: self.incident() }.into(),
            "Deescalated" => {
                Deescalated { by: self.maybe(Self::person), from_team: self.maybe(Self::team), reason: self.text() }
                    .into()
            }
            "DeadlineWarned" => {
                DeadlineWarned { kind: self.kind(), due_at: self.time(), noticed_at: self.time() }.into()
            }
            "CallbackBooked" => CallbackBooked {
                callback: self.callback(),
                due_at: self.time(),
                timezone: self.text(),
                person: self.maybe(Self::person),
                by: self.person(),
            }
            .into(),
            "CallbackDue" => CallbackDue {
                callback: self.callback(),
                due_at: self.time(),
                person: self.maybe(Self::person),
                noticed_at: self.time(),
            }
            .into(),
            "CallbackDone" => CallbackDone { callback: self.callback(), person: self.person() }.into(),
            "CallbackMissed" => {
                CallbackMissed { callback: self.callback(), due_at: self.time(), noticed_at: self.time() }.into()
            }
            _ => self.fact_beside_conversations(name),
        }
    }

    fn fact_beside_conversations(&mut self, name: &str) -> Fact {
        match name {
            "CustomerTeamSet" => CustomerTeamSet {
                team: self.team(),
                region: self.text(),
                reason: self.text(),
                settings_version: self.text(),
            }
            .into(),
            "TeamChoiceChanged" => {
                TeamChoiceChanged { opted_out: self.coin(), person: self.maybe(Self::person) }.into()
            }
            "CustomerProfiled" => CustomerProfiled {
                tier: self.text(),
                region: self.text(),
                timezone: self.text(),
                customer_since: self.maybe(Self::time),
            }
            .into(),
            "AnswerWayChosen" => {
                let way = AnswerWay { network: self.maybe(Self::network), in_private: self.coin() };
                AnswerWayChosen { way, person: self.person() }.into()
            }
            "ProfilesLinked" => {
                ProfilesLinked { other: self.customer(), person: self.person(), reason: self.text() }.into()
            }
            "ProfilesUnlinked" => {
                ProfilesUnlinked { other: self.customer(), person: self.person(), reason: self.text() }.into()
            }
            "ExceptionGranted" => ExceptionGranted {
                conversation: self.maybe(Self::conversation),
                person: self.person(),
                what: self.personal(),
            }
            .into(),
            "PromiseMade" => PromiseMade {
                promise: self.promise(),
                conversation: self.maybe(Self::conversation),
                person: self.person(),
                due_at: self.maybe(Self::time),
                what: self.personal(),
            }
            .into(),
            "PromiseKept" => PromiseKept { promise: self.promise(), person: self.person() }.into(),
            "SurgeDetected" => SurgeDetected {
                incident: self.incident(),
                region: self.text(),
                topic: self.text(),
                first_post_at: self.time(),
                seen: self.number() as u32,
                window_seconds: self.number() as u32,
                expected: self.measure(),
                settings_version: self.text(),
            }
            .into(),
            "SurgeEnded" => {
                SurgeEnded { incident: self.incident(), posts: self.number() as u32, last_post_at: self.time() }.into()
            }
            "ShiftPostSubmitted" => ShiftPostSubmitted {
                notice: self.notice(),
                team: self.team(),
                shift: self.of(&[Shift::Morning, Shift::Evening]),
                shift_at: self.time(),
                network: self.network(),
                text: self.text(),
                people: self.several(Self::person),
                settings_version: self.text(),
            }
            .into(),
            "PersonNoticeSubmitted" => PersonNoticeSubmitted {
                notice: self.notice(),
                person: self.person(),
                way: self.of(&["email", "console", "ops"]).to_owned(),
                due_at: self.time(),
                item: self.item(),
            }
            .into(),
            "PersonNoticeExtended" => PersonNoticeExtended { notice: self.notice(), item: self.item() }.into(),
            "NewsChosen" => {
                let (person, timezone, email) = (self.person(), self.text(), self.text().as_str().into());
                let quiet = self.maybe(|chance| Quiet {
                    from_minute: chance.below(1_440) as u16,
                    until_minute: chance.below(1_440) as u16,
                });
                let ways = self.several(|chance| WayChoice {
                    way: chance.of(&["email", "ops"]).to_owned(),
                    news: chance.several(|chance| chance.of(&News::ALL)),
                    digest_minutes: chance.number() as u32,
                });
                NewsChosen { person, email, timezone, quiet, ways }.into()
            }
            "NoticeAttempted" => {
                NoticeAttempted { notice: self.notice(), attempt: 1 + self.below(9) as u32, attempted_at: self.time() }
                    .into()
            }
            "NoticeSent" => {
                NoticeSent { notice: self.notice(), native_id: self.text(), sent_at: self.time(), how: self.text() }
                    .into()
            }
            "NoticeFailed" => NoticeFailed {
                notice: self.notice(),
                attempt: self.number() as u32,
                reason: self.text(),
                is_final: self.coin(),
                retry_at: self.maybe(Self::time),
            }
            .into(),
            "NoticeInDoubt" => {
                NoticeInDoubt { notice: self.notice(), attempt: self.number() as u32, reason: self.text() }.into()
            }
            unknown => panic!("no fact is called {unknown}; a new one is to be made by chance too"),
        }
    }

    fn item(&mut self) -> Item {
        let (news, at) = (self.of(&News::ALL), self.time());
        Item { news, conversation: self.maybe(Self::conversation), at, cause: self.record_id() }
    }

    fn subject(&mut self) -> Subject {
        let brand = self.brand();
        let customer = self.customer();
        match self.below(5) {
            0 => Subject::Conversation { brand, customer, conversation: self.conversation() },
            3 => Subject::Notice { brand, notice: self.notice() },
            1 => Subject::Filtered { brand, customer, post: self.post() },
            2 => Subject::Customer { brand, customer },
            _ => Subject::Brand { brand },
        }
    }

    fn actor(&mut self) -> Actor {
        match self.below(4) {
            0 => Actor::Service(self.some_text()),
            1 => Actor::Person(self.person()),
            2 => Actor::Customer,
            _ => Actor::Import,
        }
    }

    /// A record of one to three facts.
    pub fn record(&mut self) -> Record {
        let facts = (0..=self.below(3)).map(|_| {
            let name = self.of(Fact::NAMES);
            self.fact(name)
        });
        let facts = facts.collect();
        Record {
            id: self.record_id(),
            subject: self.subject(),
            occurred_at: self.time(),
            recorded_at: self.time(),
            actor: self.actor(),
            caused_by: self.maybe(Self::record_id),
            correlation: self.maybe(Self::record_id),
            facts,
        }
    }
}

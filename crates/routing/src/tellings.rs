//! Who of the brand's people is told what, by which way and when. Pure: it follows from a record and the view it leaves, and
//! from what each person chose. Everything that names a notice is taken from the log, so that all copies name the same one.

use crate::view::{BrandEntry, Entry, View};
use conversation::desk::Escalated;
use conversation::notice::{Notice, NoticeCommand};
use conversation::told::{CONSOLE, Item, NEWS_FOR, News, NewsChosen, PersonNoticeSubmitted};
use conversation::{Actor, BrandId, Fact, NoticeId, PersonId, Record, RecordId, Rejection, Subject, TeamId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// One person is told one thing by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    pub brand: BrandId,
    pub person: PersonId,
    pub way: String,
    pub due_at: Timestamp,
    pub item: Item,
}

impl Telling {
    /// The record that says so; the same for whoever writes it.
    pub fn record(&self, name: &str) -> RecordId {
        let (cause, news) = (self.item.cause.as_uuid(), self.item.news.as_str().as_bytes());
        let (person, way) = (self.person.as_str().as_bytes(), self.way.as_bytes());
        RecordId::caused(name, &[b"tell".as_slice(), cause.as_bytes(), news, b" ", person, b" ", way].concat())
    }

    /// The notices in which it can stand, the first that still takes it: what is gathered goes together, unless that has
    /// gone out.
    pub fn notices(&self) -> Vec<NoticeId> {
        let alone = NoticeId::of_news(&self.person, &self.way, self.item.news.as_str(), self.item.cause);
        let together = |at| vec![NoticeId::of_digest(&self.brand, &self.person, &self.way, at), alone];
        if self.way == CONSOLE {
            // What is read together: a subject an hour and not a subject a piece of news, of which the log would be full.
            let hour = self.item.at.as_second().div_euclid(3_600) * 3_600;
            return together(Timestamp::from_second(hour).unwrap_or(self.item.at));
        }
        if self.goes_alone() { vec![alone] } else { together(self.due_at) }
    }

    /// Whether it is the first and only one of its notice.
    pub fn goes_alone(&self) -> bool {
        self.way != CONSOLE && self.due_at <= self.item.at
    }

    pub fn subject(&self, notice: NoticeId) -> Subject {
        Subject::Notice { brand: self.brand.clone(), notice }
    }

    /// Decides it on a notice.
    ///
    /// # Errors
    /// The notice has gone out, or is full.
    pub fn decide(&self, notice: NoticeId, state: &Notice, record: RecordId) -> Result<Vec<Fact>, Rejection> {
        let Telling { person, way, due_at, item, .. } = self.clone();
        let command = NoticeCommand::TellPerson(PersonNoticeSubmitted { notice, person, way, due_at, item });
        conversation::notice::decide(state, &command, record)
    }
}

/// Whether a record can be news to anybody.
pub fn is_news(record: &Record) -> bool {
    record.facts.iter().any(|fact| news(fact).is_some())
}

fn news(fact: &Fact) -> Option<News> {
    Some(match fact {
        Fact::HandedOff(fact) if fact.to_person.is_some() => News::Assigned,
        Fact::Offered(_) => News::Assigned,
        Fact::PostReceived(fact) if !fact.backfill => News::ReplyToMe,
        // To whoever has it, both say that an answer is due soon.
        Fact::DeadlineWarned(_) | Fact::WindowWarned(_) => News::DeadlineWarning,
        Fact::DeadlineBreached(_) => News::DeadlineBreach,
        Fact::Escalated(_) => News::Escalated,
        Fact::CallbackDue(_) => News::CallbackDue,
        Fact::CallbackMissed(_) => News::CallbackMissed,
        Fact::SurgeDetected(_) => News::Surge,
        Fact::ReplyFailed(fact) if fact.is_final => News::ReplyFailed,
        Fact::ReplyInDoubt(_) => News::ReplyFailed,
        Fact::ReplyProposed(_) => News::ApprovalAsked,
        Fact::ReplySentBack(_) => News::ReplySentBack,
        // Everything else is seen when somebody looks.
        _ => return None,
    })
}

/// What people are told because of a record that the view has just taken in.
pub fn tellings(view: &View, record: &Record, now: Timestamp) -> Vec<Telling> {
    let brand = record.subject.brand();
    let Some(known) = view.brands.get(brand).filter(|_| now.duration_since(record.recorded_at) < NEWS_FOR) else {
        return Vec::new();
    };
    let conversation = record.subject.conversation();
    let entry = conversation.and_then(|id| view.conversations.get(&id));
    let zone = TimeZone::get(&known.brand.settings().timezone).unwrap_or(TimeZone::UTC);
    let mut tellings: Vec<Telling> = Vec::new();
    for (news, fact) in record.facts.iter().filter_map(|fact| Some((news(fact)?, fact))) {
        let item = Item { news, conversation, at: record.recorded_at, cause: record.id };
        for person in concerned(known, entry.map(|entry| &**entry), record, fact) {
            let unsaid = || NewsChosen::unsaid(person.clone());
            let chosen = known.chosen.get(&person).cloned().unwrap_or_else(unsaid);
            for way in chosen.ways.iter().filter(|way| way.news.contains(&news)) {
                let due_at = chosen.due_at(way, record.recorded_at, &zone);
                let (brand, person) = (brand.clone(), person.clone());
                let telling = Telling { brand, person, way: way.way.clone(), due_at, item: item.clone() };
                // Two facts of one record, of both clocks for example, are one piece of news.
                if !tellings.contains(&telling) {
                    tellings.push(telling);
                }
            }
        }
    }
    tellings
}

/// Whom a fact concerns, each once. Nobody is told what he did himself, or works for the brand no more.
fn concerned(known: &BrandEntry, entry: Option<&Entry>, record: &Record, fact: &Fact) -> Vec<PersonId> {
    let mut people = match (fact, entry) {
        (Fact::SurgeDetected(surge), _) => match known.brand.team_of_region(&surge.region) {
            Some(team) => those_on(known, Some(team)),
            None => those_on(known, None),
        },
        (Fact::HandedOff(fact), _) => fact.to_person.iter().cloned().collect(),
        (Fact::Offered(fact), _) => vec![fact.person.clone()],
        (_, None) => Vec::new(),
        (Fact::PostReceived(_), Some(entry)) => holders(entry),
        (Fact::Escalated(fact), Some(entry)) => of_escalation(known, entry, fact),
        (Fact::CallbackDue(fact), Some(entry)) => match &fact.person {
            Some(person) => vec![person.clone()],
            None => holders_or_team(known, entry),
        },
        (Fact::CallbackMissed(fact), Some(entry)) => {
            let caller = entry.state.callbacks.iter().find(|call| call.id == fact.callback);
            let caller = caller.and_then(|call| call.person.clone());
            caller.into_iter().chain(holders(entry)).chain(team_on(known, entry.state.team.as_ref())).collect()
        }
        (Fact::ReplyFailed(fact), Some(entry)) => author(entry, &fact.reply),
        (Fact::ReplyInDoubt(fact), Some(entry)) => author(entry, &fact.reply),
        (Fact::ReplyProposed(_), Some(_)) => approvers_on(known),
        (Fact::ReplySentBack(fact), Some(entry)) => {
            entry.state.sent_back(&fact.proposal).map(|known| known.writer.clone()).into_iter().collect()
        }
        (_, Some(entry)) => holders_or_team(known, entry),
    };
    let mut seen = std::collections::HashSet::new();
    let himself = |person: &PersonId| matches!(&record.actor, Actor::Person(actor) if actor == person);
    people.retain(|person| !himself(person) && known.brand.settings().person(person.as_str()).is_some());
    people.retain(|person| seen.insert(person.clone()));
    people
}

fn holders(entry: &Entry) -> Vec<PersonId> {
    entry.state.assignee.iter().chain(&entry.state.second).cloned().collect()
}

fn holders_or_team(known: &BrandEntry, entry: &Entry) -> Vec<PersonId> {
    let holders = holders(entry);
    if holders.is_empty() { team_on(known, entry.state.team.as_ref()) } else { holders }
}

fn of_escalation(known: &BrandEntry, entry: &Entry, fact: &Escalated) -> Vec<PersonId> {
    let team = fact.to_team.as_ref().or(entry.state.team.as_ref());
    entry.state.assignee.iter().cloned().chain(team_on(known, team)).collect()
}

fn author(entry: &Entry, reply: &conversation::ReplyId) -> Vec<PersonId> {
    let reply = entry.state.reply(reply).filter(|reply| !reply.notice);
    reply.and_then(|reply| reply.person.clone()).into_iter().collect()
}

fn team_on(known: &BrandEntry, team: Option<&TeamId>) -> Vec<PersonId> {
    team.map(|team| those_on(known, Some(team.as_str()))).unwrap_or_default()
}

/// The people of a team, or all, who are on, or who said how they want to be told wherever they are.
fn those_on(known: &BrandEntry, team: Option<&str>) -> Vec<PersonId> {
    let settings = known.brand.settings();
    let teams = settings.teams.iter().filter(|one| team.is_none_or(|team| one.id == team));
    reachable(known, teams.flat_map(|team| &team.people).map(String::as_str))
}

/// Those who may agree to a reply.
fn approvers_on(known: &BrandEntry) -> Vec<PersonId> {
    reachable(known, known.brand.settings().approvers())
}

fn reachable<'a>(known: &BrandEntry, people: impl Iterator<Item = &'a str>) -> Vec<PersonId> {
    let people = people.filter_map(|id| PersonId::new(id).ok());
    people.filter(|person| known.is_online(person) || known.chosen.contains_key(person)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::approval::{ReplyProposed, ReplySentBack};
    use conversation::brand_facts::{PresenceChanged, SettingsPublished};
    use conversation::callback::{CallbackBooked, CallbackMissed};
    use conversation::deadlines::{DeadlineBreached, DeadlineKind, DeadlineWarned};
    use conversation::desk::{Claimed, HandedOff};
    use conversation::received::{HandleUse, PostReceived};
    use conversation::replied::ReplyFailed;
    use conversation::routed::ConversationOpened;
    use conversation::surge::SurgeDetected;
    use conversation::told::{EMAIL, Quiet, WayChoice};
    use conversation::window::WindowWarned;
    use conversation::{CallbackId, ConversationId, CustomerId, IncidentId, Network, Personal, PostKey, ReplyId};

    const YAML: &str = "earshot: brand/v1\nbrand: b\nname: Aurora\ntimezone: UTC\n\
        teams:\n  care: {name: Care, hours: 24/7, people: [dana, ivo]}\n  crisis: {name: Crisis, hours: 24/7, tier: crisis, people: [mart]}\n\
        people: {dana: {name: Dana}, ivo: {name: Ivo}, mart: {name: Mart}}\notherwise: {team: care}\n";

    struct World {
        view: View,
        sequence: u64,
    }

    fn brand() -> BrandId {
        BrandId::new("b").unwrap()
    }

    fn person(name: &str) -> PersonId {
        PersonId::new(name).unwrap()
    }

    fn customer() -> CustomerId {
        CustomerId::of(&brand(), &Network::new("x").unwrap(), "mo")
    }

    fn matter() -> ConversationId {
        ConversationId::of(&customer(), 0)
    }

    /// Each record is a second after the one before.
    fn at(sequence: u64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + i64::try_from(sequence).unwrap()).unwrap()
    }

    impl World {
        /// Dana and Ivo of the first line are on, and a conversation is open.
        fn new() -> World {
            let mut world = World { view: View::default(), sequence: 0 };
            let (version, yaml, file) = ("1".into(), YAML.into(), "b.yaml".into());
            world.of_brand(SettingsPublished { version, yaml, file }.into());
            for name in ["dana", "ivo"] {
                world.of_brand(PresenceChanged { person: person(name), online: true }.into());
            }
            world.post();
            let post = PostKey::of(&brand(), &Network::new("x").unwrap(), "p4");
            let network = Network::new("x").unwrap();
            world.happens(ConversationOpened { post, network, private: false }.into());
            let team = conversation::TeamId::new("care").unwrap();
            let back =
                HandedOff { by: person("mart"), from_team: None, to_team: team, to_person: None, reason: "x".into() };
            world.happens(back.into());
            world
        }

        fn take(&mut self, subject: Subject, actor: Actor, fact: Fact) -> Vec<Telling> {
            self.sequence += 1;
            let record = Record {
                id: RecordId::caused("test", &self.sequence.to_be_bytes()),
                subject,
                occurred_at: at(self.sequence),
                recorded_at: at(self.sequence),
                actor,
                caused_by: None,
                correlation: None,
                facts: vec![fact],
            };
            self.view.fold(self.sequence, &record);
            tellings(&self.view, &record, at(self.sequence))
        }

        fn of_brand(&mut self, fact: Fact) -> Vec<Telling> {
            self.take(Subject::Brand { brand: brand() }, Actor::Service("t".into()), fact)
        }

        fn does(&mut self, name: &str, fact: Fact) -> Vec<String> {
            let subject = Subject::Conversation { brand: brand(), customer: customer(), conversation: matter() };
            short(&self.take(subject, Actor::Person(person(name)), fact))
        }

        fn happens(&mut self, fact: Fact) -> Vec<String> {
            let subject = Subject::Conversation { brand: brand(), customer: customer(), conversation: matter() };
            short(&self.take(subject, Actor::Service("t".into()), fact))
        }

        fn post(&mut self) -> Vec<String> {
            let network = Network::new("x").unwrap();
            let native_id = format!("p{}", self.sequence + 1);
            self.happens(
                PostReceived {
                    post: PostKey::of(&brand(), &network, &native_id),
                    network,
                    native_id,
                    parent_native_id: String::new(),
                    root_native_id: String::new(),
                    private: false,
                    handle_use: HandleUse::None,
                    posted_at: None,
                    followers: 0,
                    region: String::new(),
                    tier: String::new(),
                    timezone: String::new(),
                    source: "test".into(),
                    backfill: false,
                    demo: false,
                    thread_of: None,
                    awaited_in: None,
                    language: String::new(),
                    personal: Personal::text("my secret"),
                }
                .into(),
            )
        }

        fn chooses(&mut self, name: &str, ways: &[(&str, &[News], u32)], quiet: Option<Quiet>) {
            let ways = ways.iter().map(|(way, news, digest_minutes)| WayChoice {
                way: (*way).into(),
                news: news.to_vec(),
                digest_minutes: *digest_minutes,
            });
            let chosen = NewsChosen { ways: ways.collect(), quiet, ..NewsChosen::unsaid(person(name)) };
            self.of_brand(chosen.into());
        }
    }

    fn short(tellings: &[Telling]) -> Vec<String> {
        let line = |told: &Telling| format!("{} {} {}", told.person, told.item.news.as_str(), told.way);
        tellings.iter().map(line).collect()
    }

    fn breached() -> Fact {
        let (kind, due_at) = (DeadlineKind::FirstResponse, at(0));
        DeadlineBreached { kind, due_at, noticed_at: at(0) }.into()
    }

    #[test]
    fn whoever_has_it_is_told_and_its_team_while_nobody_has() {
        let mut world = World::new();
        assert_eq!(world.post(), Vec::<String>::new(), "it is nobody's yet");
        let warned = DeadlineWarned { kind: DeadlineKind::FirstResponse, due_at: at(0), noticed_at: at(0) };
        assert_eq!(world.happens(warned.into()), ["dana deadline_warning console", "ivo deadline_warning console"]);
        assert_eq!(world.does("dana", Claimed { person: person("dana"), team: None }.into()), Vec::<String>::new());
        assert_eq!(world.post(), ["dana reply_to_me console"]);
        let closes = WindowWarned { closes_at: at(0), noticed_at: at(0) };
        assert_eq!(world.happens(closes.into()), ["dana deadline_warning console"]);
        assert_eq!(world.happens(breached()), ["dana deadline_breach console"]);
        let to = |name: &str| HandedOff {
            by: person("dana"),
            from_team: None,
            to_team: conversation::TeamId::new("care").unwrap(),
            to_person: Some(person(name)),
            reason: "x".into(),
        };
        assert_eq!(world.does("dana", to("ivo").into()), ["ivo assigned console"]);
        assert_eq!(world.does("dana", to("dana").into()), Vec::<String>::new(), "he did it himself");
        assert_eq!(world.does("dana", to("gone").into()), Vec::<String>::new(), "nobody of the brand");
    }

    #[test]
    fn an_escalation_reaches_its_team_where_somebody_wants_to_be_reached() {
        let mut world = World::new();
        let to_team = conversation::TeamId::new("crisis").ok();
        let raised = Escalated { by: None, to_team, reason: "spread".into() };
        assert_eq!(world.happens(raised.clone().into()), Vec::<String>::new(), "mart is away and chose nothing");
        world.chooses("mart", &[("ops", &[News::Escalated], 0), (EMAIL, &[News::Surge], 0)], None);
        assert_eq!(world.happens(raised.into()), ["mart escalated ops"]);
    }

    #[test]
    fn a_missed_call_is_loud_and_a_reply_that_failed_is_its_authors() {
        let mut world = World::new();
        let callback = CallbackId::of(&matter(), &RecordId::caused("t", b"1"));
        let (due_at, timezone) = (at(0), String::new());
        world.happens(
            CallbackBooked { callback, due_at, timezone, person: Some(person("mart")), by: person("dana") }.into(),
        );
        let missed = CallbackMissed { callback, due_at, noticed_at: at(0) };
        assert_eq!(
            world.happens(missed.into()),
            ["mart callback_missed console", "dana callback_missed console", "ivo callback_missed console"]
        );
        let reply = ReplyId::of(&matter(), &RecordId::caused("t", b"2"));
        let failed = ReplyFailed { reply, attempt: 1, reason: "refused_400".into(), is_final: true, retry_at: None };
        assert_eq!(world.happens(failed.into()), Vec::<String>::new(), "no such reply is known");
    }

    #[test]
    fn a_reply_that_waits_is_for_those_who_may_agree_to_it() {
        let mut world = World::new();
        let proposal = ReplyId::of(&matter(), &RecordId::caused("t", b"3"));
        let asks = || ReplyProposed { proposal, person: person("dana"), why: vec!["person".into()], replies: vec![] };
        assert_eq!(world.does("dana", asks().into()), Vec::<String>::new(), "mart is away and chose nothing");
        world.chooses("mart", &[("ops", &[News::ApprovalAsked], 0)], None);
        assert_eq!(world.does("dana", asks().into()), ["mart approval_asked ops"]);
    }

    #[test]
    fn a_reply_that_was_sent_back_is_its_writers() {
        let mut world = World::new();
        let proposal = ReplyId::of(&matter(), &RecordId::caused("t", b"3"));
        let asks = || ReplyProposed { proposal, person: person("dana"), why: vec!["person".into()], replies: vec![] };
        let back = |name: &str| ReplySentBack { proposal, person: person(name), reason: "my secret".into() };
        assert_eq!(world.does("mart", back("mart").into()), Vec::<String>::new(), "no such proposal is known");
        world.does("dana", asks().into());
        assert_eq!(world.does("mart", back("mart").into()), ["dana reply_sent_back console"]);
        world.does("dana", asks().into());
        assert_eq!(world.does("dana", back("dana").into()), Vec::<String>::new(), "she took it back herself");
    }

    #[test]
    fn a_surge_is_for_all_who_are_on() {
        let mut world = World::new();
        let surge = SurgeDetected {
            incident: IncidentId::of(&brand(), "harju", "telecom.outage", at(0)),
            region: "harju".into(),
            topic: "telecom.outage".into(),
            first_post_at: at(0),
            seen: 20,
            window_seconds: 1_800,
            expected: 0.5,
            settings_version: "1".into(),
        };
        assert_eq!(short(&world.of_brand(surge.into())), ["dana surge console", "ivo surge console"]);
    }

    #[test]
    fn what_waits_goes_together_and_what_goes_at_once_goes_alone() {
        let mut world = World::new();
        let breach = [News::DeadlineBreach];
        world.chooses("dana", &[(EMAIL, &breach, 60), ("ops", &breach, 0)], None);
        world.does("dana", Claimed { person: person("dana"), team: None }.into());
        let subject = || Subject::Conversation { brand: brand(), customer: customer(), conversation: matter() };
        let first = world.take(subject(), Actor::Service("t".into()), breached());
        let second = world.take(subject(), Actor::Service("t".into()), breached());
        assert_eq!(short(&first), ["dana deadline_breach email", "dana deadline_breach ops"]);
        assert_eq!(first[0].notices()[0], second[0].notices()[0], "one letter for the hour");
        assert_ne!(first[1].notices(), second[1].notices());
        let mut letter = Notice::default();
        let notice = first[0].notices()[0];
        for telling in [&first[0], &second[0], &first[0]] {
            let record = telling.record("t");
            let facts = telling.decide(notice, &letter, record).unwrap();
            let draft = journal::Draft {
                record,
                occurred_at: at(0),
                now: at(0),
                actor: Actor::Service("t".into()),
                caused_by: None,
                correlation: None,
            };
            conversation::Story::evolve(&mut letter, &draft.record(&telling.subject(notice), facts));
        }
        assert_eq!(letter.items.len(), 2, "each once");
    }

    #[test]
    fn what_is_long_ago_is_no_news() {
        let mut world = World::new();
        let record = Record {
            id: RecordId::caused("test", b"old"),
            subject: Subject::Conversation { brand: brand(), customer: customer(), conversation: matter() },
            occurred_at: at(0),
            recorded_at: at(0),
            actor: Actor::Service("t".into()),
            caused_by: None,
            correlation: None,
            facts: vec![breached()],
        };
        world.view.fold(world.sequence + 1, &record);
        let told = |minutes| tellings(&world.view, &record, at(0) + jiff::SignedDuration::from_mins(minutes)).len();
        assert_eq!((told(14), told(15)), (2, 0));
    }

    #[test]
    fn nothing_that_anybody_wrote_is_in_it() {
        let mut world = World::new();
        world.does("dana", Claimed { person: person("dana"), team: None }.into());
        world.post();
        let told = format!("{:?}", world.post());
        assert!(!told.contains("secret"), "{told}");
        assert!(NewsChosen::unsaid(person("dana")).ways.iter().all(|way| way.way == CONSOLE));
    }
}

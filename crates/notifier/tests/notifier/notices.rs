//! The posts at the ends of shifts: out once, whatever dies in the middle, or known not to be, or left to a person.

use crate::native::{LANGUAGES, world as native_world};
use crate::world::{World, brand};
use conversation::notice::{Notice, NoticeAttempted, NoticeStatus, Shift, ShiftPostSubmitted};
use conversation::{Actor, Fact, NoticeId, Record, RecordId, Story as _, Subject, TeamId};
use jiff::{SignedDuration, Timestamp};
use journal::{Entry, Journal, TailConfig};
use sandbox::{Fault, Faults};
use wire::pb::notifier::notification_service_client::NotificationServiceClient;
use wire::pb::notifier::{ListNoticesRequest, SettleNoticeRequest};

fn team() -> TeamId {
    TeamId::new("care").unwrap()
}

/// The post of the n-th shift.
fn notice(number: i64) -> NoticeId {
    NoticeId::of_shift(&brand(), &team(), "morning", Timestamp::from_second(number).unwrap())
}

fn of(number: i64) -> Subject {
    Subject::Notice { brand: brand(), notice: notice(number) }
}

async fn write(world: &World, number: i64, cause: &str, at: Timestamp, fact: Fact) {
    let record = Record {
        id: RecordId::caused("test", format!("{number} {cause}").as_bytes()),
        subject: of(number),
        occurred_at: at,
        recorded_at: at,
        actor: Actor::Service("routing".into()),
        caused_by: None,
        correlation: None,
        facts: vec![fact],
    };
    let expected = world.journal.last_of(&of(number)).await.unwrap();
    world.journal.append(&record, expected).await.unwrap();
}

/// Submits the post of the n-th shift, as routing does.
async fn submit(world: &World, number: i64) {
    let fact = ShiftPostSubmitted {
        notice: notice(number),
        team: team(),
        shift: Shift::Morning,
        shift_at: Timestamp::from_second(number).unwrap(),
        network: world.on.clone(),
        text: format!("Good morning number {number} from Dana"),
        people: Vec::new(),
        settings_version: "s1".into(),
    };
    write(world, number, "submit", Timestamp::now(), fact.into()).await;
}

/// Writes a try as a notifier wrote it that died a while ago.
async fn write_attempt(world: &World, number: i64) {
    let at = Timestamp::now() - SignedDuration::from_secs(60);
    let fact = NoticeAttempted { notice: notice(number), attempt: 1, attempted_at: at };
    write(world, number, "attempt", at, fact.into()).await;
}

/// Waits until so many notices are not on their way any more, and answers how each of them stands.
async fn settled(world: &World, count: usize) -> Vec<NoticeStatus> {
    settled_on(&world.journal, count).await
}

pub async fn settled_on(journal: &Journal, count: usize) -> Vec<NoticeStatus> {
    let mut states: std::collections::BTreeMap<String, Notice> = std::collections::BTreeMap::new();
    let filters = vec![wire::subjects::NOTICES.to_owned()];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    loop {
        let over = states.values().filter(|state| !state.status.on_its_way()).count();
        if over == count {
            return states.values().map(|state| state.status).collect();
        }
        let item = tail.next().await.expect("the journal is not closed");
        if let Entry::Record(record) = &*item.entry {
            states.entry(item.subject.to_string()).or_default().evolve(record);
        }
    }
}

/// What happened to a notice after its submission, in short.
async fn story(world: &World, number: i64) -> Vec<String> {
    story_of(world, &of(number)).await
}

pub async fn story_of(world: &World, subject: &Subject) -> Vec<String> {
    let loaded = world.journal.load(subject).await.unwrap();
    let facts = loaded.records().flat_map(|record| record.facts.clone());
    let told = facts.filter_map(|fact| match fact {
        Fact::NoticeAttempted(fact) => Some(format!("attempt {}", fact.attempt)),
        Fact::NoticeSent(fact) => Some(format!("sent {}", fact.how)),
        Fact::NoticeFailed(fact) => {
            Some(format!("{} {}", if fact.is_final { "gave up" } else { "failed" }, fact.reason))
        }
        Fact::NoticeInDoubt(fact) => Some(format!("in doubt {}", fact.reason)),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn a_shift_post_goes_out_once_and_answers_nothing() {
    let world = World::new(Faults::default()).await;
    submit(&world, 1).await;
    let copies = [world.start().await, world.start().await];
    submit(&world, 2).await;
    assert_eq!(settled(&world, 2).await, [NoticeStatus::Sent; 2]);
    assert_eq!(story(&world, 1).await, ["attempt 1", "sent answered"]);
    world.assert_posted(2);
    let posts = world.network.replies();
    assert!(posts.iter().all(|post| post.in_reply_to.is_none() && !post.private), "{posts:?}");
    assert!(posts.iter().any(|post| post.text == "Good morning number 1 from Dana"));
    copies.into_iter().for_each(crate::world::Copy::kill);
}

#[tokio::test]
async fn a_shift_post_goes_out_in_the_language_of_each_network_that_has_posts_of_ones_own() {
    for (language, ..) in LANGUAGES {
        for fault in [Fault::Ok, Fault::AcceptThenDrop] {
            let world = native_world(language, Faults::sequence([fault])).await;
            let _copy = world.start().await;
            submit(&world, 1).await;
            let ended = settled(&world, 1).await;
            let story = story(&world, 1).await;
            if !matches!(language, "x" | "mastodon" | "bluesky") {
                assert_eq!(story, ["attempt 1", "gave up no_own_posts"], "{language}");
                world.assert_posted(0);
                continue;
            }
            assert_eq!(ended, [NoticeStatus::Sent], "{language} {fault}: {story:?}");
            world.assert_posted(1);
            let post = &world.network.replies()[0];
            assert_eq!(post.text, "Good morning number 1 from Dana", "{language}");
            assert_eq!((post.in_reply_to.as_deref(), post.private), (None, false), "{language}");
        }
    }
}

#[tokio::test]
async fn a_network_that_fails_is_tried_again_and_one_that_refuses_is_not() {
    let faults = [Fault::Unavailable { retry_after_seconds: 0 }, Fault::Ok, Fault::BadRequest];
    let world = World::new(Faults::sequence(faults)).await;
    let _copy = world.start().await;
    submit(&world, 1).await;
    assert_eq!(settled(&world, 1).await, [NoticeStatus::Sent]);
    assert_eq!(story(&world, 1).await, ["attempt 1", "failed http_503", "attempt 2", "sent answered"]);
    submit(&world, 2).await;
    settled(&world, 2).await;
    assert_eq!(story(&world, 2).await, ["attempt 1", "gave up refused_400"]);
    world.assert_posted(1);
}

#[tokio::test]
async fn without_a_network_to_go_to_it_fails_and_says_so() {
    let world = World::new(Faults::default()).await.with("url=").with("lookup_url=");
    let _copy = world.start().await;
    submit(&world, 1).await;
    assert_eq!(settled(&world, 1).await, [NoticeStatus::Failed]);
    assert_eq!(story(&world, 1).await, ["gave up no_target"]);
}

#[tokio::test]
async fn a_death_between_try_and_result_is_made_good_or_shown_to_a_person() {
    for (idempotent, lookup, ends) in [
        (true, false, vec!["attempt 1", "attempt 2", "sent answered"]),
        (false, true, vec!["attempt 1", "in doubt unknown_no_result"]),
        (false, false, vec!["attempt 1", "in doubt unknown_no_result"]),
    ] {
        let world = World::new(Faults { idempotent, lookup, ..Faults::default() }).await;
        let world = world.with(&format!("idempotent={idempotent}"));
        let world = if lookup { world } else { world.without_lookup() };
        submit(&world, 1).await;
        write_attempt(&world, 1).await;
        let copy = world.start().await;
        settled(&world, 1).await;
        assert_eq!(story(&world, 1).await, ends);
        if ends.len() == 3 {
            continue;
        }
        let mut client = NotificationServiceClient::connect(format!("http://{}", copy.grpc)).await.unwrap();
        let open = loop {
            let request = ListNoticesRequest { brand: brand().to_string(), in_doubt_only: true };
            let open = client.list_notices(request).await.unwrap().into_inner().notices;
            if !open.is_empty() {
                break open;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!((open.len(), open[0].kind.as_str(), open[0].team.as_str()), (1, "shift_post", "care"));
        let settle = |arrived| SettleNoticeRequest {
            brand: brand().to_string(),
            notice_id: open[0].notice_id.clone(),
            person: "dana".into(),
            arrived,
            request_id: "r1".into(),
        };
        assert!(client.settle_notice(settle(true)).await.unwrap().into_inner().changed);
        assert!(!client.settle_notice(settle(true)).await.unwrap().into_inner().changed, "once");
        let other = SettleNoticeRequest { request_id: "r2".into(), ..settle(false) };
        assert_eq!(client.settle_notice(other).await.unwrap_err().code(), tonic::Code::FailedPrecondition);
        let unknown = SettleNoticeRequest { notice_id: notice(99).to_string(), ..settle(true) };
        assert_eq!(client.settle_notice(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
    }
}

#[tokio::test]
async fn killed_at_any_moment_each_is_there_once() {
    let chances = [(Fault::ServerError, 0.2), (Fault::AcceptThenDrop, 0.2), (Fault::Slow { delay_ms: 40 }, 0.3)];
    let faults = Faults { chances: chances.into(), seed: 7, ..Faults::default() };
    let world = World::new(faults).await.with("attempts_max=100").with("checkpoint_seconds=1");
    let mut copy = world.start().await;
    for number in 0..24 {
        submit(&world, number).await;
        if number % 3 == 2 {
            copy.kill();
            copy = world.start().await;
        }
    }
    assert_eq!(settled(&world, 24).await, [NoticeStatus::Sent; 24]);
    world.assert_posted(24);
    copy.stop().await;
}

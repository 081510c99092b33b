//! News for the brand's people: by the way that each chose, once or known not to be there or left open, whatever dies in the
//! middle, and without a word of anybody.

use crate::notices::settled_on;
use crate::sinks::{Hooks, Mails, Says, Takes};
use crate::world::{World, brand};
use conversation::notice::NoticeStatus;
use conversation::told::{
    CONSOLE, EMAIL, Item, News, NewsChosen, PersonNoticeExtended, PersonNoticeSubmitted, WayChoice,
};
use conversation::{Actor, ConversationId, CustomerId, Fact, Network, NoticeId, PersonId, Record, RecordId, Subject};
use jiff::{SignedDuration, Timestamp};
use sandbox::Faults;
use service::webhook::Secret;
use wire::pb::conversation as facts;
use wire::pb::notifier::notification_service_client::NotificationServiceClient;
use wire::pb::notifier::{
    GetNewsChoiceRequest, ListNewsChoicesRequest, ListNewsRequest, NewsChoice, SetNewsChoiceRequest, WatchNewsRequest,
};

fn dana() -> PersonId {
    PersonId::new("dana").unwrap()
}

fn item(number: u32) -> Item {
    let customer = CustomerId::of(&brand(), &Network::new("x").unwrap(), "mo");
    Item {
        news: News::DeadlineBreach,
        conversation: Some(ConversationId::of(&customer, number)),
        at: Timestamp::now(),
        cause: RecordId::caused("test", &number.to_be_bytes()),
    }
}

fn notice(way: &str, number: u32) -> NoticeId {
    NoticeId::of_news(&dana(), way, "deadline_breach", item(number).cause)
}

async fn write(world: &World, subject: Subject, cause: &str, fact: Fact) {
    let now = Timestamp::now();
    let record = Record {
        id: RecordId::caused("test", cause.as_bytes()),
        subject: subject.clone(),
        occurred_at: now,
        recorded_at: now,
        actor: Actor::Service("routing".into()),
        caused_by: None,
        correlation: None,
        facts: vec![fact],
    };
    let expected = world.journal.last_of(&subject).await.unwrap();
    world.journal.append(&record, expected).await.unwrap();
}

/// Tells Dana of the n-th breach, as routing does.
async fn tell(world: &World, way: &str, number: u32, due_at: Timestamp) {
    let notice = notice(way, number);
    let fact = PersonNoticeSubmitted { notice, person: dana(), way: way.into(), due_at, item: item(number) };
    write(world, Subject::Notice { brand: brand(), notice }, &format!("{way} {number}"), fact.into()).await;
}

/// Dana wants e-mail, at this address.
async fn wants_mail(world: &World, address: &str) {
    let ways = vec![WayChoice { way: EMAIL.into(), news: News::ALL.to_vec(), digest_minutes: 0 }];
    let chosen = NewsChosen { email: address.into(), ways, ..NewsChosen::unsaid(dana()) };
    write(world, Subject::Brand { brand: brand() }, "chosen", chosen.into()).await;
}

/// What happened to a notice after its submission, in short.
async fn story(world: &World, way: &str, number: u32) -> Vec<String> {
    crate::notices::story_of(world, &Subject::Notice { brand: brand(), notice: notice(way, number) }).await
}

async fn settled(world: &World, count: usize) -> Vec<NoticeStatus> {
    settled_on(&world.journal, count).await
}

async fn world() -> World {
    World::new(Faults::default()).await.with("tell_waits_seconds=[0.05]").with("console_url=https://care.example")
}

/// A world with the way `ops`, a signed webhook to this receiver.
async fn with_hook(hooks: &Hooks) -> (World, Secret) {
    let secret = Secret::generate();
    let world = world().await.with(&format!("tells.ops.url=http://{}/news", hooks.address));
    (world.with_env("TELLS__OPS__SECRET", &secret.reveal()), secret)
}

async fn with_slack(hooks: &Hooks) -> World {
    world().await.with_env("TELLS__OPS__SLACK_URL_SECRET", &format!("http://{}/T0/B0", hooks.address))
}

async fn with_mail(mails: &Mails) -> World {
    let world = world().await.with(&format!("mail_server=smtp://{}", mails.address));
    let world = world.with("mail_from=Earshot <care@aurora.example>");
    wants_mail(&world, "dana@aurora.example").await;
    world
}

#[tokio::test]
async fn a_signed_webhook_is_repeated_under_its_id_and_holds_only_ids_and_links() {
    let hooks = Hooks::start([Says::Status(500), Says::Status(503)]).await;
    let (world, secret) = with_hook(&hooks).await;
    let world = world.with("tell_waits_seconds=[0.05, 0.05]");
    tell(&world, "ops", 1, Timestamp::now()).await;
    let copies = [world.start().await, world.start().await];
    assert_eq!(settled(&world, 1).await, [NoticeStatus::Sent]);
    let calls = hooks.calls();
    assert_eq!(calls.len(), 3, "{:?}", story(&world, "ops", 1).await);
    let id = notice("ops", 1).to_string();
    for call in &calls {
        assert_eq!(call.header("webhook-id"), Some(id.clone()));
        assert_eq!(call.body, calls[0].body, "the same bytes on every try");
    }
    let headers =
        service::webhook::sign(&service::webhook::Secrets::new(secret), &id, Timestamp::now(), &calls[0].body);
    assert!(headers.headers().is_ok() && calls[0].header("webhook-signature").is_some());
    let said: serde_json::Value = serde_json::from_slice(&calls[0].body).unwrap();
    assert_eq!((&said["type"], &said["data"]["person"]), (&"earshot.notice".into(), &"dana".into()));
    let link = format!("https://care.example/c/{}", item(1).conversation.unwrap());
    assert_eq!(said["data"]["news"][0]["url"], link);
    copies.into_iter().for_each(crate::world::Copy::kill);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone() {
    let hooks = Hooks::start([Says::Status(410)]).await;
    let (world, _) = with_hook(&hooks).await;
    let _copy = world.start().await;
    tell(&world, "ops", 1, Timestamp::now()).await;
    settled(&world, 1).await;
    tell(&world, "ops", 2, Timestamp::now()).await;
    assert_eq!(settled(&world, 2).await, [NoticeStatus::Failed; 2]);
    assert_eq!(story(&world, "ops", 2).await, ["attempt 1", "gave up refused_410"]);
    assert_eq!(hooks.calls().len(), 1);
}

#[tokio::test]
async fn what_slack_may_have_is_not_sent_again() {
    let hooks = Hooks::start([Says::Status(429), Says::Status(200), Says::Nothing, Says::Status(404)]).await;
    let world = with_slack(&hooks).await;
    let _copy = world.start().await;
    tell(&world, "ops", 1, Timestamp::now()).await;
    settled(&world, 1).await;
    assert_eq!(story(&world, "ops", 1).await, ["attempt 1", "failed rate_limited", "attempt 2", "sent answered"]);
    let said: serde_json::Value = serde_json::from_slice(&hooks.calls()[0].body).unwrap();
    assert!(said["text"].as_str().unwrap().starts_with("nordnet: 1 past the deadline\n"), "{said}");
    tell(&world, "ops", 2, Timestamp::now()).await;
    settled(&world, 2).await;
    assert_eq!(story(&world, "ops", 2).await, ["attempt 1", "in doubt unknown_timeout"]);
    tell(&world, "ops", 3, Timestamp::now()).await;
    settled(&world, 3).await;
    assert_eq!(story(&world, "ops", 3).await, ["attempt 1", "gave up refused_404"]);
    assert_eq!(hooks.calls().len(), 4);
}

#[tokio::test]
async fn a_letter_is_taken_refused_put_off_or_left_open() {
    let orders =
        [Takes::It, Takes::NoReceiver(451), Takes::It, Takes::NoReceiver(550), Takes::NoLetter(452), Takes::It];
    let mails = Mails::start(orders.into_iter().chain([Takes::AndDrops])).await;
    let world = with_mail(&mails).await;
    let _copy = world.start().await;
    for (number, ends) in [
        (1, vec!["attempt 1", "sent answered"]),
        (2, vec!["attempt 1", "failed smtp_451", "attempt 2", "sent answered"]),
        (3, vec!["attempt 1", "gave up refused_550"]),
        (4, vec!["attempt 1", "failed smtp_452", "attempt 2", "sent answered"]),
        (5, vec!["attempt 1", "in doubt unknown_connection_lost"]),
    ] {
        tell(&world, EMAIL, number, Timestamp::now()).await;
        settled(&world, number as usize).await;
        assert_eq!(story(&world, EMAIL, number).await, ends);
    }
    let letters = mails.letters();
    assert_eq!(letters.len(), 4);
    let first = &letters[0];
    let id = format!("Message-ID: <{}@aurora.example>", notice(EMAIL, 1));
    assert!(first.contains(&id) && first.contains("Auto-Submitted: auto-generated"), "{first}");
    assert!(first.contains("To: dana@aurora.example"), "{first}");
    assert!(first.contains("https://care.example/c/"), "{first}");
}

#[tokio::test]
async fn killed_while_a_letter_is_handed_over_it_is_not_sent_again() {
    let mails = Mails::start([Takes::AndSleeps]).await;
    let world = with_mail(&mails).await.with("timeout_seconds=30");
    let copy = world.start().await;
    tell(&world, EMAIL, 1, Timestamp::now()).await;
    mails.has(1).await;
    copy.kill();
    let world = world.with("timeout_seconds=0.5").with("margin_seconds=0.5");
    let _copy = world.start().await;
    assert_eq!(settled(&world, 1).await, [NoticeStatus::InDoubt]);
    assert_eq!(story(&world, EMAIL, 1).await, ["attempt 1", "in doubt unknown_no_result"]);
    assert_eq!(mails.letters().len(), 1);
}

#[tokio::test]
async fn killed_again_and_again_each_news_is_at_the_receiver_under_one_id() {
    let hooks = Hooks::start([]).await;
    let (world, _) = with_hook(&hooks).await;
    // Enough of them for tries that a killed copy began and could not end.
    let world = world.with("tell_waits_seconds=[0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]");
    let mut copy = world.start().await;
    for number in 0..18 {
        if number % 4 == 1 {
            hooks.order(Says::Status(500));
        }
        tell(&world, "ops", number, Timestamp::now()).await;
        if number % 3 == 2 {
            copy.kill();
            copy = world.start().await;
        }
    }
    assert_eq!(settled(&world, 18).await, [NoticeStatus::Sent; 18]);
    let ids: std::collections::BTreeSet<_> =
        hooks.calls().iter().filter_map(|call| call.header("webhook-id")).collect();
    assert_eq!(ids, (0..18).map(|number| notice("ops", number).to_string()).collect());
    copy.stop().await;
}

#[tokio::test]
async fn without_an_address_or_a_way_it_fails_and_says_so() {
    let world = world().await;
    wants_mail(&world, "dana@aurora.example").await;
    let _copy = world.start().await;
    tell(&world, EMAIL, 1, Timestamp::now()).await;
    tell(&world, "nowhere", 2, Timestamp::now()).await;
    assert_eq!(settled(&world, 2).await, [NoticeStatus::Failed; 2]);
    assert_eq!(story(&world, EMAIL, 1).await, ["gave up no_target"]);
}

#[tokio::test]
async fn what_is_gathered_goes_together_when_its_time_has_come() {
    let hooks = Hooks::start([]).await;
    let (world, _) = with_hook(&hooks).await;
    let (copy, hands) = world.start_in_stopped_time().await;
    let due_at = Timestamp::now() + SignedDuration::from_mins(10);
    tell(&world, "ops", 1, due_at).await;
    let notice = notice("ops", 1);
    let more = PersonNoticeExtended { notice, item: item(2) };
    write(&world, Subject::Notice { brand: brand(), notice }, "more", more.into()).await;
    let mut client = NotificationServiceClient::connect(format!("http://{}", copy.grpc)).await.unwrap();
    loop {
        let request = wire::pb::notifier::ListNoticesRequest::default();
        let open = client.list_notices(request).await.unwrap().into_inner().notices;
        if open.first().is_some_and(|open| open.items == 2 && open.way == "ops" && open.kind == "person") {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(hooks.calls().is_empty());
    hands.advance(SignedDuration::from_mins(11));
    assert_eq!(settled(&world, 1).await, [NoticeStatus::Sent]);
    let said: serde_json::Value = serde_json::from_slice(&hooks.calls()[0].body).unwrap();
    assert_eq!(said["data"]["news"].as_array().unwrap().len(), 2);
}

fn choice(way: &str) -> NewsChoice {
    let news = vec![facts::News::DeadlineBreach.into(), facts::News::Surge.into()];
    NewsChoice {
        person: String::new(),
        email: String::new(),
        timezone: "Europe/Tallinn".into(),
        quiet: Some(facts::QuietHours { from_minute: 1_320, until_minute: 420 }),
        ways: vec![facts::WayChoice { way: way.into(), news, digest_minutes: 60 }],
    }
}

#[tokio::test]
async fn each_person_says_how_and_what_is_wrong_is_refused() {
    let hooks = Hooks::start([]).await;
    let (world, _) = with_hook(&hooks).await;
    let copy = world.start().await;
    let mut client = NotificationServiceClient::connect(format!("http://{}", copy.grpc)).await.unwrap();
    let get = || GetNewsChoiceRequest { brand: brand().to_string(), person: "dana".into() };
    let before = client.get_news_choice(get()).await.unwrap().into_inner();
    assert!(before.is_default && before.choice.unwrap().ways[0].way == CONSOLE);
    assert_eq!(before.ways, [CONSOLE, "ops"]);
    let set = |choice, request: &str| SetNewsChoiceRequest {
        brand: brand().to_string(),
        person: "dana".into(),
        choice: Some(choice),
        request_id: request.into(),
    };
    assert!(client.set_news_choice(set(choice("ops"), "r1")).await.unwrap().into_inner().changed);
    assert!(!client.set_news_choice(set(choice("ops"), "r2")).await.unwrap().into_inner().changed, "so already");
    let after = client.get_news_choice(get()).await.unwrap().into_inner();
    assert_eq!(after.choice.unwrap(), NewsChoice { person: "dana".into(), ..choice("ops") });
    let all = ListNewsChoicesRequest { brand: brand().to_string() };
    assert_eq!(client.list_news_choices(all).await.unwrap().into_inner().choices.len(), 1);
    let quiet = Some(facts::QuietHours { from_minute: 1_440, until_minute: 0 });
    let twice = choice("ops").ways.into_iter().chain(choice("ops").ways).collect();
    for (wrong, why) in [
        (choice("pigeon"), "an unknown way"),
        (choice(EMAIL), "there is no mail server"),
        (NewsChoice { timezone: "Moon/Base".into(), ..choice("ops") }, "an unknown zone"),
        (NewsChoice { email: "no address".into(), ..choice("ops") }, "no address"),
        (NewsChoice { quiet, ..choice("ops") }, "no time of the day"),
        (NewsChoice { ways: twice, ..choice("ops") }, "a way twice"),
    ] {
        let refused = client.set_news_choice(set(wrong, "r3")).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{why}");
    }
}

#[tokio::test]
async fn the_console_has_what_came_and_hears_what_comes() {
    let world = world().await;
    let copy = world.start().await;
    let mut client = NotificationServiceClient::connect(format!("http://{}", copy.grpc)).await.unwrap();
    tell(&world, CONSOLE, 1, Timestamp::now()).await;
    let watch = WatchNewsRequest { brand: brand().to_string(), person: "dana".into(), after_sequence: 0 };
    let mut live = client.watch_news(watch).await.unwrap().into_inner();
    let first = live.message().await.unwrap().unwrap().news.unwrap();
    assert_eq!((first.news(), first.notice_id), (facts::News::DeadlineBreach, notice(CONSOLE, 1).to_string()));
    tell(&world, CONSOLE, 2, Timestamp::now()).await;
    assert!(live.message().await.unwrap().unwrap().news.unwrap().sequence > first.sequence);
    let list = ListNewsRequest { brand: brand().to_string(), person: "dana".into() };
    let news = client.list_news(list).await.unwrap().into_inner().news;
    assert_eq!(news.iter().map(|news| news.sequence > first.sequence).collect::<Vec<_>>(), [true, false]);
    let other = ListNewsRequest { brand: brand().to_string(), person: "ivo".into() };
    assert!(client.list_news(other).await.unwrap().into_inner().news.is_empty());
}

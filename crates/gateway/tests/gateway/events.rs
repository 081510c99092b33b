//! The stream of events: nothing missed, nothing doubled, whoever goes away in between.

use crate::fake::{Fake, Play};
use crate::world::World;
use serde_json::{Value, json};
use wire::pb::analytics::{MeasureRow, MinuteCount, WatchResponse};
use wire::pb::conversation::Writing;
use wire::pb::notifier::ShownNews;

/// One who listens.
struct Ears {
    response: reqwest::Response,
    rest: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Heard {
    name: String,
    id: String,
    data: Value,
}

impl Ears {
    async fn open(world: &World, query: &str, last_event_id: &str) -> Self {
        let mut request = world.request("GET", &format!("/api/v1/events{query}"));
        if !last_event_id.is_empty() {
            request = request.header("last-event-id", last_event_id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Ears { response, rest: String::new() }
    }

    /// The next block of lines; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                return Some(block);
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn maybe_next(&mut self) -> Option<Heard> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default().to_owned()
            };
            if !field("event").is_empty() {
                let data = serde_json::from_str(&field("data")).unwrap();
                return Some(Heard { name: field("event"), id: field("id"), data });
            }
        }
    }

    async fn next(&mut self) -> Heard {
        self.maybe_next().await.expect("the stream goes on")
    }

    /// The positions of the next changes.
    async fn changes(&mut self, count: usize) -> Vec<u64> {
        let mut positions = Vec::new();
        while positions.len() < count {
            let heard = self.next().await;
            assert_eq!((heard.name.as_str(), &heard.data["sequence"]), ("conversation", &json!(heard.id)));
            positions.push(heard.id.parse().unwrap());
        }
        positions
    }

    async fn reset(&mut self) -> u64 {
        let heard = self.next().await;
        assert_eq!((heard.name.as_str(), &heard.data), ("reset", &json!({})));
        heard.id.parse().unwrap()
    }
}

fn range(from: u64, to: u64) -> Vec<u64> {
    (from..=to).collect()
}

fn log_at(position: u64) -> Fake {
    let fake = Fake::default();
    fake.play().position = position;
    fake
}

/// A stream that has joined: it has heard a change that was made for it.
async fn joined(world: &World) -> Ears {
    let mut ears = Ears::open(world, &format!("?after={}", world.fake.play().position), "").await;
    // With the first stream the gateway begins to watch; what is appended before would be caught up by another watch.
    world.fake.until(|play| watches(play) >= 1).await;
    let position = world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [position]);
    ears
}

/// Appends changes one by one, each as soon as the one before was heard.
async fn append_heard(world: &World, ears: &mut Ears, count: usize) {
    for _ in 0..count {
        let position = world.fake.append("nordnet");
        assert_eq!(ears.changes(1).await, [position]);
    }
}

fn watches(play: &Play) -> usize {
    play.asked.iter().filter(|(name, _)| *name == "WatchConversations").count()
}

#[tokio::test]
async fn a_stream_begins_with_when_to_come_back_and_is_not_collected_by_proxies() {
    let world = World::start().await;
    let mut ears = Ears::open(&world, "", "").await;
    let headers = ears.response.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(ears.block().await.unwrap().contains("retry: 2000"));
}

#[tokio::test]
async fn whoever_comes_back_misses_nothing_and_hears_nothing_twice() {
    let mut world = World::start_as(&[], log_at(100)).await;
    let mut ears = joined(&world).await;
    for _ in 0..9 {
        world.fake.append("nordnet");
    }
    assert_eq!(ears.changes(4).await, range(102, 105));
    drop(ears);
    world.fake.append("nordnet");

    // The id that was heard last is newer than the address that was first asked for.
    let mut ears = Ears::open(&world, "?after=100", "105").await;
    assert_eq!(ears.changes(6).await, range(106, 111));
    let mut others = Ears::open(&world, "?after=109", "").await;
    assert_eq!(others.changes(2).await, range(110, 111));

    // Routing is killed and comes back while things go on.
    world.kill_routing();
    for _ in 0..5 {
        world.fake.append("nordnet");
    }
    world.start_routing();
    assert_eq!(ears.changes(5).await, range(112, 116));
    assert_eq!(others.changes(5).await, range(112, 116));
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [117]);
}

#[tokio::test]
async fn all_browsers_share_one_watch() {
    let world = World::start_as(&[], log_at(100)).await;
    let mut all = vec![joined(&world).await];
    for _ in 0..20 {
        all.push(Ears::open(&world, "?after=101", "").await);
    }
    let position = world.fake.append("nordnet");
    for ears in &mut all {
        assert_eq!(ears.changes(1).await, [position]);
    }
    assert_eq!(watches(&world.fake.play()), 1);
}

#[tokio::test]
async fn what_is_kept_no_longer_is_asked_of_the_service() {
    let world = World::start_as(&["events_kept_max=16"], log_at(100)).await;
    let mut ears = joined(&world).await;
    append_heard(&world, &mut ears, 49).await;
    let mut late = Ears::open(&world, "", "120").await;
    assert_eq!(late.changes(30).await, range(121, 150));
    world.fake.append("nordnet");
    assert_eq!(late.changes(1).await, [151]);
    let asked = world.fake.asked("WatchConversations");
    assert_eq!(asked.last().unwrap()["startAfterSequence"], "120");

    // Whoever missed more than is ever kept begins afresh instead.
    let mut very_late = Ears::open(&world, "", "101").await;
    let first = very_late.changes(17).await;
    assert_eq!(first, range(102, 118));
    assert_eq!(very_late.reset().await, 151);
    world.fake.append("nordnet");
    assert_eq!(very_late.changes(1).await, [152]);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_begins_afresh() {
    let world = World::start_as(&["events_kept_max=16"], log_at(100)).await;
    let mut slow = joined(&world).await;
    let mut quick = Ears::open(&world, "?after=101", "").await;
    // Far more than the sockets between hold.
    let text = "x".repeat(64 * 1024);
    for _ in 0..400 {
        let position = world.fake.append_text("nordnet", &text);
        assert_eq!(quick.changes(1).await, [position]);
    }
    let mut heard = 101;
    let at = loop {
        let next = slow.next().await;
        match next.name.as_str() {
            "conversation" => {
                heard += 1;
                assert_eq!(next.id, heard.to_string(), "in order, until the reset");
            }
            _ => break next.id.parse::<u64>().unwrap(),
        }
    };
    assert!(heard < at && at <= 501, "{heard} {at}");
    // After the reset it hears on.
    if at < 501 {
        assert_eq!(slow.changes(1).await, [at + 1]);
    }
}

#[tokio::test]
async fn a_position_that_the_log_never_had_begins_afresh() {
    let world = World::start_as(&[], log_at(100)).await;
    let mut ears = Ears::open(&world, "", "5000").await;
    assert_eq!(ears.reset().await, 100);
    let mut ears = Ears::open(&world, "", "what?").await;
    assert_eq!(ears.reset().await, 100);
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [101]);
}

#[tokio::test]
async fn a_snapshot_newer_than_the_last_change_is_gone_on_from() {
    let world = World::start_as(&[], log_at(100)).await;
    let _first = joined(&world).await;
    // Records that changed no conversation move the log on as well.
    world.fake.then(|play| play.position = 140);
    let mut ears = Ears::open(&world, "?after=140", "").await;
    // Someone who asks the same at the same time, so that the join of the first is certain.
    let mut other = Ears::open(&world, "?after=101", "").await;
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [141]);
    assert_eq!(other.changes(1).await, [141]);
}

#[tokio::test]
async fn a_brand_hears_only_of_itself() {
    let world = World::start_as(&["events_kept_max=16"], log_at(100)).await;
    let mut all = joined(&world).await;
    let mut one = Ears::open(&world, "?brand=aurora&after=101", "").await;
    for brand in ["nordnet", "aurora", "nordnet", "aurora"] {
        world.fake.append(brand);
    }
    assert_eq!(one.changes(2).await, [103, 105]);
    assert_eq!(all.changes(4).await, range(102, 105));
    // It is quiet for longer than is kept, and has missed nothing.
    append_heard(&world, &mut all, 40).await;
    world.fake.append("aurora");
    assert_eq!(one.changes(1).await, [146]);
    // Nor has it when it comes back by then.
    let mut again = Ears::open(&world, "?brand=aurora", "105").await;
    assert_eq!(again.changes(1).await, [146]);
}

#[tokio::test]
async fn an_empty_log_is_heard_from_its_first_record() {
    let world = World::start_as(&[], log_at(0)).await;
    let mut ears = Ears::open(&world, "?after=0", "").await;
    world.fake.until(|play| watches(play) == 1).await;
    assert!(ears.block().await.unwrap().contains("retry"));
    world.fake.append("nordnet");
    let heard = ears.next().await;
    // Whether it had joined before the record or after it: it is told of it, or to begin afresh.
    assert!(heard.id == "1" && ["conversation", "reset"].contains(&heard.name.as_str()), "{heard:?}");
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [2]);
}

#[tokio::test]
async fn another_log_behind_the_door_begins_everyone_afresh() {
    let mut world = World::start_as(&[], log_at(100)).await;
    let mut ears = joined(&world).await;
    world.kill_routing();
    world.fake.then(|play| {
        play.position = 5;
        play.changes.clear();
    });
    world.start_routing();
    assert_eq!(ears.reset().await, 5);
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [6]);
}

#[tokio::test]
async fn a_service_that_still_reads_its_log_is_waited_for() {
    let mut world = World::start_as(&[], log_at(100)).await;
    let mut ears = joined(&world).await;
    world.kill_routing();
    world.fake.append("nordnet");
    let asked_before = world.fake.asked("ListConversations").len();
    world.fake.play().position = 40;
    world.start_routing();
    // It has been asked, was behind, and is asked again.
    let asked = |play: &Play| play.asked.iter().filter(|(name, _)| *name == "ListConversations").count();
    world.fake.until(|play| asked(play) >= asked_before + 2).await;
    world.fake.then(|play| play.position = 102);
    assert_eq!(ears.changes(1).await, [102]);
    world.fake.append("nordnet");
    assert_eq!(ears.changes(1).await, [103]);
}

#[tokio::test]
async fn browsers_may_come_before_the_services() {
    let mut world = World::alone(&[], log_at(100)).await;
    let mut ears = Ears::open(&world, "?after=98", "").await;
    assert!(ears.block().await.unwrap().contains("retry"), "it is connected all the same");
    world.fake.append("nordnet");
    world.start_routing();
    // What it missed is asked of the service, since the gateway came later.
    assert_eq!(ears.changes(1).await, [101]);
    world.start_others();
}

fn row(brand: &str, open: u64) -> MeasureRow {
    MeasureRow { brand: brand.to_owned(), open, ..MeasureRow::default() }
}

#[tokio::test]
async fn who_writes_is_told_to_those_who_listen_and_to_nobody_later() {
    let world = World::start_as(&[], log_at(100)).await;
    let mut all = joined(&world).await;
    let mut others = Ears::open(&world, "?after=101&brand=aurora", "").await;
    let position = world.fake.append("aurora");
    assert_eq!((all.changes(1).await, others.changes(1).await), (vec![position], vec![position]));
    let write = |brand: &str| Writing {
        conversation_id: "c1".to_owned(),
        brand: brand.to_owned(),
        person: "dana".to_owned(),
        at: None,
    };
    world.fake.then(|play| play.writing.push(write("nordnet")));
    let heard = all.next().await;
    let data = json!({"conversationId": "c1", "brand": "nordnet", "person": "dana"});
    assert_eq!(heard, Heard { name: "writing".to_owned(), id: String::new(), data });

    // It is nothing for another brand, has no place in the log, and is not repeated to whoever comes later.
    let mut late = Ears::open(&world, &format!("?after={position}"), "").await;
    let next = world.fake.append("aurora");
    assert_eq!((others.changes(1).await, late.changes(1).await), (vec![next], vec![next]));
    world.fake.then(|play| play.writing.push(write("aurora")));
    assert_eq!((others.next().await.name, late.next().await.name), ("writing".to_owned(), "writing".to_owned()));
}

#[tokio::test]
async fn measures_begin_with_a_snapshot_and_go_on_with_what_changed() {
    let fake = log_at(100);
    fake.play().measures.push(WatchResponse {
        sequence: 100,
        rows: vec![row("aurora", 1), row("nordnet", 2)],
        snapshot: true,
        minutes: vec![MinuteCount { posts: 3, ..MinuteCount::default() }],
    });
    let mut world = World::start_as(&[], fake).await;
    let mut first = Ears::open(&world, "", "").await;
    let snapshot = json!({
        "sequence": "100", "snapshot": true, "minutes": [{"posts": "3"}],
        "rows": [{"brand": "aurora", "open": "1"}, {"brand": "nordnet", "open": "2"}],
    });
    let heard = first.next().await;
    assert_eq!(heard, Heard { name: "measures".to_owned(), id: String::new(), data: snapshot });

    let change = |open| WatchResponse { sequence: 101, rows: vec![row("nordnet", open)], ..WatchResponse::default() };
    world.fake.then(|play| play.measures.push(change(3)));
    assert_eq!(first.next().await.data, json!({"sequence": "101", "rows": [{"brand": "nordnet", "open": "3"}]}));
    // Whoever comes later has one snapshot of it all, or of its brand.
    let rows = |rows: Value| json!({"sequence": "101", "snapshot": true, "rows": rows});
    let mut narrow = Ears::open(&world, "?brand=nordnet", "").await;
    assert_eq!(narrow.next().await.data, rows(json!([{"brand": "nordnet", "open": "3"}])));
    let mut late = Ears::open(&world, "", "").await.next().await.data;
    late.as_object_mut().unwrap().remove("minutes");
    assert_eq!(late, rows(json!([{"brand": "aurora", "open": "1"}, {"brand": "nordnet", "open": "3"}])));

    // After a restart of analytics there is a snapshot again, and conversations went on meanwhile.
    world.kill_others();
    world.fake.then(|play| {
        play.measures =
            vec![WatchResponse { sequence: 102, rows: vec![row("nordnet", 4)], snapshot: true, ..change(0) }];
    });
    let position = world.fake.append("nordnet");
    assert_eq!(first.changes(1).await, [position]);
    world.start_others();
    assert_eq!(first.next().await.data["snapshot"], true);
    assert_eq!(world.fake.asked("Watch")[0], json!({"groupBy": ["DIMENSION_BRAND"]}));
}

#[tokio::test]
async fn streams_end_when_the_gateway_does() {
    let world = World::start().await;
    let mut ears = Ears::open(&world, "", "").await;
    world.process.shutdown.begin();
    while ears.block().await.is_some() {}
    world.stop().await;
}

#[tokio::test]
async fn a_person_hears_the_news_for_him_and_after_a_reconnect_what_came_between() {
    let world = World::start_as(&[], log_at(5)).await;
    let tell = |sequence, person: &str| {
        let news = ShownNews { sequence, brand: "nordnet".into(), person: person.into(), ..ShownNews::default() };
        world.fake.then(|play| play.news.push(news));
    };
    tell(6, "dana");
    tell(7, "ivo");
    let mut ears = Ears::open(&world, "?person=dana", "").await;
    let mut sequence = async || loop {
        let heard = ears.next().await;
        if heard.name == "news" {
            assert_eq!((heard.id.as_str(), &heard.data["person"]), ("", &json!("dana")));
            return heard.data["sequence"].clone();
        }
    };
    assert_eq!(sequence().await, "6");
    tell(8, "dana");
    assert_eq!(sequence().await, "8");
    // Somebody who comes later hears all of it from what is kept.
    let mut other = Ears::open(&world, "?person=dana", "").await;
    let mut heard = Vec::new();
    while heard.len() < 2 {
        let next = other.next().await;
        if next.name == "news" {
            heard.push(next.data["sequence"].clone());
        }
    }
    assert_eq!(heard, ["6", "8"]);
    assert_eq!(world.fake.asked("WatchNews").len(), 1, "one watch for all");
}

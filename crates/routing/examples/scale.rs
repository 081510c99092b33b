//! How routing's view grows: memory a conversation, decisions a second, and the time to rebuild it from the log's records and
//! from a checkpoint, for growing numbers of open conversations of 100 brands and 5,000 people.
//!
//! `cargo run --release -p earshot-routing --example scale -- [CONVERSATIONS ...]`, by default 10000 100000 1000000. Each size
//! is measured in a process of its own, so that the memory of one is not counted for another.

use brand::{Brand, Settings};
use conversation::brand_facts::{PresenceChanged, SettingsPublished};
use conversation::classified::{PostClassified, Scored};
use conversation::received::{HandleUse, PostReceived};
use conversation::{
    Actor, BrandId, Context, ConversationId, CustomerId, Fact, Network, PersonId, Personal, PostKey, Record, RecordId,
    Subject,
};
use jiff::{SignedDuration, Timestamp};
use routing::{Around, Entry, Need, View};
use std::time::Instant;

const BRANDS: usize = 100;
const PEOPLE_OF_BRAND: usize = 50;

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    match sizes.as_slice() {
        [size] => measure(*size),
        _ => {
            let sizes = if sizes.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
            let program = std::env::current_exe().expect("this program has a path");
            for size in sizes {
                let status = std::process::Command::new(&program).arg(size.to_string()).status();
                assert!(status.is_ok_and(|status| status.success()), "the measure of {size} failed");
            }
        }
    }
}

fn measure(size: usize) {
    let mut world = World::new();
    let before = resident_bytes();
    let mut records = Vec::with_capacity(3 * size);
    let mut deciding = 0.0;
    for n in 0..size {
        deciding += world.opens(n, &mut records);
    }
    let mut view = World::new().view;
    let folding = Instant::now();
    for (at, record) in records.iter().enumerate() {
        view.fold(world.first + at as u64, record);
    }
    let folding = folding.elapsed().as_secs_f64();
    let count = records.len();
    drop((records, view));
    let memory = resident_bytes().saturating_sub(before);
    let encoding = Instant::now();
    let bytes = routing::encode_checkpoint(&world.view).expect("a view can be written");
    let encoding = encoding.elapsed().as_secs_f64();
    let decoding = Instant::now();
    let back = routing::decode_checkpoint(&bytes).expect("what was written can be read");
    let decoding = decoding.elapsed().as_secs_f64();
    assert_eq!(back.conversations.len(), size, "nothing is lost in a checkpoint");
    println!(
        "{size:>8} conversations: {:>5.0} bytes each in memory, {:>7.0} decisions/s, from the log {:.2} s ({:.0} records/s), \
         checkpoint {:.1} MB written in {:.2} s and read in {:.2} s",
        memory as f64 / size as f64,
        size as f64 / deciding,
        folding,
        count as f64 / folding,
        bytes.len() as f64 / 1e6,
        encoding,
        decoding
    );
}

/// Resident memory of this process.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4_096
}

struct World {
    view: View,
    sequence: u64,
    first: u64,
    start: Timestamp,
}

impl World {
    fn new() -> World {
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
        let mut world = World { view: View::default(), sequence: 0, first: 0, start };
        for brand in 0..BRANDS {
            world.publishes(brand);
        }
        world.first = world.sequence + 1;
        world
    }

    fn publishes(&mut self, n: usize) {
        let people: Vec<String> = (0..PEOPLE_OF_BRAND).map(|person| format!("p{person}")).collect();
        let listed: Vec<String> = people.iter().map(|id| format!("  {id}: {{name: {id}, languages: [en]}}")).collect();
        let half = PEOPLE_OF_BRAND / 2;
        let yaml = format!(
            "earshot: brand/v1\nbrand: {id}\nname: Brand {n}\ntimezone: UTC\nteams:\n  north: {{name: North, hours: '24/7', regions: [north], assign: offer, people: [{}]}}\n  south: {{name: South, hours: '24/7', regions: [south], assign: offer, people: [{}]}}\n  crisis: {{name: Crisis, hours: '24/7', tier: crisis}}\n  general: {{name: General, hours: '24/7', tier: general}}\npeople:\n{}\nrules:\n  - {{name: loud, when: 'post.followers > 100000', team: crisis, priority: urgent, respond_within: 10m}}\n  - {{name: complaint, when: 'class.intent == \"complaint\"', team: own, priority: high, respond_within: 30m}}\notherwise: {{team: own, respond_within: 1h}}\n",
            people[..half].join(", "),
            people[half..].join(", "),
            listed.join("\n"),
            id = brand_name(n),
        );
        let settings = Settings::parse(&yaml, "scale.yaml").expect("the settings are sound");
        let version = Brand::compile(settings).expect("the settings are sound").version().to_owned();
        let fact = SettingsPublished { version, yaml, file: "scale.yaml".into() };
        self.tells(n, vec![fact.into()]);
        let on = |id: &String| Fact::from(PresenceChanged { person: PersonId::new(id).expect("an id"), online: true });
        self.tells(n, people.iter().map(on).collect());
    }

    fn tells(&mut self, brand: usize, facts: Vec<Fact>) {
        self.sequence += 1;
        let subject = Subject::Brand { brand: brand_id(brand) };
        let record = record(subject, self.sequence, self.start, facts);
        self.view.fold(self.sequence, &record);
    }

    /// A conversation begins and is routed; answers the seconds that the decision took.
    fn opens(&mut self, n: usize, records: &mut Vec<Record>) -> f64 {
        let (brand, network) = (brand_id(n % BRANDS), Network::new("x").expect("a network"));
        let customer = CustomerId::of(&brand, &network, &format!("author-{n}"));
        let conversation = ConversationId::of(&customer, 0);
        let subject = Subject::Conversation { brand: brand.clone(), customer, conversation };
        let post = PostKey::of(&brand, &network, &format!("post-{n}"));
        let at = self.start.checked_add(SignedDuration::from_millis(n as i64)).expect("within time");
        let intent = ["complaint", "question", "request", "other"][n % 4];
        self.writes(&subject, at, vec![received(post, network, n, at).into()], records);
        self.writes(&subject, at, vec![classified(post, intent).into()], records);
        let need = Need::Route(post);
        let began = Instant::now();
        let entry: Entry = (*self.view.conversations[&conversation]).clone();
        let around = Around::of(&self.view, conversation, &need).expect("it is in the view");
        let command = routing::command(&around, &entry, &entry.state, &need, None, at).expect("it is to be routed");
        let context = Context { conversation, record: RecordId::caused("scale", post.as_uuid().as_bytes()), now: at };
        let facts = conversation::decide(&entry.state, &command, &context).expect("it can be routed");
        let took = began.elapsed().as_secs_f64();
        self.writes(&subject, at, facts, records);
        took
    }

    fn writes(&mut self, subject: &Subject, at: Timestamp, facts: Vec<Fact>, records: &mut Vec<Record>) {
        self.sequence += 1;
        let record = record(subject.clone(), self.sequence, at, facts);
        self.view.fold(self.sequence, &record);
        records.push(record);
    }
}

fn brand_name(n: usize) -> String {
    format!("brand-{n}")
}

fn brand_id(n: usize) -> BrandId {
    BrandId::new(brand_name(n)).expect("a brand")
}

fn record(subject: Subject, sequence: u64, at: Timestamp, facts: Vec<Fact>) -> Record {
    Record {
        id: RecordId::caused("scale", &sequence.to_be_bytes()),
        subject,
        occurred_at: at,
        recorded_at: at,
        actor: Actor::Service("scale".into()),
        caused_by: None,
        correlation: None,
        facts,
    }
}

fn received(post: PostKey, network: Network, n: usize, at: Timestamp) -> PostReceived {
    PostReceived {
        post,
        network,
        native_id: format!("post-{n}"),
        parent_native_id: String::new(),
        root_native_id: String::new(),
        private: n.is_multiple_of(3),
        handle_use: HandleUse::Main,
        posted_at: Some(at),
        followers: (n % 5_000) as u64,
        region: if n.is_multiple_of(2) { "north".into() } else { "south".into() },
        tier: String::new(),
        timezone: "Europe/Tallinn".into(),
        source: "scale".into(),
        backfill: false,
        demo: false,
        thread_of: None,
        awaited_in: None,
        language: String::new(),
        personal: Personal::text("My bill is wrong for the third month, can somebody please have a look at it?"),
    }
}

fn classified(post: PostKey, intent: &str) -> PostClassified {
    let scored = |label: &str| Scored { label: label.into(), confidence: 0.8, ..Scored::default() };
    PostClassified {
        post,
        model_version: "scale".into(),
        language: scored("en"),
        sentiment: scored("negative"),
        intent: scored(intent),
        topic: scored("telecom.billing"),
        urgency: scored("normal"),
        churn: scored("staying"),
        call: scored("none"),
        closing: scored("none"),
        recognised: Vec::new(),
        backend: "compact".into(),
        text_version: 0,
    }
}

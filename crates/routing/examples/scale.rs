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

/// As in the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let before = resident_bytes();
    let mut world = World::new();
    let deciding: f64 = (0..size).map(|n| world.opens(n)).sum();
    let memory = resident_bytes().saturating_sub(before);
    let encoding = Instant::now();
    let bytes = routing::encode_checkpoint(&world.view).expect("a view can be written");
    let encoding = encoding.elapsed().as_secs_f64();
    let brand = Record { facts: vec![publication(0).into()], ..record(brand_subject(0), 0, world.start, Vec::new()) };
    let looking = Instant::now();
    let stirred = world.view.fold(world.sequence + 1, &brand).len();
    let looking = looking.elapsed().as_secs_f64();
    drop(world);
    let decoding = Instant::now();
    let back = routing::decode_checkpoint(&bytes).expect("what was written can be read");
    let decoding = decoding.elapsed().as_secs_f64();
    assert_eq!(back.conversations.len(), size, "nothing is lost in a checkpoint");
    drop(back);
    let (folding, count) = rebuild(size);
    println!(
        "{size:>8} conversations: {:>5.0} bytes each in memory, {:>7.0} decisions/s, from the log {folding:.2} s ({:.0} records/s), \
         checkpoint {:.1} MB written in {encoding:.2} s and read in {decoding:.2} s, settings of a brand published in {:.0} ms \
         ({stirred} conversations looked at)",
        memory as f64 / size as f64,
        size as f64 / deciding,
        count as f64 / folding,
        bytes.len() as f64 / 1e6,
        looking * 1e3,
    );
}

/// Seconds to fold all records into a new view, and how many they are.
fn rebuild(size: usize) -> (f64, usize) {
    let mut world = World::new();
    world.kept = Some(Vec::with_capacity(3 * size));
    for n in 0..size {
        world.opens(n);
    }
    let records = world.kept.take().unwrap_or_default();
    let first = world.first;
    drop(world);
    let mut view = World::new().view;
    let folding = Instant::now();
    for (at, record) in (first..).zip(&records) {
        view.fold(at, record);
    }
    (folding.elapsed().as_secs_f64(), records.len())
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
    /// The records of the conversations, for whoever wants to fold them again.
    kept: Option<Vec<Record>>,
}

impl World {
    fn new() -> World {
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
        let mut world = World { view: View::default(), sequence: 0, first: 0, start, kept: None };
        for brand in 0..BRANDS {
            world.publishes(brand);
        }
        world.first = world.sequence + 1;
        world
    }

    fn publishes(&mut self, n: usize) {
        self.tells(n, vec![publication(n).into()]);
        let on = |id: &String| Fact::from(PresenceChanged { person: PersonId::new(id).expect("an id"), online: true });
        self.tells(n, people().iter().map(on).collect());
    }

    fn tells(&mut self, brand: usize, facts: Vec<Fact>) {
        self.sequence += 1;
        let record = record(brand_subject(brand), self.sequence, self.start, facts);
        self.view.fold(self.sequence, &record);
    }

    /// A conversation begins and is routed; answers the seconds that the decision took.
    fn opens(&mut self, n: usize) -> f64 {
        let (brand, network) = (brand_id(n % BRANDS), Network::new("x").expect("a network"));
        let customer = CustomerId::of(&brand, &network, &format!("author-{n}"));
        let conversation = ConversationId::of(&customer, 0);
        let subject = Subject::Conversation { brand: brand.clone(), customer, conversation };
        let post = PostKey::of(&brand, &network, &format!("post-{n}"));
        let at = self.start.checked_add(SignedDuration::from_millis(n as i64)).expect("within time");
        let intent = ["complaint", "question", "request", "other"][n % 4];
        self.writes(&subject, at, vec![received(post, network, n, at).into()]);
        self.writes(&subject, at, vec![classified(post, intent).into()]);
        let need = Need::Route(post);
        let began = Instant::now();
        let entry: Entry = (*self.view.conversations[&conversation]).clone();
        let around = Around::of(&self.view, conversation, &need).expect("it is in the view");
        let command = routing::command(&around, &entry, &entry.state, &need, None, at).expect("it is to be routed");
        let context = Context { conversation, record: RecordId::caused("scale", post.as_uuid().as_bytes()), now: at };
        let facts = conversation::decide(&entry.state, &command, &context).expect("it can be routed");
        let took = began.elapsed().as_secs_f64();
        self.writes(&subject, at, facts);
        took
    }

    fn writes(&mut self, subject: &Subject, at: Timestamp, facts: Vec<Fact>) {
        self.sequence += 1;
        let record = record(subject.clone(), self.sequence, at, facts);
        self.view.fold(self.sequence, &record);
        if let Some(kept) = &mut self.kept {
            kept.push(record);
        }
    }
}

fn people() -> Vec<String> {
    (0..PEOPLE_OF_BRAND).map(|person| format!("p{person}")).collect()
}

fn brand_subject(n: usize) -> Subject {
    Subject::Brand { brand: brand_id(n) }
}

fn publication(n: usize) -> SettingsPublished {
    let people = people();
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
    SettingsPublished { version, yaml, file: "scale.yaml".into() }
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

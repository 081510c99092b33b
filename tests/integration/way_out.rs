//! The way out under every fault at once: replies on every network that can be spoken to, while the networks answer 429, 500,
//! late, half or not at all, and the notifier is killed again and again. Each reply is on its network once, or known to be
//! unknown; none twice; those of a conversation in their order.
//!
//! Small by itself. The whole measurement of docs/replies-out.md:
//! `EARSHOT_REPLIES=10000 EARSHOT_KILLS=20 cargo nextest run -p earshot-tests way_out --no-capture`

use crate::system::{Apart, until};
use conversation::received::{HandleUse, PostReceived};
use conversation::replied::SubmitReply;
use conversation::routed::ConversationOpened;
use conversation::state::ReplyStatus;
use conversation::{
    Actor, BrandId, Command, Conversation, ConversationId, CustomerId, Fact, Network, PersonId, Personal, PostKey,
    Record, RecordId, Subject,
};
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use journal::{Draft, Entry, Journal, TailConfig};
use sandbox::{Fault, Faults};
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;
use tempfile::TempDir;

/// By Standard Webhooks, and in each language of its own.
const NETWORKS: [&str; 12] = [
    "webhook",
    "x",
    "mastodon",
    "telegram",
    "bluesky",
    "whatsapp",
    "facebook",
    "instagram",
    "line",
    "reddit",
    "slack",
    "sms",
];
/// Replies of each conversation.
const EACH: usize = 4;
/// Most replies of an account on a network: as many as one page of a network's list shows.
const OF_AN_ACCOUNT: usize = 80;

/// Brands, each with an account of its own on every network.
fn brands(talks: usize) -> usize {
    talks * EACH / NETWORKS.len() / OF_AN_ACCOUNT + 1
}

fn brand_of(number: usize, talks: usize) -> String {
    format!("chaos-{}", number / NETWORKS.len() % brands(talks))
}

/// A conversation on one of the networks.
struct Talk {
    network: &'static str,
    subject: Subject,
    post: String,
}

fn talk(number: usize, talks: usize) -> Talk {
    let network = NETWORKS[number % NETWORKS.len()];
    let post = match network {
        "telegram" => format!("70{number}:{number}"),
        "slack" => format!("C{number}:1700000000.{number:06}"),
        "bluesky" => format!("at://did:plc:author/app.bsky.feed.post/3k{number}"),
        "reddit" => format!("t1_{number}"),
        _ => format!("90{number}"),
    };
    let brand = BrandId::new(&*brand_of(number, talks)).unwrap();
    let customer = CustomerId::of(&brand, &Network::new(network).unwrap(), &author(number));
    let conversation = ConversationId::of(&customer, 0);
    Talk { network, subject: Subject::Conversation { brand, customer, conversation }, post }
}

fn author(number: usize) -> String {
    format!("author-{number}")
}

impl Talk {
    fn private(&self) -> bool {
        matches!(self.network, "whatsapp" | "line" | "sms" | "telegram")
    }

    /// Opens it with the customer's post, and answers four times.
    async fn go(&self, journal: &Journal, number: usize) {
        let (brand, network) = (self.subject.brand(), Network::new(self.network).unwrap());
        let post = PostKey::of(brand, &network, &self.post);
        let received = PostReceived {
            post,
            network: network.clone(),
            native_id: self.post.clone(),
            parent_native_id: String::new(),
            root_native_id: String::new(),
            private: self.private(),
            handle_use: HandleUse::Care,
            posted_at: Some(Timestamp::now()),
            followers: 0,
            region: String::new(),
            tier: String::new(),
            timezone: String::new(),
            source: "test".into(),
            backfill: false,
            demo: false,
            thread_of: None,
            awaited_in: None,
            language: "en".into(),
            personal: Personal { author_id: author(number), ..Personal::text("where is it?") },
        };
        let opened = ConversationOpened { post, network, private: self.private() };
        let now = Timestamp::now();
        let record = Record {
            id: RecordId::caused("test", format!("open {number}").as_bytes()),
            subject: self.subject.clone(),
            occurred_at: now,
            recorded_at: now,
            actor: Actor::Customer,
            caused_by: None,
            correlation: None,
            facts: vec![Fact::from(received), Fact::from(opened)],
        };
        journal.append(&record, 0).await.unwrap();
        for nth in 0..EACH {
            let dana = PersonId::new("dana").unwrap();
            let reply = SubmitReply { private: self.private(), ..SubmitReply::plain(dana.clone(), words(number, nth)) };
            let (now, command) = (Timestamp::now(), Command::SubmitReply(reply));
            let record = RecordId::caused("request", format!("{number} {nth}").as_bytes());
            let actor = Actor::Person(dana);
            let draft = Draft { record, occurred_at: now, now, actor, caused_by: None, correlation: None };
            let decide =
                |state: &Conversation, context: &conversation::Context| conversation::decide(state, &command, context);
            journal.transact(&self.subject, draft, None, decide).await.unwrap();
        }
    }
}

fn words(number: usize, nth: usize) -> String {
    format!("answer {nth} to {number}.")
}

/// Everything that goes wrong on the way out, on a quarter of all calls.
fn faults() -> Faults {
    let chances = [
        (Fault::RateLimited { retry_after_seconds: 1 }, 0.03),
        (Fault::ServerError, 0.05),
        (Fault::Slow { delay_ms: 100 }, 0.05),
        // Later than anybody waits for it.
        (Fault::Slow { delay_ms: 4_000 }, 0.02),
        (Fault::AcceptThenDrop, 0.05),
        (Fault::DropBeforeAccept, 0.05),
    ];
    Faults { chances: chances.into(), seed: 20, ..Faults::default() }
}

/// What became of the replies of a network.
#[derive(Debug, Default, Clone, Copy)]
struct Ends {
    sent: usize,
    tries: u32,
    unknown: usize,
    failed: usize,
}

/// The notifier on its own, which speaks to each network in its own way, as fast as it goes.
async fn notifier(tokens: &TempDir, brands: usize) -> Apart {
    let mut system = Apart::prepare(&[]).await;
    let url = system.sandbox.url();
    for network in NETWORKS.into_iter().filter(|network| *network != "webhook") {
        let key = format!("notifier.networks.{network}");
        system.set(format!("{key}.protocol={network}"));
        system.set(format!("{key}.url={url}/native/{network}"));
        system.set(format!("{key}.sender=+3725550100"));
        // Their limits are for accounts of real networks, and have tests of their own.
        system.set(format!("{key}.limits=[]"));
        for brand in (0..brands).map(|nth| format!("chaos-{nth}")) {
            // The sandbox knows an account by its token.
            let token = tokens.path().join(&brand);
            std::fs::write(&token, &brand).unwrap();
            system.set(format!("{key}.accounts.{brand}.account={brand}"));
            system.set(format!("{key}.accounts.{brand}.token_file={}", token.display()));
        }
    }
    for fast in [
        "sends_per_minute_max=100000",
        "sends_burst_max=10000",
        "attempts_max=100",
        "circuit_failures=1000",
        "margin_seconds=2",
    ] {
        system.set(format!("notifier.{fast}"));
    }
    system.start_nats().await;
    system.begin("notifier", 0);
    system.ready("notifier", 0).await;
    system
}

fn setting(name: &str, small: usize) -> usize {
    std::env::var(name).map_or(small, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reply_leaves_once_or_is_known_to_be_unknown_whatever_fails_and_dies() {
    let (replies, kills) = (setting("EARSHOT_REPLIES", 240), setting("EARSHOT_KILLS", 3));
    let talks = replies / EACH;
    let tokens = TempDir::with_prefix("earshot-tokens-").unwrap();
    let mut system = notifier(&tokens, brands(talks)).await;
    system.sandbox.set_faults(faults()).unwrap();
    let journal = system.journal().await.clone();

    // when people answer, and the notifier is killed in the course of it, each time after as many more replies
    let began = Instant::now();
    let people = tokio::spawn(async move {
        let work = stream::iter(0..talks).for_each_concurrent(8, |number| {
            let journal = journal.clone();
            async move { talk(number, talks).go(&journal, number).await }
        });
        work.await;
    });
    for kill in 1..=kills {
        let enough = (talks * EACH * kill / (kills + 1)) as u64;
        let sandbox = &system.sandbox;
        until("more replies are there", async || (sandbox.stats().accepted >= enough).then_some(())).await;
        system.crash("notifier").await;
    }
    people.await.unwrap();
    let ends = settled(system.journal().await, talks * EACH).await;
    let took = began.elapsed();

    // then each is there once, or known to be unknown, and those of a conversation stand in their order
    let stats = system.sandbox.stats();
    report(&ends, took.as_secs_f64(), kills, &stats.faults);
    assert_eq!(stats.doubled, 0, "{stats:?}");
    let posted = in_order(&system);
    let all = ends.values().fold(Ends::default(), |all, one| Ends {
        sent: all.sent + one.sent,
        tries: all.tries + one.tries,
        unknown: all.unknown + one.unknown,
        failed: all.failed + one.failed,
    });
    assert_eq!((all.sent + all.unknown, all.failed), (talks * EACH, 0));
    assert!(posted >= all.sent && posted <= talks * EACH, "{posted} are there, {} are said to be", all.sent);
    for (network, ends) in &ends {
        // Only where a network knows no repetition and cannot be asked is anything left to a person.
        assert!(ends.unknown == 0 || matches!(*network, "telegram" | "whatsapp"), "{network}: {ends:?}");
    }
}

/// Waits until no reply is on its way, and answers how they ended.
async fn settled(journal: &Journal, wanted: usize) -> BTreeMap<&'static str, Ends> {
    let mut states: HashMap<ConversationId, Conversation> = HashMap::new();
    let filters = vec![wire::subjects::CONVERSATIONS.to_owned()];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let mut open = wanted;
    while open > 0 {
        let item = tail.next().await.expect("the log is not closed");
        let Entry::Record(record) = &*item.entry else { continue };
        let Some(conversation) = record.subject.conversation() else { continue };
        let state = states.entry(conversation).or_default();
        let over = |state: &Conversation| state.replies.iter().filter(|reply| !reply.status.on_its_way()).count();
        let before = over(state);
        conversation::evolve(state, record);
        open -= over(state) - before;
    }
    let mut ends: BTreeMap<&'static str, Ends> = BTreeMap::new();
    for state in states.values() {
        let name = state.network.as_ref().map_or("", |network| network.as_str());
        let network = NETWORKS.into_iter().find(|network| *network == name).expect("it is one of them");
        let of = ends.entry(network).or_default();
        for reply in &state.replies {
            of.tries += reply.attempts;
            match reply.status {
                ReplyStatus::Sent => of.sent += 1,
                ReplyStatus::InDoubt => of.unknown += 1,
                _ => of.failed += 1,
            }
        }
    }
    ends
}

/// Holds the order of what stands on the networks against that of the conversations, and answers how much stands there.
fn in_order(system: &Apart) -> usize {
    let mut last: HashMap<usize, usize> = HashMap::new();
    let mut posted = system.sandbox.replies();
    posted.reverse();
    for reply in &posted {
        let numbers: Vec<usize> =
            reply.text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
        let [.., nth, number] = numbers[..] else { panic!("it is none of ours") };
        let before = last.insert(number, nth);
        assert!(before.is_none_or(|before| before < nth), "{number}: {nth} stands behind {before:?}");
    }
    posted.len()
}

fn report(ends: &BTreeMap<&'static str, Ends>, seconds: f64, kills: usize, faults: &BTreeMap<String, u64>) {
    println!("| network | sent | unknown | failed | tries |\n|---|---|---|---|---|");
    for (network, Ends { sent, tries, unknown, failed }) in ends {
        println!("| {network} | {sent} | {unknown} | {failed} | {tries} |");
    }
    let sent: usize = ends.values().map(|of| of.sent).sum();
    println!("{seconds:.1} s, {:.0} replies/s, {kills} kills, faults {faults:?}", sent as f64 / seconds);
}

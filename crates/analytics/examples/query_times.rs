//! How long questions take over a large projection:
//!
//!     cargo run --release -p earshot-analytics --example query_times -- 1000000
//!
//! The number is that of conversations, of six records each, built without a server. Every question is asked a hundred times,
//! or as often as a second number says, of a file that is as warm as the first of them left it. The last line is JSON.

#![allow(clippy::unwrap_used, reason = "a measurement may panic: nobody runs it for anybody else")]

#[path = "../src/testing.rs"]
mod testing;

use analytics::local::{Building, Projection};
use analytics::scorecard::Card;
use jiff::Timestamp;
use std::time::{Duration, Instant};
use testing::{At, Script};
use wire::pb::analytics::{Dimension, Filter, GetScorecardRequest, ListBehindRequest, Part, QueryFiguresRequest};

fn conversation(number: usize) -> Script {
    const BRANDS: [&str; 3] = ["aurora-air", "nordnet", "basil-and-bean"];
    const TEAMS: [&str; 4] = ["care", "sales", "crisis", "technical"];
    const INTENTS: [&str; 4] = ["complaint", "question", "request", "praise"];
    const LANGUAGES: [&str; 6] = ["en", "et", "bn", "ko", "zh", "de"];
    let mut script = Script::new(BRANDS[number % 3]);
    let (name, post) = (format!("c{number}"), format!("p{number}"));
    let asked = i64::try_from(number / 20).expect("a small number");
    script.post(&name, &post, At::minute(asked));
    script.route(&name, &post, TEAMS[number % 4], INTENTS[number / 3 % 4], LANGUAGES[number % 6]);
    script.answer(&name, &format!("r{number}"), At::minute(asked + 1 + asked % 90));
    script.post(&name, &format!("q{number}"), At::minute(asked + 100));
    script.answer(&name, &format!("s{number}"), At::minute(asked + 101 + asked % 70));
    if !number.is_multiple_of(3) {
        script.resolve(&name, At::minute(asked + 200));
    }
    script
}

fn build(conversations: usize) -> (Projection, u64, f64) {
    let mut building = Building::new().unwrap();
    let mut records = 0;
    let (mut telling, began) = (Duration::ZERO, Instant::now());
    for number in 0..conversations {
        let began = Instant::now();
        let told = conversation(number).records;
        telling += began.elapsed();
        for record in told {
            records += 1;
            building.add(record).unwrap();
        }
    }
    let projection = building.finish().unwrap();
    (projection, records, (began.elapsed() - telling).as_secs_f64())
}

/// Median and 99th percentile of a question, in milliseconds.
fn ask(name: &str, asked: usize, mut question: impl FnMut()) -> serde_json::Value {
    let mut times: Vec<f64> = Vec::with_capacity(asked);
    for _ in 0..asked {
        let began = Instant::now();
        question();
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let (median, worst) = (times[asked / 2], times[asked * 99 / 100]);
    println!("  {name}: median {median:.1} ms, p99 {worst:.1} ms");
    serde_json::json!({"question": name, "p50_ms": median, "p99_ms": worst})
}

fn figures(measures: &[&str], group_by: &[Dimension], filter: Filter) -> QueryFiguresRequest {
    QueryFiguresRequest {
        filter: Some(filter),
        measures: measures.iter().map(ToString::to_string).collect(),
        group_by: group_by.iter().map(|dimension| (*dimension).into()).collect(),
        ..QueryFiguresRequest::default()
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let (conversations, times) = (numbers.next().unwrap_or(100_000), numbers.next().unwrap_or(100));
    let (mut projection, records, seconds) = build(conversations);
    println!(
        "{records} records of {conversations} conversations in {seconds:.1} s ({:.0}/s)",
        records as f64 / seconds
    );
    let now: Timestamp = At::minute(10_000_000);
    let day = Filter {
        from: Some(wire::timestamp(At::minute(1_440))),
        until: Some(wire::timestamp(At::minute(2_880))),
        ..Filter::default()
    };
    let brand = Filter { brand: "nordnet".into(), ..Filter::default() };
    let speed = ["answered_within_1h", "first_response_p90_seconds"];
    let asked = [
        ("open, in all", figures(&["open"], &[], Filter::default())),
        ("two of speed by brand", figures(&speed, &[Dimension::Brand], Filter::default())),
        ("two of speed by brand, one day", figures(&speed, &[Dimension::Brand], day)),
        ("two of speed by team, one brand", figures(&speed, &[Dimension::Team], brand)),
        (
            "conversations by topic and hour",
            figures(&["conversations"], &[Dimension::Topic, Dimension::Hour], Filter::default()),
        ),
        ("all measures, in all", figures(&[], &[], Filter::default())),
        ("all measures by brand", figures(&[], &[Dimension::Brand], Filter::default())),
    ];
    let mut told = Vec::new();
    for (name, request) in asked {
        told.push(ask(name, times, || drop(projection.query_figures(request.clone(), now).unwrap())));
    }
    let behind = ListBehindRequest {
        measure: "answered_within_1h".into(),
        part: Part::NotCounted.into(),
        ..ListBehindRequest::default()
    };
    told.push(ask("behind a share, first page", times, || drop(projection.list_behind(behind.clone(), now).unwrap())));
    let card = Card::default();
    let asked = GetScorecardRequest::default();
    told.push(ask("scorecard of the brands", times, || drop(projection.scorecard(asked.clone(), &card, now).unwrap())));
    let rate = records as f64 / seconds;
    println!("{}", serde_json::json!({"conversations": conversations, "records_per_s": rate, "questions": told}));
}

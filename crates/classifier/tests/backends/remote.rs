//! Another ClassifierService, over a real connection: it answers, is slow, fails, goes away and comes back.

use super::fake::{Fake, Listening, Manner};
use super::{shipped, texts};
use classifier::backend::remote::Remote;
use classifier::backend::{Answer, Backend, RemoteSettings};
use std::time::{Duration, Instant};
use tonic::Code;

const AWAY: &str = "compact (remote unavailable)";
const DEADLINE: Duration = Duration::from_millis(300);

fn settings(listening: &Listening) -> RemoteSettings {
    RemoteSettings {
        url: Some(format!("http://{}", listening.address)),
        name: Some("big".into()),
        deadline_millis: DEADLINE.as_millis() as u64,
        probe_seconds: 1,
    }
}

async fn ask(backend: &Remote, asked: &[&str]) -> Vec<Answer> {
    backend.classify(texts(asked)).await
}

fn spoke(answers: &[Answer]) -> Vec<&str> {
    answers.iter().map(|answer| &*answer.backend).collect()
}

#[tokio::test]
async fn it_answers_under_its_name_and_with_its_version() {
    let listening = Fake::new(Manner::Answers).listen().await;
    let backend = Remote::open(&settings(&listening), shipped()).unwrap();
    assert_eq!(backend.name(), "remote:big");
    let answers = ask(&backend, &["one", "this is too much", "three"]).await;
    // a text that it refuses is answered here, in its place, and the others are its own
    assert_eq!(spoke(&answers), ["remote:big", AWAY, "remote:big"]);
    assert_eq!(answers[1].classification, shipped().classify("this is too much"));
    let class = &answers[2].classification;
    assert_eq!((class.language.label.as_str(), class.sentiment.confidence), ("et", 0.75));
    assert_eq!((class.model_version.as_str(), backend.model_version().as_str()), ("elsewhere-7", "elsewhere-7"));
    // refusals of single texts, however many, do not make it one that is away
    for _ in 0..5 {
        ask(&backend, &["too much"]).await;
    }
    assert_eq!(spoke(&ask(&backend, &["fine"]).await), ["remote:big"]);
}

#[tokio::test]
async fn one_that_does_not_answer_costs_the_deadline_a_few_times_and_then_nothing() {
    // given one that accepts calls and never answers
    let listening = Fake::new(Manner::Hangs).listen().await;
    let backend = Remote::open(&settings(&listening), shipped()).unwrap();
    // when texts come, then each has an answer within the deadline, until it counts as away
    for _ in 0..3 {
        let began = Instant::now();
        assert_eq!(spoke(&ask(&backend, &["where is my bag"]).await), [AWAY]);
        assert!(began.elapsed() < DEADLINE * 3, "{:?}", began.elapsed());
    }
    let asked = listening.fake.asked();
    // then it is not asked for a post again
    let began = Instant::now();
    for _ in 0..100 {
        assert_eq!(spoke(&ask(&backend, &["where is my bag", "thanks"]).await), [AWAY, AWAY]);
    }
    assert!(began.elapsed() < DEADLINE * 3, "a hundred answers took {:?}", began.elapsed());
    assert!(listening.fake.asked() <= asked + 1, "only a probe may have asked");
    // when it answers again, then the probe finds out, and texts go there again
    listening.fake.behave(Manner::Answers);
    comes_back(&backend).await;
}

#[tokio::test]
async fn one_that_fails_or_talks_nonsense_counts_as_away() {
    for manner in [Manner::Refuses(Code::Internal), Manner::Refuses(Code::Unavailable), Manner::Nonsense] {
        let listening = Fake::new(manner).listen().await;
        let backend = Remote::open(&settings(&listening), shipped()).unwrap();
        let answers = ask(&backend, &["my bag is lost", "b", "c", "d"]).await;
        assert_eq!(spoke(&answers), [AWAY; 4]);
        assert_eq!(answers[0].classification, shipped().classify("my bag is lost"));
        let asked = listening.fake.asked();
        ask(&backend, &["e", "f"]).await;
        assert_eq!(listening.fake.asked(), asked, "it was given up");
    }
}

#[tokio::test]
async fn one_that_goes_away_in_between_is_missed_by_nobody() {
    let listening = Fake::new(Manner::Answers).listen().await;
    let backend = Remote::open(&settings(&listening), shipped()).unwrap();
    assert_eq!(spoke(&ask(&backend, &["a", "b"]).await), ["remote:big"; 2]);
    drop(listening);
    for _ in 0..10 {
        assert_eq!(spoke(&ask(&backend, &["a", "b"]).await), [AWAY; 2]);
    }
}

#[tokio::test]
async fn one_that_is_not_there_holds_nobody_up() {
    let gone = Fake::new(Manner::Answers).listen().await;
    let settings = settings(&gone);
    drop(gone);
    let backend = Remote::open(&settings, shipped()).unwrap();
    let began = Instant::now();
    for _ in 0..10 {
        assert_eq!(spoke(&ask(&backend, &["a", "b"]).await), [AWAY, AWAY]);
    }
    assert!(began.elapsed() < DEADLINE * 4, "{:?}", began.elapsed());
}

async fn comes_back(backend: &Remote) {
    let began = Instant::now();
    while spoke(&ask(backend, &["are you back?"]).await) != ["remote:big"] {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

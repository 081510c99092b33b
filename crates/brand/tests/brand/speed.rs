//! How long a decision takes, since routing asks on every post. The figure is printed and not asserted: a busy machine
//! is no fault of the code.
//!
//! `cargo test -p earshot-brand --release -- --ignored --nocapture decision`

use crate::brand;
use brand::{ClassView, ConversationView, PostView, RouteInput};
use std::hint::black_box;
use std::time::Instant;

const TEN_RULES: &str = r#"
filters:
  - {name: contest, when: 'post.text.matches(r"(?i)#win\b|\bgiveaway\b|\bRT to win\b")'}
  - {name: spam, when: '!post.private && post.followers < 50 && post.text.matches(r"(?i)\bcrypto\b|\bairdrop\b")'}
rules:
  - {name: r1, team: crisis, when: 'class.intent == "complaint" && post.followers > 10000'}
  - {name: r2, team: crisis, when: 'conversation.posts >= 3 && conversation.replies == 0'}
  - {name: r3, team: crisis, when: 'conversation.reopened > 0 && class.sentiment == "negative"'}
  - {name: r4, team: crisis, when: 'post.tier in ["gold", "platinum"] && class.intent in ["complaint", "request"]'}
  - {name: r5, team: crisis, when: 'post.private && post.attachments > 0'}
  - {name: r6, team: crisis, when: 'post.text.matches(r"(?i)\bboarding\b|\bgate\b|\bmissed connection\b")'}
  - {name: r7, team: crisis, when: '["lawyer", "press", "police"].exists(word, post.text.contains(word))'}
  - {name: r8, team: crisis, when: 'class.language == "et" && class.intent_confidence < 0.4'}
  - {name: r9, team: crisis, when: 'class.intent == "praise" && !open("crisis")'}
  - {name: r10, team: crisis, when: 'post.region == "north" || post.handle_use == "care" && brand.hour < 6'}
"#;

#[test]
#[ignore = "prints a figure; run by hand on a release build"]
fn decision() {
    let brand = brand(TEN_RULES);
    let post = PostView {
        text: "@AuroraAir my bag did not make it to Tenerife, the belt has stopped and nobody is at the desk. What now?",
        network: "x",
        followers: 640,
        handle_use: "main",
        region: "madrid",
        tier: "standard",
        ..PostView::default()
    };
    let input = RouteInput {
        at: "2026-06-01T09:00:00Z".parse().unwrap(),
        post,
        class: ClassView {
            language: "en",
            sentiment: "negative",
            intent: "question",
            sentiment_confidence: 0.8,
            intent_confidence: 0.7,
            topic: "air.baggage",
            topic_confidence: 0.6,
            unsure: &["topic"],
            recognised: &["flight"],
            ..ClassView::default()
        },
        conversation: ConversationView { posts: 1, ..ConversationView::default() },
        ..RouteInput::default()
    };
    assert_eq!(&*brand.route(&input).rule, "otherwise", "all ten rules are asked");
    const ROUNDS: u32 = 200_000;
    for (name, ask) in [
        ("route, 10 rules, none holds", &(|| drop(black_box(brand.route(black_box(&input))))) as &dyn Fn()),
        ("filter, 2 filters", &|| {
            black_box(brand.filter(black_box(&post)));
        }),
    ] {
        let begin = Instant::now();
        for _ in 0..ROUNDS {
            ask();
        }
        eprintln!("{name}: {:.2} us", begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
    }
}

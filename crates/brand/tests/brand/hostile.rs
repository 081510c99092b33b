//! Settings come from people in a hurry and from other systems: whatever the text, the answer is settings or
//! problems with a place, never a crash.

use crate::SMALLEST;
use brand::{Brand, ClassView, ConversationView, PostView, RouteInput, Settings};
use proptest::prelude::*;
use std::sync::LazyLock;

const FULL: &str = include_str!("../../../../demo/brands/aurora-air.yaml");

static BRAND: LazyLock<Brand> =
    LazyLock::new(|| Brand::compile(Settings::parse(FULL, "f").expect("the demo's airline")).expect("it compiles"));

/// Reads, and when that works, acts.
fn survive(yaml: &str) {
    match Settings::parse(yaml, "f") {
        Ok(settings) => {
            let brand = Brand::compile(settings).expect("what was read compiles");
            let input = RouteInput::default();
            brand.filter(&input.post);
            brand.warnings();
            brand.route(&input);
        }
        Err(problems) => {
            assert!(problems.iter().count() > 0);
            let text = problems.to_string();
            assert_eq!(text.lines().count(), problems.iter().count(), "{text}");
        }
    }
}

/// Words of rules, put together in every way.
fn scraps() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "post.text",
        "post.followers",
        "class.intent",
        "brand.open",
        "\"complaint\"",
        "5",
        "0.5",
        "&&",
        "||",
        "!",
        "==",
        ">",
        "in",
        "[",
        "]",
        "(",
        ")",
        ",",
        "?",
        ":",
        ".contains(",
        ".matches(\"a\")",
        ".exists(w, ",
        "w",
        "open(\"care\")",
        "+",
        "-",
        "*",
        "/",
        "%",
        "{",
        "}",
        "true",
        "null",
        "r\"",
        "\"",
        "\\",
        "has(",
        ".",
        "@",
        "b\"a\"",
        "1u",
        "_",
        "$",
        "post",
    ]);
    prop::collection::vec(words, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_cut_anywhere(at in 0..FULL.len()) {
        let mut at = at;
        while !FULL.is_char_boundary(at) {
            at -= 1;
        }
        survive(&FULL[..at]);
    }

    #[test]
    fn a_file_with_anything_in_it(at in 0..FULL.len(), junk in any::<String>()) {
        let mut at = at;
        while !FULL.is_char_boundary(at) {
            at -= 1;
        }
        survive(&format!("{}{junk}{}", &FULL[..at], &FULL[at..]));
    }

    #[test]
    fn any_text_as_a_rule(when in any::<String>()) {
        let rules = serde_json::json!([{"name": "r", "when": when, "team": "care"}]);
        survive(&format!("{SMALLEST}rules: {rules}\n"));
    }

    #[test]
    fn any_scraps_as_a_rule(when in scraps()) {
        let rules = serde_json::json!([{"name": "r", "when": when, "team": "care"}]);
        survive(&format!("{SMALLEST}rules: {rules}\n"));
    }

    #[test]
    fn any_text_as_hours(hours in "[MTWFSuhoardPEJanFb0-9:;, +|/-]{0,24}|\\PC{0,24}") {
        let hours = serde_json::Value::from(hours);
        survive(&SMALLEST.replace("\"24/7\"", &hours.to_string()));
    }

    /// Whatever a customer writes, some team gets it.
    #[test]
    fn any_post_finds_a_team(text in any::<String>(), followers in any::<u64>(), second in 0_i64..4_000_000_000) {
        let brand = &*BRAND;
        let post = PostView { text: &text, followers, ..PostView::default() };
        let class = ClassView { intent: "complaint", ..ClassView::default() };
        let at = jiff::Timestamp::from_second(second).unwrap();
        let input = RouteInput { at, post, class, conversation: ConversationView { waiting_seconds: u64::MAX, ..ConversationView::default() }, ..RouteInput::default() };
        let decision = brand.route(&input);
        prop_assert!(brand.settings().team(&decision.team).is_some());
        prop_assert_eq!(brand.route(&input), decision);
    }
}

/// The deepest that is allowed. The stack is twice a worker's, since without optimisation the parser takes several times
/// as much of it.
#[test]
fn the_deepest_rules_are_read_and_asked() {
    let deepest = [
        format!("{}post.private{}", "(".repeat(9), ")".repeat(9)),
        format!("{}post.private", "!".repeat(30)),
        format!("{}post.private", "post.private ? true : ".repeat(9)),
        format!("1{} > 0", "+1".repeat(30)),
        format!("{}1{} > 0", "(".repeat(9), "+1+1)".repeat(9)),
        format!("{}1{} > 0", "(1+1+".repeat(9), ")".repeat(9)),
        format!("{}post.private{}", "[true].exists(a, ".repeat(2), ")".repeat(2)),
        vec!["post.text.contains(\"a\")"; 150].join(" || "),
        vec!["post.text.contains(\"a\")"; 150].join(" && "),
    ];
    for when in deepest {
        let rules = serde_json::json!([{"name": "r", "when": when, "team": "care"}]);
        let yaml = format!("{SMALLEST}rules: {rules}\n");
        let work = move || {
            Settings::parse(&yaml, "f").unwrap_or_else(|problems| panic!("{problems}"));
            survive(&yaml);
        };
        std::thread::Builder::new().stack_size(4 * 1024 * 1024).spawn(work).unwrap().join().unwrap();
    }
}

#[test]
fn a_yaml_bomb_is_refused() {
    let mut yaml = String::from("earshot: brand/v1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let all = format!("*a{before}, ").repeat(10);
        yaml.push_str(&format!("a{level}: &a{level} [{all}]\n"));
    }
    survive(&yaml);
    survive(&format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000)));
    survive(&format!("a: {}", "{b: ".repeat(2_000)));
}

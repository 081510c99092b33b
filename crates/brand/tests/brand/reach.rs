//! Rules and filters that can never match are told of, and only those.

use crate::{brand, settings};
use brand::{Brand, ClassView, PostView, RouteInput};
use proptest::prelude::*;

/// What is said about rules with these conditions, by the number of the rule.
fn said(conditions: &[&str]) -> Vec<String> {
    let rules: Vec<_> = conditions
        .iter()
        .enumerate()
        .map(|(nth, when)| serde_json::json!({"name": format!("r{nth}"), "when": when, "team": "care"}))
        .collect();
    let brand = brand(&format!("rules: {}\n", serde_json::Value::from(rules)));
    brand.warnings().iter().map(|warning| format!("{}: {}", warning.key, warning.what)).collect()
}

#[test]
fn what_contradicts_itself() {
    for when in [
        "class.intent == \"complaint\" && class.intent == \"praise\"",
        "class.intent == \"complaint\" && !(class.intent in [\"complaint\", \"question\"])",
        "post.followers > 10 && post.followers < 5",
        "post.followers > 10 && post.followers < 11",
        "5 > post.followers && post.followers >= 5",
        "post.followers < 0",
        "post.followers > 10 && post.followers < 13 && post.followers != 11 && post.followers != 12",
        "post.followers == 3 && post.followers == 4",
        "post.followers == 2.5",
        "class.intent_confidence > 1",
        "class.intent_confidence > 0.5 && class.intent_confidence <= 0.5",
        "class.intent_confidence <= 0.0 && class.intent_confidence != 0.0",
        "brand.hour >= 24",
        "brand.hour == 23 && brand.hour < 9",
        "post.private && !post.private",
        "post.private == false && post.private",
        "post.text.contains(\"a\") && !post.text.contains(\"a\")",
        "!open(\"care\")",
        "!brand.open",
        "\"topic\" in class.unsure && !class.topic_unsure",
        "class.topic == \"air.delay\" && class.industry != \"air\"",
        "class.topic == \"air.delay\" && class.industry == \"hotel\"",
        "class.sentiment != \"negative\" && class.sentiment != \"neutral\" && class.sentiment != \"positive\"",
        "post.network == \"x\" && post.network == \"weibo\"",
        "post.network in []",
        "post.private ? false : false",
        "post.private ? !post.private : post.private",
        "post.region == post.tier && post.tier != post.region",
        "false",
        "[\"a\"].exists(w, post.text.contains(w)) && !([\"a\"].exists(w, post.text.contains(w)))",
    ] {
        assert_eq!(said(&[when]), ["rules[0].when: can never match: what it asks for contradicts itself"], "{when}");
    }
}

#[test]
fn what_can_be_is_not_told_of() {
    for when in [
        "true",
        "post.followers > 10 && post.followers < 12",
        "post.followers >= 5 && post.followers <= 5",
        "class.intent_confidence >= 1 && class.intent_confidence <= 1.0",
        "class.intent_confidence > 0.5 && class.intent_confidence < 0.6",
        "post.network != \"x\" && post.network != \"weibo\"",
        "class.topic == \"air.delay\" && class.industry == \"air\"",
        "class.topic == \"\" && class.industry == \"\"",
        "!open(\"crisis\") && open(\"care\") && brand.open",
        "\"phone\" in class.recognised && \"email\" in class.recognised",
        "\"phone\" in class.recognised && !(\"email\" in class.recognised)",
        "post.text.contains(\"a\") && !post.text.contains(\"b\")",
        "100 / post.attachments > 1 || post.private",
        "brand.weekday in [\"sa\", \"su\"] && brand.hour > 22",
        "post.private || !post.private",
        "post.followers * 2 > 10 && post.followers * 2 < 5",
        "size(post.text) > 10 && size(post.text) < 5",
        "post.followers > 9007199254740993",
    ] {
        assert_eq!(said(&[when]), Vec::<String>::new(), "{when}");
    }
}

#[test]
fn a_rule_that_an_earlier_one_takes_everything_from_names_it() {
    let taken = "rules[1].when: can never match: rule `r0` before it takes everything it would";
    for (first, second) in [
        ("class.intent == \"complaint\"", "class.intent == \"complaint\" && post.followers > 10000"),
        ("class.intent in [\"complaint\", \"question\"]", "class.intent == \"question\" && post.private"),
        ("post.followers > 10", "post.followers >= 11"),
        ("post.followers < 11", "post.followers <= 10 && post.private"),
        ("true", "post.private"),
        ("post.private || post.is_reply", "post.is_reply"),
        ("post.text.contains(\"bag\")", "post.private && post.text.contains( \"bag\" )"),
        ("class.intent != \"noise\"", "class.intent == \"praise\""),
        ("post.region == post.tier", "post.tier == post.region"),
    ] {
        assert_eq!(said(&[first, second]), [taken], "{first} | {second}");
    }
    for (first, second) in [
        ("class.intent == \"complaint\" && post.followers > 10000", "class.intent == \"complaint\""),
        ("post.followers > 10", "post.followers >= 10"),
        ("100 / post.attachments > 1 || true", "post.private"),
        ("post.network == \"x\"", "post.network != \"x\""),
    ] {
        assert_eq!(said(&[first, second]), Vec::<String>::new(), "{first} | {second}");
    }
}

#[test]
fn rules_can_take_everything_together() {
    let together = "rules[2].when: can never match: the rules before it together take everything it would";
    assert_eq!(said(&["post.followers < 100", "post.followers >= 100 && post.private", "post.private"]), [together]);
    assert_eq!(said(&["post.private", "!post.private", "class.urgent", "class.thanks"]).len(), 2);
    let sentiments = ["negative", "neutral", "positive"].map(|one| format!("class.sentiment == \"{one}\""));
    assert_eq!(said(&[&sentiments[0], &sentiments[1], &sentiments[2], "post.private"]).len(), 1);
}

#[test]
fn a_warning_has_its_place_and_its_cure() {
    let settings = settings(
        "rules:
  - {name: complaint, team: care, when: 'class.intent == \"complaint\"'}
  - {name: loud, team: crisis, when: 'class.intent == \"complaint\" && post.followers > 9'}
",
    );
    let warnings = Brand::compile(settings).unwrap().warnings();
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "test.yaml:11:38: rules[1].when: can never match: rule `complaint` before it takes everything it would; move it \
          before `complaint`, or make that one narrower"
        ]
    );
}

#[test]
fn filters_are_told_of_too() {
    let filters = r#"
filters:
  - {name: contest, any_of: [giveaway, RT to win]}
  - {name: loud-contest, any_of: [Giveaway], when: 'post.followers > 10'}
  - {name: broken, none_of: [bag], any_of: [BAG]}
  - {name: rivals, handles: [telnova], languages: [en]}
  - {name: rivals-in-german, handles: ["@telnova"], languages: [de]}
  - {name: rivals-again, handles: [telnova], languages: [de], authors: [mo]}
"#;
    let warnings: Vec<String> =
        brand(filters).warnings().iter().map(|one| format!("{}: {}", one.key, one.what)).collect();
    assert_eq!(
        warnings,
        [
            "filters[1]: can never match: filter `contest` before it takes everything it would",
            "filters[2]: can never match: what it asks for contradicts itself",
            "filters[5]: can never match: filter `rivals-in-german` before it takes everything it would",
        ]
    );
}

#[test]
fn of_many_rules_none_is_told_of_that_can_match() {
    let rules: Vec<String> = (0..500)
        .map(|nth| {
            format!(
                "(class.intent == \"complaint\" || post.text.contains(\"w{nth}\") || post.private) && \
                 (post.followers > {nth} || post.text.contains(\"v{nth}\")) && post.region == \"r{}\"",
                nth % 7
            )
        })
        .collect();
    assert_eq!(said(&rules.iter().map(String::as_str).collect::<Vec<_>>()), Vec::<String>::new());
}

/// A list of thousands of values, in many rules: nothing grows with its square.
#[test]
fn long_lists_are_looked_at_too() {
    let list = |from: usize| (from..from + 200).map(|nth| format!("\"region{nth}\"")).collect::<Vec<_>>().join(", ");
    let rules: Vec<String> = (0..80).map(|nth| format!("post.region in [{}]", list(nth * 200))).collect();
    let mut rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    assert_eq!(said(&rules), Vec::<String>::new());
    rules.push("post.region == \"region300\"");
    assert_eq!(said(&rules), ["rules[80].when: can never match: rule `r1` before it takes everything it would"]);
}

fn atom() -> impl Strategy<Value = String> {
    let number = (0_u32..7, prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]));
    prop_oneof![
        number.clone().prop_map(|(bound, sign)| format!("post.followers {sign} {bound}")),
        number.prop_map(|(bound, sign)| format!("{bound}.5 {sign} post.followers")),
        prop::sample::select(vec!["negative", "neutral", "positive"])
            .prop_map(|one| format!("class.sentiment == \"{one}\"")),
        prop::sample::subsequence(vec!["\"negative\"", "\"neutral\"", "\"positive\""], 0..3)
            .prop_map(|some| format!("class.sentiment in [{}]", some.join(", "))),
        Just("post.private".to_owned()),
        Just("post.private == false".to_owned()),
    ]
}

/// Signs of which each may be a level of an expression; settings refuse more levels than this.
const SIGNS_MOST: usize = 32;

fn condition() -> impl Strategy<Value = String> {
    let any_depth = atom().prop_recursive(3, 8, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(one, two)| format!("({one} && {two})")),
            pair.prop_map(|(one, two)| format!("({one} || {two})")),
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(one, two, three)| format!("({one} ? {two} : {three})")),
        ]
    });
    any_depth.prop_filter("no deeper than settings may be", |text| {
        text.matches(['(', '[', '.', '!', '?', ':', '<', '>', '=']).count() + text.matches(" in ").count() <= SIGNS_MOST
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Held against trying every post there can be: exactly the rules that none reaches are told of.
    #[test]
    fn what_is_told_of_is_what_no_post_reaches(conditions in prop::collection::vec(condition(), 1..6)) {
        let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
        let told: Vec<String> = said(&conditions).iter().map(|one| one.split('.').next().unwrap().to_owned()).collect();
        let rules: Vec<_> = conditions
            .iter()
            .enumerate()
            .map(|(nth, when)| serde_json::json!({"name": format!("rules-{nth}-"), "when": when, "team": "care"}))
            .collect();
        let brand = brand(&format!("rules: {}\n", serde_json::Value::from(rules)));
        let mut reached = std::collections::BTreeSet::new();
        for followers in 0..9 {
            for sentiment in ["negative", "neutral", "positive"] {
                for private in [false, true] {
                    let post = PostView { followers, private, ..PostView::default() };
                    let class = ClassView { sentiment, ..ClassView::default() };
                    let decision = brand.route(&RouteInput { post, class, ..RouteInput::default() });
                    reached.insert(decision.rule.to_string());
                }
            }
        }
        let never: Vec<String> = (0..conditions.len())
            .filter(|nth| !reached.contains(&format!("rules-{nth}-")))
            .map(|nth| format!("rules[{nth}]"))
            .collect();
        prop_assert_eq!(told, never, "{:?}", conditions);
    }
}

//! Who gets a post: the first rule that holds, with the reasons kept.

use crate::{SMALLEST, brand, settings};
use brand::{
    Brand, CandidateKind, ClassView, ConversationView, CustomerView, Decision, Flag, HandleUse, PostView, Priority,
    RouteInput, Settings, Tier,
};

fn input<'a>() -> RouteInput<'a> {
    RouteInput {
        // A Monday noon in Tallinn.
        at: "2026-06-01T09:00:00Z".parse().unwrap(),
        post: PostView { text: "hello", network: "x", ..PostView::default() },
        class: ClassView::default(),
        conversation: ConversationView { posts: 1, ..ConversationView::default() },
        ..RouteInput::default()
    }
}

/// Whether a rule with this expression decides.
#[track_caller]
fn holds(when: &str, input: &RouteInput<'_>) -> bool {
    let brand = brand(&format!("rules: [{{name: r, team: crisis, when: '{when}'}}]\n"));
    let decision = brand.route(input);
    assert_eq!(decision.notes.iter().filter(|note| note.starts_with("rule")).count(), 0, "{:?}", decision.notes);
    &*decision.rule == "r"
}

fn names(decision: &Decision) -> Vec<(&'static str, &str, f64, Option<&str>)> {
    let candidates = decision.candidates.iter();
    candidates.map(|one| (one.kind.as_str(), &*one.name, one.score, one.excluded.as_deref())).collect()
}

#[test]
fn the_first_rule_that_holds_decides_and_the_decision_says_why() {
    let brand = brand(
        r#"
rules:
  - {name: quiet, when: 'post.followers < 10 && post.private', team: care}
  - name: angry-and-heard
    when: 'class.intent == "complaint" && post.followers > 10000'
    team: crisis
    priority: urgent
    respond_within: 10m
  - {name: never-reached, when: 'true', team: care}
"#,
    );
    let mut input = input();
    input.post.followers = 100_200;
    input.class.intent = "complaint";
    let decision = brand.route(&input);
    assert_eq!((&*decision.rule, &*decision.team), ("angry-and-heard", "crisis"));
    assert_eq!((decision.priority, decision.respond_within_seconds), (Priority::Urgent, Some(600)));
    assert_eq!(&*decision.settings_version, brand.version());
    assert!(decision.team_open && decision.notes.is_empty());
    assert_eq!(
        names(&decision),
        [
            ("rule", "quiet", 0.0, Some("does not hold")),
            ("rule", "angry-and-heard", 1.0, None),
            ("team", "crisis", 1.0, None),
        ]
    );
}

#[test]
fn otherwise_is_always_there() {
    let brand = brand("rules: [{name: r, when: 'post.private', team: crisis}]\n");
    let decision = brand.route(&input());
    assert_eq!((&*decision.rule, &*decision.team), ("otherwise", "care"));
    assert_eq!((decision.priority, decision.respond_within_seconds), (Priority::Normal, Some(3_600)));
    assert_eq!(decision.candidates[1].kind, CandidateKind::Rule);
}

#[test]
fn what_a_rule_leaves_out_is_as_otherwise_and_none_is_none() {
    let yaml = SMALLEST.replace("respond_within: 1h", "respond_within: 2h, priority: high");
    let more = "
rules:
  - {name: a, when: 'post.private', team: care}
  - {name: b, when: 'post.is_reply', team: care, priority: low, respond_within: none}
";
    let brand = Brand::compile(Settings::parse(&format!("{yaml}{more}"), "f").unwrap()).unwrap();
    let mut private = input();
    private.post.private = true;
    let decision = brand.route(&private);
    assert_eq!((decision.priority, decision.respond_within_seconds), (Priority::High, Some(7_200)));
    let mut reply = input();
    reply.post.is_reply = true;
    let decision = brand.route(&reply);
    assert_eq!((decision.priority, decision.respond_within_seconds), (Priority::Low, None));
}

#[test]
fn every_field_can_be_asked() {
    let full = RouteInput {
        at: "2026-06-01T09:30:00Z".parse().unwrap(),
        post: PostView {
            text: "Wo ist mein Koffer?",
            network: "mastodon",
            private: true,
            followers: 77,
            handle_use: "care",
            region: "harju",
            tier: "gold",
            attachments: 2,
            is_reply: true,
            author: "mo",
            language: "et",
            shares: 201,
            comments: 98,
            views: 9_000,
        },
        class: ClassView {
            language: "de",
            sentiment: "negative",
            intent: "question",
            topic: "air.baggage",
            sentiment_confidence: 0.9,
            intent_confidence: 0.35,
            topic_confidence: 0.7,
            urgent: true,
            leaving: true,
            wants_call: true,
            thanks: true,
            unsure: &["language", "sentiment", "intent", "topic"],
            recognised: &["booking", "phone"],
        },
        conversation: ConversationView {
            posts: 3,
            replies: 1,
            reopened: 2,
            contacts: 4,
            waiting_seconds: 90,
            flags: [Flag::Surge, Flag::RepeatAsk].into_iter().collect(),
            incident: true,
        },
        customer: CustomerView {
            conversations: 6,
            exceptions: 1,
            tenure_days: 3_300,
            own_team: "crisis",
            opted_out: true,
            timezone: "Europe/Tallinn",
        },
        flooded: &[],
    };
    for when in [
        "post.text == \"Wo ist mein Koffer?\"",
        "post.network == \"mastodon\"",
        "post.private",
        "post.followers == 77",
        "post.handle_use == \"care\"",
        "post.region == \"harju\"",
        "post.tier == \"gold\"",
        "post.attachments == 2",
        "post.is_reply",
        "post.author == \"mo\"",
        "post.language == \"et\"",
        "post.shares == 201",
        "post.comments == 98",
        "post.views == 9000",
        "class.language == \"de\"",
        "class.sentiment == \"negative\"",
        "class.intent == \"question\"",
        "class.sentiment_confidence >= 0.9",
        "class.intent_confidence == 0.35",
        "class.topic == \"air.baggage\"",
        "class.industry == \"air\"",
        "class.topic_confidence == 0.7",
        "class.urgent",
        "class.leaving",
        "class.wants_call",
        "class.thanks",
        "class.language_unsure",
        "class.sentiment_unsure",
        "class.intent_unsure",
        "class.topic_unsure",
        "\"topic\" in class.unsure && size(class.unsure) == 4",
        "\"phone\" in class.recognised",
        "class.recognised == [\"booking\", \"phone\"]",
        "[\"iban\", \"phone\"].exists(kind, kind in class.recognised)",
        "conversation.posts == 3",
        "conversation.replies == 1",
        "conversation.reopened == 2",
        "conversation.contacts == 4",
        "conversation.waiting_seconds == 90",
        "conversation.flags == [\"repeat_ask\", \"surge\"]",
        "\"surge\" in conversation.flags",
        "conversation.incident",
        "customer.conversations == 6",
        "customer.exceptions == 1",
        "customer.tenure_days == 3300",
        "customer.own_team == \"crisis\"",
        "customer.opted_out",
        "brand.open",
        "brand.hour == 12",
        "brand.weekday == \"mo\"",
    ] {
        assert!(holds(when, &full), "{when}");
        assert!(!holds(&format!("!({when})"), &full), "{when}");
    }
}

#[test]
fn the_language_of_rules() {
    let mut input = input();
    input.post.text = "Flug AU308 ist VERSPÄTET, 航班延误";
    input.post.followers = 5_000;
    for (when, expected) in [
        ("post.text.contains(\"AU308\")", true),
        ("post.text.startsWith(\"Flug\") && post.text.endsWith(\"延误\")", true),
        ("post.text.matches(\"(?i)verspätet\")", true),
        ("post.text.matches(r\"\\bAU\\d{3}\\b\")", true),
        ("post.text.matches(\"^AU\")", false),
        ("size(post.text) > 10 && post.text.size() < 100", true),
        ("[\"refund\", \"延误\"].exists(word, post.text.contains(word))", true),
        ("[\"Flug\", \"延误\"].all(word, post.text.contains(word))", true),
        ("[\"Flug\", \"Zug\"].exists_one(word, post.text.contains(word))", true),
        ("[\"Flug\", \"Zug\"].filter(word, post.text.contains(word)) == [\"Flug\"]", true),
        ("size([\"Flug\", \"Zug\"].map(word, word + \"!\")) == 2", true),
        ("[].exists(word, post.text.contains(word))", false),
        ("[\"a\", post.network][1] == \"x\"", true),
        ("post.network in [\"x\", \"mastodon\"]", true),
        ("!(post.network in [\"weibo\"])", true),
        ("post.network in []", false),
        ("post.followers * 2 - 1 == 9999 && post.followers / 3 == 1666 && post.followers % 7 == 2", true),
        ("-post.followers < 0", true),
        ("post.followers > 4999.5", true),
        ("double(post.followers) * 0.5 == 2500.0", true),
        ("string(post.followers) == \"5000\" && int(\"7\") == 7", true),
        ("post.private ? post.followers > 10 : post.followers > 1000", true),
        ("post.region == \"\"", true),
        ("\"a\" < \"b\"", true),
        ("true", true),
    ] {
        assert_eq!(holds(when, &input), expected, "{when}");
    }
}

#[test]
fn a_rule_that_fails_does_not_hold_and_loses_no_post() {
    let brand = brand(
        r#"
rules:
  - {name: too-large, when: 'post.followers * 9223372036854775807 > 0', team: crisis}
  - {name: by-zero, when: '100 / post.attachments > 1', team: crisis}
  - {name: no-number, when: 'int(post.text) > 1', team: crisis}
  - {name: no-item, when: '["a"][post.followers] == "b"', team: crisis}
  - {name: fine, when: 'post.followers > 1', team: care}
"#,
    );
    let mut input = input();
    input.post.text = "account 8820";
    input.post.followers = 9;
    let decision = brand.route(&input);
    assert_eq!((&*decision.rule, &*decision.team), ("fine", "care"));
    assert_eq!(
        decision.notes,
        [
            "rule too-large could not be evaluated: a number grew too large",
            "rule by-zero could not be evaluated: division by zero",
            "rule no-number could not be evaluated: int cannot read its argument",
            "rule no-item could not be evaluated: the list has no such item",
        ]
    );
    assert_eq!(decision.candidates[1].excluded.as_deref(), Some("could not be evaluated: division by zero"));
    assert!(!format!("{decision:?}").contains("8820"), "nothing a customer wrote stands in a decision");
}

#[test]
fn filters_keep_posts_out_and_say_which_rule_did() {
    let brand = brand(
        r##"
filters:
  - {name: broken, when: '100 / post.attachments > 1'}
  - {name: contest, when: 'post.text.matches("(?i)giveaway|#win")'}
  - {name: bots, when: 'post.followers == 0 && !post.private'}
"##,
    );
    let post = |text, followers| PostView { text, followers, attachments: 1, ..PostView::default() };
    assert_eq!(brand.filter(&post("RT to win! #WIN", 5)), Some("broken"));
    let post = |text, followers| PostView { text, followers, ..PostView::default() };
    assert_eq!(brand.filter(&post("RT to win! #WIN", 5)), Some("contest"));
    assert_eq!(brand.filter(&post("where is my bag", 0)), Some("bots"));
    assert_eq!(brand.filter(&post("where is my bag", 5)), None);
    let explained = brand.filter_explained(&post("where is my bag", 5));
    assert_eq!(explained.notes, ["filter broken could not be evaluated: division by zero"]);
}

#[test]
fn a_closed_team_is_said_and_rules_can_ask_for_it() {
    let more = "
rules:
  - {name: by-day, when: 'open(\"crisis\") && post.private', team: crisis}
  - {name: loud, when: 'post.followers > 10', team: crisis}
";
    let brand = brand(more);
    let mut input = input();
    input.post.private = true;
    assert_eq!(&*brand.route(&input).rule, "by-day");
    // A Sunday.
    input.at = "2026-06-07T09:00:00Z".parse().unwrap();
    assert_eq!(&*brand.route(&input).rule, "otherwise");
    input.post.followers = 11;
    let decision = brand.route(&input);
    assert_eq!((&*decision.team, decision.team_open), ("crisis", false));
    assert_eq!(decision.notes, ["team crisis is closed at this hour"]);
}

#[test]
fn the_same_input_gives_the_same_decision() {
    let settings = settings("rules: [{name: r, when: 'post.text.matches(\"a|b\") && brand.hour > 3', team: crisis}]\n");
    let (one, two) = (Brand::compile(settings.clone()).unwrap(), Brand::compile(settings).unwrap());
    let mut input = input();
    input.post.text = "b";
    assert_eq!(one.route(&input), two.route(&input));
    assert_eq!(one.route(&input), one.route(&input));
}

#[test]
fn a_brand_can_be_asked_by_many_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let brand = std::sync::Arc::new(brand("rules: [{name: r, when: 'post.text.contains(\"b\")', team: crisis}]\n"));
    shared(&brand);
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let brand = std::sync::Arc::clone(&brand);
            std::thread::spawn(move || brand.route(&input()))
        })
        .collect();
    let decisions: Vec<Decision> = asked.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(decisions.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn the_version_stands_for_the_text_and_the_text_can_be_read_again() {
    let first = settings("people: {dana: {name: Dana}} # a comment\n");
    let again = Settings::parse(first.source(), "test.yaml").unwrap();
    assert_eq!(first, again);
    assert_eq!(first.version(), again.version());
    assert_ne!(first.version(), settings("people: {dana: {name: Dana}}\n").version());
    assert_eq!(first.version().len(), 32);
    // Written down so that no change of the code moves the versions in old logs.
    assert_eq!(Settings::parse(SMALLEST, "x").unwrap().version(), "554f54576f9b44301a5c0ed7842cfd93");
}

#[test]
fn the_settings_say_who_and_where() {
    let settings = settings(
        "
handles:
  - {network: x, account: \"@Test\"}
  - {network: x, account: TestCare, use: care}
people:
  dana: {name: Dana, languages: [en, 'no'], signature: ^Dana}
",
    );
    assert_eq!(settings.handle_use("x", "test"), Some(HandleUse::Main));
    assert_eq!(settings.handle_use("x", "@TESTCARE"), Some(HandleUse::Care));
    assert_eq!(settings.handle_use("mastodon", "test"), None);
    let dana = settings.person("dana").unwrap();
    assert_eq!(
        (dana.languages.as_slice(), dana.signature.as_deref()),
        (["en".to_owned(), "no".to_owned()].as_slice(), Some("^Dana"))
    );
    assert_eq!(settings.team("crisis").unwrap().tier, Tier::Crisis);
    assert_eq!(settings.team("care").unwrap().tier, Tier::FirstLine);
    assert!(settings.team("nobody").is_none());
}

#[test]
fn a_brand_without_settings_still_answers_within_the_hour() {
    let brand = Brand::builtin("nobody-yet");
    let decision = brand.route(&input());
    assert_eq!((brand.slug(), &*decision.rule, &*decision.team), ("nobody-yet", "otherwise", "care"));
    assert_eq!(
        (decision.priority, decision.respond_within_seconds, decision.team_open),
        (Priority::Normal, Some(3_600), true)
    );
    assert_eq!(brand.filter(&PostView::default()), None);
    assert!(brand.coverage_gaps(jiff::civil::date(2026, 3, 29)).is_empty());
    // Its text is settings like any other's.
    let read = Settings::parse(brand.settings().source(), "built in").unwrap();
    assert_eq!(&read, brand.settings());
    // Also for a name that is a number, or no name at all.
    assert_eq!(Settings::parse(Brand::builtin("42").settings().source(), "built in").unwrap().brand, "42");
    assert_eq!(Brand::builtin("no \"name\": at\nall").slug(), "no \"name\": at\nall");
}

#[test]
fn what_a_model_has_no_answer_for_is_empty_or_false() {
    for when in [
        r#"class.topic == "" && class.industry == "" && class.topic_confidence == 0.0"#,
        "!class.urgent && !class.leaving && !class.wants_call && !class.thanks",
        "!class.topic_unsure && size(class.unsure) == 0 && size(class.recognised) == 0",
        r#"!("phone" in class.recognised)"#,
    ] {
        assert!(holds(when, &input()), "{when}");
    }
}

#[test]
fn a_topic_of_the_brand_is_found_by_its_phrases() {
    let brand = brand(
        "
topics:
  - {name: air.lounge, any_of: [lounge, quiet room]}
  - {name: air.miles, any_of: [points], languages: [en]}
",
    );
    assert_eq!(brand.topic("the LOUNGE took my points", "en"), Some("air.lounge"), "the first of the file");
    assert_eq!(brand.topic("my points are gone", "en"), Some("air.miles"));
    assert_eq!(brand.topic("my points are gone", "und"), None);
    assert_eq!(brand.topic("pointless", "en"), None);
    assert_eq!(brand.settings().topics[0].any_of, ["lounge", "quiet room"]);
    assert_eq!(Brand::builtin("b").topic("lounge", "en"), None);
}

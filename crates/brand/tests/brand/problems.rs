//! Every fault of a settings file: its line, its column, its key, and a cure that a person can follow.

use crate::SMALLEST;
use brand::{Problem, Settings};

/// The problems of a file made of the smallest settings and these lines.
fn problems(more: &str) -> Vec<Problem> {
    problems_of(&format!("{SMALLEST}{more}"))
}

fn problems_of(yaml: &str) -> Vec<Problem> {
    match Settings::parse(yaml, "care.yaml") {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().collect(),
    }
}

/// The only problem; its line counts from the first line after the smallest settings.
#[track_caller]
fn one(more: &str) -> (u32, Problem) {
    let mut all = problems(more);
    assert_eq!(all.len(), 1, "{all:#?}");
    let problem = all.remove(0);
    (problem.line - u32::try_from(SMALLEST.lines().count()).unwrap(), problem)
}

/// The only problem of a rule's expression; the column counts from the start of the expression.
#[track_caller]
fn rule(when: &str) -> (u32, String, String) {
    let before = "rules:\n  - {name: r, team: care, when: '";
    let (line, problem) = one(&format!("{before}{when}'}}\n"));
    assert_eq!(line, 2, "{problem}");
    assert_eq!(problem.key, "rules[0].when");
    let start = u32::try_from(before.lines().last().unwrap().len()).unwrap();
    assert!(problem.column > start, "{problem}");
    (problem.column - start, problem.what, problem.cure)
}

#[test]
fn a_problem_reads_as_file_place_key_fault_and_cure() {
    let (_, problem) = one("teems: {}\n");
    assert_eq!(problem.to_string(), "care.yaml:9:1: teems: is not a key of the settings; did you mean `teams`?");
}

#[test]
fn a_wrong_key_names_the_right_one() {
    let (line, problem) = one("people:\n  dana: {name: Dana, langauges: [en]}\n");
    assert_eq!((line, problem.column, problem.key.as_str()), (2, 22, "people.dana.langauges"));
    assert_eq!(problem.cure, "did you mean `languages`?");

    let (_, problem) = one("people:\n  dana: {name: Dana, shoe_size: 39}\n");
    assert_eq!(problem.cure, "use one of `name`, `languages`, `signature`, `skills`, `picture`, `capacity`");
}

#[test]
fn a_wrong_type_says_what_is_there_and_what_belongs_there() {
    for (more, key, what) in [
        ("handles: x\n", "handles", "is text, but must be a list"),
        ("people: [dana]\n", "people", "is a list, but must be a mapping from names to their keys"),
        ("people: {dana: {name: 7}}\n", "people.dana.name", "is the number 7, but must be text"),
        ("people: {dana: {name: true}}\n", "people.dana.name", "is true, but must be text"),
        ("people: {dana: Dana}\n", "people.dana", "is text, but a person is a mapping of keys"),
        ("people: {dana: {name: Dana, languages: en}}\n", "people.dana.languages", "is text, but must be a list"),
        ("people: {dana: {name: Dana, languages: [1]}}\n", "people.dana.languages[0]", "is a number, but must be text"),
        ("filters: {}\n", "filters", "is a mapping of keys, but must be a list"),
        ("rules: [praise]\n", "rules[0]", "is text, but a rule is a mapping of keys"),
        ("people: {dana: {name: ''}}\n", "people.dana.name", "is empty"),
        ("people: {dana: {name: \"a\\nb\"}}\n", "people.dana.name", "is not one line of at most 200 characters"),
    ] {
        let (_, problem) = one(more);
        assert_eq!((problem.key.as_str(), problem.what.as_str()), (key, what), "{more}");
        assert!(problem.cure.len() > 5, "{problem}");
    }
}

#[test]
fn what_is_missing_or_empty_comes_with_an_example() {
    let all = problems_of("earshot: brand/v1\nbrand:\n");
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "care.yaml:1:1: name: is missing; add `name: Aurora Air`",
            "care.yaml:1:1: otherwise: is missing; add `otherwise: {team: care, priority: normal, respond_within: 1h}`",
            "care.yaml:1:1: teams: is missing; add `teams: {care: {name: Care, hours: \"24/7\"}}`",
            "care.yaml:1:1: timezone: is missing; add `timezone: Europe/Tallinn`",
            "care.yaml:2:1: brand: is empty; write e.g. `brand: aurora-air`",
        ]
    );
}

#[test]
fn a_key_that_stands_twice_names_both_lines() {
    let (line, problem) = one("name: Again\n");
    assert_eq!((line, problem.key.as_str()), (1, "name"));
    assert_eq!(problem.what, "stands twice, first in line 3");
    let (_, problem) = one("people:\n  dana: {name: Dana}\n  dana: {name: Dana}\n");
    assert_eq!(problem.key, "people.dana");
}

#[test]
fn a_team_that_does_not_exist() {
    let (line, problem) = one("rules:\n  - name: r\n    when: post.private\n    team: crisys\n");
    assert_eq!((line, problem.column, problem.key.as_str()), (4, 11, "rules[0].team"));
    assert_eq!(problem.what, "there is no team `crisys`");
    assert_eq!(problem.cure, "did you mean `crisis`? or add `crisys` under `teams`");

    let yaml = SMALLEST.replace("otherwise: {team: care,", "otherwise: {team: nobody,");
    assert_eq!(problems_of(&yaml)[0].key, "otherwise.team");
}

#[test]
fn a_brand_has_at_least_one_team_and_not_too_many_rules() {
    let yaml = "earshot: brand/v1\nbrand: a\nname: A\ntimezone: UTC\nteams: {}\notherwise: {team: care}\n";
    let all = problems_of(yaml);
    assert_eq!((all.len(), all[0].to_string().split("; ").next()), (2, Some("care.yaml:5:8: teams: has no team")));
    let rules: String = (0..501).map(|nth| format!("  - {{name: r{nth}, when: post.private}}\n")).collect();
    let (line, problem) = one(&format!("filters:\n{rules}"));
    assert_eq!((line, problem.key.as_str()), (502, "filters"));
    assert!(problem.what.contains("at most 500"), "{problem}");
}

#[test]
fn anchors_save_repetition() {
    let more =
        "rules:\n  - {name: a, when: &tests 'post.private', team: care}\n  - {name: b, when: *tests, team: care}\n";
    assert_eq!(problems(more), Vec::new());
}

#[test]
fn a_person_that_does_not_exist() {
    let yaml = SMALLEST.replace("tier: crisis}", "people: [dana, mart]}\npeople: {dana: {name: Dana}}\n#");
    let all = problems_of(&yaml.replace("\n#}", "\n"));
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].key, "teams.crisis.people[1]");
    assert_eq!(all[0].what, "there is no person `mart`");
}

#[test]
fn a_team_with_a_fault_of_its_own_is_still_a_team() {
    let yaml = SMALLEST.replace("hours: \"24/7\"", "hours: \"all day\"");
    let all = problems_of(&yaml);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].key, "teams.care.hours");
}

#[test]
fn a_rule_without_a_team() {
    let (line, problem) = one("rules:\n  - {name: r, when: 'post.private'}\n");
    assert_eq!((line, problem.key.as_str(), problem.what.as_str()), (2, "rules[0].team", "is missing"));
    assert_eq!(problem.cure, "add `team: care`");
}

#[test]
fn names_are_given_once() {
    let (line, problem) =
        one("rules:\n  - {name: r, when: post.private, team: care}\n  - {name: r, when: post.private, team: care}\n");
    assert_eq!((line, problem.key.as_str()), (3, "rules[1].name"));
    assert_eq!(problem.what, "`r` stands twice, first in line 10");
    let (_, problem) = one("filters:\n  - {name: f, when: post.private}\n  - {name: f, when: post.private}\n");
    assert_eq!(problem.key, "filters[1].name");
    let (_, problem) = one("rules: [{name: otherwise, when: post.private, team: care}]\n");
    assert!(problem.what.contains("when no rule matches"), "{problem}");
    let (_, problem) = one("handles: [{network: x, account: a}, {network: x, account: \"@A\"}]\n");
    assert_eq!((problem.key.as_str(), problem.what.as_str()), ("handles[1]", "the account `A` on `x` stands twice"));
    let (_, problem) = one("people: {dana: {name: Dana, languages: [en, en]}}\n");
    assert_eq!(problem.what, "`en` stands twice");
}

#[test]
fn a_name_is_made_of_small_letters() {
    for (more, key) in [
        ("rules: [{name: Big Name, when: post.private, team: care}]\n", "rules[0].name"),
        ("people: {Dana: {name: Dana}}\n", "people.Dana"),
        ("handles: [{network: X, account: a}]\n", "handles[0].network"),
    ] {
        let (_, problem) = one(more);
        assert_eq!(problem.key, key);
        assert!(problem.what.starts_with("is not a name"), "{problem}");
    }
    let yaml = SMALLEST.replace("brand: test", "brand: a-name-of-more-than-thirty-two-signs");
    assert_eq!(problems_of(&yaml)[0].key, "brand");
}

#[test]
fn a_time_zone_that_does_not_exist() {
    let yaml = SMALLEST.replace("Europe/Tallinn", "Europe/Talinn");
    let all = problems_of(&yaml);
    assert_eq!(
        all[0].to_string(),
        "care.yaml:4:11: timezone: `Europe/Talinn` is not a time zone; did you mean `Europe/Tallinn`?"
    );
    let yaml = SMALLEST.replace("hours: \"24/7\"", "hours: \"24/7\", timezone: \"+3\"");
    let all = problems_of(&yaml);
    assert_eq!((all.len(), all[0].key.as_str()), (1, "teams.care.timezone"));
}

#[test]
fn hours_that_cannot_be_read() {
    let yaml = SMALLEST.replace("\"24/7\"", "\"Mo-Fr 9 to 5\"");
    let all = problems_of(&yaml);
    assert_eq!((all.len(), all[0].line, all[0].column), (1, 6, 29));
    assert!(all[0].what.contains("opening_hours syntax from character"), "{}", all[0]);
    assert!(all[0].cure.contains("Mo-Fr 09:00-18:00"), "{}", all[0]);
}

#[test]
fn a_length_of_time_that_cannot_be_read() {
    let yaml = SMALLEST.replace("respond_within: 1h", "respond_within: 600");
    assert_eq!(problems_of(&yaml)[0].what, "is the number 600, but must be text");
    let yaml = SMALLEST.replace("respond_within: 1h", "respond_within: soon");
    let all = problems_of(&yaml);
    assert_eq!(
        (all[0].key.as_str(), all[0].what.as_str()),
        ("otherwise.respond_within", "`soon` is not a length of time")
    );
    assert!(all[0].cure.contains("1h30m"));
}

#[test]
fn a_word_that_is_not_one_of_a_few() {
    let (_, problem) = one("rules: [{name: r, when: post.private, team: care, priority: urgnet}]\n");
    assert_eq!(
        problem.to_string().split_once(": ").unwrap().1,
        "rules[0].priority: `urgnet` is not known here; did you mean `urgent`?"
    );
    let yaml = SMALLEST.replace("tier: crisis", "tier: second");
    assert_eq!(problems_of(&yaml)[0].cure, "use one of `first_line`, `crisis`, `engagement`, `general`");
    let (_, problem) = one("handles: [{network: x, account: a, use: support}]\n");
    assert_eq!(problem.cure, "use one of `main`, `care`");
    let (_, problem) = one("people: {dana: {name: Dana, languages: [English]}}\n");
    assert_eq!(problem.key, "people.dana.languages[0]");
    let (_, problem) = one("holidays: {country: Estonia}\n");
    assert_eq!(problem.key, "holidays.country");
    let (_, problem) = one("holidays: {dates: [24.12.2026]}\n");
    assert_eq!(problem.key, "holidays.dates[0]");
}

#[test]
fn what_is_no_yaml_and_what_is_no_settings() {
    let all = problems_of("earshot: brand/v1\nteams: {care: {name: Care\nname: x\n");
    assert_eq!(all.len(), 1);
    assert!(all[0].line >= 2 && all[0].what.starts_with("is not YAML that can be read"), "{}", all[0]);
    assert_eq!(problems_of("")[0].what, "is empty");
    assert_eq!(problems_of("# nothing\n")[0].what, "is empty");
    assert_eq!(problems_of("- a\n- b\n")[0].what, "is a list, but the settings is a mapping of keys");
    assert!(problems_of(&format!("name: {}", "x".repeat(600_000)))[0].what.contains("at most 524288"));
    assert!(!problems_of("earshot: brand/v1\n---\nearshot: brand/v1\n").is_empty(), "one document a file");
}

#[test]
fn another_format_is_named_and_not_held_against_this_one() {
    let all = problems_of("earshot: brand/v2\nnew_key: 1\n");
    assert_eq!(all.len(), 1);
    assert_eq!(
        all[0].to_string(),
        "care.yaml:1:10: earshot: `brand/v2` is not a format that is known here; write `earshot: brand/v1`"
    );
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_lines() {
    let yaml = "\
earshot: brand/v1
brand: Test
name: Test
timezone: Mars/Olympus
teams:
  care: {name: Care, hours: \"always\", peple: []}
rules:
  - {name: r, when: 'post.folowers > 1', team: cares}
  - {name: r, when: 'class.intent == ', team: care, respond_within: 5}
otherwise: {team: care, priority: high}
";
    let keys: Vec<(u32, String)> = problems_of(yaml).into_iter().map(|problem| (problem.line, problem.key)).collect();
    let expected = [
        (2, "brand"),
        (4, "timezone"),
        (6, "teams.care.hours"),
        (6, "teams.care.peple"),
        (8, "rules[0].when"),
        (8, "rules[0].team"),
        (9, "rules[1].name"),
        (9, "rules[1].when"),
        (9, "rules[1].respond_within"),
    ];
    assert_eq!(keys, expected.map(|(line, key)| (line, key.to_owned())));
}

#[test]
fn a_rule_that_is_no_expression() {
    let (_, what, cure) = rule("post.private and post.followers > 5");
    assert!(what.starts_with("is not a CEL expression"), "{what}");
    assert_eq!(cure, "write && for and, || for or, ! for not");
    let (_, _, cure) = rule("post.network = \"x\"");
    assert_eq!(cure, "write == to compare");
    let (_, what, _) = rule("post.private &&");
    assert!(!what.contains('\n') && what.len() < 120, "{what}");
    let (_, what, _) = rule(&format!("post.text.contains(\"{}\")", "x".repeat(5_000)));
    assert!(what.contains("at most 4096"), "{what}");
    let (_, what, _) = rule(&format!("{}post.private{}", "(".repeat(200), ")".repeat(200)));
    assert_eq!(what, "goes deeper than 10 brackets or 32 levels");
}

#[test]
fn a_name_that_no_rule_can_ask_about() {
    assert_eq!(
        rule("post.private && post.folowers > 5"),
        (21, "`post` has no field `folowers`".into(), "did you mean `followers`?".into())
    );
    let (_, what, cure) = rule("pots.private");
    assert_eq!((what.as_str(), cure.as_str()), ("there is nothing named `pots`", "did you mean `post`?"));
    let (_, what, cure) = rule("followers > 5");
    assert_eq!(
        (what.as_str(), cure.as_str()),
        ("there is nothing named `followers`", "did you mean `post.followers`?")
    );
    let (_, what, cure) = rule("size(post) > 5");
    assert_eq!((what.as_str(), cure.as_str()), ("`post` is a group of fields", "name one of them, e.g. `post.text`"));
    let (_, what, _) = rule("post.text.words > 5");
    assert_eq!(what, "asks for `.words` of something that has no fields");
    let (_, what, cure) = rule("post.text.contain(\"a\")");
    assert_eq!((what.as_str(), cure.as_str()), ("there is no function `contain`", "did you mean `contains`?"));
    let (_, what, cure) = rule("contains(post.text, \"a\")");
    assert_eq!(what, "`contains` is not called in this way");
    assert_eq!(cure, "write it as in `post.text.contains(\"text\")`");
    let (_, what, _) = rule("has(post.region)");
    assert!(what.contains("every field always is"), "{what}");
    // The wrong name stands in the part that the sample post would never reach.
    let (_, what, _) = rule("false && post.nothing");
    assert_eq!(what, "`post` has no field `nothing`");
}

#[test]
fn kinds_that_do_not_go_together() {
    for (when, expected) in [
        ("post.followers", "comes out as a number, but must be true or false"),
        ("post.text", "comes out as text, but must be true or false"),
        ("post.followers == \"many\"", "compares a number with text, which are never equal"),
        ("post.private == \"true\"", "compares true or false with text, which are never equal"),
        ("post.followers > \"10\"", "cannot order a number and text"),
        ("post.text && true", "text stands where true or false is needed"),
        ("!post.followers", "a number stands where true or false is needed"),
        ("post.followers.contains(\"1\")", "a number stands where text is needed"),
        ("post.text.contains(5)", "a number stands where text is needed"),
        ("post.followers in [\"a\"]", "looks for a number in a list of text"),
        ("\"a\" in post.text", "looks with `in` into text, which is no list"),
        ("post.network in [\"x\", 5]", "the list holds a number beside something else"),
        ("post.followers + 0.5 > 1.0", "cannot add a whole number and a number with a fraction"),
        ("post.followers * 0.5 > 1.0", "cannot calculate with a whole number and a number with a fraction"),
        ("post.private + post.is_reply", "cannot add true and false"),
        ("(post.private ? 1 : \"a\") == 1", "the two outcomes of ?: are a whole number and text"),
        ("size(post.followers) > 1", "a number has no size"),
        ("int(post.private) == 1", "true or false cannot become a number"),
        ("post.text[0] == \"a\"", "takes an item out of text"),
        ("{\"a\": 1} == {}", "holds a mapping or a structure"),
        ("post.text == null", "holds a null, bytes or an unsigned number"),
        ("post.followers > 5u", "holds a null, bytes or an unsigned number"),
        ("post.text.exists(word, word == \"a\")", "runs over text, which is no list"),
        ("[\"a\"].exists(word, post.text)", "text stands where true or false is needed"),
        ("[\"a\"].exists(post, post == \"a\")", "the loop calls its item `post`"),
        ("[1].exists(a, [1].exists(b, [1].exists(c, a + b + c == 3)))", "has more than 2 loops inside each other"),
    ] {
        let (_, what, cure) = rule(when);
        assert_eq!(what, expected, "{when}");
        assert!(cure.len() > 10, "{when}: {cure}");
    }
}

#[test]
fn a_value_that_a_field_never_has() {
    assert_eq!(
        rule("class.intent == \"complain\""),
        (17, "`class.intent` is never \"complain\"".into(), "did you mean `complaint`?".into())
    );
    let (_, what, _) = rule("\"angry\" != class.sentiment");
    assert_eq!(what, "`class.sentiment` is never \"angry\"");
    let (_, what, _) = rule("class.intent in [\"praise\", \"thanks\"]");
    assert_eq!(what, "`class.intent` is never \"thanks\"");
    let (_, what, cure) = rule("class.language == \"English\"");
    assert_eq!(what, "`class.language` is never \"English\"");
    assert!(cure.contains("small letters"));
    let (_, what, _) = rule("brand.weekday == \"monday\"");
    assert_eq!(what, "`brand.weekday` is never \"monday\"");
}

#[test]
fn patterns_are_read_when_the_settings_are() {
    let (_, what, cure) = rule("post.text.matches(\"(win\")");
    assert_eq!(what, "the pattern cannot be read: unclosed group");
    assert!(cure.contains("raw text"), "{cure}");
    let (_, what, _) = rule("post.text.matches(\"\\d\")");
    assert_eq!(what, "holds a backslash that CEL does not know");
    let (_, what, _) = rule("post.text.matches(\"\\bwin\")");
    assert_eq!(what, "the pattern holds a backspace where an end of word is meant");
    let (_, what, _) = rule("post.text.matches(post.region)");
    assert_eq!(what, "the pattern of matches() is not written out");
    let (_, what, _) = rule("post.text.matches(\"(a{1000}){1000}\")");
    assert_eq!(what, "the pattern is too large");
}

#[test]
fn a_team_in_a_rule_must_exist() {
    let (_, what, cure) = rule("open(\"crisys\")");
    assert_eq!((what.as_str(), cure.as_str()), ("there is no team `crisys`", "did you mean `crisis`?"));
    let (_, what, _) = rule("open(post.region)");
    assert_eq!(what, "the team of open() is not written out");
    let (_, what, _) = rule("open()");
    assert_eq!(what, "`open` is not called in this way");
}

#[test]
fn filters_know_only_the_post() {
    for when in ["class.intent == \"noise\"", "conversation.posts > 1", "brand.open", "open(\"care\")"] {
        let (_, problem) = one(&format!("filters: [{{name: f, when: '{when}'}}]\n"));
        assert!(problem.cure.contains("rules"), "{problem}");
    }
}

#[test]
fn several_faults_of_one_expression_are_told_together() {
    let all = problems("rules: [{name: r, team: care, when: 'post.a || post.b && class.intent == \"c\"'}]\n");
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn a_fault_in_a_block_text_points_to_its_start() {
    let (line, problem) =
        one("rules:\n  - name: r\n    team: care\n    when: >-\n      post.private &&\n      post.nothing\n");
    assert_eq!(problem.key, "rules[0].when");
    assert!((4..=5).contains(&line), "{problem}");
}

#[test]
fn a_topic_has_a_name_and_phrases_of_its_own() {
    for (topics, key, what) in [
        ("[{name: air.lounge, any_off: [lounge]}]", "topics[0].any_off", "is not a key of a topic"),
        ("[{name: lounge, any_of: [lounge]}]", "topics[0].name", "`lounge` is not a topic"),
        ("[{name: Air.Lounge, any_of: [lounge]}]", "topics[0].name", "`Air.Lounge` is not a topic"),
        ("[{name: a.b.c, any_of: [lounge]}]", "topics[0].name", "`a.b.c` is not a topic"),
        ("[{name: air.lounge, any_of: []}]", "topics[0].any_of", "has no phrase"),
        ("[{name: air.lounge, any_of: [lounge, '  ']}]", "topics[0].any_of[1]", "is empty"),
        ("[{name: air.lounge, any_of: [lounge, 5]}]", "topics[0].any_of[1]", "is a number, but must be text"),
        ("[{name: air.lounge, any_of: lounge}]", "topics[0].any_of", "is text, but must be a list"),
        (
            "[{name: air.lounge, any_of: [Lounge, lounge]}]",
            "topics[0].any_of[1]",
            "`lounge` stands twice, first in line 9",
        ),
        (
            "[{name: air.lounge, any_of: [a], languages: [English]}]",
            "topics[0].languages[0]",
            "`English` is not the code of a language",
        ),
        ("[{any_of: [lounge]}]", "topics[0].name", "is missing"),
        ("{air.lounge: [lounge]}", "topics", "is a mapping of keys, but must be a list"),
    ] {
        let all = problems(&format!("topics: {topics}\n"));
        let found = all.iter().find(|problem| problem.key == key).unwrap_or_else(|| panic!("{topics}: {all:#?}"));
        assert_eq!((found.what.as_str(), found.line), (what, 9), "{topics}");
        assert!(found.cure.len() > 10, "{found}");
    }
}

#[test]
fn a_topic_or_phrase_that_stands_twice_names_both_lines() {
    let (line, problem) =
        one("topics:\n  - {name: air.lounge, any_of: [lounge]}\n  - {name: air.lounge, any_of: [bar]}\n");
    assert_eq!((line, problem.key.as_str()), (3, "topics[1].name"));
    assert_eq!(problem.what, "`air.lounge` stands twice, first in line 10");
    let (line, problem) =
        one("topics:\n  - {name: air.lounge, any_of: [lounge]}\n  - {name: air.bar, any_of: [LOUNGE, bar]}\n");
    assert_eq!((line, problem.key.as_str()), (3, "topics[1].any_of[0]"));
    assert_eq!(problem.what, "`LOUNGE` stands twice, first in line 10");
    assert_eq!(problem.cure, "keep one of them, or give the topics different `languages`");
    let apart = "topics:\n  - {name: a.gift, any_of: [gift], languages: [en]}\n  - {name: a.poison, any_of: [gift], languages: [de]}\n";
    assert_eq!(problems(apart), Vec::new());
}

#[test]
fn topics_and_phrases_have_a_limit() {
    let topics: String = (0..501).map(|nth| format!("  - {{name: a.t{nth}, any_of: [w{nth}]}}\n")).collect();
    let (line, problem) = one(&format!("topics:\n{topics}"));
    assert_eq!((line, problem.key.as_str()), (502, "topics"));
    let words: Vec<String> = (0..201).map(|nth| format!("w{nth}")).collect();
    let (_, problem) = one(&format!("topics: [{{name: a.b, any_of: [{}]}}]\n", words.join(", ")));
    assert_eq!(problem.what, "has 201 phrases, and a topic has at most 200");
    let (_, problem) = one(&format!("topics: [{{name: a.b, any_of: [{}]}}]\n", "x".repeat(201)));
    assert_eq!((problem.key.as_str(), problem.what.as_str()), ("topics[0].any_of[0]", "is longer than 200 characters"));
}

#[test]
fn a_class_is_asked_for_what_it_can_be() {
    assert_eq!(
        rule("\"phoen\" in class.recognised"),
        (1, "`class.recognised` never holds \"phoen\"".into(), "did you mean `phone`?".into())
    );
    let (_, what, _) = rule("\"mood\" in class.unsure");
    assert_eq!(what, "`class.unsure` never holds \"mood\"");
    let (_, what, cure) = rule("class.topic == \"delay\"");
    assert_eq!(what, "`class.topic` is never \"delay\"");
    assert!(cure.contains("`air.delay`"), "{cure}");
    let (_, what, _) = rule("class.topic in [\"air.delay\", \"Air\"]");
    assert_eq!(what, "`class.topic` is never \"Air\"");
    let (_, what, _) = rule("class.urgent == \"urgent\"");
    assert_eq!(what, "compares true or false with text, which are never equal");
    let (_, what, _) = rule("class.recognised == \"phone\"");
    assert_eq!(what, "compares a list with text, which are never equal");
    let (_, what, _) = rule("5 in class.recognised");
    assert_eq!(what, "looks for a number in a list of text");
}

/// The smallest settings with these keys on team `care`.
fn care(keys: &str) -> Problem {
    let mut all = problems_of(&SMALLEST.replace("care: {", &format!("care: {{{keys}, ")));
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn teams_of_regions_are_sound() {
    for (keys, key, what, cure) in [
        ("overflow: [crisys]", "overflow[0]", "there is no team `crisys`", "did you mean `crisis`?"),
        ("overflow: [care]", "overflow", "names the team itself", "stand in"),
        ("clock: costumer", "clock", "`costumer` is not known here", "did you mean `customer`?"),
        ("assign: push", "assign", "`push` is not known here", "`pull`, `offer`"),
        ("return_after: soon", "return_after", "`soon` is not a length of time", "`10m`"),
        ("picture: http://example.com/a.jpg", "picture", "is not an https address of at most 500 bytes", "https://"),
        ("picture: 'https://'", "picture", "is not an https address of at most 500 bytes", "https://"),
        ("regions: ['']", "regions[0]", "is not the name of a region", "hudson"),
        ("regoins: [a]", "regoins", "is not a key of a team", "did you mean `regions`?"),
    ] {
        let problem = care(keys);
        assert_eq!((problem.key, problem.what), (format!("teams.care.{key}"), what.to_owned()));
        assert!(problem.cure.contains(cure), "{}", problem.cure);
    }
    let yaml =
        SMALLEST.replace("care: {", "care: {regions: [North], ").replace("crisis: {", "crisis: {regions: [NORTH], ");
    let all = problems_of(&yaml);
    assert_eq!((all.len(), all[0].key.as_str()), (1, "teams.crisis.regions[0]"));
    assert_eq!(all[0].what, "`NORTH` is a region of team `care` since line 6");
}

#[test]
fn the_customer_s_own_team_needs_regions_and_a_name_of_its_own() {
    let (_, problem) = one("rules: [{name: r, when: post.private, team: own}]\n");
    assert_eq!(
        problem.to_string().split_once(": ").unwrap().1,
        "rules[0].team: no team has regions, so no customer has a team of their own; add e.g. `regions: [hudson]` to the \
         teams under `teams`, or name a team"
    );
    let yaml = SMALLEST
        .replace("care: {", "own: {name: O, hours: 24/7, regions: [north]}\n  care: {")
        .replace("team: care", "team: own");
    let all = problems_of(&yaml);
    assert_eq!((all.len(), all[0].key.as_str()), (1, "otherwise.team"));
    assert!(all[0].cure.contains("another name"), "{}", all[0]);
}

#[test]
fn people_and_what_rules_ask_of_them_are_sound() {
    for (more, key, what) in [
        ("capacity: {public: many}\n", "capacity.public", "is text, but must be a whole number"),
        ("capacity: {public: 1.5}\n", "capacity.public", "is 1.5, but must be a whole number from 0 to 1000"),
        ("capacity: {private: -1}\n", "capacity.private", "is -1, but must be a whole number from 0 to 1000"),
        ("capacity: 5\n", "capacity", "is a number, but a capacity is a mapping of keys"),
        ("people: {d: {name: D, capacity: {publik: 1}}}\n", "people.d.capacity.publik", "is not a key of a capacity"),
        (
            "people: {d: {name: D, skills: [Re booking]}}\n",
            "people.d.skills[0]",
            "is not a name: only a-z, 0-9, - and _ are allowed, at most 64 of them",
        ),
        (
            "people: {d: {name: D, skills: [billing]}}\nrules: [{name: r, when: post.private, team: care, needs: {skills: [biling]}}]\n",
            "rules[0].needs.skills[0]",
            "nobody has the skill `biling`",
        ),
        (
            "rules: [{name: r, when: post.private, team: care, clock: work}]\n",
            "rules[0].clock",
            "`work` is not known here",
        ),
        (
            "rules: [{name: r, when: post.private, team: care, next_within: 5}]\n",
            "rules[0].next_within",
            "is the number 5, but must be text",
        ),
        (
            "rules: [{name: r, when: 'customer.own_team == \"crysis\"', team: care}]\n",
            "rules[0].when",
            "`customer.own_team` is never \"crysis\"",
        ),
        (
            "rules: [{name: r, when: '\"surges\" in conversation.flags', team: care}]\n",
            "rules[0].when",
            "`conversation.flags` never holds \"surges\"",
        ),
        (
            "rules: [{name: r, when: 'class.language == \"\"', team: care}]\n",
            "rules[0].when",
            "`class.language` is never \"\"",
        ),
        (
            "filters: [{name: f, when: 'customer.opted_out'}]\n",
            "filters[0].when",
            "`customer.opted_out` is not known yet when filters run",
        ),
    ] {
        let (_, problem) = one(more);
        assert_eq!((problem.key.as_str(), problem.what.as_str()), (key, what));
        assert!(problem.cure.len() > 8, "{problem}");
    }
    assert_eq!(problems("filters: [{name: f, when: 'post.language == \"\"'}]\n"), Vec::new());
}

/// `customer` came later than loops, so old rules may call an item so.
#[test]
fn an_item_of_a_loop_may_be_called_customer() {
    let rule = "rules: [{name: r, team: care, when: '[\"a\"].exists(customer, post.text.contains(customer)) && customer.opted_out'}]\n";
    assert_eq!(problems(rule), Vec::new());
}

#[test]
fn thresholds_are_numbers_and_flags_are_known() {
    for (more, key, what) in [
        ("rises: {spred: {shares: 1}}\n", "rises.spred", "is not a key of what rises"),
        ("rises: on\n", "rises", "is text, but what rises is a mapping of keys"),
        (
            "rises: {exposure: {reach_hours: off}}\n",
            "rises.exposure.reach_hours",
            "is text, but must be a whole number",
        ),
        ("rises: {exposure: 5}\n", "rises.exposure", "is a number, but an exposure is a mapping of keys"),
        (
            "rises: {spread: {shares: 0}}\n",
            "rises.spread.shares",
            "is 0, but must be a whole number from 1 to 1000000000000",
        ),
        ("rises: {churn: maybe}\n", "rises.churn", "is neither on nor off"),
        ("rises: {flare_up: {after: 1w}}\n", "rises.flare_up.after", "`1w` has an unknown unit"),
        ("rises: {escalate: {on: [churn]}}\n", "rises.escalate.on[0]", "`churn` is no flag"),
        ("rises: {escalate: {team: crysis}}\n", "rises.escalate.team", "there is no team `crysis`"),
        ("surges: {ratio: 0.5}\n", "surges.ratio", "is 0.5, but must be a number from 1 to 1000"),
        ("surges: {ratio: four}\n", "surges.ratio", "is text, but must be a number"),
        ("surges: {at_least: 1}\n", "surges.at_least", "is 1, but must be a whole number from 2 to 1000000000000"),
        ("surges: {quiet: 0m}\n", "surges.quiet", "`0m` is zero"),
    ] {
        let (line, problem) = one(more);
        assert_eq!((line, problem.key.as_str(), problem.what.as_str()), (1, key, what));
        assert!(problem.cure.len() > 8, "{problem}");
    }
    let (_, problem) = one("rises: {escalate: {on: [ping_pog]}}\n");
    assert_eq!(problem.cure, "did you mean `ping_pong`?");
}

#[test]
fn filters_and_listening_have_sound_signs() {
    for (more, key, what) in [
        ("filters: [{name: f}]\n", "filters[0]", "does not say which posts it keeps out"),
        ("filters: [{name: f, as: rival, when: post.private}]\n", "filters[0].as", "`rival` is not known here"),
        ("filters: [{name: f, any_of: []}]\n", "filters[0].any_of", "has no phrases"),
        ("filters: [{name: f, none_of: ['  ']}]\n", "filters[0].none_of[0]", "is empty"),
        ("filters: [{name: f, any_of: [Win, win]}]\n", "filters[0].any_of[1]", "`win` stands twice"),
        ("filters: [{name: f, authors: ['@']}]\n", "filters[0].authors[0]", "is not an account"),
        ("filters: [{name: f, handles: [two words]}]\n", "filters[0].handles[0]", "is not an account"),
        ("filters: [{name: f, langauges: [en], any_of: [a]}]\n", "filters[0].langauges", "is not a key of a filter"),
        ("listen: {any_off: [a]}\n", "listen.any_off", "is not a key of what is listened for"),
        ("listen: {authors: {exclude: [a b]}}\n", "listen.authors.exclude[0]", "is not an account"),
        ("listen: {authors: [a]}\n", "listen.authors", "is a list, but a set of authors is a mapping of keys"),
        ("listen: {languages: [English]}\n", "listen.languages[0]", "`English` is not the code of a language"),
        (
            "listen: {any_of: [a]}\nfilters: [{name: listen, any_of: [b]}]\n",
            "filters[0].name",
            "`listen` is the name of what the brand does not listen for",
        ),
    ] {
        let (_, problem) = one(more);
        assert_eq!((problem.key.as_str(), problem.what.as_str()), (key, what));
        assert!(problem.cure.len() > 8, "{problem}");
    }
    let words: Vec<String> = (0..201).map(|nth| format!("w{nth}")).collect();
    let (_, problem) = one(&format!("listen: {{any_of: [{}]}}\n", words.join(", ")));
    assert_eq!(problem.what, "has 201 phrases, and at most 200 are looked for");
}

#[test]
fn ready_words_have_known_gaps_and_languages() {
    let (reply, closing) = ("replies: [{name: a, language: en, text: \"", "\"}]\n");
    for (more, key, what) in [
        (format!("{reply}Hi {{custmer}}{closing}"), "replies[0].text", "has no value for `{custmer}`"),
        (format!("{reply}Hi {{{closing}"), "replies[0].text", "has a brace without its other half"),
        (format!("{reply}{}{closing}", "x".repeat(2_001)), "replies[0].text", "is longer than 2000 characters"),
        (
            "replies: [{name: a, language: English, text: b}]\n".into(),
            "replies[0].language",
            "`English` is not the code of a language",
        ),
        ("replies: [{name: a, language: en}]\n".into(), "replies[0].text", "is missing"),
        (
            "replies: [{name: a, language: en, text: b, when: post.privat}]\n".into(),
            "replies[0].when",
            "`post` has no field `privat`",
        ),
        (
            "replies: [{name: a, language: en, text: b}, {name: a, language: en, text: c}]\n".into(),
            "replies[1]",
            "`a` stands twice in the language `en`",
        ),
        ("tone: {forbiden: [a]}\n".into(), "tone.forbiden", "is not a key of a tone"),
        ("tone: {examples: [{instead_of: a}]}\n".into(), "tone.examples[0].say", "is missing"),
        ("tone: {signature: always}\n".into(), "tone.signature", "`always` is not known here"),
        ("tone: {require_apology: maybe}\n".into(), "tone.require_apology", "is neither on nor off"),
        (
            "notices: {out_of_hours: {en: \"Closed.\"}}\n".into(),
            "notices.out_of_hours.en",
            "does not say when people are back",
        ),
        (
            "notices: {out_of_hours: {english: \"{opens}\"}}\n".into(),
            "notices.out_of_hours.english",
            "`english` is not the code of a language",
        ),
        (
            "notices: {callback_booked: {en: \"We call you.\"}}\n".into(),
            "notices.callback_booked.en",
            "does not say when the customer is called",
        ),
        ("notices: {received: {en: \"At {time}\"}}\n".into(), "notices.received.en", "has no value for `{time}`"),
        ("notices: {out_of_hours: {en: 5}}\n".into(), "notices.out_of_hours.en", "is a number, but must be text"),
    ] {
        let (_, problem) = one(&more);
        assert_eq!((problem.key.as_str(), problem.what.as_str()), (key, what));
        assert!(problem.cure.len() > 8, "{problem}");
    }
    let problem = care("shift_posts: {morning: {network: x, text: hi}}");
    assert_eq!(
        (problem.key.as_str(), problem.what.as_str()),
        ("teams.care.shift_posts.morning.network", "the brand has no account on `x`")
    );
}

//! Whose a customer is, who stands in, and by when: teams of one's own, people, capacity and targets.

use brand::{
    Assign, Because, Brand, Capacity, CustomerView, Decision, PostView, RouteInput, ServingInput, Settings,
    TargetClock, Targets, WallClock,
};
use jiff::Timestamp;

const CARRIER: &str = r#"earshot: brand/v1
brand: carrier
name: Carrier
timezone: America/New_York
teams:
  hudson:
    name: Experts for the Hudson
    hours: "Mo-Su 08:00-21:00"
    clock: customer
    regions: [hudson, Long Island]
    overflow: [delta]
    assign: offer
    return_after: 10m
    picture: https://example.com/hudson.jpg
    people: [ana, ben]
  delta: {name: Experts for the delta, hours: "Mo-Su 06:00-22:00", regions: [delta]}
  general: {name: General pool, hours: "24/7", tier: general}
  desk: {name: Crisis desk, hours: "Mo-Fr 09:00-17:00", tier: crisis}
people:
  ana: {name: Ana, languages: [en, es], skills: [billing, roaming], picture: "https://example.com/ana.jpg", capacity: {private: 6}}
  ben: {name: Ben, languages: [en]}
capacity: {public: 4}
rules:
  - {name: roaming, when: 'post.text.contains("roaming")', team: own, needs: {skills: [roaming, billing]}, respond_within: 5m}
  - {name: press, when: 'post.text.contains("press")', team: desk}
  - {name: hudson-by-name, when: 'post.text.contains("tower")', team: hudson}
  - {name: known, when: 'customer.own_team == "delta" && post.text.contains("delta")', team: general}
otherwise: {team: own, respond_within: 1h, next_within: 2h, resolve_within: 2d, clock: business, warn_before: 10m}
"#;

fn carrier() -> Brand {
    brand(CARRIER)
}

fn brand(yaml: &str) -> Brand {
    Brand::compile(Settings::parse(yaml, "f").unwrap_or_else(|problems| panic!("{problems}"))).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOON: &str = "2018-11-16T12:00:00-05:00";
const LATE: &str = "2018-11-16T21:30:00-05:00";

/// home, who serves, why, until when, and who was passed over.
fn told(brand: &Brand, ask: ServingInput<'_>) -> String {
    let serving = brand.serving(&ask);
    let over: Vec<String> = serving
        .candidates
        .iter()
        .filter_map(|one| Some(format!("{} {}", one.name, one.excluded.as_deref()?)))
        .collect();
    format!(
        "{} {} {}{} [{}]",
        serving.home.as_deref().unwrap_or("-"),
        serving.serves,
        serving.because.as_str(),
        serving.until.map(|until| format!(" until {until}")).unwrap_or_default(),
        over.join(", ")
    )
}

fn ask<'a>(region: &'a str, when: &str) -> ServingInput<'a> {
    ServingInput { region, at: at(when), ..ServingInput::default() }
}

#[test]
fn by_day_the_own_team_and_by_night_whoever_is_there_until_the_morning() {
    let brand = carrier();
    assert_eq!(told(&brand, ask("hudson", NOON)), "hudson hudson open []");
    assert_eq!(told(&brand, ask("LONG  island", NOON)), "hudson hudson open []");
    // The overflow team goes first, the general pool when that is closed too.
    assert_eq!(
        told(&brand, ask("hudson", LATE)),
        "hudson delta closed until 2018-11-17T13:00:00Z [hudson is closed at this hour]"
    );
    assert_eq!(
        told(&brand, ask("hudson", "2018-11-16T23:00:00-05:00")),
        "hudson general closed until 2018-11-17T13:00:00Z [hudson is closed at this hour, delta is closed at this hour]"
    );
    assert_eq!(told(&brand, ask("hudson", "2018-11-17T09:05:00-05:00")), "hudson hudson open []");
}

#[test]
fn the_clock_that_counts_hangs_on_the_customer_s_wall() {
    let brand = carrier();
    let there = |zone| ServingInput { customer_timezone: zone, ..ask("hudson", LATE) };
    assert_eq!(told(&brand, there(Some("America/Los_Angeles"))), "hudson hudson open []");
    assert!(told(&brand, there(Some("Mars/Olympus"))).contains("hudson delta closed"), "no zone is the team's");
    assert!(told(&brand, there(Some("Europe/London"))).contains("until 2018-11-17T08:00:00Z"));
    assert!(brand.team_open_for("hudson", at(LATE), Some("America/Los_Angeles")));
    assert!(!brand.team_open_for("hudson", at(LATE), None));
    // A team whose clock is its own does not care.
    assert!(brand.team_open_for("delta", at(LATE), Some("Europe/London")));
    assert!(!brand.team_open_for("nobody", at(LATE), None));
}

#[test]
fn a_flooded_team_is_helped_and_is_better_than_a_closed_one() {
    let brand = carrier();
    let flood = |flooded| ServingInput { flooded, ..ask("hudson", NOON) };
    assert_eq!(told(&brand, flood(&["hudson"])), "hudson delta flooded [hudson has more than it can handle]");
    assert!(told(&brand, flood(&["hudson", "delta"])).starts_with("hudson general flooded ["));
    assert_eq!(
        told(&brand, flood(&["hudson", "delta", "general"])),
        "hudson hudson flooded [delta has more than it can handle, general has more than it can handle]"
    );
    let night = ServingInput { flooded: &["delta", "general"], ..ask("hudson", LATE) };
    assert!(told(&brand, night).starts_with("hudson delta closed until"), "open and flooded goes before closed");
}

#[test]
fn who_left_the_teams_or_has_none_gets_the_ordinary_service() {
    let brand = carrier();
    assert_eq!(told(&brand, ServingInput { opted_out: true, ..ask("hudson", NOON) }), "hudson general opted_out []");
    assert_eq!(told(&brand, ask("atlantis", NOON)), "- general no_team []");
    // Assigned is assigned, wherever he lives now; a team that is no more counts as none.
    assert_eq!(told(&brand, ServingInput { home: Some("delta"), ..ask("hudson", NOON) }), "delta delta open []");
    assert_eq!(told(&brand, ServingInput { home: Some("old"), ..ask("hudson", NOON) }), "hudson hudson open []");
    let smaller = CARRIER.replace("tier: general", "tier: engagement");
    assert_eq!(told(&self::brand(&smaller), ask("", NOON)), "- general no_team []", "no region is its own");
    let named = smaller.replace("otherwise: {team: own,", "otherwise: {team: delta,");
    assert_eq!(told(&self::brand(&named), ask("", NOON)), "- delta no_team []");
}

#[test]
fn when_nobody_is_there_it_stays_at_home() {
    let yaml = CARRIER.replace("hours: \"24/7\"", "hours: \"Mo-Fr 10:00-16:00\"");
    let night = ask("delta", "2018-11-16T23:00:00-05:00");
    let serving = brand(&yaml).serving(&night);
    assert_eq!(
        (&*serving.serves, serving.because, serving.open, serving.until),
        ("delta", Because::Closed, false, None)
    );
}

fn decide(brand: &Brand, text: &str, when: &str, customer: CustomerView<'_>) -> Decision {
    let post = PostView { text, region: "hudson", ..PostView::default() };
    brand.route(&RouteInput { at: at(when), post, customer, ..RouteInput::default() })
}

#[test]
fn a_decision_says_whose_it_is_who_serves_and_what_it_takes() {
    let brand = carrier();
    let new_york = CustomerView { timezone: "America/New_York", ..CustomerView::default() };
    let decision = decide(&brand, "roaming charge", LATE, new_york);
    assert_eq!((&*decision.rule, &*decision.team, decision.team_open), ("roaming", "delta", true));
    assert_eq!(decision.serving.home.as_deref(), Some("hudson"));
    assert_eq!(decision.serving.until, Some(at("2018-11-17T08:00:00-05:00")));
    assert_eq!(decision.needs_skills.iter().map(|skill| &**skill).collect::<Vec<_>>(), ["roaming", "billing"]);
    assert_eq!(decision.notes, ["team hudson is closed at this hour, team delta serves until 2018-11-17T13:00:00Z"]);
    let names: Vec<&str> = decision.candidates.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["roaming", "hudson", "delta"]);

    let lou = CustomerView { opted_out: true, ..new_york };
    let decision = decide(&brand, "how do I unlock my phone", NOON, lou);
    assert_eq!((&*decision.rule, &*decision.team), ("otherwise", "general"));
    assert_eq!(decision.notes, ["the customer left the teams, team general serves"]);
    let west = CustomerView { timezone: "America/Los_Angeles", ..CustomerView::default() };
    assert_eq!(&*decide(&brand, "hello", LATE, west).team, "hudson");
    let assigned = CustomerView { own_team: "delta", ..new_york };
    assert_eq!(&*decide(&brand, "the delta", NOON, assigned).rule, "known");
    let flooded = RouteInput {
        at: at(NOON),
        post: PostView { region: "hudson", ..PostView::default() },
        flooded: &["hudson"],
        ..RouteInput::default()
    };
    let decision = brand.route(&flooded);
    assert_eq!(decision.notes, ["team hudson has more than it can handle, team delta serves"]);
}

#[test]
fn a_team_that_a_rule_names_keeps_it_unless_others_stand_in() {
    let brand = carrier();
    let decision = decide(&brand, "the press is here", LATE, CustomerView::default());
    assert_eq!((&*decision.team, decision.team_open, decision.serving.until), ("desk", false, None));
    assert_eq!(decision.notes, ["team desk is closed at this hour"]);
    let decision =
        decide(&brand, "your tower fell", LATE, CustomerView { own_team: "delta", ..CustomerView::default() });
    assert_eq!((&*decision.team, decision.serving.home.as_deref()), ("delta", Some("hudson")));
}

#[test]
fn a_rule_has_its_targets_and_leaves_the_rest_to_otherwise() {
    let brand = carrier();
    let decision = decide(&brand, "roaming", NOON, CustomerView::default());
    let expected = Targets {
        first: Some(300),
        next: Some(7_200),
        resolve: Some(172_800),
        clock: TargetClock::Business,
        warn_before_seconds: 600,
    };
    assert_eq!((decision.targets, decision.respond_within_seconds), (expected, Some(300)));
    let plain =
        crate::brand("rules: [{name: r, when: 'post.private', team: care, next_within: none, warn_before: none}]\n");
    let post = PostView { private: true, ..PostView::default() };
    let decision = plain.route(&RouteInput { post, ..RouteInput::default() });
    assert_eq!(decision.targets, Targets { first: Some(3_600), warn_before_seconds: 0, ..Targets::default() });
    assert_eq!(decision.targets.clock.as_str(), "calendar");
    assert_eq!(plain.route(&RouteInput::default()).targets.warn_before_seconds, 300);
}

#[test]
fn who_fits_best_speaks_the_language_and_has_the_skills() {
    let brand = carrier();
    let fit = |person, skills, language| {
        let fit = brand.fits(person, skills, language).unwrap();
        (fit.score, fit.speaks, fit.excluded)
    };
    assert_eq!(fit("ana", &["billing", "roaming"], "es"), (4, true, None));
    assert_eq!(fit("ana", &["billing"], "fr"), (1, false, None));
    assert_eq!(fit("ben", &["billing"], "en"), (2, true, Some("lacks the skill billing".to_owned())));
    assert_eq!(fit("ben", &[], "und"), (0, false, None));
    assert_eq!(brand.fits("nobody", &[], "en"), None);
}

#[test]
fn teams_and_people_show_a_face_and_say_what_they_can_hold() {
    let brand = carrier();
    let settings = brand.settings();
    let hudson = settings.team("hudson").unwrap();
    assert_eq!((hudson.clock, hudson.assign, hudson.return_after_seconds), (WallClock::Customer, Assign::Offer, 600));
    assert_eq!((hudson.clock.as_str(), hudson.assign.as_str()), ("customer", "offer"));
    assert_eq!(hudson.picture.as_deref(), Some("https://example.com/hudson.jpg"));
    let delta = settings.team("delta").unwrap();
    assert_eq!((delta.clock, delta.assign, delta.return_after_seconds), (WallClock::Team, Assign::Pull, 900));
    assert_eq!(settings.person("ana").unwrap().capacity, Capacity { public: 4, private: 6 });
    assert_eq!(settings.person("ben").unwrap().capacity, Capacity { public: 4, private: 5 });
    assert_eq!(Brand::builtin("b").settings().capacity, Capacity { public: 5, private: 5 });
    assert_eq!(brand.team_of_region("Hudson"), Some("hudson"));
    assert_eq!(brand.team_of_region(""), None);
}

#[test]
fn a_team_that_is_called_own_stays_that_team_in_old_files() {
    let yaml = "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\nteams: {own: {name: Own, hours: 24/7}}\notherwise: {team: own}\n";
    let decision = brand(yaml).route(&RouteInput::default());
    assert_eq!((&*decision.team, decision.serving.because), ("own", Because::Open));
}

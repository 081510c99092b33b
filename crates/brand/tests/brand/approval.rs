//! Which replies wait for somebody else to agree to them, and who that may be.

use brand::{Settings, Written};

const HEAD: &str = r#"
earshot: brand/v1
brand: b
name: B
timezone: UTC
people: {dana: {name: Dana}, lee: {name: Lee}, kim: {name: Kim}}
otherwise: {team: care}
"#;

fn read(teams: &str, approval: &str) -> Result<Settings, String> {
    let yaml = format!("{HEAD}teams: {{{teams}}}\napproval: {approval}\n");
    Settings::parse(&yaml, "b.yaml").map_err(|problems| problems.to_string())
}

const CARE: &str = "care: {name: Care, hours: 24/7, people: [dana, lee]}";
const CRISIS: &str = "crisis: {name: Crisis, hours: 24/7, tier: crisis, people: [lee, kim]}";

fn both() -> String {
    format!("{CARE}, {CRISIS}")
}

#[test]
fn replies_wait_for_the_reasons_that_the_settings_name() {
    let settings = read(&both(), "{people: [dana], crisis: on, findings: [deflection]}").unwrap();
    let findings = ["tone".to_owned(), "deflection".to_owned()];
    let wait = |person, in_crisis, findings| settings.waits_for(&Written { person, in_crisis, findings });
    assert_eq!(wait("dana", true, &findings[..]), ["person", "crisis", "finding:deflection"]);
    assert_eq!(wait("lee", false, &findings[..1]), Vec::<String>::new());
    let silent = crate::settings("");
    assert!(silent.waits_for(&Written { person: "dana", in_crisis: true, findings: &findings }).is_empty());
}

#[test]
fn the_crisis_team_agrees_unless_others_are_named() {
    let may = |settings: &Settings| ["dana", "lee", "kim"].map(|person| settings.may_approve(person));
    assert_eq!(may(&read(&both(), "{people: [dana]}").unwrap()), [false, true, true]);
    assert_eq!(may(&read(&both(), "{people: [kim], by: [care]}").unwrap()), [true, true, false]);
    assert_eq!(may(&read(CARE, "{people: [dana]}").unwrap()), [true; 3], "without such a team, everybody");
    assert!(crate::settings("").may_approve("whoever"), "a brand that names no people takes anyone's word");
}

#[test]
fn what_nobody_could_agree_to_is_refused() {
    let alone = "care: {name: Care, hours: 24/7}, crisis: {name: C, hours: 24/7, tier: crisis, people: [kim]}";
    for (teams, approval, expected) in [
        (alone, "{people: [kim]}", "nobody else may agree to what `kim` writes"),
        (alone, "{crisis: on}", "nobody else may agree to what `kim` writes"),
        (alone, "{people: [dana], by: [care]}", "nobody else may agree to what `dana` writes"),
        (CARE, "{people: [dan]}", "there is no person `dan`"),
        (CARE, "{people: [dana], by: [crsis]}", "there is no team `crsis`"),
        (CARE, "{findings: [deflecton]}", "`deflecton` is nothing that the reply guard finds"),
        (CARE, "{finding: [deflection]}", "is not a key of an approval"),
    ] {
        let refused = read(teams, approval).expect_err(approval);
        assert!(refused.contains(expected), "{approval}: {refused}");
    }
    read(alone, "{people: [dana]}").unwrap();
}

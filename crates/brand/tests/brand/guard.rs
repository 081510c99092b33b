//! How grave a brand takes what the reply guard finds.

use brand::{Gravity, Settings, Taken};

fn read(guard: &str) -> Result<Gravity, String> {
    let yaml = format!(
        "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\nteams: {{care: {{name: Care, hours: 24/7}}}}\n\
         otherwise: {{team: care}}\nguard: {guard}\n"
    );
    Settings::parse(&yaml, "b.yaml").map(|settings| settings.guard).map_err(|problems| problems.to_string())
}

#[test]
fn a_kind_is_taken_as_the_brand_says_and_else_as_the_guard_does() {
    let guard =
        read("{stop: [no_apology], warn: [wrong_addressee, personal_data_in_public], off: [spelling]}").unwrap();
    let taken =
        ["no_apology", "wrong_addressee", "personal_data_in_public", "spelling", "tone"].map(|kind| guard.of(kind));
    assert_eq!(taken, [Some(Taken::Stop), Some(Taken::Warn), Some(Taken::Warn), Some(Taken::Off), None]);
    assert_eq!(crate::settings("").guard, Gravity::default());
}

#[test]
fn what_would_hurt_unseen_or_says_two_things_is_refused() {
    for (guard, expected) in [
        ("{off: [personal_data_in_public]}", "`personal_data_in_public` is never passed over in silence"),
        ("{off: [wrong_addressee]}", "write it under `warn`: `warn: [wrong_addressee]`"),
        ("{stop: [tone], off: [tone]}", "`tone` stands in two lists"),
        ("{stop: [tonne]}", "`tonne` is nothing that the reply guard finds"),
        ("{stops: [tone]}", "is not a key of the guard"),
    ] {
        let refused = read(guard).expect_err(guard);
        assert!(refused.contains(expected), "{guard}: {refused}");
    }
}

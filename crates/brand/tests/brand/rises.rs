//! What makes a conversation rise: by default, as set, and off.

use crate::brand;
use brand::{Brand, Exposure, Flag, FlareUp, PingPong, Spread, Surges};

fn flags(brand: &Brand) -> Vec<&'static str> {
    brand.rises().escalate.as_ref().unwrap().on.iter().map(Flag::as_str).collect()
}

#[test]
fn a_brand_that_says_nothing_has_thresholds_and_its_crisis_team() {
    let brand = brand("");
    let rises = brand.rises();
    assert_eq!(rises.exposure, Some(Exposure { reach_hours: 10_000 }));
    assert_eq!(rises.ping_pong, Some(PingPong { exchanges: 3 }));
    assert!(rises.churn && rises.opportunity);
    assert_eq!(flags(&brand), ["churn_risk", "flare_up", "spread", "exposure"]);
    assert_eq!(rises.escalate.as_ref().unwrap().team.as_deref(), Some("crisis"));
    assert_eq!(brand.surges().unwrap().ratio, 4.0);
    assert_eq!(Brand::builtin("b").rises().escalate.as_ref().unwrap().team, None);
}

#[test]
fn every_threshold_can_be_set_and_the_rest_stays() {
    let brand = brand(
        "
rises:
  exposure: {reach_hours: 500}
  spread: {shares: 7, views: off}
  ping_pong: off
  churn: off
  opportunity: false
  flare_up: {after: 7d}
  escalate: {on: [surge, ping_pong], team: care, back_after: 90m}
surges: {window: 10m, ratio: 2.5, at_least: 4, quiet: 5m, baseline_hours: 48}
",
    );
    let rises = brand.rises();
    assert_eq!(rises.exposure, Some(Exposure { reach_hours: 500 }));
    assert_eq!(rises.spread, Some(Spread { shares: Some(7), views: None, ..Spread::default() }));
    assert_eq!((rises.ping_pong, rises.churn, rises.opportunity), (None, false, false));
    assert_eq!(rises.flare_up, Some(FlareUp { after_seconds: 7 * 86_400, ..FlareUp::default() }));
    let escalate = rises.escalate.as_ref().unwrap();
    assert_eq!((escalate.team.as_deref(), escalate.back_after_seconds), (Some("care"), 5_400));
    assert_eq!(flags(&brand), ["ping_pong", "surge"]);
    let surges = Surges { window_seconds: 600, at_least: 4, ratio: 2.5, quiet_seconds: 300, baseline_hours: 48 };
    assert_eq!(brand.surges(), Some(&surges));
}

#[test]
fn all_can_be_off() {
    let brand = brand("rises: off\nsurges: off\n");
    let rises = brand.rises();
    assert!(rises.exposure.is_none() && rises.spread.is_none() && rises.repeat_ask.is_none());
    assert!(rises.ping_pong.is_none() && rises.repeated_offers.is_none() && rises.influencer.is_none());
    assert!(rises.flare_up.is_none() && rises.escalate.is_none() && !rises.churn && !rises.opportunity);
    assert_eq!(brand.surges(), None);
}

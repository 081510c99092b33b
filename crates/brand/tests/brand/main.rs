//! The crate as its callers see it: what a settings file may say, what is wrong with one, who gets a post.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, and says where")]

mod approval;
mod demo;
mod docs;
mod filters;
mod guard;
mod hostile;
mod hours;
mod problems;
mod reach;
mod rises;
mod routing;
mod serving;
mod speed;
mod words;

use brand::{Brand, Settings};

/// The smallest settings there are, to which a test adds its own keys.
const SMALLEST: &str = r#"earshot: brand/v1
brand: test
name: Test
timezone: Europe/Tallinn
teams:
  care: {name: Care, hours: "24/7"}
  crisis: {name: Crisis desk, hours: "Mo-Fr 08:00-20:00", tier: crisis}
otherwise: {team: care, respond_within: 1h}
"#;

fn settings(more: &str) -> Settings {
    let yaml = format!("{SMALLEST}{more}");
    Settings::parse(&yaml, "test.yaml").unwrap_or_else(|problems| panic!("{problems}\n{yaml}"))
}

fn brand(more: &str) -> Brand {
    Brand::compile(settings(more)).expect("what was read compiles")
}

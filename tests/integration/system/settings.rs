//! Brand settings for tests: rules that ask for words, so that what is tested does not rest on what a model thinks.

/// People of every brand of the tests.
pub const DANA: &str = "dana";
pub const MART: &str = "mart";

/// Settings for a brand. `#giveaway` is filtered; CRISIS goes to the crisis desk, urgent; SOON is due in 2 s.
pub fn settings(brand: &str) -> String {
    format!(
        r##"earshot: brand/v1
brand: {brand}
name: A brand of the tests
timezone: UTC
teams:
  care: {{name: Care, hours: "24/7", people: [dana, mart]}}
  crisis: {{name: Crisis desk, hours: "24/7", tier: crisis, people: [mart]}}
people:
  dana: {{name: Dana, languages: [en, et]}}
  mart: {{name: Mart, languages: [et, de]}}
filters:
  - name: contest
    when: 'post.text.contains("#giveaway")'
rules:
  - name: crisis
    when: 'post.text.contains("CRISIS")'
    team: crisis
    priority: urgent
    respond_within: 10m
  - name: soon
    when: 'post.text.contains("SOON")'
    team: care
    priority: high
    respond_within: 2s
otherwise:
  team: care
  priority: normal
  respond_within: 1h
"##
    )
}

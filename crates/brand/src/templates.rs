//! Texts with gaps: `Good morning from {people}`. Which gaps a text may have is checked when the settings are read, so
//! that no customer ever sees one.

use crate::suggest;

/// What is wrong with a text with gaps, and its cure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadTemplate {
    pub what: String,
    pub cure: String,
}

/// Every gap of a text, in order.
pub(crate) fn gaps(text: &str) -> Result<Vec<&str>, BadTemplate> {
    let cure = || "write a gap as `{brand}`; braces stand for nothing else".to_owned();
    let mut gaps = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inner = rest[at..].strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((name, after)) = inner.filter(|(name, _)| !name.contains('{')) else {
            return Err(BadTemplate { what: "has a brace without its other half".to_owned(), cure: cure() });
        };
        gaps.push(name);
        rest = after;
    }
    Ok(gaps)
}

/// Holds a text against the gaps it may have.
pub(crate) fn check(text: &str, known: &[&str]) -> Result<(), BadTemplate> {
    match gaps(text)?.into_iter().find(|gap| !known.contains(gap)) {
        None => Ok(()),
        Some(gap) => {
            Err(BadTemplate { what: format!("has no value for `{{{gap}}}`"), cure: suggest::cure(gap, known) })
        }
    }
}

/// Puts values in the gaps of a text of the settings, e.g. `("brand", "Aurora Air")`. A gap without a value stays empty;
/// what stands in a value is never taken for a gap.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, gap, after)) = next_gap(rest) {
        filled.push_str(before);
        filled.push_str(values.iter().find(|(name, _)| *name == gap).map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Puts values in all gaps of a text of the settings.
///
/// # Errors
/// The gaps for which there is no value, or an empty one, each once: a text with a hole is none to send.
pub fn fill_all(text: &str, values: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let has = |gap: &str| values.iter().any(|(name, value)| *name == gap && !value.trim().is_empty());
    let mut missing: Vec<String> = Vec::new();
    for gap in gaps(text).unwrap_or_default() {
        if !has(gap) && !missing.iter().any(|known| known == gap) {
            missing.push(gap.to_owned());
        }
    }
    if missing.is_empty() { Ok(fill(text, values)) } else { Err(missing) }
}

fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (gap, after) = rest.split_once('}')?;
    Some((before, gap, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found_and_filled() {
        assert_eq!(gaps("Hi {customer}, {brand} here. ^{person}"), Ok(vec!["customer", "brand", "person"]));
        let values = [("customer", "{person}"), ("person", "Dana")];
        assert_eq!(fill("Hi {customer}, {brand}here. ^{person}", &values), "Hi {person}, here. ^Dana");
        assert_eq!(fill("no gap", &values), "no gap");
        assert_eq!(fill_all("Hi {customer}. ^{person}", &values), Ok("Hi {person}. ^Dana".into()));
        let holes = [("customer", " "), ("person", "Dana")];
        assert_eq!(
            fill_all("{brand} {customer} {person} {brand}", &holes),
            Err(vec!["brand".into(), "customer".into()])
        );
    }

    #[test]
    fn a_gap_that_nobody_fills_and_a_lone_brace_are_refused() {
        let bad = check("Hi {custmer}", &["customer", "brand"]).unwrap_err();
        assert_eq!(
            (bad.what.as_str(), bad.cure.as_str()),
            ("has no value for `{custmer}`", "did you mean `customer`?")
        );
        for text in ["{", "}", "a {b", "a } b {c}", "{a{b}}", "{a}}"] {
            assert_eq!(check(text, &["a", "b", "c"]).unwrap_err().what, "has a brace without its other half", "{text}");
        }
    }
}

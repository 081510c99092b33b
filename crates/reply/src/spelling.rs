//! Slips of spelling, by the dictionaries that are installed and by a table of frequent slips where none is.
//!
//! Dictionaries are those of Hunspell, as most systems package them. What is no word of the brand's own writing is left
//! alone: names, handles, links, numbers, and the words that the customer used first. A word that no dictionary knows is
//! a slip only when one that it knows is a letter away: all others are mostly names and words of the trade.

mod installed;

pub use installed::{Dictionaries, FOLDERS};

use crate::fold::{fold, without_spaces};
use crate::marks::{Mark, marks};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

/// A word that is probably misspelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Bytes of the text.
    pub at: Range<usize>,
    /// How it is probably spelled.
    pub correction: String,
    pub found_by: FoundBy,
}

/// Which knowledge a slip was found with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundBy {
    /// The name of an installed dictionary, e.g. `en_GB`.
    Dictionary(String),
    /// The table of frequent slips that is built in.
    FrequentSlips,
}

/// By language and folded word: how it is spelled.
static FREQUENT: LazyLock<HashMap<(&'static str, String), &'static str>> = LazyLock::new(|| {
    let lines = include_str!("spelling/slips.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut slips = HashMap::new();
    for line in lines {
        let mut fields = line.splitn(3, '\t');
        if let (Some(language), Some(wrong), Some(right)) = (fields.next(), fields.next(), fields.next()) {
            slips.insert((language, wrong.to_lowercase()), right);
        }
    }
    slips
});

/// The slips of a text in a language (ISO 639-1, a region may follow). `known` holds words that are right here although
/// no dictionary has them: names, and what the customer wrote.
pub fn slips(text: &str, language: &str, known: &[&str], dictionaries: &Dictionaries) -> Vec<Slip> {
    let base = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let known: HashSet<String> = known.iter().flat_map(|words| words.unicode_words()).map(fold).collect();
    let marks = marks(text);
    let mut found = Vec::new();
    let (mut words, mut unknown) = (0_usize, 0_usize);
    let mut begins = true;
    for (start, word) in text.split_word_bound_indices() {
        let starts_sentence = begins;
        begins = match word.chars().next_back() {
            Some(sign) if sign.is_whitespace() => begins,
            Some(sign) => crate::sentences::is_stop(sign) || matches!(sign, ':' | '\n' | '•' | '"' | '“'),
            None => begins,
        };
        let at = start..start + word.len();
        if !is_word(word) || within(&marks, &at) || known.contains(&fold(word)) {
            continue;
        }
        let plain = word.replace('’', "'");
        words += 1;
        if let Some(correction) = frequent(&base, &plain) {
            found.push(Slip { at, correction: correction.to_owned(), found_by: FoundBy::FrequentSlips });
            continue;
        }
        // A capital inside a sentence begins a name, except in German, which writes every noun so.
        let capital = plain.chars().next().is_some_and(char::is_uppercase);
        if capital && !(starts_sentence || base == "de") || plain.chars().skip(1).any(char::is_uppercase) {
            continue;
        }
        if INFORMAL.contains(&&*plain.to_lowercase()) {
            continue;
        }
        let Some(dictionary) = dictionaries.misses(&base, &plain) else { continue };
        unknown += 1;
        // Looking for what was meant takes a thousand times as long as looking a word up.
        let meant = if unknown <= MEANT_MOST_WORDS { dictionaries.meant(&base, &plain) } else { None };
        if let Some(correction) = meant {
            found.push(Slip { at, correction, found_by: FoundBy::Dictionary(dictionary.to_owned()) });
        }
    }
    if unknown >= FOREIGN_LEAST_WORDS && unknown * 3 > words {
        found.retain(|slip| slip.found_by == FoundBy::FrequentSlips);
    }
    found
}

/// Words of support that general dictionaries lack.
const INFORMAL: [&str; 30] = [
    "app",
    "apps",
    "dm",
    "dms",
    "email",
    "emails",
    "ethernet",
    "fibre",
    "gamertag",
    "hashtag",
    "inbox",
    "info",
    "inflight",
    "login",
    "lol",
    "ok",
    "online",
    "pls",
    "plz",
    "reinstall",
    "screenshot",
    "screenshots",
    "shoutout",
    "thx",
    "tweet",
    "tweets",
    "username",
    "waitlist",
    "webchat",
    "wifi",
];

/// So many unknown words, and a third of all, are no slips but another language.
const FOREIGN_LEAST_WORDS: usize = 4;

/// Of so many unknown words in a text it is looked up what was meant.
const MEANT_MOST_WORDS: usize = 8;

/// A word of letters that dictionaries can know: no code, no single letter, no script without spaces.
fn is_word(word: &str) -> bool {
    let mut letters = 0;
    for sign in word.chars() {
        if !(sign.is_alphabetic() || matches!(sign, '\'' | '’' | '-' | '\u{300}'..='\u{36f}')) || without_spaces(sign)
        {
            return false;
        }
        letters += usize::from(sign.is_alphabetic());
    }
    (2..=60).contains(&letters)
}

fn within(marks: &[Mark], at: &Range<usize>) -> bool {
    let next = marks.partition_point(|mark| mark.at.end <= at.start);
    marks.get(next).is_some_and(|mark| mark.at.start < at.end)
}

fn frequent(language: &str, word: &str) -> Option<&'static str> {
    FREQUENT.get(&(language_of_table(language)?, word.to_lowercase())).copied()
}

/// The language as the table holds it; none without slips.
fn language_of_table(language: &str) -> Option<&'static str> {
    const LANGUAGES: [&str; 9] = ["en", "et", "de", "fr", "es", "pt", "it", "ru", "nl"];
    LANGUAGES.into_iter().find(|known| *known == language)
}

#[cfg(test)]
mod tests;

//! The words of replies in fifteen languages, from the table `lexicon.tsv`, all looked for at once.

use crate::fold::{Folded, fold, one_word};
use aho_corasick::AhoCorasick;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a word of the table says. The table's head explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Code {
    Data(&'static str),
    Ask(&'static str),
    Offer(&'static str),
    Thing(&'static str),
    Give,
    Publish,
    Here,
    Public,
    Dm,
    Way,
    Forbid,
    Elsewise,
    None,
    Will,
    Cannot,
    Apology,
    Arguing,
    Turn,
    Desk,
    Deflect,
    Help,
    Please,
    Settled,
}

/// A set of languages, a bit each in the order in which the table first names them; words of `*` belong to all.
pub(crate) type Languages = u32;

/// A word of the table in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub code: Code,
    pub languages: Languages,
    /// Bytes of the folded text.
    pub start: usize,
    pub end: usize,
}

pub(crate) struct Lexicon {
    phrases: AhoCorasick,
    /// By the number of a phrase.
    entries: Vec<Vec<Entry>>,
    languages: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    code: Code,
    languages: Languages,
    /// Whether letters may go on before and behind it.
    open: (bool, bool),
}

pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.tsv")));

impl Lexicon {
    fn read(table: &'static str) -> Lexicon {
        let mut languages: Vec<&'static str> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut entries: Vec<Vec<Entry>> = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.splitn(3, '\t');
            let (Some(language), Some(code), Some(phrases)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            if language != "*" && !languages.contains(&language) {
                languages.push(language);
            }
            let mask = languages.iter().position(|known| *known == language).map_or(Languages::MAX, |bit| 1 << bit);
            let code = Code::named(code).expect("a test reads every code of the table");
            for phrase in phrases.split(';').flat_map(alternatives) {
                let phrase = phrase.trim();
                let open = (phrase.starts_with('*'), phrase.ends_with('*'));
                let folded = fold(phrase.trim_matches(['*', ' ']));
                let number = *numbers.entry(folded).or_insert_with(|| {
                    entries.push(Vec::new());
                    entries.len() - 1
                });
                let entry = Entry { code, languages: mask, open };
                match entries[number].iter_mut().find(|known| known.code == code && known.open == open) {
                    Some(known) => known.languages |= mask,
                    None => entries[number].push(entry),
                }
            }
        }
        let mut phrases = vec![""; entries.len()];
        for (phrase, number) in &numbers {
            phrases[*number] = phrase;
        }
        let phrases = AhoCorasick::new(&phrases).expect("the table is far smaller than the limit");
        Lexicon { phrases, entries, languages }
    }

    /// The bit of a language, or of the language before its region; none where the table does not know it.
    pub fn language(&self, language: &str) -> Option<Languages> {
        let base = language.split(['-', '_']).next().unwrap_or_default();
        self.languages.iter().position(|known| known.eq_ignore_ascii_case(base)).map(|bit| 1 << bit)
    }

    /// All words of a text in some of these languages that stand alone, without those that lie in a phrase which means
    /// something else.
    pub fn words(&self, text: &Folded, languages: Languages) -> Vec<Word> {
        let mut found = Vec::new();
        for hit in self.phrases.find_overlapping_iter(&text.text) {
            let (start, end) = (hit.start(), hit.end());
            let (before, behind) = edges(&text.text, start, end);
            for entry in &self.entries[hit.pattern().as_usize()] {
                if entry.languages & languages != 0 && (entry.open.0 || !before) && (entry.open.1 || !behind) {
                    found.push(Word { code: entry.code, languages: entry.languages, start, end });
                }
            }
        }
        found.sort_by_key(|word| (word.start, std::cmp::Reverse(word.end)));
        without_masked(found)
    }
}

/// Whether letters of the same word stand right before and right behind a span.
fn edges(text: &str, start: usize, end: usize) -> (bool, bool) {
    let (before, first) = (text[..start].chars().next_back(), text[start..].chars().next());
    let (last, after) = (text[..end].chars().next_back(), text[end..].chars().next());
    (one_word(before, first) && !is_clitic(&text[..start]), one_word(last, after))
}

/// Whether a text ends with one of the words that Arabic writes together with the next: "and", "with", "for".
fn is_clitic(before: &str) -> bool {
    let mut signs = before.chars().rev();
    matches!(signs.next(), Some('و' | 'ب' | 'ل' | 'ف')) && !signs.next().is_some_and(char::is_alphanumeric)
}

/// Drops what lies within a `none` phrase, and what asks within one that tells not to.
fn without_masked(words: Vec<Word>) -> Vec<Word> {
    let mut kept = Vec::with_capacity(words.len());
    let (mut none_end, mut forbid_end, mut settled_end) = (0, 0, 0);
    for word in words {
        let asks = matches!(
            word.code,
            Code::Give | Code::Publish | Code::Data(_) | Code::Dm | Code::Way | Code::Turn | Code::Deflect
        );
        let masked = word.end <= none_end && asks;
        let settled = word.end <= settled_end && matches!(word.code, Code::Thing(_));
        let forbidden = word.start < forbid_end && matches!(word.code, Code::Give | Code::Publish);
        match word.code {
            Code::None => none_end = none_end.max(word.end),
            Code::Settled => settled_end = settled_end.max(word.end),
            Code::Forbid => forbid_end = forbid_end.max(word.end),
            _ => {}
        }
        if !masked && !forbidden && !settled && word.code != Code::None {
            kept.push(word);
        }
    }
    kept
}

impl Code {
    fn named(name: &'static str) -> Option<Code> {
        if let Some((group, code)) = name.split_once('.') {
            return match group {
                "data" => Some(Code::Data(code)),
                "ask" => Some(Code::Ask(code)),
                "offer" => Some(Code::Offer(code)),
                "thing" => Some(Code::Thing(code)),
                _ => None,
            };
        }
        Some(match name {
            "give" => Code::Give,
            "publish" => Code::Publish,
            "here" => Code::Here,
            "public" => Code::Public,
            "dm" => Code::Dm,
            "way" => Code::Way,
            "forbid" => Code::Forbid,
            "elsewise" => Code::Elsewise,
            "none" => Code::None,
            "will" => Code::Will,
            "cannot" => Code::Cannot,
            "apology" => Code::Apology,
            "arguing" => Code::Arguing,
            "turn" => Code::Turn,
            "desk" => Code::Desk,
            "deflect" => Code::Deflect,
            "help" => Code::Help,
            "please" => Code::Please,
            "settled" => Code::Settled,
            _ => return None,
        })
    }
}

/// `{a|b} c` as `a c` and `b c`; inner braces first.
fn alternatives(phrase: &str) -> Vec<String> {
    let inner = phrase.split_once('}').and_then(|(before, rest)| before.rsplit_once('{').map(|inner| (inner, rest)));
    let Some(((before, choices), rest)) = inner else { return vec![phrase.to_owned()] };
    choices.split('|').flat_map(|choice| alternatives(&format!("{before}{choice}{rest}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for (number, line) in include_str!("lexicon.tsv").lines().enumerate().filter(|(_, line)| !line.starts_with('#'))
        {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "line {}", number + 1);
            assert!(Code::named(fields[1]).is_some(), "line {}: {}", number + 1, fields[1]);
            assert_eq!(fields[2].matches('{').count(), fields[2].matches('}').count(), "line {}", number + 1);
            for phrase in fields[2].split(';').flat_map(alternatives) {
                let word = fold(phrase.trim_matches(['*', ' ']));
                let short = word.chars().count() < 2 && !word.chars().any(crate::fold::without_spaces);
                assert!(!short, "line {}: `{phrase}` says too little", number + 1);
            }
        }
    }

    #[test]
    fn every_language_has_every_word_that_stops_a_draft() {
        let lexicon = &*LEXICON;
        assert_eq!(lexicon.languages.len(), 15);
        for code in
            ["account", "phone", "email", "booking", "order", "address", "card", "dob", "password", "pin", "username"]
        {
            all_know(lexicon, Code::Data(code));
        }
        for code in
            [Code::Give, Code::Dm, Code::Public, Code::Forbid, Code::Apology, Code::Arguing, Code::Will, Code::None]
        {
            all_know(lexicon, code);
        }
    }

    fn all_know(lexicon: &Lexicon, code: Code) {
        let mask =
            lexicon.entries.iter().flatten().filter(|entry| entry.code == code).fold(0, |all, e| all | e.languages);
        assert_eq!(mask & 0x7fff, 0x7fff, "{code:?}");
    }

    #[test]
    fn alternatives_are_spelled_out() {
        assert_eq!(alternatives("{a|b} c{|d}"), ["a c", "a cd", "b c", "b cd"]);
        assert_eq!(alternatives("{a {b|}c|d}"), ["a bc", "d", "a c", "d"]);
    }
}

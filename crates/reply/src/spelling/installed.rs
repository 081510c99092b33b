//! Dictionaries of Hunspell, read once when a process starts. The only place of this crate that reads files.

use encoding_rs::{Encoding, UTF_8};
use spellbook::Dictionary;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where packages put dictionaries.
pub const FOLDERS: [&str; 2] = ["/usr/share/hunspell", "/usr/share/myspell/dicts"];

/// The dictionaries that were found, by language. Without any, only frequent slips are known.
#[derive(Default)]
pub struct Dictionaries {
    languages: BTreeMap<String, Vec<Named>>,
    /// Files that are there but could not be used, each with its reason.
    pub problems: Vec<String>,
}

struct Named {
    name: String,
    dictionary: Dictionary,
}

impl Dictionaries {
    /// Reads the dictionaries of these languages (ISO 639-1) from folders such as [`FOLDERS`]. English is read in its
    /// British and its American spelling, either of which is right; of other languages the main country's is taken,
    /// else the first by name. What cannot be read is told in `problems` and left out.
    pub fn read(folders: &[PathBuf], languages: &[&str]) -> Dictionaries {
        let mut read = Dictionaries::default();
        for language in languages {
            for stem in chosen(folders, language) {
                match load(&stem) {
                    Ok(named) => read.languages.entry((*language).to_owned()).or_default().push(named),
                    Err(reason) => read.problems.push(format!("{}: {reason}", stem.display())),
                }
            }
        }
        read
    }

    /// The names of the dictionaries of a language (ISO 639-1), e.g. `en_GB`; empty where only frequent slips are known.
    pub fn names(&self, language: &str) -> Vec<&str> {
        self.languages.get(language).into_iter().flatten().map(|named| &*named.name).collect()
    }

    /// The word that was probably meant: one a letter away that a dictionary of the language suggests.
    pub(super) fn meant(&self, language: &str, word: &str) -> Option<String> {
        const LEAST_LETTERS: usize = 4;
        if word.chars().count() < LEAST_LETTERS {
            return None;
        }
        self.languages.get(language)?.iter().find_map(|named| {
            let mut suggested = Vec::new();
            named.dictionary.suggest(word, &mut suggested);
            let likely = |other: &String| !other.contains([' ', '-']) && is_one_letter_away(word, other);
            suggested.into_iter().find(likely)
        })
    }

    /// The name of the first dictionary of the language when none of them knows the word; none where there is none.
    pub(super) fn misses(&self, language: &str, word: &str) -> Option<&str> {
        let all = self.languages.get(language)?;
        let knows = |named: &Named| named.dictionary.check(word) || parts_known(&named.dictionary, word);
        if all.iter().any(knows) { None } else { all.first().map(|named| &*named.name) }
    }
}

/// Whether one word becomes the other by one letter more, less or other, or by two that change places. Neither is
/// looked at without regard to case, since "mary" is no slip of spelling.
fn is_one_letter_away(word: &str, other: &str) -> bool {
    let (one, two): (Vec<char>, Vec<char>) =
        (word.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
    let begin = one.iter().zip(&two).take_while(|(a, b)| a == b).count();
    let (one, two) = (&one[begin..], &two[begin..]);
    let end = one.iter().rev().zip(two.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&one[..one.len() - end], &two[..two.len() - end]) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// "sign-up" is right where "sign" and "up" are.
fn parts_known(dictionary: &Dictionary, word: &str) -> bool {
    word.contains('-') && word.split('-').filter(|part| !part.is_empty()).all(|part| dictionary.check(part))
}

/// Paths of the dictionaries of a language, without their ending.
fn chosen(folders: &[PathBuf], language: &str) -> Vec<PathBuf> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().replace('-', "_");
            let fits = stem == language || stem.starts_with(&format!("{language}_"));
            let is_dictionary =
                path.extension().is_some_and(|ending| ending == "dic") && path.with_extension("aff").exists();
            if fits && is_dictionary && !found.iter().any(|(known, _)| *known == stem) {
                found.push((stem, path.with_extension("")));
            }
        }
    }
    found.sort();
    let wanted: &[String] = match language {
        "en" => &["en_GB".to_owned(), "en_US".to_owned()],
        "pt" => &["pt_PT".to_owned(), "pt_BR".to_owned()],
        "et" => &["et_EE".to_owned(), "et".to_owned()],
        other => &[format!("{other}_{}", other.to_ascii_uppercase()), other.to_owned()],
    };
    let main: Vec<PathBuf> =
        found.iter().filter(|(stem, _)| wanted.contains(stem)).map(|(_, path)| path.clone()).collect();
    if main.is_empty() { found.into_iter().map(|(_, path)| path).take(1).collect() } else { main }
}

fn load(stem: &Path) -> Result<Named, String> {
    let bytes = |ending: &str| std::fs::read(stem.with_extension(ending)).map_err(|error| error.to_string());
    let (affixes, words) = (bytes("aff")?, bytes("dic")?);
    let encoding = encoding(&affixes)?;
    let text = |bytes: &[u8]| encoding.decode(bytes).0.into_owned();
    let dictionary = Dictionary::new(&text(&affixes), &text(&words)).map_err(|error| error.to_string())?;
    let name = stem.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Named { name, dictionary })
}

/// The encoding that the first lines of an affix file name.
fn encoding(affixes: &[u8]) -> Result<&'static Encoding, String> {
    let head = String::from_utf8_lossy(&affixes[..affixes.len().min(4_096)]).into_owned();
    let Some(named) = head.lines().find_map(|line| line.trim_start_matches('\u{feff}').strip_prefix("SET ")) else {
        return Ok(UTF_8);
    };
    // Hunspell leaves out a dash that the registered names have.
    let label = named.trim().to_ascii_lowercase().replace("iso8859", "iso-8859").replace("microsoft-cp", "windows-");
    Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("encoding `{label}` is not known"))
}

impl fmt::Debug for Dictionaries {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.languages.values().flatten().map(|named| &*named.name).collect();
        formatter.debug_struct("Dictionaries").field("names", &names).field("problems", &self.problems).finish()
    }
}

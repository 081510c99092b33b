//! The signs of a post, as filters and `listen` have them: phrases, languages, authors and handles.

use super::languages;
use super::topics::MOST_PHRASES;
use crate::keys;
use crate::reader::{Fields, Reader};
use crate::settings::{Listen, Signs};
use crate::topics::fold;
use crate::tree::{Place, Value};

/// The longest phrase or handle, in characters.
const PHRASE_MOST_CHARACTERS: usize = 200;

pub(super) fn signs(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Signs {
    Signs {
        any_of: phrases(reader, fields, "any_of"),
        none_of: phrases(reader, fields, "none_of"),
        languages: languages(reader, fields),
        authors: accounts(reader, fields, "authors"),
        handles: accounts(reader, fields, "handles"),
    }
}

pub(super) fn listen(reader: &mut Reader<'_>, top: &Fields<'_>) -> Option<Listen> {
    let fields = reader.fields(top.get("listen")?, "listen", &keys::LISTEN)?;
    let any_of = phrases(reader, &fields, "any_of");
    let none_of = phrases(reader, &fields, "none_of");
    let languages = languages(reader, &fields);
    let authors = fields.get("authors").and_then(|node| reader.fields(node, "listen.authors", &keys::AUTHORS));
    let exclude_authors = authors.map(|authors| accounts(reader, &authors, "exclude")).unwrap_or_default();
    Some(Listen { any_of, none_of, languages, exclude_authors })
}

/// The phrases under a key; each is sound and stands there once.
pub(super) fn phrases(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Vec<String> {
    bounded(reader, fields, key, "phrases");
    let mut phrases: Vec<String> = Vec::new();
    for (text, place, path) in reader.texts(fields, key) {
        let Some(folded) = phrase(reader, text, place, &path) else { continue };
        if phrases.iter().any(|known| fold(known) == folded) {
            reader.note(place, &path, format!("`{text}` stands twice"), "keep one of them");
            continue;
        }
        phrases.push(text.to_owned());
    }
    phrases
}

/// A phrase as it is compared; none when it is none.
pub(super) fn phrase(reader: &mut Reader<'_>, text: &str, place: Place, path: &str) -> Option<String> {
    let folded = fold(text);
    if folded.is_empty() {
        reader.note(place, path, "is empty", "write a word or a phrase, or take the line out");
        return None;
    }
    if text.chars().count() > PHRASE_MOST_CHARACTERS {
        reader.note(place, path, format!("is longer than {PHRASE_MOST_CHARACTERS} characters"), "shorten it");
        return None;
    }
    Some(folded)
}

/// Accounts of people or brands, without their `@`.
fn accounts(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Vec<String> {
    bounded(reader, fields, key, "accounts");
    let mut accounts = Vec::new();
    for (text, place, path) in reader.texts(fields, key) {
        let account = text.trim_start_matches('@');
        if account.is_empty() || account.contains(char::is_whitespace) || account.len() > PHRASE_MOST_CHARACTERS {
            reader.note(place, &path, "is not an account", "write it as the network does, e.g. `@auroraair`");
            continue;
        }
        accounts.push(account.to_owned());
    }
    accounts
}

/// An empty list says nothing, and one that is too long is not what was meant.
fn bounded(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, what: &str) {
    let Some(node) = fields.get(key) else { return };
    let Value::List(items) = &node.value else { return };
    if items.is_empty() {
        reader.note(node.place, &fields.path_of(key), format!("has no {what}"), "add one, or take the key out");
    }
    if let Some(extra) = items.get(MOST_PHRASES) {
        let what = format!("has {} {what}, and at most {MOST_PHRASES} are looked for", items.len());
        reader.note(extra.place, &fields.path_of(key), what, "split it into several filters");
    }
}

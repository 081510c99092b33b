//! Postal addresses, in the order of each country.
//!
//! An address grows from the number of a house: a street beside it, then units, postcode and town around it. Scripts with
//! capitals tell a name by its capital; the others by the words of the table (`parts`) or by the letters that end the
//! names of districts and streets (`east`).

mod east;
mod parts;
mod streets;
mod town;

use super::Kind;
use super::page::Class;
use super::reader::Reader;
use super::words::{LABEL, MONTH, PART, STREET};

pub(super) fn addresses(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        if !reader.is_digit(at) || reader.is_taken(at) {
            at += 1;
            continue;
        }
        let end = reader.digits(at);
        let found = if end - at > 7 || at > 0 && reader.is_letter(at - 1) { None } else { address(reader, at) };
        at = match found {
            Some((start, stop)) if reader.take(Kind::Address, start, stop, 0.85) => stop,
            _ => end,
        };
    }
}

/// The address that the number at `at` belongs to.
fn address(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let before = reader.c(at.saturating_sub(1));
    if at > 0 && matches!(before, '#' | '+' | '*' | '$' | '€' | '£' | '@') {
        return None;
    }
    if let Some(found) = crossing(reader, at).or_else(|| dated_street(reader, at)) {
        return Some(found);
    }
    east::address(reader, at).or_else(|| parts::address(reader, at)).or_else(|| streets::address(reader, at))
}

/// "Carrera 15 # 88-21, Bogotá": in Colombia a house stands between two numbered streets.
fn crossing(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let mut next = house(reader, at);
    let street = reader.word_before(at, STREET).filter(|word| reader.is_letter(word.start))?;
    next += usize::from(reader.c(next) == ' ');
    let sign = match reader.word_at(next) {
        Some(word) if word.is(LABEL | PART) => word.end,
        _ if reader.c(next) == '#' => next + 1,
        _ => return None,
    };
    let mut number = sign;
    while number < sign + 2 && matches!(reader.c(number), ' ' | '.') {
        number += 1;
    }
    let first = house(reader, number);
    let whole = first > number && reader.digits(number) < first && reader.is_digit(first - 1);
    whole.then(|| (street.start, town::town(reader, town::units(reader, first))))
}

/// "Rua 7 de Setembro, 99", "Straße des 17. Juni 135": streets that are named after a day.
fn dated_street(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let street = reader.word_before(at, STREET).filter(|word| reader.is_letter(word.start))?;
    let mut name = reader.digits(at);
    for small in [". ", " ", "de "] {
        name += if reader.spells(name, small) { small.len() } else { 0 };
    }
    let month = reader.word_at(name).filter(|word| word.is(MONTH))?;
    let number = gap(reader, month.end);
    let end = house(reader, number);
    let year = reader.digits(number) == number + 4 && (1900..2100).contains(&reader.value(number, number + 4));
    (number > month.end && end > number && !year).then(|| (street.start, town::town(reader, town::units(reader, end))))
}

/// Behind the number of a house: `14b`, `8/14`, `263-2`, `12 bis`.
fn house(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = reader.digits(at);
    // "7к2"
    let block = reader.digits(end + 1);
    if matches!(reader.c(end), 'к' | 'с' | 'k' | 's') && block > end + 1 && block <= end + 3 && !reader.is_letter(block)
    {
        return block;
    }
    for _ in 0..4 {
        if reader.is_letter(end) && !reader.is_letter(end + 1) {
            end += 1;
        }
        let joined = matches!(reader.c(end), '-' | '/') && reader.is_digit(end + 1);
        let lettered = reader.c(end) == '/' && is_word(reader, end + 1) && word_end(reader, end + 1) - end <= 3;
        if joined {
            end = reader.digits(end + 1);
        } else if lettered {
            return word_end(reader, end + 1);
        } else {
            break;
        }
    }
    // "২৭বি বিধান সরণি"
    let letter = |name: &&&str| reader.spells(end, name) && !is_word(reader, end + name.chars().count());
    if reader.class(end) == Some(Class::Joined)
        && let Some(name) = HOUSE_LETTERS.iter().find(letter)
    {
        return end + name.chars().count();
    }
    // "Gartenweg 12 a, 86150 Augsburg"
    let lettered = reader.c(end) == ' ' && matches!(reader.c(end + 1), 'a'..='h') && !reader.is_code(end + 2);
    if lettered && (is_comma(reader.c(end + 2)) || reader.c(end + 2) == ' ' && reader.digits(end + 3) >= end + 7) {
        return end + 2;
    }
    for small in [" bis", " ter", " quater"] {
        if small.chars().enumerate().all(|(i, c)| reader.c(end + i) == c) && !reader.is_letter(end + small.len()) {
            return end + small.len();
        }
    }
    end
}

/// The letters of houses in Bengali and Hindi.
const HOUSE_LETTERS: [&str; 14] = ["এ", "বি", "সি", "ডি", "ই", "ক", "খ", "গ", "ঘ", "ए", "बी", "सी", "डी", "ई"];

fn is_word(reader: &Reader<'_>, at: usize) -> bool {
    matches!(reader.class(at), Some(Class::Letter | Class::Joined | Class::Dense))
}

/// Behind the word that begins at `at`.
fn word_end(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    while is_word(reader, end) || matches!(reader.c(end), '-' | '\'') && is_word(reader, end + 1) && end > at {
        end += 1;
    }
    end
}

/// Where the word that ends at `end` begins.
fn word_start(reader: &Reader<'_>, end: usize) -> usize {
    let mut start = end;
    while start > 0 && end - start < 40 {
        let before = start - 1;
        let inside = matches!(reader.c(before), '-' | '\'') && start < end && before > 0 && is_word(reader, before - 1);
        if !is_word(reader, before) && !inside {
            break;
        }
        start = before;
    }
    start
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，')
}

/// Behind a comma, a space, or both.
fn gap(reader: &Reader<'_>, at: usize) -> usize {
    let at = at + usize::from(reader.c(at) == '.' && is_comma(reader.c(at + 1)));
    if reader.c(at) == ' ' && reader.c(at + 1) == '-' && reader.c(at + 2) == ' ' {
        return at + 3;
    }
    let comma = at + usize::from(is_comma(reader.c(at)));
    if matches!(reader.c(comma), ' ' | '\n') { comma + 1 } else { comma }
}

/// Small words inside names.
const SMALL: [&str; 40] = [
    "de", "la", "le", "les", "des", "du", "del", "della", "dei", "delle", "di", "da", "do", "das", "dos", "d", "e",
    "y", "of", "the", "van", "der", "den", "von", "am", "an", "im", "sur", "sous", "l", "et", "los", "las", "el",
    "und", "zum", "zur", "in", "het", "degli",
];

fn is_letters(reader: &Reader<'_>, at: usize) -> bool {
    reader.class(at) == Some(Class::Letter)
}

fn is_small(reader: &Reader<'_>, start: usize, end: usize) -> bool {
    SMALL.iter().any(|word| word.chars().eq(reader.glyphs[start..end].iter().map(|glyph| glyph.c)))
}

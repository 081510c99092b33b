//! Addresses in scripts without capitals that name their parts: Bengali, Hindi, Arabic, Thai.

use super::super::page::Class;
use super::super::reader::Reader;
use super::super::words::{CITY, LABEL, PART, STREET, STREET_END, UNIT};
use super::{house, is_comma, word_end};

const MOST_SEGMENTS: usize = 6;

/// The address that begins with the number at `at` or with the word before it.
pub(super) fn address(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let named = named_before(reader, at).or_else(|| letter_before(reader, at));
    let end = house(reader, at);
    if let Some(start) = before_postcode(reader, at, end) {
        return Some((start, end));
    }
    let thai = matches!(reader.c(end + 1), '\u{e01}'..='\u{e4e}') && reader.c(end) == ' ';
    if thai && reader.word_at(end + 1).is_some_and(|word| word.is(PART)) {
        return thai_address(reader, named.unwrap_or(at), end);
    }
    let start = match named {
        Some(start) => quarters_before(reader, street_name_before(reader, start)),
        None => {
            if let Some(street) = arabic_street_before(reader, at) {
                return grow(reader, quarters_before(reader, street), end, 1);
            }
            let street = reader.word_before(at, STREET).filter(|word| is_joined(reader, word.start));
            if let Some(street) = street {
                return grow(reader, quarters_before(reader, street.start), end, 1);
            }
            if !begins_with_number(reader, at, end) {
                return None;
            }
            at
        }
    };
    grow(reader, start, end, usize::from(named.is_some()))
}

fn is_joined(reader: &Reader<'_>, at: usize) -> bool {
    reader.class(at) == Some(Class::Joined)
}

/// Where "house no." begins before the number.
fn named_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let index = reader.mentions.partition_point(|mention| mention.end <= at);
    let mut index = index.checked_sub(1)?;
    let near = |end: usize, start: usize| {
        reader.glyphs[end.min(start)..start].iter().all(|glyph| matches!(glyph.c, ' ' | '.' | ':' | '-' | '#'))
            && start - end.min(start) <= 3
    };
    let mut mention = &reader.mentions[index];
    if !near(mention.end, at) {
        return None;
    }
    if mention.is(LABEL) && !mention.is(PART) {
        let edge = mention.start;
        index = index.checked_sub(1)?;
        mention = &reader.mentions[index];
        if !near(mention.end, edge) {
            return None;
        }
    }
    let latin = reader.class(mention.start) == Some(Class::Letter);
    // "বইলেন" ends as the word of a lane does.
    let whole = mention.start == 0 || !is_joined(reader, mention.start - 1);
    let fits = mention.is(PART)
        && whole
        && !(latin && mention.is(STREET_END))
        && !(latin && !(reader.is_upper(mention.start) && mention.end - mention.start >= 4));
    fits.then_some(mention.start)
}

/// "৩৪/বি, লেক রোড", "١٥ شارع": a number with a street within a few words behind it.
fn begins_with_number(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    if at > 0 && !matches!(reader.c(at - 1), ' ' | ':' | ',' | '(' | '-' | '\n') {
        return false;
    }
    if reader.digits(at) - at > 4 {
        return false;
    }
    let mut next = end + usize::from(is_comma(reader.c(end)));
    for words in 0..5 {
        if reader.c(next) != ' ' || !is_joined(reader, next + 1) {
            return false;
        }
        next += 1;
        if let Some(word) = reader.word_at(next) {
            if word.is(STREET_END | STREET) && (words > 0 || word.is(STREET))
                || words == 0 && word.is(PART) && next > end + 1
            {
                return true;
            }
            if words == 0 && word.is(UNIT) {
                return false;
            }
        }
        next = word_end(reader, next);
        // "২৩/এ সেগুনবাগিচা, ঢাকা ১০০০"
        let town = next + 1 + usize::from(reader.c(next + 1) == ' ');
        let lettered = end > reader.digits(at);
        if let Some(city) = reader.word_at(town).filter(|word| is_comma(reader.c(next)) && word.is(CITY))
            && (lettered || postcode(reader, city.end) > city.end)
        {
            return true;
        }
    }
    false
}

/// "बी-12, गांधी नगर": the letter of a house before its number.
fn letter_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let dash = at.checked_sub(1).filter(|dash| matches!(reader.c(*dash), '-' | '/'))?;
    let start = super::word_start(reader, dash);
    if reader.digits(at) - at > 4 {
        return None;
    }
    let letter = is_joined(reader, start) || reader.is_upper(start) && dash - start == 1;
    (start < dash && dash - start <= 3 && letter && is_comma(reader.c(house(reader, at)))).then_some(start)
}

/// "কলাতলী রোড ৪৪": where the name begins of a street whose word stands before its number.
fn street_name_before(reader: &Reader<'_>, start: usize) -> usize {
    let street =
        ["রোড", "সড়ক", "লেন", "সরণি", "রোড নং", "रोड", "मार्ग", "सड़क"].iter().any(|word| reader.spells(start, word));
    if !street || start < 3 || reader.c(start - 1) != ' ' {
        return start;
    }
    let name = super::word_start(reader, start - 1);
    let index = reader.mentions.partition_point(|mention| mention.end <= name);
    let other = reader.mentions.get(index).is_some_and(|mention| mention.start < start);
    let lead = STREET_LEADS.iter().any(|word| reader.spells(name, word) && name + word.chars().count() == start - 1);
    if is_joined(reader, name) && !other && !lead && start - name > 3 { name } else { start }
}

/// Words that stand before an address and are no part of it.
const STREET_LEADS: [&str; 10] = ["ঠিকানা", "আমার", "বাসা", "থাকি", "এখানে", "নতুন", "हमारा", "मेरा", "पता", "नया"];

/// "شارع الملك فهد، حي العليا، الرياض 12214": a postcode behind its town, and no house; gives where it begins.
fn before_postcode(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if !(4..=6).contains(&(end - at)) {
        return None;
    }
    let town = reader.word_before(at, CITY).filter(|word| is_joined(reader, word.start))?;
    let start = quarters_before(reader, town.start);
    (start < town.start).then_some(start)
}

fn quarters_before(reader: &Reader<'_>, start: usize) -> usize {
    (0..4).fold(start, |start, _| quarter_before(reader, start))
}

/// "حي النخيل، ": a quarter that stands before the street.
fn quarter_before(reader: &Reader<'_>, start: usize) -> usize {
    if start < 4 || !is_comma(reader.c(start - 2)) {
        return start;
    }
    let index = reader.mentions.partition_point(|mention| mention.end <= start - 2);
    let near = reader.mentions[..index].iter().rev().take(4).take_while(|mention| start - mention.start < 40);
    let plain =
        |from: usize| reader.glyphs[from..start - 2].iter().all(|glyph| glyph.class == Class::Joined || glyph.c == ' ');
    near.into_iter()
        .find(|mention| mention.is(PART | STREET) && is_joined(reader, mention.start) && plain(mention.start))
        .map_or(start, |mention| mention.start)
}

/// "شارع الملك فهد 12": where the street begins before its number.
fn arabic_street_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let index = reader.mentions.partition_point(|mention| mention.end <= at);
    let street = reader.mentions[..index]
        .iter()
        .rev()
        .take(5)
        .find(|mention| mention.is(STREET) && is_joined(reader, mention.start))?;
    let words = reader.glyphs[street.end..at].iter().filter(|glyph| glyph.c == ' ').count();
    let plain = reader.glyphs[street.end..at].iter().all(|glyph| glyph.class == Class::Joined || glyph.c == ' ');
    let whole = street.start == 0 || !is_joined(reader, street.start - 1) || street.end - street.start > 3;
    (plain && whole && (2..=5).contains(&words)).then_some(street.start)
}

/// Grows over the segments between commas up to the town; `parts` are named already.
fn grow(reader: &Reader<'_>, start: usize, end: usize, parts: usize) -> Option<(usize, usize)> {
    let (mut good, mut at, mut parts) = (end, end, parts);
    let mut town = false;
    // The rest of the first segment: "কলেজ রোড" behind the number.
    let (stop, known, city) = segment(reader, at + usize::from(reader.c(at) == ' '));
    if reader.c(at) == ' ' && stop > at && known {
        good = stop;
        at = stop;
        parts += 1;
        town |= city;
    } else if reader.c(at) == ' ' && stop > at && is_comma(reader.c(stop)) {
        at = stop;
    }
    for _ in 0..MOST_SEGMENTS {
        if town || !is_comma(reader.c(at)) {
            break;
        }
        let next = at + 1 + usize::from(reader.c(at + 1) == ' ');
        let (stop, known, city) = segment(reader, next);
        if stop == next {
            break;
        }
        parts += usize::from(known);
        town |= city;
        at = stop;
        // A segment that is no known part counts when a known one follows it.
        if known || city {
            good = stop;
        } else if !is_comma(reader.c(stop)) {
            let last = stop == reader.len()
                || matches!(reader.c(stop), '.' | '।' | '!')
                || reader.c(stop) == ' ' && matches!(reader.c(stop + 1), '-' | '(');
            if last && parts > 0 {
                good = stop;
            }
            break;
        }
    }
    // A part of a town may be known as one: "مدينة نصر، القاهرة".
    let next = good + 1 + usize::from(reader.c(good + 1) == ' ');
    if town
        && is_comma(reader.c(good))
        && let Some(city) = reader.word_at(next).filter(|word| word.is(CITY))
    {
        good = postcode(reader, city.end);
    }
    (parts >= 2 || town && good > end).then_some((start, good))
}

/// Behind one segment, whether it names a known part, and whether it ends the address as a town does.
fn segment(reader: &Reader<'_>, at: usize) -> (usize, bool, bool) {
    let (mut next, mut end, mut known) = (at, at, false);
    for _ in 0..4 {
        if let Some(word) = reader.word_at(next)
            && word.is(CITY)
        {
            return (postcode(reader, word.end), true, true);
        }
        if reader.is_digit(next) {
            end = house(reader, next);
        } else if is_joined(reader, next) || reader.is_upper(next) {
            let word = reader.word_at(next);
            known |= word.is_some_and(|word| word.is(PART | STREET | STREET_END));
            end = word_end(reader, next).max(word.filter(|word| word.is(PART)).map_or(0, |word| word.end));
            if reader.c(end) == '.' && known {
                end += 1;
            }
            let code = postcode(reader, end);
            if code > end {
                return (code, true, true);
            }
        } else {
            break;
        }
        if is_comma(reader.c(end)) || !matches!(reader.c(end), ' ' | '-') {
            break;
        }
        next = end + 1;
    }
    (end, known, false)
}

/// Behind a postcode of four or six digits that follows a town.
fn postcode(reader: &Reader<'_>, at: usize) -> usize {
    let mut next = at;
    while next < at + 3 && matches!(reader.c(next), ' ' | '-' | ',') {
        next += 1;
    }
    if next > at
        && reader.is_upper(next)
        && let Some(end) = super::town::postcode(reader, next)
    {
        return end;
    }
    let end = reader.digits(next);
    if next > at && matches!(end - next, 4..=6) { end } else { at }
}

/// Thai addresses are words with a space between: each names its part.
fn thai_address(reader: &Reader<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let (mut end, mut parts) = (end, 0);
    for _ in 0..12 {
        if reader.c(end) != ' ' {
            break;
        }
        let next = end + 1;
        if reader.is_digit(next) {
            let digits = reader.digits(next);
            if digits - next == 5 {
                return Some((start, digits));
            }
            end = house(reader, next);
            continue;
        }
        if !reader.word_at(next).is_some_and(|word| word.is(PART | CITY)) {
            break;
        }
        parts += 1;
        end = token_end(reader, next);
        // "ซอย ลาดพร้าว": the name stands apart from its part.
        let bare = reader.word_at(next).is_some_and(|word| word.end == end);
        let apart = reader.c(end) == ' '
            && matches!(reader.c(end + 1), '\u{e01}'..='\u{e4e}')
            && !reader.word_at(end + 1).is_some_and(|word| word.is(PART));
        if bare && apart && !reader.word_at(next).is_some_and(|word| word.is(CITY)) {
            end = token_end(reader, end + 1);
        }
    }
    (parts >= 2).then_some((start, end))
}

fn token_end(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    while end < reader.len() && !matches!(reader.class(end), Some(Class::Space)) && !is_comma(reader.c(end)) {
        end += 1;
    }
    end
}

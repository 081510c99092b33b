//! IBANs and payment cards: numbers that carry a checksum.

use super::Kind;
use super::numbers::Row;
use super::reader::Reader;
use super::words::{ACCOUNT, BOOKING, CARD, IBAN, ORDER, PHONE, TAIL};

/// How long the IBANs of a country are.
const LENGTHS: [(&str, usize); 84] = [
    ("ad", 24),
    ("ae", 23),
    ("al", 28),
    ("at", 20),
    ("az", 28),
    ("ba", 20),
    ("be", 16),
    ("bg", 22),
    ("bh", 22),
    ("bi", 27),
    ("br", 29),
    ("by", 28),
    ("ch", 21),
    ("cr", 22),
    ("cy", 28),
    ("cz", 24),
    ("de", 22),
    ("dj", 27),
    ("dk", 18),
    ("do", 28),
    ("ee", 20),
    ("eg", 29),
    ("es", 24),
    ("fi", 18),
    ("fk", 18),
    ("fo", 18),
    ("fr", 27),
    ("gb", 22),
    ("ge", 22),
    ("gi", 23),
    ("gl", 18),
    ("gr", 27),
    ("gt", 28),
    ("hr", 21),
    ("hu", 28),
    ("ie", 22),
    ("il", 23),
    ("iq", 23),
    ("is", 26),
    ("it", 27),
    ("jo", 30),
    ("kw", 30),
    ("kz", 20),
    ("lb", 28),
    ("lc", 32),
    ("li", 21),
    ("lt", 20),
    ("lu", 20),
    ("lv", 21),
    ("ly", 25),
    ("mc", 27),
    ("md", 24),
    ("me", 22),
    ("mk", 19),
    ("mn", 20),
    ("mr", 27),
    ("mt", 31),
    ("mu", 30),
    ("ni", 28),
    ("nl", 18),
    ("no", 15),
    ("om", 23),
    ("pk", 24),
    ("pl", 28),
    ("ps", 29),
    ("pt", 25),
    ("qa", 29),
    ("ro", 24),
    ("rs", 22),
    ("ru", 33),
    ("sa", 24),
    ("sc", 31),
    ("sd", 18),
    ("se", 24),
    ("si", 19),
    ("sk", 24),
    ("sm", 27),
    ("so", 23),
    ("st", 25),
    ("sv", 28),
    ("tl", 23),
    ("tn", 24),
    ("tr", 26),
    ("ua", 29),
];
const LONGEST_IBAN: usize = 34;

/// Whether `country`, in small letters, gives out IBANs.
pub(super) fn has_ibans(country: &str) -> bool {
    LENGTHS.iter().any(|(code, _)| *code == country)
}

pub(super) fn ibans(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at + 8 < reader.len() {
        at = iban(reader, at).unwrap_or(at + 1);
    }
}

/// An IBAN that begins at `at`; gives where to read on.
fn iban(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let begins = reader.is_letter(at) && reader.is_letter(at + 1) && (at == 0 || !reader.is_code(at - 1));
    // "EE 38 2200 ..." has a space behind the country too.
    let check = if reader.c(at + 2) == ' ' { at + 3 } else { at + 2 };
    if !begins || !reader.is_digit(check) || !reader.is_digit(check + 1) || reader.is_taken(at) {
        return None;
    }
    let country = [reader.c(at), reader.c(at + 1)];
    let length = LENGTHS.iter().find(|(code, _)| code.chars().eq(country)).map(|(_, length)| *length);
    let named = reader.name(at, at).is_some_and(|name| name.is(IBAN) && name.direct);
    let (read, ends) = collect(reader, at);
    let fits =
        length.filter(|length| *length <= read.len() && is_valid(&read[..*length]) && ends[*length - 1] != usize::MAX);
    if let Some(length) = fits {
        let end = ends[length - 1];
        return (!reader.is_code(end) && reader.take(Kind::Iban, at, end, 0.99)).then_some(end);
    }
    // Nobody writes two letters and fifteen digits by chance: it wants to be one, so its parts are nothing else.
    let tight = (at..).take_while(|i| reader.is_code(*i)).take(LONGEST_IBAN + 1).count();
    let end = *ends.last()?;
    let wants = length.is_some_and(|length| read.len() + 2 >= length && read.len() <= length + 2);
    if named && (15..=LONGEST_IBAN).contains(&read.len()) {
        return reader.take(Kind::Iban, at, end, 0.8).then_some(end);
    }
    if wants && (tight == read.len() && !is_parcel(reader, at, tight) || tight == 4) {
        reader.void(at, end);
        return Some(end);
    }
    None
}

/// `RR123456785EE` and its like are parcels; no IBAN is that short.
fn is_parcel(reader: &Reader<'_>, at: usize, length: usize) -> bool {
    length < 15 || reader.name(at, at + length).is_some_and(|name| name.is(ORDER))
}

/// The letters and digits from `at` on with single spaces or dashes between groups, and where each ends.
fn collect(reader: &Reader<'_>, at: usize) -> (Vec<char>, Vec<usize>) {
    let (mut read, mut ends) = (Vec::with_capacity(LONGEST_IBAN), Vec::with_capacity(LONGEST_IBAN));
    let mut i = at;
    while read.len() < LONGEST_IBAN {
        if reader.is_code(i) && reader.c(i).is_ascii() && !reader.is_taken(i) {
            read.push(reader.c(i));
            ends.push(i + 1);
            i += 1;
        } else if matches!(reader.c(i), ' ' | '-' | '.') && group_follows(reader, i + 1) {
            i += 1;
        } else {
            break;
        }
    }
    (read, ends)
}

/// A group of an IBAN holds a digit, or letters of a bank in capitals; the next word of the sentence does not.
fn group_follows(reader: &Reader<'_>, at: usize) -> bool {
    let length = (at..).take_while(|i| reader.is_code(*i)).take(LONGEST_IBAN).count();
    let digits = (at..at + length).filter(|i| reader.is_digit(*i)).count();
    let capitals = (at..at + length).filter(|i| reader.is_upper(*i)).count();
    length > 0 && (digits > 0 || capitals == length && length == 4)
}

/// Whether the remainder by 97 is one, with the country and the check digits moved to the end.
fn is_valid(read: &[char]) -> bool {
    let mut rest = 0;
    for c in read[4..].iter().chain(&read[..4]) {
        let Some(value) = c.to_digit(36) else {
            return false;
        };
        rest = if value > 9 { rest * 100 + value } else { rest * 10 + value } % 97;
    }
    rest == 1
}

pub(super) fn cards(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        let begins = at == 0 || !reader.is_code(at - 1);
        let end = match reader.c(at) {
            '*' | 'x' | '#' | '.' | '…' | '·' => masked(reader, at),
            _ if begins && reader.is_digit(at) && !reader.is_taken(at) => {
                masked(reader, at).or_else(|| card(reader, at))
            }
            _ => None,
        };
        at = end.unwrap_or_else(|| reader.digits(at).max(at + 1));
    }
}

fn is_mask(c: char) -> bool {
    matches!(c, '*' | 'x' | '#' | '·' | '.' | '…')
}

/// `**** **** **** 1234`, `5237 61** **** 6032`, `xxxx-1234`; gives its end.
fn masked(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    if at > 0 && (reader.is_code(at - 1) || is_mask(reader.c(at - 1))) {
        return None;
    }
    let mask = (at..at + 24).map(|i| reader.c(i)).find(|c| is_mask(*c) && !matches!(c, '.') || *c == '.')?;
    let (mut end, mut masks, mut digits, mut last) = (at, 0, 0, 0);
    while end - at < 32 {
        let c = reader.c(end);
        if reader.is_digit(end) {
            digits += 1;
            last += 1;
        } else if c == mask {
            masks += 1;
            last = 0;
        } else if matches!(c, ' ' | '-') && (reader.is_digit(end + 1) || reader.c(end + 1) == mask) {
            if masks > 0 && last > 0 {
                break;
            }
            last = 0;
        } else {
            break;
        }
        end += 1;
    }
    let fits = masks >= if matches!(mask, '…' | 'x') { 1 + usize::from(mask == 'x') } else { 3 }
        && (3..=4).contains(&last)
        && (4..=10).contains(&digits);
    if !fits || reader.is_code(end) {
        return None;
    }
    let name = reader.name(at, end);
    // "...1234" is a card only where one is named, and so is a short mask of any other sign than the asterisk.
    let card = name.is_some_and(|name| name.is(CARD | TAIL));
    if name.is_some_and(|name| name.is(ACCOUNT | IBAN) && !name.is(CARD)) {
        return reader.take(Kind::Account, at, end, 0.7).then_some(end);
    }
    let sure = card
        || mask == '*' && !name.is_some_and(|name| name.direct && name.is(PHONE | ORDER | BOOKING))
        || mask == 'x' && masks >= 8;
    (sure && reader.take(Kind::Card, at, end, 0.95)).then_some(end)
}

/// A card number that begins at `at`; gives its end.
fn card(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let row = Row::read(reader, at);
    let name = reader.name(at, row.end());
    let named = name.filter(|name| name.is(CARD));
    if let Some(name) = named {
        let first = row.group(0);
        let tail = first.1 - first.0 == 4 && (row.groups() == 1 || row.digits() < 12);
        if tail && (name.is(TAIL) || name.direct) && !is_year(reader, at, name.is(TAIL)) {
            return reader.take(Kind::Card, first.0, first.1, 0.9).then_some(first.1);
        }
    }
    // The whole row may run into the next number: the card is its beginning.
    for groups in (1..=row.groups()).rev() {
        let cut = row.cut(groups);
        let digits = cut.digits();
        let called = named.is_some_and(|name| name.direct);
        let long = (13..=19).contains(&digits) || called && digits == 12;
        if !long {
            continue;
        }
        let other =
            name.is_some_and(|name| name.is(ORDER | ACCOUNT | PHONE | BOOKING | IBAN) && (name.direct || name.strong));
        let valid = is_luhn(cut.values()) && is_issued(cut.values()) && cut.is_card_shaped() && !other;
        // A slip of the pen is still a card where the words right before call it so.
        if valid || called {
            let confidence = if valid { 0.98 } else { 0.85 };
            return reader.take(Kind::Card, at, cut.end(), confidence).then_some(cut.end());
        }
    }
    // Its later groups are not the last digits of another.
    (row.groups() >= 4 && row.digits() >= 13).then(|| row.end())
}

/// "card since 2019" names a year, not a card, unless the words say that it ends so.
fn is_year(reader: &Reader<'_>, at: usize, tail: bool) -> bool {
    !tail && (1950..2100).contains(&reader.value(at, at + 4))
}

/// The checksum of card numbers: every second digit from the right counts double.
fn is_luhn(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (i, digit) in digits.iter().rev().enumerate() {
        let doubled = u32::from(*digit) * if i % 2 == 1 { 2 } else { 1 };
        sum += doubled / 10 + doubled % 10;
    }
    sum % 10 == 0 && digits.iter().any(|digit| *digit != digits[0])
}

/// Whether cards of some network begin so and are so long.
pub(super) fn is_issued(digits: &[u8]) -> bool {
    let head = digits[..4].iter().fold(0_u32, |head, digit| head * 10 + u32::from(*digit));
    match digits.len() {
        13 => digits[0] == 4,
        14 => matches!(head, 3000..=3059 | 3600..=3699 | 3800..=3999),
        15 => matches!(head, 3400..=3499 | 3700..=3799 | 1800 | 2131),
        16 => {
            matches!(head, 2200..=2204 | 2221..=2720 | 3528..=3589 | 4000..=4999 | 5000..=5999 | 6000..=6999 | 8100..=8171 | 9792)
        }
        17..=19 => matches!(head, 4000..=4999 | 5000..=5099 | 5600..=5899 | 6000..=6999),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_know_right_from_wrong() {
        let iban = |text: &str| is_valid(&text.chars().collect::<Vec<_>>());
        assert!(iban("gb82west12345698765432") && !iban("gb83west12345698765432"));
        assert!(iban("de89370400440532013000") && !iban("de89370400440532013001"));
        assert!(is_luhn(&[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
        assert!(!is_luhn(&[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]) && !is_luhn(&[0; 16]));
    }
}

//! What follows the number of a house: flats and floors, postcode and town.

use super::super::reader::Reader;
use super::super::words::{CITY, PART};
use super::{gap, house, is_comma, is_letters, is_small, is_word, word_end};

/// Behind at most `most` words in capitals, with small words and dots inside.
pub(super) fn names(reader: &Reader<'_>, at: usize, most: usize) -> Option<usize> {
    let (mut at, mut end) = (at, None);
    for _ in 0..most {
        let stop = word_end(reader, at);
        if stop == at || !is_letters(reader, at) || reader.is_digit(stop) {
            break;
        }
        let upper = reader.is_upper(at) || (at..stop).any(|i| reader.c(i) == '\'' && reader.is_upper(i + 1));
        if upper {
            end = Some(stop);
        } else if !is_small(reader, at, stop) {
            break;
        }
        let next = if reader.c(stop) == '.' && reader.c(stop + 1) == ' ' && stop - at <= 3 { stop + 1 } else { stop };
        if !matches!(reader.c(next), ' ' | '/') {
            break;
        }
        at = next + 1;
    }
    end
}

/// Behind flats, floors and doors: ", кв. 7", " A 5", ", 3.º B", " Apt 5C".
pub(super) fn units(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    for _ in 0..5 {
        let next = gap(reader, end);
        if next == end {
            break;
        }
        let word = reader.word_at(next).filter(|word| word.is(PART) && word.end - word.start <= 12);
        let found = match word {
            Some(word) => {
                let mut value = word.end;
                while matches!(reader.c(value), '.' | ':' | ' ' | '#') && value < word.end + 3 {
                    value += 1;
                }
                unit_value(reader, value)
            }
            None if reader.c(next) == '#' => unit_value(reader, next + 1),
            None => unit_alone(reader, next),
        };
        match found {
            Some(stop) => end = stop,
            None => break,
        }
    }
    end
}

fn unit_value(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if reader.is_digit(at) {
        return Some(house(reader, at));
    }
    let letter = reader.is_upper(at) && !reader.is_letter(at + 1);
    if !letter {
        return None;
    }
    let digits = reader.digits(at + 1);
    Some(digits)
}

/// "A 12" of a Finnish stair, "3.º B" of a Spanish floor, "4.º Esq.", "2. OG".
fn unit_alone(reader: &Reader<'_>, at: usize) -> Option<usize> {
    if reader.is_upper(at) && !reader.is_letter(at + 1) {
        let next = if reader.c(at + 1) == ' ' { at + 2 } else { at + 1 };
        let digits = reader.digits(next);
        return (digits > next && digits - next <= 3 && !reader.is_letter(digits)).then_some(digits);
    }
    let digits = reader.digits(at);
    let mut end = digits;
    while matches!(reader.c(end), '.' | 'º' | 'ª' | '°' | '\u{b2}') {
        end += 1;
    }
    if digits == at || end == digits || digits - at > 2 {
        return None;
    }
    if reader.c(end) == ' ' {
        let stop = word_end(reader, end + 1);
        let side = stop - end - 1 <= 1 && stop > end + 1 || reader.word_at(end + 1).is_some_and(|word| word.is(PART));
        if side && (reader.is_upper(end + 1) || stop - end > 3) {
            return Some(stop);
        }
    }
    if reader.is_upper(end) && !reader.is_letter(end + 1) {
        return Some(end + 1);
    }
    (reader.c(end - 1) != '.').then_some(end)
}

/// Behind postcode and town, in either order.
pub(super) fn town(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    for _ in 0..4 {
        let next = gap(reader, end);
        let next = if reader.c(next) == '-' && reader.c(next + 1) == ' ' { next + 2 } else { next };
        // "Musterweg 5 in 50667 Köln", "кв. 5, г. Екатеринбург"
        let next = if reader.spells(next, "in ") && reader.is_digit(next + 3) {
            next + 3
        } else {
            kind_of_place(reader, next)
        };
        if next == end {
            break;
        }
        if let Some(code) = postcode(reader, next) {
            let place = if reader.c(code) == ' ' || is_comma(reader.c(code)) {
                names(reader, gap(reader, code), 4)
            } else {
                None
            };
            // A postcode ends the address, unless a town follows it without further words.
            return place.map_or(code, |place| state(reader, place));
        }
        let dash = next == end + 3 && (next..next + 45).any(|i| reader.digits(i) >= i + 5);
        let comma = is_comma(reader.c(end)) || reader.c(end) == '\n' || dash;
        let Some(place) = names(reader, next, 3).or_else(|| city(reader, next)) else {
            break;
        };
        let place = rank(reader, place);
        let code = if matches!(reader.c(place), ' ' | ',' | '-') {
            postcode(reader, gap(reader, place).max(place + 1))
        } else {
            None
        };
        if let Some(code) = code {
            // "Col. Centro, 03940 CDMX": the town follows the postcode of its quarter.
            let place =
                if is_comma(reader.c(place)) && reader.c(code) == ' ' { names(reader, code + 1, 3) } else { None };
            return place.unwrap_or(code);
        }
        if !comma && !(next..place).any(|i| !is_word(reader, i.max(1) - 1) && city(reader, i).is_some()) {
            break;
        }
        end = state(reader, place);
    }
    end
}

/// Behind "г." before the name of a town.
fn kind_of_place(reader: &Reader<'_>, at: usize) -> usize {
    let kinds = ["г. ", "г.", "город ", "пос. ", "дер. ", "с. "];
    let named = |kind: &&&str| reader.spells(at, kind) && reader.is_upper(at + kind.chars().count());
    kinds.iter().find(named).map_or(at, |kind| at + kind.chars().count())
}

/// Behind "küla" and its like, which say what the place is.
fn rank(reader: &Reader<'_>, at: usize) -> usize {
    let ranks = [" kula", " vald", " alevik", " linn", " maakond", " vallas", " ilce", " province"];
    let found = ranks.iter().find(|rank| reader.spells(at, rank) && !reader.is_code(at + rank.len()));
    found.map_or(at, |rank| at + rank.len())
}

/// Behind " - MG", as Brazil names its states.
fn state(reader: &Reader<'_>, at: usize) -> usize {
    let first = if reader.c(at) == ' ' && reader.c(at + 1) == '-' { at + 3 } else { at + 1 };
    let dashed = matches!(reader.c(first - 1), ' ' | '-' | '/')
        && matches!(reader.c(at), ' ' | '-' | '/')
        && reader.c(first - 2) != ' ';
    let bracketed = reader.c(at) == ' '
        && reader.c(at + 1) == '('
        && reader.is_upper(at + 2)
        && reader.is_upper(at + 3)
        && reader.c(at + 4) == ')';
    if bracketed {
        return at + 5;
    }
    let fits = dashed && first > at + 1 || matches!(reader.c(at), '/' | '-');
    if fits && reader.is_upper(first) && reader.is_upper(first + 1) && !reader.is_code(first + 2) {
        first + 2
    } else {
        at
    }
}

pub(super) fn city(reader: &Reader<'_>, at: usize) -> Option<usize> {
    reader.word_at(at).filter(|word| word.is(CITY)).map(|word| word.end)
}

/// Behind a postcode at `at`: `10115`, `31-137`, `1016 GV`, `LS6 2AB`, `OH 45402`.
pub(super) fn postcode(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let digits = reader.digits(at);
    if digits > at {
        let length = digits - at;
        if reader.c(digits) == '-' {
            let end = reader.digits(digits + 1);
            return ((length, end - digits - 1) == (2, 3)
                || (length, end - digits - 1) == (4, 3)
                || (length, end - digits - 1) == (5, 4)
                || (length, end - digits - 1) == (5, 3))
                .then_some(end);
        }
        let dutch = length == 4
            && reader.c(digits) == ' '
            && reader.is_upper(digits + 1)
            && reader.is_upper(digits + 2)
            && !reader.is_code(digits + 3);
        if dutch {
            return Some(digits + 3);
        }
        let dutch =
            length == 4 && reader.is_upper(digits) && reader.is_upper(digits + 1) && !reader.is_code(digits + 2);
        if dutch {
            return Some(digits + 2);
        }
        let spaced = length == 3 && reader.c(digits) == ' ' && reader.digits(digits + 1) == digits + 3;
        if spaced {
            return Some(digits + 3);
        }
        return ((4..=6).contains(&length) && !reader.is_letter(digits) && reader.c(digits) != ':').then_some(digits);
    }
    // "CH-8001", "D-10115": the country before the number.
    let country = (at..at + 3).take_while(|i| reader.is_upper(*i)).count();
    let number = at + country + 1;
    if (1..=2).contains(&country) && reader.c(number - 1) == '-' {
        let end = reader.digits(number);
        return ((4..=5).contains(&(end - number)) && !reader.is_code(end)).then_some(end);
    }
    british(reader, at).or_else(|| {
        // A state in capitals before the number.
        let state = (at..at + 4).take_while(|i| reader.is_upper(*i)).count();
        let number = at + state + 1;
        let end = reader.digits(number);
        let fits = (2..=3).contains(&state)
            && reader.c(at + state) == ' '
            && (end - number.min(end) == 5 || end - number.min(end) == 4);
        let plus_four = if reader.c(end) == '-' && reader.digits(end + 1) == end + 5 { end + 5 } else { end };
        fits.then_some(plus_four)
    })
}

/// `LS6 2AB`, `SW1A 1AA`; Canada's `K1A 0B1` too.
pub(super) fn british(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let first = (at..).take_while(|i| reader.is_code(*i)).take(8).count();
    let letters = (at..at + first).take_while(|i| reader.is_upper(*i)).count();
    let digits = (at..at + first).filter(|i| reader.is_digit(*i)).count();
    if !(1..=2).contains(&letters) || !(2..=4).contains(&first) || digits == 0 || (at > 0 && reader.is_code(at - 1)) {
        return None;
    }
    let second = if reader.c(at + first) == ' ' { at + first + 1 } else { return None };
    // "T12 X8KP" of Ireland.
    let rest = (second..second + 4).all(|i| reader.is_digit(i) || reader.is_upper(i)) && !reader.is_code(second + 4);
    let mixed = (second..second + 4).any(|i| reader.is_digit(i)) && (second..second + 4).any(|i| reader.is_upper(i));
    if letters == 1 && first == 3 && digits >= 2 && reader.is_upper(second) && rest && mixed {
        return Some(second + 4);
    }
    let british = reader.is_digit(second) && reader.is_upper(second + 1) && reader.is_upper(second + 2);
    let canadian = reader.is_digit(second) && reader.is_upper(second + 1) && reader.is_digit(second + 2) && first == 3;
    ((british || canadian) && !reader.is_code(second + 3)).then_some(second + 3)
}

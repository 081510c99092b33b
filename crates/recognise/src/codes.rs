//! Numbers that only their name tells apart: bookings, orders, accounts. Where it does not, their shape may
//! ([`super::shapes`], [`super::flights`]).

use super::Kind;
use super::flights::flight;
use super::page::Class;
use super::reader::{Name, Reader};
use super::shapes::{is_lettered_reference, is_number_of_a_file, is_order, is_reference, parcel_in_groups};
use super::words::{ACCOUNT, BOOKING, CONTRACT, NOT_ID, ORDER, PHONE, SCALE, UNIT};

const LONGEST: usize = 40;

/// Deliverers, which stand before a number but are no part of it.
const DELIVERERS: [&str; 12] = ["dhl", "ups", "dpd", "gls", "tnt", "ems", "usps", "rma", "trk", "utr", "ref", "sf"];

/// A word of letters and digits with dashes, strokes or dots inside.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub start: usize,
    pub end: usize,
    pub digits: usize,
    pub letters: usize,
    pub capitals: usize,
    /// Signs inside.
    pub signs: usize,
    /// How often letters and digits change.
    pub turns: usize,
}

impl Code {
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

pub(super) fn codes(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        if !reader.is_code(at) || reader.is_taken(at) {
            at += 1;
            continue;
        }
        let code = read(reader, at);
        let word_end = code.end.max(at + 1);
        let lettered = code.len() == 6 && code.capitals == 6;
        let spaced = matches!(code.len(), 2 | 3) && reader.c(code.end) == ' ' && reader.is_digit(code.end + 1);
        at = if code.digits > 0 || lettered || spaced { entity(reader, &code).unwrap_or(word_end) } else { word_end };
    }
}

fn read(reader: &Reader<'_>, start: usize) -> Code {
    let mut code = Code { start, end: start, digits: 0, letters: 0, capitals: 0, signs: 0, turns: 0 };
    let mut end = start;
    loop {
        let part = end;
        let (digits, letters, capitals) = (code.digits, code.letters, code.capitals);
        while reader.is_code(end) && !reader.is_taken(end) {
            let digit = reader.is_digit(end);
            code.turns += usize::from(end > start && reader.is_code(end - 1) && reader.is_digit(end - 1) != digit);
            if digit {
                code.digits += 1;
            } else {
                code.letters += 1;
                code.capitals += usize::from(reader.is_upper(end));
            }
            end += 1;
        }
        // A word in small letters behind a dash is an ending ("KL1234-l") or the next word.
        if part > start && code.digits == digits && code.capitals == capitals && code.letters > letters {
            code.letters = letters;
            break;
        }
        code.end = end;
        let goes_on =
            matches!(reader.c(end), '-' | '/' | '.' | '_') && reader.is_code(end + 1) && !reader.is_taken(end + 1);
        if !goes_on || end - start > LONGEST * 4 {
            break;
        }
        code.signs += 1;
        end += 1;
    }
    // "55-7781-ب": a letter of another script ends the number.
    let lettered = matches!(reader.c(code.end), '-' | '/') && is_joined(reader, code.end + 1) && code.digits > 2;
    if lettered && !is_joined(reader, code.end + 2) && !reader.is_code(code.end + 2) {
        code.end += 2;
        code.signs += 1;
    }
    code
}

fn is_joined(reader: &Reader<'_>, at: usize) -> bool {
    reader.class(at) == Some(Class::Joined)
}

/// "٧ك٩ل٢م": where a booking reference ends that is spelled in letters without capitals.
fn reference_in_joined(reader: &Reader<'_>, code: &Code) -> Option<usize> {
    let length = (code.start..).take(8).take_while(|i| reader.is_digit(*i) || is_joined(reader, *i)).count();
    let end = code.start + length;
    let digits = (code.start..end).filter(|i| reader.is_digit(*i)).count();
    let turns = (code.start + 1..end).filter(|i| reader.is_digit(*i) != reader.is_digit(i - 1)).count();
    let row = (5..=7).contains(&length) && digits >= 2 && turns >= 3 && !reader.is_code(end);
    let named = || reader.name(code.start, end).is_some_and(|name| name.is(BOOKING) && name.direct);
    (row && named()).then_some(end)
}

fn entity(reader: &mut Reader<'_>, code: &Code) -> Option<usize> {
    if code.len() > LONGEST {
        return None;
    }
    if let Some(end) = parcel_in_groups(reader, code) {
        return reader.take(Kind::Order, code.start, end, 0.95).then_some(end);
    }
    if let Some(end) = reference_in_joined(reader, code) {
        return reader.take(Kind::Booking, code.start, end, 0.8).then_some(end);
    }
    let name = match with_prefix(reader, code.start) {
        first if first + 1 < code.start => reader.name(first, code.end),
        _ => reader.name(code.start, code.end),
    };
    if let Some((end, kind)) = spaced_number(reader, code, name) {
        return reader.take(kind, code.start, end, 0.75).then_some(end);
    }
    if let Some((start, end, confidence)) = flight(reader, code, name) {
        return reader.take(Kind::Flight, start, end, confidence).then_some(end);
    }
    if is_measure(reader, code) {
        return None;
    }
    if let Some(name) = name
        && let Some((kind, end)) = named(reader, code, name)
    {
        let start = with_prefix(reader, code.start);
        return reader.take(kind, start, end, if name.strong { 0.95 } else { 0.85 }).then_some(end);
    }
    let barred =
        reader.word_before(code.start, NOT_ID).is_some() || name.is_some_and(|name| name.is(PHONE) && name.direct);
    let kind = if is_reference(reader, code) && !barred {
        Kind::Booking
    } else if is_order(reader, code) {
        if name.is_some_and(|name| name.is(ACCOUNT)) { Kind::Account } else { Kind::Order }
    } else if !barred && is_number_of_a_file(reader, code) {
        unnamed(reader, code.start, name)
    } else {
        return None;
    };
    let start = if kind == Kind::Order { with_prefix(reader, code.start) } else { code.start };
    reader.take(kind, start, code.end, 0.8).then_some(code.end)
}

/// What a number is that only its shape shows to be one: an account's where contracts are spoken of, else an order's.
fn unnamed(reader: &Reader<'_>, at: usize, name: Option<Name>) -> Kind {
    let order = name.is_some_and(|name| name.is(ORDER)) || reader.speaks_of(at, ORDER);
    let account = name.is_some_and(|name| name.is(ACCOUNT)) || reader.speaks_of(at, ACCOUNT | CONTRACT);
    if account && !order { Kind::Account } else { Kind::Order }
}

/// "DHX 4471 0098 22", "CA 4471 0098": two or three capitals and groups of digits; gives the end.
fn spaced_number(reader: &Reader<'_>, code: &Code, name: Option<Name>) -> Option<(usize, Kind)> {
    let prefix = (2..=3).contains(&code.capitals) && code.capitals == code.len() && reader.c(code.end) == ' ';
    if !prefix || reader.word_at(code.start).is_some_and(|word| word.is(ORDER | ACCOUNT | BOOKING | PHONE)) {
        return None;
    }
    let (mut end, mut groups, mut digits) = (code.end, 0, 0);
    while groups < 5 && reader.c(end) == ' ' {
        let stop = reader.digits(end + 1);
        if stop < end + 3 || reader.is_taken(end + 1) || reader.is_letter(stop) {
            break;
        }
        digits += stop - end - 1;
        groups += 1;
        end = stop;
    }
    let deliverer = DELIVERERS.iter().any(|name| reader.spells(code.start, name) && name.len() == code.len());
    (groups >= 2 && digits >= 7 && !deliverer && reader.is_free(code.start, end))
        .then(|| (end, unnamed(reader, code.start, name)))
}

/// The number sign and a few capitals before a number are part of how people copy it: "#45821", "LP 771204".
fn with_prefix(reader: &Reader<'_>, at: usize) -> usize {
    let letters = (1..=4).take_while(|back| at > *back && reader.is_upper(at - 1 - back)).count();
    let first = at.saturating_sub(letters + 1);
    let apart = (1..=4).contains(&letters) && reader.c(at - 1) == ' ' && (first == 0 || !reader.is_code(first - 1));
    let index = reader.mentions.partition_point(|mention| mention.end <= first);
    let is_word = reader.mentions.get(index).is_some_and(|mention| mention.start <= first);
    let deliverer =
        DELIVERERS.iter().any(|name| name.chars().eq(reader.glyphs[first..at.max(1) - 1].iter().map(|glyph| glyph.c)));
    if apart && !deliverer && !is_word && reader.is_free(first, at) && reader.is_digit(at) {
        return first;
    }
    // "ع-٢٢٠٩١": a letter of another script begins the number.
    let lettered = at > 1 && matches!(reader.c(at - 1), '-' | '/') && is_joined(reader, at - 2);
    if lettered && (at == 2 || matches!(reader.c(at - 3), ' ' | ':')) && reader.is_free(at - 2, at) {
        return at - 2;
    }
    if at > 0 && reader.c(at - 1) == '#' && !reader.is_taken(at - 1) { at - 1 } else { at }
}

/// What a name makes of a code, and where it ends.
fn named(reader: &Reader<'_>, code: &Code, name: Name) -> Option<(Kind, usize)> {
    let kind = if name.is(BOOKING) {
        Kind::Booking
    } else if name.is(ORDER) {
        Kind::Order
    } else if name.is(ACCOUNT) {
        Kind::Account
    } else {
        return None;
    };
    if code.digits == 0 {
        return (kind == Kind::Booking && is_lettered_reference(reader, code, name)).then_some((kind, code.end));
    }
    // "ref X7P2QL": six characters in a mixed row are a booking's, whatever weak word stands before them.
    let kind = if is_reference(reader, code) && !(name.spelled && name.direct) { Kind::Booking } else { kind };
    let grouped = if name.direct || name.strong { groups(reader, code) } else { (code.end, code.digits) };
    let (end, digits) = grouped;
    let hash = code.start > 0 && reader.c(code.start - 1) == '#';
    let year = code.len() == 4 && code.letters == 0 && (1950..2100).contains(&reader.value(code.start, code.end));
    let length = digits + code.letters;
    let fits = match (name.direct, name.strong) {
        (true, true) => length >= 3 && digits >= 2 || hash,
        (true, false) => length >= 4 && digits >= 2 && !year,
        (false, true) => length >= 5 && digits >= 2 && !year,
        (false, false) => length >= 5 && digits >= 3 && code.letters == code.capitals,
    };
    // A model ("iPhone15") has small letters; a code has none, or nothing else.
    let model = code.letters > 0 && code.capitals == 0 && code.letters > code.digits
        || code.capitals > 0 && code.capitals < code.letters && !name.strong;
    let version = code.signs >= 1 && code.len() <= 6 && code.letters == 0 && reader.c(code.start + 1) == '.';
    (fits && !model && !version).then_some((kind, end))
}

/// Behind further groups of digits: "00 482 117"; and how many digits there are then.
fn groups(reader: &Reader<'_>, code: &Code) -> (usize, usize) {
    let (mut end, mut digits) = (code.end, code.digits);
    let lettered = code.letters > 0 && code.letters + 1 < code.digits;
    if code.letters > 0 && !lettered && code.letters > 4 {
        return (end, digits);
    }
    for _ in 0..6 {
        let next = end + 1;
        let stop = reader.digits(next.min(reader.len()));
        let plain = reader.c(end) == ' ' && stop > next && stop - next >= 2 && !reader.is_taken(next);
        let foreign = reader.is_letter(stop)
            || matches!(reader.c(stop), '%' | ':' | '€' | '$')
            || matches!(reader.c(stop), '.' | ',') && reader.is_digit(stop + 1);
        let unit = reader
            .word_at(if reader.c(stop) == ' ' { stop + 1 } else { stop })
            .is_some_and(|word| word.is(UNIT | SCALE));
        if !plain || foreign || unit {
            break;
        }
        digits += stop - next;
        end = stop;
    }
    (end, digits)
}

/// Whether a number counts or measures something: "500 people", "5GB", "720p", "40x30".
pub(super) fn is_measure(reader: &Reader<'_>, code: &Code) -> bool {
    let next = if reader.c(code.end) == ' ' { code.end + 1 } else { code.end };
    let counted = reader.word_at(next).is_some_and(|word| word.is(UNIT)) && code.digits <= 5 && code.letters == 0;
    let digits = reader.digits(code.start);
    let glued = digits < code.end
        && reader.word_at(digits).is_some_and(|word| word.is(UNIT) && word.end == code.end && code.capitals < 3);
    let times = code.letters == 1 && code.capitals == 0 && code.turns == 2 || matches!(reader.c(code.end), '%' | '°');
    let sized = code.letters > 0
        && code.letters < code.digits
        && reader.is_digit(code.end - 1)
        && (code.start..code.end).all(|i| !reader.is_letter(i) || reader.c(i) == 'x');
    sized || counted && code.digits + code.signs == code.len() || glued || times
}

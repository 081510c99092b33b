//! Rows of digits in groups, and the telephone numbers among them.

use super::Kind;
use super::reader::Reader;
use super::words::{ACCOUNT, BOOKING, CARD, IBAN, ORDER, PHONE};

const MOST_DIGITS: usize = 32;
const MOST_GROUPS: usize = 10;

/// Groups of digits with a space, a dash, a dot, a stroke or brackets between them.
#[derive(Clone)]
pub(super) struct Row {
    digits: [u8; MOST_DIGITS],
    /// Where each group begins and ends, and how many digits there are with it.
    group: [(usize, usize, usize); MOST_GROUPS],
    groups: usize,
    /// What stands between the groups, when it is always the same sign.
    sign: Option<char>,
    /// More digits than any number has follow.
    too_long: bool,
}

impl Row {
    /// The row whose first digit is at `at`.
    pub fn read(reader: &Reader<'_>, at: usize) -> Row {
        let mut row =
            Row { digits: [0; MOST_DIGITS], group: [(0, 0, 0); MOST_GROUPS], groups: 0, sign: None, too_long: false };
        let (mut at, mut digits) = (at, 0);
        while row.groups < MOST_GROUPS {
            let mut end = at;
            while reader.is_digit(end) && !reader.is_taken(end) && digits < MOST_DIGITS {
                row.digits[digits] = (u32::from(reader.c(end)) - u32::from('0')) as u8;
                digits += 1;
                end += 1;
            }
            row.too_long |= reader.is_digit(end);
            // Letters or a percent sign behind a group make it another thing.
            let foreign = reader.is_letter(end) || matches!(reader.c(end), '%' | ':');
            if end == at || row.too_long || foreign && row.groups > 0 {
                break;
            }
            row.group[row.groups] = (at, end, digits);
            row.groups += 1;
            let mut next = end;
            while next - end < 3 && matches!(reader.c(next), ' ' | '-' | '.' | '/' | '(' | ')') {
                next += 1;
            }
            let sentence = reader.c(end) == '.' && reader.c(end + 1) == ' ';
            if next == end || sentence || !reader.is_digit(next) || reader.is_taken(next) {
                break;
            }
            let sign = reader.c(end);
            row.sign = if row.groups == 1 || row.sign == Some(sign) { Some(sign) } else { None };
            at = next;
        }
        row
    }

    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Where a group begins and ends.
    pub fn group(&self, index: usize) -> (usize, usize) {
        (self.group[index].0, self.group[index].1)
    }

    /// How many digits there are.
    pub fn digits(&self) -> usize {
        if self.groups == 0 { 0 } else { self.group[self.groups - 1].2 }
    }

    pub fn values(&self) -> &[u8] {
        &self.digits[..self.digits()]
    }

    pub fn end(&self) -> usize {
        if self.groups == 0 { 0 } else { self.group[self.groups - 1].1 }
    }

    /// The row's first groups.
    pub fn cut(&self, groups: usize) -> Row {
        let mut cut = self.clone();
        cut.groups = groups;
        cut
    }

    fn lengths(&self) -> ([usize; MOST_GROUPS], usize) {
        let mut lengths = [0; MOST_GROUPS];
        for (length, group) in lengths.iter_mut().zip(&self.group[..self.groups]) {
            *length = group.1 - group.0;
        }
        (lengths, self.groups)
    }

    /// One group, groups of four, or the 4-6-5 and 4-6-4 of some networks.
    pub fn is_card_shaped(&self) -> bool {
        let (lengths, groups) = self.lengths();
        match &lengths[..groups] {
            [_] | [4, 6, 4 | 5] => true,
            [fours @ .., last] => fours.iter().all(|length| *length == 4) && *last <= 4,
            [] => false,
        }
    }
}

pub(super) fn phones(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        let plus = reader.c(at) == '+';
        let bracket = matches!(reader.c(at), '(') || plus && matches!(reader.c(at + 1), '(' | ' ');
        let first = at + usize::from(plus) + usize::from(bracket);
        let begins = at == 0 || !(reader.is_letter(at - 1) || reader.is_digit(at - 1) || reader.is_taken(at));
        if !begins || !reader.is_digit(first) || reader.is_taken(first) {
            at += 1;
            continue;
        }
        let end = phone(reader, at, first, plus, bracket);
        // A number that is none must not be read again from its second group.
        at = end.unwrap_or_else(|| reader.digits(first));
    }
}

/// A telephone number whose sign is at `at` and first digit at `first`; gives its end.
fn phone(reader: &mut Reader<'_>, at: usize, first: usize, plus: bool, bracket: bool) -> Option<usize> {
    let before = at.checked_sub(1).map(|i| reader.c(i));
    // The middle of a code, a decimal, a version: "AB-123", "1,5", "v.1".
    if matches!(before, Some('#' | '$' | '€' | '£'))
        || matches!(before, Some('-' | '.' | ',' | '/')) && at > 1 && reader.is_code(at - 2)
    {
        return None;
    }
    let row = Row::read(reader, first);
    // Four groups of four are wanted to be a card, whatever their check digit says.
    let (lengths, groups) = row.lengths();
    let wants_card = groups >= 4 && lengths[..4] == [4; 4] && !plus;
    if wants_card {
        return Some(row.end());
    }
    if row.too_long || row.groups == 0 {
        return Some(reader.digits(first));
    }
    let name = reader.name(at, row.end());
    let called = name.is_some_and(|name| name.is(PHONE));
    let other = name.is_some_and(|name| {
        name.is(ORDER | ACCOUNT | BOOKING | CARD | IBAN)
            && (name.strong && (name.direct || !name.spent) || name.direct && name.beside)
    });
    for groups in (1..=row.groups).rev() {
        let cut = row.cut(groups);
        if reader.is_code(cut.end()) || reader.c(cut.end()) == '-' && reader.is_letter(cut.end() + 1) {
            continue;
        }
        let shape = if plus { international(&cut) } else { national(&cut, bracket, reader.has_devanagari) };
        let confidence = match shape {
            // "QT 5512 0087"
            Some(shape) if shape <= SHAPE_ONLY && (other || at > 1 && reader.is_upper(at - 2)) => continue,
            Some(shape) if plus || !other => shape,
            None if called && is_dialled(&cut) => 0.75,
            _ => continue,
        };
        let end = cut.end();
        return reader.take(Kind::Phone, at, end, if called { 0.97 } else { confidence }).then_some(end);
    }
    None
}

fn international(row: &Row) -> Option<f32> {
    ((8..=15).contains(&row.digits()) && row.digits[0] != 0).then_some(0.97)
}

/// What is called a telephone number may be short, but is no year and no count.
fn is_dialled(row: &Row) -> bool {
    let (lengths, groups) = row.lengths();
    let fits = lengths[..groups].iter().skip(1).all(|length| *length >= 2) && (groups > 1 || lengths[0] >= 6);
    (6..=15).contains(&row.digits()) && fits && (!is_address_of_a_machine(row) || row.digits() == 9)
}

/// "12 34 56-0": the number of a switchboard ends in one digit.
fn is_extension(row: &Row) -> bool {
    let (lengths, groups) = row.lengths();
    row.digits[0] == 0 && groups > 2 && lengths[..groups - 1].iter().all(|length| *length > 1)
}

/// "192.168.0.14": four numbers up to 255, none with a zero before it.
fn is_address_of_a_machine(row: &Row) -> bool {
    let (lengths, groups) = row.lengths();
    let mut from = 0;
    row.sign == Some('.')
        && groups == 4
        && lengths[..groups].iter().all(|length| {
            let digits = &row.values()[from..from + length];
            from += length;
            let value = digits.iter().take(4).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
            value < 256 && (*length == 1 || digits[0] != 0)
        })
}

/// A shape that numbers of other kinds have too.
const SHAPE_ONLY: f32 = 0.6;

/// How sure it is that people of some country write a telephone number so.
fn national(row: &Row, bracket: bool, indian: bool) -> Option<f32> {
    let (lengths, groups) = row.lengths();
    let lengths = &lengths[..groups];
    let d = row.values();
    let n = d.len();
    if n < 8
        || groups > 6
        || groups > 1
            && lengths.contains(&1)
            && !matches!(lengths, [1, 3, ..] | [4, 3, 1, 3])
            && !d.starts_with(&[0, 0])
            && !is_extension(row)
    {
        return None;
    }
    if is_address_of_a_machine(row) {
        return None;
    }
    let confidence = match (n, lengths, d) {
        // Six numbers of a lottery.
        (12, [2, 2, 2, 2, 2, 2], _) => return None,
        (10..=15, _, [0, 0, 1..=9, ..]) => 0.93,
        (9..=12, [2..=5, ..], [0, 1..=9, ..]) if groups > 1 => 0.92,
        (10..=11, [_], [0, 1..=9, ..]) => 0.88,
        (11, [1, 3, ..], [0, 1..=9, ..]) => 0.9,
        // Russia and its neighbours.
        (11, _, [7 | 8, 3 | 4 | 8 | 9, ..]) if groups > 1 || d[1] == 9 => 0.9,
        // North America.
        (10, [3, 3, 4], [2..=9, _, _, 2..=9, ..]) | (11, [1, 3, 3, 4], [1, 2..=9, ..]) => 0.93,
        // Australia's numbers for business.
        (10, [4, 3, 3], [1, 3 | 8, ..]) => 0.85,
        // China: mobile and service numbers.
        (11, [11] | [3, 4, 4], [1, 3..=9, ..]) | (10, [3, 3, 4] | [3, 4, 3], [4, 0, 0, ..]) => 0.9,
        // Turkey, India, Mexico.
        (10, [3, 3, 2, 2], [2..=5, ..]) | (10, [5, 5] | [4, 6] | [4, 3, 3], [6..=9, ..]) | (10, [2, 4, 4], _) => 0.85,
        (10, [10], [6..=9, ..]) if indian => 0.7,
        // Spain, Portugal, Poland, Estonia's neighbours.
        (9, [3, 2, 2, 2] | [2, 3, 2, 2], [6..=9, ..]) if row.sign == Some('.') => 0.8,
        (9, [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2], [2..=9, ..]) if d[6..] != [0, 0, 0] && row.sign != Some('.') => {
            0.8
        }
        // Estonia's mobile numbers, and those of Hong Kong.
        (8, [4, 4], [5, ..]) if row.sign == Some(' ') => SHAPE_ONLY,
        // Brazil.
        (10 | 11, [2, 4 | 5, 4], [1..=9, ..]) => 0.88,
        // Korea's and Japan's short numbers for business.
        (8, [4, 4], [1, 5..=8, ..]) if row.sign == Some('-') => 0.8,
        (9..=12, _, _) if bracket && groups > 1 => 0.85,
        _ => return None,
    };
    Some(confidence)
}

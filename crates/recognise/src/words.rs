//! What the words around a number say of it, read from a table.

use std::sync::LazyLock;

use super::page::{Class, Glyph, fold_word};

/// A set of things a word can stand for, one bit each.
pub(super) type Concepts = u32;

pub(super) const BOOKING: Concepts = 1;
pub(super) const ORDER: Concepts = 1 << 1;
pub(super) const ACCOUNT: Concepts = 1 << 2;
pub(super) const PHONE: Concepts = 1 << 3;
pub(super) const CARD: Concepts = 1 << 4;
pub(super) const TAIL: Concepts = 1 << 5;
pub(super) const IBAN: Concepts = 1 << 6;
pub(super) const FLIGHT: Concepts = 1 << 7;
pub(super) const LABEL: Concepts = 1 << 8;
pub(super) const BEFORE_AMOUNT: Concepts = 1 << 9;
pub(super) const AFTER_AMOUNT: Concepts = 1 << 10;
pub(super) const SCALE: Concepts = 1 << 11;
pub(super) const MONTH: Concepts = 1 << 12;
pub(super) const WEEKDAY: Concepts = 1 << 13;
pub(super) const DAYPART: Concepts = 1 << 14;
pub(super) const CLOCK: Concepts = 1 << 15;
pub(super) const CLOCK_LEAD: Concepts = 1 << 16;
pub(super) const DATE_LEAD: Concepts = 1 << 17;
pub(super) const NOT_ID: Concepts = 1 << 18;
pub(super) const UNIT: Concepts = 1 << 19;
/// Stands before the name of a street (`rue`, `ул.`).
pub(super) const STREET: Concepts = 1 << 20;
/// Stands behind or at the end of the name of a street (`Road`, `-straße`).
pub(super) const STREET_END: Concepts = 1 << 21;
/// A part of a house or a town with a number (`flat`, `кв.`, `Apt`).
pub(super) const PART: Concepts = 1 << 22;
pub(super) const CITY: Concepts = 1 << 23;
pub(super) const AT: Concepts = 1 << 24;
pub(super) const DOT: Concepts = 1 << 25;
/// Speaks of flying without naming a flight.
pub(super) const TRAVEL: Concepts = 1 << 26;
/// Speaks of something that happens at an hour or on a day: a visit, a delivery, a ferry.
pub(super) const OCCASION: Concepts = 1 << 27;
/// Speaks of what runs for months: a bill, a meter, a line.
pub(super) const CONTRACT: Concepts = 1 << 28;
/// The word says "number" or "code" itself.
pub(super) const STRONG: Concepts = 1 << 31;

/// What can name a number.
pub(super) const NAMES: Concepts = BOOKING | ORDER | ACCOUNT | PHONE | CARD | IBAN | FLIGHT | TAIL;

const CONCEPTS: [(&str, Concepts); 29] = [
    ("booking", BOOKING),
    ("order", ORDER),
    ("account", ACCOUNT),
    ("phone", PHONE),
    ("card", CARD),
    ("tail", TAIL),
    ("iban", IBAN),
    ("flight", FLIGHT),
    ("label", LABEL),
    ("amount.before", BEFORE_AMOUNT),
    ("amount.after", AFTER_AMOUNT),
    ("scale", SCALE),
    ("month", MONTH),
    ("weekday", WEEKDAY),
    ("daypart", DAYPART),
    ("clock", CLOCK),
    ("clock.lead", CLOCK_LEAD),
    ("date.lead", DATE_LEAD),
    ("notid", NOT_ID),
    ("unit", UNIT),
    ("street", STREET),
    ("street.end", STREET_END),
    ("part", PART),
    ("city", CITY),
    ("at", AT),
    ("dot", DOT),
    ("travel", TRAVEL),
    ("occasion", OCCASION),
    ("contract", CONTRACT),
];

/// How many letters may follow a word that takes endings.
const ENDING: usize = 6;

/// A word of the table in a text, in glyphs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub is: Concepts,
    pub start: usize,
    /// With its ending, in scripts with capitals; without it elsewhere.
    pub end: usize,
}

impl Mention {
    pub fn is(&self, any: Concepts) -> bool {
        self.is & any != 0
    }
}

/// What a node of the tree says when a word ends there.
#[derive(Clone, Copy, Default)]
struct Accept {
    whole: Concepts,
    with_ending: Concepts,
}

/// All words, as a tree by letter whose edges are one hash table.
struct Words {
    /// The first letters of ASCII, which are asked for most.
    first: [u32; 128],
    edges: Vec<(u64, u32)>,
    accepts: Vec<Accept>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(include_str!("words.tsv")));

/// Writes every word of the table in `glyphs` into `mentions`, the longest at each place.
pub(super) fn mentions(glyphs: &[Glyph], mentions: &mut Vec<Mention>) {
    mentions.clear();
    let words = &*WORDS;
    let mut at = 0;
    while at < glyphs.len() {
        let found = if begins(glyphs, at) { words.longest(glyphs, at) } else { None };
        match found {
            Some(mut mention) => {
                at = mention.end.max(at + 1);
                // A unit is glued to its number, a name is not: "43cc-6492" tells of no card.
                if glyphs[mention.start].class == Class::Letter && is_digit_before(glyphs, mention.start) {
                    mention.is &= !NAMES;
                }
                mentions.push(mention);
            }
            None => at += 1,
        }
    }
}

/// In scripts with capitals a word begins where a word begins; elsewhere anything may be glued before it.
fn begins(glyphs: &[Glyph], at: usize) -> bool {
    match glyphs[at].class {
        Class::Space | Class::Digit => {
            glyphs[at].class == Class::Digit && at > 0 && glyphs[at - 1].class == Class::Space
        }
        // A unit is glued to its number; the last letter of "Q2HM8V" is no word.
        Class::Letter if is_digit_before(glyphs, at) => {
            let before = glyphs[..at].iter().rev().find(|glyph| glyph.class != Class::Digit);
            before.is_none_or(|glyph| glyph.class != Class::Letter)
        }
        Class::Letter => at == 0 || glyphs[at - 1].class != Class::Letter,
        Class::Joined | Class::Dense | Class::Sign => true,
    }
}

fn is_digit_before(glyphs: &[Glyph], at: usize) -> bool {
    at > 0 && glyphs[at - 1].class == Class::Digit
}

impl Words {
    fn of(table: &str) -> Words {
        let mut words = Words { first: [0; 128], edges: vec![(0, 0); 1 << 16], accepts: vec![Accept::default()] };
        for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let mut fields = line.split('\t');
            let (Some(concept), Some(_languages), Some(list)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            let (name, value) = concept.split_once(':').unwrap_or((concept, ""));
            let mut is = CONCEPTS.iter().find(|(known, _)| *known == name).map_or(0, |(_, is)| *is);
            // A month's value is its number, which nobody needs yet; every other is its strength.
            if value == "1" && is & MONTH == 0 {
                is |= STRONG;
            }
            for word in list.split('|') {
                words.add(word.trim(), is);
            }
        }
        for byte in 0..128_u8 {
            words.first[usize::from(byte)] = words.follow(0, char::from(byte)).unwrap_or(0);
        }
        words
    }

    fn add(&mut self, word: &str, is: Concepts) {
        let (word, ending) = word.strip_suffix('~').map_or((word, false), |word| (word, true));
        let mut node = 0;
        for c in fold_word(word) {
            // A hyphen is as good as a space; see `longest`.
            node = self.edge(node, if c == '-' { ' ' } else { c });
        }
        if node == 0 {
            return;
        }
        let accept = &mut self.accepts[node as usize];
        accept.whole |= is;
        if ending {
            accept.with_ending |= is;
        }
    }

    fn edge(&mut self, node: u32, c: char) -> u32 {
        let key = key(node, c);
        let mask = self.edges.len() - 1;
        let mut slot = hash(key) & mask;
        while self.edges[slot].0 != 0 {
            if self.edges[slot].0 == key {
                return self.edges[slot].1;
            }
            slot = (slot + 1) & mask;
        }
        let fresh = u32::try_from(self.accepts.len()).expect("the table has far fewer letters than 2^32");
        self.accepts.push(Accept::default());
        self.edges[slot] = (key, fresh);
        fresh
    }

    fn follow(&self, node: u32, c: char) -> Option<u32> {
        let key = key(node, c);
        let mask = self.edges.len() - 1;
        let mut slot = hash(key) & mask;
        while self.edges[slot].0 != 0 {
            if self.edges[slot].0 == key {
                return Some(self.edges[slot].1);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    fn longest(&self, glyphs: &[Glyph], start: usize) -> Option<Mention> {
        let first = glyphs[start].c;
        if first.is_ascii() && self.first[first as usize] == 0 {
            return None;
        }
        let mut node = 0;
        let mut at = start;
        let mut found = None;
        while at < glyphs.len() {
            let c = if glyphs[at].c == '-' { ' ' } else { glyphs[at].c };
            node = match self.follow(node, c) {
                Some(next) => next,
                // "order.no" and "Best.-Nr." are spelled with a space in the table.
                None if at > start && matches!(c, '.' | '_' | '\n') => match self.follow(node, ' ') {
                    Some(next) => next,
                    // The dot of "Best. Nr" stands beside the space that the table has.
                    None => break,
                },
                None if at > start && c == ' ' && matches!(glyphs[at - 1].c, '.' | '-') => {
                    at += 1;
                    continue;
                }
                None => break,
            };
            at += 1;
            while at < glyphs.len() && c == '.' && glyphs[at].c == '-' && self.follow(node, ' ').is_none() {
                at += 1;
            }
            let accept = self.accepts[node as usize];
            if accept.whole != 0
                && let Some((is, end)) = ends(glyphs, start, at, accept)
            {
                found = Some(Mention { is, start, end });
            }
        }
        found
    }
}

/// Whether a word that was read up to `at` is whole there, and where it ends with its ending.
fn ends(glyphs: &[Glyph], start: usize, at: usize, accept: Accept) -> Option<(Concepts, usize)> {
    let last = glyphs[at - 1].class;
    let Some(next) = glyphs.get(at) else {
        return Some((accept.whole, at));
    };
    match last {
        Class::Letter if next.class == Class::Letter => {
            if accept.with_ending == 0 {
                return None;
            }
            let ending = glyphs[at..].iter().take(ENDING + 1).take_while(|g| g.class == Class::Letter).count();
            (ending <= ENDING).then_some((accept.with_ending, at + ending))
        }
        // One or two letters inside a word are seldom the word; a currency or a counter stands right after its number.
        Class::Joined if next.class == Class::Joined => {
            let free = at - start > 2 || start > 0 && glyphs[start - 1].class == Class::Digit;
            let hangul = ('\u{ac00}'..='\u{d7a3}').contains(&glyphs[start].c);
            (free || hangul || accept.with_ending != 0).then_some((accept.whole, at))
        }
        _ => Some((accept.whole, at)),
    }
}

fn key(node: u32, c: char) -> u64 {
    u64::from(node) << 21 | u64::from(c)
}

fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page;

    fn found(text: &str) -> Vec<(Concepts, String)> {
        let (mut glyphs, mut all) = (Vec::new(), Vec::new());
        page::read(text, &mut glyphs);
        mentions(&glyphs, &mut all);
        let spelled = |m: &Mention| text[glyphs[m.start].at as usize..glyphs[m.end - 1].end as usize].to_owned();
        all.iter().map(|m| (m.is, spelled(m))).collect()
    }

    #[test]
    fn every_line_of_the_table_has_a_known_concept() {
        for line in include_str!("words.tsv").lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "{line}");
            let name = fields[0].split(':').next().unwrap();
            assert!(CONCEPTS.iter().any(|(known, _)| *known == name), "{line}");
        }
    }

    #[test]
    fn the_table_is_at_most_half_full() {
        let full = WORDS.edges.iter().filter(|edge| edge.0 != 0).count();
        assert!(full * 2 < WORDS.edges.len(), "{full}");
    }

    #[test]
    fn words_are_found_in_their_cases_and_inside_dense_text() {
        for (text, is, spelled) in [
            ("Meine Kundennummer: 1", ACCOUNT | STRONG, "Kundennummer"),
            ("varauskoodini on", BOOKING | STRONG, "varauskoodini"),
            ("我的预订号是", BOOKING | STRONG, "预订号"),
            ("예약번호는", BOOKING | STRONG, "예약번호"),
            ("ORDER-NO 5", ORDER | STRONG, "ORDER-NO"),
            ("গ্রাহক নম্বর", ACCOUNT | STRONG, "গ্রাহক নম্বর"),
            ("numero de reserva", BOOKING | STRONG, "numero de reserva"),
        ] {
            let all = found(text);
            assert!(all.iter().any(|m| m.0 & is == is && m.1 == spelled), "{text}: {all:?}");
        }
        assert!(!found("reordered").iter().any(|m| m.0 & ORDER != 0));
    }
}

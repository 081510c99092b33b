//! A post while it is being read: its glyphs, its words, what is taken and what was found.

use super::page::{Class, Glyph};
use super::words::{self, Concepts, LABEL, Mention, NAMES, NOT_ID, STRONG, TAIL, UNIT};
use super::{Kind, Recognised};

/// How far a name reaches, in glyphs.
const REACH: usize = 44;
/// How far it reaches when nothing but a label and signs stand between.
const NEXT_TO: usize = 3;

/// What a number is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub is: Concepts,
    /// Only labels ("no.", "is", "#") stand between.
    pub direct: bool,
    /// The name itself says "number" or "code", or a label stands beside it.
    pub strong: bool,
    /// The name itself says "number" or "code".
    pub spelled: bool,
    /// Another number stands between.
    pub spent: bool,
    /// At most a sign and a space stand between.
    pub beside: bool,
}

impl Name {
    pub fn is(&self, any: Concepts) -> bool {
        self.is & any != 0
    }
}

/// Whose a glyph is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Free,
    /// A date, a sum, a place or nothing at all: words around it still speak of the next number.
    Aside,
    /// A number that was named.
    Number,
}

pub(super) struct Reader<'a> {
    pub glyphs: &'a [Glyph],
    pub mentions: &'a [Mention],
    /// Whether the text has Japanese letters, where some Chinese ones mean another thing.
    pub has_kana: bool,
    /// Whether it has letters of China, Japan or Korea, where the month stands before the day.
    pub is_eastern: bool,
    /// Whether it has letters of Hindi, in whose country a row of ten digits is a telephone number.
    pub has_devanagari: bool,
    taken: Vec<Taken>,
    /// In glyphs.
    found: Vec<(Kind, usize, usize, f32)>,
}

impl<'a> Reader<'a> {
    pub fn new(glyphs: &'a [Glyph], mentions: &'a [Mention]) -> Self {
        let (mut has_kana, mut is_eastern, mut has_devanagari) = (false, false, false);
        for glyph in glyphs.iter().filter(|glyph| matches!(glyph.class, Class::Dense | Class::Joined)) {
            has_kana |= matches!(glyph.c, '\u{3041}'..='\u{3096}');
            is_eastern |= matches!(glyph.c, '\u{3041}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
            has_devanagari |= matches!(glyph.c, '\u{900}'..='\u{97f}');
        }
        Reader {
            glyphs,
            mentions,
            has_kana,
            is_eastern,
            has_devanagari,
            taken: vec![Taken::Free; glyphs.len()],
            found: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.glyphs.len()
    }

    /// The folded character at `at`; NUL beyond the end.
    pub fn c(&self, at: usize) -> char {
        self.glyphs.get(at).map_or('\0', |glyph| glyph.c)
    }

    pub fn class(&self, at: usize) -> Option<Class> {
        self.glyphs.get(at).map(|glyph| glyph.class)
    }

    pub fn is_digit(&self, at: usize) -> bool {
        self.class(at) == Some(Class::Digit)
    }

    pub fn is_letter(&self, at: usize) -> bool {
        self.class(at) == Some(Class::Letter)
    }

    pub fn is_upper(&self, at: usize) -> bool {
        self.glyphs.get(at).is_some_and(|glyph| glyph.upper)
    }

    pub fn is_code(&self, at: usize) -> bool {
        self.is_digit(at) || self.is_letter(at)
    }

    /// Where the run of digits that begins at `at` ends.
    pub fn digits(&self, at: usize) -> usize {
        let mut end = at;
        while self.is_digit(end) {
            end += 1;
        }
        end
    }

    /// Whether the folded `word` stands at `at`.
    pub fn spells(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(i, c)| self.c(at + i) == c)
    }

    /// Whether one of these words stands anywhere near.
    pub fn speaks_of(&self, at: usize, words: Concepts) -> bool {
        let near = |mention: &&Mention| mention.start.abs_diff(at) < 160;
        let index = self.mentions.partition_point(|mention| mention.start < at);
        let mut before = self.mentions[..index].iter().rev().take_while(near);
        before.any(|mention| mention.is(words))
            || self.mentions[index..].iter().take_while(near).any(|mention| mention.is(words))
    }

    /// Whether a decimal point at `at` continues a number.
    pub fn has_decimals(&self, at: usize) -> bool {
        matches!(self.c(at), '.' | ',') && self.is_digit(at + 1)
    }

    /// The number of at most nine digits in `at..end`; signs between them do not count.
    pub fn value(&self, at: usize, end: usize) -> u32 {
        let digits = self.glyphs[at..end.min(at + 9)].iter().filter_map(|glyph| glyph.c.to_digit(10));
        digits.fold(0, |value, digit| value * 10 + digit)
    }

    pub fn is_free(&self, start: usize, end: usize) -> bool {
        self.taken[start..end].iter().all(|taken| *taken == Taken::Free)
    }

    pub fn is_taken(&self, at: usize) -> bool {
        self.taken.get(at).is_some_and(|taken| *taken != Taken::Free)
    }

    /// Notes an entity unless a part of it is another's.
    pub fn take(&mut self, kind: Kind, start: usize, end: usize, confidence: f32) -> bool {
        let free = start < end && end <= self.len() && self.is_free(start, end);
        if free {
            let moment = matches!(kind, Kind::Date | Kind::Amount | Kind::Address);
            self.taken[start..end].fill(if moment { Taken::Aside } else { Taken::Number });
            self.found.push((kind, start, end, confidence));
        }
        free
    }

    /// Nothing in `start..end` is an entity.
    pub fn void(&mut self, start: usize, end: usize) {
        self.taken[start..end].fill(Taken::Aside);
    }

    /// Whether something of `kind` was found that ends at `end`.
    pub fn ends(&self, kind: Kind, end: usize) -> bool {
        self.found.iter().rev().take(8).any(|find| find.0 == kind && find.2 == end)
    }

    /// Whether something of `kind` was found that begins at `start`.
    pub fn begins(&self, kind: Kind, start: usize) -> bool {
        self.found.iter().any(|find| find.0 == kind && find.1 == start)
    }

    /// The word that begins at `at`.
    pub fn word_at(&self, at: usize) -> Option<&'a Mention> {
        let index = self.mentions.partition_point(|mention| mention.start < at);
        self.mentions.get(index).filter(|mention| mention.start == at)
    }

    /// The word of one of these concepts that ends before `at`, with nothing but signs and spaces between.
    pub fn word_before(&self, at: usize, any: Concepts) -> Option<&'a Mention> {
        let index = self.mentions.partition_point(|mention| mention.end <= at);
        let mention = self.mentions[..index].last()?;
        let gap = self.glyphs[mention.end..at]
            .iter()
            .all(|g| g.class == Class::Space || matches!(g.c, '.' | ',' | '，' | ':' | '('));
        (mention.is(any) && gap && at - mention.end <= 3).then_some(mention)
    }

    /// What the number in `start..end` is called, before it or, failing that, behind it.
    pub fn name(&self, start: usize, end: usize) -> Option<Name> {
        self.name_before(start).or_else(|| {
            let barred = self.word_before(start, NOT_ID).is_some_and(|word| !word.is(NAMES));
            if barred { None } else { self.name_behind(end) }
        })
    }

    fn name_before(&self, start: usize) -> Option<Name> {
        let index = self.mentions.partition_point(|mention| mention.end <= start);
        let mut labelled = false;
        let mut edge = start;
        let mut direct = true;
        for mention in self.mentions[..index].iter().rev() {
            if start - mention.end > REACH || self.glyphs[mention.end..edge].iter().any(|g| g.c == '\n') {
                return None;
            }
            direct &= self.is_thin(mention.end, edge);
            if mention.is(NOT_ID | UNIT) && !mention.is(NAMES) && direct && start - mention.end <= NEXT_TO {
                return None;
            }
            if mention.is(NAMES) {
                if !direct && self.is_spoken_for(mention.end, start) {
                    return None;
                }
                // "selon la police, 20 000": a clause ends.
                let clause = |g: &Glyph| matches!(g.c, ',' | '，');
                direct &= mention.is(STRONG) || !self.glyphs[mention.end..edge].iter().any(clause);
                let strong = labelled && direct || mention.is(STRONG);
                let spent = self.glyphs[mention.end..start].iter().any(|g| g.class == Class::Digit);
                let (is, spelled) = (self.resolve(mention), mention.is(STRONG));
                let signs = |g: &Glyph| matches!(g.class, Class::Space | Class::Sign);
                let beside = edge - mention.end <= 2 && self.glyphs[mention.end..edge].iter().all(signs);
                return Some(Name { is, direct, strong, spelled, spent, beside });
            }
            if mention.is(LABEL) {
                labelled |= direct;
                edge = mention.start;
            } else if mention.end < start
                && self.glyphs[mention.start..mention.end].iter().any(|g| g.class == Class::Digit)
            {
                direct = false;
            }
        }
        None
    }

    fn name_behind(&self, end: usize) -> Option<Name> {
        let mut index = self.mentions.partition_point(|mention| mention.start < end);
        let mut edge = end;
        let mut strong = false;
        while let Some(mention) = self.mentions.get(index) {
            if mention.start - end > 16
                || self.glyphs[edge..mention.start]
                    .iter()
                    .any(|g| g.class == Class::Digit || matches!(g.c, '\n' | ',' | '，' | '!' | '?' | '。'))
            {
                return None;
            }
            // "8880-cb93": what is glued to a number names that one, if any.
            if mention.is(NAMES) && self.is_digit(mention.end) && self.is_letter(mention.end - 1) {
                return None;
            }
            if mention.is(NAMES) {
                let direct = mention.start - edge <= 1;
                let spelled = mention.is(STRONG);
                return Some(Name {
                    is: self.resolve(mention),
                    direct,
                    strong: strong || spelled,
                    spelled,
                    spent: false,
                    beside: direct,
                });
            }
            if mention.is(LABEL) {
                strong = true;
                edge = mention.end;
            } else if mention.is(UNIT) && self.glyphs[end..mention.start].iter().all(|g| g.class == Class::Space) {
                return None;
            }
            index += 1;
        }
        None
    }

    /// Whether nothing but signs and spaces stands between.
    fn is_thin(&self, start: usize, end: usize) -> bool {
        end - start <= 6
            && self.glyphs[start..end]
                .iter()
                .all(|g| matches!(g.class, Class::Space | Class::Sign | Class::Joined | Class::Dense))
            && self.glyphs[start..end].iter().filter(|g| matches!(g.class, Class::Joined | Class::Dense)).count() <= 4
    }

    /// A name that already has its number does not name the next one, unless they stand in a row.
    fn is_spoken_for(&self, from: usize, to: usize) -> bool {
        let Some(last) = (from..to).rev().find(|at| self.taken[*at] == Taken::Number) else {
            return false;
        };
        to - last > 7
    }

    /// "Ending in" is said of cards, unless something else was named just before.
    fn resolve(&self, mention: &Mention) -> Concepts {
        if !mention.is(TAIL) {
            return mention.is & NAMES;
        }
        let index = self.mentions.partition_point(|other| other.start < mention.start);
        let clause = |g: &Glyph| matches!(g.c, ',' | '，' | '.' | '!' | '?' | '\n');
        let near = self.mentions[..index].iter().rev().take_while(|other| {
            mention.start - other.end < 30 && !self.glyphs[other.end..mention.start].iter().any(clause)
        });
        match near.into_iter().find(|other| other.is(NAMES & !TAIL)) {
            Some(named) if !named.is(words::CARD) => 0,
            _ => TAIL | words::CARD,
        }
    }

    /// Gives what was found, in bytes of the text as given.
    pub fn finish(mut self, into: &mut Vec<Recognised>) {
        self.found.sort_unstable_by_key(|find| find.1);
        for (kind, start, end, confidence) in self.found {
            let at = self.glyphs[start].at as usize..self.glyphs[end - 1].end as usize;
            into.push(Recognised { kind, at, confidence });
        }
    }
}

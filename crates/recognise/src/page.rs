//! The text as the recognisers read it: one glyph a visible character, folded, with its place in the text as given.
//!
//! Digits of every script are the ten digits, full-width forms are plain ones, odd spaces are one space, every dash is `-`,
//! letters are small and bare of accents, and what is not seen is not there. A rule then needs one spelling only.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::text;

/// What a glyph can be a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Space,
    Digit,
    /// Scripts with spaces and capitals: Latin, Cyrillic, Greek and their like.
    Letter,
    /// Scripts with spaces where endings and prefixes are glued on: Hangul, Arabic, Hebrew, the Indian scripts.
    Joined,
    /// Scripts without spaces.
    Dense,
    Sign,
}

/// One visible character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub c: char,
    pub class: Class,
    pub upper: bool,
    /// Where it begins and ends in the text as given, in bytes.
    pub at: u32,
    pub end: u32,
}

/// Whether anything in the text can begin an entity; most posts end here.
pub(super) fn is_worth_reading(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut capitals = 0;
    let mut plain = true;
    for (at, byte) in bytes.iter().enumerate() {
        capitals = if byte.is_ascii_uppercase() { capitals + 1 } else { 0 };
        let begins = match byte {
            b'0'..=b'9' | b'@' | b'*' | b'(' | b'[' | b'{' => true,
            // A mail address spelled out has neither digit nor sign.
            b' ' => SPELLED.iter().any(|word| {
                bytes[at + 1..].get(..word.len()).is_some_and(|next| next.eq_ignore_ascii_case(word.as_bytes()))
            }),
            _ => capitals >= 5,
        };
        if begins {
            return true;
        }
        plain &= byte.is_ascii();
    }
    // The "at" of spelled mail addresses where no space stands around it.
    let spelled = || ["골뱅이", "アット", "艾特"].iter().any(|word| text.contains(word));
    !plain
        && (spelled()
            || text.chars().any(|c| !c.is_ascii() && (digit(c).is_some() || han_digit(c).is_some() || c == '＠')))
}

/// The "dot" and "at" of mail addresses that are spelled out without brackets.
const SPELLED: [&str; 8] = ["dot ", "punkt ", "punto ", "point ", "ponto ", "arroba ", "kropka ", "собака "];

/// Reads `text` into `glyphs`.
pub(super) fn read(text: &str, glyphs: &mut Vec<Glyph>) {
    glyphs.clear();
    for (at, c) in text.char_indices() {
        let (at, end) = (at as u32, (at + c.len_utf8()) as u32);
        if c.is_ascii() {
            let (c, class, upper) = ascii(c);
            push(Glyph { c, class, upper, at, end }, glyphs);
        } else if let Some((c, class, upper)) = fold(c) {
            push(Glyph { c, class, upper, at, end }, glyphs);
        } else if let Some(last) = glyphs.last_mut()
            && is_combining_mark(c)
            && last.end == at
        {
            last.end = end;
        }
    }
}

fn push(glyph: Glyph, glyphs: &mut Vec<Glyph>) {
    let again = glyph.class == Class::Space && glyphs.last().is_none_or(|last| last.class == Class::Space);
    if !again {
        glyphs.push(glyph);
    }
}

/// Folds a word of a table as texts are folded.
pub(super) fn fold_word(word: &str) -> Vec<char> {
    let mut glyphs = Vec::new();
    read(word, &mut glyphs);
    glyphs.iter().map(|glyph| glyph.c).collect()
}

fn ascii(c: char) -> (char, Class, bool) {
    match c {
        '0'..='9' => (c, Class::Digit, false),
        'a'..='z' => (c, Class::Letter, false),
        'A'..='Z' => (c.to_ascii_lowercase(), Class::Letter, true),
        '\n' => ('\n', Class::Space, false),
        '\0'..=' ' | '\u{7f}' => (' ', Class::Space, false),
        '`' => ('\'', Class::Sign, false),
        c => (c, Class::Sign, false),
    }
}

/// The folded form of a character beyond ASCII; `None` when nothing is seen of it.
fn fold(c: char) -> Option<(char, Class, bool)> {
    // The comma of Chinese ends a clause; between digits it is read where sums are.
    if matches!(c, '，' | '、') {
        return Some(('，', Class::Sign, false));
    }
    if ('\u{ff01}'..='\u{ff5e}').contains(&c) {
        let plain = u32::from(c) - 0xff01 + 0x21;
        return char::from_u32(plain).map(ascii);
    }
    // An accent typed as a character of its own is the same letter; marks of Indian scripts are letters of their own.
    if text::is_unseen(c) || matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{93c}' | '\u{9bc}') {
        return None;
    }
    if let Some(value) = digit(c) {
        return Some((char::from(b'0' + value), Class::Digit, false));
    }
    let sign = match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{b4}' | '\u{2bc}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{2043}' => '-',
        '\u{60c}' | '\u{66c}' => ',',
        '\u{66b}' | '\u{2024}' => '.',
        '\u{ffe5}' => '¥',
        '\u{2022}' | '\u{25cf}' | '\u{2217}' | '\u{26ab}' | '\u{25cb}' => '*',
        '\u{301c}' | '\u{ff5e}' => '~',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{b2}' | '\u{b3}' | '\u{b9}' => '\u{b2}',
        c => c,
    };
    if sign != c || matches!(c, '¥' | '\u{b2}') {
        return Some((sign, Class::Sign, false));
    }
    if c.is_whitespace() || c.is_control() {
        return Some((' ', Class::Space, false));
    }
    Some(letter(c))
}

fn letter(c: char) -> (char, Class, bool) {
    match c {
        '\u{aa}' | '\u{ba}' => (c, Class::Sign, false),
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => (bare(c), Class::Letter, c.is_uppercase()),
        '\u{400}'..='\u{52f}' => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            let lower = match lower {
                'ё' => 'е',
                'й' => 'и',
                lower => lower,
            };
            (lower, Class::Letter, c.is_uppercase())
        }
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => ('\u{627}', Class::Joined, false),
        '\u{649}' | '\u{6cc}' => ('\u{64a}', Class::Joined, false),
        '\u{6a9}' => ('\u{643}', Class::Joined, false),
        '\u{629}' => ('\u{647}', Class::Joined, false),
        // The letters with a dot below, composed or not.
        '\u{958}' => ('\u{915}', Class::Joined, false),
        '\u{959}' => ('\u{916}', Class::Joined, false),
        '\u{95a}' => ('\u{917}', Class::Joined, false),
        '\u{95b}' => ('\u{91c}', Class::Joined, false),
        '\u{95c}' | '\u{95d}' => (char::from_u32(u32::from(c) - 0x3b).unwrap_or(c), Class::Joined, false),
        '\u{95e}' => ('\u{92b}', Class::Joined, false),
        '\u{95f}' | '\u{9df}' => (char::from_u32(u32::from(c) - 0x30).unwrap_or(c), Class::Joined, false),
        '\u{9dc}' | '\u{9dd}' => (char::from_u32(u32::from(c) - 0x3b).unwrap_or(c), Class::Joined, false),
        c if is_dense(c) => (c, Class::Dense, false),
        '\u{590}'..='\u{dff}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' => {
            let class = if c.is_alphanumeric() || is_combining_mark(c) { Class::Joined } else { Class::Sign };
            (c, class, false)
        }
        c if c.is_alphabetic() => (c.to_lowercase().next().unwrap_or(c), Class::Letter, c.is_uppercase()),
        c => (c, Class::Sign, false),
    }
}

/// A Latin letter without its accents, in lower case.
fn bare(c: char) -> char {
    let lower = match c {
        'İ' => 'i',
        c => c.to_lowercase().next().unwrap_or(c),
    };
    match lower {
        'ß' => return 's',
        'ł' => return 'l',
        'ø' | 'œ' => return 'o',
        'æ' => return 'a',
        'đ' | 'ð' => return 'd',
        'ı' => return 'i',
        _ => {}
    }
    let mut base = lower;
    let mut first = true;
    decompose_canonical(lower, |part| {
        if first {
            base = part;
            first = false;
        }
    });
    base
}

fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e80}'..='\u{eff}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17d3}' | '\u{3005}'..='\u{3007}' | '\u{3012}' | '\u{3041}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Where the ten digits of a script begin.
const ZEROS: [u32; 42] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x1d7ce, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script.
pub(super) fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    // The five sets of mathematical digits follow one another.
    if (0x1d7ce..0x1d800).contains(&code) {
        return Some(((code - 0x1d7ce) % 10) as u8);
    }
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    (code - zero < 10).then_some((code - zero) as u8)
}

/// The value of a Chinese numeral below ten thousand's: 0 to 10.
pub(super) fn han_digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' => 0,
        '一' => 1,
        '二' | '两' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_word_and_a_digit_is_one() {
        for (raw, folded) in [
            ("NÚMERO", "numero"),
            ("nu\u{301}mero", "numero"),
            ("İstanbul ıssız", "istanbul issiz"),
            ("০১২ ٣٤ ۵۶ ७८ ９", "012 34 56 78 9"),
            ("1\u{200b}2\u{2011}3\u{a0}\u{a0}4", "12-3 4"),
            ("৬ টাকা, नंबर", "6 টাকা, नंबर"),
            ("ড়\u{9a1}\u{9bc}", "\u{9a1}\u{9a1}"),
            ("Straße", "strase"),
            ("＃１２：３", "#12:3"),
        ] {
            assert_eq!(fold_word(raw), folded.chars().collect::<Vec<_>>(), "{raw:?}");
        }
    }

    #[test]
    fn glyphs_know_their_place() {
        let text = "é\u{301}１ x";
        let mut glyphs = Vec::new();
        read(text, &mut glyphs);
        let spans: Vec<&str> = glyphs.iter().map(|g| &text[g.at as usize..g.end as usize]).collect();
        assert_eq!(spans, ["é\u{301}", "１", " ", "x"]);
    }
}

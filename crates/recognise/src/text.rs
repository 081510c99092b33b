//! One normal form for every post, so that the same words meet the same features however they were typed.
//!
//! In this order, in one pass over the text:
//!
//! 1. At most [`MAX_BYTES`] of the text are read, and at most [`MAX_CHARS`] characters come out.
//! 2. Unicode NFKC: full-width and half-width forms, ligatures and presentation forms become plain letters.
//! 3. Links become [`LINK`], handles [`HANDLE`], mail addresses [`MAIL`]: who is spoken to says nothing about what is said,
//!    and personal data never becomes a feature.
//! 4. The five HTML entities that networks leave in posts (`&amp;` and so on) become their characters.
//! 5. Characters that are not seen go: zero width, direction marks, soft hyphen, variation selectors, skin tones, Arabic
//!    vowel signs and tatweel, private use.
//! 6. Letters become lower case; typographic quotes become `'` and `"`; the Arabic alefs become one.
//! 7. Every decimal digit of any script becomes `0`: numbers are mostly personal, and their value says little here.
//! 8. White space and control characters become one space; none stands at either end.
//! 9. A word that mixes Latin, Cyrillic and Greek letters is written in one of these scripts, if each of its letters has its
//!    likeness there: `саsh` with two Cyrillic letters becomes `cash`, `Яndex` stays. So does every
//!    word of one script.
//! 10. More than two equal characters in a row become two: `sooooo!!!!` and `soooo!!!` are the same feeling.

use crate::disguise;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// How much of a text is read: a post of 1 MiB says what it says in its beginning.
pub const MAX_BYTES: usize = 32 * 1024;
/// How many normalised characters are classified at most.
pub const MAX_CHARS: usize = 4096;

/// Stands for a link; a private-use character, which normalised text never holds otherwise.
pub const LINK: char = '\u{e000}';
/// Stands for a handle (`@name`).
pub const HANDLE: char = '\u{e001}';
/// Stands for a mail address.
pub const MAIL: char = '\u{e002}';

/// The normal form of `text` for people to read: markers are spelled `<link>`, `<handle>` and `<mail>`.
pub fn normalise(text: &str) -> String {
    let mut chars = Vec::new();
    normalise_into(text, &mut chars);
    spell(&chars)
}

/// Spells normalised characters for a person.
pub fn spell(chars: &[char]) -> String {
    let mut spelled = String::with_capacity(chars.len() + 8);
    for &c in chars {
        match c {
            LINK => spelled.push_str("<link>"),
            HANDLE => spelled.push_str("<handle>"),
            MAIL => spelled.push_str("<mail>"),
            c => spelled.push(c),
        }
    }
    spelled
}

/// Writes the normal form of `text` into `out`, replacing what was there.
pub fn normalise_into(text: &str, out: &mut Vec<char>) {
    out.clear();
    let text = cut(text, MAX_BYTES);
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        scan(text, out);
    } else {
        let composed: String = text.nfkc().collect();
        scan(cut(&composed, MAX_BYTES), out);
    }
    while out.last() == Some(&' ') {
        out.pop();
    }
    if !text.is_ascii() && disguise::undo(out) {
        // Three letters that were of two scripts may now be equal.
        for c in std::mem::take(out) {
            push_visible(c, out);
        }
    }
}

/// The longest prefix of `text` within `bytes` that ends between two characters.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn scan(text: &str, out: &mut Vec<char>) {
    let mut at = 0;
    let mut previous = ' ';
    while at < text.len() && out.len() < MAX_CHARS {
        let rest = &text[at..];
        let c = rest.chars().next().expect("`at` is below the length and between two characters");
        let taken = match c {
            'h' | 'H' | 'w' | 'W' if !previous.is_ascii_alphanumeric() => link(rest, out),
            '@' | '_' => handle_or_mail(rest, previous, out),
            '&' => entity(rest, out),
            _ => 0,
        };
        if taken == 0 {
            push(c, out);
            at += c.len_utf8();
        } else {
            at += taken;
        }
        previous = c;
    }
}

/// Consumes a link at the start of `rest`; 0 when there is none.
fn link(rest: &str, out: &mut Vec<char>) -> usize {
    let bytes = rest.as_bytes();
    let is_link = ["http://", "https://", "www."]
        .iter()
        .any(|start| bytes.len() > start.len() && bytes[..start.len()].eq_ignore_ascii_case(start.as_bytes()));
    if !is_link {
        return 0;
    }
    push_once(LINK, out);
    // In Chinese or Thai the next word follows a link without a space, so a link ends at the first letter that no link has.
    bytes.iter().position(|b| !b.is_ascii_graphic() || matches!(b, b'"' | b'<' | b'>')).unwrap_or(bytes.len())
}

/// Consumes a handle or the tail of a mail address at the start of `rest`; 0 when there is neither.
fn handle_or_mail(rest: &str, previous: char, out: &mut Vec<char>) -> usize {
    const MASKED: &str = "__email__";
    if rest.starts_with(MASKED) {
        push_once(MAIL, out);
        return MASKED.len();
    }
    let Some(name) = rest.strip_prefix('@') else {
        return 0;
    };
    let ascii = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')).count();
    if previous.is_alphanumeric() && name[..ascii].contains('.') {
        // What stands before the @ is a person's name: take it back.
        while out.last().is_some_and(|c| !c.is_whitespace() && !matches!(*c, LINK | HANDLE | MAIL)) {
            out.pop();
        }
        push_once(MAIL, out);
        return 1 + ascii;
    }
    let name_bytes =
        name.char_indices().find(|(_, c)| !(c.is_alphanumeric() || *c == '_')).map_or(name.len(), |(end, _)| end);
    if name_bytes == 0 {
        return 0;
    }
    push_once(HANDLE, out);
    1 + name_bytes
}

/// Consumes an HTML entity at the start of `rest`; 0 when there is none.
fn entity(rest: &str, out: &mut Vec<char>) -> usize {
    for (entity, c) in [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')] {
        if rest.starts_with(entity) {
            push(c, out);
            return entity.len();
        }
    }
    0
}

/// One marker for any number of them side by side: replies to many people carry a row of handles.
fn push_once(marker: char, out: &mut Vec<char>) {
    let seen = match out.as_slice() {
        [.., last] if *last == marker => true,
        [.., last, ' '] => *last == marker,
        _ => false,
    };
    if !seen {
        out.push(marker);
    }
}

fn push(c: char, out: &mut Vec<char>) {
    if c.is_ascii() {
        return push_visible(
            match c {
                '0'..='9' => '0',
                '\0'..=' ' | '\u{7f}' => ' ',
                '`' => '\'',
                c => c.to_ascii_lowercase(),
            },
            out,
        );
    }
    if is_unseen(c) {
        return;
    }
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{b4}' => push_visible('\'', out),
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => push_visible('"', out),
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => push_visible('\u{627}', out),
        c if c.is_whitespace() || c.is_control() => push_visible(' ', out),
        c if is_digit(c) => push_visible('0', out),
        c => {
            for lower in c.to_lowercase().filter(|c| *c != '\u{307}') {
                push_visible(lower, out);
            }
        }
    }
}

/// Pushes unless it would be the third of a row, or a second or leading space.
fn push_visible(c: char, out: &mut Vec<char>) {
    let again = match out.as_slice() {
        [] => c == ' ',
        [.., last] if c == ' ' => *last == ' ',
        [.., before, last] => *before == c && *last == c,
        _ => false,
    };
    if !again {
        out.push(c);
    }
}

/// Letters (roman numerals, fractions) are numeric too; only decimal digits stand for amounts, dates and phones.
fn is_digit(c: char) -> bool {
    c.is_numeric() && !c.is_alphabetic()
}

pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn follows_the_documented_rules() {
        for (raw, normal) in [
            ("", ""),
            ("  \t\r\n ", ""),
            ("Thanks   A\nlot", "thanks a lot"),
            ("SOOOOO good!!!!!", "soo good!!"),
            ("@KLM @AirFrance @someone_1 hi", "<handle> hi"),
            ("@李宇春 你好", "<handle> 你好"),
            ("see https://t.co/AbC12 now", "see <link> now"),
            ("看https://t.co/x1看", "看<link>看"),
            ("www.example.org", "<link>"),
            ("how? what? HTTP is not a link", "how? what? http is not a link"),
            ("write to jane.doe@example.co.uk please", "write to <mail> please"),
            ("my mail is __email__ ok", "my mail is <mail> ok"),
            ("a @ b", "a @ b"),
            ("Tom &amp; Jerry &lt;3", "tom & jerry <0"),
            ("ＦＵＬＬ　ＷＩＤＴＨ！", "full width!"),
            ("ﾊﾝｶｸ", "ハンカク"),
            ("z\u{200b}e\u{200d}r\u{feff}o", "zero"),
            ("It\u{2019}s \u{201c}fine\u{201d}", "it's \"fine\""),
            ("call 0171-555 23 ১২৩ ٤٥", "call 00-00 00 00 00"),
            ("İSTANBUL", "istanbul"),
            ("أهلاً وسهـــلا", "اهلا وسهلا"),
            ("👍🏽👍🏽👍🏽👍🏽", "👍👍"),
            // Cyrillic letters in Latin words, Latin in Cyrillic ones, Greek in Latin ones; and words that stay.
            ("\u{441}\u{430}sh FR\u{415}E \u{430}ccount", "cash free account"),
            ("b\u{3bf}ok g\u{3bf}\u{43e}od", "book good"),
            ("пр\u{6f}с\u{74}о х\u{6f}рош\u{6f}", "просто хорошо"),
            ("κ\u{61}λό", "καλό"),
            ("сор оса асе Яndex naïve", "сор оса асе яndex naïve"),
            ("ㅋㅋㅋㅋㅋ 대박", "\u{110f}\u{110f} 대박"),
        ] {
            assert_eq!(normalise(raw), normal, "{raw:?}");
        }
    }

    #[test]
    fn reads_no_more_than_the_limit() {
        let mut out = Vec::new();
        normalise_into(&"ab ".repeat(400_000), &mut out);
        assert!(out.len() <= MAX_CHARS);
        normalise_into(&"\u{301}".repeat(10_000), &mut out);
        assert!(out.len() <= 2);
        normalise_into(&"\u{fdfa}".repeat(20_000), &mut out);
        assert!(out.len() <= MAX_CHARS);
    }

    proptest! {
        #[test]
        fn any_string_has_a_normal_form(text in any::<String>()) {
            let normal = normalise(&text);
            prop_assert!(!normal.starts_with(' ') && !normal.ends_with(' '));
            prop_assert!(!normal.contains("  "));
            prop_assert!(!normal.chars().any(|c| c.is_ascii_uppercase() || c.is_control()));
        }

        #[test]
        fn any_ascii_is_normal_after_one_pass(text in "[ -~]{0,60}") {
            let once = normalise(&text);
            // Spelled markers and digits may meet their neighbours anew; nothing else may change.
            prop_assume!(!once.contains('<') && !once.contains('&') && !once.contains('@'));
            prop_assert_eq!(normalise(&once), once);
        }
    }
}

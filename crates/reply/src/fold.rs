//! Text as words are compared: without differences of case, width, marks and of how a letter is put together, and with
//! the way back to the bytes it came from.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// A folded text that knows where each of its bytes comes from.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    pub text: String,
    /// By the byte of the folded text: where the sign it belongs to begins and ends in the text as given.
    origins: Vec<(u32, u32)>,
}

impl Folded {
    pub fn of(text: &str) -> Folded {
        let mut folded = Folded { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        for (at, cluster) in text.grapheme_indices(true) {
            let origin = (narrow(at), narrow(at + cluster.len()));
            push(&mut folded.text, cluster);
            folded.origins.resize(folded.text.len(), origin);
        }
        folded
    }

    /// The bytes of the text as given, for a span of the folded one that is not empty.
    pub fn origin(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        self.origins[start].0 as usize..self.origins[end - 1].1 as usize
    }
}

/// A word or phrase as it is compared.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        push(&mut folded, cluster);
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn push(folded: &mut String, cluster: &str) {
    if let [byte] = cluster.as_bytes()
        && !byte.is_ascii_whitespace()
    {
        folded.push(char::from(byte.to_ascii_lowercase()));
        return;
    }
    let plain = cluster.nfkd().filter(|sign| !is_dropped(*sign)).nfc().flat_map(char::to_lowercase);
    for sign in plain {
        match sign {
            gap if gap.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            '\u{307}' => {}
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ى' => folded.push('ي'),
            'ة' => folded.push('ه'),
            '\u{2018}' | '\u{2019}' | '`' | '´' => folded.push('\''),
            '\u{2010}'..='\u{2015}' => folded.push('-'),
            other => folded.push(other),
        }
    }
}

/// Marks that writers leave out or add without changing the word: accents of European letters, Arabic vowels and the
/// hamza on its carriers, the dot of Devanagari, joiners and signs of direction.
fn is_dropped(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{93c}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Whether two signs that follow each other belong to one word. Where no spaces are written, every place is a border.
pub(crate) fn one_word(left: Option<char>, right: Option<char>) -> bool {
    let letter = |sign: char| (sign.is_alphanumeric() || is_combining_mark(sign)) && !without_spaces(sign);
    left.is_some_and(letter) && right.is_some_and(letter)
}

/// Scripts that are written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, Kana, Han.
pub(crate) fn without_spaces(sign: char) -> bool {
    matches!(sign,
        '\u{0e00}'..='\u{0fff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_writers_mix_up_is_the_same() {
        for (one, other) in [
            ("NUMÉRO", "numero"),
            ("ｎｕｍｂｅｒ", "number"),
            ("IADE", "İade"),
            ("Straße", "STRASSE"),
            ("счёт", "СЧЕТ"),
            ("أرسل", "ارسل"),
            ("कृपया ज़रूर", "कृपया जरूर"),
            ("계좌", "계좌"),
            ("don’t", "don't"),
            ("a \n b", "a b"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("전화"), fold("전환"));
    }

    proptest! {
        #[test]
        fn the_way_back_is_on_borders_of_signs(text in "\\PC{0,40}") {
            let folded = Folded::of(&text);
            prop_assert_eq!(folded.origins.len(), folded.text.len());
            for at in 0..folded.text.len() {
                let origin = folded.origin(at, at + 1);
                prop_assert!(text.is_char_boundary(origin.start) && text.is_char_boundary(origin.end));
            }
        }
    }
}

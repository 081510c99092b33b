//! What the heads see of a post: hashed words, word pairs and character n-grams of its normal form.
//!
//! - Words of scripts with spaces: the word, and its n-grams of 2 to 5 characters with the word's ends marked (Hangul, whose
//!   characters are syllables, 1 to 4).
//! - Chinese, Japanese, Thai, Lao, Khmer and Burmese: n-grams of 1 to 4 characters across the whole run, since no space says
//!   where a word ends.
//! - Every mark of punctuation and every emoji is a word of one character.
//! - Pairs of neighbouring words; the first and the last word, which tell a question or a plea; the script; the length.
//!
//! Features come in five groups. *Core* (short n-grams, words, script) tells the language; *wide* (longer n-grams, pairs,
//! places) is added for what the post means; *keyed* is a second copy of words, pairs and places under the post's language,
//! for "die", "pena" and "sale" do not mean in one language what they mean in another; *voiced* is a second copy of core and
//! wide under the voice in which the post is heard, for the customers of an airline do not speak like those of a cinema, nor
//! mean the same by the same word; *paired* is any two words of the post by their first letters, however far apart they
//! stand, for heads of single sets whose labels hang on two words together ("card" and "arrive"). Each group is a sorted set
//! of 32-bit hashes; a head with `2^bits` buckets uses the upper `bits` of a hash. Nothing is allocated for a feature:
//! hashes roll along the characters.

use std::ops::Range;

use crate::text::{self, HANDLE, LINK, MAIL};

/// Receives each feature: its hash, whether it is of the wide group, and where in the normalised characters it stands.
pub trait Sink {
    /// Called once for every occurrence.
    fn feature(&mut self, hash: u32, wide: bool, at: Range<usize>);

    /// Called for words, pairs and places beside [`Sink::feature`]: [`Key::of`] makes the keyed feature of the hash.
    fn word(&mut self, _hash: u32, _at: Range<usize>) {}

    /// Called for every word with the hash of its first letters.
    fn stem(&mut self, _hash: u32) {}
}

/// A language as the keyed features know it, or a voice as the voiced ones do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// The key of a BCP 47 code, or of a code with a voice: `zh/weibo`.
    pub fn new(language: &str) -> Key {
        Key(language.bytes().fold(KEYED, |state, byte| step(state, u64::from(byte))))
    }

    /// The copy of a feature under this key.
    pub fn of(self, hash: u32) -> u32 {
        finish(step(self.0, u64::from(hash)))
    }
}

/// Extracts features, reusing its buffers from post to post.
#[derive(Default)]
pub struct Extractor {
    chars: Vec<char>,
    sets: Sets,
}

/// The features of the latest post.
#[derive(Default)]
struct Sets {
    core: Vec<u32>,
    wide: Vec<u32>,
    words: Vec<u32>,
    keyed: Vec<u32>,
    voiced: Vec<u32>,
    voice: Option<Key>,
    letters: usize,
    latin: usize,
}

impl Sink for Sets {
    fn feature(&mut self, hash: u32, wide: bool, _at: Range<usize>) {
        if wide { self.wide.push(hash) } else { self.core.push(hash) }
    }

    fn word(&mut self, hash: u32, _at: Range<usize>) {
        self.words.push(hash);
    }
}

/// The words of a post by their first letters.
struct Stems(Vec<u32>);

impl Sink for Stems {
    fn feature(&mut self, _hash: u32, _wide: bool, _at: Range<usize>) {}

    fn stem(&mut self, hash: u32) {
        self.0.push(hash);
    }
}

impl Extractor {
    /// Reads `text`; its features stay until the next call.
    pub fn read(&mut self, text: &str) {
        text::normalise_into(text, &mut self.chars);
        let Sets { core, wide, words, keyed, voiced, .. } = &mut self.sets;
        for set in [core, wide, words, keyed, voiced] {
            set.clear();
        }
        self.sets.voice = None;
        self.sets.letters = self.chars.iter().filter(|c| c.is_alphabetic()).count();
        self.sets.latin = self.chars.iter().filter(|c| matches!(c, 'a'..='z' | '\u{c0}'..='\u{24f}')).count();
        visit(&self.chars, &mut self.sets);
        for set in [&mut self.sets.core, &mut self.sets.wide, &mut self.sets.words] {
            set.sort_unstable();
            set.dedup();
        }
    }

    /// Hashes of the core group, sorted, each once.
    pub fn core(&self) -> &[u32] {
        &self.sets.core
    }

    /// Hashes of the wide group, sorted, each once.
    pub fn wide(&self) -> &[u32] {
        &self.sets.wide
    }

    /// Makes the keyed group of the latest post; until then it is empty.
    pub fn key(&mut self, key: Key) {
        let Sets { words, keyed, .. } = &mut self.sets;
        keyed.clear();
        keyed.extend(words.iter().map(|hash| key.of(*hash)));
        keyed.sort_unstable();
    }

    /// Hashes of the keyed group, sorted, each once.
    pub fn keyed(&self) -> &[u32] {
        &self.sets.keyed
    }

    /// Makes the voiced group of the latest post; until then it is empty.
    pub fn hear(&mut self, voice: Key) {
        let Sets { core, wide, voiced, voice: heard, .. } = &mut self.sets;
        *heard = Some(voice);
        voiced.clear();
        voiced.extend(core.iter().chain(wide.iter()).map(|hash| voice.of(*hash)));
        voiced.sort_unstable();
        voiced.dedup();
    }

    /// Hashes of the paired group, sorted, each once; of a long post only forty words are paired. Few heads ask for it, so the post
    /// is gone through again for them, and nothing of it is kept.
    pub fn paired(&self) -> Vec<u32> {
        let mut heard = Stems(Vec::new());
        visit(&self.chars, &mut heard);
        let mut stems = heard.0;
        stems.sort_unstable();
        stems.dedup();
        stems.truncate(PAIRED);
        let with = |(i, one): (usize, &u32)| {
            let state = step(TWO, u64::from(*one));
            stems[i + 1..].iter().map(move |other| finish(step(state, u64::from(*other))))
        };
        let mut pairs: Vec<u32> = stems.iter().enumerate().flat_map(with).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The key of the voice in which the latest post was heard, if in one.
    pub fn voice(&self) -> Option<Key> {
        self.sets.voice
    }

    /// Hashes of the voiced group, sorted, each once.
    pub fn voiced(&self) -> &[u32] {
        &self.sets.voiced
    }

    /// How many of the letters are Latin ones.
    pub fn latin(&self) -> usize {
        self.sets.latin
    }

    /// How many letters the post has: none means that it has no language.
    pub fn letters(&self) -> usize {
        self.sets.letters
    }
}

/// So many different words of a post are paired at most.
const PAIRED: usize = 40;

/// So many letters of a word tell it from others when it is paired, whatever its ending.
const STEM: usize = 6;

// Different kinds of features of the same characters must not meet, so each kind starts from its own state.
const GRAM: u64 = 0x1f83_d9ab_fb41_bd6b;
const WORD: u64 = 0x5be0_cd19_137e_2179;
const PAIR: u64 = 0x510e_527f_ade6_82d1;
const FIRST: u64 = 0x9b05_688c_2b3e_6c1f;
const LAST: u64 = 0xa54f_f53a_5f1d_36f1;
const SCRIPT: u64 = 0x3c6e_f372_fe94_f82b;
const KEYED: u64 = 0xcbbb_9d5d_c105_9ed8;
const TWO: u64 = 0x243f_6a88_85a3_08d3;
const LENGTH: u64 = 0xbb67_ae85_84ca_a73b;

fn step(state: u64, value: u64) -> u64 {
    (state ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}

fn finish(state: u64) -> u32 {
    let mixed = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> 32) as u32
}

/// What a character does to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    /// A letter, mark or digit of a script with spaces.
    Word,
    /// A letter of a script without spaces.
    Dense,
    /// Punctuation, an emoji, or a marker of the normal form.
    Symbol,
}

/// A word of the post: its characters and its hash.
struct Token {
    at: Range<usize>,
    hash: u64,
}

/// Calls `sink` for every feature of normalised characters.
pub fn visit(chars: &[char], sink: &mut impl Sink) {
    let mut previous: Option<Token> = None;
    let mut words = 0_u64;
    let mut scripts = 0_u128;
    let mut at = 0;
    while at < chars.len() {
        let kind = kind(chars, at);
        let start = at;
        at += 1;
        if kind == Kind::Space {
            continue;
        }
        while kind != Kind::Symbol && at < chars.len() && self::kind(chars, at) == kind {
            at += 1;
        }
        let token = match kind {
            Kind::Dense => dense(chars, start..at, sink),
            Kind::Word => word(chars, start..at, sink),
            Kind::Symbol | Kind::Space => symbol(chars, start, sink),
        };
        let script = script(chars[start]);
        if scripts & (1 << script) == 0 {
            scripts |= 1 << script;
            sink.feature(finish(step(SCRIPT, u64::from(script))), false, start..at);
        }
        // A run without spaces is no word: of it only the n-grams speak, and its script says the language anyway.
        let keyed = kind != Kind::Dense;
        if keyed {
            sink.word(finish(token.hash), token.at.clone());
            let first = &chars[token.at.start..token.at.end.min(token.at.start + STEM)];
            sink.stem(finish(hash_of(first)));
        }
        let (hash, at) = match &previous {
            None => (finish(step(FIRST, token.hash)), token.at.clone()),
            Some(before) => (finish(step(step(PAIR, before.hash), token.hash)), before.at.start..token.at.end),
        };
        sink.feature(hash, true, at.clone());
        if keyed {
            sink.word(hash, at);
        }
        words += 1;
        previous = Some(token);
    }
    if let Some(last) = previous {
        let hash = finish(step(LAST, last.hash));
        sink.feature(hash, true, last.at.clone());
        sink.word(hash, last.at);
        sink.feature(finish(step(LENGTH, u64::from(words.ilog2()))), true, 0..0);
    }
}

fn kind(chars: &[char], at: usize) -> Kind {
    let c = chars[at];
    match c {
        ' ' => Kind::Space,
        'a'..='z' | '0' => Kind::Word,
        // It's one word; a quoted word is not.
        '\'' if at > 0 && chars[at - 1].is_alphabetic() && chars.get(at + 1).is_some_and(|c| c.is_alphabetic()) => {
            Kind::Word
        }
        c if c.is_ascii() || matches!(c, LINK | HANDLE | MAIL) => Kind::Symbol,
        c if is_dense(c) => Kind::Dense,
        c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => Kind::Word,
        _ => Kind::Symbol,
    }
}

/// Scripts written without spaces between words. Their punctuation is not among them.
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0e4e}' | '\u{0e80}'..='\u{0eff}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17d3}' | '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}

/// A number below 128 for the script of a character: its block, where blocks are scripts.
fn script(c: char) -> u8 {
    match u32::from(c) {
        0x30 => 0,
        0x61..=0x7a | 0xc0..=0x24f | 0x1e00..=0x1eff => 1,
        0x370..=0x3ff | 0x1f00..=0x1fff => 2,
        0x400..=0x52f => 3,
        code @ 0x530..=0x11ff => (code >> 7) as u8,
        0x1200..=0x139f => 40,
        0x1780..=0x17ff => 41,
        0x3040..=0x30ff => 42,
        0x3400..=0x9fff | 0x20000..=0x3ffff => 43,
        0xac00..=0xd7a3 | 0x3131..=0x318e => 44,
        _ => 45,
    }
}

fn hash_of(word: &[char]) -> u64 {
    word.iter().fold(WORD, |state, c| step(state, u64::from(*c)))
}

fn symbol(chars: &[char], at: usize, sink: &mut impl Sink) -> Token {
    let hash = step(WORD, u64::from(chars[at]));
    sink.feature(finish(hash), false, at..at + 1);
    Token { at: at..at + 1, hash }
}

fn word(chars: &[char], at: Range<usize>, sink: &mut impl Sink) -> Token {
    let word = &chars[at.clone()];
    let hash = hash_of(word);
    sink.feature(finish(hash), false, at.clone());
    // A syllable block is worth two letters, so Hangul starts at one and ends at four.
    let (shortest, longest) = if is_hangul(word[0]) { (1, 4) } else { (2, 5) };
    // The ends of the word are characters of the n-grams: 0 before it, 1 after it.
    let padded = |i: usize| match i {
        0 => 0,
        i if i > word.len() => 1,
        i => u64::from(word[i - 1]),
    };
    for start in 0..=word.len() {
        let mut state = GRAM;
        for length in 1..=longest.min(word.len() + 2 - start) {
            state = step(state, padded(start + length - 1));
            let alone = length == 1 && start == 0;
            if length < shortest || alone {
                continue;
            }
            let from = at.start + start.saturating_sub(1);
            let to = (at.start + start + length - 1).min(at.end);
            sink.feature(finish(state), length > 4, from..to);
        }
    }
    Token { at, hash }
}

fn dense(chars: &[char], at: Range<usize>, sink: &mut impl Sink) -> Token {
    for start in at.clone() {
        let mut state = GRAM;
        for end in start + 1..=(start + 4).min(at.end) {
            state = step(state, u64::from(chars[end - 1]));
            sink.feature(finish(state), end - start > 2, start..end);
        }
    }
    // What matters of a run to its neighbours is how it ends: there stand the particles.
    let tail = at.end.saturating_sub(2).max(at.start);
    Token { hash: hash_of(&chars[tail..at.end]), at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Collects the spelled features of a text.
    struct Spelled<'a>(&'a [char], Vec<(String, bool)>);

    impl Sink for Spelled<'_> {
        fn feature(&mut self, _hash: u32, wide: bool, at: Range<usize>) {
            self.1.push((text::spell(&self.0[at]), wide));
        }
    }

    fn spelled(raw: &str) -> Vec<(String, bool)> {
        let mut chars = Vec::new();
        text::normalise_into(raw, &mut chars);
        let mut sink = Spelled(&chars, Vec::new());
        visit(&chars, &mut sink);
        sink.1
    }

    #[test]
    fn words_have_ngrams_with_their_ends() {
        let core: Vec<String> = spelled("Late").into_iter().filter(|f| !f.1).map(|f| f.0).collect();
        for expected in ["late", "la", "lat", "at", "ate", "te"] {
            assert!(core.iter().any(|f| f == expected), "{expected} in {core:?}");
        }
        assert!(core.iter().filter(|f| *f == "la").count() >= 2, "with and without the start of the word");
    }

    #[test]
    fn scripts_without_spaces_have_ngrams_across() {
        let features = spelled("太慢了!");
        for expected in ["太", "太慢", "慢了", "太慢了", "!", "太慢了!"] {
            assert!(features.iter().any(|f| f.0 == expected), "{expected} in {features:?}");
        }
    }

    #[test]
    fn pairs_see_punctuation_and_skip_spaces() {
        let features = spelled("not good :)");
        for expected in ["not good", "good :", ":)"] {
            assert!(features.iter().any(|f| f.0 == expected && f.1), "{expected} in {features:?}");
        }
    }

    #[test]
    fn bengali_and_hindi_words_stay_whole() {
        let features = spelled("নেটওয়ার্ক नहीं");
        assert!(features.iter().any(|f| f.0 == "नहीं"));
        let words = features.iter().filter(|f| f.0.contains(' ')).count();
        assert_eq!(words, 1, "two words make one pair: {features:?}");
    }

    #[test]
    fn any_two_words_make_a_pair_whatever_stands_between_them() {
        let mut extractor = Extractor::default();
        let mut pairs = |text: &str| {
            extractor.read(text);
            extractor.paired()
        };
        let near = pairs("card arrives");
        assert_eq!(near.len(), 1);
        assert!(pairs("it arrived, the card").contains(&near[0]), "neither order nor ending counts");
        let far = pairs("has my new card that you promised arrived");
        assert!(far.contains(&near[0]) && far.len() == 8 * 7 / 2, "{} pairs", far.len());
        assert!(pairs("card").is_empty(), "one word makes none");
        let many: String = ('Ꭰ'..='Ᏼ').map(|c| format!("{c} ")).collect();
        assert_eq!(pairs(&many).len(), PAIRED * (PAIRED - 1) / 2, "a long post has no more");
    }

    #[test]
    fn sets_are_sorted_and_without_repetition() {
        let mut extractor = Extractor::default();
        extractor.read("again and again and again");
        for set in [extractor.core(), extractor.wide()] {
            assert!(!set.is_empty() && set.windows(2).all(|pair| pair[0] < pair[1]));
        }
        let before = extractor.core().to_vec();
        extractor.read("else");
        extractor.read("again and again and again");
        assert_eq!(before, extractor.core(), "no trace of the post in between");
    }

    proptest! {
        #[test]
        fn any_text_has_features_within_bounds(raw in any::<String>()) {
            let mut chars = Vec::new();
            text::normalise_into(&raw, &mut chars);
            let mut sink = Spelled(&chars, Vec::new());
            visit(&chars, &mut sink);
            prop_assert!(sink.1.len() <= chars.len() * 12 + 60);
        }
    }
}

//! What a brand calls a matter, beside what the classifier knows: a topic of the brand's own stands for a post in
//! which one of its phrases stands. Pure and linear in the text, however many phrases there are.

use crate::settings::Topic;
use aho_corasick::AhoCorasick;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The phrases of all topics, ready to be looked for at once.
#[derive(Debug)]
pub(crate) struct Topics {
    topics: Vec<Topic>,
    /// None when there are no topics, so that a brand without them pays nothing.
    phrases: Option<AhoCorasick>,
    /// By the number of a phrase: which topic it belongs to.
    owners: Vec<usize>,
}

impl Topics {
    pub fn new(topics: &[Topic]) -> Self {
        let mut owners = Vec::new();
        let mut folded = Vec::new();
        for (nth, topic) in topics.iter().enumerate() {
            for phrase in &topic.any_of {
                owners.push(nth);
                folded.push(fold(phrase));
            }
        }
        let phrases = (!folded.is_empty())
            .then(|| AhoCorasick::new(&folded).expect("a settings file has room for far fewer phrases than the limit"));
        Topics { topics: topics.to_vec(), phrases, owners }
    }

    /// The first topic of the settings of which a phrase stands in this text.
    pub fn of(&self, text: &str, language: &str) -> Option<&str> {
        let phrases = self.phrases.as_ref()?;
        let text = fold(text);
        let mut first = None;
        for found in phrases.find_overlapping_iter(&text) {
            let owner = self.owners[found.pattern().as_usize()];
            let sooner = first.is_none_or(|known| owner < known);
            if sooner && self.topics[owner].speaks(language) && stands_alone(&text, found.start(), found.end()) {
                first = Some(owner);
            }
        }
        first.map(|owner| self.topics[owner].name.as_str())
    }
}

impl Topic {
    /// Whether its phrases are looked for in posts of this language.
    fn speaks(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|known| known == language)
    }
}

/// A text as phrases are compared: without differences of case, of width, of how a letter is put together, and of
/// how wide a gap is. The dotted and the dotless i of Turkish are one letter here, since capitals mix them up.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        match letter {
            gap if gap.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            '\u{307}' if folded.ends_with('i') => {}
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            '\u{2018}' | '\u{2019}' => folded.push('\''),
            other => folded.push(other),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether what stands from `start` to `end` is not just a part of longer words.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, first) = (text[..start].chars().next_back(), text[start..].chars().next());
    let (last, after) = (text[..end].chars().next_back(), text[end..].chars().next());
    !one_word(before, first) && !one_word(last, after)
}

/// Whether two letters that follow each other belong to one word. Scripts that are written without spaces have no
/// border that could be seen, so there every place is one.
fn one_word(left: Option<char>, right: Option<char>) -> bool {
    left.is_some_and(is_letter) && right.is_some_and(is_letter)
}

/// Whether a sign is a part of a word whose borders can be seen.
pub(crate) fn is_letter(sign: char) -> bool {
    (sign.is_alphanumeric() || is_combining_mark(sign)) && !without_spaces(sign)
}

/// Scripts that are written without spaces between words: Han, Kana, Thai, Lao, Tibetan, Burmese, Khmer.
fn without_spaces(sign: char) -> bool {
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

    fn topics(all: &[(&str, &[&str], &[&str])]) -> Topics {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let topics = all.iter().map(|(name, any_of, languages)| Topic {
            name: (*name).to_owned(),
            any_of: words(any_of),
            languages: words(languages),
        });
        Topics::new(&topics.collect::<Vec<_>>())
    }

    #[test]
    fn a_phrase_is_whole_words_in_any_case() {
        let topics = topics(&[("air.lounge", &["lounge", "Quiet Room", "İade", "ΛΟΓΟΣ", "café"], &[])]);
        for text in [
            "The LOUNGE was full",
            "lounge",
            "(lounge!)",
            "no quiet\n  room at all",
            "iade istiyorum",
            "IADE",
            "λόγος? λογος",
            "the CAFE\u{301}",
            "ｌｏｕｎｇｅ",
            "我在lounge里等",
            "#lounge",
        ] {
            assert_eq!(topics.of(text, "und"), Some("air.lounge"), "{text}");
        }
        for text in ["", "lounges", "chaiselounge", "lounge2", "quiet, room", "cafe", "loun ge"] {
            assert_eq!(topics.of(text, "und"), None, "{text}");
        }
    }

    #[test]
    fn where_no_spaces_are_written_a_part_is_enough() {
        let topics = topics(&[("air.lounge", &["休息室", "ラウンジ", "เลานจ์"], &[])]);
        for text in ["贵宾休息室太挤了", "空港のラウンジが", "ไปเลานจ์ไม่ได้"]
        {
            assert_eq!(topics.of(text, "und"), Some("air.lounge"), "{text}");
        }
        assert_eq!(topics.of("休息", "zh"), None);
    }

    #[test]
    fn the_first_topic_of_the_file_counts_and_languages_narrow() {
        let topics = topics(&[
            ("air.gift", &["gift"], &["en"]),
            ("air.poison", &["gift", "giftig"], &["de"]),
            ("air.voucher", &["gift card", "gift"], &[]),
        ]);
        assert_eq!(topics.of("a gift card", "en"), Some("air.gift"));
        assert_eq!(topics.of("ein gift card", "de"), Some("air.poison"));
        assert_eq!(topics.of("giftig", "de"), Some("air.poison"), "a longer phrase that begins with a shorter one");
        assert_eq!(topics.of("giftig", "en"), None);
        assert_eq!(topics.of("gift", "und"), Some("air.voucher"), "what no language is known of");
    }

    #[test]
    fn no_topics_find_nothing() {
        assert_eq!(topics(&[]).of("lounge", "en"), None);
    }
}

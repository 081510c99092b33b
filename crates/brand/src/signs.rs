//! The signs by which a post is known before anything classifies it: phrases, languages, authors, handles it names.
//! Compiled once; the time they take grows with the length of the text and not with their number.

use crate::settings::{Listen, Signs};
use crate::topics::{fold, is_letter, stands_alone};
use crate::views::PostView;
use aho_corasick::AhoCorasick;
use std::cell::OnceCell;

/// A post whose text is folded once, when the first sign asks for it.
pub(crate) struct FoldedPost<'p> {
    pub post: &'p PostView<'p>,
    text: OnceCell<String>,
}

impl<'p> FoldedPost<'p> {
    pub fn new(post: &'p PostView<'p>) -> Self {
        FoldedPost { post, text: OnceCell::new() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| fold(self.post.text))
    }
}

/// Phrases that are looked for together; none when there are none.
#[derive(Debug)]
struct Phrases(Option<AhoCorasick>);

impl Phrases {
    fn new(phrases: impl Iterator<Item = String>) -> Phrases {
        let folded: Vec<String> = phrases.collect();
        let built =
            || AhoCorasick::new(&folded).expect("a settings file has room for far fewer phrases than the limit");
        Phrases((!folded.is_empty()).then(built))
    }

    fn any_in(&self, text: &str, alone: fn(&str, usize, usize) -> bool) -> Option<bool> {
        let phrases = self.0.as_ref()?;
        Some(phrases.find_overlapping_iter(text).any(|found| alone(text, found.start(), found.end())))
    }
}

/// [`Signs`] that can be asked. What was not given holds for every post.
#[derive(Debug)]
pub(crate) struct CompiledSigns {
    any_of: Phrases,
    none_of: Phrases,
    handles: Phrases,
    languages: Vec<String>,
    /// Folded.
    authors: Vec<String>,
}

impl CompiledSigns {
    pub fn new(signs: &Signs) -> CompiledSigns {
        CompiledSigns {
            any_of: Phrases::new(signs.any_of.iter().map(|phrase| fold(phrase))),
            none_of: Phrases::new(signs.none_of.iter().map(|phrase| fold(phrase))),
            handles: Phrases::new(signs.handles.iter().map(|handle| fold(&format!("@{handle}")))),
            languages: signs.languages.clone(),
            authors: signs.authors.iter().map(|author| fold(author)).collect(),
        }
    }

    /// Whether all signs that are given hold. A language that is not known is none of those that are asked for.
    pub fn hold(&self, post: &FoldedPost<'_>) -> bool {
        let speaks = self.languages.is_empty() || speaks(&self.languages, post.post.language);
        let wrote = self.authors.is_empty() || self.authors.contains(&author(post.post));
        speaks
            && wrote
            && self.any_of.any_in(post.text(), stands_alone).unwrap_or(true)
            && !self.none_of.any_in(post.text(), stands_alone).unwrap_or(false)
            && self.handles.any_in(post.text(), is_mention).unwrap_or(true)
    }
}

/// [`Listen`] that can be asked.
#[derive(Debug)]
pub(crate) struct CompiledListen {
    any_of: Phrases,
    none_of: Phrases,
    languages: Vec<String>,
    /// Folded.
    exclude_authors: Vec<String>,
}

impl CompiledListen {
    pub fn new(listen: &Listen) -> CompiledListen {
        CompiledListen {
            any_of: Phrases::new(listen.any_of.iter().map(|phrase| fold(phrase))),
            none_of: Phrases::new(listen.none_of.iter().map(|phrase| fold(phrase))),
            languages: listen.languages.clone(),
            exclude_authors: listen.exclude_authors.iter().map(|author| fold(author)).collect(),
        }
    }

    /// Whether the post is the brand's to care for. What is addressed to it always is. A language that is not known is no
    /// reason to lose a post.
    pub fn hears(&self, post: &FoldedPost<'_>) -> bool {
        let view = post.post;
        if view.private || !view.handle_use.is_empty() {
            return true;
        }
        let language = self.languages.is_empty() || view.language.is_empty() || speaks(&self.languages, view.language);
        language
            && !self.exclude_authors.contains(&author(view))
            && self.any_of.any_in(post.text(), stands_alone).unwrap_or(true)
            && !self.none_of.any_in(post.text(), stands_alone).unwrap_or(false)
    }
}

/// Whether the language is one of these; a region after a hyphen makes no difference.
fn speaks(languages: &[String], language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or(language);
    languages.iter().any(|known| known.eq_ignore_ascii_case(primary))
}

fn author(post: &PostView<'_>) -> String {
    fold(post.author.trim_start_matches('@'))
}

/// Whether `@handle` from `start` to `end` is a whole handle: `@telnova` is none in `@telnova_help`, in `@telnova.de` and
/// in `me@telnova`, and is one in `@telnova.`.
fn is_mention(text: &str, start: usize, end: usize) -> bool {
    let of_handle = |sign: char| is_letter(sign) || sign == '_';
    let mut after = text[end..].chars();
    let goes_on = match after.next() {
        Some('.' | '-' | '@') => after.next().is_some_and(of_handle),
        Some(sign) => of_handle(sign),
        None => false,
    };
    !goes_on && !text[..start].chars().next_back().is_some_and(of_handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_named_whole_or_not_at_all() {
        let handles = Phrases::new(["@telnova".to_owned()].into_iter());
        for (text, expected) in [
            ("@telnova why", true),
            ("thanks @telnova.", true),
            ("(@telnova)", true),
            ("@telnova太慢了", true),
            ("@telnova-", true),
            ("@telnova_help", false),
            ("@telnovas", false),
            ("@telnova.de", false),
            ("@telnova@social.example", false),
            ("me@telnova", false),
            ("telnova", false),
            ("@telnova2 and @telnova", true),
        ] {
            assert_eq!(handles.any_in(text, is_mention), Some(expected), "{text}");
        }
    }

    #[test]
    fn languages_are_told_without_their_region() {
        let known = ["en".to_owned(), "pt".to_owned()];
        assert!(speaks(&known, "pt-BR") && speaks(&known, "EN"));
        assert!(!speaks(&known, "et") && !speaks(&known, ""));
    }
}

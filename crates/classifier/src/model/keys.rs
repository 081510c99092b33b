//! Under which language and voice a post is heard.

use super::head::Head;
use super::top_two;
use crate::features::{Extractor, Key};

/// The keys of a model's languages, and of the voices of each language.
#[derive(Debug, Default)]
pub struct Keys {
    languages: Vec<Key>,
    /// For each language its voices: place among the voice head's labels, and key.
    voices: Vec<Vec<(usize, Key)>>,
}

impl Keys {
    /// The keys of two heads' labels.
    pub fn new(language: Option<&Head>, voice: Option<&Head>) -> Keys {
        let languages = language.map_or(&[][..], |head| &head.labels);
        let voices = voice.map_or(&[][..], |head| &head.labels);
        let of = |language: &String| {
            let own = |label: &String| label.split_once('/').is_some_and(|(spoken, _)| spoken == language);
            let own = voices.iter().enumerate().filter(|(_, label)| own(label));
            own.map(|(place, label)| (place, Key::new(label))).collect()
        };
        Keys {
            languages: languages.iter().map(|label| Key::new(label)).collect(),
            voices: languages.iter().map(of).collect(),
        }
    }

    /// Hears the post that was read under a language, and under the voice that is likeliest among the language's.
    pub fn hear(&self, language: usize, voice: Option<&Head>, extractor: &mut Extractor) {
        extractor.key(self.languages[language]);
        let (Some(head), [first, rest @ ..]) = (voice, self.voices[language].as_slice()) else { return };
        let scores = head.scores(extractor);
        let mut best = *first;
        for voice in rest {
            if scores[voice.0] > scores[best.0] {
                best = *voice;
            }
        }
        extractor.hear(best.1);
    }
}

/// Under what the heads in training hear posts: as they will in use, right or wrong.
#[derive(Clone, Copy, Debug)]
pub struct Ear<'h> {
    /// Says the language.
    pub language: &'h Head,
    /// Say the voice: the head at place `i` of `n` did not learn from texts whose number leaves `i` over when divided by `n`.
    /// None when the model tells no voices apart.
    pub voices: &'h [Head],
    /// The keys of both.
    pub keys: &'h Keys,
}

impl<'h> Ear<'h> {
    /// Keys the post that was read and gives its language; a post without letters has none. The voice is said by the head that
    /// did not learn from the text of this number: what a head learned by heart it would be too sure of.
    pub fn hear(&self, text: u32, extractor: &mut Extractor) -> Option<&'h str> {
        if extractor.letters() == 0 {
            return None;
        }
        let language = top_two(&self.language.scores(extractor)).0;
        let voice = self.voices.get(text as usize % self.voices.len().max(1));
        self.keys.hear(language, voice, extractor);
        Some(&self.language.labels[language])
    }
}

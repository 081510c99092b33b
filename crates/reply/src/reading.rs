//! A draft, read once: its sentences and clauses, its links, and the words of the lexicon in each of them. What it
//! offers, asks and says is told from that.

use crate::fold::Folded;
use crate::lexicon::{Code, LEXICON, Languages, Word};
use crate::marks::{Mark, Sort, marks};
use crate::sentences::sentences;
use std::collections::HashMap;
use std::ops::Range;

pub(crate) struct Reading {
    pub marks: Vec<Mark>,
    pub sentences: Vec<Sentence>,
}

/// A sentence with what is said in it.
#[derive(Debug)]
pub(crate) struct Sentence {
    pub words: Vec<Said>,
    pub has_link: bool,
    /// Where its commas are, in bytes of the text: they part its clauses, which are numbered from 0.
    commas: Vec<usize>,
    /// What it says, and in which clauses, in their order.
    clauses: HashMap<Code, Vec<usize>>,
    asks_back: bool,
    is_bare_request: bool,
}

/// A word of the lexicon, in bytes of the text as given.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub code: Code,
    pub languages: Languages,
    pub at: Range<usize>,
}

/// A request for personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub code: &'static str,
    pub at: Range<usize>,
    /// Whether the draft says that it is to be answered privately.
    pub private: bool,
}

/// So many of a hundred letters name personal data or say "please" where a sentence without a verb asks for it, as
/// "Account number and postcode, please?".
const BARE_REQUEST_PERCENT: usize = 85;

impl Reading {
    /// Reads the words of all languages of the lexicon: replies mix them ("bitte per DM"), and short ones are often taken
    /// for another language.
    pub fn of(text: &str) -> Reading {
        Reading::in_languages(text, Languages::MAX)
    }

    pub fn in_languages(text: &str, languages: Languages) -> Reading {
        let folded = Folded::of(text);
        let marks = marks(text);
        let mut words = LEXICON
            .words(&folded, languages)
            .into_iter()
            .map(|Word { code, languages, start, end }| Said { code, languages, at: folded.origin(start, end) })
            // A word inside a link or a handle says nothing.
            .filter(|said| !inside(&marks, &said.at))
            .peekable();
        let mut link = 0;
        let mut read = Vec::new();
        for at in sentences(text) {
            let mut said = Vec::new();
            while let Some(word) = words.next_if(|word| word.at.start < at.end) {
                said.push(word);
            }
            while marks.get(link).is_some_and(|mark| mark.at.start < at.start) {
                link += 1;
            }
            let has_link =
                marks[link..].iter().take_while(|mark| mark.at.start < at.end).any(|mark| mark.sort == Sort::Link);
            read.push(Sentence::of(text, at, said, has_link));
        }
        Reading { marks, sentences: read }
    }

    pub fn words(&self) -> impl Iterator<Item = &Said> {
        self.sentences.iter().flat_map(|sentence| &sentence.words)
    }

    /// The first place where something is said.
    pub fn says(&self, code: Code) -> Option<&Said> {
        self.words().find(|word| word.code == code)
    }

    /// Every request for personal data, in public or in private.
    pub fn requests(&self) -> Vec<Request> {
        let mut found = Vec::new();
        let mut invited = false;
        for (nth, sentence) in self.sentences.iter().enumerate() {
            let next = self.sentences.get(nth + 1).is_some_and(Sentence::goes_on_in_private);
            let private = sentence.is_private() || invited || next;
            for word in sentence.asked() {
                let Code::Data(code) = word.code else { continue };
                let private = private && !sentence.is_for_all(&word.at, sentence.is_private());
                found.push(Request { code, at: word.at.clone(), private });
            }
            invited = invited || sentence.goes_on_in_private();
        }
        found.dedup_by(|later, earlier| later.code == earlier.code && later.at.start < earlier.at.end);
        found
    }

    /// What is asked, personal or not, by code.
    pub fn asks(&self) -> Vec<(&'static str, Range<usize>)> {
        let mut asks: Vec<_> = self.requests().into_iter().map(|request| (request.code, request.at)).collect();
        for sentence in &self.sentences {
            asks.extend(sentence.asked_besides());
        }
        once(asks)
    }

    /// What is offered, by code.
    pub fn offers(&self) -> Vec<(&'static str, Range<usize>)> {
        let mut offers = Vec::new();
        for sentence in &self.sentences {
            sentence.offers(&mut offers);
        }
        let link = self.marks.iter().find(|mark| mark.sort == Sort::Link);
        offers.extend(link.map(|mark| ("link", mark.at.clone())));
        once(offers)
    }
}

impl Sentence {
    fn of(text: &str, at: Range<usize>, words: Vec<Said>, has_link: bool) -> Sentence {
        let shown = &text[at.clone()];
        let comma = |sign: &char| matches!(sign, ',' | ';' | '，' | '；' | '،' | '؛' | '、' | '—');
        let mut sentence = Sentence {
            words,
            has_link,
            commas: shown.char_indices().filter(|(_, sign)| comma(sign)).map(|(place, _)| at.start + place).collect(),
            clauses: HashMap::new(),
            asks_back: shown.contains(['?', '？', '؟']),
            is_bare_request: false,
        };
        sentence.is_bare_request = sentence.names_only_data(text, shown);
        for word in &sentence.words {
            let clause = sentence.clause(&word.at);
            sentence.clauses.entry(word.code).or_default().push(clause);
        }
        sentence
    }

    fn clause(&self, at: &Range<usize>) -> usize {
        self.commas.partition_point(|comma| *comma < at.start)
    }

    /// Whether next to nothing stands here but names of personal data and a word like "please", or a question mark.
    fn names_only_data(&self, text: &str, shown: &str) -> bool {
        let letters = |part: &str| part.chars().filter(|sign| sign.is_alphanumeric()).count();
        let (mut named, mut read) = (0, 0);
        for word in self.words.iter().filter(|word| matches!(word.code, Code::Data(_) | Code::Please)) {
            if word.at.end > read {
                named += letters(&text[word.at.start.max(read)..word.at.end]);
                read = word.at.end;
            }
        }
        let asks = self.asks_back || self.words.iter().any(|word| word.code == Code::Please);
        asks && named > 0 && named * 100 >= letters(shown) * BARE_REQUEST_PERCENT
    }

    fn languages(&self, code: Code) -> Languages {
        self.words.iter().filter(|word| word.code == code).fold(0, |all, word| all | word.languages)
    }

    fn says(&self, code: Code) -> bool {
        self.clauses.contains_key(&code)
    }

    /// Names a private way for what is asked here, and not in a clause that speaks of other matters.
    fn is_private(&self) -> bool {
        let elsewise = self.clauses.get(&Code::Elsewise);
        let for_this = |clause: &usize| elsewise.is_none_or(|others| others.binary_search(clause).is_err());
        let ways = [Code::Dm, Code::Way].iter().filter_map(|code| self.clauses.get(code));
        self.has_link || ways.flatten().any(for_this)
    }

    /// Invites to a private way, and not only for other matters.
    fn goes_on_in_private(&self) -> bool {
        (self.says(Code::Dm) || self.says(Code::Way)) && !self.says(Code::Elsewise)
    }

    /// The personal data that the sentence asks for.
    fn asked(&self) -> impl Iterator<Item = &Said> {
        // What a clause that tells not to says, asks nothing.
        let cue = |word: &&Said| {
            matches!(word.code, Code::Give | Code::Publish | Code::Dm) && !self.in_clause(Code::Forbid, &word.at)
        };
        let mut cues = self.words.iter().filter(cue).fold(0, |all, word| all | word.languages);
        if self.is_bare_request {
            cues = Languages::MAX;
        }
        let private = self.is_private();
        self.words.iter().filter(move |word| {
            matches!(word.code, Code::Data(_))
                && word.languages & cues != 0
                && (private || !self.in_clause(Code::Forbid, &word.at))
        })
    }

    /// What is asked that is not personal. "More details here" asks nothing, so it takes a question or a cue.
    fn asked_besides(&self) -> impl Iterator<Item = (&'static str, Range<usize>)> {
        let cues = if self.asks_back { Languages::MAX } else { self.languages(Code::Give) | self.languages(Code::Dm) };
        self.words.iter().filter_map(move |word| match word.code {
            Code::Ask(code) if word.languages & cues != 0 => Some((code, word.at.clone())),
            _ => None,
        })
    }

    /// Whether what is asked at this place is to be shown to all, although a private way may be named besides.
    fn is_for_all(&self, at: &Range<usize>, private: bool) -> bool {
        let told_not_to = self.says(Code::Forbid);
        let public = self.in_clause(Code::Public, at);
        let published = self.says(Code::Publish) && self.in_clause(Code::Here, at);
        (public || published && (!private || self.in_clause(Code::Publish, at))) && !told_not_to
    }

    /// Whether something is said in the same clause.
    fn in_clause(&self, code: Code, at: &Range<usize>) -> bool {
        self.clauses.get(&code).is_some_and(|clauses| clauses.binary_search(&self.clause(at)).is_ok())
    }

    fn offers(&self, offers: &mut Vec<(&'static str, Range<usize>)>) {
        let taken_back = self.says(Code::Cannot);
        let will = self.languages(Code::Will);
        for word in &self.words {
            match word.code {
                Code::Offer(code) => offers.push((code, word.at.clone())),
                Code::Thing(code) if word.languages & will != 0 && !taken_back => offers.push((code, word.at.clone())),
                Code::Dm if !taken_back => offers.push(("dm", word.at.clone())),
                _ => {}
            }
        }
    }
}

/// Each code once, where it first stands.
fn once(found: Vec<(&'static str, Range<usize>)>) -> Vec<(&'static str, Range<usize>)> {
    let mut kept: Vec<(&'static str, Range<usize>)> = Vec::new();
    for (code, at) in found {
        if !kept.iter().any(|(known, _)| *known == code) {
            kept.push((code, at));
        }
    }
    kept
}

fn inside(marks: &[Mark], at: &Range<usize>) -> bool {
    let next = marks.partition_point(|mark| mark.at.end <= at.start);
    marks
        .get(next)
        .is_some_and(|mark| matches!(mark.sort, Sort::Link | Sort::Mention | Sort::Email) && mark.at.start <= at.start)
}

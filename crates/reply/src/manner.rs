//! How an answer that went out was made, for measures: whether it was signed, said a word of regret, sent the customer
//! away, argued, and what it offered and asked. The words are those of the guard, so that a draft that was let through
//! and an answer that was only seen on the network are measured by one rule.

use crate::acts::{Acts, CODES};
use crate::guard::{Context, sends_away, signed};
use crate::lexicon::Code;
use crate::reading::Reading;

/// A set of codes of what replies offer and ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Codes(u32);

/// What is no repetition when it is said again: patience, a link and a private way.
const AGAIN: [&str; 5] = ["wait", "link", "dm", "apology_only", "escalation"];

impl Codes {
    /// The set of these codes; those that this crate does not know are left out.
    pub fn of<'c>(codes: impl IntoIterator<Item = &'c str>) -> Codes {
        let bit = |code: &str| CODES.iter().position(|known| *known == code).map_or(0, |at| 1 << at);
        Codes(codes.into_iter().fold(0, |set, code| set | bit(code)))
    }

    /// As numbers to keep, and back.
    pub fn bits(self) -> u32 {
        self.0
    }

    pub fn from_bits(bits: u32) -> Codes {
        Codes(bits)
    }

    pub fn with(self, other: Codes) -> Codes {
        Codes(self.0 | other.0)
    }

    /// Whether something in it was in what came before, and is more than patience, a link or a private way.
    pub fn repeats(self, earlier: Codes) -> bool {
        self.0 & earlier.0 & !Codes::of(AGAIN).0 != 0
    }
}

/// How an answer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// It ends with a person's name or sign.
    pub signed: bool,
    pub regrets: bool,
    /// It sends the customer to another desk, phone, portal or form, and nothing else in it helps.
    pub deflects: bool,
    pub argues: bool,
    pub offers: Codes,
    pub asks: Codes,
}

/// Reads an answer. `person` is who wrote it, as far as it is known: an answer that ends with that name is signed, as is
/// one that ends with what looks like a signature.
///
/// ```
/// let made = reply::manner("We are so sorry! Please call us on 0800 100 200. ^Kim", "");
/// assert!(made.signed && made.regrets && made.deflects && !made.argues);
/// ```
pub fn manner(text: &str, person: &str) -> Manner {
    let reading = Reading::of(text);
    let acts = Acts::of(&reading);
    let named = !person.is_empty() && signed(text, &Context { person, ..Context::default() });
    Manner {
        signed: named || signed(text, &Context::default()) || signed_apart(text),
        regrets: acts.regretted,
        deflects: sends_away(&reading),
        argues: reading.says(Code::Arguing).is_some(),
        offers: Codes::of(acts.offers),
        asks: Codes::of(acts.asks),
    }
}

/// A name behind a dash that stands alone, as `- Dana`.
fn signed_apart(text: &str) -> bool {
    let mut words = text.split_whitespace().rev();
    let (name, mark) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_name = name.chars().all(|sign| sign.is_alphabetic() || sign == '.') && name.starts_with(char::is_alphabetic);
    is_name && !mark.is_empty() && mark.chars().all(|sign| matches!(sign, '-' | '–' | '—' | '^' | '~' | '/' | '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_for_what_it_is() {
        let solved = manner("I have rebooked you, the e-mail is on its way. - Dana", "");
        assert!(solved.signed && !solved.deflects && !solved.regrets);
        let bare = manner("Please contact our support team.", "");
        assert!(!bare.signed && bare.deflects);
        assert!(manner("As we already told you, it is late.", "").argues);
        assert!(manner("Es tut uns leid, das klingt ärgerlich. /AB", "").regrets);
        assert!(manner("All is well again now, greetings from Mari", "mari").signed, "who wrote it is known");
    }

    #[test]
    fn the_same_offer_again_is_a_repetition_and_patience_is_none() {
        let technician = manner("We can send a technician.", "").offers;
        let again = manner("Shall we send a technician? Please wait a moment.", "").offers;
        assert!(again.repeats(technician) && !technician.repeats(Codes::default()));
        let link = manner("See https://example.com/help", "").offers;
        assert!(!link.repeats(link));
        assert_eq!(Codes::from_bits(again.bits()), again);
    }
}

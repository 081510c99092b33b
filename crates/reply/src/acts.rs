//! What a reply offers and asks, as codes that later replies are compared with: the same offer made twice and the same
//! detail asked twice are repetition, however they are worded.

use crate::lexicon::{Code, LEXICON};
use crate::reading::Reading;

/// What a reply does, by code and in the order of the text, each code once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acts {
    /// Of `technician`, `restart`, `callback`, `refund`, `voucher`, `replacement`, `upgrade`, `escalation`, `wait`, `dm`,
    /// `link`; `apology_only` where a word of regret is all there is.
    pub offers: Vec<&'static str>,
    /// Of `account`, `phone`, `email`, `booking`, `order`, `address`, `postcode`, `card`, `bank`, `dob`, `password`, `pin`,
    /// `username`, `id`, and of `screenshot`, `device`, `restart_done`, `problem_description`.
    pub asks: Vec<&'static str>,
    /// Whether it says a word of regret.
    pub regretted: bool,
}

impl Acts {
    /// Adds what another reply does.
    pub fn add(&mut self, other: &Acts) {
        self.regretted |= other.regretted;
        for (mine, theirs) in [(&mut self.offers, &other.offers), (&mut self.asks, &other.asks)] {
            for code in theirs {
                if !mine.contains(code) {
                    mine.push(code);
                }
            }
        }
    }
}

/// What a reply in a language (ISO 639-1) offers and asks. Where its words are of another one, as happens with short
/// replies that were taken for it, or where the lexicon does not know it, the words of all languages count.
///
/// ```
/// let acts = reply::acts("We can send a technician. What is your account number?", "en");
/// assert_eq!((acts.offers, acts.asks), (vec!["technician"], vec!["account"]));
/// ```
pub fn acts(text: &str, language: &str) -> Acts {
    let known = LEXICON.language(language).map(|languages| Acts::of(&Reading::in_languages(text, languages)));
    known.filter(|acts| *acts != Acts::default()).unwrap_or_else(|| Acts::of(&Reading::of(text)))
}

/// Every code that [`Acts`] may hold. Measures keep them by their place here: a new one goes to the end.
pub(crate) const CODES: [&str; 30] = [
    "technician",
    "restart",
    "callback",
    "refund",
    "voucher",
    "replacement",
    "upgrade",
    "escalation",
    "wait",
    "dm",
    "link",
    "apology_only",
    "account",
    "phone",
    "email",
    "booking",
    "order",
    "address",
    "postcode",
    "card",
    "bank",
    "dob",
    "password",
    "pin",
    "username",
    "id",
    "screenshot",
    "device",
    "restart_done",
    "problem_description",
];

/// The code as this crate knows it, for codes that were written down; none for one that it does not know.
pub fn code(text: &str) -> Option<&'static str> {
    CODES.into_iter().find(|code| *code == text)
}

impl Acts {
    pub(crate) fn of(reading: &Reading) -> Acts {
        let codes = |found: Vec<(&'static str, _)>| found.into_iter().map(|(code, _)| code).collect::<Vec<_>>();
        let regretted = reading.says(Code::Apology).is_some();
        let mut acts = Acts { offers: codes(reading.offers()), asks: codes(reading.asks()), regretted };
        if acts.offers.is_empty() && acts.asks.is_empty() && regretted {
            acts.offers.push("apology_only");
        }
        acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_s_technician_is_offered_three_times_and_then_not() {
        let replies = [
            "Hi Andy, sorry for the wait. We may be able to help with that. What is the problem with your broadband, is it slow on wired as well as on wireless, and have you tried a restart of the hub with the pin reset for ten seconds? We can also send a technician to look at the hub. ^Kim",
            "We can send a technician to look at the hub. ^Kim",
            "A technician can check it for you, shall we book one? ^Kim",
            "Sorry Andy, we can't do that from here. ^Kim",
        ];
        let offered = replies.map(|text| acts(text, "en").offers.contains(&"technician"));
        assert_eq!(offered, [true, true, true, false]);
        assert_eq!(acts(replies[0], "en").asks, ["problem_description", "restart_done"]);
        assert_eq!(acts(replies[1], "en"), Acts { offers: vec!["technician"], ..Acts::default() });
        assert_eq!(acts(replies[3], "et").offers, ["apology_only"]);
    }

    #[test]
    fn offers_are_known_in_every_language() {
        for (text, code) in [
            ("We'll give you a call back tomorrow.", "callback"),
            ("Please restart your router.", "restart"),
            ("Kas soovite, et saadame tehniku?", "technician"),
            ("Me tagastame raha, hüvitame kahju.", "refund"),
            ("Wir können gerne einen Techniker schicken.", "technician"),
            ("Bitte starten Sie den Router neu, ein Neustart hilft.", "restart"),
            ("Nous pouvons vous proposer un remboursement.", "refund"),
            ("Podemos enviar un técnico.", "technician"),
            ("Podemos oferecer um voucher.", "voucher"),
            ("Possiamo mandare un tecnico.", "technician"),
            ("Мы можем прислать мастера.", "technician"),
            ("Size teknisyen gönderebiliriz.", "technician"),
            ("我们可以安排师傅上门。", "technician"),
            ("技術者を手配いたします。", "technician"),
            ("기사님 방문 예약을 도와드리겠습니다.", "technician"),
            ("আমরা একজন টেকনিশিয়ান পাঠাতে পারি।", "technician"),
            ("हम तकनीशियन भेज सकते हैं।", "technician"),
            ("يمكننا ارسال فني اليكم.", "technician"),
        ] {
            assert!(acts(text, "").offers.contains(&code), "{text}: {:?}", acts(text, ""));
        }
    }

    #[test]
    fn what_cannot_be_is_not_offered() {
        for text in [
            "Unfortunately we cannot offer a refund.",
            "Leider können wir nicht erstatten, keine Rückerstattung möglich, leider nicht.",
            "К сожалению, не можем оформить возврат.",
            "抱歉，我们无法退款。",
        ] {
            assert!(!acts(text, "").offers.contains(&"refund"), "{text}: {:?}", acts(text, ""));
        }
    }
}

//! The words a brand chooses in advance: its tone, replies that are ready, notices, and the posts of a shift.

use crate::brand::Brand;
use crate::expression;
use crate::facts::Facts;
use crate::route::{At, RouteInput};
use crate::settings::{Condition, word};

/// How the brand sounds. A draft is held against it before it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tone {
    /// How replies sound, in a few words each, for the people who write them.
    pub voice: Vec<String>,
    pub examples: Vec<Example>,
    /// Words and phrases that no reply has.
    pub forbidden: Vec<String>,
    /// Whether an answer to a complaint apologises.
    pub require_apology: bool,
    pub signature: SignatureUse,
    /// How long one public post may be where the network allows more, counted as the network does; a longer reply goes in
    /// parts.
    pub public_length: Option<u32>,
}

/// How the brand says something, and how it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub say: String,
    /// Empty when there is nothing to hold against it, as is `why`.
    pub instead_of: String,
    pub why: String,
    /// Where it stands in the file.
    pub line: u32,
    pub column: u32,
}

/// Whether replies end with the name of the person who wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SignatureUse {
    Required,
    #[default]
    Optional,
}

impl SignatureUse {
    pub(crate) const ALL: [(&'static str, SignatureUse); 2] =
        [("required", SignatureUse::Required), ("optional", SignatureUse::Optional)];

    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// A reply that is ready; a person sends it or changes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyReply {
    pub name: String,
    /// ISO 639 code.
    pub language: String,
    /// With the gaps `{customer}`, `{person}` and `{brand}`; see [`fill`](crate::fill).
    pub text: String,
    /// For which posts it is offered; for all when none.
    pub when: Option<Condition>,
    /// Where its text stands in the file.
    pub line: u32,
    pub column: u32,
}

/// A text in each of several languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Translations {
    /// ISO 639 code and text, in the order of the file.
    pub texts: Vec<(String, String)>,
}

impl Translations {
    /// The text in this language, else in English, else in the first of the file; none when there is no text.
    pub fn in_language(&self, language: &str) -> Option<&str> {
        let of = |code: &str| self.texts.iter().find(|(known, _)| known == code);
        of(language).or_else(|| of("en")).or_else(|| self.texts.first()).map(|(_, text)| text.as_str())
    }
}

/// What customers are told without anybody writing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// When people are back. With the gaps `{opens}`, `{customer}` and `{brand}`.
    pub out_of_hours: Translations,
    /// In public, that the answer stands in private. With the gaps `{customer}` and `{brand}`.
    pub moved_to_private: Translations,
    /// That a private message is here, while people are on. With the gaps `{customer}` and `{brand}`.
    pub received: Translations,
    /// When the customer is called. With the gaps `{time}`, `{zone}`, `{customer}` and `{brand}`, as the next two.
    pub callback_booked: Translations,
    pub callback_reminder: Translations,
    pub callback_missed: Translations,
    /// How long before a call the customer is reminded of it.
    pub remind_before_seconds: u32,
}

impl Default for Notices {
    fn default() -> Self {
        Notices {
            out_of_hours: Translations::default(),
            moved_to_private: Translations::default(),
            received: Translations::default(),
            callback_booked: Translations::default(),
            callback_reminder: Translations::default(),
            callback_missed: Translations::default(),
            remind_before_seconds: 15 * 60,
        }
    }
}

/// The public posts at both ends of a team's shift.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShiftPosts {
    pub morning: Option<ShiftPost>,
    pub evening: Option<ShiftPost>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftPost {
    pub network: String,
    /// With the gaps `{people}`, `{team}` and `{brand}`.
    pub text: String,
}

impl Brand {
    /// The replies that are ready for this post, in the order of the file: those in its language, or in all languages
    /// while it is not known, whose condition holds. A condition that cannot be evaluated does not hold.
    pub fn ready_replies(&self, input: &RouteInput<'_>) -> Vec<&ReadyReply> {
        let language = input.class.language;
        let input = &self.with_own_team(input);
        let clock = At::of(self, input);
        let facts = Facts::new(input, &self.constants, &clock);
        let context = expression::context(&facts);
        let mut ready = Vec::new();
        for (reply, when) in self.settings.replies.iter().zip(&self.replies) {
            let speaks = matches!(language, "" | "und") || reply.language == language;
            if speaks && when.as_ref().is_none_or(|when| when.holds(&context) == Ok(true)) {
                ready.push(reply);
            }
        }
        ready
    }
}

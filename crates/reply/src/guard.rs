//! A draft, held against what may leave and how the brand wants to sound, before it leaves.
//!
//! What must not leave is a [`Severity::Stop`]: personal data shown or asked for in public, or a reply addressed to
//! somebody else. All else is a [`Severity::Warning`] that the person at the desk may overrule. Each [`Finding`] says
//! where, why, and what to do instead; none repeats the draft.

mod care;
mod privacy;
mod tone;

pub(crate) use care::sends_away;
pub(crate) use tone::is_signed as signed;

use crate::acts::Acts;
use crate::lexicon::{Code, LEXICON};
use crate::reading::Reading;
use crate::spelling::{self, Dictionaries, FoundBy};
use std::ops::Range;

/// What a person wants to send.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    pub text: &'a str,
    /// Personal and other data that was recognised in the text.
    pub recognised: &'a [Recognised<'a>],
}

/// One thing that was recognised in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised<'a> {
    /// `booking`, `phone`, `email`, `card`, `iban`, `account`, `order`, `address`; `flight`, `amount` and `date` are not
    /// personal. A kind that is not known is taken for personal.
    pub kind: &'a str,
    /// Bytes of the text, on borders of characters.
    pub at: Range<usize>,
}

/// What a draft is held against. The default knows nothing and finds no fault but in public.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    pub audience: Audience,
    pub wishes: Wishes,
    /// Of the draft: ISO 639-1, a region may follow. Empty or unknown turns off what needs it.
    pub language: &'a str,
    /// Of the customer's last post, as classified: `complaint` asks for regret.
    pub intent: &'a str,
    /// The text of the customer's posts, whose words are no slips of spelling.
    pub customer_wrote: &'a [&'a str],
    pub customer: Customer<'a>,
    pub brand: Voice<'a>,
    /// Who signs, as customers see it, e.g. `^Dana`; empty for nobody.
    pub signature: &'a str,
    /// The name of the person who writes; empty if unknown.
    pub person: &'a str,
    /// What earlier replies of this conversation offered and asked.
    pub earlier: Option<&'a Acts>,
    /// None turns off dictionaries; frequent slips are still found.
    pub dictionaries: Option<&'a Dictionaries>,
}

/// Who will read the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// Everybody: the safe one to assume.
    #[default]
    Public,
    /// The customer alone.
    Private,
}

/// The way by which the customer wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Where nobody else reads it.
    pub private: bool,
    /// On another network than that of the conversation.
    pub elsewhere: bool,
}

/// The customer of the conversation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Customer<'a> {
    /// With or without its `@`; empty if unknown, which turns off what needs it.
    pub handle: &'a str,
    /// As the network shows it.
    pub name: &'a str,
}

/// How a brand speaks, and what is its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Voice<'a> {
    /// Its names, which are no slips of spelling.
    pub names: &'a [&'a str],
    /// Its handles, telephone numbers and mail addresses, which may be public.
    pub contacts: &'a [&'a str],
    /// Words and phrases that it does not use, in any case.
    pub forbidden: &'a [&'a str],
    /// Whether each reply ends with a person's signature.
    pub signed: bool,
}

/// Something that a person should know before the draft leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub severity: Severity,
    /// Bytes of the draft's text; empty where something is missing.
    pub at: Range<usize>,
    /// In plain words, without the words of the draft.
    pub reason: String,
    /// What to do instead.
    pub way_out: &'static str,
    /// The word to write, for a slip of spelling.
    pub correction: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Warning,
    /// The reply is not sent as it is.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    PersonalDataInPublic,
    AsksPersonalDataInPublic,
    WrongAddressee,
    OtherWay,
    Tone,
    NoApology,
    Arguing,
    Unsigned,
    Deflection,
    Repetition,
    Spelling,
}

impl Kind {
    /// All kinds, the gravest first.
    pub const ALL: [Kind; 11] = [
        Kind::PersonalDataInPublic,
        Kind::AsksPersonalDataInPublic,
        Kind::WrongAddressee,
        Kind::OtherWay,
        Kind::Tone,
        Kind::NoApology,
        Kind::Arguing,
        Kind::Unsigned,
        Kind::Deflection,
        Kind::Repetition,
        Kind::Spelling,
    ];

    /// The name in facts and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::PersonalDataInPublic => "personal_data_in_public",
            Kind::AsksPersonalDataInPublic => "asks_personal_data_in_public",
            Kind::WrongAddressee => "wrong_addressee",
            Kind::OtherWay => "other_way",
            Kind::Tone => "tone",
            Kind::NoApology => "no_apology",
            Kind::Arguing => "arguing",
            Kind::Unsigned => "unsigned",
            Kind::Deflection => "deflection",
            Kind::Repetition => "repetition",
            Kind::Spelling => "spelling",
        }
    }
}

/// All findings of a draft, the gravest first, then in the order of the text. Pure, and linear in the length of the text.
///
/// ```
/// use reply::guard::{Audience, Context, Draft, Kind, check};
///
/// let draft = Draft { text: "Please post your account number here.", ..Draft::default() };
/// let findings = check(&draft, &Context { language: "en", ..Context::default() });
/// assert_eq!(findings[0].kind, Kind::AsksPersonalDataInPublic);
///
/// let private = Context { language: "en", audience: Audience::Private, ..Context::default() };
/// assert!(check(&draft, &private).is_empty());
/// ```
pub fn check(draft: &Draft<'_>, context: &Context<'_>) -> Vec<Finding> {
    let reading = Reading::of(draft.text);
    let mut findings = Vec::new();
    if context.audience == Audience::Public {
        privacy::shown(draft, context, &mut findings);
        privacy::asked(&reading, &mut findings);
    }
    privacy::addressee(draft.text, &reading.marks, context, &mut findings);
    privacy::way(context, &mut findings);
    tone::check(draft.text, &reading, context, &mut findings);
    care::check(draft.text, &reading, context, &mut findings);
    spelled(draft.text, context, &mut findings);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.at.start, finding.kind));
    findings
}

fn spelled(text: &str, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let none = Dictionaries::default();
    let names = [context.customer.handle, context.customer.name, context.person, context.signature];
    let known: Vec<&str> = context
        .customer_wrote
        .iter()
        .chain(context.brand.names)
        .chain(context.brand.contacts)
        .chain(&names)
        .copied()
        .collect();
    for slip in spelling::slips(text, context.language, &known, context.dictionaries.unwrap_or(&none)) {
        let reason = match slip.found_by {
            FoundBy::Dictionary(name) => format!("the dictionary {name} does not know this word, but one like it"),
            FoundBy::FrequentSlips => "this is a frequent slip of spelling".to_owned(),
        };
        let warning =
            Finding::warning(Kind::Spelling, slip.at, reason, "correct the word, or leave it if it is a name");
        findings.push(Finding { correction: Some(slip.correction), ..warning });
    }
}

impl Finding {
    fn warning(kind: Kind, at: Range<usize>, reason: impl Into<String>, way_out: &'static str) -> Finding {
        Finding { kind, severity: Severity::Warning, at, reason: reason.into(), way_out, correction: None }
    }

    fn stop(kind: Kind, at: Range<usize>, reason: impl Into<String>, way_out: &'static str) -> Finding {
        Finding { severity: Severity::Stop, ..Finding::warning(kind, at, reason, way_out) }
    }
}

#[cfg(test)]
mod tests;

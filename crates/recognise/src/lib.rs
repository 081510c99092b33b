//! What in a customer's words identifies somebody or something: numbers, addresses, sums and times, with their places.
//!
//! One way through the text for each kind, in an order in which the surer kind comes first and takes its characters:
//! links and handles (which are none), mail addresses, IBANs, postal addresses, dates, sums, cards and telephone numbers,
//! and at last the numbers that only their name tells apart: bookings, orders, accounts, flights.
//!
//! - [`page`] folds the text, so that a rule knows one spelling of a digit, a space, a letter.
//! - [`words`] finds the words that say what a number is, from the table `words.tsv`.
//! - [`reader`] holds both with what is taken already.
//!
//! Nothing is a regular expression and nothing goes back further than a few dozen characters, so the time grows with the
//! length alone. Most posts hold no digit, `@` or bracket, and cost one look at their bytes.

mod bank;
mod clock;
mod codes;
mod counters;
mod dates;
mod disguise;
mod flights;
mod mail;
mod money;
mod numbers;
mod page;
mod places;
mod reader;
mod shapes;
pub mod text;
mod words;

use std::cell::RefCell;
use std::ops::Range;

use crate::text::MAX_BYTES;

/// What is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Booking reference of an airline, hotel or train.
    Booking,
    /// Telephone number.
    Phone,
    /// Mail address, also one that is spelled out.
    Email,
    /// Number of a payment card, also masked, or its last four digits.
    Card,
    /// International bank account number.
    Iban,
    /// Number of a customer, an account, a contract, a membership or a policy.
    Account,
    /// Number of an order, a parcel, a ticket or a case.
    Order,
    /// Postal address.
    Address,
    /// Flight number.
    Flight,
    /// Sum of money with its currency.
    Amount,
    /// Date or time of day.
    Date,
}

impl Kind {
    /// All kinds, in the order of reports.
    pub const ALL: [Kind; 11] = [
        Kind::Booking,
        Kind::Phone,
        Kind::Email,
        Kind::Card,
        Kind::Iban,
        Kind::Account,
        Kind::Order,
        Kind::Address,
        Kind::Flight,
        Kind::Amount,
        Kind::Date,
    ];

    /// The name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Booking => "booking",
            Kind::Phone => "phone",
            Kind::Email => "email",
            Kind::Card => "card",
            Kind::Iban => "iban",
            Kind::Account => "account",
            Kind::Order => "order",
            Kind::Address => "address",
            Kind::Flight => "flight",
            Kind::Amount => "amount",
            Kind::Date => "date",
        }
    }
}

/// One entity of a text.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Recognised {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes of the text as given; both ends are between two characters.
    pub at: Range<usize>,
    /// From 0 to 1: a checksum that fits is surer than a shape.
    pub confidence: f32,
}

/// The buffers of a thread, kept from post to post.
#[derive(Default)]
struct Buffers {
    glyphs: Vec<page::Glyph>,
    mentions: Vec<words::Mention>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Writes what is recognised in `text` into `into`, replacing what was there: in the order of the text, never overlapping.
///
/// Reads at most [`MAX_BYTES`] of the text. Never fails.
pub fn recognise(text: &str, into: &mut Vec<Recognised>) {
    into.clear();
    let text = text::cut(text, MAX_BYTES);
    if !page::is_worth_reading(text) {
        return;
    }
    BUFFERS.with_borrow_mut(|buffers| {
        page::read(text, &mut buffers.glyphs);
        words::mentions(&buffers.glyphs, &mut buffers.mentions);
        let mut reader = reader::Reader::new(&buffers.glyphs, &buffers.mentions);
        mail::links_and_mails(&mut reader);
        bank::ibans(&mut reader);
        places::addresses(&mut reader);
        dates::dates(&mut reader);
        money::amounts(&mut reader);
        bank::cards(&mut reader);
        numbers::phones(&mut reader);
        codes::codes(&mut reader);
        reader.finish(into);
    });
}

#[cfg(test)]
mod tests;

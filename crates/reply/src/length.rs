//! How long a reply is, as its network counts, and how long it may be.
//!
//! Each network counts in its own unit; the table is in [`Limit::of`]. Where a network does not say exactly how it
//! counts, the stricter reading is taken: a reply that is one sign too long is lost, one that is one sign short is not.

mod sms;
mod weighted;

pub use sms::{Encoding, Sms};

use crate::marks::{Sort, marks};
use unicode_segmentation::UnicodeSegmentation;

/// In which unit a network counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counting {
    /// As X: normal form C, links 23, an emoji with all that is joined to it 2, most of the world's alphabets 1 a code
    /// point, everything else 2.
    Weighted,
    /// As Mastodon: grapheme clusters, links 23, `@user@host` as `@user`.
    Fediverse,
    /// Grapheme clusters: what a reader takes for one sign.
    Graphemes,
    /// Bytes in UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
    /// Code points.
    Characters,
    /// Units of a text message: septets of GSM-7, or code units of UCS-2 once one sign is not in GSM-7.
    Sms,
}

impl Counting {
    /// The length of a text in this unit.
    ///
    /// ```
    /// use reply::length::Counting;
    ///
    /// assert_eq!(Counting::Weighted.count("Hi http://test.co"), 26);
    /// assert_eq!(Counting::Sms.count("€{}"), 6);
    /// ```
    pub fn count(self, text: &str) -> usize {
        match self {
            Counting::Weighted => weighted::count(text),
            Counting::Fediverse => fediverse(text),
            Counting::Graphemes => graphemes(text),
            Counting::Bytes => text.len(),
            Counting::Utf16 => text.encode_utf16().count(),
            Counting::Characters => text.chars().count(),
            Counting::Sms => Sms::of(text).units,
        }
    }
}

/// How long one message may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    pub counting: Counting,
    /// In units of `counting`.
    pub units_at_most: usize,
    /// A second limit that holds besides, in bytes of UTF-8.
    pub bytes_at_most: Option<usize>,
}

impl Limit {
    pub const fn new(counting: Counting, units_at_most: usize) -> Limit {
        Limit { counting, units_at_most, bytes_at_most: None }
    }

    /// The limit of a network, for a public reply or a private message. A network that is not known gets the limit that
    /// holds on nearly all: 280 units of UTF-16 in public, 1,000 in private.
    pub fn of(network: &str, private: bool) -> Limit {
        let graphemes_and_bytes =
            |units, bytes| Limit { bytes_at_most: Some(bytes), ..Limit::new(Counting::Graphemes, units) };
        match (network, private) {
            ("x", false) => Limit::new(Counting::Weighted, 280),
            ("x", true) => Limit::new(Counting::Characters, 10_000),
            ("mastodon", _) => Limit::new(Counting::Fediverse, 500),
            ("bluesky", false) => graphemes_and_bytes(300, 3_000),
            ("bluesky", true) => graphemes_and_bytes(1_000, 10_000),
            ("facebook", false) => Limit::new(Counting::Characters, 8_000),
            // "Under 2,000", so 1,999.
            ("messenger" | "facebook", _) => Limit::new(Counting::Characters, 1_999),
            ("instagram", false) => Limit::new(Counting::Characters, 2_200),
            ("instagram", true) => Limit::new(Counting::Bytes, 1_000),
            ("whatsapp", _) => Limit::new(Counting::Characters, 4_096),
            ("telegram", _) => Limit::new(Counting::Utf16, 4_096),
            ("slack", _) => Limit::new(Counting::Characters, 4_000),
            ("line", _) => Limit::new(Counting::Utf16, 5_000),
            ("reddit", _) => Limit::new(Counting::Characters, 10_000),
            ("sms", _) => Limit::new(Counting::Sms, 1_600),
            (_, false) => Limit::new(Counting::Utf16, 280),
            (_, true) => Limit::new(Counting::Utf16, 1_000),
        }
    }

    /// Whether the network takes this text as one message, with `reserved` units left free for what is put before it.
    pub fn fits(&self, text: &str, reserved: usize) -> bool {
        self.counting.count(text).saturating_add(reserved) <= self.units_at_most
            && self.bytes_at_most.is_none_or(|most| text.len().saturating_add(reserved) <= most)
            && self.refused(text).is_none()
    }

    /// The byte at which a sign stands that makes the network refuse the text at any length.
    pub fn refused(&self, text: &str) -> Option<usize> {
        let refused = |sign: char| matches!(sign, '\u{fffe}' | '\u{feff}' | '\u{ffff}');
        (self.counting == Counting::Weighted).then(|| text.find(refused)).flatten()
    }
}

/// What a link counts on X and Mastodon, however long it is.
const LINK_UNITS: usize = 23;

fn graphemes(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

fn fediverse(text: &str) -> usize {
    let mut units = 0;
    let mut from = 0;
    for mark in marks(text) {
        let shown = &text[mark.at.clone()];
        let short = match mark.sort {
            // Mastodon shortens only what says its scheme.
            Sort::Link if shown.contains("://") => LINK_UNITS,
            Sort::Mention => match shown[1..].split_once('@') {
                Some((user, _)) => 1 + graphemes(user),
                None => continue,
            },
            _ => continue,
        };
        units += graphemes(&text[from..mark.at.start]) + short;
        from = mark.at.end;
    }
    units + graphemes(&text[from..])
}

#[cfg(test)]
mod tests;

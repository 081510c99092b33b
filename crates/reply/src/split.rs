//! A reply that is longer than its network allows, in numbered parts.
//!
//! A part ends with a sentence where it can, else with a word; nothing that is one thing to the reader is torn: no sign
//! of several code points, no link, mention or number. A word is torn only where it alone is longer than a part.

use crate::length::Limit;
use crate::marks::marks;
use crate::sentences;
use unicode_segmentation::UnicodeSegmentation;

/// How a reply is split.
#[derive(Debug, Clone, Copy)]
pub struct Split<'a> {
    /// What one part may be.
    pub limit: Limit,
    /// Units of the limit that each part leaves free, e.g. for a mention that the connector puts before it.
    pub reserved: usize,
    /// More parts than this are an error; at least 1.
    pub parts_at_most: usize,
    /// The person's signature. It ends the last part, whether the text ends with it already or not; empty for none.
    pub signature: &'a str,
}

/// Why a reply cannot be split. The text is in none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(
        "the reply needs more than {parts_at_most} parts; shorten it to about {units_at_most} units, or answer privately"
    )]
    TooLong {
        parts_at_most: usize,
        /// What fits at most into so many parts, in units of the limit.
        units_at_most: usize,
    },
    #[error("a link, mention or number at byte {at} is longer than one part; shorten it, or answer privately")]
    Unsplittable {
        /// Byte of the text.
        at: usize,
    },
    #[error("the sign at byte {at} is one that the network refuses; remove it")]
    Refused {
        /// Byte of the text.
        at: usize,
    },
}

/// The parts in the order they are sent: one as it stands where it fits, else each with its number, as `(1/3)`.
///
/// # Errors
/// The text needs too many parts, or holds something that fits into none.
///
/// ```
/// use reply::length::{Counting, Limit};
/// use reply::split::{Split, split};
///
/// let plan = Split { limit: Limit::new(Counting::Weighted, 40), reserved: 0, parts_at_most: 4, signature: "^Kim" };
/// let parts = split("Sorry for the wait. The hub is on its way to you. ^Kim", &plan)?;
/// assert_eq!(parts, ["Sorry for the wait. (1/2)", "The hub is on its way to you. ^Kim (2/2)"]);
/// # Ok::<(), reply::split::Error>(())
/// ```
pub fn split(text: &str, plan: &Split<'_>) -> Result<Vec<String>, Error> {
    if let Some(at) = plan.limit.refused(text) {
        return Err(Error::Refused { at });
    }
    let begin = text.len() - text.trim_start().len();
    let body = unsigned(text.trim_end(), plan.signature);
    let body = body.get(begin..).unwrap_or_default();
    let whole = signed(body, plan.signature);
    if plan.limit.fits(&whole, plan.reserved) {
        return Ok(vec![whole]);
    }
    let breaks = breaks(body);
    // The number of parts is part of their length, by its digits: first as if it had one, then two ...
    let mut most = 9;
    loop {
        let parts_at_most = most.min(plan.parts_at_most.max(1));
        match (Filling { body, breaks: &breaks, plan, of: parts_at_most }).parts() {
            Ok(parts) => return Ok(numbered(&parts, plan.signature)),
            Err(Error::TooLong { .. }) if most < plan.parts_at_most => most = most.saturating_mul(10).saturating_add(9),
            Err(Error::Unsplittable { at }) => return Err(Error::Unsplittable { at: at + begin }),
            Err(error) => return Err(error),
        }
    }
}

/// A text without the signature it ends with.
fn unsigned<'t>(text: &'t str, signature: &str) -> &'t str {
    let signature = signature.trim();
    match text.strip_suffix(signature) {
        Some(body) if !signature.is_empty() && body.chars().next_back().is_none_or(|c| !c.is_alphanumeric()) => {
            body.trim_end()
        }
        _ => text,
    }
}

fn signed(body: &str, signature: &str) -> String {
    match (body.is_empty(), signature.trim()) {
        (_, "") => body.to_owned(),
        (true, signature) => signature.to_owned(),
        (false, signature) => format!("{body} {signature}"),
    }
}

fn numbered(parts: &[&str], signature: &str) -> Vec<String> {
    let of = parts.len();
    let number = |(nth, part): (usize, &&str)| {
        let nth = nth + 1;
        if nth == of { format!("{} ({nth}/{of})", signed(part, signature)) } else { format!("{part} ({nth}/{of})") }
    };
    parts.iter().enumerate().map(number).collect()
}

/// How good a place is to end a part at; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    /// Inside a word, between two signs.
    Sign,
    Word,
    Sentence,
}

#[derive(Debug, Clone, Copy)]
struct Break {
    /// Where the part before ends, and where the one behind begins; the space between is dropped.
    end: usize,
    next: usize,
    grade: Grade,
}

/// All places at which a text may be split.
fn breaks(text: &str) -> Vec<Break> {
    let marks = marks(text);
    let mut mark = 0;
    let mut found: Vec<Break> = Vec::new();
    let mut before: Option<(usize, &str)> = None;
    for (at, sign) in text.grapheme_indices(true) {
        while mark < marks.len() && marks[mark].at.end <= at {
            mark += 1;
        }
        let inside = marks.get(mark).is_some_and(|mark| mark.at.start < at && at < mark.at.end);
        if let Some((last, left)) = before
            && !inside
            && !is_gap(sign)
        {
            found.push(place(text, last, left, at, sign));
        }
        before = Some((at, sign));
    }
    found
}

/// The place between two signs, of which the left may be a gap.
fn place(text: &str, last: usize, left: &str, at: usize, right: &str) -> Break {
    let end = text[..at].trim_end().len();
    // More quotes and brackets than a few close no sentence.
    let stop = text[..end].char_indices().rev().take(8).find(|(_, sign)| !sentences::closes(*sign));
    let ended = stop.is_some_and(|(at, sign)| sentences::ends(text, at, sign))
        || text[end..at].char_indices().any(|(gap, sign)| sentences::ends(text, end + gap, sign));
    let first = right.chars().next().unwrap_or(' ');
    let sticks =
        sentences::closes(first) || sentences::is_stop(first) || matches!(first, '，' | '、' | '；' | '：' | '》');
    let opens = matches!(left.chars().next(), Some('（' | '「' | '『' | '《' | '【' | '“' | '(' | '['));
    let grade = match () {
        () if sticks || opens => Grade::Sign,
        () if ended && (is_gap(left) || crate::fold::without_spaces(first) || !text.is_char_boundary(last)) => {
            Grade::Sentence
        }
        () if is_gap(left) => Grade::Word,
        () if left.chars().any(crate::fold::without_spaces) || crate::fold::without_spaces(first) => Grade::Word,
        () => Grade::Sign,
    };
    Break { end, next: at, grade }
}

fn is_gap(sign: &str) -> bool {
    sign.chars().all(char::is_whitespace)
}

/// One try to fill parts, as if there were `of` of them.
struct Filling<'a> {
    body: &'a str,
    breaks: &'a [Break],
    plan: &'a Split<'a>,
    of: usize,
}

impl<'a> Filling<'a> {
    fn parts(&self) -> Result<Vec<&'a str>, Error> {
        let mut parts = Vec::new();
        let (mut start, mut from) = (0, 0);
        loop {
            let rest = &self.body[start..];
            let reach = self.reach(start, from);
            // Where the text up to its last break is too long already, the whole is not counted.
            if reach == self.breaks.len() && self.fits(rest, true) {
                parts.push(rest);
                break;
            }
            if parts.len() + 1 >= self.of {
                return Err(self.too_long());
            }
            let taken = self.take(start, from, reach).ok_or(Error::Unsplittable { at: start })?;
            let place = self.breaks[taken];
            parts.push(&self.body[start..place.end]);
            (start, from) = (place.next, taken + 1);
        }
        Ok(parts)
    }

    /// The first break at or behind `from` at which the part that begins at byte `start` would be too long.
    fn reach(&self, start: usize, from: usize) -> usize {
        let fits = |at: usize| self.fits(&self.body[start..self.breaks[at].end.max(start)], false);
        // Steps that double, so that what is far behind the end is never counted.
        let (mut low, mut step) = (from, 1);
        while low + step <= self.breaks.len() && fits(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.breaks.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if fits(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The break that ends the part which begins at byte `start`, before the break `reach`: the last sentence that fills
    /// at least half of the part, else the last word, else the last sign.
    fn take(&self, start: usize, from: usize, reach: usize) -> Option<usize> {
        // A break right at the start would make an empty part.
        let usable = |at: &usize| self.breaks[*at].end > start;
        let last = |grade: Grade| (from..reach).rev().filter(usable).find(|at| self.breaks[*at].grade >= grade);
        let longest = self.breaks[last(Grade::Sign)?].end - start;
        let sentence = last(Grade::Sentence).filter(|at| (self.breaks[*at].end - start) * 2 >= longest);
        sentence.or_else(|| last(Grade::Word)).or_else(|| last(Grade::Sign))
    }

    fn fits(&self, part: &str, last: bool) -> bool {
        let longest = format!(" ({}/{})", self.of, self.of);
        let part = if last { signed(part, self.plan.signature) } else { part.to_owned() };
        self.plan.limit.fits(&(part + &longest), self.plan.reserved)
    }

    fn too_long(&self) -> Error {
        let limit = self.plan.limit;
        let longest = format!(" ({}/{})", self.of, self.of);
        let part = limit.units_at_most.saturating_sub(self.plan.reserved + limit.counting.count(&longest));
        let signature = limit.counting.count(&signed("", self.plan.signature)) + 1;
        Error::TooLong { parts_at_most: self.of, units_at_most: (part * self.of).saturating_sub(signature) }
    }
}

#[cfg(test)]
mod tests;

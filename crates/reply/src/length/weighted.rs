//! X's weighted length, after its published rules.

use super::LINK_UNITS;
use crate::marks::{Sort, marks};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn count(text: &str) -> usize {
    let mut units = 0;
    let mut from = 0;
    for mark in marks(text).into_iter().filter(|mark| mark.sort == Sort::Link) {
        units += plain(&text[from..mark.at.start]) + LINK_UNITS;
        from = mark.at.end;
    }
    units + plain(&text[from..])
}

fn plain(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let text: String = text.nfc().collect();
    text.graphemes(true).map(|cluster| if is_emoji(cluster) { 2 } else { cluster.chars().map(weight).sum() }).sum()
}

fn weight(sign: char) -> usize {
    let light =
        matches!(sign, '\0'..='\u{10ff}' | '\u{2000}'..='\u{200d}' | '\u{2010}'..='\u{201f}' | '\u{2032}'..='\u{2037}');
    if light { 1 } else { 2 }
}

/// Whether a cluster is one picture, with its colours, its joined pictures, its flag or its keycap.
fn is_emoji(cluster: &str) -> bool {
    let mut signs = cluster.chars();
    let first = signs.next().is_some_and(|sign| {
        matches!(sign, '\u{1f000}'..='\u{1faff}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
            | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}')
    });
    first || signs.any(|sign| matches!(sign, '\u{fe0f}' | '\u{20e3}'))
}

//! Sums of money: a number with a currency before or behind it.

use super::Kind;
use super::page::{Class, han_digit};
use super::reader::Reader;
use super::words::{AFTER_AMOUNT, BEFORE_AMOUNT, Mention, SCALE, STRONG, UNIT};

/// Codes that people write in small letters too; other codes of two or three letters are words unless in capitals.
const SMALL: [&str; 25] = [
    "eur", "usd", "gbp", "kr", "kr.", "tk", "tk.", "rs", "rs.", "zl", "tl", "chf", "kc", "rp", "rm", "gr", "fr.",
    "sek", "pln", "inr", "bdt", "rmb", "krw", "p", "ft",
];

pub(super) fn amounts(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        let numeral = reader.class(at) == Some(Class::Dense) && is_numeral(reader.c(at));
        if reader.is_digit(at) {
            let end = reader.digits(at);
            at = if reader.is_taken(at) || in_a_number(reader, at) { end } else { amount(reader, at).unwrap_or(end) };
        } else if numeral {
            at = in_han(reader, at);
        } else {
            at += 1;
        }
    }
}

fn in_a_number(reader: &Reader<'_>, at: usize) -> bool {
    if at > 0 && reader.is_letter(at - 1) && reader.word_before(at, BEFORE_AMOUNT).is_none_or(|word| word.end < at) {
        return true;
    }
    at > 1 && matches!(reader.c(at - 1), '.' | ',' | '\'' | ':' | '/') && reader.is_digit(at - 2)
}

fn amount(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let number = number(reader, at);
    let (scaled, is_scaled) = scale(reader, number);
    let end = if is_scaled { scaled } else { number };
    let range = through(reader, end);
    let behind = rupees_behind(reader, end)
        .or_else(|| currency_behind(reader, at, range))
        .or_else(|| currency_behind(reader, at, end).filter(|_| range != end));
    let before = currency_before(reader, at);
    let (start, end) = match (before, behind) {
        // "Rs 500 টাকা" and "$120 USD" are one sum with its currency twice.
        (Some(before), Some(behind)) => (before, behind),
        (Some(before), None) => {
            (before, if is_scaled { without_stray_scale(reader, number, scaled) } else { range.max(number) })
        }
        (None, Some(behind)) => (at, behind),
        (None, None) => return None,
    };
    reader.take(Kind::Amount, start, end, 0.95);
    Some(end)
}

/// Behind the digits, thousands and decimals of a number that begins at `at`.
fn number(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = reader.digits(at);
    if end - at <= 3 {
        // Thousands: "1.234", "1 234", "1'234"; of India "1,23,456".
        for _ in 0..6 {
            let sign = if reader.c(end) == '，' { ',' } else { reader.c(end) };
            let next = reader.digits(end + 1);
            let group = next - (end + 1).min(next);
            let fits = match sign {
                ',' | '.' | '\'' => {
                    group == 3 || sign == ',' && group == 2 && reader.c(next) == ',' && reader.is_digit(next + 1)
                }
                ' ' => group == 3 && !reader.is_taken(end + 1),
                _ => false,
            };
            if !fits {
                break;
            }
            end = next;
        }
    }
    if matches!(reader.c(end), '.' | ',') {
        let decimals = reader.digits(end + 1);
        let length = decimals - (end + 1).min(decimals);
        if (1..=2).contains(&length) || length == 3 && end - at > 3 {
            return decimals;
        }
        // "50,-" and "50.-"
        if reader.c(end + 1) == '-' && !reader.is_code(end + 2) {
            return end + if reader.c(end + 2) == '-' { 3 } else { 2 };
        }
    }
    end
}

/// Behind words like "million", "k" or "만", which may repeat: "3만 5천".
fn scale(reader: &Reader<'_>, at: usize) -> (usize, bool) {
    let mut end = at;
    let mut scaled = false;
    for _ in 0..4 {
        let next = if reader.c(end) == ' ' { end + 1 } else { end };
        let Some(word) = reader.word_at(next).filter(|word| word.is(SCALE)) else {
            break;
        };
        end = word.end;
        scaled = true;
        let more = if reader.c(end) == ' ' { end + 1 } else { end };
        let digits = reader.digits(more);
        let again = digits > more
            && reader.word_at(digits).is_some_and(|word| word.is(SCALE))
            && reader.class(digits) != Some(Class::Letter);
        if again {
            end = digits;
        }
    }
    (end, scaled)
}

/// "$5 m" may be five million, "$5 mil" too; a word far from it is the next word of the sentence.
fn without_stray_scale(reader: &Reader<'_>, number: usize, scaled: usize) -> usize {
    let stray = reader.c(number) == ' ' && scaled - number <= 2;
    if stray { number } else { scaled }
}

/// Behind the second number of "50-60".
fn through(reader: &Reader<'_>, end: usize) -> usize {
    if reader.c(end) == '-' && reader.is_digit(end + 1) && reader.digits(end + 1) - end <= 7 {
        return number(reader, end + 1);
    }
    end
}

/// "2500/-", as sums are written in India and Bangladesh; the sign is no part of the number.
fn rupees_behind(reader: &Reader<'_>, end: usize) -> Option<usize> {
    (reader.spells(end, "/-") && !reader.is_code(end + 2)).then_some(end)
}

fn currency_behind(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let next = if matches!(reader.c(end), ' ' | '-') && end < reader.len() { end + 1 } else { end };
    // "2 millones de pesos"
    let next = if reader.spells(next, "de ") && next > end { next + 3 } else { next };
    let word = reader.word_at(next).filter(|word| word.is(AFTER_AMOUNT) && is_currency(reader, word))?;
    let number = reader.digits(at) - at;
    let text: String = reader.glyphs[word.start..word.end].iter().map(|glyph| glyph.c).collect();
    let fits = match text.as_str() {
        // "2024 won", "2 real", "3 cent": words of the sentence unless the number is like a sum.
        "won" | "try" | "cop" => {
            number >= 4 && reader.value(at, at + number) > 2100
                || number <= 3 && number < reader.len() && end > at + number
        }
        // "3 tk" are three pieces in Estonian.
        "tk" if !reader.is_upper(word.start) => number > 2 || reader.value(at, at + number) >= 20,
        // The sign of the next sum: "5 €10".
        "$" | "€" | "£" | "¥" if next > end && reader.is_digit(word.end) => false,
        "p" => next == end && number <= 2 && end == at + number && !reader.is_upper(word.start),
        "刀" | "毛" | "角" | "欧" | "불" | "บ" => next == end,
        _ => true,
    };
    fits.then(|| behind_cents(reader, word.end))
}

/// "5 euros 50", "5€50", "3块5".
fn behind_cents(reader: &Reader<'_>, end: usize) -> usize {
    let digits = reader.digits(end);
    // "12 euros 50"
    let spoken = reader.c(end) == ' ' && reader.digits(end + 1) == end + 3 && reader.is_letter(end - 1);
    let alone = !reader.is_code(end + 3) && !matches!(reader.c(end + 3), '.' | ',' | ':' | '%' | '-' | '/');
    let counted = reader.word_at(end + 4).is_some_and(|word| word.is(UNIT | AFTER_AMOUNT));
    if spoken && alone && !counted && spelled_before(reader, end) {
        return end + 3;
    }
    let cents = matches!(reader.c(end.wrapping_sub(1)), '€' | '块' | '塊') && digits - end <= 2 && digits > end;
    if cents && !reader.is_code(digits) { digits } else { end }
}

/// Currencies whose cents are said behind them.
fn spelled_before(reader: &Reader<'_>, end: usize) -> bool {
    let ends =
        |word: &&str| word.len() < end && word.chars().enumerate().all(|(i, c)| reader.c(end - word.len() + i) == c);
    ["euros", "euro", "pounds", "dollars", "francs"].iter().any(ends)
}

fn currency_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let word = reader.word_before(at, BEFORE_AMOUNT)?;
    let gap = &reader.glyphs[word.end..at];
    let near = gap.iter().all(|glyph| matches!(glyph.c, ' ' | '.')) && gap.len() <= 2;
    // The currency of the sum before: "50 € 20 Minuten".
    let spoken_for = word.start > 0 && reader.is_taken(word.start);
    // TK is Bangladesh's currency and Turkey's airline.
    let airline = word.end - word.start == 2
        && matches!(reader.c(word.start), 't' | 'k' | 'r')
        && reader.is_upper(word.start + 1)
        && super::flights::speaks_of_flights(reader, at);
    (near && !spoken_for && !airline && is_currency(reader, word)).then_some(word.start)
}

/// Short codes are words of some language, so they must be capitals unless they are usual in small letters.
fn is_currency(reader: &Reader<'_>, word: &Mention) -> bool {
    let letters = &reader.glyphs[word.start..word.end];
    if letters.len() > 3
        || word.is(STRONG)
        || !letters.iter().all(|glyph| glyph.c.is_ascii_lowercase() || glyph.c == '.')
    {
        return true;
    }
    let text: String = letters.iter().map(|glyph| glyph.c).collect();
    let capital = match text.as_str() {
        "ft" => letters[0].upper,
        _ => {
            letters[0].upper
                && letters.iter().filter(|glyph| glyph.upper || glyph.c == '.').count() + 1 >= letters.len().max(3)
        }
    };
    let glued = word.start > 0 && reader.is_digit(word.start - 1);
    capital
        || SMALL[..SMALL.len() - 1].contains(&text.as_str())
        || glued && matches!(text.as_str(), "try" | "cad" | "aud" | "won")
        || text == "won"
}

fn is_numeral(c: char) -> bool {
    han_digit(c).is_some() || matches!(c, '百' | '千' | '万' | '萬' | '亿')
}

/// `三百元`, `五十块`: the numerals of Chinese; gives where to read on.
fn in_han(reader: &mut Reader<'_>, at: usize) -> usize {
    let mut end = at;
    while is_numeral(reader.c(end)) {
        end += 1;
    }
    if let Some(word) = reader.word_at(end).filter(|word| word.is(AFTER_AMOUNT)) {
        // "一块" is "together", "一角" a corner; money seldom comes in ones.
        let idle = end - at == 1
            && matches!(reader.c(end), '块' | '塊' | '毛' | '角' | '刀' | '圆' | '圓' | '分' | '欧')
            && word.end - word.start == 1;
        if !idle && !reader.is_taken(at) {
            reader.take(Kind::Amount, at, word.end, 0.8);
            return word.end;
        }
    }
    end
}

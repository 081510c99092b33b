//! Dates and times of day.

use super::Kind;
use super::clock::{behind_dash, clock, of_an_occasion};
use super::counters::{in_han, of_counters};
use super::page::{Class, han_digit};
use super::reader::Reader;
use super::words::{CLOCK_LEAD, DATE_LEAD, MONTH, NOT_ID, STRONG, UNIT, WEEKDAY};

pub(super) fn dates(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        let end = if reader.is_digit(at) {
            let end = if stands_alone(reader, at) { numbered(reader, at) } else { None };
            Some(end.unwrap_or_else(|| reader.digits(at)))
        } else if reader.class(at) == Some(Class::Dense) && han_digit(reader.c(at)).is_some() {
            in_han(reader, at)
        } else {
            None
        };
        at = end.unwrap_or(at + 1).max(at + 1);
    }
}

/// Whether a number that begins at `at` is not the middle of a code, a version or a longer number.
fn stands_alone(reader: &Reader<'_>, at: usize) -> bool {
    if reader.is_taken(at) {
        return false;
    }
    let Some(before) = at.checked_sub(1) else {
        return true;
    };
    match reader.c(before) {
        '#' | '+' | '$' | '€' | '£' | '_' => false,
        _ if reader.is_letter(before) => false,
        // "HY1190,2月14日"
        ',' if before > 0 && reader.is_digit(before - 1) => {
            let number = (0..before).rev().find(|i| !reader.is_digit(*i));
            number.is_some_and(|i| reader.is_letter(i)) || matches!(reader.c(reader.digits(at)), '月' | '年')
        }
        '.' | ',' | ':' | '/' | '-' if before > 0 && reader.is_code(before - 1) => false,
        _ => true,
    }
}

fn numbered(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let date = of_numbers(reader, at).or_else(|| of_counters(reader, at)).or_else(|| with_month(reader, at));
    if let Some((start, end)) = date {
        let (start, end) = (with_weekday(reader, start), weekday_behind(reader, end));
        let end = through(reader, end);
        reader.take(Kind::Date, start, end, 0.95);
        return Some(end);
    }
    let (start, end) = clock(reader, at).or_else(|| day_of_week(reader, at))?;
    reader.take(Kind::Date, start, end, 0.9);
    Some(end)
}

/// Behind the second day of "12.03-15.03", "3月5日~8日".
fn through(reader: &Reader<'_>, end: usize) -> usize {
    let Some(next) = behind_dash(reader, end).filter(|next| reader.is_digit(*next)) else {
        return end;
    };
    let second = of_numbers(reader, next).or_else(|| of_counters(reader, next)).or_else(|| with_month(reader, next));
    let digits = reader.digits(next);
    let day = digits - next <= 2
        && matches!(reader.c(digits), '日' | '号' | '號' | '일')
        && reader.c(end - 1) == reader.c(digits);
    match second {
        Some((_, stop)) => weekday_behind(reader, stop),
        None if day => digits + 1,
        None => end,
    }
}

pub(super) fn is_day(value: u32) -> bool {
    (1..=31).contains(&value)
}

pub(super) fn is_month(value: u32) -> bool {
    (1..=12).contains(&value)
}

/// Years of the common, the Buddhist and the Islamic count.
pub(super) fn is_year(value: u32) -> bool {
    (1900..2100).contains(&value) || (2440..2620).contains(&value) || (1380..1480).contains(&value)
}

fn is_day_and_month(a: u32, b: u32) -> bool {
    is_day(a) && is_month(b) || is_month(a) && is_day(b)
}

/// `2026-03-05`, `5.3.2026`, `12/03`.
fn of_numbers(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = reader.digits(at);
    let sign = reader.c(end);
    if !matches!(sign, '-' | '/' | '.') || end - at > 4 {
        return None;
    }
    let space = |i: usize| if sign == '.' && reader.c(i) == ' ' { i + 1 } else { i };
    let second = space(end + 1);
    let second_end = reader.digits(second);
    if second_end == second || second_end - second > 2 {
        return None;
    }
    let (a, b) = (reader.value(at, end), reader.value(second, second_end));
    let third = space(second_end + 1);
    let third_end = reader.digits(third);
    if reader.c(second_end) == sign && third_end > third {
        let c = reader.value(third, third_end);
        let spaced = second > end + 1 || third > second_end + 1;
        let longer = matches!(reader.c(third_end), '.' | '-' | '/') && reader.is_digit(third_end + 1);
        let whole = !longer && !reader.is_letter(third_end);
        let fits = match (end - at, third_end - third) {
            (4, 1..=2) => is_year(a) && is_month(b) && is_day(c),
            (1..=2, 4) => is_year(c) && is_day_and_month(a, b),
            (1..=2, 2) => {
                let led = c > 19 && reader.word_before(at, DATE_LEAD | WEEKDAY).is_some();
                !spaced && is_day_and_month(a, b) && (sign == '/' || end - at == 2 || second_end - second == 2 || led)
            }
            _ => false,
        };
        if fits && (whole || reader.c(third_end) == 't') {
            return Some((at, with_time(reader, third_end)));
        }
        // "5.3. 14 Uhr" goes on as day and month.
        if !spaced || fits {
            return None;
        }
    }
    if end - at <= 2 && second == end + 1 && day_and_month(reader, at, end, second_end, sign) {
        return Some((at, second_end));
    }
    None
}

/// `2026-03-05T14:35:00Z` is one expression.
fn with_time(reader: &Reader<'_>, at: usize) -> usize {
    if reader.c(at) != 't' || !reader.is_digit(at + 1) {
        return at;
    }
    let mut end = at + 1;
    while reader.is_digit(end) || matches!(reader.c(end), ':' | '.') && reader.is_digit(end + 1) {
        end += 1;
    }
    if reader.c(end) == 'z' { end + 1 } else { end }
}

/// Whether two numbers without a year are day and month rather than a mark, a fraction or a price.
fn day_and_month(reader: &Reader<'_>, at: usize, end: usize, second_end: usize, sign: char) -> bool {
    let second = end + 1;
    let (a, b) = (reader.value(at, end), reader.value(second, second_end));
    let round_the_clock = matches!((a, b), (24, 7) | (7, 24));
    let goes_on = reader.is_code(second_end)
        || matches!(reader.c(second_end), '%' | '/' | ':' | '€' | '$' | '°')
        || reader.c(second_end) == sign && reader.is_digit(second_end + 1);
    if !is_day_and_month(a, b) || round_the_clock || goes_on || reader.word_before(at, NOT_ID).is_some() {
        return false;
    }
    let weekday = reader.word_before(at, WEEKDAY).is_some();
    let lead = weekday || reader.word_before(at, DATE_LEAD).is_some();
    let zero = |from: usize, to: usize| to - from == 2 && reader.c(from) == '0';
    let zeros = zero(at, end) || zero(second, second_end);
    match sign {
        '/' => {
            let mark = matches!(b, 5 | 10 | 20) && a <= b && !zeros;
            let plain = zeros || a.max(b) > 12 && (second_end - second == 2 || end - at == 2 && lead);
            // Particles of Japanese that follow a day.
            let particle = reader.has_kana
                && matches!(reader.c(second_end), 'に' | 'の' | 'か' | 'ま' | 'は' | 'で' | '発' | '着' | '便');
            let bracket = reader.c(second_end) == '(' && DAYS.contains(reader.c(second_end + 1));
            let eastern = reader.is_eastern && (a > b || b > 4);
            // "11/2" is no fraction, but "16/9" is a shape of pictures.
            let whole = a > b && a > 6 && !matches!((a, b), (_, 5 | 10) | (16, 9));
            weekday
                || bracket
                || mark && DAY_LEADS.iter().any(|word| at >= word.len() && reader.spells(at - word.len(), word))
                || !mark && (lead || plain || particle || eastern || whole)
        }
        '.' => {
            let next = reader.word_at(second_end + 1);
            let counted = next.is_some_and(|word| word.is(UNIT)) && reader.c(second_end) == ' ';
            let dotted = reader.c(second_end) == '.'
                && (reader.c(second_end + 1) == ','
                    || reader.c(second_end + 1) == ' '
                        && !reader.is_upper(second_end + 2)
                        && second_end + 2 < reader.len());
            let whole = second_end - second == 2 && is_day(a) && is_month(b);
            let clock = reader.word_before(at, CLOCK_LEAD).is_some_and(|word| word.is(STRONG));
            is_day(a)
                && is_month(b)
                && !clock
                && !counted
                && (dotted || weekday || whole && (lead || zero(second, second_end) || of_an_occasion(reader, at)))
        }
        // "03-05" where the month stands first.
        _ => {
            let zeros = end - at == 2 && second_end - second == 2 && zeros;
            weekday || zeros && reader.is_eastern && is_month(a) && !matches!(reader.c(second_end), ' ' | '号' | '室')
        }
    }
}

/// Words before a day that never stand before a mark like "5/5".
const DAY_LEADS: [&str; 10] =
    [" il ", " el ", " am ", " vom ", " dia ", " since ", " dal ", " entro il ", " bis zum ", " until "];

/// `5 March 2026`, `März 5.`, `5 de mayo`, `৫ই মার্চ`.
fn with_month(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = reader.digits(at);
    if end - at > 2 || !is_day(reader.value(at, end)) {
        return None;
    }
    let after = ordinal(reader, end);
    if let Some(month) = month_behind(reader, after)
        && !is_another_word(reader, at, month)
    {
        return Some((at, with_year(reader, month)));
    }
    // "5-7 марта" and "3.-5. Mai" are one span of days.
    let through = reader.digits(after + 1);
    if reader.c(after) == '-'
        && (1..=2).contains(&(through - after.min(through) - 1))
        && let Some(month) = month_behind(reader, ordinal(reader, through))
    {
        return Some((at, with_year(reader, month)));
    }
    let before = reader.word_before(at, MONTH)?;
    // "may 5 of us" and "14:35" behind a month's name are none; "March 5" is one.
    let whole = !reader.is_code(after) && !matches!(reader.c(end), ':' | '%' | '€' | '$') && !reader.has_decimals(end);
    let spoken = reader.word_at(after + 1).is_some_and(|word| word.is(UNIT));
    let latin = reader.is_letter(before.start);
    // "ara 2", "set 3": months that are words of other languages come behind their day only.
    let length = before.end - before.start;
    let short = length <= 3
        && !ABBREVIATIONS
            .iter()
            .any(|word| word.chars().eq(reader.glyphs[before.start..before.end].iter().map(|glyph| glyph.c)));
    let latin = latin && !short;
    (whole && latin && !(spoken && before.end - before.start < 4) && at - before.end <= 2)
        .then(|| (before.start, with_year(reader, after)))
}

/// Months as they stand before their day.
const ABBREVIATIONS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Short months that are common words of other languages; they need a word before them that leads to a date.
const AMBIGUOUS: [&str; 12] = ["out", "set", "ago", "gen", "lis", "ara", "sty", "haz", "tem", "kas", "eki", "mag"];

/// Behind the ending of an ordinal number: `3rd`, `1er`, `5.`, `5º`, `5-го`, `৫ই`.
fn ordinal(reader: &Reader<'_>, at: usize) -> usize {
    let ends = |ending: &str| {
        let length = ending.chars().count();
        let fits = ending.chars().enumerate().all(|(i, c)| reader.c(at + i) == c);
        (fits && !reader.is_letter(at + length)).then_some(at + length)
    };
    if let Some(end) = [
        "st",
        "nd",
        "rd",
        "th",
        "er",
        "e",
        "-го",
        "го",
        "-e",
        "os",
        "ª",
        "º",
        "°",
        "ই",
        "লা",
        "রা",
        "ঠা",
        "শে",
        "শা",
        "वीं",
        "वां",
        "-sel",
        "ten",
        "te",
    ]
    .into_iter()
    .find_map(ends)
    {
        return end;
    }
    if reader.c(at) == '.' { at + 1 } else { at }
}

/// The end of a month's name behind `at`, with the small words between.
fn month_behind(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut next = at;
    if matches!(reader.c(next), ' ' | '-' | '/') {
        next += 1;
    }
    for small in ["de ", "of ", "di ", "th ", "من "] {
        if small.chars().enumerate().all(|(i, c)| reader.c(next + i) == c) {
            next += small.chars().count();
        }
    }
    // "5. mail" is the 5th of May in Estonian.
    if at > 0 && reader.c(at - 1) == '.' && reader.spells(next, "mail") && !reader.is_code(next + 4) {
        return Some(next + 4);
    }
    let month = reader.word_at(next).filter(|word| word.is(MONTH))?;
    // "3 mars" is a date, "3 marche" and "2 ago" are not whole words; one letter glued on is no month either.
    let whole = month.end - month.start > 1;
    whole.then_some(month.end)
}

fn is_another_word(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let word = &reader.glyphs[end.saturating_sub(3)..end];
    let ambiguous = AMBIGUOUS.iter().any(|known| known.chars().eq(word.iter().map(|glyph| glyph.c)))
        && !reader.is_letter(end.saturating_sub(4));
    ambiguous && reader.word_before(at, DATE_LEAD | WEEKDAY).is_none() && with_year(reader, end) == end
}

/// Behind a year that follows a month.
fn with_year(reader: &Reader<'_>, at: usize) -> usize {
    let mut next = at;
    while next < at + 3 && matches!(reader.c(next), ' ' | ',' | '.' | '-' | '\'') {
        next += 1;
    }
    for small in ["de ", "del ", "di "] {
        if small.chars().enumerate().all(|(i, c)| reader.c(next + i) == c) {
            next += small.chars().count();
        }
    }
    let end = reader.digits(next);
    let year = end - next == 4 && is_year(reader.value(next, end))
        || end - next == 2
            && next > 0
            && (reader.c(next - 1) == '\'' || reader.c(next - 1) == ' ' && is_thai_year(reader, at, next, end));
    if next > at && year && reader.c(end) != ':' && !reader.is_letter(end) { end } else { at }
}

/// "12 เม.ย. 67": a year of two digits behind a month of Thailand, and no counter behind it.
fn is_thai_year(reader: &Reader<'_>, month: usize, at: usize, end: usize) -> bool {
    let thai = month > 0 && matches!(reader.c(month - 1), '\u{e01}'..='\u{e4e}' | '.');
    let near = (month.saturating_sub(3)..month).any(|i| matches!(reader.c(i), '\u{e01}'..='\u{e4e}'));
    let next = if reader.c(end) == ' ' { end + 1 } else { end };
    let counted = reader.word_at(next).is_some_and(|word| word.is(UNIT));
    thai && near && !counted && reader.value(at, end) > 40
}

/// "Tuesday 14th", "jueves 9": a day of the month behind its weekday.
fn day_of_week(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = reader.digits(at);
    let weekday = reader.word_before(at, WEEKDAY)?;
    let after = ordinal(reader, end);
    let next = reader.word_at(after + 1);
    let counted = next.is_some_and(|word| word.is(UNIT)) || reader.is_code(after) || reader.has_decimals(end);
    let whole = !counted && !matches!(reader.c(end), ':' | '%' | '€' | '$' | '/' | '-');
    let near = at - weekday.end == 1 && weekday.end - weekday.start > 3;
    let latin = reader.is_letter(weekday.start) && end - at <= 2 && is_day(reader.value(at, end));
    (whole && near && latin).then_some((weekday.start, after))
}

/// Short weekdays that are common words elsewhere; they count before "5.3." alone.
const FINNISH_DAYS: [&str; 7] = ["ma ", "ti ", "ke ", "to ", "pe ", "la ", "su "];

/// Before a weekday that belongs to a date.
fn with_weekday(reader: &Reader<'_>, at: usize) -> usize {
    let mut start = at;
    for small in ["den ", "dem ", "the ", "le ", "el ", "il ", "dia ", "день "] {
        let length = small.chars().count();
        if start >= length && small.chars().enumerate().all(|(i, c)| reader.c(start - length + i) == c) {
            start -= length;
            break;
        }
    }
    let short = FINNISH_DAYS.iter().any(|day| {
        at > 2
            && day.chars().enumerate().all(|(i, c)| reader.c(at - 3 + i) == c)
            && (at == 3 || !reader.is_code(at - 4))
    });
    let end = reader.digits(at);
    if short && reader.c(end) == '.' && reader.c(reader.digits(end + 1)) == '.' {
        return at - 3;
    }
    match reader.word_before(start, WEEKDAY) {
        Some(day) if reader.is_free(day.start, at) && (day.end - day.start > 1) => day.start,
        _ => at,
    }
}

/// Behind a weekday that follows its date: "3/15(금)", "3月8日（土）", "5 Mart Çarşamba".
fn weekday_behind(reader: &Reader<'_>, at: usize) -> usize {
    let first = if reader.c(at) == ' ' { at + 1 } else { at };
    let bracket = reader.c(first) == '(';
    let day = first + usize::from(bracket);
    let end = match reader.word_at(day).filter(|word| {
        let letters = if bracket || reader.class(day) != Some(Class::Letter) { 2 } else { 4 };
        word.is(WEEKDAY) && word.end - word.start >= letters
    }) {
        Some(word) => word.end,
        None if bracket && DAYS.contains(reader.c(day)) => day + 1,
        None => return at,
    };
    let joined = matches!(reader.class(end - 1), Some(Class::Letter)) && first == at && !bracket;
    match (bracket, reader.c(end) == ')') {
        (true, true) => end + 1,
        (false, _) if !joined && !reader.is_digit(end + 1) => end,
        _ => at,
    }
}

/// The letters that stand for weekdays behind a date in China, Japan and Korea.
const DAYS: &str = "月火水木金土日一二三四五六天祝월화수목금토일";

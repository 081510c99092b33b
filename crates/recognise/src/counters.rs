//! Dates whose numbers have a counter behind each, and days of a month that is not named.

use super::Kind;
use super::clock::with_daypart;
use super::dates::{is_day, is_month, is_year};
use super::page::{Glyph, han_digit};
use super::reader::Reader;
use super::words::MONTH;

/// `3月5日`, `2026년 3월 5일`, `١٤ تاريخ`: numbers with a counter behind each.
pub(super) fn of_counters(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let next = |i: usize| if reader.c(i) == ' ' { i + 1 } else { i };
    let mut start = at;
    let mut end = reader.digits(at);
    let mut month = at;
    if matches!(reader.c(next(end)), '年' | '년') && end - at <= 4 {
        month = next(next(end) + 1);
        start = era(reader, at);
        end = reader.digits(month);
    }
    let counter = next(end);
    if end == month || end - month > 2 || !matches!(reader.c(counter), '月' | '월') {
        return days_of_this_month(reader, at);
    }
    let day = next(counter + 1);
    let day_end = reader.digits(day);
    let counted = next(day_end);
    let month_of_year =
        month > at && is_year(reader.value(at, reader.digits(at))) && is_month(reader.value(month, end));
    if month_of_year && day_end == day && !matches!(reader.c(counter + 1), '份' | '底' | '初' | '中') {
        return Some((start, counter + 1));
    }
    let is_date = day_end > day
        && day_end - day <= 2
        && is_month(reader.value(month, end))
        && is_day(reader.value(day, day_end))
        && matches!(reader.c(counted), '日' | '号' | '號' | '일');
    is_date.then_some((start, counted + 1))
}

/// The Japanese era before its year.
fn era(reader: &Reader<'_>, at: usize) -> usize {
    let named = at >= 2
        && matches!((reader.c(at - 2), reader.c(at - 1)), ('令', '和') | ('平', '成') | ('昭', '和') | ('大', '正'));
    if named { at - 2 } else { at }
}

/// "the 14th", where a language has a word for a day of the month.
fn days_of_this_month(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = reader.digits(at);
    if end - at > 2 || !is_day(reader.value(at, end)) {
        return None;
    }
    let next = if reader.c(end) == ' ' { end + 1 } else { end };
    let spelled = |word: &str| word.chars().enumerate().all(|(i, c)| reader.c(next + i) == c);
    for word in ["তারিখ", "तारीख", "tarikh", "tareekh", "ತಾರೀಖು"] {
        if spelled(word) {
            // "মার্চের ৫ তারিখ"
            let month = reader.word_before(at, MONTH).or_else(|| reader.word_before(at.checked_sub(3)?, MONTH));
            let start = month.filter(|month| at - month.end <= 3).map_or(at, |month| month.start);
            return Some((start, next + word.chars().count()));
        }
    }
    if is_day_of_month(reader, at, end) {
        return Some((at, if reader.is_letter(end) { end + 2 } else { end + 1 }));
    }
    let this_month =
        at >= 2 && reader.c(at - 1) == '月' && matches!(reader.c(at - 2), '本' | '这' | '這' | '上' | '下');
    (this_month && matches!(reader.c(end), '号' | '日' | '號')).then(|| (at - 2, end + 1))
}

/// "the 14th", "25日に", "20号前", "5일까지": a day of the month by what follows it.
fn is_day_of_month(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let follows = |words: &[&str]| words.iter().any(|word| reader.spells(end + 1, word));
    match reader.c(end) {
        '日' if reader.has_kana => follows(&["に", "まで", "から", "付", "と月末"]),
        '日' | '号' | '號' => {
            let counted = at > 0 && (matches!(reader.c(at - 1), '第' | '路' | '街' | '弄') || reader.is_code(at - 1));
            !counted && follows(&["前", "之前", "到", "就", "还", "還", "以前", "早上", "晚上", "上午", "下午"])
        }
        '일' => follows(&["에", "까지", "부터", "자 "]),
        's' | 'n' | 'r' | 't' => is_english_day(reader, at, end),
        _ => false,
    }
}

/// "on the 14th" and no "2nd floor".
fn is_english_day(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let ordinal = ["st", "nd", "rd", "th"].iter().any(|ending| reader.spells(end, ending)) && !reader.is_code(end + 2);
    let lead =
        ["on the ", "since the ", "from the ", "by the ", "until the ", "before the ", "till the ", "after the "];
    let led = lead.iter().any(|word| at >= word.len() && reader.spells(at - word.len(), word));
    let next = end + 3;
    let plain = reader.c(end + 2) != ' '
        || ["and ", "at ", "but ", "i ", "to ", "is ", "was ", "it ", "so ", "with ", "then ", "for "]
            .iter()
            .any(|word| reader.spells(next, word));
    ordinal && led && plain
}

/// `三月五号`, `下午三点半`: the numerals of Chinese.
pub(super) fn in_han(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let run = |from: usize| {
        from + reader.glyphs[from..].iter().take(3).take_while(|glyph: &&Glyph| han_digit(glyph.c).is_some()).count()
    };
    let end = run(at);
    if reader.c(at + 4) == '年'
        && let Some(end) = han_year(reader, at)
    {
        reader.take(Kind::Date, at, end, 0.9);
        return Some(end);
    }
    let found = match reader.c(end) {
        '月' => {
            let day = run(end + 1);
            (day > end + 1 && matches!(reader.c(day), '日' | '号' | '號')).then_some((at, day + 1))
        }
        '点' | '點' | '時' | '时' if !matches!(reader.c(end + 1), '间' | '間' | '儿') => {
            let start = with_daypart(reader, at);
            let more = matches!(reader.c(end + 1), '半' | '钟' | '鐘');
            // "一点" is "a little" more often than one o'clock.
            let plain = end - at == 2 && (at..end).all(|i| reader.c(i) != '十')
                || end - at == 1 && matches!(reader.c(at), '一' | '两' | '几') && !more && start == at;
            (!plain).then_some((start, end + 1 + usize::from(more)))
        }
        _ => None,
    };
    let (start, end) = found?;
    reader.take(Kind::Date, start, end, 0.85);
    Some(end)
}

/// `二〇二六年三月五日`, behind the month at least.
fn han_year(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let run = |from: usize| (from..from + 4).take_while(|i| han_digit(reader.c(*i)).is_some()).count();
    let month = at + 5 + run(at + 5);
    if run(at) < 4 || month == at + 5 || reader.c(month) != '月' {
        return None;
    }
    let day = month + 1 + run(month + 1);
    let dated = day > month + 1 && matches!(reader.c(day), '日' | '号' | '號');
    Some(if dated { day + 1 } else { month + 1 })
}

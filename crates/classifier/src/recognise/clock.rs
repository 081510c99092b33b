//! Times of day.

use super::reader::Reader;
use super::words::{CLOCK, CLOCK_LEAD, DAYPART, FLIGHT, Mention, STRONG, TRAVEL, UNIT};

/// `14:35`, `2pm`, `17 Uhr`, `오후 3시`, `kell 16`, `18h30`.
pub(super) fn clock(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = reader.digits(at);
    let hour = reader.value(at, end);
    if end - at > 2 || hour > 24 {
        return None;
    }
    if let Some(start) = past(reader, at, end) {
        return Some((start, end));
    }
    if let Some(end) = through(reader, end) {
        return Some((with_daypart(reader, at), end));
    }
    let start = with_daypart(reader, at);
    if let Some(end) = with_minutes(reader, at, end).or_else(|| counted_hour(reader, at, end, start < at)) {
        return Some((start, end));
    }
    let next = if matches!(reader.c(end), ' ' | '-') { end + 1 } else { end };
    let lead = reader.word_before(at, CLOCK_LEAD);
    let word = reader.word_at(next).filter(|word| word.is(CLOCK));
    if let Some(word) = word
        && (word.is(STRONG) && !is_days(reader, word) || lead.is_some_and(|lead| !tells_how_long(reader, lead)))
        && !(reader.is_letter(word.start) && reader.c(next - 1) == '-')
    {
        return Some((start, clock_end(reader, word.start, word.end)));
    }
    if start < at && !reader.is_code(end) {
        let counted = "টা".chars().enumerate().all(|(i, c)| reader.c(end + i) == c);
        let whole = reader.word_at(next).is_none_or(|word| !word.is(UNIT) || word.is(CLOCK));
        return (counted || whole && !matches!(reader.c(end), '%' | '.' | ',' | ':'))
            .then_some((start, if counted { end + 2 } else { end }));
    }
    let noun = lead.filter(|lead| lead.is(STRONG) && at - lead.end <= 2)?;
    let whole = !reader.is_code(end) && !matches!(reader.c(end), '%' | ':') && !reader.has_decimals(end);
    let counted = reader.word_at(next).is_some_and(|word| word.is(UNIT));
    (whole && !counted).then(|| (noun.start, hours_through(reader, end)))
}

/// "klo 10-12": the hour that ends the span.
fn hours_through(reader: &Reader<'_>, at: usize) -> usize {
    let end = reader.digits(at + 1);
    let hour = reader.c(at) == '-' && (1..=2).contains(&(end - at - 1)) && reader.value(at + 1, end) <= 24;
    let glued = reader.is_code(end) && !reader.word_at(end).is_some_and(|word| word.is(CLOCK));
    if hour && !glued && !matches!(reader.c(end), '.' | ':') { end } else { at }
}

/// "14-16 Uhr", "9-11am": one expression, behind its word.
fn through(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let end = hours_through(reader, at);
    let next = if reader.c(end) == ' ' { end + 1 } else { end };
    let word = reader.word_at(next).filter(|word| word.is(CLOCK) && word.is(STRONG) && end > at)?;
    Some(clock_end(reader, word.start, word.end))
}

/// Words that tell minutes before their hour.
const PAST: [&str; 18] = [
    "quarter past ",
    "quarter to ",
    "half past ",
    "five past ",
    "five to ",
    "ten past ",
    "ten to ",
    "twenty past ",
    "twenty to ",
    "viertel nach ",
    "viertel vor ",
    "dreiviertel ",
    "halb ",
    "kwart over ",
    "kwart voor ",
    "veerand ",
    "kolmveerand ",
    "pool ",
];

/// Where "quarter past" begins before the hour at `at`.
fn past(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if at == 0
        || reader.c(at - 1) != ' '
        || reader.is_code(end)
        || reader.has_decimals(end)
        || reader.value(at, end) > 12
    {
        return None;
    }
    let spelled = |word: &&&str| {
        let length = word.len();
        at >= length
            && word.chars().enumerate().all(|(i, c)| reader.c(at - length + i) == c)
            && (at == length || !reader.is_letter(at - length - 1))
    };
    let next = if reader.c(end) == ' ' { end + 1 } else { end };
    let counted = reader.word_at(next).is_some_and(|word| word.is(UNIT)) || matches!(reader.c(end), '%' | ':' | '/');
    PAST.iter().find(spelled).filter(|_| !counted).map(|word| at - word.len())
}

/// "2 дня" are days; "в 2 дня" is the time.
fn is_days(reader: &Reader<'_>, word: &Mention) -> bool {
    "дня".chars().eq(reader.glyphs[word.start..word.end].iter().map(|glyph| glyph.c))
}

/// "after 9 hrs" says how long, "at 9 h" says when.
fn tells_how_long(reader: &Reader<'_>, lead: &Mention) -> bool {
    let spelled = |word: &&str| word.chars().eq(reader.glyphs[lead.start..lead.end].iter().map(|glyph| glyph.c));
    [
        "after",
        "before",
        "around",
        "about",
        "approx",
        "by",
        "for",
        "nach",
        "vor",
        "ca",
        "circa",
        "noin",
        "umbes",
        "na",
        "на",
        "до",
        "около",
        "примерно",
        "po",
        "przed",
        "over",
    ]
    .iter()
    .any(spelled)
}

/// Bengali writes the ending of a case behind the counter; it is not part of the time.
fn clock_end(reader: &Reader<'_>, start: usize, end: usize) -> usize {
    if reader.c(start) == 'ট' { start + 2 } else { end }
}

/// Where a part of the day begins that stands right before `at`.
pub(super) fn with_daypart(reader: &Reader<'_>, at: usize) -> usize {
    match reader.word_before(at, DAYPART) {
        Some(part) if at - part.end <= 1 && reader.is_free(part.start, at) => part.start,
        _ => at,
    }
}

/// Behind hours and minutes with a sign between, and the word that follows them.
fn with_minutes(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    // "20 h 45"
    let spaced = reader.c(end) == ' ' && reader.c(end + 1) == 'h' && reader.c(end + 2) == ' ';
    let sign = if spaced { 'h' } else { reader.c(end) };
    let minutes = if spaced { end + 3 } else { end + 1 };
    let minutes_end = reader.digits(minutes);
    let fits = minutes_end - minutes == 2 && reader.value(minutes, minutes_end) < 60;
    if !fits {
        return None;
    }
    let next = if reader.c(minutes_end) == ' ' { minutes_end + 1 } else { minutes_end };
    let word = reader.word_at(next).filter(|word| word.is(CLOCK) && !(next > minutes_end && reader.c(next) == 'ট'));
    let lead = reader.word_before(at, CLOCK_LEAD);
    let is_time = match sign {
        ':' => !(reader.is_code(minutes_end) && word.is_none()),
        // "14.30" is a time beside a word that says so, and a day or a price elsewhere.
        '.' => {
            let strong = word.is_some_and(|word| word.is(STRONG)) || lead.is_some_and(|lead| lead.is(STRONG));
            let whole =
                !reader.is_code(minutes_end) && !reader.has_decimals(minutes_end) && reader.c(minutes_end) != '%';
            let money = reader.word_at(next).is_some_and(|word| !word.is(CLOCK | TRAVEL));
            (strong
                || whole
                    && !money
                    && (lead.is_some() || beside_travel(reader, at, next))
                    && (reader.value(minutes, minutes_end) > 12 || reader.value(minutes, minutes_end) == 0))
                && (whole || word.is_some())
        }
        'h' | 'u' => {
            (lead.is_some() || reader.value(at, end) > 5)
                && !reader.is_code(minutes_end)
                && !behind_a_span(reader, at, minutes_end)
        }
        _ => return None,
    };
    if !is_time {
        return None;
    }
    if sign == ':' && reader.c(minutes_end) == ':' && reader.digits(minutes_end + 1) == minutes_end + 3 {
        return Some(minutes_end + 3);
    }
    Some(word.map_or(minutes_end, |word| clock_end(reader, word.start, word.end)))
}

/// "piti lähteä 15.20", "zou 11.45 vertrekken": a word of travel stands right beside.
fn beside_travel(reader: &Reader<'_>, at: usize, next: usize) -> bool {
    reader.word_before(at, TRAVEL | FLIGHT).is_some() || reader.word_at(next).is_some_and(|word| word.is(TRAVEL))
}

/// "depuis 2h30", "2h30 de retard": how long, not when.
fn behind_a_span(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let before = ["depuis ", "pendant ", "durant ", "apres ", "de ", "ha ", "durante ", "hace "];
    let spelled = |word: &str, from: usize| word.chars().enumerate().all(|(i, c)| reader.c(from + i) == c);
    let after = [" de retard", " de retraso", " de atraso", " d'attente", " de espera"];
    before.iter().any(|word| word.chars().count() <= at && spelled(word, at - word.chars().count()))
        || after.iter().any(|word| spelled(word, end))
}

/// `3点半`, `15時30分`, `오후 3시 30분`, `৯টা ১৫`, `18h`.
fn counted_hour(reader: &Reader<'_>, at: usize, end: usize, daypart: bool) -> Option<usize> {
    let counter = if reader.c(end) == ' ' && reader.c(end + 1) == '시' { end + 1 } else { end };
    let mut next = counter + 1;
    match reader.c(counter) {
        '点' | '點' | '時' | '时' => {
            if reader.c(next) == '间' || reader.c(next) == '間' {
                return None;
            }
            // Behind a number the same letter counts points in Japanese, where hours have another.
            let points = matches!(reader.c(counter), '点' | '點') && reader.has_kana;
            let more = matches!(reader.c(next), '半' | '钟' | '鐘') || reader.is_digit(next);
            if points && !daypart || matches!(reader.c(next), '评' | '分') && !more {
                return None;
            }
        }
        '시' if reader.c(next) != '간'
            && (reader.value(at, end) < 24 || reader.c(next) == ' ' && reader.is_digit(next + 1)) => {}
        'ট' if reader.c(next) == 'া' => {
            let minutes = next + 2;
            let minutes_end = reader.digits(minutes);
            let timed =
                reader.c(next + 1) == ' ' && minutes_end == minutes + 2 && reader.value(minutes, minutes_end) < 60;
            return timed.then_some(minutes_end);
        }
        'h' if !reader.is_code(next) => {
            let near = (at.saturating_sub(5)..at).any(|i| reader.is_taken(i));
            let lead = near || reader.word_before(at, CLOCK_LEAD).is_some_and(|lead| !tells_how_long(reader, lead));
            return (lead && !behind_a_span(reader, at, next)).then_some(next);
        }
        _ => return None,
    }
    if matches!(reader.c(next), '半' | '钟' | '鐘' | '반') {
        return Some(next + 1);
    }
    if reader.c(next) == ' ' && (reader.c(next + 1) == '반' || reader.is_digit(next + 1)) {
        if reader.c(next + 1) == '반' {
            return Some(next + 2);
        }
        next += 1;
    }
    let minutes = reader.digits(next);
    if minutes > next && minutes - next <= 2 && matches!(reader.c(minutes), '分' | '분') {
        return Some(minutes + 1);
    }
    // "3点20": the minutes need no counter in Chinese.
    let bare = matches!(reader.c(counter), '点' | '點') && minutes == next + 2 && reader.value(next, minutes) < 60;
    if bare && !reader.word_at(minutes).is_some_and(|word| word.is(UNIT)) && !reader.is_code(minutes) {
        return Some(minutes);
    }
    Some(counter + 1)
}

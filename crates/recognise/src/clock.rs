//! Times of day.

use super::reader::Reader;
use super::words::{AFTER_AMOUNT, CLOCK, CLOCK_LEAD, DAYPART, FLIGHT, Mention, OCCASION, SCALE, STRONG, TRAVEL, UNIT};

/// A time of day or a span of two: `14:35`, `2pm`, `오후 3시`, `10:00-12:00`.
pub(super) fn clock(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let (start, end) = match dotted_span(reader, at).or_else(|| hours_to(reader, at)) {
        Some(end) => (with_daypart(reader, at), end),
        None => moment(reader, at)?,
    };
    let Some(next) = behind_dash(reader, end) else {
        return Some((start, end));
    };
    let number = match reader.word_at(next).filter(|word| word.is(DAYPART)) {
        Some(part) => part.end + usize::from(reader.c(part.end) == ' '),
        None => next,
    };
    let second = if reader.is_digit(number) { moment(reader, number) } else { None };
    Some((start, second.filter(|second| second.0 == next).map_or(end, |second| second.1)))
}

/// Behind a dash that joins two times or two days, with a space on both sides or none.
pub(super) fn behind_dash(reader: &Reader<'_>, end: usize) -> Option<usize> {
    let space = usize::from(reader.c(end) == ' ');
    let dash = matches!(reader.c(end + space), '-' | '~');
    let next = end + space + 1 + usize::from(reader.c(end + space + 1) == ' ');
    (dash && (next - end == 1 || next - end == 3)).then_some(next)
}

/// "9.00-12.00": two times in the spelling of days or prices, of which one cannot be a day.
fn dotted_span(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let dotted = |at: usize| {
        let end = reader.digits(at);
        let minutes = reader.digits(end + 1);
        let fits = (1..=2).contains(&(end - at)) && reader.c(end) == '.' && minutes == end + 3;
        let value = fits.then(|| reader.value(end + 1, minutes)).filter(|value| *value < 60);
        value.filter(|_| reader.value(at, end) <= 24).map(|value| (minutes, value))
    };
    let (first_end, first) = dotted(at)?;
    let (end, second) = dotted(behind_dash(reader, first_end)?)?;
    let sum = reader.word_at(end + usize::from(reader.c(end) == ' ')).is_some_and(|word| word.is(AFTER_AMOUNT));
    let whole = !reader.is_code(end) && !reader.has_decimals(end) && reader.c(end) != '%';
    (whole && !sum && [first, second].iter().any(|minutes| *minutes == 0 || *minutes > 12)).then_some(end)
}

/// Words between two hours of which only the second has its word.
const TO: [&str; 9] = [" a ", " as ", " to ", " bis ", " до ", " do ", " tot ", " til ", " kuni "];

/// "10 a 14 h", "9 bis 12 Uhr": the first number is an hour by the word of the second only.
fn hours_to(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let end = reader.digits(at);
    if reader.c(end) != ' ' {
        return None;
    }
    let to = TO.iter().find(|word| reader.spells(end, word))?;
    let second = end + to.chars().count();
    let second_end = reader.digits(second);
    let hour = |from: usize, to: usize| (1..=2).contains(&(to - from)) && reader.value(from, to) <= 24;
    if !hour(at, end) || !hour(second, second_end) {
        return None;
    }
    let next = second_end + usize::from(reader.c(second_end) == ' ');
    let word = reader.word_at(next).filter(|word| word.is(CLOCK))?;
    // "3 a 4 h" may say how long; "de 3 a 4 h" says when.
    let lead = at >= 3 && (reader.spells(at - 3, "de ") || at >= 4 && reader.spells(at - 4, "das "));
    let hours = reader.c(word.start) == 'h' && word.end - word.start == 1 && lead;
    (word.is(STRONG) || hours).then_some(word.end)
}

/// `14:35`, `2pm`, `17 Uhr`, `오후 3시`, `kell 16`, `18h30`.
fn moment(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
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
    // "3 ore 20" says how long.
    let measure = |lead: &Mention| {
        lead.is(UNIT) && lead.start > 1 && reader.is_digit(lead.start - 2) && !reader.is_taken(lead.start - 2)
    };
    let noun = lead.filter(|lead| lead.is(STRONG) && at - lead.end <= 2 && !measure(lead))?;
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
        "al",
    ]
    .iter()
    .any(spelled)
}

/// Behind the word of an hour and what belongs to it: "9 heures du matin", "15 Uhr 30".
///
/// Bengali writes the ending of a case behind the counter; it is not part of the time.
fn clock_end(reader: &Reader<'_>, start: usize, end: usize) -> usize {
    if reader.c(start) == 'ট' {
        return start + 2;
    }
    let minutes = reader.digits(end + 1);
    let german = reader.spells(start, "uhr") && reader.c(end) == ' ' && minutes == end + 3;
    let counted = reader.word_at(minutes + 1).is_some_and(|word| word.is(UNIT | AFTER_AMOUNT));
    if german && reader.value(end + 1, minutes) < 60 && !counted && !reader.is_code(minutes) {
        return minutes;
    }
    with_part_of_day(reader, end)
}

/// Behind "du matin", "da manhã" that follow an hour.
fn with_part_of_day(reader: &Reader<'_>, end: usize) -> usize {
    let part = reader
        .word_at(end + 1)
        .filter(|word| reader.c(end) == ' ' && word.is(CLOCK) && word.is(STRONG) && word.end - end > 3);
    part.map_or(end, |word| word.end)
}

/// Where a part of the day begins that stands right before `at`.
pub(super) fn with_daypart(reader: &Reader<'_>, at: usize) -> usize {
    // "今夜" is tonight, a day and no part of the time.
    let of_a_day = |start: usize| start > 0 && matches!(reader.c(start - 1), '今' | '昨' | '明' | '毎' | '每');
    let before = |at: usize| {
        let part = reader.word_before(at, DAYPART).filter(|part| at - part.end <= 1 && !of_a_day(part.start));
        part.map(|part| part.start).filter(|start| reader.is_free(*start, at))
    };
    // "সন্ধ্যা সাড়ে ৭টা": the half hour stands between.
    before(at).map_or(at, |start| before(start).unwrap_or(start))
}

/// "20h", "9h du matin": the letter also says how long, so something has to say that it is the time.
fn hour_with_letter(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let next = end + 1;
    let when = (at.saturating_sub(5)..at).any(|i| reader.is_taken(i))
        || (13..24).contains(&reader.value(at, end))
        || reader.word_before(at, CLOCK_LEAD).is_some_and(|lead| !tells_how_long(reader, lead))
        || with_part_of_day(reader, next) > next
        || before_an_hour(reader, next)
        || at > 1 && reader.c(at - 1) == '-' && reader.c(at - 2) == 'h';
    (when && !behind_a_span(reader, at, next)).then(|| with_part_of_day(reader, next))
}

/// "8h-12h", "9h à 12h": another hour follows.
fn before_an_hour(reader: &Reader<'_>, end: usize) -> bool {
    let to = ["-", " - ", " a ", " as "].iter().find(|word| reader.spells(end, word));
    to.is_some_and(|word| {
        let second = end + word.len();
        let stop = reader.digits(second);
        (1..=2).contains(&(stop - second)) && reader.c(stop) == 'h' && !reader.is_letter(stop + 1)
    })
}

/// What follows the counter of Bengali where it counts the hours of the day.
const BENGALI_HOURS: [&str; 7] = [" পর্যন্ত", " থেকে", " বাজে", "র আগে", "র দিকে", "র পর", " গেলো"];

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
            let money = reader
                .word_at(next)
                .is_some_and(|word| word.is(AFTER_AMOUNT | SCALE | UNIT) && !word.is(CLOCK | TRAVEL));
            let told = || {
                lead.is_some()
                    || beside_travel(reader, at, next)
                    || reader.value(minutes, minutes_end).is_multiple_of(5) && of_an_occasion(reader, at)
            };
            (strong
                || whole
                    && !money
                    && told()
                    && (reader.value(minutes, minutes_end) > 12 || reader.value(minutes, minutes_end) == 0))
                && (whole || word.is_some())
        }
        'h' | 'u' => {
            (lead.is_some() || reader.value(at, end) > 5)
                && !reader.is_code(minutes_end)
                && (!behind_a_span(reader, at, minutes_end)
                    || at > 2 && reader.spells(at - 3, "de ") && reader.value(at, end) > 5)
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

/// Whether a visit, a delivery, a ferry is spoken of near a number.
pub(super) fn of_an_occasion(reader: &Reader<'_>, at: usize) -> bool {
    let index = reader.mentions.partition_point(|mention| mention.start < at);
    let near = |mention: &&Mention| mention.start.abs_diff(at) < 40;
    let mut around = reader.mentions[..index].iter().rev().take_while(near);
    around.any(|mention| mention.is(OCCASION))
        || reader.mentions[index..].iter().take_while(near).any(|mention| mention.is(OCCASION))
}

/// "depuis 2h30", "2h30 de retard": how long, not when.
fn behind_a_span(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let before = [
        "depuis ", "pendant ", "durant ", "apres ", "de ", "ha ", "durante ", "hace ", "en ", "em ", "dans ",
        "attendu ", "attends ", "por ",
    ];
    let ends = |word: &str| {
        let from = at.checked_sub(word.chars().count());
        from.is_some_and(|from| reader.spells(from, word) && (from == 0 || !reader.is_letter(from - 1)))
    };
    let after = [
        " de retard",
        " de retraso",
        " de atraso",
        " d'attente",
        " de espera",
        " de vol",
        " de vuelo",
        " de voo",
        " par ",
    ];
    before.iter().any(|word| ends(word)) || after.iter().any(|word| reader.spells(end, word))
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
            let until = || BENGALI_HOURS.iter().any(|word| reader.spells(next + 1, word)).then_some(next + 1);
            return if timed { Some(minutes_end) } else { until() };
        }
        'h' if !reader.is_code(next) => return hour_with_letter(reader, at, end),
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

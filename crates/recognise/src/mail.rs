//! Mail addresses, and what looks like data but is none: links, handles, hashtags.

use super::Kind;
use super::page::Class;
use super::reader::Reader;
use super::words::{AT, DOT};

/// Longest part of a mail address before the `@`, and longest domain.
const LONGEST: usize = 64;

pub(super) fn links_and_mails(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        let end = match reader.c(at) {
            'h' | 'w' => link(reader, at),
            '@' => mail(reader, at).or_else(|| handle(reader, at)),
            '#' => hashtag(reader, at),
            _ => None,
        };
        at = end.unwrap_or(at + 1).max(at + 1);
    }
    for index in 0..reader.mentions.len() {
        if reader.mentions[index].is(AT) {
            spelled(reader, reader.mentions[index].start, reader.mentions[index].end);
        }
    }
    bare_links(reader);
}

fn link(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    if at > 0 && reader.is_code(at - 1) {
        return None;
    }
    let starts = |prefix: &str| prefix.chars().enumerate().all(|(i, c)| reader.c(at + i) == c);
    if !(starts("http://") || starts("https://") || starts("www.")) {
        return None;
    }
    let mut end = at;
    while end < reader.len() && !matches!(reader.class(end), Some(Class::Space | Class::Dense | Class::Joined)) {
        end += 1;
    }
    reader.void(at, end);
    Some(end)
}

/// `shop.example/offer/2024`: a name with a dot and a path is a link too.
fn bare_links(reader: &mut Reader<'_>) {
    for at in 1..reader.len() {
        let path = reader.c(at) == '/' && reader.is_letter(at - 1) && reader.is_code(at + 1) && !reader.is_taken(at);
        if !path {
            continue;
        }
        let mut start = at;
        while start > 0
            && at - start < LONGEST
            && (reader.is_code(start - 1) || matches!(reader.c(start - 1), '.' | '-'))
        {
            start -= 1;
        }
        let top = (start..at).rev().find(|i| reader.c(*i) == '.');
        let is_link = top.is_some_and(|dot| {
            dot > start + 1 && at - dot > 2 && (dot + 1..at).all(|i| reader.is_letter(i)) && !reader.is_upper(dot + 1)
        });
        if !is_link {
            continue;
        }
        let mut end = at;
        while end < reader.len() && !matches!(reader.class(end), Some(Class::Space | Class::Dense | Class::Joined)) {
            end += 1;
        }
        // "ul.Długa/12" has one dot right after its first word; a host has its dot before two to six letters.
        if reader.is_free(start, end) && at - top.unwrap_or(at) <= 7 && reader.word_at(start).is_none() {
            reader.void(start, end);
        }
    }
}

fn handle(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    if at > 0 && reader.is_code(at - 1) {
        return None;
    }
    let mut end = at + 1;
    while reader.is_code(end) || matches!(reader.c(end), '_' | '.') && reader.is_code(end + 1) {
        end += 1;
    }
    reader.void(at, end);
    Some(end)
}

fn hashtag(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let mut end = at + 1;
    while reader.is_code(end) || reader.c(end) == '_' || matches!(reader.class(end), Some(Class::Joined)) {
        end += 1;
    }
    // A tag has a word in it; "#45821" and "#A-1" are numbers, "#AB12345" may be.
    let letters = (at + 1..end).filter(|i| !reader.is_digit(*i)).count();
    let digits = end - at - 1 - letters;
    let is_code = (at + 1..end).all(|i| reader.is_digit(i) || reader.is_upper(i)) && digits >= 4
        || matches!(reader.c(end), '-' | '/') && (digits > 0 || reader.is_digit(end + 1));
    if letters == 0 || is_code {
        return None;
    }
    reader.void(at, end);
    Some(end)
}

/// A mail address around the `@` at `at`; gives its end.
fn mail(reader: &mut Reader<'_>, at: usize) -> Option<usize> {
    let mut local = at;
    // "jane @ example.com"
    if local > 1 && reader.c(local - 1) == ' ' && reader.c(at + 1) == ' ' {
        local -= 1;
    }
    let start = local_start(reader, local)?;
    let mut domain = at + 1;
    if reader.c(domain) == ' ' {
        domain += 1;
    }
    if local != at && domain == at + 1 {
        return None;
    }
    let end = domain_end(reader, domain)?;
    reader.take(Kind::Email, start, end, 0.99).then_some(end)
}

fn is_local(reader: &Reader<'_>, at: usize) -> bool {
    reader.is_code(at) || matches!(reader.c(at), '.' | '_' | '%' | '+' | '-' | '\'')
}

/// Where the part before the `@` begins.
fn local_start(reader: &Reader<'_>, end: usize) -> Option<usize> {
    let mut start = end;
    while start > 0 && end - start < LONGEST && is_local(reader, start - 1) && !reader.is_taken(start - 1) {
        start -= 1;
    }
    while start < end && !reader.is_code(start) {
        start += 1;
    }
    (start < end).then_some(start)
}

/// Where a domain that begins at `at` ends: labels with dots, the last of letters.
fn domain_end(reader: &Reader<'_>, at: usize) -> Option<usize> {
    // Names in other scripts are domains too, but behind Latin letters other letters begin the next word.
    let latin = reader.is_code(at);
    let fits = |i: usize| reader.is_code(i) || !latin && matches!(reader.class(i), Some(Class::Dense | Class::Joined));
    let mut end = at;
    let mut last_dot = None;
    while end < reader.len() && end - at < LONGEST {
        if reader.c(end) == '.' && end > at && fits(end + 1) {
            last_dot = Some(end);
        } else if !(fits(end) || reader.c(end) == '-' && fits(end + 1)) {
            break;
        }
        end += 1;
    }
    let dot = last_dot?;
    while end > dot && reader.c(end - 1) == '-' {
        end -= 1;
    }
    let top = end - dot - 1;
    (top >= 2 && !reader.is_digit(dot + 1)).then_some(end)
}

/// "jane (at) example (dot) com", in the words of the table.
fn spelled(reader: &mut Reader<'_>, at: usize, at_end: usize) {
    let bracketed = matches!(reader.c(at), '(' | '[' | '{' | '<');
    let plain = reader.glyphs[at..at_end].len() <= 2 && !bracketed;
    let local_end = if at > 0 && reader.c(at - 1) == ' ' { at - 1 } else { at };
    // "Non refundable. At this point": a sentence begins.
    if plain && local_end > 0 && reader.c(local_end - 1) == '.' {
        return;
    }
    let Some(start) = local_start(reader, local_end) else {
        return;
    };
    let start = spelled_local(reader, start);
    let domain = if reader.c(at_end) == ' ' { at_end + 1 } else { at_end };
    let Some((end, dots)) = spelled_domain(reader, domain) else {
        return;
    };
    // Plain "at" is a word of every second sentence: it needs a plain "dot", and so does a bracket without a domain.
    let sure = if plain { dots > 0 } else { dots > 0 || bracketed || domain_end(reader, domain).is_some() };
    if sure && reader.is_free(start, end) {
        reader.take(Kind::Email, start, end, 0.9);
    }
}

/// `luc[point]morel`: where a local part begins whose dots are words.
fn spelled_local(reader: &Reader<'_>, start: usize) -> usize {
    let mut start = start;
    for _ in 0..3 {
        let index = reader.mentions.partition_point(|mention| mention.end <= start);
        let Some(dot) = index.checked_sub(1).map(|last| reader.mentions[last]).filter(|word| word.is(DOT)) else {
            break;
        };
        let near = dot.end == start || dot.end + 1 == start && reader.c(dot.end) == ' ';
        let edge = if dot.start > 0 && reader.c(dot.start - 1) == ' ' { dot.start - 1 } else { dot.start };
        match local_start(reader, edge).filter(|_| near) {
            Some(first) => start = first,
            None => break,
        }
    }
    start
}

/// Where a domain ends whose dots may be words, and how many were words.
fn spelled_domain(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    // As in `domain_end`: letters of other scripts are of a domain that begins with them.
    let latin = reader.is_code(at);
    let fits = |i: usize| reader.is_code(i) || !latin && matches!(reader.class(i), Some(Class::Dense | Class::Joined));
    let mut end = at;
    let (mut dots, mut words) = (0, 0);
    loop {
        let label = end;
        while end - label < LONGEST && (fits(end) || reader.c(end) == '-' && fits(end + 1)) {
            if reader.word_at(end).is_some_and(|word| word.is(DOT)) && end == label {
                return None;
            }
            end += 1;
        }
        if end == label {
            return None;
        }
        if reader.c(end) == '.' && fits(end + 1) {
            dots += 1;
            end += 1;
            continue;
        }
        let dot = if reader.c(end) == ' ' { end + 1 } else { end };
        let Some(word) = reader.word_at(dot).filter(|word| word.is(DOT)) else {
            break;
        };
        let next = if reader.c(word.end) == ' ' { word.end + 1 } else { word.end };
        if !reader.is_letter(next) || dots + words > 5 {
            break;
        }
        words += 1;
        end = next;
    }
    (dots + words > 0).then_some((end, words))
}

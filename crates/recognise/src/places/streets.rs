//! Addresses in scripts with capitals.

use super::super::reader::Reader;
use super::super::words::{CITY, LABEL, MONTH, NOT_ID, PART, STREET, STREET_END, WEEKDAY};
use super::town::{british, city, names, postcode, town, units};
use super::{gap, house, is_comma, is_letters, is_small, is_word, word_end, word_start};

/// Ends of words that are streets by themselves, as German, Dutch and Nordic names are built.
const ENDS: [&str; 43] = [
    "ская",
    "ского",
    "скии",
    "strase",
    "strasse",
    "str",
    "gasse",
    "weg",
    "platz",
    "allee",
    "ufer",
    "damm",
    "ring",
    "chaussee",
    "steig",
    "stieg",
    "graben",
    "berg",
    "markt",
    "straat",
    "laan",
    "gracht",
    "plein",
    "kade",
    "singel",
    "dijk",
    "dreef",
    "hof",
    "katu",
    "tie",
    "kuja",
    "polku",
    "tori",
    "kaari",
    "ranta",
    "puistikko",
    "gatan",
    "vagen",
    "gata",
    "veien",
    "vej",
    "gade",
    "tanav",
];
/// Names of streets begin with these in German, and half of all other phrases do.
const PREPOSITIONS: [&str; 8] = ["am", "im", "an", "auf", "in", "zum", "zur", "unter"];
const MOST_WORDS: usize = 5;

/// The address whose house number is at `at`, with the street before or behind it; or a postcode with its town.
pub(super) fn address(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let end = house(reader, at);
    let street = street_before(reader, at)
        .filter(|start| reader.is_free(*start, at))
        .map(|start| (start, end))
        .or_else(|| street_behind(reader, at, end).map(|end| (at, end)));
    let Some((start, end)) = street else {
        return nameless(reader, at, end).or_else(|| postcode_alone(reader, at));
    };
    if reader.digits(at) - at > 5
        || matches!(reader.c(end), '%' | '€')
        || reader.c(end) == ':' && reader.is_digit(end + 1)
        || street.is_some() && street_has_number(reader, at, end)
    {
        return None;
    }
    let house_end = units(reader, end);
    let end = town(reader, house_end);
    // "Am Markt 5" is a street and "Im Jahr 2024" none: the town tells.
    if is_preposition(reader, start) && !(house_end..end).any(|i| reader.is_digit(i)) {
        return None;
    }
    Some((before(reader, start), end))
}

/// "Gazi Mah. 1234 Sok.": the number is the name of the next street, not of a house.
fn street_has_number(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let next = if reader.c(end) == '.' { end + 2 } else { end + 1 };
    let before =
        mention_before(reader, at.saturating_sub(1)).is_some_and(|index| reader.mentions[index].is(STREET_END));
    before && reader.word_at(next).is_some_and(|word| word.is(STREET_END) && word.end - word.start >= 3)
}

/// "Kase 22, Rapla 79513": a name alone is a street when a postcode and a town follow its number.
fn nameless(reader: &Reader<'_>, at: usize, end: usize) -> Option<(usize, usize)> {
    if at < 3 || reader.c(at - 1) != ' ' || reader.digits(at) - at > 3 {
        return None;
    }
    let name = word_start(reader, at - 1);
    // "Казань, Баумана 44"
    let city_before = || part_before(reader, name.checked_sub(2)?).filter(|_| is_comma(reader.c(name - 2)));
    if reader.is_upper(name)
        && let Some(town) =
            city_before().filter(|town| mention_over(reader, *town).is_some_and(|i| reader.mentions[i].is(CITY)))
        && !mention_over(reader, name).is_some_and(|i| reader.mentions[i].is(MONTH | WEEKDAY | NOT_ID))
    {
        return Some((town, units(reader, end)));
    }
    if !is_comma(reader.c(end)) {
        return None;
    }
    let named = name < at - 2 && is_letters(reader, name) && reader.is_upper(name) && !reader.is_upper(name + 1);
    if !named || mention_over(reader, name).is_some_and(|index| reader.mentions[index].is(MONTH | WEEKDAY | NOT_ID)) {
        return None;
    }
    let next = gap(reader, end);
    let ends = town(reader, end);
    let shouted = reader.is_upper(next) && reader.is_upper(next + 1);
    let sure = city(reader, next).is_some() || (next..ends).any(|i| reader.is_digit(i)) && ends - next > 6;
    (sure && !shouted && ends > end).then_some((name, ends))
}

fn is_preposition(reader: &Reader<'_>, at: usize) -> bool {
    PREPOSITIONS.iter().any(|word| word.chars().chain([' ']).enumerate().all(|(i, c)| reader.c(at + i) == c))
}

/// Where a street begins whose house number is at `at`.
fn street_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut end = skip_labels(reader, at);
    let stop = end;
    // The word right before the number ends the street, or a word before its name begins it.
    for words in 0..MOST_WORDS {
        if words > 0
            && let Some(index) = mention_before(reader, end).filter(|index| reader.mentions[*index].is(STREET))
        {
            return Some(reader.mentions[index].start);
        }
        let start = word_start(reader, dots(reader, end));
        if start >= end || !is_letters(reader, start) {
            return None;
        }
        let upper = reader.is_upper(start);
        if words == 0
            && let Some(start) = named_by_end(reader, start, dots(reader, end))
        {
            return Some(start);
        }
        let word = mention_over(reader, start);
        if let Some(street) = word
            && reader.mentions[street].is(STREET)
            && end < stop
        {
            let start = reader.mentions[street].start;
            // "am 5." and "via 3 mails" are no streets: a name in capitals stands between.
            let short = reader.mentions[street].end - start <= 3 && !reader.is_upper(start);
            let named = reader.is_upper(word_end(reader, start) + 1)
                || reader.is_upper(reader.mentions[street].end + 1)
                || reader.is_upper(reader.mentions[street].end);
            return (named || !short && words > 1).then_some(start);
        }
        if !upper && !is_small(reader, start, word_end(reader, start)) {
            return None;
        }
        if start == 0 || reader.c(start - 1) != ' ' && !matches!(reader.c(start - 1), '/' | '.') {
            // "C/Mayor 23", "ul.Długa 5"
            return mention_before(reader, start)
                .filter(|word| reader.mentions[*word].is(STREET))
                .map(|word| reader.mentions[word].start);
        }
        end = start - 1;
        if matches!(reader.c(end), '/' | '.') {
            end += 1;
        }
    }
    None
}

/// Back over "No:", "д.", "nr" and a comma before the number.
fn skip_labels(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    if end > 0 && matches!(reader.c(end - 1), ' ') {
        end -= 1;
    }
    if let Some(index) = mention_before(reader, end)
        && (reader.mentions[index].is(PART) || says_number(reader, index))
        && !reader.mentions[index].is(STREET_END | STREET)
        && reader.mentions[index].start > 1
    {
        end = reader.mentions[index].start;
        if reader.c(end - 1) == ' ' {
            end -= 1;
        }
    }
    if end > 0 && is_comma(reader.c(end - 1)) {
        end -= 1;
    }
    end
}

/// "no", "nr", "№": a label that stands before the number of a house.
fn says_number(reader: &Reader<'_>, index: usize) -> bool {
    let label = &reader.mentions[index];
    let spelled = |word: &&str| word.chars().eq(reader.glyphs[label.start..label.end].iter().map(|glyph| glyph.c));
    label.is(LABEL)
        && ["no", "nr", "n", "№", "n°", "nº", "n.º", "num", "numero", "nummer", "number", "#"].iter().any(spelled)
}

/// The word that ends at `end`, a dot or colon not counted.
fn mention_before(reader: &Reader<'_>, end: usize) -> Option<usize> {
    let index = reader.mentions.partition_point(|mention| mention.end <= end);
    let index = index.checked_sub(1)?;
    let mention = &reader.mentions[index];
    let signs = reader.glyphs[mention.end..end].iter().all(|glyph| matches!(glyph.c, '.' | ':' | '/'));
    (signs && end - mention.end <= 1).then_some(index)
}

fn mention_over(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let index = reader.mentions.partition_point(|mention| mention.end <= at);
    reader.mentions.get(index).is_some_and(|mention| mention.start <= at).then_some(index)
}

fn dots(reader: &Reader<'_>, end: usize) -> usize {
    if end > 0 && reader.c(end - 1) == '.' { end - 1 } else { end }
}

/// A street that its last word makes one: "Bağdat Cad.", "Hauptstraße".
fn named_by_end(reader: &Reader<'_>, start: usize, end: usize) -> Option<usize> {
    let word: String = reader.glyphs[start..end].iter().map(|glyph| glyph.c).collect();
    let ending = mention_over(reader, start)
        .filter(|word| reader.mentions[*word].is(STREET_END) && reader.mentions[*word].end + 1 >= end);
    if let Some(index) = ending {
        let first = reader.mentions[index].start;
        return name_before(reader, first);
    }
    let seat = NO_STREETS.iter().any(|known| word == *known);
    let compound =
        !seat && ENDS.iter().any(|ending| word.strip_suffix(ending).is_some_and(|head| head.chars().count() > 2));
    if !compound || !reader.is_upper(start) {
        return None;
    }
    if let Some(street) = mention_before(reader, start.saturating_sub(1)).filter(|i| {
        let first = reader.mentions[*i].start;
        reader.mentions[*i].is(STREET) && (reader.is_upper(first) || !is_preposition(reader, first))
    }) {
        return Some(reader.mentions[street].start);
    }
    // "Obere Hauptstraße", "Van Baerlestraat": a few words before are of the name.
    let before =
        start.checked_sub(1).filter(|space| reader.c(*space) == ' ').map_or(start, |space| word_start(reader, space));
    let adjective = before < start
        && reader.is_upper(before)
        && ADJECTIVES.iter().any(|word| word.chars().eq(reader.glyphs[before..start - 1].iter().map(|glyph| glyph.c)));
    Some(if adjective { before } else { start })
}

/// Words that end as streets do and have numbers of their own.
const NO_STREETS: [&str; 10] = [
    "bahnsteig",
    "standplatz",
    "parkplatz",
    "sitzplatz",
    "stellplatz",
    "arbeitsplatz",
    "spielplatz",
    "startplatz",
    "flugsteig",
    "lagerplatz",
];

/// What stands before the names of streets in Germany and the Netherlands.
const ADJECTIVES: [&str; 24] = [
    "obere", "untere", "alte", "neue", "grose", "kleine", "lange", "kurze", "hintere", "vordere", "innere", "ausere",
    "korte", "nieuwe", "oude", "grote", "eerste", "tweede", "derde", "van", "prins", "sint", "sankt", "st",
];

/// Where the words in capitals begin that end at the word at `at`.
fn name_before(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let mut start = at;
    for words in 0..4 {
        if start < 2 || reader.c(start - 1) != ' ' {
            break;
        }
        let end = dots(reader, start - 1);
        let word = word_start(reader, end);
        let named = word < end && reader.is_upper(word) || numbered_name(reader, word, end, start);
        let other =
            mention_over(reader, word).is_some_and(|index| reader.mentions[index].is(WEEKDAY | MONTH) && words > 0);
        let initial = named && end - word == 1 && reader.c(end) != '.';
        if !named || other || initial {
            break;
        }
        start = word;
        while word == end && start > 0 && reader.is_digit(start - 1) {
            start -= 1;
        }
    }
    let start = behind_verb(reader, start, at);
    (start < at).then_some(start)
}

/// "Elan Pikk tn 3", "Live 5 High St": the first word of a sentence has a capital too.
fn behind_verb(reader: &Reader<'_>, start: usize, at: usize) -> usize {
    let end = word_end(reader, start);
    let verb = VERBS.iter().any(|word| word.chars().eq(reader.glyphs[start..end].iter().map(|glyph| glyph.c)));
    if verb && end + 1 < at { end + 1 } else { start }
}

/// What people write before their address.
const VERBS: [&str; 24] = [
    "elan",
    "elame",
    "asun",
    "asume",
    "wohne",
    "wohnen",
    "aadress",
    "aadressil",
    "adresse",
    "anschrift",
    "address",
    "adres",
    "adresim",
    "osoite",
    "osoitteeni",
    "mieszkam",
    "woon",
    "live",
    "living",
    "oturuyorum",
    "uus",
    "uusi",
    "saatke",
    "tooge",
];

/// "214. Sok.": streets of Turkish towns have numbers.
fn numbered_name(reader: &Reader<'_>, word: usize, end: usize, next: usize) -> bool {
    let dotted = end + 2 == next && reader.c(end) == '.';
    let turkish =
        end + 1 == next && matches!((reader.c(next), reader.c(next + 1)), ('s', 'o' | 'k') | ('c', 'a' | 'd'));
    word == end && (dotted || turkish) && end > 0 && reader.is_digit(end - 1)
}

/// Behind a street that follows its house number: "12 High Street", "27 bis rue des Tanneurs".
fn street_behind(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    // "18 h, plaza de España", "à 14h place de la République": an hour and a place.
    let hour = reader.c(end - 1) == 'h' || reader.c(end) == 'h';
    let alone = at == 0 || matches!(reader.c(at - 1), ' ' | '\n' | '(' | ':' | ',' | '"' | '\'');
    let mut next = if is_comma(reader.c(end)) { end + 1 } else { end };
    if hour || !alone || reader.c(next) != ' ' || reader.digits(at) - at > 5 {
        return None;
    }
    next += 1;
    if let Some(word) = reader
        .word_at(next)
        .filter(|word| word.is(STREET) && is_letters(reader, word.start) && !is_preposition(reader, word.start))
    {
        // The name behind "rue" has a capital, maybe behind small words.
        let name = names(reader, if reader.c(word.end) == ' ' { word.end + 1 } else { word.end }, MOST_WORDS);
        return name.filter(|_| word.end - word.start > 1);
    }
    let mut word = next;
    let mut named = 0;
    while named < MOST_WORDS {
        let stop = word_end(reader, word);
        let stop = if reader.is_digit(word) { numbered_street(reader, word)? } else { stop };
        if stop == word {
            return None;
        }
        let is_end = reader.word_at(word).is_some_and(|mention| mention.is(STREET_END) && mention.end >= stop);
        if is_end && named > 0 {
            let dotted = usize::from(
                reader.c(stop) == '.'
                    && reader.c(stop + 1) != '\0'
                    && !reader.glyphs[..stop].is_empty()
                    && stop - word <= 4,
            );
            return Some(compass(reader, stop + dotted));
        }
        if !(reader.is_upper(word) || reader.is_digit(word)) || reader.c(stop) != ' ' && reader.c(stop) != '.' {
            return None;
        }
        named += 1;
        word = stop + if reader.c(stop) == '.' { 2 } else { 1 };
    }
    None
}

/// "5th Avenue".
fn numbered_street(reader: &Reader<'_>, at: usize) -> Option<usize> {
    let end = reader.digits(at);
    (reader.is_letter(end) && reader.is_letter(end + 1) && !reader.is_letter(end + 2)).then_some(end + 2)
}

/// Behind "NW", "South" and their like.
fn compass(reader: &Reader<'_>, at: usize) -> usize {
    for point in ["nw", "ne", "sw", "se", "n", "s", "e", "w", "north", "south", "east", "west"] {
        let end = at + 1 + point.len();
        let spelled = reader.c(at) == ' ' && point.chars().enumerate().all(|(i, c)| reader.c(at + 1 + i) == c);
        if spelled && reader.is_upper(at + 1) && !reader.is_code(end) {
            return end;
        }
    }
    at
}

/// A postcode with its town but without a street: `1016 GV Amsterdam`, `00-001 Warszawa`, `London SW1A 1AA`.
fn postcode_alone(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    if at > 0 && !matches!(reader.c(at - 1), ' ' | '(' | ':' | ',' | '\n') && !reader.is_upper(at - 1) {
        return None;
    }
    let start = (0..2).fold(at, |start, _| if start > 0 && reader.is_upper(start - 1) { start - 1 } else { start });
    if start < at {
        let end = british(reader, start)?;
        // "SW1A 2AA London"
        if let Some(city) = city(reader, end + 1).filter(|_| reader.c(end) == ' ') {
            return Some((start, city));
        }
        let town = name_before(reader, start)?;
        return Some((town, end));
    }
    let code = postcode(reader, at)?;
    if reader.c(code) != ' ' {
        return None;
    }
    let place = names(reader, code + 1, 2)?;
    let known = city(reader, code + 1).is_some() && reader.digits(at) == code && code - at >= 4;
    let typed = reader.digits(at) != code && (reader.is_upper(code - 1) || reader.c(at + 2) == '-' && code - at == 6);
    (known || typed).then_some((at, if known { city(reader, code + 1).unwrap_or(place) } else { place }))
}

/// Where an address begins that has a flat, a town or a postcode before its street.
fn before(reader: &Reader<'_>, start: usize) -> usize {
    let mut start = start;
    for _ in 0..3 {
        if start < 3 || reader.c(start - 1) != ' ' || !is_comma(reader.c(start - 2)) {
            break;
        }
        let Some(first) = part_before(reader, start - 2).or_else(|| estate_before(reader, start - 2)) else {
            break;
        };
        if !reader.is_free(first, start) {
            break;
        }
        start = first;
    }
    start
}

/// "Résidence Les Pins, ": a house with a name, whose word is long and has a capital.
fn estate_before(reader: &Reader<'_>, end: usize) -> Option<usize> {
    let index = reader.mentions.partition_point(|mention| mention.end < end);
    let near = reader.mentions[..index].iter().rev().take(4).take_while(|mention| end - mention.start < 40);
    let plain = |from: usize| {
        reader.glyphs[from..end].iter().all(|glyph| glyph.c.is_alphanumeric() || matches!(glyph.c, ' ' | '-' | '\''))
    };
    near.into_iter()
        .find(|word| word.is(PART) && word.end - word.start > 5 && reader.is_upper(word.start) && plain(word.end))
        .map(|word| word.start)
}

/// Where a part begins that ends before the comma at `end`: "Flat 3", "г. Казань", "630099".
fn part_before(reader: &Reader<'_>, end: usize) -> Option<usize> {
    let mut start = end;
    while start > 0 && end - start < 40 && (reader.is_code(start - 1) || matches!(reader.c(start - 1), '-' | '/')) {
        start -= 1;
    }
    let number = start < end && (start..end).all(|i| !reader.is_letter(i)) || reader.is_digit(start);
    let letter = end - start == 1 && reader.is_upper(start);
    if number || letter {
        if reader.c(start.saturating_sub(1)) == ' '
            && start > 0
            && let Some(index) = mention_before(reader, start - 1)
            && reader.mentions[index].is(PART)
        {
            return Some(reader.mentions[index].start);
        }
        return (number && end - start >= 5 && (start..end).all(|i| reader.is_digit(i))).then_some(start);
    }
    let cyrillic = ('\u{400}'..='\u{52f}').contains(&reader.c(start));
    if start == end
        || !reader.is_upper(start)
        || !(cyrillic || mention_over(reader, start).is_some_and(|index| reader.mentions[index].is(CITY)))
    {
        return None;
    }
    if start > 1 && reader.c(start - 1) == ' ' {
        if let Some(index) = mention_before(reader, start - 1)
            && reader.mentions[index].is(PART)
        {
            return Some(reader.mentions[index].start);
        }
        let first = word_start(reader, start - 1);
        let known = mention_over(reader, first).is_some_and(|index| reader.mentions[index].is(CITY));
        if is_word(reader, first) && reader.is_upper(first) && known {
            return Some(first);
        }
    }
    Some(start)
}

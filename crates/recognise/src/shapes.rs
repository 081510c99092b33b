//! Numbers that their shape alone tells: booking references, parcels, the files of offices.

use super::codes::Code;
use super::reader::{Name, Reader};
use super::words::{AFTER_AMOUNT, NOT_ID, SCALE, UNIT};

/// Words in capitals that are as long as a booking reference.
const SHOUTED: &str = "PLEASE REFUND LONDON CANCEL TICKET BOOKED CHANGE FLIGHT REALLY URGENT THANKS NUMBER ONLINE SYSTEM PEOPLE SHOULD RETURN BEFORE \
    MONTHS STOLEN BROKEN ANSWER CALLED HELLO NEVER AGAIN WORST MONEY STILL TODAY DELAY AGENT PHONE HOTEL SORRY WAITING SERVICE HELPME CUSTOMER \
    BERLIN MADRID LISBON PRAGUE VIENNA WARSAW MOSCOW ATHENS DUBLIN MUNICH ZURICH GENEVA BOSTON DALLAS DENVER MIAMI PARIS MILANO TALLINN LISBOA \
    BOOKING SUPPORT RESERVA BUCHUNG DANKE BITTE SOFORT DRINGEND MERCI AVION RETARD VUELO GRACIAS CHECKIN STATUS UPDATE ERROR FAILED CLOSED AMAZON \
    RYANAIR EMIRATES AIRBUS BOEING FAMILY SUMMER WINTER AUGUST FRIDAY MONDAY SUNDAY TICKETS CREDIT DOUBLE CHARGE MISSED LUGGAGE ROOMS TWICE LOCKED EXPEDIA ADULTS";

/// Six capitals and digits in a mixed row, as airlines give them out.
pub(super) fn is_reference(reader: &Reader<'_>, code: &Code) -> bool {
    let capital = code.letters == code.capitals && code.signs == 0;
    if code.len() != 6 || !capital || code.digits == 0 || code.letters < 2 || code.turns < 2 {
        return false;
    }
    // "K1A0B1" is a postcode of Canada; "10GB5G" no code.
    let alternating = code.turns == 5 && reader.is_letter(code.start);
    !alternating
}

/// A booking reference without a digit: named, in capitals, and no word that people shout.
pub(super) fn is_lettered_reference(reader: &Reader<'_>, code: &Code, name: Name) -> bool {
    let text: String = reader.glyphs[code.start..code.end].iter().map(|glyph| glyph.c.to_ascii_uppercase()).collect();
    let six = code.len() == 6 && code.signs == 0 && text.is_ascii();
    if !six || reader.word_at(code.start).is_some() || SHOUTED.split_ascii_whitespace().any(|word| word == text) {
        return false;
    }
    let vowels = text.chars().filter(|c| matches!(c, 'A' | 'E' | 'I' | 'O' | 'U')).count();
    // Somebody who shouts everything names nothing by its capitals.
    let from = code.start.saturating_sub(24);
    let shouting = reader.glyphs[from..code.start].iter().filter(|glyph| glyph.upper).count() > 6;
    (name.direct || vowels <= 1) && (!shouting || vowels == 0)
}

/// Whether a code is shaped as offices shape the numbers of their files: "HB/2207/541", "30551-BZ", "4820-1173-5596",
/// "CM55820", or twelve digits in a row.
pub(super) fn is_number_of_a_file(reader: &Reader<'_>, code: &Code) -> bool {
    let after = code.end + usize::from(reader.c(code.end) == ' ');
    let counted = reader.word_at(after).is_some_and(|word| word.is(UNIT | SCALE | AFTER_AMOUNT));
    if code.letters != code.capitals || counted || reader.c(code.end) == '%' {
        return false;
    }
    let part = |i: usize| reader.c(i) == '-' || reader.c(i) == '/';
    let dashed = (code.start..code.end).filter(|i| part(*i)).count() == code.signs;
    if code.signs == 0 {
        let glued = (2..=5).contains(&code.letters) && code.turns == 1 && reader.is_letter(code.start);
        return glued && (5..=14).contains(&code.digits) || code.letters == 0 && is_long_row(reader, code);
    }
    if !dashed || code.signs > 3 {
        return false;
    }
    if code.letters > 0 {
        let zeros = (code.start + 1..code.end).any(|i| reader.c(i) == '0' && part(i - 1));
        return code.letters <= 6
            && code.turns <= 1
            && (code.digits >= 5 || code.digits == 4 && (zeros || code.signs > 1));
    }
    code.digits >= 6 && (code.start..code.end).all(|i| reader.c(i) != '/') && !is_span(reader, code)
}

/// Twelve to sixteen digits that are neither a card's nor one digit again and again.
fn is_long_row(reader: &Reader<'_>, code: &Code) -> bool {
    let digits: Vec<u8> =
        reader.glyphs[code.start..code.end].iter().filter_map(|glyph| glyph.c.to_digit(10)).map(|d| d as u8).collect();
    (12..=16).contains(&digits.len())
        && !super::bank::is_issued(&digits)
        && digits.iter().any(|digit| *digit != digits[0])
}

/// "1000-2000" and "555-0123": from one number to the next, or a telephone number of a town.
fn is_span(reader: &Reader<'_>, code: &Code) -> bool {
    if code.signs != 1 {
        return false;
    }
    let first = reader.digits(code.start);
    let (left, right) = (first - code.start, code.end - first - 1);
    let (a, b) = (reader.value(code.start, first), reader.value(first + 1, code.end));
    let rising = a < b && reader.c(first + 1) != '0' && right <= left + 1;
    let years = left == 4 && right <= 4 && (1950..2100).contains(&a);
    rising && left.max(right) <= 5 || years || matches!((left, right), (3, 3 | 4))
}

/// Numbers whose shape alone says that they are of an order, a parcel or a case.
pub(super) fn is_order(reader: &Reader<'_>, code: &Code) -> bool {
    let text: String = reader.glyphs[code.start..code.end].iter().map(|glyph| glyph.c).collect();
    let hash = code.start > 0 && reader.c(code.start - 1) == '#';
    if hash {
        return code.digits >= 4 && !(code.len() == 4 && (1950..2100).contains(&reader.value(code.start, code.end)));
    }
    let plain = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if let Some(rest) = text.strip_prefix("1z") {
        return rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    }
    if let Some(rest) = text.strip_prefix("3s") {
        return (9..=16).contains(&rest.len()) && code.signs == 0;
    }
    if is_parcel(code, &text) {
        return true;
    }
    let mut parts = text.split('-');
    if let (Some(a), Some(b)) = (parts.next(), parts.next())
        && plain(a, 3..=3)
        && plain(b, 7..=7)
    {
        return parts.next().is_none_or(|c| plain(c, 7..=7)) && parts.next().is_none();
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(['-', '_']);
    let prefix = text.chars().take_while(char::is_ascii_alphabetic).collect::<String>();
    let numbered = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match prefix.as_str() {
        "tba" | "jd" | "jjd" | "jjfi" | "jvgl" | "yt" | "sf" | "cnee" | "lp" => numbered && digits.len() >= 10,
        "ord" | "order" | "case" | "tkt" | "inc" | "req" | "rma" | "ticket" | "cas" | "inv" | "po" | "crm" | "trk"
        | "sr" | "csr" | "cs" => numbered && code.letters == code.capitals,
        // "ES-5512097": a few capitals, a dash and many digits.
        _ => {
            let dashed = text.as_bytes().get(prefix.len()) == Some(&b'-') && digits.len() >= 5;
            dashed
                && numbered
                && (2..=4).contains(&prefix.len())
                && code.letters == code.capitals
                && reader.word_before(code.start, NOT_ID).is_none()
        }
    }
}

/// "8L00412399871", "YT7712093845566": one to five capitals among many digits, and no account's check digits.
fn is_parcel(code: &Code, text: &str) -> bool {
    let bytes = text.as_bytes();
    let account = bytes.len() >= 15
        && bytes[..2].iter().all(u8::is_ascii_lowercase)
        && bytes[2..].iter().all(u8::is_ascii_digit)
        && super::bank::has_ibans(&text[..2]);
    let mixed = (1..=5).contains(&code.letters) && code.letters == code.capitals && code.signs == 0;
    mixed && code.digits >= 9 && code.turns <= 3 && (11..=20).contains(&bytes.len()) && text.is_ascii() && !account
}

/// `RR123456785EE`, also with spaces: parcels of the postal union. Gives the end.
pub(super) fn parcel_in_groups(reader: &Reader<'_>, code: &Code) -> Option<usize> {
    let head = reader.is_upper(code.start)
        && reader.is_upper(code.start + 1)
        && !reader.is_code(code.start + 2 + usize::from(!reader.is_digit(code.start + 2)) * 90);
    let starts =
        reader.is_upper(code.start) && reader.is_upper(code.start + 1) && (reader.is_digit(code.start + 2) || head);
    if !starts {
        return None;
    }
    let (mut at, mut digits) = (code.start + 2, 0);
    while at < code.start + 16 && digits < 10 {
        if reader.is_digit(at) && !reader.is_taken(at) {
            digits += 1;
        } else if !(reader.c(at) == ' ' && (reader.is_digit(at + 1) || reader.is_upper(at + 1))) {
            break;
        }
        at += 1;
    }
    let tail = digits == 9 && reader.is_upper(at) && reader.is_upper(at + 1) && !reader.is_code(at + 2);
    tail.then_some(at + 2)
}

//! Numbers that only their name tells apart - bookings, orders, accounts - and the few whose shape does: flights, parcels,
//! booking references.

use super::Kind;
use super::page::Class;
use super::reader::{Name, Reader};
use super::words::{ACCOUNT, BOOKING, CLOCK_LEAD, Concepts, FLIGHT, NOT_ID, ORDER, PHONE, SCALE, TRAVEL, UNIT};

const LONGEST: usize = 40;

/// Airlines that fly passengers, by their code of two characters.
const AIRLINES: &str = "5N BQ BY FV LV QP RA RF VL 2B 2I 2K 2L 2N 2S 3C 3H 3K 3O 3U 3V 4C 4O 4U 4Y 4Z 5J 5O 5T 5U 5W 6B 6E 6H 7C 7F 7G 7H 7I 7R 8B 8D 8L 8M 8P 8Q 8U 9B 9C \
    9E 9K 9N 9P 9R 9U 9W A3 A5 A6 A7 A8 A9 AA AC AD AE AF AH AI AK AM AR AS AT AV AY AZ B0 B2 B3 B6 B7 B8 BA BC BE BF BG BI BJ BK BL BM BN BP \
    BR BS BT BV BW BX CA CC CE CI CM CN CX CY CZ D7 D8 DD DP DE DI DK DL DS DT DV DX DY E4 E5 E9 EB EC EI EJ EK EL EN EO EP EQ ET EU EW EY EZ F3 \
    F7 F8 F9 FA FB FC FD FG FH FI FJ FM FN FO FR FT FY FZ G3 G4 G8 G9 GA GF GJ GK GM GP GQ GR GX GY H1 H2 H9 HA HC HD HF HG HM HO HR HU HV \
    HX HY HZ I2 I5 IB IE IG IR IW IX IY IZ J2 J3 J8 J9 JA JD JE JH JL JM JP JQ JT JU JX JY K6 KA KC KE KK KL KM KN KP KQ KR KU KX L6 LA LG \
    LH LI LJ LM LN LO LP LQ LS LT LW LX LY LZ M3 ME MF MH MK MM MN MR MS MT MU MZ N4 NE NF NH NK NO NQ NS NT NU NX NZ OA OB OD OG OK OM OO \
    OP OR OS OU OV OZ P4 P5 P9 PB PC PD PE PF PG PK PR PS PU PW PX PY PZ Q2 QB QF QG QH QL QR QS QV QW QX QZ R2 R3 R6 RB RC RE RJ RK RO RQ \
    RS RT RY S2 S4 S7 SA SB SC SD SE SF SG SJ SK SL SM SN SP SQ SS SU SV SW SY SZ T3 T5 T6 TB TC TE TF TG TK TL TM TN TO TP TQ TR TS TU TW \
    TX TY TZ U2 U4 U5 U6 UA UB UC UD UG UJ UK UL UM UN UO UP UQ UR US UT UU UX UZ V0 V7 VA VB VC VF VH VJ VL VM VN VQ VR VS VT VW VY VZ W1 \
    W2 W3 W4 W5 W6 W9 WB WE WF WG WI WK WM WN WS WU WV WW WX WY WZ X1 X3 XC XE XJ XL XP XQ XR XT XW XY XZ Y4 Y7 Y8 Y9 YC YM YN YO YT YX Z2 \
    Z6 Z7 Z8 ZA ZB ZD ZE ZF ZG ZH ZL ZM ZP ZT ZV ZW";
/// Codes that are words, units or names of models; they need a flight to be named.
const DOUBTFUL: &str = "BY LV RA RF VL SM SN AM PM AS AT BE TO NO OK SO US UK TV PC PS AC DC IT IS LG HP VW XR XT GT RX MX XC GX GM PX PK PB PG KM KN MM CM MR MS ME WE WS \
    A3 A5 A6 A7 A8 A9 B2 B3 B6 B7 B8 S2 S4 S7 P4 P5 P9 Q2 X1 X3 Z2 Z6 Z7 Z8 M3 G8 G9 H1 H2 K6 L6 W1 W2 W3 W4 W5 W9 V7 I2 I5 E4 E5 E9 F3 F7 F8 T3 T5 T6 D7 D8 \
    U4 U5 U6 J2 J3 J8 J9 3C 3H 3K 5U 5W 7C 7F 7G 7H 7R 8B 8L 8M 8P 9B 9C 9P 9N 9R OR OS ID CC CE CA1 DE EU DI DT SE SS SD PR PE RO RS RT NS NT NU TS TX TL TB";

/// Doubtful codes that stand before the models of things for the home.
const BRANDS: &str = "LG HP TV PC VW XR XT GT RX GX SN SM GM AC DC TX CL PS PX IT";

/// The same by their code of three letters.
const CARRIERS: &str = "EZY EJU RYR WZZ WUK BAW SHT DLH EWG CFG AFR TVF KLM UAE QTR ETD THY PGT SWR AUA IBE VLG AEA TAP FIN SAS NAX NSZ LOT BTI AEE \
    TOM EXS JBU DAL UAL AAL SWA ASA NKS FFT ACA WJA QFA JST ANZ SIA CPA JAL ANA KAL AAR CES CSN CCA AIC IGO THA AXM MAS BBC AFL SBI ICE EIN SVA MSR RJA";
/// Deliverers, which stand before a number but are no part of it.
const DELIVERERS: [&str; 12] = ["dhl", "ups", "dpd", "gls", "tnt", "ems", "usps", "rma", "trk", "utr", "ref", "sf"];

/// Words in capitals that are as long as a booking reference.
const SHOUTED: &str = "PLEASE REFUND LONDON CANCEL TICKET BOOKED CHANGE FLIGHT REALLY URGENT THANKS NUMBER ONLINE SYSTEM PEOPLE SHOULD RETURN BEFORE \
    MONTHS STOLEN BROKEN ANSWER CALLED HELLO NEVER AGAIN WORST MONEY STILL TODAY DELAY AGENT PHONE HOTEL SORRY WAITING SERVICE HELPME CUSTOMER \
    BERLIN MADRID LISBON PRAGUE VIENNA WARSAW MOSCOW ATHENS DUBLIN MUNICH ZURICH GENEVA BOSTON DALLAS DENVER MIAMI PARIS MILANO TALLINN LISBOA \
    BOOKING SUPPORT RESERVA BUCHUNG DANKE BITTE SOFORT DRINGEND MERCI AVION RETARD VUELO GRACIAS CHECKIN STATUS UPDATE ERROR FAILED CLOSED AMAZON \
    RYANAIR EMIRATES AIRBUS BOEING FAMILY SUMMER WINTER AUGUST FRIDAY MONDAY SUNDAY TICKETS CREDIT DOUBLE CHARGE MISSED LUGGAGE ROOMS TWICE LOCKED EXPEDIA ADULTS";

/// A word of letters and digits with dashes, strokes or dots inside.
#[derive(Clone, Copy)]
struct Code {
    start: usize,
    end: usize,
    digits: usize,
    letters: usize,
    capitals: usize,
    /// Signs inside.
    signs: usize,
    /// How often letters and digits change.
    turns: usize,
}

impl Code {
    fn len(&self) -> usize {
        self.end - self.start
    }
}

pub(super) fn codes(reader: &mut Reader<'_>) {
    let mut at = 0;
    while at < reader.len() {
        if !reader.is_code(at) || reader.is_taken(at) {
            at += 1;
            continue;
        }
        let code = read(reader, at);
        let word_end = code.end.max(at + 1);
        let lettered = code.len() == 6 && code.capitals == 6;
        let spaced = matches!(code.len(), 2 | 3) && reader.c(code.end) == ' ' && reader.is_digit(code.end + 1);
        at = if code.digits > 0 || lettered || spaced { entity(reader, &code).unwrap_or(word_end) } else { word_end };
    }
}

fn read(reader: &Reader<'_>, start: usize) -> Code {
    let mut code = Code { start, end: start, digits: 0, letters: 0, capitals: 0, signs: 0, turns: 0 };
    let mut end = start;
    loop {
        let part = end;
        let (digits, letters, capitals) = (code.digits, code.letters, code.capitals);
        while reader.is_code(end) && !reader.is_taken(end) {
            let digit = reader.is_digit(end);
            code.turns += usize::from(end > start && reader.is_code(end - 1) && reader.is_digit(end - 1) != digit);
            if digit {
                code.digits += 1;
            } else {
                code.letters += 1;
                code.capitals += usize::from(reader.is_upper(end));
            }
            end += 1;
        }
        // A word in small letters behind a dash is an ending ("KL1234-l") or the next word.
        if part > start && code.digits == digits && code.capitals == capitals && code.letters > letters {
            code.letters = letters;
            break;
        }
        code.end = end;
        let goes_on =
            matches!(reader.c(end), '-' | '/' | '.' | '_') && reader.is_code(end + 1) && !reader.is_taken(end + 1);
        if !goes_on || end - start > LONGEST * 4 {
            break;
        }
        code.signs += 1;
        end += 1;
    }
    // "55-7781-ب": a letter of another script ends the number.
    let lettered = matches!(reader.c(code.end), '-' | '/') && is_joined(reader, code.end + 1) && code.digits > 2;
    if lettered && !is_joined(reader, code.end + 2) && !reader.is_code(code.end + 2) {
        code.end += 2;
        code.signs += 1;
    }
    code
}

fn is_joined(reader: &Reader<'_>, at: usize) -> bool {
    reader.class(at) == Some(Class::Joined)
}

/// "٧ك٩ل٢م": where a booking reference ends that is spelled in letters without capitals.
fn reference_in_joined(reader: &Reader<'_>, code: &Code) -> Option<usize> {
    let length = (code.start..).take(8).take_while(|i| reader.is_digit(*i) || is_joined(reader, *i)).count();
    let end = code.start + length;
    let digits = (code.start..end).filter(|i| reader.is_digit(*i)).count();
    let turns = (code.start + 1..end).filter(|i| reader.is_digit(*i) != reader.is_digit(i - 1)).count();
    let row = (5..=7).contains(&length) && digits >= 2 && turns >= 3 && !reader.is_code(end);
    let named = || reader.name(code.start, end).is_some_and(|name| name.is(BOOKING) && name.direct);
    (row && named()).then_some(end)
}

fn entity(reader: &mut Reader<'_>, code: &Code) -> Option<usize> {
    if code.len() > LONGEST {
        return None;
    }
    if let Some(end) = parcel_in_groups(reader, code) {
        return reader.take(Kind::Order, code.start, end, 0.95).then_some(end);
    }
    if let Some(end) = reference_in_joined(reader, code) {
        return reader.take(Kind::Booking, code.start, end, 0.8).then_some(end);
    }
    let name = match with_prefix(reader, code.start) {
        first if first + 1 < code.start => reader.name(first, code.end),
        _ => reader.name(code.start, code.end),
    };
    if let Some((start, end, confidence)) = flight(reader, code, name) {
        return reader.take(Kind::Flight, start, end, confidence).then_some(end);
    }
    if is_measure(reader, code) {
        return None;
    }
    if let Some(name) = name
        && let Some((kind, end)) = named(reader, code, name)
    {
        let start = with_prefix(reader, code.start);
        return reader.take(kind, start, end, if name.strong { 0.95 } else { 0.85 }).then_some(end);
    }
    let kind = if is_reference(reader, code) && !name.is_some_and(|name| name.is(PHONE) && name.direct) {
        Kind::Booking
    } else if is_order(reader, code) {
        if name.is_some_and(|name| name.is(ACCOUNT)) { Kind::Account } else { Kind::Order }
    } else {
        return None;
    };
    let start = if kind == Kind::Order { with_prefix(reader, code.start) } else { code.start };
    reader.take(kind, start, code.end, 0.8).then_some(code.end)
}

/// The number sign and a few capitals before a number are part of how people copy it: "#45821", "LP 771204".
fn with_prefix(reader: &Reader<'_>, at: usize) -> usize {
    let letters = (1..=4).take_while(|back| at > *back && reader.is_upper(at - 1 - back)).count();
    let first = at.saturating_sub(letters + 1);
    let apart = (1..=4).contains(&letters) && reader.c(at - 1) == ' ' && (first == 0 || !reader.is_code(first - 1));
    let index = reader.mentions.partition_point(|mention| mention.end <= first);
    let is_word = reader.mentions.get(index).is_some_and(|mention| mention.start <= first);
    let deliverer =
        DELIVERERS.iter().any(|name| name.chars().eq(reader.glyphs[first..at.max(1) - 1].iter().map(|glyph| glyph.c)));
    if apart && !deliverer && !is_word && reader.is_free(first, at) && reader.is_digit(at) {
        return first;
    }
    if at > 0 && reader.c(at - 1) == '#' && !reader.is_taken(at - 1) { at - 1 } else { at }
}

/// What a name makes of a code, and where it ends.
fn named(reader: &Reader<'_>, code: &Code, name: Name) -> Option<(Kind, usize)> {
    let kind = if name.is(BOOKING) {
        Kind::Booking
    } else if name.is(ORDER) {
        Kind::Order
    } else if name.is(ACCOUNT) {
        Kind::Account
    } else {
        return None;
    };
    if code.digits == 0 {
        return (kind == Kind::Booking && is_lettered_reference(reader, code, name)).then_some((kind, code.end));
    }
    // "ref X7P2QL": six characters in a mixed row are a booking's, whatever weak word stands before them.
    let kind = if is_reference(reader, code) && !(name.strong && name.direct) { Kind::Booking } else { kind };
    let grouped = if name.direct || name.strong { groups(reader, code) } else { (code.end, code.digits) };
    let (end, digits) = grouped;
    let hash = code.start > 0 && reader.c(code.start - 1) == '#';
    let year = code.len() == 4 && code.letters == 0 && (1950..2100).contains(&reader.value(code.start, code.end));
    let length = digits + code.letters;
    let fits = match (name.direct, name.strong) {
        (true, true) => length >= 3 && digits >= 2 || hash,
        (true, false) => length >= 4 && digits >= 2 && !year,
        (false, true) => length >= 5 && digits >= 2 && !year,
        (false, false) => length >= 5 && digits >= 3,
    };
    // A model ("iPhone15") has small letters; a code has none, or nothing else.
    let model = code.letters > 0 && code.capitals == 0 && code.letters > code.digits
        || code.capitals > 0 && code.capitals < code.letters && !name.strong;
    let version = code.signs >= 1 && code.len() <= 6 && code.letters == 0 && reader.c(code.start + 1) == '.';
    (fits && !model && !version).then_some((kind, end))
}

/// Behind further groups of digits: "00 482 117"; and how many digits there are then.
fn groups(reader: &Reader<'_>, code: &Code) -> (usize, usize) {
    let (mut end, mut digits) = (code.end, code.digits);
    let lettered = code.letters > 0 && code.letters + 1 < code.digits;
    if code.letters > 0 && !lettered && code.letters > 4 {
        return (end, digits);
    }
    for _ in 0..6 {
        let next = end + 1;
        let stop = reader.digits(next.min(reader.len()));
        let plain = reader.c(end) == ' ' && stop > next && stop - next >= 2 && !reader.is_taken(next);
        let foreign = reader.is_letter(stop)
            || matches!(reader.c(stop), '%' | ':' | '€' | '$')
            || matches!(reader.c(stop), '.' | ',') && reader.is_digit(stop + 1);
        let unit = reader
            .word_at(if reader.c(stop) == ' ' { stop + 1 } else { stop })
            .is_some_and(|word| word.is(UNIT | SCALE));
        if !plain || foreign || unit {
            break;
        }
        digits += stop - next;
        end = stop;
    }
    (end, digits)
}

/// Whether a number counts or measures something: "500 people", "5GB", "720p", "40x30".
fn is_measure(reader: &Reader<'_>, code: &Code) -> bool {
    let next = if reader.c(code.end) == ' ' { code.end + 1 } else { code.end };
    let counted = reader.word_at(next).is_some_and(|word| word.is(UNIT)) && code.digits <= 5 && code.letters == 0;
    let digits = reader.digits(code.start);
    let glued = digits < code.end
        && reader.word_at(digits).is_some_and(|word| word.is(UNIT) && word.end == code.end && code.capitals < 3);
    let times = code.letters == 1 && code.capitals == 0 && code.turns == 2 || matches!(reader.c(code.end), '%' | '°');
    let sized = code.letters > 0
        && code.letters < code.digits
        && (code.start..code.end).all(|i| !reader.is_letter(i) || reader.c(i) == 'x');
    sized || counted && code.digits + code.signs == code.len() || glued || times
}

/// Six capitals and digits in a mixed row, as airlines give them out.
fn is_reference(reader: &Reader<'_>, code: &Code) -> bool {
    let capital = code.letters == code.capitals && code.signs == 0;
    if code.len() != 6 || !capital || code.digits == 0 || code.letters < 2 || code.turns < 2 {
        return false;
    }
    // "K1A0B1" is a postcode of Canada; "10GB5G" no code.
    let alternating = code.turns == 5 && reader.is_letter(code.start);
    !alternating
}

/// A booking reference without a digit: named, in capitals, and no word that people shout.
fn is_lettered_reference(reader: &Reader<'_>, code: &Code, name: Name) -> bool {
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

/// `KL1234`, `6E 312`, `LH-400`: start, end and how sure it is.
fn flight(reader: &Reader<'_>, code: &Code, name: Option<Name>) -> Option<(usize, usize, f32)> {
    let called = name.is_some_and(|name| name.is(FLIGHT));
    let airline_end = code.start + 2;
    let glued = code.len() >= 3 && code.signs == 0 && reader.digits(airline_end) == code.end && code.end > airline_end;
    let dashed = code.signs == 1 && reader.c(airline_end) == '-' && reader.digits(airline_end + 1) == code.end;
    let spaced = code.len() == 2
        && reader.c(airline_end) == ' '
        && reader.is_digit(airline_end + 1)
        && !reader.is_taken(airline_end + 1);
    let (number, end) = match (glued, dashed, spaced) {
        (true, _, _) => (airline_end, code.end),
        (_, true, _) => (airline_end + 1, code.end),
        (_, _, true) => (airline_end + 1, reader.digits(airline_end + 1)),
        _ => return flight_of_other_shape(reader, code, name),
    };
    let length = end - number;
    let capitals = (code.start..airline_end).all(|i| reader.is_upper(i) || reader.is_digit(i));
    let letters = (code.start..airline_end).filter(|i| reader.is_letter(*i)).count();
    let goes_on = reader.is_letter(end)
        || matches!(reader.c(end), '-' | '/' | '.' | ':') && reader.is_code(end + 1) && reader.c(end) != '/'
        || reader.c(end) == '%';
    if letters == 0 || !(1..=4).contains(&length) || goes_on || !reader.is_free(code.start, end) {
        return None;
    }
    let airline: String =
        reader.glyphs[code.start..airline_end].iter().map(|glyph| glyph.c.to_ascii_uppercase()).collect();
    let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == airline);
    let known = listed(AIRLINES);
    let measured = spaced
        && reader
            .word_at(if reader.c(end) == ' ' { end + 1 } else { end })
            .is_some_and(|word| word.is(UNIT) && !word.is(CLOCK_LEAD));
    let other = name.is_some_and(|name| name.is(ORDER | ACCOUNT | PHONE) && (name.direct && name.strong))
        || reader.word_before(code.start, NOT_ID).is_some();
    let confidence = match (called, known, capitals) {
        (true, _, true) => 0.97,
        (true, true, false) if length >= 2 => 0.9,
        // "KX-200" is a model as often as a flight.
        (false, true, true) if length >= 3 && !dashed && !listed(DOUBTFUL) && !measured && !other => 0.85,
        (false, true, true) if length == 2 && spaced && !listed(DOUBTFUL) && !measured && !other => {
            speaks_of_flights(reader, code.start).then_some(0.7)?
        }
        // Codes that no airline has, or that are words and names of models, need a flight itself.
        _ if capitals && length >= 3 && !measured && !other => {
            let words = if known && !listed(BRANDS) { FLIGHT | TRAVEL } else { FLIGHT };
            speaks_of(reader, code.start, words).then_some(0.75)?
        }
        _ => return None,
    };
    Some((code.start, end, confidence))
}

/// Codes of three letters (`RYR1234`) and mere numbers behind "flight number".
fn flight_of_other_shape(reader: &Reader<'_>, code: &Code, name: Option<Name>) -> Option<(usize, usize, f32)> {
    let three = code.start + 3;
    let glued = code.capitals == 3
        && code.letters == 3
        && code.signs == 0
        && reader.digits(three) == code.end
        && (2..=4).contains(&(code.end - three.min(code.end)));
    let carrier = || {
        CARRIERS.split_ascii_whitespace().any(|known| {
            known
                .chars()
                .map(|c| c.to_ascii_lowercase())
                .eq(reader.glyphs[code.start..three].iter().map(|glyph| glyph.c))
        })
    };
    if glued && carrier() {
        return Some((code.start, code.end, 0.85));
    }
    let name = name.filter(|name| name.is(FLIGHT) && name.direct)?;
    let lettered = code.capitals == 3
        && code.letters == 3
        && code.signs == 0
        && reader.digits(three) == code.end
        && code.end > three
        && code.end - three <= 4;
    let spaced = code.len() == 3 && code.capitals == 3 && reader.c(three) == ' ' && reader.is_digit(three + 1);
    let number = code.letters == 0 && code.signs == 0 && (3..=4).contains(&code.digits) && !is_measure(reader, code);
    let year = (1990..2100).contains(&reader.value(code.start, code.end.min(code.start + 4)))
        && code.letters == 0
        && !name.strong;
    if spaced && reader.digits(three + 1) - three <= 5 {
        return Some((code.start, reader.digits(three + 1), 0.85));
    }
    (lettered || number && !year).then_some((code.start, code.end, 0.85))
}

/// Whether a flight is named anywhere near.
pub(super) fn speaks_of_flights(reader: &Reader<'_>, at: usize) -> bool {
    speaks_of(reader, at, FLIGHT | TRAVEL)
}

fn speaks_of(reader: &Reader<'_>, at: usize, words: Concepts) -> bool {
    let near = |mention: &&super::words::Mention| mention.start.abs_diff(at) < 160;
    let index = reader.mentions.partition_point(|mention| mention.start < at);
    let before = reader.mentions[..index].iter().rev().take_while(near).any(|mention| mention.is(words));
    before || reader.mentions[index..].iter().take_while(near).any(|mention| mention.is(words))
}

/// Numbers whose shape alone says that they are of an order, a parcel or a case.
fn is_order(reader: &Reader<'_>, code: &Code) -> bool {
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
fn parcel_in_groups(reader: &Reader<'_>, code: &Code) -> Option<usize> {
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

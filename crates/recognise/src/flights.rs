//! Flight numbers: the code of an airline and a number.

use super::Kind;
use super::codes::{Code, is_measure};
use super::reader::{Name, Reader};
use super::words::{ACCOUNT, BOOKING, CLOCK_LEAD, DATE_LEAD, FLIGHT, NOT_ID, ORDER, PHONE, TRAVEL, UNIT};

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
    U4 U5 U6 J2 J3 J8 J9 3C 3H 3K 5U 5W 7C 7F 7G 7H 7R 8B 8L 8M 8P 9B 9C 9P 9N 9R OR OS ID CC CE DE EU DI DT SE SS SD PR PE RO RS RT NS NT NU TS TX TL TB";

/// Doubtful codes that stand before the models of things for the home.
const BRANDS: &str = "LG HP TV VW XR XT GT RX GX SN SM GM AC DC TX PS IT";

/// The same by their code of three letters.
const CARRIERS: &str = "EZY EJU RYR WZZ WUK BAW SHT DLH EWG CFG AFR TVF KLM UAE QTR ETD THY PGT SWR AUA IBE VLG AEA TAP FIN SAS NAX NSZ LOT BTI AEE \
    TOM EXS JBU DAL UAL AAL SWA ASA NKS FFT ACA WJA QFA JST ANZ SIA CPA JAL ANA KAL AAR CES CSN CCA AIC IGO THA AXM MAS BBC AFL SBI ICE EIN SVA MSR RJA";
/// `KL1234`, `6E 312`, `LH-400`: start, end and how sure it is.
pub(super) fn flight(reader: &Reader<'_>, code: &Code, name: Option<Name>) -> Option<(usize, usize, f32)> {
    let called = name.is_some_and(|name| name.is(FLIGHT));
    let Some((number, end)) = behind_airline(reader, code) else {
        return flight_of_other_shape(reader, code, name);
    };
    let airline_end = code.start + 2;
    let (glued, dashed, spaced) = (number == airline_end, code.signs == 1, code.len() == 2);
    let length = end - number;
    let capitals = (code.start..airline_end).all(|i| reader.is_upper(i) || reader.is_digit(i));
    let letters = (code.start..airline_end).filter(|i| reader.is_letter(*i)).count();
    let goes_on = reader.is_letter(end)
        || matches!(reader.c(end), '-' | '/' | '.' | ':') && reader.is_code(end + 1) && reader.c(end) != '/'
        || reader.c(end) == '%';
    // "B31" is a gate.
    if letters < 2 && length < 2
        || letters == 0
        || !(1..=4).contains(&length)
        || goes_on
        || !reader.is_free(code.start, end)
    {
        return None;
    }
    let airline = [reader.c(code.start), reader.c(code.start + 1)];
    let listed = |list: &str| is_listed(list, airline);
    let known = listed(AIRLINES);
    let measured = spaced
        && reader
            .word_at(if reader.c(end) == ' ' { end + 1 } else { end })
            .is_some_and(|word| word.is(UNIT) && !word.is(CLOCK_LEAD | DATE_LEAD));
    let other = name.is_some_and(|name| name.is(ORDER | ACCOUNT | PHONE) && (name.direct && name.strong))
        || reader.word_before(code.start, NOT_ID).is_some()
        || reader.word_at(end + 1).is_some_and(|word| word.is(NOT_ID) && !word.is(TRAVEL));
    let confidence = match (called, known, capitals) {
        (true, _, true) => 0.97,
        (true, true, false) if length >= 2 && reader.is_letter(code.start) => 0.9,
        _ if measured || other || !capitals || length < 2 => return None,
        // "KX-200" is a model as often as a flight.
        (false, true, _) if length >= 3 && !dashed && !listed(DOUBTFUL) => 0.85,
        // Codes that no airline has, or that are words and names of models, need more to be said of flying.
        _ if length < 3 && glued && (!known || letters < 2) => return None,
        _ => {
            let words = if listed(BRANDS) { FLIGHT } else { FLIGHT | TRAVEL };
            let named = name
                .is_some_and(|name| name.is(ORDER | ACCOUNT | BOOKING) && name.direct && (name.strong || name.beside));
            // "BE1772"
            let whole = known && glued && length == 4 && !listed(BRANDS);
            let timed = length >= 3 && beside_a_moment(reader, code.start, end);
            (!named && (timed || whole || reader.speaks_of(code.start, words))).then_some(0.75)?
        }
    };
    Some((code.start, end, confidence))
}

/// Whether a list of codes of two characters, each with a space behind it, has this one.
fn is_listed(list: &str, airline: [char; 2]) -> bool {
    let [Ok(first), Ok(second)] = airline.map(|c| u8::try_from(c.to_ascii_uppercase())) else {
        return false;
    };
    list.as_bytes().chunks(3).any(|code| code[0] == first && code[1] == second)
}

/// Where the digits begin and end that follow an airline's two characters.
fn behind_airline(reader: &Reader<'_>, code: &Code) -> Option<(usize, usize)> {
    let airline_end = code.start + 2;
    let glued = code.len() >= 3 && code.signs == 0 && reader.digits(airline_end) == code.end && code.end > airline_end;
    if glued {
        return Some((airline_end, code.end));
    }
    let number = airline_end + 1;
    let dashed = code.signs == 1 && reader.c(airline_end) == '-' && reader.digits(number) == code.end;
    let spaced = code.len() == 2 && reader.c(airline_end) == ' ' && reader.is_digit(number) && !reader.is_taken(number);
    (dashed || spaced).then(|| (number, reader.digits(number)))
}

/// Whether a time or a day stands right before or behind: "NJ303 09:50", "11月2日YL8803".
fn beside_a_moment(reader: &Reader<'_>, start: usize, end: usize) -> bool {
    let behind = (end + 1..end + 5).any(|at| reader.begins(Kind::Date, at));
    behind || (start.saturating_sub(3)..=start).any(|at| reader.ends(Kind::Date, at))
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
    let apart = code.len() == 3 && code.capitals == 3 && reader.c(three) == ' ' && reader.is_digit(three + 1);
    let end = reader.digits(three + 1);
    let train = ["ice", "tgv", "ave", "rjx"].iter().any(|train| reader.spells(code.start, train));
    let plain = apart
        && !train
        && (3..=4).contains(&(end - three - 1))
        && !reader.is_letter(end)
        && reader.word_at(code.start).is_none();
    if plain && (carrier() || beside_a_moment(reader, code.start, end) || reader.speaks_of(code.start, FLIGHT | TRAVEL))
    {
        return reader.is_free(code.start, end).then_some((code.start, end, 0.75));
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
    reader.speaks_of(at, FLIGHT | TRAVEL)
}

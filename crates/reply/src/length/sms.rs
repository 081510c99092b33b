//! Text messages: the alphabet of GSM 03.38 with its extension table, UCS-2 for everything else, and the segments that a
//! long message is cut into by the network.

/// How the signs of a text message travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    Gsm7,
    Ucs2,
}

/// What a text costs as a text message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sms {
    pub encoding: Encoding,
    /// Septets of GSM-7, of which signs of the extension table take two; code units of UCS-2.
    pub units: usize,
    /// Messages that the network bills and the phone joins again.
    pub segments: usize,
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

impl Sms {
    pub fn of(text: &str) -> Sms {
        let mut septets = Vec::new();
        for sign in text.chars() {
            match gsm7(sign) {
                Some(width) => septets.push(width),
                None => {
                    let units = text.chars().map(char::len_utf16);
                    return Sms {
                        encoding: Encoding::Ucs2,
                        units: units.clone().sum(),
                        segments: segments(units, 70, 67),
                    };
                }
            }
        }
        let units = septets.iter().sum();
        Sms { encoding: Encoding::Gsm7, units, segments: segments(septets.into_iter(), 160, 153) }
    }
}

fn gsm7(sign: char) -> Option<usize> {
    if sign.is_ascii_alphanumeric() || sign == ' ' || BASIC.contains(sign) {
        return Some(1);
    }
    EXTENSION.contains(sign).then_some(2)
}

/// How many segments signs of these widths fill: one that holds `alone` units, else several of `joined`, between which
/// neither an escape nor a surrogate pair is torn.
fn segments(widths: impl Iterator<Item = usize> + Clone, alone: usize, joined: usize) -> usize {
    let units: usize = widths.clone().sum();
    if units <= alone {
        return usize::from(units > 0);
    }
    let (mut segments, mut filled) = (1, 0);
    for width in widths {
        if filled + width > joined {
            segments += 1;
            filled = 0;
        }
        filled += width;
    }
    segments
}

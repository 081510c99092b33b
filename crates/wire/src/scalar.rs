//! Times and the empty text, which stands for "none" in the contract.

use crate::WireError;
use jiff::Timestamp;

/// A time as the contract has it.
pub fn timestamp(at: Timestamp) -> pbjson_types::Timestamp {
    // Protobuf wants nanoseconds from 0 to 999,999,999 counted forward, also before 1970.
    let nanos = at.as_nanosecond();
    let seconds = nanos.div_euclid(1_000_000_000);
    let rest = nanos.rem_euclid(1_000_000_000);
    pbjson_types::Timestamp {
        seconds: i64::try_from(seconds).expect("jiff's range fits 64 bits of seconds"),
        nanos: i32::try_from(rest).expect("a remainder of a billion fits 32 bits"),
    }
}

/// Reads a time of the contract.
pub fn instant(at: &pbjson_types::Timestamp) -> Result<Timestamp, WireError> {
    const WHY: &str = "it is not a time between the years -9999 and 9999";
    if !(0..1_000_000_000).contains(&at.nanos) {
        return Err(WireError::Invalid { field: "timestamp", why: WHY });
    }
    let nanos = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    Timestamp::from_nanosecond(nanos).map_err(|_| WireError::Invalid { field: "timestamp", why: WHY })
}

pub(crate) fn required(field: &'static str, at: Option<pbjson_types::Timestamp>) -> Result<Timestamp, WireError> {
    let at = at.ok_or(WireError::Missing { field })?;
    instant(&at).map_err(|_| WireError::Invalid { field, why: "it is out of range" })
}

pub(crate) fn optional(
    field: &'static str,
    at: Option<pbjson_types::Timestamp>,
) -> Result<Option<Timestamp>, WireError> {
    at.map(|at| required(field, Some(at))).transpose()
}

/// Reads a checked name, which must be there.
pub(crate) fn name<T: std::str::FromStr<Err = conversation::ids::InvalidId>>(
    field: &'static str,
    text: &str,
) -> Result<T, WireError> {
    if text.is_empty() {
        return Err(WireError::Missing { field });
    }
    text.parse().map_err(|invalid: conversation::ids::InvalidId| WireError::Invalid { field, why: invalid.why })
}

/// Reads a checked name; the empty text is none.
pub(crate) fn optional_name<T: std::str::FromStr<Err = conversation::ids::InvalidId>>(
    field: &'static str,
    text: &str,
) -> Result<Option<T>, WireError> {
    if text.is_empty() { Ok(None) } else { name(field, text).map(Some) }
}

/// A name as text, the empty text for none.
pub(crate) fn or_empty<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_keep_their_nanoseconds() {
        for text in ["1969-12-31T23:59:59.25Z", "2011-04-09T02:18:00Z", "-000001-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(instant(&timestamp(at)), Ok(at), "{text}");
        }
        let bad = pbjson_types::Timestamp { seconds: i64::MAX, nanos: 0 };
        assert!(instant(&bad).is_err());
        assert!(instant(&pbjson_types::Timestamp { seconds: 0, nanos: -1 }).is_err());
    }
}

//! Response targets as people write them: `10m`, `1h30m`, `2d`.

/// The longest target that makes sense: 90 days, in seconds.
const LONGEST_SECONDS: u64 = 90 * 86_400;

/// Reads whole numbers with a unit each (`s`, `m`, `h`, `d`), the larger unit first, into seconds. The error says
/// what is wrong.
pub fn seconds(text: &str) -> Result<u32, &'static str> {
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("is empty");
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or("has no unit")?;
        if digits == 0 {
            return Err("is not a length of time");
        }
        let number: u64 = rest[..digits].parse().map_err(|_| "is too long")?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            _ => return Err("has an unknown unit"),
        };
        if unit >= last_unit {
            return Err("has its units out of order");
        }
        last_unit = unit;
        total = number.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or("is too long")?;
        rest = &rest[digits + 1..];
    }
    match total {
        0 => Err("is zero"),
        1..=LONGEST_SECONDS => Ok(u32::try_from(total).expect("90 days in seconds fit into 32 bits")),
        _ => Err("is longer than 90 days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_as_people_write_them() {
        for (text, expected) in
            [("10m", 600), ("1h", 3_600), ("1h30m", 5_400), ("45s", 45), ("2d", 172_800), ("1d12h", 129_600)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "is empty"),
            ("10", "has no unit"),
            ("m", "is not a length of time"),
            ("ten minutes", "is not a length of time"),
            ("10x", "has an unknown unit"),
            ("30m1h", "has its units out of order"),
            ("5m5m", "has its units out of order"),
            ("0m", "is zero"),
            ("91d", "is longer than 90 days"),
            ("99999999999999999999d", "is too long"),
            ("9999999999999999999d", "is too long"),
            ("-5m", "is not a length of time"),
            ("10µ", "has an unknown unit"),
        ] {
            assert_eq!(seconds(text), Err(reason), "{text}");
        }
    }
}

//! A delivered message's place, as its reply subject tells it:
//! `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>.<nanoseconds>.<pending>`, in a domain with two
//! more names in front.

use super::read::timestamp;
use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// How often it was delivered, this time included.
    pub deliveries: u64,
    /// In the stream.
    pub sequence: u64,
    /// The running number of this consumer's deliveries.
    pub delivery: u64,
    pub stored_at: Timestamp,
    /// How many matches are still to come.
    pub pending: u64,
}

impl Place {
    pub fn parse(reply: Option<&str>) -> Option<Self> {
        let rest = reply?.strip_prefix("$JS.ACK.")?;
        // From the right: a domain's extra names stand on the left, and at most one token follows on the right.
        let tokens = rest.split('.').count();
        let skip = match tokens {
            7 => 2,
            9.. => 4,
            _ => return None,
        };
        let mut numbers = rest.split('.').skip(skip);
        let mut number = || numbers.next()?.parse::<u64>().ok();
        let (deliveries, sequence, delivery) = (number()?, number()?, number()?);
        let (nanoseconds, pending) = (number()?, number()?);
        let stored_at = timestamp(i128::from(nanoseconds));
        Some(Place { deliveries, sequence, delivery, stored_at, pending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_in_both_forms() {
        let short = Place::parse(Some("$JS.ACK.EVENTS.routing.2.41.7.1700000000000000000.12")).unwrap();
        assert_eq!((short.deliveries, short.sequence, short.delivery, short.pending), (2, 41, 7, 12));
        assert_eq!(short.stored_at.as_second(), 1_700_000_000);
        let long = "$JS.ACK.hub.hash.EVENTS.routing.2.41.7.1700000000000000000.12.token";
        assert_eq!(Place::parse(Some(long)), Some(short));
        assert_eq!(Place::parse(Some("$JS.ACK.EVENTS.routing.2")), None);
        assert_eq!(Place::parse(None), None);
    }
}

//! What an HTTP answer to a reply means. The question behind each line: does the network have it now?

use crate::port::{LookUp, Outcome, Reason, Receipt};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use std::time::Duration;

/// The longest wait that a network may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// The head of an answer, and its body as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// None: the body was cut off, came too slowly or was too long.
    pub body: Option<Vec<u8>>,
    pub headers: HeaderMap,
}

impl Answer {
    /// A header, if it is there once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What networks of this scheme say of a reply. What else they say is none of our business.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    posted_at: Option<Timestamp>,
}

/// Ids are strings; a network that sends small numbers is understood all the same.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

/// What a send ended in.
pub fn to_send(answer: &Answer) -> Outcome {
    match answer.status {
        // Taken. What cannot be read may still come from something in between that took it for the network.
        200..=299 => match answer.body.as_deref().and_then(receipt) {
            Some(receipt) => Outcome::Sent(receipt),
            None => Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE },
        },
        _ => not_taken(answer),
    }
}

/// What a status says that is none of success, where nothing more is known of the network.
pub fn not_taken(answer: &Answer) -> Outcome {
    let Answer { status, retry_after, .. } = *answer;
    match status {
        // Never followed: a reply goes where its brand said, or nowhere.
        300..=399 => Outcome::Refused { reason: Reason::refused(status), is_final: false },
        429 => Outcome::RateLimited { retry_after },
        // Not read in time, or not wanted so early: it was not taken.
        408 | 425 => Outcome::Failed { reason: Reason::http(status), retry_after },
        // A repetition meets the first try, which may still be going on.
        409 => Outcome::Unknown { reason: Reason::unknown_http(status) },
        400..=499 => Outcome::Refused { reason: Reason::refused(status), is_final: true },
        501 | 505 => Outcome::Refused { reason: Reason::refused(status), is_final: true },
        507 => Outcome::Failed { reason: Reason::http(status), retry_after },
        // Turned away at the door, with the time to come back. Without one it may come from anywhere behind it.
        503 if retry_after.is_some() => Outcome::Failed { reason: Reason::http(status), retry_after },
        _ => Outcome::Unknown { reason: Reason::unknown_http(status) },
    }
}

/// What a look-up ended in.
pub fn to_look_up(answer: &Answer) -> LookUp {
    match answer.status {
        200 => match answer.body.as_deref().filter(|body| !body.is_empty()).and_then(receipt) {
            Some(receipt) => LookUp::Found(receipt),
            None => LookUp::Failed(Reason::ANSWER_UNREADABLE),
        },
        404 => LookUp::Missing,
        405 | 501 => LookUp::Impossible,
        status => LookUp::Failed(Reason::http(status)),
    }
}

/// Reads what the network says; an empty body says nothing more than its status.
fn receipt(body: &[u8]) -> Option<Receipt> {
    if body.is_empty() {
        return Some(Receipt::default());
    }
    let said: Said = serde_json::from_slice(body).ok()?;
    let id = match said.id {
        Some(Id::Text(text)) => text,
        Some(Id::Number(number)) => number.to_string(),
        None => String::new(),
    };
    Some(Receipt::new(&id, said.posted_at))
}

/// Reads `Retry-After`: seconds, or a date.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
            Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(status: u16, retry_after: Option<u64>, body: &str) -> Outcome {
        let retry_after = retry_after.map(Duration::from_secs);
        to_send(&Answer { status, retry_after, body: Some(body.as_bytes().to_vec()), ..Answer::default() })
    }

    #[test]
    fn taken_is_what_says_so_and_can_be_read() {
        let said = r#"{"id":"sb-1","posted_at":"2026-03-12T13:00:00Z","more":[1]}"#;
        let Outcome::Sent(receipt) = send(201, None, said) else { panic!("{said}") };
        assert_eq!((receipt.native_id.as_str(), receipt.posted_at.is_some()), ("sb-1", true));
        assert_eq!(send(204, None, ""), Outcome::Sent(Receipt::default()));
        assert_eq!(send(200, None, r#"{"id":42}"#), Outcome::Sent(Receipt::new("42", None)));
        assert_eq!(send(201, None, "<h1>It work"), Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE });
        let cut = Answer { status: 201, ..Answer::default() };
        assert_eq!(to_send(&cut), Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE });
    }

    #[test]
    fn each_status_says_whether_it_is_there_and_whether_to_try_again() {
        for status in [400, 401, 403, 404, 410, 413, 422, 501] {
            let refused = Outcome::Refused { reason: Reason::refused(status), is_final: true };
            assert_eq!(send(status, None, ""), refused);
        }
        let moved = Outcome::Refused { reason: Reason::refused(302), is_final: false };
        assert_eq!(send(302, None, ""), moved);
        for status in [409, 500, 502, 503, 504] {
            assert_eq!(send(status, None, ""), Outcome::Unknown { reason: Reason::unknown_http(status) });
        }
        let later = Outcome::Failed { reason: Reason::http(503), retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(send(503, Some(7), ""), later);
        assert_eq!(send(429, Some(2), ""), Outcome::RateLimited { retry_after: Some(Duration::from_secs(2)) });
    }

    #[test]
    fn a_look_up_answers_only_what_it_knows() {
        let look_up = |status, body: &str| to_look_up(&Answer { status, body: Some(body.into()), ..Answer::default() });
        assert_eq!(look_up(200, r#"{"id":"sb-1"}"#), LookUp::Found(Receipt::new("sb-1", None)));
        assert_eq!(look_up(200, ""), LookUp::Failed(Reason::ANSWER_UNREADABLE));
        assert_eq!(look_up(404, "{}"), LookUp::Missing);
        assert_eq!(look_up(501, ""), LookUp::Impossible);
        assert_eq!(look_up(500, ""), LookUp::Failed(Reason::http(500)));
        assert_eq!(look_up(302, ""), LookUp::Failed(Reason::http(302)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2015-10-21T07:27:30Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:27:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("99999999999", now), Some(RETRY_AFTER_MAX));
        assert_eq!(retry_after("soon", now), None);
    }
}

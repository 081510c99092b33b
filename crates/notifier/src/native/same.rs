//! Whether something on a network is the reply that is looked for: by the brand's own account, where the reply would
//! stand, not older than it, in the same words, and not one that is known already.

use crate::port::{LookUp, Message, Reason, Receipt};
use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization;

/// How far the network's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// Something that the account has said.
pub struct Said {
    pub id: String,
    pub text: String,
    pub at: Option<Timestamp>,
}

/// Nothing that the network calls older than this can be the reply.
pub fn earliest(message: &Message) -> Timestamp {
    message.tried_at.checked_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::MIN)
}

/// Whether a list, newest first, whose last entry is of this time, shows all that could be the reply.
pub fn reaches_back(last: Option<Timestamp>, message: &Message) -> bool {
    last.is_some_and(|last| last < earliest(message))
}

/// Looks for a reply among what the account has said there. `more` says that the network has more than it showed, so that
/// what is missing here may stand there.
pub fn find(said: impl IntoIterator<Item = Said>, message: &Message, more: bool) -> LookUp {
    let wanted = plain(&message.text);
    let since = earliest(message);
    let is_it = |said: &Said| {
        said.at.is_none_or(|at| at >= since) && !message.known.contains(&said.id) && plain(&said.text) == wanted
    };
    match said.into_iter().find(is_it) {
        Some(said) => LookUp::Found(Receipt::new(&said.id, said.at)),
        None if more => LookUp::Failed(Reason::LOOK_UP_INCOMPLETE),
        None => LookUp::Missing,
    }
}

/// A text as networks do not change it: without links, which they shorten, without the mentions at its beginning, which they
/// add, and without their escapes and spaces.
pub fn plain(text: &str) -> String {
    let unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    let unescaped = unescaped.replace("&amp;", "&");
    let words = unescaped.split_whitespace().filter(|word| !word.contains("://"));
    let words = words.skip_while(|word| word.starts_with('@'));
    words.collect::<Vec<_>>().join(" ").nfc().collect()
}

/// A time as a network prints it: RFC 3339, with or without a colon in its offset, or seconds since 1970.
pub fn time(text: &str) -> Option<Timestamp> {
    let with_offset = || Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok();
    let with_name = || jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let with_seconds = || {
        let seconds: f64 = text.parse().ok()?;
        Timestamp::from_microsecond((seconds * 1e6) as i64).ok()
    };
    text.parse().ok().or_else(with_offset).or_else(with_name).or_else(with_seconds)
}

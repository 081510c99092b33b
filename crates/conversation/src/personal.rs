//! Everything that can lead to a person stands in one type, so that sealing it is one place, and so that no
//! `Debug` of any fact can spill it into a log line.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// What a person wrote and who they are. Hostile and personal: never log it, never put it in an id.
#[derive(Clone, PartialEq, Default)]
pub struct Personal {
    /// The network's own id of the author.
    pub author_id: String,
    pub author_name: String,
    pub author_handle: String,
    /// The text as received; escape it on display, normalise it only for matching.
    pub text: String,
    pub attachments: Vec<Attachment>,
}

/// A file that came with a post, kept as a reference.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Media type, e.g. `image/png`.
    pub media_type: String,
    /// Size in bytes; 0 when the network does not say.
    pub size_bytes: u64,
    pub url: String,
}

impl Personal {
    /// Only a text, as notes and replies have it.
    pub fn text(text: impl Into<String>) -> Self {
        Personal { text: text.into(), ..Personal::default() }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({} bytes of text, {} attachments)", self.text.len(), self.attachments.len())
    }
}

/// A customer's text that a state has to keep for a while. It reads like a `str`, but never shows in a `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonalText(Box<str>);

impl From<&str> for PersonalText {
    fn from(text: &str) -> Self {
        PersonalText(text.into())
    }
}

impl Deref for PersonalText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalText({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({} bytes)", self.size_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_what_a_person_wrote() {
        let personal = Personal {
            author_name: "Zak".into(),
            text: "account 8820".into(),
            attachments: vec![Attachment { url: "https://secret".into(), ..Attachment::default() }],
            ..Personal::default()
        };
        let shown = format!("{personal:?} {:?}", personal.attachments);
        assert!(!shown.contains("Zak") && !shown.contains("8820") && !shown.contains("secret"), "{shown}");
    }
}

//! A value that must not be seen: it has no place in the settings file, in flags, in `Debug` or in a listing.

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// The name by which the settings reader knows that it hands out a secret.
pub(super) const MARK: &str = "$earshot::Secret";
/// What stands in a listing for a secret that is set.
pub(super) const HIDDEN: &str = "(secret)";
/// Where a secret is not shown because of the name of its setting, even if its type is plain text.
const SECRET_ENDINGS: [&str; 5] = ["secret", "token", "password", "credentials", "private_key"];

/// A secret setting: `Debug` and `Serialize` hide it, memory is wiped when it is dropped.
///
/// As the field `password: Option<Secret>` of a section it is set by the environment variable of the key, or by the
/// setting `password_file`, which names a file whose content (less a final line end) is the secret.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a text that is already at hand, for tests and for secrets made by the process itself.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(SecretString::from(text.into()))
    }

    /// The secret itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

pub(super) fn is_secret_name(key: &str) -> bool {
    SECRET_ENDINGS.iter().any(|ending| key.ends_with(ending))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Secret;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Secret, D::Error> {
                String::deserialize(inner).map(Secret::new)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret::new(text))
            }
        }
        deserializer.deserialize_newtype_struct(MARK, Text)
    }
}

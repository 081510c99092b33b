//! A value that must not be seen: it has no place in the settings file, in flags, in `Debug` or in a listing.

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// The name by which the settings reader knows that it hands out a secret.
pub(super) const MARK: &str = "$earshot::Secret";
/// What stands in a listing for a secret that is set.
pub(crate) const HIDDEN: &str = "(secret)";
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
        read_secret(deserializer, |text| Ok::<_, fmt::Error>(Secret::new(text)))
    }
}

/// Reads a type that is made of a secret text; settings then give it the same care as a [`Secret`]. `make` errs with
/// what is wrong, without the text.
pub(crate) fn read_secret<'de, D, T, E>(deserializer: D, make: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    struct Made<T, E>(fn(&str) -> Result<T, E>);

    impl<'de, T, E: fmt::Display> Visitor<'de> for Made<T, E> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a secret")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
            let text = String::deserialize(inner)?;
            (self.0)(&text).map_err(serde::de::Error::custom)
        }

        fn visit_str<F: serde::de::Error>(self, text: &str) -> Result<T, F> {
            (self.0)(text).map_err(F::custom)
        }
    }

    deserializer.deserialize_newtype_struct(MARK, Made(make))
}

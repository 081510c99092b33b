//! How a section of settings is declared: once, with its documentation and defaults beside each key.

use super::error::ConfigError;
use super::loaded::Loaded;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::ops::RangeBounds;

/// A section of the settings file. Declare one with [`section!`](crate::section); by hand only for a rare shape.
pub trait Section: DeserializeOwned + Serialize + Default {
    /// The name between the brackets of the file.
    const NAME: &'static str;
    /// What the section is for, a line each.
    const ABOUT: &'static [&'static str];
    /// Its keys, in the order of the sample.
    const KEYS: &'static [KeyDoc];

    /// Ranges and whatever else types cannot say.
    fn check(&self, at: &At<'_>) -> Result<(), ConfigError>;
}

/// What the sample file says about a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    pub name: &'static str,
    /// Documentation, a line each.
    pub about: &'static [&'static str],
    /// The range as it is written, if there is one.
    pub range: Option<&'static str>,
    /// The type as it is written; one that names a `Secret` is shown as such.
    pub kind: &'static str,
}

/// A section under check: it makes errors that name the key, its value and its origin.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) section: &'static str,
}

impl At<'_> {
    /// An error about a key of this section; see [`Loaded::refuse`].
    pub fn refuse(&self, key: &str, problem: &str, cure: &str) -> ConfigError {
        self.loaded.refuse(&format!("{}.{key}", self.section), problem, cure)
    }

    /// Refuses a value outside a range; `written` is the range as the error should say it.
    pub fn within<T, R>(&self, key: &str, value: &T, range: R, written: &str) -> Result<(), ConfigError>
    where
        T: PartialOrd + Display,
        R: RangeBounds<T>,
    {
        if range.contains(value) {
            return Ok(());
        }
        Err(self.refuse(key, &format!("must be {}", range_in_words(written)), ""))
    }
}

/// `1..=600` as "from 1 to 600".
pub(super) fn range_in_words(written: &str) -> String {
    let written = written.replace(['_', ' '], "");
    match written.split_once("..=") {
        Some((low, high)) if !low.is_empty() => format!("from {low} to {high}"),
        Some((_, high)) => format!("at most {high}"),
        None => match written.split_once("..") {
            Some((low, "")) => format!("at least {low}"),
            Some((low, high)) => format!("from {low} to less than {high}"),
            None => format!("within {written}"),
        },
    }
}

/// Declares a section of settings: the struct, its defaults, its documentation, its ranges.
///
/// ```
/// use service::config::Secret;
///
/// service::section! {
///     /// Posts come in here.
///     #[derive(Clone)]
///     pub struct Settings in "ingest" {
///         /// Address of the webhook listener.
///         pub listen: std::net::SocketAddr = "127.0.0.1:7410".parse().expect("an address"),
///         /// Largest body in bytes.
///         #[range(1..=16_777_216)]
///         pub body_max_bytes: u64 = 1_048_576,
///         /// Token of the relay; set by relay_token_file or EARSHOT_INGEST__RELAY_TOKEN.
///         pub relay_token: Option<Secret> = None,
///     }
///     check |settings, at| {
///         if settings.listen.port() == 0 && settings.body_max_bytes == 7 {
///             return Err(at.refuse("listen", "cannot be that", "choose another"));
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// The struct derives `Debug`, `serde::Deserialize` (unknown keys refused, missing keys defaulted) and
/// `serde::Serialize`; add others, such as `Clone`. The `check` part may be left out. A range needs a type that is
/// `PartialOrd + Display`, and is written with literal numbers, since errors and the sample quote it.
#[macro_export]
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident in $section:literal {
            $(
                $(#[doc = $doc:literal])*
                $(#[range($($range:tt)+)])?
                $field_vis:vis $field:ident : $type:ty = $default:expr
            ),* $(,)?
        }
        $(check |$settings:ident, $at:ident| $check:block)?
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, $crate::config::serde::Deserialize, $crate::config::serde::Serialize)]
        $(#[derive($($derive),*)])?
        #[serde(crate = "::service::config::serde", deny_unknown_fields, default)]
        $vis struct $name {
            $( $(#[doc = $doc])* $field_vis $field: $type, )*
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                $name { $( $field: $default, )* }
            }
        }

        impl $crate::config::Section for $name {
            const NAME: &'static str = $section;
            const ABOUT: &'static [&'static str] = &[$($about),*];
            const KEYS: &'static [$crate::config::KeyDoc] = &[
                $( $crate::config::KeyDoc {
                    name: stringify!($field),
                    about: &[$($doc),*],
                    range: $crate::section!(@range $($($range)+)?),
                    kind: stringify!($type),
                }, )*
            ];

            #[allow(unused_variables, reason = "a section may have no range and no check")]
            fn check(
                &self,
                section_at: &$crate::config::At<'_>,
            ) -> ::core::result::Result<(), $crate::config::ConfigError> {
                $( $(
                    section_at.within(stringify!($field), &self.$field, $($range)+, stringify!($($range)+))?;
                )? )*
                $(
                    let own = |$settings: &Self, $at: &$crate::config::At<'_>|
                        -> ::core::result::Result<(), $crate::config::ConfigError> { $check };
                    own(self, section_at)?;
                )?
                Ok(())
            }
        }
    };
    (@range) => { ::core::option::Option::None };
    (@range $($range:tt)+) => { ::core::option::Option::Some(stringify!($($range)+)) };
}

//! The key of one endpoint, and its predecessor while a change is under way.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use std::fmt;
use std::ops::RangeInclusive;

const PREFIX: &str = "whsec_";
const KEY_BYTES: RangeInclusive<usize> = 24..=64;
/// Secrets come with and without padding.
const SECRETS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signing key; `Debug` hides it, memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(SecretSlice<u8>);

/// A text that is no secret of Standard Webhooks. It never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It does not begin with `whsec_`.
    #[error("a webhook secret begins with whsec_; make one with `openssl rand -base64 32` and put whsec_ before it")]
    Prefix,
    /// What follows is not base64.
    #[error("a webhook secret is base64 after whsec_")]
    Base64,
    /// The key is too short or too long.
    #[error("a webhook secret has 24 to 64 bytes, this one has {bytes}")]
    Length {
        /// Bytes of the key after decoding.
        bytes: usize,
    },
}

/// The keys of one endpoint: the current one, and the previous one as long as it is still accepted.
#[derive(Debug, Clone)]
pub struct Secrets {
    current: Secret,
    previous: Option<Secret>,
}

/// Which key made a signature. When nobody uses the previous one any more, it can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Current,
    Previous,
}

impl Which {
    /// The label for metrics.
    pub fn label(self) -> &'static str {
        match self {
            Which::Current => "current",
            Which::Previous => "previous",
        }
    }
}

impl Secret {
    /// Reads `whsec_` and base64 of 24 to 64 bytes. White space around it is no part of it.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let key = SECRETS.decode(encoded).map_err(|_| SecretError::Base64)?;
        if !KEY_BYTES.contains(&key.len()) {
            return Err(SecretError::Length { bytes: key.len() });
        }
        Ok(Secret(key.into()))
    }

    /// A new key of 32 random bytes. [`Secret::reveal`] shows it once, to give to the other side.
    pub fn generate() -> Self {
        let mut key = vec![0; 32];
        rustls::crypto::ring::default_provider()
            .secure_random
            .fill(&mut key)
            .expect("the operating system has random bytes");
        Secret(key.into())
    }

    /// The key as text, for the one place that stores it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", SECRETS.encode(self.0.expose_secret()))
    }

    /// `v1,` and the base64 of the HMAC over `id.timestamp.body`.
    pub(super) fn signature(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.expose_secret()).expect("HMAC takes any key length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        format!("v1,{}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// As a setting, a key is a [`crate::config::Secret`]: the field `secret` is set by `secret_file` or the environment.
impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::config::read_secret(deserializer, Secret::parse)
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(crate::config::HIDDEN)
    }
}

impl Secrets {
    /// One key.
    pub fn new(current: Secret) -> Self {
        Secrets { current, previous: None }
    }

    /// Goes on accepting, and signing with, the key before.
    pub fn with_previous(mut self, previous: Option<Secret>) -> Self {
        self.previous = previous;
        self
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (Which, &Secret)> {
        let previous = self.previous.as_ref().map(|secret| (Which::Previous, secret));
        std::iter::once((Which::Current, &self.current)).chain(previous)
    }
}

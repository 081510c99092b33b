//! Standard Webhooks 1.0: signed and verified over the raw bytes, before anything is parsed.
//!
//! The content is `id.timestamp.body`, the signature `v1,` and the base64 of its HMAC-SHA256. A sender that changes
//! its secret signs with both for a while, and a receiver accepts both, so that a change loses nothing.

mod secret;
mod sign;
mod verify;

pub use secret::{Secret, SecretError, Secrets, Which};
pub use sign::{Signed, sign};
pub use verify::{Rejected, TOLERANCE_SECONDS, Verified, verify};

/// Name of the header that holds the id of the message, which is the same on every try.
pub const ID: &str = "webhook-id";
/// Name of the header that holds the time of this try, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Name of the header that holds the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

#[cfg(test)]
mod tests;

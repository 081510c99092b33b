//! Work that failed, kept with its reason until somebody looks: listed, shown, tried again. Nothing is dropped in
//! silence, and nothing that fails holds up the rest.

use crate::entry::Raw;
use crate::{Journal, JournalError};
use jiff::Timestamp;

/// How the reasons of what cannot be read begin.
pub(crate) const UNDECODABLE: &str = "undecodable";
/// The longest reason that is kept, in characters.
pub(crate) const REASON_LIMIT: usize = 1_000;

/// One piece of work that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// `<service>.<sequence>`.
    pub id: String,
    pub service: String,
    /// The message in the log.
    pub sequence: u64,
    pub subject: String,
    /// Why: a kind or a code, never a customer's words.
    pub reason: String,
    /// How often it was tried before.
    pub attempts: u32,
    pub set_aside_at: Timestamp,
    /// Somebody asked to try it again, and no worker has finished it since.
    pub retrying: bool,
}

/// Services that are asked to try again. The others follow the log, where a version that can read a message meets it anew.
const TRY_AGAIN: [&str; 1] = ["classifier"];

/// Whether a service tries again what it set aside when somebody asks.
pub fn can_retry(service: &str) -> bool {
    TRY_AGAIN.contains(&service)
}

impl SetAside {
    /// Whether its service tries it again when somebody asks.
    pub fn can_retry(&self) -> bool {
        can_retry(&self.service)
    }
}

impl Journal {
    /// Sets a message aside that a service cannot handle; the same message again replaces it. A worker does this by
    /// itself.
    pub async fn set_aside(&self, service: &str, raw: &Raw, reason: &str, attempts: u32) -> Result<(), JournalError> {
        check_service(service)?;
        self.keep_set_aside(service, raw, &clean(reason), attempts).await?;
        if let Some(metrics) = &self.metrics {
            metrics.set_aside(if reason.starts_with(UNDECODABLE) { UNDECODABLE } else { "refused" });
        }
        Ok(())
    }

    /// Keeps a message aside that a service which follows the log cannot read. Following goes on in any case: the message
    /// stays in the log, where a version that can read it meets it again.
    pub async fn set_aside_unread(&self, service: &str, sequence: u64) {
        let kept = match self.get(sequence).await {
            Ok(Some(raw)) => self.set_aside(service, &raw, UNDECODABLE, 1).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::warn!(sequence, %error, "the record could not be set aside; it stays in the log");
        }
    }

    /// Tries it again: it comes to the service's handler as [`Delivery::retried`](crate::Delivery::retried), and is
    /// gone once the handler answered `Ok`.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] when there is no such item.
    pub async fn set_aside_retry(&self, id: &str) -> Result<(), JournalError> {
        let (item, raw) = self.set_aside_show(id).await?;
        self.ask_for_retry(&item, &raw).await
    }
}

/// A service's name stands in subjects and names its position in the log.
pub(crate) fn check_service(service: &str) -> Result<(), JournalError> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if service.is_empty() || service.len() > 64 || !service.bytes().all(good) {
        return Err(JournalError::configuration("service", "give 1 to 64 characters of a-z, 0-9, - and _"));
    }
    Ok(())
}

/// Splits an item's id.
pub(crate) fn parse_id(id: &str) -> Result<(&str, u64), JournalError> {
    let wrong = || JournalError::configuration("set-aside id", "give it as SERVICE.SEQUENCE, as the list shows it");
    let (service, sequence) = id.rsplit_once('.').ok_or_else(wrong)?;
    check_service(service)?;
    Ok((service, sequence.parse().map_err(|_| wrong())?))
}

/// A reason as it may stand in a header: one line, not too long.
fn clean(reason: &str) -> String {
    let safe = |c: char| if c.is_control() { ' ' } else { c };
    reason.chars().take(REASON_LIMIT).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(clean("a\r\nNats-Rollup: all"), "a  Nats-Rollup: all");
        assert_eq!(clean(&"x".repeat(5_000)).len(), REASON_LIMIT);
    }

    #[test]
    fn an_id_names_service_and_sequence() {
        assert_eq!(parse_id("routing.42"), Ok(("routing", 42)));
        for wrong in ["routing", "routing.x", ".42", "Rou.1", "a.*.1"] {
            assert!(parse_id(wrong).is_err(), "{wrong}");
        }
    }
}

//! Which subjects a reader wants, and how much of that the server is asked to sort out.
//!
//! The server is slow at it: with a wildcard that takes in most of the log it searches its index of subjects for
//! every message, with several filters it is slower by an order of magnitude than sending everything. So a wide
//! reader gets everything and picks here; only a narrow one, for the brands' settings or one conversation, lets the
//! server pick.

use crate::entry::matches;
use crate::jetstream::{EVENTS, TIMERS};

/// Whether a filter is about timers rather than records.
pub(crate) fn is_about_timers(filter: &str) -> bool {
    filter.starts_with("timers.")
}

#[derive(Debug, Clone)]
pub(crate) struct Filters {
    /// Empty: everything.
    wanted: Vec<String>,
}

impl Filters {
    pub fn new(filters: &[String]) -> Self {
        let everything = filters.iter().any(|filter| filter == wire::subjects::ALL);
        Filters { wanted: if everything { Vec::new() } else { filters.to_vec() } }
    }

    /// Whether a reader wants what stands on this subject. What waits as a timer is an instruction to the server and
    /// nobody's to read.
    pub fn want(&self, subject: &str) -> bool {
        let instruction = matches!(subject.split('.').nth(3), Some("timer" | "cancelled"));
        !instruction && (self.wanted.is_empty() || self.wanted.iter().any(|filter| matches(filter, subject)))
    }

    /// The stream that holds what is wanted.
    pub fn stream(&self) -> &'static str {
        match self.wanted.first().is_some_and(|filter| is_about_timers(filter)) {
            true => TIMERS,
            false => EVENTS,
        }
    }

    /// Whether the reader gets the whole stream and picks for itself.
    pub fn is_wide(&self) -> bool {
        self.for_server().is_empty()
    }

    /// What the server is to pick; empty for everything.
    pub fn for_server(&self) -> Vec<String> {
        match self.wanted.iter().all(|filter| narrow(filter)) {
            true => self.wanted.clone(),
            false => Vec::new(),
        }
    }
}

/// Whether few of the log's messages match, so that the server can skip whole blocks of them.
fn narrow(filter: &str) -> bool {
    let mut kind = filter.split('.').skip(3);
    match (kind.next(), kind.next()) {
        (Some("brand" | "due"), _) => true,
        (Some("conversation" | "filtered"), Some(id)) => !matches!(id, "*" | ">"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::subjects;

    fn filters(filters: &[&str]) -> Filters {
        Filters::new(&filters.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_wide_reader_picks_by_itself() {
        let wide = filters(&[subjects::CONVERSATIONS, subjects::FILTERED]);
        assert!(wide.for_server().is_empty());
        assert!(wide.want("earshot.3.aurora.conversation.0af7"));
        assert!(wide.want("earshot.3.aurora.filtered.0af7"));
        assert!(!wide.want("earshot.3.aurora.brand"));
        assert!(filters(&[subjects::ALL]).for_server().is_empty());
    }

    #[test]
    fn a_narrow_reader_lets_the_server_pick() {
        assert_eq!(filters(&[subjects::BRANDS]).for_server(), [subjects::BRANDS]);
        assert_eq!(filters(&["earshot.*.*.conversation.0af7"]).for_server().len(), 1);
    }

    #[test]
    fn timers_that_wait_are_nobodys() {
        let timers = filters(&[subjects::TIMERS]);
        assert!(!timers.want("timers.3.aurora.timer.0af7.first-response"));
        assert!(!timers.want("timers.3.aurora.cancelled.0af7.first-response"));
        assert!(timers.want("timers.3.aurora.due.0af7.first-response"));
        assert_eq!((timers.stream(), filters(&[]).stream()), (TIMERS, EVENTS));
    }
}

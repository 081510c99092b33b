//! Work from the server: a durable pull consumer on the log, and one on the wishes to try again what was set aside.

use super::pull::{Pull, Pulled};
use super::{Log, SET_ASIDE, headers, set_aside};
use crate::JournalError;
use crate::entry::Raw;
use crate::filters::Filters;
use crate::metrics::Metrics;
use crate::work::{Given, Source, WorkConfig};
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

const ACK: &[u8] = b"+ACK";
const NAK: &[u8] = b"-NAK";
const PROGRESS: &[u8] = b"+WPI";

/// Wishes to try again that are taken at once.
const RETRIES_HELD: usize = 16;

pub(crate) struct Feed {
    log: Arc<Log>,
    config: WorkConfig,
    filters: Filters,
    events: Pull,
    retries: Pull,
    metrics: Option<Arc<Metrics>>,
}

impl Feed {
    /// Makes the consumers, waiting until the server can.
    pub async fn open(log: Arc<Log>, config: &WorkConfig, metrics: Option<Arc<Metrics>>) -> Result<Self, JournalError> {
        let held = config.max_held();
        let durable = |filters: Vec<String>, held: usize| pull::Config {
            durable_name: Some(config.service.clone()),
            description: Some(format!("Earshot: the work of {}", config.service)),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: config.ack_wait,
            // Never given up by the server, which would do it in silence: the worker sets aside.
            max_deliver: -1,
            filter_subjects: filters,
            max_ack_pending: i64::try_from(held.saturating_mul(8).max(1_000)).unwrap_or(i64::MAX),
            ..pull::Config::default()
        };
        let filters = Filters::new(&config.filters);
        let events = durable(filters.for_server(), held);
        let retries = durable(vec![set_aside::retries_of(&config.service)], RETRIES_HELD);
        let events = Pull::open(log.clone(), filters.stream(), events, held).await?;
        let retries = Pull::open(log.clone(), SET_ASIDE, retries, RETRIES_HELD).await?;
        Ok(Feed { log, config: config.clone(), filters, events, retries, metrics })
    }

    pub async fn next(&mut self, room: usize, idle: bool) -> Given {
        loop {
            tokio::select! {
                pulled = self.events.next(room, idle) => {
                    if let Some(metrics) = &self.metrics {
                        metrics.lag(pulled.place.pending);
                    }
                    if self.wants(&pulled) {
                        return from_log(pulled);
                    }
                    self.say(&pulled.reply, ACK).await;
                }
                pulled = self.retries.next(room.min(RETRIES_HELD), idle) => match from_set_aside(&pulled) {
                    Some(given) => return given,
                    None => {
                        tracing::error!(sequence = pulled.place.sequence, "a wish to try again cannot be read");
                        self.say(&pulled.reply, ACK).await;
                    }
                },
            }
        }
    }

    /// What a record holds stands beside it, so that most of what is not wanted need not be read.
    fn wants(&self, pulled: &Pulled) -> bool {
        let facts = headers::text(pulled.message.headers.as_ref(), headers::CE_TYPE);
        self.filters.want(&pulled.message.subject) && facts.is_none_or(|facts| self.config.wants_facts(facts))
    }

    pub async fn done(&self, given: &Given, failed: bool) {
        if given.key.0 == Source::SetAside {
            let (log, service, sequence) = (self.log.clone(), &self.config.service, given.raw.sequence);
            let settled = tokio::time::timeout(Duration::from_secs(5), log.settle_retry(service, sequence, failed));
            if !matches!(settled.await, Ok(Ok(()))) {
                // Not acknowledged either, so it comes again and is settled then.
                tracing::warn!(service, sequence, "a retried item could not be taken off the list yet");
                return;
            }
        }
        self.say(&given.reply, ACK).await;
    }

    pub async fn more_time(&self, given: &Given) {
        self.say(&given.reply, PROGRESS).await;
    }

    pub async fn give_back(&self, given: &Given) {
        self.say(&given.reply, NAK).await;
    }

    /// While the connection is lost nothing is said: the server would hear it too late, and asks again by itself.
    async fn say(&self, reply: &str, what: &'static [u8]) {
        if !self.log.is_connected() {
            return;
        }
        if let Err(error) = self.log.client.publish(reply.to_owned(), Bytes::from_static(what)).await {
            tracing::debug!(%error, "an acknowledgement was not sent; the message comes again");
        }
    }
}

fn from_log(pulled: Pulled) -> Given {
    let Pulled { message, place, reply } = pulled;
    let headers = message.headers.as_ref();
    let raw = Raw {
        sequence: place.sequence,
        stored_at: place.stored_at,
        traceparent: headers::text(headers, headers::TRACEPARENT).map(str::to_owned),
        message_id: headers::text(headers, NATS_MESSAGE_ID).map(str::to_owned),
        subject: message.subject.to_string(),
        payload: message.payload,
    };
    Given { key: (Source::Log, place.sequence), raw, deliveries: place.deliveries, reply }
}

fn from_set_aside(pulled: &Pulled) -> Option<Given> {
    let Pulled { message, place, reply } = pulled;
    let (_, raw) = set_aside::item(message.headers.as_ref(), message.payload.clone(), place.stored_at)?;
    let key = (Source::SetAside, place.sequence);
    Some(Given { key, raw, deliveries: place.deliveries, reply: reply.clone() })
}

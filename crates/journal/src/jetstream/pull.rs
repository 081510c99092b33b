//! Taking messages from a durable pull consumer: asking for as many as there is room for, noticing when the answer
//! stays away, and making the consumer again when it is gone.
//!
//! It is ours rather than the client library's, because the library asks for the next batch before there is room for
//! it, and turns in a circle without a pause while a consumer has no leader.

use super::Log;
use super::place::Place;
use super::replies::Link;
use crate::JournalError;
use async_nats::jetstream::consumer::{Info, pull};
use async_nats::jetstream::stream::ConsumerErrorKind;
use async_nats::{HeaderName, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// How long the server keeps a request for messages.
const EXPIRES: Duration = Duration::from_secs(30);
/// The server says this often that it has nothing.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Silence for this long means that the request is lost.
const SILENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// What a dead worker held is asked for again at once, up to this many sequences.
const RECLAIM_LIMIT: u64 = 10_000;
const PENDING_MESSAGES: HeaderName = HeaderName::from_static("Nats-Pending-Messages");

/// One message of the consumer.
pub(super) struct Pulled {
    pub message: Message,
    pub place: Place,
    pub reply: String,
}

pub(super) struct Pull {
    log: Arc<Log>,
    stream: &'static str,
    config: pull::Config,
    max_held: usize,
    inbox: String,
    subscriber: Subscriber,
    link: watch::Receiver<Link>,
    epoch: u64,
    /// How many messages the server was asked for and has not sent.
    asked: usize,
    heard: Instant,
    pause: Duration,
    /// Set while the consumer is being made again.
    making: Option<AbortOnDropHandle<Result<(), String>>>,
}

impl Pull {
    pub async fn open(
        log: Arc<Log>,
        stream: &'static str,
        config: pull::Config,
        max_held: usize,
    ) -> Result<Self, JournalError> {
        let mut delay = FIRST_PAUSE;
        let info = loop {
            match make(&log, stream, &config).await {
                Ok(info) => break info,
                Err(error) if error.is_unavailable() => {
                    tracing::warn!(%error, "waiting for the consumer");
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        };
        reclaim(&log, &info).await?;
        let mut link = log.link.clone();
        let epoch = link.borrow_and_update().epoch;
        let inbox = log.client.new_inbox();
        let subscriber = log.client.subscribe(inbox.clone()).await;
        let subscriber = subscriber.map_err(|error| JournalError::unavailable("subscribe for work", error))?;
        Ok(Pull {
            log,
            stream,
            config,
            max_held,
            inbox,
            subscriber,
            link,
            epoch,
            asked: 0,
            heard: Instant::now(),
            pause: FIRST_PAUSE,
            making: None,
        })
    }

    /// The next message. `idle`: nothing is running, so the room will not grow by itself. Cancel-safe.
    pub async fn next(&mut self, room: usize, idle: bool) -> Pulled {
        loop {
            if let Some(making) = &mut self.making {
                let made = making.await;
                self.making = None;
                match made {
                    Ok(Ok(())) => (self.asked, self.heard) = (0, Instant::now()),
                    Ok(Err(why)) => self.make_again(&why),
                    Err(error) => self.make_again(&error.to_string()),
                }
                continue;
            }
            if let Err(why) = self.ask(room, idle).await {
                self.make_again(&why);
                continue;
            }
            tokio::select! {
                biased;
                message = self.subscriber.next() => match message {
                    Some(message) => {
                        self.heard = Instant::now();
                        if let Some(pulled) = self.took(message) {
                            return pulled;
                        }
                    }
                    // The client was closed: there will be no more work.
                    None => std::future::pending().await,
                },
                changed = self.link.changed() => match changed {
                    Ok(()) => self.link_changed(),
                    Err(_) => std::future::pending().await,
                },
                () = tokio::time::sleep_until(self.heard + SILENCE), if self.asked > 0 => self.silent(),
            }
        }
    }

    /// Asks for messages when there is enough room to be worth a request.
    async fn ask(&mut self, room: usize, idle: bool) -> Result<(), String> {
        let more = room.saturating_sub(self.asked);
        let worth = more >= (self.max_held / 8).max(1) || (idle && self.asked == 0 && more > 0);
        if !worth || !self.link.borrow().connected {
            return Ok(());
        }
        let request =
            format!(r#"{{"batch":{more},"expires":{},"idle_heartbeat":{}}}"#, EXPIRES.as_nanos(), HEARTBEAT.as_nanos());
        let name = self.config.durable_name.as_deref().unwrap_or_default();
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{name}", self.stream);
        let sent = self.log.client.publish_with_reply(subject, self.inbox.clone(), Bytes::from(request)).await;
        if self.asked == 0 {
            self.heard = Instant::now();
        }
        self.asked += more;
        sent.map_err(|error| error.to_string())
    }

    /// A message of the log, or what the server says about a request.
    fn took(&mut self, message: Message) -> Option<Pulled> {
        match message.status {
            None => {
                self.asked = self.asked.saturating_sub(1);
                self.pause = FIRST_PAUSE;
                let reply = message.reply.as_ref()?.to_string();
                let place = Place::parse(Some(&reply))?;
                return Some(Pulled { message, place, reply });
            }
            Some(StatusCode::IDLE_HEARTBEAT) => {}
            Some(StatusCode::NO_RESPONDERS) => self.make_again("nobody leads the consumer"),
            Some(status) => {
                let left = super::headers::number(message.headers.as_ref(), PENDING_MESSAGES);
                let left = left.and_then(|left| usize::try_from(left).ok());
                self.asked = self.asked.saturating_sub(left.unwrap_or(self.asked));
                let description = message.description.as_deref().unwrap_or_default();
                tracing::debug!(stream = self.stream, %status, description, "a request for work ended");
                if description == "Consumer Deleted" {
                    self.make_again("somebody deleted the consumer");
                }
            }
        }
        None
    }

    fn link_changed(&mut self) {
        let link = *self.link.borrow_and_update();
        if link.epoch != self.epoch {
            self.epoch = link.epoch;
            // The server that knew of the request has gone.
            self.asked = 0;
        }
    }

    fn silent(&mut self) {
        self.asked = 0;
        self.heard = Instant::now();
        if self.link.borrow().connected {
            self.make_again("the server is silent");
        }
    }

    /// Makes the consumer again after a pause, in the background so that nothing is lost when the caller turns to
    /// something else meanwhile. Making what is there changes nothing.
    fn make_again(&mut self, why: &str) {
        let pause = self.pause;
        let service = self.config.durable_name.as_deref().unwrap_or_default();
        let retry_in_ms = pause.as_millis() as u64;
        tracing::info!(service, stream = self.stream, why, retry_in_ms, "asking for work anew");
        self.asked = 0;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        let (log, stream, config) = (self.log.clone(), self.stream, self.config.clone());
        self.making = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let mut link = log.link.clone();
            link.wait_for(|link| link.connected).await.map_err(|_| "the client was closed".to_owned())?;
            drop(link);
            make(&log, stream, &config).await.map(drop).map_err(|error| error.to_string())
        })));
    }
}

async fn make(log: &Log, stream: &'static str, config: &pull::Config) -> Result<Info, JournalError> {
    let doing = "make the consumer of a service";
    match log.context.create_consumer_on_stream(config.clone(), stream).await {
        Ok(consumer) => Ok(consumer.cached_info().clone()),
        Err(error) => Err(match error.kind() {
            ConsumerErrorKind::JetStream(answer) if answer.code() == 400 => JournalError::server(doing, answer),
            _ => JournalError::unavailable(doing, error),
        }),
    }
}

/// Gets what a dead worker held back at once, in order, instead of after `ack_wait`: the consumer's own
/// acknowledgement address takes a "not now" for every sequence that may be open, and ignores the others. With
/// another worker alive, nobody knows whose they are, and the server's clock decides.
async fn reclaim(log: &Log, info: &Info) -> Result<(), JournalError> {
    let (floor, delivered) = (info.ack_floor.stream_sequence, info.delivered.stream_sequence);
    if info.num_ack_pending == 0 || info.num_waiting > 0 || delivered.saturating_sub(floor) > RECLAIM_LIMIT {
        return Ok(());
    }
    tracing::info!(service = %info.name, messages = info.num_ack_pending, "taking over what a dead worker held");
    for sequence in floor + 1..=delivered {
        let delivery = info.delivered.consumer_sequence;
        let reply = format!("$JS.ACK.{}.{}.1.{sequence}.{delivery}.0.0", info.stream_name, info.name);
        let sent = log.client.publish(reply, Bytes::from_static(b"-NAK")).await;
        sent.map_err(|error| JournalError::unavailable("take over work", error))?;
    }
    log.flush().await
}

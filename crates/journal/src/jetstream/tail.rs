//! Following the stream with an ordered push consumer: the server sends as fast as the flow control lets it, each
//! message carries its number, and a gap, a silence or a lost connection starts a new consumer after the last
//! message that was taken.
//!
//! A reader of records does so until it is where the others of this process are, and then reads with them from the
//! [`hub`].
//!
//! It is ours rather than the client library's, because the library's cannot tell how much is still to come before
//! the first message, starts again from the beginning when it is interrupted before it, and has no alarm for a
//! consumer that is alive and stands still.

use super::hub;
use super::place::Place;
use super::replies::Link;
use super::{EVENTS, Log, headers};
use crate::entry::{self, Entry};
use crate::filters::Filters;
use crate::tail::{BATCH, Feeder, Gone, Item, Tail, TailConfig};
use async_nats::header::NATS_LAST_CONSUMER;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, push};
use async_nats::{Client, HeaderName, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::ReadyChunks;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The server says this often that it has nothing to say.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Silence for this long means that the consumer is gone.
const SILENCE: Duration = Duration::from_secs(3);
/// After so many heartbeats without a message, the consumer is asked whether it stands still.
const IDLE_BEATS: u32 = 10;
/// How long an item may wait to learn whether anything wanted comes after it.
const LOOK_AHEAD: Duration = Duration::from_millis(50);
/// The server forgets a consumer that nobody listens to.
const FORGET_AFTER: Duration = Duration::from_secs(30);
const STALLED: HeaderName = HeaderName::from_static("Nats-Consumer-Stalled");

/// Why one consumer's life ended.
enum Ended {
    /// The reader has gone, or the client was closed.
    Closed,
    Lost(String),
    /// What comes next is to be had from the hub.
    Joined,
}

impl From<Gone> for Ended {
    fn from(_: Gone) -> Self {
        Ended::Closed
    }
}

struct Follower {
    client: Client,
    context: Context,
    link: watch::Receiver<Link>,
    filters: Filters,
    /// Where others read too; none for a reader that stays alone.
    hub: Option<hub::Place>,
    /// The last sequence that was handed over.
    after: u64,
    feeder: Feeder,
}

impl Log {
    pub fn tail(self: &Arc<Self>, config: TailConfig) -> Tail {
        let filters = Filters::new(&config.filters);
        let shares = filters.is_wide() && filters.stream() == EVENTS;
        let hub = shares.then(|| self.hub.join(self));
        self.follow(filters, config.after_sequence, hub)
    }

    /// A reader of records that does not meet others.
    pub(super) fn read_alone(&self, filters: Filters, after: u64) -> Tail {
        self.follow(filters, after, None)
    }

    fn follow(&self, filters: Filters, after: u64, hub: Option<hub::Place>) -> Tail {
        let (client, context, link) = (self.client.clone(), self.context.clone(), self.link.clone());
        Tail::start(|feeder| tokio::spawn(Follower { client, context, link, filters, hub, after, feeder }.run()))
    }
}

impl Follower {
    async fn run(mut self) {
        let mut delay = Duration::from_millis(50);
        loop {
            let before = self.after;
            let mut ended = self.follow().await;
            if matches!(ended, Ended::Joined) {
                ended = self.follow_hub().await;
            }
            if self.feeder.hand_over_all().await.is_err() {
                return;
            }
            match ended {
                Ended::Closed => return,
                Ended::Joined => {}
                Ended::Lost(why) => {
                    if self.after > before {
                        delay = Duration::from_millis(50);
                    }
                    let retry_in_ms = delay.as_millis() as u64;
                    tracing::info!(after_sequence = self.after, why, retry_in_ms, "following the log anew");
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(Duration::from_secs(2));
                }
            }
        }
    }

    /// The life of one consumer.
    async fn follow(&mut self) -> Ended {
        tokio::select! {
            () = self.feeder.gone() => return Ended::Closed,
            link = self.link.wait_for(|link| link.connected) => if link.is_err() {
                return Ended::Closed;
            },
        }
        let epoch = self.link.borrow_and_update().epoch;
        let inbox = self.client.new_inbox();
        // Listening before the consumer is made, so that its first message is heard.
        let subscriber = match self.client.subscribe(inbox.clone()).await {
            Ok(subscriber) => subscriber,
            Err(error) => return Ended::Lost(error.to_string()),
        };
        let config = self.consumer(inbox);
        let mut consumer = match self.context.create_consumer_on_stream(config, self.filters.stream()).await {
            Ok(consumer) => consumer,
            Err(error) => return Ended::Lost(error.to_string()),
        };
        self.feeder.begins_with(consumer.cached_info().num_pending);
        self.listen(subscriber.ready_chunks(BATCH), &mut consumer, epoch).await
    }

    fn consumer(&self, deliver_subject: String) -> push::Config {
        push::Config {
            deliver_subject,
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.after + 1 },
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            filter_subjects: self.filters.for_server(),
            flow_control: true,
            idle_heartbeat: HEARTBEAT,
            inactive_threshold: FORGET_AFTER,
            num_replicas: 1,
            memory_storage: true,
            ..push::Config::default()
        }
    }

    async fn listen(
        &mut self,
        mut messages: ReadyChunks<Subscriber>,
        consumer: &mut Consumer<push::Config>,
        epoch: u64,
    ) -> Ended {
        // The number of the last message of this consumer.
        let mut delivered = 0;
        let mut idle_beats = 0;
        let mut heard = Instant::now();
        loop {
            let chunk = tokio::select! {
                biased;
                chunk = messages.next() => chunk,
                () = self.feeder.gone() => return Ended::Closed,
                changed = self.link.changed() => {
                    if changed.is_err() {
                        return Ended::Closed;
                    }
                    // Messages sent while nobody listened are lost; the next consumer sends them again.
                    if self.link.borrow_and_update().epoch != epoch {
                        return Ended::Lost("the connection was lost".to_owned());
                    }
                    continue;
                }
                () = tokio::time::sleep(LOOK_AHEAD), if self.feeder.waits() => {
                    if self.feeder.hand_over_all().await.is_err() {
                        return Ended::Closed;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(heard + SILENCE) => {
                    return Ended::Lost("the consumer is silent".to_owned());
                }
            };
            heard = Instant::now();
            let Some(chunk) = chunk else {
                return Ended::Closed;
            };
            let before = delivered;
            if let Err(ended) = self.take(chunk, &mut delivered).await {
                return ended;
            }
            if self.hub.as_ref().is_some_and(|hub| hub.covers(self.after)) {
                return Ended::Joined;
            }
            idle_beats = if delivered == before { idle_beats + 1 } else { 0 };
            if idle_beats >= IDLE_BEATS {
                idle_beats = 0;
                if let Some(ended) = stands_still(consumer, delivered).await {
                    return ended;
                }
            }
        }
    }

    async fn take(&mut self, chunk: Vec<Message>, delivered: &mut u64) -> Result<(), Ended> {
        let mut lost = None;
        for message in chunk {
            if message.status.is_some() {
                lost = self.status(&message, *delivered).await;
            } else {
                match Place::parse(message.reply.as_deref()) {
                    Some(place) if place.delivery == *delivered + 1 => {
                        *delivered = place.delivery;
                        self.after = place.sequence;
                        self.pick(message, place);
                    }
                    _ => lost = Some("a message is missing".to_owned()),
                }
            }
            if lost.is_some() {
                break;
            }
        }
        self.feeder.hand_over().await?;
        lost.map_or(Ok(()), |why| Err(Ended::Lost(why)))
    }

    /// Reads with the others until this reader has fallen behind them, or they have gone.
    async fn follow_hub(&mut self) -> Ended {
        let Some(hub) = &mut self.hub else { return Ended::Joined };
        loop {
            hub.moved.mark_unchanged();
            let before = self.after;
            match hub.read(before, &self.filters, &mut self.feeder) {
                Some(after) => self.after = after,
                None => return Ended::Joined,
            }
            if let Err(Gone) = self.feeder.hand_over().await {
                return Ended::Closed;
            }
            if self.after > before {
                continue;
            }
            tokio::select! {
                // The hub outlives its readers.
                _ = hub.moved.changed() => {}
                () = self.feeder.gone() => return Ended::Closed,
                () = tokio::time::sleep(LOOK_AHEAD), if self.feeder.waits() => {
                    if self.feeder.hand_over_all().await.is_err() {
                        return Ended::Closed;
                    }
                }
            }
        }
    }

    fn pick(&mut self, message: Message, place: Place) {
        let wanted = self.filters.want(&message.subject);
        match wanted.then(|| entry::read(&message.subject, &message.payload)).flatten() {
            Some(entry) => self.feeder.take(item(message, place, entry)),
            None => self.feeder.skip(place.pending),
        }
    }

    /// A heartbeat, or the flow control asking whether what was sent has been read. Answers why the consumer is lost.
    async fn status(&mut self, message: &Message, delivered: u64) -> Option<String> {
        if message.status != Some(StatusCode::IDLE_HEARTBEAT) {
            return Some(format!(
                "the consumer ended: {}",
                message.description.as_deref().unwrap_or("no reason given")
            ));
        }
        let headers = message.headers.as_ref();
        let stalled = headers::text(headers, STALLED).map(str::to_owned);
        if let Some(answer) = message.reply.as_ref().map(ToString::to_string).or(stalled) {
            return self.client.publish(answer, Bytes::new()).await.err().map(|error| error.to_string());
        }
        let sent = headers::number(headers, NATS_LAST_CONSUMER)?;
        if sent != delivered {
            return Some("a message is missing".to_owned());
        }
        // Whatever was announced and has not come was taken away meanwhile.
        self.feeder.caught_up();
        None
    }
}

/// Whether the server has something to send and does not.
async fn stands_still(consumer: &mut Consumer<push::Config>, delivered: u64) -> Option<Ended> {
    match consumer.info().await {
        Ok(info) if info.num_pending > 0 && info.delivered.consumer_sequence == delivered => {
            Some(Ended::Lost(format!("the consumer stands still with {} messages to send", info.num_pending)))
        }
        Ok(_) => None,
        Err(error) => Some(Ended::Lost(error.to_string())),
    }
}

fn item(message: Message, place: Place, entry: Entry) -> Item {
    Item {
        sequence: place.sequence,
        entry: Arc::new(entry),
        pending: place.pending,
        stored_at: place.stored_at,
        size: message.payload.len(),
        traceparent: headers::text(message.headers.as_ref(), headers::TRACEPARENT).map(Into::into),
        subject: message.subject.as_str().into(),
    }
}

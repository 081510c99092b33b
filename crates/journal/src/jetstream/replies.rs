//! One inbox for all answers of the server. An append is a publish whose answer carries its token, so it costs no
//! subscription, no timer and no task of its own; what waits too long, or waited while the connection was lost, is
//! told so and tries again.

use async_nats::connection::State;
use async_nats::{Client, HeaderMap, Message};
use bytes::Bytes;
use futures::StreamExt;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// How long an answer may take before the question counts as unanswered.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// Answers that are handed out at once.
const CHUNK: usize = 256;
/// How often unanswered questions are looked for.
const SWEEP: Duration = Duration::from_millis(250);

/// The connection as the rest sees it: whether it stands, and how often it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Link {
    pub connected: bool,
    pub epoch: u64,
}

impl Link {
    /// The connection was made, for the first time or again.
    pub fn made(&mut self) {
        *self = Link { connected: true, epoch: self.epoch + 1 };
    }

    /// The client's events can get lost when there are many at once; its state cannot.
    fn agree_with(&mut self, client: &Client) -> bool {
        let connected = client.connection_state() == State::Connected;
        let differs = connected != self.connected;
        if differs && connected {
            self.made();
        }
        self.connected = connected;
        differs
    }
}

enum Waiter {
    One(oneshot::Sender<Message>),
    Many(mpsc::UnboundedSender<Message>),
}

struct Waiting {
    waiter: Waiter,
    since: Instant,
}

type Table = Arc<Mutex<HashMap<u64, Waiting>>>;

/// Questions to the server and their answers. Dropping it ends its task.
pub(crate) struct Replies {
    client: Client,
    prefix: String,
    next: AtomicU64,
    waiting: Table,
    task: tokio::task::JoinHandle<()>,
}

/// The question got no answer: whether the server acted on it is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unanswered(pub String);

/// Many answers to one question. Dropping it forgets the question.
pub(crate) struct Answers {
    receiver: mpsc::UnboundedReceiver<Message>,
    token: u64,
    waiting: Table,
}

impl Drop for Answers {
    fn drop(&mut self) {
        locked(&self.waiting).remove(&self.token);
    }
}

impl Answers {
    /// The next answer.
    pub async fn next(&mut self) -> Result<Message, Unanswered> {
        let message = self.receiver.recv().await.ok_or_else(|| Unanswered("no answer in time".to_owned()))?;
        if let Some(waiting) = locked(&self.waiting).get_mut(&self.token) {
            waiting.since = Instant::now();
        }
        Ok(message)
    }
}

impl Replies {
    /// Subscribes the inbox. `link` tells of lost connections, and is put right here when it is wrong.
    pub async fn start(client: Client, link: watch::Sender<Link>) -> Result<Self, async_nats::SubscribeError> {
        let prefix = format!("{}.", client.new_inbox());
        let subscription = client.subscribe(format!("{prefix}*")).await?;
        let waiting = Table::default();
        let task = tokio::spawn(deliver(client.clone(), subscription, prefix.len(), waiting.clone(), link));
        Ok(Replies { client, prefix, next: AtomicU64::new(0), waiting, task })
    }

    /// Asks, and waits for one answer.
    pub async fn ask(&self, subject: &str, headers: Option<HeaderMap>, payload: Bytes) -> Result<Message, Unanswered> {
        let (sender, receiver) = oneshot::channel();
        let token = self.expect(Waiter::One(sender));
        let forget = Forget { waiting: &self.waiting, token };
        self.send(subject, token, headers, payload).await?;
        let answer = receiver.await.map_err(|_| Unanswered("no answer in time".to_owned()));
        // Whoever answered has taken the entry out.
        std::mem::forget(forget);
        answer
    }

    /// Asks, and gives the way to all answers.
    pub async fn ask_many(&self, subject: &str, payload: Bytes) -> Result<Answers, Unanswered> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let token = self.expect(Waiter::Many(sender));
        let answers = Answers { receiver, token, waiting: self.waiting.clone() };
        self.send(subject, token, None, payload).await?;
        Ok(answers)
    }

    fn expect(&self, waiter: Waiter) -> u64 {
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        locked(&self.waiting).insert(token, Waiting { waiter, since: Instant::now() });
        token
    }

    async fn send(
        &self,
        subject: &str,
        token: u64,
        headers: Option<HeaderMap>,
        payload: Bytes,
    ) -> Result<(), Unanswered> {
        let reply = format!("{}{token}", self.prefix);
        let sent = match headers {
            Some(headers) => {
                self.client.publish_with_reply_and_headers(subject.to_owned(), reply, headers, payload).await
            }
            None => self.client.publish_with_reply(subject.to_owned(), reply, payload).await,
        };
        sent.map_err(|error| Unanswered(error.to_string()))
    }
}

impl Drop for Replies {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes a question back whose asker has gone.
struct Forget<'a> {
    waiting: &'a Table,
    token: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        locked(self.waiting).remove(&self.token);
    }
}

fn locked(table: &Table) -> MutexGuard<'_, HashMap<u64, Waiting>> {
    // No code that holds it can panic half-way through a change.
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn deliver(
    client: Client,
    subscription: async_nats::Subscriber,
    prefix: usize,
    waiting: Table,
    link_sender: watch::Sender<Link>,
) {
    let mut sweep = tokio::time::interval(SWEEP);
    let mut link = link_sender.subscribe();
    let mut epoch = link.borrow_and_update().epoch;
    let mut chunks = subscription.ready_chunks(CHUNK);
    loop {
        tokio::select! {
            messages = chunks.next() => match messages {
                Some(messages) => answer(&waiting, prefix, messages),
                // The client was closed: nobody will answer any more.
                None => return locked(&waiting).clear(),
            },
            // It cannot be closed: the sender is here.
            _ = link.changed() => {
                let now = link.borrow_and_update().epoch;
                if now != epoch {
                    epoch = now;
                    // Answers of the lost connection will not come. The questions may be asked again.
                    locked(&waiting).clear();
                }
            }
            _ = sweep.tick() => {
                link_sender.send_if_modified(|link| link.agree_with(&client));
                locked(&waiting).retain(|_, waiting| waiting.since.elapsed() < ANSWER_WAIT);
            }
        }
    }
}

fn answer(waiting: &Table, prefix: usize, messages: Vec<Message>) {
    let mut table = locked(waiting);
    for message in messages {
        let Some(token) = message.subject.get(prefix..).and_then(|token| token.parse::<u64>().ok()) else {
            continue;
        };
        let Some(entry) = table.remove(&token) else {
            continue;
        };
        // Whoever asked may have gone; then the answer goes with it.
        match entry.waiter {
            Waiter::One(sender) => {
                let _ = sender.send(message);
            }
            Waiter::Many(sender) => {
                if sender.send(message).is_ok() {
                    table.insert(token, Waiting { waiter: Waiter::Many(sender), since: entry.since });
                }
            }
        }
    }
}

//! Who listens to one of the gateway's watches. A watch is followed while there is an audience, and is not paid for
//! while there is none.

use std::time::Duration;
use tokio::sync::{Notify, watch};

pub struct Audience {
    changed: watch::Sender<()>,
    /// Somebody has come to listen.
    wanted: Notify,
}

impl Default for Audience {
    fn default() -> Self {
        Audience { changed: watch::Sender::new(()), wanted: Notify::new() }
    }
}

impl Audience {
    /// One more listener; it sees every [`tell`](Audience::tell).
    pub fn join(&self) -> watch::Receiver<()> {
        let changes = self.changed.subscribe();
        self.wanted.notify_one();
        changes
    }

    /// There is something new.
    pub fn tell(&self) {
        self.changed.send_replace(());
    }

    /// Waits for listeners, then follows until they have been gone for so long.
    pub async fn follow(&self, linger: Duration, watch: impl Future<Output = ()>) {
        while self.changed.receiver_count() == 0 {
            self.wanted.notified().await;
        }
        tokio::select! {
            () = watch => {}
            () = self.left(linger) => {}
        }
    }

    async fn left(&self, linger: Duration) {
        loop {
            self.changed.closed().await;
            tokio::time::sleep(linger).await;
            if self.changed.receiver_count() == 0 {
                return;
            }
        }
    }
}

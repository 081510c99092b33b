//! How a process is asked to stop, and how long it may take.
//!
//! SIGTERM or SIGINT asks: listeners take no more, what is in hand is finished, logs and traces are flushed. That may
//! take `process.drain_seconds`. A second signal ends the process at once.

use std::future::Future;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The request to stop, shared by all tasks of a process. Clones are the same request.
#[derive(Debug, Clone)]
pub struct Shutdown {
    token: CancellationToken,
    drain: Duration,
}

/// Work that was not finished within `process.drain_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not finished after {seconds} s of draining; raise process.drain_seconds if that happens often")]
pub struct DrainTimeout {
    /// The limit, in seconds.
    pub seconds: u64,
}

impl Shutdown {
    /// A request that nobody has made yet.
    pub fn new(drain_seconds: u64) -> Self {
        Shutdown { token: CancellationToken::new(), drain: Duration::from_secs(drain_seconds) }
    }

    /// Asks all holders to stop. Asking twice is asking once.
    pub fn begin(&self) {
        self.token.cancel();
    }

    /// Has someone asked?
    pub fn is_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until someone asks. For `select!`: dropping the future loses nothing.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// The token, for libraries that want one.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// A request of a part of the process: it is made when the whole stops, or earlier by its own `begin`.
    pub fn child(&self) -> Shutdown {
        Shutdown { token: self.token.child_token(), drain: self.drain }
    }

    /// How long finishing may take.
    pub fn drain_limit(&self) -> Duration {
        self.drain
    }

    /// Runs `work` to its end. Once a stop is asked for, it has the drain limit to get there.
    ///
    /// # Errors
    /// [`DrainTimeout`] when the limit has passed; `work` is dropped.
    pub async fn drain<T>(&self, work: impl Future<Output = T>) -> Result<T, DrainTimeout> {
        let limit = async {
            self.begun().await;
            tokio::time::sleep(self.drain).await;
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = limit => Err(DrainTimeout { seconds: self.drain.as_secs() }),
        }
    }

    /// Runs `work` until it ends or a stop is asked for; `None` means that it was dropped.
    pub async fn unless_begun<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.token.run_until_cancelled(work).await
    }

    /// From now on the first SIGTERM or SIGINT begins the shutdown and the second ends the process with code 1.
    /// Call it once, in a tokio runtime.
    ///
    /// # Errors
    /// The operating system refuses the signal handlers.
    pub fn on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            let name = next_signal(&mut terminate, &mut interrupt).await;
            tracing::info!(
                signal = name,
                drain_seconds = shutdown.drain.as_secs(),
                "stopping: finishing what is in hand; a second signal ends at once"
            );
            shutdown.begin();
            let name = next_signal(&mut terminate, &mut interrupt).await;
            tracing::warn!(signal = name, "ending at once");
            std::process::exit(1);
        });
        Ok(())
    }
}

async fn next_signal(
    terminate: &mut tokio::signal::unix::Signal,
    interrupt: &mut tokio::signal::unix::Signal,
) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_ends_in_time_is_finished_after_the_request() {
        let shutdown = Shutdown::new(20);
        let work = async {
            shutdown.begun().await;
            tokio::time::sleep(Duration::from_secs(19)).await;
            "finished"
        };
        shutdown.begin();
        assert_eq!(shutdown.drain(work).await, Ok("finished"));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_does_not_end_is_left_after_the_limit() {
        let shutdown = Shutdown::new(20);
        shutdown.begin();
        let begun = tokio::time::Instant::now();
        let result = shutdown.drain(std::future::pending::<()>()).await;
        assert_eq!(result, Err(DrainTimeout { seconds: 20 }));
        assert_eq!(begun.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn before_the_request_work_has_all_the_time() {
        let shutdown = Shutdown::new(1);
        let work = tokio::time::sleep(Duration::from_secs(3600));
        assert_eq!(shutdown.drain(work).await, Ok(()));
    }

    #[tokio::test]
    async fn a_child_stops_with_the_whole_but_not_the_whole_with_it() {
        let whole = Shutdown::new(1);
        let part = whole.child();
        part.begin();
        assert!(part.is_begun() && !whole.is_begun());
        let other = whole.child();
        whole.begin();
        other.begun().await;
        assert_eq!(other.unless_begun(std::future::pending::<()>()).await, None);
    }
}

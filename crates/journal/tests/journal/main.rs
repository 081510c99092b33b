//! One suite for both kinds of journal: what holds on a real nats-server holds in the twin, or simulation is worth
//! nothing. What only a server can do (die, be too old, stay away) stands in `server` and `child`.

#![allow(clippy::unwrap_used, reason = "the panic of a test is its answer")]

mod append;
mod checkpoints;
mod child;
mod cluster;
mod read;
mod server;
mod set_aside;
mod tail;
mod timers;
mod trace;
mod work;
mod world;

/// Makes a test of each function twice: on the twin and on a nats-server of its own.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(crate::world::World::memory()).await;
                }
            )*
        }
        mod jetstream {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(crate::world::World::jetstream().await).await;
                }
            )*
        }
    };
}
pub(crate) use both;

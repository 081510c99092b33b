//! Routing: whose work a conversation is, what people do with it, and until when an answer is due.
//!
//! The service follows every record and folds it into the [`desk`], a view of all conversations that can be thrown away
//! and rebuilt. What must be done follows from the state, not from having seen a record: a classified post without a
//! route is routed, a deadline that is set is armed, two conversations that prove to be one are merged ([`react`]). So
//! a crash at any moment is made good by the next start, and a second copy of the service does no harm: both decide the
//! same, and the log's expected-sequence guard lets one of them write.
//!
//! This is why routing keeps no acknowledged position of its own but reads the log from its checkpoint on: with all
//! conversations in memory anyway, it saves one acknowledgement a record and a load a decision.

mod checkpoint;
mod corrections;
mod desk;
mod draft;
mod explain;
mod grpc;
mod needs;
mod notice;
mod offers;
mod placing;
mod plan;
mod queue;
mod react;
mod ready;
mod rise;
mod route;
mod shifts;
mod summary;
mod surges;
mod tellings;
mod view;

pub use checkpoint::{decode as decode_checkpoint, encode as encode_checkpoint};
pub use draft::{Asked, Checked, check as check_draft, may_override};
pub use explain::explain;
pub use needs::{Need, look_at, needs};
pub use notice::Word;
pub use offers::preferred;
pub use plan::{Around, Origin, SAME_THREAD, absorbed, command, newest_words, of_merge, origin, wants_words};
pub use queue::{Key, Part, key, score};
pub use react::NAME;
pub use ready::{Known, Suggestion, check_words, suggest};
pub use route::route;
pub use shifts::{ShiftPreview, next_shift_post, preview_shift_posts, shift_posts};
pub use summary::{suggestion, summarise};
pub use surges::{brand_look_at, brand_needs, customer_team, threshold};
pub use tellings::{Telling, tellings};
pub use view::{BrandEntry, CustomerEntry, Entry, Load, View, Work};

use anyhow::Context as _;
use desk::Desk;
use journal::Journal;
use react::Reactor;
use service::Process;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinHandle;

service::section! {
    /// Routing: whose work a conversation is, and until when an answer is due.
    #[derive(Clone)]
    pub struct Settings in "routing" {
        /// Address of the gRPC listener (ConversationService, CustomerService, DeskService, BrandService,
        /// SetAsideService).
        pub listen: SocketAddr = "127.0.0.1:7420".parse().expect("an address"),
        /// Decisions on their way to the log at once; more wait.
        #[range(1..=65_536)]
        pub decisions_in_flight_max: usize = 512,
        /// Seconds between two checkpoints of the desk; 0 for none. A start reads the log from the newest one.
        #[range(0..=86_400)]
        pub checkpoint_seconds: u64 = 300,
    }
}

/// What a started service tells.
pub struct Started {
    pub grpc: SocketAddr,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

/// Runs routing until the process is asked to stop.
pub async fn run(process: Process, journal: Journal) -> anyhow::Result<()> {
    start(process, journal).await?.ended.await.context("routing stopped unexpectedly")?
}

/// Binds the listener, begins to follow the log, and returns.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "routing");
    let settings: Settings = process.config.section()?;
    let listener = service::listen::bind("routing.listen", settings.listen).await?;
    let desk = Arc::new(Desk::default());
    // Nobody waits for it: until it is done, a first draft does it itself.
    tokio::task::spawn_blocking(draft::warm_up);
    let reactor = Reactor::new(journal.clone(), Arc::clone(&desk), process.clock.clone(), &settings);
    let routes = grpc::routes(&desk, &journal, &process, &reactor)?;
    let serving =
        service::grpc::serve("routing", listener, routes, grpc::SERVICES, &process.health, process.shutdown.clone())
            .await;
    let grpc = serving.address();
    let ended = tokio::spawn(async move {
        let followed = react::follow(&process, &journal, &desk, &reactor, &settings).await;
        serving.ended().await?;
        followed
    });
    Ok(Started { grpc, ended })
}

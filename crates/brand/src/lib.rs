//! What a brand has decided in advance, so that the right people see a post within seconds: its accounts, its teams
//! and their hours, and rules that say who gets what. Settings are YAML under version control ([`Settings`]), checked
//! with line numbers ([`Problems`]), compiled once ([`Brand`]) and then asked of every post.
//!
//! The crate is pure: it opens nothing, reads no clock, and the same settings and input give the same answer on every
//! machine. `docs/brand-settings.md` is the format's reference.
//!
//! ```
//! use brand::{Brand, ClassView, ConversationView, PostView, RouteInput, Settings};
//!
//! let yaml = r#"
//! earshot: brand/v1
//! brand: aurora-air
//! name: Aurora Air
//! timezone: Europe/Tallinn
//! teams:
//!   care: {name: Care, hours: "24/7"}
//!   crisis: {name: Crisis desk, hours: "Mo-Fr 08:00-20:00", tier: crisis}
//! rules:
//!   - name: angry-and-heard
//!     when: 'class.intent == "complaint" && post.followers > 10000'
//!     team: crisis
//!     priority: urgent
//!     respond_within: 10m
//! otherwise: {team: care, respond_within: 1h}
//! "#;
//! let brand = Brand::compile(Settings::parse(yaml, "aurora-air.yaml")?)?;
//! let decision = brand.route(&RouteInput {
//!     at: "2026-06-01T12:00:00Z".parse().unwrap(),
//!     post: PostView { text: "three hours on the apron", network: "x", followers: 100_200, ..PostView::default() },
//!     class: ClassView { intent: "complaint", ..ClassView::default() },
//!     conversation: ConversationView { posts: 1, ..ConversationView::default() },
//!     ..RouteInput::default()
//! });
//! assert_eq!((&*decision.rule, &*decision.team), ("angry-and-heard", "crisis"));
//! assert_eq!(decision.respond_within_seconds, Some(600));
//! # Ok::<(), brand::Problems>(())
//! ```

mod approval;
mod brand;
mod check;
mod coverage;
mod depth;
mod expression;
mod facts;
mod filters;
mod flags;
mod guard;
mod hours;
mod keys;
mod placing;
mod reach;
mod read;
mod rises;
mod route;
mod serving;
mod settings;
mod shifts;
mod signs;
mod targets;
mod templates;
mod topics;
mod views;
mod words;

use document::{problem, reader, suggest, tree};

pub use approval::{Approval, Written};
pub use brand::Brand;
pub use coverage::{Gap, Uncovered};
pub use facts::{FIELDS, Field, FieldType};
pub use filters::{Filtering, WouldFilter};
pub use flags::{Flag, Flags};
pub use guard::{FINDINGS, Gravity, NEVER_SILENT, Taken};
pub use problem::{Problem, Problems};
pub use read::SETTINGS_MOST_BYTES;
pub use rises::{Escalate, Exposure, FlareUp, Influencer, PingPong, RepeatAsk, RepeatedOffers, Rises, Spread, Surges};
pub use route::{Candidate, CandidateKind, Decision, RouteInput};
pub use serving::{Because, Fit, Serving, ServingInput};
pub use settings::{
    Assign, Capacity, Condition, Filter, Handle, HandleUse, Holidays, KeptAs, Listen, Outcome, Person, Priority, Rule,
    Settings, Signs, Team, Tier, Topic, WallClock,
};
pub use shifts::{ShiftEnd, ShiftTime};
pub use targets::{TargetClock, Targets};
pub use templates::{fill, fill_all};
pub use views::{ClassView, ConversationView, CustomerView, PostView};
pub use words::{Example, Notices, ReadyReply, ShiftPost, ShiftPosts, SignatureUse, Tone, Translations};

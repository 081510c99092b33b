//! What goes out is fit to send: how long a reply is as its network counts ([`length`]), a long one in numbered parts
//! ([`split`](mod@split)), and a draft held against what must stay private and how the brand wants to sound ([`guard`]).
//! What a reply offers and asks ([`acts`](fn@acts)) is kept, so that the next one is not the same again.
//!
//! The crate is pure and knows none of ours: the same draft and context give the same findings on every machine. Only
//! [`spelling::Dictionaries`] reads files, once. `docs/reply-guard.md` explains the findings and how good they are.
//!
//! ```
//! use reply::guard::{Context, Draft, Kind, Severity, Voice, check};
//! use reply::length::Limit;
//! use reply::split::{Split, split};
//!
//! let context = Context {
//!     language: "en",
//!     intent: "complaint",
//!     signature: "^Sam",
//!     brand: Voice { signed: true, ..Voice::default() },
//!     ..Context::default()
//! };
//! let text = "I am so sorry. What is your account number? ^Sam";
//! let stopped = check(&Draft { text, ..Draft::default() }, &context);
//! assert_eq!((stopped[0].kind, stopped[0].severity), (Kind::AsksPersonalDataInPublic, Severity::Stop));
//! assert_eq!(&text[stopped[0].at.clone()], "account number");
//! assert_eq!(stopped[0].way_out, "ask for it in a private message");
//!
//! let text = "I am so sorry. Please send me your account number in a private message. ^Sam";
//! assert!(check(&Draft { text, ..Draft::default() }, &context).is_empty());
//! let plan = Split { limit: Limit::of("x", false), reserved: 0, parts_at_most: 4, signature: "^Sam" };
//! assert_eq!(split(text, &plan)?, [text]);
//! # Ok::<(), reply::split::Error>(())
//! ```

mod acts;
mod fold;
pub mod guard;
pub mod length;
mod lexicon;
mod manner;
mod marks;
mod reading;
mod sentences;
pub mod spelling;
pub mod split;

pub use acts::{Acts, acts, code};
pub use manner::{Codes, Manner, manner};

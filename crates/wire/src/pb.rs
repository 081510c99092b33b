//! The generated types, one module an area. They go no further than this crate's conversions and the gRPC edges.

macro_rules! area {
    ($name:ident, $package:literal) => {
        pub mod $name {
            #[allow(clippy::all, missing_docs, reason = "generated code")]
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/", $package, ".rs"));
                include!(concat!(env!("OUT_DIR"), "/", $package, ".serde.rs"));
            }
        }
    };
}

/// The packages as generated code names them.
mod earshot {
    area!(conversation, "earshot.conversation.v1");
    area!(customer, "earshot.customer.v1");
    area!(desk, "earshot.desk.v1");
    area!(brand, "earshot.brand.v1");
    area!(ingest, "earshot.ingest.v1");
    area!(classifier, "earshot.classifier.v1");
    area!(notifier, "earshot.notifier.v1");
    area!(analytics, "earshot.analytics.v1");
    area!(setaside, "earshot.setaside.v1");
}

pub use earshot::analytics::v1 as analytics;
pub use earshot::brand::v1 as brand;
pub use earshot::classifier::v1 as classifier;
pub use earshot::conversation::v1 as conversation;
pub use earshot::customer::v1 as customer;
pub use earshot::desk::v1 as desk;
pub use earshot::ingest::v1 as ingest;
pub use earshot::notifier::v1 as notifier;
pub use earshot::setaside::v1 as set_aside;

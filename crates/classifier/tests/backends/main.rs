//! The backends of the classifier against what they stand on: a real ONNX Runtime with a small model that the tests make, and
//! a real gRPC connection to a service that answers as it is told.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod fake;
mod onnx;
mod remote;
mod service;
mod tiny;

use classifier::model::Model;
use std::sync::{Arc, OnceLock};

/// The model inside the program, read once.
fn shipped() -> Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    Arc::clone(MODEL.get_or_init(|| Arc::new(Model::shipped())))
}

fn texts(texts: &[&str]) -> Arc<[String]> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

//! Compiles the contract with protox (no protoc needed): messages and services by tonic-prost-build, canonical JSON
//! by pbjson, and the descriptor set that reflection and the OpenAPI document are made from.

use prost::Message;
use std::path::PathBuf;

const PROTOS: &[&str] = &[
    "earshot/conversation/v1/facts.proto",
    "earshot/conversation/v1/record.proto",
    "earshot/conversation/v1/conversation_service.proto",
    "earshot/customer/v1/customer_service.proto",
    "earshot/desk/v1/desk_service.proto",
    "earshot/brand/v1/brand_service.proto",
    "earshot/ingest/v1/ingest_service.proto",
    "earshot/classifier/v1/classifier_service.proto",
    "earshot/notifier/v1/notification_service.proto",
    "earshot/analytics/v1/analytics_service.proto",
    "earshot/setaside/v1/set_aside_service.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from("../../proto");
    println!("cargo:rerun-if-changed=../../proto");
    let descriptors = protox::compile(PROTOS, [&root])?;
    let bytes = descriptors.encode_to_vec();
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), &bytes)?;
    tonic_prost_build::configure()
        .compile_well_known_types(true)
        .extern_path(".google.protobuf", "::pbjson_types")
        .build_transport(true)
        .compile_fds(descriptors)?;
    pbjson_build::Builder::new().register_descriptors(&bytes)?.build(&[".earshot"])?;
    Ok(())
}

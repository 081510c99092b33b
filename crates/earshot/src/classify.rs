//! `earshot classifier`: the service, and the tools that make and try its models.

use std::process::ExitCode;
use service::config::Sources;

#[derive(clap::Args)]
pub struct Args {}

pub fn main(_args: Args, sources: &Sources) -> ExitCode {
    crate::services::main("classifier", sources, classifier::serve::run)
}

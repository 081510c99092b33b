//! `earshot healthcheck`: what a container's probe runs. It needs no shell and no curl.

use service::config::{Admin, Sources};
use std::net::SocketAddr;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Example:
  earshot healthcheck --config /etc/earshot/earshot.toml")]
pub struct Args {
    /// Admin address of the process to ask; admin.listen of the settings when absent
    #[arg(long, value_name = "HOST:PORT")]
    address: Option<SocketAddr>,
    /// Ask for another page than /readyz, such as a NATS server's /healthz
    #[arg(long, value_name = "PATH", conflicts_with = "live")]
    path: Option<String>,
    /// Ask only whether it is alive, not whether it is ready
    #[arg(long)]
    live: bool,
}

pub fn main(args: &Args, sources: &Sources) -> ExitCode {
    let address = args.address;
    let path = args.path.clone().unwrap_or_else(|| if args.live { "/livez" } else { "/readyz" }.to_owned());
    service::tool("healthcheck", sources, async move |process: service::Process| {
        let configured: Admin = process.config.section()?;
        let mut address = address.unwrap_or(configured.listen);
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let (status, body) = service::admin::probe(address, &path).await?;
        if !status.is_success() {
            anyhow::bail!("{path} at {address} answered {status}: {body}");
        }
        println!("{body}");
        Ok(())
    })
}

//! Sockets: bound by the name of their setting, so that a port in use is an error that says what to change.

use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A listener cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({key}): {problem}; {cure}")]
pub struct BindError {
    /// The setting, such as `ingest.listen`.
    pub key: String,
    /// The address asked for.
    pub address: SocketAddr,
    /// The operating system's error, whose text is in ours already.
    pub error: std::io::Error,
    problem: String,
    cure: String,
}

/// Binds a listener for the setting `key`; its `local_addr` is the port that was taken when the address says 0.
///
/// The address is logged; one that other machines can reach as a warning, since nothing here asks who they are.
///
/// # Errors
/// [`BindError`], which names address, setting and cure.
pub async fn bind(key: &str, address: SocketAddr) -> Result<TcpListener, BindError> {
    let listener = TcpListener::bind(address).await.map_err(|error| explain(key, address, error))?;
    let bound = listener.local_addr().unwrap_or(address);
    if bound.ip().is_loopback() {
        tracing::info!(key, address = %bound, "listening, for this machine only");
    } else {
        tracing::warn!(key, address = %bound, "listening for other machines too; keep it behind something that asks who they are");
    }
    Ok(listener)
}

fn explain(key: &str, address: SocketAddr, error: std::io::Error) -> BindError {
    let (problem, cure) = match error.kind() {
        ErrorKind::AddrInUse => (
            "another process has this port".to_owned(),
            format!("stop it, or set {key} to a free port (port 0 takes any)"),
        ),
        ErrorKind::PermissionDenied => {
            ("this user may not open this port".to_owned(), format!("set {key} to a port of 1024 or above"))
        }
        ErrorKind::AddrNotAvailable => (
            "this machine does not have this address".to_owned(),
            format!("set {key} to 127.0.0.1 and a port, or to an address of this machine"),
        ),
        _ => (error.to_string(), format!("check {key}")),
    };
    BindError { key: key.to_owned(), address, error, problem, cure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_its_setting_and_cure() {
        let taken = bind("ingest.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = taken.local_addr().unwrap();
        let error = bind("gateway.listen", address).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "cannot listen on {address} (gateway.listen): another process has this port; \
                 stop it, or set gateway.listen to a free port (port 0 takes any)"
            )
        );
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_explained() {
        let error = bind("admin.listen", "192.0.2.1:7400".parse().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("this machine does not have this address"), "{error}");
    }
}

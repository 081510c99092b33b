//! Where a webhook may go. A URL comes from an operator, but a name in it resolves to whatever its owner says: so every
//! try resolves anew, looks at the addresses, and connects to one that was looked at and to no other.
//!
//! - Public addresses: https only.
//! - Loopback and private networks: only where the settings allow it, as for a network on the same machine; then http
//!   will do.
//! - Link-local (where clouds keep their metadata), multicast and reserved addresses: never.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What an address is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Public,
    /// Loopback, a private network, or the shared one of a carrier.
    Private,
    /// No place for a webhook.
    Never,
}

/// An address that must not be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the address is private")]
    Private,
    #[error("the address is public, and http is not private there")]
    PlainHttp,
    #[error("the address is no place for a webhook")]
    Never,
}

/// What may be spoken to from one URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// Loopback and private networks are allowed.
    pub private: bool,
    /// The URL is http.
    pub plain: bool,
}

impl Permit {
    pub fn check(self, ip: IpAddr) -> Result<(), Refused> {
        match kind(ip) {
            Kind::Public if self.plain => Err(Refused::PlainHttp),
            Kind::Private if !self.private => Err(Refused::Private),
            Kind::Never => Err(Refused::Never),
            Kind::Public | Kind::Private => Ok(()),
        }
    }
}

/// What is wrong with a URL, and the cure, as an error about a setting says it.
pub type Wrong = (&'static str, &'static str);

/// Reads a URL of the settings, and refuses what could never be spoken to. A name is resolved later, on every try.
pub fn read(text: &str, allow_private: bool) -> Result<(Url, Permit), Wrong> {
    const CURE: &str = "write for example https://care.example.com/replies";
    let url = Url::parse(text).map_err(|_| ("is no URL", CURE))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(("holds a user or a password", "the signature is the proof; leave them out"));
    }
    let plain = match url.scheme() {
        "https" => false,
        "http" if allow_private => true,
        "http" => {
            return Err(("must be https", "for a network on this machine set notifier.allow_private_targets = true"));
        }
        _ => return Err(("must begin with https://", CURE)),
    };
    let permit = Permit { private: allow_private, plain };
    let Some(host) = url.host_str() else { return Err(("names no host", CURE)) };
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        permit.check(ip).map_err(|refused| match refused {
            Refused::Private => {
                ("names a private address", "set notifier.allow_private_targets = true if that is meant")
            }
            Refused::PlainHttp => ("is http to a public address", "write https://"),
            Refused::Never => ("names an address that no webhook may go to", CURE),
        })?;
    }
    Ok((url, permit))
}

/// Resolves names to addresses that may be spoken to.
pub struct CheckedResolver(pub Permit);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let permit = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut refused = Refused::Never;
            let mut allowed = Vec::with_capacity(found.len());
            for address in found {
                match permit.check(address.ip()) {
                    Ok(()) => allowed.push(address),
                    Err(why) => refused = why,
                }
            }
            if allowed.is_empty() {
                return Err(refused.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What an address is to us.
pub fn kind(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => kind_v6(ip),
    }
}

fn kind_v4(ip: Ipv4Addr) -> Kind {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        // This network, link-local, multicast, reserved and broadcast.
        (0, ..) | (169, 254, _) | (224..=255, ..) => Kind::Never,
        // Protocol assignments, documentation, benchmarks.
        (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Kind::Never,
        (127 | 10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Kind::Private,
        _ => Kind::Public,
    }
}

fn kind_v6(ip: Ipv6Addr) -> Kind {
    if ip.is_loopback() {
        return Kind::Private;
    }
    if let Some(inner) = inner_v4(ip) {
        return kind_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    match first {
        // Unique local.
        0xfc00..=0xfdff => Kind::Private,
        // Teredo and the rest of the protocol assignments, documentation.
        0x2001 if second < 0x0200 || second == 0x0db8 => Kind::Never,
        // Global unicast; whatever else there is has no place in a URL.
        0x2000..=0x3ffe => Kind::Public,
        _ => Kind::Never,
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated (NAT64) or tunnelled (6to4).
fn inner_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(text: &str) -> Kind {
        kind(text.parse().unwrap())
    }

    #[test]
    fn addresses_are_known_for_what_they_are_in_every_disguise() {
        for text in ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "2001:4860:4860::8888"] {
            assert_eq!(kind_of(text), Kind::Public, "{text}");
        }
        for text in ["127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
        {
            assert_eq!(kind_of(text), Kind::Private, "{text}");
        }
        for text in ["::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "2002:0a01:0203::1", "::7f00:1"] {
            assert_eq!(kind_of(text), Kind::Private, "{text}");
        }
        for text in [
            "0.0.0.0",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert_eq!(kind_of(text), Kind::Never, "{text}");
        }
    }

    #[test]
    fn only_https_and_public_addresses_unless_allowed() {
        assert!(read("https://care.example.com/replies", false).is_ok());
        assert_eq!(read("http://care.example.com/", false).unwrap_err().0, "must be https");
        assert_eq!(read("https://127.1/x", false).unwrap_err().0, "names a private address");
        assert_eq!(read("https://[::1]/x", false).unwrap_err().0, "names a private address");
        assert_eq!(read("https://0x7f000001/", false).unwrap_err().0, "names a private address");
        assert!(read("https://169.254.169.254/", true).unwrap_err().0.contains("no webhook"));
        assert!(read("http://8.8.8.8/", true).unwrap_err().0.contains("public"));
        assert!(read("ftp://care.example.com/", true).is_err());
        assert!(read("https://user:pw@care.example.com/", true).unwrap_err().0.contains("password"));
        assert_eq!(read("http://127.0.0.1:7490/replies", true).unwrap().1, Permit { private: true, plain: true });
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let resolve = |permit| async move {
            CheckedResolver(permit).resolve("localhost".parse().unwrap()).await.map(|a| a.count())
        };
        let refused = resolve(Permit { private: false, plain: false }).await.unwrap_err();
        assert_eq!(refused.downcast_ref(), Some(&Refused::Private));
        assert!(resolve(Permit { private: true, plain: true }).await.unwrap() > 0);
    }
}

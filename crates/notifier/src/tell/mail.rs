//! Notices by e-mail. SMTP knows no repetition and cannot be asked, so what matters is how far it came: until the letter's last
//! line nothing is there, after it without an answer nobody knows, and then it is not sent again. The Message-ID follows from
//! the notice, so that two of the same would be seen.

use super::letter::Letter;
use crate::port::{Abilities, Idempotency, Outcome, Reason, Receipt};
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;

/// How the connection is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// Not at all: for a server on this machine.
    Plain,
    /// Asked for in the clear and then kept; without it nothing is sent.
    StartTls,
    /// From the first byte on.
    Tls,
}

/// The server that takes the brand's e-mail.
#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub safety: Safety,
    pub credentials: Option<Credentials>,
    pub from: Mailbox,
    /// For the whole of one letter.
    pub timeout: Duration,
}

/// Sends letters.
#[derive(Debug)]
pub struct Mailer(Server);

/// Nobody is to answer it, and no robot either (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// How far a letter came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connecting,
    /// The server knows whom it is for, and has nothing of it.
    Talking,
    /// Its text is on its way.
    Handing,
}

impl Mailer {
    pub fn new(server: Server) -> Self {
        service::process::install_crypto();
        Mailer(server)
    }

    pub fn abilities(&self) -> Abilities {
        Abilities {
            idempotency: Idempotency::None,
            lookup: false,
            lookup_is_certain: false,
            text_max_characters: usize::MAX,
        }
    }

    /// Sends it, once.
    pub async fn send(&self, to: &Address, letter: &Letter) -> Outcome {
        let Some(bytes) = self.written(to, letter) else {
            return Outcome::Refused { reason: Reason::REQUEST_INVALID, is_final: true };
        };
        let mut stage = Stage::Connecting;
        let handed = self.hand_over(to, &bytes, &mut stage);
        match tokio::time::timeout(self.0.timeout, handed).await {
            Ok(Ok(())) => Outcome::Sent(Receipt::default()),
            Ok(Err(error)) => heard(stage, &error),
            Err(_) if stage == Stage::Handing => Outcome::Unknown { reason: Reason::TIMEOUT },
            Err(_) => Outcome::Failed { reason: Reason::CONNECT_TIMEOUT, retry_after: None },
        }
    }

    /// The same letter on every try, but for its date.
    fn written(&self, to: &Address, letter: &Letter) -> Option<Vec<u8>> {
        let id = format!("<{}@{}>", letter.notice, self.0.from.email.domain());
        let message = Message::builder()
            .from(self.0.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(format!("Earshot: {}", letter.subject()))
            .message_id(Some(id))
            .header(AutoSubmitted)
            .body(letter.text());
        message.ok().map(|message| message.formatted())
    }

    async fn hand_over(&self, to: &Address, bytes: &[u8], stage: &mut Stage) -> Result<(), Error> {
        let Server { host, port, safety, credentials, from, timeout } = &self.0;
        let tls = || TlsParameters::new(host.clone());
        let first = if *safety == Safety::Tls { Some(tls()?) } else { None };
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let address = (host.as_str(), *port);
        let mut server = AsyncSmtpConnection::connect_tokio1(address, Some(*timeout), &hello, first, None).await?;
        *stage = Stage::Talking;
        if *safety == Safety::StartTls {
            server.starttls(tls()?, &hello).await?;
        }
        if let Some(credentials) = credentials {
            server.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        server.command(Mail::new(Some(from.email.clone()), Vec::new())).await?;
        server.command(Rcpt::new(to.clone(), Vec::new())).await?;
        server.command(Data).await?;
        *stage = Stage::Handing;
        server.message(bytes).await?;
        // It is there; how the server takes leave changes nothing.
        server.abort().await;
        Ok(())
    }
}

/// What an error means for the letter. A server that says no has it not, however far it came.
fn heard(stage: Stage, error: &Error) -> Outcome {
    let status = error.status().map(u16::from);
    match (status, stage) {
        (Some(status), _) if error.is_permanent() => {
            Outcome::Refused { reason: Reason::refused(status), is_final: true }
        }
        (Some(status), _) => Outcome::Failed { reason: Reason::again(&format!("smtp_{status}")), retry_after: None },
        (None, Stage::Handing) if error.is_timeout() => Outcome::Unknown { reason: Reason::TIMEOUT },
        (None, Stage::Handing) => Outcome::Unknown { reason: Reason::CONNECTION_LOST },
        (None, _) => Outcome::Failed { reason: Reason::CONNECT_FAILED, retry_after: None },
    }
}

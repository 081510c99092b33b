//! What the settings say of the ways to people.

use super::hook::Form;
use super::mail::{Safety, Server};
use crate::settings::{Settings, Wrong};
use crate::target::{self, Permit};
use conversation::told::{CONSOLE, EMAIL};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use service::config::Secret as Text;
use service::webhook::{Secret, Secrets};
use std::collections::BTreeMap;

/// One webhook that notices to people go to.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TellSettings {
    pub url: Option<String>,
    pub secret: Option<Secret>,
    pub previous_secret: Option<Secret>,
    pub slack_url_secret: Option<Text>,
}

/// Every way to people, read and checked.
pub struct Tells {
    pub hooks: BTreeMap<String, (Form, (Url, Permit))>,
    pub mail: Option<Server>,
    pub console: Option<String>,
}

const MAIL_CURE: &str = "write smtps://mail.example.com, smtp+starttls://mail.example.com, or smtp://127.0.0.1 for a server on this machine";

/// Reads the ways to people.
///
/// # Errors
/// One of them could never work, or would not be safe.
pub fn read(settings: &Settings) -> Result<Tells, Wrong> {
    let mut hooks = BTreeMap::new();
    for (name, own) in &settings.tells {
        let wrong = |key: &str, problem, cure| Wrong { key: format!("tells.{name}{key}"), problem, cure };
        let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !sound || name.len() > 64 || name == CONSOLE || name == EMAIL {
            return Err(wrong("", "is no name for a way", "use small letters, digits and -, but not console or email"));
        }
        let (form, url, key) = match (&own.url, &own.secret, &own.slack_url_secret) {
            (Some(url), Some(secret), None) => {
                let secrets = Secrets::new(secret.clone()).with_previous(own.previous_secret.clone());
                (Form::Signed(secrets), url.clone(), ".url")
            }
            (None, None, Some(url)) => (Form::Slack, url.expose().to_owned(), ".slack_url_secret"),
            (Some(_), None, None) => {
                return Err(wrong(".secret", "is not set, but url is", "name a file with secret_file, beside the url"));
            }
            _ => {
                let cure = "set url and secret_file for a signed webhook, or slack_url_secret_file alone for Slack";
                return Err(wrong("", "says neither or both of the two forms", cure));
            }
        };
        let target = target::read(&url, settings.allow_private_targets);
        let target = target.map_err(|(problem, cure)| wrong(key, problem, cure))?;
        hooks.insert(name.clone(), (form, target));
    }
    let console = settings.console_url.as_ref().map(|url| console(url)).transpose()?;
    Ok(Tells { hooks, mail: mail(settings)?, console })
}

fn console(url: &str) -> Result<String, Wrong> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
    let cure = "write for example https://care.example.com";
    let wrong = || Wrong { key: "console_url".to_owned(), problem: "is no address of a console", cure };
    parsed.map(|url| url.as_str().trim_end_matches('/').to_owned()).ok_or_else(wrong)
}

fn mail(settings: &Settings) -> Result<Option<Server>, Wrong> {
    let Some(server) = &settings.mail_server else { return Ok(None) };
    let wrong = |key: &str, problem, cure| Wrong { key: key.to_owned(), problem, cure };
    let url = Url::parse(server).map_err(|_| wrong("mail_server", "is no address of a server", MAIL_CURE))?;
    let (safety, port) = match url.scheme() {
        "smtps" => (Safety::Tls, 465),
        "smtp+starttls" => (Safety::StartTls, 587),
        "smtp" => (Safety::Plain, 25),
        _ => return Err(wrong("mail_server", "is of no kind that is known", MAIL_CURE)),
    };
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| wrong("mail_server", "names no host", MAIL_CURE))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("mail_server", "holds a user or a password", "set mail_user and mail_password_file"));
    }
    let credentials = match (&settings.mail_user, &settings.mail_password) {
        (None, None) => None,
        (Some(_), Some(_)) if safety == Safety::Plain => {
            return Err(wrong("mail_server", "would give the password away", "write smtps:// or smtp+starttls://"));
        }
        (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.expose().to_owned())),
        _ => return Err(wrong("mail_user", "stands without its password, or the other way", "set both, or neither")),
    };
    let from = settings.mail_from.as_deref().and_then(|text| text.parse::<Mailbox>().ok());
    let from = from.ok_or_else(|| {
        wrong("mail_from", "is no address, but mail_server is set", "write for example \"Earshot <care@example.com>\"")
    })?;
    let (host, port) = (host.to_owned(), url.port().unwrap_or(port));
    Ok(Some(Server { host, port, safety, credentials, from, timeout: settings.timeout() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { allow_private_targets: true, ..Settings::default() }
    }

    fn wrong(settings: &Settings) -> (String, &'static str) {
        read(settings).err().map(|wrong| (wrong.key, wrong.problem)).unwrap()
    }

    fn tell(name: &str, tell: TellSettings) -> Settings {
        Settings { tells: [(name.to_owned(), tell)].into(), ..settings() }
    }

    #[test]
    fn each_way_is_of_one_form_and_has_its_secret() {
        assert!(read(&settings()).unwrap().hooks.is_empty());
        let url = Some("http://127.0.0.1:1/n".to_owned());
        let signed = TellSettings { url: url.clone(), secret: Some(Secret::generate()), ..TellSettings::default() };
        let slack =
            TellSettings { slack_url_secret: Some(Text::new("http://127.0.0.1:1/s")), ..TellSettings::default() };
        assert!(matches!(read(&tell("ops", signed.clone())).unwrap().hooks["ops"].0, Form::Signed(_)));
        assert!(matches!(read(&tell("ops", slack.clone())).unwrap().hooks["ops"].0, Form::Slack));
        for name in ["console", "email", "", "Ops", "a b"] {
            assert_eq!(wrong(&tell(name, slack.clone())).1, "is no name for a way", "{name}");
        }
        let bare = TellSettings { url, ..TellSettings::default() };
        assert_eq!(wrong(&tell("ops", bare)), ("tells.ops.secret".into(), "is not set, but url is"));
        let both = TellSettings { slack_url_secret: slack.slack_url_secret, ..signed };
        assert_eq!(wrong(&tell("ops", both)).1, "says neither or both of the two forms");
        let public = Settings {
            allow_private_targets: false,
            ..tell(
                "ops",
                TellSettings { slack_url_secret: Some(Text::new("https://127.0.0.1/s")), ..TellSettings::default() },
            )
        };
        assert_eq!(wrong(&public), ("tells.ops.slack_url_secret".into(), "names a private address"));
    }

    #[test]
    fn a_mail_server_is_safe_or_here() {
        let mail = |server: &str| Settings {
            mail_server: Some(server.into()),
            mail_from: Some("Earshot <care@aurora.example>".into()),
            ..settings()
        };
        let read_of = |server: &str| read(&mail(server)).ok().and_then(|tells| tells.mail).unwrap();
        assert_eq!((read_of("smtps://m.example").port, read_of("smtp+starttls://m.example").port), (465, 587));
        assert_eq!(read_of("smtp://127.0.0.1:2525").port, 2525);
        assert_eq!(wrong(&mail("imap://m.example")).0, "mail_server");
        assert_eq!(wrong(&mail("smtps://u:p@m.example")).1, "holds a user or a password");
        let with =
            Settings { mail_user: Some("u".into()), mail_password: Some(Text::new("p")), ..mail("smtp://m.example") };
        assert_eq!(wrong(&with).1, "would give the password away");
        assert_eq!(wrong(&Settings { mail_from: None, ..mail("smtps://m.example") }).0, "mail_from");
        assert_eq!(wrong(&Settings { mail_user: Some("u".into()), ..mail("smtps://m.example") }).0, "mail_user");
    }
}

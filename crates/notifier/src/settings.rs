//! The section `[notifier]`, and what comes of it: where each network is, and the limits of trying.

mod native;

pub use native::Accounts;

use crate::native::{Dialect, door};
use crate::pace::Limit;
use crate::port::{Abilities, Idempotency};
use crate::target;
use crate::tell::configured::{self, TellSettings, Tells};
use crate::webhook::{Config as WebhookConfig, KEY};
use conversation::Network;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use service::config::{At, ConfigError};
use service::webhook::{Secret, Secrets};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The longest wait between two tries, in seconds: a week.
const WAIT_MAX_SECONDS: f64 = 604_800.0;

service::section! {
    /// Notifier: replies go out to networks from here, by Standard Webhooks or in a network's own language.
    #[derive(Clone)]
    pub struct Settings in "notifier" {
        /// Address of the gRPC listener (NotificationService).
        pub listen: SocketAddr = "127.0.0.1:7440".parse().expect("an address"),
        /// Where replies go, such as "https://care.example.com/replies". Without it, and without one of the network's
        /// own below, a reply fails at once and says no_target.
        pub url: Option<String> = None,
        /// Standard Webhooks secret (whsec_...) that replies are signed with; set by secret_file or
        /// EARSHOT_NOTIFIER__SECRET.
        pub secret: Option<Secret> = None,
        /// The secret before that one; both sign while the receiver changes over.
        pub previous_secret: Option<Secret> = None,
        /// Where a reply can be looked up after a doubt, with {key} for its id, such as
        /// "https://care.example.com/replies/by-key/{key}": 200 with the answer of the first send, or 404.
        pub lookup_url: Option<String> = None,
        /// A look-up that finds nothing, a while after the try, proves that the network does not have the reply. Only
        /// say so of a network that shows a reply from the moment on in which it takes it.
        pub lookup_is_certain: bool = false,
        /// The receiver knows a repeated webhook-id and does not post it again, as Standard Webhooks asks of it.
        pub idempotent: bool = true,
        /// Hours for which the receiver knows an id; after that a repetition is a new reply to it.
        #[range(1..=8760)]
        pub idempotency_hours: u32 = 24,
        /// Longest text of a reply in characters.
        #[range(1..=65_536)]
        pub text_max_characters: usize = 10_000,
        /// Networks on this machine or in a private network may be spoken to, and by http. Never link-local addresses.
        pub allow_private_targets: bool = false,
        /// Networks that differ from the above, each with any of url, secret_file, previous_secret_file, lookup_url,
        /// lookup_is_certain, idempotent, idempotency_hours, text_max_characters, sends_per_minute_max, limits. One with a
        /// url of its own needs a secret of its own, and takes no lookup_url from above. One with a protocol (x, mastodon,
        /// telegram, bluesky, whatsapp, facebook, instagram, line, reddit, slack, sms) is spoken to in its own language, with
        /// account, sender and token_file, or with those of each brand in accounts.BRAND.
        pub networks: BTreeMap<Network, NetworkSettings> = BTreeMap::new(),
        /// Seconds that a network has to answer.
        #[range(0.1..=120.0)]
        pub timeout_seconds: f64 = 15.0,
        /// Seconds after that until a try without a result is taken for lost; more than twice what the clocks of
        /// the machines differ.
        #[range(0.1..=300.0)]
        pub margin_seconds: f64 = 5.0,
        /// Seconds for which a network that cannot be asked now is asked again whether it has a reply, before a person is
        /// asked. Only for networks that do not know a repeated id.
        #[range(0.0..=86_400.0)]
        pub lookup_patience_seconds: f64 = 900.0,
        /// How often a reply is tried before it has failed, or is left to a person.
        #[range(1..=100)]
        pub attempts_max: u32 = 12,
        /// Seconds between the tries, each spread by a fifth; the last one is used from then on. A network that asks
        /// for more gets more.
        pub retry_waits_seconds: Vec<f64> = vec![
            5.0, 30.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 7_200.0, 10_800.0, 14_400.0, 18_000.0,
        ],
        /// Sends a minute of one brand on one network.
        #[range(1..=100_000)]
        pub sends_per_minute_max: u32 = 600,
        /// Sends at once of one brand on one network, before that rate counts.
        #[range(1..=10_000)]
        pub sends_burst_max: u32 = 20,
        /// Calls at once to one network.
        #[range(1..=1024)]
        pub calls_per_network_max: usize = 8,
        /// Conversations that are worked on at once.
        #[range(1..=4096)]
        pub in_flight_max: usize = 128,
        /// Failures in a row after which a network is left alone for a while.
        #[range(1..=1000)]
        pub circuit_failures: u32 = 5,
        /// Seconds for which it is left alone, before one reply is tried.
        #[range(0.1..=3600.0)]
        pub circuit_open_seconds: f64 = 30.0,
        /// Seconds between two checkpoints of the outbox; 0 for none. A start reads the log from the newest one.
        #[range(0..=86_400)]
        pub checkpoint_seconds: u64 = 60,
        /// Webhooks by which the brand's people are told what happens, by name: each with url and secret_file (Standard
        /// Webhooks), or with slack_url_secret_file alone (Slack and what reads the same form). See docs/notices.md.
        pub tells: BTreeMap<String, TellSettings> = BTreeMap::new(),
        /// The server that takes e-mail to the brand's people: smtps://host, smtp+starttls://host, or smtp://host for one on
        /// this machine. Without it nobody is told by e-mail.
        pub mail_server: Option<String> = None,
        /// Who the e-mail is from, such as "Earshot <care@example.com>".
        pub mail_from: Option<String> = None,
        /// User of the server, where it asks for one.
        pub mail_user: Option<String> = None,
        /// Password of that user; set by mail_password_file or EARSHOT_NOTIFIER__MAIL_PASSWORD.
        pub mail_password: Option<service::config::Secret> = None,
        /// Where the console is, for links in what people are told, such as "https://care.example.com".
        pub console_url: Option<String> = None,
        /// Seconds between the tries to tell a person by webhook or e-mail, spread as those of replies.
        pub tell_waits_seconds: Vec<f64> = vec![
            5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0,
        ],
    }
    check |settings, at| {
        let waits = &settings.retry_waits_seconds;
        if waits.is_empty() || waits.iter().any(|wait| !(0.0..=WAIT_MAX_SECONDS).contains(wait)) {
            let cure = "write at least one wait from 0 to 604800, such as [5, 30, 300]";
            return Err(at.refuse("retry_waits_seconds", "are no waits", cure));
        }
        let waits = &settings.tell_waits_seconds;
        if waits.is_empty() || waits.iter().any(|wait| !(0.0..=WAIT_MAX_SECONDS).contains(wait)) {
            let cure = "write at least one wait from 0 to 604800, such as [5, 300, 1800]";
            return Err(at.refuse("tell_waits_seconds", "are no waits", cure));
        }
        configured::read(settings).map_err(|Wrong { key, problem, cure }| at.refuse(&key, problem, cure))?;
        settings.webhooks(at).map(drop)
    }
}

/// What is different of one network.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSettings {
    pub url: Option<String>,
    pub secret: Option<Secret>,
    pub previous_secret: Option<Secret>,
    pub lookup_url: Option<String>,
    pub lookup_is_certain: Option<bool>,
    pub idempotent: Option<bool>,
    pub idempotency_hours: Option<u32>,
    pub text_max_characters: Option<usize>,
    pub sends_per_minute_max: Option<u32>,
    /// How much the network takes, such as `account 100/900`: points in any so many seconds.
    pub limits: Option<Vec<String>>,
    /// The network's own language; Standard Webhooks when none.
    pub protocol: Option<Dialect>,
    /// The network's own id of the account that the brand speaks in, what stands as its sender, and what proves it.
    pub account: Option<String>,
    pub sender: Option<String>,
    pub token: Option<service::config::Secret>,
    /// The same by brand.
    pub accounts: Accounts,
}

/// How often a brand may send on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_minute: u32,
    pub burst: u32,
}

/// Every webhook that the settings name.
pub struct Webhooks {
    /// For networks that are not named; none when no URL is set.
    pub default: Option<WebhookConfig>,
    pub named: BTreeMap<Network, Named>,
    pub rate: Rate,
}

/// What the settings say of a network that they name.
#[derive(Debug, Clone)]
pub struct Named {
    /// None: no URL is set.
    pub way: Option<Way>,
    pub rate: Rate,
    pub limits: Vec<Limit>,
}

/// How a network is spoken to.
#[derive(Debug, Clone)]
pub enum Way {
    Webhook(WebhookConfig),
    Native(door::Config),
}

impl Settings {
    pub fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_seconds)
    }

    /// How long a try without a result may still be going on, by whoever began it.
    pub fn settle_after(&self) -> SignedDuration {
        SignedDuration::from_secs_f64(self.timeout_seconds + self.margin_seconds)
    }

    pub fn margin(&self) -> SignedDuration {
        SignedDuration::from_secs_f64(self.margin_seconds)
    }

    /// What the settings say of each network.
    ///
    /// # Errors
    /// A URL that is none or must not be spoken to, a URL without a secret.
    pub fn webhooks(&self, at: &At<'_>) -> Result<Webhooks, ConfigError> {
        self.read_webhooks().map_err(|Wrong { key, problem, cure }| at.refuse(&key, problem, cure))
    }

    /// The same of settings that were checked before.
    pub fn checked_webhooks(&self) -> Webhooks {
        self.read_webhooks().unwrap_or_else(|wrong| unreachable!("checked settings: {} {}", wrong.key, wrong.problem))
    }

    /// The ways to people, of settings that were checked before.
    pub fn checked_tells(&self) -> Tells {
        configured::read(self).unwrap_or_else(|wrong| unreachable!("checked settings: {} {}", wrong.key, wrong.problem))
    }

    fn read_webhooks(&self) -> Result<Webhooks, Wrong> {
        let rate = Rate { per_minute: self.sends_per_minute_max, burst: self.sends_burst_max };
        let base = self.as_network();
        let default = self.webhook(&base, "")?;
        let mut named = BTreeMap::new();
        for (network, own) in &self.networks {
            let prefix = format!("networks.{network}.");
            let rate = Rate { per_minute: own.sends_per_minute_max.unwrap_or(rate.per_minute), ..rate };
            if rate.per_minute == 0 {
                let key = format!("{prefix}sends_per_minute_max");
                return Err(Wrong { key, problem: "must be at least 1", cure: "write for example 600" });
            }
            let within = |wrong: Wrong| Wrong { key: format!("{prefix}{}", wrong.key), ..wrong };
            let limits = native::limits(own.limits.as_deref(), own.protocol).map_err(within)?;
            let way = match own.protocol {
                Some(dialect) => Some(Way::Native(native::config(self, own, dialect).map_err(within)?)),
                None => self.webhook(&own.over(&base), &prefix)?.map(Way::Webhook),
            };
            named.insert(network.clone(), Named { way, rate, limits });
        }
        Ok(Webhooks { default, named, rate })
    }

    fn as_network(&self) -> NetworkSettings {
        NetworkSettings {
            url: self.url.clone(),
            secret: self.secret.clone(),
            previous_secret: self.previous_secret.clone(),
            lookup_url: self.lookup_url.clone(),
            lookup_is_certain: Some(self.lookup_is_certain),
            idempotent: Some(self.idempotent),
            idempotency_hours: Some(self.idempotency_hours),
            text_max_characters: Some(self.text_max_characters),
            sends_per_minute_max: Some(self.sends_per_minute_max),
            ..NetworkSettings::default()
        }
    }

    fn webhook(&self, of: &NetworkSettings, prefix: &str) -> Result<Option<WebhookConfig>, Wrong> {
        let wrong = |key: &str| {
            let key = format!("{prefix}{key}");
            move |(problem, cure)| Wrong { key, problem, cure }
        };
        let look_up = match &of.lookup_url {
            None => None,
            Some(url) if !url.contains(KEY) => {
                return Err(wrong("lookup_url")(("has no place for the id", "write {key} where the reply's id goes")));
            }
            Some(url) => {
                let (_, permit) = target::read(url, self.allow_private_targets).map_err(wrong("lookup_url"))?;
                Some((url.clone(), permit))
            }
        };
        let Some(url) = &of.url else { return Ok(None) };
        let url = target::read(url, self.allow_private_targets).map_err(wrong("url"))?;
        let Some(secret) = &of.secret else {
            return Err(wrong("secret")(("is not set, but url is", "name a file with secret_file, beside the url")));
        };
        let hours = of.idempotency_hours.unwrap_or(self.idempotency_hours);
        let idempotency = match of.idempotent.unwrap_or(self.idempotent) {
            true => Idempotency::Key { valid_for: SignedDuration::from_hours(i64::from(hours)) },
            false => Idempotency::None,
        };
        Ok(Some(WebhookConfig {
            url,
            abilities: Abilities {
                idempotency,
                lookup: look_up.is_some(),
                lookup_is_certain: of.lookup_is_certain.unwrap_or(false),
                text_max_characters: of.text_max_characters.unwrap_or(self.text_max_characters),
            },
            look_up,
            secrets: Secrets::new(secret.clone()).with_previous(of.previous_secret.clone()),
            timeout: self.timeout(),
        }))
    }
}

impl NetworkSettings {
    /// These settings, with what they do not say taken from the common ones. A URL of its own brings its own secret and
    /// look-up: those of another receiver would be wrong, or even give its secret away.
    fn over(&self, base: &NetworkSettings) -> NetworkSettings {
        let shared = self.url.is_none().then_some(base);
        NetworkSettings {
            url: self.url.clone().or_else(|| base.url.clone()),
            secret: self.secret.clone().or_else(|| shared?.secret.clone()),
            previous_secret: self.previous_secret.clone().or_else(|| shared?.previous_secret.clone()),
            lookup_url: self.lookup_url.clone().or_else(|| shared?.lookup_url.clone()),
            lookup_is_certain: self.lookup_is_certain.or(shared.and(base.lookup_is_certain)),
            idempotent: self.idempotent.or(base.idempotent),
            idempotency_hours: self.idempotency_hours.or(base.idempotency_hours),
            text_max_characters: self.text_max_characters.or(base.text_max_characters),
            sends_per_minute_max: self.sends_per_minute_max.or(base.sends_per_minute_max),
            ..NetworkSettings::default()
        }
    }
}

/// A setting that says something impossible.
#[derive(Debug)]
pub struct Wrong {
    pub key: String,
    pub problem: &'static str,
    pub cure: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::config::{self, Loaded, Sources};

    fn load(set: &[&str], env: &[(&str, &str)]) -> Loaded {
        let sources = Sources {
            set: set.iter().map(|text| (*text).to_owned()).collect(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            known_sections: vec!["notifier".to_owned()],
            ..Sources::default()
        };
        config::load(&sources).unwrap()
    }

    fn secret() -> String {
        Secret::generate().reveal()
    }

    fn problem(set: &[&str], env: &[(&str, &str)]) -> String {
        load(set, env).section::<Settings>().unwrap_err().to_string()
    }

    #[test]
    fn nothing_set_is_right_and_sends_nowhere() {
        let settings: Settings = load(&[], &[]).section().unwrap();
        assert!(settings.checked_webhooks().default.is_none());
        assert_eq!(settings.settle_after(), SignedDuration::from_secs(20));
    }

    #[test]
    fn a_network_of_its_own_needs_its_own_secret_and_takes_no_other_look_up() {
        let base = [
            "notifier.url=https://a.example/r",
            "notifier.lookup_url=https://a.example/r/{key}",
            "notifier.lookup_is_certain=true",
            "notifier.networks.x.idempotent=false",
            "notifier.networks.sms.url=https://b.example/r",
        ];
        let own = secret();
        let both = secret();
        let missing = problem(&base, &[("EARSHOT_NOTIFIER__SECRET", &both)]);
        assert!(missing.contains("notifier.networks.sms.secret is not set"), "{missing}");
        let env = [("EARSHOT_NOTIFIER__SECRET", both.as_str()), ("EARSHOT_NOTIFIER__NETWORKS__SMS__SECRET", &own)];
        let settings: Settings = load(&base, &env).section().unwrap();
        let webhooks = settings.checked_webhooks();
        let of = |name: &str| match webhooks.named[&Network::new(name).unwrap()].way.clone() {
            Some(Way::Webhook(config)) => config,
            other => panic!("{other:?}"),
        };
        assert_eq!(of("x").abilities.idempotency, Idempotency::None);
        assert!(of("x").abilities.lookup && of("x").abilities.lookup_is_certain);
        assert!(!of("sms").abilities.lookup && !of("sms").abilities.lookup_is_certain);
        assert_eq!(of("sms").url.0.host_str(), Some("b.example"));
    }

    #[test]
    fn a_network_in_its_own_language_has_its_own_accounts_and_limits() {
        let set = [
            "notifier.url=https://a.example/r",
            "notifier.networks.x.protocol=x",
            "notifier.networks.x.limits=[\"account 2/60\"]",
            "notifier.networks.sms.protocol=sms",
            "notifier.networks.sms.account=AC1",
            "notifier.networks.sms.accounts.nordnet.sender=+3725550100",
        ];
        let hook = secret();
        let env = [
            ("EARSHOT_NOTIFIER__SECRET", hook.as_str()),
            ("EARSHOT_NOTIFIER__NETWORKS__X__ACCOUNTS__NORDNET__TOKEN", "x-token"),
            ("EARSHOT_NOTIFIER__NETWORKS__SMS__ACCOUNTS__NORDNET__TOKEN", "sms-token"),
        ];
        let missing = problem(&set, &env);
        assert!(missing.contains("notifier.networks.x.accounts.nordnet.account is not set"), "{missing}");
        let with_account = [&set[..], &["notifier.networks.x.accounts.nordnet.account=22"]].concat();
        let settings: Settings = load(&with_account, &env).section().unwrap();
        let webhooks = settings.checked_webhooks();
        let x = &webhooks.named[&Network::new("x").unwrap()];
        let Some(Way::Native(native)) = &x.way else { panic!("{x:?}") };
        assert_eq!((native.base.0.as_str(), x.limits.len()), ("https://api.x.com/", 1));
        assert!(!format!("{x:?}").contains("x-token"));
        let nordnet = conversation::BrandId::new("nordnet").unwrap();
        let Some(Way::Native(sms)) = &webhooks.named[&Network::new("sms").unwrap()].way else { panic!() };
        assert_eq!((sms.accounts[&nordnet].account.id.as_str(), sms.account.is_none()), ("AC1", true));
        let wrong = problem(&[&with_account[..], &["notifier.networks.x.limits=[\"often\"]"]].concat(), &env);
        assert!(wrong.contains("notifier.networks.x.limits") && wrong.contains("is no limit"), "{wrong}");
        let nowhere = problem(&["notifier.networks.m.protocol=mastodon"], &[]);
        assert!(nowhere.contains("notifier.networks.m.url is not set"), "{nowhere}");
        assert!(problem(&["notifier.networks.m.protocol=orkut"], &[]).contains("notifier.networks.m.protocol"));
    }

    #[test]
    fn what_is_wrong_names_its_key_and_no_secret() {
        let key = secret();
        let env = [("EARSHOT_NOTIFIER__SECRET", key.as_str())];
        let plain = problem(&["notifier.url=http://127.0.0.1:1/r"], &env);
        assert!(plain.contains("notifier.url") && plain.contains("allow_private_targets"), "{plain}");
        let allowed = ["notifier.url=http://127.0.0.1:1/r", "notifier.allow_private_targets=true"];
        assert!(load(&allowed, &env).section::<Settings>().is_ok());
        assert!(problem(&["notifier.url=https://a.example/r"], &[]).contains("notifier.secret is not set"));
        assert!(
            problem(&["notifier.url=https://a.example", "notifier.lookup_url=https://a.example"], &env)
                .contains("{key}")
        );
        assert!(problem(&["notifier.retry_waits_seconds=[]"], &[]).contains("retry_waits_seconds"));
        assert!(problem(&["notifier.networks.X.idempotent=true"], &[]).contains("notifier.networks.X"));
        assert!(problem(&["notifier.networks.x.idempotnt=true"], &[]).contains("notifier.networks.x.idempotnt"));
        let wrong = problem(&[], &[("EARSHOT_NOTIFIER__SECRET", "hunter2")]);
        assert!(wrong.contains("notifier.secret") && !wrong.contains("hunter2"), "{wrong}");
    }
}

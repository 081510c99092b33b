//! Networks that are spoken to in their own language: which one, in whose name, how fast.

use super::{NetworkSettings, Settings, Wrong};
use crate::native::door::{Config, Proven};
use crate::native::{Account, Dialect};
use crate::pace::Limit;
use crate::target;
use conversation::BrandId;
use serde::{Deserialize, Serialize};
use service::config::Secret;
use std::collections::BTreeMap;

/// In whose name a brand speaks on a network.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountSettings {
    pub account: Option<String>,
    pub sender: Option<String>,
    pub token: Option<Secret>,
}

/// How a network in its own language is reached.
pub(super) fn config(settings: &Settings, of: &NetworkSettings, dialect: Dialect) -> Result<Config, Wrong> {
    let wrong = |key: &str, problem, cure| Wrong { key: key.to_owned(), problem, cure };
    let Some(url) = of.url.as_deref().or(dialect.base()) else {
        return Err(wrong("url", "is not set", "write where the server is, such as https://mastodon.example"));
    };
    let base = target::read(url, settings.allow_private_targets);
    let base = base.map_err(|(problem, cure)| wrong("url", problem, cure))?;
    let own = AccountSettings { account: of.account.clone(), sender: of.sender.clone(), token: of.token.clone() };
    let account = match &own.token {
        Some(_) => Some(proven(&own, dialect, "")?),
        None => None,
    };
    let mut accounts = std::collections::HashMap::new();
    for (brand, of_brand) in &of.accounts {
        let prefix = format!("accounts.{brand}.");
        // What does not differ between brands stands once.
        let both = AccountSettings {
            account: of_brand.account.clone().or_else(|| own.account.clone()),
            sender: of_brand.sender.clone().or_else(|| own.sender.clone()),
            token: of_brand.token.clone().or_else(|| own.token.clone()),
        };
        accounts.insert(brand.clone(), proven(&both, dialect, &prefix)?);
    }
    if account.is_none() && accounts.is_empty() {
        return Err(wrong("token", "is not set, but protocol is", "name a file with token_file, beside the protocol"));
    }
    let mut abilities = dialect.abilities();
    abilities.lookup_is_certain = of.lookup_is_certain.unwrap_or(abilities.lookup_is_certain);
    abilities.text_max_characters = of.text_max_characters.unwrap_or(abilities.text_max_characters);
    Ok(Config { dialect, base, abilities, account, accounts, timeout: settings.timeout() })
}

fn proven(of: &AccountSettings, dialect: Dialect, prefix: &str) -> Result<Proven, Wrong> {
    let wrong = |key: &str, problem, cure| Wrong { key: format!("{prefix}{key}"), problem, cure };
    let Some(token) = &of.token else {
        return Err(wrong("token", "is not set", "name a file with token_file"));
    };
    let id = of.account.clone().unwrap_or_default();
    if id.is_empty() && dialect.needs_account() {
        return Err(wrong("account", "is not set", "write the network's own id of the brand's account"));
    }
    let sender = of.sender.clone().unwrap_or_default();
    if sender.is_empty() && dialect.needs_sender() {
        return Err(wrong("sender", "is not set", "write the number that messages come from, such as +3725550100"));
    }
    Ok(Proven { account: Account { id, sender }, token: token.clone() })
}

/// How much the network takes: what the settings say, else what is known of it.
pub(super) fn limits(written: Option<&[String]>, dialect: Option<Dialect>) -> Result<Vec<Limit>, Wrong> {
    let Some(written) = written else { return Ok(dialect.map(Dialect::limits).unwrap_or_default()) };
    let read: Result<Vec<Limit>, &str> = written.iter().map(|text| text.parse()).collect();
    read.map_err(|problem| Wrong {
        key: "limits".to_owned(),
        problem,
        cure: "write points and seconds, such as [\"account 100/900\", \"chat 1/6\", \"private account 15/900\"]",
    })
}

/// Accounts by brand.
pub type Accounts = BTreeMap<BrandId, AccountSettings>;

//! News for people: what they read ([`letter`]), and the ways that are no network: webhooks ([`hook`]) and e-mail ([`mail`]).
//! How each person wants to be told, and what stands on the console, is a fold of the log ([`people`]).

pub mod configured;
mod hook;
mod letter;
mod mail;
mod people;
mod service_of_people;

pub use hook::Hook;
pub use letter::Letter;
pub use mail::Mailer;
pub use people::{KeptPeople, People};
pub use service_of_people::{NewsStream, Wishes};

use crate::settings::Settings;
use ::service::Clock;
use anyhow::Context as _;
use configured::Tells;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every way to a person that the settings name.
pub struct Doors {
    pub hooks: BTreeMap<String, Arc<Hook>>,
    pub mailer: Option<Arc<Mailer>>,
    pub console: Option<String>,
}

impl Doors {
    /// # Errors
    /// An HTTP client cannot be made.
    pub fn new(settings: &Settings, clock: &Clock) -> anyhow::Result<Doors> {
        let Tells { hooks, mail, console } = settings.checked_tells();
        let mut made = BTreeMap::new();
        for (name, (form, target)) in hooks {
            let hook = Hook::new(form, target, settings.timeout(), clock.clone());
            made.insert(name, Arc::new(hook.context("the HTTP client cannot be made")?));
        }
        Ok(Doors { hooks: made, mailer: mail.map(|server| Arc::new(Mailer::new(server))), console })
    }

    /// The names of all ways, the console first.
    pub fn names(&self) -> Vec<String> {
        let mail = self.mailer.iter().map(|_| conversation::told::EMAIL.to_owned());
        let hooks = self.hooks.keys().cloned();
        [conversation::told::CONSOLE.to_owned()].into_iter().chain(mail).chain(hooks).collect()
    }
}

//! What people of the brand do.

use super::timeline::named;
use super::{Known, time};
use crate::format::{Act, Deed, Named};
use crate::keys;
use conversation::ids::InvalidId;
use conversation::resolved::Outcome;
use document::{Fields, Reader, suggest};
use jiff::Timestamp;

/// Each with the keys that go with it; the first ones are needed.
const DEEDS: [(&str, &[&str], &[&str]); 11] = [
    ("claim", &[], &[]),
    ("release", &[], &["reason"]),
    ("reply", &["text"], &[]),
    ("private_reply", &["text"], &[]),
    ("note", &["text"], &[]),
    ("resolve", &["outcome"], &[]),
    ("reopen", &["reason"], &[]),
    ("transfer", &["team", "reason"], &[]),
    ("escalate", &["reason"], &[]),
    ("callback", &["time"], &[]),
    ("presence", &[], &[]),
];
const DETAILS: [&str; 5] = ["text", "outcome", "team", "reason", "time"];
pub const OUTCOMES: [(&str, Outcome); 4] = [
    ("solved", Outcome::Solved),
    ("refused", Outcome::Refused),
    ("no_action_needed", Outcome::NoActionNeeded),
    ("went_quiet", Outcome::WentQuiet),
];

impl Deed {
    /// The post that it names.
    pub fn post(&self) -> Option<&str> {
        match self {
            Deed::Claim { post }
            | Deed::Release { post }
            | Deed::Reply { post, .. }
            | Deed::Note { post, .. }
            | Deed::Resolve { post, .. }
            | Deed::Reopen { post, .. }
            | Deed::Transfer { post, .. }
            | Deed::Escalate { post, .. }
            | Deed::Callback { post, .. } => Some(post),
            Deed::Presence { .. } => None,
        }
    }
}

pub fn act(reader: &mut Reader<'_>, entry: &Fields<'_>, at: Timestamp, known: &mut Known) -> Option<Act> {
    let person = named(reader, entry, "agent")?;
    let refused = reader.line(entry, "refused");
    let Some(node) = entry.get("does") else {
        reader.note(entry.place, &entry.path_of("does"), "is missing", "say what he does, e.g. `does: {claim: p1}`");
        return None;
    };
    let fields = reader.fields(node, &entry.path_of("does"), &keys::DOES)?;
    let deed = deed(reader, &fields, at)?;
    known.replies += usize::from(matches!(deed, Deed::Reply { .. }));
    let id = id(reader, &person)?;
    Some(Act { person: id, named: person, deed, refused })
}

fn id<T: TryFrom<String, Error = InvalidId>>(reader: &mut Reader<'_>, named: &Named) -> Option<T> {
    match T::try_from(named.name.clone()) {
        Ok(id) => Some(id),
        Err(invalid) => {
            reader.note(named.place, &named.key, "is not a short name", invalid.why);
            None
        }
    }
}

fn deed(reader: &mut Reader<'_>, fields: &Fields<'_>, at: Timestamp) -> Option<Deed> {
    let there: Vec<_> = DEEDS.into_iter().filter(|(verb, ..)| fields.get(verb).is_some()).collect();
    let [(verb, needed, allowed)] = there[..] else {
        let verbs: Vec<&str> = DEEDS.iter().map(|(verb, ..)| *verb).collect();
        let what = if there.is_empty() { "says nothing that is done" } else { "says several things at once" };
        reader.note(fields.place, &fields.path, what, format!("write one of {}", suggest::list(&verbs)));
        return None;
    };
    for key in DETAILS {
        let (is_there, path) = (fields.get(key).is_some(), fields.path_of(key));
        if needed.contains(&key) && !is_there {
            reader.note(fields.place, &path, "is missing", format!("add e.g. `{}`", fields.example(key)));
        } else if is_there && !needed.contains(&key) && !allowed.contains(&key) {
            reader.note(fields.place, &path, format!("does not go with `{verb}`"), "take it out");
        }
    }
    if verb == "presence" {
        return reader
            .choice(fields, verb, &[("online", true), ("offline", false)])
            .map(|online| Deed::Presence { online });
    }
    let post = reader.text(fields, verb).map(|(post, _)| post.to_owned())?;
    of_post(reader, fields, at, verb, post)
}

fn of_post(reader: &mut Reader<'_>, fields: &Fields<'_>, at: Timestamp, verb: &str, post: String) -> Option<Deed> {
    let mut text = |key: &str| reader.text(fields, key).map(|(text, _)| text.to_owned());
    Some(match verb {
        "claim" => Deed::Claim { post },
        "release" => Deed::Release { post },
        "reply" => Deed::Reply { post, text: text("text")?, private: false },
        "private_reply" => Deed::Reply { post, text: text("text")?, private: true },
        "note" => Deed::Note { post, text: text("text")? },
        "reopen" => Deed::Reopen { post, reason: text("reason")? },
        "escalate" => Deed::Escalate { post, reason: text("reason")? },
        "resolve" => Deed::Resolve { post, outcome: reader.choice(fields, "outcome", &OUTCOMES)? },
        "callback" => Deed::Callback { post, time: time(reader, fields, "time", Some(at))? },
        _ => {
            let reason = text("reason");
            let named = named(reader, fields, "team")?;
            let team = id(reader, &named)?;
            Deed::Transfer { post, team, named, reason: reason? }
        }
    })
}

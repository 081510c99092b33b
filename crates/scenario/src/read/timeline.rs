//! The timeline: what happens, in order of time.

use super::{Known, act, channel, flag, length, number, time};
use crate::format::{Action, Attachment, Author, Burst, Choice, Contact, Engagement, Entry, Named, Post, To};
use crate::keys;
use conversation::Network;
use document::{Fields, Node, Reader, Shape, Value, suggest};
use jiff::{Timestamp, tz::TimeZoneDatabase};
use std::collections::BTreeMap;

/// The most entries of a timeline, and the most posts of a burst.
const MOST_ENTRIES: usize = 20_000;
const MOST_BURST: u64 = 100_000;

/// What an entry can be.
const ACTIONS: [&str; 6] = ["post", "engagement", "contact", "agent", "customer", "burst"];

pub fn timeline(reader: &mut Reader<'_>, top: &Fields<'_>) -> (Vec<Entry>, Known) {
    let (mut entries, mut known) = (Vec::new(), Known::default());
    let mut before: Option<Timestamp> = None;
    let nodes = reader.list(top, "timeline");
    known.networks = networks(nodes);
    if nodes.len() > MOST_ENTRIES {
        let what = format!("has {} entries, and at most {MOST_ENTRIES} are played", nodes.len());
        reader.note(nodes[MOST_ENTRIES].place, "timeline", what, "make several scenarios of it");
    }
    for (nth, node) in nodes.iter().take(MOST_ENTRIES).enumerate() {
        let Some(fields) = reader.fields(node, &format!("timeline[{nth}]"), &keys::ENTRY) else { continue };
        let at = time(reader, &fields, "at", before);
        if let (Some(at), Some(last)) = (at, before)
            && at < last
        {
            reader.note(fields.place, &fields.path_of("at"), "is before the entry above it", "put it in order of time");
        }
        before = at.or(before);
        known.begins = known.begins.or(at);
        let action = action(reader, &fields, at.unwrap_or(Timestamp::UNIX_EPOCH), &mut known);
        if let (Some(at), Some(action)) = (at, action) {
            entries.push(Entry { at, place: fields.place, action });
        }
    }
    (entries, known)
}

fn action(reader: &mut Reader<'_>, fields: &Fields<'_>, at: Timestamp, known: &mut Known) -> Option<Action> {
    let there: Vec<&str> = ACTIONS.into_iter().filter(|key| fields.get(key).is_some()).collect();
    let [kind] = there[..] else {
        let what = match there.len() {
            0 => "says nothing that happens".to_owned(),
            _ => format!("says several things: {}", suggest::list(&there)),
        };
        reader.note(fields.place, &fields.path, what, format!("write one of {}", suggest::list(&ACTIONS)));
        return None;
    };
    for key in ["does", "refused"] {
        if kind != "agent" && fields.get(key).is_some() {
            reader.note(fields.place, &fields.path_of(key), "is only for an agent", "take it out, or name the `agent`");
        }
    }
    match kind {
        "post" => post(reader, fields, at, known).map(|post| Action::Post(Box::new(post))),
        "engagement" => engagement(reader, fields).map(Action::Engagement),
        "contact" => contact(reader, fields, known).map(Action::Contact),
        "agent" => act::act(reader, fields, at, known).map(Action::Agent),
        "customer" => customer(reader, fields, known).map(Action::Customer),
        _ => burst(reader, fields, at, known).map(Action::Burst),
    }
}

fn part<'t>(reader: &mut Reader<'_>, fields: &Fields<'t>, key: &str, shape: &'static Shape) -> Option<Fields<'t>> {
    reader.fields(fields.get(key)?, &fields.path_of(key), shape)
}

fn post(reader: &mut Reader<'_>, entry: &Fields<'_>, at: Timestamp, known: &mut Known) -> Option<Post> {
    let fields = part(reader, entry, "post", &keys::POST)?;
    let id = id(reader, &fields, at, known);
    let channel = channel(reader, &fields, "channel");
    let author = author(reader, &fields);
    let text = reader.text(&fields, "text").map(|(text, _)| text.to_owned());
    let to = match fields.get("to") {
        Some(_) => reader.choice(&fields, "to", &[("main", To::Main), ("care", To::Care)]),
        None => None,
    };
    let reply_to = reader.text(&fields, "reply_to").map(|(post, _)| post.to_owned());
    let private = flag(reader, &fields, "private").unwrap_or(false);
    let attachments = attachments(reader, &fields);
    let author = known.remember(author?);
    Some(Post { id: id?, channel: channel?, author, text: text?, to, reply_to, private, attachments })
}

/// An id that no other post has.
fn id(reader: &mut Reader<'_>, fields: &Fields<'_>, at: Timestamp, known: &mut Known) -> Option<String> {
    let (id, place) = reader.text(fields, "id")?;
    if let Some((_, line)) = known.posts.get(id) {
        let what = format!("`{id}` stands twice, first in line {line}");
        reader.note(place, &fields.path_of("id"), what, "give each post its own id");
        return None;
    }
    known.posts.insert(id.to_owned(), (at, place.line));
    Some(id.to_owned())
}

fn author(reader: &mut Reader<'_>, post: &Fields<'_>) -> Option<Author> {
    let fields = part(reader, post, "author", &keys::AUTHOR)?;
    let id = reader.line(&fields, "id");
    let name = reader.line(&fields, "name");
    let followers = number(reader, &fields, "followers");
    let region = reader.line(&fields, "region");
    let tier = reader.line(&fields, "tier");
    let timezone = reader.text(&fields, "timezone").and_then(|(zone, place)| {
        if TimeZoneDatabase::bundled().get(zone).is_ok() {
            return Some(zone.to_owned());
        }
        let cure = "write a name of the IANA time zone database, e.g. `Europe/Tallinn`";
        reader.note(place, &fields.path_of("timezone"), format!("`{zone}` is not a time zone"), cure);
        None
    });
    Some(Author { id: id?, name, followers, region, timezone, tier })
}

impl Known {
    /// The author with what earlier posts said of him.
    fn remember(&mut self, author: Author) -> Author {
        let known = self.authors.entry(author.id.clone()).or_default();
        let Author { id, name, followers, region, timezone, tier } = author;
        *known = Author {
            id,
            name: name.or(known.name.take()),
            followers: followers.or(known.followers),
            region: region.or(known.region.take()),
            timezone: timezone.or(known.timezone.take()),
            tier: tier.or(known.tier.take()),
        };
        known.clone()
    }
}

/// The network of each author's first post: a contact by phone may come before it. What is wrong is told later.
fn networks(nodes: &[Node]) -> BTreeMap<String, Network> {
    let mut networks = BTreeMap::new();
    for node in nodes {
        let Some(post) = value(node, "post") else { continue };
        let author = value(post, "author").and_then(|author| value(author, "id"));
        let (Some(author), Some(channel)) = (author.and_then(text), value(post, "channel").and_then(text)) else {
            continue;
        };
        if let Ok(network) = Network::new(channel) {
            networks.entry(author.to_owned()).or_insert(network);
        }
    }
    networks
}

fn value<'t>(node: &'t Node, key: &str) -> Option<&'t Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn attachments(reader: &mut Reader<'_>, post: &Fields<'_>) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for (nth, node) in reader.list(post, "attachments").iter().enumerate() {
        let path = format!("{}[{nth}]", post.path_of("attachments"));
        let Some(fields) = reader.fields(node, &path, &keys::ATTACHMENT) else { continue };
        let kind = reader.line(&fields, "type");
        let bytes = number(reader, &fields, "bytes").unwrap_or(0);
        attachments.extend(kind.map(|kind| Attachment { kind, bytes }));
    }
    attachments
}

fn engagement(reader: &mut Reader<'_>, entry: &Fields<'_>) -> Option<Engagement> {
    let fields = part(reader, entry, "engagement", &keys::ENGAGEMENT)?;
    let post = reader.text(&fields, "post").map(|(post, _)| post.to_owned());
    let mut count = |key| number(reader, &fields, key).unwrap_or(0);
    let (shares, comments, likes, views) = (count("shares"), count("comments"), count("likes"), count("views"));
    Some(Engagement { post: post?, shares, comments, likes, views })
}

fn contact(reader: &mut Reader<'_>, entry: &Fields<'_>, known: &Known) -> Option<Contact> {
    let fields = part(reader, entry, "contact", &keys::CONTACT)?;
    let author = reader.line(&fields, "author");
    let named = channel(reader, &fields, "channel");
    let via = reader.line(&fields, "via");
    let summary = reader.text(&fields, "summary").map(|(text, _)| text.to_owned());
    let author = author?;
    let channel = network_of(reader, &fields, &author, named, known)?;
    Some(Contact { author, channel, via: via?, summary: summary? })
}

/// The network on which an author is known: the one that is named, or that of his first post.
fn network_of(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    author: &str,
    named: Option<Network>,
    known: &Known,
) -> Option<Network> {
    let found = named.or_else(|| known.networks.get(author).cloned());
    if found.is_none() {
        let what = format!("`{author}` posts nothing in this scenario, so his network is not known");
        reader.note(fields.place, &fields.path, what, "add e.g. `channel: x`");
    }
    found
}

fn customer(reader: &mut Reader<'_>, entry: &Fields<'_>, known: &Known) -> Option<Choice> {
    let fields = part(reader, entry, "customer", &keys::CUSTOMER)?;
    let author = reader.line(&fields, "id");
    let named = channel(reader, &fields, "channel");
    let opts_out_of_team = flag(reader, &fields, "opts_out_of_team");
    let author = author?;
    let channel = network_of(reader, &fields, &author, named, known)?;
    Some(Choice { author, channel, opts_out_of_team: opts_out_of_team? })
}

fn burst(reader: &mut Reader<'_>, entry: &Fields<'_>, at: Timestamp, known: &mut Known) -> Option<Burst> {
    let fields = part(reader, entry, "burst", &keys::BURST)?;
    let id = reader.slug(&fields, "id", 64);
    let count = number(reader, &fields, "count").filter(|count| {
        let right = (1..=MOST_BURST).contains(count);
        if !right {
            let what = format!("is {count}, but a burst has 1 to {MOST_BURST} posts");
            reader.note(fields.place, &fields.path_of("count"), what, "write e.g. `count: 60`");
        }
        right
    });
    let over = reader.text(&fields, "over").and_then(|(text, place)| {
        let over = length(text);
        if over.is_none() {
            reader.note(
                place,
                &fields.path_of("over"),
                format!("`{text}` is not a length of time"),
                "write e.g. `30m`",
            );
        }
        over
    });
    let channel = channel(reader, &fields, "channel");
    let region = reader.line(&fields, "region");
    let texts: Vec<String> = reader.texts(&fields, "texts").into_iter().map(|(text, ..)| text.to_owned()).collect();
    if texts.is_empty() && fields.get("texts").is_some() {
        reader.note(fields.place, &fields.path_of("texts"), "has no text", "add at least one");
        return None;
    }
    let count = u32::try_from(count?).expect("the bound of a burst fits");
    let burst = Burst { id: id?, count, over: over?, channel: channel?, region, texts };
    enter(reader, &fields, at, &burst, known);
    Some(burst)
}

/// The posts of a burst are named like any others.
fn enter(reader: &mut Reader<'_>, fields: &Fields<'_>, at: Timestamp, burst: &Burst, known: &mut Known) {
    for nth in 0..burst.count {
        let id = format!("{}{}", burst.id, nth + 1);
        let at = at.checked_add(burst.offset(nth)).unwrap_or(at);
        if let Some((_, line)) = known.posts.insert(id.clone(), (at, fields.place.line)) {
            let what = format!("its post `{id}` stands twice, first in line {line}");
            reader.note(fields.place, &fields.path_of("id"), what, "choose another id for the burst");
            return;
        }
    }
}

/// Text with its place, to be held against something else later.
pub fn named(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Named> {
    let (name, place) = reader.text(fields, key)?;
    Some(Named { name: name.to_owned(), place, key: fields.path_of(key) })
}

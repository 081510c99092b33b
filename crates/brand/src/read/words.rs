//! Tone, ready replies, notices and shift posts: texts, each held against the gaps it may have.

use super::rules::condition;
use super::signs::phrases;
use super::{Names, bounded, is_language};
use crate::expression::Scope;
use crate::keys;
use crate::reader::{Fields, Reader, join};
use crate::settings::Handle;
use crate::suggest;
use crate::templates;
use crate::tree::{Node, Place, Value};
use crate::words::{Example, Notices, ReadyReply, ShiftPost, ShiftPosts, SignatureUse, Tone, Translations};

/// The longest text that is sent, in characters.
const TEXT_MOST_CHARACTERS: usize = 2_000;

pub(super) fn tone(reader: &mut Reader<'_>, top: &Fields<'_>) -> Tone {
    let Some(node) = top.get("tone") else { return Tone::default() };
    let Some(fields) = reader.fields(node, "tone", &keys::TONE) else { return Tone::default() };
    let forbidden = phrases(reader, &fields, "forbidden");
    let require_apology = reader.switch(&fields, "require_apology", false);
    let signature = reader.choice_or(&fields, "signature", &SignatureUse::ALL, SignatureUse::default());
    let public_length = reader.count(&fields, "public_length", 40, 100_000).and_then(|units| u32::try_from(units).ok());
    let voice = reader.texts(&fields, "voice").into_iter().map(|(text, ..)| text.to_owned()).collect();
    let examples = examples(reader, &fields);
    Tone { voice, examples, forbidden, require_apology, signature: signature.unwrap_or_default(), public_length }
}

fn examples(reader: &mut Reader<'_>, tone: &Fields<'_>) -> Vec<Example> {
    let mut examples = Vec::new();
    for (nth, node) in bounded(reader, tone, "examples", "keep those that teach something").iter().enumerate() {
        let path = format!("tone.examples[{nth}]");
        let Some(fields) = reader.fields(node, &path, &keys::EXAMPLE) else { continue };
        let Some((say, place)) = reader.text(&fields, "say") else { continue };
        let mut other = |key| reader.text(&fields, key).map_or_else(String::new, |(text, _)| text.to_owned());
        let (instead_of, why) = (other("instead_of"), other("why"));
        examples.push(Example { say: say.to_owned(), instead_of, why, line: place.line, column: place.column });
    }
    examples
}

pub(super) fn replies(reader: &mut Reader<'_>, top: &Fields<'_>, source: &str, names: &Names<'_>) -> Vec<ReadyReply> {
    let mut replies: Vec<ReadyReply> = Vec::new();
    let nodes = bounded(reader, top, "replies", "keep those that people use");
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("replies[{nth}]"), &keys::REPLY) else { continue };
        let name = reader.slug(&fields, "name", 64);
        let language = language(reader, &fields);
        let text = text(reader, &fields, &["customer", "person", "brand"]);
        let when = condition(reader, &fields, source, Scope::Rule, &names.teams);
        let (Some(name), Some(language), Some(text)) = (name, language, text) else { continue };
        if replies.iter().any(|known| known.name == name && known.language == language) {
            let what = format!("`{name}` stands twice in the language `{language}`");
            reader.note(fields.place, &fields.path, what, "keep one of them, or give them different names");
            continue;
        }
        let place = fields.get("text").map_or(fields.place, |node| node.place);
        replies.push(ReadyReply { name, language, text, when, line: place.line, column: place.column });
    }
    replies
}

fn language(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<String> {
    let (code, place) = reader.text(fields, "language")?;
    sound_language(reader, code, place, &fields.path_of("language")).then(|| code.to_owned())
}

fn sound_language(reader: &mut Reader<'_>, code: &str, place: Place, path: &str) -> bool {
    let sound = is_language(code);
    if !sound {
        let what = format!("`{code}` is not the code of a language");
        reader.note(place, path, what, "write two or three small letters, e.g. `et`");
    }
    sound
}

/// The text under `text`, whose gaps are all of these.
fn text(reader: &mut Reader<'_>, fields: &Fields<'_>, gaps: &[&str]) -> Option<String> {
    let (text, place) = reader.text(fields, "text")?;
    sound_text(reader, text, place, &fields.path_of("text"), gaps).then(|| text.to_owned())
}

fn sound_text(reader: &mut Reader<'_>, text: &str, place: Place, path: &str, gaps: &[&str]) -> bool {
    if text.chars().count() > TEXT_MOST_CHARACTERS {
        reader.note(place, path, format!("is longer than {TEXT_MOST_CHARACTERS} characters"), "shorten it");
        return false;
    }
    let bad = templates::check(text, gaps).err();
    let sound = bad.is_none();
    if let Some(bad) = bad {
        reader.note(place, path, bad.what, bad.cure);
    }
    sound
}

pub(super) fn notices(reader: &mut Reader<'_>, top: &Fields<'_>) -> Notices {
    const CALL: [&str; 4] = ["time", "zone", "customer", "brand"];
    let Some(node) = top.get("notices") else { return Notices::default() };
    let Some(fields) = reader.fields(node, "notices", &keys::NOTICES) else { return Notices::default() };
    let mut words = |key, gaps: &[&str], must: Option<Must>| translations(reader, &fields, key, gaps, must.as_ref());
    let when = |what| Some(Must { gap: "time", what });
    let back = Must { gap: "opens", what: "does not say when people are back" };
    let mut notices = Notices {
        out_of_hours: words("out_of_hours", &["opens", "customer", "brand"], Some(back)),
        received: words("received", &["customer", "brand"], None),
        callback_booked: words("callback_booked", &CALL, when("does not say when the customer is called")),
        callback_reminder: words("callback_reminder", &CALL, when("does not say when the customer is called")),
        callback_missed: words("callback_missed", &CALL, None),
        moved_to_private: words("moved_to_private", &["customer", "brand"], None),
        ..Notices::default()
    };
    notices.remind_before_seconds = reader.seconds(&fields, "remind_before").unwrap_or(notices.remind_before_seconds);
    notices
}

/// A gap without which a notice says nothing.
struct Must {
    gap: &'static str,
    what: &'static str,
}

fn translations(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    gaps: &[&str],
    must: Option<&Must>,
) -> Translations {
    let mut texts = Vec::new();
    for (code, place, node) in reader.named(fields, key) {
        let path = join(&fields.path_of(key), code);
        let text = notice(reader, node, &path, gaps, must);
        if let (true, Some(text)) = (sound_language(reader, code, place, &path), text) {
            texts.push((code.to_owned(), text));
        }
    }
    Translations { texts }
}

fn notice(reader: &mut Reader<'_>, node: &Node, path: &str, known: &[&str], must: Option<&Must>) -> Option<String> {
    let Value::Text(text) = &node.value else {
        let what = format!("is {}, but must be text", node.value.kind());
        let example = must.map_or_else(String::new, |must| format!(" {{{}}}", must.gap));
        reader.note(node.place, path, what, format!("write e.g. `\"We say so{example}.\"`"));
        return None;
    };
    if !sound_text(reader, text, node.place, path, known) {
        return None;
    }
    if let Some(must) = must.filter(|must| !templates::gaps(text).is_ok_and(|gaps| gaps.contains(&must.gap))) {
        reader.note(node.place, path, must.what, format!("add `{{{}}}` to it", must.gap));
        return None;
    }
    Some(text.clone())
}

pub(super) fn shift_posts(reader: &mut Reader<'_>, team: &Fields<'_>, handles: &[Handle]) -> ShiftPosts {
    let Some(node) = team.get("shift_posts") else { return ShiftPosts::default() };
    let path = team.path_of("shift_posts");
    let Some(fields) = reader.fields(node, &path, &keys::SHIFT_POSTS) else { return ShiftPosts::default() };
    ShiftPosts {
        morning: shift_post(reader, &fields, "morning", handles),
        evening: shift_post(reader, &fields, "evening", handles),
    }
}

fn shift_post(reader: &mut Reader<'_>, parent: &Fields<'_>, key: &str, handles: &[Handle]) -> Option<ShiftPost> {
    let fields = reader.fields(parent.get(key)?, &parent.path_of(key), &keys::SHIFT_POST)?;
    let network = reader.text(&fields, "network");
    let text = text(reader, &fields, &["people", "team", "brand"]);
    let (network, place) = network?;
    let networks: Vec<&str> = handles.iter().map(|handle| handle.network.as_str()).collect();
    if !networks.contains(&network) {
        let cure = format!("{} or add an account on it under `handles`", suggest::cure(network, &networks));
        reader.note(place, &fields.path_of("network"), format!("the brand has no account on `{network}`"), cure);
        return None;
    }
    Some(ShiftPost { network: network.to_owned(), text: text? })
}

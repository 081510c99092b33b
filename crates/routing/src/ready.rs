//! Ready replies for a conversation: which of the brand's fit it and why, filled with what is known of this conversation and
//! nothing else, and held against the guard before anybody picks one. Pure.

use crate::draft::{self, Asked};
use crate::plan::Around;
use crate::route::input_of_post;
use brand::{Brand, Problem, ReadyReply, SignatureUse};
use conversation::customer::AnswerWay;
use conversation::{Conversation, PersonId, PostKey};
use jiff::Timestamp;
use reply::guard::{Finding, Severity};

/// A reply that a person could send.
#[derive(Debug, Clone)]
pub struct Suggestion {
    pub name: String,
    pub language: String,
    /// As it would be sent, signed where the brand signs; empty while something is missing.
    pub text: String,
    /// What nobody knows that stands in it: `customer`, `person`.
    pub missing: Vec<String>,
    /// Why it is offered.
    pub reasons: Vec<String>,
    pub findings: Vec<Finding>,
    /// How many posts it would be; 0 when it fits into no number of them.
    pub parts: u32,
}

/// What is known of the two who speak: the words come from the conversation's own records.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub person: &'a PersonId,
    /// The customer's name, as the network gave it; empty when it did not.
    pub customer: &'a str,
    pub handle: &'a str,
    pub private: bool,
    /// The post that would be answered, with its words.
    pub post: PostKey,
    pub text: &'a str,
}

/// The replies that are ready for a post, those that were written for just such a post first.
pub fn suggest(around: &Around, state: &Conversation, known: &Known<'_>, now: Timestamp) -> Vec<Suggestion> {
    let brand = &around.brand;
    let found = input_of_post(around, state, &known.post, known.text, now, |input| {
        brand.ready_replies(input).into_iter().cloned().collect::<Vec<_>>()
    });
    let language = state.class().map_or("", |class| &class.language);
    let mut found: Vec<ReadyReply> = found.unwrap_or_default();
    found.sort_by_key(|reply| reply.when.is_none());
    found.iter().map(|reply| suggestion(around, state, known, reply, language)).collect()
}

fn suggestion(
    around: &Around,
    state: &Conversation,
    known: &Known<'_>,
    reply: &ReadyReply,
    language: &str,
) -> Suggestion {
    let brand = &around.brand;
    let spoken = match language {
        "" | "und" => "the language of the post is not known".to_owned(),
        code => format!("it is in the language of the post, {code}"),
    };
    let fits = match &reply.when {
        Some(condition) => format!("its condition holds: {}", condition.text),
        None => "it is for every post".to_owned(),
    };
    let (name, language, reasons) = (reply.name.clone(), reply.language.clone(), vec![spoken, fits]);
    let empty =
        Suggestion { name, language, text: String::new(), missing: vec![], reasons, findings: vec![], parts: 0 };
    match filled(brand, reply, known.person, known.customer) {
        Err(missing) => Suggestion { missing, ..empty },
        Ok(text) => {
            let asked = Asked {
                person: known.person,
                in_reply_to: Some(known.post),
                private: known.private,
                text: &text,
                public_note: "",
                overrode: "",
                handle: known.handle,
                name: known.customer,
                customer_wrote: vec![known.text],
                way: around.customer.answer_way.clone(),
            };
            let checked = draft::check(brand, state, &asked);
            let parts = checked.parts.map_or(0, |parts| u32::try_from(parts.len()).unwrap_or(u32::MAX));
            Suggestion { text, findings: checked.findings, parts, ..empty }
        }
    }
}

/// The reply with its gaps filled, and signed where the brand's tone asks for it.
fn filled(brand: &Brand, reply: &ReadyReply, person: &PersonId, customer: &str) -> Result<String, Vec<String>> {
    let settings = brand.settings();
    let known = settings.person(person.as_str());
    let name = known.map_or("", |person| &person.name);
    let values = [("customer", customer.trim()), ("person", name), ("brand", settings.name.as_str())];
    let mut text = brand::fill_all(&reply.text, &values)?;
    let signature = known.and_then(|person| person.signature.as_deref()).unwrap_or("");
    let unsigned = !signature.is_empty() && !text.trim_end().ends_with(signature);
    if settings.tone.signature == SignatureUse::Required && unsigned {
        text = format!("{} {signature}", text.trim_end());
    }
    Ok(text)
}

/// A name as long as they come, for texts that nobody has been named in yet.
const SOMEBODY: &str = "Alexandria";

/// What would be stopped or cut when ready words are used: the guard and the lengths of the networks on which the brand has an
/// account, in public, with each of the brand's people.
pub fn check_words(brand: &Brand) -> Vec<Problem> {
    let settings = brand.settings();
    let mut networks: Vec<&str> = settings.handles.iter().map(|handle| handle.network.as_str()).collect();
    networks.sort_unstable();
    networks.dedup();
    let people: Vec<PersonId> = settings.people.iter().filter_map(|person| PersonId::new(&person.id).ok()).collect();
    // The one whose name and signature take the most room stands for all.
    let room = |person: &&PersonId| {
        let known = settings.person(person.as_str());
        known.map_or(0, |known| known.name.chars().count() + known.signature.as_ref().map_or(0, |s| s.chars().count()))
    };
    let Some(person) = people.iter().max_by_key(room) else { return Vec::new() };
    let mut found = Vec::new();
    for (nth, reply) in settings.replies.iter().enumerate() {
        let Ok(text) = filled(brand, reply, person, SOMEBODY) else { continue };
        found.extend(networks.iter().filter_map(|network| too_long(brand, nth, reply, person, &text, network)));
        if let Some(what) = objection(brand, person, &text) {
            found.push(note(brand, nth, reply, what, "say it otherwise, or ask in private"));
        }
    }
    for (nth, example) in settings.tone.examples.iter().enumerate() {
        if let Some(what) = objection(brand, person, &example.say) {
            found.push(Problem {
                file: settings.file().to_owned(),
                line: example.line,
                column: example.column,
                key: format!("tone.examples[{nth}].say"),
                what,
                cure: "show what people may say".to_owned(),
            });
        }
    }
    found
}

/// What the guard has against a text whatever the conversation is. That a text is unsigned is no fault of it: whoever sends it signs;
/// and slips of spelling depend on the dictionaries of this machine.
fn objection(brand: &Brand, person: &PersonId, text: &str) -> Option<String> {
    let checked = checked(brand, person, text, &Conversation::default());
    let of = |severity, wanted: fn(&str) -> bool| {
        checked.kinds(severity).into_iter().filter(|kind| wanted(kind)).collect::<Vec<_>>().join(", ")
    };
    let stops = of(Severity::Stop, |kind| kind != "unsigned");
    let warnings = of(Severity::Warning, |kind| matches!(kind, "tone" | "arguing"));
    match (stops.as_str(), warnings.as_str()) {
        ("", "") => None,
        ("", warnings) => Some(format!("is warned of by the reply guard: {warnings}")),
        (stops, _) => Some(format!("would be stopped in public: {stops}")),
    }
}

fn checked(brand: &Brand, person: &PersonId, text: &str, state: &Conversation) -> draft::Checked {
    let asked = Asked {
        person,
        in_reply_to: None,
        private: false,
        text,
        public_note: "",
        overrode: "",
        handle: "",
        name: SOMEBODY,
        customer_wrote: Vec::new(),
        way: AnswerWay::default(),
    };
    draft::check(brand, state, &asked)
}

fn too_long(
    brand: &Brand,
    nth: usize,
    reply: &ReadyReply,
    person: &PersonId,
    text: &str,
    network: &str,
) -> Option<Problem> {
    let on = Conversation { network: conversation::Network::new(network).ok(), ..Conversation::default() };
    let what = match checked(brand, person, text, &on).parts {
        Ok(parts) if parts.len() < 2 => return None,
        Ok(parts) => format!("takes {} posts on {network}, signed by {person}", parts.len()),
        Err(_) => format!("is too long for {network}, however it is cut"),
    };
    Some(note(brand, nth, reply, what, "shorten it"))
}

fn note(brand: &Brand, nth: usize, reply: &ReadyReply, what: String, cure: &str) -> Problem {
    Problem {
        file: brand.settings().file().to_owned(),
        line: reply.line,
        column: reply.column,
        key: format!("replies[{nth}].text"),
        what,
        cure: cure.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brand::Settings;
    use conversation::received::{HandleUse, PostReceived};
    use conversation::{Actor, BrandId, ConversationId, CustomerId, Network, Personal, Record, RecordId, Subject};
    use std::sync::Arc;

    const YAML: &str = r#"
earshot: brand/v1
brand: b
name: Aurora
timezone: UTC
handles: [{network: x, account: b, use: care}]
teams: {care: {name: Care, hours: 24/7, people: [dana]}}
people: {dana: {name: Dana, signature: "^Dana"}}
otherwise: {team: care}
tone: {signature: required, forbidden: [calm down]}
replies:
  - {name: hello, language: en, text: "Hi {customer}, {person} of {brand} here."}
  - {name: lost, language: en, text: "We look for it.", when: 'post.text.contains("bag")'}
  - {name: other, language: en, text: "Never", when: 'post.text.contains("cat")'}
"#;

    fn compiled(yaml: &str) -> Arc<Brand> {
        Arc::new(Brand::compile(Settings::parse(yaml, "b.yaml").unwrap_or_else(|found| panic!("{found}"))).unwrap())
    }

    fn now() -> Timestamp {
        "2026-06-01T10:00:00Z".parse().unwrap()
    }

    /// A conversation of one post, of a language that nobody knows.
    fn state() -> (Conversation, PostKey) {
        let (brand, network) = (BrandId::new("b").unwrap(), Network::new("x").unwrap());
        let customer = CustomerId::of(&brand, &network, "1");
        let post = PostKey::of(&brand, &network, "p1");
        let received = PostReceived {
            post,
            network,
            native_id: "p1".into(),
            parent_native_id: String::new(),
            root_native_id: String::new(),
            private: false,
            handle_use: HandleUse::None,
            posted_at: None,
            followers: 0,
            region: String::new(),
            tier: String::new(),
            timezone: String::new(),
            source: "test".into(),
            backfill: false,
            demo: false,
            thread_of: None,
            awaited_in: None,
            language: String::new(),
            personal: Personal::text("where is my bag"),
        };
        let mut state = Conversation::default();
        conversation::evolve(
            &mut state,
            &Record {
                id: RecordId::caused("t", b"1"),
                subject: Subject::Conversation { brand, customer, conversation: ConversationId::of(&customer, 0) },
                occurred_at: now(),
                recorded_at: now(),
                actor: Actor::Customer,
                caused_by: None,
                correlation: None,
                facts: vec![received.into()],
            },
        );
        (state, post)
    }

    fn suggested(yaml: &str, customer: &str) -> Vec<Suggestion> {
        let (state, post) = state();
        let person = PersonId::new("dana").unwrap();
        let known = Known { person: &person, customer, handle: "", private: false, post, text: "where is my bag" };
        suggest(&Around::alone(compiled(yaml)), &state, &known, now())
    }

    #[test]
    fn what_was_written_for_such_a_post_comes_first_filled_signed_and_with_its_reasons() {
        let found = suggested(YAML, "Mo");
        assert_eq!(
            found.iter().map(|ready| (ready.name.as_str(), ready.text.as_str())).collect::<Vec<_>>(),
            [("lost", "We look for it. ^Dana"), ("hello", "Hi Mo, Dana of Aurora here. ^Dana")]
        );
        assert_eq!(found[0].reasons[1], "its condition holds: post.text.contains(\"bag\")");
        assert_eq!(found[1].reasons, ["the language of the post is not known", "it is for every post"]);
        assert!(found.iter().all(|ready| ready.parts == 1 && ready.missing.is_empty()));
    }

    #[test]
    fn a_hole_is_said_and_never_sent() {
        let found = suggested(YAML, " ");
        assert_eq!((found[1].text.as_str(), found[1].missing.as_slice()), ("", &["customer".to_owned()][..]));
        assert_eq!(found[0].text, "We look for it. ^Dana", "it names nobody");
    }

    #[test]
    fn what_the_guard_stops_is_shown_with_it() {
        let yaml = YAML.replace("We look for it.", "Please calm down.");
        let found = suggested(&yaml, "Mo");
        assert!(found[0].findings.iter().any(|finding| finding.kind.as_str() == "tone"), "{:?}", found[0].findings);
    }

    #[test]
    fn words_that_would_be_stopped_or_cut_are_found_before_anybody_needs_them() {
        assert_eq!(check_words(&compiled(YAML)), Vec::new());
        let asks = YAML.replace("We look for it.", "Please post your account number and your phone number here.");
        let found = check_words(&compiled(&asks));
        assert_eq!((found.len(), found[0].key.as_str(), found[0].line), (1, "replies[1].text", 13));
        assert!(found[0].what.contains("asks_personal_data_in_public"), "{}", found[0]);
        let shown = YAML.replace(
            "tone: {",
            "tone: {voice: [warm], examples: [{say: \"Just calm down.\", instead_of: \"Relax.\"}], ",
        );
        let found = check_words(&compiled(&shown));
        assert_eq!((found.len(), found[0].key.as_str()), (1, "tone.examples[0].say"), "{found:?}");
        let long = YAML.replace("We look for it.", &"We look for it. ".repeat(18));
        let found = check_words(&compiled(&long));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "takes 2 posts on x, signed by dana");
    }
}

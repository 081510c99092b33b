//! The reply guard at the desk: a draft is held against what may leave before it becomes a reply. Pure but for the dictionaries,
//! which are read once.

mod private;

pub use private::{moved_to_private, target};

use brand::{Brand, Taken, Tier, Written};
use conversation::classified::Head;
use conversation::customer::AnswerWay;
use conversation::replied::SubmitReply;
use conversation::{Conversation, PersonId, Personal, PostKey};
use reply::Acts;
use reply::guard::{self, Audience, Context, Customer, Draft, Finding, Kind, Recognised, Severity, Voice, Wishes};
use reply::length::Limit;
use reply::spelling::{Dictionaries, FOLDERS};
use reply::split::{self, Split};
use std::path::PathBuf;
use std::sync::LazyLock;

/// More parts than this are nothing that anybody reads.
const PARTS_MOST: usize = 6;

/// The languages whose dictionaries are looked for.
const SPELLED: [&str; 16] =
    ["en", "et", "bn", "ko", "de", "fr", "es", "pt", "it", "nl", "sv", "fi", "pl", "ru", "tr", "hi"];

static DICTIONARIES: LazyLock<Dictionaries> =
    LazyLock::new(|| Dictionaries::read(&FOLDERS.map(PathBuf::from), &SPELLED));

/// Reads what the guard knows, so that no person waits for it with the first draft.
pub fn warm_up() {
    LazyLock::force(&DICTIONARIES);
    let person = PersonId::new("nobody").expect("it is a name");
    let asked = Asked {
        person: &person,
        in_reply_to: None,
        private: false,
        text: "Sorry, please send your number. 1",
        public_note: "",
        overrode: "",
        handle: "",
        name: "",
        customer_wrote: Vec::new(),
        way: AnswerWay::default(),
    };
    let _ = check(&Brand::builtin("nobody"), &Conversation::default(), &asked);
}

/// What a person wants to send.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    pub person: &'a PersonId,
    pub in_reply_to: Option<PostKey>,
    pub private: bool,
    pub text: &'a str,
    /// Said in public beside a private answer; empty for nothing.
    pub public_note: &'a str,
    /// Why it is to be sent although the guard stops it; empty for not.
    pub overrode: &'a str,
    /// The customer's handle and name, where they are known.
    pub handle: &'a str,
    pub name: &'a str,
    /// What the customer wrote: his words are no slips of spelling.
    pub customer_wrote: Vec<&'a str>,
    /// The way by which he wants to be answered.
    pub way: AnswerWay,
}

/// What the guard finds in a draft, and the parts in which it would leave.
#[derive(Debug, Clone)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// What is said in public beside a private answer.
    pub note_findings: Vec<Finding>,
    /// One as it stands where it fits.
    pub parts: Result<Vec<String>, split::Error>,
    note_fits: Result<(), split::Error>,
    /// Why somebody else has to agree to it before it leaves, as codes; empty when it leaves at once.
    pub waits_for: Vec<String>,
    acts: Acts,
}

/// A text that fits into no number of parts that anybody would read.
#[derive(Debug, Clone)]
pub struct TooLong {
    /// `text` or `public_note`.
    pub field: &'static str,
    pub error: split::Error,
}

/// Holds a draft against the conversation and the brand's settings.
pub fn check(brand: &Brand, state: &Conversation, asked: &Asked<'_>) -> Checked {
    let mut spans = Vec::new();
    recognise::recognise(asked.text, &mut spans);
    let kinds: Vec<String> = spans.iter().map(|span| format!("{:?}", span.kind).to_lowercase()).collect();
    let mut recognised: Vec<Recognised<'_>> =
        spans.iter().zip(&kinds).map(|(span, kind)| Recognised { kind, at: span.at.clone() }).collect();
    let told = told_by_customer(&asked.customer_wrote);
    recognised.extend(told.iter().flat_map(|(kind, told)| repeated(asked.text, told, kind)));
    let settings = brand.settings();
    let person = settings.person(asked.person.as_str());
    let signature = person.and_then(|person| person.signature.as_deref()).unwrap_or("");
    let names = [settings.name.as_str(), settings.brand.as_str()];
    let contacts: Vec<&str> = settings.handles.iter().map(|handle| handle.account.as_str()).collect();
    let forbidden: Vec<&str> = settings.tone.forbidden.iter().map(String::as_str).collect();
    let class = state.class();
    let earlier = earlier(state);
    let context = Context {
        audience: if asked.private { Audience::Private } else { Audience::Public },
        wishes: wishes(state, &asked.way),
        language: class.map_or("", |class| class.label(Head::Language)),
        intent: class.filter(|_| settings.tone.require_apology).map_or("", |class| &class.intent),
        customer_wrote: &asked.customer_wrote,
        customer: Customer { handle: asked.handle, name: asked.name },
        brand: Voice {
            names: &names,
            contacts: &contacts,
            forbidden: &forbidden,
            signed: settings.tone.signature == brand::SignatureUse::Required,
        },
        signature,
        person: person.map_or("", |person| &person.name),
        earlier: Some(&earlier),
        dictionaries: Some(&DICTIONARIES),
    };
    let signature = if asked.text.trim_end().ends_with(signature) { signature } else { "" };
    let plan = Split { limit: limit(brand, state, asked.private), reserved: 0, parts_at_most: PARTS_MOST, signature };
    let findings = taken(brand, guard::check(&Draft { text: asked.text, recognised: &recognised }, &context));
    let (note_findings, note_fits) = private::check(brand, state, asked.public_note, &told, &context);
    let found = kinds_of(findings.iter().chain(&note_findings));
    let in_crisis = state.escalated || state.team.as_ref().is_some_and(|team| is_crisis(brand, team.as_str()));
    let waits_for = settings.waits_for(&Written { person: asked.person.as_str(), in_crisis, findings: &found });
    let (parts, acts) = (split::split(asked.text, &plan), reply::acts(asked.text, context.language));
    Checked { findings, note_findings, parts, note_fits, waits_for, acts }
}

/// The findings as gravely as the brand takes them, those that stop first.
fn taken(brand: &Brand, findings: Vec<Finding>) -> Vec<Finding> {
    let gravity = &brand.settings().guard;
    let as_taken = |finding: Finding| match gravity.of(finding.kind.as_str()) {
        None => Some(finding),
        Some(Taken::Off) => None,
        Some(Taken::Stop) => Some(Finding { severity: Severity::Stop, ..finding }),
        Some(Taken::Warn) => Some(Finding { severity: Severity::Warning, ..finding }),
    };
    let mut findings: Vec<Finding> = findings.into_iter().filter_map(as_taken).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What the customer wants, said or shown: whoever wrote in private last is answered there.
fn wishes(state: &Conversation, way: &AnswerWay) -> Wishes {
    let wrote_in_private = state.newest_post().is_some_and(|post| post.private);
    let elsewhere = way.network.is_some() && way.network != state.network;
    Wishes { private: way.in_private || wrote_in_private, elsewhere }
}

/// How long a post may be: as the network counts, and no longer than the brand wants.
fn limit(brand: &Brand, state: &Conversation, private: bool) -> Limit {
    let network = state.network.as_ref().map_or("", |network| network.as_str());
    let mut limit = Limit::of(network, private);
    if let Some(own) = brand.settings().tone.public_length.filter(|_| !private) {
        limit.units_at_most = limit.units_at_most.min(own as usize);
    }
    limit
}

fn is_crisis(brand: &Brand, team: &str) -> bool {
    brand.settings().team(team).is_some_and(|team| team.tier == Tier::Crisis)
}

/// The kinds of these findings, each once.
fn kinds_of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<String> {
    let mut kinds: Vec<Kind> = findings.map(|finding| finding.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(|kind| kind.as_str().to_owned()).collect()
}

/// Fewer letters and digits than this identify nobody.
const TELLING: usize = 5;

/// What identifies somebody in the customer's own words: its kind, and its letters and digits alone.
fn told_by_customer(wrote: &[&str]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for text in wrote {
        let mut spans = Vec::new();
        recognise::recognise(text, &mut spans);
        for span in spans {
            let kind = format!("{:?}", span.kind).to_lowercase();
            let bare: String = bare(&text[span.at]).map(|(_, c)| c).collect();
            if bare.chars().count() >= TELLING && bare.contains(|c: char| c.is_numeric()) {
                told.push((kind, bare));
            }
        }
    }
    told
}

/// The letters and digits of a text, in small letters, each with its place.
fn bare(text: &str) -> impl Iterator<Item = (usize, char)> {
    let kept = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
    kept.flat_map(|(at, c)| c.to_lowercase().map(move |c| (at, c)))
}

/// Where a draft repeats what the customer told, however it is grouped; a number need not be called one to be known again.
fn repeated<'k>(text: &str, told: &str, kind: &'k str) -> Vec<Recognised<'k>> {
    let places: Vec<(usize, char)> = bare(text).collect();
    let told: Vec<char> = told.chars().collect();
    let same = |window: &&[(usize, char)]| window.iter().map(|(_, c)| c).eq(&told);
    let span = |window: &[(usize, char)]| {
        let (first, last) = (window.first()?.0, window.last()?);
        let end = text[last.0..].chars().next().map_or(last.0, |c| last.0 + c.len_utf8());
        Some(Recognised { kind, at: first..end })
    };
    places.windows(told.len().max(1)).filter(same).filter_map(span).collect()
}

/// What earlier replies of the conversation offered and asked.
fn earlier(state: &Conversation) -> Acts {
    let known = |codes: &[Box<str>]| codes.iter().filter_map(|code| reply::code(code)).collect::<Vec<_>>();
    let mut earlier = Acts::default();
    for reply in &state.replies {
        earlier.add(&Acts { offers: known(&reply.offers), asks: known(&reply.asks), regretted: false });
    }
    earlier
}

impl Checked {
    /// The kinds of the findings of one severity, each once.
    pub fn kinds(&self, severity: Severity) -> Vec<String> {
        let all = self.findings.iter().chain(&self.note_findings);
        kinds_of(all.filter(|finding| finding.severity == severity))
    }

    /// The command that submits the draft, with what the guard says of it.
    ///
    /// # Errors
    /// It fits into no number of parts that anybody would read.
    pub fn command(self, asked: &Asked<'_>) -> Result<SubmitReply, TooLong> {
        let (warnings, stops) = (self.kinds(Severity::Warning), self.kinds(Severity::Stop));
        let parts = self.parts.map_err(|error| TooLong { field: "text", error })?;
        self.note_fits.map_err(|error| TooLong { field: "public_note", error })?;
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        Ok(SubmitReply {
            person: asked.person.clone(),
            in_reply_to: asked.in_reply_to,
            private: asked.private,
            body: Personal::text(asked.text),
            offers: owned(&self.acts.offers),
            asks: owned(&self.acts.asks),
            warnings,
            stops,
            overrode: asked.overrode.to_owned(),
            parts: if parts.len() > 1 { parts } else { Vec::new() },
            approval: self.waits_for,
            public_note: asked.public_note.to_owned(),
        })
    }
}

/// Whether a person may send what the guard stops: somebody of a team of tier crisis does, who answers for it.
pub fn may_override(brand: &Brand, person: &PersonId) -> bool {
    let settings = brand.settings();
    let of_crisis = |team: &&brand::Team| team.tier == Tier::Crisis;
    settings.people.is_empty()
        || settings.teams.iter().filter(of_crisis).any(|team| team.people.iter().any(|id| id == person.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use brand::Settings;
    use conversation::Network;

    fn brand(more: &str) -> Brand {
        let yaml = format!(
            "earshot: brand/v1\nbrand: b\nname: B\ntimezone: UTC\npeople: {{dana: {{name: Dana}}}}\n\
             teams: {{care: {{name: Care, hours: 24/7, people: [dana]}}}}\notherwise: {{team: care}}\n{more}"
        );
        Brand::compile(Settings::parse(&yaml, "b.yaml").unwrap()).unwrap()
    }

    /// The findings of a draft on X, as `KIND!` where they stop.
    fn found(more: &str, text: &str, way: AnswerWay) -> Vec<String> {
        let person = PersonId::new("dana").unwrap();
        let state = Conversation { network: Network::new("x").ok(), ..Conversation::default() };
        let asked = Asked {
            person: &person,
            in_reply_to: None,
            private: false,
            text,
            public_note: "",
            overrode: "",
            handle: "",
            name: "",
            customer_wrote: Vec::new(),
            way,
        };
        let shown = |finding: &Finding| {
            let stops = if finding.severity == Severity::Stop { "!" } else { "" };
            format!("{}{stops}", finding.kind.as_str())
        };
        let mut found: Vec<String> = check(&brand(more), &state, &asked).findings.iter().map(shown).collect();
        found.dedup();
        found
    }

    #[test]
    fn findings_are_as_grave_as_the_brand_takes_them() {
        let text = "You should have read the terms. Please post your account number here.";
        let usual = || AnswerWay::default();
        assert_eq!(found("", text, usual()), ["asks_personal_data_in_public!", "arguing"]);
        let stop = "guard: {stop: [arguing], warn: [asks_personal_data_in_public]}\n";
        assert_eq!(found(stop, text, usual()), ["arguing!", "asks_personal_data_in_public"]);
        assert_eq!(found("guard: {off: [arguing]}\n", text, usual()), ["asks_personal_data_in_public!"]);
    }

    #[test]
    fn a_reply_by_another_way_than_the_customer_wants_is_pointed_out() {
        let on = |name: &str, in_private| AnswerWay { network: Network::new(name).ok(), in_private };
        let of = |way| found("", "It is on its way.", way);
        assert_eq!(of(AnswerWay::default()), Vec::<String>::new());
        assert_eq!(of(on("x", false)), Vec::<String>::new());
        assert_eq!(of(on("whatsapp", false)), ["other_way"]);
        assert_eq!(of(on("x", true)), ["other_way"]);
    }
}

//! A matter goes on in private: what is said of that where everybody reads.

use super::{limit, repeated, taken};
use brand::{Brand, fill};
use conversation::classified::Head;
use conversation::replied::newest_to_answer;
use conversation::state::Post;
use conversation::{Conversation, PostKey};
use reply::guard::{self, Audience, Context, Draft, Finding, Kind, Recognised};
use reply::split::{self, Split};

/// What the guard finds in the public word beside a private answer, and whether it fits into one post. Nobody apologises, signs
/// or helps in it, so it is not asked to.
pub(super) fn check(
    brand: &Brand,
    state: &Conversation,
    note: &str,
    told: &[(String, String)],
    of_answer: &Context<'_>,
) -> (Vec<Finding>, Result<(), split::Error>) {
    if note.is_empty() {
        return (Vec::new(), Ok(()));
    }
    let mut spans = Vec::new();
    recognise::recognise(note, &mut spans);
    let kinds: Vec<String> = spans.iter().map(|span| format!("{:?}", span.kind).to_lowercase()).collect();
    let mut recognised: Vec<Recognised<'_>> =
        spans.iter().zip(&kinds).map(|(span, kind)| Recognised { kind, at: span.at.clone() }).collect();
    recognised.extend(told.iter().flat_map(|(kind, told)| repeated(note, told, kind)));
    let context = Context { audience: Audience::Public, ..*of_answer };
    let mut findings = taken(brand, guard::check(&Draft { text: note, recognised: &recognised }, &context));
    let asked = |kind: Kind| {
        use Kind::{Deflection, NoApology, OtherWay, Repetition, Unsigned};
        !matches!(kind, NoApology | Unsigned | Deflection | Repetition | OtherWay)
    };
    findings.retain(|finding| asked(finding.kind));
    let plan = Split { limit: limit(brand, state, false), reserved: 0, parts_at_most: 1, signature: "" };
    (findings, split::split(note, &plan).map(drop))
}

/// The post that a reply answers: the one it names, or the customer's newest.
pub fn target<'s>(state: &'s Conversation, in_reply_to: Option<&PostKey>) -> Option<&'s Post> {
    match in_reply_to {
        Some(key) => state.post(key),
        None => newest_to_answer(state),
    }
}

/// The brand's own words that the answer stands in private, in the customer's language; none when it has no such words.
pub fn moved_to_private(brand: &Brand, state: &Conversation, handle: &str) -> Option<String> {
    let language = state.class().map_or("", |class| class.label(Head::Language));
    let words = brand.settings().notices.moved_to_private.in_language(language)?;
    let customer = if handle.is_empty() { String::new() } else { format!("@{}", handle.trim_start_matches('@')) };
    let values = [("customer", customer.as_str()), ("brand", brand.settings().name.as_str())];
    Some(fill(words, &values).trim().to_owned())
}

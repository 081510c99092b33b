//! What only the customer may read, and who is spoken to.

use super::{Audience, Context, Draft, Finding, Kind};
use crate::fold::fold;
use crate::marks::{Mark, Sort};
use crate::reading::Reading;

const IN_PRIVATE: &str = "ask for it in a private message";

/// Personal data that the draft shows.
pub(super) fn shown(draft: &Draft<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for recognised in draft.recognised {
        let Some(text) = draft.text.get(recognised.at.clone()) else { continue };
        let personal = !matches!(recognised.kind, "flight" | "amount" | "date");
        if personal && !text.is_empty() && !context.brand.contacts.iter().any(|own| same_contact(own, text)) {
            findings.push(Finding::stop(
                Kind::PersonalDataInPublic,
                recognised.at.clone(),
                format!("everybody could read this personal data ({})", name(recognised.kind)),
                "leave it out, or answer in a private message",
            ));
        }
    }
}

/// Personal data that the draft asks for.
pub(super) fn asked(reading: &Reading, findings: &mut Vec<Finding>) {
    for request in reading.requests().into_iter().filter(|request| !request.private) {
        let reason = format!("this asks for personal data ({}) where everybody reads the answer", name(request.code));
        let kind = Kind::AsksPersonalDataInPublic;
        // Where somebody lives roughly is often needed at once and tells little; the person may judge.
        findings.push(match request.code {
            "postcode" => Finding::warning(kind, request.at, reason, IN_PRIVATE),
            _ => Finding::stop(kind, request.at, reason, IN_PRIVATE),
        });
    }
}

/// Whether it goes by the way that the customer wants.
pub(super) fn way(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut warn = |reason: &str, way_out| {
        findings.push(Finding::warning(Kind::OtherWay, 0..0, reason, way_out));
    };
    if context.wishes.elsewhere {
        warn("the customer wants to be answered on another network", "merge this into his conversation there");
    }
    if context.wishes.private && context.audience == Audience::Public {
        warn("the customer wants to be answered in private", "answer in a private message");
    }
}

/// Handles of others than the customer. Only those that the draft begins with address somebody; those who write along are
/// named there too, so it is wrong only when the customer is not among them.
pub(super) fn addressee(text: &str, marks: &[Mark], context: &Context<'_>, findings: &mut Vec<Finding>) {
    let handle = |shown: &str| fold(shown.trim_start_matches('@'));
    let customer = handle(context.customer.handle);
    if customer.is_empty() {
        return;
    }
    let mentions: Vec<&Mark> = marks.iter().filter(|mark| mark.sort == Sort::Mention).collect();
    let is_customer = |mark: &&&Mark| same_handle(&handle(&text[mark.at.clone()]), &customer);
    let is_own = |mark: &Mark| context.brand.contacts.iter().any(|own| handle(own) == handle(&text[mark.at.clone()]));
    let mut read = 0;
    let leading = mentions
        .iter()
        .take_while(|mark| {
            let begins = text[read..mark.at.start].trim().trim_matches(['.', ',']).is_empty();
            read = mark.at.end;
            begins
        })
        .count();
    let customer_addressed = mentions[..leading].iter().any(|mark| is_customer(&mark));
    for (nth, mark) in mentions.iter().enumerate() {
        if is_customer(&mark) || is_own(mark) || nth < leading && customer_addressed {
            continue;
        }
        let reason = "this names another account than the customer's";
        let way_out = "address the customer, or take the other account out";
        let stops = nth < leading && context.audience == Audience::Public;
        let make = if stops { Finding::stop } else { Finding::warning };
        findings.push(make(Kind::WrongAddressee, mark.at.clone(), reason.to_owned(), way_out));
    }
}

/// `@zak` on its own server is `@zak@server`.
fn same_handle(shown: &str, customer: &str) -> bool {
    let user = |handle: &str| handle.split('@').next().unwrap_or_default().to_owned();
    shown == customer || (!shown.contains('@') || !customer.contains('@')) && user(shown) == user(customer)
}

/// Whether a text is a contact of the brand: telephone numbers by their digits, whatever stands before or between them;
/// everything else by its letters and digits.
fn same_contact(own: &str, shown: &str) -> bool {
    let digits =
        |text: &str| text.chars().filter_map(|sign| sign.to_digit(10)).map(|d| d.to_string()).collect::<String>();
    let letters = |text: &str| fold(text).chars().filter(|sign| sign.is_alphanumeric()).collect::<String>();
    let (own_digits, shown_digits) = (digits(own), digits(shown));
    let national = |digits: &str| digits.trim_start_matches('0').to_owned();
    let is_phone = own_digits.len() >= 6 && !own.contains('@') && !own.chars().any(char::is_alphabetic);
    if is_phone {
        let (own, shown) = (national(&own_digits), national(&shown_digits));
        return own == shown || shown.len() >= 6 && (own.ends_with(&shown) || shown.ends_with(&own));
    }
    letters(own) == letters(shown)
}

/// A code in plain words.
fn name(code: &str) -> &str {
    match code {
        "account" => "account or customer number",
        "phone" => "telephone number",
        "email" => "mail address",
        "booking" => "booking reference",
        "order" => "number of an order or case",
        "address" => "postal address",
        "card" => "payment card",
        "bank" | "iban" => "bank account",
        "dob" => "date of birth",
        "pin" => "PIN",
        "username" => "user name",
        "id" => "identity document",
        other => other,
    }
}

//! What a person reads of a notice: what happened, how often, and where to look. Ids, counts and links; nothing that anybody
//! wrote, and no name but those of the brand and the person who reads it.

use conversation::told::{Item, News};
use conversation::{BrandId, NoticeId, PersonId};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The most conversations that a letter leads to; the inbox has the others.
const LINKS_MOST: usize = 20;

/// A notice as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub notice: NoticeId,
    pub brand: BrandId,
    pub person: PersonId,
    pub items: Vec<Item>,
    /// The address of the console, without a slash at its end; no links when none.
    pub console: Option<String>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    notice_id: String,
    brand: &'a str,
    person: &'a str,
    news: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    kind: &'static str,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// In plain words, with a count before it.
fn words(news: News) -> &'static str {
    match news {
        News::Assigned => "assigned to you",
        News::ReplyToMe => "answered by the customer",
        News::DeadlineWarning => "due soon",
        News::DeadlineBreach => "past the deadline",
        News::Escalated => "escalated",
        News::CallbackDue => "to be called now",
        News::CallbackMissed => "call missed",
        News::Surge => "surge",
        News::ReplyFailed => "reply not sent",
        News::ApprovalAsked => "reply to be approved",
        News::ReplySentBack => "reply sent back to you",
    }
}

impl Letter {
    /// One line: what happened how often.
    pub fn subject(&self) -> String {
        let mut counts: BTreeMap<News, usize> = BTreeMap::new();
        self.items.iter().for_each(|item| *counts.entry(item.news).or_default() += 1);
        let parts: Vec<String> = counts.iter().map(|(news, count)| format!("{count} {}", words(*news))).collect();
        format!("{}: {}", self.brand, parts.join(", "))
    }

    /// The same, and where to look: a line a conversation.
    pub fn text(&self) -> String {
        let mut lines = vec![self.subject()];
        let mut seen = std::collections::HashSet::new();
        for item in self.items.iter().filter(|item| seen.insert((item.news, item.conversation))) {
            let place = match (self.link(item), item.conversation) {
                (Some(url), _) => url,
                (None, Some(conversation)) => conversation.to_string(),
                (None, None) => self.brand.to_string(),
            };
            lines.push(format!("{}: {place}", words(item.news)));
        }
        let more = lines.len().saturating_sub(1 + LINKS_MOST);
        lines.truncate(1 + LINKS_MOST);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.join("\n")
    }

    /// For programs: the same bytes on every try.
    pub fn json(&self) -> Vec<u8> {
        let line = |item: &Item| Line {
            kind: item.news.as_str(),
            at: item.at,
            conversation_id: item.conversation.map(|id| id.to_string()),
            url: self.link(item),
        };
        let data = Data {
            notice_id: self.notice.to_string(),
            brand: self.brand.as_str(),
            person: self.person.as_str(),
            news: self.items.iter().take(LINKS_MOST).map(line).collect(),
        };
        let timestamp = self.items.last().map_or(Timestamp::UNIX_EPOCH, |item| item.at);
        let envelope = Envelope { r#type: "earshot.notice", timestamp, data };
        serde_json::to_vec(&envelope).expect("strings and numbers are always JSON")
    }

    fn link(&self, item: &Item) -> Option<String> {
        let console = self.console.as_ref()?;
        Some(match item.conversation {
            Some(conversation) => format!("{console}/c/{conversation}"),
            None => format!("{console}/"),
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use conversation::{ConversationId, CustomerId, Network, RecordId};

    /// A letter with news of so many conversations.
    pub fn letter(count: u32) -> Letter {
        let brand = BrandId::new("b").unwrap();
        let person = PersonId::new("dana").unwrap();
        let customer = CustomerId::of(&brand, &Network::new("x").unwrap(), "1");
        let item = |nth: u32| Item {
            news: if nth == 0 { News::DeadlineBreach } else { News::Assigned },
            conversation: Some(ConversationId::of(&customer, nth)),
            at: Timestamp::UNIX_EPOCH,
            cause: RecordId::caused("t", &nth.to_be_bytes()),
        };
        let items: Vec<Item> = (0..count).map(item).collect();
        let notice = NoticeId::of_news(&person, "ops", "assigned", items[0].cause);
        Letter { notice, brand, person, items, console: Some("https://care.example".into()) }
    }

    #[test]
    fn counts_and_links_and_no_more_than_fit() {
        let few = letter(3);
        assert_eq!(few.subject(), "b: 2 assigned to you, 1 past the deadline");
        let text = few.text();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains("past the deadline: https://care.example/c/"), "{text}");
        let many = letter(50).text();
        assert!(many.ends_with("and 30 more"), "{many}");
        assert!(letter(200).json().len() < 20_000, "a payload is thin");
        let surge = Item { news: News::Surge, conversation: None, ..few.items[0].clone() };
        let plain = Letter { items: vec![surge], console: None, ..few };
        assert_eq!(plain.text(), "b: 1 surge\nsurge: b");
    }
}

//! What in a text is one thing although signs or spaces stand in it: links, mail addresses, mentions, numbers. Networks
//! count links their own way, a split never goes through any of these, and none of them is a spelling slip.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Email,
    Link,
    Mention,
    Hashtag,
    /// Digits with their groups, sign, unit and currency.
    Number,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub sort: Sort,
    /// Bytes of the text.
    pub at: Range<usize>,
}

/// Longer runs of digits and spaces are lists of numbers, which may be split between two of them.
const NUMBER_MOST_BYTES: usize = 48;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"));
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?i)https?://[^\s\p{Han}\p{Hiragana}\p{Katakana}<>"“”«»（），。！？、；：「」【】।…]+|(?:[a-z0-9\-]+\.)+[a-z]{2,24}(?:/[^\s\p{Han}\p{Hiragana}\p{Katakana}<>"“”«»（），。！？、；：「」【】।…]*)?"#,
    )
});
static MENTION: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"@(?:[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?(?:@[A-Za-z0-9.\-]*[A-Za-z0-9])?|\w{1,30})")
});
static HASHTAG: LazyLock<Regex> = LazyLock::new(|| regex(r"#\w{1,100}"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:[+#№(]{1,2}|\p{Sc}[  ]?|(?:USD|EUR|GBP|CNY|RMB|KRW|JPY|INR|BDT|RUB|TRY|BRL)[  ])?\p{Nd}+(?:[  \u{202f}.,:/\-–'’()+×]{1,2}\p{Nd}+)*(?:[  \u{202f}]?(?:%|\p{Sc}|(?:USD|EUR|GBP|CNY|RMB|KRW|JPY|INR|BDT|RUB|TRY|BRL|kr|руб|元|円|원)\b))?",
    )
});

/// Endings of names that make a link of two words with a full stop between; country codes need a path besides, since
/// "done.it" is a missing space.
const NAMED: [&str; 48] = [
    "com",
    "net",
    "org",
    "info",
    "biz",
    "edu",
    "gov",
    "mil",
    "int",
    "app",
    "dev",
    "shop",
    "online",
    "site",
    "store",
    "xyz",
    "tech",
    "cloud",
    "live",
    "news",
    "blog",
    "help",
    "support",
    "care",
    "social",
    "chat",
    "link",
    "page",
    "media",
    "email",
    "travel",
    "aero",
    "bank",
    "insurance",
    "mobile",
    "mobi",
    "name",
    "pro",
    "tel",
    "club",
    "world",
    "today",
    "life",
    "top",
    "co",
    "tv",
    "io",
    "me",
];

/// All marks of a text in their order; none overlaps another.
pub(crate) fn marks(text: &str) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    if text.contains('@') {
        // "@user@host" is a mention.
        let mail = |at: &Range<usize>| !text[..at.start].ends_with('@');
        add(&mut found, Sort::Email, EMAIL.find_iter(text).map(|hit| hit.range()).filter(mail));
    }
    if text.contains('.') || text.contains("://") {
        let links = LINK.find_iter(text).map(|hit| hit.range()).filter_map(|at| link(text, at));
        add(&mut found, Sort::Link, links);
    }
    if text.contains('@') {
        let alone =
            |at: &Range<usize>| !text[..at.start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        add(&mut found, Sort::Mention, MENTION.find_iter(text).map(|hit| hit.range()).filter(alone));
    }
    let numbers: Vec<Range<usize>> =
        NUMBER.find_iter(text).map(|hit| hit.range()).flat_map(|at| numbers(text, at)).collect();
    add(&mut found, Sort::Number, numbers.into_iter());
    if text.contains('#') {
        add(&mut found, Sort::Hashtag, HASHTAG.find_iter(text).map(|hit| hit.range()));
    }
    found
}

/// Merges marks of one more sort into those found; what is taken stays with who took it first.
fn add(found: &mut Vec<Mark>, sort: Sort, hits: impl Iterator<Item = Range<usize>>) {
    let before = found.len();
    let mut next = 0;
    let mut fresh = Vec::new();
    for at in hits {
        while next < before && found[next].at.end <= at.start {
            next += 1;
        }
        if next == before || found[next].at.start >= at.end {
            fresh.push(Mark { sort, at });
        }
    }
    found.extend(fresh);
    found.sort_by_key(|mark| mark.at.start);
}

/// A link without the punctuation of the sentence it ends; none if it is only two words and a full stop.
fn link(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let hit = text[at.clone()].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', ']', '*', '’']);
    let at = at.start..at.start + hit.len();
    let scheme = hit.len() > 7 && hit.as_bytes()[..4].eq_ignore_ascii_case(b"http") && hit.contains("://");
    if scheme {
        return Some(at);
    }
    let before = text[..at.start].chars().next_back();
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '/' | '#')) {
        return None;
    }
    let host = hit.split('/').next().unwrap_or_default();
    let ending = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let sure = NAMED.contains(&&*ending) || hit.len() > host.len() + 1 || host.starts_with("www.");
    (sure && host.contains('.')).then_some(at)
}

/// One number, or the numbers of a list.
fn numbers(text: &str, at: Range<usize>) -> Vec<Range<usize>> {
    if at.len() <= NUMBER_MOST_BYTES {
        return vec![at];
    }
    let mut parts = Vec::new();
    let mut start = at.start;
    for (gap, space) in text[at.clone()].char_indices().filter(|(_, c)| c.is_whitespace()) {
        if at.start + gap > start {
            parts.push(start..at.start + gap);
        }
        start = at.start + gap + space.len_utf8();
    }
    if start < at.end {
        parts.push(start..at.end);
    }
    parts
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Sort, &str)> {
        marks(text).into_iter().map(|mark| (mark.sort, &text[mark.at])).collect()
    }

    #[test]
    fn links_end_before_the_punctuation_of_their_sentence() {
        for (text, link) in [
            ("see https://t.co/a1B2c3.", "https://t.co/a1B2c3"),
            ("请看https://t.co/abc查看", "https://t.co/abc"),
            ("(aurora.com/help)", "aurora.com/help"),
            ("on www.isp.ee, today", "www.isp.ee"),
            ("isp.co.uk/x?y=1!", "isp.co.uk/x?y=1"),
        ] {
            assert_eq!(found(text), [(Sort::Link, link)], "{text}");
        }
        for text in ["it is done.it works", "e.g. this", "...", "Thanks.Bye", "http://"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn mentions_mail_and_numbers_are_one_thing_each() {
        assert_eq!(
            found("@zak @me@social.example write to help@isp.com, #outage"),
            [
                (Sort::Mention, "@zak"),
                (Sort::Mention, "@me@social.example"),
                (Sort::Email, "help@isp.com"),
                (Sort::Hashtag, "#outage"),
            ]
        );
        for number in
            ["8820 1145 9", "+44 20 7946 0958", "£ 45.00", "1 234,50 €", "09:30", "(020) 7946 0958", "৳৫০০", "12.5%"]
        {
            let text = format!("it is {number}, yes");
            assert_eq!(found(&text), [(Sort::Number, number)], "{text}");
        }
    }

    #[test]
    fn a_long_list_of_numbers_is_many() {
        let list = (1..60).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(found(&list).len(), 59);
    }
}

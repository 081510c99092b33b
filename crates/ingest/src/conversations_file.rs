//! Files of conversations: JSON Lines, plain or gzip, one message a line. A thread's first line tells its brand.
//!
//! ```json
//! {"id":"p1","thread":"p1","seq":0,"role":"customer","author":"42","ts":"2017-10-31T21:45:10Z","in_reply_to":null,
//!  "lang":"en","text":"...","meta":{"brand":"aurora-air"}}
//! ```
//!
//! Besides these, a line may have `network`, `private`, `name`, `followers`, `region`, `tier`, `handle_use`,
//! `attachments`, `agent` (the person who answers) and `resolve` (how the matter ends with this answer).

use conversation::{BrandId, Network, PersonId};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line that is read, in bytes.
const LINE_MAX_BYTES: usize = 1_048_576;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Customer,
    Agent,
}

#[derive(Clone, Deserialize)]
pub struct AttachmentLine {
    #[serde(rename = "type", default)]
    pub media_type: String,
    #[serde(default)]
    pub bytes: u64,
}

#[derive(Clone, Deserialize, Default)]
pub struct Meta {
    pub brand: Option<String>,
    #[serde(default)]
    pub demo: bool,
}

/// One line as it stands in the file.
#[derive(Clone, Deserialize)]
pub struct Line {
    pub id: String,
    pub thread: String,
    pub role: Role,
    pub author: String,
    pub ts: Option<String>,
    pub in_reply_to: Option<String>,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub meta: Option<Meta>,
    pub network: Option<String>,
    #[serde(default)]
    pub private: bool,
    pub name: Option<String>,
    #[serde(default)]
    pub followers: u64,
    pub region: Option<String>,
    pub tier: Option<String>,
    pub handle_use: Option<String>,
    #[serde(default)]
    pub attachments: Vec<AttachmentLine>,
    pub agent: Option<String>,
    pub resolve: Option<String>,
}

/// A message with what its thread says about it.
#[derive(Clone)]
pub struct Message {
    pub line: Line,
    pub brand: BrandId,
    pub network: Network,
    /// None when the file gives no time.
    pub at: Option<Timestamp>,
    /// The author's id on the network. Placeholder names that stand for somebody else in each thread are told apart.
    pub author_id: String,
    /// The thread's customer, whom an agent's message speaks to.
    pub customer_id: String,
    /// The first message of the thread.
    pub root: String,
    /// The person of the brand, for an agent's message.
    pub person: Option<PersonId>,
}

/// A line that cannot be taken, by its number in the file, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub number: usize,
    pub reason: &'static str,
    pub what: String,
}

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", file.display())]
pub struct FileError {
    pub file: PathBuf,
    pub what: String,
}

/// What a file holds.
pub struct Conversations {
    /// In the order of the file.
    pub messages: Vec<Message>,
    pub bad: Vec<BadLine>,
}

/// How the parts that a file leaves open are filled.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// Every message is for this brand, whatever the file says.
    pub brand: Option<BrandId>,
    /// The network of lines that name none.
    pub network: Network,
}

/// Reads a file, plain or gzip by its first bytes.
pub fn read(file: &Path, defaults: &Defaults) -> Result<Conversations, FileError> {
    let failed = |what: String| FileError { file: file.to_owned(), what };
    let mut opened = File::open(file).map_err(|error| failed(format!("cannot be opened: {error}")))?;
    let mut magic = [0_u8; 2];
    let gzip = opened.read(&mut magic).map_err(|error| failed(format!("cannot be read: {error}")))? == 2
        && magic == [0x1f, 0x8b];
    let again = File::open(file).map_err(|error| failed(format!("cannot be opened: {error}")))?;
    let reader: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(again)) } else { Box::new(again) };
    read_lines(BufReader::new(reader), defaults).map_err(|error| failed(format!("cannot be read: {error}")))
}

/// Reads messages from text, as [`read`] does from a file.
pub fn read_lines(mut reader: impl BufRead, defaults: &Defaults) -> std::io::Result<Conversations> {
    let mut lines = Vec::new();
    let mut bad = Vec::new();
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if reader.by_ref().take(LINE_MAX_BYTES as u64 + 1).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        number += 1;
        if bytes.len() > LINE_MAX_BYTES {
            let what = format!("the line has more than {LINE_MAX_BYTES} bytes");
            bad.push(BadLine { number, reason: "line_too_long", what });
            reader.skip_until(b'\n')?;
            continue;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(line) => lines.push((number, line)),
            // serde's message may repeat the text; its place is enough.
            Err(error) => {
                let what = format!("column {} is not a message of the form in the documentation", error.column());
                bad.push(BadLine { number, reason: "malformed", what });
            }
        }
    }
    Ok(arrange(lines, bad, defaults))
}

#[derive(Default)]
struct Thread {
    brand: Option<String>,
    root: String,
    customer: Option<String>,
}

fn arrange(lines: Vec<(usize, Line)>, mut bad: Vec<BadLine>, defaults: &Defaults) -> Conversations {
    let mut threads: HashMap<String, Thread> = HashMap::new();
    for (_, line) in &lines {
        let thread = threads.entry(line.thread.clone()).or_default();
        if thread.root.is_empty() {
            thread.root.clone_from(&line.id);
        }
        if let Some(brand) = line.meta.as_ref().and_then(|meta| meta.brand.clone()) {
            thread.brand.get_or_insert(brand);
        }
        if line.role == Role::Customer {
            thread.customer.get_or_insert_with(|| author_id(line));
        }
    }
    let mut messages = Vec::with_capacity(lines.len());
    for (number, line) in lines {
        let thread = &threads[&line.thread];
        match message(line, thread, defaults) {
            Ok(message) => messages.push(message),
            Err((reason, what)) => bad.push(BadLine { number, reason, what }),
        }
    }
    bad.sort_by_key(|line| line.number);
    Conversations { messages, bad }
}

fn message(line: Line, thread: &Thread, defaults: &Defaults) -> Result<Message, (&'static str, String)> {
    let brand = match (&defaults.brand, &thread.brand) {
        (Some(brand), _) => brand.clone(),
        (None, Some(name)) => {
            BrandId::new(slug(name, 32)).map_err(|_| ("invalid_brand", "the thread's brand is no name".to_owned()))?
        }
        (None, None) => return Err(("missing_brand", "the thread names no brand; give --brand".to_owned())),
    };
    let network = match &line.network {
        Some(name) => Network::new(name).map_err(|error| ("invalid_network", error.to_string()))?,
        None => defaults.network.clone(),
    };
    let at = match line.ts.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse().map_err(|_| ("invalid_time", "ts is not a time in RFC 3339".to_owned()))?),
    };
    let person = match line.role {
        Role::Customer => None,
        Role::Agent => PersonId::new(slug(line.agent.as_deref().unwrap_or(&line.author), 64)).ok(),
    };
    Ok(Message {
        author_id: author_id(&line),
        customer_id: thread.customer.clone().unwrap_or_default(),
        root: thread.root.clone(),
        brand,
        network,
        at,
        person,
        line,
    })
}

/// `customer`, `customer1`, `customer2` ... are placeholders for whoever wrote in that thread.
fn author_id(line: &Line) -> String {
    let placeholder =
        line.author.strip_prefix("customer").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if placeholder { format!("{}:{}", line.thread, line.author) } else { line.author.clone() }
}

/// A name as an id: lower case letters, digits and single hyphens.
fn slug(name: &str, longest: usize) -> String {
    let mut slug = String::with_capacity(name.len());
    for ch in name.chars().flat_map(char::to_lowercase) {
        if ch.is_ascii_alphanumeric() {
            slug.push(ch);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.truncate(longest);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults { brand: None, network: Network::new("x").unwrap() }
    }

    #[test]
    fn a_thread_tells_brand_customer_and_root() {
        let text = concat!(
            r#"{"id":"1","thread":"t","seq":0,"role":"agent","author":"Help Desk","ts":"2020-01-01T00:00:00Z","in_reply_to":null,"text":"hi","meta":{"brand":"(airline, name removed)"}}"#,
            "\n",
            r#"{"id":"2","thread":"t","seq":1,"role":"customer","author":"customer1","ts":null,"in_reply_to":"1","text":"hey"}"#,
            "\n",
        );
        let read = read_lines(text.as_bytes(), &defaults()).unwrap();
        assert!(read.bad.is_empty());
        assert_eq!(read.messages[0].brand.as_str(), "airline-name-removed");
        assert_eq!(read.messages[0].customer_id, "t:customer1");
        assert_eq!(read.messages[0].person.as_ref().unwrap().as_str(), "help-desk");
        assert_eq!((read.messages[1].root.as_str(), read.messages[1].at), ("1", None));
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_are_read() {
        let good = r#"{"id":"1","thread":"t","role":"customer","author":"7","ts":null,"in_reply_to":null,"text":"a","meta":{"brand":"b"}}"#;
        let no_time = good.replace("\"ts\":null", "\"ts\":\"soon\"").replace("\"1\"", "\"2\"");
        let no_brand =
            r#"{"id":"3","thread":"u","role":"customer","author":"7","ts":null,"in_reply_to":null,"text":"a"}"#;
        let text = format!("{good}\n{{\"id\":secret\n{no_time}\n\n{no_brand}\n");
        let read = read_lines(text.as_bytes(), &defaults()).unwrap();
        assert_eq!(read.messages.len(), 1);
        let found: Vec<_> = read.bad.iter().map(|line| (line.number, line.reason)).collect();
        assert_eq!(found, [(2, "malformed"), (3, "invalid_time"), (5, "missing_brand")]);
        assert!(!format!("{:?}", read.bad).contains("secret"));
    }
}

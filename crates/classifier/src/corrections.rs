//! What people put right, as a set to learn from: the corrections of the log with the texts they are about, in the form of
//! the shared data sets. It holds customers' words, so it is written for its owner's eyes only.

use conversation::classified::Head;
use conversation::{BrandId, Conversation, Fact, PostKey, Record, Subject};
use jiff::Timestamp;
use journal::{Entry, Journal, JournalError, TailConfig};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use wire::subjects;

/// What to export.
#[derive(Clone, Debug)]
pub struct CorrectionsOptions {
    /// Where to write the set; written whole or not at all.
    pub out: PathBuf,
    /// Of this brand only.
    pub brand: Option<BrandId>,
    /// Only what was corrected from this instant on.
    pub since: Option<Timestamp>,
}

/// What was exported, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CorrectionsReport {
    /// Where the set is.
    pub out: PathBuf,
    /// Rows, one for each text that a person said something of.
    pub rows: usize,
    /// What people said in them, by head.
    pub labels: BTreeMap<&'static str, usize>,
    /// Left out: the customer's words were erased.
    pub erased: usize,
    /// Left out: the customer took the post back.
    pub deleted: usize,
    /// Records that this version cannot read.
    pub unreadable: usize,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionsError {
    /// The log cannot be read.
    #[error("cannot read the log: {0}; start NATS, or say where it is with --set nats.url=...")]
    Journal(#[from] JournalError),
    /// The set cannot be written.
    #[error("cannot write the set to {path}: {source}; give another --out")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A post with what people said of it; the form of [`crate::corpus::Row`].
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    lang: &'a str,
    text: &'a str,
    labels: BTreeMap<&'static str, &'a str>,
    weight: f32,
}

/// Reads the log and writes the set. `progress` is told how many messages of the log are read, and how many there are.
pub async fn export(
    journal: &Journal,
    options: &CorrectionsOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<CorrectionsReport, CorrectionsError> {
    let mut report = CorrectionsReport { out: options.out.clone(), ..CorrectionsReport::default() };
    let corrected = find(journal, options, &mut report, &mut progress).await;
    let mut lines = Vec::new();
    for (subject, posts) in corrected {
        let loaded = journal.load(&subject).await?;
        let records: Vec<&Record> = loaded.records().collect();
        add(&records, &posts, &mut report, &mut lines);
    }
    write_private(&options.out, &lines)
        .map_err(|source| CorrectionsError::Write { path: options.out.clone(), source })?;
    Ok(report)
}

/// Writes the file whole or not at all, for nobody but its owner to read.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut open = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    crate::files::write_whole(path, bytes, &mut open)
}

/// Which posts were corrected, by conversation, in the order of the log.
async fn find(
    journal: &Journal,
    options: &CorrectionsOptions,
    report: &mut CorrectionsReport,
    progress: &mut impl FnMut(u64, u64),
) -> Vec<(Subject, BTreeSet<PostKey>)> {
    let mut found: Vec<(Subject, BTreeSet<PostKey>)> = Vec::new();
    let mut place: HashMap<Subject, usize> = HashMap::new();
    let filters = vec![subjects::conversations_of(options.brand.as_ref())];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let all = tail.pending().await;
    let mut left = all;
    while left > 0 {
        let Some(item) = tail.next().await else { break };
        left = item.pending;
        progress(all.saturating_sub(left), all);
        let record = match &*item.entry {
            Entry::Record(record) => record,
            Entry::Undecodable { .. } => {
                report.unreadable += 1;
                continue;
            }
            Entry::Due(_) => continue,
        };
        if options.since.is_some_and(|since| record.recorded_at < since) {
            continue;
        }
        for fact in &record.facts {
            let Fact::ClassificationCorrected(fact) = fact else { continue };
            let at = *place.entry(record.subject.clone()).or_insert_with(|| {
                found.push((record.subject.clone(), BTreeSet::new()));
                found.len() - 1
            });
            found[at].1.insert(fact.post);
        }
    }
    found
}

/// The texts of a post by version: 0 for the first, else microseconds since the epoch of the edit.
fn texts<'a>(records: &[&'a Record], post: PostKey) -> BTreeMap<i64, &'a str> {
    let facts = records.iter().flat_map(|record| &record.facts);
    let versions = facts.filter_map(|fact| match fact {
        Fact::PostReceived(fact) if fact.post == post => Some((0, fact.personal.text.as_str())),
        Fact::PostEdited(fact) if fact.post == post => {
            Some((fact.edited_at.as_microsecond(), fact.personal.text.as_str()))
        }
        // No other fact brings a customer's words.
        _ => None,
    });
    versions.collect()
}

/// Adds the rows of one conversation: the last word of a person for each head of each text.
fn add(records: &[&Record], posts: &BTreeSet<PostKey>, report: &mut CorrectionsReport, lines: &mut Vec<u8>) {
    let state: Conversation = conversation::fold(records.iter().copied());
    for post in posts {
        let known = state.post(post);
        if known.is_some_and(|known| known.deleted_at.is_some()) {
            report.deleted += 1;
            continue;
        }
        let texts = texts(records, *post);
        for (version, said) in said(records, *post) {
            let text = texts.get(&version).copied().unwrap_or_default();
            if text.trim().is_empty() {
                report.erased += 1;
                continue;
            }
            for head in said.keys() {
                *report.labels.entry(head).or_default() += 1;
            }
            let read_as = language(records, *post, version);
            let lang = said.get(Head::Language.as_str()).copied().unwrap_or(read_as);
            let id = if version == 0 { post.to_string() } else { format!("{post}-{version}") };
            let row = Row { id, lang, text, labels: said, weight: 1.0 };
            serde_json::to_writer(&mut *lines, &row).expect("a row has a JSON form");
            lines.push(b'\n');
            report.rows += 1;
        }
    }
}

/// What people said last of each text of a post, by head.
fn said<'a>(records: &[&'a Record], post: PostKey) -> BTreeMap<i64, BTreeMap<&'static str, &'a str>> {
    let mut said: BTreeMap<i64, BTreeMap<&'static str, &str>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for record in records.iter().filter(|record| seen.insert(record.id)) {
        for fact in &record.facts {
            if let Fact::ClassificationCorrected(fact) = fact
                && fact.post == post
            {
                said.entry(fact.text_version).or_default().insert(fact.head.as_str(), &fact.label);
            }
        }
    }
    said
}

/// The language as the classifier read it; empty when it was not read.
fn language<'a>(records: &[&'a Record], post: PostKey, version: i64) -> &'a str {
    let facts = records.iter().flat_map(|record| &record.facts);
    let mut read = facts.filter_map(|fact| match fact {
        Fact::PostClassified(fact) if (fact.post, fact.text_version) == (post, version) => Some(&*fact.language.label),
        // No other fact says what a post is.
        _ => None,
    });
    read.next().unwrap_or_default()
}

/// The report for a person at a terminal.
pub fn table(report: &CorrectionsReport, out: &Path) -> String {
    let mut text = format!("{}: {} rows\n", out.display(), report.rows);
    for (head, count) in &report.labels {
        text.push_str(&format!("  {count} corrections of {head}\n"));
    }
    for (count, why) in [
        (report.erased, "left out: their words were erased"),
        (report.deleted, "left out: the customer deleted them"),
        (report.unreadable, "records of the log cannot be read by this version"),
    ] {
        if count > 0 {
            text.push_str(&format!("  {count} {why}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::classified::{ClassificationCorrected, PostClassified, Scored};
    use conversation::received::{HandleUse, PostDeleted, PostEdited, PostReceived};
    use conversation::{Actor, ConversationId, CustomerId, Network, PersonId, Personal, RecordId};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    struct Log {
        journal: Journal,
        written: u8,
    }

    fn key(post: &str) -> PostKey {
        PostKey::of(&BrandId::new("aurora").unwrap(), &Network::new("x").unwrap(), post)
    }

    impl Log {
        async fn put(&mut self, brand: &str, fact: Fact) {
            self.written += 1;
            let brand = BrandId::new(brand).unwrap();
            let customer = CustomerId::of(&brand, &Network::new("x").unwrap(), "author");
            let conversation = ConversationId::of(&customer, 0);
            let record = Record {
                id: RecordId::caused("test", &[self.written]),
                subject: Subject::Conversation { brand, customer, conversation },
                occurred_at: at(self.written.into()),
                recorded_at: at(self.written.into()),
                actor: Actor::Person(PersonId::new("dana").unwrap()),
                caused_by: None,
                correlation: None,
                facts: vec![fact],
            };
            self.journal.add(&record).await.unwrap();
        }

        async fn post(&mut self, brand: &str, post: &str, text: &str) {
            let received = PostReceived {
                post: key(post),
                network: Network::new("x").unwrap(),
                native_id: post.into(),
                parent_native_id: String::new(),
                root_native_id: String::new(),
                private: false,
                handle_use: HandleUse::Main,
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
                personal: Personal::text(text),
            };
            self.put(brand, received.into()).await;
            self.classify(brand, post, 0).await;
        }

        async fn classify(&mut self, brand: &str, post: &str, text_version: i64) {
            let scored = |label: &str| Scored { label: label.into(), confidence: 0.5, ..Scored::default() };
            let class = PostClassified {
                post: key(post),
                model_version: "m1".into(),
                language: scored("en"),
                sentiment: scored("neutral"),
                intent: scored("question"),
                topic: Scored::default(),
                urgency: Scored::default(),
                churn: Scored::default(),
                call: Scored::default(),
                closing: Scored::default(),
                recognised: Vec::new(),
                backend: "compact".into(),
                text_version,
            };
            self.put(brand, class.into()).await;
        }

        async fn correct(&mut self, brand: &str, post: &str, head: Head, label: &str, text_version: i64) {
            let fact = ClassificationCorrected {
                post: key(post),
                head,
                was: String::new(),
                label: label.into(),
                model_version: "m1".into(),
                text_version,
            };
            self.put(brand, fact.into()).await;
        }
    }

    async fn exported(log: &Log, brand: Option<&str>, since: Option<Timestamp>) -> (CorrectionsReport, String) {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("corrections.jsonl");
        let wrong = CorrectionsOptions { out: dir.path().join("none/of/these"), brand: None, since: None };
        let error = export(&log.journal, &wrong, |_, _| ()).await.unwrap_err().to_string();
        assert!(error.contains("none/of/these") && error.contains("--out"), "{error}");
        let brand = brand.map(|brand| BrandId::new(brand).unwrap());
        let options = CorrectionsOptions { out: out.clone(), brand, since };
        let report = export(&log.journal, &options, |_, _| ()).await.unwrap();
        (report, std::fs::read_to_string(out).unwrap())
    }

    #[tokio::test]
    async fn the_last_word_of_people_becomes_a_set_that_training_reads() {
        let mut log = Log { journal: Journal::memory(at(0)), written: 0 };
        log.post("aurora", "p1", "where on earth is my bag").await;
        log.correct("aurora", "p1", Head::Intent, "request", 0).await;
        log.correct("aurora", "p1", Head::Intent, "complaint", 0).await;
        log.correct("aurora", "p1", Head::Language, "sco", 0).await;
        log.post("aurora", "p2", "nobody touched this one").await;
        let edited = PostEdited { post: key("p1"), edited_at: at(50), personal: Personal::text("found it, thanks") };
        log.put("aurora", edited.into()).await;
        log.classify("aurora", "p1", at(50).as_microsecond()).await;
        log.correct("aurora", "p1", Head::Closing, "thanks", at(50).as_microsecond()).await;
        let (report, text) = exported(&log, None, None).await;
        assert_eq!((report.rows, report.erased, report.deleted), (2, 0, 0));
        assert_eq!(report.labels, BTreeMap::from([("closing", 1), ("intent", 1), ("language", 1)]));
        let mut rows = Vec::new();
        crate::corpus::read_lines(Path::new("corrections.jsonl"), text.as_bytes(), |row| rows.push(row)).unwrap();
        assert_eq!((rows[0].id.as_str(), rows[0].lang.as_str()), (&*key("p1").to_string(), "sco"));
        assert_eq!(
            (rows[0].text.as_str(), rows[0].label("intent").as_deref()),
            ("where on earth is my bag", Some("complaint"))
        );
        assert_eq!(rows[0].label("sentiment"), None, "what nobody corrected is the classifier's own");
        assert_eq!((rows[1].lang.as_str(), rows[1].label("closing").as_deref()), ("en", Some("thanks")));
        let again = exported(&log, None, None).await;
        assert_eq!(again.1, text, "the same log gives the same set");
    }

    #[tokio::test]
    async fn what_is_erased_or_deleted_is_left_out_and_counted() {
        let mut log = Log { journal: Journal::memory(at(0)), written: 0 };
        log.post("aurora", "p1", "").await;
        log.correct("aurora", "p1", Head::Intent, "complaint", 0).await;
        log.post("aurora", "p2", "taken back").await;
        log.correct("aurora", "p2", Head::Intent, "complaint", 0).await;
        log.put("aurora", PostDeleted { post: key("p2"), deleted_at: at(9) }.into()).await;
        let (report, text) = exported(&log, None, None).await;
        assert_eq!((report.rows, report.erased, report.deleted, text.as_str()), (0, 1, 1, ""));
        let shown = table(&report, Path::new("corrections.jsonl"));
        assert!(shown.contains("1 left out: their words were erased"), "{shown}");
    }

    #[tokio::test]
    async fn a_brand_and_a_time_narrow_it() {
        let mut log = Log { journal: Journal::memory(at(0)), written: 0 };
        log.post("aurora", "p1", "one").await;
        log.correct("aurora", "p1", Head::Intent, "complaint", 0).await;
        log.post("basil", "p2", "two").await;
        log.correct("basil", "p2", Head::Intent, "complaint", 0).await;
        assert_eq!(exported(&log, None, None).await.0.rows, 2);
        assert!(exported(&log, Some("basil"), None).await.1.contains("two"));
        assert_eq!(exported(&log, Some("basil"), None).await.0.rows, 1);
        assert_eq!(exported(&log, None, Some(at(4))).await.0.rows, 1);
        assert_eq!(exported(&log, None, Some(at(100))).await.0.rows, 0);
    }
}

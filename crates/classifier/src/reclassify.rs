//! What another model would have said: every post of the log read again, and the answer written down beside the first one.
//! Nothing follows from it but knowledge: no rule is asked, nobody is told, no clock is touched.
//!
//! It can be stopped at any moment and run again: what is written is found and not written twice.

use crate::model::Model;
use crate::serve::classify;
use conversation::classified::{Head, PostClassified, Scored};
use conversation::state::{Class, Post};
use conversation::{Actor, BrandId, Command, Conversation, Fact, PostKey, Record, RecordId, Subject};
use jiff::Timestamp;
use journal::{Draft, Entry, Journal, JournalError, TailConfig, TransactError};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use wire::subjects;

/// How this tool signs its records: as the service whose work it does.
const NAME: &str = "classifier";

/// What to read again.
#[derive(Clone, Debug, Default)]
pub struct ReclassifyOptions {
    /// Of this brand only.
    pub brand: Option<BrandId>,
    /// Posts that were posted from this instant on.
    pub since: Option<Timestamp>,
    /// Posts that were posted before this instant.
    pub until: Option<Timestamp>,
    /// Only these heads; all when empty.
    pub only: Vec<Head>,
    /// Say what would be written, and write nothing.
    pub dry_run: bool,
}

/// How many posts are unsure of a head, by either model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unsure {
    pub before: u64,
    pub after: u64,
}

/// What was read, and how it differs. Nothing of a post stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReclassifyReport {
    pub model_version: String,
    pub dry_run: bool,
    /// Stopped before the end; the same command goes on.
    pub interrupted: bool,
    /// Posts read.
    pub posts: u64,
    /// Of these: this model's answer was there already, or it is the model that spoke first.
    pub already: u64,
    /// Of these: written now; what would be, in a dry run.
    pub written: u64,
    /// Posts that were not read: not classified yet, erased, or deleted by their customers.
    pub unclassified: u64,
    pub erased: u64,
    pub deleted: u64,
    /// Records of the log that this version cannot read.
    pub unreadable: u64,
    /// Head -> language as first read -> `old -> new` -> posts.
    pub changed: BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, u64>>>,
    pub unsure: BTreeMap<&'static str, Unsure>,
}

/// Why it did not come to its end. What was written stays, and the same command goes on.
#[derive(Debug, thiserror::Error)]
pub enum ReclassifyError {
    /// The log cannot be read.
    #[error("cannot read the log: {0}; start NATS, or say where it is with --set nats.url=...; then run it again")]
    Journal(#[from] JournalError),
    /// An answer cannot be written.
    #[error("cannot write to conversation {conversation}: {source}; run it again, it goes on where it stopped")]
    Write {
        /// Which conversation.
        conversation: String,
        /// What stood in the way.
        source: TransactError,
    },
}

/// Reads every post again. `progress` is told how many conversations are done, and of how many; `stop` ends it early.
pub async fn reclassify(
    journal: &Journal,
    model: &Model,
    options: &ReclassifyOptions,
    now: impl Fn() -> Timestamp,
    stop: impl Fn() -> bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<ReclassifyReport, ReclassifyError> {
    let mut report = ReclassifyReport {
        model_version: model.version().to_owned(),
        dry_run: options.dry_run,
        ..ReclassifyReport::default()
    };
    let subjects = conversations(journal, options, &mut report).await;
    let all = subjects.len() as u64;
    for (done, subject) in (0..).zip(subjects) {
        progress(done, all);
        if stop() {
            report.interrupted = true;
            return Ok(report);
        }
        one(journal, model, options, &subject, &now, &mut report).await?;
    }
    progress(all, all);
    Ok(report)
}

/// The conversations with posts in the asked time, in the order of the log.
async fn conversations(journal: &Journal, options: &ReclassifyOptions, report: &mut ReclassifyReport) -> Vec<Subject> {
    let filters = vec![subjects::conversations_of(options.brand.as_ref())];
    let mut tail = journal.tail(TailConfig { filters, after_sequence: 0 });
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut left = tail.pending().await;
    while left > 0 {
        let Some(item) = tail.next().await else { break };
        left = item.pending;
        match &*item.entry {
            Entry::Record(record) => {
                let posts = |fact: &Fact| matches!(fact, Fact::PostReceived(_));
                if record.facts.iter().any(posts) && seen.insert(record.subject.clone()) {
                    found.push(record.subject.clone());
                }
            }
            Entry::Undecodable { .. } => report.unreadable += 1,
            Entry::Due(_) => {}
        }
    }
    found
}

async fn one(
    journal: &Journal,
    model: &Model,
    options: &ReclassifyOptions,
    subject: &Subject,
    now: &impl Fn() -> Timestamp,
    report: &mut ReclassifyReport,
) -> Result<(), ReclassifyError> {
    let loaded = journal.load(subject).await?;
    let mut state = conversation::fold(loaded.records());
    let mut version = loaded.last_sequence;
    let posts: Vec<PostKey> = state.received_posts().filter(|post| asked(options, post)).map(|post| post.key).collect();
    for key in posts {
        let Some(class) = read(model, options, &state, &key, loaded.records(), report) else { continue };
        if options.dry_run {
            let probe = context(subject, &class, options);
            let writes = conversation::decide(&state, &Command::ReclassifyPost(Box::new(class)), &probe);
            count(report, writes.is_ok_and(|facts| !facts.is_empty()));
            continue;
        }
        let at = now();
        let draft = Draft {
            record: record_id(&class, options),
            occurred_at: at,
            now: at,
            actor: Actor::Service(NAME.into()),
            caused_by: None,
            correlation: None,
        };
        let command = Command::ReclassifyPost(Box::new(class));
        let decide =
            |state: &Conversation, context: &conversation::Context| conversation::decide(state, &command, context);
        match journal.transact(subject, draft, Some((state.clone(), version)), decide).await {
            Ok(done) => {
                count(report, done.record.is_some());
                (state, version) = (done.state, done.version);
            }
            // It has moved on since it was read; there is nothing to say of it.
            Err(TransactError::Rejected(_) | TransactError::Elsewhere { .. }) => report.already += 1,
            Err(source) => {
                let conversation = subject.conversation().map(|id| id.to_string()).unwrap_or_default();
                return Err(ReclassifyError::Write { conversation, source });
            }
        }
    }
    Ok(())
}

fn count(report: &mut ReclassifyReport, wrote: bool) {
    match wrote {
        true => report.written += 1,
        false => report.already += 1,
    }
}

fn asked(options: &ReclassifyOptions, post: &Post) -> bool {
    let at = post.clock();
    options.since.is_none_or(|since| at >= since) && options.until.is_none_or(|until| at < until)
}

/// What the model says of a post, counted; none when there is nothing to read.
fn read<'a>(
    model: &Model,
    options: &ReclassifyOptions,
    state: &Conversation,
    key: &PostKey,
    records: impl Iterator<Item = &'a Record>,
    report: &mut ReclassifyReport,
) -> Option<PostClassified> {
    let post = state.post(key)?;
    let Some(first) = &post.class else {
        report.unclassified += 1;
        return None;
    };
    if post.deleted_at.is_some() {
        report.deleted += 1;
        return None;
    }
    let Some(text) = text_of(records, key, first.text_version).filter(|text| !text.trim().is_empty()) else {
        report.erased += 1;
        return None;
    };
    report.posts += 1;
    let mut class = classify(model, *key, text, first.text_version);
    if !options.only.is_empty() {
        for head in Head::ALL.into_iter().filter(|head| !options.only.contains(head)) {
            *class.head_mut(head) = Scored::default();
        }
    }
    compare(first, &class, report);
    Some(class)
}

/// The text of a version: 0 is the first, others are the time of the edit.
fn text_of<'a>(records: impl Iterator<Item = &'a Record>, key: &PostKey, version: i64) -> Option<&'a str> {
    let mut versions = records.flat_map(|record| &record.facts).filter_map(|fact| match fact {
        Fact::PostReceived(fact) if fact.post == *key && version == 0 => Some(fact.personal.text.as_str()),
        Fact::PostEdited(fact) if fact.post == *key && fact.edited_at.as_microsecond() == version => {
            Some(fact.personal.text.as_str())
        }
        // No other fact brings a customer's words.
        _ => None,
    });
    versions.next()
}

/// Model against model: what people said since is left out of it.
fn compare(first: &Class, class: &PostClassified, report: &mut ReclassifyReport) {
    for head in Head::ALL {
        let (old, new) = (first.read_as(head), class.head(head));
        if !new.is_answer() {
            continue;
        }
        let unsure = report.unsure.entry(head.as_str()).or_default();
        unsure.before += u64::from(first.unsure.contains(head));
        unsure.after += u64::from(new.unsure);
        if *old != *new.label {
            let old = if old.is_empty() { "nothing" } else { old };
            let by_language = report.changed.entry(head.as_str()).or_default();
            let changes = by_language.entry(first.read_as(Head::Language).to_owned()).or_default();
            *changes.entry(format!("{old} -> {}", new.label)).or_default() += 1;
        }
    }
}

/// The same model, text and heads are the same record.
fn record_id(class: &PostClassified, options: &ReclassifyOptions) -> RecordId {
    let heads: Vec<&str> = options.only.iter().map(|head| head.as_str()).collect();
    let text = format!("{} {} {}", class.text_version, class.model_version, heads.join(","));
    RecordId::caused("reclassify", &[class.post.as_uuid().as_bytes().as_slice(), text.as_bytes()].concat())
}

fn context(subject: &Subject, class: &PostClassified, options: &ReclassifyOptions) -> conversation::Context {
    conversation::Context {
        conversation: subject.conversation().expect("the filter lets conversations through only"),
        record: record_id(class, options),
        now: Timestamp::UNIX_EPOCH,
    }
}

/// The report for a person at a terminal.
pub fn table(report: &ReclassifyReport) -> String {
    let mut text = format!("model {}: {} posts read\n", report.model_version, report.posts);
    let written = if report.dry_run { "would be written" } else { "written" };
    text.push_str(&format!("  {} {written}, {} there already\n", report.written, report.already));
    for (count, why) in [
        (report.unclassified, "not classified yet"),
        (report.erased, "left out: their words were erased"),
        (report.deleted, "left out: the customer deleted them"),
        (report.unreadable, "records of the log cannot be read by this version"),
    ] {
        if count > 0 {
            text.push_str(&format!("  {count} {why}\n"));
        }
    }
    for (head, unsure) in &report.unsure {
        let languages = report.changed.get(head);
        let changed: u64 = languages.iter().flat_map(|all| all.values()).flat_map(BTreeMap::values).sum();
        text.push_str(&format!("{head}: {changed} changed; unsure {} before, {} after\n", unsure.before, unsure.after));
        for (language, changes) in languages.into_iter().flatten() {
            let mut changes: Vec<_> = changes.iter().collect();
            changes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            for (change, count) in changes {
                text.push_str(&format!("  {language}  {change}  {count}\n"));
            }
        }
    }
    if report.interrupted {
        text.push_str("interrupted; the same command goes on where it stopped\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::state::Correction;

    fn report() -> ReclassifyReport {
        let change =
            |pairs: &[(&str, u64)]| pairs.iter().map(|(change, count)| ((*change).to_owned(), *count)).collect();
        ReclassifyReport {
            model_version: "m2".into(),
            posts: 9,
            already: 2,
            written: 7,
            erased: 1,
            changed: BTreeMap::from([(
                "intent",
                BTreeMap::from([
                    ("en".to_owned(), change(&[("other -> noise", 1), ("question -> complaint", 3)])),
                    ("et".to_owned(), change(&[("nothing -> praise", 1)])),
                ]),
            )]),
            unsure: BTreeMap::from([("intent", Unsure { before: 4, after: 1 }), ("topic", Unsure::default())]),
            ..ReclassifyReport::default()
        }
    }

    #[test]
    fn the_report_says_what_changes_the_most_first() {
        let lines = [
            "model m2: 9 posts read",
            "  7 written, 2 there already",
            "  1 left out: their words were erased",
            "intent: 5 changed; unsure 4 before, 1 after",
            "  en  question -> complaint  3",
            "  en  other -> noise  1",
            "  et  nothing -> praise  1",
            "topic: 0 changed; unsure 0 before, 0 after",
        ];
        assert_eq!(table(&report()).lines().collect::<Vec<_>>(), lines);
        let stopped = table(&ReclassifyReport { dry_run: true, interrupted: true, ..report() });
        assert!(stopped.contains("7 would be written") && stopped.contains("goes on where it stopped"), "{stopped}");
    }

    #[test]
    fn models_are_compared_whatever_a_person_said_since() {
        let scored = |label: &str, unsure| Scored { label: label.into(), confidence: 0.5, unsure, reasons: Vec::new() };
        let corrections = vec![Correction { head: Head::Intent, read_as: "question".into() }];
        let mut first = Class { intent: "complaint".into(), language: "en".into(), corrections, ..Class::default() };
        first.unsure.set(Head::Intent, true);
        let class = PostClassified {
            post: PostKey::from_uuid(uuid::Uuid::nil()),
            model_version: "m2".into(),
            language: scored("en", false),
            sentiment: Scored::default(),
            intent: scored("complaint", false),
            topic: scored("air.delay", true),
            urgency: Scored::default(),
            churn: Scored::default(),
            call: Scored::default(),
            closing: Scored::default(),
            recognised: Vec::new(),
            backend: "compact".into(),
            text_version: 0,
        };
        let mut report = ReclassifyReport::default();
        compare(&first, &class, &mut report);
        assert_eq!(report.changed["intent"]["en"]["question -> complaint"], 1);
        assert_eq!(report.changed["topic"]["en"]["nothing -> air.delay"], 1);
        assert_eq!(report.unsure["intent"], Unsure { before: 1, after: 0 });
        assert_eq!(report.unsure["topic"], Unsure { before: 0, after: 1 });
        assert!(!report.changed.contains_key("language") && !report.unsure.contains_key("sentiment"));
    }
}

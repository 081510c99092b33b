//! The fold of the log: what has come since the last commit, on top of the states that are kept in memory. Nothing
//! here touches the disk, so whatever a commit meets, the fold stands and the commit can be tried again.

use crate::answers::{self, Answers};
use crate::course::Course;
use crate::happened::{self, Step};
use crate::minutes::{self, Minutes};
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Fact, PostKey, Record, Subject};
use jiff::Timestamp;
use journal::{Entry as LogEntry, Item};
use std::collections::{BTreeMap, HashMap};

/// One conversation as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its row in the projection; none until it is first written.
    pub number: Option<i64>,
    pub brand: BrandId,
    pub customer: CustomerId,
    pub state: Conversation,
    pub course: Course,
}

/// What a source handed in, added up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intake {
    pub seen: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub rejected: BTreeMap<String, u64>,
}

/// A post that a rule kept out of the care queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    pub post: PostKey,
    pub brand: BrandId,
    pub channel: String,
    /// By the network's clock; when it was taken in, if the network gave no time.
    pub posted_at: Timestamp,
}

/// How far the log is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    pub sequence: u64,
    /// When the log stored that message, in nanoseconds since 1970: a log that has another message there is another
    /// log.
    pub stored_at: i128,
}

/// A first answer that has just become known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstResponse {
    pub brand: BrandId,
    pub channel: String,
    pub seconds: i64,
}

/// The fold, with what is not written yet.
#[derive(Default)]
pub struct Fold {
    /// States touched since the memory was last tidied, and those before them.
    fresh: HashMap<ConversationId, Entry>,
    aged: HashMap<ConversationId, Entry>,
    /// Conversations that differ from what is written.
    pub dirty: Vec<ConversationId>,
    dirty_seen: std::collections::HashSet<ConversationId>,
    pub minutes: Minutes,
    pub answers: Answers,
    pub filtered: Vec<Filtered>,
    /// Filtered posts that a person has brought back.
    pub brought_back: Vec<PostKey>,
    pub happened: Vec<Step>,
    pub intake: HashMap<(BrandId, String), Intake>,
    pub position: Position,
    /// Answers to posts that are no history; whoever observes them takes them out.
    pub first_responses: Vec<FirstResponse>,
    /// Records that this version cannot read.
    pub undecodable: u64,
}

/// The conversation whose state is needed to fold an item.
pub fn conversation_of(item: &Item) -> Option<ConversationId> {
    match &*item.entry {
        LogEntry::Record(record) => record.subject.conversation(),
        LogEntry::Due(_) | LogEntry::Undecodable { .. } => None,
    }
}

impl Fold {
    /// A fold that goes on from a position.
    pub fn from(position: Position) -> Self {
        Fold { position, ..Fold::default() }
    }

    /// Whether a state is in memory.
    pub fn holds(&self, id: &ConversationId) -> bool {
        self.fresh.contains_key(id) || self.aged.contains_key(id)
    }

    /// Takes a state that was read from the projection into memory.
    pub fn remember(&mut self, id: ConversationId, entry: Entry) {
        self.fresh.insert(id, entry);
    }

    pub fn entry(&self, id: &ConversationId) -> Option<&Entry> {
        self.fresh.get(id).or_else(|| self.aged.get(id))
    }

    /// Notes the row that a conversation was given.
    pub fn number(&mut self, id: &ConversationId, number: i64) {
        if let Some(entry) = self.fresh.get_mut(id).or_else(|| self.aged.get_mut(id)) {
            entry.number = Some(number);
        }
    }

    /// Folds the next item of the log. The state of its conversation must be in memory if it has one; a conversation
    /// that is not is taken for new.
    pub fn take(&mut self, item: &Item) {
        match &*item.entry {
            LogEntry::Record(record) => self.record(record),
            LogEntry::Undecodable { reason } => {
                self.undecodable += 1;
                tracing::error!(sequence = item.sequence, reason, "a record cannot be read; it is in no measure");
            }
            LogEntry::Due(_) => {}
        }
        self.position = Position { sequence: item.sequence, stored_at: item.stored_at.as_nanosecond() };
    }

    fn record(&mut self, record: &Record) {
        match &record.subject {
            Subject::Conversation { brand, customer, conversation } => {
                self.conversation(brand, *customer, *conversation, record);
            }
            Subject::Filtered { brand, .. } => self.keep_filtered(brand, record),
            Subject::Brand { brand } => {
                self.count_intake(brand, record);
                self.happen(brand, record);
            }
            Subject::Customer { brand, .. } => self.happen(brand, record),
            Subject::Notice { brand, .. } => {
                self.happen(brand, record);
                self.happened.extend(happened::news(brand, record).map(Step::Happened));
                self.happened.extend(happened::ended(record).map(Step::Ended));
            }
        }
    }

    fn conversation(&mut self, brand: &BrandId, customer: CustomerId, id: ConversationId, record: &Record) {
        if let Some(entry) = self.aged.remove(&id) {
            self.fresh.insert(id, entry);
        }
        let entry = self.fresh.entry(id).or_insert_with(|| Entry {
            number: None,
            brand: brand.clone(),
            customer,
            state: Conversation::default(),
            course: Course::default(),
        });
        if entry.state.seen.contains(&record.id) {
            return;
        }
        let answers = record.facts.iter().any(|fact| matches!(fact, Fact::ReplySent(_) | Fact::ReplyObserved(_)));
        let unanswered = answers && entry.state.first_response_seconds().is_none();
        let before = minutes::before(&entry.state, record);
        let classes = answers::touched(record);
        self.answers.take_out(brand, &entry.state, &classes);
        conversation::evolve(&mut entry.state, record);
        entry.course.evolve(record);
        self.answers.put_in(brand, &entry.state, &classes);
        forget_words(&mut entry.state, record);
        self.minutes.note(brand, before, &entry.state, record);
        let known = unanswered && !entry.state.backfill_only;
        if let Some(seconds) = entry.state.first_response_seconds().filter(|_| known) {
            let channel = entry.state.network.as_ref().map(ToString::to_string).unwrap_or_default();
            self.first_responses.push(FirstResponse { brand: brand.clone(), channel, seconds });
        }
        if self.dirty_seen.insert(id) {
            self.dirty.push(id);
        }
    }

    fn happen(&mut self, brand: &BrandId, record: &Record) {
        self.happened.extend(happened::of(brand, record).map(Step::Happened));
    }

    fn keep_filtered(&mut self, brand: &BrandId, record: &Record) {
        for fact in &record.facts {
            if let Fact::PostBroughtBack(back) = fact {
                self.brought_back.push(back.post);
            }
            if let Fact::PostFiltered(filtered) = fact {
                let post = &filtered.post;
                let posted_at = post.posted_at.map_or(record.occurred_at, |at| at.min(record.occurred_at));
                self.filtered.push(Filtered {
                    post: post.post,
                    brand: brand.clone(),
                    channel: post.network.to_string(),
                    posted_at,
                });
            }
        }
    }

    fn count_intake(&mut self, brand: &BrandId, record: &Record) {
        for fact in &record.facts {
            if let Fact::IntakeCounted(counted) = fact {
                let intake = self.intake.entry((brand.clone(), counted.source.clone())).or_default();
                intake.seen += counted.seen;
                intake.accepted += counted.accepted;
                intake.duplicate += counted.duplicate;
                intake.filtered += counted.filtered;
                for (reason, count) in &counted.rejected {
                    *intake.rejected.entry(reason.clone()).or_default() += count;
                }
            }
        }
    }

    /// Whether there is nothing to write.
    pub fn is_clean(&self, written: Position) -> bool {
        self.position == written
    }

    /// Everything is written. States beyond about `keep` leave the memory, those untouched for longest first.
    pub fn written(&mut self, keep: usize) {
        self.dirty.clear();
        self.dirty_seen.clear();
        self.minutes.clear();
        self.answers.clear();
        self.filtered.clear();
        self.brought_back.clear();
        self.happened.clear();
        self.intake.clear();
        if self.fresh.len() > keep / 2 {
            self.aged = std::mem::take(&mut self.fresh);
        }
    }
}

/// What customers wrote is not needed to measure, and is kept neither in memory nor in the projection.
fn forget_words(state: &mut Conversation, record: &Record) {
    for fact in &record.facts {
        let key = match fact {
            Fact::PostReceived(post) => post.post,
            Fact::PostEdited(edit) => edit.post,
            // No other fact brings words into the state.
            _ => continue,
        };
        if let Some(post) = state.posts.iter_mut().find(|post| post.key == key) {
            post.pending_text = None;
            post.pending_author = None;
            post.native_id = "".into();
        }
    }
}

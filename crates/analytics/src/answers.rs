//! How often people put the classifier right: what it answered of the posts as they stand, head by head, and how many
//! of these answers a person says otherwise of. The counts change by what a record changes in the state, so a record
//! that comes twice counts once.

use conversation::classified::Head;
use conversation::{BrandId, Conversation, Fact, PostKey, Record};
use std::collections::HashMap;

/// What an answer is counted under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub brand: BrandId,
    /// As the classifier read it, whatever a person says.
    pub language: Box<str>,
    pub head: Head,
    pub model_version: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    pub classified: i64,
    pub corrected: i64,
}

/// Changes not yet written.
#[derive(Debug, Default)]
pub struct Answers {
    changes: HashMap<Key, Change>,
}

/// The posts whose class a record may change.
pub fn touched(record: &Record) -> Vec<PostKey> {
    let mut posts: Vec<PostKey> = record.facts.iter().filter_map(of_class).collect();
    posts.sort_unstable();
    posts.dedup();
    posts
}

fn of_class(fact: &Fact) -> Option<PostKey> {
    match fact {
        Fact::PostClassified(fact) => Some(fact.post),
        Fact::ClassificationCorrected(fact) => Some(fact.post),
        // No other fact says what a post is.
        _ => None,
    }
}

impl Answers {
    /// Takes the answers of these posts out of the counts; to be asked before a record is folded.
    pub fn take_out(&mut self, brand: &BrandId, state: &Conversation, posts: &[PostKey]) {
        self.count(brand, state, posts, -1);
    }

    /// Puts the answers of these posts into the counts; to be asked after it.
    pub fn put_in(&mut self, brand: &BrandId, state: &Conversation, posts: &[PostKey]) {
        self.count(brand, state, posts, 1);
    }

    fn count(&mut self, brand: &BrandId, state: &Conversation, posts: &[PostKey], by: i64) {
        for class in posts.iter().filter_map(|post| state.post(post)?.class.as_ref()) {
            for head in Head::ALL.into_iter().filter(|head| !class.read_as(*head).is_empty()) {
                let key = Key {
                    brand: brand.clone(),
                    language: class.read_as(Head::Language).into(),
                    head,
                    model_version: class.model_version.clone(),
                };
                let change = self.changes.entry(key).or_default();
                change.classified += by;
                change.corrected += by * i64::from(class.is_corrected(head));
            }
        }
    }

    pub fn changes(&self) -> impl Iterator<Item = (&Key, &Change)> {
        self.changes.iter().filter(|(_, change)| **change != Change::default())
    }

    pub fn clear(&mut self) {
        self.changes.clear();
    }
}

//! Files of conversations as the log that importing them would leave, in memory: the same plan of ingest, the same
//! classifier, the same decisions, and no server. What reads such a log says of past years what it would say of today.

use brand::Brand;
use classifier::model::Model;
use classifier::serve;
use conversation::{BrandId, Command, Context, Conversation, ConversationId, Record, Rejection, Subject};
use ingest::conversations_file::Message;
use ingest::{Places, Plan, Refused, Verdict, Write};
use jiff::Timestamp;
use journal::Draft;
use std::collections::HashMap;
use thiserror::Error;

const SOURCE: &str = "import";
/// The longest text that ingest takes by default, in bytes.
const TEXT_MOST_BYTES: usize = 131_072;
/// How many conversations of a customer's chain may be tried, as in ingest.
const PLACES_MAX: usize = 16;

/// Why a message is not taken.
#[derive(Debug, Error)]
pub enum NotTaken {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub verdict: Verdict,
    /// None for one that was filtered.
    pub conversation: Option<ConversationId>,
}

/// The log as it stands.
pub struct Archive<'m> {
    model: &'m Model,
    /// When the import happens.
    now: Timestamp,
    places: Places,
    brands: HashMap<BrandId, Brand>,
    states: HashMap<ConversationId, Conversation>,
}

impl<'m> Archive<'m> {
    pub fn new(model: &'m Model, now: Timestamp) -> Self {
        let (places, brands, states) = (Places::default(), HashMap::new(), HashMap::new());
        Archive { model, now, places, brands, states }
    }

    /// Takes a message as an import does; the records that it leaves come out.
    ///
    /// # Errors
    /// Why it is not taken; nothing of it has happened.
    pub fn take(&mut self, message: Message) -> Result<(Taken, Vec<Record>), NotTaken> {
        let item = ingest::import::item(message)?;
        ingest::check(&item, TEXT_MOST_BYTES)?;
        let id = item.brand().clone();
        let brand = self.brands.entry(id).or_insert_with_key(|id| Brand::builtin(id.as_str()));
        match ingest::plan(&self.places, brand, item, SOURCE, self.now)? {
            Plan::Seen(seen) => {
                let taken = Taken { verdict: Verdict::Duplicate, conversation: seen.conversation };
                Ok((taken, Vec::new()))
            }
            Plan::Filter(record) => {
                self.places.fold(&record);
                Ok((Taken { verdict: Verdict::Filtered, conversation: None }, vec![*record]))
            }
            Plan::Write(write) => self.write(*write),
        }
    }

    fn write(&mut self, mut write: Write) -> Result<(Taken, Vec<Record>), NotTaken> {
        let mut refused = Rejection::AlreadyResolved;
        for _ in 0..PLACES_MAX {
            let decided =
                self.decide(&write.subject(), write.draft(self.now), |state, context| write.decide(state, context));
            match decided {
                Ok(record) => {
                    let conversation = Some(write.place.conversation);
                    let verdict = if record.is_some() { Verdict::Accepted } else { Verdict::Duplicate };
                    let read = record.as_ref().map(|record| self.classify(record)).transpose()?;
                    let records = record.into_iter().chain(read.into_iter().flatten()).collect();
                    return Ok((Taken { verdict, conversation }, records));
                }
                Err(rejection) if write.move_on(&self.places, &rejection) => refused = rejection,
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Err(refused.into())
    }

    /// What the classifier says of the posts of a record.
    fn classify(&mut self, record: &Record) -> Result<Vec<Record>, Rejection> {
        let mut said = Vec::new();
        for fact in &record.facts {
            // An import brings posts and answers; of answers nothing is said.
            let Some(text) = serve::text_of(fact) else { continue };
            let class = serve::classify(self.model, text.post, text.text, text.version);
            let draft = serve::draft(&text, record, self.now);
            let command = Command::ClassifyPost(Box::new(class));
            let decide = |state: &Conversation, context: &Context| conversation::decide(state, &command, context);
            said.extend(self.decide(&record.subject, draft, decide)?);
        }
        Ok(said)
    }

    /// Decides on a conversation as it stands; none when it is so already.
    fn decide(
        &mut self,
        subject: &Subject,
        draft: Draft,
        decide: impl Fn(&Conversation, &Context) -> conversation::Decision,
    ) -> Result<Option<Record>, Rejection> {
        let conversation = subject.conversation().expect("only conversations are decided on");
        let state = self.states.entry(conversation).or_default();
        let facts = decide(state, &Context { conversation, record: draft.record, now: draft.now })?;
        if facts.is_empty() {
            return Ok(None);
        }
        let record = draft.record(subject, facts);
        conversation::evolve(state, &record);
        self.places.fold(&record);
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversation::Network;
    use ingest::conversations_file::{Defaults, read_lines};

    const THREADS: &str = r#"
{"id":"p1","thread":"p1","seq":0,"role":"customer","author":"42","ts":"2020-05-04T09:00:00Z","in_reply_to":null,"text":"My hub is dead, this is awful","meta":{"brand":"Aurora Air"}}
{"id":"r1","thread":"p1","seq":1,"role":"agent","author":"AuroraHelp","ts":"2020-05-04T09:05:00Z","in_reply_to":"p1","text":"So sorry! Which model is it? ^Kim"}
{"id":"p2","thread":"p1","seq":2,"role":"customer","author":"42","ts":"2020-05-04T09:07:00Z","in_reply_to":"r1","text":"The old one. Thanks"}
{"id":"q1","thread":"q1","seq":0,"role":"customer","author":"customer","ts":null,"in_reply_to":null,"text":"hello?","meta":{"brand":"Aurora Air"}}
"#;

    fn read() -> Vec<Message> {
        let defaults = Defaults { brand: None, network: Network::new("x").unwrap() };
        read_lines(THREADS.as_bytes(), &defaults).unwrap().messages
    }

    #[test]
    fn a_thread_becomes_a_conversation_that_is_read_and_answered() {
        let model = Model::shipped();
        let now: Timestamp = "2026-05-04T09:00:00Z".parse().unwrap();
        let mut archive = Archive::new(&model, now);
        let mut records = Vec::new();
        let mut conversations = Vec::new();
        for message in read() {
            let (taken, more) = archive.take(message).unwrap();
            assert_eq!(taken.verdict, Verdict::Accepted);
            conversations.push(taken.conversation.unwrap());
            records.extend(more);
        }
        assert_eq!(conversations[..2], conversations[1..3]);
        assert_ne!(conversations[0], conversations[3]);
        // Each post and what it is read as, and an answer that nothing is said of.
        assert_eq!(records.len(), 3 * 2 + 1);
        let state = &archive.states[&conversations[0]];
        assert_eq!((state.answers(), state.first_response_seconds()), (1, Some(300)));
        assert!(state.backfill_only && state.received_posts().all(|post| post.class.is_some()));

        let again = archive.take(read().remove(0)).unwrap();
        assert_eq!((again.0.verdict, again.1.len()), (Verdict::Duplicate, 0), "the same message again changes nothing");
    }
}

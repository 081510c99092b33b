//! Posts that rules kept out of the care queue: they can be listed, searched, brought back, and tried against new rules. They
//! stand in the log only, so they are read there; it is a person who waits, and not a customer.

use crate::intake::{Outcome, Refused, Verdict};
use crate::plan;
use crate::receive::Receiver;
use brand::{Brand, PostView};
use conversation::received::{HandleUse, PostBroughtBack, PostFiltered, PostReceived};
use conversation::{Actor, BrandId, Fact, PersonId, PostKey, Record, RecordId, Subject};
use journal::{AppendError, Draft, Entry, JournalError, TailConfig};
use std::collections::{HashMap, HashSet, VecDeque};

/// One post that was kept out.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub fact: PostFiltered,
    /// Its place in the log.
    pub sequence: u64,
    pub brought_back: bool,
}

/// Which of them are wanted; empty texts want all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub rule: String,
    pub kept_as: String,
    /// A part of the text, in any case.
    pub search: String,
}

/// A post as it is stored, and whether it waits in the care queue.
#[derive(Debug, Clone)]
pub struct StoredPost {
    pub post: PostReceived,
    /// The rule that keeps it out today.
    pub kept_by: Option<String>,
}

/// How many records before the newest are looked through for each stored post that is wanted: a conversation writes several.
const RECORDS_PER_POST: u64 = 16;

impl Receiver {
    /// The newest `most` of the brand's posts that were kept out, the newest first.
    pub async fn kept(&self, brand: &BrandId, wanted: &Wanted, most: usize) -> Result<Vec<Kept>, JournalError> {
        let filter = format!("earshot.*.{brand}.filtered.*");
        let mut newest: VecDeque<Kept> = VecDeque::new();
        let mut back: HashSet<PostKey> = HashSet::new();
        let search = wanted.search.to_lowercase();
        let mut tail = self.journal.tail(TailConfig { filters: vec![filter], after_sequence: 0 });
        while tail.pending().await > 0 {
            let Some(item) = tail.next().await else { break };
            let Entry::Record(record) = &*item.entry else { continue };
            for fact in &record.facts {
                match fact {
                    Fact::PostFiltered(fact) if wants(wanted, &search, fact) => {
                        if newest.len() == most {
                            newest.pop_front();
                        }
                        newest.push_back(Kept { fact: fact.clone(), sequence: item.sequence, brought_back: false });
                    }
                    Fact::PostBroughtBack(fact) => {
                        back.insert(fact.post);
                    }
                    // No other fact stands on such a subject.
                    _ => {}
                }
            }
        }
        let mark = |kept: Kept| Kept { brought_back: back.contains(&kept.fact.post.post), ..kept };
        Ok(newest.into_iter().rev().map(mark).collect())
    }

    /// Lets a post that was kept out go on as any other. Safe to repeat.
    ///
    /// # Errors
    /// [`Refused::Invalid`] when no rule kept it out; [`Refused::Unavailable`] asks to try again.
    pub async fn bring_back(
        &self,
        key: PostKey,
        person: &PersonId,
        reason: &str,
        request: RecordId,
    ) -> Result<Outcome, Refused> {
        let subject = self.index.read().filtered_subject(&key).ok_or_else(|| {
            Refused::invalid("unknown_post", "post_key", "names no post that a rule kept out", "list them first")
        })?;
        let loaded = self.journal.load(&subject).await.map_err(unavailable)?;
        let facts = || loaded.records().flat_map(|record| &record.facts);
        let back = facts().any(|fact| matches!(fact, Fact::PostBroughtBack(_)));
        let filtered = facts().find_map(|fact| match fact {
            Fact::PostFiltered(filtered) => Some(filtered.clone()),
            _ => None,
        });
        let filtered = filtered.ok_or(Refused::Unavailable)?;
        if !back {
            let now = self.clock.now();
            let actor = Actor::Person(person.clone());
            let draft = Draft { record: request, occurred_at: now, now, actor, caused_by: None, correlation: None };
            let fact = PostBroughtBack { post: key, person: person.clone(), reason: reason.to_owned() };
            let record = draft.record(&subject, vec![fact.into()]);
            match self.journal.append(&record, loaded.last_sequence).await {
                // Somebody else brought it back a moment ago.
                Ok(_) | Err(AppendError::Conflict { .. }) => self.index.fold(&record),
                Err(error) => return Err(unavailable(error)),
            }
        }
        self.let_in(subject.brand(), &filtered).await
    }

    /// Posts that were brought back, and had not gone on when this process ended last.
    pub async fn finish_returns(&self) {
        let returning: Vec<Subject> = self.index.read().returning();
        for subject in returning {
            let Ok(loaded) = self.journal.load(&subject).await else { continue };
            let filtered = loaded.records().flat_map(|record| &record.facts).find_map(|fact| match fact {
                Fact::PostFiltered(filtered) => Some(filtered.clone()),
                _ => None,
            });
            let Some(filtered) = filtered else { continue };
            if self.let_in(subject.brand(), &filtered).await.is_err() {
                tracing::warn!("a post that was brought back waits until the service starts again");
            }
        }
    }

    async fn let_in(&self, brand: &BrandId, filtered: &PostFiltered) -> Result<Outcome, Refused> {
        let known = self.index.read().post(&filtered.post.post);
        if let Some(known) = known {
            let (post, rule) = (Some(filtered.post.post), String::new());
            return Ok(Outcome { verdict: Verdict::Duplicate, conversation: Some(known.conversation), post, rule });
        }
        let write = plan::returned(&self.index.read(), brand, &filtered.post, self.clock.now());
        self.carry_out(write).await
    }

    /// The brand's newest stored posts, whether in care or kept out: at most `most`, the oldest first.
    pub async fn stored(&self, brand: &BrandId, most: usize) -> Result<Vec<StoredPost>, JournalError> {
        let last = self.journal.last_sequence().await?;
        let filters = ["conversation", "filtered"].map(|kind| format!("earshot.*.{brand}.{kind}.*")).to_vec();
        let after_sequence = last.saturating_sub(RECORDS_PER_POST * most as u64);
        let mut tail = self.journal.tail(TailConfig { filters, after_sequence });
        let mut newest: VecDeque<StoredPost> = VecDeque::new();
        let mut kept: HashMap<PostKey, String> = HashMap::new();
        while tail.pending().await > 0 {
            let Some(item) = tail.next().await else { break };
            let Entry::Record(record) = &*item.entry else { continue };
            for post in posts_of(record, &mut kept) {
                if newest.len() == most {
                    newest.pop_front();
                }
                newest.push_back(StoredPost { post, kept_by: None });
            }
        }
        let mark = |stored: StoredPost| StoredPost { kept_by: kept.get(&stored.post.post).cloned(), ..stored };
        Ok(newest.into_iter().map(mark).collect())
    }
}

/// The posts of a record, each once in all; notes in `kept` what keeps which out, until it is brought back.
fn posts_of(record: &Record, kept: &mut HashMap<PostKey, String>) -> Vec<PostReceived> {
    let mut posts = Vec::new();
    for fact in &record.facts {
        match fact {
            // One that was brought back is in the set already.
            Fact::PostReceived(post) if kept.remove(&post.post).is_none() => posts.push(post.clone()),
            Fact::PostFiltered(fact) => {
                kept.insert(fact.post.post, fact.rule.clone());
                posts.push((*fact.post).clone());
            }
            // The others bring no post.
            _ => {}
        }
    }
    posts
}

fn wants(wanted: &Wanted, search: &str, fact: &PostFiltered) -> bool {
    (wanted.rule.is_empty() || wanted.rule == fact.rule)
        && (wanted.kept_as.is_empty() || wanted.kept_as == fact.kept_as.as_str())
        && (search.is_empty() || fact.post.personal.text.to_lowercase().contains(search))
}

fn unavailable(error: impl std::fmt::Display) -> Refused {
    tracing::warn!(%error, "the log cannot be reached; whoever asked is told to try again");
    Refused::Unavailable
}

/// What one filter of new settings would have caught.
#[derive(Debug, Clone, PartialEq)]
pub struct Previewed {
    pub rule: String,
    pub kept_as: &'static str,
    pub caught: u32,
    /// Of those, how many wait in the care queue today.
    pub in_care_today: u32,
    /// Places of some of them among the posts.
    pub examples: Vec<usize>,
}

/// What the filters of these settings would have made of stored posts, and how many would come through that are kept out
/// today. A private message and what answers an open matter are never kept out, whatever the filters say.
pub fn preview(brand: &Brand, posts: &[StoredPost], examples_most: usize) -> (Vec<Previewed>, u32) {
    let views: Vec<PostView<'_>> = posts.iter().map(|stored| view(&stored.post)).collect();
    let caught = brand.would_filter(views.iter().copied());
    let mut held: HashSet<usize> = HashSet::new();
    let previewed = caught
        .into_iter()
        .map(|filter| {
            let public: Vec<usize> = filter.posts.into_iter().filter(|at| !posts[*at].post.private).collect();
            held.extend(&public);
            Previewed {
                rule: filter.rule,
                kept_as: filter.kept_as.as_str(),
                caught: count(public.len()),
                in_care_today: count(public.iter().filter(|at| posts[**at].kept_by.is_none()).count()),
                examples: public.into_iter().rev().take(examples_most).collect(),
            }
        })
        .collect();
    let let_through = posts.iter().enumerate().filter(|(at, stored)| stored.kept_by.is_some() && !held.contains(at));
    (previewed, count(let_through.count()))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A post as the brand's filters see it.
pub fn view(post: &PostReceived) -> PostView<'_> {
    PostView {
        text: &post.personal.text,
        network: post.network.as_str(),
        private: post.private,
        followers: post.followers,
        handle_use: match post.handle_use {
            HandleUse::None => "",
            HandleUse::Main => "main",
            HandleUse::Care => "care",
        },
        region: &post.region,
        tier: &post.tier,
        attachments: count(post.personal.attachments.len()),
        is_reply: !post.parent_native_id.is_empty(),
        author: &post.personal.author_handle,
        language: &post.language,
        ..PostView::default()
    }
}

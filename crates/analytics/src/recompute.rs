//! The measures a second time: from the log, in plain code over plain lists, sharing neither the tables nor the queries nor
//! the figures of the projection. What both say is right unless both are wrong in the same way; [`crate::verify()`] and
//! the tests hold them against each other.

mod figures;
mod plain;
mod told;

use crate::happened;
use crate::query::{Dimension, Query};
use conversation::classified::Head;
use conversation::state::ReplyStatus;
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Fact, NoticeId, PostKey, Record, Subject};
use jiff::Timestamp;
use journal::{Entry, Journal, TailConfig};
use std::collections::{BTreeMap, HashMap, HashSet};
use told::Told;
use wire::pb::analytics::{CorrectionRow, IntakeRow, MeasureRow, MinuteCount};

/// The whole log, folded.
#[derive(Debug, Default)]
pub struct Recomputed {
    /// The newest record that is in.
    pub sequence: u64,
    pub records: u64,
    conversations: HashMap<ConversationId, (BrandId, Conversation)>,
    told: HashMap<ConversationId, Told>,
    /// The first record that filtered each post: brand, channel, time.
    filtered: HashMap<PostKey, (String, String, Timestamp)>,
    brought_back: HashSet<PostKey>,
    /// The first record of each surge, exception and promise, by its kind and id: brand and time.
    happened: HashMap<(&'static str, [u8; 16]), (String, Timestamp)>,
    /// The first record of each notice: whether it is to a person, its brand and time.
    notices: HashMap<NoticeId, (bool, String, Timestamp)>,
    /// How each ended: whether it arrived.
    notice_ends: HashMap<NoticeId, bool>,
    breaches: Vec<(BrandId, Timestamp)>,
    intake: BTreeMap<(String, String), IntakeRow>,
}

/// Reads the log from the start to the record with the sequence `until`, or to its present end, and folds it.
pub async fn recompute(journal: &Journal, until: Option<u64>) -> Recomputed {
    let mut tail = journal.tail(TailConfig { filters: crate::followed(), after_sequence: 0 });
    let mut recomputed = Recomputed::default();
    let mut left = tail.pending().await;
    while left > 0 {
        let Some(item) = tail.next().await else { break };
        left = item.pending;
        if until.is_some_and(|until| item.sequence > until) {
            break;
        }
        recomputed.sequence = item.sequence;
        if let Entry::Record(record) = &*item.entry {
            recomputed.add(record);
        }
    }
    recomputed
}

/// Conversations that proved to be one.
struct Family<'a> {
    brand: &'a BrandId,
    customer: Option<CustomerId>,
    root: &'a Conversation,
    members: Vec<&'a Conversation>,
    /// What was told of each member, in their order.
    told: Vec<&'a Told>,
}

impl Family<'_> {
    fn sum(&self, figure: impl Fn(&Conversation) -> u64) -> u64 {
        self.members.iter().map(|state| figure(state)).sum()
    }

    /// How often a kind of fact was told of any of them.
    fn times(&self, fact: &str) -> u64 {
        self.told.iter().map(|told| told.times(fact)).sum()
    }

    /// Resolved with exactly one answer, without a hand-off, and never come back.
    fn is_one_touch(&self) -> bool {
        self.root.resolved_at.is_some()
            && self.sum(|state| state.answers() as u64) == 1
            && self.sum(|state| u64::from(state.hand_offs) + u64::from(state.reopened)) == 0
    }
}

impl Recomputed {
    /// Folds the next record.
    pub fn add(&mut self, record: &Record) {
        self.records += 1;
        let brand = record.subject.brand();
        if let Subject::Conversation { customer, conversation, .. } = &record.subject {
            let (_, state) =
                self.conversations.entry(*conversation).or_insert_with(|| (brand.clone(), Conversation::default()));
            let repeated = state.seen.contains(&record.id);
            conversation::evolve(state, record);
            if !repeated {
                let told = self.told.entry(*conversation).or_default();
                told.customer.get_or_insert(*customer);
                told.note(record);
            }
            for fact in record.facts.iter().filter(|_| !repeated) {
                if let Fact::DeadlineBreached(breach) = fact {
                    self.breaches.push((brand.clone(), breach.noticed_at));
                }
            }
            return;
        }
        for fact in &record.facts {
            match fact {
                Fact::PostFiltered(filtered) => {
                    let at = filtered.post.posted_at.unwrap_or(record.occurred_at).min(record.occurred_at);
                    let known = (brand.to_string(), filtered.post.network.to_string(), at);
                    self.filtered.entry(filtered.post.post).or_insert(known);
                }
                Fact::PostBroughtBack(back) => {
                    self.brought_back.insert(back.post);
                }
                Fact::IntakeCounted(counted) => self.add_intake(brand, counted),
                Fact::SurgeDetected(surge) => {
                    self.happens(happened::SURGE, surge.incident.as_uuid(), brand, surge.first_post_at);
                }
                Fact::ExceptionGranted(_) => {
                    self.happens(happened::EXCEPTION, record.id.as_uuid(), brand, record.occurred_at);
                }
                Fact::PromiseMade(made) => {
                    self.happens(happened::PROMISE_MADE, made.promise.as_uuid(), brand, record.occurred_at);
                }
                Fact::PromiseKept(kept) => {
                    self.happens(happened::PROMISE_KEPT, kept.promise.as_uuid(), brand, record.occurred_at);
                }
                Fact::ShiftPostSubmitted(post) => self.notice(post.notice, false, record),
                Fact::PersonNoticeSubmitted(told) => {
                    self.notice(told.notice, true, record);
                    self.happens(happened::NEWS, record.id.as_uuid(), brand, record.occurred_at);
                }
                Fact::PersonNoticeExtended(_) => {
                    self.happens(happened::NEWS, record.id.as_uuid(), brand, record.occurred_at);
                }
                Fact::NoticeSent(sent) => self.notice_ends(sent.notice, true),
                Fact::NoticeFailed(failed) if failed.is_final => self.notice_ends(failed.notice, false),
                // Settings, presence and profiles measure nothing.
                _ => {}
            }
        }
    }

    fn happens(&mut self, kind: &'static str, id: uuid::Uuid, brand: &BrandId, at: Timestamp) {
        self.happened.entry((kind, id.into_bytes())).or_insert((brand.to_string(), at));
    }

    fn notice(&mut self, notice: NoticeId, to_person: bool, record: &Record) {
        let known = (to_person, record.subject.brand().to_string(), record.occurred_at);
        self.notices.entry(notice).or_insert(known);
    }

    /// The log never says that a notice ended which it does not know, or that it ended in two ways.
    fn notice_ends(&mut self, notice: NoticeId, arrived: bool) {
        if self.notices.contains_key(&notice) {
            self.notice_ends.entry(notice).or_insert(arrived);
        }
    }

    fn add_intake(&mut self, brand: &BrandId, counted: &conversation::brand_facts::IntakeCounted) {
        let row = self.intake.entry((brand.to_string(), counted.source.clone())).or_default();
        (row.brand, row.source) = (brand.to_string(), counted.source.clone());
        row.seen += counted.seen;
        row.accepted += counted.accepted;
        row.duplicate += counted.duplicate;
        row.filtered += counted.filtered;
        for (reason, count) in &counted.rejected {
            row.rejected += count;
            *row.rejected_by_reason.entry(reason.clone()).or_default() += count;
        }
    }

    /// The loss ledger.
    pub fn intake(&self) -> Vec<IntakeRow> {
        self.intake.values().cloned().collect()
    }

    /// What the classifier answered of every post as it stands, and what people put right of it.
    pub fn corrections(&self) -> Vec<CorrectionRow> {
        let mut rows: BTreeMap<[String; 4], CorrectionRow> = BTreeMap::new();
        for (brand, state) in self.conversations.values() {
            for class in state.posts.iter().filter_map(|post| post.class.as_ref()) {
                let put_right = |head: &str| class.corrections.iter().find(|known| known.head.as_str() == head);
                for head in ["language", "sentiment", "intent", "topic", "urgency", "churn", "call", "closing"] {
                    let said = |head: &str| {
                        let stands = Head::parse(head).map_or("", |head| class.label(head));
                        put_right(head).map_or(stands, |correction| &correction.read_as).to_owned()
                    };
                    if said(head).is_empty() {
                        continue;
                    }
                    let key = [brand.to_string(), said("language"), head.to_owned(), class.model_version.to_string()];
                    let row = rows.entry(key).or_default();
                    row.classified += 1;
                    row.corrected += u64::from(put_right(head).is_some());
                }
            }
        }
        let named = rows.into_iter().map(|([brand, language, head, model_version], row)| CorrectionRow {
            brand,
            language,
            head,
            model_version,
            corrected_share: ratio(row.corrected, row.classified),
            ..row
        });
        named.collect()
    }

    /// Where the merges of a conversation lead; the smallest id of a ring if they lead round.
    fn root(&self, id: ConversationId) -> ConversationId {
        let mut seen = vec![id];
        while let Some((_, state)) = self.conversations.get(&seen[seen.len() - 1]) {
            let Some(next) = state.merged_into else { break };
            if let Some(at) = seen.iter().position(|known| *known == next) {
                return seen[at..].iter().copied().fold(next, ConversationId::min);
            }
            seen.push(next);
        }
        seen[seen.len() - 1]
    }

    fn families(&self) -> Vec<Family<'_>> {
        let mut families: HashMap<ConversationId, Family<'_>> = HashMap::new();
        for (id, (brand, state)) in &self.conversations {
            if self.root(*id) == *id {
                let told = &self.told[id];
                let family =
                    Family { brand, customer: told.customer, root: state, members: vec![state], told: vec![told] };
                families.insert(*id, family);
            }
        }
        for (id, (_, state)) in &self.conversations {
            let root = self.root(*id);
            if root != *id
                && let Some(family) = families.get_mut(&root)
            {
                family.members.push(state);
                family.told.push(&self.told[id]);
            }
        }
        families.into_values().filter(|family| family.root.first_post_at().is_some()).collect()
    }

    /// How many conversations that a query's filter lets through were resolved in one touch, whatever its groups.
    pub fn one_touch_resolutions(&self, query: &Query) -> u64 {
        self.families().iter().filter(|family| wanted(family, query) && family.is_one_touch()).count() as u64
    }

    /// All measures of the groups that a query asks for, as of `now`, in the order of their groups.
    pub fn rows(&self, query: &Query, now: Timestamp) -> Vec<MeasureRow> {
        let mut groups: BTreeMap<Vec<String>, (MeasureRow, Vec<Family<'_>>)> = BTreeMap::new();
        if query.group_by.is_empty() {
            groups.insert(Vec::new(), (MeasureRow::default(), Vec::new()));
        }
        for family in self.families() {
            let place = place(&family, query);
            if wanted(&family, query) {
                groups.entry(query.key(&place)).or_insert((place, Vec::new())).1.push(family);
            }
        }
        for (brand, channel, at) in self.filtered.values() {
            let filter = &query.filter;
            let named = |asked: &str, has: &str| asked.is_empty() || asked == has;
            if named(&filter.brand, brand)
                && named(&filter.team, "")
                && named(&filter.channel, channel)
                && named(&filter.language, "")
                && within_period(*at, query)
            {
                let place = keep(query, [brand, "", channel, ""]);
                groups.entry(query.key(&place)).or_insert((place, Vec::new())).0.filtered += 1;
            }
        }
        groups.into_values().map(|(row, families)| measure(row, &families, now)).collect()
    }

    /// The last 60 minutes up to `now`, newest first.
    pub fn minutes(&self, brand: &str, now: Timestamp) -> Vec<MinuteCount> {
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        let mut counts: BTreeMap<i64, MinuteCount> = BTreeMap::new();
        let ours = |known: &BrandId| brand.is_empty() || known.as_str() == brand;
        for (_, state) in self.conversations.values().filter(|(known, _)| ours(known)) {
            for post in state.received_posts().filter(|post| post.posted_at.is_some() || !post.backfill) {
                counts.entry(minute(post.clock())).or_default().posts += 1;
            }
            for reply in state.replies.iter().filter(|reply| reply.timed && reply.status == ReplyStatus::Sent) {
                counts.entry(minute(reply.at)).or_default().replies += 1;
            }
        }
        for (_, at) in self.breaches.iter().filter(|(known, _)| ours(known)) {
            counts.entry(minute(*at)).or_default().breaches += 1;
        }
        let running = minute(now);
        let told = (0..60).map(|ago| {
            let known = counts.remove(&(running - ago)).unwrap_or_default();
            let at = Timestamp::from_second((running - ago) * 60).expect("a minute of our time");
            MinuteCount { minute: Some(wire::timestamp(at)), ..known }
        });
        told.collect()
    }
}

fn keep(query: &Query, [brand, team, channel, language]: [&str; 4]) -> MeasureRow {
    let name = |dimension, name: &str| if query.has(dimension) { name.to_owned() } else { String::new() };
    MeasureRow {
        brand: name(Dimension::Brand, brand),
        team: name(Dimension::Team, team),
        channel: name(Dimension::Channel, channel),
        language: name(Dimension::Language, language),
        ..MeasureRow::default()
    }
}

/// Brand, team, channel, language.
fn names<'a>(family: &Family<'a>) -> [&'a str; 4] {
    let root = family.root;
    [
        family.brand.as_str(),
        root.team.as_ref().map_or("", |team| team.as_str()),
        root.network.as_ref().map_or("", |network| network.as_str()),
        root.class().map_or("", |class| &class.language),
    ]
}

fn place(family: &Family<'_>, query: &Query) -> MeasureRow {
    keep(query, names(family))
}

fn within_period(at: Timestamp, query: &Query) -> bool {
    query.filter.from.is_none_or(|from| at >= from) && query.filter.until.is_none_or(|until| at < until)
}

fn wanted(family: &Family<'_>, query: &Query) -> bool {
    let filter = &query.filter;
    let asked = [&filter.brand, &filter.team, &filter.channel, &filter.language];
    let named = asked.into_iter().zip(names(family)).all(|(asked, has)| asked.is_empty() || asked == has);
    named && family.root.first_post_at().is_some_and(|at| within_period(at, query))
}

fn measure(mut row: MeasureRow, families: &[Family<'_>], now: Timestamp) -> MeasureRow {
    let mut response_times = Vec::new();
    let mut posts_resolved = 0;
    let (mut touched, mut one_touch) = (0, 0);
    for family in families {
        let root = family.root;
        let sum = |figure: fn(&Conversation) -> u64| family.sum(figure);
        let posts = sum(|state| state.received_posts().count() as u64);
        let replies = sum(|state| state.answers() as u64);
        let hand_offs = sum(|state| u64::from(state.hand_offs));
        let reopened = sum(|state| u64::from(state.reopened));
        row.conversations += 1;
        row.posts += posts;
        row.replies += replies;
        row.hand_offs += hand_offs;
        row.reopened += reopened;
        let raised = family.members.iter().any(|state| state.escalated) || family.times("Escalated") > 0;
        row.escalated += u64::from(raised);
        row.breached += u64::from(sum(|state| u64::from(state.breaches)) > 0);
        row.replies_in_doubt +=
            sum(|state| state.replies.iter().filter(|reply| reply.status == ReplyStatus::InDoubt).count() as u64);
        let read =
            |state: &Conversation| state.received_posts().filter_map(|post| post.class.clone()).collect::<Vec<_>>();
        let classes: Vec<_> = family.members.iter().flat_map(|state| read(state)).collect();
        row.classified += classes.len() as u64;
        row.corrected += classes.iter().filter(|class| !class.corrections.is_empty()).count() as u64;
        if root.resolved_at.is_some() {
            row.resolved += 1;
            posts_resolved += posts;
            touched += u64::from(replies > 0);
            one_touch += u64::from(family.is_one_touch());
        } else if let Some(since) = root.waiting_since() {
            row.open += 1;
            let waited = now.duration_since(since).as_secs().max(0) as f64;
            row.longest_wait_seconds = Some(row.longest_wait_seconds.map_or(waited, |known: f64| known.max(waited)));
        } else {
            row.waiting += 1;
        }
        match root.class().map_or("", |class| &class.intent) {
            "praise" => row.praise += 1,
            "complaint" => row.complaints += 1,
            "question" => row.questions += 1,
            "request" => row.requests += 1,
            _ => {}
        }
        response_times.extend(root.first_response_seconds());
    }
    row.corrected_share = ratio(row.corrected, row.classified);
    row.answered = response_times.len() as u64;
    row.first_response_p50_seconds = percentile(&response_times, 50);
    row.first_response_p90_seconds = percentile(&response_times, 90);
    row.first_response_p99_seconds = percentile(&response_times, 99);
    row.answered_within_10m = answered_within(families, 600, now);
    row.answered_within_1h = answered_within(families, 3_600, now);
    row.answered_within_24h = answered_within(families, 86_400, now);
    row.posts_per_resolution = ratio(posts_resolved, row.resolved);
    row.one_touch_resolution_share = ratio(one_touch, touched);
    row
}

fn ratio(part: u64, of: u64) -> Option<f64> {
    if of == 0 { None } else { Some(part as f64 / of as f64) }
}

/// The smallest of the values that at least `percent` of a hundred do not exceed, found by counting.
fn percentile(values: &[i64], percent: usize) -> Option<f64> {
    let enough = |value: i64| values.iter().filter(|other| **other <= value).count() * 100 >= percent * values.len();
    let mut candidates: Vec<i64> = values.to_vec();
    candidates.sort_unstable();
    let at = candidates.partition_point(|value| !enough(*value));
    candidates.get(at).map(|value| *value as f64)
}

fn answered_within(families: &[Family<'_>], seconds: i64, now: Timestamp) -> Option<f64> {
    let (mut in_time, mut all) = (0, 0);
    for root in families.iter().map(|family| family.root) {
        let Some(asked) = root.first_post_at() else { continue };
        if root.received_posts().any(|post| post.clock() == asked && post.posted_at.is_none()) {
            continue;
        }
        match root.first_response_seconds() {
            Some(taken) if taken <= seconds => {
                in_time += 1;
                all += 1;
            }
            // An answer whose time nobody knows.
            None if root.first_response_at().is_some() => {}
            _ => all += u64::from(now.duration_since(asked) >= jiff::SignedDuration::from_secs(seconds)),
        }
    }
    ratio(in_time, all)
}

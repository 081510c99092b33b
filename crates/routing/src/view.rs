//! The view of everything: every conversation as it stands, every customer, every brand's settings, who is on. It is a fold of
//! the log and nothing else, so it may be thrown away at any time. It holds no lock and reads no clock, so that scenarios and
//! simulations run on it as the service does.

use crate::tellings::Telling;
use crate::{offers, placing, queue};
use brand::Brand;
use conversation::customer::{AnswerWay, Customer};
use conversation::state::Post;
use conversation::surge::{Running, Stream, Streams, Threshold};
use conversation::told::NewsChosen;
use conversation::{
    BrandId, Conversation, ConversationId, CustomerId, Fact, PersonId, PostKey, Record, Status, Story, Subject, TeamId,
};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// One conversation with where it stands in the log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub brand: BrandId,
    pub customer: CustomerId,
    pub state: Conversation,
    /// The sequence of its newest record.
    pub version: u64,
    /// Followers of the bystanders who spoke in its threads, together.
    pub spreaders_reach: u64,
}

impl Entry {
    pub fn subject(&self, conversation: ConversationId) -> Subject {
        Subject::Conversation { brand: self.brand.clone(), customer: self.customer, conversation }
    }
}

/// One customer with where his own story stands in the log.
#[derive(Debug, Clone)]
pub struct CustomerEntry {
    pub brand: BrandId,
    pub state: Customer,
    /// The sequence of the newest record about him; 0 when there is none.
    pub version: u64,
    /// In the order in which they came into the log.
    pub conversations: Vec<ConversationId>,
}

/// One brand with its settings in force.
#[derive(Debug, Clone)]
pub struct BrandEntry {
    pub brand: Arc<Brand>,
    /// None while the built-in settings are in force.
    pub published_at: Option<Timestamp>,
    pub presence: HashMap<PersonId, bool>,
    /// When each person went last.
    pub went: HashMap<PersonId, Timestamp>,
    /// How people want to be told what happens; those who said nothing are not in it.
    pub chosen: HashMap<PersonId, NewsChosen>,
    pub version: u64,
    /// What waits for each team, and what each person has.
    pub work: Work,
    /// What is written about, by region and topic, as far back as a surge is held against.
    pub streams: Streams,
    /// Since when posts of this brand are counted: what nobody wrote about since then is a past too.
    pub watched_since: Option<Timestamp>,
}

impl BrandEntry {
    pub fn builtin(id: &BrandId) -> Self {
        BrandEntry {
            brand: Arc::new(Brand::builtin(id.as_str())),
            published_at: None,
            presence: HashMap::new(),
            went: HashMap::new(),
            chosen: HashMap::new(),
            version: 0,
            work: Work::default(),
            streams: Streams::new(),
            watched_since: None,
        }
    }

    /// From when on many posts are a surge; none when the brand wants none recognised.
    pub fn surge_threshold(&self) -> Option<Threshold> {
        self.brand.surges().map(crate::surges::threshold)
    }

    /// The incident that a region's posts about a topic belong to while its surge is on.
    pub fn incident(&self, region: &str, topic: &str) -> Option<&Running> {
        self.streams.get(&(region.into(), topic.into()))?.surge.as_ref()
    }

    pub fn is_online(&self, person: &PersonId) -> bool {
        self.presence.get(person).copied().unwrap_or(false)
    }
}

/// The queues and loads of a brand, kept beside the conversations so that nobody counts a million of them.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Waiting, and with nobody: by team, the most urgent first.
    pub waiting: HashMap<Box<str>, BTreeSet<queue::Key>>,
    /// What each person has in hand, or was offered.
    pub loads: HashMap<PersonId, Load>,
    /// What each person was offered and has not touched.
    pub offered: HashMap<PersonId, BTreeSet<ConversationId>>,
}

/// Whom and what a change of one conversation moves beside it.
#[derive(Debug, Default)]
struct Moved {
    /// Whoever has more in hand than before, or less. Who has less can take something; who has more cannot take what another of
    /// his teams counted on him for, and what comes after that may fit somebody else, or his other kind of hand.
    people: Vec<PersonId>,
    /// The team whose queue it left, or in whose queue it now asks for somebody else. It may have been the one that was looked at
    /// on behalf of them all.
    team: Option<TeamId>,
}

/// What decides who can take a conversation: whether it is private, its skills, its language.
type Asked = (bool, Box<[Box<str>]>, Box<str>);

fn asked(state: &Conversation) -> Asked {
    let language = state.class().map(|class| class.language.clone());
    (state.private, state.needs_skills.clone(), language.unwrap_or_default())
}

/// The team in whose queue a conversation stands: it waits, and nobody has it or was offered it.
fn waits_for(state: &Conversation) -> Option<&TeamId> {
    let is_free = state.assignee.is_none() && state.offer.is_none() && state.status() == Status::Open;
    state.team.as_ref().filter(|_| is_free)
}

/// Who has an open conversation in hand, or was offered it.
fn hands(state: &Conversation) -> impl Iterator<Item = &PersonId> {
    let open = matches!(state.status(), Status::Open | Status::WaitingForCustomer);
    let offered = state.offer.iter().map(|offer| &offer.person).filter(|_| state.assignee.is_none());
    state.assignee.iter().chain(state.second.iter()).chain(offered).filter(move |_| open)
}

/// How much a person has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    pub public: u32,
    pub private: u32,
}

impl Work {
    fn count(&mut self, id: ConversationId, state: &Conversation, present: bool) {
        if !matches!(state.status(), Status::Open | Status::WaitingForCustomer) {
            return;
        }
        let offered = state.offer.as_ref().map(|offer| &offer.person).filter(|_| state.assignee.is_none());
        for person in hands(state) {
            let load = self.loads.entry(person.clone()).or_default();
            let count = if state.private { &mut load.private } else { &mut load.public };
            *count = if present { *count + 1 } else { count.saturating_sub(1) };
        }
        if let Some(person) = offered {
            let offers = self.offered.entry(person.clone()).or_default();
            if present {
                offers.insert(id)
            } else {
                offers.remove(&id)
            };
        }
        let Some(team) = waits_for(state) else { return };
        let queue = self.waiting.entry(team.as_str().into()).or_default();
        let key = queue::key(id, state);
        if present {
            queue.insert(key)
        } else {
            queue.remove(&key)
        };
    }
}

/// Everything, as of a sequence.
#[derive(Default)]
pub struct View {
    /// Boxed, so that the table grows by moving pointers.
    pub conversations: HashMap<ConversationId, Box<Entry>>,
    pub customers: HashMap<CustomerId, Box<CustomerEntry>>,
    pub brands: HashMap<BrandId, BrandEntry>,
    /// What people are told and is not written down yet.
    pub untold: Vec<Telling>,
    /// The newest sequence that is in here.
    pub as_of: u64,
}

impl View {
    /// Folds a record of the log, in its order. Answers the conversations that have to be looked at because of it, its own
    /// first.
    pub fn fold(&mut self, sequence: u64, record: &Record) -> Vec<ConversationId> {
        let is_new = sequence > self.as_of;
        self.as_of = self.as_of.max(sequence);
        match &record.subject {
            Subject::Conversation { brand, customer, conversation } => {
                let known = self.customers.get(customer).map_or(&[][..], |known| &known.conversations);
                let has_others = known.iter().any(|other| other != conversation);
                let mut is_elsewhere = false;
                let moved = self.change(*conversation, brand, *customer, |entry| {
                    if entry.version < sequence {
                        let place_of = |state: &Conversation| (state.region.clone(), state.timezone.clone());
                        // Most customers have one conversation, and every record comes by here.
                        let place = has_others.then(|| place_of(&entry.state));
                        conversation::evolve(&mut entry.state, record);
                        entry.version = sequence;
                        is_elsewhere = place.is_some_and(|place| place != place_of(&entry.state));
                    }
                });
                let mut stirred = vec![*conversation];
                if is_elsewhere {
                    // What one conversation says of where a customer is, holds for his others.
                    let known = self.customers.get(customer).map_or(&[][..], |known| &known.conversations);
                    stirred.extend(known.iter().filter(|other| *other != conversation));
                }
                if is_new {
                    stirred.extend(self.watch(*conversation, brand, *customer, record));
                }
                stirred.extend(self.next_after(brand, &moved));
                stirred
            }
            Subject::Customer { brand, customer } => {
                let entry = self.customer_entry(brand, *customer);
                if entry.version < sequence {
                    entry.state.evolve(record);
                    entry.version = sequence;
                }
                entry.conversations.clone()
            }
            Subject::Brand { brand } => {
                self.fold_brand(brand, sequence, record);
                record.facts.iter().flat_map(|fact| self.stirred_by(brand, fact)).collect()
            }
            Subject::Filtered { .. } | Subject::Notice { .. } => Vec::new(),
        }
    }

    /// The conversations that a fact about the brand may move.
    fn stirred_by(&self, brand: &BrandId, fact: &Fact) -> Vec<ConversationId> {
        let Some(known) = self.brands.get(brand) else { return Vec::new() };
        let waiting = |queue: &BTreeSet<queue::Key>| queue.iter().map(|(.., id)| *id).collect::<Vec<_>>();
        match fact {
            Fact::PresenceChanged(presence) if presence.online => {
                let moved = Moved { people: vec![presence.person.clone()], team: None };
                self.next_after(brand, &moved)
            }
            Fact::PresenceChanged(presence) => {
                let offered = known.work.offered.get(&presence.person).into_iter().flatten().copied();
                // With fewer hands a team may have more than it can hold.
                let flooded = placing::flooded(known);
                let queues = flooded.iter().filter_map(|team| known.work.waiting.get(team)).flat_map(waiting);
                offered.chain(queues).collect()
            }
            Fact::SurgeDetected(surge) => {
                let key = (surge.region.as_str().into(), surge.topic.as_str().into());
                let stream = known.streams.get(&key);
                let customers = stream.map(|stream| stream.customers_since(surge.first_post_at)).unwrap_or_default();
                let of_customers = customers.iter().filter_map(|id| self.customers.get(id));
                let mut stirred: Vec<_> = of_customers.flat_map(|entry| entry.conversations.iter().copied()).collect();
                let team = known.brand.team_of_region(&surge.region).and_then(|team| known.work.waiting.get(team));
                stirred.extend(team.into_iter().flat_map(waiting));
                stirred
            }
            // What others helped with goes home, whoever was offered it.
            Fact::SurgeEnded(_) | Fact::SettingsPublished(_) => self.open_of(brand),
            // Counts of intake move nothing.
            _ => Vec::new(),
        }
    }

    /// The conversations of a brand that are open, or still with a crisis team. It looks at all there are, so it is for what is
    /// rare.
    fn open_of(&self, brand: &BrandId) -> Vec<ConversationId> {
        let open = |state: &Conversation| match state.status() {
            Status::Open | Status::WaitingForCustomer => true,
            // It comes down by itself a while after it is solved.
            Status::Resolved => state.escalated,
            Status::New | Status::Merged => false,
        };
        let of_brand = self.conversations.iter().filter(|(_, entry)| entry.brand == *brand);
        of_brand.filter(|(_, entry)| open(&entry.state)).map(|(id, _)| *id).collect()
    }

    /// What can be offered now that somebody's hands or a queue have changed: one of each team, for its offer is the next such
    /// change.
    fn next_after(&self, brand: &BrandId, moved: &Moved) -> Vec<ConversationId> {
        let Some(known) = self.brands.get(brand) else { return Vec::new() };
        let has_moved = |id: &String| moved.people.iter().any(|person| person.as_str() == id);
        let concerned = |team: &&brand::Team| {
            moved.team.as_ref().is_some_and(|left| left.as_str() == team.id) || team.people.iter().any(has_moved)
        };
        let teams = known.brand.settings().teams.iter().filter(concerned);
        teams.filter_map(|team| offers::next(self, known, &team.id)).collect()
    }

    /// Puts a conversation in as it stands now, unless a newer one is in.
    pub fn put(&mut self, id: ConversationId, new: Entry) {
        let (brand, customer) = (new.brand.clone(), new.customer);
        self.change(id, &brand, customer, |entry| {
            if entry.version < new.version {
                let spreaders_reach = new.spreaders_reach.max(entry.spreaders_reach);
                *entry = Entry { spreaders_reach, ..new };
            }
        });
    }

    /// Changes a conversation and keeps queues and loads right. Answers what it moves beside itself.
    fn change(
        &mut self,
        id: ConversationId,
        brand: &BrandId,
        customer: CustomerId,
        how: impl FnOnce(&mut Entry),
    ) -> Moved {
        if !self.conversations.contains_key(&id) {
            self.customer_entry(brand, customer).conversations.push(id);
        }
        let work = &mut self.brands.entry(brand.clone()).or_insert_with(|| BrandEntry::builtin(brand)).work;
        let entry = self.conversations.entry(id).or_insert_with(|| {
            Box::new(Entry {
                brand: brand.clone(),
                customer,
                state: Conversation::default(),
                version: 0,
                spreaders_reach: 0,
            })
        });
        let before: Vec<PersonId> = hands(&entry.state).cloned().collect();
        let was_private = entry.state.private;
        let waited_for = waits_for(&entry.state).map(|team| (team.clone(), asked(&entry.state)));
        work.count(id, &entry.state, false);
        how(entry);
        work.count(id, &entry.state, true);
        let state = &entry.state;
        let held = |person: &PersonId| before.iter().filter(|holder| *holder == person).count();
        let holds = |person: &PersonId| hands(state).filter(|holder| *holder == person).count();
        // A private message takes another kind of hand than a public one.
        let as_before = |person: &&PersonId| was_private == state.private && held(person) == holds(person);
        Moved {
            people: before.iter().chain(hands(state)).filter(|person| !as_before(person)).cloned().collect(),
            team: waited_for
                .filter(|(team, before)| waits_for(state) != Some(team) || asked(state) != *before)
                .map(|(team, _)| team),
        }
    }

    /// What a record of one conversation says about more than this one: what its region writes about, how far a bystander
    /// carries another one.
    fn watch(
        &mut self,
        id: ConversationId,
        brand: &BrandId,
        customer: CustomerId,
        record: &Record,
    ) -> Option<ConversationId> {
        let mut carried = None;
        for fact in &record.facts {
            match fact {
                Fact::Routed(routed) => self.count_for_surge(id, brand, customer, &routed.post),
                Fact::PostReceived(post) => {
                    let Some(thread) = post.thread_of.filter(|_| post.followers > 0) else { continue };
                    if let Some(entry) = self.conversations.get_mut(&thread) {
                        entry.spreaders_reach += post.followers;
                        carried = Some(thread);
                    }
                }
                // No other fact reaches beyond its conversation.
                _ => {}
            }
        }
        carried
    }

    fn count_for_surge(&mut self, id: ConversationId, brand: &BrandId, customer: CustomerId, post: &PostKey) {
        let Some(entry) = self.conversations.get(&id).filter(|entry| !entry.state.backfill_only) else { return };
        let (topic, region) = (entry.state.topic.clone(), self.region_of(&customer, &entry.state).to_owned());
        let Some(at) = entry.state.post(post).map(Post::clock).filter(|_| is_matter(&topic)) else { return };
        let Some(known) = self.brands.get_mut(brand) else { return };
        let Some(threshold) = known.surge_threshold() else { return };
        let since = *known.watched_since.get_or_insert(at);
        let stream = known.streams.entry((region.into(), topic)).or_insert_with(|| Stream::watched_since(since));
        stream.add(at, customer, &threshold);
    }

    /// Whether two profiles are of one person, as people have linked them.
    pub fn is_one_person(&self, one: &CustomerId, other: &CustomerId) -> bool {
        one == other || self.customers.get(one).is_some_and(|entry| entry.state.linked.contains(other))
    }

    /// The customer's region: what this conversation says, else his profile, else what he said elsewhere.
    pub fn region_of<'v>(&'v self, customer: &CustomerId, state: &'v Conversation) -> &'v str {
        self.known_of(customer, &state.region, |profile| &profile.region, |other| &other.region)
    }

    /// The customer's time zone, found alike; empty when unknown.
    pub fn timezone_of<'v>(&'v self, customer: &CustomerId, state: &'v Conversation) -> &'v str {
        self.known_of(customer, &state.timezone, |profile| &profile.timezone, |other| &other.timezone)
    }

    /// The customer's tier, found alike; empty when unknown.
    pub fn tier_of<'v>(&'v self, customer: &CustomerId, state: &'v Conversation) -> &'v str {
        self.known_of(customer, &state.tier, |profile| &profile.tier, |other| &other.tier)
    }

    /// How a customer wants to be answered; where he wrote when he has not said.
    pub fn answer_way(&self, customer: &CustomerId) -> AnswerWay {
        self.customers.get(customer).map(|entry| entry.state.answer_way.clone()).unwrap_or_default()
    }

    fn known_of<'v>(
        &'v self,
        customer: &CustomerId,
        own: &'v str,
        of_profile: impl Fn(&'v Customer) -> &'v str,
        of_other: impl Fn(&'v Conversation) -> &'v str,
    ) -> &'v str {
        if !own.is_empty() {
            return own;
        }
        let Some(entry) = self.customers.get(customer) else { return "" };
        let profile = of_profile(&entry.state);
        if !profile.is_empty() {
            return profile;
        }
        let others = entry.conversations.iter().rev().filter_map(|id| self.conversations.get(id));
        others.map(|other| of_other(&other.state)).find(|text| !text.is_empty()).unwrap_or("")
    }

    fn customer_entry(&mut self, brand: &BrandId, customer: CustomerId) -> &mut CustomerEntry {
        self.customers.entry(customer).or_insert_with(|| {
            let (brand, state) = (brand.clone(), Customer::default());
            Box::new(CustomerEntry { brand, state, version: 0, conversations: Vec::new() })
        })
    }

    fn fold_brand(&mut self, id: &BrandId, sequence: u64, record: &Record) {
        let entry = self.brands.entry(id.clone()).or_insert_with(|| BrandEntry::builtin(id));
        entry.version = entry.version.max(sequence);
        for fact in &record.facts {
            match fact {
                Fact::SettingsPublished(settings) => publish(entry, &settings.yaml, &settings.file, record.recorded_at),
                Fact::PresenceChanged(presence) => {
                    entry.presence.insert(presence.person.clone(), presence.online);
                    if !presence.online {
                        entry.went.insert(presence.person.clone(), record.occurred_at);
                    }
                }
                Fact::NewsChosen(chosen) => {
                    entry.chosen.insert(chosen.person.clone(), chosen.clone());
                }
                Fact::SurgeDetected(surge) => {
                    let key = (surge.region.as_str().into(), surge.topic.as_str().into());
                    entry.streams.entry(key).or_default().begin(surge, record.occurred_at);
                }
                Fact::SurgeEnded(surge) => {
                    entry.streams.values_mut().for_each(|stream| stream.end(surge.incident));
                }
                // Facts of conversations and counts of intake say nothing about settings or presence.
                _ => {}
            }
        }
    }

    /// The conversation that an id leads to now, through all merges.
    pub fn resolve(&self, id: ConversationId) -> ConversationId {
        let mut at = id;
        // A chain of merges cannot be longer than the number of conversations; the bound only guards against a ring.
        for _ in 0..64 {
            match self.conversations.get(&at).and_then(|entry| entry.state.merged_into) {
                Some(target) => at = target,
                None => break,
            }
        }
        at
    }

    /// Whoever of the brand's people handled this customer before, the latest first: those who hold, or answered, one of his
    /// conversations or of a linked profile's.
    pub fn known_to(&self, customer: &CustomerId) -> Vec<PersonId> {
        let linked = self.customers.get(customer).map_or(&[][..], |entry| &entry.state.linked);
        let mut met: Vec<(Timestamp, PersonId)> = Vec::new();
        for entry in [customer].into_iter().chain(linked).filter_map(|id| self.customers.get(id)) {
            for conversation in entry.conversations.iter().filter_map(|id| self.conversations.get(id)) {
                let state = &conversation.state;
                let last = state.last_activity_at.unwrap_or(Timestamp::MIN);
                met.extend(state.assignee.iter().map(|person| (last, person.clone())));
                met.extend(state.replies.iter().filter_map(|reply| Some((reply.at, reply.person.clone()?))));
            }
        }
        met.sort_by(|a, b| b.cmp(a));
        let mut people: Vec<PersonId> = Vec::new();
        for (_, person) in met {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }
}

/// Whether posts about a topic can be a surge: those that are about nothing in particular cannot.
fn is_matter(topic: &str) -> bool {
    !topic.is_empty() && !topic.ends_with(".other")
}

/// Puts settings into force. Settings that an older version of Earshot published and this one cannot read leave those
/// before them in force, and say so.
pub fn publish(entry: &mut BrandEntry, yaml: &str, file: &str, at: Timestamp) {
    match brand::Settings::parse(yaml, file).and_then(Brand::compile) {
        Ok(brand) => {
            entry.brand = Arc::new(brand);
            entry.published_at = Some(at);
        }
        Err(problems) => tracing::error!(
            brand = entry.brand.slug(),
            problems = problems.as_slice().len(),
            "published settings cannot be read by this version; the ones before them stay in force"
        ),
    }
}

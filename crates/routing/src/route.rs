//! The verb of this service: whose work a post is. The brand's rules are asked; their answer comes with every
//! candidate and what ruled it out, and goes into the log with the version of the settings.

use crate::placing;
use crate::plan::Around;
use brand::{ClassView, ConversationView, CustomerView, PostView, RouteInput};
use conversation::classified::Head;
use conversation::received::HandleUse;
use conversation::routed::{Candidate, Priority, RouteDecision, as_routed};
use conversation::state::{Class, Post};
use conversation::{Conversation, PostKey, TeamId};
use jiff::Timestamp;

/// What the brand's rules say about a classified post; none when the post is not there, not classified or routed.
///
/// The state holds the words of a post until it is routed; `text` has them when the rules are asked about it again. The
/// same state, words, settings and time give the same answer, bit for bit.
pub fn route(
    around: &Around,
    state: &Conversation,
    post: &PostKey,
    text: Option<&str>,
    now: Timestamp,
) -> Option<RouteDecision> {
    let brand = &around.brand;
    let post = state.unrouted().find(|unrouted| unrouted.key == *post)?;
    let class = post.class.as_ref()?;
    // History is judged as of its own time: what was open then, how long it had waited then.
    let at = if post.backfill { post.clock() } else { now };
    let view = PostView { region: &around.region, tier: &around.tier, ..post_view(state, post, text) };
    let own_topic = match class.is_corrected(Head::Topic) {
        true => None,
        false => brand.topic(view.text, &class.language),
    };
    let unsure: Vec<&str> =
        class.unsure.iter().filter(|head| own_topic.is_none() || *head != Head::Topic).map(Head::as_str).collect();
    let recognised: Vec<&str> = class.recognised.iter().map(|kind| &**kind).collect();
    let mut class = ClassView { unsure: &unsure, recognised: &recognised, ..class_view(class) };
    if let Some(topic) = own_topic {
        (class.topic, class.topic_confidence) = (topic, 1.0);
    }
    let flooded: Vec<&str> = around.flooded.iter().map(|team| &**team).collect();
    let input = RouteInput {
        at,
        post: view,
        class,
        conversation: conversation_view(state, at),
        customer: customer_view(around, at),
        flooded: &flooded,
    };
    let mut decision = brand.route(&input);
    if let Some(topic) = own_topic {
        decision.notes.push(format!("topic {topic}: a phrase of the settings stands in the post"));
    }
    let serving = &decision.serving;
    let away = serving.home.as_ref().filter(|home| **home != serving.serves);
    let clocked = away.unwrap_or(&decision.team);
    Some(RouteDecision {
        post: post.key,
        rule: decision.rule.to_string(),
        team: team_id(&decision.team),
        priority: priority(decision.priority),
        settings_version: decision.settings_version.to_string(),
        candidates: decision.candidates.iter().map(candidate).collect(),
        notes: decision.notes.clone(),
        topic: class.topic.to_owned(),
        home_team: away.map(|home| team_id(home)),
        away_until: serving.until,
        needs_skills: decision.needs_skills.iter().map(ToString::to_string).collect(),
        deadlines: placing::deadlines(around, &as_routed(state, &post.key), clocked, &decision.targets),
    })
}

/// Asks about a post of a conversation as the rules would see it now, with these words.
pub fn input_of_post<T>(
    around: &Around,
    state: &Conversation,
    post: &PostKey,
    text: &str,
    now: Timestamp,
    ask: impl FnOnce(&RouteInput<'_>) -> T,
) -> Option<T> {
    let post = state.post(post)?;
    let view = PostView { region: &around.region, tier: &around.tier, ..post_view(state, post, Some(text)) };
    let class = state.class();
    let unsure: Vec<&str> = class.iter().flat_map(|class| class.unsure.iter()).map(Head::as_str).collect();
    let recognised: Vec<&str> = class.iter().flat_map(|class| class.recognised.iter()).map(|kind| &**kind).collect();
    let mut class = class.map(class_view).unwrap_or_default();
    (class.unsure, class.recognised) = (&unsure, &recognised);
    // What it is about was settled when it was routed, after the brand's own topics.
    if !state.topic.is_empty() {
        class.topic = &state.topic;
    }
    let flooded: Vec<&str> = around.flooded.iter().map(|team| &**team).collect();
    Some(ask(&RouteInput {
        at: now,
        post: view,
        class,
        conversation: conversation_view(state, now),
        customer: customer_view(around, now),
        flooded: &flooded,
    }))
}

fn team_id(id: &str) -> TeamId {
    TeamId::new(id).expect("a checked setting names its teams by valid ids")
}

fn customer_view(around: &Around, at: Timestamp) -> CustomerView<'_> {
    let customer = &around.customer;
    let days = customer.customer_since.map_or(0, |since| at.duration_since(since).as_hours() / 24);
    CustomerView {
        conversations: around.earlier,
        exceptions: u32::try_from(customer.exceptions.len()).unwrap_or(u32::MAX),
        tenure_days: u32::try_from(days).unwrap_or(0),
        own_team: customer.team.as_ref().map_or("", |team| team.as_str()),
        opted_out: customer.opted_out,
        timezone: &around.timezone,
    }
}

fn post_view<'a>(state: &'a Conversation, post: &'a Post, text: Option<&'a str>) -> PostView<'a> {
    PostView {
        text: post.pending_text.as_deref().or(text).unwrap_or(""),
        network: state.network.as_ref().map_or("", |network| network.as_str()),
        private: post.private,
        followers: post.followers,
        handle_use: match post.handle_use {
            HandleUse::None => "",
            HandleUse::Main => "main",
            HandleUse::Care => "care",
        },
        region: &state.region,
        tier: &state.tier,
        attachments: post.attachments,
        is_reply: post.is_reply,
        author: post.pending_author.as_deref().unwrap_or(""),
        language: &post.language,
        shares: post.shares,
        comments: post.comments,
        views: post.views,
    }
}

fn class_view(class: &Class) -> ClassView<'_> {
    ClassView {
        language: &class.language,
        sentiment: &class.sentiment,
        intent: &class.intent,
        topic: &class.topic,
        sentiment_confidence: class.sentiment_confidence,
        intent_confidence: class.intent_confidence,
        topic_confidence: class.topic_confidence,
        urgent: class.label(Head::Urgency) == "urgent",
        leaving: class.label(Head::Churn) == "leaving",
        wants_call: class.label(Head::Call) == "wanted",
        thanks: class.label(Head::Closing) == "thanks",
        unsure: &[],
        recognised: &[],
    }
}

fn conversation_view(state: &Conversation, at: Timestamp) -> ConversationView {
    let waiting = state.waiting_since().map_or(0, |since| at.duration_since(since).as_secs());
    ConversationView {
        posts: u32::try_from(state.received_posts().count()).unwrap_or(u32::MAX),
        replies: u32::try_from(state.answers()).unwrap_or(u32::MAX),
        reopened: state.reopened,
        contacts: state.contacts,
        waiting_seconds: u64::try_from(waiting).unwrap_or(0),
        flags: state.flags.iter().filter_map(|raised| brand::Flag::named(raised.flag.as_str())).collect(),
        incident: state.incident.is_some(),
    }
}

pub(crate) fn candidate(known: &brand::Candidate) -> Candidate {
    Candidate {
        kind: known.kind.as_str().to_owned(),
        name: known.name.to_string(),
        score: known.score,
        excluded: known.excluded.as_deref().unwrap_or("").to_owned(),
    }
}

fn priority(priority: brand::Priority) -> Priority {
    match priority {
        brand::Priority::Low => Priority::Low,
        brand::Priority::Normal => Priority::Normal,
        brand::Priority::High => Priority::High,
        brand::Priority::Urgent => Priority::Urgent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brand::Brand;
    use conversation::classified::{ClassificationCorrected, PostClassified, Scored};
    use conversation::received::PostReceived;
    use conversation::{
        Actor, BrandId, ConversationId, CustomerId, Fact, Network, Personal, Record, RecordId, Subject,
    };
    use std::sync::Arc;

    const SETTINGS: &str = r#"
earshot: brand/v1
brand: aurora
name: Aurora
timezone: UTC
teams: {care: {name: Care, hours: '24/7'}, lounge: {name: Lounge, hours: '24/7'}, bags: {name: Bags, hours: '24/7'}}
topics: [{name: air.lounge, any_of: [lounge]}]
rules:
  - {name: lounge, when: 'class.topic == "air.lounge" && !class.topic_unsure', team: lounge}
  - {name: bags, when: 'class.topic == "air.baggage" && post.text.contains("bag")', team: bags}
otherwise: {team: care}
"#;

    fn brand() -> Brand {
        let settings = brand::Settings::parse(SETTINGS, "aurora.yaml").unwrap();
        Brand::compile(settings).unwrap()
    }

    fn key() -> PostKey {
        PostKey::of(&BrandId::new("aurora").unwrap(), &Network::new("x").unwrap(), "p1")
    }

    fn fold(state: &mut Conversation, n: u8, fact: Fact) {
        let (brand, network) = (BrandId::new("aurora").unwrap(), Network::new("x").unwrap());
        let customer = CustomerId::of(&brand, &network, "author");
        let subject = Subject::Conversation { brand, customer, conversation: ConversationId::of(&customer, 0) };
        let record = Record {
            id: RecordId::caused("test", &[n]),
            subject,
            occurred_at: Timestamp::UNIX_EPOCH,
            recorded_at: Timestamp::UNIX_EPOCH,
            actor: Actor::Service("test".into()),
            caused_by: None,
            correlation: None,
            facts: vec![fact],
        };
        conversation::evolve(state, &record);
    }

    fn classified(text: &str) -> Conversation {
        let mut state = Conversation::default();
        let received = PostReceived {
            post: key(),
            network: Network::new("x").unwrap(),
            native_id: "p1".into(),
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
        fold(&mut state, 1, received.into());
        let scored = |label: &str| Scored { label: label.into(), confidence: 0.4, ..Scored::default() };
        let class = PostClassified {
            post: key(),
            model_version: "m1".into(),
            language: scored("en"),
            sentiment: scored("neutral"),
            intent: scored("question"),
            topic: Scored { unsure: true, ..scored("air.cabin") },
            urgency: scored("normal"),
            churn: Scored::default(),
            call: Scored::default(),
            closing: Scored::default(),
            recognised: Vec::new(),
            backend: "compact".into(),
            text_version: 0,
        };
        fold(&mut state, 2, class.into());
        state
    }

    fn corrected(mut state: Conversation, label: &str) -> Conversation {
        let fact = ClassificationCorrected {
            post: key(),
            head: Head::Topic,
            was: "air.cabin".into(),
            label: label.into(),
            model_version: "m1".into(),
            text_version: 0,
        };
        fold(&mut state, 3, fact.into());
        state
    }

    fn team(state: &Conversation, text: Option<&str>) -> (String, Vec<String>) {
        let decision = route(&Around::alone(Arc::new(brand())), state, &key(), text, Timestamp::UNIX_EPOCH).unwrap();
        (decision.team.to_string(), decision.notes)
    }

    #[test]
    fn a_topic_of_the_brand_goes_before_the_classifier_s_and_a_person_s_before_both() {
        let (at, notes) = team(&classified("my bag is in the LOUNGE"), None);
        assert_eq!(
            (at.as_str(), notes.as_slice()),
            ("lounge", &["topic air.lounge: a phrase of the settings stands in the post".to_owned()][..])
        );
        assert_eq!(team(&classified("where is it"), None), ("care".to_owned(), vec![]));
        let by_person = corrected(classified("my bag is in the LOUNGE"), "air.baggage");
        assert_eq!(team(&by_person, None).0, "bags");
    }

    #[test]
    fn a_post_that_is_asked_about_again_is_read_again() {
        let mut state = corrected(classified("my bag"), "air.baggage");
        state.posts[0].pending_text = None;
        assert_eq!(team(&state, None).0, "care", "without its words no rule finds them");
        assert_eq!(team(&state, Some("my bag")).0, "bags");
    }
}

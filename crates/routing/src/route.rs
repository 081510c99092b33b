//! The verb of this service: whose work a post is. The brand's rules are asked; their answer comes with every
//! candidate and what ruled it out, and goes into the log with the version of the settings.

use brand::{Brand, ClassView, ConversationView, PostView, RouteInput};
use conversation::classified::Head;
use conversation::received::HandleUse;
use conversation::routed::{Candidate, Priority, RouteDecision};
use conversation::state::{Class, Post};
use conversation::{Conversation, PostKey, TeamId};
use jiff::Timestamp;

/// What the brand's rules say about a classified post; none when the post is not there, not classified or routed.
///
/// The same state, settings and time give the same answer, bit for bit.
pub fn route(brand: &Brand, state: &Conversation, post: &PostKey, now: Timestamp) -> Option<RouteDecision> {
    let post = state.unrouted().find(|unrouted| unrouted.key == *post)?;
    let class = post.class.as_ref()?;
    // History is judged as of its own time: what was open then, how long it had waited then.
    let at = if post.backfill { post.clock() } else { now };
    let view = post_view(state, post);
    let own_topic = brand.topic(view.text, &class.language);
    let unsure: Vec<&str> =
        class.unsure.iter().filter(|head| own_topic.is_none() || *head != Head::Topic).map(Head::as_str).collect();
    let recognised: Vec<&str> = class.recognised.iter().map(|kind| &**kind).collect();
    let mut class = ClassView { unsure: &unsure, recognised: &recognised, ..class_view(class) };
    if let Some(topic) = own_topic {
        (class.topic, class.topic_confidence) = (topic, 1.0);
    }
    let conversation = conversation_view(state, at);
    let mut decision = brand.route(&RouteInput { at, post: view, class, conversation });
    if let Some(topic) = own_topic {
        decision.notes.push(format!("topic {topic}: a phrase of the settings stands in the post"));
    }
    let candidates = decision.candidates.iter().map(candidate).collect();
    Some(RouteDecision {
        post: post.key,
        rule: decision.rule.to_string(),
        team: TeamId::new(&decision.team).expect("a checked setting names its teams by valid ids"),
        priority: priority(decision.priority),
        settings_version: decision.settings_version.to_string(),
        candidates,
        notes: decision.notes,
        respond_within_seconds: decision.respond_within_seconds,
    })
}

fn post_view<'a>(state: &'a Conversation, post: &'a Post) -> PostView<'a> {
    PostView {
        text: post.pending_text.as_deref().unwrap_or(""),
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
    }
}

fn candidate(known: &brand::Candidate) -> Candidate {
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

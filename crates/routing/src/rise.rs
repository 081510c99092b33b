//! What makes a conversation rise: the brand's thresholds held against what is counted. Each flag comes with what was measured
//! and where the threshold lies, so that "why is this on top?" has an answer.

use crate::view::Entry;
use brand::{Brand, Rises};
use conversation::classified::Head;
use conversation::rising::{Flag, FlagLowered, FlagRaised};
use conversation::state::Class;
use conversation::{Command, Conversation, TeamId};
use jiff::{SignedDuration, Timestamp};

/// The flags that are to be raised now.
pub fn raised(brand: &Brand, entry: &Entry, now: Timestamp) -> Vec<FlagRaised> {
    let state = &entry.state;
    let mut raised = Vec::new();
    // History raises nothing: whoever is told of it could do nothing any more.
    if !state.opened || state.backfill_only {
        return raised;
    }
    for (flag, (reason, measured, threshold)) in crossed(brand.rises(), entry, now) {
        if !state.has_flag(flag) {
            let (reason, settings_version) = (reason.into(), brand.version().into());
            raised.push(FlagRaised { flag, reason, measured, threshold, settings_version });
        }
    }
    raised
}

/// What was measured, how much of it there is, and from where on it counts.
type Crossed = (&'static str, f64, f64);

fn crossed(rises: &Rises, entry: &Entry, now: Timestamp) -> Vec<(Flag, Crossed)> {
    let state = &entry.state;
    if state.resolved_at.is_some() {
        return flare_up(rises, state, now).map(|crossed| (Flag::FlareUp, crossed)).into_iter().collect();
    }
    let found = [
        (Flag::ChurnRisk, churn(rises, state)),
        (Flag::RepeatAsk, repeat_ask(rises, state)),
        (Flag::PingPong, ping_pong(rises, state)),
        (Flag::RepeatedOffers, repeated_offers(rises, state)),
        (Flag::Influencer, influencer(rises, state)),
        (Flag::Opportunity, opportunity(rises, state)),
        (Flag::Spread, spread(rises, entry)),
        (Flag::Exposure, exposure(rises, state, now)),
    ];
    found.into_iter().filter_map(|(flag, crossed)| Some((flag, crossed?))).collect()
}

fn reached(what: &'static str, measured: u64, threshold: Option<u64>) -> Option<Crossed> {
    let threshold = threshold?;
    (measured >= threshold).then_some((what, measured as f64, threshold as f64))
}

fn churn(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    let leaves = |class: &Class| class.label(Head::Churn) == "leaving";
    let says_so = state.received_posts().any(|post| post.routed && post.class.as_ref().is_some_and(leaves));
    (rises.churn && says_so).then_some(("leaving", 0.0, 0.0))
}

fn repeat_ask(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    reached("posts", state.unanswered_posts() as u64, rises.repeat_ask.map(|asked| asked.posts))
}

fn ping_pong(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    reached("exchanges", state.exchanges() as u64, rises.ping_pong.map(|pong| pong.exchanges))
}

fn repeated_offers(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    let repeated = state.repeated_offers().max(state.repeated_asks()) as u64;
    let times = if repeated == 0 { 0 } else { repeated + 1 };
    reached("times", times, rises.repeated_offers.map(|offers| offers.times))
}

fn influencer(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    reached("followers", state.reach(), rises.influencer.map(|influencer| influencer.followers))
}

/// A wish, or praise, that many hear.
fn opportunity(rises: &Rises, state: &Conversation) -> Option<Crossed> {
    let kind = state.class().is_some_and(|class| matches!(&*class.intent, "request" | "praise" | "question"));
    influencer(rises, state).filter(|_| rises.opportunity && kind && !state.private)
}

fn spread(rises: &Rises, entry: &Entry) -> Option<Crossed> {
    let limits = rises.spread?;
    let spread = entry.state.spread();
    // What was looked at and came down rises again only by its speed.
    let looked_at = entry.state.deescalated_at.is_some();
    let total = |limit: Option<u64>| limit.filter(|_| !looked_at);
    reached("shares", spread.shares, total(limits.shares))
        .or_else(|| reached("comments", spread.comments, total(limits.comments)))
        .or_else(|| reached("views", spread.views, total(limits.views)))
        .or_else(|| reached("per_hour", spread.per_hour as u64, limits.per_hour))
        .or_else(|| reached("reach", entry.spreaders_reach, total(limits.reach)))
}

fn exposure(rises: &Rises, state: &Conversation, now: Timestamp) -> Option<Crossed> {
    reached("reach_hours", state.exposure(now) as u64, rises.exposure.map(|exposure| exposure.reach_hours))
}

fn flare_up(rises: &Rises, state: &Conversation, now: Timestamp) -> Option<Crossed> {
    let (limits, rest) = (rises.flare_up?, state.at_rest.as_ref()?);
    if now.duration_since(rest.since) < SignedDuration::from_secs(limits.after_seconds.into()) {
        return None;
    }
    let spread = state.spread();
    reached("shares", spread.shares.saturating_sub(rest.shares), limits.shares)
        .or_else(|| reached("views", spread.views.saturating_sub(rest.views), limits.views))
}

/// When exposure alone will raise its flag; none when it is up, or off, or nobody waits in public.
pub fn exposed_at(brand: &Brand, state: &Conversation) -> Option<Timestamp> {
    let limit = brand.rises().exposure?.reach_hours;
    let waits = state.opened && !state.backfill_only && !state.private && !state.has_flag(Flag::Exposure);
    let since = state.waiting_since().filter(|_| waits && state.reach() > 0)?;
    let seconds = (u128::from(limit) * 3_600).div_ceil(u128::from(state.reach()));
    // One second more, so that rounding does not wake us a moment too early.
    since.checked_add(SignedDuration::from_secs(i64::try_from(seconds).ok()? + 1)).ok()
}

/// The flags whose cause is over.
pub fn lowered(state: &Conversation) -> Vec<FlagLowered> {
    let answered = state.waiting_since().is_none() && state.resolved_at.is_none();
    let over = |flag: Flag| match flag {
        Flag::RepeatAsk | Flag::Exposure => answered,
        _ => false,
    };
    let flags = state.flags.iter().filter(|raised| over(raised.flag));
    flags.map(|raised| FlagLowered { flag: raised.flag, reason: "answered".into() }).collect()
}

/// Whether rules bring it to the crisis team now.
pub fn escalation(brand: &Brand, state: &Conversation) -> Option<Command> {
    let escalate = brand.rises().escalate.as_ref()?;
    let open = state.opened && state.resolved_at.is_none() && state.merged_into.is_none();
    if state.escalated || !open {
        return None;
    }
    let since = state.deescalated_at.unwrap_or(Timestamp::MIN);
    let on = |flag: Flag| brand::Flag::named(flag.as_str()).is_some_and(|flag| escalate.on.contains(flag));
    let raised = state.flags.iter().find(|raised| raised.at > since && on(raised.flag))?;
    let to_team = escalate.team.as_deref().and_then(|team| TeamId::new(team).ok());
    Some(Command::Escalate { by: None, to_team, reason: raised.flag.as_str().into() })
}

/// When the crisis team is not needed any more, unless something happens before; none when a person raised it, for then a
/// person sends it down.
pub fn calm_at(brand: &Brand, state: &Conversation) -> Option<Timestamp> {
    let escalate = brand.rises().escalate.as_ref()?;
    let by_rules = state.escalated && state.escalated_by.is_none();
    if !by_rules || state.waiting_since().is_some() {
        return None;
    }
    let limit = brand.rises().spread.and_then(|spread| spread.per_hour);
    let fast = |post: &&conversation::state::Post| limit.is_some_and(|limit| post.per_hour >= limit as f64);
    let spreading = state.posts.iter().filter(fast).filter_map(|post| post.engagement_at);
    let raised = state.flags.iter().map(|raised| raised.at);
    let last = spreading.chain(raised).chain(state.escalated_at).chain(state.resolved_at).max()?;
    last.checked_add(SignedDuration::from_secs(escalate.back_after_seconds.into())).ok()
}

//! The thresholds of what rises and what surges. Each is as by default until it is said otherwise, or `off`.

use super::Names;
use crate::flags::{Flag, Flags};
use crate::keys;
use crate::reader::{Fields, Reader};
use crate::rises::{
    Escalate, Exposure, FlareUp, Influencer, PingPong, RepeatAsk, RepeatedOffers, Rises, Spread, Surges,
};
use crate::settings::{Team, Tier};
use crate::suggest;
use document::shape::Shape;

/// The largest threshold: more people than there are.
const THRESHOLD_MOST: u64 = 1_000_000_000_000;

pub(super) fn rises(reader: &mut Reader<'_>, top: &Fields<'_>, names: &Names<'_>, teams: &[Team]) -> Rises {
    let crisis = teams.iter().find(|team| team.tier == Tier::Crisis).map(|team| team.id.clone());
    let escalate = Escalate { team: crisis, ..Escalate::default() };
    let absent = Rises { escalate: Some(escalate.clone()), ..Rises::default() };
    let Some(node) = top.get("rises") else { return absent };
    if node.is_off() {
        return Rises::off();
    }
    let Some(fields) = reader.fields(node, "rises", &keys::RISES) else { return absent };
    let one = |reader: &mut Reader<'_>, key, shape, inner, default| {
        block(reader, &fields, key, shape, default, |reader, fields, default| {
            reader.count(fields, inner, 1, THRESHOLD_MOST).unwrap_or(default)
        })
    };
    Rises {
        exposure: one(reader, "exposure", &keys::EXPOSURE, "reach_hours", Exposure::default().reach_hours)
            .map(|reach_hours| Exposure { reach_hours }),
        spread: block(reader, &fields, "spread", &keys::SPREAD, Spread::default(), spread),
        repeat_ask: one(reader, "repeat_ask", &keys::REPEAT_ASK, "posts", RepeatAsk::default().posts)
            .map(|posts| RepeatAsk { posts }),
        ping_pong: one(reader, "ping_pong", &keys::PING_PONG, "exchanges", PingPong::default().exchanges)
            .map(|exchanges| PingPong { exchanges }),
        repeated_offers: one(
            reader,
            "repeated_offers",
            &keys::REPEATED_OFFERS,
            "times",
            RepeatedOffers::default().times,
        )
        .map(|times| RepeatedOffers { times }),
        churn: reader.switch(&fields, "churn", absent.churn),
        influencer: one(reader, "influencer", &keys::INFLUENCER, "followers", Influencer::default().followers)
            .map(|followers| Influencer { followers }),
        opportunity: reader.switch(&fields, "opportunity", absent.opportunity),
        flare_up: block(reader, &fields, "flare_up", &keys::FLARE_UP, FlareUp::default(), flare_up),
        escalate: block(reader, &fields, "escalate", &keys::ESCALATE, escalate, |reader, fields, default| {
            escalation(reader, fields, names, default)
        }),
    }
}

/// A mapping that is as by default when it is absent, and none when it is `off`.
fn block<T>(
    reader: &mut Reader<'_>,
    parent: &Fields<'_>,
    key: &str,
    shape: &'static Shape,
    default: T,
    read: impl FnOnce(&mut Reader<'_>, &Fields<'_>, T) -> T,
) -> Option<T> {
    let Some(node) = parent.get(key) else { return Some(default) };
    if node.is_off() {
        return None;
    }
    match reader.fields(node, &parent.path_of(key), shape) {
        Some(fields) => Some(read(reader, &fields, default)),
        None => Some(default),
    }
}

fn threshold(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, default: Option<u64>) -> Option<u64> {
    match fields.get(key) {
        Some(node) if node.is_off() => None,
        Some(_) => reader.count(fields, key, 1, THRESHOLD_MOST),
        None => default,
    }
}

fn spread(reader: &mut Reader<'_>, fields: &Fields<'_>, default: Spread) -> Spread {
    Spread {
        shares: threshold(reader, fields, "shares", default.shares),
        comments: threshold(reader, fields, "comments", default.comments),
        views: threshold(reader, fields, "views", default.views),
        per_hour: threshold(reader, fields, "per_hour", default.per_hour),
        reach: threshold(reader, fields, "reach", default.reach),
    }
}

fn flare_up(reader: &mut Reader<'_>, fields: &Fields<'_>, default: FlareUp) -> FlareUp {
    FlareUp {
        after_seconds: reader.seconds(fields, "after").unwrap_or(default.after_seconds),
        shares: threshold(reader, fields, "shares", default.shares),
        views: threshold(reader, fields, "views", default.views),
    }
}

fn escalation(reader: &mut Reader<'_>, fields: &Fields<'_>, names: &Names<'_>, default: Escalate) -> Escalate {
    let on = match fields.get("on") {
        Some(_) => flags(reader, fields),
        None => default.on,
    };
    let team = match fields.get("team") {
        Some(_) => reader.text(fields, "team").and_then(|(team, place)| {
            if names.teams.contains(&team) {
                return Some(team.to_owned());
            }
            let cure = format!("{} or add `{team}` under `teams`", suggest::cure(team, &names.teams));
            reader.note(place, &fields.path_of("team"), format!("there is no team `{team}`"), cure);
            None
        }),
        None => default.team,
    };
    let back_after_seconds = reader.seconds(fields, "back_after").unwrap_or(default.back_after_seconds);
    Escalate { on, team, back_after_seconds }
}

fn flags(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Flags {
    let mut flags = Vec::new();
    for (name, place, path) in reader.texts(fields, "on") {
        match Flag::named(name) {
            Some(flag) => flags.push(flag),
            None => {
                reader.note(place, &path, format!("`{name}` is no flag"), suggest::cure(name, Flag::NAMES));
            }
        }
    }
    flags.into_iter().collect()
}

pub(super) fn surges(reader: &mut Reader<'_>, top: &Fields<'_>) -> Option<Surges> {
    block(reader, top, "surges", &keys::SURGES, Surges::default(), |reader, fields, default| Surges {
        window_seconds: reader.seconds(fields, "window").unwrap_or(default.window_seconds),
        at_least: reader.count(fields, "at_least", 2, THRESHOLD_MOST).unwrap_or(default.at_least),
        ratio: reader.fraction(fields, "ratio", 1.0, 1_000.0).unwrap_or(default.ratio),
        quiet_seconds: reader.seconds(fields, "quiet").unwrap_or(default.quiet_seconds),
        baseline_hours: reader.count(fields, "baseline_hours", 1, 24 * 90).unwrap_or(default.baseline_hours),
    })
}

//! The streams: made when absent, checked when present. A stream that promises less than the profile is refused with
//! what differs and how to cure it; nothing is changed behind an operator's back.

use super::{CHECKPOINTS, EVENTS, SET_ASIDE, TIMERS};
use crate::{JournalError, Profile};
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Compression, Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode, object_store};
use std::time::Duration;

/// How long the server recognises a repeated message id. What comes later is recognised by the fold.
pub(crate) const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// Makes and checks all streams. Waits while the servers have no leader yet, and says so.
pub(super) async fn ensure(context: &Context, profile: Profile) -> Result<(), JournalError> {
    let mut delay = Duration::from_millis(100);
    loop {
        let error = match ensure_all(context, profile).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_unavailable() => error,
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, %profile, "waiting for the streams");
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(Duration::from_secs(5));
    }
}

async fn ensure_all(context: &Context, profile: Profile) -> Result<(), JournalError> {
    for wanted in [events(profile), timers(profile), set_aside(profile)] {
        let found = stream(context, &wanted).await?;
        check(&wanted, &found)?;
    }
    checkpoints(context, profile).await
}

fn events(profile: Profile) -> Config {
    Config {
        name: EVENTS.to_owned(),
        description: Some("Earshot: every fact, for ever".to_owned()),
        subjects: vec![wire::subjects::ALL.to_owned()],
        duplicate_window: DUPLICATE_WINDOW,
        ..common(profile)
    }
}

/// Timers have a stream of their own, because the server schedules within one stream, and because a timer that replaces
/// another makes it look at every consumer of its stream.
fn timers(profile: Profile) -> Config {
    Config {
        name: TIMERS.to_owned(),
        description: Some("Earshot: timers that wait, and for a day those that came due".to_owned()),
        subjects: vec![wire::subjects::TIMERS.to_owned()],
        allow_message_schedules: true,
        allow_message_ttl: true,
        ..common(profile)
    }
}

fn set_aside(profile: Profile) -> Config {
    Config {
        name: SET_ASIDE.to_owned(),
        description: Some("Earshot: work that failed, until somebody looks".to_owned()),
        subjects: vec!["set-aside.>".to_owned()],
        // One message an item, so that setting the same work aside again replaces it.
        max_messages_per_subject: 1,
        ..common(profile)
    }
}

fn common(profile: Profile) -> Config {
    Config {
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        // A compressed block would be unpacked for every read by subject.
        compression: Some(Compression::None),
        // The server schedules no messages in a stream that refuses new ones. Without limits nothing old ever goes.
        discard: DiscardPolicy::Old,
        num_replicas: profile.replicas(),
        max_messages: -1,
        max_messages_per_subject: -1,
        max_bytes: -1,
        max_consumers: -1,
        allow_direct: true,
        ..Config::default()
    }
}

async fn stream(context: &Context, wanted: &Config) -> Result<Config, JournalError> {
    let doing = "look at the streams";
    match context.get_stream(&wanted.name).await {
        Ok(stream) => return Ok(stream.cached_info().config.clone()),
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(answer) if answer.code() == 404 => {}
            GetStreamErrorKind::JetStream(answer) if answer.code() != 503 => {
                return Err(JournalError::server(doing, answer));
            }
            _ => return Err(JournalError::unavailable(doing, error)),
        },
    }
    tracing::info!(stream = %wanted.name, replicas = wanted.num_replicas, "making the stream");
    match context.create_stream(wanted).await {
        Ok(stream) => Ok(stream.cached_info().config.clone()),
        Err(error) => Err(match error.kind() {
            CreateStreamErrorKind::JetStream(answer) => refusal(wanted, &answer),
            _ => JournalError::unavailable("make the streams", error),
        }),
    }
}

fn refusal(wanted: &Config, answer: &async_nats::jetstream::Error) -> JournalError {
    match answer.error_code() {
        ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED => JournalError::BelowProfile {
            what: "the number of servers".to_owned(),
            found: "one".to_owned(),
            wanted: wanted.num_replicas.to_string(),
            cure: "start nats-server as a cluster, or choose the profile `single`".to_owned(),
        },
        // Servers of a cluster that are still coming up are too few for the copies, or have no leader yet.
        ErrorCode::CLUSTER_NO_PEERS
        | ErrorCode::INSUFFICIENT_RESOURCES
        | ErrorCode::CLUSTER_NOT_AVAILABLE
        | ErrorCode::CLUSTER_NOT_LEADER => JournalError::unavailable("make the streams", answer),
        ErrorCode::STREAM_INVALID_CONFIG => JournalError::server("make the streams", answer),
        _ if answer.code() >= 500 => JournalError::unavailable("make the streams", answer),
        _ => JournalError::server("make the streams", answer),
    }
}

struct Difference {
    setting: &'static str,
    found: String,
    wanted: String,
    cure: String,
}

/// Compares what a promise rests on; anything else is the operator's to choose.
fn check(wanted: &Config, found: &Config) -> Result<(), JournalError> {
    let name = &wanted.name;
    let edit = |flag: &str| format!("run `nats stream edit {name} {flag}`");
    let anew = "it cannot be changed in place: back the stream up, delete it and let Earshot make it".to_owned();
    let mut differences = Vec::new();
    let mut differs = |setting, found: String, wanted: String, cure: String| {
        if found != wanted {
            differences.push(Difference { setting, found, wanted, cure });
        }
    };
    if found.num_replicas < wanted.num_replicas {
        let flag = format!("--replicas {}", wanted.num_replicas);
        differs("replicas", found.num_replicas.to_string(), wanted.num_replicas.to_string(), edit(&flag));
    }
    let subjects = |config: &Config| config.subjects.join(" ");
    differs("subjects", subjects(found), subjects(wanted), edit(&format!("--subjects '{}'", subjects(wanted))));
    differs("storage", format!("{:?}", found.storage), format!("{:?}", wanted.storage), anew.clone());
    differs("retention", format!("{:?}", found.retention), format!("{:?}", wanted.retention), anew.clone());
    let compression = |config: &Config| format!("{:?}", config.compression.clone().unwrap_or(Compression::None));
    differs("compression", compression(found), compression(wanted), edit("--compression none"));
    let age = |config: &Config| format!("{} s", config.max_age.as_secs());
    differs("max_age", age(found), age(wanted), edit("--max-age 0"));
    // Not set, the server stores -1; both mean without limit.
    let limit = |value: i64| if value <= 0 { "unlimited".to_owned() } else { value.to_string() };
    differs("max_msgs", limit(found.max_messages), limit(wanted.max_messages), edit("--max-msgs=-1"));
    differs("max_bytes", limit(found.max_bytes), limit(wanted.max_bytes), edit("--max-bytes=-1"));
    let per_subject = |config: &Config| limit(config.max_messages_per_subject);
    let flag = format!("--max-msgs-per-subject={}", wanted.max_messages_per_subject);
    differs("max_msgs_per_subject", per_subject(found), per_subject(wanted), edit(&flag));
    let on = |on: bool| on.to_string();
    differs("allow_direct", on(found.allow_direct), on(wanted.allow_direct), edit("--allow-direct"));
    if wanted.allow_message_schedules {
        differs("allow_msg_schedules", on(found.allow_message_schedules), on(true), edit("--allow-schedules"));
        differs("allow_msg_ttl", on(found.allow_message_ttl), on(true), edit("--allow-msg-ttl"));
        differs("deny_purge", on(found.deny_purge), on(false), anew);
    }
    if found.duplicate_window < wanted.duplicate_window {
        let window = |config: &Config| format!("{} s", config.duplicate_window.as_secs());
        differs("duplicate_window", window(found), window(wanted), edit("--dupe-window 2m"));
    }
    refuse(name, differences)
}

fn refuse(stream: &str, differences: Vec<Difference>) -> Result<(), JournalError> {
    let mut differences = differences.into_iter();
    let Some(first) = differences.next() else {
        return Ok(());
    };
    for also in differences {
        tracing::error!(stream, setting = also.setting, found = %also.found, wanted = %also.wanted, cure = %also.cure,
            "the stream differs in this too");
    }
    Err(JournalError::BelowProfile {
        what: format!("setting {} of stream {stream}", first.setting),
        found: first.found,
        wanted: first.wanted,
        cure: first.cure,
    })
}

async fn checkpoints(context: &Context, profile: Profile) -> Result<(), JournalError> {
    if context.get_object_store(CHECKPOINTS).await.is_ok() {
        return Ok(());
    }
    let config = object_store::Config {
        bucket: CHECKPOINTS.to_owned(),
        description: Some("Earshot: projections as of a sequence; may be deleted at any time".to_owned()),
        storage: StorageType::File,
        num_replicas: profile.replicas(),
        ..object_store::Config::default()
    };
    match context.create_object_store(config).await {
        Ok(_) => Ok(()),
        Err(error) => Err(JournalError::unavailable("make the bucket of checkpoints", error)),
    }
}

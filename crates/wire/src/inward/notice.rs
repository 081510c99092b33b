//! Words of the brand that belong to no conversation.

use super::{Read, known};
use crate::WireError;
use crate::pb::conversation as pb;
use crate::scalar::{name, optional, required};
use conversation::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};
use conversation::told::{Item, News, NewsChosen, PersonNoticeExtended, PersonNoticeSubmitted, Quiet, WayChoice};

fn shift(value: i32) -> Read<Shift> {
    match known("shift", value)? {
        pb::Shift::Unspecified => Err(WireError::Unknown { field: "shift" }),
        pb::Shift::Morning => Ok(Shift::Morning),
        pb::Shift::Evening => Ok(Shift::Evening),
    }
}

pub(super) fn shift_post_submitted(f: pb::ShiftPostSubmitted) -> Read<ShiftPostSubmitted> {
    Ok(ShiftPostSubmitted {
        notice: name("notice_id", &f.notice_id)?,
        team: name("team", &f.team)?,
        shift: shift(f.shift)?,
        shift_at: required("shift_at", f.shift_at)?,
        network: name("network", &f.network)?,
        text: f.text,
        people: f.people.iter().map(|person| name("people", person)).collect::<Read<_>>()?,
        settings_version: f.settings_version,
    })
}

pub(super) fn notice_attempted(f: pb::NoticeAttempted) -> Read<NoticeAttempted> {
    if f.attempt == 0 {
        return Err(WireError::Missing { field: "attempt" });
    }
    Ok(NoticeAttempted {
        notice: name("notice_id", &f.notice_id)?,
        attempt: f.attempt,
        attempted_at: required("attempted_at", f.attempted_at)?,
    })
}

pub(super) fn notice_sent(f: pb::NoticeSent) -> Read<NoticeSent> {
    Ok(NoticeSent {
        notice: name("notice_id", &f.notice_id)?,
        native_id: f.native_id,
        sent_at: required("sent_at", f.sent_at)?,
        how: f.how,
    })
}

pub(super) fn notice_failed(f: pb::NoticeFailed) -> Read<NoticeFailed> {
    Ok(NoticeFailed {
        notice: name("notice_id", &f.notice_id)?,
        attempt: f.attempt,
        reason: f.reason,
        is_final: f.is_final,
        retry_at: optional("retry_at", f.retry_at)?,
    })
}

pub(super) fn notice_in_doubt(f: pb::NoticeInDoubt) -> Read<NoticeInDoubt> {
    Ok(NoticeInDoubt { notice: name("notice_id", &f.notice_id)?, attempt: f.attempt, reason: f.reason })
}

pub(crate) fn news(value: i32) -> Read<News> {
    match known("news", value)? {
        pb::News::Unspecified => Err(WireError::Unknown { field: "news" }),
        pb::News::Assigned => Ok(News::Assigned),
        pb::News::ReplyToMe => Ok(News::ReplyToMe),
        pb::News::DeadlineWarning => Ok(News::DeadlineWarning),
        pb::News::DeadlineBreach => Ok(News::DeadlineBreach),
        pb::News::Escalated => Ok(News::Escalated),
        pb::News::CallbackDue => Ok(News::CallbackDue),
        pb::News::CallbackMissed => Ok(News::CallbackMissed),
        pb::News::Surge => Ok(News::Surge),
        pb::News::ReplyFailed => Ok(News::ReplyFailed),
        pb::News::ApprovalAsked => Ok(News::ApprovalAsked),
        pb::News::ReplySentBack => Ok(News::ReplySentBack),
    }
}

fn item(item: Option<pb::NewsItem>) -> Read<Item> {
    let item = item.ok_or(WireError::Missing { field: "item" })?;
    let conversation = match item.conversation_id.as_str() {
        "" => None,
        id => Some(name("conversation_id", id)?),
    };
    Ok(Item {
        news: news(item.news)?,
        conversation,
        at: required("at", item.at)?,
        cause: name("caused_by", &item.caused_by)?,
    })
}

fn way_named(way: String) -> Read<String> {
    if way.is_empty() { Err(WireError::Missing { field: "way" }) } else { Ok(way) }
}

pub(super) fn person_notice_submitted(f: pb::PersonNoticeSubmitted) -> Read<PersonNoticeSubmitted> {
    Ok(PersonNoticeSubmitted {
        notice: name("notice_id", &f.notice_id)?,
        person: name("person", &f.person)?,
        way: way_named(f.way)?,
        due_at: required("due_at", f.due_at)?,
        item: item(f.item)?,
    })
}

pub(super) fn person_notice_extended(f: pb::PersonNoticeExtended) -> Read<PersonNoticeExtended> {
    Ok(PersonNoticeExtended { notice: name("notice_id", &f.notice_id)?, item: item(f.item)? })
}

fn quiet(quiet: pb::QuietHours) -> Read<Quiet> {
    let minute = |field, minute: u32| {
        let minute = u16::try_from(minute).ok().filter(|minute| *minute < 1_440);
        minute.ok_or(WireError::Invalid { field, why: "a day has 1440 minutes" })
    };
    Ok(Quiet {
        from_minute: minute("from_minute", quiet.from_minute)?,
        until_minute: minute("until_minute", quiet.until_minute)?,
    })
}

fn way(choice: pb::WayChoice) -> Read<WayChoice> {
    Ok(WayChoice {
        way: way_named(choice.way)?,
        news: choice.news.into_iter().map(news).collect::<Read<_>>()?,
        digest_minutes: choice.digest_minutes,
    })
}

pub(super) fn news_chosen(f: pb::NewsChosen) -> Read<NewsChosen> {
    Ok(NewsChosen {
        person: name("person", &f.person)?,
        email: f.email.as_str().into(),
        timezone: f.timezone,
        quiet: f.quiet.map(quiet).transpose()?,
        ways: f.ways.into_iter().map(way).collect::<Read<_>>()?,
    })
}

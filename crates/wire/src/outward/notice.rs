//! Words of the brand that belong to no conversation.

use crate::pb::conversation as pb;
use crate::scalar::timestamp;
use conversation::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, Shift, ShiftPostSubmitted};
use conversation::told::{Item, News, NewsChosen, PersonNoticeExtended, PersonNoticeSubmitted, Quiet, WayChoice};

fn shift(shift: Shift) -> pb::Shift {
    match shift {
        Shift::Morning => pb::Shift::Morning,
        Shift::Evening => pb::Shift::Evening,
    }
}

pub(super) fn shift_post_submitted(f: &ShiftPostSubmitted) -> pb::ShiftPostSubmitted {
    pb::ShiftPostSubmitted {
        notice_id: f.notice.to_string(),
        team: f.team.to_string(),
        shift: shift(f.shift).into(),
        shift_at: Some(timestamp(f.shift_at)),
        network: f.network.to_string(),
        text: f.text.clone(),
        people: f.people.iter().map(ToString::to_string).collect(),
        settings_version: f.settings_version.clone(),
    }
}

pub(super) fn notice_attempted(f: &NoticeAttempted) -> pb::NoticeAttempted {
    pb::NoticeAttempted {
        notice_id: f.notice.to_string(),
        attempt: f.attempt,
        attempted_at: Some(timestamp(f.attempted_at)),
    }
}

pub(super) fn notice_sent(f: &NoticeSent) -> pb::NoticeSent {
    pb::NoticeSent {
        notice_id: f.notice.to_string(),
        native_id: f.native_id.clone(),
        sent_at: Some(timestamp(f.sent_at)),
        how: f.how.clone(),
    }
}

pub(super) fn notice_failed(f: &NoticeFailed) -> pb::NoticeFailed {
    pb::NoticeFailed {
        notice_id: f.notice.to_string(),
        attempt: f.attempt,
        reason: f.reason.clone(),
        is_final: f.is_final,
        retry_at: f.retry_at.map(timestamp),
    }
}

pub(super) fn notice_in_doubt(f: &NoticeInDoubt) -> pb::NoticeInDoubt {
    pb::NoticeInDoubt { notice_id: f.notice.to_string(), attempt: f.attempt, reason: f.reason.clone() }
}

pub(crate) fn news(news: News) -> pb::News {
    match news {
        News::Assigned => pb::News::Assigned,
        News::ReplyToMe => pb::News::ReplyToMe,
        News::DeadlineWarning => pb::News::DeadlineWarning,
        News::DeadlineBreach => pb::News::DeadlineBreach,
        News::Escalated => pb::News::Escalated,
        News::CallbackDue => pb::News::CallbackDue,
        News::CallbackMissed => pb::News::CallbackMissed,
        News::Surge => pb::News::Surge,
        News::ReplyFailed => pb::News::ReplyFailed,
        News::ApprovalAsked => pb::News::ApprovalAsked,
        News::ReplySentBack => pb::News::ReplySentBack,
    }
}

fn item(item: &Item) -> pb::NewsItem {
    pb::NewsItem {
        news: news(item.news).into(),
        conversation_id: item.conversation.map(|id| id.to_string()).unwrap_or_default(),
        at: Some(timestamp(item.at)),
        caused_by: item.cause.to_string(),
    }
}

pub(super) fn person_notice_submitted(f: &PersonNoticeSubmitted) -> pb::PersonNoticeSubmitted {
    pb::PersonNoticeSubmitted {
        notice_id: f.notice.to_string(),
        person: f.person.to_string(),
        way: f.way.clone(),
        due_at: Some(timestamp(f.due_at)),
        item: Some(item(&f.item)),
    }
}

pub(super) fn person_notice_extended(f: &PersonNoticeExtended) -> pb::PersonNoticeExtended {
    pb::PersonNoticeExtended { notice_id: f.notice.to_string(), item: Some(item(&f.item)) }
}

fn way(choice: &WayChoice) -> pb::WayChoice {
    pb::WayChoice {
        way: choice.way.clone(),
        news: choice.news.iter().map(|kind| news(*kind).into()).collect(),
        digest_minutes: choice.digest_minutes,
    }
}

pub(crate) fn news_chosen(f: &NewsChosen) -> pb::NewsChosen {
    let quiet = |quiet: Quiet| pb::QuietHours {
        from_minute: quiet.from_minute.into(),
        until_minute: quiet.until_minute.into(),
    };
    pb::NewsChosen {
        person: f.person.to_string(),
        email: f.email.to_string(),
        timezone: f.timezone.clone(),
        quiet: f.quiet.map(quiet),
        ways: f.ways.iter().map(way).collect(),
    }
}

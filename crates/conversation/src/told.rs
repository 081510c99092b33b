//! What people of the brand are told, and how they want to be: which news by which way, at once or gathered, and never in
//! their quiet hours. A notice to a person holds ids, counts and times, and nothing that anybody wrote.

use crate::ids::{ConversationId, NoticeId, PersonId, RecordId};
use crate::personal::PersonalText;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that happened to somebody's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum News {
    /// A conversation was handed or offered to him.
    Assigned,
    /// A customer wrote in a conversation that is his.
    ReplyToMe,
    DeadlineWarning,
    DeadlineBreach,
    Escalated,
    CallbackDue,
    CallbackMissed,
    Surge,
    /// A reply of his did not go out, or may not have.
    ReplyFailed,
    /// A reply waits for somebody to agree to it.
    ApprovalAsked,
    /// Somebody did not agree to a reply of his, and said why.
    ReplySentBack,
}

impl News {
    pub const ALL: [News; 11] = [
        News::Assigned,
        News::ReplyToMe,
        News::DeadlineWarning,
        News::DeadlineBreach,
        News::Escalated,
        News::CallbackDue,
        News::CallbackMissed,
        News::Surge,
        News::ReplyFailed,
        News::ApprovalAsked,
        News::ReplySentBack,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            News::Assigned => "assigned",
            News::ReplyToMe => "reply_to_me",
            News::DeadlineWarning => "deadline_warning",
            News::DeadlineBreach => "deadline_breach",
            News::Escalated => "escalated",
            News::CallbackDue => "callback_due",
            News::CallbackMissed => "callback_missed",
            News::Surge => "surge",
            News::ReplyFailed => "reply_failed",
            News::ApprovalAsked => "approval_asked",
            News::ReplySentBack => "reply_sent_back",
        }
    }

    /// The news of this name.
    pub fn named(name: &str) -> Option<News> {
        News::ALL.into_iter().find(|news| news.as_str() == name)
    }
}

/// One piece of news in a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub news: News,
    /// None for what concerns the whole brand.
    pub conversation: Option<ConversationId>,
    pub at: Timestamp,
    /// The record that it follows from.
    pub cause: RecordId,
}

/// The console: news are there as soon as they are written down, and are read when somebody looks.
pub const CONSOLE: &str = "console";
/// E-mail to the address that the person gave.
pub const EMAIL: &str = "email";
/// The most pieces of news in one notice; those after it begin another one.
pub const ITEMS_MOST: usize = 200;

/// A person is to be told something.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonNoticeSubmitted {
    pub notice: NoticeId,
    pub person: PersonId,
    /// [`CONSOLE`], [`EMAIL`], or a way that the notifier's settings name.
    pub way: String,
    /// Not before then; until then more may be added.
    pub due_at: Timestamp,
    pub item: Item,
}

/// More came together before it went out.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonNoticeExtended {
    pub notice: NoticeId,
    pub item: Item,
}

/// How a person wants to be told; the newest choice is the whole of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewsChosen {
    pub person: PersonId,
    /// Where e-mail goes; empty for nowhere.
    pub email: PersonalText,
    /// IANA name; the brand's when empty.
    pub timezone: String,
    pub quiet: Option<Quiet>,
    pub ways: Vec<WayChoice>,
}

/// Minutes of the day on the person's wall, from 0 to 1439, from when until when nothing rings; over midnight when the
/// second is not after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    pub from_minute: u16,
    pub until_minute: u16,
}

/// What goes by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayChoice {
    pub way: String,
    pub news: Vec<News>,
    /// Gathered and sent this often; at once when 0.
    pub digest_minutes: u32,
}

impl NewsChosen {
    /// Of somebody who has chosen nothing: all news on the console, and nothing that rings.
    pub fn unsaid(person: PersonId) -> Self {
        let ways = vec![WayChoice { way: CONSOLE.into(), news: News::ALL.to_vec(), digest_minutes: 0 }];
        NewsChosen { person, email: "".into(), timezone: String::new(), quiet: None, ways }
    }

    /// When news of now goes out by a way: at the end of the time for which it is gathered, and of the quiet hours.
    pub fn due_at(&self, way: &WayChoice, now: Timestamp, brand_zone: &TimeZone) -> Timestamp {
        // The console does not ring.
        if way.way == CONSOLE {
            return now;
        }
        let gathered = match i64::from(way.digest_minutes) * 60 {
            0 => now,
            every => Timestamp::from_second((now.as_second().div_euclid(every) + 1) * every).unwrap_or(now),
        };
        let own = Some(&self.timezone).filter(|name| !name.is_empty()).and_then(|name| TimeZone::get(name).ok());
        self.quiet.map_or(gathered, |quiet| quiet.over(gathered, &own.unwrap_or_else(|| brand_zone.clone())))
    }
}

impl Quiet {
    /// This instant, or the end of the quiet hours when it lies in them.
    pub fn over(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let local = at.to_zoned(zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let (from, until) = (self.from_minute, self.until_minute);
        let is_in = if from < until { (from..until).contains(&minute) } else { minute >= from || minute < until };
        if from == until || !is_in {
            return at;
        }
        let day = if minute < until { Ok(local.date()) } else { local.date().tomorrow() };
        let end = day.ok().map(|day| {
            let of = |part: u16| i8::try_from(part).unwrap_or(0);
            day.at(of(until / 60), of(until % 60), 0, 0).to_zoned(zone.clone())
        });
        // An end that the clock skips or repeats may lie before; then it is over by now.
        end.and_then(Result::ok).map_or(at, |end| end.timestamp().max(at))
    }
}

/// News older than that are none: whoever was away finds them in the inbox.
pub const NEWS_FOR: SignedDuration = SignedDuration::from_mins(15);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn chosen(quiet: Option<(u16, u16)>, digest_minutes: u32) -> (NewsChosen, WayChoice) {
        let way = WayChoice { way: EMAIL.into(), news: vec![News::Assigned], digest_minutes };
        let chosen = NewsChosen {
            quiet: quiet.map(|(from_minute, until_minute)| Quiet { from_minute, until_minute }),
            timezone: "Europe/Tallinn".into(),
            ..NewsChosen::unsaid(PersonId::new("dana").unwrap())
        };
        (chosen, way)
    }

    #[test]
    fn nothing_rings_in_quiet_hours_on_the_persons_wall() {
        let (night, way) = chosen(Some((22 * 60, 7 * 60)), 0);
        let due = |now: &str| night.due_at(&way, at(now), &TimeZone::UTC).to_string();
        assert_eq!(due("2026-06-01T18:59:00Z"), "2026-06-01T18:59:00Z");
        assert_eq!(due("2026-06-01T19:00:00Z"), "2026-06-02T04:00:00Z", "22:00 in Tallinn");
        assert_eq!(due("2026-06-02T03:59:59Z"), "2026-06-02T04:00:00Z");
        assert_eq!(due("2026-06-02T04:00:00Z"), "2026-06-02T04:00:00Z");
        let (noon, way) = chosen(Some((12 * 60, 13 * 60 + 30)), 0);
        assert_eq!(noon.due_at(&way, at("2026-06-01T09:10:00Z"), &TimeZone::UTC), at("2026-06-01T10:30:00Z"));
        let console = WayChoice { way: CONSOLE.into(), ..way.clone() };
        assert_eq!(noon.due_at(&console, at("2026-06-01T09:10:00Z"), &TimeZone::UTC), at("2026-06-01T09:10:00Z"));
        let (never, way) = chosen(Some((60, 60)), 0);
        assert_eq!(never.due_at(&way, at("2026-06-01T22:30:00Z"), &TimeZone::UTC), at("2026-06-01T22:30:00Z"));
    }

    #[test]
    fn an_end_that_the_clock_skips_comes_right_after() {
        // On 2026-03-29 Tallinn goes from 03:00 to 04:00.
        let (night, way) = chosen(Some((22 * 60, 3 * 60 + 30)), 0);
        assert_eq!(night.due_at(&way, at("2026-03-28T23:00:00Z"), &TimeZone::UTC), at("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn gathered_news_go_at_the_turn_of_their_time() {
        let (hourly, way) = chosen(None, 60);
        assert_eq!(hourly.due_at(&way, at("2026-06-01T09:10:00Z"), &TimeZone::UTC), at("2026-06-01T10:00:00Z"));
        assert_eq!(hourly.due_at(&way, at("2026-06-01T10:00:00Z"), &TimeZone::UTC), at("2026-06-01T11:00:00Z"));
        let (both, way) = chosen(Some((12 * 60, 14 * 60)), 60);
        assert_eq!(both.due_at(&way, at("2026-06-01T08:30:00Z"), &TimeZone::UTC), at("2026-06-01T11:00:00Z"));
    }

    #[test]
    fn names_of_news_are_read_again() {
        assert!(News::ALL.into_iter().all(|news| News::named(news.as_str()) == Some(news)));
        assert_eq!(News::named("gossip"), None);
    }
}

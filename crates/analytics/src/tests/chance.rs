//! Stories made by chance: however a log is cut into portions, wherever the writer dies, however little it keeps in
//! memory, the figures are those of the plain recomputation.

use super::support::{assert_same, items, later, open, write};
use crate::testing::{At, Script};
use conversation::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use conversation::classified::Head;
use conversation::notice::{NoticeFailed, NoticeSent};
use conversation::told::{Item, News, PersonNoticeExtended, PersonNoticeSubmitted};
use conversation::window::WindowWarned;
use conversation::{Fact, NoticeId, PersonId, RecordId};
use jiff::Timestamp;
use proptest::prelude::*;

/// One thing that happens to one of four conversations, some minutes into the story.
#[derive(Debug, Clone)]
struct Step {
    what: u8,
    who: usize,
    other: usize,
    post: u8,
    minute: i64,
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const INTENTS: [&str; 4] = ["complaint", "question", "praise", "noise"];
const TEAMS: [&str; 2] = ["care", "crisis"];

fn step() -> impl Strategy<Value = Step> {
    (0..26_u8, 0..4_usize, 0..4_usize, 0..3_u8, 0..90_i64).prop_map(|(what, who, other, post, minute)| Step {
        what,
        who,
        other,
        post,
        minute,
    })
}

fn tell(steps: &[Step]) -> Script {
    let mut story = Script::new("aurora");
    for step in steps {
        let (name, other, at) = (NAMES[step.who], NAMES[step.other], At::minute(step.minute));
        // Posts are the conversation's own.
        let post = format!("{name}{}", step.post);
        let reply = format!("r{name}{}", step.post);
        match step.what {
            0 | 1 => story.post(name, &post, at),
            2 => story.untimed_post(name, &post, at),
            3 => story.edit(name, &post, at),
            4 => story.delete(name, &post, at),
            5 => story.route(name, &post, TEAMS[step.other % 2], INTENTS[step.other], "en"),
            6 => story.answer(name, &reply, at),
            7 => story.untimed_answer(name, &reply, at),
            8 => story.submit(name, &reply, at),
            9 => story.confirm(name, &reply, &reply, at),
            10 => story.doubt(name, &reply, at),
            11 => story.resolve(name, at),
            12 => story.reopen(name, at),
            13 => story.hand_off(name, TEAMS[step.other % 2], at),
            14 => story.breach(name, at),
            15 if step.who != step.other => {
                story.merge(name, other, at);
                story.absorb(name, other, at);
            }
            16 => story.filter(name, &post, at),
            17 => {
                story.backfill = !story.backfill;
                story.count("webhook", 5, &[("too_long", 1)], at);
            }
            18 => story.correct(name, &post, Head::Intent, INTENTS[step.other], at),
            19 => story.correct(name, &post, Head::Language, ["en", "et"][step.other % 2], at),
            20 => story.private_post(name, &post, at),
            21 => story.put(name, at, vec![held(&story, step, name, &reply)]),
            22 => story.put(name, at, vec![held(&story, step, name, &reply)]),
            23 => {
                // It closed before the story began, as it begins, or long after it is looked at.
                let closes_at = At::minute([-10, 0, 10_000][usize::from(step.post)]);
                story.put(name, at, vec![WindowWarned { closes_at, noticed_at: at }.into()]);
            }
            24 | 25 => {
                let notice = NoticeId::of_news(&person(0), "email", name, RecordId::caused("test", name.as_bytes()));
                story.of_notice(notice, at, vec![of_notice(notice, step, at)]);
            }
            // Nothing merges into itself; a record that came before comes again.
            _ => {
                if let Some(record) = story.records.get(step.minute as usize).cloned() {
                    story.records.push(record);
                }
            }
        }
    }
    story
}

fn person(nth: usize) -> PersonId {
    PersonId::new(["ana", "dana"][nth % 2]).unwrap()
}

/// Somebody has to agree to a reply, agrees, or does not, in whatever order.
fn held(story: &Script, step: &Step, name: &str, reply: &str) -> Fact {
    let (proposal, person) = (story.reply(name, reply), person(step.other));
    match step.what + step.post {
        21 | 24 => ReplyProposed { proposal, person, why: Vec::new(), replies: Vec::new() }.into(),
        22 => ReplyApproved { proposal, person }.into(),
        _ => ReplySentBack { proposal, person, reason: "no".into() }.into(),
    }
}

/// A notice to a person is written down, goes out, or does not, in whatever order.
fn of_notice(notice: NoticeId, step: &Step, at: Timestamp) -> Fact {
    let item = Item { news: News::Assigned, conversation: None, at, cause: RecordId::caused("test", &[step.post]) };
    match step.other {
        0 => PersonNoticeSubmitted { notice, person: person(0), way: "email".into(), due_at: at, item }.into(),
        1 => PersonNoticeExtended { notice, item }.into(),
        2 => NoticeSent { notice, native_id: String::new(), sent_at: at, how: "answered".into() }.into(),
        _ => NoticeFailed { notice, attempt: 1, reason: "gone".into(), is_final: step.post > 0, retry_at: None }.into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn portions_crashes_and_memory_do_not_matter(
        steps in prop::collection::vec(step(), 1..60),
        // How long each portion is, and whether the writer dies before it commits or is started anew after.
        portions in prop::collection::vec((1..9_usize, 0..4_u8), 1..40),
    ) {
        let story = tell(&steps);
        let all = items(&story.records);
        let directory = tempfile::tempdir().unwrap();
        let mut work = open(directory.path(), 2);
        let mut at = 0;
        for (length, fate) in portions {
            let portion = &all[at.min(all.len())..(at + length).min(all.len())];
            match fate {
                // Everything that was folded and not committed is gone with the process.
                0 => {
                    portion.iter().for_each(|item| work.fold.take(item));
                    drop(work);
                    work = open(directory.path(), 2);
                    prop_assert_eq!(work.position().sequence, at as u64);
                }
                1 => {
                    write(&mut work, portion);
                    at = (at + length).min(all.len());
                    drop(work);
                    work = open(directory.path(), 2);
                }
                _ => {
                    write(&mut work, portion);
                    at = (at + length).min(all.len());
                }
            }
        }
        assert_same(directory.path(), &story.records[..at], At::minute(60));
        write(&mut work, &all[at..]);
        assert_same(directory.path(), &story.records, At::minute(60));
        assert_same(directory.path(), &story.records, later());
    }
}

//! What must never happen, whatever is in the log: a panic, and a customer's word in a `Debug`.

use crate::chance::{Chance, SECRET};
use crate::world::*;
use conversation::{Command, Conversation, Fact, Personal, decide, evolve};
use proptest::prelude::*;

#[test]
fn chance_makes_every_kind_of_fact_it_is_asked_for() {
    let mut chance = Chance::new(1);
    for name in Fact::NAMES {
        assert_eq!(chance.fact(name).name(), *name);
    }
}

proptest! {
    /// The log may hold what no decision of today would write; folding it never fails, and what follows is decided.
    #[test]
    fn any_record_is_folded_and_shown_without_a_customer_s_word(start in any::<u64>()) {
        let mut chance = Chance::new(start);
        let mut state = Conversation::default();
        for _ in 0..6 {
            let record = chance.record();
            let shown = format!("{record:?} {record:#?}");
            prop_assert!(!shown.contains(SECRET), "{}", shown);
            evolve(&mut state, &record);
            let shown = format!("{state:?}");
            prop_assert!(!shown.contains(SECRET), "{}", shown);
            read_everything(&state);
        }
        let mut story = Story::new();
        story.state = state;
        for command in of_every_kind(&story) {
            let context = story.context();
            if let Ok(facts) = decide(&story.state, &command, &context) {
                let mut after = story.state.clone();
                evolve(&mut after, &record(cause("last"), story.now, facts));
                read_everything(&after);
            }
        }
    }
}

/// All that a state is asked for.
fn read_everything(state: &Conversation) {
    let _all = (state.status(), state.waiting_since(), state.first_post_at(), state.first_response_at());
    let _more = (state.first_response_seconds(), state.reach(), state.class(), state.newest_post(), state.answers());
    let _rest = (state.unrouted().count(), state.received_posts().map(|post| post.clock()).max());
}

/// One of each command, on posts and replies that the state knows where it knows any.
fn of_every_kind(story: &Story) -> Vec<Command> {
    let key = story.state.posts.first().map_or(post(1), |known| known.key);
    let reply = story.state.replies.iter().find_map(|reply| reply.id);
    let reply = reply.unwrap_or(conversation::ReplyId::of(&matter(1), &cause("elsewhere")));
    let (ana, reason) = (person("ana"), String::from("why"));
    let passing = story.state.deadline.as_ref().map(|deadline| (deadline.kind, deadline.due_at));
    let (kind, due_at) = passing.unwrap_or((conversation::deadlines::DeadlineKind::NextResponse, minute(0)));
    vec![
        Command::ReceivePost(Box::new(received(1, 0))),
        Command::EditPost(conversation::received::PostEdited { post: key, ..edited(1, 1) }),
        Command::DeletePost(conversation::received::PostDeleted { post: key, deleted_at: minute(1) }),
        Command::ObserveEngagement(conversation::received::EngagementObserved { post: key, ..engaged(1, 1, 1) }),
        Command::ObserveReply(Box::new(observed(9, 1))),
        Command::RecordContact(contact(1)),
        Command::ClassifyPost(Box::new(conversation::classified::PostClassified {
            post: key,
            ..classified(1, "complaint")
        })),
        Command::CorrectClassification(conversation::classified::CorrectClassification {
            post: key,
            ..correction(1, conversation::classified::Head::Intent, "praise")
        }),
        Command::ReclassifyPost(Box::new(conversation::classified::PostClassified {
            post: key,
            model_version: "m2".into(),
            ..classified(1, "praise")
        })),
        Command::RoutePost(conversation::routed::RouteDecision { post: key, ..decision(1) }),
        claim("ana"),
        Command::Release { person: ana.clone(), reason: reason.clone() },
        Command::HandOff { by: ana.clone(), to_team: team("care"), to_person: None, reason: reason.clone() },
        Command::Escalate { by: None, to_team: None, reason: reason.clone() },
        Command::AddNote { person: ana.clone(), body: Personal::text("a note") },
        Command::SubmitReply(submission("ana")),
        Command::AttemptReply { reply, after_doubt: true },
        Command::ConfirmReply(sent(reply, 1)),
        Command::FailReply(failed(reply, u32::MAX, false)),
        Command::DoubtReply(doubted(reply, 1)),
        Command::SettleReply { reply, arrived: true },
        Command::PassDeadline { kind, due_at },
        solved(),
        Command::Reopen { person: ana, reason: reason.clone() },
        Command::MergeInto { target: matter(1), reason, person: None },
        Command::Absorb(absorbed(1, &[1], 1)),
    ]
}

#[test]
fn no_command_shows_a_customer_s_word() {
    let secret = Personal::text(SECRET);
    for command in [
        Command::ReceivePost(Box::new(conversation::received::PostReceived {
            personal: secret.clone(),
            ..received(1, 0)
        })),
        Command::AddNote { person: person("ana"), body: secret.clone() },
        Command::SubmitReply(conversation::replied::SubmitReply { body: secret, ..submission("ana") }),
    ] {
        assert!(!format!("{command:?}").contains(SECRET));
    }
}

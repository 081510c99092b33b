//! What must hold for every story there can be, checked over stories made by chance.

use crate::steps::{any_steps, tell};
use crate::world::*;
use conversation::classified::Head;
use conversation::state::ReplyStatus;
use conversation::{Command, Conversation, Decision, Fact, Rejection, Status, decide, evolve, fold};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};

/// Commands that mean something new each time they are asked for under a new request: a second note, reply, call.
fn adds_each_time(command: &Command) -> bool {
    use Command::{AddNote, BookCallback, RecordContact, SubmitReply};
    matches!(command, AddNote { .. } | RecordContact(_) | SubmitReply(_) | BookCallback(_))
}

proptest! {
    #[test]
    fn any_command_twice_changes_nothing_more(steps in any_steps()) {
        let mut story = Story::new();
        for step in &steps {
            let (command, context, decision) = story.step(step);
            let again = decide(&story.state, &command, &context);
            match &decision {
                Ok(_) => prop_assert_eq!(&again, &Ok(vec![]), "the same request: {:?}", command),
                Err(rejection) => prop_assert_eq!(&again, &Err(rejection.clone())),
            }
            let changed = decision.as_ref().is_ok_and(|facts| !facts.is_empty());
            if changed && !adds_each_time(&command) {
                let context = story.context();
                let retold = decide(&story.state, &command, &context);
                if let Command::AttemptReply { after_doubt, .. } = command {
                    // A look-up of the try that has just begun allows one more; nothing else does.
                    prop_assert_eq!(retold.is_ok(), after_doubt, "{:?}", command);
                } else if matches!(command, Command::Release { .. }) && story.state.assignee.is_some() {
                    // He left the seat beside the first line; the first line's is not his to give up.
                    prop_assert!(matches!(retold, Err(Rejection::ClaimedBySomeoneElse { .. })), "{:?}", retold);
                } else {
                    prop_assert_eq!(retold, Ok(vec![]), "another request for the same: {:?}", command);
                }
            }
            if let Some(record) = story.records.last() {
                let mut state = story.state.clone();
                evolve(&mut state, record);
                prop_assert_eq!(&state, &story.state, "the same record");
            }
        }
    }

    #[test]
    fn replay_is_live_from_any_prefix(steps in any_steps()) {
        let mut story = Story::new();
        let mut live = vec![story.state.clone()];
        for step in &steps {
            story.goes_on(step);
            if story.records.len() == live.len() {
                live.push(story.state.clone());
            }
        }
        for (length, state) in live.iter().enumerate() {
            prop_assert_eq!(&fold(&story.records[..length]), state);
        }
    }

    #[test]
    fn records_met_twice_fold_to_the_same(steps in any_steps(), again in prop::collection::vec(any::<prop::sample::Index>(), 1..20)) {
        let story = tell(&steps);
        prop_assume!(!story.records.is_empty());
        let mut records = story.records.clone();
        for at in again {
            // A record comes again anywhere after it came first.
            let first = at.index(story.records.len());
            let record = story.records[first].clone();
            let known = records.iter().position(|known| known.id == record.id).unwrap();
            let later = known + 1 + at.index(records.len() - known);
            records.insert(later, record);
        }
        prop_assert_eq!(fold(&records), story.state);
    }

    #[test]
    fn a_state_reads_back_as_it_was_written(steps in any_steps()) {
        let state = tell(&steps).state;
        let bytes = postcard::to_stdvec(&state).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<Conversation>(&bytes).unwrap(), &state);
        let text = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Conversation>(&text).unwrap(), &state);
    }

    #[test]
    fn every_record_leaves_a_sound_state(steps in any_steps()) {
        let mut story = Story::new();
        for step in &steps {
            let before = story.state.clone();
            let (command, context, decision) = story.step(step);
            if let Err(rejection) = &decision {
                prop_assert_eq!(&story.state, &before);
                prop_assert!(!rejection.to_string().is_empty());
                continue;
            }
            clock_is_sound(&story.state, &command, &decision)?;
            seats_are_sound(&before, &story.state, &decision)?;
            person_s_choices_hold(&before, &story.state, &decision)?;
            replies_are_sound(&before, &story.state, &decision)?;
            if let Ok(facts) = &decision {
                for fact in facts {
                    if let Fact::DeadlineBreached(breach) = fact {
                        prop_assert!(breach.noticed_at >= breach.due_at && context.now == breach.noticed_at);
                        let clock = before.clock(breach.kind);
                        prop_assert!(clock.is_some_and(|open| !open.breached && open.paused_at.is_none()));
                        prop_assert_eq!(before.status(), Status::Open, "only who waits is kept waiting: {:?}", command);
                    }
                }
            }
        }
    }

    #[test]
    fn a_merged_conversation_takes_in_nothing_new(steps in any_steps()) {
        let mut story = Story::new();
        for step in &steps {
            let before = story.state.clone();
            story.goes_on(step);
            if before.status() == Status::Merged {
                let after = &story.state;
                prop_assert_eq!(after.status(), Status::Merged);
                prop_assert_eq!(after.received_posts().count(), before.received_posts().count());
                prop_assert_eq!(&after.absorbed, &before.absorbed);
                prop_assert_eq!(after.waiting_since(), None);
            }
        }
    }
}

/// A clock runs only for somebody who waits, and has run since he began to wait when it was set.
fn clock_is_sound(state: &Conversation, command: &Command, decision: &Decision) -> Result<(), TestCaseError> {
    let waits = state.waiting_since();
    if let Some(deadline) = &state.deadline {
        prop_assert_eq!(state.status(), Status::Open);
        prop_assert!(deadline.due_at >= deadline.clock_started_at);
        prop_assert!(waits.is_some_and(|since| since <= deadline.clock_started_at), "{:?}", deadline);
    }
    for fact in decision.iter().flatten() {
        let Fact::DeadlineSet(set) = fact else { continue };
        let history = state.posts.iter().any(|post| post.backfill);
        // A clock started by itself is reckoned outside, perhaps on an older view.
        let reckoned_here = !matches!(command, Command::StartDeadline(_));
        prop_assert!(waits == Some(set.clock_started_at) || history || !reckoned_here, "{:?}", set);
        prop_assert!(state.clock(set.kind).is_some(), "a clock that was just set runs: {:?}", set);
    }
    if let Some(resolution) = &state.resolution {
        prop_assert!(state.resolved_at.is_none() && state.merged_into.is_none());
        prop_assert!(resolution.paused_at.is_some() || waits.is_some(), "it stands still while nobody waits");
    }
    if let Some(seconds) = state.first_response_seconds() {
        prop_assert!(seconds >= 0);
    }
    Ok(())
}

/// An offer stands only while nobody has the conversation, and each seat is filled and left by name.
fn seats_are_sound(before: &Conversation, after: &Conversation, decision: &Decision) -> Result<(), TestCaseError> {
    if after.offer.is_some() {
        prop_assert!(after.assignee.is_none() && after.resolved_at.is_none() && after.merged_into.is_none());
    }
    let facts: BTreeSet<&str> = decision.iter().flatten().map(Fact::name).collect();
    if before.second != after.second {
        let moves = ["Claimed", "Released", "Escalated", "Deescalated"];
        prop_assert!(moves.iter().any(|name| facts.contains(name)), "{:?}", facts);
    }
    if before.team != after.team {
        prop_assert!(["Routed", "Placed", "HandedOff"].iter().any(|name| facts.contains(name)), "{:?}", facts);
    }
    let flags: BTreeSet<_> = after.flags.iter().map(|raised| raised.flag).collect();
    prop_assert_eq!(flags.len(), after.flags.len(), "a flag is up once");
    Ok(())
}

/// What people decided stays until people decide otherwise, and an open matter does not sink.
fn person_s_choices_hold(
    before: &Conversation,
    after: &Conversation,
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let facts: BTreeSet<&str> = decision.iter().flatten().map(Fact::name).collect();
    if before.assignee != after.assignee {
        prop_assert!(["Claimed", "Released", "HandedOff"].iter().any(|name| facts.contains(name)), "{:?}", facts);
    }
    if before.placed_by_person && before.team != after.team {
        prop_assert!(facts.contains("HandedOff"), "{:?}", facts);
    }
    if before.opened && before.resolved_at.is_none() && after.resolved_at.is_none() {
        prop_assert!(after.priority >= before.priority);
    }
    for post in after.posts.iter().filter(|post| post.routed) {
        prop_assert!(post.received && post.class.is_some() && post.pending_text.is_none());
    }
    let posts: BTreeSet<_> = after.posts.iter().map(|post| post.key).collect();
    prop_assert_eq!(posts.len(), after.posts.len(), "a post stands here once");
    Ok(())
}

/// No reply is tried after it was sent, has failed, or is in doubt; and none is tried again while it is being tried
/// unless somebody looked.
fn replies_are_sound(before: &Conversation, after: &Conversation, decision: &Decision) -> Result<(), TestCaseError> {
    for fact in decision.iter().flatten() {
        let Fact::ReplyAttempted(attempt) = fact else { continue };
        let reply = before.reply(&attempt.reply).expect("an attempted reply is known");
        prop_assert_eq!(attempt.attempt, reply.attempts + 1);
        let may = [ReplyStatus::Submitted, ReplyStatus::Attempted, ReplyStatus::Retrying];
        prop_assert!(may.contains(&reply.status), "{:?}", reply.status);
    }
    let mut keys: Vec<_> = after.replies.iter().filter_map(|reply| reply.post).collect();
    // Two replies may claim one post only if a network gave the same id twice, to two replies of ours.
    keys.extend(after.replies.iter().filter(|reply| reply.id.is_some()).filter_map(|reply| reply.post));
    for key in keys {
        let observed = after.replies.iter().filter(|reply| reply.id.is_none() && reply.post == Some(key)).count();
        let ours = after.replies.iter().filter(|reply| reply.id.is_some() && reply.post == Some(key)).count();
        prop_assert!(observed == 0 || ours == 0, "one word of the brand is one reply");
        prop_assert!(observed <= 1);
    }
    Ok(())
}

/// Facts of brands, of customers, of filtered posts and of notices.
const ELSEWHERE: [&str; 24] = [
    "PostFiltered",
    "PostBroughtBack",
    "CustomerTeamSet",
    "TeamChoiceChanged",
    "CustomerProfiled",
    "AnswerWayChosen",
    "ProfilesLinked",
    "ProfilesUnlinked",
    "ExceptionGranted",
    "PromiseMade",
    "PromiseKept",
    "SettingsPublished",
    "PresenceChanged",
    "SurgeDetected",
    "SurgeEnded",
    "ShiftPostSubmitted",
    "PersonNoticeSubmitted",
    "PersonNoticeExtended",
    "NewsChosen",
    "NoticeAttempted",
    "NoticeSent",
    "NoticeFailed",
    "NoticeInDoubt",
    "IntakeCounted",
];

/// The stories above would prove little if they never came to the point.
#[test]
fn the_stories_reach_every_fact_and_every_rejection() {
    let mut runner = TestRunner::deterministic();
    let mut facts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut rejections: BTreeMap<&str, u32> = BTreeMap::new();
    let stories = any_steps();
    for _ in 0..900 {
        let steps = stories.new_tree(&mut runner).unwrap().current();
        let mut story = Story::new();
        for step in &steps {
            match story.step(step).2 {
                Ok(new) => new.iter().for_each(|fact| *facts.entry(fact.name()).or_default() += 1),
                Err(rejection) => *rejections.entry(rejection.code()).or_default() += 1,
            }
        }
    }
    for name in Fact::NAMES.iter().filter(|name| !ELSEWHERE.contains(name)) {
        assert!(facts.contains_key(name), "no story has a {name}: {facts:?}");
    }
    let codes = [
        Rejection::NotOpened,
        Rejection::AlreadyResolved,
        Rejection::MergedInto { target: matter(1) },
        Rejection::MergesIntoItself,
        Rejection::ClaimedBySomeoneElse { person: person("ana") },
        Rejection::UnknownPost,
        Rejection::NotClassified,
        Rejection::UnknownLabel { head: Head::Intent, known: String::new() },
        Rejection::UnknownReply,
        Rejection::ReplyNotSendable { status: ReplyStatus::Sent },
        Rejection::ReplyNotInDoubt { status: ReplyStatus::Sent },
        Rejection::ReplyOnItsWay,
        Rejection::ReplyWaitsForApproval,
        Rejection::UnknownProposal,
        Rejection::OwnProposal,
        Rejection::WindowClosed { closed_at: minute(0) },
        Rejection::AskedInPrivate,
        Rejection::ReasonMissing,
        Rejection::TextMissing,
        Rejection::UnknownCallback,
        Rejection::CallbackInThePast,
        Rejection::NotDue { due_at: minute(0) },
    ];
    for code in codes.map(|rejection| rejection.code()) {
        assert!(rejections.contains_key(code), "no story has a {code}: {rejections:?}");
    }
}

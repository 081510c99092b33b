//! What comes in: once, in any order, and never twice.

use crate::world::*;
use conversation::received::{EngagementObserved, HandleUse, PostReceived, ReplyObserved};
use conversation::{Command, Conversation, Fact, Rejection, Status};

fn receive(post: PostReceived) -> Command {
    Command::ReceivePost(Box::new(post))
}

#[test]
fn a_post_that_is_in_changes_nothing_whatever_brings_it_again() {
    let mut story = Story::new();
    story.given(receive(received(1, 0)));
    let again = [
        receive(received(1, 0)),
        receive(PostReceived { source: "import".into(), backfill: true, ..received(1, 0) }),
        Command::ObserveReply(Box::new(observed(1, 0))),
    ];
    for command in again {
        assert_eq!(story.when(&command), Ok(vec![]), "{command:?}");
    }
    assert_eq!(story.state.received_posts().count(), 1);
    assert_eq!(story.state.status(), Status::New);
}

#[test]
fn a_post_keeps_what_decisions_ask_about() {
    let mut story = Story::new();
    let private = PostReceived {
        private: true,
        handle_use: HandleUse::Care,
        parent_native_id: "post-0".into(),
        followers: 8_200,
        ..received(1, 0)
    };
    story.at(3).given(receive(private));
    let post = story.state.post(&post(1)).unwrap();
    assert!(post.private && post.is_reply && story.state.private);
    assert_eq!((post.handle_use, post.followers), (HandleUse::Care, 8_200));
    assert_eq!(post.pending_text.as_deref(), Some("text as received"));
    assert_eq!((&*story.state.region, &*story.state.tier), ("north", "gold"));
    assert_eq!(story.state.reach(), 8_200);
}

#[test]
fn the_clock_of_a_post_starts_when_the_network_says_but_never_later_than_it_was_seen() {
    for (posted, seen, clock) in [(Some(0), 5, 0), (Some(9), 5, 5), (None, 5, 5)] {
        let mut story = Story::new();
        let post_received = PostReceived { posted_at: posted.map(minute), ..received(1, 0) };
        story.at(seen).given(receive(post_received));
        assert_eq!(story.state.post(&post(1)).unwrap().clock(), minute(clock), "posted {posted:?}, seen {seen}");
    }
}

#[test]
fn an_edit_and_a_deletion_may_come_before_the_post() {
    let mut story = Story::new();
    story.at(3).given(Command::EditPost(edited(1, 2))).given(Command::DeletePost(deleted(1, 3)));
    assert!(!story.state.knows(&post(1)), "only an edit and a deletion of it have come");
    assert_eq!(story.state.newest_post(), None);
    story.at(4).given(receive(received(1, 1)));
    let post = story.state.post(&post(1)).unwrap();
    assert_eq!(post.pending_text.as_deref(), Some("text edited at 2"), "the edit holds the newer text");
    assert_eq!((post.edited_at, post.deleted_at), (Some(minute(2)), Some(minute(3))));
    assert_eq!(story.waits_since(), None, "nobody waits for an answer to a deleted post");
}

#[test]
fn only_a_newer_edit_counts_and_the_text_goes_once_it_is_routed() {
    let mut story = Story::new();
    story.given(receive(received(1, 0))).given(Command::EditPost(edited(1, 5)));
    assert_eq!(story.when(&Command::EditPost(edited(1, 4))), Ok(vec![]));
    assert_eq!(story.when(&Command::EditPost(edited(1, 5))), Ok(vec![]));
    story.given(Command::ClassifyPost(Box::new(classified(1, "question")))).given(Command::RoutePost(decision(1)));
    assert_eq!(story.state.post(&post(1)).unwrap().pending_text, None);
    story.given(Command::EditPost(edited(1, 9)));
    assert_eq!(story.state.post(&post(1)).unwrap().pending_text, None, "no rule will ask for the text any more");
}

#[test]
fn the_newest_totals_win_and_unchanged_ones_are_not_written() {
    let mut story = Story::new();
    assert_eq!(story.when(&Command::ObserveEngagement(engaged(1, 4, 1))), Err(Rejection::UnknownPost));
    story.given(receive(received(1, 0))).given(Command::ObserveEngagement(engaged(1, 4, 10)));
    for (totals, at, why) in [(9, 5, "older"), (9, 10, "as old"), (4, 20, "the same totals")] {
        assert_eq!(story.when(&Command::ObserveEngagement(engaged(1, totals, at))), Ok(vec![]), "{why}");
    }
    let fewer_likes = EngagementObserved { likes: 1, ..engaged(1, 4, 30) };
    story.given(Command::ObserveEngagement(fewer_likes));
    assert_eq!(story.state.post(&post(1)).unwrap().spread(), (4, 8, 1, 400));
}

#[test]
fn an_answer_given_elsewhere_counts_once_and_stops_the_wait() {
    let mut story = Story::new();
    story.writes(1, 0, "complaint").at(7).given(Command::ObserveReply(Box::new(observed(9, 5))));
    assert_eq!(story.when(&Command::ObserveReply(Box::new(observed(9, 5)))), Ok(vec![]));
    assert_eq!(story.when(&receive(received(9, 5))), Ok(vec![]), "the brand's own post is no customer's post");
    assert_eq!((story.state.answers(), story.state.status()), (1, Status::WaitingForCustomer));
    assert_eq!(story.state.first_response_seconds(), Some(300));
    assert_eq!(story.state.deadline, None);
}

#[test]
fn no_figure_is_made_of_times_that_the_network_did_not_give() {
    let untimed_post = PostReceived { posted_at: None, ..received(1, 0) };
    let untimed_reply = ReplyObserved { posted_at: None, ..observed(9, 0) };
    for (post, reply) in [(untimed_post, observed(9, 5)), (received(1, 0), untimed_reply)] {
        let mut story = Story::new();
        story.given(receive(post)).at(6).given(Command::ObserveReply(Box::new(reply)));
        assert_eq!(story.state.answers(), 1);
        assert_eq!(story.state.first_response_seconds(), None);
    }
}

#[test]
fn our_own_reply_shown_by_the_network_is_one_reply_whichever_comes_first() {
    for echo_first in [true, false] {
        let mut story = Story::new();
        story.writes(1, 0, "question").at(5);
        let reply = story.submits("ana");
        story.attempts(reply);
        let echo = Command::ObserveReply(Box::new(observed(200, 5)));
        if echo_first {
            story.given(echo).given(Command::ConfirmReply(sent(reply, 5)));
        } else {
            story.given(Command::ConfirmReply(sent(reply, 5)));
            assert_eq!(story.when(&echo), Ok(vec![]));
        }
        assert_eq!(story.state.answers(), 1, "echo first: {echo_first}");
        assert_eq!(story.state.reply(&reply).unwrap().person, Some(person("ana")));
    }
}

#[test]
fn a_contact_over_another_way_is_kept_and_opens_nothing() {
    let mut story = Story::new();
    story.given(Command::RecordContact(contact(-38)));
    assert_eq!((story.state.contacts, story.state.status()), (1, Status::New));
    story.writes(1, 0, "complaint");
    assert_eq!((story.state.contacts, story.state.status()), (1, Status::Open));
}

#[test]
fn a_conversation_is_private_when_its_newest_word_is() {
    let mut story = Story::new();
    let private_reply = ReplyObserved { private: true, ..observed(9, 10) };
    story.at(10).given(Command::ObserveReply(Box::new(private_reply)));
    story.at(11).given(receive(received(1, 0)));
    assert!(story.state.private, "the post is older, though it came later");
    story.at(12).given(receive(received(2, 12)));
    assert!(!story.state.private);
}

#[test]
fn history_brought_in_later_is_marked_until_a_live_post_comes() {
    let mut story = Story::new();
    story.given(receive(PostReceived { backfill: true, ..received(1, 0) }));
    assert!(story.state.backfill_only);
    story.given(receive(PostReceived { demo: true, ..received(2, 1) }));
    assert!(!story.state.backfill_only && story.state.demo);
}

#[test]
fn what_is_brought_in_late_is_not_the_last_that_happened() {
    let mut story = Story::new();
    story.at(20).given(receive(received(1, 20))).at(3).given(receive(received(2, 3)));
    assert_eq!(story.state.last_activity_at, Some(minute(20)));
}

#[test]
fn facts_about_brands_and_filtered_posts_change_no_conversation() {
    let filtered = conversation::received::PostFiltered {
        rule: "contest".into(),
        settings_version: "s1".into(),
        kept_as: conversation::received::KeptAs::Filtered,
        post: Box::new(received(1, 0)),
    };
    let mut state = Conversation::default();
    conversation::evolve(&mut state, &record(cause("filtered"), minute(0), vec![Fact::from(filtered)]));
    assert_eq!(state.posts, vec![]);
    assert_eq!(state.status(), Status::New);
}

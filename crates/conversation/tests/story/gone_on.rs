//! Replies that wait for somebody: to agree to them, or to say how an answer goes on that did not go out whole; and the time in
//! which a network takes private messages at all.

use crate::world::*;
use conversation::approval::ApproveReply;
use conversation::received::PostReceived;
use conversation::replied::{
    EARLIER_PART_FAILED, MOVED_TO_PRIVATE, Notify, RECEIVED, ReplyFailed, ReplySubmitted, SubmitReply,
};
use conversation::state::ReplyStatus;
use conversation::window::{self, Window};
use conversation::{Command, Conversation, Fact, Network, PostKey, Rejection, ReplyId, resumed};

impl Story {
    fn opened() -> Story {
        let mut story = Story::new();
        story.writes(1, 0, "question");
        story
    }

    /// Asks for something in this minute, and gets it.
    fn does(&mut self, minutes: i64, command: Command) -> Vec<Fact> {
        let decision = self.at(minutes).when(&command);
        decision.unwrap_or_else(|rejection| panic!("{command:?} was refused: {rejection}"))
    }

    /// Asks for something in this minute, and is refused it.
    fn refuses(&mut self, minutes: i64, command: Command) -> Rejection {
        self.at(minutes).when(&command).expect_err("it is refused")
    }
}

fn said(text: &str) -> SubmitReply {
    SubmitReply::plain(person("dana"), text)
}

fn in_three() -> SubmitReply {
    SubmitReply { parts: ["one", "two", "three"].map(str::to_owned).to_vec(), ..said("one two three") }
}

fn proposed() -> SubmitReply {
    SubmitReply { approval: vec!["person".into()], ..said("We promise it") }
}

fn failed(reply: ReplyId, attempt: u32) -> Command {
    let reason = "refused_401".into();
    Command::FailReply(ReplyFailed { reply, attempt, reason, is_final: true, retry_at: None })
}

/// The replies that stand in the story, in their order.
fn ids(state: &Conversation) -> Vec<ReplyId> {
    state.replies.iter().filter_map(|reply| reply.id).collect()
}

fn statuses(state: &Conversation) -> Vec<ReplyStatus> {
    state.replies.iter().map(|reply| reply.status).collect()
}

/// Part 1 is there, part 2 is refused.
fn half_sent() -> (Story, Vec<ReplyId>) {
    let mut story = Story::opened();
    story.does(2, Command::SubmitReply(in_three()));
    let ids = ids(&story.state);
    story.does(3, Command::AttemptReply { reply: ids[0], after_doubt: false });
    story.does(3, Command::ConfirmReply(sent(ids[0], 3)));
    story.does(4, Command::AttemptReply { reply: ids[1], after_doubt: false });
    story.does(4, failed(ids[1], 1));
    (story, ids)
}

#[test]
fn half_an_answer_is_shown_and_the_rest_is_sent_in_one_step() {
    use ReplyStatus::{Failed, Sent, Submitted};
    let (mut story, ids) = half_sent();
    assert_eq!(statuses(&story.state), [Sent, Failed, Failed]);
    let open = resumed::unfinished(&story.state).unwrap();
    assert_eq!((open.failed.id, open.sent, &*open.failed.failed), (Some(ids[1]), 1, "refused_401"));
    assert_eq!(&*story.state.reply(&ids[2]).unwrap().failed, EARLIER_PART_FAILED);

    let resume = Command::ResumeReply { reply: ids[1], person: person("dana") };
    let facts = story.does(6, resume.clone());
    let [Fact::ReplyResumed(fact)] = &facts[..] else { panic!("{facts:?}") };
    let parts: Vec<_> = fact.replies.iter().map(|part| (part.reply, part.part, part.attempts, part.times)).collect();
    assert_eq!(parts, [(ids[1], 2, 1, 1), (ids[2], 3, 0, 1)]);
    assert_eq!(statuses(&story.state), [Sent, Submitted, Submitted]);
    assert!(resumed::unfinished(&story.state).is_none());
    // The same wish again, and the wish for what is there.
    assert!(story.does(7, resume).is_empty());
    let there = Command::ResumeReply { reply: ids[0], person: person("dana") };
    assert_eq!(story.refuses(7, there), Rejection::ReplyNotSendable { status: Sent });

    // It may fail again, and be sent once more again.
    story.does(8, Command::AttemptReply { reply: ids[1], after_doubt: false });
    story.does(8, failed(ids[1], 2));
    assert_eq!(statuses(&story.state), [Sent, Failed, Failed]);
    let facts = story.does(9, Command::ResumeReply { reply: ids[1], person: person("dana") });
    let Fact::ReplyResumed(fact) = &facts[0] else { panic!("{facts:?}") };
    assert_eq!((fact.replies[0].times, fact.replies[0].attempts, fact.replies[1].times), (2, 2, 2));
}

#[test]
fn the_rest_is_given_up_with_a_reason_and_can_still_be_sent() {
    let (mut story, ids) = half_sent();
    let give_up = |reason: &str| Command::GiveUpReply { reply: ids[1], person: person("dana"), reason: reason.into() };
    assert_eq!(story.refuses(5, give_up(" ")), Rejection::ReasonMissing);
    assert_eq!(story.does(5, give_up("told him by phone")).len(), 1);
    assert!(story.does(6, give_up("told him by phone")).is_empty());
    assert!(resumed::unfinished(&story.state).is_none());
    assert_eq!(story.does(7, Command::ResumeReply { reply: ids[1], person: person("dana") }).len(), 1);
    assert!(story.state.replies.iter().all(|reply| !reply.given_up));
}

#[test]
fn a_part_that_proves_not_to_be_there_takes_the_rest_with_it() {
    use ReplyStatus::{Failed, InDoubt, Sent, Submitted};
    let mut story = Story::opened();
    story.does(2, Command::SubmitReply(in_three()));
    let ids = ids(&story.state);
    story.does(3, Command::AttemptReply { reply: ids[0], after_doubt: false });
    story.does(3, Command::ConfirmReply(sent(ids[0], 3)));
    story.does(4, Command::AttemptReply { reply: ids[1], after_doubt: false });
    story.does(4, Command::DoubtReply(doubted(ids[1], 1)));
    assert_eq!(statuses(&story.state), [Sent, InDoubt, Submitted]);
    story.does(5, Command::SettleReply { reply: ids[1], arrived: false });
    assert_eq!(statuses(&story.state), [Sent, Failed, Failed], "nobody reads an end without its middle");
    // Whichever part is named, it goes on from the first that is not there.
    let facts = story.does(6, Command::ResumeReply { reply: ids[2], person: person("dana") });
    let Fact::ReplyResumed(fact) = &facts[0] else { panic!("{facts:?}") };
    assert_eq!(fact.replies.iter().map(|part| part.part).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_part_in_doubt_that_is_not_there_goes_out_again_with_the_rest_in_one_step() {
    use ReplyStatus::{Sent, Submitted};
    let mut story = Story::opened();
    story.does(2, Command::SubmitReply(in_three()));
    let ids = ids(&story.state);
    let again = || Command::SendAgain { reply: ids[1], person: person("dana") };
    story.does(3, Command::AttemptReply { reply: ids[0], after_doubt: false });
    story.does(3, Command::ConfirmReply(sent(ids[0], 3)));
    story.does(4, Command::AttemptReply { reply: ids[1], after_doubt: false });
    let busy = Rejection::ReplyNotInDoubt { status: ReplyStatus::Attempted };
    assert_eq!(story.refuses(4, again()), busy, "it may be on its way");
    story.does(5, Command::DoubtReply(doubted(ids[1], 1)));
    let facts = story.does(6, again());
    let [Fact::ReplyFailed(_), Fact::ReplyFailed(_), Fact::ReplyResumed(resumed)] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(resumed.replies.iter().map(|part| part.part).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(statuses(&story.state), [Sent, Submitted, Submitted]);
    assert!(resumed::unfinished(&story.state).is_none());
    // Somebody else has it: nothing is said of the reply either.
    let mut held = story.clone();
    held.does(7, Command::AttemptReply { reply: ids[1], after_doubt: false });
    held.does(7, Command::DoubtReply(doubted(ids[1], 2)));
    held.does(8, Command::Claim { person: person("ivo"), team: None });
    assert!(matches!(held.refuses(9, again()), Rejection::ClaimedBySomeoneElse { .. }));
    assert_eq!(statuses(&held.state)[1], ReplyStatus::InDoubt);
}

#[test]
fn nobody_sends_the_rest_of_an_answer_in_somebody_elses_conversation() {
    let (mut story, ids) = half_sent();
    story.does(5, Command::Claim { person: person("dana"), team: None });
    let other = Command::ResumeReply { reply: ids[1], person: person("lee") };
    assert_eq!(story.refuses(6, other), Rejection::ClaimedBySomeoneElse { person: person("dana") });
}

#[test]
fn what_was_sent_once_more_stands_behind_what_was_said_since() {
    let (mut story, ids) = half_sent();
    story.does(5, Command::SubmitReply(said("Something else")));
    story.does(6, Command::ResumeReply { reply: ids[1], person: person("dana") });
    let order = self::ids(&story.state);
    assert_eq!((order[0], &order[2..]), (ids[0], &ids[1..]));
}

fn replies_of(facts: &[Fact]) -> Vec<ReplySubmitted> {
    match facts {
        [Fact::ReplyProposed(fact)] => fact.replies.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_goes_out_before_somebody_else_agrees() {
    let mut story = Story::opened();
    let replies = replies_of(&story.does(2, Command::SubmitReply(proposed())));
    let proposal = replies[0].reply;
    assert!(story.state.replies.is_empty());
    assert_eq!((story.state.proposals[0].id, &story.state.proposals[0].person), (proposal, &person("dana")));
    let solved = Command::Resolve { person: None, outcome: conversation::resolved::Outcome::Solved };
    assert_eq!(story.refuses(3, solved), Rejection::ReplyWaitsForApproval);

    let approve =
        |name: &str| Command::ApproveReply(ApproveReply { proposal, person: person(name), replies: replies.clone() });
    assert_eq!(story.refuses(3, approve("dana")), Rejection::OwnProposal);
    let facts = story.does(4, approve("kim"));
    assert!(matches!(&facts[..], [Fact::ReplyApproved(_), Fact::ReplySubmitted(reply)] if *reply == replies[0]));
    assert!(story.state.proposals.is_empty());
    assert_eq!(story.state.reply(&proposal).unwrap().status, ReplyStatus::Submitted);
    assert!(story.does(5, approve("lee")).is_empty());
    assert_eq!(story.state.reply(&proposal).unwrap().person, Some(person("dana")));
}

#[test]
fn a_proposal_is_sent_back_with_a_reason_once() {
    let mut story = Story::opened();
    let replies = replies_of(&story.does(2, Command::SubmitReply(proposed())));
    let proposal = replies[0].reply;
    let back = |reason: &str| Command::SendBackReply { proposal, person: person("kim"), reason: reason.into() };
    assert_eq!(story.refuses(3, back("")), Rejection::ReasonMissing);
    assert_eq!(story.does(3, back("We do not promise")).len(), 1);
    assert!(story.does(4, back("We do not promise")).is_empty());
    let late = Command::ApproveReply(ApproveReply { proposal, person: person("kim"), replies });
    assert_eq!(story.refuses(5, late), Rejection::UnknownProposal);
    assert!(story.state.replies.is_empty() && story.state.proposals.is_empty());
}

#[test]
fn what_the_guard_stops_is_not_even_proposed() {
    let mut story = Story::opened();
    let stopped = SubmitReply { stops: vec!["tone".into()], ..proposed() };
    let facts = story.does(2, Command::SubmitReply(stopped));
    assert!(matches!(&facts[..], [Fact::DraftStopped(_)]), "{facts:?}");
    assert!(story.state.proposals.is_empty());
}

#[test]
fn a_matter_moves_to_private_with_a_public_word_that_stands_or_falls_with_it() {
    use ReplyStatus::{Failed, Submitted};
    let mut story = Story::opened();
    let moved = SubmitReply { private: true, public_note: "We wrote to you privately.".into(), ..said("Here it is") };
    let facts = story.does(2, Command::SubmitReply(moved));
    let [Fact::ReplySubmitted(message), Fact::ReplySubmitted(note)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((message.private, note.private, note.notice.as_str()), (true, false, MOVED_TO_PRIVATE));
    assert_eq!((note.in_reply_to, note.body.text.as_str()), (message.in_reply_to, "We wrote to you privately."));
    assert_eq!(statuses(&story.state), [Submitted, Submitted]);
    // It was no notice that nobody wrote.
    assert_eq!(story.state.notices, 0);
    let ids = ids(&story.state);
    story.does(3, Command::AttemptReply { reply: ids[0], after_doubt: false });
    story.does(3, failed(ids[0], 1));
    assert_eq!(statuses(&story.state), [Failed, Failed], "nobody is told of a message that is not there");
    story.does(4, Command::ResumeReply { reply: ids[0], person: person("dana") });
    assert_eq!(statuses(&story.state), [Submitted, Submitted]);
    // The message is an answer, the word about it is none.
    for reply in ids {
        story.does(5, Command::AttemptReply { reply, after_doubt: false });
        story.does(5, Command::ConfirmReply(sent(reply, 5)));
    }
    assert_eq!((story.state.answers(), story.state.private), (1, true));
}

/// A private message on this network, in the first minute.
fn asked_on(name: &str) -> Story {
    let network = Network::new(name).unwrap();
    let post = PostReceived { network, private: true, ..received(1, 0) };
    let mut story = Story::new();
    story.does(0, Command::ReceivePost(Box::new(post)));
    story.does(0, Command::ClassifyPost(Box::new(classified(1, "question"))));
    story.does(0, Command::RoutePost(decision(1)));
    story
}

/// Where a reply goes, and in what words.
fn leaves(facts: &[Fact]) -> Vec<(bool, PostKey)> {
    let replies = facts.iter().filter_map(|fact| match fact {
        Fact::ReplySubmitted(reply) => Some((reply.private, reply.in_reply_to)),
        _ => None,
    });
    replies.collect()
}

#[test]
fn what_was_asked_in_private_is_never_answered_aloud() {
    let (private, aloud) = (SubmitReply { private: true, ..said("Here it is") }, said("Here it is"));
    let noted = SubmitReply { public_note: "We wrote to you privately.".into(), ..private.clone() };
    let mut story = asked_on("x");
    for reply in [aloud.clone(), noted.clone(), SubmitReply { in_reply_to: Some(post(1)), ..aloud.clone() }] {
        assert_eq!(story.refuses(2, Command::SubmitReply(reply)), Rejection::AskedInPrivate);
    }
    assert_eq!(leaves(&story.does(2, Command::SubmitReply(private.clone()))), [(true, post(1))]);
    // He asks in public, too, and then in private again.
    story.does(3, Command::ReceivePost(Box::new(received(2, 3))));
    story.does(4, Command::ReceivePost(Box::new(PostReceived { private: true, ..received(3, 4) })));
    assert_eq!(leaves(&story.does(5, Command::SubmitReply(aloud.clone()))), [(false, post(2))]);
    assert_eq!(leaves(&story.does(6, Command::SubmitReply(noted))), [(true, post(3)), (false, post(2))]);
    let named = SubmitReply { in_reply_to: Some(post(3)), ..aloud };
    assert_eq!(story.refuses(7, Command::SubmitReply(named)), Rejection::AskedInPrivate);
}

#[test]
fn who_wants_it_in_private_is_told_in_private_while_the_network_takes_it() {
    const DAY: i64 = 24 * 60;
    let told = |in_private| Command::Notify(Notify { notice: RECEIVED, text: "We have it".into(), in_private });
    let public = |n: u8, minutes: i64| {
        let post = PostReceived { network: Network::new("whatsapp").unwrap(), ..received(n, minutes) };
        Command::ReceivePost(Box::new(post))
    };
    let asked = |minutes: i64| {
        let mut story = asked_on("whatsapp");
        story.does(minutes, public(2, minutes));
        story
    };
    assert_eq!(leaves(&asked(5).does(6, told(false))), [(false, post(2))], "where he wrote last");
    assert_eq!(leaves(&asked(5).does(6, told(true))), [(true, post(1))]);
    assert_eq!(leaves(&asked(5).does(DAY + 1, told(true))), [(false, post(2))], "the network takes none any more");
    let mut never = Story::opened();
    assert_eq!(leaves(&never.does(1, told(true))), [(false, post(1))], "he never wrote in private");
}

#[test]
fn a_window_opens_with_each_private_message_and_closes_by_the_clock() {
    const DAY: i64 = 24 * 60;
    let whatsapp = asked_on("whatsapp");
    let closes_at = minute(DAY);
    assert_eq!(window::window(&whatsapp.state), Some(Window { opened_at: minute(0), closes_at, person_until: None }));
    let messenger = asked_on("messenger");
    assert_eq!(window::window(&messenger.state).unwrap().ends_at(), minute(7 * DAY));
    assert_eq!(window::window(&asked_on("telegram").state), None);

    let private = SubmitReply { private: true, ..said("Here it is") };
    let mut story = asked_on("whatsapp");
    let refused = story.refuses(DAY, Command::SubmitReply(private.clone()));
    assert_eq!((refused.code(), refused), ("WINDOW_CLOSED", Rejection::WindowClosed { closed_at: closes_at }));
    assert_eq!(story.does(DAY - 1, Command::SubmitReply(private.clone())).len(), 1);
    let mut person = asked_on("messenger");
    assert_eq!(person.does(DAY + 1, Command::SubmitReply(private)).len(), 1);
}

#[test]
fn whoever_has_it_is_warned_once_before_a_window_closes() {
    const DAY: i64 = 24 * 60;
    let mut story = asked_on("whatsapp");
    let warn = Command::WarnOfWindow { closes_at: minute(DAY) };
    let (at, _) = window::warn_at(&story.state).unwrap();
    assert_eq!(at, minute(DAY - 120));
    assert_eq!(story.refuses(DAY - 121, warn.clone()), Rejection::NotDue { due_at: at });
    assert_eq!(story.does(DAY - 120, warn.clone()).len(), 1);
    assert!(story.does(DAY - 100, warn.clone()).is_empty());
    assert_eq!(window::warn_at(&story.state), None);
    // The next message opens another one.
    let post = PostReceived { private: true, network: Network::new("whatsapp").unwrap(), ..received(2, DAY - 60) };
    story.does(DAY - 60, Command::ReceivePost(Box::new(post)));
    assert_eq!(window::warn_at(&story.state).unwrap().0, minute(2 * DAY - 180));
    assert!(story.does(DAY - 50, warn).is_empty());
}

//! Networks deliver late, twice and in any order. Where the order may vary, the end is the same.

use crate::steps::any_intake;
use crate::world::*;
use conversation::received::{PostReceived, ReplyObserved};
use conversation::{Command, Context, Conversation, Fact, fold};
use jiff::Timestamp;
use proptest::prelude::*;

/// A state without what may differ: in which order things stand, which requests came to nothing, up to when unchanged
/// totals were looked at, and between which two looks the speed was taken.
pub fn normal(state: &Conversation) -> Conversation {
    let mut normal = state.clone();
    normal.posts.sort_by_key(|post| post.key);
    normal.replies.sort_by_key(|reply| (reply.id, reply.post));
    normal.absorbed.sort();
    normal.absorbed_posts.sort();
    normal.to_absorb.sort();
    normal.seen.clear();
    normal.last_activity_at = None;
    for post in &mut normal.posts {
        post.engagement_at = None;
        post.per_hour = 0.0;
    }
    normal
}

/// A command with the time it happened and what caused it, both of which it keeps in whatever order it comes.
#[derive(Debug, Clone)]
struct Sent {
    command: Command,
    at: Timestamp,
    cause: String,
}

fn sent_at(at: i64, command: Command) -> Sent {
    let cause = format!("{command:?}");
    Sent { command, at: minute(at), cause }
}

/// What is left after these came in this order. What is refused now comes again at the end, as a source would do.
fn after(commands: &[&Sent]) -> Story {
    let mut story = Story::new();
    let mut refused = Vec::new();
    for sent in commands {
        let context = Context { conversation: matter(0), record: cause(&sent.cause), now: sent.at };
        if story.when_in(&sent.command, &context).is_err() {
            refused.push((sent, context));
        }
    }
    for (sent, context) in refused {
        let _still = story.when_in(&sent.command, &context);
    }
    story
}

fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(at);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

fn same_end(commands: &[Sent], then: &[Sent]) {
    let commands: Vec<&Sent> = commands.iter().collect();
    let expected = normal(&after(&[&commands[..], &then.iter().collect::<Vec<_>>()].concat()).state);
    for order in orders(&commands) {
        let told: Vec<&Sent> = order.iter().copied().chain(then).collect();
        let story = after(&told);
        assert_eq!(normal(&story.state), expected, "{:#?}", order);
        assert_eq!(fold(&story.records), story.state);
    }
}

fn receive(n: u8, at: i64) -> Command {
    Command::ReceivePost(Box::new(received(n, at)))
}

fn to_a_team(n: u8, at: i64) -> [Sent; 2] {
    [
        sent_at(at, Command::ClassifyPost(Box::new(classified(n, "complaint")))),
        sent_at(at, Command::RoutePost(decision(n))),
    ]
}

#[test]
fn a_post_its_edit_and_its_deletion_in_all_six_orders() {
    let three = [
        sent_at(1, receive(1, 0)),
        sent_at(3, Command::EditPost(edited(1, 2))),
        sent_at(5, Command::DeletePost(deleted(1, 4))),
    ];
    same_end(&three, &[]);
    same_end(&three, &to_a_team(1, 6));
}

#[test]
fn two_edits_two_deletions_and_the_post_twice_in_all_720_orders() {
    let again = PostReceived { source: "import".into(), ..received(1, 0) };
    let six = [
        sent_at(1, receive(1, 0)),
        sent_at(1, Command::ReceivePost(Box::new(again))),
        sent_at(3, Command::EditPost(edited(1, 2))),
        sent_at(4, Command::EditPost(edited(1, 3))),
        sent_at(5, Command::DeletePost(deleted(1, 4))),
        sent_at(5, Command::DeletePost(deleted(1, 4))),
    ];
    same_end(&six, &to_a_team(1, 6));
}

#[test]
fn an_answer_is_observed_before_or_after_the_post_it_answers() {
    for private in [false, true] {
        let reply = ReplyObserved { private, ..observed(9, 5) };
        let [classify, route] = to_a_team(1, 2);
        let line = [sent_at(1, receive(1, 0)), classify, route];
        let answer = sent_at(6, Command::ObserveReply(Box::new(reply)));
        let mut ends = Vec::new();
        for at in 0..=line.len() {
            let mut told: Vec<&Sent> = line.iter().collect();
            told.insert(at, &answer);
            ends.push(normal(&after(&told).state));
        }
        for end in &ends {
            assert_eq!(end, &ends[0]);
            assert_eq!((end.private, end.deadline.clone(), end.answers()), (private, None, 1));
        }
    }
}

/// What decisions keep from the log today may stand in it all the same: each of these facts in two records, in any
/// order, says no more than once.
#[test]
fn facts_met_twice_in_other_records_say_no_more() {
    let newer = conversation::received::PostEdited { post: post(1), ..edited(2, 5) };
    let facts = [
        Fact::from(received(1, 0)),
        Fact::from(edited(1, 2)),
        Fact::from(newer),
        Fact::from(deleted(1, 4)),
        Fact::from(deleted(1, 7)),
        Fact::from(observed(9, 3)),
        Fact::from(absorbed(1, &[7], 2)),
    ];
    let fold_of = |facts: &[Fact]| {
        let records = facts
            .iter()
            .enumerate()
            .map(|(n, fact)| record(cause(&format!("record {n} of {}", facts.len())), minute(9), vec![fact.clone()]));
        normal(&fold(&records.collect::<Vec<_>>()))
    };
    let expected = fold_of(&facts);
    let known = expected.post(&post(1)).unwrap();
    assert_eq!(known.pending_text.as_deref(), Some("text edited at 5"));
    assert_eq!(known.deleted_at, Some(minute(4)), "it was gone when it was first said to be");
    assert_eq!((expected.absorbed.len(), expected.absorbed_posts.len()), (1, 1));
    for order in orders(&facts) {
        assert_eq!(fold_of(&order), expected, "{order:#?}");
    }
    assert_eq!(fold_of(&[facts.clone(), facts.clone()].concat()), expected);
}

#[test]
fn our_reply_and_its_echo_in_both_orders() {
    let mut story = Story::new();
    story.writes(1, 0, "question").at(3);
    let reply = story.submits("ana");
    story.attempts(reply);
    let both = [Command::ConfirmReply(sent(reply, 4)), Command::ObserveReply(Box::new(observed(200, 4)))];
    let ends = [[0, 1], [1, 0]].map(|order| {
        let mut story = story.clone();
        for command in order.map(|at| &both[at]) {
            story.when(command).unwrap();
        }
        normal(&story.state)
    });
    assert_eq!(ends[0], ends[1]);
}

proptest! {
    /// Totals that grow, as totals do, may come in any order.
    #[test]
    fn the_newest_totals_win_in_any_order(order in Just((0..6_u64).collect::<Vec<_>>()).prop_shuffle(), grow in prop::collection::vec(0..3_u64, 6)) {
        let totals: Vec<u64> = grow.iter().scan(0, |sum, more| { *sum += more; Some(*sum) }).collect();
        let mut commands = vec![sent_at(0, receive(1, 0))];
        commands.extend(order.iter().map(|n| {
            let at = 10 + *n as i64;
            sent_at(at, Command::ObserveEngagement(engaged(1, totals[*n as usize], at)))
        }));
        let state = after(&commands.iter().collect::<Vec<_>>()).state;
        prop_assert_eq!(state.post(&post(1)).unwrap().shares, totals[5]);
    }

    /// As facts in the log, any totals at all: the newest observed wins.
    #[test]
    fn the_newest_total_wins_in_any_fold(order in Just((0..6_u64).collect::<Vec<_>>()).prop_shuffle(), totals in prop::collection::vec(0..9_u64, 6)) {
        let records: Vec<_> = order.iter().map(|n| {
            let fact = Fact::from(engaged(1, totals[*n as usize], *n as i64));
            record(cause(&format!("total {n}")), minute(*n as i64), vec![fact])
        }).collect();
        prop_assert_eq!(fold(&records).post(&post(1)).unwrap().shares, totals[5]);
    }

    /// Whatever comes in from outside, before anything was decided about it.
    #[test]
    fn intake_in_any_order_ends_in_the_same_state(
        (first, second) in prop::collection::vec((any_intake(), 0..90_i64), 1..14).prop_flat_map(|intake| {
            let sent: Vec<Sent> = one_of_each(intake);
            (Just(sent.clone()), Just(sent).prop_shuffle())
        }),
        intents in prop::collection::vec(prop::sample::select(vec!["complaint", "praise"]), 4),
    ) {
        let routes = (1..=4).flat_map(|n| {
            let classify = Command::ClassifyPost(Box::new(classified(n, intents[n as usize - 1])));
            [sent_at(100, classify), sent_at(100, Command::RoutePost(decision(n)))]
        });
        let routes: Vec<Sent> = routes.collect();
        let ends = [first, second].map(|order| {
            let story = after(&order.iter().chain(&routes).collect::<Vec<_>>());
            assert_eq!(fold(&story.records), story.state);
            normal(&story.state)
        });
        prop_assert_eq!(&ends[0], &ends[1]);
    }
}

/// A network says one thing of each kind about a post at one time: of two posts of one key the first is kept, and
/// totals grow with the time they were observed at.
fn one_of_each(intake: Vec<(Command, i64)>) -> Vec<Sent> {
    let mut known = std::collections::BTreeSet::new();
    let mut sent = Vec::new();
    for (command, at) in intake {
        let (kind, key, time) = match &command {
            Command::ReceivePost(post) => ("post", Some(post.post), None),
            Command::ObserveReply(reply) => ("reply", Some(reply.post), None),
            Command::EditPost(edit) => ("edit", Some(edit.post), Some(edit.edited_at)),
            Command::DeletePost(deleted) => ("delete", Some(deleted.post), None),
            Command::ObserveEngagement(seen) => ("totals", Some(seen.post), None),
            Command::RecordContact(contact) => ("contact", None, Some(contact.contacted_at)),
            other => panic!("{other:?} does not come in from outside"),
        };
        if known.insert((kind, key, time)) {
            sent.push(sent_at(at, command));
        }
    }
    sent
}

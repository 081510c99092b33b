//! Appending: the guard, the id, and many writers at once.

use crate::world::{World, about, brand, contact, draft, fill, note_contact, presence, record};
use conversation::{Command, Fact, Rejection};
use journal::{AppendError, TransactError};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Barrier;

crate::both!(
    the_first_record_expects_nothing_before_it,
    a_stale_expectation_is_a_conflict,
    the_same_record_again_is_a_duplicate,
    a_retry_is_recognised_after_others_have_written,
    an_id_that_is_taken_elsewhere_is_told,
    what_is_too_large_is_refused_with_its_size,
    of_twenty_racing_writers_one_wins_and_none_is_lost,
    a_decision_is_made_on_what_is_there,
    a_refusal_never_rests_on_an_old_hint,
    the_same_cause_is_decided_once,
    a_fact_without_a_decision_is_added,
);

async fn the_first_record_expects_nothing_before_it(world: World) {
    let first = world.journal.append(&record(&about("ann"), "1"), 0).await.unwrap();
    assert!(!first.duplicate);
    let second = world.journal.append(&record(&about("ann"), "2"), first.sequence).await.unwrap();
    assert!(second.sequence > first.sequence);
    // Another conversation starts at 0 again.
    let other = world.journal.append(&record(&about("bea"), "3"), 0).await.unwrap();
    assert!(other.sequence > second.sequence);
    assert_eq!(world.journal.last_of(&about("ann")).await.unwrap(), second.sequence);
    assert_eq!(world.journal.last_sequence().await.unwrap(), other.sequence);
}

async fn a_stale_expectation_is_a_conflict(world: World) {
    fill(&world.journal, "ann", 2).await;
    for expected in [0, 1, 99] {
        let lost = world.journal.append(&record(&about("ann"), "late"), expected).await;
        assert_eq!(lost, Err(AppendError::Conflict { expected }));
    }
    assert_eq!(world.journal.load(&about("ann")).await.unwrap().entries.len(), 2);
}

async fn the_same_record_again_is_a_duplicate(world: World) {
    let written = record(&about("ann"), "1");
    let first = world.journal.append(&written, 0).await.unwrap();
    // As after an acknowledgement that got lost: the same record, expecting what it expected before.
    let again = world.journal.append(&written, 0).await.unwrap();
    assert_eq!((again.sequence, again.duplicate), (first.sequence, true));
    // As after a restart that loaded the conversation before it decided the same again.
    let later = world.journal.append(&written, first.sequence).await.unwrap();
    assert_eq!((later.sequence, later.duplicate), (first.sequence, true));
    assert_eq!(world.journal.load(&about("ann")).await.unwrap().entries.len(), 1);
}

async fn a_retry_is_recognised_after_others_have_written(world: World) {
    let written = record(&about("ann"), "mine");
    let mine = world.journal.append(&written, 0).await.unwrap();
    let theirs = world.journal.append(&record(&about("ann"), "theirs"), mine.sequence).await.unwrap();
    let again = world.journal.append(&written, 0).await.unwrap();
    assert_eq!((again.sequence, again.duplicate), (mine.sequence, true));
    assert_eq!(world.journal.last_of(&about("ann")).await.unwrap(), theirs.sequence);
}

async fn an_id_that_is_taken_elsewhere_is_told(world: World) {
    let first = world.journal.append(&record(&about("ann"), "same"), 0).await.unwrap();
    let elsewhere = world.journal.append(&record(&about("bea"), "same"), 0).await;
    let subject = wire::subjects::of(&about("ann"));
    assert_eq!(elsewhere, Err(AppendError::Elsewhere { sequence: first.sequence, subject }));
    assert!(world.journal.load(&about("bea")).await.unwrap().entries.is_empty());
}

async fn what_is_too_large_is_refused_with_its_size(world: World) {
    let mut large = record(&about("ann"), "large");
    large.facts = vec![Fact::from(contact(&"x".repeat(1 << 20)))];
    match world.journal.append(&large, 0).await {
        Err(AppendError::TooLarge { bytes, limit }) => assert!(bytes > 1 << 20 && limit < 1 << 20),
        other => panic!("expected TooLarge, got {other:?}"),
    }
    // Just within it goes through.
    large.facts = vec![Fact::from(contact(&"x".repeat(1_000_000)))];
    world.journal.append(&large, 0).await.unwrap();
    assert_eq!(world.journal.load(&about("ann")).await.unwrap().entries[0].record, large);
}

async fn of_twenty_racing_writers_one_wins_and_none_is_lost(world: World) {
    const WRITERS: usize = 20;
    let barrier = Arc::new(Barrier::new(WRITERS));
    let mut racers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (journal, barrier) = (world.journal.clone(), barrier.clone());
        racers.spawn(async move {
            barrier.wait().await;
            let outcome = journal.append(&record(&about("ann"), &format!("race-{writer}")), 0).await;
            let won = outcome.is_ok();
            assert!(won || outcome == Err(AppendError::Conflict { expected: 0 }), "{outcome:?}");
            // The losers decide again, until the log takes theirs too.
            let words = format!("contact-{writer}");
            loop {
                match journal.transact(&about("ann"), draft(&words), None, note_contact(&words)).await {
                    Ok(done) => return (won, done.record.expect("it was not there before").id),
                    Err(TransactError::TooManyConflicts { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|(won, _)| *won).count(), 1, "exactly one wins the first sequence");
    let loaded = world.journal.load(&about("ann")).await.unwrap();
    let written: HashSet<_> = loaded.records().map(|record| record.id).collect();
    assert_eq!(loaded.entries.len(), WRITERS + 1, "no sequence was won twice");
    assert!(outcomes.iter().all(|(_, id)| written.contains(id)), "none is lost");
}

async fn a_decision_is_made_on_what_is_there(world: World) {
    let first = world.journal.transact(&about("ann"), draft("1"), None, note_contact("1")).await.unwrap();
    assert_eq!(first.state.contacts, 1);
    // With the right hint, and with one that others have overtaken.
    let hint = Some((first.state.clone(), first.version));
    let second = world.journal.transact(&about("ann"), draft("2"), hint.clone(), note_contact("2")).await.unwrap();
    let third = world.journal.transact(&about("ann"), draft("3"), hint, note_contact("3")).await.unwrap();
    assert_eq!((second.state.contacts, third.state.contacts), (2, 3));
    let loaded = world.journal.load(&about("ann")).await.unwrap();
    assert_eq!(conversation::fold(loaded.records()), third.state);
    assert_eq!(loaded.last_sequence, third.version);
}

async fn a_refusal_never_rests_on_an_old_hint(world: World) {
    let empty = world.journal.transact(&about("ann"), draft("1"), None, note_contact("1")).await.unwrap();
    let stale = (conversation::Conversation::default(), 0);
    let needs_contact = |state: &conversation::Conversation, _: &conversation::Context| match state.contacts {
        0 => Err(Rejection::NotOpened),
        _ => Ok(Vec::new()),
    };
    let done = world.journal.transact(&about("ann"), draft("2"), Some(stale), needs_contact).await.unwrap();
    assert_eq!((done.version, done.record), (empty.version, None));
    // A refusal that is right stays one.
    let refused = world.journal.transact(&about("bea"), draft("3"), None, needs_contact).await;
    assert_eq!(refused, Err(TransactError::Rejected(Rejection::NotOpened)));
}

async fn the_same_cause_is_decided_once(world: World) {
    let first = world.journal.transact(&about("ann"), draft("1"), None, note_contact("1")).await.unwrap();
    let again = world.journal.transact(&about("ann"), draft("1"), None, note_contact("1")).await.unwrap();
    assert_eq!((again.record, again.version), (None, first.version));
    // Also for whoever does not know yet that it is there.
    let stale = Some((conversation::Conversation::default(), 0));
    let blind = world.journal.transact(&about("ann"), draft("1"), stale, note_contact("1")).await.unwrap();
    assert_eq!(blind.version, first.version);
    assert_eq!(blind.state, first.state);
    assert_eq!(world.journal.load(&about("ann")).await.unwrap().entries.len(), 1);
    // Only a conversation is decided on.
    let brand = conversation::Subject::Brand { brand: brand() };
    let decide = |state: &_, context: &_| conversation::decide(state, &Command::RecordContact(contact("x")), context);
    assert!(world.journal.transact(&brand, draft("2"), None, decide).await.is_err());
}

async fn a_fact_without_a_decision_is_added(world: World) {
    let mut racers = tokio::task::JoinSet::new();
    for at in 0..8 {
        let journal = world.journal.clone();
        racers.spawn(async move { journal.add(&presence(&format!("p-{at}"), at % 2 == 0)).await.unwrap() });
    }
    let sequences: HashSet<u64> = racers.join_all().await.iter().map(|appended| appended.sequence).collect();
    assert_eq!(sequences.len(), 8);
    assert!(world.journal.add(&presence("p-3", false)).await.unwrap().duplicate);
    assert_eq!(world.journal.load(&crate::world::about_brand()).await.unwrap().entries.len(), 8);
}

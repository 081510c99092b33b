//! Reading one conversation.

use crate::world::{World, about, draft, fill, note_contact, presence, record};
use bytes::Bytes;
use conversation::ConversationId;
use journal::testing::inject;

crate::both!(
    a_conversation_is_read_in_order,
    a_conversation_is_read_beyond_one_page,
    a_conversation_is_found_by_its_id,
    what_cannot_be_read_is_told_and_stops_nothing,
    a_message_is_read_by_its_sequence,
);

async fn a_conversation_is_read_in_order(world: World) {
    let nothing = world.journal.load(&about("nobody")).await.unwrap();
    assert_eq!((nothing.entries.len(), nothing.last_sequence), (0, 0));
    for turn in 0..3 {
        fill_one(&world, "ann", turn).await;
        fill_one(&world, "bea", turn).await;
    }
    let loaded = world.journal.load(&about("ann")).await.unwrap();
    let sequences: Vec<u64> = loaded.entries.iter().map(|stored| stored.sequence).collect();
    assert_eq!(sequences, [1, 3, 5]);
    assert!(loaded.records().all(|record| record.subject == about("ann")));
    assert_eq!(loaded.last_sequence, 5);
    let after = world.journal.load_after(&about("ann"), 3).await.unwrap();
    assert_eq!(after.entries, loaded.entries[2..]);
    let none = world.journal.load_after(&about("ann"), 5).await.unwrap();
    assert_eq!((none.entries.len(), none.last_sequence), (0, 5));
}

async fn fill_one(world: &World, name: &str, turn: usize) {
    let last = world.journal.last_of(&about(name)).await.unwrap();
    world.journal.append(&record(&about(name), &format!("{name}-{turn}")), last).await.unwrap();
}

async fn a_conversation_is_read_beyond_one_page(world: World) {
    const MANY: usize = 2_300;
    let sequences = fill(&world.journal, "ann", MANY).await;
    let loaded = world.journal.load(&about("ann")).await.unwrap();
    assert_eq!(loaded.entries.iter().map(|stored| stored.sequence).collect::<Vec<_>>(), sequences);
    assert_eq!(Some(&loaded.last_sequence), sequences.last());
    assert!(loaded.undecodable.is_empty());
}

async fn a_conversation_is_found_by_its_id(world: World) {
    fill(&world.journal, "ann", 3).await;
    fill(&world.journal, "bea", 2).await;
    let wanted = about("ann").conversation().unwrap();
    let found = world.journal.find(&wanted).await.unwrap().expect("it is there");
    assert_eq!(found, world.journal.load(&about("ann")).await.unwrap());
    assert_eq!(found.entries[0].record.subject, about("ann"));
    let absent = ConversationId::of(&crate::world::customer("ann"), 7);
    assert_eq!(world.journal.find(&absent).await.unwrap(), None);
}

async fn what_cannot_be_read_is_told_and_stops_nothing(world: World) {
    fill(&world.journal, "ann", 1).await;
    let subject = wire::subjects::of(&about("ann"));
    let broken = inject(&world.journal, &subject, Bytes::from_static(b"\xffnot a record")).await.unwrap();
    let empty = inject(&world.journal, &subject, Bytes::new()).await.unwrap();
    world.journal.append(&record(&about("ann"), "after"), empty).await.unwrap();
    let loaded = world.journal.load(&about("ann")).await.unwrap();
    assert_eq!(loaded.entries.len(), 2);
    assert_eq!(loaded.undecodable, [broken, empty]);
    assert_eq!(loaded.last_sequence, empty + 1);
    // Deciding goes on with what can be read.
    let done = world.journal.transact(&about("ann"), draft("next"), None, note_contact("next")).await.unwrap();
    assert_eq!(done.state.contacts, 3);
}

async fn a_message_is_read_by_its_sequence(world: World) {
    let written = presence("here", true);
    let appended = world.journal.append(&written, 0).await.unwrap();
    let raw = world.journal.get(appended.sequence).await.unwrap().expect("it is there");
    assert_eq!(raw.sequence, appended.sequence);
    assert_eq!(raw.subject, wire::subjects::of(&written.subject));
    assert_eq!(raw.message_id, Some(written.id.to_string()));
    assert_eq!(crate::world::record_of(&raw.entry().unwrap()), &written);
    assert_eq!(world.journal.get(appended.sequence + 1).await.unwrap(), None);
}

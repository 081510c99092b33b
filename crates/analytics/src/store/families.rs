//! Conversations that proved to be one. They count once, in the one that goes on: its figures are its own, with what
//! adds up (posts, replies, hand-offs, ...) of all that were merged into it, over any number of merges.

use super::{Row, StoreError, key, load, put_conversation, schema, while_doing};
use crate::figures::{Figures, Tally};
use crate::fold::{Entry, Fold};
use conversation::ConversationId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

const DOING: &str = "merging conversations in the projection";

/// The conversations that others were merged into.
pub fn roots(connection: &Connection) -> rusqlite::Result<HashSet<ConversationId>> {
    let mut statement = connection.prepare("SELECT DISTINCT root FROM conversation WHERE root IS NOT NULL")?;
    statement.query_map([], |row| row.get(0).map(id_of))?.collect()
}

/// Brings the figures of all families up to date that a batch has touched. The rows of what is dirty hold its own figures
/// when this begins.
pub fn settle(
    transaction: &Transaction<'_>,
    fold: &Fold,
    roots: &mut HashSet<ConversationId>,
) -> Result<(), StoreError> {
    let mut touched = BTreeSet::new();
    for id in &fold.dirty {
        let entry = fold.entry(id).expect("what is dirty is in memory until it is written");
        if roots.contains(id) {
            touched.insert(*id);
        }
        if entry.state.merged_into.is_none() {
            continue;
        }
        for (member, before) in family_of(transaction, id)? {
            let root = root_of(transaction, member)?;
            set_root(transaction, &member, &root)?;
            roots.insert(root);
            touched.extend(before);
            touched.insert(root);
        }
    }
    // Who is no root any more gets its own figures back before others add them up.
    let (members, leading): (Vec<_>, Vec<_>) = {
        let mut split = (Vec::new(), Vec::new());
        for id in touched {
            if root_of(transaction, id)? == id { split.1.push(id) } else { split.0.push(id) }
        }
        split
    };
    for id in members {
        put_own(transaction, fold, &id)?;
    }
    for id in leading {
        put_sum(transaction, fold, &id)?;
    }
    Ok(())
}

/// All whose merges may lead elsewhere now that this one was merged, each with its root so far.
fn family_of(
    transaction: &Transaction<'_>,
    id: &ConversationId,
) -> Result<Vec<(ConversationId, Option<ConversationId>)>, StoreError> {
    let doing = while_doing(DOING);
    let mut statement = transaction
        .prepare_cached(
            "SELECT conversation_id, root FROM conversation WHERE conversation_id = ?1
             UNION SELECT conversation_id, root FROM conversation WHERE root = ?1
             UNION SELECT conversation_id, root FROM conversation
                 WHERE root = (SELECT root FROM conversation WHERE conversation_id = ?1)",
        )
        .map_err(&doing)?;
    let found = statement
        .query_map([key(id)], |row| Ok((id_of(row.get(0)?), row.get::<_, Option<[u8; 16]>>(1)?.map(id_of))))
        .map_err(&doing)?;
    found.collect::<rusqlite::Result<_>>().map_err(doing)
}

/// Where the merges of a conversation lead: to the first that was not merged. Merges that lead round in a ring, which
/// two writers at the same instant can make, end in the smallest id of the ring.
fn root_of(transaction: &Transaction<'_>, id: ConversationId) -> Result<ConversationId, StoreError> {
    let doing = while_doing(DOING);
    let mut way = vec![id];
    loop {
        let at = way[way.len() - 1];
        let next: Option<Option<[u8; 16]>> = transaction
            .prepare_cached("SELECT merged_into FROM conversation WHERE conversation_id = ?1")
            .and_then(|mut statement| statement.query_row([key(&at)], |row| row.get(0)).optional())
            .map_err(&doing)?;
        let Some(next) = next.flatten().map(id_of) else { return Ok(at) };
        if let Some(ring) = way.iter().position(|known| *known == next) {
            return Ok(*way[ring..].iter().min().expect("a ring has a member"));
        }
        way.push(next);
    }
}

fn set_root(transaction: &Transaction<'_>, id: &ConversationId, root: &ConversationId) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE conversation SET root = ?2 WHERE conversation_id = ?1")
        .and_then(|mut statement| statement.execute(params![key(id), key(root)]))
        .map_err(while_doing(DOING))?;
    Ok(())
}

/// Writes the row of one that goes on in another: its own figures, which count there.
fn put_own(transaction: &Transaction<'_>, fold: &Fold, id: &ConversationId) -> Result<(), StoreError> {
    let Some((number, entry)) = entry_of(transaction, fold, id)? else { return Ok(()) };
    let row = Row { number, id, entry: &entry, counted: false };
    put_conversation(transaction, &row, &Figures::of(&entry.state, &entry.course)).map_err(while_doing(DOING))
}

/// Writes the row of a root: its own figures and what its members add.
fn put_sum(transaction: &Transaction<'_>, fold: &Fold, id: &ConversationId) -> Result<(), StoreError> {
    let doing = while_doing(DOING);
    let Some((number, entry)) = entry_of(transaction, fold, id)? else { return Ok(()) };
    let mut figures = Figures::of(&entry.state, &entry.course);
    figures.tally.add(&members_tally(transaction, id).map_err(&doing)?);
    let counted = figures.first_post_at.is_some();
    put_conversation(transaction, &Row { number, id, entry: &entry, counted }, &figures).map_err(&doing)
}

/// A root as it stands: from memory, else from the file; none when no record of it has come yet.
fn entry_of(
    transaction: &Transaction<'_>,
    fold: &Fold,
    root: &ConversationId,
) -> Result<Option<(i64, Entry)>, StoreError> {
    let known = match fold.entry(root) {
        Some(entry) => Some(entry.clone()),
        None => load(transaction, root)?,
    };
    Ok(known.and_then(|entry| entry.number.map(|number| (number, entry))))
}

fn members_tally(transaction: &Transaction<'_>, root: &ConversationId) -> rusqlite::Result<Tally> {
    transaction.prepare_cached(&schema::MEMBERS_TALLY)?.query_row([key(root)], Tally::read)
}

fn id_of(bytes: [u8; 16]) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_bytes(bytes))
}

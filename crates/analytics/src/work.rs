//! The writer's blocking half: folds a batch and commits it. It can be tried again after any error, and goes on where it
//! stood: items leave the batch only when they are folded, and the fold keeps what is not committed.

use crate::fold::{Fold, Position, conversation_of};
use crate::store::files::{Begun, Files};
use crate::store::{Store, StoreError, Trouble};
use journal::Item;
use std::collections::VecDeque;
use std::path::PathBuf;

/// One file with the fold that is written to it.
pub struct Work {
    store: Store,
    pub fold: Fold,
    batch: VecDeque<Item>,
    writes: PathBuf,
    /// It is rebuilt beside an outdated file.
    pub rebuilds: bool,
    /// How many conversations stay in memory.
    keep: usize,
    /// An error may have left the connection in a bad way.
    suspect: bool,
}

impl Work {
    pub fn new(begun: Begun, keep: usize) -> Self {
        let fold = Fold::from(begun.store.position());
        let Begun { store, writes, rebuilds, .. } = begun;
        Work { store, fold, batch: VecDeque::new(), writes, rebuilds, keep, suspect: false }
    }

    /// How far the log is in the file.
    pub fn position(&self) -> Position {
        self.store.position()
    }

    /// Adds to what is to be written.
    pub fn add(&mut self, items: VecDeque<Item>) {
        self.batch.extend(items);
    }

    /// What is to be written, as far as it is not folded yet.
    pub fn batch(&self) -> &VecDeque<Item> {
        &self.batch
    }

    /// Folds and commits everything in hand.
    pub fn step(&mut self) -> Result<(), StoreError> {
        let done = self.fold_and_commit();
        if let Err(error) = &done {
            self.suspect |= error.trouble != Trouble::Full;
        }
        done
    }

    fn fold_and_commit(&mut self) -> Result<(), StoreError> {
        if self.suspect {
            self.store.reopen(&self.writes)?;
            self.suspect = false;
        }
        while let Some(item) = self.batch.front() {
            if let Some(id) = conversation_of(item)
                && !self.fold.holds(&id)
                && let Some(entry) = self.store.load(&id)?
            {
                self.fold.remember(id, entry);
            }
            self.fold.take(item);
            self.batch.pop_front();
        }
        if !self.fold.is_clean(self.store.position()) {
            self.store.commit(&mut self.fold)?;
            self.fold.written(self.keep);
        }
        Ok(())
    }

    /// Puts the rebuilt file into the place of the outdated one and goes on there. After an error the files have to be
    /// looked at anew.
    pub fn promote(self, files: &Files, reads: &crate::reads::Reads) -> Result<Self, StoreError> {
        let Work { store, fold, batch, keep, .. } = self;
        reads.move_to(files.main(), || {
            store.close()?;
            files.promote()
        })?;
        let store = Store::open(&files.main())?;
        tracing::info!(
            sequence = store.position().sequence,
            "the rebuilt projection has taken the place of the old one"
        );
        Ok(Work { store, fold, batch, writes: files.main(), rebuilds: false, keep, suspect: false })
    }

    /// Brings everything into one file at the end. What fails is made good by the next start.
    pub fn close(self) {
        if let Err(error) = self.store.close() {
            tracing::debug!(%error, "the projection is left as it is");
        }
    }

    #[cfg(test)]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

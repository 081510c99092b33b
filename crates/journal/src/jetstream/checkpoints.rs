//! Checkpoints: a projection as of a sequence, in the object store. One that is missing or damaged only costs the
//! time to read the log from the start.

use super::{CHECKPOINTS, Log};
use crate::JournalError;
use async_nats::jetstream::object_store::{GetErrorKind, ObjectMetadata, ObjectStore};
use bytes::Bytes;
use tokio::io::AsyncReadExt;

/// The sequence stands in front, big-endian.
const HEAD: usize = 8;

impl Log {
    pub async fn save_checkpoint(&self, name: &str, sequence: u64, bytes: Bytes) -> Result<(), JournalError> {
        let doing = "save a checkpoint";
        let store = self.checkpoints(doing).await?;
        let head = sequence.to_be_bytes();
        let mut content = head.as_slice().chain(&bytes[..]);
        let meta = ObjectMetadata { name: name.to_owned(), ..ObjectMetadata::default() };
        store.put(meta, &mut content).await.map_err(|error| JournalError::unavailable(doing, error))?;
        Ok(())
    }

    pub async fn load_checkpoint(&self, name: &str) -> Result<Option<(u64, Bytes)>, JournalError> {
        let doing = "load a checkpoint";
        let store = self.checkpoints(doing).await?;
        let mut object = match store.get(name).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::unavailable(doing, error)),
        };
        let size = object.info.size;
        let mut content = Vec::with_capacity(size);
        // Its hash is checked at the end of reading.
        if let Err(error) = object.read_to_end(&mut content).await {
            tracing::warn!(name, %error, "a checkpoint cannot be read; the log is read from the start");
            return Ok(None);
        }
        let Some(head) = content.first_chunk::<HEAD>().filter(|_| content.len() == size) else {
            tracing::warn!(name, "a checkpoint is cut; the log is read from the start");
            return Ok(None);
        };
        let sequence = u64::from_be_bytes(*head);
        Ok(Some((sequence, Bytes::from(content).slice(HEAD..))))
    }

    async fn checkpoints(&self, doing: &'static str) -> Result<ObjectStore, JournalError> {
        let mut patience = self.patience(doing);
        loop {
            patience.connected().await?;
            match self.context.get_object_store(CHECKPOINTS).await {
                Ok(store) => return Ok(store),
                Err(error) => patience.again(error).await?,
            }
        }
    }
}

//! Checkpoints.

use crate::world::World;
use bytes::Bytes;

crate::both!(a_checkpoint_comes_back_as_it_was_kept, a_large_checkpoint_comes_back_whole);

async fn a_checkpoint_comes_back_as_it_was_kept(world: World) {
    let journal = &world.journal;
    assert_eq!(journal.load_checkpoint("routing").await.unwrap(), None);
    journal.save_checkpoint("routing", 41, Bytes::from_static(b"state")).await.unwrap();
    assert_eq!(journal.load_checkpoint("routing").await.unwrap(), Some((41, Bytes::from_static(b"state"))));
    // The newer one replaces it, also when it is empty; another name is another checkpoint.
    journal.save_checkpoint("routing", u64::MAX, Bytes::new()).await.unwrap();
    assert_eq!(journal.load_checkpoint("routing").await.unwrap(), Some((u64::MAX, Bytes::new())));
    assert_eq!(journal.load_checkpoint("analytics/1").await.unwrap(), None);
}

async fn a_large_checkpoint_comes_back_whole(world: World) {
    let large: Bytes = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    world.journal.save_checkpoint("large", 7, large.clone()).await.unwrap();
    let (sequence, loaded) = world.journal.load_checkpoint("large").await.unwrap().unwrap();
    assert!(sequence == 7 && loaded == large);
}

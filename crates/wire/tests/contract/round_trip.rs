//! What can be said can be written and read back, and bytes of any kind are read without a panic.

use crate::canon;
use crate::chance::Chance;
use conversation::deadlines::DeadlineKind;
use conversation::{BrandId, ConversationId, CustomerId, Fact};
use proptest::prelude::*;
use wire::{Due, TryFromPb, decode, decode_due, encode, encode_due};

const KINDS: [Option<DeadlineKind>; 4] =
    [None, Some(DeadlineKind::FirstResponse), Some(DeadlineKind::NextResponse), Some(DeadlineKind::Resolution)];

proptest! {
    #[test]
    fn any_record_reads_back_as_it_was_written(start in any::<u64>()) {
        let record = Chance::new(start).record();
        let bytes = encode(&record);
        let read = decode(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&record));
        prop_assert_eq!(encode(&read.unwrap()), bytes, "and is written so again");
        prop_assert_eq!(conversation::Record::try_from_pb(wire::to_pb(&record)), Ok(record));
    }

    /// JSON knows the years 1 to 9999.
    #[test]
    fn any_record_reads_back_from_its_json(start in any::<u64>()) {
        let record = Chance::of_this_era(start).record();
        let json = serde_json::to_string(&wire::to_pb(&record)).unwrap();
        let pb: wire::pb::conversation::Record = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(conversation::Record::try_from_pb(pb), Ok(record));
    }

    #[test]
    fn any_deadline_reads_back(
        ids in any::<[u128; 2]>(), kind in prop::sample::select(KINDS.to_vec()), seconds in -377_000_000_000_i64..253_000_000_000, nanos in 0..1_000_000_000_i32,
    ) {
        let due = Due {
            brand: BrandId::new("aurora-air").unwrap(),
            customer: CustomerId::from_uuid(uuid::Uuid::from_u128(ids[0])),
            conversation: ConversationId::from_uuid(uuid::Uuid::from_u128(ids[1])),
            kind,
            due_at: wire::instant(&pbjson_types::Timestamp { seconds, nanos }).unwrap(),
        };
        prop_assert_eq!(decode_due(&encode_due(&due)), Ok(due));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        reads_or_refuses(&bytes);
    }

    /// Bytes that are nearly right go deeper than chance does.
    #[test]
    fn damaged_records_are_read_or_refused(
        kind in 0..Fact::NAMES.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), cut in any::<prop::sample::Index>(), cuts in any::<bool>(),
    ) {
        let mut bytes = encode(&canon::record(Fact::NAMES[kind])).to_vec();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        reads_or_refuses(&bytes);
    }
}

fn reads_or_refuses(bytes: &[u8]) {
    if let Ok(record) = decode(bytes) {
        assert!(!record.facts.is_empty());
        let written = encode(&record);
        assert_eq!(encode(&decode(&written).unwrap()), written, "what was read can be written");
    }
    if let Ok(due) = decode_due(bytes) {
        assert_eq!(decode_due(&encode_due(&due)), Ok(due));
    }
}

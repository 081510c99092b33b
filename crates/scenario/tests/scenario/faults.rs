//! What must not depend on luck: the same file gives the same log, and neither repetition nor loss nor another order of what is
//! independent changes what is found.

use crate::shipped::{MODEL, all};
use conversation::Record;
use scenario::{Faults, Loaded, play};

fn records(loaded: &Loaded, faults: Faults) -> Vec<Record> {
    let played = play(&loaded.scenario, &loaded.brand, &MODEL, faults);
    played.world.log().entries().iter().map(|stored| Record::clone(&stored.record)).collect()
}

#[test]
fn the_same_file_gives_the_same_log() {
    for loaded in all() {
        let faults = Faults { seed: 7, twice_per_mille: 100, lost_per_mille: 100, any_order: true };
        for faults in [Faults::default(), faults] {
            assert!(records(&loaded, faults) == records(&loaded, faults), "{}", loaded.scenario.name);
        }
    }
}

#[test]
fn a_log_folds_to_the_states_it_was_written_from() {
    for loaded in all() {
        let played = play(&loaded.scenario, &loaded.brand, &MODEL, Faults::default());
        for (conversation, entry) in played.world.conversations() {
            let records: Vec<_> = played.world.log().of(conversation).map(|stored| &*stored.record).collect();
            assert_eq!(conversation::fold(records), entry.state, "{}", loaded.scenario.name);
        }
    }
}

#[test]
fn nothing_that_is_found_rests_on_luck() {
    for loaded in all() {
        let found = |faults| {
            let played = play(&loaded.scenario, &loaded.brand, &MODEL, faults);
            let lines = played.report.lines.into_iter();
            lines.map(|line| (line.line, line.what, line.found)).collect::<Vec<_>>()
        };
        let quiet = found(Faults::default());
        for seed in 0..8 {
            for faults in [
                Faults { seed, twice_per_mille: 300, ..Faults::default() },
                Faults { seed, lost_per_mille: 300, ..Faults::default() },
                Faults { seed, any_order: true, ..Faults::default() },
                Faults { seed, twice_per_mille: 200, lost_per_mille: 200, any_order: true },
            ] {
                assert_eq!(found(faults), quiet, "{} with {faults:?}", loaded.scenario.name);
            }
        }
    }
}
